/*
 * The exact SQL of cases, casts, functions, aggregates, windows and documents on every database.
 */
#include "expressions_model.h"
#include "expressions_texts.h"
#include "suite.h"

#define A cn_attr(Item, a)
#define B cn_attr(Item, b)
#define R cn_attr(Item, r)
#define NAME cn_attr(Item, name)
#define NOTE cn_attr(Item, note)
#define AT cn_attr(Item, at)
#define DATA cn_attr(Item, data)

CN_ALIAS(Item, Other);

static void cases_casts_and_collations(void **state)
{
    (void)state;
    const cn_condition         a1 = cn_is(Item, a, ==, 1);
    const cn_condition         b2 = cn_is(Item, b, ==, 2);
    const cn_select_statement *bs = cn_select(Other,
                                              .columns = CN_INTO(Value, v, cn_attr(Other, b)));
    SAME(VALUE(cn_case(cn_then(a1, "x"), cn_then(b2, "y"), cn_else("z"))),
         "CASE WHEN (item.a = ?) THEN ? WHEN (item.b = ?) THEN ? ELSE ? END");
    SAME(VALUE(cn_case(cn_then(a1, A))), "CASE WHEN (item.a = ?) THEN item.a END");
    SAME(VALUE(cn_case(cn_then(cn_and(a1, b2), A))),
         "CASE WHEN (item.a = ? AND item.b = ?) THEN item.a END");
    SAME(VALUE(cn_case(cn_then(cn_not(cn_and(a1, b2)), A))),
         "CASE WHEN (NOT (item.a = ? AND item.b = ?)) THEN item.a END");
    SAME(VALUE(cn_case(cn_then(cn_in(Item, a, 1), A))),
         "CASE WHEN (item.a IN (?)) THEN item.a END");
    SAME(VALUE(cn_case(cn_then(cn_is_null(Item, opt), cn_case(cn_then(a1, B))))),
         "CASE WHEN (item.opt IS NULL) THEN CASE WHEN (item.a = ?) THEN item.b END END");
    THREE(VALUE(cn_case(cn_then(cn_contains(Item, name, "x"), A))),
          "CASE WHEN (item.name LIKE '%' || ? || '%' ESCAPE '/') THEN item.a END",
          "CASE WHEN (item.name LIKE concat('%', ?, '%') ESCAPE '/') THEN item.a END",
          "CASE WHEN (item.name LIKE '%' || ? || '%' ESCAPE '/') THEN item.a END");
    SAME(VALUE(cn_case(cn_then(cn_exists(bs), A))),
         "CASE WHEN (EXISTS (SELECT item_1.b AS v \nFROM item AS item_1)) THEN item.a END");
    THREE(VALUE(cn_plus(cn_case(cn_then(a1, 1), cn_else(A)), 1)),
          "CASE WHEN (item.a = ?) THEN ? ELSE item.a END + ?",
          "CASE WHEN (item.a = ?) THEN ? ELSE item.a END + ?",
          "CASE WHEN (item.a = ?) THEN CAST(? AS INTEGER) ELSE item.a END + ?");
    THREE(VALUE(cn_cast(A, CN_STRING(10))), "CAST(item.a AS VARCHAR(10))",
          "CAST(item.a AS CHAR(10))", "CAST(item.a AS VARCHAR(10))");
    THREE(VALUE(cn_cast(NAME, CN_INTEGER)), "CAST(item.name AS INTEGER)",
          "CAST(item.name AS SIGNED INTEGER)", "CAST(item.name AS INTEGER)");
    THREE(VALUE(cn_cast(NAME, CN_BIGINT)), "CAST(item.name AS BIGINT)",
          "CAST(item.name AS SIGNED INTEGER)", "CAST(item.name AS BIGINT)");
    THREE(VALUE(cn_cast(NAME, CN_SMALLINT)), "CAST(item.name AS SMALLINT)",
          "CAST(item.name AS SIGNED INTEGER)", "CAST(item.name AS SMALLINT)");
    THREE(VALUE(cn_cast(NAME, CN_NUMERIC(10, 2))), "CAST(item.name AS NUMERIC(10, 2))",
          "CAST(item.name AS DECIMAL(10, 2))", "CAST(item.name AS NUMERIC(10, 2))");
    THREE(VALUE(cn_cast(A, CN_TEXT)), "CAST(item.a AS TEXT)", "CAST(item.a AS CHAR)",
          "CAST(item.a AS TEXT)");
    THREE(VALUE(cn_cast(A, CN_DOUBLE)), "CAST(item.a AS DOUBLE)", "CAST(item.a AS DOUBLE)",
          "CAST(item.a AS DOUBLE PRECISION)");
    THREE(VALUE(cn_cast(A, CN_REAL)), "CAST(item.a AS FLOAT)", "CAST(item.a AS DOUBLE)",
          "CAST(item.a AS REAL)");
    THREE(VALUE(cn_cast(A, CN_BOOLEAN)), "(CAST(item.a AS NUMERIC) != 0)", "(item.a != 0)",
          "CAST(item.a AS BOOLEAN)");
    THREE(VALUE(cn_cast(NAME, CN_DATE)),
          "STRFTIME('%Y-%m-%d', SUBSTR(item.name, 1, INSTR(item.name || '.', '.') - 1))",
          "CAST(item.name AS DATE)", "CAST(item.name AS DATE)");
    THREE(VALUE(cn_cast(NAME, CN_TIME)),
          "(STRFTIME('%H:%M:%S', SUBSTR(item.name, 1, INSTR(item.name || '.', '.') - 1)) || '.' || "
          "SUBSTR(SUBSTR(item.name, INSTR(item.name || '.', '.') + 1) || '000000', 1, 6))",
          "CAST(item.name AS TIME(6))", "CAST(item.name AS TIME WITHOUT TIME ZONE)");
    THREE(
        VALUE(cn_cast(NAME, CN_DATETIME)),
        "(STRFTIME('%Y-%m-%d %H:%M:%S', SUBSTR(item.name, 1, INSTR(item.name || '.', '.') - 1)) || "
        "'.' || SUBSTR(SUBSTR(item.name, INSTR(item.name || '.', '.') + 1) || '000000', 1, 6))",
        "CAST(item.name AS DATETIME(6))", "CAST(item.name AS TIMESTAMP WITHOUT TIME ZONE)");
    FOUR(VALUE(cn_cast(NAME, CN_UUID)), "LOWER(REPLACE(item.name, '-', ''))",
         "LOWER(REPLACE(item.name, '-', ''))", "CAST(item.name AS UUID)",
         "CAST(item.name AS UUID)");
    FOUR(VALUE(cn_cast(NAME, CN_JSON)), "CAST(item.name AS TEXT)", "CAST(item.name AS JSON)",
         "CAST(item.name AS CHAR)", "CAST(item.name AS JSON)");
    THREE(VALUE(cn_cast(NAME, CN_BINARY)), "CAST(item.name AS BLOB)", "CAST(item.name AS BINARY)",
          "CAST(item.name AS BYTEA)");
    THREE(VALUE(cn_cast("1", CN_INTEGER)), "CAST(? AS INTEGER)", "CAST(? AS SIGNED INTEGER)",
          "CAST(? AS INTEGER)");
    THREE(VALUE(cn_collate(NAME, "C")), "item.name COLLATE \"C\"", "item.name COLLATE `C`",
          "item.name COLLATE \"C\"");
    THREE(CONDITION(cn_cmp(cn_collate(NAME, "C"), ==, "x")), "(item.name COLLATE \"C\") = ?",
          "(item.name COLLATE `C`) = ?", "(item.name COLLATE \"C\") = ?");
    THREE(VALUE(cn_concat(cn_collate(NAME, "nocase"), "x")), "(item.name COLLATE nocase) || ?",
          "concat(item.name COLLATE nocase, ?)", "(item.name COLLATE nocase) || ?");
}

