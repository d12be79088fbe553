/*
 * cn_append, cn_remove, cn_set_one: one side of a relationship is changed, the other follows at
 * once, in memory. Nothing is loaded for it: a list that is not loaded takes the change when it is.
 *
 * The change is logged where the call was made; what follows on the other side is not, so that a
 * flush sees each change once.
 */
#include "orm/session.h"

/* A failure of a call on `slab`'s instance: its session's error, or kept until it has one. */
static bool fail(cn_slab *slab, uint32_t slot, cn_cause cause, const char *format,
                 const char *title)
{
    cn_record *record = &slab->records[slot];
    if (record->session != NULL)
        return cn_connection_fail(record->session->connection, cause, format, title);
    cn_extra *extra = cn_extra_of(record);
    if (extra != NULL && !extra->faulty) {
        cn_error_set(&extra->fault, cause, format, title);
        extra->faulty = true;
    }
    return false;
}

static bool no_memory(cn_slab *slab, uint32_t slot)
{
    return fail(slab, slot, CN_CAUSE_MEMORY, "out of memory in a change of %s",
                slab->mapper->model->name);
}

/* The place of an instance as a target; false: it is none. */
static bool place_of(const void *instance, cn_slab **slab, uint32_t *slot)
{
    return instance != NULL && instance != CN_UNLOADED &&
           cn_record_of(instance, slab, slot) != NULL;
}

static bool loaded(const cn_slab *slab, uint32_t slot, const cn_relationship *relationship)
{
    return cn_items_at(slab, slot, relationship) != CN_UNLOADED;
}

/* A flush need not bring the other side up to date. */
static void mark_related(cn_record *record, const cn_relationship *relationship)
{
    if (relationship->index < 16)
        record->related |= (uint16_t)(1u << relationship->index);
}

/* Puts `element` into the other side's member, or takes it out. */
static bool follow(const cn_relationship *reverse, void *there, void *element, bool added)
{
    cn_slab *slab;
    uint32_t slot;
    if (reverse == NULL || !place_of(there, &slab, &slot))
        return true;
    if (!reverse->many) {
        void *now = cn_pointer_at(there, reverse->offset);
        if (added || now == element)
            memcpy((char *)there + reverse->offset,
                   added ? (void *)&element : (void *)&(void *){NULL}, sizeof element);
        mark_related(&slab->records[slot], reverse);
        return true;
    }
    if (!loaded(slab, slot, reverse))
        return true;
    if (!added)
        return !cn_list_has(slab, slot, reverse, element) ||
               cn_list_take_out(slab, slot, reverse, element);
    return cn_list_has(slab, slot, reverse, element) || cn_list_add(slab, slot, reverse, element);
}

/* ---- the calls ------------------------------------------------------------------------------- */

typedef struct change {
    cn_slab               *slab;
    uint32_t               slot;
    cn_record             *record;
    cn_session            *session;
    const cn_relationship *relationship;
} change;

/* Why an element cannot be one: the error of its session, or kept for later. */
static bool no_element(const change *c, const void *element)
{
    cn_slab        *slab;
    uint32_t        slot;
    const cn_model *model = cn_nothing_of(element);
    if (c->session != NULL &&
        cn_session_record(c->session, element, c->relationship->title, &slab, &slot) == NULL)
        return false;
    if (model != NULL)
        return fail(
            c->slab, c->slot, CN_CAUSE_MEMORY,
            "%s was given an instance that could not be made: out of memory, or its model is "
            "broken",
            c->relationship->title);
    return fail(c->slab, c->slot, CN_CAUSE_MISUSE, "%s was given what is no instance of its model",
                c->relationship->title);
}

/* What all three calls check. An element is handed over even if the call fails. */
static bool begin(change *c, void *owner, size_t offset, void *element, bool many)
{
    cn_slab *slab;
    uint32_t slot;
    c->record = cn_record_of(owner, &c->slab, &c->slot);
    if (c->record == NULL)
        return false;
    c->session      = c->record->session;
    c->relationship = cn_mapper_relationship(c->slab->mapper, offset);
    if (c->relationship == NULL || c->relationship->many != many)
        return fail(c->slab, c->slot, CN_CAUSE_MISUSE,
                    many ? "%s: cn_append and cn_remove take a member that holds many"
                         : "%s: cn_set_one takes a member that holds one",
                    c->relationship != NULL ? c->relationship->title
                                            : c->slab->mapper->model->name);
    if (element != NULL &&
        (!place_of(element, &slab, &slot) || slab->mapper->table != c->relationship->target))
        return no_element(c, element);
    cn_session *other = element == NULL ? NULL : slab->records[slot].session;
    if (c->session != NULL && other != NULL && other != c->session)
        return cn_session_record(c->session, element, c->relationship->title, &slab, &slot) != NULL;
    bool taken = c->session == NULL || element == NULL ||
                 c->record->state == CN_INSTANCE_TRANSIENT ||
                 (c->relationship->cascade & CN_CASCADE_SAVE_UPDATE) == 0 || other != NULL ||
                 cn_session_adopt(c->session, element, c->relationship->title);
    if (c->session != NULL && c->session->options.read_only)
        return fail(c->slab, c->slot, CN_CAUSE_READ_ONLY, "%s: the session was opened .read_only",
                    c->relationship->title);
    if (!taken)
        return false;
    return c->session == NULL || cn_session_well(c->session);
}

