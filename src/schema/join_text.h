/*
 * The little language of primaryjoin, secondaryjoin and order_by:
 *
 *     foreign(Post.author_id) == Author.id && foreign(Post.tenant) == Author.tenant
 *     created desc, id
 *
 * Names are those of the tables at hand alone. Read by relationship.c.
 */
#ifndef CN_SCHEMA_JOIN_TEXT_H
#define CN_SCHEMA_JOIN_TEXT_H

#include "schema/relationship.h"

/* One text, and what its names may mean. */
typedef struct cn_join_text {
    const char     *title;  /* of the relationship: "Post.author" */
    const char     *option; /* "primaryjoin" */
    const char     *text;
    const cn_table *tables[3]; /* owner, target and secondary; NULL where there is none */
    cn_error       *error;
} cn_join_text;

typedef struct cn_join_side {
    const cn_column *column;
    bool             foreign;
    bool             remote;
} cn_join_side;

typedef struct cn_join_pair {
    cn_join_side left;
    cn_join_side right;
} cn_join_pair;

/* The comparisons of a join, at least one; in the arena. False: the error names the relationship,
   the place and what was expected there. */
bool cn_join_parse(const cn_join_text *join, cn_arena *arena, cn_join_pair **pairs, size_t *count);

/* The columns of an order_by; `tables[1]` is the target. */
bool cn_order_parse(const cn_join_text *order, cn_arena *arena, struct cn_order **items,
                    size_t *count);

#endif
