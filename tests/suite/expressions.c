/*
 * Every expression, run on the database: what it gives is the same on each of them.
 */
#include "expressions_model.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define A cn_attr(Item, a)
#define B cn_attr(Item, b)
#define NAME cn_attr(Item, name)
#define NOTE cn_attr(Item, note)

static void comparisons(void **state)
{
    (void)state;
    HOLDS(1, cn_is(Item, a, ==, 7), "true");
    HOLDS(1, cn_is(Item, a, !=, 7), "false");
    HOLDS(1, cn_is(Item, a, <, 8), "true");
    HOLDS(1, cn_is(Item, a, <=, 6), "false");
    HOLDS(1, cn_is(Item, a, >, 6), "true");
    HOLDS(1, cn_is(Item, a, >=, 8), "false");
    HOLDS(1, cn_is(Item, a, ==, B), "false");
    HOLDS(1, cn_is(Item, opt, ==, 3), "NULL");
    HOLDS(2, cn_is(Item, opt, ==, 2), "true");
    HOLDS(1, cn_is(Item, big, ==, 5000000000), "true");
    HOLDS(1, cn_is(Item, big, ==, 5), "false");
    HOLDS(1, cn_is(Item, a, <, cn_literal(5000000000)), "true");
    HOLDS(1, cn_cmp(A, <, 7.5), "true");
    HOLDS(1, cn_cmp(7.5, >, A), "true");
    HOLDS(1, cn_cmp(1, <, 2), "true");
    HOLDS(1, cn_cmp("a", <, "b"), "true");
    HOLDS(1, cn_cmp(cn_literal(true), ==, cn_literal(true)), "true");
    HOLDS(1, cn_is(Item, r, ==, 2.5), "true");
    HOLDS(1, cn_is(Item, r, <, 3), "true");
    HOLDS(1, cn_is(Item, flag, ==, true), "true");
    HOLDS(1, cn_is(Item, price, ==, (cn_decimal){"12.5"}), "true");
    HOLDS(1, cn_is(Item, name, ==, "Ada Lovelace"), "true");
    HOLDS(1, cn_is(Item, note, ==, "x"), "NULL");
    HOLDS(1, cn_is(Item, day, ==, cn_date_make(2024, 12, 30)), "true");
    HOLDS(1, cn_is(Item, at, >, cn_datetime_make(2024, 12, 30, 13, 14, 15, 249999)), "true");
    HOLDS(1, cn_is(Item, clock, <, cn_time_make(13, 14, 15, 250001)), "true");
    HOLDS(1, cn_is(Item, stamp, >=, (cn_timestamp){0}), "true");
    HOLDS(1, cn_is(Item, key, ==, (cn_uuid){{1}}), "true");
    HOLDS(1, cn_is(Item, colour, ==, GREEN), "true");
    HOLDS(1, cn_is(Item, colour, !=, BLUE), "true");
    HOLDS(1, cn_cmp(cn_attr(Item, colour), ==, GREEN), "true");
    HOLDS(1, cn_cmp(cn_plus(A, B), ==, 9), "true");
    expressions_verdict();
}

static void null_is_told_from_values(void **state)
{
    (void)state;
    HOLDS(1, cn_is_null(Item, opt), "true");
    HOLDS(2, cn_is_null(Item, opt), "false");
    HOLDS(1, cn_is_not_null(Item, opt), "false");
    HOLDS(1, cn_expr_is_null(cn_plus(A, cn_attr(Item, opt))), "true");
    HOLDS(1, cn_expr_is_not_null(cn_plus(A, B)), "true");
    HOLDS(1, cn_is_same(Item, opt, cn_null), "true");
    HOLDS(2, cn_is_same(Item, opt, cn_null), "false");
    HOLDS(1, cn_is_same(Item, opt, 3), "false");
    HOLDS(2, cn_is_same(Item, opt, cn_some(int, 2)), "true");
    HOLDS(1, cn_is_not_same(Item, opt, cn_some(int, 2)), "true");
    HOLDS(2, cn_is_not_same(Item, opt, A), "true");
    HOLDS(1, cn_is_same(Item, opt, (cn_opt_int){0}), "true");
    HOLDS(1, cn_is_same(Item, note, NAME), "false");
    HOLDS(1, cn_expr_is_same(NOTE, cn_null), "true");
    HOLDS(1, cn_expr_is_same(cn_null, cn_null), "true");
    HOLDS(1, cn_expr_is_not_same(cn_plus(A, 1), 8), "false");
    GIVES(INTEGER, 1, cn_plus(A, cn_null), "NULL");
    GIVES(INTEGER, 1, cn_literal(cn_null), "NULL");
    expressions_verdict();
}

