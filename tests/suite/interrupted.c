/*
 * The connection, or the whole server, goes away between any two statements of a piece of work.
 * Each time the work fails with an error that says so, nothing of it is stored, what follows does
 * not slip into a transaction or a connection of its own, and after a rollback the same handle
 * works again. lost.c has what else there is to say of a server that is gone.
 * SUITE_NOT_IN_MEMORY: and SQLite as a file has no connection to lose either; there is nothing to
 * interrupt, and the tests do nothing. The server is killed, so nothing else may use it meanwhile:
 * ./run-tests runs one program at a time on it.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cinnabar/cinnabar.h>

typedef struct Mark {
    int         id;
    int         run; /* each time another */
    const char *name;
} Mark;
CN_MODEL(Mark, "interrupted_mark")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(run);
    CN_COLUMN(name, .type = CN_STRING(30));
}
CN_METADATA(Marks, &Mark_model);

static bool no_server(void)
{
    return suite_which() == SUITE_SQLITE;
}

static void rest(void)
{
    (void)nanosleep(&(const struct timespec){0, 20000000}, NULL);
}

/* The tests' server writes to its disk once in a second: for what must survive a crash. */
static void await_disk(void)
{
    (void)nanosleep(&(const struct timespec){1, 500000000}, NULL);
}

/* ---- interrupting ---------------------------------------------------------------------------- */

static cn_engine *admin;

/* Where the work is interrupted, and how. */
static struct {
    int     run;
    int     at;     /* the step before which it happens */
    int     step;   /* the one that comes */
    bool    server; /* the whole of it */
    bool    done;
    int64_t id; /* of the connection, as the server counts */
} cut;

/* What the server knows the connection by. */
static const char *id_sql(void)
{
    return suite_which() == SUITE_MYSQL ? "SELECT CONNECTION_ID() AS id"
                                        : "SELECT pg_backend_pid() AS id";
}

/* The server takes its time to do as it is told. */
static void kill_connection(void)
{
    bool        mysql = suite_which() == SUITE_MYSQL;
    char        sql[80];
    const char *count = mysql ? "SELECT count(*) AS n FROM information_schema.processlist "
                                "WHERE id = :id"
                              : "SELECT count(*) AS n FROM pg_stat_activity WHERE pid = :id";
    snprintf(sql, sizeof sql, mysql ? "KILL %lld" : "SELECT pg_terminate_backend(%lld)",
             (long long)cut.id);
    CN_CONNECT(connection, admin, .autocommit = true) {
        cn_execute(connection, cn_text(sql));
        int64_t left = 1;
        for (int i = 0; i < 200 && left > 0 && cn_ok(connection); i++) {
            cn_result *result = cn_execute(connection, cn_text(count), CN_PARAMS("id", cut.id));
            left              = cn_only(result) ? cn_get_int64(result, "n") : 1;
            if (left > 0)
                rest();
        }
        if (left > 0 || !cn_ok(connection))
            fail_msg("the connection does not end: %s", cn_error_message(connection));
    }
}

static void restart_server(void)
{
    suite_server_kill();
    suite_server_start();
}

/* Stands between any two statements of a piece of work. */
static void step(void)
{
    if (cut.step++ != cut.at)
        return;
    cut.done = true;
    if (cut.server)
        restart_server();
    else
        kill_connection();
}

static void begin_cut(int at, bool server)
{
    cut.run++;
    cut.at     = at;
    cut.step   = 0;
    cut.server = server;
    cut.done   = false;
}

/* ---- what is to be true afterwards ----------------------------------------------------------- */

static int64_t rows_of_run(void)
{
    int64_t count = -1;
    CN_CONNECT(connection, admin) {
        cn_result *result = cn_execute(
            connection, cn_text("SELECT count(*) AS n FROM interrupted_mark WHERE run = :run"),
            CN_PARAMS("run", cut.run));
        count = cn_only(result) ? cn_get_int64(result, "n") : -1;
    }
    return count;
}

