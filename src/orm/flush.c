/*
 * Planning a flush: what was announced and what is found becomes work; relationships say which
 * foreign keys follow which instances, and which rows of association tables come and go.
 * Afterwards, what was written is the state that is remembered.
 */
#include "orm/flush.h"

#include "base/memory.h"

/* ---- work ------------------------------------------------------------------------------------------- */

static bool add_work(cn_flush_plan *plan, cn_slab *slab, uint32_t slot, cn_work_verb verb, uint32_t *index)
{
    cn_record *record = &slab->records[slot];
    if (record->flags & CN_RECORD_FLUSHING) {
        *index = record->work;
        if (verb == CN_WORK_DELETE)
            plan->work[*index].verb = verb;
        return true;
    }
    size_t undo;
    if (plan->work_count >= UINT32_MAX - 1 ||
        !cn_reserve(&plan->work, &plan->work_capacity, plan->work_count + 1, sizeof *plan->work))
        return cn_session_no_memory(plan->session);
    if (!cn_undo_log(plan->session, slab, slot, &undo))
        return false;
    *index                           = (uint32_t)plan->work_count;
    plan->work[plan->work_count++] = (cn_work){.instance = cn_slab_struct(slab, slot),
                                               .slab     = slab,
                                               .slot     = slot,
                                               .verb     = verb,
                                               .syncs    = CN_NO_SYNC,
                                               .undo     = undo};
    record->flags |= CN_RECORD_FLUSHING;
    record->work = *index;
    return true;
}

static bool found(void *context, cn_slab *slab, uint32_t slot)
{
    uint32_t index;
    return add_work(context, slab, slot, CN_WORK_UPDATE, &index);
}

static bool gather_announced(cn_flush_plan *plan)
{
    cn_session *session = plan->session;
    for (size_t i = 0; i < session->announced_count; i++) {
        cn_slab   *slab;
        uint32_t   slot, index;
        cn_record *record = cn_record_of(session->announced[i], &slab, &slot);
        if (record == NULL || (record->flags & CN_RECORD_ANNOUNCED) == 0)
            continue;
        cn_work_verb verb = record->state == CN_INSTANCE_PENDING    ? CN_WORK_INSERT
                            : (record->flags & CN_RECORD_DELETING) ? CN_WORK_DELETE
                                                                   : CN_WORK_UPDATE;
        if ((record->state == CN_INSTANCE_PENDING || record->state == CN_INSTANCE_PERSISTENT) &&
            !add_work(plan, slab, slot, verb, &index))
            return false;
    }
    return true;
}

static bool gather(cn_flush_plan *plan, cn_flush_reach reach, const cn_mapper *mapper)
{
    cn_session *session = plan->session;
    if (!gather_announced(plan))
        return false;
    for (size_t i = 0; reach != CN_FLUSH_ANNOUNCED && i < session->shelf_count; i++)
        if ((reach == CN_FLUSH_ALL || session->shelves[i]->mapper == mapper) &&
            !cn_changes_search(session->shelves[i], found, plan))
            return false;
    return true;
}

/* ---- what follows what ------------------------------------------------------------------------------ */

static bool add_sync(cn_flush_plan *plan, uint32_t child, void *parent,
                     const cn_relationship *relationship, bool by_parent)
{
    if (!cn_reserve(&plan->syncs, &plan->sync_capacity, plan->sync_count + 1, sizeof *plan->syncs))
        return cn_session_no_memory(plan->session);
    plan->syncs[plan->sync_count] =
        (cn_sync){child, plan->work[child].syncs, parent, relationship, by_parent};
    plan->work[child].syncs = (uint32_t)plan->sync_count++;
    return true;
}

static bool add_association(cn_flush_plan *plan, const cn_relationship *relationship, void *owner,
                            void *element, bool added)
{
    if (!cn_reserve(&plan->associations, &plan->association_capacity, plan->association_count + 1,
                    sizeof *plan->associations))
        return cn_session_no_memory(plan->session);
    plan->associations[plan->association_count++] =
        (cn_association){relationship, owner, element, added};
    return true;
}

static bool add_outdated(cn_flush_plan *plan, void *instance, const cn_relationship *relationship)
{
    cn_slab *slab;
    uint32_t slot;
    if (relationship == NULL || instance == NULL || instance == CN_UNLOADED ||
        cn_record_of(instance, &slab, &slot) == NULL)
        return true;
    if (!cn_reserve(&plan->outdated, &plan->outdated_capacity, plan->outdated_count + 1,
                    sizeof *plan->outdated))
        return cn_session_no_memory(plan->session);
    plan->outdated[plan->outdated_count++] = (cn_outdated){instance, relationship};
    return true;
}

