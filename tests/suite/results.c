/*
 * Results: reading row by row while other statements run, by name and by position, into structs,
 * and what happens at and beyond the end.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cn_engine     *engine;
static cn_connection *connection;

enum { ROWS = 50 };

static int fill(void **state)
{
    (void)state;
    engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS some_rows");
    suite_run(engine, "CREATE TABLE some_rows (id INTEGER, name VARCHAR(30), maybe INTEGER)");
    connection = cn_connect(engine);
    for (int i = 0; i < ROWS; i++) {
        char name[30];
        snprintf(name, sizeof name, "name %d", i);
        cn_execute(connection, cn_text("INSERT INTO some_rows VALUES (:id, :name, :maybe)"),
                   CN_PARAMS("id", i, "name", name, "maybe",
                             i % 2 == 0 ? cn_value_null() : cn_value_int(i)));
    }
    assert_true(cn_commit(connection));
    return 0;
}

static int clear(void **state)
{
    (void)state;
    cn_close(connection);
    suite_run(engine, "DROP TABLE some_rows");
    cn_engine_dispose(engine);
    return 0;
}

static cn_result *all_rows(void)
{
    return cn_execute(connection, cn_text("SELECT id, name, maybe FROM some_rows ORDER BY id"));
}

static void assert_well(void)
{
    ASSERT_OK(connection);
}

static void rows_come_in_order_and_end(void **state)
{
    (void)state;
    cn_result *result = all_rows();
    int        count  = 0;
    for (; cn_next(result); count++) {
        char name[30];
        snprintf(name, sizeof name, "name %d", count);
        assert_int_equal(cn_get_int(result, "id"), count);
        assert_string_equal(cn_get_text(result, "name"), name);
        assert_int_equal(cn_get_is_null(result, "maybe"), count % 2 == 0);
    }
    assert_int_equal(count, ROWS);
    assert_false(cn_next(result));
    assert_well();
}

static void several_results_are_read_in_turn(void **state)
{
    (void)state;
    cn_result *a = all_rows(), *b = all_rows(), *c = all_rows(); /* one held statement */
    for (int i = 0; i < ROWS; i++) {
        assert_true(cn_next(a) && cn_next(c));
        if (i % 2 == 0)
            assert_true(cn_next(b));
        assert_int_equal(cn_get_int(a, "id"), i);
        assert_int_equal(cn_get_int(b, "id"), i / 2);
        assert_int_equal(cn_get_int(c, "id"), i);
    }
    assert_false(cn_next(a));
    assert_true(cn_next(b));
    assert_well();
}

/* PostgreSQL alone gives parts of a result when asked: what it was asked last, others can see. */
static bool asks_for_twenty(int process)
{
    cn_connection *other = cn_connect(engine);
    cn_result     *asked = cn_execute(
            other,
            cn_text("SELECT query LIKE 'FETCH FORWARD 20 %' AS q FROM pg_stat_activity "
                        "WHERE pid = :process"),
            CN_PARAMS("process", process));
    assert_true(cn_only(asked));
    bool asks = cn_get_bool(asked, "q");
    cn_close(other);
    return asks;
}

static void a_result_comes_in_parts_that_are_no_larger_than_asked_for(void **state)
{
    (void)state;
    bool in_parts = suite_which() == SUITE_POSTGRESQL;
    int  process  = 0;
    if (in_parts) {
        cn_result *own = cn_execute(connection, cn_text("SELECT pg_backend_pid() AS p"));
        assert_true(cn_only(own));
        process = cn_get_int(own, "p");
    }
    for (size_t chunk = 0; chunk <= 20; chunk += 20) {
        cn_result *result = cn_execute(
            connection, cn_text("SELECT id FROM some_rows ORDER BY id", .chunk = chunk));
        for (int i = 0; i < ROWS; i++) {
            assert_true(cn_next(result));
            assert_int_equal(cn_get_int(result, "id"), i);
            if (i == 30 && in_parts)
                assert_int_equal(asks_for_twenty(process), chunk == 20);
        }
        assert_false(cn_next(result));
        assert_well();
    }
}

static void a_row_stays_where_it_is_while_other_statements_run(void **state)
{
    (void)state;
    cn_result *outer = all_rows();
    for (int i = 0; i < 5; i++) {
        assert_true(cn_next(outer));
        const char *name = cn_get_text(outer, "name");
        /* The text of the current row is a parameter of the statement that pushes it away. */
        cn_result *inner = cn_execute(connection,
                                      cn_text("SELECT id FROM some_rows WHERE name = :name"),
                                      CN_PARAMS("name", name));
        assert_true(cn_only(inner));
        assert_int_equal(cn_get_int(inner, "id"), i);
        cn_execute(connection, cn_text("UPDATE some_rows SET maybe = 1 WHERE id = :id"),
                   CN_PARAMS("id", cn_get_int(outer, "id")));
        assert_string_equal(name, cn_get_text(outer, "name"));
    }
    assert_well();
}

