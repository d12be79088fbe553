/*
 * What statements are made of in MySQL and MariaDB, which are told apart by product and version.
 */
#include "dialect/spelling.h"

static const cn_function functions[] = {
    {"random", "rand", CN_FEATURE_NONE},
    {"string_agg", "group_concat(@^0@* SEPARATOR @#1)", CN_FEATURE_NONE},
    {"group_concat", "group_concat(@^0@*)", CN_FEATURE_NONE},
    {"json_arrayagg", "json_arrayagg(@^0@*)", CN_FEATURE_JSON_ARRAY_ORDER},
    {NULL, NULL, CN_FEATURE_NONE},
};

/* CAST knows no boolean; a UUID is text without hyphens where there is no such type. */
static const char *cast(const cn_type *type, const cn_link *server)
{
    bool uuids = server->product == CN_PRODUCT_MARIADB && server->version >= 100700;
    if (type->kind == CN_TYPE_UUID)
        return uuids ? "CAST(@^0 AS UUID)" : "LOWER(REPLACE(@^0, '-', ''))";
    return type->kind == CN_TYPE_BOOLEAN ? "(@0 != 0)" : NULL;
}

#define EXTRACT "JSON_EXTRACT(@0, @1)"

/* MariaDB's JSON is text: true is 'true' there, in MySQL the boolean. */
static const char *json(int result, size_t steps, bool by_index, const cn_link *server)
{
    static const char *const words[] = {
        [CN_JSON_DOCUMENT] = EXTRACT,
        [CN_JSON_TEXT]     = "CASE " EXTRACT " WHEN 'null' THEN NULL ELSE JSON_UNQUOTE(" EXTRACT
                         ") END",
        [CN_JSON_INTEGER] = "CASE " EXTRACT " WHEN 'null' THEN NULL ELSE CAST(" EXTRACT
                            " AS SIGNED INTEGER) END",
        [CN_JSON_REAL] = "CASE " EXTRACT " WHEN 'null' THEN NULL ELSE " EXTRACT
                         "+0.0000000000000000000000 END",
        [CN_JSON_BOOLEAN] = "CASE " EXTRACT " WHEN true THEN true WHEN false THEN false END",
    };
    (void)steps;
    (void)by_index;
    if (result == CN_JSON_BOOLEAN && server->product == CN_PRODUCT_MARIADB)
        return "CASE " EXTRACT " WHEN 'true' THEN true WHEN 'false' THEN false END";
    return words[result];
}

/* MySQL's minor versions count: 80031 is 8.0.31. A zero is "never". */
static bool since(const cn_link *server, unsigned mysql, unsigned mariadb)
{
    unsigned least = server->product == CN_PRODUCT_MARIADB ? mariadb : mysql;
    return least != 0 && server->version >= least;
}

static bool has(cn_feature feature, const cn_link *server)
{
    switch (feature) {
    case CN_FEATURE_LATERAL:
        return since(server, 80014, 0);
    case CN_FEATURE_CTE:
    case CN_FEATURE_WINDOW:
        return since(server, 80000, 100200);
    case CN_FEATURE_CTE_BEFORE_WRITE:
        return since(server, 80000, 0);
    case CN_FEATURE_INTERSECT:
        return since(server, 80031, 100300);
    case CN_FEATURE_INTERSECT_ALL:
        return since(server, 80031, 100500);
    case CN_FEATURE_NESTED_COMPOUND:
        return since(server, 80031, 100400);
    case CN_FEATURE_NOWAIT:
        return since(server, 80001, 100300);
    case CN_FEATURE_SKIP_LOCKED:
        return since(server, 80001, 100600);
    case CN_FEATURE_LOCK_SHARE:
    case CN_FEATURE_LOCK_OF:
        return since(server, 80001, 0);
    case CN_FEATURE_WITH_TIES:
        return since(server, 0, 100600);
    case CN_FEATURE_INSERT_RETURNING:
        return since(server, 0, 100500);
    case CN_FEATURE_DELETE_RETURNING:
        return since(server, 0, 100000);
    case CN_FEATURE_JSON_ARRAY_ORDER:
        return since(server, 0, 100500);
    case CN_FEATURE_FRAME_VALUES:
        return since(server, 80000, 0);
    case CN_FEATURE_UPSERT_ALIAS:
        return since(server, 80020, 0);
    case CN_FEATURE_NESTED_WITH:
        return since(server, 80000, 0);
    case CN_FEATURE_NESTED_SELECT:
    case CN_FEATURE_NESTED_LOCK:
    case CN_FEATURE_UPSERT_JOINED:
    case CN_FEATURE_UPDATE_SEVERAL:
    case CN_FEATURE_ROW_LOCKS:
    case CN_FEATURE_QUANTIFIED:
    case CN_FEATURE_REGEXP:
    case CN_FEATURE_DELETE_USING:
    case CN_FEATURE_WRITE_LIMIT:
    case CN_FEATURE_DEFAULT_VALUE:
    case CN_FEATURE_DISTINCT_MANY:
    case CN_FEATURE_ROLLUP:
        return true;
    default:
        return false;
    }
}

static const cn_driver driver = {.name = "mysql", .dialect = "mysql"};
static const cn_link   newest = {
      .driver = &driver, .product = CN_PRODUCT_MYSQL, .version = 80400, .version_text = "8.4.0"};
const cn_link cn_newest_mariadb = {.driver           = &driver,
                                   .product          = CN_PRODUCT_MARIADB,
                                   .version          = 110400,
                                   .version_text     = "11.4.0",
                                   .insert_returning = true};

const cn_words cn_words_mysql = {
    .join                = " INNER JOIN ",
    .limit               = " \n LIMIT ",
    .limit_offset        = " \n LIMIT ",
    .no_limit            = "18446744073709551615",
    .offset_first        = true,
    .default_values      = "() VALUES ()",
    .always              = "true = 1",
    .never               = "false = 1",
    .returning_qualified = true,
    .with_inside_insert  = true,
    .concat_function     = true,
    .bits_unsigned       = true,
    .escape_needed       = true,
    .operators =
        {
            [CN_OP_SAME]     = {"@0 <=> @1", "NOT (@0 <=> @1)", false},
            [CN_OP_NOT_SAME] = {"NOT (@0 <=> @1)", "@0 <=> @1", false},
            [CN_OP_BIT_NOT]  = {"CAST(~@0 AS SIGNED INTEGER)", NULL, true},
            [CN_OP_QUOTIENT] = {"@0 DIV @1", NULL, false},
        },
    .functions = functions,
    .rollup    = "@0 WITH ROLLUP",
    .cast      = cast,
    .extract =
        {
            [CN_PART_YEAR]        = "EXTRACT(year FROM @^0)",
            [CN_PART_MONTH]       = "EXTRACT(month FROM @^0)",
            [CN_PART_DAY]         = "EXTRACT(day FROM @^0)",
            [CN_PART_HOUR]        = "EXTRACT(hour FROM @^0)",
            [CN_PART_MINUTE]      = "EXTRACT(minute FROM @^0)",
            [CN_PART_SECOND]      = "EXTRACT(second FROM @^0)",
            [CN_PART_QUARTER]     = "EXTRACT(quarter FROM @^0)",
            [CN_PART_WEEK]        = "WEEK(@^0, 3)",
            [CN_PART_DAY_OF_WEEK] = "(DAYOFWEEK(@^0) - 1)",
            [CN_PART_DAY_OF_YEAR] = "DAYOFYEAR(@^0)",
            [CN_PART_EPOCH] = "FLOOR(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', @^0) / 1000000)",
        },
    .json   = json,
    .has    = has,
    .newest = &newest,
};
