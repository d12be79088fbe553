/*
 * How long an expression lives. What was flat may be stored, returned and put into arrays; a node
 * whose parts have died is refused before anything is sent, and never taken for another condition.
 *
 * Reading a dead literal is undefined, which is the point: the tests that do it are left out under
 * the address sanitizer. All are built twice, with the build's optimisation (lifetime.c) and with
 * none (lifetime_unoptimised.c). A literal that died may still be intact: then, and only then, the
 * right rows may be found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

#include "sql/node.h"

#ifdef __clang__
#define PLAIN __attribute__((noinline, unused, no_sanitize("address", "undefined")))
#else
#define PLAIN __attribute__((noinline, unused, no_sanitize("address,undefined")))
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

typedef struct Row {
    int         id;
    const char *name;
    int         n;
} Row;
CN_MODEL(Row, "lived")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name);
    CN_COLUMN(n);
}
CN_METADATA(Base, &Row_model);

static cn_engine     *engine;
static cn_connection *connection;
static int            sent;
static volatile int   yes = 1;

static void count(void *context, const cn_echo *echo)
{
    (void)context;
    sent += strncmp(echo->statement, "SELECT", 6) == 0;
}

static int open_rows(void **state)
{
    (void)state;
    engine = cn_create_engine("sqlite://", .on_echo = count);
    assert_true(cn_create_all(&Base, engine));
    connection = cn_connect(engine);
    for (int i = 1; i <= 9; i++)
        cn_execute(connection, cn_insert(Row, .values = CN_SET(Row, id, i, name,
                                                               i % 2 ? "odd" : "even", n, i * 10)));
    assert_true(cn_ok(connection));
    return 0;
}

static int close_rows(void **state)
{
    (void)state;
    cn_close(connection);
    cn_engine_dispose(engine);
    return 0;
}

/* "1 2", or "refused" if the statement was a misuse of which nothing was sent. */
PLAIN static const char *found(cn_condition where)
{
    static char ids[100];
    int         before = sent;
    cn_result  *result = cn_execute(
         connection, cn_select(Row, .where = where, .order_by = CN_BY(cn_attr(Row, id))));
    ids[0] = '\0';
    while (cn_next(result))
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), ids[0] == '\0' ? "%d" : " %d",
                 cn_get_int(result, "id"));
    cn_close(result);
    if (cn_ok(connection))
        return ids;
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    assert_int_equal(sent, before);
    /* Not cn_rollback, which would take the rows back. */
    return "refused";
}

/* Each look runs in a scope of its own, so that the rows stay. */
PLAIN static const char *look(cn_condition where)
{
    cn_nested_begin(connection);
    const char *what = found(where);
    cn_nested_end(connection);
    assert_true(cn_ok(connection));
    return what;
}

PLAIN static void right_or_refused(cn_condition where, const char *right)
{
    const char *what = look(where);
    if (strcmp(what, right) != 0 && strcmp(what, "refused") != 0)
        fail_msg("'%s' was found instead of '%s'", what, right);
}

/* Where dead frames lay, something else lies. */
PLAIN static void write_over_the_stack(void)
{
    volatile char bytes[20000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + (size_t)yes);
}

/* ---- what dies ------------------------------------------------------------------------------- */

PLAIN static void a_literal_of_an_if_is_not_taken_for_another(void **state)
{
    (void)state;
    cn_condition where = cn_is(Row, id, ==, 9);
    if (yes)
        where = cn_and(cn_is(Row, id, >=, 1), cn_is(Row, id, <=, 2));
    if (yes) {
        cn_condition other = cn_or(cn_is(Row, id, ==, 7), cn_is(Row, id, ==, 8),
                                   cn_is(Row, id, ==, 9));
        assert_string_equal(look(other), "7 8 9");
    }
    right_or_refused(where, "1 2");
}

