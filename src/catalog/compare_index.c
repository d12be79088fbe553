/*
 * Indexes that are declared against those that were found, by their names. Called by compare.c.
 */
#include <string.h>

#include "catalog/compare.h"

/* An index always has a name. */
static bool name_of(cn_comparison *c, const cn_index *index, const char **name)
{
    cn_buffer        text  = {0};
    const cn_to_name named = cn_name_index(index);
    bool             done  = cn_naming_find(&c->ddl, &named, true, &text);
    *name                  = done ? cn_compare_text(c, "%s", cn_buffer_get(&text)) : NULL;
    cn_buffer_free(&text);
    return done;
}

/* ---- parts ----------------------------------------------------------------------------------- */

static const char *nulls_of(const char *said, bool descending)
{
    bool usual = said == NULL || strcmp(said, descending ? "FIRST" : "LAST") == 0;
    return usual ? NULL : said;
}

/* An expression is declared with the order behind it, "lower(name) desc": that is taken off. */
static cn_index_part part_of(cn_comparison *c, const cn_index_part *declared)
{
    cn_index_part part = *declared;
    if (part.column != CN_NO_COLUMN)
        return part;
    size_t      size    = strlen(part.expression);
    cn_tokens   tokens  = {part.expression, part.expression + size, c->style};
    const char *end     = part.expression;
    bool        ordered = false;
    for (cn_token token = cn_token_next(&tokens); token.kind != CN_TOKEN_END;
         token          = cn_token_next(&tokens)) {
        bool descends = cn_token_is(&token, "desc");
        bool nulls    = cn_token_is(&token, "nulls") && end != part.expression;
        ordered       = ordered || nulls || descends || cn_token_is(&token, "asc");
        if (!ordered)
            end = token.from + token.size;
        part.descending = part.descending || descends;
        if (ordered && cn_token_is(&token, "first"))
            part.nulls = "FIRST";
        if (ordered && cn_token_is(&token, "last"))
            part.nulls = "LAST";
        if (cn_token_is_sign(&token, "("))
            end = ordered ? end : cn_token_close(&tokens) + 1;
    }
    size_t kept     = (size_t)(end - part.expression);
    part.expression = cn_compare_text(c, "%.*s", (int)(kept < size ? kept : size), part.expression);
    return part;
}

/* FULLTEXT and SPATIAL take the whole column, whatever length is said. */
static bool same_part(cn_comparison *c, const cn_index *index, const cn_index_part *said,
                      const cn_reflected_part *found)
{
    const cn_index_part  part      = part_of(c, said);
    const cn_index_part *declared  = &part;
    bool                 is_column = declared->column != CN_NO_COLUMN;
    if (is_column != (found->column != NULL) || declared->descending != found->descending)
        return false;
    if (is_column &&
        !cn_compare_same_name(c, c->table->columns[declared->column].name, found->column))
        return false;
    if (!is_column && !cn_compare_same(c, declared->expression, found->expression))
        return false;
    if (c->style == CN_TOKENS_MYSQL && index->options.kind == NULL &&
        declared->length != found->length)
        return false;
    if (c->style == CN_TOKENS_POSTGRESQL &&
        !cn_compare_same_word(nulls_of(declared->nulls, declared->descending),
                              nulls_of(found->nulls, found->descending)))
        return false;
    return declared->collation == NULL ||
           cn_compare_same_word(declared->collation, found->collation);
}

static bool same_parts(cn_comparison *c, const cn_index *declared, const cn_reflected_index *found)
{
    if (declared->part_count != found->part_count)
        return false;
    for (size_t i = 0; i < found->part_count; i++) {
        if (!same_part(c, declared, &declared->parts[i], found->parts[i]))
            return false;
    }
    return true;
}

static const char *shown(cn_comparison *c, const cn_index *index)
{
    const char *text = "";
    for (size_t i = 0; i < index->part_count; i++) {
        const cn_index_part *part = &index->parts[i];
        text                      = cn_compare_text(c, "%s%s%s%s", text, i != 0 ? ", " : "(",
                               part->column != CN_NO_COLUMN ? c->table->columns[part->column].name
                                                                                 : part->expression,
                               part->descending ? " DESC" : "");
    }
    return cn_compare_text(c, "%s)", text);
}

static const char *shown_found(cn_comparison *c, const cn_reflected_index *index)
{
    const char *text = "";
    for (size_t i = 0; i < index->part_count; i++) {
        const cn_reflected_part *part = index->parts[i];
        text                          = cn_compare_text(c, "%s%s%s%s", text, i != 0 ? ", " : "(",
                               part->column != NULL ? part->column : part->expression,
                               part->descending ? " DESC" : "");
    }
    return cn_compare_text(c, "%s)", text);
}

/* ---- indexes --------------------------------------------------------------------------------- */

static void compare_include(cn_comparison *c, const cn_index *declared, const char *name,
                            const cn_reflected_index *found)
{
    bool same = declared->include_count == found->include_count;
    for (size_t i = 0; same && i < found->include_count; i++)
        same = strcmp(c->table->columns[declared->include[i]].name, found->include[i]) == 0;
    if (!same)
        cn_compare_add(c, CN_DIFFERENCE_INDEX, CN_CHANGE_ALTER, "list INCLUDE", name,
                       cn_compare_columns(c, declared->include, declared->include_count),
                       cn_compare_list(c, found->include, found->include_count));
}

