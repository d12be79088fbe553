/*
 * cinnabar/engine.h: one database, as a program sees it: where it is, how to get in, and a pool
 * of connections that its threads share.
 *
 *     cn_engine *engine =
 *         cn_create_engine("mysql+mysqlconnector://ada:secret@db.example:3306/blog",
 *                          .echo = true, .pool_size = 8);
 *     if (!cn_ok(engine))
 *         fprintf(stderr, "%s\n", cn_error_message(engine));
 *     ...
 *     cn_engine_dispose(engine);
 *
 * One engine per database and process. Creating one connects to nothing: the first connection is
 * opened when it is needed.
 *
 * Connection strings (cinnabar/url.h):
 * dialect[+driver]://user:password@host:port/database?option=value.
 *   sqlite:///relative.db   sqlite:////absolute.db   sqlite://                  (memory)
 *   mysql://...  mariadb://...  mysql+mysqlconnector://...  mysql+pymysql://...
 *   postgresql://...  postgresql+psycopg2://...  postgresql+psycopg://...
 * Python's driver names mean this library's driver for that database, so a URL that works in a
 * SQLAlchemy program works here.
 *
 * TLS: to a host that is neither loopback nor a Unix socket the connection is encrypted, with
 * certificate and host name verified. Turning that down takes an explicit option of the URL
 * (ssl_disabled, ssl_verify_cert, sslmode, ...: docs/tls.md); nothing falls back by itself.
 *
 * The pool keeps up to pool_size connections, and opens up to max_overflow more while they are all
 * out. A waiter is served in order of arrival; after pool_timeout it fails with an error that says
 * who holds the connections. SQLite in memory is one shared connection: a second one at the same
 * time is refused at once when the same thread asks for it.
 *
 * Threads: every function of this header may be called from any thread, except cn_engine_dispose,
 * which must be the last.
 */
#ifndef CINNABAR_ENGINE_H
#define CINNABAR_ENGINE_H

#include <cinnabar/error.h>
#include <cinnabar/sys/driver.h>

CN_BEGIN_DECLARATIONS

/* What goes through on_echo: one event of one connection. Everything is borrowed for the call, in
   which that connection is not to be used. */
typedef struct cn_echo {
    const char *logging_name;   /* the engine's, or NULL */
    const char *statement;      /* the SQL, or "BEGIN", "COMMIT", ... */
    const char *parameters;     /* "{name: 'Ada'}", cut, secrets masked; NULL if there are none */
    size_t      parameter_sets; /* more than 1 for a batch */
    double      seconds;        /* the time it took; negative: not measured */
    bool        cached;         /* it was compiled before */
    bool        failed;
} cn_echo;

/*
 * Where the tables of models stand: a schema of the model, and that of the database in its place.
 * "" is none, on either side. A list ends with a NULL; a schema that is not in it stays as it is,
 * and so do those of sequences and native enumerations. Reflection and cn_has_table are asked for
 * the database's.
 *
 *     cn_session(engine, .schemas = CN_SCHEMAS("", "tenant_7", "shared", "main"))
 *
 * It holds for statements that are built, for sessions, and for tables that are created or dropped;
 * not for text, nor for the names of sequences and enumeration types. The list of a connection or
 * session takes the place of its engine's. Lists are copied.
 */
struct cn_schema_map {
    const char *of_model;
    const char *of_database;
};

/*
 * Zero means the default, which stands in brackets; CN_NONE means none at all, where a number is
 * wanted. Times are in seconds.
 */