/* The work says whether it is stored, and its handle why not. */
static void check(bool stored, const cn_error *error, bool before_commit, int64_t rows)
{
    int64_t  there = rows_of_run();
    cn_cause cause = cn_error_get_cause(error);
    if (there != (stored ? rows : 0))
        fail_msg("step %d: %s, and %lld of %lld rows are there", cut.at,
                 stored ? "stored" : cn_error_get_message(error), (long long)there,
                 (long long)rows);
    if (stored)
        return;
    if (cause != CN_CAUSE_LOST && !(cause == CN_CAUSE_UNKNOWN_OUTCOME && before_commit))
        fail_msg("step %d: %s: %s", cut.at, cn_cause_name(cause), cn_error_get_message(error));
    assert_true(cn_error_get_lost(error));
    assert_true(strlen(cn_error_get_message(error)) > 10);
}

static cn_engine *one_connection(void)
{
    cn_engine *engine = cn_create_engine(suite_url(), .pool_size = 1, .max_overflow = CN_NONE);
    assert_true(cn_ok(engine));
    return engine;
}

/* ---- a connection ---------------------------------------------------------------------------- */

static void insert_mark(cn_connection *connection, const char *name)
{
    cn_execute(connection, cn_text("INSERT INTO interrupted_mark (run, name) VALUES (:run, :name)"),
               CN_PARAMS("run", cut.run, "name", name));
}

static void learn_id(cn_connection *connection)
{
    cn_result *result = cn_execute(connection, cn_text(id_sql()));
    assert_true(cn_only(result));
    cut.id = cn_get_int64(result, "id");
    assert_true(cn_rollback(connection));
}

/* More than fits into what lies between a server and its client. */
static const char many_rows[] =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) "
    "SELECT i, REPEAT('x', 5000) AS filling FROM n";

static bool work_on_connection(cn_connection *connection)
{
    step();
    cn_begin(connection);
    step();
    insert_mark(connection, "first");
    step();
    cn_result *result = cn_execute(connection, cn_text(many_rows, .chunk = 50));
    int        read   = 0;
    while (read < 60 && cn_next(result))
        read++;
    step();
    while (cn_next(result))
        read++;
    assert_true(read == 900 || !cn_ok(connection)); /* never an end that was none */
    step();
    cn_nested_begin(connection);
    step();
    insert_mark(connection, "nested");
    step();
    (void)cn_nested_end(connection);
    step();
    cn_execute_many(
        connection, cn_text("INSERT INTO interrupted_mark (run, name) VALUES (:run, :name)"),
        CN_PARAMS("run", cut.run, "name", "one"), CN_PARAMS("run", cut.run, "name", "two"));
    step();
    return cn_commit(connection);
}

#define LAST_STEP 8 /* before commit */

static void interrupt_connection(int at, bool server)
{
    begin_cut(at, server);
    cn_engine     *engine     = one_connection();
    cn_connection *connection = cn_connect(engine);
    learn_id(connection);
    bool stored = work_on_connection(connection);
    assert_int_equal(cut.step, LAST_STEP + 1);
    assert_true(cut.done || at > LAST_STEP);
    check(stored, cn_connection_error(connection), at == LAST_STEP, 4);
    assert_true(stored == (at > LAST_STEP));
    if (!stored) {
        insert_mark(connection, "too late"); /* nothing is sent, and nothing begins anew */
        assert_false(cn_commit(connection));
        assert_int_equal(rows_of_run(), 0);
        (void)cn_rollback(connection);
        assert_true(cn_ok(connection));
        insert_mark(connection, "again");
        if (!cn_commit(connection))
            fail_msg("step %d: not well again: %s", at, cn_error_message(connection));
        assert_int_equal(rows_of_run(), 1);
    }
    cn_close(connection);
    connection = cn_connect(engine); /* the next checkout */
    assert_true(cn_only(cn_execute(connection, cn_text("SELECT 1 AS one"))));
    cn_close(connection);
    cn_engine_dispose(engine);
}

static void a_connection_is_lost_between_any_two_statements(void **state)
{
    (void)state;
    for (int at = 0; !no_server() && at <= LAST_STEP + 1; at++)
        interrupt_connection(at, false);
}

static void the_server_crashes_between_any_two_statements(void **state)
{
    (void)state;
    for (int at = 0; !no_server() && at <= LAST_STEP; at++)
        interrupt_connection(at, true);
}

