/*
 * Values that are made on the way of a flush, without memory: whichever allocation fails, the flush
 * works or its session has an error, and nothing leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

#include "unit/failing.h"

typedef struct Parcel {
    int         id;
    int         weight;
    int         postage;
    const char *code;
    const char *label;
    const char *state;
    const char *size;
} Parcel;

static bool make_code(const void *row, cn_value *value, cn_type_memory *memory, void *context)
{
    char *code = cn_type_memory_take(memory, 20);
    (void)context;
    if (code == NULL)
        return false;
    snprintf(code, 20, "P%d", ((const Parcel *)row)->weight);
    *value = cn_value_text(code);
    return true;
}

/* Stored with a letter in front. */
static bool wrap(const cn_user_type *type, cn_value *value, cn_type_memory *memory, char *problem)
{
    char *text = cn_type_memory_take(memory, 40);
    (void)type;
    (void)problem;
    if (text == NULL)
        return false;
    snprintf(text, 40, "x%s", value->as.text.data);
    *value = cn_value_text(text);
    return true;
}

static bool unwrap(const cn_user_type *type, cn_value *value, cn_type_memory *memory, char *problem)
{
    (void)type;
    (void)memory;
    (void)problem;
    *value = cn_value_text(value->as.text.data + 1);
    return true;
}

static const cn_user_type wrapped = {.size   = sizeof wrapped,
                                     .name   = "wrapped",
                                     .stored = {.kind = CN_TYPE_STRING, .length = 40},
                                     .bind   = wrap,
                                     .result = unwrap};

CN_MODEL(Parcel, "parcel")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(weight);
    CN_COLUMN(postage, .computed = "weight * 2");
    CN_COLUMN(code, .insert_function = make_code);
    CN_COLUMN(label, .computed = "'no ' || code");
    CN_COLUMN(state, .server_default = "'new'", .update_value = cn_value_text("changed"));
    CN_COLUMN(size, .type = CN_USER(&wrapped));
}
CN_METADATA(Base, &Parcel_model);

static bool work(cn_session *session)
{
    Parcel rows[2] = {{.weight = 7, .size = "small"}, {.weight = 8}};
    for (int i = 0; i < 12; i++)
        cn_add(session, cn_new(Parcel, .weight = i, .size = i % 2 != 0 ? "odd" : NULL));
    if (!cn_flush(session))
        return false;
    CN_EACH(Parcel, parcel, cn_all(session, Parcel)) {
        assert_int_equal(parcel->postage, 2 * parcel->weight);
        assert_non_null(parcel->label);
        cn_set(parcel, size, "even");
    }
    return cn_flush(session) && cn_insert_rows(session, Parcel, rows, 2) == 2 && cn_commit(session);
}

static void attempt(cn_engine *engine)
{
    cn_session *session = cn_session_open(engine, NULL);
    if (session == NULL)
        return;
    bool done = work(session);
    assert_true(done || !cn_ok(session)); /* nothing fails in silence */
    cn_rollback(session);
    cn_session_close(session);
}

static void a_flush_that_makes_values_survives_each_allocation_that_fails(void **state)
{
    (void)state;
    bool failed = true;
    for (size_t n = 1; failed && n < 5000; n++) {
        failing_begin(0, false);
        cn_engine *engine = cn_create_engine("sqlite://");
        assert_true(cn_create_all(&Base, engine));
        failing.calls   = 0;
        failing.fail_at = n;
        attempt(engine);
        failing.fail_at = 0;
        failed          = failing.failures != 0;
        cn_engine_dispose(engine);
        (void)failing_end();
    }
    assert_false(failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flush_that_makes_values_survives_each_allocation_that_fails),
    };
    return cmocka_run_group_tests_name("made values without memory", tests, NULL, NULL);
}
