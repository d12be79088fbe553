/*
 * Values that have another form in the database, wherever a statement has them: enumerations, user
 * types, instants; inside expressions, in rows of values, read by whoever reads.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/cinnabar.h>

typedef enum Mood { SAD, CALM, GLAD } Mood;
#define MOODS "sad", "calm", "glad"

/* "A-7" in the program, 1007 in the database. */
static bool to_number(const cn_user_type *type, cn_value *value, cn_type_memory *memory,
                      char *problem)
{
    (void)type;
    (void)memory;
    if (value->kind != CN_KIND_TEXT || strncmp(value->as.text.data, "A-", 2) != 0) {
        snprintf(problem, CN_TYPE_PROBLEM_SIZE, "it does not begin with A-");
        return false;
    }
    *value = cn_value_int(1000 + strtol(value->as.text.data + 2, NULL, 10));
    return true;
}

static bool to_code(const cn_user_type *type, cn_value *value, cn_type_memory *memory,
                    char *problem)
{
    char *text = cn_type_memory_take(memory, 24);
    (void)type;
    (void)problem;
    if (text == NULL)
        return false;
    snprintf(text, 24, "A-%lld", (long long)value->as.integer - 1000);
    *value = cn_value_text(text);
    return true;
}

static const cn_user_type code = {.size   = sizeof code,
                                  .name   = "code",
                                  .stored = {.kind = CN_TYPE_INTEGER},
                                  .kind   = CN_KIND_INTEGER,
                                  .bind   = to_number,
                                  .result = to_code};

static const cn_user_type quiet = {.size              = sizeof quiet,
                                   .name              = "quiet",
                                   .stored            = {.kind = CN_TYPE_STRING, .length = 20},
                                   .bind_expression   = "upper(:value)",
                                   .column_expression = "lower(:column)"};

typedef struct Cat {
    int          id;
    const char  *name;
    Mood         mood;
    Mood         usual;
    const char  *code;
    const char  *word;
    cn_timestamp born;
} Cat;

CN_MODEL(Cat, "cv_cat")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(20));
    CN_COLUMN(mood, .type = CN_ENUM(MOODS));
    CN_COLUMN(usual, .type = CN_ENUM(MOODS), .insert_value = CN_VALUE(GLAD));
    CN_COLUMN(code, .type = CN_USER(&code));
    CN_COLUMN(word, .type = CN_USER(&quiet));
    CN_COLUMN(born);
}
CN_METADATA(cats, &Cat_model);
CN_ALIAS(Cat, Other);

/* What queries give. */
typedef struct Row {
    Mood         mood;
    const char  *code;
    const char  *word;
    const char  *name;
    int          count;
    cn_timestamp born;
    Cat         *cat;
} Row;

typedef struct One {
    Mood mood;
} One;

CN_SHAPE(One, "one_mood")
{
    CN_COLUMN(mood, .type = CN_ENUM(MOODS));
}

CN_SHAPE(Row, "row_of_cats")
{
    CN_COLUMN(mood, .type = CN_ENUM(MOODS));
    CN_COLUMN(code, .type = CN_USER(&code));
    CN_COLUMN(word, .type = CN_USER(&quiet));
    CN_COLUMN(name);
    CN_COLUMN(count);
    CN_COLUMN(born);
}

#define MOOD cn_attr(Cat, mood)
#define CODE cn_attr(Cat, code)
#define ID cn_attr(Cat, id)

static cn_engine  *engine;
static cn_session *session;

static int open_session(void **state)
{
    (void)state;
    engine  = suite_engine_with(&cats);
    session = cn_session(engine);
    cn_insert_rows(session, Cat,
                   ((Cat[]){{1, "one", SAD, CALM, "A-7", "abc", {86400000000}},
                            {2, "two", GLAD, CALM, "A-8", "def", {2 * 86400000000}}}),
                   2);
    cn_commit(session);
    ASSERT_OK(session);
    return 0;
}

static int close_session(void **state)
{
    (void)state;
    cn_close(session);
    suite_end_with(engine, &cats);
    return 0;
}

/* The ids of the cats for which the condition holds: "1;2;" */
static const char *ids(cn_condition which)
{
    static char all[60];
    size_t      size = 0;
    Cat *const *cat  = cn_all(session, Cat, .where = which, .order_by = CN_BY(ID));
    ASSERT_OK(session);
    all[0] = '\0';
    for (; *cat != NULL && size < sizeof all - 12; cat++)
        size += (size_t)snprintf(all + size, sizeof all - size, "%d;", (*cat)->id);
    return all;
}

/* What stands in the database, before it is undone. */
static void assert_stored(const char *sql, const char *expected)
{
    ASSERT_OK(session);
    cn_result *result = cn_execute(session, cn_text(sql));
    assert_true(cn_only(result));
    assert_string_equal(cn_cell_at(result, const char *, 0), expected);
    cn_rollback(session);
}

