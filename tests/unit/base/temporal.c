/* Floor 0: dates, times, intervals and UUIDs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/temporal.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

/* Every text of a table is parsed from memory in which it does not end with a NUL, so that the
   address sanitizer sees a step too far. */
#define PARSES(name, text, value) (cn_##name##_parse_sized(unended(text), strlen(text), value))

/* `from` is read as what `expected` holds; that is written so, and read again. */
#define COMES_BACK(name, from, expected, written)                                                  \
    do {                                                                                           \
        char      text_[CN_TEMPORAL_SIZE];                                                         \
        cn_##name value_;                                                                          \
        assert_int_equal(sizeof value_, sizeof(expected));                                         \
        memset(&value_, 77, sizeof value_);                                                        \
        assert_true(PARSES(name, from, &value_));                                                  \
        assert_memory_equal(&value_, &(expected), sizeof value_);                                  \
        assert_string_equal(cn_##name##_format(value_, text_), written);                           \
        memset(&value_, 77, sizeof value_);                                                        \
        assert_true(cn_##name##_parse(text_, &value_));                                            \
        assert_memory_equal(&value_, &(expected), sizeof value_);                                  \
    } while (0)

static const char *unended(const char *text)
{
    static char memory[256];
    size_t      size = strlen(text);
    memset(memory, '9', sizeof memory); /* a digit: reading on would change the value */
    return memcpy(memory + sizeof memory - size - 20, text, size);
}

static void a_date_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        cn_date     date;
        const char *written;
    } rows[] = {
        {"2026-11-23", {2026, 11, 23}, "2026-11-23"},
        {"0001-01-01", {1, 1, 1}, "0001-01-01"},
        {"0000-02-29", {0, 2, 29}, "0000-02-29"},
        {"-0044-03-15", {-44, 3, 15}, "-0044-03-15"},
        {"0045-03-15 BC", {-44, 3, 15}, "-0044-03-15"},
        {"0001-02-29 BC", {0, 2, 29}, "0000-02-29"},
        {"+12345-01-02", {12345, 1, 2}, "12345-01-02"},
        {"32767-12-31", {32767, 12, 31}, "32767-12-31"},
        {"-32768-01-01", {-32768, 1, 1}, "-32768-01-01"},
        {"2000-02-29", {2000, 2, 29}, "2000-02-29"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        COMES_BACK(date, rows[i].text, rows[i].date, rows[i].written);
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "2026",
                                        "2026-",
                                        "2026-11",
                                        "2026-11-",
                                        "2026-11-2",
                                        "2026-1-23",
                                        "26-11-23",
                                        "2026-11-233",
                                        "2026-13-01",
                                        "2026-00-01",
                                        "2026-11-00",
                                        "2026-11-31",
                                        "2026-02-29",
                                        "1900-02-29",
                                        "2100-02-29",
                                        "0000-00-00",
                                        " 2026-11-23",
                                        "2026-11-23 ",
                                        "2026/11/23",
                                        "20261123",
                                        "2026-11-23T",
                                        "2026-11-23 00:00:00",
                                        "--2026-11-23",
                                        "+-2026-11-23",
                                        "32768-01-01",
                                        "-32769-01-01",
                                        "999999999999999999999-01-01",
                                        "infinity",
                                        "2026-1a-23",
                                        "2026-11-1:",
                                        "0000-01-01 BC",
                                        "2026-11-23 AD",
                                        "2026-11-23BC",
                                        "-0001-01-01 BC"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cn_date date = {7, 7, 7};
        assert_false(PARSES(date, texts[i], &date));
        assert_int_equal(date.year, 7);
    }
    cn_date date;
    assert_false(cn_date_parse(NULL, &date));
}

static void a_time_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     microseconds;
        const char *written;
    } rows[] = {
        {"14:05:06.000007", 50706 * SECOND + 7, "14:05:06.000007"},
        {"00:00:00", 0, "00:00:00.000000"},
        {"14:05", 50700 * SECOND, "14:05:00.000000"},
        {"00:00:00.5", 500000, "00:00:00.500000"},
        {"00:00:00.123456000", 123456, "00:00:00.123456"},
        {"24:00:00", DAY, "24:00:00.000000"},
        {"838:59:59", 3020399 * SECOND, "838:59:59.000000"},
        {"-838:59:59.000000", -3020399 * SECOND, "-838:59:59.000000"},
        {"-00:00:00.000001", -1, "-00:00:00.000001"},
        {"2562047787:59:59.999999", INT64_C(9223372036799999999), "2562047787:59:59.999999"},
        {"2562047788:00:54.775807", INT64_MAX, "2562047788:00:54.775807"},
        {"-2562047788:00:54.775808", INT64_MIN, "-2562047788:00:54.775808"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        COMES_BACK(time, rows[i].text, rows[i].microseconds, rows[i].written);
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "14",
                                        "14:",
                                        "14:0",
                                        "1:05:06",
                                        "14:5:06",
                                        "14:05:6",
                                        "14:05:",
                                        "14:05:06.",
                                        "14:60:00",
                                        "14:05:60",
                                        "14:05:06.0000001",
                                        "14:05:06,5",
                                        "14:05:06 ",
                                        " 14:05:06",
                                        "14:05:06Z",
                                        "14:05:06+01",
                                        "+14:05:06",
                                        "--14:05:06",
                                        "14:05:06.5x",
                                        "14.05.06",
                                        "99999999999999999999:00:00",
                                        "2562047788:00:54.775808",
                                        "-2562047788:00:54.775809",
                                        "14:05.5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cn_time time = {77};
        assert_false(PARSES(time, texts[i], &time));
        assert_int_equal(time.microseconds, 77);
    }
}

