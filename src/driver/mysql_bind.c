/*
 * driver/mysql_bind.c: values on their way to the server. Each kind is one row of a table: the
 * type under which it travels, and the function that points the client library at it. A value is
 * borrowed, never copied; what has no form of its own in the protocol is written into a slot.
 */
#include "driver/mysql.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/temporal.h"

#define DAY_MICROSECONDS INT64_C(86400000000)
#define TIME_LIMIT (INT64_C(839) * 3600000000) /* 838:59:59.999999 is the last one */

/* NULL, or why the value cannot be sent. */
typedef const char *(*bind_function)(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value);

static void point(MYSQL_BIND *bind, cn_mysql_slot *slot, const void *data, size_t size)
{
    slot->size          = (unsigned long)size;
    bind->buffer        = (void *)(uintptr_t)data;
    bind->buffer_length = slot->size;
    bind->length        = &slot->size;
}

static size_t text_size(const cn_value *value)
{
    return value->as.text.size != CN_TERMINATED ? value->as.text.size : strlen(value->as.text.data);
}

static const char *bind_null(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    (void)value;
    slot->indicator     = STMT_INDICATOR_NULL;
    bind->buffer        = NULL;
    bind->buffer_length = 0;
    bind->length        = &slot->size;
    slot->size          = 0;
    return NULL;
}

static const char *bind_number(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    (void)slot;
    bind->buffer = (void *)(uintptr_t)&value->as; /* of a union, every member is at its start */
    return NULL;
}

static const char *bind_real(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    if (!isfinite(value->as.real))
        return "NaN and infinity do not exist in this database";
    return bind_number(bind, slot, value);
}

static const char *bind_text(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    point(bind, slot, value->as.text.data, text_size(value));
    return NULL;
}

static const char *bind_decimal(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    if (!cn_number_is_decimal(value->as.text.data, text_size(value)))
        return "it is no decimal number that this database knows";
    return bind_text(bind, slot, value);
}

static const char *bind_bytes(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    const void *data = value->as.bytes.data;
    point(bind, slot, data != NULL ? data : "", value->as.bytes.size);
    return NULL;
}

static const char *bind_date(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    cn_date date = value->as.date;
    if (!cn_date_is_valid(date))
        return "there is no such day";
    if (date.year < 0 || date.year > 9999)
        return "dates go from year 0 to year 9999 in this database";
    slot->time   = (MYSQL_TIME){.year      = (unsigned)date.year,
                                .month     = date.month,
                                .day       = date.day,
                                .time_type = MYSQL_TIMESTAMP_DATE};
    bind->buffer = &slot->time;
    return NULL;
}

static void set_time_of_day(MYSQL_TIME *time, int64_t microseconds)
{
    time->second_part = (unsigned long)(microseconds % 1000000);
    time->second      = (unsigned)(microseconds / 1000000 % 60);
    time->minute      = (unsigned)(microseconds / 60000000 % 60);
    time->hour        = (unsigned)(microseconds / 3600000000);
}

static const char *bind_time(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    int64_t microseconds = value->as.time.microseconds;
    if (microseconds <= -TIME_LIMIT || microseconds >= TIME_LIMIT)
        return "times go from -838:59:59.999999 to 838:59:59.999999 in this database";
    slot->time = (MYSQL_TIME){.neg = microseconds < 0, .time_type = MYSQL_TIMESTAMP_TIME};
    if (microseconds < 0)
        microseconds = -microseconds;
    slot->time.day = (unsigned)(microseconds / DAY_MICROSECONDS);
    set_time_of_day(&slot->time, microseconds % DAY_MICROSECONDS);
    bind->buffer = &slot->time;
    return NULL;
}

static const char *bind_datetime(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    cn_date date;
    cn_time time;
    /* a timestamp is a datetime in UTC, which is the session's time zone */
    cn_datetime_parts(value->as.datetime, &date, &time);
    if (!cn_date_is_valid(date))
        return "there is no such day";
    if (date.year < 0 || date.year > 9999)
        return "dates go from year 0 to year 9999 in this database";
    slot->time = (MYSQL_TIME){.year      = (unsigned)date.year,
                              .month     = date.month,
                              .day       = date.day,
                              .time_type = MYSQL_TIMESTAMP_DATETIME};
    set_time_of_day(&slot->time, time.microseconds);
    bind->buffer = &slot->time;
    return NULL;
}

static const char *bind_interval(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    cn_interval_format(value->as.interval, slot->text);
    point(bind, slot, slot->text, strlen(slot->text));
    return NULL;
}

