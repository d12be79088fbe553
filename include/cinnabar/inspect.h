/*
 * cinnabar/inspect.h: what is in a database: its schemas, tables, views and sequences, read from
 * its own catalogue, and how that differs from what a program declares.
 *
 *     cn_reflection *found = cn_reflect(engine);
 *     if (found == NULL)
 *         fprintf(stderr, "%s\n", cn_error_message(engine));
 *     for (size_t i = 0; i < cn_reflection_table_count(found); i++) {
 *         const cn_reflected_table *table = cn_reflection_table(found, i);
 *         printf("%s\n", table->name);
 *         for (size_t j = 0; j < table->column_count; j++)
 *             printf("    %s %s\n", table->columns[j]->name, table->columns[j]->type_text);
 *     }
 *     cn_reflection_free(found);
 *
 * A reflection is a picture of the moment in which it was taken: nothing in it changes, any thread
 * may read it, and it needs no connection. It is taken by a fixed number of queries for each
 * schema, however many tables there are (and once more for tables that only foreign keys lead to).
 *
 * Models
 *   Each table and view has a model, as CN_TABLE makes one, which may stand wherever a declared
 *   one may: in statements, in a metadata, in cn_create_all. cn_reflection_metadata is the metadata
 *   of all the tables (and sequences), to make the same ones in another database.
 *
 * Lifetimes
 *   Everything that a reflection shows, models and metadata included, lives until
 *   cn_reflection_free. Statements and results that name its models must have ended by then.
 *
 * Errors
 *   cn_reflect returns NULL, and the error is the handle's, naming what was being read. What the
 *   database shows only to some users is left out for others, as everywhere.
 */
#ifndef CINNABAR_INSPECT_H
#define CINNABAR_INSPECT_H

#include <cinnabar/connection.h>
#include <cinnabar/model.h>

CN_BEGIN_DECLARATIONS

typedef struct cn_reflection cn_reflection;

/* ---- what is found --------------------------------------------------------------------------- */

/* Structs grow at their ends in later versions: they are reached by pointers, never copied. Texts
   are NULL where there is nothing to say. */

typedef enum cn_reflected_kind {
    CN_REFLECTED_TABLE,
    CN_REFLECTED_VIEW,
    CN_REFLECTED_MATERIALIZED_VIEW, /* PostgreSQL */
    CN_REFLECTED_FOREIGN_TABLE      /* PostgreSQL; SQLite's virtual tables */
} cn_reflected_kind;

typedef struct cn_reflected_column {
    const char *name;
    /* The type, where one corresponds exactly; otherwise CN_TYPE_RAW by the database's own words */
    cn_type             type;
    const char         *type_text; /* as the database says it: "character varying(30)" */
    bool                nullable;
    bool                primary_key;
    bool                autoincrement;  /* the database numbers it: AUTO_INCREMENT, SERIAL, rowid */
    bool                never_reused;   /* SQLite: by the word AUTOINCREMENT */
    const char         *server_default; /* an SQL expression, without needless casts */
    const char         *server_on_update; /* MySQL */
    const char         *computed;         /* the expression of a computed column */
    uint8_t             persisted;        /* cn_persisted, of a computed column */
    uint8_t             identity;         /* cn_identity */
    cn_sequence_options identity_numbers;
    const char *sequence; /* that the default takes its values from: "name", "schema.name" */
    const char *comment;
} cn_reflected_column;

/* A primary key or a unique constraint. */
typedef struct cn_reflected_key {
    const char        *name;
    const char *const *columns; /* NULL-ended */
    size_t             count;
    bool               deferrable;
    bool               initially_deferred;
    bool               nulls_not_distinct;
    const char        *on_conflict; /* SQLite: "REPLACE", ... */
    const char        *comment;
} cn_reflected_key;

typedef struct cn_reflected_check {
    const char *name;
    const char *condition;
    const char *column; /* SQLite, MariaDB: behind which it stands */
    const char *comment;
} cn_reflected_check;