/* With autocommit each statement is its own: what was reported is there, the others are not. */
static void with_autocommit_only_the_statement_that_met_it_fails(void **state)
{
    (void)state;
    for (int at = 0; !no_server() && at < 3; at++) {
        cn_engine     *engine     = one_connection();
        cn_connection *connection = cn_connect(engine, .autocommit = true);
        int            reported   = 0;
        begin_cut(at, false);
        cn_result *result = cn_execute(connection, cn_text(id_sql()));
        assert_true(cn_only(result));
        cut.id = cn_get_int64(result, "id");
        cn_close(result);
        for (int i = 0; i < 3; i++) {
            step();
            insert_mark(connection, "alone");
            reported += cn_ok(connection);
            if (!cn_ok(connection))
                assert_int_equal(cn_error_cause(connection), CN_CAUSE_LOST);
        }
        assert_int_equal(reported, 2);
        assert_int_equal(rows_of_run(), 2);
        cn_close(connection);
        cn_engine_dispose(engine);
    }
}

/* ---- a session ------------------------------------------------------------------------------- */

static bool work_in_session(cn_session *session)
{
    step();
    Mark *mark = cn_new(Mark, .run = cut.run, .name = "first");
    cn_add(session, mark);
    cn_flush(session);
    step();
    cn_set(mark, name, "changed");
    cn_add(session, cn_new(Mark, .run = cut.run, .name = "second"));
    (void)cn_all(session, Mark, .where = cn_is(Mark, run, ==, cut.run));
    step();
    int read = 0;
    CN_STREAM(Mark, row, session, .where = cn_is(Mark, run, ==, cut.run)) {
        read += row->run == cut.run;
        if (read == 1)
            step();
    }
    if (read == 0)
        step();
    assert_true(read == 2 || !cn_ok(session));
    step();
    cn_nested_begin(session);
    step();
    cn_add(session, cn_new(Mark, .run = cut.run, .name = "nested"));
    (void)cn_nested_end(session);
    step();
    cn_add(session, cn_new(Mark, .run = cut.run, .name = "last"));
    return cn_commit(session);
}

#define LAST_SESSION_STEP 6

/* What the program made before it was interrupted is as it was. */
static void check_as_before(const Mark *kept, const Mark *assigned, const Mark *made)
{
    assert_string_equal(kept->name, "kept");
    assert_int_equal(kept->run, -cut.run);
    assert_int_equal(cn_state(kept), CN_INSTANCE_PERSISTENT);
    assert_string_equal(assigned->name, "assigned");
    assert_int_equal(cn_state(assigned), CN_INSTANCE_PERSISTENT);
    assert_string_equal(made->name, "made before");
    assert_int_equal(made->id, 0);
    assert_int_equal(cn_state(made), CN_INSTANCE_TRANSIENT);
}

static void interrupt_session(int at, bool server)
{
    begin_cut(at, server);
    cn_engine  *engine  = one_connection();
    cn_session *session = cn_session(engine);
    cut.id              = cn_scalar(session, int64_t, cn_text(id_sql()));
    Mark *kept          = cn_new(Mark, .run = -cut.run, .name = "kept");
    Mark *assigned      = cn_new(Mark, .run = -cut.run, .name = "assigned");
    Mark *made          = cn_new(Mark, .run = -cut.run, .name = "made before");
    cn_add_all(session, kept, assigned);
    assert_true(cn_commit(session));
    if (server)
        await_disk();
    kept->name = "changed";       /* flushed, or not, before it is interrupted */
    cn_delete(session, assigned); /* so is this */
    cn_add(session, made);
    bool stored = work_in_session(session);
    assert_int_equal(cut.step, LAST_SESSION_STEP + 1);
    check(stored, cn_session_error(session), at == LAST_SESSION_STEP, 4);
    assert_true(stored == (at > LAST_SESSION_STEP));
    if (!stored) {
        cn_add(session, cn_new(Mark, .run = cut.run, .name = "too late"));
        assert_false(cn_commit(session));
        assert_int_equal(rows_of_run(), 0);
        (void)cn_rollback(session);
        assert_true(cn_ok(session));
        check_as_before(kept, assigned, made);
        cn_set(kept, name, "well again");
        cn_add(session, made);
        if (!cn_commit(session))
            fail_msg("step %d: not well again: %s", at, cn_error_message(session));
        assert_int_equal(rows_of_run(), 0);
        assert_int_not_equal(made->id, 0);
    }
    cn_close(session);
    cn_engine_dispose(engine);
}

