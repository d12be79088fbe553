/*
 * A connection as the floors above see it. They compile a statement, run it, step through its
 * rows and decode them:
 *
 *     cn_statement_slot *slot =
 *         cn_connection_statement(connection, hash, key, key_size, compile, &context);
 *     if (slot == NULL || !cn_connection_run(connection, slot, values, count, NULL))
 *         return false;
 *     const plan *compiled = (const plan *)slot->compiled;
 *     while (cn_connection_step(connection, slot) == CN_STEP_ROW)
 *         cn_connection_decode(connection, slot, compiled->columns, n, row, &arena);
 *     cn_connection_end(connection, slot);
 *     return !cn_connection_is_failed(connection);
 *
 * Between run and the end of the rows nothing else may run on the connection: whoever wants to
 * run other statements meanwhile takes a cn_result (cn_connection_result), which is read into
 * memory when the connection is needed.
 *
 * Whatever fails is the connection's error, in the scope that is open then; nothing more is sent
 * until that scope is rolled back, and every function here just fails.
 */
#ifndef CN_ENGINE_CONNECTION_H
#define CN_ENGINE_CONNECTION_H

#include <string.h>

#include <cinnabar/connection.h>
#include <cinnabar/result.h>

#include "base/convert.h"
#include "engine/compiled.h"
#include "engine/engine.h"
#include "engine/statements.h"

typedef struct cn_pooled cn_pooled; /* a link of the pool, with its statements: engine/pool.h */

struct cn_connection {
    cn_engine *engine;
    cn_pooled *pooled; /* NULL: none is held */
    cn_error   error;
    int        failed_depth; /* the error's scope: 0 the transaction, n a savepoint; -1 no error */
    int        depth;    /* nested scopes that are open: one begun in failure has no savepoint */
    bool       ready;    /* a statement can be sent as things are */
    bool       begun;    /* a transaction is open */
    bool       observed; /* echo */
    bool       autocommit;
    bool       early; /* the link goes back at commit and rollback: a session's */
    bool       read_only;
    cn_schema_map       *own_schemas;
    const cn_schema_map *schemas; /* that stand for others: its own, or the engine's; or NULL */
    cn_isolation         isolation;
    cn_statement_slot   *live;    /* its rows are being read */
    cn_result           *results; /* that are open; the newest first */
    cn_result  *retiring;         /* ended, but the statement that runs may have values from them */
    cn_result  *spare;            /* ended, for reuse */
    cn_result  *failed;           /* what a call in failure returns */
    bool        schema_changed;   /* in this transaction */
    bool        sweep;            /* one of `results` has ended */
    cn_error    nested;           /* of the scope that ended last */
    cn_error    scratch;          /* takes what comes after the first error */
    cn_value   *values;           /* of text statements with many; kept for the next */
    size_t      value_capacity;
    size_t      rows_before; /* of the batch, those sent before the part that runs */
    cn_arena    kept;        /* what cn_keep copied */
    cn_arena    lent;        /* copies of texts among the values whose rows are being read */
    atomic_bool inside;      /* debug builds: a call is in progress ... */
    atomic_bool breached;    /* ... and another thread came in */
};

/* ---- opening, for the session floor ---------------------------------------------------------- */

/* A handle that holds no link until its first statement. `early`: the link goes back to the pool
   at every commit and rollback, and the next statement takes one again. NULL only for want of
   memory. */
cn_connection *cn_connection_new(cn_engine *engine, const cn_connection_options *options,
                                 bool early);

/* ---- statements ------------------------------------------------------------------------------ */

/* Takes a link and begins, if need be, and finds the statement or compiles and prepares it. A
   hit is one look-up, without a lock. NULL in failure. The slot is good until the next call of
   this function. */
cn_statement_slot *cn_connection_statement(cn_connection *connection, uint64_t hash,
                                           const void *key, size_t key_size,
                                           cn_compile_function *compile, void *context);

/* The statement that was found last, if that is its key and all is ready for it; otherwise NULL,
   and nothing has failed: ask cn_connection_statement. */
cn_statement_slot *cn_connection_again(const cn_connection *connection, const void *key,
                                       size_t key_size);

/*
 * Runs it. Texts among the values are measured (cn_value_measure), and there are no lists. A
 * result that is being read on the connection is read into memory first. `execution` may be
 * NULL. `values` are borrowed until the rows have been read or cn_connection_end.
 */
bool cn_connection_run(cn_connection *connection, cn_statement_slot *slot, const cn_value *values,
                       size_t count, const cn_execution *execution);
bool cn_connection_run_many(cn_connection *connection, cn_statement_slot *slot,
                            const cn_value *values, size_t rows, size_t columns,
                            const cn_execution *execution);

static inline void cn_value_measure(cn_value *value)
{
    if ((value->kind == CN_KIND_TEXT || value->kind == CN_KIND_DECIMAL ||
         value->kind == CN_KIND_JSON) &&
        value->as.text.size == CN_TERMINATED)
        value->as.text.size = strlen(value->as.text.data);
}

