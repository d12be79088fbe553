/*
 * An SQL expression as one database gives it back, in words that every database takes: without
 * casts, with IN for ANY of an array, with names in quotes only where they need them.
 */
#ifndef CN_CATALOG_PORTABLE_H
#define CN_CATALOG_PORTABLE_H

#include "catalog/token.h"

/* NULL if `text` is, or for want of memory: then *no_memory is set. What is not understood stays as
   it is. */
const char *cn_expression_portable(cn_token_style style, const char *text, cn_arena *arena,
                                   bool *no_memory);

#endif