static bool announce(const change *c)
{
    return c->session == NULL || c->record->state == CN_INSTANCE_TRANSIENT ||
           cn_session_announce(c->session, cn_slab_struct(c->slab, c->slot), c->record);
}

/* Whether the other side says already what an append would say. */
static bool already(const change *c, void *owner, const void *element)
{
    const cn_relationship *reverse = c->relationship->reverse;
    cn_slab               *slab;
    uint32_t               slot;
    if (loaded(c->slab, c->slot, c->relationship))
        return cn_list_has(c->slab, c->slot, c->relationship, element);
    return reverse != NULL && reverse->many && place_of(element, &slab, &slot) &&
           cn_list_logged(&slab->records[slot], reverse, owner, true);
}

/* Where both sides are lists, what was done on the other side is taken back there. */
static bool log_change(const change *c, void *owner, void *element, bool added)
{
    const cn_relationship *reverse = c->relationship->reverse;
    cn_slab               *slab;
    uint32_t               slot;
    if (reverse != NULL && reverse->many && place_of(element, &slab, &slot) &&
        cn_list_logged(&slab->records[slot], reverse, owner, !added))
        return cn_list_log(slab, slot, reverse, owner, added);
    return cn_list_log(c->slab, c->slot, c->relationship, element, added);
}

/* Who holds the element now; asked of the session where its member is not loaded. */
static void *holder_of(const change *c, const void *element, const cn_relationship *single)
{
    void *holder = cn_pointer_at(element, single->offset);
    return holder == CN_UNLOADED && c->session != NULL ? cn_one_known(c->session, single, element)
                                                       : holder;
}

/* What is new has no rows at the other end: its list can be changed without being loaded. */
static bool open_list(const change *c)
{
    if (c->record->state == CN_INSTANCE_TRANSIENT && !loaded(c->slab, c->slot, c->relationship))
        cn_pointer_set(c->slab, c->slot, c->relationship->offset, NULL);
    return c->record->state != CN_INSTANCE_DELETED ||
           fail(c->slab, c->slot, CN_CAUSE_MISUSE, "%s: the row of its owner was deleted",
                c->relationship->title);
}

bool cn_append_(void *owner, size_t offset, void *element)
{
    change c;
    if (!begin(&c, owner, offset, element, true))
        return false;
    if (element == NULL)
        return fail(c.slab, c.slot, CN_CAUSE_MISUSE,
                    "%s: there is nothing to append: the element is NULL", c.relationship->title);
    if (!open_list(&c))
        return false;
    if (already(&c, owner, element))
        return true;
    void *before = NULL;
    if (c.relationship->reverse != NULL && !c.relationship->reverse->many)
        before = holder_of(&c, element, c.relationship->reverse);
    if ((before != owner && !follow(c.relationship, before, element, false)) ||
        (loaded(c.slab, c.slot, c.relationship) &&
         !cn_list_add(c.slab, c.slot, c.relationship, element)) ||
        !log_change(&c, owner, element, true) ||
        !follow(c.relationship->reverse, element, owner, true))
        return no_memory(c.slab, c.slot);
    return announce(&c);
}

/* What was to become a row only as a part of its owner does not. */
static void withdraw_orphan(const change *c, void *element)
{
    cn_slab *slab;
    uint32_t slot;
    if ((c->relationship->cascade & CN_CASCADE_DELETE_ORPHAN) == 0 ||
        !place_of(element, &slab, &slot) || slab->records[slot].state != CN_INSTANCE_PENDING)
        return;
    cn_session_withdraw(slab->records[slot].session, element, &slab->records[slot]);
    slab->records[slot].state = CN_INSTANCE_TRANSIENT;
}

bool cn_remove_(void *owner, size_t offset, void *element)
{
    change   c;
    cn_slab *slab;
    uint32_t slot;
    if (!begin(&c, owner, offset, NULL, true))
        return false;
    if (!place_of(element, &slab, &slot))
        return no_element(&c, element);
    if (!open_list(&c))
        return false;
    if (loaded(c.slab, c.slot, c.relationship)) {
        if (!cn_list_has(c.slab, c.slot, c.relationship, element))
            return true;
        if (!cn_list_take_out(c.slab, c.slot, c.relationship, element))
            return no_memory(c.slab, c.slot);
    }
    if (!log_change(&c, owner, element, false) ||
        !follow(c.relationship->reverse, element, owner, false))
        return no_memory(c.slab, c.slot);
    withdraw_orphan(&c, element);
    return announce(&c);
}

bool cn_set_one_(void *instance, size_t offset, void *target)
{
    change c;
    if (!begin(&c, instance, offset, target, false))
        return false;
    void *before = holder_of(&c, instance, c.relationship);
    memcpy((char *)instance + offset, &target, sizeof target);
    mark_related(c.record, c.relationship);
    if (before != target && (!follow(c.relationship->reverse, before, instance, false) ||
                             !follow(c.relationship->reverse, target, instance, true)))
        return no_memory(c.slab, c.slot);
    return announce(&c);
}
