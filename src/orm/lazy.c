/*
 * Walking relationships: cn_one and cn_many load what is not loaded yet. They flush what a call
 * announced, but search for nothing.
 */
#include "orm/session.h"

static void *const empty_list[1];

/* The record of an instance whose relationship is read, renewed if it was expired. NULL: nothing to
   read from. */
static cn_record *readable(const void *instance, size_t offset, bool many,
                           const cn_relationship **relationship, cn_slab **slab, uint32_t *slot)
{
    cn_record *record = cn_record_of(instance, slab, slot);
    if (record == NULL)
        return NULL;
    *relationship = cn_mapper_relationship((*slab)->mapper, offset);
    if (*relationship == NULL || (*relationship)->many != many) {
        if (record->session != NULL)
            cn_connection_fail(record->session->connection, CN_CAUSE_MISUSE,
                               *relationship == NULL ? "%s: the member at %zu is no relationship"
                               : many
                                   ? "%s: cn_many was given a member that holds one; use cn_one"
                                   : "%s: cn_one was given a member that holds many; use cn_many",
                               (*slab)->mapper->model->name, offset);
        return NULL;
    }
    if (record->session != NULL && record->state == CN_INSTANCE_PERSISTENT &&
        cn_record_expired(record) &&
        (!cn_session_well(record->session) || !cn_load_again(record->session, *slab, *slot)))
        return NULL;
    return record;
}

void *cn_one_known(cn_session *session, const cn_relationship *relationship, const void *owner)
{
    cn_mapper *mapper = cn_session_mapper(session, relationship->target->model);
    cn_shelf  *shelf  = mapper == NULL ? NULL : cn_session_find_shelf(session, mapper);
    uint32_t   hash;
    if (shelf == NULL || !relationship->by_key)
        return NULL;
    cn_error ignored = {0};
    cn_arena scratch = {0};
    void    *key     = cn_arena_zero(&scratch, 1, mapper->size);
    bool     good    = key != NULL;
    for (size_t i = 0; good && i < relationship->pair_count; i++) {
        const cn_pair   *pair = &relationship->pairs[i];
        const cn_decode *from = &relationship->owner->columns[pair->left].field;
        const cn_decode *to   = &relationship->target->columns[pair->right].field;
        cn_value         value;
        good = cn_convert_load(from, owner, &value, &ignored) && value.kind != CN_KIND_NULL &&
               cn_convert_copy(from, owner, to, key, &scratch, &ignored);
    }
    void *known = good ? cn_identity_find(shelf, key, &hash) : NULL;
    cn_error_clear(&ignored);
    cn_arena_free(&scratch);
    return known;
}

/* The only one of the rows at the other end, or NULL; *failed if there are more. */
static void *load_one(cn_session *session, const cn_relationship *relationship, const void *owner)
{
    if (!cn_session_autoflush(session, CN_FLUSH_ANNOUNCED, NULL))
        return NULL;
    cn_list *list = cn_load_related(session, relationship, owner);
    if (list == NULL)
        return NULL;
    void *target = list->items[0];
    if (list->count > 1) {
        cn_connection_fail(session->connection, CN_CAUSE_ROWS,
                           "%s holds one, but %zu rows are at the other end", relationship->title,
                           list->count);
        target = NULL;
    }
    cn_list_free(list);
    return target;
}

void *cn_one_(const void *instance, size_t offset)
{
    const cn_relationship *relationship;
    cn_slab               *slab;
    uint32_t               slot;
    cn_record             *record = readable(instance, offset, false, &relationship, &slab, &slot);
    if (record == NULL)
        return NULL;
    cn_session *session = record->session;
    void       *target  = cn_pointer_at(instance, offset);
    if (target != CN_UNLOADED)
        return target;
    if (!cn_session_well(session) || record->state != CN_INSTANCE_PERSISTENT)
        return NULL;
    target = cn_one_known(session, relationship, instance);
    if (target == NULL)
        target = load_one(session, relationship, instance);
    if (!cn_session_well(session))
        return NULL;
    cn_pointer_set(slab, slot, offset, target);
    return target;
}

/* What was appended and removed while the list was not loaded. */
static bool replay(cn_slab *slab, uint32_t slot, const cn_relationship *relationship)
{
    const cn_extra *extra = slab->records[slot].extra;
    if (extra == NULL || extra->changes == NULL)
        return true;
    const cn_list_changes *changes = &extra->changes[relationship->index];
    for (size_t i = 0; i < changes->removed_count; i++)
        if (!cn_list_take_out(slab, slot, relationship, changes->removed[i]))
            return false;
    for (size_t i = 0; i < changes->added_count; i++)
        if (!cn_list_has(slab, slot, relationship, changes->added[i]) &&
            !cn_list_add(slab, slot, relationship, changes->added[i]))
            return false;
    return true;
}

const void *cn_many_(const void *instance, size_t offset)
{
    const cn_relationship *relationship;
    cn_slab               *slab;
    uint32_t               slot;
    cn_record             *record = readable(instance, offset, true, &relationship, &slab, &slot);
    if (record == NULL)
        return empty_list;
    cn_session *session = record->session;
    void      **items   = cn_items_at(slab, slot, relationship);
    if (items == CN_UNLOADED) {
        if (!cn_session_well(session) || record->state != CN_INSTANCE_PERSISTENT ||
            !cn_session_autoflush(session, CN_FLUSH_ANNOUNCED, NULL))
            return empty_list;
        cn_list *list = cn_load_related(session, relationship, instance);
        if (list == NULL)
            return empty_list;
        cn_pointer_set(slab, slot, offset, list->items);
        if (!replay(slab, slot, relationship))
            cn_session_no_memory(session);
        items = cn_items_at(slab, slot, relationship);
    }
    if (items == NULL)
        return empty_list;
    cn_list_of_items(items)->handed = true;
    return items;
}

size_t cn_list_count(const void *list)
{
    size_t count = 0;
    for (void *const *items = list; items != NULL && items[count] != NULL;)
        count++;
    return count;
}
