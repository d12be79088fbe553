/*
 * Keys, constraints and indexes of a table, once all its columns are known: names of members
 * become columns, and what single columns say (.unique, .check, .foreign_key, .index) joins what
 * stands for the whole table. The order is the one of CREATE TABLE: what the table says first.
 * Called by model.c. Must never know a database.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "schema/mapping.h"

static const char *const macros[CN_SAID_COUNT] = {
    [CN_SAID_UNIQUE]      = "CN_UNIQUE",
    [CN_SAID_CHECK]       = "CN_CHECK",
    [CN_SAID_PRIMARY_KEY] = "CN_PRIMARY_KEY",
    [CN_SAID_FOREIGN_KEY] = "CN_FOREIGN_KEY",
    [CN_SAID_INDEX]       = "CN_INDEX",
};

static size_t count_list(const char *const *list)
{
    size_t count = 0;
    while (list[count] != NULL)
        count++;
    return count;
}

/* Names of members as columns of the table, none twice. */
static bool settle_members(cn_mapping *mapping, const cn_table *table, const char *macro,
                           const char *const *members, uint32_t **columns, size_t *settled)
{
    size_t count = count_list(members);
    *columns     = CN_ARENA_ARRAY(mapping->arena, uint32_t, count);
    if (*columns == NULL)
        return cn_mapping_no_memory(mapping);
    for (size_t i = 0; i < count; i++) {
        const cn_column *column = cn_table_member(table, members[i]);
        if (column == NULL)
            return cn_mapping_fail(mapping, "%s: %s names %s, which is not mapped",
                                   mapping->model->name, macro, members[i]);
        for (size_t before = 0; before < i; before++) {
            if ((*columns)[before] == column->index)
                return cn_mapping_fail(mapping, "%s: %s names %s twice", mapping->model->name,
                                       macro, members[i]);
        }
        (*columns)[i] = column->index;
    }
    *settled = count;
    return true;
}

/* A list of one column. */
static uint32_t *one_column(cn_mapping *mapping, uint32_t column)
{
    uint32_t *columns = CN_ARENA_ARRAY(mapping->arena, uint32_t, 1);
    if (columns == NULL)
        cn_mapping_no_memory(mapping);
    else
        *columns = column;
    return columns;
}

/* ---- the primary key ------------------------------------------------------------------------- */

static bool is_integer(const cn_column *column)
{
    cn_type_kind kind = (cn_type_kind)column->type.kind;
    return column->type.user == NULL &&
           ((kind >= CN_TYPE_TINYINT && kind <= CN_TYPE_BIGINT) || kind == CN_TYPE_MEDIUMINT);
}

/* CN_PRIMARY_KEY: its members, and no others, in its order. */
static bool settle_said_key(cn_mapping *mapping, cn_table *table, const cn_said *said)
{
    if (!settle_members(mapping, table, macros[said->kind], said->members, &table->primary_key,
                        &table->primary_key_count))
        return false;
    table->primary_key_name    = said->primary_key.name;
    table->primary_key_comment = said->primary_key.comment;
    for (size_t i = 0; i < table->column_count; i++) {
        cn_column *column = &table->columns[i];
        bool       listed = false;
        for (size_t k = 0; k < table->primary_key_count; k++)
            listed = listed || table->primary_key[k] == i;
        if (column->primary_key && !listed)
            return cn_mapping_fail(mapping,
                                   "%s is a primary key, but CN_PRIMARY_KEY does not "
                                   "name it",
                                   column->field.name);
        if (listed && mapping->column_said[i].nullable)
            return cn_mapping_fail(mapping, "%s: .nullable contradicts CN_PRIMARY_KEY",
                                   column->field.name);
        column->primary_key = listed;
        column->nullable    = column->nullable && !listed;
    }
    return true;
}

static bool settle_column_key(cn_mapping *mapping, cn_table *table)
{
    table->primary_key = CN_ARENA_ARRAY(mapping->arena, uint32_t, table->column_count);
    if (table->primary_key == NULL)
        return cn_mapping_no_memory(mapping);
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].primary_key)
            table->primary_key[table->primary_key_count++] = i;
    }
    return true;
}

/* The database numbers a single integer key that is nothing else as well. */
static bool is_generated(const cn_table *table, const cn_column *column)
{
    return column->generated && column->primary_key && table->primary_key_count == 1 &&
           is_integer(column) && column->foreign_table == NULL && column->server_default == NULL &&
           column->computed == NULL && column->insert_value.function == NULL &&
           column->insert_value.value.kind == CN_KIND_NULL;
}

