/*
 * The one shape of INSERT that a driver may run for many rows at once in another form: one table,
 * its columns, and one row of parameters, each once and in order:
 *
 *     INSERT INTO post (title, author_id) VALUES (?, ?)
 *
 * Whatever goes beyond it (RETURNING, ON CONFLICT, an expression, a comment) is not of this shape,
 * and its batch runs as it is written.
 */
#ifndef CN_BASE_INSERT_TEXT_H
#define CN_BASE_INSERT_TEXT_H

#include <cinnabar/base.h>

/* Places in the text: from `table` to `table_end`, and so on. */
typedef struct cn_insert_text {
    size_t table, table_end;
    size_t columns, columns_end; /* with their parentheses */
    size_t row, row_end;         /* "(?, ?)" */
    size_t count;                /* of the columns, and of the parameters */
} cn_insert_text;

/* Parameters are `?`, or $1, $2, ... */
bool cn_insert_text_read(const char *sql, size_t size, cn_insert_text *found);

#endif
