/*
 * Expressions whose values are those of a column: a case, an aggregate, a call that gives one of
 * its arguments. What they meet, and what is read of them, has the column's type. See compile.h.
 */
#include "base/ascii.h"
#include "sql/compile.h"

/* Functions that give one of their arguments, and which: the others are offsets. */
static const struct {
    const char *name;
    uint32_t    arguments; /* bits */
} givers[] = {{"coalesce", UINT32_MAX},
              {"nullif", UINT32_MAX},
              {"greatest", UINT32_MAX},
              {"least", UINT32_MAX},
              {"min", 1},
              {"sum", 1},
              {"any_value", 1},
              {"max", 1},
              {"first_value", 1},
              {"last_value", 1},
              {"nth_value", 1},
              {"lag", 1 | 1 << 2},
              {"lead", 1 | 1 << 2}};

bool cn_function_gives(const char *name, uint32_t argument)
{
    for (size_t i = 0; name != NULL && i < sizeof givers / sizeof *givers; i++)
        if (cn_ascii_same(givers[i].name, name))
            return (givers[i].arguments >> (argument < 31 ? argument : 31) & 1) != 0;
    return false;
}

static bool gives_part(const cn_node *node, uint32_t part)
{
    switch (node->kind) {
    case CN_NODE_CALL:
        return cn_function_gives(node->value.as.text.data, part);
    case CN_NODE_OPERATOR:
        return node->op == CN_OP_PLUS || node->op == CN_OP_MINUS || node->op == CN_OP_NEGATIVE ||
               node->op == CN_OP_DISTINCT; /* before the argument of an aggregate */
    case CN_NODE_CASE:
    case CN_NODE_ELSE:
        return true;
    case CN_NODE_THEN:
        return part == 1;
    case CN_NODE_FILTER:
    case CN_NODE_ORDERED:
    case CN_NODE_OVER:
    case CN_NODE_COLLATE:
        return part == 0;
    default:
        return false;
    }
}

/* A sum or difference is of the user type that any of its parts is of; of other types it may be of
   more digits, or another kind. */
static const cn_column *made_of(const cn_node *node, const cn_column *part)
{
    bool computes = (node->kind == CN_NODE_OPERATOR && node->op != CN_OP_DISTINCT) ||
                    (node->kind == CN_NODE_CALL && node->value.as.text.data != NULL &&
                     cn_ascii_same(node->value.as.text.data, "sum"));
    return computes && part != NULL && part->type.user == NULL ? NULL : part;
}

/* The column that a node names, whether the statement may mention it or not: who writes it says. */
static const cn_column *named(const cn_node *node)
{
    cn_error        ignored = {0};
    const cn_table *table   = cn_table_of(node->model, &ignored);
    cn_error_clear(&ignored);
    if (table == NULL)
        return NULL;
    if (node->kind == CN_NODE_NAMED)
        return node->value.as.text.data == NULL ? NULL
                                                : cn_table_named(table, node->value.as.text.data);
    return node->flags & CN_NODE_BY_INDEX ? &table->columns[node->offset]
                                          : cn_table_at(table, node->offset);
}

/* A column of rows that are those of a whole table. */
static const cn_column *column_at(const cn_model *model, size_t i)
{
    cn_error        ignored = {0};
    const cn_table *table   = cn_table_of(model, &ignored);
    cn_error_clear(&ignored);
    return table == NULL || i >= table->column_count ? NULL : &table->columns[i];
}

/* The expression that is a column of a query; NULL: there is none, or instances stand before it. */
static const cn_node *item_at(const cn_compiler *compiler, const cn_statement *query, size_t i)
{
    query = cn_compiler_first_query(compiler, query);
    if (query == NULL || query->kind != CN_STATEMENT_SELECT)
        return NULL;
    const cn_items *items =
        ((const cn_select_statement *)cn_numbers_whole(compiler->numbers, query))->columns;
    for (size_t c = 0; c <= i; c++)
        if (items == NULL || c >= items->count ||
            (c < i && items->items[c].value.node.kind == CN_NODE_ENTITY))
            return NULL;
    return &items->items[i].value.node;
}

