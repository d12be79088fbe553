/*
 * From what was found to a model: a table like those that CN_TABLE declares, with all that the
 * database says of it. Called by reflect.c when every table is known.
 */
#include <string.h>

#include "catalog/portable.h"
#include "catalog/reflect.h"
#include "schema/made.h"

static void add_part(cn_buffer *path, const char *name)
{
    bool quoted = strchr(name, '.') != NULL;
    if (quoted)
        cn_buffer_char(path, '"');
    cn_buffer_text(path, name);
    if (quoted)
        cn_buffer_char(path, '"');
}

const char *cn_reflect_path(cn_arena *arena, const char *schema, const char *name)
{
    cn_buffer path = {0};
    if (schema != NULL) {
        add_part(&path, schema);
        cn_buffer_char(&path, '.');
    }
    add_part(&path, name);
    const char *kept = path.failed ? NULL : cn_arena_text(arena, cn_buffer_get(&path));
    cn_buffer_free(&path);
    return kept;
}

/* What is filled in, and where it goes. The texts are those of the reflection, which lives as
   long. */
typedef struct maker {
    cn_reader      *reader;
    const cn_draft *draft;
    cn_table       *table;
    cn_arena       *arena;
    bool            no_memory;
} maker;

static void *take(maker *m, size_t count, size_t size)
{
    void *taken  = cn_arena_zero(m->arena, count, size);
    m->no_memory = m->no_memory || taken == NULL;
    return taken;
}

static uint32_t column_of(const maker *m, const char *name)
{
    for (uint32_t i = 0; i < m->table->column_count; i++) {
        if (strcmp(m->table->columns[i].name, name) == 0)
            return i;
    }
    return CN_NO_COLUMN;
}

/* The columns of a key; false: one is not there, and the key is left out. */
static bool columns_of(maker *m, const char *const *names, size_t count, uint32_t **columns)
{
    *columns = take(m, count, sizeof **columns);
    for (size_t i = 0; *columns != NULL && i < count; i++) {
        (*columns)[i] = column_of(m, names[i]);
        if ((*columns)[i] == CN_NO_COLUMN)
            return false;
    }
    return *columns != NULL && count != 0;
}

/* ---- columns --------------------------------------------------------------------------------- */

static const char *title_of(maker *m, const char *column)
{
    cn_buffer title = {0};
    cn_buffer_format(&title, "%s.%s", m->table->model->name, column);
    const char *kept = title.failed ? NULL : cn_arena_text(m->arena, title.text);
    m->no_memory     = m->no_memory || kept == NULL;
    cn_buffer_free(&title);
    return kept;
}

/* That of the reflection if there is one, with all that it says of itself. */
static const cn_sequence *sequence_of(maker *m, const char *path)
{
    const cn_pointers *all = &m->reader->into->sequences;
    for (size_t i = 0; path != NULL && i < all->count; i++) {
        const cn_sequence_draft *draft = all->items[i];
        if (strcmp(draft->made.name, path) == 0)
            return &draft->made;
    }
    cn_sequence *sequence = path != NULL ? take(m, 1, sizeof *sequence) : NULL;
    if (sequence != NULL)
        sequence->name = path;
    return sequence;
}

