/*
 * What follows what in a flush: the relationships of each instance that is written say which
 * foreign
 * keys follow which instances, which rows of association tables come and go, and what else has to
 * be
 * written. Called by flush.c for each work; sends nothing but what it must load to know.
 */
#include "orm/flush.h"

#include "base/memory.h"

/* ---- what is noted --------------------------------------------------------------------------- */

static bool add_sync(cn_flush_plan *plan, uint32_t child, void *parent,
                     const cn_relationship *relationship, bool by_parent)
{
    if (!cn_reserve(&plan->syncs, &plan->sync_capacity, plan->sync_count + 1, sizeof *plan->syncs))
        return cn_session_no_memory(plan->session);
    plan->syncs[plan->sync_count] = (cn_sync){child, plan->work[child].syncs, parent, relationship,
                                              by_parent};
    plan->work[child].syncs       = (uint32_t)plan->sync_count++;
    return true;
}

static bool add_association(cn_flush_plan *plan, const cn_relationship *relationship, void *owner,
                            void *element, bool added)
{
    if (!cn_reserve(&plan->associations, &plan->association_capacity, plan->association_count + 1,
                    sizeof *plan->associations))
        return cn_session_no_memory(plan->session);
    plan->associations[plan->association_count] = (cn_association){relationship, owner, element,
                                                                   added, plan->association_count};
    plan->association_count++;
    return true;
}

static bool add_outdated(cn_flush_plan *plan, void *instance, const cn_relationship *relationship,
                         void *element, bool added)
{
    cn_slab *slab;
    uint32_t slot;
    if (relationship == NULL || instance == NULL || instance == CN_UNLOADED ||
        cn_record_of(instance, &slab, &slot) == NULL || slab->mapper->table != relationship->owner)
        return true;
    if (!cn_reserve(&plan->outdated, &plan->outdated_capacity, plan->outdated_count + 1,
                    sizeof *plan->outdated))
        return cn_session_no_memory(plan->session);
    plan->outdated[plan->outdated_count++] = (cn_outdated){instance, relationship, element, added};
    return true;
}

/* ---- the other end --------------------------------------------------------------------------- */

static bool complain(const cn_flush_plan *plan, const cn_relationship *relationship,
                     const char *what)
{
    return cn_connection_fail(plan->session->connection, CN_CAUSE_MISUSE, "%s refers to %s",
                              relationship->title, what);
}

/* An instance that a relationship refers to: taken over if it is new, refused if it is not this
   session's. */
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
        complain(plan, relationship, "an instance that was not added, and does not cascade");
        return NULL;
    }
    /* What is adopted brings others with it, which are announced like any. */
    if ((record == NULL || record->state == CN_INSTANCE_TRANSIENT) &&
        (!cn_session_adopt(session, target, relationship->title) ||
         !cn_flush_gather_announced(plan)))
        return NULL;
    record = cn_session_record(session, target, relationship->title, slab, slot);
    if (record != NULL &&
        (record->state == CN_INSTANCE_DELETED || (record->flags & CN_RECORD_DELETING) != 0)) {
        complain(plan, relationship, "an instance that is deleted");
        return NULL;
    }
    return record;
}

static bool going(const void *instance)
{
    cn_slab         *slab;
    uint32_t         slot;
    const cn_record *record = cn_record_of(instance, &slab, &slot);
    return record != NULL &&
           (record->state == CN_INSTANCE_DELETED || (record->flags & CN_RECORD_DELETING) != 0);
}

/* Whether the program has given the child another owner by its own member. */
static bool has_other_owner(const cn_relationship *relationship, const void *owner,
                            const void *child)
{
    const cn_relationship *reverse = relationship->reverse;
    if (reverse == NULL || reverse->many)
        return false;
    const void *now = cn_pointer_at(child, reverse->offset);
    return now != NULL && now != CN_UNLOADED && now != owner;
}

/* The other end of a one-to-many: its row follows the owner's key. */
static bool follow_owner(cn_flush_plan *plan, const cn_relationship *relationship, void *owner,
                         void *child)
{
    cn_slab *slab;
    uint32_t slot, index;
    if (going(child))
        return true;
    cn_record *record = referred(plan, relationship, child, &slab, &slot);
    if (record == NULL)
        return false;
    cn_work_verb verb = record->state == CN_INSTANCE_PENDING ? CN_WORK_INSERT : CN_WORK_UPDATE;
    return has_other_owner(relationship, owner, child) ||
           (cn_flush_add_work(plan, slab, slot, verb, &index) &&
            add_sync(plan, index, owner, relationship, true));
}