/* What stands in a place of the rows has no column whose type is known, and none is looked for. */
static const cn_column untold;

/* What a query gives in a place: a column, `untold`, or NULL for a mere value, whose type another
   query of a compound says. */
static const cn_column *given_in(const cn_compiler *compiler, const cn_statement *query, size_t i)
{
    const cn_column *given = NULL;
    const void      *whole = cn_numbers_whole(compiler->numbers, query);
    if (query->kind == CN_STATEMENT_COMPOUND) {
        const cn_statement *const *queries = ((const cn_compound_statement *)whole)->queries;
        for (; *queries != NULL && given == NULL; queries++)
            given = given_in(compiler, *queries, i);
        return given;
    }
    if (query->kind == CN_STATEMENT_VALUES)
        given = column_at(((const cn_values_statement *)whole)->shape, i);
    if (query->kind == CN_STATEMENT_SELECT) {
        const cn_select_statement *select = whole;
        const cn_node             *item   = item_at(compiler, query, i);
        if (item != NULL)
            given = cn_compiler_typed(compiler, item);
        else if (select->columns == NULL || select->columns->count == 0)
            given = column_at(select->from, i);
        if (given == NULL && item != NULL && item->kind == CN_NODE_VALUE)
            return NULL;
    }
    return given != NULL ? given : &untold;
}

const cn_column *cn_compiler_query_column(const cn_compiler *compiler, const cn_statement *query,
                                          size_t i)
{
    const cn_column *given = query == NULL ? NULL : given_in(compiler, query, i);
    return given == &untold ? NULL : given;
}

const cn_column *cn_compiler_typed(const cn_compiler *compiler, const cn_node *node)
{
    const cn_column *found = NULL;
    node                   = cn_node_resolved(node);
    bool names             = node->kind == CN_NODE_MEMBER || node->kind == CN_NODE_NAMED ||
                 node->kind == CN_NODE_PROPOSED ||
                 ((node->kind == CN_NODE_CALL || node->kind == CN_NODE_OPERATOR) &&
                  gives_part(node, 0));
    if (node->kind == CN_NODE_QUERY)
        return node->op == CN_QUERY_EXISTS ? NULL
                                           : cn_compiler_query_column(compiler, node->parts, 0);
    if (node->model != NULL && names)
        found = made_of(node, named(node));
    for (uint32_t i = 0; i < node->count && found == NULL; i++)
        if (gives_part(node, i))
            found = made_of(node, cn_compiler_typed(compiler, cn_node_part(node, i)));
    return found;
}

const cn_column *cn_compiler_converting(const cn_compiler *compiler, const cn_node *node,
                                        const cn_column *meets)
{
    const cn_column *own = cn_compiler_typed(compiler, node);
    return cn_column_converts(own) ? own : cn_column_converts(meets) ? meets : NULL;
}

/* A moment by itself, which is in the session's time zone: UTC. */
static bool is_moment(const cn_compiler *compiler, const cn_node *node)
{
    switch (node->kind) {
    case CN_NODE_KEYWORD:
        return node->op == CN_KEYWORD_NOW;
    case CN_NODE_VALUE:
        return compiler->values[cn_numbers_get(compiler->numbers, node)].kind == CN_KIND_TIMESTAMP;
    case CN_NODE_CAST:
        return ((const cn_type *)node->value.as.list.items)->kind == CN_TYPE_TIMESTAMP;
    default:
        return false;
    }
}

bool cn_compiler_is_instant(const cn_compiler *compiler, const cn_node *node)
{
    node                    = cn_node_resolved(node);
    bool           found    = is_moment(compiler, node);
    bool           computes = node->kind == CN_NODE_OPERATOR && node->op != CN_OP_DISTINCT;
    const cn_node *item     = node->kind == CN_NODE_QUERY && node->op != CN_QUERY_EXISTS
                                  ? item_at(compiler, node->parts, 0)
                                  : NULL;
    if (item != NULL)
        return cn_compiler_is_instant(compiler, item);
    for (uint32_t i = 0; i < node->count && !found && !computes; i++)
        found = gives_part(node, i) && cn_compiler_is_instant(compiler, cn_node_part(node, i));
    return found;
}