static void a_session_is_interrupted_between_any_two_calls(void **state)
{
    (void)state;
    for (int at = 0; !no_server() && at <= LAST_SESSION_STEP + 1; at++)
        interrupt_session(at, false);
}

static void the_server_crashes_between_any_two_calls_of_a_session(void **state)
{
    (void)state;
    for (int at = 0; !no_server() && at <= LAST_SESSION_STEP; at++)
        interrupt_session(at, true);
}

/* Everything is flushed, and what is lost is the COMMIT: whether it happened is asked of the
   database. */
static void lose_commit_of_session(bool server)
{
    begin_cut(0, server);
    cn_engine  *engine  = one_connection();
    cn_session *session = cn_session(engine);
    cut.id              = cn_scalar(session, int64_t, cn_text(id_sql()));
    Mark *kept          = cn_new(Mark, .run = -cut.run, .name = "kept");
    cn_add(session, kept);
    assert_true(cn_commit(session));
    if (server)
        await_disk();
    Mark *made = cn_new(Mark, .run = cut.run, .name = "made");
    cn_add(session, made);
    kept->name = "changed";
    assert_true(cn_flush(session));
    step();
    assert_false(cn_commit(session));
    check(false, cn_session_error(session), true, 1);
    assert_false(cn_error_cause(session) == CN_CAUSE_UNKNOWN_OUTCOME &&
                 cn_error_retryable(session));
    assert_int_equal(cn_state(made), CN_INSTANCE_PERSISTENT); /* until it is rolled back */
    assert_false(cn_commit(session));                         /* and not by asking again */
    (void)cn_rollback(session);
    assert_true(cn_ok(session));
    assert_string_equal(kept->name, "kept");
    assert_int_equal(cn_state(made), CN_INSTANCE_TRANSIENT);
    assert_int_equal(made->id, 0);
    cn_add(session, made);
    if (!cn_commit(session))
        fail_msg("not well again: %s", cn_error_message(session));
    assert_int_equal(rows_of_run(), 1);
    cn_close(session);
    cn_engine_dispose(engine);
}

static void a_commit_in_doubt_leaves_a_session_that_goes_on(void **state)
{
    (void)state;
    for (int server = 0; !no_server() && server < 2; server++)
        lose_commit_of_session(server);
}

/* ---- nested scopes --------------------------------------------------------------------------- */

/* The scope ends as failed, and what was lost is the whole transaction's: the flag and the cause
   stay on the handle until that is rolled back. */
static void check_lost_scope(cn_session *session, bool ended)
{
    assert_false(ended);
    assert_int_equal(cn_nested_cause(session), CN_CAUSE_LOST);
    assert_true(strlen(cn_nested_message(session)) > 10);
    assert_true(cn_error_lost(session));
    assert_int_equal(cn_error_cause(session), CN_CAUSE_LOST);
    assert_false(cn_nested_begin(session)); /* no way around it */
    assert_false(cn_nested_end(session));
}

/* `at` is how many of the scopes have begun when the connection goes. */
static void lose_nested_scopes(int at, bool changed)
{
    begin_cut(at, false);
    cn_engine  *engine  = one_connection();
    cn_session *session = cn_session(engine);
    cut.id              = cn_scalar(session, int64_t, cn_text(id_sql()));
    cn_add(session, cn_new(Mark, .run = cut.run, .name = "outer"));
    assert_true(cn_flush(session));
    step();
    cn_nested_begin(session);
    step();
    cn_nested_begin(session);
    if (changed)
        cn_add(session, cn_new(Mark, .run = cut.run, .name = "inner"));
    step();
    bool inner = cn_nested_end(session);
    check_lost_scope(session, inner || cn_nested_end(session));
    assert_false(cn_commit(session));
    (void)cn_rollback(session);
    assert_true(cn_ok(session));
    cn_nested_begin(session);
    cn_add(session, cn_new(Mark, .run = cut.run, .name = "again"));
    assert_true(cn_nested_end(session));
    assert_true(cn_commit(session));
    assert_int_equal(rows_of_run(), 1);
    cn_close(session);
    cn_engine_dispose(engine);
}

