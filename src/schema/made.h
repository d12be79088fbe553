/*
 * A model that no program declares: its table is filled in by whoever makes it, as reflection does.
 * Model, state and table live in one arena, and end together.
 */
#ifndef CN_SCHEMA_MADE_H
#define CN_SCHEMA_MADE_H

#include "base/arena.h"
#include "schema/table.h"

/*
 * An empty table with its model, `name` being the model's and `table` what stands for "table" or
 * "schema.table" (both are copied). `*arena` is where everything that the table points to goes.
 * Nobody may use the model before the table is whole. NULL: no memory.
 */
cn_table *cn_model_make(const char *name, const char *table, cn_arena **arena);

/* Ends the model and all that was taken from its arena. Nobody may use it any more; statements that
   were compiled for it are never found again, because no other model has its serial number. */
void cn_model_unmake(const cn_model *model);

#endif
