/*
 * Primary keys, unique, check and foreign key constraints that are declared against those that
 * were found. One with a declared name is looked for by it, one without by what it says. Called by
 * compare.c.
 */
#include <string.h>

#include "catalog/compare.h"
#include "dialect/spelling.h"

/* Those found ones that have met their declaration. */
typedef struct claims {
    bool  *taken;
    size_t count;
} claims;

static bool begin(cn_comparison *c, claims *claimed, size_t count)
{
    claimed->count = count;
    claimed->taken = CN_ARENA_ARRAY(&c->arena, bool, count + 1);
    return claimed->taken != NULL || cn_error_no_memory(&c->error);
}

/* The name by the model or the convention; NULL: the database finds one. */
static bool name_of(cn_comparison *c, const cn_to_name *named, const char **name)
{
    cn_buffer text = {0};
    bool      done = cn_naming_find(&c->ddl, named, false, &text);
    *name          = done && text.size != 0 ? cn_compare_text(c, "%s", text.text) : NULL;
    cn_buffer_free(&text);
    return done;
}

static bool same_columns(const cn_comparison *c, const uint32_t *declared, size_t count,
                         const char *const *found, size_t found_count)
{
    if (count != found_count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!cn_compare_same_name(c, c->table->columns[declared[i]].name, found[i]))
            return false;
    }
    return true;
}

static void compare_comment(cn_comparison *c, cn_difference_kind kind, const char *name,
                            const char *declared, const char *found)
{
    if (c->style == CN_TOKENS_POSTGRESQL && !c->options.ignore_comments)
        cn_compare_texts(c, kind, "comment", name, declared, found);
}

/* ---- the primary key ------------------------------------------------------------------------- */

static bool compare_primary_key(cn_comparison *c)
{
    const cn_table         *table    = c->table;
    const cn_reflected_key *found    = c->reflected->primary_key;
    size_t                  count    = found != NULL ? found->count : 0;
    const char             *declared = NULL;
    const cn_to_name        named    = cn_name_primary_key(table);
    if (table->primary_key_count == 0 && count == 0)
        return true;
    if (!same_columns(c, table->primary_key, table->primary_key_count,
                      found != NULL ? found->columns : NULL, count)) {
        cn_compare_add(c, CN_DIFFERENCE_PRIMARY_KEY, CN_CHANGE_ALTER, "list of columns", NULL,
                       cn_compare_columns(c, table->primary_key, table->primary_key_count),
                       found != NULL ? cn_compare_list(c, found->columns, count) : NULL);
        return true;
    }
    if (!name_of(c, &named, &declared))
        return false;
    /* MySQL has no names for them; SQLite none for AUTOINCREMENT's */
    bool nameless = c->style == CN_TOKENS_MYSQL ||
                    (c->style == CN_TOKENS_SQLITE && found->name == NULL);
    if (declared != NULL && !nameless && !cn_compare_same_name(c, declared, found->name))
        cn_compare_texts(c, CN_DIFFERENCE_PRIMARY_KEY, "name", NULL, declared, found->name);
    compare_comment(c, CN_DIFFERENCE_PRIMARY_KEY, NULL, table->primary_key_comment, found->comment);
    return true;
}

/* ---- unique constraints ---------------------------------------------------------------------- */

/* On MySQL an index with everything that a constraint has. */
static bool is_unique_index(const cn_comparison *c, const cn_unique_set *set, const char *name)
{
    for (size_t i = 0; c->style == CN_TOKENS_MYSQL && i < c->reflected->index_count; i++) {
        const cn_reflected_index *index = c->reflected->indexes[i];
        bool                      same  = index->unique && index->part_count == set->count &&
                    (name == NULL || cn_compare_same_name(c, name, index->name));
        for (size_t j = 0; same && j < set->count; j++)
            same = index->parts[j]->column != NULL &&
                   strcmp(index->parts[j]->column, c->table->columns[set->columns[j]].name) == 0;
        if (same)
            return true;
    }
    return false;
}

static const cn_reflected_key *find_unique(cn_comparison *c, claims *claimed,
                                           const cn_unique_set *set, const char *name)
{
    for (size_t i = 0; i < claimed->count; i++) {
        const cn_reflected_key *key = c->reflected->uniques[i];
        bool                    same;
        if (name != NULL)
            same = cn_compare_same_name(c, name, key->name);
        else
            same = same_columns(c, set->columns, set->count, key->columns, key->count);
        if (same && !claimed->taken[i]) {
            claimed->taken[i] = true;
            return key;
        }
    }
    return NULL;
}