static bool settle_generated(cn_mapping *mapping, cn_table *table)
{
    table->generated = CN_NO_COLUMN;
    for (uint32_t i = 0; i < table->column_count; i++) {
        cn_column *column = &table->columns[i];
        column->generated = is_generated(table, column);
        if (column->generated)
            table->generated = i;
        bool is_numbered = column->identity != CN_IDENTITY_NONE || column->sequence != NULL;
        if (is_numbered && !is_integer(column))
            return cn_mapping_fail(mapping, "%s: %s needs an integer", column->field.name,
                                   column->sequence != NULL ? ".sequence" : ".identity");
        if (column->autoincrement && !column->generated)
            return cn_mapping_fail(mapping, "%s: .autoincrement is for a single integer key",
                                   column->field.name);
    }
    if (table->primary_key_count == 0 && mapping->model->struct_size != 0 && table->name != NULL &&
        !mapping->model->is_shape)
        return cn_mapping_fail(mapping,
                               "%s has no primary key: mark a member with CN_COLUMN(member, "
                               ".primary_key = true)",
                               mapping->model->name);
    return true;
}

static bool settle_key(cn_mapping *mapping, cn_table *table)
{
    const cn_said *said = NULL;
    for (size_t i = 0; i < mapping->said_count; i++) {
        if (mapping->said[i].kind == CN_SAID_PRIMARY_KEY)
            said = &mapping->said[i];
    }
    return (said != NULL ? settle_said_key(mapping, table, said)
                         : settle_column_key(mapping, table)) &&
           settle_generated(mapping, table);
}

/* ---- constraints ----------------------------------------------------------------------------- */

static void add(cn_table *table, cn_constraint_kind kind, size_t at)
{
    table->constraints[table->constraint_count++] = (cn_constraint){(uint8_t)kind, (uint32_t)at};
}

static bool settle_unique(cn_mapping *mapping, cn_table *table, const cn_said *said)
{
    cn_unique_set           *set     = &table->uniques[table->unique_count];
    const cn_unique_options *options = &said->unique;

    set->name               = options->name;
    set->deferrable         = (uint8_t)options->deferrable;
    set->nulls_not_distinct = options->nulls_not_distinct;
    set->comment            = options->comment;
    add(table, CN_CONSTRAINT_UNIQUE, table->unique_count++);
    return settle_members(mapping, table, macros[said->kind], said->members, &set->columns,
                          &set->count) &&
           cn_mapping_word(mapping, mapping->model->name, ".initially", CN_WORDS_INITIALLY,
                           options->initially, &set->initially) &&
           cn_mapping_word(mapping, mapping->model->name, ".on_conflict", CN_WORDS_CONFLICT,
                           options->on_conflict, &set->on_conflict);
}

static bool settle_check(cn_mapping *mapping, cn_table *table, const cn_said *said)
{
    (void)mapping;
    add(table, CN_CONSTRAINT_CHECK, table->check_count);
    table->checks[table->check_count++] = (cn_check){said->check.name, said->text, CN_NO_COLUMN,
                                                     said->check.comment};
    return true;
}

/* The words of a foreign key, whoever says it. */
static bool settle_words(cn_mapping *mapping, const char *title, cn_foreign_key *key,
                         const char *match, const char *initially)
{
    return cn_mapping_word(mapping, title, ".match", CN_WORDS_MATCH, match, &key->match) &&
           cn_mapping_word(mapping, title, ".initially", CN_WORDS_INITIALLY, initially,
                           &key->initially);
}

static bool settle_foreign_key(cn_mapping *mapping, cn_table *table, const cn_said *said)
{
    cn_foreign_key               *key     = &table->foreign_keys[table->foreign_key_count];
    const cn_foreign_key_options *options = &said->foreign_key;
    const char                   *title   = mapping->model->name;

    key->table         = table;
    key->name          = options->name;
    key->foreign_table = said->text;
    key->deferrable    = (uint8_t)options->deferrable;
    key->use_alter     = options->use_alter;
    key->not_valid     = options->not_valid;
    key->comment       = options->comment;
    add(table, CN_CONSTRAINT_FOREIGN_KEY, table->foreign_key_count++);
    if (!settle_members(mapping, table, macros[said->kind], said->members, &key->columns,
                        &key->count))
        return false;
    if (count_list(said->columns) != key->count)
        return cn_mapping_fail(mapping,
                               "%s: CN_FOREIGN_KEY to \"%s\" has %zu members, but %zu columns",
                               title, said->text, key->count, count_list(said->columns));
    key->foreign_columns = said->columns;
    return cn_mapping_word(mapping, title, ".on_delete", CN_WORDS_ACTION, options->on_delete,
                           &key->on_delete) &&
           cn_mapping_word(mapping, title, ".on_update", CN_WORDS_ACTION, options->on_update,
                           &key->on_update) &&
           settle_words(mapping, title, key, options->match, options->initially);
}