static void values_inside_expressions_are_converted(void **state)
{
    (void)state;
    const cn_statement *first = CN_STATEMENT_(
        cn_select(Other, .columns = CN_INTO(Row, mood, cn_attr(Other, mood)),
                  .where = cn_is(Other, id, ==, 1)));
    assert_string_equal(ids(cn_cmp(cn_coalesce(MOOD, CALM), ==, SAD)), "1;");
    assert_string_equal(ids(cn_cmp(cn_nullif(MOOD, GLAD), ==, SAD)), "1;");
    assert_string_equal(
        ids(cn_cmp(cn_case(cn_then(cn_is(Cat, id, ==, 1), CALM), cn_else(MOOD)), ==, CALM)), "1;");
    assert_string_equal(ids(cn_cmp(cn_tuple(MOOD, ID), ==, cn_tuple(GLAD, 2))), "2;");
    assert_string_equal(ids(cn_cmp(cn_tuple(GLAD, 2), ==, cn_tuple(MOOD, ID))), "2;");
    assert_string_equal(ids(cn_cmp(cn_tuple(CODE, ID), ==, cn_tuple("A-8", 2))), "2;");
    assert_string_equal(ids(cn_cmp(cn_coalesce(CODE, "A-1"), ==, "A-7")), "1;");
    assert_string_equal(ids(cn_cmp(cn_scalar_query(first), ==, SAD)), "1;2;");
    assert_string_equal(ids(cn_cmp(cn_scalar_query(first), ==, GLAD)), "");
    const cn_statement *row   = CN_STATEMENT_(cn_values(One, ((One[]){{CALM}}), 1));
    const cn_statement *whole = CN_STATEMENT_(cn_select(One, .query = row));
    assert_string_equal(ids(cn_cmp(cn_scalar_query(whole), ==, CALM)), "1;2;");
    assert_string_equal(ids(cn_cmp(SAD, ==, cn_scalar_query(row))), "");
    assert_string_equal(ids(cn_cmp(cn_plus(ID, CODE), ==, "A-8")), "1;");
    assert_string_equal(ids(cn_cmp("A-10", ==, cn_plus(ID, CODE))), "2;");
    static const char *const collations[] = {"NOCASE", "utf8mb4_bin", "C"};
    assert_string_equal(ids(cn_cmp(cn_collate(MOOD, collations[suite_which()]), ==, GLAD)), "2;");
    Row *const *groups = cn_rows(session, Row,
                                 cn_select(Cat, .columns = CN_INTO(Row, count, cn_count_all()),
                                           .group_by = CN_BY(MOOD),
                                           .having   = cn_cmp(cn_max(CODE), ==, "A-8")));
    ASSERT_OK(session);
    assert_int_equal(groups[0]->count, 1);
    assert_null(groups[1]);
}

static void values_that_are_computed_are_stored_as_the_column_has_them(void **state)
{
    (void)state;
    cn_execute(session, cn_update(Cat,
                                  .set = CN_SET(
                                      Cat, mood,
                                      cn_case(cn_then(cn_is(Cat, id, ==, 1), GLAD), cn_else(CALM))),
                                  .where = cn_is(Cat, id, ==, 1)));
    assert_stored("SELECT mood FROM cv_cat WHERE id = 1", "glad");
    cn_execute(session,
               cn_update(Cat, .set = CN_SET(Cat, code, cn_coalesce(cn_nullif(CODE, "A-7"), "A-9")),
                         .where = cn_is(Cat, id, ==, 1)));
    assert_stored("SELECT CAST(code AS CHAR(4)) FROM cv_cat WHERE id = 1", "1009");
    cn_execute(session,
               cn_insert(Cat, .columns = CN_KEY(Cat, id, name, mood, usual, code, word, born),
                         .query = CN_QUERY(cn_select(
                             Other,
                             .columns = CN_INTO(Cat, id, cn_literal(3), name, "three", mood, CALM,
                                                usual, cn_attr(Other, mood), code, "A-3", word,
                                                "xyz", born, cn_attr(Other, born)),
                             .where   = cn_is(Other, id, ==, 1)))));
    ASSERT_OK(session);
    Cat *three = cn_get(session, Cat, 3);
    ASSERT_OK(session);
    assert_int_equal(three->mood, CALM);
    assert_int_equal(three->usual, SAD);
    assert_string_equal(three->code, "A-3");
    assert_string_equal(three->word, "xyz");
    assert_stored("SELECT word FROM cv_cat WHERE id = 3", "XYZ");
}

