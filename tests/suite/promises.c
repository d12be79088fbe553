/*
 * What the headers promise and no other program holds them to: extremes of size, handles that
 * meet each other's ends, and options that must not be forgotten silently.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/session.h>
#include <cinnabar/transact.h>

static cn_engine     *engine;
static cn_connection *connection;

static int open_table(void **state)
{
    (void)state;
    static const char *const tables[] = {
        "CREATE TABLE promises (id INTEGER, t TEXT, b BLOB)",
        "CREATE TABLE promises (id INTEGER, t LONGTEXT, b LONGBLOB)",
        "CREATE TABLE promises (id INTEGER, t TEXT, b BYTEA)",
    };
    engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS promises");
    suite_run(engine, tables[suite_which()]);
    connection = cn_connect(engine);
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    cn_close(connection);
    suite_run(engine, "DROP TABLE promises");
    cn_engine_dispose(engine);
    return 0;
}

static void assert_well(void)
{
    ASSERT_OK(connection);
}

static void assert_failed(cn_cause cause, const char *word)
{
    if (cn_error_cause(connection) != cause || strstr(cn_error_message(connection), word) == NULL)
        fail_msg("%s '%s' is not %s with '%s'", cn_cause_name(cn_error_cause(connection)),
                 cn_error_message(connection), cn_cause_name(cause), word);
    assert_true(cn_rollback(connection));
    assert_true(cn_ok(connection));
}

static int one_int(const char *sql, const cn_param *params)
{
    cn_result *result = cn_execute(connection, cn_text(sql), params);
    if (!cn_only(result))
        fail_msg("%s", cn_error_message(connection));
    return cn_cell_at(result, int, 0);
}

/* The connection for another engine or other options, on the same table. */
static void reopen_with(cn_engine_options options)
{
    cn_close(connection);
    cn_engine_dispose(engine);
    options.size = sizeof options;
    engine       = cn_engine_create(suite_url(), &options);
    connection   = cn_connect(engine);
    assert_well();
}

/* Memory is one connection, which ends with its engine. */
static bool keeps_its_tables(void)
{
    return !suite_in_memory();
}

/* ---- sizes ----------------------------------------------------------------------------------- */

static char *long_text(size_t size)
{
    char *text = malloc(size + 1);
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = (char)('a' + i % 23);
    text[size] = '\0';
    return text;
}

static void a_statement_of_a_mebibyte_runs_or_says_why_not(void **state)
{
    (void)state;
    for (size_t size = 900000; size <= (1 << 20); size += (1 << 20) - 900000) {
        char *text = long_text(size);
        char *sql  = malloc(size + 100);
        assert_non_null(sql);
        snprintf(sql, size + 100, "SELECT length('%s') AS n", text);
        cn_result *result = cn_execute(connection, cn_text(sql));
        bool       done   = cn_only(result);
        if (!done && suite_which() == SUITE_SQLITE) { /* as it was compiled: a million, or more */
            assert_int_equal(cn_error_cause(connection), CN_CAUSE_DATA);
            assert_string_equal(cn_error_statement(connection), sql);
            assert_true(cn_rollback(connection));
        } else {
            if (!done)
                fail_msg("%s", cn_error_message(connection));
            assert_int_equal(cn_get_int(result, "n"), size);
        }
        free(sql);
        free(text);
    }
    assert_int_equal(one_int("SELECT 7", NULL), 7);
}

/* SELECT :p0 + :p1 ... would be too deep for SQLite: a list of rows is flat. */
static cn_result *run_with_parameters(size_t count, char **sql)
{
    cn_param *params = calloc(count + 1, sizeof *params);
    char     *names  = malloc(count * 12);
    size_t    at     = 0;
    *sql             = malloc(count * 14 + 100);
    assert_true(params != NULL && names != NULL && *sql != NULL);
    at += (size_t)sprintf(*sql, "SELECT count(*) AS n FROM promises WHERE id IN (");
    for (size_t i = 0; i < count; i++) {
        sprintf(names + i * 12, "p%zu", i);
        params[i] = (cn_param){names + i * 12, CN_VALUE((int)i)};
        at += (size_t)sprintf(*sql + at, "%s:p%zu", i == 0 ? "" : ", ", i);
    }
    sprintf(*sql + at, ")");
    cn_result *result = cn_execute(connection, cn_text(*sql), params);
    free(names);
    free(params);
    return result;
}

