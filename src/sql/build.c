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
    if (!cn_node_copy(&condition.node, arena))
        condition = (cn_condition){{.kind = CN_NODE_BROKEN}};
    return condition;
}

struct cn_query {
    cn_arena            arena;
    cn_select_statement statement;
    cn_condition       *conditions;
    size_t              condition_count, condition_capacity;
    cn_expr            *order;
    size_t              order_count, order_capacity;
    bool                failed; /* something could not be copied: the statement fails when executed */
};

/* Columns are copied whole: their names, and the expressions that fill them. */
static bool copy_items(cn_query *query, const cn_items **items)
{
    if (*items == NULL)
        return true;
    cn_items *made = CN_ARENA_NEW(&query->arena, cn_items);
    cn_item  *list = CN_ARENA_ARRAY(&query->arena, cn_item, (*items)->count);
    if (made == NULL || list == NULL)
        return false;
    *made = **items;
    memcpy(list, (*items)->items, made->count * sizeof *list);
    for (size_t i = 0; i < made->count; i++)
        if ((list[i].field.name = cn_arena_text(&query->arena, list[i].field.name)) == NULL ||
            !cn_node_copy(&list[i].value.node, &query->arena))
            return false;
    made->items       = list;
    made->struct_name = cn_arena_text(&query->arena, made->struct_name);
    *items            = made;
    return made->struct_name != NULL;
}

cn_query *cn_build(const cn_select_statement *statement)
{
    cn_query *query = cn_allocate_zero(1, sizeof *query);
    if (query == NULL)
        return NULL;
    memcpy(&query->statement, statement,
           statement->head.size < sizeof *statement ? statement->head.size : sizeof *statement);
    query->statement.head.size = sizeof query->statement;
    query->failed              = !copy_items(query, &query->statement.columns);
    cn_query_where(query, query->statement.where);
    for (const cn_expr *by = query->statement.order_by; by != NULL && by->node.kind != CN_NODE_NONE; by++)
        cn_query_order_by(query, *by);
    return query;
}

void cn_query_where(cn_query *query, cn_condition condition)
{
    if (query == NULL || condition.node.kind == CN_NODE_NONE || condition.node.kind == CN_NODE_LEFT_OUT)
        return;
    if (!cn_reserve(&query->conditions, &query->condition_capacity, query->condition_count + 1,
                    sizeof *query->conditions)) {
        query->failed = true;
        return;
    }
    query->conditions[query->condition_count++] = cn_keep_in(&query->arena, condition);
}

void cn_query_order_by(cn_query *query, cn_expr value)
{
    if (query == NULL)
        return;
    if (!cn_reserve(&query->order, &query->order_capacity, query->order_count + 2, sizeof *query->order) ||
        !cn_node_copy(&value.node, &query->arena)) {
        query->failed = true;
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
        .where = {{.kind = CN_NODE_BROKEN}}};
    if (query == NULL)
        return &nothing;
    query->statement.order_by = query->order_count == 0 ? NULL : query->order;
    if (query->failed)
        query->statement.where = (cn_condition){{.kind = CN_NODE_BROKEN}};
    else if (query->condition_count == 1)
        query->statement.where = query->conditions[0];
    else if (query->condition_count > 1)
        query->statement.where = cn_connect_(CN_NODE_AND, query->conditions, query->condition_count);
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
