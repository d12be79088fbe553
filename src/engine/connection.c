/*
 * A connection: a handle on one link of the pool, with the error of its scopes. Here it opens and
 * closes, finds and runs statements, and fails; transaction.c has its scopes, text.c what
 * programs hand over as text, result.c the rows. It must never know a dialect or a client library.
 */
#include "engine/connection.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/schemas.h"
#include "engine/echo.h"
#include "engine/handle.h"
#include "engine/options.h"
#include "engine/pool.h"
#include "engine/statement_text.h"

/* ---- failing --------------------------------------------------------------------------------- */

const cn_error *cn_connection_error(cn_connection *connection)
{
    return connection != NULL ? &connection->error : &cn_error_of_nothing;
}

static void attach_sql(cn_error *error, const char *sql, size_t size)
{
    if (error->statement == NULL)
        error->statement = cn_duplicate_sized(sql, size);
}

void cn_connection_blame(cn_connection *connection, const char *sql, size_t size)
{
    if (connection->failed_depth >= 0)
        attach_sql(&connection->error, sql, size);
}

/* The error that was just filled belongs to the scope that is open now, or, if it ended the
   transaction, to that. */
bool cn_connection_fail_filled(cn_connection *connection, const cn_statement_slot *slot)
{
    if (connection->failed_depth >= 0) {
        cn_error_clear(&connection->scratch);
        return false;
    }
    cn_error *error = &connection->error;
    if (error->cause == CN_CAUSE_NONE)
        cn_error_set(error, CN_CAUSE_SERVER, "the driver failed without saying why");
    if (slot != NULL)
        attach_sql(error, slot->compiled->sql, slot->compiled->sql_size);
    connection->ready        = false;
    connection->failed_depth = error->lost || error->ended ? 0 : connection->depth;
    if (error->lost && connection->pooled != NULL && !connection->pooled->lost) {
        connection->pooled->lost = true;
        cn_pool_lost(cn_engine_get_pool(connection->engine), connection->pooled);
    }
    return false;
}

bool cn_connection_fail_memory(cn_connection *connection)
{
    cn_error_no_memory(cn_connection_error_slot(connection));
    return cn_connection_fail_filled(connection, NULL);
}

bool cn_connection_fail(cn_connection *connection, cn_cause cause, const char *format, ...)
{
    if (connection->failed_depth >= 0)
        return false;
    va_list arguments;
    va_start(arguments, format);
    cn_error_set_v(&connection->error, cause, format, arguments);
    va_end(arguments);
    return cn_connection_fail_filled(connection, NULL);
}

/* ---- threads --------------------------------------------------------------------------------- */

#ifdef CN_DEBUG
bool cn_connection_enter(cn_connection *connection)
{
    if (connection == NULL || !atomic_exchange(&connection->inside, true))
        return true;
    atomic_store(&connection->breached, true); /* whoever is inside makes it an error */
    return false;
}

void cn_connection_leave(cn_connection *connection)
{
    if (connection == NULL)
        return;
    if (atomic_exchange(&connection->breached, false))
        cn_connection_fail(connection, CN_CAUSE_MISUSE,
                           "two threads used the connection at the same time: a connection and "
                           "its results belong to one thread at a time");
    atomic_store(&connection->inside, false);
}
#endif

/* ---- links ----------------------------------------------------------------------------------- */

/* A link that is in the mode that the connection wants. */
static bool match_mode(cn_connection *connection)
{
    cn_pooled *pooled = connection->pooled;
    if (pooled->autocommit == connection->autocommit)
        return true;
    if (!pooled->link->driver->autocommit(pooled->link, connection->autocommit, &connection->error))
        return cn_connection_fail_filled(connection, NULL);
    pooled->autocommit = connection->autocommit;
    return true;
}

bool cn_connection_take_link(cn_connection *connection)
{
    if (connection->failed_depth >= 0)
        return false;
    if (connection->pooled != NULL)
        return true;
    if (!cn_engine_usable(connection->engine, &connection->error))
        return cn_connection_fail_filled(connection, NULL);
    connection->pooled = cn_pool_take(cn_engine_get_pool(connection->engine), &connection->error);
    if (connection->pooled == NULL) {
        connection->error.lost = false; /* nothing was there to be lost */
        return cn_connection_fail_filled(connection, NULL);
    }
    return match_mode(connection);
}