/* What a row would have had is of its column, for what stands beside it. */
static void values_beside_a_proposed_row_are_converted(void **state)
{
    (void)state;
    const cn_expr proposed = cn_proposed(Cat, mood);
    const cn_expr moods    = cn_case(cn_then(cn_cmp(proposed, ==, CALM), GLAD), cn_else(CALM));
    const cn_expr names    = cn_case(cn_then(cn_cmp("A-5", ==, cn_proposed(Cat, code)), "same"),
                                     cn_else("other"));
    for (Mood mood = SAD; mood <= GLAD; mood++) {
        cn_execute(session, cn_upsert(Cat,
                                      .values   = CN_SET(Cat, id, 1, mood, mood, code, "A-5", born,
                                                         (cn_timestamp){0}),
                                      .conflict = CN_KEY(Cat, id),
                                      .update   = CN_SET(Cat, mood, moods, name, names)));
        ASSERT_OK(session);
        assert_string_equal(ids(cn_is(Cat, mood, ==, mood == CALM ? GLAD : CALM)),
                            mood == CALM ? "1;2;" : "1;");
        assert_string_equal(ids(cn_is(Cat, name, ==, "same")), "1;");
        cn_rollback(session);
    }
}

/* What a query gives is converted for what its rows are compared with, or assigned to. */
static void values_that_queries_give_are_converted_for_what_they_meet(void **state)
{
    (void)state;
    const cn_statement *calm = CN_STATEMENT_(cn_select(
        Other, .columns = CN_INTO(Row, count, cn_literal(CALM)), .where = cn_is(Other, id, ==, 1)));
    const cn_statement *one  = CN_STATEMENT_(cn_select(
         Other, .columns = CN_INTO(Row, count, cn_attr(Other, id), name,
                                   cn_case(cn_then(cn_is(Other, id, ==, 1), SAD), cn_else(CALM)),
                                   code, cn_literal("A-7"))));
    const cn_statement *same = CN_STATEMENT_(cn_union_all(CN_QUERIES(calm, calm), .limit = 1));
    assert_string_equal(ids(cn_in_query(Cat, usual, calm)), "1;2;");
    assert_string_equal(ids(cn_in_query(Cat, mood, calm)), "");
    assert_string_equal(ids(cn_expr_in_query(cn_tuple(ID, MOOD, CODE), one)), "1;");
    assert_string_equal(ids(cn_is(Cat, usual, ==, cn_scalar_query(calm))), "1;2;");
    assert_string_equal(ids(cn_cmp(cn_scalar_query(same), ==, cn_attr(Cat, usual))), "1;2;");
    if (suite_which() != SUITE_SQLITE)
        assert_string_equal(ids(cn_cmp(cn_attr(Cat, usual), ==, cn_any_of(calm))), "1;2;");
    cn_execute(session, cn_update(Cat, .set = CN_SET(Cat, mood, cn_scalar_query(calm)),
                                  .where = cn_is(Cat, id, ==, 2)));
    assert_stored("SELECT mood FROM cv_cat WHERE id = 2", "calm");
}

/* A literal is of the type of the queries beside it, and of what is looked up in them. */
static void values_that_are_looked_up_in_queries_are_converted(void **state)
{
    (void)state;
    const cn_expr       mood  = cn_attr(Other, mood);
    const cn_statement *calm  = CN_STATEMENT_(cn_select(
         Other, .columns = CN_INTO(Row, mood, cn_literal(CALM)), .where = cn_is(Other, id, ==, 1)));
    const cn_statement *first = CN_STATEMENT_(cn_select(Other, .columns = CN_INTO(Row, mood, mood),
                                                        .order_by = CN_BY(cn_attr(Other, id)),
                                                        .limit    = 1));
    const cn_statement *both  = CN_STATEMENT_(cn_union(CN_QUERIES(calm, first)));
    const cn_statement *more  = CN_STATEMENT_(cn_union(CN_QUERIES(calm, both)));
    const cn_statement *pairs = CN_STATEMENT_(
        cn_select(Other, .columns = CN_INTO(Row, mood, mood, code, cn_attr(Other, code))));
    assert_string_equal(ids(cn_expr_in_query(cn_literal(CALM), both)), "1;2;");
    assert_string_equal(ids(cn_expr_in_query(cn_literal(SAD), both)), "1;2;");
    assert_string_equal(ids(cn_expr_in_query(cn_literal(GLAD), both)), "");
    assert_string_equal(ids(cn_expr_in_query(cn_literal(SAD), more)), "1;2;");
    assert_string_equal(ids(cn_expr_in_query(cn_tuple(SAD, "A-7"), pairs)), "1;2;");
    assert_string_equal(ids(cn_expr_in_query(cn_tuple(SAD, "A-8"), pairs)), "");
    assert_string_equal(ids(cn_expr_in_query(cn_tuple(MOOD, "A-7"), pairs)), "1;");
}

