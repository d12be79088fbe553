/*
 * Copies of expressions and statements into an arena, for what outlives the block that wrote it:
 * cn_keep and the builder. See node.h.
 */
#include <string.h>

#include "base/convert.h"
#include "schema/table.h"
#include "sql/keep.h"
#include "sql/node.h"

cn_condition cn_keep_in(cn_arena *arena, cn_condition condition)
{
    (void)cn_node_copy(&condition.node, arena);
    return condition;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* With the list of its labels, which the block of a cast wrote; they themselves are literals. */
static const cn_type *copy_type(const cn_type *from, cn_arena *arena)
{
    size_t   count = 0;
    cn_type *type  = cn_arena_take(arena, sizeof *type, _Alignof(cn_type));
    if (type == NULL)
        return NULL;
    *type = *from;
    if (from->labels == NULL)
        return type;
    while (from->labels[count] != NULL)
        count++;
    const char **labels = CN_ARENA_ARRAY(arena, const char *, count + 1);
    if (labels == NULL)
        return NULL;
    memcpy(labels, from->labels, (count + 1) * sizeof *labels);
    type->labels = labels;
    return type;
}

static bool copy_value(cn_value *value, cn_arena *arena)
{
    switch (value->kind) {
    case CN_KIND_TEXT:
    case CN_KIND_DECIMAL:
    case CN_KIND_JSON:
    case CN_KIND_LATER_:
        if (value->as.text.data == NULL)
            return true;
        if (value->kind == CN_KIND_LATER_ || value->as.text.size == CN_TERMINATED)
            value->as.text.data = cn_arena_text(arena, value->as.text.data);
        else
            value->as.text.data = cn_arena_text_sized(arena, value->as.text.data,
                                                      value->as.text.size);
        return value->as.text.data != NULL;
    case CN_KIND_TYPE_:
        value->as.list.items = copy_type(value->as.list.items, arena);
        return value->as.list.items != NULL;
    case CN_KIND_BYTES: {
        void *data = cn_arena_take(arena, value->as.bytes.size + 1, 1);
        if (data != NULL && value->as.bytes.size != 0)
            memcpy(data, value->as.bytes.data, value->as.bytes.size);
        value->as.bytes.data = data;
        return data != NULL;
    }
    case CN_KIND_LIST: {
        size_t size  = cn_storage_size(value->element) * value->as.list.count;
        void  *items = cn_arena_take(arena, size + 1, sizeof(void *));
        if (items == NULL)
            return false;
        if (size != 0)
            memcpy(items, value->as.list.items, size);
        if (value->element == CN_STORAGE_TEXT)
            for (size_t i = 0; i < value->as.list.count; i++) {
                const char **text = (const char **)items + i;
                if (*text != NULL && (*text = cn_arena_text(arena, *text)) == NULL)
                    return false;
            }
        value->as.list.items = items;
        return true;
    }
    default:
        return true;
    }
}

bool cn_params_copy(const cn_param **params, cn_arena *arena)
{
    const cn_param *from  = *params;
    size_t          count = 0;
    if (from == NULL)
        return true;
    while (from[count].name != NULL)
        count++;
    cn_param *to = CN_ARENA_ARRAY(arena, cn_param, count + 1);
    if (to == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        to[i].name  = cn_arena_text(arena, from[i].name);
        to[i].value = from[i].value;
        if (to[i].name == NULL || !copy_value(&to[i].value, arena))
            return false;
    }
    to[count] = (cn_param){0};
    *params   = to;
    return true;
}

static bool break_node(cn_node *node, uint8_t why)
{
    *node = cn_condition_broken(why).node;
    return false;
}

static bool copy_fragment(cn_node *node, cn_arena *arena)
{
    const cn_param *params = node->value.as.list.items;
    node->parts            = cn_arena_text(arena, node->parts);
    if (node->parts == NULL || !cn_params_copy(&params, arena))
        return break_node(node, CN_BROKEN_MEMORY);
    node->value.as.list.items = params;
    node->check               = cn_node_sum(node);
    return true;
}

static bool copy_query(cn_node *node, cn_arena *arena)
{
    uint8_t       why;
    cn_statement *made = cn_statement_copy(node->parts, arena, &why);
    if (made == NULL)
        return break_node(node, why);
    node->parts = made;
    node->check = cn_node_sum(node);
    return true;
}

static bool copy_node(cn_node *node, cn_arena *arena, unsigned depth);

/* Conditions and expressions are different types for the caller; each is one node. */
_Static_assert(sizeof(cn_condition) == sizeof(cn_node) && sizeof(cn_expr) == sizeof(cn_node),
               "parts are copied as nodes");

static bool copy_parts(cn_node *node, cn_arena *arena, unsigned depth)
{
    cn_node *parts = CN_ARENA_ARRAY(arena, cn_node, node->count);
    if (parts == NULL)
        return break_node(node, CN_BROKEN_MEMORY);
    memcpy(parts, node->parts, node->count * sizeof *parts);
    for (uint32_t i = 0; i < node->count; i++)
        if (!copy_node(&parts[i], arena, depth))
            return break_node(node, parts[i].op);
    node->parts = parts;
    return true;
}

static bool copy_node(cn_node *node, cn_arena *arena, unsigned depth)
{
    if (node->kind == CN_NODE_BROKEN)
        return node->op == CN_BROKEN_CLAUSE; /* it says more than a reason does */
    if (depth > CN_NODE_DEPTH)
        return break_node(node, CN_BROKEN_DEEP);
    if (!cn_node_alive(node))
        return break_node(node, CN_BROKEN_DEAD);
    if (node->kind == CN_NODE_FRAGMENT)
        return copy_fragment(node, arena);
    if (node->kind == CN_NODE_QUERY)
        return copy_query(node, arena);
    if (!copy_value(&node->value, arena))
        return break_node(node, CN_BROKEN_MEMORY);
    if (node->count == 0)
        return true;
    if (!copy_parts(node, arena, depth + 1))
        return false;
    node->check = cn_node_sum(node);
    return true;
}

bool cn_node_copy(cn_node *node, cn_arena *arena)
{
    return copy_node(node, arena, 0);
}

/* ---- pieces of statements -------------------------------------------------------------------- */

/* While a statement is copied: the first reason for which it cannot be. */
typedef struct copier {
    cn_arena *arena;
    bool      failed;
    uint8_t   why;
} copier;

static void fail(copier *c, uint8_t why)
{
    if (!c->failed)
        c->why = why;
    c->failed = true;
}

/* A copy of `count` elements; NULL in, NULL out. */
static void *copy_array(copier *c, const void *from, size_t count, size_t size)
{
    if (from == NULL || c->failed)
        return NULL;
    void *to = cn_arena_zero(c->arena, count, size);
    if (to == NULL)
        fail(c, CN_BROKEN_MEMORY);
    else
        memcpy(to, from, count * size);
    return to;
}

static const char *copy_text(copier *c, const char *text)
{
    const char *to = cn_arena_text(c->arena, text);
    if (to == NULL && text != NULL)
        fail(c, CN_BROKEN_MEMORY);
    return to;
}

static void copy_one(copier *c, cn_node *node)
{
    if (!c->failed && !cn_node_copy(node, c->arena))
        fail(c, node->op);
}

static const cn_expr *copy_expressions(copier *c, const cn_expr *list)
{
    size_t   count = cn_expr_count(list);
    cn_expr *to    = copy_array(c, list, count + 1, sizeof *list);
    for (size_t i = 0; to != NULL && i < count; i++)
        copy_one(c, &to[i].node);
    return to;
}

static const cn_items *copy_items(copier *c, const cn_items *items)
{
    cn_items *to = copy_array(c, items, 1, sizeof *items);
    if (to == NULL)
        return NULL;
    cn_item *list   = copy_array(c, to->items, to->count, sizeof *list);
    to->struct_name = copy_text(c, to->struct_name);
    for (size_t i = 0; list != NULL && i < to->count; i++) {
        list[i].field.name = copy_text(c, list[i].field.name);
        copy_one(c, &list[i].value.node);
    }
    to->items = list;
    return to;
}

static const cn_items *const *copy_more(copier *c, const cn_items *const *rows)
{
    size_t count = 0;
    while (rows != NULL && rows[count] != NULL)
        count++;
    const cn_items **to = copy_array(c, rows, count + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < count; i++)
        to[i] = copy_items(c, to[i]);
    return (const cn_items *const *)to;
}

static const cn_model *const *copy_models(copier *c, const cn_model *const *models)
{
    size_t count = 0;
    while (models != NULL && models[count] != NULL)
        count++;
    return copy_array(c, models, count + 1, sizeof *models);
}

static const cn_statement *copy_statement(copier *c, const cn_statement *statement)
{
    uint8_t             why = CN_BROKEN_MEMORY;
    const cn_statement *to  = statement == NULL || c->failed
                                  ? NULL
                                  : cn_statement_copy(statement, c->arena, &why);
    if (to == NULL && statement != NULL)
        fail(c, why);
    return to;
}

static const cn_joined *copy_joins(copier *c, const cn_joined *joins)
{
    size_t count = 0;
    while (joins != NULL && joins[count].kind != CN_JOIN_NONE)
        count++;
    cn_joined *to = copy_array(c, joins, count + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < count; i++) {
        copy_one(c, &to[i].on.node);
        to[i].query = copy_statement(c, to[i].query);
    }
    return to;
}

static const cn_cte_clause *copy_with(copier *c, const cn_cte_clause *with)
{
    size_t count = 0;
    while (with != NULL && with[count].shape != NULL)
        count++;
    cn_cte_clause *to = copy_array(c, with, count + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < count; i++) {
        to[i].query = copy_statement(c, to[i].query);
        to[i].step  = copy_statement(c, to[i].step);
    }
    return to;
}

static const cn_hint *copy_hints(copier *c, const cn_hint *hints)
{
    size_t count = 0;
    while (hints != NULL && hints[count].dialect != NULL)
        count++;
    cn_hint *to = copy_array(c, hints, count + 1, sizeof *to);
    for (size_t i = 0; to != NULL && i < count; i++) {
        to[i].dialect = copy_text(c, to[i].dialect);
        to[i].text    = copy_text(c, to[i].text);
    }
    return to;
}

static const cn_param *copy_params(copier *c, const cn_param *params)
{
    if (!cn_params_copy(&params, c->arena))
        fail(c, CN_BROKEN_MEMORY);
    return params;
}

bool cn_items_copy(const cn_items **items, cn_arena *arena, uint8_t *why)
{
    copier c = {.arena = arena};
    *items   = copy_items(&c, *items);
    *why     = c.why;
    return !c.failed;
}

bool cn_joins_copy(const cn_joined **joins, cn_arena *arena, uint8_t *why)
{
    copier c = {.arena = arena};
    *joins   = copy_joins(&c, *joins);
    *why     = c.why;
    return !c.failed;
}

/* ---- statements ------------------------------------------------------------------------------ */

static void copy_select(copier *c, void *statement)
{
    cn_select_statement *s = statement;
    s->columns             = copy_items(c, s->columns);
    copy_one(c, &s->where.node);
    copy_one(c, &s->having.node);
    s->order_by    = copy_expressions(c, s->order_by);
    s->group_by    = copy_expressions(c, s->group_by);
    s->distinct_on = copy_expressions(c, s->distinct_on);
    s->params      = copy_params(c, s->params);
    s->join        = copy_joins(c, s->join);
    s->also        = copy_models(c, s->also);
    s->lock_of     = copy_models(c, s->lock_of);
    s->query       = copy_statement(c, s->query);
    s->with        = copy_with(c, s->with);
    s->hints       = copy_hints(c, s->hints);
}

static void copy_insert(copier *c, void *statement)
{
    cn_insert_statement *s = statement;
    s->values              = copy_items(c, s->values);
    s->more                = copy_more(c, s->more);
    s->columns             = copy_items(c, s->columns);
    s->query               = copy_statement(c, s->query);
    s->with                = copy_with(c, s->with);
    s->conflict            = copy_items(c, s->conflict);
    s->update              = copy_items(c, s->update);
    s->returning           = copy_items(c, s->returning);
    s->params              = copy_params(c, s->params);
    copy_one(c, &s->update_where.node);
}

static void copy_update(copier *c, void *statement)
{
    cn_update_statement *s = statement;
    s->set                 = copy_items(c, s->set);
    s->returning           = copy_items(c, s->returning);
    s->params              = copy_params(c, s->params);
    s->also                = copy_models(c, s->also);
    s->with                = copy_with(c, s->with);
    s->order_by            = copy_expressions(c, s->order_by);
    copy_one(c, &s->where.node);
}

static void copy_delete(copier *c, void *statement)
{
    cn_delete_statement *s = statement;
    s->returning           = copy_items(c, s->returning);
    s->params              = copy_params(c, s->params);
    s->also                = copy_models(c, s->also);
    s->with                = copy_with(c, s->with);
    s->order_by            = copy_expressions(c, s->order_by);
    copy_one(c, &s->where.node);
}

static void copy_compound(copier *c, void *statement)
{
    cn_compound_statement *s     = statement;
    size_t                 count = 0;
    while (s->queries != NULL && s->queries[count] != NULL)
        count++;
    const cn_statement **queries = copy_array(c, s->queries, count + 1, sizeof *queries);
    for (size_t i = 0; queries != NULL && i < count; i++)
        queries[i] = copy_statement(c, queries[i]);
    s->queries  = (const cn_statement *const *)queries;
    s->order_by = copy_expressions(c, s->order_by);
    s->with     = copy_with(c, s->with);
    s->params   = copy_params(c, s->params);
}

/* What a member points to; the pointer comes first in each of the types that have one. */
static void copy_pointed(copier *c, const cn_decode *field, char *row)
{
    cn_value value;
    cn_error unread = {0};
    if (c->failed || !cn_storage_points(field->storage))
        return;
    if (!cn_convert_load(field, row, &value, &unread) || !copy_value(&value, c->arena))
        fail(c, CN_BROKEN_MEMORY);
    else if (value.kind != CN_KIND_NULL)
        memcpy(row + field->offset, &value.as, sizeof(void *));
    cn_error_clear(&unread);
}

/* The structs, and the text in them. */
static void copy_values(copier *c, void *statement)
{
    cn_values_statement *s      = statement;
    cn_error             unread = {0}; /* what is wrong with the shape the walk says */
    const cn_table      *table  = cn_table_of(s->shape, &unread);
    char                *rows   = copy_array(c, s->rows, s->count, s->struct_size);
    for (size_t row = 0; rows != NULL && table != NULL && row < s->count; row++)
        for (size_t i = 0; i < table->column_count; i++)
            copy_pointed(c, &table->columns[i].field, rows + row * s->struct_size);
    s->rows = rows;
    cn_error_clear(&unread);
}

static void copy_text_statement(copier *c, void *statement)
{
    cn_text_statement *s  = statement;
    cn_fields         *to = copy_array(c, s->fields, 1, sizeof *to);
    s->sql                = copy_text(c, s->sql);
    s->params             = copy_params(c, s->params);
    s->fields             = to;
    if (to == NULL)
        return;
    cn_field *list  = copy_array(c, to->fields, to->count, sizeof *list);
    to->struct_name = copy_text(c, to->struct_name);
    for (size_t i = 0; list != NULL && i < to->count; i++)
        list[i].name = copy_text(c, list[i].name);
    to->fields = list;
}

static const struct {
    size_t size;
    void (*copy)(copier *c, void *statement);
} kinds[] = {
    [CN_STATEMENT_TEXT]     = {sizeof(cn_text_statement), copy_text_statement},
    [CN_STATEMENT_SELECT]   = {sizeof(cn_select_statement), copy_select},
    [CN_STATEMENT_INSERT]   = {sizeof(cn_insert_statement), copy_insert},
    [CN_STATEMENT_UPDATE]   = {sizeof(cn_update_statement), copy_update},
    [CN_STATEMENT_DELETE]   = {sizeof(cn_delete_statement), copy_delete},
    [CN_STATEMENT_COMPOUND] = {sizeof(cn_compound_statement), copy_compound},
    [CN_STATEMENT_VALUES]   = {sizeof(cn_values_statement), copy_values},
};

size_t cn_statement_size(const cn_statement *statement)
{
    return statement == NULL || statement->kind >= sizeof kinds / sizeof *kinds
               ? 0
               : kinds[statement->kind].size;
}

cn_statement *cn_statement_copy(const cn_statement *statement, cn_arena *arena, uint8_t *why)
{
    size_t size = cn_statement_size(statement);
    copier c    = {.arena = arena};
    *why        = CN_BROKEN_CLAUSE;
    if (size == 0)
        return NULL;
    *why               = CN_BROKEN_MEMORY;
    cn_statement *made = cn_arena_zero(arena, 1, size);
    if (made == NULL)
        return NULL;
    memcpy(made, statement, statement->size < size ? statement->size : size);
    made->size = (uint32_t)size;
    kinds[statement->kind].copy(&c, made);
    *why = c.why;
    return c.failed ? NULL : made;
}

static uint32_t sum_pointers(uint32_t sum, const void *a, const void *b)
{
    return cn_sum_mix(cn_sum_mix(sum, (uint64_t)(uintptr_t)a), (uint64_t)(uintptr_t)b);
}

uint32_t cn_statement_sum(const cn_statement *statement)
{
    uint32_t sum = 2166136261u;
    if (statement == NULL)
        return sum;
    const void *s = statement;
    sum           = cn_sum_mix(sum, (uint64_t)statement->kind << 32 | statement->size);
    switch (statement->kind) {
    case CN_STATEMENT_TEXT: {
        const cn_text_statement *text = s;
        return sum_pointers(sum, text->sql, text->params);
    }
    case CN_STATEMENT_SELECT: {
        const cn_select_statement *select = s;
        sum = cn_sum_mix(sum_pointers(sum, select->from, select->columns), (uint64_t)select->limit);
        return cn_sum_node(cn_sum_mix(sum, (uint64_t)(uintptr_t)select->order_by),
                           &select->where.node);
    }
    case CN_STATEMENT_INSERT: {
        const cn_insert_statement *insert = s;
        return sum_pointers(sum, insert->into, insert->values);
    }
    case CN_STATEMENT_UPDATE: {
        const cn_update_statement *update = s;
        return cn_sum_node(sum_pointers(sum, update->table, update->set), &update->where.node);
    }
    case CN_STATEMENT_DELETE: {
        const cn_delete_statement *deletion = s;
        return cn_sum_node(sum_pointers(sum, deletion->from, deletion->returning),
                           &deletion->where.node);
    }
    case CN_STATEMENT_COMPOUND: {
        const cn_compound_statement *compound = s;
        return sum_pointers(cn_sum_mix(sum, (uint64_t)compound->operation), compound->queries,
                            compound->order_by);
    }
    case CN_STATEMENT_VALUES: {
        const cn_values_statement *values = s;
        return cn_sum_mix(sum_pointers(sum, values->shape, values->rows), values->count);
    }
    default:
        return sum;
    }
}