static void compare_unique_found(cn_comparison *c, const cn_unique_set *set, const char *name,
                                 const cn_reflected_key *key)
{
    if (!same_columns(c, set->columns, set->count, key->columns, key->count))
        cn_compare_add(c, CN_DIFFERENCE_UNIQUE, CN_CHANGE_ALTER, "list of columns", name,
                       cn_compare_columns(c, set->columns, set->count),
                       cn_compare_list(c, key->columns, key->count));
    bool deferred = set->initially != NULL && strcmp(set->initially, "DEFERRED") == 0;
    if (c->style == CN_TOKENS_POSTGRESQL) {
        cn_compare_flags(c, CN_DIFFERENCE_UNIQUE, "option DEFERRABLE", name,
                         set->deferrable == CN_YES || deferred, key->deferrable);
        cn_compare_flags(c, CN_DIFFERENCE_UNIQUE, "option INITIALLY DEFERRED", name, deferred,
                         key->initially_deferred);
        cn_compare_flags(c, CN_DIFFERENCE_UNIQUE, "option NULLS NOT DISTINCT", name,
                         set->nulls_not_distinct, key->nulls_not_distinct);
    }
    compare_comment(c, CN_DIFFERENCE_UNIQUE, name, set->comment, key->comment);
    if (c->style == CN_TOKENS_SQLITE)
        cn_compare_texts(c, CN_DIFFERENCE_UNIQUE, "option ON CONFLICT", name, set->on_conflict,
                         key->on_conflict);
}

static bool compare_unique(cn_comparison *c, claims *claimed, const cn_unique_set *set)
{
    const char      *name  = NULL;
    const cn_to_name named = cn_name_unique(c->table, set);
    if (!name_of(c, &named, &name))
        return false;
    const cn_reflected_key *key = find_unique(c, claimed, set, name);
    if (key != NULL)
        compare_unique_found(c, set, name, key);
    else if (!is_unique_index(c, set, name))
        cn_compare_add(c, CN_DIFFERENCE_UNIQUE, CN_CHANGE_ADD, NULL, name,
                       cn_compare_columns(c, set->columns, set->count), NULL);
    return true;
}

/* On MySQL a unique index is shown as a constraint. */
static bool is_declared_index(cn_comparison *c, const cn_reflected_key *key)
{
    for (size_t i = 0; c->style == CN_TOKENS_MYSQL && i < c->table->index_count; i++) {
        const cn_index  *index = &c->table->indexes[i];
        const cn_to_name named = cn_name_index(index);
        const char      *name  = NULL;
        if (index->unique && name_of(c, &named, &name) && cn_compare_same_name(c, name, key->name))
            return true;
    }
    return false;
}

static bool compare_uniques(cn_comparison *c)
{
    claims claimed;
    if (!begin(c, &claimed, c->reflected->unique_count))
        return false;
    for (size_t i = 0; i < c->table->unique_count; i++) {
        if (!compare_unique(c, &claimed, &c->table->uniques[i]))
            return false;
    }
    for (size_t i = 0; i < claimed.count; i++) {
        const cn_reflected_key *key = c->reflected->uniques[i];
        if (!claimed.taken[i] && !is_declared_index(c, key))
            cn_compare_add(c, CN_DIFFERENCE_UNIQUE, CN_CHANGE_REMOVE, NULL, key->name, NULL,
                           cn_compare_list(c, key->columns, key->count));
    }
    return true;
}

/* ---- check constraints ----------------------------------------------------------------------- */

static bool compare_check(cn_comparison *c, claims *claimed, const char *name, const char *text,
                          const char *comment)
{
    for (size_t i = 0; i < claimed->count; i++) {
        const cn_reflected_check *check = c->reflected->checks[i];
        bool                      alike = cn_compare_same(c, text, check->condition);
        /* what stands behind a column has lost its name on MariaDB */
        bool named = name != NULL && cn_compare_same_name(c, name, check->name);
        bool taken = named || (alike && (name == NULL || check->name == NULL));
        if (claimed->taken[i] || !taken)
            continue;
        claimed->taken[i] = true;
        if (!alike)
            cn_compare_add(c, CN_DIFFERENCE_CHECK, CN_CHANGE_ALTER, "condition", name, text,
                           check->condition);
        compare_comment(c, CN_DIFFERENCE_CHECK, name, comment, check->comment);
        return true;
    }
    cn_compare_add(c, CN_DIFFERENCE_CHECK, CN_CHANGE_ADD, NULL, name, text, NULL);
    return true;
}

