/*
 * A server that does not answer, and a link that swallows what is sent: with a time-out each ends
 * in an error in time, and the connection is given up. The link is a small relay of this program,
 * in a thread of its own, that can stop relaying. SQLite has neither, and SUITE_NOT_IN_MEMORY.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cinnabar/url.h>

/* ---- the relay ------------------------------------------------------------------------------- */

#define LINKS 16

static struct {
    int         listening;
    unsigned    port;
    unsigned    server_port;
    atomic_bool swallowing; /* what comes on the links that are open now */
    atomic_bool ending;
    atomic_uint rounds; /* of its loop */
    pthread_t   thread;
    int         ends[LINKS * 2]; /* client and server by turns; -1: free */
    bool        dead[LINKS];
} relay;

static struct sockaddr_in loopback(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr    = htonl(INADDR_LOOPBACK);
    return address;
}

static void relay_accept(void)
{
    struct sockaddr_in address = loopback(relay.server_port);
    int                client  = accept(relay.listening, NULL, NULL);
    int                server  = socket(AF_INET, SOCK_STREAM, 0);
    if (client >= 0 && connect(server, (struct sockaddr *)&address, sizeof address) == 0) {
        for (int i = 0; i < LINKS; i++) {
            if (relay.ends[2 * i] >= 0)
                continue;
            relay.ends[2 * i]     = client;
            relay.ends[2 * i + 1] = server;
            relay.dead[i]         = false;
            return;
        }
    }
    close(client);
    close(server);
}

static void relay_close(int link)
{
    for (int end = 2 * link; end < 2 * link + 2; end++) {
        close(relay.ends[end]);
        relay.ends[end] = -1;
    }
}

static void relay_pass(int end)
{
    char    bytes[16384];
    ssize_t size = read(relay.ends[end], bytes, sizeof bytes);
    for (ssize_t sent = 0, n = 0; sent < size; sent += n) {
        n = send(relay.ends[end ^ 1], bytes + sent, (size_t)(size - sent), MSG_NOSIGNAL);
        if (n <= 0)
            size = 0;
    }
    if (size <= 0)
        relay_close(end / 2);
}

static void *relay_run(void *unused)
{
    for (; !atomic_load(&relay.ending); atomic_fetch_add(&relay.rounds, 1)) {
        struct pollfd waiting[LINKS * 2 + 1];
        for (int end = 0; end < LINKS * 2; end++) {
            if (atomic_load(&relay.swallowing) && relay.ends[end] >= 0)
                relay.dead[end / 2] = true;
            waiting[end] = (struct pollfd){.fd     = relay.dead[end / 2] ? -1 : relay.ends[end],
                                           .events = POLLIN};
        }
        waiting[LINKS * 2] = (struct pollfd){.fd = relay.listening, .events = POLLIN};
        if (poll(waiting, LINKS * 2 + 1, 10) <= 0)
            continue;
        for (int end = 0; end < LINKS * 2; end++) {
            if (waiting[end].revents != 0 && relay.ends[end] >= 0 &&
                !atomic_load(&relay.swallowing))
                relay_pass(end);
        }
        if (waiting[LINKS * 2].revents != 0)
            relay_accept();
    }
    return unused;
}

static void pause_for(double seconds)
{
    (void)nanosleep(&(const struct timespec){(time_t)seconds,
                                             (long)((seconds - (double)(time_t)seconds) * 1e9)},
                    NULL);
}

/* From now on nothing goes either way on the links that are open; later ones work. */
static void swallow(void)
{
    atomic_store(&relay.swallowing, true);
    unsigned rounds = atomic_load(&relay.rounds);
    while (atomic_load(&relay.rounds) - rounds < 2)
        pause_for(0.005);
    atomic_store(&relay.swallowing, false);
}

/* ---- the fixture ----------------------------------------------------------------------------- */

static char relay_url[400];

static bool no_server(void)
{
    return suite_which() == SUITE_SQLITE;
}

static cn_engine *watcher;

