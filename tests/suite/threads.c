/*
 * Threads: many on a pool of few, with connections and sessions at once, and units that deadlock
 * on purpose. Bounded by count, not by time. SUITE_NOT_IN_MEMORY: SQLite in memory is one
 * connection, which pool.c tests.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cinnabar/cinnabar.h>

#define THREADS 32
#define ROUNDS 12
#define POOL 6
#define OVERFLOW 2

typedef struct Entry {
    int id;
    int thread;
    int round;
} Entry;
CN_MODEL(Entry, "threads_entry")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(thread);
    CN_COLUMN(round);
}
CN_METADATA(Entries, &Entry_model);

/* These rows need not survive a power cut, and SQLite lets one write at a time. */
static const char *url(void)
{
    static char text[400];
    snprintf(text, sizeof text, "%s%s", suite_url(),
             suite_which() == SUITE_SQLITE ? "?synchronous=OFF&timeout=60" : "");
    return text;
}

static cn_engine *engine;

static int64_t sum(const char *sql)
{
    cn_connection *connection = cn_connect(engine);
    cn_result     *result     = cn_execute(connection, cn_text(sql));
    int64_t        value      = cn_only(result) ? cn_get_int64(result, "n") : -1;
    if (!cn_ok(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);
    return value;
}

/* ---- many on few ----------------------------------------------------------------------------- */

/* The connections that are out, by what the server calls them. */
static struct {
    pthread_mutex_t lock;
    int64_t         ids[THREADS];
    int             count, most;
    int             twice; /* handed out to two at once */
} out = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void take(int64_t id)
{
    pthread_mutex_lock(&out.lock);
    for (int i = 0; i < out.count; i++)
        out.twice += id != 0 && out.ids[i] == id;
    out.ids[out.count++] = id;
    out.most             = out.count > out.most ? out.count : out.most;
    pthread_mutex_unlock(&out.lock);
}

static void give(int64_t id)
{
    int at = 0;
    pthread_mutex_lock(&out.lock);
    while (out.ids[at] != id)
        at++;
    out.ids[at] = out.ids[--out.count];
    pthread_mutex_unlock(&out.lock);
}

typedef struct worker {
    pthread_t thread;
    int       number;
    int       round;
    bool      well;
    char      message[300];
} worker;

/* SQLite's have no name. */
static const char *id_sql(void)
{
    static const char *const sql[] = {"SELECT 0", "SELECT CONNECTION_ID()",
                                      "SELECT pg_backend_pid()"};
    return sql[suite_which()];
}

static bool work_on_connection(cn_connection *connection, void *context)
{
    worker    *self   = context;
    cn_result *result = cn_execute(connection, cn_text(id_sql()));
    if (!cn_only(result))
        return false;
    int64_t id = cn_cell_at(result, int64_t, 0);
    take(id);
    cn_execute(connection,
               cn_text("INSERT INTO threads_entry (thread, round) VALUES (:thread, :round)"),
               CN_PARAMS("thread", self->number, "round", self->round));
    (void)cn_next(cn_execute(connection, cn_text("SELECT id FROM threads_entry")));
    give(id);
    return cn_ok(connection);
}

static bool work_in_session(cn_session *session, void *context)
{
    worker *self = context;
    int64_t id   = cn_scalar(session, int64_t, cn_text(id_sql()));
    if (!cn_ok(session))
        return false;
    take(id);
    Entry *entry = cn_new(Entry, .thread = self->number);
    cn_add(session, entry);
    cn_flush(session);
    entry->round = self->round;
    (void)cn_all(session, Entry, .where = cn_is(Entry, thread, ==, self->number));
    give(id);
    return cn_ok(session);
}

static void *work(void *context)
{
    worker *self = context;
    self->well   = true;
    for (self->round = 1; self->round <= ROUNDS && self->well; self->round++) {
        cn_report report;
        bool      session = (self->number + self->round) % 2 == 0;
        self->well        = session ? cn_transact(engine, work_in_session, self, .retries = 50,
                                                  .report = &report)
                                    : cn_transact(engine, work_on_connection, self, .retries = 50,
                                                  .report = &report);
        if (!self->well)
            snprintf(self->message, sizeof self->message, "%.299s", report.message);
    }
    return NULL;
}

static void many_threads_share_few_connections(void **state)
{
    (void)state;
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.number = i + 1};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    int most = 0;
    for (int looks = 0; looks < 200; looks++) {
        cn_pool_statistics now = cn_engine_pool(engine);
        most = now.checked_out + now.idle > most ? now.checked_out + now.idle : most;
        (void)nanosleep(&(const struct timespec){0, 1000000}, NULL);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < THREADS; i++) {
        if (!workers[i].well)
            fail_msg("thread %d: %s", i + 1, workers[i].message);
    }
    assert_int_equal(out.count, 0);
    assert_int_equal(out.twice, 0);
    assert_in_range(out.most, 2, POOL + OVERFLOW);
    assert_in_range(most, 1, POOL + OVERFLOW);
    assert_int_equal(cn_engine_pool(engine).checked_out, 0);
    assert_int_equal(cn_engine_pool(engine).timeouts, 0);
    assert_true(cn_engine_pool(engine).checkouts >= THREADS * ROUNDS);
    assert_int_equal(sum("SELECT count(*) AS n FROM threads_entry"), THREADS * ROUNDS);
    assert_int_equal(sum("SELECT sum(round) AS n FROM threads_entry"),
                     THREADS * ROUNDS * (ROUNDS + 1) / 2);
    assert_int_equal(sum("SELECT sum(thread) AS n FROM threads_entry"),
                     ROUNDS * THREADS * (THREADS + 1) / 2);
}