/* 32 digits fit CHAR(32), and MariaDB's UUID takes them as well. */
static const char *bind_uuid(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 16; i++) {
        slot->text[2 * i]     = digits[value->as.uuid.bytes[i] >> 4];
        slot->text[2 * i + 1] = digits[value->as.uuid.bytes[i] & 15];
    }
    point(bind, slot, slot->text, 32);
    return NULL;
}

static const struct {
    enum enum_field_types type;
    bind_function         bind; /* NULL: cannot be a parameter */
    size_t                size; /* in a request, about; 0: that of the text or bytes */
} kinds[] = {
    [CN_KIND_NULL]      = {MYSQL_TYPE_NULL, bind_null, 1},
    [CN_KIND_BOOLEAN]   = {MYSQL_TYPE_TINY, bind_number, 2},
    [CN_KIND_INTEGER]   = {MYSQL_TYPE_LONGLONG, bind_number, 9},
    [CN_KIND_UNSIGNED]  = {MYSQL_TYPE_LONGLONG, bind_number, 9},
    [CN_KIND_REAL]      = {MYSQL_TYPE_DOUBLE, bind_real, 9},
    [CN_KIND_TEXT]      = {MYSQL_TYPE_STRING, bind_text, 0},
    [CN_KIND_BYTES]     = {MYSQL_TYPE_BLOB, bind_bytes, 0},
    [CN_KIND_DECIMAL]   = {MYSQL_TYPE_NEWDECIMAL, bind_decimal, 0},
    [CN_KIND_DATE]      = {MYSQL_TYPE_DATE, bind_date, 6},
    [CN_KIND_TIME]      = {MYSQL_TYPE_TIME, bind_time, 14},
    [CN_KIND_DATETIME]  = {MYSQL_TYPE_DATETIME, bind_datetime, 13},
    [CN_KIND_TIMESTAMP] = {MYSQL_TYPE_DATETIME, bind_datetime, 13},
    [CN_KIND_INTERVAL]  = {MYSQL_TYPE_STRING, bind_interval, 40},
    [CN_KIND_UUID]      = {MYSQL_TYPE_STRING, bind_uuid, 34},
    [CN_KIND_JSON]      = {MYSQL_TYPE_STRING, bind_text, 0},
    [CN_KIND_LIST]      = {MYSQL_TYPE_NULL, NULL, 1},
};

#define KIND_COUNT (sizeof kinds / sizeof *kinds)
#define UNSIGNED_BIT 0x8000U

unsigned cn_mysql_bind_type(const cn_value *value)
{
    if (value->kind >= KIND_COUNT)
        return MYSQL_TYPE_NULL;
    bool large = value->kind == CN_KIND_UNSIGNED && value->as.unsigned_integer > INT64_MAX;
    return (unsigned)kinds[value->kind].type | (large ? UNSIGNED_BIT : 0);
}

size_t cn_mysql_bind_size(const cn_value *value)
{
    if (value->kind == CN_KIND_BYTES)
        return value->as.bytes.size + 10;
    if (value->kind >= KIND_COUNT || kinds[value->kind].size != 0)
        return 40;
    return text_size(value) + 10;
}

bool cn_mysql_bind(MYSQL_BIND *bind, cn_mysql_slot *slot, const cn_value *value, size_t position,
                   cn_error *error)
{
    if (value->kind >= KIND_COUNT || kinds[value->kind].bind == NULL)
        return cn_error_set(error, CN_CAUSE_MISUSE, "parameter %zu is a %s, which cannot be sent",
                            position + 1, cn_kind_name((cn_kind)value->kind));
    unsigned type       = cn_mysql_bind_type(value);
    bind->buffer_type   = (enum enum_field_types)(type & ~UNSIGNED_BIT);
    bind->is_unsigned   = (type & UNSIGNED_BIT) != 0;
    slot->indicator     = STMT_INDICATOR_NONE;
    bind->u.indicator   = &slot->indicator;
    const char *refusal = kinds[value->kind].bind(bind, slot, value);
    if (refusal == NULL)
        return true;
    return cn_error_set(error, CN_CAUSE_CONVERSION, "parameter %zu cannot be sent: %s",
                        position + 1, refusal);
}

bool cn_mysql_bind_room(cn_mysql_prepared *prepared, size_t count, cn_error *error)
{
    if (count <= prepared->bind_capacity)
        return true;
    MYSQL_BIND    *binds = cn_allocate_zero(count, sizeof *binds);
    cn_mysql_slot *slots = cn_allocate_zero(count, sizeof *slots);
    if (binds == NULL || slots == NULL) {
        cn_release(binds);
        cn_release(slots);
        return cn_error_no_memory(error);
    }
    cn_release(prepared->binds);
    cn_release(prepared->slots);
    prepared->binds         = binds;
    prepared->slots         = slots;
    prepared->bind_capacity = count;
    return true;
}
