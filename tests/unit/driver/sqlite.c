/*
 * unit/driver/sqlite.c: what the SQLite driver alone does: the options of its URL, waiting for a
 * lock, SQLite's own ways with keys and types. What all drivers do is tested by suite/driver.c.
 */
#define _XOPEN_SOURCE 700

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <cinnabar/sys/driver.h>

#include "base/arena.h"
#include "base/convert.h"
#include "base/error.h"
#include "unit/failing.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

extern const cn_driver cn_driver_sqlite;

static const cn_driver *const driver = &cn_driver_sqlite;
static cn_error               error; /* of the test that runs */
static char                   message[512];

/* ---- helpers --------------------------------------------------------------------------------- */

static void must(bool good, const char *what)
{
    if (!good)
        fail_msg("%s: %s", what, cn_error_get_message(&error));
}

static cn_cause failed(void)
{
    cn_cause cause = error.cause;
    assert_int_not_equal(cause, CN_CAUSE_NONE);
    (void)snprintf(message, sizeof message, "%s", cn_error_get_message(&error));
    cn_error_clear(&error);
    return cause;
}

/* Options as "mode=ro", up to three. */
static cn_link *try_open(const char *database, const char *const *pairs)
{
    char               text[3][64];
    cn_url_option      options[3];
    cn_link_parameters parameters = {.database = database, .options = options};
    for (; pairs != NULL && pairs[parameters.option_count] != NULL; parameters.option_count++) {
        size_t i = parameters.option_count;
        assert_true(i < 3);
        (void)snprintf(text[i], sizeof text[i], "%s", pairs[i]);
        char *equals = strchr(text[i], '=');
        assert_non_null(equals);
        *equals    = '\0';
        options[i] = (cn_url_option){text[i], equals + 1};
    }
    return driver->open(&parameters, &error);
}

#define OPTIONS(...) ((const char *const[]){__VA_ARGS__, NULL})

static cn_link *open_it(const char *database, const char *const *pairs)
{
    cn_link *link = try_open(database, pairs);
    must(link != NULL, "open");
    return link;
}

static void run(cn_link *link, const char *sql)
{
    must(driver->run(link, sql, strlen(sql), &error), sql);
}

static bool fails(cn_link *link, const char *sql)
{
    return !driver->run(link, sql, strlen(sql), &error);
}

static cn_prepared *prepare(cn_link *link, const char *sql)
{
    cn_prepared *prepared = driver->prepare(link, sql, strlen(sql), &error);
    must(prepared != NULL, sql);
    return prepared;
}

static void get(cn_link *link, const char *sql, char *text, size_t size)
{
    cn_arena     arena = {0};
    cn_value     value;
    cn_decode    plan     = {.size = (uint32_t)size, .storage = CN_STORAGE_CHARS, .name = "text"};
    cn_prepared *prepared = prepare(link, sql);
    must(driver->execute(prepared, NULL, 0, NULL, &error), sql);
    assert_int_equal(driver->step(prepared, &error), CN_STEP_ROW);
    must(driver->read(prepared, 0, &value, &error), sql);
    must(cn_convert_store(&plan, &value, text, &arena, &error), sql);
    cn_arena_free(&arena);
    driver->release(prepared);
}

static void assert_is(cn_link *link, const char *sql, const char *wanted)
{
    char text[64];
    get(link, sql, text, sizeof text);
    assert_string_equal(text, wanted);
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Each test runs in an empty directory. */
static char directory[] = "/tmp/cinnabar-sqlite-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "%s", "/tmp/cinnabar-sqlite-XXXXXX");
    return mkdtemp(directory) != NULL && chdir(directory) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[64];
    (void)state;
    cn_error_clear(&error);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", directory);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

/* ---- the URL --------------------------------------------------------------------------------- */

static void what_python_programs_write_is_accepted(void **state)
{
    (void)state;
    driver->close(
        open_it(NULL, OPTIONS("check_same_thread=false", "timeout=10.5", "cached_statements=100")));
    driver->close(open_it("", OPTIONS("detect_types=0", "isolation_level=IMMEDIATE")));
    driver->close(open_it("file:shared?mode=memory&cache=shared", OPTIONS("uri=true")));
    assert_int_not_equal(access("shared", F_OK), 0);
}

static void a_wrong_value_names_the_option_and_what_is_allowed(void **state)
{
    (void)state;
    static const char *const wrong[] = {"mode=rx",         "timeout=-1",       "timeout=soon",
                                        "timeout=nan",     "journal_mode=off", "synchronous=5",
                                        "foreign_keys=??", "begin=concurrent"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(wrong[i], "="), wrong[i]);
        assert_null(try_open(NULL, OPTIONS(wrong[i])));
        assert_int_equal(failed(), CN_CAUSE_URL);
        assert_non_null(strstr(message, name));
    }
    assert_null(try_open(NULL, OPTIONS("mode=rx")));
    (void)failed();
    assert_non_null(strstr(message, "ro, rw, rwc, memory"));
}

