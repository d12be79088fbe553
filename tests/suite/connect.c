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

/* A host that is this machine, though no name or address of it that the engine takes for one. */
#define FAR_HOST "127.1"

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
    /* Once without a look at the error, so that it is reported; then with one. */
    cn_close(cn_execute(cn_connect(engine), cn_text("SELECT 1")));
    cn_engine_dispose(engine);

    engine = cn_create_engine(url, .echo = true, .on_echo = see_echo, .connect_timeout = 2);
    cn_connection *connection = cn_connect(engine);
    cn_result *result = cn_execute(connection, cn_text("SELECT 1 AS one"));
    bool       done   = cn_only(result) && cn_get_int(result, "one") == 1 && cn_ok(connection);
    see_error(cn_connection_error(connection));
    see(cn_connection_server(connection));
    seen.cause     = cn_error_cause(connection);
    seen.encrypted = cn_connection_encrypted(connection);
    seen.seconds   = seconds_now() - started;
    snprintf(seen.message, sizeof seen.message, "%s", cn_error_message(connection));
    cn_close(connection);
    cn_engine_dispose(engine);
    return done;
}
