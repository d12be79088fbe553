/*
 * The identity map: within a session, one row is one struct. A table of 8-byte entries, a hash and
 * a place in the shelf's list of instances, so that growing touches no instance.
 */
#include "base/map.h"
#include "base/memory.h"
#include "orm/session.h"

#define CN_ENTRY_REMOVED UINT32_MAX
#define CN_ENTRIES_MANY 4096 /* from so many on a table only doubles */

/* The struct whose key is the row's: the shadow where there is one, since a member may be
   assigned. */
static const void *key_row(const void *instance)
{
    uint32_t slot;
    cn_slab *slab = cn_slab_of(instance, &slot);
    if (slab == NULL || slab->shadows == NULL || (slab->session != NULL && slot >= slab->shadowed))
        return instance;
    return cn_slab_shadow(slab, slot);
}

static int64_t rare_integer_at(const char *at, uint8_t storage)
{
    switch (storage) {
    case CN_STORAGE_INT8:
        return *(const int8_t *)at;
    case CN_STORAGE_UINT8:
        return *(const uint8_t *)at;
    case CN_STORAGE_INT16:
        return *(const int16_t *)(const void *)at;
    case CN_STORAGE_UINT16:
        return *(const uint16_t *)(const void *)at;
    case CN_STORAGE_UINT32:
        return *(const uint32_t *)(const void *)at;
    case CN_STORAGE_UINT64:
        return (int64_t) * (const uint64_t *)(const void *)at;
    default:
        return *(const int64_t *)(const void *)at;
    }
}

static inline int64_t integer_at(const void *row, const cn_decode *field)
{
    const char *at = (const char *)row + field->offset;
    if (field->storage == CN_STORAGE_INT32)
        return *(const int32_t *)(const void *)at;
    if (field->storage == CN_STORAGE_INT64)
        return *(const int64_t *)(const void *)at;
    return rare_integer_at(at, field->storage);
}

/* A composite or textual key, by the values of its columns. */
static uint64_t hash_columns(const cn_mapper *mapper, const void *row)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < mapper->table->primary_key_count; i++) {
        const cn_decode *field   = &mapper->plan[mapper->table->primary_key[i]];
        cn_value         value   = {0};
        cn_error         ignored = {0};
        cn_decode        plain   = *field;
        plain.labels             = NULL;
        cn_convert_load(&plain, row, &value, &ignored);
        cn_error_clear(&ignored);
        if (value.kind == CN_KIND_TEXT || value.kind == CN_KIND_DECIMAL ||
            value.kind == CN_KIND_JSON)
            hash = cn_hash_mix(hash, cn_hash(value.as.text.data, value.as.text.size == CN_TERMINATED
                                                                     ? strlen(value.as.text.data)
                                                                     : value.as.text.size));
        else if (value.kind == CN_KIND_BYTES)
            hash = cn_hash_mix(hash, cn_hash(value.as.bytes.data, value.as.bytes.size));
        else
            hash = cn_hash_mix(hash, cn_hash((const char *)row + field->offset, field->size));
    }
    return hash;
}

/* Keys that follow each other stay together, eight at a time, because they are mostly loaded and
   looked for together: that is a line of the cache or two instead of eight. */
static uint32_t hash_integer(uint64_t key)
{
    uint64_t mixed = (key >> 3) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(mixed >> 35) << 3 | (uint32_t)(key & 7);
}

static inline uint32_t hash_row(const cn_mapper *mapper, const void *row)
{
    if (mapper->integer_key != NULL)
        return hash_integer((uint64_t)integer_at(row, mapper->integer_key));
    uint64_t hash = hash_columns(mapper, row);
    return (uint32_t)(hash >> 32) ^ (uint32_t)(hash >> 47);
}

static inline bool same_key(const cn_mapper *mapper, const void *a, const void *b)
{
    if (mapper->integer_key != NULL)
        return integer_at(a, mapper->integer_key) == integer_at(b, mapper->integer_key);
    for (size_t i = 0; i < mapper->table->primary_key_count; i++)
        if (cn_column_differs(&mapper->plan[mapper->table->primary_key[i]], a, b))
            return false;
    return true;
}

