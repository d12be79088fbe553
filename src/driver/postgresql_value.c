/*
 * driver/postgresql_value.c: values on their way to the server and back. Called by
 * postgresql_statement.c. It must never know a connection.
 *
 * A parameter goes in the server's binary form where its type is the value's own, otherwise as
 * text, which the server reads as it would read a literal. Where that would lose or invent
 * something without a word (a time of day cut off, a time zone added, digits rounded), the
 * parameter is refused. Cells come as text.
 */
#include "driver/postgresql.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/temporal.h"

/* ---- types ---------------------------------------------------------------------------------- */

/* The numbers of PostgreSQL's own types, which never change. */
enum {
    T_BOOL        = 16,
    T_BYTEA       = 17,
    T_NAME        = 19,
    T_INT8        = 20,
    T_INT2        = 21,
    T_INT4        = 23,
    T_TEXT        = 25,
    T_OID         = 26,
    T_JSON        = 114,
    T_FLOAT4      = 700,
    T_FLOAT8      = 701,
    T_UNKNOWN     = 705,
    T_BPCHAR      = 1042,
    T_VARCHAR     = 1043,
    T_DATE        = 1082,
    T_TIME        = 1083,
    T_TIMESTAMP   = 1114,
    T_TIMESTAMPTZ = 1184,
    T_INTERVAL    = 1186,
    T_TIMETZ      = 1266,
    T_NUMERIC     = 1700,
    T_UUID        = 2950,
    T_JSONB       = 3802
};

static const struct {
    uint16_t type;
    uint16_t array; /* the type of arrays of it */
    uint8_t  kind;
    bool     is_text; /* its binary form is its text */
} types[] = {
    {T_INT4, 1007, CN_KIND_INTEGER, false}, {T_INT8, 1016, CN_KIND_INTEGER, false},
    {T_TEXT, 1009, CN_KIND_TEXT, true},     {T_VARCHAR, 1015, CN_KIND_TEXT, true},
    {T_BOOL, 1000, CN_KIND_BOOLEAN, false}, {T_INT2, 1005, CN_KIND_INTEGER, false},
    {T_FLOAT8, 1022, CN_KIND_REAL, false},  {T_NUMERIC, 1231, CN_KIND_DECIMAL, false},
    {T_DATE, 1182, CN_KIND_DATE, false},    {T_TIMESTAMP, 1115, CN_KIND_DATETIME, false},
    {T_TIME, 1183, CN_KIND_TIME, false},    {T_TIMESTAMPTZ, 1185, CN_KIND_TIMESTAMP, false},
    {T_UUID, 2951, CN_KIND_UUID, false},    {T_BYTEA, 1001, CN_KIND_BYTES, false},
    {T_JSON, 199, CN_KIND_JSON, true},      {T_JSONB, 3807, CN_KIND_JSON, false},
    {T_FLOAT4, 1021, CN_KIND_REAL, false},  {T_INTERVAL, 1187, CN_KIND_INTERVAL, false},
    {T_BPCHAR, 1014, CN_KIND_TEXT, true},   {T_NAME, 1003, CN_KIND_TEXT, true},
    {T_TIMETZ, 1270, CN_KIND_TEXT, false},  {T_OID, 1028, CN_KIND_INTEGER, false},
    {T_UNKNOWN, 0, CN_KIND_TEXT, true},
};

#define TYPE_COUNT (sizeof types / sizeof *types)

cn_kind cn_postgresql_kind_of(Oid type)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (types[i].type == type)
            return (cn_kind)types[i].kind;
    }
    return CN_KIND_TEXT;
}

static Oid element_of(Oid array)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (types[i].array == array && array != 0)
            return types[i].type;
    }
    return 0;
}

static bool is_text_type(Oid type)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (types[i].type == type)
            return types[i].is_text;
    }
    return false;
}

