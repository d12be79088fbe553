/*
 * INSERT, UPDATE and DELETE to SQL, with the forms that each database has of them. See compile.h.
 */
#include <string.h>

#include "sql/compile.h"
#include "sql/made.h"

/* The column that an assignment is to. */
static const cn_column *assigned(cn_compiler *compiler, const cn_table *table,
                                 const cn_items *items, size_t index)
{
    const cn_field *field = &items->items[index].field;
    if (items->model != table->model) {
        cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                     "the statement is about %s, but its CN_SET or CN_KEY is about %s",
                     cn_table_title(table), items->model == NULL ? "a row" : items->model->name);
        return NULL;
    }
    const cn_column *column = field->offset == CN_BY_NAME_ ? cn_table_named(table, field->name)
                                                           : cn_table_at(table, field->offset);
    if (column == NULL)
        cn_error_set(compiler->error, CN_CAUSE_MODEL,
                     field->offset == CN_BY_NAME_
                         ? "%s has no column \"%s\""
                         : "%s.%s is not mapped to a column: add CN_COLUMN for it",
                     cn_table_title(table), field->name);
    for (size_t i = 0; column != NULL && i < index; i++)
        if (items->items[i].field.offset == field->offset &&
            strcmp(items->items[i].field.name, field->name) == 0) {
            cn_error_set(compiler->error, CN_CAUSE_MISUSE, "%s.%s is set twice by one statement",
                         cn_table_title(table), field->name);
            return NULL;
        }
    return column;
}

/* The table that a statement writes; its columns can be mentioned. */
static const cn_table *target(cn_compiler *compiler, const cn_model *model)
{
    const cn_source *source = cn_source_add(compiler, model);
    if (source == NULL)
        return NULL;
    if (model->alias_of == NULL && !model->is_shape)
        return source->table;
    cn_error_set(compiler->error, CN_CAUSE_MISUSE, "%s is no table that can be written: it is %s",
                 model->name, model->is_shape ? "a shape" : "an alias");
    return NULL;
}

/* Whether an expression is about another model than the one that is written, outside of queries. */
static bool node_mentions_other(const cn_node *node, const cn_model *model)
{
    if (node->model != NULL && node->model != model)
        return true;
    for (uint32_t i = 0; cn_node_has_nodes(node) && i < node->count; i++)
        if (node_mentions_other(cn_node_part(node, i), model))
            return true;
    return false;
}

static bool mentions_other(const cn_items *items, const cn_model *model)
{
    for (size_t i = 0; i < items->count; i++)
        if (node_mentions_other(&items->items[i].value.node, model))
            return true;
    return false;
}

/* `feature` is what the database must have. */
static bool returning(cn_compiler *compiler, const cn_items *items, cn_feature feature,
                      cn_plan *plan)
{
    cn_name_scope *scope = compiler->scope;
    if (items == NULL)
        return true;
    if (!cn_compiler_needs(compiler, feature))
        return false;
    cn_compiler_text(compiler, " RETURNING ");
    compiler->part   = ".returning";
    scope->bare      = !compiler->words->returning_qualified;
    scope->returning = true;
    if (scope->bare && mentions_other(items, scope->sources[0].model))
        return cn_compiler_lacks(compiler, "columns of other tables in RETURNING");
    bool good        = cn_compiler_result(compiler, items, plan);
    scope->bare      = false;
    scope->returning = false;
    return good;
}

/* The names of columns in parentheses; with `made`, of those that an INSERT makes values for,
   too. */
