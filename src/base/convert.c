/*
 * Conversions between the kinds of values, and between values and the members of structs. Called
 * for each cell that a driver does not store by itself, and by the getters of a result. The rule
 * is one: what goes in comes out the same, or an error says why not.
 *
 * Each kind has one function that makes it from any other. It returns NULL, or why it refuses.
 */
#include "base/convert.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/temporal.h"

#define EXACT_INTEGER 9007199254740992.0 /* 2 to the 53rd: every integer up to it is a double */

static const char no_memory[]    = "out of memory";
static const char other_kind[]   = "the one is not a form of the other";
static const char out_of_range[] = "it is out of range";
static const char has_fraction[] = "it has a fraction";
static const char not_exact[]    = "it would be rounded";
static const char malformed[]    = "the text does not say one";
static const char too_long[]     = "it is longer than the member";
static const char no_digits[]    = "it has no digits; read it as a double";
static const char has_nul[]      = "it contains a NUL byte";
static const char no_room[]      = "it needs a copy, and there is no memory to make it in";

/* ---- helpers --------------------------------------------------------------------------------- */

static bool is_textual(const cn_value *value)
{
    return value->kind == CN_KIND_TEXT || value->kind == CN_KIND_DECIMAL ||
           value->kind == CN_KIND_JSON;
}

static size_t text_size(const cn_value *value)
{
    return value->as.text.size != CN_TERMINATED ? value->as.text.size : strlen(value->as.text.data);
}

static const char *make_text(cn_kind kind, const char *text, size_t size, cn_value *to,
                             cn_arena *scratch)
{
    if (scratch == NULL)
        return no_room;
    char *copy = cn_arena_text_sized(scratch, text, size);
    if (copy == NULL)
        return no_memory;
    to->kind         = (uint8_t)kind;
    to->as.text.data = copy;
    to->as.text.size = size;
    return NULL;
}

static const char *same_text(cn_kind kind, const cn_value *from, cn_value *to)
{
    const char *data = from->as.text.data;
    size_t      size = text_size(from);
    to->kind         = (uint8_t)kind;
    to->as.text.data = data;
    to->as.text.size = size;
    return NULL;
}

static bool is_number(const cn_value *value)
{
    return value->kind == CN_KIND_INTEGER || value->kind == CN_KIND_UNSIGNED ||
           value->kind == CN_KIND_REAL;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static const char *to_boolean(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    static const char *const words[] = {"0", "1", "f", "t", "false", "true"};
    (void)scratch;
    cn_value result = {.kind = CN_KIND_BOOLEAN};
    if (from->kind == CN_KIND_INTEGER) {
        if (from->as.integer != 0 && from->as.integer != 1)
            return "only 0 and 1 are";
        result.as.boolean = from->as.integer == 1;
        *to               = result;
        return NULL;
    }
    if (from->kind != CN_KIND_TEXT)
        return other_kind;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i]);
        if (size == text_size(from) && memcmp(words[i], from->as.text.data, size) == 0) {
            result.as.boolean = i % 2 == 1;
            *to               = result;
            return NULL;
        }
    }
    return malformed;
}

/* "12" and "12.00", the latter being what a SUM of integers looks like. */
static const char *integer_of_text(const char *text, size_t size, cn_value *to)
{
    if (!cn_number_is_decimal(text, size))
        return malformed;
    const char *point = memchr(text, '.', size);
    size_t      whole = point != NULL ? (size_t)(point - text) : size;
    for (size_t i = whole + 1; i < size; i++) {
        if (text[i] != '0')
            return has_fraction;
    }
    int64_t  integer;
    uint64_t unsigned_integer;
    if (cn_number_parse_int(text, whole, &integer))
        *to = cn_value_int(integer);
    else if (cn_number_parse_uint(text, whole, &unsigned_integer))
        *to = cn_value_uint(unsigned_integer);
    else
        return out_of_range;
    return NULL;
}

/* An integer in its one form: unsigned only where signed does not reach. */
static const char *any_integer(const cn_value *from, cn_value *to)
{
    double real = from->as.real;
    switch (from->kind) {
    case CN_KIND_INTEGER:
        *to = *from;
        return NULL;
    case CN_KIND_UNSIGNED:
        *to = cn_value_uint(from->as.unsigned_integer);
        return NULL;
    case CN_KIND_BOOLEAN:
        *to = cn_value_int(from->as.boolean);
        return NULL;
    case CN_KIND_REAL:
        if (!(real >= -9223372036854775808.0 && real < 18446744073709551616.0))
            return out_of_range;
        *to = real < 9223372036854775808.0 ? cn_value_int((int64_t)real)
                                           : cn_value_uint((uint64_t)real);
        return real == trunc(real) ? NULL : has_fraction;
    case CN_KIND_TEXT:
    case CN_KIND_DECIMAL:
        return integer_of_text(from->as.text.data, text_size(from), to);
    default:
        return other_kind;
    }
}

