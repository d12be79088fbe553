/*
 * The clauses of statements, walked; see walk.h. Which clauses there are stands in the first word,
 * so that those that are absent cost nothing.
 */
#include <string.h>

#include "schema/table.h"
#include "sql/made.h"
#include "sql/walk.h"

/* A statement of an older program: what it does not have is zero. */
static const void *whole(cn_walk *walk, const cn_statement *statement)
{
    if (statement->kind == CN_STATEMENT_SELECT && statement->size >= sizeof(cn_select_statement))
        return statement;
    size_t size = cn_statement_size(statement);
    if (statement->size >= size)
        return statement;
    cn_statement *made = cn_arena_zero(&walk->arena, 1, size);
    if (made == NULL ||
        (walk->numbers != NULL && !cn_numbers_set_whole(walk->numbers, statement, made))) {
        cn_error_no_memory(walk->error);
        return NULL;
    }
    memcpy(made, statement, statement->size);
    return made;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static bool expressions(cn_walk *walk, const cn_expr *list)
{
    size_t count = cn_expr_count(list);
    if (!cn_walk_word(walk, count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!cn_walk_node(walk, &list[i].node))
            return false;
    return true;
}

static bool where(cn_walk *walk, const cn_condition *condition)
{
    return cn_walk_node(walk, &condition->node) && cn_walk_word(walk, UINT64_MAX);
}

/* A condition that must say something, unless every row is meant. */
static bool where_some(cn_walk *walk, const cn_condition *condition, bool every_row,
                       const char *verb, const cn_model *model)
{
    size_t before = walk->word_count;
    if (!cn_walk_node(walk, &condition->node))
        return false;
    if (walk->word_count == before && !every_row)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "the %s of %s has no condition, or every cn_when of it was false: say "
                            ".every_row = true if "
                            "every row is meant",
                            verb, model->name);
    return cn_walk_word(walk, UINT64_MAX);
}

/* Assignments and result columns. The struct that is filled is part of the structure. */
static bool items(cn_walk *walk, const cn_items *list)
{
    if (!cn_walk_word(walk, list->count) || !cn_walk_word(walk, list->struct_size) ||
        !cn_walk_model(walk, list->model) || !cn_walk_text(walk, list->struct_name))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        const cn_item *item = &list->items[i];
        bool           name = list->model == NULL || item->field.offset == CN_BY_NAME_;
        if (!cn_walk_word(walk, (uint64_t)item->field.offset << 32 |
                                    (uint64_t)item->field.size << 8 | item->field.storage) ||
            (name && !cn_walk_text(walk, item->field.name)) ||
            !(list->model != NULL ? cn_walk_assigned(walk, list, item)
                                  : cn_walk_node(walk, &item->value.node)))
            return false;
    }
    return true;
}

static bool models(cn_walk *walk, const cn_model *const *list)
{
    for (; *list != NULL; list++)
        if (!cn_walk_model(walk, *list))
            return false;
    return cn_walk_word(walk, 0);
}

static bool query_in(cn_walk *walk, const cn_statement *statement)
{
    bool good = cn_walk_enter(walk) && cn_walk_query(walk, statement);
    walk->depth--;
    return good;
}

static bool joins(cn_walk *walk, const cn_joined *list)
{
    for (; list->kind != CN_JOIN_NONE; list++)
        if (!cn_walk_word(walk, (uint64_t)list->kind | (uint64_t)list->lateral << 8 |
                                    (uint64_t)(list->query != NULL) << 9 |
                                    (uint64_t)list->offset << 32) ||
            !cn_walk_model(walk, list->owner) || !cn_walk_model(walk, list->target) ||
            (list->query != NULL && !query_in(walk, list->query)) || !where(walk, &list->on))
            return false;
    return cn_walk_word(walk, 0);
}

static bool with(cn_walk *walk, const cn_cte_clause *list)
{
    for (; list->shape != NULL; list++) {
        uint64_t flags = (uint64_t)list->union_distinct | (uint64_t)list->materialized << 1 |
                         (uint64_t)list->not_materialized << 2 |
                         (uint64_t)(list->step != NULL) << 3;
        if (!cn_walk_model(walk, list->shape) || !cn_walk_word(walk, flags) ||
            !query_in(walk, list->query) || (list->step != NULL && !query_in(walk, list->step)))
            return false;
    }
    return cn_walk_pointer(walk, NULL);
}

