/*
 * CREATE TABLE and CREATE INDEX as SQLite keeps them, read with its own liberties: constraints
 * without commas between them, any words for a type, names in four kinds of quotes. Called by
 * reflect_sqlite.c. Must never fail on a text.
 */
#include "catalog/sqlite_ddl.h"

#include <string.h>

typedef struct reader {
    cn_tokens        tokens;
    cn_token         token; /* the current one */
    cn_arena        *arena;
    cn_sqlite_table *table;
    const char      *pending; /* the name that CONSTRAINT gave */
    bool             no_memory;
    /* takes what there is no memory for */
    cn_sqlite_constraint lost;
} reader;

static void next(reader *r)
{
    r->token = cn_token_next(&r->tokens);
}

static bool is(const reader *r, const char *word)
{
    return cn_token_is(&r->token, word);
}

static bool is_sign(const reader *r, const char *sign)
{
    return cn_token_is_sign(&r->token, sign);
}

static bool at_end(const reader *r)
{
    return r->token.kind == CN_TOKEN_END || r->no_memory;
}

static bool take(reader *r, const char *word)
{
    bool taken = is(r, word);
    if (taken)
        next(r);
    return taken;
}

/* Room for one more in a list that lives in the arena. */
static void *add(reader *r, void *items, size_t *count, size_t *capacity, size_t size)
{
    char **list = items;
    if (*count == *capacity) {
        size_t grown = *capacity != 0 ? *capacity * 2 : 4;
        char  *moved = cn_arena_zero(r->arena, grown, size);
        if (moved == NULL) {
            r->no_memory = true;
            return NULL;
        }
        if (*count != 0)
            memcpy(moved, *list, *count * size);
        *list     = moved;
        *capacity = grown;
    }
    return *list + (*count)++ * size;
}

static void add_name(reader *r, cn_sqlite_names *names, const char *name)
{
    const char **place = add(r, &names->items, &names->count, &names->capacity, sizeof name);
    if (place != NULL)
        *place = name;
}

static const char *text_of(reader *r, const char *from, const char *to)
{
    while (from < to && (unsigned char)*from <= ' ')
        from++;
    while (to > from && (unsigned char)to[-1] <= ' ')
        to--;
    const char *text = cn_arena_text_sized(r->arena, from, (size_t)(to - from));
    r->no_memory     = r->no_memory || text == NULL;
    return text;
}

/* The current token as a name; goes on. NULL: it is none. */
static const char *name_of(reader *r)
{
    if (r->token.kind != CN_TOKEN_WORD && r->token.kind != CN_TOKEN_NAME &&
        r->token.kind != CN_TOKEN_STRING)
        return NULL;
    const char *text = cn_token_text(r->arena, &r->token, CN_TOKENS_SQLITE);
    r->no_memory     = r->no_memory || text == NULL;
    next(r);
    return text;
}

/* At "(": the text up to its end, which is passed. */
static const char *in_parentheses(reader *r)
{
    if (!is_sign(r, "("))
        return NULL;
    const char *from = r->tokens.at;
    const char *text = text_of(r, from, cn_token_close(&r->tokens));
    next(r);
    return text;
}

static void skip_parentheses(reader *r)
{
    if (!is_sign(r, "("))
        return;
    (void)cn_token_close(&r->tokens);
    next(r);
}

/* At "(": the names in it, whatever stands behind each (COLLATE, ASC). */
static void name_list(reader *r, cn_sqlite_names *names)
{
    if (!is_sign(r, "("))
        return;
    next(r);
    while (!at_end(r) && !is_sign(r, ")")) {
        const char *name = name_of(r);
        if (name != NULL)
            add_name(r, names, name);
        while (!at_end(r) && !is_sign(r, ",") && !is_sign(r, ")")) {
            if (is_sign(r, "("))
                skip_parentheses(r);
            else
                next(r);
        }
        if (is_sign(r, ","))
            next(r);
    }
    next(r);
}

/* ---- constraints ----------------------------------------------------------------------------- */

static cn_sqlite_constraint *add_constraint(reader *r, cn_sqlite_kind kind, const char *column)
{
    cn_sqlite_table      *table = r->table;
    cn_sqlite_constraint *added = add(r, &table->constraints, &table->constraint_count,
                                      &table->constraint_capacity, sizeof *added);
    if (added == NULL)
        return &r->lost;
    *added     = (cn_sqlite_constraint){.kind = kind, .name = r->pending, .column = column};
    r->pending = NULL;
    return added;
}