static void make_column(maker *m, cn_column *column, const cn_reflected_column *from)
{
    bool numbered = from->autoincrement || from->identity != CN_IDENTITY_NONE;
    bool single   = m->draft->primary_key != NULL && m->draft->primary_key->count == 1;

    *column = (cn_column){
        .table            = m->table,
        .index            = (uint32_t)(column - m->table->columns),
        .name             = from->name,
        .member           = from->name,
        .field            = {.storage = CN_STORAGE_NONE, .name = title_of(m, from->name)},
        .type             = from->type,
        .primary_key      = from->primary_key,
        .nullable         = from->nullable,
        .generated        = numbered && single && from->primary_key,
        .server_default   = from->server_default,
        .comment          = from->comment,
        .computed         = from->computed,
        .persisted        = from->persisted,
        .identity         = from->identity,
        .numbers          = from->identity_numbers,
        .sequence         = from->autoincrement ? NULL : sequence_of(m, from->sequence),
        .server_on_update = from->server_on_update,
        .autoincrement    = from->never_reused,
    };
    column->field.column   = column->index;
    column->field.utc      = from->type.kind == CN_TYPE_TIMESTAMP;
    column->made_by_server = from->computed != NULL || from->server_default != NULL ||
                             from->identity != CN_IDENTITY_NONE || from->autoincrement ||
                             column->sequence != NULL || from->server_on_update != NULL;
    column->never_written = from->computed != NULL || from->identity == CN_IDENTITY_ALWAYS;
    if (column->generated)
        m->table->generated = column->index;
    m->table->has_defaults = m->table->has_defaults || column->made_by_server;
}

static void make_columns(maker *m)
{
    cn_table *table  = m->table;
    size_t    count  = m->draft->columns.count;
    table->columns   = take(m, count, sizeof *table->columns);
    table->by_offset = take(m, count, sizeof *table->by_offset);
    table->generated = CN_NO_COLUMN;
    for (uint32_t i = 0; !m->no_memory && i < count; i++) {
        make_column(m, &table->columns[i], m->draft->columns.items[i]);
        table->by_offset[i] = i;
        table->column_count = i + 1;
    }
}

/* ---- keys and constraints -------------------------------------------------------------------- */

static void add(maker *m, cn_constraint_kind kind, size_t at)
{
    cn_table *table                             = m->table;
    table->constraints[table->constraint_count] = (cn_constraint){(uint8_t)kind, (uint32_t)at};
    table->constraint_count++;
}

static void make_primary_key(maker *m)
{
    const cn_reflected_key *key = m->draft->primary_key;
    if (key == NULL || !columns_of(m, key->columns, key->count, &m->table->primary_key))
        return;
    m->table->primary_key_count   = key->count;
    m->table->primary_key_name    = key->name;
    m->table->primary_key_comment = key->comment;
}

static uint8_t answer(bool deferrable)
{
    return deferrable ? CN_YES : CN_UNSAID;
}

static void make_uniques(maker *m)
{
    cn_table *table = m->table;
    table->uniques  = take(m, m->draft->uniques.count, sizeof *table->uniques);
    for (size_t i = 0; !m->no_memory && i < m->draft->uniques.count; i++) {
        const cn_reflected_key *from = m->draft->uniques.items[i];
        cn_unique_set          *set  = &table->uniques[table->unique_count];

        *set = (cn_unique_set){.name               = from->name,
                               .count              = from->count,
                               .nulls_not_distinct = from->nulls_not_distinct,
                               .deferrable         = answer(from->deferrable),
                               .initially          = from->initially_deferred ? "DEFERRED" : NULL,
                               .on_conflict        = from->on_conflict,
                               .comment            = from->comment};
        if (columns_of(m, from->columns, from->count, &set->columns))
            add(m, CN_CONSTRAINT_UNIQUE, table->unique_count++);
    }
}

static void make_checks(maker *m)
{
    cn_table *table = m->table;
    table->checks   = take(m, m->draft->checks.count, sizeof *table->checks);
    for (size_t i = 0; !m->no_memory && i < m->draft->checks.count; i++) {
        const cn_reflected_check *from = m->draft->checks.items[i];
        uint32_t column = from->column != NULL ? column_of(m, from->column) : CN_NO_COLUMN;
        add(m, CN_CONSTRAINT_CHECK, i);
        table->checks[table->check_count++] = (cn_check){from->name, from->condition, column,
                                                         from->comment};
    }
}

