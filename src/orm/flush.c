/*
 * A flush: what was announced and what is found becomes work, depend.c says what follows what in
 * it,
 * order.c sorts it, persist.c sends it; afterwards, what was written is the state that is
 * remembered.
 */
#include "orm/flush.h"

#include "orm/made.h"

#include "base/memory.h"

/* ---- work ------------------------------------------------------------------------------------ */

bool cn_flush_add_work(cn_flush_plan *plan, cn_slab *slab, uint32_t slot, cn_work_verb verb,
                       uint32_t *index)
{
    cn_record *record = &slab->records[slot];
    if (plan->work != NULL && record->flags & CN_RECORD_FLUSHING) {
        *index        = record->work;
        cn_work *work = &plan->work[*index];
        if (verb == CN_WORK_DELETE && work->verb != verb) {
            work->verb     = verb;
            work->examined = false;
            plan->again    = true;
        }
        return true;
    }
    if (plan->work_count >= UINT32_MAX - 1 ||
        !cn_reserve(&plan->work, &plan->work_capacity, plan->work_count + 1, sizeof *plan->work) ||
        plan->work == NULL)
        return cn_session_no_memory(plan->session);
    if (!cn_undo_log(plan->session, slab, slot))
        return false;
    *index                         = (uint32_t)plan->work_count;
    plan->work[plan->work_count++] = (cn_work){.instance = cn_slab_struct(slab, slot),
                                               .slab     = slab,
                                               .slot     = slot,
                                               .verb     = verb,
                                               .syncs    = CN_NO_SYNC};
    record->flags |= CN_RECORD_FLUSHING;
    record->work = *index;
    return true;
}

static bool found(void *context, cn_slab *slab, uint32_t slot)
{
    uint32_t index;
    return cn_flush_add_work(context, slab, slot, CN_WORK_UPDATE, &index);
}

bool cn_flush_gather_announced(cn_flush_plan *plan)
{
    cn_session *session = plan->session;
    for (size_t i = 0; i < session->announced_count; i++) {
        cn_slab   *slab;
        uint32_t   slot, index;
        cn_record *record = cn_record_of(session->announced[i], &slab, &slot);
        if (record == NULL || (record->flags & CN_RECORD_ANNOUNCED) == 0)
            continue;
        cn_work_verb verb = record->state == CN_INSTANCE_PENDING   ? CN_WORK_INSERT
                            : (record->flags & CN_RECORD_DELETING) ? CN_WORK_DELETE
                                                                   : CN_WORK_UPDATE;
        if ((record->state == CN_INSTANCE_PENDING || record->state == CN_INSTANCE_PERSISTENT) &&
            !cn_flush_add_work(plan, slab, slot, verb, &index))
            return false;
    }
    return true;
}

static bool gather(cn_flush_plan *plan, cn_flush_reach reach, const cn_mapper *mapper)
{
    cn_session *session = plan->session;
    if (!cn_flush_gather_announced(plan))
        return false;
    if (plan->work_count >= session->statistics.instances)
        return true; /* there is nothing else that could have changed */
    for (size_t i = 0; reach != CN_FLUSH_ANNOUNCED && i < session->shelf_count; i++)
        if ((reach == CN_FLUSH_ALL || session->shelves[i]->mapper == mapper) &&
            !cn_changes_search(session->shelves[i], found, plan))
            return false;
    return true;
}

/* ---- afterwards ------------------------------------------------------------------------------ */

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
            if (cn_column_differs(&mapper->plan[relationship->pairs[p].left], work->instance,
                                  shadow))
                cn_pointer_set(work->slab, work->slot, relationship->offset, CN_UNLOADED);
    }
}

/* What a new row says nothing of is not known before it is asked for; a foreign key that is NULL
   says: none. */
