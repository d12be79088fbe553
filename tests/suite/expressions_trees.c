/*
 * Random expressions, computed by the database and by C: whatever stands inside what, it is read
 * as it was written. The seed is fixed, so that a failure comes again.
 */
#include "expressions_model.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define TREES 250
#define MOST 1000000 /* of a number: PostgreSQL computes in 32 bits */

/* What the rows of the table hold. */
static const int64_t a_of[] = {0, 7, -7, 0, 12}, b_of[] = {0, 2, 2, -3, 5},
                     opt_of[] = {0, -1, 2, 3, 4};

static uint64_t     state_of_chance;
static cn_expr      numbers[4000];
static cn_condition conditions[4000];
static size_t       number_count, condition_count;

static unsigned chance(unsigned below)
{
    state_of_chance = state_of_chance * UINT64_C(6364136223846793005) +
                      UINT64_C(1442695040888963407);
    return (unsigned)(state_of_chance >> 33) % below;
}

static cn_expr leaf(int row, int64_t *value)
{
    const int number = (int)chance(19) - 9;
    switch (chance(4)) {
    case 0:
        *value = a_of[row];
        return cn_attr(Item, a);
    case 1:
        *value = b_of[row];
        return cn_attr(Item, b);
    default:
        *value = number;
        return cn_literal(number);
    }
}

static bool compute(int op, int64_t a, int64_t b, int64_t *value)
{
    const bool natural = a >= 0 && b >= 0;
    switch (op) {
    case CN_OP_PLUS:
        *value = a + b;
        return true;
    case CN_OP_MINUS:
        *value = a - b;
        return true;
    case CN_OP_TIMES:
        *value = a * b;
        return true;
    case CN_OP_QUOTIENT:
        *value = b == 0 ? 0 : a / b;
        return b != 0;
    case CN_OP_MODULO:
        *value = b == 0 ? 0 : a % b;
        return b != 0;
    case CN_OP_BIT_AND:
        *value = a & b;
        return natural; /* MySQL computes bits without a sign */
    case CN_OP_BIT_OR:
        *value = a | b;
        return natural;
    case CN_OP_BIT_XOR:
        *value = a ^ b;
        return natural;
    case CN_OP_SHIFT_LEFT:
        *value = natural && b < 8 ? a << b : 0;
        return natural && b < 8;
    default:
        *value = natural && b < 8 ? a >> b : 0;
        return natural && b < 8;
    }
}

/* A number and what it is; what cannot be computed is another number. */
static cn_expr number(int row, unsigned depth, int64_t *value)
{
    static const int ops[] = {CN_OP_PLUS,       CN_OP_MINUS,      CN_OP_TIMES,  CN_OP_QUOTIENT,
                              CN_OP_MODULO,     CN_OP_BIT_AND,    CN_OP_BIT_OR, CN_OP_BIT_XOR,
                              CN_OP_SHIFT_LEFT, CN_OP_SHIFT_RIGHT};
    int64_t          a, b;
    if (depth == 0 || chance(6) == 0)
        return leaf(row, value);
    cn_expr *parts = &numbers[number_count];
    number_count += 2;
    parts[0] = number(row, depth - 1, &a);
    if (chance(8) == 0) {
        *value = -a;
        return cn_compute_(CN_OP_NEGATIVE, parts, 1);
    }
    parts[1]     = number(row, depth - 1, &b);
    const int op = ops[chance(10)];
    if (compute(op, a, b, value) && *value > -MOST && *value < MOST)
        return cn_compute_(op, parts, 2);
    return leaf(row, value);
}

static void numbers_are_computed_as_in_c(void **state)
{
    (void)state;
    state_of_chance = 20261123;
    for (int i = 0; i < TREES; i++) {
        char    expected[40], name[40];
        int64_t value;
        int     row  = 1 + i % 4;
        number_count = 0;
        cn_expr tree = number(row, 6, &value);
        snprintf(expected, sizeof expected, "%lld", (long long)value);
        snprintf(name, sizeof name, "tree %d", i);
        expressions_equal(expressions_value(OF_ROW(row, tree), NULL, INTEGER), expected, name,
                          __LINE__);
    }
    expressions_verdict();
}

