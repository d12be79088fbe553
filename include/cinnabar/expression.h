/*
 * cinnabar/expression.h: values and conditions of SQL as C expressions, checked by the C compiler.
 * cinnabar/sql.h says what statements they go into.
 *
 *     cn_and(cn_is(Post, views, >=, 10), cn_when(title, cn_contains(Post, title, title)))
 *     cn_cmp(cn_sum(cn_attr(Post, views)), >, cn_times(cn_count_all(), 10))
 *
 * Where a macro begins with (T, m), T is a struct that is a model and m one of its members: a value
 * that meets it must fit it. The forms that begin with cn_expr_ take any expression in its place.
 *
 * Values and conditions are different types: one cannot stand where the other belongs. cn_truth
 * makes a value of a condition; cn_cmp and the cn_expr_ forms make conditions of values.
 *
 * How long an expression lives
 *   A test of one member against a value, a column or a parameter (cn_is, cn_is_null, cn_like, ...)
 *   is one flat struct: store it, return it, put it into an array. It borrows text and bytes.
 *   A node with parts (cn_and, cn_or, cn_not, arithmetic, a function's arguments) points at
 *   literals of the block that wrote it: write it inside the call that uses it. To keep one,
 *   cn_keep(owner, e) copies it; to add conditions in an `if` or a loop, use cn_when or the builder
 *   (cn_build), which copies at once. Such a node carries a checksum of its parts. If they have
 *   changed or died, execution fails before anything is sent (CN_CAUSE_MISUSE). This is a net, not
 *   a proof.
 *
 * NULL
 *   cn_is takes plain values; a text pointer that is NULL is an error that names the member.
 *   cn_is_null asks for NULL, cn_is_same(Post, archived, value) compares values of which either may
 *   be NULL.
 *
 * How much the preprocessor writes
 *   A macro that takes any C value mentions it two to four times, so that such calls inside each
 *   other double the text at every level. A sub-query of some size gets a name of its own:
 *   `const cn_select_statement *inner = cn_select(...);`.
 *
 * What a database cannot do
 *   The same expression is spelled for each database. Where one lacks something and has an exact
 *   equivalent, that is sent; otherwise execution fails before anything is sent
 *   (CN_CAUSE_UNSUPPORTED), with the construct, the database and its version in the message.
 */
#ifndef CINNABAR_EXPRESSION_H
#define CINNABAR_EXPRESSION_H

#include <cinnabar/connection.h>
#include <cinnabar/model.h>

CN_BEGIN_DECLARATIONS

/* The inside of an expression; made and read by the library only. */
typedef struct cn_node {
    /* a pointer comes first, so that a number in place of an expression is noticed */
    const cn_model *model;
    uint8_t         kind;
    uint8_t         op;
    uint8_t         storage; /* of the member */
    uint8_t         flags;
    uint32_t        offset; /* of the member in its struct */
    uint32_t        count;  /* of parts */
    uint32_t        check;  /* of the parts, when the node was made */
    cn_value        value;
    const void     *parts;
} cn_node;

/* A value: a column, a literal, a computation. */
typedef struct cn_expr {
    cn_node node;
} cn_expr;

/* What is true, false or unknown of a row. Not a value: another C type, so that the two cannot be
   mistaken. */
typedef struct cn_condition {
    cn_node node;
} cn_condition;

/* How a construct of the program's own is spelled for one database: see cn_spelled. */
typedef struct cn_spelling {
    const char *dialect; /* "sqlite", "mysql", "mariadb", "postgresql"; "": all others */
    const char *sql;     /* "greatest(@0, @1)" */
} cn_spelling;

/* Operators; the first six as CN_OPERATOR_ works them out. */
typedef enum cn_operation {
    CN_OP_NONE,
    CN_OP_EQUAL,
    CN_OP_LESS,
    CN_OP_LESS_EQUAL,
    CN_OP_GREATER,
    CN_OP_GREATER_EQUAL,
    CN_OP_NOT_EQUAL,
    CN_OP_SAME,
    CN_OP_NOT_SAME,
    CN_OP_IS_NULL,
    CN_OP_IS_NOT_NULL,
    CN_OP_LIKE,
    CN_OP_ILIKE,
    CN_OP_CONTAINS,
    CN_OP_STARTS_WITH,
    CN_OP_ENDS_WITH,
    CN_OP_ICONTAINS,
    CN_OP_ISTARTS_WITH,
    CN_OP_IENDS_WITH,
    CN_OP_REGEXP,
    CN_OP_IN,
    CN_OP_BETWEEN,
    CN_OP_PLUS,
    CN_OP_MINUS,
    CN_OP_TIMES,
    CN_OP_DIVIDED,
    CN_OP_QUOTIENT,
    CN_OP_MODULO,
    CN_OP_CONCAT,
    CN_OP_BIT_AND,
    CN_OP_BIT_OR,
    CN_OP_BIT_XOR,
    CN_OP_SHIFT_LEFT,
    CN_OP_SHIFT_RIGHT,
    CN_OP_BIT_NOT,
    CN_OP_NEGATIVE,
    CN_OP_DISTINCT,
    CN_OP_CUSTOM,
    CN_OP_COUNT
} cn_operation;

/* What cn_extract takes out of a date or time. */
typedef enum cn_part {
    CN_PART_YEAR,
    CN_PART_MONTH,
    CN_PART_DAY,
    CN_PART_HOUR,
    CN_PART_MINUTE,
    CN_PART_SECOND,
    CN_PART_QUARTER,
    CN_PART_WEEK,        /* ISO 8601: 1 to 53 */
    CN_PART_DAY_OF_WEEK, /* Sunday is 0 */
    CN_PART_DAY_OF_YEAR,
    CN_PART_EPOCH, /* seconds since 1970 */
    CN_PART_COUNT
} cn_part;

/* ---- functions behind the macros ------------------------------------------------------------- */

/* What a member takes; those of an int and an int64 are below. The names are what a compiler says
   when a value does not fit. */
CN_API cn_expr cn_a_bool_member_takes_(bool value);
CN_API cn_expr cn_an_unsigned_member_takes_(long long value);
CN_API cn_expr cn_a_uint64_member_takes_(long long value);
CN_API cn_expr cn_an_unsigned_value_(unsigned long long value);
CN_API cn_expr cn_a_double_member_takes_(double value);
CN_API cn_expr cn_a_text_member_takes_(const char *value);
CN_API cn_expr cn_a_bytes_member_takes_(cn_bytes value);
CN_API cn_expr cn_a_decimal_member_takes_(cn_decimal value);
CN_API cn_expr cn_a_date_member_takes_(cn_date value);
CN_API cn_expr cn_a_time_member_takes_(cn_time value);
CN_API cn_expr cn_a_datetime_member_takes_(cn_datetime value);
CN_API cn_expr cn_a_timestamp_member_takes_(cn_timestamp value);
CN_API cn_expr cn_an_interval_member_takes_(cn_interval value);
CN_API cn_expr cn_a_uuid_member_takes_(cn_uuid value);
CN_API cn_expr cn_a_json_member_takes_(cn_json value);
CN_API cn_expr cn_expr_self_(cn_expr value);
CN_API cn_expr cn_expr_of_(cn_value value);
CN_API cn_expr cn_entity_(const void *model);