/* A number as text is in no row: it is made when it is read. */
static void what_is_made_of_a_row_in_memory_is_read_as_that_of_any_other(void **state)
{
    typedef struct Line {
        const char *id;
        const char *name;
        const char *maybe;
    } Line;
    (void)state;
    Line       line;
    cn_result *rows = all_rows();
    assert_true(cn_next(rows));
    cn_execute(connection, cn_text("SELECT 1"));
    assert_string_equal(cn_cell(rows, const char *, "id"), "0");
    assert_string_equal(cn_cell(rows, cn_decimal, "id").digits, "0");
    assert_true(cn_fetch(rows, Line, &line, id, name, maybe));
    assert_string_equal(line.id, "1");
    assert_string_equal(line.name, "name 1");
    assert_string_equal(line.maybe, "1");
    assert_well();
}

static void a_result_outlives_commit_but_not_rollback(void **state)
{
    (void)state;
    cn_result *result = all_rows();
    assert_true(cn_next(result));
    assert_true(cn_commit(connection));
    for (int i = 1; i < 10; i++) {
        assert_true(cn_next(result));
        assert_int_equal(cn_get_int(result, "id"), i);
    }
    assert_true(cn_rollback(connection));
    assert_false(cn_next(result));
    assert_well();
}

static void a_program_may_reuse_its_buffers_while_it_reads(void **state)
{
    (void)state;
    char       pattern[20] = "name 4%";
    cn_result *result      = cn_execute(
             connection, cn_text("SELECT id FROM some_rows WHERE name LIKE :p ORDER BY id"),
             CN_PARAMS("p", pattern));
    memset(pattern, 'x', sizeof pattern);
    int count = 0;
    while (cn_next(result))
        count++;
    assert_int_equal(count, 11);
    assert_well();
}

static void a_name_that_is_not_there_or_there_twice_is_an_error(void **state)
{
    (void)state;
    cn_result *result = all_rows();
    assert_true(cn_next(result));
    assert_int_equal(cn_get_int(result, "idd"), 0);
    assert_int_equal(cn_error_cause(result), CN_CAUSE_NOT_FOUND);
    assert_non_null(strstr(cn_error_message(connection), "'idd'"));
    assert_non_null(strstr(cn_error_message(connection), "maybe")); /* what there is */
    assert_false(cn_next(result));
    cn_rollback(connection);

    result = cn_execute(connection, cn_text("SELECT id, name AS id FROM some_rows WHERE id = 7"));
    assert_true(cn_next(result));
    assert_int_equal(cn_cell_at(result, int, 0), 7);
    assert_string_equal(cn_text_at(result, 1), "name 7");
    assert_well();
    cn_get_int(result, "id");
    assert_non_null(strstr(cn_error_message(connection), "more than one column 'id'"));
    cn_rollback(connection);

    result = all_rows();
    assert_true(cn_next(result));
    assert_int_equal(cn_value_at(result, 3).kind, CN_KIND_NULL);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_NOT_FOUND);
    cn_rollback(connection);
}

static void reading_without_a_row_is_an_error(void **state)
{
    (void)state;
    cn_result *result = all_rows();
    assert_int_equal(cn_get_int(result, "id"), 0);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    cn_rollback(connection);
    result = cn_execute(connection, cn_text("SELECT id FROM some_rows WHERE id = -1"));
    assert_false(cn_next(result));
    assert_null(cn_get_text(result, "id"));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    cn_rollback(connection);
}

static void only_takes_one_row_and_no_other_number(void **state)
{
    (void)state;
    cn_result *result = cn_execute(connection, cn_text("SELECT name FROM some_rows WHERE id = 7"));
    assert_true(cn_only(result));
    assert_string_equal(cn_get_text(result, "name"), "name 7");
    const char *name = cn_get_text(result, "name");
    result           = cn_execute(connection, cn_text("SELECT id FROM some_rows WHERE name = :n"),
                                  CN_PARAMS("n", name));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "id"), 7);

    const char *none = "SELECT name FROM some_rows WHERE id = -7";
    assert_false(cn_only_or_none(cn_execute(connection, cn_text(none))));
    assert_well();
    assert_false(cn_only(cn_execute(connection, cn_text(none))));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_ROWS);
    cn_rollback(connection);
    assert_false(cn_only_or_none(all_rows()));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_ROWS);
    cn_rollback(connection);
}