bool cn_connection_disowned(cn_connection *connection)
{
    cn_error *error = cn_connection_error_slot(connection);
    cn_error_set(error, CN_CAUSE_LOST,
                 "the connection is the parent process's, which this one was forked from: roll "
                 "back, and the next statement takes one of its own");
    error->lost = true;
    return cn_connection_fail_filled(connection, NULL);
}

void cn_connection_give_link(cn_connection *connection)
{
    cn_pooled *pooled = connection->pooled;
    if (pooled == NULL)
        return;
    cn_connection_disown_columns(connection);
    connection->pooled = NULL;
    connection->ready  = false;
    cn_pool_give(cn_engine_get_pool(connection->engine), pooled, !pooled->lost);
}

const cn_link *cn_connection_link(cn_connection *connection)
{
    return cn_connection_take_link(connection) ? connection->pooled->link : NULL;
}

const cn_link *cn_connection_held_link(const cn_connection *connection)
{
    return connection->pooled != NULL ? connection->pooled->link : NULL;
}

/* With autocommit an error's scope ends when the next statement begins. */
static bool end_statement_scope(cn_connection *connection)
{
    if (connection->failed_depth < 0)
        return true;
    if (!connection->autocommit || connection->begun || connection->depth > 0)
        return false;
    if (!connection->error.read)
        cn_engine_report_unread(connection->engine, &connection->error);
    cn_connection_drop_live(connection);
    cn_error_clear(&connection->error);
    connection->failed_depth = -1;
    if (connection->pooled != NULL && connection->pooled->lost)
        cn_connection_give_link(connection);
    return true;
}

bool cn_connection_make_ready(cn_connection *connection)
{
    if (!end_statement_scope(connection) || !cn_connection_take_link(connection))
        return false;
    if (!connection->begun && !connection->autocommit &&
        !cn_connection_begin_now(connection, connection->isolation, connection->read_only))
        return false;
    connection->ready = true;
    return true;
}

/* ---- finding a statement --------------------------------------------------------------------- */

static cn_compiled *find_compiled(cn_connection *connection, uint64_t hash, const void *key,
                                  size_t key_size, cn_compile_function *compile, void *context)
{
    cn_compiled_cache *cache    = cn_engine_get_cache(connection->engine);
    cn_compiled       *compiled = cn_compiled_cache_get(cache, hash, key, key_size);
    if (compiled != NULL)
        return compiled;
    cn_error error = {0};
    compiled       = compile(connection, context, &error);
    if (compiled != NULL)
        return cn_compiled_cache_put(cache, compiled);
    if (error.cause != CN_CAUSE_NONE)
        cn_error_move(cn_connection_error_slot(connection), &error);
    cn_connection_fail_filled(connection, NULL);
    return NULL;
}

static cn_statement_slot *add_slot(cn_connection *connection, uint64_t hash, const void *key,
                                   size_t key_size, cn_compile_function *compile, void *context)
{
    const cn_engine_options *options = cn_engine_get_options(connection->engine);
    cn_compiled *compiled = find_compiled(connection, hash, key, key_size, compile, context);
    if (compiled == NULL)
        return NULL;
    cn_connection_disown_columns(connection); /* another statement may make room */
    cn_statement_slot *slot = cn_statements_add(
        &connection->pooled->statements, (size_t)options->prepared_statements, compiled, NULL);
    if (slot == NULL) {
        cn_compiled_release(compiled);
        cn_connection_fail_memory(connection);
    }
    return slot;
}

cn_statement_slot *cn_connection_find(cn_connection *connection, uint64_t hash, const void *key,
                                      size_t key_size, cn_compile_function *compile, void *context)
{
    if (!connection->ready && !cn_connection_make_ready(connection))
        return NULL;
    cn_statement_slot *slot = cn_statements_find(&connection->pooled->statements, hash, key,
                                                 key_size);
    return slot != NULL ? slot : add_slot(connection, hash, key, key_size, compile, context);
}

cn_statement_slot *cn_connection_again(const cn_connection *connection, const void *key,
                                       size_t key_size)
{
    if (!connection->ready)
        return NULL;
    cn_statement_slot *slot = cn_statements_newest(&connection->pooled->statements, key, key_size);
    return slot != NULL && slot->prepared != NULL ? slot : NULL;
}

