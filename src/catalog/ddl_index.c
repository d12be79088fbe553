/*
 * CREATE INDEX and DROP INDEX, as text. What only makes an index faster or smaller is left out
 * where a database does not have it; what says which rows it lets in is not.
 */
#include <string.h>

#include "catalog/ddl.h"
#include "catalog/ddl_parts.h"

static bool put_index_name(const cn_ddl *ddl, const cn_index *index)
{
    const cn_to_name named = cn_name_index(index);
    return cn_ddl_put_named(ddl, &named, "", "", true);
}

static bool check(const cn_ddl *ddl, const cn_index *index)
{
    const char *title = cn_table_title(index->table);
    if (index->unique && index->options.where != NULL &&
        !cn_ddl_needs(ddl, CN_DDL_PARTIAL_INDEX, title))
        return false;
    if (index->options.nulls_not_distinct && !cn_ddl_needs(ddl, CN_DDL_NULLS_NOT_DISTINCT, title))
        return false;
    for (size_t i = 0; i < index->part_count; i++) {
        const cn_index_part *part = &index->parts[i];
        if ((part->column == CN_NO_COLUMN && !cn_ddl_needs(ddl, CN_DDL_EXPRESSION_INDEX, title)) ||
            (part->nulls != NULL && !cn_ddl_needs(ddl, CN_DDL_NULLS_ORDER, title)))
            return false;
    }
    return true;
}

static bool put_part(const cn_ddl *ddl, const cn_index *index, const cn_index_part *part)
{
    const cn_definition *definition = ddl->dialect->definition;
    const char *op_class = part->op_class != NULL ? part->op_class : index->options.op_class;
    if (part->column == CN_NO_COLUMN)
        cn_buffer_format(ddl->sql, definition->expression_in_parentheses ? "(%s)" : "%s",
                         part->expression);
    else if (!cn_ddl_put_name(ddl, index->table->columns[part->column].name))
        return false;
    if (part->length != 0 && definition->index_has_prefix)
        cn_buffer_format(ddl->sql, "(%u)", (unsigned)part->length);
    if (part->collation != NULL) {
        cn_ddl_put(ddl, " COLLATE ");
        if (!cn_ddl_put_name(ddl, part->collation))
            return false;
    }
    if (op_class != NULL && definition->index_has_extras)
        cn_buffer_format(ddl->sql, " %s", op_class);
    cn_ddl_put(ddl, part->descending ? " DESC" : "");
    if (part->nulls != NULL)
        cn_buffer_format(ddl->sql, " NULLS %s", part->nulls);
    return true;
}

static bool put_parts(const cn_ddl *ddl, const cn_index *index)
{
    for (size_t i = 0; i < index->part_count; i++) {
        cn_ddl_put(ddl, i != 0 ? ", " : "(");
        if (!put_part(ddl, index, &index->parts[i]))
            return false;
    }
    cn_ddl_put(ddl, ")");
    return true;
}

/* PostgreSQL's clauses behind the parts. */
static bool put_extras(const cn_ddl *ddl, const cn_index *index)
{
    for (size_t i = 0; i < index->include_count; i++) {
        cn_ddl_put(ddl, i != 0 ? ", " : " INCLUDE (");
        if (!cn_ddl_put_name(ddl, index->table->columns[index->include[i]].name))
            return false;
    }
    cn_ddl_put(ddl, index->include_count != 0 ? ")" : "");
    cn_ddl_put(ddl, index->options.nulls_not_distinct ? " NULLS NOT DISTINCT" : "");
    if (index->options.with != NULL)
        cn_buffer_format(ddl->sql, " WITH (%s)", index->options.with);
    if (index->options.tablespace != NULL)
        cn_buffer_format(ddl->sql, " TABLESPACE %s", index->options.tablespace);
    return true;
}

/* "ix ON table"; SQLite's index has the schema, and its table none. */
static bool put_head(const cn_ddl *ddl, const cn_index *index)
{
    const cn_table *table  = index->table;
    bool            before = ddl->dialect->definition->schema_on_index && table->schema != NULL;
    if (before) {
        if (!cn_ddl_put_name(ddl, table->schema))
            return false;
        cn_ddl_put(ddl, ".");
    }
    if (!put_index_name(ddl, index))
        return false;
    cn_ddl_put(ddl, " ON ");
    return before ? cn_ddl_put_name(ddl, table->name) : cn_ddl_put_table(ddl, table);
}

bool cn_ddl_create_index(const cn_ddl *ddl, const cn_index *index)
{
    const cn_definition    *definition = ddl->dialect->definition;
    const cn_index_options *options    = &index->options;
    bool is_partial = options->where != NULL && cn_ddl_has(ddl, CN_DDL_PARTIAL_INDEX);
    if (!check(ddl, index))
        return false;
    cn_ddl_put(ddl, index->unique ? "CREATE UNIQUE " : "CREATE ");
    if (options->kind != NULL && definition->index_has_prefix)
        cn_buffer_format(ddl->sql, "%s ", options->kind);
    cn_ddl_put(ddl,
               ddl->if_exists && definition->index_if_exists ? "INDEX IF NOT EXISTS " : "INDEX ");
    if (!put_head(ddl, index))
        return false;
    cn_ddl_put(ddl, " ");
    if (options->method != NULL && definition->index_has_extras)
        cn_buffer_format(ddl->sql, "USING %s ", options->method);
    if (!put_parts(ddl, index))
        return false;
    if (definition->index_has_extras && !put_extras(ddl, index))
        return false;
    if (options->parser != NULL && definition->index_has_prefix)
        cn_buffer_format(ddl->sql, " WITH PARSER %s", options->parser);
    if (options->method != NULL && definition->index_has_prefix)
        cn_buffer_format(ddl->sql, " USING %s", options->method);
    if (options->comment != NULL && definition->comment != NULL)
        definition->comment(ddl->sql, options->comment);
    if (is_partial)
        cn_buffer_format(ddl->sql, " WHERE %s", options->where);
    return cn_ddl_written(ddl);
}

bool cn_ddl_drop_index(const cn_ddl *ddl, const cn_index *index)
{
    const cn_definition *definition = ddl->dialect->definition;
    const char          *schema     = index->table->schema;
    bool                 can_look   = ddl->if_exists && definition->index_if_exists;
    cn_ddl_put(ddl, can_look ? "\nDROP INDEX IF EXISTS " : "\nDROP INDEX ");
    if (schema != NULL && !definition->index_of_table) {
        if (!cn_ddl_put_name(ddl, schema))
            return false;
        cn_ddl_put(ddl, ".");
    }
    if (!put_index_name(ddl, index))
        return false;
    if (definition->index_of_table) {
        cn_ddl_put(ddl, " ON ");
        if (!cn_ddl_put_table(ddl, index->table))
            return false;
    }
    return cn_ddl_written(ddl);
}

bool cn_ddl_comment_index(const cn_ddl *ddl, const cn_index *index)
{
    cn_ddl_put(ddl, "COMMENT ON INDEX ");
    if (index->table->schema != NULL) {
        if (!cn_ddl_put_name(ddl, index->table->schema))
            return false;
        cn_ddl_put(ddl, ".");
    }
    if (!put_index_name(ddl, index))
        return false;
    cn_ddl_put(ddl, " IS ");
    cn_dialect_literal(ddl->dialect, ddl->sql, index->options.comment,
                       strlen(index->options.comment));
    return cn_ddl_written(ddl);
}
