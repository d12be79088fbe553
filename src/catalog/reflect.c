/*
 * cn_reflect: from what is wanted to a reflection. A round reads all the tables that are wanted;
 * those that foreign keys lead to are wanted in the next. How a database is asked is the business
 * of its reflector, what becomes of the answers that of reflect_model.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "catalog/reflect.h"
#include "schema/made.h"

/* ---- what is wanted -------------------------------------------------------------------------- */

static cn_wanted *want_schema(cn_reader *reader, cn_pointers *list, const char *schema)
{
    for (size_t i = 0; i < list->count; i++) {
        cn_wanted *wanted = list->items[i];
        if (strcmp(wanted->schema, schema) == 0)
            return wanted;
    }
    cn_wanted *wanted = cn_reader_new(reader, sizeof *wanted);
    if (wanted == NULL)
        return NULL;
    wanted->schema = cn_reader_keep(reader, schema);
    return cn_reader_add(reader, list, wanted) && !reader->no_memory ? wanted : NULL;
}

static bool want_table(cn_reader *reader, cn_pointers *list, const char *schema, const char *name)
{
    cn_wanted *wanted = want_schema(reader, list, schema);
    for (size_t i = 0; wanted != NULL && i < wanted->names.count; i++) {
        if (strcmp(wanted->names.items[i], name) == 0)
            return true;
    }
    return wanted != NULL && cn_reader_add(reader, &wanted->names, (void *)name);
}

static bool want_in(cn_reader *reader, const char *schema)
{
    const char *const *only   = reader->options->only;
    cn_wanted         *wanted = want_schema(reader, &reader->wanted, schema);
    if (wanted == NULL)
        return false;
    wanted->all = only == NULL;
    for (size_t i = 0; only != NULL && only[i] != NULL; i++) {
        if (!want_table(reader, &reader->wanted, schema, cn_reader_keep(reader, only[i])))
            return false;
    }
    return true;
}

static bool has_schema(const cn_reader *reader, const char *schema)
{
    const cn_pointers *known = &reader->into->schemas;
    for (size_t i = 0; i < known->count; i++) {
        if (strcmp(known->items[i], schema) == 0)
            return true;
    }
    return false;
}

static bool want_named(cn_reader *reader)
{
    reader->named_schemas = true;
    for (size_t i = 0; reader->options->schemas[i] != NULL; i++) {
        const char *schema = reader->options->schemas[i];
        if (!has_schema(reader, schema) && reader->forgiving)
            continue;
        if (!has_schema(reader, schema))
            return cn_error_set(reader->error, CN_CAUSE_NOT_FOUND, "there is no schema \"%s\"",
                                schema);
        if (!want_in(reader, schema))
            return cn_error_no_memory(reader->error);
    }
    return true;
}

/* The first round. */
static bool want(cn_reader *reader)
{
    cn_reflection *into = reader->into;
    if (reader->options->schemas != NULL)
        return want_named(reader);
    if (reader->options->all_schemas) {
        for (size_t i = 0; i < into->schemas.count; i++) {
            if (!want_in(reader, into->schemas.items[i]))
                return cn_error_no_memory(reader->error);
        }
        return true;
    }
    if (into->default_schema == NULL)
        return cn_error_set(reader->error, CN_CAUSE_NOT_FOUND,
                            "the connection has no schema of its own: name one with .schemas");
    return want_in(reader, into->default_schema) || cn_error_no_memory(reader->error);
}

static bool check_only(cn_reader *reader)
{
    const char *const *only = reader->options->only;
    for (size_t i = 0; only != NULL && only[i] != NULL; i++) {
        bool found = false;
        for (size_t j = 0; !found && j < reader->wanted.count; j++) {
            const cn_wanted *wanted = reader->wanted.items[j];
            found                   = cn_reader_any(reader, wanted->schema, only[i]) != NULL;
        }
        if (!found && !reader->no_memory && reader->options->filter == NULL && !reader->forgiving)
            return cn_error_set(reader->error, CN_CAUSE_NOT_FOUND, "there is no table \"%s\"",
                                only[i]);
    }
    return !reader->no_memory || cn_error_no_memory(reader->error);
}

