/*
 * unit/driver/mysql_rogue.c: what a server that means harm can learn from the MySQL driver:
 * nothing. A thread plays that server, with just enough of the protocol; it keeps every byte that
 * the driver sends, and the tests look for the password, and for a file's content, in them.
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
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <cinnabar/sys/driver.h>

#include "base/error.h"

extern const cn_driver cn_driver_mysql;

#define PASSWORD "the-secret-of-ada"
#define CONTENT "content that must stay here"

/* Capabilities of the protocol. */
#define LOCAL_FILES 0x80U
#define USUAL (0x1U | 0x4U | 0x8U | LOCAL_FILES | 0x200U | 0x2000U | 0x8000U | 0x80000U)

typedef enum conduct {
    HANG_UP,     /* after the login */
    STAY_SILENT, /* from the start */
    TOO_MANY,    /* an error instead of a greeting */
    ASK_FOR_KEY, /* caching_sha2_password: asks for the whole password, not for a proof of it */
    WELCOME,     /* lets everybody in; answers SELECT by a request for a local file */
    BAD_ROWS     /* lets everybody in; its rows are longer than their packets */
} conduct;

typedef struct rogue {
    const char   *greeted_plugin;
    const char   *switched_plugin; /* NULL: none; "": the short form of old servers */
    bool          nameless;        /* switches to a plugin without a name */
    bool          old;             /* its greeting names no plugin */
    conduct       conduct;
    char          file[64]; /* the one that it wants */
    int           listener;
    int           peer;
    uint16_t      port;
    pthread_t     thread;
    unsigned char sequence;
    unsigned char received[65536]; /* everything */
    size_t        received_size;
    size_t        after_question; /* received before it asked for the password */
} rogue;

/* ---- the server ------------------------------------------------------------------------------ */

static void send_packet(rogue *server, const void *data, size_t size)
{
    unsigned char header[4] = {(unsigned char)size, (unsigned char)(size >> 8), 0,
                               server->sequence++};
    if (send(server->peer, header, sizeof header, MSG_NOSIGNAL) < 0 ||
        send(server->peer, data, size, MSG_NOSIGNAL) < 0)
        server->sequence = 0;
}

static bool receive_bytes(rogue *server, unsigned char *to, size_t size)
{
    while (size > 0) {
        ssize_t got = recv(server->peer, to, size, 0);
        if (got <= 0)
            return false;
        if (server->received_size + (size_t)got <= sizeof server->received) {
            memcpy(server->received + server->received_size, to, (size_t)got);
            server->received_size += (size_t)got;
        }
        to += got;
        size -= (size_t)got;
    }
    return true;
}

/* The size of the next packet, whose first bytes are in `packet`; SIZE_MAX at the end. */
static size_t receive_packet(rogue *server, unsigned char packet[4096])
{
    unsigned char header[4];
    if (!receive_bytes(server, header, sizeof header))
        return SIZE_MAX;
    size_t size      = header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16;
    server->sequence = (unsigned char)(header[3] + 1);
    if (size >= 4096 || !receive_bytes(server, packet, size))
        return SIZE_MAX;
    packet[size] = '\0';
    return size;
}

static void send_greeting(rogue *server)
{
    static const char version[]   = "5.5.5-10.11.6-MariaDB";
    unsigned char     packet[256] = {10};
    size_t            at          = 1;
    memcpy(packet + at, version, sizeof version);
    at += sizeof version + 4;
    memcpy(packet + at, "abcdefgh", 8);
    at += 9;
    packet[at++] = USUAL & 0xff;
    packet[at++] = (USUAL >> 8) & 0xff;
    packet[at++] = 45;
    packet[at++] = 2;
    packet[at++] = 0;
    packet[at++] = server->old ? 0 : (USUAL >> 16) & 0xff;
    packet[at++] = 0;
    packet[at++] = 21;
    at += 10;
    memcpy(packet + at, "ijklmnopqrst", 13);
    at += 13;
    memcpy(packet + at, server->greeted_plugin, strlen(server->greeted_plugin) + 1);
    at += strlen(server->greeted_plugin) + 1;
    send_packet(server, packet, at);
}