static void a_datetime_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t     microseconds;
        const char *written;
    } rows[] = {
        {"1970-01-01 00:00:00", 0, "1970-01-01 00:00:00.000000"},
        {"2026-11-23 14:05:06.000007", INT64_C(1795442706000007), "2026-11-23 14:05:06.000007"},
        {"2026-11-23T14:05:06.000007", INT64_C(1795442706000007), "2026-11-23 14:05:06.000007"},
        {"2026-11-23t14:05", INT64_C(1795442700000000), "2026-11-23 14:05:00.000000"},
        {"2026-11-23", INT64_C(1795392000000000), "2026-11-23 00:00:00.000000"},
        {"1969-12-31 23:59:59.9", -100000, "1969-12-31 23:59:59.900000"},
        {"0001-01-01 00:00:00", INT64_C(-62135596800000000), "0001-01-01 00:00:00.000000"},
        {"-0044-03-15 12:00:00", INT64_C(-63549316800000000), "-0044-03-15 12:00:00.000000"},
        {"0045-03-15 12:00:00 BC", INT64_C(-63549316800000000), "-0044-03-15 12:00:00.000000"},
        {"0045-03-15 BC", INT64_C(-63549360000000000), "-0044-03-15 00:00:00.000000"},
        {"9999-12-31 23:59:59.999999", INT64_C(253402300799999999), "9999-12-31 23:59:59.999999"},
        {"294247-01-10 04:00:54.775807", INT64_MAX, "294247-01-10 04:00:54.775807"},
        {"-290308-12-21 19:59:05.224192", INT64_MIN, "-290308-12-21 19:59:05.224192"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        COMES_BACK(datetime, rows[i].text, rows[i].microseconds, rows[i].written);
}

static void what_is_no_datetime_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "2026-11-23 ",
                                        "2026-11-23T",
                                        "2026-11-23 1",
                                        "2026-11-23 14",
                                        "2026-11-23 14:",
                                        "2026-11-23  14:05:06",
                                        "2026-11-23_14:05:06",
                                        "2026-11-23 24:00:00",
                                        "2026-11-23 14:05:06 ",
                                        "2026-11-23 14:05:06Z",
                                        "2026-11-23 14:05:06+00:00",
                                        "2026-11-23 14:05:06+00",
                                        "2026-02-30 14:05:06",
                                        "0000-00-00 00:00:00",
                                        "2026-11-23 14:05:06.1234567",
                                        "294247-01-10 04:00:54.775808",
                                        "-290308-12-21 19:59:05.224191",
                                        "999999-01-01 00:00:00",
                                        "1000000-01-01 00:00:00",
                                        "-999999-01-01",
                                        "infinity",
                                        "14:05:06",
                                        "2026-11-23 -1:05:06"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cn_datetime value = {77};
        assert_false(PARSES(datetime, texts[i], &value));
        assert_int_equal(value.microseconds, 77);
    }
}

