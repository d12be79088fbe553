/*
 * An arena: memory that is taken piece by piece and given back all at once. Used for what lives
 * as long as its owner (a compiled statement, a result, the text of a batch of instances).
 * Not for several threads at once.
 */
#ifndef CN_BASE_ARENA_H
#define CN_BASE_ARENA_H

#include <stdalign.h>
#include <stddef.h>

#include <cinnabar/base.h>

/* The head of a chunk; what is taken from it follows. */
typedef struct cn_arena_chunk {
    alignas(max_align_t) struct cn_arena_chunk *older;
    char *end;
} cn_arena_chunk;

typedef struct cn_arena {
    char           *at;    /* free from here ... */
    char           *end;   /* ... to here */
    cn_arena_chunk *chunk; /* the newest; older ones hang from it */
    size_t          next;  /* the size of the next chunk; 0 = the smallest */
} cn_arena;                /* zero bytes are an empty arena */

typedef struct cn_arena_mark {
    char           *at;
    cn_arena_chunk *chunk;
} cn_arena_mark;

void *cn_arena_take_slow(cn_arena *arena, size_t size, size_t alignment);

/* NULL if memory runs out. `alignment` is a power of two, at most that of max_align_t. */
static inline void *cn_arena_take(cn_arena *arena, size_t size, size_t alignment)
{
    uintptr_t at = ((uintptr_t)arena->at + (alignment - 1)) & ~(uintptr_t)(alignment - 1);
    if (arena->at == NULL || at > (uintptr_t)arena->end || (uintptr_t)arena->end - at < size)
        return cn_arena_take_slow(arena, size, alignment);
    arena->at = (char *)at + size;
    return (void *)at;
}

#define CN_ARENA_NEW(arena, T) ((T *)cn_arena_zero((arena), 1, sizeof(T)))
#define CN_ARENA_ARRAY(arena, T, count) ((T *)cn_arena_zero((arena), (count), sizeof(T)))

void *cn_arena_zero(cn_arena *arena, size_t count, size_t size); /* zeroed, fully aligned */
char *cn_arena_text(cn_arena *arena, const char *text);          /* NULL in, NULL out */
char *cn_arena_text_sized(cn_arena *arena, const char *text, size_t size); /* adds the NUL */

cn_arena_mark cn_arena_here(const cn_arena *arena);
void cn_arena_back(cn_arena *arena, cn_arena_mark mark); /* gives back what came after it */
void cn_arena_reset_slow(cn_arena *arena);
void cn_arena_free(cn_arena *arena);
void cn_arena_join(cn_arena *arena, cn_arena *from); /* takes over what `from` holds */

/* Empties it, and keeps one chunk for reuse: nothing is to be done if no more was taken. */
#define CN_ARENA_KEPT ((size_t)1024 * 1024) /* the largest chunk that is kept */

static inline void cn_arena_reset(cn_arena *arena)
{
    cn_arena_chunk *chunk = arena->chunk;
    if (chunk == NULL)
        return;
    if (chunk->older == NULL && (size_t)(chunk->end - (char *)chunk) <= CN_ARENA_KEPT)
        arena->at = (char *)(chunk + 1);
    else
        cn_arena_reset_slow(arena);
}

#endif