static void thousands_of_parameters_are_bound_and_one_too_many_is_refused(void **state)
{
    (void)state;
    char *sql;
    cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (31999)"));
    cn_result *result = run_with_parameters(32000, &sql);
    if (!cn_only(result))
        fail_msg("%s", cn_error_message(connection));
    assert_int_equal(cn_get_int(result, "n"), 1);
    free(sql);
    run_with_parameters(65536, &sql);
    assert_false(cn_ok(connection));
    assert_false(cn_error_lost(connection));
    assert_true(strlen(cn_error_message(connection)) > 10);
    free(sql);
    assert_true(cn_rollback(connection));
    assert_int_equal(one_int("SELECT 7", NULL), 7);
}

static void a_list_of_ten_thousand_is_found_and_one_too_long_is_refused(void **state)
{
    (void)state;
    enum { MOST = 70000 };
    static int ids[MOST];
    for (int i = 0; i < MOST; i++)
        ids[i] = i;
    cn_execute_many(connection, cn_text("INSERT INTO promises (id) VALUES (:id)"),
                    CN_PARAMS("id", 0), CN_PARAMS("id", 9999), CN_PARAMS("id", 10000));
    const char *sql = "SELECT count(*) FROM promises WHERE id IN :ids";
    assert_int_equal(one_int(sql, CN_PARAMS("ids", cn_list(ids, 10000))), 2);
    cn_execute(connection, cn_text(sql), CN_PARAMS("ids", cn_list(ids, MOST)));
    assert_failed(CN_CAUSE_LIMIT, "'ids'");
    assert_int_equal(one_int("SELECT 7", NULL), 7);
}

static void null_among_the_elements_of_a_list_finds_nothing_by_itself(void **state)
{
    (void)state;
    const char *words[] = {"a", NULL, "c"};
    cn_execute_many(connection, cn_text("INSERT INTO promises (id, t) VALUES (:id, :t)"),
                    CN_PARAMS("id", 1, "t", "a"), CN_PARAMS("id", 2, "t", NULL),
                    CN_PARAMS("id", 3, "t", "c"));
    assert_int_equal(one_int("SELECT count(*) FROM promises WHERE t IN :words",
                             CN_PARAMS("words", cn_list(words, 3))),
                     2);
    assert_int_equal(one_int("SELECT count(*) FROM promises WHERE t NOT IN :words",
                             CN_PARAMS("words", cn_list(words, 3))),
                     0); /* SQL's own rule */
}

static void a_hundred_thousand_sets_are_all_stored_and_one_is_too(void **state)
{
    (void)state;
    enum { SETS = 100000 };
    static cn_param        sets[SETS][3];
    static const cn_param *pointers[SETS + 1];
    for (int i = 0; i < SETS; i++) {
        sets[i][0]  = (cn_param){"id", CN_VALUE(i)};
        sets[i][1]  = (cn_param){"t", i % 5 == 0 ? cn_value_null() : cn_value_text("word")};
        pointers[i] = sets[i];
    }
    const cn_statement *insert = CN_STATEMENT_(
        cn_text("INSERT INTO promises (id, t) VALUES (:id, :t)"));
    cn_result *result = cn_connection_execute_many(connection, insert, pointers);
    assert_well();
    assert_int_equal(cn_row_count(result), SETS);
    assert_int_equal(one_int("SELECT count(*) FROM promises WHERE t IS NULL", NULL), SETS / 5);
    pointers[1] = NULL;
    result      = cn_connection_execute_many(connection, insert, pointers);
    assert_int_equal(cn_row_count(result), 1);
    /* The last of many fails: all of them are undone. */
    sets[SETS - 1][1].value = (cn_value){.kind = 77};
    pointers[1]             = sets[1];
    assert_true(cn_commit(connection));
    cn_connection_execute_many(connection, insert, pointers);
    assert_false(cn_ok(connection));
    assert_true(cn_rollback(connection));
    assert_int_equal(one_int("SELECT count(*) FROM promises", NULL), SETS + 1);
}

