/* Floor 2: from a URL to a driver: names, options, and what counts as this machine. */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <cinnabar/connection.h>

#include "engine/drivers.h"
#include "engine/engine.h"

static void the_names_of_python_drivers_mean_ours(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"sqlite", NULL, "sqlite"},
        {"sqlite", "pysqlite", "sqlite"},
        {"sqlite", "aiosqlite", "sqlite"},
        {"mysql", NULL, "mysql"},
        {"mariadb", NULL, "mysql"},
        {"mysql", "mysqlconnector", "mysql"},
        {"mysql", "pymysql", "mysql"},
        {"mysql", "mysqldb", "mysql"},
        {"mariadb", "mariadbconnector", "mysql"},
        {"mysql", "aiomysql", "mysql"},
        {"mysql", "asyncmy", "mysql"},
        {"postgresql", NULL, "postgresql"},
        {"postgresql", "psycopg", "postgresql"},
        {"postgresql", "psycopg2", "postgresql"},
        {"postgresql", "asyncpg", "postgresql"},
        {"postgresql", "pg8000", "postgresql"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cn_error    error = {0};
        const char *found = cn_driver_resolve(rows[i][0], rows[i][1], &error);
        assert_non_null(found);
        assert_string_equal(found, rows[i][2]);
    }
}

static void expect_error(const char *url, cn_cause cause, const char *first, const char *second)
{
    cn_engine *engine = cn_create_engine(url);
    assert_false(cn_ok(engine));
    assert_int_equal(cn_error_cause(engine), cause);
    const char *message = cn_error_message(engine);
    if (strstr(message, first) == NULL || strstr(message, second) == NULL)
        fail_msg("'%s' says nothing of '%s' or '%s'", message, first, second);
    cn_engine_dispose(engine);
}

static void what_is_not_known_is_named_with_what_is(void **state)
{
    (void)state;
    expect_error("oracle://h/d", CN_CAUSE_URL, "'oracle'", "sqlite, mysql, mariadb, postgresql");
    expect_error("postgres://h/d", CN_CAUSE_URL, "'postgres'", "did you mean postgresql?");
    expect_error("sqllite:///x.db", CN_CAUSE_URL, "'sqllite'", "did you mean sqlite? known are");
    expect_error("mysql+pymyslq://h/d", CN_CAUSE_URL, "'pymyslq'", "did you mean pymysql?");
    expect_error("postgresql+psycopg3://h/d", CN_CAUSE_URL, "'psycopg3'", "did you mean psycopg?");
    expect_error("mysql+psycopg2://h/d", CN_CAUSE_URL, "'psycopg2'", "pymysql");
    expect_error("sqlite:///x.db?tiemout=3", CN_CAUSE_URL, "'tiemout'", "did you mean timeout?");
    expect_error("sqlite:///x.db?pool_size=3", CN_CAUSE_URL, "driver sqlite: known are", "timeout");
    expect_error(NULL, CN_CAUSE_URL, "NULL", "");
}

static void an_error_of_an_engine_shows_no_password(void **state)
{
    (void)state;
    static const char *const urls[] = {"oracle://ada:hunter2@h/d", "mysql+nope://ada:hunter2@h/d",
                                       "postgresql://ada:hunter2@h/d?nope=1"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        cn_engine *engine = cn_create_engine(urls[i]);
        assert_false(cn_ok(engine));
        assert_null(strstr(cn_error_message(engine), "hunter2"));
        assert_null(strstr(cn_engine_url(engine), "hunter2"));
        assert_non_null(strstr(cn_engine_url(engine), "***"));
        cn_engine_dispose(engine);
    }
}

/* The URLs are those of drivers that are always there in this test: all are built in, or modules
   that may be missing; then there is nothing to ask. */