static const char *to_integer(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    (void)scratch;
    const char *why = any_integer(from, to);
    return why == NULL && to->kind != CN_KIND_INTEGER ? out_of_range : why;
}

static const char *to_unsigned(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    (void)scratch;
    const char *why = any_integer(from, to);
    if (why != NULL || to->kind == CN_KIND_UNSIGNED)
        return why;
    if (to->as.integer < 0)
        return out_of_range;
    uint64_t value          = (uint64_t)to->as.integer;
    to->kind                = CN_KIND_UNSIGNED;
    to->as.unsigned_integer = value;
    return NULL;
}

static bool integer_is_exact(const cn_value *integer, double *real)
{
    if (integer->kind == CN_KIND_UNSIGNED) {
        *real = (double)integer->as.unsigned_integer;
        return *real < 18446744073709551616.0 && (uint64_t)*real == integer->as.unsigned_integer;
    }
    *real = (double)integer->as.integer;
    return *real < 9223372036854775808.0 && (int64_t)*real == integer->as.integer;
}

static size_t significant_digits(const char *text, size_t size)
{
    size_t count = 0, zeros = 0; /* zeros not yet known to be inside the number */
    for (size_t i = 0; i < size && (text[i] | 0x20) != 'e'; i++) {
        if (text[i] == '0') {
            zeros += count != 0;
        } else if (text[i] >= '1' && text[i] <= '9') {
            count += zeros + 1;
            zeros = 0;
        }
    }
    return count;
}

/* A fraction is taken as the nearest double, for almost none has an exact one; an integer, and
   digits that a double of that size does not have at all, must be exact. */
static const char *real_of_text(const char *text, size_t size, double *real)
{
    cn_value integer;
    if (!cn_number_parse_real(text, size, real))
        return cn_number_is_decimal(text, size) ? out_of_range : malformed;
    if (integer_of_text(text, size, &integer) == NULL)
        return integer_is_exact(&integer, real) ? NULL : not_exact;
    if (isfinite(*real) && fabs(*real) >= EXACT_INTEGER && significant_digits(text, size) > 17)
        return not_exact;
    return NULL;
}

static const char *to_real(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    (void)scratch;
    const char *why  = NULL;
    double      real = 0;
    if (from->kind == CN_KIND_INTEGER || from->kind == CN_KIND_UNSIGNED)
        why = integer_is_exact(from, &real) ? NULL : not_exact;
    else if (from->kind == CN_KIND_TEXT || from->kind == CN_KIND_DECIMAL)
        why = real_of_text(from->as.text.data, text_size(from), &real);
    else
        why = other_kind;
    *to = cn_value_real(real);
    return why;
}

#define PLAIN_SIZE 400 /* 5e-324 and 1.7976931348623157e+308 fit */

/* A number in digits alone, 0.000001 for 1e-06: a decimal is read as what it was written. */
static size_t put_plain(const char *text, size_t size, char *plain)
{
    const char *e = memchr(text, 'e', size);
    char        digits[CN_NUMBER_SIZE];
    int64_t     exponent = 0, point = 0, count = 0;
    size_t      out    = 0;
    bool        behind = false;
    if (e == NULL) {
        memcpy(plain, text, size);
        return size;
    }
    const char *power = e + 1 + (e[1] == '+');
    (void)cn_number_parse_int(power, size - (size_t)(power - text), &exponent);
    for (const char *at = text; at < e; at++) {
        if (*at == '-') {
            plain[out++] = '-';
        } else if (*at == '.') {
            behind = true;
        } else {
            digits[count++] = *at;
            point += !behind;
        }
    }
    point += exponent;
    for (int64_t i = point < 1 ? point - 1 : 0; i < count || i < point; i++) {
        if (i == point)
            plain[out++] = '.';
        plain[out++] = i < 0 || i >= count ? '0' : digits[i];
    }
    return out;
}

