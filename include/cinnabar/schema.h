/*
 * cinnabar/schema.h: creating and dropping what models describe, or only the text of it.
 *
 *     cn_create_all(&Base, engine);
 *     cn_create_with(&Base, engine, .only = CN_MODEL_LIST(&Post_model));
 *     char *sql = cn_create_all_sql(&Base, "postgresql");
 *     puts(sql);
 *     cn_text_free(sql);
 *
 * What a model asks for and the database lacks has an exact equivalent there, or is an error
 * (CN_CAUSE_UNSUPPORTED) that names the thing, the database and its version, before anything is
 * sent. What only makes access faster (the method of an index, its INCLUDE, a partial index that is
 * not unique) is left out where it is not known.
 *
 * An engine made with .no_foreign_keys writes none, though models keep theirs: relationships,
 * joins and the order of a flush follow from them as ever.
 */
#ifndef CINNABAR_SCHEMA_H
#define CINNABAR_SCHEMA_H

#include <cinnabar/model.h>
#include <cinnabar/statement.h>

CN_BEGIN_DECLARATIONS

typedef struct cn_ddl_options {
    size_t                 size;
    const cn_model *const *only;      /* CN_MODEL_LIST(...): these of the metadata [all] */
    bool                   unchecked; /* nothing is looked for: what exists already is an error */
    bool                   if_exists; /* IF [NOT] EXISTS in the statements instead of a look */
    const cn_schema_map   *schemas;   /* CN_SCHEMAS(...): cinnabar/engine.h [the engine's] */

    /* for a text */
    unsigned version;         /* of the database: 80036 is MySQL 8.0.36 [the newest] */
    bool     no_foreign_keys; /* as the engine's option */
    char    *problem;         /* why there is no text; cut to problem_size bytes */
    size_t   problem_size;
} cn_ddl_options;

/* cn_create_with(metadata, engine, .option = value, ...) and so on; `options` may be NULL. */
CN_API bool cn_metadata_create(const cn_metadata *metadata, cn_engine *engine,
                               const cn_ddl_options *options);
CN_API bool cn_metadata_drop(const cn_metadata *metadata, cn_engine *engine,
                             const cn_ddl_options *options);

/*
 * The statements of cn_create_all and cn_drop_all, as if nothing existed or all of it, each ended
 * by a semicolon; no database is needed. `dialect` is "sqlite", "mysql", "mariadb" or "postgresql".
 * The caller's, to end with cn_text_free. NULL: `problem` says why.
 */
CN_API char *cn_metadata_create_sql(const cn_metadata *metadata, const char *dialect,
                                    const cn_ddl_options *options);
CN_API char *cn_metadata_drop_sql(const cn_metadata *metadata, const char *dialect,
                                  const cn_ddl_options *options);

/* One table with its indexes, or one index by its member (of .index) or name. It must not exist,
   or exist. */
CN_API bool cn_create_table(const cn_model *model, cn_engine *engine);
CN_API bool cn_drop_table(const cn_model *model, cn_engine *engine);
CN_API bool cn_create_index(const cn_model *model, const char *index, cn_engine *engine);
CN_API bool cn_drop_index(const cn_model *model, const char *index, cn_engine *engine);

/* A unique, check or foreign key constraint of a table that is there, by the name that the model
   gives it, also a foreign key that the engine leaves out of its tables. SQLite knows no constraint
   but with its table. */
CN_API bool cn_add_constraint(const cn_model *model, const char *constraint, cn_engine *engine);
CN_API bool cn_drop_constraint(const cn_model *model, const char *constraint, cn_engine *engine);

/* CREATE SCHEMA IF NOT EXISTS, DROP SCHEMA IF EXISTS (with CASCADE where it would not drop what
   stands in it anyway). SQLite has none: its schemas are attached files. */
CN_API bool cn_create_schema(const char *name, cn_engine *engine);
CN_API bool cn_drop_schema(const char *name, bool cascade, cn_engine *engine);

