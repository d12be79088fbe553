/*
 * cn_compare: what is declared against what was found, table by table. Columns, constraints and
 * indexes have files of their own. Nothing here talks to a database.
 */
#include "catalog/compare.h"

#include <string.h>

#include "base/ascii.h"
#include "base/memory.h"

/* ---- texts ----------------------------------------------------------------------------------- */

static const char *keep(cn_comparison *c, cn_buffer *text)
{
    const char *kept = text->failed ? NULL : cn_arena_text(&c->arena, cn_buffer_get(text));
    c->no_memory     = c->no_memory || kept == NULL;
    cn_buffer_free(text);
    return kept != NULL ? kept : "";
}

const char *cn_compare_text(cn_comparison *c, const char *format, ...)
{
    cn_buffer text = {0};
    va_list   arguments;
    va_start(arguments, format);
    cn_buffer_format_v(&text, format, arguments);
    va_end(arguments);
    return keep(c, &text);
}

const char *cn_compare_list(cn_comparison *c, const char *const *names, size_t count)
{
    cn_buffer text = {0};
    for (size_t i = 0; i < count; i++)
        cn_buffer_format(&text, "%s%s", i != 0 ? ", " : "(", names[i]);
    cn_buffer_char(&text, ')');
    return keep(c, &text);
}

const char *cn_compare_columns(cn_comparison *c, const uint32_t *columns, size_t count)
{
    cn_buffer text = {0};
    for (size_t i = 0; i < count; i++)
        cn_buffer_format(&text, "%s%s", i != 0 ? ", " : "(", c->table->columns[columns[i]].name);
    cn_buffer_char(&text, ')');
    return keep(c, &text);
}

bool cn_compare_same_word(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : cn_ascii_same(a, b);
}

bool cn_compare_same_name(const cn_comparison *c, const char *declared, const char *found)
{
    if (declared == NULL || found == NULL)
        return declared == found;
    return c->style == CN_TOKENS_POSTGRESQL ? strcmp(declared, found) == 0
                                            : cn_compare_same_word(declared, found);
}

bool cn_compare_same(cn_comparison *c, const char *declared, const char *found)
{
    return cn_expression_same(c->style, declared, found, &c->no_memory);
}

const char *cn_compare_schema(const cn_comparison *c, const char *schema)
{
    const char *usual = c->found->default_schema;
    return schema != NULL && usual != NULL && strcmp(schema, usual) == 0 ? NULL : schema;
}

bool cn_compare_same_numbers(const cn_sequence_options *declared, const cn_sequence_options *found)
{
    const struct {
        int64_t declared, found, usual;
    } pairs[] = {{declared->start, found->start, declared->minimum != 0 ? declared->minimum : 1},
                 {declared->increment, found->increment, 1},
                 {declared->minimum, found->minimum, 1},
                 {declared->maximum, found->maximum, INT64_MAX},
                 {declared->cache, found->cache, 1}};
    bool down = declared->increment < 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        bool usual = pairs[i].declared == 0 || pairs[i].declared == pairs[i].usual;
        if (pairs[i].declared != pairs[i].found && !(usual && pairs[i].found == 0) &&
            !(usual && pairs[i].found == pairs[i].usual) && !(down && pairs[i].declared == 0))
            return false;
    }
    return declared->cycle == found->cycle;
}

/* ---- differences ----------------------------------------------------------------------------- */

static const char *const kinds[] = {
    [CN_DIFFERENCE_TABLE]       = "table",
    [CN_DIFFERENCE_COLUMN]      = "column",
    [CN_DIFFERENCE_PRIMARY_KEY] = "primary key",
    [CN_DIFFERENCE_UNIQUE]      = "unique constraint",
    [CN_DIFFERENCE_CHECK]       = "check constraint",
    [CN_DIFFERENCE_FOREIGN_KEY] = "foreign key",
    [CN_DIFFERENCE_INDEX]       = "index",
    [CN_DIFFERENCE_SEQUENCE]    = "sequence",
};

/* "post: ", or nothing for what belongs to no table. */
static const char *place_of(cn_comparison *c, const cn_difference *difference)
{
    bool is_whole = difference->kind == CN_DIFFERENCE_TABLE ||
                    difference->kind == CN_DIFFERENCE_SEQUENCE;
    const char *schema = difference->schema;
    if (difference->table == NULL || (is_whole && difference->change != CN_CHANGE_ALTER))
        return "";
    return cn_compare_text(c, "%s%s%s: ", schema != NULL ? schema : "", schema != NULL ? "." : "",
                           difference->table);
}