static bool names(cn_compiler *compiler, const cn_table *table, const cn_items *items, bool made)
{
    const cn_column *next   = made ? cn_made_next(table, items, false, 0) : NULL;
    const char      *before = " (";
    for (size_t i = 0; items != NULL && i < items->count; i++, before = ", ") {
        const cn_column *column = assigned(compiler, table, items, i);
        cn_compiler_text(compiler, before);
        if (column == NULL || !cn_compiler_identifier(compiler, column->name))
            return false;
    }
    for (; next != NULL; next = cn_made_next(table, items, false, next->index + 1), before = ", ") {
        cn_compiler_text(compiler, before);
        if (!cn_compiler_identifier(compiler, next->name))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* ---- INSERT ---------------------------------------------------------------------------------- */

/* `items` may be NULL; `place` is where the walk put what the model makes. */
static bool values(cn_compiler *compiler, const cn_table *table, const cn_items *items,
                   const void *place)
{
    const cn_column *next   = cn_made_next(table, items, false, 0);
    uint32_t         number = next != NULL ? cn_numbers_get(compiler->numbers, place) : 0;
    const char      *before = "(";
    for (size_t i = 0; items != NULL && i < items->count; i++, before = ", ") {
        const cn_column *column = assigned(compiler, table, items, i);
        cn_compiler_text(compiler, before);
        if (column == NULL || !cn_compiler_expression(compiler, &items->items[i].value, column))
            return false;
    }
    for (; next != NULL; next = cn_made_next(table, items, false, next->index + 1), before = ", ") {
        cn_compiler_text(compiler, before);
        if (!cn_compiler_value_at(compiler, next, number++))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return true;
}

/* A further row must have the members of the first, in their order. */
static bool same_members(cn_compiler *compiler, const cn_items *first, const cn_items *row)
{
    bool same = first->count == row->count;
    for (size_t i = 0; same && i < row->count; i++)
        same = first->items[i].field.offset == row->items[i].field.offset &&
               strcmp(first->items[i].field.name, row->items[i].field.name) == 0;
    return same || cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                                "a row of .more does not have the members of .values, in the same "
                                "order");
}

static bool insert_rows(cn_compiler *compiler, const cn_table *table,
                        const cn_insert_statement *insert)
{
    const cn_items *first = insert->values;
    if (first == NULL && insert->more != NULL)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "the insert into %s has .more rows, but no .values",
                            cn_table_title(table));
    if (first == NULL && cn_made_next(table, NULL, false, 0) == NULL) {
        cn_buffer_format(&compiler->sql, " %s", compiler->words->default_values);
        return true;
    }
    if (!names(compiler, table, first, true))
        return false;
    cn_compiler_text(compiler, " VALUES ");
    if (!values(compiler, table, first,
                first != NULL ? (const void *)first : (const void *)&insert->values))
        return false;
    for (const cn_items *const *row = insert->more; row != NULL && *row != NULL; row++) {
        cn_compiler_text(compiler, ", ");
        if (!same_members(compiler, first, *row) || !values(compiler, table, *row, *row))
            return false;
    }
    return true;
}

/* The columns that the rows of an insert's query go into. */
static bool targets(cn_compiler *compiler, const cn_table *table, const cn_items *columns,
                    cn_column_list *into)
{
    const cn_column **list = cn_compiler_column_list(compiler, columns->count, into);
    for (size_t i = 0; list != NULL && i < columns->count; i++)
        if ((list[i] = assigned(compiler, table, columns, i)) == NULL)
            return false;
    return list != NULL;
}

static bool insert_query(cn_compiler *compiler, const cn_table *table,
                         const cn_insert_statement *insert)
{
    cn_plan unread = {.head = {.arena = {0}}};
    if (insert->columns == NULL || insert->values != NULL)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "an insert of a query takes .columns = CN_KEY(%s, ...), and no .values",
                            cn_table_title(table));
    if (!names(compiler, table, insert->columns, false))
        return false;
    cn_buffer_char(&compiler->sql, ' ');
    if (compiler->words->with_inside_insert && !cn_compiler_with(compiler, insert->with))
        return false;
    bool good = targets(compiler, table, insert->columns, &compiler->scope->gives) &&
                cn_compiler_query(compiler, insert->query, &unread);
    size_t width           = cn_plan_width(&unread);
    compiler->scope->gives = (cn_column_list){NULL, 0};
    if (good && width != 0 && width != insert->columns->count)
        good = cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "the insert into %s has %zu columns, but its query %zu",
                            cn_table_title(table), insert->columns->count, width);
    if (good && insert->upsert && cn_compiler_ends_with_table(compiler, insert->query) &&
        !cn_compiler_has(compiler, CN_FEATURE_UPSERT_JOINED))
        cn_buffer_format(&compiler->sql, " \nWHERE %s", compiler->words->always);
    cn_arena_free(&unread.head.arena);
    return good;
}

/* What an existing row becomes: "a = b, ..." */
static bool upsert_assignments(cn_compiler *compiler, const cn_table *table, const cn_items *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const cn_column *column = assigned(compiler, table, set, i);
        const cn_expr   *value  = &set->items[i].value;
        bool             group  = value->node.kind == CN_NODE_OPERATOR;
        cn_compiler_text(compiler, i == 0 ? "" : ", ");
        if (column == NULL || !cn_compiler_identifier(compiler, column->name))
            return false;
        cn_compiler_text(compiler, group ? " = (" : " = ");
        if (!cn_compiler_expression(compiler, value, column))
            return false;
        cn_compiler_text(compiler, group ? ")" : "");
    }
    return true;
}

