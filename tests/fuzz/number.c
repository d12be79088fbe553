/*
 * Fuzz target: numbers as text. What can be read is written as a text that reads back the same,
 * and is a decimal if it is finite.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "fuzz/fuzz.h"

static void integers(const char *text, size_t size)
{
    char     written[CN_NUMBER_SIZE];
    int64_t  value, again;
    uint64_t large, larger;
    double   real;
    bool     is_integer = cn_number_parse_int(text, size, &value);
    if (is_integer) {
        size_t length = cn_number_format_int(value, written);
        fuzz_require(length < sizeof written && cn_number_parse_int(written, length, &again) &&
                         again == value,
                     "%.*s", (int)size, text);
        fuzz_require(cn_number_parse_real(text, size, &real) && real == (double)value, "%.*s",
                     (int)size, text);
    }
    if (cn_number_parse_uint(text, size, &large)) {
        size_t length = cn_number_format_uint(large, written);
        fuzz_require(length < sizeof written && cn_number_parse_uint(written, length, &larger) &&
                         large == larger,
                     "%.*s", (int)size, text);
        fuzz_require(large > INT64_MAX || (is_integer && (uint64_t)value == large), "%.*s",
                     (int)size, text);
    }
}

static void reals(const char *text, size_t size)
{
    char   written[CN_NUMBER_SIZE];
    double value, again;
    bool   is_real = cn_number_parse_real(text, size, &value);
    if (!is_real) /* a decimal may be larger than any real number */
        return;
    fuzz_require(cn_number_is_decimal(text, size) == !!isfinite(value), "%.*s", (int)size, text);
    size_t length = cn_number_format_real(value, written);
    fuzz_require(length < sizeof written && cn_number_parse_real(written, length, &again),
                 "%.*s became %s", (int)size, text, written);
    fuzz_require(isnan(value) ? isnan(again) : memcmp(&value, &again, sizeof value) == 0,
                 "%.*s became %s", (int)size, text, written);
    float single = (float)value;
    length       = cn_number_format_float(single, written);
    fuzz_require(length < sizeof written && cn_number_parse_real(written, length, &again) &&
                     (isnan(value) || (float)again == single),
                 "%.*s became %s", (int)size, text, written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size == 0 ? 1 : size); /* ends without a NUL */
    if (text == NULL)
        return 0;
    if (size != 0)
        memcpy(text, data, size);
    integers(text, size);
    reals(text, size);
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    return fuzz_replay("number", argc, argv);
}