static void a_timestamp_is_read_with_any_zone_and_written_in_utc(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "2026-11-23 14:05:06.5+00:00",  "2026-11-23 14:05:06.5+00",
        "2026-11-23T14:05:06.5Z",       "2026-11-23 14:05:06.5z",
        "2026-11-23 14:05:06.5",        "2026-11-23 15:35:06.5+0130",
        "2026-11-23 15:35:06.5+01:30",  "2026-11-23 06:05:06.5-08",
        "2026-11-24 05:05:06.50+15",    "2026-11-23 14:24:38.5+00:19:32",
        "2026-11-23 14:05:06.5 +00:00", "2026-11-22 23:05:06.5-15:00"};
    const int64_t instant = INT64_C(1795442706500000);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        COMES_BACK(timestamp, texts[i], instant, "2026-11-23 14:05:06.500000+00:00");
}

static void a_zone_may_lead_to_another_year_or_to_the_end_of_time(void **state)
{
    (void)state;
    cn_timestamp value;
    assert_true(PARSES(timestamp, "1970-01-01 00:30:00+01:00", &value));
    assert_int_equal(value.microseconds, -1800 * SECOND);
    assert_true(PARSES(timestamp, "0044-03-15 12:00:00+00 BC", &value));
    assert_int_equal(value.microseconds, INT64_C(-63517780800000000));
    assert_true(PARSES(timestamp, "294247-01-10 05:00:54.775807+01", &value));
    assert_int_equal(value.microseconds, INT64_MAX);
    assert_false(PARSES(timestamp, "294247-01-10 04:00:54.775807-01", &value));
    assert_true(PARSES(timestamp, "-290308-12-21 18:59:05.224192-01", &value));
    assert_true(value.microseconds == INT64_MIN);
    assert_false(PARSES(timestamp, "-290308-12-21 19:59:05.224192+01", &value));
}

static void what_is_no_timestamp_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"2026-11-23 14:05:06+",
                                        "2026-11-23 14:05:06+1",
                                        "2026-11-23 14:05:06+16",
                                        "2026-11-23 14:05:06+01:",
                                        "2026-11-23 14:05:06+01:6",
                                        "2026-11-23 14:05:06+01:60",
                                        "2026-11-23 14:05:06+013",
                                        "2026-11-23 14:05:06ZZ",
                                        "2026-11-23 14:05:06 UTC",
                                        "2026-11-23 14:05:06+01:00:",
                                        "2026-11-23 14:05:06+01:00:60",
                                        "2026-11-23 14:05:06 ",
                                        "2026-11-23Z",
                                        "2026-11-23+01",
                                        "-infinity"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cn_timestamp value = {77};
        assert_false(PARSES(timestamp, texts[i], &value));
        assert_int_equal(value.microseconds, 77);
    }
}

static void an_interval_is_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        cn_interval interval;
        const char *written;
    } rows[] = {
        {"P1M2DT3.5S", {1, 2, 3500000}, "P1M2DT3.5S"},
        {"P1Y2M3DT4H5M6.000007S", {14, 3, 14706 * SECOND + 7}, "P1Y2M3DT4H5M6.000007S"},
        {"P-1Y-2M3DT-4H-5M-6.5S", {-14, 3, -14706 * SECOND - 500000}, "P-1Y-2M3DT-4H-5M-6.5S"},
        {"P-1Y2M-3DT-4H5M6.5S", {-10, -3, -14093 * SECOND - 500000}, "P-10M-3DT-3H-54M-53.5S"},
        {"PT0S", {0, 0, 0}, "PT0S"},
        {"P0D", {0, 0, 0}, "PT0S"},
        {"P2W1D", {0, 15, 0}, "P15D"},
        {"PT-0.5S", {0, 0, -500000}, "PT-0.5S"},
        {"PT90M", {0, 0, 5400 * SECOND}, "PT1H30M"},
        {"P+3D", {0, 3, 0}, "P3D"},
        {"PT1M", {0, 0, 60 * SECOND}, "PT1M"},
        {"P178956970Y7M", {INT32_MAX, 0, 0}, "P178956970Y7M"},
        {"P-178956970Y-8M", {INT32_MIN, 0, 0}, "P-178956970Y-8M"},
        {"P-2147483648D", {0, INT32_MIN, 0}, "P-2147483648D"},
        {"PT9223372036854.775807S", {0, 0, INT64_MAX}, "PT2562047788H54.775807S"},
        {"PT-2562047788H-54.775808S", {0, 0, INT64_MIN}, "PT-2562047788H-54.775808S"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        COMES_BACK(interval, rows[i].text, rows[i].interval, rows[i].written);
}

static void what_is_no_interval_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "P",
                                        "PT",
                                        "P1",
                                        "1D",
                                        "P1DT",
                                        "P1H",
                                        "PT1D",
                                        "P1D1M",
                                        "P1D1D",
                                        "PT1S1M",
                                        "P1.5D",
                                        "PT1.S",
                                        "PT.5S",
                                        "PT1.0000001S",
                                        "P1Y ",
                                        " P1Y",
                                        "p1y",
                                        "P--1Y",
                                        "P1YT1H1Y",
                                        "PT1H T1M",
                                        "1 year",
                                        "P178956970Y8M",
                                        "P-178956970Y-9M",
                                        "P2147483648D",
                                        "PT9223372036854.775808S",
                                        "PT-9223372036854.775809S",
                                        "P99999999999999999999Y",
                                        "PT2562047789H",
                                        "PT1.5M",
                                        "P1TD",
                                        "PTT1S",
                                        "-P1D",
                                        "PT2562047788H9223372036854S",
                                        "PT-2562047788H-9223372036854S"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cn_interval value = {77, 77, 77};
        assert_false(PARSES(interval, texts[i], &value));
        assert_int_equal(value.months, 77);
    }
}

