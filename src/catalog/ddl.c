/*
 * CREATE TABLE and its constraints, as text; indexes and the rest are in ddl_index.c and
 * ddl_other.c. Called by create.c, drop.c and show.c. Must never talk to a database.
 */
#include "catalog/ddl.h"

#include <string.h>

#include "base/schemas.h"
#include "catalog/ddl_parts.h"
#include "dialect/spelling.h"

bool cn_ddl_written(const cn_ddl *ddl)
{
    return !ddl->sql->failed || cn_error_no_memory(ddl->error);
}

bool cn_ddl_put_name(const cn_ddl *ddl, const char *name)
{
    return cn_dialect_identifier(ddl->dialect, ddl->server, ddl->sql, name, ddl->error);
}

bool cn_ddl_put_table(const cn_ddl *ddl, const cn_table *table)
{
    return cn_dialect_table(ddl->dialect, ddl->server, ddl->sql, table->schema, table, ddl->error);
}

bool cn_ddl_put_path(const cn_ddl *ddl, const char *path)
{
    return cn_spell_path(ddl->dialect, ddl->server, ddl->sql, path, ddl->error);
}

/* Of SQLite: the one that was opened is called main. */
static bool same_file(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "main", b != NULL ? b : "main") == 0;
}

/* The table that a foreign key refers to, in whatever schema stands for the one that it names.
   SQLite's stay in their own file, and do not name it. */
static bool put_target(const cn_ddl *ddl, const cn_foreign_key *key)
{
    const char *end   = cn_spell_path_end(key->foreign_table);
    bool        named = *end == '.';
    const char *own   = key->table->schema;
    cn_buffer   said  = {0};
    cn_buffer_add(&said, key->foreign_table, named ? (size_t)(end - key->foreign_table) : 0);
    const char *schema = cn_schemas_find(ddl->schemas, named ? cn_buffer_get(&said) : NULL);
    bool        other  = schema != (named ? said.text : NULL);
    bool        good   = !said.failed || cn_error_no_memory(ddl->error);
    bool        bare   = ddl->dialect->definition->schema_on_index && same_file(schema, own);
    if (good && other && !bare && schema != NULL) {
        good = cn_ddl_put_name(ddl, schema);
        cn_ddl_put(ddl, ".");
    }
    cn_buffer_free(&said);
    return good && cn_ddl_put_path(ddl, named && (other || bare) ? end + 1 : key->foreign_table);
}

bool cn_ddl_put_named(const cn_ddl *ddl, const cn_to_name *named, const char *before,
                      const char *behind, bool always)
{
    cn_buffer name = {0};
    bool      done = cn_naming_find(ddl, named, always, &name);
    if (done && name.size != 0) {
        cn_ddl_put(ddl, before);
        done = cn_ddl_put_name(ddl, name.text);
        cn_ddl_put(ddl, behind);
    }
    cn_buffer_free(&name);
    return done;
}

/* "(a, b)" */
static bool put_list(const cn_ddl *ddl, const cn_table *table, const uint32_t *columns,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cn_ddl_put(ddl, i != 0 ? ", " : "(");
        if (!cn_ddl_put_name(ddl, table->columns[columns[i]].name))
            return false;
    }
    cn_ddl_put(ddl, ")");
    return true;
}

/* " DEFERRABLE INITIALLY DEFERRED" */
static void put_deferrable(const cn_ddl *ddl, uint8_t deferrable, const char *initially)
{
    static const char *const words[] = {"", " DEFERRABLE", " NOT DEFERRABLE"};
    cn_ddl_put(ddl, words[deferrable]);
    if (initially != NULL)
        cn_buffer_format(ddl->sql, " INITIALLY %s", initially);
}

/* ---- constraints ----------------------------------------------------------------------------- */

static bool put_unique(const cn_ddl *ddl, const cn_table *table, const cn_unique_set *set)
{
    const cn_to_name named = cn_name_unique(table, set);
    const char      *title = cn_table_title(table);
    bool             waits = set->deferrable != CN_UNSAID || set->initially != NULL;
    if ((waits && !cn_ddl_needs(ddl, CN_DDL_DEFERRABLE_UNIQUE, title)) ||
        (set->nulls_not_distinct && !cn_ddl_needs(ddl, CN_DDL_NULLS_NOT_DISTINCT, title)) ||
        (set->on_conflict != NULL && !cn_ddl_needs(ddl, CN_DDL_ON_CONFLICT, title)) ||
        !cn_ddl_put_named(ddl, &named, "CONSTRAINT ", " ", false))
        return false;
    cn_ddl_put(ddl, set->nulls_not_distinct ? "UNIQUE NULLS NOT DISTINCT " : "UNIQUE ");
    if (!put_list(ddl, table, set->columns, set->count))
        return false;
    put_deferrable(ddl, set->deferrable, set->initially);
    if (set->on_conflict != NULL)
        cn_buffer_format(ddl->sql, " ON CONFLICT %s", set->on_conflict);
    return true;
}

