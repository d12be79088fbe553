/*
 * A server that goes away: what was open is lost and says so until it is rolled back, and then the
 * next statement finds the server again, if it is there. SQLite has no server to lose.
 * Several connections: SUITE_NOT_IN_MEMORY.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cinnabar/transact.h>

/* PostgreSQL answers a little before it lets anyone in. */
static void start_server(void)
{
    suite_server_start();
    cn_engine *engine = suite_engine();
    bool       there  = false;
    for (int i = 0; i < 100 && !there; i++) {
        cn_connection *connection = cn_connect(engine);
        there                     = cn_ok(connection);
        cn_close(connection);
        if (!there)
            (void)nanosleep(&(const struct timespec){0, 100000000}, NULL);
    }
    cn_engine_dispose(engine);
    assert_true(there);
}

static int bring_back(void **state)
{
    (void)state;
    if (suite_which() != SUITE_SQLITE)
        start_server();
    return 0;
}

/* Where the tests' server is set up to forget the last commits when it crashes, not this one. */
static void make_table(cn_engine *engine)
{
    CN_CONNECT(connection, engine) {
        if (suite_which() == SUITE_POSTGRESQL)
            cn_execute(connection, cn_text("SET LOCAL synchronous_commit = on"));
        cn_execute(connection, cn_text("DROP TABLE IF EXISTS lost_rows"));
        cn_execute(connection, cn_text("CREATE TABLE lost_rows (id INTEGER)"));
        assert_true(cn_commit(connection));
    }
}

static bool select_one(cn_connection *connection)
{
    return cn_only(cn_execute(connection, cn_text("SELECT 1 AS one")));
}

static void a_lost_transaction_says_so_until_it_is_rolled_back(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE)
        return;
    cn_engine *engine = suite_engine();
    make_table(engine);
    cn_connection *connection = cn_connect(engine);
    cn_execute(connection, cn_text("INSERT INTO lost_rows VALUES (1)"));
    cn_nested_begin(connection);
    suite_server_kill();
    assert_false(select_one(connection));
    assert_true(cn_error_lost(connection));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_LOST);
    assert_false(cn_nested_end(connection));
    assert_int_equal(cn_nested_cause(connection), CN_CAUSE_LOST);
    assert_false(cn_ok(connection)); /* it is the whole transaction's */
    start_server();
    assert_false(select_one(connection)); /* nothing slips into a new one */
    assert_false(cn_commit(connection));
    assert_true(cn_rollback(connection));
    assert_true(select_one(connection));
    cn_result *result = cn_execute(connection, cn_text("SELECT count(*) AS n FROM lost_rows"));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "n"), 0);
    cn_close(connection);
    suite_run(engine, "DROP TABLE lost_rows");
    cn_engine_dispose(engine);
}

static void one_lost_connection_speaks_for_all(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE)
        return;
    cn_engine     *engine = suite_engine();
    cn_connection *some[4];
    for (int i = 0; i < 4; i++) {
        some[i] = cn_connect(engine);
        assert_true(select_one(some[i]));
        assert_true(cn_commit(some[i]));
    }
    for (int i = 1; i < 4; i++)
        cn_close(some[i]);
    start_server(); /* anew */
    assert_false(select_one(some[0]));
    assert_true(cn_error_lost(some[0]));
    cn_close(some[0]);
    for (int i = 0; i < 4; i++) {
        some[i] = cn_connect(engine);
        if (!select_one(some[i]))
            fail_msg("%s", cn_error_message(some[i]));
    }
    for (int i = 0; i < 4; i++)
        cn_close(some[i]);
    assert_int_equal(cn_engine_pool(engine).opened, 8);
    assert_int_equal(cn_engine_pool(engine).invalidated, 3);
    cn_engine_dispose(engine);
}

static void pre_ping_spares_even_the_first_error(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE)
        return;
    cn_engine *engine = cn_create_engine(suite_url(), .pre_ping = true);
    CN_CONNECT(connection, engine) {
        assert_true(select_one(connection));
    }
    start_server();
    (void)nanosleep(&(const struct timespec){0, 600000000}, NULL); /* what just ran is not pinged */
    CN_CONNECT(connection, engine) {
        if (!select_one(connection))
            fail_msg("%s", cn_error_message(connection));
    }
    cn_engine_dispose(engine);
}

static void with_autocommit_the_next_statement_connects_again(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE)
        return;
    cn_engine     *engine     = suite_engine();
    cn_connection *connection = cn_connect(engine, .autocommit = true);
    assert_true(select_one(connection));
    start_server();
    assert_false(select_one(connection));
    assert_true(cn_error_lost(connection));
    assert_true(select_one(connection));
    cn_close(connection);
    cn_engine_dispose(engine);
}

static void a_server_that_is_not_there_is_an_error_of_the_connection(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE)
        return;
    cn_engine *engine = suite_engine();
    suite_server_kill();
    cn_connection *connection = cn_connect(engine);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONNECT);
    assert_true(cn_error_retryable(connection)); /* it may come back */
    assert_false(select_one(connection));
    assert_true(cn_ok(engine)); /* and not the engine's */
    start_server();
    assert_true(cn_rollback(connection));
    if (!select_one(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);
    cn_engine_dispose(engine);
}

/* MySQL hangs up on what is larger than it takes, without a word. */
static void a_value_too_large_for_the_server_is_suspected(void **state)
{
    (void)state;
    if (suite_which() != SUITE_MYSQL)
        return;
    size_t     size   = (size_t)70 << 20;
    char      *large  = malloc(size);
    cn_engine *engine = suite_engine();
    assert_non_null(large);
    memset(large, 'x', size);
    CN_CONNECT(connection, engine) {
        cn_execute(connection, cn_text("SELECT LENGTH(:t) AS n"),
                   CN_PARAMS("t", cn_value_text_sized(large, size)));
        assert_true(cn_error_lost(connection)); /* if it had a last word, that says it, too */
        assert_non_null(strstr(cn_error_message(connection), "max_allowed_packet"));
        assert_true(cn_rollback(connection));
        assert_true(select_one(connection));
    }
    cn_engine_dispose(engine);
    free(large);
}

static bool lose_the_first_time(cn_connection *connection, void *context)
{
    int *calls = context;
    if (++*calls == 1) {
        select_one(connection);
        start_server();
    }
    return select_one(connection);
}

static void a_unit_runs_again_after_its_server(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE)
        return;
    int        calls  = 0;
    cn_engine *engine = suite_engine();
    cn_report  report;
    if (!cn_transact(engine, lose_the_first_time, &calls, .report = &report))
        fail_msg("%s", report.message);
    assert_int_equal(calls, 2);
    assert_int_equal(report.attempts, 2);
    assert_int_equal(report.cause, CN_CAUSE_NONE);
    cn_engine_dispose(engine);
}

#define TEST(test) cmocka_unit_test_teardown(test, bring_back)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_lost_transaction_says_so_until_it_is_rolled_back),
        TEST(one_lost_connection_speaks_for_all),
        TEST(pre_ping_spares_even_the_first_error),
        TEST(with_autocommit_the_next_statement_connects_again),
        TEST(a_server_that_is_not_there_is_an_error_of_the_connection),
        TEST(a_unit_runs_again_after_its_server),
        cmocka_unit_test(a_value_too_large_for_the_server_is_suspected),
    };
    return suite_main("lost servers", tests);
}
