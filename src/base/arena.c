/*
 * The arena's chunks. Each is one allocation, begins with a small head and hangs from the one
 * made after it; they double up to a limit, so that a long-lived owner allocates rarely and a
 * small one stays small.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "base/memory.h"

#define CHUNK_SMALLEST ((size_t)1024)
#define CHUNK_LARGEST ((size_t)64 * 1024)

static void free_newer(cn_arena *arena, const cn_arena_chunk *kept)
{
    while (arena->chunk != kept) {
        cn_arena_chunk *older = arena->chunk->older;
        cn_release(arena->chunk);
        arena->chunk = older;
    }
}

void *cn_arena_take_slow(cn_arena *arena, size_t size, size_t alignment)
{
    (void)alignment; /* a chunk's data begin aligned for any object */
    size_t wanted = arena->next != 0 ? arena->next : CHUNK_SMALLEST;
    if (size > SIZE_MAX - sizeof(cn_arena_chunk))
        return NULL;
    size_t total = size + sizeof(cn_arena_chunk);
    if (total < wanted)
        total = wanted;
    cn_arena_chunk *chunk = cn_allocate(total);
    if (chunk == NULL)
        return NULL;
    chunk->older = arena->chunk;
    chunk->end   = (char *)chunk + total;
    arena->chunk = chunk;
    arena->next  = wanted < CHUNK_LARGEST ? wanted * 2 : CHUNK_LARGEST;

    char *data = (char *)(chunk + 1);
    arena->at  = data + size;
    arena->end = chunk->end;
    return data;
}

void *cn_arena_zero(cn_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *data = cn_arena_take(arena, count * size, alignof(max_align_t));
    if (data != NULL)
        memset(data, 0, count * size);
    return data;
}

char *cn_arena_text(cn_arena *arena, const char *text)
{
    return text != NULL ? cn_arena_text_sized(arena, text, strlen(text)) : NULL;
}

char *cn_arena_text_sized(cn_arena *arena, const char *text, size_t size)
{
    if (text == NULL || size == SIZE_MAX)
        return NULL;
    char *copy = cn_arena_take(arena, size + 1, 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

cn_arena_mark cn_arena_here(const cn_arena *arena)
{
    return (cn_arena_mark){arena->at, arena->chunk};
}

void cn_arena_back(cn_arena *arena, cn_arena_mark mark)
{
    if (mark.chunk == NULL) {
        cn_arena_reset(arena);
        return;
    }
    free_newer(arena, mark.chunk);
    arena->at  = mark.at;
    arena->end = mark.chunk->end;
}

void cn_arena_reset_slow(cn_arena *arena)
{
    cn_arena_chunk *kept = arena->chunk;
    if ((size_t)(kept->end - (char *)kept) > CN_ARENA_KEPT) {
        cn_arena_free(arena);
        return;
    }
    arena->chunk = kept->older;
    free_newer(arena, NULL);
    kept->older  = NULL;
    arena->chunk = kept;
    arena->at    = (char *)(kept + 1);
    arena->end   = kept->end;
}

void cn_arena_free(cn_arena *arena)
{
    free_newer(arena, NULL);
    *arena = (cn_arena){0};
}

void cn_arena_join(cn_arena *arena, cn_arena *from)
{
    if (from->chunk == NULL)
        return;
    if (arena->chunk == NULL) {
        *arena = *from;
    } else {
        cn_arena_chunk *oldest = from->chunk;
        while (oldest->older != NULL)
            oldest = oldest->older;
        oldest->older       = arena->chunk->older;
        arena->chunk->older = from->chunk;
    }
    *from = (cn_arena){0};
}
