/* Floor 4: whichever allocation fails while an expression of any kind is walked, copied or written
   for a database, the failure is an ordinary one, and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

#include "sql/node.h"
#include "unit/failing.h"

typedef enum shade { LIGHT, DARK } shade;
typedef struct Row {
    int         id;
    const char *name;
    double      size;
    shade       shade;
    cn_date     day;
    cn_json     data;
} Row;
CN_MODEL(Row, "rows_of_memory")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name);
    CN_COLUMN(size);
    CN_COLUMN(shade, .type = CN_ENUM("light", "dark"));
    CN_COLUMN(day);
    CN_COLUMN(data);
}
CN_ALIAS(Row, Other);

#define ID cn_attr(Row, id)
#define NAME cn_attr(Row, name)

/* Copies, and then shows, a statement; true if memory sufficed for both. */
static bool copy_and_show(const cn_statement *statement, const char *dialect)
{
    cn_arena            arena = {0};
    uint8_t             why   = 0;
    char               *text = NULL, *reason = NULL;
    const cn_statement *copy = cn_statement_copy(statement, &arena, &why);
    if (copy == NULL)
        assert_int_equal(why, CN_BROKEN_MEMORY);
    else
        text = cn_statement_text(copy, dialect, false, &reason);
    if (copy != NULL && text == NULL && reason != NULL)
        assert_non_null(strstr(reason, "memory"));
    bool done = text != NULL;
    cn_text_free(text);
    cn_text_free(reason);
    cn_arena_free(&arena);
    return done;
}

static void try_each(const cn_statement *statement, int line)
{
    static const char *const dialects[] = {"sqlite", "mysql", "mariadb", "postgresql"};
    for (size_t i = 0; i < 4; i++) {
        bool done = false, failed = true;
        for (size_t n = 1; failed; n++) {
            failing_begin(n, n % 2 == 0);
            done   = copy_and_show(statement, dialects[i]);
            failed = failing_end();
            assert_int_equal(failing.alive, 0);
        }
        if (!done)
            fail_msg("line %d: %s never shows it", line, dialects[i]);
    }
}
#define TRY(e) try_each(CN_STATEMENT_(cn_select(Row, .columns = CN_INTO(Row, id, e))), __LINE__)
#define TRY_WHERE(c)                                                                               \
    try_each(CN_STATEMENT_(cn_select(Row, .columns = CN_INTO(Row, id, ID), .where = c)), __LINE__)

static void values_of_every_kind(void **state)
{
    (void)state;
    const cn_select_statement *inner = cn_select(Other,
                                                 .columns = CN_INTO(Row, id, cn_attr(Other, id)));
    TRY(cn_plus(ID, cn_times(2, cn_literal(1.5))));
    TRY(cn_concat(NAME, "x", cn_lower(NAME)));
    TRY(cn_operator(ID, "+", 3));
    TRY(cn_case(cn_then(cn_is(Row, id, ==, 1), "a"), cn_else(NAME)));
    TRY(cn_cast(NAME, CN_ENUM("light", "dark")));
    TRY(cn_cast(NAME, CN_DATETIME));
    TRY(cn_extract(CN_PART_WEEK, cn_attr(Row, day)));
    TRY(cn_collate(NAME, "C"));
    TRY(cn_string_agg(NAME, "\\ and 'others'"));
    TRY(cn_filter(cn_count(cn_distinct(ID)), cn_is(Row, id, >, 3)));
    TRY(cn_over(cn_sum(ID), .partition_by = CN_BY(NAME), .order_by = CN_BY(cn_desc(ID)),
                .frame = CN_ROWS(-2, 3)));
    TRY(cn_json_text_at(cn_attr(Row, data), "a key", 0, "a\\b"));
    TRY(cn_json_at(cn_attr(Row, data), "a key"));
    TRY(cn_scalar_query(inner));
    TRY(cn_sql_value("f(:x, :y)", CN_PARAMS("x", 1, "y", "z")));
    TRY(cn_truth(cn_in_query(Row, id, inner)));
    TRY(cn_named(&Row_model, "name"));
    TRY(cn_coalesce(NAME, cn_later("name"), cn_inline("it's")));
    TRY(cn_literal(((cn_bytes){"x", 1})));
}

static void conditions_of_every_kind(void **state)
{
    (void)state;
    const int ids[] = {1, 2, 3};
    TRY_WHERE(cn_and(cn_is(Row, shade, ==, DARK), cn_not(cn_is_null(Row, name))));
    TRY_WHERE(cn_or(cn_between(Row, id, 1, 3), cn_in(Row, id, 1, 2, 3), cn_always()));
    TRY_WHERE(cn_contains(Row, name, "100% _ /"));
    TRY_WHERE(cn_expr_ilike(cn_concat(NAME, "x"), "%y"));
    TRY_WHERE(cn_in_array(Row, id, ids, 3));
    TRY_WHERE(cn_sql("id IN :ids", CN_PARAMS("ids", cn_list(ids, 3))));
    TRY_WHERE(cn_is(Row, id, <, cn_literal(2.5)));
    TRY_WHERE(cn_cmp(cn_tuple(ID, NAME), <, cn_tuple(1, "x")));
    TRY_WHERE(cn_regexp(Row, name, "^x"));
    TRY_WHERE(cn_expr_is_same(NAME, cn_null));
    TRY_WHERE(cn_exists(cn_select(Other, .where = cn_is(Other, id, ==, ID))));
    try_each(CN_STATEMENT_(cn_select(
                 Row, .columns = CN_INTO(Row, id, cn_count_all()), .group_by = CN_BY(NAME),
                 .order_by = CN_BY(cn_nulls_last(cn_desc(NAME)), cn_label(Row, id)))),
             __LINE__);
}

int main(void)
{
    /* A model is resolved once, with whatever allocator there is then. */
    char *first = cn_statement_text(
        CN_STATEMENT_(cn_select(Row, .join = CN_JOINS(cn_cross_join(Other)))), "sqlite", false,
        NULL);
    cn_text_free(first);
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_of_every_kind),
                                       cmocka_unit_test(conditions_of_every_kind)};
    return cmocka_run_group_tests_name("memory of expressions", tests, NULL, NULL);
}
