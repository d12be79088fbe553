/*
 * cinnabar/sql.h: statements built from values, checked by the C compiler.
 *
 *     Post *const *posts = cn_all(session, Post,
 *         .where    = cn_and(cn_is(Post, author_id, ==, author),
 *                            cn_when(title, cn_contains(Post, title, title))),
 *         .order_by = CN_BY(cn_desc(cn_attr(Post, id))),
 *         .limit    = 50);
 *
 * The first argument names a struct that is a model, the second a member of it. A member that is
 * not there, a value that does not fit it, an operator that SQL does not know, a value where a
 * condition belongs: none of them compiles.
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
 * A long report is often easier to read as SQL: cn_text(..., .fields = CN_FIELDS(...)) fills the
 * same structs.
 */
#ifndef CINNABAR_SQL_H
#define CINNABAR_SQL_H

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

/* A member of a struct and the expression that fills it, or is assigned to it. */
typedef struct cn_item {
    cn_field field;
    cn_expr  value;
} cn_item;

typedef struct cn_items {
    const char     *struct_name;
    size_t          struct_size;
    const cn_model *model; /* of an assignment; NULL for a row */
    const cn_item  *items;
    size_t          count;
} cn_items;

struct cn_select_statement {
    cn_statement    head;
    const cn_model *from;
    const cn_items *columns; /* CN_INTO(Row, ...) [all columns of the model, as instances] */
    cn_condition    where;
    const cn_expr  *order_by; /* CN_BY(...) */
    int64_t         limit;    /* 0: none; negative: an error */
    int64_t         offset;
    bool            distinct;
    const cn_param *params; /* for cn_later */
};

struct cn_insert_statement {
    cn_statement    head;
    const cn_model *into;
    const cn_items *values;    /* CN_SET(Post, title, "x") */
    const cn_items *returning; /* CN_INTO(Row, ...) */
    const cn_param *params;
};

/* A condition that is absent, or empty because every cn_when was false, is refused unless
   .every_row. */
struct cn_update_statement {
    cn_statement    head;
    const cn_model *table;
    const cn_items *set;
    cn_condition    where;
    bool            every_row;
    const cn_items *returning;
    const cn_param *params;
};

struct cn_delete_statement {
    cn_statement    head;
    const cn_model *from;
    cn_condition    where;
    bool            every_row;
    const cn_items *returning;
    const cn_param *params;
};

/* ---- functions behind the macros ------------------------------------------------------------- */

/* What a member takes. The names are what a compiler says when a value does not fit. */
CN_API cn_expr cn_a_bool_member_takes_(bool value);
CN_API cn_expr cn_an_int_member_takes_(int value);
CN_API cn_expr cn_an_unsigned_member_takes_(unsigned value);
CN_API cn_expr cn_an_int64_member_takes_(long long value);
CN_API cn_expr cn_a_uint64_member_takes_(unsigned long long value);
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

CN_API cn_condition cn_compare_(const cn_model *model, uint32_t offset, uint8_t storage, int op,
                                const cn_expr *value);
CN_API cn_condition cn_compare_both_(int op, const cn_expr *two);
/* `value` is NULL for a test that has none. */
CN_API cn_condition cn_test_(int kind, const cn_model *model, uint32_t offset, uint8_t storage,
                             const cn_expr *value);
CN_API cn_condition cn_connect_(int kind, const cn_condition *parts, size_t count);
CN_API cn_expr cn_compute_(int kind, int op, const char *name, const cn_expr *parts, size_t count);
CN_API cn_expr cn_aggregate_(const char *name, const cn_expr *of);
CN_API cn_condition cn_in_(const cn_model *model, uint32_t offset, uint8_t storage,
                           const void *items, size_t count);
CN_API cn_condition cn_fragment_(const char *sql, const cn_param *params);

/* The order of one ORDER BY term. */
CN_API cn_expr cn_desc(cn_expr value);
CN_API cn_expr cn_asc(cn_expr value);

/* A value named now and given at execution: .params = CN_PARAMS("least", 3). */
CN_API cn_expr cn_later(const char *name);

CN_API cn_expr cn_count_all(void);

/* ---- keeping and building -------------------------------------------------------------------- */

/*
 * A copy of a condition with everything that it points to, text included. It lives as long as its
 * owner, a connection or a session; `cn_connection_keep` and `cn_session_keep` stand behind the
 * macro cn_keep. If memory runs out, or the condition's parts have died, the copy is a condition
 * that fails when it is executed.
 */
