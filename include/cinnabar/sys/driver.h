/*
 * cinnabar/sys/driver.h: what one client library gives the engine, as one table of functions.
 *
 * For those who write a driver; programs do not need it. A driver is the only code that includes
 * its client library's header. It knows how its database opens, begins, commits, numbers parameters
 * and fails; it knows no SQL but what those need. It is built into the library, or is a shared
 * module `libcinnabar-<name>.so` that exports one function, cn_driver_entry.
 *
 * Threads: a driver may be used from many threads, a link by one at a time.
 *
 * Errors: a function that can fail returns false (or NULL, or CN_STEP_ERROR) and fills the error: a
 * cause from the driver's own table of its database's codes, the server's message as it came,
 * SQLSTATE and code, and the flags `lost`, `retryable` and `ended`. The engine adds the statement
 * and its parameters.
 *
 * Memory: a driver allocates through the base floor only, so that running out is testable.
 */
#ifndef CINNABAR_SYS_DRIVER_H
#define CINNABAR_SYS_DRIVER_H

#include <cinnabar/error.h>
#include <cinnabar/storage.h>
#include <cinnabar/url.h>

CN_BEGIN_DECLARATIONS

typedef struct cn_driver cn_driver;

/* ---- opening -------------------------------------------------------------------------------- */

/* Everything that opening needs; borrowed for the call. Absent texts are NULL, absent numbers 0. */
typedef struct cn_link_parameters {
    const char          *user;
    const char          *password;
    const char          *host; /* a name, or an address without brackets */
    uint16_t             port;
    const char          *database;
    const cn_url_option *options; /* those that the engine did not take: all are in the list */
    size_t               option_count;
    bool                 read_only;
    bool                 multi_statements;   /* several statements in one string are allowed */
    bool                 local_infile;       /* the server may ask for a local file */
    unsigned             connect_timeout_ms; /* 0: without limit */
    unsigned             read_timeout_ms;
    unsigned             write_timeout_ms;
    /* Decided by the engine, whether the host is here (loopback, socket, file). */
    bool host_is_local;
    /* Asked again and again while the link waits for another's lock in this very process (SQLite):
       false ends the wait at once. NULL: wait as long as the time-out allows. Both outlive the
       link. */
    bool (*keep_waiting)(void *context);
    void *waiting_context;
} cn_link_parameters;

typedef enum cn_product {
    CN_PRODUCT_SQLITE,
    CN_PRODUCT_MYSQL,
    CN_PRODUCT_MARIADB,
    CN_PRODUCT_POSTGRESQL,
    CN_PRODUCT_OTHER
} cn_product;

/* Whether a batch has a form that is faster than running its statement row by row. */
typedef enum cn_batch_form {
    CN_BATCH_ROWS,   /* execute_many runs one statement for each row, as fast as that goes */
    CN_BATCH_VALUES, /* INSERT with many VALUES rows is faster, where no keys are wanted */
    CN_BATCH_ARRAYS  /* a statement that takes one array for each parameter is faster (unnest) */
} cn_batch_form;

/* One open connection. A driver's own struct begins with this head and fills it when it opens. */
typedef struct cn_link {
    const cn_driver *driver;
    cn_product       product;
    unsigned         version;          /* major * 10000 + minor * 100 + patch: 101118 is 10.11.18 */
    char             version_text[64]; /* as the server says it */
    cn_batch_form    batch_form;
    bool             insert_returning; /* the server knows INSERT ... RETURNING */
    bool             encrypted;        /* TLS is in use on this connection */
    /* Where this session reads text in another way than its dialect does by default (MySQL's
       NO_BACKSLASH_ESCAPES and ANSI_QUOTES, as they were when it was opened). */
    bool plain_backslashes; /* a backslash in a literal is a character like any other */
    bool quoted_names;      /* "x" is a name, not a text */
} cn_link;

/* ---- transactions ---------------------------------------------------------------------------- */

typedef enum cn_isolation {
    CN_ISOLATION_DEFAULT, /* the server's */
    CN_READ_UNCOMMITTED,
    CN_READ_COMMITTED,
    CN_REPEATABLE_READ,
    CN_SERIALIZABLE
} cn_isolation;

typedef enum cn_link_state {
    CN_LINK_IDLE,   /* no transaction */
    CN_LINK_OPEN,   /* in a transaction */
    CN_LINK_FAILED, /* in a transaction that only a rollback can leave (PostgreSQL) */
    CN_LINK_LOST
} cn_link_state;

/* ---- statements ------------------------------------------------------------------------------ */

typedef struct cn_column_info {
    const char *name;  /* borrowed until the statement is prepared, executed or released again */
    const char *table; /* the table's alias where the library says it; may be NULL */
    cn_kind     kind;  /* of its values where the server declares one, else CN_KIND_NULL */
} cn_column_info;

