/*
 * The tagged values: their constructors and the names of their kinds. CN_VALUE calls these for
 * each C type; drivers make the values they read by the same functions.
 */
#include <cinnabar/storage.h>
#include <cinnabar/value.h>

static const char *const kind_names[] = {
    [CN_KIND_NULL] = "NULL",         [CN_KIND_BOOLEAN] = "boolean",
    [CN_KIND_INTEGER] = "integer",   [CN_KIND_UNSIGNED] = "unsigned integer",
    [CN_KIND_REAL] = "real number",  [CN_KIND_TEXT] = "text",
    [CN_KIND_BYTES] = "bytes",       [CN_KIND_DECIMAL] = "decimal",
    [CN_KIND_DATE] = "date",         [CN_KIND_TIME] = "time",
    [CN_KIND_DATETIME] = "datetime", [CN_KIND_TIMESTAMP] = "timestamp",
    [CN_KIND_INTERVAL] = "interval", [CN_KIND_UUID] = "uuid",
    [CN_KIND_JSON] = "json",         [CN_KIND_LIST] = "list",
};

const char *cn_kind_name(cn_kind kind)
{
    bool known = (size_t)kind < sizeof kind_names / sizeof *kind_names;
    return known ? kind_names[kind] : "value";
}

cn_value cn_value_null(void)
{
    return (cn_value){.kind = CN_KIND_NULL};
}

cn_value cn_value_bool(bool value)
{
    return (cn_value){.kind = CN_KIND_BOOLEAN, .as.boolean = value};
}

cn_value cn_value_int(int64_t value)
{
    return (cn_value){.kind = CN_KIND_INTEGER, .as.integer = value};
}

/* One number has one form: unsigned only where integer does not reach. */
cn_value cn_value_uint(uint64_t value)
{
    if (value <= INT64_MAX)
        return cn_value_int((int64_t)value);
    return (cn_value){.kind = CN_KIND_UNSIGNED, .as.unsigned_integer = value};
}

cn_value cn_value_real(double value)
{
    return (cn_value){.kind = CN_KIND_REAL, .as.real = value};
}

static cn_value text_of(cn_kind kind, const char *text, size_t size)
{
    if (text == NULL)
        return cn_value_null();
    cn_value value     = {.kind = (uint8_t)kind};
    value.as.text.data = text;
    value.as.text.size = size;
    return value;
}

cn_value cn_value_text(const char *value)
{
    return text_of(CN_KIND_TEXT, value, CN_TERMINATED);
}

cn_value cn_value_text_sized(const char *value, size_t size)
{
    return text_of(CN_KIND_TEXT, value, size);
}

cn_value cn_value_bytes(cn_bytes value)
{
    if (value.data == NULL)
        return cn_value_null();
    return (cn_value){.kind = CN_KIND_BYTES, .as.bytes = value};
}

cn_value cn_value_decimal(cn_decimal value)
{
    return text_of(CN_KIND_DECIMAL, value.digits, CN_TERMINATED);
}

cn_value cn_value_date(cn_date value)
{
    return (cn_value){.kind = CN_KIND_DATE, .as.date = value};
}

cn_value cn_value_time(cn_time value)
{
    return (cn_value){.kind = CN_KIND_TIME, .as.time = value};
}

cn_value cn_value_datetime(cn_datetime value)
{
    return (cn_value){.kind = CN_KIND_DATETIME, .as.datetime = value};
}

cn_value cn_value_timestamp(cn_timestamp value)
{
    return (cn_value){.kind = CN_KIND_TIMESTAMP, .as.timestamp = value};
}

cn_value cn_value_interval(cn_interval value)
{
    return (cn_value){.kind = CN_KIND_INTERVAL, .as.interval = value};
}

cn_value cn_value_uuid(cn_uuid value)
{
    return (cn_value){.kind = CN_KIND_UUID, .as.uuid = value};
}

cn_value cn_value_json(cn_json value)
{
    return text_of(CN_KIND_JSON, value.text, CN_TERMINATED);
}

cn_value cn_value_self(cn_value value)
{
    return value;
}

cn_value cn_list_of(const void *items, size_t count, uint8_t storage)
{
    cn_value value      = {.kind = CN_KIND_LIST, .element = storage};
    value.as.list.items = items;
    value.as.list.count = count;
    return value;
}

/* A pointer to nobody knows what becomes a list of nothing knows what, which every user of lists
   refuses: a constructor has no error to report it in. */
cn_value cn_value_void(const void *null)
{
    return null == NULL ? cn_value_null() : cn_list_of(null, 0, CN_STORAGE_NONE);
}

#define OPT_CONSTRUCTOR(name, T, constructor)                                                      \
    cn_value cn_value_opt_##name(T value)                                                          \
    {                                                                                              \
        return value.set ? constructor(value.value) : cn_value_null();                             \
    }

OPT_CONSTRUCTOR(bool, cn_opt_bool, cn_value_bool)
OPT_CONSTRUCTOR(int8_t, cn_opt_int8_t, cn_value_int)
OPT_CONSTRUCTOR(uint8_t, cn_opt_uint8_t, cn_value_int)
OPT_CONSTRUCTOR(int16_t, cn_opt_int16_t, cn_value_int)
OPT_CONSTRUCTOR(uint16_t, cn_opt_uint16_t, cn_value_int)
OPT_CONSTRUCTOR(int, cn_opt_int, cn_value_int)
OPT_CONSTRUCTOR(unsigned, cn_opt_unsigned, cn_value_int)
OPT_CONSTRUCTOR(int64_t, cn_opt_int64_t, cn_value_int)
OPT_CONSTRUCTOR(uint64_t, cn_opt_uint64_t, cn_value_uint)
OPT_CONSTRUCTOR(float, cn_opt_float, cn_value_real)
OPT_CONSTRUCTOR(double, cn_opt_double, cn_value_real)
OPT_CONSTRUCTOR(date, cn_opt_cn_date, cn_value_date)
OPT_CONSTRUCTOR(time, cn_opt_cn_time, cn_value_time)
OPT_CONSTRUCTOR(datetime, cn_opt_cn_datetime, cn_value_datetime)
OPT_CONSTRUCTOR(timestamp, cn_opt_cn_timestamp, cn_value_timestamp)
OPT_CONSTRUCTOR(interval, cn_opt_cn_interval, cn_value_interval)
OPT_CONSTRUCTOR(uuid, cn_opt_cn_uuid, cn_value_uuid)
