/*
 * CREATE TABLE, its indexes and constraints, as text. Called by create.c and drop.c. Must never
 * talk to a database.
 */
#include "catalog/ddl.h"

#include <string.h>

static bool written(const cn_ddl *ddl)
{
    return !ddl->sql->failed || cn_error_no_memory(ddl->error);
}

static bool put_name(const cn_ddl *ddl, const char *name)
{
    return cn_dialect_identifier(ddl->dialect, ddl->server, ddl->sql, name, ddl->error);
}

static bool put_table(const cn_ddl *ddl, const cn_table *table)
{
    return cn_dialect_table(ddl->dialect, ddl->server, ddl->sql, table, ddl->error);
}

static void put(const cn_ddl *ddl, const char *text)
{
    cn_buffer_text(ddl->sql, text);
}

/* ---- generated names ------------------------------------------------------------------------- */

static uint32_t fold(const char *text)
{
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a: the same on every machine, for it is stored */
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
    return hash;
}

/* A name that the dialect finds too long is cut, and made different by a hash of the whole. */
static bool put_generated(const cn_ddl *ddl, const char *prefix, const cn_column *column)
{
    const cn_table *table = column->table;
    cn_buffer       name  = {0};
    cn_buffer_format(&name, "%s_%s%s%s_%s", prefix, table->schema != NULL ? table->schema : "",
                     table->schema != NULL ? "_" : "", table->name, column->name);
    bool done = !name.failed || cn_error_no_memory(ddl->error);
    if (done && name.size > ddl->dialect->identifier_limit) {
        uint32_t hash = fold(name.text);
        size_t   size = ddl->dialect->identifier_limit - 9;
        while (size > 0 && ((unsigned char)name.text[size] & 0xc0) == 0x80)
            size--; /* not through a character */
        name.size = size;
        cn_buffer_format(&name, "_%08x", (unsigned)hash);
        done = !name.failed || cn_error_no_memory(ddl->error);
    }
    done = done && put_name(ddl, name.text);
    cn_buffer_free(&name);
    return done;
}

/* ---- the parts of a table -------------------------------------------------------------------- */

static bool put_columns(const cn_ddl *ddl, const cn_table *table)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        put(ddl, i != 0 ? ", \n\t" : "\n\t");
        if (!put_name(ddl, column->name))
            return false;
        put(ddl, " ");
        ddl->dialect->column_definition(ddl->sql, column, ddl->server);
    }
    return true;
}

/* "PRIMARY KEY (a, b)", "UNIQUE (a, b)" */
static bool put_key(const cn_ddl *ddl, const cn_table *table, const char *words,
                    const uint32_t *columns, size_t count)
{
    put(ddl, ", \n\t");
    put(ddl, words);
    for (size_t i = 0; i < count; i++) {
        put(ddl, i != 0 ? ", " : " (");
        if (!put_name(ddl, table->columns[columns[i]].name))
            return false;
    }
    put(ddl, ")");
    return true;
}

static bool put_uniques(const cn_ddl *ddl, const cn_table *table)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        if (column->unique && !column->indexed && !put_key(ddl, table, "UNIQUE", &i, 1))
            return false;
    }
    for (size_t i = 0; i < table->unique_count; i++) {
        const cn_unique_set *set = &table->uniques[i];
        if (!put_key(ddl, table, "UNIQUE", set->columns, set->count))
            return false;
    }
    return true;
}

/* "FOREIGN KEY(author_id) REFERENCES author (id) ON DELETE CASCADE" */
static bool put_foreign_key(const cn_ddl *ddl, const cn_column *column)
{
    const char *table = column->foreign_table;
    const char *dot   = strchr(table, '.');
    put(ddl, "FOREIGN KEY(");
    if (!put_name(ddl, column->name))
        return false;
    put(ddl, ") REFERENCES ");
    if (dot != NULL) {
        cn_buffer schema = {0};
        cn_buffer_add(&schema, table, (size_t)(dot - table));
        bool done = !schema.failed || cn_error_no_memory(ddl->error);
        done      = done && put_name(ddl, schema.text);
        cn_buffer_free(&schema);
        if (!done)
            return false;
        put(ddl, ".");
        table = dot + 1;
    }
    if (!put_name(ddl, table))
        return false;
    put(ddl, " (");
    if (!put_name(ddl, column->foreign_column))
        return false;
    put(ddl, ")");
    if (column->on_delete != NULL)
        cn_buffer_format(ddl->sql, " ON DELETE %s", column->on_delete);
    if (column->on_update != NULL)
        cn_buffer_format(ddl->sql, " ON UPDATE %s", column->on_update);
    return true;
}

static bool put_foreign_keys(const cn_ddl *ddl, const cn_table *table, cn_ddl_later *later,
                             void *context)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        if (column->foreign_table == NULL || (later != NULL && later(column, context)))
            continue;
        put(ddl, ", \n\t");
        if (!put_foreign_key(ddl, column))
            return false;
    }
    return true;
}

/* ---- statements ------------------------------------------------------------------------------ */

bool cn_ddl_create_table(const cn_ddl *ddl, const cn_table *table, cn_ddl_later *later,
                         void *context)
{
    put(ddl, "\nCREATE TABLE ");
    if (!put_table(ddl, table))
        return false;
    put(ddl, " (");
    if (!put_columns(ddl, table))
        return false;
    if (table->primary_key_count != 0 &&
        !put_key(ddl, table, "PRIMARY KEY", table->primary_key, table->primary_key_count))
        return false;
    if (!put_uniques(ddl, table) || !put_foreign_keys(ddl, table, later, context))
        return false;
    put(ddl, "\n)");
    put(ddl, ddl->dialect->table_suffix);
    put(ddl, "\n\n");
    return written(ddl);
}

bool cn_ddl_has_index(const cn_column *column)
{
    return column->indexed && !(column->primary_key && column->table->primary_key_count == 1);
}

bool cn_ddl_create_index(const cn_ddl *ddl, const cn_column *column)
{
    const cn_table *table  = column->table;
    bool            before = ddl->dialect->schema_on_index && table->schema != NULL;
    put(ddl, column->unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    if (before) {
        if (!put_name(ddl, table->schema))
            return false;
        put(ddl, ".");
    }
    if (!put_generated(ddl, "ix", column))
        return false;
    put(ddl, " ON ");
    if (before ? !put_name(ddl, table->name) : !put_table(ddl, table))
        return false;
    put(ddl, " (");
    if (!put_name(ddl, column->name))
        return false;
    put(ddl, ")");
    return written(ddl);
}

bool cn_ddl_add_foreign_key(const cn_ddl *ddl, const cn_column *column)
{
    put(ddl, "ALTER TABLE ");
    if (!put_table(ddl, column->table))
        return false;
    put(ddl, " ADD CONSTRAINT ");
    if (!put_generated(ddl, "fk", column))
        return false;
    put(ddl, " ");
    return put_foreign_key(ddl, column) && written(ddl);
}

bool cn_ddl_drop_foreign_key(const cn_ddl *ddl, const cn_column *column, const char *name)
{
    put(ddl, "ALTER TABLE ");
    if (!put_table(ddl, column->table))
        return false;
    cn_buffer_format(ddl->sql, " %s ", ddl->dialect->alter_drops_foreign_key);
    if (name != NULL ? !put_name(ddl, name) : !put_generated(ddl, "fk", column))
        return false;
    return written(ddl);
}

bool cn_ddl_drop_table(const cn_ddl *ddl, const cn_table *table)
{
    put(ddl, "\nDROP TABLE ");
    return put_table(ddl, table) && written(ddl);
}