Oid cn_postgresql_type_of(uint8_t kind)
{
    static const uint16_t of[] = {
        [CN_KIND_NULL] = T_TEXT,          [CN_KIND_BOOLEAN] = T_BOOL,
        [CN_KIND_INTEGER] = T_INT8,       [CN_KIND_UNSIGNED] = T_NUMERIC,
        [CN_KIND_REAL] = T_FLOAT8,        [CN_KIND_TEXT] = T_TEXT,
        [CN_KIND_BYTES] = T_BYTEA,        [CN_KIND_DECIMAL] = T_NUMERIC,
        [CN_KIND_DATE] = T_DATE,          [CN_KIND_TIME] = T_TIME,
        [CN_KIND_DATETIME] = T_TIMESTAMP, [CN_KIND_TIMESTAMP] = T_TIMESTAMPTZ,
        [CN_KIND_INTERVAL] = T_INTERVAL,  [CN_KIND_UUID] = T_UUID,
        [CN_KIND_JSON] = T_JSON,
    };
    return kind < sizeof of / sizeof *of ? of[kind] : T_TEXT;
}

static bool is_large(const cn_value *value)
{
    return value->kind == CN_KIND_UNSIGNED && value->as.unsigned_integer > INT64_MAX;
}

static bool holds(Oid type, const cn_value *value)
{
    int64_t integer = value->as.integer;
    bool    large   = is_large(value);
    if (value->kind != CN_KIND_INTEGER && value->kind != CN_KIND_UNSIGNED)
        return true;
    switch (type) {
    case T_INT2:
        return integer >= INT16_MIN && integer <= INT16_MAX && !large;
    case T_INT4:
        return integer >= INT32_MIN && integer <= INT32_MAX && !large;
    case T_INT8:
        return !large;
    default:
        return true;
    }
}

bool cn_postgresql_widen(Oid *told, const Oid *narrow, const cn_value *values, size_t rows,
                         size_t columns)
{
    bool changed = false;
    for (size_t i = 0; i < columns; i++) {
        Oid type = narrow[i];
        for (size_t row = 0; row < rows; row++) {
            const cn_value *value = &values[row * columns + i];
            if (!holds(type, value))
                type = is_large(value) ? T_NUMERIC : T_INT8;
        }
        changed = changed || type != told[i];
        told[i] = type;
    }
    return changed;
}

/* ---- one value as the server takes it ------------------------------------------------------- */

typedef struct piece {
    const char *data; /* NULL: SQL's NULL. `room`, or borrowed from the value */
    size_t      size;
    bool        binary;
    char        room[CN_TEMPORAL_SIZE + 8];
} piece;

/* NULL if it went well; otherwise why the type cannot take the value. */
typedef const char *(*encoder)(const cn_value *value, Oid type, piece *out);

static void put_number(piece *out, uint64_t bits, size_t size)
{
    out->binary = true;
    out->data   = out->room;
    for (size_t i = size; i > 0; i--) {
        out->room[out->size + i - 1] = (char)(bits & 0xff);
        bits >>= 8;
    }
    out->size += size;
}

static void put_text(piece *out, size_t size)
{
    out->data = out->room;
    out->size = size;
}

static void put_borrowed(piece *out, const void *data, size_t size, bool binary)
{
    out->data   = size != 0 ? data : "";
    out->size   = size;
    out->binary = binary;
}

static const char *encode_real_number(double real, Oid type, piece *out)
{
    uint64_t bits;
    uint32_t narrow_bits;
    if (type == T_FLOAT8) {
        memcpy(&bits, &real, sizeof bits);
        put_number(out, bits, sizeof bits);
        return NULL;
    }
    if (type == T_FLOAT4) {
        /* A float takes what is one, and the double that reads the same as one: 0.1. */
        float narrow = (float)real;
        if ((double)narrow != real && !isnan(real)) {
            char   text[CN_NUMBER_SIZE];
            double back = 0;
            size_t size = isinf(narrow) ? 0 : cn_number_format_float(narrow, text);
            if (!cn_number_parse_real(text, size, &back) || back != real)
                return "the server would round it to its type real";
        }
        memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
        put_number(out, narrow_bits, sizeof narrow_bits);
        return NULL;
    }
    put_text(out, cn_number_format_real(real, out->room));
    return NULL;
}

