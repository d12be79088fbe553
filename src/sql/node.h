/*
 * The inside of expressions: what the compiler and the ORM need to read, copy and make nodes that
 * cinnabar/expression.h only makes. Nothing here knows a database.
 *
 * An operator's operands stand in three forms, which mean the same: a member and a value in the
 * node itself (flat), a member in the node and parts, or parts alone. cn_node_left and cn_node_rest
 * tell them apart for everybody.
 */
#ifndef CN_SQL_NODE_H
#define CN_SQL_NODE_H

#include <cinnabar/sql.h>

#include "base/arena.h"
#include "base/convert.h"

/* Kinds of cn_value that stand only inside a node. */
enum {
    CN_KIND_MEMBER_ =
        100,           /* another column: as.list.items is the model, as.list.count the offset */
    CN_KIND_LATER_,    /* a parameter by name: as.text.data */
    CN_KIND_PARAMS_,   /* the parameters of a fragment: as.list.items */
    CN_KIND_TYPE_,     /* of a cast: as.list.items is the cn_type */
    CN_KIND_SPELLINGS_ /* of a cn_spelled: as.list.items are the cn_spellings */
};

/* Expressions inside expressions; deeper is an error. */
#define CN_NODE_DEPTH 1000

/* Why a CN_NODE_BROKEN cannot be executed: its `op`. */
enum {
    CN_BROKEN_DEAD, /* its parts had died when it was copied */
    CN_BROKEN_MEMORY,
    CN_BROKEN_DEEP,
    CN_BROKEN_CLAUSE, /* the function of a builder, its `value`, asks for a clause that the
                         statement, of the kind `offset`, does not have */
    CN_BROKEN_STRUCT  /* a builder was given columns that fill two structs */
};

/* cn_node.flags */
enum {
    CN_NODE_BY_INDEX =
        1, /* `offset` is the index of a column: tables without a struct have no offsets */
    CN_NODE_DESC        = 2, /* ORDER BY ... DESC */
    CN_NODE_NULLS_FIRST = 4,
    CN_NODE_NULLS_LAST  = 8 /* 16 is CN_NODE_FLAT */
};

/* Which word a CN_NODE_KEYWORD is: its `op`. */
enum {
    CN_KEYWORD_COUNT_ALL,
    CN_KEYWORD_DEFAULT,
    CN_KEYWORD_NOW,
    CN_KEYWORD_TODAY,
    CN_KEYWORD_TIME_OF_DAY,
    CN_KEYWORD_ALWAYS,
    CN_KEYWORD_NEVER
};

/* The column `index` of a table, as a value. */
cn_expr cn_node_column(const cn_model *model, uint32_t index);
/* column == value; column == other column */
cn_condition cn_node_equals(const cn_model *model, uint32_t index, cn_value value);
cn_condition cn_node_joins(const cn_model *model, uint32_t index, const cn_model *other,
                           uint32_t other_index);

/* Whether the parts are what they were when the node was made. Flat nodes always are. */
bool     cn_node_alive(const cn_node *node);
uint32_t cn_node_sum(const cn_node *node); /* of its parts, for node->check */
uint32_t cn_sum_mix(uint32_t sum, uint64_t word);
uint32_t cn_sum_node(uint32_t sum, const cn_node *node);

static inline bool cn_node_connects(const cn_node *node)
{
    return node->kind >= CN_NODE_AND && node->kind <= CN_NODE_NOT;
}

/* Parts are nodes, whatever they are for the C compiler; not those of a fragment or a query. */
static inline bool cn_node_has_nodes(const cn_node *node)
{
    return node->count != 0 && node->kind != CN_NODE_FRAGMENT && node->kind != CN_NODE_QUERY;
}

static inline const cn_node *cn_node_part(const cn_node *node, size_t index)
{
    const cn_node *first = (const cn_node *)node->parts;
    return index == 0 ? first : first + index; /* nothing is counted from NULL */
}

