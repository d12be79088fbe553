/* Floor 0: conversions between values, and between values and members of structs. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/convert.h"
#include "unit/failing.h"

static cn_arena arena;

static int empty_arena(void **state)
{
    (void)state;
    cn_arena_free(&arena);
    return 0;
}

static cn_value text(const char *data)
{
    return cn_value_text(data);
}

static cn_value decimal(const char *digits)
{
    return cn_value_decimal((cn_decimal){digits});
}

static cn_value bytes(const void *data, size_t size)
{
    cn_value value = {.kind = CN_KIND_BYTES};
    value.as.bytes = (cn_bytes){data, size};
    return value;
}

/* ---- values ------------------------------------------------------------------------------- */

static bool converts(cn_value from, cn_kind to, cn_value *result)
{
    cn_error error = {0};
    bool     ok    = cn_convert_value(&from, to, "column \"x\"", result, &arena, &error);
    if (ok) {
        assert_true(cn_error_is_none(&error));
        assert_int_equal(result->kind, to);
    } else {
        assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_CONVERSION);
        assert_non_null(strstr(cn_error_get_message(&error), "column \"x\""));
        assert_null(strstr(cn_error_get_message(&error), "secret"));
    }
    cn_error_clear(&error);
    return ok;
}

static bool is_text(cn_value from, cn_kind to, const char *wanted)
{
    cn_value result;
    if (!converts(from, to, &result))
        return false;
    size_t size = result.as.text.size != CN_TERMINATED ? result.as.text.size
                                                       : strlen(result.as.text.data);
    assert_int_equal(result.as.text.data[size], '\0');
    return strcmp(result.as.text.data, wanted) == 0 && size == strlen(wanted);
}

static bool is_integer(cn_value from, int64_t wanted)
{
    cn_value result;
    return converts(from, CN_KIND_INTEGER, &result) && result.as.integer == wanted;
}

static bool is_unsigned(cn_value from, uint64_t wanted)
{
    cn_value result;
    return converts(from, CN_KIND_UNSIGNED, &result) && result.as.unsigned_integer == wanted;
}

static bool is_real(cn_value from, double wanted)
{
    cn_value result;
    return converts(from, CN_KIND_REAL, &result) && result.as.real == wanted;
}

static bool is_boolean(cn_value from, bool wanted)
{
    cn_value result;
    return converts(from, CN_KIND_BOOLEAN, &result) && result.as.boolean == wanted;
}

static bool refused(cn_value from, cn_kind to)
{
    cn_value result = cn_value_int(4711);
    bool     ok     = converts(from, to, &result);
    assert_int_equal(result.as.integer, ok ? result.as.integer : 4711);
    return !ok;
}

static void only_zero_and_one_and_their_words_are_booleans(void **state)
{
    (void)state;
    assert_true(is_boolean(cn_value_bool(true), true));
    assert_true(is_boolean(cn_value_int(0), false));
    assert_true(is_boolean(cn_value_int(1), true));
    assert_true(is_boolean(text("t"), true));
    assert_true(is_boolean(text("false"), false));
    assert_true(is_boolean(cn_value_text_sized("1x", 1), true));
    assert_true(refused(cn_value_int(2), CN_KIND_BOOLEAN));
    assert_true(refused(cn_value_int(-1), CN_KIND_BOOLEAN));
    assert_true(refused(cn_value_uint(UINT64_MAX), CN_KIND_BOOLEAN));
    assert_true(refused(cn_value_real(1), CN_KIND_BOOLEAN));
    assert_true(refused(text("yes"), CN_KIND_BOOLEAN));
    assert_true(refused(text(""), CN_KIND_BOOLEAN));
    assert_true(refused(text("secret"), CN_KIND_BOOLEAN));
}

static void what_is_an_integer_is_taken_as_one_whatever_its_kind(void **state)
{
    (void)state;
    assert_true(is_integer(cn_value_bool(true), 1));
    assert_true(is_integer(cn_value_real(-3.0), -3));
    assert_true(is_integer(cn_value_real(-9223372036854775808.0), INT64_MIN));
    assert_true(is_integer(text("-12"), -12));
    assert_true(is_integer(text("9223372036854775807"), INT64_MAX));
    assert_true(is_integer(decimal("12.00"), 12));
    assert_true(is_integer(decimal("12."), 12));
    assert_true(is_unsigned(cn_value_int(7), 7));
    assert_true(is_unsigned(text("18446744073709551615"), UINT64_MAX));
    assert_true(is_unsigned(cn_value_real(9223372036854775808.0), (uint64_t)1 << 63));
}

