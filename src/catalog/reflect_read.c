/*
 * What every reflector needs: queries with the tables that are wanted, drafts that are found by
 * name or number, copies in the reflection's arena. Called by reflect.c and reflect_<database>.c.
 */
#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"
#include "catalog/reflect.h"

/* ---- memory ---------------------------------------------------------------------------------- */

void *cn_reader_new(cn_reader *reader, size_t size)
{
    void *made        = cn_arena_zero(&reader->into->arena, 1, size);
    reader->no_memory = reader->no_memory || made == NULL;
    return made;
}

const char *cn_reader_keep(cn_reader *reader, const char *text)
{
    if (text == NULL)
        return NULL;
    const char *copy  = cn_arena_text(&reader->into->arena, text);
    reader->no_memory = reader->no_memory || copy == NULL;
    return copy != NULL ? copy : "";
}

const char *cn_reader_said(cn_reader *reader, const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : cn_reader_keep(reader, text);
}

bool cn_reader_add(cn_reader *reader, cn_pointers *list, void *item)
{
    if (item == NULL)
        return false;
    if (list->count + 1 >= list->capacity) {
        size_t capacity = list->capacity != 0 ? list->capacity * 2 : 4;
        void **grown    = CN_ARENA_ARRAY(&reader->into->arena, void *, capacity);
        if (grown == NULL) {
            reader->no_memory = true;
            return false;
        }
        if (list->count != 0)
            memcpy(grown, list->items, list->count * sizeof *grown);
        list->items    = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
    list->items[list->count]   = NULL;
    return true;
}

/* A list whose length is no power of two has room for one more and its NULL; keys are short. */
bool cn_reader_add_text(cn_reader *reader, const char *const **list, size_t *count,
                        const char *text)
{
    const char **grown = CN_ARENA_ARRAY(&reader->into->arena, const char *, *count + 2);
    if (grown == NULL) {
        reader->no_memory = true;
        return false;
    }
    if (*count != 0)
        memcpy(grown, *list, *count * sizeof *grown);
    grown[(*count)++] = text;
    *list             = grown;
    return true;
}

void cn_reader_add_pair(cn_reader *reader, cn_reflected_foreign_key *key, const char *own,
                        const char *other)
{
    size_t count = key->count;
    if (own != NULL)
        cn_reader_add_text(reader, &key->columns, &key->count, own);
    if (other != NULL)
        cn_reader_add_text(reader, &key->foreign_columns, &count, cn_reader_keep(reader, other));
}

void cn_reader_add_part(cn_reader *reader, cn_reflected_index *index, cn_reflected_part *part)
{
    const cn_reflected_part **grown = CN_ARENA_ARRAY(
        &reader->into->arena, const cn_reflected_part *, index->part_count + 2);
    if (grown == NULL) {
        reader->no_memory = true;
        return;
    }
    for (size_t i = 0; i < index->part_count; i++)
        grown[i] = index->parts[i];
    grown[index->part_count++] = part;
    index->parts               = grown;
}

/* ---- queries --------------------------------------------------------------------------------- */

void cn_reader_put(cn_reader *reader, const char *text)
{
    cn_buffer_text(&reader->sql, text);
}

void cn_reader_literal(cn_reader *reader, const char *text)
{
    cn_dialect_literal(reader->into->dialect, &reader->sql, text, strlen(text));
}

static void put_wanted(cn_reader *reader, const cn_wanted *wanted, const char *schema,
                       const char *name)
{
    cn_reader_put(reader, "(");
    cn_reader_put(reader, schema);
    cn_reader_put(reader, " = ");
    cn_reader_literal(reader, wanted->schema);
    if (!wanted->all) {
        cn_reader_put(reader, " AND ");
        cn_reader_put(reader, name);
        for (size_t i = 0; i < wanted->names.count; i++) {
            cn_reader_put(reader, i != 0 ? ", " : " IN (");
            cn_reader_literal(reader, wanted->names.items[i]);
        }
        cn_reader_put(reader, ")");
    }
    cn_reader_put(reader, ")");
}

void cn_reader_where(cn_reader *reader, const char *schema, const char *name)
{
    for (size_t i = 0; i < reader->wanted.count; i++) {
        cn_reader_put(reader, i != 0 ? " OR " : "(");
        put_wanted(reader, reader->wanted.items[i], schema, name);
    }
    cn_reader_put(reader, ")");
}

void cn_reader_in_schemas(cn_reader *reader, const char *schema)
{
    cn_reader_put(reader, schema);
    for (size_t i = 0; i < reader->wanted.count; i++) {
        const cn_wanted *wanted = reader->wanted.items[i];
        cn_reader_put(reader, i != 0 ? ", " : " IN (");
        cn_reader_literal(reader, wanted->schema);
    }
    cn_reader_put(reader, ")");
}

cn_result *cn_reader_query(cn_reader *reader, const char *doing)
{
    reader->doing     = doing;
    reader->no_memory = reader->no_memory || reader->sql.failed;
    cn_result *result = NULL;
    if (!reader->no_memory)
        result = cn_connection_execute_driver_sql(reader->connection, reader->sql.text, NULL, 0);
    cn_buffer_reset(&reader->sql);
    return result;
}

bool cn_reader_done(cn_reader *reader, cn_result *result)
{
    cn_result_close(result);
    if (reader->no_memory)
        return cn_error_no_memory(reader->error);
    return !cn_connection_is_failed(reader->connection);
}

/* ---- drafts ---------------------------------------------------------------------------------- */

static bool same_name(const char *a, const char *b, bool folded)
{
    return folded ? cn_ascii_same(a, b) : strcmp(a, b) == 0;
}

/* The key of the map: schema, NUL, name; in lower case where names are. NULL: no memory. */
static char *key_of(const cn_reader *reader, cn_arena *arena, const char *schema, const char *name,
                    size_t *size)
{
    size_t left = strlen(schema) + 1, right = strlen(name);
    char  *key = cn_arena_take(arena, left + right + 1, 1);
    if (key == NULL)
        return NULL;
    memcpy(key, schema, left);
    memcpy(key + left, name, right + 1);
    *size = left + right;
    for (size_t i = 0; reader->fold_names && i < *size; i++)
        key[i] = cn_ascii_lower(key[i]);
    return key;
}

cn_draft *cn_reader_any(cn_reader *reader, const char *schema, const char *name)
{
    cn_arena_mark mark  = cn_arena_here(&reader->scratch);
    size_t        size  = 0;
    char         *key   = key_of(reader, &reader->scratch, schema, name, &size);
    cn_draft     *found = NULL;
    if (key != NULL)
        found = cn_map_get(&reader->into->by_name, cn_hash(key, size), key, size);
    else
        reader->no_memory = true;
    cn_arena_back(&reader->scratch, mark);
    return found;
}

static bool is_wanted(const cn_reader *reader, const char *schema, const char *name, bool *whole)
{
    bool folded = reader->fold_names;
    for (size_t i = 0; i < reader->wanted.count; i++) {
        const cn_wanted *wanted = reader->wanted.items[i];
        if (!same_name(wanted->schema, schema, folded))
            continue;
        *whole = wanted->all;
        if (wanted->all)
            return true;
        for (size_t j = 0; j < wanted->names.count; j++) {
            if (same_name(wanted->names.items[j], name, folded))
                return true;
        }
    }
    return false;
}

const char *cn_reader_schema(cn_reader *reader, const char *schema)
{
    const char *usual      = reader->into->default_schema;
    bool        is_default = usual != NULL && same_name(usual, schema, reader->fold_names);
    return is_default && !reader->named_schemas ? NULL : cn_reader_keep(reader, schema);
}

cn_draft *cn_reader_table(cn_reader *reader, const char *schema, const char *name,
                          cn_reflected_kind kind)
{
    bool whole   = false,
         is_view = kind == CN_REFLECTED_VIEW || kind == CN_REFLECTED_MATERIALIZED_VIEW;
    if (!is_wanted(reader, schema, name, &whole) || (whole && is_view && !reader->options->views) ||
        cn_reader_any(reader, schema, name) != NULL)
        return NULL;
    cn_draft *draft = cn_reader_new(reader, sizeof *draft);
    if (draft == NULL)
        return NULL;
    *draft = (cn_draft){
        .schema = cn_reader_keep(reader, schema), .round = reader->round, .whole = whole};
    draft->shown.schema       = cn_reader_schema(reader, schema);
    draft->shown.name         = cn_reader_keep(reader, name);
    draft->shown.kind         = kind;
    draft->shown.options.size = sizeof draft->shown.options;
    if (reader->no_memory)
        return NULL;
    const cn_reflect_options *options = reader->options;
    if (options->filter != NULL && !options->filter(options->context, &draft->shown))
        return NULL;
    size_t size = 0;
    char  *key  = key_of(reader, &reader->into->arena, schema, name, &size);
    if (key == NULL || !cn_map_put(&reader->into->by_name, cn_hash(key, size), key, size, draft)) {
        reader->no_memory = true;
        return NULL;
    }
    return cn_reader_add(reader, &reader->into->tables, draft) ? draft : NULL;
}

cn_draft *cn_reader_find(cn_reader *reader, cn_draft *last, const char *schema, const char *name)
{
    if (last != NULL && strcmp(last->shown.name, name) == 0 && strcmp(last->schema, schema) == 0)
        return last;
    cn_draft *draft = cn_reader_any(reader, schema, name);
    return draft != NULL && draft->round == reader->round ? draft : NULL;
}

cn_draft *cn_reader_numbered(cn_reader *reader, cn_draft *last, int64_t number)
{
    if (last != NULL && last->number == number)
        return last;
    /* the drafts of a round stand together, sorted by their number */
    void **tables = reader->into->tables.items;
    size_t low = 0, high = reader->into->tables.count;
    while (low < high && ((cn_draft *)tables[low])->round != reader->round)
        low++;
    while (low < high) {
        size_t    middle = low + (high - low) / 2;
        cn_draft *draft  = tables[middle];
        if (draft->number == number)
            return draft;
        if (draft->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

cn_reflected_column *cn_draft_column(const cn_draft *draft, const char *name, bool folded)
{
    for (size_t i = 0; name != NULL && i < draft->columns.count; i++) {
        cn_reflected_column *column = draft->columns.items[i];
        if (same_name(column->name, name, folded))
            return column;
    }
    return NULL;
}

void cn_reader_type(cn_reader *reader, cn_reflected_column *column)
{
    if (!cn_type_read(reader->reflector->style, column->type_text, &reader->into->arena,
                      &column->type, NULL))
        reader->no_memory = true;
}