static const char *method_of(const char *said)
{
    return cn_compare_same_word(said, "btree") ? NULL : said;
}

/* What makes access faster is left out where a database lacks it. */
static void compare_found(cn_comparison *c, const cn_index *declared, const char *name,
                          const cn_reflected_index *found)
{
    const cn_index_options *options = &declared->options;
    cn_compare_flags(c, CN_DIFFERENCE_INDEX, "option UNIQUE", name, declared->unique,
                     found->unique);
    if (!same_parts(c, declared, found))
        cn_compare_add(c, CN_DIFFERENCE_INDEX, CN_CHANGE_ALTER, "list of columns", name,
                       shown(c, declared), shown_found(c, found));
    if (cn_ddl_has(&c->ddl, CN_DDL_PARTIAL_INDEX) &&
        !cn_compare_same(c, options->where, found->where))
        cn_compare_add(c, CN_DIFFERENCE_INDEX, CN_CHANGE_ALTER, "condition", name, options->where,
                       found->where);
    if (c->style != CN_TOKENS_POSTGRESQL)
        return;
    if (!cn_compare_same_word(method_of(options->method), method_of(found->method)))
        cn_compare_add(c, CN_DIFFERENCE_INDEX, CN_CHANGE_ALTER, "method", name, options->method,
                       found->method);
    compare_include(c, declared, name, found);
    cn_compare_flags(c, CN_DIFFERENCE_INDEX, "option NULLS NOT DISTINCT", name,
                     options->nulls_not_distinct, found->nulls_not_distinct);
    if (!c->options.ignore_comments)
        cn_compare_texts(c, CN_DIFFERENCE_INDEX, "comment", name, options->comment, found->comment);
}

/* On MySQL a unique index over whole columns is shown as a constraint. */
static bool compare_as_unique(cn_comparison *c, const cn_index *index, const char *name)
{
    if (c->style != CN_TOKENS_MYSQL || !index->unique)
        return false;
    for (size_t i = 0; i < c->reflected->unique_count; i++) {
        const cn_reflected_key *key = c->reflected->uniques[i];
        if (key->name == NULL || !cn_compare_same_name(c, name, key->name))
            continue;
        bool same = key->count == index->part_count;
        for (size_t j = 0; same && j < key->count; j++)
            same = index->parts[j].column != CN_NO_COLUMN &&
                   cn_compare_same_name(c, c->table->columns[index->parts[j].column].name,
                                        key->columns[j]);
        if (!same)
            cn_compare_add(c, CN_DIFFERENCE_INDEX, CN_CHANGE_ALTER, "list of columns", name,
                           shown(c, index), cn_compare_list(c, key->columns, key->count));
        return true;
    }
    return false;
}

static bool compare_index(cn_comparison *c, const cn_index *index, bool *taken)
{
    const char *name = NULL;
    if (!name_of(c, index, &name))
        return false;
    for (size_t i = 0; i < c->reflected->index_count; i++) {
        if (taken[i] || !cn_compare_same_name(c, name, c->reflected->indexes[i]->name))
            continue;
        taken[i] = true;
        compare_found(c, index, name, c->reflected->indexes[i]);
        return true;
    }
    if (!compare_as_unique(c, index, name))
        cn_compare_add(c, CN_DIFFERENCE_INDEX, CN_CHANGE_ADD, NULL, name, shown(c, index), NULL);
    return true;
}

/* On MySQL the index that a declared unique constraint is. */
static bool is_declared_unique(const cn_comparison *c, const cn_reflected_index *index)
{
    for (size_t i = 0; c->style == CN_TOKENS_MYSQL && index->unique && i < c->table->unique_count;
         i++) {
        const cn_unique_set *set  = &c->table->uniques[i];
        bool                 same = set->count == index->part_count;
        for (size_t j = 0; same && j < set->count; j++)
            same = index->parts[j]->column != NULL &&
                   cn_compare_same_name(c, c->table->columns[set->columns[j]].name,
                                        index->parts[j]->column);
        if (same)
            return true;
    }
    return false;
}

bool cn_compare_table_indexes(cn_comparison *c)
{
    bool *taken = CN_ARENA_ARRAY(&c->arena, bool, c->reflected->index_count + 1);
    if (taken == NULL)
        return cn_error_no_memory(&c->error);
    for (size_t i = 0; i < c->table->index_count; i++) {
        if (!compare_index(c, &c->table->indexes[i], taken))
            return false;
    }
    for (size_t i = 0; i < c->reflected->index_count; i++) {
        const cn_reflected_index *index = c->reflected->indexes[i];
        if (!taken[i] && !index->implied && !is_declared_unique(c, index))
            cn_compare_add(c, CN_DIFFERENCE_INDEX, CN_CHANGE_REMOVE, NULL, index->name, NULL,
                           shown_found(c, index));
    }
    return true;
}
