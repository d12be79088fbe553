/*
 * Values that nobody assigned, on real databases: those that the program's functions make, and
 * those that the database makes and that are read back.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/cinnabar.h>

/* The instance, which is the session's now. */
static void *add(cn_session *session, void *instance)
{
    cn_add(session, instance);
    return instance;
}

/* ---- computed by the database ---------------------------------------------------------------- */

typedef struct Box {
    int         id;
    int         width;
    int         height;
    int         area;
    int         edge;
    const char *label;
    const char *shout;
} Box;

CN_MODEL(Box, "sv_box")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(width, .check = "width > 0");
    CN_COLUMN(height);
    CN_COLUMN(area, .computed = "width * height", .persisted = CN_STORED);
    CN_COLUMN(edge, .computed = "2 * (width + height)", .persisted = CN_STORED);
    CN_COLUMN(label, .type = CN_STRING(20));
    CN_COLUMN(shout, .type = CN_STRING(20), .computed = "upper(label)", .persisted = CN_STORED);
}
CN_METADATA(boxes, &Box_model);

static void what_the_database_computes_is_read_back(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&boxes);
    CN_SESSION(session, engine) {
        Box *one = add(session, cn_new(Box, .width = 2, .height = 3, .label = "small"));
        Box *two = add(session, cn_new(Box, .width = 4, .height = 5, .area = 99));
        cn_flush(session);
        ASSERT_OK(session);
        assert_int_equal(one->area, 6);
        assert_int_equal(one->edge, 10);
        assert_string_equal(one->shout, "SMALL");
        assert_int_equal(two->area, 20); /* what was assigned does not count */
        assert_null(two->shout);
        one->width = 7;
        two->label = "large";
        cn_commit(session);
        ASSERT_OK(session);
        assert_int_equal(one->area, 21);
        assert_string_equal(two->shout, "LARGE");
    }
    suite_end_with(engine, &boxes);
}

static void many_rows_are_read_back_with_few_statements(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&boxes);
    CN_SESSION(session, engine) {
        Box *made[213];
        for (int i = 0; i < 213; i++)
            made[i] = add(session, cn_new(Box, .width = i + 1, .height = 2));
        cn_flush(session);
        ASSERT_OK(session);
        for (int i = 0; i < 213; i++)
            assert_int_equal(made[i]->area, 2 * (i + 1));
        assert_true(cn_session_stats(session).statements < 20);
        cn_rollback(session);
        assert_true(cn_ok(session));
    }
    suite_end_with(engine, &boxes);
}

static void rows_by_value_leave_computed_columns_out(void **state)
{
    (void)state;
    Box        rows[] = {{.width = 1, .height = 2}, {.width = 3, .height = 4}};
    cn_engine *engine = suite_engine_with(&boxes);
    CN_SESSION(session, engine) {
        assert_int_equal(cn_insert_rows(session, Box, rows, 2), 2);
        ASSERT_OK(session);
        Box *second = cn_get(session, Box, rows[1].id);
        assert_int_equal(second->area, 12);
    }
    suite_end_with(engine, &boxes);
}

/* ---- defaults -------------------------------------------------------------------------------- */

typedef struct Order {
    int                  id;
    int                  number;
    const char          *code;
    const char          *status;
    const char          *source;
    CN_OPT(int)          priority;
    CN_OPT(int)          weight;
    int                  revision;
    CN_OPT(cn_timestamp) changed;
} Order;

static bool next_number(const void *row, cn_value *value, cn_type_memory *memory, void *context)
{
    int *counter = context;
    (void)row;
    (void)memory;
    *value = cn_value_int(++*counter);
    return *counter != 13;
}

/* Made of another member of the row, where there is one: a statement has none. */
static bool make_code(const void *row, cn_value *value, cn_type_memory *memory, void *context)
{
    const Order *order = row;
    (void)context;
    char *code = cn_type_memory_take(memory, 20);
    if (code == NULL)
        return false;
    snprintf(code, 20, "N-%d", order != NULL ? order->number : 0);
    *value = cn_value_text(code);
    return true;
}

static bool next_revision(const void *row, cn_value *value, cn_type_memory *memory, void *context)
{
    (void)memory;
    (void)context;
    *value = cn_value_int(((const Order *)row)->revision + 1);
    return true;
}

static int numbers;

