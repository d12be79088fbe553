/*
 * Memory: the only way to the installed allocator. Everything the library allocates comes from
 * here, so that one test can make every allocation fail in turn.
 */
#ifndef CN_BASE_MEMORY_H
#define CN_BASE_MEMORY_H

#include <cinnabar/base.h>

void *cn_allocate(size_t size);                    /* NULL if there is none; size 0 is size 1 */
void *cn_allocate_zero(size_t count, size_t size); /* checked product, zeroed */
void *cn_reallocate(void *block, size_t size);
void *cn_allocate_aligned(size_t alignment, size_t size);
void  cn_release(void *block);                           /* NULL does nothing */
char *cn_duplicate(const char *text);                    /* NULL in, NULL out */
char *cn_duplicate_sized(const char *text, size_t size); /* adds the NUL */

/* Makes room for `needed` elements of `element` bytes in the growing array at *items. */
CN_COLD_ bool cn_reserve_slow(void *items_pointer, size_t *capacity, size_t needed, size_t element);
static inline bool cn_reserve(void *items_pointer, size_t *capacity, size_t needed, size_t element)
{
    return needed <= *capacity || cn_reserve_slow(items_pointer, capacity, needed, element);
}

/* The allocator in use: what a driver that is loaded at run time is handed. */
const cn_allocator *cn_current_allocator(void);

#endif