CN_API cn_condition cn_connection_keep(cn_connection *owner, cn_condition condition);
CN_API cn_condition cn_session_keep(cn_session *owner, cn_condition condition);

/*
 * A SELECT put together at run time. Every call copies what it is given at once, so conditions may
 * be written in any `if` or loop:
 *
 *     cn_query *query = cn_build(cn_select(Post, .limit = 50));
 *     for (size_t i = 0; i < count; i++)
 *         cn_query_where(query, cn_contains(Post, title, words[i]));
 *     CN_EACH(Post, post, cn_rows(session, Post, cn_built(query))) ...
 *     cn_query_free(query);
 *
 * Conditions are joined by AND. The same structure has the same place in the cache as the same
 * statement written in place. What fails (memory, a dead literal) makes the built statement fail
 * when it is executed. Threads: one at a time.
 */
typedef struct cn_query cn_query;
CN_API cn_query *cn_build(const cn_select_statement *statement); /* NULL only for want of memory */
CN_API void      cn_query_where(cn_query *query, cn_condition condition);
CN_API void      cn_query_order_by(cn_query *query, cn_expr value);
CN_API void      cn_query_limit(cn_query *query, int64_t limit, int64_t offset);
/* the query's; valid until it changes or is freed */
CN_API const cn_select_statement *cn_built(cn_query *query);
CN_API void                       cn_query_free(cn_query *query);

/* The SQL of a statement as it would be sent to this engine's database, parameters as placeholders;
   those that come later (cn_later) need no value. For reading and logging. The text is the
   caller's, to end with cn_text_free; NULL: the error of the connection says why. */
CN_API char *cn_statement_sql(cn_connection *connection, const cn_statement *statement);
CN_API void  cn_text_free(char *text);

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
   interval, 11 uuid, 12 JSON, 90 an expression, 91 NULL, 0 nothing that SQL knows; 64 more: the
   CN_OPT of it. */
#define CN_CLASS_(x)                                                                               \
    _Generic((x), cn_expr: 90, cn_null_value: 91, bool: 1, char: 1, signed char: 1,                \
        unsigned char: 1, short: 1, unsigned short: 1, int: 1, unsigned: 1, long: 1,               \
        unsigned long: 1, long long: 1, unsigned long long: 1, float: 2, double: 2, char *: 3,     \
        const char *: 3, cn_bytes: 4, cn_decimal: 5, cn_date: 6, cn_time: 7, cn_datetime: 8,       \
        cn_timestamp: 9, cn_interval: 10, cn_uuid: 11, cn_json: 12, cn_opt_bool: 64 + 1,           \
        cn_opt_int8_t: 64 + 1, cn_opt_uint8_t: 64 + 1, cn_opt_int16_t: 64 + 1,                     \
        cn_opt_uint16_t: 64 + 1, cn_opt_int: 64 + 1, cn_opt_unsigned: 64 + 1,                      \
        cn_opt_int64_t: 64 + 1, cn_opt_uint64_t: 64 + 1, cn_opt_float: 64 + 2,                     \
        cn_opt_double: 64 + 2, cn_opt_cn_date: 64 + 6, cn_opt_cn_time: 64 + 7,                     \
        cn_opt_cn_datetime: 64 + 8, cn_opt_cn_timestamp: 64 + 9, cn_opt_cn_interval: 64 + 10,      \
        cn_opt_cn_uuid: 64 + 11, default: 0)
#define CN_FIT_(member, value)                                                                     \
    ((value) == 90 || ((member) % 64 == (value) && (value) != 0) ||                                \
     ((member) % 64 == 2 && (value) == 1))
/* An assignment also takes NULL where the member can hold it, and a CN_OPT of the same class. */
#define CN_FIT_SET_(member, value)                                                                 \
    (CN_FIT_(member, value) || ((member) == (value) && (value) != 0) ||                            \
     ((value) == 91 &&                                                                             \
      ((member) > 64 || (member) == 3 || (member) == 4 || (member) == 5 || (member) == 12)))
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
    CN_OR_ERROR_(CN_FIT_(CN_CLASS_(CN_MEMBER_(T, m)), CN_CLASS_(v)),                               \
                 cn_this_value_does_not_fit_the_member)
