/*
 * unit/driver/postgresql_rogue.c: what a server that means harm can learn from the PostgreSQL
 * driver (nothing), and how long it can hold it up (no longer than the time-outs). A thread plays
 * that server from a script; it keeps every byte that the driver sends, and the tests look for the
 * password in them.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <cinnabar/sys/driver.h>

#include "base/error.h"

extern const cn_driver cn_driver_postgresql;

#define PASSWORD "the-secret-of-ada"
#define DRIVER (&cn_driver_postgresql)

/* Messages of the protocol. */
#define CLEAR_TEXT "R\0\0\0\x08\0\0\0\x03"
#define SCRAM "R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"
#define COMPLETE(size, tag)                                                                        \
    "1\0\0\0\x04\x32\0\0\0\x04n\0\0\0\x04"                                                         \
    "C\0\0\0" size tag "\0"
#define LET_IN "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"
#define READY "Z\0\0\0\x05T"

/* One thing that the server says. The size, because there are NULs inside. */
typedef struct answer {
    const char *bytes;
    size_t      size;
} answer;

#define ANSWER(text)                                                                               \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

typedef struct rogue {
    char      to_tls;     /* the answer to the question for TLS; 0: takes it for the login */
    answer    answers[4]; /* to the login, and to each exchange after it; then it hangs up */
    bool      slowly;     /* byte by byte */
    bool      silent;     /* says nothing in the end instead of hanging up */
    unsigned  iterations; /* that SCRAM is to take; 0: no SCRAM */
    int       listener;
    uint16_t  port;
    pthread_t thread;
    char      received[65536]; /* everything */
    size_t    received_size;
} rogue;

/* ---- the server ------------------------------------------------------------------------------ */

static void say(const rogue *server, int peer, const char *bytes, size_t size)
{
    size_t at_once = server->slowly ? 1 : size;
    for (size_t at = 0; at < size; at += at_once) {
        if (send(peer, bytes + at, at_once, MSG_NOSIGNAL) < 0)
            return;
        if (server->slowly)
            (void)nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
}

/* What came now is the end of received; 0: the peer has gone. */
static size_t hear(rogue *server, int peer)
{
    char    bytes[4096];
    ssize_t size = recv(peer, bytes, sizeof bytes, 0);
    if (size <= 0 || server->received_size + (size_t)size > sizeof server->received)
        return 0;
    memcpy(server->received + server->received_size, bytes, (size_t)size);
    server->received_size += (size_t)size;
    return (size_t)size;
}

/* The first message of SCRAM's server repeats the client's nonce, which ends its first one. */
static void demand_iterations(rogue *server, int peer)
{
    char   text[256], message[300] = "R";
    size_t nonce = server->received_size;
    while (nonce > 2 && memcmp(server->received + nonce - 2, "r=", 2) != 0)
        nonce--;
    int size   = snprintf(text, sizeof text, "r=%.*sXY,s=c2FsdHNhbHRzYWx0c2E=,i=%u",
                          (int)(server->received_size - nonce), server->received + nonce,
                          server->iterations);
    message[4] = (char)(size + 8);
    message[8] = 11;
    memcpy(message + 9, text, (size_t)size);
    say(server, peer, message, (size_t)size + 9);
}

static void serve(rogue *server, int peer)
{
    static const char question[] = "\0\0\0\x08\x04\xd2\x16\x2f";
    size_t            size       = hear(server, peer);
    if (size == 8 && server->to_tls != 0 &&
        memcmp(server->received + server->received_size - 8, question, 8) == 0) {
        say(server, peer, &server->to_tls, 1);
        size = hear(server, peer);
    }
    for (size_t i = 0; i < 4 && server->answers[i].size != 0 && size != 0; i++) {
        say(server, peer, server->answers[i].bytes, server->answers[i].size);
        size = hear(server, peer);
    }
    if (server->iterations != 0 && size != 0) {
        demand_iterations(server, peer);
        size = hear(server, peer);
    }
    while (server->silent && size != 0)
        size = hear(server, peer);
}

static void *live(void *context)
{
    rogue *server = context;
    int    peer;
    while ((peer = accept(server->listener, NULL, NULL)) >= 0) {
        serve(server, peer);
        close(peer);
    }
    return NULL;
}

static void start(rogue *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t          size    = sizeof address;
    server->listener           = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, 4), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, live, server), 0);
}