static void send_ok(rogue *server)
{
    static const unsigned char ok[] = {0, 0, 0, 2, 0, 0, 0};
    send_packet(server, ok, sizeof ok);
}

static void send_switch(rogue *server)
{
    unsigned char packet[128] = {254};
    const char   *name        = server->nameless ? "" : server->switched_plugin;
    size_t        size        = 1;
    if (server->nameless || name[0] != '\0') {
        memcpy(packet + 1, name, strlen(name) + 1);
        size += strlen(name) + 1;
        memcpy(packet + size, "abcdefghijklmnopqrst", 21);
        size += 21;
    }
    send_packet(server, packet, size);
}

static void send_column(rogue *server)
{
    static const unsigned char column[] = {3, 'd', 'e', 'f', 0, 0,   0, 1, 'a', 0, 12, 45,
                                           0, 255, 0,   0,   0, 253, 0, 0, 0,   0, 0};
    static const unsigned char end[]    = {254, 0, 0, 2, 0};
    send_packet(server, column, sizeof column);
    send_packet(server, end, sizeof end);
}

static void send_bad_rows(rogue *server)
{
    static const unsigned char count[] = {1};
    static const unsigned char row[]   = {0, 0, 253, 255, 255, 255, 'x'};
    send_packet(server, count, sizeof count);
    send_column(server);
    send_packet(server, row, sizeof row);
    send_packet(server, row, 2);
}

static void ask_for_file(rogue *server)
{
    unsigned char packet[4096];
    size_t        size = strlen(server->file);
    packet[0]          = 251;
    memcpy(packet + 1, server->file, size);
    send_packet(server, packet, size + 1);
    while ((size = receive_packet(server, packet)) != 0 && size != SIZE_MAX) {
    }
    if (size == 0)
        send_ok(server);
}

static void serve(rogue *server)
{
    unsigned char packet[4096];
    for (;;) {
        size_t size = receive_packet(server, packet);
        if (size == SIZE_MAX || size == 0 || packet[0] == 1)
            return;
        bool bad_rows = server->conduct == BAD_ROWS;
        if (packet[0] == 22) { /* prepare: one column or none, no parameters */
            unsigned char prepared[12] = {0, 1, 0, 0, 0, bad_rows, 0, 0, 0, 0, 0, 0};
            send_packet(server, prepared, sizeof prepared);
            if (bad_rows)
                send_column(server);
        } else if (packet[0] == 23 && bad_rows) {
            send_bad_rows(server);
        } else if (packet[0] == 23 ||
                   (packet[0] == 3 && strncmp((char *)packet + 1, "SELECT", 6) == 0)) {
            ask_for_file(server);
        } else {
            send_ok(server);
        }
    }
}

/* Asks for the password itself and, if the driver wants a key to encrypt it with, offers one. */
static void ask_for_key(rogue *server)
{
    static const unsigned char whole[] = {1, 4};
    static const char          key[]   = "\001-----BEGIN PUBLIC KEY-----\n";
    unsigned char              packet[4096];
    send_packet(server, whole, sizeof whole);
    server->after_question = server->received_size;
    if (receive_packet(server, packet) != SIZE_MAX)
        send_packet(server, key, sizeof key - 1);
    (void)receive_packet(server, packet);
}

static void converse(rogue *server)
{
    static const char too_many[] = "\377\020\004#08004Too many connections";
    unsigned char     packet[4096];
    if (server->conduct == STAY_SILENT) {
        (void)receive_packet(server, packet);
        return;
    }
    if (server->conduct == TOO_MANY) {
        send_packet(server, too_many, sizeof too_many - 1);
        return;
    }
    send_greeting(server);
    if (receive_packet(server, packet) == SIZE_MAX)
        return;
    if (server->switched_plugin != NULL || server->nameless) {
        server->after_question = server->received_size;
        send_switch(server);
        if (receive_packet(server, packet) == SIZE_MAX)
            return;
    }
    if (server->conduct == ASK_FOR_KEY) {
        ask_for_key(server);
    } else if (server->conduct != HANG_UP) {
        send_ok(server);
        serve(server);
    }
}

