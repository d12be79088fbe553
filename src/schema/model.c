/*
 * A model becomes a table, at its first use: the declare function is run over a mapping, the whole
 * is checked, and the result is published for all threads. Called by everything that takes a
 * model. Two threads may do this at once: the second one's work is thrown away. A failure is not
 * remembered; the next call meets the same one. Must never know a database.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "schema/mapping.h"
#include "schema/resolved.h"

/* ---- checking the whole ---------------------------------------------------------------------- */

/* "author" or "schema.author" */
static bool settle_name(cn_mapping *mapping, cn_table *table)
{
    const char *name = mapping->model->table;
    if (name == NULL)
        return true;
    const char *dot = strchr(name, '.');
    table->name     = dot != NULL ? dot + 1 : name;
    if (table->name[0] == '\0' || dot == name || strchr(table->name, '.') != NULL)
        return cn_mapping_fail(mapping, "%s: \"%s\" is no name of a table, nor schema.table",
                               mapping->model->name, name);
    if (dot == NULL)
        return true;
    table->schema = cn_arena_text_sized(mapping->arena, name, (size_t)(dot - name));
    return table->schema != NULL || cn_mapping_no_memory(mapping);
}

/* A relationship's member can be no column as well. */
static bool check_relationships(cn_mapping *mapping)
{
    for (size_t i = 0; i < mapping->relationship_count; i++) {
        for (size_t j = 0; j < mapping->column_count; j++) {
            if (strcmp(mapping->relationships[i].name, mapping->columns[j].member) == 0)
                return cn_mapping_fail(mapping, "%s.%s is mapped twice", mapping->model->name,
                                       mapping->relationships[i].name);
        }
    }
    return true;
}

struct place {
    uint32_t offset;
    uint32_t column;
};

static int compare_places(const void *left, const void *right)
{
    uint32_t a = ((const struct place *)left)->offset, b = ((const struct place *)right)->offset;
    return a < b ? -1 : a > b;
}

static bool settle_offsets(cn_mapping *mapping, cn_table *table)
{
    struct place *places = cn_allocate_zero(table->column_count, sizeof *places);
    table->by_offset     = CN_ARENA_ARRAY(mapping->arena, uint32_t, table->column_count);
    if (places == NULL || table->by_offset == NULL) {
        cn_release(places);
        return cn_mapping_no_memory(mapping);
    }
    for (uint32_t i = 0; i < table->column_count; i++)
        places[i] = (struct place){table->columns[i].field.offset, i};
    if (mapping->model->struct_size != 0)
        qsort(places, table->column_count, sizeof *places, compare_places);
    for (size_t i = 0; i < table->column_count; i++)
        table->by_offset[i] = places[i].column;
    cn_release(places);
    return true;
}

/* ---- making and publishing ------------------------------------------------------------------- */

/* Moves what was declared into the arena, where it stays. */
static bool keep(cn_mapping *mapping, cn_table *table)
{
    cn_column *columns = CN_ARENA_ARRAY(mapping->arena, cn_column, mapping->column_count);
    cn_relationship_text *relationships = CN_ARENA_ARRAY(mapping->arena, cn_relationship_text,
                                                         mapping->relationship_count);
    if (columns == NULL || relationships == NULL)
        return cn_mapping_no_memory(mapping);
    memcpy(columns, mapping->columns, mapping->column_count * sizeof *columns);
    for (size_t i = 0; i < mapping->column_count; i++)
        columns[i].table = table;
    if (mapping->relationship_count != 0)
        memcpy(relationships, mapping->relationships,
               mapping->relationship_count * sizeof *relationships);
    table->columns            = columns;
    table->column_count       = mapping->column_count;
    table->relationships      = relationships;
    table->relationship_count = mapping->relationship_count;
    return true;
}