typedef struct cn_reflected_table cn_reflected_table;

typedef struct cn_reflected_foreign_key {
    const char               *name;
    const char *const        *columns;
    size_t                    count;
    const char               *foreign_schema; /* NULL: the default one */
    const char               *foreign_table;
    const char *const        *foreign_columns;
    const char               *on_delete; /* "CASCADE", ...; NULL: NO ACTION */
    const char               *on_update;
    const char               *match; /* "FULL", "PARTIAL" */
    bool                      deferrable;
    bool                      initially_deferred;
    bool                      not_valid; /* PostgreSQL */
    const char               *comment;
    const cn_reflected_table *target; /* NULL: it is not in this reflection */
} cn_reflected_foreign_key;

typedef struct cn_reflected_part {
    const char *column;     /* NULL: an expression */
    const char *expression; /* without parentheses around it */
    uint32_t    length;     /* of a prefix, on MySQL */
    bool        descending;
    const char *nulls;     /* "FIRST", "LAST" where that is not as usual */
    const char *collation; /* where it is not the column's */
    const char *op_class;  /* PostgreSQL, where it is not the usual one */
} cn_reflected_part;

/* An index that is there by itself: those of primary keys and unique constraints are left out. */
typedef struct cn_reflected_index {
    const char                     *name;
    const cn_reflected_part *const *parts;
    size_t                          part_count;
    bool                            unique;
    bool                            nulls_not_distinct;
    const char                     *where;
    const char                     *method;  /* "gin", "hash"; NULL: a B-tree */
    const char                     *kind;    /* MySQL: "FULLTEXT", "SPATIAL" */
    const char                     *parser;  /* MySQL */
    const char *const              *include; /* PostgreSQL: columns beside the key, NULL-ended */
    size_t                          include_count;
    const char                     *with;       /* PostgreSQL: "fillfactor=50" */
    const char                     *tablespace; /* PostgreSQL */
    const char                     *comment;
    bool implied; /* MySQL made it for a foreign key, and will again: the model has none */
} cn_reflected_index;

/* Lists have `..._count` items, and NULL behind them. */
struct cn_reflected_table {
    const char                            *schema; /* NULL: the default one, if not asked by name */
    const char                            *name;
    cn_reflected_kind                      kind;
    const char                            *comment;
    const char                            *definition; /* of a view: its SELECT */
    const char                            *problem; /* why the database cannot read it (a view) */
    const cn_reflected_column *const      *columns;
    size_t                                 column_count;
    const cn_reflected_key                *primary_key; /* NULL: none */
    const cn_reflected_key *const         *uniques;
    size_t                                 unique_count;
    const cn_reflected_check *const       *checks;
    size_t                                 check_count;
    const cn_reflected_foreign_key *const *foreign_keys;
    size_t                                 foreign_key_count;
    const cn_reflected_index *const       *indexes;
    size_t                                 index_count;
    cn_table_options                       options;
    /* NULL: names alone were asked for, or it has no columns */
    const cn_model *model;
};

typedef struct cn_reflected_sequence {
    const char         *schema;
    const char         *name;
    cn_sequence_options options;
    const char         *owner; /* "table.column" that it ends with; NULL: none */
} cn_reflected_sequence;

/* ---- taking a reflection --------------------------------------------------------------------- */

typedef struct cn_reflect_options {
    size_t size;
    /* CN_NAMES("sales", "staff"): these schemas (PostgreSQL), databases (MySQL), attached databases
       (SQLite) [the connection's own]. Their tables are called "sales.author" then. */
    const char *const *schemas;
    bool               all_schemas; /* but those of the system */
    /* CN_NAMES("author"): these tables, in any of the schemas. One that is nowhere is an error. */
    const char *const *only;
    bool               no_linked;  /* not the tables that foreign keys lead to as well */
    bool               views;      /* views as well as tables */
    bool               names_only; /* no columns, keys, indexes, models */
    /* Types, defaults and options that only this database knows become the nearest that every one
       has, so that the tables can be made in another. */
    bool portable;
    /* False leaves a table out. Its columns are not known yet. */
    bool (*filter)(void *context, const cn_reflected_table *table);
    /* Called for each column before its model is made: what it changes is what the model has. Texts
       that it puts in must live as long as the reflection. */
    void (*on_column)(void *context, const cn_reflected_table *table, cn_reflected_column *column);
    void *context;
} cn_reflect_options;

