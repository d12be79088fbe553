/*
 * suite/driver_fixture.h: what the tests of the drivers' table share: the link that CN_TEST_URL
 * names, and short ways to run something on it that must work, or must fail. Like all of
 * suite/driver*.c it knows drivers and the base floor, but no engine; it is built with
 * CN_WITH_SQLITE, CN_WITH_MYSQL and CN_WITH_POSTGRESQL for the drivers that are there.
 */
#ifndef SUITE_DRIVER_FIXTURE_H
#define SUITE_DRIVER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/sys/driver.h>
#include <cinnabar/url.h>

#include "base/arena.h"
#include "base/convert.h"
#include "base/error.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

extern const cn_driver cn_driver_sqlite, cn_driver_mysql, cn_driver_postgresql;

/* ---- which database -------------------------------------------------------------------------- */

static const struct {
    const char      *dialect;
    const cn_driver *driver;
} drivers[] = {
#ifdef CN_WITH_SQLITE
    {"sqlite", &cn_driver_sqlite},
#endif
#ifdef CN_WITH_MYSQL
    {"mysql", &cn_driver_mysql},
    {"mariadb", &cn_driver_mysql},
#endif
#ifdef CN_WITH_POSTGRESQL
    {"postgresql", &cn_driver_postgresql},
#endif
};

/* How a product names its types. Where it has none, the column is a text. */
typedef struct type_names {
    const char *key; /* an integer primary key that the database generates */
    const char *boolean;
    const char *real;
    const char *text; /* of any length */
    const char *bytes;
    const char *time;
    const char *datetime;
    const char *timestamp;
    const char *interval;
    const char *uuid;
} type_names;

static const type_names sqlite_types = {
    "INTEGER NOT NULL PRIMARY KEY",
    "BOOLEAN",
    "DOUBLE",
    "TEXT",
    "BLOB",
    "TIME",
    "DATETIME",
    "TIMESTAMP",
    "VARCHAR(72)",
    "CHAR(32)",
};
static const type_names mysql_types = {
    "INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY",
    "BOOL",
    "DOUBLE",
    "LONGTEXT",
    "LONGBLOB",
    "TIME(6)",
    "DATETIME(6)",
    "TIMESTAMP(6) NULL",
    "VARCHAR(72)",
    "CHAR(36)",
};
static const type_names postgresql_types = {
    "SERIAL PRIMARY KEY",
    "BOOLEAN",
    "DOUBLE PRECISION",
    "TEXT",
    "BYTEA",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE",
    "INTERVAL",
    "UUID",
};

typedef struct fixture {
    cn_url            *url;
    cn_link_parameters parameters;
    const cn_driver   *driver;
    const type_names  *types;
    cn_link           *link;
    cn_link           *second;
    cn_prepared       *prepared[4]; /* not released yet: a failed test leaves them to tear_down */
    cn_error           error;
    cn_arena           arena;
    char               message[512]; /* of the last failure that was expected */
} fixture;