static bool put_check(const cn_ddl *ddl, const cn_table *table, const cn_check *check)
{
    const cn_to_name named = cn_name_check(table, check);
    if (!cn_ddl_needs(ddl, CN_DDL_CHECK, cn_table_title(table)) ||
        !cn_ddl_put_named(ddl, &named, "CONSTRAINT ", " ", false))
        return false;
    cn_buffer_format(ddl->sql, "CHECK (%s)", check->text);
    return true;
}

/* MATCH SIMPLE is what a database does that has no other. */
static bool check_key(const cn_ddl *ddl, const cn_foreign_key *key)
{
    const char *title = cn_table_title(key->table);
    bool        waits = key->deferrable != CN_UNSAID || key->initially != NULL;
    bool        match = key->match != NULL && strcmp(key->match, "SIMPLE") != 0;
    return (!waits || cn_ddl_needs(ddl, CN_DDL_DEFERRABLE_KEY, title)) &&
           (!match || cn_ddl_needs(ddl, CN_DDL_MATCH, title)) &&
           (!key->not_valid || cn_ddl_needs(ddl, CN_DDL_NOT_VALID, title));
}

/* "FOREIGN KEY(author_id) REFERENCES author (id) ON DELETE CASCADE" */
static bool put_foreign_key(const cn_ddl *ddl, const cn_foreign_key *key)
{
    if (!check_key(ddl, key))
        return false;
    cn_ddl_put(ddl, "FOREIGN KEY");
    if (!put_list(ddl, key->table, key->columns, key->count))
        return false;
    cn_ddl_put(ddl, " REFERENCES ");
    if (!put_target(ddl, key))
        return false;
    for (size_t i = 0; i < key->count; i++) {
        cn_ddl_put(ddl, i != 0 ? ", " : " (");
        if (!cn_ddl_put_name(ddl, key->foreign_columns[i]))
            return false;
    }
    cn_ddl_put(ddl, ")");
    if (key->match != NULL && cn_ddl_has(ddl, CN_DDL_MATCH))
        cn_buffer_format(ddl->sql, " MATCH %s", key->match);
    if (key->on_delete != NULL)
        cn_buffer_format(ddl->sql, " ON DELETE %s", key->on_delete);
    if (key->on_update != NULL)
        cn_buffer_format(ddl->sql, " ON UPDATE %s", key->on_update);
    put_deferrable(ddl, key->deferrable, key->initially);
    cn_ddl_put(ddl, key->not_valid ? " NOT VALID" : "");
    return true;
}

/* ---- CREATE TABLE ---------------------------------------------------------------------------- */

/* The checks that a column says stand behind it; MariaDB takes no name there. */
static bool stands_behind(const cn_ddl *ddl, const cn_check *check)
{
    bool is_mariadb = ddl->server != NULL && ddl->server->product == CN_PRODUCT_MARIADB;
    bool is_named   = check->name != NULL || (ddl->naming != NULL && ddl->naming->ck != NULL);
    return check->column != CN_NO_COLUMN && !(is_mariadb && is_named);
}

static bool put_column_checks(const cn_ddl *ddl, const cn_table *table, uint32_t column)
{
    for (size_t i = 0; i < table->check_count; i++) {
        if (table->checks[i].column != column || !stands_behind(ddl, &table->checks[i]))
            continue;
        cn_ddl_put(ddl, " ");
        if (!put_check(ddl, table, &table->checks[i]))
            return false;
    }
    return true;
}

static bool put_columns(const cn_ddl *ddl, const cn_table *table)
{
    for (uint32_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        cn_ddl_put(ddl, i != 0 ? ", \n\t" : "\n\t");
        if (!cn_ddl_put_name(ddl, column->name))
            return false;
        cn_ddl_put(ddl, " ");
        if (!ddl->dialect->definition->column(ddl, column) || !put_column_checks(ddl, table, i))
            return false;
    }
    return true;
}

/* SQLite's AUTOINCREMENT can only be said with the column. */
static bool put_primary_key(const cn_ddl *ddl, const cn_table *table)
{
    const cn_to_name named       = cn_name_primary_key(table);
    bool             with_column = table->generated != CN_NO_COLUMN &&
                       table->columns[table->generated].autoincrement &&
                       ddl->dialect->definition->autoincrement_with_key;
    if (table->primary_key_count == 0 || with_column)
        return true;
    cn_ddl_put(ddl, ", \n\t");
    if (!cn_ddl_put_named(ddl, &named, "CONSTRAINT ", " ", false))
        return false;
    cn_ddl_put(ddl, "PRIMARY KEY ");
    return put_list(ddl, table, table->primary_key, table->primary_key_count);
}

