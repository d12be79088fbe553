/* Floor 0: the one shape of INSERT that may run for many rows at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/insert_text.h"

static cn_insert_text found;

static bool reads(const char *sql)
{
    return cn_insert_text_read(sql, strlen(sql), &found);
}

static void assert_part(const char *sql, size_t from, size_t to, const char *expected)
{
    assert_int_equal(to - from, strlen(expected));
    assert_memory_equal(sql + from, expected, to - from);
}

static void a_plain_insert_is_found_with_its_parts(void **state)
{
    const char *sql = " insert into blog . \"the \"\"post\" (id, `b c`)\n VALUES ( ?,? ) ";
    (void)state;
    assert_true(reads(sql));
    assert_part(sql, found.table, found.table_end, "blog . \"the \"\"post\"");
    assert_part(sql, found.columns, found.columns_end, "(id, `b c`)");
    assert_part(sql, found.row, found.row_end, "( ?,? )");
    assert_int_equal(found.count, 2);
    assert_true(reads("INSERT INTO t (a, b) VALUES ($1, $2)"));
}

static void whatever_else_is_not_of_this_shape(void **state)
{
    static const char *const others[] = {
        "",
        "INSERT INTO t VALUES (?)",
        "INSERT INTO t (a) VALUES (?), (?)",
        "INSERT INTO t (a) VALUES (?) RETURNING a",
        "INSERT INTO t (a) VALUES (?) ON CONFLICT DO NOTHING",
        "INSERT INTO t (a, b) VALUES (?)",
        "INSERT INTO t (a) VALUES (?, ?)",
        "INSERT INTO t (a) VALUES (lower(?))",
        "INSERT INTO t (a) VALUES (?1)",
        "INSERT INTO t (a, b) VALUES ($2, $1)",
        "INSERT INTO t (a, b) VALUES ($1, $1)",
        "INSERT INTO t (a) VALUES (1)",
        "INSERT INTO t (a) SELECT ?",
        "INSERT OR IGNORE INTO t (a) VALUES (?)",
        "INSERT INTO t (a) VALUES (?) -- and more",
        "INSERT INTO t (a) VALUES (?",
        "INSERT INTO \"t (a) VALUES (?)",
        "INSERTED INTO t (a) VALUES (?)",
        "UPDATE t SET a = ?",
    };
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (reads(others[i]))
            fail_msg("taken for a plain INSERT: %s", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_insert_is_found_with_its_parts),
        cmocka_unit_test(whatever_else_is_not_of_this_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