CN_MODEL(Order, "sv_order")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(number, .insert_function = next_number, .value_context = &numbers);
    CN_COLUMN(code, .type = CN_STRING(20), .insert_function = make_code);
    CN_COLUMN(status, .type = CN_STRING(20), .insert_value = cn_value_text("new"));
    CN_COLUMN(source, .type = CN_STRING(20), .server_default = "'shop'");
    CN_COLUMN(priority, .server_default = "5");
    CN_COLUMN(weight, .insert_value = cn_value_int(7));
    CN_COLUMN(revision, .insert_value = cn_value_int(1), .update_function = next_revision);
    CN_COLUMN(changed, .update_value = cn_value_timestamp((cn_timestamp){86400000000}));
}
CN_METADATA(orders, &Order_model);

static void values_that_nobody_assigned_are_made(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&orders);
    numbers           = 0;
    CN_SESSION(session, engine) {
        Order *one = add(session, cn_new(Order, .status = "paid"));
        Order *two = add(session, cn_new(Order, .number = 50, .code = "mine", .source = "web",
                                         .priority = cn_some(int, 0), .weight = cn_some(int, 0)));
        cn_flush(session);
        ASSERT_OK(session);
        assert_int_equal(one->number, 1);
        assert_string_equal(one->code, "N-1");
        assert_string_equal(one->status, "paid");
        assert_string_equal(one->source, "shop");
        assert_int_equal(one->priority.value, 5);
        assert_int_equal(one->weight.value, 7);
        assert_int_equal(one->revision, 1);
        assert_false(one->changed.set);
        assert_int_equal(two->number, 50);
        assert_string_equal(two->code, "mine");
        assert_string_equal(two->status, "new");
        assert_string_equal(two->source, "web");
        assert_true(two->priority.set); /* zero is not NULL */
        assert_int_equal(two->priority.value, 0);
        assert_int_equal(two->weight.value, 0);
        cn_commit(session);
        one->status = "sent";
        cn_commit(session);
        ASSERT_OK(session);
        assert_int_equal(one->revision, 2);
        assert_int_equal(one->changed.value.microseconds, 86400000000);
        assert_int_equal(two->revision, 1);
        two->revision = 9; /* said by the program: nothing is made */
        cn_commit(session);
        assert_int_equal(two->revision, 9);
    }
    CN_SESSION(session, engine) {
        Order *one = cn_get(session, Order, 1);
        assert_string_equal(one->code, "N-1");
        assert_int_equal(one->revision, 2);
    }
    suite_end_with(engine, &orders);
}

static void a_function_that_makes_no_value_fails_the_flush(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&orders);
    CN_SESSION(session, engine) {
        numbers = 12;
        cn_add(session, cn_new(Order, .code = "x"));
        assert_false(cn_flush(session));
        assert_string_equal(cn_error_message(session),
                            "Order.number: its .insert_function made no value");
        cn_rollback(session);
        assert_true(cn_ok(session));
    }
    suite_end_with(engine, &orders);
}

static void rows_by_value_take_client_values_as_well(void **state)
{
    (void)state;
    Order      rows[] = {{.number = 3}, {.status = "paid"}};
    cn_engine *engine = suite_engine_with(&orders);
    numbers           = 20;
    CN_SESSION(session, engine) {
        assert_int_equal(cn_insert_rows(session, Order, rows, 2), 2);
        ASSERT_OK(session);
        Order *one = cn_get(session, Order, rows[0].id);
        Order *two = cn_get(session, Order, rows[1].id);
        assert_int_equal(one->number, 3);
        assert_string_equal(one->status, "new");
        assert_string_equal(one->code, "N-3");
        assert_int_equal(two->number, 21);
        assert_int_equal(two->weight.value, 7);
    }
    suite_end_with(engine, &orders);
}

static void a_statement_writes_what_it_does_not_mention(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&orders);
    numbers           = 40;
    CN_SESSION(session, engine) {
        cn_execute(session, cn_insert(Order, .values = CN_SET(Order, code, "a", source, "x"),
                                      .more = CN_SETS(CN_SET(Order, code, "b", source, "y"))));
        ASSERT_OK(session);
        assert_int_equal(numbers, 42);
        cn_execute(session, cn_update(Order, .set = CN_SET(Order, source, "z", revision, 5),
                                      .where = cn_is(Order, code, ==, "b")));
        cn_commit(session);
        ASSERT_OK(session);
        Order *one = cn_first(session, Order, .where = cn_is(Order, code, ==, "a"));
        Order *two = cn_first(session, Order, .where = cn_is(Order, code, ==, "b"));
        ASSERT_OK(session);
        assert_int_equal(one->number, 41);
        assert_string_equal(one->status, "new");
        assert_int_equal(one->weight.value, 7);
        assert_int_equal(one->revision, 1);
        assert_false(one->changed.set);
        assert_int_equal(two->number, 42);
        assert_int_equal(two->revision, 5);
        assert_int_equal(two->changed.value.microseconds, 86400000000);
    }
    suite_end_with(engine, &orders);
}