static inline bool is_local(const char *host)
{
    return host == NULL || host[0] == '/' || strcmp(host, "localhost") == 0 ||
           strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

static inline void find_driver(fixture *f)
{
    const char *text = getenv("CN_TEST_URL");
    if (text == NULL)
        fail_msg("CN_TEST_URL is not set: ./run-tests starts the servers and sets it");
    f->url = cn_url_parse(text);
    assert_non_null(f->url);
    const char *dialect = cn_url_dialect(f->url);
    for (size_t i = 0; dialect != NULL && i < COUNT(drivers); i++)
        if (strcmp(drivers[i].dialect, dialect) == 0)
            f->driver = drivers[i].driver;
    if (f->driver == NULL)
        fail_msg("no driver for CN_TEST_URL is built in");
    f->parameters = (cn_link_parameters){
        .user               = cn_url_user(f->url),
        .password           = cn_url_password(f->url),
        .host               = cn_url_host(f->url),
        .port               = cn_url_port(f->url),
        .database           = cn_url_database(f->url),
        .host_is_local      = is_local(cn_url_host(f->url)),
        .connect_timeout_ms = 10000,
    };
    f->parameters.options = cn_url_options(f->url, &f->parameters.option_count);
}

/* ---- helpers --------------------------------------------------------------------------------- */

static inline void must(fixture *f, bool good, const char *what)
{
    if (!good)
        fail_msg("%s: %s (cause %s, code %d)", what, cn_error_get_message(&f->error),
                 cn_cause_name(f->error.cause), f->error.code);
}

static inline cn_link *open_with(fixture *f, const cn_link_parameters *parameters)
{
    cn_link *link = f->driver->open(parameters, &f->error);
    must(f, link != NULL, "open");
    must(f, f->driver->autocommit(link, true, &f->error), "autocommit");
    return link;
}

static inline void run_on(fixture *f, cn_link *link, const char *sql)
{
    must(f, f->driver->run(link, sql, strlen(sql), &f->error), sql);
}

static inline void run(fixture *f, const char *sql)
{
    run_on(f, f->link, sql);
}

static inline cn_prepared *keep(fixture *f, cn_prepared *prepared)
{
    size_t i = 0;
    while (prepared != NULL && f->prepared[i] != NULL)
        assert_true(++i < COUNT(f->prepared));
    if (prepared != NULL)
        f->prepared[i] = prepared;
    return prepared;
}

static inline void release(fixture *f, cn_prepared *prepared)
{
    for (size_t i = 0; i < COUNT(f->prepared); i++)
        if (f->prepared[i] == prepared)
            f->prepared[i] = NULL;
    f->driver->release(prepared);
}

/* A statement with ? for its parameters, in the driver's own style. */
static inline cn_prepared *try_prepare(fixture *f, cn_link *link, const char *sql)
{
    char text[8192];
    int  size = 0, number = 0;
    for (; *sql != '\0'; sql++) {
        assert_true(size < (int)sizeof text - 8);
        if (*sql == '?' && f->driver->numbered_parameters)
            size += snprintf(text + size, 8, "$%d", ++number);
        else
            text[size++] = *sql;
    }
    text[size] = '\0';
    return keep(f, f->driver->prepare(link, text, (size_t)size, &f->error));
}

static inline cn_prepared *prepare_on(fixture *f, cn_link *link, const char *sql)
{
    cn_prepared *prepared = try_prepare(f, link, sql);
    must(f, prepared != NULL, sql);
    return prepared;
}

static inline cn_prepared *prepare(fixture *f, const char *sql)
{
    return prepare_on(f, f->link, sql);
}

static inline void execute(fixture *f, cn_prepared *prepared, const cn_value *values, size_t count)
{
    cn_execution execution = {0};
    must(f, f->driver->execute(prepared, values, count, &execution, &f->error), "execute");
}

static inline cn_step step(fixture *f, cn_prepared *prepared)
{
    cn_step result = f->driver->step(prepared, &f->error);
    must(f, result != CN_STEP_ERROR, "step");
    return result;
}

/* Runs one statement with values and throws rows away; its affected rows. */
static inline int64_t change(fixture *f, const char *sql, const cn_value *values, size_t count)
{
    cn_prepared *prepared = prepare(f, sql);
    execute(f, prepared, values, count);
    while (step(f, prepared) == CN_STEP_ROW)
        ;
    int64_t affected = prepared->affected;
    release(f, prepared);
    return affected;
}

static inline int64_t number_on(fixture *f, cn_link *link, const char *sql)
{
    int64_t      number   = -1;
    cn_decode    plan     = {.size = sizeof number, .storage = CN_STORAGE_INT64, .name = "number"};
    cn_prepared *prepared = prepare_on(f, link, sql);
    execute(f, prepared, NULL, 0);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    must(f, f->driver->decode(prepared, &plan, 1, &number, NULL, &f->error), sql);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    release(f, prepared);
    return number;
}

static inline int64_t number(fixture *f, const char *sql)
{
    return number_on(f, f->link, sql);
}

/* Remembers the message of a failure that was expected, and clears it. */
static inline cn_cause failed(fixture *f)
{
    cn_cause cause = f->error.cause;
    assert_int_not_equal(cause, CN_CAUSE_NONE);
    assert_string_not_equal(cn_error_get_message(&f->error), "");
    (void)snprintf(f->message, sizeof f->message, "%s", cn_error_get_message(&f->error));
    cn_error_clear(&f->error);
    return cause;
}

/* The cause for which the statement fails, wherever it does: some databases look at a statement
   only when it is executed. */
static inline cn_cause cause_of(fixture *f, const char *sql, const cn_value *values, size_t count)
{
    cn_execution execution = {0};
    cn_prepared *prepared  = try_prepare(f, f->link, sql);
    bool         good      = prepared != NULL &&
                f->driver->execute(prepared, values, count, &execution, &f->error);
    while (good) {
        cn_step now = f->driver->step(prepared, &f->error);
        if (now == CN_STEP_DONE)
            fail_msg("this should have failed: %s", sql);
        good = now == CN_STEP_ROW;
    }
    if (prepared != NULL)
        release(f, prepared);
    return failed(f);
}

/* As a mapped column has it: its timestamps are in UTC. */
#define STEP_(T, member, index)                                                                    \
    {                                                                                              \
        .column = (index), .offset = CN_OFFSET_OF_(T, member),                                     \
        .size    = (uint32_t)sizeof(CN_MEMBER_(T, member)),                                        \
        .storage = (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, member)), .utc = true,                    \
        .name = #T "." #member                                                                     \
    }

