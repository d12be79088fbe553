/*
 * What the files of the MySQL and MariaDB driver share. The driver's table is in mysql.c;
 *
 *     mysql.c             opening, closing, transactions
 *     mysql_options.c     the options of a URL, and what they say about TLS
 *     mysql_login.c       what may be said before the server is known
 *     mysql_error.c       the server's codes
 *     mysql_statement.c   prepared statements: execution, rows
 *     mysql_batch.c       one statement for many rows
 *     mysql_bind.c        values on their way to the server
 *     mysql_read.c        cells on their way from the server
 *
 * Nothing outside of these files may include this header, or the client library's.
 */
#ifndef CN_DRIVER_MYSQL_H
#define CN_DRIVER_MYSQL_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <time.h>

#include <mysql.h>

#include <cinnabar/sys/driver.h>

#include "base/arena.h"
#include "base/convert.h"
#include "base/error.h"

extern const cn_driver cn_driver_mysql;

typedef struct cn_mysql_prepared cn_mysql_prepared;

/*
 * One connection. Unless it is in autocommit mode, the session runs with autocommit=0: the
 * server begins a transaction by itself, which saves a round trip, and a statement that follows
 * a transaction that the server has ended can never commit by itself.
 */
typedef struct cn_mysql_link {
    cn_link            head;
    MYSQL              mysql;
    bool               lost; /* then `mysql` is closed already, and its statements are orphans */
    bool               autocommit;
    bool               began; /* by begin() */
    bool               dirty; /* something was sent since the last commit or rollback */
    bool               bulk;  /* the server takes arrays of parameters */
    bool               multi_statements;
    bool               local_infile;
    int                rollback_on_timeout; /* innodb_rollback_on_timeout; -1: not asked yet */
    unsigned           read_timeout;        /* seconds, 0: without limit */
    struct timespec    sent;                /* since when the server is waited for */
    cn_mysql_prepared *reading;             /* the statement whose rows are still on the wire */
    cn_mysql_prepared *doomed;              /* released while another one was reading */
} cn_mysql_link;

/* How a cell is written in a row of the binary protocol; in the order of cn_mysql_wire_size. */
typedef enum cn_mysql_wire {
    /* with their size in front */
    CN_WIRE_TEXT,
    CN_WIRE_BYTES,
    CN_WIRE_DECIMAL,
    CN_WIRE_JSON,
    CN_WIRE_UUID,
    CN_WIRE_BIT,
    CN_WIRE_DATE,
    CN_WIRE_TIME,
    CN_WIRE_DATETIME,
    CN_WIRE_TIMESTAMP,
    /* of a fixed size */
    CN_WIRE_NULL,
    CN_WIRE_INT8,
    CN_WIRE_UINT8,
    CN_WIRE_INT16,
    CN_WIRE_UINT16,
    CN_WIRE_INT32,
    CN_WIRE_UINT32,
    CN_WIRE_INT64,
    CN_WIRE_UINT64,
    CN_WIRE_FLOAT,
    CN_WIRE_DOUBLE
} cn_mysql_wire;

/* What one parameter needs beside its value while it is sent. */
typedef struct cn_mysql_slot {
    MYSQL_TIME    time;
    char          text[CN_TEMPORAL_SIZE];
    unsigned long size;
    char          indicator;
} cn_mysql_slot;

/* A row that was taken off the wire before its time: a pointer for each cell, NULL for NULL. */
typedef struct cn_mysql_row {
    struct cn_mysql_row        *next;
    const unsigned char *const *cells;
} cn_mysql_row;

