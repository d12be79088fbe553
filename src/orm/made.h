/*
 * Values that are made on the way of a flush: by the program's functions before a row is written,
 * by the database while it is. persist.c asks for them where a table has any.
 */
#ifndef CN_ORM_MADE_H
#define CN_ORM_MADE_H

#include "orm/flush.h"

/* Inserts rows of a table with such values, in order, and stores the generated keys. */
bool cn_made_insert(cn_flush_plan *plan, const cn_table *table, const uint32_t *order,
                    size_t count);
/* The value of a column of a row that is no instance: its own, or one that is made. */
bool cn_made_load(cn_session *session, const cn_column *column, const void *row, cn_value *value);
/* Fills in the members of a row that is to be updated. */
bool cn_made_update(cn_flush_plan *plan, cn_work *work);
/* Reads what the database made of the rows that were written, when all have been settled. */
bool cn_made_read_back(cn_flush_plan *plan);

#endif