PLAIN static void a_literal_of_a_switch_is_not_taken_for_another(void **state)
{
    (void)state;
    cn_condition where = cn_is(Row, id, ==, 9);
    switch (yes) {
    case 1: {
        where = cn_not(cn_or(cn_is(Row, id, >, 2), cn_is_null(Row, name)));
        break;
    }
    default:
        break;
    }
    {
        cn_condition other = cn_not(cn_and(cn_is(Row, id, >, 0), cn_is(Row, id, <, 8)));
        assert_string_equal(look(other), "8 9");
    }
    right_or_refused(where, "1 2");
}

PLAIN static void the_literals_of_a_loop_are_not_taken_for_one_another(void **state)
{
    (void)state;
    const char *const right[] = {"1", "2", "3"};
    cn_condition      where[3];
    for (int i = 0; i < 3; i++)
        where[i] = cn_and(cn_is(Row, id, ==, i + 1), cn_is(Row, n, >, 0));
    for (int i = 0; i < 3; i++)
        right_or_refused(where[i], right[i]);
}

PLAIN static cn_condition made_by_a_helper(int from)
{
    return cn_and(cn_is(Row, id, >=, from), cn_is(Row, id, <=, from + 1));
}

PLAIN static void what_a_helper_returns_is_dead(void **state)
{
    (void)state;
    cn_condition where = made_by_a_helper(4);
    write_over_the_stack();
    assert_string_equal(look(where), "refused");
}

PLAIN static cn_expr computed_by_a_helper(int more)
{
    return cn_plus(cn_attr(Row, id), more);
}

PLAIN static cn_condition compared_by_a_helper(int more)
{
    return cn_is(Row, n, >, cn_plus(cn_attr(Row, id), more));
}

PLAIN static cn_condition fragment_of_a_helper(int n)
{
    return cn_sql("n > :n", CN_PARAMS("n", n));
}

PLAIN static void so_are_computations_comparisons_with_them_and_fragments(void **state)
{
    (void)state;
    cn_expr      sum      = computed_by_a_helper(3);
    cn_condition compared = compared_by_a_helper(50);
    cn_condition fragment = fragment_of_a_helper(50);
    write_over_the_stack();
    assert_string_equal(look(cn_cmp(sum, >, 50)), "refused");
    assert_string_equal(look(compared), "refused");
    assert_string_equal(look(fragment), "refused");
    assert_string_equal(look(cn_and(cn_is(Row, id, ==, 1), cn_not(fragment))), "refused");
}

PLAIN static void what_has_died_cannot_be_kept_either(void **state)
{
    (void)state;
    cn_condition where = made_by_a_helper(4);
    write_over_the_stack();
    cn_condition kept = cn_keep(connection, where);
    assert_string_equal(look(kept), "refused");
    cn_query *query = cn_build(cn_select(Row));
    cn_query_where(query, where);
    cn_nested_begin(connection);
    assert_false(cn_next(cn_execute(connection, cn_built(query))));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    cn_nested_end(connection);
    cn_query_free(query);
}

PLAIN static void parts_that_were_changed_are_noticed(void **state)
{
    (void)state;
    cn_condition parts[] = {cn_is(Row, id, >, 3), cn_is(Row, id, <, 6)};
    cn_condition where   = cn_connect_(CN_NODE_AND, parts, 2);
    assert_string_equal(look(where), "4 5");
    parts[1] = cn_is(Row, id, <, 9);
    assert_string_equal(look(where), "refused");
    parts[1] = cn_is(Row, id, <, 6);
    assert_string_equal(look(where), "4 5");
    parts[0].node.op = 2;
    assert_string_equal(look(where), "refused");
}

PLAIN static void a_delete_with_a_dead_condition_deletes_nothing(void **state)
{
    (void)state;
    cn_condition where = made_by_a_helper(4);
    write_over_the_stack();
    cn_nested_begin(connection);
    cn_execute(connection, cn_delete_from(Row, .where = where));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_MISUSE);
    cn_nested_end(connection);
    assert_string_equal(look(cn_is(Row, id, >, 0)), "1 2 3 4 5 6 7 8 9");
}

/* ---- what lives ------------------------------------------------------------------------------ */

