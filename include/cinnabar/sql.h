/*
 * cinnabar/sql.h: statements built from values, checked by the C compiler.
 *
 *     Post *const *posts = cn_all(session, Post,
 *         .where    = cn_and(cn_is(Post, author_id, ==, author->id),
 *                            cn_when(title, cn_contains(Post, title, title))),
 *         .order_by = CN_BY(cn_desc(cn_attr(Post, id))),
 *         .limit    = 50);
 *
 * The first argument names a struct that is a model, the second a member of it. A member that is
 * not there, a value that does not fit it, an operator that SQL does not know, a value where a
 * condition belongs: none of them compiles. Expressions are in cinnabar/expression.h.
 *
 * Rows into a struct of the program:
 *
 *     typedef struct AuthorCount { const char *name; int64_t posts; } AuthorCount;
 *
 *     AuthorCount *const *busy = cn_rows(session, AuthorCount, cn_select(Author,
 *         .columns  = CN_INTO(AuthorCount, name, cn_attr(Author, name),
 *                                          posts, cn_count(cn_attr(Post, id))),
 *         .join     = CN_JOINS(cn_join(Author, posts)),
 *         .group_by = CN_BY(cn_attr(Author, name)),
 *         .having   = cn_cmp(cn_count(cn_attr(Post, id)), >, 10),
 *         .order_by = CN_BY(cn_desc(cn_label(AuthorCount, posts)))));
 *
 * A long report is often easier to read as SQL: cn_text(..., .fields = CN_FIELDS(...)) fills the
 * same structs.
 *
 * A table is in a statement if it is its first argument, joined, in `.also`, or a query of `.with`.
 * An expression about another one is an error that names it: nothing is multiplied by accident.
 * The same table twice needs an alias: CN_ALIAS(Employee, Manager). In a sub-query the tables of
 * the statement around it can be mentioned, too.
 *
 * A statement written in place lives as long as the block that wrote it. For one that is put
 * together at run time see cn_build; both have the same place in the cache.
 */
#ifndef CINNABAR_SQL_H
#define CINNABAR_SQL_H

#include <cinnabar/expression.h>

CN_BEGIN_DECLARATIONS

/* A member of a struct and the expression that fills it, or is assigned to it. */
typedef struct cn_item {
    cn_field field;
    cn_expr  value;
} cn_item;

typedef struct cn_items {
    const char     *struct_name;
    size_t          struct_size;
    const cn_model *model; /* of an assignment; NULL for a row */
    const cn_item  *items;
    size_t          count;
} cn_items;

typedef enum cn_join_kind {
    CN_JOIN_NONE, /* the end of a list */
    CN_JOIN_INNER,
    CN_JOIN_LEFT,
    CN_JOIN_FULL,
    CN_JOIN_CROSS
} cn_join_kind;

/* One table that is joined; made by the macros below. */
typedef struct cn_joined {
    const cn_model     *target; /* NULL: that of the relationship */
    const cn_model     *owner;  /* of the relationship; NULL: `on` says how */
    uint32_t            offset;
    uint8_t             kind;
    bool                lateral;
    cn_condition        on;
    const cn_statement *query; /* the rows that `target`, a shape, stands for */
} cn_joined;

/* One query of WITH. */
typedef struct cn_cte_clause {
    const cn_model     *shape; /* NULL: the end of a list */
    size_t              size;
    const cn_statement *query;
    const cn_statement *step; /* of a recursive one */
    bool                union_distinct;
    bool                materialized;
    bool                not_materialized;
} cn_cte_clause;

/* What SELECT locks in the rows that it reads. SQLite, which locks the database as a whole, ignores
   it. */
typedef enum cn_lock {
    CN_LOCK_NONE,
    CN_FOR_UPDATE,
    CN_FOR_NO_KEY_UPDATE, /* elsewhere than in PostgreSQL: FOR UPDATE */
    CN_FOR_SHARE,
    CN_FOR_KEY_SHARE /* elsewhere than in PostgreSQL: FOR SHARE */
} cn_lock;

