/*
 * The frame around creating and dropping: connection, order, existence, error. Called by create.c,
 * drop.c and show.c.
 */
#include "catalog/work.h"

#include <string.h>

#include "base/memory.h"
#include "base/schemas.h"
#include "engine/engine.h"
#include "engine/options.h"
#include "schema/relationship.h"

/* ---- beginning ------------------------------------------------------------------------------- */

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
    work->ddl = (cn_ddl){
        .dialect = work->dialect, .server = work->server, .sql = &work->sql, .error = &work->error};
    work->ddl.no_foreign_keys = cn_engine_get_options(work->engine)->no_foreign_keys ||
                                work->options.no_foreign_keys;
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

/* Which tables .only names. */
static bool choose(cn_work *work)
{
    const cn_model *const *only = work->options.only;
    for (size_t i = 0; i < work->count; i++)
        work->wanted[i] = only == NULL;
    for (; only != NULL && *only != NULL; only++) {
        size_t i = 0;
        while (i < work->count && work->tables[i]->model != *only)
            i++;
        if (i == work->count)
            return cn_error_set(&work->error, CN_CAUSE_MISUSE, "the metadata does not list %s",
                                (*only)->name);
        work->wanted[i] = true;
    }
    return true;
}

static void *copy(cn_work *work, const void *list, size_t count, size_t size)
{
    void *made = cn_arena_take(&work->moved, count * size + 1, sizeof(void *));
    return made == NULL || count == 0 ? made : memcpy(made, list, count * size);
}

const cn_table *cn_work_moved(cn_work *work, const cn_table *table)
{
    const char *schema = cn_schemas_find(work->schemas, table->schema);
    if (schema == table->schema)
        return table;
    cn_table *moved = copy(work, table, 1, sizeof *table);
    if (moved == NULL)
        return NULL;
    moved->schema       = schema;
    moved->columns      = copy(work, table->columns, table->column_count, sizeof *table->columns);
    moved->indexes      = copy(work, table->indexes, table->index_count, sizeof *table->indexes);
    moved->foreign_keys = copy(work, table->foreign_keys, table->foreign_key_count,
                               sizeof *table->foreign_keys);
    if (moved->columns == NULL || moved->indexes == NULL || moved->foreign_keys == NULL)
        return NULL;
    for (size_t i = 0; i < table->column_count; i++)
        moved->columns[i].table = moved;
    for (size_t i = 0; i < table->index_count; i++)
        moved->indexes[i].table = moved;
    for (size_t i = 0; i < table->foreign_key_count; i++)
        moved->foreign_keys[i].table = moved;
    return moved;
}

static bool move_tables(cn_work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        work->tables[i] = cn_work_moved(work, work->tables[i]);
        if (work->tables[i] == NULL)
            return cn_error_no_memory(&work->error);
    }
    return true;
}

/* Those of the call, or else the engine's. */
static void take_schemas(cn_work *work)
{
    work->schemas = work->options.schemas;
    if (work->schemas == NULL && work->engine != NULL)
        work->schemas = cn_engine_get_options(work->engine)->schemas;
}

static bool sort(cn_work *work, const cn_metadata *metadata, const cn_ddl_options *options)
{
    size_t listed = 0;
    while (metadata != NULL && metadata->models != NULL && metadata->models[listed] != NULL)
        listed++;
    if (!cn_options_copy(&work->options, sizeof work->options, options, "cn_ddl_options",
                         &work->error))
        return false;
    take_schemas(work);
    work->metadata = metadata;
    work->tables   = cn_allocate_zero(listed, sizeof *work->tables);
    work->exists   = cn_allocate_zero(listed, sizeof *work->exists);
    work->wanted   = cn_allocate_zero(listed, sizeof *work->wanted);
    if (work->tables == NULL || work->exists == NULL || work->wanted == NULL)
        return cn_error_no_memory(&work->error);
    if (metadata == NULL || metadata->models == NULL)
        return cn_error_set(&work->error, CN_CAUSE_MISUSE, "no metadata was given");
    return cn_metadata_sort(metadata, work->tables, &work->count, &work->error) && resolve(work) &&
           choose(work) && move_tables(work);
}

/* ---- sequences and types --------------------------------------------------------------------- */