static void a_host_or_a_user_is_refused_without_showing_the_password(void **state)
{
    (void)state;
    cn_link_parameters parameters = {.user = "ada", .password = "secret"};
    assert_null(driver->open(&parameters, &error));
    assert_int_equal(failed(), CN_CAUSE_URL);
    assert_null(strstr(message, "secret"));
}

static void a_file_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    assert_null(try_open("nowhere.db", OPTIONS("mode=ro")));
    assert_int_equal(failed(), CN_CAUSE_NO_DATABASE);
    assert_non_null(strstr(message, "nowhere.db"));
    assert_int_not_equal(access("nowhere.db", F_OK), 0);
    assert_null(try_open("no/such/folder.db", NULL));
    assert_int_equal(failed(), CN_CAUSE_NO_DATABASE);
}

static void a_file_that_is_no_database_is_found_out_at_once(void **state)
{
    (void)state;
    FILE *file = fopen("letter.txt", "w");
    assert_non_null(file);
    for (int i = 0; i < 100; i++)
        (void)fputs("Dear Ada, this is no database at all.\n", file);
    (void)fclose(file);
    assert_null(try_open("letter.txt", NULL));
    assert_int_equal(failed(), CN_CAUSE_NO_DATABASE);
    assert_non_null(strstr(message, "letter.txt"));
}

static void odd_characters_of_a_name_are_only_characters(void **state)
{
    (void)state;
    char     absolute[128];
    cn_link *link = open_it("a?b#c%41&d=e.db", OPTIONS("mode=rwc"));
    run(link, "CREATE TABLE t (a)");
    driver->close(link);
    assert_int_equal(access("a?b#c%41&d=e.db", F_OK), 0);
    link = open_it("file:plain.db", NULL);
    run(link, "CREATE TABLE t (a)");
    driver->close(link);
    assert_int_equal(access("file:plain.db", F_OK), 0);
    (void)snprintf(absolute, sizeof absolute, "%s/absolute.db", directory);
    link = open_it(absolute, NULL);
    run(link, "CREATE TABLE t (a)");
    driver->close(link);
    assert_int_equal(access("absolute.db", F_OK), 0);
}

static void a_uri_has_its_own_options_and_those_of_the_url(void **state)
{
    (void)state;
    cn_link *link = open_it("file:real.db", OPTIONS("uri=true"));
    run(link, "CREATE TABLE t (a)");
    driver->close(link);
    link = open_it("file:real.db?cache=private", OPTIONS("uri=true", "mode=ro"));
    assert_true(fails(link, "INSERT INTO t VALUES (1)"));
    assert_int_equal(failed(), CN_CAUSE_READ_ONLY);
    driver->close(link);
}

static void pragmas_of_the_url_hold(void **state)
{
    (void)state;
    cn_link *link = open_it("wal.db",
                            OPTIONS("journal_mode=WAL", "synchronous=normal", "foreign_keys=off"));
    assert_is(link, "PRAGMA journal_mode", "wal");
    assert_is(link, "PRAGMA synchronous", "1");
    assert_is(link, "PRAGMA foreign_keys", "0");
    driver->close(link);
    link = open_it(NULL, NULL);
    assert_is(link, "PRAGMA foreign_keys", "1");
    driver->close(link);
    assert_null(try_open(NULL, OPTIONS("journal_mode=wal")));
    assert_int_equal(failed(), CN_CAUSE_URL);
    assert_non_null(strstr(message, "journal_mode"));
}

