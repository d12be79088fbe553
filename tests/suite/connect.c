/*
 * Getting in, and what is said if that fails: one readable sentence that names what is wrong and
 * what to do, and in which, as in everything else that a program can see, no password stands.
 * Tests of the network do nothing on SQLite, which has none. Some restart the server with another
 * certificate, so nothing else may use it meanwhile: ./run-tests runs one program at a time on it.
 */
#define _POSIX_C_SOURCE 200809L

#include "suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cinnabar/url.h>

#define SECRET "s3cr3t-w0rd"

/* ---- where to ------------------------------------------------------------------------------- */

/* This machine, at an address that the engine does not take for it, nor a certificate is for. */
#define FAR_HOST "0.0.0.0"

/* The server of this run, of which a test changes what it wants to. */
static cn_url *server(void)
{
    cn_url *url = cn_url_parse(suite_url());
    assert_true(cn_ok(url));
    return url;
}

static bool on_server(void)
{
    return suite_which() != SUITE_SQLITE;
}

static bool on_mysql(void)
{
    return suite_which() == SUITE_MYSQL;
}

/* For MySQL, and for PostgreSQL. */
static void add_option(cn_url *url, const char *mysql, const char *postgresql, const char *value)
{
    const char *name = on_mysql() ? mysql : postgresql;
    if (name != NULL)
        cn_url_add_option(url, name, value);
}

static void trust(cn_url *url, const char *authority)
{
    add_option(url, "ssl_ca", "sslrootcert", authority);
    if (!on_mysql())
        cn_url_add_option(url, "sslmode", "verify-full");
}

/* ---- what was seen -------------------------------------------------------------------------- */

static struct {
    char     shown[16000]; /* everything that a program could show to somebody */
    char     message[2000];
    cn_cause cause;
    bool     encrypted;
    bool     retryable;
    double   seconds;
} seen;

static void see(const char *text)
{
    if (text != NULL)
        strncat(seen.shown, text, sizeof seen.shown - strlen(seen.shown) - 1);
}

static void see_error(const cn_error *error)
{
    see(cn_error_get_message(error));
    see(cn_error_get_statement(error));
    see(cn_error_get_parameters(error));
}

static void see_echo(void *context, const cn_echo *echo)
{
    (void)context;
    see(echo->statement);
    see(echo->parameters);
}

static void see_unread(void *context, const cn_error *error)
{
    (void)context;
    see_error(error);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Goes there and runs a statement. True if that worked; `seen` tells in any case. */
static bool go_as_written(const char *url)
{
    memset(&seen, 0, sizeof seen);
    double     started = seconds_now();
    cn_engine *engine  = cn_create_engine(url, .echo = true, .on_echo = see_echo,
                                          .on_unread_error = see_unread, .connect_timeout = 2);
    see_error(cn_engine_error(engine));
    see(cn_engine_url(engine));
    see(cn_engine_driver(engine));
    cn_connection *connection = cn_connect(engine);
    cn_result     *result     = cn_execute(connection, cn_text("SELECT 1 AS one"));
    bool           done = cn_only(result) && cn_get_int(result, "one") == 1 && cn_ok(connection);
    see_error(cn_connection_error(connection));
    see(cn_connection_server(connection));
    seen.cause     = cn_error_cause(connection);
    seen.retryable = cn_error_retryable(connection);
    seen.encrypted = cn_connection_encrypted(connection);
    seen.seconds   = seconds_now() - started;
    snprintf(seen.message, sizeof seen.message, "%s", cn_error_message(connection));
    cn_close(connection);
    cn_engine_dispose(engine);
    return done;
}

/* Takes the URL. */
static bool go(cn_url *url)
{
    bool done = go_as_written(cn_url_render(url, true));
    cn_url_free(url);
    return done;
}

static void assert_says(const char *word)
{
    if (strstr(seen.message, word) == NULL)
        fail_msg("'%s' does not say '%s'", seen.message, word);
}

/* One sentence of one line, of a length that somebody reads. */
static void assert_readable(void)
{
    size_t size = strlen(seen.message);
    if (size < 20 || size > 600 || strpbrk(seen.message, "\n\r\t") != NULL ||
        strstr(seen.message, "%s") != NULL || seen.message[size - 1] == ' ')
        fail_msg("this is no readable sentence: '%s'", seen.message);
}

static void assert_hidden(const char *password)
{
    if (strstr(seen.shown, password) != NULL)
        fail_msg("the password is shown: %s", seen.shown);
}

static void assert_in(cn_url *url)
{
    char password[200];
    snprintf(password, sizeof password, "%s", cn_url_password(url));
    if (!go(url))
        fail_msg("%s", seen.message);
    assert_hidden(password);
}

static void assert_refused(cn_url *url, cn_cause cause, const char *word)
{
    char password[200] = "";
    if (cn_url_password(url) != NULL)
        snprintf(password, sizeof password, "%s", cn_url_password(url));
    assert_false(go(url));
    if (seen.cause != cause)
        fail_msg("the cause is %s: %s", cn_cause_name(seen.cause), seen.message);
    assert_says(word);
    assert_readable();
    if (password[0] != '\0')
        assert_hidden(password);
}

/* ---- what is wrong with the URL ------------------------------------------------------------- */

static void a_url_that_makes_no_sense_is_refused_without_being_shown(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "nonsense",
        "://",
        "mysql:",
        "mysql//user:" SECRET "@host/db",
        "mysql://user:" SECRET "@host:port/db",
        "mysql://user:" SECRET "@host:99999999/db",
        "mysql://user:" SECRET "@[::1/db",
        "mysql+://user:" SECRET "@host/db",
        "mysql:///" SECRET "%00",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(go_as_written(wrong[i]));
        assert_hidden(SECRET);
        assert_readable();
    }
    assert_false(go_as_written(NULL));
    assert_int_equal(seen.cause, CN_CAUSE_URL);
    assert_says("NULL");
}