static void parts_of_dates(void **state)
{
    (void)state;
    THREE(VALUE(cn_extract(CN_PART_YEAR, AT)),
          "CAST(STRFTIME('%Y', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "EXTRACT(year FROM item.at)", "EXTRACT(year FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_MONTH, AT)),
          "CAST(STRFTIME('%m', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "EXTRACT(month FROM item.at)", "EXTRACT(month FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_DAY, AT)),
          "CAST(STRFTIME('%d', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "EXTRACT(day FROM item.at)", "EXTRACT(day FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_HOUR, AT)),
          "CAST(STRFTIME('%H', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "EXTRACT(hour FROM item.at)", "EXTRACT(hour FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_MINUTE, AT)),
          "CAST(STRFTIME('%M', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "EXTRACT(minute FROM item.at)", "EXTRACT(minute FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_SECOND, AT)),
          "CAST(STRFTIME('%S', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "EXTRACT(second FROM item.at)", "FLOOR(EXTRACT(second FROM item.at))");
    THREE(VALUE(cn_extract(CN_PART_QUARTER, AT)),
          "((CAST(STRFTIME('%m', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER) + "
          "2) / 3)",
          "EXTRACT(quarter FROM item.at)", "EXTRACT(quarter FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_WEEK, AT)),
          "((STRFTIME('%j', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1), '-3 days', "
          "'weekday 4') - 1) / 7 + 1)",
          "WEEK(item.at, 3)", "EXTRACT(week FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_DAY_OF_WEEK, AT)),
          "CAST(STRFTIME('%w', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "(DAYOFWEEK(item.at) - 1)", "EXTRACT(dow FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_DAY_OF_YEAR, AT)),
          "CAST(STRFTIME('%j', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "DAYOFYEAR(item.at)", "EXTRACT(doy FROM item.at)");
    THREE(VALUE(cn_extract(CN_PART_EPOCH, AT)),
          "CAST(STRFTIME('%s', SUBSTR(item.at, 1, INSTR(item.at || '.', '.') - 1)) AS INTEGER)",
          "FLOOR(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', item.at) / 1000000)",
          "FLOOR(EXTRACT(epoch FROM item.at))");
}

