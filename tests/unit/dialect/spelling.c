/*
 * How each dialect spells names, literals and types.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sql/dialect.h"

enum { SQLITE, MYSQL, POSTGRESQL, DIALECTS };
static const char *const names[DIALECTS] = {"sqlite", "mysql", "postgresql"};

static const cn_link mysql8    = {.product = CN_PRODUCT_MYSQL, .version = 80036};
static const cn_link mariadb   = {.product = CN_PRODUCT_MARIADB, .version = 101118};
static const cn_link mariadb_5 = {.product = CN_PRODUCT_MARIADB, .version = 50568};

static const cn_dialect *dialect(int which)
{
    const cn_dialect *found = cn_dialect_named(names[which]);
    assert_non_null(found);
    return found;
}

/* ---- names ----------------------------------------------------------------------------------- */

static void assert_name(int which, const cn_link *server, const char *name, const char *expected)
{
    cn_buffer sql   = {0};
    cn_error  error = {0};
    assert_true(cn_dialect_identifier(dialect(which), server, &sql, name, &error));
    assert_string_equal(cn_buffer_get(&sql), expected);
    cn_buffer_free(&sql);
}

static void a_name_stays_bare_only_if_every_server_reads_it_back(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *expected[DIALECTS];
    } cases[] = {
        {"author", {"author", "author", "author"}},
        {"_a1$", {"_a1$", "_a1$", "_a1$"}},
        {"Author", {"\"Author\"", "`Author`", "\"Author\""}},
        {"two words", {"\"two words\"", "`two words`", "\"two words\""}},
        {"1st", {"\"1st\"", "`1st`", "\"1st\""}},
        {"$x", {"\"$x\"", "`$x`", "\"$x\""}},
        {"na\xc3\xafve", {"\"na\xc3\xafve\"", "`na\xc3\xafve`", "\"na\xc3\xafve\""}},
        {"a\"b`c", {"\"a\"\"b`c\"", "`a\"b``c`", "\"a\"\"b`c\""}},
        {"a;--", {"\"a;--\"", "`a;--`", "\"a;--\""}},
        {"select", {"\"select\"", "`select`", "\"select\""}},
        {"order", {"\"order\"", "`order`", "\"order\""}},
        {"user", {"user", "user", "\"user\""}},
        {"key", {"\"key\"", "`key`", "key"}},
        {"rlike", {"rlike", "`rlike`", "rlike"}},
        {"ilike", {"ilike", "ilike", "\"ilike\""}},
        {"rowid", {"\"rowid\"", "rowid", "rowid"}},
        {"name", {"name", "name", "name"}},
        {"text", {"text", "text", "text"}},
        {"date", {"date", "date", "date"}},
        {"id", {"id", "id", "id"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int which = 0; which < DIALECTS; which++)
            assert_name(which, NULL, cases[i].name, cases[i].expected[which]);
    }
}

static void mysql_and_mariadb_have_words_of_their_own(void **state)
{
    (void)state;
    assert_name(MYSQL, &mysql8, "rank", "`rank`");
    assert_name(MYSQL, &mariadb, "rank", "rank");
    assert_name(MYSQL, &mysql8, "offset", "offset");
    assert_name(MYSQL, &mariadb, "offset", "`offset`");
    assert_name(MYSQL, NULL, "rank", "`rank`"); /* nobody knows which it is */
    assert_name(MYSQL, NULL, "offset", "`offset`");
}

static void the_reserved_words_are_lower_case_and_sorted(void **state)
{
    (void)state;
    for (int which = 0; which < DIALECTS; which++) {
        const cn_dialect *one = dialect(which);
        assert_true(one->reserved_count > 50);
        for (size_t i = 0; i < one->reserved_count; i++) {
            assert_int_equal(strspn(one->reserved[i], "abcdefghijklmnopqrstuvwxyz_0123456789"),
                             strlen(one->reserved[i]));
            assert_true(i == 0 || strcmp(one->reserved[i - 1], one->reserved[i]) < 0);
        }
    }
}

