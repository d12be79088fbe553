/*
 * cinnabar/connection.h: raw SQL on one connection of an engine's pool, in transactions.
 *
 *     CN_CONNECT(connection, engine) {
 *         cn_execute(connection, cn_text("INSERT INTO author (name) VALUES (:name)"),
 *                    CN_PARAMS("name", "Ada"));
 *         if (!cn_commit(connection))
 *             fprintf(stderr, "%s\n", cn_error_message(connection));
 *     }
 *
 * A connection begins a transaction by itself at its first statement; nothing is saved before
 * cn_commit, and closing rolls back what was not committed. After commit or rollback the next
 * statement begins again. Errors stay with their transaction: cinnabar/error.h.
 *
 * The verbs below are shared with sessions (cinnabar/session.h): cn_execute, cn_commit,
 * cn_rollback, cn_nested_begin, cn_nested_end, cn_close take either.
 *
 * Threads: a connection and its results belong to one thread at a time. A debug build reports a
 * breach as an error (CN_CAUSE_MISUSE).
 */
#ifndef CINNABAR_CONNECTION_H
#define CINNABAR_CONNECTION_H

#include <cinnabar/engine.h>
#include <cinnabar/statement.h>

CN_BEGIN_DECLARATIONS

typedef struct cn_connection_options {
    size_t               size;
    cn_isolation         isolation; /* of the transactions of this connection [the engine's] */
    bool                 read_only; /* of its transactions; with autocommit only if the engine is */
    bool                 autocommit; /* each statement is a transaction of its own */
    const cn_schema_map *schemas;    /* CN_SCHEMAS(...): cinnabar/engine.h [the engine's] */
} cn_connection_options;

/*
 * Takes a connection from the pool, or opens one: this may wait (pool_timeout, connect_timeout).
 * If that fails the connection exists all the same, in failure; NULL only for want of memory.
 */
CN_API cn_connection *cn_connection_open(cn_engine *engine, const cn_connection_options *options);

/* Rolls back what was not committed and returns the connection to the pool. Its results end. */
CN_API void cn_connection_close(cn_connection *connection);

/*
 * Runs a statement. `params` ends with a NULL name, and may be NULL.
 *
 * The result is the connection's. One without columns lives until the next statement on the
 * connection; one with columns until its last row was read and the next statement runs, or until
 * cn_result_close, a rollback, or the connection's close. It is never NULL but for want of memory;
 * in failure it has no rows. A result that is still being read when the connection is needed again
 * is read to its end first, into memory, so several may be open at once.
 */
CN_API cn_result *cn_connection_execute(cn_connection *connection, const cn_statement *statement,
                                        const cn_param *params);
CN_API cn_result *cn_session_execute(cn_session *session, const cn_statement *statement,
                                     const cn_param *params);

/*
 * Runs a statement once for each set of parameters, by the database's fastest way. `sets` ends
 * with NULL; every set has the names of the first. All or nothing: if one fails, so does the
 * transaction. The result's row count is the sum.
 */
CN_API cn_result *cn_connection_execute_many(cn_connection         *connection,
                                             const cn_statement    *statement,
                                             const cn_param *const *sets);
CN_API cn_result *cn_session_execute_many(cn_session *session, const cn_statement *statement,
                                          const cn_param *const *sets);

/* SQL in the driver's own words: nothing is looked for or replaced in it, so `:` and `?` are what
   the database takes them for. Values are bound in order. */
CN_API cn_result *cn_connection_execute_driver_sql(cn_connection *connection, const char *sql,
                                                   const cn_value *values, size_t count);

/* Begins at once instead of at the first statement, with an isolation of its own. An error if a
   transaction is open. */
typedef struct cn_begin_options {
    size_t       size;
    cn_isolation isolation;
    bool         read_only;
} cn_begin_options;
CN_API bool cn_connection_begin(cn_connection *connection, const cn_begin_options *options);
CN_API bool cn_session_begin(cn_session *session, const cn_begin_options *options);

/* True if everything since the transaction began is stored. False otherwise: then nothing is,
   unless the cause is CN_CAUSE_UNKNOWN_OUTCOME, and the handle waits for cn_rollback. */
CN_API bool cn_connection_commit(cn_connection *connection);
CN_API bool cn_session_commit(cn_session *session);

/* Ends the transaction with all its savepoints, and clears the error. False only if the connection
   was lost in the attempt; the handle is well all the same: the next statement takes another
   connection. */
CN_API bool cn_connection_rollback(cn_connection *connection);
CN_API bool cn_session_rollback(cn_session *session);

/*
 * A nested scope: a savepoint. For what is expected to fail, without losing the transaction:
 *
 *     cn_nested_begin(connection);
 *     cn_execute(connection, cn_text("INSERT INTO tag (text) VALUES (:text)"),
 *                CN_PARAMS("text", text));
 *     if (!cn_nested_end(connection) && cn_nested_cause(connection) != CN_CAUSE_UNIQUE)
 *         return false;
 *
 * cn_nested_end releases the savepoint and returns true; or, if something failed in it, rolls it
 * back, and returns false: the handle is well again, and cause and message stay readable until the
 * next cn_nested_begin. (If the whole transaction is lost, cn_ok is false as well.) Scopes nest;
 * each end closes the innermost. A begin that fails opens one, too: every begin has its end. A
 * commit with a scope still open is an error.
 */
