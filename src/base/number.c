/*
 * Numbers as text. printf and strtod follow the program's locale, so neither is given or believed
 * a decimal point: what strtod reads here is "1250e-2", and of what printf wrote only the digits
 * and the exponent are used.
 */
#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

/* ---- integers -------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool parse_magnitude(const char *text, size_t size, uint64_t *value)
{
    uint64_t sum = 0;
    if (size == 0)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(text[i]))
            return false;
        unsigned digit = (unsigned)(text[i] - '0');
        if (sum > UINT64_MAX / 10 || (sum == UINT64_MAX / 10 && digit > UINT64_MAX % 10))
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

/* Steps over a sign. True if it is a minus. */
static bool take_sign(const char **text, size_t *size)
{
    if (*size == 0 || (**text != '-' && **text != '+'))
        return false;
    bool negative = **text == '-';
    (*text)++;
    (*size)--;
    return negative;
}

bool cn_number_parse_int(const char *text, size_t size, int64_t *value)
{
    bool     negative = take_sign(&text, &size);
    uint64_t magnitude;
    if (!parse_magnitude(text, size, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    if (!negative)
        *value = (int64_t)magnitude;
    else
        *value = magnitude == 0 ? 0 : -(int64_t)(magnitude - 1) - 1;
    return true;
}

bool cn_number_parse_uint(const char *text, size_t size, uint64_t *value)
{
    bool     negative = take_sign(&text, &size);
    uint64_t magnitude;
    if (!parse_magnitude(text, size, &magnitude) || (negative && magnitude != 0))
        return false;
    *value = magnitude;
    return true;
}

size_t cn_number_format_uint(uint64_t value, char *text)
{
    char  digits[20];
    char *first = digits + sizeof digits;
    do {
        *--first = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    size_t size = (size_t)(digits + sizeof digits - first);
    memcpy(text, first, size);
    text[size] = '\0';
    return size;
}

size_t cn_number_format_int(int64_t value, char *text)
{
    if (value >= 0)
        return cn_number_format_uint((uint64_t)value, text);
    text[0] = '-';
    return 1 + cn_number_format_uint((uint64_t) - (value + 1) + 1, text + 1);
}

/* ---- text to real ---------------------------------------------------------------------------- */

/* More digits than these cannot change a double, but for telling a tie from what is above it. */
#define SIGNIFICANT_DIGITS 800
#define EXPONENT_LIMIT 100000

typedef struct scanned {
    bool   negative;
    char   digits[SIGNIFICANT_DIGITS +
                1]; /* without leading zeros; the last stands for all that follow */
    size_t count;
    long   exponent; /* of ten, for the digits taken as an integer */
    bool   any;
} scanned;

static void take_digit(scanned *number, char digit, bool fraction)
{
    number->any = true;
    if (number->count == 0 && digit == '0') {
        number->exponent -= fraction;
    } else if (number->count < SIGNIFICANT_DIGITS) {
        number->digits[number->count++] = digit;
        number->exponent -= fraction;
    } else {
        if (digit != '0')
            number->digits[SIGNIFICANT_DIGITS - 1] |= 1; /* not zero: breaks a tie upwards */
        number->exponent += !fraction;
    }
}

static bool scan_exponent(const char *text, size_t size, long *exponent)
{
    bool negative = take_sign(&text, &size);
    long sum      = 0;
    if (size == 0)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(text[i]))
            return false;
        if (sum < EXPONENT_LIMIT)
            sum = sum * 10 + (text[i] - '0');
    }
    *exponent += negative ? -sum : sum;
    return true;
}

static bool scan(const char *text, size_t size, scanned *number)
{
    bool fraction    = false;
    number->count    = 0;
    number->exponent = 0;
    number->any      = false;
    number->negative = take_sign(&text, &size);
    for (size_t i = 0; i < size; i++) {
        if (is_digit(text[i]))
            take_digit(number, text[i], fraction);
        else if (text[i] == '.' && !fraction)
            fraction = true;
        else if ((text[i] == 'e' || text[i] == 'E') && number->any)
            return scan_exponent(text + i + 1, size - i - 1, &number->exponent);
        else
            return false;
    }
    return number->any;
}

static bool parse_special(const char *text, size_t size, double *value)
{
    bool negative = take_sign(&text, &size);
    if (cn_ascii_same_sized(text, size, "inf") || cn_ascii_same_sized(text, size, "infinity"))
        *value = negative ? -(double)INFINITY : (double)INFINITY;
    else if (cn_ascii_same_sized(text, size, "nan"))
        *value = (double)NAN;
    else
        return false;
    return true;
}

bool cn_number_parse_real(const char *text, size_t size, double *value)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    scanned             number;
    if (!scan(text, size, &number))
        return parse_special(text, size, value);

    double result;
    if (number.count <= 15 && number.exponent >= -22 && number.exponent <= 22) {
        /* Both are exact in a double, so one rounding gives the right result. */
        uint64_t whole = 0;
        for (size_t i = 0; i < number.count; i++)
            whole = whole * 10 + (unsigned)(number.digits[i] - '0');
        result = number.exponent < 0 ? (double)whole / powers[-number.exponent]
                                     : (double)whole * powers[number.exponent];
    } else {
        char spelled[SIGNIFICANT_DIGITS + 32];
        memcpy(spelled, number.digits, number.count);
        (void)snprintf(spelled + number.count, sizeof spelled - number.count, "%se%ld",
                       number.count == 0 ? "0" : "", number.exponent);
        result = strtod(spelled, NULL);
        if (isinf(result) || (result == 0 && number.count != 0))
            return false; /* beyond a double's range, on either side */
    }
    *value = number.negative ? -result : result;
    return true;
}