PLAIN static void the_arms_of_a_conditional_live_in_its_block(void **state)
{
    (void)state;
    cn_condition where = yes ? cn_and(cn_is(Row, id, >=, 1), cn_is(Row, id, <=, 2))
                             : cn_is(Row, id, ==, 9);
    cn_condition other = cn_and(cn_when(yes, cn_or(cn_is(Row, id, ==, 7), cn_is(Row, id, ==, 8))),
                                cn_when(!yes, cn_is(Row, id, ==, 1)));
    write_over_the_stack();
    assert_string_equal(look(where), "1 2");
    assert_string_equal(look(other), "7 8");
}

PLAIN static cn_condition flat(int kind)
{
    static const int ids[] = {2, 3};
    switch (kind) {
    case 0:
        return cn_is(Row, id, ==, 3);
    case 1:
        return cn_is(Row, n, ==, cn_attr(Row, id));
    case 2:
        return cn_is_null(Row, name);
    case 3:
        return cn_like(Row, name, "ev%");
    case 4:
        return cn_in_array(Row, id, ids, 2);
    case 5:
        return cn_is_same(Row, name, "even");
    default:
        return cn_is(Row, id, <, cn_later("most"));
    }
}

PLAIN static void what_is_flat_is_stored_returned_and_put_into_arrays(void **state)
{
    (void)state;
    static const char *const right[] = {"3", "", "", "2 4 6 8", "2 3", "2 4 6 8"};
    cn_condition             where[7];
    cn_expr                  order[2];
    for (int i = 0; i < 7; i++)
        where[i] = flat(i);
    for (int i = 0; i < 2; i++)
        order[i] = i == 0 ? cn_desc(cn_attr(Row, name)) : cn_max(cn_attr(Row, n));
    write_over_the_stack();
    for (int i = 0; i < 6; i++)
        assert_string_equal(look(where[i]), right[i]);
    cn_result *result = cn_execute(connection,
                                   cn_select(Row, .where = where[6], .order_by = CN_BY(order[0])),
                                   CN_PARAMS("most", 3));
    assert_true(cn_next(result));
    assert_int_equal(cn_get_int(result, "id"), 1);
    result = cn_execute(connection, cn_select(Row, .columns = CN_INTO(Row, n, order[1])));
    assert_true(cn_only(result));
    assert_int_equal(cn_get_int(result, "n"), 90);
}

PLAIN static cn_condition kept_by_a_helper(int from)
{
    char name[] = "even";
    return cn_keep(connection, cn_and(cn_or(cn_is(Row, id, ==, from), cn_is(Row, name, ==, name)),
                                      cn_is(Row, n, <, cn_times(cn_attr(Row, id), 11)),
                                      cn_sql("id < :n", CN_PARAMS("n", 7))));
}

PLAIN static void what_a_connection_keeps_lives_as_long_as_it(void **state)
{
    (void)state;
    cn_condition where[3];
    for (int i = 0; i < 3; i++)
        where[i] = kept_by_a_helper(2 * i + 1);
    write_over_the_stack();
    assert_string_equal(look(where[0]), "1 2 4 6");
    assert_string_equal(look(where[1]), "2 3 4 6");
    assert_string_equal(look(cn_and(where[2], cn_is(Row, id, >, 4))), "5 6");
}

PLAIN static void what_a_session_keeps_lives_as_long_as_it(void **state)
{
    (void)state;
    cn_condition where = cn_is(Row, id, ==, 9);
    cn_engine   *own   = cn_create_engine("sqlite://");
    assert_true(cn_create_all(&Base, own));
    CN_SESSION(session, own) {
        for (int i = 1; i < 4; i++)
            cn_add(session, cn_new(Row, .id = i, .n = i));
        if (yes)
            where = cn_keep(session, cn_and(cn_is(Row, id, >, 1), cn_is(Row, id, <, 3)));
        write_over_the_stack();
        Row *row = cn_first(session, Row, .where = where);
        assert_non_null(row);
        assert_int_equal(row->id, 2);
    }
    cn_engine_dispose(own);
}

