/*
 * Statements as text, for the floors above: with their values in them, as the database at hand
 * reads them.
 */
#ifndef CN_SQL_TEXT_H
#define CN_SQL_TEXT_H

#include "base/buffer.h"
#include "engine/connection.h"

/* Adds a query whose rows stay in the database. False: the error says why. */
bool cn_sql_add_stored(cn_connection *connection, const cn_statement *query, cn_buffer *sql,
                       cn_error *error);

#endif
