/*
 * One pass over a statement: its structure becomes the key under which it is compiled once, its
 * values are collected in the order in which the compiler numbers them. This is all that a later
 * execution of the same structure costs, besides one look-up and binding.
 *
 * What can be wrong with a statement whatever the database is found here, before anything is sent:
 * dead literals, a NULL text in a comparison, a parameter that is missing, unknown or given twice.
 */
#ifndef CN_SQL_WALK_H
#define CN_SQL_WALK_H

#include "engine/connection.h"
#include "sql/node.h"

#define CN_WALK_WORDS 64
#define CN_WALK_VALUES 24
#define CN_WALK_PARAMS 64

typedef struct cn_walk {
    uint64_t       *words;
    size_t          word_count, word_capacity;
    cn_value       *values;
    size_t          value_count, value_capacity;
    const cn_param *params;     /* those of the execution */
    bool           *taken;      /* which of them a cn_later has asked for */
    bool            describing; /* nothing will be sent: a cn_later needs no value */
    bool            lend;       /* rows are read after the caller's values are gone */
    unsigned        depth;
    cn_error       *error;
    cn_arena        arena; /* patterns that had to be escaped; lives until cn_walk_end */
    uint64_t        first_words[CN_WALK_WORDS];
    cn_value        first_values[CN_WALK_VALUES];
    bool            first_taken[CN_WALK_PARAMS];
} cn_walk;

void cn_walk_begin(cn_walk *walk, cn_error *error);
void cn_walk_end_slow(cn_walk *walk);

/* When the rows have been read: values may live in it. */
static inline void cn_walk_end(cn_walk *walk)
{
    if (walk->words != walk->first_words || walk->values != walk->first_values ||
        walk->arena.chunk != NULL)
        cn_walk_end_slow(walk);
}

/* False: walk->error is filled. `params` may be NULL. */
bool cn_walk_statement(cn_walk *walk, const cn_statement *statement, const cn_param *params);

/* For statements that the ORM makes: a word of the key, a value. False: no memory. */
CN_COLD_ bool cn_walk_word_slow(cn_walk *walk, uint64_t word);
CN_COLD_ bool cn_walk_value_slow(cn_walk *walk, const cn_value *value);

static inline bool cn_walk_word(cn_walk *walk, uint64_t word)
{
    if (walk->word_count == walk->word_capacity)
        return cn_walk_word_slow(walk, word);
    walk->words[walk->word_count++] = word;
    return true;
}

static inline bool cn_walk_value(cn_walk *walk, const cn_value *value)
{
    if (walk->value_count == walk->value_capacity)
        return cn_walk_value_slow(walk, value);
    cn_value *to = &walk->values[walk->value_count++];
    *to          = *value;
    cn_value_measure(to);
    return true;
}

/* The first words of keys: statement kinds (2 to 5) for those of cinnabar/sql.h, and these. */
enum { CN_KEY_ROWS = 6 /* sql/rows.h */, CN_KEY_RELATED = 7 /* orm */ };

#endif