/* The check that an enumeration brings along, as it is written; NULL: none. */
static bool enum_check(cn_comparison *c, const cn_column *column, const char **text)
{
    const cn_type *type    = cn_dialect_column_type(c->ddl.dialect, c->ddl.server, column);
    bool           checked = type->kind == CN_TYPE_ENUM && type->enum_form != CN_ENUM_PLAIN;
    if (c->style == CN_TOKENS_MYSQL)
        checked = checked && type->enum_form == CN_ENUM_CHECKED;
    if (c->style == CN_TOKENS_POSTGRESQL)
        checked = checked && type->enum_form != CN_ENUM_NATIVE;
    *text = NULL;
    if (!checked)
        return true;
    cn_buffer_reset(&c->sql);
    if (!cn_spell_enum_check(&c->ddl, column, type))
        return false;
    c->no_memory        = c->no_memory || c->sql.failed;
    const char *written = cn_buffer_get(&c->sql);
    const char *open    = strchr(written, '(');
    if (open != NULL && c->sql.size != 0)
        *text = cn_compare_text(c, "%.*s", (int)(strlen(open) - 2), open + 1);
    return true;
}

static bool compare_checks(cn_comparison *c)
{
    claims claimed;
    if (!begin(c, &claimed, c->reflected->check_count))
        return false;
    if (!cn_ddl_has(&c->ddl, CN_DDL_CHECK))
        return true;
    for (size_t i = 0; i < c->table->check_count; i++) {
        const cn_check  *check = &c->table->checks[i];
        const char      *name  = NULL;
        const cn_to_name named = cn_name_check(c->table, check);
        if (!name_of(c, &named, &name) ||
            !compare_check(c, &claimed, name, check->text, check->comment))
            return false;
    }
    for (size_t i = 0; i < c->table->column_count; i++) {
        const char *text = NULL;
        if (!enum_check(c, &c->table->columns[i], &text))
            return false;
        if (text != NULL && !compare_check(c, &claimed, NULL, text, NULL))
            return false;
    }
    for (size_t i = 0; i < claimed.count; i++) {
        const cn_reflected_check *check = c->reflected->checks[i];
        if (!claimed.taken[i])
            cn_compare_add(c, CN_DIFFERENCE_CHECK, CN_CHANGE_REMOVE, NULL, check->name, NULL,
                           check->condition);
    }
    return true;
}

/* ---- foreign keys ---------------------------------------------------------------------------- */

static const char *found_path(cn_comparison *c, const cn_reflected_foreign_key *key)
{
    const char *schema = cn_compare_schema(c, key->foreign_schema);
    const char *path   = cn_reflect_path(&c->arena, schema, key->foreign_table);
    c->no_memory       = c->no_memory || path == NULL;
    return path != NULL ? path : "";
}

/* Without the default schema before it. */
static const char *declared_path(const cn_comparison *c, const cn_foreign_key *key)
{
    const char *usual      = c->found->default_schema;
    size_t      size       = usual != NULL ? strlen(usual) : 0;
    bool        is_default = size != 0 && strncmp(key->foreign_table, usual, size) == 0 &&
                      key->foreign_table[size] == '.';
    return key->foreign_table + (is_default ? size + 1 : 0);
}

static bool same_target(cn_comparison *c, const cn_foreign_key *key,
                        const cn_reflected_foreign_key *found)
{
    if (!cn_compare_same_name(c, declared_path(c, key), found_path(c, found)) ||
        found->foreign_columns == NULL || key->count != found->count)
        return false;
    for (size_t i = 0; i < key->count; i++) {
        if (!cn_compare_same_name(c, key->foreign_columns[i], found->foreign_columns[i]))
            return false;
    }
    return true;
}

static const char *shown(cn_comparison *c, const cn_foreign_key *key)
{
    return cn_compare_text(c, "%s to %s %s", cn_compare_columns(c, key->columns, key->count),
                           key->foreign_table,
                           cn_compare_list(c, key->foreign_columns, key->count));
}

