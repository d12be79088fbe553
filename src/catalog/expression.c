/*
 * A small parser of expressions, by precedence, which writes what it reads as nested lists:
 * `a > 1 AND b` and `((a > (1)::integer) AND "b")` both become (and (> a 1) b). What it does not
 * understand it writes token by token. Called by compare.c. Must never fail on a text.
 */
#include "catalog/expression.h"

#include <string.h>

#include "base/ascii.h"

/* What is deeper or longer is compared token by token. */
#define DEEPEST 200
#define LONGEST 16384

typedef struct parser {
    cn_tokens      tokens;
    cn_token       token;
    cn_token_style style;
    cn_arena       arena;
    unsigned       depth;
    bool           no_memory;
    bool           failed; /* for want of memory, or because it is too deep */
    bool           odd;    /* not understood */
} parser;

static void check(parser *p, const void *taken)
{
    p->no_memory = p->no_memory || taken == NULL;
    p->failed    = p->failed || p->no_memory;
}

/* Text that an expression has become; "" without memory. */
static const char *format(parser *p, const char *before, const char *a, const char *between,
                          const char *b, const char *behind)
{
    cn_buffer text = {0};
    cn_buffer_text(&text, before);
    cn_buffer_text(&text, a);
    cn_buffer_text(&text, between);
    cn_buffer_text(&text, b);
    cn_buffer_text(&text, behind);
    const char *kept = text.failed ? NULL : cn_arena_text(&p->arena, cn_buffer_get(&text));
    cn_buffer_free(&text);
    check(p, kept);
    return kept != NULL ? kept : "";
}

static const char *list(parser *p, const char *head, const char *a, const char *b)
{
    const char *open = format(p, "(", head, " ", "", "");
    return format(p, open, a, b[0] != '\0' ? " " : "", b, ")");
}

static void next(parser *p)
{
    p->token = cn_token_next(&p->tokens);
}

static bool is(const parser *p, const char *word)
{
    return cn_token_is(&p->token, word);
}

static bool is_sign(const parser *p, const char *sign)
{
    return cn_token_is_sign(&p->token, sign);
}

static bool take(parser *p, const char *word)
{
    bool taken = is(p, word);
    if (taken)
        next(p);
    return taken;
}

static bool take_sign(parser *p, const char *sign)
{
    bool taken = is_sign(p, sign);
    if (taken)
        next(p);
    return taken;
}

static const char *expression(parser *p, int level);
static const char *negation(parser *p, const char *text);

/* ---- names and literals ---------------------------------------------------------------------- */

static const char *lowered(parser *p, const cn_token *token)
{
    char *text = cn_token_text(&p->arena, token, p->style);
    check(p, text);
    for (char *at = text; at != NULL && *at != '\0'; at++)
        *at = cn_ascii_lower(*at);
    return text != NULL ? text : "";
}

static bool is_number(const char *text)
{
    text += *text == '-' || *text == '+';
    return *text != '\0' && text[strspn(text, "0123456789.")] == '\0';
}

/* 1.50 is 1.5, 1.0 is 1 */
static const char *number(parser *p, const char *text)
{
    char *copy = cn_arena_text(&p->arena, text + (*text == '+'));
    check(p, copy);
    if (copy == NULL)
        return "";
    if (strchr(copy, '.') != NULL && strpbrk(copy, "eE") == NULL) {
        size_t size = strlen(copy);
        while (size != 0 && copy[size - 1] == '0')
            size--;
        if (size != 0 && copy[size - 1] == '.')
            size--;
        copy[size] = '\0';
    }
    return copy;
}

/* '5' is 5: a default of a number may come back either way. */
static const char *literal(parser *p, const cn_token *token)
{
    char *text = cn_token_text(&p->arena, token, p->style);
    check(p, text);
    if (text == NULL)
        return "";
    if (is_number(text))
        return number(p, text);
    char *quoted = cn_arena_take(&p->arena, 2 * strlen(text) + 3, 1);
    check(p, quoted);
    if (quoted == NULL)
        return "";
    char *to = quoted;
    *to++    = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            *to++ = '\\';
        *to++ = *text;
    }
    memcpy(to, "'", 2);
    return quoted;
}