static bool fill(cn_mapping *mapping, cn_table *table)
{
    const cn_model *model = mapping->model;
    max_align_t     dummy = {0}; /* what no offset is taken from */
    model->declare(mapping, model->nothing != NULL ? model->nothing : (void *)&dummy);
    if (mapping->failed)
        return false;
    if (mapping->column_count == 0)
        return cn_mapping_fail(mapping, "%s maps no column", model->name);
    return check_relationships(mapping) && keep(mapping, table) && settle_name(mapping, table) &&
           cn_mapping_settle(mapping, table) && settle_offsets(mapping, table);
}

/* A new resolution of the model in an arena of its own, or NULL. */
static cn_resolved *resolve(const cn_model *model, const cn_mapping *asked_by, cn_error *error)
{
    cn_arena     arena    = {0};
    cn_resolved *resolved = CN_ARENA_NEW(&arena, cn_resolved);
    if (resolved == NULL) {
        cn_error_no_memory(error);
        return NULL;
    }
    resolved->table.model = model;
    cn_mapping mapping    = {.model = model, .asked_by = asked_by, .arena = &arena, .error = error};
    bool       done       = fill(&mapping, &resolved->table);
    cn_mapping_free(&mapping);
    if (!done) {
        cn_arena_free(&arena);
        return NULL;
    }
    resolved->arena = arena;
    return resolved;
}

static const cn_table *table_of(const cn_model *model, const cn_mapping *asked_by, cn_error *error)
{
    if (model != NULL && model->alias_of != NULL)
        model = model->alias_of;
    if (model == NULL || model->state == NULL || model->declare == NULL) {
        cn_error_set(error, CN_CAUSE_MISUSE, "no model was given");
        return NULL;
    }
    const cn_table *known = cn_table_known(model);
    if (known != NULL)
        return known;
    cn_resolved *resolved = resolve(model, asked_by, error);
    if (resolved == NULL)
        return NULL;
    void *before = NULL;
    if (__atomic_compare_exchange_n(&model->state->table, &before, (void *)resolved, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return &resolved->table;
    cn_arena arena = resolved->arena; /* another thread was first */
    cn_arena_free(&arena);
    return before;
}

const cn_table *cn_table_of(const cn_model *model, cn_error *error)
{
    return table_of(model, NULL, error);
}

/* The columns of a model that is being resolved are those that it has declared so far. */
const cn_column *cn_mapping_type_of(cn_mapping *mapping, const char *title, const cn_type *said)
{
    const cn_mapping *asking = mapping;
    while (asking->model != said->of && asking->asked_by != NULL)
        asking = asking->asked_by;
    bool unfinished = asking->model == said->of;
    for (size_t i = 0; unfinished && i < asking->column_count; i++) {
        if (strcmp(asking->columns[i].member, said->name) == 0)
            return &asking->columns[i];
    }
    if (unfinished) {
        cn_mapping_fail(mapping, "%s: CN_TYPE_OF asks %s for %s, which is not declared before",
                        title, said->of->name, said->name);
        return NULL;
    }
    const cn_table *table = table_of(said->of, mapping, mapping->error);
    if (table == NULL) {
        mapping->failed = true;
        return NULL;
    }
    const cn_column *column = cn_table_member(table, said->name);
    if (column == NULL)
        cn_mapping_fail(mapping, "%s: CN_TYPE_OF: %s has no column %s", title, said->of->name,
                        said->name);
    return column;
}

/* ---- finding columns ------------------------------------------------------------------------- */

const cn_column *cn_table_at(const cn_table *table, uint32_t offset)
{
    size_t low = 0, high = table->column_count;
    while (low < high) {
        size_t           middle = low + (high - low) / 2;
        const cn_column *column = &table->columns[table->by_offset[middle]];
        if (column->field.offset == offset)
            return table->model->struct_size != 0 ? column : NULL;
        if (column->field.offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const cn_column *cn_table_named(const cn_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    }
    return NULL;
}

const cn_column *cn_table_member(const cn_table *table, const char *member)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcmp(table->columns[i].member, member) == 0)
            return &table->columns[i];
    }
    return NULL;
}
