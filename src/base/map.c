/*
 * The hash and the hash map.
 *
 * The hash reads words, multiplies two of them to 128 bits and folds the halves, so that every
 * bit of the key reaches every bit of the result at one multiplication for 16 bytes. It is for
 * tables in memory: it differs between machines of different byte order and is not to be stored.
 *
 * The map probes linearly. An entry whose key is NULL is free; a removed one keeps its place,
 * with `removed` for its key, so that a search goes on behind it.
 */
#include "base/map.h"

#include <string.h>

#include "base/memory.h"

/* Odd, with about as many ones as zeros, and far from each other: digits of pi. */
static const uint64_t salt[4] = {UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707345),
                                 UINT64_C(0xa4093822299f31d1), UINT64_C(0x082efa98ec4e6c89)};

static inline uint64_t multiply_fold(uint64_t a, uint64_t b)
{
#if defined __SIZEOF_INT128__
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low    = (a & 0xffffffff) * (b & 0xffffffff);
    uint64_t left   = (a >> 32) * (b & 0xffffffff);
    uint64_t right  = (a & 0xffffffff) * (b >> 32);
    uint64_t high   = (a >> 32) * (b >> 32);
    uint64_t middle = (low >> 32) + (left & 0xffffffff) + (right & 0xffffffff);
    high += (left >> 32) + (right >> 32) + (middle >> 32);
    return ((middle << 32) | (low & 0xffffffff)) ^ high;
#endif
}

static inline uint64_t word_at(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint64_t half_at(const unsigned char *bytes)
{
    uint32_t half;
    memcpy(&half, bytes, sizeof half);
    return half;
}

uint64_t cn_hash(const void *bytes, size_t size)
{
    const unsigned char *at   = bytes;
    uint64_t             hash = salt[0] ^ size;
    uint64_t             a = 0, b = 0; /* the last 16 bytes or fewer */

    if (size > 16) {
        uint64_t other = hash;
        size_t   left  = size;
        for (; left > 32; left -= 32, at += 32) { /* two streams: the multiplications overlap */
            hash  = multiply_fold(word_at(at) ^ salt[1], word_at(at + 8) ^ hash);
            other = multiply_fold(word_at(at + 16) ^ salt[2], word_at(at + 24) ^ other);
        }
        if (left > 16) {
            hash = multiply_fold(word_at(at) ^ salt[1], word_at(at + 8) ^ hash);
            at += 16;
            left -= 16;
        }
        hash ^= other;
        a = word_at(at + left - 16); /* may overlap what was read */
        b = word_at(at + left - 8);
    } else if (size >= 8) {
        a = word_at(at);
        b = word_at(at + size - 8);
    } else if (size >= 4) {
        a = half_at(at);
        b = half_at(at + size - 4);
    } else if (size > 0) {
        a = (uint64_t)at[0] << 16 | (uint64_t)at[size / 2] << 8 | at[size - 1];
    }
    return multiply_fold(salt[3] ^ size, multiply_fold(a ^ salt[1], b ^ hash));
}

uint64_t cn_hash_mix(uint64_t hash, uint64_t word)
{
    return multiply_fold(hash ^ salt[0], word ^ salt[1]);
}

static char removed[1]; /* no constants: a compiler may give those of one value one address */
static char empty_key[1];

static bool is_live(const cn_map_entry *entry)
{
    return entry->key != NULL && entry->key != removed;
}

static cn_map_entry *find(const cn_map *map, uint64_t hash, const void *key, size_t key_size)
{
    if (map->capacity == 0)
        return NULL;
    size_t mask = map->capacity - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        cn_map_entry *entry = &map->entries[i];
        if (entry->key == NULL)
            return NULL;
        if (entry->hash == hash && entry->key_size == key_size && entry->key != removed &&
            (key_size == 0 || memcmp(entry->key, key, key_size) == 0))
            return entry;
    }
}

/* The first place that takes a key that is not there. There always is one. */
static cn_map_entry *find_place(const cn_map *map, uint64_t hash)
{
    size_t mask = map->capacity - 1;
    size_t i    = (size_t)hash & mask;
    while (is_live(&map->entries[i]))
        i = (i + 1) & mask;
    return &map->entries[i];
}

/* Rebuilds the map without its removed entries, at most half full. */
static bool rebuild(cn_map *map)
{
    size_t capacity = 8;
    while (capacity / 2 <= map->count) {
        if (capacity > SIZE_MAX / 2)
            return false;
        capacity *= 2;
    }
    cn_map_entry *entries = cn_allocate_zero(capacity, sizeof *entries);
    if (entries == NULL)
        return false;
    cn_map larger = {entries, capacity, map->count, map->count};
    for (size_t i = 0; i < map->capacity; i++) {
        if (is_live(&map->entries[i]))
            *find_place(&larger, map->entries[i].hash) = map->entries[i];
    }
    cn_release(map->entries);
    *map = larger;
    return true;
}

void *cn_map_get(const cn_map *map, uint64_t hash, const void *key, size_t key_size)
{
    const cn_map_entry *entry = find(map, hash, key, key_size);
    return entry != NULL ? entry->value : NULL;
}

bool cn_map_put(cn_map *map, uint64_t hash, const void *key, size_t key_size, void *value)
{
    cn_map_entry *entry = find(map, hash, key, key_size);
    if (entry != NULL) { /* the new key, too: the old one may be about to end */
        entry->key   = key != NULL ? key : empty_key;
        entry->value = value;
        return true;
    }
    if (map->used >= map->capacity - map->capacity / 4 && !rebuild(map))
        return false;
    entry = find_place(map, hash);
    if (entry->key == NULL)
        map->used++;
    *entry = (cn_map_entry){hash, key != NULL ? key : "", key_size, value};
    map->count++;
    return true;
}

void *cn_map_remove(cn_map *map, uint64_t hash, const void *key, size_t key_size)
{
    cn_map_entry *entry = find(map, hash, key, key_size);
    if (entry == NULL)
        return NULL;
    void *value = entry->value;
    *entry      = (cn_map_entry){.key = removed};
    map->count--;
    return value;
}

void cn_map_free(cn_map *map)
{
    cn_release(map->entries);
    *map = (cn_map){0};
}