static void an_unknown_dialect_is_named_beside_the_known_ones(void **state)
{
    (void)state;
    assert_false(go_as_written("oracle://user:" SECRET "@host/db"));
    assert_int_equal(seen.cause, CN_CAUSE_URL);
    assert_says("oracle");
    assert_says("sqlite");
    assert_says("mysql");
    assert_says("postgresql");
    assert_readable();
    assert_hidden(SECRET);
}

static void an_unknown_driver_is_named_beside_the_known_ones(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *driver;
        const char *known;
    } wrong[] = {{"mysql+nosuch://user:" SECRET "@host/db", "nosuch", "mysqlconnector"},
                 {"postgresql+nosuch://user:" SECRET "@host/db", "nosuch", "psycopg2"},
                 {"sqlite+nosuch://", "nosuch", "pysqlite"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(go_as_written(wrong[i].url));
        assert_int_equal(seen.cause, CN_CAUSE_URL);
        assert_says(wrong[i].driver);
        assert_says(wrong[i].known);
        assert_readable();
        assert_hidden(SECRET);
    }
}

static void an_unknown_option_is_named_but_not_its_value(void **state)
{
    (void)state;
    cn_url *url = server();
    cn_url_add_option(url, "pasword", SECRET);
    assert_false(go(url));
    assert_int_equal(seen.cause, CN_CAUSE_URL);
    assert_says("pasword");
    assert_true(strlen(seen.message) > 20);
    assert_null(strstr(seen.message, SECRET));
}

/* ---- who ------------------------------------------------------------------------------------ */

static void a_wrong_password_names_the_user_and_never_the_password(void **state)
{
    (void)state;
    if (!on_server())
        return;
    cn_url *url = server();
    cn_url_set_password(url, SECRET);
    assert_refused(url, CN_CAUSE_AUTHENTICATION, "cinnabar");
    assert_says("password");
    assert_says("cannot connect to the ");
    assert_says(" database \"cinnabar\" at 127.0.0.1, port ");
    assert_says(", as user \"cinnabar\": ");
}

static void no_password_and_an_unknown_user_are_refused_as_well(void **state)
{
    (void)state;
    if (!on_server())
        return;
    cn_url *url = server();
    cn_url_set_password(url, NULL);
    assert_refused(url, CN_CAUSE_AUTHENTICATION, "cinnabar");
    url = server();
    cn_url_set_user(url, "stranger");
    cn_url_set_password(url, SECRET);
    assert_refused(url, CN_CAUSE_AUTHENTICATION, "stranger");
}