static void assert_name_refused(int which, const char *name, const char *message)
{
    cn_buffer sql   = {0};
    cn_error  error = {0};
    assert_false(cn_dialect_identifier(dialect(which), NULL, &sql, name, &error));
    assert_string_equal(cn_error_get_message(&error), message);
    assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_MODEL);
    cn_error_clear(&error);
    cn_buffer_free(&sql);
}

static void a_name_that_no_server_takes_is_refused(void **state)
{
    (void)state;
    char       long_name[200];
    char       message[400];
    const char e_acute[] = "\xc3\xa9";
    for (int which = 0; which < DIALECTS; which++)
        assert_name_refused(which, "", "a table or column has an empty name");
    memset(long_name, 'a', sizeof long_name);
    long_name[64] = '\0';
    assert_name(MYSQL, NULL, long_name, long_name);
    snprintf(message, sizeof message,
             "the name \"%s\" is too long for postgresql: it has 64 bytes, and 63 are allowed",
             long_name);
    assert_name_refused(POSTGRESQL, long_name, message);
    long_name[64] = 'a';
    long_name[65] = '\0';
    snprintf(message, sizeof message,
             "the name \"%s\" is too long for mysql: it has 65 characters, and 64 are allowed",
             long_name);
    assert_name_refused(MYSQL, long_name, message);
    assert_name(SQLITE, NULL, long_name, long_name);
    long_name[0] = '\0';
    for (int i = 0; i < 64; i++) /* 128 bytes, 64 characters */
        strcat(long_name, e_acute);
    snprintf(message, sizeof message, "`%s`", long_name);
    assert_name(MYSQL, NULL, long_name, message);
}

/* ---- literals -------------------------------------------------------------------------------- */

static void assert_literal(int which, const char *text, const char *expected)
{
    cn_buffer sql = {0};
    cn_dialect_literal(dialect(which), &sql, text, strlen(text));
    assert_string_equal(cn_buffer_get(&sql), expected);
    cn_buffer_free(&sql);
}

static void a_literal_means_its_text_whatever_the_server_is_set_to(void **state)
{
    (void)state;
    for (int which = 0; which < DIALECTS; which++) {
        assert_literal(which, "", "''");
        assert_literal(which, "it's \"`", "'it''s \"`'");
    }
    assert_literal(SQLITE, "a\\'b", "'a\\''b'");
    assert_literal(MYSQL, "a\\'b", "_utf8mb4 x'615c2762'");
    assert_literal(POSTGRESQL, "a\\'b", "E'a\\\\''b'");
}

/* ---- types ----------------------------------------------------------------------------------- */

static const char *const labels[]  = {"a", "b\xc3\xa9t", NULL};
static const char *const awkward[] = {"it's", "back\\slash", NULL};

static void assert_type(int which, const cn_type *type, const cn_link *server, const char *expected)
{
    cn_buffer sql = {0};
    dialect(which)->type(&sql, type, server);
    assert_string_equal(cn_buffer_get(&sql), expected);
    cn_buffer_free(&sql);
}

