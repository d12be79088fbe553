/*
 * Large statements: a million conditions or values, deep nesting, a thousand joins, queries of WITH
 * and columns, most of them made at run time. There is a right result or an ordinary error, within
 * seconds, and the connection goes on.
 */
#define _POSIX_C_SOURCE 200809L
#include "sql_model.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MILLION 1000000
#define DEEPEST 1000 /* expressions inside each other, see cinnabar/expression.h */

static double now(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* The number of rows, -1 and a message for an error; then the connection is usable again. */
static int count_rows(const cn_statement *statement, char message[200])
{
    int        rows   = 0;
    double     begin  = now();
    cn_result *result = cn_connection_execute(sql_connection, statement, NULL);
    while (cn_next(result))
        rows++;
    snprintf(message, 200, "%s", cn_ok(result) ? "" : cn_error_message(result));
    if (!cn_ok(result)) {
        assert_true(strlen(message) > 10);
        rows = -1;
    }
    cn_close(result);
    cn_rollback(sql_connection);
    assert_true(now() - begin < 60);
    assert_string_equal(sql_found(cn_is(Thing, id, ==, 2)), "2");
    return rows;
}

static int rows_where(cn_condition condition, char message[200])
{
    return count_rows(CN_STATEMENT_(cn_select(Thing, .columns = sql_ids(), .where = condition)),
                      message);
}

/* ---- many parts ------------------------------------------------------------------------------ */

static void a_million_conditions(void **state)
{
    (void)state;
    char          message[200];
    cn_condition *parts = malloc(MILLION * sizeof *parts);
    assert_non_null(parts);
    for (size_t i = 0; i < MILLION; i++)
        parts[i] = cn_is_not_null(Thing, id);
    parts[MILLION / 2] = cn_is(Thing, id, ==, 3);
    assert_int_equal(rows_where(cn_connect_(CN_NODE_AND, parts, 1000), message), 6);
    assert_int_equal(rows_where(cn_connect_(CN_NODE_AND, parts, 10000), message), 6);
    cn_condition               all    = cn_connect_(CN_NODE_AND, parts, MILLION);
    const cn_select_statement *select = cn_select(Thing, .columns = sql_ids(), .where = all);
    char *sql = cn_statement_text(CN_STATEMENT_(select), "postgresql", false, NULL);
    assert_non_null(sql);
    assert_true(strlen(sql) > 20 * (size_t)MILLION);
    cn_text_free(sql);
    /* Longer than SQLite and MariaDB take a statement; PostgreSQL would plan it for minutes. */
    if (suite_which() != SUITE_POSTGRESQL) {
        int found = rows_where(all, message);
        if (found != 1 && found != -1)
            fail_msg("%d rows, not 1", found);
    }
    free(parts);
}

static void a_million_values(void **state)
{
    (void)state;
    char message[200];
    int *values = malloc(MILLION * sizeof *values);
    assert_non_null(values);
    for (int i = 0; i < MILLION; i++)
        values[i] = i + 3;
    assert_int_equal(rows_where(cn_in_array(Thing, id, values, 32000), message), 4);
    assert_int_equal(rows_where(cn_not(cn_in_array(Thing, id, values, 32000)), message), 2);
    int found = rows_where(cn_in_array(Thing, id, values, MILLION), message);
    if (found != 4 && found != -1)
        fail_msg("%d rows, not 4", found);
    free(values);
}

/* ---- depth ----------------------------------------------------------------------------------- */

static cn_expr parts_of_depth[DEEPEST + 10][2];

/* ((id + 1) + 1) + ..., or 1 - (1 - (1 - ...)), with so many expressions inside each other. */
static cn_expr nested(size_t depth, bool to_the_right)
{
    cn_expr made = cn_attr(Thing, id);
    for (size_t i = 0; i + 1 < depth; i++) {
        parts_of_depth[i][to_the_right]  = made;
        parts_of_depth[i][!to_the_right] = cn_literal(1);
        made = cn_compute_(to_the_right ? CN_OP_MINUS : CN_OP_PLUS, parts_of_depth[i], 2);
    }
    return made;
}

static bool is_compiled(size_t depth, bool to_the_right, char message[200])
{
    cn_expr                    value  = nested(depth, to_the_right);
    cn_condition               test   = cn_cmp(value, >, 0);
    char                      *why    = NULL;
    const cn_select_statement *select = cn_select(Thing, .columns = sql_ids(), .where = test);
    char *sql  = cn_statement_text(CN_STATEMENT_(select), "postgresql", false, &why);
    bool  made = sql != NULL;
    snprintf(message, 200, "%s", why == NULL ? "" : why);
    cn_text_free(sql);
    cn_text_free(why);
    return made;
}

static void nesting_has_a_limit_that_is_named(void **state)
{
    (void)state;
    char message[200];
    for (int right = 0; right < 2; right++) {
        assert_true(is_compiled(DEEPEST - 2, right, message));
        size_t depth = DEEPEST - 2;
        while (depth < DEEPEST + 5 && is_compiled(depth + 1, right, message))
            depth++;
        assert_in_range(depth, DEEPEST - 2, DEEPEST + 1);
        assert_non_null(strstr(message, "1000"));
        cn_expr deepest = nested(depth, right);
        int     found   = rows_where(cn_cmp(deepest, >, -5000), message);
        if (found != 6 && found != -1)
            fail_msg("%d rows, not 6", found);
        cn_expr deep = nested(right ? 25 : 300, right); /* their parsers have small stacks */
        assert_int_equal(rows_where(cn_cmp(deep, >, -5000), message), 6);
        cn_expr too_deep = nested(depth + 1, right);
        assert_int_equal(rows_where(cn_cmp(too_deep, >, -5000), message), -1);
        assert_non_null(strstr(message, "1000"));
    }
}

/* NOT, AND and OR in each other: work that grows with their number, not with its square. */
static void conditions_inside_each_other(void **state)
{
    (void)state;
    static cn_condition parts[DEEPEST][2];
    char                message[200];
    cn_condition        made = cn_is(Thing, id, ==, 3);
    for (size_t i = 0; i < DEEPEST - 10; i++) {
        parts[i][0] = made;
        parts[i][1] = cn_is(Thing, id, ==, 4);
        made        = i % 3 == 0   ? cn_connect_(CN_NODE_NOT, parts[i], 1)
                      : i % 3 == 1 ? cn_connect_(CN_NODE_OR, parts[i], 2)
                                   : cn_connect_(CN_NODE_AND, parts[i], 1);
    }
    int found = rows_where(made, message);
    assert_in_range(found + 1, 0, 7);
    made = cn_is(Thing, id, ==, 3);
    for (size_t i = 0; i < DEEPEST - 10; i++) {
        parts[i][0] = made;
        made        = cn_connect_(i % 2 == 0 ? CN_NODE_NOT : CN_NODE_AND, parts[i], 1);
    }
    found = rows_where(made, message); /* NOT of NOT ... */
    if (found != 5 && found != 1)
        fail_msg("%d rows: %s", found, message);
}

/* ---- many tables ----------------------------------------------------------------------------- */

#define MANY 1000

static void a_thousand_joins(void **state)
{
    (void)state;
    static cn_model  aliases[MANY];
    static char      names[MANY][16];
    static cn_joined joins[MANY + 1];
    char             message[200];
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "Alias%zu", i);
        aliases[i]      = (cn_model){.name = names[i], .alias_of = &Thing_model};
        cn_condition on = cn_is(Thing, id, ==, 3);
        on.node.model   = &aliases[i];
        joins[i]        = (cn_joined){.target = &aliases[i], .kind = CN_JOIN_INNER, .on = on};
    }
    static const size_t counts[] = {20, 30, MANY};
    for (size_t i = 0; i < 3; i++) {
        cn_joined last   = joins[counts[i]];
        joins[counts[i]] = (cn_joined){.kind = CN_JOIN_NONE};
        int found        = 6;
        if (i < 2 || suite_which() != SUITE_POSTGRESQL) /* it would plan for minutes */
            found = count_rows(CN_STATEMENT_(cn_select(Thing, .columns = sql_ids(), .join = joins)),
                               message);
        if (found != 6 && (i < 2 || found != -1))
            fail_msg("%zu joins: %d rows, %s", counts[i], found, message);
        char *sql = cn_statement_text(
            CN_STATEMENT_(cn_select(Thing, .columns = sql_ids(), .join = joins)), "mysql", false,
            NULL);
        assert_non_null(sql);
        cn_text_free(sql);
        joins[counts[i]] = last;
    }
}