/* A number that a user type makes of a text is one wherever it stands. */
static void values_of_a_user_type_are_of_the_type_that_it_stores(void **state)
{
    (void)state;
    assert_string_equal(
        ids(cn_cmp(cn_case(cn_then(cn_is(Cat, id, ==, 1), "A-7"), cn_else("A-9")), ==, CODE)),
        "1;");
    cn_execute(session, cn_update(Cat,
                                  .set       = CN_SET(Cat, code,
                                                      cn_case(cn_then(cn_is(Cat, id, ==, 1), "A-3"),
                                                              cn_else("A-4"))),
                                  .every_row = true));
    assert_stored("SELECT CAST(sum(code) AS CHAR(4)) FROM cv_cat", "2007");
}

static void what_is_read_has_the_type_of_the_column_that_gave_it(void **state)
{
    (void)state;
    const cn_statement *most = CN_STATEMENT_(
        cn_select(Cat, .columns = CN_INTO(Row, mood, cn_coalesce(cn_min(MOOD), GLAD), code,
                                          cn_max(CODE), word, cn_max(cn_attr(Cat, word)), born,
                                          cn_min(cn_attr(Cat, born)))));
    Row *const *rows = cn_rows(session, Row, most);
    ASSERT_OK(session);
    assert_int_equal(rows[0]->mood, GLAD); /* the least of the labels: "glad" */
    assert_string_equal(rows[0]->code, "A-8");
    assert_string_equal(rows[0]->word, "def");
    assert_int_equal(rows[0]->born.microseconds, 86400000000);
    rows = cn_rows(session, Row,
                   cn_select(Cat,
                             .columns = CN_INTO(
                                 Row, code, cn_over(cn_first_value(CODE), .order_by = CN_BY(ID)),
                                 born, cn_current_timestamp()),
                             .order_by = CN_BY(ID)));
    ASSERT_OK(session);
    assert_string_equal(rows[1]->code, "A-7");
    assert_true(rows[1]->born.microseconds > INT64_C(1700000000) * 1000000);
    rows = cn_rows(
        session, Row,
        cn_select(Cat, .columns = CN_INTO(Row, mood, cn_max(cn_distinct(MOOD)), code,
                                          cn_call("COALESCE", cn_min(CODE), cn_literal("A-9")))));
    ASSERT_OK(session);
    assert_int_equal(rows[0]->mood, SAD); /* the greatest of the labels */
    assert_string_equal(rows[0]->code, "A-7");
}

static int64_t read_instant(cn_expr expression)
{
    Row *const *rows = cn_rows(
        session, Row,
        cn_select(Cat, .columns = CN_INTO(Row, born, expression),
                  .params = CN_PARAMS("later", ((cn_timestamp){7})),
                  .where = cn_cmp(cn_later("later"), ==, ((cn_timestamp){7})), .limit = 1));
    ASSERT_OK(session);
    return rows[0]->born.microseconds;
}

/* Also where no column says so, and the database has none. */
static void instants_are_read_wherever_they_come_from(void **state)
{
    (void)state;
    const cn_timestamp seven = {7000000}, nine = {9000000};
    const int64_t      then = INT64_C(1700000000) * 1000000;
    const cn_expr      now  = cn_current_timestamp();
    assert_true(read_instant(cn_case(cn_then(cn_always(), now), cn_else(now))) > then);
    assert_int_equal(read_instant(cn_case(cn_then(cn_never(), seven), cn_else(nine))), 9000000);
    assert_int_equal(read_instant(cn_greatest(seven, nine)), 9000000);
    assert_int_equal(read_instant(cn_max(cn_distinct(cn_literal(nine)))), 9000000);
    assert_int_equal(read_instant(cn_later("later")), 7);
    assert_int_equal(read_instant(cn_cast(cn_attr(Cat, born), CN_TIMESTAMP_DIGITS(6))) % 86400, 0);
    const cn_statement *query = CN_STATEMENT_(
        cn_select(Other, .columns = CN_INTO(Row, born, cn_literal(nine)), .limit = 1));
    assert_int_equal(read_instant(cn_scalar_query(query)), 9000000);
}

