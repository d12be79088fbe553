/*
 * Data definition as text: CREATE TABLE and what goes with it, in a dialect's words. Nothing here
 * talks to a database.
 */
#ifndef CN_CATALOG_DDL_H
#define CN_CATALOG_DDL_H

#include "sql/dialect.h"

/* Whether the foreign key of a column is written when its table is created, or afterwards. */
typedef bool cn_ddl_later(const cn_column *column, void *context);

/* Where a text is written to and what for. Every function adds to `sql`; false: the error says
   why. */
typedef struct cn_ddl {
    const cn_dialect *dialect;
    const cn_link    *server; /* NULL: the dialect's common ground */
    cn_buffer        *sql;
    cn_error         *error;
} cn_ddl;

/* CREATE TABLE with its keys and constraints, but those foreign keys that come later (`later`
   may be NULL). */
bool cn_ddl_create_table(const cn_ddl *ddl, const cn_table *table, cn_ddl_later *later,
                         void *context);
/* CREATE INDEX ix_<table>_<column> */
bool cn_ddl_create_index(const cn_ddl *ddl, const cn_column *column);
/* ALTER TABLE ... ADD CONSTRAINT fk_<table>_<column> */
bool cn_ddl_add_foreign_key(const cn_ddl *ddl, const cn_column *column);
/* ALTER TABLE ... DROP CONSTRAINT name; the generated one if `name` is NULL */
bool cn_ddl_drop_foreign_key(const cn_ddl *ddl, const cn_column *column, const char *name);
bool cn_ddl_drop_table(const cn_ddl *ddl, const cn_table *table);

/* An index of its own: .index, but not of a primary key alone. */
bool cn_ddl_has_index(const cn_column *column);

#endif
