/*
 * The functions behind CN_COLUMN, CN_TABLE_COLUMN and CN_RELATIONSHIP; those of constraints and
 * indexes are in constraint.c. They are called by a model's declare function and can return
 * nothing, so the first failure stays in the mapping and the rest does nothing. Each looks at what
 * it was given alone; model.c and settle.c look at the whole. Must never know a database.
 */
#include "schema/mapping.h"

#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"

/* ---- failing --------------------------------------------------------------------------------- */

bool cn_mapping_fail(cn_mapping *mapping, const char *format, ...)
{
    if (!mapping->failed) {
        va_list arguments;
        va_start(arguments, format);
        (void)cn_error_set_v(mapping->error, CN_CAUSE_MODEL, format, arguments);
        va_end(arguments);
    }
    mapping->failed = true;
    return false;
}

bool cn_mapping_no_memory(cn_mapping *mapping)
{
    if (!mapping->failed)
        cn_error_no_memory(mapping->error);
    mapping->failed = true;
    return false;
}

void cn_mapping_free(cn_mapping *mapping)
{
    cn_release(mapping->columns);
    cn_release(mapping->relationships);
    cn_release(mapping->said);
    cn_release(mapping->column_said);
}

/* ---- helpers --------------------------------------------------------------------------------- */

bool cn_mapping_options(cn_mapping *mapping, const char *member, void *into, size_t room,
                        const void *options)
{
    memset(into, 0, room);
    if (options == NULL)
        return true;
    size_t size;
    memcpy(&size, options, sizeof size); /* `size` is the first member of every options struct */
    if (size < sizeof size)
        return cn_mapping_fail(mapping, "%s.%s: the size of its options is not set",
                               mapping->model->name, member);
    memcpy(into, options, size < room ? size : room);
    return true;
}

/* "Post.title" */
static const char *title_of(cn_mapping *mapping, const char *member)
{
    size_t model = strlen(mapping->model->name);
    size_t size  = strlen(member);
    char  *title = cn_arena_take(mapping->arena, model + size + 2, 1);
    if (title == NULL) {
        cn_mapping_no_memory(mapping);
        return NULL;
    }
    memcpy(title, mapping->model->name, model);
    title[model] = '.';
    memcpy(title + model + 1, member, size + 1);
    return title;
}

/* Splits "table.column", "schema.table.column" at its last dot. */
static bool split_foreign_key(cn_mapping *mapping, cn_column *column, const char *text)
{
    const char *dot = strrchr(text, '.');
    if (dot == NULL || dot == text || dot[1] == '\0' || dot[-1] == '.')
        return cn_mapping_fail(mapping,
                               "%s: .foreign_key = \"%s\" must be \"table.column\" (the names in "
                               "the database)",
                               column->field.name, text);
    column->foreign_table  = cn_arena_text_sized(mapping->arena, text, (size_t)(dot - text));
    column->foreign_column = dot + 1;
    return column->foreign_table != NULL || cn_mapping_no_memory(mapping);
}

