/*
 * Structs of options, as programs hand them over: each begins with its size as the program was
 * compiled, so an older and a newer program both work. What a program does not know is zero, the
 * default.
 */
#ifndef CN_ENGINE_OPTIONS_H
#define CN_ENGINE_OPTIONS_H

#include <cinnabar/engine.h>

#include "base/error.h"

/* Copies what both know of `from` (which may be NULL) into the zeroed `to`. `name` is the
   struct's. */
bool cn_options_copy(void *to, size_t to_size, const void *from, const char *name, cn_error *error);

/* False, with the error, for a number that is none. */
bool cn_options_know_isolation(cn_isolation isolation, cn_error *error);

/* The engine's options with every default filled in. */
bool cn_engine_options_fill(cn_engine_options *to, const cn_engine_options *from, cn_error *error);

#endif
