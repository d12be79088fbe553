/*
 * driver/mysql_read.c: cells on their way from the server: what columns a result has, and what the
 * bytes of a cell mean. The engine reads cell by cell or decodes whole rows into structs; both
 * read the packet in which the row came, in the binary protocol's form.
 */
#include "driver/mysql.h"

#include <string.h>

#include "base/memory.h"
#include "base/temporal.h"

#define BINARY_CHARSET 63

/* ---- columns --------------------------------------------------------------------------------- */

typedef struct type_form {
    uint8_t signed_wire;
    uint8_t unsigned_wire;
} type_form;

/* Types that are not here are text or bytes, by their character set. */
static const type_form forms[256] = {
    [MYSQL_TYPE_TINY]       = {CN_WIRE_INT8, CN_WIRE_UINT8},
    [MYSQL_TYPE_SHORT]      = {CN_WIRE_INT16, CN_WIRE_UINT16},
    [MYSQL_TYPE_YEAR]       = {CN_WIRE_UINT16, CN_WIRE_UINT16},
    [MYSQL_TYPE_LONG]       = {CN_WIRE_INT32, CN_WIRE_UINT32},
    [MYSQL_TYPE_INT24]      = {CN_WIRE_INT32, CN_WIRE_UINT32},
    [MYSQL_TYPE_LONGLONG]   = {CN_WIRE_INT64, CN_WIRE_UINT64},
    [MYSQL_TYPE_FLOAT]      = {CN_WIRE_FLOAT, CN_WIRE_FLOAT},
    [MYSQL_TYPE_DOUBLE]     = {CN_WIRE_DOUBLE, CN_WIRE_DOUBLE},
    [MYSQL_TYPE_NULL]       = {CN_WIRE_NULL, CN_WIRE_NULL},
    [MYSQL_TYPE_DECIMAL]    = {CN_WIRE_DECIMAL, CN_WIRE_DECIMAL},
    [MYSQL_TYPE_NEWDECIMAL] = {CN_WIRE_DECIMAL, CN_WIRE_DECIMAL},
    [MYSQL_TYPE_DATE]       = {CN_WIRE_DATE, CN_WIRE_DATE},
    [MYSQL_TYPE_NEWDATE]    = {CN_WIRE_DATE, CN_WIRE_DATE},
    [MYSQL_TYPE_TIME]       = {CN_WIRE_TIME, CN_WIRE_TIME},
    [MYSQL_TYPE_DATETIME]   = {CN_WIRE_DATETIME, CN_WIRE_DATETIME},
    [MYSQL_TYPE_TIMESTAMP]  = {CN_WIRE_TIMESTAMP, CN_WIRE_TIMESTAMP},
    [MYSQL_TYPE_BIT]        = {CN_WIRE_BIT, CN_WIRE_BIT},
    [MYSQL_TYPE_JSON]       = {CN_WIRE_JSON, CN_WIRE_JSON},
};

static const uint8_t kinds[] = {
    [CN_WIRE_TEXT] = CN_KIND_TEXT,         [CN_WIRE_BYTES] = CN_KIND_BYTES,
    [CN_WIRE_DECIMAL] = CN_KIND_DECIMAL,   [CN_WIRE_JSON] = CN_KIND_JSON,
    [CN_WIRE_UUID] = CN_KIND_UUID,         [CN_WIRE_BIT] = CN_KIND_INTEGER,
    [CN_WIRE_DATE] = CN_KIND_DATE,         [CN_WIRE_TIME] = CN_KIND_TIME,
    [CN_WIRE_DATETIME] = CN_KIND_DATETIME, [CN_WIRE_TIMESTAMP] = CN_KIND_TIMESTAMP,
    [CN_WIRE_NULL] = CN_KIND_NULL,         [CN_WIRE_INT8] = CN_KIND_INTEGER,
    [CN_WIRE_UINT8] = CN_KIND_INTEGER,     [CN_WIRE_INT16] = CN_KIND_INTEGER,
    [CN_WIRE_UINT16] = CN_KIND_INTEGER,    [CN_WIRE_INT32] = CN_KIND_INTEGER,
    [CN_WIRE_UINT32] = CN_KIND_INTEGER,    [CN_WIRE_INT64] = CN_KIND_INTEGER,
    [CN_WIRE_UINT64] = CN_KIND_INTEGER,    [CN_WIRE_FLOAT] = CN_KIND_REAL,
    [CN_WIRE_DOUBLE] = CN_KIND_REAL,
};

static bool attribute_is(const MYSQL_FIELD *field, enum mariadb_field_attr_t which,
                         const char *text)
{
    MARIADB_CONST_STRING attribute;
    return mariadb_field_attr(&attribute, field, which) == 0 && attribute.length == strlen(text) &&
           memcmp(attribute.str, text, attribute.length) == 0;
}