static void sixteen_mebibytes_come_back_or_are_refused(void **state)
{
    (void)state;
    size_t     size   = 16 << 20;
    char      *text   = long_text(size);
    cn_result *result = cn_execute(connection,
                                   cn_text("INSERT INTO promises (id, t, b) VALUES (1, :t, :b)"),
                                   CN_PARAMS("t", text, "b", ((cn_bytes){text, 1000})));
    if (!cn_ok(connection)) {
        assert_int_equal(suite_which(), SUITE_MYSQL); /* max_allowed_packet */
        if (strstr(cn_error_message(connection), "max_allowed_packet") == NULL)
            fail_msg("%s", cn_error_message(connection));
    } else {
        assert_true(cn_commit(connection));
        result = cn_execute(connection, cn_text("SELECT t, b FROM promises"));
        assert_true(cn_only(result));
        assert_string_equal(cn_get_text(result, "t"), text);
        assert_int_equal(cn_get_bytes(result, "b").size, 1000);
    }
    cn_rollback(connection);
    assert_int_equal(one_int("SELECT 7", NULL), 7);
    free(text);
}

/* ---- odd values ------------------------------------------------------------------------------ */

static void nothing_is_not_null(void **state)
{
    (void)state;
    typedef struct Row {
        int         id;
        const char *t;
        cn_bytes    b;
    } Row;
    cn_execute_many(connection, cn_text("INSERT INTO promises (id, t, b) VALUES (:id, :t, :b)"),
                    CN_PARAMS("id", 1, "t", "", "b", ((cn_bytes){"", 0})),
                    CN_PARAMS("id", 2, "t", NULL, "b", ((cn_bytes){NULL, 0})));
    for (int held = 0; held < 2; held++) {
        cn_result *result = cn_execute(connection, cn_text("SELECT id, t, b FROM promises "
                                                           "ORDER BY id"));
        if (held == 1) /* reads the other into memory */
            assert_int_equal(one_int("SELECT 7", NULL), 7);
        assert_true(cn_next(result));
        assert_string_equal(cn_get_text(result, "t"), "");
        assert_non_null(cn_get_bytes(result, "b").data);
        assert_int_equal(cn_get_bytes(result, "b").size, 0);
        assert_false(cn_get_is_null(result, "b"));
        Row row;
        assert_true(cn_fetch(result, Row, &row, id, t, b));
        assert_null(row.t);
        assert_null(row.b.data);
        assert_false(cn_next(result));
    }
    cn_result *result = cn_execute(connection, cn_text("SELECT id, t, b FROM promises "
                                                       "ORDER BY id"));
    Row        row;
    assert_true(cn_fetch(result, Row, &row, id, t, b));
    assert_string_equal(row.t, "");
    assert_non_null(row.b.data);
    assert_well();
}

static void text_that_is_no_utf_8_comes_back_or_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\xff\xfe", "a\xc3", "\xed\xa0\x80", "\xc0\xaf"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cn_execute(connection, cn_text("INSERT INTO promises (id, t) VALUES (1, :t)"),
                   CN_PARAMS("t", wrong[i]));
        if (cn_ok(connection)) {
            cn_result *result = cn_execute(connection, cn_text("SELECT t FROM promises"));
            assert_true(cn_only(result));
            assert_string_equal(cn_text_at(result, 0), wrong[i]);
        } else {
            assert_int_equal(cn_error_cause(connection), CN_CAUSE_DATA);
        }
        assert_true(cn_rollback(connection));
    }
}

static void a_value_of_no_kind_is_refused(void **state)
{
    (void)state;
    cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (:id)"),
               CN_PARAMS("id", (cn_value){.kind = 77}));
    assert_false(cn_ok(connection));
    assert_failed(cn_error_cause(connection), "parameter");
}

/* ---- text that only looks like parameters ---------------------------------------------------- */