static const char *encode_integer(const cn_value *value, Oid type, piece *out)
{
    int64_t integer = value->as.integer;
    if (type == T_INT4 && integer >= INT32_MIN && integer <= INT32_MAX) {
        put_number(out, (uint64_t)integer, 4);
    } else if (type == T_INT8) {
        put_number(out, (uint64_t)integer, 8);
    } else if (type == T_INT2 && integer >= INT16_MIN && integer <= INT16_MAX) {
        put_number(out, (uint64_t)integer, 2);
    } else if (type == T_FLOAT8 || type == T_FLOAT4) {
        double real = (double)integer;
        if (real >= 9223372036854775808.0 || (int64_t)real != integer)
            return "the server would round it";
        return encode_real_number(real, type, out);
    } else {
        put_text(out, cn_number_format_int(integer, out->room));
    }
    return NULL;
}

static const char *encode_boolean(const cn_value *value, Oid type, piece *out)
{
    cn_value number = cn_value_int(value->as.boolean);
    if (type == T_BOOL)
        put_number(out, value->as.boolean, 1);
    else if (cn_postgresql_kind_of(type) == CN_KIND_INTEGER)
        return encode_integer(&number, type, out);
    else
        put_borrowed(out, value->as.boolean ? "true" : "false", value->as.boolean ? 4 : 5, false);
    return NULL;
}

static const char *encode_unsigned(const cn_value *value, Oid type, piece *out)
{
    uint64_t number  = value->as.unsigned_integer;
    cn_value integer = cn_value_int((int64_t)number);
    if (number <= INT64_MAX)
        return encode_integer(&integer, type, out);
    double real = (double)number;
    if ((type == T_FLOAT8 || type == T_FLOAT4) &&
        (real >= 18446744073709551616.0 || (uint64_t)real != number))
        return "the server would round it";
    put_text(out, cn_number_format_uint(number, out->room));
    return NULL;
}

static const char *encode_real(const cn_value *value, Oid type, piece *out)
{
    return encode_real_number(value->as.real, type, out);
}

static const char *encode_text(const cn_value *value, Oid type, piece *out)
{
    const char *data = value->as.text.data;
    size_t      size = value->as.text.size;
    if (size == CN_TERMINATED)
        size = strlen(data);
    if (type != T_BYTEA && memchr(data, '\0', size) != NULL)
        return "PostgreSQL's text holds no NUL byte; send it as bytes";
    put_borrowed(out, data, size, is_text_type(type) || type == T_BYTEA);
    return NULL;
}

/* The server would take 'NaN' and 'Infinity', which no reader of digits takes back. */
static const char *encode_decimal(const cn_value *value, Oid type, piece *out)
{
    const char *why = encode_text(value, type, out);
    if (why == NULL && !cn_number_is_decimal(out->data, out->size))
        return "its text is no decimal number; a double holds NaN and infinity";
    return why;
}

static const char *encode_bytes(const cn_value *value, Oid type, piece *out)
{
    cn_bytes bytes = value->as.bytes;
    if (is_text_type(type) && memchr(bytes.data, '\0', bytes.size) != NULL)
        return "PostgreSQL's text holds no NUL byte";
    if (type != T_BYTEA && !is_text_type(type) && !(type == T_UUID && bytes.size == 16))
        return "bytes are no form of its type";
    put_borrowed(out, bytes.data, bytes.size, true);
    return NULL;
}

/* ---- dates and times ------------------------------------------------------------------------ */

#define DAY_MICROSECONDS INT64_C(86400000000)
#define EPOCH_DAYS INT64_C(10957) /* PostgreSQL counts from 2000-01-01 */
#define EPOCH (EPOCH_DAYS * DAY_MICROSECONDS)

static const char out_of_range[] = "it is out of the range of its type";
static const char no_zone[] = "it has no time zone and the server would add the session's; send a "
                              "timestamp (an instant), or cast the parameter in the statement";
static const char cut_off[] = "the server would cut off a part of it; cast the parameter in the "
                              "statement if that is meant";

static const char *put_instant(piece *out, int64_t microseconds)
{
    if (microseconds <= INT64_MIN + EPOCH) /* the smallest number is PostgreSQL's -infinity */
        return out_of_range;
    put_number(out, (uint64_t)(microseconds - EPOCH), 8);
    return NULL;
}

