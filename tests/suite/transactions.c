/*
 * Transactions and nested scopes, and the errors that belong to them: an error stays until its
 * scope is rolled back, and until then nothing more is sent.
 */
#include "suite.h"

#include <string.h>

#include <cinnabar/transact.h>

static cn_engine     *engine;
static cn_connection *connection;

static int open_table(void **state)
{
    (void)state;
    engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS scopes");
    suite_run(engine, "CREATE TABLE scopes (id INTEGER PRIMARY KEY)");
    connection = cn_connect(engine);
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    cn_close(connection);
    suite_run(engine, "DROP TABLE scopes");
    cn_engine_dispose(engine);
    return 0;
}

static void reopen(cn_connection_options options)
{
    options.size = sizeof options;
    cn_close(connection);
    connection = cn_connection_open(engine, &options);
}

static bool insert(cn_connection *on, int id)
{
    cn_execute(on, cn_text("INSERT INTO scopes (id) VALUES (:id)"), CN_PARAMS("id", id));
    return cn_ok(on);
}

/* The ids that are there, as one text: "1 2 5". */
static const char *ids(void)
{
    static char text[200];
    cn_result  *result = cn_execute(connection, cn_text("SELECT id FROM scopes ORDER BY id"));
    *text              = '\0';
    while (cn_next(result)) {
        strcat(text, *text != '\0' ? " " : "");
        strcat(text, cn_get_text(result, "id"));
    }
    if (!cn_ok(connection))
        fail_msg("%s", cn_error_message(connection));
    return text;
}

static void nothing_is_stored_before_commit(void **state)
{
    (void)state;
    assert_false(cn_in_transaction(connection));
    assert_true(insert(connection, 1));
    assert_true(cn_in_transaction(connection));
    assert_true(cn_commit(connection));
    assert_false(cn_in_transaction(connection));
    assert_true(insert(connection, 2));
    assert_true(cn_rollback(connection));
    assert_string_equal(ids(), "1");
}

static void closing_rolls_back(void **state)
{
    (void)state;
    assert_true(insert(connection, 1));
    reopen((cn_connection_options){0});
    assert_string_equal(ids(), "");
}

static void commit_and_rollback_of_nothing_succeed(void **state)
{
    (void)state;
    assert_true(cn_commit(connection));
    assert_true(cn_rollback(connection));
    assert_true(cn_commit(connection));
}

static void begin_begins_at_once_and_only_once(void **state)
{
    (void)state;
    assert_true(cn_begin(connection));
    assert_true(cn_in_transaction(connection));
    assert_false(cn_begin(connection));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    assert_true(cn_rollback(connection));
    assert_true(cn_begin(connection, .isolation = CN_SERIALIZABLE));
    assert_true(insert(connection, 3));
    assert_true(cn_commit(connection));
    assert_string_equal(ids(), "3");
}

static void an_error_stays_until_rollback_and_nothing_more_is_sent(void **state)
{
    (void)state;
    assert_true(insert(connection, 1));
    assert_false(insert(connection, 1));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_UNIQUE);
    assert_false(insert(connection, 2)); /* not sent */
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_UNIQUE);
    cn_result *result = cn_execute(connection, cn_text("SELECT id FROM scopes"));
    assert_non_null(result);
    assert_false(cn_next(result));
    assert_int_equal(cn_row_count(result), -1);
    assert_int_equal(cn_get_int(result, "id"), 0);
    assert_false(cn_commit(connection));
    assert_false(cn_ok(result));
    assert_true(cn_rollback(connection));
    assert_true(cn_ok(connection));
    assert_string_equal(cn_error_message(connection), "");
    assert_string_equal(ids(), "");
}

static void a_result_that_was_open_ends_with_the_error(void **state)
{
    (void)state;
    insert(connection, 1);
    insert(connection, 2);
    cn_result *open = cn_execute(connection, cn_text("SELECT id FROM scopes ORDER BY id"));
    assert_true(cn_next(open));
    assert_false(insert(connection, 1));
    assert_false(cn_next(open));
    cn_rollback(connection);
    assert_false(cn_next(open));
}

static void an_error_of_reading_prevents_the_commit(void **state)
{
    (void)state;
    insert(connection, 1);
    cn_result *result = cn_execute(connection, cn_text("SELECT NULL AS missing FROM scopes"));
    assert_true(cn_next(result));
    assert_int_equal(cn_get_int(result, "missing"), 0);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
    assert_false(cn_commit(connection));
    cn_rollback(connection);
    assert_string_equal(ids(), "");
}

/* ---- nested scopes --------------------------------------------------------------------------- */

