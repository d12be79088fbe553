/*
 * The tokenizer of catalogue texts. Called by sqlite_ddl.c, type_text.c and expression.c. Must
 * never fail: the text comes from a database, and anything may stand in it.
 */
#include "catalog/token.h"

#include <string.h>

#include "base/ascii.h"

static char at(const cn_tokens *tokens, size_t ahead)
{
    return (size_t)(tokens->end - tokens->at) > ahead ? tokens->at[ahead] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return cn_ascii_is_word(c) || c == '$';
}

/* ---- what is passed over --------------------------------------------------------------------- */

static bool skip_comment(cn_tokens *tokens)
{
    if (at(tokens, 0) == '-' && at(tokens, 1) == '-') {
        while (tokens->at < tokens->end && *tokens->at != '\n')
            tokens->at++;
        return true;
    }
    if (at(tokens, 0) != '/' || at(tokens, 1) != '*')
        return false;
    tokens->at += 2;
    while (tokens->at < tokens->end && !(at(tokens, 0) == '*' && at(tokens, 1) == '/'))
        tokens->at++;
    tokens->at = (size_t)(tokens->end - tokens->at) > 2 ? tokens->at + 2 : tokens->end;
    return true;
}

static void skip_blanks(cn_tokens *tokens)
{
    for (;;) {
        while (tokens->at < tokens->end && (cn_ascii_is_blank(*tokens->at) || *tokens->at == '\0'))
            tokens->at++;
        if (!skip_comment(tokens))
            return;
    }
}

/* ---- tokens ---------------------------------------------------------------------------------- */

/* Goes behind the closing quote; the opening one is at tokens->at. */
static void pass_quoted(cn_tokens *tokens, char quote, bool backslashes)
{
    tokens->at++;
    while (tokens->at < tokens->end) {
        if (backslashes && *tokens->at == '\\' && tokens->end - tokens->at > 1) {
            tokens->at += 2;
        } else if (*tokens->at != quote) {
            tokens->at++;
        } else if (quote != ']' && at(tokens, 1) == quote) {
            tokens->at += 2;
        } else {
            tokens->at++;
            return;
        }
    }
}

/* $tag$ ... $tag$; false: it is none. */
static bool pass_dollars(cn_tokens *tokens)
{
    const char *tag = tokens->at + 1;
    while (tag < tokens->end && is_word(*tag) && *tag != '$')
        tag++;
    if (tag >= tokens->end || *tag != '$' || is_digit(at(tokens, 1)))
        return false;
    size_t      size  = (size_t)(tag + 1 - tokens->at);
    const char *open  = tokens->at;
    const char *close = tag + 1;
    while ((size_t)(tokens->end - close) >= size && memcmp(close, open, size) != 0)
        close++;
    tokens->at = (size_t)(tokens->end - close) >= size ? close + size : tokens->end;
    return true;
}

static void pass_number(cn_tokens *tokens)
{
    while (tokens->at < tokens->end && (is_word(*tokens->at) || *tokens->at == '.')) {
        bool exponent = (*tokens->at | 0x20) == 'e' &&
                        (at(tokens, 1) == '-' || at(tokens, 1) == '+');
        tokens->at += exponent ? 2 : 1;
    }
}

/* A word that says how the literal behind it is meant: E'..', x'..', N'..', _utf8mb4'..' */
static bool introduces(const cn_tokens *tokens, const char *from)
{
    size_t size = (size_t)(tokens->at - from);
    if (at(tokens, 0) != '\'')
        return false;
    return (size == 1 && strchr("eExXbBnN", *from) != NULL) || (size > 1 && *from == '_');
}

static cn_token_kind pass_word(cn_tokens *tokens)
{
    const char *from = tokens->at;
    while (tokens->at < tokens->end && is_word(*tokens->at))
        tokens->at++;
    if (!introduces(tokens, from))
        return CN_TOKEN_WORD;
    bool backslashes = tokens->style == CN_TOKENS_MYSQL || (*from | 0x20) == 'e';
    pass_quoted(tokens, '\'', backslashes);
    return CN_TOKEN_STRING;
}

static void pass_sign(cn_tokens *tokens)
{
    static const char *const several[] = {"!~~*", "!~~", "!~*", "~~*", "->>", "#>>", "<=>", "::",
                                          "||",   "<>",  "!=",  "<=",  ">=",  "==",  "~~",  "!~",
                                          "~*",   "->",  "#>",  "<<",  ">>",  "@>",  "<@",  "&&"};
    for (size_t i = 0; i < sizeof several / sizeof *several; i++) {
        size_t size = strlen(several[i]);
        if ((size_t)(tokens->end - tokens->at) >= size &&
            memcmp(tokens->at, several[i], size) == 0) {
            tokens->at += size;
            return;
        }
    }
    tokens->at++;
}