static void connectives_know_three_values(void **state)
{
    (void)state;
    const cn_condition yes = cn_is(Item, a, ==, 7), no = cn_is(Item, a, ==, 8),
                       unknown = cn_is(Item, opt, ==, 1);
    HOLDS(1, cn_and(yes, no), "false");
    HOLDS(1, cn_and(yes, unknown), "NULL");
    HOLDS(1, cn_and(no, unknown), "false");
    HOLDS(1, cn_or(yes, unknown), "true");
    HOLDS(1, cn_or(no, unknown), "NULL");
    HOLDS(1, cn_or(no, yes), "true");
    HOLDS(1, cn_not(unknown), "NULL");
    HOLDS(1, cn_not(cn_not(yes)), "true");
    HOLDS(1, cn_not(cn_and(yes, no)), "true");
    HOLDS(1, cn_not(cn_or(yes, no)), "false");
    HOLDS(1, cn_and(cn_or(yes, no), cn_not(no)), "true");
    HOLDS(1, cn_or(cn_and(no, yes), yes), "true");
    HOLDS(1, cn_always(), "true");
    HOLDS(1, cn_never(), "false");
    HOLDS(1, cn_and(cn_always(), yes), "true");
    HOLDS(1, cn_or(cn_never(), cn_not(cn_always())), "false");
    HOLDS(1, cn_cmp(cn_truth(yes), ==, cn_truth(yes)), "true");
    HOLDS(1, cn_cmp(cn_truth(cn_or(no, yes)), ==, cn_attr(Item, flag)), "true");
    HOLDS(1, cn_cmp(cn_truth(cn_and(no, yes)), ==, (bool)true), "false");
    HOLDS(1, cn_expr_is_null(cn_truth(unknown)), "true");
    HOLDS(1, cn_expr_is_null(cn_truth(cn_and(yes, unknown))), "true");
    HOLDS(1, cn_expr_is_null(cn_truth(cn_not(cn_sql("a = opt")))), "true");
    expressions_verdict();
}

static void lists_and_ranges(void **state)
{
    (void)state;
    const int         few[] = {1, 7}, none[1] = {0};
    const char *const names[] = {"ada", "100%_a/b\\c'd\"e"};
    const cn_date     days[]  = {cn_date_make(2024, 12, 30)};
    HOLDS(1, cn_in(Item, a, 1, 7), "true");
    HOLDS(1, cn_in(Item, a, 1, B), "false");
    HOLDS(1, cn_in(Item, a, 7), "true");
    HOLDS(1, cn_in(Item, opt, 1, 7), "NULL");
    HOLDS(1, cn_in(Item, colour, GREEN, BLUE), "true");
    HOLDS(1, cn_in_array(Item, a, few, 2), "true");
    HOLDS(1, cn_in_array(Item, a, few, 1), "false");
    HOLDS(1, cn_in_array(Item, a, none, 0), "false");
    HOLDS(2, cn_in_array(Item, name, names, 2), "true");
    HOLDS(1, cn_in_array(Item, day, days, 1), "true");
    HOLDS(1, cn_expr_in(cn_plus(A, 1), 3, 8), "true");
    HOLDS(1, cn_expr_in(3, A, B, 3), "true");
    HOLDS(1, cn_expr_in("x", "y", "x"), "true");
    HOLDS(1, cn_expr_in_array(cn_plus(A, 0), few, 2), "true");
    HOLDS(1, cn_expr_in_array(cn_plus(A, 0), none, 0), "false");
    HOLDS_WITH(1, cn_in_later(Item, a, "few"), CN_PARAMS("few", cn_list(few, 2)), "true");
    HOLDS_WITH(1, cn_in_later(Item, a, "few"), CN_PARAMS("few", cn_list(few, 1)), "false");
    HOLDS_WITH(1, cn_in_later(Item, a, "few"), CN_PARAMS("few", cn_list(none, 0)), "false");
    HOLDS_WITH(1, cn_is(Item, a, ==, cn_later("x")), CN_PARAMS("x", 7), "true");
    HOLDS_WITH(1, cn_cmp(cn_plus(A, cn_later("x")), ==, 8), CN_PARAMS("x", 1), "true");
    /* an empty list holds nothing, NULL included */
    GIVES(BOOLEAN, 1, cn_truth(cn_not(cn_in_array(Item, a, none, 0))), "true");
    HOLDS(1, cn_between(Item, a, 7, 9), "true");
    HOLDS(1, cn_between(Item, a, 8, 9), "false");
    HOLDS(1, cn_between(Item, opt, 8, 9), "NULL");
    HOLDS(1, cn_between(Item, r, 2, 2.5), "true");
    HOLDS(1, cn_between(Item, a, B, cn_plus(B, 5)), "true");
    HOLDS(1, cn_between(Item, day, cn_date_make(2024, 1, 1), cn_date_make(2025, 1, 1)), "true");
    HOLDS(1, cn_expr_between(cn_plus(A, B), 8, 9), "true");
    HOLDS(1, cn_expr_between(5, B, A), "true");
    HOLDS(1, cn_expr_between(5, 1, 9), "true");
    HOLDS(1, cn_and(cn_between(Item, a, 1, 9), cn_between(Item, b, 1, 9)), "true");
    expressions_verdict();
}