static const char *encode_date(const cn_value *value, Oid type, piece *out)
{
    cn_date date = value->as.date;
    if (!cn_date_is_valid(date))
        return "there is no such day";
    int64_t midnight = cn_datetime_make(date.year, date.month, date.day, 0, 0, 0, 0).microseconds;
    if (type == T_TIMESTAMP)
        return put_instant(out, midnight);
    if (type == T_TIMESTAMPTZ)
        return no_zone;
    if (type == T_DATE)
        put_number(out, (uint64_t)(midnight / DAY_MICROSECONDS - EPOCH_DAYS), 4);
    else
        put_text(out, strlen(cn_date_format(date, out->room)));
    return NULL;
}

static const char *encode_time(const cn_value *value, Oid type, piece *out)
{
    cn_time time = value->as.time;
    if (type == T_TIMETZ)
        return no_zone;
    if (type != T_TIME)
        put_text(out, strlen(cn_time_format(time, out->room)));
    else if (time.microseconds < 0 || time.microseconds > DAY_MICROSECONDS)
        return "it is no time of day: less than 0 or more than 24 hours";
    else
        put_number(out, (uint64_t)time.microseconds, 8);
    return NULL;
}

static const char *encode_datetime(const cn_value *value, Oid type, piece *out)
{
    if (type == T_TIMESTAMP)
        return put_instant(out, value->as.datetime.microseconds);
    if (type == T_TIMESTAMPTZ || type == T_TIMETZ)
        return no_zone;
    if (type == T_DATE || type == T_TIME)
        return cut_off;
    put_text(out, strlen(cn_datetime_format(value->as.datetime, out->room)));
    return NULL;
}

static const char *encode_timestamp(const cn_value *value, Oid type, piece *out)
{
    /* A column without a time zone keeps it as UTC, as the other databases do. */
    if (type == T_TIMESTAMPTZ || type == T_TIMESTAMP)
        return put_instant(out, value->as.timestamp.microseconds);
    if (type == T_DATE || type == T_TIME || type == T_TIMETZ)
        return cut_off;
    put_text(out, strlen(cn_timestamp_format(value->as.timestamp, out->room)));
    return NULL;
}

static const char *encode_interval(const cn_value *value, Oid type, piece *out)
{
    cn_interval interval = value->as.interval;
    if (type == T_TIME || type == T_TIMETZ)
        return cut_off;
    if (type != T_INTERVAL) {
        put_text(out, strlen(cn_interval_format(interval, out->room)));
        return NULL;
    }
    put_number(out, (uint64_t)interval.microseconds, 8);
    put_number(out, (uint64_t)interval.days, 4);
    put_number(out, (uint64_t)interval.months, 4);
    return NULL;
}

static const char *encode_uuid(const cn_value *value, Oid type, piece *out)
{
    if (type == T_UUID || type == T_BYTEA) {
        memcpy(out->room, value->as.uuid.bytes, sizeof value->as.uuid.bytes);
        put_text(out, sizeof value->as.uuid.bytes);
        out->binary = true;
    } else {
        put_text(out, strlen(cn_uuid_format(value->as.uuid, out->room)));
    }
    return NULL;
}

static const char *encode_null(const cn_value *value, Oid type, piece *out)
{
    (void)value;
    (void)type;
    (void)out;
    return NULL;
}

static const encoder encoders[] = {
    [CN_KIND_NULL] = encode_null,         [CN_KIND_BOOLEAN] = encode_boolean,
    [CN_KIND_INTEGER] = encode_integer,   [CN_KIND_UNSIGNED] = encode_unsigned,
    [CN_KIND_REAL] = encode_real,         [CN_KIND_TEXT] = encode_text,
    [CN_KIND_BYTES] = encode_bytes,       [CN_KIND_DECIMAL] = encode_decimal,
    [CN_KIND_DATE] = encode_date,         [CN_KIND_TIME] = encode_time,
    [CN_KIND_DATETIME] = encode_datetime, [CN_KIND_TIMESTAMP] = encode_timestamp,
    [CN_KIND_INTERVAL] = encode_interval, [CN_KIND_UUID] = encode_uuid,
    [CN_KIND_JSON] = encode_text,
};

