/*
 * What creating and dropping have in common: a connection of the engine, the tables of a metadata
 * in their order, which of them exist, and an end that commits, or files the error with the engine.
 */
#ifndef CN_CATALOG_WORK_H
#define CN_CATALOG_WORK_H

#include "catalog/ddl.h"
#include "engine/connection.h"

typedef struct cn_work {
    cn_engine        *engine;
    cn_connection    *connection;
    const cn_dialect *dialect;
    const cn_link    *server;
    const cn_table  **tables; /* in the order of creation */
    bool             *exists; /* of each */
    size_t            count;
    cn_buffer         sql;
    cn_ddl            ddl;   /* over `sql` and `error` */
    cn_error          error; /* of the work itself; the connection has its own */
    const cn_table   *at;    /* the table at hand, for the error */
} cn_work;

/* Sorts, connects, and looks which tables exist, in one query. False: call cn_work_end all the
   same. */
bool cn_work_begin(cn_work *work, cn_engine *engine, const cn_metadata *metadata);

/* Runs what stands in `sql` and empties it, if `written` is true. */
bool cn_work_run(cn_work *work, bool written);
/* Runs the query in `sql` and calls `take` with the first column of each row. */
bool cn_work_query(cn_work *work, bool (*take)(cn_work *work, const char *text, void *context),
                   void    *context);

/* The table that the foreign key of a column refers to, by its place; `count` if the metadata
   does not list it. */
size_t cn_work_referred(const cn_work *work, const cn_column *column);

/* Keeps the error, whoever has it, for cn_work_end, and rolls back, so that more can be run. */
void cn_work_recover(cn_work *work, const char *verb);
/* Commits if `done`; otherwise files the error with the engine: "...; while creating the table
   "post" of Post". Frees everything. Returns whether all is well. */
bool cn_work_end(cn_work *work, bool done, const char *verb);

#endif
