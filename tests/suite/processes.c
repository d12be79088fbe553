/*
 * Processes and servers: a child that was forked, units that run again until their retries are
 * used up, isolation levels as the server sees them, and threads that all want one connection.
 * SUITE_NOT_IN_MEMORY
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cinnabar/transact.h>

static cn_engine *engine;

static int open_table(void **state)
{
    (void)state;
    engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS processes");
    suite_run(engine, "CREATE TABLE processes (id INTEGER)");
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    suite_run(engine, "DROP TABLE processes");
    cn_engine_dispose(engine);
    return 0;
}

static int count_on(cn_connection *connection)
{
    cn_result *result = cn_execute(connection, cn_text("SELECT count(*) FROM processes"));
    return cn_only(result) ? cn_cell_at(result, int, 0) : -1;
}

/* ---- a child --------------------------------------------------------------------------------- */

/* What a child says instead of failing a test: the number of the line that was wrong. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__;                                                                       \
    } while (0)

static int child(cn_connection *inherited, cn_result *rows)
{
    (void)rows;
    cn_engine_forget(engine);
    cn_connection *own = cn_connect(engine);
    cn_execute(own, cn_text("INSERT INTO processes (id) VALUES (100)"));
    CHECK(cn_commit(own));
    cn_close(own);
    /* What the parent has open is not to be spoken on. */
    cn_execute(inherited, cn_text("INSERT INTO processes (id) VALUES (200)"));
    CHECK(cn_error_cause(inherited) == CN_CAUSE_LOST);
    CHECK(cn_rollback(inherited));
    CHECK(count_on(inherited) > 0); /* on a connection of its own now */
    cn_close(inherited);
    cn_engine_dispose(engine);
    return 0;
}

static void a_child_that_forgets_leaves_its_parent_alone(void **state)
{
    (void)state;
    cn_connection *idle = cn_connect(engine), *open = cn_connect(engine);
    for (int i = 0; i < 20; i++)
        cn_execute(open, cn_text("INSERT INTO processes (id) VALUES (:i)"), CN_PARAMS("i", i));
    assert_true(cn_commit(open));
    cn_close(idle);
    cn_result *rows = cn_execute(open, cn_text("SELECT id FROM processes ORDER BY id"));
    assert_true(cn_next(rows));
    if (suite_which() == SUITE_SQLITE) {
        /* A reader of the file would keep the child's commit waiting. */
        while (cn_next(rows)) {
        }
        assert_true(cn_commit(open));
    }
    fflush(NULL);
    pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        int line = child(open, rows);
        if (line != 0)
            fprintf(stderr, "%s:%d: failed in the child\n", __FILE__, line);
        _exit(line != 0);
    }
    int status = -1;
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (suite_which() != SUITE_SQLITE) {
        for (int i = 1; i < 20; i++) {
            assert_true(cn_next(rows));
            assert_int_equal(cn_get_int(rows, "id"), i);
        }
        assert_false(cn_next(rows));
    }
    assert_true(cn_ok(open));
    assert_true(cn_rollback(open));
    assert_int_equal(count_on(open), 21); /* the child's row, and none by way of the parent */
    cn_close(open);
}

/* ---- units ----------------------------------------------------------------------------------- */

/* Ends its own connection from within, where there is a server that can. */
static bool suicidal(cn_connection *connection, void *context)
{
    int *calls = context;
    ++*calls;
    cn_execute(connection, cn_text("INSERT INTO processes (id) VALUES (1)"));
    cn_execute(connection, suite_which() == SUITE_MYSQL
                               ? cn_text("KILL CONNECTION_ID()")
                               : cn_text("SELECT pg_terminate_backend(pg_backend_pid())"));
    return true;
}

static void retries_are_used_up_and_no_more(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE)
        return; /* nobody to lose */
    cn_report report;
    int       calls = 0;
    assert_false(
        cn_transact(engine, suicidal, &calls, .retries = 2, .pause = 0.001, .report = &report));
    if (report.cause != CN_CAUSE_LOST)
        fail_msg("%s: %s", cn_cause_name(report.cause), report.message);
    assert_true(report.lost && report.retryable);
    assert_int_equal(calls, 3);
    assert_int_equal(report.attempts, 3);
    calls = 0;
    assert_false(cn_transact(engine, suicidal, &calls, .retries = CN_NONE, .report = &report));
    assert_int_equal(report.cause, CN_CAUSE_LOST);
    assert_int_equal(report.attempts, 1);
    assert_int_equal(calls, 1);
    cn_connection *connection = cn_connect(engine);
    assert_int_equal(count_on(connection), 0);
    cn_close(connection);
}

static void an_unread_error_of_a_unit_is_reported(void *context, const cn_error *error)
{
    ++*(int *)context;
    (void)error;
}

static bool wrong(cn_connection *connection, void *context)
{
    (void)context;
    cn_execute(connection, cn_text("SELEKT 1"));
    return false;
}

static void a_unit_without_a_report_says_its_error_once(void **state)
{
    (void)state;
    int        reports = 0;
    cn_engine *other   = cn_create_engine(suite_url(),
                                          .on_unread_error = an_unread_error_of_a_unit_is_reported,
                                          .unread_context  = &reports);
    assert_false(cn_transact(other, wrong, NULL));
    assert_int_equal(reports, 1);
    cn_report report;
    assert_false(cn_transact(other, wrong, NULL, .report = &report));
    assert_int_equal(reports, 1);
    assert_int_equal(report.cause, CN_CAUSE_SYNTAX);
    cn_engine_dispose(other);
}

/* ---- scopes ---------------------------------------------------------------------------------- */

