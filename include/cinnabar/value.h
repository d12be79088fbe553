/*
 * cinnabar/value.h: the values that travel between a program and a database.
 *
 * In C a value is a plain int, double, const char * or one of the small structs below, passed
 * by value. cn_value is the tagged form that parameters and result cells take:
 *
 *     cn_execute(connection, cn_text("INSERT INTO event (at, who) VALUES (:at, :who)"),
 *                CN_PARAMS("at", cn_timestamp_now(), "who", "Ada"));
 *
 * What goes in comes out the same on every database, or an error says why not, but for this:
 *   -0.0 comes back as 0.0 from SQLite and MySQL, which compare equal;
 *   NaN is refused by SQLite and MySQL, infinity by MySQL; a cn_decimal is digits everywhere.
 * SQLite holds no column to the length of its type: a text longer than CN_STRING(n) comes back
 * whole there, and is an error elsewhere. CHECK (length(name) <= 30) makes it one there, too.
 *
 * Text is UTF-8. Whatever a value points to is borrowed: the caller's for a parameter, the
 * result's or the instance's for what was read.
 */
#ifndef CINNABAR_VALUE_H
#define CINNABAR_VALUE_H

#include <cinnabar/base.h>

CN_BEGIN_DECLARATIONS

/* A day of the proleptic Gregorian calendar: year 2026, month 1 to 12, day 1 to 31. */
typedef struct cn_date {
    int16_t year;
    uint8_t month;
    uint8_t day;
} cn_date;

/* A time of day, in microseconds since midnight. MySQL's TIME may be negative or beyond 24 h. */
typedef struct cn_time {
    int64_t microseconds;
} cn_time;

/* A date and time without a time zone, as a wall shows it: microseconds since 1970-01-01 00:00. */
typedef struct cn_datetime {
    int64_t microseconds;
} cn_datetime;

/* An instant: microseconds since 1970-01-01 00:00:00 UTC, leap seconds not counted. */
typedef struct cn_timestamp {
    int64_t microseconds;
} cn_timestamp;

/* A span of time in PostgreSQL's three parts, none of which converts into another. */
typedef struct cn_interval {
    int32_t months;
    int32_t days;
    int64_t microseconds;
} cn_interval;

typedef struct cn_uuid {
    uint8_t bytes[16]; /* in the order in which they are written */
} cn_uuid;

typedef struct cn_bytes {
    const void *data;
    size_t      size;
} cn_bytes;

/* An exact decimal number as its digits, "-12.50". NULL digits are SQL's NULL. */
typedef struct cn_decimal {
    const char *digits;
} cn_decimal;

/* A JSON document as its text. NULL text is SQL's NULL; JSON's null is the text "null". */
typedef struct cn_json {
    const char *text;
} cn_json;

/* ---- values that may be NULL --------------------------------------------------------------- */

/*
 * CN_OPT(int) is a member, a variable or a parameter that holds an int or NULL. Zero bytes are
 * NULL. The list is closed, so that the compiler can tell the types apart:
 *
 *     CN_OPT(int) manager_id;  ...  if (employee->manager_id.set) use(employee->manager_id.value);
 *     employee->manager_id = cn_some(int, 7);
 */
#define CN_OPT(T) cn_opt_##T
#define cn_some(T, x) ((CN_OPT(T)){true, (x)})

#define CN_DEFINE_OPT_(name, T)                                                                    \
    typedef struct cn_opt_##name {                                                                 \
        bool set;                                                                                  \
        T    value;                                                                                \
    } cn_opt_##name
