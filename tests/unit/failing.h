/*
 * An allocator whose n-th allocation fails, and all that follow it or none; it counts the blocks
 * that are alive. For tests that a function either works or fails cleanly, whichever allocation
 * it is that fails:
 *
 *     bool failed = true;
 *     for (size_t n = 1; failed; n++) {
 *         failing_begin(n, false);
 *         ... do it all, check, free ...
 *         failed = failing_end();
 *     }
 */
#ifndef UNIT_FAILING_H
#define UNIT_FAILING_H

#include <stdlib.h>

#include <cinnabar/base.h>

static struct {
    size_t calls;
    size_t fail_at; /* 0: none */
    bool   for_good;
    size_t failures;
    size_t alive;
} failing;

static inline bool failing_now(void)
{
    failing.calls++;
    if (failing.fail_at == 0 ||
        (failing.for_good ? failing.calls < failing.fail_at : failing.calls != failing.fail_at))
        return false;
    failing.failures++;
    return true;
}

static inline void *failing_keep(void *block)
{
    failing.alive += block != NULL;
    return block;
}

static inline void *failing_allocate(void *context, size_t size)
{
    (void)context;
    return failing_now() ? NULL : failing_keep(malloc(size));
}

static inline void *failing_reallocate(void *context, void *block, size_t size)
{
    (void)context;
    if (failing_now())
        return NULL;
    void *moved = realloc(block, size);
    return block == NULL ? failing_keep(moved) : moved;
}

static inline void *failing_allocate_aligned(void *context, size_t alignment, size_t size)
{
    (void)context;
    return failing_now() ? NULL : failing_keep(aligned_alloc(alignment, size));
}

static inline void failing_release(void *context, void *block)
{
    (void)context;
    failing.alive -= block != NULL;
    free(block);
}

/* From now on the `fail_at`-th allocation fails, and with `for_good` every later one. */
static inline void failing_begin(size_t fail_at, bool for_good)
{
    static const cn_allocator allocator = {sizeof allocator,         NULL,
                                           failing_allocate,         failing_reallocate,
                                           failing_allocate_aligned, failing_release};
    failing.calls = failing.failures = failing.alive = 0;
    failing.fail_at                                  = fail_at;
    failing.for_good                                 = for_good;
    (void)cn_set_allocator(&allocator);
}

/* True if something failed since the beginning. */
static inline bool failing_end(void)
{
    (void)cn_set_allocator(NULL);
    return failing.failures != 0;
}

#endif