/* NULL in an empty list, and not in it: the standard's answers. */
static void an_empty_list_holds_nothing(void **state)
{
    (void)state;
    const int none[1] = {0};
    HOLDS(1, cn_in_array(Item, opt, none, 0), "false");
    HOLDS(1, cn_not(cn_in_array(Item, opt, none, 0)), "true");
    HOLDS(1, cn_and(cn_not(cn_in_array(Item, opt, none, 0)), cn_is(Item, a, ==, 7)), "true");
    HOLDS(1, cn_sql("opt IN :l", CN_PARAMS("l", cn_list(none, 0))), "false");
    expressions_verdict();
}

static void matching(void **state)
{
    (void)state;
    HOLDS(1, cn_like(Item, name, "Ada%"), "true");
    HOLDS(1, cn_like(Item, name, "_da Lovelac_"), "true");
    HOLDS(2, cn_like(Item, name, "100\\%\\_a/b\\\\c'd\"e"), "true");
    HOLDS(4, cn_like(Item, name, "a\\%a"), "false");
    HOLDS(1, cn_contains(Item, name, "Love"), "true");
    HOLDS(1, cn_contains(Item, name, "%"), "false");
    HOLDS(2, cn_contains(Item, name, "%_a/b\\c'd\"e"), "true");
    HOLDS(2, cn_contains(Item, name, "\\"), "true");
    HOLDS(2, cn_contains(Item, name, "'"), "true");
    HOLDS(1, cn_contains(Item, name, "\\"), "false");
    HOLDS(1, cn_contains(Item, name, "/"), "false");
    HOLDS(1, cn_contains(Item, name, ""), "true");
    HOLDS(1, cn_contains(Item, note, "a"), "NULL");
    HOLDS(2, cn_starts_with(Item, name, "100%_"), "true");
    HOLDS(1, cn_starts_with(Item, name, "_"), "false");
    HOLDS(2, cn_ends_with(Item, name, "\"e"), "true");
    HOLDS(1, cn_ends_with(Item, name, "%"), "false");
    HOLDS(1, cn_ilike(Item, name, "ADA%"), "true");
    HOLDS(2, cn_ilike(Item, name, "100\\%\\_A/B\\\\C'D\"E"), "true");
    HOLDS(1, cn_icontains(Item, name, "LOVE"), "true");
    HOLDS(2, cn_icontains(Item, name, "%_A/B\\C"), "true");
    HOLDS(1, cn_istarts_with(Item, name, "ADA "), "true");
    HOLDS(1, cn_iends_with(Item, name, "ACE"), "true");
    HOLDS(1, cn_iends_with(Item, name, "%"), "false");
    HOLDS(3, cn_contains(Item, name, "\xc3\xaf"), "true");
    HOLDS(1, cn_expr_like(cn_lower(NAME), "ada%"), "true");
    HOLDS(1, cn_expr_contains(cn_concat(NAME, "%"), "e%"), "true");
    HOLDS(1, cn_expr_starts_with(cn_lower(NAME), "ada"), "true");
    HOLDS(1, cn_expr_ends_with(NAME, cn_literal("lace")), "true");
    HOLDS(1, cn_expr_ilike("abc", "A_C"), "true");
    HOLDS(1, cn_expr_icontains("abc", "B"), "true");
    HOLDS(2, cn_contains(Item, name, NOTE), "false");
    HOLDS_WITH(2, cn_contains(Item, name, cn_later("t")), CN_PARAMS("t", "0%_a/"), "true");
    HOLDS_WITH(1, cn_like(Item, name, cn_later("t")), CN_PARAMS("t", "Ada%"), "true");
    expressions_verdict();
}