CN_DEFINE_OPT_(bool, bool);
CN_DEFINE_OPT_(int8_t, int8_t);
CN_DEFINE_OPT_(uint8_t, uint8_t);
CN_DEFINE_OPT_(int16_t, int16_t);
CN_DEFINE_OPT_(uint16_t, uint16_t);
CN_DEFINE_OPT_(int, int);
CN_DEFINE_OPT_(unsigned, unsigned);
CN_DEFINE_OPT_(int64_t, int64_t);
CN_DEFINE_OPT_(uint64_t, uint64_t);
CN_DEFINE_OPT_(float, float);
CN_DEFINE_OPT_(double, double);
CN_DEFINE_OPT_(cn_date, cn_date);
CN_DEFINE_OPT_(cn_time, cn_time);
CN_DEFINE_OPT_(cn_datetime, cn_datetime);
CN_DEFINE_OPT_(cn_timestamp, cn_timestamp);
CN_DEFINE_OPT_(cn_interval, cn_interval);
CN_DEFINE_OPT_(cn_uuid, cn_uuid);
typedef cn_opt_bool cn_opt__Bool; /* `bool` is a macro in C11: inside another macro it is _Bool */
typedef cn_opt_int  cn_opt_int32_t;
typedef cn_opt_unsigned cn_opt_uint32_t;

/* ---- the tagged form ------------------------------------------------------------------------- */

typedef enum cn_kind {
    CN_KIND_NULL,
    CN_KIND_BOOLEAN,
    CN_KIND_INTEGER,  /* int64_t */
    CN_KIND_UNSIGNED, /* uint64_t; a reader gets it only above INT64_MAX */
    CN_KIND_REAL,     /* double; -0.0 loses its sign in SQLite and MySQL */
    CN_KIND_TEXT,
    CN_KIND_BYTES,
    CN_KIND_DECIMAL, /* text of digits */
    CN_KIND_DATE,
    CN_KIND_TIME,
    CN_KIND_DATETIME,
    CN_KIND_TIMESTAMP,
    CN_KIND_INTERVAL,
    CN_KIND_UUID,
    CN_KIND_JSON, /* text */
    CN_KIND_LIST  /* several values, for IN: parameters only */
} cn_kind;

/* The size of a text that ends at its NUL and has not been measured yet. */
#define CN_TERMINATED SIZE_MAX

typedef struct cn_value {
    uint8_t kind;    /* cn_kind */
    uint8_t element; /* of a list: the cn_storage of its elements (cinnabar/storage.h) */
    union {
        bool     boolean;
        int64_t  integer;
        uint64_t unsigned_integer;
        double   real;
        struct {
            const char *data; /* text, decimal, JSON; ends with a NUL */
            size_t      size; /* without the NUL, or CN_TERMINATED */
        } text;
        cn_bytes     bytes;
        cn_date      date;
        cn_time      time;
        cn_datetime  datetime;
        cn_timestamp timestamp;
        cn_interval  interval;
        cn_uuid      uuid;
        struct {
            const void *items;
            size_t      count;
        } list;
    } as;
} cn_value;

CN_API const char *cn_kind_name(cn_kind kind); /* "integer"; "value" if unknown */

/*
 * One constructor a type. A text, decimal or JSON pointer that is NULL, bytes whose data are NULL
 * and an opt that is not set make CN_KIND_NULL.
 */
CN_API cn_value cn_value_null(void);
CN_API cn_value cn_value_bool(bool value);
CN_API cn_value cn_value_int(int64_t value);
CN_API cn_value cn_value_uint(uint64_t value);
CN_API cn_value cn_value_real(double value);
CN_API cn_value cn_value_text(const char *value);
CN_API cn_value cn_value_text_sized(const char *value, size_t size); /* need not end with a NUL */
CN_API cn_value cn_value_bytes(cn_bytes value);
CN_API cn_value cn_value_decimal(cn_decimal value);
CN_API cn_value cn_value_date(cn_date value);
CN_API cn_value cn_value_time(cn_time value);
CN_API cn_value cn_value_datetime(cn_datetime value);
CN_API cn_value cn_value_timestamp(cn_timestamp value);
CN_API cn_value cn_value_interval(cn_interval value);
CN_API cn_value cn_value_uuid(cn_uuid value);
CN_API cn_value cn_value_json(cn_json value);
CN_API cn_value cn_value_self(cn_value value);
CN_API cn_value
cn_value_void(const void *null); /* only NULL makes sense: any other pointer is refused when used */
CN_API cn_value cn_value_opt_bool(cn_opt_bool value);
CN_API cn_value cn_value_opt_int8_t(cn_opt_int8_t value);
CN_API cn_value cn_value_opt_uint8_t(cn_opt_uint8_t value);
CN_API cn_value cn_value_opt_int16_t(cn_opt_int16_t value);
CN_API cn_value cn_value_opt_uint16_t(cn_opt_uint16_t value);
CN_API cn_value cn_value_opt_int(cn_opt_int value);
CN_API cn_value cn_value_opt_unsigned(cn_opt_unsigned value);
CN_API cn_value cn_value_opt_int64_t(cn_opt_int64_t value);
CN_API cn_value cn_value_opt_uint64_t(cn_opt_uint64_t value);
CN_API cn_value cn_value_opt_float(cn_opt_float value);
CN_API cn_value cn_value_opt_double(cn_opt_double value);
CN_API cn_value cn_value_opt_date(cn_opt_cn_date value);
CN_API cn_value cn_value_opt_time(cn_opt_cn_time value);
CN_API cn_value cn_value_opt_datetime(cn_opt_cn_datetime value);
CN_API cn_value cn_value_opt_timestamp(cn_opt_cn_timestamp value);
CN_API cn_value cn_value_opt_interval(cn_opt_cn_interval value);
CN_API cn_value cn_value_opt_uuid(cn_opt_cn_uuid value);

