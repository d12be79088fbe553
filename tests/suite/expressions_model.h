/*
 * suite/expressions_model.h: the table that the programs about expressions share: a column of each
 * kind, rows whose values are awkward, and the check that an expression has a value.
 */
#ifndef SUITE_EXPRESSIONS_MODEL_H
#define SUITE_EXPRESSIONS_MODEL_H

#include <cinnabar/cinnabar.h>

#include "suite.h"

typedef enum colour { RED, GREEN, BLUE } colour;

typedef struct Item {
    int          id;
    int          a, b;
    int64_t      big;
    double       r;
    bool         flag;
    const char  *name;
    const char  *note;
    cn_decimal   price;
    cn_date      day;
    cn_datetime  at;
    cn_timestamp stamp;
    cn_time      clock;
    CN_OPT(int)  opt;
    colour       colour;
    cn_uuid      key;
    cn_json      data;
} Item;
CN_MODEL_DECLARE(Item);

/* What an expression is selected into. */
typedef struct Value {
    int64_t     v;
    const char *w;
} Value;

/* A connection to a fresh table with rows 1 to 4; for group setup and teardown. */
extern cn_connection *expressions_connection;
int                   expressions_open(void **state);
int                   expressions_close(void **state);

/* How a value is read. */
typedef enum reading {
    INTEGER,
    REAL,
    BOOLEAN,
    TEXT,
    DATE,
    TIME,
    DATETIME,
    TIMESTAMP,
    UUID,
    READINGS
} reading;

/* The first column of the only row that a statement finds, as text: "7", "2.5", "true", "NULL",
   "2026-11-23"; or its error. The text with the values in it gives the same, or the test fails. */
const char *expressions_value(const cn_statement *statement, const cn_param *params, reading how);
/* Compared; the line of the test is told where they differ. */
void expressions_equal(const char *value, const char *expected, const char *text, int line);
/* Fails the test if anything differed since the last call. */
void expressions_verdict(void);
/* A condition: what it selects, and whether it and its opposite find the row. */
void expressions_holds(const cn_statement *const *three, const cn_param *params,
                       const char *expected, const char *text, int line);

#define OF_ROW(row, e)                                                                             \
    CN_STATEMENT_(                                                                                 \
        cn_select(Item, .columns = CN_INTO(Value, v, e), .where = cn_is(Item, id, ==, row)))
/* GIVES(INTEGER, 1, cn_plus(a, 1), "8"): what an expression is for a row. */
#define GIVES(how, row, e, expected)                                                               \
    expressions_equal(expressions_value(OF_ROW(row, e), NULL, how), expected, #e, __LINE__)
#define GIVES_WITH(how, row, e, params, expected)                                                  \
    expressions_equal(expressions_value(OF_ROW(row, e), params, how), expected, #e, __LINE__)
/* HOLDS(1, cn_is(Item, a, ==, 7), "true"): or "false", or "NULL", for a row. */
#define HOLDS(row, c, expected) HOLDS_AS_(row, c, #c, NULL, expected)
#define HOLDS_WITH(row, c, params, expected) HOLDS_AS_(row, c, #c, params, expected)
#define HOLDS_AS_(row, c, text, params, expected)                                                  \
    expressions_holds(                                                                             \
        (const cn_statement *const[]){                                                             \
            OF_ROW(row, cn_truth(c)),                                                              \
            CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, cn_count_all()),            \
                                    .where = cn_and(cn_is(Item, id, ==, row), c))),                \
            CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, cn_count_all()),            \
                                    .where = cn_and(cn_not(c), cn_is(Item, id, ==, row))))},       \
        params, expected, text, __LINE__)

#endif