/* Whether the foreign key of a child is what it is stored as, and the owner's key. */
static bool refers_to(cn_flush_plan *plan, const cn_relationship *relationship, const void *owner,
                      const cn_slab *slab, uint32_t slot)
{
    cn_error      ignored = {0};
    cn_arena_mark mark    = cn_arena_here(&plan->scratch);
    void         *key     = cn_arena_zero(&plan->scratch, 1, slab->stride);
    bool          same    = key != NULL;
    for (size_t i = 0; same && i < relationship->pair_count; i++) {
        const cn_decode *from = &relationship->owner->columns[relationship->pairs[i].left].field;
        const cn_decode *to   = &relationship->target->columns[relationship->pairs[i].right].field;
        same                  = cn_convert_copy(from, owner, to, key, &plan->scratch, &ignored) &&
               !cn_column_differs(to, key, cn_slab_shadow(slab, slot)) &&
               !cn_column_differs(to, key, cn_slab_struct(slab, slot));
    }
    cn_error_clear(&ignored);
    cn_arena_back(&plan->scratch, mark);
    return same;
}

/* A child that has left its owner: nobody's, or gone with it. */
static bool leave_owner(cn_flush_plan *plan, const cn_relationship *relationship, void *owner,
                        void *child, bool owner_deleted)
{
    cn_slab   *slab;
    uint32_t   slot, index;
    cn_record *record = cn_record_of(child, &slab, &slot);
    if (record == NULL || record->session != plan->session ||
        record->state != CN_INSTANCE_PERSISTENT || has_other_owner(relationship, owner, child) ||
        !refers_to(plan, relationship, owner, slab, slot))
        return true;
    int orphan = owner_deleted ? CN_CASCADE_DELETE : CN_CASCADE_DELETE_ORPHAN;
    if (relationship->cascade & orphan)
        return cn_flush_add_work(plan, slab, slot, CN_WORK_DELETE, &index);
    const cn_relationship *reverse = relationship->reverse;
    if (reverse != NULL && !reverse->many && cn_pointer_at(child, reverse->offset) == owner)
        memcpy((char *)child + reverse->offset, &(void *){NULL}, sizeof(void *));
    return cn_flush_add_work(plan, slab, slot, CN_WORK_UPDATE, &index) &&
           (plan->work[index].verb == CN_WORK_DELETE ||
            add_sync(plan, index, NULL, relationship, true));
}

/* ---- one instance: its relationships --------------------------------------------------------- */

/* The only other end of a one-to-one, where the owner's member is not loaded: it leaves, too. */
static bool leave_unloaded(cn_flush_plan *plan, uint32_t index, const cn_relationship *relationship,
                           const void *now)
{
    const cn_work work   = plan->work[index];
    void         *owner  = work.instance;
    const void   *shadow = cn_slab_shadow(work.slab, work.slot);
    cn_list      *list   = cn_load_related(plan->session, relationship, shadow);
    bool          good   = list != NULL;
    for (size_t i = 0; good && i < list->count; i++)
        good = list->items[i] == now ||
               leave_owner(plan, relationship, owner, list->items[i], false);
    cn_list_free(list);
    return good;
}

static bool examine_far_one(cn_flush_plan *plan, uint32_t index,
                            const cn_relationship *relationship, void *now, void *before)
{
    void *owner = plan->work[index].instance;
    if (plan->work[index].verb == CN_WORK_UPDATE && before == CN_UNLOADED &&
        !leave_unloaded(plan, index, relationship, now))
        return false;
    if (before != NULL && before != CN_UNLOADED && before != now &&
        !leave_owner(plan, relationship, owner, before, false))
        return false;
    return now == NULL || follow_owner(plan, relationship, owner, now);
}