/* Words that databases replace with others. */
static const char *usual_name(const char *name)
{
    static const char *const same[][2] = {{"lcase", "lower"},
                                          {"ucase", "upper"},
                                          {"true", "1"},
                                          {"false", "0"},
                                          {"now", "current_timestamp"},
                                          {"localtimestamp", "current_timestamp"},
                                          {"character_length", "char_length"},
                                          {"octet_length", "length"},
                                          {"substr", "substring"},
                                          {"ifnull", "coalesce"},
                                          {"curdate", "current_date"},
                                          {"curtime", "current_time"},
                                          {"ceil", "ceiling"},
                                          {"power", "pow"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        if (strcmp(name, same[i][0]) == 0)
            return same[i][1];
    }
    return name;
}

/* ---- operands -------------------------------------------------------------------------------- */

/* "a, b)" behind an opening parenthesis; how many there were. Words between them (FROM, FOR, AS)
   stay as they are. */
static const char *arguments(parser *p, const char *end, size_t *count)
{
    const char *all = "";
    *count          = 0;
    while (!is_sign(p, end) && p->token.kind != CN_TOKEN_END && !p->failed) {
        const char *one = expression(p, 0);
        all             = format(p, all, *count != 0 ? " " : "", one, "", "");
        ++*count;
        (void)take_sign(p, ",");
    }
    if (!take_sign(p, end))
        p->odd = true;
    return all;
}

/* CAST(x AS type): x */
static const char *cast(parser *p)
{
    const char *inner = expression(p, 0);
    if (!take(p, "as"))
        p->odd = true;
    (void)cn_token_close(&p->tokens);
    next(p);
    return inner;
}

/* The words of CASE stay between its operands. */
static const char *case_of(parser *p)
{
    const char *all = "(case";
    while (!is(p, "end") && p->token.kind != CN_TOKEN_END && !p->failed) {
        if (is(p, "when") || is(p, "then") || is(p, "else")) {
            all = format(p, all, " ", lowered(p, &p->token), "", "");
            next(p);
        } else {
            all = format(p, all, " ", expression(p, 0), "", "");
        }
    }
    next(p);
    return format(p, all, ")", "", "", "");
}

static const char *call(parser *p, const char *name)
{
    size_t count = 0;
    if (strcmp(name, "cast") == 0)
        return cast(p);
    const char *all = arguments(p, ")", &count);
    if (count == 0 && strncmp(name, "current_", 8) == 0)
        return name;
    return list(p, name, all, "");
}

/* A name, perhaps with others before it, of which only the last counts; a call; a typed literal. */
static const char *word(parser *p)
{
    bool        quoted = p->token.kind == CN_TOKEN_NAME;
    const char *name   = lowered(p, &p->token);
    next(p);
    while (is_sign(p, ".")) {
        next(p);
        name = lowered(p, &p->token);
        next(p);
    }
    if (!quoted && strcmp(name, "case") == 0)
        return case_of(p);
    if (!quoted && p->token.kind == CN_TOKEN_STRING) { /* DATE '2020-01-01' */
        const char *text = literal(p, &p->token);
        next(p);
        return text;
    }
    if (!quoted)
        name = usual_name(name);
    if (!take_sign(p, "("))
        return name;
    return call(p, name);
}

static const char *operand(parser *p)
{
    cn_token    token = p->token;
    const char *text  = "";
    size_t      count = 0;
    switch (token.kind) {
    case CN_TOKEN_WORD:
    case CN_TOKEN_NAME:
        return word(p);
    case CN_TOKEN_STRING:
        next(p);
        return literal(p, &token);
    case CN_TOKEN_NUMBER:
        next(p);
        return number(p, lowered(p, &token));
    default:
        break;
    }
    if (take_sign(p, "(")) {
        text = arguments(p, ")", &count);
        return count <= 1 ? text : list(p, "row", text, "");
    }
    if (token.kind != CN_TOKEN_END) {
        p->odd = true;
        next(p);
    }
    return text;
}

/* What stands behind an operand: casts and collations say nothing here, an index does. */
static const char *postfix(parser *p, const char *left)
{
    for (;;) {
        if (take_sign(p, "::")) {
            next(p);
            if (is(p, "varying") || is(p, "precision"))
                next(p);
            if (take_sign(p, "(")) {
                (void)cn_token_close(&p->tokens);
                next(p);
            }
            if (is(p, "with") || is(p, "without")) { /* time zone */
                next(p);
                next(p);
                next(p);
            }
            while (take_sign(p, "."))
                next(p);
            while (take_sign(p, "["))
                (void)take_sign(p, "]");
        } else if (take(p, "collate")) {
            next(p);
        } else if (take_sign(p, "[")) {
            size_t count = 0;
            left         = list(p, "at", left, arguments(p, "]", &count));
        } else {
            return left;
        }
    }
}

static const char *unary(parser *p)
{
    if (take_sign(p, "-")) {
        const char *inner = unary(p);
        return is_number(inner) && inner[0] != '-' ? format(p, "-", inner, "", "", "")
                                                   : list(p, "-", inner, "");
    }
    if (take_sign(p, "+"))
        return unary(p);
    if (take_sign(p, "~"))
        return list(p, "~", unary(p), "");
    if (take_sign(p, "!"))
        return negation(p, unary(p));
    if (is(p, "array")) {
        cn_token ahead = cn_token_peek(&p->tokens);
        if (cn_token_is_sign(&ahead, "[")) {
            size_t count = 0;
            next(p);
            next(p);
            return postfix(p, list(p, "array", arguments(p, "]", &count), ""));
        }
    }
    return postfix(p, operand(p));
}

/* ---- operators ------------------------------------------------------------------------------- */

enum { OR = 1, AND, NOT, COMPARISON, OTHER, SUM, PRODUCT };

static const struct {
    const char *text;
    const char *means;
    uint8_t     level;
} operators[] = {
    {"or", "or", OR},
    {"and", "and", AND},
    {"=", "=", COMPARISON},
    {"==", "=", COMPARISON},
    {"<>", "<>", COMPARISON},
    {"!=", "<>", COMPARISON},
    {"<", "<", COMPARISON},
    {">", ">", COMPARISON},
    {"<=", "<=", COMPARISON},
    {">=", ">=", COMPARISON},
    {"<=>", "<=>", COMPARISON},
    {"like", "like", COMPARISON},
    {"~~", "like", COMPARISON},
    {"~~*", "ilike", COMPARISON},
    {"ilike", "ilike", COMPARISON},
    {"!~~", "unlike", COMPARISON},
    {"!~~*", "unilike", COMPARISON},
    {"~", "~", COMPARISON},
    {"glob", "glob", COMPARISON},
    {"regexp", "regexp", COMPARISON},
    {"rlike", "regexp", COMPARISON},
    {"~*", "~*", COMPARISON},
    {"!~", "!~", COMPARISON},
    {"||", "||", OTHER},
    {"|", "|", OTHER},
    {"&", "&", OTHER},
    {"<<", "<<", OTHER},
    {">>", ">>", OTHER},
    {"->", "->", OTHER},
    {"->>", "->>", OTHER},
    {"#>", "#>", OTHER},
    {"#>>", "#>>", OTHER},
    {"@>", "@>", OTHER},
    {"<@", "<@", OTHER},
    {"&&", "&&", OTHER},
    {"+", "+", SUM},
    {"-", "-", SUM},
    {"*", "*", PRODUCT},
    {"/", "/", PRODUCT},
    {"%", "%", PRODUCT},
    {"mod", "%", PRODUCT},
    {"div", "div", PRODUCT},
    {"^", "^", PRODUCT},
};

/* The operator at hand, if it binds at least as close as `level`. */
static const char *operator_at(const parser *p, int level, int *its_level)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if ((is(p, operators[i].text) || is_sign(p, operators[i].text)) &&
            operators[i].level >= level) {
            *its_level = operators[i].level;
            return operators[i].means;
        }
    }
    return NULL;
}

