/*
 * A relationship resolved: which columns of which tables hold it together, and in which direction.
 * Worked out from primaryjoin, secondaryjoin and foreign(), or from the foreign keys. Description
 * only; what to do about it is the ORM's business, how to join along it the compiler's.
 */
#ifndef CN_SCHEMA_RELATIONSHIP_H
#define CN_SCHEMA_RELATIONSHIP_H

#include "schema/table.h"

typedef enum cn_direction { CN_MANY_TO_ONE, CN_ONE_TO_MANY, CN_MANY_TO_MANY } cn_direction;

/* `owner.left == other.right`, columns by index. MANY_TO_ONE: left refers to right. ONE_TO_MANY:
   right refers to left. MANY_TO_MANY: right is a column of the secondary table that refers to
   left. */
typedef struct cn_pair {
    uint32_t left;
    uint32_t right;
} cn_pair;

typedef struct cn_relationship {
    const char     *name;  /* the member */
    const char     *title; /* "Post.author", for errors */
    uint32_t        offset;
    uint32_t        index; /* in its table */
    bool            many;
    cn_direction    direction;
    const cn_table *owner;
    const cn_table *target;
    const cn_table *secondary; /* NULL but for MANY_TO_MANY */
    cn_pair        *pairs;     /* owner.left, target.right (or secondary.right) */
    size_t          pair_count;
    cn_pair        *far_pairs; /* MANY_TO_MANY: target.left, secondary.right */
    size_t          far_pair_count;
    bool            by_key; /* MANY_TO_ONE whose right sides are exactly the target's primary key */
    const struct cn_relationship *reverse; /* back_populates, or NULL; resolved lazily: see below */
    int                           cascade; /* never 0 */
    bool                          view_only;
    bool                          passive_deletes;
    struct cn_order {
        uint32_t column;
        bool     descending;
    } * order; /* of the target's rows */
    size_t order_count;
} cn_relationship;

/*
 * The relationships of a table, all of them, resolved together with those of their targets that
 * they name in back_populates (so `reverse` is set both ways). NULL with an error that names the
 * model and the member: a join that does not parse, a name that is not there, no foreign() and no
 * foreign key, or more than one way; a back_populates that is not mutual; a to-one member with a
 * join that yields many, and so on. Thread-safe; made once.
 */
typedef struct cn_relationships {
    cn_relationship *items;
    size_t           count;
} cn_relationships;

const cn_relationships *cn_relationships_of(const cn_table *table, cn_error *error);

#endif