static const char *sentence_of(cn_comparison *c, const cn_difference *difference)
{
    const char *place = place_of(c, difference);
    const char *kind  = kinds[difference->kind];
    const char *name  = difference->name != NULL ? difference->name : "";
    const char *blank = difference->name != NULL ? " " : "";
    switch (difference->change) {
    case CN_CHANGE_ADD:
        return cn_compare_text(c, "%sthere is no %s%s%s%s%s", place, kind, blank, name,
                               difference->declared != NULL ? " " : "",
                               difference->declared != NULL ? difference->declared : "");
    case CN_CHANGE_REMOVE:
        return cn_compare_text(c, "%sthe %s%s%s%s%s is not declared", place, kind, blank, name,
                               difference->found != NULL ? " " : "",
                               difference->found != NULL ? difference->found : "");
    default:
        return cn_compare_text(c, "%s%s%s%sthe %s is %s, declared %s", place,
                               difference->kind == CN_DIFFERENCE_TABLE ? "" : kind, blank,
                               difference->kind == CN_DIFFERENCE_TABLE ? ""
                               : difference->name != NULL ? cn_compare_text(c, "%s: ", name)
                                                          : ": ",
                               difference->aspect,
                               difference->found != NULL ? difference->found : "none",
                               difference->declared != NULL ? difference->declared : "none");
    }
}

static void add(cn_comparison *c, const cn_difference *difference)
{
    cn_difference *kept = cn_arena_take(&c->arena, sizeof *kept, _Alignof(cn_difference));
    if (kept == NULL ||
        !cn_reserve(&c->differences, &c->capacity, c->count + 1, sizeof(cn_difference *))) {
        c->no_memory = true;
        return;
    }
    *kept                      = *difference;
    kept->sentence             = sentence_of(c, difference);
    c->differences[c->count++] = kept;
}

void cn_compare_add(cn_comparison *c, cn_difference_kind kind, cn_change change, const char *aspect,
                    const char *name, const char *declared, const char *found)
{
    const cn_table *table      = c->table;
    cn_difference   difference = {.kind      = kind,
                                  .change    = change,
                                  .aspect    = aspect,
                                  .name      = name,
                                  .declared  = declared,
                                  .found     = found,
                                  .reflected = c->reflected};
    difference.schema          = table != NULL ? table->schema : c->reflected->schema;
    difference.table           = table != NULL ? table->name : c->reflected->name;
    difference.model           = table != NULL ? table->model : NULL;
    add(c, &difference);
}

void cn_compare_texts(cn_comparison *c, cn_difference_kind kind, const char *aspect,
                      const char *name, const char *declared, const char *found)
{
    bool same = declared == NULL || found == NULL ? declared == found
                                                  : strcmp(declared, found) == 0;
    if (!same)
        cn_compare_add(c, kind, CN_CHANGE_ALTER, aspect, name, declared, found);
}

