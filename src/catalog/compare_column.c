/*
 * Columns that are declared against columns that were found. Called by compare.c.
 */
#include <string.h>

#include "catalog/compare.h"
#include "dialect/spelling.h"

static const cn_reflected_column *find(const cn_comparison *c, const char *name)
{
    const cn_reflected_column *found = cn_reflected_table_column(c->reflected, name);
    for (size_t i = 0;
         found == NULL && c->style != CN_TOKENS_POSTGRESQL && i < c->reflected->column_count; i++) {
        if (cn_compare_same_word(c->reflected->columns[i]->name, name))
            found = c->reflected->columns[i];
    }
    return found;
}

static void alter(cn_comparison *c, const cn_column *column, const char *aspect,
                  const char *declared, const char *found)
{
    cn_compare_add(c, CN_DIFFERENCE_COLUMN, CN_CHANGE_ALTER, aspect, column->name, declared, found);
}

/* ---- types ----------------------------------------------------------------------------------- */

static bool is_native_enum(const cn_comparison *c, const cn_type *type)
{
    bool labels = type->kind == CN_TYPE_ENUM ||
                  (type->kind == CN_TYPE_ARRAY && type->element == CN_TYPE_ENUM);
    return labels && type->enum_form == CN_ENUM_NATIVE && c->style == CN_TOKENS_POSTGRESQL;
}

/* What stands behind the last dot. */
static const char *last_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL ? dot + 1 : path;
}

static bool same_native(const cn_type *declared, const cn_type *found)
{
    cn_type said   = *declared;
    said.precision = said.scale = 0;
    said.length                 = 0;
    said.collation              = NULL;
    return found->name != NULL && strcmp(last_name(declared->name), last_name(found->name)) == 0 &&
           cn_type_same(&said, found);
}