static void an_insert_of_nothing_writes_what_the_model_makes(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&orders);
    numbers           = 60;
    CN_SESSION(session, engine) {
        cn_execute(session, cn_insert(Order, .values = CN_SET(Order, code, "first")));
        cn_execute(session, cn_insert(Order));
        cn_execute(session, cn_insert(Order));
        ASSERT_OK(session);
        assert_int_equal(numbers, 63);
        Order *const *all = cn_all(session, Order, .order_by = CN_BY(cn_attr(Order, number)));
        ASSERT_OK(session);
        assert_int_equal(all[2]->number, 63);
        assert_string_equal(all[2]->code, "N-0");
        assert_string_equal(all[2]->status, "new");
        assert_string_equal(all[2]->source, "shop");
        assert_int_equal(all[2]->weight.value, 7);
        assert_null(all[3]);
        cn_execute(session, cn_insert(Order, .more = CN_SETS(CN_SET(Order, code, "x"))));
        assert_int_equal(cn_error_cause(session), CN_CAUSE_MISUSE);
        assert_non_null(strstr(cn_error_message(session), ".more rows, but no .values"));
        cn_rollback(session);
    }
    suite_end_with(engine, &orders);
}

/* ---- keys from sequences and identities ------------------------------------------------------ */

CN_SEQUENCE(ticket_numbers, "sv_ticket_numbers", .start = 100, .increment = 10);

typedef struct Ticket {
    int         id;
    const char *text;
} Ticket;

CN_MODEL(Ticket, "sv_ticket")
{
    CN_COLUMN(id, .primary_key = true, .sequence = &ticket_numbers);
    CN_COLUMN(text, .type = CN_STRING(20));
}

typedef struct Badge {
    int64_t     id;
    const char *text;
} Badge;

CN_MODEL(Badge, "sv_badge")
{
    CN_COLUMN(id, .primary_key = true, .identity = CN_IDENTITY_ALWAYS);
    CN_COLUMN(text, .type = CN_STRING(20));
}
CN_METADATA(keys, &Ticket_model, &Badge_model);

static void keys_come_from_a_sequence_where_there_is_one(void **state)
{
    (void)state;
    int        first  = suite_which() == SUITE_SQLITE ? 1 : 100;
    int        step   = suite_which() == SUITE_SQLITE ? 1 : 10;
    cn_engine *engine = suite_engine_with(&keys);
    assert_fine(engine, cn_create_all(&keys, engine)); /* the sequence is left alone, too */
    CN_SESSION(session, engine) {
        Ticket *one = add(session, cn_new(Ticket, .text = "a"));
        cn_flush(session);
        ASSERT_OK(session);
        Ticket *two   = add(session, cn_new(Ticket, .text = "b"));
        Ticket *three = add(session, cn_new(Ticket, .text = "c"));
        Badge  *badge = add(session, cn_new(Badge, .text = "d"));
        cn_commit(session);
        ASSERT_OK(session);
        assert_int_equal(one->id, first);
        assert_int_equal(two->id, first + step);
        assert_int_equal(three->id, first + 2 * step);
        assert_int_equal(badge->id, 1);
    }
    suite_end_with(engine, &keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_database_computes_is_read_back),
        cmocka_unit_test(many_rows_are_read_back_with_few_statements),
        cmocka_unit_test(rows_by_value_leave_computed_columns_out),
        cmocka_unit_test(values_that_nobody_assigned_are_made),
        cmocka_unit_test(a_function_that_makes_no_value_fails_the_flush),
        cmocka_unit_test(rows_by_value_take_client_values_as_well),
        cmocka_unit_test(a_statement_writes_what_it_does_not_mention),
        cmocka_unit_test(an_insert_of_nothing_writes_what_the_model_makes),
        cmocka_unit_test(keys_come_from_a_sequence_where_there_is_one),
    };
    return suite_main("values that are made", tests);
}
