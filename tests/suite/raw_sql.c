/*
 * Text statements: parameters by name, once and for many sets, lists, and what is refused before
 * anything is sent.
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

static cn_engine     *engine;
static cn_connection *connection;

static int open_table(void **state)
{
    (void)state;
    engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS raw_sql");
    suite_run(engine, "CREATE TABLE raw_sql (id INTEGER, name VARCHAR(40))");
    connection = cn_connect(engine);
    return 0;
}

static int close_table(void **state)
{
    (void)state;
    cn_close(connection);
    suite_run(engine, "DROP TABLE raw_sql");
    cn_engine_dispose(engine);
    return 0;
}

static void assert_well(void)
{
    ASSERT_OK(connection);
}

static int count_rows(const char *where)
{
    char sql[200] = "SELECT count(*) AS n FROM raw_sql ";
    strncat(sql, where, sizeof sql - strlen(sql) - 1);
    cn_result *result = cn_execute(connection, cn_text(sql));
    assert_true(cn_only(result));
    return cn_get_int(result, "n");
}

static void insert_three(void)
{
    cn_execute_many(connection, cn_text("INSERT INTO raw_sql (id, name) VALUES (:id, :name)"),
                    CN_PARAMS("id", 1, "name", "Ada"), CN_PARAMS("id", 2, "name", "Bob"),
                    CN_PARAMS("id", 3, "name", "Eve"));
    assert_well();
}

static void a_refused(cn_result *result, cn_cause cause, const char *word)
{
    assert_non_null(result);
    assert_false(cn_next(result));
    assert_int_equal(cn_error_cause(connection), cause);
    if (strstr(cn_error_message(connection), word) == NULL)
        fail_msg("'%s' says nothing of '%s'", cn_error_message(connection), word);
    assert_true(cn_rollback(connection));
    assert_true(cn_ok(connection));
}

static void a_value_given_by_name_comes_back(void **state)
{
    (void)state;
    cn_result *result = cn_execute(connection,
                                   cn_text("INSERT INTO raw_sql (id, name) VALUES (:id, :name)"),
                                   CN_PARAMS("id", 7, "name", "it's \\ \"Ada\" ':x' ?"));
    assert_int_equal(cn_row_count(result), 1);
    assert_int_equal(cn_column_count(result), 0);
    result = cn_execute(connection, cn_text("SELECT name, id FROM raw_sql WHERE id = :id"),
                        CN_PARAMS("id", 7));
    assert_int_equal(cn_column_count(result), 2);
    assert_string_equal(cn_column_name(result, 1), "id");
    assert_null(cn_column_name(result, 2));
    assert_true(cn_next(result));
    assert_string_equal(cn_get_text(result, "name"), "it's \\ \"Ada\" ':x' ?");
    assert_int_equal(cn_get_int(result, "id"), 7);
    assert_false(cn_next(result));
    assert_well();
}

static void parameters_may_come_in_any_order_and_be_used_twice(void **state)
{
    (void)state;
    insert_three();
    cn_result *result = cn_execute(
        connection,
        cn_text("SELECT id FROM raw_sql WHERE (id = :id OR id = :other) AND id = :id ORDER BY id"),
        CN_PARAMS("other", 3, "id", 2));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "id"), 2);
    assert_well();
}

static void parameters_may_stand_with_the_statement(void **state)
{
    (void)state;
    insert_three();
    cn_result *result = cn_execute(connection, cn_text("SELECT id FROM raw_sql WHERE name = :name",
                                                       .params = CN_PARAMS("name", "Eve")));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "id"), 3);
}

static void what_is_wrong_with_parameters_is_said_by_name(void **state)
{
    (void)state;
    const char *sql = "SELECT id FROM raw_sql WHERE id = :id AND name = :name";
    a_refused(cn_execute(connection, cn_text(sql), CN_PARAMS("id", 1)), CN_CAUSE_PARAMETER,
              ":name");
    cn_result *result = cn_execute(connection, cn_text(sql));
    assert_string_equal(cn_error_statement(connection),
                        "SELECT id FROM raw_sql WHERE id = :id AND name = :name");
    a_refused(result, CN_CAUSE_PARAMETER, ":id, :name");
    a_refused(cn_execute(connection, cn_text(sql), CN_PARAMS("id", 1, "name", "x", "nmae", "y")),
              CN_CAUSE_PARAMETER, "'nmae'");
    a_refused(cn_execute(connection, cn_text(sql), CN_PARAMS("id", 1, "name", "x", "id", 2)),
              CN_CAUSE_PARAMETER, "'id' is given twice");
    a_refused(cn_execute(connection, cn_text("SELECT 1"), CN_PARAMS("id", 1)), CN_CAUSE_PARAMETER,
              "none");
    int number = 3;
    a_refused(cn_execute(connection, cn_text(sql), CN_PARAMS("id", (void *)&number, "name", "x")),
              CN_CAUSE_PARAMETER, "void pointer");
}

static void a_statement_that_is_none_is_refused(void **state)
{
    (void)state;
    a_refused(cn_execute(connection, cn_text("")), CN_CAUSE_SYNTAX, "empty");
    a_refused(cn_execute(connection, cn_text(NULL)), CN_CAUSE_SYNTAX, "NULL");
    a_refused(cn_execute(connection, cn_text("SELEKT 1")), CN_CAUSE_SYNTAX, "SELEKT");
    a_refused(cn_execute(connection, cn_text("SELECT * FROM raw_sql_that_is_not_there")),
              CN_CAUSE_NOT_FOUND, "raw_sql_that_is_not_there");
}

static void several_statements_in_one_text_are_refused(void **state)
{
    (void)state;
    a_refused(
        cn_execute(connection, cn_text("INSERT INTO raw_sql (id) VALUES (1); DELETE FROM raw_sql")),
        CN_CAUSE_MISUSE, ".multi_statements = true");
    assert_int_equal(count_rows(""), 0);
}

static void the_error_names_statement_and_parameters(void **state)
{
    (void)state;
    cn_execute(connection, cn_text("INSERT INTO raw_sql_nowhere VALUES (:id, :the_password)"),
               CN_PARAMS("id", 1, "the_password", "very secret"));
    assert_false(cn_ok(connection));
    assert_non_null(strstr(cn_error_statement(connection), "INSERT INTO raw_sql_nowhere"));
    cn_rollback(connection);

    cn_execute(connection, cn_text("DROP TABLE IF EXISTS raw_sql_unique"));
    cn_execute(connection, cn_text("CREATE TABLE raw_sql_unique (id INTEGER PRIMARY KEY, "
                                   "word VARCHAR(20))"));
    assert_true(cn_commit(connection));
    for (int i = 0; i < 2; i++)
        cn_execute(connection, cn_text("INSERT INTO raw_sql_unique VALUES (:id, :the_password)"),
                   CN_PARAMS("id", 1, "the_password", "very secret"));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_UNIQUE);
    assert_non_null(cn_error_parameters(connection));
    assert_string_equal(cn_error_parameters(connection), "{id: 1, the_password: ***}");
    cn_rollback(connection);
    cn_execute(connection, cn_text("DROP TABLE raw_sql_unique"));
    assert_true(cn_commit(connection));
}

static void many_sets_are_all_stored(void **state)
{
    (void)state;
    enum { SETS = 9000 };
    static cn_param        sets[SETS][3];
    static const cn_param *pointers[SETS + 1];
    for (int i = 0; i < SETS; i++) {
        bool turned      = i % 2 != 0; /* the order of the names may differ */
        sets[i][turned]  = (cn_param){"id", CN_VALUE(i)};
        sets[i][!turned] = (cn_param){"name", CN_VALUE(i % 3 == 0 ? NULL : "somebody")};
        pointers[i]      = sets[i];
    }
    cn_result *result = cn_connection_execute_many(
        connection, CN_STATEMENT_(cn_text("INSERT INTO raw_sql (id, name) VALUES (:id, :name)")),
        pointers);
    assert_well();
    assert_int_equal(cn_row_count(result), SETS);
    assert_int_equal(count_rows(""), SETS);
    assert_int_equal(count_rows("WHERE name IS NULL"), SETS / 3);
    cn_result *sum = cn_execute(connection,
                                cn_text("SELECT min(id) AS a, max(id) AS b FROM raw_sql"));
    assert_true(cn_only(sum));
    assert_int_equal(cn_get_int(sum, "a"), 0);
    assert_int_equal(cn_get_int(sum, "b"), SETS - 1);
    assert_well();
}

