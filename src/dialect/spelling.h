/*
 * What the dialects share in spelling columns: the parts of a definition that differ in little.
 */
#ifndef CN_DIALECT_SPELLING_H
#define CN_DIALECT_SPELLING_H

#include "sql/definition.h"

extern const cn_dialect cn_dialect_sqlite;
extern const cn_dialect cn_dialect_mysql;
extern const cn_dialect cn_dialect_postgresql;

extern const cn_definition cn_definition_sqlite;
extern const cn_definition cn_definition_mysql;
extern const cn_definition cn_definition_postgresql;

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

/* `name` with the length or the digits of the type, an enumeration as the text that holds it; a raw
   type's own name. */
void cn_spell_type(cn_buffer *sql, const cn_type *type, const char *name);

/* Where the first part of a path ends: at its dot, or the end. A part that has a dot in it stands
   in double quotes. */
const char *cn_spell_path_end(const char *path);
/* A name, or "schema.name", each part quoted where it needs to be. */
bool cn_spell_path(const cn_dialect *dialect, const cn_link *server, cn_buffer *sql,
                   const char *path, cn_error *error);
/* `type`, which is the column's, or derived from it, if the database has it. */
bool cn_spell_column_type(const cn_ddl *ddl, const cn_column *column, const cn_type *type);

/* A default, or what a column is set to on update, as the database has it for such a column; NULL
   if `said` is. */
const char *cn_spell_default_text(const cn_ddl *ddl, const cn_column *column, const char *said);

/* How a default is written that is more than a literal. */
typedef enum cn_default_form {
    CN_DEFAULT_CALLS,  /* in parentheses, but not a single call */
    CN_DEFAULT_PLAIN,  /* in parentheses */
    CN_DEFAULT_WRAPPED /* in parentheses, literals, too */
} cn_default_form;

/* " DEFAULT expression"; nothing if the column has none. The default may be the next value of its
   sequence. */
bool cn_spell_default(const cn_ddl *ddl, const cn_column *column, cn_default_form form);

/* " GENERATED ALWAYS AS (expression) STORED" of a computed column; nothing for others. */
bool cn_spell_computed(const cn_ddl *ddl, const cn_column *column);

/* " START WITH 5 INCREMENT BY 2 ...", in the order of the reference; nothing for zeros. */
void cn_spell_numbers(cn_buffer *sql, const cn_sequence_options *numbers);

/* Refuses an identity or a sequence that is not a key which the database numbers anyway, and
   numbers that it cannot count by. */
bool cn_spell_check_numbers(const cn_ddl *ddl, const cn_column *column, bool can_start);

/* " CHECK (kind IN ('a', 'b'))" of an enumeration that is stored as text; nothing for others. */
bool cn_spell_enum_check(const cn_ddl *ddl, const cn_column *column, const cn_type *type);

/* A name in quotes, with quotes doubled and nothing else changed. */
void cn_spell_quoted(cn_buffer *sql, const char *text, char quote);
/* A text as a literal where a backslash is an escape: quotes and backslashes are doubled. */
void cn_spell_escaped(cn_buffer *sql, const char *text, size_t size);

#endif