/*
 * CN_VALUE(x): the value of any C expression of a type above, by its C type. A type that SQL does
 * not know (a struct of the program, a char **) does not compile.
 */
#define CN_VALUE(x)                                                                                \
    _Generic((x),                                                                                  \
        bool: cn_value_bool, signed char: cn_value_int, unsigned char: cn_value_uint,              \
        char: cn_value_int, short: cn_value_int, unsigned short: cn_value_uint,                    \
        int: cn_value_int, unsigned: cn_value_uint, long: cn_value_int,                            \
        unsigned long: cn_value_uint, long long: cn_value_int,                                     \
        unsigned long long: cn_value_uint, float: cn_value_real, double: cn_value_real,            \
        char *: cn_value_text, const char *: cn_value_text, void *: cn_value_void,                 \
        cn_bytes: cn_value_bytes, cn_decimal: cn_value_decimal, cn_date: cn_value_date,            \
        cn_time: cn_value_time, cn_datetime: cn_value_datetime,                                    \
        cn_timestamp: cn_value_timestamp, cn_interval: cn_value_interval,                          \
        cn_uuid: cn_value_uuid, cn_json: cn_value_json, cn_value: cn_value_self,                   \
        cn_opt_bool: cn_value_opt_bool, cn_opt_int8_t: cn_value_opt_int8_t,                        \
        cn_opt_uint8_t: cn_value_opt_uint8_t, cn_opt_int16_t: cn_value_opt_int16_t,                \
        cn_opt_uint16_t: cn_value_opt_uint16_t, cn_opt_int: cn_value_opt_int,                      \
        cn_opt_unsigned: cn_value_opt_unsigned, cn_opt_int64_t: cn_value_opt_int64_t,              \
        cn_opt_uint64_t: cn_value_opt_uint64_t, cn_opt_float: cn_value_opt_float,                  \
        cn_opt_double: cn_value_opt_double, cn_opt_cn_date: cn_value_opt_date,                     \
        cn_opt_cn_time: cn_value_opt_time, cn_opt_cn_datetime: cn_value_opt_datetime,              \
        cn_opt_cn_timestamp: cn_value_opt_timestamp,                                               \
        cn_opt_cn_interval: cn_value_opt_interval, cn_opt_cn_uuid: cn_value_opt_uuid)(x)

/*
 * A list for `IN :names`, from an array of run-time length; the array is borrowed until the
 * statement has been executed. cn_list(ids, count) takes arrays of bool, the integers, double and
 * const char *.
 */
CN_API cn_value cn_list_of(const void *items, size_t count, uint8_t storage);
#define cn_list(items, count) cn_list_of((items), (count), CN_STORAGE_OF_ITEM_(*(items)))
#define CN_STORAGE_OF_ITEM_(item)                                                                  \
    _Generic((item), bool: 1, int8_t: 2, uint8_t: 3, int16_t: 4, uint16_t: 5, int: 6, unsigned: 7, \
             long: sizeof(long) == 8 ? 8 : 6, unsigned long: sizeof(long) == 8 ? 9 : 7,            \
             long long: 8, unsigned long long: 9, double: 11, char *: 12, const char *: 12)

