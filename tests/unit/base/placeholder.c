/* Floor 0: whether the parameters of a statement are used as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/placeholder.h"

static bool alone(const char *sql)
{
    return cn_placeholders_alone(sql, strlen(sql));
}

static void values_that_are_written_or_compared_stand_alone(void **state)
{
    static const char *const statements[] = {
        "INSERT INTO t (a, b) VALUES (?, ?)",
        "insert into t (a, `b``(c`) values ( ? , ? ), (?,?) RETURNING a",
        "UPDATE t SET a=?, b = ? WHERE t.id = ? AND t.c = ?",
        "DELETE FROM t WHERE id = ?",
        "DELETE FROM t WHERE id IN (?, ?)",
        "SELECT 1",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (!alone(statements[i]))
            fail_msg("%s", statements[i]);
}

static void what_is_computed_of_them_is_seen(void **state)
{
    static const char *const statements[] = {
        "INSERT INTO t (a) VALUES (upper(?))",
        "INSERT INTO t (a, b) VALUES (?, coalesce(b, ?))",
        "INSERT INTO t (a) VALUES (? + 1)",
        "INSERT INTO t (a) VALUES (1 + ?)",
        "INSERT INTO t (a) VALUES (-?)",
        "INSERT INTO t (a) VALUES (CAST(? AS CHAR))",
        "INSERT INTO t (a) SELECT upper(?)",
        "INSERT INTO t (a) SELECT ?",
        "UPDATE t SET a = ? || b",
        "UPDATE t SET a = ? DIV 2",
        "UPDATE t SET a = f(b, (?))",
        "UPDATE t SET a = ? COLLATE x",
        "UPDATE t SET a = myvalues(?)",
        "INSERT INTO t (a) VALUES (?) -- '?'",
        "INSERT INTO t (a) VALUES ('x', ?)",
        "INSERT INTO t (`a) VALUES (?)",
        "?",
    };
    (void)state;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (alone(statements[i]))
            fail_msg("%s", statements[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_that_are_written_or_compared_stand_alone),
        cmocka_unit_test(what_is_computed_of_them_is_seen),
    };
    return cmocka_run_group_tests_name("placeholders", tests, NULL, NULL);
}
