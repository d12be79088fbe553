/*
 * The statements that are prepared on one link: found by the key of what was compiled, the least
 * recently used released when there are too many. Used by the one thread that holds the link.
 */
#ifndef CN_ENGINE_STATEMENTS_H
#define CN_ENGINE_STATEMENTS_H

#include <string.h>

#include <cinnabar/sys/driver.h>

#include "base/convert.h"
#include "base/map.h"
#include "engine/compiled.h"

/* How the rows of a statement go into a struct: for cn_fetch, which asks with every row. */
typedef struct cn_row_plan {
    unsigned  described; /* cn_prepared.described, when this was made */
    size_t    count;
    cn_decode steps[]; /* behind them, their names */
} cn_row_plan;

/* A statement prepared on one link. */
typedef struct cn_statement_slot {
    cn_compiled *compiled;
    cn_prepared *prepared; /* NULL: not yet (a text that has only been run with lists) */
    struct cn_statement_slot *newer, *older;
    cn_row_plan              *plan;   /* of its first cn_fetch; NULL */
    cn_result                *reader; /* the result that reads the rows, or NULL */
    bool                      live;   /* it was run, and there may be rows that nobody has read */
    bool                      reused; /* it was run before: for echo */
} cn_statement_slot;

typedef struct cn_statements {
    cn_map             map;
    cn_statement_slot *newest, *oldest;
} cn_statements; /* zero bytes hold none */

void cn_statements_touch_slow(cn_statements *statements, cn_statement_slot *slot);

/* NULL if it is not there. */
static inline cn_statement_slot *cn_statements_find(cn_statements *statements, uint64_t hash,
                                                    const void *key, size_t key_size)
{
    cn_statement_slot *slot = cn_map_get(&statements->map, hash, key, key_size);
    if (slot != NULL && slot != statements->newest)
        cn_statements_touch_slow(statements, slot);
    return slot;
}

/* Keys are mostly a few words. */
static inline bool cn_same_key(const void *one, const void *other, size_t size)
{
    const char *a = one, *b = other;
    uint64_t    x, y, differs = 0;
    if (size % sizeof x != 0 || size > 16 * sizeof x)
        return memcmp(a, b, size) == 0;
    for (; size != 0; a += sizeof x, b += sizeof x, size -= sizeof x) {
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        differs |= x ^ y;
    }
    return differs == 0;
}

/* The one that was found last, if that is its key: what a loop asks for needs no hash. */
static inline cn_statement_slot *cn_statements_newest(const cn_statements *statements,
                                                      const void *key, size_t key_size)
{
    cn_statement_slot *slot = statements->newest;
    bool               same = slot != NULL && slot->compiled->key_size == key_size &&
                cn_same_key(slot->compiled->key, key, key_size);
    return same ? slot : NULL;
}

/* Takes over `compiled` and `prepared`, if it succeeds; beyond `limit` the oldest that is not being
   read is released. NULL if memory runs out. */
cn_statement_slot *cn_statements_add(cn_statements *statements, size_t limit, cn_compiled *compiled,
                                     cn_prepared *prepared);

void cn_statements_remove(cn_statements *statements, cn_statement_slot *slot);
/* All but those that are being read, and `kept` (which may be NULL). */
void cn_statements_forget(cn_statements *statements, const cn_statement_slot *kept);
void cn_statements_clear(cn_statements *statements); /* before the link is closed */

#endif