void cn_compare_flags(cn_comparison *c, cn_difference_kind kind, const char *aspect,
                      const char *name, bool declared, bool found)
{
    if (declared != found)
        cn_compare_add(c, kind, CN_CHANGE_ALTER, aspect, name, declared ? "yes" : "no",
                       found ? "yes" : "no");
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* A reflection that was asked for the default schema by name calls it by name. */
static const cn_reflected_table *reflected_of(const cn_comparison *c, const cn_table *table)
{
    const char               *schema = cn_compare_schema(c, table->schema);
    const cn_reflected_table *found  = cn_reflection_find(c->found, schema, table->name);
    if (found == NULL && schema == NULL)
        found = cn_reflection_find(c->found, c->found->default_schema, table->name);
    for (size_t i = 0;
         found == NULL && c->style == CN_TOKENS_SQLITE && i < cn_reflection_table_count(c->found);
         i++) {
        const cn_reflected_table *other = cn_reflection_table(c->found, i);
        if (cn_compare_same_word(other->name, table->name) &&
            cn_compare_same_word(cn_compare_schema(c, other->schema), schema))
            found = other;
    }
    return found;
}

static void compare_option(cn_comparison *c, const char *aspect, const char *declared,
                           const char *found)
{
    if (declared != NULL && !cn_compare_same_word(declared, found))
        cn_compare_add(c, CN_DIFFERENCE_TABLE, CN_CHANGE_ALTER, aspect, NULL, declared, found);
}

static void compare_options(cn_comparison *c)
{
    const cn_table_options *declared = &c->table->options, *found = &c->reflected->options;
    if (c->style != CN_TOKENS_SQLITE && !c->options.ignore_comments)
        cn_compare_texts(c, CN_DIFFERENCE_TABLE, "comment", NULL, declared->comment,
                         c->reflected->comment);
    if (c->style == CN_TOKENS_SQLITE) {
        cn_compare_flags(c, CN_DIFFERENCE_TABLE, "option WITHOUT ROWID", NULL,
                         declared->sqlite_without_rowid, found->sqlite_without_rowid);
        cn_compare_flags(c, CN_DIFFERENCE_TABLE, "option STRICT", NULL, declared->sqlite_strict,
                         found->sqlite_strict);
    }
    if (c->style == CN_TOKENS_MYSQL) {
        compare_option(c, "engine", declared->mysql_engine, found->mysql_engine);
        compare_option(c, "character set", declared->mysql_charset, found->mysql_charset);
        compare_option(c, "collation", declared->mysql_collate, found->mysql_collate);
    }
}

static bool compare_table(cn_comparison *c)
{
    if (c->reflected == NULL) {
        cn_compare_add(c, CN_DIFFERENCE_TABLE, CN_CHANGE_ADD, NULL, c->table->name, NULL, NULL);
        return true;
    }
    compare_options(c);
    return cn_compare_table_columns(c) && cn_compare_table_constraints(c) &&
           cn_compare_table_indexes(c);
}

static bool compare_declared(cn_comparison *c, const cn_table *const *order, size_t count,
                             bool *declared)
{
    for (size_t i = 0; i < count; i++) {
        c->table     = order[i];
        c->reflected = reflected_of(c, order[i]);
        for (size_t j = 0; c->reflected != NULL && j < cn_reflection_table_count(c->found); j++) {
            if (cn_reflection_table(c->found, j) == c->reflected)
                declared[j] = true;
        }
        if (!compare_table(c))
            return false;
    }
    return true;
}

static void compare_others(cn_comparison *c, const bool *declared)
{
    c->table = NULL;
    for (size_t i = 0; i < cn_reflection_table_count(c->found); i++) {
        c->reflected = cn_reflection_table(c->found, i);
        if (!declared[i] && c->reflected->kind == CN_REFLECTED_TABLE)
            cn_compare_add(c, CN_DIFFERENCE_TABLE, CN_CHANGE_REMOVE, NULL, c->reflected->name, NULL,
                           NULL);
    }
}

/* ---- sequences ------------------------------------------------------------------------------- */

static const cn_reflected_sequence *sequence_named(const cn_comparison *c, const char *path)
{
    const char *dot = strchr(path, '.');
    for (size_t i = 0; i < cn_reflection_sequence_count(c->found); i++) {
        const cn_reflected_sequence *found       = cn_reflection_sequence(c->found, i);
        const char                  *schema      = cn_compare_schema(c, found->schema);
        const char                  *name        = dot != NULL ? dot + 1 : path;
        size_t                       size        = dot != NULL ? (size_t)(dot - path) : 0;
        bool                         same_schema = size == 0;
        if (schema != NULL)
            same_schema = strlen(schema) == size && memcmp(schema, path, size) == 0;
        if (same_schema && strcmp(found->name, name) == 0)
            return found;
    }
    return NULL;
}

static void add_sequence(cn_comparison *c, cn_change change, const char *schema, const char *name)
{
    const cn_difference difference = {.kind   = CN_DIFFERENCE_SEQUENCE,
                                      .change = change,
                                      .aspect = change == CN_CHANGE_ALTER ? "numbering" : NULL,
                                      .schema = schema,
                                      .name   = name};
    add(c, &difference);
}

static void compare_sequence(cn_comparison *c, const cn_sequence *sequence, bool *declared)
{
    const cn_reflected_sequence *found = sequence_named(c, sequence->name);
    if (found == NULL) {
        add_sequence(c, CN_CHANGE_ADD, NULL, sequence->name);
        return;
    }
    for (size_t i = 0; i < cn_reflection_sequence_count(c->found); i++)
        declared[i] = declared[i] || cn_reflection_sequence(c->found, i) == found;
    if (!cn_compare_same_numbers(&sequence->options, &found->options))
        add_sequence(c, CN_CHANGE_ALTER, found->schema, found->name);
}

static bool compare_sequences(cn_comparison *c, const cn_table *const *order, size_t count)
{
    size_t known    = cn_reflection_sequence_count(c->found);
    bool  *declared = CN_ARENA_ARRAY(&c->arena, bool, known + 1);
    if (declared == NULL)
        return cn_error_no_memory(&c->error);
    if (!cn_ddl_has(&c->ddl, CN_DDL_SEQUENCE))
        return true;
    const cn_sequence *const *listed = c->declared->sequences;
    for (; listed != NULL && *listed != NULL; listed++)
        compare_sequence(c, *listed, declared);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < order[i]->column_count; j++) {
            if (order[i]->columns[j].sequence != NULL)
                compare_sequence(c, order[i]->columns[j].sequence, declared);
        }
    }
    for (size_t i = 0; !c->options.ignore_others && i < known; i++) {
        const cn_reflected_sequence *found = cn_reflection_sequence(c->found, i);
        if (!declared[i] && found->owner == NULL)
            add_sequence(c, CN_CHANGE_REMOVE, found->schema, found->name);
    }
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool compare(cn_comparison *c)
{
    size_t listed = 0, count = 0;
    while (c->declared->models[listed] != NULL)
        listed++;
    const cn_table **order = CN_ARENA_ARRAY(&c->arena, const cn_table *, listed + 1);
    bool *declared = CN_ARENA_ARRAY(&c->arena, bool, cn_reflection_table_count(c->found) + 1);
    if (order == NULL || declared == NULL)
        return cn_error_no_memory(&c->error);
    if (!cn_metadata_sort(c->declared, order, &count, &c->error) ||
        !compare_declared(c, order, count, declared))
        return false;
    if (!c->options.ignore_others)
        compare_others(c, declared);
    c->table     = NULL;
    c->reflected = NULL;
    return compare_sequences(c, order, count);
}

