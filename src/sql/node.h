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
    CN_KIND_MEMBER_ =
        100,        /* another column: as.list.items is the model, as.list.count the offset */
    CN_KIND_LATER_, /* a parameter by name: as.text.data */
    CN_KIND_PARAMS_ /* the parameters of a fragment: as.list.items */
};

/* Expressions inside expressions; deeper is an error. */
#define CN_NODE_DEPTH 1000

/* Why a CN_NODE_BROKEN cannot be executed: its `op`. */
enum {
    CN_BROKEN_DEAD, /* its parts had died when it was copied */
    CN_BROKEN_MEMORY,
    CN_BROKEN_DEEP,
    CN_BROKEN_MATCH /* cn_contains and the like of something that is not a text */
};

/* cn_node.flags */
enum {
    CN_NODE_BY_INDEX =
        1, /* `offset` is the index of a column: tables without a struct have no offsets */
    CN_NODE_DESC = 2 /* ORDER BY ... DESC */
};

/* The column `index` of a table, as a value. */
cn_expr cn_node_column(const cn_model *model, uint32_t index);
/* column == value; column == other column */
cn_condition cn_node_equals(const cn_model *model, uint32_t index, cn_value value);
cn_condition cn_node_joins(const cn_model *model, uint32_t index, const cn_model *other,
                           uint32_t other_index);

/* Whether the parts are what they were when the node was made. Flat nodes always are. */
bool cn_node_alive(const cn_node *node);

static inline bool cn_node_has_conditions(const cn_node *node)
{
    return node->kind >= CN_NODE_AND && node->kind <= CN_NODE_NOT;
}

/* Copies the node's parts, and the text it borrows, into `arena`. False: the node is broken now. */
bool cn_node_copy(cn_node *node, cn_arena *arena);
/* A copy of parameters, which end with a NULL name; NULL in, NULL out. False: no memory. */
bool cn_params_copy(const cn_param **params, cn_arena *arena);

/* The type that a value needs to be cast to where placeholders take that of what they meet: an
   integer column would refuse a fraction or a large number. Part of the structure. */
static inline cn_type_kind cn_value_cast(const cn_value *value)
{
    if (value->kind == CN_KIND_REAL)
        return CN_TYPE_DOUBLE;
    bool large = value->kind == CN_KIND_INTEGER &&
                 (value->as.integer > INT32_MAX || value->as.integer < INT32_MIN);
    return large ? CN_TYPE_BIGINT : CN_TYPE_NONE;
}

static inline cn_condition cn_condition_broken(uint8_t why)
{
    return (cn_condition){{.kind = CN_NODE_BROKEN, .op = why}};
}

#endif
