/*
 * Running what was built from values: walk, look up or compile, bind.
 */
#ifndef CN_SQL_RUN_H
#define CN_SQL_RUN_H

#include "engine/connection.h"
#include "sql/compile.h"
#include "sql/walk.h"

/*
 * Runs `statement`. The walk was begun by the caller, with any error, and is ended by it when the
 * rows have been read. slot->compiled is a cn_plan. NULL in failure: the connection has the error.
 */
cn_statement_slot *cn_sql_run(cn_connection *connection, cn_walk *walk,
                              const cn_statement *statement, const cn_param *params,
                              const cn_execution *execution);

/* What the connection adds to the key of a walk: the schemas that stand for others. */
bool               cn_sql_key_slow(const cn_connection *connection, cn_walk *walk);
static inline bool cn_sql_key(const cn_connection *connection, cn_walk *walk)
{
    return connection->schemas == NULL || cn_sql_key_slow(connection, walk);
}

/* The hash of a walk's key; connections that read text otherwise, which fragments are, have
   another. */
uint64_t cn_sql_hash(cn_connection *connection, const cn_walk *walk);

/* The same for a walk that is filled already, with a compile function for its key. */
cn_statement_slot *cn_sql_run_walk(cn_connection *connection, cn_walk *walk,
                                   cn_compile_function *compile, void *context,
                                   const cn_execution *execution);

/* The values of a walk in the order of the statement's placeholders, in the forms that are sent;
   they live as long as the walk. NULL in failure: the connection has the error. */
cn_value *cn_sql_arranged(cn_connection *connection, cn_statement_slot *slot, cn_walk *walk);

static inline const cn_plan *cn_plan_of(const cn_statement_slot *slot)
{
    return (const cn_plan *)slot->compiled;
}

#endif
