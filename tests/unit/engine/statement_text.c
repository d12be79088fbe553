/* Floor 2: text with :name parameters, taken apart by the rules of each database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/statement_text.h"

static const cn_driver sqlite     = {.dialect = "sqlite"};
static const cn_driver mysql      = {.dialect = "mysql"};
static const cn_driver postgresql = {.dialect = "postgresql", .numbered_parameters = true};

static cn_text_compiled *compile_by(const cn_text_rules *rules, const char *text, cn_error *error)
{
    size_t size = strlen(text);
    return (cn_text_compiled *)(void *)cn_text_compile(rules, text, size, text, size,
                                                       cn_hash(text, size), error);
}

static cn_text_compiled *compile(const cn_driver *driver, const char *text, cn_error *error)
{
    return compile_by(cn_text_rules_of(driver), text, error);
}

/* What a text becomes, and the names of the values in order, with a blank between them. */
typedef struct row {
    const char *text;
    const char *sql;
    const char *names;
} row;

static void check_by(const cn_text_rules *rules, const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cn_error          error = {0};
        cn_text_compiled *made  = compile_by(rules, rows[i].text, &error);
        if (made == NULL)
            fail_msg("%s: %s", rows[i].text, cn_error_get_message(&error));
        char names[200] = "";
        for (size_t k = 0; k < made->slot_count; k++) {
            strcat(names, k > 0 ? " " : "");
            strcat(names, made->names[made->slots[k]].text);
        }
        assert_string_equal(made->head.sql, rows[i].sql);
        assert_int_equal(made->head.sql_size, strlen(rows[i].sql));
        assert_string_equal(names, rows[i].names);
        cn_compiled_release(&made->head);
    }
}

#define CHECK_BY(rules, rows) check_by((rules), (rows), sizeof(rows) / sizeof *(rows))
#define CHECK(driver, rows) CHECK_BY(cn_text_rules_of(&(driver)), rows)

static void a_name_becomes_the_placeholder_of_the_driver(void **state)
{
    (void)state;
    static const row question[] = {
        {"SELECT 1", "SELECT 1", ""},
        {":a", "?", "a"},
        {"SELECT :a", "SELECT ?", "a"},
        {"a = :a AND b = :b_2", "a = ? AND b = ?", "a b_2"},
        {"a=:a", "a=?", "a"},
        {"(:a,:b)", "(?,?)", "a b"},
        {":a + :b + :a", "? + ? + ?", "a b a"},
        {":_", "?", "_"},
        {":A :a", "? ?", "A a"},
        {":n\xc3\xa4"
         "me",
         "?",
         "n\xc3\xa4"
         "me"},
        {":a;", "?;", "a"},
        {"LIMIT :n OFFSET :m\n", "LIMIT ? OFFSET ?\n", "n m"},
    };
    static const row numbered[] = {
        {"SELECT :a", "SELECT $1", "a"},
        {":a + :b + :a", "$1 + $2 + $1", "a b"},
        {":a::int + :b::text", "$1::int + $2::text", "a b"},
        {":a1 :a10 :a1", "$1 $2 $1", "a1 a10"},
    };
    CHECK(sqlite, question);
    CHECK(mysql, question);
    CHECK(postgresql, numbered);
}

