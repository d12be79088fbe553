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

const cn_dialect *cn_dialect_newest(const char *name, const cn_link **server)
{
    bool              mariadb = strcmp(name, "mariadb") == 0;
    const cn_dialect *dialect = cn_dialect_named(mariadb ? "mysql" : name);
    if (dialect != NULL)
        *server = mariadb ? &cn_newest_mariadb : dialect->words->newest;
    return dialect;
}
