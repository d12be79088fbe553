/*
 * The scopes of a connection: its transaction and the savepoints in it. An error belongs to the
 * scope that was open when it happened; until that is rolled back nothing is sent. Called by
 * programs, and by the session for its own connection.
 */
#include <stdio.h>
#include <string.h>

#include "engine/echo.h"
#include "engine/handle.h"
#include "engine/options.h"
#include "engine/pool.h"

static void echo_event(const cn_connection *connection, const char *what, int64_t started,
                       bool done)
{
    if (connection->observed)
        cn_echo_send(cn_engine_get_options(connection->engine),
                     &(const cn_echo_event){.sql = what, .started = started, .failed = !done});
}

void cn_connection_set_begun(cn_connection *connection, bool begun)
{
    connection->begun = begun;
    atomic_store_explicit(&connection->pooled->begun, begun, memory_order_relaxed);
}

/* ---- the transaction ------------------------------------------------------------------------- */

bool cn_connection_begin_now(cn_connection *connection, cn_isolation isolation, bool read_only)
{
    cn_link *link    = connection->pooled->link;
    int64_t  started = connection->observed ? cn_now() : 0;
    if (!cn_connection_owns_link(connection))
        return false;
    cn_connection_set_begun(connection,
                            true); /* a link that waits for a lock here counts as open */
    bool done = link->driver->begin(link, isolation, read_only, &connection->error);
    echo_event(connection, "BEGIN", started, done);
    if (done)
        return true;
    cn_connection_set_begun(connection, false);
    return cn_connection_fail_filled(connection, NULL);
}

static bool begin(cn_connection *connection, const cn_begin_options *given)
{
    cn_begin_options options = {0};
    if (connection->begun && connection->failed_depth < 0)
        return cn_connection_fail(connection, CN_CAUSE_MISUSE,
                                  "a transaction is open: commit or roll back before cn_begin");
    if (connection->autocommit && !connection->begun && !cn_connection_make_ready(connection))
        return false;
    connection->ready = false;
    if (connection->failed_depth >= 0 || !cn_connection_take_link(connection) ||
        !cn_connection_settle(connection))
        return false;
    if (!cn_options_copy(&options, sizeof options, given, "cn_begin_options", &connection->error))
        return cn_connection_fail_filled(connection, NULL);
    if (!cn_options_know_isolation(options.isolation, &connection->error))
        return cn_connection_fail_filled(connection, NULL);
    if (options.isolation == CN_ISOLATION_DEFAULT)
        options.isolation = connection->isolation;
    return cn_connection_begin_now(connection, options.isolation,
                                   options.read_only || connection->read_only);
}

bool cn_connection_commit_inside(cn_connection *connection)
{
    if (connection->failed_depth >= 0)
        return false;
    if (connection->depth > 0)
        return cn_connection_fail(connection, CN_CAUSE_MISUSE,
                                  "cn_commit while a nested scope is open: end it with "
                                  "cn_nested_end first");
    if (connection->begun) {
        if (!cn_connection_owns_link(connection) || !cn_connection_settle(connection))
            return false;
        cn_link *link    = connection->pooled->link;
        int64_t  started = connection->observed ? cn_now() : 0;
        bool     done    = link->driver->commit(link, &connection->error);
        echo_event(connection, "COMMIT", started, done);
        cn_connection_retire(connection);
        if (!done)
            return cn_connection_fail_filled(connection, NULL);
        cn_connection_set_begun(connection, false);
        connection->schema_changed = false;
        connection->ready          = false;
    }
    if (connection->early && cn_connection_settle(connection))
        cn_connection_give_link(connection);
    return connection->failed_depth < 0;
}

/* Whether the link is still good, and nothing is open on it. */
static bool roll_link_back(cn_connection *connection)
{
    cn_pooled *pooled = connection->pooled;
    cn_error   error  = {0};
    if (pooled->lost || pooled->forgotten)
        return true;
    if (!connection->begun && pooled->link->driver->state(pooled->link) == CN_LINK_IDLE)
        return true;
    int64_t started = connection->observed ? cn_now() : 0;
    bool    done    = pooled->link->driver->rollback(pooled->link, &error);
    echo_event(connection, "ROLLBACK", started, done);
    if (!done) {
        pooled->lost = true;
        if (error.lost)
            cn_pool_lost(cn_engine_get_pool(connection->engine), pooled);
    }
    cn_error_clear(&error);
    return done;
}

bool cn_connection_rollback_inside(cn_connection *connection)
{
    bool done = true;
    cn_connection_end_results(connection, 0);
    if (connection->pooled != NULL) {
        done = roll_link_back(connection);
        cn_connection_set_begun(connection, false);
        if (connection->schema_changed)
            cn_statements_forget(&connection->pooled->statements, NULL);
        if (connection->early || connection->pooled->lost)
            cn_connection_give_link(connection);
    }
    cn_error_clear(&connection->error);
    connection->failed_depth   = -1;
    connection->depth          = 0;
    connection->schema_changed = false;
    connection->begun          = false;
    connection->ready          = false;
    return done;
}

/* ---- nested scopes --------------------------------------------------------------------------- */

typedef enum savepoint_verb { SAVEPOINT_MAKE, SAVEPOINT_RELEASE, SAVEPOINT_BACK } savepoint_verb;