#define CN_FITS_SET_(T, m, v)                                                                      \
    CN_OR_ERROR_(CN_FIT_SET_(CN_CLASS_(CN_MEMBER_(T, m)), CN_CLASS_(v)),                           \
                 cn_this_value_does_not_fit_the_member)
#define CN_FITS_TEXT_(T, m, v)                                                                     \
    CN_OR_ERROR_(CN_CLASS_(CN_MEMBER_(T, m)) == 3 && (CN_CLASS_(v) == 3 || CN_CLASS_(v) == 90),    \
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

/* A value that meets a member: the member decides its type, the value converts as an argument does.
   */
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
    _Generic((v), cn_expr: cn_expr_self_, default: CN_TAKER_(CN_MEMBER_(T, m)))(v)
#define CN_SET_FOR_(T, m, v)                                                                       \
    _Generic((v), cn_expr: cn_expr_self_, cn_null_value: cn_expr_null_,                            \
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

/* Parts, in arrays of their own type. */
#define CN_PARTS_(...) ((const cn_expr[]){__VA_ARGS__}), CN_COUNT_(__VA_ARGS__)
#define CN_CONDITIONS_(...) ((const cn_condition[]){__VA_ARGS__}), CN_COUNT_(__VA_ARGS__)

/* The kinds of nodes that the macros make. */
enum {
    CN_NODE_NONE,
    CN_NODE_MEMBER,
    CN_NODE_VALUE,
    CN_NODE_COMPARE,      /* a member and a flat value */
    CN_NODE_COMPARE_PART, /* a member and an expression with parts */
    CN_NODE_COMPARE_BOTH, /* two expressions */
    CN_NODE_AND,
    CN_NODE_OR,
    CN_NODE_NOT,
    CN_NODE_LEFT_OUT, /* cn_when that was false */
    CN_NODE_IS_NULL,
    CN_NODE_IS_NOT_NULL,
    CN_NODE_SAME,
    CN_NODE_NOT_SAME,
    CN_NODE_LIKE,
    CN_NODE_CONTAINS,
    CN_NODE_STARTS_WITH,
    CN_NODE_ENDS_WITH,
    CN_NODE_IN,
    CN_NODE_FRAGMENT, /* its parts are cn_params */
    CN_NODE_ARITHMETIC,
    CN_NODE_CALL,
    CN_NODE_COUNT_ALL,
    CN_NODE_BROKEN /* a copy that could not be made: fails when executed */
};

/* ---- values ---------------------------------------------------------------------------------- */

/* A column: the member of a model. */
#define cn_attr(T, m)                                                                              \
    ((cn_expr){{.kind    = CN_NODE_MEMBER,                                                         \
                .storage = (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m)),                              \
                .offset  = CN_OFFSET_OF_(T, m),                                                    \
                .model   = &T##_model}})
/* Any C value as an expression; by itself only where no member says its type. */
#define cn_literal(x) CN_EXPR_(x)
#define CN_EXPR_(x)                                                                                \
    _Generic((x),                                                                                  \
        cn_expr: cn_expr_self_,                                                                    \
        bool: cn_a_bool_member_takes_,                                                             \
        char: cn_an_int_member_takes_,                                                             \
        signed char: cn_an_int_member_takes_,                                                      \
        unsigned char: cn_an_unsigned_member_takes_,                                               \
        short: cn_an_int_member_takes_,                                                            \
        unsigned short: cn_an_unsigned_member_takes_,                                              \
        int: cn_an_int_member_takes_,                                                              \
        unsigned: cn_an_unsigned_member_takes_,                                                    \
        long: cn_an_int64_member_takes_,                                                           \
        unsigned long: cn_a_uint64_member_takes_,                                                  \
        long long: cn_an_int64_member_takes_,                                                      \
        unsigned long long: cn_a_uint64_member_takes_,                                             \
        float: cn_a_double_member_takes_,                                                          \
        double: cn_a_double_member_takes_,                                                         \
        char *: cn_a_text_member_takes_,                                                           \
        const char *: cn_a_text_member_takes_,                                                     \
        cn_bytes: cn_a_bytes_member_takes_,                                                        \
        cn_decimal: cn_a_decimal_member_takes_,                                                    \
        cn_date: cn_a_date_member_takes_,                                                          \
        cn_time: cn_a_time_member_takes_,                                                          \
        cn_datetime: cn_a_datetime_member_takes_,                                                  \
        cn_timestamp: cn_a_timestamp_member_takes_,                                                \
        cn_interval: cn_an_interval_member_takes_,                                                 \
        cn_uuid: cn_a_uuid_member_takes_,                                                          \
        cn_json: cn_a_json_member_takes_)(x)
#define cn_plus(a, b)                                                                              \
    cn_compute_(CN_NODE_ARITHMETIC, '+', NULL, CN_PARTS_(CN_EXPR_(a), CN_EXPR_(b)))
#define cn_minus(a, b)                                                                             \
    cn_compute_(CN_NODE_ARITHMETIC, '-', NULL, CN_PARTS_(CN_EXPR_(a), CN_EXPR_(b)))
#define cn_times(a, b)                                                                             \
    cn_compute_(CN_NODE_ARITHMETIC, '*', NULL, CN_PARTS_(CN_EXPR_(a), CN_EXPR_(b)))
/* Any function by its name, which is checked to be one: cn_call("coalesce", cn_attr(Post, title),
   cn_literal("none")) */
#define cn_call(...) CN_CALL_(__VA_ARGS__, {{.kind = CN_NODE_NONE}})
#define CN_CALL_(name, ...)                                                                        \
    cn_compute_(CN_NODE_CALL, 0, (name), ((const cn_expr[]){__VA_ARGS__}),                         \
                CN_COUNT_(__VA_ARGS__) - 1)
/* Aggregates. Of a column they are flat: they may be stored and returned. */
#define cn_count(value) cn_aggregate_("count", (const cn_expr[]){value})
#define cn_sum(value) cn_aggregate_("sum", (const cn_expr[]){value})
#define cn_avg(value) cn_aggregate_("avg", (const cn_expr[]){value})
#define cn_min(value) cn_aggregate_("min", (const cn_expr[]){value})
#define cn_max(value) cn_aggregate_("max", (const cn_expr[]){value})

/* ---- conditions ------------------------------------------------------------------------------ */

/* cn_is(Post, views, >=, 10): a member against a value that fits it, or against an expression */
#define cn_is(T, m, o, v)                                                                          \
    cn_compare_(&T##_model, CN_OFFSET_OF_(T, m) + CN_FITS_(T, m, v),                               \
                (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m)), CN_OPERATOR_CHECKED_(o),                \
                (const cn_expr[]){CN_EXPR_FOR_(T, m, v)})
/* Two expressions: cn_cmp(cn_count(cn_attr(Post, id)), >, 10) */
#define cn_cmp(a, o, b)                                                                            \
    cn_compare_both_(CN_OPERATOR_CHECKED_(o), (const cn_expr[]){CN_EXPR_(a), CN_EXPR_(b)})
#define cn_is_null(T, m) cn_test_(CN_NODE_IS_NULL, CN_MEMBER_ARGS_(T, m), NULL)
#define cn_is_not_null(T, m) cn_test_(CN_NODE_IS_NOT_NULL, CN_MEMBER_ARGS_(T, m), NULL)
/* Equal, or both NULL. */
#define cn_is_same(T, m, v) CN_SAME_(CN_NODE_SAME, T, m, v)
#define cn_is_not_same(T, m, v) CN_SAME_(CN_NODE_NOT_SAME, T, m, v)
#define CN_SAME_(kind, T, m, v)                                                                    \
    cn_test_(kind, &T##_model, CN_OFFSET_OF_(T, m) + CN_FITS_SET_(T, m, v),                        \
             (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m)), (const cn_expr[]){CN_SET_FOR_(T, m, v)})
/* A pattern: % stands for any text, _ for one character, and a backslash takes away the meaning of
   what follows it, on every database. The other three take text as it is. Whether A is a is up to
   the database and the column's collation. */
#define cn_like(T, m, text) CN_MATCH_(CN_NODE_LIKE, T, m, text)
#define cn_contains(T, m, text) CN_MATCH_(CN_NODE_CONTAINS, T, m, text)
#define cn_starts_with(T, m, text) CN_MATCH_(CN_NODE_STARTS_WITH, T, m, text)
#define cn_ends_with(T, m, text) CN_MATCH_(CN_NODE_ENDS_WITH, T, m, text)
#define CN_MATCH_(kind, T, m, text)                                                                \
    cn_test_(kind, &T##_model, CN_OFFSET_OF_(T, m) + CN_FITS_TEXT_(T, m, text),                    \
             (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m)),                                            \
             (const cn_expr[]){CN_EXPR_FOR_(T, m, text)})
/* An array of run-time length whose elements have the member's type; borrowed. An empty one matches
   nothing. Bytes, decimals and JSON cannot be listed. */
#define cn_in_array(T, m, array, n)                                                                \
    cn_in_(&T##_model, CN_OFFSET_OF_(T, m) + CN_FITS_ARRAY_(T, m, array),                          \
           (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m)), (array), (n))
