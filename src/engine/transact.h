/*
 * A unit of work that runs again when that can help: the loop that connections and sessions share.
 */
#ifndef CN_ENGINE_TRANSACT_H
#define CN_ENGINE_TRANSACT_H

#include <cinnabar/transact.h>

#include "base/error.h"

/* One attempt, on a handle of its own: true if the unit was committed. Otherwise `error` gets what
   went wrong, or stays no error if the unit just said no. */
typedef bool cn_transact_attempt(cn_engine *engine, const cn_transact_options *options,
                                 void *context, cn_error *error);

/* Fills the report, waits between the attempts, and reports an error that no report takes. */
bool cn_transact_run(cn_engine *engine, const cn_transact_options *options,
                     cn_transact_attempt *attempt, void *context);

#endif