static void regular_expressions(void **state)
{
    (void)state;
    HOLDS(1, cn_regexp(Item, name, "^Ada"), "true");
    HOLDS(1, cn_regexp(Item, name, "ove[a-z]+e$"), "true");
    HOLDS(1, cn_regexp(Item, name, "^Love"), "false");
    HOLDS(2, cn_regexp(Item, name, "100%.a/b\\\\c"), "true");
    HOLDS(1, cn_regexp(Item, name, "^(Ada|Bob) [A-Z]"), "true");
    HOLDS(1, cn_regexp(Item, note, "x"), "NULL");
    HOLDS(1, cn_expr_regexp(cn_lower(NAME), "^ada l"), "true");
    HOLDS(1, cn_expr_regexp("abc", "b"), "true");
    HOLDS(1, cn_expr_regexp(NAME, cn_concat("^", "Ada")), "true");
    HOLDS(1, cn_expr_regexp(NAME, NOTE), "NULL");
    HOLDS(2, cn_expr_regexp(NAME, NOTE), "false");
    HOLDS(3, cn_expr_regexp(NAME, NOTE), "true");
    HOLDS(3, cn_regexp(Item, name, "^.n.$"), "true"); /* characters, not bytes */
    assert_non_null(
        strstr(expressions_value(OF_ROW(1, cn_truth(cn_regexp(Item, name, "(a"))), NULL, BOOLEAN),
               "error: "));
    expressions_verdict();
    /* the pattern is another one in each row */
    const cn_statement *matches = CN_STATEMENT_(
        cn_select(Item, .columns = CN_INTO(Value, v, cn_count_all()),
                  .where = cn_expr_regexp(NAME, cn_concat("^", cn_substring(NAME, 1, 2)))));
    assert_string_equal(expressions_value(matches, NULL, INTEGER), "4");
    cn_result *bad = cn_execute(expressions_connection,
                                cn_select(Item, .where = cn_regexp(Item, name, "[a")));
    cn_next(bad);
    cn_close(bad);
    assert_int_equal(cn_error_cause(expressions_connection), CN_CAUSE_DATA);
    cn_rollback(expressions_connection);
}

static void arithmetic(void **state)
{
    (void)state;
    GIVES(INTEGER, 1, cn_plus(A, B), "9");
    GIVES(INTEGER, 1, cn_plus(A, 1), "8");
    GIVES(INTEGER, 1, cn_plus(1, A), "8");
    GIVES(INTEGER, 1, cn_plus(1, 2), "3");
    GIVES(REAL, 1, cn_plus(A, 1.5), "8.5");
    GIVES(REAL, 1, cn_plus(1.5, A), "8.5");
    GIVES(REAL, 1, cn_plus(cn_attr(Item, r), 1), "3.5");
    GIVES(INTEGER, 1, cn_plus(A, 5000000000), "5000000007");
    GIVES(INTEGER, 1, cn_minus(A, B), "5");
    GIVES(INTEGER, 1, cn_minus(A, cn_minus(B, 1)), "6");
    GIVES(INTEGER, 1, cn_times(A, B), "14");
    GIVES(REAL, 1, cn_times(A, 0.5), "3.5");
    GIVES(REAL, 1, cn_divide(A, B), "3.5");
    GIVES(REAL, 2, cn_divide(A, B), "-3.5");
    GIVES(REAL, 1, cn_divide(A, 2), "3.5");
    GIVES(REAL, 1, cn_divide(7, B), "3.5");
    GIVES(REAL, 1, cn_divide(7, 2), "3.5");
    GIVES(REAL, 1, cn_divide(cn_attr(Item, r), 2), "1.25");
    GIVES(REAL, 1, cn_divide(cn_plus(A, 1), cn_times(B, 2)), "2");
    GIVES(INTEGER, 1, cn_quotient(A, B), "3");
    GIVES(INTEGER, 2, cn_quotient(A, B), "-3");
    GIVES(INTEGER, 1, cn_quotient(A, -2), "-3");
    GIVES(INTEGER, 1, cn_quotient(-7, B), "-3");
    GIVES(INTEGER, 1, cn_quotient(cn_plus(A, 1), cn_plus(B, 1)), "2");
    GIVES(INTEGER, 1, cn_modulo(A, B), "1");
    GIVES(INTEGER, 2, cn_modulo(A, B), "-1");
    GIVES(INTEGER, 1, cn_modulo(A, -2), "1");
    GIVES(INTEGER, 2, cn_modulo(cn_plus(A, 0), 4), "-3");
    GIVES(INTEGER, 1, cn_negative(A), "-7");
    GIVES(INTEGER, 2, cn_negative(A), "7");
    GIVES(INTEGER, 1, cn_negative(cn_plus(A, B)), "-9");
    GIVES(INTEGER, 2, cn_negative(cn_negative(A)), "-7");
    GIVES(INTEGER, 1, cn_minus(A, cn_negative(B)), "9");
    GIVES(INTEGER, 1, cn_negative(cn_literal(-3)), "3");
    GIVES(INTEGER, 1, cn_minus(A, -3), "10");
    GIVES(INTEGER, 1, cn_times(cn_plus(A, 1), cn_minus(B, 1)), "8");
    GIVES(REAL, 1, cn_times(cn_attr(Item, price), 2), "25");
    expressions_verdict();
}

