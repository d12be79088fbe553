/*
 * Texts of catalogues: SQLite's definitions, types, expressions. What is understood is understood
 * right; whatever else stands there, reading it ends, and leaks and oversteps nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/expression.h"
#include "catalog/sqlite_ddl.h"
#include "catalog/type_text.h"
#include "unit/failing.h"

/* ---- definitions of SQLite ------------------------------------------------------------------- */

static cn_sqlite_table read_table(cn_arena *arena, const char *sql)
{
    cn_sqlite_table table;
    assert_true(cn_sqlite_read_table(sql, strlen(sql), arena, &table));
    return table;
}

static void assert_same_text(const char *found, const char *expected)
{
    assert_int_equal(found == NULL, expected == NULL);
    if (found != NULL)
        assert_string_equal(found, expected);
}

/* The name of what is not kept is not that of what follows. */
static void a_name_belongs_to_its_constraint_alone(void **state)
{
    (void)state;
    cn_arena        arena = {0};
    cn_sqlite_table table = read_table(&arena, "CREATE TABLE t (a INTEGER CONSTRAINT n NOT NULL "
                                               "UNIQUE, b INTEGER CONSTRAINT d DEFAULT -+5 UNIQUE, "
                                               "c INTEGER CONSTRAINT u UNIQUE)");
    assert_int_equal(table.column_count, 3);
    assert_int_equal(table.constraint_count, 3);
    assert_null(table.constraints[0].name);
    assert_null(table.constraints[1].name);
    assert_string_equal(table.constraints[1].column, "b");
    assert_string_equal(table.constraints[2].name, "u");
    cn_arena_free(&arena);
}

static void constraints_are_found_wherever_they_stand(void **state)
{
    (void)state;
    static const char sql[] =
        "CREATE TABLE \"a (b\" (id INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT FAIL "
        "AUTOINCREMENT,"
        " [x, y] UNSIGNED BIG INT (3, 4) NOT NULL DEFAULT (')' || '(') CHECK ([x, y] <> ')')"
        " CONSTRAINT c2 CHECK (1), `z``` TEXT COLLATE \"NOCASE\" REFERENCES other ON DELETE SET "
        "NULL"
        " ON UPDATE NO ACTION MATCH FULL NOT DEFERRABLE INITIALLY DEFERRED UNIQUE,"
        " g AS (id + 1) STORED, h INT GENERATED ALWAYS AS ((id)) /* , */ -- )\n,"
        " UNIQUE ('id', g COLLATE NOCASE DESC) ON CONFLICT IGNORE"
        " CONSTRAINT k FOREIGN KEY (id, g) REFERENCES t (a, b) DEFERRABLE INITIALLY DEFERRED"
        " CHECK (id > 0)) STRICT, WITHOUT ROWID";
    cn_arena        arena = {0};
    cn_sqlite_table table = read_table(&arena, sql);
    assert_int_equal(table.column_count, 5);
    assert_string_equal(table.columns[1].name, "x, y");
    assert_string_equal(table.columns[2].name, "z`");
    assert_string_equal(table.columns[2].collation, "NOCASE");
    assert_string_equal(table.columns[3].computed, "id + 1");
    assert_true(table.columns[3].stored);
    assert_string_equal(table.columns[4].computed, "(id)");
    assert_false(table.columns[4].stored);
    assert_true(table.autoincrement && table.strict && table.without_rowid);

    static const struct {
        cn_sqlite_kind kind;
        const char    *name, *column, *text, *conflict;
        size_t         columns;
        bool           deferrable, deferred;
    } expected[] = {
        {CN_SQLITE_PRIMARY_KEY, "pk", "id", NULL, "FAIL", 1, false, false},
        {CN_SQLITE_CHECK, NULL, "x, y", "[x, y] <> ')'", NULL, 0, false, false},
        {CN_SQLITE_CHECK, "c2", "x, y", "1", NULL, 0, false, false},
        {CN_SQLITE_FOREIGN_KEY, NULL, "z`", NULL, NULL, 1, false, false},
        {CN_SQLITE_UNIQUE, NULL, "z`", NULL, NULL, 1, false, false},
        {CN_SQLITE_UNIQUE, NULL, NULL, NULL, "IGNORE", 2, false, false},
        {CN_SQLITE_FOREIGN_KEY, "k", NULL, NULL, NULL, 2, true, true},
        {CN_SQLITE_CHECK, NULL, NULL, "id > 0", NULL, 0, false, false},
    };
    assert_int_equal(table.constraint_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < table.constraint_count; i++) {
        const cn_sqlite_constraint *found = &table.constraints[i];
        assert_same_text(found->name, expected[i].name);
        assert_same_text(found->column, expected[i].column);
        assert_same_text(found->text, expected[i].text);
        assert_same_text(found->on_conflict, expected[i].conflict);
        assert_int_equal(found->kind, expected[i].kind);
        assert_int_equal(found->columns.count, expected[i].columns);
        assert_int_equal(found->deferrable, expected[i].deferrable);
        assert_int_equal(found->initially_deferred, expected[i].deferred);
    }
    cn_arena_free(&arena);
}

