/*
 * The inside of expressions: what the compiler and the ORM need to read, copy and make nodes that
 * cinnabar/sql.h only makes. Nothing here knows a database.
 */
#ifndef CN_SQL_NODE_H
#define CN_SQL_NODE_H

#include <cinnabar/sql.h>

#include "base/arena.h"
#include "base/convert.h"

/* Kinds of cn_value that stand only inside a node. */
enum {
    CN_KIND_MEMBER_ = 100, /* another column: as.list.items is the model, as.list.count the offset */
    CN_KIND_LATER_,        /* a parameter by name: as.text.data */
    CN_KIND_PARAMS_        /* the parameters of a fragment: as.list.items */
};

/* cn_node.flags */
enum {
    CN_NODE_BY_INDEX = 1, /* `offset` is the index of a column: tables without a struct have no offsets */
    CN_NODE_DESC     = 2  /* ORDER BY ... DESC */
};

/* The column `index` of a table, as a value. */
cn_expr cn_node_column(const cn_model *model, uint32_t index);
/* column == value; column == other column */
cn_condition cn_node_equals(const cn_model *model, uint32_t index, cn_value value);
cn_condition cn_node_joins(const cn_model *model, uint32_t index, const cn_model *other, uint32_t other_index);

/* Whether the parts are what they were when the node was made. Flat nodes always are. */
bool cn_node_alive(const cn_node *node);

static inline bool cn_node_has_conditions(const cn_node *node)
{
    return node->kind >= CN_NODE_AND && node->kind <= CN_NODE_NOT;
}

/* A copy of the node's parts, and of the text it borrows, in `arena`. False: no memory, or its parts have died. */
bool cn_node_copy(cn_node *node, cn_arena *arena);

#endif
