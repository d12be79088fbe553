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

static bool is_integer(const cn_column *column)
{
    return column->type.kind >= CN_TYPE_TINYINT && column->type.kind <= CN_TYPE_BIGINT;
}

static bool settle_key(cn_mapping *mapping, cn_table *table)
{
    table->generated   = CN_NO_COLUMN;
    table->primary_key = CN_ARENA_ARRAY(mapping->arena, uint32_t, table->column_count);
    if (table->primary_key == NULL)
        return cn_mapping_no_memory(mapping);
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].primary_key)
            table->primary_key[table->primary_key_count++] = i;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        cn_column *column = &table->columns[i];
        column->generated = column->generated && column->primary_key &&
                            table->primary_key_count == 1 && is_integer(column) &&
                            column->foreign_table == NULL && column->server_default == NULL;
        if (column->generated)
            table->generated = i;
    }
    if (table->primary_key_count == 0 && mapping->model->struct_size != 0 && table->name != NULL &&
        !mapping->model->is_shape)
        return cn_mapping_fail(mapping,
                               "%s has no primary key: mark a member with CN_COLUMN(member, "
                               ".primary_key = true)",
                               mapping->model->name);
    return true;
}

/* The members of a CN_UNIQUE as columns. */
static bool settle_unique(cn_mapping *mapping, const cn_table *table, const cn_unique_text *text,
                          cn_unique_set *set)
{
    size_t count = 0;
    while (text->members[count] != NULL)
        count++;
    set->columns = CN_ARENA_ARRAY(mapping->arena, uint32_t, count);
    if (set->columns == NULL)
        return cn_mapping_no_memory(mapping);
    for (size_t i = 0; i < count; i++) {
        const cn_column *column = cn_table_member(table, text->members[i]);
        if (column == NULL)
            return cn_mapping_fail(mapping, "%s: CN_UNIQUE names %s, which is not mapped",
                                   mapping->model->name, text->members[i]);
        for (size_t before = 0; before < i; before++) {
            if (set->columns[before] == column->index)
                return cn_mapping_fail(mapping, "%s: CN_UNIQUE names %s twice",
                                       mapping->model->name, text->members[i]);
        }
        set->columns[set->count++] = column->index;
    }
    return true;
}

static bool settle_uniques(cn_mapping *mapping, cn_table *table)
{
    table->uniques = CN_ARENA_ARRAY(mapping->arena, cn_unique_set, mapping->unique_count);
    if (table->uniques == NULL)
        return cn_mapping_no_memory(mapping);
    table->unique_count = mapping->unique_count;
    for (size_t i = 0; i < mapping->unique_count; i++) {
        if (!settle_unique(mapping, table, &mapping->uniques[i], &table->uniques[i]))
            return false;
    }
    return true;
}

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
           settle_key(mapping, table) && settle_uniques(mapping, table) &&
           settle_offsets(mapping, table);
}

/* A new resolution of the model in an arena of its own, or NULL. */
static cn_resolved *resolve(const cn_model *model, cn_error *error)
{
    cn_arena     arena    = {0};
    cn_resolved *resolved = CN_ARENA_NEW(&arena, cn_resolved);
    if (resolved == NULL) {
        cn_error_no_memory(error);
        return NULL;
    }
    resolved->table.model = model;
    cn_mapping mapping    = {.model = model, .arena = &arena, .error = error};
    bool       done       = fill(&mapping, &resolved->table);
    cn_mapping_free(&mapping);
    if (!done) {
        cn_arena_free(&arena);
        return NULL;
    }
    resolved->arena = arena;
    return resolved;
}

const cn_table *cn_table_of(const cn_model *model, cn_error *error)
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
    cn_resolved *resolved = resolve(model, error);
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