static void declare_shape(cn_mapping *mapping, void *self)
{
    (void)self;
    cn_map_column(mapping, &(const cn_field){"id", 0, sizeof(int), CN_STORAGE_INT32},
                  &(const cn_column_options){.size = sizeof(cn_column_options)});
}

/* WITH q0 AS (...), q1 AS (SELECT ... FROM q0), ... */
static void a_thousand_queries_of_with(void **state)
{
    (void)state;
    static cn_model            shapes[MANY];
    static cn_model_state      states[MANY];
    static char                names[MANY][16];
    static cn_select_statement queries[MANY];
    static cn_item             columns[MANY];
    static cn_items            items[MANY];
    static cn_cte_clause       with[MANY + 1];
    static int                 nothing;
    char                       message[200];
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "q%zu", i);
        shapes[i]  = (cn_model){names[i],   names[i], sizeof(int), sizeof(int), declare_shape,
                                &states[i], &nothing, NULL,        true};
        columns[i] = sql_ids()->items[0];
        if (i != 0)
            columns[i].value.node.model = &shapes[i - 1];
        items[i]   = (cn_items){names[i], sizeof(int), NULL, &columns[i], 1};
        queries[i] = (cn_select_statement){.head    = {CN_STATEMENT_SELECT, sizeof queries[i]},
                                           .from    = i == 0 ? &Thing_model : &shapes[i - 1],
                                           .columns = &items[i]};
        with[i]    = (cn_cte_clause){
               .shape = &shapes[i], .size = sizeof with[i], .query = &queries[i].head};
    }
    static const size_t counts[] = {30, MANY};
    for (size_t i = 0; i < 2; i++) {
        cn_cte_clause last = with[counts[i]];
        with[counts[i]]    = (cn_cte_clause){.shape = NULL};
        int found = count_rows(CN_STATEMENT_(cn_select_from(&shapes[counts[i] - 1], .with = with)),
                               message);
        if (found != 6 && (i == 0 || found != -1))
            fail_msg("%zu queries: %d rows, %s", counts[i], found, message);
        with[counts[i]] = last;
    }
}