static void an_expected_failure_costs_only_its_nested_scope(void **state)
{
    (void)state;
    assert_true(insert(connection, 1));
    assert_true(cn_nested_begin(connection));
    insert(connection, 2);
    assert_false(insert(connection, 1));
    assert_false(cn_nested_end(connection));
    assert_true(cn_ok(connection));
    assert_int_equal(cn_nested_cause(connection), CN_CAUSE_UNIQUE);
    assert_true(strlen(cn_nested_message(connection)) > 0);
    assert_true(insert(connection, 3));
    assert_int_equal(cn_nested_cause(connection), CN_CAUSE_UNIQUE);
    assert_true(cn_nested_begin(connection));
    assert_int_equal(cn_nested_cause(connection), CN_CAUSE_NONE);
    assert_true(insert(connection, 4));
    assert_true(cn_nested_end(connection));
    assert_true(cn_commit(connection));
    assert_string_equal(ids(), "1 3 4");
}

static void nested_scopes_nest(void **state)
{
    (void)state;
    insert(connection, 1);
    cn_nested_begin(connection);
    insert(connection, 2);
    cn_nested_begin(connection);
    insert(connection, 3);
    assert_true(cn_nested_rollback(connection)); /* although nothing failed */
    cn_nested_begin(connection);
    insert(connection, 4);
    assert_true(cn_nested_end(connection));
    cn_nested_begin(connection);
    assert_false(insert(connection, 4));
    assert_false(cn_nested_end(connection));
    assert_true(cn_nested_end(connection));
    assert_true(cn_commit(connection));
    assert_string_equal(ids(), "1 2 4");
}

static void a_scope_begun_in_failure_has_its_end_too(void **state)
{
    (void)state;
    insert(connection, 1);
    cn_nested_begin(connection);
    assert_false(insert(connection, 1));
    assert_false(cn_nested_begin(connection));
    assert_false(insert(connection, 2));
    assert_false(cn_nested_end(connection));
    assert_false(cn_ok(connection)); /* the error is the outer scope's */
    assert_int_equal(cn_nested_cause(connection), CN_CAUSE_UNIQUE);
    assert_false(cn_nested_end(connection));
    assert_true(cn_ok(connection));
    assert_true(cn_commit(connection));
    assert_string_equal(ids(), "1");
}

static void a_commit_with_an_open_scope_is_refused(void **state)
{
    (void)state;
    insert(connection, 1);
    cn_nested_begin(connection);
    assert_false(cn_commit(connection));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    assert_false(cn_nested_end(connection)); /* which takes the error with it */
    assert_true(cn_commit(connection));
    assert_string_equal(ids(), "1");
}

static void an_end_without_a_begin_is_refused(void **state)
{
    (void)state;
    assert_false(cn_nested_end(connection));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    assert_true(cn_rollback(connection));
}

static void rollback_ends_every_nested_scope(void **state)
{
    (void)state;
    insert(connection, 1);
    cn_nested_begin(connection);
    cn_nested_begin(connection);
    insert(connection, 2);
    assert_true(cn_rollback(connection));
    assert_true(insert(connection, 3));
    assert_true(cn_commit(connection));
    assert_string_equal(ids(), "3");
}

static void a_result_of_the_outer_scope_survives_the_inner_one(void **state)
{
    (void)state;
    for (int id = 1; id <= 3; id++)
        insert(connection, id);
    cn_result *outer = cn_execute(connection, cn_text("SELECT id FROM scopes ORDER BY id"));
    int        seen  = 0;
    while (cn_next(outer)) {
        seen = seen * 10 + cn_get_int(outer, "id");
        cn_nested_begin(connection);
        cn_result *inner = cn_execute(connection, cn_text("SELECT id FROM scopes"));
        assert_true(cn_next(inner));
        insert(connection, 1);
        assert_false(cn_next(inner));
        assert_false(cn_nested_end(connection));
    }
    assert_int_equal(seen, 123);
    assert_true(cn_ok(connection));
}

/* ---- modes ----------------------------------------------------------------------------------- */

static void with_autocommit_each_statement_is_stored(void **state)
{
    (void)state;
    reopen((cn_connection_options){.autocommit = true});
    assert_true(insert(connection, 1));
    assert_false(cn_in_transaction(connection));
    assert_false(insert(connection, 1)); /* its error is its own ... */
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_UNIQUE);
    assert_true(insert(connection, 2)); /* ... and gone with the next */
    reopen((cn_connection_options){0});
    assert_string_equal(ids(), "1 2");
}

static void with_autocommit_a_batch_is_one_statement(void **state)
{
    (void)state;
    reopen((cn_connection_options){.autocommit = true});
    cn_execute_many(connection, cn_text("INSERT INTO scopes (id) VALUES (:id)"), CN_PARAMS("id", 5),
                    CN_PARAMS("id", 6), CN_PARAMS("id", 5));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_UNIQUE);
    assert_string_equal(ids(), "");
    cn_result *result = cn_execute_many(connection, cn_text("INSERT INTO scopes (id) VALUES (:id)"),
                                        CN_PARAMS("id", 5), CN_PARAMS("id", 6));
    assert_int_equal(cn_row_count(result), 2);
    reopen((cn_connection_options){0});
    assert_string_equal(ids(), "5 6");
}

