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

    [CN_TYPE_CHAR]         = "CHAR",
    [CN_TYPE_TINYTEXT]     = "TEXT",
    [CN_TYPE_MEDIUMTEXT]   = "TEXT",
    [CN_TYPE_LONGTEXT]     = "TEXT",
    [CN_TYPE_TINYBLOB]     = "BYTEA",
    [CN_TYPE_BLOB]         = "BYTEA",
    [CN_TYPE_MEDIUMBLOB]   = "BYTEA",
    [CN_TYPE_FIXED_BINARY] = "BYTEA",
    [CN_TYPE_MEDIUMINT]    = "INTEGER",
    [CN_TYPE_FLOAT]        = "FLOAT",
    [CN_TYPE_YEAR]         = "SMALLINT",
    [CN_TYPE_BIT]          = "BIT",
    [CN_TYPE_ARRAY]        = "TEXT",
    [CN_TYPE_SET]          = "SET", /* there is none: see cn_spell_column_type */
    [CN_TYPE_JSONB]        = "JSONB",
};

static bool is_unsigned_64(const cn_type *type)
{
    return type->kind == CN_TYPE_BIGINT && type->is_unsigned;
}

static bool is_native_enum(const cn_type *type)
{
    return type->kind == CN_TYPE_ENUM && type->enum_form == CN_ENUM_NATIVE;
}

/* TIMESTAMP(3) WITHOUT TIME ZONE */
static void spell_time(cn_buffer *sql, const cn_type *type)
{
    bool with_zone = type->kind == CN_TYPE_TIMESTAMP || type->with_zone;
    cn_buffer_text(sql, type->kind == CN_TYPE_TIME ? "TIME" : "TIMESTAMP");
    if (type->precision != 0)
        cn_buffer_format(sql, "(%u)", type->precision - 1U);
    cn_buffer_text(sql, with_zone ? " WITH TIME ZONE" : " WITHOUT TIME ZONE");
}

/* The name may have a schema. One that nothing can be called is written as it stands: whoever
   writes the column has looked before. */
static void spell_enum_name(cn_buffer *sql, const cn_type *type)
{
    cn_error unused = {0};
    if (!cn_spell_path(&cn_dialect_postgresql, NULL, sql, type->name, &unused))
        cn_error_clear(&unused);
}

static void spell_type(cn_buffer *sql, const cn_type *type, const cn_link *server)
{
    const char *name = names[cn_spell_signed(type)];
    switch (type->kind) {
    case CN_TYPE_BIT:
        cn_spell_sized(sql, name, type->length);
        return;
    case CN_TYPE_FLOAT:
        cn_spell_sized(sql, name, type->precision);
        return;
    case CN_TYPE_TIME:
    case CN_TYPE_DATETIME:
    case CN_TYPE_TIMESTAMP:
        spell_time(sql, type);
        return;
    case CN_TYPE_ARRAY: {
        cn_type element = *type;
        element.kind    = type->element;
        spell_type(sql, &element, server);
        for (unsigned i = 0; i < type->dimensions; i++)
            cn_buffer_text(sql, "[]");
        return;
    }
    default:
        if (is_native_enum(type))
            spell_enum_name(sql, type);
        else
            cn_spell_type(sql, type, is_unsigned_64(type) ? "NUMERIC(20)" : name);
    }
}

/* Without length and digits: a cast to VARCHAR(30) would cut a longer text without a word, where
   the column itself refuses it. What the driver knows no array of goes as text. */
static void spell_array_type(cn_buffer *sql, const cn_type *type, const cn_link *server)
{
    (void)server;
    if (type->kind == CN_TYPE_RAW || type->kind == CN_TYPE_BIT || is_native_enum(type))
        cn_buffer_text(sql, "TEXT");
    else if (type->kind == CN_TYPE_FLOAT)
        cn_buffer_text(sql, "DOUBLE PRECISION");
    else if (type->kind == CN_TYPE_CHAR)
        cn_buffer_text(sql, "VARCHAR");
    else
        cn_buffer_text(sql, is_unsigned_64(type) ? "NUMERIC" : names[cn_spell_signed(type)]);
}

const cn_dialect cn_dialect_postgresql = {
    .words            = &cn_words_postgresql,
    .name             = "postgresql",
    .quote            = '"',
    .identifier_limit = 63,
    .backslash        = CN_BACKSLASH_ESCAPED,
    .reserved         = reserved,
    .reserved_count   = sizeof reserved / sizeof *reserved,
    .type             = spell_type,
    .array_type       = spell_array_type,
    .definition       = &cn_definition_postgresql,
};
