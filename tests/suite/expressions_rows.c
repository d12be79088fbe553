/*
 * Expressions over several rows and inside documents: aggregates, windows, JSON, rows as values,
 * text of the program's own; what cannot be said is an error before anything is sent.
 */
#include "expressions_model.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define A cn_attr(Item, a)
#define B cn_attr(Item, b)
#define ID cn_attr(Item, id)
#define NAME cn_attr(Item, name)
#define NOTE cn_attr(Item, note)
#define DATA cn_attr(Item, data)

/* An expression over all rows. */
#define OF_ALL(e) CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, e)))
#define TOTALS(how, e, expected)                                                                   \
    expressions_equal(expressions_value(OF_ALL(e), NULL, how), expected, #e, __LINE__)
/* A window over all rows, in the row of an id. */
#define IN_ROW(how, row, e, expected)                                                              \
    expressions_equal(in_row(CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, e),        \
                                                     .order_by = CN_BY(cn_attr(Item, id)))),       \
                             row, how),                                                            \
                      expected, #e, __LINE__)

static const char *in_row(const cn_statement *statement, int row, reading how)
{
    static char text[400];
    cn_result  *result = cn_execute(expressions_connection, statement);
    bool        there  = true;
    for (int i = 0; i < row && there; i++)
        there = cn_next(result);
    if (!there)
        snprintf(text, sizeof text, "no row");
    else if (cn_value_at(result, 0).kind == CN_KIND_NULL)
        snprintf(text, sizeof text, "NULL");
    else if (how == REAL)
        snprintf(text, sizeof text, "%.9g", cn_cell_at(result, double, 0));
    else if (how == INTEGER)
        snprintf(text, sizeof text, "%lld", (long long)cn_cell_at(result, int64_t, 0));
    else
        snprintf(text, sizeof text, "%s", cn_text_at(result, 0));
    cn_close(result);
    if (!cn_ok(expressions_connection)) {
        snprintf(text, sizeof text, "error: %s", cn_error_message(expressions_connection));
        cn_rollback(expressions_connection);
    }
    return text;
}

static bool is_sqlite(void)
{
    return suite_which() == SUITE_SQLITE;
}

static void aggregates(void **state)
{
    (void)state;
    TOTALS(INTEGER, cn_count_all(), "4");
    TOTALS(INTEGER, cn_count(cn_attr(Item, opt)), "3");
    TOTALS(INTEGER, cn_count(cn_distinct(B)), "3");
    TOTALS(INTEGER, cn_count(cn_distinct(cn_plus(B, A))), "4");
    TOTALS(INTEGER, cn_sum(A), "12");
    TOTALS(INTEGER, cn_sum(cn_distinct(B)), "4");
    TOTALS(INTEGER, cn_sum(cn_times(A, 2)), "24");
    TOTALS(REAL, cn_avg(A), "3");
    TOTALS(INTEGER, cn_min(A), "-7");
    TOTALS(TEXT, cn_max(NOTE), "x");
    TOTALS(INTEGER, cn_max(cn_plus(A, 1)), "13");
    TOTALS(INTEGER, cn_plus(cn_max(A), 1), "13");
    TOTALS(INTEGER, cn_filter(cn_count_all(), cn_is(Item, a, >, 0)), "2");
    TOTALS(INTEGER, cn_filter(cn_count(cn_attr(Item, opt)), cn_is(Item, a, >, 0)), "1");
    TOTALS(INTEGER, cn_filter(cn_count(cn_distinct(B)), cn_is(Item, b, ==, 2)), "1");
    TOTALS(INTEGER, cn_filter(cn_sum(cn_plus(A, 1)), cn_is(Item, b, ==, 2)), "2");
    TOTALS(INTEGER, cn_filter(cn_sum(A), cn_never()), "NULL");
    TOTALS(INTEGER, cn_filter(cn_sum(A), cn_or(cn_is(Item, a, ==, 7), cn_is(Item, a, ==, 12))),
           "19");
    TOTALS(INTEGER, cn_filter(cn_sum(A), cn_when(false, cn_never())), "12");
    TOTALS(INTEGER, cn_coalesce(cn_filter(cn_sum(A), cn_never()), 0), "0");
    TOTALS(INTEGER, cn_length(cn_string_agg(NOTE, ", ")), "6");
    TOTALS(TEXT, cn_filter(cn_string_agg(NAME, "|"), cn_is(Item, id, ==, 4)), "ada");
    expressions_verdict();
}