/* Three values: 1, 0, and -1 for unknown. */
static int compare(int op, int64_t a, int64_t b)
{
    switch (op) {
    case CN_OP_EQUAL:
        return a == b;
    case CN_OP_NOT_EQUAL:
        return a != b;
    case CN_OP_LESS:
        return a < b;
    case CN_OP_LESS_EQUAL:
        return a <= b;
    case CN_OP_GREATER:
        return a > b;
    default:
        return a >= b;
    }
}

static cn_condition test(int row, int *value)
{
    const int     ops[] = {CN_OP_EQUAL,      CN_OP_NOT_EQUAL, CN_OP_LESS,
                           CN_OP_LESS_EQUAL, CN_OP_GREATER,   CN_OP_GREATER_EQUAL};
    const bool    known = row != 1; /* opt is NULL there */
    const int64_t opt = opt_of[row], a = a_of[row];
    int64_t       left, right;
    cn_expr      *parts = &numbers[number_count];
    number_count += 2;
    switch (chance(6)) {
    case 0:
        *value = known ? opt > 2 : -1;
        return cn_is(Item, opt, >, 2);
    case 1:
        *value = !known;
        return cn_is_null(Item, opt);
    case 2:
        parts[0] = cn_literal(-2);
        parts[1] = cn_literal(7);
        *value   = a >= -2 && a <= 7;
        return cn_test_(CN_OP_BETWEEN, &Item_model, offsetof(Item, a), CN_STORAGE_INT32, parts, 2);
    case 3:
        parts[0] = cn_literal(2);
        parts[1] = cn_literal(12);
        *value   = known ? opt == 2 || opt == 12 : -1;
        return cn_test_(CN_OP_IN, &Item_model, offsetof(Item, opt),
                        CN_STORAGE_OPT + CN_STORAGE_INT32, parts, 2);
    default: {
        const int op = ops[chance(6)];
        parts[0]     = number(row, 2, &left);
        parts[1]     = number(row, 2, &right);
        *value       = compare(op, left, right);
        return cn_test_(op, NULL, 0, 0, parts, 2);
    }
    }
}

static int combine(bool all, int so_far, int next)
{
    const int decides = all ? 0 : 1;
    if (so_far == decides || next == decides)
        return decides;
    return so_far == -1 || next == -1 ? -1 : !decides;
}

static cn_condition condition(int row, unsigned depth, int *value)
{
    if (depth == 0 || chance(5) == 0)
        return test(row, value);
    const unsigned how = chance(4), count = how == 0 ? 1 : 1 + chance(3);
    const bool     all   = how == 1 || how == 3;
    cn_condition  *parts = &conditions[condition_count];
    condition_count += count;
    for (unsigned i = 0; i < count; i++) {
        int next;
        parts[i] = condition(row, depth - 1, &next);
        *value   = i == 0 ? next : combine(all, *value, next);
    }
    if (how == 0) {
        *value = *value == -1 ? -1 : !*value;
        return cn_connect_(CN_NODE_NOT, parts, 1);
    }
    return cn_connect_(all ? CN_NODE_AND : CN_NODE_OR, parts, count);
}

static void conditions_hold_as_in_c(void **state)
{
    static const char *const names[] = {"NULL", "false", "true"};
    (void)state;
    state_of_chance = 42;
    for (int i = 0; i < TREES; i++) {
        int  value, row = 1 + i % 4;
        char name[40];
        number_count = condition_count = 0;
        cn_condition tree              = condition(row, 5, &value);
        snprintf(name, sizeof name, "tree %d", i);
        HOLDS_AS_(row, tree, name, NULL, names[value + 1]);
    }
    expressions_verdict();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_computed_as_in_c),
        cmocka_unit_test(conditions_hold_as_in_c),
    };
    return suite_main_(cmocka_run_group_tests_name("random expressions", tests, expressions_open,
                                                   expressions_close));
}
