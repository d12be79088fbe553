/* Floor 2: the pool, over a driver whose links do nothing but count. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/memory.h"
#include "engine/pool.h"

/* ---- the driver ------------------------------------------------------------------------------ */

typedef struct counting_link {
    cn_link    head;
    atomic_int users;
} counting_link;

static atomic_int  alive, most_alive, opened, pings;
static atomic_bool refuse_open, ping_fails;

static void raise_to(atomic_int *most, int value)
{
    int seen = atomic_load(most);
    while (value > seen && !atomic_compare_exchange_weak(most, &seen, value))
        ;
}

static cn_link *open_link(const cn_link_parameters *parameters, cn_error *error)
{
    (void)parameters;
    if (atomic_load(&refuse_open)) {
        cn_error_set(error, CN_CAUSE_CONNECT, "no server there");
        return NULL;
    }
    counting_link *link = cn_allocate_zero(1, sizeof *link);
    atomic_fetch_add(&opened, 1);
    raise_to(&most_alive, atomic_fetch_add(&alive, 1) + 1);
    return &link->head;
}

static void close_link(cn_link *link)
{
    atomic_fetch_sub(&alive, 1);
    cn_release(link);
}

static bool ping(cn_link *link, cn_error *error)
{
    (void)link;
    atomic_fetch_add(&pings, 1);
    if (!atomic_load(&ping_fails))
        return true;
    return cn_error_set(error, CN_CAUSE_LOST, "gone");
}

static const cn_driver driver = {
    .size = sizeof driver, .name = "fake", .open = open_link, .close = close_link, .ping = ping};

static int start(void **state)
{
    (void)state;
    atomic_store(&alive, 0);
    atomic_store(&most_alive, 0);
    atomic_store(&opened, 0);
    atomic_store(&pings, 0);
    atomic_store(&refuse_open, false);
    atomic_store(&ping_fails, false);
    return 0;
}

static cn_pool *make_pool(cn_pool_options options)
{
    static const cn_link_parameters parameters;
    options.driver     = &driver;
    options.parameters = &parameters;
    return cn_pool_new(&options);
}

static void end_pool(cn_pool *pool)
{
    cn_pool_dispose(pool);
    assert_int_equal(cn_pool_out(pool), 0);
    assert_int_equal(atomic_load(&alive), 0);
    cn_pool_free(pool);
}

static cn_pooled *take(cn_pool *pool)
{
    cn_error   error  = {0};
    cn_pooled *pooled = cn_pool_take(pool, &error);
    if (pooled == NULL)
        fail_msg("%s", cn_error_get_message(&error));
    return pooled;
}

static void expect_refused(cn_pool *pool, const char *word)
{
    cn_error error = {0};
    assert_null(cn_pool_take(pool, &error));
    assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_POOL);
    if (strstr(cn_error_get_message(&error), word) == NULL)
        fail_msg("'%s' says nothing of '%s'", cn_error_get_message(&error), word);
    cn_error_clear(&error);
}

static void pause_ms(long milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&time, &time) != 0)
        ;
}

/* ---- one thread ------------------------------------------------------------------------------ */

static void what_was_returned_last_is_taken_first(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.size = 3, .timeout = 1});
    cn_pooled *a = take(pool), *b = take(pool);
    cn_pool_give(pool, a, true);
    cn_pool_give(pool, b, true);
    assert_ptr_equal(take(pool), b);
    assert_ptr_equal(take(pool), a);
    cn_pool_give(pool, a, true);
    cn_pool_give(pool, b, true);
    cn_pool_statistics seen = cn_pool_read(pool);
    assert_int_equal(seen.opened, 2);
    assert_int_equal(seen.checkouts, 4);
    assert_int_equal(seen.idle, 2);
    end_pool(pool);
}

