/*
 * Building statements at run time: copies, at once, of what the caller wrote in some block. See
 * cinnabar/sql.h.
 */
#include <string.h>

#include "base/memory.h"
#include "engine/connection.h"
#include "sql/node.h"

/* A list that grows in memory of its own; it ends with a zeroed element. */
typedef struct grown {
    void  *items;
    size_t count, capacity;
} grown;

struct cn_query {
    cn_arena      arena;
    cn_statement *statement; /* a copy, whose lists are those below once they have grown */
    grown         conditions, havings, order, group, joins, values, columns;
    cn_condition  where_all, having_all;
    cn_items      values_all, columns_all;
    /* what stands for the statement when something could not be copied: executing it says why */
    cn_delete_statement refusal;
    bool                failed;
};

static const cn_model nothing = {.name = "nothing"};
#define REFUSAL(why)                                                                               \
    {                                                                                              \
        .head = {CN_STATEMENT_DELETE, sizeof(cn_delete_statement)}, .from = &nothing, .where = {   \
            {.kind = CN_NODE_BROKEN, .op = (why)}                                                  \
        }                                                                                          \
    }

/* For a reason of sql/node.h. The first failure stays. */
static void fail(cn_query *query, uint8_t why)
{
    if (!query->failed)
        query->refusal = (cn_delete_statement)REFUSAL(why);
    query->failed = true;
}

static void fail_clause(cn_query *query, const char *function)
{
    if (query->failed)
        return;
    fail(query, CN_BROKEN_CLAUSE);
    query->refusal.where.node.value  = cn_value_text(function);
    query->refusal.where.node.offset = query->statement == NULL ? 0 : query->statement->kind;
}

static bool add(cn_query *query, grown *list, const void *item, size_t size)
{
    if (!cn_reserve(&list->items, &list->capacity, list->count + 2, size)) {
        fail(query, CN_BROKEN_MEMORY);
        return false;
    }
    memcpy((char *)list->items + list->count * size, item, size);
    list->count++;
    memset((char *)list->items + list->count * size, 0, size);
    return true;
}

static void add_node(cn_query *query, grown *list, cn_node node)
{
    if (!cn_node_copy(&node, &query->arena))
        fail(query, node.op);
    else
        add(query, list, &node, sizeof node);
}

/* ---- the clauses of each kind of statement --------------------------------------------------- */

/* Where a statement has its clauses; NULL: it has none of that kind. */
typedef struct clauses {
    cn_condition     *where, *having;
    const cn_expr   **order_by, **group_by;
    const cn_joined **join;
    const cn_items  **values, **columns;
    int64_t          *limit, *offset;
} clauses;

static clauses clauses_of(cn_statement *statement)
{
    switch (statement->kind) {
    case CN_STATEMENT_SELECT: {
        cn_select_statement *s = (void *)statement;
        return (clauses){.where    = &s->where,
                         .having   = &s->having,
                         .order_by = &s->order_by,
                         .group_by = &s->group_by,
                         .join     = &s->join,
                         .columns  = &s->columns,
                         .limit    = &s->limit,
                         .offset   = &s->offset};
    }
    case CN_STATEMENT_INSERT: {
        cn_insert_statement *s = (void *)statement;
        return (clauses){.values = &s->values, .columns = &s->returning};
    }
    case CN_STATEMENT_UPDATE: {
        cn_update_statement *s = (void *)statement;
        return (clauses){.where    = &s->where,
                         .order_by = &s->order_by,
                         .values   = &s->set,
                         .columns  = &s->returning,
                         .limit    = &s->limit};
    }
    case CN_STATEMENT_DELETE: {
        cn_delete_statement *s = (void *)statement;
        return (clauses){.where    = &s->where,
                         .order_by = &s->order_by,
                         .columns  = &s->returning,
                         .limit    = &s->limit};
    }
    case CN_STATEMENT_COMPOUND: {
        cn_compound_statement *s = (void *)statement;
        return (clauses){.order_by = &s->order_by, .limit = &s->limit, .offset = &s->offset};
    }
    default:
        return (clauses){0};
    }
}

