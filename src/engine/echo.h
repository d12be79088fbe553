/*
 * Echo, and the parameters in errors: what was sent, as text for people. Values of secrets are
 * masked, long ones cut.
 */
#ifndef CN_ENGINE_ECHO_H
#define CN_ENGINE_ECHO_H

#include <cinnabar/engine.h>

#include "base/buffer.h"
#include "engine/compiled.h"

/* What was sent and how it went. */
typedef struct cn_echo_event {
    const char        *sql;      /* ends with a NUL */
    const cn_compiled *compiled; /* or NULL */
    bool               reused;   /* it was prepared before */
    const cn_value    *values;
    size_t             rows, columns; /* rows 0: no parameters */
    int64_t            started;       /* cn_now() */
    bool               failed;
} cn_echo_event;

void cn_echo_send(const cn_engine_options *options, const cn_echo_event *event);

/* {name: 'Ada', age: 36}, or a list of such sets, or ('Ada', 36) without names. */
void cn_echo_parameters(cn_buffer *out, const cn_compiled *compiled, const cn_value *values,
                        size_t rows, size_t columns);

#endif