static void a_set_with_other_names_is_refused(void **state)
{
    (void)state;
    a_refused(cn_execute_many(connection,
                              cn_text("INSERT INTO raw_sql (id, name) VALUES (:id, :name)"),
                              CN_PARAMS("id", 1, "name", "x"), CN_PARAMS("id", 2)),
              CN_CAUSE_PARAMETER, ":name");
    assert_int_equal(count_rows(""), 0);
}

static void many_sets_take_no_lists(void **state)
{
    (void)state;
    const int ids[] = {1, 2};
    a_refused(cn_execute_many(connection, cn_text("DELETE FROM raw_sql WHERE id IN :ids"),
                              CN_PARAMS("ids", cn_list(ids, 2)), CN_PARAMS("ids", cn_list(ids, 1))),
              CN_CAUSE_PARAMETER, "many sets");
}

/* A batch is sent in parts; its rows are counted through all of them. */
static void the_row_of_a_batch_that_failed_is_named(void **state)
{
    enum { ROWS = 9000, BAD = 8190 };
    static cn_param        sets[ROWS][3];
    static const cn_param *list[ROWS + 1];
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        sets[i][0] = (cn_param){"id", cn_value_int(i == BAD - 1 ? 5 : i)};
        sets[i][1] = (cn_param){"name", cn_value_text("Ada")};
        list[i]    = sets[i];
    }
    const cn_text_statement *insert = cn_text("INSERT INTO raw_sql (id, name) VALUES (:id, :name)");
    cn_execute(connection, cn_text("CREATE UNIQUE INDEX raw_sql_id ON raw_sql (id)"));
    a_refused(cn_connection_execute_many(connection, &insert->head, list), CN_CAUSE_UNIQUE,
              suite_which() == SUITE_SQLITE ? "(row 8190 of the batch)"
                                            : "(in rows 4097 to 8192 of the batch)");
    sets[BAD - 1][1].value = cn_value_decimal((cn_decimal){"NaN"}); /* what no driver sends */
    sets[BAD - 1][0].value = cn_value_int(BAD - 1);
    a_refused(cn_connection_execute_many(connection, &insert->head, list), CN_CAUSE_CONVERSION,
              suite_which() == SUITE_MYSQL ? "(in rows 4097 to 8192 of the batch)"
                                           : "(row 8190 of the batch)");
    sets[BAD - 1][1].name = "nmae";
    a_refused(cn_connection_execute_many(connection, &insert->head, list), CN_CAUSE_PARAMETER,
              "(row 8190 of the batch)");
    cn_execute_many(connection, cn_text("INSERT INTO raw_sql (id, name) VALUES (:id, :name)"),
                    CN_PARAMS("id", "no number", "name", 5));
    assert_null(strstr(cn_error_message(connection), "of the batch"));
    cn_rollback(connection);
}

