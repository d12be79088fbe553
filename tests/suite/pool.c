/*
 * The pool, through engines and connections: limits, fairness, what a thread is told that waits in
 * vain, and that a connection comes back clean. The link of SQLite in memory is tested here, too,
 * by its own URL; the others: SUITE_NOT_IN_MEMORY.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { THREADS = 32, ROUNDS = 20, LIMIT = 8 };

static atomic_int out_now, most_out, wrong;

static void *work(void *context)
{
    cn_engine *engine = context;
    for (int i = 0; i < ROUNDS; i++) {
        cn_connection *connection = cn_connect(engine);
        if (!cn_ok(connection))
            atomic_fetch_add(&wrong, 1);
        int now  = atomic_fetch_add(&out_now, 1) + 1;
        int seen = atomic_load(&most_out);
        while (now > seen && !atomic_compare_exchange_weak(&most_out, &seen, now))
            ;
        cn_result *result = cn_execute(connection, cn_text("SELECT :n + 0 AS n"),
                                       CN_PARAMS("n", i));
        if (!cn_only(result) || cn_get_int(result, "n") != i)
            atomic_fetch_add(&wrong, 1);
        atomic_fetch_sub(&out_now, 1);
        cn_close(connection);
    }
    return NULL;
}

static void threads_share_no_more_connections_than_allowed(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine(suite_url(), .pool_size = 5, .max_overflow = 3);
    pthread_t  threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, engine);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_in_range(atomic_load(&most_out), 1, LIMIT);
    cn_pool_statistics seen = cn_engine_pool(engine);
    assert_int_equal(seen.size, 5);
    assert_int_equal(seen.checkouts, THREADS * ROUNDS);
    assert_int_equal(seen.checked_out, 0);
    assert_in_range(seen.idle, 1, 5);
    assert_int_equal(seen.opened - seen.closed, seen.idle);
    cn_engine_dispose(engine);
}

static void one_statement_is_compiled_by_threads_at_the_same_time(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        cn_engine *engine = cn_create_engine(suite_url(), .pool_size = 4, .statement_cache = 1);
        pthread_t  threads[4];
        for (int k = 0; k < 4; k++)
            pthread_create(&threads[k], NULL, work, engine);
        for (int k = 0; k < 4; k++)
            pthread_join(threads[k], NULL);
        cn_engine_dispose(engine);
    }
    assert_int_equal(atomic_load(&wrong), 0);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void a_thread_that_holds_all_is_told_at_once(void **state)
{
    (void)state;
    cn_engine     *engine = cn_create_engine(suite_url(), .pool_size = 1, .max_overflow = 1);
    cn_connection *a = cn_connect(engine), *b = cn_connect(engine);
    double         started = seconds_now();
    cn_connection *c       = cn_connect(engine);
    assert_true(seconds_now() - started < 5);
    assert_int_equal(cn_error_cause(c), CN_CAUSE_POOL);
    assert_non_null(strstr(cn_error_message(c), "this thread holds 2"));
    cn_close(b);
    cn_execute(c, cn_text("SELECT 1")); /* its error stays, as any */
    assert_int_equal(cn_error_cause(c), CN_CAUSE_POOL);
    assert_true(cn_rollback(c));
    assert_true(cn_only(cn_execute(c, cn_text("SELECT 1"))));
    cn_close(c);
    cn_close(a);
    cn_engine_dispose(engine);
}

static void *wait_in_vain(void *context)
{
    cn_connection *connection = cn_connect((cn_engine *)context);
    if (cn_error_cause(connection) != CN_CAUSE_POOL)
        atomic_fetch_add(&wrong, 1);
    const char *message = cn_error_message(connection);
    const char *words[] = {"0.2 s", "pool_size 1", "max_overflow 0", "by thread"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(message, words[i]) == NULL)
            atomic_fetch_add(&wrong, 1);
    }
    cn_close(connection);
    return NULL;
}

static void who_waits_in_vain_learns_why(void **state)
{
    (void)state;
    cn_engine     *engine = cn_create_engine(suite_url(), .pool_size = 1, .max_overflow = CN_NONE,
                                             .pool_timeout = 0.2);
    cn_connection *held   = cn_connect(engine);
    pthread_t      thread;
    pthread_create(&thread, NULL, wait_in_vain, engine);
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_int_equal(cn_engine_pool(engine).timeouts, 1);
    cn_close(held);
    cn_engine_dispose(engine);
}

