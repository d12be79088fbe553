/*
 * cn_create_all: the tables of a metadata that do not exist yet, each with its indexes and
 * comments, in the order of their foreign keys, after the sequences and types that they need. Where
 * data definition is no part of a transaction, what was made before an error is taken away again: a
 * table left without its indexes and foreign keys would pass for a whole one the next time.
 */
#include "catalog/work.h"

/* How far it has come: what undo has to take away. */
struct progress {
    size_t sequences;
    size_t tables;       /* those before this one in the order are made, or were there */
    size_t foreign_keys; /* added afterwards, in the order in which they are met */
};

/* Foreign keys to a table that is created later in this call, and those that ask for it, are added
   when all tables are there. */
static bool is_later(const cn_foreign_key *key, void *context)
{
    const cn_work *work = context;
    if (!work->dialect->definition->alter_adds_foreign_keys)
        return false;
    size_t to = cn_work_referred(work, key), from = 0;
    if (key->use_alter)
        return true;
    if (to == work->count || work->exists[to])
        return false;
    while (work->tables[from] != key->table)
        from++;
    return to > from;
}

static bool create_things(cn_work *work, struct progress *progress)
{
    for (size_t i = 0; i < work->enums.count; i++) {
        const cn_thing *thing = &work->enums.list[i];
        if (!thing->exists && !cn_work_run(work, cn_ddl_create_enum(&work->ddl, thing->type)))
            return false;
    }
    for (size_t i = 0; i < work->sequences.count; i++) {
        const cn_thing *thing = &work->sequences.list[i];
        if (!thing->exists &&
            !cn_work_run(work, cn_ddl_create_sequence(&work->ddl, thing->sequence)))
            return false;
        progress->sequences = i + 1;
    }
    return true;
}

static bool create_table(cn_work *work, const cn_table *table)
{
    work->at = table;
    return cn_work_run(work, cn_ddl_create_table(&work->ddl, table, is_later, work));
}

static bool create_indexes(cn_work *work, const cn_table *table)
{
    for (size_t i = 0; i < table->index_count; i++) {
        if (!cn_work_run(work, cn_ddl_create_index(&work->ddl, &table->indexes[i])))
            return false;
    }
    return true;
}

static bool comment_constraint(cn_work *work, cn_to_name named, const char *comment)
{
    return comment == NULL ||
           cn_work_run(work, cn_ddl_comment_constraint(&work->ddl, &named, comment));
}

static bool comment_constraints(cn_work *work, const cn_table *table)
{
    bool good = table->primary_key_comment == NULL ||
                comment_constraint(work, cn_name_primary_key(table), table->primary_key_comment);
    for (size_t i = 0; good && i < table->unique_count; i++)
        good = comment_constraint(work, cn_name_unique(table, &table->uniques[i]),
                                  table->uniques[i].comment);
    for (size_t i = 0; good && i < table->check_count; i++)
        good = comment_constraint(work, cn_name_check(table, &table->checks[i]),
                                  table->checks[i].comment);
    for (size_t i = 0; good && i < table->foreign_key_count; i++)
        good = work->ddl.no_foreign_keys || is_later(&table->foreign_keys[i], work) ||
               comment_constraint(work, cn_name_foreign_key(&table->foreign_keys[i]),
                                  table->foreign_keys[i].comment);
    return good;
}

static bool comment(cn_work *work, const cn_table *table)
{
    if (!work->dialect->definition->comments_apart)
        return true;
    if (table->options.comment != NULL &&
        !cn_work_run(work, cn_ddl_comment_table(&work->ddl, table)))
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        if (column->comment != NULL &&
            !cn_work_run(work, cn_ddl_comment_column(&work->ddl, column)))
            return false;
    }
    for (size_t i = 0; i < table->index_count; i++) {
        const cn_index *index = &table->indexes[i];
        if (index->options.comment != NULL &&
            !cn_work_run(work, cn_ddl_comment_index(&work->ddl, index)))
            return false;
    }
    return comment_constraints(work, table);
}

static bool create_tables(cn_work *work, struct progress *progress)
{
    for (size_t i = 0; i < work->count; i++) {
        if (!work->exists[i]) {
            if (!create_table(work, work->tables[i]))
                return false;
            progress->tables = i + 1;
            if (!create_indexes(work, work->tables[i]) || !comment(work, work->tables[i]))
                return false;
        }
    }
    return true;
}

static bool add_foreign_keys(cn_work *work, struct progress *progress)
{
    for (size_t i = 0; i < work->count && !work->ddl.no_foreign_keys; i++) {
        const cn_table *table = work->tables[i];
        for (size_t j = 0; !work->exists[i] && j < table->foreign_key_count; j++) {
            const cn_foreign_key *key = &table->foreign_keys[j];
            if (!is_later(key, work))
                continue;
            work->at = table;
            if (!cn_work_run(work, cn_ddl_add_foreign_key(&work->ddl, key)))
                return false;
            progress->foreign_keys++;
            if (work->dialect->definition->comments_apart &&
                !comment_constraint(work, cn_name_foreign_key(key), key->comment))
                return false;
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
        for (size_t j = 0; !work->exists[i] && j < table->foreign_key_count; j++) {
            if (!is_later(&table->foreign_keys[j], work) || progress.foreign_keys == 0)
                continue;
            progress.foreign_keys--;
            if (!cn_work_run(work,
                             cn_ddl_drop_foreign_key(&work->ddl, &table->foreign_keys[j], NULL)))
                cn_work_recover(work, "creating");
        }
    }
    for (size_t i = progress.tables; i-- > 0;) {
        if (!work->exists[i] && !cn_work_run(work, cn_ddl_drop_table(&work->ddl, work->tables[i])))
            cn_work_recover(work, "creating");
    }
    for (size_t i = progress.sequences; i-- > 0;) {
        const cn_thing *thing = &work->sequences.list[i];
        if (!thing->exists && !cn_work_run(work, cn_ddl_drop_sequence(&work->ddl, thing->name)))
            cn_work_recover(work, "creating");
    }
    cn_error_move(&work->error, &first);
}

bool cn_work_create(cn_work *work)
{
    struct progress progress = {0};
    bool done = cn_work_texts(work, CN_BEFORE_CREATE) && create_things(work, &progress) &&
                create_tables(work, &progress) && add_foreign_keys(work, &progress);
    work->at = done ? NULL : work->at;
    done     = done && cn_work_texts(work, CN_AFTER_CREATE);
    if (!done && work->shown == NULL && !work->dialect->definition->transactional)
        undo(work, progress);
    return done;
}

bool cn_metadata_create(const cn_metadata *metadata, cn_engine *engine,
                        const cn_ddl_options *options)
{
    cn_work work;
    bool    done = cn_work_begin(&work, engine, metadata, options, CN_WORK_CREATE) &&
                cn_work_create(&work);
    return cn_work_end(&work, done, "creating");
}

bool cn_create_all(const cn_metadata *metadata, cn_engine *engine)
{
    return cn_metadata_create(metadata, engine, NULL);
}