static const char *conflict_of(reader *r)
{
    static const struct {
        const char *lower, *upper;
    } words[]      = {{"rollback", "ROLLBACK"},
                      {"abort", "ABORT"},
                      {"fail", "FAIL"},
                      {"ignore", "IGNORE"},
                      {"replace", "REPLACE"}};
    cn_token ahead = cn_token_peek(&r->tokens);
    if (!is(r, "on") || !cn_token_is(&ahead, "conflict"))
        return NULL;
    next(r);
    next(r);
    const char *found = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (is(r, words[i].lower))
            found = words[i].upper;
    }
    next(r);
    return found;
}

/* At the words behind REFERENCES. */
static void references(reader *r)
{
    cn_sqlite_names foreign = {0};
    (void)name_of(r);
    name_list(r, &foreign);
    for (;;) {
        if (take(r, "on")) { /* DELETE SET NULL: the pragma says it */
            next(r);
            if (is(r, "set") || is(r, "no"))
                next(r);
            next(r);
        } else if (take(r, "match")) {
            next(r);
        } else {
            return;
        }
    }
}

/* [NOT] DEFERRABLE [INITIALLY DEFERRED] */
static bool deferral(reader *r, cn_sqlite_constraint *key)
{
    cn_token ahead   = cn_token_peek(&r->tokens);
    bool     negated = is(r, "not") && cn_token_is(&ahead, "deferrable");
    if (negated)
        next(r);
    if (!take(r, "deferrable"))
        return false;
    bool deferred = false;
    if (take(r, "initially")) {
        deferred = is(r, "deferred");
        next(r);
    }
    if (key != NULL) {
        key->deferrable         = !negated;
        key->initially_deferred = !negated && deferred;
    }
    return true;
}

/* A constraint that may stand behind a column and for the table alike; false: it is none. */
static bool shared_constraint(reader *r, const char *column)
{
    if (take(r, "constraint")) {
        r->pending = name_of(r);
        return true;
    }
    bool primary = is(r, "primary");
    if (primary || is(r, "unique")) {
        next(r);
        if (primary)
            (void)take(r, "key");
        cn_sqlite_constraint key = {0};
        if (column != NULL)
            add_name(r, &key.columns, column);
        else
            name_list(r, &key.columns);
        if (!take(r, "asc"))
            (void)take(r, "desc");
        key.on_conflict = conflict_of(r);
        if (primary && take(r, "autoincrement"))
            r->table->autoincrement = true;
        cn_sqlite_constraint *added = add_constraint(
            r, primary ? CN_SQLITE_PRIMARY_KEY : CN_SQLITE_UNIQUE, column);
        added->columns     = key.columns;
        added->on_conflict = key.on_conflict;
        return true;
    }
    if (take(r, "check")) {
        const char *text = in_parentheses(r);
        (void)conflict_of(r);
        if (text != NULL)
            add_constraint(r, CN_SQLITE_CHECK, column)->text = text;
        return true;
    }
    return false;
}

static void column_foreign_key(reader *r, const char *column)
{
    cn_sqlite_names own = {0};
    add_name(r, &own, column);
    cn_sqlite_constraint *key = add_constraint(r, CN_SQLITE_FOREIGN_KEY, column);
    key->columns              = own;
    references(r);
    (void)deferral(r, key);
}

static void table_foreign_key(reader *r)
{
    cn_sqlite_names own = {0};
    (void)take(r, "key");
    name_list(r, &own);
    cn_sqlite_constraint *key = add_constraint(r, CN_SQLITE_FOREIGN_KEY, NULL);
    key->columns              = own;
    if (take(r, "references"))
        references(r);
    (void)deferral(r, key);
}

/* ---- columns --------------------------------------------------------------------------------- */

/* Behind DEFAULT: the pragma says it. */
static void skip_default(reader *r)
{
    if (is_sign(r, "(")) {
        skip_parentheses(r);
        return;
    }
    while (is_sign(r, "-") || is_sign(r, "+"))
        next(r);
    next(r);
}

static void generated(reader *r, cn_sqlite_column *column)
{
    const char *text   = in_parentheses(r);
    bool        stored = is(r, "stored");
    if (stored || is(r, "virtual"))
        next(r);
    column->computed = text;
    column->stored   = stored;
}