static void what_is_no_integer_is_refused(void **state)
{
    (void)state;
    assert_true(refused(cn_value_real(0.5), CN_KIND_INTEGER));
    assert_true(refused(cn_value_real(9223372036854775808.0), CN_KIND_INTEGER));
    assert_true(refused(cn_value_real(1e300), CN_KIND_INTEGER));
    assert_true(refused(cn_value_real((double)NAN), CN_KIND_INTEGER));
    assert_true(refused(cn_value_real(-(double)INFINITY), CN_KIND_INTEGER));
    assert_true(refused(cn_value_uint(UINT64_MAX), CN_KIND_INTEGER));
    assert_true(refused(text("9223372036854775808"), CN_KIND_INTEGER));
    assert_true(refused(text("99999999999999999999999"), CN_KIND_INTEGER));
    assert_true(refused(text("12 "), CN_KIND_INTEGER));
    assert_true(refused(text(".5"), CN_KIND_INTEGER));
    assert_true(refused(text("1e3"), CN_KIND_INTEGER));
    assert_true(refused(text("1.0e3"), CN_KIND_INTEGER));
    assert_true(refused(text("secret"), CN_KIND_INTEGER));
    assert_true(refused(decimal("12.50"), CN_KIND_INTEGER));
    assert_true(refused(bytes("12", 2), CN_KIND_INTEGER));
    assert_true(refused(cn_value_date((cn_date){2026, 1, 1}), CN_KIND_INTEGER));
    assert_true(refused(cn_value_int(-1), CN_KIND_UNSIGNED));
    assert_true(refused(cn_value_real(18446744073709551616.0), CN_KIND_UNSIGNED));
    assert_true(refused(text("-1"), CN_KIND_UNSIGNED));
}

static void an_integer_becomes_a_real_only_if_it_is_exact(void **state)
{
    (void)state;
    assert_true(is_real(cn_value_int(INT64_C(1) << 53), 9007199254740992.0));
    assert_true(is_real(cn_value_int(INT64_MIN), -9223372036854775808.0));
    assert_true(is_real(text("9007199254740992"), 9007199254740992.0));
    assert_true(is_real(cn_value_uint((uint64_t)1 << 63), 9223372036854775808.0));
    assert_true(refused(cn_value_int((INT64_C(1) << 53) + 1), CN_KIND_REAL));
    assert_true(refused(cn_value_int(INT64_MAX), CN_KIND_REAL));
    assert_true(refused(cn_value_uint(UINT64_MAX), CN_KIND_REAL));
    assert_true(refused(text("9007199254740993"), CN_KIND_REAL));
    assert_true(refused(decimal("9007199254740993.00"), CN_KIND_REAL));
}

static void a_fraction_becomes_the_nearest_real_unless_its_digits_are_lost(void **state)
{
    (void)state;
    assert_true(is_real(text("0.1"), 0.1));
    assert_true(is_real(decimal("3.3333333333333333333"), 10.0 / 3));
    assert_true(is_real(decimal("-12.50"), -12.5));
    assert_true(is_real(text("1e300"), 1e300));
    assert_true(is_real(text("12345678901234567000000000000000.0"), 12345678901234567e15));
    assert_true(is_real(text("-inf"), -(double)INFINITY));
    assert_true(refused(decimal("12345678901234567890.12"), CN_KIND_REAL));
    assert_true(refused(decimal("123456789012345678901234567890"), CN_KIND_REAL));
    assert_true(refused(text("1e309"), CN_KIND_REAL));
    assert_true(refused(text("1e-400"), CN_KIND_REAL));
    assert_true(refused(text("secret"), CN_KIND_REAL));
    assert_true(refused(cn_value_bool(true), CN_KIND_REAL));
}

static void everything_has_a_text(void **state)
{
    (void)state;
    assert_true(is_text(cn_value_int(-5), CN_KIND_TEXT, "-5"));
    assert_true(is_text(cn_value_uint(UINT64_MAX), CN_KIND_TEXT, "18446744073709551615"));
    assert_true(is_text(cn_value_real(0.1), CN_KIND_TEXT, "0.1"));
    assert_true(is_text(cn_value_bool(false), CN_KIND_TEXT, "false"));
    assert_true(is_text(decimal("-12.50"), CN_KIND_TEXT, "-12.50"));
    assert_true(is_text(cn_value_json((cn_json){"{}"}), CN_KIND_TEXT, "{}"));
    assert_true(is_text(cn_value_date((cn_date){2026, 1, 2}), CN_KIND_TEXT, "2026-01-02"));
    assert_true(is_text(cn_value_time((cn_time){1}), CN_KIND_TEXT, "00:00:00.000001"));
    assert_true(
        is_text(cn_value_datetime((cn_datetime){0}), CN_KIND_TEXT, "1970-01-01 00:00:00.000000"));
    assert_true(is_text(cn_value_timestamp((cn_timestamp){0}), CN_KIND_TEXT,
                        "1970-01-01 00:00:00.000000+00:00"));
    assert_true(is_text(cn_value_interval((cn_interval){1, 0, 0}), CN_KIND_TEXT, "P1M"));
    assert_true(is_text(cn_value_uuid((cn_uuid){{0}}), CN_KIND_TEXT,
                        "00000000-0000-0000-0000-000000000000"));
    assert_true(refused(cn_value_self(cn_list_of("", 0, CN_STORAGE_BOOL)), CN_KIND_TEXT));
}

