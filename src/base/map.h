/*
 * A hash map from keys of bytes to pointers, and the library's one hash function.
 * The map borrows its keys: each must stay where it is while its entry exists.
 */
#ifndef CN_BASE_MAP_H
#define CN_BASE_MAP_H

#include <cinnabar/base.h>

uint64_t cn_hash(const void *bytes, size_t size);
uint64_t cn_hash_mix(uint64_t hash, uint64_t word); /* one word more into a hash */

typedef struct cn_map_entry {
    uint64_t    hash;
    const void *key; /* NULL: free; see map.c for the mark of a removed one */
    size_t      key_size;
    void       *value;
} cn_map_entry;

typedef struct cn_map {
    cn_map_entry *entries;
    size_t        capacity; /* 0 or a power of two */
    size_t        used;     /* entries that are not free, removed ones included */
    size_t        count;
} cn_map; /* zero bytes are an empty map */

void *cn_map_get(const cn_map *map, uint64_t hash, const void *key, size_t key_size);
bool  cn_map_put(cn_map *map, uint64_t hash, const void *key, size_t key_size,
                 void *value); /* false: no memory */
void *cn_map_remove(cn_map *map, uint64_t hash, const void *key,
                    size_t key_size); /* the value it had */
void  cn_map_free(cn_map *map);       /* not the keys and values */

#endif