static void a_name_in_double_quotes_is_never_a_text(void **state)
{
    (void)state;
    cn_link *link = open_it(NULL, NULL);
    assert_true(fails(link, "SELECT \"nothing\""));
    assert_int_equal(failed(), CN_CAUSE_NOT_FOUND);
    assert_true(fails(link, "CREATE TABLE t (a CHECK (a <> \"nothing\"))"));
    (void)failed();
    driver->close(link);
}

/* ---- locks ----------------------------------------------------------------------------------- */

static void a_lock_is_waited_for_as_long_as_the_url_says(void **state)
{
    (void)state;
    cn_link *one = open_it("busy.db", NULL), *two = open_it("busy.db", OPTIONS("timeout=0.25"));
    run(one, "CREATE TABLE t (a)");
    run(one, "BEGIN EXCLUSIVE");
    double begun = seconds();
    assert_true(fails(two, "INSERT INTO t VALUES (1)"));
    double passed = seconds() - begun;
    assert_true(error.retryable);
    assert_int_equal(failed(), CN_CAUSE_BUSY);
    assert_non_null(strstr(message, "timeout"));
    assert_true(passed >= 0.24 && passed < 4);
    run(one, "ROLLBACK");
    run(two, "INSERT INTO t VALUES (1)");
    driver->close(two);
    driver->close(one);
}

static bool not_more_than(void *context)
{
    int *times = context;
    return (*times)-- > 0;
}

static void the_engine_may_end_a_wait_that_is_in_vain(void **state)
{
    (void)state;
    int                times      = 3;
    cn_link_parameters parameters = {
        .database = "busy.db", .keep_waiting = not_more_than, .waiting_context = &times};
    cn_link *one = open_it("busy.db", NULL), *two = driver->open(&parameters, &error);
    must(two != NULL, "open");
    run(one, "CREATE TABLE t (a)");
    run(one, "BEGIN IMMEDIATE");
    double begun = seconds();
    assert_true(fails(two, "INSERT INTO t VALUES (1)"));
    assert_true(seconds() - begun < 4); /* of 5 */
    assert_int_equal(failed(), CN_CAUSE_BUSY);
    assert_non_null(strstr(message, "thread"));
    assert_int_equal(times, -1);
    driver->close(two);
    driver->close(one);
}

static void begin_takes_the_lock_when_the_url_says_so(void **state)
{
    (void)state;
    cn_link *one = open_it("busy.db", OPTIONS("begin=immediate"));
    cn_link *two = open_it("busy.db", OPTIONS("isolation_level=IMMEDIATE", "timeout=0"));
    must(driver->begin(one, CN_ISOLATION_DEFAULT, false, &error), "begin");
    assert_false(driver->begin(two, CN_ISOLATION_DEFAULT, false, &error));
    assert_int_equal(failed(), CN_CAUSE_BUSY);
    must(driver->begin(two, CN_ISOLATION_DEFAULT, true, &error), "begin to read");
    must(driver->rollback(two, &error), "rollback");
    must(driver->commit(one, &error), "commit");
    driver->close(two);
    driver->close(one);
}

static void a_snapshot_that_is_out_of_date_is_a_serialization_failure(void **state)
{
    (void)state;
    cn_link *one = open_it("wal.db", OPTIONS("journal_mode=wal"));
    cn_link *two = open_it("wal.db", OPTIONS("timeout=0"));
    run(one, "CREATE TABLE t (a)");
    must(driver->begin(two, CN_SERIALIZABLE, false, &error), "begin");
    assert_is(two, "SELECT count(*) FROM t", "0");
    run(one, "INSERT INTO t VALUES (1)");
    assert_true(fails(two, "INSERT INTO t VALUES (2)"));
    assert_true(error.retryable);
    assert_int_equal(failed(), CN_CAUSE_SERIALIZATION);
    must(driver->rollback(two, &error), "rollback");
    driver->close(two);
    driver->close(one);
}

