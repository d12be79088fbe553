/*
 * cn_drop_all: the tables of a metadata that exist, in the reverse order of their creation, then
 * the sequences and types that they needed. A cycle of foreign keys is opened first, or the check
 * of it put off.
 */
#include "catalog/work.h"

#include <string.h>

/* A foreign key that its own table's end comes too late for: it refers to a table that is
   dropped before. */
static bool is_in_the_way(const cn_work *work, size_t from, const cn_foreign_key *key)
{
    size_t to = cn_work_referred(work, key);
    return to < work->count && to > from && work->exists[to] && !work->ddl.no_foreign_keys;
}

/* The constraint may have been made by anyone, under any name. */
static bool drop_named(cn_work *work, const char *name, void *context)
{
    cn_buffer *names = context;
    (void)work;
    cn_buffer_add(names, name, strlen(name) + 1);
    return true;
}

static bool drop_foreign_key(cn_work *work, const cn_foreign_key *key)
{
    cn_buffer names = {0};
    if (work->shown != NULL)
        return cn_work_run(work, cn_ddl_drop_foreign_key(&work->ddl, key, NULL));
    work->dialect->definition->foreign_key_names(&work->sql, key);
    bool done = cn_work_query(work, drop_named, &names);
    if (done && names.failed)
        done = cn_error_no_memory(&work->error);
    for (size_t at = 0; done && at < names.size; at += strlen(names.text + at) + 1)
        done = cn_work_run(work, cn_ddl_drop_foreign_key(&work->ddl, key, names.text + at));
    cn_buffer_free(&names);
    return done;
}

static bool open_cycle(cn_work *work, const cn_foreign_key *key, bool *deferred)
{
    const cn_definition *definition = work->dialect->definition;
    if (definition->alter_drops_foreign_key != NULL)
        return drop_foreign_key(work, key);
    if (*deferred || definition->defer_foreign_keys == NULL)
        return true;
    *deferred = true;
    cn_buffer_text(&work->sql, definition->defer_foreign_keys);
    return cn_work_run(work, !work->sql.failed || cn_error_no_memory(&work->error));
}

static bool open_cycles(cn_work *work)
{
    bool deferred = false;
    for (size_t i = 0; i < work->count; i++) {
        const cn_table *table = work->tables[i];
        for (size_t j = 0; work->exists[i] && j < table->foreign_key_count; j++) {
            if (!is_in_the_way(work, i, &table->foreign_keys[j]))
                continue;
            work->at = table;
            if (!open_cycle(work, &table->foreign_keys[j], &deferred))
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
    work->at = NULL;
    return true;
}

/* With a part of the tables, the rest may still need them. */
static bool drop_things(cn_work *work)
{
    if (work->options.only != NULL)
        return true;
    for (size_t i = work->sequences.count; i-- > 0;) {
        const cn_thing *thing = &work->sequences.list[i];
        if (thing->exists && !cn_work_run(work, cn_ddl_drop_sequence(&work->ddl, thing->name)))
            return false;
    }
    for (size_t i = work->enums.count; i-- > 0;) {
        const cn_thing *thing = &work->enums.list[i];
        if (thing->exists && !cn_work_run(work, cn_ddl_drop_enum(&work->ddl, thing->name)))
            return false;
    }
    return true;
}

bool cn_work_drop(cn_work *work)
{
    return cn_work_texts(work, CN_BEFORE_DROP) && open_cycles(work) && drop_tables(work) &&
           drop_things(work) && cn_work_texts(work, CN_AFTER_DROP);
}

bool cn_metadata_drop(const cn_metadata *metadata, cn_engine *engine, const cn_ddl_options *options)
{
    cn_work work;
    bool    done = cn_work_begin(&work, engine, metadata, options, CN_WORK_DROP) &&
                cn_work_drop(&work);
    return cn_work_end(&work, done, "dropping");
}

bool cn_drop_all(const cn_metadata *metadata, cn_engine *engine)
{
    return cn_metadata_drop(metadata, engine, NULL);
}