static void colons_and_question_marks_are_left_where_they_mean_something_else(void **state)
{
    (void)state;
    static const char *const every[] = {
        "SELECT ':a ?' || :v",
        "SELECT /* :b ? */ '' || :v -- :c ?",
        "SELECT '' || :v AS \"d:e?\"",
        "SELECT '''' || ':f' || :v",
    };
    static const char *const sqlite[] = {
        "SELECT '' || :v AS [a:b?]",
        "SELECT '' || :v AS `a:b?`",
        "SELECT '\\' || :v",
        NULL,
    };
    static const char *const mysql[] = {
        "SELECT concat('\\':a ?', :v)",
        "SELECT concat(\"':a ?\", :v) # :b ?",
        "SELECT concat('', :v) AS `a:b?`",
        "SELECT 5--2, concat('', :v)",
        NULL,
    };
    static const char *const postgresql[] = {
        "SELECT $$:a ?$$ || $x$:b $$ ?$x$ || CAST(:v AS TEXT)",
        "SELECT E'\\':a ?' || CAST(:v AS TEXT)",
        "SELECT '{\"k\":1}'::jsonb ? 'k', :v::text",
        "SELECT (ARRAY[1,2,3])[2:3], :v::text /* :a /* ? */ :b */",
        "SELECT '\\' || :v::text",
        NULL,
    };
    static const char *const *const own[]    = {sqlite, mysql, postgresql};
    cn_param                        params[] = {{"v", CN_VALUE("value")}, {NULL, {0}}};
    for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
        if (suite_which() == SUITE_MYSQL && strstr(every[i], "||") != NULL)
            continue; /* there || is OR */
        cn_result *result = cn_execute(connection, cn_text(every[i]), params);
        if (!cn_only(result))
            fail_msg("%s: %s", every[i], cn_error_message(connection));
        assert_non_null(strstr(cn_text_at(result, 0), "value"));
    }
    for (const char *const *sql = own[suite_which()]; *sql != NULL; sql++) {
        cn_result *result = cn_execute(connection, cn_text(*sql), params);
        if (!cn_only(result))
            fail_msg("%s: %s", *sql, cn_error_message(connection));
        assert_non_null(strstr(cn_text_at(result, cn_column_count(result) - 1), "value"));
    }
}

/* ---- handles and each other's ends ----------------------------------------------------------- */

static void a_result_that_is_read_through_is_safe_when_its_statement_has_gone(void **state)
{
    (void)state;
    if (!keeps_its_tables())
        return;
    reopen_with((cn_engine_options){.prepared_statements = 1});
    for (int round = 0; round < 3; round++) {
        cn_result *result = cn_execute(connection, cn_text("SELECT id, t FROM promises"));
        assert_false(cn_next(result));
        assert_string_equal(cn_column_name(result, 0), "id");
        if (round == 0) /* a statement that makes room for itself, and fails */
            cn_execute(connection, cn_text("SELEKT 1"));
        else if (round == 1)
            cn_execute(connection, cn_text("SELECT :x + 1"));
        else
            cn_close(cn_execute(connection, cn_text("SELECT 2")));
        const char *name = cn_column_name(result, 0);
        assert_true(name == NULL || strcmp(name, "id") == 0);
        assert_int_equal(cn_column_count(result), name == NULL ? 0 : 2);
        assert_null(cn_get_text(result, "id"));
        cn_rollback(connection);
    }
}

static void a_row_count_is_readable_after_the_commit(void **state)
{
    (void)state;
    cn_result *result = cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (1)"));
    assert_true(cn_commit(connection));
    assert_int_equal(cn_row_count(result), 1);
}

static void results_are_read_in_turn_across_commits_and_scopes(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++)
        cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (:i)"), CN_PARAMS("i", i));
    const char *sql = "SELECT id FROM promises ORDER BY id";
    cn_result  *a   = cn_execute(connection, cn_text(sql));
    assert_true(cn_next(a));
    cn_nested_begin(connection);
    cn_result *b = cn_execute(connection, cn_text(sql, .chunk = 2));
    assert_true(cn_next(b));
    assert_true(cn_nested_end(connection));
    assert_true(cn_next(a) && cn_next(b));
    cn_nested_begin(connection);
    cn_result *c = cn_execute(connection, cn_text(sql));
    assert_true(cn_next(c));
    assert_true(cn_nested_rollback(connection));
    assert_false(cn_next(c)); /* it went with its scope */
    assert_true(cn_commit(connection));
    assert_true(cn_next(a) && cn_next(b));
    assert_int_equal(cn_get_int(a, "id"), 2);
    assert_int_equal(cn_get_int(b, "id"), 2);
    cn_execute(connection, cn_text("SELEKT 1")); /* an error ends every loop */
    assert_false(cn_next(a));
    assert_false(cn_next(b));
    assert_true(cn_rollback(connection));
    assert_false(cn_next(a));
    assert_well();
}