bool cn_connection_prepare(cn_connection *connection, cn_statement_slot *slot)
{
    cn_link           *link     = connection->pooled->link;
    const cn_compiled *compiled = slot->compiled;
    if (!cn_connection_owns_link(connection) || !cn_connection_settle(connection))
        return false;
    cn_echo_event event = {
        .sql = compiled->sql, .started = connection->observed ? cn_now() : 0, .failed = true};
    slot->prepared = link->driver->prepare(link, compiled->sql, compiled->sql_size,
                                           &connection->error);
    if (slot->prepared != NULL)
        return true;
    if (connection->observed)
        cn_echo_send(cn_engine_get_options(connection->engine), &event);
    return cn_connection_fail_filled(connection, slot);
}

void cn_connection_forget_statements(cn_connection *connection, const cn_statement_slot *kept)
{
    connection->schema_changed = true;
    cn_statements_forget(&connection->pooled->statements, kept);
}

cn_statement_slot *cn_connection_statement(cn_connection *connection, uint64_t hash,
                                           const void *key, size_t key_size,
                                           cn_compile_function *compile, void *context)
{
    cn_statement_slot *slot = cn_connection_find(connection, hash, key, key_size, compile, context);
    if (slot == NULL || slot->prepared != NULL)
        return slot;
    return cn_connection_prepare(connection, slot) ? slot : NULL;
}

/* ---- running --------------------------------------------------------------------------------- */

/* A batch, or one execution: rows 0. */
typedef struct run {
    const cn_value     *values;
    size_t              rows;
    size_t              columns;
    const cn_execution *execution;
} run;

static void attach_parameters(cn_connection *connection, const cn_statement_slot *slot,
                              const run *what)
{
    cn_buffer text = {0};
    if (what->columns == 0 || connection->error.parameters != NULL)
        return;
    if (cn_engine_get_options(connection->engine)->hide_parameters)
        cn_buffer_text(&text, "(parameters hidden)");
    else
        cn_echo_parameters(&text, slot->compiled, what->values, what->rows > 0 ? what->rows : 1,
                           what->columns);
    connection->error.parameters = cn_buffer_take(&text);
}

static bool execute(cn_connection *connection, cn_statement_slot *slot, const run *what)
{
    cn_prepared     *prepared = slot->prepared;
    const cn_driver *driver   = prepared->driver;
    if (what->rows == 0)
        return driver->execute(prepared, what->values, what->columns, what->execution,
                               &connection->error);
    return driver->execute_many(prepared, what->values, what->rows, what->columns, what->execution,
                                &connection->error);
}

static bool execute_observed(cn_connection *connection, cn_statement_slot *slot, const run *what)
{
    cn_echo_event event = {
        .sql      = slot->compiled->sql,
        .compiled = slot->compiled,
        .reused   = slot->reused,
        .values   = what->values,
        .rows     = what->rows > 0 ? what->rows : 1,
        .columns  = what->columns,
        .started  = cn_now(),
    };
    bool done    = execute(connection, slot, what);
    event.failed = !done;
    cn_echo_send(cn_engine_get_options(connection->engine), &event);
    return done;
}

/* A statement without rows may have ended the transaction (DDL on MySQL, a COMMIT as text), or,
   with autocommit, begun one (a BEGIN as text). */
static bool notice_scope(cn_connection *connection)
{
    cn_link      *link  = connection->pooled->link;
    cn_link_state state = link->driver->state(link);
    if (connection->begun ? state != CN_LINK_IDLE : state != CN_LINK_OPEN)
        return true;
    cn_connection_set_begun(connection, !connection->begun);
    connection->ready = false;
    if (connection->begun || connection->depth == 0)
        return true;
    cn_error_set(&connection->error, CN_CAUSE_UNSUPPORTED,
                 "the statement ended the transaction on this database, and with it the nested "
                 "scope that it stands in");
    connection->error.ended = true;
    return cn_connection_fail_filled(connection, NULL);
}