/* The parts of an operator that follow its left operand. */
static inline uint32_t cn_node_rest(const cn_node *node)
{
    return node->model != NULL ? 0 : 1;
}

/* NULL: there is none of that name; `params` may be NULL. */
const cn_param *cn_param_named(const cn_param *params, const char *name);

/* A list that ends with CN_NODE_NONE; NULL is empty. */
size_t cn_expr_count(const cn_expr *list);

/* Copies the node's parts, and the text it borrows, into `arena`. False: the node is broken now. */
bool cn_node_copy(cn_node *node, cn_arena *arena);
/* The same of the pieces of statements: NULL in, NULL out; `why` is a CN_BROKEN_... */
bool cn_items_copy(const cn_items **items, cn_arena *arena, uint8_t *why);
bool cn_joins_copy(const cn_joined **joins, cn_arena *arena, uint8_t *why);
/* A whole statement. NULL: it cannot be copied, for `why` (CN_BROKEN_...) */
cn_statement *cn_statement_copy(const cn_statement *statement, cn_arena *arena, uint8_t *why);
/* Its size in this version of the library; 0 if it is no statement. */
size_t cn_statement_size(const cn_statement *statement);
/* A checksum of what a statement says itself, without what it points to. */
uint32_t cn_statement_sum(const cn_statement *statement);
/* A copy of parameters, which end with a NULL name; NULL in, NULL out. False: no memory. */
bool cn_params_copy(const cn_param **params, cn_arena *arena);

/* The type that a value has where nothing else says it: it is cast to it on databases that take a
   placeholder's type from what it meets, and text where it meets nothing. Part of the structure. */
static inline cn_type_kind cn_value_type(const cn_value *value)
{
    static const uint8_t types[] = {
        [CN_KIND_BOOLEAN] = CN_TYPE_BOOLEAN,     [CN_KIND_INTEGER] = CN_TYPE_INTEGER,
        [CN_KIND_UNSIGNED] = CN_TYPE_INTEGER,    [CN_KIND_REAL] = CN_TYPE_DOUBLE,
        [CN_KIND_TEXT] = CN_TYPE_NONE,           [CN_KIND_BYTES] = CN_TYPE_BINARY,
        [CN_KIND_DECIMAL] = CN_TYPE_NUMERIC,     [CN_KIND_DATE] = CN_TYPE_DATE,
        [CN_KIND_TIME] = CN_TYPE_TIME,           [CN_KIND_DATETIME] = CN_TYPE_DATETIME,
        [CN_KIND_TIMESTAMP] = CN_TYPE_TIMESTAMP, [CN_KIND_INTERVAL] = CN_TYPE_INTERVAL,
        [CN_KIND_UUID] = CN_TYPE_UUID,           [CN_KIND_JSON] = CN_TYPE_JSON};
    if (value->kind == CN_KIND_UNSIGNED && value->as.unsigned_integer > INT64_MAX)
        return CN_TYPE_NUMERIC;
    if ((value->kind == CN_KIND_UNSIGNED && value->as.unsigned_integer > INT32_MAX) ||
        (value->kind == CN_KIND_INTEGER &&
         (value->as.integer > INT32_MAX || value->as.integer < INT32_MIN)))
        return CN_TYPE_BIGINT;
    return value->kind < sizeof types ? (cn_type_kind)types[value->kind] : CN_TYPE_NONE;
}

/* The same where it meets something else that has a type: only where that would refuse it, as an
   integer column a fraction. The driver sees to numbers that are too large for one. */
static inline cn_type_kind cn_value_cast(const cn_value *value)
{
    return value->kind == CN_KIND_REAL ? CN_TYPE_DOUBLE : CN_TYPE_NONE;
}

static inline cn_condition cn_condition_broken(uint8_t why)
{
    return (cn_condition){{.kind = CN_NODE_BROKEN, .op = why}};
}

#endif