/* `parts` are what the member meets; they are taken into the node if that can be. Without a model,
   the first part stands in the member's place. */
CN_API cn_condition cn_test_(int op, const cn_model *model, uint32_t offset, uint8_t storage,
                             const cn_expr *parts, size_t count);
CN_API cn_condition cn_test_list_(const cn_model *model, uint32_t offset, uint8_t storage,
                                  const cn_expr *part, const void *items, size_t count,
                                  uint8_t element);
CN_API cn_condition cn_connect_(int kind, const cn_condition *parts, size_t count);
CN_API cn_condition cn_fragment_(const char *sql, const cn_param *params);
CN_API cn_condition cn_exists_(const cn_statement *statement);
CN_API cn_expr      cn_compute_(int op, const cn_expr *parts, size_t count);
CN_API cn_expr      cn_call_(const char *name, const cn_expr *parts, size_t count);
CN_API cn_expr      cn_aggregate_(const char *name, const cn_expr *of);
CN_API cn_expr      cn_query_value_(int op, const cn_statement *statement);
CN_API cn_expr      cn_parts_(int kind, const cn_expr *parts, size_t count);
CN_API cn_expr      cn_spelled_(const cn_spelling *spellings, const cn_expr *parts, size_t count);
CN_API cn_expr      cn_then_(cn_expr *parts, const cn_condition *test, cn_expr value);
CN_API cn_expr      cn_truth_(const cn_condition *test);
CN_API cn_expr      cn_filter_(cn_expr *parts, const cn_condition *test);
CN_API cn_expr      cn_ordered_(int kind, cn_expr *parts, const cn_expr *by);
CN_API cn_expr      cn_cast_(const cn_expr *of, const cn_type *type);
CN_API cn_expr      cn_extract_(cn_part part, const cn_expr *of);
CN_API cn_expr      cn_collate_(const cn_expr *of, const char *collation);
CN_API cn_expr      cn_custom_(const char *op, const cn_expr *parts);
CN_API cn_expr      cn_json_(int result, const cn_expr *parts, size_t count);
CN_API cn_expr      cn_keyword_(int which);

/* The frame of a window, in rows (ROWS), values (RANGE) or groups of equals (GROUPS). 0 is the
   current row, a negative number that many before it, a positive one after it. */
typedef struct cn_frame {
    uint8_t unit;
    int32_t from, to;
} cn_frame;
#define CN_UNBOUNDED_PRECEDING INT32_MIN
#define CN_UNBOUNDED_FOLLOWING INT32_MAX

typedef struct cn_window {
    size_t         size;
    const cn_expr *partition_by; /* CN_BY(...) */
    const cn_expr *order_by;     /* CN_BY(...) */
    cn_frame       frame;        /* CN_ROWS(from, to) [the database's: all up to the current row] */
} cn_window;
CN_API cn_expr cn_over_(cn_expr *parts, const cn_window *window);

/* ---- values that need no macro --------------------------------------------------------------- */

/* The order of one ORDER BY term. */
CN_API cn_expr cn_desc(cn_expr value);
CN_API cn_expr cn_asc(cn_expr value);
CN_API cn_expr cn_nulls_first(cn_expr value);
CN_API cn_expr cn_nulls_last(cn_expr value);

/* A value named now and given at execution: .params = CN_PARAMS("least", 3). */
CN_API cn_expr cn_later(const char *name);

/* A column by its name, of a table that no struct maps (CN_TABLE, or reflected) or of any model;
   a name that the table does not have is an error at execution. Borrows the name. */
CN_API cn_expr cn_named(const cn_model *table, const char *column);

/* A text that stands in the SQL itself, quoted, where a database takes no parameter. It belongs to
   the structure of the statement: every other text is another statement in the cache. Borrowed. */
CN_API cn_expr cn_inline(const char *text);

CN_API cn_expr cn_count_all(void); /* count(*) */
CN_API cn_expr cn_default(void);   /* DEFAULT, in CN_SET */
/* The database's clock, as the standard's CURRENT_TIMESTAMP, CURRENT_DATE and CURRENT_TIME. */
CN_API cn_expr cn_current_timestamp(void);
CN_API cn_expr cn_current_date(void);
CN_API cn_expr cn_current_time(void);
/* Window functions without arguments, for cn_over. */
CN_API cn_expr cn_row_number(void);
CN_API cn_expr cn_rank(void);
CN_API cn_expr cn_dense_rank(void);
CN_API cn_expr cn_percent_rank(void);
CN_API cn_expr cn_cume_dist(void);
/* Conditions that always or never hold. */
CN_API cn_condition cn_always(void);
CN_API cn_condition cn_never(void);

/* ---- keeping --------------------------------------------------------------------------------- */

/*
 * A copy of a condition with everything that it points to, text included. It lives as long as its
 * owner, a connection or a session; `cn_connection_keep` and `cn_session_keep` stand behind the
 * macro cn_keep. If memory runs out, or the condition's parts have died, the copy is a condition
 * that fails when it is executed.
 */
CN_API cn_condition cn_connection_keep(cn_connection *owner, cn_condition condition);
CN_API cn_condition cn_session_keep(cn_session *owner, cn_condition condition);

CN_END_DECLARATIONS

#ifndef __cplusplus

/* SQL's NULL, for assignments: CN_SET(Post, archived, cn_null). A plain member refuses it. */
typedef struct cn_null_value {
    char unused;
} cn_null_value;
#define cn_null ((cn_null_value){0})
static inline cn_expr cn_expr_null_(cn_null_value unused)
{
    (void)unused;
    return cn_expr_of_(cn_value_null());
}

/* ---- classes: which values fit which members ------------------------------------------------- */

/* 1 integer, 2 real, 3 text, 4 bytes, 5 decimal, 6 date, 7 time, 8 datetime, 9 timestamp, 10
   interval, 11 uuid, 12 JSON, 14 an expression, 15 NULL, 0 nothing that SQL knows; 16 more: the
   CN_OPT of it. */
#define CN_CLASS_(x)                                                                               \
    _Generic((x), cn_expr: 14, cn_null_value: 15, bool: 1, char: 1, signed char: 1,                \
        unsigned char: 1, short: 1, unsigned short: 1, int: 1, unsigned: 1, long: 1,               \
        unsigned long: 1, long long: 1, unsigned long long: 1, float: 2, double: 2, char *: 3,     \
        const char *: 3, cn_bytes: 4, cn_decimal: 5, cn_date: 6, cn_time: 7, cn_datetime: 8,       \
        cn_timestamp: 9, cn_interval: 10, cn_uuid: 11, cn_json: 12, cn_opt_bool: 17,               \
        cn_opt_int8_t: 17, cn_opt_uint8_t: 17, cn_opt_int16_t: 17, cn_opt_uint16_t: 17,            \
        cn_opt_int: 17, cn_opt_unsigned: 17, cn_opt_int64_t: 17, cn_opt_uint64_t: 17,              \
        cn_opt_float: 18, cn_opt_double: 18, cn_opt_cn_date: 22, cn_opt_cn_time: 23,               \
        cn_opt_cn_datetime: 24, cn_opt_cn_timestamp: 25, cn_opt_cn_interval: 26,                   \
        cn_opt_cn_uuid: 27, default: 0)