static bool hints(cn_walk *walk, const cn_hint *list)
{
    for (; list->dialect != NULL; list++)
        if (!cn_walk_word(walk, 1 + (uint64_t)list->place) || !cn_walk_model(walk, list->table) ||
            !cn_walk_text(walk, list->dialect) || !cn_walk_text(walk, list->text))
            return false;
    return cn_walk_word(walk, 0);
}

/* LIMIT and OFFSET are values, not structure. */
static bool limits(cn_walk *walk, const int64_t *limit, const int64_t *offset, const char *what)
{
    if (*limit < 0 || (offset != NULL && *offset < 0))
        return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                            "%s: limit and offset cannot be negative", what);
    cn_value first = cn_value_int(*limit), second = cn_value_int(offset == NULL ? 0 : *offset);
    return (*limit == 0 || cn_walk_bound(walk, limit, &first)) &&
           (second.as.integer == 0 || cn_walk_bound(walk, offset, &second));
}

/* ---- statements ------------------------------------------------------------------------------ */

static bool walk_select(cn_walk *walk, const void *statement)
{
    const cn_select_statement *s = statement;
    if (s->from == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "the select has nothing to select from");
    uint64_t head = CN_STATEMENT_SELECT | (uint64_t)s->distinct << 8 |
                    (uint64_t)(s->limit != 0) << 9 | (uint64_t)(s->offset != 0) << 10 |
                    (uint64_t)s->with_ties << 11 | (uint64_t)s->nowait << 12 |
                    (uint64_t)s->skip_locked << 13 | (uint64_t)s->lock << 16 |
                    (uint64_t)(s->columns != NULL) << 24 | (uint64_t)(s->order_by != NULL) << 25 |
                    (uint64_t)(s->join != NULL) << 26 | (uint64_t)(s->also != NULL) << 27 |
                    (uint64_t)(s->query != NULL) << 28 | (uint64_t)(s->with != NULL) << 29 |
                    (uint64_t)(s->group_by != NULL) << 30 |
                    (uint64_t)(s->distinct_on != NULL) << 31 |
                    (uint64_t)(s->lock_of != NULL) << 32 | (uint64_t)(s->hints != NULL) << 33;
    return cn_walk_word(walk, head) && cn_walk_model(walk, s->from) &&
           (s->with == NULL || with(walk, s->with)) &&
           (s->columns == NULL || items(walk, s->columns)) &&
           (s->query == NULL || query_in(walk, s->query)) &&
           (s->join == NULL || joins(walk, s->join)) &&
           (s->also == NULL || models(walk, s->also)) && where(walk, &s->where) &&
           (s->group_by == NULL || expressions(walk, s->group_by)) &&
           (s->having.node.kind == CN_NODE_NONE || where(walk, &s->having)) &&
           (s->distinct_on == NULL || expressions(walk, s->distinct_on)) &&
           (s->order_by == NULL || expressions(walk, s->order_by)) &&
           (s->lock_of == NULL || models(walk, s->lock_of)) &&
           (s->hints == NULL || hints(walk, s->hints)) &&
           ((s->limit == 0 && s->offset == 0) ||
            limits(walk, &s->limit, &s->offset, s->from->name));
}

/* The values that the model makes for what `list` does not mention; the compiler finds the first by
   `place`, and the rest follow it. */
static bool made(cn_walk *walk, const cn_model *model, const cn_items *list, const void *place,
                 bool update)
{
    const cn_table *table = cn_table_of(model, walk->error);
    if (table == NULL)
        return false;
    const cn_column *column = cn_made_next(table, list, update, 0);
    for (; column != NULL; column = cn_made_next(table, list, update, column->index + 1)) {
        cn_value value = cn_value_null(); /* a function of the program's is called but once */
        if ((!walk->again &&
             !cn_column_make_value(column, update, NULL, &value, &walk->arena, walk->error)) ||
            !(place != NULL ? cn_walk_bound(walk, place, &value) : cn_walk_value(walk, &value)))
            return false;
        place = NULL;
    }
    return true;
}

/* What is set, and what the model makes. */
static bool written(cn_walk *walk, const cn_model *model, const cn_items *list, bool update)
{
    return items(walk, list) && made(walk, model, list, list, update);
}

static bool more_rows(cn_walk *walk, const cn_model *model, const cn_items *const *rows)
{
    for (; *rows != NULL; rows++)
        if (!cn_walk_word(walk, 1) || !written(walk, model, *rows, false))
            return false;
    return cn_walk_word(walk, 0);
}