PLAIN static void a_query_built_in_a_loop_has_copied_everything(void **state)
{
    (void)state;
    cn_query *query = cn_build(cn_select(Row));
    for (int i = 0; i < 5; i++) {
        char name[16];
        snprintf(name, sizeof name, "%s", i == 0 ? "nothing" : "odd");
        cn_query_where(query,
                       cn_or(cn_is(Row, id, ==, 10 + i),
                             cn_and(cn_is(Row, id, !=, 2 * i + 1), cn_is(Row, name, !=, name))));
        if (i == 4)
            cn_query_order_by(query, cn_minus(0, cn_attr(Row, id)));
    }
    write_over_the_stack();
    int        ids[] = {8, 6, 4, 2}, at = 0;
    cn_result *result = cn_execute(connection, cn_built(query));
    while (cn_next(result))
        assert_int_equal(cn_get_int(result, "id"), ids[at++]);
    assert_int_equal(at, 4);
    assert_true(cn_ok(connection));
    cn_query_free(query);
}

PLAIN static void nothing_is_kept_by_nobody(void **state)
{
    (void)state;
    assert_string_equal(look(cn_connection_keep(NULL, cn_is(Row, id, ==, 1))), "refused");
    assert_string_equal(look(cn_session_keep(NULL, cn_is(Row, id, ==, 1))), "refused");
    cn_query *of_nothing = cn_build_(NULL);
    assert_non_null(of_nothing);
    assert_int_equal(cn_built(of_nothing)->kind, CN_STATEMENT_DELETE);
    cn_query_free(of_nothing);
    assert_non_null(cn_built(NULL));
    cn_query_where(NULL, cn_is(Row, id, ==, 1));
    cn_query_order_by(NULL, cn_attr(Row, id));
    cn_query_limit(NULL, 1, 1);
    cn_query_free(NULL);
}

/* The address sanitizer marks what lies on the stack, so what is dead is read without it only. */
#if defined __SANITIZE_ADDRESS__
#define UNDER_SANITIZER
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define UNDER_SANITIZER
#endif
#endif

#ifdef UNDER_SANITIZER
#define DEAD_TESTS
#else
#define DEAD_TESTS                                                                                 \
    cmocka_unit_test_setup_teardown(a_literal_of_an_if_is_not_taken_for_another, open_rows,        \
                                    close_rows),                                                   \
        cmocka_unit_test_setup_teardown(a_literal_of_a_switch_is_not_taken_for_another, open_rows, \
                                        close_rows),                                               \
        cmocka_unit_test_setup_teardown(the_literals_of_a_loop_are_not_taken_for_one_another,      \
                                        open_rows, close_rows),                                    \
        cmocka_unit_test_setup_teardown(what_a_helper_returns_is_dead, open_rows, close_rows),     \
        cmocka_unit_test_setup_teardown(so_are_computations_comparisons_with_them_and_fragments,   \
                                        open_rows, close_rows),                                    \
        cmocka_unit_test_setup_teardown(what_has_died_cannot_be_kept_either, open_rows,            \
                                        close_rows),                                               \
        cmocka_unit_test_setup_teardown(a_delete_with_a_dead_condition_deletes_nothing, open_rows, \
                                        close_rows),
#endif
#define LIFETIME_TESTS                                                                             \
    DEAD_TESTS                                                                                     \
    cmocka_unit_test_setup_teardown(parts_that_were_changed_are_noticed, open_rows, close_rows),   \
        cmocka_unit_test_setup_teardown(the_arms_of_a_conditional_live_in_its_block, open_rows,    \
                                        close_rows),                                               \
        cmocka_unit_test_setup_teardown(what_is_flat_is_stored_returned_and_put_into_arrays,       \
                                        open_rows, close_rows),                                    \
        cmocka_unit_test_setup_teardown(what_a_connection_keeps_lives_as_long_as_it, open_rows,    \
                                        close_rows),                                               \
        cmocka_unit_test_setup_teardown(what_a_session_keeps_lives_as_long_as_it, open_rows,       \
                                        close_rows),                                               \
        cmocka_unit_test_setup_teardown(a_query_built_in_a_loop_has_copied_everything, open_rows,  \
                                        close_rows),                                               \
        cmocka_unit_test_setup_teardown(nothing_is_kept_by_nobody, open_rows, close_rows)