/* ---- arrays ---------------------------------------------------------------------------------- */

/*
 * An array of PostgreSQL travels as its text, "{1,NULL,\"a b\"}", in a const char * member whose
 * column is a CN_ARRAY; so do ranges ("[1,5)") and what else has a type by name, CN_RAW.
 *
 * cn_array_make(items, count) writes one from an array of bool, the integers, double or const
 * char * (NULL is NULL); the caller's, to end with cn_text_free. NULL: no memory.
 *
 * cn_array_split reads one: texts, NULL for NULL, ended by a NULL; an inner array is an item, to be
 * split in its turn. The caller's, to end with cn_array_free. NULL: the text is no array, or no
 * memory.
 */
CN_API char  *cn_array_make_(const void *items, size_t count, uint8_t storage);
CN_API char **cn_array_split(const char *text, size_t *count);
CN_API void   cn_array_free(char **items);
#define cn_array_make(items, count) cn_array_make_((items), (count), CN_STORAGE_OF_ITEM_(*(items)))

/* ---- making and reading dates and times --------------------------------------------------- */

/*
 * Month 1 to 12, day 1 to 31, hour 0 to 23, minute and second 0 to 59. Days, hours, ... outside
 * their range carry over. A day that cn_date cannot hold becomes the zero date 0000-00-00, which is
 * no day; an instant that cn_datetime cannot hold becomes the first or the last that it can.
 */
CN_API cn_date     cn_date_make(int year, int month, int day);
CN_API cn_time     cn_time_make(int hour, int minute, int second, int microsecond);
CN_API cn_datetime cn_datetime_make(int year, int month, int day, int hour, int minute, int second,
                                    int microsecond);

/* The parts of a date and time; any pointer may be NULL. A day that cn_date cannot hold becomes the
   zero date. */
CN_API void cn_datetime_parts(cn_datetime value, cn_date *date, cn_time *time_of_day);

/* Now, by the system's clock, in UTC. */
CN_API cn_timestamp cn_timestamp_now(void);

/*
 * From and to "2026-11-23", "14:05:06.000007", "2026-11-23 14:05:06.000007", with a zone ("Z",
 * "+01:00") for a timestamp, ISO 8601 for an interval ("P1M2DT3.5S", also "P-1Y2M-3DT-4H5M6.5S").
 * False if the text is not one, or the type cannot hold it; then `value` is not touched.
 *
 * Read, but not written: 'T' for the blank, no seconds, other than six digits of a fraction (beyond
 * six only zeros), a date alone as its midnight, " BC". A timestamp without a zone is in UTC; a
 * datetime or a time with one is refused. A time may be negative or beyond 24 h: "-838:59:59".
 */
CN_API bool cn_date_parse(const char *text, cn_date *value);
CN_API bool cn_time_parse(const char *text, cn_time *value);
CN_API bool cn_datetime_parse(const char *text, cn_datetime *value);
CN_API bool cn_timestamp_parse(const char *text, cn_timestamp *value);
CN_API bool cn_interval_parse(const char *text, cn_interval *value);
CN_API bool cn_uuid_parse(const char *text,
                          cn_uuid    *value); /* with or without hyphens, either case */

/* Writes the text into `text`, which has room for CN_TEMPORAL_SIZE bytes, and returns it. */
#define CN_TEMPORAL_SIZE 72
CN_API char *cn_date_format(cn_date value, char *text);
CN_API char *cn_time_format(cn_time value, char *text);
CN_API char *cn_datetime_format(cn_datetime value, char *text);
CN_API char *cn_timestamp_format(cn_timestamp value, char *text); /* in UTC, with "+00:00" */
CN_API char *cn_interval_format(cn_interval value, char *text);
CN_API char *cn_uuid_format(cn_uuid value, char *text); /* lower case, with hyphens */

CN_END_DECLARATIONS

#endif