static void kill_connection(cn_connection *victim)
{
    bool       mysql  = suite_which() == SUITE_MYSQL;
    cn_result *result = cn_execute(victim, mysql ? cn_text("SELECT CONNECTION_ID()")
                                                 : cn_text("SELECT pg_backend_pid()"));
    assert_true(cn_only(result));
    char sql[80];
    snprintf(sql, sizeof sql, mysql ? "KILL %d" : "SELECT pg_terminate_backend(%d)",
             cn_cell_at(result, int, 0));
    suite_run(engine, sql);
}

static void a_scope_whose_connection_is_lost_says_so_and_ends(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE)
        return; /* nobody to lose */
    for (int way = 0; way < 3; way++) {
        cn_connection *connection = cn_connect(engine);
        cn_execute(connection, cn_text("INSERT INTO processes (id) VALUES (1)"));
        assert_true(cn_nested_begin(connection));
        assert_true(cn_nested_begin(connection));
        kill_connection(connection);
        if (way == 1)
            cn_execute(connection, cn_text("INSERT INTO processes (id) VALUES (2)"));
        assert_false(way == 2 ? cn_nested_rollback(connection) : cn_nested_end(connection));
        assert_int_equal(cn_error_cause(connection), CN_CAUSE_LOST);
        assert_true(cn_error_lost(connection));
        assert_false(cn_nested_end(connection));
        if (way < 2)
            assert_int_equal(cn_nested_cause(connection), CN_CAUSE_LOST);
        assert_false(cn_commit(connection));
        assert_true(cn_error_lost(connection));
        (void)cn_rollback(connection);
        assert_int_equal(count_on(connection), 0);
        cn_close(connection);
    }
}

/* ---- isolation ------------------------------------------------------------------------------- */

static const char *isolation_of(cn_connection *connection)
{
    const char *ask = suite_which() == SUITE_MYSQL
                          ? "SELECT trx_isolation_level FROM information_schema.innodb_trx "
                            "WHERE trx_mysql_thread_id = CONNECTION_ID()"
                          : "SELECT upper(current_setting('transaction_isolation'))";
    /* MariaDB shows what it saw before, until nobody has looked for a tenth of a second. */
    nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
    cn_result *result = cn_execute(connection, cn_text(ask));
    return cn_only(result) ? cn_text_at(result, 0) : cn_error_message(connection);
}

static void the_server_says_which_isolation_is_in_force(void **state)
{
    (void)state;
    static const char *const names[] = {NULL, "READ UNCOMMITTED", "READ COMMITTED",
                                        "REPEATABLE READ", "SERIALIZABLE"};
    if (suite_which() == SUITE_SQLITE)
        return; /* it has one, and a pragma that another test asks */
    for (int way = 0; way < 3; way++) {
        for (cn_isolation level = CN_READ_UNCOMMITTED; level <= CN_SERIALIZABLE; level++) {
            cn_engine     *other = way == 0 ? cn_create_engine(suite_server_url("_ADMIN"),
                                                               .isolation = level)
                                            : cn_create_engine(suite_server_url("_ADMIN"));
            cn_connection *on    = way == 1 ? cn_connect(other, .isolation = level)
                                            : cn_connect(other);
            if (way == 2)
                assert_true(cn_begin(on, .isolation = level));
            for (int again = 0; again < (way == 2 ? 1 : 2); again++) {
                cn_execute(on, cn_text("INSERT INTO processes (id) VALUES (1)"));
                assert_string_equal(isolation_of(on), names[level]);
                assert_true(cn_rollback(on));
            }
            cn_close(on);
            cn_engine_dispose(other);
        }
    }
}

/* ---- the pool -------------------------------------------------------------------------------- */

static void *take_and_wait(void *error)
{
    cn_connection *connection = cn_connect(engine);
    snprintf(error, 400, "%s", cn_error_message(connection));
    cn_close(connection);
    return NULL;
}

static void who_waits_in_vain_is_told_for_what(void **state)
{
    (void)state;
    char      message[400];
    pthread_t thread;
    cn_engine_dispose(engine);
    engine = cn_create_engine(suite_url(), .pool_size = CN_NONE, .max_overflow = CN_NONE,
                              .pool_timeout = 0.05);
    cn_connection *the_only = cn_connect(engine);
    assert_true(cn_ok(the_only));
    assert_int_equal(pthread_create(&thread, NULL, take_and_wait, message), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_non_null(strstr(message, "no connection came free within 0.1 s"));
    assert_non_null(strstr(message, "pool_size 0, max_overflow 0, all 1 are out"));
    assert_non_null(strstr(message, "the longest has been held for"));
    cn_close(the_only);
    assert_int_equal(cn_engine_pool(engine).idle, 0); /* closed on return */
    assert_int_equal(cn_engine_pool(engine).timeouts, 1);
    assert_int_equal(cn_engine_pool(engine).closed, 1);
}

static void a_connection_too_old_is_replaced(void **state)
{
    (void)state;
    cn_engine_dispose(engine);
    engine = cn_create_engine(suite_url(), .pool_recycle = 0.01);
    for (int i = 0; i < 3; i++) {
        cn_connection *connection = cn_connect(engine);
        assert_int_equal(count_on(connection), 0);
        cn_close(connection);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    assert_int_equal(cn_engine_pool(engine).opened, 3);
    assert_int_equal(cn_engine_pool(engine).closed, 2);
    assert_int_equal(cn_engine_pool(engine).invalidated, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_child_that_forgets_leaves_its_parent_alone),
        TEST(retries_are_used_up_and_no_more),
        TEST(a_unit_without_a_report_says_its_error_once),
        TEST(a_scope_whose_connection_is_lost_says_so_and_ends),
        TEST(the_server_says_which_isolation_is_in_force),
        TEST(who_waits_in_vain_is_told_for_what),
        TEST(a_connection_too_old_is_replaced),
    };
    return suite_main("processes", tests);
}