static bool add_thing(cn_work *work, cn_things *things, cn_thing thing)
{
    for (size_t i = 0; i < things->count; i++) {
        if (strcmp(things->list[i].name, thing.name) == 0)
            return true;
    }
    if (!cn_reserve(&things->list, &things->capacity, things->count + 1, sizeof *things->list))
        return cn_error_no_memory(&work->error);
    things->list[things->count++] = thing;
    return true;
}

static bool add_enum(cn_work *work, const cn_type *type)
{
    const cn_thing thing = {.name = type->name, .type = type};
    if (type->kind != CN_TYPE_ENUM || type->enum_form != CN_ENUM_NATIVE ||
        !work->dialect->definition->enum_types)
        return true;
    for (size_t i = 0; i < work->enums.count; i++) {
        const char *const *one = work->enums.list[i].type->labels, *const *other = type->labels;
        if (strcmp(work->enums.list[i].name, type->name) != 0)
            continue;
        while (*one != NULL && *other != NULL && strcmp(*one, *other) == 0)
            one++, other++;
        if (*one != *other)
            return cn_error_set(&work->error, CN_CAUSE_MODEL,
                                "two enumerations called \"%s\" have different labels", type->name);
    }
    return add_thing(work, &work->enums, thing);
}

static bool find_things(cn_work *work)
{
    bool                      has    = cn_ddl_has(&work->ddl, CN_DDL_SEQUENCE);
    const cn_sequence *const *listed = work->metadata->sequences;
    for (; listed != NULL && *listed != NULL && work->options.only == NULL; listed++) {
        const cn_thing thing = {.name = (*listed)->name, .sequence = *listed};
        if (!add_thing(work, &work->sequences, thing))
            return false;
    }
    for (size_t i = 0; i < work->count; i++) {
        const cn_table *table = work->tables[i];
        for (size_t j = 0; work->wanted[i] && j < table->column_count; j++) {
            const cn_column   *column   = &table->columns[j];
            const cn_sequence *sequence = column->sequence;
            if (has && sequence != NULL &&
                !add_thing(work, &work->sequences,
                           (cn_thing){.name = sequence->name, .sequence = sequence}))
                return false;
            if (!add_enum(work, &column->type))
                return false;
        }
    }
    return true;
}

/* ---- what exists ----------------------------------------------------------------------------- */

static bool take_table(cn_work *work, const char *text, void *context)
{
    (void)context;
    for (size_t i = 0; i < work->count; i++) {
        if (strcmp(work->tables[i]->model->table, text) == 0)
            work->exists[i] = true;
    }
    return true;
}

static bool take_thing(cn_work *work, const char *text, void *context)
{
    cn_things *things = context;
    (void)work;
    for (size_t i = 0; i < things->count; i++) {
        if (strcmp(things->list[i].name, text) == 0)
            things->list[i].exists = true;
    }
    return true;
}

static bool look_for(cn_work *work, cn_things *things,
                     void (*existing)(cn_buffer *sql, const char *const *names, size_t count))
{
    if (things->count == 0 || existing == NULL)
        return true;
    const char **names = cn_allocate_zero(things->count, sizeof *names);
    if (names == NULL)
        return cn_error_no_memory(&work->error);
    for (size_t i = 0; i < things->count; i++)
        names[i] = things->list[i].name;
    existing(&work->sql, names, things->count);
    cn_release(names);
    return cn_work_query(work, take_thing, things);
}

/* What is taken for there, and for missing, if nobody looks. */
static void assume(cn_work *work, bool there)
{
    for (size_t i = 0; i < work->count; i++)
        work->exists[i] = there;
    for (size_t i = 0; i < work->sequences.count; i++)
        work->sequences.list[i].exists = there;
    for (size_t i = 0; i < work->enums.count; i++)
        work->enums.list[i].exists = there;
}

static bool look(cn_work *work, cn_work_kind kind)
{
    const cn_definition *definition = work->dialect->definition;
    work->ddl.naming                = &work->metadata->naming;
    work->ddl.schemas               = work->schemas;
    work->ddl.if_exists             = work->options.if_exists;
    if (!find_things(work))
        return false;
    if (work->shown != NULL || work->options.unchecked || work->options.if_exists) {
        assume(work, kind == CN_WORK_DROP);
    } else if (work->count != 0) {
        definition->existing(&work->sql, work->tables, work->count, work->server);
        if (!cn_work_query(work, take_table, NULL))
            return false;
    }
    if (work->shown == NULL && !work->options.unchecked && !work->options.if_exists &&
        (!look_for(work, &work->sequences, definition->existing_sequences) ||
         !look_for(work, &work->enums, definition->existing_types)))
        return false;
    for (size_t i = 0; i < work->count; i++) {
        if (!work->wanted[i])
            work->exists[i] = kind == CN_WORK_CREATE;
    }
    return true;
}