static void functions(void **state)
{
    (void)state;
    SAME(VALUE(cn_coalesce(NOTE, "x")), "coalesce(item.note, ?)");
    THREE(VALUE(cn_nullif(A, 0)), "nullif(item.a, ?)", "nullif(item.a, ?)",
          "nullif(item.a, CAST(? AS INTEGER))");
    SAME(VALUE(cn_lower(NAME)), "lower(item.name)");
    SAME(VALUE(cn_upper(NAME)), "upper(item.name)");
    SAME(VALUE(cn_trim(NAME)), "trim(item.name)");
    THREE(VALUE(cn_length(NAME)), "length(item.name)", "char_length(item.name)",
          "char_length(item.name)");
    THREE(VALUE(cn_octet_length(NAME)), "length(CAST(item.name AS BLOB))",
          "octet_length(item.name)", "octet_length(item.name)");
    SAME(VALUE(cn_replace(NAME, "a", "b")), "replace(item.name, ?, ?)");
    THREE(VALUE(cn_substring(NAME, 2, 3)), "substr(item.name, ?, ?)", "substr(item.name, ?, ?)",
          "substr(item.name, CAST(? AS INTEGER), CAST(? AS INTEGER))");
    SAME(VALUE(cn_abs(A)), "abs(item.a)");
    THREE(VALUE(cn_round(R, 1)), "round(item.r, ?)", "round(item.r, ?)",
          "round(CAST(item.r AS NUMERIC), CAST(? AS INTEGER))");
    THREE(VALUE(cn_greatest(A, B)), "max(item.a, item.b)", "greatest(item.a, item.b)",
          "greatest(item.a, item.b)");
    THREE(VALUE(cn_least(A, B, 3)), "min(item.a, item.b, ?)", "least(item.a, item.b, ?)",
          "least(item.a, item.b, CAST(? AS INTEGER))");
    THREE(VALUE(cn_random()), "random()", "rand()", "random()");
    SAME(VALUE(cn_current_timestamp()), "CURRENT_TIMESTAMP");
    SAME(VALUE(cn_current_date()), "CURRENT_DATE");
    SAME(VALUE(cn_current_time()), "CURRENT_TIME");
    THREE(VALUE(cn_call("my.own", A, cn_literal(1))), "my.own(item.a, ?)", "my.own(item.a, ?)",
          "my.own(item.a, CAST(? AS INTEGER))");
    SAME(VALUE(cn_call("coalesce", NOTE, cn_plus(NAME, 1))), "coalesce(item.note, item.name + ?)");
    SAME(VALUE(cn_inline("it's")), "'it''s'");
    SAME(VALUE(cn_sql_value("f(:x)", CN_PARAMS("x", 1))), "f(?)");
    SAME(VALUE(cn_named(&Item_model, "name")), "item.name");
    SAME(VALUE(cn_literal("x")), "?");
    THREE(VALUE(cn_literal(1)), "?", "?", "CAST(? AS INTEGER)");
    THREE(VALUE(cn_literal(true)), "?", "?", "CAST(? AS INTEGER)");
    THREE(VALUE(cn_literal(cn_date_make(2026, 1, 2))), "?", "?", "CAST(? AS DATE)");
    SAME(VALUE(cn_literal(cn_null)), "?");
}

