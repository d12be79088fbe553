/*
 * Many threads that build, compile and execute the same and different statements on one engine.
 * SUITE_NOT_IN_MEMORY: each has a connection of its own. Runs under the thread sanitizer, too.
 */
#include "sql_model.h"
#include "suite.h"

#include <pthread.h>
#include <string.h>

#define THREADS 8
#define ROUNDS 30

typedef struct worker {
    pthread_t  thread;
    cn_engine *engine;
    int        number;
    int        good; /* rounds */
} worker;

/* The rows with one of the ids 1 to `most`: a structure of its own for each `most`. */
static int count(cn_connection *connection, int most)
{
    static const int values[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    int              rows     = 0;
    cn_query        *query    = cn_build(cn_select(Thing, .columns = sql_ids()));
    cn_query_where(query, cn_in_array(Thing, id, values, (size_t)most));
    cn_query_where(query, cn_or(cn_is(Thing, views, >=, 0), cn_is_null(Thing, age)));
    cn_result *result = cn_execute(connection, cn_built(query));
    while (cn_next(result))
        rows++;
    cn_close(result);
    cn_query_free(query);
    return rows;
}

static bool show(void)
{
    char *sql = cn_statement_text(
        CN_STATEMENT_(cn_select(Thing, .columns = sql_ids(), .where = cn_is(Thing, id, ==, 1))),
        "postgresql", true, NULL);
    bool good = sql != NULL && strstr(sql, "id = 1") != NULL;
    cn_text_free(sql);
    return good;
}

static void *work(void *context)
{
    worker *self = context;
    CN_CONNECT(connection, self->engine) {
        for (int i = 0; i < ROUNDS; i++) {
            int most = 1 + (self->number + i) % 6;
            self->good += count(connection, most) == most && count(connection, 3) == 3 && show();
        }
        cn_rollback(connection);
    }
    return NULL;
}

static void threads_share_an_engine_and_its_statements(void **state)
{
    (void)state;
    worker     workers[THREADS] = {{0}};
    cn_engine *engine           = suite_engine();
    for (int i = 0; i < THREADS; i++) {
        workers[i].number = i;
        workers[i].engine = engine;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(workers[i].good, ROUNDS);
    cn_engine_dispose(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SQL_TEST(threads_share_an_engine_and_its_statements)};
    return suite_main("statements in threads", tests);
}