static void unload_unsaid(const cn_work *work)
{
    const cn_mapper *mapper = work->slab->mapper;
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        bool                   none         = false;
        if (cn_pointer_at(work->instance, relationship->offset) != NULL)
            continue;
        for (size_t p = 0;
             relationship->direction == CN_MANY_TO_ONE && p < relationship->pair_count; p++) {
            cn_value value   = {0};
            cn_error ignored = {0};
            cn_convert_load(&mapper->plan[relationship->pairs[p].left], work->instance, &value,
                            &ignored);
            cn_error_clear(&ignored);
            none = none || value.kind == CN_KIND_NULL;
        }
        if (!none)
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
    if (work->verb == CN_WORK_INSERT) {
        unload_unsaid(work);
    } else {
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

static void settle_changes(const cn_work *work)
{
    cn_extra *extra = work->slab->records[work->slot].extra;
    if (extra == NULL)
        return;
    cn_list_changes_free(extra->changes, work->slab->mapper->relationship_count);
    extra->changes = NULL;
}

/* What a plain assignment or a delete says of a list that is loaded; what is not loaded is asked
   for later. */
static bool settle_other_side(const cn_outdated *outdated)
{
    const cn_relationship *relationship = outdated->relationship;
    cn_slab               *slab;
    uint32_t               slot;
    const cn_record       *record = cn_record_of(outdated->instance, &slab, &slot);
    if (record == NULL || record->state != CN_INSTANCE_PERSISTENT)
        return true;
    if (!relationship->many) {
        cn_pointer_set(slab, slot, relationship->offset, CN_UNLOADED);
        return true;
    }
    if (cn_items_at(slab, slot, relationship) == CN_UNLOADED ||
        cn_list_has(slab, slot, relationship, outdated->element) == outdated->added)
        return true;
    return outdated->added ? cn_list_add(slab, slot, relationship, outdated->element)
                           : cn_list_take_out(slab, slot, relationship, outdated->element);
}

#define CN_WORK_AHEAD 8

static void settle(cn_flush_plan *plan)
{
    cn_session *session = plan->session;
    for (size_t i = 0; i < plan->work_count; i++) {
        const cn_work *soon =
            &plan->work[i + CN_WORK_AHEAD < plan->work_count ? i + CN_WORK_AHEAD : i];
        cn_identity_expect(cn_session_find_shelf(session, soon->slab->mapper), soon->instance);
        settle_row(session, &plan->work[i]);
        settle_changes(&plan->work[i]);
        cn_record *record = &plan->work[i].slab->records[plan->work[i].slot];
        record->flags &= (uint8_t) ~(CN_RECORD_ANNOUNCED | CN_RECORD_DELETING);
        record->related = 0;
    }
    session->announced_count = 0;
    for (size_t i = 0; i < plan->outdated_count; i++)
        if (!settle_other_side(&plan->outdated[i]))
            cn_session_no_memory(session);
}

/* ---- the whole ------------------------------------------------------------------------------- */

#define CN_WORK_KEPT 16384

static bool examine(cn_flush_plan *plan)
{
    do {
        plan->again = false;
        for (uint32_t i = 0; i < plan->work_count; i++) /* grows on the way */
            if (!plan->work[i].examined && !cn_flush_examine(plan, i))
                return false;
    } while (plan->again); /* what was examined as an update turned out to be a delete */
    return true;
}

static bool carry_out(cn_flush_plan *plan, cn_flush_reach reach, const cn_mapper *mapper)
{
    cn_session *session = plan->session;
    if (!cn_lent_end(&plan->lent, session, gather(plan, reach, mapper) && examine(plan)))
        return false;
    if (plan->work_count == 0)
        return true;
    uint64_t sent = session->statistics.statements;
    if (!cn_flush_sort(plan) || !cn_flush_send(plan))
        return false;
    session->statistics.flushes += sent != session->statistics.statements;
    settle(plan);
    return cn_session_well(session) && cn_made_read_back(plan);
}

/* What most queries find before they run: no work, and no need of a plan. */
static bool nothing_to_find(cn_session *session, cn_flush_reach reach, const cn_mapper *mapper)
{
    if (reach == CN_FLUSH_ANNOUNCED || session->shelf_count == 0)
        return true;
    const cn_shelf *shelf = reach == CN_FLUSH_MODEL ? cn_session_find_shelf(session, mapper) : NULL;
    return reach == CN_FLUSH_MODEL &&
           (shelf == NULL || (!session->check_lent && cn_changes_none(shelf)));
}

/* What the next flush needs again, unless this one was much larger than most: the first touch of
   fresh memory costs more than filling it. */
static void keep_room(cn_flush_plan *plan)
{
    cn_session *session = plan->session;
    if (plan->work_capacity > CN_WORK_KEPT) {
        cn_release(plan->work);
        plan->work          = NULL;
        plan->work_capacity = 0;
    }
    cn_arena_reset(&plan->scratch);
    session->work          = plan->work;
    session->work_capacity = plan->work_capacity;
    session->scratch       = plan->scratch;
}

/* `frame` is that of the door to the flush: what called it lies above. */
static bool flush(cn_session *session, cn_flush_reach reach, const cn_mapper *mapper,
                  const void *frame)
{
    cn_flush_plan plan = {.session       = session,
                          .work          = session->work,
                          .work_capacity = session->work_capacity,
                          .scratch       = session->scratch,
                          .lent.frame    = frame};
    session->flushing  = true;
    bool good          = carry_out(&plan, reach, mapper);
    session->flushing  = false;
    for (size_t i = 0; i < plan.work_count; i++)
        plan.work[i].slab->records[plan.work[i].slot].flags &= (uint8_t)~CN_RECORD_FLUSHING;
    keep_room(&plan);
    cn_release(plan.syncs);
    cn_release(plan.associations);
    cn_release(plan.outdated);
    cn_release(plan.order);
    return good;
}

bool cn_session_flush(cn_session *session, cn_flush_reach reach, const cn_mapper *mapper)
{
    if (!cn_session_well(session))
        return false;
    if (session->flushing || session->options.read_only)
        return true;
    if (session->announced_count == 0 && nothing_to_find(session, reach, mapper))
        return true;
    return cn_session_scope(session) && flush(session, reach, mapper, __builtin_frame_address(0));
}

bool cn_flush(cn_session *session)
{
    return cn_session_flush(session, CN_FLUSH_ALL, NULL);
}

void cn_session_withdraw(cn_session *session, const void *instance, cn_record *record)
{
    if ((record->flags & CN_RECORD_ANNOUNCED) == 0)
        return;
    record->flags &= (uint8_t)~CN_RECORD_ANNOUNCED;
    for (size_t i = session->announced_count; i-- > 0;)
        if (session->announced[i] == instance) {
            session->announced_count--;
            memmove(&session->announced[i], &session->announced[i + 1],
                    (session->announced_count - i) * sizeof *session->announced);
            return;
        }
}
