/*
 * From a statement to SQL in one dialect, with a plan of how its values are bound and its rows
 * decoded. Runs once per structure and engine; what it makes is immutable.
 */
#ifndef CN_SQL_COMPILE_H
#define CN_SQL_COMPILE_H

#include "engine/connection.h"
#include "sql/dialect.h"
#include "sql/node.h"

/* A value that is sent in another form: the label of an enumeration. */
typedef struct cn_conversion {
    uint32_t         slot;   /* placeholder */
    const cn_column *column; /* whose type says how */
} cn_conversion;

typedef struct cn_plan {
    cn_compiled          head;
    const uint32_t      *slots; /* the value of each placeholder; NULL: 0, 1, 2, ... */
    size_t               slot_count;
    const cn_conversion *conversions;
    size_t               conversion_count;
    /* rows */
    const cn_table  *entity;      /* they are instances of this table, all its columns; NULL: not */
    const char      *struct_name; /* the struct that they fill; NULL: no rows, or whatever comes */
    size_t           struct_size;
    const cn_decode *decode;
    size_t           decode_count;
} cn_plan;

/* While SQL is written. Other files of this floor write statements of their own with it. */
typedef struct cn_compiler {
    cn_buffer         sql;
    const cn_dialect *dialect;
    const cn_link    *link;
    cn_error         *error;
    cn_arena          scratch; /* ends with the compiler */
    const cn_table   *from;    /* what a column may belong to ... */
    const cn_table   *also;    /* ... or to this; NULL */
    bool              bare;    /* columns without their table's name */
    uint32_t          next_value;
    const cn_value   *values; /* those of the first execution: their types are structure */
    uint32_t         *slots;
    size_t            slot_count, slot_capacity;
    cn_conversion    *conversions;
    size_t            conversion_count, conversion_capacity;
    bool              reordered; /* slots are not 0, 1, 2, ... */
} cn_compiler;

/* False: compiler->error is filled. */
bool cn_compiler_begin(cn_compiler *compiler, cn_connection *connection, cn_error *error);
void cn_compiler_end(cn_compiler *compiler);
/* A plan of `size` bytes (it begins with cn_plan) with the SQL and the slots; NULL: the error is
   filled. */
cn_plan *cn_compiler_finish(cn_compiler *compiler, cn_plan *plan);

void cn_compiler_text(cn_compiler *compiler, const char *text);
bool cn_compiler_identifier(cn_compiler *compiler, const char *name);
bool cn_compiler_table(cn_compiler *compiler, const cn_table *table);
bool cn_compiler_column(cn_compiler *compiler, const cn_column *column);
/* A placeholder for the next value; `column` (may be NULL) is what it meets. */
bool cn_compiler_value(cn_compiler *compiler, const cn_column *column);
bool cn_compiler_value_at(cn_compiler *compiler, const cn_column *column, uint32_t value);
/* " \nWHERE ..." unless the condition is empty. */
bool cn_compiler_where(cn_compiler *compiler, const cn_condition *where);
/* Any expression; `meets` (may be NULL) is the column that its value is assigned to. */
bool cn_compiler_expression(cn_compiler *compiler, const cn_expr *value, const cn_column *meets);
/* Columns of a table, separated by commas. */
bool cn_compiler_columns(cn_compiler *compiler, const cn_table *table);
/* The decode plan of a whole table, in column order. */
const cn_decode *cn_plan_of_table(cn_arena *arena, const cn_table *table, uint32_t first_column);

/* cn_compile_function for the statements of cinnabar/sql.h; `context` is a cn_compile_request. */
typedef struct cn_compile_request {
    const cn_statement *statement;
    const cn_value     *values;
    const void         *key;
    size_t              key_size;
    uint64_t            hash;
} cn_compile_request;
cn_compiled *cn_compile_statement(cn_connection *connection, void *context, cn_error *error);

#endif