/* (or (or a b) c) is (or a b c) */
static const char *joined(parser *p, const char *means, const char *left, const char *right)
{
    const char *open = format(p, "(", means, " ", "", "");
    size_t      size = strlen(open), end = strlen(left);
    bool        flat = strcmp(means, "and") == 0 || strcmp(means, "or") == 0;
    if (!flat)
        return list(p, means, left, right);
    if (strncmp(left, open, size) == 0 && end > size) {
        char *inner = cn_arena_text_sized(&p->arena, left + size, end - size - 1);
        check(p, inner);
        left = inner != NULL ? inner : "";
    }
    end = strlen(right);
    if (strncmp(right, open, size) == 0 && end > size) {
        char *inner = cn_arena_text_sized(&p->arena, right + size, end - size - 1);
        check(p, inner);
        right = inner != NULL ? inner : "";
    }
    return list(p, means, left, right);
}

/* The end of the item of a list that begins at `text`. */
static const char *item_end(const char *text)
{
    size_t depth = 0;
    bool   quote = false;
    for (; *text != '\0'; text++) {
        if (quote && *text == '\\' && text[1] != '\0')
            text++;
        else if (*text == '\'')
            quote = !quote;
        else if (!quote && (*text == ' ' || *text == ')') && depth == 0)
            return text;
        else if (!quote)
            depth += (size_t)(*text == '(') - (size_t)(*text == ')');
    }
    return text;
}