static void every_type_is_spelled_as_the_header_says(void **state)
{
    (void)state;
    static const struct {
        cn_type     type;
        const char *expected[DIALECTS];
    } cases[] = {
        {{.kind = CN_TYPE_BOOLEAN}, {"BOOLEAN", "BOOL", "BOOLEAN"}},
        {{.kind = CN_TYPE_TINYINT}, {"SMALLINT", "TINYINT", "SMALLINT"}},
        {{.kind = CN_TYPE_SMALLINT}, {"SMALLINT", "SMALLINT", "SMALLINT"}},
        {{.kind = CN_TYPE_INTEGER}, {"INTEGER", "INTEGER", "INTEGER"}},
        {{.kind = CN_TYPE_BIGINT}, {"BIGINT", "BIGINT", "BIGINT"}},
        {{.kind = CN_TYPE_TINYINT, .is_unsigned = true},
         {"SMALLINT", "TINYINT UNSIGNED", "SMALLINT"}},
        {{.kind = CN_TYPE_SMALLINT, .is_unsigned = true},
         {"INTEGER", "SMALLINT UNSIGNED", "INTEGER"}},
        {{.kind = CN_TYPE_INTEGER, .is_unsigned = true}, {"BIGINT", "INTEGER UNSIGNED", "BIGINT"}},
        {{.kind = CN_TYPE_BIGINT, .is_unsigned = true},
         {"BIGINT", "BIGINT UNSIGNED", "NUMERIC(20)"}},
        {{.kind = CN_TYPE_REAL}, {"FLOAT", "FLOAT", "REAL"}},
        {{.kind = CN_TYPE_DOUBLE}, {"DOUBLE", "DOUBLE", "DOUBLE PRECISION"}},
        {{.kind = CN_TYPE_STRING, .length = 30}, {"VARCHAR(30)", "VARCHAR(30)", "VARCHAR(30)"}},
        {{.kind = CN_TYPE_STRING}, {"VARCHAR", "TEXT", "VARCHAR"}},
        {{.kind = CN_TYPE_STRING, .length = 20000},
         {"VARCHAR(20000)", "TEXT(20000)", "VARCHAR(20000)"}},
        {{.kind = CN_TYPE_TEXT}, {"TEXT", "TEXT", "TEXT"}},
        {{.kind = CN_TYPE_NUMERIC, .precision = 12, .scale = 2},
         {"NUMERIC(12, 2)", "NUMERIC(12, 2)", "NUMERIC(12, 2)"}},
        {{.kind = CN_TYPE_NUMERIC}, {"NUMERIC", "NUMERIC", "NUMERIC"}},
        {{.kind = CN_TYPE_DATE}, {"DATE", "DATE", "DATE"}},
        {{.kind = CN_TYPE_TIME}, {"TIME", "TIME(6)", "TIME WITHOUT TIME ZONE"}},
        {{.kind = CN_TYPE_DATETIME}, {"DATETIME", "DATETIME(6)", "TIMESTAMP WITHOUT TIME ZONE"}},
        {{.kind = CN_TYPE_TIMESTAMP}, {"DATETIME", "DATETIME(6)", "TIMESTAMP WITH TIME ZONE"}},
        {{.kind = CN_TYPE_INTERVAL}, {"VARCHAR(64)", "VARCHAR(64)", "INTERVAL"}},
        {{.kind = CN_TYPE_BINARY}, {"BLOB", "LONGBLOB", "BYTEA"}},
        {{.kind = CN_TYPE_BINARY, .length = 16}, {"BLOB", "VARBINARY(16)", "BYTEA"}},
        {{.kind = CN_TYPE_UUID}, {"CHAR(32)", "CHAR(32)", "UUID"}},
        {{.kind = CN_TYPE_JSON}, {"TEXT", "JSON", "JSON"}},
        {{.kind = CN_TYPE_ENUM, .labels = labels},
         {"VARCHAR(3)", "ENUM('a','b\xc3\xa9t')", "VARCHAR(3)"}},
        {{.kind = CN_TYPE_ENUM, .labels = awkward},
         {"VARCHAR(10)", "ENUM('it''s',x'6261636b5c736c617368')", "VARCHAR(10)"}},
        {{.kind = CN_TYPE_ENUM, .labels = labels, .enum_form = CN_ENUM_CHECKED},
         {"VARCHAR(3)", "VARCHAR(3)", "VARCHAR(3)"}},
        {{.kind = CN_TYPE_ENUM, .labels = labels, .enum_form = CN_ENUM_NATIVE, .name = "s.Mood"},
         {"VARCHAR(3)", "ENUM('a','b\xc3\xa9t')", "s.\"Mood\""}},
        {{.kind = CN_TYPE_SET, .labels = labels}, {"SET", "SET('a','b\xc3\xa9t')", "SET"}},
        {{.kind = CN_TYPE_CHAR, .length = 3}, {"CHAR(3)", "CHAR(3)", "CHAR(3)"}},
        {{.kind = CN_TYPE_TINYTEXT}, {"TEXT", "TINYTEXT", "TEXT"}},
        {{.kind = CN_TYPE_MEDIUMTEXT}, {"TEXT", "MEDIUMTEXT", "TEXT"}},
        {{.kind = CN_TYPE_LONGTEXT}, {"TEXT", "LONGTEXT", "TEXT"}},
        {{.kind = CN_TYPE_TINYBLOB}, {"BLOB", "TINYBLOB", "BYTEA"}},
        {{.kind = CN_TYPE_BLOB}, {"BLOB", "BLOB", "BYTEA"}},
        {{.kind = CN_TYPE_MEDIUMBLOB}, {"BLOB", "MEDIUMBLOB", "BYTEA"}},
        {{.kind = CN_TYPE_FIXED_BINARY, .length = 16}, {"BLOB", "BINARY(16)", "BYTEA"}},
        {{.kind = CN_TYPE_MEDIUMINT}, {"INTEGER", "MEDIUMINT", "INTEGER"}},
        {{.kind = CN_TYPE_INTEGER, .is_unsigned = true, .zerofill = true},
         {"BIGINT", "INTEGER UNSIGNED ZEROFILL", "BIGINT"}},
        {{.kind = CN_TYPE_FLOAT, .precision = 53}, {"FLOAT", "FLOAT(53)", "FLOAT(53)"}},
        {{.kind = CN_TYPE_YEAR}, {"SMALLINT", "YEAR", "SMALLINT"}},
        {{.kind = CN_TYPE_BIT, .length = 8}, {"BIT", "BIT(8)", "BIT(8)"}},
        {{.kind = CN_TYPE_JSONB}, {"TEXT", "JSON", "JSONB"}},
        {{.kind = CN_TYPE_RAW, .name = "TSVECTOR"}, {"TSVECTOR", "TSVECTOR", "TSVECTOR"}},
        {{.kind = CN_TYPE_ARRAY, .element = CN_TYPE_STRING, .length = 5, .dimensions = 2},
         {"ARRAY", "ARRAY", "VARCHAR(5)[][]"}},
        {{.kind = CN_TYPE_DATETIME, .precision = 4},
         {"DATETIME", "DATETIME(3)", "TIMESTAMP(3) WITHOUT TIME ZONE"}},
        {{.kind = CN_TYPE_TIMESTAMP, .precision = 1},
         {"DATETIME", "DATETIME", "TIMESTAMP(0) WITH TIME ZONE"}},
        {{.kind = CN_TYPE_TIME, .precision = 3, .with_zone = true},
         {"TIME", "TIME(2)", "TIME(2) WITH TIME ZONE"}},
        {{.kind = CN_TYPE_NUMERIC, .precision = 5, .scale = 1, .is_unsigned = true},
         {"NUMERIC(5, 1)", "NUMERIC(5, 1) UNSIGNED", "NUMERIC(5, 1)"}},
    };
    bool seen[CN_TYPE_COUNT] = {[CN_TYPE_NONE] = true};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        seen[cases[i].type.kind] = true;
        for (int which = 0; which < DIALECTS; which++)
            assert_type(which, &cases[i].type, NULL, cases[i].expected[which]);
    }
    for (int kind = 0; kind < CN_TYPE_COUNT; kind++)
        assert_true(seen[kind]);
}

