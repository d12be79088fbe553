/*
 * Built statements executed: what they change and return, parameters that come later, many sets,
 * the cache, and what is refused before anything is sent.
 */
#include "sql_model.h"
#include "suite.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define STATEMENT(s) CN_STATEMENT_(s)

/* A model like Thing, but not the statement's. */
#define ABOUT_ANOTHER cn_is(Other, id, ==, 1)

static void assert_well(void)
{
    ASSERT_OK(sql_connection);
}

static int64_t changed(const cn_statement *statement)
{
    int64_t rows = cn_row_count(cn_execute(sql_connection, statement));
    assert_well();
    return rows;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void rows_fill_a_struct_by_its_members(void **state)
{
    (void)state;
    Total      total;
    cn_result *result = cn_execute(
        sql_connection,
        cn_select(Thing, .columns = CN_INTO(Total, name, cn_max(cn_attr(Thing, odd)), count,
                                            cn_count_all())));
    assert_true(cn_fetch(result, Total, &total, name, count));
    assert_int_equal(total.count, 6);
    assert_string_equal(total.name, "c/d");
    assert_false(cn_fetch(result, Total, &total, name, count));
    assert_well();
}

static void aggregates_are_of_columns_and_of_computations(void **state)
{
    (void)state;
    cn_result *result = cn_execute(
        sql_connection,
        cn_select(Thing, .columns = CN_INTO(Thing, id, cn_min(cn_attr(Thing, id)), views,
                                            cn_sum(cn_times(cn_attr(Thing, id), 2)), level,
                                            cn_count(cn_attr(Thing, age)), score,
                                            cn_avg(cn_attr(Thing, score)))));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "id"), 1);
    assert_int_equal(cn_get_int64(result, "views"), 42);
    assert_int_equal(cn_get_int(result, "level"), 3);
    assert_true(cn_get_double(result, "score") > 1.74 && cn_get_double(result, "score") < 1.76);
    assert_well();
}

/* The last three have an age. MySQL has no NULLS LAST, and no aggregate behind a label */
static void a_computed_column_is_sorted_by_its_label_with_nulls_last(void **state)
{
    (void)state;
    cn_result *result = cn_execute(
        sql_connection,
        cn_select(
            Thing,
            .columns  = CN_INTO(Thing, id, cn_attr(Thing, id), age, cn_max(cn_attr(Thing, age))),
            .group_by = CN_BY(cn_attr(Thing, id)),
            .order_by = CN_BY(cn_nulls_last(cn_desc(cn_label(Thing, age))), cn_attr(Thing, id))));
    int last = INT_MAX, rows = 0, nulls = 0;
    for (; cn_next(result); rows++) {
        if (cn_get_is_null(result, "age")) {
            nulls++;
            continue;
        }
        assert_int_equal(nulls, 0);
        assert_true(cn_get_int(result, "age") <= last);
        last = cn_get_int(result, "age");
    }
    assert_int_equal(rows, 6);
    assert_int_equal(nulls, 3);
    assert_well();
}

static void order_limit_offset_and_distinct(void **state)
{
    (void)state;
    const cn_items *only_id = CN_INTO(Thing, id, cn_attr(Thing, id));
    const cn_expr  *order   = CN_BY(cn_desc(cn_attr(Thing, views)), cn_attr(Thing, id));
    char            ids[40] = "";
    cn_result      *result  = cn_execute(
              sql_connection,
              cn_select(Thing, .columns = only_id, .order_by = order, .limit = 3, .offset = 3));
    while (cn_next(result))
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%d ", cn_get_int(result, "id"));
    assert_string_equal(ids, "2 3 1 ");
    result = cn_execute(sql_connection,
                        cn_select(Thing, .columns = CN_INTO(Thing, id, cn_attr(Thing, id)),
                                  .order_by = CN_BY(cn_attr(Thing, id)), .offset = 4));
    assert_true(cn_next(result));
    assert_int_equal(cn_get_int(result, "id"), 5);
    assert_true(cn_next(result));
    assert_false(cn_next(result));
    int rows = 0;
    result   = cn_execute(sql_connection,
                          cn_select(Thing, .columns = CN_INTO(Thing, views, cn_attr(Thing, views)),
                                    .distinct = true));
    while (cn_next(result))
        rows++;
    assert_int_equal(rows, 5);
    assert_well();
}

