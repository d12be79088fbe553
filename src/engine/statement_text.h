/*
 * Text with :name parameters, taken apart. The tokenizer knows what is not a parameter: a literal,
 * a quoted identifier, a comment, a dollar quote, a :: cast, \: (each as the dialect writes them).
 * Sends nothing and knows no connection.
 */
#ifndef CN_ENGINE_STATEMENT_TEXT_H
#define CN_ENGINE_STATEMENT_TEXT_H

#include <cinnabar/statement.h>
#include <cinnabar/sys/driver.h>

#include "base/error.h"
#include "engine/compiled.h"

/* How a dialect writes what is not to be looked into. */
typedef struct cn_text_rules {
    const char *dialect;
    bool        numbered;         /* $1, $2: a ? is an operator; otherwise ? is the placeholder */
    bool        backslashes;      /* 'it\'s' */
    bool        quoted_names;     /* "it\" is a name, which backslashes do not escape */
    bool        backticks;        /* `name` */
    bool        brackets;         /* [name] */
    bool        hash_comments;    /* # to the end of the line */
    bool        dash_needs_blank; /* 5--3 is 8 */
    bool        nested_comments;
    bool        dollar_quotes;  /* $$ ... $$, $tag$ ... $tag$ */
    bool        escape_strings; /* E'it\'s' */
    const char *in_nothing;     /* in place of IN (...): what no value is in, ... */
    const char *not_in_nothing; /* ... and in place of NOT IN (...) */
} cn_text_rules;

const cn_text_rules *cn_text_rules_of(const cn_driver *driver);
/* The same as one session has them, and a number by which keys of texts that were taken apart by
   different rules differ. */
const cn_text_rules *cn_text_rules_of_link(const cn_link *link);
uint64_t             cn_text_rules_salt(const cn_link *link);

/* Where a list may stand. */
typedef enum cn_text_place {
    CN_TEXT_PLAIN,         /* not for a list */
    CN_TEXT_IN,            /* IN :names */
    CN_TEXT_IN_ALONE,      /* IN (:names) */
    CN_TEXT_IN_PARENTHESES /* between others in parentheses: it may not be empty */
} cn_text_place;

/* One :name in the text. */
typedef struct cn_text_mark {
    size_t   from, to; /* with its colon */
    size_t   in_from;  /* where [NOT] IN begins, and where its parenthesis ends */
    size_t   in_to;
    uint32_t name;    /* its place among the names */
    uint8_t  place;   /* cn_text_place */
    bool     negated; /* NOT IN */
} cn_text_mark;

typedef struct cn_text_name {
    const char *text; /* ends with a NUL */
    size_t      size;
} cn_text_name;

/* Text taken apart, and the SQL made of it. */
typedef struct cn_text_compiled {
    cn_compiled          head; /* the SQL has one placeholder a mark: no lists */
    const cn_text_rules *rules;
    const char          *text; /* as written but for \:, now a colon; marks point into it */
    size_t               text_size;
    const cn_text_name  *names;
    size_t               name_count;
    const cn_text_mark  *marks;
    size_t               mark_count;
    const uint32_t      *slots; /* of each value to bind: its name */
    size_t               slot_count;
    bool                 changes_schema; /* CREATE, ALTER, DROP */
    bool                 blank;          /* nothing but blanks and comments */
} cn_text_compiled;

/* NULL with `error` filled: no memory, a placeholder of the driver's in the text, too many
   names. */
cn_compiled *cn_text_compile(const cn_text_rules *rules, const char *text, size_t size,
                             const void *key, size_t key_size, uint64_t hash, cn_error *error);

/*
 * The same text with lists in it: `counts` says for each name how many values it has,
 * CN_TEXT_SINGLE if it is not a list. Values are bound in the order of the names' marks (of the
 * names themselves where placeholders are numbered), each list in full.
 */
#define CN_TEXT_SINGLE UINT32_MAX
cn_compiled *cn_text_expand(const cn_text_compiled *base, const uint32_t *counts, const void *key,
                            size_t key_size, uint64_t hash, cn_error *error);

/* Whether SQL begins with CREATE, ALTER or DROP: statements that were prepared before it may then
   stand for types that are gone. */
bool cn_text_changes_schema(const char *sql, size_t size);

/* How many names a text has, at most. */
#define CN_TEXT_NAMES_MOST 65535

#endif
