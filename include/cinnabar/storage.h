/*
 * cinnabar/storage.h: how a member of a C struct holds a value, told from its C type alone.
 *
 * A program rarely names a cn_storage; the macros that take a struct and a member (CN_COLUMN,
 * CN_FIELDS, cn_is, ...) work it out. The numbers are part of the library's interface.
 */
#ifndef CINNABAR_STORAGE_H
#define CINNABAR_STORAGE_H

#include <cinnabar/value.h>

CN_BEGIN_DECLARATIONS

typedef enum cn_storage {
    CN_STORAGE_NONE,
    CN_STORAGE_BOOL,
    CN_STORAGE_INT8,
    CN_STORAGE_UINT8,
    CN_STORAGE_INT16,
    CN_STORAGE_UINT16,
    CN_STORAGE_INT32,
    CN_STORAGE_UINT32,
    CN_STORAGE_INT64,
    CN_STORAGE_UINT64,
    CN_STORAGE_FLOAT,
    CN_STORAGE_DOUBLE,
    CN_STORAGE_TEXT,  /* const char * */
    CN_STORAGE_CHARS, /* char[N]: the text and its NUL stand in the struct */
    CN_STORAGE_BYTES,
    CN_STORAGE_DECIMAL,
    CN_STORAGE_DATE,
    CN_STORAGE_TIME,
    CN_STORAGE_DATETIME,
    CN_STORAGE_TIMESTAMP,
    CN_STORAGE_INTERVAL,
    CN_STORAGE_UUID,
    CN_STORAGE_JSON,
    CN_STORAGE_COUNT,
    CN_STORAGE_OPT = 64 /* added to one of the above: a CN_OPT of it */
} cn_storage;

/* One member of a struct: what a row of a result is decoded into. */
typedef struct cn_field {
    const char *name;    /* the member's, and the column's in a result */
    uint32_t    offset;  /* of the member in the struct */
    uint32_t    size;    /* of the member */
    uint8_t     storage; /* cn_storage */
} cn_field;

/* A struct of a program, and those of its members that a row fills. */
typedef struct cn_fields {
    const char     *struct_name;
    size_t          struct_size;
    const cn_field *fields;
    size_t          count;
} cn_fields;

CN_END_DECLARATIONS

/*
 * The storage of a member `x` (an lvalue). char[N] and char * look alike once they have decayed,
 * so the address tells them apart; a plain char * does not map, because what a member points to
 * is constant. Anything else that SQL does not know gives CN_STORAGE_NONE.
 */
#define CN_STORAGE_OF_(x)                                                                          \
    _Generic(&(x), char **: 0, default: _Generic((x),                                              \
        bool: 1, signed char: 2, unsigned char: 3, char: 0, short: 4, unsigned short: 5, int: 6,   \
        unsigned: 7, long: sizeof(long) == 8 ? 8 : 6, unsigned long: sizeof(long) == 8 ? 9 : 7,    \
        long long: 8, unsigned long long: 9, float: 10, double: 11, const char *: 12, char *: 13,  \
        cn_bytes: 14, cn_decimal: 15, cn_date: 16, cn_time: 17, cn_datetime: 18,                   \
        cn_timestamp: 19, cn_interval: 20, cn_uuid: 21, cn_json: 22, cn_opt_bool: 64 + 1,          \
        cn_opt_int8_t: 64 + 2, cn_opt_uint8_t: 64 + 3, cn_opt_int16_t: 64 + 4,                     \
        cn_opt_uint16_t: 64 + 5, cn_opt_int: 64 + 6, cn_opt_unsigned: 64 + 7,                      \
        cn_opt_int64_t: 64 + 8, cn_opt_uint64_t: 64 + 9, cn_opt_float: 64 + 10,                    \
        cn_opt_double: 64 + 11, cn_opt_cn_date: 64 + 16, cn_opt_cn_time: 64 + 17,                  \
        cn_opt_cn_datetime: 64 + 18, cn_opt_cn_timestamp: 64 + 19, cn_opt_cn_interval: 64 + 20,    \
        cn_opt_cn_uuid: 64 + 21, default: 0))

#define CN_OFFSET_OF_(T, m) ((uint32_t)offsetof(T, m))
#define CN_MEMBER_(T, m) (((T *)0)->m)

#define CN_FIELD_(T, m)                                                                            \
    {                                                                                              \
#m,                                                                                        \
            CN_OFFSET_OF_(T, m) + CN_SAY_(CN_STORAGE_OF_(CN_MEMBER_(T, m)) != 0,                   \
                                          "cinnabar: " #T "." #m                                   \
                                          " has a type that holds no SQL value"),                  \
            (uint32_t)sizeof(CN_MEMBER_(T, m)), (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m))          \
    }

#endif