/* SQLite takes an order inside an aggregate from 3.44 on, and DISTINCT of one argument only. */
static void texts_are_put_together_in_order(void **state)
{
    (void)state;
    const char *const why       = "error: SQLite ";
    const cn_expr     ordered[] = {cn_desc(ID), {{.kind = CN_NODE_NONE}}};
    const char       *text;
    text = expressions_value(
        OF_ALL(cn_ordered(cn_string_agg(cn_cast(ID, CN_TEXT), "'\\"), ordered)), NULL, TEXT);
    if (!is_sqlite() || strncmp(text, why, strlen(why)) != 0)
        assert_string_equal(text, "4'\\3'\\2'\\1");
    text = expressions_value(
        OF_ALL(cn_filter(cn_ordered(cn_string_agg(NAME, ", "), CN_BY(cn_desc(A))),
                         cn_is(Item, a, >, 0))),
        NULL, TEXT);
    if (!is_sqlite() || strncmp(text, why, strlen(why)) != 0)
        assert_string_equal(text, "ada, Ada Lovelace");
    text = expressions_value(OF_ALL(cn_string_agg(cn_distinct(NOTE), "-")), NULL, TEXT);
    if (is_sqlite())
        assert_non_null(strstr(text, "DISTINCT in an aggregate of several arguments"));
    else
        assert_int_equal(strlen(text), 2); /* "" and "x", in any order, with - between */
}

static void windows(void **state)
{
    (void)state;
    const cn_expr *by_id = CN_BY(ID);
    IN_ROW(INTEGER, 3, cn_over(cn_row_number(), .order_by = CN_BY(cn_desc(ID))), "2");
    IN_ROW(INTEGER, 2, cn_over(cn_row_number(), .partition_by = CN_BY(B), .order_by = by_id), "2");
    IN_ROW(INTEGER, 3, cn_over(cn_rank(), .order_by = CN_BY(cn_desc(B))), "4");
    IN_ROW(INTEGER, 3, cn_over(cn_dense_rank(), .order_by = CN_BY(cn_desc(B))), "3");
    IN_ROW(REAL, 4, cn_over(cn_percent_rank(), .order_by = by_id), "1");
    IN_ROW(REAL, 2, cn_over(cn_cume_dist(), .order_by = by_id), "0.5");
    IN_ROW(INTEGER, 1, cn_over(cn_sum(A)), "12");
    IN_ROW(INTEGER, 3, cn_over(cn_sum(A), .order_by = by_id), "0");
    IN_ROW(INTEGER, 3, cn_over(cn_sum(A), .order_by = by_id, .frame = CN_ROWS(-1, 0)), "-7");
    IN_ROW(INTEGER, 3, cn_over(cn_sum(A), .order_by = by_id, .frame = CN_ROWS(-1, 1)), "5");
    IN_ROW(INTEGER, 2, cn_over(cn_sum(A), .order_by = by_id, .frame = CN_ROWS(1, 2)), "12");
    IN_ROW(INTEGER, 3, cn_over(cn_sum(A), .order_by = by_id, .frame = CN_ROWS(-2, -1)), "0");
    IN_ROW(INTEGER, 2,
           cn_over(cn_sum(A), .order_by = by_id,
                   .frame = CN_ROWS(CN_UNBOUNDED_PRECEDING, CN_UNBOUNDED_FOLLOWING)),
           "12");
    IN_ROW(INTEGER, 2,
           cn_over(cn_sum(A), .order_by = by_id, .frame = CN_RANGE(0, CN_UNBOUNDED_FOLLOWING)),
           "5");
    IN_ROW(INTEGER, 1, cn_over(cn_count_all(), .order_by = CN_BY(B), .frame = CN_RANGE(0, 3)), "3");
    IN_ROW(INTEGER, 1, cn_over(cn_lag(A, 1), .order_by = by_id), "NULL");
    IN_ROW(INTEGER, 2, cn_over(cn_lag(A, 1), .order_by = by_id), "7");
    IN_ROW(INTEGER, 2, cn_over(cn_lead(cn_plus(A, 1), 2), .order_by = by_id), "13");
    IN_ROW(INTEGER, 3, cn_over(cn_ntile(2), .order_by = by_id), "2");
    IN_ROW(TEXT, 3, cn_over(cn_first_value(NAME), .order_by = by_id), "Ada Lovelace");
    IN_ROW(
        INTEGER, 1,
        cn_over(cn_last_value(ID), .order_by = by_id, .frame = CN_ROWS(0, CN_UNBOUNDED_FOLLOWING)),
        "4");
    IN_ROW(INTEGER, 3, cn_over(cn_nth_value(A, 2), .order_by = by_id), "-7");
    IN_ROW(INTEGER, 1,
           cn_over(cn_filter(cn_sum(A), cn_is(Item, a, >, 0)), .partition_by = CN_BY(B)), "7");
    IN_ROW(INTEGER, 4, cn_minus(A, cn_over(cn_lag(A, 1), .order_by = by_id)), "12");
    IN_ROW(
        INTEGER, 2,
        cn_over(cn_sum(cn_case(cn_then(cn_is(Item, a, >, 0), 1), cn_else(0))), .order_by = by_id),
        "1");
    if (suite_which() == SUITE_MYSQL)
        assert_non_null(strstr(expressions_value(OF_ALL(cn_over(cn_sum(A), .order_by = by_id,
                                                                .frame = CN_GROUPS(-1, 0))),
                                                 NULL, INTEGER),
                               "GROUPS"));
    else
        IN_ROW(INTEGER, 3, cn_over(cn_sum(A), .order_by = CN_BY(B), .frame = CN_GROUPS(-1, 0)),
               "0");
    expressions_verdict();
}