static void stop(rogue *server)
{
    assert_int_equal(shutdown(server->listener, SHUT_RDWR), 0);
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    close(server->listener);
}

/* ---- the driver against it ------------------------------------------------------------------- */

static cn_link *call(rogue *server, const char *option, const char *value, bool local,
                     cn_error *error)
{
    start(server);
    cn_url_option      options[]  = {{option, value}};
    cn_link_parameters parameters = {
        .user               = "ada",
        .password           = PASSWORD,
        .host               = "127.0.0.1",
        .port               = server->port,
        .database           = "engine",
        .options            = options,
        .option_count       = option != NULL,
        .host_is_local      = local,
        .connect_timeout_ms = 2000,
        .read_timeout_ms    = 300,
    };
    return DRIVER->open(&parameters, error);
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool has_received(const rogue *server, const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= server->received_size; i++) {
        if (memcmp(server->received + i, text, size) == 0)
            return true;
    }
    return false;
}

/* Opening must fail in time, for this cause, and tell the server nothing. */
static void refuse(rogue *server, const char *option, const char *value, bool local, cn_cause cause)
{
    cn_error error  = {0};
    double   before = seconds();
    assert_null(call(server, option, value, local, &error));
    stop(server);
    assert_in_range((uintmax_t)((seconds() - before) * 1000), 0, 5000);
    if (cn_error_get_cause(&error) != cause)
        fail_msg("%s: %s", cn_cause_name(cn_error_get_cause(&error)), cn_error_get_message(&error));
    assert_non_null(strstr(cn_error_get_message(&error), "127.0.0.1"));
    assert_null(strstr(cn_error_get_message(&error), PASSWORD));
    assert_true(server->received_size > 0);
    assert_false(has_received(server, PASSWORD));
    cn_error_clear(&error);
}

static void a_server_without_tls_learns_nothing_where_tls_is_demanded(void **state)
{
    rogue server = {.to_tls = 'N', .answers = {ANSWER(CLEAR_TEXT)}};
    (void)state;
    refuse(&server, NULL, NULL, false, CN_CAUSE_TLS);
    assert_false(has_received(&server, "ada"));
}

static void a_server_that_skips_tls_learns_nothing(void **state)
{
    rogue server = {.answers = {ANSWER(CLEAR_TEXT)}};
    (void)state;
    refuse(&server, "sslmode", "require", false, CN_CAUSE_TLS);
    assert_false(has_received(&server, "ada"));
}

static void a_server_that_promises_tls_and_goes_on_in_plain_text_learns_nothing(void **state)
{
    rogue server = {.to_tls = 'S', .answers = {ANSWER(CLEAR_TEXT)}};
    (void)state;
    refuse(&server, NULL, NULL, false, CN_CAUSE_TLS);
    assert_false(has_received(&server, "engine"));
}

static void a_request_for_clear_text_is_not_answered_without_tls(void **state)
{
    rogue server = {.answers = {ANSWER(CLEAR_TEXT)}};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_AUTHENTICATION);
    assert_true(has_received(&server, "ada"));
}

static void the_user_may_allow_the_password_in_clear_text(void **state)
{
    rogue    server = {.answers = {ANSWER(CLEAR_TEXT)}};
    cn_error error  = {0};
    (void)state;
    assert_null(call(&server, "allow_cleartext_password", "true", true, &error));
    stop(&server);
    assert_true(has_received(&server, PASSWORD));
    cn_error_clear(&error);
}

static void a_request_that_arrives_byte_by_byte_is_not_answered(void **state)
{
    rogue server = {.answers = {ANSWER(CLEAR_TEXT)}, .slowly = true};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_AUTHENTICATION);
}

static void a_request_that_hides_behind_another_is_not_answered(void **state)
{
    rogue server = {.answers = {ANSWER(SCRAM CLEAR_TEXT)}};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_AUTHENTICATION);
    assert_true(has_received(&server, "SCRAM-SHA-256"));
}

static void a_server_that_wanted_no_tls_is_guarded_under_prefer_too(void **state)
{
    rogue server = {.to_tls = 'N', .answers = {ANSWER(CLEAR_TEXT)}};
    (void)state;
    refuse(&server, "sslmode", "prefer", false, CN_CAUSE_AUTHENTICATION);
}

static void a_number_of_iterations_without_measure_is_refused_before_computing(void **state)
{
    rogue server = {.answers = {ANSWER(SCRAM)}, .iterations = 2000000000};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_AUTHENTICATION);
    assert_false(has_received(&server, "p="));
}