/* What the foreign keys of the last round lead to becomes the wanted of the next. */
static bool want_linked(cn_reader *reader)
{
    cn_pointers linked = {0};
    for (size_t i = 0; i < reader->into->tables.count; i++) {
        const cn_draft *draft = reader->into->tables.items[i];
        for (size_t j = 0; draft->round == reader->round && j < draft->foreign_keys.count; j++) {
            const cn_reflected_foreign_key *key    = draft->foreign_keys.items[j];
            const char                     *schema = key->foreign_schema;
            if (schema == NULL)
                schema = reader->into->default_schema;
            if (schema != NULL && cn_reader_any(reader, schema, key->foreign_table) == NULL &&
                !want_table(reader, &linked, schema, key->foreign_table))
                return cn_error_no_memory(reader->error);
        }
    }
    reader->wanted = linked;
    return !reader->no_memory || cn_error_no_memory(reader->error);
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static bool read_sequences(cn_reader *reader)
{
    const cn_reflector *reflector = reader->reflector;
    if (reflector->sequences == NULL)
        return true;
    if (!reflector->sequences(reader))
        return false;
    for (size_t i = 0; i < reader->into->sequences.count; i++) {
        cn_sequence_draft *draft = reader->into->sequences.items[i];
        draft->made.options      = draft->shown.options;
        draft->made.name         = cn_reflect_path(&reader->into->arena, draft->shown.schema,
                                                   draft->shown.name);
        if (draft->made.name == NULL)
            return cn_error_no_memory(reader->error);
    }
    return true;
}

static bool read_tables(cn_reader *reader)
{
    const cn_reflector *reflector = reader->reflector;
    bool                names     = reader->options->names_only;
    if (reflector == NULL || !reflector->schemas(reader) || !want(reader))
        return false;
    if (reader->wanted.count != 0 && !read_sequences(reader))
        return false;
    for (reader->round = 1; reader->wanted.count != 0; reader->round++) {
        size_t before = reader->into->tables.count;
        if (!reflector->tables(reader) || (reader->round == 1 && !check_only(reader)))
            return false;
        if (reader->into->tables.count == before || names)
            return true;
        if (!reflector->details(reader))
            return false;
        if (reader->options->no_linked)
            return true;
        if (!want_linked(reader))
            return false;
    }
    return true;
}

/* ---- putting it together --------------------------------------------------------------------- */

/* The columns of a key that does not name them are those of the other's primary key (SQLite). */
static void settle_foreign_key(cn_reader *reader, cn_reflected_foreign_key *key)
{
    const char *schema = key->foreign_schema != NULL ? key->foreign_schema
                                                     : reader->into->default_schema;
    cn_draft   *target = schema != NULL ? cn_reader_any(reader, schema, key->foreign_table) : NULL;
    if (target == NULL)
        return;
    key->target                     = &target->shown;
    key->foreign_table              = target->shown.name; /* some servers show it in lower case */
    const cn_reflected_key *primary = target->primary_key;
    if (key->foreign_columns == NULL && primary != NULL && primary->count == key->count)
        key->foreign_columns = primary->columns;
}

static void settle(cn_reader *reader, cn_draft *draft)
{
    cn_reflected_table *shown = &draft->shown;
    for (size_t i = 0; i < draft->foreign_keys.count; i++)
        settle_foreign_key(reader, draft->foreign_keys.items[i]);
    shown->primary_key       = draft->primary_key;
    shown->columns           = (const cn_reflected_column *const *)draft->columns.items;
    shown->column_count      = draft->columns.count;
    shown->uniques           = (const cn_reflected_key *const *)draft->uniques.items;
    shown->unique_count      = draft->uniques.count;
    shown->checks            = (const cn_reflected_check *const *)draft->checks.items;
    shown->check_count       = draft->checks.count;
    shown->foreign_keys      = (const cn_reflected_foreign_key *const *)draft->foreign_keys.items;
    shown->foreign_key_count = draft->foreign_keys.count;
    shown->indexes           = (const cn_reflected_index *const *)draft->indexes.items;
    shown->index_count       = draft->indexes.count;
}

/* The default schema's tables first. */
static int compare_names(const char *schema, const char *name, const char *other_schema,
                         const char *other_name)
{
    int order = strcmp(schema != NULL ? schema : "", other_schema != NULL ? other_schema : "");
    return order != 0 ? order : strcmp(name, other_name);
}

static int compare_tables(const void *left, const void *right)
{
    const cn_reflected_table *a = *(void *const *)left, *b = *(void *const *)right;
    return compare_names(a->schema, a->name, b->schema, b->name);
}

static int compare_sequences(const void *left, const void *right)
{
    const cn_reflected_sequence *a = *(void *const *)left, *b = *(void *const *)right;
    return compare_names(a->schema, a->name, b->schema, b->name);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void sort(cn_pointers *list, int (*compare)(const void *, const void *))
{
    if (list->count > 1)
        qsort(list->items, list->count, sizeof *list->items, compare);
}

/* A list is never NULL, so that its end is always there. */
static void end_lists(cn_draft *draft)
{
    static void       *nothing[1];
    cn_pointers *const lists[] = {&draft->columns, &draft->uniques, &draft->checks,
                                  &draft->foreign_keys, &draft->indexes};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (lists[i]->items == NULL)
            lists[i]->items = nothing;
    }
}

static bool is_used(const cn_reflection *into, const char *path)
{
    for (size_t i = 0; i < into->tables.count; i++) {
        const cn_draft *draft = into->tables.items[i];
        for (size_t j = 0; j < draft->columns.count; j++) {
            const cn_reflected_column *column = draft->columns.items[j];
            if (column->sequence != NULL && strcmp(column->sequence, path) == 0)
                return true;
        }
    }
    return false;
}

/* With single tables come the sequences that they use, no others. */
static void keep_used_sequences(cn_reflection *into)
{
    cn_pointers *list = &into->sequences;
    size_t       kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const cn_sequence_draft *draft = list->items[i];
        if (is_used(into, draft->made.name))
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

static bool put_together(cn_reader *reader)
{
    cn_reflection *into = reader->into;
    if (reader->options->only != NULL)
        keep_used_sequences(into);
    sort(&into->tables, compare_tables);
    sort(&into->sequences, compare_sequences);
    sort(&into->schemas, compare_texts);
    for (size_t i = 0; i < into->tables.count; i++) {
        end_lists(into->tables.items[i]);
        settle(reader, into->tables.items[i]);
    }
    for (size_t i = 0; i < into->tables.count; i++) {
        cn_draft *draft = into->tables.items[i];
        if (draft->columns.count != 0 && !cn_reader_model(reader, draft))
            return cn_error_no_memory(reader->error);
    }
    if (!cn_reader_metadata(reader) || reader->no_memory)
        return cn_error_no_memory(reader->error);
    return true;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static const cn_reflector *reflector_of(const char *dialect)
{
    static const cn_reflector *const all[] = {&cn_reflector_sqlite, &cn_reflector_mysql,
                                              &cn_reflector_postgresql};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(all[i]->dialect, dialect) == 0)
            return all[i];
    }
    return NULL;
}

static bool begin(cn_reader *reader)
{
    cn_connection *connection = reader->connection;
    const cn_link *link       = NULL;
    if (!cn_connection_is_failed(connection) &&
        (cn_connection_in_transaction(connection) || cn_connection_begin(connection, NULL)))
        link = cn_connection_link(connection);
    if (link == NULL)
        return false;
    const char    *dialect = link->driver->dialect;
    cn_arena       arena   = {0};
    cn_reflection *into    = CN_ARENA_NEW(&arena, cn_reflection);
    if (into == NULL)
        return cn_error_no_memory(reader->error);
    into->arena         = arena;
    into->server        = *link;
    into->server.driver = NULL;
    into->dialect       = cn_dialect_named(dialect);
    reader->into        = into;
    reader->reflector   = reflector_of(dialect);
    if (reader->reflector != NULL)
        reader->fold_names = reader->reflector->fold_names;
    return (reader->reflector != NULL && into->dialect != NULL) ||
           cn_error_set(reader->error, CN_CAUSE_UNSUPPORTED,
                        "nobody knows the catalogue of \"%s\": ask it by text", dialect);
}

void cn_reflection_free(cn_reflection *reflection)
{
    if (reflection == NULL)
        return;
    for (size_t i = 0; i < reflection->tables.count; i++)
        cn_model_unmake(((cn_draft *)reflection->tables.items[i])->shown.model);
    cn_map_free(&reflection->by_name);
    cn_arena arena = reflection->arena; /* the reflection stands in it */
    cn_arena_free(&arena);
}

/* An error of the reader's own becomes the connection's; one of the connection's says what was
   being read. */
static void fail(cn_reader *reader)
{
    cn_connection *connection = reader->connection;
    if (!cn_connection_is_failed(connection)) {
        (void)cn_connection_fail_filled(connection, NULL);
        return;
    }
    if (reader->error != &connection->error)
        cn_error_clear(reader->error);
    if (reader->doing != NULL && connection->error.cause != CN_CAUSE_MEMORY)
        cn_error_append(&connection->error, "; while reading %s from the catalogue", reader->doing);
}

static cn_reflection *reflect(cn_connection *connection, const cn_reflect_options *options,
                              bool forgiving)
{
    cn_reader reader = {.connection = connection,
                        .options    = options,
                        .forgiving  = forgiving,
                        .error      = cn_connection_error_slot(connection)};
    bool      done   = begin(&reader) && read_tables(&reader) && put_together(&reader);
    if (!done) {
        fail(&reader);
        cn_reflection_free(reader.into);
        reader.into = NULL;
    }
    cn_buffer_free(&reader.sql);
    cn_arena_free(&reader.scratch);
    return reader.into;
}

static cn_reflect_options options_of(const cn_reflect_options *given)
{
    cn_reflect_options options = {0};
    if (given != NULL)
        memcpy(&options, given, given->size < sizeof options ? given->size : sizeof options);
    return options;
}

cn_reflection *cn_connection_reflect(cn_connection *connection, const cn_reflect_options *options)
{
    const cn_reflect_options read = options_of(options);
    if (connection == NULL || cn_connection_is_failed(connection))
        return NULL;
    return reflect(connection, &read, false);
}

/* ---- with an engine -------------------------------------------------------------------------- */

/* A connection for one call; its error becomes the engine's. */
static cn_connection *take(cn_engine *engine)
{
    if (engine == NULL)
        return NULL;
    cn_engine_begin_call(engine);
    cn_connection *connection = cn_connection_open(engine, NULL);
    if (connection == NULL) {
        cn_error error = {0};
        (void)cn_error_no_memory(&error);
        (void)cn_engine_fail_with(engine, &error);
    }
    return connection;
}

static void give_back(cn_engine *engine, cn_connection *connection)
{
    if (connection == NULL)
        return;
    if (cn_connection_is_failed(connection)) {
        cn_error error = {0};
        cn_error_copy(&error, cn_connection_error(connection));
        (void)cn_error_get_cause(cn_connection_error(connection)); /* it has been read */
        (void)cn_engine_fail_with(engine, &error);
    }
    cn_connection_close(connection);
}

cn_reflection *cn_engine_reflect(cn_engine *engine, const cn_reflect_options *options)
{
    cn_connection *connection = take(engine);
    cn_reflection *found      = cn_connection_reflect(connection, options);
    give_back(engine, connection);
    return found;
}

/* ---- single questions ------------------------------------------------------------------------ */

/* Of a table that need not be there, or all that is known of it. */
static cn_reflection *reflect_one(cn_connection *connection, const char *schema, const char *name,
                                  bool names_only)
{
    const char *const schemas[] = {schema, NULL}, *const only[] = {name, NULL};
    cn_reflect_options options = {.size       = sizeof options,
                                  .schemas    = schema != NULL ? schemas : NULL,
                                  .only       = only,
                                  .no_linked  = true,
                                  .names_only = names_only};
    if (name == NULL || cn_connection_is_failed(connection))
        return NULL;
    return reflect(connection, &options, true);
}

bool cn_connection_has_table(cn_connection *connection, const char *schema, const char *name)
{
    cn_reflection *found    = reflect_one(connection, schema, name, true);
    bool           is_there = cn_reflection_table_count(found) != 0;
    cn_reflection_free(found);
    return is_there;
}

static bool has_key(const cn_reflected_key *key, const char *name)
{
    return key != NULL && key->name != NULL && strcmp(key->name, name) == 0;
}

static bool has_index(const cn_reflected_table *table, const char *index)
{
    bool found = has_key(table->primary_key, index);
    for (size_t i = 0; !found && i < table->unique_count; i++)
        found = has_key(table->uniques[i], index);
    for (size_t i = 0; !found && i < table->index_count; i++)
        found = strcmp(table->indexes[i]->name, index) == 0;
    return found;
}

bool cn_connection_has_index(cn_connection *connection, const char *schema, const char *table,
                             const char *index)
{
    cn_reflection *found    = reflect_one(connection, schema, table, false);
    bool           is_there = cn_reflection_table_count(found) != 0 && index != NULL &&
                    has_index(cn_reflection_table(found, 0), index);
    cn_reflection_free(found);
    return is_there;
}

bool cn_engine_has_table(cn_engine *engine, const char *schema, const char *name)
{
    cn_connection *connection = take(engine);
    bool           found      = cn_connection_has_table(connection, schema, name);
    give_back(engine, connection);
    return found;
}

bool cn_engine_has_index(cn_engine *engine, const char *schema, const char *table,
                         const char *index)
{
    cn_connection *connection = take(engine);
    bool           found      = cn_connection_has_index(connection, schema, table, index);
    give_back(engine, connection);
    return found;
}

/* ---- reading a reflection -------------------------------------------------------------------- */

const char *const *cn_reflection_schemas(const cn_reflection *reflection)
{
    static const char *const none[1] = {NULL};
    bool                     some    = reflection != NULL && reflection->schemas.count != 0;
    return some ? (const char *const *)reflection->schemas.items : none;
}

const char *cn_reflection_default_schema(const cn_reflection *reflection)
{
    return reflection != NULL ? reflection->default_schema : NULL;
}

size_t cn_reflection_table_count(const cn_reflection *reflection)
{
    return reflection != NULL ? reflection->tables.count : 0;
}

const cn_reflected_table *cn_reflection_table(const cn_reflection *reflection, size_t at)
{
    return at < cn_reflection_table_count(reflection) ? reflection->tables.items[at] : NULL;
}

const cn_reflected_table *cn_reflection_find(const cn_reflection *reflection, const char *schema,
                                             const char *name)
{
    size_t low = 0, high = name != NULL ? cn_reflection_table_count(reflection) : 0;
    while (low < high) {
        size_t                    middle = low + (high - low) / 2;
        const cn_reflected_table *table  = reflection->tables.items[middle];
        int                       order  = compare_names(table->schema, table->name, schema, name);
        if (order == 0)
            return table;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const cn_reflected_column *cn_reflected_table_column(const cn_reflected_table *table,
                                                     const char               *name)
{
    for (size_t i = 0; table != NULL && name != NULL && i < table->column_count; i++) {
        if (strcmp(table->columns[i]->name, name) == 0)
            return table->columns[i];
    }
    return NULL;
}

size_t cn_reflection_sequence_count(const cn_reflection *reflection)
{
    return reflection != NULL ? reflection->sequences.count : 0;
}

const cn_reflected_sequence *cn_reflection_sequence(const cn_reflection *reflection, size_t at)
{
    return at < cn_reflection_sequence_count(reflection) ? reflection->sequences.items[at] : NULL;
}

const cn_model *cn_reflection_model(const cn_reflection *reflection, const char *schema,
                                    const char *name)
{
    const cn_reflected_table *table = cn_reflection_find(reflection, schema, name);
    return table != NULL ? table->model : NULL;
}

const cn_metadata *cn_reflection_metadata(const cn_reflection *reflection)
{
    return reflection != NULL ? &reflection->metadata : NULL;
}