static void whoever_reads_a_built_statement_gets_the_values_of_the_program(void **state)
{
    (void)state;
    const cn_select_statement *one = cn_select(Cat,
                                               .columns = CN_INTO(Row, mood, MOOD, code, CODE, word,
                                                                  cn_attr(Cat, word), born,
                                                                  cn_attr(Cat, born)),
                                               .where   = cn_is(Cat, id, ==, 2));
    Row                        row;
    assert_int_equal(cn_scalar(session, int,
                               cn_select(Cat, .columns = CN_INTO(Row, mood, MOOD),
                                         .where = cn_is(Cat, id, ==, 2))),
                     GLAD);
    assert_string_equal(cn_scalar(session, const char *,
                                  cn_select(Cat, .columns = CN_INTO(Row, code, CODE),
                                            .where = cn_is(Cat, id, ==, 2))),
                        "A-8");
    cn_result *result = cn_execute(session, one);
    assert_true(cn_fetch(result, Row, &row, mood, code, word, born));
    assert_int_equal(row.mood, GLAD);
    assert_string_equal(row.code, "A-8");
    assert_string_equal(row.word, "def");
    assert_int_equal(row.born.microseconds, 2 * INT64_C(86400000000));
    result = cn_execute(session, one);
    assert_true(cn_next(result));
    cn_execute(session, cn_text("SELECT 1")); /* the row is in memory now */
    assert_int_equal(cn_get_int(result, "mood"), GLAD);
    assert_string_equal(cn_get_text(result, "mood"), "glad");
    assert_string_equal(cn_get_text(result, "code"), "A-8");
    assert_string_equal(cn_cell(result, const char *, "code"), "A-8");
    assert_int_equal(cn_get_timestamp(result, "born").microseconds, 2 * INT64_C(86400000000));
    ASSERT_OK(session);
}

/* Those of an instance in the row, too, and those behind it. */
static void columns_of_instances_are_read_by_their_types(void **state)
{
    (void)state;
    cn_result *result = cn_execute(session,
                                   cn_select(Cat,
                                             .columns = CN_INTO(Row, count, ID, cat, cn_entity(Cat),
                                                                code, cn_coalesce(CODE, "A-1")),
                                             .where   = cn_is(Cat, id, ==, 2)));
    assert_true(cn_next(result));
    for (int again = 0; again < 2; again++) {
        assert_int_equal(cn_cell_at(result, int, 1), 2);
        assert_int_equal(cn_cell_at(result, int, 3), GLAD);
        assert_string_equal(cn_text_at(result, 5), "A-8");
        assert_string_equal(cn_text_at(result, 6), "def");
        assert_string_equal(cn_text_at(result, 8), "A-8");
        cn_execute(session, cn_text("SELECT 1"));
    }
    ASSERT_OK(session);
}

/* Values stand in a union for what the columns of its first query give. */
static void values_behind_a_query_are_converted_as_its_columns(void **state)
{
    (void)state;
    const cn_statement *given = CN_STATEMENT_(cn_select(
        Cat, .columns = CN_INTO(Row, mood, GLAD, code, "A-5", word, "xyz", count, cn_literal(9)),
        .where = cn_is(Cat, id, ==, 1)));
    const cn_statement *first = CN_STATEMENT_(
        cn_select(Cat,
                  .columns = CN_INTO(Row, mood, cn_coalesce(MOOD, CALM), code, CODE, word,
                                     cn_attr(Cat, word), count, ID),
                  .where   = cn_is(Cat, id, ==, 1)));
    Row *const *rows = cn_rows(
        session, Row,
        cn_union_all(CN_QUERIES(first, given), .order_by = CN_BY(cn_label(Row, count))));
    ASSERT_OK(session);
    assert_int_equal(rows[0]->mood, SAD);
    assert_string_equal(rows[0]->code, "A-7");
    assert_int_equal(rows[1]->mood, GLAD);
    assert_string_equal(rows[1]->code, "A-5");
    assert_string_equal(rows[1]->word, "xyz");
    const Row own[] = {{.mood = CALM, .code = "A-6", .word = "row", .name = "", .count = 1}};
    const cn_statement *calm  = CN_STATEMENT_(cn_select(Cat, .columns = CN_INTO(Row, mood, CALM)));
    const cn_statement *moods = CN_STATEMENT_(cn_select(Cat, .columns = CN_INTO(Row, mood, MOOD)));
    const cn_statement *both  = CN_STATEMENT_(cn_union_all(CN_QUERIES(moods, calm)));
    rows                      = cn_rows(session, Row, cn_intersect(CN_QUERIES(both, calm)));
    ASSERT_OK(session);
    assert_int_equal(rows[0]->mood, CALM);
    assert_null(rows[1]);
    rows = cn_rows(
        session, Row,
        cn_union_all(CN_QUERIES(
            cn_values(Row, own, 1),
            cn_select(Cat,
                      .columns = CN_INTO(Row, mood, SAD, code, "A-1", word, "two", name, "", count,
                                         cn_literal(2), born, cn_attr(Cat, born)),
                      .where   = cn_is(Cat, id, ==, 1)))));
    ASSERT_OK(session);
    int two = rows[0]->count == 2 ? 0 : 1;
    assert_int_equal(rows[two]->mood, SAD);
    assert_string_equal(rows[two]->code, "A-1");
    assert_string_equal(rows[two]->word, "two");
    assert_string_equal(rows[1 - two]->word, "row");
}