static void an_honest_number_of_iterations_is_computed(void **state)
{
    rogue server = {.answers = {ANSWER(SCRAM)}, .iterations = 4096};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_CONNECT); /* it hangs up on the proof */
    assert_true(has_received(&server, "p="));
}

static void a_silent_server_holds_the_connect_no_longer_than_its_time_out(void **state)
{
    rogue server = {.silent = true};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_CONNECT);
}

static void a_server_that_hangs_up_is_no_server(void **state)
{
    rogue server = {.silent = false};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_CONNECT);
}

static void a_server_of_another_protocol_is_no_server(void **state)
{
    rogue server = {.answers = {ANSWER("HTTP/1.1 400 Bad Request\r\n\r\n")}};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_CONNECT);
}

static void a_message_without_end_is_refused(void **state)
{
    rogue server = {.answers = {ANSWER("R\x7f\xff\xff\xff\0\0\0\x03")}, .silent = true};
    (void)state;
    refuse(&server, NULL, NULL, true, CN_CAUSE_CONNECT);
}

static void a_statement_that_is_not_answered_ends_with_the_read_time_out(void **state)
{
    rogue    server = {.answers = {ANSWER(LET_IN)}, .silent = true};
    cn_error error  = {0};
    cn_link *link   = call(&server, NULL, NULL, true, &error);
    (void)state;
    assert_non_null(link);
    double before = seconds();
    assert_false(DRIVER->run(link, "SELECT 1", 8, &error));
    assert_in_range((uintmax_t)((seconds() - before) * 1000), 250, 2000);
    assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_TIMEOUT);
    assert_true(cn_error_get_lost(&error));
    assert_int_equal(DRIVER->state(link), CN_LINK_LOST);
    DRIVER->close(link);
    cn_error_clear(&error);
    stop(&server);
}

static void a_commit_without_an_answer_has_an_unknown_outcome(void **state)
{
    static const char done[] = COMPLETE("\x0a", "BEGIN") COMPLETE("\x0f", "INSERT 0 1") READY;
    rogue             server = {.answers = {ANSWER(LET_IN), ANSWER(done)}};
    cn_error          error  = {0};
    cn_link          *link   = call(&server, NULL, NULL, true, &error);
    (void)state;
    assert_non_null(link);
    assert_true(DRIVER->begin(link, CN_ISOLATION_DEFAULT, false, &error));
    assert_true(DRIVER->run(link, "INSERT", 6, &error));
    assert_int_equal(DRIVER->state(link), CN_LINK_OPEN);
    assert_false(DRIVER->commit(link, &error));
    assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_UNKNOWN_OUTCOME);
    assert_true(cn_error_get_lost(&error));
    assert_false(cn_error_get_retryable(&error));
    DRIVER->close(link);
    cn_error_clear(&error);
    stop(&server);
    assert_true(has_received(&server, "COMMIT"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_without_tls_learns_nothing_where_tls_is_demanded),
        cmocka_unit_test(a_server_that_skips_tls_learns_nothing),
        cmocka_unit_test(a_server_that_promises_tls_and_goes_on_in_plain_text_learns_nothing),
        cmocka_unit_test(a_request_for_clear_text_is_not_answered_without_tls),
        cmocka_unit_test(the_user_may_allow_the_password_in_clear_text),
        cmocka_unit_test(a_request_that_arrives_byte_by_byte_is_not_answered),
        cmocka_unit_test(a_request_that_hides_behind_another_is_not_answered),
        cmocka_unit_test(a_server_that_wanted_no_tls_is_guarded_under_prefer_too),
        cmocka_unit_test(a_number_of_iterations_without_measure_is_refused_before_computing),
        cmocka_unit_test(an_honest_number_of_iterations_is_computed),
        cmocka_unit_test(a_silent_server_holds_the_connect_no_longer_than_its_time_out),
        cmocka_unit_test(a_server_that_hangs_up_is_no_server),
        cmocka_unit_test(a_server_of_another_protocol_is_no_server),
        cmocka_unit_test(a_message_without_end_is_refused),
        cmocka_unit_test(a_statement_that_is_not_answered_ends_with_the_read_time_out),
        cmocka_unit_test(a_commit_without_an_answer_has_an_unknown_outcome),
    };
    return cmocka_run_group_tests_name("a rogue PostgreSQL server", tests, NULL, NULL);
}