static void a_uuid_is_read_in_either_form_and_case(void **state)
{
    (void)state;
    static const char *const texts[] = {"0123abcd-4567-89ef-fedc-ba9876543210",
                                        "0123ABCD-4567-89EF-FEDC-BA9876543210",
                                        "0123abcd456789effedcba9876543210"};
    for (size_t i = 0; i < 3; i++) {
        char    text[CN_TEMPORAL_SIZE];
        cn_uuid value;
        assert_true(PARSES(uuid, texts[i], &value));
        assert_int_equal(value.bytes[3], 0xcd);
        assert_int_equal(value.bytes[15], 0x10);
        assert_string_equal(cn_uuid_format(value, text), texts[0]);
        assert_true(cn_uuid_parse(text, &value));
    }
}

static void what_is_no_uuid_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "0123abcd",
                                        "0123abcd-4567-89ef-fedc-ba987654321",
                                        "0123abcd-4567-89ef-fedc-ba98765432100",
                                        "0123abcd-4567-89ef-fedcba-9876543210",
                                        "0123abcg456789effedcba9876543210",
                                        "{0123abcd-4567-89ef-fedc-ba98765432}",
                                        "0123abcd+4567+89ef+fedc+ba9876543210",
                                        "0123abcd-4567-89ef-fedc-ba987654321-",
                                        "@123abcd456789effedcba9876543210"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cn_uuid value = {{77}};
        assert_false(PARSES(uuid, texts[i], &value));
        assert_int_equal(value.bytes[0], 77);
    }
}

static void parts_outside_their_range_carry_over(void **state)
{
    (void)state;
    cn_date date = cn_date_make(2026, 14, 31); /* 31 February 2027 */
    assert_int_equal(date.year, 2027);
    assert_int_equal(date.month, 3);
    assert_int_equal(date.day, 3);
    date = cn_date_make(2026, 1, 0);
    assert_int_equal(date.year, 2025);
    assert_int_equal(date.day, 31);
    date = cn_date_make(2026, -11, 1);
    assert_int_equal(date.year, 2025);
    assert_int_equal(date.month, 1);
    assert_int_equal(cn_time_make(1, 61, -1, 1000001).microseconds, 7260 * SECOND + 1);
    assert_int_equal(cn_datetime_make(1970, 1, 1, 24, 0, 0, -1).microseconds, DAY - 1);
    assert_int_equal(cn_datetime_make(1970, 1, 2, -25, 0, 0, 0).microseconds, -3600 * SECOND);
}

static void parts_that_no_type_holds_become_the_zero_date_or_the_end_of_time(void **state)
{
    (void)state;
    assert_false(cn_date_is_valid(cn_date_make(32768, 1, 1)));
    assert_true(cn_date_is_valid(cn_date_make(32767, 12, 31)));
    assert_int_equal(cn_date_make(-32769, 12, 31).month, 0);
    assert_int_equal(cn_date_make(INT32_MAX, INT32_MAX, INT32_MAX).month, 0);
    assert_int_equal(cn_date_make(INT32_MIN, INT32_MIN, INT32_MIN).month, 0);
    assert_true(cn_datetime_make(300000, 1, 1, 0, 0, 0, 0).microseconds == INT64_MAX);
    assert_true(cn_datetime_make(-300000, 1, 1, 0, 0, 0, 0).microseconds == INT64_MIN);
    assert_true(cn_datetime_make(INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX,
                                 INT32_MAX)
                    .microseconds == INT64_MAX);
    assert_true(cn_datetime_make(INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN,
                                 INT32_MIN)
                    .microseconds == INT64_MIN);
}

