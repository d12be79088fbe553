/*
 * The exact SQL of conditions and of arithmetic on every database.
 */
#include "expressions_model.h"
#include "expressions_texts.h"
#include "suite.h"

#define A cn_attr(Item, a)
#define B cn_attr(Item, b)
#define NAME cn_attr(Item, name)
#define NOTE cn_attr(Item, note)

CN_ALIAS(Item, Other);

static void comparisons(void **state)
{
    (void)state;
    SAME(CONDITION(cn_is(Item, a, ==, 7)), "item.a = ?");
    SAME(CONDITION(cn_is(Item, a, !=, 7)), "item.a != ?");
    SAME(CONDITION(cn_is(Item, a, <, 7)), "item.a < ?");
    SAME(CONDITION(cn_is(Item, a, <=, 7)), "item.a <= ?");
    SAME(CONDITION(cn_is(Item, a, >, 7)), "item.a > ?");
    SAME(CONDITION(cn_is(Item, a, >=, B)), "item.a >= item.b");
    SAME(CONDITION(cn_cmp(cn_plus(A, 1), ==, cn_times(B, 2))), "item.a + ? = item.b * ?");
    SAME(CONDITION(cn_cmp(1, <, A)), "? < item.a");
    SAME(CONDITION(cn_is(Item, a, <, cn_literal(5000000000))), "item.a < ?");
    THREE(CONDITION(cn_cmp(A, >, 1.5)), "item.a > ?", "item.a > ?",
          "item.a > CAST(? AS DOUBLE PRECISION)");
    THREE(CONDITION(cn_cmp(1, <, 2)), "? < ?", "? < ?", "CAST(? AS INTEGER) < CAST(? AS INTEGER)");
    SAME(CONDITION(cn_is(Item, flag, ==, true)), "item.flag = ?");
    SAME(CONDITION(cn_is(Item, name, ==, "x")), "item.name = ?");
    SAME(CONDITION(cn_is(Item, opt, ==, cn_later("n"))), "item.opt = ?");
    SAME(CONDITION(cn_is_null(Item, opt)), "item.opt IS NULL");
    SAME(CONDITION(cn_is_not_null(Item, opt)), "item.opt IS NOT NULL");
    SAME(CONDITION(cn_expr_is_null(cn_plus(A, B))), "item.a + item.b IS NULL");
    THREE(CONDITION(cn_expr_is_not_null(cn_concat(NAME, NOTE))),
          "(item.name || item.note) IS NOT NULL", "concat(item.name, item.note) IS NOT NULL",
          "(item.name || item.note) IS NOT NULL");
    THREE(CONDITION(cn_is_same(Item, opt, 3)), "item.opt IS ?", "item.opt <=> ?",
          "item.opt IS NOT DISTINCT FROM ?");
    THREE(CONDITION(cn_is_not_same(Item, opt, B)), "item.opt IS NOT item.b",
          "NOT (item.opt <=> item.b)", "item.opt IS DISTINCT FROM item.b");
    THREE(CONDITION(cn_expr_is_same(cn_plus(A, 1), B)), "item.a + ? IS item.b",
          "item.a + ? <=> item.b", "item.a + ? IS NOT DISTINCT FROM item.b");
    SAME(CONDITION(cn_between(Item, a, 1, 2)), "item.a BETWEEN ? AND ?");
    SAME(CONDITION(cn_between(Item, a, 1, cn_plus(B, 2))), "item.a BETWEEN ? AND item.b + ?");
    SAME(CONDITION(cn_expr_between(5, A, B)), "? BETWEEN item.a AND item.b");
}