static int count_quotients(uint64_t divisor)
{
    cn_result *result = cn_execute(
        connection, cn_text("SELECT count(*) AS n FROM raw_sql WHERE id / :divisor = 3"),
        CN_PARAMS("divisor", divisor));
    assert_true(cn_only(result));
    return cn_get_int(result, "n");
}

/* PostgreSQL takes such a number as one of another type: what comes next must not. */
static void a_number_too_large_for_a_column_changes_nothing_for_the_next(void **state)
{
    enum { ROWS = 200 };
    static cn_param        sets[ROWS][3];
    static const cn_param *list[ROWS + 1];
    const int64_t          large = INT64_C(5000000000);
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        sets[i][0] = (cn_param){"id", cn_value_int(i)};
        sets[i][1] = (cn_param){"name", cn_value_text("Ada")};
        list[i]    = sets[i];
    }
    const cn_text_statement *insert = cn_text("INSERT INTO raw_sql (id, name) VALUES (:id, :name)");
    cn_execute(connection, insert, CN_PARAMS("id", large, "name", "Eve"));
    assert_true(cn_ok(connection) == (suite_which() == SUITE_SQLITE));
    cn_rollback(connection);
    for (int i = 0; i < 2; i++) {
        cn_close(cn_connection_execute_many(connection, &insert->head, list));
        assert_int_equal(count_rows(""), ROWS);
        cn_rollback(connection);
        sets[i * (ROWS - 1)][0].value = cn_value_int(large);
        cn_close(cn_connection_execute_many(connection, &insert->head, list));
        assert_true(cn_ok(connection) == (suite_which() == SUITE_SQLITE));
        cn_rollback(connection);
        sets[i * (ROWS - 1)][0].value = cn_value_int(i * (ROWS - 1));
    }
    insert_three();
    const cn_text_statement *update = cn_text("UPDATE raw_sql SET name = 'x' WHERE id < :id");
    assert_int_equal(cn_row_count(cn_execute_many(connection, update, CN_PARAMS("id", 1),
                                                  CN_PARAMS("id", large), CN_PARAMS("id", 2))),
                     4);
    assert_well();
    cn_execute(connection, insert, CN_PARAMS("id", 7, "name", "seven"));
    if (suite_which() == SUITE_POSTGRESQL) { /* the only one whose quotient is of these types */
        assert_int_equal(count_quotients(2), 1);
        assert_int_equal(count_quotients(UINT64_MAX), 0);
        assert_int_equal(count_quotients(2), 1);
    }
}