static void bytes_are_text_only_if_they_are_utf8(void **state)
{
    (void)state;
    static const char *const good[] = {"",
                                       "abc",
                                       "\xc3\xa4",
                                       "\xe2\x82\xac",
                                       "\xf0\x9f\x90\x8d",
                                       "\xed\x9f\xbf",
                                       "\xf4\x8f\xbf\xbf",
                                       "\xef\xbf\xbf"};
    static const char *const bad[]  = {"\x80",
                                       "\xc3",
                                       "a\xc3",
                                       "\xc0\x80",
                                       "\xc1\xbf",
                                       "\xe0\x80\x80",
                                       "\xe0\x9f\xbf",
                                       "\xed\xa0\x80",
                                       "\xf0\x80\x80\x80",
                                       "\xe2\x82",
                                       "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80",
                                       "\xff",
                                       "\xc3(",
                                       "\xe2\x82(",
                                       "\xf0\x9f\x90"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(is_text(bytes(good[i], strlen(good[i])), CN_KIND_TEXT, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_true(refused(bytes(bad[i], strlen(bad[i])), CN_KIND_TEXT));
    assert_true(refused(bytes("a\0b", 3), CN_KIND_TEXT));
    assert_true(is_text(bytes(NULL, 0), CN_KIND_TEXT, ""));
}

static void text_is_what_it_spells(void **state)
{
    (void)state;
    cn_value result;
    assert_true(is_text(text("-12.50"), CN_KIND_DECIMAL, "-12.50"));
    assert_true(is_text(text("{}"), CN_KIND_JSON, "{}"));
    assert_true(converts(text("abc"), CN_KIND_BYTES, &result) && result.as.bytes.size == 3);
    assert_true(converts(text("2026-11-23"), CN_KIND_DATE, &result) && result.as.date.day == 23);
    assert_true(converts(text("00:00:01"), CN_KIND_TIME, &result) &&
                result.as.time.microseconds == 1000000);
    assert_true(converts(text("1970-01-01 00:00:01"), CN_KIND_DATETIME, &result) &&
                result.as.datetime.microseconds == 1000000);
    assert_true(converts(text("P3D"), CN_KIND_INTERVAL, &result) && result.as.interval.days == 3);
    assert_true(converts(text("000102030405060708090a0b0c0d0e0f"), CN_KIND_UUID, &result) &&
                result.as.uuid.bytes[15] == 15);
    assert_true(refused(text("NaN"), CN_KIND_DECIMAL));
    assert_true(refused(text("secret"), CN_KIND_DECIMAL));
    assert_true(refused(text("2026-11-23 00:00:00"), CN_KIND_DATE));
    assert_true(refused(text("secret"), CN_KIND_TIME));
    assert_true(refused(cn_value_bool(true), CN_KIND_BYTES));
    assert_true(refused(text("secret"), CN_KIND_DATETIME));
    assert_true(refused(text("secret"), CN_KIND_TIMESTAMP));
    assert_true(refused(text("1 day"), CN_KIND_INTERVAL));
    assert_true(refused(text("secret"), CN_KIND_UUID));
}

static void numbers_are_decimals_and_json(void **state)
{
    (void)state;
    assert_true(is_text(cn_value_int(12), CN_KIND_DECIMAL, "12"));
    assert_true(is_text(cn_value_real(12.5), CN_KIND_DECIMAL, "12.5"));
    assert_true(is_text(cn_value_real(-1.25e-7), CN_KIND_DECIMAL, "-0.000000125"));
    assert_true(is_text(cn_value_real(1.5e22), CN_KIND_DECIMAL, "15000000000000000000000"));
    assert_true(is_text(cn_value_real(0.1), CN_KIND_JSON, "0.1"));
    assert_true(refused(cn_value_real((double)NAN), CN_KIND_DECIMAL));
    assert_true(refused(cn_value_real((double)INFINITY), CN_KIND_JSON));
    assert_true(refused(cn_value_bool(true), CN_KIND_DECIMAL));
    assert_true(refused(cn_value_bool(true), CN_KIND_JSON));
}

static void sixteen_bytes_are_a_uuid(void **state)
{
    (void)state;
    cn_value result;
    assert_true(converts(bytes("0123456789abcdef", 16), CN_KIND_UUID, &result));
    assert_memory_equal(result.as.uuid.bytes, "0123456789abcdef", 16);
    assert_true(refused(bytes("0123456789abcde", 15), CN_KIND_UUID));
}

static void no_time_zone_is_ever_guessed(void **state)
{
    (void)state;
    cn_value result;
    assert_true(refused(cn_value_datetime((cn_datetime){0}), CN_KIND_TIMESTAMP));
    assert_true(refused(cn_value_timestamp((cn_timestamp){0}), CN_KIND_DATETIME));
    assert_true(refused(cn_value_date((cn_date){2026, 1, 1}), CN_KIND_DATETIME));
    assert_true(refused(cn_value_datetime((cn_datetime){0}), CN_KIND_DATE));
    assert_true(refused(cn_value_datetime((cn_datetime){0}), CN_KIND_TIME));
    assert_true(refused(text("1970-01-01 00:00:00+00"), CN_KIND_DATETIME));
    assert_true(converts(text("1970-01-01 01:00:00+01"), CN_KIND_TIMESTAMP, &result));
    assert_int_equal(result.as.timestamp.microseconds, 0);
    assert_true(converts(text("1970-01-01 00:00:00"), CN_KIND_TIMESTAMP, &result));
    assert_int_equal(result.as.timestamp.microseconds, 0);
}

static void null_and_unknown_kinds_are_refused(void **state)
{
    (void)state;
    for (int kind = CN_KIND_BOOLEAN; kind <= CN_KIND_LIST; kind++)
        assert_true(refused(cn_value_null(), (cn_kind)kind));
    assert_true(refused(cn_value_int(1), CN_KIND_NULL));
    assert_true(refused(cn_value_int(1), CN_KIND_LIST));
    assert_true(refused(cn_value_int(1), (cn_kind)99));
    assert_true(refused(cn_list_of("", 0, CN_STORAGE_BOOL), CN_KIND_INTEGER));
}

static void text_that_has_to_be_made_needs_an_arena(void **state)
{
    (void)state;
    cn_error error  = {0};
    cn_value number = cn_value_int(5), borrowed = text("5"), result;
    assert_false(cn_convert_value(&number, CN_KIND_TEXT, "x", &result, NULL, &error));
    assert_int_equal(error.cause, CN_CAUSE_CONVERSION);
    cn_error_clear(&error);
    assert_true(cn_convert_value(&borrowed, CN_KIND_JSON, "x", &result, NULL, &error));
    failing_begin(1, true);
    assert_false(cn_convert_value(&number, CN_KIND_TEXT, "x", &result, &arena, &error));
    assert_int_equal(error.cause, CN_CAUSE_MEMORY);
    failing_end();
}

/* ---- members ------------------------------------------------------------------------------ */

/* One member of every storage, and of every opt. */
typedef struct every {
    bool                 b;
    int8_t               i8;
    uint8_t              u8;
    int16_t              i16;
    uint16_t             u16;
    int32_t              i32;
    uint32_t             u32;
    int64_t              i64;
    uint64_t             u64;
    float                f;
    double               d;
    const char          *text;
    char                 chars[8];
    cn_bytes             bytes;
    cn_decimal           decimal;
    cn_date              date;
    cn_time              time;
    cn_datetime          datetime;
    cn_timestamp         timestamp;
    cn_interval          interval;
    cn_uuid              uuid;
    cn_json              json;
    CN_OPT(bool)         ob;
    CN_OPT(int8_t)       oi8;
    CN_OPT(uint8_t)      ou8;
    CN_OPT(int16_t)      oi16;
    CN_OPT(uint16_t)     ou16;
    CN_OPT(int)          oi32;
    CN_OPT(unsigned)     ou32;
    CN_OPT(int64_t)      oi64;
    CN_OPT(uint64_t)     ou64;
    CN_OPT(float)        of;
    CN_OPT(double)       od;
    CN_OPT(cn_date)      odate;
    CN_OPT(cn_time)      otime;
    CN_OPT(cn_datetime)  odatetime;
    CN_OPT(cn_timestamp) otimestamp;
    CN_OPT(cn_interval)  ointerval;
    CN_OPT(cn_uuid)      ouuid;
} every;

/* clang-format off */
#define STEP(m) {0, offsetof(every, m), sizeof(((every *)0)->m),                                   \
                 (uint8_t)CN_STORAGE_OF_(((every *)0)->m), false, 0, 0, "every." #m, NULL, NULL}
/* clang-format on */

static const cn_decode steps[] = {
    STEP(b),          STEP(i8),        STEP(u8),      STEP(i16),   STEP(u16),   STEP(i32),
    STEP(u32),        STEP(i64),       STEP(u64),     STEP(f),     STEP(d),     STEP(text),
    STEP(chars),      STEP(bytes),     STEP(decimal), STEP(date),  STEP(time),  STEP(datetime),
    STEP(timestamp),  STEP(interval),  STEP(uuid),    STEP(json),  STEP(ob),    STEP(oi8),
    STEP(ou8),        STEP(oi16),      STEP(ou16),    STEP(oi32),  STEP(ou32),  STEP(oi64),
    STEP(ou64),       STEP(of),        STEP(od),      STEP(odate), STEP(otime), STEP(odatetime),
    STEP(otimestamp), STEP(ointerval), STEP(ouuid),
};

#define STEP_COUNT (sizeof steps / sizeof *steps)

/* A value of the storage's own kind, with all its bytes in use. */
static cn_value sample(uint8_t storage)
{
    switch (cn_storage_kind(storage)) {
    case CN_KIND_BOOLEAN:
        return cn_value_bool(true);
    case CN_KIND_INTEGER:
    case CN_KIND_UNSIGNED:
        return cn_value_int(101);
    case CN_KIND_REAL:
        return cn_value_real(-0.375);
    case CN_KIND_TEXT:
        return text("Ada");
    case CN_KIND_BYTES:
        return bytes("a\0b", 3);
    case CN_KIND_DECIMAL:
        return decimal("-12.50");
    case CN_KIND_DATE:
        return cn_value_date((cn_date){-2026, 11, 23});
    case CN_KIND_TIME:
        return cn_value_time((cn_time){-1});
    case CN_KIND_DATETIME:
        return cn_value_datetime((cn_datetime){INT64_MIN});
    case CN_KIND_TIMESTAMP:
        return cn_value_timestamp((cn_timestamp){INT64_MAX});
    case CN_KIND_INTERVAL:
        return cn_value_interval((cn_interval){INT32_MIN, -1, INT64_MAX});
    case CN_KIND_UUID:
        return cn_value_uuid((cn_uuid){{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}});
    default:
        return cn_value_json((cn_json){"null"});
    }
}

static void assert_same_value(const cn_value *is, const cn_value *wanted)
{
    assert_int_equal(is->kind, wanted->kind);
    cn_value a, b;
    cn_error error = {0};
    if (wanted->kind == CN_KIND_NULL)
        return;
    if (wanted->kind == CN_KIND_BYTES) {
        assert_int_equal(is->as.bytes.size, wanted->as.bytes.size);
        assert_memory_equal(is->as.bytes.data, wanted->as.bytes.data, wanted->as.bytes.size);
        return;
    }
    assert_true(cn_convert_value(is, CN_KIND_TEXT, "is", &a, &arena, &error));
    assert_true(cn_convert_value(wanted, CN_KIND_TEXT, "wanted", &b, &arena, &error));
    assert_string_equal(a.as.text.data, b.as.text.data);
}

static void what_is_stored_comes_back_and_nothing_beside_it_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        unsigned char row[sizeof(every)];
        cn_error      error = {0};
        cn_value      value = sample(steps[i].storage), back;
        memset(row, 0xa5, sizeof row);
        memset(row + steps[i].offset, 0, steps[i].size);
        assert_true(cn_convert_store(&steps[i], &value, row, &arena, &error));
        for (size_t at = 0; at < sizeof row; at++) {
            if (at < steps[i].offset || at >= steps[i].offset + steps[i].size)
                assert_int_equal(row[at], 0xa5);
        }
        assert_true(cn_convert_load(&steps[i], row, &back, &error));
        assert_same_value(&back, &value);
    }
}

static void null_is_stored_where_there_is_room_for_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        every    row;
        cn_error error    = {0};
        cn_value null     = cn_value_null(), back;
        uint8_t  storage  = steps[i].storage;
        bool     nullable = storage >= CN_STORAGE_OPT || storage == CN_STORAGE_TEXT ||
                        storage == CN_STORAGE_BYTES || storage == CN_STORAGE_DECIMAL ||
                        storage == CN_STORAGE_JSON;
        memset(&row, 0xa5, sizeof row);
        assert_int_equal(cn_convert_store(&steps[i], &null, &row, &arena, &error), nullable);
        for (size_t at = 0; at < steps[i].size; at++)
            assert_int_equal(((unsigned char *)&row)[steps[i].offset + at], 0);
        if (nullable) {
            assert_true(cn_convert_load(&steps[i], &row, &back, &error));
            assert_int_equal(back.kind, CN_KIND_NULL);
        } else {
            assert_int_equal(error.cause, CN_CAUSE_CONVERSION);
            assert_non_null(strstr(cn_error_get_message(&error), steps[i].name));
        }
        cn_error_clear(&error);
    }
}