bool cn_number_is_decimal(const char *text, size_t size)
{
    scanned number;
    return scan(text, size, &number);
}

/* ---- real to text ---------------------------------------------------------------------------- */

/* Writes `count` digits with the point where `exponent` puts it, as C's %g would. */
static size_t spell(char *text, const char *digits, size_t count, int exponent)
{
    size_t at = 0;
    if (exponent < -5 || exponent > 16) {
        text[at++] = digits[0];
        if (count > 1) {
            text[at++] = '.';
            memcpy(text + at, digits + 1, count - 1);
            at += count - 1;
        }
        return at + (size_t)snprintf(text + at, CN_NUMBER_SIZE - at, "e%+03d", exponent);
    }
    if (exponent < 0) {
        text[at++] = '0';
        text[at++] = '.';
        for (int i = -1; i > exponent; i--)
            text[at++] = '0';
    }
    for (size_t i = 0; i < count || (int)i <= exponent; i++) {
        text[at++] = i < count ? digits[i] : '0';
        if ((int)i == exponent && i + 1 < count)
            text[at++] = '.';
    }
    text[at] = '\0';
    return at;
}

/* `value` rounded to `precision` digits, in its plain form. It is neither 0 nor special. */
static size_t round_to(double value, int precision, char *text)
{
    char   scientific[CN_NUMBER_SIZE]; /* "-d,ddde+XXX", the comma being whatever the locale has */
    char   digits[20] = "0";
    size_t count      = 0;
    (void)snprintf(scientific, sizeof scientific, "%.*e", precision - 1, value);
    const char *at = scientific;
    for (; *at != 'e'; at++) {
        if (is_digit(*at) && count < sizeof digits)
            digits[count++] = *at;
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    size_t sign = value < 0;
    text[0]     = '-';
    return sign + spell(text + sign, digits, count, (int)strtol(at + 1, NULL, 10));
}

static size_t format_special(double value, char *text)
{
    const char *word     = isnan(value) ? "NaN" : isinf(value) ? "Infinity" : "0";
    bool        negative = !isnan(value) && signbit(value);
    return (size_t)snprintf(text, CN_NUMBER_SIZE, "%s%s", negative ? "-" : "", word);
}

/* A number with no more than `digits10` digits survives the way there and back, so the search
   for the shortest text starts there; a subnormal number has fewer. */
size_t cn_number_format_real(double value, char *text)
{
    if (value == 0 || !isfinite(value))
        return format_special(value, text);
    if (fabs(value) < 1e15 && value == (double)(int64_t)value)
        return cn_number_format_int((int64_t)value, text);
    size_t size = 0;
    for (int precision = fabs(value) < DBL_MIN ? 1 : DBL_DIG; precision <= 17; precision++) {
        double back;
        size = round_to(value, precision, text);
        if (cn_number_parse_real(text, size, &back) && back == value)
            break;
    }
    return size;
}

size_t cn_number_format_float(float value, char *text)
{
    double wide = (double)value;
    if (value == 0 || !isfinite(wide))
        return format_special(wide, text);
    size_t size = 0;
    for (int precision = fabs(wide) < (double)FLT_MIN ? 1 : FLT_DIG; precision <= 9; precision++) {
        double back;
        size = round_to(wide, precision, text);
        if (cn_number_parse_real(text, size, &back) && (float)back == value)
            break;
    }
    return size;
}

size_t cn_number_format(const cn_value *number, char *text)
{
    if (number->kind == CN_KIND_REAL)
        return cn_number_format_real(number->as.real, text);
    if (number->kind == CN_KIND_UNSIGNED)
        return cn_number_format_uint(number->as.unsigned_integer, text);
    return cn_number_format_int(number->as.integer, text);
}