static void a_text_without_a_statement_is_refused(void **state)
{
    (void)state;
    a_refused(cn_execute(connection, cn_text("")), CN_CAUSE_SYNTAX, "empty");
    a_refused(cn_execute(connection, cn_text("  \n ")), CN_CAUSE_SYNTAX, "no statement");
    a_refused(cn_execute(connection, cn_text("-- nothing\n /* at all */ ")), CN_CAUSE_SYNTAX,
              "no statement");
}

static void no_sets_do_nothing(void **state)
{
    (void)state;
    const cn_param *none[] = {NULL};
    cn_result      *result = cn_connection_execute_many(
             connection, CN_STATEMENT_(cn_text("INSERT INTO raw_sql (id) VALUES (:id)")), none);
    assert_int_equal(cn_row_count(result), 0);
    assert_well();
}

static void a_list_finds_its_members(void **state)
{
    (void)state;
    insert_three();
    const int     ids[]   = {3, 1, 99};
    const char   *names[] = {"Bob", "Eve"};
    const int64_t big[]   = {2, 3};
    for (size_t count = 0; count <= 3; count++) { /* 0, 1, 1, 2 of them are there */
        cn_result *result = cn_execute(
            connection, cn_text("SELECT count(*) AS n FROM raw_sql WHERE id IN :ids"),
            CN_PARAMS("ids", cn_list(ids, count)));
        assert_true(cn_only(result));
        assert_int_equal(cn_get_int(result, "n"), count < 2 ? count : 2);
    }
    cn_result *result = cn_execute(
        connection,
        cn_text("SELECT id FROM raw_sql WHERE name IN (:names) AND id IN :ids AND id <> :not"),
        CN_PARAMS("not", 2, "names", cn_list(names, 2), "ids", cn_list(big, 2)));
    assert_true(cn_only(result));
    assert_int_equal(cn_cell_at(result, int, 0), 3);
    assert_well();
}

