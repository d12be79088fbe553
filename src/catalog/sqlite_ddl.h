/*
 * What SQLite's pragmas do not say of a table or an index, read from the SQL that it keeps in
 * sqlite_master. Whatever the text is, reading it ends well: what is not understood is passed over.
 */
#ifndef CN_CATALOG_SQLITE_DDL_H
#define CN_CATALOG_SQLITE_DDL_H

#include "catalog/token.h"

/* A list of names, NULL-ended. */
typedef struct cn_sqlite_names {
    const char **items;
    size_t       count;
    size_t       capacity;
} cn_sqlite_names;

typedef enum cn_sqlite_kind {
    CN_SQLITE_PRIMARY_KEY,
    CN_SQLITE_UNIQUE,
    CN_SQLITE_CHECK,
    CN_SQLITE_FOREIGN_KEY
} cn_sqlite_kind;

typedef struct cn_sqlite_constraint {
    cn_sqlite_kind  kind;
    const char     *name;        /* NULL: none */
    const char     *column;      /* behind which it stands; NULL: of the table */
    cn_sqlite_names columns;     /* but of a check */
    const char     *text;        /* the condition of a check */
    const char     *on_conflict; /* "REPLACE", ... */
    bool            deferrable;
    bool            initially_deferred;
} cn_sqlite_constraint;

typedef struct cn_sqlite_column {
    const char *name;
    const char *collation; /* NULL: BINARY */
    const char *computed;
    bool        stored;
} cn_sqlite_column;

typedef struct cn_sqlite_table {
    cn_sqlite_column     *columns;
    size_t                column_count;
    size_t                column_capacity;
    cn_sqlite_constraint *constraints; /* in the order in which they stand */
    size_t                constraint_count;
    size_t                constraint_capacity;
    bool                  autoincrement;
    bool                  without_rowid;
    bool                  strict;
} cn_sqlite_table;

typedef struct cn_sqlite_index {
    cn_sqlite_names parts; /* each as it stands, without COLLATE, ASC and DESC behind it */
    const char     *where;
} cn_sqlite_index;

/* False: no memory. All that is found stands in the arena. */
bool cn_sqlite_read_table(const char *sql, size_t size, cn_arena *arena, cn_sqlite_table *table);
bool cn_sqlite_read_index(const char *sql, size_t size, cn_arena *arena, cn_sqlite_index *index);

#endif