/* The classes of members that a value fits, a bit each; 32 bits higher those that it may be
   assigned to: NULL where the member can hold it, a CN_OPT to one of the same class. Sets, so that
   a check mentions the value and the member once. */
#define CN_MEETS_(x)                                                                               \
    _Generic((x), cn_expr: 0x1fff1fff1fff1fff, cn_null_value: 0xfc6103800000000,                   \
        bool: 0x6000600060006, char: 0x6000600060006, signed char: 0x6000600060006,                \
        unsigned char: 0x6000600060006, short: 0x6000600060006, unsigned short: 0x6000600060006,   \
        int: 0x6000600060006, unsigned: 0x6000600060006, long: 0x6000600060006,                    \
        unsigned long: 0x6000600060006, long long: 0x6000600060006,                                \
        unsigned long long: 0x6000600060006, float: 0x4000400040004, double: 0x4000400040004,      \
        char *: 0x8000800080008, const char *: 0x8000800080008, cn_bytes: 0x10001000100010,        \
        cn_decimal: 0x20002000200020, cn_date: 0x40004000400040, cn_time: 0x80008000800080,        \
        cn_datetime: 0x100010001000100, cn_timestamp: 0x200020002000200,                           \
        cn_interval: 0x400040004000400, cn_uuid: 0x800080008000800, cn_json: 0x1000100010001000,   \
        cn_opt_bool: 0x2000000000000, cn_opt_int8_t: 0x2000000000000,                              \
        cn_opt_uint8_t: 0x2000000000000, cn_opt_int16_t: 0x2000000000000,                          \
        cn_opt_uint16_t: 0x2000000000000, cn_opt_int: 0x2000000000000,                             \
        cn_opt_unsigned: 0x2000000000000, cn_opt_int64_t: 0x2000000000000,                         \
        cn_opt_uint64_t: 0x2000000000000, cn_opt_float: 0x4000000000000,                           \
        cn_opt_double: 0x4000000000000, cn_opt_cn_date: 0x40000000000000,                          \
        cn_opt_cn_time: 0x80000000000000, cn_opt_cn_datetime: 0x100000000000000,                   \
        cn_opt_cn_timestamp: 0x200000000000000, cn_opt_cn_interval: 0x400000000000000,             \
        cn_opt_cn_uuid: 0x800000000000000, default: 0ll)
#define CN_FIT_(member, value) ((CN_MEETS_(value) >> CN_CLASS_(member) & 1) != 0)
#define CN_FIT_SET_(member, value) ((CN_MEETS_(value) >> (32 + CN_CLASS_(member)) & 1) != 0)
/* A number, 0, if `ok`; otherwise a struct, whose name is the sentence in the compiler's error. Not
   CN_SAY_, because clang 14 takes a literal inside a struct for a static one, and `ok` mentions
   what the user wrote. */
#define CN_OR_ERROR_(ok, sentence)                                                                 \
    _Generic((char (*)[(ok) ? 1 : 2])0, char (*)[1]: (uint32_t)0, char (*)[2]: *(sentence *)0)
typedef struct cn_this_value_does_not_fit_the_member {
    char unused;
} cn_this_value_does_not_fit_the_member;
typedef struct cn_only_text_can_be_matched_with_text {
    char unused;
} cn_only_text_can_be_matched_with_text;
typedef struct cn_the_array_must_have_the_type_of_the_member {
    char unused;
} cn_the_array_must_have_the_type_of_the_member;
#define CN_FITS_(T, m, v)                                                                          \
    CN_OR_ERROR_(CN_FIT_(CN_MEMBER_(T, m), v), cn_this_value_does_not_fit_the_member)
#define CN_FITS_SET_(T, m, v)                                                                      \
    CN_OR_ERROR_(CN_FIT_SET_(CN_MEMBER_(T, m), v), cn_this_value_does_not_fit_the_member)
#define CN_FITS_TEXT_(T, m, v)                                                                     \
    CN_OR_ERROR_((CN_CLASS_(CN_MEMBER_(T, m)) == 3) * (1 << 3 | 1 << 14) >> CN_CLASS_(v) & 1,      \
                 cn_only_text_can_be_matched_with_text)
/* The storage of an array's elements, as CN_STORAGE_OF_ has it; text that is not constant will do.
   */
#define CN_ELEMENT_(x)                                                                             \
    _Generic((x), bool: 1, signed char: 2, unsigned char: 3, short: 4, unsigned short: 5, int: 6,  \
        unsigned: 7, long: sizeof(long) == 8 ? 8 : 6, unsigned long: sizeof(long) == 8 ? 9 : 7,    \
        long long: 8, unsigned long long: 9, float: 10, double: 11, char *: 12, const char *: 12,  \
        cn_date: 16, cn_time: 17, cn_datetime: 18, cn_timestamp: 19, cn_interval: 20, cn_uuid: 21, \
        default: 99)
#define CN_FITS_ARRAY_(T, m, array)                                                                \
    CN_OR_ERROR_(CN_ELEMENT_(*(array)) == CN_STORAGE_OF_(CN_MEMBER_(T, m)) % 64 ||                 \
                     (CN_ELEMENT_(*(array)) == 12 && CN_CLASS_(CN_MEMBER_(T, m)) == 3),            \
                 cn_the_array_must_have_the_type_of_the_member)

/* A value that meets a member: the member decides its type. A number of any integer type goes as it
   is, whatever the member holds: the value of an unsigned 64-bit one by a way of its own. */
#define CN_UNSIGNED_TAKER_(x)                                                                      \
    _Generic((x), bool: cn_a_bool_member_takes_, cn_opt_bool: cn_a_bool_member_takes_,             \
        float: cn_a_double_member_takes_, double: cn_a_double_member_takes_,                       \
        cn_opt_float: cn_a_double_member_takes_, cn_opt_double: cn_a_double_member_takes_,         \
        default: cn_an_unsigned_value_)
