/*
 * suite/suite.c: the helpers of the common suite. Knows only public headers and the environment
 * that tests/servers/servers describes.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *suite_environment(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || *value == '\0')
        fail_msg("%s is not set: ./run-tests starts the servers and sets it", name);
    return value;
}

const char *suite_url(void)
{
    return suite_environment("CN_TEST_URL");
}

suite_database suite_which(void)
{
    const char *url = suite_url();
    if (strncmp(url, "sqlite", 6) == 0)
        return SUITE_SQLITE;
    if (strncmp(url, "mysql", 5) == 0 || strncmp(url, "mariadb", 7) == 0)
        return SUITE_MYSQL;
    if (strncmp(url, "postgresql", 10) != 0)
        fail_msg("CN_TEST_URL is of no database that is tested: %s", url);
    return SUITE_POSTGRESQL;
}

bool suite_in_memory(void)
{
    return strcmp(suite_url(), "sqlite://") == 0;
}

/* As tests/servers/servers calls it. */
static const char *server_name(void)
{
    static const char *const names[] = {NULL, "mysql", "postgresql"};
    const char              *name    = names[suite_which()];
    if (name == NULL)
        fail_msg("SQLite has no server");
    return name;
}

const char *suite_server_url(const char *suffix)
{
    char        variable[64];
    const char *database = strcmp(server_name(), "mysql") == 0 ? "MYSQL" : "POSTGRESQL";
    snprintf(variable, sizeof variable, "CN_TEST_%s%s", database, suffix);
    return suite_environment(variable);
}

cn_engine *suite_engine(void)
{
    cn_engine *engine = cn_create_engine(suite_url());
    if (!cn_ok(engine))
        fail_msg("%s", cn_error_message(engine));
    return engine;
}

void suite_run(cn_engine *engine, const char *sql)
{
    cn_connection *connection = cn_connect(engine);
    cn_execute(connection, cn_text(sql));
    if (!cn_commit(connection))
        fail_msg("%s: %s", sql, cn_error_message(connection));
    cn_close(connection);
}

void assert_fine(cn_engine *engine, bool done)
{
    if (!done || !cn_ok(engine))
        fail_msg("%s", cn_error_message(engine));
}

void assert_fails(cn_engine *engine, const char *sql, cn_cause cause)
{
    cn_connection *connection = cn_connect(engine);
    cn_execute(connection, cn_text(sql));
    bool done = cn_commit(connection);
    if (done || cn_error_cause(connection) != cause)
        fail_msg("%s: %s: %s", sql, cn_cause_name(cn_error_cause(connection)),
                 cn_error_message(connection));
    cn_close(connection);
}

cn_engine *suite_engine_with(const cn_metadata *metadata)
{
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(metadata, engine));
    assert_fine(engine, cn_create_all(metadata, engine));
    return engine;
}

void suite_end_with(cn_engine *engine, const cn_metadata *metadata)
{
    assert_fine(engine, cn_drop_all(metadata, engine));
    cn_engine_dispose(engine);
}

static void servers(const char *verb, const char *kind)
{
    char command[1024];
    int  size = snprintf(command, sizeof command, "'%s' %s %s %s '%s'",
                         suite_environment("CN_TEST_SERVERS"), verb, server_name(), kind,
                         suite_environment("CN_TEST_SERVERS_DIR"));
    assert_in_range(size, 1, sizeof command - 1);
    if (system(command) != 0)
        fail_msg("%s failed", command);
}

void suite_server_kill(void)
{
    servers("kill", "");
}

/* PostgreSQL answers a little before it lets anyone in. */
static void await_server(void)
{
    char       message[300] = "";
    bool       there        = false;
    cn_engine *engine       = suite_engine();
    for (int i = 0; i < 300 && !there; i++) {
        cn_connection *connection = cn_connect(engine);
        there                     = cn_ok(connection);
        snprintf(message, sizeof message, "%.299s", cn_error_message(connection));
        cn_close(connection);
        if (!there)
            (void)nanosleep(&(const struct timespec){0, 100000000}, NULL);
    }
    cn_engine_dispose(engine);
    if (!there)
        fail_msg("the server does not come back: %s", message);
}

void suite_server_start(void)
{
    servers("restart", "");
    await_server();
}

void suite_server_tls(const char *kind)
{
    servers("tls", kind);
    await_server();
}

int suite_main_(int failed)
{
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