static void bits(void **state)
{
    (void)state;
    GIVES(INTEGER, 1, cn_bit_and(A, 3), "3");
    GIVES(INTEGER, 1, cn_bit_or(A, 8), "15");
    GIVES(INTEGER, 1, cn_bit_xor(A, 2), "5");
    GIVES(INTEGER, 1, cn_bit_xor(A, A), "0");
    GIVES(INTEGER, 1, cn_bit_xor(cn_plus(A, 1), cn_plus(B, 1)), "11");
    GIVES(INTEGER, 1, cn_bit_not(A), "-8");
    GIVES(INTEGER, 1, cn_bit_not(cn_bit_not(A)), "7");
    GIVES(INTEGER, 1, cn_bit_and(A, cn_bit_not(3)), "4");
    GIVES(INTEGER, 1, cn_shift_left(A, 2), "28");
    GIVES(INTEGER, 1, cn_shift_right(A, 1), "3");
    GIVES(INTEGER, 1, cn_bit_or(cn_bit_and(A, 6), 8), "14");
    GIVES(INTEGER, 1, cn_bit_and(A, cn_bit_or(B, 4)), "6");
    GIVES(INTEGER, 1, cn_plus(cn_bit_and(A, 3), 1), "4");
    GIVES(INTEGER, 1, cn_bit_and(cn_plus(A, 1), 12), "8");
    GIVES(INTEGER, 1, cn_shift_left(1, B), "4");
    GIVES(INTEGER, 1, cn_bit_not(cn_plus(A, 1)), "-9");
    HOLDS(1, cn_cmp(cn_bit_and(A, 4), !=, 0), "true");
    HOLDS(1, cn_cmp(cn_bit_not(A), <, 0), "true");
    expressions_verdict();
}

