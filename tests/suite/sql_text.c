/*
 * The exact SQL of every condition, expression and statement, as each database wants it.
 */
#include "sql_model.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define STATEMENT(s) CN_STATEMENT_(s)

/* One text for each database. */
static const char *each(const char *sqlite, const char *mysql, const char *postgresql)
{
    const char *const texts[] = {sqlite, mysql, postgresql};
    return texts[suite_which()];
}

/* The condition as it stands after WHERE; columns are written without the table here. */
static const char *where(cn_condition condition)
{
    static char     text[4000];
    const char     *table = each("\"order\".", "`order`.", "\"order\".");
    const cn_items *ids   = CN_INTO(Name, id, cn_attr(Thing, id));
    const char     *from  = sql_text_after(
             STATEMENT(cn_select(Thing, .columns = ids, .where = condition)), "WHERE ");
    size_t to = 0;
    while (*from != '\0' && to + 1 < sizeof text) {
        if (strncmp(from, table, strlen(table)) == 0)
            from += strlen(table);
        else
            text[to++] = *from++;
    }
    text[to] = '\0';
    return text;
}

static void a_comparison_is_a_column_an_operator_and_a_placeholder(void **state)
{
    (void)state;
    assert_string_equal(where(cn_is(Thing, name, ==, "x")), "name = ?");
    assert_string_equal(where(cn_is(Thing, id, !=, 3)), "id != ?");
    assert_string_equal(where(cn_is(Thing, id, <, 3)), "id < ?");
    assert_string_equal(where(cn_is(Thing, id, <=, 3)), "id <= ?");
    assert_string_equal(where(cn_is(Thing, id, >, 3)), "id > ?");
    assert_string_equal(where(cn_is(Thing, id, >=, 3)), "id >= ?");
    assert_string_equal(where(cn_is(Thing, id, ==, cn_attr(Thing, level))), "id = level");
    assert_string_equal(where(cn_is(Thing, id, ==, cn_later("x"))), "id = ?");
}

static void a_name_that_needs_quotes_has_them_and_no_other(void **state)
{
    (void)state;
    assert_string_equal(
        where(cn_is(Thing, odd, ==, "x")),
        each("\"Odd \"\"`name\" = ?", "`Odd \"``name` = ?", "\"Odd \"\"`name\" = ?"));
    assert_string_equal(where(cn_is(Thing, key, ==, (cn_uuid){{0}})),
                        each("\"key\" = ?", "`key` = ?", "key = ?"));
}

static void null_and_what_may_be_null_are_spelled_by_the_dialect(void **state)
{
    (void)state;
    assert_string_equal(where(cn_is_null(Thing, age)), "age IS NULL");
    assert_string_equal(where(cn_is_not_null(Thing, age)), "age IS NOT NULL");
    assert_string_equal(where(cn_is_same(Thing, age, cn_null)),
                        each("age IS ?", "age <=> ?", "age IS NOT DISTINCT FROM ?"));
    assert_string_equal(where(cn_is_not_same(Thing, age, cn_some(int, 3))),
                        each("age IS NOT ?", "NOT (age <=> ?)", "age IS DISTINCT FROM ?"));
    assert_string_equal(where(cn_is_same(Thing, age, cn_attr(Thing, level))),
                        each("age IS level", "age <=> level", "age IS NOT DISTINCT FROM level"));
    assert_string_equal(
        where(cn_is_same(Thing, age, cn_plus(cn_attr(Thing, level), 1))),
        each("age IS level + ?", "age <=> level + ?", "age IS NOT DISTINCT FROM level + ?"));
}

static void matching_escapes_the_same_way_everywhere(void **state)
{
    (void)state;
    assert_string_equal(
        where(cn_like(Thing, name, "a%")),
        each("name LIKE ? ESCAPE '\\'", "name LIKE ? ESCAPE _utf8mb4 x'5c'", "name LIKE ?"));
    assert_string_equal(where(cn_contains(Thing, name, "a")),
                        each("(name LIKE '%' || ? || '%' ESCAPE '/')",
                             "(name LIKE concat('%', ?, '%') ESCAPE '/')",
                             "(name LIKE '%' || ? || '%' ESCAPE '/')"));
    assert_string_equal(where(cn_starts_with(Thing, name, "a")),
                        each("(name LIKE ? || '%' ESCAPE '/')",
                             "(name LIKE concat(?, '%') ESCAPE '/')",
                             "(name LIKE ? || '%' ESCAPE '/')"));
    assert_string_equal(where(cn_ends_with(Thing, name, "a")),
                        each("(name LIKE '%' || ? ESCAPE '/')",
                             "(name LIKE concat('%', ?) ESCAPE '/')",
                             "(name LIKE '%' || ? ESCAPE '/')"));
}