static void aggregates(void **state)
{
    (void)state;
    const cn_condition b2 = cn_is(Item, b, ==, 2);
    SAME(VALUE(cn_count_all()), "count(*)");
    SAME(VALUE(cn_count(A)), "count(item.a)");
    SAME(VALUE(cn_count(cn_distinct(A))), "count(DISTINCT item.a)");
    SAME(VALUE(cn_sum(cn_distinct(cn_plus(A, 1)))), "sum(DISTINCT item.a + ?)");
    SAME(VALUE(cn_plus(cn_max(A), 1)), "max(item.a) + ?");
    SAME(VALUE(cn_avg(A)), "avg(item.a)");
    SAME(VALUE(cn_min(cn_times(A, 2))), "min(item.a * ?)");
    THREE(VALUE(cn_filter(cn_sum(A), b2)), "sum(item.a) FILTER (WHERE item.b = ?)",
          "sum(CASE WHEN (item.b = ?) THEN item.a END)", "sum(item.a) FILTER (WHERE item.b = ?)");
    THREE(VALUE(cn_filter(cn_count_all(), b2)), "count(*) FILTER (WHERE item.b = ?)",
          "count(CASE WHEN (item.b = ?) THEN 1 END)", "count(*) FILTER (WHERE item.b = ?)");
    THREE(VALUE(cn_filter(cn_count(cn_distinct(A)), b2)),
          "count(DISTINCT item.a) FILTER (WHERE item.b = ?)",
          "count(DISTINCT CASE WHEN (item.b = ?) THEN item.a END)",
          "count(DISTINCT item.a) FILTER (WHERE item.b = ?)");
    THREE(VALUE(cn_string_agg(NAME, ", ")), "group_concat(item.name, ', ')",
          "group_concat(item.name SEPARATOR ', ')", "string_agg(item.name, ', ')");
    THREE(VALUE(cn_ordered(cn_string_agg(NAME, ", "), CN_BY(cn_desc(A)))),
          "group_concat(item.name, ', ' ORDER BY item.a DESC)",
          "group_concat(item.name ORDER BY item.a DESC SEPARATOR ', ')",
          "string_agg(item.name, ', ' ORDER BY item.a DESC)");
    THREE(VALUE(cn_filter(cn_ordered(cn_string_agg(NAME, "\\"), CN_BY(A)), b2)),
          "group_concat(item.name, '\\' ORDER BY item.a) FILTER (WHERE item.b = ?)",
          "group_concat(CASE WHEN (item.b = ?) THEN item.name END ORDER BY item.a SEPARATOR x'5c')",
          "string_agg(item.name, E'\\\\' ORDER BY item.a) FILTER (WHERE item.b = ?)");
}

static void aggregates_over_an_order(void **state)
{
    (void)state;
    FOUR(VALUE(cn_within_group(cn_call("percentile_cont", cn_literal(0.5)), CN_BY(cn_desc(A)))),
         "!SQLite 3.47.0 has no WITHIN GROUP", "!MySQL 8.4.0 has no WITHIN GROUP",
         "!MariaDB 11.4.0 has no WITHIN GROUP",
         "percentile_cont(CAST(? AS DOUBLE PRECISION)) WITHIN GROUP (ORDER BY item.a DESC)");
    FOUR(VALUE(cn_ordered(cn_call("array_agg", A), CN_BY(B, cn_nulls_last(A)))),
         "array_agg(item.a ORDER BY item.b, item.a NULLS LAST)",
         "!MySQL 8.4.0 has no ORDER BY inside an aggregate",
         "!MariaDB 11.4.0 has no ORDER BY inside an aggregate",
         "array_agg(item.a ORDER BY item.b, item.a NULLS LAST)");
}

