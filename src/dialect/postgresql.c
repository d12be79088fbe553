/*
 * How PostgreSQL spells things. Must never know the client library.
 */
#include <string.h>

#include "dialect/spelling.h"

/* The words that pg_get_keywords calls reserved, in any version so far. */
static const char *const reserved[] = {
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
};

static const char *const names[CN_TYPE_COUNT] = {
    [CN_TYPE_BOOLEAN]   = "BOOLEAN",
    [CN_TYPE_TINYINT]   = "SMALLINT",
    [CN_TYPE_SMALLINT]  = "SMALLINT",
    [CN_TYPE_INTEGER]   = "INTEGER",
    [CN_TYPE_BIGINT]    = "BIGINT",
    [CN_TYPE_REAL]      = "REAL",
    [CN_TYPE_DOUBLE]    = "DOUBLE PRECISION",
    [CN_TYPE_STRING]    = "VARCHAR",
    [CN_TYPE_TEXT]      = "TEXT",
    [CN_TYPE_NUMERIC]   = "NUMERIC",
    [CN_TYPE_DATE]      = "DATE",
    [CN_TYPE_TIME]      = "TIME WITHOUT TIME ZONE",
    [CN_TYPE_DATETIME]  = "TIMESTAMP WITHOUT TIME ZONE",
    [CN_TYPE_TIMESTAMP] = "TIMESTAMP WITH TIME ZONE",
    [CN_TYPE_INTERVAL]  = "INTERVAL",
    [CN_TYPE_BINARY]    = "BYTEA",
    [CN_TYPE_UUID]      = "UUID",
    [CN_TYPE_JSON]      = "JSON",
    [CN_TYPE_ENUM]      = "VARCHAR",
};

static bool is_unsigned_64(const cn_type *type)
{
    return type->kind == CN_TYPE_BIGINT && type->is_unsigned;
}

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
        cn_buffer_text(sql, is_unsigned_64(type) ? "NUMERIC(20)" : name);
}

/* Without length and digits: a cast to VARCHAR(30) would cut a longer text without a word, where
   the column itself refuses it. */
static void spell_array_type(cn_buffer *sql, const cn_column *column, const cn_link *server)
{
    (void)server;
    const cn_type *type = &column->type;
    cn_buffer_text(sql, is_unsigned_64(type) ? "NUMERIC" : names[cn_spell_signed(type)]);
}

static void define(cn_buffer *sql, const cn_column *column, const cn_link *server)
{
    static const char *const serials[CN_TYPE_COUNT] = {
        [CN_TYPE_SMALLINT] = "SMALLSERIAL",
        [CN_TYPE_INTEGER]  = "SERIAL",
        [CN_TYPE_BIGINT]   = "BIGSERIAL",
        [CN_TYPE_TINYINT]  = "SMALLSERIAL",
    };
    if (column->generated)
        cn_buffer_text(sql, serials[cn_spell_signed(&column->type)]);
    else
        spell_type(sql, &column->type, server);
    cn_spell_default(sql, column, false);
    cn_buffer_text(sql, column->nullable ? "" : " NOT NULL");
    cn_spell_check(&cn_dialect_postgresql, sql, column, server);
}

/* The table's name, quoted, as a literal: what to_regclass takes. */
static void spell_path(cn_buffer *sql, const cn_table *table)
{
    cn_buffer path = {0};
    if (table->schema != NULL) {
        cn_spell_quoted(&path, table->schema, strlen(table->schema), '"');
        cn_buffer_char(&path, '.');
    }
    cn_spell_quoted(&path, table->name, strlen(table->name), '"');
    sql->failed = sql->failed || path.failed;
    cn_dialect_literal(&cn_dialect_postgresql, sql, cn_buffer_get(&path), path.size);
    cn_buffer_free(&path);
}

/* As the server itself would find them along its search path; indexes and sequences are no
   tables. */
static void existing(cn_buffer *sql, const cn_table *const *tables, size_t count,
                     const cn_link *server)
{
    (void)server;
    cn_buffer_text(sql, "SELECT wanted.title FROM (VALUES ");
    for (size_t i = 0; i < count; i++) {
        const char *title = tables[i]->model->table;
        cn_buffer_text(sql, i != 0 ? ", (" : "(");
        cn_dialect_literal(&cn_dialect_postgresql, sql, title, strlen(title));
        cn_buffer_text(sql, ", ");
        spell_path(sql, tables[i]);
        cn_buffer_char(sql, ')');
    }
    cn_buffer_text(sql, ") AS wanted (title, path) WHERE EXISTS (SELECT 1 FROM pg_catalog.pg_class "
                        "AS found WHERE found.oid = to_regclass(wanted.path) AND found.relkind IN "
                        "('r', 'p', 'v', 'm', 'f'))");
}

static void foreign_key_names(cn_buffer *sql, const cn_column *column)
{
    cn_buffer_text(sql,
                   "SELECT key.conname FROM pg_catalog.pg_constraint AS key JOIN "
                   "pg_catalog.pg_attribute AS part ON part.attrelid = key.conrelid AND "
                   "key.conkey = ARRAY[part.attnum] WHERE key.contype = 'f' AND key.conrelid = "
                   "to_regclass(");
    spell_path(sql, column->table);
    cn_buffer_text(sql, ") AND part.attname = ");
    cn_dialect_literal(&cn_dialect_postgresql, sql, column->name, strlen(column->name));
}

const cn_dialect cn_dialect_postgresql = {
    .words                   = &cn_words_postgresql,
    .name                    = "postgresql",
    .quote                   = '"',
    .identifier_limit        = 63,
    .backslash               = CN_BACKSLASH_ESCAPED,
    .reserved                = reserved,
    .reserved_count          = sizeof reserved / sizeof *reserved,
    .ilike                   = "ILIKE",
    .type                    = spell_type,
    .array_type              = spell_array_type,
    .column_definition       = define,
    .table_suffix            = "",
    .transactional_ddl       = true,
    .alter_adds_foreign_keys = true,
    .alter_drops_foreign_key = "DROP CONSTRAINT",
    .foreign_key_names       = foreign_key_names,
    .existing                = existing,
};
