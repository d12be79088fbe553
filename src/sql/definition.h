/*
 * What a dialect tells the catalogue: how one database defines tables, indexes, sequences and
 * types. One table per database beside the one of dialect.h, filled in by src/dialect/. A function
 * that can meet something that its database lacks returns false with an error that names the
 * thing, the database and its version.
 */
#ifndef CN_SQL_DEFINITION_H
#define CN_SQL_DEFINITION_H

#include "sql/dialect.h"

/* Where a text is written to and what for. */
typedef struct cn_ddl {
    const cn_dialect    *dialect;
    const cn_link       *server; /* NULL: the newest that speaks the dialect */
    cn_buffer           *sql;
    cn_error            *error;
    const cn_naming     *naming; /* NULL: no convention but that of indexes */
    bool                 if_exists;
    bool                 no_foreign_keys; /* none is written, whatever the models say */
    const cn_schema_map *schemas; /* what stands for the schemas that foreign keys mention */
} cn_ddl;

/* What some databases, or their older versions, do not have. */
typedef enum cn_ddl_feature {
    CN_DDL_CHECK,
    CN_DDL_COMPUTED,
    CN_DDL_COMPUTED_STORED,
    CN_DDL_COMPUTED_VIRTUAL,
    CN_DDL_IDENTITY,
    CN_DDL_SEQUENCE,
    CN_DDL_DEFERRABLE_KEY,
    CN_DDL_DEFERRABLE_UNIQUE,
    CN_DDL_MATCH,
    CN_DDL_NOT_VALID,
    CN_DDL_NULLS_NOT_DISTINCT,
    CN_DDL_PARTIAL_INDEX,
    CN_DDL_EXPRESSION_INDEX,
    CN_DDL_NULLS_ORDER,
    CN_DDL_EXPRESSION_DEFAULT,
    CN_DDL_ON_CONFLICT,
    CN_DDL_ON_UPDATE,
    CN_DDL_STRICT,
    CN_DDL_SCHEMA,
    CN_DDL_ARRAY,
    CN_DDL_SET,
    CN_DDL_BIT,
    CN_DDL_VIEW_OR_REPLACE,
    CN_DDL_VIEW_IF_NOT_EXISTS,
    CN_DDL_VIEW_MATERIALIZED,
    CN_DDL_ALTER_CONSTRAINT,
    CN_DDL_COUNT
} cn_ddl_feature;

/* Whether the server has it. */
bool cn_ddl_has(const cn_ddl *ddl, cn_ddl_feature feature);
/* The same, and an error otherwise: "Post.total: a stored computed column is not known to MySQL
   5.6.51". */
bool cn_ddl_needs(const cn_ddl *ddl, cn_ddl_feature feature, const char *title);

struct cn_definition {
    /* the type of a column, its variant for this database considered: nothing that it lacks */
    bool (*type)(const cn_ddl *ddl, const cn_column *column);
    /* all that stands behind a column's name, but its check constraints */
    bool (*column)(const cn_ddl *ddl, const cn_column *column);
    /* a default, or what a column is set to on update, as it stands for a column of that type;
       NULL: as it was said */
    const char *(*default_text)(const cn_type *type, const char *said);
    /* what stands behind the closing parenthesis of CREATE TABLE */
    bool (*options)(const cn_ddl *ddl, const cn_table *table);
    bool        transactional;
    bool        alter_adds_foreign_keys; /* cycles of foreign keys are closed by ALTER TABLE ... */
    const char *alter_drops_foreign_key; /* ... and opened by it: "DROP CONSTRAINT"; NULL if not */
    const char *defer_foreign_keys;      /* where not: puts their check off to the end of the
                                       transaction */
    const char *alter_drops_unique;      /* the same of a unique constraint */
    bool        schema_on_index;  /* CREATE INDEX schema.index ON table: the other way round */
    bool        index_of_table;   /* DROP INDEX index ON table */
    bool        index_if_exists;  /* CREATE INDEX IF NOT EXISTS, by the newest at least */
    bool        index_has_prefix; /* CREATE INDEX ... (note(20)); FULLTEXT, WITH PARSER */
    bool        index_has_extras; /* USING before the parts, INCLUDE, WITH, TABLESPACE */
    bool        expression_in_parentheses; /* a part of an index: ((lower(name))) */
    bool        autoincrement_with_key;    /* its AUTOINCREMENT stands behind PRIMARY KEY */
    bool        enum_types;                /* a native enumeration is a type of its own */
    bool        comments_apart;            /* COMMENT ON TABLE ... */
    /* " COMMENT 'text'" behind an index; NULL where it cannot stand there */
    void (*comment)(cn_buffer *sql, const char *text);
    const char *sequence_value_open; /* around the name of a sequence: "nextval('" */
    const char *sequence_value_close;
    /* A query that returns the names, one column, of the foreign keys over the same columns. */
    void (*foreign_key_names)(cn_buffer *sql, const cn_foreign_key *key);
    /* Queries that return, one column, those of the names as they are given that exist: tables by
       their model's, sequences and enumeration types by their own. NULL: there are none. */
    void (*existing)(cn_buffer *sql, const cn_table *const *tables, size_t count,
                     const cn_link *server);
    void (*existing_sequences)(cn_buffer *sql, const char *const *names, size_t count);
    void (*existing_types)(cn_buffer *sql, const char *const *names, size_t count);
};

#endif
