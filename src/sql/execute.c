/*
 * The door for every statement on a connection: by its kind it goes to the floor that knows how
 * to compile it. Called by programs.
 */
#include "engine/handle.h"
#include "sql/keep.h"
#include "sql/many.h"
#include "sql/run.h"

static bool is_text(const cn_statement *statement)
{
    return statement->kind == CN_STATEMENT_TEXT;
}

static bool given(cn_connection *connection, const cn_statement *statement)
{
    return statement != NULL || cn_connection_fail(connection, CN_CAUSE_MISUSE,
                                                   "there is no statement to execute: it is NULL");
}

static cn_result *execute_built(cn_connection *connection, const cn_statement *statement,
                                const cn_param *params)
{
    cn_walk walk;
    cn_walk_begin(&walk, NULL);
    walk.lend                 = true;
    cn_statement_slot *slot   = cn_sql_run(connection, &walk, statement, params, NULL);
    cn_result         *result = slot == NULL ? cn_connection_failed_result(connection)
                                             : cn_connection_result(connection, slot);
    cn_walk_end(&walk);
    return result;
}

cn_result *cn_connection_execute(cn_connection *connection, const cn_statement *statement,
                                 const cn_param *params)
{
    if (connection == NULL || !cn_connection_enter(connection))
        return NULL;
    cn_result *result;
    if (!given(connection, statement))
        result = cn_connection_failed_result(connection);
    else if (is_text(statement))
        result = cn_connection_execute_text(
            connection, (const cn_text_statement *)(const void *)statement, params);
    else
        result = execute_built(connection, statement, params);
    cn_connection_leave(connection);
    return result;
}

cn_result *cn_connection_execute_many(cn_connection *connection, const cn_statement *statement,
                                      const cn_param *const *sets)
{
    if (connection == NULL || !cn_connection_enter(connection))
        return NULL;
    cn_result *result;
    if (!given(connection, statement))
        result = cn_connection_failed_result(connection);
    else if (is_text(statement))
        result = cn_connection_execute_text_many(
            connection, (const cn_text_statement *)(const void *)statement, sets);
    else
        result = cn_sql_run_many(connection, statement, sets);
    cn_connection_leave(connection);
    return result;
}

cn_condition cn_connection_keep(cn_connection *owner, cn_condition condition)
{
    if (owner == NULL)
        return cn_condition_broken(CN_BROKEN_DEAD);
    return cn_keep_in(&owner->kept, condition);
}