static void a_colon_that_is_no_parameter_is_left_alone(void **state)
{
    (void)state;
    static const row question[] = {
        {"':a'", "':a'", ""},
        {"'it''s :a' || :b", "'it''s :a' || ?", "b"},
        {"\":a\" = :b", "\":a\" = ?", "b"},
        {"\"a\"\":b\" = :c", "\"a\"\":b\" = ?", "c"},
        {"-- :a\n:b", "-- :a\n?", "b"},
        {"-- :a", "-- :a", ""},
        {"/* :a */ :b", "/* :a */ ?", "b"},
        {"/* :a", "/* :a", ""},
        {"/*/ :a */ :b", "/*/ :a */ ?", "b"},
        {"':a", "':a", ""},
        {"x:y", "x:y", ""},
        {"a[1:n]", "a[1:n]", ""},
        {"a :: b", "a :: b", ""},
        {"a::b", "a::b", ""},
        {"'x'::b", "'x'::b", ""},
        {": a", ": a", ""},
        {":1", ":1", ""},
        {":", ":", ""},
        {"@v := 1", "@v := 1", ""},
        {"\\:a", ":a", ""},
        {"\\:a :b", ":a ?", "b"},
        {"x\\:\\:int", "x::int", ""},
        {"'\"' :a '\"'", "'\"' ? '\"'", "a"},
        {"`:a` :b", "`:a` ?", "b"},
        {"/* ' */ :a /* ' */", "/* ' */ ? /* ' */", "a"},
        {"-- '\n:a", "-- '\n?", "a"},
        {"`a``:b` :c", "`a``:b` ?", "c"},
    };
    CHECK(sqlite, question);
    CHECK(mysql, question);
}

static void literals_end_where_the_database_says_they_end(void **state)
{
    (void)state;
    static const row in_sqlite[] = {
        {"'\\' :a '", "'\\' ? '", "a"}, /* a backslash is one */
        {"[:a] :b", "[:a] ?", "b"},         {"[']:a", "[']?", "a"},
        {"a--:b\n:c", "a--:b\n?", "c"},     {"# :a", "# ?", "a"},
        {"/* /* */ :a", "/* /* */ ?", "a"}, {"$$ :a $$", "$$ ? $$", "a"},
    };
    static const row in_mysql[] = {
        {"'it\\'s :a' = :b", "'it\\'s :a' = ?", "b"},
        {"\"it\\\":a\" = :b", "\"it\\\":a\" = ?", "b"},
        {"'\\\\' = :a", "'\\\\' = ?", "a"},
        {"'a'':b\\'' = :c", "'a'':b\\'' = ?", "c"},
        {"# :a '\n:b", "# :a '\n?", "b"},
        {"5--:a", "5--?", "a"}, /* no comment without a blank */
        {"5-- :a\n:b", "5-- :a\n?", "b"},
        {"--\t:a\n:b", "--\t:a\n?", "b"},
        {"[:a]", "[?]", "a"},
        {"/* /* */ :a", "/* /* */ ?", "a"},
        {"$$ :a $$", "$$ ? $$", "a"},
    };
    static const row in_postgresql[] = {
        {"'\\' = :a", "'\\' = $1", "a"},
        {"E'it\\'s :a' = :b", "E'it\\'s :a' = $1", "b"},
        {"e'\\\\' = :a", "e'\\\\' = $1", "a"},
        {"E'a'':b\\'c' = :d", "E'a'':b\\'c' = $1", "d"},
        {"date'\\' = :a", "date'\\' = $1", "a"}, /* e' only as a word of its own */
        {"$$ :a $$ :b", "$$ :a $$ $1", "b"},
        {"$q$ :a $$ :b $q$ :c", "$q$ :a $$ :b $q$ $1", "c"},
        {"$q$ :a $Q$", "$q$ :a $Q$", ""},
        {"a$b$ :c", "a$b$ $1", "c"}, /* part of a name */
        {"/* /* :a */ :b */ :c", "/* /* :a */ :b */ $1", "c"},
        {"a--:b\n:c", "a--:b\n$1", "c"},
        {"# :a", "# $1", "a"},
        {"a ? 'b' AND c ?| :d", "a ? 'b' AND c ?| $1", "d"},
        {"`:a`", "`$1`", "a"},
        {"x[:a]", "x[$1]", "a"},
        {"'{}'::jsonb -> :a", "'{}'::jsonb -> $1", "a"},
    };
    CHECK(sqlite, in_sqlite);
    CHECK(mysql, in_mysql);
    CHECK(postgresql, in_postgresql);
}