/* What a key of one column says stands with the column as well, as if .foreign_key had said it. */
static void tell_column(cn_table *table, const cn_foreign_key *key)
{
    cn_column *column = &table->columns[key->columns[0]];
    if (key->count != 1 || column->foreign_table != NULL)
        return;
    column->foreign_table  = key->foreign_table;
    column->foreign_column = key->foreign_columns[0];
    column->on_delete      = key->on_delete;
    column->on_update      = key->on_update;
}

static void make_foreign_keys(maker *m)
{
    cn_table *table     = m->table;
    table->foreign_keys = take(m, m->draft->foreign_keys.count, sizeof *table->foreign_keys);
    for (size_t i = 0; !m->no_memory && i < m->draft->foreign_keys.count; i++) {
        const cn_reflected_foreign_key *from = m->draft->foreign_keys.items[i];
        cn_foreign_key                 *key  = &table->foreign_keys[table->foreign_key_count];
        if (from->foreign_columns == NULL)
            continue; /* it does not say which, and its table is not there */
        *key = (cn_foreign_key){
            .table           = table,
            .name            = from->name,
            .foreign_columns = from->foreign_columns,
            .count           = from->count,
            .foreign_table   = cn_reflect_path(m->arena, from->foreign_schema, from->foreign_table),
            .on_delete       = from->on_delete,
            .on_update       = from->on_update,
            .match           = from->match,
            .initially       = from->initially_deferred ? "DEFERRED" : NULL,
            .deferrable      = answer(from->deferrable),
            .not_valid       = from->not_valid,
            .comment         = from->comment,
            .of_column       = from->count == 1};
        m->no_memory = m->no_memory || key->foreign_table == NULL;
        if (m->no_memory || !columns_of(m, from->columns, from->count, &key->columns))
            continue;
        add(m, CN_CONSTRAINT_FOREIGN_KEY, table->foreign_key_count++);
        tell_column(table, key);
    }
}

/* ---- indexes --------------------------------------------------------------------------------- */

static bool make_parts(maker *m, cn_index *index, const cn_reflected_index *from)
{
    index->parts = take(m, from->part_count, sizeof *index->parts);
    for (size_t i = 0; !m->no_memory && i < from->part_count; i++) {
        const cn_reflected_part *part = from->parts[i];
        index->parts[i]               = (cn_index_part){.column     = CN_NO_COLUMN,
                                                        .expression = part->expression,
                                                        .length     = part->length,
                                                        .descending = part->descending,
                                                        .nulls      = part->nulls,
                                                        .collation  = part->collation,
                                                        .op_class   = part->op_class};
        if (part->column != NULL)
            index->parts[i].column = column_of(m, part->column);
        if (part->column != NULL && index->parts[i].column == CN_NO_COLUMN)
            return false;
    }
    index->part_count = from->part_count;
    return !m->no_memory;
}

