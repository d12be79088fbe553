/*
 * Values that the library makes for a column: what an INSERT or UPDATE takes where nobody assigned
 * one, and what a user type makes of a member. Called by the compiler and the flush.
 */
#ifndef CN_SCHEMA_VALUE_H
#define CN_SCHEMA_VALUE_H

#include "schema/table.h"

/* Whether the column has a client value for an INSERT, or with `update` for an UPDATE. */
bool cn_column_makes_value(const cn_column *column, bool update);

/* That value: what a function made lives in `memory`. `row` is the struct that is written, or NULL.
   False: the error names the column. */
bool cn_column_make_value(const cn_column *column, bool update, const void *row, cn_value *value,
                          cn_arena *memory, cn_error *error);

/* The value that the database takes for a member's, of a user type or an enumeration. False: the
   error names the column; so it does for a day that is in no calendar. */
bool cn_column_bind(const cn_column *column, cn_value *value, cn_arena *memory, cn_error *error);

/* Where `word`, ":value" or ":column", stands in the SQL of a user type; NULL: nowhere. */
const char *cn_user_sql_place(const char *sql, const char *word);

#endif
