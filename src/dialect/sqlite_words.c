/*
 * What statements are made of in SQLite, and what it cannot say.
 */
#include "dialect/spelling.h"

/* Dates are texts, which strftime reads; %s is seconds since 1970. */
#define PART(format) "CAST(STRFTIME('" format "', @^0) AS INTEGER)"

static const cn_function functions[] = {
    {"char_length", "length"},
    {"octet_length", "length(CAST(@^0 AS BLOB))"},
    {"greatest", "max"},
    {"least", "min"},
    {"string_agg", "group_concat"},
    {NULL, NULL},
};

static const char *json(int result, size_t steps, bool by_index, const cn_link *server)
{
    static const char *const words[] = {
        [CN_JSON_DOCUMENT] = "JSON_QUOTE(JSON_EXTRACT(@0, @1))",
        [CN_JSON_TEXT]     = "CAST(JSON_EXTRACT(@0, @1) AS VARCHAR)",
        [CN_JSON_INTEGER]  = "CAST(JSON_EXTRACT(@0, @1) AS INTEGER)",
        [CN_JSON_REAL]     = "CAST(JSON_EXTRACT(@0, @1) AS FLOAT)",
        [CN_JSON_BOOLEAN]  = "CAST(JSON_EXTRACT(@0, @1) AS BOOLEAN)",
    };
    (void)steps;
    (void)by_index;
    (void)server;
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
            [CN_OP_SAME]     = {"@0 IS @1", "@0 IS NOT @1"},
            [CN_OP_NOT_SAME] = {"@0 IS NOT @1", "@0 IS @1"},
            [CN_OP_BIT_XOR]  = {"((@0 | @1) - (@0 & @1))", NULL},
            [CN_OP_DIVIDED]  = {"@0 / (@1 + 0.0)", NULL},
        },
    .functions = functions,
    .extract =
        {
            [CN_PART_YEAR]        = PART("%Y"),
            [CN_PART_MONTH]       = PART("%m"),
            [CN_PART_DAY]         = PART("%d"),
            [CN_PART_HOUR]        = PART("%H"),
            [CN_PART_MINUTE]      = PART("%M"),
            [CN_PART_SECOND]      = PART("%S"),
            [CN_PART_QUARTER]     = ("((" PART("%m") " + 2) / 3)"),
            [CN_PART_WEEK]        = "((STRFTIME('%j', @^0, '-3 days', 'weekday 4') - 1) / 7 + 1)",
            [CN_PART_DAY_OF_WEEK] = PART("%w"),
            [CN_PART_DAY_OF_YEAR] = PART("%j"),
            [CN_PART_EPOCH]       = PART("%s"),
        },
    .json   = json,
    .has    = has,
    .newest = &newest,
};