static void memory_is_one_connection(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine("sqlite://", .pool_size = 7, .pool_recycle = 1e-9);
    suite_run(engine, "CREATE TABLE only_once (id INTEGER)");
    suite_run(engine, "INSERT INTO only_once VALUES (1)"); /* the same database */
    cn_connection *a = cn_connect(engine);
    cn_connection *b = cn_connect(engine);
    assert_int_equal(cn_error_cause(b), CN_CAUSE_POOL);
    assert_non_null(strstr(cn_error_message(b), "in memory"));
    cn_close(b);
    cn_execute(a, cn_text("INSERT INTO only_once VALUES (2)"));
    cn_connection_invalidate(a); /* is not the end of the data */
    cn_close(a);
    cn_engine_close_idle(engine);
    a = cn_connect(engine);
    assert_true(cn_only(cn_execute(a, cn_text("SELECT id FROM only_once"))));
    cn_close(a);
    cn_engine_dispose(engine);
}

static void a_thread_does_not_wait_for_its_own_lock(void **state)
{
    (void)state;
    if (suite_which() != SUITE_SQLITE)
        return; /* a server finds out about it by itself, or waits for as long as it was told */
    cn_engine *engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS pool_lock");
    suite_run(engine, "CREATE TABLE pool_lock (id INTEGER)");
    cn_connection *a = cn_connect(engine), *b = cn_connect(engine);
    cn_execute(a, cn_text("INSERT INTO pool_lock VALUES (1)"));
    assert_true(cn_ok(a));
    double started = seconds_now();
    cn_execute(b, cn_text("INSERT INTO pool_lock VALUES (2)"));
    assert_int_equal(cn_error_cause(b), CN_CAUSE_BUSY);
    assert_true(cn_error_retryable(b));
    assert_true(seconds_now() - started < 2); /* and not the five seconds of the time-out */
    cn_close(b);
    assert_true(cn_commit(a));
    cn_close(a);
    suite_run(engine, "DROP TABLE pool_lock");
    cn_engine_dispose(engine);
}

static void an_invalidated_connection_is_replaced(void **state)
{
    (void)state;
    cn_engine     *engine     = suite_engine();
    cn_connection *connection = cn_connect(engine);
    cn_execute(connection, cn_text("SELECT 1"));
    cn_connection_invalidate(connection);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_LOST); /* a transaction was open */
    assert_true(cn_rollback(connection));
    assert_true(cn_only(cn_execute(connection, cn_text("SELECT 1"))));
    assert_true(cn_commit(connection));
    cn_connection_invalidate(connection);
    assert_true(cn_only(cn_execute(connection, cn_text("SELECT 1"))));
    assert_int_equal(cn_engine_pool(engine).opened, 3);
    cn_close(connection);
    cn_engine_dispose(engine);
}

static void a_connection_comes_back_clean(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine(suite_url(), .pool_size = 1, .max_overflow = CN_NONE);
    suite_run(engine, "DROP TABLE IF EXISTS pool_clean");
    suite_run(engine, "CREATE TABLE pool_clean (id INTEGER)");
    cn_connection *connection = cn_connect(engine);
    cn_execute(connection, cn_text("INSERT INTO pool_clean VALUES (1)"));
    cn_nested_begin(connection);
    cn_result *open = cn_execute(connection, cn_text("SELECT 1 UNION SELECT 2"));
    assert_true(cn_next(open));
    cn_close(connection); /* in the middle of everything */
    connection        = cn_connect(engine);
    cn_result *result = cn_execute(connection, cn_text("SELECT count(*) AS n FROM pool_clean"));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "n"), 0);
    cn_close(connection);
    assert_int_equal(cn_engine_pool(engine).opened, 1);
    suite_run(engine, "DROP TABLE pool_clean");
    cn_engine_dispose(engine);
}

static void a_connection_may_outlive_its_engine(void **state)
{
    (void)state;
    cn_engine     *engine     = suite_engine();
    cn_connection *connection = cn_connect(engine);
    assert_true(cn_only(cn_execute(connection, cn_text("SELECT 1"))));
    cn_engine_dispose(engine); /* a debug build says that this is not meant to be */
    cn_close(connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_share_no_more_connections_than_allowed),
        cmocka_unit_test(one_statement_is_compiled_by_threads_at_the_same_time),
        cmocka_unit_test(a_thread_that_holds_all_is_told_at_once),
        cmocka_unit_test(who_waits_in_vain_learns_why),
        cmocka_unit_test(memory_is_one_connection),
        cmocka_unit_test(a_thread_does_not_wait_for_its_own_lock),
        cmocka_unit_test(an_invalidated_connection_is_replaced),
        cmocka_unit_test(a_connection_comes_back_clean),
        cmocka_unit_test(a_connection_may_outlive_its_engine),
    };
    return suite_main("pool", tests);
}
