/*
 * The dialects by the names that drivers give them. A new database's dialect is added here.
 */
#include <string.h>

#include "dialect/spelling.h"

const cn_dialect *cn_dialect_named(const char *name)
{
    static const cn_dialect *const dialects[] = {&cn_dialect_sqlite, &cn_dialect_mysql,
                                                 &cn_dialect_postgresql};
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        if (strcmp(dialects[i]->name, name) == 0)
            return dialects[i];
    }
    return NULL;
}
