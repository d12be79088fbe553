/*
 * How MySQL and MariaDB spell things, and what connects through their protocol. The two are told
 * apart by the server. Must never know the client library.
 */
#include <string.h>

#include "dialect/spelling.h"

/* Reserved by both, or by one and read as something else by the other in some place. */
static const char *const reserved[] = {
    "accessible",
    "add",
    "all",
    "alter",
    "analyze",
    "and",
    "as",
    "asc",
    "asensitive",
    "before",
    "between",
    "bigint",
    "binary",
    "blob",
    "both",
    "by",
    "call",
    "cascade",
    "case",
    "change",
    "char",
    "character",
    "check",
    "collate",
    "column",
    "condition",
    "constraint",
    "continue",
    "convert",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "cursor",
    "database",
    "databases",
    "day_hour",
    "day_microsecond",
    "day_minute",
    "day_second",
    "dec",
    "decimal",
    "declare",
    "default",
    "delayed",
    "delete",
    "desc",
    "describe",
    "deterministic",
    "distinct",
    "distinctrow",
    "div",
    "double",
    "drop",
    "dual",
    "each",
    "else",
    "elseif",
    "enclosed",
    "escaped",
    "except",
    "exists",
    "exit",
    "explain",
    "false",
    "fetch",
    "float",
    "float4",
    "float8",
    "for",
    "force",
    "foreign",
    "from",
    "fulltext",
    "function",
    "generated",
    "grant",
    "group",
    "having",
    "high_priority",
    "hour_microsecond",
    "hour_minute",
    "hour_second",
    "if",
    "ignore",
    "in",
    "index",
    "infile",
    "inner",
    "inout",
    "insensitive",
    "insert",
    "int",
    "int1",
    "int2",
    "int3",
    "int4",
    "int8",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "iterate",
    "join",
    "json_table",
    "key",
    "keys",
    "kill",
    "lateral",
    "leading",
    "leave",
    "left",
    "like",
    "limit",
    "linear",
    "lines",
    "load",
    "localtime",
    "localtimestamp",
    "lock",
    "long",
    "longblob",
    "longtext",
    "loop",
    "low_priority",
    "master_ssl_verify_server_cert",
    "match",
    "maxvalue",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "middleint",
    "minute_microsecond",
    "minute_second",
    "mod",
    "modifies",
    "natural",
    "no_write_to_binlog",
    "not",
    "null",
    "numeric",
    "on",
    "optimize",
    "option",
    "optionally",
    "or",
    "order",
    "out",
    "outer",
    "outfile",
    "over",
    "partition",
    "precision",
    "primary",
    "procedure",
    "purge",
    "range",
    "read",
    "read_write",
    "reads",
    "real",
    "recursive",
    "references",
    "regexp",
    "release",
    "rename",
    "repeat",
    "replace",
    "require",
    "resignal",
    "restrict",
    "return",
    "revoke",
    "right",
    "rlike",
    "row",
    "row_number",
    "rows",
    "schema",
    "schemas",
    "second_microsecond",
    "select",
    "sensitive",
    "separator",
    "set",
    "show",
    "signal",
    "smallint",
    "spatial",
    "specific",
    "sql",
    "sql_big_result",
    "sql_calc_found_rows",
    "sql_small_result",
    "sqlexception",
    "sqlstate",
    "sqlwarning",
    "ssl",
    "starting",
    "stored",
    "straight_join",
    "system",
    "table",
    "terminated",
    "then",
    "tinyblob",
    "tinyint",
    "tinytext",
    "to",
    "trailing",
    "trigger",
    "true",
    "undo",
    "union",
    "unique",
    "unlock",
    "unsigned",
    "update",
    "usage",
    "use",
    "using",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "values",
    "varbinary",
    "varchar",
    "varcharacter",
    "varying",
    "virtual",
    "when",
    "where",
    "while",
    "window",
    "with",
    "write",
    "xor",
    "year_month",
    "zerofill",
};

static const char *const reserved_by_mysql[] = {
    "cube",
    "cume_dist",
    "dense_rank",
    "empty",
    "first_value",
    "get",
    "grouping",
    "groups",
    "io_after_gtids",
    "io_before_gtids",
    "lag",
    "last_value",
    "lead",
    "library",
    "manual",
    "master_bind",
    "nth_value",
    "ntile",
    "of",
    "optimizer_costs",
    "parallel",
    "percent_rank",
    "qualify",
    "rank",
    "tablesample",
};