static void *be_rogue(void *argument)
{
    rogue *server = argument;
    server->peer  = accept(server->listener, NULL, NULL);
    if (server->peer >= 0) {
        converse(server);
        close(server->peer);
    }
    return NULL;
}

static void start(rogue *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t          size    = sizeof address;
    address.sin_addr.s_addr    = htonl(INADDR_LOOPBACK);
    server->listener           = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 1), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, be_rogue, server), 0);
}

static void stop(rogue *server)
{
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static bool learned(const rogue *server, const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= server->received_size; i++) {
        if (memcmp(server->received + i, text, size) == 0)
            return true;
    }
    return false;
}

/* ---- opening --------------------------------------------------------------------------------- */

typedef struct attempt {
    bool          remote; /* the engine takes the host for a remote one */
    cn_url_option option; /* name NULL: none */
    bool          local_infile;
    unsigned      connect_timeout_ms;
} attempt;

static cn_link *open_link(const rogue *server, const attempt *how, cn_error *error)
{
    cn_link_parameters parameters = {.user               = "ada",
                                     .password           = PASSWORD,
                                     .host               = "127.0.0.1",
                                     .port               = server->port,
                                     .database           = "shop",
                                     .options            = &how->option,
                                     .option_count       = how->option.name != NULL,
                                     .local_infile       = how->local_infile,
                                     .connect_timeout_ms = how->connect_timeout_ms,
                                     .host_is_local      = !how->remote};
    return cn_driver_mysql.open(&parameters, error);
}

static const char *message_of(const cn_error *error)
{
    return error->message != NULL ? error->message : error->brief;
}

#define ANY_CAUSE CN_CAUSE_COUNT

/* Opening fails for this cause, and neither the server nor the message has the password. */
static void fails(rogue *server, attempt how, cn_cause cause)
{
    cn_error error = {0};
    start(server);
    cn_link *link = open_link(server, &how, &error);
    stop(server);
    assert_null(link);
    if (cause != ANY_CAUSE)
        assert_int_equal(error.cause, cause);
    assert_false(learned(server, PASSWORD));
    assert_null(strstr(message_of(&error), PASSWORD));
    cn_error_clear(&error);
}

static void a_remote_server_without_tls_gets_not_a_byte(void **state)
{
    static const cn_url_option options[] = {{NULL, NULL},
                                            {"ssl_mode", "VERIFY_IDENTITY"},
                                            {"ssl_mode", "VERIFY_CA"},
                                            {"ssl_mode", "REQUIRED"},
                                            {"ssl", "true"},
                                            {"ssl_verify_cert", "false"}};
    (void)state;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        rogue server = {.greeted_plugin = "mysql_native_password", .conduct = WELCOME};
        fails(&server, (attempt){.remote = true, .option = options[i]}, CN_CAUSE_TLS);
        assert_int_equal(server.received_size, 0);
    }
}

static void a_local_server_without_tls_gets_not_a_byte_if_tls_was_asked_for(void **state)
{
    rogue server = {.greeted_plugin = "mysql_native_password", .conduct = WELCOME};
    (void)state;
    fails(&server, (attempt){.option = {"ssl", "true"}}, CN_CAUSE_TLS);
    assert_int_equal(server.received_size, 0);
}