/* One prepared statement. A driver's own struct begins with this head. `columns` and
   `column_count` are right after execute; before it they may be empty. */
typedef struct cn_prepared {
    const cn_driver      *driver;
    const cn_column_info *columns;
    size_t                column_count; /* 0: the statement returns no rows */
    int64_t               affected;     /* rows matched by the last execution; -1 unknown */
    int64_t               inserted_key; /* generated by the last execution, or 0 */
    size_t                parameter_count;
    /* The rows of the result are all in the client's memory and stay readable while other
       statements run on the link, until reset. */
    bool buffered;
    /* Another number whenever the columns were read anew: as long as it stays, so do their names
       and their order. 0: the driver does not say, and they are looked at after each execution. */
    unsigned described;
} cn_prepared;

typedef enum cn_step { CN_STEP_ERROR, CN_STEP_ROW, CN_STEP_DONE } cn_step;

typedef struct cn_execution {
    size_t   chunk;  /* 0: as the library does it best; otherwise about this many rows at a time */
    bool     arrays; /* execute_many: takes one array for each parameter (CN_BATCH_ARRAYS) */
    int64_t *keys;   /* execute_many without rows, if not NULL: the key generated for each row */
} cn_execution;

/* See base/convert.h; a module is built with the base floor. */
struct cn_decode;
struct cn_arena;

/*
 * The table. Functions are never NULL but where it says so. `size` is sizeof(cn_driver) as the
 * driver was compiled: the engine reads no further, so the table can grow at its end.
 */
struct cn_driver {
    size_t             size;
    const char        *name;                /* of the driver: "mysql" */
    const char        *dialect;             /* that it speaks: "mysql" */
    bool               numbered_parameters; /* $1, $2, ... ; otherwise ? */
    const char *const *options;             /* the URL options it knows, NULL-ended */

    const char *(*library)(void); /* "MariaDB Connector/C 3.3.20" */

    cn_link *(*open)(const cn_link_parameters *parameters, cn_error *error);
    void (*close)(cn_link *link); /* never blocks for long; also a lost one */
    bool (*ping)(cn_link *link, cn_error *error);
    cn_link_state (*state)(cn_link *link); /* without a round trip */

    /* Begin with `isolation`, which holds for this transaction only. May be delayed until the first
       statement, as long as nothing runs outside the transaction. */
    bool (*begin)(cn_link *link, cn_isolation isolation, bool read_only, cn_error *error);
    /* A commit whose answer never came is CN_CAUSE_UNKNOWN_OUTCOME, `lost`. */
    bool (*commit)(cn_link *link, cn_error *error);
    bool (*rollback)(cn_link *link, cn_error *error);
    /* Every statement commits by itself from now on, or no longer. */
    bool (*autocommit)(cn_link *link, bool on, cn_error *error);

    /* Runs SQL without parameters and throws its rows away: SAVEPOINT, DDL. */
    bool (*run)(cn_link *link, const char *sql, size_t size, cn_error *error);

    /* `sql` is in the driver's own parameter style and is copied if it is needed later. */
    cn_prepared *(*prepare)(cn_link *link, const char *sql, size_t size, cn_error *error);
    void (*release)(cn_prepared *prepared); /* of a lost link, too; before the link is closed */

    /* `values` are `count` values, text measured, no lists; borrowed until the rows have been read
       or reset is called. Replaces whatever result was open on this statement. A statement that the
       server has to prepare anew (a changed table, a pooler) is prepared again inside, where that
       is safe. */
    bool (*execute)(cn_prepared *prepared, const cn_value *values, size_t count,
                    const cn_execution *execution, cn_error *error);
    /* The same statement for `rows` rows of `columns` values each, row by row in `values`, by the
       fastest way there is; all or nothing within the open transaction. `affected` becomes the sum.
       If the statement returns rows (RETURNING), the rows of all follow in order. */
    bool (*execute_many)(cn_prepared *prepared, const cn_value *values, size_t rows, size_t columns,
                         const cn_execution *execution, cn_error *error);
    cn_step (*step)(cn_prepared *prepared, cn_error *error);
    /* One cell of the current row; memory is borrowed until the next step or reset. */
    bool (*read)(cn_prepared *prepared, size_t column, cn_value *value, cn_error *error);
    /* The current row straight into a struct, step by step of the plan: the same as read and
       cn_convert_store for each, but without the detour for the common types. */
    bool (*decode)(cn_prepared *prepared, const struct cn_decode *plan, size_t count, void *row,
                   struct cn_arena *text, cn_error *error);
    void (*reset)(cn_prepared *prepared); /* ends the result */

    /* Called once before any other function of a module: its memory is the program's. May be NULL
       for a driver that is built in. */
    void (*use_allocator)(const cn_allocator *allocator);
};

/* What a module exports. */
CN_API const cn_driver *cn_driver_entry(void);

CN_END_DECLARATIONS

#endif