/* ---- indexes --------------------------------------------------------------------------------- */

static const char *after_word(const char *text, const char *word)
{
    while (*text == ' ')
        text++;
    const char *rest = cn_ascii_after(text, word);
    return rest != NULL && (*rest == ' ' || *rest == '\0') ? rest : NULL;
}

/* "desc", "asc", "nulls first", "nulls last" behind a member; false if there is anything else. */
static bool read_order(const char *text, cn_index_part *part)
{
    const char *rest = after_word(text, "desc");
    part->descending = rest != NULL;
    if (rest == NULL)
        rest = after_word(text, "asc");
    text = rest != NULL ? rest : text;
    rest = after_word(text, "nulls");
    if (rest != NULL) {
        const char *first = after_word(rest, "first"), *last = after_word(rest, "last");
        part->nulls = first != NULL ? "FIRST" : last != NULL ? "LAST" : NULL;
        if (part->nulls == NULL)
            return false;
        text = first != NULL ? first : last;
    }
    return text[strspn(text, " ")] == '\0';
}

/* "(20)" behind a member: a prefix. */
static bool read_prefix(const char *text, cn_index_part *part)
{
    size_t digits = *text == '(' ? strspn(text + 1, "0123456789") : 0;
    if (digits == 0 || digits > 5 || text[digits + 1] != ')')
        return false;
    part->length = (uint32_t)strtoul(text + 1, NULL, 10);
    return part->length != 0 && read_order(text + digits + 2, part);
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

/* A member in one of the forms above, or an expression. A word that is no member is a slip. */
static bool settle_part(cn_mapping *mapping, const cn_table *table, const char *text,
                        cn_index_part *part)
{
    const cn_column *column = cn_table_member(table, text);
    size_t           size   = strspn(text, LETTERS);
    const char      *rest   = text + size;
    *part                   = (cn_index_part){.column = CN_NO_COLUMN, .expression = text};
    for (size_t i = 0; column == NULL && i < table->column_count; i++) {
        const char *member = table->columns[i].member;
        if (strlen(member) == size && memcmp(member, text, size) == 0)
            column = &table->columns[i];
    }
    bool is_member = column != NULL && (strcmp(column->member, text) == 0 ||
                                        read_prefix(rest, part) || read_order(rest, part));
    if (is_member) {
        part->column     = column->index;
        part->expression = NULL;
        return true;
    }
    cn_index_part unused = {0};
    if (read_order(rest, &unused))
        return cn_mapping_fail(mapping, "%s: CN_INDEX names %.*s, which is not mapped",
                               mapping->model->name, (int)size, text);
    part->descending = false;
    part->nulls      = NULL;
    part->length     = 0;
    return true;
}

static bool settle_index(cn_mapping *mapping, cn_table *table, const cn_said *said)
{
    size_t    count = count_list(said->members);
    cn_index *index = &table->indexes[table->index_count++];
    *index          = (cn_index){.table   = table,
                                 .name    = said->index.name,
                                 .unique  = said->index.unique,
                                 .options = said->index};
    index->parts    = CN_ARENA_ARRAY(mapping->arena, cn_index_part, count);
    if (index->parts == NULL)
        return cn_mapping_no_memory(mapping);
    for (size_t i = 0; i < count; i++) {
        if (!settle_part(mapping, table, said->members[i], &index->parts[i]))
            return false;
    }
    index->part_count = count;
    return settle_members(mapping, table, "the .include of CN_INDEX", said->index.include,
                          &index->include, &index->include_count);
}

/* ---- what single columns say ----------------------------------------------------------------- */

static bool settle_column_foreign_key(cn_mapping *mapping, cn_table *table, const cn_column *column)
{
    const cn_column_options *said = &mapping->column_said[column->index];
    cn_foreign_key          *key  = &table->foreign_keys[table->foreign_key_count];
    const char             **name = CN_ARENA_ARRAY(mapping->arena, const char *, 2);
    uint32_t                *one  = one_column(mapping, column->index);
    if (name == NULL || one == NULL)
        return cn_mapping_no_memory(mapping);
    name[0] = column->foreign_column;
    *key    = (cn_foreign_key){.table           = table,
                               .name            = said->foreign_key_name,
                               .columns         = one,
                               .foreign_columns = name,
                               .count           = 1,
                               .foreign_table   = column->foreign_table,
                               .on_delete       = column->on_delete,
                               .on_update       = column->on_update,
                               .deferrable      = (uint8_t)said->deferrable,
                               .use_alter       = said->use_alter,
                               .of_column       = true};
    add(table, CN_CONSTRAINT_FOREIGN_KEY, table->foreign_key_count++);
    return settle_words(mapping, column->field.name, key, said->match, said->initially);
}

static bool settle_column_index(cn_mapping *mapping, cn_table *table, const cn_column *column)
{
    cn_index      *index = &table->indexes[table->index_count];
    cn_index_part *part  = CN_ARENA_ARRAY(mapping->arena, cn_index_part, 1);
    if (part == NULL)
        return cn_mapping_no_memory(mapping);
    *part  = (cn_index_part){.column = column->index};
    *index = (cn_index){.table      = table,
                        .parts      = part,
                        .part_count = 1,
                        .unique     = column->unique,
                        .of_column  = true};
    table->index_count++;
    return true;
}

static bool settle_column(cn_mapping *mapping, cn_table *table, const cn_column *column)
{
    const cn_column_options *said = &mapping->column_said[column->index];
    if (said->check != NULL) {
        add(table, CN_CONSTRAINT_CHECK, table->check_count);
        table->checks[table->check_count++] = (cn_check){said->check_name, said->check,
                                                         column->index, NULL};
    }
    if (column->unique && !column->indexed) {
        uint32_t *one = one_column(mapping, column->index);
        if (one == NULL)
            return false;
        add(table, CN_CONSTRAINT_UNIQUE, table->unique_count);
        table->uniques[table->unique_count++] = (cn_unique_set){.columns = one, .count = 1};
    }
    if (column->foreign_table != NULL && !settle_column_foreign_key(mapping, table, column))
        return false;
    bool is_key = column->primary_key && table->primary_key_count == 1; /* has an index already */
    return !column->indexed || is_key || settle_column_index(mapping, table, column);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Room for all that the table and its columns say. */
static bool make_room(cn_mapping *mapping, cn_table *table)
{
    size_t most         = mapping->said_count + table->column_count;
    table->uniques      = CN_ARENA_ARRAY(mapping->arena, cn_unique_set, most);
    table->checks       = CN_ARENA_ARRAY(mapping->arena, cn_check, most);
    table->foreign_keys = CN_ARENA_ARRAY(mapping->arena, cn_foreign_key, most);
    table->indexes      = CN_ARENA_ARRAY(mapping->arena, cn_index, most);
    table->constraints  = CN_ARENA_ARRAY(mapping->arena, cn_constraint, 3 * most);
    return (table->uniques != NULL && table->checks != NULL && table->foreign_keys != NULL &&
            table->indexes != NULL && table->constraints != NULL) ||
           cn_mapping_no_memory(mapping);
}

static bool settle_said(cn_mapping *mapping, cn_table *table)
{
    static bool (*const settle[CN_SAID_COUNT])(cn_mapping *, cn_table *, const cn_said *) = {
        [CN_SAID_UNIQUE]      = settle_unique,
        [CN_SAID_CHECK]       = settle_check,
        [CN_SAID_FOREIGN_KEY] = settle_foreign_key,
        [CN_SAID_INDEX]       = settle_index,
    };
    for (size_t i = 0; i < mapping->said_count; i++) {
        const cn_said *said = &mapping->said[i];
        if (settle[said->kind] != NULL && !settle[said->kind](mapping, table, said))
            return false;
    }
    return true;
}

bool cn_mapping_settle(cn_mapping *mapping, cn_table *table)
{
    table->options = mapping->options;
    if (!settle_key(mapping, table) || !make_room(mapping, table) || !settle_said(mapping, table))
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        if (!settle_column(mapping, table, column))
            return false;
        table->has_defaults = table->has_defaults || column->made_by_server ||
                              column->type.user != NULL || column->insert_value.function != NULL ||
                              column->insert_value.value.kind != CN_KIND_NULL ||
                              column->update_value.function != NULL ||
                              column->update_value.value.kind != CN_KIND_NULL;
    }
    return true;
}