/* The text of a value may be gone before the rows are read. */
static void a_result_outlives_the_values_of_its_statement(void **state)
{
    (void)state;
    cn_result *result;
    char       name[70];
    strcpy(name, "it's \"Eve\"; DROP TABLE x; --");
    result = cn_execute(sql_connection, cn_select(Thing,
                                                  .where    = cn_or(cn_is(Thing, name, ==, name),
                                                                    cn_contains(Thing, odd, "0%")),
                                                  .order_by = CN_BY(cn_attr(Thing, id))));
    memset(name, 'x', sizeof name);
    assert_true(cn_next(result));
    assert_int_equal(cn_get_int(result, "id"), 1);
    assert_true(cn_next(result));
    assert_int_equal(cn_get_int(result, "id"), 5);
    assert_false(cn_next(result));
    assert_well();
}

/* ---- changes --------------------------------------------------------------------------------- */

static void an_update_changes_what_its_condition_finds(void **state)
{
    (void)state;
    assert_int_equal(
        changed(STATEMENT(cn_update(Thing,
                                    .set   = CN_SET(Thing, views, cn_plus(cn_attr(Thing, views), 1),
                                                    name, cn_null, age, cn_null, state, MOOD_GRIM),
                                    .where = cn_is(Thing, id, >=, 5)))),
        2);
    assert_string_equal(
        sql_found(cn_and(cn_is_null(Thing, name), cn_is_null(Thing, age), cn_is(Thing, id, >, 3),
                         cn_is(Thing, state, ==, MOOD_GRIM))),
        "5 6");
    assert_string_equal(sql_found(cn_is(Thing, views, ==, 51)), "5");
}

static void a_delete_removes_what_its_condition_finds(void **state)
{
    (void)state;
    assert_int_equal(
        changed(STATEMENT(cn_delete_from(Thing, .where = cn_is(Thing, views, ==, 20)))), 2);
    assert_string_equal(sql_found(cn_is(Thing, id, >, 0)), "1 4 5 6");
    assert_int_equal(changed(STATEMENT(cn_delete_from(Thing, .every_row = true))), 4);
    assert_string_equal(sql_found(cn_is(Thing, id, >, 0)), "");
}

/* MariaDB returns rows from INSERT and DELETE; the error names what it cannot. */
static void a_change_returns_rows_where_the_database_can(void **state)
{
    (void)state;
    const cn_items *back = CN_INTO(Name, id, cn_attr(Thing, id), name, cn_attr(Thing, name));
    Name            row;
    cn_result      *result = cn_execute(
             sql_connection,
             cn_insert(Thing,
                       .values = CN_SET(Thing, id, 9, name, "Gus", views, 1, score, 1, pinned, true,
                                        state, MOOD_CALM, level, 1, code, "x", day,
                                        cn_date_make(2026, 1, 1), key, (cn_uuid){{9}}),
                       .returning = back));
    assert_true(cn_fetch(result, Name, &row, id, name));
    assert_int_equal(row.id, 9);
    assert_string_equal(row.name, "Gus");
    cn_close(result);
    if (suite_which() == SUITE_MYSQL) {
        sql_refused(STATEMENT(cn_update(Thing, .set = CN_SET(Thing, name, "Gus"),
                                        .where = cn_is(Thing, id, ==, 2), .returning = back)),
                    NULL, CN_CAUSE_UNSUPPORTED, "has no UPDATE ... RETURNING");
    } else {
        result = cn_execute(sql_connection,
                            cn_update(Thing, .set = CN_SET(Thing, name, "Hal"),
                                      .where = cn_is(Thing, id, ==, 2), .returning = back));
        assert_true(cn_fetch(result, Name, &row, id, name));
        assert_string_equal(row.name, "Hal");
        cn_close(result);
    }
    result = cn_execute(sql_connection,
                        cn_delete_from(Thing, .where = cn_is(Thing, id, ==, 2), .returning = back));
    assert_true(cn_fetch(result, Name, &row, id, name));
    assert_int_equal(row.id, 2);
    assert_well();
}