static void a_placeholder_of_the_driver_in_the_text_is_refused(void **state)
{
    (void)state;
    static const struct {
        const cn_driver *driver;
        const char      *text;
    } rows[] = {
        {&sqlite, "a = ?"},      {&sqlite, "a = :a AND b = ?1"},     {&mysql, "? = :a"},
        {&postgresql, "a = $1"}, {&postgresql, "a = $2 AND b = :a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cn_error error = {0};
        assert_null(compile(rows[i].driver, rows[i].text, &error));
        assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_PARAMETER);
        assert_non_null(strstr(cn_error_get_message(&error), ":name"));
        cn_error_clear(&error);
    }
    cn_error          error = {0};
    cn_text_compiled *made  = compile(&sqlite, "a = '?' -- ?\n", &error);
    assert_non_null(made);
    cn_compiled_release(&made->head);
}

/* ---- lists ----------------------------------------------------------------------------------- */

typedef struct list_row {
    const char *text;
    uint32_t    counts[3]; /* of the names in order; CN_TEXT_SINGLE: no list */
    const char *sql;       /* NULL: refused */
} list_row;

#define ONE CN_TEXT_SINGLE

static void check_lists(const cn_driver *driver, const list_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cn_error          error = {0};
        cn_text_compiled *base  = compile(driver, rows[i].text, &error);
        assert_non_null(base);
        cn_compiled *made = cn_text_expand(base, rows[i].counts, "k", 1, 7, &error);
        if (rows[i].sql == NULL) {
            assert_null(made);
            assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_PARAMETER);
        } else {
            if (made == NULL)
                fail_msg("%s: %s", rows[i].text, cn_error_get_message(&error));
            assert_string_equal(made->sql, rows[i].sql);
        }
        cn_error_clear(&error);
        cn_compiled_release(made);
        cn_compiled_release(&base->head);
    }
}

#define CHECK_LISTS(driver, rows) check_lists(&(driver), (rows), sizeof(rows) / sizeof *(rows))

static void a_list_becomes_as_many_placeholders_as_it_has_values(void **state)
{
    (void)state;
    static const list_row question[] = {
        {"a IN :a", {1}, "a IN (?)"},
        {"a IN :a", {3}, "a IN (?, ?, ?)"},
        {"a in (:a)", {2}, "a in (?, ?)"},
        {"a IN\n/* of these */ (\t:a )", {2}, "a IN\n/* of these */ (\t?, ? )"},
        {"a IN (:a, :b)", {2, ONE}, "a IN (?, ?, ?)"},
        {"a IN :a AND b = :b AND c IN :a", {2, ONE}, "a IN (?, ?) AND b = ? AND c IN (?, ?)"},
        {"x = :a", {2}, NULL},
        {"x + (:a)", {2}, NULL},
        {"contains :a", {2}, NULL},
        {"'IN' :a", {2}, NULL},
        {"f(a IN (:a), :b)", {1, 2}, NULL},
    };
    static const list_row numbered[] = {
        {"a IN :a AND b = :b AND c IN :a", {2, ONE}, "a IN ($1, $2) AND b = $3 AND c IN ($1, $2)"},
        {"b = :b AND a NOT IN :a", {ONE, 2}, "b = $1 AND a NOT IN ($2, $3)"},
    };
    CHECK_LISTS(sqlite, question);
    CHECK_LISTS(mysql, question);
    CHECK_LISTS(postgresql, numbered);
}

static void an_empty_list_matches_nothing_in_correct_sql(void **state)
{
    (void)state;
    static const list_row in_sqlite[] = {
        {"a IN :a OR :b", {0, ONE}, "a IN (SELECT NULL WHERE 1 != 1) OR ?"},
        {"a IN (:a) OR b", {0}, "a IN (SELECT NULL WHERE 1 != 1) OR b"},
        {"a NOT IN ( :a ) OR b", {0}, "a NOT IN (SELECT NULL WHERE 1 != 1) OR b"},
        {"a not  in :a", {0}, "a NOT IN (SELECT NULL WHERE 1 != 1)"},
        {"a IN (:a, :b)", {0, ONE}, NULL},
        {"a IN (:b, :a)", {ONE, 0}, NULL},
    };
    static const list_row in_mysql[] = {
        {"a IN :a", {0}, "a IN (SELECT NULL FROM DUAL WHERE 1 != 1)"},
    };
    static const list_row in_postgresql[] = {
        {"a IN :a AND b = :b", {0, ONE}, "a = ANY ('{}') AND b = $1"},
        {"NOT a NOT IN (:a)", {0}, "NOT a <> ALL ('{}')"},
    };
    CHECK_LISTS(sqlite, in_sqlite);
    CHECK_LISTS(mysql, in_mysql);
    CHECK_LISTS(postgresql, in_postgresql);
}

