/*
 * See portable.h. Works token by token, for what a catalogue holds is not always a single
 * expression. Called by reflect_model.c. Must never fail on a text.
 */
#include "catalog/portable.h"

#include <string.h>

#include "base/ascii.h"
#include "base/buffer.h"
#include "sql/dialect.h"

/* Arrays inside arrays that are deeper stay as they are. */
#define DEEPEST 100

typedef struct writer {
    const cn_token   *tokens; /* which end with CN_TOKEN_END */
    size_t            at;
    cn_token_style    style;
    const cn_dialect *dialect; /* whose text it is */
    const char       *end;     /* of what was read last: a blank behind it stays one */
    unsigned          depth;
    cn_buffer         sql;
} writer;

static bool is_sign(const writer *w, size_t at, const char *sign)
{
    return cn_token_is_sign(&w->tokens[at], sign);
}

static bool is_word(const writer *w, size_t at, const char *lower)
{
    return cn_token_is(&w->tokens[at], lower);
}

static bool is_name(const writer *w, size_t at)
{
    return w->tokens[at].kind == CN_TOKEN_WORD || w->tokens[at].kind == CN_TOKEN_NAME;
}

/* Behind the bracket that closes the one at `at`, or the end. */
static size_t behind(const writer *w, size_t at)
{
    int depth = 0;
    for (; w->tokens[at].kind != CN_TOKEN_END; at++) {
        depth += is_sign(w, at, "(") || is_sign(w, at, "[");
        depth -= is_sign(w, at, ")") || is_sign(w, at, "]");
        if (depth == 0)
            return at + 1;
    }
    return at;
}