static void an_element_of_a_list_is_what_a_member_would_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if (steps[i].storage == CN_STORAGE_CHARS)
            continue;
        unsigned char items[3 * 64] = {0};
        cn_error      error         = {0};
        cn_value      value = sample(steps[i].storage), null = cn_value_null();
        cn_decode     step = steps[i];
        assert_int_equal(cn_storage_size(step.storage), step.size);
        step.offset = 2 * step.size;
        assert_true(cn_convert_store(&step, &value, items, NULL, &error));
        cn_value back = cn_convert_element(items, 2, step.storage);
        assert_same_value(&back, &value);
        if (step.storage >= CN_STORAGE_OPT) {
            back = cn_convert_element(items, 1, step.storage);
            assert_same_value(&back, &null);
        }
    }
    assert_int_equal(cn_convert_element("x", 0, CN_STORAGE_NONE).kind, CN_KIND_NULL);
    assert_int_equal(cn_convert_element("x", 0, CN_STORAGE_CHARS).kind, CN_KIND_NULL);
    assert_int_equal(cn_convert_element("x", 0, 63).kind, CN_KIND_NULL);
}

static void the_size_of_what_is_no_storage_is_zero(void **state)
{
    (void)state;
    assert_int_equal(cn_storage_size(CN_STORAGE_NONE), 0);
    assert_int_equal(cn_storage_size(CN_STORAGE_CHARS), 0);
    assert_int_equal(cn_storage_size(CN_STORAGE_OPT | CN_STORAGE_TEXT), 0);
    assert_int_equal(cn_storage_size(CN_STORAGE_COUNT), 0);
    assert_int_equal(cn_storage_size(255), 0);
    assert_int_equal(cn_storage_kind(255), CN_KIND_NULL);
    assert_int_equal(cn_storage_value_offset(CN_STORAGE_INT64), 0);
    assert_int_equal(cn_storage_value_offset(CN_STORAGE_OPT | CN_STORAGE_INT64),
                     offsetof(cn_opt_int64_t, value));
}

