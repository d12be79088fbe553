/*
 * cn_drop_all: the tables of a metadata that exist, in the reverse order of their creation. A
 * cycle of foreign keys is opened first, or the check of it put off.
 */
#include "catalog/work.h"

#include <string.h>

/* A foreign key that its own table's end comes too late for: it refers to a table that is
   dropped before. */
static bool is_in_the_way(const cn_work *work, size_t from, const cn_column *column)
{
    size_t to = cn_work_referred(work, column);
    return to < work->count && to > from && work->exists[to];
}

/* The constraint may have been made by anyone, under any name. */
static bool drop_named(cn_work *work, const char *name, void *context)
{
    cn_buffer *names = context;
    (void)work;
    cn_buffer_add(names, name, strlen(name) + 1);
    return true;
}

static bool drop_foreign_key(cn_work *work, const cn_column *column)
{
    cn_buffer names = {0};
    work->dialect->foreign_key_names(&work->sql, column);
    bool done = cn_work_query(work, drop_named, &names);
    if (done && names.failed)
        done = cn_error_no_memory(&work->error);
    for (size_t at = 0; done && at < names.size; at += strlen(names.text + at) + 1)
        done = cn_work_run(work, cn_ddl_drop_foreign_key(&work->ddl, column, names.text + at));
    cn_buffer_free(&names);
    return done;
}

static bool open_cycle(cn_work *work, const cn_column *column, bool *deferred)
{
    if (work->dialect->alter_drops_foreign_key != NULL)
        return drop_foreign_key(work, column);
    if (*deferred || work->dialect->defer_foreign_keys == NULL)
        return true;
    *deferred = true;
    cn_buffer_text(&work->sql, work->dialect->defer_foreign_keys);
    return cn_work_run(work, !work->sql.failed || cn_error_no_memory(&work->error));
}

static bool open_cycles(cn_work *work)
{
    bool deferred = false;
    for (size_t i = 0; i < work->count; i++) {
        const cn_table *table = work->tables[i];
        for (size_t j = 0; work->exists[i] && j < table->column_count; j++) {
            if (!is_in_the_way(work, i, &table->columns[j]))
                continue;
            work->at = table;
            if (!open_cycle(work, &table->columns[j], &deferred))
                return false;
        }
    }
    return true;
}

static bool drop_tables(cn_work *work)
{
    for (size_t i = work->count; i-- > 0;) {
        work->at = work->tables[i];
        if (work->exists[i] && !cn_work_run(work, cn_ddl_drop_table(&work->ddl, work->tables[i])))
            return false;
    }
    return true;
}

bool cn_drop_all(const cn_metadata *metadata, cn_engine *engine)
{
    cn_work work;
    bool done = cn_work_begin(&work, engine, metadata) && open_cycles(&work) && drop_tables(&work);
    return cn_work_end(&work, done, "dropping");
}