static void a_statement_that_is_done_holds_no_lock(void **state)
{
    (void)state;
    cn_link *one = open_it("busy.db", NULL), *two = open_it("busy.db", OPTIONS("timeout=0"));
    run(one, "CREATE TABLE t (a)");
    cn_prepared *prepared = prepare(one, "SELECT count(*) FROM t");
    must(driver->execute(prepared, NULL, 0, NULL, &error), "execute");
    assert_int_equal(driver->step(prepared, &error), CN_STEP_ROW);
    assert_int_equal(driver->step(prepared, &error), CN_STEP_DONE);
    run(two, "INSERT INTO t VALUES (1)"); /* needs that nobody reads */
    driver->release(prepared);
    driver->close(two);
    driver->close(one);
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void a_transaction_that_sqlite_ended_is_seen(void **state)
{
    (void)state;
    cn_link *link = open_it(NULL, NULL);
    run(link, "CREATE TABLE t (a UNIQUE)");
    must(driver->begin(link, CN_ISOLATION_DEFAULT, false, &error), "begin");
    run(link, "INSERT INTO t VALUES (1)");
    assert_true(fails(link, "INSERT INTO t VALUES (1)"));
    assert_false(error.ended);
    (void)failed();
    assert_int_equal(driver->state(link), CN_LINK_OPEN);
    assert_true(fails(link, "INSERT OR ROLLBACK INTO t VALUES (1)"));
    assert_true(error.ended);
    assert_int_equal(failed(), CN_CAUSE_UNIQUE);
    assert_int_equal(driver->state(link), CN_LINK_IDLE);
    assert_false(driver->commit(link, &error));
    assert_true(error.ended);
    (void)failed();
    must(driver->rollback(link, &error), "rollback");
    driver->close(link);
}

static void a_deferred_key_fails_at_commit(void **state)
{
    (void)state;
    cn_link *link = open_it(NULL, NULL);
    run(link, "CREATE TABLE p (id INTEGER PRIMARY KEY)");
    run(link, "CREATE TABLE c (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)");
    must(driver->begin(link, CN_ISOLATION_DEFAULT, false, &error), "begin");
    run(link, "INSERT INTO c VALUES (1)");
    assert_false(driver->commit(link, &error));
    assert_int_equal(failed(), CN_CAUSE_FOREIGN_KEY);
    assert_int_equal(driver->state(link), CN_LINK_OPEN);
    must(driver->rollback(link, &error), "rollback");
    driver->close(link);
}

static void read_uncommitted_holds_for_one_transaction(void **state)
{
    (void)state;
    cn_link *link = open_it(NULL, NULL);
    must(driver->begin(link, CN_READ_UNCOMMITTED, false, &error), "begin");
    assert_is(link, "PRAGMA read_uncommitted", "1");
    must(driver->commit(link, &error), "commit");
    assert_is(link, "PRAGMA read_uncommitted", "0");
    driver->close(link);
}

/* ---- statements ------------------------------------------------------------------------------ */

static void each_refusal_has_its_cause(void **state)
{
    static const struct {
        const char *sql;
        cn_cause    cause;
    } cases[] = {
        {"SELECT 'open", CN_CAUSE_SYNTAX},
        {"SELECT 1 +", CN_CAUSE_SYNTAX},
        {"INSERT INTO t (a) VALUES (1, 2)", CN_CAUSE_SYNTAX},
        {"INSERT INTO t (z) VALUES (1)", CN_CAUSE_NOT_FOUND},
        {"SELECT * FROM \"syntax error already exists\"", CN_CAUSE_NOT_FOUND},
        {"RELEASE SAVEPOINT nowhere", CN_CAUSE_NOT_FOUND},
        {"CREATE INDEX i ON t (a)", CN_CAUSE_EXISTS},
        {"ALTER TABLE t ADD COLUMN a", CN_CAUSE_EXISTS},
        {"ALTER TABLE s RENAME TO t", CN_CAUSE_EXISTS},
        {"INSERT INTO s VALUES ('letters')", CN_CAUSE_DATA},
        {"SELECT abs(-9223372036854775807 - 1)", CN_CAUSE_DATA},
        {"SELECT zeroblob(2000000000)", CN_CAUSE_DATA},
        {"INSERT INTO strict VALUES ('letters')", CN_CAUSE_DATA},
        {"INSERT INTO t VALUES (?)", CN_CAUSE_PARAMETER},
        {"COMMIT", CN_CAUSE_MISUSE},
    };
    (void)state;
    cn_link *link = open_it(NULL, NULL);
    run(link, "CREATE TABLE t (a)");
    run(link, "CREATE TABLE s (id INTEGER PRIMARY KEY)");
    run(link, "CREATE TABLE strict (n INTEGER) STRICT");
    run(link, "CREATE INDEX i ON t (a)");
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (!fails(link, cases[i].sql))
            fail_msg("this should have failed: %s", cases[i].sql);
        if (error.cause != cases[i].cause)
            fail_msg("%s: cause %s: %s", cases[i].sql, cn_cause_name(error.cause),
                     cn_error_get_message(&error));
        cn_error_clear(&error);
    }
    driver->close(link);
}