static void a_uuid_has_its_own_type_where_mariadb_has_one(void **state)
{
    (void)state;
    const cn_type uuid = {.kind = CN_TYPE_UUID};
    assert_type(MYSQL, &uuid, &mariadb, "UUID");
    assert_type(MYSQL, &uuid, &mariadb_5, "CHAR(32)");
    assert_type(MYSQL, &uuid, &mysql8, "CHAR(32)");
}

static void a_cast_has_words_of_its_own_on_mysql(void **state)
{
    (void)state;
    static const struct {
        cn_type     type;
        const char *expected;
    } cases[] = {
        {{.kind = CN_TYPE_BOOLEAN}, "SIGNED INTEGER"},
        {{.kind = CN_TYPE_INTEGER}, "SIGNED INTEGER"},
        {{.kind = CN_TYPE_BIGINT, .is_unsigned = true}, "UNSIGNED INTEGER"},
        {{.kind = CN_TYPE_DOUBLE}, "DOUBLE"},
        {{.kind = CN_TYPE_STRING, .length = 30}, "CHAR(30)"},
        {{.kind = CN_TYPE_TEXT}, "CHAR"},
        {{.kind = CN_TYPE_NUMERIC, .precision = 5, .scale = 1}, "DECIMAL(5, 1)"},
        {{.kind = CN_TYPE_TIMESTAMP}, "DATETIME(6)"},
        {{.kind = CN_TYPE_BINARY}, "BINARY"},
        {{.kind = CN_TYPE_JSON}, "CHAR"},
        {{.kind = CN_TYPE_ENUM, .labels = labels}, "CHAR"},
    };
    assert_null(dialect(SQLITE)->cast_type);
    assert_null(dialect(POSTGRESQL)->cast_type);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cn_buffer sql = {0};
        dialect(MYSQL)->cast_type(&sql, &cases[i].type, &mariadb);
        assert_string_equal(cn_buffer_get(&sql), cases[i].expected);
        cn_buffer_free(&sql);
    }
}

