/* Floor 2: in a debug build, a connection that is used while a call on it is in progress says
   so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/connection.h>
#include <cinnabar/result.h>

static cn_connection *connection;
static int            intrusions;

/* Inside a call on the connection; a second thread could not do it at a time that is so certain. */
static void intrude(void *context, const cn_echo *echo)
{
    (void)context;
    if (connection == NULL || strcmp(echo->statement, "SELECT 1") != 0)
        return;
    intrusions++;
    assert_null(cn_execute(connection, cn_text("SELECT 2")));
    assert_false(cn_commit(connection));
}

static void a_call_within_a_call_is_an_error_of_the_connection(void **state)
{
    (void)state;
#ifndef CN_DEBUG
    return;
#endif
    cn_engine *engine = cn_create_engine("sqlite://", .on_echo = intrude);
    connection        = cn_connect(engine);
    cn_execute(connection, cn_text("SELECT 1"));
    assert_int_equal(intrusions, 1);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    assert_non_null(strstr(cn_error_message(connection), "one thread at a time"));
    assert_true(cn_rollback(connection));
    assert_true(cn_only(cn_execute(connection, cn_text("SELECT 3"))));
    cn_close(connection);
    cn_engine_dispose(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_within_a_call_is_an_error_of_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