static void make_indexes(maker *m)
{
    cn_table *table = m->table;
    table->indexes  = take(m, m->draft->indexes.count, sizeof *table->indexes);
    for (size_t i = 0; !m->no_memory && i < m->draft->indexes.count; i++) {
        const cn_reflected_index *from  = m->draft->indexes.items[i];
        cn_index                 *index = &table->indexes[table->index_count];
        if (from->implied)
            continue;
        *index = (cn_index){.table   = table,
                            .name    = from->name,
                            .unique  = from->unique,
                            .options = {.size               = sizeof index->options,
                                        .name               = from->name,
                                        .unique             = from->unique,
                                        .where              = from->where,
                                        .method             = from->method,
                                        .with               = from->with,
                                        .tablespace         = from->tablespace,
                                        .nulls_not_distinct = from->nulls_not_distinct,
                                        .kind               = from->kind,
                                        .parser             = from->parser,
                                        .comment            = from->comment}};
        if (from->include_count != 0 &&
            columns_of(m, from->include, from->include_count, &index->include)) {
            index->include_count   = from->include_count;
            index->options.include = from->include;
        }
        if (make_parts(m, index, from))
            table->index_count++;
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void make_portable(cn_reader *reader, const char **text)
{
    *text = cn_expression_portable(reader->reflector->style, *text, &reader->into->arena,
                                   &reader->no_memory);
}

static void make_column_portable(cn_reader *reader, cn_reflected_column *column)
{
    column->type             = cn_type_portable(&column->type, reader->reflector->style);
    column->server_on_update = NULL;
    column->autoincrement    = column->autoincrement ||
                            (column->sequence != NULL && column->primary_key);
    column->sequence = NULL;
    make_portable(reader, &column->server_default);
    make_portable(reader, &column->computed);
}

static void make_constraints_portable(cn_reader *reader, cn_draft *draft)
{
    for (size_t i = 0; i < draft->checks.count; i++)
        make_portable(reader, &((cn_reflected_check *)draft->checks.items[i])->condition);
    for (size_t i = 0; i < draft->indexes.count; i++) {
        cn_reflected_index *index = draft->indexes.items[i];
        make_portable(reader, &index->where);
        for (size_t p = 0; p < index->part_count; p++)
            make_portable(reader, &((cn_reflected_part *)index->parts[p])->expression);
    }
}

/* What the program wants otherwise. */
static void adjust(cn_reader *reader, cn_draft *draft)
{
    const cn_reflect_options *options = reader->options;
    for (size_t i = 0; i < draft->columns.count; i++) {
        cn_reflected_column *column = draft->columns.items[i];
        if (options->portable)
            make_column_portable(reader, column);
        if (options->on_column != NULL)
            options->on_column(options->context, &draft->shown, column);
    }
    if (options->portable)
        make_constraints_portable(reader, draft);
    if (options->portable)
        draft->shown.options = (cn_table_options){.size    = sizeof draft->shown.options,
                                                  .comment = draft->shown.comment};
}

bool cn_reader_model(cn_reader *reader, cn_draft *draft)
{
    cn_reflected_table *shown = &draft->shown;
    cn_arena           *arena = NULL;
    const char         *path  = cn_reflect_path(&reader->into->arena, shown->schema, shown->name);
    cn_table           *table = path != NULL ? cn_model_make(path, path, &arena) : NULL;
    if (table == NULL)
        return false;
    shown->model = table->model;
    adjust(reader, draft);
    maker m            = {.reader = reader, .draft = draft, .table = table, .arena = arena};
    table->schema      = shown->schema;
    table->name        = shown->name;
    table->options     = shown->options;
    table->constraints = take(
        &m, draft->uniques.count + draft->checks.count + draft->foreign_keys.count,
        sizeof *table->constraints);
    make_columns(&m);
    if (m.no_memory)
        return false;
    make_primary_key(&m);
    make_uniques(&m);
    make_checks(&m);
    make_foreign_keys(&m);
    make_indexes(&m);
    return !m.no_memory;
}

static bool is_table(const cn_reflected_table *table)
{
    return table->kind == CN_REFLECTED_TABLE && table->model != NULL;
}

/* The sequences that nothing else brings along. */
static bool add_sequences(cn_reader *reader)
{
    cn_reflection *into = reader->into;
    cn_pointers    list = {0};
    for (size_t i = 0; i < into->sequences.count; i++) {
        cn_sequence_draft *draft = into->sequences.items[i];
        if (draft->shown.owner == NULL && !reader->options->portable &&
            !cn_reader_add(reader, &list, &draft->made))
            return false;
    }
    into->metadata.sequences = (const cn_sequence *const *)list.items;
    return true;
}

bool cn_reader_metadata(cn_reader *reader)
{
    cn_reflection   *into   = reader->into;
    const cn_model **models = CN_ARENA_ARRAY(&into->arena, const cn_model *,
                                             into->tables.count + 1);
    size_t           count  = 0;
    for (size_t i = 0; models != NULL && i < into->tables.count; i++) {
        const cn_reflected_table *table = into->tables.items[i];
        if (is_table(table))
            models[count++] = table->model;
    }
    into->metadata.models = models;
    return models != NULL && add_sequences(reader);
}
