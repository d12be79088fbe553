/*
 * What has changed: structs are compared with their shadows, a slab at a time, and column by column
 * only where they differ.
 */
#include "orm/session.h"

static bool bytes_differ(cn_bytes a, cn_bytes b)
{
    if (a.data == b.data && a.size == b.size)
        return false;
    if (a.data == NULL || b.data == NULL || a.size != b.size)
        return (a.data == NULL) != (b.data == NULL) || a.size != b.size;
    return memcmp(a.data, b.data, a.size) != 0;
}

static bool texts_differ(const char *a, const char *b)
{
    if (a == b)
        return false;
    return a == NULL || b == NULL || strcmp(a, b) != 0;
}

bool cn_column_differs(const cn_decode *field, const void *row, const void *shadow)
{
    const char *a = (const char *)row + field->offset;
    const char *b = (const char *)shadow + field->offset;
    if ((field->storage & CN_STORAGE_OPT) != 0) {
        bool set_a = *(const bool *)a, set_b = *(const bool *)b;
        if (!set_a || !set_b)
            return set_a != set_b;
        size_t at = cn_storage_value_offset(field->storage);
        return memcmp(a + at, b + at, cn_storage_size(field->storage & (CN_STORAGE_OPT - 1))) != 0;
    }
    switch (field->storage) {
    case CN_STORAGE_TEXT:
    case CN_STORAGE_DECIMAL:
    case CN_STORAGE_JSON:
        return texts_differ(*(const char *const *)(const void *)a,
                            *(const char *const *)(const void *)b);
    case CN_STORAGE_CHARS:
        return strncmp(a, b, field->size) != 0;
    case CN_STORAGE_BYTES:
        return bytes_differ(*(const cn_bytes *)(const void *)a, *(const cn_bytes *)(const void *)b);
    default:
        return memcmp(a, b, field->size) != 0;
    }
}

/* An instance whose bytes differ may still be unchanged: padding, members that are not mapped. */
static bool mapped_differs(const cn_mapper *mapper, const void *row, const void *shadow)
{
    for (size_t i = 0; i < mapper->table->column_count; i++)
        if (memcmp((const char *)row + mapper->plan[i].offset,
                   (const char *)shadow + mapper->plan[i].offset, mapper->plan[i].size) != 0)
            return true;
    for (size_t i = 0; i < mapper->relationship_count; i++)
        if (cn_pointer_at(row, mapper->relationships[i].offset) !=
            cn_pointer_at(shadow, mapper->relationships[i].offset))
            return true;
    return false;
}

static bool look(cn_slab *slab, uint32_t                                           slot,
                 bool (*found)(void *context, cn_slab *slab, uint32_t slot), void *context)
{
    const void *row    = cn_slab_struct(slab, slot);
    const void *shadow = cn_slab_shadow(slab, slot);
    if (slab->records[slot].state != CN_INSTANCE_PERSISTENT ||
        memcmp(row, shadow, slab->stride) == 0 || !mapped_differs(slab->mapper, row, shadow))
        return true;
    return found(context, slab, slot);
}

bool cn_changes_none(const cn_shelf *shelf)
{
    for (const cn_slab *slab = shelf->slabs; slab != NULL; slab = slab->next)
        if (memcmp(slab->structs, slab->shadows, slab->shadowed * slab->stride) != 0)
            return false;
    return shelf->adopted_count == 0;
}

bool cn_changes_search(cn_shelf *shelf, bool (*found)(void *context, cn_slab *slab, uint32_t slot),
                       void     *context)
{
    for (cn_slab *slab = shelf->slabs; slab != NULL; slab = slab->next) {
        if (memcmp(slab->structs, slab->shadows, slab->shadowed * slab->stride) == 0)
            continue;
        for (uint32_t slot = 0; slot < slab->shadowed; slot++)
            if (!look(slab, slot, found, context))
                return false;
    }
    for (size_t i = 0; i < shelf->adopted_count; i++) {
        uint32_t slot;
        cn_slab *slab = cn_slab_of(shelf->adopted[i], &slot);
        if (slab != NULL && !look(slab, slot, found, context))
            return false;
    }
    return true;
}