/* What stands first may be a mere value: then the others say what it is. */
static void values_before_a_query_are_converted_as_its_columns(void **state)
{
    (void)state;
    const cn_statement *value = CN_STATEMENT_(cn_select(
        Cat, .columns = CN_INTO(Row, mood, GLAD, code, "A-5", word, "xyz", count, cn_literal(9)),
        .where = cn_is(Cat, id, ==, 1)));
    const cn_statement *query = CN_STATEMENT_(cn_select(
        Cat, .columns = CN_INTO(Row, mood, MOOD, code, CODE, word, cn_attr(Cat, word), count, ID),
        .where = cn_is(Cat, id, ==, 1)));
    Row *const         *rows  = cn_rows(
                 session, Row,
                 cn_union_all(CN_QUERIES(value, query), .order_by = CN_BY(cn_label(Row, count))));
    ASSERT_OK(session);
    assert_int_equal(rows[0]->mood, SAD);
    assert_string_equal(rows[0]->code, "A-7");
    assert_string_equal(rows[0]->word, "abc");
    assert_int_equal(rows[1]->mood, GLAD);
    assert_string_equal(rows[1]->code, "A-5");
    assert_string_equal(rows[1]->word, "xyz");
}

static void a_value_meets_columns_wherever_they_stand_in_a_list(void **state)
{
    (void)state;
    assert_string_equal(ids(cn_expr_in(cn_literal(GLAD), cn_literal(SAD), MOOD)), "2;");
    assert_string_equal(ids(cn_expr_in(cn_literal("A-7"), cn_literal("A-1"), CODE)), "1;");
    assert_string_equal(ids(cn_expr_between(cn_literal("A-7"), "A-1", CODE)), "1;2;");
    assert_string_equal(ids(cn_expr_between(cn_literal("A-7"), CODE, "A-9")), "1;");
}

static void an_enumeration_is_its_label_in_a_text_member(void **state)
{
    (void)state;
    Row *const *rows = cn_rows(
        session, Row, cn_select(Cat, .columns = CN_INTO(Row, name, MOOD), .order_by = CN_BY(ID)));
    ASSERT_OK(session);
    assert_string_equal(rows[0]->name, "sad");
    assert_string_equal(rows[1]->name, "glad");
}

static void the_models_value_of_an_enumeration_is_its_label(void **state)
{
    (void)state;
    Cat *cat = cn_new(Cat, .id = 31, .name = "three", .mood = CALM, .code = "A-1", .born = {1});
    cn_add(session, cat);
    cn_flush(session);
    ASSERT_OK(session);
    assert_int_equal(cat->usual, GLAD);
    assert_stored("SELECT usual FROM cv_cat WHERE name = 'three'", "glad");
    cn_insert_rows(session, Cat, ((Cat[]){{.id = 32, .name = "four", .code = "A-1", .born = {1}}}),
                   1);
    assert_stored("SELECT usual FROM cv_cat WHERE name = 'four'", "glad");
}

/* The first row decides for no other. */
static void nulls_before_values_change_nothing(void **state)
{
    (void)state;
    cn_insert_rows(session, Cat,
                   ((Cat[]){{.id = 11, .word = NULL, .code = "A-1", .born = {1}},
                            {.id = 12, .word = "low", .code = NULL, .born = {1}},
                            {.id = 13, .word = NULL, .code = "A-3", .born = {1}},
                            {.id = 14, .word = "end", .code = "A-4", .born = {1}}}),
                   4);
    ASSERT_OK(session);
    cn_execute_many(session, cn_text("UPDATE cv_cat SET name = upper(:name) WHERE id = :id"),
                    CN_PARAMS("name", (const char *)NULL, "id", 11),
                    CN_PARAMS("name", "x", "id", 12));
    ASSERT_OK(session);
    cn_result *result = cn_execute(
        session, cn_text("SELECT id FROM cv_cat WHERE (id = 12 AND word = 'LOW' AND name = 'X' AND "
                         "code IS NULL) OR (id = 14 AND word = 'END' AND code = 1004) OR (id = 13 "
                         "AND word IS NULL AND code = 1003) ORDER BY id"));
    assert_true(cn_next(result) && cn_cell_at(result, int, 0) == 12);
    assert_true(cn_next(result) && cn_cell_at(result, int, 0) == 13);
    assert_true(cn_next(result) && cn_cell_at(result, int, 0) == 14);
    cn_rollback(session);
}

static void rows_of_values_are_the_programs_own(void **state)
{
    (void)state;
    const Row   rows[] = {{.mood = CALM, .code = "A-5", .word = "abc", .name = "n", .count = 1}};
    Row *const *read   = cn_rows(session, Row, cn_values(Row, rows, 1));
    ASSERT_OK(session);
    assert_int_equal(read[0]->mood, CALM);
    assert_string_equal(read[0]->code, "A-5");
    assert_string_equal(read[0]->word, "abc");
    read = cn_all(session, Row, .with = CN_WITH(cn_cte(Row, cn_values(Row, rows, 1))),
                  .where = cn_and(cn_is(Row, mood, ==, CALM), cn_is(Row, word, ==, "abc")));
    ASSERT_OK(session);
    assert_string_equal(read[0]->word, "abc");
}

