/*
 * A model while it is being resolved: what the functions behind CN_COLUMN, CN_RELATIONSHIP, ...
 * write into. Made and read by model.c; filled by mapping.c; types.c works out the SQL types.
 */
#ifndef CN_SCHEMA_MAPPING_H
#define CN_SCHEMA_MAPPING_H

#include "schema/table.h"

typedef struct cn_unique_text {
    const char *const *members; /* NULL-ended, in the arena */
} cn_unique_text;

struct cn_mapping {
    const cn_model *model;
    cn_arena       *arena; /* what stays */
    cn_error       *error;
    bool            failed; /* everything after the first error is ignored */

    cn_column            *columns; /* grown here, moved to the arena at the end */
    size_t                column_count;
    size_t                column_capacity;
    cn_relationship_text *relationships;
    size_t                relationship_count;
    size_t                relationship_capacity;
    cn_unique_text       *uniques;
    size_t                unique_count;
    size_t                unique_capacity;
};

/* The first failure of a mapping, CN_CAUSE_MODEL; returns false. */
bool cn_mapping_fail(cn_mapping *mapping, const char *format, ...) CN_FORMAT_(2, 3);
bool cn_mapping_no_memory(cn_mapping *mapping);

/* Frees what is not in the arena. */
void cn_mapping_free(cn_mapping *mapping);

/* Works out column->type from what the model says and from the member's storage, checks that they
   fit, and sets column->nullable to whether the C type can hold NULL. */
bool cn_mapping_type(cn_mapping *mapping, cn_column *column, const cn_type *said);

#endif