/* One that does not know methods by name would get the default one at once. */
static void an_old_server_without_tls_gets_not_a_byte(void **state)
{
    static const char *const modes[] = {"VERIFY_IDENTITY", "VERIFY_CA", "REQUIRED"};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        rogue server = {.old             = true,
                        .greeted_plugin  = "mysql_native_password",
                        .switched_plugin = "caching_sha2_password",
                        .conduct         = ASK_FOR_KEY};
        fails(&server, (attempt){.remote = true, .option = {"ssl_mode", modes[i]}}, ANY_CAUSE);
        assert_int_equal(server.received_size, 0);
    }
}

static void a_switch_to_a_method_that_shows_the_password_is_refused(void **state)
{
    static const char *const methods[] = {"mysql_clear_password", "dialog", "mysql_old_password",
                                          "", "no_such_method"};
    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        rogue server = {.greeted_plugin  = "mysql_native_password",
                        .switched_plugin = methods[i],
                        .conduct         = WELCOME};
        fails(&server, (attempt){.remote = false}, CN_CAUSE_AUTHENTICATION);
    }
}

/* The client library looks a name up as a part of the text that lists what is allowed. */
static void a_switch_to_a_part_of_an_allowed_name_is_refused(void **state)
{
    rogue nameless = {
        .greeted_plugin = "mysql_native_password", .nameless = true, .conduct = WELCOME};
    rogue part = {.greeted_plugin  = "mysql_native_password",
                  .switched_plugin = "password",
                  .conduct         = WELCOME};
    (void)state;
    fails(&nameless, (attempt){.remote = false}, ANY_CAUSE);
    fails(&part, (attempt){.remote = false}, ANY_CAUSE);
}

static void a_greeting_with_such_a_method_is_refused(void **state)
{
    static const char *const methods[] = {"mysql_clear_password", "dialog", "mysql_old_password"};
    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        rogue server = {.greeted_plugin = methods[i], .conduct = WELCOME};
        fails(&server, (attempt){.remote = false}, CN_CAUSE_AUTHENTICATION);
    }
}

static void no_password_is_encrypted_with_a_key_that_the_server_sends(void **state)
{
    static const struct {
        const char   *method;
        cn_url_option option;
    } cases[] = {{"caching_sha2_password", {NULL, NULL}},
                 {"sha256_password", {NULL, NULL}},
                 {"caching_sha2_password", {"ssl_mode", "DISABLED"}},
                 {"caching_sha2_password", {"ssl_mode", "PREFERRED"}},
                 {"sha256_password", {"ssl_mode", "PREFERRED"}}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rogue   server = {.greeted_plugin  = "mysql_native_password",
                          .switched_plugin = cases[i].method,
                          .conduct         = ASK_FOR_KEY};
        attempt how    = {.remote = cases[i].option.name != NULL, .option = cases[i].option};
        fails(&server, how, ANY_CAUSE);
        assert_int_not_equal(server.after_question, 0); /* so it did come to ask */
        assert_int_equal(server.received_size, server.after_question);
    }
}

static void a_full_server_is_no_connection(void **state)
{
    rogue server = {.conduct = TOO_MANY};
    (void)state;
    fails(&server, (attempt){.remote = false}, CN_CAUSE_CONNECT);
    server = (rogue){.greeted_plugin = "mysql_native_password", .conduct = HANG_UP};
    fails(&server, (attempt){.remote = false}, CN_CAUSE_CONNECT);
}

static void a_silent_server_is_given_up_after_the_connect_time_out(void **state)
{
    rogue           server = {.conduct = STAY_SILENT};
    struct timespec before, after;
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &before);
    fails(&server, (attempt){.connect_timeout_ms = 1000}, CN_CAUSE_CONNECT);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_in_range(after.tv_sec - before.tv_sec, 0, 4);
}

/* ---- after the login ------------------------------------------------------------------------- */

static void write_file(rogue *server)
{
    static const char pattern[] = "/tmp/cinnabar-rogue-XXXXXX";
    memcpy(server->file, pattern, sizeof pattern);
    int handle = mkstemp(server->file);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, CONTENT, sizeof CONTENT - 1), sizeof CONTENT - 1);
    close(handle);
}