/* MariaDB says of a text whether it is JSON, or of its type UUID. */
static cn_mysql_wire wire_of(const MYSQL_FIELD *field, bool text)
{
    unsigned type        = (unsigned)field->type & 255;
    bool     is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
    uint8_t  wire        = is_unsigned ? forms[type].unsigned_wire : forms[type].signed_wire;
    if (text && (wire != CN_WIRE_TEXT))
        return CN_WIRE_TEXT;
    if (wire != CN_WIRE_TEXT)
        return (cn_mysql_wire)wire;
    if (field->extension != NULL && !text) {
        if (attribute_is(field, MARIADB_FIELD_ATTR_DATA_TYPE_NAME, "uuid"))
            return CN_WIRE_UUID;
        if (attribute_is(field, MARIADB_FIELD_ATTR_FORMAT_NAME, "json"))
            return CN_WIRE_JSON;
    }
    return field->charsetnr == BINARY_CHARSET ? CN_WIRE_BYTES : CN_WIRE_TEXT;
}

static bool column_room(cn_mysql_prepared *prepared, size_t count, cn_error *error)
{
    if (count <= prepared->column_capacity)
        return true;
    cn_column_info *columns = cn_allocate_zero(count, sizeof *columns);
    uint8_t        *wires   = cn_allocate_zero(count, sizeof *wires);
    if (columns == NULL || wires == NULL) {
        cn_release(columns);
        cn_release(wires);
        return cn_error_no_memory(error);
    }
    cn_release(prepared->columns);
    cn_release(prepared->wires);
    prepared->columns         = columns;
    prepared->wires           = wires;
    prepared->column_capacity = count;
    return true;
}

bool cn_mysql_describe(cn_mysql_prepared *prepared, const MYSQL_FIELD *fields, size_t count,
                       bool text, cn_error *error)
{
    prepared->head.columns      = NULL;
    prepared->head.column_count = 0;
    if (!column_room(prepared, count, error))
        return false;
    if (text)
        cn_arena_reset(&prepared->names);
    for (size_t i = 0; i < count; i++) {
        const MYSQL_FIELD *field  = &fields[i];
        cn_mysql_wire      wire   = wire_of(field, text);
        cn_column_info    *column = &prepared->columns[i];
        prepared->wires[i]        = (uint8_t)wire;
        column->kind              = (cn_kind)kinds[wire];
        column->name              = field->name;
        column->table             = field->table;
        if (!text)
            continue;
        column->name  = cn_arena_text(&prepared->names, field->name);
        column->table = cn_arena_text(&prepared->names, field->table);
        if (column->name == NULL)
            return cn_error_no_memory(error);
    }
    prepared->head.columns      = prepared->columns;
    prepared->head.column_count = count;
    return true;
}

/* ---- the bytes of a cell --------------------------------------------------------------------- */

static const uint8_t fixed_sizes[] = {
    [CN_WIRE_INT8] = 1,  [CN_WIRE_UINT8] = 1,  [CN_WIRE_INT16] = 2, [CN_WIRE_UINT16] = 2,
    [CN_WIRE_INT32] = 4, [CN_WIRE_UINT32] = 4, [CN_WIRE_INT64] = 8, [CN_WIRE_UINT64] = 8,
    [CN_WIRE_FLOAT] = 4, [CN_WIRE_DOUBLE] = 8,
};

static uint64_t load(const unsigned char *at, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number |= (uint64_t)at[i] << (8 * i);
    return number;
}

/* Moves `at` past the size that stands in front of a text. */
static inline size_t take_size(const unsigned char **at)
{
    const unsigned char *from = *at;
    if (from[0] < 251) {
        *at = from + 1;
        return from[0];
    }
    size_t width = from[0] == 252 ? 2 : from[0] == 253 ? 3 : 8;
    *at          = from + 1 + width;
    return (size_t)load(from + 1, width);
}