/* In GROUP BY a column's name would go before that of the result's column. */
/* The lists of a batch may be of different lengths, and one of them empty. */
static void each_set_of_a_batch_has_its_own_list(void **state)
{
    (void)state;
    const Mood moods[] = {SAD, GLAD};
    cn_result *result  = cn_execute_many(
         session,
         cn_update(Cat, .set = CN_SET(Cat, name, cn_concat(cn_attr(Cat, name), cn_later("more"))),
                   .where = cn_in_later(Cat, mood, "moods")),
         CN_PARAMS("more", "a", "moods", cn_list(moods, 2)),
         CN_PARAMS("more", "b", "moods", cn_list(moods + 1, 1)),
         CN_PARAMS("more", "c", "moods", cn_list(moods, 0)),
         CN_PARAMS("more", "d", "moods", cn_list(moods, 2)), CN_PARAMS("more", "e", "moods", SAD));
    ASSERT_OK(session);
    assert_int_equal(cn_row_count(result), 6);
    assert_string_equal(ids(cn_is(Cat, name, ==, "oneade")), "1;");
    assert_stored("SELECT name FROM cv_cat WHERE id = 2", "twoabd");
}

static void refuses(cn_condition which, const char *message)
{
    cn_all(session, Cat, .where = which);
    assert_string_equal(cn_error_message(session), message);
    cn_rollback(session);
}

static void what_is_no_label_is_named_in_the_error(void **state)
{
    (void)state;
    refuses(cn_is(Cat, mood, ==, 3), "Cat.mood: 3 is none of the 3 values of the enumeration");
    refuses(cn_is(Cat, mood, ==, -1), "Cat.mood: -1 is none of the 3 values of the enumeration");
    refuses(cn_is(Cat, mood, ==, UINT64_MAX),
            "Cat.mood: 18446744073709551615 is none of the 3 values of the enumeration");
    refuses(cn_is(Cat, mood, ==, cn_literal(1.5)),
            "Cat.mood: 1.5 is none of the 3 values of the enumeration");
    refuses(cn_cmp(MOOD, ==, cn_date_make(2026, 1, 1)),
            "Cat.mood: date is none of the 3 values of the enumeration");
}

static void groups_are_those_of_the_label(void **state)
{
    (void)state;
    cn_insert_rows(session, Cat,
                   ((Cat[]){{.id = 21, .name = "ox", .code = "A-1", .born = {1}},
                            {.id = 22, .name = "oz", .code = "A-1", .born = {1}}}),
                   2);
    Row *const *groups = cn_rows(
        session, Row,
        cn_select(Cat,
                  .columns  = CN_INTO(Row, name, cn_substring(cn_attr(Cat, name), 1, 1), count,
                                      cn_count_all()),
                  .group_by = CN_BY(cn_label(Row, name)), .order_by = CN_BY(cn_label(Row, name))));
    ASSERT_OK(session);
    assert_string_equal(groups[0]->name, "o");
    assert_int_equal(groups[0]->count, 3);
    assert_string_equal(groups[1]->name, "t");
    assert_null(groups[2]);
    /* A column without AS is one of several of that name. */
    groups = cn_rows(session, Row,
                     cn_select(Cat, .columns = CN_INTO(Row, name, cn_attr(Cat, name)),
                               .join     = CN_JOINS(cn_join_on(Other, cn_is(Other, id, ==, ID))),
                               .order_by = CN_BY(cn_label(Row, name)), .limit = 1));
    ASSERT_OK(session);
    assert_string_equal(groups[0]->name, "one");
    cn_rollback(session);
}

static void a_list_that_comes_later_is_of_the_members_type(void **state)
{
    (void)state;
    const char *texts[] = {"1"};
    cn_execute(session, cn_select(Cat, .where = cn_in_later(Cat, id, "ids")),
               CN_PARAMS("ids", cn_list(texts, 1)));
    assert_int_equal(cn_error_cause(session), CN_CAUSE_PARAMETER);
    assert_string_equal(cn_error_message(session),
                        "the parameter 'ids' is of type text, and Cat.id of type integer");
    cn_rollback(session);
}

/* ---- keys ------------------------------------------------------------------------------------ */

typedef struct Slot {
    Mood        mood;
    int         number;
    const char *word;
} Slot;

CN_MODEL(Slot, "cv_slot")
{
    CN_COLUMN(mood, .type = CN_ENUM(MOODS), .primary_key = true);
    CN_COLUMN(number, .primary_key = true, .not_generated = true);
    CN_COLUMN(word, .type = CN_USER(&quiet), .unique = true);
}

