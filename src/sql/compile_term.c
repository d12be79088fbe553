/*
 * The terms of ORDER BY, GROUP BY and lists, and the labels that stand in them for columns of the
 * result. See compile.h.
 */
#include <string.h>

#include "base/ascii.h"
#include "sql/compile.h"

/* ---- labels ---------------------------------------------------------------------------------- */

/* A column of the result by its name; the statement must have it. */
static const cn_item *labelled(const cn_compiler *compiler, const cn_node *label)
{
    const cn_items *labels = compiler->scope->labels;
    for (size_t i = 0; labels != NULL && i < labels->count; i++)
        if (strcmp(labels->items[i].field.name, label->value.as.text.data) == 0)
            return &labels->items[i];
    return NULL;
}

/* The column of a table that has the label's name in the result without AS; NULL: none. To SQLite
   its name says no more than that of any table's column. */
static const cn_column *column_of(cn_compiler *compiler, const cn_item *item,
                                  const cn_source **source)
{
    const cn_node *value = &item->value.node;
    if (compiler->scope->count == 0 ||
        (value->kind != CN_NODE_MEMBER && value->kind != CN_NODE_NAMED))
        return NULL;
    const cn_column *column = cn_source_of(compiler, value, source);
    bool             as     = column == NULL || strcmp(column->name, item->field.name) != 0 ||
              (column->column_expression != NULL && compiler->scope->read);
    return as ? NULL : column;
}

bool cn_compiler_label(cn_compiler *compiler, const cn_node *label)
{
    const char      *name = label->value.as.text.data;
    const cn_item   *item = labelled(compiler, label);
    const cn_source *source;
    const cn_column *own = item == NULL && compiler->scope->label_table != NULL
                               ? cn_table_member(compiler->scope->label_table, name)
                               : NULL;
    if (own != NULL)
        return cn_compiler_identifier(compiler, own->name);
    if (item == NULL)
        return cn_error_set(compiler->error, CN_CAUSE_MISUSE,
                            "cn_label names \"%s\", but no column of the statement fills that "
                            "member",
                            name);
    const cn_column *column = column_of(compiler, item, &source);
    return column != NULL ? cn_compiler_source_column(compiler, source, column)
                          : cn_compiler_identifier(compiler, name);
}

/* ---- lists and ORDER BY ---------------------------------------------------------------------- */

bool cn_compiler_list(cn_compiler *compiler, const cn_node *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if (!cn_compiler_node(compiler, &parts[i], NULL))
            return false;
    }
    return true;
}

/* A database without NULLS FIRST sorts by a term more: `x IS NULL` is 1 for NULL. What a label
   stands for is written out there, for MySQL takes the label of an aggregate only by itself; a
   compound has nothing but labels. */
static bool emit_nulls(cn_compiler *compiler, const cn_node *term)
{
    bool           first = (term->flags & CN_NODE_NULLS_FIRST) != 0;
    const cn_item *item  = term->kind == CN_NODE_LABEL && compiler->scope->count != 0
                               ? labelled(compiler, term)
                               : NULL;
    if (!cn_compiler_within(compiler, item != NULL ? &item->value.node : term, CN_BIND_OPERAND,
                            NULL))
        return false;
    cn_compiler_text(compiler, first ? " IS NOT NULL, " : " IS NULL, ");
    return true;
}

bool cn_compiler_order(cn_compiler *compiler, const cn_node *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cn_node *term  = &terms[i];
        bool           nulls = (term->flags & (CN_NODE_NULLS_FIRST | CN_NODE_NULLS_LAST)) != 0;
        bool           words = nulls && cn_compiler_has(compiler, CN_FEATURE_NULLS_ORDER);
        if (i != 0)
            cn_compiler_text(compiler, ", ");
        if ((nulls && !words && !emit_nulls(compiler, term)) ||
            !cn_compiler_node(compiler, term, NULL))
            return false;
        if (term->flags & CN_NODE_DESC)
            cn_compiler_text(compiler, " DESC");
        if (words)
            cn_compiler_text(compiler,
                             term->flags & CN_NODE_NULLS_FIRST ? " NULLS FIRST" : " NULLS LAST");
    }
    return true;
}

/* ---- GROUP BY -------------------------------------------------------------------------------- */

static bool names_a_column(const cn_compiler *compiler, const char *name)
{
    for (size_t i = 0; i < compiler->scope->count; i++) {
        const cn_table *table = compiler->scope->sources[i].table;
        for (size_t c = 0; c < table->column_count; c++)
            if (cn_ascii_same(table->columns[c].name, name))
                return true;
    }
    return false;
}

/* The number of an item's first column in the result. */
static size_t number_of(cn_compiler *compiler, const cn_item *item)
{
    size_t number = 1;
    for (const cn_item *at = compiler->scope->labels->items; at != item; at++) {
        const cn_source *source = at->value.node.kind == CN_NODE_ENTITY
                                      ? cn_source_find(compiler, at->value.node.model)
                                      : NULL;
        number += source == NULL ? 1 : source->table->column_count;
    }
    return number;
}

/* In GROUP BY the name of a table's column goes before that of the result's: where a label has such
   a name and is something else, its number stands. */
static bool emit_group(cn_compiler *compiler, const cn_node *term)
{
    const cn_item   *item = term->kind == CN_NODE_LABEL ? labelled(compiler, term) : NULL;
    const cn_source *source;
    if (item == NULL || column_of(compiler, item, &source) != NULL ||
        !names_a_column(compiler, item->field.name))
        return cn_compiler_node(compiler, term, NULL);
    cn_buffer_format(&compiler->sql, "%zu", number_of(compiler, item));
    return true;
}

static bool emit_groups(cn_compiler *compiler, const cn_node *terms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cn_compiler_text(compiler, i == 0 ? "" : ", ");
        if (!emit_group(compiler, &terms[i]))
            return false;
    }
    return true;
}

static bool write_terms(cn_compiler *compiler, const void *context, char mark, uint32_t number)
{
    const cn_node *rollup = context;
    (void)mark;
    (void)number;
    return emit_groups(compiler, rollup->parts, rollup->count);
}

bool cn_compiler_group(cn_compiler *compiler, const cn_node *terms, size_t count)
{
    const char *rollup = compiler->words->rollup;
    if (count != 1 || terms->kind != CN_NODE_ROLLUP)
        return emit_groups(compiler, terms, count);
    return rollup != NULL ? cn_compiler_template(compiler, rollup, write_terms, terms)
                          : cn_compiler_needs(compiler, CN_FEATURE_ROLLUP);
}