void *cn_identity_find(const cn_shelf *shelf, const void *row, uint32_t *hash)
{
    *hash = hash_row(shelf->mapper, row);
    if (shelf->entry_capacity == 0)
        return NULL;
    size_t mask = shelf->entry_capacity - 1;
    for (size_t i = *hash & mask; shelf->entries[i].place != 0; i = (i + 1) & mask) {
        const cn_identity_entry *entry = &shelf->entries[i];
        if (entry->hash != *hash || entry->place == CN_ENTRY_REMOVED)
            continue;
        void *instance = shelf->instances[entry->place - 1];
        if (same_key(shelf->mapper, key_row(instance), row))
            return instance;
    }
    return NULL;
}

void cn_identity_expect(const cn_shelf *shelf, const void *row)
{
    if (shelf->mapper->integer_key != NULL && shelf->entry_capacity != 0)
        __builtin_prefetch(
            &shelf->entries[hash_row(shelf->mapper, row) & (shelf->entry_capacity - 1)]);
}

static bool grow(cn_shelf *shelf)
{
    size_t             times    = shelf->entry_capacity < CN_ENTRIES_MANY ? 4 : 2;
    size_t             capacity = shelf->entry_capacity == 0 ? 64 : shelf->entry_capacity * times;
    cn_identity_entry *entries  = cn_allocate_zero(capacity, sizeof *entries);
    if (entries == NULL)
        return false;
    shelf->entry_used = 0;
    for (size_t i = 0; i < shelf->entry_capacity; i++) {
        cn_identity_entry *entry = &shelf->entries[i];
        if (entry->place == 0 || entry->place == CN_ENTRY_REMOVED)
            continue;
        size_t at = entry->hash & (capacity - 1);
        while (entries[at].place != 0)
            at = (at + 1) & (capacity - 1);
        entries[at] = *entry;
        shelf->entry_used++;
    }
    cn_release(shelf->entries);
    shelf->entries        = entries;
    shelf->entry_capacity = capacity;
    return true;
}

bool cn_identity_put(cn_shelf *shelf, uint32_t place, uint32_t hash)
{
    /* A table that cannot grow is filled up, but for one free entry, which ends every search. */
    if (shelf->entry_used * 2 >= shelf->entry_capacity && !grow(shelf) &&
        shelf->entry_used + 1 >= shelf->entry_capacity)
        return false;
    size_t mask = shelf->entry_capacity - 1;
    size_t at   = hash & mask;
    while (shelf->entries[at].place != 0 && shelf->entries[at].place != CN_ENTRY_REMOVED)
        at = (at + 1) & mask;
    if (shelf->entries[at].place == 0)
        shelf->entry_used++;
    shelf->entries[at] = (cn_identity_entry){hash, place + 1};
    return true;
}

void cn_identity_remove(cn_shelf *shelf, const void *instance)
{
    if (shelf->entry_capacity == 0)
        return;
    uint32_t hash = hash_row(shelf->mapper, key_row(instance));
    size_t   mask = shelf->entry_capacity - 1;
    for (size_t i = hash & mask; shelf->entries[i].place != 0; i = (i + 1) & mask) {
        cn_identity_entry *entry = &shelf->entries[i];
        if (entry->place != CN_ENTRY_REMOVED && shelf->instances[entry->place - 1] == instance) {
            entry->place = CN_ENTRY_REMOVED;
            return;
        }
    }
}

bool cn_shelf_place(cn_shelf *shelf, void *instance, cn_record *record)
{
    if (!cn_reserve(&shelf->instances, &shelf->instance_capacity, shelf->instance_count + 1,
                    sizeof *shelf->instances))
        return false;
    record->place                             = (uint32_t)shelf->instance_count;
    shelf->instances[shelf->instance_count++] = instance;
    shelf->session->statistics.instances++;
    return true;
}

void cn_shelf_forget(cn_shelf *shelf, cn_record *record)
{
    shelf->instances[record->place] = NULL;
    record->place                   = UINT32_MAX;
    shelf->session->statistics.instances--;
}
