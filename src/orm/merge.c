/*
 * cn_merge: a graph of instances that are not the session's, written over the session's own. First
 * each gets its counterpart, then the relationships are set between those.
 */
#include "base/map.h"
#include "base/memory.h"
#include "orm/session.h"

bool cn_key_is_set(const cn_mapper *mapper, const void *row)
{
    const cn_table *table = mapper->table;
    if (table->generated == CN_NO_COLUMN)
        return true;
    const cn_decode *field = &mapper->plan[table->generated];
    for (size_t i = 0; i < field->size; i++)
        if (((const char *)row)[field->offset + i] != 0)
            return true;
    return false;
}

/* One instance of the graph. */
typedef struct pair {
    const void *from;
    void       *to;
} pair;

typedef struct merge {
    cn_session *session;
    cn_map      known; /* from an instance to its pair */
    cn_arena    pairs;
    pair      **order;
    size_t      count, capacity;
} merge;

/* ---- columns --------------------------------------------------------------------------------- */

/* Whether a relationship that is merged says what the column holds. */
static bool follows(const cn_mapper *mapper, const void *from, uint32_t column)
{
    for (size_t i = 0; i < mapper->relationship_count; i++) {
        const cn_relationship *relationship = &mapper->relationships[i];
        const void            *at           = cn_pointer_at(from, relationship->offset);
        if (relationship->direction != CN_MANY_TO_ONE || at == NULL || at == CN_UNLOADED ||
            (relationship->cascade & CN_CASCADE_MERGE) == 0)
            continue;
        for (size_t p = 0; p < relationship->pair_count; p++)
            if (relationship->pairs[p].left == column)
                return true;
    }
    return false;
}

static bool copy_columns(const cn_mapper *mapper, void *to, const void *from)
{
    for (uint32_t i = 0; i < mapper->table->column_count; i++) {
        const cn_decode *field = &mapper->plan[i];
        if (mapper->table->columns[i].primary_key || !cn_column_differs(field, to, from) ||
            follows(mapper, from, i))
            continue;
        if (!cn_set_(to, field->offset, (const char *)from + field->offset, field->size))
            return false;
    }
    return true;
}

/* ---- counterparts ---------------------------------------------------------------------------- */

/* The session's instance of the same row; NULL: there is none, or failure. */
static void *same_row(cn_session *session, cn_mapper *mapper, const void *instance)
{
    uint32_t  hash;
    cn_shelf *shelf = cn_session_find_shelf(session, mapper);
    if (!cn_key_is_set(mapper, instance))
        return NULL;
    void *here = shelf == NULL ? NULL : cn_identity_find(shelf, instance, &hash);
    if (here == NULL && cn_session_autoflush(session, CN_FLUSH_ANNOUNCED, NULL))
        here = cn_load_by_key(session, mapper, instance);
    return here;
}

static void *new_row(cn_session *session, const cn_mapper *mapper, const void *instance)
{
    uint32_t slot;
    void    *made = cn_copy_(instance);
    if (made == NULL) {
        cn_session_no_memory(session);
        return NULL;
    }
    cn_slab *slab = cn_slab_of(made, &slot);
    for (size_t i = 0; i < mapper->relationship_count; i++) /* nothing is at the other ends yet */
        cn_pointer_set(slab, slot, mapper->relationships[i].offset, NULL);
    for (uint32_t i = 0; i < mapper->table->column_count; i++)
        if (follows(mapper, instance, i))
            memset((char *)made + mapper->plan[i].offset, 0, mapper->plan[i].size);
    return cn_add(session, made) ? made : NULL;
}

static void *counterpart(cn_session *session, const void *instance)
{
    cn_slab         *slab;
    uint32_t         slot;
    const cn_record *record = cn_record_of(instance, &slab, &slot);
    if (record == NULL) {
        cn_session_record(session, instance, "cn_merge", &slab, &slot);
        return NULL;
    }
    if (record->session == session)
        return (void *)(uintptr_t)instance;
    void *here = same_row(session, slab->mapper, instance);
    if (!cn_session_well(session))
        return NULL;
    if (here == NULL)
        return new_row(session, slab->mapper, instance);
    return copy_columns(slab->mapper, here, instance) ? here : NULL;
}

/* The pair of an instance, made if need be; NULL: failure. */
static pair *pair_of(merge *m, const void *instance)
{
    uint64_t hash  = cn_hash(&instance, sizeof instance);
    pair    *known = cn_map_get(&m->known, hash, &instance, sizeof instance);
    if (known != NULL)
        return known;
    pair *made = CN_ARENA_NEW(&m->pairs, pair);
    if (made == NULL || !cn_reserve(&m->order, &m->capacity, m->count + 1, sizeof *m->order)) {
        cn_session_no_memory(m->session);
        return NULL;
    }
    *made = (pair){instance, counterpart(m->session, instance)};
    if (made->to == NULL)
        return NULL;
    if (!cn_map_put(&m->known, hash, &made->from, sizeof made->from, made)) {
        cn_session_no_memory(m->session);
        return NULL;
    }
    m->order[m->count++] = made;
    return made;
}

/* ---- relationships --------------------------------------------------------------------------- */

/* The list of the counterpart becomes that of the original. */
static bool merge_list(merge *m, const cn_relationship *relationship, const pair *p,
                       void *const *items)
{
    void *const *old = cn_many_(p->to, relationship->offset);
    for (size_t i = 0; items[i] != NULL; i++) {
        pair *element = pair_of(m, items[i]);
        if (element == NULL || !cn_append_(p->to, relationship->offset, element->to))
            return false;
    }
    for (; *old != NULL; old++) {
        size_t i = 0;
        while (items[i] != NULL && pair_of(m, items[i])->to != *old)
            i++;
        if (items[i] == NULL && !cn_remove_(p->to, relationship->offset, *old))
            return false;
    }
    return cn_session_well(m->session);
}

static bool merge_relationships(merge *m, const pair *p)
{
    cn_slab *slab;
    uint32_t slot;
    if (p->from == p->to || cn_record_of(p->from, &slab, &slot) == NULL)
        return true;
    for (size_t i = 0; i < slab->mapper->relationship_count; i++) {
        const cn_relationship *relationship = &slab->mapper->relationships[i];
        void                  *at           = cn_pointer_at(p->from, relationship->offset);
        if ((relationship->cascade & CN_CASCADE_MERGE) == 0 || at == NULL || at == CN_UNLOADED)
            continue;
        if (relationship->many) {
            void **items = cn_items_at(slab, slot, relationship);
            if (items != NULL && items != CN_UNLOADED && !merge_list(m, relationship, p, items))
                return false;
            continue;
        }
        const pair *target = pair_of(m, at);
        if (target == NULL || !cn_set_one_(p->to, relationship->offset, target->to))
            return false;
    }
    return true;
}

void *cn_merge_(cn_session *session, const void *instance)
{
    if (!cn_session_well(session))
        return NULL;
    merge       m    = {.session = session};
    const pair *root = pair_of(&m, instance);
    void       *to   = root == NULL ? NULL : root->to;
    for (size_t i = 0; to != NULL && i < m.count; i++) /* grows on the way */
        if (!merge_relationships(&m, m.order[i]))
            to = NULL;
    cn_map_free(&m.known);
    cn_arena_free(&m.pairs);
    cn_release(m.order);
    return to;
}
