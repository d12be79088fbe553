/*
 * driver/postgresql.h: what the files of the PostgreSQL driver share.
 *
 *   postgresql.c             the driver's table, transactions, the exchange with the server, errors
 *   postgresql_connect.c     options, TLS, passwords: from a URL's parts to an open connection
 *   postgresql_guard.c       keeps passwords from servers that ask for them in a wrong way
 *   postgresql_statement.c   prepared statements: executing, batches, cursors, rows
 *   postgresql_value.c       values as parameters and as cells
 *
 * The connection is in libpq's pipeline mode all the time. An exchange is: cn_postgresql_start,
 * one or more PQsend..., cn_postgresql_exchange. So a BEGIN that was held back, and the end of
 * statements that are no longer needed, travel with the next statement in one round trip, and what
 * follows a failed BEGIN is skipped by the server itself.
 */
#ifndef CN_DRIVER_POSTGRESQL_H
#define CN_DRIVER_POSTGRESQL_H

#include <libpq-fe.h>

#include <cinnabar/sys/driver.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/convert.h"
#include "base/error.h"

/* ---- the connection ------------------------------------------------------------------------- */

typedef struct cn_postgresql {
    cn_link     head;
    PGconn     *pg;
    unsigned    read_timeout_ms;
    unsigned    write_timeout_ms;
    bool        multi_statements;
    bool        lost;
    const char *begin; /* a BEGIN that has not been sent yet, or NULL */
    const char *begun; /* the last one that was */
    bool        fresh; /* nothing has run in the transaction: it can be begun anew unnoticed */
    uint64_t    transaction; /* counts them */
    uint64_t    rollbacks;   /* counts rollbacks to a savepoint: a cursor may have ended with one */
    char        prefix[24];  /* of the names of statements: unique among the clients of a pooler */
    unsigned    names;       /* given so far */
    unsigned   *dropped;     /* the numbers of statements that the server may forget */
    size_t      dropped_count;
    size_t      dropped_capacity;
    size_t      dropped_sent; /* in this exchange */
    bool        begin_sent;   /* in this exchange */
} cn_postgresql;

#define CN_POSTGRESQL_NAME_SIZE 40

extern const cn_driver   cn_driver_postgresql;
cn_link                 *cn_postgresql_open(const cn_link_parameters *parameters, cn_error *error);
extern const char *const cn_postgresql_options[];

/* ---- the guard ------------------------------------------------------------------------------ */

#define CN_POSTGRESQL_CLEARTEXT "allow_cleartext_password"

typedef struct cn_postgresql_guard cn_postgresql_guard;

cn_postgresql_guard *cn_postgresql_guard_new(void); /* down; ends with lower and cn_release */
/* Whether libpq is about to read an authentication request over plain text. */
bool cn_postgresql_guard_is_wanted(PGconn *pg);
/* Puts the guard between libpq and its socket, if it does not stand there already. */
bool cn_postgresql_guard_raise(cn_postgresql_guard *guard, PGconn *pg);
/* Waits until libpq has a message to read. False: refused, with an error, or too late, without. */
bool cn_postgresql_guard_pass(cn_postgresql_guard *guard, bool cleartext, int64_t deadline,
                              cn_error *error);
/* Gives libpq its socket back, unless it has closed it in favour of another. */
bool cn_postgresql_guard_lower(cn_postgresql_guard *guard, PGconn *pg);

/* ---- the exchange --------------------------------------------------------------------------- */

/* Begins an exchange: sends what was held back. Every PQsend... after it must be checked with
   cn_postgresql_sent. */
bool cn_postgresql_start(cn_postgresql *link, cn_error *error);

/* Turns what a PQsend... returned into an error: the connection is lost if it was 0. */
bool cn_postgresql_sent(cn_postgresql *link, int sent, cn_error *error);

/* Ends an exchange of `count` commands: sends the rest, waits, fills `results` (the caller's to
   clear). At the first error the server skips the rest; then all are NULL. */
bool cn_postgresql_exchange(cn_postgresql *link, PGresult **results, size_t count, cn_error *error);

/* The steps of an exchange, for a batch that reads while it writes. */
typedef enum cn_collected { CN_COLLECTED, CN_COLLECT_FAILED, CN_COLLECT_LOST } cn_collected;

/* Reads the results of what cn_postgresql_start sent. */
cn_collected cn_postgresql_collect_held(cn_postgresql *link, cn_error *error);
/* Reads one command's result. One that the server skipped fails without an error of its own. */
cn_collected cn_postgresql_collect(cn_postgresql *link, PGresult **result, cn_error *error);
/* Sends what is in the buffer, as far as that goes without waiting. */
bool cn_postgresql_flush(cn_postgresql *link, cn_error *error);
/* Reads up to the end of the exchange, which must have been sent. False if that is an error. */
bool cn_postgresql_collect_end(cn_postgresql *link, cn_error *error);

