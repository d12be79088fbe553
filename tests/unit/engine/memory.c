/* Floor 2: whichever allocation fails, a program gets an ordinary error and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/connection.h>
#include <cinnabar/result.h>
#include <cinnabar/transact.h>

#include "unit/failing.h"

static void ignore_unread(void *context, const cn_error *error)
{
    (void)context;
    (void)error;
}

static void ignore_echo(void *context, const cn_echo *echo)
{
    (void)context;
    (void)echo;
}

static bool read_all(cn_connection *connection)
{
    const char *names[] = {"Ada", "Eve"};
    typedef struct {
        int         id;
        const char *name;
    } Row;
    Row        row;
    cn_result *open = cn_execute(connection,
                                 cn_text("SELECT id, name FROM t WHERE name IN :names ORDER BY id"),
                                 CN_PARAMS("names", cn_list(names, 2)));
    cn_next(open);
    cn_execute(connection, cn_text("UPDATE t SET name = :name WHERE id = :id"),
               CN_PARAMS("id", cn_get_int(open, "id"), "name", cn_get_text(open, "name")));
    while (cn_fetch(open, Row, &row, id, name))
        ;
    cn_nested_begin(connection);
    cn_execute(connection, cn_text("INSERT INTO nowhere VALUES (1)"));
    cn_nested_end(connection);
    cn_result *count = cn_execute(connection, cn_text("SELECT count(*) AS n FROM t"));
    return cn_only(count) && cn_get_int(count, "n") == 2;
}

static bool use_it_all(cn_engine *engine)
{
    bool done = false;
    CN_CONNECT(connection, engine) {
        cn_execute(connection, cn_text("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)"));
        cn_execute_many(connection, cn_text("INSERT INTO t (id, name) VALUES (:id, :name)"),
                        CN_PARAMS("id", 1, "name", "Ada"), CN_PARAMS("id", 2, "name", "Eve"));
        done = read_all(connection) && cn_commit(connection);
        if (!done && connection != NULL && cn_ok(connection))
            fail_msg("it neither worked nor failed");
    }
    return done;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    bool   failed = true;
    size_t n      = 1;
    for (; failed; n++) {
        failing_begin(n, n % 2 == 0);
        cn_engine *engine = cn_create_engine("sqlite://", .on_unread_error = ignore_unread,
                                             .logging_name = "memory", .on_echo = ignore_echo);
        bool       done   = engine != NULL && cn_ok(engine) && use_it_all(engine);
        cn_engine_dispose(engine);
        failed = failing_end();
        assert_int_equal(failing.alive, 0);
        if (!failed)
            assert_true(done);
    }
    assert_true(n > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