static void a_password_of_odd_characters_works_and_is_never_shown(void **state)
{
    (void)state;
    if (!on_server())
        return;
    const char *odd = suite_environment("CN_TEST_ODD_PASSWORD");
    if (!go_as_written(suite_server_url("_ODD")))
        fail_msg("%s", seen.message);
    assert_hidden(odd);
    assert_hidden("p%40ss");
    cn_url *url = cn_url_parse(suite_server_url("_ODD"));
    assert_string_equal(cn_url_password(url), odd);
    cn_url_set_user(url, "cinnabar"); /* another's password */
    assert_refused(url, CN_CAUSE_AUTHENTICATION, "cinnabar");
    assert_hidden("p%40ss");
}

static void a_missing_database_is_named(void **state)
{
    (void)state;
    cn_url *url = server();
    if (on_server()) {
        cn_url_set_database(url, "cinnabar_missing");
        assert_refused(url, CN_CAUSE_NO_DATABASE, "cinnabar_missing");
    } else {
        cn_url_set_database(url, "/no/such/folder/at/all.db");
        assert_refused(url, CN_CAUSE_NO_DATABASE, "/no/such/folder/at/all.db");
    }
}

static void a_file_that_is_no_database_is_named(void **state)
{
    (void)state;
    if (suite_which() != SUITE_SQLITE || suite_in_memory())
        return; /* of files */
    char    path[300];
    cn_url *url = server();
    snprintf(path, sizeof path, "%s.txt", cn_url_database(url));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 100; i++)
        fputs("this is a text, not a database\n", file);
    fclose(file);
    cn_url_set_database(url, path);
    assert_refused(url, CN_CAUSE_NO_DATABASE, path);
    remove(path);
    cn_url *folder = server();
    cn_url_set_database(folder, "/tmp");
    assert_refused(folder, CN_CAUSE_NO_DATABASE, "cannot open the SQLite database \"/tmp\": ");
}

/* ---- where ---------------------------------------------------------------------------------- */

static void an_unknown_host_is_named(void **state)
{
    (void)state;
    if (!on_server())
        return;
    cn_url *url = server();
    cn_url_set_host(url, "no-such-host.invalid");
    assert_refused(url, CN_CAUSE_CONNECT, "no-such-host.invalid");
    assert_false(seen.retryable);
}

/* A port of this machine, at which nobody answers: nobody listens, or somebody who says nothing. */
static int silent_port(unsigned *port, bool listening)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t          size    = sizeof address;
    int                at      = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr    = htonl(INADDR_LOOPBACK);
    assert_true(at >= 0);
    assert_int_equal(bind(at, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(at, (struct sockaddr *)&address, &size), 0);
    if (listening)
        assert_int_equal(listen(at, 8), 0);
    *port = ntohs(address.sin_port);
    return at;
}

static void a_port_where_nobody_listens_is_named(void **state)
{
    (void)state;
    if (!on_server())
        return;
    unsigned port;
    char     text[16];
    int      at  = silent_port(&port, false);
    cn_url  *url = server();
    cn_url_set_port(url, port);
    snprintf(text, sizeof text, "%u", port);
    assert_refused(url, CN_CAUSE_CONNECT, text);
    close(at);
}

static void a_server_that_says_nothing_is_given_up_after_the_time_out(void **state)
{
    (void)state;
    if (!on_server())
        return;
    unsigned port;
    char     text[16];
    int      at  = silent_port(&port, true);
    cn_url  *url = server();
    cn_url_set_port(url, port);
    snprintf(text, sizeof text, "%u", port);
    assert_refused(url, CN_CAUSE_CONNECT, text);
    assert_true(seen.seconds > 1 && seen.seconds < 10);
    close(at);
}