static const char *encode(const cn_value *value, Oid type, piece *out)
{
    out->data   = NULL;
    out->size   = 0;
    out->binary = false;
    if (value->kind >= sizeof encoders / sizeof *encoders)
        return "it is no single value";
    return encoders[value->kind](value, type, out);
}

static bool refuse(const cn_value *value, size_t index, const char *why, cn_error *error)
{
    return cn_error_set(error, CN_CAUSE_CONVERSION, "parameter $%zu cannot take the %s: %s",
                        index + 1, cn_kind_name((cn_kind)value->kind), why);
}

/* ---- the parameters of one execution -------------------------------------------------------- */

#define LARGEST ((size_t)0x3fffffff) /* PostgreSQL's limit for one value is 1 GB */

static bool make_room(cn_postgresql_parameters *parameters, size_t count, cn_error *error)
{
    size_t each = sizeof *parameters->values + sizeof *parameters->offsets +
                  sizeof *parameters->lengths + sizeof *parameters->formats;
    cn_buffer_reset(&parameters->bytes);
    if (count <= parameters->capacity)
        return true;
    char *block = cn_allocate_zero(count, each);
    if (block == NULL)
        return cn_error_no_memory(error);
    cn_release((void *)parameters->values);
    parameters->values   = (void *)block;
    parameters->offsets  = (void *)(parameters->values + count);
    parameters->lengths  = (void *)(parameters->offsets + count);
    parameters->formats  = parameters->lengths + count;
    parameters->capacity = count;
    return true;
}

/* The buffer does not move any more: what was written into it has its address now. */
static bool settle(cn_postgresql_parameters *parameters, size_t count, cn_error *error)
{
    if (parameters->bytes.failed)
        return cn_error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        if (parameters->offsets[i] != SIZE_MAX)
            parameters->values[i] = parameters->bytes.text + parameters->offsets[i];
    }
    return true;
}

static bool check_size(size_t size, size_t index, cn_error *error)
{
    return size <= LARGEST || cn_error_set(error, CN_CAUSE_LIMIT,
                                           "parameter $%zu is larger than the 1 GB that PostgreSQL "
                                           "takes; send it in parts",
                                           index + 1);
}

bool cn_postgresql_bind(cn_postgresql_parameters *parameters, const Oid *parameter_types,
                        const cn_value *values, size_t count, cn_error *error)
{
    cn_buffer *bytes = &parameters->bytes;
    piece      out;
    if (!make_room(parameters, count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *why = encode(&values[i], parameter_types[i], &out);
        if (why != NULL)
            return refuse(&values[i], i, why, error);
        if (!check_size(out.size, i, error))
            return false;
        parameters->values[i]  = out.data;
        parameters->lengths[i] = (int)out.size;
        parameters->formats[i] = out.binary;
        parameters->offsets[i] = SIZE_MAX;
        if (out.data != NULL && (!out.binary || out.data == out.room)) {
            parameters->offsets[i] = bytes->size;
            cn_buffer_add(bytes, out.data, out.size);
            cn_buffer_char(bytes, '\0');
        }
    }
    return settle(parameters, count, error);
}

/* ---- arrays --------------------------------------------------------------------------------- */

static void add_number(cn_buffer *bytes, uint32_t number)
{
    unsigned char big[4] = {(unsigned char)(number >> 24), (unsigned char)(number >> 16),
                            (unsigned char)(number >> 8), (unsigned char)number};
    cn_buffer_add(bytes, (const char *)big, sizeof big);
}

/* One column of the rows. */
typedef struct array_column {
    const cn_value *values; /* of the first row */
    size_t          rows;
    size_t          stride; /* to the next row */
    Oid             element;
} array_column;

/* False, with `why` untouched: an element has no binary form as this type. */
static bool add_binary(cn_buffer *bytes, const array_column *column, const char **why, size_t *row)
{
    piece out;
    add_number(bytes, 1); /* dimension */
    add_number(bytes, 1); /* there may be NULLs */
    add_number(bytes, column->element);
    add_number(bytes, (uint32_t)column->rows);
    add_number(bytes, 1); /* the first index */
    for (*row = 0; *row < column->rows; ++*row) {
        *why = encode(&column->values[*row * column->stride], column->element, &out);
        if (*why != NULL)
            return false;
        if (out.data != NULL && !out.binary)
            return false;
        add_number(bytes, out.data != NULL ? (uint32_t)out.size : UINT32_MAX);
        if (out.data != NULL)
            cn_buffer_add(bytes, out.data, out.size);
        if (bytes->size > LARGEST)
            break;
    }
    return true;
}

/* "..." with its quotes and backslashes escaped. */
static void add_quoted(cn_buffer *bytes, const char *text, size_t size)
{
    cn_buffer_char(bytes, '"');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"' || text[i] == '\\')
            cn_buffer_char(bytes, '\\');
        cn_buffer_char(bytes, text[i]);
    }
    cn_buffer_char(bytes, '"');
}