static void documents(void **state)
{
    (void)state;
    GIVES(TEXT, 1, cn_json_text_at(DATA, "s"), "te'xt");
    GIVES(TEXT, 1, cn_json_text_at(DATA, "a", "b", 1), "x");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "a", "b", 0), "10");
    GIVES(REAL, 1, cn_json_real_at(DATA, "a", "b", 4), "1.5");
    GIVES(BOOLEAN, 1, cn_json_bool_at(DATA, "a", "b", 3), "true");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "k.d"), "1");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "b\\s"), "3");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "sp ace"), "4");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "$"), "5");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "2"), "6");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "i"), "42");
    GIVES(REAL, 1, cn_json_real_at(DATA, "r"), "2.5");
    GIVES(REAL, 1, cn_json_real_at(DATA, "i"), "42");
    GIVES(BOOLEAN, 1, cn_json_bool_at(DATA, "t"), "true");
    GIVES(BOOLEAN, 1, cn_json_bool_at(DATA, "f"), "false");
    GIVES(TEXT, 1, cn_json_text_at(DATA, "null"), "null");
    GIVES(TEXT, 1, cn_json_text_at(DATA, "i"), "42");
    GIVES(TEXT, 1, cn_json_at(DATA, "i"), "42");
    GIVES(TEXT, 1, cn_json_at(DATA, "s"), "\"te'xt\"");
    GIVES(TEXT, 1, cn_json_at(DATA, "n"), "null");
    GIVES(TEXT, 1, cn_json_at(DATA, "t"), "true");
    GIVES(INTEGER, 2, cn_json_int_at(DATA, 0), "1");
    GIVES(INTEGER, 2, cn_json_int_at(DATA, 1, 1), "3");
    GIVES(INTEGER, 1, cn_json_int_at(cn_json_at(DATA, "a"), "b", 0), "10");
    /* JSON's null, and what is not there */
    GIVES(TEXT, 1, cn_json_text_at(DATA, "n"), "NULL");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "n"), "NULL");
    GIVES(REAL, 1, cn_json_real_at(DATA, "n"), "NULL");
    GIVES(BOOLEAN, 1, cn_json_bool_at(DATA, "n"), "NULL");
    GIVES(TEXT, 1, cn_json_text_at(DATA, "a", "b", 2), "NULL");
    GIVES(TEXT, 1, cn_json_at(DATA, "missing"), "NULL");
    GIVES(TEXT, 1, cn_json_at(DATA, "a", "b", 9), "NULL");
    GIVES(TEXT, 1, cn_json_text_at(DATA, "missing"), "NULL");
    GIVES(INTEGER, 1, cn_json_int_at(DATA, "a", "missing"), "NULL");
    GIVES(REAL, 1, cn_json_real_at(DATA, "missing"), "NULL");
    GIVES(BOOLEAN, 1, cn_json_bool_at(DATA, "missing"), "NULL");
    GIVES(TEXT, 2, cn_json_text_at(DATA, "s"), "NULL");
    HOLDS(1, cn_cmp(cn_json_text_at(DATA, "s"), ==, "te'xt"), "true");
    HOLDS(1, cn_cmp(cn_json_int_at(DATA, "i"), >, 41), "true");
    HOLDS(1, cn_expr_is_null(cn_json_at(DATA, "missing")), "true");
    HOLDS(1, cn_expr_is_null(cn_json_at(DATA, "n")), "false");
    HOLDS(1, cn_expr_contains(cn_json_text_at(DATA, "s"), "'x"), "true");
    GIVES(INTEGER, 1, cn_plus(cn_json_int_at(DATA, "i"), 1), "43");
    GIVES(TEXT, 1, cn_concat(cn_json_text_at(DATA, "s"), "!"), "te'xt!");
    expressions_verdict();
}