static void only_what_stays_on_this_machine_is_local(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool        local;
    } rows[] = {
        {"sqlite:///x.db", true},
        {"mysql://localhost/d", true},
        {"mysql://127.0.0.1/d", true},
        {"mysql://127.9.9.9/d", true},
        {"mysql://[::1]/d", true},
        {"mysql://[::ffff:127.0.0.1]/d", true},
        {"mysql://%2Frun%2Fmysqld.sock/d", true},
        {"mysql://db.example/d?unix_socket=/run/x", true},
        {"mysql:///d", true},
        {"mysql://db.example/d", false},
        {"mysql://127.0.0.1.example/d", false},
        {"mysql://localhost.example/d", false},
        {"mysql://127.1/d", false}, /* who knows what a resolver makes of it */
        {"mysql://0.0.0.0/d", false},
        {"mysql://[::2]/d", false},
        {"mysql://10.0.0.1/d", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cn_engine *engine = cn_create_engine(rows[i].url);
        if (cn_error_cause(engine) == CN_CAUSE_DRIVER) {
            cn_engine_dispose(engine);
            continue;
        }
        if (!cn_ok(engine))
            fail_msg("%s: %s", rows[i].url, cn_error_message(engine));
        if (cn_engine_get_parameters(engine)->host_is_local != rows[i].local)
            fail_msg("%s", rows[i].url);
        cn_engine_dispose(engine);
    }
}

static void defaults_stand_where_nothing_was_said(void **state)
{
    (void)state;
    cn_engine *engine = cn_engine_create("sqlite://", NULL);
    assert_true(cn_ok(engine));
    const cn_engine_options *options = cn_engine_get_options(engine);
    assert_int_equal(options->pool_size, 5);
    assert_int_equal(options->max_overflow, 10);
    assert_true(options->pool_timeout == 30);
    assert_int_equal(options->prepared_statements, 256);
    assert_int_equal(options->statement_cache, 500);
    assert_int_equal(cn_engine_get_parameters(engine)->connect_timeout_ms, 10000);
    cn_engine_dispose(engine);

    engine = cn_create_engine("sqlite:///x.db", .pool_size = CN_NONE, .max_overflow = 2,
                              .connect_timeout = CN_NONE, .read_timeout = 0.25);
    assert_true(cn_ok(engine));
    assert_int_equal(cn_engine_get_options(engine)->pool_size, 0);
    assert_int_equal(cn_engine_get_options(engine)->max_overflow, 2);
    assert_int_equal(cn_engine_get_parameters(engine)->connect_timeout_ms, 0);
    assert_int_equal(cn_engine_get_parameters(engine)->read_timeout_ms, 250);
    cn_engine_dispose(engine);
}

static void options_of_older_and_newer_programs_are_read(void **state)
{
    (void)state;
    /* An older program's struct ended after pool_size; what lies behind it is not its own. */
    cn_engine_options old = {
        .size = offsetof(cn_engine_options, max_overflow), .pool_size = 3, .max_overflow = 77};
    cn_engine *engine = cn_engine_create("sqlite://", &old);
    assert_true(cn_ok(engine));
    assert_int_equal(cn_engine_get_options(engine)->pool_size, 3);
    assert_int_equal(cn_engine_get_options(engine)->max_overflow, 10);
    cn_engine_dispose(engine);

    struct {
        cn_engine_options known;
        int64_t           option_of_tomorrow;
    } newer = {.known = {.size = sizeof newer, .pool_size = 4}};
    engine  = cn_engine_create("sqlite://", &newer.known);
    assert_true(cn_ok(engine)); /* not used: no harm */
    cn_engine_dispose(engine);
    newer.option_of_tomorrow = 1;
    engine                   = cn_engine_create("sqlite://", &newer.known);
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_UNSUPPORTED);
    cn_engine_dispose(engine);

    engine = cn_engine_create("sqlite://", &(const cn_engine_options){.pool_size = 3});
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_MISUSE); /* no size */
    cn_engine_dispose(engine);
    engine = cn_create_engine("sqlite://", .pool_size = -5);
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_MISUSE);
    assert_non_null(strstr(cn_error_message(engine), "pool_size"));
    cn_engine_dispose(engine);
}

static int freed;

