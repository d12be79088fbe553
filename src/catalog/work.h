/*
 * What creating and dropping have in common: a connection of the engine, or a text that takes its
 * place, the tables of a metadata in their order with the sequences and enumeration types that they
 * need, which of all these exist, and an end that commits, or files the error with the engine.
 */
#ifndef CN_CATALOG_WORK_H
#define CN_CATALOG_WORK_H

#include <cinnabar/schema.h>

#include "catalog/ddl.h"
#include "engine/connection.h"

/* A sequence or the type of an enumeration. */
typedef struct cn_thing {
    const char        *name;
    const cn_sequence *sequence;
    const cn_type     *type;
    bool               exists;
} cn_thing;

typedef struct cn_things {
    cn_thing *list;
    size_t    count;
    size_t    capacity;
} cn_things;

typedef struct cn_work {
    cn_engine           *engine;
    cn_connection       *connection;
    const cn_metadata   *metadata;
    cn_ddl_options       options;
    const cn_schema_map *schemas; /* that stand for those of the models; NULL: none */
    cn_arena             moved;   /* tables in them */
    const cn_dialect    *dialect;
    const cn_link       *server;
    const cn_table     **tables; /* in the order of creation */
    bool                *exists; /* of each; one that is not wanted counts as done with */
    bool                *wanted;
    size_t               count;
    cn_things            sequences;
    cn_things            enums;
    cn_buffer            sql;
    cn_buffer           *shown; /* not NULL: takes the statements, and there is no connection */
    cn_ddl               ddl;   /* over `sql` and `error` */
    cn_error             error; /* of the work itself; the connection has its own */
    const cn_table      *at;    /* the table at hand, for the error */
} cn_work;

typedef enum cn_work_kind { CN_WORK_CREATE, CN_WORK_DROP } cn_work_kind;

/* Sorts, connects, and looks what exists, in one query for each kind of thing that is there to be
   looked for. False: call cn_work_end all the same. */
bool cn_work_begin(cn_work *work, cn_engine *engine, const cn_metadata *metadata,
                   const cn_ddl_options *options, cn_work_kind kind);
/* The same for a text: `server` stands for the database. End with cn_work_free. */
bool cn_work_begin_text(cn_work *work, const cn_link *server, const char *dialect, cn_buffer *shown,
                        const cn_metadata *metadata, const cn_ddl_options *options,
                        cn_work_kind kind);
/* A connection alone: for statements about no metadata. */
bool cn_work_begin_alone(cn_work *work, cn_engine *engine);

/* Runs what stands in `sql` and empties it, if `written` is true. */
bool cn_work_run(cn_work *work, bool written);
/* Runs the query in `sql` and calls `take` with the first column of each row. */
bool cn_work_query(cn_work *work, bool (*take)(cn_work *work, const char *text, void *context),
                   void    *context);

/* The table where it stands in the database: itself, or a copy in another schema, which ends with
   the work. NULL: no memory. */
const cn_table *cn_work_moved(cn_work *work, const cn_table *table);

/* The table that a foreign key refers to, by its place; `count` if the metadata does not list
   it. */
size_t cn_work_referred(const cn_work *work, const cn_foreign_key *key);

/* Keeps the error, whoever has it, for cn_work_end, and rolls back, so that more can be run. */
void cn_work_recover(cn_work *work, const char *verb);
/* Commits if `done`; otherwise files the error with the engine: "...; while creating the table
   "post" of Post". Frees everything. Returns whether all is well. */
bool cn_work_end(cn_work *work, bool done, const char *verb);
void cn_work_free(cn_work *work);

/* The program's own statements for this moment. */
bool cn_work_texts(cn_work *work, cn_ddl_when when);

/* All that cn_create_all and cn_drop_all do between begin and end. */
bool cn_work_create(cn_work *work);
bool cn_work_drop(cn_work *work);

#endif
