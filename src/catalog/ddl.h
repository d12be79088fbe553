/*
 * Data definition as text: CREATE TABLE and what goes with it, in a dialect's words. Nothing here
 * talks to a database. Every function adds to ddl->sql; false: ddl->error says why.
 */
#ifndef CN_CATALOG_DDL_H
#define CN_CATALOG_DDL_H

#include "catalog/naming.h"

/* Whether a foreign key is written when its table is created, or afterwards. */
typedef bool cn_ddl_later(const cn_foreign_key *key, void *context);

/* CREATE TABLE with its keys and constraints, but those foreign keys that come later (`later`
   may be NULL). */
bool cn_ddl_create_table(const cn_ddl *ddl, const cn_table *table, cn_ddl_later *later,
                         void *context);
bool cn_ddl_drop_table(const cn_ddl *ddl, const cn_table *table);

bool cn_ddl_create_index(const cn_ddl *ddl, const cn_index *index);
bool cn_ddl_drop_index(const cn_ddl *ddl, const cn_index *index);

/* ALTER TABLE ... ADD CONSTRAINT */
bool cn_ddl_add_foreign_key(const cn_ddl *ddl, const cn_foreign_key *key);
/* ALTER TABLE ... DROP CONSTRAINT name; its own name if `name` is NULL */
bool cn_ddl_drop_foreign_key(const cn_ddl *ddl, const cn_foreign_key *key, const char *name);

/* The same of any constraint that has a name of its own. */
bool cn_ddl_add_constraint(const cn_ddl *ddl, const cn_table *table, const cn_constraint *which);
bool cn_ddl_drop_constraint(const cn_ddl *ddl, const cn_table *table, const cn_constraint *which);

/* COMMENT ON ..., where comments stand apart. */
bool cn_ddl_comment_table(const cn_ddl *ddl, const cn_table *table);
bool cn_ddl_comment_column(const cn_ddl *ddl, const cn_column *column);
bool cn_ddl_comment_index(const cn_ddl *ddl, const cn_index *index);
/* Of any constraint: `named` says what it is called, and must be able to. */
bool cn_ddl_comment_constraint(const cn_ddl *ddl, const cn_to_name *named, const char *comment);

bool cn_ddl_create_sequence(const cn_ddl *ddl, const cn_sequence *sequence);
bool cn_ddl_drop_sequence(const cn_ddl *ddl, const char *name);
/* The type of a native enumeration. */
bool cn_ddl_create_enum(const cn_ddl *ddl, const cn_type *type);
bool cn_ddl_drop_enum(const cn_ddl *ddl, const char *name);
bool cn_ddl_create_schema(const cn_ddl *ddl, const char *name);
bool cn_ddl_drop_schema(const cn_ddl *ddl, const char *name, bool cascade);

#endif
