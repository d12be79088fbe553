/*
 * Many rows of one table at once: what a flush, cn_insert_rows and association tables are made of.
 * Knows which form of a batch is the fastest on the database at hand, and hides the difference.
 *
 * `values` are rows of `column_count` values each, row after row, borrowed for the call;
 * enumerations are labels already.
 */
#ifndef CN_SQL_ROWS_H
#define CN_SQL_ROWS_H

#include "engine/connection.h"
#include "schema/table.h"

typedef struct cn_row_batch {
    const cn_table *table;
    const uint32_t *columns; /* set or inserted */
    size_t          column_count;
    const uint32_t
          *where; /* of an update or delete: equal to the values that follow those of `columns` */
    size_t where_count;
    const cn_value *values;
    size_t          rows;
} cn_row_batch;

/* Inserts. With `keys`, the generated key of each row is stored there, in order. */
bool cn_rows_insert(cn_connection *connection, const cn_row_batch *batch, int64_t *keys);
/* Both: `matched` is the number of rows found. */
bool cn_rows_update(cn_connection *connection, const cn_row_batch *batch, int64_t *matched);
bool cn_rows_delete(cn_connection *connection, const cn_row_batch *batch, int64_t *matched);

#endif