static void lists_rows_and_queries(void **state)
{
    (void)state;
    const int                  ids[]   = {1, 2, 3};
    const char *const          names[] = {"a", "b"};
    const cn_select_statement *bs      = cn_select(Other,
                                                   .columns = CN_INTO(Value, v, cn_attr(Other, b)));
    const cn_select_statement *top     = cn_select(
            Other, .columns = CN_INTO(Value, v, cn_max(cn_attr(Other, b))));
    SAME(CONDITION(cn_in(Item, a, 1, 2)), "item.a IN (?, ?)");
    SAME(CONDITION(cn_in(Item, a, 1, B)), "item.a IN (?, item.b)");
    SAME(CONDITION(cn_in_array(Item, a, ids, 3)), "item.a IN (?, ?, ?)");
    SAME(CONDITION(cn_in_array(Item, a, ids, 0)), "(item.a IN (NULL) AND (1 != 1))");
    SAME(CONDITION(cn_not(cn_in_array(Item, a, ids, 0))), "(item.a NOT IN (NULL) OR (1 = 1))");
    SAME(CONDITION(cn_not(cn_in(Item, a, 1, 2))), "(item.a NOT IN (?, ?))");
    SAME(CONDITION(cn_expr_in(cn_plus(A, 1), 2, 3)), "item.a + ? IN (?, ?)");
    SAME(CONDITION(cn_expr_in_array(cn_lower(NAME), names, 2)), "lower(item.name) IN (?, ?)");
    SAME(CONDITION(cn_in_query(Item, a, bs)),
         "item.a IN (SELECT item_1.b AS v \nFROM item AS item_1)");
    SAME(CONDITION(cn_not(cn_in_query(Item, a, bs))),
         "(item.a NOT IN (SELECT item_1.b AS v \nFROM item AS item_1))");
    SAME(CONDITION(cn_exists(bs)), "EXISTS (SELECT item_1.b AS v \nFROM item AS item_1)");
    SAME(CONDITION(cn_not(cn_exists(bs))),
         "NOT (EXISTS (SELECT item_1.b AS v \nFROM item AS item_1))");
    THREE(CONDITION(cn_cmp(cn_tuple(A, B), ==, cn_tuple(1, 2))), "(item.a, item.b) = (?, ?)",
          "(item.a, item.b) = (?, ?)",
          "(item.a, item.b) = (CAST(? AS INTEGER), CAST(? AS INTEGER))");
    SAME(CONDITION(cn_cmp(cn_tuple(A, B), <, cn_tuple(B, A))),
         "(item.a, item.b) < (item.b, item.a)");
    THREE(CONDITION(cn_expr_in(cn_tuple(A, B), cn_tuple(1, 2), cn_tuple(3, 4))),
          "(item.a, item.b) IN ((?, ?), (?, ?))", "(item.a, item.b) IN ((?, ?), (?, ?))",
          "(item.a, item.b) IN ((CAST(? AS INTEGER), CAST(? AS INTEGER)), (CAST(? AS INTEGER), "
          "CAST(? AS INTEGER)))");
    SAME(CONDITION(cn_cmp(A, ==, cn_scalar_query(top))),
         "item.a = (SELECT max(item_1.b) AS v \nFROM item AS item_1)");
}

static void any_and_all(void **state)
{
    (void)state;
    const cn_select_statement *bs = cn_select(Other,
                                              .columns = CN_INTO(Value, v, cn_attr(Other, b)));
    THREE(CONDITION(cn_cmp(A, >, cn_all_of(bs))), "!SQLite 3.47.0 has no ANY and ALL of a query",
          "item.a > ALL (SELECT item_1.b AS v \nFROM item AS item_1)",
          "item.a > ALL (SELECT item_1.b AS v \nFROM item AS item_1)");
    THREE(CONDITION(cn_cmp(A, ==, cn_any_of(bs))), "!SQLite 3.47.0 has no ANY and ALL of a query",
          "item.a = ANY (SELECT item_1.b AS v \nFROM item AS item_1)",
          "item.a = ANY (SELECT item_1.b AS v \nFROM item AS item_1)");
    THREE(CONDITION(cn_not(cn_cmp(A, ==, cn_any_of(bs)))),
          "!SQLite 3.47.0 has no ANY and ALL of a query",
          "NOT (item.a = ANY (SELECT item_1.b AS v \nFROM item AS item_1))",
          "NOT (item.a = ANY (SELECT item_1.b AS v \nFROM item AS item_1))");
}

