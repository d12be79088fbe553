/* Floor 0: numbers as text. */
#define _POSIX_C_SOURCE 200809L /* newlocale */

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

static bool parses_as_int(const char *text, int64_t expected)
{
    int64_t value = ~expected;
    return cn_number_parse_int(text, strlen(text), &value) && value == expected;
}

static bool parses_as_uint(const char *text, uint64_t expected)
{
    uint64_t value = ~expected;
    return cn_number_parse_uint(text, strlen(text), &value) && value == expected;
}

static bool parses_as_real(const char *text, double expected)
{
    double value = -12345;
    return cn_number_parse_real(text, strlen(text), &value) && value == expected &&
           signbit(value) == signbit(expected);
}

static void integers_are_read_to_the_ends_of_their_range(void **state)
{
    (void)state;
    assert_true(parses_as_int("0", 0));
    assert_true(parses_as_int("-0", 0));
    assert_true(parses_as_int("+42", 42));
    assert_true(parses_as_int("00000000000000000000000000000042", 42));
    assert_true(parses_as_int("9223372036854775807", INT64_MAX));
    assert_true(parses_as_int("-9223372036854775808", INT64_MIN));
    assert_true(parses_as_uint("18446744073709551615", UINT64_MAX));
    assert_true(parses_as_uint("-0", 0));
}

static void what_is_no_integer_is_refused_and_touches_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "-",
                                        "+",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "0x1",
                                        "1e3",
                                        "--1",
                                        "+-1",
                                        "one",
                                        "1_000",
                                        "1,0",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t value = 77;
        assert_false(cn_number_parse_int(texts[i], strlen(texts[i]), &value));
        assert_int_equal(value, 77);
    }
    uint64_t value = 77;
    assert_false(cn_number_parse_uint("-1", 2, &value));
    assert_false(cn_number_parse_uint("18446744073709551616", 20, &value));
    assert_false(cn_number_parse_uint("28446744073709551615", 20, &value));
    assert_int_equal(value, 77);
}

static void only_the_given_size_is_read(void **state)
{
    (void)state;
    int64_t integer;
    double  real;
    assert_true(cn_number_parse_int("123", 2, &integer));
    assert_int_equal(integer, 12);
    assert_true(cn_number_parse_real("1.25e10", 4, &real));
    assert_true(real == 1.25);
    assert_true(cn_number_is_decimal("1.5x", 3));
    assert_false(cn_number_parse_int("1\0002", 3, &integer));
    assert_false(cn_number_parse_real("1\0002", 3, &real));
}

static void integers_are_written_to_the_ends_of_their_range(void **state)
{
    (void)state;
    char text[CN_NUMBER_SIZE];
    assert_int_equal(cn_number_format_int(0, text), 1);
    assert_string_equal(text, "0");
    assert_int_equal(cn_number_format_int(-1, text), 2);
    assert_string_equal(text, "-1");
    assert_int_equal(cn_number_format_int(INT64_MIN, text), 20);
    assert_string_equal(text, "-9223372036854775808");
    assert_int_equal(cn_number_format_int(INT64_MAX, text), 19);
    assert_string_equal(text, "9223372036854775807");
    assert_int_equal(cn_number_format_uint(UINT64_MAX, text), 20);
    assert_string_equal(text, "18446744073709551615");
}

