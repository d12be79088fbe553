/*
 * Threads that share an engine: eight workers take jobs from a table, with four connections in the
 * pool. Each unit of work is a session of its own, which holds a connection only while it works.
 *
 *     worker [URL]         any database; a file worker.db if none is named
 */
#include <pthread.h>
#include <stdio.h>

#include <cinnabar/cinnabar.h>

#define WORKERS 8
#define JOBS 40

typedef struct Job {
    int         id;
    const char *text;
    int         done_by; /* 0: nobody yet */
} Job;

CN_MODEL(Job, "job")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text, .type = CN_STRING(40));
    CN_COLUMN(done_by);
}

CN_METADATA(Base, &Job_model);

typedef struct Worker {
    cn_engine *engine;
    int        number;
    int        done;
} Worker;

static bool add_jobs(cn_engine *engine)
{
    bool well = false;
    CN_SESSION(session, engine) {
        for (int i = 1; i <= JOBS; i++) {
            char text[40];
            snprintf(text, sizeof text, "job number %d", i);
            cn_add(session, cn_new(Job, .text = text)); /* copies the text */
        }
        well = cn_commit(session);
        if (!well)
            fprintf(stderr, "%s\n", cn_error_message(session));
    }
    return well;
}

/* Takes one job, by changing a row that nobody has changed before. Runs again if the database
   says that another worker was in the way. */
static bool take_one(cn_session *session, void *context)
{
    Worker *worker = context;
    Job    *job    = cn_first(session, Job, .where = cn_is(Job, done_by, ==, 0),
                              .order_by = CN_BY(cn_attr(Job, id)), .offset = worker->number - 1);
    if (job == NULL) /* the last ones are taken in order */
        job = cn_first(session, Job, .where = cn_is(Job, done_by, ==, 0));
    if (job == NULL)
        return false; /* no more jobs, or an error, which the report would show */
    cn_result *result = cn_execute(
        session,
        cn_update(Job, .set = CN_SET(Job, done_by, worker->number),
                  .where = cn_and(cn_is(Job, id, ==, job->id), cn_is(Job, done_by, ==, 0))));
    return cn_row_count(result) >= 0;
}

static void *work(void *context)
{
    Worker   *worker = context;
    cn_report report;
    while (cn_transact(worker->engine, take_one, worker, .retries = 50, .report = &report))
        worker->done++;
    if (report.cause != CN_CAUSE_NONE)
        fprintf(stderr, "worker %d: %s\n", worker->number, report.message);
    return NULL;
}

int main(int argc, char **argv)
{
    /* On a file of SQLite one writer works at a time: the others wait for up to `timeout`
       seconds. */
    cn_engine *engine = cn_create_engine(argc > 1 ? argv[1] : "sqlite:///worker.db?timeout=30",
                                         .pool_size= 4, .max_overflow = CN_NONE);
    bool well = cn_drop_all(&Base, engine) && cn_create_all(&Base, engine) && add_jobs(engine);
    if (!cn_ok(engine))
        fprintf(stderr, "%s\n", cn_error_message(engine));

    pthread_t threads[WORKERS];
    Worker    workers[WORKERS];
    for (int i = 0; well && i < WORKERS; i++) {
        workers[i] = (Worker){engine, i + 1, 0};
        if (pthread_create(&threads[i], NULL, work, &workers[i]) != 0)
            return 1;
    }
    for (int i = 0; well && i < WORKERS; i++)
        pthread_join(threads[i], NULL);

    CN_SESSION(session, engine) {
        int64_t left = cn_scalar(session, int64_t,
                                 cn_text("SELECT count(*) FROM job WHERE done_by = 0"));
        int64_t all  = cn_scalar(session, int64_t, cn_text("SELECT count(*) FROM job"));
        well         = cn_ok(session) && well && left == 0;
        printf("%lld jobs, %lld left\n", (long long)all, (long long)left);
    }
    cn_drop_all(&Base, engine);
    cn_engine_dispose(engine);
    return well ? 0 : 1;
}