/* One constraint of a column; false: it has no more. */
static bool column_constraint(reader *r, cn_sqlite_column *column)
{
    cn_token ahead = cn_token_peek(&r->tokens);
    if (shared_constraint(r, column->name))
        return true;
    if (is(r, "not") && cn_token_is(&ahead, "deferrable"))
        return deferral(r, NULL);
    if (is(r, "not") || is(r, "null")) {
        if (take(r, "not"))
            (void)take(r, "null");
        else
            next(r);
        (void)conflict_of(r);
    } else if (take(r, "default")) {
        skip_default(r);
    } else if (take(r, "collate")) {
        column->collation = name_of(r);
    } else if (take(r, "references")) {
        column_foreign_key(r, column->name);
    } else if (is(r, "generated") && cn_token_is(&ahead, "always")) {
        next(r);
        next(r);
        (void)take(r, "as");
        generated(r, column);
    } else if (is(r, "as") && cn_token_is_sign(&ahead, "(")) {
        next(r);
        generated(r, column);
    } else {
        return deferral(r, NULL);
    }
    r->pending = NULL; /* a name of NOT NULL, DEFAULT, ...: nobody asks for it */
    return true;
}

static void column_definition(reader *r)
{
    cn_sqlite_table *table = r->table;
    const char      *name  = name_of(r);
    if (name == NULL) {
        next(r);
        return;
    }
    cn_sqlite_column *column = add(r, &table->columns, &table->column_count,
                                   &table->column_capacity, sizeof *column);
    if (column == NULL)
        return;
    *column = (cn_sqlite_column){.name = name};
    while (!at_end(r) && !is_sign(r, ",") && !is_sign(r, ")")) {
        if (column_constraint(r, column))
            continue;
        if (is_sign(r, "(")) /* of the type */
            skip_parentheses(r);
        else
            next(r);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool is_table_constraint(const reader *r)
{
    return is(r, "constraint") || is(r, "primary") || is(r, "unique") || is(r, "check") ||
           is(r, "foreign");
}

static void table_options(reader *r)
{
    while (!at_end(r)) {
        if (is(r, "without"))
            r->table->without_rowid = true;
        if (is(r, "strict"))
            r->table->strict = true;
        next(r);
    }
}

static reader begin(const char *sql, size_t size, cn_arena *arena)
{
    reader r = {.tokens = {sql, sql + size, CN_TOKENS_SQLITE}, .arena = arena};
    next(&r);
    return r;
}

bool cn_sqlite_read_table(const char *sql, size_t size, cn_arena *arena, cn_sqlite_table *table)
{
    reader r    = begin(sql, size, arena);
    r.table     = table;
    *table      = (cn_sqlite_table){0};
    bool is_new = take(&r, "create");
    if (!take(&r, "temp"))
        (void)take(&r, "temporary");
    if (!is_new || !take(&r, "table"))
        return true; /* a virtual table, a view */
    while (!at_end(&r) && !is_sign(&r, "("))
        next(&r);
    next(&r);
    while (!at_end(&r) && !is_sign(&r, ")")) {
        if (is_sign(&r, ","))
            next(&r);
        else if (!is_table_constraint(&r))
            column_definition(&r);
        else if (take(&r, "foreign"))
            table_foreign_key(&r);
        else
            (void)shared_constraint(&r, NULL);
    }
    next(&r);
    table_options(&r);
    return !r.no_memory;
}

/* The end of a part: before COLLATE x, ASC and DESC that stand behind it. */
static void add_part(reader *r, cn_sqlite_index *index, const char *from, const char *to)
{
    cn_tokens   tokens  = {from, to, CN_TOKENS_SQLITE};
    const char *end     = from;
    size_t      depth   = 0;
    bool        collate = false;
    for (cn_token token = cn_token_next(&tokens); token.kind != CN_TOKEN_END;
         token          = cn_token_next(&tokens)) {
        depth += cn_token_is_sign(&token, "(");
        depth -= depth != 0 && cn_token_is_sign(&token, ")");
        bool order = depth == 0 && (cn_token_is(&token, "asc") || cn_token_is(&token, "desc"));
        if (depth == 0 && cn_token_is(&token, "collate") && end != from)
            collate = true;
        else if (!collate && (!order || end == from))
            end = token.from + token.size;
    }
    add_name(r, &index->parts, text_of(r, from, end));
}

bool cn_sqlite_read_index(const char *sql, size_t size, cn_arena *arena, cn_sqlite_index *index)
{
    reader r = begin(sql, size, arena);
    *index   = (cn_sqlite_index){0};
    while (!at_end(&r) && !is_sign(&r, "("))
        next(&r);
    const char *from  = r.tokens.at;
    size_t      depth = 1;
    while (!at_end(&r) && depth != 0) {
        next(&r);
        depth += is_sign(&r, "(");
        depth -= is_sign(&r, ")");
        if (depth == 0 || (depth == 1 && is_sign(&r, ","))) {
            add_part(&r, index, from, r.token.from);
            from = r.tokens.at;
        }
    }
    next(&r);
    if (take(&r, "where"))
        index->where = text_of(&r, r.token.from, r.tokens.end);
    return !r.no_memory;
}