/* Whether a statement can be run now; whoever waits for the link sees then who runs it. */
static inline bool before_run(cn_connection *connection)
{
    if (connection->failed_depth >= 0 || !cn_connection_owns_link(connection) ||
        !cn_connection_settle(connection))
        return false;
    atomic_store_explicit(&connection->pooled->holder, cn_thread_self(), memory_order_relaxed);
    return true;
}

static bool run_failed(cn_connection *connection, const cn_statement_slot *slot, const run *what)
{
    cn_connection_fail_filled(connection, slot);
    attach_parameters(connection, slot, what);
    return false;
}

static inline bool after_run(cn_connection *connection, cn_statement_slot *slot)
{
    if (slot->prepared->column_count == 0)
        return notice_scope(connection);
    connection->live = slot;
    slot->live       = true;
    return true;
}

static bool run_statement(cn_connection *connection, cn_statement_slot *slot, const run *what)
{
    if (!before_run(connection))
        return false;
    bool done    = connection->observed ? execute_observed(connection, slot, what)
                                        : execute(connection, slot, what);
    slot->reused = true;
    cn_connection_retire(connection);
    return done ? after_run(connection, slot) : run_failed(connection, slot, what);
}

bool cn_connection_run(cn_connection *connection, cn_statement_slot *slot, const cn_value *values,
                       size_t count, const cn_execution *execution)
{
    if (connection->observed)
        return run_statement(
            connection, slot,
            &(const run){.values = values, .columns = count, .execution = execution});
    /* The same, for what is executed most. */
    if (!before_run(connection))
        return false;
    bool done    = slot->prepared->driver->execute(slot->prepared, values, count, execution,
                                                   &connection->error);
    slot->reused = true;
    if (connection->retiring != NULL || connection->sweep)
        cn_connection_retire(connection);
    return done ? after_run(connection, slot)
                : run_failed(connection, slot, &(const run){.values = values, .columns = count});
}

bool cn_connection_run_many(cn_connection *connection, cn_statement_slot *slot,
                            const cn_value *values, size_t rows, size_t columns,
                            const cn_execution *execution)
{
    const run what   = {.values = values, .rows = rows, .columns = columns, .execution = execution};
    size_t    before = connection->rows_before;
    bool      well   = connection->failed_depth < 0;
    if (run_statement(connection, slot, &what))
        return true;
    if (well && connection->error.row != 0 && before + rows > 1)
        cn_error_append(&connection->error, " (row %zu of the batch)",
                        before + connection->error.row);
    return false;
}

bool cn_connection_send(cn_connection *connection, const char *sql, size_t size, cn_error *error)
{
    cn_link *link    = connection->pooled->link;
    int64_t  started = connection->observed ? cn_now() : 0;
    bool     done    = link->driver->run(link, sql, size, error);
    if (!done)
        attach_sql(error, sql, size);
    if (connection->observed) {
        char *text = cn_duplicate_sized(sql, size);
        cn_echo_send(cn_engine_get_options(connection->engine),
                     &(const cn_echo_event){.sql     = text != NULL ? text : "(no memory)",
                                            .started = started,
                                            .failed  = !done});
        cn_release(text);
    }
    return done;
}

bool cn_connection_run_sql(cn_connection *connection, const char *sql, size_t size)
{
    if (!connection->ready && !cn_connection_make_ready(connection))
        return false;
    if (!cn_connection_owns_link(connection) || !cn_connection_settle(connection))
        return false;
    bool done = cn_connection_send(connection, sql, size, &connection->error);
    cn_connection_retire(connection);
    if (done && cn_text_changes_schema(sql, size))
        cn_connection_forget_statements(connection, NULL);
    return done ? notice_scope(connection) : cn_connection_fail_filled(connection, NULL);
}

/* ---- opening and closing --------------------------------------------------------------------- */

