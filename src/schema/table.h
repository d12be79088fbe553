/*
 * A model resolved into a table: its columns, key and constraints as the compiler, the catalogue
 * and the ORM want them. Description only: nothing here knows a database. A table is made once per
 * model, at first use, and lives as long as the program.
 */
#ifndef CN_SCHEMA_TABLE_H
#define CN_SCHEMA_TABLE_H

#include <cinnabar/model.h>

#include "base/convert.h"

typedef struct cn_table  cn_table;
typedef struct cn_column cn_column;

#define CN_NO_COLUMN UINT32_MAX

/* A value made by the library: the function's, or the constant if there is none. */
typedef struct cn_client_value {
    cn_value           value; /* NULL: none */
    cn_value_function *function;
    void              *context;
} cn_client_value;

struct cn_column {
    const cn_table *table;
    uint32_t        index;  /* in the table */
    const char     *name;   /* in the database */
    const char     *member; /* of the struct; the name if there is no struct */
    cn_decode
        /* where the member is; field.name is "Post.title", for errors; storage 0 without a
           struct */
                field;
    cn_type     type; /* never CN_TYPE_NONE */
    bool        primary_key;
    bool        nullable;
    bool        generated; /* the database makes the value when the member is 0 */
    bool        unique;
    bool        indexed;
    const char *foreign_table; /* NULL: no constraint */
    const char *foreign_column;
    const char *on_delete;
    const char *on_update;
    const char *server_default;
    const char *bind_expression, *column_expression; /* of its user type; NULL: none */

    /* The rest is about what stands beside the type; nothing of it is NULL by mistake: NULL and 0
       are "none". */
    const cn_variant   *variants; /* ended by one without a dialect */
    const char         *comment;
    const char         *computed;         /* its expression: never written, read back */
    uint8_t             persisted;        /* cn_persisted, of a computed column */
    uint8_t             identity;         /* cn_identity */
    cn_sequence_options numbers;          /* of an identity */
    const cn_sequence  *sequence;         /* that the values come from where there are sequences */
    const char         *server_on_update; /* MySQL: ON UPDATE ... */
    cn_client_value     insert_value;
    cn_client_value     update_value;
    bool                autoincrement; /* SQLite: the word AUTOINCREMENT */
    /* The database makes the value if the member is left out or NULL: a server default, an
       identity, a sequence, a computed column. It is read back. */
    bool made_by_server;
    bool never_written; /* a computed column, GENERATED ALWAYS AS IDENTITY */
};

/* What a relationship says of itself; relationship.h works out what it means. */
typedef struct cn_relationship_text {
    const char             *name;
    uint32_t                offset;
    bool                    many;
    const cn_model         *target;
    cn_relationship_options options;
} cn_relationship_text;

/*
 * Constraints and indexes, those of single columns (.unique, .index, .foreign_key, .check) among
 * them. A name is NULL where the naming convention, or the database, finds one.
 */
typedef struct cn_unique_set {
    const char *name;
    uint32_t   *columns;
    size_t      count;
    bool        nulls_not_distinct;
    uint8_t     deferrable;  /* cn_answer */
    const char *initially;   /* NULL, "DEFERRED", "IMMEDIATE" */
    const char *on_conflict; /* SQLite */
    const char *comment;
} cn_unique_set;

typedef struct cn_check {
    const char *name;
    const char *text;
    uint32_t    column; /* of which it stands behind; CN_NO_COLUMN: of the table */
    const char *comment;
} cn_check;

typedef struct cn_foreign_key {
    const cn_table    *table;
    const char        *name;
    uint32_t          *columns;
    const char *const *foreign_columns; /* names in the database */
    size_t             count;
    const char        *foreign_table; /* "table" or "schema.table" */
    const char        *on_delete;     /* one of the words of SQL, or NULL */
    const char        *on_update;
    const char        *match;     /* "FULL", "PARTIAL", "SIMPLE" */
    const char        *initially; /* "DEFERRED", "IMMEDIATE" */
    const char        *comment;
    uint8_t            deferrable; /* cn_answer */
    bool               use_alter;
    bool               not_valid; /* PostgreSQL */
    bool               of_column; /* said by a column, not by CN_FOREIGN_KEY */
} cn_foreign_key;