static void count_free(void *data)
{
    freed += *(int *)data;
}

static void an_upper_floor_keeps_one_thing_with_the_engine(void **state)
{
    (void)state;
    int        one = 1, ten = 10;
    cn_engine *engine = cn_create_engine("sqlite://");
    assert_null(cn_engine_place_get(engine, CN_ENGINE_PLACE_ORM));
    assert_ptr_equal(cn_engine_place_set(engine, CN_ENGINE_PLACE_ORM, &one, count_free), &one);
    assert_ptr_equal(cn_engine_place_set(engine, CN_ENGINE_PLACE_ORM, &ten, count_free), &one);
    assert_int_equal(freed, 10); /* what came second was not needed */
    assert_ptr_equal(cn_engine_place_get(engine, CN_ENGINE_PLACE_ORM), &one);
    assert_null(cn_engine_place_get(engine, CN_ENGINE_PLACE_SQL));
    cn_engine_dispose(engine);
    assert_int_equal(freed, 11);
}

static void the_first_error_of_an_engine_is_kept(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine("sqlite://");
    assert_true(cn_ok(engine));
    assert_false(cn_engine_fail(engine, CN_CAUSE_MODEL, "first"));
    assert_false(cn_engine_fail(engine, CN_CAUSE_MODEL, "second"));
    assert_string_equal(cn_error_message(engine), "first");
    CN_CONNECT(connection, engine) {
        assert_true(cn_ok(connection)); /* it stops nobody */
    }
    cn_engine_dispose(engine);
}

/* What a file in the place of the MySQL driver leads to: a text, a link to a library, or none. */
static void expect_module_error(const char *content, const char *word)
{
    char directory[] = "/tmp/cinnabar-module-XXXXXX", path[80];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/libcinnabar-mysql.so", directory);
    if (content != NULL && content[0] == '/') {
        assert_int_equal(symlink(content, path), 0);
    } else if (content != NULL) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(content, file);
        fclose(file);
    }
    setenv("CINNABAR_DRIVERS", directory, 1);
    cn_engine *engine = cn_create_engine("mysql://ada:very-secret@localhost/d");
    if (!cn_ok(engine)) { /* otherwise it is built in */
        const char *message = cn_error_message(engine);
        assert_int_equal(cn_error_cause(engine), CN_CAUSE_DRIVER);
        if (strstr(message, word) == NULL || strstr(message, "mysql") == NULL)
            fail_msg("'%s' says nothing of '%s'", message, word);
        assert_null(strstr(message, "very-secret"));
        cn_connection *connection = cn_connect(engine);
        assert_int_equal(cn_error_cause(connection), CN_CAUSE_DRIVER);
        cn_close(connection);
    }
    cn_engine_dispose(engine);
    unsetenv("CINNABAR_DRIVERS");
    if (content != NULL)
        assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void a_module_that_is_none_is_named(void **state)
{
    (void)state;
    Dl_info library;
    assert_true(dladdr(dlsym(RTLD_DEFAULT, "cmocka_set_message_output"), &library) != 0);
    expect_module_error(NULL, "/libcinnabar-mysql.so"); /* where it was looked for */
    expect_module_error(NULL, "CINNABAR_DRIVERS");
    expect_module_error("this is no library", "does not load");
    expect_module_error(library.dli_fname, "cn_driver_entry"); /* a library, but no driver */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_names_of_python_drivers_mean_ours),
        cmocka_unit_test(what_is_not_known_is_named_with_what_is),
        cmocka_unit_test(an_error_of_an_engine_shows_no_password),
        cmocka_unit_test(only_what_stays_on_this_machine_is_local),
        cmocka_unit_test(defaults_stand_where_nothing_was_said),
        cmocka_unit_test(options_of_older_and_newer_programs_are_read),
        cmocka_unit_test(an_upper_floor_keeps_one_thing_with_the_engine),
        cmocka_unit_test(the_first_error_of_an_engine_is_kept),
        cmocka_unit_test(a_module_that_is_none_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