static bool take_options(cn_connection *connection, const cn_connection_options *given)
{
    const cn_engine_options *engine  = cn_engine_get_options(connection->engine);
    cn_connection_options    options = {0};
    if (!cn_options_copy(&options, sizeof options, given, "cn_connection_options",
                         &connection->error) ||
        !cn_options_know_isolation(options.isolation, &connection->error))
        return cn_connection_fail_filled(connection, NULL);
    connection->isolation = options.isolation != CN_ISOLATION_DEFAULT ? options.isolation
                                                                      : engine->isolation;
    connection->read_only = options.read_only || engine->read_only;
    connection->schemas   = engine->schemas;
    if (options.schemas != NULL) {
        connection->own_schemas = cn_schemas_copy(options.schemas);
        connection->schemas     = connection->own_schemas;
        if (connection->schemas == NULL) {
            cn_error_no_memory(&connection->error);
            return cn_connection_fail_filled(connection, NULL);
        }
    }
    connection->observed = engine->echo || engine->on_echo != NULL;
    bool autocommit      = options.autocommit || engine->autocommit;
    if (autocommit && connection->read_only && !engine->read_only)
        return cn_connection_fail(connection, CN_CAUSE_UNSUPPORTED,
                                  "read_only is for transactions, and with autocommit there are "
                                  "none: open the engine with read_only, or use cn_begin");
    connection->autocommit = autocommit;
    return true;
}

cn_connection *cn_connection_new(cn_engine *engine, const cn_connection_options *options,
                                 bool early)
{
    if (engine == NULL)
        return NULL;
    cn_connection *connection = cn_allocate_zero(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    connection->engine = engine;
    cn_engine_retain(engine);
    connection->failed_depth = -1;
    connection->early        = early;
    atomic_init(&connection->inside, false);
    atomic_init(&connection->breached, false);
    if (!cn_engine_usable(engine, &connection->error))
        cn_connection_fail_filled(connection, NULL);
    else
        (void)take_options(connection, options);
    return connection;
}

cn_connection *cn_connection_open(cn_engine *engine, const cn_connection_options *options)
{
    cn_connection *connection = cn_connection_new(engine, options, false);
    if (connection != NULL)
        (void)cn_connection_take_link(connection);
    return connection;
}

void cn_connection_close(cn_connection *connection)
{
    if (connection == NULL || !cn_connection_enter(connection))
        return;
    if (connection->failed_depth >= 0 && !connection->error.read)
        cn_engine_report_unread(connection->engine, &connection->error);
    (void)cn_connection_rollback_inside(connection);
    cn_connection_give_link(connection);
    cn_connection_free_results(connection);
    cn_error_clear(&connection->error);
    cn_error_clear(&connection->nested);
    cn_error_clear(&connection->scratch);
    cn_release(connection->values);
    cn_release(connection->own_schemas);
    cn_arena_free(&connection->lent);
    cn_arena_free(&connection->kept);
    cn_engine_release(connection->engine);
    cn_release(connection);
}

void cn_connection_invalidate(cn_connection *connection)
{
    if (connection == NULL || connection->pooled == NULL || !cn_connection_enter(connection))
        return;
    if (cn_pool_is_single(cn_engine_get_pool(connection->engine))) {
        /* The connection is the database: it is only put in order. */
        (void)cn_connection_rollback_inside(connection);
        cn_connection_give_link(connection);
        cn_connection_leave(connection);
        return;
    }
    cn_connection_end_results(connection, 0);
    bool open                = connection->begun;
    connection->pooled->lost = true;
    cn_connection_set_begun(connection, false);
    cn_connection_give_link(connection);
    if (open) {
        cn_error_set(cn_connection_error_slot(connection), CN_CAUSE_LOST,
                     "the connection was invalidated in a transaction: roll back to begin anew");
        cn_connection_error_slot(connection)->ended = true;
        cn_connection_fail_filled(connection, NULL);
    }
    cn_connection_leave(connection);
}

const char *cn_connection_server(cn_connection *connection)
{
    static const char *const products[] = {
        [CN_PRODUCT_SQLITE] = "SQLite",         [CN_PRODUCT_MYSQL] = "MySQL",
        [CN_PRODUCT_MARIADB] = "MariaDB",       [CN_PRODUCT_POSTGRESQL] = "PostgreSQL",
        [CN_PRODUCT_OTHER] = "another product",
    };
    if (connection == NULL || connection->pooled == NULL)
        return "";
    const cn_link *link   = connection->pooled->link;
    cn_pooled     *pooled = connection->pooled;
    (void)snprintf(pooled->server, sizeof pooled->server, "%s %s", products[link->product],
                   link->version_text);
    return pooled->server;
}

bool cn_connection_encrypted(cn_connection *connection)
{
    return connection != NULL && connection->pooled != NULL && connection->pooled->link->encrypted;
}