/* An instance that a relationship refers to: taken over if it is new, refused if it is not this session's. */
static cn_record *referred(cn_flush_plan *plan, const cn_relationship *relationship, void *target,
                           cn_slab **slab, uint32_t *slot)
{
    cn_session *session = plan->session;
    cn_record  *record  = cn_record_of(target, slab, slot);
    if (record != NULL && (*slab)->mapper->table != relationship->target) {
        cn_connection_fail(session->connection, CN_CAUSE_MISUSE, "%s refers to an instance of %s",
                           relationship->title, (*slab)->mapper->model->name);
        return NULL;
    }
    if (record != NULL && record->state == CN_INSTANCE_TRANSIENT && record->session == NULL &&
        (relationship->cascade & CN_CASCADE_SAVE_UPDATE) == 0) {
        cn_connection_fail(session->connection, CN_CAUSE_MISUSE,
                           "%s refers to an instance that was not added, and does not cascade",
                           relationship->title);
        return NULL;
    }
    if (record == NULL || record->state == CN_INSTANCE_TRANSIENT) {
        if (!cn_session_adopt(session, target, relationship->title))
            return NULL;
        /* It brought others with it, which are announced like any. */
        if (!gather_announced(plan))
            return NULL;
    }
    record = cn_session_record(session, target, relationship->title, slab, slot);
    if (record != NULL && (record->state == CN_INSTANCE_DELETED || record->flags & CN_RECORD_DELETING)) {
        cn_connection_fail(session->connection, CN_CAUSE_MISUSE, "%s refers to an instance that is deleted",
                           relationship->title);
        return NULL;
    }
    return record;
}

/* The other end of a one-to-many: its row follows the owner's key. */
static bool follow_owner(cn_flush_plan *plan, const cn_relationship *relationship, void *owner, void *child)
{
    cn_slab   *slab;
    uint32_t   slot, index;
    cn_record *record = referred(plan, relationship, child, &slab, &slot);
    return record != NULL &&
           add_work(plan, slab, slot,
                    record->state == CN_INSTANCE_PENDING ? CN_WORK_INSERT : CN_WORK_UPDATE, &index) &&
           add_sync(plan, index, owner, relationship, true);
}

/* A child that has left its owner: nobody's, or gone with it. */
static bool leave_owner(cn_flush_plan *plan, const cn_relationship *relationship, const void *owner,
                        void *child, bool owner_deleted)
{
    cn_slab   *slab;
    uint32_t   slot, index;
    cn_record *record = cn_record_of(child, &slab, &slot);
    if (record == NULL || record->session != plan->session || record->state != CN_INSTANCE_PERSISTENT)
        return true;
    const cn_relationship *reverse = relationship->reverse;
    if (reverse != NULL && !reverse->many) {
        const void *now = cn_pointer_at(child, reverse->offset);
        if (now != NULL && now != CN_UNLOADED && now != owner)
            return true; /* it has another owner already */
    }
    int orphan = owner_deleted ? CN_CASCADE_DELETE : CN_CASCADE_DELETE_ORPHAN;
    if (relationship->cascade & orphan)
        return add_work(plan, slab, slot, CN_WORK_DELETE, &index);
    return add_work(plan, slab, slot, CN_WORK_UPDATE, &index) &&
           (plan->work[index].verb == CN_WORK_DELETE || add_sync(plan, index, NULL, relationship, true));
}

/* ---- one instance: its relationships ------------------------------------------------------------------ */

static bool examine_one(cn_flush_plan *plan, uint32_t index, const cn_relationship *relationship)
{
    const cn_work work   = plan->work[index];
    cn_record    *record = &work.slab->records[work.slot];
    void *now    = cn_pointer_at(work.instance, relationship->offset);
    void *before = cn_pointer_at(cn_slab_shadow(work.slab, work.slot), relationship->offset);
    if (now == CN_UNLOADED ||
        (work.verb == CN_WORK_INSERT ? now == NULL : now == before))
        return true;
    bool follows = relationship->index < 16 && (record->related >> relationship->index & 1) != 0;
    if (!follows && relationship->reverse != NULL && relationship->reverse->many &&
        (!add_outdated(plan, now, relationship->reverse) ||
         !add_outdated(plan, work.verb == CN_WORK_INSERT ? NULL : before, relationship->reverse)))
        return false;
    if (relationship->direction == CN_ONE_TO_MANY) {
        if (before != NULL && before != CN_UNLOADED && before != now &&
            !leave_owner(plan, relationship, work.instance, before, false))
            return false;
        return now == NULL || follow_owner(plan, relationship, work.instance, now);
    }
    if (now == NULL)
        return add_sync(plan, index, NULL, relationship, false);
    cn_slab   *slab;
    uint32_t   slot, target;
    cn_record *other = referred(plan, relationship, now, &slab, &slot);
    return other != NULL &&
           (other->state != CN_INSTANCE_PENDING ||
            add_work(plan, slab, slot, CN_WORK_INSERT, &target)) &&
           add_sync(plan, index, now, relationship, false);
}

