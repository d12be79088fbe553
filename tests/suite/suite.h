/*
 * suite/suite.h: what the programs of the common suite share. Each program tests one topic, knows
 * nothing but the public headers, and is run once for each database: SQLite as a file, SQLite in
 * memory, MariaDB and PostgreSQL. It learns which from here, and asks only where they differ for a
 * reason that it states.
 *
 *     static void a_row_comes_back_as_it_went_in(void **state)
 *     {
 *         cn_engine *engine = suite_engine();
 *         suite_run(engine, "DROP TABLE IF EXISTS round_trip");
 *         ...
 *         cn_engine_dispose(engine);
 *     }
 *
 *     int main(void)
 *     {
 *         const struct CMUnitTest tests[] = {cmocka_unit_test(a_row_comes_back_as_it_went_in)};
 *         return suite_main("round trip", tests);
 *     }
 *
 * Programs of one database run one after the other, and leave no table behind that would disturb
 * the next. A program that needs several connections says so with the word SUITE_NOT_IN_MEMORY in
 * a comment: it is not run on SQLite in memory, which has one.
 */
#ifndef SUITE_SUITE_H
#define SUITE_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cinnabar/connection.h>
#include <cinnabar/engine.h>
#include <cinnabar/model.h>
#include <cinnabar/result.h>

typedef enum suite_database { SUITE_SQLITE, SUITE_MYSQL, SUITE_POSTGRESQL } suite_database;

/* The database that this run is about: CN_TEST_URL. Without it the program fails. */
const char    *suite_url(void);
suite_database suite_which(void);
bool           suite_in_memory(void); /* SQLite, with a single connection */

/* A variable that tests/servers/servers set (CN_TEST_CA, ...); the program fails without it. */
const char *suite_environment(const char *name);

/* The variable CN_TEST_<database><suffix> of this run's server: suite_server_url("_SOCKET"). */
const char *suite_server_url(const char *suffix);

/* An engine for suite_url() without options; the caller's to dispose of. The test fails if it
   fails. */
cn_engine *suite_engine(void);

/* Runs and commits one statement without parameters; the test fails if it fails. */
void suite_run(cn_engine *engine, const char *sql);

/* Fails the test with the error of an engine, a connection or a session that has one. */
#define ASSERT_OK(handle)                                                                          \
    do {                                                                                           \
        if (!cn_ok(handle))                                                                        \
            fail_msg("%s", cn_error_message(handle));                                              \
    } while (0)

/* What creating or dropping returned; the test fails with the engine's error if it is false. */
void assert_fine(cn_engine *engine, bool done);

/* Runs a statement that must fail for this cause. */
void assert_fails(cn_engine *engine, const char *sql, cn_cause cause);

/* An engine as above, with these tables made anew; and their end with its own. */
cn_engine *suite_engine_with(const cn_metadata *metadata);
void       suite_end_with(cn_engine *engine, const cn_metadata *metadata);

/*
 * The server of this run, for tests of what happens when it goes away. The test fails if it does
 * not obey. A test that took it away brings it back, in its teardown.
 */
void suite_server_kill(void);            /* as a crash does */
void suite_server_start(void);           /* after a kill; a running one is stopped and started */
void suite_server_tls(const char *kind); /* restart with the certificate "good", "expired",
                                             "stranger" (of an unknown authority), or "none" */

/* Runs the tests as one group and returns what main returns. */
#define suite_main(name, tests)                                                                    \
    suite_main_(cmocka_run_group_tests_name((name), (tests), NULL, NULL))
int suite_main_(int failed);

#endif
