/*
 * Floor 4: what the fuzzer found. Each was SQL that no database reads, or worse; now it is an error
 * that says what is wrong, or the right SQL.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

typedef struct Fact {
    int         id;
    const char *name;
    cn_json     data;
    cn_decimal  price;
} Fact;
CN_MODEL(Fact, "fact")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name);
    CN_COLUMN(data);
    CN_COLUMN(price, .type = CN_NUMERIC(10, 2));
}

typedef struct Cell {
    const char *text;
} Cell;

static const char *const dialects[] = {"sqlite", "mysql", "mariadb", "postgresql"};

static void refused(const cn_statement *statement, const char *dialect, bool inlined,
                    const char *word)
{
    char *why = NULL;
    char *sql = cn_statement_text(statement, dialect, inlined, &why);
    if (sql != NULL)
        fail_msg("%s: %s", dialect, sql);
    if (why == NULL || strstr(why, word) == NULL)
        fail_msg("%s: %s", dialect, why);
    cn_text_free(why);
}

static void contains(const cn_statement *statement, const char *dialect, bool inlined,
                     const char *word)
{
    char *why = NULL;
    char *sql = cn_statement_text(statement, dialect, inlined, &why);
    if (sql == NULL || strstr(sql, word) == NULL)
        fail_msg("%s: %s", dialect, sql == NULL ? why : sql);
    cn_text_free(sql);
    cn_text_free(why);
}

#define SELECTED(value) CN_STATEMENT_(cn_select(Fact, .columns = CN_INTO(Cell, text, value)))
#define REFUSED(value, word)                                                                       \
    for (int i = 0; i < 4; i++)                                                                    \
    refused(SELECTED(value), dialects[i], false, word)

static void a_decimal_is_a_number(void **state)
{
    (void)state;
    const cn_statement *selected = SELECTED(cn_literal(((cn_decimal){"1--1"})));
    for (int i = 0; i < 4; i++)
        refused(selected, dialects[i], true, "no decimal number");
    contains(SELECTED(cn_literal(((cn_decimal){"-1.50"}))), "sqlite", true, "SELECT (-1.50) AS");
}

static void a_function_of_a_template_has_its_arguments(void **state)
{
    (void)state;
    /* what the template is not for stays the database's own function, with its own errors */
    contains(SELECTED(cn_call("octet_length", CN_EXPR_(1), CN_EXPR_(2))), "sqlite", false,
             "octet_length(?, ?)");
    contains(SELECTED(cn_call("string_agg", cn_attr(Fact, name))), "mysql", false,
             "string_agg(fact.name)");
    contains(SELECTED(cn_call_("string_agg", NULL, 0)), "mysql", false, "string_agg()");
    contains(SELECTED(cn_octet_length(cn_attr(Fact, name))), "sqlite", false,
             "length(CAST(fact.name AS BLOB))");
}

static void a_cast_has_a_type(void **state)
{
    (void)state;
    REFUSED(cn_cast(cn_attr(Fact, id), ((cn_type){0})), "no type");
}

static void a_window_belongs_to_a_function(void **state)
{
    (void)state;
    REFUSED(cn_over(cn_attr(Fact, id)), "cn_over take an aggregate");
    REFUSED(cn_over(cn_literal(1)), "cn_over take an aggregate");
    contains(SELECTED(cn_over(cn_filter(cn_count(cn_attr(Fact, id)), cn_is(Fact, id, >, 1)))),
             "postgresql", false, "FILTER (WHERE fact.id > $1) OVER ()");
}

static void a_frame_ends_after_it_begins(void **state)
{
    (void)state;
    REFUSED(cn_over(cn_row_number(), .order_by = CN_BY(cn_attr(Fact, id)), .frame = CN_ROWS(1, -1)),
            "ends before it begins");
    REFUSED(
        cn_over(cn_row_number(), .frame = CN_ROWS(CN_UNBOUNDED_FOLLOWING, CN_UNBOUNDED_FOLLOWING)),
        "ends before it begins");
}

static void a_case_needs_a_condition(void **state)
{
    (void)state;
    REFUSED(cn_case(cn_else("x")), "cn_case takes");
    REFUSED(cn_case(cn_then(cn_when(false, cn_is(Fact, id, ==, 1)), "x")), "left out");
    REFUSED(cn_truth(cn_when(false, cn_is(Fact, id, ==, 1))), "left out");
}

static void a_filter_that_is_left_out_filters_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        contains(SELECTED(cn_filter(cn_count(cn_attr(Fact, id)),
                                    cn_when(false, cn_is(Fact, id, ==, 1)))),
                 dialects[i], false, "SELECT count(fact.id) AS");
}

static void what_is_proposed_exists_in_an_upsert_alone(void **state)
{
    (void)state;
    REFUSED(cn_proposed(Fact, name), "belongs to .update");
    contains(CN_STATEMENT_(cn_upsert(Fact, .values = CN_SET(Fact, id, 1, name, "x"),
                                     .conflict = CN_KEY(Fact, id),
                                     .update   = CN_SET(Fact, name, cn_proposed(Fact, name)))),
             "postgresql", false, "name = excluded.name");
}

/* The key ended at the bracket, and what followed was read beyond the path's end. */
static void a_json_key_may_have_brackets(void **state)
{
    (void)state;
    contains(SELECTED(cn_json_text_at(cn_attr(Fact, data), "a]b[\"c")), "postgresql", true,
             "'a]b[\"c'");
    contains(SELECTED(cn_json_text_at(cn_attr(Fact, data), "a]b", 3)), "postgresql", true,
             "'{\"a]b\",\"3\"}'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decimal_is_a_number),
        cmocka_unit_test(a_function_of_a_template_has_its_arguments),
        cmocka_unit_test(a_cast_has_a_type),
        cmocka_unit_test(a_window_belongs_to_a_function),
        cmocka_unit_test(a_frame_ends_after_it_begins),
        cmocka_unit_test(a_case_needs_a_condition),
        cmocka_unit_test(a_filter_that_is_left_out_filters_nothing),
        cmocka_unit_test(what_is_proposed_exists_in_an_upsert_alone),
        cmocka_unit_test(a_json_key_may_have_brackets),
    };
    return cmocka_run_group_tests_name("faults that were found", tests, NULL, NULL);
}
