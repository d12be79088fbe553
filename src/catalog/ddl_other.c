/*
 * Comments that stand apart, sequences, enumeration types and schemas, as text.
 */
#include <string.h>

#include "catalog/ddl.h"
#include "catalog/ddl_parts.h"
#include "dialect/spelling.h"

static bool put_comment(const cn_ddl *ddl, const char *comment)
{
    cn_ddl_put(ddl, " IS ");
    cn_dialect_literal(ddl->dialect, ddl->sql, comment, strlen(comment));
    return cn_ddl_written(ddl);
}

bool cn_ddl_comment_table(const cn_ddl *ddl, const cn_table *table)
{
    cn_ddl_put(ddl, "COMMENT ON TABLE ");
    return cn_ddl_put_table(ddl, table) && put_comment(ddl, table->options.comment);
}

bool cn_ddl_comment_constraint(const cn_ddl *ddl, const cn_to_name *named, const char *comment)
{
    size_t before = ddl->sql->size;
    if (!cn_ddl_put_named(ddl, named, "COMMENT ON CONSTRAINT ", " ON ", false))
        return false;
    if (ddl->sql->size == before && !ddl->sql->failed)
        return cn_error_set(ddl->error, CN_CAUSE_MODEL,
                            "%s: the comment \"%s\" is that of a constraint without a .name",
                            cn_table_title(named->table), comment);
    return cn_ddl_put_table(ddl, named->table) && put_comment(ddl, comment);
}

bool cn_ddl_comment_column(const cn_ddl *ddl, const cn_column *column)
{
    cn_ddl_put(ddl, "COMMENT ON COLUMN ");
    if (!cn_ddl_put_table(ddl, column->table))
        return false;
    cn_ddl_put(ddl, ".");
    return cn_ddl_put_name(ddl, column->name) && put_comment(ddl, column->comment);
}

bool cn_ddl_create_sequence(const cn_ddl *ddl, const cn_sequence *sequence)
{
    cn_ddl_put(ddl, ddl->if_exists ? "CREATE SEQUENCE IF NOT EXISTS " : "CREATE SEQUENCE ");
    if (!cn_ddl_needs(ddl, CN_DDL_SEQUENCE, sequence->name) ||
        !cn_ddl_put_path(ddl, sequence->name))
        return false;
    cn_spell_numbers(ddl->sql, &sequence->options);
    return cn_ddl_written(ddl);
}

bool cn_ddl_drop_sequence(const cn_ddl *ddl, const char *name)
{
    cn_ddl_put(ddl, ddl->if_exists ? "DROP SEQUENCE IF EXISTS " : "DROP SEQUENCE ");
    return cn_ddl_put_path(ddl, name) && cn_ddl_written(ddl);
}

bool cn_ddl_create_enum(const cn_ddl *ddl, const cn_type *type)
{
    cn_ddl_put(ddl, "CREATE TYPE ");
    if (!cn_ddl_put_path(ddl, type->name))
        return false;
    cn_ddl_put(ddl, " AS ENUM (");
    for (size_t i = 0; type->labels[i] != NULL; i++) {
        cn_ddl_put(ddl, i != 0 ? ", " : "");
        cn_dialect_literal(ddl->dialect, ddl->sql, type->labels[i], strlen(type->labels[i]));
    }
    cn_ddl_put(ddl, ")");
    return cn_ddl_written(ddl);
}

bool cn_ddl_drop_enum(const cn_ddl *ddl, const char *name)
{
    cn_ddl_put(ddl, ddl->if_exists ? "DROP TYPE IF EXISTS " : "DROP TYPE ");
    return cn_ddl_put_path(ddl, name) && cn_ddl_written(ddl);
}

bool cn_ddl_create_schema(const cn_ddl *ddl, const char *name)
{
    cn_ddl_put(ddl, ddl->if_exists ? "CREATE SCHEMA IF NOT EXISTS " : "CREATE SCHEMA ");
    return cn_ddl_needs(ddl, CN_DDL_SCHEMA, name) && cn_ddl_put_name(ddl, name) &&
           cn_ddl_written(ddl);
}

bool cn_ddl_drop_schema(const cn_ddl *ddl, const char *name, bool cascade)
{
    cn_ddl_put(ddl, ddl->if_exists ? "DROP SCHEMA IF EXISTS " : "DROP SCHEMA ");
    if (!cn_ddl_needs(ddl, CN_DDL_SCHEMA, name) || !cn_ddl_put_name(ddl, name))
        return false;
    cn_ddl_put(ddl, cascade && ddl->dialect->definition->enum_types ? " CASCADE" : "");
    return cn_ddl_written(ddl);
}