#define CN_TAKER_(x)                                                                               \
    _Generic((x), bool: cn_a_bool_member_takes_, signed char: cn_an_int_member_takes_,             \
        unsigned char: cn_an_unsigned_member_takes_, short: cn_an_int_member_takes_,               \
        unsigned short: cn_an_unsigned_member_takes_, int: cn_an_int_member_takes_,                \
        unsigned: cn_an_unsigned_member_takes_, long: cn_an_int64_member_takes_,                   \
        unsigned long: cn_a_uint64_member_takes_, long long: cn_an_int64_member_takes_,            \
        unsigned long long: cn_a_uint64_member_takes_, float: cn_a_double_member_takes_,           \
        double: cn_a_double_member_takes_, char *: cn_a_text_member_takes_,                        \
        const char *: cn_a_text_member_takes_, cn_bytes: cn_a_bytes_member_takes_,                 \
        cn_decimal: cn_a_decimal_member_takes_, cn_date: cn_a_date_member_takes_,                  \
        cn_time: cn_a_time_member_takes_, cn_datetime: cn_a_datetime_member_takes_,                \
        cn_timestamp: cn_a_timestamp_member_takes_, cn_interval: cn_an_interval_member_takes_,     \
        cn_uuid: cn_a_uuid_member_takes_, cn_json: cn_a_json_member_takes_,                        \
        cn_opt_bool: cn_a_bool_member_takes_, cn_opt_int8_t: cn_an_int_member_takes_,              \
        cn_opt_uint8_t: cn_an_unsigned_member_takes_, cn_opt_int16_t: cn_an_int_member_takes_,     \
        cn_opt_uint16_t: cn_an_unsigned_member_takes_, cn_opt_int: cn_an_int_member_takes_,        \
        cn_opt_unsigned: cn_an_unsigned_member_takes_,                                             \
        cn_opt_int64_t: cn_an_int64_member_takes_, cn_opt_uint64_t: cn_a_uint64_member_takes_,     \
        cn_opt_float: cn_a_double_member_takes_, cn_opt_double: cn_a_double_member_takes_,         \
        cn_opt_cn_date: cn_a_date_member_takes_, cn_opt_cn_time: cn_a_time_member_takes_,          \
        cn_opt_cn_datetime: cn_a_datetime_member_takes_,                                           \
        cn_opt_cn_timestamp: cn_a_timestamp_member_takes_,                                         \
        cn_opt_cn_interval: cn_an_interval_member_takes_, cn_opt_cn_uuid: cn_a_uuid_member_takes_)
#define CN_EXPR_FOR_(T, m, v)                                                                      \
    _Generic((v), cn_expr: cn_expr_self_, CN_UNSIGNED_CASES_(T, m),                                \
        default: CN_TAKER_(CN_MEMBER_(T, m)))(v)
#define CN_UNSIGNED_CASES_(T, m)                                                                   \
    unsigned long : CN_UNSIGNED_TAKER_(CN_MEMBER_(T, m)),                                          \
                    unsigned long long : CN_UNSIGNED_TAKER_(CN_MEMBER_(T, m))
#define CN_SET_FOR_(T, m, v)                                                                       \
    _Generic((v), cn_expr: cn_expr_self_, cn_null_value: cn_expr_null_, CN_UNSIGNED_CASES_(T, m),  \
        cn_opt_bool: cn_expr_opt_bool_, cn_opt_int8_t: cn_expr_opt_int8_t_,                        \
        cn_opt_uint8_t: cn_expr_opt_uint8_t_, cn_opt_int16_t: cn_expr_opt_int16_t_,                \
        cn_opt_uint16_t: cn_expr_opt_uint16_t_, cn_opt_int: cn_expr_opt_int_,                      \
        cn_opt_unsigned: cn_expr_opt_unsigned_, cn_opt_int64_t: cn_expr_opt_int64_t_,              \
        cn_opt_uint64_t: cn_expr_opt_uint64_t_, cn_opt_float: cn_expr_opt_float_,                  \
        cn_opt_double: cn_expr_opt_double_, cn_opt_cn_date: cn_expr_opt_date_,                     \
        cn_opt_cn_time: cn_expr_opt_time_, cn_opt_cn_datetime: cn_expr_opt_datetime_,              \
        cn_opt_cn_timestamp: cn_expr_opt_timestamp_, cn_opt_cn_interval: cn_expr_opt_interval_,    \
        cn_opt_cn_uuid: cn_expr_opt_uuid_, default: CN_TAKER_(CN_MEMBER_(T, m)))(v)