static void with_autocommit_begin_makes_a_transaction(void **state)
{
    (void)state;
    reopen((cn_connection_options){.autocommit = true});
    assert_true(cn_begin(connection));
    insert(connection, 1);
    cn_nested_begin(connection);
    assert_false(insert(connection, 1));
    assert_false(cn_nested_end(connection));
    assert_true(cn_rollback(connection));
    assert_string_equal(ids(), "");
    assert_false(cn_nested_begin(connection)); /* no transaction, no savepoint */
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    assert_false(insert(connection, 9));
    assert_true(cn_rollback(connection));
    assert_true(insert(connection, 2));
    assert_string_equal(ids(), "2");
}

static void the_mode_does_not_stay_with_the_link(void **state)
{
    (void)state;
    reopen((cn_connection_options){.autocommit = true});
    insert(connection, 1);
    reopen((cn_connection_options){0});
    insert(connection, 2);
    reopen((cn_connection_options){.autocommit = true});
    assert_string_equal(ids(), "1");
}

static void a_read_only_transaction_refuses_changes(void **state)
{
    (void)state;
    reopen((cn_connection_options){.read_only = true});
    assert_string_equal(ids(), "");
    assert_false(insert(connection, 1));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_READ_ONLY);
    reopen((cn_connection_options){0});
    assert_true(cn_begin(connection, .read_only = true));
    assert_false(insert(connection, 1));
    assert_true(cn_rollback(connection));
    assert_true(insert(connection, 1)); /* it held for that one only */
    assert_true(cn_commit(connection));
}

static void an_isolation_is_for_its_transaction_only(void **state)
{
    (void)state;
    if (suite_which() != SUITE_POSTGRESQL)
        return; /* the others do not tell which one is in force */
    assert_true(cn_begin(connection, .isolation = CN_REPEATABLE_READ));
    cn_result *result = cn_execute(connection, cn_text("SHOW transaction_isolation"));
    assert_true(cn_only(result));
    assert_string_equal(cn_text_at(result, 0), "repeatable read");
    cn_commit(connection);
    result = cn_execute(connection, cn_text("SHOW transaction_isolation"));
    assert_true(cn_only(result));
    assert_string_equal(cn_text_at(result, 0), "read committed");
}

static void a_statement_that_commits_by_itself_lets_nothing_slip(void **state)
{
    (void)state;
    insert(connection, 1);
    cn_execute(connection, cn_text("CREATE TABLE scopes_other (id INTEGER)"));
    insert(connection, 2);
    assert_true(cn_rollback(connection));
    /* MySQL commits before and after DDL; what follows is in a transaction again. */
    assert_string_equal(ids(), suite_which() == SUITE_MYSQL ? "1" : "");
    cn_execute(connection, cn_text("DROP TABLE IF EXISTS scopes_other"));
    assert_true(cn_commit(connection));
}

/* ---- handles --------------------------------------------------------------------------------- */

static int      reports;
static cn_cause reported;

static void count_report(void *context, const cn_error *error)
{
    (void)context;
    reports++;
    reported = cn_error_get_cause(error);
}

static void an_error_that_nobody_read_is_reported_once(void **state)
{
    (void)state;
    cn_close(connection);
    cn_engine *other  = cn_create_engine(suite_url(), .on_unread_error = count_report);
    reports           = 0;
    cn_connection *on = cn_connect(other);
    cn_execute(on, cn_text("INSERT INTO scopes_nowhere VALUES (1)"));
    cn_close(on);
    assert_int_equal(reports, 1);
    assert_int_equal(reported, CN_CAUSE_NOT_FOUND);

    on = cn_connect(other);
    cn_execute(on, cn_text("INSERT INTO scopes_nowhere VALUES (1)"));
    assert_false(cn_ok(on)); /* somebody looked */
    cn_close(on);
    assert_int_equal(reports, 1);

    on = cn_connect(other, .autocommit = true);
    cn_execute(on, cn_text("INSERT INTO scopes_nowhere VALUES (1)"));
    cn_execute(on, cn_text("SELECT 1"));
    assert_int_equal(reports, 2); /* its scope is over, and so it goes */
    cn_close(on);
    assert_int_equal(reports, 2);
    cn_engine_dispose(other);
    connection = cn_connect(engine);
}

