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
    const char     *ilike; /* the operator, or NULL: lower() on both sides */

    /* The type of a column, as DDL spells it. */
    void (*type)(cn_buffer *sql, const cn_type *type, const cn_link *server);
    /* The type of a cast, where CAST has other words; NULL: those of `type`. */
    void (*cast_type)(cn_buffer *sql, const cn_type *type, const cn_link *server);
    /* The name of the type of an array element of this column, for unnest; NULL where there are no
       arrays. */
    void (*array_type)(cn_buffer *sql, const cn_column *column, const cn_link *server);

    /* data definition: everything between the parentheses' entries of one column, after its name */
    void (*column_definition)(cn_buffer *sql, const cn_column *column, const cn_link *server);
    const char *table_suffix; /* after the closing parenthesis: " ENGINE=InnoDB ..." or "" */
    bool        transactional_ddl;
    bool        alter_adds_foreign_keys; /* cycles of foreign keys are closed by ALTER TABLE ... */
    const char *alter_drops_foreign_key; /* ... and opened by it: "DROP CONSTRAINT"; NULL if not */
    const char
        *defer_foreign_keys; /* where not: puts their check off to the end of the transaction */
    bool schema_on_index;    /* CREATE INDEX schema.index ON table: the other way round */
    /* A query that returns the names, one column, of the foreign keys of a column. */
    void (*foreign_key_names)(cn_buffer *sql, const cn_column *column);
    /* A query that returns the names, one column, of those among `tables` that exist. */
    void (*existing)(cn_buffer *sql, const cn_table *const *tables, size_t count,
                     const cn_link *server);
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
/* schema.table or table */
bool cn_dialect_table(const cn_dialect *dialect, const cn_link *server, cn_buffer *sql,
                      const cn_table *table, cn_error *error);
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