size_t cn_mysql_cell_size(cn_mysql_wire wire, const unsigned char *at)
{
    if (wire >= CN_WIRE_NULL)
        return fixed_sizes[wire];
    const unsigned char *from = at;
    size_t               size = take_size(&at);
    return (size_t)(at - from) + size;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool refuse(const cn_mysql_prepared *prepared, size_t column, const char *why,
                   cn_error *error)
{
    return cn_error_set(error, CN_CAUSE_CONVERSION, "the column \"%s\" %s",
                        prepared->head.columns[column].name, why);
}

/* The packet holds no NUL behind a text. */
static bool read_text(cn_mysql_prepared *prepared, const unsigned char *at, size_t size,
                      cn_value *value, cn_error *error)
{
    char *copy          = cn_arena_text_sized(&prepared->scratch, (const char *)at, size);
    prepared->scratched = true;
    if (copy == NULL)
        return cn_error_no_memory(error);
    value->as.text.data = copy;
    value->as.text.size = size;
    return true;
}

static void read_integer(cn_mysql_wire wire, const unsigned char *at, cn_value *value)
{
    uint64_t number = load(at, fixed_sizes[wire]);
    value->kind     = CN_KIND_INTEGER;
    switch (wire) {
    case CN_WIRE_INT8:
        value->as.integer = (int64_t)(number ^ 0x80) - 0x80; /* the sign of its lowest byte */
        break;
    case CN_WIRE_INT16:
        value->as.integer = (int16_t)number;
        break;
    case CN_WIRE_INT32:
        value->as.integer = (int32_t)number;
        break;
    case CN_WIRE_UINT64:
        if (number > INT64_MAX) {
            value->kind                = CN_KIND_UNSIGNED;
            value->as.unsigned_integer = number;
            break;
        } /* fall through */
    default:
        value->as.integer = (int64_t)number;
    }
}

static void read_bits(const unsigned char *at, size_t size, cn_value *value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size && i < 8; i++)
        number = number << 8 | at[i];
    value->kind                = number > INT64_MAX ? CN_KIND_UNSIGNED : CN_KIND_INTEGER;
    value->as.unsigned_integer = number;
}

static void read_real(cn_mysql_wire wire, const unsigned char *at, cn_value *value)
{
    if (wire == CN_WIRE_FLOAT) {
        uint32_t bits = (uint32_t)load(at, 4);
        float    number;
        memcpy(&number, &bits, sizeof number);
        value->as.real = (double)number;
    } else {
        uint64_t bits = load(at, 8);
        memcpy(&value->as.real, &bits, sizeof value->as.real);
    }
}

static bool read_time(const unsigned char *at, size_t size, cn_value *value)
{
    int64_t microseconds = 0;
    if (size != 0 && size != 8 && size != 12)
        return false;
    if (size != 0) {
        int64_t hours = (int64_t)load(at + 1, 4) * 24 + at[5];
        microseconds  = ((hours * 60 + at[6]) * 60 + at[7]) * 1000000;
        if (size == 12)
            microseconds += (int64_t)load(at + 8, 4);
        if (at[0] != 0)
            microseconds = -microseconds;
    }
    value->as.time.microseconds = microseconds;
    return true;
}

/* NULL, or why not. The zero date, and days that do not exist, are no dates. */
static const char *read_date(cn_mysql_wire wire, const unsigned char *at, size_t size,
                             cn_value *value)
{
    if (size != 4 && size != 7 && size != 11)
        return size == 0 ? "holds the zero date '0000-00-00', which is no date"
                         : "came malformed from the server";
    cn_date date = {(int16_t)load(at, 2), at[2], at[3]};
    if (!cn_date_is_valid(date))
        return "holds a day that does not exist, such as '2026-00-00'";
    if (wire == CN_WIRE_DATE) {
        value->as.date = date;
        return NULL;
    }
    int hour = 0, minute = 0, second = 0, microsecond = 0;
    if (size >= 7) {
        hour   = at[4];
        minute = at[5];
        second = at[6];
    }
    if (size == 11)
        microsecond = (int)(load(at + 7, 4) % 1000000);
    value->as.datetime = cn_datetime_make(date.year, date.month, date.day, hour, minute, second,
                                          microsecond);
    return NULL;
}

static bool read_sized(cn_mysql_prepared *prepared, size_t column, const unsigned char *at,
                       cn_value *value, cn_error *error)
{
    cn_mysql_wire wire = (cn_mysql_wire)prepared->wires[column];
    size_t        size = take_size(&at);
    const char   *why  = NULL;
    switch (wire) {
    case CN_WIRE_BYTES:
        value->as.bytes = (cn_bytes){at, size};
        return true;
    case CN_WIRE_BIT:
        read_bits(at, size, value);
        return true;
    case CN_WIRE_UUID:
        if (!cn_uuid_parse_sized((const char *)at, size, &value->as.uuid))
            why = "holds no UUID";
        break;
    case CN_WIRE_TIME:
        if (!read_time(at, size, value))
            why = "came malformed from the server";
        break;
    case CN_WIRE_DATE:
    case CN_WIRE_DATETIME:
    case CN_WIRE_TIMESTAMP:
        why = read_date(wire, at, size, value);
        break;
    default:
        return read_text(prepared, at, size, value, error);
    }
    return why == NULL || refuse(prepared, column, why, error);
}

