/*
 * The operators of expressions, as a table: how each is written, how tightly it binds, what it
 * turns into when it is negated, and how the value on its right side is taken. Read by the walk and
 * the compiler; what databases spell differently is the dialect's.
 */
#ifndef CN_SQL_OPERATORS_H
#define CN_SQL_OPERATORS_H

#include "sql/node.h"

/* How tightly an operator binds; an operand that binds less tightly needs parentheses. */
typedef enum cn_binding {
    CN_BIND_NOTHING,
    CN_BIND_OR,
    CN_BIND_AND,
    CN_BIND_NOT,
    CN_BIND_COMPARE,
    CN_BIND_CONCAT,
    CN_BIND_BIT,
    CN_BIND_ADD,
    CN_BIND_TIMES,
    CN_BIND_UNARY,
    CN_BIND_ATOM,
    CN_BIND_OPERAND =
        CN_BIND_BIT /* what an operand of a comparison needs: a || b has parentheses */
} cn_binding;

typedef enum cn_operator_form {
    CN_FORM_INFIX,
    CN_FORM_PREFIX,
    CN_FORM_POSTFIX,
    CN_FORM_LIKE,
    CN_FORM_IN,
    CN_FORM_BETWEEN,
    CN_FORM_CONCAT
} cn_operator_form;

/* How the value that stands beside an operator is taken. */
typedef enum cn_operand {
    CN_OPERAND_ANY,
    CN_OPERAND_NOT_NULL, /* a NULL was meant to be a value: nothing equals it */
    CN_OPERAND_ESCAPED,  /* a text whose %, _ and / mean themselves */
    CN_OPERAND_LIST
} cn_operand;

typedef struct cn_operator {
    const char      *text;
    const char      *negated; /* NULL: NOT (...) */
    cn_binding       binding;
    cn_operator_form form;
    cn_operand       operand;
} cn_operator;

extern const cn_operator cn_operators[CN_OP_COUNT];

#endif