static inline bool decode(fixture *f, cn_prepared *prepared, const cn_decode *plan, size_t count,
                          void *row)
{
    return f->driver->decode(prepared, plan, count, row, &f->arena, &f->error);
}

/* Parameters promise measured text. */
static inline cn_value text(const char *value)
{
    return cn_value_text_sized(value, strlen(value));
}

static inline cn_link *second_link(fixture *f)
{
    if (f->second == NULL)
        f->second = open_with(f, &f->parameters);
    return f->second;
}

static inline void make_table(fixture *f, const char *name, const char *columns)
{
    char sql[8192];
    (void)snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s", name);
    run(f, sql);
    (void)snprintf(sql, sizeof sql, "CREATE TABLE %s (%s)%s", name, columns,
                   f->driver->numbered_parameters || f->link->product == CN_PRODUCT_SQLITE
                       ? ""
                       : " ENGINE=InnoDB");
    run(f, sql);
}

/* driver_item: id (generated), code (unique), note. */
static inline void make_items(fixture *f)
{
    char columns[256];
    (void)snprintf(columns, sizeof columns, "id %s, code INTEGER NOT NULL UNIQUE, note VARCHAR(50)",
                   f->types->key);
    make_table(f, "driver_item", columns);
}

static inline void add_item(fixture *f, int code)
{
    cn_value values[] = {cn_value_int(code), cn_value_null()};
    assert_int_equal(change(f, "INSERT INTO driver_item (code, note) VALUES (?, ?)", values, 2), 1);
}

static inline int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    *state = f;
    find_driver(f);
    f->link  = open_with(f, &f->parameters);
    f->types = f->link->product == CN_PRODUCT_SQLITE       ? &sqlite_types
               : f->link->product == CN_PRODUCT_POSTGRESQL ? &postgresql_types
                                                           : &mysql_types;
    return 0;
}

static inline int tear_down(void **state)
{
    static const char *const tables[] = {"driver_child", "driver_parent", "driver_item",
                                         "driver_value"};
    fixture                 *f        = *state;
    cn_error_clear(&f->error);
    for (size_t i = 0; i < COUNT(f->prepared); i++)
        if (f->prepared[i] != NULL)
            release(f, f->prepared[i]);
    if (f->second != NULL)
        f->driver->close(f->second);
    (void)f->driver->rollback(f->link, &f->error);
    for (size_t i = 0; i < COUNT(tables); i++) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS %s", tables[i]);
        run(f, sql);
    }
    f->driver->close(f->link);
    cn_arena_free(&f->arena);
    cn_url_free(f->url);
    free(f);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