static void execute(cn_prepared *prepared, const cn_value *values, size_t count)
{
    must(driver->execute(prepared, values, count, NULL, &error), "execute");
}

static void changed(cn_link *link, const char *sql, int64_t affected, int64_t key)
{
    cn_prepared *prepared = prepare(link, sql);
    execute(prepared, NULL, 0);
    if (prepared->affected != affected || prepared->inserted_key != key)
        fail_msg("%s: affected %d, key %d", sql, (int)prepared->affected,
                 (int)prepared->inserted_key);
    driver->release(prepared);
}

static void a_key_is_told_only_by_the_statement_that_made_it(void **state)
{
    (void)state;
    cn_link *link = open_it(NULL, NULL);
    changed(link, "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE)", 0, 0);
    changed(link, "CREATE TABLE w (a PRIMARY KEY) WITHOUT ROWID", 0, 0);
    changed(link, "INSERT INTO t VALUES (7, 1)", 1, 7);
    changed(link, "CREATE TABLE other (a)", 0, 0);
    changed(link, "INSERT INTO w VALUES (1)", 1, 0);
    changed(link, "INSERT OR IGNORE INTO t (a) VALUES (1)", 0, 0);
    changed(link, "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2", 1, 0);
    changed(link, "UPDATE t SET a = 3", 1, 0);
    changed(link, "/* a comment */ -- and another\n insert into t (a) values (5)", 1, 8);
    changed(link, "WITH v (a) AS (VALUES (6), (7)) INSERT INTO t (a) SELECT a FROM v", 2, 10);
    changed(link, "REPLACE INTO t (id, a) VALUES (10, 8)", 1, 10);
    changed(link, "INSERT INTO other VALUES (last_insert_rowid() + 90)", 1, 1);
    assert_is(link, "SELECT a FROM other", "100");
    changed(link, "DELETE FROM t WHERE id > 7", 3, 0);
    changed(link, "SELECT 1", 0, 0);
    assert_is(link, "SELECT last_insert_rowid()", "1");
    changed(link, "INSERT INTO other SELECT last_insert_rowid() FROM t WHERE 1 = 2", 0, 0);
    driver->close(link);
}

static void several_statements_run_when_they_are_asked_for(void **state)
{
    (void)state;
    cn_link_parameters parameters = {.multi_statements = true};
    cn_link           *link       = driver->open(&parameters, &error);
    must(link != NULL, "open");
    run(link, ";; CREATE TABLE t (a); INSERT INTO t VALUES (1);;\n-- the end\n");
    cn_prepared *script = prepare(
        link, "INSERT INTO t VALUES (2); CREATE TABLE u (a); INSERT INTO u VALUES (1)");
    execute(script, NULL, 0);
    assert_int_equal(script->affected, -1);
    assert_int_equal(driver->step(script, &error), CN_STEP_DONE);
    driver->release(script);
    assert_is(link, "SELECT sum(a) + (SELECT count(*) FROM u) FROM t", "4");
    driver->close(link);
}

static void a_text_without_a_statement_is_refused(void **state)
{
    (void)state;
    static const char *const empty[] = {"", " \n", ";", "-- nothing", "/* nothing */ ;"};
    cn_link                 *link    = open_it(NULL, NULL);
    for (size_t i = 0; i < COUNT(empty); i++) {
        assert_null(driver->prepare(link, empty[i], strlen(empty[i]), &error));
        assert_int_equal(failed(), CN_CAUSE_SYNTAX);
    }
    driver->release(prepare(link, "SELECT 1; -- only a comment follows"));
    driver->close(link);
}

/* ---- values ---------------------------------------------------------------------------------- */

static cn_value decimal(const char *digits)
{
    cn_value value     = cn_value_decimal((cn_decimal){digits});
    value.as.text.size = strlen(digits);
    return value;
}

