/*
 * cinnabar/statement.h: what cn_execute takes: text written by hand, or a statement built from
 * values (cinnabar/sql.h), and the parameters that go with it.
 *
 *     cn_execute(connection, cn_text("DELETE FROM post WHERE author_id = :author"),
 *                CN_PARAMS("author", 7));
 *
 * Text of a statement
 *   `:name` stands for a parameter wherever SQL allows a value, in any database's spelling. It is
 *   found by a tokenizer, so `:` in a literal, a quoted identifier, a comment, a dollar quote or a
 *   `::` cast is left alone, and `\:` is a plain colon. A name used twice is bound twice. A list
 *   (cn_list) expands: `WHERE id IN :ids`. A missing, unknown or twice-given parameter is an error
 *   that names it. On MySQL the modes ANSI_QUOTES and NO_BACKSLASH_ESCAPES are followed as they
 *   were when the connection was opened (by the server, or by the URL's sql_mode or init_command);
 *   do not change them later.
 *
 * A statement is a value in the block that wrote it: pass it on, do not keep it.
 */
#ifndef CINNABAR_STATEMENT_H
#define CINNABAR_STATEMENT_H

#include <cinnabar/storage.h>

CN_BEGIN_DECLARATIONS

typedef enum cn_statement_kind {
    CN_STATEMENT_TEXT = 1,
    CN_STATEMENT_SELECT,
    CN_STATEMENT_INSERT,
    CN_STATEMENT_UPDATE,
    CN_STATEMENT_DELETE,
    CN_STATEMENT_COMPOUND, /* UNION, INTERSECT, EXCEPT */
    CN_STATEMENT_VALUES
} cn_statement_kind;

/* The head of every statement. */
typedef struct cn_statement {
    uint32_t kind; /* cn_statement_kind */
    uint32_t size; /* of the whole struct, as the program was compiled */
} cn_statement;

/* One named value. An array of them ends with a NULL name. */
typedef struct cn_param {
    const char *name; /* without the colon */
    cn_value    value;
} cn_param;

typedef struct cn_text_statement {
    cn_statement    head;
    const char     *sql;
    const cn_param *params; /* .params = CN_PARAMS(...), where the call has no argument for them */
    /* .fields = CN_FIELDS(Row, member, ...): the struct that a row fills */
    const cn_fields *fields;
    const cn_model  *entity; /* .entity = &Post_model: rows are instances of a session */
    /* at most about this many rows in memory at a time; 0: the library's choice */
    size_t chunk;
} cn_text_statement;

/* See cinnabar/sql.h. */
typedef struct cn_select_statement   cn_select_statement;
typedef struct cn_insert_statement   cn_insert_statement;
typedef struct cn_update_statement   cn_update_statement;
typedef struct cn_delete_statement   cn_delete_statement;
typedef struct cn_compound_statement cn_compound_statement;
typedef struct cn_values_statement   cn_values_statement;

CN_END_DECLARATIONS

#ifndef __cplusplus

/* cn_text("SELECT ..."), with the members above as options: cn_text("SELECT ...", .chunk = 1000).
   */
#define cn_text(...) CN_TEXT_(__VA_ARGS__, .head = {CN_STATEMENT_TEXT, sizeof(cn_text_statement)})
#define CN_TEXT_(text, ...) (&(const cn_text_statement){.sql = (text), __VA_ARGS__})

/* CN_PARAMS("name", value, "other", value, ...): up to 31 pairs. A value is any that CN_VALUE
   takes; for more, or for a number known at run time, fill an array of cn_param. */
#define CN_PARAMS(...)                                                                             \
    ((const cn_param[]){CN_PAIRS_(CN_PARAM_, 0, __VA_ARGS__), {NULL, {0, 0, {.integer = 0}}}})
#define CN_PARAM_(unused, n, v)                                                                    \
    {                                                                                              \
        (n), CN_VALUE(v)                                                                           \
    }

/* CN_FIELDS(Row, id, name): members of a struct, in any order; up to 63. A column of the result
   goes into the member of its name; a column without a member, or a member without a column, is an
   error at first execution. */
#define CN_FIELDS(T, ...)                                                                          \
    (&(const cn_fields){#T, sizeof(T),                                                             \
                        ((const cn_field[]){CN_EACH_MEMBER_(CN_FIELD_, T, __VA_ARGS__)}),          \
                        CN_COUNT_(__VA_ARGS__)})

/* The head of any statement: functions, so that what stands in `s` is there but twice. */
#define CN_STATEMENT_HEAD_(name, T)                                                                \
    static inline const cn_statement *name(const T *statement)                                     \
    {                                                                                              \
        return (const cn_statement *)(const void *)statement;                                      \
    }
CN_STATEMENT_HEAD_(cn_statement_self_, cn_statement)
CN_STATEMENT_HEAD_(cn_statement_text_, cn_text_statement)
CN_STATEMENT_HEAD_(cn_statement_select_, cn_select_statement)
CN_STATEMENT_HEAD_(cn_statement_insert_, cn_insert_statement)
CN_STATEMENT_HEAD_(cn_statement_update_, cn_update_statement)
CN_STATEMENT_HEAD_(cn_statement_delete_, cn_delete_statement)
CN_STATEMENT_HEAD_(cn_statement_compound_, cn_compound_statement)
CN_STATEMENT_HEAD_(cn_statement_values_, cn_values_statement)
#define CN_STATEMENT_(s)                                                                           \
    _Generic((s),                                                                                  \
        const cn_statement *: cn_statement_self_,                                                  \
        const cn_text_statement *: cn_statement_text_,                                             \
        const cn_select_statement *: cn_statement_select_,                                         \
        const cn_insert_statement *: cn_statement_insert_,                                         \
        const cn_update_statement *: cn_statement_update_,                                         \
        const cn_delete_statement *: cn_statement_delete_,                                         \
        const cn_compound_statement *: cn_statement_compound_,                                     \
        const cn_values_statement *: cn_statement_values_)(s)

#endif

#include <cinnabar/sys/repeat.h>

#endif