/* Whether there is memory of the caller's among the values. */
static inline bool cn_values_point(const cn_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].kind == CN_KIND_TEXT || values[i].kind == CN_KIND_BYTES ||
            values[i].kind == CN_KIND_DECIMAL || values[i].kind == CN_KIND_JSON)
            return true;
    return false;
}

/* Copies the texts and bytes among the values, where the rows are read after the caller's are
   gone; until the next call of it. */
bool cn_connection_lend(cn_connection *connection, cn_value *values, size_t count);

/* A statement without parameters that is neither prepared nor kept: DDL, SAVEPOINT. */
bool cn_connection_run_sql(cn_connection *connection, const char *sql, size_t size);

/* A result over what was just run. NULL only for want of memory (which is the connection's
   error, too). */
cn_result *cn_connection_result(cn_connection *connection, cn_statement_slot *slot);
/* A result without rows, in failure or not, with these figures. */
cn_result *cn_connection_result_empty(cn_connection *connection, int64_t affected,
                                      int64_t inserted_key);
/* Rows of a result, wherever they are; `fields` of a text statement are matched by
   cn_result_plan. */
cn_step cn_result_step(cn_result *result);
bool    cn_result_decode(cn_result *result, const cn_decode *plan, size_t count, void *row,
                         cn_arena *text);
/* What the statement knows of step->column beside what the database says: labels, user types. */
void cn_result_type(const cn_result *result, cn_decode *step);
/* The plan that decodes the columns of the result into `fields`, by name, both ways complete; kept
   with the result. NULL in failure. */
const cn_decode *cn_result_plan(cn_result *result, const cn_fields *fields);
cn_connection   *cn_result_connection(cn_result *result);

/* cn_text(...): what cn_connection_execute does for CN_STATEMENT_TEXT. */
cn_result *cn_connection_execute_text(cn_connection *connection, const cn_text_statement *statement,
                                      const cn_param *params);
cn_result *cn_connection_execute_text_many(cn_connection           *connection,
                                           const cn_text_statement *statement,
                                           const cn_param *const   *sets);

/* ---- failing --------------------------------------------------------------------------------- */

/* An error of the caller's in the scope that is open now. The first error stays. Returns false. */
CN_COLD_ bool cn_connection_fail(cn_connection *connection, cn_cause cause, const char *format, ...)
    CN_FORMAT_(3, 4);

/* For what fills an error itself: where to, and afterwards, if it failed, what files it (and
   returns false). `slot`, with its SQL for the error, may be NULL. */
static inline cn_error *cn_connection_error_slot(cn_connection *connection)
{
    return connection->failed_depth < 0 ? &connection->error : &connection->scratch;
}
/* Adds the SQL to the connection's error, if that has none. */
void          cn_connection_blame(cn_connection *connection, const char *sql, size_t size);
CN_COLD_ bool cn_connection_fail_filled(cn_connection *connection, const cn_statement_slot *slot);
CN_COLD_ bool cn_connection_fail_memory(cn_connection *connection);

static inline bool cn_connection_is_failed(const cn_connection *connection)
{
    return connection == NULL || connection->failed_depth >= 0;
}

/* The scope that the error belongs to: 0 the transaction, n the n-th savepoint; -1: no error. */
static inline int cn_connection_failed_depth(const cn_connection *connection)
{
    return connection->failed_depth;
}

static inline int cn_connection_depth(const cn_connection *connection)
{
    return connection->depth;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static inline cn_step cn_connection_step(cn_connection *connection, cn_statement_slot *slot)
{
    if (connection->failed_depth >= 0)
        return CN_STEP_ERROR;
    cn_step step = slot->prepared->driver->step(slot->prepared, &connection->error);
    if (step == CN_STEP_ERROR)
        cn_connection_fail_filled(connection, slot);
    return step;
}

static inline bool cn_connection_decode(cn_connection *connection, cn_statement_slot *slot,
                                        const cn_decode *plan, size_t count, void *row,
                                        cn_arena *text)
{
    return slot->prepared->driver->decode(slot->prepared, plan, count, row, text,
                                          cn_connection_error_slot(connection)) ||
           cn_connection_fail_filled(connection, slot);
}

/* Ends the rows: always, also after an error. */
static inline void cn_connection_end(cn_connection *connection, cn_statement_slot *slot)
{
    if (connection->live != slot)
        return; /* ended before: by an error that lost the link, for one */
    connection->live = NULL;
    slot->live       = false;
    slot->prepared->driver->reset(slot->prepared);
}

/* ---- the rest -------------------------------------------------------------------------------- */

static inline cn_engine *cn_connection_engine(const cn_connection *connection)
{
    return connection->engine;
}

/* The link: taken from the pool if none is held, without beginning. NULL in failure. */
const cn_link *cn_connection_link(cn_connection *connection);
/* The one that is held; NULL if none is. */
const cn_link *cn_connection_held_link(const cn_connection *connection);

#endif