static void parentheses_stand_where_they_change_the_meaning(void **state)
{
    (void)state;
    const cn_condition a = cn_is(Thing, id, ==, 1), b = cn_is(Thing, id, ==, 2),
                       c = cn_is(Thing, id, ==, 3);
    assert_string_equal(where(cn_and(a, b, c)), "id = ? AND id = ? AND id = ?");
    assert_string_equal(where(cn_and(cn_and(a, b), c)), "id = ? AND id = ? AND id = ?");
    assert_string_equal(where(cn_or(cn_and(a, b), c)), "id = ? AND id = ? OR id = ?");
    assert_string_equal(where(cn_and(cn_or(a, b), c)), "(id = ? OR id = ?) AND id = ?");
    assert_string_equal(where(cn_not(a)), "id != ?");
    assert_string_equal(where(cn_not(cn_or(a, b))), "NOT (id = ? OR id = ?)");
    assert_string_equal(where(cn_and(cn_not(a), b)), "id != ? AND id = ?");
    assert_string_equal(where(cn_and(cn_sql("1 = 1 OR 2 = 2"), a)), "(1 = 1 OR 2 = 2) AND id = ?");
}

static void what_was_left_out_leaves_no_trace(void **state)
{
    (void)state;
    const cn_condition a = cn_is(Thing, id, ==, 1), b = cn_is(Thing, id, ==, 2),
                       c = cn_is(Thing, id, ==, 3);
    assert_string_equal(where(cn_and(cn_when(false, a), b)), "id = ?");
    assert_string_equal(where(cn_and(cn_and(cn_when(false, a), cn_or(b, c)), a)),
                        "(id = ? OR id = ?) AND id = ?");
    assert_string_equal(where(cn_or(cn_and(cn_when(false, a)), b)), "id = ?");
    assert_string_equal(where(cn_not(cn_and(cn_when(false, a), b))), "id != ?");
    assert_string_equal(where(cn_and(cn_not(cn_when(false, a)), b)), "id = ?");
    const cn_select_statement *nothing = cn_select(Thing,
                                                   .columns = CN_INTO(Name, id, cn_attr(Thing, id)),
                                                   .where   = cn_and(cn_when(false, a)));
    char                      *sql     = cn_statement_sql(sql_connection, STATEMENT(nothing));
    assert_null(strstr(sql, "WHERE"));
    cn_text_free(sql);
}

static void lists_fragments_and_functions(void **state)
{
    (void)state;
    const int ids[] = {1, 2, 3};
    assert_string_equal(where(cn_in_array(Thing, id, ids, 3)), "id IN (?, ?, ?)");
    assert_string_equal(where(cn_in_array(Thing, id, ids, 0)), "(id IN (NULL) AND (1 != 1))");
    assert_string_equal(
        where(cn_sql("length(:t) = :n AND :t != ':x'", CN_PARAMS("t", "a", "n", 1))),
        "length(?) = ? AND ? != ':x'");
    assert_string_equal(where(cn_sql("id IN :ids", CN_PARAMS("ids", cn_list(ids, 2)))),
                        "id IN (?, ?)");
    assert_string_equal(where(cn_cmp(cn_call("length", cn_attr(Thing, name)), >=, 3)),
                        "length(name) >= ?");
    assert_string_equal(
        where(cn_cmp(cn_call("coalesce", cn_attr(Thing, name), cn_literal("x")), ==, "x")),
        "coalesce(name, ?) = ?");
}

static void arithmetic_keeps_its_order(void **state)
{
    (void)state;
    const cn_expr id = cn_attr(Thing, id), level = cn_attr(Thing, level);
    assert_string_equal(where(cn_is(Thing, views, >, cn_plus(id, 1))), "views > id + ?");
    assert_string_equal(where(cn_is(Thing, views, >, cn_times(cn_plus(id, level), 2))),
                        "views > (id + level) * ?");
    assert_string_equal(where(cn_is(Thing, views, >, cn_plus(cn_times(id, 2), level))),
                        "views > id * ? + level");
    assert_string_equal(where(cn_is(Thing, views, >, cn_minus(id, cn_minus(level, 1)))),
                        "views > id - (level - ?)");
    assert_string_equal(where(cn_is(Thing, views, >, cn_minus(cn_minus(id, level), 1))),
                        "views > id - level - ?");
}

