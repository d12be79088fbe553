/*
 * What the files that write data definition share: small pieces of text. Inside src/catalog only.
 */
#ifndef CN_CATALOG_DDL_PARTS_H
#define CN_CATALOG_DDL_PARTS_H

#include "catalog/naming.h"

static inline void cn_ddl_put(const cn_ddl *ddl, const char *text)
{
    cn_buffer_text(ddl->sql, text);
}

/* False, with the error set, if memory ran out on the way. */
bool cn_ddl_written(const cn_ddl *ddl);
bool cn_ddl_put_name(const cn_ddl *ddl, const char *name);
bool cn_ddl_put_table(const cn_ddl *ddl, const cn_table *table);
/* A name, or "schema.name". */
bool cn_ddl_put_path(const cn_ddl *ddl, const char *path);
/* The name, if there is one, with what stands before and behind it. */
bool cn_ddl_put_named(const cn_ddl *ddl, const cn_to_name *named, const char *before,
                      const char *behind, bool always);

#endif
