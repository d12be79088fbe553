/*
 * A statement compiled for one engine: SQL in the driver's words and whatever the floor that
 * compiled it wants to find again. Immutable once it is made, shared by the engine's
 * connections, and counted.
 *
 * An upper floor embeds cn_compiled as the first member of a larger struct, all in its arena:
 *
 *     typedef struct plan { cn_compiled head; size_t count; const cn_decode *columns; } plan;
 *     plan *made = (plan *)cn_compiled_new(sizeof *made, key, key_size, hash);
 *     made->columns = CN_ARENA_ARRAY(&made->head.arena, cn_decode, n); ...
 *
 * Keys are bytes. The first byte of a text statement's key is the first of its SQL; the engine
 * keeps 1 for its own expansions; upper floors begin theirs with a byte from 2 to 8 (or 0: a
 * word stored with its highest byte first), which no SQL text begins with.
 */
#ifndef CN_ENGINE_COMPILED_H
#define CN_ENGINE_COMPILED_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/convert.h"
#include "base/error.h"
#include "base/map.h"

typedef struct cn_compiled cn_compiled;

struct cn_compiled {
    uint64_t           hash;
    const void        *key;
    size_t             key_size;
    const char        *sql; /* set by who compiles, in `arena` */
    size_t             sql_size;
    const char *const *names; /* of each value that is bound, for echo and errors; or NULL */
    size_t             name_count;
    const cn_decode   *types; /* of each column, in order: what is known beside what the database */
    size_t             type_count; /* says, as labels and user types; or NULL */
    cn_arena           arena;      /* everything of it lives here, itself included */
    atomic_size_t      references;
    int64_t            born;          /* nanoseconds on the monotonic clock: for echo */
    cn_compiled       *newer, *older; /* the engine's cache, under its lock */
};

/* Zeroed, with a copy of the key and one reference. NULL if memory runs out. */
cn_compiled *cn_compiled_new(size_t struct_size, const void *key, size_t key_size, uint64_t hash);
void         cn_compiled_retain(cn_compiled *compiled);
void cn_compiled_release(cn_compiled *compiled); /* the last one frees it; NULL does nothing */

/*
 * Called when no connection of the engine has compiled that key yet. Returns a new compiled
 * statement, whose reference passes to the caller, or NULL with `error` filled. It may ask the
 * connection for its link, but run nothing on it.
 */
typedef cn_compiled *cn_compile_function(cn_connection *connection, void *context, cn_error *error);

/* The cache of one engine: keys to compiled statements, the least recently used out first. */
typedef struct cn_compiled_cache cn_compiled_cache;

cn_compiled_cache *cn_compiled_cache_new(size_t limit);
void               cn_compiled_cache_free(cn_compiled_cache *cache);
void               cn_compiled_cache_forget(cn_compiled_cache *cache); /* in a child process */
/* Both with a reference for the caller. put returns what another thread put there before, if any;
   if memory runs out the statement is just not cached. */
cn_compiled *cn_compiled_cache_get(cn_compiled_cache *cache, uint64_t hash, const void *key,
                                   size_t key_size);
cn_compiled *cn_compiled_cache_put(cn_compiled_cache *cache, cn_compiled *compiled);

#endif