/* Whether the builder has a clause of the kind that its statement has. */
static bool ready(cn_query *query, const char *function, clauses *at, bool (*has)(const clauses *))
{
    if (query == NULL || query->statement == NULL)
        return false;
    *at = clauses_of(query->statement);
    if (has(at))
        return true;
    fail_clause(query, function);
    return false;
}

static bool has_where(const clauses *at)
{
    return at->where != NULL;
}

static bool has_having(const clauses *at)
{
    return at->having != NULL;
}

static bool has_order(const clauses *at)
{
    return at->order_by != NULL;
}

static bool has_group(const clauses *at)
{
    return at->group_by != NULL;
}

static bool has_join(const clauses *at)
{
    return at->join != NULL;
}

static bool has_values(const clauses *at)
{
    return at->values != NULL;
}

static bool has_columns(const clauses *at)
{
    return at->columns != NULL;
}

static bool has_limit(const clauses *at)
{
    return at->limit != NULL;
}

/* ---- adding ---------------------------------------------------------------------------------- */

void cn_query_where(cn_query *query, cn_condition condition)
{
    clauses at;
    if (condition.node.kind != CN_NODE_NONE && condition.node.kind != CN_NODE_LEFT_OUT &&
        ready(query, __func__, &at, has_where))
        add_node(query, &query->conditions, condition.node);
}

void cn_query_having(cn_query *query, cn_condition condition)
{
    clauses at;
    if (condition.node.kind != CN_NODE_NONE && condition.node.kind != CN_NODE_LEFT_OUT &&
        ready(query, __func__, &at, has_having))
        add_node(query, &query->havings, condition.node);
}

void cn_query_order_by(cn_query *query, cn_expr value)
{
    clauses at;
    if (ready(query, __func__, &at, has_order))
        add_node(query, &query->order, value.node);
}

void cn_query_group_by(cn_query *query, cn_expr value)
{
    clauses at;
    if (ready(query, __func__, &at, has_group))
        add_node(query, &query->group, value.node);
}

void cn_query_join(cn_query *query, const cn_joined *joins)
{
    clauses at;
    uint8_t why;
    if (!ready(query, __func__, &at, has_join))
        return;
    if (!cn_joins_copy(&joins, &query->arena, &why)) {
        fail(query, why);
        return;
    }
    for (; joins != NULL && joins->kind != CN_JOIN_NONE; joins++)
        add(query, &query->joins, joins, sizeof *joins);
}

static bool same_struct(const cn_items *one, const cn_items *other)
{
    return one->model == other->model && one->struct_size == other->struct_size &&
           (one->struct_name == NULL || other->struct_name == NULL
                ? one->struct_name == other->struct_name
                : strcmp(one->struct_name, other->struct_name) == 0);
}

/* Assignments, or columns, more of them. They must be of one struct. */
static void add_items(cn_query *query, grown *list, cn_items *all, const cn_items *items)
{
    if (items == NULL)
        return;
    uint8_t why;
    if (list->count != 0 && !same_struct(items, all)) {
        fail(query, CN_BROKEN_STRUCT);
        return;
    }
    if (!cn_items_copy(&items, &query->arena, &why)) {
        fail(query, why);
        return;
    }
    *all = *items;
    for (size_t i = 0; i < items->count; i++)
        add(query, list, &items->items[i], sizeof *items->items);
}

void cn_query_set(cn_query *query, const cn_items *values)
{
    clauses at;
    if (ready(query, __func__, &at, has_values))
        add_items(query, &query->values, &query->values_all, values);
}

static void add_columns(cn_query *query, const char *function, const cn_items *columns)
{
    clauses at;
    if (ready(query, function, &at, has_columns))
        add_items(query, &query->columns, &query->columns_all, columns);
}