/* The key whose conflict is meant: that of the statement, or the primary key. */
static bool conflict_columns(cn_compiler *compiler, const cn_table *table, const cn_items *key)
{
    if (key != NULL)
        return names(compiler, table, key, false);
    for (size_t i = 0; i < table->primary_key_count; i++) {
        cn_compiler_text(compiler, i == 0 ? " (" : ", ");
        if (!cn_compiler_identifier(compiler, table->columns[table->primary_key[i]].name))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return table->primary_key_count != 0 ||
           cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                        "the upsert of %s needs .conflict = CN_KEY(...): it has no primary key",
                        cn_table_title(table));
}

static bool on_conflict(cn_compiler *compiler, const cn_table *table,
                        const cn_insert_statement *insert)
{
    compiler->proposed = "excluded.";
    cn_compiler_text(compiler, " ON CONFLICT");
    if ((insert->conflict != NULL || insert->update != NULL) &&
        !conflict_columns(compiler, table, insert->conflict))
        return false;
    if (insert->update == NULL) {
        cn_compiler_text(compiler, " DO NOTHING");
        return true;
    }
    cn_compiler_text(compiler, " DO UPDATE SET ");
    return upsert_assignments(compiler, table, insert->update) &&
           cn_compiler_where(compiler, &insert->update_where, " WHERE ");
}

/* A row that is to stay as it is sets a column to itself. */
static bool on_duplicate_key(cn_compiler *compiler, const cn_table *table,
                             const cn_insert_statement *insert)
{
    if (cn_node_chosen(&insert->update_where.node))
        return cn_compiler_lacks(compiler, "condition on what an upsert updates");
    bool alias = cn_compiler_has(compiler, CN_FEATURE_UPSERT_ALIAS) && insert->query == NULL;
    compiler->proposed = alias ? "new." : "VALUES(";
    cn_compiler_text(compiler, alias ? " AS new" : "");
    cn_compiler_text(compiler, " ON DUPLICATE KEY UPDATE ");
    for (size_t i = 0; insert->conflict != NULL && i < insert->conflict->count; i++)
        if (assigned(compiler, table, insert->conflict, i) == NULL)
            return false;
    if (insert->update != NULL)
        return upsert_assignments(compiler, table, insert->update);
    const cn_column *column =
        insert->conflict != NULL
            ? assigned(compiler, table, insert->conflict, 0)
            : &table->columns[table->primary_key_count != 0 ? table->primary_key[0] : 0];
    if (column == NULL || !cn_compiler_identifier(compiler, column->name))
        return false;
    cn_compiler_text(compiler, " = ");
    return cn_compiler_source_column(compiler, &compiler->scope->sources[0], column);
}

/* Clauses that mean nothing together. */
static bool check_insert(cn_compiler *compiler, const cn_insert_statement *insert)
{
    bool        filtered = cn_node_chosen(&insert->update_where.node);
    const char *wrong    = NULL;
    if (!insert->upsert && (insert->conflict != NULL || insert->update != NULL || filtered))
        wrong = ".conflict, .update and .update_where belong to cn_upsert, not to cn_insert";
    else if (insert->upsert && insert->values == NULL && insert->query == NULL)
        wrong = "cn_upsert has nothing to insert: give it .values or .query";
    else if (filtered && insert->update == NULL)
        wrong = ".update_where says when .update is made, and there is none";
    else if (insert->query != NULL && insert->more != NULL)
        wrong = ".more are further rows beside .values, and there is a .query in their place";
    else if (insert->query == NULL && insert->columns != NULL)
        wrong = ".columns are what a .query fills, and there is none";
    if (wrong != NULL)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE, "%s: %s", insert->into->name, wrong);
    return insert->with == NULL || insert->query != NULL || !compiler->words->with_inside_insert ||
           cn_compiler_lacks(compiler, "WITH before INSERT ... VALUES");
}

static bool upsert(cn_compiler *compiler, const cn_table *table, const cn_insert_statement *insert)
{
    const char *outer = compiler->proposed;
    if (!insert->upsert)
        return true;
    compiler->part     = ".update";
    bool good          = cn_compiler_has(compiler, CN_FEATURE_UPSERT_TARGET)
                             ? on_conflict(compiler, table, insert)
                             : on_duplicate_key(compiler, table, insert);
    compiler->proposed = outer;
    return good;
}