static void add_hex(cn_buffer *bytes, const unsigned char *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    cn_buffer_text(bytes, "\"\\\\x");
    for (size_t i = 0; i < size; i++) {
        cn_buffer_char(bytes, digits[data[i] >> 4]);
        cn_buffer_char(bytes, digits[data[i] & 15]);
    }
    cn_buffer_char(bytes, '"');
}

/* An array as a literal. The elements are made as for a type that is not known here: as text. */
static bool add_text(cn_buffer *bytes, const array_column *column, const char **why, size_t *row)
{
    piece out;
    cn_buffer_char(bytes, '{');
    for (*row = 0; *row < column->rows; ++*row) {
        const cn_value *value = &column->values[*row * column->stride];
        if (*row != 0)
            cn_buffer_char(bytes, ',');
        if (value->kind == CN_KIND_BYTES) {
            add_hex(bytes, value->as.bytes.data, value->as.bytes.size);
            continue;
        }
        *why = encode(value, column->element, &out); /* for what it refuses */
        if (*why == NULL && out.binary)
            *why = encode(value, 0, &out);
        if (*why != NULL)
            return false;
        if (out.data == NULL)
            cn_buffer_text(bytes, "NULL");
        else
            add_quoted(bytes, out.data, out.size);
        if (bytes->size > LARGEST)
            break;
    }
    cn_buffer_char(bytes, '}');
    return true;
}

static bool add_column(cn_postgresql_parameters *parameters, size_t index,
                       const array_column *column, cn_error *error)
{
    cn_buffer  *bytes  = &parameters->bytes;
    const char *why    = NULL;
    size_t      row    = 0;
    size_t      start  = bytes->size;
    bool        binary = column->element != 0 && add_binary(bytes, column, &why, &row);
    if (!binary && why == NULL) {
        bytes->size = start;
        (void)add_text(bytes, column, &why, &row);
    }
    if (why != NULL) {
        (void)refuse(&column->values[row * column->stride], index, why, error);
        error->row = row + 1;
        return false;
    }
    if (!check_size(bytes->size - start, index, error))
        return false;
    parameters->offsets[index] = start;
    parameters->lengths[index] = (int)(bytes->size - start);
    parameters->formats[index] = binary;
    cn_buffer_char(bytes, '\0');
    return true;
}

bool cn_postgresql_bind_arrays(cn_postgresql_parameters *parameters, const Oid *parameter_types,
                               const cn_value *values, size_t rows, size_t columns, cn_error *error)
{
    if (rows > INT32_MAX)
        return cn_error_set(error, CN_CAUSE_LIMIT, "%zu rows are too many for one batch", rows);
    if (!make_room(parameters, columns, error))
        return false;
    for (size_t i = 0; i < columns; i++) {
        array_column column = {values + i, rows, columns, element_of(parameter_types[i])};
        if (!add_column(parameters, i, &column, error))
            return false;
    }
    return settle(parameters, columns, error);
}

/* ---- COPY ----------------------------------------------------------------------------------- */