/* Says something that no database says, to whoever comes, until its socket is shut. */
static void *talk_nonsense(void *socket_)
{
    int caller;
    while ((caller = accept(*(int *)socket_, NULL, NULL)) >= 0) {
        static const char text[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
        ssize_t           sent   = send(caller, text, sizeof text - 1, MSG_NOSIGNAL);
        char              heard[500];
        while (sent > 0 && recv(caller, heard, sizeof heard, 0) > 0)
            shutdown(caller, SHUT_WR);
        close(caller);
    }
    return NULL;
}

static void something_that_is_no_database_server_is_refused(void **state)
{
    (void)state;
    if (!on_server())
        return;
    unsigned  port;
    pthread_t talker;
    char      text[16];
    int       at = silent_port(&port, true);
    assert_int_equal(pthread_create(&talker, NULL, talk_nonsense, &at), 0);
    cn_url *url = server();
    cn_url_set_port(url, port);
    snprintf(text, sizeof text, "%u", port);
    assert_refused(url, CN_CAUSE_CONNECT, text);
    shutdown(at, SHUT_RDWR);
    pthread_join(talker, NULL);
    close(at);
}

static void the_sixth_version_of_the_protocol_works_in_brackets(void **state)
{
    (void)state;
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int                 probe   = socket(AF_INET6, SOCK_STREAM, 0);
    bool there = probe >= 0 && bind(probe, (struct sockaddr *)&address, sizeof address) == 0;
    close(probe);
    if (!on_server() || !there)
        return; /* the servers listen there if this machine has it */
    cn_url *url = server();
    cn_url_set_host(url, "::1");
    assert_non_null(strstr(cn_url_render(url, true), "@[::1]:"));
    assert_in(url);
}

static void a_unix_socket_works_and_one_that_is_not_there_is_named(void **state)
{
    (void)state;
    if (!on_server())
        return;
    cn_url     *url  = cn_url_parse(suite_server_url("_SOCKET"));
    const char *name = on_mysql() ? "unix_socket" : "host";
    assert_in(cn_url_parse(suite_server_url("_SOCKET")));
    cn_url_remove_option(url, name);
    cn_url_add_option(url, name, "/no/such/socket");
    assert_refused(url, CN_CAUSE_CONNECT, "/no/such/socket");
}

/* ---- TLS ------------------------------------------------------------------------------------ */

static void assert_refused_for_tls(cn_url *url, const char *option)
{
    assert_refused(url, CN_CAUSE_TLS, option);
}

/* What an error names to turn the check down. */
static const char *way_out(void)
{
    return on_mysql() ? "ssl_mode" : "sslmode";
}

static const char *authority_option(void)
{
    return on_mysql() ? "ssl_ca" : "sslrootcert";
}

static void tls_is_on_and_verified_for_a_host_that_is_not_local(void **state)
{
    (void)state;
    if (!on_server())
        return;
    cn_url *url = server();
    cn_url_set_host(url, FAR_HOST);
    assert_refused_for_tls(url, way_out()); /* nobody here trusts the test's authority */
    assert_says(authority_option());
    url = server();
    cn_url_set_host(url, FAR_HOST);
    add_option(url, "ssl_ca", "sslrootcert", suite_environment("CN_TEST_CA"));
    assert_refused_for_tls(url, way_out()); /* the certificate is not of this name */
    assert_says(FAR_HOST);
}

static void verification_is_turned_down_by_an_explicit_option_only(void **state)
{
    (void)state;
    if (!on_server())
        return;
    cn_url *url = server();
    cn_url_set_host(url, FAR_HOST);
    add_option(url, "ssl_mode", "sslmode", on_mysql() ? "REQUIRED" : "require");
    assert_in(url);
    assert_true(seen.encrypted);
    url = server();
    cn_url_set_host(url, FAR_HOST);
    add_option(url, "ssl_disabled", "sslmode", on_mysql() ? "true" : "disable");
    assert_in(url);
    assert_false(seen.encrypted);
    url = server();
    cn_url_set_host(url, FAR_HOST);
    add_option(url, "ssl_mode", "sslmode", on_mysql() ? "VERIFY_CA" : "verify-ca");
    add_option(url, "ssl_ca", "sslrootcert", suite_environment("CN_TEST_CA"));
    assert_in(url);
    assert_true(seen.encrypted);
}

static void a_certificate_of_a_trusted_authority_is_taken_for_its_own_host(void **state)
{
    (void)state;
    if (!on_server())
        return;
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    for (size_t i = 0; i < 2; i++) {
        cn_url *url = server();
        cn_url_set_host(url, hosts[i]);
        trust(url, suite_environment("CN_TEST_CA"));
        assert_in(url);
        assert_true(seen.encrypted);
    }
}

static void an_authority_that_did_not_sign_or_is_not_there_is_refused(void **state)
{
    (void)state;
    if (!on_server())
        return;
    cn_url *url = server();
    trust(url, suite_environment("CN_TEST_OTHER_CA"));
    assert_refused_for_tls(url, authority_option());
    url = server();
    trust(url, "/no/such/authority.pem");
    assert_refused_for_tls(url, "/no/such/authority.pem");
}

/* The server with another certificate, or none; the good one comes back in the teardown. */
static void a_certificate_of_an_unknown_authority_is_refused(void **state)
{
    (void)state;
    if (!on_server())
        return;
    suite_server_tls("stranger");
    cn_url *url = server();
    trust(url, suite_environment("CN_TEST_CA"));
    assert_refused_for_tls(url, authority_option());
}

static void an_expired_certificate_is_refused(void **state)
{
    (void)state;
    if (!on_server())
        return;
    suite_server_tls("expired");
    cn_url *url = server();
    trust(url, suite_environment("CN_TEST_CA"));
    assert_refused_for_tls(url, "expired"); /* libpq 15 does not say so, but the advice does */
}

static void a_server_without_tls_is_refused_where_tls_is_demanded(void **state)
{
    (void)state;
    if (!on_server())
        return;
    suite_server_tls("none");
    assert_in(server()); /* a local host demands none */
    assert_false(seen.encrypted);
    cn_url *url = server();
    cn_url_set_host(url, FAR_HOST);
    assert_refused_for_tls(url, way_out());
    url = server();
    trust(url, suite_environment("CN_TEST_CA"));
    assert_refused_for_tls(url, way_out());
    url = server();
    add_option(url, "ssl_mode", "sslmode", on_mysql() ? "REQUIRED" : "require");
    assert_refused_for_tls(url, way_out());
}

static int good_again(void **state)
{
    (void)state;
    if (on_server())
        suite_server_tls("good");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_that_makes_no_sense_is_refused_without_being_shown),
        cmocka_unit_test(an_unknown_dialect_is_named_beside_the_known_ones),
        cmocka_unit_test(an_unknown_driver_is_named_beside_the_known_ones),
        cmocka_unit_test(an_unknown_option_is_named_but_not_its_value),
        cmocka_unit_test(a_wrong_password_names_the_user_and_never_the_password),
        cmocka_unit_test(no_password_and_an_unknown_user_are_refused_as_well),
        cmocka_unit_test(a_password_of_odd_characters_works_and_is_never_shown),
        cmocka_unit_test(a_missing_database_is_named),
        cmocka_unit_test(a_file_that_is_no_database_is_named),
        cmocka_unit_test(an_unknown_host_is_named),
        cmocka_unit_test(a_port_where_nobody_listens_is_named),
        cmocka_unit_test(a_server_that_says_nothing_is_given_up_after_the_time_out),
        cmocka_unit_test(something_that_is_no_database_server_is_refused),
        cmocka_unit_test(the_sixth_version_of_the_protocol_works_in_brackets),
        cmocka_unit_test(a_unix_socket_works_and_one_that_is_not_there_is_named),
        cmocka_unit_test(tls_is_on_and_verified_for_a_host_that_is_not_local),
        cmocka_unit_test(verification_is_turned_down_by_an_explicit_option_only),
        cmocka_unit_test(a_certificate_of_a_trusted_authority_is_taken_for_its_own_host),
        cmocka_unit_test(an_authority_that_did_not_sign_or_is_not_there_is_refused),
        cmocka_unit_test_teardown(a_certificate_of_an_unknown_authority_is_refused, good_again),
        cmocka_unit_test_teardown(an_expired_certificate_is_refused, good_again),
        cmocka_unit_test_teardown(a_server_without_tls_is_refused_where_tls_is_demanded,
                                  good_again),
    };
    return suite_main("connecting", tests);
}