static void beyond_its_size_the_pool_keeps_none(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.size = 1, .max_overflow = 2, .timeout = 1});
    cn_pooled *links[3];
    for (int i = 0; i < 3; i++)
        links[i] = take(pool);
    assert_int_equal(atomic_load(&alive), 3);
    for (int i = 0; i < 3; i++)
        cn_pool_give(pool, links[i], true);
    assert_int_equal(atomic_load(&alive), 1);
    end_pool(pool);

    pool = make_pool((cn_pool_options){.size = 0, .max_overflow = 2, .timeout = 1});
    cn_pool_give(pool, take(pool), true);
    assert_int_equal(atomic_load(&alive), 0);
    end_pool(pool);
}

static void a_thread_that_would_wait_for_itself_fails_at_once(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.size = 2, .timeout = 3600});
    cn_pooled *a = take(pool), *b = take(pool);
    expect_refused(pool, "this thread holds 2");
    cn_pool_give(pool, a, true);
    a = take(pool);
    cn_pool_give(pool, a, true);
    cn_pool_give(pool, b, true);
    end_pool(pool);

    pool = make_pool((cn_pool_options){.single = true, .timeout = 3600});
    a    = take(pool);
    expect_refused(pool, "SQLite in memory");
    cn_pool_give(pool, a, true);
    end_pool(pool);
}

static void a_lost_link_takes_those_opened_before_with_it(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.size = 3, .timeout = 1});
    cn_pooled *a = take(pool), *b = take(pool), *c = take(pool);
    cn_pool_give(pool, a, true);
    cn_pool_lost(pool, b);
    cn_pool_give(pool, b, false);
    cn_pooled *d = take(pool); /* not a, which is closed now */
    assert_int_equal(atomic_load(&opened), 4);
    cn_pool_give(pool, c, true); /* c was opened before */
    assert_int_equal(atomic_load(&alive), 1);
    cn_pool_give(pool, d, true);
    assert_ptr_equal(take(pool), d);
    cn_pool_give(pool, d, true);
    assert_int_equal(cn_pool_read(pool).invalidated, 2);
    end_pool(pool);
}

static void two_links_lost_at_once_count_once(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.size = 3, .timeout = 1});
    cn_pooled *a = take(pool), *b = take(pool);
    cn_pool_lost(pool, a);
    cn_pool_give(pool, a, false);
    a = take(pool); /* opened after the loss */
    cn_pool_lost(pool, b);
    cn_pool_give(pool, b, false);
    cn_pool_give(pool, a, true);
    assert_ptr_equal(take(pool), a);
    cn_pool_give(pool, a, true);
    end_pool(pool);
}

static void only_one_that_rested_is_pinged(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.size = 2, .timeout = 1, .pre_ping = true});
    cn_pooled *a    = take(pool);
    cn_pool_give(pool, a, true);
    cn_pool_give(pool, take(pool), true);
    assert_int_equal(atomic_load(&pings), 0);
    pause_ms(550);
    cn_pool_give(pool, take(pool), true);
    assert_int_equal(atomic_load(&pings), 1);
    assert_int_equal(atomic_load(&opened), 1);

    cn_pooled *b = take(pool), *c = take(pool);
    cn_pool_give(pool, b, true);
    cn_pool_give(pool, c, true);
    pause_ms(550);
    atomic_store(&ping_fails, true);
    b = take(pool); /* one ping, and a new link, which is not pinged */
    c = take(pool); /* no ping: it was opened before the loss */
    assert_int_equal(atomic_load(&pings), 2);
    assert_int_equal(atomic_load(&opened), 4);
    assert_int_equal(cn_pool_read(pool).invalidated, 2);
    cn_pool_give(pool, b, true);
    cn_pool_give(pool, c, true);
    end_pool(pool);
}

static void an_old_link_is_replaced_at_checkout(void **state)
{
    (void)state;
    cn_pool *pool = make_pool((cn_pool_options){.size = 1, .timeout = 1, .recycle = 0.05});
    cn_pool_give(pool, take(pool), true);
    cn_pool_give(pool, take(pool), true);
    assert_int_equal(atomic_load(&opened), 1);
    pause_ms(60);
    assert_int_equal(atomic_load(&alive), 1); /* not by a clock of its own */
    cn_pool_give(pool, take(pool), true);
    assert_int_equal(atomic_load(&opened), 2);
    end_pool(pool);
}