/* SQL of your own, with parameters: cn_sql("similarity(title, :t) > :least", CN_PARAMS("t", title,
   "least", 0.4)) */
#define cn_sql(...) CN_SQL_(__VA_ARGS__, NULL, 0)
#define CN_SQL_(text, params, ...) cn_fragment_((text), (params))

/* Up to 64 conditions. Without any (all left out by cn_when) both are left out themselves. */
#define cn_and(...) cn_connect_(CN_NODE_AND, CN_CONDITIONS_(__VA_ARGS__))
#define cn_or(...) cn_connect_(CN_NODE_OR, CN_CONDITIONS_(__VA_ARGS__))
#define cn_not(condition) cn_connect_(CN_NODE_NOT, CN_CONDITIONS_(condition))
/* The condition if `test`, else nothing: for filters that are optional at run time. `condition` is
   not even built when `test` is false, so it may mention a pointer that is NULL then. */
#define cn_when(test, condition) ((test) ? (condition) : (cn_condition){{.kind = CN_NODE_LEFT_OUT}})

#define cn_keep(owner, condition) CN_EITHER_(owner, keep)((owner), (condition))

/* ---- clauses --------------------------------------------------------------------------------- */

#define CN_BY(...) ((const cn_expr[]){__VA_ARGS__, {{.kind = CN_NODE_NONE}}})

