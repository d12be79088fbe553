/*
 * See naming.h. A convention is a text with tokens: "uq_%(table_name)s_%(column_0_name)s".
 */
#include "catalog/naming.h"

#include <stdlib.h>
#include <string.h>

typedef struct naming {
    const cn_ddl     *ddl;
    const cn_to_name *named;
    cn_buffer        *name;
} naming;

static const char *const words[] = {[CN_NAME_INDEX]       = "an index",
                                    [CN_NAME_UNIQUE]      = "a unique constraint",
                                    [CN_NAME_CHECK]       = "a check constraint",
                                    [CN_NAME_FOREIGN_KEY] = "a foreign key",
                                    [CN_NAME_PRIMARY_KEY] = "a primary key"};

static bool refuse(const naming *n, const char *token, size_t size, const char *why)
{
    return cn_error_set(
        n->ddl->error, CN_CAUSE_MODEL, "%s: the naming convention of %s has %%(%.*s)s: %s",
        cn_table_title(n->named->table), words[n->named->kind], (int)size, token, why);
}

/* ---- the parts of names ---------------------------------------------------------------------- */

static bool put_column(const naming *n, size_t which, bool label)
{
    const cn_to_name *named = n->named;
    uint32_t          column;
    memcpy(&column, (const char *)named->columns + which * named->stride, sizeof column);
    if (column == CN_NO_COLUMN)
        return cn_error_set(n->ddl->error, CN_CAUSE_MODEL,
                            "%s: an index on an expression needs a .name",
                            cn_table_title(named->table));
    const cn_table *own    = cn_table_known(named->table->model); /* wherever it stands now */
    const char     *schema = own != NULL ? own->schema : named->table->schema;
    if (label && schema != NULL)
        cn_buffer_format(n->name, "%s_", schema);
    if (label)
        cn_buffer_format(n->name, "%s_", named->table->name);
    cn_buffer_text(n->name, named->table->columns[column].name);
    return true;
}

static void put_foreign_table(const naming *n)
{
    const char *dot = strchr(n->named->foreign_table, '.');
    cn_buffer_text(n->name, dot != NULL ? dot + 1 : n->named->foreign_table);
}

static bool put_one(const naming *n, size_t which, bool referred, bool label)
{
    if (!referred)
        return put_column(n, which, label);
    if (label) {
        put_foreign_table(n);
        cn_buffer_char(n->name, '_');
    }
    cn_buffer_text(n->name, n->named->foreign_columns[which]);
    return true;
}

/* "column_0_name", "column_0N_label", "referred_column_0_N_name": false if the token is none of
   them, or an error. */
static bool put_columns(const naming *n, const char *token, size_t size)
{
    bool        referred = size > 9 && memcmp(token, "referred_", 9) == 0;
    const char *at       = token + (referred ? 9 : 0);
    char       *rest;
    if (strncmp(at, "column_", 7) != 0 || at[7] < '0' || at[7] > '9')
        return refuse(n, token, size, "there is no such token");
    size_t which = strtoul(at + 7, &rest, 10);
    bool   all   = *rest == 'N' || strncmp(rest, "_N_", 3) == 0;
    bool   apart = *rest == '_' && all;
    at           = rest + (apart ? 2 : all ? 1 : 0);
    size_t end   = size - (size_t)(at - token);
    bool   label = end == 6 && memcmp(at, "_label", 6) == 0;
    if (!label && !(end == 5 && memcmp(at, "_name", 5) == 0) &&
        !(end == 4 && memcmp(at, "_key", 4) == 0))
        return refuse(n, token, size, "there is no such token");
    if (referred && n->named->foreign_columns == NULL)
        return refuse(n, token, size, "it refers to no other table");
    if (which >= n->named->count)
        return refuse(n, token, size, "it has no such column; give it a name");
    for (size_t i = which; i < (all ? n->named->count : which + 1); i++) {
        if (i != which && apart)
            cn_buffer_char(n->name, '_');
        if (!put_one(n, i, referred, label))
            return false;
    }
    return true;
}

static bool is_token(const char *token, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(token, word, size) == 0;
}

static bool put_token(const naming *n, const char *token, size_t size)
{
    const cn_to_name *named = n->named;
    if (is_token(token, size, "table_name")) {
        cn_buffer_text(n->name, named->table->name);
    } else if (is_token(token, size, "referred_table_name")) {
        if (named->foreign_table == NULL)
            return refuse(n, token, size, "it refers to no other table");
        put_foreign_table(n);
    } else if (is_token(token, size, "constraint_name")) {
        if (named->given == NULL)
            return refuse(n, token, size, "it has no name");
        cn_buffer_text(n->name, named->given);
    } else {
        return put_columns(n, token, size);
    }
    return true;
}