/* As the database spells it, and read back. */
static bool compare_type(cn_comparison *c, const cn_column *column,
                         const cn_reflected_column *found)
{
    const cn_type *said = cn_dialect_column_type(c->ddl.dialect, c->ddl.server, column);
    cn_buffer_reset(&c->sql);
    if (!c->ddl.dialect->definition->type(&c->ddl, column))
        return false;
    c->no_memory        = c->no_memory || c->sql.failed;
    const char *spelled = cn_compare_text(c, "%s", cn_buffer_get(&c->sql));
    cn_type     type    = {0};
    bool        serial  = false, same;
    if (!cn_type_read(c->style, spelled, &c->arena, &type, &serial))
        return cn_error_no_memory(&c->error);
    if (is_native_enum(c, said))
        same = same_native(said, &found->type);
    else
        same = cn_type_same(&type, &found->type);
    if (!same)
        alter(c, column, "type", spelled,
              found->type.collation != NULL && type.collation != NULL
                  ? cn_compare_text(c, "%s COLLATE %s", found->type_text, found->type.collation)
                  : found->type_text);
    return true;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_null_text(const char *text)
{
    return text == NULL || cn_compare_same_word(text, "null");
}

static void compare_default(cn_comparison *c, const cn_column *column,
                            const cn_reflected_column *found)
{
    bool        has_sequence = column->sequence != NULL && cn_ddl_has(&c->ddl, CN_DDL_SEQUENCE);
    const char *said         = cn_spell_default_text(&c->ddl, column, column->server_default);
    if (has_sequence) {
        bool same = found->sequence != NULL &&
                    strcmp(last_name(column->sequence->name), last_name(found->sequence)) == 0;
        if (!same)
            alter(c, column, "default",
                  cn_compare_text(c, "the next value of %s", column->sequence->name),
                  found->sequence != NULL ? found->sequence : found->server_default);
        return;
    }
    if (is_null_text(said) && is_null_text(found->server_default))
        return;
    if (!cn_compare_same(c, said, found->server_default))
        alter(c, column, "default", said, found->server_default);
}

static void compare_on_update(cn_comparison *c, const cn_column *column,
                              const cn_reflected_column *found)
{
    const char *said = cn_spell_default_text(&c->ddl, column, column->server_on_update);
    if (!cn_compare_same(c, said, found->server_on_update))
        alter(c, column, "value on update", said, found->server_on_update);
}

static void compare_computed(cn_comparison *c, const cn_column *column,
                             const cn_reflected_column *found)
{
    static const char *const words[] = {"", "STORED", "VIRTUAL"};
    if (!cn_compare_same(c, column->computed, found->computed))
        alter(c, column, "expression", column->computed, found->computed);
    else if (column->computed != NULL && column->persisted != CN_PERSISTED_UNSAID &&
             column->persisted != found->persisted)
        alter(c, column, "storage", words[column->persisted], words[found->persisted]);
}

/* Where there are no identities the database numbers the key all the same. */
static void compare_numbering(cn_comparison *c, const cn_column *column,
                              const cn_reflected_column *found)
{
    static const char *const words[]      = {"none", "ALWAYS", "BY DEFAULT"};
    bool                     has_identity = cn_ddl_has(&c->ddl, CN_DDL_IDENTITY);
    bool has_sequence = column->sequence != NULL && cn_ddl_has(&c->ddl, CN_DDL_SEQUENCE);
    bool numbered     = column->generated && !has_sequence &&
                    !(has_identity && column->identity != CN_IDENTITY_NONE);
    if (has_identity && column->identity != found->identity)
        alter(c, column, "identity", words[column->identity], words[found->identity]);
    else if (has_identity && column->identity != CN_IDENTITY_NONE &&
             !cn_compare_same_numbers(&column->numbers, &found->identity_numbers))
        alter(c, column, "numbering of the identity", "otherwise", "as it is");
    if (numbered != found->autoincrement && !(has_sequence && found->autoincrement) &&
        !(c->style == CN_TOKENS_SQLITE && !numbered)) /* there any such key is numbered */
        cn_compare_flags(c, CN_DIFFERENCE_COLUMN, "numbering by the database", column->name,
                         numbered, found->autoincrement);
    if (c->style == CN_TOKENS_SQLITE)
        cn_compare_flags(c, CN_DIFFERENCE_COLUMN, "word AUTOINCREMENT", column->name,
                         column->autoincrement, found->never_reused);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* MariaDB has no NOT NULL of computed columns. */
static bool is_nullable(const cn_comparison *c, const cn_column *column,
                        const cn_reflected_column *found)
{
    bool identity = column->identity != CN_IDENTITY_NONE && cn_ddl_has(&c->ddl, CN_DDL_IDENTITY);
    if (column->computed != NULL && c->found->server.product == CN_PRODUCT_MARIADB)
        return found->nullable;
    return column->nullable && !identity && !column->primary_key;
}

static bool compare_column(cn_comparison *c, const cn_column *column)
{
    const cn_reflected_column *found = find(c, column->name);
    if (found == NULL) {
        cn_compare_add(c, CN_DIFFERENCE_COLUMN, CN_CHANGE_ADD, NULL, column->name, NULL, NULL);
        return true;
    }
    if (!compare_type(c, column, found))
        return false;
    bool nullable = is_nullable(c, column, found);
    if (nullable != found->nullable)
        alter(c, column, "nullability", nullable ? "NULL" : "NOT NULL",
              found->nullable ? "NULL" : "NOT NULL");
    if (!c->options.ignore_defaults) {
        compare_default(c, column, found);
        compare_numbering(c, column, found);
    }
    compare_computed(c, column, found);
    if (c->style == CN_TOKENS_MYSQL)
        compare_on_update(c, column, found);
    if (c->style != CN_TOKENS_SQLITE && !c->options.ignore_comments)
        cn_compare_texts(c, CN_DIFFERENCE_COLUMN, "comment", column->name, column->comment,
                         found->comment);
    return true;
}

static bool is_declared(const cn_comparison *c, const cn_reflected_column *column)
{
    for (size_t i = 0; i < c->table->column_count; i++) {
        if (find(c, c->table->columns[i].name) == column)
            return true;
    }
    return false;
}

bool cn_compare_table_columns(cn_comparison *c)
{
    for (size_t i = 0; i < c->table->column_count; i++) {
        if (!compare_column(c, &c->table->columns[i]))
            return false;
    }
    for (size_t i = 0; i < c->reflected->column_count; i++) {
        const cn_reflected_column *column = c->reflected->columns[i];
        if (!is_declared(c, column))
            cn_compare_add(c, CN_DIFFERENCE_COLUMN, CN_CHANGE_REMOVE, NULL, column->name, NULL,
                           column->type_text);
    }
    return true;
}
