/*
 * suite/expressions_texts.h: the exact SQL of an expression for each database, as it is shown
 * without a connection. A refusal is `!` and its reason.
 */
#ifndef SUITE_EXPRESSIONS_TEXTS_H
#define SUITE_EXPRESSIONS_TEXTS_H

#include "expressions_model.h"

/* What stands between SELECT and AS, or after WHERE, ORDER BY or GROUP BY. */
#define VALUE(e) CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, e)))
#define CONDITION(c)                                                                               \
    CN_STATEMENT_(cn_select(Item, .columns = CN_INTO(Value, v, cn_attr(Item, a)), .where = c))
#define ORDER(e)                                                                                   \
    CN_STATEMENT_(                                                                                 \
        cn_select(Item, .columns = CN_INTO(Value, v, cn_attr(Item, a)), .order_by = CN_BY(e)))
#define GROUP(e)                                                                                   \
    CN_STATEMENT_(                                                                                 \
        cn_select(Item, .columns = CN_INTO(Value, v, cn_count_all()), .group_by = CN_BY(e)))

/* The same everywhere, but for the placeholders: written ?, which is $1, $2, ... in PostgreSQL. */
#define SAME(statement, text) texts_are(statement, text, text, text, text, __LINE__)
/* SQLite; MySQL and MariaDB; PostgreSQL */
#define THREE(statement, sqlite, mysql, postgresql)                                                \
    texts_are(statement, sqlite, mysql, mysql, postgresql, __LINE__)
/* SQLite, MySQL, MariaDB, PostgreSQL */
#define FOUR(statement, sqlite, mysql, mariadb, postgresql)                                        \
    texts_are(statement, sqlite, mysql, mariadb, postgresql, __LINE__)

void texts_are(const cn_statement *statement, const char *sqlite, const char *mysql,
               const char *mariadb, const char *postgresql, int line);

#endif