static void matching(void **state)
{
    (void)state;
    THREE(CONDITION(cn_like(Item, name, "x%")), "item.name LIKE ? ESCAPE '\\'",
          "item.name LIKE ? ESCAPE _utf8mb4 x'5c'", "item.name LIKE ?");
    THREE(CONDITION(cn_not(cn_like(Item, name, "x%"))), "item.name NOT LIKE ? ESCAPE '\\'",
          "item.name NOT LIKE ? ESCAPE _utf8mb4 x'5c'", "item.name NOT LIKE ?");
    THREE(CONDITION(cn_ilike(Item, name, "x")), "lower(item.name) LIKE lower(?) ESCAPE '\\'",
          "lower(item.name) LIKE lower(?) ESCAPE _utf8mb4 x'5c'", "item.name ILIKE ?");
    THREE(CONDITION(cn_not(cn_ilike(Item, name, "x"))),
          "lower(item.name) NOT LIKE lower(?) ESCAPE '\\'",
          "lower(item.name) NOT LIKE lower(?) ESCAPE _utf8mb4 x'5c'", "item.name NOT ILIKE ?");
    THREE(CONDITION(cn_contains(Item, name, "x")), "(item.name LIKE '%' || ? || '%' ESCAPE '/')",
          "(item.name LIKE concat('%', ?, '%') ESCAPE '/')",
          "(item.name LIKE '%' || ? || '%' ESCAPE '/')");
    THREE(CONDITION(cn_not(cn_contains(Item, name, "x"))),
          "(item.name NOT LIKE '%' || ? || '%' ESCAPE '/')",
          "(item.name NOT LIKE concat('%', ?, '%') ESCAPE '/')",
          "(item.name NOT LIKE '%' || ? || '%' ESCAPE '/')");
    THREE(CONDITION(cn_starts_with(Item, name, "x")), "(item.name LIKE ? || '%' ESCAPE '/')",
          "(item.name LIKE concat(?, '%') ESCAPE '/')", "(item.name LIKE ? || '%' ESCAPE '/')");
    THREE(CONDITION(cn_ends_with(Item, name, "x")), "(item.name LIKE '%' || ? ESCAPE '/')",
          "(item.name LIKE concat('%', ?) ESCAPE '/')", "(item.name LIKE '%' || ? ESCAPE '/')");
    THREE(CONDITION(cn_icontains(Item, name, "x")),
          "(lower(item.name) LIKE '%' || lower(?) || '%' ESCAPE '/')",
          "(lower(item.name) LIKE concat('%', lower(?), '%') ESCAPE '/')",
          "(item.name ILIKE '%' || ? || '%' ESCAPE '/')");
    THREE(CONDITION(cn_istarts_with(Item, name, "x")),
          "(lower(item.name) LIKE lower(?) || '%' ESCAPE '/')",
          "(lower(item.name) LIKE concat(lower(?), '%') ESCAPE '/')",
          "(item.name ILIKE ? || '%' ESCAPE '/')");
    THREE(CONDITION(cn_iends_with(Item, name, "x")),
          "(lower(item.name) LIKE '%' || lower(?) ESCAPE '/')",
          "(lower(item.name) LIKE concat('%', lower(?)) ESCAPE '/')",
          "(item.name ILIKE '%' || ? ESCAPE '/')");
    THREE(CONDITION(cn_contains(Item, name, NOTE)),
          "(item.name LIKE '%' || item.note || '%' ESCAPE '/')",
          "(item.name LIKE concat('%', item.note, '%') ESCAPE '/')",
          "(item.name LIKE '%' || item.note || '%' ESCAPE '/')");
    THREE(CONDITION(cn_expr_like(cn_concat(NAME, "x"), "y")), "(item.name || ?) LIKE ? ESCAPE '\\'",
          "concat(item.name, ?) LIKE ? ESCAPE _utf8mb4 x'5c'", "(item.name || ?) LIKE ?");
    THREE(CONDITION(cn_regexp(Item, name, "x")), "item.name REGEXP ?", "item.name REGEXP ?",
          "item.name ~ ?");
    THREE(CONDITION(cn_not(cn_regexp(Item, name, "x"))), "item.name NOT REGEXP ?",
          "item.name NOT REGEXP ?", "item.name !~ ?");
    THREE(CONDITION(cn_expr_regexp(NAME, cn_concat("^", NOTE))),
          "item.name REGEXP (? || item.note)", "item.name REGEXP concat(?, item.note)",
          "item.name ~ (? || item.note)");
    THREE(CONDITION(cn_expr_regexp(NAME, cn_operator(NOTE, "||", NAME))),
          "item.name REGEXP (item.note || item.name)", "item.name REGEXP (item.note || item.name)",
          "item.name ~ (item.note || item.name)");
    THREE(CONDITION(cn_expr_icontains(cn_concat(NAME, NOTE), cn_concat(NOTE, "x"))),
          "(lower(item.name || item.note) LIKE '%' || lower(item.note || ?) || '%' ESCAPE '/')",
          "(lower(concat(item.name, item.note)) LIKE concat('%', lower(concat(item.note, ?)), '%') "
          "ESCAPE '/')",
          "((item.name || item.note) ILIKE '%' || (item.note || ?) || '%' ESCAPE '/')");
}

