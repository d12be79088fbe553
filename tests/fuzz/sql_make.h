/*
 * fuzz/sql_make.h: random expressions and statements, made as the macros of cinnabar/expression.h
 * and cinnabar/sql.h make them, from the bytes of a fuzzer's input.
 */
#ifndef FUZZ_SQL_MAKE_H
#define FUZZ_SQL_MAKE_H

#include <cinnabar/cinnabar.h>

#include "base/arena.h"
#include "fuzz/fuzz.h"

/* The first byte of every text value that is made: it may stand inside a literal only. */
#define SQL_MARK '\1'

typedef struct sql_maker {
    fuzz_input input;
    cn_arena   arena; /* everything that is made */
    int        left;  /* nodes that may still be made */
    bool       raw;   /* SQL of the program's own, or one database's own, is in it */
} sql_maker;

/* The tables of everything that is made, for SQLite. */
extern const char sql_schema[];

const cn_statement *sql_make(sql_maker *maker);

#endif
