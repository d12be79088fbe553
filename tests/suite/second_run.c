/*
 * The tutorial run a second time on the same database: its first statement makes a table that is
 * there already, and the message says just that, for a newcomer to understand. SUITE_NOT_IN_MEMORY:
 * a database in memory is gone with the first run. (tests/examples runs the program itself.)
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

static char     message[500];
static cn_cause cause;

/* What examples/tutorial.c begins with. True if it is through. */
static bool run(void)
{
    bool       done   = false;
    cn_engine *engine = suite_engine();
    CN_CONNECT(connection, engine) {
        cn_execute(connection, cn_text("CREATE TABLE second_run (id INTEGER, name VARCHAR(20))"));
        cn_execute(connection, cn_text("INSERT INTO second_run (name) VALUES (:name)"),
                   CN_PARAMS("name", "Ashley"));
        cn_commit(connection);
        cn_result *result = cn_execute(connection,
                                       cn_text("SELECT * FROM second_run WHERE name = :name"),
                                       CN_PARAMS("name", "Ashley"));
        int        rows   = 0;
        while (cn_next(result))
            rows++;
        done  = cn_ok(connection) && rows == 1;
        cause = cn_error_cause(connection);
        snprintf(message, sizeof message, "%s", cn_error_message(connection));
    }
    cn_engine_dispose(engine);
    return done;
}

static int drop(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS second_run");
    cn_engine_dispose(engine);
    return 0;
}

static void a_second_run_says_that_the_table_exists(void **state)
{
    (void)state;
    if (!run())
        fail_msg("%s", message);
    assert_false(run());
    assert_int_equal(cause, CN_CAUSE_EXISTS);
    if (strstr(message, "second_run") == NULL || strstr(message, "exists") == NULL)
        fail_msg("'%s' does not say which table exists", message);
}

static void a_second_run_stores_nothing(void **state)
{
    (void)state;
    assert_true(run());
    assert_false(run());
    cn_engine     *engine     = suite_engine();
    cn_connection *connection = cn_connect(engine);
    cn_result     *result = cn_execute(connection, cn_text("SELECT count(*) AS n FROM second_run"));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "n"), 1);
    cn_close(connection);
    cn_engine_dispose(engine);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, drop, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_second_run_says_that_the_table_exists),
        TEST(a_second_run_stores_nothing),
    };
    return suite_main("a second run", tests);
}
