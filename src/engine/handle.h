/*
 * What the files of the engine share about a connection and its results: connection.c,
 * transaction.c, text.c, result.c. The floors above use connection.h.
 */
#ifndef CN_ENGINE_HANDLE_H
#define CN_ENGINE_HANDLE_H

#include "engine/connection.h"
#include "engine/pool.h"

typedef enum cn_result_state {
    CN_RESULT_READING, /* before its first row, at a row, or between */
    CN_RESULT_DONE,    /* the last row was read, or there are none */
    CN_RESULT_ENDED    /* closed: the result is nobody's */
} cn_result_state;

/* A row that was read into memory. */
typedef struct cn_kept_row {
    struct cn_kept_row *next;
    cn_value            cells[];
} cn_kept_row;

typedef struct cn_result_plan_kept {
    struct cn_result_plan_kept *next;
    cn_fields                   fields; /* as given: the same pointers mean the same plan */
    cn_decode                  *steps;
} cn_result_plan_kept;

struct cn_result {
    cn_connection        *connection;
    cn_result            *next, *previous;
    cn_statement_slot    *slot; /* the rows come from there; NULL: from memory */
    cn_result_state       state;
    int                   depth; /* of the scope in which it was made */
    bool                  at_row;
    bool                  held; /* a batch adds to it: it does not end */
    const cn_column_info *columns;
    size_t                column_count;
    bool                  own_columns; /* in `arena`; otherwise the statement's: `types`, too */
    const cn_decode      *types;       /* cn_compiled.types */
    size_t                type_count;
    size_t                guess; /* where the next name is looked for first */
    bool                  names_checked;
    bool                  names_unique;
    int64_t               affected;
    int64_t               inserted_key;
    cn_arena              arena; /* names, plans, rows in memory */
    cn_arena
        scratch; /* what was handed out of the current row: it survives when the rest is read */
    cn_kept_row         *first, *last; /* in memory, to come */
    cn_kept_row         *row;          /* the current one, if it is in memory */
    cn_result_plan_kept *plans;
};

/* Clears what is left of an autocommit statement's error, takes a link, begins. */
bool          cn_connection_make_ready(cn_connection *connection);
bool          cn_connection_take_link(cn_connection *connection);
CN_COLD_ bool cn_connection_disowned(
    cn_connection *connection); /* fails: it is the parent process's link */
/* False, with the error, in a child process whose parent has the link. */
static inline bool cn_connection_owns_link(cn_connection *connection)
{
    return !connection->pooled->forgotten || cn_connection_disowned(connection);
}
/* Gives the link back; nothing is open on it. */
void cn_connection_give_link(cn_connection *connection);
void cn_connection_set_begun(cn_connection *connection, bool begun);
bool cn_connection_begin_now(cn_connection *connection, cn_isolation isolation, bool read_only);
bool cn_connection_commit_inside(cn_connection *connection);
/* Rolls back, clears the error; false if the link was lost in the attempt. */
bool cn_connection_rollback_inside(cn_connection *connection);
/* Sends SQL whether or not the connection is in failure. */
bool cn_connection_send(cn_connection *connection, const char *sql, size_t size, cn_error *error);
/* The slot of a text; it may not be prepared yet. */
cn_statement_slot *cn_connection_find(cn_connection *connection, uint64_t hash, const void *key,
                                      size_t key_size, cn_compile_function *compile, void *context);
bool               cn_connection_prepare(cn_connection *connection, cn_statement_slot *slot);

/* DDL was sent: what is prepared is prepared anew, and again if it is rolled back. */
void cn_connection_forget_statements(cn_connection *connection, const cn_statement_slot *kept);

/* Reads the result that is live into memory. */
CN_COLD_ bool      cn_connection_settle_live(cn_connection *connection);
static inline bool cn_connection_settle(cn_connection *connection)
{
    return connection->live == NULL || cn_connection_settle_live(connection);
}
/* Ends the results of this scope and those within; 0: all. */
void cn_connection_end_results(cn_connection *connection, int depth);
/* Those of deeper scopes are this scope's from now on. */
void cn_connection_lift_results(cn_connection *connection, int depth);
void cn_connection_free_results(cn_connection *connection);
/* Statements may end now, and with them the columns that results which are done have from them. */
void cn_connection_disown_columns(cn_connection *connection);
/* Results that ended make room; after a statement was sent. */
void cn_connection_retire(cn_connection *connection);
/* What a call in failure returns. NULL only for want of memory. */
cn_result *cn_connection_failed_result(cn_connection *connection);
/* Ends what is being read, for a statement whose scope has ended. */
void cn_connection_drop_live(cn_connection *connection);
/* A deep copy in place: texts and bytes end with a NUL. False: no memory. */
bool cn_result_keep_value(cn_arena *arena, cn_value *value);

/* How many of the sets, of which there is one at least, are handed to the driver at a time. */
size_t cn_matrix_rows(size_t columns, const cn_param *const *sets);
/* What was just run of a batch: the first part makes the result, the others add to it, with their
   rows, in memory. */
bool cn_result_take(cn_result **result, cn_connection *connection, cn_statement_slot *slot);

/* Every statement is a transaction of its own under autocommit, and a batch is one statement:
   around it, begins and sets *own, and, if that was set, commits, or rolls back what failed. */
bool       cn_connection_batch_begin(cn_connection *connection, bool *own);
cn_result *cn_connection_batch_end(cn_connection *connection, cn_result *result);

/* Debug builds: whether no other thread is inside; then this one is. */
#ifdef CN_DEBUG
bool cn_connection_enter(cn_connection *connection);
void cn_connection_leave(cn_connection *connection);
#else
static inline bool cn_connection_enter(cn_connection *connection)
{
    (void)connection;
    return true;
}
static inline void cn_connection_leave(cn_connection *connection)
{
    (void)connection;
}
#endif

#endif