static void reals_are_read_as_the_nearest_double(void **state)
{
    (void)state;
    assert_true(parses_as_real("0", 0.0));
    assert_true(parses_as_real("-0", -0.0));
    assert_true(parses_as_real("-0.000e99", -0.0));
    assert_true(parses_as_real(".5", 0.5));
    assert_true(parses_as_real("5.", 5));
    assert_true(parses_as_real("+1.5E+2", 150));
    assert_true(parses_as_real("0.1", 0.1));
    assert_true(parses_as_real("123456789012345e22", 123456789012345e22));
    assert_true(parses_as_real("1.7976931348623157e308", DBL_MAX));
    assert_true(parses_as_real("2.2250738585072014e-308", DBL_MIN));
    assert_true(parses_as_real("4.9406564584124654e-324", 4.9406564584124654e-324));
    assert_true(parses_as_real("9007199254740993", 9007199254740992.0));
    assert_true(parses_as_real("9007199254740993.0000000001", 9007199254740994.0));
    assert_true(parses_as_real("inf", (double)INFINITY));
    assert_true(parses_as_real("-Infinity", -(double)INFINITY));
    double value;
    assert_true(cn_number_parse_real("NaN", 3, &value));
    assert_true(isnan(value));
}

static void a_real_of_thousands_of_digits_is_read_rightly(void **state)
{
    (void)state;
    static char text[5000];
    memset(text, '0', sizeof text - 1); /* a tie, and far behind it the digit that breaks it */
    memcpy(text, "9007199254740993.", 17);
    assert_true(parses_as_real(text, 9007199254740992.0));
    text[sizeof text - 2] = '1';
    assert_true(parses_as_real(text, 9007199254740994.0));
    memset(text, '0', sizeof text - 1);
    memcpy(text, "0.", 2);
    memcpy(text + 4000, "15e3999", 8);
    assert_true(parses_as_real(text, 1.5));
    memset(text, '0', sizeof text - 1);
    text[0] = '1';
    memcpy(text + 4001, "e-4000", 7);
    assert_true(parses_as_real(text, 1));
}

static void what_is_no_real_or_beyond_a_double_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "-",
                                        ".",
                                        "-.",
                                        "e5",
                                        ".e5",
                                        "1e",
                                        "1e+",
                                        "1e5.",
                                        "1..",
                                        "1.2.3",
                                        "1,5",
                                        "1 ",
                                        " 1",
                                        "0x10",
                                        "1e5x",
                                        "nano",
                                        "in",
                                        "infinit",
                                        "1e309",
                                        "-1e309",
                                        "1e-400",
                                        "1e99999999999999999999999",
                                        "1e-99999999999999999999999",
                                        "1.8e308",
                                        "infinity1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = 77;
        assert_false(cn_number_parse_real(texts[i], strlen(texts[i]), &value));
        assert_true(value == 77);
    }
}

