/*
 * Copies of conditions that outlive the block that wrote them.
 */
#ifndef CN_SQL_KEEP_H
#define CN_SQL_KEEP_H

#include "sql/node.h"

/* A copy in `arena`; if it cannot be made, a condition that fails when it is executed. */
cn_condition cn_keep_in(cn_arena *arena, cn_condition condition);

#endif