static bool put_constraint(const cn_ddl *ddl, const cn_table *table, const cn_constraint *which,
                           cn_ddl_later *later, void *context)
{
    const cn_foreign_key *key   = &table->foreign_keys[which->at];
    const cn_check       *check = &table->checks[which->at];
    switch (which->kind) {
    case CN_CONSTRAINT_UNIQUE:
        cn_ddl_put(ddl, ", \n\t");
        return put_unique(ddl, table, &table->uniques[which->at]);
    case CN_CONSTRAINT_CHECK:
        if (stands_behind(ddl, check))
            return true;
        cn_ddl_put(ddl, ", \n\t");
        return put_check(ddl, table, check);
    default:
        if (ddl->no_foreign_keys || (later != NULL && later(key, context)))
            return true;
        cn_ddl_put(ddl, ", \n\t");
        const cn_to_name named = cn_name_foreign_key(key);
        return cn_ddl_put_named(ddl, &named, "CONSTRAINT ", " ", false) &&
               put_foreign_key(ddl, key);
    }
}

bool cn_ddl_create_table(const cn_ddl *ddl, const cn_table *table, cn_ddl_later *later,
                         void *context)
{
    cn_ddl_put(ddl, "\nCREATE ");
    if (table->options.prefix != NULL)
        cn_buffer_format(ddl->sql, "%s ", table->options.prefix);
    cn_ddl_put(ddl, ddl->if_exists ? "TABLE IF NOT EXISTS " : "TABLE ");
    if (!cn_ddl_put_table(ddl, table))
        return false;
    cn_ddl_put(ddl, " (");
    if (!put_columns(ddl, table) || !put_primary_key(ddl, table))
        return false;
    for (size_t i = 0; i < table->constraint_count; i++) {
        if (!put_constraint(ddl, table, &table->constraints[i], later, context))
            return false;
    }
    cn_ddl_put(ddl, "\n)");
    if (!ddl->dialect->definition->options(ddl, table))
        return false;
    cn_ddl_put(ddl, "\n\n");
    return cn_ddl_written(ddl);
}

bool cn_ddl_drop_table(const cn_ddl *ddl, const cn_table *table)
{
    cn_ddl_put(ddl, ddl->if_exists ? "\nDROP TABLE IF EXISTS " : "\nDROP TABLE ");
    return cn_ddl_put_table(ddl, table) && cn_ddl_written(ddl);
}

/* ---- constraints of tables that are there ---------------------------------------------------- */

static bool put_alter(const cn_ddl *ddl, const cn_table *table, const char *verb)
{
    cn_ddl_put(ddl, "ALTER TABLE ");
    if (!cn_ddl_put_table(ddl, table))
        return false;
    cn_buffer_format(ddl->sql, " %s ", verb);
    return true;
}

bool cn_ddl_add_foreign_key(const cn_ddl *ddl, const cn_foreign_key *key)
{
    const cn_to_name named = cn_name_foreign_key(key);
    return put_alter(ddl, key->table, "ADD") &&
           cn_ddl_put_named(ddl, &named, "CONSTRAINT ", " ", true) && put_foreign_key(ddl, key) &&
           cn_ddl_written(ddl);
}

bool cn_ddl_drop_foreign_key(const cn_ddl *ddl, const cn_foreign_key *key, const char *name)
{
    const cn_to_name named = cn_name_foreign_key(key);
    return put_alter(ddl, key->table, ddl->dialect->definition->alter_drops_foreign_key) &&
           (name != NULL ? cn_ddl_put_name(ddl, name)
                         : cn_ddl_put_named(ddl, &named, "", "", true)) &&
           cn_ddl_written(ddl);
}

bool cn_ddl_add_constraint(const cn_ddl *ddl, const cn_table *table, const cn_constraint *which)
{
    if (!cn_ddl_needs(ddl, CN_DDL_ALTER_CONSTRAINT, cn_table_title(table)))
        return false;
    if (which->kind == CN_CONSTRAINT_FOREIGN_KEY)
        return cn_ddl_add_foreign_key(ddl, &table->foreign_keys[which->at]);
    return put_alter(ddl, table, "ADD") &&
           (which->kind == CN_CONSTRAINT_UNIQUE
                ? put_unique(ddl, table, &table->uniques[which->at])
                : put_check(ddl, table, &table->checks[which->at])) &&
           cn_ddl_written(ddl);
}

bool cn_ddl_drop_constraint(const cn_ddl *ddl, const cn_table *table, const cn_constraint *which)
{
    if (!cn_ddl_needs(ddl, CN_DDL_ALTER_CONSTRAINT, cn_table_title(table)))
        return false;
    if (which->kind == CN_CONSTRAINT_FOREIGN_KEY)
        return cn_ddl_drop_foreign_key(ddl, &table->foreign_keys[which->at], NULL);
    bool is_unique = which->kind == CN_CONSTRAINT_UNIQUE;
    return put_alter(ddl, table,
                     is_unique ? ddl->dialect->definition->alter_drops_unique
                               : "DROP CONSTRAINT") &&
           cn_ddl_put_name(ddl, is_unique ? table->uniques[which->at].name
                                          : table->checks[which->at].name) &&
           cn_ddl_written(ddl);
}
