/*
 * One pass over a statement: its structure becomes the key under which it is compiled once, its
 * values are collected. This is all that a later execution of the same structure costs, besides one
 * look-up and binding.
 *
 * What can be wrong with a statement whatever the database is found here, before anything is sent:
 * dead literals, a NULL text in a comparison, a parameter that is missing, unknown or given twice.
 */
#ifndef CN_SQL_WALK_H
#define CN_SQL_WALK_H

#include "base/map.h"
#include "engine/connection.h"
#include "sql/node.h"

#define CN_WALK_WORDS 64
#define CN_WALK_VALUES 24
#define CN_WALK_PARAMS 64

/*
 * Where the values of a statement are: the address of the node, or of the member of a statement,
 * that each belongs to, and its number. Made by a walk for the compiler, which may so write clauses
 * in any order and as often as its database wants them.
 */
typedef struct cn_numbers {
    cn_map map;
} cn_numbers; /* zero bytes are empty */

void cn_numbers_free(cn_numbers *numbers);
/* The number of the first value that belongs to `place`; what is not there has none and is 0. */
uint32_t cn_numbers_get(const cn_numbers *numbers, const void *place);
/* The statement itself, or its copy with the members that its program did not know yet. */
const void *cn_numbers_whole(const cn_numbers *numbers, const cn_statement *statement);
bool        cn_numbers_set_whole(cn_numbers *numbers, const cn_statement *statement, void *copy);

typedef struct cn_walk {
    uint64_t       *words;
    size_t          word_count, word_capacity;
    cn_value       *values;
    size_t          value_count, value_capacity;
    const cn_param *params;     /* those of the execution */
    bool           *taken;      /* which of them a cn_later has asked for */
    cn_numbers     *numbers;    /* to be filled; NULL: nobody asks */
    bool            describing; /* nothing will be sent: a cn_later needs no value */
    bool            again;      /* only the structure is wanted, the values are known */
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

/* Whether the rows of a select depend on nothing but the table that it is from. */
bool cn_statement_reads_one(const cn_select_statement *select);

/* The first word of a node. */
static inline uint64_t cn_walk_head(const cn_node *node)
{
    return (uint64_t)node->kind | (uint64_t)node->op << 8 | (uint64_t)node->flags << 16 |
           (uint64_t)(node->value.kind == CN_KIND_MEMBER_) << 24 | (uint64_t)node->offset << 32;
}

/* A statement inside another one. */
bool cn_walk_query(cn_walk *walk, const cn_statement *statement);
bool cn_walk_node(cn_walk *walk, const cn_node *node);
/* Goes one deeper, if there is room; the caller counts `depth` down. */
bool cn_walk_enter(cn_walk *walk);
bool cn_walk_text(cn_walk *walk, const char *text);
/* A value of a statement's own that belongs to `place`. */
bool cn_walk_bound(cn_walk *walk, const void *place, const cn_value *value);
/* What is assigned to a member: `field` of the struct of `into`. */
bool cn_walk_assigned(cn_walk *walk, const cn_items *into, const cn_item *item);

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

static inline bool cn_walk_pointer(cn_walk *walk, const void *p)
{
    return cn_walk_word(walk, (uint64_t)(uintptr_t)p);
}

/* A model by its address; of one that may end, and of an alias, also by what it is: another may
   come to stand there. */
static inline bool cn_walk_model(cn_walk *walk, const cn_model *model)
{
    if (model != NULL && model->alias_of != NULL) {
        if (!cn_walk_pointer(walk, model))
            return false;
        model = model->alias_of;
    }
    if (model == NULL || model->state == NULL || model->state->serial == 0)
        return cn_walk_pointer(walk, model);
    return cn_walk_word(walk, (uint64_t)(uintptr_t)model | 1) &&
           cn_walk_word(walk, model->state->serial);
}

static inline bool cn_walk_value(cn_walk *walk, const cn_value *value)
{
    if (walk->value_count == walk->value_capacity)
        return cn_walk_value_slow(walk, value);
    cn_value *to = &walk->values[walk->value_count++];
    if (value->kind == CN_KIND_INTEGER) { /* only what was just written is read again */
        to->kind       = CN_KIND_INTEGER;
        to->as.integer = value->as.integer;
        return true;
    }
    *to = *value;
    cn_value_measure(to);
    return true;
}

/* The first words of keys: the kinds of statements (2 to 7) for those of cinnabar/sql.h, and these.
   Their first byte is 8 at most: see engine/compiled.h. */
enum { CN_KEY_ROWS = 8 /* sql/rows.h */, CN_KEY_RELATED = 8 | 1 << 12 /* orm */ };

#endif
