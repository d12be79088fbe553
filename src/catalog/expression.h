/*
 * Two texts of an SQL expression, one as a program wrote it, one as a database gave it back, made
 * alike: casts, parentheses, quotes around names, case, and the words that databases replace with
 * others do not count. For comparing only: the text that comes out is no SQL.
 */
#ifndef CN_CATALOG_EXPRESSION_H
#define CN_CATALOG_EXPRESSION_H

#include "base/buffer.h"
#include "catalog/token.h"

/* Adds the common form of the expression to `into`. Any text has one. */
void cn_expression_normal(cn_token_style style, const char *text, cn_buffer *into);

/* Whether both mean the same, as far as this can tell. NULL is the same as NULL only. False, with
   *no_memory set, if memory runs out. */
bool cn_expression_same(cn_token_style style, const char *a, const char *b, bool *no_memory);

#endif