static void windows(void **state)
{
    (void)state;
    const cn_condition b2 = cn_is(Item, b, ==, 2);
    SAME(VALUE(cn_over(cn_row_number(), .partition_by = CN_BY(B), .order_by = CN_BY(cn_desc(A)))),
         "row_number() OVER (PARTITION BY item.b ORDER BY item.a DESC)");
    SAME(VALUE(cn_over(cn_sum(A))), "sum(item.a) OVER ()");
    SAME(VALUE(cn_over(cn_rank(), .order_by = CN_BY(A, B))),
         "rank() OVER (ORDER BY item.a, item.b)");
    FOUR(VALUE(cn_over(cn_sum(A), .order_by = CN_BY(B), .frame = CN_ROWS(-2, 0))),
         "sum(item.a) OVER (ORDER BY item.b ROWS BETWEEN ? PRECEDING AND CURRENT ROW)",
         "sum(item.a) OVER (ORDER BY item.b ROWS BETWEEN ? PRECEDING AND CURRENT ROW)",
         "sum(item.a) OVER (ORDER BY item.b ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
         "sum(item.a) OVER (ORDER BY item.b ROWS BETWEEN ? PRECEDING AND CURRENT ROW)");
    FOUR(VALUE(cn_over(cn_sum(A), .order_by = CN_BY(B),
                       .frame = CN_RANGE(CN_UNBOUNDED_PRECEDING, 5))),
         "sum(item.a) OVER (ORDER BY item.b RANGE BETWEEN UNBOUNDED PRECEDING AND ? FOLLOWING)",
         "sum(item.a) OVER (ORDER BY item.b RANGE BETWEEN UNBOUNDED PRECEDING AND ? FOLLOWING)",
         "sum(item.a) OVER (ORDER BY item.b RANGE BETWEEN UNBOUNDED PRECEDING AND 5 FOLLOWING)",
         "sum(item.a) OVER (ORDER BY item.b RANGE BETWEEN UNBOUNDED PRECEDING AND ? FOLLOWING)");
    SAME(
        VALUE(cn_over(cn_sum(A), .frame = CN_ROWS(CN_UNBOUNDED_PRECEDING, CN_UNBOUNDED_FOLLOWING))),
        "sum(item.a) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)");
    THREE(VALUE(cn_over(cn_lag(A, 1), .order_by = CN_BY(B))),
          "lag(item.a, ?) OVER (ORDER BY item.b)", "lag(item.a, ?) OVER (ORDER BY item.b)",
          "lag(item.a, CAST(? AS INTEGER)) OVER (ORDER BY item.b)");
    THREE(VALUE(cn_over(cn_ntile(4), .order_by = CN_BY(B))), "ntile(?) OVER (ORDER BY item.b)",
          "ntile(?) OVER (ORDER BY item.b)", "ntile(CAST(? AS INTEGER)) OVER (ORDER BY item.b)");
    THREE(VALUE(cn_over(cn_filter(cn_sum(A), b2), .partition_by = CN_BY(B))),
          "sum(item.a) FILTER (WHERE item.b = ?) OVER (PARTITION BY item.b)",
          "sum(CASE WHEN (item.b = ?) THEN item.a END) OVER (PARTITION BY item.b)",
          "sum(item.a) FILTER (WHERE item.b = ?) OVER (PARTITION BY item.b)");
}

static void frames_of_groups(void **state)
{
    (void)state;
    FOUR(VALUE(cn_over(cn_sum(A), .order_by = CN_BY(B),
                       .frame = CN_GROUPS(1, CN_UNBOUNDED_FOLLOWING))),
         "sum(item.a) OVER (ORDER BY item.b GROUPS BETWEEN ? FOLLOWING AND UNBOUNDED FOLLOWING)",
         "!MySQL 8.4.0 has no GROUPS in a window's frame",
         "!MariaDB 11.4.0 has no GROUPS in a window's frame",
         "sum(item.a) OVER (ORDER BY item.b GROUPS BETWEEN ? FOLLOWING AND UNBOUNDED FOLLOWING)");
}