bool cn_mysql_read(cn_prepared *head, size_t column, cn_value *value, cn_error *error)
{
    cn_mysql_prepared *prepared = (cn_mysql_prepared *)head;
    *value                      = cn_value_null();
    if (!cn_mysql_has_row(prepared) || column >= head->column_count)
        return cn_error_set(error, CN_CAUSE_MISUSE, "there is no such cell to read");
    cn_mysql_wire        wire = (cn_mysql_wire)prepared->wires[column];
    const unsigned char *at   = cn_mysql_cell(prepared, column);
    if (at == NULL || wire == CN_WIRE_NULL)
        return true;
    value->kind = kinds[wire];
    if (wire < CN_WIRE_NULL) {
        if (read_sized(prepared, column, at, value, error))
            return true;
        *value = cn_value_null();
        return false;
    }
    if (wire >= CN_WIRE_FLOAT)
        read_real(wire, at, value);
    else
        read_integer(wire, at, value);
    return true;
}

/* ---- rows into structs ----------------------------------------------------------------------- */

/* The member of a CN_OPT is marked as set; the result is where its value stands. */
static inline char *place_of(const cn_decode *step, void *row)
{
    char *member = (char *)row + step->offset;
    if ((step->storage & CN_STORAGE_OPT) == 0)
        return member;
    *(bool *)(void *)member = true;
    return member + cn_storage_value_offset(step->storage);
}

/* An integer whose width and sign are the member's own, or narrower. */
static inline bool store_integer(cn_mysql_wire wire, const unsigned char *at, const cn_decode *step,
                                 void *row)
{
    cn_value value;
    read_integer(wire, at, &value);
    int64_t number = value.as.integer;
    switch (step->storage & ~CN_STORAGE_OPT) {
    case CN_STORAGE_INT32:
        if (value.kind != CN_KIND_INTEGER || number < INT32_MIN || number > INT32_MAX)
            return false;
        *(int32_t *)(void *)place_of(step, row) = (int32_t)number;
        return true;
    case CN_STORAGE_INT64:
        if (value.kind != CN_KIND_INTEGER)
            return false;
        *(int64_t *)(void *)place_of(step, row) = number;
        return true;
    case CN_STORAGE_BOOL:
        if (value.kind != CN_KIND_INTEGER || (number != 0 && number != 1))
            return false;
        *(bool *)(void *)place_of(step, row) = number == 1;
        return true;
    default:
        return false;
    }
}

/* Text into a const char * of the batch's arena. */
static inline bool store_text(const unsigned char *at, const cn_decode *step, void *row,
                              cn_arena *text)
{
    size_t size = take_size(&at);
    if (step->labels != NULL || text == NULL || memchr(at, '\0', size) != NULL)
        return false;
    char *copy = cn_arena_take(text, size + 1, 1);
    if (copy == NULL)
        return false;
    memcpy(copy, at, size);
    copy[size]                                           = '\0';
    *(const char **)(void *)((char *)row + step->offset) = copy;
    return true;
}

/* Whether the cell was of a common kind and is stored. */
static inline bool store_at_once(cn_mysql_wire wire, const unsigned char *at, const cn_decode *step,
                                 void *row, cn_arena *text)
{
    if (at == NULL) {
        if (step->storage != CN_STORAGE_TEXT && (step->storage & CN_STORAGE_OPT) == 0)
            return false;
        memset((char *)row + step->offset, 0, step->size);
        return true;
    }
    if (wire == CN_WIRE_TEXT)
        return step->storage == CN_STORAGE_TEXT && store_text(at, step, row, text);
    if (wire >= CN_WIRE_INT8 && wire <= CN_WIRE_UINT64)
        return step->labels == NULL && store_integer(wire, at, step, row);
    if (wire == CN_WIRE_DOUBLE && (step->storage & ~CN_STORAGE_OPT) == CN_STORAGE_DOUBLE) {
        uint64_t bits = load(at, 8);
        memcpy(place_of(step, row), &bits, sizeof bits);
        return true;
    }
    return false;
}

bool cn_mysql_decode(cn_prepared *head, const cn_decode *plan, size_t count, void *row,
                     cn_arena *text, cn_error *error)
{
    cn_mysql_prepared *prepared = (cn_mysql_prepared *)head;
    if (!cn_mysql_has_row(prepared))
        return cn_error_set(error, CN_CAUSE_MISUSE, "there is no row to decode");
    for (size_t i = 0; i < count; i++) {
        const cn_decode *step = &plan[i];
        cn_value         value;
        if (step->column < head->column_count &&
            store_at_once((cn_mysql_wire)prepared->wires[step->column],
                          cn_mysql_cell(prepared, step->column), step, row, text))
            continue;
        if (!cn_mysql_read(head, step->column, &value, error) ||
            !cn_convert_store(step, &value, row, text, error))
            return false;
    }
    return true;
}