/* Words for one database, where it takes them; others do not see them. Written as they are: never
   put a user's text there. */
typedef enum cn_hint_place {
    CN_HINT_NONE,
    CN_HINT_PREFIX,
    CN_HINT_TABLE,
    CN_HINT_SUFFIX
} cn_hint_place;
typedef struct cn_hint {
    const char *dialect; /* "mysql", "mariadb", "postgresql", "sqlite"; NULL: the end of a list */
    uint8_t     place;
    const cn_model *table; /* of CN_HINT_TABLE */
    const char     *text;
} cn_hint;

struct cn_select_statement {
    cn_statement    head;
    const cn_model *from;
    const cn_items *columns; /* CN_INTO(Row, ...) [all columns of the model, as instances] */
    cn_condition    where;
    const cn_expr  *order_by; /* CN_BY(...) */
    int64_t         limit;    /* 0: none; negative: an error */
    int64_t         offset;
    const cn_param *params; /* for cn_later */

    const cn_joined       *join;     /* CN_JOINS(...) */
    const cn_model *const *also;     /* CN_MODELS(...): further tables, FROM a, b */
    const cn_statement    *query;    /* CN_QUERY(...): the rows that `from`, a shape, stands for */
    const cn_cte_clause   *with;     /* CN_WITH(...) */
    const cn_expr         *group_by; /* CN_BY(...) */
    const cn_expr         *distinct_on; /* CN_BY(...); PostgreSQL */
    cn_condition           having;
    const cn_model *const *lock_of; /* CN_MODELS(...) [every table] */
    const cn_hint         *hints;   /* CN_HINTS(...) */
    cn_lock                lock;
    bool                   nowait;      /* do not wait for a lock: fail */
    bool                   skip_locked; /* leave out rows that are locked */
    bool                   distinct;
    bool                   with_ties; /* of `limit`: rows that equal the last one, too */
};

struct cn_insert_statement {
    cn_statement    head;
    const cn_model *into;
    /* CN_SET(Post, title, "x"). Where the model has an .insert_value or .insert_function for a
       column that is not mentioned, that is written, too: for an insert without .values as well,
       but not beside the rows of a .query, nor by .update. */
    const cn_items *values;
    const cn_items *returning; /* CN_INTO(Row, ...) */
    const cn_param *params;

    const cn_items *const *more;    /* CN_SETS(...): further rows with the members of `values` */
    const cn_statement    *query;   /* CN_QUERY(...): the rows of a select ... */
    const cn_items        *columns; /* ... into CN_KEY(Post, title, author_id) */
    const cn_cte_clause   *with;
    /* cn_upsert */
    const cn_items *conflict;     /* CN_KEY(Page, url): a unique key [the primary key] */
    const cn_items *update;       /* what an existing row becomes; none: it stays as it is */
    cn_condition    update_where; /* PostgreSQL and SQLite: it stays unless this holds */
    bool            upsert;
};

/* A condition that is absent, or empty because every cn_when was false, is refused unless
   .every_row. */
struct cn_update_statement {
    cn_statement    head;
    const cn_model *table;
    const cn_items *set;
    cn_condition    where;
    bool            every_row;
    const cn_items *returning;
    const cn_param *params;

    const cn_model *const *also; /* CN_MODELS(...): tables that `set` and `where` mention */
    const cn_cte_clause   *with;
    const cn_expr         *order_by; /* MySQL and MariaDB, as is `limit` */
    int64_t                limit;
};

struct cn_delete_statement {
    cn_statement    head;
    const cn_model *from;
    cn_condition    where;
    bool            every_row;
    const cn_items *returning;
    const cn_param *params;

    const cn_model *const *also; /* CN_MODELS(...): tables that `where` mentions */
    const cn_cte_clause   *with;
    const cn_expr         *order_by; /* MySQL and MariaDB, as is `limit` */
    int64_t                limit;
};

