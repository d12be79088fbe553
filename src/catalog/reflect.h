/*
 * A reflection while it is being taken: what reflect.c and the reflectors of the databases share.
 * A reflector runs a fixed number of queries for all the tables that are wanted and adds what they
 * say to drafts; reflect_model.c makes the models. Inside src/catalog only.
 */
#ifndef CN_CATALOG_REFLECT_H
#define CN_CATALOG_REFLECT_H

#include <cinnabar/inspect.h>

#include "base/arena.h"
#include "base/map.h"
#include "catalog/type_text.h"
#include "engine/connection.h"
#include "sql/definition.h"

/* Pointers in the arena, NULL behind the last. */
typedef struct cn_pointers {
    void **items;
    size_t count;
    size_t capacity;
} cn_pointers;

/* A table that is being read. `shown` gets its lists at the end. */
typedef struct cn_draft {
    cn_reflected_table shown;  /* first: what the user gets */
    const char        *schema; /* as the database calls it, never NULL */
    int64_t            number; /* PostgreSQL: its oid */
    const char        *sql;    /* SQLite: its definition */
    void              *extra;  /* SQLite: what that says */
    unsigned           round;  /* in which its details are read */
    bool               whole;  /* every table of its schema was asked for, not by name */
    cn_reflected_key  *primary_key;
    cn_pointers        columns; /* of cn_reflected_..., which they point to and may still change */
    cn_pointers        uniques;
    cn_pointers        checks;
    cn_pointers        foreign_keys;
    cn_pointers        indexes;
} cn_draft;

typedef struct cn_sequence_draft {
    cn_reflected_sequence shown; /* first: what the user gets */
    cn_sequence           made;  /* for columns and the metadata; its name tells the two apart */
} cn_sequence_draft;

/* A schema and the tables of it that are wanted. */
typedef struct cn_wanted {
    const char *schema;
    bool        all;
    cn_pointers names; /* of const char, unless `all` */
} cn_wanted;

struct cn_reflection {
    cn_arena          arena; /* holds this struct, too */
    cn_pointers       tables;
    cn_pointers       sequences; /* of cn_sequence_draft */
    cn_pointers       schemas;
    const char       *default_schema;
    cn_map            by_name; /* drafts by schema, NUL, name */
    cn_metadata       metadata;
    const cn_dialect *dialect;
    cn_link           server; /* what it is; its driver is NULL */
};

typedef struct cn_reader cn_reader;

/* How one database is read. Each function runs a fixed number of queries; false: reader->failed,
   or the connection has failed. */
typedef struct cn_reflector {
    const char    *dialect;
    cn_token_style style;
    bool           fold_names;            /* as a reader begins */
    bool (*schemas)(cn_reader *reader);   /* all of them, and the default one */
    bool (*tables)(cn_reader *reader);    /* drafts of those that are wanted */
    bool (*details)(cn_reader *reader);   /* of the drafts of this round */
    bool (*sequences)(cn_reader *reader); /* of the schemas that are wanted */
} cn_reflector;

extern const cn_reflector cn_reflector_sqlite;
extern const cn_reflector cn_reflector_mysql;
extern const cn_reflector cn_reflector_postgresql;

struct cn_reader {
    cn_connection            *connection;
    cn_reflection            *into;
    const cn_reflector       *reflector;
    const cn_reflect_options *options;
    cn_error                 *error;
    const char               *doing;  /* "the columns": for the error */
    cn_buffer                 sql;    /* of the next query */
    cn_pointers               wanted; /* cn_wanted of this round */
    cn_arena                  scratch;
    unsigned                  round;
    bool                      named_schemas; /* the user named them: tables say their schema */
    bool                      forgiving;     /* what is asked for by name need not be there */
    bool                      fold_names;    /* names compare in any case */
    bool                      no_memory;
};

/* ---- queries (reflect_read.c) ---------------------------------------------------------------- */

/* Adds SQL, literals and conditions to reader->sql. */
void cn_reader_put(cn_reader *reader, const char *text);
void cn_reader_literal(cn_reader *reader, const char *text);
/* "(schema = 'a' AND name IN ('b', 'c')) OR schema = 'd'", in parentheses */
void cn_reader_where(cn_reader *reader, const char *schema, const char *name);
/* "schema IN ('a', 'd')" */
void cn_reader_in_schemas(cn_reader *reader, const char *schema);

/* Runs what stands in reader->sql. `doing` is "the columns". NULL in failure. */
cn_result *cn_reader_query(cn_reader *reader, const char *doing);
/* Ends the result; false if anything failed since the query. */
bool cn_reader_done(cn_reader *reader, cn_result *result);

/* A copy in the reflection; NULL stays NULL, "" becomes NULL with cn_reader_said. Without memory:
   "", and reader->no_memory. */
const char *cn_reader_keep(cn_reader *reader, const char *text);
const char *cn_reader_said(cn_reader *reader, const char *text);
/* Zeroed, in the reflection. NULL: reader->no_memory. */
void *cn_reader_new(cn_reader *reader, size_t size);
bool  cn_reader_add(cn_reader *reader, cn_pointers *list, void *item);
/* A list of texts that grows: those of a key. */
bool cn_reader_add_text(cn_reader *reader, const char *const **list, size_t *count,
                        const char *text);
/* One pair of columns more of a foreign key; what is NULL is left out. */
void cn_reader_add_pair(cn_reader *reader, cn_reflected_foreign_key *key, const char *own,
                        const char *other);
/* One part more of an index. */
void cn_reader_add_part(cn_reader *reader, cn_reflected_index *index, cn_reflected_part *part);

/* ---- drafts (reflect_read.c) ----------------------------------------------------------------- */

/* A new draft, or NULL if it is not wanted, or there already, or there is no memory. */
cn_draft *cn_reader_table(cn_reader *reader, const char *schema, const char *name,
                          cn_reflected_kind kind);
/* The draft of this round; NULL: there is none. `last`, which may hold the one before, is tried
   first. */
cn_draft *cn_reader_find(cn_reader *reader, cn_draft *last, const char *schema, const char *name);
cn_draft *cn_reader_numbered(cn_reader *reader, cn_draft *last, int64_t number);
/* Any draft, of any round. */
cn_draft *cn_reader_any(cn_reader *reader, const char *schema, const char *name);

/* NULL: there is none, or no name. */
cn_reflected_column *cn_draft_column(const cn_draft *draft, const char *name, bool fold);

/* Reads type_text into column->type. */
void cn_reader_type(cn_reader *reader, cn_reflected_column *column);
/* The schema as a foreign key or a sequence shows it: NULL for the default one. */
const char *cn_reader_schema(cn_reader *reader, const char *schema);

/* ---- models (reflect_model.c) ---------------------------------------------------------------- */

/* "name" or "schema.name"; a part with a dot in it stands in quotes. NULL: no memory. */
const char *cn_reflect_path(cn_arena *arena, const char *schema, const char *name);
/* Makes the model of a draft whose lists are complete. */
bool cn_reader_model(cn_reader *reader, cn_draft *draft);
/* Metadata of all the tables. */
bool cn_reader_metadata(cn_reader *reader);

#endif
