/*
 * cn_create_all: the tables of a metadata that do not exist yet, each with its indexes, in the
 * order of their foreign keys. Where data definition is no part of a transaction, what was made
 * before an error is taken away again: a table left without its indexes and foreign keys would
 * pass for a whole one the next time.
 */
#include "catalog/work.h"

/* How far it has come: what undo has to take away. */
struct progress {
    size_t tables;       /* those before this one in the order are made, or were there */
    size_t foreign_keys; /* added afterwards, in the order in which they are met */
};

/* Foreign keys to a table that is created later in this call are added when all tables are
   there. */
static bool is_later(const cn_column *column, void *context)
{
    const cn_work *work = context;
    if (!work->dialect->alter_adds_foreign_keys)
        return false;
    size_t to = cn_work_referred(work, column), from = 0;
    if (to == work->count || work->exists[to])
        return false;
    while (work->tables[from] != column->table)
        from++;
    return to > from;
}

static bool create_table(cn_work *work, const cn_table *table)
{
    work->at = table;
    return cn_work_run(work, cn_ddl_create_table(&work->ddl, table, is_later, work));
}

static bool create_indexes(cn_work *work, const cn_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        if (cn_ddl_has_index(column) && !cn_work_run(work, cn_ddl_create_index(&work->ddl, column)))
            return false;
    }
    return true;
}

static bool create_tables(cn_work *work, struct progress *progress)
{
    for (size_t i = 0; i < work->count; i++) {
        if (!work->exists[i]) {
            if (!create_table(work, work->tables[i]))
                return false;
            progress->tables = i + 1;
            if (!create_indexes(work, work->tables[i]))
                return false;
        }
    }
    return true;
}

static bool add_foreign_keys(cn_work *work, struct progress *progress)
{
    for (size_t i = 0; i < work->count; i++) {
        const cn_table *table = work->tables[i];
        for (size_t j = 0; !work->exists[i] && j < table->column_count; j++) {
            const cn_column *column = &table->columns[j];
            if (!is_later(column, work))
                continue;
            work->at = table;
            if (!cn_work_run(work, cn_ddl_add_foreign_key(&work->ddl, column)))
                return false;
            progress->foreign_keys++;
        }
    }
    return true;
}

/* Each step is tried, whatever became of the one before: errors here would hide the first one. */
static void undo(cn_work *work, struct progress progress)
{
    cn_error first = {0};
    cn_work_recover(work, "creating");
    cn_error_move(&first, &work->error);
    for (size_t i = 0; i < work->count; i++) {
        const cn_table *table = work->tables[i];
        for (size_t j = 0; !work->exists[i] && j < table->column_count; j++) {
            if (!is_later(&table->columns[j], work) || progress.foreign_keys == 0)
                continue;
            progress.foreign_keys--;
            if (!cn_work_run(work, cn_ddl_drop_foreign_key(&work->ddl, &table->columns[j], NULL)))
                cn_work_recover(work, "creating");
        }
    }
    for (size_t i = progress.tables; i-- > 0;) {
        if (!work->exists[i] && !cn_work_run(work, cn_ddl_drop_table(&work->ddl, work->tables[i])))
            cn_work_recover(work, "creating");
    }
    cn_error_move(&work->error, &first);
}

bool cn_create_all(const cn_metadata *metadata, cn_engine *engine)
{
    struct progress progress = {0};
    cn_work         work;
    bool            begun = cn_work_begin(&work, engine, metadata);
    bool done = begun && create_tables(&work, &progress) && add_foreign_keys(&work, &progress);
    if (begun && !done && !work.dialect->transactional_ddl)
        undo(&work, progress);
    return cn_work_end(&work, done, "creating");
}