/* Sends one statement without parameters as part of an exchange. */
bool cn_postgresql_send(cn_postgresql *link, const char *sql, cn_error *error);
/* An exchange of that one statement. `tag`, if not NULL, gets what it says it did: "COMMIT". */
bool cn_postgresql_run(cn_postgresql *link, const char *sql, char tag[16], cn_error *error);

/* COPY ... FROM STDIN with these bytes, outside of the pipeline; how many rows it took. */
bool cn_postgresql_copy(cn_postgresql *link, const char *sql, const cn_buffer *bytes, int64_t *rows,
                        cn_error *error);

/* After an error in a transaction in which nothing has run yet: begins it anew, later. */
bool cn_postgresql_restart(cn_postgresql *link, cn_error *error);

/* Marks the connection as lost; false. */
bool cn_postgresql_lose(cn_postgresql *link, cn_error *error, cn_cause cause, const char *why);

/* A statement that this driver cannot run: a COPY through the connection. */
bool cn_postgresql_refuses(const char *sql, cn_error *error);

cn_link_state cn_postgresql_state(cn_link *link);

/* The cause of an SQLSTATE, and whether the unit can be run again. */
typedef struct cn_postgresql_cause {
    const char *sqlstate; /* a prefix */
    cn_cause    cause;
    bool        ended;
    bool        retryable;
} cn_postgresql_cause;

const cn_postgresql_cause *cn_postgresql_cause_of(const char *sqlstate);

/* Milliseconds of a clock that never goes back. */
int64_t cn_postgresql_clock(void);
/* poll(2) until `deadline` (0: for ever) comes: > 0 ready, 0 too late, < 0 failed. */
struct pollfd;
int cn_postgresql_poll(struct pollfd *waiting, unsigned count, int64_t deadline);

/* ---- values --------------------------------------------------------------------------------- */

/* The parameters of one execution as libpq takes them. Reused; zero bytes are empty. */
typedef struct cn_postgresql_parameters {
    cn_buffer    bytes; /* what had to be written down */
    const char **values;
    int         *lengths;
    int         *formats;
    size_t      *offsets; /* into bytes; SIZE_MAX: the value is the caller's memory, or NULL */
    size_t       capacity;
} cn_postgresql_parameters;

/* `types` are the server's for the parameters. */
bool cn_postgresql_bind(cn_postgresql_parameters *parameters, const Oid *types,
                        const cn_value *values, size_t count, cn_error *error);
/* The same with one array for each of `columns` columns of `rows` rows, row by row in `values`. */
bool cn_postgresql_bind_arrays(cn_postgresql_parameters *parameters, const Oid *types,
                               const cn_value *values, size_t rows, size_t columns,
                               cn_error *error);
/* The rows as the binary form of COPY has them. False: a value has no binary form as its column's
   type, or cannot be sent at all, or there is no memory: then it is no batch for COPY. */
bool cn_postgresql_write_rows(cn_buffer *bytes, const Oid *column_types, const cn_value *values,
                              size_t rows, size_t columns);
void cn_postgresql_parameters_free(cn_postgresql_parameters *parameters);

/* The kind of a type's values, and the type of a kind's. */
cn_kind cn_postgresql_kind_of(Oid type);
Oid     cn_postgresql_type_of(uint8_t kind);
/* Sets `told` to the `narrow` ones of the parameters, or to those of larger whole numbers where
   values of the rows need them. Whether that changed one. */
bool cn_postgresql_widen(Oid *told, const Oid *narrow, const cn_value *values, size_t rows,
                         size_t columns);

/* One cell. `scratch` takes bytes; the rest is borrowed from the text. */
bool cn_postgresql_read(const cn_column_info *column, const char *text, size_t size,
                        cn_arena *scratch, cn_value *value, cn_error *error);

/* ---- statements ----------------------------------------------------------------------------- */

cn_prepared *cn_postgresql_prepare(cn_link *link, const char *sql, size_t size, cn_error *error);
void         cn_postgresql_release(cn_prepared *prepared);
bool         cn_postgresql_execute(cn_prepared *prepared, const cn_value *values, size_t count,
                                   const cn_execution *execution, cn_error *error);

bool cn_postgresql_execute_many(cn_prepared *prepared, const cn_value *values, size_t rows,
                                size_t columns, const cn_execution *execution, cn_error *error);

cn_step cn_postgresql_step(cn_prepared *prepared, cn_error *error);
bool    cn_postgresql_cell(cn_prepared *prepared, size_t column, cn_value *value, cn_error *error);
bool    cn_postgresql_decode(cn_prepared *prepared, const cn_decode *plan, size_t count, void *row,
                             cn_arena *text, cn_error *error);
void    cn_postgresql_reset(cn_prepared *prepared);

#endif