/* NULL: the error is that of the engine or connection. With an engine, a connection is taken for
   the call; a connection sees what its own transaction has changed. */
CN_API cn_reflection *cn_engine_reflect(cn_engine *engine, const cn_reflect_options *options);
CN_API cn_reflection *cn_connection_reflect(cn_connection            *connection,
                                            const cn_reflect_options *options);
CN_API void           cn_reflection_free(cn_reflection *reflection);

/* The schemas of the database, whichever were asked for; sorted, NULL-ended. */
CN_API const char *const *cn_reflection_schemas(const cn_reflection *reflection);
/* The one in which a name without a schema is looked for; NULL: none. */
CN_API const char *cn_reflection_default_schema(const cn_reflection *reflection);

/* Tables and views, sorted by schema and name. */
CN_API size_t                    cn_reflection_table_count(const cn_reflection *reflection);
CN_API const cn_reflected_table *cn_reflection_table(const cn_reflection *reflection, size_t at);
/* `schema` may be NULL. NULL: there is none of that name. */
CN_API const cn_reflected_table  *cn_reflection_find(const cn_reflection *reflection,
                                                     const char *schema, const char *name);
CN_API const cn_reflected_column *cn_reflected_table_column(const cn_reflected_table *table,
                                                            const char               *name);

CN_API size_t                       cn_reflection_sequence_count(const cn_reflection *reflection);
CN_API const cn_reflected_sequence *cn_reflection_sequence(const cn_reflection *reflection,
                                                           size_t               at);

/* The model of a table or view, by name; NULL as for cn_reflection_find. */
CN_API const cn_model *cn_reflection_model(const cn_reflection *reflection, const char *schema,
                                           const char *name);
/* All the tables, no views; the sequences that belong to no column. */
CN_API const cn_metadata *cn_reflection_metadata(const cn_reflection *reflection);

/* Whether there is a table or view, or an index of a table (of a constraint's, too). `schema` may
   be NULL. False also in failure: ask cn_ok. */
CN_API bool cn_engine_has_table(cn_engine *engine, const char *schema, const char *name);
CN_API bool cn_connection_has_table(cn_connection *connection, const char *schema,
                                    const char *name);
CN_API bool cn_engine_has_index(cn_engine *engine, const char *schema, const char *table,
                                const char *index);
CN_API bool cn_connection_has_index(cn_connection *connection, const char *schema,
                                    const char *table, const char *index);

/* ---- comparing ------------------------------------------------------------------------------- */

/*
 * What would have to be done to the database so that it is as declared:
 *
 *     cn_reflection *found      = cn_reflect(engine);
 *     cn_comparison *comparison = cn_compare(&Base, found);
 *     for (size_t i = 0; i < cn_comparison_count(comparison); i++)
 *         puts(cn_comparison_difference(comparison, i)->sentence);
 *
 * Types are compared as the database spells them; expressions (defaults, checks, computed columns,
 * conditions of indexes) as the database rewrites them: casts, parentheses, quotes and the like do
 * not count. A constraint without a declared name is the same under any name. What a model leaves
 * to the database (a collation, an engine, a tablespace) is not compared.
 */
typedef enum cn_difference_kind {
    CN_DIFFERENCE_TABLE,
    CN_DIFFERENCE_COLUMN,
    CN_DIFFERENCE_PRIMARY_KEY,
    CN_DIFFERENCE_UNIQUE,
    CN_DIFFERENCE_CHECK,
    CN_DIFFERENCE_FOREIGN_KEY,
    CN_DIFFERENCE_INDEX,
    CN_DIFFERENCE_SEQUENCE
} cn_difference_kind;

