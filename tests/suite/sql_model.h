/*
 * suite/sql_model.h: the model that the programs about built statements share, with names that need
 * quoting and every kind of member that a condition treats in its own way.
 */
#ifndef SUITE_SQL_MODEL_H
#define SUITE_SQL_MODEL_H

#include <cinnabar/cinnabar.h>

#include "suite.h"

typedef enum mood { MOOD_CALM, MOOD_MERRY, MOOD_GRIM } mood;

typedef struct Thing {
    int         id;
    const char *name;
    int64_t     views;
    double      score;
    bool        pinned;
    CN_OPT(int) age;
    mood        state;
    int8_t      level;
    char        code[9];
    cn_date     day;
    cn_uuid     key;
    const char *odd;
    int         unmapped;
} Thing;
CN_MODEL_DECLARE(Thing);

typedef struct Other {
    int         id;
    const char *name;
} Other;
CN_MODEL_DECLARE(Other);

typedef struct Total {
    const char *name;
    int64_t     count;
} Total;

typedef struct Name {
    int         id;
    const char *name;
} Name;

/* A fresh table with rows 1 to 6, and a connection; sql_close ends both. For setup and teardown. */
extern cn_engine     *sql_engine;
extern cn_connection *sql_connection;
int                   sql_open(void **state);
int                   sql_close(void **state);
#define SQL_TEST(test) cmocka_unit_test_setup_teardown(test, sql_open, sql_close)

/* CN_INTO(Name, id, cn_attr(Thing, id)), which lives as long as the program. */
const cn_items *sql_ids(void);

/* The ids of the rows that a condition finds, in order: "1 2 5". */
const char *sql_found(cn_condition condition);
/* The text of a statement after `word`, with every placeholder as ?; the test fails if there is
   none. */
const char *sql_text_after(const cn_statement *statement, const char *word);
/* Executing `statement` fails before anything is sent, because of `cause`, and says `word`. */
void sql_refused(const cn_statement *statement, const cn_param *params, cn_cause cause,
                 const char *word);
/* The number of statements that have been sent. */
int sql_sent(void);
/* Whether the last one had been compiled before. */
bool sql_was_cached(void);

#endif