static bool savepoint(cn_connection *connection, savepoint_verb verb, int depth, cn_error *error)
{
    static const char *const verbs[] = {
        [SAVEPOINT_MAKE]    = "SAVEPOINT",
        [SAVEPOINT_RELEASE] = "RELEASE SAVEPOINT",
        [SAVEPOINT_BACK]    = "ROLLBACK TO SAVEPOINT",
    };
    char sql[64];
    int  size = snprintf(sql, sizeof sql, "%s cn_scope_%d", verbs[verb], depth);
    return cn_connection_send(connection, sql, (size_t)size, error);
}

static bool nested_begin(cn_connection *connection)
{
    cn_error_clear(&connection->nested);
    bool done = connection->ready || cn_connection_make_ready(connection);
    if (done && !connection->begun)
        done = cn_connection_fail(connection, CN_CAUSE_MISUSE,
                                  "a nested scope needs a transaction, which a connection with "
                                  "autocommit has only after cn_begin");
    done = done && cn_connection_owns_link(connection) && cn_connection_settle(connection);
    if (done && !savepoint(connection, SAVEPOINT_MAKE, connection->depth + 1, &connection->error))
        done = cn_connection_fail_filled(connection, NULL);
    cn_connection_retire(connection);
    connection->depth++; /* in any case: every begin has its end */
    return done;
}

/* The innermost scope, which has a savepoint, is undone; its error, if it has one, becomes that of
   the scope that ended. */
static bool undo_scope(cn_connection *connection)
{
    cn_error error = {0};
    int      depth = connection->depth;
    cn_connection_end_results(connection, depth);
    if (connection->failed_depth == depth) {
        cn_error_move(&connection->nested, &connection->error);
        connection->failed_depth = -1;
        connection->ready        = true;
    }
    bool done = savepoint(connection, SAVEPOINT_BACK, depth, &error) &&
                savepoint(connection, SAVEPOINT_RELEASE, depth, &error);
    connection->depth--;
    if (done)
        return true;
    cn_error_move(&connection->error, &error);
    connection->error.ended =
        true; /* without its savepoint there is no way back into the transaction */
    return cn_connection_fail_filled(connection, NULL);
}

/* Leaves a scope that has no savepoint, or none any more. False: it is not such a one. */
static bool leave_dead_scope(cn_connection *connection)
{
    bool outer = connection->failed_depth >= 0 && connection->failed_depth < connection->depth;
    if (!outer)
        return false;
    connection->depth--;
    if (cn_error_is_none(&connection->nested)) {
        bool read = connection->error.read;
        cn_error_copy(&connection->nested, &connection->error);
        connection->error.read = read;
    }
    return true;
}

static bool is_nested(cn_connection *connection, const char *function)
{
    return connection->depth > 0 ||
           cn_connection_fail(connection, CN_CAUSE_MISUSE,
                              "%s without a nested scope: cn_nested_begin opens one", function);
}

static bool nested_end(cn_connection *connection)
{
    if (!is_nested(connection, "cn_nested_end"))
        return false;
    if (connection->failed_depth < 0 && cn_connection_owns_link(connection) &&
        cn_connection_settle(connection)) {
        if (savepoint(connection, SAVEPOINT_RELEASE, connection->depth, &connection->error)) {
            connection->depth--;
            cn_connection_lift_results(connection, connection->depth);
            return true;
        }
        cn_connection_fail_filled(connection, NULL);
    }
    if (!leave_dead_scope(connection))
        (void)undo_scope(connection);
    return false;
}

static bool nested_rollback(cn_connection *connection)
{
    if (!is_nested(connection, "cn_nested_rollback") || leave_dead_scope(connection))
        return false;
    return undo_scope(connection);
}

/* ---- for programs ---------------------------------------------------------------------------- */

#define GUARDED(connection, call)                                                                  \
    do {                                                                                           \
        if ((connection) == NULL || !cn_connection_enter(connection))                              \
            return false;                                                                          \
        bool done_ = (call);                                                                       \
        cn_connection_leave(connection);                                                           \
        return done_;                                                                              \
    } while (0)

bool cn_connection_begin(cn_connection *connection, const cn_begin_options *options)
{
    GUARDED(connection, begin(connection, options));
}

bool cn_connection_commit(cn_connection *connection)
{
    GUARDED(connection, cn_connection_commit_inside(connection));
}

bool cn_connection_rollback(cn_connection *connection)
{
    GUARDED(connection, cn_connection_rollback_inside(connection));
}

bool cn_connection_nested_begin(cn_connection *connection)
{
    GUARDED(connection, nested_begin(connection));
}

bool cn_connection_nested_end(cn_connection *connection)
{
    GUARDED(connection, nested_end(connection));
}

bool cn_connection_nested_rollback(cn_connection *connection)
{
    GUARDED(connection, nested_rollback(connection));
}

cn_cause cn_connection_nested_cause(cn_connection *connection)
{
    return connection != NULL ? cn_error_get_cause(&connection->nested) : CN_CAUSE_MEMORY;
}

const char *cn_connection_nested_message(cn_connection *connection)
{
    return cn_error_get_message(connection != NULL ? &connection->nested : &cn_error_of_nothing);
}

bool cn_connection_in_transaction(cn_connection *connection)
{
    return connection != NULL && connection->begun;
}