static void a_decimal_goes_in_exactly_or_not_at_all(void **state)
{
    static const struct {
        const char *in;
        const char *out; /* NULL: refused */
    } cases[] = {
        {"12.50", "12.5"},
        {"-0.000001", "-1e-06"},
        {"123456789012.345", "123456789012.345"},
        {"9223372036854775807", "9223372036854775807"},
        {"000123.4500000000000000000", "123.45"},
        {"1234567890123.456", NULL},
        {"9223372036854775808", NULL},
        {"1e400", NULL},
        {"1e-400", NULL},
        {"0.00", "0"},
    };
    (void)state;
    cn_link     *link     = open_it(NULL, NULL);
    cn_prepared *prepared = prepare(link, "SELECT ?");
    cn_arena     arena    = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        cn_value   value = decimal(cases[i].in), back;
        cn_decimal member;
        cn_decode  plan = {.size = sizeof member, .storage = CN_STORAGE_DECIMAL, .name = "decimal"};
        bool       good = driver->execute(prepared, &value, 1, NULL, &error);
        if (cases[i].out == NULL) {
            assert_false(good);
            assert_int_equal(failed(), CN_CAUSE_CONVERSION);
            assert_non_null(strstr(message, "15"));
            continue;
        }
        must(good, cases[i].in);
        assert_int_equal(driver->step(prepared, &error), CN_STEP_ROW);
        must(driver->read(prepared, 0, &back, &error), "read");
        must(driver->decode(prepared, &plan, 1, &member, &arena, &error), "decode");
        double is = strtod(member.digits, NULL), wanted = strtod(cases[i].out, NULL);
        assert_true(is == wanted);
        assert_true(back.kind == CN_KIND_REAL || back.kind == CN_KIND_INTEGER);
    }
    cn_arena_free(&arena);
    driver->release(prepared);
    driver->close(link);
}

static void what_sqlite_would_change_is_refused(void **state)
{
    const cn_value values[] = {cn_value_text_sized("a\0b", 3), cn_value_real(strtod("nan", NULL)),
                               cn_value_uint((uint64_t)INT64_MAX + 1)};
    (void)state;
    cn_link     *link     = open_it(NULL, NULL);
    cn_prepared *prepared = prepare(link, "SELECT ?");
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_false(driver->execute(prepared, &values[i], 1, NULL, &error));
        assert_int_equal(failed(), CN_CAUSE_CONVERSION);
        assert_non_null(strstr(message, "parameter 1"));
    }
    driver->release(prepared);
    driver->close(link);
}

static void what_has_no_type_of_its_own_is_stored_as_text_that_sorts(void **state)
{
    (void)state;
    cn_link *link     = open_it(NULL, NULL);
    cn_value values[] = {
        cn_value_date((cn_date){2026, 3, 1}),
        cn_value_time(cn_time_make(1, 2, 3, 0)),
        cn_value_datetime(cn_datetime_make(2026, 3, 1, 1, 2, 3, 4)),
        cn_value_timestamp((cn_timestamp){INT64_C(86400000001)}),
        cn_value_uuid((cn_uuid){{0xab, 0xcd}}),
        cn_value_bool(true),
    };
    cn_prepared *prepared = prepare(link, "SELECT ? || ' ' || ? || ' ' || ? || ' ' || ? || ' ' || "
                                          "? || ' ' || typeof(?)");
    cn_value     text;
    execute(prepared, values, COUNT(values));
    assert_int_equal(driver->step(prepared, &error), CN_STEP_ROW);
    must(driver->read(prepared, 0, &text, &error), "read");
    assert_string_equal(text.as.text.data,
                        "2026-03-01 01:02:03.000000 2026-03-01 01:02:03.000004 "
                        "1970-01-02 00:00:00.000001 abcd0000000000000000000000000000 integer");
    cn_value no_day = cn_value_date((cn_date){2026, 2, 30});
    values[0]       = no_day;
    assert_false(driver->execute(prepared, values, COUNT(values), NULL, &error));
    assert_int_equal(failed(), CN_CAUSE_CONVERSION);
    driver->release(prepared);
    driver->close(link);
}

/* ---- memory ---------------------------------------------------------------------------------- */

typedef struct thing {
    int         id;
    const char *name;
    cn_bytes    data;
} thing;