struct cn_mysql_prepared {
    cn_prepared     head;
    cn_mysql_link  *link;
    MYSQL_STMT     *stmt; /* NULL: the server cannot prepare this; it is run as text */
    char           *sql;
    size_t          sql_size;
    bool            declared;       /* the server knew the columns before the first execution */
    bool            rows_only_loop; /* the server refuses arrays for this statement */
    cn_column_info *columns;
    uint8_t        *wires; /* cn_mysql_wire */
    size_t          column_capacity;
    cn_arena        names; /* of the columns of a text result */
    /* parameters */
    MYSQL_BIND     *binds;
    cn_mysql_slot  *slots;
    size_t          bind_capacity;
    const cn_value *batch; /* of the bulk request that is being written */
    cn_error       *batch_error;
    /* rows */
    const unsigned char *const *cells; /* of the current row if it was kept, else NULL */
    bool                        has_row;
    int64_t                     row_count; /* taken off the wire */
    cn_arena                    scratch;   /* texts of the current row */
    bool                        scratched;
    cn_arena                    kept;
    cn_mysql_row               *kept_first;
    cn_mysql_row              **kept_end;
    cn_mysql_prepared          *next; /* in the list of doomed ones */
};

/* ---- mysql_options.c ------------------------------------------------------------------------- */

typedef enum cn_mysql_tls {
    CN_TLS_OFF,
    CN_TLS_PREFERRED, /* if the server has it */
    CN_TLS_REQUIRED,  /* but whose certificate it is does not matter */
    CN_TLS_CHAIN,     /* a certificate of a known authority, for whichever host */
    CN_TLS_VERIFIED   /* certificate and host name */
} cn_mysql_tls;

typedef enum cn_mysql_choice { CN_UNSAID, CN_NO, CN_YES } cn_mysql_choice;

/* The options of a URL. Texts are borrowed from the parameters. */
typedef struct cn_mysql_settings {
    cn_mysql_tls    tls; /* the outcome of all the options about it */
    const char     *unix_socket;
    const char     *charset;
    const char     *init_command;
    const char     *sql_mode;
    const char     *program_name;
    const char     *auth_plugin;
    const char     *server_public_key;
    const char     *ssl_mode;
    const char     *ssl_ca;
    const char     *ssl_capath;
    const char     *ssl_cert;
    const char     *ssl_key;
    const char     *ssl_cipher;
    cn_mysql_choice ssl;
    cn_mysql_choice ssl_disabled;
    cn_mysql_choice ssl_verify_cert;
    cn_mysql_choice ssl_verify_identity;
    cn_mysql_choice local_infile;
    cn_mysql_choice compress;
    cn_mysql_choice autocommit;
    cn_mysql_choice clear_password;
    cn_mysql_choice get_server_public_key;
    unsigned        connect_timeout; /* seconds */
    unsigned        read_timeout;
    unsigned        write_timeout;
} cn_mysql_settings;

extern const char *const cn_mysql_option_names[];

bool cn_mysql_settings_read(const cn_link_parameters *parameters, cn_mysql_settings *settings,
                            cn_error *error);
/* Hands them to the client library. False: it took none of them for want of memory. */
bool cn_mysql_settings_apply(MYSQL *mysql, const cn_mysql_settings *settings);

/* ---- mysql_login.c --------------------------------------------------------------------------- */

bool cn_mysql_login_register(void); /* once */
bool cn_mysql_login_apply(MYSQL *mysql, const cn_mysql_settings *settings);

/* ---- mysql_error.c --------------------------------------------------------------------------- */

/* What the server or the client library said, as an error; a lost link is closed. Returns false. */
bool cn_mysql_fail(cn_mysql_link *link, cn_error *error);
bool cn_mysql_fail_statement(cn_mysql_link *link, MYSQL_STMT *stmt, cn_error *error);
/* The server may have gone because it was sent so much: the error says so. */
void cn_mysql_suspect_size(size_t size, cn_error *error);
/* The server took no more than the first of several statements: the error says so. */
void cn_mysql_find_several(const char *sql, size_t size, cn_error *error);
/* Why opening failed, as a sentence about user, host and database. */
bool cn_mysql_fail_open(MYSQL *mysql, const cn_link_parameters *parameters,
                        const cn_mysql_settings *settings, cn_error *error);
/* `the MySQL database "shop" at db.example.org, port 3306, as user "ada"` into `text`. */
void cn_mysql_whereabouts(const cn_link_parameters *parameters, const cn_mysql_settings *settings,
                          char *text, size_t size);

/* ---- mysql.c --------------------------------------------------------------------------------- */