bool cn_compiler_insert(cn_compiler *compiler, const void *statement, cn_plan *plan)
{
    const cn_insert_statement *insert = statement;
    const cn_table            *fills  = compiler->fills;
    compiler->fills                   = NULL;
    if (!check_insert(compiler, insert) ||
        (!compiler->words->with_inside_insert && !cn_compiler_with(compiler, insert->with)))
        return false;
    const cn_table *table = target(compiler, insert->into);
    if (table == NULL)
        return false;
    cn_compiler_text(compiler, "INSERT INTO ");
    compiler->part = ".values";
    if (!cn_compiler_table(compiler, table))
        return false;
    bool good       = insert->query != NULL ? insert_query(compiler, table, insert)
                                            : insert_rows(compiler, table, insert);
    good            = good && upsert(compiler, table, insert);
    compiler->fills = fills;
    good = good && returning(compiler, insert->returning, CN_FEATURE_INSERT_RETURNING, plan);
    compiler->fills = NULL;
    return good;
}

/* ---- UPDATE ---------------------------------------------------------------------------------- */

static bool add_also(cn_compiler *compiler, const cn_model *const *also)
{
    for (; also != NULL && *also != NULL; also++)
        if (cn_source_add(compiler, *also) == NULL)
            return false;
    return true;
}

static bool emit_also(cn_compiler *compiler, const cn_model *const *also, const char *before)
{
    for (const cn_model *const *at = also; at != NULL && *at != NULL; at++) {
        cn_compiler_text(compiler, at == also ? before : ", ");
        const cn_source *source = cn_source_find(compiler, *at);
        if (source == NULL || !cn_compiler_from(compiler, source, NULL, false))
            return false;
    }
    return true;
}

static bool set_made(cn_compiler *compiler, const cn_table *table, const cn_items *set,
                     bool qualified)
{
    const cn_column *next   = cn_made_next(table, set, true, 0);
    uint32_t         number = next != NULL ? cn_numbers_get(compiler->numbers, set) : 0;
    for (; next != NULL; next = cn_made_next(table, set, true, next->index + 1)) {
        cn_compiler_text(compiler, ", ");
        if (!(qualified ? cn_compiler_source_column(compiler, &compiler->scope->sources[0], next)
                        : cn_compiler_identifier(compiler, next->name)))
            return false;
        cn_compiler_text(compiler, "=");
        if (!cn_compiler_value_at(compiler, next, number++))
            return false;
    }
    return true;
}

static bool set_columns(cn_compiler *compiler, const cn_table *table, const cn_items *set,
                        bool qualified)
{
    for (size_t i = 0; i < set->count; i++) {
        const cn_column *column = assigned(compiler, table, set, i);
        const cn_expr   *value  = &set->items[i].value;
        bool             group  = value->node.kind == CN_NODE_OPERATOR;
        cn_compiler_text(compiler, i == 0 ? " SET " : ", ");
        if (column == NULL ||
            !(qualified ? cn_compiler_source_column(compiler, &compiler->scope->sources[0], column)
                        : cn_compiler_identifier(compiler, column->name)))
            return false;
        cn_compiler_text(compiler, group ? "=(" : "=");
        if (!cn_compiler_expression(compiler, value, column))
            return false;
        cn_compiler_text(compiler, group ? ")" : "");
    }
    return set_made(compiler, table, set, qualified);
}

/* ORDER BY and LIMIT of UPDATE and DELETE. */
static bool write_limit(cn_compiler *compiler, const cn_expr *order, const int64_t *limit,
                        bool several)
{
    size_t count   = cn_expr_count(order);
    compiler->part = ".order_by";
    if (count == 0 && *limit == 0)
        return true;
    if (several)
        return cn_compiler_lacks(compiler, "ORDER BY and LIMIT of UPDATE and DELETE of one of "
                                           "several tables");
    if (!cn_compiler_needs(compiler, CN_FEATURE_WRITE_LIMIT))
        return false;
    cn_compiler_text(compiler, count == 0 ? "" : " ORDER BY ");
    if (!cn_compiler_order(compiler, order == NULL ? NULL : &order->node, count))
        return false;
    cn_compiler_text(compiler, *limit == 0 ? "" : " LIMIT ");
    return *limit == 0 ||
           cn_compiler_value_at(compiler, NULL, cn_numbers_get(compiler->numbers, limit));
}