/* ---- many columns ---------------------------------------------------------------------------- */

static char column_names[MANY][16];

static void declare_columns(cn_mapping *mapping, void *self)
{
    (void)self;
    for (size_t i = 0; i < MANY; i++)
        cn_map_table_column(mapping, column_names[i], CN_SMALLINT,
                            &(const cn_column_options){.size          = sizeof(cn_column_options),
                                                       .primary_key   = i == 0,
                                                       .not_generated = i == 0});
}

static void a_thousand_columns(void **state)
{
    (void)state;
    static cn_model_state  resolved;
    static const cn_model  wide   = {.name             = "Wide",
                                     .table            = "wide",
                                     .struct_alignment = 1,
                                     .declare          = declare_columns,
                                     .state            = &resolved};
    static const cn_model *list[] = {&wide, NULL};
    const cn_metadata      base   = {.models = list};
    static cn_item         items[MANY];
    const cn_items         values = {NULL, 0, &wide, items, MANY};
    for (size_t i = 0; i < MANY; i++) {
        snprintf(column_names[i], sizeof column_names[i], "c%zu", i);
        items[i] = (cn_item){{column_names[i], UINT32_MAX, 0, 0}, cn_literal((int)i)};
    }
    cn_close(sql_connection); /* SQLite in memory has one */
    assert_true(cn_drop_all(&base, sql_engine));
    if (!cn_create_all(&base, sql_engine))
        fail_msg("%s", cn_error_message(sql_engine));
    sql_connection = cn_connect(sql_engine);
    cn_execute(sql_connection, cn_insert_into(&wide, .values = &values));
    cn_result *result = cn_execute(sql_connection, cn_select_from(&wide));
    if (!cn_next(result))
        fail_msg("%s", cn_error_message(sql_connection));
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(cn_get_int(result, column_names[i]), i);
    cn_close(result);
    cn_close(cn_execute(sql_connection, cn_text("DROP TABLE wide")));
    assert_true(cn_commit(sql_connection));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQL_TEST(a_million_conditions),
        SQL_TEST(a_million_values),
        SQL_TEST(nesting_has_a_limit_that_is_named),
        SQL_TEST(conditions_inside_each_other),
        SQL_TEST(a_thousand_joins),
        SQL_TEST(a_thousand_queries_of_with),
        SQL_TEST(a_thousand_columns),
    };
    return suite_main("limits of statements", tests);
}