static int open_relay(void **state)
{
    (void)state;
    if (no_server())
        return 0;
    struct sockaddr_in address = loopback(0);
    socklen_t          size    = sizeof address;
    cn_url            *url     = cn_url_parse(suite_url());
    memset(relay.ends, -1, sizeof relay.ends);
    relay.server_port = cn_url_port(url);
    relay.listening   = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(relay.listening, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(relay.listening, 16), 0);
    assert_int_equal(getsockname(relay.listening, (struct sockaddr *)&address, &size), 0);
    relay.port = ntohs(address.sin_port);
    cn_url_set_port(url, relay.port);
    snprintf(relay_url, sizeof relay_url, "%s", cn_url_render(url, true));
    cn_url_free(url);
    assert_int_equal(pthread_create(&relay.thread, NULL, relay_run, NULL), 0);
    watcher = suite_engine();
    suite_run(watcher, "DROP TABLE IF EXISTS silence");
    suite_run(watcher, "CREATE TABLE silence (id INTEGER, filling TEXT)");
    return 0;
}

static int close_relay(void **state)
{
    (void)state;
    if (no_server())
        return 0;
    atomic_store(&relay.ending, true);
    pthread_join(relay.thread, NULL);
    for (int link = 0; link < LINKS; link++) {
        if (relay.ends[2 * link] >= 0)
            relay_close(link);
    }
    close(relay.listening);
    /* What a swallowed transaction locked is freed when the server hears of its end. */
    suite_run(watcher, "DROP TABLE silence");
    cn_engine_dispose(watcher);
    return 0;
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* By another connection than the one that is tested. */
static int64_t stored(void)
{
    int64_t count = -1;
    CN_CONNECT(connection, watcher) {
        cn_result *result = cn_execute(connection, cn_text("SELECT count(*) AS n FROM silence"));
        count             = cn_only(result) ? cn_get_int64(result, "n") : -1;
    }
    return count;
}

static cn_engine *through_relay(void)
{
    return cn_create_engine(relay_url, .read_timeout = 1, .write_timeout = 1, .connect_timeout = 3,
                            .pool_size = 1, .max_overflow = CN_NONE);
}

static bool select_one(cn_connection *connection)
{
    cn_result *result = cn_execute(connection, cn_text("SELECT 1 AS one"));
    return cn_only(result) && cn_get_int(result, "one") == 1;
}

static void insert_one(cn_connection *connection)
{
    cn_execute(connection, cn_text("INSERT INTO silence (id) VALUES (:id)"), CN_PARAMS("id", 1));
}

/* A connection with a row that is not committed, whose link passes nothing on any more. */
static cn_connection *swallowed_after_insert(cn_engine *engine)
{
    cn_connection *connection = cn_connect(engine);
    insert_one(connection);
    assert_true(cn_ok(connection));
    swallow();
    return connection;
}

/* The error came in time, says what it is, and the handle is well after its rollback. */
static void assert_given_up(cn_connection *connection, double started, cn_cause cause)
{
    double passed = now() - started;
    assert_false(cn_ok(connection));
    if (cn_error_cause(connection) != cause)
        fail_msg("%s: %s", cn_cause_name(cn_error_cause(connection)), cn_error_message(connection));
    assert_true(cn_error_lost(connection));
    assert_true(passed > 0.5 && passed < 6);
    assert_false(cn_commit(connection));
    (void)cn_rollback(connection);
    assert_true(cn_ok(connection));
    if (!select_one(connection))
        fail_msg("%s", cn_error_message(connection));
    assert_int_equal(stored(), 0);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_server_that_takes_too_long_is_given_up(void **state)
{
    (void)state;
    if (no_server())
        return;
    cn_engine     *engine     = cn_create_engine(suite_url(), .read_timeout = 1);
    cn_connection *connection = cn_connect(engine);
    insert_one(connection);
    double started = now();
    (void)cn_next(cn_execute(connection, suite_which() == SUITE_MYSQL
                                             ? cn_text("SELECT SLEEP(8)")
                                             : cn_text("SELECT pg_sleep(8)")));
    assert_non_null(strstr(cn_error_message(connection), "time"));
    assert_given_up(connection, started, CN_CAUSE_TIMEOUT);
    cn_close(connection);
    cn_engine_dispose(engine);
}

static void a_server_that_is_slow_but_in_time_is_not(void **state)
{
    (void)state;
    if (no_server())
        return;
    cn_engine     *engine     = cn_create_engine(suite_url(), .read_timeout = 3);
    cn_connection *connection = cn_connect(engine);
    for (int i = 0; i < 4; i++) /* each answer has its own time */
        assert_true(cn_only(cn_execute(connection, suite_which() == SUITE_MYSQL
                                                       ? cn_text("SELECT SLEEP(1)")
                                                       : cn_text("SELECT pg_sleep(1)"))));
    assert_true(cn_ok(connection));
    cn_close(connection);
    cn_engine_dispose(engine);
}

static void a_link_that_swallows_a_statement_is_given_up(void **state)
{
    (void)state;
    if (no_server())
        return;
    cn_engine     *engine     = through_relay();
    cn_connection *connection = swallowed_after_insert(engine);
    double         started    = now();
    (void)select_one(connection);
    assert_given_up(connection, started, CN_CAUSE_TIMEOUT);
    cn_close(connection);
    cn_engine_dispose(engine);
}

static void a_link_that_swallows_a_commit_leaves_the_outcome_unknown(void **state)
{
    (void)state;
    if (no_server())
        return;
    cn_engine     *engine     = through_relay();
    cn_connection *connection = swallowed_after_insert(engine);
    double         started    = now();
    assert_false(cn_commit(connection));
    assert_false(cn_error_retryable(connection));
    assert_given_up(connection, started, CN_CAUSE_UNKNOWN_OUTCOME);
    cn_close(connection);
    cn_engine_dispose(engine);
}

static void a_link_that_swallows_much_data_is_given_up(void **state)
{
    (void)state;
    if (no_server())
        return;
    size_t size = 20u << 20; /* more than a socket takes in advance */
    char  *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, 'x', size);
    text[size]                = '\0';
    cn_engine     *engine     = through_relay();
    cn_connection *connection = cn_connect(engine);
    assert_true(select_one(connection));
    swallow();
    double started = now();
    cn_execute(connection, cn_text("INSERT INTO silence (filling) VALUES (:text)"),
               CN_PARAMS("text", text));
    assert_true(cn_error_cause(connection) == CN_CAUSE_TIMEOUT ||
                cn_error_cause(connection) == CN_CAUSE_LOST);
    assert_given_up(connection, started, cn_error_cause(connection));
    cn_close(connection);
    cn_engine_dispose(engine);
    free(text);
}

static void closing_on_a_dead_link_takes_no_longer_than_the_time_out(void **state)
{
    (void)state;
    if (no_server())
        return;
    cn_engine     *engine     = through_relay();
    cn_connection *connection = swallowed_after_insert(engine);
    double         started    = now();
    cn_close(connection);
    assert_true(now() - started < 5);
    connection = cn_connect(engine); /* what could not be rolled back is not used again */
    if (!select_one(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);
    cn_engine_dispose(engine);
    assert_int_equal(stored(), 0);
}

static void pre_ping_finds_a_dead_link_in_time(void **state)
{
    (void)state;
    if (no_server())
        return;
    cn_engine     *engine     = cn_create_engine(relay_url, .read_timeout = 1, .pre_ping = true);
    cn_connection *connection = cn_connect(engine);
    assert_true(select_one(connection));
    cn_close(connection);
    swallow();
    pause_for(0.6); /* what was just used is not pinged */
    double started = now();
    connection     = cn_connect(engine);
    if (!select_one(connection))
        fail_msg("%s", cn_error_message(connection));
    assert_true(now() - started < 5);
    assert_int_equal(cn_engine_pool(engine).invalidated, 1);
    cn_close(connection);
    cn_engine_dispose(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_takes_too_long_is_given_up),
        cmocka_unit_test(a_server_that_is_slow_but_in_time_is_not),
        cmocka_unit_test(a_link_that_swallows_a_statement_is_given_up),
        cmocka_unit_test(a_link_that_swallows_a_commit_leaves_the_outcome_unknown),
        cmocka_unit_test(a_link_that_swallows_much_data_is_given_up),
        cmocka_unit_test(closing_on_a_dead_link_takes_no_longer_than_the_time_out),
        cmocka_unit_test(pre_ping_finds_a_dead_link_in_time),
    };
    return suite_main_(cmocka_run_group_tests_name("silence", tests, open_relay, close_relay));
}