bool cn_mapping_word(cn_mapping *mapping, const char *title, const char *option, cn_words words,
                     const char *said, const char **into)
{
    static const char *const lists[][7] = {
        [CN_WORDS_ACTION]    = {"CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "SET DEFAULT"},
        [CN_WORDS_MATCH]     = {"FULL", "PARTIAL", "SIMPLE"},
        [CN_WORDS_INITIALLY] = {"DEFERRED", "IMMEDIATE"},
        [CN_WORDS_CONFLICT]  = {"ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"},
    };
    static const char *const sentences[] = {
        [CN_WORDS_ACTION]    = "CASCADE, SET NULL, RESTRICT, NO ACTION, SET DEFAULT",
        [CN_WORDS_MATCH]     = "FULL, PARTIAL, SIMPLE",
        [CN_WORDS_INITIALLY] = "DEFERRED, IMMEDIATE",
        [CN_WORDS_CONFLICT]  = "ROLLBACK, ABORT, FAIL, IGNORE, REPLACE",
    };
    for (size_t i = 0; said != NULL && lists[words][i] != NULL; i++) {
        if (cn_ascii_same(said, lists[words][i])) {
            *into = lists[words][i];
            return true;
        }
    }
    return said == NULL || cn_mapping_fail(mapping, "%s: %s = \"%s\" is none of %s", title, option,
                                           said, sentences[words]);
}

/* What is said of a foreign key that is not there. */
static bool check_needless(cn_mapping *mapping, const cn_column *column,
                           const cn_column_options *options)
{
    const struct {
        const char *option;
        const char *said;
    } said[] = {{".on_delete", options->on_delete},
                {".on_update", options->on_update},
                {".match", options->match},
                {".initially", options->initially},
                {".foreign_key_name", options->foreign_key_name}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (said[i].said != NULL)
            return cn_mapping_fail(mapping, "%s: %s = \"%s\" needs a .foreign_key",
                                   column->field.name, said[i].option, said[i].said);
    }
    if (options->use_alter || options->deferrable != CN_UNSAID)
        return cn_mapping_fail(mapping, "%s: %s needs a .foreign_key", column->field.name,
                               options->use_alter ? ".use_alter" : ".deferrable");
    return true;
}

/* A foreign key of one column is one like those of CN_FOREIGN_KEY, which constraint.c settles. */
static bool read_foreign_key(cn_mapping *mapping, cn_column *column,
                             const cn_column_options *options)
{
    if (options->foreign_key == NULL)
        return check_needless(mapping, column, options);
    return split_foreign_key(mapping, column, options->foreign_key) &&
           cn_mapping_word(mapping, column->field.name, ".on_delete", CN_WORDS_ACTION,
                           options->on_delete, &column->on_delete) &&
           cn_mapping_word(mapping, column->field.name, ".on_update", CN_WORDS_ACTION,
                           options->on_update, &column->on_update);
}

static bool check_twice(cn_mapping *mapping, const cn_column *column)
{
    bool has_struct = mapping->model->struct_size != 0;
    for (size_t i = 0; i < mapping->column_count; i++) {
        const cn_column *other = &mapping->columns[i];
        if (has_struct && other->field.offset == column->field.offset)
            return cn_mapping_fail(mapping, "%s is mapped twice", column->field.name);
        if (strcmp(other->name, column->name) == 0)
            return cn_mapping_fail(mapping, "%s and %s are both the column \"%s\"",
                                   other->field.name, column->field.name, column->name);
    }
    return true;
}

/* ---- columns --------------------------------------------------------------------------------- */

static bool read_null(cn_mapping *mapping, cn_column *column, const cn_column_options *options)
{
    bool can_be_null = column->nullable; /* from the C type */
    if (options->nullable && (options->not_null || options->primary_key))
        return cn_mapping_fail(mapping, "%s: .nullable contradicts %s", column->field.name,
                               options->not_null ? ".not_null" : ".primary_key");
    if (options->nullable && !can_be_null)
        return cn_mapping_fail(mapping,
                               "%s cannot hold NULL: make the member a CN_OPT(...), or drop "
                               ".nullable",
                               column->field.name);
    column->nullable = can_be_null && !options->not_null && !options->primary_key;
    return true;
}

/* ---- values that nobody assigned ------------------------------------------------------------- */

static bool contradiction(cn_mapping *mapping, const cn_column *column, const char *one,
                          const char *other)
{
    return cn_mapping_fail(mapping, "%s: %s contradicts %s", column->field.name, one, other);
}

static bool check_values(cn_mapping *mapping, const cn_column *column,
                         const cn_column_options *options)
{
    bool by_client = options->insert_value.kind != CN_KIND_NULL ||
                     options->insert_function != NULL ||
                     options->update_value.kind != CN_KIND_NULL || options->update_function != NULL;
    if (options->insert_value.kind != CN_KIND_NULL && options->insert_function != NULL)
        return contradiction(mapping, column, ".insert_value", ".insert_function");
    if (options->update_value.kind != CN_KIND_NULL && options->update_function != NULL)
        return contradiction(mapping, column, ".update_value", ".update_function");
    if (options->computed != NULL && options->server_default != NULL)
        return contradiction(mapping, column, ".computed", ".server_default");
    if (options->computed != NULL && options->identity != CN_IDENTITY_NONE)
        return contradiction(mapping, column, ".computed", ".identity");
    if (options->computed != NULL && (by_client || options->sequence != NULL))
        return contradiction(mapping, column, ".computed",
                             by_client ? "a value of the program" : ".sequence");
    if (options->identity != CN_IDENTITY_NONE && options->server_default != NULL)
        return contradiction(mapping, column, ".identity", ".server_default");
    if (options->identity != CN_IDENTITY_NONE && options->sequence != NULL)
        return contradiction(mapping, column, ".identity", ".sequence");
    if (options->computed != NULL && options->computed[0] == '\0')
        return cn_mapping_fail(mapping, "%s: .computed has no expression", column->field.name);
    if (options->check != NULL && options->check[0] == '\0')
        return cn_mapping_fail(mapping, "%s: .check has no condition", column->field.name);
    return true;
}

static bool read_values(cn_mapping *mapping, cn_column *column, const cn_column_options *options)
{
    if (!check_values(mapping, column, options))
        return false;
    column->computed         = options->computed;
    column->persisted        = (uint8_t)options->persisted;
    column->identity         = (uint8_t)options->identity;
    column->numbers          = options->identity_numbers;
    column->sequence         = options->sequence;
    column->server_on_update = options->server_on_update;
    column->insert_value     = (cn_client_value){options->insert_value, options->insert_function,
                                                 options->value_context};
    column->update_value     = (cn_client_value){options->update_value, options->update_function,
                                                 options->value_context};
    column->made_by_server   = options->computed != NULL || options->server_default != NULL ||
                             options->identity != CN_IDENTITY_NONE || options->sequence != NULL ||
                             options->server_on_update != NULL;
    column->never_written = options->computed != NULL || options->identity == CN_IDENTITY_ALWAYS;
    return true;
}

/* They stand in the declare function's frame, and their labels, too. */
static bool keep_variants(cn_mapping *mapping, cn_column *column, const cn_variant *variants)
{
    size_t count = 0;
    while (variants != NULL && variants[count].dialect != NULL)
        count++;
    if (count == 0)
        return true;
    cn_variant *copy = CN_ARENA_ARRAY(mapping->arena, cn_variant, count + 1);
    if (copy == NULL)
        return cn_mapping_no_memory(mapping);
    memcpy(copy, variants, count * sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        if (!cn_mapping_variant(mapping, column, &copy[i].type))
            return false;
    }
    column->variants = copy;
    return true;
}

/* Adds the column that `field` and `options` describe; the rest is checked when all are known. */
static void add_column(cn_mapping *mapping, const char *member, const cn_decode *field,
                       const cn_type *type, const cn_column_options *options)
{
    cn_column column = {
        .index          = (uint32_t)mapping->column_count,
        .name           = options->name != NULL ? options->name : member,
        .member         = member,
        .field          = *field,
        .primary_key    = options->primary_key,
        .generated      = !options->not_generated, /* if it can be: see model.c */
        .unique         = options->unique,
        .indexed        = options->index,
        .server_default = options->server_default,
        .comment        = options->comment,
        .autoincrement  = options->autoincrement,
    };
    column.field.column = column.index;
    column.field.name   = title_of(mapping, member);
    if (column.field.name == NULL)
        return;
    if (column.name[0] == '\0') {
        cn_mapping_fail(mapping, "%s: its column has an empty name", column.field.name);
        return;
    }
    if (!cn_mapping_type(mapping, &column, type) || !read_null(mapping, &column, options))
        return;
    if (!read_foreign_key(mapping, &column, options) || !read_values(mapping, &column, options) ||
        !keep_variants(mapping, &column, options->variants) || !check_twice(mapping, &column))
        return;
    if (!cn_reserve(&mapping->columns, &mapping->column_capacity, mapping->column_count + 1,
                    sizeof *mapping->columns) ||
        !cn_reserve(&mapping->column_said, &mapping->column_said_capacity,
                    mapping->column_count + 1, sizeof *mapping->column_said)) {
        cn_mapping_no_memory(mapping);
        return;
    }
    mapping->column_said[mapping->column_count] = *options;
    mapping->columns[mapping->column_count++]   = column;
}

void cn_map_column(cn_mapping *mapping, const cn_field *member, const cn_column_options *options)
{
    cn_column_options read;
    const cn_model   *model = mapping->model;
    if (mapping->failed || !cn_mapping_options(mapping, member->name, &read, sizeof read, options))
        return;
    if (model->struct_size == 0) {
        cn_mapping_fail(mapping, "%s.%s: a table without a struct has CN_TABLE_COLUMNs only",
                        model->name, member->name);
        return;
    }
    uint8_t plain = (uint8_t)(member->storage & ~(unsigned)CN_STORAGE_OPT);
    size_t  size  = plain == CN_STORAGE_CHARS ? member->size : cn_storage_size(member->storage);
    if (plain == CN_STORAGE_NONE || plain >= CN_STORAGE_COUNT || size != member->size) {
        cn_mapping_fail(mapping, "%s.%s has a type that holds no SQL value", model->name,
                        member->name);
        return;
    }
    if (member->size > model->struct_size || member->offset > model->struct_size - member->size) {
        cn_mapping_fail(mapping, "%s.%s lies outside of the struct", model->name, member->name);
        return;
    }
    cn_decode field = {.offset = member->offset, .size = member->size, .storage = member->storage};
    add_column(mapping, member->name, &field, &read.type, &read);
}

void cn_map_table_column(cn_mapping *mapping, const char *name, cn_type type,
                         const cn_column_options *options)
{
    cn_column_options read;
    if (mapping->failed || !cn_mapping_options(mapping, name, &read, sizeof read, options))
        return;
    if (mapping->model->struct_size != 0) {
        cn_mapping_fail(mapping, "%s.%s: a struct has CN_COLUMNs; CN_TABLE_COLUMN is for CN_TABLE",
                        mapping->model->name, name);
        return;
    }
    cn_decode field = {.storage = CN_STORAGE_NONE};
    add_column(mapping, name, &field, &type, &read);
}

/* ---- relationships --------------------------------------------------------------------------- */

static bool check_relationship(cn_mapping *mapping, const char *name, size_t offset,
                               const cn_model *target)
{
    const cn_model *model = mapping->model;
    if (model->struct_size < sizeof(void *) || offset > model->struct_size - sizeof(void *))
        return cn_mapping_fail(mapping, "%s.%s lies outside of the struct", model->name, name);
    if (target == NULL || target->struct_size == 0)
        return cn_mapping_fail(mapping,
                               "%s.%s: the target of a relationship must be a model with a struct",
                               model->name, name);
    for (size_t i = 0; i < mapping->relationship_count; i++) {
        if (mapping->relationships[i].offset == offset)
            return cn_mapping_fail(mapping, "%s.%s is mapped twice", model->name, name);
    }
    return true;
}

void cn_map_relationship(cn_mapping *mapping, const char *name, size_t offset, bool many,
                         const cn_model *target, const cn_relationship_options *options)
{
    cn_relationship_text text = {
        .name = name, .offset = (uint32_t)offset, .many = many, .target = target};
    if (mapping->failed ||
        !cn_mapping_options(mapping, name, &text.options, sizeof text.options, options) ||
        !check_relationship(mapping, name, offset, target))
        return;
    if (!cn_reserve(&mapping->relationships, &mapping->relationship_capacity,
                    mapping->relationship_count + 1, sizeof *mapping->relationships)) {
        cn_mapping_no_memory(mapping);
        return;
    }
    mapping->relationships[mapping->relationship_count++] = text;
}
