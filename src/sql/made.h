/*
 * Columns that a statement does not mention and whose model has a value for them: .insert_value and
 * its like. Walk and compiler go over them in the same order, behind what is mentioned.
 */
#ifndef CN_SQL_MADE_H
#define CN_SQL_MADE_H

#include <string.h>

#include <cinnabar/sql.h>

#include "schema/value.h"

/* The first such column at or behind `from`; NULL: no more. Where `items` is NULL nothing is
   mentioned. */
static inline const cn_column *cn_made_next(const cn_table *table, const cn_items *items,
                                            bool update, uint32_t from)
{
    if (!table->has_defaults)
        return NULL;
    for (uint32_t c = from; c < table->column_count; c++) {
        const cn_column *column    = &table->columns[c];
        bool             mentioned = !cn_column_makes_value(column, update);
        for (size_t i = 0; items != NULL && i < items->count && !mentioned; i++)
            mentioned = strcmp(items->items[i].field.name, column->member) == 0 ||
                        strcmp(items->items[i].field.name, column->name) == 0;
        if (!mentioned)
            return column;
    }
    return NULL;
}

#endif