typedef struct Row {
    const char *name;
    int         unused;
    int         id;
    CN_OPT(int) maybe;
} Row;

static void rows_go_into_structs_by_the_names_of_members(void **state)
{
    (void)state;
    Row        row    = {.unused = 77};
    cn_result *result = all_rows();
    int        count  = 0;
    while (cn_fetch(result, Row, &row, id, name, maybe)) {
        assert_int_equal(row.id, count);
        assert_int_equal(atoi(row.name + 5), count);
        assert_int_equal(row.maybe.set, count % 2 != 0);
        assert_int_equal(row.unused, 77);
        count++;
        if (count == 10) /* from memory from here on */
            assert_true(cn_only(cn_execute(connection, cn_text("SELECT 1 AS one"))));
    }
    assert_int_equal(count, ROWS);
    assert_well();
}

static void a_struct_that_does_not_match_is_an_error_naming_both(void **state)
{
    (void)state;
    Row row;
    assert_false(cn_fetch(all_rows(), Row, &row, id, name));
    assert_non_null(strstr(cn_error_message(connection), "maybe"));
    assert_non_null(strstr(cn_error_message(connection), "Row"));
    cn_rollback(connection);
    assert_false(cn_fetch(all_rows(), Row, &row, id, name, maybe, unused));
    assert_non_null(strstr(cn_error_message(connection), "Row.unused"));
    cn_rollback(connection);
}

static void two_structs_read_one_result_in_turn(void **state)
{
    (void)state;
    typedef struct {
        int64_t        id;
        cn_value       unread;
        char           name[20];
        CN_OPT(double) maybe;
    } Other;
    cn_result *result = all_rows();
    for (int i = 0; i < 10; i += 2) {
        Row   row;
        Other other;
        assert_true(cn_fetch(result, Row, &row, id, name, maybe));
        assert_true(cn_fetch(result, Other, &other, maybe, name, id));
        assert_int_equal(row.id, i);
        assert_int_equal(other.id, i + 1);
        assert_int_equal(other.maybe.value, i + 1);
    }
    assert_well();
}

static void a_statement_fills_another_struct_the_next_time(void **state)
{
    (void)state;
    typedef struct {
        CN_OPT(int) maybe;
        const char *name;
        int         id;
    } Other;
    for (int turn = 0; turn < 4; turn++) {
        Row   row;
        Other other;
        char  changing[] = "maybe"; /* the program's memory, which says something else afterwards */
        const cn_field fields[] = {
            {"id", offsetof(Other, id), sizeof other.id, CN_STORAGE_INT32},
            {"name", offsetof(Other, name), sizeof other.name, CN_STORAGE_TEXT},
            {changing, offsetof(Other, maybe), sizeof other.maybe,
             CN_STORAGE_OPT + CN_STORAGE_INT32}};
        const cn_fields filled = {"Other", sizeof other, fields, 3};
        assert_true(cn_fetch_row(all_rows(), &filled, &other));
        assert_false(other.maybe.set);
        assert_true(cn_fetch(all_rows(), Row, &row, id, name, maybe));
        assert_string_equal(row.name, "name 0");
        assert_true(cn_fetch(all_rows(), Other, &other, maybe, name, id));
        assert_string_equal(other.name, "name 0");
        assert_well();
        memcpy(changing, "other", sizeof changing);
        assert_false(cn_fetch_row(all_rows(), &filled, &other));
        assert_non_null(strstr(cn_error_message(connection), "other"));
        assert_false(cn_fetch(all_rows(), Row, &row, id, name));
        assert_non_null(strstr(cn_error_message(connection), "maybe"));
        cn_rollback(connection);
    }
}

static void row_counts_are_of_rows_matched(void **state)
{
    (void)state;
    cn_result *result = cn_execute(connection,
                                   cn_text("UPDATE some_rows SET name = name WHERE id < 10"));
    assert_int_equal(cn_row_count(result), 10); /* although none changed */
    result = cn_execute(connection, cn_text("DELETE FROM some_rows WHERE id >= 40"));
    assert_int_equal(cn_row_count(result), 10);
    result = cn_execute(connection, cn_text("DELETE FROM some_rows WHERE id >= 40"));
    assert_int_equal(cn_row_count(result), 0);
    assert_well();
}

