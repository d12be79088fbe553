/*
 * driver/sqlite_link.h: what the files of the SQLite driver share: the link, its errors and
 * the way from text to a compiled statement. Nobody else includes it.
 */
#ifndef CN_DRIVER_SQLITE_LINK_H
#define CN_DRIVER_SQLITE_LINK_H

#include <sqlite3.h>

#include <cinnabar/sys/driver.h>

#include "base/error.h"

/* BEGIN, COMMIT and ROLLBACK are compiled once for each link. */
typedef enum cn_sqlite_held {
    CN_SQLITE_BEGIN,
    CN_SQLITE_BEGIN_READING, /* takes no lock, whatever the option `begin` says */
    CN_SQLITE_COMMIT,
    CN_SQLITE_ROLLBACK,
    CN_SQLITE_HELD_COUNT
} cn_sqlite_held;

typedef struct cn_sqlite_link {
    cn_link       head;
    sqlite3      *db;
    sqlite3_stmt *held[CN_SQLITE_HELD_COUNT];
    const char   *held_text[CN_SQLITE_HELD_COUNT];
    bool          multi_statements;
    bool          read_only;             /* the link, for ever */
    bool          read_only_transaction; /* until its end */
    bool          read_uncommitted;      /* the pragma is on, until the transaction ends */
    bool          was_open;              /* a transaction was, when the present call began */
    /* Waiting for another connection's lock: within one call, all waits together. */
    int64_t timeout; /* microseconds */
    int64_t waited;
    bool    gave_up; /* keep_waiting said no */
    bool (*keep_waiting)(void *context);
    void *waiting_context;
} cn_sqlite_link;

/* Every call that runs something starts here. */
static inline void cn_sqlite_enter(cn_sqlite_link *link)
{
    link->was_open = sqlite3_get_autocommit(link->db) == 0;
    link->waited   = 0;
    link->gave_up  = false;
}

/* When the error arose: SQLite has one code for most errors of the text and at run time. */
typedef enum cn_sqlite_phase { CN_SQLITE_COMPILING, CN_SQLITE_RUNNING } cn_sqlite_phase;

/* Fills the error from the code that SQLite just returned. Returns false. Call it before
   anything else touches the link. */
CN_COLD_ bool cn_sqlite_fail(cn_sqlite_link *link, int code, cn_sqlite_phase phase,
                             cn_error *error);

/*
 * Compiles the first statement of the text. `*at` and `*size` are its text and what follows when
 * it is called; afterwards `*at` is where the statement starts. `*rest` is what follows it.
 * `*statement` is NULL if there is none but space and comments.
 */
bool cn_sqlite_compile(cn_sqlite_link *link, const char **at, const char *end, unsigned flags,
                       sqlite3_stmt **statement, const char **rest, cn_error *error);

/* Whether a statement, or something that is none, follows in [at, end). */
bool cn_sqlite_more(cn_sqlite_link *link, const char *at, const char *end);

/* Whether the text holds no NUL byte and is not too long; if not, an error. */
bool cn_sqlite_text_ok(const char *sql, size_t size, cn_error *error);

bool cn_sqlite_may_write(const cn_sqlite_link *link, sqlite3_stmt *statement, cn_error *error);

/* Refuses a statement that writes where nothing may be written. */
static inline bool cn_sqlite_may_run(const cn_sqlite_link *link, sqlite3_stmt *statement,
                                     cn_error *error)
{
    return (!link->read_only && !link->read_only_transaction) ||
           cn_sqlite_may_write(link, statement, error);
}

/* BEGIN, COMMIT or ROLLBACK. */
bool cn_sqlite_run_held(cn_sqlite_link *link, cn_sqlite_held which, cn_error *error);

/* The table's `run`: one statement, or as many as the text holds if that is allowed. */
bool cn_sqlite_run(cn_link *link, const char *sql, size_t size, cn_error *error);

/* Whether the text begins, after comments and blanks, with one of the words, which end with NULL;
   whether a word occurs anywhere in it. In whatever case: sqlite_words.c. */
bool cn_sqlite_starts_with(const char *at, const char *end, const char *const *words);
bool cn_sqlite_mentions(const char *at, const char *end, const char *word);

/* The function regexp, for the operator REGEXP: sqlite_regexp.c. An error code of SQLite's. */
int cn_sqlite_add_regexp(sqlite3 *db);

/* The statement functions of the driver's table: sqlite_statement.c. */
cn_prepared *cn_sqlite_prepare(cn_link *link, const char *sql, size_t size, cn_error *error);
void         cn_sqlite_release(cn_prepared *prepared);
bool         cn_sqlite_execute(cn_prepared *prepared, const cn_value *values, size_t count,
                               const cn_execution *execution, cn_error *error);
bool         cn_sqlite_execute_many(cn_prepared *prepared, const cn_value *values, size_t rows,
                                    size_t columns, const cn_execution *execution, cn_error *error);
cn_step      cn_sqlite_step(cn_prepared *prepared, cn_error *error);
bool         cn_sqlite_read(cn_prepared *prepared, size_t column, cn_value *value, cn_error *error);
bool cn_sqlite_decode(cn_prepared *prepared, const struct cn_decode *plan, size_t count, void *row,
                      struct cn_arena *text, cn_error *error);
void cn_sqlite_reset(cn_prepared *prepared);

#endif