static void cases(void **state)
{
    (void)state;
    GIVES(TEXT, 1, cn_case(cn_then(cn_is(Item, a, >, 9), "big"), cn_else("small")), "small");
    GIVES(TEXT, 4, cn_case(cn_then(cn_is(Item, a, >, 9), "big"), cn_else("small")), "big");
    GIVES(TEXT, 1, cn_case(cn_then(cn_is(Item, a, >, 9), "big")), "NULL");
    GIVES(INTEGER, 1, cn_case(cn_then(cn_is(Item, a, ==, 1), 1), cn_then(cn_is(Item, a, ==, 7), 2)),
          "2");
    GIVES(INTEGER, 1, cn_plus(cn_case(cn_then(cn_is(Item, a, ==, 7), 2), cn_else(A)), 1), "3");
    GIVES(REAL, 1, cn_case(cn_then(cn_is(Item, a, ==, 1), 1), cn_else(2.5)), "2.5");
    GIVES(DATE, 1,
          cn_case(cn_then(cn_is(Item, a, ==, 7), cn_date_make(2026, 1, 2)),
                  cn_else(cn_attr(Item, day))),
          "2026-01-02");
    GIVES(DATETIME, 1, cn_case(cn_then(cn_always(), cn_datetime_make(2026, 1, 2, 3, 4, 5, 6))),
          "2026-01-02 03:04:05.000006");
    GIVES(TEXT, 1, cn_case(cn_then(cn_never(), "x"), cn_else(cn_null)), "NULL");
    GIVES(TEXT, 1, cn_case(cn_then(cn_and(cn_is(Item, a, ==, 7), cn_is(Item, b, ==, 2)), NAME)),
          "Ada Lovelace");
    GIVES(INTEGER, 1, cn_case(cn_then(cn_not(cn_is(Item, a, ==, 7)), 1), cn_else(0)), "0");
    GIVES(INTEGER, 1, cn_sum(cn_case(cn_then(cn_is(Item, flag, ==, true), 1), cn_else(0))), "1");
    HOLDS(1, cn_cmp(cn_case(cn_then(cn_is(Item, a, ==, 7), "x"), cn_else("y")), ==, "x"), "true");
    expressions_verdict();
}

static void casts(void **state)
{
    (void)state;
    GIVES(INTEGER, 1, cn_cast("42", CN_INTEGER), "42");
    GIVES(INTEGER, 1, cn_cast("42", CN_BIGINT), "42");
    GIVES(INTEGER, 1, cn_cast("42", CN_SMALLINT), "42");
    GIVES(REAL, 1, cn_cast("2.5", CN_DOUBLE), "2.5");
    GIVES(REAL, 1, cn_cast("2.5", CN_REAL), "2.5");
    GIVES(REAL, 1, cn_cast("2.5", CN_NUMERIC(8, 2)), "2.5");
    GIVES(TEXT, 1, cn_cast(A, CN_TEXT), "7");
    GIVES(TEXT, 1, cn_cast(A, CN_STRING(10)), "7");
    GIVES(TEXT, 1, cn_cast(12, CN_STRING(10)), "12");
    GIVES(BOOLEAN, 1, cn_cast(A, CN_BOOLEAN), "true");
    GIVES(BOOLEAN, 3, cn_cast(A, CN_BOOLEAN), "false");
    GIVES(INTEGER, 1, cn_cast(cn_attr(Item, flag), CN_INTEGER), "1");
    GIVES(DATE, 1, cn_cast("2026-01-02", CN_DATE), "2026-01-02");
    GIVES(DATE, 1, cn_cast(cn_attr(Item, at), CN_DATE), "2024-12-30");
    GIVES(DATETIME, 1, cn_cast("2026-01-02 03:04:05.000006", CN_DATETIME),
          "2026-01-02 03:04:05.000006");
    GIVES(DATETIME, 1, cn_cast(cn_attr(Item, day), CN_DATETIME), "2024-12-30 00:00:00.000000");
    GIVES(DATETIME, 1, cn_cast(cn_attr(Item, at), CN_DATETIME), "2024-12-30 13:14:15.250000");
    HOLDS(1, cn_cmp(cn_cast(cn_attr(Item, at), CN_DATETIME), ==, cn_attr(Item, at)), "true");
    HOLDS(2, cn_cmp(cn_cast(cn_attr(Item, day), CN_DATETIME), ==, cn_attr(Item, at)), "true");
    HOLDS(1, cn_cmp(cn_cast(cn_attr(Item, at), CN_DATE), ==, cn_attr(Item, day)), "true");
    GIVES(TIME, 1, cn_cast("03:04:05.000006", CN_TIME), "03:04:05.000006");
    GIVES(TIME, 1, cn_cast(cn_attr(Item, at), CN_TIME), "13:14:15.250000");
    HOLDS(1, cn_cmp(cn_cast(cn_attr(Item, stamp), CN_TIMESTAMP), ==, cn_attr(Item, stamp)), "true");
    HOLDS(1, cn_cmp(cn_cast(cn_attr(Item, at), CN_TIME), ==, cn_attr(Item, clock)), "true");
    GIVES(UUID, 1, cn_cast("00000000-0000-0000-0000-00000000000A", CN_UUID),
          "00000000-0000-0000-0000-00000000000a");
    HOLDS(1,
          cn_cmp(cn_cast("01000000-0000-0000-0000-000000000000", CN_UUID), ==, cn_attr(Item, key)),
          "true");
    GIVES(TEXT, 1, cn_cast("[1]", CN_JSON), "[1]");
    GIVES(INTEGER, 1, cn_cast(cn_null, CN_INTEGER), "NULL");
    GIVES(INTEGER, 1, cn_plus(cn_cast("4", CN_INTEGER), A), "11");
    GIVES(DATE, 1, cn_cast(cn_null, CN_DATE), "NULL");
    GIVES(DATETIME, 1, cn_cast(cn_null, CN_DATETIME), "NULL");
    GIVES(BOOLEAN, 1, cn_cast(cn_attr(Item, opt), CN_BOOLEAN), "NULL");
    expressions_verdict();
}