static const char *const reserved_by_mariadb[] = {
    "current_role",
    "delete_domain_id",
    "do_domain_ids",
    "general",
    "ignore_domain_ids",
    "ignore_server_ids",
    "master_demote_to_replica",
    "master_demote_to_slave",
    "master_heartbeat_period",
    "offset",
    "page_checksum",
    "parse_vcol_expr",
    "portion",
    "ref_system_id",
    "returning",
    "rownum",
    "slow",
    "stats_auto_recalc",
    "stats_persistent",
    "stats_sample_pages",
    "sysdate",
    "vector",
};

#define LONGEST_VARCHAR 16383 /* characters of four bytes in a row of 65535 bytes */
#define LONGEST_VARBINARY 65535

static bool is_listed(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, list[i]) == 0)
            return true;
    }
    return false;
}

/* What is neither of the two (a proxy, a cluster) may be both. */
static bool reserved_here(const char *word, const cn_link *server)
{
    bool mysql   = server == NULL || server->product != CN_PRODUCT_MARIADB;
    bool mariadb = server == NULL || server->product != CN_PRODUCT_MYSQL;
    return (mysql && is_listed(word, reserved_by_mysql,
                               sizeof reserved_by_mysql / sizeof *reserved_by_mysql)) ||
           (mariadb && is_listed(word, reserved_by_mariadb,
                                 sizeof reserved_by_mariadb / sizeof *reserved_by_mariadb));
}

/* ---- types ----------------------------------------------------------------------------------- */

/* An instant is DATETIME in UTC: TIMESTAMP ends in January 2038. */
static const char *const names[CN_TYPE_COUNT] = {
    [CN_TYPE_BOOLEAN]   = "BOOL",
    [CN_TYPE_TINYINT]   = "TINYINT",
    [CN_TYPE_SMALLINT]  = "SMALLINT",
    [CN_TYPE_INTEGER]   = "INTEGER",
    [CN_TYPE_BIGINT]    = "BIGINT",
    [CN_TYPE_REAL]      = "FLOAT",
    [CN_TYPE_DOUBLE]    = "DOUBLE",
    [CN_TYPE_STRING]    = "VARCHAR",
    [CN_TYPE_TEXT]      = "TEXT",
    [CN_TYPE_NUMERIC]   = "NUMERIC",
    [CN_TYPE_DATE]      = "DATE",
    [CN_TYPE_TIME]      = "TIME(6)",
    [CN_TYPE_DATETIME]  = "DATETIME(6)",
    [CN_TYPE_TIMESTAMP] = "DATETIME(6)",
    [CN_TYPE_INTERVAL]  = "VARCHAR(64)",
    [CN_TYPE_BINARY]    = "LONGBLOB",
    [CN_TYPE_UUID]      = "CHAR(32)",
    [CN_TYPE_JSON]      = "JSON",
    [CN_TYPE_ENUM]      = "ENUM",

    [CN_TYPE_CHAR]         = "CHAR",
    [CN_TYPE_TINYTEXT]     = "TINYTEXT",
    [CN_TYPE_MEDIUMTEXT]   = "MEDIUMTEXT",
    [CN_TYPE_LONGTEXT]     = "LONGTEXT",
    [CN_TYPE_TINYBLOB]     = "TINYBLOB",
    [CN_TYPE_BLOB]         = "BLOB",
    [CN_TYPE_MEDIUMBLOB]   = "MEDIUMBLOB",
    [CN_TYPE_FIXED_BINARY] = "BINARY",
    [CN_TYPE_MEDIUMINT]    = "MEDIUMINT",
    [CN_TYPE_FLOAT]        = "FLOAT",
    [CN_TYPE_YEAR]         = "YEAR",
    [CN_TYPE_BIT]          = "BIT",
    [CN_TYPE_SET]          = "SET",
    [CN_TYPE_JSONB]        = "JSON",
    [CN_TYPE_ARRAY]        = "ARRAY", /* there is none: see cn_spell_column_type */
};

static void spell_labels(cn_buffer *sql, const cn_type *type)
{
    cn_buffer_text(sql, names[type->kind]);
    for (size_t i = 0; type->labels[i] != NULL; i++) {
        cn_buffer_char(sql, i != 0 ? ',' : '(');
        cn_dialect_bare_literal(&cn_dialect_mysql, sql, type->labels[i]);
    }
    cn_buffer_char(sql, ')');
}

static bool is_varchar_enum(const cn_type *type)
{
    return type->enum_form == CN_ENUM_CHECKED || type->enum_form == CN_ENUM_PLAIN;
}

static void spell_text(cn_buffer *sql, const cn_type *type)
{
    bool is_varchar = type->kind == CN_TYPE_STRING && type->length != 0 &&
                      type->length <= LONGEST_VARCHAR;
    cn_spell_sized(sql, is_varchar ? "VARCHAR" : "TEXT", type->length);
}