/* ---- deadlocks ------------------------------------------------------------------------------- */

#define DUELS 4 /* PostgreSQL looks for deadlocks once in a second */

/* Both begin at once, and hold their first row before either asks for its second. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t  both;
    int             arrived;
} duel = {.lock = PTHREAD_MUTEX_INITIALIZER, .both = PTHREAD_COND_INITIALIZER};

static void meet(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 5;
    pthread_mutex_lock(&duel.lock);
    int round = duel.arrived / 2;
    duel.arrived++;
    if (duel.arrived % 2 == 0)
        pthread_cond_broadcast(&duel.both);
    while (duel.arrived / 2 == round && pthread_cond_timedwait(&duel.both, &duel.lock, &until) == 0)
        ;
    pthread_mutex_unlock(&duel.lock);
}

typedef struct duellist {
    pthread_t thread;
    int       first, second;
    bool      met; /* in this duel */
    unsigned  attempts;
    bool      well;
    char      message[300];
} duellist;

static void add_one(cn_connection *connection, int id)
{
    cn_execute(connection, cn_text("UPDATE threads_entry SET round = round + 1 WHERE id = :id"),
               CN_PARAMS("id", id));
}

static bool fight(cn_connection *connection, void *context)
{
    duellist *self = context;
    add_one(connection, self->first);
    if (!self->met && suite_which() != SUITE_SQLITE) { /* where the first one locks everything */
        self->met = true;
        meet();
    }
    add_one(connection, self->second);
    return cn_ok(connection);
}

static void *fight_all(void *context)
{
    duellist *self = context;
    self->well     = true;
    for (int i = 0; i < DUELS && self->well; i++) {
        cn_report report;
        self->met = false;
        meet(); /* the last duel is over for both */
        self->well = cn_transact(engine, fight, self, .retries = 30, .report = &report);
        self->attempts += report.attempts;
        if (!self->well)
            snprintf(self->message, sizeof self->message, "%.299s", report.message);
    }
    return NULL;
}

static void units_that_deadlock_succeed_by_running_again(void **state)
{
    (void)state;
    suite_run(engine, "DELETE FROM threads_entry");
    suite_run(engine, "INSERT INTO threads_entry (id, thread, round) VALUES (1, 0, 0), (2, 0, 0)");
    duellist two[2] = {{.first = 1, .second = 2}, {.first = 2, .second = 1}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&two[i].thread, NULL, fight_all, &two[i]), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(two[i].thread, NULL);
    for (int i = 0; i < 2; i++) {
        if (!two[i].well)
            fail_msg("%s", two[i].message);
    }
    assert_int_equal(sum("SELECT sum(round) AS n FROM threads_entry"), 4 * DUELS);
    if (suite_which() != SUITE_SQLITE) /* they did deadlock, each time */
        assert_true(two[0].attempts + two[1].attempts >= 3 * DUELS);
}

/* ---- set-up ---------------------------------------------------------------------------------- */

static int open_table(void **state)
{
    (void)state;
    engine = cn_create_engine(url(), .pool_size = POOL, .max_overflow = OVERFLOW,
                              .pool_timeout = 120);
    return cn_drop_all(&Entries, engine) && cn_create_all(&Entries, engine) ? 0 : 1;
}

static int close_table(void **state)
{
    (void)state;
    assert_true(cn_drop_all(&Entries, engine));
    cn_engine_dispose(engine);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_threads_share_few_connections),
        cmocka_unit_test(units_that_deadlock_succeed_by_running_again),
    };
    return suite_main_(cmocka_run_group_tests_name("threads", tests, open_table, close_table));
}