static void a_nested_scope_ends_as_lost_with_its_connection(void **state)
{
    (void)state;
    for (int at = 0; !no_server() && at < 3; at++) {
        lose_nested_scopes(at, false);
        lose_nested_scopes(at, true);
    }
}

/* ---- a unit ---------------------------------------------------------------------------------- */

static bool unit(cn_connection *connection, void *context)
{
    int *attempts = context;
    if (++*attempts == 1)
        learn_id(connection);
    step();
    insert_mark(connection, "one");
    step();
    insert_mark(connection, "two");
    step();
    (void)cn_only(cn_execute(connection, cn_text("SELECT 1")));
    return cn_ok(connection);
}

static void a_unit_is_run_again_after_each_interruption(void **state)
{
    (void)state;
    for (int at = 0; !no_server() && at < 3; at++) {
        cn_engine *engine   = one_connection();
        int        attempts = 0;
        cn_report  report;
        begin_cut(at, false);
        if (!cn_transact(engine, unit, &attempts, .report = &report))
            fail_msg("step %d: %s", at, report.message);
        assert_int_equal(attempts, 2);
        assert_int_equal(report.attempts, 2);
        assert_int_equal(rows_of_run(), 2);
        cn_engine_dispose(engine);
    }
}

/* Cut off when everything is done but the commit. */
static bool unit_cut_before_commit(cn_connection *connection, void *context)
{
    int *attempts = context;
    ++*attempts;
    learn_id(connection);
    insert_mark(connection, "one");
    step();
    return true;
}

/* A server that says that it ends the connection says also that it did not commit. */
static void a_commit_of_unknown_outcome_is_not_run_again(void **state)
{
    (void)state;
    if (no_server())
        return;
    cn_engine *engine   = one_connection();
    int        attempts = 0;
    cn_report  report;
    begin_cut(0, false);
    bool stored = cn_transact(engine, unit_cut_before_commit, &attempts, .report = &report);
    assert_int_equal(attempts, stored ? 2 : 1);
    assert_int_equal(rows_of_run(), stored ? 1 : 0);
    assert_true(!stored || suite_which() == SUITE_POSTGRESQL);
    if (!stored) {
        assert_int_equal(report.cause, CN_CAUSE_UNKNOWN_OUTCOME);
        assert_true(report.lost);
        assert_false(report.retryable);
    }
    cn_engine_dispose(engine);
}

/* ---- set-up ---------------------------------------------------------------------------------- */

static int open_tables(void **state)
{
    (void)state;
    if (no_server())
        return 0;
    cn_engine *engine = suite_engine();
    admin             = cn_create_engine(suite_server_url("_ADMIN"), .pool_size = CN_NONE);
    assert_true(cn_drop_all(&Marks, engine));
    assert_true(cn_create_all(&Marks, engine));
    await_disk();
    cn_engine_dispose(engine);
    return 0;
}

static int close_tables(void **state)
{
    (void)state;
    if (no_server())
        return 0;
    restart_server();
    cn_engine *engine = suite_engine();
    assert_true(cn_drop_all(&Marks, engine));
    cn_engine_dispose(engine);
    cn_engine_dispose(admin);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_lost_between_any_two_statements),
        cmocka_unit_test(with_autocommit_only_the_statement_that_met_it_fails),
        cmocka_unit_test(a_session_is_interrupted_between_any_two_calls),
        cmocka_unit_test(a_unit_is_run_again_after_each_interruption),
        cmocka_unit_test(a_commit_of_unknown_outcome_is_not_run_again),
        cmocka_unit_test(a_commit_in_doubt_leaves_a_session_that_goes_on),
        cmocka_unit_test(a_nested_scope_ends_as_lost_with_its_connection),
        cmocka_unit_test(the_server_crashes_between_any_two_statements),
        cmocka_unit_test(the_server_crashes_between_any_two_calls_of_a_session),
    };
    return suite_main_(
        cmocka_run_group_tests_name("interrupted", tests, open_tables, close_tables));
}