static void a_select_has_its_clauses_in_order(void **state)
{
    (void)state;
    assert_string_equal(
        sql_text_after(
            STATEMENT(cn_select(
                Other, .where = cn_is(Other, id, >, 3), .limit = 10, .offset = 5, .distinct = true,
                .order_by = CN_BY(cn_desc(cn_attr(Other, name)), cn_attr(Other, id)))),
            ""),
        each("SELECT DISTINCT other_thing.id, other_thing.name \nFROM other_thing \nWHERE "
             "other_thing.id > ? "
             "ORDER BY other_thing.name DESC, other_thing.id\n LIMIT ? OFFSET ?",
             "SELECT DISTINCT other_thing.id, other_thing.name \nFROM other_thing \nWHERE "
             "other_thing.id > ? "
             "ORDER BY other_thing.name DESC, other_thing.id \n LIMIT ?, ?",
             "SELECT DISTINCT other_thing.id, other_thing.name \nFROM other_thing \nWHERE "
             "other_thing.id > ? "
             "ORDER BY other_thing.name DESC, other_thing.id \n LIMIT ? OFFSET ?"));
    assert_string_equal(sql_text_after(STATEMENT(cn_select(Other, .offset = 5)), "FROM "),
                        each("other_thing\n LIMIT -1 OFFSET ?",
                             "other_thing \n LIMIT ?, 18446744073709551615",
                             "other_thing\n LIMIT ALL OFFSET ?"));
    assert_string_equal(
        sql_text_after(
            STATEMENT(cn_select(Other, .columns = CN_INTO(Total, name, cn_max(cn_attr(Other, name)),
                                                          count, cn_count_all()))),
            ""),
        each("SELECT max(other_thing.name) AS name, count(*) AS count \nFROM other_thing",
             "SELECT max(other_thing.name) AS name, count(*) AS count \nFROM other_thing",
             "SELECT max(other_thing.name) AS name, count(*) AS count \nFROM other_thing"));
}

static void changes_are_spelled_out(void **state)
{
    (void)state;
    assert_string_equal(
        sql_text_after(STATEMENT(cn_insert(Other, .values = CN_SET(Other, id, 3, name, "x"))), ""),
        "INSERT INTO other_thing (id, name) VALUES (?, ?)");
    assert_string_equal(sql_text_after(STATEMENT(cn_insert(Other)), ""),
                        each("INSERT INTO other_thing DEFAULT VALUES",
                             "INSERT INTO other_thing () VALUES ()",
                             "INSERT INTO other_thing DEFAULT VALUES"));
    assert_string_equal(
        sql_text_after(
            STATEMENT(cn_update(
                Other, .set = CN_SET(Other, id, cn_plus(cn_attr(Other, id), 1), name, cn_null),
                .where = cn_is(Other, name, ==, "x"))),
            ""),
        "UPDATE other_thing SET id=(other_thing.id + ?), name=? WHERE other_thing.name = ?");
    assert_string_equal(
        sql_text_after(
            STATEMENT(cn_update(Other, .set = CN_SET(Other, name, "x"), .every_row = true)), ""),
        "UPDATE other_thing SET name=?");
    assert_string_equal(
        sql_text_after(STATEMENT(cn_delete_from(Other, .where = cn_is(Other, id, ==, 3))), ""),
        "DELETE FROM other_thing WHERE other_thing.id = ?");
}

static void ninety_nested_conditions_are_understood(void **state)
{
    (void)state;
    cn_condition nested = cn_is(Thing, id, ==, 1);
    for (int i = 0; i < 45; i++) {
        nested = cn_keep(sql_connection, cn_and(nested, cn_is(Thing, id, >, 0)));
        nested = cn_keep(sql_connection, cn_or(nested, cn_is(Thing, id, <, 0)));
    }
    assert_string_equal(sql_found(nested), "1");
}

static void more_than_a_thousand_are_an_error_that_says_so(void **state)
{
    (void)state;
    cn_condition nested = cn_is(Thing, id, ==, 1);
    for (int i = 0; i < 1002; i++)
        nested = cn_keep(sql_connection, cn_not(nested));
    sql_refused(STATEMENT(cn_select(Thing, .where = nested)), NULL, CN_CAUSE_LIMIT,
                "nests more than 1000");
    assert_string_equal(sql_found(cn_is(Thing, id, ==, 1)), "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQL_TEST(a_comparison_is_a_column_an_operator_and_a_placeholder),
        SQL_TEST(a_name_that_needs_quotes_has_them_and_no_other),
        SQL_TEST(null_and_what_may_be_null_are_spelled_by_the_dialect),
        SQL_TEST(matching_escapes_the_same_way_everywhere),
        SQL_TEST(parentheses_stand_where_they_change_the_meaning),
        SQL_TEST(what_was_left_out_leaves_no_trace),
        SQL_TEST(lists_fragments_and_functions),
        SQL_TEST(arithmetic_keeps_its_order),
        SQL_TEST(a_select_has_its_clauses_in_order),
        SQL_TEST(changes_are_spelled_out),
        SQL_TEST(ninety_nested_conditions_are_understood),
        SQL_TEST(more_than_a_thousand_are_an_error_that_says_so),
    };
    return suite_main("the text of built statements", tests);
}
