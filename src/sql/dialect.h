/*
 * What a dialect tells the compiler and the catalogue: how one database spells things. One table
 * per database, filled in by src/dialect/; floors above and below meet it only through this table.
 */
#ifndef CN_SQL_DIALECT_H
#define CN_SQL_DIALECT_H

#include <cinnabar/sys/driver.h>

#include "base/buffer.h"
#include "schema/table.h"
#include "sql/words.h"

/* What a backslash in a text literal means to the server, and so how such a text is written. */
typedef enum cn_backslash {
    CN_BACKSLASH_PLAIN,  /* itself */
    CN_BACKSLASH_HEX,    /* it depends: _utf8mb4 x'5c' */
    CN_BACKSLASH_ESCAPED /* it depends: E'\\' */
} cn_backslash;

typedef struct cn_definition cn_definition;

typedef struct cn_dialect {
    const char        *name;
    char               quote;            /* of identifiers, doubled inside */
    size_t             identifier_limit; /* bytes, or ... */
    bool               limit_in_characters;
    cn_backslash       backslash;
    const char *const *reserved; /* lower case, sorted */
    size_t             reserved_count;
    bool (*reserved_here)(
        const char    *word,
        const cn_link *server); /* words of one product or version only; may be NULL */

    const cn_words *words; /* of statements */

    /* The type of a column, as DDL spells it. */
    void (*type)(cn_buffer *sql, const cn_type *type, const cn_link *server);
    /* The type of a cast, where CAST has other words; NULL: those of `type`. */
    void (*cast_type)(cn_buffer *sql, const cn_type *type, const cn_link *server);
    /* The name of the type of an array element of this column, for unnest; NULL where there are no
       arrays. */
    void (*array_type)(cn_buffer *sql, const cn_type *type, const cn_link *server);

    /* data definition: see definition.h */
    const cn_definition *definition;
} cn_dialect;

/* By the name a driver gives ("sqlite"); NULL if there is none. Defined in src/dialect/dialects.c.
   */
const cn_dialect *cn_dialect_named(const char *name);
/* The same with a server of the newest version, for statements that are shown without a connection;
   "mariadb", too. */
const cn_dialect *cn_dialect_newest(const char *name, const cn_link **server);

/* Writes an identifier, quoted where the dialect needs it. False: it has a NUL, is empty or too
   long (the error names it). */
bool cn_dialect_identifier(const cn_dialect *dialect, const cn_link *server, cn_buffer *sql,
                           const char *name, cn_error *error);
/* schema.table, or table if `schema` is NULL */
bool cn_dialect_table(const cn_dialect *dialect, const cn_link *server, cn_buffer *sql,
                      const char *schema, const cn_table *table, cn_error *error);
/* The type of a column here: one of its variants, or its own. */
const cn_type *cn_dialect_column_type(const cn_dialect *dialect, const cn_link *server,
                                      const cn_column *column);
/* A text as an SQL literal in this dialect. */
void cn_dialect_literal(const cn_dialect *dialect, cn_buffer *sql, const char *text, size_t size);
/* The same for places that take nothing but a literal: without a character set before it. */
void cn_dialect_bare_literal(const cn_dialect *dialect, cn_buffer *sql, const char *text);
/* Any value as an SQL literal; `column` (may be NULL) is what it meets. False: it has none. */
bool cn_dialect_value(const cn_dialect *dialect, cn_buffer *sql, const cn_value *value,
                      const cn_column *column, cn_error *error);
/* The name of a collation behind COLLATE. */
bool cn_dialect_collation(const cn_dialect *dialect, cn_buffer *sql, const char *name,
                          cn_error *error);

#endif