/*
 * A view, or a table that is filled with the rows of a query, by its name ("schema.name"):
 *
 *     cn_create_view("read", cn_select(Post, .where = cn_is(Post, views, >, 100)), engine,
 *                    .or_replace = true);
 *     cn_create_table_as("archive", cn_select(Post), engine);
 *
 * Its columns have the names that the query gives them; a model with these columns reads it, which
 * no metadata lists: cn_create_all would make a table of it. Values stand in the statement as
 * literals, quoted safely. What a user type would write around a column that is read is not
 * written: what is stored stays as it is.
 */
typedef struct cn_stored_options {
    size_t size;
    bool   or_replace;   /* a view; SQLite has no such word */
    bool   if_exists;    /* IF [NOT] EXISTS; a view of PostgreSQL has none when it is created */
    bool   materialized; /* a view of PostgreSQL that keeps its rows */
    const cn_schema_map *schemas; /* CN_SCHEMAS(...), of the query's tables, not of `name` [the
                                     engine's] */
} cn_stored_options;
CN_API bool cn_view_create(const char *name, const cn_statement *query, cn_engine *engine,
                           const cn_stored_options *options);
CN_API bool cn_view_drop(const char *name, cn_engine *engine, const cn_stored_options *options);
CN_API bool cn_table_create_as(const char *name, const cn_statement *query, cn_engine *engine,
                               const cn_stored_options *options);

CN_API void cn_text_free(char *text);

CN_END_DECLARATIONS

#ifndef __cplusplus
#define cn_create_with(...) CN_CREATE_WITH_(__VA_ARGS__, .size = sizeof(cn_ddl_options))
#define CN_CREATE_WITH_(metadata, engine, ...)                                                     \
    cn_metadata_create((metadata), (engine), &(const cn_ddl_options){__VA_ARGS__})
#define cn_drop_with(...) CN_DROP_WITH_(__VA_ARGS__, .size = sizeof(cn_ddl_options))
#define CN_DROP_WITH_(metadata, engine, ...)                                                       \
    cn_metadata_drop((metadata), (engine), &(const cn_ddl_options){__VA_ARGS__})
#define cn_create_all_sql(...) CN_CREATE_ALL_SQL_(__VA_ARGS__, .size = sizeof(cn_ddl_options))
#define CN_CREATE_ALL_SQL_(metadata, dialect, ...)                                                 \
    cn_metadata_create_sql((metadata), (dialect), &(const cn_ddl_options){__VA_ARGS__})
#define cn_drop_all_sql(...) CN_DROP_ALL_SQL_(__VA_ARGS__, .size = sizeof(cn_ddl_options))
#define CN_DROP_ALL_SQL_(metadata, dialect, ...)                                                   \
    cn_metadata_drop_sql((metadata), (dialect), &(const cn_ddl_options){__VA_ARGS__})

#define cn_create_view(...) CN_CREATE_VIEW_(__VA_ARGS__, .size = sizeof(cn_stored_options))
#define CN_CREATE_VIEW_(name, query, engine, ...)                                                  \
    cn_view_create((name), CN_STATEMENT_(query), (engine), &(const cn_stored_options){__VA_ARGS__})
#define cn_drop_view(...) CN_DROP_VIEW_(__VA_ARGS__, .size = sizeof(cn_stored_options))
#define CN_DROP_VIEW_(name, engine, ...)                                                           \
    cn_view_drop((name), (engine), &(const cn_stored_options){__VA_ARGS__})
#define cn_create_table_as(...) CN_CREATE_TABLE_AS_(__VA_ARGS__, .size = sizeof(cn_stored_options))
#define CN_CREATE_TABLE_AS_(name, query, engine, ...)                                              \
    cn_table_create_as((name), CN_STATEMENT_(query), (engine),                                     \
                       &(const cn_stored_options){__VA_ARGS__})
#endif

#endif