static void connectives(void **state)
{
    (void)state;
    const cn_condition a1    = cn_is(Item, a, ==, 1);
    const cn_condition b2    = cn_is(Item, b, ==, 2);
    const int          ids[] = {1, 2, 3};
    SAME(CONDITION(cn_and(a1, b2)), "item.a = ? AND item.b = ?");
    SAME(CONDITION(cn_or(a1, b2)), "item.a = ? OR item.b = ?");
    SAME(CONDITION(cn_not(a1)), "item.a != ?");
    SAME(CONDITION(cn_not(cn_and(a1, b2))), "NOT (item.a = ? AND item.b = ?)");
    SAME(CONDITION(cn_or(cn_and(a1, b2), cn_is_null(Item, opt))),
         "item.a = ? AND item.b = ? OR item.opt IS NULL");
    SAME(CONDITION(cn_and(cn_or(a1, b2), cn_is_null(Item, opt))),
         "(item.a = ? OR item.b = ?) AND item.opt IS NULL");
    SAME(CONDITION(cn_and(cn_and(a1, b2), a1)), "item.a = ? AND item.b = ? AND item.a = ?");
    SAME(CONDITION(cn_not(cn_not(a1))), "item.a = ?");
    SAME(CONDITION(cn_not(cn_not(cn_or(a1, b2)))), "item.a = ? OR item.b = ?");
    SAME(CONDITION(cn_and(cn_not(cn_not(cn_or(a1, b2))), a1)),
         "(item.a = ? OR item.b = ?) AND item.a = ?");
    SAME(CONDITION(cn_not(cn_between(Item, a, 1, 2))), "item.a NOT BETWEEN ? AND ?");
    THREE(CONDITION(cn_not(cn_is_same(Item, opt, 3))), "item.opt IS NOT ?", "NOT (item.opt <=> ?)",
          "item.opt IS DISTINCT FROM ?");
    SAME(CONDITION(cn_not(cn_is_null(Item, opt))), "item.opt IS NOT NULL");
    THREE(CONDITION(cn_always()), "1 = 1", "true = 1", "true");
    THREE(CONDITION(cn_never()), "0 = 1", "false = 1", "false");
    THREE(CONDITION(cn_not(cn_always())), "0 = 1", "false = 1", "false");
    SAME(VALUE(cn_truth(cn_and(a1, b2))), "item.a = ? AND item.b = ?");
    SAME(CONDITION(cn_cmp(cn_truth(a1), ==, cn_truth(b2))), "(item.a = ?) = (item.b = ?)");
    SAME(CONDITION(cn_and(cn_when(false, a1), b2)), "item.b = ?");
    SAME(CONDITION(cn_sql("a > :n OR b", CN_PARAMS("n", 1))), "a > ? OR b");
    SAME(CONDITION(cn_and(cn_sql("a OR b"), a1)), "(a OR b) AND item.a = ?");
    SAME(CONDITION(cn_sql("a IN :ids", CN_PARAMS("ids", cn_list(ids, 2)))), "a IN (?, ?)");
}

static void constructs_of_the_programs_own(void **state)
{
    (void)state;
    static const cn_spelling found[] = {{"postgresql", "to_tsvector(@0) @@ plainto_tsquery(@1)"},
                                        {"", "MATCH (@0) AGAINST (@1)"},
                                        {"mariadb", "MATCH (@0) AGAINST (@1 IN BOOLEAN MODE)"},
                                        {"sqlite", "@0 MATCH @1"},
                                        {NULL, NULL}};
    static const cn_spelling swap[]  = {{"", "f(@1, @0, @1)"}, {NULL, NULL}};
    FOUR(CONDITION(cn_spelled_test(found, NAME, "x")), "item.name MATCH ?",
         "MATCH (item.name) AGAINST (?)", "MATCH (item.name) AGAINST (? IN BOOLEAN MODE)",
         "to_tsvector(item.name) @@ plainto_tsquery(?)");
    SAME(VALUE(cn_plus(cn_spelled(swap, cn_plus(A, 1), B), 2)),
         "(f(item.b, (item.a + ?), item.b)) + ?");
    SAME(CONDITION(cn_not(cn_spelled_test(swap, A, B))), "NOT (f(item.b, item.a, item.b))");
    SAME(CONDITION(cn_and(cn_spelled_test(swap, A, B), cn_is(Item, a, ==, 1))),
         "(f(item.b, item.a, item.b)) AND item.a = ?");
    static const cn_spelling signs[] = {{"", "@0 @* @ @^ @#x @> @1@"}, {NULL, NULL}};
    SAME(VALUE(cn_spelled(signs, A, B)), "item.a @* @ @^ @#x @> item.b@");
}