/* Runs a SELECT, as it is or prepared; whatever comes of it, the file stays here. */
static void no_file_leaves(bool prepare, bool local_infile)
{
    static const char sql[]     = "SELECT 1";
    rogue             server    = {.greeted_plugin = "mysql_native_password", .conduct = WELCOME};
    attempt           how       = {.local_infile = local_infile};
    cn_execution      execution = {0};
    cn_error          error     = {0};
    bool              good      = false;
    write_file(&server);
    start(&server);
    cn_link *link = open_link(&server, &how, &error);
    assert_non_null(link);
    if (prepare) {
        cn_prepared *prepared = cn_driver_mysql.prepare(link, sql, sizeof sql - 1, &error);
        assert_non_null(prepared);
        good = cn_driver_mysql.execute(prepared, NULL, 0, &execution, &error);
        cn_driver_mysql.release(prepared);
    } else {
        good = cn_driver_mysql.run(link, sql, sizeof sql - 1, &error);
    }
    cn_driver_mysql.close(link);
    stop(&server);
    unlink(server.file);
    assert_true(learned(&server, sql)); /* so the server did come to ask */
    assert_false(learned(&server, CONTENT));
    assert_false(learned(&server, PASSWORD));
    assert_false(good);
    cn_error_clear(&error);
}

static void no_local_file_leaves_on_request(void **state)
{
    (void)state;
    no_file_leaves(false, false);
    no_file_leaves(true, false);
}

static void no_local_file_leaves_for_a_select_even_where_local_files_are_allowed(void **state)
{
    (void)state;
    no_file_leaves(false, true);
    no_file_leaves(true, true);
}

static void a_row_that_is_longer_than_its_packet_is_an_error(void **state)
{
    static const char sql[]     = "SELECT 1";
    rogue             server    = {.greeted_plugin = "mysql_native_password", .conduct = BAD_ROWS};
    attempt           how       = {.remote = false};
    cn_execution      execution = {0};
    cn_error          error     = {0};
    (void)state;
    start(&server);
    cn_link *link = open_link(&server, &how, &error);
    assert_non_null(link);
    cn_prepared *prepared = cn_driver_mysql.prepare(link, sql, sizeof sql - 1, &error);
    assert_non_null(prepared);
    assert_true(cn_driver_mysql.execute(prepared, NULL, 0, &execution, &error));
    assert_int_equal(cn_driver_mysql.step(prepared, &error), CN_STEP_ERROR);
    assert_int_equal(error.cause, CN_CAUSE_LOST);
    assert_true(error.lost);
    assert_int_equal(cn_driver_mysql.state(link), CN_LINK_LOST);
    cn_driver_mysql.release(prepared);
    cn_driver_mysql.close(link);
    stop(&server);
    cn_error_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_remote_server_without_tls_gets_not_a_byte),
        cmocka_unit_test(a_local_server_without_tls_gets_not_a_byte_if_tls_was_asked_for),
        cmocka_unit_test(an_old_server_without_tls_gets_not_a_byte),
        cmocka_unit_test(a_switch_to_a_method_that_shows_the_password_is_refused),
        cmocka_unit_test(a_switch_to_a_part_of_an_allowed_name_is_refused),
        cmocka_unit_test(a_greeting_with_such_a_method_is_refused),
        cmocka_unit_test(no_password_is_encrypted_with_a_key_that_the_server_sends),
        cmocka_unit_test(a_full_server_is_no_connection),
        cmocka_unit_test(a_silent_server_is_given_up_after_the_connect_time_out),
        cmocka_unit_test(no_local_file_leaves_on_request),
        cmocka_unit_test(no_local_file_leaves_for_a_select_even_where_local_files_are_allowed),
        cmocka_unit_test(a_row_that_is_longer_than_its_packet_is_an_error),
    };
    return cmocka_run_group_tests_name("mysql rogue server", tests, NULL, NULL);
}
