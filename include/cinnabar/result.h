/*
 * cinnabar/result.h: the rows that a statement returned, read one after the other.
 *
 *     cn_result *result = cn_execute(connection, cn_text("SELECT id, name FROM author"));
 *     while (cn_next(result))
 *         printf("%d %s\n", cn_get_int(result, "id"), cn_get_text(result, "name"));
 *
 * or into a struct, by the names of its members, with no look-up per row:
 *
 *     typedef struct { int id; const char *name; } Row;
 *     Row row;
 *     while (cn_fetch(result, Row, &row, id, name))
 *         ...
 *
 * Rows are read as they come where the client library does that well. What a getter returns is
 * borrowed until the next row, or the end of the result. A column that cannot be read as the type
 * asked for (NULL as an int, 300 as an int8_t, a text as a number that it is not) is an error of
 * the result and its connection, never a zero that looks like a value: check at the end.
 *
 * After an error the loops end and getters return zeros.
 */
#ifndef CINNABAR_RESULT_H
#define CINNABAR_RESULT_H

#include <cinnabar/error.h>
#include <cinnabar/statement.h>

CN_BEGIN_DECLARATIONS

/* Goes to the next row; the first call goes to the first. False after the last one, and in failure.
   */
CN_API bool cn_next(cn_result *result);

CN_API size_t      cn_column_count(cn_result *result); /* 0: the statement returns no rows */
CN_API const char *cn_column_name(cn_result *result, size_t column); /* NULL if there is none */

/* Rows that an INSERT, UPDATE or DELETE matched (also those that it did not change); -1 if unknown.
   */
CN_API int64_t cn_row_count(cn_result *result);
/* The key that the database generated for the (last) row of an INSERT where it tells (SQLite,
   MySQL), else 0: use RETURNING. */
CN_API int64_t cn_inserted_key(cn_result *result);

/*
 * The current row, by name. A name that is not there, or there twice, is an error. Pointers may be
 * NULL for SQL's NULL; the others refuse it.
 */
CN_API bool         cn_get_is_null(cn_result *result, const char *name);
CN_API bool         cn_get_bool(cn_result *result, const char *name);
CN_API int          cn_get_int(cn_result *result, const char *name);
CN_API int64_t      cn_get_int64(cn_result *result, const char *name);
CN_API uint64_t     cn_get_uint64(cn_result *result, const char *name);
CN_API double       cn_get_double(cn_result *result, const char *name);
CN_API const char  *cn_get_text(cn_result *result, const char *name); /* of any type, as text */
CN_API cn_bytes     cn_get_bytes(cn_result *result, const char *name);
CN_API cn_decimal   cn_get_decimal(cn_result *result, const char *name);
CN_API cn_date      cn_get_date(cn_result *result, const char *name);
CN_API cn_time      cn_get_time(cn_result *result, const char *name);
CN_API cn_datetime  cn_get_datetime(cn_result *result, const char *name);
CN_API cn_timestamp cn_get_timestamp(cn_result *result, const char *name);
CN_API cn_interval  cn_get_interval(cn_result *result, const char *name);
CN_API cn_uuid      cn_get_uuid(cn_result *result, const char *name);
CN_API cn_json      cn_get_json(cn_result *result, const char *name);
CN_API cn_value     cn_get_value(cn_result *result, const char *name); /* as it came */

/* The same by position, from 0: cn_value_at(result, 0), or with a C type: cn_cell_at(result, int,
   0). */
CN_API cn_value    cn_value_at(cn_result *result, size_t column);
CN_API const char *cn_text_at(cn_result *result, size_t column);

/* The next row into the members of a struct: see the macro cn_fetch. */
CN_API bool cn_fetch_row(cn_result *result, const cn_fields *fields, void *row);

/* One cell into a C variable: see the macros cn_cell and cn_cell_at. Returns `target`, zeroed in
   failure. */
CN_API void *cn_cell_into(cn_result *result, const char *name, uint8_t storage, void *target);
CN_API void *cn_cell_into_at(cn_result *result, size_t column, uint8_t storage, void *target);

/*
 * The whole result at once.
 *   cn_only          goes to the only row: none, or a second one, is an error (CN_CAUSE_ROWS)
 *   cn_only_or_none  false without an error if there is no row
 * The row stays readable until the result ends.
 */
CN_API bool cn_only(cn_result *result);
CN_API bool cn_only_or_none(cn_result *result);

CN_END_DECLARATIONS

#ifndef __cplusplus

/* cn_fetch(result, Row, &row, id, name): true if there was a row. Every column of the result must
   have its member in the list, and the other way round. Text is borrowed until the next row. */
#define cn_fetch(result, T, row, ...)                                                              \
    cn_fetch_row((result), CN_FIELDS(T, __VA_ARGS__), 1 ? (row) : (T *)0)

/* cn_cell(result, CN_OPT(int), "age"), cn_cell_at(result, double, 0): a cell as any C type that SQL
   knows. */
#define cn_cell(result, T, name)                                                                   \
    (*(T *)cn_cell_into((result), (name), CN_STORAGE_OF_TYPE_(T), (T[1]){0}))
#define cn_cell_at(result, T, column)                                                              \
    (*(T *)cn_cell_into_at((result), (column), CN_STORAGE_OF_TYPE_(T), (T[1]){0}))
#define CN_STORAGE_OF_TYPE_(T)                                                                     \
    ((uint8_t)(CN_STORAGE_OF_(*(T *)0) +                                                           \
               CN_SAY_(CN_STORAGE_OF_(*(T *)0) != 0, "cinnabar: no SQL value fits the type " #T)))

#endif
#endif