static void a_change_of_every_row_must_be_meant(void **state)
{
    (void)state;
    const cn_condition some = cn_is(Thing, id, ==, 1);
    const cn_items    *set  = CN_SET(Thing, name, "x");
    sql_refused(STATEMENT(cn_delete_from(Thing)), NULL, CN_CAUSE_MISUSE, "every_row");
    sql_refused(STATEMENT(cn_update(Thing, .set = set)), NULL, CN_CAUSE_MISUSE, "every_row");
    sql_refused(STATEMENT(cn_delete_from(Thing, .where = cn_when(false, some))), NULL,
                CN_CAUSE_MISUSE, "every_row");
    sql_refused(STATEMENT(cn_delete_from(
                    Thing, .where = cn_and(cn_when(false, some), cn_or(cn_when(false, some))))),
                NULL, CN_CAUSE_MISUSE, "every_row");
    sql_refused(STATEMENT(cn_update(Thing, .set = set, .where = cn_not(cn_when(false, some)))),
                NULL, CN_CAUSE_MISUSE, "the update of Thing has no condition");
    assert_string_equal(sql_found(cn_is(Thing, name, ==, "x")), "");
    assert_int_equal(changed(STATEMENT(cn_update(Thing, .set = set, .every_row = true))), 6);
}

/* ---- mistakes -------------------------------------------------------------------------------- */

static void what_is_wrong_is_named_before_anything_is_sent(void **state)
{
    (void)state;
    const char       *nothing = NULL;
    const char *const names[] = {"Ada", NULL};
    const int        *no_ids  = NULL;
    cn_condition      absent;
    memset(&absent, 0, sizeof absent);
    sql_refused(STATEMENT(cn_select(Thing, .where = cn_is(Thing, name, ==, nothing))), NULL,
                CN_CAUSE_PARAMETER, "Thing.name is compared with NULL");
    sql_refused(STATEMENT(cn_select(Thing, .where = cn_contains(Thing, odd, nothing))), NULL,
                CN_CAUSE_PARAMETER, "Thing.odd is compared with NULL");
    sql_refused(STATEMENT(cn_select(Thing, .where = cn_cmp(cn_attr(Thing, name), ==, nothing))),
                NULL, CN_CAUSE_PARAMETER, "Thing.name is compared with NULL");
    sql_refused(STATEMENT(cn_select(Thing, .where = ABOUT_ANOTHER)), NULL, CN_CAUSE_MISUSE,
                "is about Thing, but its .where mentions Other");
    sql_refused(STATEMENT(cn_select(Thing, .where = cn_is(Thing, unmapped, ==, 1))), NULL,
                CN_CAUSE_MODEL, "Thing");
    sql_refused(STATEMENT(cn_insert(Thing, .values = CN_SET(Thing, unmapped, 1))), NULL,
                CN_CAUSE_MODEL, "Thing.unmapped is not mapped");
    sql_refused(STATEMENT(cn_insert(Thing, .values = CN_SET(Other, id, 1))), NULL, CN_CAUSE_MISUSE,
                "its CN_SET or CN_KEY is about Other");
    sql_refused(STATEMENT(cn_insert(Thing, .values = CN_SET(Thing, id, 1, id, 2))), NULL,
                CN_CAUSE_MISUSE, "Thing.id is set twice");
    sql_refused(STATEMENT(cn_insert(Thing, .values = CN_SET(Thing, id, 1, level, 200))), NULL,
                CN_CAUSE_CONVERSION, "Thing.level");
    sql_refused(STATEMENT(cn_insert(Thing, .values = CN_SET(Thing, id, INT64_C(4294967297)))), NULL,
                CN_CAUSE_CONVERSION, "Thing.id: the number is more");
    sql_refused(STATEMENT(cn_insert(Thing, .values = CN_SET(Thing, views, UINT64_MAX))), NULL,
                CN_CAUSE_CONVERSION, "Thing.views: the number is more");
    sql_refused(STATEMENT(cn_update(Thing, .every_row = true)), NULL, CN_CAUSE_MISUSE,
                "sets nothing");
    sql_refused(STATEMENT(cn_select(Thing, .where = cn_in(Thing, name, "Ada", nothing))), NULL,
                CN_CAUSE_PARAMETER, "Thing.name is compared with NULL");
    sql_refused(STATEMENT(cn_select(Thing, .where = cn_in_array(Thing, name, names, 2))), NULL,
                CN_CAUSE_PARAMETER, "Thing.name is compared with NULL");
    sql_refused(STATEMENT(cn_select(Thing, .where = cn_in_array(Thing, id, no_ids, 2))), NULL,
                CN_CAUSE_PARAMETER, "the array of a list of 2 values is NULL");
    sql_refused(STATEMENT(cn_select(Thing, .where = cn_and(cn_is(Thing, id, ==, 1), absent))), NULL,
                CN_CAUSE_MISUSE, "is no condition");
    sql_refused(STATEMENT(cn_select(Thing, .limit = -1)), NULL, CN_CAUSE_PARAMETER, "negative");
    sql_refused(NULL, NULL, CN_CAUSE_MISUSE, "NULL");
}