#define CN_OPT_EXPR_(name, T)                                                                      \
    static inline cn_expr cn_expr_opt_##name##_(T value)                                           \
    {                                                                                              \
        return cn_expr_of_(cn_value_opt_##name(value));                                            \
    }
CN_OPT_EXPR_(bool, cn_opt_bool)
CN_OPT_EXPR_(int8_t, cn_opt_int8_t)
CN_OPT_EXPR_(uint8_t, cn_opt_uint8_t)
CN_OPT_EXPR_(int16_t, cn_opt_int16_t)
CN_OPT_EXPR_(uint16_t, cn_opt_uint16_t)
CN_OPT_EXPR_(int, cn_opt_int)
CN_OPT_EXPR_(unsigned, cn_opt_unsigned)
CN_OPT_EXPR_(int64_t, cn_opt_int64_t)
CN_OPT_EXPR_(uint64_t, cn_opt_uint64_t)
CN_OPT_EXPR_(float, cn_opt_float)
CN_OPT_EXPR_(double, cn_opt_double)
CN_OPT_EXPR_(date, cn_opt_cn_date)
CN_OPT_EXPR_(time, cn_opt_cn_time)
CN_OPT_EXPR_(datetime, cn_opt_cn_datetime)
CN_OPT_EXPR_(timestamp, cn_opt_cn_timestamp)
CN_OPT_EXPR_(interval, cn_opt_cn_interval)
CN_OPT_EXPR_(uuid, cn_opt_cn_uuid)

/* The operator is worked out by the operator itself: 1 ==, 6 !=, 2 <, 3 <=, 4 >, 5 >=. `=` does not
   compile. */
#define CN_OPERATOR_(o) ((2 o 2) | (1 o 2) << 1 | (2 o 1) << 2)
#define CN_OPERATOR_CHECKED_(o)                                                                    \
    (CN_OPERATOR_(o) + (int)CN_SAY_(CN_OPERATOR_(o) >= 1 && CN_OPERATOR_(o) <= 6,                  \
                                    "cinnabar: the operator must be ==, !=, <, <=, > or >="))

#define CN_MEMBER_ARGS_(T, m)                                                                      \
    &T##_model, CN_OFFSET_OF_(T, m), (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m))
#define CN_CHECKED_ARGS_(T, m, check)                                                              \
    &T##_model, CN_OFFSET_OF_(T, m) + (check), (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m))

/* Parts, in arrays of their own type. */
#define CN_PARTS_(...) ((const cn_expr[]){__VA_ARGS__}), CN_COUNT_(__VA_ARGS__)
#define CN_CONDITIONS_(...) ((const cn_condition[]){__VA_ARGS__}), CN_COUNT_(__VA_ARGS__)
#define CN_EXPR_ONE_(unused, x) CN_EXPR_(x)
#define CN_EXPRS_(...) CN_PARTS_(CN_EACH_MEMBER_(CN_EXPR_ONE_, 0, __VA_ARGS__))

/* The kinds of nodes that the macros make. */
enum {
    CN_NODE_NONE,
    CN_NODE_MEMBER,
    CN_NODE_NAMED,
    CN_NODE_VALUE,
    CN_NODE_OPERATOR,
    CN_NODE_AND,
    CN_NODE_OR,
    CN_NODE_NOT,
    CN_NODE_LEFT_OUT, /* cn_when that was false */
    CN_NODE_FRAGMENT, /* its parts are cn_params */
    CN_NODE_CALL,
    CN_NODE_KEYWORD,
    CN_NODE_LABEL,
    CN_NODE_ENTITY,
    CN_NODE_PROPOSED,
    CN_NODE_QUERY, /* its part is a statement */
    CN_NODE_CASE,
    CN_NODE_THEN,
    CN_NODE_ELSE,
    CN_NODE_TRUTH,
    CN_NODE_CAST,
    CN_NODE_EXTRACT,
    CN_NODE_COLLATE,
    CN_NODE_OVER,
    CN_NODE_FILTER,
    CN_NODE_ORDERED,
    CN_NODE_WITHIN_GROUP,
    CN_NODE_JSON,
    CN_NODE_TUPLE,
    CN_NODE_LIST, /* parts of a part: the ORDER BY of a window, ... */
    CN_NODE_INLINE,
    CN_NODE_SPELLED,
    CN_NODE_ROLLUP,
    CN_NODE_BROKEN /* a copy that could not be made: fails when executed */
};
/* A flag of a node: its `value` is the second operand. */
enum { CN_NODE_FLAT = 16 };

/* What is compared most, a number, is made in its place in the statement, without a call or a copy:
   what cn_test_ would make of it. */
static inline cn_expr cn_an_int64_member_takes_(long long value)
{
    return (cn_expr){
        {.kind = CN_NODE_VALUE, .value = {.kind = CN_KIND_INTEGER, .as.integer = value}}};
}
static inline cn_expr cn_an_int_member_takes_(long long value)
{
    return cn_an_int64_member_takes_(value);
}
static inline cn_condition cn_compare_(int op, const cn_model *model, uint32_t offset,
                                       uint8_t storage, const cn_expr *part)
{
    const cn_value *value = &part->node.value;
    if (part->node.kind == CN_NODE_VALUE && value->kind == CN_KIND_INTEGER &&
        (storage == CN_STORAGE_INT64 ||
         (storage == CN_STORAGE_INT32 && value->as.integer >= INT32_MIN &&
          value->as.integer <= INT32_MAX)))
        return (cn_condition){
            {.model   = model,
             .kind    = CN_NODE_OPERATOR,
             .op      = (uint8_t)op,
             .storage = storage,
             .flags   = CN_NODE_FLAT,
             .offset  = offset,
             .value   = {.kind = CN_KIND_INTEGER, .as.integer = value->as.integer}}};
    return cn_test_(op, model, offset, storage, part, 1);
}

/* What a CN_NODE_QUERY stands for, in its `op`. */
enum { CN_QUERY_SCALAR, CN_QUERY_EXISTS, CN_QUERY_ANY, CN_QUERY_ALL, CN_QUERY_ROWS };
/* What CN_NODE_JSON becomes, in its `op`. */
enum { CN_JSON_DOCUMENT, CN_JSON_TEXT, CN_JSON_INTEGER, CN_JSON_REAL, CN_JSON_BOOLEAN };
enum { CN_FRAME_NONE, CN_FRAME_ROWS, CN_FRAME_RANGE, CN_FRAME_GROUPS };

/* ---- values ---------------------------------------------------------------------------------- */

/* A column: the member of a model. */
#define cn_attr(T, m)                                                                              \
    ((cn_expr){{.kind    = CN_NODE_MEMBER,                                                         \
                .storage = (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m)),                              \
                .offset  = CN_OFFSET_OF_(T, m),                                                    \
                .model   = &T##_model}})
/* In cn_upsert: what the row would have had in this member. */
#define cn_proposed(T, m)                                                                          \
    ((cn_expr){{.kind    = CN_NODE_PROPOSED,                                                       \
                .storage = (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m)),                              \
                .offset  = CN_OFFSET_OF_(T, m),                                                    \
                .model   = &T##_model}})
/* A column of the result by the member that it fills, for ORDER BY and GROUP BY:
   cn_desc(cn_label(AuthorCount, posts)) */
#define cn_label(T, m)                                                                             \
    ((cn_expr){{.kind   = CN_NODE_LABEL,                                                           \
                .offset = CN_OFFSET_OF_(T, m),                                                     \
                .value  = {CN_KIND_TEXT, 0, {.text = {#m, sizeof #m - 1}}}}})
/* A whole model, for CN_INTO: the member is a pointer to it. An instance of the session, or NULL
   where an outer join found none. */
#define cn_entity(T) ((T *)(uintptr_t)&T##_model)
/* Any C value as an expression, where no member says its type. In C `true` is an int:
   cn_literal((bool)true). */
#define cn_literal(x) CN_EXPR_(x)
/* Which function takes which C type. */
#define CN_EXPR_CASES_                                                                             \
    cn_expr:                                                                                       \
    cn_expr_self_, cn_null_value : cn_expr_null_,                                                  \
                                   bool : cn_a_bool_member_takes_,                                 \
                                          char : cn_an_int_member_takes_,                          \
                                                 signed char : cn_an_int_member_takes_,            \
                                                               unsigned char                       \
        : cn_an_unsigned_member_takes_,                                                            \
          short : cn_an_int_member_takes_,                                                         \
                  unsigned short : cn_an_unsigned_member_takes_,                                   \
                                   int : cn_an_int_member_takes_,                                  \
                                         unsigned : cn_an_unsigned_member_takes_,                  \
                                                    long : cn_an_int64_member_takes_,              \
                                                           unsigned long                           \
        : cn_a_uint64_member_takes_,                                                               \
          long long : cn_an_int64_member_takes_,                                                   \
                      unsigned long long : cn_a_uint64_member_takes_,                              \
                                           float : cn_a_double_member_takes_,                      \
                                                   double                                          \
        : cn_a_double_member_takes_,                                                               \
          char * : cn_a_text_member_takes_,                                                        \
                   const char * : cn_a_text_member_takes_,                                         \
                                  cn_bytes : cn_a_bytes_member_takes_,                             \
                                             cn_decimal : cn_a_decimal_member_takes_,              \
                                                          cn_date : cn_a_date_member_takes_,       \
                                                                    cn_time                        \
        : cn_a_time_member_takes_,                                                                 \
          cn_datetime : cn_a_datetime_member_takes_,                                               \
                        cn_timestamp : cn_a_timestamp_member_takes_,                               \
                                       cn_interval : cn_an_interval_member_takes_,                 \
                                                     cn_uuid : cn_a_uuid_member_takes_,            \
                                                               cn_json : cn_a_json_member_takes_
#define CN_EXPR_(x) _Generic((x), CN_EXPR_CASES_)(x)
/* SQL of your own as a value: cn_sql_value("similarity(title, :t)", CN_PARAMS("t", title)) */
#define cn_sql_value(...) CN_SQL_VALUE_(__VA_ARGS__, NULL, 0)
#define CN_SQL_VALUE_(text, params, ...) ((cn_expr){cn_fragment_((text), (params)).node})
/* A condition as a value, true or false: to select or to group by it. */
#define cn_truth(condition) cn_truth_((const cn_condition[]){condition})

/* Arithmetic. cn_divide keeps the fraction on every database (MySQL four digits more than its
   operands have), cn_quotient drops it. MySQL's bits have no sign: of negative numbers the others
   and it agree on cn_bit_not only. */
#define cn_plus(a, b) CN_BINARY_(CN_OP_PLUS, a, b)
#define cn_minus(a, b) CN_BINARY_(CN_OP_MINUS, a, b)
#define cn_times(a, b) CN_BINARY_(CN_OP_TIMES, a, b)
#define cn_divide(a, b) CN_BINARY_(CN_OP_DIVIDED, a, b)
#define cn_quotient(a, b) CN_BINARY_(CN_OP_QUOTIENT, a, b)
#define cn_modulo(a, b) CN_BINARY_(CN_OP_MODULO, a, b)
#define cn_negative(a) cn_compute_(CN_OP_NEGATIVE, CN_PARTS_(CN_EXPR_(a)))
#define cn_bit_and(a, b) CN_BINARY_(CN_OP_BIT_AND, a, b)
#define cn_bit_or(a, b) CN_BINARY_(CN_OP_BIT_OR, a, b)
#define cn_bit_xor(a, b) CN_BINARY_(CN_OP_BIT_XOR, a, b)
#define cn_bit_not(a) cn_compute_(CN_OP_BIT_NOT, CN_PARTS_(CN_EXPR_(a)))
#define cn_shift_left(a, b) CN_BINARY_(CN_OP_SHIFT_LEFT, a, b)
#define cn_shift_right(a, b) CN_BINARY_(CN_OP_SHIFT_RIGHT, a, b)
#define CN_BINARY_(op, a, b) cn_compute_(op, CN_PARTS_(CN_EXPR_(a), CN_EXPR_(b)))
/* Text put together: cn_concat(cn_attr(Author, name), " <", cn_attr(Author, mail), ">") */
#define cn_concat(...) cn_compute_(CN_OP_CONCAT, CN_EXPRS_(__VA_ARGS__))
/* An operator of one database by its own sign, which is checked to be one: cn_operator(a, "@>", b)
   */
#define cn_operator(a, sign, b) cn_custom_((sign), (const cn_expr[]){CN_EXPR_(a), CN_EXPR_(b)})

/*
 * A construct of your own, in the words of each database; @0 to @9 are its operands, of which each
 * may be any value.
 *
 *     static const cn_spelling found[] = {
 *         {"mysql", "MATCH (@0) AGAINST (@1)"},
 *         {"postgresql", "to_tsvector('english', @0) @@ plainto_tsquery('english', @1)"},
 *         {"sqlite", "instr(lower(@0), lower(@1)) > 0"}, {NULL, NULL}};
 *     cn_select(Post, .where = cn_spelled_test(found, cn_attr(Post, title), "analytical engine"))
 *
 * A value among them goes as it is, of no column's type. "mariadb" goes before "mysql" there.
 * Where no spelling is for the database, execution fails before anything is sent
 * (CN_CAUSE_UNSUPPORTED). The list ends with a NULL; it and its texts are constant data that live
 * as long as the models.
 */
#define cn_spelled(spellings, ...) cn_spelled_((spellings), CN_EXPRS_(__VA_ARGS__))
#define cn_spelled_test(spellings, ...) ((cn_condition){cn_spelled(spellings, __VA_ARGS__).node})

/* Any function by its name, which is checked to be one: cn_call("coalesce", cn_attr(Post, title),
   cn_literal("none")). The usual ones, below, are spelled for each database. */
#define cn_call(...) CN_CALL_(__VA_ARGS__, {{.kind = CN_NODE_NONE}})
#define CN_CALL_(name, ...)                                                                        \
    cn_call_((name), ((const cn_expr[]){__VA_ARGS__}), CN_COUNT_(__VA_ARGS__) - 1)
#define CN_FUNCTION_(name, ...) cn_call_(name, CN_EXPRS_(__VA_ARGS__))
#define cn_coalesce(...) CN_FUNCTION_("coalesce", __VA_ARGS__)
#define cn_nullif(a, b) CN_FUNCTION_("nullif", a, b)
#define cn_lower(a) CN_FUNCTION_("lower", a)
#define cn_upper(a) CN_FUNCTION_("upper", a)
#define cn_trim(a) CN_FUNCTION_("trim", a)
#define cn_length(a) CN_FUNCTION_("char_length", a) /* in characters */
#define cn_octet_length(a) CN_FUNCTION_("octet_length", a)
#define cn_replace(a, from, to) CN_FUNCTION_("replace", a, from, to)
/* from the character `from`, 1 is the first */
#define cn_substring(a, from, count) CN_FUNCTION_("substr", a, from, count)
#define cn_abs(a) CN_FUNCTION_("abs", a)
/* MySQL rounds a double that lies in the middle to the even digit, the others away from zero. */
#define cn_round(a, digits) CN_FUNCTION_("round", a, digits)
/* NULL if one of them is; PostgreSQL leaves NULLs out. */
#define cn_greatest(a, ...) CN_FUNCTION_("greatest", a, __VA_ARGS__)
#define cn_least(a, ...) CN_FUNCTION_("least", a, __VA_ARGS__)
#define cn_random() cn_call_("random", NULL, 0)

/* Aggregates. Of a column they are flat: they may be stored and returned. */
#define cn_count(value) cn_aggregate_("count", (const cn_expr[]){value})
#define cn_sum(value) cn_aggregate_("sum", (const cn_expr[]){value})
#define cn_avg(value) cn_aggregate_("avg", (const cn_expr[]){value})
#define cn_min(value) cn_aggregate_("min", (const cn_expr[]){value})
#define cn_max(value) cn_aggregate_("max", (const cn_expr[]){value})
/* Texts put together, NULLs left out: cn_string_agg(cn_attr(Author, name), ", "). The separator is
   a text in the SQL itself: cn_inline. */
#define cn_string_agg(value, separator)                                                            \
    cn_call_("string_agg", ((const cn_expr[]){CN_EXPR_(value), cn_inline(separator)}), 2)
/* cn_count(cn_distinct(cn_attr(Post, author_id))) */
#define cn_distinct(value) cn_compute_(CN_OP_DISTINCT, CN_PARTS_(value))
/* Of an aggregate: only the rows for which the condition holds; the order in which it takes
   them. */
#define cn_filter(value, condition)                                                                \
    cn_filter_((cn_expr[2]){value}, (const cn_condition[]){condition})
#define cn_ordered(value, by) cn_ordered_(CN_NODE_ORDERED, (cn_expr[2]){value}, (by))
#define cn_within_group(value, by) cn_ordered_(CN_NODE_WITHIN_GROUP, (cn_expr[2]){value}, (by))

/* Window functions: cn_over(cn_row_number(), .partition_by = CN_BY(...), .order_by = CN_BY(...),
   .frame = CN_ROWS(-2, 0)). Any aggregate, too. */
#define cn_over(...) CN_OVER_(__VA_ARGS__, .size = sizeof(cn_window))
#define CN_OVER_(value, ...) cn_over_((cn_expr[3]){value}, &(const cn_window){__VA_ARGS__})
#define cn_lag(a, rows) CN_FUNCTION_("lag", a, rows)
#define cn_lead(a, rows) CN_FUNCTION_("lead", a, rows)
#define cn_ntile(buckets) CN_FUNCTION_("ntile", buckets)
#define cn_first_value(a) CN_FUNCTION_("first_value", a)
#define cn_last_value(a) CN_FUNCTION_("last_value", a)
#define cn_nth_value(a, n) CN_FUNCTION_("nth_value", a, n)
#define CN_ROWS(from, to) ((cn_frame){CN_FRAME_ROWS, (from), (to)})
#define CN_RANGE(from, to) ((cn_frame){CN_FRAME_RANGE, (from), (to)})
#define CN_GROUPS(from, to) ((cn_frame){CN_FRAME_GROUPS, (from), (to)})

/* CASE: cn_case(cn_then(cn_is(Post, views, >, 9), "popular"), cn_else("new")) */
#define cn_case(...) cn_parts_(CN_NODE_CASE, CN_PARTS_(__VA_ARGS__))
#define cn_then(condition, value)                                                                  \
    cn_then_((cn_expr[2]){{{.kind = CN_NODE_NONE}}}, (const cn_condition[]){condition},            \
             CN_EXPR_(value))
#define cn_else(value) cn_parts_(CN_NODE_ELSE, CN_PARTS_(CN_EXPR_(value)))
/* cn_cast(e, CN_STRING(10)) */
#define cn_cast(value, type) cn_cast_((const cn_expr[]){CN_EXPR_(value)}, (const cn_type[]){type})
/* cn_extract(CN_PART_YEAR, cn_attr(Post, created)) */
#define cn_extract(part, value) cn_extract_((part), (const cn_expr[]){value})
/* With a collation of the database at hand: cn_collate(cn_attr(Author, name), "NOCASE") */
#define cn_collate(value, collation) cn_collate_((const cn_expr[]){value}, (collation))
/* In .group_by, alone: groups by all values, then by all but the last, ..., then all rows as one.
   CN_BY(cn_rollup(cn_attr(Sale, year), cn_attr(Sale, month))) */
#define cn_rollup(...) cn_parts_(CN_NODE_ROLLUP, CN_EXPRS_(__VA_ARGS__))
/* Several values as one row, to be compared with another. */
#define cn_tuple(...) cn_parts_(CN_NODE_TUPLE, CN_EXPRS_(__VA_ARGS__))

/*
 * Inside a JSON column, by keys and, from 0, indexes: cn_json_text_at(cn_attr(Author, data),
 * "address", 0, "city"). A path that is not there is NULL. cn_json_at gives JSON.
 */
#define cn_json_at(...) CN_JSON_(CN_JSON_DOCUMENT, __VA_ARGS__)
#define cn_json_text_at(...) CN_JSON_(CN_JSON_TEXT, __VA_ARGS__)
#define cn_json_int_at(...) CN_JSON_(CN_JSON_INTEGER, __VA_ARGS__)
#define cn_json_real_at(...) CN_JSON_(CN_JSON_REAL, __VA_ARGS__)
#define cn_json_bool_at(...) CN_JSON_(CN_JSON_BOOLEAN, __VA_ARGS__)
#define CN_JSON_(result, ...) cn_json_(result, CN_EXPRS_(__VA_ARGS__))

/* Sub-queries. The only column of the only row; all rows, for cn_cmp(value, >, cn_all_of(...)). */
#define cn_scalar_query(statement) cn_query_value_(CN_QUERY_SCALAR, CN_STATEMENT_(statement))
#define cn_any_of(statement) cn_query_value_(CN_QUERY_ANY, CN_STATEMENT_(statement))
#define cn_all_of(statement) cn_query_value_(CN_QUERY_ALL, CN_STATEMENT_(statement))

/* ---- conditions ------------------------------------------------------------------------------ */

/* cn_is(Post, views, >=, 10): a member against a value that fits it, or against an expression */
#define cn_is(T, m, o, v)                                                                          \
    cn_compare_(CN_OPERATOR_CHECKED_(o), CN_CHECKED_ARGS_(T, m, CN_FITS_(T, m, v)),                \
                (const cn_expr[]){CN_EXPR_FOR_(T, m, v)})
/* Two expressions: cn_cmp(cn_count(cn_attr(Post, id)), >, 10) */
#define cn_cmp(a, o, b)                                                                            \
    cn_test_(CN_OPERATOR_CHECKED_(o), NULL, 0, 0, CN_PARTS_(CN_EXPR_(a), CN_EXPR_(b)))
#define cn_is_null(T, m) cn_test_(CN_OP_IS_NULL, CN_MEMBER_ARGS_(T, m), NULL, 0)
#define cn_is_not_null(T, m) cn_test_(CN_OP_IS_NOT_NULL, CN_MEMBER_ARGS_(T, m), NULL, 0)
#define cn_expr_is_null(a) cn_test_(CN_OP_IS_NULL, NULL, 0, 0, CN_PARTS_(a))
#define cn_expr_is_not_null(a) cn_test_(CN_OP_IS_NOT_NULL, NULL, 0, 0, CN_PARTS_(a))
/* Equal, or both NULL. */
#define cn_is_same(T, m, v) CN_SAME_(CN_OP_SAME, T, m, v)
#define cn_is_not_same(T, m, v) CN_SAME_(CN_OP_NOT_SAME, T, m, v)
#define CN_SAME_(op, T, m, v)                                                                      \
    cn_test_(op, CN_CHECKED_ARGS_(T, m, CN_FITS_SET_(T, m, v)),                                    \
             (const cn_expr[]){CN_SET_FOR_(T, m, v)}, 1)
#define cn_expr_is_same(a, b) CN_TEST_TWO_(CN_OP_SAME, a, b)
#define cn_expr_is_not_same(a, b) CN_TEST_TWO_(CN_OP_NOT_SAME, a, b)
#define CN_TEST_TWO_(op, a, b) cn_test_(op, NULL, 0, 0, CN_PARTS_(CN_EXPR_(a), CN_EXPR_(b)))
/* Both ends belong to it. */
#define cn_between(T, m, least, most)                                                              \
    cn_test_(CN_OP_BETWEEN, CN_CHECKED_ARGS_(T, m, CN_FITS_(T, m, least) + CN_FITS_(T, m, most)),  \
             (const cn_expr[]){CN_EXPR_FOR_(T, m, least), CN_EXPR_FOR_(T, m, most)}, 2)
#define cn_expr_between(a, least, most)                                                            \
    cn_test_(CN_OP_BETWEEN, NULL, 0, 0, CN_EXPRS_(a, least, most))
/* A pattern: % stands for any text, _ for one character, and a backslash takes away the meaning of
   what follows it, on every database. The other three take text as it is. Whether A is a is up to
   the database and the column's collation; with an i, A is a (of ASCII letters in SQLite). */
#define cn_like(T, m, text) CN_MATCH_(CN_OP_LIKE, T, m, text)
#define cn_contains(T, m, text) CN_MATCH_(CN_OP_CONTAINS, T, m, text)
#define cn_starts_with(T, m, text) CN_MATCH_(CN_OP_STARTS_WITH, T, m, text)
#define cn_ends_with(T, m, text) CN_MATCH_(CN_OP_ENDS_WITH, T, m, text)
#define cn_ilike(T, m, text) CN_MATCH_(CN_OP_ILIKE, T, m, text)
#define cn_icontains(T, m, text) CN_MATCH_(CN_OP_ICONTAINS, T, m, text)
#define cn_istarts_with(T, m, text) CN_MATCH_(CN_OP_ISTARTS_WITH, T, m, text)
#define cn_iends_with(T, m, text) CN_MATCH_(CN_OP_IENDS_WITH, T, m, text)
/* A regular expression in the database's own kind: POSIX extended in SQLite, PCRE in MariaDB, ICU
   in MySQL, POSIX "advanced" in PostgreSQL. It may match anywhere in the text. */
#define cn_regexp(T, m, pattern) CN_MATCH_(CN_OP_REGEXP, T, m, pattern)
#define CN_MATCH_(op, T, m, text)                                                                  \
    cn_test_(op, CN_CHECKED_ARGS_(T, m, CN_FITS_TEXT_(T, m, text)),                                \
             (const cn_expr[]){CN_EXPR_FOR_(T, m, text)}, 1)
#define cn_expr_like(a, text) CN_TEST_TWO_(CN_OP_LIKE, a, text)
#define cn_expr_contains(a, text) CN_TEST_TWO_(CN_OP_CONTAINS, a, text)
#define cn_expr_starts_with(a, text) CN_TEST_TWO_(CN_OP_STARTS_WITH, a, text)
#define cn_expr_ends_with(a, text) CN_TEST_TWO_(CN_OP_ENDS_WITH, a, text)
#define cn_expr_ilike(a, text) CN_TEST_TWO_(CN_OP_ILIKE, a, text)
#define cn_expr_icontains(a, text) CN_TEST_TWO_(CN_OP_ICONTAINS, a, text)
#define cn_expr_regexp(a, pattern) CN_TEST_TWO_(CN_OP_REGEXP, a, pattern)

/* One of several values: cn_in(Post, status, POST_DRAFT, POST_PUBLISHED) */
#define cn_in(T, m, ...)                                                                           \
    cn_test_(CN_OP_IN,                                                                             \
             CN_CHECKED_ARGS_(T, m, CN_SUM_(CN_EACH_MEMBER_(CN_FITS_ONE_, (T, m), __VA_ARGS__))),  \
             ((const cn_expr[]){CN_EACH_MEMBER_(CN_EXPR_FOR_ONE_, (T, m), __VA_ARGS__)}),          \
             CN_COUNT_(__VA_ARGS__))
#define CN_FITS_ONE_(Tm, v) CN_FITS_TM_(CN_UNPACK_ Tm, v)
#define CN_FITS_TM_(...) CN_FITS_(__VA_ARGS__)
#define CN_EXPR_FOR_ONE_(Tm, v) CN_EXPR_FOR_TM_(CN_UNPACK_ Tm, v)
#define CN_EXPR_FOR_TM_(...) CN_EXPR_FOR_(__VA_ARGS__)
#define CN_UNPACK_(T, m) T, m
/* All are 0, or do not compile. */
#define CN_SUM_(...) (uint32_t)(0 * sizeof((uint32_t[]){__VA_ARGS__}))
#define cn_expr_in(a, ...) cn_test_(CN_OP_IN, NULL, 0, 0, CN_EXPRS_(a, __VA_ARGS__))
/* An array of run-time length whose elements have the member's type; borrowed. An empty one matches
   nothing. Bytes, decimals and JSON cannot be listed. */
#define cn_in_array(T, m, array, n)                                                                \
    cn_test_list_(CN_CHECKED_ARGS_(T, m, CN_FITS_ARRAY_(T, m, array)), NULL, (array), (n),         \
                  (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m)))
#define cn_expr_in_array(a, array, n)                                                              \
    cn_test_list_(NULL, 0, 0, (const cn_expr[]){a}, (array), (n),                                  \
                  (uint8_t)(CN_ELEMENT_(*(array)) +                                                \
                            CN_OR_ERROR_(CN_ELEMENT_(*(array)) != 99,                              \
                                         cn_the_array_must_have_elements_that_sql_knows)))
typedef struct cn_the_array_must_have_elements_that_sql_knows {
    char unused;
} cn_the_array_must_have_elements_that_sql_knows;
/* A list named now and given at execution: .params = CN_PARAMS("ids", cn_list(ids, count)). */
#define cn_in_later(T, m, name)                                                                    \
    cn_test_(CN_OP_IN, CN_MEMBER_ARGS_(T, m), (const cn_expr[]){cn_later(name)}, 1)
/* The rows of a select of one column; of as many columns as a cn_tuple has. */
#define cn_in_query(T, m, statement)                                                               \
    cn_test_(CN_OP_IN, CN_MEMBER_ARGS_(T, m),                                                      \
             (const cn_expr[]){cn_query_value_(CN_QUERY_ROWS, CN_STATEMENT_(statement))}, 1)
#define cn_expr_in_query(a, statement)                                                             \
    cn_test_(CN_OP_IN, NULL, 0, 0,                                                                 \
             CN_PARTS_(a, cn_query_value_(CN_QUERY_ROWS, CN_STATEMENT_(statement))))
#define cn_exists(statement) cn_exists_(CN_STATEMENT_(statement))

/* SQL of your own, with parameters: cn_sql("similarity(title, :t) > :least", CN_PARAMS("t", title,
   "least", 0.4)) */
#define cn_sql(...) CN_SQL_(__VA_ARGS__, NULL, 0)
#define CN_SQL_(text, params, ...) cn_fragment_((text), (params))

/* Up to 64 conditions. Without any (all left out by cn_when) both are left out themselves. */
#define cn_and(...) cn_connect_(CN_NODE_AND, CN_CONDITIONS_(__VA_ARGS__))
#define cn_or(...) cn_connect_(CN_NODE_OR, CN_CONDITIONS_(__VA_ARGS__))
/* The operator itself is turned round where SQL has a word for it: NOT LIKE, !=, NOT IN, ... */
#define cn_not(condition) cn_connect_(CN_NODE_NOT, CN_CONDITIONS_(condition))
/* The condition if `test`, else nothing: for filters that are optional at run time. `condition` is
   not even built when `test` is false, so it may mention a pointer that is NULL then. */
#define cn_when(test, condition) ((test) ? (condition) : (cn_condition){{.kind = CN_NODE_LEFT_OUT}})

#define cn_keep(owner, condition) CN_EITHER_(owner, keep)((owner), (condition))

/* Expressions one after the other, for .order_by and .group_by. */
#define CN_BY(...) ((const cn_expr[]){__VA_ARGS__, {{.kind = CN_NODE_NONE}}})

#endif
#endif
