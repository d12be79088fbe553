/*
 * The names of constraints and indexes: given by the model, or made by the naming convention of
 * the metadata.
 */
#ifndef CN_CATALOG_NAMING_H
#define CN_CATALOG_NAMING_H

#include "sql/definition.h"

typedef enum cn_name_kind {
    CN_NAME_INDEX,
    CN_NAME_UNIQUE,
    CN_NAME_CHECK,
    CN_NAME_FOREIGN_KEY,
    CN_NAME_PRIMARY_KEY
} cn_name_kind;

/* What is to be called something. */
typedef struct cn_to_name {
    cn_name_kind       kind;
    const char        *given; /* by the model, or NULL */
    const cn_table    *table;
    const uint32_t    *columns; /* the first; CN_NO_COLUMN: an expression */
    size_t             stride;  /* bytes from one to the next */
    size_t             count;
    const char        *foreign_table;
    const char *const *foreign_columns;
} cn_to_name;

cn_to_name cn_name_primary_key(const cn_table *table);
cn_to_name cn_name_index(const cn_index *index);
cn_to_name cn_name_unique(const cn_table *table, const cn_unique_set *set);
cn_to_name cn_name_check(const cn_table *table, const cn_check *check);
cn_to_name cn_name_foreign_key(const cn_foreign_key *key);

/* Adds the name, not quoted, to `name`; nothing if it has none. `always`: where nothing names a
   foreign key it is "fk_%(column_0_label)s", which ALTER TABLE needs. */
bool cn_naming_find(const cn_ddl *ddl, const cn_to_name *named, bool always, cn_buffer *name);

#endif