static void backslashes_in_keys_are_found_at_every_step(void **state)
{
    (void)state;
    const cn_expr odd = cn_cast("{\"o\": {\"b\\\\s\": 8, \"e\\\\\": 9}, \"e\\\\\": 10}", CN_JSON);
    GIVES(INTEGER, 1, cn_json_int_at(odd, "o", "b\\s"), "8");
    GIVES(INTEGER, 1, cn_json_int_at(odd, "o", "e\\"), "9");
    GIVES(INTEGER, 1, cn_json_int_at(odd, "e\\"), "10");
    expressions_verdict();
}

static void a_quote_in_a_key_is_found_or_refused(void **state)
{
    (void)state;
    const char *found = expressions_value(OF_ROW(1, cn_json_int_at(DATA, "q\"t")), NULL, INTEGER);
    if (is_sqlite())
        assert_non_null(strstr(found, "error: SQLite finds no key"));
    else
        assert_string_equal(found, "2");
}

static void rows_as_values(void **state)
{
    (void)state;
    HOLDS(1, cn_cmp(cn_tuple(A, B), ==, cn_tuple(7, 2)), "true");
    HOLDS(1, cn_cmp(cn_tuple(A, B), <, cn_tuple(7, 3)), "true");
    HOLDS(1, cn_cmp(cn_tuple(A, B), >=, cn_tuple(7, 3)), "false");
    HOLDS(1, cn_cmp(cn_tuple(cn_attr(Item, day), ID), <, cn_tuple(cn_date_make(2024, 12, 30), 2)),
          "true");
    HOLDS(1, cn_expr_in(cn_tuple(A, B), cn_tuple(1, 2), cn_tuple(7, 2)), "true");
    HOLDS(1, cn_expr_in(cn_tuple(A, B), cn_tuple(1, 2)), "false");
    HOLDS(1,
          cn_expr_in_query(cn_tuple(A, B), cn_select(Item, .columns = CN_INTO(Value, v, A, v, B),
                                                     .where = cn_is(Item, id, <, 3))),
          "true");
    expressions_verdict();
}

static void sub_queries(void **state)
{
    (void)state;
    const cn_select_statement *bs  = cn_select(Item, .columns = CN_INTO(Value, v, B));
    const cn_select_statement *top = cn_select(Item, .columns = CN_INTO(Value, v, cn_max(A)));
    HOLDS(1, cn_in_query(Item, b, bs), "true");
    HOLDS(1, cn_in_query(Item, a, bs), "false");
    HOLDS(1, cn_expr_in_query(cn_minus(A, 2), bs), "true");
    HOLDS(4, cn_cmp(A, ==, cn_scalar_query(top)), "true");
    GIVES(INTEGER, 1, cn_minus(cn_scalar_query(top), A), "5");
    HOLDS(1, cn_exists(bs), "true");
    HOLDS(
        1,
        cn_exists(cn_select(Item, .columns = CN_INTO(Value, v, B), .where = cn_is(Item, a, >, 99))),
        "false");
    GIVES(TEXT, 4, cn_case(cn_then(cn_exists(bs), "yes"), cn_else("no")), "yes");
    if (is_sqlite()) {
        assert_non_null(strstr(
            expressions_value(OF_ROW(1, cn_truth(cn_cmp(A, >, cn_all_of(bs)))), NULL, BOOLEAN),
            "ANY and ALL"));
    } else {
        HOLDS(1, cn_cmp(A, >, cn_all_of(bs)), "true");
        HOLDS(1, cn_cmp(B, ==, cn_any_of(bs)), "true");
        HOLDS(1, cn_cmp(A, ==, cn_any_of(bs)), "false");
    }
    expressions_verdict();
}