/* Stores into the one member; false with an error, and then the member is zero. */
static bool stores(const char *member, cn_value value, every *row)
{
    for (size_t i = 0; i < STEP_COUNT; i++) {
        if (strcmp(steps[i].name + strlen("every."), member) != 0)
            continue;
        cn_error error = {0};
        memset(row, 0xa5, sizeof *row);
        bool ok = cn_convert_store(&steps[i], &value, row, &arena, &error);
        assert_int_equal(ok, cn_error_is_none(&error));
        for (size_t at = 0; !ok && at < steps[i].size; at++)
            assert_int_equal(((unsigned char *)row)[steps[i].offset + at], 0);
        if (!ok) {
            assert_int_equal(error.cause, CN_CAUSE_CONVERSION);
            assert_non_null(strstr(cn_error_get_message(&error), steps[i].name));
            assert_null(strstr(cn_error_get_message(&error), "secret"));
        }
        cn_error_clear(&error);
        return ok;
    }
    fail_msg("no member %s", member);
    return false;
}

static void every_integer_member_has_its_own_limits(void **state)
{
    (void)state;
    every row;
    assert_true(stores("i8", cn_value_int(-128), &row) && row.i8 == -128);
    assert_true(stores("i8", cn_value_int(127), &row) && row.i8 == 127);
    assert_true(stores("u8", cn_value_int(255), &row) && row.u8 == 255);
    assert_true(stores("i16", cn_value_int(INT16_MIN), &row) && row.i16 == INT16_MIN);
    assert_true(stores("u16", cn_value_int(UINT16_MAX), &row) && row.u16 == UINT16_MAX);
    assert_true(stores("i32", cn_value_int(INT32_MIN), &row) && row.i32 == INT32_MIN);
    assert_true(stores("u32", cn_value_int(UINT32_MAX), &row) && row.u32 == UINT32_MAX);
    assert_true(stores("i64", cn_value_int(INT64_MIN), &row) && row.i64 == INT64_MIN);
    assert_true(stores("u64", cn_value_uint(UINT64_MAX), &row) && row.u64 == UINT64_MAX);
    assert_true(stores("ou64", text("18446744073709551615"), &row) && row.ou64.set &&
                row.ou64.value == UINT64_MAX);
    assert_true(stores("oi8", cn_value_real(-7), &row) && row.oi8.set && row.oi8.value == -7);
    assert_false(stores("i8", cn_value_int(128), &row));
    assert_false(stores("i8", cn_value_int(-129), &row));
    assert_false(stores("u8", cn_value_int(256), &row));
    assert_false(stores("u8", cn_value_int(-1), &row));
    assert_false(stores("i16", cn_value_int(32768), &row));
    assert_false(stores("u16", cn_value_int(65536), &row));
    assert_false(stores("i32", cn_value_int(INT64_C(1) << 31), &row));
    assert_false(stores("u32", cn_value_int(INT64_C(1) << 32), &row));
    assert_false(stores("i64", cn_value_uint(UINT64_MAX), &row));
    assert_false(stores("u64", cn_value_int(-1), &row));
    assert_false(stores("oi8", cn_value_int(128), &row));
    assert_false(stores("i32", cn_value_real(1.5), &row));
    assert_false(stores("i32", text("secret"), &row));
    assert_false(stores("b", cn_value_int(2), &row));
    assert_true(stores("b", cn_value_int(1), &row) && row.b);
    assert_false(stores("ob", cn_value_int(2), &row));
}

