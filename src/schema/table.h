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
};

/* What a relationship says of itself; relationship.h works out what it means. */
typedef struct cn_relationship_text {
    const char             *name;
    uint32_t                offset;
    bool                    many;
    const cn_model         *target;
    cn_relationship_options options;
} cn_relationship_text;

typedef struct cn_unique_set {
    uint32_t *columns;
    size_t    count;
} cn_unique_set;

struct cn_table {
    const cn_model *model;
    const char     *schema; /* NULL: none */
    const char     *name;   /* NULL: a shape without a table */
    cn_column      *columns;
    size_t          column_count;
    uint32_t       *primary_key; /* columns, in order of declaration */
    size_t          primary_key_count;
    uint32_t        generated; /* the column that the database numbers, or CN_NO_COLUMN */
    cn_unique_set  *uniques;
    size_t          unique_count;
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