/* CN_INTO(Row, member, expression, ...): what is selected, and the member of a struct that takes
   it. */
#define CN_INTO(T, ...)                                                                            \
    CN_ITEMS_(T, NULL, CN_COUNT_(__VA_ARGS__) / 2, CN_PAIRS_(CN_INTO_ONE_, T, __VA_ARGS__))
#define CN_INTO_ONE_(T, m, e)                                                                      \
    {                                                                                              \
        CN_FIELD_(T, m), CN_EXPR_(e)                                                               \
    }
/* CN_SET(Post, member, value, ...): assignments. */
#define CN_SET(T, ...)                                                                             \
    CN_ITEMS_(T, &T##_model, CN_COUNT_(__VA_ARGS__) / 2, CN_PAIRS_(CN_SET_ONE_, T, __VA_ARGS__))
#define CN_SET_ONE_(T, m, v)                                                                       \
    {                                                                                              \
        {#m, CN_OFFSET_OF_(T, m) + CN_FITS_SET_(T, m, v), (uint32_t)sizeof(CN_MEMBER_(T, m)),      \
         (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m))},                                               \
            CN_SET_FOR_(T, m, v)                                                                   \
    }
#define CN_ITEMS_(T, model, count, ...)                                                            \
    (&(const cn_items){#T, sizeof(T), (model), ((const cn_item[]){__VA_ARGS__}), (count)})

/* ---- statements ------------------------------------------------------------------------------ */

#define cn_select(...)                                                                             \
    CN_SELECT_(__VA_ARGS__, .head = {CN_STATEMENT_SELECT, sizeof(cn_select_statement)})
#define CN_SELECT_(T, ...) (&(const cn_select_statement){.from = &T##_model, __VA_ARGS__})
#define cn_insert(...)                                                                             \
    CN_INSERT_(__VA_ARGS__, .head = {CN_STATEMENT_INSERT, sizeof(cn_insert_statement)})
#define CN_INSERT_(T, ...) (&(const cn_insert_statement){.into = &T##_model, __VA_ARGS__})
#define cn_update(...)                                                                             \
    CN_UPDATE_(__VA_ARGS__, .head = {CN_STATEMENT_UPDATE, sizeof(cn_update_statement)})
#define CN_UPDATE_(T, ...) (&(const cn_update_statement){.table = &T##_model, __VA_ARGS__})
#define cn_delete_from(...)                                                                        \
    CN_DELETE_(__VA_ARGS__, .head = {CN_STATEMENT_DELETE, sizeof(cn_delete_statement)})
#define CN_DELETE_(T, ...) (&(const cn_delete_statement){.from = &T##_model, __VA_ARGS__})

#endif
#endif
