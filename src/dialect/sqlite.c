/*
 * How SQLite spells things. Its types are only affinities: what matters is that no text that is to
 * stay text looks like a number to the column. Must never know the client library.
 */
#include <string.h>

#include "dialect/spelling.h"

/* Every keyword but those that no statement of this library could be confused by. */
static const char *const reserved[] = {
    "add",
    "after",
    "all",
    "alter",
    "always",
    "analyze",
    "and",
    "as",
    "asc",
    "attach",
    "autoincrement",
    "before",
    "begin",
    "between",
    "by",
    "cascade",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "commit",
    "conflict",
    "constraint",
    "create",
    "cross",
    "current",
    "current_date",
    "current_time",
    "current_timestamp",
    "database",
    "default",
    "deferrable",
    "deferred",
    "delete",
    "desc",
    "detach",
    "distinct",
    "do",
    "drop",
    "each",
    "else",
    "end",
    "escape",
    "except",
    "exclude",
    "exclusive",
    "exists",
    "explain",
    "fail",
    "false",
    "filter",
    "first",
    "following",
    "for",
    "foreign",
    "from",
    "full",
    "generated",
    "glob",
    "group",
    "groups",
    "having",
    "if",
    "ignore",
    "immediate",
    "in",
    "index",
    "indexed",
    "initially",
    "inner",
    "insert",
    "instead",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "last",
    "left",
    "like",
    "limit",
    "match",
    "materialized",
    "natural",
    "no",
    "not",
    "nothing",
    "notnull",
    "null",
    "nulls",
    "of",
    "offset",
    "on",
    "or",
    "order",
    "others",
    "outer",
    "over",
    "partition",
    "plan",
    "pragma",
    "preceding",
    "primary",
    "query",
    "raise",
    "range",
    "recursive",
    "references",
    "regexp",
    "reindex",
    "release",
    "rename",
    "replace",
    "restrict",
    "returning",
    "right",
    "rollback",
    "row",
    "rowid",
    "rows",
    "savepoint",
    "select",
    "set",
    "table",
    "temp",
    "temporary",
    "then",
    "ties",
    "to",
    "transaction",
    "trigger",
    "true",
    "unbounded",
    "union",
    "unique",
    "update",
    "using",
    "vacuum",
    "values",
    "view",
    "virtual",
    "when",
    "where",
    "window",
    "with",
    "without",
};

/* JSON is TEXT: a column called JSON would turn the document 1.0 into the number 1. */
static const char *const names[CN_TYPE_COUNT] = {
    [CN_TYPE_BOOLEAN]   = "BOOLEAN",
    [CN_TYPE_TINYINT]   = "SMALLINT",
    [CN_TYPE_SMALLINT]  = "SMALLINT",
    [CN_TYPE_INTEGER]   = "INTEGER",
    [CN_TYPE_BIGINT]    = "BIGINT",
    [CN_TYPE_REAL]      = "FLOAT",
    [CN_TYPE_DOUBLE]    = "DOUBLE",
    [CN_TYPE_STRING]    = "VARCHAR",
    [CN_TYPE_TEXT]      = "TEXT",
    [CN_TYPE_NUMERIC]   = "NUMERIC",
    [CN_TYPE_DATE]      = "DATE",
    [CN_TYPE_TIME]      = "TIME",
    [CN_TYPE_DATETIME]  = "DATETIME",
    [CN_TYPE_TIMESTAMP] = "DATETIME",
    [CN_TYPE_INTERVAL]  = "VARCHAR(64)",
    [CN_TYPE_BINARY]    = "BLOB",
    [CN_TYPE_UUID]      = "CHAR(32)",
    [CN_TYPE_JSON]      = "TEXT",
    [CN_TYPE_ENUM]      = "VARCHAR",
};

static void spell_type(cn_buffer *sql, const cn_type *type, const cn_link *server)
{
    (void)server;
    const char *name = names[cn_spell_signed(type)];
    if (type->kind == CN_TYPE_STRING)
        cn_spell_sized(sql, name, type->length);
    else if (type->kind == CN_TYPE_ENUM)
        cn_spell_sized(sql, name, cn_spell_longest(type));
    else if (type->kind == CN_TYPE_NUMERIC)
        cn_spell_numeric(sql, name, type);
    else
        cn_buffer_text(sql, name);
}

/* Only a key spelled INTEGER is the rowid, and numbered by SQLite; it has 64 bits whatever the
   member has. */
static void define(cn_buffer *sql, const cn_column *column, const cn_link *server)
{
    if (column->generated)
        cn_buffer_text(sql, "INTEGER");
    else
        spell_type(sql, &column->type, server);
    cn_spell_default(sql, column, false);
    cn_buffer_text(sql, column->nullable ? "" : " NOT NULL");
    cn_spell_check(&cn_dialect_sqlite, sql, column, server);
}

static void find_unqualified(cn_buffer *sql, const cn_table *const *tables, size_t count,
                             size_t *parts)
{
    for (size_t i = 0; i < count; i++) {
        if (tables[i]->schema != NULL)
            continue;
        cn_buffer_text(sql, (*parts)++ == 0 ? "WITH wanted (name) AS (VALUES (" : "), (");
        cn_dialect_literal(&cn_dialect_sqlite, sql, tables[i]->name, strlen(tables[i]->name));
    }
    if (*parts != 0)
        cn_buffer_text(sql, ")) SELECT name FROM wanted WHERE EXISTS (SELECT 1 FROM sqlite_master "
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
        cn_spell_quoted(sql, table->schema, strlen(table->schema), '"');
        cn_buffer_text(sql, ".sqlite_master WHERE type IN ('table', 'view') AND name = ");
        cn_dialect_literal(&cn_dialect_sqlite, sql, table->name, strlen(table->name));
        cn_buffer_text(sql, " COLLATE NOCASE");
    }
}

const cn_dialect cn_dialect_sqlite = {
    .words                   = &cn_words_sqlite,
    .name                    = "sqlite",
    .quote                   = '"',
    .identifier_limit        = SIZE_MAX,
    .backslash               = CN_BACKSLASH_PLAIN,
    .reserved                = reserved,
    .reserved_count          = sizeof reserved / sizeof *reserved,
    .type                    = spell_type,
    .column_definition       = define,
    .table_suffix            = "",
    .transactional_ddl       = true,
    .alter_adds_foreign_keys = false,
    .defer_foreign_keys      = "PRAGMA defer_foreign_keys = ON",
    .schema_on_index         = true,
    .existing                = existing,
};