static void null_handles_fail_and_do_not_crash(void **state)
{
    (void)state;
    cn_connection *none = NULL;
    assert_false(cn_ok(none));
    assert_string_equal(cn_error_message(none), "out of memory");
    assert_null(cn_execute(none, cn_text("SELECT 1")));
    assert_false(cn_next(cn_execute(none, cn_text("SELECT 1"))));
    assert_false(cn_commit(none));
    assert_false(cn_rollback(none));
    assert_false(cn_nested_begin(none));
    assert_false(cn_nested_end(none));
    assert_false(cn_in_transaction(none));
    cn_close(none);
    cn_result *nothing = NULL;
    cn_close(nothing);
    assert_null(cn_connect(NULL));
}

static void a_block_runs_once_even_without_a_database(void **state)
{
    (void)state;
    cn_engine *broken = cn_create_engine("nosuch://host/db");
    int        runs   = 0;
    CN_CONNECT(on, broken) {
        runs++;
        cn_execute(on, cn_text("SELECT 1"));
        assert_false(cn_ok(on));
        assert_int_equal(cn_error_cause(on), CN_CAUSE_URL);
        assert_false(cn_commit(on));
    }
    assert_int_equal(runs, 1);
    assert_false(cn_ok(broken));
    cn_engine_dispose(broken);
}

/* ---- units ----------------------------------------------------------------------------------- */

typedef struct attempt {
    int      calls;
    int      fail_until;
    cn_cause cause;
} attempt;

static bool insert_unit(cn_connection *on, void *context)
{
    attempt *what = context;
    what->calls++;
    insert(on, what->calls);
    return what->calls > what->fail_until;
}

static void a_unit_is_committed_if_it_says_so(void **state)
{
    (void)state;
    cn_report report;
    attempt   yes = {0}, no = {.fail_until = 9};
    cn_close(connection);
    assert_true(cn_transact(engine, insert_unit, &yes, .report = &report));
    assert_int_equal(report.attempts, 1);
    assert_int_equal(report.cause, CN_CAUSE_NONE);
    no.calls = 4;
    assert_false(cn_transact(engine, insert_unit, &no, .report = &report));
    assert_int_equal(report.attempts, 1);
    assert_int_equal(report.cause, CN_CAUSE_NONE);
    connection = cn_connect(engine);
    assert_string_equal(ids(), "1");
}

static bool duplicate_unit(cn_connection *on, void *context)
{
    ++*(int *)context;
    insert(on, 1);
    insert(on, 1);
    return true;
}

static void a_unit_that_cannot_succeed_is_not_repeated(void **state)
{
    (void)state;
    cn_report report;
    int       calls = 0;
    cn_close(connection);
    assert_false(cn_transact(engine, duplicate_unit, &calls, .retries = 5, .report = &report));
    assert_int_equal(calls, 1);
    assert_int_equal(report.cause, CN_CAUSE_UNIQUE);
    assert_true(strlen(report.message) > 0);
    connection = cn_connect(engine);
    assert_string_equal(ids(), "");
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, open_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TABLE(nothing_is_stored_before_commit),
        WITH_TABLE(closing_rolls_back),
        WITH_TABLE(commit_and_rollback_of_nothing_succeed),
        WITH_TABLE(begin_begins_at_once_and_only_once),
        WITH_TABLE(an_error_stays_until_rollback_and_nothing_more_is_sent),
        WITH_TABLE(a_result_that_was_open_ends_with_the_error),
        WITH_TABLE(an_error_of_reading_prevents_the_commit),
        WITH_TABLE(an_expected_failure_costs_only_its_nested_scope),
        WITH_TABLE(nested_scopes_nest),
        WITH_TABLE(a_scope_begun_in_failure_has_its_end_too),
        WITH_TABLE(a_commit_with_an_open_scope_is_refused),
        WITH_TABLE(an_end_without_a_begin_is_refused),
        WITH_TABLE(rollback_ends_every_nested_scope),
        WITH_TABLE(a_result_of_the_outer_scope_survives_the_inner_one),
        WITH_TABLE(with_autocommit_each_statement_is_stored),
        WITH_TABLE(with_autocommit_a_batch_is_one_statement),
        WITH_TABLE(with_autocommit_begin_makes_a_transaction),
        WITH_TABLE(the_mode_does_not_stay_with_the_link),
        WITH_TABLE(a_read_only_transaction_refuses_changes),
        WITH_TABLE(an_isolation_is_for_its_transaction_only),
        WITH_TABLE(a_statement_that_commits_by_itself_lets_nothing_slip),
        WITH_TABLE(an_error_that_nobody_read_is_reported_once),
        WITH_TABLE(null_handles_fail_and_do_not_crash),
        WITH_TABLE(a_block_runs_once_even_without_a_database),
        WITH_TABLE(a_unit_is_committed_if_it_says_so),
        WITH_TABLE(a_unit_that_cannot_succeed_is_not_repeated),
    };
    return suite_main("transactions", tests);
}