typedef struct cn_index_part {
    uint32_t    column;     /* CN_NO_COLUMN: an expression */
    const char *expression; /* as it stands in SQL, without parentheses around it */
    uint32_t    length;     /* of a prefix, on MySQL */
    bool        descending;
    const char *nulls; /* NULL, "FIRST", "LAST" */
    const char *collation;
    const char *op_class; /* PostgreSQL: "text_pattern_ops" */
} cn_index_part;

typedef struct cn_index {
    const cn_table  *table;
    const char      *name;
    cn_index_part   *parts;
    size_t           part_count;
    bool             unique;
    bool             of_column; /* said by .index of a column */
    cn_index_options options;   /* where, using, ...; its `name` and `unique` are those above */
    uint32_t        *include;
    size_t           include_count;
} cn_index;

/* The constraints in the order in which CREATE TABLE has them. */
typedef enum cn_constraint_kind {
    CN_CONSTRAINT_UNIQUE,
    CN_CONSTRAINT_CHECK,
    CN_CONSTRAINT_FOREIGN_KEY
} cn_constraint_kind;

typedef struct cn_constraint {
    uint8_t  kind; /* cn_constraint_kind */
    uint32_t at;   /* in the table's list of its kind */
} cn_constraint;

struct cn_table {
    const cn_model  *model;
    const char      *schema; /* NULL: none */
    const char      *name;   /* NULL: a shape without a table */
    cn_column       *columns;
    size_t           column_count;
    uint32_t        *primary_key; /* columns, in order of declaration */
    size_t           primary_key_count;
    uint32_t         generated; /* the column that the database numbers, or CN_NO_COLUMN */
    cn_unique_set   *uniques;
    size_t           unique_count;
    cn_check        *checks;
    size_t           check_count;
    cn_foreign_key  *foreign_keys;
    size_t           foreign_key_count;
    cn_index        *indexes;
    size_t           index_count;
    cn_constraint   *constraints;
    size_t           constraint_count;
    const char      *primary_key_name; /* NULL: as the convention, or the database, says */
    const char      *primary_key_comment;
    cn_table_options options;      /* the comment among them */
    bool             has_defaults; /* a column has a value of the client's, or made_by_server */
    const cn_relationship_text *relationships;
    size_t                      relationship_count;
    uint32_t                   *by_offset; /* columns sorted by the offset of their member */
};

/* The table of a model. NULL: the error says what is wrong with the model. Thread-safe, lock-free
   once it is made. The failure of a model is not remembered if its cause was memory. */
const cn_table *cn_table_of(const cn_model *model, cn_error *error);

/* The same for a model that is known to resolve: NULL if it has not been used yet. */
static inline const cn_table *cn_table_known(const cn_model *model)
{
    return (const cn_table *)__atomic_load_n(&model->state->table, __ATOMIC_ACQUIRE);
}

/* The column of the member at `offset`; NULL if it is not mapped. */
const cn_column *cn_table_at(const cn_table *table, uint32_t offset);
const cn_column *cn_table_named(const cn_table *table, const char *column);
const cn_column *cn_table_member(const cn_table *table, const char *member);

/* "Post" for messages, "post_tag" for a table without a struct. */
static inline const char *cn_table_title(const cn_table *table)
{
    return table->model->name;
}

/* The tables of a metadata in the order in which they can be created; the first of a cycle where
   one cannot. `order` has room for the number of models. */
bool cn_metadata_sort(const cn_metadata *metadata, const cn_table **order, size_t *count,
                      cn_error *error);

#endif
