/*
 * cn_transact for units that work on a session.
 */
#include "engine/transact.h"

#include "orm/session.h"

typedef struct unit {
    cn_session_unit *function;
    void            *context;
} unit;

static bool attempt(cn_engine *engine, const cn_transact_options *options, void *context,
                    cn_error *error)
{
    const unit        *u       = context;
    cn_session_options how     = {.size = sizeof how, .isolation = options->isolation};
    cn_session        *session = cn_session_open(engine, &how);
    if (session == NULL)
        return cn_error_no_memory(error);
    cn_begin_options begin = {
        .size = sizeof begin, .isolation = options->isolation, .read_only = options->read_only};
    bool done = cn_session_begin(session, &begin) && u->function(session, u->context) &&
                cn_session_commit(session);
    if (!done)
        cn_error_copy(error, cn_session_error(session));
    (void)cn_error_is_none(cn_session_error(session)); /* read: the report says it */
    cn_session_close(session);
    return done;
}

bool cn_transact_session(cn_engine *engine, cn_session_unit *function, void *context,
                         const cn_transact_options *options)
{
    unit u = {function, context};
    return cn_transact_run(engine, options, attempt, &u);
}