typedef enum cn_set_operation {
    CN_UNION,
    CN_UNION_ALL,
    CN_INTERSECT,
    CN_INTERSECT_ALL,
    CN_EXCEPT,
    CN_EXCEPT_ALL
} cn_set_operation;

/* Its rows fill the struct of the first query. */
struct cn_compound_statement {
    cn_statement               head;
    cn_set_operation           operation;
    const cn_statement *const *queries;  /* NULL-ended */
    const cn_expr             *order_by; /* CN_BY(cn_label(Row, member)) */
    int64_t                    limit;
    int64_t                    offset;
    const cn_cte_clause       *with;
    const cn_param            *params;
};

/* Rows of a struct array, as a query. */
struct cn_values_statement {
    cn_statement    head;
    const cn_model *shape;
    const void     *rows; /* structs of the shape; borrowed */
    size_t          count;
    size_t          struct_size;
};

/* ---- building -------------------------------------------------------------------------------- */

/*
 * A statement put together at run time. Every call copies what it is given at once, so conditions
 * may be written in any `if` or loop:
 *
 *     cn_query *query = cn_build(cn_select(Post, .limit = 50));
 *     for (size_t i = 0; i < count; i++)
 *         cn_query_where(query, cn_contains(Post, title, words[i]));
 *     CN_EACH(Post, post, cn_rows(session, Post, cn_built(query))) ...
 *     cn_query_free(query);
 *
 * Conditions are joined by AND. The same structure has the same place in the cache as the same
 * statement written in place. What fails (memory, a dead literal, a clause that the statement does
 * not have) makes the built statement fail when it is executed. Threads: one at a time.
 */
typedef struct cn_query cn_query;
CN_API cn_query        *cn_build_(const cn_statement *statement); /* NULL only for want of memory */
CN_API void             cn_query_columns(cn_query *query, const cn_items *columns);
CN_API void             cn_query_join(cn_query *query, const cn_joined *joins); /* CN_JOINS(...) */
CN_API void             cn_query_where(cn_query *query, cn_condition condition);
CN_API void             cn_query_group_by(cn_query *query, cn_expr value);
CN_API void             cn_query_having(cn_query *query, cn_condition condition);
CN_API void             cn_query_order_by(cn_query *query, cn_expr value);
CN_API void             cn_query_limit(cn_query *query, int64_t limit, int64_t offset);
CN_API void             cn_query_set(cn_query *query, const cn_items *values); /* CN_SET(...) */
CN_API void             cn_query_returning(cn_query *query, const cn_items *columns);
/* the query's; valid until it changes or is freed */
CN_API const cn_statement *cn_built(cn_query *query);
CN_API void                cn_query_free(cn_query *query);

/* ---- text ------------------------------------------------------------------------------------ */

/* The SQL of a statement as it would be sent to this engine's database, parameters as placeholders;
   those that come later (cn_later) need no value; the model's functions make theirs, as they do
   when it is executed. For reading and logging. The text is the
   caller's, to end with cn_text_free; NULL: the error of the connection says why. */
CN_API char *cn_statement_sql(cn_connection *connection, const cn_statement *statement);

/*
 * The same for a database by its name, without a connection: "sqlite", "mysql", "mariadb",
 * "postgresql", each in its newest version that Cinnabar knows. With `inlined` the parameters stand
 * in the text as literals, safely quoted, and what comes later as its name, ":least": for reading,
 * not for sending. The caller ends the text
 * with cn_text_free. NULL: `*why`, unless `why` is NULL, is a text that says why, to be ended
 * alike; it is NULL itself only for want of memory.
 */
CN_API char *cn_statement_text(const cn_statement *statement, const char *dialect, bool inlined,
                               char **why);
CN_API void  cn_text_free(char *text);

CN_END_DECLARATIONS

#ifndef __cplusplus

#define cn_build(statement) cn_build_(CN_STATEMENT_(statement))
/* Any statement will do, as everywhere. */
#define cn_statement_sql(connection, statement)                                                    \
    cn_statement_sql((connection), CN_STATEMENT_(statement))
