/*
 * How a database spells what statements are made of, and what it cannot say. One table for each
 * dialect, filled in by src/dialect/; the compiler meets a database only through it.
 *
 * A template is SQL with its operands by number, `@0`, `@1`, as often as they are needed; `@^0`
 * means an operand that is taken as it is, without parentheses, because the template has them or
 * needs none. In the template of a function `@#1` is a text without the character set that a
 * dialect may write before it, and `@*` the place where the ORDER BY of an aggregate stands.
 */
#ifndef CN_SQL_WORDS_H
#define CN_SQL_WORDS_H

#include <cinnabar/expression.h>
#include <cinnabar/sys/driver.h>

#include "base/buffer.h"

/* What not every database has. */
typedef enum cn_feature {
    CN_FEATURE_NONE,
    CN_FEATURE_FULL_JOIN,
    CN_FEATURE_LATERAL,
    CN_FEATURE_CTE,
    CN_FEATURE_CTE_WRITING,
    CN_FEATURE_CTE_MATERIALIZED,
    CN_FEATURE_CTE_BEFORE_WRITE, /* WITH ... UPDATE, WITH ... DELETE */
    CN_FEATURE_WINDOW,
    CN_FEATURE_FRAME_GROUPS,
    CN_FEATURE_FRAME_VALUES, /* a frame's ends may be parameters; else: numbers in the SQL */
    CN_FEATURE_INTERSECT,
    CN_FEATURE_INTERSECT_ALL,
    CN_FEATURE_NESTED_COMPOUND, /* a query of a UNION may stand in parentheses, ... */
    CN_FEATURE_NESTED_SELECT,   /* ... if it is a single SELECT ... */
    CN_FEATURE_NESTED_WITH,     /* ... and though it begins with WITH, */
    CN_FEATURE_NESTED_LOCK,     /* or ends with FOR UPDATE */
    CN_FEATURE_IN_LIMIT,        /* LIMIT in a query of IN; else: in one around it */
    CN_FEATURE_FILTER,          /* else: CASE inside the aggregate */
    CN_FEATURE_DISTINCT_ON,
    CN_FEATURE_NULLS_ORDER, /* else: a term more */
    CN_FEATURE_ROW_LOCKS,   /* else: ignored, for it locks more than rows */
    CN_FEATURE_KEY_LOCKS,   /* else: the stronger one */
    CN_FEATURE_LOCK_SHARE,  /* FOR SHARE; else: LOCK IN SHARE MODE */
    CN_FEATURE_LOCK_OF,
    CN_FEATURE_NOWAIT,
    CN_FEATURE_SKIP_LOCKED,
    CN_FEATURE_WITH_TIES,
    CN_FEATURE_QUANTIFIED, /* ANY and ALL */
    CN_FEATURE_VALUES,
    CN_FEATURE_VALUES_NAMED, /* AS name (column, ...) behind a query in FROM */
    CN_FEATURE_WITHIN_GROUP,
    CN_FEATURE_AGGREGATE_ORDER,
    CN_FEATURE_JSON_ARRAY_ORDER, /* of JSON_ARRAYAGG */
    CN_FEATURE_DISTINCT_MANY,    /* DISTINCT in an aggregate of several arguments */
    CN_FEATURE_ROLLUP,
    CN_FEATURE_REGEXP,
    CN_FEATURE_UPDATE_FROM,
    CN_FEATURE_UPDATE_SEVERAL, /* UPDATE a, b in its place */
    CN_FEATURE_DELETE_USING,   /* else: EXISTS */
    CN_FEATURE_WRITE_LIMIT,    /* ORDER BY and LIMIT of UPDATE and DELETE */
    CN_FEATURE_INSERT_RETURNING,
    CN_FEATURE_UPDATE_RETURNING,
    CN_FEATURE_DELETE_RETURNING,
    CN_FEATURE_UPSERT_TARGET, /* ON CONFLICT (...); else: ON DUPLICATE KEY UPDATE */
    CN_FEATURE_UPSERT_ALIAS,  /* ... with the proposed row as `new` */
    CN_FEATURE_UPSERT_JOINED, /* ON CONFLICT may follow a table; else: WHERE between them */
    CN_FEATURE_DEFAULT_VALUE, /* the word DEFAULT as a value */
    CN_FEATURE_COUNT
} cn_feature;

/* A function that is called something else here, or is another expression. */
typedef struct cn_function {
    const char *name;
    const char *words; /* a name, or if it has an @ a template, of calls with that many arguments */
    cn_feature  order; /* of a template with @*: what its ORDER BY needs */
} cn_function;

/* A negated form that a template has. */
typedef struct cn_template {
    const char *words;
    const char *negated; /* NULL: NOT (...) */
    bool        closed;  /* it needs no parentheses around it, whatever the operator does */
} cn_template;

typedef struct cn_words {
    bool               typed_values; /* a placeholder takes its type from what it meets */
    bool               numbered;     /* $1, $2 */
    const char        *join;         /* " JOIN " */
    const char        *limit;        /* what stands before a LIMIT without OFFSET, ... */
    const char        *limit_offset; /* ... and with one */
    const char        *no_limit;     /* LIMIT where there is only an OFFSET; NULL: none is needed */
    bool               offset_first; /* LIMIT offset, limit */
    const char        *fetch;        /* FETCH FIRST: " FETCH FIRST %s", a template of one value */
    const char        *default_values;         /* of an INSERT without columns */
    const char        *always;                 /* a condition that holds ... */
    const char        *never;                  /* ... and one that does not */
    bool               returning_qualified;    /* RETURNING table.column */
    bool               with_inside_insert;     /* INSERT INTO t WITH ... SELECT */
    bool               concat_function;        /* concat(a, b), not a || b */
    bool               bits_unsigned;          /* a & b is a number without a sign */
    bool               escape_needed;          /* LIKE has no escape character of its own */
    cn_template        operators[CN_OP_COUNT]; /* where they differ; NULL: as sql/operators.c */
    const cn_function *functions;              /* ended by a NULL name */
    const char        *extract[CN_PART_COUNT]; /* templates */
    const char        *ilike;  /* the operator; NULL: LIKE of lower() on both sides */
    const char        *rollup; /* GROUP BY: a template of its terms; NULL: none */
    /* The template of a cast that CAST does not do here; NULL: it does. */
    const char *(*cast)(const cn_type *type, const cn_link *server);
    /* The template of JSON access: `result` as CN_JSON_..., `steps` into the document, the last by
       index or by key. */
    const char *(*json)(int result, size_t steps, bool by_index, const cn_link *server);
    bool json_plain_keys; /* a key with a quote in it cannot be said */
    /* The path is sent as '{a,0}' or as its single step, not as '$."a"[0]'. */
    bool json_arrays;
    bool (*has)(cn_feature feature, const cn_link *server);
    const cn_link *newest; /* a server as it may be without a connection */
} cn_words;

/* What a feature is called in errors: "FULL OUTER JOIN". */
const char *cn_feature_name(cn_feature feature);

#endif