static bool walk_insert(cn_walk *walk, const void *statement)
{
    const cn_insert_statement *s = statement;
    if (s->into == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "the insert has no table");
    uint64_t head = CN_STATEMENT_INSERT | (uint64_t)s->upsert << 8 |
                    (uint64_t)(s->values != NULL) << 9 | (uint64_t)(s->more != NULL) << 10 |
                    (uint64_t)(s->query != NULL) << 11 | (uint64_t)(s->columns != NULL) << 12 |
                    (uint64_t)(s->with != NULL) << 13 | (uint64_t)(s->conflict != NULL) << 14 |
                    (uint64_t)(s->update != NULL) << 15 | (uint64_t)(s->returning != NULL) << 16;
    return cn_walk_word(walk, head) && cn_walk_model(walk, s->into) &&
           (s->with == NULL || with(walk, s->with)) &&
           (s->values != NULL  ? written(walk, s->into, s->values, false)
            : s->query == NULL ? made(walk, s->into, NULL, &s->values, false)
                               : true) &&
           (s->more == NULL || more_rows(walk, s->into, s->more)) &&
           (s->columns == NULL || items(walk, s->columns)) &&
           (s->query == NULL || query_in(walk, s->query)) &&
           (s->conflict == NULL || items(walk, s->conflict)) &&
           (s->update == NULL || items(walk, s->update)) && where(walk, &s->update_where) &&
           (s->returning == NULL || items(walk, s->returning));
}

static bool walk_update(cn_walk *walk, const void *statement)
{
    const cn_update_statement *s = statement;
    if (s->table == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "the update has no table");
    uint64_t head = CN_STATEMENT_UPDATE | (uint64_t)(s->set != NULL) << 8 |
                    (uint64_t)(s->returning != NULL) << 9 | (uint64_t)(s->also != NULL) << 10 |
                    (uint64_t)(s->with != NULL) << 11 | (uint64_t)(s->order_by != NULL) << 12 |
                    (uint64_t)(s->limit != 0) << 13;
    return cn_walk_word(walk, head) && cn_walk_model(walk, s->table) &&
           (s->with == NULL || with(walk, s->with)) &&
           (s->set == NULL || written(walk, s->table, s->set, true)) &&
           (s->also == NULL || models(walk, s->also)) &&
           where_some(walk, &s->where, s->every_row, "update", s->table) &&
           (s->order_by == NULL || expressions(walk, s->order_by)) &&
           limits(walk, &s->limit, NULL, s->table->name) &&
           (s->returning == NULL || items(walk, s->returning));
}

static bool walk_delete(cn_walk *walk, const void *statement)
{
    const cn_delete_statement *s = statement;
    if (s->from == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "the delete has no table");
    uint64_t head = CN_STATEMENT_DELETE | (uint64_t)(s->returning != NULL) << 9 |
                    (uint64_t)(s->also != NULL) << 10 | (uint64_t)(s->with != NULL) << 11 |
                    (uint64_t)(s->order_by != NULL) << 12 | (uint64_t)(s->limit != 0) << 13;
    return cn_walk_word(walk, head) && cn_walk_model(walk, s->from) &&
           (s->with == NULL || with(walk, s->with)) && (s->also == NULL || models(walk, s->also)) &&
           where_some(walk, &s->where, s->every_row, "delete", s->from) &&
           (s->order_by == NULL || expressions(walk, s->order_by)) &&
           limits(walk, &s->limit, NULL, s->from->name) &&
           (s->returning == NULL || items(walk, s->returning));
}

static bool walk_compound(cn_walk *walk, const void *statement)
{
    const cn_compound_statement *s = statement;
    if (s->queries == NULL || s->queries[0] == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "the union has no queries");
    uint64_t head = CN_STATEMENT_COMPOUND | (uint64_t)s->operation << 8 |
                    (uint64_t)(s->order_by != NULL) << 16 | (uint64_t)(s->with != NULL) << 17 |
                    (uint64_t)(s->limit != 0) << 18 | (uint64_t)(s->offset != 0) << 19;
    if (!cn_walk_word(walk, head) || (s->with != NULL && !with(walk, s->with)))
        return false;
    for (const cn_statement *const *query = s->queries; *query != NULL; query++)
        if (!query_in(walk, *query))
            return false;
    return cn_walk_word(walk, 0) && (s->order_by == NULL || expressions(walk, s->order_by)) &&
           limits(walk, &s->limit, &s->offset, "a union");
}

