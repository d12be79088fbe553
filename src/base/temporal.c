/*
 * Dates, times, intervals and UUIDs: made from parts, read from text, written as text. Called by
 * programs, drivers and conversions. It knows nothing of time zones but their offset in the text.
 *
 * Days are counted from 1970-01-01 by the usual trick: a year that begins in March has its leap
 * day last, and 400 years always have 146 097 days.
 */
#include "base/temporal.h"

#include <string.h>
#include <time.h>

#include "base/ascii.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* ---- the calendar ---------------------------------------------------------------------------- */

/* A day with a year that no cn_date holds, but a cn_datetime may. */
typedef struct civil {
    int64_t year;
    int     month;
    int     day;
} civil;

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

static int days_in_month(int64_t year, int month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool                leap   = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

static int64_t days_of(civil date)
{
    int64_t year        = date.year - (date.month <= 2);
    int64_t era         = floor_divide(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    int64_t day_of_era  = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static civil civil_of(int64_t days)
{
    int64_t from_march  = days + 719468;
    int64_t era         = floor_divide(from_march, 146097);
    int64_t day_of_era  = from_march - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month       = (5 * day_of_year + 2) / 153; /* 0 is March */
    civil   date;
    date.day   = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year  = year_of_era + era * 400 + (date.month <= 2);
    return date;
}

/* The zero date, which is no day, for a year that the type does not hold. */
static cn_date narrow(civil date)
{
    if (date.year < INT16_MIN || date.year > INT16_MAX)
        return (cn_date){0, 0, 0};
    return (cn_date){(int16_t)date.year, (uint8_t)date.month, (uint8_t)date.day};
}

/* False if the type does not hold it. `part` may be negative or longer than a day. */
static bool join(int64_t days, int64_t part, int64_t *microseconds)
{
    int64_t whole = floor_divide(part, DAY);
    part -= whole * DAY;
    days += whole;
    if (days < 0) { /* so that the smallest value is in reach */
        days += 1;
        part -= DAY;
    }
    if (days > INT64_MAX / DAY || days < INT64_MIN / DAY)
        return false;
    int64_t product = days * DAY;
    if (part > 0 ? product > INT64_MAX - part : product < INT64_MIN - part)
        return false;
    *microseconds = product + part;
    return true;
}

bool cn_date_is_valid(cn_date value)
{
    return value.month >= 1 && value.month <= 12 && value.day >= 1 &&
           value.day <= days_in_month(value.year, value.month);
}

/* ---- making ---------------------------------------------------------------------------------- */

static int64_t days_of_parts(int year, int month, int day)
{
    int64_t months = (int64_t)month - 1;
    int64_t years  = floor_divide(months, 12);
    civil   first  = {year + years, (int)(months - years * 12) + 1, 1};
    return days_of(first) + day - 1;
}

cn_date cn_date_make(int year, int month, int day)
{
    return narrow(civil_of(days_of_parts(year, month, day)));
}

cn_time cn_time_make(int hour, int minute, int second, int microsecond)
{
    return (cn_time){hour * HOUR + minute * MINUTE + second * SECOND + microsecond};
}

cn_datetime cn_datetime_make(int year, int month, int day, int hour, int minute, int second,
                             int microsecond)
{
    int64_t     days = days_of_parts(year, month, day);
    cn_datetime value;
    if (!join(days, cn_time_make(hour, minute, second, microsecond).microseconds,
              &value.microseconds))
        value.microseconds = days < 0 ? INT64_MIN : INT64_MAX;
    return value;
}

void cn_datetime_parts(cn_datetime value, cn_date *date, cn_time *time_of_day)
{
    int64_t days = floor_divide(value.microseconds, DAY);
    if (date != NULL)
        *date = narrow(civil_of(days));
    if (time_of_day != NULL) { /* the remainder by itself: days * DAY may be below INT64_MIN */
        int64_t rest              = value.microseconds % DAY;
        time_of_day->microseconds = rest < 0 ? rest + DAY : rest;
    }
}

cn_timestamp cn_timestamp_now(void)
{
    struct timespec now = {0};
    (void)timespec_get(&now, TIME_UTC);
    return (cn_timestamp){(int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000};
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct reader {
    const char *at;
    const char *end;
} reader;

static reader read_from(const char *text, size_t size)
{
    return (reader){text, text + size};
}

static bool at_end(const reader *in)
{
    return in->at == in->end;
}

static bool take(reader *in, char c)
{
    if (at_end(in) || *in->at != c)
        return false;
    in->at++;
    return true;
}

static bool take_either(reader *in, char a, char b)
{
    return take(in, a) || take(in, b);
}

static bool see_digit(const reader *in)
{
    return !at_end(in) && *in->at >= '0' && *in->at <= '9';
}

/* Between `fewest` and any number of digits, if the number is at most `limit`. */
static bool take_number(reader *in, size_t fewest, int64_t limit, int64_t *number)
{
    const char *start = in->at;
    int64_t     sum   = 0;
    for (; see_digit(in); in->at++) {
        int digit = *in->at - '0';
        if (sum > (limit - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return (size_t)(in->at - start) >= fewest;
}

static bool take_two(reader *in, int limit, int *number)
{
    if (in->end - in->at < 2 || !see_digit(in))
        return false;
    int tens = in->at[0] - '0', ones = in->at[1] - '0';
    in->at += 2;
    *number = tens * 10 + ones;
    return ones >= 0 && ones <= 9 && *number <= limit;
}

/* The fraction of a second after its point; what a microsecond does not hold must be zeros. */
static bool take_fraction(reader *in, int64_t *microseconds)
{
    int64_t unit = SECOND;
    int64_t sum  = 0;
    if (!see_digit(in))
        return false;
    for (; see_digit(in); in->at++) {
        unit /= 10;
        if (unit == 0 && *in->at != '0')
            return false;
        sum += (*in->at - '0') * unit;
    }
    *microseconds = sum;
    return true;
}

/* -2026-11-23. Only the year's own limit is checked: the caller knows how far its type goes. */
static bool take_date(reader *in, civil *date)
{
    bool negative = take(in, '-');
    if (!negative)
        (void)take(in, '+');
    if (!take_number(in, 4, 999999, &date->year) || !take(in, '-') ||
        !take_two(in, 12, &date->month) || !take(in, '-') || !take_two(in, 31, &date->day))
        return false;
    if (negative)
        date->year = -date->year;
    return true;
}

/* What follows everything else in a year before the first. Then the day can be checked, too. */
static bool take_era(reader *in, civil *date)
{
    if (in->end - in->at == 3 && memcmp(in->at, " BC", 3) == 0) {
        in->at += 3;
        if (date->year <= 0)
            return false;
        date->year = 1 - date->year;
    }
    return at_end(in) && date->month >= 1 && date->day >= 1 &&
           date->day <= days_in_month(date->year, date->month);
}

/* :05:06.5, with the minutes' colon. */
static bool take_minutes(reader *in, int64_t *microseconds)
{
    int     minute, second = 0;
    int64_t fraction = 0;
    if (!take(in, ':') || !take_two(in, 59, &minute))
        return false;
    if (take(in, ':')) {
        if (!take_two(in, 59, &second) || (take(in, '.') && !take_fraction(in, &fraction)))
            return false;
    }
    *microseconds = minute * MINUTE + second * SECOND + fraction;
    return true;
}

/* Z, +01, +0130, +01:30, +01:30:15; a blank may stand before it. */
static bool take_zone(reader *in, int64_t *offset)
{
    (void)take(in, ' ');
    if (take_either(in, 'Z', 'z')) {
        *offset = 0;
        return true;
    }
    int  hour, minute = 0, second = 0;
    bool west = take(in, '-');
    if ((!west && !take(in, '+')) || !take_two(in, 15, &hour))
        return false;
    if (see_digit(in) || take(in, ':')) {
        if (!take_two(in, 59, &minute) || (take(in, ':') && !take_two(in, 59, &second)))
            return false;
    }
    *offset = hour * HOUR + minute * MINUTE + second * SECOND;
    if (west)
        *offset = -*offset;
    return true;
}

/* A whole date and time; `zone`: one may follow. */
static bool read_datetime(const char *text, size_t size, bool zone, int64_t *microseconds)
{
    reader  in = read_from(text, size);
    civil   date;
    int     hour;
    int64_t part = 0, offset = 0;
    if (!take_date(&in, &date))
        return false;
    bool time_follows = in.end - in.at > 3 && (*in.at == ' ' || *in.at == 'T' || *in.at == 't');
    if (time_follows) {
        in.at++;
        if (!take_two(&in, 23, &hour) || !take_minutes(&in, &part))
            return false;
        part += hour * HOUR;
        bool zone_follows = !at_end(&in) && !(in.end - in.at == 3 && in.at[1] == 'B');
        if (zone_follows && (!zone || !take_zone(&in, &offset)))
            return false;
    }
    return take_era(&in, &date) && join(days_of(date), part - offset, microseconds);
}

bool cn_date_parse_sized(const char *text, size_t size, cn_date *value)
{
    reader in = read_from(text, size);
    civil  date;
    if (!take_date(&in, &date) || !take_era(&in, &date) || date.year < INT16_MIN ||
        date.year > INT16_MAX)
        return false;
    *value = narrow(date);
    return true;
}

bool cn_time_parse_sized(const char *text, size_t size, cn_time *value)
{
    reader  in = read_from(text, size);
    int64_t hours, part;
    bool    negative = take(&in, '-');
    if (!take_number(&in, 2, INT64_MAX / HOUR, &hours) || !take_minutes(&in, &part) || !at_end(&in))
        return false;
    uint64_t sum = (uint64_t)hours * HOUR + (uint64_t)part;
    if (sum > (uint64_t)INT64_MAX + negative)
        return false;
    value->microseconds = !negative || sum == 0 ? (int64_t)sum : -(int64_t)(sum - 1) - 1;
    return true;
}

bool cn_datetime_parse_sized(const char *text, size_t size, cn_datetime *value)
{
    return read_datetime(text, size, false, &value->microseconds);
}

bool cn_timestamp_parse_sized(const char *text, size_t size, cn_timestamp *value)
{
    return read_datetime(text, size, true, &value->microseconds);
}

/* ---- reading an interval --------------------------------------------------------------------- */

enum interval_part { PART_MONTHS, PART_DAYS, PART_MICROSECONDS };

/* The designators in the order in which they must stand. */
static const struct {
    char    letter;
    bool    in_time; /* after the T */
    uint8_t part;
    int64_t unit;
} designators[] = {
    {'Y', false, PART_MONTHS, 12},
    {'M', false, PART_MONTHS, 1},
    {'W', false, PART_DAYS, 7},
    {'D', false, PART_DAYS, 1},
    {'H', true, PART_MICROSECONDS, HOUR},
    {'M', true, PART_MICROSECONDS, MINUTE},
    {'S', true, PART_MICROSECONDS, SECOND},
};

#define DESIGNATOR_COUNT (sizeof designators / sizeof *designators)

/* Adds `count` units and a fraction, all of the sign, if int64_t holds the sum. */
static bool add_part(int64_t *sum, int64_t count, int64_t unit, int64_t fraction, bool negative)
{
    if (count > INT64_MAX / unit)
        return false;
    int64_t product = count * unit;
    if (product > INT64_MAX - fraction)
        return false;
    product += fraction;
    if (negative) {
        if (*sum < INT64_MIN + product)
            return false;
        *sum -= product;
    } else {
        if (*sum > INT64_MAX - product)
            return false;
        *sum += product;
    }
    return true;
}

/* One number with its designator, which is `*next` or one after it. */
static bool take_component(reader *in, bool in_time, size_t *next, int64_t sums[3])
{
    int64_t count, fraction = 0;
    bool    negative = take(in, '-');
    if (!negative)
        (void)take(in, '+');
    if (!take_number(in, 1, INT64_MAX, &count))
        return false;
    bool fractional = take(in, '.');
    if ((fractional && !take_fraction(in, &fraction)) || at_end(in))
        return false;
    char letter = *in->at++;
    for (size_t i = *next; i < DESIGNATOR_COUNT; i++) {
        if (designators[i].letter != letter || designators[i].in_time != in_time)
            continue;
        *next = i + 1;
        return (!fractional || letter == 'S') &&
               add_part(&sums[designators[i].part], count, designators[i].unit, fraction, negative);
    }
    return false;
}

bool cn_interval_parse_sized(const char *text, size_t size, cn_interval *value)
{
    reader  in      = read_from(text, size);
    int64_t sums[3] = {0};
    size_t  next    = 0;
    bool    in_time = false;
    if (!take(&in, 'P') || at_end(&in))
        return false;
    while (!at_end(&in)) {
        if (!in_time && take(&in, 'T'))
            in_time = true;
        if (!take_component(&in, in_time, &next, sums))
            return false;
    }
    if (sums[PART_MONTHS] < INT32_MIN || sums[PART_MONTHS] > INT32_MAX ||
        sums[PART_DAYS] < INT32_MIN || sums[PART_DAYS] > INT32_MAX)
        return false;
    value->months       = (int32_t)sums[PART_MONTHS];
    value->days         = (int32_t)sums[PART_DAYS];
    value->microseconds = sums[PART_MICROSECONDS];
    return true;
}

/* ---- reading a UUID -------------------------------------------------------------------------- */

static bool hyphen_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

bool cn_uuid_parse_sized(const char *text, size_t size, cn_uuid *value)
{
    if (size != 32 && size != 36)
        return false;
    cn_uuid uuid;
    for (size_t i = 0; i < sizeof uuid.bytes; i++) {
        if (size == 36 && hyphen_before(i) && *text++ != '-')
            return false;
        int high = cn_ascii_hexadecimal(text[0]), low = cn_ascii_hexadecimal(text[1]);
        if (high < 0 || low < 0)
            return false;
        uuid.bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    *value = uuid;
    return true;
}

/* ---- reading a text that ends with a NUL ----------------------------------------------------- */

bool cn_date_parse(const char *text, cn_date *value)
{
    return text != NULL && cn_date_parse_sized(text, strlen(text), value);
}

bool cn_time_parse(const char *text, cn_time *value)
{
    return text != NULL && cn_time_parse_sized(text, strlen(text), value);
}

bool cn_datetime_parse(const char *text, cn_datetime *value)
{
    return text != NULL && cn_datetime_parse_sized(text, strlen(text), value);
}

bool cn_timestamp_parse(const char *text, cn_timestamp *value)
{
    return text != NULL && cn_timestamp_parse_sized(text, strlen(text), value);
}

bool cn_interval_parse(const char *text, cn_interval *value)
{
    return text != NULL && cn_interval_parse_sized(text, strlen(text), value);
}

bool cn_uuid_parse(const char *text, cn_uuid *value)
{
    return text != NULL && cn_uuid_parse_sized(text, strlen(text), value);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* `number` in at least `width` digits; returns where it ends. No NUL. */
static char *put_number(char *at, uint64_t number, int width)
{
    char digits[20];
    int  count = 0;
    while (number != 0 || count < width) {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    }
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

static uint64_t magnitude(int64_t number)
{
    return number < 0 ? (uint64_t) - (number + 1) + 1 : (uint64_t)number;
}

static char *put_date(char *at, civil date)
{
    if (date.year < 0)
        *at++ = '-';
    at    = put_number(at, magnitude(date.year), 4);
    *at++ = '-';
    at    = put_number(at, (uint64_t)date.month, 2);
    *at++ = '-';
    return put_number(at, (uint64_t)date.day, 2);
}

static char *put_time(char *at, uint64_t microseconds)
{
    at    = put_number(at, microseconds / HOUR, 2);
    *at++ = ':';
    at    = put_number(at, microseconds / MINUTE % 60, 2);
    *at++ = ':';
    at    = put_number(at, microseconds / SECOND % 60, 2);
    *at++ = '.';
    return put_number(at, microseconds % SECOND, 6);
}

static char *put_datetime(char *at, int64_t microseconds)
{
    cn_time time_of_day;
    cn_datetime_parts((cn_datetime){microseconds}, NULL, &time_of_day);
    at    = put_date(at, civil_of(floor_divide(microseconds, DAY)));
    *at++ = ' ';
    return put_time(at, (uint64_t)time_of_day.microseconds);
}

char *cn_date_format(cn_date value, char *text)
{
    *put_date(text, (civil){value.year, value.month, value.day}) = '\0';
    return text;
}

char *cn_time_format(cn_time value, char *text)
{
    char *at = text;
    if (value.microseconds < 0)
        *at++ = '-';
    *put_time(at, magnitude(value.microseconds)) = '\0';
    return text;
}

char *cn_datetime_format(cn_datetime value, char *text)
{
    *put_datetime(text, value.microseconds) = '\0';
    return text;
}

char *cn_timestamp_format(cn_timestamp value, char *text)
{
    memcpy(put_datetime(text, value.microseconds), "+00:00", sizeof "+00:00");
    return text;
}

/* "-5M"; nothing for zero. */
static char *put_component(char *at, bool negative, uint64_t number, char letter)
{
    if (number == 0)
        return at;
    if (negative)
        *at++ = '-';
    at    = put_number(at, number, 1);
    *at++ = letter;
    return at;
}

static char *put_seconds(char *at, bool negative, uint64_t microseconds)
{
    if (microseconds == 0)
        return at;
    if (negative)
        *at++ = '-';
    at = put_number(at, microseconds / SECOND, 1);
    if (microseconds % SECOND != 0) {
        *at++ = '.';
        at    = put_number(at, microseconds % SECOND, 6);
        while (at[-1] == '0')
            at--;
    }
    *at++ = 'S';
    return at;
}

char *cn_interval_format(cn_interval value, char *text)
{
    char    *at       = text;
    bool     negative = value.microseconds < 0;
    uint64_t months = magnitude(value.months), microseconds = magnitude(value.microseconds);
    *at++ = 'P';
    at    = put_component(at, value.months < 0, months / 12, 'Y');
    at    = put_component(at, value.months < 0, months % 12, 'M');
    at    = put_component(at, value.days < 0, magnitude(value.days), 'D');
    if (microseconds != 0) {
        *at++ = 'T';
        at    = put_component(at, negative, microseconds / HOUR, 'H');
        at    = put_component(at, negative, microseconds / MINUTE % 60, 'M');
        at    = put_seconds(at, negative, microseconds % MINUTE);
    }
    if (at == text + 1) {
        memcpy(at, "T0S", 3);
        at += 3;
    }
    *at = '\0';
    return text;
}

char *cn_uuid_format(cn_uuid value, char *text)
{
    static const char digits[] = "0123456789abcdef";
    char             *at       = text;
    for (size_t i = 0; i < sizeof value.bytes; i++) {
        if (hyphen_before(i))
            *at++ = '-';
        *at++ = digits[value.bytes[i] >> 4];
        *at++ = digits[value.bytes[i] & 15];
    }
    *at = '\0';
    return text;
}