static void words_that_may_be_names_are(void **state)
{
    (void)state;
    cn_arena        arena = {0};
    cn_sqlite_table table = read_table(
        &arena, "CREATE TABLE t (key INT, \"check\" INT, generated TEXT, always INT, "
                "\"unique\" 'INT', no, action)");
    assert_int_equal(table.column_count, 7);
    assert_int_equal(table.constraint_count, 0);
    assert_string_equal(table.columns[2].name, "generated");
    assert_null(table.columns[2].computed);
    assert_string_equal(table.columns[6].name, "action");
    cn_arena_free(&arena);
}

static void parts_of_an_index_stand_without_their_order(void **state)
{
    (void)state;
    static const char sql[] =
        "CREATE UNIQUE INDEX \"i (\" ON t (lower(a || ',') COLLATE nocase DESC"
        ", b asc, \"c\", (desc + 1)) WHERE b > 3 -- so";
    cn_arena        arena = {0};
    cn_sqlite_index index;
    assert_true(cn_sqlite_read_index(sql, sizeof sql - 1, &arena, &index));
    assert_int_equal(index.parts.count, 4);
    assert_string_equal(index.parts.items[0], "lower(a || ',')");
    assert_string_equal(index.parts.items[1], "b");
    assert_string_equal(index.parts.items[2], "\"c\"");
    assert_string_equal(index.parts.items[3], "(desc + 1)");
    assert_string_equal(index.where, "b > 3 -- so");
    cn_arena_free(&arena);
}

/* ---- types ----------------------------------------------------------------------------------- */

