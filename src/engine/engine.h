/*
 * The engine as the rest of the library sees it: its driver, its options, its own error, its
 * cache of compiled statements, and a place for what an upper floor keeps for each engine.
 */
#ifndef CN_ENGINE_ENGINE_H
#define CN_ENGINE_ENGINE_H

#include <cinnabar/engine.h>

#include "base/error.h"
#include "engine/compiled.h"

typedef struct cn_pool cn_pool;

/* Which upper floor keeps something with the engine. */
typedef enum cn_engine_place {
    CN_ENGINE_PLACE_SQL,
    CN_ENGINE_PLACE_DIALECT,
    CN_ENGINE_PLACE_CATALOG,
    CN_ENGINE_PLACE_ORM,
    CN_ENGINE_PLACE_COUNT
} cn_engine_place;

/* An error of the engine's own: locked, the first is kept. Returns false. */
bool cn_engine_fail(cn_engine *engine, cn_cause cause, const char *format, ...) CN_FORMAT_(3, 4);
/* The same with an error that exists already, which becomes no error. Returns false. */
bool cn_engine_fail_with(cn_engine *engine, cn_error *error);
bool cn_engine_failed(cn_engine *engine);
/* A call of the engine's own begins: the error of the one before is gone (reported, if nobody read
   it). That of a creation that failed stays. */
void cn_engine_begin_call(cn_engine *engine);
/* False if the engine was not made: a URL, a driver, an option. `error` (may be NULL) says why. */
bool cn_engine_usable(cn_engine *engine, cn_error *error);

/* With every default filled in: no zero and no CN_NONE is left in the numbers. */
const cn_engine_options *cn_engine_get_options(const cn_engine *engine);
const cn_driver *cn_engine_get_driver(const cn_engine *engine); /* NULL if the creation failed */
const cn_link_parameters *cn_engine_get_parameters(const cn_engine *engine);
cn_compiled_cache        *cn_engine_get_cache(const cn_engine *engine);
cn_pool                  *cn_engine_get_pool(const cn_engine *engine);

/* An engine lives until it is disposed of and its last handle is closed. */
void cn_engine_retain(cn_engine *engine);
void cn_engine_release(cn_engine *engine);

/*
 * What an upper floor keeps with the engine, NULL at first. The first to set it wins: what is in
 * place afterwards is returned, and what was not taken is freed. `free_data` is called when the
 * engine ends.
 */
void *cn_engine_place_get(cn_engine *engine, cn_engine_place place);
void *cn_engine_place_set(cn_engine *engine, cn_engine_place place, void *data,
                          void (*free_data)(void *data));

/* Reports an error that nobody read: to the engine's function, or as one line on stderr. */
void cn_engine_report_unread(const cn_engine *engine, const cn_error *error);

/* Nanoseconds on the monotonic clock. */
int64_t cn_now(void);

#endif