static void a_float_takes_what_is_a_float_or_its_text(void **state)
{
    (void)state;
    every row;
    assert_true(stores("f", cn_value_real(0.5), &row) && row.f == 0.5f);
    assert_true(stores("f", cn_value_real(0.1), &row) && row.f == 0.1f);
    assert_true(stores("f", cn_value_real((double)0.1f), &row) && row.f == 0.1f);
    assert_true(stores("f", cn_value_real(3.4028235e38), &row) && row.f == FLT_MAX);
    assert_true(stores("f", cn_value_real(-(double)INFINITY), &row) && isinf(row.f));
    assert_true(stores("f", cn_value_real((double)NAN), &row) && isnan(row.f));
    assert_true(stores("of", text("2.5"), &row) && row.of.set && row.of.value == 2.5f);
    assert_true(stores("f", cn_value_int(16777216), &row) && row.f == 16777216.0f);
    assert_false(stores("f", cn_value_int(16777217), &row));
    assert_false(stores("f", cn_value_real(0.123456789012), &row));
    assert_false(stores("f", cn_value_real(3.5e38), &row));
    assert_false(stores("f", cn_value_real(-DBL_MAX), &row));
    assert_false(stores("f", cn_value_real(1e-60), &row));
    assert_false(stores("d", cn_value_int(INT64_MAX), &row));
}

static void a_mapped_timestamp_takes_a_datetime_as_utc_and_nothing_else_does(void **state)
{
    (void)state;
    every     row;
    cn_error  error = {0};
    cn_value  value = cn_value_datetime((cn_datetime){42});
    cn_decode step  = {.offset  = offsetof(every, timestamp),
                       .size    = sizeof row.timestamp,
                       .storage = CN_STORAGE_TIMESTAMP,
                       .utc     = true,
                       .name    = "x"};
    assert_true(cn_convert_store(&step, &value, &row, &arena, &error));
    assert_int_equal(row.timestamp.microseconds, 42);
    assert_false(stores("timestamp", value, &row));
    step = (cn_decode){.offset  = offsetof(every, date),
                       .size    = sizeof row.date,
                       .storage = CN_STORAGE_DATE,
                       .utc     = true,
                       .name    = "x"};
    assert_false(cn_convert_store(&step, &value, &row, &arena, &error));
    cn_error_clear(&error);
}