static void the_results_of_a_session_outlive_its_hold_on_a_connection(void **state)
{
    (void)state;
    const char *sql = "SELECT id FROM promises ORDER BY id";
    for (int i = 0; i < 5; i++)
        cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (:i)"), CN_PARAMS("i", i));
    assert_true(cn_commit(connection));
    cn_close(connection);
    cn_session *session = cn_session_open(engine, NULL);
    cn_result  *rows    = cn_execute(session, cn_text(sql));
    assert_true(cn_next(rows));
    cn_result *done = cn_execute(session, cn_text("SELECT id FROM promises WHERE id < 0"));
    assert_false(cn_next(done));
    assert_true(cn_commit(session));
    assert_int_equal(cn_engine_pool(engine).checked_out, 0);
    connection = cn_connect(engine); /* the same link, with the same statements */
    cn_execute(connection, cn_text(sql));
    cn_execute(connection, cn_text("ALTER TABLE promises ADD COLUMN late INTEGER"));
    assert_true(cn_commit(connection));
    cn_close(connection);
    for (int i = 1; i < 5; i++) {
        assert_true(cn_next(rows));
        assert_int_equal(cn_get_int(rows, "id"), i);
    }
    assert_false(cn_next(rows));
    assert_null(cn_column_name(done, 1));
    assert_true(cn_commit(session));
    assert_true(cn_rollback(session));
    assert_false(cn_next(rows));
    assert_true(cn_ok(session));
    cn_close(session);
    connection = cn_connect(engine);
}

static void a_table_may_change_under_every_held_statement(void **state)
{
    (void)state;
    cn_execute(connection, cn_text("INSERT INTO promises (id, t) VALUES (1, 'x')"));
    const char *sql = "SELECT * FROM promises WHERE id = :id";
    for (int i = 0; i < 4; i++) {
        char change[80];
        for (int again = 0; again < 2; again++) {
            cn_result *result = cn_execute(connection, cn_text(sql), CN_PARAMS("id", 1));
            assert_true(cn_only(result));
            assert_int_equal(cn_column_count(result), 3 + i);
        }
        snprintf(change, sizeof change, "ALTER TABLE promises ADD COLUMN c%d INTEGER", i);
        cn_execute(connection, cn_text(change));
        if (i % 2 == 0)
            assert_true(cn_commit(connection));
    }
    assert_true(cn_commit(connection));
    if (!keeps_its_tables())
        return;
    /* Somebody else's change, which this connection has not seen. */
    assert_true(cn_only(cn_execute(connection, cn_text(sql), CN_PARAMS("id", 1))));
    assert_true(cn_commit(connection));
    suite_run(engine, "ALTER TABLE promises ADD COLUMN other INTEGER");
    cn_result *result = cn_execute(connection, cn_text(sql), CN_PARAMS("id", 1));
    if (!cn_ok(connection)) {
        assert_true(cn_error_retryable(connection) && cn_rollback(connection));
        result = cn_execute(connection, cn_text(sql), CN_PARAMS("id", 1));
    }
    assert_true(cn_only(result));
    assert_int_equal(cn_column_count(result), 8);
}

/* ---- misuse ---------------------------------------------------------------------------------- */

