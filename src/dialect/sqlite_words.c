/*
 * What statements are made of in SQLite, and what it cannot say.
 */
#include "dialect/spelling.h"

/* Dates and times are texts, which strftime reads; it would round a fraction of a second, so that
   the last instant of a year became the next one. %s is seconds since 1970. */
#define SECONDS "SUBSTR(@0, 1, INSTR(@0 || '.', '.') - 1)"
#define PART(format) "CAST(STRFTIME('" format "', " SECONDS ") AS INTEGER)"
/* The form in which the driver writes them. */
#define FRACTION "SUBSTR(SUBSTR(@0, INSTR(@0 || '.', '.') + 1) || '000000', 1, 6)"
#define TIME(format) "(STRFTIME('" format "', " SECONDS ") || '.' || " FRACTION ")"

static const cn_function functions[] = {
    {"char_length", "length", CN_FEATURE_NONE},
    {"octet_length", "length(CAST(@^0 AS BLOB))", CN_FEATURE_NONE},
    {"greatest", "max", CN_FEATURE_NONE},
    {"least", "min", CN_FEATURE_NONE},
    {"string_agg", "group_concat", CN_FEATURE_NONE},
    {NULL, NULL, CN_FEATURE_NONE},
};

/* CAST has no dates, and takes any number for a boolean. */
static const char *cast(const cn_type *type, const cn_link *server)
{
    static const char *const words[CN_TYPE_COUNT] = {
        [CN_TYPE_BOOLEAN]   = "(CAST(@^0 AS NUMERIC) != 0)",
        [CN_TYPE_DATE]      = "STRFTIME('%Y-%m-%d', " SECONDS ")",
        [CN_TYPE_TIME]      = TIME("%H:%M:%S"),
        [CN_TYPE_DATETIME]  = TIME("%Y-%m-%d %H:%M:%S"),
        [CN_TYPE_TIMESTAMP] = TIME("%Y-%m-%d %H:%M:%S"),
        [CN_TYPE_UUID]      = "LOWER(REPLACE(@^0, '-', ''))",
    };
    (void)server;
    return type->kind < CN_TYPE_COUNT ? words[type->kind] : NULL;
}

static const char *json(int result, size_t steps, bool by_index, const cn_link *server)
{
    static const char *const words[] = {
        [CN_JSON_DOCUMENT] = "(@0 -> @1)",
        [CN_JSON_TEXT]     = "CAST(JSON_EXTRACT(@0, @1) AS VARCHAR)",
        [CN_JSON_INTEGER]  = "CAST(JSON_EXTRACT(@0, @1) AS INTEGER)",
        [CN_JSON_REAL]     = "CAST(JSON_EXTRACT(@0, @1) AS FLOAT)",
        [CN_JSON_BOOLEAN]  = "CAST(JSON_EXTRACT(@0, @1) AS BOOLEAN)",
    };
    (void)steps;
    (void)by_index;
    if (result == CN_JSON_DOCUMENT && server->version < 33800)
        return "CASE WHEN JSON_TYPE(@0, @1) IN ('true', 'false', 'null') THEN JSON_TYPE(@0, @1) "
               "WHEN JSON_TYPE(@0, @1) IS NOT NULL THEN JSON_QUOTE(JSON_EXTRACT(@0, @1)) END";
    return words[result];
}

static bool has(cn_feature feature, const cn_link *server)
{
    unsigned version = server->version;
    switch (feature) {
    case CN_FEATURE_FULL_JOIN:
        return version >= 33900;
    case CN_FEATURE_WINDOW:
        return version >= 32500;
    case CN_FEATURE_FRAME_GROUPS:
        return version >= 32800;
    case CN_FEATURE_FILTER:
    case CN_FEATURE_NULLS_ORDER:
        return version >= 33000;
    case CN_FEATURE_CTE_MATERIALIZED:
    case CN_FEATURE_INSERT_RETURNING:
    case CN_FEATURE_UPDATE_RETURNING:
    case CN_FEATURE_DELETE_RETURNING:
        return version >= 33500;
    case CN_FEATURE_AGGREGATE_ORDER:
        return version >= 34400;
    case CN_FEATURE_UPDATE_FROM:
        return version >= 33300;
    case CN_FEATURE_CTE:
    case CN_FEATURE_CTE_BEFORE_WRITE:
    case CN_FEATURE_INTERSECT:
    case CN_FEATURE_IN_LIMIT:
    case CN_FEATURE_VALUES:
    case CN_FEATURE_FRAME_VALUES:
    case CN_FEATURE_REGEXP: /* a function of the driver's */
    case CN_FEATURE_UPSERT_TARGET:
        return true;
    default:
        return false;
    }
}

static const cn_driver driver = {.name = "sqlite", .dialect = "sqlite"};
static const cn_link   newest = {.driver           = &driver,
                                 .product          = CN_PRODUCT_SQLITE,
                                 .version          = 34700,
                                 .version_text     = "3.47.0",
                                 .insert_returning = true};

const cn_words cn_words_sqlite = {
    .join           = " JOIN ",
    .limit          = "\n LIMIT ",
    .limit_offset   = "\n LIMIT ",
    .no_limit       = "-1",
    .default_values = "DEFAULT VALUES",
    .always         = "1 = 1",
    .never          = "0 = 1",
    .escape_needed  = true,
    .operators =
        {
            [CN_OP_SAME]     = {"@0 IS @1", "@0 IS NOT @1", false},
            [CN_OP_NOT_SAME] = {"@0 IS NOT @1", "@0 IS @1", false},
            [CN_OP_BIT_XOR]  = {"((@0 | @1) - (@0 & @1))", NULL, true},
            [CN_OP_DIVIDED]  = {"@0 / (@1 + 0.0)", NULL, false},
        },
    .functions = functions,
    .cast      = cast,
    .extract =
        {
            [CN_PART_YEAR]    = PART("%Y"),
            [CN_PART_MONTH]   = PART("%m"),
            [CN_PART_DAY]     = PART("%d"),
            [CN_PART_HOUR]    = PART("%H"),
            [CN_PART_MINUTE]  = PART("%M"),
            [CN_PART_SECOND]  = PART("%S"),
            [CN_PART_QUARTER] = ("((" PART("%m") " + 2) / 3)"),
            [CN_PART_WEEK] = "((STRFTIME('%j', " SECONDS ", '-3 days', 'weekday 4') - 1) / 7 + 1)",
            [CN_PART_DAY_OF_WEEK] = PART("%w"),
            [CN_PART_DAY_OF_YEAR] = PART("%j"),
            [CN_PART_EPOCH]       = PART("%s"),
        },
    .json            = json,
    .json_plain_keys = true,
    .has             = has,
    .newest          = &newest,
};