static cn_token_kind pass(cn_tokens *tokens)
{
    char c = *tokens->at;
    if (cn_ascii_begins_word(c))
        return pass_word(tokens);
    if (is_digit(c) || (c == '.' && is_digit(at(tokens, 1)))) {
        pass_number(tokens);
        return CN_TOKEN_NUMBER;
    }
    if (c == '\'') {
        pass_quoted(tokens, c, tokens->style == CN_TOKENS_MYSQL);
        return CN_TOKEN_STRING;
    }
    bool sqlite = tokens->style == CN_TOKENS_SQLITE;
    if (c == '"' || (c == '`' && tokens->style != CN_TOKENS_POSTGRESQL) || (c == '[' && sqlite)) {
        pass_quoted(tokens, c == '[' ? ']' : c, false);
        return CN_TOKEN_NAME;
    }
    if (c == '$' && tokens->style == CN_TOKENS_POSTGRESQL && pass_dollars(tokens))
        return CN_TOKEN_STRING;
    pass_sign(tokens);
    return CN_TOKEN_SIGN;
}

cn_token cn_token_next(cn_tokens *tokens)
{
    skip_blanks(tokens);
    if (tokens->at >= tokens->end)
        return (cn_token){CN_TOKEN_END, tokens->end, 0};
    cn_token token = {.from = tokens->at};
    token.kind     = pass(tokens);
    token.size     = (size_t)(tokens->at - token.from);
    return token;
}

cn_token cn_token_peek(const cn_tokens *tokens)
{
    cn_tokens copy = *tokens;
    return cn_token_next(&copy);
}

bool cn_token_is(const cn_token *token, const char *lower)
{
    return token->kind == CN_TOKEN_WORD && cn_ascii_same_sized(token->from, token->size, lower);
}

bool cn_token_is_sign(const cn_token *token, const char *sign)
{
    return token->kind == CN_TOKEN_SIGN && strlen(sign) == token->size &&
           memcmp(token->from, sign, token->size) == 0;
}

/* ---- what they mean -------------------------------------------------------------------------- */

static char escaped(char c)
{
    static const char from[] = "0nrtbZ", to[] = "\0\n\r\t\b\032";
    const char       *found = c != '\0' ? strchr(from, c) : NULL;
    return found != NULL ? to[found - from] : c;
}

/* The inside of $tag$...$tag$. */
static char *dollar_text(cn_arena *arena, const cn_token *token)
{
    const char *tag  = memchr(token->from + 1, '$', token->size - 1);
    size_t      size = tag != NULL ? (size_t)(tag + 1 - token->from) : token->size;
    size_t      rest = token->size >= 2 * size ? token->size - 2 * size : 0;
    return cn_arena_text_sized(arena, token->from + (rest != 0 ? size : 0), rest);
}

static unsigned digit_of(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) & 15;
}

/* x'6162' is ab. */
static char *hex_text(cn_arena *arena, const cn_token *token)
{
    char  *text = cn_arena_take(arena, token->size, 1);
    size_t size = 0;
    for (size_t i = 2; text != NULL && i + 2 < token->size; i += 2)
        text[size++] = (char)(digit_of(token->from[i]) << 4 | digit_of(token->from[i + 1]));
    if (text != NULL)
        text[size] = '\0';
    return text;
}

char *cn_token_text(cn_arena *arena, const cn_token *token, cn_token_style style)
{
    if (token->kind != CN_TOKEN_NAME && token->kind != CN_TOKEN_STRING)
        return cn_arena_text_sized(arena, token->from, token->size);
    if (token->from[0] == '$')
        return dollar_text(arena, token);
    if (token->kind == CN_TOKEN_STRING && (token->from[0] | 0x20) == 'x')
        return hex_text(arena, token);
    const char *from = token->from, *end = token->from + token->size;
    bool        backslashes = token->kind == CN_TOKEN_STRING &&
                       (style == CN_TOKENS_MYSQL || (*from | 0x20) == 'e');
    if (token->kind == CN_TOKEN_STRING)
        from = memchr(from, '\'', token->size);
    char *text = cn_arena_take(arena, token->size + 1, 1);
    if (text == NULL || from == NULL)
        return NULL;
    char   close = *from == '[' ? ']' : *from;
    size_t size  = 0;
    for (from++; from < end; from++) {
        char c = *from;
        if (c == close) {
            if (close == ']' || from + 1 == end || from[1] != close)
                break;
            from++;
        } else if (backslashes && c == '\\' && from + 1 < end) {
            c = escaped(*++from);
        }
        text[size++] = c;
    }
    text[size] = '\0';
    return text;
}

const char *cn_token_close(cn_tokens *tokens)
{
    size_t depth = 1;
    for (;;) {
        cn_token token = cn_token_next(tokens);
        if (token.kind == CN_TOKEN_END)
            return tokens->end;
        if (cn_token_is_sign(&token, "("))
            depth++;
        else if (cn_token_is_sign(&token, ")") && --depth == 0)
            return token.from;
    }
}