static const char *to_decimal(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    char text[CN_NUMBER_SIZE], plain[PLAIN_SIZE];
    if (from->kind == CN_KIND_TEXT)
        return cn_number_is_decimal(from->as.text.data, text_size(from))
                   ? same_text(CN_KIND_DECIMAL, from, to)
                   : malformed;
    if (!is_number(from))
        return other_kind;
    if (from->kind == CN_KIND_REAL && !isfinite(from->as.real))
        return no_digits;
    size_t size = put_plain(text, cn_number_format(from, text), plain);
    return make_text(CN_KIND_DECIMAL, plain, size, to, scratch);
}

/* ---- text ------------------------------------------------------------------------------------ */

/* UTF-8 as it should be: shortest forms, no surrogates, nothing above U+10FFFF, no NUL. */
static bool is_utf8(const unsigned char *at, size_t size)
{
    const unsigned char *end = at + size;
    while (at < end) {
        unsigned char lead = *at++;
        if (lead >= 0x01 && lead < 0x80)
            continue;
        size_t follow = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || (size_t)(end - at) < follow)
            return false;
        if ((lead == 0xe0 && at[0] < 0xa0) || (lead == 0xed && at[0] > 0x9f) ||
            (lead == 0xf0 && at[0] < 0x90) || (lead == 0xf4 && at[0] > 0x8f))
            return false;
        for (; follow > 0; follow--) {
            if ((*at++ & 0xc0) != 0x80)
                return false;
        }
    }
    return true;
}

static const char *format_temporal(const cn_value *from, char *text)
{
    switch (from->kind) {
    case CN_KIND_DATE:
        return cn_date_format(from->as.date, text);
    case CN_KIND_TIME:
        return cn_time_format(from->as.time, text);
    case CN_KIND_DATETIME:
        return cn_datetime_format(from->as.datetime, text);
    case CN_KIND_TIMESTAMP:
        return cn_timestamp_format(from->as.timestamp, text);
    case CN_KIND_INTERVAL:
        return cn_interval_format(from->as.interval, text);
    case CN_KIND_UUID:
        return cn_uuid_format(from->as.uuid, text);
    default:
        return NULL;
    }
}

static const char *to_text(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    char text[CN_TEMPORAL_SIZE];
    if (is_textual(from))
        return same_text(CN_KIND_TEXT, from, to);
    if (from->kind == CN_KIND_BOOLEAN) {
        *to = cn_value_text(from->as.boolean ? "true" : "false");
        return NULL;
    }
    if (from->kind == CN_KIND_BYTES) {
        const void *data = from->as.bytes.size != 0 ? from->as.bytes.data : "";
        if (!is_utf8(data, from->as.bytes.size))
            return "the bytes are not UTF-8 text without a NUL byte";
        return make_text(CN_KIND_TEXT, data, from->as.bytes.size, to, scratch);
    }
    if (is_number(from)) {
        size_t size = cn_number_format(from, text);
        return make_text(CN_KIND_TEXT, text, size, to, scratch);
    }
    if (format_temporal(from, text) == NULL)
        return other_kind;
    return make_text(CN_KIND_TEXT, text, strlen(text), to, scratch);
}

static const char *to_bytes(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    (void)scratch;
    if (from->kind != CN_KIND_TEXT)
        return other_kind;
    cn_bytes bytes = {from->as.text.data, text_size(from)};
    *to            = cn_value_bytes(bytes);
    return NULL;
}

/* SQLite keeps a JSON column's numbers as numbers. */
static const char *to_json(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    char text[CN_NUMBER_SIZE];
    if (from->kind == CN_KIND_TEXT)
        return same_text(CN_KIND_JSON, from, to);
    if (!is_number(from))
        return other_kind;
    if (from->kind == CN_KIND_REAL && !isfinite(from->as.real))
        return out_of_range;
    size_t size = cn_number_format(from, text);
    return make_text(CN_KIND_JSON, text, size, to, scratch);
}

/* ---- dates, times, UUIDs: from their text only ----------------------------------------------- */