bool cn_postgresql_write_rows(cn_buffer *bytes, const Oid *column_types, const cn_value *values,
                              size_t rows, size_t columns)
{
    static const char head[19] = "PGCOPY\n\377\r\n"; /* and no flags, and no extension */
    piece             out;
    cn_buffer_add(bytes, head, sizeof head);
    for (size_t row = 0; row < rows; row++) {
        cn_buffer_add(bytes, (const char[]){(char)(columns >> 8), (char)columns}, 2);
        for (size_t i = 0; i < columns; i++, values++) {
            if (encode(values, column_types[i], &out) != NULL || out.size > LARGEST ||
                (out.data != NULL && !out.binary))
                return false;
            add_number(bytes, out.data != NULL ? (uint32_t)out.size : UINT32_MAX);
            if (out.data != NULL)
                cn_buffer_add(bytes, out.data, out.size);
        }
    }
    cn_buffer_add(bytes, "\377\377", 2);
    return !bytes->failed;
}

void cn_postgresql_parameters_free(cn_postgresql_parameters *parameters)
{
    cn_release((void *)parameters->values);
    cn_buffer_free(&parameters->bytes);
    *parameters = (cn_postgresql_parameters){0};
}

/* ---- cells ---------------------------------------------------------------------------------- */

static int hexadecimal(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \x0102: the session's bytea_output. */
static bool read_bytes(const char *text, size_t size, cn_arena *scratch, cn_value *value,
                       bool *no_memory)
{
    if (size < 2 || size % 2 != 0 || text[0] != '\\' || text[1] != 'x')
        return false;
    size_t         count = size / 2 - 1;
    unsigned char *bytes = cn_arena_take(scratch, count + 1, 1);
    *no_memory           = bytes == NULL;
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        int high = hexadecimal(text[2 + 2 * i]), low = hexadecimal(text[3 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    *value = cn_value_bytes((cn_bytes){bytes, count});
    return true;
}

/* A numeric may be NaN or infinite, which are numbers but no digits. */
static bool read_decimal(const char *text, size_t size, cn_value *value)
{
    double real;
    char   last = size != 0 ? text[size - 1] : '0';
    if (last >= '0' && last <= '9') {
        value->kind         = CN_KIND_DECIMAL;
        value->as.text.data = text;
        value->as.text.size = size;
        return true;
    }
    if (!cn_number_parse_real(text, size, &real))
        return false;
    *value = cn_value_real(real);
    return true;
}

static bool read_other(cn_kind kind, const char *text, size_t size, cn_value *value)
{
    bool ok = false;
    memset(&value->as, 0, sizeof value->as);
    value->kind = (uint8_t)kind;
    switch (kind) {
    case CN_KIND_BOOLEAN:
        value->as.boolean = text[0] == 't';
        return size == 1;
    case CN_KIND_INTEGER:
        return cn_number_parse_int(text, size, &value->as.integer);
    case CN_KIND_REAL:
        return cn_number_parse_real(text, size, &value->as.real);
    case CN_KIND_DECIMAL:
        return read_decimal(text, size, value);
    case CN_KIND_DATE:
        return cn_date_parse_sized(text, size, &value->as.date);
    case CN_KIND_TIME:
        return cn_time_parse_sized(text, size, &value->as.time);
    case CN_KIND_DATETIME:
        return cn_datetime_parse_sized(text, size, &value->as.datetime);
    case CN_KIND_TIMESTAMP:
        return cn_timestamp_parse_sized(text, size, &value->as.timestamp);
    case CN_KIND_INTERVAL:
        return cn_interval_parse_sized(text, size, &value->as.interval);
    case CN_KIND_UUID:
        return cn_uuid_parse_sized(text, size, &value->as.uuid);
    default: /* text and JSON */
        value->as.text.data = text;
        value->as.text.size = size;
        ok                  = true;
        break;
    }
    return ok;
}

bool cn_postgresql_read(const cn_column_info *info, const char *text, size_t size,
                        cn_arena *scratch, cn_value *value, cn_error *error)
{
    bool no_memory = false;
    bool ok = info->kind == CN_KIND_BYTES ? read_bytes(text, size, scratch, value, &no_memory)
                                          : read_other(info->kind, text, size, value);
    if (ok)
        return true;
    *value = cn_value_null();
    if (no_memory)
        return cn_error_no_memory(error);
    return cn_error_set(error, CN_CAUSE_CONVERSION,
                        "column %s: the server's %.40s is no %s that this library holds; select it "
                        "as text",
                        info->name, text, cn_kind_name(info->kind));
}