#define cn_statement_text(statement, dialect, inlined, why)                                        \
    cn_statement_text(CN_STATEMENT_(statement), (dialect), (inlined), (why))

/* ---- clauses --------------------------------------------------------------------------------- */

typedef struct cn_the_member_cannot_take_this {
    char unused;
} cn_the_member_cannot_take_this;

/* CN_INTO(Row, member, expression, ...): what is selected, and the member of a struct that takes
   it. A member that is a pointer to a model takes cn_entity(Model). */
#define CN_INTO(T, ...)                                                                            \
    CN_ITEMS_(T, NULL, CN_COUNT_(__VA_ARGS__) / 2, CN_PAIRS_(CN_INTO_ONE_, T, __VA_ARGS__))
#define CN_INTO_ONE_(T, m, e)                                                                      \
    {                                                                                              \
        {#m, CN_OFFSET_OF_(T, m) + CN_TAKES_(T, m, e), (uint32_t)sizeof(CN_MEMBER_(T, m)),         \
         (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m))},                                               \
            CN_SELECTED_(e)                                                                        \
    }
/* An SQL value into a member that holds one, a model into a pointer to it. */
#define CN_TAKES_(T, m, e)                                                                         \
    CN_OR_ERROR_((CN_STORAGE_OF_(CN_MEMBER_(T, m)) != 0)                                           \
                     ? CN_CLASS_(e) != 0                                                           \
                     : _Generic((e), __typeof__(CN_MEMBER_(T, m)): 1, default: 0),                 \
                                 cn_the_member_cannot_take_this)