static void an_empty_list_is_in_nothing_whatever_its_type(void **state)
{
    (void)state;
    insert_three();
    const int   *ids    = NULL;
    const char **names  = NULL;
    cn_result   *result = cn_execute(
          connection,
          cn_text("SELECT count(*) AS n FROM raw_sql WHERE id IN :ids OR name IN (:names)"),
          CN_PARAMS("ids", cn_list(ids, 0), "names", cn_list(names, 0)));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "n"), 0);
    result = cn_execute(
        connection,
        cn_text("SELECT count(*) AS n FROM raw_sql WHERE id NOT IN :ids AND NOT name IN :names"),
        CN_PARAMS("ids", cn_list(ids, 0), "names", cn_list(names, 0)));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "n"), 3);
    assert_well();
}

static void a_list_where_none_fits_is_refused(void **state)
{
    (void)state;
    const int ids[] = {1, 2};
    a_refused(cn_execute(connection, cn_text("SELECT id FROM raw_sql WHERE id = :ids"),
                         CN_PARAMS("ids", cn_list(ids, 2))),
              CN_CAUSE_PARAMETER, "write IN :ids");
    a_refused(cn_execute(connection, cn_text("SELECT id FROM raw_sql WHERE id IN :ids"),
                         CN_PARAMS("ids", 1)),
              CN_CAUSE_PARAMETER, "cn_list");
    a_refused(cn_execute_many(connection, cn_text("DELETE FROM raw_sql WHERE id IN (:ids)"),
                              CN_PARAMS("ids", cn_list(ids, 2))),
              CN_CAUSE_PARAMETER, "cn_execute_many");
}

static void the_drivers_own_words_go_to_it_as_they_are(void **state)
{
    (void)state;
    const cn_value values[] = {CN_VALUE(5), CN_VALUE("a:b")};
    cn_result     *result   = cn_connection_execute_driver_sql(
              connection,
        suite_which() == SUITE_POSTGRESQL ? "INSERT INTO raw_sql (id, name) VALUES ($1, $2)"
                                                : "INSERT INTO raw_sql (id, name) VALUES (?, ?)",
              values, 2);
    assert_well();
    assert_int_equal(cn_row_count(result), 1);
    result = cn_connection_execute_driver_sql(
        connection, "SELECT name FROM raw_sql WHERE name LIKE '%:b'", NULL, 0);
    assert_true(cn_only(result));
    assert_string_equal(cn_text_at(result, 0), "a:b");
}

static void many_different_statements_do_not_pile_up(void **state)
{
    (void)state;
    char sql[80];
    for (int i = 0; i < 1000; i++) {
        snprintf(sql, sizeof sql, "SELECT %d AS n", i);
        cn_result *result = cn_execute(connection, cn_text(sql));
        assert_true(cn_only(result));
        assert_int_equal(cn_get_int(result, "n"), i);
    }
    assert_well();
}

static void a_schema_that_changes_under_a_held_statement_is_no_matter(void **state)
{
    (void)state;
    insert_three();
    cn_commit(connection);
    const char *sql = "SELECT * FROM raw_sql WHERE id = :id";
    assert_true(cn_only(cn_execute(connection, cn_text(sql), CN_PARAMS("id", 2))));
    cn_commit(connection);
    cn_execute(connection, cn_text("ALTER TABLE raw_sql ADD COLUMN age INTEGER"));
    assert_true(cn_commit(connection));
    cn_result *result = cn_execute(connection, cn_text(sql), CN_PARAMS("id", 2));
    if (!cn_ok(connection)) /* PostgreSQL inside a transaction: only a new one helps */
        assert_true(cn_error_retryable(connection) && cn_rollback(connection));
    result = cn_execute(connection, cn_text(sql), CN_PARAMS("id", 2));
    assert_true(cn_only(result));
    assert_int_equal(cn_column_count(result), 3);
    assert_true(cn_get_is_null(result, "age"));
    assert_well();
}

