/*
 * See run.h.
 */
#include "sql/run.h"

#include <string.h>

#include "base/map.h"
#include "schema/value.h"

/* The label of an enumeration's value. */
static bool labelled(const cn_column *column, cn_value *value, cn_error *error)
{
    size_t count = 0;
    if (value->kind == CN_KIND_NULL || value->kind == CN_KIND_TEXT)
        return true;
    while (column->type.labels[count] != NULL)
        count++;
    int64_t index = value->kind == CN_KIND_BOOLEAN ? value->as.boolean : value->as.integer;
    if (value->kind == CN_KIND_REAL || index < 0 || (uint64_t)index >= count)
        return cn_error_set(error, CN_CAUSE_CONVERSION,
                            "%s: %lld is none of the %zu values of the enumeration",
                            column->field.name, (long long)index, count);
    *value = cn_value_text(column->type.labels[index]);
    cn_value_measure(value);
    return true;
}

static bool converted(const cn_column *column, cn_value *value, cn_walk *walk)
{
    if (column->type.user == NULL)
        return labelled(column, value, walk->error);
    bool done = cn_column_bind(column, value, &walk->arena, walk->error);
    cn_value_measure(value);
    return done;
}

/* The values in the order of the placeholders, in the forms that are sent. */
static cn_value *arranged(const cn_plan *plan, cn_walk *walk)
{
    if (plan->slots == NULL && plan->conversion_count == 0)
        return walk->values;
    cn_value *values = CN_ARENA_ARRAY(&walk->arena, cn_value, plan->slot_count);
    if (values == NULL) {
        cn_error_no_memory(walk->error);
        return NULL;
    }
    for (size_t i = 0; i < plan->slot_count; i++)
        values[i] = walk->values[plan->slots != NULL ? plan->slots[i] : i];
    for (size_t i = 0; i < plan->conversion_count; i++)
        if (!converted(plan->conversions[i].column, &values[plan->conversions[i].slot], walk))
            return NULL;
    return values;
}

cn_value *cn_sql_arranged(cn_connection *connection, cn_statement_slot *slot, cn_walk *walk)
{
    walk->error      = cn_connection_error_slot(connection);
    cn_value *values = arranged(cn_plan_of(slot), walk);
    if (values == NULL)
        cn_connection_fail_filled(connection, slot);
    return values;
}

cn_statement_slot *cn_sql_run_walk(cn_connection *connection, cn_walk *walk,
                                   cn_compile_function *compile, void *context,
                                   const cn_execution *execution)
{
    size_t             size = walk->word_count * sizeof *walk->words;
    cn_statement_slot *slot = cn_connection_statement(connection, cn_hash(walk->words, size),
                                                      walk->words, size, compile, context);
    if (slot == NULL)
        return NULL;
    const cn_plan *plan   = cn_plan_of(slot);
    cn_value      *values = cn_sql_arranged(connection, slot, walk);
    if (values == NULL)
        return NULL;
    if (walk->lend && slot->prepared->column_count > 0 &&
        !cn_connection_lend(connection, values, plan->slot_count))
        return NULL;
    return cn_connection_run(connection, slot, values, plan->slot_count, execution) ? slot : NULL;
}

cn_statement_slot *cn_sql_run(cn_connection *connection, cn_walk *walk,
                              const cn_statement *statement, const cn_param *params,
                              const cn_execution *execution)
{
    if (cn_connection_is_failed(connection))
        return NULL;
    walk->error = cn_connection_error_slot(connection);
    if (!cn_walk_statement(walk, statement, params)) {
        cn_connection_fail_filled(connection, NULL);
        return NULL;
    }
    size_t             size    = walk->word_count * sizeof *walk->words;
    cn_compile_request request = {statement, walk->values, walk->words, size,
                                  cn_hash(walk->words, size)};
    return cn_sql_run_walk(connection, walk, cn_compile_statement, &request, execution);
}