bool cn_work_begin(cn_work *work, cn_engine *engine, const cn_metadata *metadata,
                   const cn_ddl_options *options, cn_work_kind kind)
{
    *work = (cn_work){.engine = engine};
    if (engine == NULL)
        return false;
    cn_engine_begin_call(engine);
    return sort(work, metadata, options) && connect_work(work) && look(work, kind);
}

bool cn_work_begin_text(cn_work *work, const cn_link *server, const char *dialect, cn_buffer *shown,
                        const cn_metadata *metadata, const cn_ddl_options *options,
                        cn_work_kind kind)
{
    *work = (cn_work){.server = server, .dialect = cn_dialect_named(dialect), .shown = shown};
    if (!sort(work, metadata, options))
        return false;
    work->ddl = (cn_ddl){.dialect         = work->dialect,
                         .server          = server,
                         .sql             = &work->sql,
                         .error           = &work->error,
                         .no_foreign_keys = work->options.no_foreign_keys};
    return look(work, kind);
}

bool cn_work_begin_alone(cn_work *work, cn_engine *engine)
{
    *work = (cn_work){.engine = engine};
    if (engine == NULL)
        return false;
    cn_engine_begin_call(engine);
    take_schemas(work);
    return connect_work(work);
}

/* ---- running --------------------------------------------------------------------------------- */

/* "\nCREATE TABLE ...\n\n" becomes "\nCREATE TABLE ...;\n". */
static bool show(cn_work *work)
{
    size_t size = work->sql.size;
    while (size > 0 && work->sql.text[size - 1] == '\n')
        size--;
    cn_buffer_add(work->shown, cn_buffer_get(&work->sql), size);
    cn_buffer_text(work->shown, ";\n");
    cn_buffer_reset(&work->sql);
    return !work->shown->failed || cn_error_no_memory(&work->error);
}

bool cn_work_run(cn_work *work, bool written)
{
    if (work->shown != NULL)
        return written && show(work);
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

bool cn_work_texts(cn_work *work, cn_ddl_when when)
{
    const cn_ddl_text *text = work->options.only == NULL ? work->metadata->texts : NULL;
    bool is_mariadb         = work->server != NULL && work->server->product == CN_PRODUCT_MARIADB;
    for (; text != NULL && text->sql != NULL; text++) {
        bool is_meant = text->dialect == NULL || strcmp(text->dialect, work->dialect->name) == 0 ||
                        (is_mariadb && strcmp(text->dialect, "mariadb") == 0);
        if (text->when != when || !is_meant)
            continue;
        cn_buffer_text(&work->sql, text->sql);
        if (!cn_work_run(work, !work->sql.failed || cn_error_no_memory(&work->error)))
            return false;
    }
    return true;
}

size_t cn_work_referred(const cn_work *work, const cn_foreign_key *key)
{
    size_t i = 0;
    while (i < work->count && strcmp(work->tables[i]->model->table, key->foreign_table) != 0)
        i++;
    return i;
}

/* ---- ending ---------------------------------------------------------------------------------- */

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

void cn_work_free(cn_work *work)
{
    cn_error_clear(&work->error);
    cn_buffer_free(&work->sql);
    cn_arena_free(&work->moved);
    cn_release(work->tables);
    cn_release(work->exists);
    cn_release(work->wanted);
    cn_release(work->sequences.list);
    cn_release(work->enums.list);
}

bool cn_work_end(cn_work *work, bool done, const char *verb)
{
    work->at = done ? NULL : work->at;
    done     = done && cn_connection_commit(work->connection);
    if (!done) {
        cn_work_recover(work, verb);
        if (work->engine != NULL)
            cn_engine_fail_with(work->engine, &work->error);
    }
    cn_connection_close(work->connection);
    cn_work_free(work);
    return done;
}
