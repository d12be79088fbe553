/*
 * See run.h.
 */
#include "sql/run.h"

#include <string.h>

#include "base/map.h"
#include "engine/statement_text.h"

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
        if (!cn_conversion_apply(&plan->conversions[i], &values[plan->conversions[i].slot],
                                 &walk->arena, walk->error))
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

/* Runs what was found for the walk; NULL in, NULL out. */
static cn_statement_slot *run_slot(cn_connection *connection, cn_statement_slot *slot,
                                   cn_walk *walk, const cn_execution *execution)
{
    if (slot == NULL)
        return NULL;
    const cn_plan *plan   = cn_plan_of(slot);
    bool           plain  = plan->slots == NULL && plan->conversion_count == 0;
    cn_value      *values = plain ? walk->values : cn_sql_arranged(connection, slot, walk);
    if (values == NULL)
        return NULL;
    if (walk->lend && slot->prepared->column_count > 0 &&
        cn_values_point(values, plan->slot_count) &&
        !cn_connection_lend(connection, values, plan->slot_count))
        return NULL;
    return cn_connection_run(connection, slot, values, plan->slot_count, execution) ? slot : NULL;
}

uint64_t cn_sql_hash(cn_connection *connection, const cn_walk *walk)
{
    const cn_link *link = cn_connection_link(connection);
    return cn_hash(walk->words, walk->word_count * sizeof *walk->words) ^
           (link == NULL ? 0 : cn_text_rules_salt(link));
}

bool cn_sql_key_slow(const cn_connection *connection, cn_walk *walk)
{
    for (const cn_schema_map *list = connection->schemas; list->of_model != NULL; list++)
        if (!cn_walk_text(walk, list->of_model) || !cn_walk_text(walk, list->of_database))
            return false;
    return true;
}

cn_statement_slot *cn_sql_run_walk(cn_connection *connection, cn_walk *walk,
                                   cn_compile_function *compile, void *context,
                                   const cn_execution *execution)
{
    if (!cn_sql_key(connection, walk)) {
        cn_connection_fail_filled(connection, NULL);
        return NULL;
    }
    size_t             size = walk->word_count * sizeof *walk->words;
    cn_statement_slot *slot = cn_connection_again(connection, walk->words, size);
    if (slot == NULL)
        slot = cn_connection_statement(connection, cn_hash(walk->words, size), walk->words, size,
                                       compile, context);
    return run_slot(connection, slot, walk, execution);
}

cn_statement_slot *cn_sql_run(cn_connection *connection, cn_walk *walk,
                              const cn_statement *statement, const cn_param *params,
                              const cn_execution *execution)
{
    if (cn_connection_is_failed(connection))
        return NULL;
    walk->error = cn_connection_error_slot(connection);
    if (!cn_walk_statement(walk, statement, params) || !cn_sql_key(connection, walk)) {
        cn_connection_fail_filled(connection, NULL);
        return NULL;
    }
    size_t             size = walk->word_count * sizeof *walk->words;
    cn_statement_slot *slot = cn_connection_again(connection, walk->words, size);
    if (slot == NULL) {
        cn_compile_request request = {.statement = statement,
                                      .params    = walk->params,
                                      .key       = walk->words,
                                      .key_size  = size,
                                      .hash      = cn_sql_hash(connection, walk)};
        slot = cn_connection_statement(connection, request.hash, walk->words, size,
                                       cn_compile_statement, &request);
    }
    return run_slot(connection, slot, walk, execution);
}