static void a_generated_key_is_told_where_the_database_tells(void **state)
{
    (void)state;
    static const char *const keys[] = {"INTEGER PRIMARY KEY", "INTEGER AUTO_INCREMENT PRIMARY KEY",
                                       "SERIAL PRIMARY KEY"};
    char                     sql[200];
    cn_execute(connection, cn_text("DROP TABLE IF EXISTS some_keys"));
    snprintf(sql, sizeof sql, "CREATE TABLE some_keys (id %s, name VARCHAR(10))",
             keys[suite_which()]);
    cn_execute(connection, cn_text(sql));
    for (int i = 1; i <= 3; i++) {
        cn_result *result = cn_execute(connection,
                                       cn_text("INSERT INTO some_keys (name) VALUES ('x')"));
        assert_int_equal(cn_inserted_key(result), suite_which() == SUITE_POSTGRESQL ? 0 : i);
    }
    cn_result *result = cn_execute_many(
        connection, cn_text("INSERT INTO some_keys (name) VALUES (:n) RETURNING id"),
        CN_PARAMS("n", "a"), CN_PARAMS("n", "b"), CN_PARAMS("n", "c"));
    for (int i = 4; i <= 6; i++) {
        assert_true(cn_next(result));
        assert_int_equal(cn_get_int(result, "id"), i);
    }
    assert_false(cn_next(result));
    assert_well();
    cn_execute(connection, cn_text("DROP TABLE some_keys"));
    assert_true(cn_commit(connection));
}

static void a_closed_result_gives_no_more_rows(void **state)
{
    (void)state;
    cn_result *result = all_rows();
    assert_true(cn_next(result));
    cn_close(result);
    assert_false(cn_next(result));
    cn_close(result);
    assert_well();
    assert_true(cn_next(all_rows()));
}

/* ---- memory ---------------------------------------------------------------------------------- */

static size_t allocations;

static void *count_allocate(void *context, size_t size)
{
    (void)context;
    allocations++;
    return malloc(size);
}

static void *count_reallocate(void *context, void *block, size_t size)
{
    (void)context;
    allocations++;
    return realloc(block, size);
}

static void *count_allocate_aligned(void *context, size_t alignment, size_t size)
{
    (void)context;
    allocations++;
    return aligned_alloc(alignment, size);
}

static void count_release(void *context, void *block)
{
    (void)context;
    free(block);
}

static void a_loop_of_ignored_results_takes_no_memory(void **state)
{
    (void)state;
    const cn_allocator counting = {sizeof counting,        NULL,
                                   count_allocate,         count_reallocate,
                                   count_allocate_aligned, count_release};
    if (suite_which() != SUITE_SQLITE)
        return; /* a module's driver was given the allocator when it was loaded */
    for (int round = 0; round < 2; round++) {
        if (round == 1) /* after everything has been allocated that is kept */
            assert_true(cn_set_allocator(&counting));
        allocations = 0;
        for (int i = 0; i < 1000; i++) {
            cn_execute(connection, cn_text("UPDATE some_rows SET maybe = :i WHERE id = 3"),
                       CN_PARAMS("i", -1 - i));
            cn_result *result = cn_execute(connection,
                                           cn_text("SELECT name FROM some_rows WHERE maybe = :i"),
                                           CN_PARAMS("i", -1 - i));
            while (cn_next(result))
                assert_string_equal(cn_get_text(result, "name"), "name 3");
        }
        assert_well();
    }
    assert_int_equal(allocations, 0);
    assert_true(cn_set_allocator(NULL));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, fill, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_come_in_order_and_end),
        TEST(several_results_are_read_in_turn),
        TEST(a_result_comes_in_parts_that_are_no_larger_than_asked_for),
        TEST(a_row_stays_where_it_is_while_other_statements_run),
        TEST(what_is_made_of_a_row_in_memory_is_read_as_that_of_any_other),
        TEST(a_result_outlives_commit_but_not_rollback),
        TEST(a_program_may_reuse_its_buffers_while_it_reads),
        TEST(a_name_that_is_not_there_or_there_twice_is_an_error),
        TEST(reading_without_a_row_is_an_error),
        TEST(only_takes_one_row_and_no_other_number),
        TEST(rows_go_into_structs_by_the_names_of_members),
        TEST(a_struct_that_does_not_match_is_an_error_naming_both),
        TEST(two_structs_read_one_result_in_turn),
        TEST(a_statement_fills_another_struct_the_next_time),
        TEST(row_counts_are_of_rows_matched),
        TEST(a_generated_key_is_told_where_the_database_tells),
        TEST(a_closed_result_gives_no_more_rows),
        TEST(a_loop_of_ignored_results_takes_no_memory),
    };
    return suite_main("results", tests);
}
