/* Floor 0: the tagged values and their constructors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/storage.h>

static void every_kind_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i <= CN_KIND_LIST; i++) {
        assert_string_not_equal(cn_kind_name((cn_kind)i), "value");
        for (int j = 0; j < i; j++)
            assert_string_not_equal(cn_kind_name((cn_kind)i), cn_kind_name((cn_kind)j));
    }
    assert_string_equal(cn_kind_name(CN_KIND_INTEGER), "integer");
    assert_string_equal(cn_kind_name((cn_kind)200), "value");
    assert_string_equal(cn_kind_name((cn_kind)-1), "value");
}

static void integers_of_every_c_type_are_integers(void **state)
{
    (void)state;
    const cn_value values[] = {CN_VALUE((signed char)-5),
                               CN_VALUE((short)-5),
                               CN_VALUE(-5),
                               CN_VALUE(-5L),
                               CN_VALUE(-5LL),
                               CN_VALUE((int8_t)-5),
                               CN_VALUE((int16_t)-5),
                               CN_VALUE((int64_t)-5)};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        assert_int_equal(values[i].kind, CN_KIND_INTEGER);
        assert_int_equal(values[i].as.integer, -5);
    }
    const cn_value unsigneds[] = {CN_VALUE((unsigned char)5),
                                  CN_VALUE((unsigned short)5),
                                  CN_VALUE(5u),
                                  CN_VALUE(5ul),
                                  CN_VALUE(5ull),
                                  CN_VALUE((uint64_t)5)};
    for (size_t i = 0; i < sizeof unsigneds / sizeof *unsigneds; i++) {
        assert_int_equal(unsigneds[i].kind, CN_KIND_INTEGER);
        assert_int_equal(unsigneds[i].as.integer, 5);
    }
}

static void an_unsigned_is_another_kind_only_where_integer_does_not_reach(void **state)
{
    (void)state;
    assert_int_equal(cn_value_uint(INT64_MAX).kind, CN_KIND_INTEGER);
    assert_int_equal(cn_value_uint((uint64_t)INT64_MAX + 1).kind, CN_KIND_UNSIGNED);
    assert_true(cn_value_uint(UINT64_MAX).as.unsigned_integer == UINT64_MAX);
    assert_int_equal(cn_value_opt_uint64_t(cn_some(uint64_t, UINT64_MAX)).kind, CN_KIND_UNSIGNED);
}

static void other_types_have_their_own_kinds(void **state)
{
    (void)state;
    assert_int_equal(CN_VALUE((bool)true).kind, CN_KIND_BOOLEAN);
    assert_true(CN_VALUE((bool)true).as.boolean);
    assert_int_equal(CN_VALUE(1.5f).kind, CN_KIND_REAL);
    assert_true(CN_VALUE(-2.5).as.real == -2.5);
    assert_int_equal(CN_VALUE(((cn_date){2026, 2, 3})).as.date.year, 2026);
    assert_int_equal(CN_VALUE((cn_time){7}).kind, CN_KIND_TIME);
    assert_int_equal(CN_VALUE((cn_datetime){8}).kind, CN_KIND_DATETIME);
    assert_int_equal(CN_VALUE((cn_timestamp){9}).kind, CN_KIND_TIMESTAMP);
    assert_int_equal(CN_VALUE(((cn_interval){1, 2, 3})).as.interval.days, 2);
    assert_int_equal(CN_VALUE((cn_uuid){{1}}).as.uuid.bytes[0], 1);
    assert_int_equal(CN_VALUE(cn_value_int(3)).as.integer, 3);
    assert_int_equal(cn_value_null().kind, CN_KIND_NULL);
}

static void text_is_borrowed_and_measured_later(void **state)
{
    (void)state;
    const char *text  = "Ada";
    char        own[] = "Bob";
    assert_ptr_equal(CN_VALUE(text).as.text.data, text);
    assert_true(CN_VALUE(text).as.text.size == CN_TERMINATED);
    assert_ptr_equal(CN_VALUE(own).as.text.data, own);
    assert_int_equal(cn_value_text_sized("Ada", 2).as.text.size, 2);
    assert_int_equal(CN_VALUE((cn_decimal){"1.5"}).kind, CN_KIND_DECIMAL);
    assert_string_equal(CN_VALUE((cn_json){"null"}).as.text.data, "null");
    assert_int_equal(CN_VALUE(((cn_bytes){text, 3})).as.bytes.size, 3);
}

static void a_null_pointer_is_null(void **state)
{
    (void)state;
    assert_int_equal(CN_VALUE((const char *)NULL).kind, CN_KIND_NULL);
    assert_int_equal(cn_value_text_sized(NULL, 5).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE((cn_decimal){NULL}).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE((cn_json){NULL}).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE(((cn_bytes){NULL, 3})).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE((void *)0).kind, CN_KIND_NULL);
}

static void a_pointer_to_anything_else_is_a_value_that_nobody_takes(void **state)
{
    (void)state;
    int      number = 0;
    cn_value value  = CN_VALUE((void *)&number);
    assert_int_equal(value.kind, CN_KIND_LIST);
    assert_int_equal(value.element, CN_STORAGE_NONE);
}

#define CHECK_OPT(T, x, wanted, member)                                                            \
    do {                                                                                           \
        CN_OPT(T) unset = {0};                                                                     \
        CN_OPT(T) set   = cn_some(T, x);                                                           \
        assert_int_equal(CN_VALUE(unset).kind, CN_KIND_NULL);                                      \
        assert_int_equal(CN_VALUE(set).kind, wanted);                                              \
        assert_true(CN_VALUE(set).as.member == (x));                                               \
    } while (0)

static void an_opt_is_null_or_its_value(void **state)
{
    (void)state;
    CHECK_OPT(bool, true, CN_KIND_BOOLEAN, boolean);
    CHECK_OPT(int8_t, INT8_MIN, CN_KIND_INTEGER, integer);
    CHECK_OPT(uint8_t, UINT8_MAX, CN_KIND_INTEGER, integer);
    CHECK_OPT(int16_t, INT16_MIN, CN_KIND_INTEGER, integer);
    CHECK_OPT(uint16_t, UINT16_MAX, CN_KIND_INTEGER, integer);
    CHECK_OPT(int, INT32_MIN, CN_KIND_INTEGER, integer);
    CHECK_OPT(unsigned, UINT32_MAX, CN_KIND_INTEGER, integer);
    CHECK_OPT(int64_t, INT64_MIN, CN_KIND_INTEGER, integer);
    CHECK_OPT(float, 0.5f, CN_KIND_REAL, real);
    CHECK_OPT(double, 0.1, CN_KIND_REAL, real);
    CN_OPT(cn_date)      date      = cn_some(cn_date, ((cn_date){2026, 1, 2}));
    CN_OPT(cn_time)      time      = cn_some(cn_time, (cn_time){3});
    CN_OPT(cn_datetime)  datetime  = cn_some(cn_datetime, (cn_datetime){4});
    CN_OPT(cn_timestamp) timestamp = cn_some(cn_timestamp, (cn_timestamp){5});
    CN_OPT(cn_interval)  interval  = cn_some(cn_interval, ((cn_interval){6, 7, 8}));
    CN_OPT(cn_uuid)      uuid      = cn_some(cn_uuid, (cn_uuid){{9}});
    assert_int_equal(CN_VALUE(date).as.date.day, 2);
    assert_int_equal(CN_VALUE(time).as.time.microseconds, 3);
    assert_int_equal(CN_VALUE(datetime).kind, CN_KIND_DATETIME);
    assert_int_equal(CN_VALUE(timestamp).kind, CN_KIND_TIMESTAMP);
    assert_int_equal(CN_VALUE(interval).as.interval.microseconds, 8);
    assert_int_equal(CN_VALUE(uuid).as.uuid.bytes[0], 9);
    date.set = time.set = datetime.set = timestamp.set = interval.set = uuid.set = false;
    assert_int_equal(CN_VALUE(date).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE(time).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE(datetime).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE(timestamp).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE(interval).kind, CN_KIND_NULL);
    assert_int_equal(CN_VALUE(uuid).kind, CN_KIND_NULL);
}

static void a_list_knows_the_type_of_its_elements(void **state)
{
    (void)state;
    const int64_t     ids[]   = {1, 2, 3};
    const char *const names[] = {"a", "b"};
    cn_value          list    = cn_list(ids, 3);
    assert_int_equal(list.kind, CN_KIND_LIST);
    assert_int_equal(list.element, CN_STORAGE_INT64);
    assert_int_equal(list.as.list.count, 3);
    assert_ptr_equal(list.as.list.items, ids);
    assert_int_equal(cn_list(names, 2).element, CN_STORAGE_TEXT);
    assert_int_equal(cn_list((double *)NULL, 0).element, CN_STORAGE_DOUBLE);
    assert_int_equal(cn_list((bool *)NULL, 0).element, CN_STORAGE_BOOL);
    assert_int_equal(cn_list((uint32_t *)NULL, 0).element, CN_STORAGE_UINT32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_name_of_its_own),
        cmocka_unit_test(integers_of_every_c_type_are_integers),
        cmocka_unit_test(an_unsigned_is_another_kind_only_where_integer_does_not_reach),
        cmocka_unit_test(other_types_have_their_own_kinds),
        cmocka_unit_test(text_is_borrowed_and_measured_later),
        cmocka_unit_test(a_null_pointer_is_null),
        cmocka_unit_test(a_pointer_to_anything_else_is_a_value_that_nobody_takes),
        cmocka_unit_test(an_opt_is_null_or_its_value),
        cmocka_unit_test(a_list_knows_the_type_of_its_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