static void collations(void **state)
{
    (void)state;
    const char *const names[]  = {"NOCASE", "utf8mb4_bin", "C"};
    const char       *name     = names[suite_which()];
    const bool        caseless = is_sqlite();
    HOLDS(4, cn_cmp(cn_collate(NAME, name), ==, "ADA"), caseless ? "true" : "false");
    HOLDS(4, cn_cmp(cn_collate(NAME, name), ==, "ada"), "true");
    HOLDS(4, cn_cmp(cn_collate(cn_concat(NAME, "x"), name), ==, "adax"), "true");
    GIVES(TEXT, 4, cn_concat(cn_collate(NAME, name), "x"), "adax");
    TOTALS(TEXT, cn_min(cn_collate(NAME, name)), "100%_a/b\\c'd\"e");
    assert_non_null(
        strstr(expressions_value(
                   OF_ROW(1, cn_truth(cn_cmp(cn_collate(NAME, "no\" such"), ==, "x"))), NULL, TEXT),
               "error: "));
    expressions_verdict();
}

static void text_of_the_programs_own(void **state)
{
    (void)state;
    const int         ids[]   = {1, 7};
    const char *const names[] = {"ada", "it's"};
    HOLDS(1, cn_sql("a = 7"), "true");
    HOLDS(1, cn_sql("a = :n OR a = 99", CN_PARAMS("n", 7)), "true");
    HOLDS(1, cn_and(cn_sql("a = 7 OR b = 99"), cn_is(Item, b, ==, 3)), "false");
    HOLDS(1, cn_sql("a IN :ids", CN_PARAMS("ids", cn_list(ids, 2))), "true");
    HOLDS(1, cn_sql("a NOT IN :ids", CN_PARAMS("ids", cn_list(ids, 1))), "true");
    HOLDS(1, cn_sql("a IN :ids", CN_PARAMS("ids", cn_list(ids, 0))), "false");
    HOLDS(4, cn_sql("name IN :names AND a > :n", CN_PARAMS("names", cn_list(names, 2), "n", 1)),
          "true");
    GIVES(INTEGER, 1, cn_sql_value("a + :n", CN_PARAMS("n", 1)), "8");
    GIVES(INTEGER, 1, cn_times(cn_sql_value("a + 1"), 2), "16");
    GIVES(INTEGER, 1,
          cn_plus(cn_sql_value("CASE WHEN a IN :ids THEN 1 ELSE 0 END",
                               CN_PARAMS("ids", cn_list(ids, 2))),
                  B),
          "3");
    GIVES(TEXT, 1, cn_sql_value("':not a parameter'"), ":not a parameter");
    GIVES(TEXT, 1, cn_inline("it's \\ \"q\" %"), "it's \\ \"q\" %");
    GIVES(TEXT, 1, cn_concat(NAME, cn_inline("'")), "Ada Lovelace'");
    GIVES(INTEGER, 1, cn_named(&Item_model, "a"), "7");
    HOLDS(1, cn_cmp(cn_named(&Item_model, "a"), ==, 7), "true");
    static const cn_spelling larger[] = {
        {"sqlite", "max(@0, @1)"}, {"", "greatest(@0, @1)"}, {NULL, NULL}};
    GIVES(INTEGER, 1, cn_spelled(larger, A, B), "7");
    GIVES(INTEGER, 1, cn_spelled(larger, cn_plus(A, 1), 40), "40");
    GIVES(INTEGER, 1, cn_spelled(larger, cn_spelled(larger, B, 3), cn_minus(A, 6)), "3");
    HOLDS(1, cn_cmp(cn_spelled(larger, A, B), ==, cn_plus(cn_spelled(larger, B, 6), 1)), "true");
    GIVES(INTEGER, 1, cn_operator(A, "+", B), "9");
    GIVES(INTEGER, 1, cn_operator(cn_plus(A, 1), "*", cn_plus(B, 1)), "24");
    HOLDS(1, cn_cmp(cn_operator(A, "%", 4), ==, 3), "true");
    GIVES_WITH(INTEGER, 1, cn_plus(A, cn_later("n")), CN_PARAMS("n", 5), "12");
    GIVES_WITH(TEXT, 1, cn_coalesce(NOTE, cn_later("t")), CN_PARAMS("t", "none"), "none");
    HOLDS_WITH(4, cn_in_later(Item, name, "names"), CN_PARAMS("names", cn_list(names, 2)), "true");
    expressions_verdict();
}

