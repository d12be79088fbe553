/*
 * Compiled statements and the cache of one engine. The connections ask the cache only when they
 * meet a statement for the first time; after that they find it in their own map, without a lock.
 * Knows nothing of what is compiled.
 */
#include "engine/compiled.h"

#include <pthread.h>
#include <stdalign.h>
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"

struct cn_compiled_cache {
    pthread_mutex_t lock;
    cn_map          map;
    cn_compiled    *newest, *oldest;
    size_t          limit;
};

cn_compiled *cn_compiled_new(size_t struct_size, const void *key, size_t key_size, uint64_t hash)
{
    cn_arena     arena    = {0};
    cn_compiled *compiled = cn_arena_take(&arena, struct_size, alignof(max_align_t));
    void        *copy     = cn_arena_take(&arena, key_size != 0 ? key_size : 1, 8);
    if (compiled == NULL || copy == NULL) {
        cn_arena_free(&arena);
        return NULL;
    }
    memset(compiled, 0, struct_size);
    memcpy(copy, key, key_size);
    compiled->hash     = hash;
    compiled->key      = copy;
    compiled->key_size = key_size;
    compiled->arena    = arena;
    compiled->born     = cn_now();
    atomic_init(&compiled->references, 1);
    return compiled;
}

void cn_compiled_retain(cn_compiled *compiled)
{
    atomic_fetch_add_explicit(&compiled->references, 1, memory_order_relaxed);
}

void cn_compiled_release(cn_compiled *compiled)
{
    if (compiled == NULL ||
        atomic_fetch_sub_explicit(&compiled->references, 1, memory_order_acq_rel) != 1)
        return;
    cn_arena arena = compiled->arena; /* it holds the struct, too */
    cn_arena_free(&arena);
}

cn_compiled_cache *cn_compiled_cache_new(size_t limit)
{
    cn_compiled_cache *cache = cn_allocate_zero(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    if (pthread_mutex_init(&cache->lock, NULL) != 0) {
        cn_release(cache);
        return NULL;
    }
    cache->limit = limit;
    return cache;
}

static void unlink_compiled(cn_compiled_cache *cache, cn_compiled *compiled)
{
    *(compiled->newer != NULL ? &compiled->newer->older : &cache->newest) = compiled->older;
    *(compiled->older != NULL ? &compiled->older->newer : &cache->oldest) = compiled->newer;
    compiled->newer = compiled->older = NULL;
}

static void link_newest(cn_compiled_cache *cache, cn_compiled *compiled)
{
    compiled->older                                                   = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = compiled;
    cache->newest                                                     = compiled;
}

static void drop_oldest(cn_compiled_cache *cache)
{
    cn_compiled *oldest = cache->oldest;
    unlink_compiled(cache, oldest);
    cn_map_remove(&cache->map, oldest->hash, oldest->key, oldest->key_size);
    cn_compiled_release(oldest);
}

void cn_compiled_cache_free(cn_compiled_cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->oldest != NULL)
        drop_oldest(cache);
    cn_map_free(&cache->map);
    pthread_mutex_destroy(&cache->lock);
    cn_release(cache);
}

/* If another thread was at it when the process forked, what that left is not whole. */
void cn_compiled_cache_forget(cn_compiled_cache *cache)
{
    if (pthread_mutex_trylock(&cache->lock) == 0) {
        pthread_mutex_unlock(&cache->lock);
        return;
    }
    pthread_mutex_init(&cache->lock, NULL);
    cache->map    = (cn_map){0};
    cache->newest = cache->oldest = NULL;
}

cn_compiled *cn_compiled_cache_get(cn_compiled_cache *cache, uint64_t hash, const void *key,
                                   size_t key_size)
{
    pthread_mutex_lock(&cache->lock);
    cn_compiled *compiled = cn_map_get(&cache->map, hash, key, key_size);
    if (compiled != NULL) {
        cn_compiled_retain(compiled);
        unlink_compiled(cache, compiled);
        link_newest(cache, compiled);
    }
    pthread_mutex_unlock(&cache->lock);
    return compiled;
}

cn_compiled *cn_compiled_cache_put(cn_compiled_cache *cache, cn_compiled *compiled)
{
    pthread_mutex_lock(&cache->lock);
    cn_compiled *other = cn_map_get(&cache->map, compiled->hash, compiled->key, compiled->key_size);
    if (other != NULL) {
        cn_compiled_retain(other);
    } else if (cache->limit > 0 && cn_map_put(&cache->map, compiled->hash, compiled->key,
                                              compiled->key_size, compiled)) {
        cn_compiled_retain(compiled);
        link_newest(cache, compiled);
        if (cache->map.count > cache->limit)
            drop_oldest(cache);
    }
    pthread_mutex_unlock(&cache->lock);
    if (other == NULL)
        return compiled;
    cn_compiled_release(compiled);
    return other;
}