/* The members of the structs, row by row. */
static bool walk_values(cn_walk *walk, const void *statement)
{
    const cn_values_statement *s     = statement;
    const cn_table            *table = cn_table_of(s->shape, walk->error);
    if (table == NULL)
        return false;
    if (s->count == 0)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "cn_values of %s has no rows",
                            s->shape->name);
    if (!cn_walk_word(walk, CN_STATEMENT_VALUES) || !cn_walk_model(walk, s->shape) ||
        !cn_walk_word(walk, s->count))
        return false;
    for (size_t row = 0; row < s->count; row++)
        for (size_t i = 0; i < table->column_count; i++) {
            cn_value    value;
            const void *from = (const char *)s->rows + row * s->struct_size;
            if (!cn_convert_load(&table->columns[i].field, from, &value, walk->error) ||
                !(row == 0 && i == 0 ? cn_walk_bound(walk, s, &value)
                                     : cn_walk_value(walk, &value)))
                return false;
        }
    return true;
}

/* Text in the place of a query: its parameters are those of a fragment. */
static bool walk_text(cn_walk *walk, const void *statement)
{
    const cn_text_statement *s   = statement;
    const cn_condition       sql = cn_fragment_(s->sql, s->params);
    if (s->sql == NULL)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE, "cn_text was given no text");
    if (!cn_walk_word(walk, CN_STATEMENT_TEXT) || !cn_walk_node(walk, &sql.node) ||
        !cn_walk_word(walk, s->fields == NULL ? 0 : 1 + s->fields->count))
        return false;
    if (s->fields != NULL && (!cn_walk_text(walk, s->fields->struct_name) ||
                              !cn_walk_word(walk, s->fields->struct_size)))
        return false;
    for (size_t i = 0; s->fields != NULL && i < s->fields->count; i++)
        if (!cn_walk_word(walk, s->fields->fields[i].offset))
            return false;
    return true;
}

static bool (*const walks[])(cn_walk *, const void *) = {
    [CN_STATEMENT_TEXT] = walk_text,     [CN_STATEMENT_SELECT] = walk_select,
    [CN_STATEMENT_INSERT] = walk_insert, [CN_STATEMENT_UPDATE] = walk_update,
    [CN_STATEMENT_DELETE] = walk_delete, [CN_STATEMENT_COMPOUND] = walk_compound,
    [CN_STATEMENT_VALUES] = walk_values,
};

bool cn_walk_query(cn_walk *walk, const cn_statement *statement)
{
    if (cn_statement_size(statement) == 0)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "there is no statement where a query belongs");
    const void *s = whole(walk, statement);
    return s != NULL && walks[statement->kind](walk, s);
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* Room to remember which parameters were asked for. */
static bool take_params(cn_walk *walk, const cn_param *params)
{
    size_t count = 0;
    walk->params = params;
    walk->taken  = walk->first_taken;
    if (params == NULL)
        return true;
    while (params[count].name != NULL)
        count++;
    if (count <= CN_WALK_PARAMS)
        memset(walk->first_taken, 0, count * sizeof *walk->first_taken);
    else
        walk->taken = CN_ARENA_ARRAY(&walk->arena, bool, count);
    return walk->taken != NULL || cn_error_no_memory(walk->error);
}

/* Every parameter was asked for, and none is there twice. */
static bool params_used(cn_walk *walk)
{
    const cn_param *params = walk->params;
    for (size_t i = 0; params != NULL && params[i].name != NULL; i++) {
        for (size_t j = 0; j < i; j++)
            if (strcmp(params[i].name, params[j].name) == 0)
                return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                                    "the parameter '%s' is given twice", params[i].name);
        if (!walk->taken[i])
            return cn_error_set(walk->error, CN_CAUSE_PARAMETER,
                                "the statement has no parameter '%s'", params[i].name);
    }
    return true;
}

static const cn_param *own_params(const void *statement)
{
    switch (((const cn_statement *)statement)->kind) {
    case CN_STATEMENT_SELECT:
        return ((const cn_select_statement *)statement)->params;
    case CN_STATEMENT_INSERT:
        return ((const cn_insert_statement *)statement)->params;
    case CN_STATEMENT_UPDATE:
        return ((const cn_update_statement *)statement)->params;
    case CN_STATEMENT_DELETE:
        return ((const cn_delete_statement *)statement)->params;
    case CN_STATEMENT_COMPOUND:
        return ((const cn_compound_statement *)statement)->params;
    default:
        return NULL;
    }
}