static void orders_and_groups(void **state)
{
    (void)state;
#define FIRST(order, expected)                                                                     \
    expressions_equal(                                                                             \
        expressions_value(CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, ID),          \
                                                  .order_by = order, .limit = 1)),                 \
                          NULL, INTEGER),                                                          \
        expected, #order, __LINE__)
    FIRST(CN_BY(A), "2");
    FIRST(CN_BY(cn_desc(A)), "4");
    FIRST(CN_BY(cn_asc(cn_desc(A))), "2");
    FIRST(CN_BY(cn_nulls_first(cn_attr(Item, opt))), "1");
    FIRST(CN_BY(cn_nulls_first(cn_desc(cn_attr(Item, opt)))), "1");
    FIRST(CN_BY(cn_nulls_last(cn_attr(Item, opt))), "2");
    FIRST(CN_BY(cn_nulls_last(cn_desc(cn_plus(cn_attr(Item, opt), 0)))), "4");
    FIRST(CN_BY(B, cn_desc(ID)), "3");
    FIRST(CN_BY(cn_case(cn_then(cn_is(Item, id, ==, 3), 0), cn_else(1)), ID), "3");
    FIRST(CN_BY(cn_desc(cn_label(Value, v))), "4");
#undef FIRST
    expressions_verdict();
}