static void text_is_copied_into_the_arena_or_borrowed(void **state)
{
    (void)state;
    every     row;
    cn_error  error  = {0};
    char      data[] = "Ada Lovelace";
    cn_value  value = cn_value_text_sized(data, 3), whole = text(data);
    cn_decode step = {
        0, offsetof(every, text), sizeof row.text, CN_STORAGE_TEXT, false, 0, 0, "x", NULL, NULL};
    assert_true(cn_convert_store(&step, &value, &row, &arena, &error));
    data[0] = 'x';
    assert_string_equal(row.text, "Ada");
    assert_true(cn_convert_store(&step, &whole, &row, NULL, &error));
    assert_ptr_equal(row.text, data);
    value = cn_value_int(7);
    assert_true(cn_convert_store(&step, &value, &row, &arena, &error));
    assert_string_equal(row.text, "7");
    assert_false(cn_convert_store(&step, &value, &row, NULL, &error));
    assert_null(row.text);
    cn_error_clear(&error);
}

static void text_with_a_nul_or_too_long_is_refused(void **state)
{
    (void)state;
    every row;
    assert_false(stores("text", cn_value_text_sized("secret\0x", 8), &row));
    assert_false(stores("chars", cn_value_text_sized("a\0b", 3), &row));
    assert_false(stores("chars", text("a secret"), &row));
    assert_true(stores("chars", text("sevench"), &row));
    assert_string_equal(row.chars, "sevench");
    assert_true(stores("chars", text("ab"), &row));
    assert_memory_equal(row.chars, "ab\0\0\0\0\0\0", 8);
    assert_true(stores("chars", cn_value_int(-1234), &row));
    assert_string_equal(row.chars, "-1234");
}

static void no_bytes_are_not_null(void **state)
{
    (void)state;
    every row;
    assert_true(stores("bytes", bytes(NULL, 0), &row));
    assert_non_null(row.bytes.data);
    assert_int_equal(row.bytes.size, 0);
    assert_true(stores("bytes", text(""), &row));
    assert_non_null(row.bytes.data);
    assert_true(stores("bytes", bytes("a\0b", 3), &row));
    assert_memory_equal(row.bytes.data, "a\0b", 3);
}

static void a_full_char_array_without_its_nul_is_an_error(void **state)
{
    (void)state;
    every     row;
    cn_error  error = {0};
    cn_value  value;
    cn_decode step = {0,
                      offsetof(every, chars),
                      sizeof row.chars,
                      CN_STORAGE_CHARS,
                      false,
                      0,
                      0,
                      "x.chars",
                      NULL,
                      NULL};
    memset(row.chars, 'a', sizeof row.chars);
    assert_false(cn_convert_load(&step, &row, &value, &error));
    assert_non_null(strstr(cn_error_get_message(&error), "x.chars"));
    row.chars[7] = '\0';
    cn_error_clear(&error);
    assert_true(cn_convert_load(&step, &row, &value, &error));
    assert_int_equal(value.as.text.size, 7);
}

static void an_enumeration_is_its_label_in_the_database_and_its_index_in_the_struct(void **state)
{
    (void)state;
    static const char *const labels[] = {"draft", "live", "", NULL};
    int                      member   = 77;
    cn_error                 error    = {0};
    cn_decode                step     = {0, 0, sizeof member, CN_STORAGE_INT32, false,
                                         0, 0, "Post.kind",   labels,           NULL};
    cn_value                 value    = text("live"), back;
    assert_true(cn_convert_store(&step, &value, &member, &arena, &error));
    assert_int_equal(member, 1);
    assert_true(cn_convert_load(&step, &member, &back, &error));
    assert_string_equal(back.as.text.data, "live");
    value = cn_value_text_sized("drafted", 5);
    assert_true(cn_convert_store(&step, &value, &member, &arena, &error));
    assert_int_equal(member, 0);
    value = text("");
    assert_true(cn_convert_store(&step, &value, &member, &arena, &error));
    assert_int_equal(member, 2);
    static const char *const others[] = {"Live", "liv", "lives", "secret"};
    for (size_t i = 0; i < 4; i++) {
        value = text(others[i]);
        assert_false(cn_convert_store(&step, &value, &member, &arena, &error));
        assert_int_equal(member, 0);
        assert_int_equal(error.cause, CN_CAUSE_CONVERSION);
        assert_non_null(strstr(cn_error_get_message(&error), "Post.kind"));
    }
    value = cn_value_int(1);
    assert_false(cn_convert_store(&step, &value, &member, &arena, &error));
    static const int wrong[] = {3, -1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < 4; i++) {
        assert_false(cn_convert_load(&step, &wrong[i], &back, &error));
        assert_non_null(strstr(cn_error_get_message(&error), "Post.kind"));
    }
    cn_error_clear(&error);
}

static void an_enumeration_that_may_be_null_works_the_same(void **state)
{
    (void)state;
    static const char *const labels[] = {"a", "b", NULL};
    CN_OPT(uint8_t)          member   = {0};
    cn_error                 error    = {0};
    cn_decode step  = {0,   0,      sizeof member, CN_STORAGE_OPT + CN_STORAGE_UINT8, false, 0, 0,
                       "x", labels, NULL};
    cn_value  value = text("b"), back;
    assert_true(cn_convert_store(&step, &value, &member, NULL, &error));
    assert_true(member.set);
    assert_int_equal(member.value, 1);
    value = cn_value_null();
    assert_true(cn_convert_store(&step, &value, &member, NULL, &error));
    assert_true(cn_convert_load(&step, &member, &back, &error));
    assert_int_equal(back.kind, CN_KIND_NULL);
}