static bool with_before(cn_compiler *compiler, const cn_cte_clause *with)
{
    return with == NULL || (cn_compiler_needs(compiler, CN_FEATURE_CTE_BEFORE_WRITE) &&
                            cn_compiler_with(compiler, with));
}

bool cn_compiler_update(cn_compiler *compiler, const void *statement, cn_plan *plan)
{
    const cn_update_statement *update = statement;
    const cn_table            *fills  = compiler->fills;
    bool                       from   = cn_compiler_has(compiler, CN_FEATURE_UPDATE_FROM);
    compiler->fills                   = NULL;
    const cn_table *table             = NULL;
    if (!with_before(compiler, update->with) || (table = target(compiler, update->table)) == NULL ||
        !add_also(compiler, update->also))
        return false;
    if (update->set == NULL || update->set->count == 0)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "the update of %s sets nothing: give it .set = CN_SET(...)",
                            update->table->name);
    if (update->also != NULL && !cn_compiler_has(compiler, CN_FEATURE_UPDATE_SEVERAL) &&
        !cn_compiler_needs(compiler, CN_FEATURE_UPDATE_FROM))
        return false;
    cn_compiler_text(compiler, "UPDATE ");
    compiler->part = ".set";
    if (!cn_compiler_table(compiler, table) ||
        (!from && !emit_also(compiler, update->also, ", ")) ||
        !set_columns(compiler, table, update->set, !from && update->also != NULL) ||
        (from && !emit_also(compiler, update->also, " FROM ")))
        return false;
    compiler->part = ".where";
    if (!cn_compiler_where(compiler, &update->where, " WHERE ") ||
        !write_limit(compiler, update->order_by, &update->limit, update->also != NULL))
        return false;
    compiler->fills = fills;
    bool good       = returning(compiler, update->returning, CN_FEATURE_UPDATE_RETURNING, plan);
    compiler->fills = NULL;
    return good;
}

/* ---- DELETE ---------------------------------------------------------------------------------- */

/* DELETE FROM a USING b; DELETE FROM a USING a, b; or DELETE FROM a WHERE EXISTS (SELECT 1 FROM b
   WHERE ...), which deletes the same rows. */
static bool delete_where(cn_compiler *compiler, const cn_delete_statement *deletion)
{
    if (deletion->also == NULL)
        return cn_compiler_where(compiler, &deletion->where, " WHERE ");
    if (!cn_compiler_has(compiler, CN_FEATURE_DELETE_USING)) {
        cn_compiler_text(compiler, " WHERE EXISTS (SELECT 1");
        if (!emit_also(compiler, deletion->also, " \nFROM ") ||
            !cn_compiler_where(compiler, &deletion->where, " \nWHERE "))
            return false;
        cn_buffer_char(&compiler->sql, ')');
        return true;
    }
    cn_compiler_text(compiler, " USING ");
    if (!cn_compiler_has(compiler, CN_FEATURE_UPDATE_FROM)) {
        if (!cn_compiler_source(compiler, &compiler->scope->sources[0]))
            return false;
        cn_compiler_text(compiler, ", ");
    }
    return emit_also(compiler, deletion->also, "") &&
           cn_compiler_where(compiler, &deletion->where, " WHERE ");
}

bool cn_compiler_delete(cn_compiler *compiler, const void *statement, cn_plan *plan)
{
    const cn_delete_statement *deletion = statement;
    const cn_table            *fills    = compiler->fills;
    compiler->fills                     = NULL;
    const cn_table *table               = NULL;
    if (!with_before(compiler, deletion->with) ||
        (table = target(compiler, deletion->from)) == NULL || !add_also(compiler, deletion->also))
        return false;
    if (deletion->also != NULL && deletion->returning != NULL &&
        !cn_compiler_has(compiler, CN_FEATURE_UPDATE_RETURNING))
        return cn_compiler_lacks(compiler, "DELETE ... USING ... RETURNING");
    cn_compiler_text(compiler, "DELETE FROM ");
    compiler->part = ".where";
    if (!cn_compiler_table(compiler, table) || !delete_where(compiler, deletion) ||
        !write_limit(compiler, deletion->order_by, &deletion->limit, deletion->also != NULL))
        return false;
    compiler->fills = fills;
    bool good       = returning(compiler, deletion->returning, CN_FEATURE_DELETE_RETURNING, plan);
    compiler->fills = NULL;
    return good;
}
