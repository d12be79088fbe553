/*
 * Built statements for many sets of parameters.
 */
#ifndef CN_SQL_MANY_H
#define CN_SQL_MANY_H

#include "engine/connection.h"

/* Runs `statement`, which is not text, once for each set; the sets end with NULL. The result has
   the rows of all. NULL only for want of memory. */
cn_result *cn_sql_run_many(cn_connection *connection, const cn_statement *statement,
                           const cn_param *const *sets);

#endif