static void types_are_read_back(void **state)
{
    (void)state;
    static const struct {
        cn_token_style style;
        const char    *text;
        cn_type        type;
    } cases[] = {
        {CN_TOKENS_SQLITE, "VARCHAR(30)", {.kind = CN_TYPE_STRING, .length = 30}},
        {CN_TOKENS_SQLITE,
         "NUMERIC(12, 2)",
         {.kind = CN_TYPE_NUMERIC, .precision = 12, .scale = 2}},
        {CN_TOKENS_SQLITE, "UNSIGNED BIG INT", {.kind = CN_TYPE_RAW, .name = "UNSIGNED BIG INT"}},
        {CN_TOKENS_SQLITE, "", {.kind = CN_TYPE_RAW, .name = ""}},
        {CN_TOKENS_SQLITE, "VARCHAR(30", {.kind = CN_TYPE_STRING, .length = 30}},
        {CN_TOKENS_MYSQL, "tinyint(1)", {.kind = CN_TYPE_BOOLEAN}},
        {CN_TOKENS_MYSQL, "tinyint(1) unsigned", {.kind = CN_TYPE_TINYINT, .is_unsigned = true}},
        {CN_TOKENS_MYSQL,
         "int(10) unsigned zerofill",
         {.kind = CN_TYPE_INTEGER, .is_unsigned = true, .zerofill = true}},
        {CN_TOKENS_MYSQL, "datetime(3)", {.kind = CN_TYPE_DATETIME, .precision = 4}},
        {CN_TOKENS_MYSQL, "datetime", {.kind = CN_TYPE_DATETIME, .precision = 1}},
        {CN_TOKENS_MYSQL, "decimal", {.kind = CN_TYPE_NUMERIC, .precision = 10}},
        {CN_TOKENS_MYSQL, "float(7,3)", {.kind = CN_TYPE_RAW, .name = "float(7,3)"}},
        {CN_TOKENS_MYSQL, "double unsigned", {.kind = CN_TYPE_RAW, .name = "double unsigned"}},
        {CN_TOKENS_MYSQL, "TEXT(200)", {.kind = CN_TYPE_TEXT}},
        {CN_TOKENS_MYSQL, "TEXT(20000)", {.kind = CN_TYPE_MEDIUMTEXT}},
        {CN_TOKENS_POSTGRESQL,
         "timestamp(3) with time zone",
         {.kind = CN_TYPE_TIMESTAMP, .precision = 4}},
        {CN_TOKENS_POSTGRESQL, "time with time zone", {.kind = CN_TYPE_TIME, .with_zone = true}},
        {CN_TOKENS_POSTGRESQL,
         "character varying(9)[]",
         {.kind = CN_TYPE_ARRAY, .element = CN_TYPE_STRING, .length = 9, .dimensions = 1}},
        {CN_TOKENS_POSTGRESQL,
         "interval day to second(3)",
         {.kind = CN_TYPE_RAW, .name = "interval day to second(3)"}},
        {CN_TOKENS_POSTGRESQL,
         "geometry(Point,4326)",
         {.kind = CN_TYPE_RAW, .name = "geometry(Point,4326)"}},
        {CN_TOKENS_POSTGRESQL, "numeric(1000,2)", {.kind = CN_TYPE_RAW, .name = "numeric(1000,2)"}},
        {CN_TOKENS_POSTGRESQL, "numeric(3,-2)", {.kind = CN_TYPE_RAW, .name = "numeric(3,-2)"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cn_arena arena = {0};
        cn_type  type;
        assert_true(cn_type_read(cases[i].style, cases[i].text, &arena, &type, NULL));
        if (!cn_type_same(&cases[i].type, &type))
            fail_msg("%s is read as kind %d", cases[i].text, type.kind);
        cn_arena_free(&arena);
    }
}

static void labels_are_what_they_mean(void **state)
{
    (void)state;
    cn_arena arena = {0};
    cn_type  type;
    assert_true(cn_type_read(CN_TOKENS_MYSQL, "enum('a','it''s','b\\\\c','\\'',x'6120')", &arena,
                             &type, NULL));
    static const char *const labels[] = {"a", "it's", "b\\c", "'", "a "};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(type.labels[i], labels[i]);
    assert_null(type.labels[5]);
    cn_arena_free(&arena);
}

/* ---- expressions ----------------------------------------------------------------------------- */

static void what_a_database_makes_of_an_expression_is_the_same(void **state)
{
    (void)state;
    static const struct {
        cn_token_style style;
        const char    *declared, *found;
    } same[] = {
        {CN_TOKENS_POSTGRESQL, "a > 1 AND b LIKE 'x%'", "((a > 1) AND ((b)::text ~~ 'x%'::text))"},
        {CN_TOKENS_POSTGRESQL, "kind IN ('a', 'b')",
         "((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character "
         "varying])::text[]))"},
        {CN_TOKENS_POSTGRESQL, "kind NOT IN ('a', 'b')",
         "(kind <> ALL (ARRAY['a'::text, 'b'::text]))"},
        {CN_TOKENS_POSTGRESQL, "kind IN ('a')", "((kind)::text = 'a'::text)"},
        {CN_TOKENS_POSTGRESQL, "a BETWEEN 1 AND 2", "((a >= 1) AND (a <= 2))"},
        {CN_TOKENS_POSTGRESQL, "a NOT BETWEEN 1 AND 2", "((a < 1) OR (a > 2))"},
        {CN_TOKENS_POSTGRESQL, "b NOT LIKE 'x'", "((b)::text !~~ 'x'::text)"},
        {CN_TOKENS_POSTGRESQL, "-7", "'-7'::integer"},
        {CN_TOKENS_POSTGRESQL, "CAST(a AS numeric(10, 2)) * 2",
         "((a)::numeric(10,2) * (2)::numeric)"},
        {CN_TOKENS_POSTGRESQL, "at < TIMESTAMP '2020-01-01'",
         "(at < '2020-01-01'::timestamp without time zone)"},
        {CN_TOKENS_POSTGRESQL, "E'it\\'s'", "'it''s'::text"},
        {CN_TOKENS_POSTGRESQL, "CASE WHEN a > 0 THEN 'x' ELSE 'y' END",
         "\nCASE\n    WHEN (a > 0) THEN 'x'::text\n    ELSE 'y'::text\nEND"},
        {CN_TOKENS_POSTGRESQL, "a IS NOT NULL AND b AND c", "((a IS NOT NULL) AND b AND c)"},
        {CN_TOKENS_POSTGRESQL, "TRUE", "true"},
        {CN_TOKENS_MYSQL, "low < high OR name LIKE 'a%'", "`low` < `high` or `name` like 'a%'"},
        {CN_TOKENS_MYSQL, "NOT (a = 1 AND b = 2)", "`a` <> 1 or `b` <> 2"},
        {CN_TOKENS_MYSQL, "lower('A')", "lcase('A')"},
        {CN_TOKENS_MYSQL, "a % 2 = 0", "`a` MOD 2 = 0"},
        {CN_TOKENS_MYSQL, "name = 'x'", "(`name` = _utf8mb4'x')"},
        {CN_TOKENS_MYSQL, "CURRENT_TIMESTAMP", "current_timestamp()"},
        {CN_TOKENS_MYSQL, "1.50", "1.5"},
        {CN_TOKENS_SQLITE, "(a > 1)", "a>1"},
        {CN_TOKENS_SQLITE, "\"A\" == [b]", "a = `B`"},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        bool no_memory = false;
        if (!cn_expression_same(same[i].style, same[i].declared, same[i].found, &no_memory)) {
            cn_buffer a = {0}, b = {0};
            cn_expression_normal(same[i].style, same[i].declared, &a);
            cn_expression_normal(same[i].style, same[i].found, &b);
            fail_msg("%s\n%s", cn_buffer_get(&a), cn_buffer_get(&b));
        }
        assert_false(no_memory);
    }
}

static void what_differs_stays_different(void **state)
{
    (void)state;
    static const char *const different[][2] = {
        {"a > 1", "a >= 1"},
        {"a > 1 AND b", "a > 1 OR b"},
        {"(a + b) * c", "a + b * c"},
        {"(a OR b) AND c", "a OR b AND c"},
        {"a - (b - c)", "a - b - c"},
        {"'a'", "'A'"},
        {"'a b'", "'ab'"},
        {"lower(a)", "upper(a)"},
        {"a IS NULL", "a IS NOT NULL"},
        {"a IN (1, 2)", "a NOT IN (1, 2)"},
        {"NOT (a AND b)", "NOT a AND NOT b"},
        {"'it''s (a)'", "'it''s (b)'"},
        {"f(a, b)", "f(a b)) + (c"},
        {"", "a"},
    };
    for (size_t i = 0; i < sizeof different / sizeof *different; i++) {
        bool no_memory = false;
        for (int style = CN_TOKENS_SQLITE; style <= CN_TOKENS_POSTGRESQL; style++) {
            if (cn_expression_same((cn_token_style)style, different[i][0], different[i][1],
                                   &no_memory))
                fail_msg("%s and %s are taken for the same", different[i][0], different[i][1]);
        }
    }
}

/* ---- anything -------------------------------------------------------------------------------- */

static const char *const corpus[] = {
    ("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b VARCHAR(3) DEFAULT 'x' COLLATE "
     "nocase "
     "CHECK (b IN ('a', 'b')) REFERENCES o (x) ON DELETE CASCADE DEFERRABLE, g AS (id) STORED, "
     "CONSTRAINT c UNIQUE (id, b) ON CONFLICT IGNORE, FOREIGN KEY (b) REFERENCES t (b)) STRICT"),
    "CREATE UNIQUE INDEX i ON t (lower(a) COLLATE x DESC, [b]) WHERE a > 3",
    ("((kind)::text = ANY ((ARRAY['a'::character varying, $x$b$x$])::text[])) AND NOT (a BETWEEN 1 "
     "AND 2 OR b !~~ E'\\'' ) IS NOT DISTINCT FROM CASE WHEN x THEN -1.50 END"),
    "enum('a','it''s',x'6120') unsigned zerofill character set latin1 collate \"c\"",
    "timestamp(3) with time zone[][3]",
    "`a` mod 2 <=> _utf8mb4'x\\'' or f(`b`.`c`, 1 + 2 * 3, 'a' || \"b\") is null -- end",
    "/* never ends",
    "'never ends",
    "[never ends",
    "$tag$never ends$tag",
    "((((((((((((((((((((((((((((((((((((((((",
};

static void read_all(const char *text, size_t size)
{
    static const cn_token_style styles[] = {CN_TOKENS_SQLITE, CN_TOKENS_MYSQL,
                                            CN_TOKENS_POSTGRESQL};
    cn_arena                    arena    = {0};
    cn_sqlite_table             table;
    cn_sqlite_index             index;
    cn_type                     type;
    assert_true(cn_sqlite_read_table(text, size, &arena, &table));
    assert_true(cn_sqlite_read_index(text, size, &arena, &index));
    for (size_t i = 0; i < 3; i++) {
        cn_buffer normal    = {0};
        bool      no_memory = false;
        assert_true(cn_type_read(styles[i], text, &arena, &type, NULL));
        assert_true(cn_type_same(&type, &type));
        cn_expression_normal(styles[i], text, &normal);
        assert_true(cn_expression_same(styles[i], text, text, &no_memory));
        cn_buffer_free(&normal);
    }
    cn_arena_free(&arena);
}

static void whatever_stands_there_reading_it_ends(void **state)
{
    (void)state;
    static const char bits[]    = "()[]'\"`,.;:$\\-/*x \n\xff\x01";
    uint32_t          random    = 12345;
    char              text[512] = "";
    for (size_t i = 0; i < sizeof corpus / sizeof *corpus; i++) {
        size_t size = strlen(corpus[i]);
        read_all(corpus[i], size);
        for (int round = 0; round < 600; round++) {
            memcpy(text, corpus[i], size + 1);
            for (int change = 0; change <= round % 4; change++) {
                random         = random * 1664525 + 1013904223;
                size_t at      = (random >> 8) % size;
                text[at]       = bits[(random >> 24) % (sizeof bits - 1)];
                size_t shorter = (random >> 3) % 16 == 0 ? at + 1 : size;
                memset(text + shorter, 0, sizeof text - shorter);
            }
            read_all(text, strlen(text));
        }
    }
}

static void deep_and_long_texts_are_read_in_bounds(void **state)
{
    (void)state;
    enum { LONG = 100000 };
    static char text[LONG + 1];
    memset(text, '(', LONG);
    read_all(text, LONG);
    memset(text, '-', LONG);
    for (size_t i = 0; i < LONG; i += 2)
        text[i] = ' ';
    read_all(text, LONG);
    for (size_t i = 0; i + 7 < LONG; i += 7)
        memcpy(text + i, "NOT a, ", 7);
    read_all(text, LONG);
    for (size_t i = 0; i + 8 < LONG; i += 8)
        memcpy(text + i, "a AND b ", 8);
    read_all(text, LONG);
}

static void running_out_of_memory_is_told(void **state)
{
    (void)state;
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        cn_arena        arena = {0};
        cn_sqlite_table table;
        cn_sqlite_index index;
        cn_type         type;
        bool            no_memory = false;
        failing_begin(n, false);
        bool done = cn_sqlite_read_table(corpus[0], strlen(corpus[0]), &arena, &table) &&
                    cn_sqlite_read_index(corpus[1], strlen(corpus[1]), &arena, &index) &&
                    cn_type_read(CN_TOKENS_MYSQL, corpus[3], &arena, &type, NULL) &&
                    cn_expression_same(CN_TOKENS_POSTGRESQL, corpus[2], corpus[2], &no_memory);
        cn_arena_free(&arena);
        failed = failing_end();
        assert_int_equal(done, !failed);
        assert_int_equal(failing.alive, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_belongs_to_its_constraint_alone),
        cmocka_unit_test(constraints_are_found_wherever_they_stand),
        cmocka_unit_test(words_that_may_be_names_are),
        cmocka_unit_test(parts_of_an_index_stand_without_their_order),
        cmocka_unit_test(types_are_read_back),
        cmocka_unit_test(labels_are_what_they_mean),
        cmocka_unit_test(what_a_database_makes_of_an_expression_is_the_same),
        cmocka_unit_test(what_differs_stays_different),
        cmocka_unit_test(whatever_stands_there_reading_it_ends),
        cmocka_unit_test(deep_and_long_texts_are_read_in_bounds),
        cmocka_unit_test(running_out_of_memory_is_told),
    };
    return cmocka_run_group_tests_name("texts of catalogues", tests, NULL, NULL);
}
