/*
 * Fuzz target: dates, times, intervals and UUIDs as text. What can be read is written as a text that
 * reads back the same; what cannot leaves the value alone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/temporal.h"
#include "fuzz/fuzz.h"

/* The same for each type: its values are equal if `equal` holds of a and b. */
#define CHECK(type, parse, format, equal)                                                          \
    static void check_##type(const char *text, size_t size)                                        \
    {                                                                                              \
        char      written[CN_TEMPORAL_SIZE];                                                       \
        cn_##type a, b, untouched;                                                                 \
        memset(&a, 0x5a, sizeof a);                                                                \
        untouched = a;                                                                             \
        if (!parse(text, size, &a)) {                                                              \
            fuzz_require(memcmp(&a, &untouched, sizeof a) == 0, "%.*s", (int)size, text);          \
            return;                                                                                \
        }                                                                                          \
        format(a, written);                                                                        \
        fuzz_require(strlen(written) < sizeof written && parse(written, strlen(written), &b),      \
                     "%.*s became %s", (int)size, text, written);                                  \
        fuzz_require(equal, "%.*s became %s", (int)size, text, written);                           \
    }
CHECK(date, cn_date_parse_sized, cn_date_format,
      a.year == b.year && a.month == b.month && a.day == b.day && cn_date_is_valid(a))
CHECK(time, cn_time_parse_sized, cn_time_format, a.microseconds == b.microseconds)
CHECK(datetime, cn_datetime_parse_sized, cn_datetime_format, a.microseconds == b.microseconds)
CHECK(timestamp, cn_timestamp_parse_sized, cn_timestamp_format, a.microseconds == b.microseconds)
CHECK(interval, cn_interval_parse_sized, cn_interval_format,
      a.months == b.months && a.days == b.days && a.microseconds == b.microseconds)
CHECK(uuid, cn_uuid_parse_sized, cn_uuid_format, memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0)

/* The parts of what was read put it together again. */
static void parts(const char *text, size_t size)
{
    cn_datetime value;
    cn_date     day;
    cn_time     of_day;
    if (!cn_datetime_parse_sized(text, size, &value))
        return;
    cn_datetime_parts(value, &day, &of_day);
    if (day.month == 0) /* its year is one that cn_date does not hold */
        return;
    cn_datetime again = cn_datetime_make(day.year, day.month, day.day, 0, 0, 0, 0);
    fuzz_require(cn_date_is_valid(day) && of_day.microseconds >= 0 &&
                     again.microseconds + of_day.microseconds == value.microseconds,
                 "%.*s", (int)size, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size == 0 ? 1 : size); /* ends without a NUL */
    if (text == NULL)
        return 0;
    if (size != 0)
        memcpy(text, data, size);
    check_date(text, size);
    check_time(text, size);
    check_datetime(text, size);
    check_timestamp(text, size);
    check_interval(text, size);
    check_uuid(text, size);
    parts(text, size);
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    return fuzz_replay("temporal", argc, argv);
}