static void running_out_of_memory_while_storing_is_an_ordinary_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        every    row;
        cn_error error = {0};
        cn_value value = sample(steps[i].storage);
        cn_arena empty = {0};
        failing_begin(1, true);
        bool ok = cn_convert_store(&steps[i], &value, &row, &empty, &error);
        assert_int_equal(ok, failing.failures == 0);
        if (!ok)
            assert_int_equal(error.cause, CN_CAUSE_MEMORY);
        failing_end();
    }
}

static void storing_many_rows_allocates_for_the_arena_only(void **state)
{
    (void)state;
    failing_begin(0, false);
    every    row;
    cn_error error = {0};
    for (int i = 0; i < 1000; i++) {
        for (size_t j = 0; j < STEP_COUNT; j++) {
            cn_value value = sample(steps[j].storage);
            assert_true(cn_convert_store(&steps[j], &value, &row, &arena, &error));
        }
        cn_arena_reset(&arena);
    }
    assert_int_equal(failing.calls, 1);
    cn_arena_free(&arena);
    failing_end();
}

#define test(name) cmocka_unit_test_teardown(name, empty_arena)

static void a_number_gets_the_zeros_of_its_scale(void **state)
{
    static const struct {
        cn_value    from;
        const char *digits;
    } cases[] = {{{.kind = CN_KIND_REAL, .as.real = 12.5}, "12.50"},
                 {{.kind = CN_KIND_INTEGER, .as.integer = -3}, "-3.00"},
                 {{.kind = CN_KIND_REAL, .as.real = 0.125}, "0.125"},
                 {{.kind = CN_KIND_TEXT, .as.text = {"7.1", 3}}, "7.1"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cn_decimal member = {NULL};
        cn_decode  step   = {
               .size    = sizeof member,
               .storage = CN_STORAGE_DECIMAL,
               .scale   = 2,
               .name    = "Item.price",
        };
        cn_arena text  = {0};
        cn_error error = {0};
        assert_true(cn_convert_store(&step, &cases[i].from, &member, &text, &error));
        assert_string_equal(member.digits, cases[i].digits);
        cn_arena_free(&text);
    }
}

static void a_decimal_with_more_digits_than_its_column_is_refused(void **state)
{
    static const struct {
        const char *digits;
        bool        fits;
    } cases[] = {{"12.50", true},   {"-99.99", true}, {"0.5", true},      {"007.10", true},
                 {"1.500", true},   {"100", false},   {"-100.00", false}, {"0.125", false},
                 {"99.991", false}, {"1e1", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cn_decimal member = {cases[i].digits};
        cn_decode  step   = {.size      = sizeof member,
                             .storage   = CN_STORAGE_DECIMAL,
                             .precision = 4,
                             .scale     = 2,
                             .name      = "Item.price"};
        cn_value   value  = {0};
        cn_error   error  = {0};
        assert_int_equal(cn_convert_load(&step, &member, &value, &error), cases[i].fits);
        if (!cases[i].fits)
            assert_non_null(strstr(cn_error_get_message(&error), "NUMERIC(4, 2)"));
        cn_error_clear(&error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_gets_the_zeros_of_its_scale),
        cmocka_unit_test(a_decimal_with_more_digits_than_its_column_is_refused),
        test(only_zero_and_one_and_their_words_are_booleans),
        test(what_is_an_integer_is_taken_as_one_whatever_its_kind),
        test(what_is_no_integer_is_refused),
        test(an_integer_becomes_a_real_only_if_it_is_exact),
        test(a_fraction_becomes_the_nearest_real_unless_its_digits_are_lost),
        test(everything_has_a_text),
        test(bytes_are_text_only_if_they_are_utf8),
        test(text_is_what_it_spells),
        test(numbers_are_decimals_and_json),
        test(sixteen_bytes_are_a_uuid),
        test(no_time_zone_is_ever_guessed),
        test(null_and_unknown_kinds_are_refused),
        test(text_that_has_to_be_made_needs_an_arena),
        test(what_is_stored_comes_back_and_nothing_beside_it_changes),
        test(null_is_stored_where_there_is_room_for_it),
        test(an_element_of_a_list_is_what_a_member_would_be),
        test(the_size_of_what_is_no_storage_is_zero),
        test(every_integer_member_has_its_own_limits),
        test(a_float_takes_what_is_a_float_or_its_text),
        test(a_mapped_timestamp_takes_a_datetime_as_utc_and_nothing_else_does),
        test(text_is_copied_into_the_arena_or_borrowed),
        test(text_with_a_nul_or_too_long_is_refused),
        test(no_bytes_are_not_null),
        test(a_full_char_array_without_its_nul_is_an_error),
        test(an_enumeration_is_its_label_in_the_database_and_its_index_in_the_struct),
        test(an_enumeration_that_may_be_null_works_the_same),
        test(running_out_of_memory_while_storing_is_an_ordinary_error),
        test(storing_many_rows_allocates_for_the_arena_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