static void parts_of_dates(void **state)
{
    (void)state;
    const cn_expr day = cn_attr(Item, day), at = cn_attr(Item, at), clock = cn_attr(Item, clock);
    GIVES(INTEGER, 1, cn_extract(CN_PART_YEAR, day), "2024");
    GIVES(INTEGER, 1, cn_extract(CN_PART_MONTH, day), "12");
    GIVES(INTEGER, 1, cn_extract(CN_PART_DAY, day), "30");
    GIVES(INTEGER, 1, cn_extract(CN_PART_QUARTER, day), "4");
    GIVES(INTEGER, 4, cn_extract(CN_PART_QUARTER, day), "1");
    GIVES(INTEGER, 1, cn_extract(CN_PART_WEEK, day), "1");
    GIVES(INTEGER, 2, cn_extract(CN_PART_WEEK, day), "53");
    GIVES(INTEGER, 3, cn_extract(CN_PART_WEEK, day), "48");
    GIVES(INTEGER, 4, cn_extract(CN_PART_WEEK, day), "9");
    GIVES(INTEGER, 1, cn_extract(CN_PART_DAY_OF_WEEK, day), "1");
    GIVES(INTEGER, 2, cn_extract(CN_PART_DAY_OF_WEEK, day), "0");
    GIVES(INTEGER, 1, cn_extract(CN_PART_DAY_OF_YEAR, day), "365");
    GIVES(INTEGER, 4, cn_extract(CN_PART_DAY_OF_YEAR, day), "60");
    GIVES(INTEGER, 1, cn_extract(CN_PART_HOUR, at), "13");
    GIVES(INTEGER, 1, cn_extract(CN_PART_MINUTE, at), "14");
    GIVES(INTEGER, 4, cn_extract(CN_PART_SECOND, at), "1");
    GIVES(INTEGER, 1, cn_extract(CN_PART_SECOND, at), "15");
    GIVES(INTEGER, 3, cn_extract(CN_PART_SECOND, at), "59");
    GIVES(INTEGER, 1, cn_extract(CN_PART_HOUR, clock), "13");
    GIVES(INTEGER, 3, cn_extract(CN_PART_HOUR, clock), "23");
    GIVES(INTEGER, 3, cn_extract(CN_PART_DAY, at), "23");
    GIVES(INTEGER, 1,
          cn_extract(CN_PART_EPOCH, cn_literal(cn_datetime_make(1969, 12, 31, 23, 59, 59, 500000))),
          "-1");
    GIVES(INTEGER, 1, cn_extract(CN_PART_EPOCH, day), "1735516800");
    GIVES(INTEGER, 1, cn_extract(CN_PART_EPOCH, at), "1735564455");
    GIVES(INTEGER, 3, cn_extract(CN_PART_EPOCH, cn_attr(Item, stamp)), "1795478399");
    GIVES(INTEGER, 1, cn_extract(CN_PART_YEAR, cn_literal(cn_date_make(2026, 1, 2))), "2026");
    GIVES(INTEGER, 1, cn_plus(cn_extract(CN_PART_YEAR, at), 1), "2025");
    HOLDS(1, cn_cmp(cn_extract(CN_PART_YEAR, at), ==, 2024), "true");
    static const struct {
        int         year, month, day;
        const char *week;
    } weeks[] = {{2020, 12, 31, "53"}, {2021, 1, 4, "1"},    {2022, 1, 1, "52"},
                 {2018, 12, 31, "1"},  {2015, 12, 31, "53"}, {2016, 1, 3, "53"},
                 {2016, 1, 4, "1"},    {2024, 12, 29, "52"}, {2027, 1, 1, "53"},
                 {2032, 12, 31, "53"}};
    for (size_t i = 0; i < sizeof weeks / sizeof *weeks; i++)
        GIVES(INTEGER, 1,
              cn_extract(CN_PART_WEEK,
                         cn_literal(cn_date_make(weeks[i].year, weeks[i].month, weeks[i].day))),
              weeks[i].week);
    expressions_verdict();
}