/* The same statement under two modes at once: only one takes `:b` for a parameter. */
static void assert_modes(const char *mode, const char *sql, const char *parameter,
                         const char *expected)
{
    char url[600];
    snprintf(url, sizeof url, "%s?sql_mode=%s", suite_url(), mode);
    cn_engine *moded = cn_create_engine(url);
    CN_CONNECT(other, moded) {
        cn_result *result = cn_execute(other, cn_text(sql), CN_PARAMS(parameter, "value"));
        if (!cn_only(result))
            fail_msg("%s: %s", mode, cn_error_message(other));
        assert_string_equal(cn_get_text(result, "v"), expected);
        result = cn_execute(other, cn_text("SELECT 7 IN :ids AND '\\\\' IN :texts AS v"),
                            CN_PARAMS("ids", cn_list(((const int[]){6, 7}), 2), "texts",
                                      cn_list(((const char *const[]){"x", "\\"}), 2)));
        assert_true(cn_only(result));
        assert_int_equal(cn_get_int(result, "v"), strstr(mode, "NO_BACK") == NULL);
    }
    cn_engine_dispose(moded);
}

static void text_is_read_by_the_modes_of_its_session(void **state)
{
    (void)state;
    if (suite_which() != SUITE_MYSQL) /* the only one with such modes */
        return;
    const char *const literal = "SELECT CONCAT('\\', :a, ', :b) AS v";
    assert_modes("STRICT_TRANS_TABLES", literal, "b", "', :a, value");
    assert_modes("ANSI_QUOTES", literal, "b", "', :a, value");
    assert_modes("NO_BACKSLASH_ESCAPES", "SELECT CONCAT('\\', :a, ':b') AS v", "a", "\\value:b");
    const char *const name = "SELECT \"\\\" AS v FROM (SELECT :a AS \"\\\") AS t";
    assert_modes("ANSI_QUOTES", name, "a", "value");
    assert_modes("ANSI_QUOTES,NO_BACKSLASH_ESCAPES", name, "a", "value");
    assert_modes("ANSI", name, "a", "value");
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, open_table, close_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TABLE(a_value_given_by_name_comes_back),
        WITH_TABLE(parameters_may_come_in_any_order_and_be_used_twice),
        WITH_TABLE(parameters_may_stand_with_the_statement),
        WITH_TABLE(what_is_wrong_with_parameters_is_said_by_name),
        WITH_TABLE(a_statement_that_is_none_is_refused),
        WITH_TABLE(several_statements_in_one_text_are_refused),
        WITH_TABLE(the_error_names_statement_and_parameters),
        WITH_TABLE(many_sets_are_all_stored),
        WITH_TABLE(a_set_with_other_names_is_refused),
        WITH_TABLE(many_sets_take_no_lists),
        WITH_TABLE(the_row_of_a_batch_that_failed_is_named),
        WITH_TABLE(a_number_too_large_for_a_column_changes_nothing_for_the_next),
        WITH_TABLE(a_text_without_a_statement_is_refused),
        WITH_TABLE(no_sets_do_nothing),
        WITH_TABLE(a_list_finds_its_members),
        WITH_TABLE(an_empty_list_is_in_nothing_whatever_its_type),
        WITH_TABLE(a_list_where_none_fits_is_refused),
        WITH_TABLE(the_drivers_own_words_go_to_it_as_they_are),
        WITH_TABLE(many_different_statements_do_not_pile_up),
        WITH_TABLE(a_schema_that_changes_under_a_held_statement_is_no_matter),
        WITH_TABLE(text_is_read_by_the_modes_of_its_session),
    };
    return suite_main("raw SQL", tests);
}
