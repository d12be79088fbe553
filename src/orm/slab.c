/*
 * See slab.h.
 */
#define _POSIX_C_SOURCE 200809L
#include "orm/slab.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"

#define CN_SLAB_SHIFT 16
#define CN_SLAB_PAGE ((size_t)1 << CN_SLAB_SHIFT)

/* ---- the directory: two levels, indexed by the address of a page of 64 KiB ------------------- */

#define CN_LEVEL_BITS 16
#define CN_LEVEL_SIZE ((size_t)1 << CN_LEVEL_BITS)

typedef struct directory_leaf {
    _Atomic(cn_slab *) slabs[CN_LEVEL_SIZE];
} directory_leaf;

static _Atomic(directory_leaf *) directory[CN_LEVEL_SIZE];
static pthread_mutex_t           directory_lock = PTHREAD_MUTEX_INITIALIZER;

/* Addresses of 48 bits: what Linux gives unless it is asked for more. */
static bool page_of(const void *address, size_t *page)
{
    uintptr_t bits = (uintptr_t)address;
    *page          = (size_t)(bits >> CN_SLAB_SHIFT);
    return *page >> (2 * CN_LEVEL_BITS) == 0;
}

static cn_slab *directory_get(size_t page)
{
    directory_leaf *leaf = atomic_load_explicit(&directory[page >> CN_LEVEL_BITS],
                                                memory_order_acquire);
    return leaf == NULL ? NULL
                        : atomic_load_explicit(&leaf->slabs[page & (CN_LEVEL_SIZE - 1)],
                                               memory_order_acquire);
}

/* Under the lock. A leaf, once made, stays. */
static bool directory_put(size_t page, cn_slab *slab)
{
    _Atomic(directory_leaf *) *place = &directory[page >> CN_LEVEL_BITS];
    directory_leaf            *leaf  = atomic_load_explicit(place, memory_order_relaxed);
    if (leaf == NULL) {
        if (slab == NULL)
            return true;
        leaf = cn_allocate_zero(1, sizeof *leaf);
        if (leaf == NULL)
            return false;
        atomic_store_explicit(place, leaf, memory_order_release);
    }
    atomic_store_explicit(&leaf->slabs[page & (CN_LEVEL_SIZE - 1)], slab, memory_order_release);
    return true;
}

static bool directory_set(cn_slab *slab, size_t bytes, cn_slab *value)
{
    size_t first;
    bool   good = page_of(slab, &first);
    pthread_mutex_lock(&directory_lock);
    for (size_t i = 0; good && i < bytes >> CN_SLAB_SHIFT; i++)
        good = directory_put(first + i, value);
    if (!good && value != NULL)
        for (size_t i = 0; i < bytes >> CN_SLAB_SHIFT && page_of(slab, &first); i++)
            directory_put(first + i, NULL);
    pthread_mutex_unlock(&directory_lock);
    return good;
}

cn_slab *cn_slab_of(const void *instance, uint32_t *slot)
{
    size_t page;
    if (!page_of(instance, &page))
        return NULL;
    cn_slab *slab = directory_get(page);
    if (slab == NULL || (const char *)instance < slab->structs)
        return NULL;
    size_t at    = (size_t)((const char *)instance - slab->structs);
    size_t index = (size_t)((at * slab->inverse) >> 32);
    if (index >= __atomic_load_n(&slab->used, __ATOMIC_ACQUIRE) || index * slab->stride != at ||
        slab->records[index].state == 0)
        return NULL;
    *slot = (uint32_t)index;
    return slab;
}

cn_record *cn_record_of(const void *instance, cn_slab **slab, uint32_t *slot)
{
    *slab = cn_slab_of(instance, slot);
    return *slab == NULL ? NULL : &(*slab)->records[*slot];
}

/* ---- memory: slabs of one page are kept for the next session --------------------------------- */

#define CN_RECYCLED_MOST 512

static pthread_mutex_t recycled_lock = PTHREAD_MUTEX_INITIALIZER;
static void           *recycled[CN_RECYCLED_MOST];
static size_t          recycled_count;

static void *take_memory(size_t bytes)
{
    void *memory = NULL;
    if (bytes == CN_SLAB_PAGE) {
        pthread_mutex_lock(&recycled_lock);
        if (recycled_count != 0)
            memory = recycled[--recycled_count];
        pthread_mutex_unlock(&recycled_lock);
    }
    return memory != NULL ? memory : cn_allocate_aligned(CN_SLAB_PAGE, bytes);
}

static void give_memory(void *memory, size_t bytes)
{
    if (bytes == CN_SLAB_PAGE) {
        pthread_mutex_lock(&recycled_lock);
        if (recycled_count < CN_RECYCLED_MOST) {
            recycled[recycled_count++] = memory;
            memory                     = NULL;
        }
        pthread_mutex_unlock(&recycled_lock);
    }
    cn_release(memory);
}

void cn_slab_trim(void)
{
    pthread_mutex_lock(&recycled_lock);
    while (recycled_count != 0)
        cn_release(recycled[--recycled_count]);
    pthread_mutex_unlock(&recycled_lock);
}

/* ---- slabs ----------------------------------------------------------------------------------- */

static size_t round_up(size_t size, size_t alignment)
{
    return (size + alignment - 1) & ~(alignment - 1);
}

cn_slab *cn_slab_new(cn_mapper *mapper, cn_session *session, size_t stride, size_t alignment,
                     bool shadows)
{
    size_t head  = round_up(sizeof(cn_slab), sizeof(void *));
    size_t each  = sizeof(cn_record) + stride * (shadows ? 2 : 1);
    size_t fixed = head + 2 * alignment; /* structs and shadows are aligned */
    if (stride > SIZE_MAX / 8 || alignment > CN_SLAB_PAGE / 4)
        return NULL;
    size_t   bytes = round_up(fixed + each, CN_SLAB_PAGE);
    cn_slab *slab  = take_memory(bytes);
    if (slab == NULL)
        return NULL;
    size_t capacity = (bytes - fixed) / each;
    if (capacity > UINT32_MAX)
        capacity = UINT32_MAX;
    *slab         = (cn_slab){.mapper   = mapper,
                              .session  = session,
                              .bytes    = bytes,
                              .stride   = stride,
                              .inverse  = UINT32_MAX / stride + 1,
                              .capacity = (uint32_t)capacity};
    slab->records = (cn_record *)(void *)((char *)slab + head);
    slab->structs = (char *)round_up((uintptr_t)(slab->records + capacity), alignment);
    if (shadows)
        slab->shadows = (char *)round_up((uintptr_t)(slab->structs + capacity * stride), alignment);
    if (!directory_set(slab, bytes, slab)) {
        give_memory(slab, bytes);
        return NULL;
    }
    return slab;
}

void cn_slab_free(cn_slab *slab)
{
    if (slab == NULL)
        return;
    directory_set(slab, slab->bytes, NULL);
    cn_arena_free(&slab->text);
    give_memory(slab, slab->bytes);
}
