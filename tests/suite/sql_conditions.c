/*
 * What conditions find, executed: the same rows on every database.
 */
#include "sql_model.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static void a_comparison_finds_what_it_says(void **state)
{
    (void)state;
    assert_string_equal(sql_found(cn_is(Thing, id, ==, 3)), "3");
    assert_string_equal(sql_found(cn_is(Thing, id, !=, 3)), "1 2 4 5 6");
    assert_string_equal(sql_found(cn_is(Thing, views, <, 20)), "1");
    assert_string_equal(sql_found(cn_is(Thing, views, <=, 20)), "1 2 3");
    assert_string_equal(sql_found(cn_is(Thing, views, >, 40)), "5 6");
    assert_string_equal(sql_found(cn_is(Thing, views, >=, 40)), "4 5 6");
    assert_string_equal(sql_found(cn_is(Thing, score, >, 2.4)), "5 6");
    assert_string_equal(sql_found(cn_is(Thing, score, ==, 2)), "4");
    assert_string_equal(sql_found(cn_is(Thing, pinned, ==, true)), "2 4 6");
    assert_string_equal(sql_found(cn_is(Thing, age, >, 45)), "5 6");
    assert_string_equal(sql_found(cn_is(Thing, level, ==, 2)), "2");
    assert_string_equal(sql_found(cn_is(Thing, code, ==, "abc")), "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_is(Thing, day, >=, cn_date_make(2026, 1, 5))), "5 6");
    assert_string_equal(sql_found(cn_is(Thing, key, ==, (cn_uuid){{4}})), "4");
    assert_string_equal(sql_found(cn_is(Thing, name, ==, "it's \"Eve\"; DROP TABLE x; --")), "5");
    assert_string_equal(sql_found(cn_is(Thing, id, ==, cn_attr(Thing, level))), "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_is(Thing, views, ==, cn_times(cn_attr(Thing, id), 10))),
                        "1 2 4 5 6");
}

/* It is the value that is compared, not what of it a member could hold. */
static void a_number_keeps_its_value_whatever_the_member_holds(void **state)
{
    (void)state;
    const int64_t past[] = {INT64_C(4294967297), 2};
    const int64_t none   = INT64_C(4294967297);
    assert_string_equal(sql_found(cn_is(Thing, id, ==, none)), "");
    assert_string_equal(sql_found(cn_is(Thing, id, <, none)), "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_is(Thing, id, ==, UINT32_MAX)), "");
    assert_string_equal(sql_found(cn_is(Thing, level, ==, 257)), "");
    assert_string_equal(sql_found(cn_is(Thing, level, <, 40000)), "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_between(Thing, level, 5, -none)), "");
    assert_string_equal(sql_found(cn_cmp(cn_plus(cn_attr(Thing, level), 40000), ==, 40002)), "2");
    const char *more = sql_found(cn_is(Thing, id, <, UINT64_C(1) << 63));
    if (suite_which() == SUITE_SQLITE)
        assert_non_null(strstr(more, "the largest that SQLite holds"));
    else
        assert_string_equal(more, "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_expr_in_array(cn_attr(Thing, id), past, 2)), "2");
    assert_string_equal(sql_found(cn_in(Thing, id, none, 2)), "2");
    assert_string_equal(sql_found(cn_in_array(Thing, views, past, 2)), "");
    assert_string_equal(sql_found(cn_cmp(cn_attr(Thing, id), ==, none)), "");
    assert_string_equal(sql_found(cn_between(Thing, id, 4, none)), "4 5 6");
    assert_string_equal(sql_found(cn_is_same(Thing, id, none)), "");
    assert_string_equal(sql_found(cn_is(Thing, views, <, UINT64_C(9223372036854775807))),
                        "1 2 3 4 5 6");
}

static void an_enumeration_is_compared_by_its_label(void **state)
{
    (void)state;
    const mood moods[] = {MOOD_CALM, MOOD_GRIM};
    assert_string_equal(sql_found(cn_is(Thing, state, ==, MOOD_MERRY)), "2 5");
    assert_string_equal(sql_found(cn_is(Thing, state, !=, MOOD_CALM)), "2 3 5 6");
    assert_string_equal(sql_found(cn_in_array(Thing, state, moods, 2)), "1 3 4 6");
    assert_string_equal(sql_found(cn_cmp(cn_attr(Thing, state), ==, MOOD_GRIM)), "3 6");
    assert_string_equal(sql_found(cn_cmp(MOOD_GRIM, ==, cn_attr(Thing, state))), "3 6");
    assert_string_equal(sql_found(cn_is_same(Thing, state, MOOD_CALM)), "1 4");
    assert_string_equal(sql_found(cn_sql("state = :mood", CN_PARAMS("mood", "grim"))), "3 6");
    assert_non_null(strstr(sql_found(cn_is(Thing, state, ==, (mood)7)), "Thing.state: 7"));
    assert_non_null(strstr(sql_found(cn_cmp(cn_attr(Thing, state), ==, 0.0)), "Thing.state: "));
}

static void and_or_and_not_nest(void **state)
{
    (void)state;
    const cn_condition merry = cn_is(Thing, state, ==, MOOD_MERRY),
                       grim  = cn_is(Thing, state, ==, MOOD_GRIM);
    const cn_condition late  = cn_is(Thing, id, >, 3);
    assert_string_equal(sql_found(cn_and(cn_or(merry, grim), late)), "5 6");
    assert_string_equal(sql_found(cn_or(merry, cn_and(grim, late))), "2 5 6");
    assert_string_equal(sql_found(cn_not(cn_or(merry, late))), "1 3");
    assert_string_equal(sql_found(cn_not(cn_not(late))), "4 5 6");
    assert_string_equal(sql_found(cn_and(cn_and(cn_when(false, late), cn_or(merry, grim)), late)),
                        "5 6");
    assert_string_equal(sql_found(cn_and(cn_sql("id = 1 OR id = 5"), late)), "5");
}

static void cn_when_decides_at_run_time(void **state)
{
    (void)state;
    for (int set = 0; set < 2; set++) {
        const char *name  = set ? "Ada" : NULL;
        const char *found = sql_found(
            cn_and(cn_when(name, cn_is(Thing, name, ==, name)), cn_is(Thing, id, <, 3)));
        assert_string_equal(found, set ? "1" : "1 2");
    }
    assert_string_equal(sql_found(cn_when(false, cn_is(Thing, id, ==, 1))), "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_not(cn_when(false, cn_is(Thing, id, ==, 1)))), "1 2 3 4 5 6");
}

static void null_is_found_by_those_that_ask_for_it(void **state)
{
    (void)state;
    CN_OPT(int) none = {0};
    assert_string_equal(sql_found(cn_is_null(Thing, name)), "3");
    assert_string_equal(sql_found(cn_is_not_null(Thing, age)), "4 5 6");
    assert_string_equal(sql_found(cn_is_same(Thing, age, none)), "1 2 3");
    assert_string_equal(sql_found(cn_is_same(Thing, age, cn_null)), "1 2 3");
    assert_string_equal(sql_found(cn_is_not_same(Thing, age, none)), "4 5 6");
    assert_string_equal(sql_found(cn_is_same(Thing, age, cn_some(int, 50))), "5");
    assert_string_equal(sql_found(cn_is_not_same(Thing, age, cn_some(int, 50))), "1 2 3 4 6");
    assert_string_equal(sql_found(cn_is_same(Thing, name, NULL ? "" : (const char *)NULL)), "3");
    assert_string_equal(sql_found(cn_is_same(Thing, age, cn_attr(Thing, id))), "");
    assert_string_equal(sql_found(cn_is_same(Thing, age, cn_times(cn_attr(Thing, id), 10))),
                        "4 5 6");
}

static void matched_text_is_taken_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(sql_found(cn_contains(Thing, odd, "0%")), "1");
    assert_string_equal(sql_found(cn_contains(Thing, odd, "_")), "2");
    assert_string_equal(sql_found(cn_contains(Thing, odd, "/")), "3");
    assert_string_equal(sql_found(cn_contains(Thing, odd, "\\")), "4");
    assert_string_equal(sql_found(cn_contains(Thing, odd, "k\\s")), "4");
    assert_string_equal(sql_found(cn_starts_with(Thing, odd, "100")), "1 6");
    assert_string_equal(sql_found(cn_starts_with(Thing, odd, "100%")), "1");
    assert_string_equal(sql_found(cn_starts_with(Thing, odd, "c/")), "3");
    assert_string_equal(sql_found(cn_ends_with(Thing, odd, "_b")), "2");
    assert_string_equal(sql_found(cn_ends_with(Thing, odd, "\\slash")), "4");
    assert_string_equal(sql_found(cn_contains(Thing, odd, "")), "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_contains(Thing, name, "'s \"Eve\"; DROP")), "5");
    assert_string_equal(sql_found(cn_contains(Thing, code, "b")), "1 2 3 4 5 6");
}

static void a_pattern_has_its_wildcards_and_the_backslash(void **state)
{
    (void)state;
    assert_string_equal(sql_found(cn_like(Thing, odd, "100%")), "1 6");
    assert_string_equal(sql_found(cn_like(Thing, odd, "100\\%")), "1");
    assert_string_equal(sql_found(cn_like(Thing, odd, "a_b")), "2 5");
    assert_string_equal(sql_found(cn_like(Thing, odd, "a\\_b")), "2");
    assert_string_equal(sql_found(cn_like(Thing, odd, "back\\\\%")), "4");
    assert_string_equal(sql_found(cn_like(Thing, odd, "c/%")), "3");
    assert_string_equal(sql_found(cn_like(Thing, odd, cn_attr(Thing, odd))), "1 2 3 5 6");
}

static void a_list_has_any_length(void **state)
{
    (void)state;
    static int        many[5000];
    const int         ids[]    = {2, 4, 99};
    const char *const names[]  = {"Ada", "it's \"Eve\"; DROP TABLE x; --"};
    const cn_uuid     keys[]   = {{{1}}, {{6}}};
    const double      scores[] = {0.5, 3};
    for (int i = 0; i < 5000; i++)
        many[i] = i + 5;
    assert_string_equal(sql_found(cn_in_array(Thing, id, ids, 3)), "2 4");
    assert_string_equal(sql_found(cn_in_array(Thing, id, ids, 0)), "");
    assert_string_equal(sql_found(cn_not(cn_in_array(Thing, id, ids, 0))), "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_and(cn_in_array(Thing, age, ids, 0), cn_is(Thing, id, >, 0))),
                        "");
    assert_string_equal(sql_found(cn_not(cn_in_array(Thing, id, ids, 2))), "1 3 5 6");
    assert_string_equal(sql_found(cn_in_array(Thing, id, many, 5000)), "5 6");
    assert_string_equal(sql_found(cn_in_array(Thing, name, names, 2)), "1 5");
    assert_string_equal(sql_found(cn_in_array(Thing, key, keys, 2)), "1 6");
    assert_string_equal(sql_found(cn_in_array(Thing, score, scores, 2)), "1 6");
}

static void a_fragment_has_parameters_of_its_own(void **state)
{
    (void)state;
    const int ids[] = {1, 5};
    assert_string_equal(sql_found(cn_sql("id > :n AND id < :n + 2", CN_PARAMS("n", 2))), "3");
    assert_string_equal(sql_found(cn_sql("id = :b OR id = :a", CN_PARAMS("a", 2, "b", 5))), "2 5");
    assert_string_equal(sql_found(cn_sql("name = 'it''s \"Eve\"; DROP TABLE x; --'")), "5");
    assert_string_equal(sql_found(cn_sql("id IN :ids", CN_PARAMS("ids", cn_list(ids, 2)))), "1 5");
    assert_string_equal(sql_found(cn_sql("id IN (:ids, 2)", CN_PARAMS("ids", cn_list(ids, 2)))),
                        "1 2 5");
    assert_string_equal(sql_found(cn_sql("id NOT IN :ids", CN_PARAMS("ids", cn_list(ids, 0)))),
                        "1 2 3 4 5 6");
    assert_string_equal(
        sql_found(cn_and(cn_sql("id > :n", CN_PARAMS("n", 3)), cn_is(Thing, id, <, 6))), "4 5");
    assert_non_null(strstr(sql_found(cn_sql("id = :n")), "'n'"));
    assert_non_null(strstr(sql_found(cn_sql("id = 1", CN_PARAMS("n", 1))), "no parameter 'n'"));
    assert_non_null(strstr(sql_found(cn_sql("id = :n", CN_PARAMS("n", 1, "n", 2))), "twice"));
    assert_non_null(strstr(sql_found(cn_sql("id = :n", CN_PARAMS("n", cn_list(ids, 2)))), "list"));
    assert_non_null(strstr(sql_found(cn_sql("id IN :n", CN_PARAMS("n", 1))), "not a list"));
    assert_non_null(strstr(sql_found(cn_sql(NULL)), "cn_sql was given no text"));
}

static void functions_and_arithmetic_are_computed(void **state)
{
    (void)state;
    assert_string_equal(sql_found(cn_cmp(cn_call("length", cn_attr(Thing, name)), >, 3)), "5");
    assert_string_equal(
        sql_found(
            cn_cmp(cn_call("coalesce", cn_attr(Thing, name), cn_literal("none")), ==, "none")),
        "3");
    assert_string_equal(
        sql_found(cn_is(Thing, views, ==, cn_times(cn_plus(cn_attr(Thing, id), 1), 5))), "1 3");
    assert_string_equal(
        sql_found(cn_is(Thing, views, ==, cn_minus(50, cn_minus(20, cn_attr(Thing, views))))), "");
    assert_string_equal(
        sql_found(cn_is(Thing, id, ==, cn_minus(10, cn_minus(5, cn_minus(1, cn_attr(Thing, id)))))),
        "3");
    assert_string_equal(sql_found(cn_is(Thing, score, >, cn_plus(cn_attr(Thing, id), -3.0))),
                        "1 2 3 4 5");
}

/* PostgreSQL gives a placeholder the type of what it meets: a value that has another says so. */
static void a_value_in_an_expression_has_its_own_type(void **state)
{
    (void)state;
    const cn_expr id = cn_attr(Thing, id);
    assert_string_equal(sql_found(cn_cmp(id, >, 4.5)), "5 6");
    assert_string_equal(sql_found(cn_cmp(id, <, INT64_MAX)), "1 2 3 4 5 6");
    assert_string_equal(sql_found(cn_cmp(cn_plus(id, 0.5), >, 5)), "5 6");
    assert_string_equal(sql_found(cn_cmp(cn_plus(id, INT64_C(5000000000)), >, INT64_C(5000000004))),
                        "5 6");
    const cn_expr level = cn_attr(Thing, level);
    for (int64_t most = INT16_MAX + 1; most < INT64_MAX / 4; most *= 4) {
        assert_string_equal(sql_found(cn_is(Thing, level, <, most)), "1 2 3 4 5 6");
        assert_string_equal(sql_found(cn_between(Thing, level, -most, most)), "1 2 3 4 5 6");
        assert_string_equal(sql_found(cn_in(Thing, level, most, 127)), "");
        assert_string_equal(sql_found(cn_cmp(most, >, level)), "1 2 3 4 5 6");
        assert_string_equal(sql_found(cn_cmp(cn_abs(level), <, most)), "1 2 3 4 5 6");
        assert_string_equal(sql_found(cn_cmp(cn_plus(level, most), <, 0)), "");
    }
    assert_string_equal(
        sql_found(cn_cmp(cn_call("coalesce", cn_attr(Thing, age), cn_literal(0.5)), <, 40)),
        "1 2 3");
    assert_string_equal(
        sql_found(cn_and(cn_cmp(id, >, cn_later("x")))),
        "the statement's parameter 'x' has no value: give it with CN_PARAMS(\"x\", ...)");
}

static void a_name_is_never_a_way_in(void **state)
{
    (void)state;
    assert_non_null(
        strstr(sql_found(cn_cmp(cn_call("length(name) > 0 OR (1", cn_attr(Thing, name)), >, 0)),
               "is no name of a function"));
    assert_non_null(strstr(sql_found(cn_cmp(cn_call("", cn_attr(Thing, name)), >, 0)),
                           "is no name of a function"));
    assert_string_equal(sql_found(cn_is(Thing, name, ==, "' OR '1'='1")), "");
    assert_string_equal(sql_found(cn_is(Thing, name, ==, "\\' OR 1=1 --")), "");
}

/* 100 000 conditions of an AND are no deeper than two. */
static void a_chain_of_a_hundred_thousand_is_not_deep(void **state)
{
    (void)state;
    cn_query *query = cn_build(cn_select(Thing, .columns = CN_INTO(Thing, id, cn_attr(Thing, id))));
    for (int i = 0; i < 100000; i++)
        cn_query_where(query,
                       i % 2 == 0 ? cn_is_not_null(Thing, id) : cn_is_not_null(Thing, views));
    cn_query_where(query, cn_is(Thing, id, >, 4));
    cn_query_order_by(query, cn_attr(Thing, id));
    cn_result *result = cn_execute(sql_connection, cn_built(query));
    assert_true(cn_next(result));
    assert_int_equal(cn_get_int(result, "id"), 5);
    assert_true(cn_next(result));
    assert_false(cn_next(result));
    cn_query_free(query);
}

static void two_thousand_values_are_anded_and_ored(void **state)
{
    (void)state;
    cn_query *query = cn_build(cn_select(Thing, .columns = CN_INTO(Thing, id, cn_attr(Thing, id))));
    for (int i = 0; i < 2000; i++)
        cn_query_where(
            query, cn_or(cn_is(Thing, id, !=, i == 1999 ? 6 : 100 + i), cn_is(Thing, id, ==, -1)));
    assert_non_null(query);
    cn_result *result = cn_execute(sql_connection, cn_built(query));
    int        rows   = 0;
    while (cn_next(result))
        rows++;
    assert_true(cn_ok(sql_connection));
    assert_int_equal(rows, 5);
    cn_query_free(query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQL_TEST(a_comparison_finds_what_it_says),
        SQL_TEST(a_number_keeps_its_value_whatever_the_member_holds),
        SQL_TEST(an_enumeration_is_compared_by_its_label),
        SQL_TEST(and_or_and_not_nest),
        SQL_TEST(cn_when_decides_at_run_time),
        SQL_TEST(null_is_found_by_those_that_ask_for_it),
        SQL_TEST(matched_text_is_taken_as_it_is),
        SQL_TEST(a_pattern_has_its_wildcards_and_the_backslash),
        SQL_TEST(a_list_has_any_length),
        SQL_TEST(a_fragment_has_parameters_of_its_own),
        SQL_TEST(functions_and_arithmetic_are_computed),
        SQL_TEST(a_value_in_an_expression_has_its_own_type),
        SQL_TEST(a_name_is_never_a_way_in),
        SQL_TEST(a_chain_of_a_hundred_thousand_is_not_deep),
        SQL_TEST(two_thousand_values_are_anded_and_ored),
    };
    return suite_main("conditions", tests);
}