/* Behind the type that begins at `at`: character varying(20)[], timestamp(3) without time zone */
static size_t behind_type(const writer *w, size_t at)
{
    static const char *const second[] = {"varying", "precision"};
    if (is_name(w, at))
        at++;
    while (is_sign(w, at, ".") && is_name(w, at + 1))
        at += 2;
    for (size_t i = 0; i < sizeof second / sizeof *second; i++)
        at += is_word(w, at, second[i]);
    if (is_sign(w, at, "("))
        at = behind(w, at);
    if ((is_word(w, at, "with") || is_word(w, at, "without")) && is_word(w, at + 1, "time"))
        at += is_word(w, at + 2, "zone") ? 3 : 2;
    while (is_sign(w, at, "["))
        at = behind(w, at);
    return at;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* What was read up to `next` is written as `text`. */
static void put(writer *w, const char *text, size_t next)
{
    const cn_token *token = &w->tokens[w->at];
    if (w->sql.size != 0 && token->from != w->end)
        cn_buffer_char(&w->sql, ' ');
    cn_buffer_text(&w->sql, text);
    w->end = w->tokens[next - 1].from + w->tokens[next - 1].size;
    w->at  = next;
}

static void skip(writer *w, size_t next)
{
    w->end = w->tokens[next - 1].from + w->tokens[next - 1].size;
    w->at  = next;
}

static void copy(writer *w)
{
    const cn_token *token = &w->tokens[w->at];
    put(w, "", w->at + 1);
    cn_buffer_add(&w->sql, token->from, token->size);
}

static void name(writer *w)
{
    cn_arena  scratch = {0};
    cn_error  ignored = {0};
    cn_buffer spelled = {0};
    char     *text    = cn_token_text(&scratch, &w->tokens[w->at], w->style);
    w->sql.failed     = w->sql.failed || text == NULL;
    if (text == NULL || !cn_dialect_identifier(w->dialect, NULL, &spelled, text, &ignored))
        copy(w);
    else
        put(w, cn_buffer_get(&spelled), w->at + 1);
    w->sql.failed = w->sql.failed || spelled.failed;
    cn_error_clear(&ignored);
    cn_buffer_free(&spelled);
    cn_arena_free(&scratch);
}

static void any(writer *w);

/* = ANY (ARRAY[a, b]), also with casts of the array: IN (a, b). False: it is something else. */
static bool any_of_array(writer *w)
{
    bool   equal = is_sign(w, w->at, "=") && is_word(w, w->at + 1, "any");
    bool   other = is_sign(w, w->at, "<>") && is_word(w, w->at + 1, "all");
    size_t open = w->at + 2, array = open;
    if (w->style != CN_TOKENS_POSTGRESQL || (!equal && !other) || w->depth == DEEPEST)
        return false;
    while (is_sign(w, array, "("))
        array++;
    if (array == open || !is_word(w, array, "array") || !is_sign(w, array + 1, "["))
        return false;
    size_t last = behind(w, array + 1) - 1, next = behind(w, open);
    put(w, equal ? "IN (" : "NOT IN (", array + 2);
    w->depth++;
    while (w->at < last)
        any(w);
    w->depth--;
    cn_buffer_char(&w->sql, ')');
    skip(w, next);
    return true;
}

/* The database's clock has its own digits everywhere. */
static bool moment(writer *w)
{
    size_t next = w->at + 1;
    bool   now  = is_word(w, w->at, "now") && is_sign(w, next, "(") && is_sign(w, next + 1, ")");
    if (!now && !is_word(w, w->at, "current_timestamp"))
        return false;
    put(w, "CURRENT_TIMESTAMP", is_sign(w, next, "(") ? behind(w, next) : next);
    return true;
}

/* What MariaDB calls otherwise when it shows it. */
static bool renamed(writer *w)
{
    static const char *const names[][2] = {{"lcase", "lower"}, {"ucase", "upper"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (w->style != CN_TOKENS_MYSQL || !is_word(w, w->at, names[i][0]))
            continue;
        put(w, names[i][1], w->at + 1);
        return true;
    }
    return false;
}

/* The next token, with what belongs to it. */
static void any(writer *w)
{
    const cn_token *token  = &w->tokens[w->at];
    bool            casts  = w->style == CN_TOKENS_POSTGRESQL;
    bool            quoted = w->tokens[w->at + 1].kind == CN_TOKEN_STRING;
    if (casts && is_sign(w, w->at, "::"))
        skip(w, behind_type(w, w->at + 1));
    else if (casts && (is_sign(w, w->at, "~~") || is_sign(w, w->at, "!~~")))
        put(w, is_sign(w, w->at, "~~") ? "LIKE" : "NOT LIKE", w->at + 1);
    else if (w->style == CN_TOKENS_MYSQL && quoted && token->kind == CN_TOKEN_WORD &&
             token->from[0] == '_')
        w->at++; /* _utf8mb4'text' */
    else if (token->kind == CN_TOKEN_NAME)
        name(w);
    else if (!any_of_array(w) && !moment(w) && !renamed(w))
        copy(w);
}

const char *cn_expression_portable(cn_token_style style, const char *text, cn_arena *arena,
                                   bool *no_memory)
{
    static const char *const dialects[] = {"sqlite", "mysql", "postgresql"};
    cn_arena                 scratch    = {0};
    size_t                   count      = 0;
    if (text == NULL)
        return NULL;
    cn_tokens tokens = {text, text + strlen(text), style};
    cn_token *list   = CN_ARENA_ARRAY(&scratch, cn_token, strlen(text) + 4);
    *no_memory       = *no_memory || list == NULL;
    while (list != NULL && (list[count] = cn_token_next(&tokens)).kind != CN_TOKEN_END)
        count++;
    writer w = {.tokens = list, .style = style, .dialect = cn_dialect_named(dialects[style])};
    /* three more ends, so that looking ahead stays inside */
    for (size_t i = 1; list != NULL && i < 4; i++)
        list[count + i] = list[count];
    while (list != NULL && w.at < count)
        any(&w);
    const char *made = w.sql.failed || list == NULL ? NULL
                                                    : cn_arena_text(arena, cn_buffer_get(&w.sql));
    *no_memory       = *no_memory || made == NULL;
    cn_buffer_free(&w.sql);
    cn_arena_free(&scratch);
    return made;
}
