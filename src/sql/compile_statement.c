/*
 * Whole statements to SQL: SELECT, INSERT, UPDATE, DELETE. The clauses are visited in the order of
 * walk.c, so that values are numbered alike.
 */
#include <string.h>

#include "sql/compile.h"

/* One column of a result and the member that takes it. */
static bool result_items(cn_compiler *compiler, const cn_items *items, cn_plan *plan)
{
    cn_arena  *arena  = &plan->head.arena;
    cn_decode *decode = CN_ARENA_ARRAY(arena, cn_decode, items->count);
    if (decode == NULL)
        return cn_error_no_memory(compiler->error);
    for (size_t i = 0; i < items->count; i++) {
        const cn_item *item = &items->items[i];
        const char    *name = cn_arena_text(arena, item->field.name);
        if (name == NULL)
            return cn_error_no_memory(compiler->error);
        decode[i] = (cn_decode){.column  = (uint32_t)i,
                                .offset  = item->field.offset,
                                .size    = item->field.size,
                                .storage = item->field.storage,
                                .name    = name};
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!cn_compiler_expression(compiler, &item->value, NULL))
            return false;
        const cn_node *node = &item->value.node;
        if (node->kind == CN_NODE_MEMBER) {
            const cn_table  *table  = cn_table_of(node->model, compiler->error);
            const cn_column *column = cn_table_at(table, node->offset);
            decode[i].labels        = column->field.labels;
            decode[i].utc           = column->field.utc;
            decode[i].scale         = column->field.scale;
            decode[i].user          = column->field.user;
            if (strcmp(column->name, name) == 0)
                continue; /* it has that name already */
        }
        cn_compiler_text(compiler, " AS ");
        if (!cn_compiler_identifier(compiler, name))
            return false;
    }
    plan->struct_name  = cn_arena_text(arena, items->struct_name);
    plan->struct_size  = items->struct_size;
    plan->decode       = decode;
    plan->decode_count = items->count;
    return plan->struct_name != NULL || cn_error_no_memory(compiler->error);
}

static bool entity_columns(cn_compiler *compiler, const cn_table *table, cn_plan *plan)
{
    plan->entity       = table;
    plan->struct_name  = cn_table_title(table);
    plan->struct_size  = table->model->struct_size;
    plan->decode_count = table->column_count;
    plan->decode       = cn_plan_of_table(&plan->head.arena, table, 0);
    if (plan->decode == NULL)
        return cn_error_no_memory(compiler->error);
    return cn_compiler_columns(compiler, table);
}

static bool limited(cn_compiler *compiler, const cn_select_statement *select)
{
    if (select->limit != 0) {
        cn_compiler_text(compiler, "\n LIMIT ");
        if (!cn_compiler_value(compiler, NULL))
            return false;
    }
    if (select->offset == 0)
        return true;
    if (select->limit == 0 && compiler->dialect->no_limit != NULL)
        cn_buffer_format(&compiler->sql, "\n LIMIT %s", compiler->dialect->no_limit);
    cn_compiler_text(compiler, " OFFSET ");
    return cn_compiler_value(compiler, NULL);
}

static bool compile_select(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan)
{
    cn_select_statement select = {.head = *statement};
    memcpy(&select, statement, statement->size < sizeof select ? statement->size : sizeof select);
    compiler->from = cn_table_of(select.from, compiler->error);
    if (compiler->from == NULL)
        return false;
    if (compiler->from->name == NULL)
        return cn_error_set(compiler->error, CN_CAUSE_MODEL, "%s has no table to select from",
                            select.from->name);
    cn_compiler_text(compiler, select.distinct ? "SELECT DISTINCT " : "SELECT ");
    bool good = select.columns != NULL ? result_items(compiler, select.columns, plan)
                                       : entity_columns(compiler, compiler->from, plan);
    if (!good)
        return false;
    cn_compiler_text(compiler, " \nFROM ");
    if (!cn_compiler_table(compiler, compiler->from) || !cn_compiler_where(compiler, &select.where))
        return false;
    for (const cn_expr *by = select.order_by; by != NULL && by->node.kind != CN_NODE_NONE; by++) {
        cn_compiler_text(compiler, by == select.order_by ? " ORDER BY " : ", ");
        if (!cn_compiler_expression(compiler, by, NULL))
            return false;
        if (by->node.flags & CN_NODE_DESC)
            cn_compiler_text(compiler, " DESC");
    }
    return limited(compiler, &select);
}

/* The column that an assignment is to. */
static const cn_column *assigned(cn_compiler *compiler, const cn_items *items, size_t index)
{
    const cn_field *field = &items->items[index].field;
    if (items->model != compiler->from->model) {
        cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                     "the statement is about %s, but its CN_SET is about %s",
                     cn_table_title(compiler->from), items->struct_name);
        return NULL;
    }
    const cn_column *column = cn_table_at(compiler->from, field->offset);
    if (column == NULL)
        cn_error_set(compiler->error, CN_CAUSE_MODEL,
                     "%s.%s is not mapped to a column: add CN_COLUMN for it", items->struct_name,
                     field->name);
    for (size_t i = 0; column != NULL && i < index; i++)
        if (items->items[i].field.offset == field->offset) {
            cn_error_set(compiler->error, CN_CAUSE_MISUSE, "%s.%s is set twice by one statement",
                         items->struct_name, field->name);
            return NULL;
        }
    return column;
}