static void a_decimal_is_digits_and_never_a_word(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "0", "-12.50", "1e3", "+.5", "5.", "1e400", "123456789012345678901234567890.123456789"};
    static const char *const no[] = {"", "NaN", "inf", "-", "1.2.3", "1e", "12a", "1,5", "."};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(cn_number_is_decimal(yes[i], strlen(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(cn_number_is_decimal(no[i], strlen(no[i])));
}

static void reals_are_written_as_the_shortest_text(void **state)
{
    (void)state;
    static const struct {
        double      value;
        const char *text;
    } rows[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100, "100"},
        {1e15, "1000000000000000"},
        {1.5e16, "15000000000000000"},
        {1e17, "1e+17"},
        {123456.789, "123456.789"},
        {1e300, "1e+300"},
        {0.00001, "0.00001"},
        {0.0000012, "1.2e-06"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.5e-310, "2.5e-310"},
        {123456789012345.6, "123456789012345.6"},
        {(double)INFINITY, "Infinity"},
        {-(double)INFINITY, "-Infinity"},
        {(double)NAN, "NaN"},
        {-(double)NAN, "NaN"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[CN_NUMBER_SIZE];
        assert_int_equal(cn_number_format_real(rows[i].value, text), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
}

static void floats_are_written_as_short_as_floats_allow(void **state)
{
    (void)state;
    static const struct {
        float       value;
        const char *text;
    } rows[] = {{0.1f, "0.1"},
                {16777216.0f, "16777216"},
                {3.4028235e38f, "3.4028235e+38"},
                {1e-45f, "1e-45"},
                {-2.5f, "-2.5"},
                {0.33333334f, "0.33333334"},
                {-0.0f, "-0"},
                {(float)INFINITY, "Infinity"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[CN_NUMBER_SIZE];
        assert_int_equal(cn_number_format_float(rows[i].value, text), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
}

static uint64_t random_bits(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed ^ *seed >> 29;
}

static void check_round_trips(size_t count)
{
    uint64_t seed = 1;
    for (size_t i = 0; i < count; i++) {
        char     text[CN_NUMBER_SIZE];
        uint64_t bits = random_bits(&seed);
        double   value, back;
        float    single;
        memcpy(&value, &bits, sizeof value);
        memcpy(&single, &bits, sizeof single);
        size_t size = cn_number_format_real(value, text);
        assert_int_equal(size, strlen(text));
        assert_true(cn_number_parse_real(text, size, &back));
        assert_true(isnan(value) ? isnan(back) : memcmp(&value, &back, sizeof value) == 0);
        size = cn_number_format_float(single, text);
        assert_int_equal(size, strlen(text));
        assert_true(cn_number_parse_real(text, size, &back));
        assert_true(isnan(single) ? isnan(back) : (float)back == single);
    }
}

static void every_real_comes_back_from_its_text(void **state)
{
    (void)state;
    check_round_trips(20000);
}

static void reading_agrees_with_the_c_library(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (size_t i = 0; i < 20000; i++) {
        char text[64];
        int  size = snprintf(text, sizeof text, "%s%llu.%llue%d", i % 2 != 0 ? "-" : "",
                             (unsigned long long)(random_bits(&seed) >> seed % 60),
                             (unsigned long long)(random_bits(&seed) >> seed % 60),
                             (int)(random_bits(&seed) % 560) - 280);
        assert_true(parses_as_real(text, strtod(text, NULL)));
        assert_true(size > 0);
    }
}

static void a_decimal_comma_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8",  "de_DE",
                                        "fr_FR.UTF-8", "pt_BR.UTF-8", "ps_AF.UTF-8"};
    locale_t                 locale  = (locale_t)0;
    for (size_t i = 0; i < sizeof names / sizeof *names && locale == (locale_t)0; i++)
        locale = newlocale(LC_ALL_MASK, names[i], (locale_t)0);
    if (locale == (locale_t)0) { /* ./run-tests makes one, and says where */
        assert_null(getenv("LOCPATH"));
        return;
    }
    locale_t before = uselocale(locale);
    char     text[CN_NUMBER_SIZE];
    bool     comma = localeconv()->decimal_point[0] != '.';
    size_t   size  = cn_number_format_real(-1.25e-3, text);
    bool     read  = parses_as_real("123456789.123456789123456789", 123456789.123456789123456789);
    check_round_trips(1000);
    uselocale(before);
    freelocale(locale);
    assert_true(comma);
    assert_true(read);
    assert_int_equal(size, strlen("-0.00125"));
    assert_string_equal(text, "-0.00125");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_to_the_ends_of_their_range),
        cmocka_unit_test(what_is_no_integer_is_refused_and_touches_nothing),
        cmocka_unit_test(only_the_given_size_is_read),
        cmocka_unit_test(integers_are_written_to_the_ends_of_their_range),
        cmocka_unit_test(reals_are_read_as_the_nearest_double),
        cmocka_unit_test(a_real_of_thousands_of_digits_is_read_rightly),
        cmocka_unit_test(what_is_no_real_or_beyond_a_double_is_refused),
        cmocka_unit_test(a_decimal_is_digits_and_never_a_word),
        cmocka_unit_test(reals_are_written_as_the_shortest_text),
        cmocka_unit_test(floats_are_written_as_short_as_floats_allow),
        cmocka_unit_test(every_real_comes_back_from_its_text),
        cmocka_unit_test(reading_agrees_with_the_c_library),
        cmocka_unit_test(a_decimal_comma_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
