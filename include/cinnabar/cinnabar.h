/*
 * cinnabar/cinnabar.h: the whole library. Each header below is the manual of its concept.
 *
 *   url.h         connection strings
 *   engine.h      where the database is, and the pool of connections
 *   connection.h  raw SQL in transactions          result.h  reading rows
 *   statement.h   text and parameters              value.h   what travels
 *   error.h       what went wrong                  transact.h  units that retry
 *   expression.h  values and conditions            sql.h  statements built from them
 *   type.h, model.h  tables and structs            session.h  the unit of work
 *   inspect.h     what is in a database
 *   schema.h      creating and dropping them
 */
#ifndef CINNABAR_CINNABAR_H
#define CINNABAR_CINNABAR_H

#include <cinnabar/base.h>
#include <cinnabar/connection.h>
#include <cinnabar/engine.h>
#include <cinnabar/error.h>
#include <cinnabar/expression.h>
#include <cinnabar/inspect.h>
#include <cinnabar/model.h>
#include <cinnabar/result.h>
#include <cinnabar/schema.h>
#include <cinnabar/session.h>
#include <cinnabar/sql.h>
#include <cinnabar/statement.h>
#include <cinnabar/transact.h>
#include <cinnabar/url.h>
#include <cinnabar/value.h>

#endif