static void functions(void **state)
{
    (void)state;
    GIVES(TEXT, 1, cn_coalesce(NOTE, "none"), "none");
    GIVES(TEXT, 1, cn_coalesce(NOTE, NAME), "Ada Lovelace");
    GIVES(INTEGER, 1, cn_coalesce(cn_attr(Item, opt), 3), "3");
    GIVES(INTEGER, 1, cn_coalesce(cn_null, A), "7");
    GIVES(INTEGER, 1, cn_nullif(A, 7), "NULL");
    GIVES(INTEGER, 1, cn_nullif(A, 8), "7");
    GIVES(TEXT, 1, cn_lower(NAME), "ada lovelace");
    GIVES(TEXT, 1, cn_upper("abc"), "ABC");
    GIVES(TEXT, 1, cn_trim("  x "), "x");
    GIVES(INTEGER, 3, cn_length(NAME), "3");
    GIVES(INTEGER, 3, cn_octet_length(NAME), "5");
    GIVES(TEXT, 1, cn_replace(NAME, "Ada", "Eva"), "Eva Lovelace");
    GIVES(TEXT, 1, cn_substring(NAME, 5, 4), "Love");
    GIVES(TEXT, 3, cn_substring(NAME, 3, 1), "\xc3\xaf");
    GIVES(INTEGER, 2, cn_abs(A), "7");
    GIVES(REAL, 1, cn_round(2.26, 1), "2.3");
    GIVES(REAL, 1, cn_round(cn_attr(Item, price), 0), "13");
    GIVES(REAL, 1, cn_round(cn_plus(cn_attr(Item, r), 0.1), 0), "3");
    GIVES(INTEGER, 1, cn_greatest(A, B, 5), "7");
    GIVES(INTEGER, 1, cn_least(A, B, 5), "2");
    GIVES(TEXT, 1, cn_greatest("b", "a"), "b");
    GIVES(TEXT, 1, cn_concat(NAME, "!", cn_lower("X")), "Ada Lovelace!x");
    GIVES(TEXT, 1, cn_concat(NAME, NOTE), "NULL");
    GIVES(TEXT, 1, cn_concat("a", "b"), "ab");
    GIVES(TEXT, 1, cn_concat(A, "x"), "7x");
    GIVES(TEXT, 1, cn_concat("n", 1), "n1");
    GIVES(TEXT, 1, cn_concat(cn_plus(A, 1), "x"), "8x");
    GIVES(TEXT, 1, cn_concat(cn_concat("a", "b"), "c"), "abc");
    GIVES(TEXT, 1, cn_upper(cn_concat("a", NAME)), "AADA LOVELACE");
    GIVES(INTEGER, 1, cn_call("abs", cn_literal(-3)), "3");
    HOLDS(1, cn_cmp(cn_random(), >=, -9.3e18), "true");
    HOLDS(1, cn_cmp(cn_current_date(), >, cn_date_make(2020, 1, 1)), "true");
    HOLDS(1, cn_cmp(cn_current_timestamp(), >, cn_attr(Item, at)), "true");
    HOLDS(1, cn_expr_is_null(cn_current_time()), "false");
    HOLDS(1, cn_cmp(cn_length(NAME), >, 3), "true");
    expressions_verdict();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons),
        cmocka_unit_test(null_is_told_from_values),
        cmocka_unit_test(connectives_know_three_values),
        cmocka_unit_test(lists_and_ranges),
        cmocka_unit_test(an_empty_list_holds_nothing),
        cmocka_unit_test(matching),
        cmocka_unit_test(regular_expressions),
        cmocka_unit_test(arithmetic),
        cmocka_unit_test(bits),
        cmocka_unit_test(cases),
        cmocka_unit_test(casts),
        cmocka_unit_test(parts_of_dates),
        cmocka_unit_test(functions),
    };
    return suite_main_(
        cmocka_run_group_tests_name("expressions", tests, expressions_open, expressions_close));
}