/* Whether a command can be sent now, or an error that says why not. */
bool cn_mysql_ready(cn_mysql_link *link, cn_error *error);
/* One command without parameters, all its results thrown away. */
bool cn_mysql_command(cn_mysql_link *link, const char *sql, size_t size, cn_error *error);
void cn_mysql_lose(cn_mysql_link *link);

/* The clock of the read time-out, which is looked at for each row: cheap before exact. */
#ifdef CLOCK_MONOTONIC_COARSE
#define CN_MYSQL_CLOCK CLOCK_MONOTONIC_COARSE
#else
#define CN_MYSQL_CLOCK CLOCK_MONOTONIC
#endif

/* From now on the server is waited for. */
static inline void cn_mysql_mark_time(cn_mysql_link *link)
{
    if (link->read_timeout != 0)
        (void)clock_gettime(CN_MYSQL_CLOCK, &link->sent);
}

/* ---- mysql_statement.c ----------------------------------------------------------------------- */

cn_prepared *cn_mysql_prepare(cn_link *link, const char *sql, size_t size, cn_error *error);
void         cn_mysql_release(cn_prepared *prepared);
bool         cn_mysql_execute(cn_prepared *prepared, const cn_value *values, size_t count,
                              const cn_execution *execution, cn_error *error);
cn_step      cn_mysql_step(cn_prepared *prepared, cn_error *error);
void         cn_mysql_reset(cn_prepared *prepared);

/* Sends what is bound, again after preparing anew where that is safe, and opens the result. */
bool cn_mysql_send(cn_mysql_prepared *prepared, bool bulk, cn_error *error);
bool cn_mysql_expect(cn_mysql_prepared *prepared, size_t count, cn_error *error);
/* Takes the rest of the open result off the wire; step() then reads it from memory. */
bool cn_mysql_keep_rows(cn_mysql_prepared *prepared, cn_error *error);
void cn_mysql_close_doomed(cn_mysql_link *link);

/* ---- mysql_batch.c --------------------------------------------------------------------------- */

bool cn_mysql_execute_many(cn_prepared *prepared, const cn_value *values, size_t rows,
                           size_t columns, const cn_execution *execution, cn_error *error);

/* ---- mysql_bind.c ---------------------------------------------------------------------------- */

/* Whether there is room for `count` parameters in binds and slots. */
bool cn_mysql_bind_room(cn_mysql_prepared *prepared, size_t count, cn_error *error);
/* Points `bind` at the value, which is borrowed; what has to be made is made in the slot. */
bool cn_mysql_bind(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value, size_t position,
                   cn_error *error);
/* The type under which a value travels, with bit 15 for unsigned; MYSQL_TYPE_NULL fits all. */
unsigned cn_mysql_bind_type(const cn_value *value);
size_t   cn_mysql_bind_size(const cn_value *value); /* about this many bytes of a request */

/* ---- mysql_read.c ---------------------------------------------------------------------------- */

/* Fills head.columns from the open result. `text`: of a query that was not prepared. */
bool cn_mysql_describe(cn_mysql_prepared *prepared, const MYSQL_FIELD *fields, size_t count,
                       bool text, cn_error *error);
/* The bytes of the cell at `at` and what stands in front of them. */
size_t cn_mysql_cell_size(cn_mysql_wire wire, const unsigned char *at);
bool   cn_mysql_read(cn_prepared *prepared, size_t column, cn_value *value, cn_error *error);
bool   cn_mysql_decode(cn_prepared *prepared, const cn_decode *plan, size_t count, void *row,
                       cn_arena *text, cn_error *error);

/* Whether there is a current row. One that was not kept is gone with its link. */
static inline bool cn_mysql_has_row(const cn_mysql_prepared *prepared)
{
    return prepared->has_row && (prepared->cells != NULL || !prepared->link->lost);
}

/* Where a cell of the current row is, NULL for NULL. Without a bound result the client library
   leaves the place of each cell of the packet in its own bind array. */
static inline const unsigned char *cn_mysql_cell(const cn_mysql_prepared *prepared, size_t column)
{
    return prepared->cells != NULL ? prepared->cells[column]
                                   : prepared->stmt->bind[column].u.row_ptr;
}

#endif