static void a_struct_that_does_not_match_is_named_with_the_statement_s(void **state)
{
    (void)state;
    const cn_select_statement *totals = cn_select(
        Thing,
        .columns = CN_INTO(Total, name, cn_max(cn_attr(Thing, name)), count, cn_count_all()));
    cn_close(sql_connection);
    CN_SESSION(session, sql_engine) {
        Total *const *total = cn_rows(session, Total, totals);
        assert_int_equal(cn_list_count(total), 1);
        assert_int_equal(total[0]->count, 6);
        assert_int_equal(
            cn_scalar(session, int64_t,
                      cn_select(Thing, .columns = CN_INTO(Total, count, cn_count_all()))),
            6);
        assert_true(cn_ok(session));
        assert_null(cn_rows(session, Name, totals)[0]);
        assert_non_null(strstr(cn_error_message(session), "Total"));
        assert_non_null(strstr(cn_error_message(session), "Name"));
        cn_rollback(session);
        assert_null(cn_first(session, Other, .where = cn_is(Thing, id, ==, 1)));
        assert_non_null(strstr(cn_error_message(session), "Thing"));
    }
    sql_connection = cn_connect(sql_engine);
}

static void a_text_does_not_fill_a_number(void **state)
{
    (void)state;
    cn_result *result = cn_execute(
        sql_connection, cn_select(Thing, .columns = CN_INTO(Name, id, cn_attr(Thing, code))));
    Name row;
    assert_false(cn_fetch(result, Name, &row, id));
    assert_int_equal(cn_error_cause(sql_connection), CN_CAUSE_CONVERSION);
}

/* ---- later ----------------------------------------------------------------------------------- */

static void a_value_that_comes_later_is_taken_by_name(void **state)
{
    (void)state;
    const cn_select_statement *statement = cn_select(
        Thing,
        .where    = cn_and(cn_is(Thing, id, >, cn_later("least")),
                           cn_is(Thing, id, <=, cn_later("most")),
                           cn_contains(Thing, odd, cn_later("part"))),
        .order_by = CN_BY(cn_attr(Thing, id)));
    cn_result *result = cn_execute(sql_connection, statement,
                                   CN_PARAMS("most", 5, "least", 1, "part", "_"));
    assert_true(cn_next(result));
    assert_int_equal(cn_get_int(result, "id"), 2);
    assert_false(cn_next(result));
    char *sql = cn_statement_sql(sql_connection, STATEMENT(statement));
    assert_non_null(sql);
    cn_text_free(sql);
    sql_refused(STATEMENT(statement), CN_PARAMS("least", 1, "part", "x"), CN_CAUSE_PARAMETER,
                "'most' has no value");
    sql_refused(STATEMENT(statement), CN_PARAMS("least", 1, "most", 2, "part", "x", "more", 3),
                CN_CAUSE_PARAMETER, "no parameter 'more'");
    sql_refused(STATEMENT(statement), CN_PARAMS("least", 1, "most", 2, "part", "x", "most", 3),
                CN_CAUSE_PARAMETER, "'most' is given twice");
    sql_refused(STATEMENT(statement), CN_PARAMS("least", 1, "most", NULL, "part", "x"),
                CN_CAUSE_PARAMETER, "Thing.id is compared with NULL");
    sql_refused(STATEMENT(statement), CN_PARAMS("least", 1, "most", "2", "part", "x"),
                CN_CAUSE_PARAMETER, "'most' is of type text, and Thing.id of type integer");
    sql_refused(STATEMENT(statement), CN_PARAMS("least", 1, "most", 1.5, "part", "x"),
                CN_CAUSE_PARAMETER, "'most'");
    sql_refused(STATEMENT(statement), CN_PARAMS("least", 1, "most", 2, "part", 3),
                CN_CAUSE_PARAMETER, "'part'");
    const int ids[] = {1};
    sql_refused(STATEMENT(statement), CN_PARAMS("least", 1, "most", cn_list(ids, 1), "part", "x"),
                CN_CAUSE_PARAMETER, "is a list");
    sql_refused(STATEMENT(statement),
                CN_PARAMS("least", 1, "most", (void *)&statement, "part", "x"), CN_CAUSE_PARAMETER,
                "void pointer");
}