static bool follow(const naming *n, const char *convention)
{
    while (*convention != '\0') {
        const char *token = strstr(convention, "%(");
        const char *end   = token != NULL ? strstr(token, ")s") : NULL;
        if (end == NULL) {
            cn_buffer_text(n->name, convention);
            return true;
        }
        cn_buffer_add(n->name, convention, (size_t)(token - convention));
        if (!put_token(n, token + 2, (size_t)(end - token) - 2))
            return false;
        convention = end + 2;
    }
    return true;
}

/* ---- names that are too long ----------------------------------------------------------------- */

static uint32_t fold(const char *text)
{
    uint32_t hash = UINT32_C(2166136261); /* FNV-1a: the same on every machine, for it is stored */
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT32_C(16777619);
    return hash;
}

/* A made name that the dialect finds too long is cut, and made different by a hash of the whole. */
static void shorten(const naming *n)
{
    cn_buffer *name  = n->name;
    size_t     limit = n->ddl->dialect->identifier_limit;
    if (name->failed || name->size <= limit)
        return;
    uint32_t hash = fold(name->text);
    size_t   size = limit - 9;
    while (size > 0 && ((unsigned char)name->text[size] & 0xc0) == 0x80)
        size--; /* not through a character */
    name->size = size;
    cn_buffer_format(name, "_%08x", (unsigned)hash);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const char *convention_of(const cn_ddl *ddl, cn_name_kind kind, bool always)
{
    const cn_naming  none = {0};
    const cn_naming *said = ddl->naming != NULL ? ddl->naming : &none;
    switch (kind) {
    case CN_NAME_INDEX:
        return said->ix != NULL ? said->ix : "ix_%(column_0_label)s";
    case CN_NAME_UNIQUE:
        return said->uq;
    case CN_NAME_CHECK:
        return said->ck;
    case CN_NAME_FOREIGN_KEY:
        return said->fk != NULL || !always ? said->fk : "fk_%(column_0_label)s";
    default:
        return said->pk;
    }
}

bool cn_naming_find(const cn_ddl *ddl, const cn_to_name *named, bool always, cn_buffer *name)
{
    const naming n          = {ddl, named, name};
    const char  *convention = convention_of(ddl, named->kind, always);
    bool         over_given = named->kind == CN_NAME_CHECK && convention != NULL &&
                      strstr(convention, "%(constraint_name)s") != NULL;
    if (named->given != NULL && !over_given) {
        cn_buffer_text(name, named->given);
    } else if (convention != NULL) {
        if (!follow(&n, convention))
            return false;
        shorten(&n);
    }
    return !name->failed || cn_error_no_memory(ddl->error);
}

/* ---- what is named --------------------------------------------------------------------------- */

cn_to_name cn_name_primary_key(const cn_table *table)
{
    return (cn_to_name){.kind    = CN_NAME_PRIMARY_KEY,
                        .given   = table->primary_key_name,
                        .table   = table,
                        .columns = table->primary_key,
                        .stride  = sizeof *table->primary_key,
                        .count   = table->primary_key_count};
}

cn_to_name cn_name_index(const cn_index *index)
{
    return (cn_to_name){.kind    = CN_NAME_INDEX,
                        .given   = index->name,
                        .table   = index->table,
                        .columns = &index->parts->column,
                        .stride  = sizeof *index->parts,
                        .count   = index->part_count};
}

cn_to_name cn_name_unique(const cn_table *table, const cn_unique_set *set)
{
    return (cn_to_name){.kind    = CN_NAME_UNIQUE,
                        .given   = set->name,
                        .table   = table,
                        .columns = set->columns,
                        .stride  = sizeof *set->columns,
                        .count   = set->count};
}

cn_to_name cn_name_check(const cn_table *table, const cn_check *check)
{
    return (cn_to_name){.kind    = CN_NAME_CHECK,
                        .given   = check->name,
                        .table   = table,
                        .columns = &check->column,
                        .count   = check->column != CN_NO_COLUMN};
}

cn_to_name cn_name_foreign_key(const cn_foreign_key *key)
{
    return (cn_to_name){.kind            = CN_NAME_FOREIGN_KEY,
                        .given           = key->name,
                        .table           = key->table,
                        .columns         = key->columns,
                        .stride          = sizeof *key->columns,
                        .count           = key->count,
                        .foreign_table   = key->foreign_table,
                        .foreign_columns = key->foreign_columns};
}