/* NOT (a AND b) is NOT a OR NOT b. */
static const char *each_negated(parser *p, const char *means, const char *items)
{
    const char *all = format(p, "(", means, "", "", "");
    while (*items == ' ' && !p->failed) {
        const char *end  = item_end(items + 1);
        char       *item = cn_arena_text_sized(&p->arena, items + 1, (size_t)(end - items - 1));
        check(p, item);
        all   = format(p, all, " ", negation(p, item != NULL ? item : ""), "", "");
        items = end;
    }
    return format(p, all, ")", "", "", "");
}

/* NOT in front of what has an opposite goes into it. */
static const char *negation(parser *p, const char *text)
{
    static const char *const opposites[][2] = {{"=", "<>"}, {"<", ">="}, {">", "<="}};
    if (strncmp(text, "(not ", 5) == 0) {
        char *inner = cn_arena_text_sized(&p->arena, text + 5, strlen(text) - 6);
        check(p, inner);
        return inner != NULL ? inner : "";
    }
    if (strncmp(text, "(and ", 5) == 0)
        return each_negated(p, "or", text + 4);
    if (strncmp(text, "(or ", 4) == 0)
        return each_negated(p, "and", text + 3);
    for (size_t i = 0; i < 6; i++) {
        const char *one = opposites[i / 2][i % 2], *other = opposites[i / 2][1 - i % 2];
        size_t      size = strlen(one);
        if (text[0] == '(' && strncmp(text + 1, one, size) == 0 && text[size + 1] == ' ')
            return format(p, "(", other, text + size + 1, "", "");
    }
    return list(p, "not", text, "");
}

static const char *negated(parser *p, bool negate, const char *text)
{
    return negate ? negation(p, text) : text;
}

/* IN (a, b); of one item it is a comparison. */
static const char *in_list(parser *p, const char *left, bool negate)
{
    size_t count = 0;
    if (!take_sign(p, "("))
        p->odd = true;
    const char *all = arguments(p, ")", &count);
    if (count == 1)
        return list(p, negate ? "<>" : "=", left, all);
    return negated(p, negate, list(p, "in", left, all));
}

/* = ANY (ARRAY[a, b]) is IN (a, b), <> ALL (ARRAY[a, b]) NOT IN. */
static const char *any_list(parser *p, const char *means, const char *left)
{
    bool        is_in  = strcmp(means, "=") == 0 && is(p, "any");
    bool        not_in = strcmp(means, "<>") == 0 && is(p, "all");
    const char *right  = unary(p);
    const char *inner  = strstr(right, "(array ");
    if ((!is_in && !not_in) || inner == NULL)
        return list(p, means, left, right);
    size_t size = strlen(inner);
    char  *all  = cn_arena_text_sized(&p->arena, inner + 7, size > 9 ? size - 9 : 0);
    check(p, all);
    return negated(p, not_in, list(p, "in", left, all != NULL ? all : ""));
}

static const char *between(parser *p, const char *left, bool negate)
{
    const char *low = expression(p, OTHER);
    if (!take(p, "and"))
        p->odd = true;
    const char *high = expression(p, OTHER);
    if (negate)
        return joined(p, "or", list(p, "<", left, low), list(p, ">", left, high));
    return joined(p, "and", list(p, ">=", left, low), list(p, "<=", left, high));
}

/* Behind IS: [NOT] NULL, TRUE, DISTINCT FROM, ... */
static const char *is_of(parser *p, const char *left)
{
    bool negate = take(p, "not");
    if (take(p, "null"))
        return negated(p, negate, list(p, "isnull", left, ""));
    if (take(p, "distinct")) {
        (void)take(p, "from");
        return negated(p, !negate, list(p, "same", left, expression(p, OTHER)));
    }
    return negated(p, negate, list(p, "same", left, expression(p, OTHER)));
}