static const char *shown_found(cn_comparison *c, const cn_reflected_foreign_key *key)
{
    return cn_compare_text(
        c, "%s to %s %s", cn_compare_list(c, key->columns, key->count), found_path(c, key),
        key->foreign_columns != NULL ? cn_compare_list(c, key->foreign_columns, key->count) : "");
}

/* NO ACTION is none; on MySQL RESTRICT is, too. */
static const char *action(const cn_comparison *c, const char *words)
{
    if (words == NULL || strcmp(words, "NO ACTION") == 0)
        return NULL;
    return c->style == CN_TOKENS_MYSQL && strcmp(words, "RESTRICT") == 0 ? NULL : words;
}

static void compare_foreign_found(cn_comparison *c, const cn_foreign_key *key, const char *name,
                                  const cn_reflected_foreign_key *found)
{
    cn_difference_kind kind = CN_DIFFERENCE_FOREIGN_KEY;
    if (!same_columns(c, key->columns, key->count, found->columns, found->count) ||
        !same_target(c, key, found))
        cn_compare_add(c, kind, CN_CHANGE_ALTER, "reference", name, shown(c, key),
                       shown_found(c, found));
    cn_compare_texts(c, kind, "action ON DELETE", name, action(c, key->on_delete),
                     action(c, found->on_delete));
    cn_compare_texts(c, kind, "action ON UPDATE", name, action(c, key->on_update),
                     action(c, found->on_update));
    compare_comment(c, kind, name, key->comment, found->comment);
    if (!cn_ddl_has(&c->ddl, CN_DDL_DEFERRABLE_KEY))
        return;
    bool deferred = key->initially != NULL && strcmp(key->initially, "DEFERRED") == 0;
    bool implied  = deferred && c->style == CN_TOKENS_POSTGRESQL;
    cn_compare_flags(c, kind, "option DEFERRABLE", name, key->deferrable == CN_YES || implied,
                     found->deferrable);
    cn_compare_flags(c, kind, "option INITIALLY DEFERRED", name, deferred,
                     found->initially_deferred);
    bool simple = key->match == NULL || strcmp(key->match, "SIMPLE") == 0;
    if (c->style == CN_TOKENS_POSTGRESQL)
        cn_compare_texts(c, kind, "option MATCH", name, simple ? NULL : key->match, found->match);
}

static bool compare_foreign_key(cn_comparison *c, claims *claimed, const cn_foreign_key *key)
{
    const char      *name  = NULL;
    const cn_to_name named = cn_name_foreign_key(key);
    if (!name_of(c, &named, &name))
        return false;
    for (size_t i = 0; i < claimed->count; i++) {
        const cn_reflected_foreign_key *found = c->reflected->foreign_keys[i];
        bool                            same;
        if (name != NULL)
            same = cn_compare_same_name(c, name, found->name);
        else
            same = same_target(c, key, found) &&
                   same_columns(c, key->columns, key->count, found->columns, found->count);
        if (!same || claimed->taken[i])
            continue;
        claimed->taken[i] = true;
        compare_foreign_found(c, key, name, found);
        return true;
    }
    cn_compare_add(c, CN_DIFFERENCE_FOREIGN_KEY, CN_CHANGE_ADD, NULL, name, shown(c, key), NULL);
    return true;
}

static bool compare_foreign_keys(cn_comparison *c)
{
    claims claimed;
    if (!begin(c, &claimed, c->reflected->foreign_key_count))
        return false;
    for (size_t i = 0; i < c->table->foreign_key_count; i++) {
        if (!compare_foreign_key(c, &claimed, &c->table->foreign_keys[i]))
            return false;
    }
    for (size_t i = 0; i < claimed.count; i++) {
        const cn_reflected_foreign_key *key = c->reflected->foreign_keys[i];
        if (!claimed.taken[i])
            cn_compare_add(c, CN_DIFFERENCE_FOREIGN_KEY, CN_CHANGE_REMOVE, NULL, key->name, NULL,
                           shown_found(c, key));
    }
    return true;
}

bool cn_compare_table_constraints(cn_comparison *c)
{
    return compare_primary_key(c) && compare_uniques(c) && compare_checks(c) &&
           compare_foreign_keys(c);
}