static void an_array_takes_texts_of_any_length_so_that_none_is_cut(void **state)
{
    (void)state;
    static const struct {
        cn_type     type;
        const char *expected;
    } cases[] = {
        {{.kind = CN_TYPE_STRING, .length = 30}, "VARCHAR"},
        {{.kind = CN_TYPE_NUMERIC, .precision = 5, .scale = 1}, "NUMERIC"},
        {{.kind = CN_TYPE_BIGINT, .is_unsigned = true}, "NUMERIC"},
        {{.kind = CN_TYPE_INTEGER}, "INTEGER"},
        {{.kind = CN_TYPE_ENUM, .labels = labels}, "VARCHAR"},
    };
    assert_null(dialect(SQLITE)->array_type);
    assert_null(dialect(MYSQL)->array_type);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cn_buffer sql = {0};
        dialect(POSTGRESQL)->array_type(&sql, &cases[i].type, NULL);
        assert_string_equal(cn_buffer_get(&sql), cases[i].expected);
        cn_buffer_free(&sql);
    }
}

static void there_are_three_dialects(void **state)
{
    (void)state;
    for (int which = 0; which < DIALECTS; which++)
        assert_string_equal(dialect(which)->name, names[which]);
    assert_null(cn_dialect_named("oracle"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_three_dialects),
        cmocka_unit_test(a_name_stays_bare_only_if_every_server_reads_it_back),
        cmocka_unit_test(mysql_and_mariadb_have_words_of_their_own),
        cmocka_unit_test(the_reserved_words_are_lower_case_and_sorted),
        cmocka_unit_test(a_name_that_no_server_takes_is_refused),
        cmocka_unit_test(a_literal_means_its_text_whatever_the_server_is_set_to),
        cmocka_unit_test(every_type_is_spelled_as_the_header_says),
        cmocka_unit_test(a_uuid_has_its_own_type_where_mariadb_has_one),
        cmocka_unit_test(a_cast_has_words_of_its_own_on_mysql),
        cmocka_unit_test(an_array_takes_texts_of_any_length_so_that_none_is_cut),
    };
    return cmocka_run_group_tests_name("dialects", tests, NULL, NULL);
}