static void the_link_of_memory_is_never_closed(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.single = true, .timeout = 1, .recycle = 1e-9});
    cn_pooled *a    = take(pool);
    cn_pool_lost(pool, a);
    cn_pool_give(pool, a, false);
    cn_pool_close_idle(pool);
    assert_ptr_equal(take(pool), a);
    cn_pool_give(pool, a, true);
    assert_int_equal(atomic_load(&opened), 1);
    end_pool(pool);
}

static void a_server_that_is_not_there_costs_no_place(void **state)
{
    (void)state;
    cn_pool *pool = make_pool((cn_pool_options){.size = 1, .timeout = 1});
    atomic_store(&refuse_open, true);
    for (int i = 0; i < 3; i++) {
        cn_error error = {0};
        assert_null(cn_pool_take(pool, &error));
        assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_CONNECT);
        cn_error_clear(&error);
    }
    atomic_store(&refuse_open, false);
    cn_pool_give(pool, take(pool), true);
    end_pool(pool);
}

static void closing_the_idle_reaches_those_that_are_out(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.size = 2, .timeout = 1});
    cn_pooled *a = take(pool), *b = take(pool);
    cn_pool_give(pool, a, true);
    cn_pool_close_idle(pool);
    assert_int_equal(atomic_load(&alive), 1);
    cn_pool_give(pool, b, true);
    assert_int_equal(atomic_load(&alive), 0);
    end_pool(pool);
}

/* ---- several threads ------------------------------------------------------------------------- */

enum { THREADS = 32, ROUNDS = 200, LIMIT = 8 };

static atomic_int out_now, most_out, wrong;

static void *use_the_pool(void *context)
{
    cn_pool *pool = context;
    for (int i = 0; i < ROUNDS; i++) {
        cn_error   error  = {0};
        cn_pooled *pooled = cn_pool_take(pool, &error);
        if (pooled == NULL) {
            atomic_fetch_add(&wrong, 1);
            cn_error_clear(&error);
            continue;
        }
        counting_link *link = (counting_link *)(void *)pooled->link;
        if (atomic_fetch_add(&link->users, 1) != 0)
            atomic_fetch_add(&wrong, 1); /* two have the same link */
        raise_to(&most_out, atomic_fetch_add(&out_now, 1) + 1);
        if (i % 16 == 0)
            pause_ms(1);
        atomic_fetch_sub(&out_now, 1);
        atomic_fetch_sub(&link->users, 1);
        if (i % 61 == 60)
            cn_pool_lost(pool, pooled);
        cn_pool_give(pool, pooled, i % 61 != 60);
    }
    return NULL;
}

static void threads_share_the_links_and_never_exceed_the_limit(void **state)
{
    (void)state;
    cn_pool  *pool = make_pool((cn_pool_options){.size = 5, .max_overflow = 3, .timeout = 60});
    pthread_t threads[THREADS];
    atomic_store(&most_out, 0);
    atomic_store(&wrong, 0);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, use_the_pool, pool);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_in_range(atomic_load(&most_out), 2, LIMIT);
    assert_in_range(atomic_load(&most_alive), 2, LIMIT);
    cn_pool_statistics seen = cn_pool_read(pool);
    assert_int_equal(seen.checkouts, THREADS * ROUNDS);
    assert_int_equal(seen.waiting, 0);
    assert_int_equal(seen.checked_out, 0);
    assert_int_equal(seen.timeouts, 0);
    assert_int_equal(seen.opened - seen.closed, seen.idle);
    end_pool(pool);
}

typedef struct arrival {
    cn_pool   *pool;
    int        number;
    atomic_int place; /* in the order in which they were served */
} arrival;

static atomic_int served;