/* The operators that are words with something special behind them; NULL: there is none. */
static const char *special(parser *p, const char *left)
{
    cn_token ahead  = cn_token_peek(&p->tokens);
    bool     negate = is(p, "not") && (cn_token_is(&ahead, "in") || cn_token_is(&ahead, "like") ||
                                   cn_token_is(&ahead, "between") || cn_token_is(&ahead, "ilike") ||
                                   cn_token_is(&ahead, "regexp") || cn_token_is(&ahead, "glob") ||
                                   cn_token_is(&ahead, "rlike"));
    if (negate)
        next(p);
    if (take(p, "in"))
        return in_list(p, left, negate);
    if (take(p, "between"))
        return between(p, left, negate);
    if (take(p, "is"))
        return is_of(p, left);
    if (take(p, "isnull"))
        return list(p, "isnull", left, "");
    if (take(p, "notnull"))
        return negated(p, true, list(p, "isnull", left, ""));
    if (!negate)
        return NULL;
    int         level;
    const char *means = operator_at(p, COMPARISON, &level);
    next(p);
    return negated(p, true, list(p, means != NULL ? means : "", left, expression(p, OTHER)));
}

static const char *infix(parser *p, const char *left, const char *means, int level)
{
    next(p);
    if (level == COMPARISON && (is(p, "any") || is(p, "all")))
        return any_list(p, means, left);
    const char *right = expression(p, level + 1);
    if (strcmp(means, "unlike") == 0 || strcmp(means, "unilike") == 0)
        return negated(p, true, list(p, means + 2, left, right));
    return joined(p, means, left, right);
}

static const char *expression(parser *p, int level)
{
    if (p->depth >= DEEPEST) {
        p->odd = p->failed = true;
        return "";
    }
    p->depth++;
    const char *left = level <= NOT && take(p, "not") ? negation(p, expression(p, COMPARISON))
                                                      : unary(p);
    while (!p->failed) {
        int         its_level = 0;
        const char *made      = level <= COMPARISON ? special(p, left) : NULL;
        const char *means     = made == NULL ? operator_at(p, level, &its_level) : NULL;
        if (made == NULL && means == NULL)
            break;
        left = made != NULL ? made : infix(p, left, means, its_level);
    }
    p->depth--;
    return left;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Token by token, without parentheses and blanks: what can be said of any text. */
static void plain(cn_token_style style, const char *text, cn_buffer *into)
{
    cn_tokens tokens = {text, text + strlen(text), style};
    for (cn_token token = cn_token_next(&tokens); token.kind != CN_TOKEN_END;
         token          = cn_token_next(&tokens)) {
        if (cn_token_is_sign(&token, "(") || cn_token_is_sign(&token, ")"))
            continue;
        cn_buffer_char(into, ' ');
        for (size_t i = 0; i < token.size; i++) {
            char c     = token.from[i];
            bool quote = token.kind == CN_TOKEN_NAME && (i == 0 || i + 1 == token.size);
            if (!quote)
                cn_buffer_char(into, token.kind != CN_TOKEN_STRING ? cn_ascii_lower(c) : c);
        }
    }
}

void cn_expression_normal(cn_token_style style, const char *text, cn_buffer *into)
{
    parser p         = {.tokens = {text, text + strlen(text), style}, .style = style};
    p.failed         = (size_t)(p.tokens.end - p.tokens.at) > LONGEST;
    const char *made = "";
    if (!p.failed) {
        next(&p);
        made = expression(&p, 0);
    }
    if (p.token.kind == CN_TOKEN_END && !p.odd && !p.failed)
        cn_buffer_text(into, made);
    else
        plain(style, text, into);
    into->failed = into->failed || p.no_memory;
    cn_arena_free(&p.arena);
}

bool cn_expression_same(cn_token_style style, const char *a, const char *b, bool *no_memory)
{
    if (a == NULL || b == NULL)
        return a == b;
    cn_buffer one = {0}, other = {0};
    cn_expression_normal(style, a, &one);
    cn_expression_normal(style, b, &other);
    bool same  = strcmp(cn_buffer_get(&one), cn_buffer_get(&other)) == 0;
    *no_memory = *no_memory || one.failed || other.failed;
    cn_buffer_free(&one);
    cn_buffer_free(&other);
    return same && !*no_memory;
}