static void each_value_keeps_its_name_for_messages(void **state)
{
    (void)state;
    cn_error          error    = {0};
    cn_text_compiled *base     = compile(&postgresql, "a = :x AND b IN :list", &error);
    const uint32_t    counts[] = {CN_TEXT_SINGLE, 2};
    cn_compiled      *made     = cn_text_expand(base, counts, "k", 1, 7, &error);
    cn_compiled_release(&base->head); /* the expansion needs it no more */
    assert_int_equal(made->name_count, 3);
    assert_string_equal(made->names[0], "x");
    assert_string_equal(made->names[1], "list");
    assert_string_equal(made->names[2], "list");
    cn_compiled_release(made);
}

static void thousands_of_names_are_found_again(void **state)
{
    (void)state;
    static char text[200000];
    char       *at = text;
    for (int i = 0; i < 5000; i++)
        at += sprintf(at, ":name_%d :name_%d ", i, i);
    cn_error          error = {0};
    cn_text_compiled *made  = compile(&postgresql, text, &error);
    assert_non_null(made);
    assert_int_equal(made->name_count, 5000);
    assert_int_equal(made->slot_count, 5000);
    assert_int_equal(made->mark_count, 10000);
    assert_non_null(strstr(made->head.sql, "$4999 $5000 $5000 "));
    cn_compiled_release(&made->head);
}

/* A backslash, and what a double quote holds, mean what the session's modes make of them. */
static void modes_of_a_session_are_followed(void **state)
{
    (void)state;
    static const row usual[] = {{"'\\' :a' :b", "'\\' :a' ?", "b"},
                                {"\"\\\" :a\" :b", "\"\\\" :a\" ?", "b"}};
    static const row names[] = {{"'\\' :a' :b", "'\\' :a' ?", "b"}, {"\"\\\" :a", "\"\\\" ?", "a"}};
    static const row plain[] = {{"'\\' :a", "'\\' ?", "a"}, {"\"\\\" :a", "\"\\\" ?", "a"}};
    cn_link          link    = {.driver = &mysql};
    uint64_t         salts[4];
    CHECK_BY(cn_text_rules_of_link(&link), usual);
    salts[0]          = cn_text_rules_salt(&link);
    link.quoted_names = true;
    CHECK_BY(cn_text_rules_of_link(&link), names);
    salts[1]               = cn_text_rules_salt(&link);
    link.plain_backslashes = true;
    CHECK_BY(cn_text_rules_of_link(&link), plain);
    salts[2]          = cn_text_rules_salt(&link);
    link.quoted_names = false;
    CHECK_BY(cn_text_rules_of_link(&link), plain);
    salts[3] = cn_text_rules_salt(&link);
    assert_int_equal(salts[0], 0);
    for (size_t i = 1; i < 4; i++)
        assert_int_not_equal(salts[i], salts[i - 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_becomes_the_placeholder_of_the_driver),
        cmocka_unit_test(a_colon_that_is_no_parameter_is_left_alone),
        cmocka_unit_test(literals_end_where_the_database_says_they_end),
        cmocka_unit_test(a_placeholder_of_the_driver_in_the_text_is_refused),
        cmocka_unit_test(a_list_becomes_as_many_placeholders_as_it_has_values),
        cmocka_unit_test(an_empty_list_matches_nothing_in_correct_sql),
        cmocka_unit_test(each_value_keeps_its_name_for_messages),
        cmocka_unit_test(thousands_of_names_are_found_again),
        cmocka_unit_test(modes_of_a_session_are_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