/* ---- a select by one comparison -------------------------------------------------------------- */

/* Rows of one model by one comparison with a value, which is what is asked most. */
static inline bool is_simple(const cn_statement *statement)
{
    if (statement == NULL || statement->kind != CN_STATEMENT_SELECT ||
        statement->size < sizeof(cn_select_statement))
        return false;
    const cn_select_statement *s    = (const cn_select_statement *)(const void *)statement;
    const cn_node             *node = &s->where.node;
    uintptr_t clauses = (uintptr_t)s->columns | (uintptr_t)s->order_by | (uintptr_t)s->limit |
                        (uintptr_t)s->offset | (uintptr_t)s->params | (uintptr_t)s->join |
                        (uintptr_t)s->also | (uintptr_t)s->query | (uintptr_t)s->with |
                        (uintptr_t)s->group_by | (uintptr_t)s->distinct_on | (uintptr_t)s->lock_of |
                        (uintptr_t)s->hints | (uintptr_t)s->lock;
    return clauses == 0 && node->kind == CN_NODE_OPERATOR && node->op <= CN_OP_NOT_EQUAL &&
           s->from != NULL && node->model == s->from && s->from->state != NULL &&
           s->from->state->serial == 0 && node->count == 0 && node->value.kind != CN_KIND_NULL &&
           node->value.kind < CN_KIND_LIST && s->having.node.kind == CN_NODE_NONE &&
           !(s->nowait | s->skip_locked | s->distinct | s->with_ties);
}

/* The same words as those of walk_select, without a look at what is not there. */
static bool walk_simple(cn_walk *walk, const cn_statement *statement)
{
    const cn_select_statement *select = (const cn_select_statement *)(const void *)statement;
    const cn_node             *node   = &select->where.node;
    uint64_t                  *words  = walk->words; /* there is room for more at the beginning */
    words[0]                          = CN_STATEMENT_SELECT;
    words[1]                          = (uint64_t)(uintptr_t)select->from;
    words[2]                          = cn_walk_head(node);
    words[3]                          = (uint64_t)(uintptr_t)node->model;
    words[4]                          = UINT64_MAX;
    walk->word_count                  = 5;
    return cn_walk_value(walk, &node->value);
}

/* ---- any statement --------------------------------------------------------------------------- */

static bool walk_any(cn_walk *walk, const cn_statement *statement, const cn_param *params)
{
    if (cn_statement_size(statement) == 0)
        return cn_error_set(walk->error, CN_CAUSE_MISUSE,
                            "this is no statement that was built from values");
    const void *s = whole(walk, statement);
    return s != NULL && take_params(walk, params != NULL ? params : own_params(s)) &&
           walks[statement->kind](walk, s) && params_used(walk);
}

bool cn_walk_statement(cn_walk *walk, const cn_statement *statement, const cn_param *params)
{
    return params == NULL && walk->numbers == NULL && is_simple(statement)
               ? walk_simple(walk, statement)
               : walk_any(walk, statement, params);
}

/* Whether a query, or SQL of the program's own, stands in an expression. */
static bool mentions_others(const cn_node *node)
{
    if (node->kind == CN_NODE_QUERY || node->kind == CN_NODE_FRAGMENT ||
        node->kind == CN_NODE_SPELLED)
        return true;
    for (uint32_t i = 0; cn_node_has_nodes(node) && cn_node_alive(node) && i < node->count; i++)
        if (mentions_others(cn_node_part(node, i)))
            return true;
    return false;
}

static bool any_mentions_others(const cn_expr *list)
{
    for (; list != NULL && list->node.kind != CN_NODE_NONE; list++)
        if (mentions_others(&list->node))
            return true;
    return false;
}

bool cn_statement_reads_one(const cn_select_statement *select)
{
    return select->from != NULL && !select->from->is_shape && select->columns == NULL &&
           select->join == NULL && select->also == NULL && select->query == NULL &&
           select->with == NULL && !any_mentions_others(select->order_by) &&
           !any_mentions_others(select->group_by) && !any_mentions_others(select->distinct_on) &&
           select->having.node.kind == CN_NODE_NONE && !mentions_others(&select->where.node);
}