static bool examine_one(cn_flush_plan *plan, uint32_t index, const cn_relationship *relationship)
{
    const cn_work work   = plan->work[index];
    cn_record    *record = &work.slab->records[work.slot];
    const void   *shadow = cn_slab_shadow(work.slab, work.slot);
    void         *now    = cn_pointer_at(work.instance, relationship->offset);
    void *before = work.verb == CN_WORK_INSERT ? NULL : cn_pointer_at(shadow, relationship->offset);
    if (now == CN_UNLOADED || now == before)
        return true;
    if (relationship->direction == CN_ONE_TO_MANY)
        return examine_far_one(plan, index, relationship, now, before);
    void *known   = before == CN_UNLOADED ? cn_one_known(plan->session, relationship, shadow)
                                          : before;
    bool  follows = relationship->index < 16 && (record->related >> relationship->index & 1) != 0;
    if (!follows && (!add_outdated(plan, known, relationship->reverse, work.instance, false) ||
                     !add_outdated(plan, now, relationship->reverse, work.instance, true)))
        return false;
    if (now == NULL)
        return add_sync(plan, index, NULL, relationship, false);
    cn_slab   *slab;
    uint32_t   slot, target;
    cn_record *other = referred(plan, relationship, now, &slab, &slot);
    return other != NULL &&
           (other->state != CN_INSTANCE_PENDING ||
            cn_flush_add_work(plan, slab, slot, CN_WORK_INSERT, &target)) &&
           add_sync(plan, index, now, relationship, false);
}

static bool add_element(cn_flush_plan *plan, uint32_t index, const cn_relationship *relationship,
                        void *element)
{
    void    *owner = plan->work[index].instance;
    cn_slab *slab;
    uint32_t slot, other;
    if (relationship->direction == CN_ONE_TO_MANY)
        return follow_owner(plan, relationship, owner, element);
    if (going(element))
        return true;
    cn_record *record = referred(plan, relationship, element, &slab, &slot);
    return record != NULL &&
           (record->state != CN_INSTANCE_PENDING ||
            cn_flush_add_work(plan, slab, slot, CN_WORK_INSERT, &other)) &&
           add_association(plan, relationship, owner, element, true);
}

/* A new owner has what its list has; of a row the changes are known. */
static bool examine_many(cn_flush_plan *plan, uint32_t index, const cn_relationship *relationship)
{
    const cn_work    work   = plan->work[index];
    const cn_record *record = &work.slab->records[work.slot];
    void           **items  = cn_items_at(work.slab, work.slot, relationship);
    if (cn_pointer_at(work.instance, relationship->offset) != (void *)items)
        return cn_connection_fail(plan->session->connection, CN_CAUSE_MISUSE,
                                  "%s was assigned: change a list with cn_append and cn_remove",
                                  relationship->title);
    if (work.verb == CN_WORK_INSERT) {
        for (; items != NULL && items != CN_UNLOADED && *items != NULL; items++)
            if (!add_element(plan, index, relationship, *items))
                return false;
        return true;
    }
    if (record->extra == NULL || record->extra->changes == NULL)
        return true;
    const cn_list_changes changes = record->extra->changes[relationship->index];
    for (size_t i = 0; i < changes.removed_count; i++)
        if (!(relationship->direction == CN_MANY_TO_MANY
                  ? add_association(plan, relationship, work.instance, changes.removed[i], false)
                  : leave_owner(plan, relationship, work.instance, changes.removed[i], false)))
            return false;
    for (size_t i = 0; i < changes.added_count; i++)
        if (!add_element(plan, index, relationship, changes.added[i]))
            return false;
    return true;
}

/* ---- deletes --------------------------------------------------------------------------------- */

/* It leaves the lists of others that had it. */
static bool outdate_others(cn_flush_plan *plan, const cn_work *work,
                           const cn_relationship *relationship)
{
    if (relationship->reverse == NULL)
        return true;
    if (relationship->many) {
        void **items = cn_items_at(work->slab, work->slot, relationship);
        for (; items != NULL && items != CN_UNLOADED && *items != NULL; items++)
            if (!add_outdated(plan, *items, relationship->reverse, work->instance, false))
                return false;
        return true;
    }
    void *target = cn_pointer_at(cn_slab_shadow(work->slab, work->slot), relationship->offset);
    if (target == CN_UNLOADED)
        target = cn_one_known(plan->session, relationship, cn_slab_shadow(work->slab, work->slot));
    return add_outdated(plan, target, relationship->reverse, work->instance, false);
}