static bool returning(cn_compiler *compiler, const cn_items *items, bool can, const char *verb,
                      cn_plan *plan)
{
    if (items == NULL)
        return true;
    if (!can)
        return cn_error_set(compiler->error, CN_CAUSE_UNSUPPORTED,
                            "%s %s cannot return rows from %s", compiler->dialect->name,
                            compiler->link->version_text, verb);
    cn_compiler_text(compiler, " RETURNING ");
    compiler->bare = true;
    return result_items(compiler, items, plan);
}

static bool compile_insert(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan)
{
    cn_insert_statement insert = {.head = *statement};
    memcpy(&insert, statement, statement->size < sizeof insert ? statement->size : sizeof insert);
    compiler->from = cn_table_of(insert.into, compiler->error);
    if (compiler->from == NULL)
        return false;
    compiler->bare = true;
    cn_compiler_text(compiler, "INSERT INTO ");
    if (!cn_compiler_table(compiler, compiler->from))
        return false;
    if (insert.values == NULL) {
        cn_buffer_format(&compiler->sql, " %s", compiler->dialect->default_values);
        return returning(compiler, insert.returning, compiler->link->insert_returning, "INSERT",
                         plan);
    }
    for (size_t i = 0; i < insert.values->count; i++) {
        const cn_column *column = assigned(compiler, insert.values, i);
        cn_compiler_text(compiler, i == 0 ? " (" : ", ");
        if (column == NULL || !cn_compiler_identifier(compiler, column->name))
            return false;
    }
    cn_compiler_text(compiler, ") VALUES (");
    for (size_t i = 0; i < insert.values->count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!cn_compiler_expression(compiler, &insert.values->items[i].value,
                                    assigned(compiler, insert.values, i)))
            return false;
    }
    cn_buffer_char(&compiler->sql, ')');
    return returning(compiler, insert.returning, compiler->link->insert_returning, "INSERT", plan);
}

static bool compile_update(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan)
{
    cn_update_statement update = {.head = *statement};
    memcpy(&update, statement, statement->size < sizeof update ? statement->size : sizeof update);
    compiler->from = cn_table_of(update.table, compiler->error);
    if (compiler->from == NULL)
        return false;
    if (update.set == NULL || update.set->count == 0)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "the update of %s sets nothing: give it .set = CN_SET(...)",
                            update.table->name);
    cn_compiler_text(compiler, "UPDATE ");
    if (!cn_compiler_table(compiler, compiler->from))
        return false;
    for (size_t i = 0; i < update.set->count; i++) {
        const cn_column *column = assigned(compiler, update.set, i);
        cn_compiler_text(compiler, i == 0 ? " SET " : ", ");
        if (column == NULL || !cn_compiler_identifier(compiler, column->name))
            return false;
        cn_buffer_char(&compiler->sql, '=');
        const cn_expr *value   = &update.set->items[i].value;
        bool           grouped = value->node.kind == CN_NODE_ARITHMETIC;
        if (grouped)
            cn_buffer_char(&compiler->sql, '(');
        if (!cn_compiler_expression(compiler, value, column))
            return false;
        if (grouped)
            cn_buffer_char(&compiler->sql, ')');
    }
    return cn_compiler_where(compiler, &update.where) &&
           returning(compiler, update.returning,
                     compiler->dialect->update_returning && compiler->link->insert_returning,
                     "UPDATE", plan);
}

static bool compile_delete(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan)
{
    cn_delete_statement deletion = {.head = *statement};
    memcpy(&deletion, statement,
           statement->size < sizeof deletion ? statement->size : sizeof deletion);
    compiler->from = cn_table_of(deletion.from, compiler->error);
    if (compiler->from == NULL)
        return false;
    cn_compiler_text(compiler, "DELETE FROM ");
    return cn_compiler_table(compiler, compiler->from) &&
           cn_compiler_where(compiler, &deletion.where) &&
           returning(compiler, deletion.returning, compiler->link->insert_returning, "DELETE",
                     plan);
}

typedef bool compile_function(cn_compiler *compiler, const cn_statement *statement, cn_plan *plan);

cn_compiled *cn_compile_statement(cn_connection *connection, void *context, cn_error *error)
{
    static compile_function *const by_kind[] = {[CN_STATEMENT_SELECT] = compile_select,
                                                [CN_STATEMENT_INSERT] = compile_insert,
                                                [CN_STATEMENT_UPDATE] = compile_update,
                                                [CN_STATEMENT_DELETE] = compile_delete};
    const cn_compile_request      *request   = context;
    cn_compiler                    compiler;
    cn_plan                       *plan = NULL;
    bool                           good = false;
    if (!cn_compiler_begin(&compiler, connection, error))
        goto done;
    compiler.values = request->values;
    plan = (cn_plan *)cn_compiled_new(sizeof *plan, request->key, request->key_size, request->hash);
    if (plan == NULL) {
        cn_error_no_memory(error);
        goto done;
    }
    good = by_kind[request->statement->kind](&compiler, request->statement, plan) &&
           cn_compiler_finish(&compiler, plan) != NULL;
done:
    cn_compiler_end(&compiler);
    if (!good && plan != NULL) {
        cn_compiled_release(&plan->head);
        return NULL;
    }
    return plan == NULL ? NULL : &plan->head;
}