static void a_list_that_comes_later_has_any_length(void **state)
{
    (void)state;
    const int                  ids[]     = {2, 77, 4};
    const cn_select_statement *statement = cn_select(Thing, .columns = sql_ids(),
                                                     .where    = cn_in_later(Thing, id, "ids"),
                                                     .order_by = CN_BY(cn_attr(Thing, id)));
    for (size_t count = 3; count > 0; count--) {
        cn_result *result = cn_execute(sql_connection, statement,
                                       CN_PARAMS("ids", cn_list(ids, count)));
        assert_true(cn_next(result));
        assert_int_equal(cn_get_int(result, "id"), 2);
        assert_int_equal(cn_next(result), count == 3);
        cn_close(result);
    }
    cn_result *one = cn_execute(sql_connection, statement, CN_PARAMS("ids", 4)); /* a value alone */
    assert_true(cn_only(one));
    assert_int_equal(cn_get_int(one, "id"), 4);
    sql_refused(STATEMENT(statement), CN_PARAMS("ids", NULL), CN_CAUSE_PARAMETER,
                "Thing.id is compared with NULL");
    sql_refused(STATEMENT(statement), NULL, CN_CAUSE_PARAMETER, "'ids' has no value");
}

static void a_hundred_parameters_are_told_apart(void **state)
{
    (void)state;
    static char name[100][16];
    cn_param    params[102] = {0};
    cn_query *query = cn_build(cn_select(Thing, .columns = CN_INTO(Thing, id, cn_attr(Thing, id))));
    for (int i = 0; i < 100; i++) {
        snprintf(name[i], sizeof name[i], "p%d", i);
        params[i] = (cn_param){name[i], cn_value_int(i == 99 ? 4 : 100 + i)};
        cn_query_where(query, cn_is(Thing, id, !=, cn_later(name[i])));
    }
    cn_result *result = cn_execute(sql_connection, cn_built(query), params);
    int        rows   = 0;
    while (cn_next(result))
        rows++;
    assert_int_equal(rows, 5);
    params[100] = (cn_param){"p100", cn_value_int(1)};
    sql_refused(STATEMENT(cn_built(query)), params, CN_CAUSE_PARAMETER, "no parameter 'p100'");
    cn_query_free(query);
}

static void many_sets_run_one_statement(void **state)
{
    (void)state;
    const cn_update_statement *update = cn_update(Thing,
                                                  .set   = CN_SET(Thing, name, cn_later("name")),
                                                  .where = cn_is(Thing, id, ==, cn_later("id")));
    cn_result *result = cn_execute_many(sql_connection, update, CN_PARAMS("id", 1, "name", "one"),
                                        CN_PARAMS("name", NULL, "id", 2),
                                        CN_PARAMS("id", 77, "name", "none"));
    assert_well();
    assert_int_equal(cn_row_count(result), 2);
    assert_string_equal(sql_found(cn_is(Thing, name, ==, "one")), "1");
    assert_string_equal(sql_found(cn_is_null(Thing, name)), "2 3");
    cn_execute_many(sql_connection, update, CN_PARAMS("id", 1, "name", "two"), CN_PARAMS("id", 4));
    assert_false(cn_ok(sql_connection));
    assert_non_null(strstr(cn_error_message(sql_connection), "'name'"));
}

