/*
 * The benchmark's parts: the same work by hand (raw_*.c, one for each client library) and by
 * Cinnabar (work.c), put side by side and measured by main.c.
 *
 * A row is an int, a text, and a text that may be NULL. Whoever loads rows leaves them in memory of
 * their own, as a program that goes on to use them needs them.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_ROWS 10000
#define BENCH_POINTS 100 /* selects of one row in one transaction */

typedef struct BenchItem {
    int         id;
    const char *name;
    const char *note;
} BenchItem;

/* ---- memory of the hand-written side --------------------------------------------------------- */

/* Taken from the front, given back all at once; it keeps its pages. */
typedef struct bench_arena {
    char  *memory;
    size_t used;
    size_t size;
} bench_arena;

void *bench_take(bench_arena *arena, size_t size); /* ends the program if there is no more */
char *bench_copy(bench_arena *arena, const char *text, size_t size);

/* Prints and ends the program: a benchmark that fails half-way has nothing to say. */
_Noreturn void bench_fail(const char *what, const char *why);

/* ---- the hand-written side ------------------------------------------------------------------- */

typedef struct bench_raw {
    const char *dialect;
    void *(*open)(const char *url);
    void (*close)(void *raw);
    void (*run)(void *raw, const char *sql);       /* SQL that returns nothing */
    int64_t (*number)(void *raw, const char *sql); /* SQL that returns one */
    /* The row of bench_item with this key. */
    void (*begin_points)(void *raw);
    void (*point)(void *raw, int id, BenchItem *row, bench_arena *arena);
    void (*end_points)(void *raw);
    /* All rows of bench_item; how many. */
    size_t (*load)(void *raw, BenchItem *rows, bench_arena *arena);
    /* Into bench_hand, in a transaction of its own: with the keys of the rows, ... */
    void (*insert)(void *raw, const BenchItem *rows, size_t count);
    /* ... or with generated ones, which are written back. */
    void (*insert_for_keys)(void *raw, BenchItem *rows, size_t count);
} bench_raw;

extern const bench_raw bench_raw_sqlite;
extern const bench_raw bench_raw_mysql;
extern const bench_raw bench_raw_postgresql;

/* ---- the two sides --------------------------------------------------------------------------- */

typedef struct bench bench;

/* One sample of one side; returns a checksum of what it read. */
typedef uint64_t bench_side(bench *b);

typedef struct bench_case {
    const char *name;
    size_t      units;        /* rows, selects or loads of one sample */
    bench_side *one;          /* what the ratio is against: by hand, or in an empty session */
    bench_side *other;        /* what is measured */
    void (*before)(bench *b); /* each sample, without being measured; may be NULL */
    bool   inserts;           /* into bench_hand and bench_new, which must then hold the same */
    double most;              /* the ratio that is promised */
    size_t allocations;       /* the most that one sample of `other` may make */
} bench_case;

extern const bench_case bench_cases[];
extern const size_t     bench_case_count;

bench      *bench_open(const char *url);
void        bench_close(bench *b);
const char *bench_server(bench *b);    /* "MariaDB 10.11.18" */
void        bench_settle(bench *b);    /* after a case: gives every connection back */
bool        bench_same_rows(bench *b); /* whether both sides inserted the same */

#endif