static bool examine_many(cn_flush_plan *plan, uint32_t index, const cn_relationship *relationship)
{
    const cn_work    work   = plan->work[index];
    const cn_record *record = &work.slab->records[work.slot];
    if (cn_pointer_at(work.instance, relationship->offset) !=
        cn_pointer_at(cn_slab_shadow(work.slab, work.slot), relationship->offset))
        return cn_connection_fail(plan->session->connection, CN_CAUSE_MISUSE,
                                  "%s was assigned: change a list with cn_append and cn_remove",
                                  relationship->title);
    if (record->extra == NULL || record->extra->changes == NULL)
        return true;
    const cn_list_changes changes = record->extra->changes[relationship->index];
    for (size_t i = 0; i < changes.removed_count; i++)
        if (!(relationship->direction == CN_MANY_TO_MANY
                  ? add_association(plan, relationship, work.instance, changes.removed[i], false)
                  : leave_owner(plan, relationship, work.instance, changes.removed[i], false)))
            return false;
    for (size_t i = 0; i < changes.added_count; i++) {
        cn_slab   *slab;
        uint32_t   slot, other;
        cn_record *element;
        if (relationship->direction == CN_ONE_TO_MANY) {
            if (!follow_owner(plan, relationship, work.instance, changes.added[i]))
                return false;
            continue;
        }
        element = referred(plan, relationship, changes.added[i], &slab, &slot);
        if (element == NULL ||
            (element->state == CN_INSTANCE_PENDING &&
             !add_work(plan, slab, slot, CN_WORK_INSERT, &other)) ||
            !add_association(plan, relationship, work.instance, changes.added[i], true))
            return false;
    }
    return true;
}

/* What a delete does to the other ends. */
static bool examine_delete(cn_flush_plan *plan, uint32_t index, const cn_relationship *relationship)
{
    const cn_work work = plan->work[index];
    if (relationship->direction == CN_MANY_TO_MANY)
        return relationship->passive_deletes ||
               add_association(plan, relationship, work.instance, NULL, false);
    if (relationship->direction == CN_MANY_TO_ONE && (relationship->cascade & CN_CASCADE_DELETE) == 0)
        return true;
    void *at     = cn_pointer_at(work.instance, relationship->offset);
    bool  loaded = at != CN_UNLOADED && relationship->many && at != NULL;
    if (!loaded && relationship->passive_deletes)
        return true;
    cn_list *list = loaded ? cn_list_of_items(at)
                           : cn_load_related(plan->session, relationship,
                                             cn_slab_shadow(work.slab, work.slot));
    bool good = list != NULL;
    for (size_t i = 0; good && i < list->count; i++) {
        cn_slab *slab;
        uint32_t slot, target;
        if (relationship->direction == CN_ONE_TO_MANY)
            good = leave_owner(plan, relationship, work.instance, list->items[i], true);
        else if (cn_record_of(list->items[i], &slab, &slot) != NULL)
            good = add_work(plan, slab, slot, CN_WORK_DELETE, &target);
    }
    if (!loaded)
        cn_list_free(list);
    return good;
}

static bool examine(cn_flush_plan *plan, uint32_t index)
{
    const cn_mapper *mapper = plan->work[index].slab->mapper;
    if (plan->work[index].verb != CN_WORK_DELETE &&
        !cn_instance_own_text(plan->session, plan->work[index].slab, plan->work[index].slot))
        return cn_session_no_memory(plan->session);
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        if (relationship->view_only)
            continue;
        bool good = plan->work[index].verb == CN_WORK_DELETE ? examine_delete(plan, index, relationship)
                    : relationship->many                     ? examine_many(plan, index, relationship)
                                                             : examine_one(plan, index, relationship);
        if (!good)
            return false;
    }
    return true;
}

/* ---- afterwards ------------------------------------------------------------------------------------------ */

/* A foreign key that was assigned by itself says that the target is another one now. */
static void forget_target(const cn_work *work, const void *shadow)
{
    const cn_mapper *mapper = work->slab->mapper;
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        if (relationship->direction != CN_MANY_TO_ONE ||
            cn_pointer_at(work->instance, relationship->offset) !=
                cn_pointer_at(shadow, relationship->offset))
            continue;
        for (size_t p = 0; p < relationship->pair_count; p++)
            if (cn_column_differs(&mapper->plan[relationship->pairs[p].left], work->instance, shadow))
                cn_pointer_set(work->slab, work->slot, relationship->offset, CN_UNLOADED);
    }
}