CN_API bool cn_connection_nested_begin(cn_connection *connection);
CN_API bool cn_session_nested_begin(cn_session *session);
CN_API bool cn_connection_nested_end(cn_connection *connection);
CN_API bool cn_session_nested_end(cn_session *session);
CN_API bool cn_connection_nested_rollback(cn_connection *connection); /* although nothing failed */
CN_API bool cn_session_nested_rollback(cn_session *session);
CN_API cn_cause    cn_connection_nested_cause(cn_connection *connection);
CN_API cn_cause    cn_session_nested_cause(cn_session *session);
CN_API const char *cn_connection_nested_message(cn_connection *connection);
CN_API const char *cn_session_nested_message(cn_session *session);

CN_API bool cn_connection_in_transaction(cn_connection *connection);
CN_API bool cn_session_in_transaction(cn_session *session);

/* Drops the connection instead of returning it to the pool: for one whose state is in doubt. */
CN_API void cn_connection_invalidate(cn_connection *connection);

/* What is at the other end: "PostgreSQL 15.18". Opens nothing; "" if not connected. */
CN_API const char *cn_connection_server(cn_connection *connection);
CN_API bool        cn_connection_encrypted(cn_connection *connection);

CN_API void cn_session_close(cn_session *session);
CN_API void cn_result_close(cn_result *result);

CN_END_DECLARATIONS

#ifndef __cplusplus

#define CN_EITHER_(handle, verb)                                                                   \
    _Generic((handle), cn_connection *: cn_connection_##verb, cn_session *: cn_session_##verb)

#define cn_connect(...) CN_CONNECT_(__VA_ARGS__, .size = sizeof(cn_connection_options))
#define CN_CONNECT_(engine, ...)                                                                   \
    cn_connection_open((engine), &(const cn_connection_options){__VA_ARGS__})

/* cn_execute(handle, statement) or cn_execute(handle, statement, params) */
#define cn_execute(...) CN_EXECUTE_(__VA_ARGS__, NULL, 0)
#define CN_EXECUTE_(handle, statement, params, ...)                                                \
    CN_EITHER_(handle, execute)((handle), CN_STATEMENT_(statement), (params))

/* cn_execute_many(handle, statement, CN_PARAMS(...), CN_PARAMS(...), ...) */
#define cn_execute_many(handle, statement, ...)                                                    \
    CN_EITHER_(handle, execute_many)                                                               \
    ((handle), CN_STATEMENT_(statement), (const cn_param *const[]){__VA_ARGS__, NULL})

#define cn_begin(...) CN_BEGIN_(__VA_ARGS__, .size = sizeof(cn_begin_options))
#define CN_BEGIN_(handle, ...)                                                                     \
    CN_EITHER_(handle, begin)((handle), &(const cn_begin_options){__VA_ARGS__})
#define cn_commit(handle) CN_EITHER_(handle, commit)(handle)
#define cn_rollback(handle) CN_EITHER_(handle, rollback)(handle)
#define cn_nested_begin(handle) CN_EITHER_(handle, nested_begin)(handle)
#define cn_nested_end(handle) CN_EITHER_(handle, nested_end)(handle)
#define cn_nested_rollback(handle) CN_EITHER_(handle, nested_rollback)(handle)
#define cn_nested_cause(handle) CN_EITHER_(handle, nested_cause)(handle)
#define cn_nested_message(handle) CN_EITHER_(handle, nested_message)(handle)
#define cn_in_transaction(handle) CN_EITHER_(handle, in_transaction)(handle)
#define cn_close(handle)                                                                           \
    _Generic((handle),                                                                             \
        cn_connection *: cn_connection_close,                                                      \
        cn_session *: cn_session_close,                                                            \
        cn_result *: cn_result_close)(handle)

/*
 * CN_CONNECT(connection, engine) { ... }: a connection for the block, closed when it is left by
 * its end, break, continue, return or goto. The body runs exactly once, if need be with a failed
 * connection. break and continue leave this block, not a loop around it. Options as for cn_connect.
 * Only where the compiler has the cleanup attribute.
 */
#ifdef __GNUC__
static inline void cn_connection_leave_(cn_connection **connection)
{
    cn_connection_close(*connection);
}
#define CN_CONNECT(connection, ...)                                                                \
    for (cn_connection * connection                                                                \
             __attribute__((cleanup(cn_connection_leave_))) = cn_connect(__VA_ARGS__),             \
             *connection##_once                             = NULL;                                \
         !connection##_once; connection##_once = (cn_connection *)(void *)&connection##_once)
#endif

#endif
#endif
