/*
 * Keeping conditions and building statements at run time: copies, at once, of what the caller
 * wrote in some block. See cinnabar/sql.h.
 */
#include <string.h>

#include "base/memory.h"
#include "engine/connection.h"
#include "sql/keep.h"

cn_condition cn_keep_in(cn_arena *arena, cn_condition condition)
{
    (void)cn_node_copy(&condition.node, arena);
    return condition;
}

struct cn_query {
    cn_arena            arena;
    cn_select_statement statement;
    cn_condition       *conditions;
    size_t              condition_count, condition_capacity;
    cn_expr            *order;
    size_t              order_count, order_capacity;
    bool    failed; /* something could not be copied: the statement fails when executed ... */
    uint8_t why;    /* ... for a reason of sql/node.h */
};

/* The first failure stays. */
static void fail(cn_query *query, uint8_t why)
{
    if (!query->failed)
        query->why = why;
    query->failed = true;
}

static bool copy_expression(cn_query *query, cn_expr *value)
{
    if (cn_node_copy(&value->node, &query->arena))
        return true;
    fail(query, value->node.op);
    return false;
}

/* Columns are copied whole: their names, and the expressions that fill them. */
static void copy_items(cn_query *query, const cn_items **items)
{
    if (*items == NULL)
        return;
    cn_items *made = CN_ARENA_NEW(&query->arena, cn_items);
    cn_item  *list = CN_ARENA_ARRAY(&query->arena, cn_item, (*items)->count);
    if (made == NULL || list == NULL) {
        fail(query, CN_BROKEN_MEMORY);
        return;
    }
    *made = **items;
    memcpy(list, (*items)->items, made->count * sizeof *list);
    for (size_t i = 0; i < made->count && copy_expression(query, &list[i].value); i++)
        if ((list[i].field.name = cn_arena_text(&query->arena, list[i].field.name)) == NULL)
            fail(query, CN_BROKEN_MEMORY);
    made->items       = list;
    made->struct_name = cn_arena_text(&query->arena, made->struct_name);
    *items            = made;
    if (made->struct_name == NULL)
        fail(query, CN_BROKEN_MEMORY);
}

cn_query *cn_build(const cn_select_statement *statement)
{
    cn_query *query = cn_allocate_zero(1, sizeof *query);
    if (query == NULL || statement == NULL) {
        cn_release(query);
        return NULL;
    }
    memcpy(&query->statement, statement,
           statement->head.size < sizeof *statement ? statement->head.size : sizeof *statement);
    query->statement.head.size = sizeof query->statement;
    copy_items(query, &query->statement.columns);
    if (!cn_params_copy(&query->statement.params, &query->arena))
        fail(query, CN_BROKEN_MEMORY);
    cn_query_where(query, query->statement.where);
    for (const cn_expr *by = query->statement.order_by; by != NULL && by->node.kind != CN_NODE_NONE;
         by++)
        cn_query_order_by(query, *by);
    return query;
}

void cn_query_where(cn_query *query, cn_condition condition)
{
    if (query == NULL || condition.node.kind == CN_NODE_NONE ||
        condition.node.kind == CN_NODE_LEFT_OUT)
        return;
    if (!cn_reserve(&query->conditions, &query->condition_capacity, query->condition_count + 1,
                    sizeof *query->conditions)) {
        fail(query, CN_BROKEN_MEMORY);
        return;
    }
    query->conditions[query->condition_count++] = cn_keep_in(&query->arena, condition);
}

void cn_query_order_by(cn_query *query, cn_expr value)
{
    if (query == NULL || !copy_expression(query, &value))
        return;
    if (!cn_reserve(&query->order, &query->order_capacity, query->order_count + 2,
                    sizeof *query->order)) {
        fail(query, CN_BROKEN_MEMORY);
        return;
    }
    query->order[query->order_count++] = value;
    query->order[query->order_count]   = (cn_expr){{.kind = CN_NODE_NONE}};
}

void cn_query_limit(cn_query *query, int64_t limit, int64_t offset)
{
    if (query == NULL)
        return;
    query->statement.limit  = limit;
    query->statement.offset = offset;
}

const cn_select_statement *cn_built(cn_query *query)
{
    static const cn_select_statement nothing = {
        .head  = {CN_STATEMENT_SELECT, sizeof(cn_select_statement)},
        .where = {{.kind = CN_NODE_BROKEN, .op = CN_BROKEN_MEMORY}}};
    if (query == NULL)
        return &nothing;
    query->statement.order_by = query->order_count == 0 ? NULL : query->order;
    if (query->failed) {
        query->statement.where   = cn_condition_broken(query->why);
        query->statement.columns = NULL;
    } else if (query->condition_count == 1) {
        query->statement.where = query->conditions[0];
    } else if (query->condition_count > 1) {
        query->statement.where = cn_connect_(CN_NODE_AND, query->conditions,
                                             query->condition_count);
    }
    return &query->statement;
}

void cn_query_free(cn_query *query)
{
    if (query == NULL)
        return;
    cn_release(query->conditions);
    cn_release(query->order);
    cn_arena_free(&query->arena);
    cn_release(query);
}
