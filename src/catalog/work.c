/*
 * The frame around creating and dropping: connection, order, existence, error. Called by create.c
 * and drop.c.
 */
#include "catalog/work.h"

#include <string.h>

#include "base/memory.h"
#include "schema/relationship.h"

static bool connect_work(cn_work *work)
{
    work->connection = cn_connection_open(work->engine, NULL);
    if (work->connection == NULL)
        return cn_error_no_memory(&work->error);
    if (!cn_connection_begin(work->connection, NULL))
        return false;
    work->server = cn_connection_link(work->connection);
    if (work->server == NULL)
        return false;
    work->dialect = cn_dialect_named(work->server->driver->dialect);
    if (work->dialect == NULL)
        return cn_error_set(&work->error, CN_CAUSE_UNSUPPORTED,
                            "there is no dialect \"%s\": its tables can only be made by text",
                            work->server->driver->dialect);
    work->ddl = (cn_ddl){work->dialect, work->server, &work->sql, &work->error};
    return true;
}

static bool take_existing(cn_work *work, const char *text, void *context)
{
    (void)context;
    for (size_t i = 0; i < work->count; i++) {
        if (strcmp(work->tables[i]->model->table, text) == 0)
            work->exists[i] = true;
    }
    return true;
}

/* A model whose relationships do not hold together is of no use: better said now than at the first
   session. */
static bool resolve(cn_work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        if (cn_relationships_of(work->tables[i], &work->error) == NULL)
            return false;
    }
    return true;
}

bool cn_work_begin(cn_work *work, cn_engine *engine, const cn_metadata *metadata)
{
    *work         = (cn_work){.engine = engine};
    size_t listed = 0;
    while (metadata != NULL && metadata->models[listed] != NULL)
        listed++;
    work->tables = cn_allocate_zero(listed, sizeof *work->tables);
    work->exists = cn_allocate_zero(listed, sizeof *work->exists);
    if (work->tables == NULL || work->exists == NULL)
        return cn_error_no_memory(&work->error);
    if (engine == NULL)
        return false;
    if (metadata == NULL)
        return cn_error_set(&work->error, CN_CAUSE_MISUSE, "no metadata was given");
    cn_engine_begin_call(engine);
    if (!cn_metadata_sort(metadata, work->tables, &work->count, &work->error) || !resolve(work))
        return false;
    if (!connect_work(work))
        return false;
    if (work->count == 0)
        return true;
    work->dialect->existing(&work->sql, work->tables, work->count, work->server);
    return cn_work_query(work, take_existing, NULL);
}

bool cn_work_run(cn_work *work, bool written)
{
    bool done = written && cn_connection_run_sql(work->connection, work->sql.text, work->sql.size);
    if (written && !done && work->connection->error.statement == NULL)
        work->connection->error.statement = cn_buffer_take(&work->sql);
    cn_buffer_reset(&work->sql);
    return done;
}

bool cn_work_query(cn_work *work, bool (*take)(cn_work *work, const char *text, void *context),
                   void    *context)
{
    if (work->sql.failed)
        return cn_error_no_memory(&work->error);
    cn_result *result = cn_connection_execute_driver_sql(work->connection, work->sql.text, NULL, 0);
    cn_buffer_reset(&work->sql);
    bool done = true;
    while (done && cn_next(result)) {
        const char *text = cn_text_at(result, 0);
        done             = text != NULL && take(work, text, context);
    }
    cn_result_close(result);
    return done && !cn_connection_is_failed(work->connection);
}

size_t cn_work_referred(const cn_work *work, const cn_column *column)
{
    size_t i = 0;
    while (i < work->count && (column->foreign_table == NULL ||
                               strcmp(work->tables[i]->model->table, column->foreign_table) != 0))
        i++;
    return i;
}

/* The connection's error is the engine's, too: whole, with the table that was at hand. */
void cn_work_recover(cn_work *work, const char *verb)
{
    if (cn_connection_is_failed(work->connection) && work->error.cause == CN_CAUSE_NONE)
        cn_error_copy(&work->error, cn_connection_error(work->connection));
    if (work->at != NULL && work->error.cause != CN_CAUSE_MEMORY)
        cn_error_append(&work->error, "; while %s the table \"%s\" of %s", verb,
                        work->at->model->table, cn_table_title(work->at));
    work->at = NULL;
    (void)cn_error_get_cause(cn_connection_error(work->connection)); /* it has been read */
    cn_connection_rollback(work->connection);
}

bool cn_work_end(cn_work *work, bool done, const char *verb)
{
    work->at = done ? NULL : work->at;
    done     = done && cn_connection_commit(work->connection);
    if (!done) {
        cn_work_recover(work, verb);
        if (work->engine != NULL)
            cn_engine_fail_with(work->engine, &work->error);
        cn_error_clear(&work->error);
    }
    cn_connection_close(work->connection);
    cn_buffer_free(&work->sql);
    cn_release(work->tables);
    cn_release(work->exists);
    return done;
}
