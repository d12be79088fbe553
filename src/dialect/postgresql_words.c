/*
 * What statements are made of in PostgreSQL.
 */
#include "dialect/spelling.h"

static const cn_function functions[] = {
    /* of NUMERIC only; a double is rounded as one */
    {"round", "round(CAST(@^0 AS NUMERIC), @^1)", CN_FEATURE_NONE},
    {NULL, NULL, CN_FEATURE_NONE},
};

/* A single step is a key or an index, several are an array of text. */
static const char *json(int result, size_t steps, bool by_index, const cn_link *server)
{
#define FORMS(key, index, path)                                                                    \
    {                                                                                              \
        key, index, path                                                                           \
    }
    static const char *const words[][3] = {
        [CN_JSON_DOCUMENT] = FORMS("@0 -> CAST(@1 AS TEXT)", "@0 -> CAST(@1 AS INTEGER)",
                                   "@0 #> CAST(@1 AS TEXT[])"),
        [CN_JSON_TEXT]     = FORMS("CAST(@0 ->> CAST(@1 AS TEXT) AS VARCHAR)",
                                   "CAST(@0 ->> CAST(@1 AS INTEGER) AS VARCHAR)",
                                   "CAST(@0 #>> CAST(@1 AS TEXT[]) AS VARCHAR)"),
        [CN_JSON_INTEGER]  = FORMS("CAST(@0 ->> CAST(@1 AS TEXT) AS INTEGER)",
                                   "CAST(@0 ->> CAST(@1 AS INTEGER) AS INTEGER)",
                                   "CAST(@0 #>> CAST(@1 AS TEXT[]) AS INTEGER)"),
        [CN_JSON_REAL]     = FORMS("CAST(@0 ->> CAST(@1 AS TEXT) AS FLOAT)",
                                   "CAST(@0 ->> CAST(@1 AS INTEGER) AS FLOAT)",
                                   "CAST(@0 #>> CAST(@1 AS TEXT[]) AS FLOAT)"),
        [CN_JSON_BOOLEAN]  = FORMS("CAST(@0 ->> CAST(@1 AS TEXT) AS BOOLEAN)",
                                   "CAST(@0 ->> CAST(@1 AS INTEGER) AS BOOLEAN)",
                                   "CAST(@0 #>> CAST(@1 AS TEXT[]) AS BOOLEAN)"),
    };
    (void)server;
    return words[result][steps > 1 ? 2 : by_index ? 1 : 0];
}

static bool has(cn_feature feature, const cn_link *server)
{
    switch (feature) {
    case CN_FEATURE_UPSERT_ALIAS:
    case CN_FEATURE_WRITE_LIMIT:
    case CN_FEATURE_NESTED_LOCK:
        return false;
    case CN_FEATURE_WITH_TIES:
        return server->version >= 130000;
    case CN_FEATURE_CTE_MATERIALIZED:
        return server->version >= 120000;
    case CN_FEATURE_FRAME_GROUPS:
        return server->version >= 110000;
    default:
        return true;
    }
}

static const cn_driver driver = {
    .name = "postgresql", .dialect = "postgresql", .numbered_parameters = true};
static const cn_link newest = {.driver           = &driver,
                               .product          = CN_PRODUCT_POSTGRESQL,
                               .version          = 170000,
                               .version_text     = "17.0",
                               .insert_returning = true};

const cn_words cn_words_postgresql = {
    .typed_values        = true,
    .numbered            = true,
    .join                = " JOIN ",
    .limit               = " \n LIMIT ",
    .limit_offset        = "\n LIMIT ",
    .no_limit            = "ALL",
    .default_values      = "DEFAULT VALUES",
    .always              = "true",
    .never               = "false",
    .returning_qualified = true,
    .operators =
        {
            [CN_OP_SAME]     = {"@0 IS NOT DISTINCT FROM @1", "@0 IS DISTINCT FROM @1", false},
            [CN_OP_NOT_SAME] = {"@0 IS DISTINCT FROM @1", "@0 IS NOT DISTINCT FROM @1", false},
            [CN_OP_REGEXP]   = {"@0 ~ @1", "@0 !~ @1", false},
            [CN_OP_BIT_XOR]  = {"@0 # @1", NULL, false},
            [CN_OP_DIVIDED]  = {"@0 / CAST(@^1 AS NUMERIC)", NULL, false},
        },
    .functions = functions,
    .ilike     = "ILIKE",
    .rollup    = "ROLLUP(@0)",
    .extract =
        {
            [CN_PART_YEAR]        = "EXTRACT(year FROM @^0)",
            [CN_PART_MONTH]       = "EXTRACT(month FROM @^0)",
            [CN_PART_DAY]         = "EXTRACT(day FROM @^0)",
            [CN_PART_HOUR]        = "EXTRACT(hour FROM @^0)",
            [CN_PART_MINUTE]      = "EXTRACT(minute FROM @^0)",
            [CN_PART_SECOND]      = ("FLOOR("
                                     "EXTRACT(second FROM @^0)"
                                     ")"),
            [CN_PART_QUARTER]     = "EXTRACT(quarter FROM @^0)",
            [CN_PART_WEEK]        = "EXTRACT(week FROM @^0)",
            [CN_PART_DAY_OF_WEEK] = "EXTRACT(dow FROM @^0)",
            [CN_PART_DAY_OF_YEAR] = "EXTRACT(doy FROM @^0)",
            [CN_PART_EPOCH]       = ("FLOOR("
                                     "EXTRACT(epoch FROM @^0)"
                                     ")"),
        },
    .json        = json,
    .json_arrays = true,
    .has         = has,
    .newest      = &newest,
};
