/*
 * Memory: the one place that knows the installed allocator; and the version, which has no other
 * home. Every floor allocates through here. It must never know what the memory is for.
 */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void *standard_allocate(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void *standard_reallocate(void *context, void *block, size_t size)
{
    (void)context;
    return realloc(block, size);
}

static void *standard_allocate_aligned(void *context, size_t alignment, size_t size)
{
    (void)context;
    return aligned_alloc(alignment, size);
}

static void standard_release(void *context, void *block)
{
    (void)context;
    free(block);
}

#define STANDARD_ALLOCATOR                                                                         \
    {                                                                                              \
        sizeof(cn_allocator), NULL, standard_allocate, standard_reallocate,                        \
            standard_allocate_aligned, standard_release                                            \
    }

static const cn_allocator standard = STANDARD_ALLOCATOR;
static cn_allocator       current  = STANDARD_ALLOCATOR;

const char *cn_version(void)
{
    return CN_VERSION;
}

int cn_version_number(void)
{
    return CN_VERSION_NUMBER;
}

bool cn_set_allocator(const cn_allocator *allocator)
{
    if (allocator == NULL) {
        current = standard;
        return true;
    }
    if (allocator->size < sizeof *allocator || allocator->allocate == NULL ||
        allocator->reallocate == NULL || allocator->allocate_aligned == NULL ||
        allocator->release == NULL)
        return false;
    current      = *allocator;
    current.size = sizeof current;
    return true;
}

const cn_allocator *cn_current_allocator(void)
{
    return &current;
}

void *cn_allocate(size_t size)
{
    return current.allocate(current.context, size != 0 ? size : 1);
}

void *cn_allocate_zero(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *block = cn_allocate(count * size);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

void *cn_reallocate(void *block, size_t size)
{
    return current.reallocate(current.context, block, size != 0 ? size : 1);
}

void *cn_allocate_aligned(size_t alignment, size_t size)
{
    if (size > SIZE_MAX - (alignment - 1))
        return NULL;
    size_t rounded = (size + (alignment - 1)) & ~(alignment - 1);
    return current.allocate_aligned(current.context, alignment, rounded != 0 ? rounded : alignment);
}

void cn_release(void *block)
{
    if (block != NULL)
        current.release(current.context, block);
}

char *cn_duplicate(const char *text)
{
    return text != NULL ? cn_duplicate_sized(text, strlen(text)) : NULL;
}

char *cn_duplicate_sized(const char *text, size_t size)
{
    if (text == NULL || size == SIZE_MAX)
        return NULL;
    char *copy = cn_allocate(size + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

bool cn_reserve_slow(void *items_pointer, size_t *capacity, size_t needed, size_t element)
{
    size_t wanted = *capacity <= SIZE_MAX / 2 ? *capacity * 2 : needed;
    if (wanted < needed)
        wanted = needed;
    if (wanted < 8)
        wanted = 8;
    if (element != 0 && wanted > SIZE_MAX / element)
        wanted = needed;
    if (element != 0 && wanted > SIZE_MAX / element)
        return false;

    void *items; /* the caller's pointer is of its own type: it is copied, not cast */
    memcpy(&items, items_pointer, sizeof items);
    items = cn_reallocate(items, wanted * element);
    if (items == NULL)
        return false;
    memcpy(items_pointer, &items, sizeof items);
    *capacity = wanted;
    return true;
}
