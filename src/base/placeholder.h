/*
 * Whether the parameters of a statement are used as they are: written into columns, or compared.
 * Where something is computed of them, a database may work out its type by the first row of many.
 */
#ifndef CN_BASE_PLACEHOLDER_H
#define CN_BASE_PLACEHOLDER_H

#include <cinnabar/base.h>

/* Each `?` stands alone: "(?, ?)" behind VALUES or IN, "a = ?". False also where that is not plain
   to see: quotes, comments. The text ends with a NUL. */
bool cn_placeholders_alone(const char *sql, size_t size);

#endif
