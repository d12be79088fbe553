/*
 * A transaction that runs again: two threads move money between the same two accounts in opposite
 * directions. The database ends one of them now and then (a deadlock, a serialization failure, a
 * lock that did not come free); cn_transact runs that one again, as a whole.
 *
 *     retry [URL]          any database; a file retry.db if none is named
 */
#include <pthread.h>
#include <stdio.h>

#include <cinnabar/cinnabar.h>

#define TRANSFERS 25

typedef struct Transfer {
    cn_engine *engine;
    int        from, to;
    unsigned   attempts;
    bool       well;
} Transfer;

/* One unit. It leaves nothing behind outside the database, so it may run any number of times. */
static bool transfer(cn_connection *connection, void *context)
{
    const Transfer *t = context;
    cn_execute(connection, cn_text("UPDATE account SET balance = balance - 1 WHERE id = :id"),
               CN_PARAMS("id", t->from));
    cn_execute(connection, cn_text("UPDATE account SET balance = balance + 1 WHERE id = :id"),
               CN_PARAMS("id", t->to));
    return cn_ok(connection); /* true: commit */
}

static void *run(void *context)
{
    Transfer *t = context;
    t->well     = true;
    for (int i = 0; i < TRANSFERS && t->well; i++) {
        cn_report report;
        t->well = cn_transact(t->engine, transfer, t, .retries = 100, .report = &report);
        t->attempts += report.attempts;
        if (!t->well)
            fprintf(stderr, "%s\n", report.message);
    }
    return NULL;
}

static bool set_up(cn_engine *engine)
{
    bool well = false;
    CN_CONNECT(connection, engine) {
        cn_execute(connection, cn_text("DROP TABLE IF EXISTS account"));
        cn_execute(connection,
                   cn_text("CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER)"));
        cn_execute_many(connection,
                        cn_text("INSERT INTO account (id, balance) VALUES (:id, :balance)"),
                        CN_PARAMS("id", 1, "balance", 1000), CN_PARAMS("id", 2, "balance", 1000));
        well = cn_commit(connection);
        if (!well)
            fprintf(stderr, "%s\n", cn_error_message(connection));
    }
    return well;
}

int main(int argc, char **argv)
{
    cn_engine *engine = cn_create_engine(argc > 1 ? argv[1] : "sqlite:///retry.db?timeout=30");
    if (!set_up(engine))
        return 1;

    Transfer there = {.engine = engine, .from = 1, .to = 2},
             back  = {.engine = engine, .from = 2, .to = 1};
    pthread_t one, two;
    if (pthread_create(&one, NULL, run, &there) != 0 || pthread_create(&two, NULL, run, &back) != 0)
        return 1;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    fprintf(stderr, "%d transfers took %u attempts\n", 2 * TRANSFERS,
            there.attempts + back.attempts);

    bool well = there.well && back.well;
    CN_CONNECT(connection, engine) {
        cn_result *result = cn_execute(connection,
                                       cn_text("SELECT id, balance FROM account ORDER BY id"));
        while (cn_next(result))
            printf("account %d: %d\n", cn_get_int(result, "id"), cn_get_int(result, "balance"));
        cn_execute(connection, cn_text("DROP TABLE account"));
        well = cn_commit(connection) && well;
    }
    cn_engine_dispose(engine);
    return well ? 0 : 1;
}