/* More than fit into one matrix, with every form of a value. */
static void ten_thousand_sets_are_inserted(void **state)
{
    (void)state;
    enum { SETS = 10000 };
    static cn_param        params[SETS][4];
    static const cn_param *sets[SETS + 1];
    for (int i = 0; i < SETS; i++) {
        params[i][0] = (cn_param){"id", cn_value_int(100 + i)};
        params[i][1] = (cn_param){"name", i % 3 == 0 ? cn_value_null() : cn_value_text("many")};
        params[i][2] = (cn_param){"state", cn_value_int(i % 3)};
        sets[i]      = params[i];
    }
    int        before = sql_sent();
    cn_result *result = cn_connection_execute_many(
        sql_connection,
        STATEMENT(
            cn_insert(Thing, .values = CN_SET(Thing, id, cn_later("id"), name, cn_later("name"),
                                              state, cn_later("state"), views, 7, score, 0.5,
                                              pinned, true, level, 1, code, "x", day,
                                              cn_date_make(2026, 1, 1), key, (cn_uuid){{9}}))),
        sets);
    assert_well();
    assert_int_equal(cn_row_count(result), SETS);
    assert_true(sql_sent() - before < 10);
    result = cn_execute(
        sql_connection,
        cn_select(Thing, .columns = CN_INTO(Total, count, cn_count_all()),
                  .where = cn_and(cn_is(Thing, state, ==, MOOD_GRIM),
                                  cn_is(Thing, name, ==, "many"), cn_is(Thing, views, ==, 7))));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "count"), 3333);
}

static void rows_that_many_sets_return_are_all_there(void **state)
{
    (void)state;
    const cn_items *back = CN_INTO(Name, id, cn_attr(Thing, id), name, cn_attr(Thing, name));
    const cn_delete_statement *deletion = cn_delete_from(
        Thing, .where = cn_is(Thing, id, ==, cn_later("id")), .returning = back);
    cn_result *result = cn_execute_many(sql_connection, deletion, CN_PARAMS("id", 2),
                                        CN_PARAMS("id", 77), CN_PARAMS("id", 4));
    Name       row;
    assert_true(cn_fetch(result, Name, &row, id, name));
    assert_string_equal(row.name, "Bob");
    assert_true(cn_fetch(result, Name, &row, id, name));
    assert_string_equal(row.name, "Dan");
    assert_false(cn_fetch(result, Name, &row, id, name));
    assert_well();
}

/* Without transactions, a batch is one statement: all of it or nothing. */
static void many_sets_are_one_statement_of_autocommit(void **state)
{
    (void)state;
    cn_close(sql_connection);
    sql_connection    = cn_connect(sql_engine, .autocommit = true);
    cn_result *result = cn_execute_many(sql_connection,
                                        cn_update(Thing, .set = CN_SET(Thing, id, cn_later("to")),
                                                  .where = cn_is(Thing, id, ==, cn_later("id"))),
                                        CN_PARAMS("id", 1, "to", 71), CN_PARAMS("id", 2, "to", 3));
    assert_false(cn_next(result));
    assert_int_equal(cn_error_cause(sql_connection), CN_CAUSE_UNIQUE);
    cn_close(sql_connection);
    sql_connection = cn_connect(sql_engine);
    assert_string_equal(sql_found(cn_is(Thing, id, >, 0)), "1 2 3 4 5 6");
}

/* ---- the cache ------------------------------------------------------------------------------- */

static bool found_cached(cn_condition condition)
{
    (void)sql_found(condition);
    return sql_was_cached();
}

static void values_do_not_matter_to_the_cache_but_structure_does(void **state)
{
    (void)state;
    const int ids[] = {1, 2, 3};
    assert_false(found_cached(cn_and(cn_is(Thing, id, ==, 1), cn_is(Thing, views, >, 2))));
    assert_true(found_cached(cn_and(cn_is(Thing, id, ==, 7), cn_is(Thing, views, >, 9))));
    assert_false(found_cached(cn_and(cn_is(Thing, id, ==, 7), cn_is(Thing, views, >=, 9))));
    assert_false(found_cached(cn_or(cn_is(Thing, id, ==, 7), cn_is(Thing, views, >, 9))));
    assert_false(found_cached(cn_is(Thing, id, ==, 7)));
    assert_true(
        found_cached(cn_and(cn_is(Thing, id, ==, 7), cn_when(false, cn_is(Thing, views, >, 9)))));
    assert_true(found_cached(cn_and(cn_and(cn_is(Thing, id, ==, 7)))));
    assert_false(found_cached(cn_in_array(Thing, id, ids, 2)));
    assert_true(found_cached(cn_in_array(Thing, id, ids + 1, 2)));
    assert_false(found_cached(cn_in_array(Thing, id, ids, 3)));
    assert_false(found_cached(cn_is(Thing, id, ==, cn_attr(Thing, level))));
    assert_false(found_cached(cn_is(Thing, id, ==, cn_attr(Thing, views))));
    assert_false(found_cached(cn_sql("id > :n", CN_PARAMS("n", 1))));
    assert_true(found_cached(cn_sql("id > :n", CN_PARAMS("n", 4))));
    assert_false(found_cached(cn_sql("id < :n", CN_PARAMS("n", 4))));
    assert_false(found_cached(cn_is_same(Thing, age, cn_null)));
    assert_true(found_cached(cn_is_same(Thing, age, cn_some(int, 40))));
}