#define CN_SELECTED_(x) _Generic((x), CN_EXPR_CASES_, default: cn_entity_)(x)
/* CN_SET(Post, member, value, ...): assignments. */
#define CN_SET(T, ...)                                                                             \
    CN_ITEMS_(T, &T##_model, CN_COUNT_(__VA_ARGS__) / 2, CN_PAIRS_(CN_SET_ONE_, T, __VA_ARGS__))
#define CN_SET_ONE_(T, m, v)                                                                       \
    {                                                                                              \
        {#m, CN_OFFSET_OF_(T, m) + CN_FITS_SET_(T, m, v), (uint32_t)sizeof(CN_MEMBER_(T, m)),      \
         (uint8_t)CN_STORAGE_OF_(CN_MEMBER_(T, m))},                                               \
            CN_SET_FOR_(T, m, v)                                                                   \
    }
/* The same for a table that no struct maps: CN_SET_NAMED(post_tag, "post_id", 1, "tag_id", 2) */
#define CN_SET_NAMED(table, ...)                                                                   \
    CN_NAMED_ITEMS_(&(table), CN_COUNT_(__VA_ARGS__) / 2,                                          \
                    CN_PAIRS_(CN_SET_NAMED_ONE_, 0, __VA_ARGS__))
#define CN_BY_NAME_ UINT32_MAX /* the offset of a column that only its name tells */
#define CN_SET_NAMED_ONE_(unused, name, v)                                                         \
    {                                                                                              \
        {name, CN_BY_NAME_, 0, 0}, CN_EXPR_(v)                                                     \
    }
#define CN_NAMED_ITEMS_(model, count, ...)                                                         \
    (&(const cn_items){NULL, 0, (model), ((const cn_item[]){__VA_ARGS__}), (count)})
/* CN_KEY(Page, url): members of a model. */
#define CN_KEY(T, ...)                                                                             \
    CN_ITEMS_(T, &T##_model, CN_COUNT_(__VA_ARGS__), CN_EACH_MEMBER_(CN_KEY_ONE_, T, __VA_ARGS__))
#define CN_KEY_ONE_(T, m)                                                                          \
    {                                                                                              \
        CN_FIELD_(T, m), cn_attr(T, m)                                                             \
    }
#define CN_ITEMS_(T, model, count, ...)                                                            \
    (&(const cn_items){#T, sizeof(T), (model), ((const cn_item[]){__VA_ARGS__}), (count)})
/* CN_SETS(CN_SET(...), CN_SET(...)): more rows of an INSERT. */
#define CN_SETS(...) ((const cn_items *const[]){__VA_ARGS__, NULL})

/* CN_MODELS(Author, Tag): tables, for .also and .lock_of */
#define CN_MODELS(...)                                                                             \
    ((const cn_model *const[]){CN_EACH_MEMBER_(CN_MODEL_ONE_, 0, __VA_ARGS__), NULL})
#define CN_MODEL_ONE_(unused, T) &T##_model

/*
 * Joins. Along a relationship, in the direction from Post to its author: cn_join(Post, author). To
 * the other side under an alias: cn_join_as(Post, author, Writer). On a condition:
 * cn_join_on(Manager, cn_is(Employee, manager_id, ==, cn_attr(Manager, id))). A shape that stands
 * for a query: cn_join_query(Recent, cn_select(...), condition); lateral, so that the query can
 * mention the tables before it: cn_join_lateral.
 */
#define CN_JOINS(...) ((const cn_joined[]){__VA_ARGS__, {.kind = CN_JOIN_NONE}})
#define cn_join(T, m) CN_JOIN_ALONG_(CN_JOIN_INNER, T, m, NULL)
#define cn_join_as(T, m, A) CN_JOIN_ALONG_(CN_JOIN_INNER, T, m, &A##_model)
#define cn_left_join(T, m) CN_JOIN_ALONG_(CN_JOIN_LEFT, T, m, NULL)
#define cn_left_join_as(T, m, A) CN_JOIN_ALONG_(CN_JOIN_LEFT, T, m, &A##_model)
#define cn_join_on(T, condition) CN_JOIN_ON_(CN_JOIN_INNER, T, condition)
#define cn_left_join_on(T, condition) CN_JOIN_ON_(CN_JOIN_LEFT, T, condition)
#define cn_full_join_on(T, condition) CN_JOIN_ON_(CN_JOIN_FULL, T, condition)
#define cn_cross_join(T) ((cn_joined){.target = &T##_model, .kind = CN_JOIN_CROSS})
#define cn_join_query(T, q, condition) CN_JOIN_QUERY_(CN_JOIN_INNER, false, T, q, condition)
#define cn_left_join_query(T, q, condition) CN_JOIN_QUERY_(CN_JOIN_LEFT, false, T, q, condition)
#define cn_join_lateral(T, q, condition) CN_JOIN_QUERY_(CN_JOIN_INNER, true, T, q, condition)
#define cn_left_join_lateral(T, q, condition) CN_JOIN_QUERY_(CN_JOIN_LEFT, true, T, q, condition)
#define CN_JOIN_ALONG_(how, T, m, to)                                                              \
    ((cn_joined){.target = (to),                                                                   \
                 .owner  = &T##_model,                                                             \
                 .offset = CN_OFFSET_OF_(T, m) + CN_SAY_(CN_STORAGE_OF_(CN_MEMBER_(T, m)) == 0,    \
                                                         "cinnabar: " #T "." #m                    \
                                                         " is a column, not a relationship"),      \
                 .kind   = (how)})
#define CN_JOIN_ON_(how, T, condition)                                                             \
    ((cn_joined){.target = &T##_model, .kind = (how), .on = (condition)})
#define CN_JOIN_QUERY_(how, is_lateral, T, q, condition)                                           \
    ((cn_joined){.target  = &T##_model,                                                            \
                 .kind    = (how),                                                                 \
                 .lateral = (is_lateral),                                                          \
                 .on      = (condition),                                                           \
                 .query   = CN_STATEMENT_(q)})

/*
 * WITH: a query under the name of a shape. cn_cte(Ranked, cn_select(...)); a recursive one has a
 * query to begin with and a step that mentions the shape: cn_recursive(Branch, base, step). A
 * query that writes (with .returning) is PostgreSQL's. Options: .materialized, .not_materialized
 * (where a database has no words for them, they change nothing), .union_distinct (the step's rows
 * without those that are there already). A query may be text, whose columns have the names of the
 * shape's: cn_cte(Ranked, cn_text("SELECT ...", .params = CN_PARAMS(...), .fields =
 * CN_FIELDS(Ranked, ...))).
 */
#define CN_WITH(...) ((const cn_cte_clause[]){__VA_ARGS__, {.shape = NULL}})
#define cn_cte(...) CN_CTE_(__VA_ARGS__, .size = sizeof(cn_cte_clause))
#define CN_CTE_(T, q, ...)                                                                         \
    ((cn_cte_clause){.shape = &T##_model, .query = CN_STATEMENT_(q), __VA_ARGS__})
#define cn_recursive(...) CN_RECURSIVE_(__VA_ARGS__, .size = sizeof(cn_cte_clause))
#define CN_RECURSIVE_(T, base, next, ...)                                                          \
    ((cn_cte_clause){.shape = &T##_model,                                                          \
                     .query = CN_STATEMENT_(base),                                                 \
                     .step  = CN_STATEMENT_(next),                                                 \
                     __VA_ARGS__})

/* .hints = CN_HINTS(cn_hint_prefix("mysql", "SQL_NO_CACHE"), cn_hint_table("mysql", Post,
   "USE INDEX (ix_post_title)")) */
#define CN_HINTS(...) ((const cn_hint[]){__VA_ARGS__, {.dialect = NULL}})
#define cn_hint_prefix(name, words) ((cn_hint){(name), CN_HINT_PREFIX, NULL, (words)})
#define cn_hint_table(name, T, words) ((cn_hint){(name), CN_HINT_TABLE, &T##_model, (words)})
#define cn_hint_suffix(name, words) ((cn_hint){(name), CN_HINT_SUFFIX, NULL, (words)})

/* ---- statements ------------------------------------------------------------------------------ */

#define cn_select(...)                                                                             \
    CN_SELECT_(__VA_ARGS__, .head = {CN_STATEMENT_SELECT, sizeof(cn_select_statement)})
#define CN_SELECT_(T, ...) (&(const cn_select_statement){.from = &T##_model, __VA_ARGS__})
/* A table that no struct maps, or a reflected one: cn_select_from(&post_tag, ...) */
#define cn_select_from(...)                                                                        \
    CN_SELECT_FROM_(__VA_ARGS__, .head = {CN_STATEMENT_SELECT, sizeof(cn_select_statement)})
#define CN_SELECT_FROM_(model, ...) (&(const cn_select_statement){.from = (model), __VA_ARGS__})
#define cn_insert(...)                                                                             \
    CN_INSERT_(__VA_ARGS__, .head = {CN_STATEMENT_INSERT, sizeof(cn_insert_statement)})
#define CN_INSERT_(T, ...) (&(const cn_insert_statement){.into = &T##_model, __VA_ARGS__})
#define cn_insert_into(...)                                                                        \
    CN_INSERT_INTO_(__VA_ARGS__, .head = {CN_STATEMENT_INSERT, sizeof(cn_insert_statement)})
#define CN_INSERT_INTO_(model, ...) (&(const cn_insert_statement){.into = (model), __VA_ARGS__})
/*
 * Inserts a row, or changes the one that has its key already:
 *
 *     cn_upsert(Page, .values   = CN_SET(Page, url, url, hits, 1, seen, now),
 *                     .conflict = CN_KEY(Page, url),
 *                     .update   = CN_SET(Page, hits, cn_plus(cn_attr(Page, hits), 1),
 *                                              seen, cn_proposed(Page, seen)));
 *
 * MySQL and MariaDB take any unique key for `conflict`. Without .update an existing row stays as it
 * is, whatever key it has if .conflict does not say.
 */
#define cn_upsert(...)                                                                             \
    CN_UPSERT_(__VA_ARGS__, .head = {CN_STATEMENT_INSERT, sizeof(cn_insert_statement)})
#define CN_UPSERT_(T, ...)                                                                         \
    (&(const cn_insert_statement){.into = &T##_model, .upsert = true, __VA_ARGS__})
#define cn_update(...)                                                                             \
    CN_UPDATE_(__VA_ARGS__, .head = {CN_STATEMENT_UPDATE, sizeof(cn_update_statement)})
#define CN_UPDATE_(T, ...) (&(const cn_update_statement){.table = &T##_model, __VA_ARGS__})
#define cn_update_table(...)                                                                       \
    CN_UPDATE_TABLE_(__VA_ARGS__, .head = {CN_STATEMENT_UPDATE, sizeof(cn_update_statement)})
#define CN_UPDATE_TABLE_(model, ...) (&(const cn_update_statement){.table = (model), __VA_ARGS__})
#define cn_delete_from(...)                                                                        \
    CN_DELETE_(__VA_ARGS__, .head = {CN_STATEMENT_DELETE, sizeof(cn_delete_statement)})
#define CN_DELETE_(T, ...) (&(const cn_delete_statement){.from = &T##_model, __VA_ARGS__})
#define cn_delete_table(...)                                                                       \
    CN_DELETE_TABLE_(__VA_ARGS__, .head = {CN_STATEMENT_DELETE, sizeof(cn_delete_statement)})
#define CN_DELETE_TABLE_(model, ...) (&(const cn_delete_statement){.from = (model), __VA_ARGS__})

/* A query in the place of a table, or whose rows are inserted: .query = CN_QUERY(cn_select(...)) */
#define CN_QUERY(q) CN_STATEMENT_(q)

/* Queries put together: cn_union(CN_QUERIES(a, b), .order_by = CN_BY(cn_label(Row, name))). The
   struct that they fill is that of the first. */
#define CN_QUERIES(...)                                                                            \
    ((const cn_statement *const[]){CN_EACH_MEMBER_(CN_QUERY_ONE_, 0, __VA_ARGS__), NULL})
#define CN_QUERY_ONE_(unused, q) CN_STATEMENT_(q)
#define cn_union(...) CN_COMPOUND_(CN_UNION, __VA_ARGS__, CN_COMPOUND_HEAD_)
#define cn_union_all(...) CN_COMPOUND_(CN_UNION_ALL, __VA_ARGS__, CN_COMPOUND_HEAD_)
#define cn_intersect(...) CN_COMPOUND_(CN_INTERSECT, __VA_ARGS__, CN_COMPOUND_HEAD_)
#define cn_intersect_all(...) CN_COMPOUND_(CN_INTERSECT_ALL, __VA_ARGS__, CN_COMPOUND_HEAD_)
#define cn_except(...) CN_COMPOUND_(CN_EXCEPT, __VA_ARGS__, CN_COMPOUND_HEAD_)
#define cn_except_all(...) CN_COMPOUND_(CN_EXCEPT_ALL, __VA_ARGS__, CN_COMPOUND_HEAD_)
#define CN_COMPOUND_HEAD_ .head = {CN_STATEMENT_COMPOUND, sizeof(cn_compound_statement)}
#define CN_COMPOUND_(how, list, ...)                                                               \
    (&(const cn_compound_statement){.operation = (how), .queries = (list), __VA_ARGS__})

/* Rows of a struct array as a query, in the place of a table: cn_values(Pair, pairs, count) */
#define cn_values(T, array, n)                                                                     \
    (&(const cn_values_statement){.head        = CN_VALUES_HEAD_,                                  \
                                  .shape       = &T##_model,                                       \
                                  .rows        = 1 ? (array) : (const T *)0,                       \
                                  .count       = (n),                                              \
                                  .struct_size = sizeof(T)})
#define CN_VALUES_HEAD_                                                                            \
    {                                                                                              \
        CN_STATEMENT_VALUES, sizeof(cn_values_statement)                                           \
    }

#endif
#endif