static void settle_row(cn_session *session, const cn_work *work)
{
    cn_slab   *slab   = work->slab;
    cn_record *record = &slab->records[work->slot];
    cn_shelf  *shelf  = cn_session_find_shelf(session, slab->mapper);
    void      *shadow = cn_slab_shadow(slab, work->slot);
    uint32_t   hash;
    if (work->verb == CN_WORK_DELETE) {
        cn_identity_remove(shelf, work->instance);
        record->state = CN_INSTANCE_DELETED;
        return;
    }
    if (work->verb == CN_WORK_UPDATE) {
        forget_target(work, shadow);
        cn_identity_remove(shelf, work->instance);
    }
    memcpy(shadow, work->instance, slab->stride);
    record->state = CN_INSTANCE_PERSISTENT;
    record->scope = session->serial;
    if (cn_identity_find(shelf, work->instance, &hash) == NULL &&
        !cn_identity_put(shelf, record->place, hash))
        cn_session_no_memory(session);
}

static void settle_changes(cn_session *session, const cn_work *work)
{
    cn_extra *extra = work->slab->records[work->slot].extra;
    if (extra == NULL || extra->changes == NULL)
        return;
    if (work->verb == CN_WORK_INSERT && work->undo != SIZE_MAX)
        session->undo[work->undo].changes = extra->changes;
    else
        cn_list_changes_free(extra->changes, work->slab->mapper->relationship_count);
    extra->changes = NULL;
}

static void settle(cn_flush_plan *plan)
{
    cn_session *session = plan->session;
    for (size_t i = 0; i < plan->work_count; i++) {
        settle_row(session, &plan->work[i]);
        settle_changes(session, &plan->work[i]);
        cn_record *record = &plan->work[i].slab->records[plan->work[i].slot];
        record->flags &= (uint8_t)~(CN_RECORD_ANNOUNCED | CN_RECORD_DELETING);
        record->related = 0;
    }
    session->announced_count = 0;
    for (size_t i = 0; i < plan->outdated_count; i++) {
        cn_slab   *slab;
        uint32_t   slot;
        cn_record *record = cn_record_of(plan->outdated[i].instance, &slab, &slot);
        size_t     offset = plan->outdated[i].relationship->offset;
        void      *items  = cn_pointer_at(plan->outdated[i].instance, offset);
        if (record->state != CN_INSTANCE_PERSISTENT || items == CN_UNLOADED)
            continue;
        if (items != NULL)
            cn_list_drop(session, cn_list_of_items(items));
        cn_pointer_set(slab, slot, offset, CN_UNLOADED);
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------- */

static bool carry_out(cn_flush_plan *plan, cn_flush_reach reach, const cn_mapper *mapper)
{
    if (!gather(plan, reach, mapper))
        return false;
    for (uint32_t i = 0; i < plan->work_count; i++) /* grows on the way */
        if (!examine(plan, i))
            return false;
    if (plan->work_count == 0)
        return true;
    plan->session->statistics.flushes++;
    if (!cn_flush_sort(plan) || !cn_flush_send(plan))
        return false;
    settle(plan);
    return cn_session_well(plan->session);
}

bool cn_session_flush(cn_session *session, cn_flush_reach reach, const cn_mapper *mapper)
{
    if (!cn_session_well(session))
        return false;
    if (session->flushing || session->options.read_only)
        return true;
    if (session->announced_count == 0 &&
        (reach == CN_FLUSH_ANNOUNCED || session->shelf_count == 0 ||
         (reach == CN_FLUSH_MODEL && cn_session_find_shelf(session, mapper) == NULL)))
        return true;
    if (!cn_session_scope(session))
        return false;
    cn_flush_plan plan = {.session = session};
    session->flushing  = true;
    bool good          = carry_out(&plan, reach, mapper);
    session->flushing  = false;
    for (size_t i = 0; i < plan.work_count; i++)
        plan.work[i].slab->records[plan.work[i].slot].flags &= (uint8_t)~CN_RECORD_FLUSHING;
    cn_release(plan.work);
    cn_release(plan.syncs);
    cn_release(plan.associations);
    cn_release(plan.outdated);
    cn_release(plan.order);
    cn_arena_free(&plan.scratch);
    return good;
}

bool cn_flush(cn_session *session)
{
    return cn_session_flush(session, CN_FLUSH_ALL, NULL);
}
