/*
 * How SQLite defines tables. It adds no constraint to a table that is there, so foreign keys stand
 * inside; what is forgotten can only be made anew.
 */
#include <string.h>

#include "dialect/spelling.h"

/* A strict table knows five types. Dates, texts and documents are TEXT either way; a decimal has
   no column there that would neither round nor sort it as text. */
static const char *const strict_names[CN_TYPE_COUNT] = {
    [CN_TYPE_BOOLEAN] = "INTEGER",   [CN_TYPE_TINYINT] = "INTEGER", [CN_TYPE_SMALLINT] = "INTEGER",
    [CN_TYPE_MEDIUMINT] = "INTEGER", [CN_TYPE_INTEGER] = "INTEGER", [CN_TYPE_BIGINT] = "INTEGER",
    [CN_TYPE_YEAR] = "INTEGER",      [CN_TYPE_REAL] = "REAL",       [CN_TYPE_DOUBLE] = "REAL",
    [CN_TYPE_FLOAT] = "REAL",        [CN_TYPE_STRING] = "TEXT",     [CN_TYPE_CHAR] = "TEXT",
    [CN_TYPE_TEXT] = "TEXT",         [CN_TYPE_TINYTEXT] = "TEXT",   [CN_TYPE_MEDIUMTEXT] = "TEXT",
    [CN_TYPE_LONGTEXT] = "TEXT",     [CN_TYPE_DATE] = "TEXT",       [CN_TYPE_TIME] = "TEXT",
    [CN_TYPE_DATETIME] = "TEXT",     [CN_TYPE_TIMESTAMP] = "TEXT",  [CN_TYPE_INTERVAL] = "TEXT",
    [CN_TYPE_UUID] = "TEXT",         [CN_TYPE_JSON] = "TEXT",       [CN_TYPE_JSONB] = "TEXT",
    [CN_TYPE_ENUM] = "TEXT",         [CN_TYPE_BINARY] = "BLOB",     [CN_TYPE_TINYBLOB] = "BLOB",
    [CN_TYPE_BLOB] = "BLOB",         [CN_TYPE_MEDIUMBLOB] = "BLOB", [CN_TYPE_FIXED_BINARY] = "BLOB",
};

/* Only a key spelled INTEGER is the rowid, and numbered by SQLite; it has 64 bits whatever the
   member has. */
static bool put_type(const cn_ddl *ddl, const cn_column *column)
{
    cn_type     type    = *cn_dialect_column_type(ddl->dialect, ddl->server, column);
    bool        strict  = column->table->options.sqlite_strict;
    const char *instead = column->generated ? "INTEGER" : strict ? strict_names[type.kind] : NULL;
    if (column->generated && column->table->options.sqlite_without_rowid)
        return cn_error_set(ddl->error, CN_CAUSE_MODEL,
                            "%s: SQLite numbers no key of a table WITHOUT ROWID: make it "
                            ".not_generated",
                            column->field.name);
    if (strict && instead == NULL && type.kind != CN_TYPE_RAW)
        return cn_error_set(ddl->error, CN_CAUSE_UNSUPPORTED,
                            "%s: a strict table of SQLite has no column of its type: give it a "
                            "variant",
                            column->field.name);
    if (instead == NULL)
        return cn_spell_column_type(ddl, column, &type);
    type = (cn_type){.kind = CN_TYPE_RAW, .name = instead, .collation = type.collation};
    return cn_spell_column_type(ddl, column, &type);
}

static bool put_column(const cn_ddl *ddl, const cn_column *column)
{
    if (!put_type(ddl, column) || !cn_spell_check_numbers(ddl, column, false) ||
        !cn_spell_default(ddl, column, CN_DEFAULT_PLAIN))
        return false;
    cn_buffer_text(ddl->sql, column->nullable ? "" : " NOT NULL");
    if (column->autoincrement)
        cn_buffer_text(ddl->sql, " PRIMARY KEY AUTOINCREMENT");
    return cn_spell_computed(ddl, column) &&
           cn_spell_enum_check(ddl, column,
                               cn_dialect_column_type(ddl->dialect, ddl->server, column));
}

static bool put_options(const cn_ddl *ddl, const cn_table *table)
{
    const cn_table_options *options = &table->options;
    if (options->sqlite_strict && !cn_ddl_needs(ddl, CN_DDL_STRICT, cn_table_title(table)))
        return false;
    if (options->sqlite_without_rowid)
        cn_buffer_text(ddl->sql, "\n WITHOUT ROWID");
    if (options->sqlite_strict)
        cn_buffer_text(ddl->sql, options->sqlite_without_rowid ? ",\n STRICT" : "\n STRICT");
    return true;
}

/* ---- what is there --------------------------------------------------------------------------- */

static void find_unqualified(cn_buffer *sql, const cn_table *const *tables, size_t count,
                             size_t *parts)
{
    for (size_t i = 0; i < count; i++) {
        if (tables[i]->schema != NULL)
            continue;
        const char *title = tables[i]->model->table; /* differs where the name has a dot */
        cn_buffer_text(sql, (*parts)++ == 0 ? "WITH wanted (title, name) AS (VALUES (" : "), (");
        cn_dialect_literal(&cn_dialect_sqlite, sql, title, strlen(title));
        cn_buffer_text(sql, ", ");
        cn_dialect_literal(&cn_dialect_sqlite, sql, tables[i]->name, strlen(tables[i]->name));
    }
    if (*parts != 0)
        cn_buffer_text(sql, ")) SELECT title FROM wanted WHERE EXISTS (SELECT 1 FROM sqlite_master "
                            "AS found WHERE found.type IN ('table', 'view') AND found.name = "
                            "wanted.name COLLATE NOCASE)");
}

/* Each attached database has a catalogue of its own. */
static void existing(cn_buffer *sql, const cn_table *const *tables, size_t count,
                     const cn_link *server)
{
    (void)server;
    size_t parts = 0;
    find_unqualified(sql, tables, count, &parts);
    for (size_t i = 0; i < count; i++) {
        const cn_table *table = tables[i];
        if (table->schema == NULL)
            continue;
        cn_buffer_text(sql, parts++ != 0 ? " UNION ALL SELECT " : "SELECT ");
        cn_dialect_literal(&cn_dialect_sqlite, sql, table->model->table,
                           strlen(table->model->table));
        cn_buffer_text(sql, " FROM ");
        cn_spell_quoted(sql, table->schema, '"');
        cn_buffer_text(sql, ".sqlite_master WHERE type IN ('table', 'view') AND name = ");
        cn_dialect_literal(&cn_dialect_sqlite, sql, table->name, strlen(table->name));
        cn_buffer_text(sql, " COLLATE NOCASE");
    }
}

const cn_definition cn_definition_sqlite = {
    .type                   = put_type,
    .column                 = put_column,
    .options                = put_options,
    .transactional          = true,
    .defer_foreign_keys     = "PRAGMA defer_foreign_keys = ON",
    .schema_on_index        = true,
    .index_if_exists        = true,
    .autoincrement_with_key = true,
    .existing               = existing,
};