static void a_cell_that_is_not_there_is_an_error_and_zero(void **state)
{
    (void)state;
    cn_result *result = cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (1)"));
    assert_false(cn_next(result));
    assert_well();
    assert_int_equal(cn_cell(result, int, "id"), 0);
    assert_failed(CN_CAUSE_MISUSE, "at no row");
    result = cn_execute(connection, cn_text("SELECT 1 AS one"));
    assert_true(cn_next(result));
    assert_int_equal(cn_cell_at(result, int, 3), 0);
    assert_failed(CN_CAUSE_NOT_FOUND, "no column 3");
    result = cn_execute(connection, cn_text("SELECT 1 AS one"));
    assert_true(cn_next(result));
    assert_null(cn_get_text(result, NULL));
    assert_failed(CN_CAUSE_NOT_FOUND, "no column");
    result = cn_execute(connection, cn_text("DELETE FROM promises"));
    assert_false(cn_only(result));
    assert_failed(CN_CAUSE_ROWS, "no row");
    typedef struct Row {
        int one;
    } Row;
    Row row = {9};
    result  = cn_execute(connection, cn_text("DELETE FROM promises"));
    assert_false(cn_fetch(result, Row, &row, one));
    assert_int_equal(row.one, 9);
    assert_failed(CN_CAUSE_NOT_FOUND, "Row.one");
}

static void an_isolation_that_is_none_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    cn_isolation none = (cn_isolation)9;
    cn_close(connection);
    connection = cn_connect(engine, .isolation = none);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    cn_close(connection);
    connection = cn_connect(engine);
    assert_false(cn_begin(connection, .isolation = none));
    assert_failed(CN_CAUSE_MISUSE, "isolation");
    cn_engine *other = cn_create_engine(suite_url(), .isolation = none);
    assert_int_equal(cn_error_cause(other), CN_CAUSE_MISUSE);
    cn_engine_dispose(other);
}

static void a_pool_may_be_as_large_as_a_number(void **state)
{
    (void)state;
    if (!keeps_its_tables())
        return;
    reopen_with((cn_engine_options){.pool_size = INT32_MAX, .max_overflow = INT32_MAX});
    assert_int_equal(one_int("SELECT 7", NULL), 7);
}

/* ---- modes ----------------------------------------------------------------------------------- */

static void a_begin_written_by_hand_does_not_stay_behind(void **state)
{
    (void)state;
    cn_close(connection);
    connection = cn_connect(engine, .autocommit = true);
    cn_execute(connection, cn_text("BEGIN"));
    assert_true(cn_in_transaction(connection));
    cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (1)"));
    assert_well();
    cn_close(connection);
    connection = cn_connect(engine);
    assert_int_equal(one_int("SELECT count(*) FROM promises", NULL), 0);
    cn_close(connection);
    connection = cn_connect(engine, .autocommit = true);
    cn_execute(connection, cn_text("BEGIN"));
    cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (1)"));
    assert_true(cn_commit(connection)); /* true means stored */
    assert_false(cn_in_transaction(connection));
    cn_close(connection);
    connection = cn_connect(engine);
    assert_int_equal(one_int("SELECT count(*) FROM promises", NULL), 1);
}

static void read_only_with_autocommit_is_refused_or_kept(void **state)
{
    (void)state;
    cn_close(connection);
    connection = cn_connect(engine, .autocommit = true, .read_only = true);
    cn_execute(connection, cn_text("INSERT INTO promises (id) VALUES (1)"));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_UNSUPPORTED);
    cn_close(connection);
    connection = cn_connect(engine);
    assert_int_equal(one_int("SELECT count(*) FROM promises", NULL), 0);
    if (!keeps_its_tables())
        return;
    for (int mode = 0; mode < 2; mode++) {
        cn_engine     *reader = cn_create_engine(suite_url(), .read_only = true,
                                                 .autocommit = mode == 1);
        cn_connection *on     = cn_connect(reader);
        cn_execute(on, cn_text("INSERT INTO promises (id) VALUES (1)"));
        if (cn_error_cause(on) != CN_CAUSE_READ_ONLY)
            fail_msg("%d: %s", mode, cn_error_message(on));
        assert_true(cn_rollback(on));
        assert_true(cn_only(cn_execute(on, cn_text("SELECT count(*) FROM promises"))));
        cn_close(on);
        cn_engine_dispose(reader);
    }
}