static cn_token_style style_of(const char *dialect)
{
    return strcmp(dialect, "sqlite") == 0  ? CN_TOKENS_SQLITE
           : strcmp(dialect, "mysql") == 0 ? CN_TOKENS_MYSQL
                                           : CN_TOKENS_POSTGRESQL;
}

static bool check_given(cn_comparison *c)
{
    if (c->declared == NULL || c->found == NULL)
        return cn_error_set(&c->error, CN_CAUSE_MISUSE, "no %s was given",
                            c->declared == NULL ? "metadata" : "reflection");
    return true;
}

cn_comparison *cn_compare_with(const cn_metadata *declared, const cn_reflection *found,
                               const cn_compare_options *options)
{
    cn_comparison *c = cn_allocate_zero(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->declared = declared;
    c->found    = found;
    if (options != NULL)
        memcpy(&c->options, options,
               options->size < sizeof c->options ? options->size : sizeof c->options);
    bool done = check_given(c);
    if (done) {
        c->style = style_of(found->dialect->name);
        c->ddl   = (cn_ddl){.dialect = found->dialect,
                            .server  = &found->server,
                            .sql     = &c->sql,
                            .error   = &c->error,
                            .naming  = &declared->naming};
        done     = compare(c);
    }
    c->no_memory = c->no_memory || c->sql.failed || c->error.cause == CN_CAUSE_MEMORY;
    if (c->no_memory || (!done && c->error.cause == CN_CAUSE_NONE)) {
        cn_comparison_free(c);
        return NULL;
    }
    return c;
}

void cn_comparison_free(cn_comparison *comparison)
{
    if (comparison == NULL)
        return;
    cn_release(comparison->differences);
    cn_buffer_free(&comparison->sql);
    cn_error_clear(&comparison->error);
    cn_arena_free(&comparison->arena);
    cn_release(comparison);
}

const char *cn_comparison_problem(const cn_comparison *comparison)
{
    if (comparison == NULL || comparison->error.cause == CN_CAUSE_NONE)
        return NULL;
    return cn_error_get_message(&comparison->error);
}

bool cn_comparison_equal(const cn_comparison *comparison)
{
    return comparison != NULL && comparison->count == 0 && comparison->error.cause == CN_CAUSE_NONE;
}

size_t cn_comparison_count(const cn_comparison *comparison)
{
    return comparison != NULL ? comparison->count : 0;
}

const cn_difference *cn_comparison_difference(const cn_comparison *comparison, size_t at)
{
    return at < cn_comparison_count(comparison) ? comparison->differences[at] : NULL;
}