#define CN_NONE (-1)
typedef struct cn_engine_options {
    size_t size;

    bool echo; /* each statement, its parameters and time, BEGIN, COMMIT, ROLLBACK, to stderr ... */
    void (*on_echo)(void *context, const cn_echo *echo); /* ... or to this function */
    void       *echo_context;
    const char *logging_name;    /* stands in each line of echo */
    bool        hide_parameters; /* none in echo and errors; what the server itself says stays */

    int    pool_size;    /* [5] CN_NONE: every connection is closed on return */
    int    max_overflow; /* [10] CN_NONE: none */
    double pool_timeout; /* [30] */
    double pool_recycle; /* [never] a connection older than this is replaced at checkout */
    bool   pre_ping;     /* one that was not used for half a second is tried at checkout */

    /* [10] CN_NONE: without limit. The look-up of a host's name, which no client library can cut
       short, counts apart: the system's resolver bounds it (resolv.conf: timeout, attempts). An
       address needs none. */
    double connect_timeout;
    double read_timeout;  /* [none] for one answer; after it the connection counts as lost */
    double write_timeout; /* [none] */

    cn_isolation isolation;  /* of every transaction [the server's] */
    bool         autocommit; /* no transactions: each statement is one */
    bool         read_only;  /* the database refuses every change */

    bool no_foreign_keys;         /* of models are written into the database: see schema.h */
    const cn_schema_map *schemas; /* CN_SCHEMAS(...), of every connection [those of the models] */

    bool multi_statements; /* several statements in one string are allowed */
    bool local_infile;     /* MySQL: LOAD DATA LOCAL may read this program's files */

    int prepared_statements; /* [256] kept per connection; the least used goes first */
    int statement_cache;     /* [500] compiled statements kept per engine */

    /* Errors that nobody read before their handle was closed [one line on stderr]. */
    void (*on_unread_error)(void *context, const cn_error *error);
    void *unread_context;
} cn_engine_options;

/*
 * The engine for `url`. Never NULL but for want of memory; a URL, an option or a driver that is
 * not known is the engine's error, and that of every connection opened from it. `options` may be
 * NULL. The URL and every text are copied.
 */
CN_API cn_engine *cn_engine_create(const char *url, const cn_engine_options *options);

/*
 * Closes the engine and its idle connections, and frees it. Close connections and sessions first:
 * one that is still open is an error on stderr (in a debug build), and its connection is closed
 * when it is returned.
 */
CN_API void cn_engine_dispose(cn_engine *engine);

/*
 * Closes the connections that are idle now; those that are out are closed on return.
 *
 * For a program that forks: call cn_engine_forget in the child instead, before any other function.
 * It leaves the parent's connections alone. A handle that was open then sends nothing there
 * (CN_CAUSE_LOST); after its rollback it takes a connection of the child's own. Its results are
 * not to be read.
 */
CN_API void cn_engine_close_idle(cn_engine *engine);
CN_API void cn_engine_forget(cn_engine *engine);

CN_API const char *cn_engine_url(cn_engine *engine);     /* with the password as *** */
CN_API const char *cn_engine_dialect(cn_engine *engine); /* "sqlite", "mysql", "postgresql" */
CN_API const char *cn_engine_driver(cn_engine *engine);  /* "libpq 15.18" */

typedef struct cn_pool_statistics {
    int      size; /* pool_size */
    int      max_overflow;
    int      idle;
    int      checked_out;
    int      waiting; /* threads */
    uint64_t opened;  /* connections since the engine was made */
    uint64_t closed;
    uint64_t checkouts;
    uint64_t timeouts;
    uint64_t invalidated; /* connections found lost, or older than one that was */
} cn_pool_statistics;

CN_API cn_pool_statistics cn_engine_pool(cn_engine *engine);

CN_END_DECLARATIONS

#ifndef __cplusplus

/* CN_SCHEMAS("of the model", "of the database", ...) */
#define CN_SCHEMAS(...)                                                                            \
    ((const cn_schema_map[]){CN_PAIRS_(CN_SCHEMA_PAIR_, 0, __VA_ARGS__), {NULL, NULL}})
#define CN_SCHEMA_PAIR_(unused, from, to)                                                          \
    {                                                                                              \
        (from), (to)                                                                               \
    }

/* cn_create_engine(url, .option = value, ...) */
#define cn_create_engine(...) CN_CREATE_ENGINE_(__VA_ARGS__, .size = sizeof(cn_engine_options))
#define CN_CREATE_ENGINE_(url, ...) cn_engine_create((url), &(const cn_engine_options){__VA_ARGS__})

#endif
#endif