static void a_datetime_has_the_parts_it_was_made_of(void **state)
{
    (void)state;
    cn_date date;
    cn_time time;
    cn_datetime_parts(cn_datetime_make(1969, 7, 20, 20, 17, 40, 5), &date, &time);
    assert_int_equal(date.year, 1969);
    assert_int_equal(date.month, 7);
    assert_int_equal(date.day, 20);
    assert_int_equal(time.microseconds, (20 * 3600 + 17 * 60 + 40) * SECOND + 5);
    cn_datetime_parts((cn_datetime){-1}, &date, NULL);
    assert_int_equal(date.day, 31);
    cn_datetime_parts((cn_datetime){-1}, NULL, &time);
    assert_int_equal(time.microseconds, DAY - 1);
    cn_datetime_parts((cn_datetime){INT64_MAX}, &date, &time);
    assert_false(cn_date_is_valid(date)); /* the year 294247 */
    cn_datetime_parts((cn_datetime){INT64_MIN}, &date, &time);
    assert_false(cn_date_is_valid(date));
    assert_in_range(time.microseconds, 0, DAY - 1);
}

static void every_day_of_eight_centuries_follows_the_one_before(void **state)
{
    (void)state;
    cn_date before = cn_date_make(1599, 12, 31);
    for (int i = 0; i < 2 * 146097; i++) {
        cn_date date = cn_date_make(1600, 1, 1 + i);
        assert_true(cn_date_is_valid(date));
        bool next_day   = date.day == before.day + 1 && date.month == before.month;
        bool next_month = date.day == 1 && date.month == before.month + 1;
        bool next_year  = date.day == 1 && date.month == 1 && date.year == before.year + 1;
        assert_true(next_day || next_month || next_year);
        if (!next_day) {
            cn_date missing = before;
            missing.day++;
            assert_false(cn_date_is_valid(missing));
        }
        before = date;
    }
    assert_int_equal(before.year, 2399);
}

static void now_is_after_this_test_was_written(void **state)
{
    (void)state;
    cn_timestamp first = cn_timestamp_now(), second = cn_timestamp_now();
    assert_true(first.microseconds > INT64_C(1735689600000000)); /* 2025 */
    assert_true(second.microseconds >= first.microseconds);
}

static void the_longest_texts_fit(void **state)
{
    (void)state;
    char text[CN_TEMPORAL_SIZE];
    assert_in_range(strlen(cn_timestamp_format((cn_timestamp){INT64_MIN}, text)), 20, 50);
    assert_in_range(strlen(cn_time_format((cn_time){INT64_MIN}, text)), 20, 50);
    assert_in_range(strlen(cn_date_format((cn_date){INT16_MIN, 255, 255}, text)), 10, 50);
    assert_in_range(
        strlen(cn_interval_format((cn_interval){INT32_MIN, INT32_MIN, INT64_MIN + 1}, text)), 20,
        70);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_is_read_and_written),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(a_time_is_read_and_written),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(a_datetime_is_read_and_written),
        cmocka_unit_test(what_is_no_datetime_is_refused),
        cmocka_unit_test(a_timestamp_is_read_with_any_zone_and_written_in_utc),
        cmocka_unit_test(a_zone_may_lead_to_another_year_or_to_the_end_of_time),
        cmocka_unit_test(what_is_no_timestamp_is_refused),
        cmocka_unit_test(an_interval_is_read_and_written),
        cmocka_unit_test(what_is_no_interval_is_refused),
        cmocka_unit_test(a_uuid_is_read_in_either_form_and_case),
        cmocka_unit_test(what_is_no_uuid_is_refused),
        cmocka_unit_test(parts_outside_their_range_carry_over),
        cmocka_unit_test(parts_that_no_type_holds_become_the_zero_date_or_the_end_of_time),
        cmocka_unit_test(a_datetime_has_the_parts_it_was_made_of),
        cmocka_unit_test(every_day_of_eight_centuries_follows_the_one_before),
        cmocka_unit_test(now_is_after_this_test_was_written),
        cmocka_unit_test(the_longest_texts_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