static const cn_decode thing_plan[] = {
    {.column  = 0,
     .offset  = CN_OFFSET_OF_(thing, id),
     .size    = sizeof(int),
     .storage = CN_STORAGE_INT32,
     .name    = "id"},
    {.column  = 1,
     .offset  = CN_OFFSET_OF_(thing, name),
     .size    = sizeof(char *),
     .storage = CN_STORAGE_TEXT,
     .name    = "name"},
    {.column  = 2,
     .offset  = CN_OFFSET_OF_(thing, data),
     .size    = sizeof(cn_bytes),
     .storage = CN_STORAGE_BYTES,
     .name    = "data"},
};

static bool read_things(cn_prepared *prepared, cn_arena *arena)
{
    thing   row;
    cn_step step;
    while ((step = driver->step(prepared, &error)) == CN_STEP_ROW)
        if (!driver->decode(prepared, thing_plan, COUNT(thing_plan), &row, arena, &error))
            return false;
    return step == CN_STEP_DONE;
}

static bool use_everything(cn_link *link, cn_arena *arena)
{
    static const char create[] = "CREATE TABLE t (id INTEGER PRIMARY KEY, name, data)";
    static const char insert[] = "INSERT INTO t (name, data) VALUES (?, ?) RETURNING *";
    static const char select[] = "SELECT * FROM t";
    cn_value          values[] = {cn_value_text_sized("Ada", 3), cn_value_bytes((cn_bytes){"b", 1}),
                                  cn_value_text_sized("Bob", 3), cn_value_null()};
    cn_prepared      *first = NULL, *second = NULL;
    bool              good = driver->run(link, create, strlen(create), &error) &&
                driver->begin(link, CN_ISOLATION_DEFAULT, false, &error) &&
                (first = driver->prepare(link, insert, strlen(insert), &error)) != NULL &&
                driver->execute_many(first, values, 2, 2, NULL, &error) &&
                read_things(first, arena) &&
                (second = driver->prepare(link, select, strlen(select), &error)) != NULL &&
                driver->execute(second, NULL, 0, NULL, &error) && read_things(second, arena) &&
                driver->commit(link, &error);
    driver->release(first);
    driver->release(second);
    return good;
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    bool any = true;
    for (size_t n = 1; any; n++) {
        cn_arena arena = {0};
        failing_begin(n, false);
        cn_link *link = try_open(NULL, OPTIONS("timeout=1"));
        bool     good = link != NULL && use_everything(link, &arena);
        if (link != NULL)
            driver->close(link);
        cn_arena_free(&arena);
        cn_cause cause = error.cause;
        cn_error_clear(&error);
        assert_int_equal(failing.alive, 0);
        any = failing_end();
        assert_int_equal(good, !any);
        assert_int_equal(cause, any ? CN_CAUSE_MEMORY : CN_CAUSE_NONE);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_python_programs_write_is_accepted),
        TEST(a_wrong_value_names_the_option_and_what_is_allowed),
        TEST(a_host_or_a_user_is_refused_without_showing_the_password),
        TEST(a_file_that_cannot_be_opened_is_named),
        TEST(a_file_that_is_no_database_is_found_out_at_once),
        TEST(odd_characters_of_a_name_are_only_characters),
        TEST(a_uri_has_its_own_options_and_those_of_the_url),
        TEST(pragmas_of_the_url_hold),
        TEST(a_name_in_double_quotes_is_never_a_text),
        TEST(a_lock_is_waited_for_as_long_as_the_url_says),
        TEST(the_engine_may_end_a_wait_that_is_in_vain),
        TEST(begin_takes_the_lock_when_the_url_says_so),
        TEST(a_snapshot_that_is_out_of_date_is_a_serialization_failure),
        TEST(a_statement_that_is_done_holds_no_lock),
        TEST(a_transaction_that_sqlite_ended_is_seen),
        TEST(a_deferred_key_fails_at_commit),
        TEST(read_uncommitted_holds_for_one_transaction),
        TEST(each_refusal_has_its_cause),
        TEST(a_key_is_told_only_by_the_statement_that_made_it),
        TEST(several_statements_run_when_they_are_asked_for),
        TEST(a_text_without_a_statement_is_refused),
        TEST(a_decimal_goes_in_exactly_or_not_at_all),
        TEST(what_sqlite_would_change_is_refused),
        TEST(what_has_no_type_of_its_own_is_stored_as_text_that_sorts),
        TEST(any_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("sqlite", tests, NULL, NULL) == 0 ? EXIT_SUCCESS
                                                                         : EXIT_FAILURE;
}