static void an_error_in_autocommit_ends_with_the_next_statement(void **state)
{
    (void)state;
    cn_close(connection);
    connection        = cn_connect(engine, .autocommit = true);
    cn_result *result = cn_execute(connection, cn_text("SELEKT 1"));
    assert_false(cn_next(result));
    assert_int_equal(cn_error_cause(result), CN_CAUSE_SYNTAX);
    assert_false(cn_commit(connection)); /* it is not well */
    assert_int_equal(cn_row_count(cn_execute(connection, cn_text("INSERT INTO promises (id) "
                                                                 "VALUES (1)"))),
                     1);
    assert_well();
    assert_true(cn_commit(connection));
    assert_int_equal(one_int("SELECT count(*) FROM promises", NULL), 1);
}

/* ---- units ----------------------------------------------------------------------------------- */

static bool insert_and_fail(cn_connection *on, void *context)
{
    bool *careless = context;
    cn_execute(on, cn_text("INSERT INTO promises (id) VALUES (1)"));
    if (!*careless)
        return false;
    cn_execute(on, cn_text("SELEKT 1"));
    return true; /* what went wrong is thrown away */
}

static bool leave_a_scope_open(cn_connection *on, void *context)
{
    (void)context;
    cn_nested_begin(on);
    cn_execute(on, cn_text("INSERT INTO promises (id) VALUES (1)"));
    return true;
}

static void a_unit_is_one_transaction_in_every_mode(void **state)
{
    (void)state;
    cn_report report;
    for (int mode = 0; mode < 2; mode++) {
        bool careless = false;
        if (mode == 1 && keeps_its_tables())
            reopen_with((cn_engine_options){.autocommit = true});
        cn_close(connection);
        assert_false(cn_transact(engine, insert_and_fail, &careless, .report = &report));
        assert_int_equal(report.cause, CN_CAUSE_NONE);
        assert_string_equal(report.message, "");
        assert_int_equal(report.attempts, 1);
        careless = true;
        assert_false(cn_transact(engine, insert_and_fail, &careless, .report = &report));
        assert_int_equal(report.cause, CN_CAUSE_SYNTAX);
        assert_false(cn_transact(engine, leave_a_scope_open, NULL, .report = &report));
        assert_int_equal(report.cause, CN_CAUSE_MISUSE);
        assert_false(cn_transact(engine, insert_and_fail, &careless, .report = &report,
                                 .isolation = (cn_isolation)9));
        assert_int_equal(report.cause, CN_CAUSE_MISUSE);
        connection = cn_connect(engine);
        assert_int_equal(one_int("SELECT count(*) FROM promises", NULL), 0);
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_statement_of_a_mebibyte_runs_or_says_why_not),
        TEST(thousands_of_parameters_are_bound_and_one_too_many_is_refused),
        TEST(a_list_of_ten_thousand_is_found_and_one_too_long_is_refused),
        TEST(null_among_the_elements_of_a_list_finds_nothing_by_itself),
        TEST(a_hundred_thousand_sets_are_all_stored_and_one_is_too),
        TEST(sixteen_mebibytes_come_back_or_are_refused),
        TEST(nothing_is_not_null),
        TEST(text_that_is_no_utf_8_comes_back_or_is_refused),
        TEST(a_value_of_no_kind_is_refused),
        TEST(colons_and_question_marks_are_left_where_they_mean_something_else),
        TEST(a_result_that_is_read_through_is_safe_when_its_statement_has_gone),
        TEST(a_row_count_is_readable_after_the_commit),
        TEST(results_are_read_in_turn_across_commits_and_scopes),
        TEST(the_results_of_a_session_outlive_its_hold_on_a_connection),
        TEST(a_table_may_change_under_every_held_statement),
        TEST(a_cell_that_is_not_there_is_an_error_and_zero),
        TEST(an_isolation_that_is_none_is_refused_wherever_it_stands),
        TEST(a_pool_may_be_as_large_as_a_number),
        TEST(a_begin_written_by_hand_does_not_stay_behind),
        TEST(read_only_with_autocommit_is_refused_or_kept),
        TEST(an_error_in_autocommit_ends_with_the_next_statement),
        TEST(a_unit_is_one_transaction_in_every_mode),
    };
    return suite_main("promises", tests);
}