static void documents(void **state)
{
    (void)state;
    THREE(VALUE(cn_json_at(DATA, "k")), "(item.data -> ?)", "JSON_EXTRACT(item.data, ?)",
          "item.data -> CAST(? AS TEXT)");
    THREE(VALUE(cn_json_at(DATA, 3)), "(item.data -> ?)", "JSON_EXTRACT(item.data, ?)",
          "item.data -> CAST(? AS INTEGER)");
    THREE(VALUE(cn_json_at(DATA, "k", 1)), "(item.data -> ?)", "JSON_EXTRACT(item.data, ?)",
          "item.data #> CAST(? AS TEXT[])");
    THREE(VALUE(cn_json_text_at(DATA, "k")), "CAST(JSON_EXTRACT(item.data, ?) AS VARCHAR)",
          "CASE JSON_EXTRACT(item.data, ?) WHEN 'null' THEN NULL ELSE "
          "JSON_UNQUOTE(JSON_EXTRACT(item.data, ?)) END",
          "CAST(item.data ->> CAST(? AS TEXT) AS VARCHAR)");
    THREE(VALUE(cn_json_int_at(DATA, "k", 1)), "CAST(JSON_EXTRACT(item.data, ?) AS INTEGER)",
          "CASE JSON_EXTRACT(item.data, ?) WHEN 'null' THEN NULL ELSE CAST(JSON_EXTRACT(item.data, "
          "?) AS SIGNED INTEGER) END",
          "CAST(item.data #>> CAST(? AS TEXT[]) AS INTEGER)");
    THREE(VALUE(cn_json_real_at(DATA, "k")), "CAST(JSON_EXTRACT(item.data, ?) AS FLOAT)",
          "CASE JSON_EXTRACT(item.data, ?) WHEN 'null' THEN NULL ELSE JSON_EXTRACT(item.data, "
          "?)+0.0000000000000000000000 END",
          "CAST(item.data ->> CAST(? AS TEXT) AS FLOAT)");
    FOUR(VALUE(cn_json_bool_at(DATA, "k")), "CAST(JSON_EXTRACT(item.data, ?) AS BOOLEAN)",
         "CASE JSON_EXTRACT(item.data, ?) WHEN true THEN true WHEN false THEN false END",
         "CASE JSON_EXTRACT(item.data, ?) WHEN 'true' THEN true WHEN 'false' THEN false END",
         "CAST(item.data ->> CAST(? AS TEXT) AS BOOLEAN)");
    THREE(CONDITION(cn_cmp(cn_json_text_at(DATA, 2), ==, "x")),
          "CAST(JSON_EXTRACT(item.data, ?) AS VARCHAR) = ?",
          "CASE JSON_EXTRACT(item.data, ?) WHEN 'null' THEN NULL ELSE "
          "JSON_UNQUOTE(JSON_EXTRACT(item.data, ?)) END = ?",
          "CAST(item.data ->> CAST(? AS INTEGER) AS VARCHAR) = ?");
    THREE(CONDITION(cn_expr_is_null(cn_json_at(DATA, "k"))), "(item.data -> ?) IS NULL",
          "JSON_EXTRACT(item.data, ?) IS NULL", "item.data -> CAST(? AS TEXT) IS NULL");
}

static void orders_and_groups(void **state)
{
    (void)state;
    SAME(ORDER(cn_desc(A)), "item.a DESC");
    THREE(ORDER(cn_nulls_last(cn_desc(A))), "item.a DESC NULLS LAST", "item.a IS NULL, item.a DESC",
          "item.a DESC NULLS LAST");
    THREE(ORDER(cn_nulls_first(A)), "item.a NULLS FIRST", "item.a IS NOT NULL, item.a",
          "item.a NULLS FIRST");
    THREE(ORDER(cn_desc(cn_collate(NAME, "C"))), "item.name COLLATE \"C\" DESC",
          "item.name COLLATE `C` DESC", "item.name COLLATE \"C\" DESC");
    SAME(ORDER(cn_plus(A, 1)), "item.a + ?");
    SAME(ORDER(cn_desc(cn_label(Value, v))), "v DESC");
    SAME(GROUP(cn_plus(A, 1)), "item.a + ?");
    THREE(GROUP(cn_rollup(A, B)), "!SQLite 3.47.0 has no ROLLUP", "item.a, item.b WITH ROLLUP",
          "ROLLUP(item.a, item.b)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_casts_and_collations),
        cmocka_unit_test(parts_of_dates),
        cmocka_unit_test(functions),
        cmocka_unit_test(aggregates),
        cmocka_unit_test(aggregates_over_an_order),
        cmocka_unit_test(windows),
        cmocka_unit_test(frames_of_groups),
        cmocka_unit_test(documents),
        cmocka_unit_test(orders_and_groups),
    };
    return suite_main("the text of values", tests);
}