/* For each b and id, for each b, and for all: how many rows of each b there are; [3] of no b. */
static void totals_stand_below_their_groups(void **state)
{
    (void)state;
    const cn_select_statement *totals = cn_select(
        Item, .columns = CN_INTO(Value, v, B, v, cn_count_all()),
        .group_by = CN_BY(cn_rollup(B, ID)));
    const int  b[]       = {-3, 2, 5};
    int        groups[4] = {0}, most[4] = {0};
    cn_result *result = cn_execute(expressions_connection, totals);
    while (cn_next(result)) {
        int at = 0, count = cn_cell_at(result, int, 1);
        while (at < 3 &&
               (cn_value_at(result, 0).kind == CN_KIND_NULL || cn_cell_at(result, int, 0) != b[at]))
            at++;
        groups[at]++;
        most[at] = count > most[at] ? count : most[at];
    }
    cn_close(result);
    if (is_sqlite()) {
        assert_int_equal(cn_error_cause(expressions_connection), CN_CAUSE_UNSUPPORTED);
        assert_non_null(strstr(cn_error_message(expressions_connection), "ROLLUP"));
    } else {
        assert_true(cn_ok(expressions_connection));
        assert_memory_equal(groups, ((const int[]){2, 3, 2, 1}), sizeof groups);
        assert_memory_equal(most, ((const int[]){1, 2, 1, 4}), sizeof most);
    }
    cn_rollback(expressions_connection);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void refused(const cn_statement *statement, const char *word, int line)
{
    char       *why       = NULL;
    const char *dialect[] = {"sqlite", "mysql", "postgresql"};
    char       *text      = cn_statement_text(statement, dialect[suite_which()], false, &why);
    if (text != NULL)
        fail_msg("line %d: it became %s", line, text);
    if (strstr(why, word) == NULL)
        fail_msg("line %d: \"%s\" says nothing of %s", line, why, word);
    cn_text_free(why);
    cn_close(cn_execute(expressions_connection, statement));
    if (cn_ok(expressions_connection))
        fail_msg("line %d: it was executed", line);
    if (strstr(cn_error_message(expressions_connection), word) == NULL)
        fail_msg("line %d: \"%s\" says nothing of %s", line,
                 cn_error_message(expressions_connection), word);
    cn_rollback(expressions_connection);
}
#define REFUSED(e, word) refused(OF_ROW(1, e), word, __LINE__)

static void what_makes_no_sense_names_itself(void **state)
{
    (void)state;
    const char *const none = NULL;
    REFUSED(cn_distinct(A), "cn_distinct");
    REFUSED(cn_plus(cn_distinct(A), 1), "cn_distinct");
    REFUSED(cn_coalesce(A, cn_distinct(B)), "cn_distinct");
    REFUSED(cn_filter(A, cn_always()), "cn_filter");
    REFUSED(cn_filter(cn_plus(cn_sum(A), 1), cn_always()), "cn_filter");
    REFUSED(cn_over(A), "cn_over");
    REFUSED(cn_ordered(cn_plus(A, 1), CN_BY(B)), "cn_ordered");
    REFUSED(cn_filter(cn_filter(cn_sum(A), cn_always()), cn_never()), "two cn_filter");
    REFUSED(cn_rollup(A), "cn_rollup");
    REFUSED(cn_then(cn_always(), 1), "cn_then");
    REFUSED(cn_else(1), "cn_else");
    REFUSED(cn_case(cn_else(1)), "cn_case");
    REFUSED(cn_case(A), "cn_case");
    REFUSED(cn_case(cn_then(cn_always(), 1), cn_else(1), cn_else(2)), "cn_case");
    REFUSED(cn_case(cn_then(cn_when(false, cn_always()), 1)), "cn_then");
    REFUSED(cn_truth(cn_when(false, cn_always())), "cn_truth");
    REFUSED(cn_call("abs); DROP TABLE item; --", A), "abs); DROP");
    REFUSED(cn_call("", A), "no name of a function");
    REFUSED(cn_call("2x", A), "2x");
    REFUSED(cn_operator(A, "; --", B), "sign");
    REFUSED(cn_operator(A, "--", B), "sign");
    REFUSED(cn_operator(A, "/*", B), "sign");
    REFUSED(cn_operator(A, "", B), "sign");
    static const cn_spelling nowhere[] = {{"oracle", "@0"}, {NULL, NULL}};
    static const cn_spelling three[]   = {{"", "f(@0, @3)"}, {NULL, NULL}};
    REFUSED(cn_spelled(nowhere, A), "no spelling of this cn_spelled");
    REFUSED(cn_spelled(three, A, B), "mentions @3");
    REFUSED(cn_spelled(NULL, A), "no spellings");
    REFUSED(cn_named(&Item_model, "nothing"), "nothing");
    REFUSED(cn_json_int_at(DATA, 1.5), "JSON");
    REFUSED(cn_json_int_at(DATA, A), "JSON");
    REFUSED(cn_json_int_at(DATA, none), "JSON");
    REFUSED(cn_json_int_at(DATA), "JSON");
    REFUSED(cn_string_agg(NAME, none), "cn_inline");
    REFUSED(cn_inline(none), "cn_inline");
    REFUSED(cn_collate(NAME, none), "cn_collate");
    REFUSED(cn_truth(cn_is(Item, name, ==, none)), "NULL");
    REFUSED(cn_truth(cn_sql("a = :missing")), "missing");
    REFUSED(cn_sql_value("1", CN_PARAMS("unused", 1)), "unused");
    REFUSED(cn_sql_value(none), "cn_sql");
    refused(CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, A),
                                    .order_by = CN_BY(cn_label(Value, w)))),
            "\"w\"", __LINE__);
    refused(CN_STATEMENT_(
                cn_select(Item, .columns = CN_INTO(Value, v, A), .order_by = CN_BY(cn_rollup(A)))),
            "cn_rollup", __LINE__);
    refused(CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, A),
                                    .group_by = CN_BY(A, cn_rollup(B)))),
            "cn_rollup", __LINE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aggregates),
        cmocka_unit_test(texts_are_put_together_in_order),
        cmocka_unit_test(windows),
        cmocka_unit_test(documents),
        cmocka_unit_test(backslashes_in_keys_are_found_at_every_step),
        cmocka_unit_test(a_quote_in_a_key_is_found_or_refused),
        cmocka_unit_test(rows_as_values),
        cmocka_unit_test(sub_queries),
        cmocka_unit_test(collations),
        cmocka_unit_test(text_of_the_programs_own),
        cmocka_unit_test(orders_and_groups),
        cmocka_unit_test(totals_stand_below_their_groups),
        cmocka_unit_test(what_makes_no_sense_names_itself),
    };
    return suite_main_(cmocka_run_group_tests_name("expressions over rows", tests, expressions_open,
                                                   expressions_close));
}