static void arithmetic(void **state)
{
    (void)state;
    SAME(VALUE(cn_plus(A, 1)), "item.a + ?");
    SAME(VALUE(cn_minus(A, B)), "item.a - item.b");
    SAME(VALUE(cn_times(cn_plus(A, 1), 2)), "(item.a + ?) * ?");
    SAME(VALUE(cn_plus(A, cn_times(B, 2))), "item.a + item.b * ?");
    SAME(VALUE(cn_minus(A, cn_minus(B, 1))), "item.a - (item.b - ?)");
    SAME(VALUE(cn_minus(cn_minus(A, B), 1)), "item.a - item.b - ?");
    THREE(VALUE(cn_divide(A, B)), "item.a / (item.b + 0.0)", "item.a / item.b",
          "item.a / CAST(item.b AS NUMERIC)");
    THREE(VALUE(cn_divide(A, cn_plus(B, 1))), "item.a / ((item.b + ?) + 0.0)",
          "item.a / (item.b + ?)", "item.a / CAST(item.b + ? AS NUMERIC)");
    THREE(VALUE(cn_quotient(A, B)), "item.a / item.b", "item.a DIV item.b", "item.a / item.b");
    SAME(VALUE(cn_modulo(A, 5)), "item.a % ?");
    SAME(VALUE(cn_times(cn_modulo(A, 5), 2)), "item.a % ? * ?");
    SAME(VALUE(cn_times(A, cn_modulo(B, 2))), "item.a * (item.b % ?)");
    SAME(VALUE(cn_negative(A)), "-item.a");
    SAME(VALUE(cn_negative(cn_plus(A, B))), "-(item.a + item.b)");
    SAME(VALUE(cn_negative(cn_negative(A))), "-(-item.a)");
    SAME(VALUE(cn_minus(A, cn_negative(B))), "item.a - -item.b");
    THREE(VALUE(cn_plus(A, 1.5)), "item.a + ?", "item.a + ?",
          "item.a + CAST(? AS DOUBLE PRECISION)");
    SAME(VALUE(cn_plus(A, cn_literal(5000000000))), "item.a + ?");
    THREE(VALUE(cn_plus(1, 2)), "? + ?", "? + ?", "CAST(? AS INTEGER) + CAST(? AS INTEGER)");
    SAME(VALUE(cn_bit_and(A, 3)), "item.a & ?");
    SAME(VALUE(cn_bit_or(A, B)), "item.a | item.b");
    THREE(VALUE(cn_bit_xor(A, 3)), "((item.a | ?) - (item.a & ?))", "item.a ^ ?", "item.a # ?");
    THREE(VALUE(cn_bit_not(A)), "~item.a", "CAST(~item.a AS SIGNED INTEGER)", "~item.a");
    SAME(VALUE(cn_shift_left(A, 2)), "item.a << ?");
    SAME(VALUE(cn_shift_right(A, 2)), "item.a >> ?");
    THREE(VALUE(cn_bit_or(A, cn_bit_and(B, 3))), "item.a | (item.b & ?)",
          "item.a | CAST(item.b & ? AS SIGNED INTEGER)", "item.a | (item.b & ?)");
    THREE(VALUE(cn_plus(cn_bit_and(A, 3), 1)), "(item.a & ?) + ?",
          "CAST(item.a & ? AS SIGNED INTEGER) + ?", "(item.a & ?) + ?");
    SAME(VALUE(cn_bit_and(cn_plus(A, 1), 3)), "(item.a + ?) & ?");
    SAME(CONDITION(cn_cmp(cn_bit_and(A, 4), !=, 0)), "item.a & ? != ?");
    THREE(VALUE(cn_bit_and(A, cn_bit_not(B))), "item.a & (~item.b)",
          "item.a & CAST(~item.b AS SIGNED INTEGER)", "item.a & (~item.b)");
    THREE(VALUE(cn_concat(NAME, "x", NOTE)), "item.name || ? || item.note",
          "concat(item.name, ?, item.note)", "item.name || ? || item.note");
    THREE(VALUE(cn_concat(NAME, cn_concat(NOTE, "x"))), "item.name || (item.note || ?)",
          "concat(item.name, concat(item.note, ?))", "item.name || (item.note || ?)");
    THREE(CONDITION(cn_cmp(cn_concat(NAME, "x"), ==, NOTE)), "(item.name || ?) = item.note",
          "concat(item.name, ?) = item.note", "(item.name || ?) = item.note");
    SAME(VALUE(cn_operator(A, "@>", B)), "item.a @> item.b");
    SAME(VALUE(cn_operator(cn_plus(A, 1), "@>", B)), "(item.a + ?) @> item.b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons), cmocka_unit_test(lists_rows_and_queries),
        cmocka_unit_test(any_and_all), cmocka_unit_test(matching),
        cmocka_unit_test(connectives), cmocka_unit_test(constructs_of_the_programs_own),
        cmocka_unit_test(arithmetic),
    };
    return suite_main("the text of conditions and arithmetic", tests);
}
