/*
 * What the dialects share in spelling columns: the parts of a definition that differ in little.
 */
#ifndef CN_DIALECT_SPELLING_H
#define CN_DIALECT_SPELLING_H

#include "sql/dialect.h"

extern const cn_dialect cn_dialect_sqlite;
extern const cn_dialect cn_dialect_mysql;
extern const cn_dialect cn_dialect_postgresql;

extern const cn_words cn_words_sqlite;
extern const cn_words cn_words_mysql;
extern const cn_words cn_words_postgresql;
extern const cn_link  cn_newest_mariadb;

/* The kind of an integer column where there are no unsigned ones: the next wider that holds
   them all. */
cn_type_kind cn_spell_signed(const cn_type *type);

/* "VARCHAR(30)", "VARCHAR" where the length is 0. */
void cn_spell_sized(cn_buffer *sql, const char *name, uint32_t length);
/* "NUMERIC(12, 2)", "NUMERIC" without digits. */
void cn_spell_numeric(cn_buffer *sql, const char *name, const cn_type *type);

/* The characters of the longest label, at least 1. */
uint32_t cn_spell_longest(const cn_type *type);

/* " DEFAULT expression"; nothing if the column has none. An expression that is more than a literal,
   or any if `always`, stands in parentheses. */
void cn_spell_default(cn_buffer *sql, const cn_column *column, bool always);

/* " CHECK (kind IN ('a', 'b'))" of an enumeration; nothing for other types. */
void cn_spell_check(const cn_dialect *dialect, cn_buffer *sql, const cn_column *column,
                    const cn_link *server);

/* A text as a literal, with quotes doubled and nothing else changed. */
void cn_spell_quoted(cn_buffer *sql, const char *text, size_t size, char quote);

#endif
