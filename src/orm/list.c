/*
 * Lists of relationships in memory, and the log of what was done to them. A list that somebody may
 * be reading never changes: it is replaced by a copy and dies at the end of the transaction.
 */
#include "base/memory.h"
#include "orm/session.h"

void cn_pointer_set(cn_slab *slab, uint32_t slot, size_t offset, const void *pointer)
{
    memcpy((char *)cn_slab_struct(slab, slot) + offset, &pointer, sizeof pointer);
    if (slab->shadows != NULL)
        memcpy((char *)cn_slab_shadow(slab, slot) + offset, &pointer, sizeof pointer);
}

cn_list *cn_list_new(size_t capacity)
{
    if (capacity > (SIZE_MAX - sizeof(cn_list)) / sizeof(void *) - 1)
        return NULL;
    cn_list *list = cn_allocate(sizeof *list + (capacity + 1) * sizeof(void *));
    if (list == NULL)
        return NULL;
    *list          = (cn_list){.capacity = capacity};
    list->items[0] = NULL;
    return list;
}

void cn_list_free(cn_list *list)
{
    cn_release(list);
}

void cn_list_drop(cn_session *session, cn_list *list)
{
    if (session == NULL || !list->handed) {
        cn_list_free(list);
        return;
    }
    list->retired    = session->retired;
    session->retired = list;
}

/* The list of a member, ready to be changed, with room for one element more; NULL: no memory. */
static cn_list *changeable(cn_slab *slab, uint32_t slot, const cn_relationship *relationship)
{
    void   **items = cn_items_at(slab, slot, relationship);
    cn_list *list  = items == NULL || items == CN_UNLOADED ? NULL : cn_list_of_items(items);
    if (list != NULL && !list->handed && list->count < list->capacity)
        return list;
    size_t   count = list == NULL ? 0 : list->count;
    cn_list *made  = cn_list_new(count < 4 ? 4 : count * 2);
    if (made == NULL)
        return NULL;
    if (list != NULL) {
        memcpy(made->items, list->items, (count + 1) * sizeof(void *));
        made->count = count;
        cn_list_drop(slab->records[slot].session, list);
    }
    cn_pointer_set(slab, slot, relationship->offset, made->items);
    return made;
}

bool cn_list_add(cn_slab *slab, uint32_t slot, const cn_relationship *relationship, void *element)
{
    cn_list *list = changeable(slab, slot, relationship);
    if (list == NULL)
        return false;
    list->items[list->count++] = element;
    list->items[list->count]   = NULL;
    return true;
}

bool cn_list_take_out(cn_slab *slab, uint32_t slot, const cn_relationship *relationship,
                      const void *element)
{
    cn_list *list = changeable(slab, slot, relationship);
    if (list == NULL)
        return false;
    for (size_t i = list->count; i-- > 0;) {
        if (list->items[i] != element)
            continue;
        memmove(&list->items[i], &list->items[i + 1], (list->count - i) * sizeof(void *));
        list->count--;
        break;
    }
    return true;
}

bool cn_list_has(const cn_slab *slab, uint32_t slot, const cn_relationship *relationship,
                 const void *element)
{
    void **items = cn_items_at(slab, slot, relationship);
    for (; items != NULL && items != CN_UNLOADED && *items != NULL; items++)
        if (*items == element)
            return true;
    return false;
}

/* ---- the log --------------------------------------------------------------------------------- */

/* Takes an element out of a log; false if it is not in it. */
static bool cancel(void **items, size_t *count, const void *element)
{
    for (size_t i = *count; i-- > 0;) {
        if (items[i] != element)
            continue;
        memmove(&items[i], &items[i + 1], (*count - i - 1) * sizeof *items);
        (*count)--;
        return true;
    }
    return false;
}

static bool note(void ***items, size_t *count, size_t *capacity, void *element)
{
    if (!cn_reserve(items, capacity, *count + 1, sizeof **items))
        return false;
    (*items)[(*count)++] = element;
    return true;
}

bool cn_list_log(cn_slab *slab, uint32_t slot, const cn_relationship *relationship, void *element,
                 bool added)
{
    cn_extra *extra = cn_extra_of(&slab->records[slot]);
    if (extra == NULL)
        return false;
    if (extra->changes == NULL)
        extra->changes = cn_allocate_zero(slab->mapper->relationship_count, sizeof *extra->changes);
    if (extra->changes == NULL)
        return false;
    cn_list_changes *changes = &extra->changes[relationship->index];
    if (added)
        return cancel(changes->removed, &changes->removed_count, element) ||
               note(&changes->added, &changes->added_count, &changes->added_capacity, element);
    return cancel(changes->added, &changes->added_count, element) ||
           note(&changes->removed, &changes->removed_count, &changes->removed_capacity, element);
}

bool cn_list_logged(const cn_record *record, const cn_relationship *relationship,
                    const void *element, bool added)
{
    if (record->extra == NULL || record->extra->changes == NULL)
        return false;
    const cn_list_changes *changes = &record->extra->changes[relationship->index];
    void *const           *items   = added ? changes->added : changes->removed;
    for (size_t i = added ? changes->added_count : changes->removed_count; i-- > 0;)
        if (items[i] == element)
            return true;
    return false;
}

void cn_list_forget(cn_record *record, const cn_relationship *relationship, const void *element)
{
    if (record->extra == NULL || record->extra->changes == NULL)
        return;
    cn_list_changes *changes = &record->extra->changes[relationship->index];
    cancel(changes->added, &changes->added_count, element);
    cancel(changes->removed, &changes->removed_count, element);
}

void cn_list_changes_free(cn_list_changes *changes, size_t relationship_count)
{
    for (size_t i = 0; changes != NULL && i < relationship_count; i++) {
        cn_release(changes[i].added);
        cn_release(changes[i].removed);
    }
    cn_release(changes);
}
