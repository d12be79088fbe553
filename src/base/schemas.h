/*
 * Lists of schemas that stand for others: cn_schema_map of cinnabar/engine.h. NULL is an empty
 * list.
 */
#ifndef CN_BASE_SCHEMAS_H
#define CN_BASE_SCHEMAS_H

#include <cinnabar/engine.h>

/* A copy with its texts, one allocation; the caller's. NULL: no memory, or the list is NULL. */
cn_schema_map *cn_schemas_copy(const cn_schema_map *list);

/* What stands in the database for a schema of a model; NULL is none, on either side. */
const char *cn_schemas_find(const cn_schema_map *list, const char *schema);

#endif