static void a_built_query_shares_the_entry_of_one_written_in_place(void **state)
{
    (void)state;
    assert_false(found_cached(cn_and(cn_is(Thing, id, ==, 1), cn_is(Thing, views, >, 2))));
    cn_query *query = cn_build(cn_select(Thing, .columns = CN_INTO(Thing, id, cn_attr(Thing, id)),
                                         .order_by = CN_BY(cn_attr(Thing, id))));
    cn_query_where(query, cn_is(Thing, id, ==, 5));
    cn_query_where(query, cn_when(false, cn_is(Thing, id, ==, 6)));
    cn_query_where(query, cn_is(Thing, views, >, 6));
    cn_result *result = cn_execute(sql_connection, cn_built(query));
    assert_true(cn_next(result));
    assert_true(sql_was_cached());
    cn_query_limit(query, 1, 0);
    cn_execute(sql_connection, cn_built(query));
    assert_false(sql_was_cached());
    cn_query_limit(query, 2, 0);
    cn_execute(sql_connection, cn_built(query));
    assert_true(sql_was_cached());
    cn_query_free(query);
    assert_well();
}

static void a_built_query_copies_all_that_it_is_given(void **state)
{
    (void)state;
    cn_query *query;
    {
        char         name[] = "least";
        cn_condition more   = cn_is(Thing, id, >, cn_later(name));
        cn_expr      next   = cn_plus(cn_attr(Thing, id), 1);
        query               = cn_build(cn_select(Thing, .columns = CN_INTO(Thing, id, next),
                                                 .where    = cn_or(more, cn_is(Thing, id, <, 0)),
                                                 .order_by = CN_BY(next), .limit = 1,
                                                 .params = CN_PARAMS(name, 3)));
        memset(name, 'x', sizeof name - 1);
    }
    cn_result *result = cn_execute(sql_connection, cn_built(query));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "id"), 5);
    cn_query_free(query);
    assert_well();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQL_TEST(rows_fill_a_struct_by_its_members),
        SQL_TEST(aggregates_are_of_columns_and_of_computations),
        SQL_TEST(a_computed_column_is_sorted_by_its_label_with_nulls_last),
        SQL_TEST(order_limit_offset_and_distinct),
        SQL_TEST(a_result_outlives_the_values_of_its_statement),
        SQL_TEST(an_update_changes_what_its_condition_finds),
        SQL_TEST(a_delete_removes_what_its_condition_finds),
        SQL_TEST(a_change_returns_rows_where_the_database_can),
        SQL_TEST(a_change_of_every_row_must_be_meant),
        SQL_TEST(what_is_wrong_is_named_before_anything_is_sent),
        SQL_TEST(a_struct_that_does_not_match_is_named_with_the_statement_s),
        SQL_TEST(a_text_does_not_fill_a_number),
        SQL_TEST(a_value_that_comes_later_is_taken_by_name),
        SQL_TEST(a_list_that_comes_later_has_any_length),
        SQL_TEST(a_hundred_parameters_are_told_apart),
        SQL_TEST(many_sets_run_one_statement),
        SQL_TEST(ten_thousand_sets_are_inserted),
        SQL_TEST(rows_that_many_sets_return_are_all_there),
        SQL_TEST(many_sets_are_one_statement_of_autocommit),
        SQL_TEST(values_do_not_matter_to_the_cache_but_structure_does),
        SQL_TEST(a_built_query_shares_the_entry_of_one_written_in_place),
        SQL_TEST(a_built_query_copies_all_that_it_is_given),
    };
    return suite_main("built statements", tests);
}
