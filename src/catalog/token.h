/*
 * SQL as it stands in catalogues, cut into tokens: definitions of SQLite, expressions of all three
 * databases. A text may be anything; whatever it is, the tokens cover it and end.
 */
#ifndef CN_CATALOG_TOKEN_H
#define CN_CATALOG_TOKEN_H

#include "base/arena.h"

typedef enum cn_token_kind {
    CN_TOKEN_END,
    CN_TOKEN_WORD,   /* a keyword or a name */
    CN_TOKEN_NAME,   /* a name in quotes */
    CN_TOKEN_STRING, /* 'text', and E'text', $$text$$, x'00' as `from` says */
    CN_TOKEN_NUMBER,
    CN_TOKEN_SIGN /* one character, or an operator of several */
} cn_token_kind;

typedef struct cn_token {
    cn_token_kind kind;
    const char   *from;
    size_t        size;
} cn_token;

/* Which database wrote the text. */
typedef enum cn_token_style {
    CN_TOKENS_SQLITE,
    CN_TOKENS_MYSQL,
    CN_TOKENS_POSTGRESQL
} cn_token_style;

typedef struct cn_tokens {
    const char    *at;
    const char    *end;
    cn_token_style style;
} cn_tokens;

/* The next one; comments and blanks are passed over. At the end: CN_TOKEN_END, for ever. */
cn_token cn_token_next(cn_tokens *tokens);
/* The one after the current one, without going on. */
cn_token cn_token_peek(const cn_tokens *tokens);

/* A keyword in any case; `lower` is in lower case. */
bool cn_token_is(const cn_token *token, const char *lower);
bool cn_token_is_sign(const cn_token *token, const char *sign);

/* What a name or a literal means: without quotes, with escapes undone. NULL: no memory. */
char *cn_token_text(cn_arena *arena, const cn_token *token, cn_token_style style);

/* Passes over everything up to the parenthesis that closes the one just read. Returns where it
   stands, or the end of the text. */
const char *cn_token_close(cn_tokens *tokens);

#endif