typedef enum cn_change {
    CN_CHANGE_ADD,    /* it is declared, but not in the database */
    CN_CHANGE_REMOVE, /* it is in the database, but not declared */
    CN_CHANGE_ALTER   /* it is there, but otherwise: `aspect` */
} cn_change;

typedef struct cn_difference {
    cn_difference_kind kind;
    cn_change          change;
    const char        *aspect;   /* "type", "nullability", "default", "comment", ... */
    const char        *schema;   /* NULL: the default one */
    const char        *table;    /* of a sequence: NULL */
    const char        *name;     /* of the column, constraint, index, ...; NULL if it has none */
    const char        *declared; /* what is to be; NULL: nothing */
    const char        *found;    /* what is; NULL: nothing */
    const char        *sentence; /* "post.title: the type is VARCHAR(20), declared VARCHAR(30)" */
    const cn_model    *model;    /* the declared table; NULL: none */
    const cn_reflected_table *reflected; /* that in the database; NULL: none */
} cn_difference;

typedef struct cn_compare_options {
    size_t size;
    bool   ignore_others; /* tables and sequences of the database that are not declared are fine */
    bool   ignore_comments;
    bool   ignore_defaults;
} cn_compare_options;

typedef struct cn_comparison cn_comparison;

/* NULL only for want of memory. Needs neither database nor connection. The comparison refers to
   both of its sides: free it before the reflection. */
CN_API cn_comparison *cn_compare_with(const cn_metadata *declared, const cn_reflection *found,
                                      const cn_compare_options *options);
CN_API void           cn_comparison_free(cn_comparison *comparison);

/* True if the database is as declared; false also where the two could not be compared. */
CN_API bool cn_comparison_equal(const cn_comparison *comparison);
/* Why the two could not be compared: a model that does not hold together, a type that the database
   lacks. NULL: they were. */
CN_API const char *cn_comparison_problem(const cn_comparison *comparison);

/* Differences in an order in which they make sense to a reader: table by table. */
CN_API size_t               cn_comparison_count(const cn_comparison *comparison);
CN_API const cn_difference *cn_comparison_difference(const cn_comparison *comparison, size_t at);

CN_END_DECLARATIONS

#ifndef __cplusplus

/* cn_reflect(engine), cn_reflect(connection, .schemas = CN_NAMES("sales"), .views = true) */
#define cn_reflect(...) CN_REFLECT_(__VA_ARGS__, .size = sizeof(cn_reflect_options))
#define CN_REFLECT_(handle, ...)                                                                   \
    CN_ENGINE_OR_CONNECTION_(handle, reflect)((handle), &(const cn_reflect_options){__VA_ARGS__})
#define cn_has_table(handle, schema, name)                                                         \
    CN_ENGINE_OR_CONNECTION_(handle, has_table)((handle), (schema), (name))
#define cn_has_index(handle, schema, table, index)                                                 \
    CN_ENGINE_OR_CONNECTION_(handle, has_index)((handle), (schema), (table), (index))
#define CN_ENGINE_OR_CONNECTION_(handle, verb)                                                     \
    _Generic((handle), cn_engine *: cn_engine_##verb, cn_connection *: cn_connection_##verb)

/* A list of names, as .schemas and .only take it. */
#define CN_NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* cn_compare(&Base, found), cn_compare(&Base, found, .ignore_comments = true) */
#define cn_compare(...) CN_COMPARE_(__VA_ARGS__, .size = sizeof(cn_compare_options))
#define CN_COMPARE_(declared, ...) CN_COMPARE2_(declared, __VA_ARGS__)
#define CN_COMPARE2_(declared, found, ...)                                                         \
    cn_compare_with((declared), (found), &(const cn_compare_options){__VA_ARGS__})

#endif
#endif