static bool delete_end(cn_flush_plan *plan, const cn_work *work,
                       const cn_relationship *relationship, void *end)
{
    cn_slab *slab;
    uint32_t slot, target;
    if (relationship->direction == CN_ONE_TO_MANY)
        return leave_owner(plan, relationship, work->instance, end, true);
    const cn_record *record = cn_record_of(end, &slab, &slot);
    return record == NULL || record->state != CN_INSTANCE_PERSISTENT ||
           cn_flush_add_work(plan, slab, slot, CN_WORK_DELETE, &target);
}

/* What was taken out of the list since the last flush is stored as the owner's still. */
static bool leave_removed(cn_flush_plan *plan, const cn_work *work,
                          const cn_relationship *relationship)
{
    const cn_extra *extra = work->slab->records[work->slot].extra;
    if (relationship->direction != CN_ONE_TO_MANY || !relationship->many || extra == NULL ||
        extra->changes == NULL)
        return true;
    const cn_list_changes changes = extra->changes[relationship->index];
    for (size_t i = 0; i < changes.removed_count; i++)
        if (!leave_owner(plan, relationship, work->instance, changes.removed[i], false))
            return false;
    return true;
}

/* What a delete does to the other ends. */
static bool examine_delete(cn_flush_plan *plan, uint32_t index, const cn_relationship *relationship)
{
    const cn_work work     = plan->work[index];
    bool          cascades = (relationship->cascade & CN_CASCADE_DELETE) != 0;
    if (relationship->direction == CN_MANY_TO_MANY && !relationship->passive_deletes &&
        !add_association(plan, relationship, work.instance, NULL, false))
        return false;
    if (relationship->direction != CN_ONE_TO_MANY && !outdate_others(plan, &work, relationship))
        return false;
    if (relationship->direction != CN_ONE_TO_MANY && !cascades)
        return true;
    bool   many   = relationship->many;
    void **items  = many ? cn_items_at(work.slab, work.slot, relationship) : NULL;
    bool   loaded = many && items != CN_UNLOADED;
    if (!leave_removed(plan, &work, relationship))
        return false;
    if (!loaded && relationship->passive_deletes)
        return true;
    if (loaded && items != NULL)
        cn_list_of_items(items)->handed = true; /* it is read while others are loaded */
    cn_list *list = loaded ? NULL
                           : cn_load_related(plan->session, relationship,
                                             cn_slab_shadow(work.slab, work.slot));
    bool     good = loaded || list != NULL;
    items         = loaded ? items : list == NULL ? NULL : list->items;
    for (; good && items != NULL && *items != NULL; items++)
        good = delete_end(plan, &work, relationship, *items);
    cn_list_free(list);
    return good;
}

/* Whether it has lost an owner without whom it cannot be. */
static bool is_orphan(const cn_work *work)
{
    const cn_mapper *mapper = work->slab->mapper;
    const void      *shadow = cn_slab_shadow(work->slab, work->slot);
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        if (relationship->direction == CN_MANY_TO_ONE && relationship->reverse != NULL &&
            (relationship->reverse->cascade & CN_CASCADE_DELETE_ORPHAN) != 0 &&
            cn_pointer_at(work->instance, relationship->offset) == NULL &&
            cn_pointer_at(shadow, relationship->offset) != NULL)
            return true;
    }
    return false;
}

bool cn_flush_examine(cn_flush_plan *plan, uint32_t index)
{
    cn_work         *work   = &plan->work[index];
    const cn_mapper *mapper = work->slab->mapper;
    work->examined          = true;
    if (work->verb == CN_WORK_UPDATE && is_orphan(work))
        work->verb = CN_WORK_DELETE;
    cn_work_verb verb = work->verb;
    if (verb != CN_WORK_DELETE) {
        if (!cn_lent_look(&plan->lent, plan->session, work->slab, work->slot))
            return false;
        if (!cn_instance_own_text(plan->session, work->slab, work->slot))
            return cn_session_no_memory(plan->session);
    }
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        if (relationship->view_only)
            continue;
        bool good = verb == CN_WORK_DELETE ? examine_delete(plan, index, relationship)
                    : relationship->many   ? examine_many(plan, index, relationship)
                                           : examine_one(plan, index, relationship);
        if (!good)
            return false;
    }
    return true;
}