static void *wait_in_line(void *context)
{
    arrival   *self   = context;
    cn_error   error  = {0};
    cn_pooled *pooled = cn_pool_take(self->pool, &error);
    atomic_store(&self->place, atomic_fetch_add(&served, 1));
    if (pooled != NULL)
        cn_pool_give(self->pool, pooled, true);
    cn_error_clear(&error);
    return NULL;
}

static void who_came_first_is_served_first(void **state)
{
    (void)state;
    enum { LINE = 10 };
    cn_pool   *pool = make_pool((cn_pool_options){.size = 1, .timeout = 60});
    cn_pooled *held = take(pool);
    arrival    line[LINE];
    pthread_t  threads[LINE];
    atomic_store(&served, 0);
    for (int i = 0; i < LINE; i++) {
        line[i] = (arrival){.pool = pool, .number = i};
        pthread_create(&threads[i], NULL, wait_in_line, &line[i]);
        while (cn_pool_read(pool).waiting != i + 1)
            pause_ms(1);
    }
    cn_pool_give(pool, held, true);
    for (int i = 0; i < LINE; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < LINE; i++)
        assert_int_equal(atomic_load(&line[i].place), i);
    end_pool(pool);
}

static void *be_late(void *context)
{
    expect_refused(context, "came free within 0.1 s");
    return NULL;
}

static void who_waits_too_long_learns_who_holds_them(void **state)
{
    (void)state;
    cn_pool   *pool = make_pool((cn_pool_options){.size = 1, .timeout = 0.1});
    cn_pooled *held = take(pool);
    pthread_t  thread;
    pthread_create(&thread, NULL, be_late, pool);
    pthread_join(thread, NULL);
    assert_int_equal(cn_pool_read(pool).timeouts, 1);
    assert_int_equal(cn_pool_read(pool).waiting, 0);
    cn_pool_give(pool, held, true);
    cn_pool_give(pool, take(pool), true); /* nothing was lost on the way */
    end_pool(pool);
}

typedef struct couple {
    cn_pool    *pool;
    atomic_bool holding;
} couple;

static void *hold_one_and_want_another(void *context)
{
    couple    *self  = context;
    cn_error   error = {0};
    cn_pooled *first = cn_pool_take(self->pool, &error);
    atomic_store(&self->holding, true);
    cn_pooled *second = cn_pool_take(self->pool, &error);
    cn_pool_give(self->pool, second, true);
    cn_pool_give(self->pool, first, true);
    return NULL;
}

static void holders_that_wait_for_each_other_are_told_at_once(void **state)
{
    (void)state;
    couple     other = {.pool = make_pool((cn_pool_options){.size = 2, .timeout = 3600})};
    cn_pooled *mine  = take(other.pool);
    pthread_t  thread;
    pthread_create(&thread, NULL, hold_one_and_want_another, &other);
    while (cn_pool_read(other.pool).waiting != 1)
        pause_ms(1);
    expect_refused(other.pool, "itself waits for one");
    cn_pool_give(other.pool, mine, true);
    pthread_join(thread, NULL);
    end_pool(other.pool);
}

#define TEST(test) cmocka_unit_test_setup(test, start)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_returned_last_is_taken_first),
        TEST(beyond_its_size_the_pool_keeps_none),
        TEST(a_thread_that_would_wait_for_itself_fails_at_once),
        TEST(a_lost_link_takes_those_opened_before_with_it),
        TEST(two_links_lost_at_once_count_once),
        TEST(only_one_that_rested_is_pinged),
        TEST(an_old_link_is_replaced_at_checkout),
        TEST(the_link_of_memory_is_never_closed),
        TEST(a_server_that_is_not_there_costs_no_place),
        TEST(closing_the_idle_reaches_those_that_are_out),
        TEST(threads_share_the_links_and_never_exceed_the_limit),
        TEST(who_came_first_is_served_first),
        TEST(who_waits_too_long_learns_who_holds_them),
        TEST(holders_that_wait_for_each_other_are_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