/* A datetime is not a timestamp nor the reverse: nobody here knows the time zone between them. */
#define FROM_TEXT(name)                                                                            \
    static const char *to_##name(const cn_value *from, cn_value *to, cn_arena *scratch)            \
    {                                                                                              \
        cn_##name parsed;                                                                          \
        (void)scratch;                                                                             \
        if (from->kind != CN_KIND_TEXT)                                                            \
            return other_kind;                                                                     \
        if (!cn_##name##_parse_sized(from->as.text.data, text_size(from), &parsed))                \
            return malformed;                                                                      \
        *to = cn_value_##name(parsed);                                                             \
        return NULL;                                                                               \
    }

FROM_TEXT(date)
FROM_TEXT(time)
FROM_TEXT(datetime)
FROM_TEXT(timestamp)
FROM_TEXT(interval)
FROM_TEXT(uuid)

static const char *to_uuid_or_bytes(const cn_value *from, cn_value *to, cn_arena *scratch)
{
    if (from->kind != CN_KIND_BYTES)
        return to_uuid(from, to, scratch);
    cn_uuid uuid;
    if (from->as.bytes.size != sizeof uuid.bytes)
        return "it has not 16 bytes";
    memcpy(uuid.bytes, from->as.bytes.data, sizeof uuid.bytes);
    *to = cn_value_uuid(uuid);
    return NULL;
}

/* ---- any kind -------------------------------------------------------------------------------- */

typedef const char *(*conversion)(const cn_value *from, cn_value *to, cn_arena *scratch);

static const conversion conversions[] = {
    [CN_KIND_BOOLEAN] = to_boolean,     [CN_KIND_INTEGER] = to_integer,
    [CN_KIND_UNSIGNED] = to_unsigned,   [CN_KIND_REAL] = to_real,
    [CN_KIND_TEXT] = to_text,           [CN_KIND_BYTES] = to_bytes,
    [CN_KIND_DECIMAL] = to_decimal,     [CN_KIND_DATE] = to_date,
    [CN_KIND_TIME] = to_time,           [CN_KIND_DATETIME] = to_datetime,
    [CN_KIND_TIMESTAMP] = to_timestamp, [CN_KIND_INTERVAL] = to_interval,
    [CN_KIND_UUID] = to_uuid_or_bytes,  [CN_KIND_JSON] = to_json,
};

#define CONVERSION_COUNT (sizeof conversions / sizeof *conversions)

static const char *convert(const cn_value *from, cn_kind kind, cn_value *to, cn_arena *scratch)
{
    if (from->kind == (uint8_t)kind) {
        *to = *from;
        return NULL;
    }
    if ((size_t)kind >= CONVERSION_COUNT || conversions[kind] == NULL)
        return other_kind;
    return conversions[kind](from, to, scratch);
}

/* Numbers are shown; text is not, for it may be a secret. */
static bool refuse(const char *what, const cn_value *from, const char *target, const char *why,
                   cn_error *error)
{
    char number[CN_NUMBER_SIZE] = "";
    if (why == no_memory)
        return cn_error_no_memory(error);
    if (is_number(from))
        (void)cn_number_format(from, number);
    return cn_error_set(error, CN_CAUSE_CONVERSION, "%s: cannot take the %s%s%s as %s: %s", what,
                        cn_kind_name((cn_kind)from->kind), number[0] != '\0' ? " " : "", number,
                        target, why);
}

bool cn_convert_value(const cn_value *from, cn_kind to, const char *what, cn_value *value,
                      cn_arena *scratch, cn_error *error)
{
    cn_value result = {0};
    if (from->kind == CN_KIND_NULL)
        return cn_error_set(error, CN_CAUSE_CONVERSION, "%s is NULL, which is no %s", what,
                            cn_kind_name(to));
    const char *why = convert(from, to, &result, scratch);
    if (why != NULL)
        return refuse(what, from, cn_kind_name(to), why, error);
    *value = result;
    return true;
}

/* ---- storages -------------------------------------------------------------------------------- */

typedef struct storage_facts {
    uint8_t     size;
    uint8_t     opt_size; /* 0: there is no CN_OPT of it */
    uint8_t     opt_offset;
    uint8_t     kind;
    const char *name;
    int64_t     smallest; /* of an integer */
    uint64_t    largest;
} storage_facts;

#define PLAIN(T, kind) sizeof(T), 0, 0, kind, #T
#define WITH_OPT(T, opt, kind) sizeof(T), sizeof(opt), offsetof(opt, value), kind, #T

static const storage_facts storages[CN_STORAGE_COUNT] = {
    [CN_STORAGE_BOOL]  = {WITH_OPT(bool, cn_opt_bool, CN_KIND_BOOLEAN), 0, 0},
    [CN_STORAGE_INT8]  = {WITH_OPT(int8_t, cn_opt_int8_t, CN_KIND_INTEGER), INT8_MIN, INT8_MAX},
    [CN_STORAGE_UINT8] = {WITH_OPT(uint8_t, cn_opt_uint8_t, CN_KIND_INTEGER), 0, UINT8_MAX},
    [CN_STORAGE_INT16] = {WITH_OPT(int16_t, cn_opt_int16_t, CN_KIND_INTEGER), INT16_MIN, INT16_MAX},
    [CN_STORAGE_UINT16] = {WITH_OPT(uint16_t, cn_opt_uint16_t, CN_KIND_INTEGER), 0, UINT16_MAX},
    [CN_STORAGE_INT32]  = {WITH_OPT(int, cn_opt_int, CN_KIND_INTEGER), INT32_MIN, INT32_MAX},
    [CN_STORAGE_UINT32] = {WITH_OPT(unsigned, cn_opt_unsigned, CN_KIND_INTEGER), 0, UINT32_MAX},
    [CN_STORAGE_INT64] = {WITH_OPT(int64_t, cn_opt_int64_t, CN_KIND_INTEGER), INT64_MIN, INT64_MAX},
    [CN_STORAGE_UINT64]    = {WITH_OPT(uint64_t, cn_opt_uint64_t, CN_KIND_UNSIGNED), 0, UINT64_MAX},
    [CN_STORAGE_FLOAT]     = {WITH_OPT(float, cn_opt_float, CN_KIND_REAL), 0, 0},
    [CN_STORAGE_DOUBLE]    = {WITH_OPT(double, cn_opt_double, CN_KIND_REAL), 0, 0},
    [CN_STORAGE_TEXT]      = {PLAIN(const char *, CN_KIND_TEXT), 0, 0},
    [CN_STORAGE_CHARS]     = {0, 0, 0, CN_KIND_TEXT, "char[]", 0, 0},
    [CN_STORAGE_BYTES]     = {PLAIN(cn_bytes, CN_KIND_BYTES), 0, 0},
    [CN_STORAGE_DECIMAL]   = {PLAIN(cn_decimal, CN_KIND_DECIMAL), 0, 0},
    [CN_STORAGE_DATE]      = {WITH_OPT(cn_date, cn_opt_cn_date, CN_KIND_DATE), 0, 0},
    [CN_STORAGE_TIME]      = {WITH_OPT(cn_time, cn_opt_cn_time, CN_KIND_TIME), 0, 0},
    [CN_STORAGE_DATETIME]  = {WITH_OPT(cn_datetime, cn_opt_cn_datetime, CN_KIND_DATETIME), 0, 0},
    [CN_STORAGE_TIMESTAMP] = {WITH_OPT(cn_timestamp, cn_opt_cn_timestamp, CN_KIND_TIMESTAMP), 0, 0},
    [CN_STORAGE_INTERVAL]  = {WITH_OPT(cn_interval, cn_opt_cn_interval, CN_KIND_INTERVAL), 0, 0},
    [CN_STORAGE_UUID]      = {WITH_OPT(cn_uuid, cn_opt_cn_uuid, CN_KIND_UUID), 0, 0},
    [CN_STORAGE_JSON]      = {PLAIN(cn_json, CN_KIND_JSON), 0, 0},
};

static uint8_t plain(uint8_t storage)
{
    return (uint8_t)(storage & ~CN_STORAGE_OPT);
}

static const storage_facts *facts_of(uint8_t storage)
{
    return &storages[plain(storage) < CN_STORAGE_COUNT ? plain(storage) : CN_STORAGE_NONE];
}

static bool is_opt(uint8_t storage)
{
    return (storage & CN_STORAGE_OPT) != 0;
}

size_t cn_storage_size(uint8_t storage)
{
    return is_opt(storage) ? facts_of(storage)->opt_size : facts_of(storage)->size;
}

size_t cn_storage_value_offset(uint8_t storage)
{
    return is_opt(storage) ? facts_of(storage)->opt_offset : 0;
}

cn_kind cn_storage_kind(uint8_t storage)
{
    return (cn_kind)facts_of(storage)->kind;
}

/* ---- storing --------------------------------------------------------------------------------- */

/* The value has the member's kind by now; what is left is the member's own limit. */

static void store_bits(uint64_t bits, size_t size, void *at)
{
    uint8_t  b8  = (uint8_t)bits;
    uint16_t b16 = (uint16_t)bits;
    uint32_t b32 = (uint32_t)bits;
    switch (size) {
    case 1:
        memcpy(at, &b8, size);
        break;
    case 2:
        memcpy(at, &b16, size);
        break;
    case 4:
        memcpy(at, &b32, size);
        break;
    default:
        memcpy(at, &bits, size);
        break;
    }
}

static const char *store_integer(const storage_facts *facts, const cn_value *value, void *at)
{
    if (value->kind == CN_KIND_UNSIGNED) {
        if (value->as.unsigned_integer > facts->largest)
            return out_of_range;
        store_bits(value->as.unsigned_integer, facts->size, at);
        return NULL;
    }
    int64_t integer = value->as.integer;
    if (integer < facts->smallest || (integer > 0 && (uint64_t)integer > facts->largest))
        return out_of_range;
    store_bits((uint64_t)integer, facts->size, at);
    return NULL;
}

/* A float takes what is a float, and the double that was read from a float's own text: 0.1. */
static const char *store_float(double real, void *at)
{
    bool  beyond = isfinite(real) && fabs(real) > (double)FLT_MAX;
    float narrow = !beyond ? (float)real : real < 0 ? -FLT_MAX : FLT_MAX;
    if ((double)narrow != real && !isnan(real)) {
        char   text[CN_NUMBER_SIZE];
        double back = 0;
        size_t size = cn_number_format_float(narrow, text);
        if (!cn_number_parse_real(text, size, &back) || back != real)
            return beyond ? out_of_range : not_exact;
    }
    memcpy(at, &narrow, sizeof narrow);
    return NULL;
}

static const char *store_text(const cn_decode *step, const cn_value *value, void *at,
                              cn_arena *text)
{
    size_t      size = text_size(value);
    const char *data = value->as.text.data;
    if (memchr(data, '\0', size) != NULL)
        return has_nul;
    if (plain(step->storage) == CN_STORAGE_CHARS) {
        if (size >= step->size)
            return too_long;
        memcpy(at, data, size);
        memset((char *)at + size, 0, step->size - size);
        return NULL;
    }
    if (text != NULL && (data = cn_arena_text_sized(text, data, size)) == NULL)
        return no_memory;
    memcpy(at, &data, sizeof data); /* const char *, cn_decimal and cn_json are this one pointer */
    return NULL;
}

static const char *store_bytes(const cn_value *value, void *at, cn_arena *text)
{
    cn_bytes bytes = value->as.bytes;
    if (bytes.data == NULL) /* what some libraries give for no bytes; here it would mean NULL */
        bytes.data = "";
    if (text != NULL) {
        bytes.data = cn_arena_text_sized(text, bytes.data, bytes.size);
        if (bytes.data == NULL)
            return no_memory;
    }
    memcpy(at, &bytes, sizeof bytes);
    return NULL;
}

static const char *store_label(const cn_decode *step, const cn_value *value, void *at)
{
    if (value->kind != CN_KIND_TEXT)
        return "its labels are text";
    size_t size = text_size(value);
    for (size_t i = 0; step->labels[i] != NULL; i++) {
        if (strlen(step->labels[i]) == size &&
            memcmp(step->labels[i], value->as.text.data, size) == 0) {
            cn_value index = cn_value_int((int64_t)i);
            return store_integer(facts_of(step->storage), &index, at);
        }
    }
    return "it is none of the enumeration's labels";
}

/* SQLite keeps NUMERIC(12, 2) as a number, which knows no zeros at its end: 12.5 is 12.50 again. */
static const char *with_scale(uint8_t scale, cn_value *decimal, cn_arena *text)
{
    const char *digits = decimal->as.text.data;
    size_t      size   = decimal->as.text.size;
    const char *point  = memchr(digits, '.', size);
    size_t      there  = point == NULL ? 0 : size - (size_t)(point - digits) - 1;
    if (there >= scale || memchr(digits, 'e', size) != NULL)
        return NULL;
    char *longer = cn_arena_take(text, size + scale + 2, 1);
    if (longer == NULL)
        return no_memory;
    memcpy(longer, digits, size);
    if (point == NULL)
        longer[size++] = '.';
    memset(longer + size, '0', scale - there);
    size += scale - there;
    longer[size]          = '\0';
    decimal->as.text.data = longer;
    decimal->as.text.size = size;
    return NULL;
}

static const char *store(const cn_decode *step, const cn_value *value, void *at, cn_arena *text)
{
    const storage_facts *facts = facts_of(step->storage);
    cn_value             made  = {0};
    if (step->labels != NULL && step->labels[0] != NULL &&
        (facts->kind == CN_KIND_INTEGER || facts->kind == CN_KIND_UNSIGNED))
        return store_label(step, value, at);
    if (step->utc && facts->kind == CN_KIND_TIMESTAMP && value->kind == CN_KIND_DATETIME) {
        /* a column of the library's own making, where the database has none for instants */
        cn_timestamp instant = {value->as.datetime.microseconds};
        memcpy(at, &instant, sizeof instant);
        return NULL;
    }
    bool        integer = facts->kind == CN_KIND_INTEGER || facts->kind == CN_KIND_UNSIGNED;
    const char *why     = integer ? any_integer(value, &made)
                                  : convert(value, (cn_kind)facts->kind, &made, text);
    if (why == NULL && facts->kind == CN_KIND_DECIMAL && step->scale != 0 && text != NULL &&
        is_number(value))
        why = with_scale(step->scale, &made, text);
    if (why != NULL)
        return why;
    if (integer)
        return store_integer(facts, &made, at);
    switch (facts->kind) {
    case CN_KIND_REAL:
        if (plain(step->storage) == CN_STORAGE_FLOAT)
            return store_float(made.as.real, at);
        break;
    case CN_KIND_TEXT:
    case CN_KIND_DECIMAL:
    case CN_KIND_JSON:
        return store_text(step, &made, at, made.as.text.data == value->as.text.data ? text : NULL);
    case CN_KIND_BYTES:
        return store_bytes(&made, at, text);
    default:
        break;
    }
    memcpy(at, &made.as, facts->size); /* each is its own member of the union */
    return NULL;
}

static bool is_nullable(uint8_t storage)
{
    return is_opt(storage) || storage == CN_STORAGE_TEXT || storage == CN_STORAGE_BYTES ||
           storage == CN_STORAGE_DECIMAL || storage == CN_STORAGE_JSON;
}

/* A text that its char[N] does not hold, by how much. */
static bool refuse_length(const cn_decode *step, const cn_value *value, cn_error *error)
{
    size_t size = text_size(value), room = step->size - 1;
    return cn_error_set(error, CN_CAUSE_CONVERSION,
                        "%s: cannot take the text as char[%zu]: it is longer than the member, %zu "
                        "byte%s where %zu fit%s",
                        step->name, room + 1, size, size == 1 ? "" : "s", room,
                        room == 1 ? "s" : "");
}

bool cn_convert_store(const cn_decode *step, const cn_value *value, void *row, cn_arena *text,
                      cn_error *error)
{
    char    *member = (char *)row + step->offset;
    cn_value made;
    if (step->user != NULL && !cn_user_result(step, member, &value, &made, text, error))
        return false;
    if (value->kind == CN_KIND_NULL) {
        memset(member, 0, step->size);
        return is_nullable(step->storage) ||
               cn_error_set(error, CN_CAUSE_CONVERSION,
                            "%s is NULL, which %s cannot hold: read it as a CN_OPT, or give the "
                            "query a value instead",
                            step->name, facts_of(step->storage)->name);
    }
    const char *why = store(step, value, member + cn_storage_value_offset(step->storage), text);
    if (why != NULL) {
        memset(member, 0, step->size);
        if (why == too_long && is_textual(value))
            return refuse_length(step, value, error);
        return refuse(step->name, value, facts_of(step->storage)->name, why, error);
    }
    if (is_opt(step->storage))
        memcpy(member, &(bool){true}, sizeof(bool));
    return true;
}

/* ---- loading --------------------------------------------------------------------------------- */

static int64_t load_signed(const void *at, size_t size)
{
    int8_t  b8;
    int16_t b16;
    int32_t b32;
    int64_t b64;
    switch (size) {
    case 1:
        memcpy(&b8, at, size);
        return b8;
    case 2:
        memcpy(&b16, at, size);
        return b16;
    case 4:
        memcpy(&b32, at, size);
        return b32;
    default:
        memcpy(&b64, at, size);
        return b64;
    }
}

static uint64_t load_unsigned(const void *at, size_t size)
{
    uint8_t  b8;
    uint16_t b16;
    uint32_t b32;
    uint64_t b64;
    switch (size) {
    case 1:
        memcpy(&b8, at, size);
        return b8;
    case 2:
        memcpy(&b16, at, size);
        return b16;
    case 4:
        memcpy(&b32, at, size);
        return b32;
    default:
        memcpy(&b64, at, size);
        return b64;
    }
}

static cn_value load(uint8_t storage, const void *at)
{
    const storage_facts *facts = facts_of(storage);
    cn_value             value = {.kind = facts->kind};
    switch (facts->kind) {
    case CN_KIND_NULL:
        return value;
    case CN_KIND_INTEGER:
    case CN_KIND_UNSIGNED:
        return facts->smallest < 0 ? cn_value_int(load_signed(at, facts->size))
                                   : cn_value_uint(load_unsigned(at, facts->size));
    case CN_KIND_TEXT:
    case CN_KIND_DECIMAL:
    case CN_KIND_JSON:
        memcpy(&value.as.text.data, at, sizeof value.as.text.data);
        value.as.text.size = CN_TERMINATED;
        return value.as.text.data != NULL ? value : cn_value_null();
    case CN_KIND_BYTES:
        memcpy(&value.as.bytes, at, sizeof value.as.bytes);
        return cn_value_bytes(value.as.bytes);
    default:
        break;
    }
    if (plain(storage) == CN_STORAGE_FLOAT) {
        float real;
        memcpy(&real, at, sizeof real);
        return cn_value_real((double)real);
    }
    memcpy(&value.as, at, facts->size);
    return value;
}

static bool load_chars(const cn_decode *step, const char *member, cn_value *value, cn_error *error)
{
    const char *end = memchr(member, '\0', step->size);
    if (end == NULL)
        return cn_error_set(error, CN_CAUSE_CONVERSION,
                            "%s: the text fills the member: no NUL ends it", step->name);
    *value = cn_value_text_sized(member, (size_t)(end - member));
    return true;
}

/* The index becomes its label. */
static bool load_label(const cn_decode *step, cn_value *value, cn_error *error)
{
    uint64_t count = 0;
    while (step->labels[count] != NULL)
        count++;
    int64_t index = value->kind == CN_KIND_INTEGER ? value->as.integer : -1;
    if (index < 0 || (uint64_t)index >= count)
        return cn_error_set(error, CN_CAUSE_CONVERSION,
                            "%s: the enumeration has no label for %lld, only for 0 to %lld",
                            step->name, (long long)index, (long long)count - 1);
    *value = cn_value_text(step->labels[index]);
    return true;
}

/* MySQL and PostgreSQL round what has more digits than its column, without a word. What has an
   exponent is left for the database to refuse. */
static bool digits_fit(const cn_decode *step, const char *digits, cn_error *error)
{
    const char *at = digits + (*digits == '-' || *digits == '+');
    if (!cn_number_is_decimal(digits, strlen(digits)))
        return cn_error_set(error, CN_CAUSE_CONVERSION,
                            "%s: the text of the cn_decimal is no decimal number", step->name);
    at += strspn(at, "0");
    size_t whole    = strspn(at, "0123456789");
    size_t fraction = at[whole] == '.' ? strspn(at + whole + 1, "0123456789") : 0;
    if (at[whole + (fraction != 0 ? fraction + 1 : 0)] == 'e' || fraction + whole == 0)
        return true;
    while (fraction != 0 && at[whole + fraction] == '0')
        fraction--;
    if (fraction <= step->scale && whole + step->scale <= step->precision)
        return true;
    return cn_error_set(error, CN_CAUSE_CONVERSION,
                        "%s: %s has more digits than its column, NUMERIC(%d, %d), holds",
                        step->name, digits, step->precision, step->scale);
}

bool cn_convert_load(const cn_decode *step, const void *row, cn_value *value, cn_error *error)
{
    const char *member = (const char *)row + step->offset;
    bool        set    = true;
    if (is_opt(step->storage))
        memcpy(&set, member, sizeof set);
    if (!set) {
        *value = cn_value_null();
        return true;
    }
    if (plain(step->storage) == CN_STORAGE_CHARS)
        return load_chars(step, member, value, error);
    *value = load(step->storage, member + cn_storage_value_offset(step->storage));
    if (step->precision != 0 && value->kind == CN_KIND_DECIMAL)
        return digits_fit(step, value->as.text.data, error);
    return step->labels == NULL || step->labels[0] == NULL || load_label(step, value, error);
}

cn_value cn_convert_element(const void *items, size_t index, uint8_t storage)
{
    cn_decode step  = {.storage = storage};
    cn_value  value = cn_value_null();
    size_t    size  = cn_storage_size(storage);
    if (size != 0) /* without labels and char[] nothing can fail */
        (void)cn_convert_load(&step, (const char *)items + index * size, &value, NULL);
    return value;
}
