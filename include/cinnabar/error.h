/*
 * cinnabar/error.h: what went wrong, where, and whether trying again can help.
 *
 *     if (!cn_ok(session)) {
 *         fprintf(stderr, "%s\n", cn_error_message(session));
 *         if (cn_error_cause(session) == CN_CAUSE_UNIQUE) ...
 *     }
 *
 * 1. An error belongs to the innermost open savepoint or transaction of its connection or
 *    session. Until that is rolled back the handle sends nothing more: every call does nothing
 *    but fail, commit fails, and loops over results end. So a page of calls needs one check.
 * 2. Rolling that scope back is the only way to clear it. A lost connection, or a transaction
 *    that the server ended, belongs to the outermost scope.
 * 3. An error goes from a result to its connection or session, and no further. An engine has only
 *    the error of its own last call (creation, cn_create_all, cn_drop_all).
 * 4. The functions of this header, rollback, close and free always work, also on a handle that is
 *    NULL: cn_ok of it is false, and its message is "out of memory".
 * 5. An error that nobody read when its handle closes is reported: one line on stderr, or the
 *    engine's on_unread_error. Calling any getter of this header counts as reading, and so does
 *    rolling back its scope: whoever does that knows.
 *
 * With autocommit each statement is a scope of its own: its error stays readable until the next
 * statement begins.
 *
 * Everything returned here is borrowed from the handle, until its error is cleared or replaced or
 * the handle is closed.
 */
#ifndef CINNABAR_ERROR_H
#define CINNABAR_ERROR_H

#include <cinnabar/base.h>

CN_BEGIN_DECLARATIONS

/* The portable cause: the same for the same fault on every database. docs/errors.md says what to do
   about each. */
typedef enum cn_cause {
    CN_CAUSE_NONE,
    /* the program */
    CN_CAUSE_MEMORY,      /* an allocation failed */
    CN_CAUSE_MISUSE,      /* a call that its header forbids */
    CN_CAUSE_PARAMETER,   /* a statement's parameter: missing, unknown, given twice, of no use */
    CN_CAUSE_CONVERSION,  /* a value that its target cannot hold exactly */
    CN_CAUSE_MODEL,       /* a model, a table or a relationship that does not hold together */
    CN_CAUSE_UNSUPPORTED, /* what this database, or its version, cannot do */
    CN_CAUSE_LIMIT,       /* a limit that the program set */
    /* the way to the server */
    CN_CAUSE_URL,             /* the connection string or an option of it */
    CN_CAUSE_DRIVER,          /* a driver that is not there or does not load */
    CN_CAUSE_CONNECT,         /* no server there, or it did not answer */
    CN_CAUSE_AUTHENTICATION,  /* the user or the password */
    CN_CAUSE_TLS,             /* no TLS, or a certificate that is not trusted */
    CN_CAUSE_NO_DATABASE,     /* the server has no such database; the file cannot be opened */
    CN_CAUSE_LOST,            /* the connection was lost */
    CN_CAUSE_UNKNOWN_OUTCOME, /* lost during COMMIT: it may have happened or not. Never retried. */
    CN_CAUSE_TIMEOUT,         /* the server took longer than the time allowed */
    CN_CAUSE_POOL,            /* no connection became free in time */
    /* the statement */
    CN_CAUSE_SYNTAX,
    CN_CAUSE_NOT_FOUND, /* no such table, column, function */
    CN_CAUSE_EXISTS,    /* the table, index, ... already exists */
    CN_CAUSE_PERMISSION,
    CN_CAUSE_READ_ONLY,
    CN_CAUSE_DATA, /* a value that the database refused: too long, out of range, malformed */
    /* constraints */
    CN_CAUSE_UNIQUE,
    CN_CAUSE_FOREIGN_KEY,
    CN_CAUSE_NOT_NULL,
    CN_CAUSE_CHECK,
    /* other transactions */
    CN_CAUSE_DEADLOCK,
    CN_CAUSE_SERIALIZATION,
    CN_CAUSE_BUSY,  /* a lock that did not come free in time */
    CN_CAUSE_STALE, /* a row that another transaction changed or deleted meanwhile */
    CN_CAUSE_ROWS,  /* another number of rows than the call allows */
    /* whatever else the server said */
    CN_CAUSE_SERVER,
    CN_CAUSE_COUNT
} cn_cause;

CN_API const char *cn_cause_name(cn_cause cause); /* "unique" */

/*
 * The error of one handle. Never NULL: a handle without an error, and a handle that is NULL, have
 * one too.
 */
CN_API const cn_error *cn_engine_error(cn_engine *engine);
CN_API const cn_error *cn_connection_error(cn_connection *connection);
CN_API const cn_error *cn_session_error(cn_session *session);
CN_API const cn_error *cn_result_error(cn_result *result);
CN_API const cn_error *cn_url_error(cn_url *url);

CN_API bool        cn_error_is_none(const cn_error *error);
CN_API const char *cn_error_get_message(const cn_error *error); /* "" if there is no error */
CN_API cn_cause    cn_error_get_cause(const cn_error *error);
CN_API const char *cn_error_get_sqlstate(const cn_error *error); /* five characters, or "" */
CN_API int         cn_error_get_code(const cn_error *error);     /* the server's own number, or 0 */
CN_API const char *cn_error_get_statement(const cn_error *error);  /* the SQL, or NULL */
CN_API const char *cn_error_get_parameters(const cn_error *error); /* cut and masked, or NULL */
CN_API bool        cn_error_get_lost(const cn_error *error);
CN_API bool        cn_error_get_retryable(const cn_error *error);

CN_END_DECLARATIONS

#ifndef __cplusplus

#define CN_ERROR_OF_(handle)                                                                       \
    _Generic((handle),                                                                             \
        cn_engine *: cn_engine_error,                                                              \
        cn_connection *: cn_connection_error,                                                      \
        cn_session *: cn_session_error,                                                            \
        cn_result *: cn_result_error,                                                              \
        cn_url *: cn_url_error)(handle)

/* For an engine, a connection, a session, a result or a URL. */
#define cn_ok(handle) cn_error_is_none(CN_ERROR_OF_(handle))
#define cn_error_message(handle) cn_error_get_message(CN_ERROR_OF_(handle))
#define cn_error_cause(handle) cn_error_get_cause(CN_ERROR_OF_(handle))
#define cn_error_sqlstate(handle) cn_error_get_sqlstate(CN_ERROR_OF_(handle))
#define cn_error_code(handle) cn_error_get_code(CN_ERROR_OF_(handle))
#define cn_error_statement(handle) cn_error_get_statement(CN_ERROR_OF_(handle))
#define cn_error_parameters(handle) cn_error_get_parameters(CN_ERROR_OF_(handle))
#define cn_error_lost(handle) cn_error_get_lost(CN_ERROR_OF_(handle))           /* the connection */
#define cn_error_retryable(handle) cn_error_get_retryable(CN_ERROR_OF_(handle)) /* the whole unit */

#endif
#endif