typedef struct Use {
    int         id;
    const char *word;
    Slot       *slot;
} Use;

CN_MODEL(Use, "cv_use")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(word, .type = CN_TYPE_OF(Slot, word), .foreign_key = "cv_slot.word");
    CN_RELATIONSHIP(slot, Slot);
}
CN_METADATA(slots, &Slot_model, &Use_model);

static void a_key_may_be_an_enumeration_and_its_type_another_columns(void **state)
{
    (void)state;
    cn_engine *own = suite_engine_with(&slots);
    CN_SESSION(other, own) {
        Slot *slot = cn_new(Slot, .mood = CALM, .number = 4, .word = "door");
        cn_add(other, cn_new(Use, .slot = slot));
        cn_commit(other);
        ASSERT_OK(other);
    }
    CN_SESSION(other, own) {
        Slot *slot = cn_get(other, Slot, CALM, 4);
        ASSERT_OK(other);
        assert_string_equal(slot->word, "door");
        Use *use = cn_first(other, Use, .where = cn_is(Use, word, ==, "door"));
        ASSERT_OK(other);
        assert_ptr_equal(cn_one(use, slot), slot);
    }
    suite_end_with(own, &slots);
}

/* ---- keys of another form in the program ----------------------------------------------------- */

typedef struct Box {
    const char *code;
    int         size;
} Box;

CN_MODEL(Box, "cv_box")
{
    CN_COLUMN(code, .type = CN_USER(&code), .primary_key = true);
    CN_COLUMN(size);
}

typedef struct Thing {
    int  id;
    int  box_code; /* as it is stored */
    Box *box;
} Thing;

CN_MODEL(Thing, "cv_thing")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(box_code, .foreign_key = "cv_box.code");
    CN_RELATIONSHIP(box, Box);
}
CN_METADATA(boxes, &Box_model, &Thing_model);

static void a_key_is_recognised_though_one_side_alone_has_a_user_type(void **state)
{
    (void)state;
    cn_engine *own = suite_engine_with(&boxes);
    CN_SESSION(other, own) {
        Box *box = cn_new(Box, .code = "A-7", .size = 3);
        cn_add(other, cn_new(Thing, .box = box));
        cn_add(other, cn_new(Thing, .box = box));
        cn_commit(other);
        ASSERT_OK(other);
    }
    CN_SESSION(other, own) {
        Thing *const *things = cn_all(other, Thing, .order_by = CN_BY(cn_attr(Thing, id)));
        ASSERT_OK(other);
        assert_int_equal(things[1]->box_code, 1007);
        Box *box = cn_one(things[0], box);
        ASSERT_OK(other);
        assert_string_equal(box->code, "A-7");
        uint64_t before = cn_session_stats(other).statements;
        assert_ptr_equal(cn_one(things[1], box), box);
        assert_int_equal(cn_session_stats(other).statements, before);
        ASSERT_OK(other);
    }
    suite_end_with(own, &boxes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test(name)
    const struct CMUnitTest tests[] = {
        TEST(values_inside_expressions_are_converted),
        TEST(values_that_are_computed_are_stored_as_the_column_has_them),
        TEST(values_beside_a_proposed_row_are_converted),
        TEST(values_that_queries_give_are_converted_for_what_they_meet),
        TEST(values_that_are_looked_up_in_queries_are_converted),
        TEST(values_of_a_user_type_are_of_the_type_that_it_stores),
        TEST(what_is_read_has_the_type_of_the_column_that_gave_it),
        TEST(instants_are_read_wherever_they_come_from),
        TEST(whoever_reads_a_built_statement_gets_the_values_of_the_program),
        TEST(columns_of_instances_are_read_by_their_types),
        TEST(values_behind_a_query_are_converted_as_its_columns),
        TEST(values_before_a_query_are_converted_as_its_columns),
        TEST(a_value_meets_columns_wherever_they_stand_in_a_list),
        TEST(an_enumeration_is_its_label_in_a_text_member),
        TEST(the_models_value_of_an_enumeration_is_its_label),
        TEST(nulls_before_values_change_nothing),
        TEST(rows_of_values_are_the_programs_own),
        TEST(each_set_of_a_batch_has_its_own_list),
        TEST(what_is_no_label_is_named_in_the_error),
        TEST(groups_are_those_of_the_label),
        TEST(a_list_that_comes_later_is_of_the_members_type),
        TEST(a_key_may_be_an_enumeration_and_its_type_another_columns),
        TEST(a_key_is_recognised_though_one_side_alone_has_a_user_type),
    };
    return suite_main_(
        cmocka_run_group_tests_name("conversions", tests, open_session, close_session));
}