void cn_query_columns(cn_query *query, const cn_items *columns)
{
    add_columns(query, __func__, columns);
}

void cn_query_returning(cn_query *query, const cn_items *columns)
{
    if (query != NULL && query->statement != NULL && query->statement->kind == CN_STATEMENT_SELECT)
        fail_clause(query, __func__);
    else
        add_columns(query, __func__, columns);
}

void cn_query_limit(cn_query *query, int64_t limit, int64_t offset)
{
    clauses at;
    if (!ready(query, __func__, &at, has_limit))
        return;
    *at.limit = limit;
    if (at.offset != NULL)
        *at.offset = offset;
    else if (offset != 0)
        fail_clause(query, "the offset of cn_query_limit");
}

/* ---- from beginning to end ------------------------------------------------------------------- */

/* The lists of the statement that is built upon become the first of the builder's. */
static void take_over(cn_query *query)
{
    clauses at = clauses_of(query->statement);
    if (at.where != NULL)
        cn_query_where(query, *at.where);
    if (at.having != NULL)
        cn_query_having(query, *at.having);
    for (const cn_expr *by = at.order_by == NULL ? NULL : *at.order_by;
         by != NULL && by->node.kind != CN_NODE_NONE; by++)
        cn_query_order_by(query, *by);
    for (const cn_expr *by = at.group_by == NULL ? NULL : *at.group_by;
         by != NULL && by->node.kind != CN_NODE_NONE; by++)
        cn_query_group_by(query, *by);
    if (at.join != NULL)
        cn_query_join(query, *at.join);
    if (at.values != NULL)
        cn_query_set(query, *at.values);
    if (at.columns != NULL)
        cn_query_columns(query, *at.columns);
}

cn_query *cn_build_(const cn_statement *statement)
{
    uint8_t   why   = CN_BROKEN_MEMORY;
    cn_query *query = cn_allocate_zero(1, sizeof *query);
    if (query == NULL)
        return NULL;
    if (statement != NULL)
        query->statement = cn_statement_copy(statement, &query->arena, &why);
    if (query->statement == NULL && (statement == NULL || why == CN_BROKEN_CLAUSE))
        fail_clause(query, "cn_build");
    else if (query->statement == NULL)
        fail(query, why);
    else
        take_over(query);
    return query;
}

/* One condition alone is that condition. */
static void put_condition(cn_condition *to, const grown *list)
{
    if (to != NULL && list->count == 1)
        *to = *(const cn_condition *)list->items;
    else if (to != NULL && list->count > 1)
        *to = cn_connect_(CN_NODE_AND, list->items, list->count);
}

static void put_items(const cn_items **to, cn_items *all, const grown *list)
{
    if (to == NULL || list->count == 0)
        return;
    all->items = list->items;
    all->count = list->count;
    *to        = all;
}

const cn_statement *cn_built(cn_query *query)
{
    static const cn_delete_statement no_memory = REFUSAL(CN_BROKEN_MEMORY);
    if (query == NULL)
        return &no_memory.head;
    if (query->failed)
        return &query->refusal.head;
    clauses at = clauses_of(query->statement);
    put_condition(at.where, &query->conditions);
    put_condition(at.having, &query->havings);
    if (at.order_by != NULL && query->order.count != 0)
        *at.order_by = query->order.items;
    if (at.group_by != NULL && query->group.count != 0)
        *at.group_by = query->group.items;
    if (at.join != NULL && query->joins.count != 0)
        *at.join = query->joins.items;
    put_items(at.values, &query->values_all, &query->values);
    put_items(at.columns, &query->columns_all, &query->columns);
    return query->statement;
}

void cn_query_free(cn_query *query)
{
    if (query == NULL)
        return;
    grown *const lists[] = {&query->conditions, &query->havings, &query->order,  &query->group,
                            &query->joins,      &query->values,  &query->columns};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        cn_release(lists[i]->items);
    cn_arena_free(&query->arena);
    cn_release(query);
}