/* Microseconds unless the type says otherwise; no digits are left out, for that is the server's
   own default. */
static void spell_time(cn_buffer *sql, const cn_type *type)
{
    if (type->precision == 0)
        cn_buffer_text(sql, names[type->kind]);
    else
        cn_spell_sized(sql, type->kind == CN_TYPE_TIME ? "TIME" : "DATETIME", type->precision - 1U);
}

static void spell_type(cn_buffer *sql, const cn_type *type, const cn_link *server)
{
    switch (type->kind) {
    case CN_TYPE_STRING:
    case CN_TYPE_TEXT:
        spell_text(sql, type);
        return;
    case CN_TYPE_ENUM:
        if (is_varchar_enum(type)) {
            cn_spell_sized(sql, "VARCHAR", cn_spell_longest(type));
            return;
        }
        spell_labels(sql, type);
        return;
    case CN_TYPE_SET:
        spell_labels(sql, type);
        return;
    case CN_TYPE_NUMERIC:
        cn_spell_numeric(sql, names[CN_TYPE_NUMERIC], type);
        cn_buffer_text(sql, type->is_unsigned ? " UNSIGNED" : "");
        return;
    case CN_TYPE_TIME:
    case CN_TYPE_DATETIME:
    case CN_TYPE_TIMESTAMP:
        spell_time(sql, type);
        return;
    case CN_TYPE_CHAR:
    case CN_TYPE_FIXED_BINARY:
    case CN_TYPE_BIT:
        cn_spell_sized(sql, names[type->kind], type->length);
        return;
    case CN_TYPE_FLOAT:
        cn_spell_sized(sql, names[type->kind], type->precision);
        return;
    case CN_TYPE_RAW:
        cn_buffer_text(sql, type->name);
        return;
    case CN_TYPE_BINARY:
        if (type->length != 0 && type->length <= LONGEST_VARBINARY)
            cn_spell_sized(sql, "VARBINARY", type->length);
        else
            cn_buffer_text(sql, names[CN_TYPE_BINARY]);
        return;
    case CN_TYPE_UUID:
        if (server != NULL && server->product == CN_PRODUCT_MARIADB && server->version >= 100700)
            cn_buffer_text(sql, "UUID");
        else
            cn_buffer_text(sql, names[CN_TYPE_UUID]);
        return;
    default:
        cn_buffer_text(sql, names[type->kind]);
        cn_buffer_text(sql, type->is_unsigned ? " UNSIGNED" : "");
        cn_buffer_text(sql, type->zerofill ? " ZEROFILL" : "");
    }
}

/* CAST knows a few words of its own. */
static void spell_cast(cn_buffer *sql, const cn_type *type, const cn_link *server)
{
    switch (type->kind) {
    case CN_TYPE_BOOLEAN:
    case CN_TYPE_TINYINT:
    case CN_TYPE_SMALLINT:
    case CN_TYPE_INTEGER:
    case CN_TYPE_BIGINT:
        cn_buffer_text(sql, type->is_unsigned ? "UNSIGNED INTEGER" : "SIGNED INTEGER");
        return;
    case CN_TYPE_REAL:
    case CN_TYPE_DOUBLE:
        cn_buffer_text(sql, "DOUBLE");
        return;
    case CN_TYPE_NUMERIC:
        cn_spell_numeric(sql, "DECIMAL", type);
        return;
    case CN_TYPE_BINARY:
        cn_spell_sized(sql, "BINARY", type->length);
        return;
    case CN_TYPE_DATE:
    case CN_TYPE_TIME:
    case CN_TYPE_DATETIME:
    case CN_TYPE_TIMESTAMP:
        cn_buffer_text(sql, names[type->kind]);
        return;
    case CN_TYPE_JSON:
        if (server != NULL && server->product == CN_PRODUCT_MYSQL) {
            cn_buffer_text(sql, "JSON");
            return;
        }
        break;
    default:
        break;
    }
    cn_spell_sized(sql, "CHAR", type->kind == CN_TYPE_STRING ? type->length : 0);
}

const cn_dialect cn_dialect_mysql = {
    .words               = &cn_words_mysql,
    .name                = "mysql",
    .quote               = '`',
    .identifier_limit    = 64,
    .limit_in_characters = true,
    .backslash           = CN_BACKSLASH_HEX,
    .reserved            = reserved,
    .reserved_count      = sizeof reserved / sizeof *reserved,
    .reserved_here       = reserved_here,
    .type                = spell_type,
    .cast_type           = spell_cast,
    .definition          = &cn_definition_mysql,
};
