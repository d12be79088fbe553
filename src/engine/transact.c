/*
 * Units of work that run again after a deadlock, a serialization failure or a lost connection.
 * Whether it can help is said by the error; a commit of unknown outcome is never repeated.
 */
#define _POSIX_C_SOURCE 200809L
#include "engine/transact.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/map.h"
#include "engine/handle.h"
#include "engine/options.h"

#define RETRIES 3
#define PAUSE 0.02
#define LONGEST_PAUSE 1.0
#define ENDLESS_PAUSE 1e9 /* as good as for ever, and a time that the system can hold */

static bool fill_options(cn_transact_options *to, const cn_transact_options *from, cn_error *error)
{
    if (!cn_options_copy(to, sizeof *to, from, "cn_transact_options", error))
        return false;
    if (to->retries == 0)
        to->retries = RETRIES;
    if (to->retries < 0)
        to->retries = 0;
    if (!(to->pause > 0))
        to->pause = PAUSE;
    if (!(to->longest_pause > 0))
        to->longest_pause = LONGEST_PAUSE;
    return true;
}

static bool can_help(const cn_error *error)
{
    return error->cause != CN_CAUSE_UNKNOWN_OUTCOME && (error->retryable || error->lost);
}

/* From half of the time to all of it, so that those who met do not meet again. */
static void sleep_about(double seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t chance = cn_hash_mix((uint64_t)now.tv_nsec, (uint64_t)(uintptr_t)&now) >> 11;
    seconds         = seconds < ENDLESS_PAUSE ? seconds : ENDLESS_PAUSE;
    seconds *= 0.5 + 0.5 * (double)chance / (double)(UINT64_C(1) << 53);
    double          whole = (double)(int64_t)seconds;
    struct timespec pause = {.tv_sec = (time_t)whole, .tv_nsec = (long)((seconds - whole) * 1e9)};
    while (nanosleep(&pause, &pause) != 0)
        ;
}

static void fill_report(cn_report *report, const cn_error *error, unsigned attempts)
{
    *report = (cn_report){.cause     = error->cause,
                          .code      = error->code,
                          .lost      = error->lost,
                          .retryable = error->retryable,
                          .attempts  = attempts};
    memcpy(report->sqlstate, error->sqlstate, sizeof report->sqlstate);
    (void)snprintf(report->message, sizeof report->message, "%s", cn_error_get_message(error));
}

bool cn_transact_run(cn_engine *engine, const cn_transact_options *given,
                     cn_transact_attempt *attempt, void *context)
{
    cn_transact_options options  = {0};
    cn_error            error    = {0};
    unsigned            attempts = 0;
    bool                done     = false;
    bool                known    = fill_options(&options, given, &error);
    if (engine == NULL) {
        cn_error_no_memory(&error);
    } else if (known) {
        double pause = options.pause;
        for (;;) {
            cn_error_clear(&error);
            done = attempt(engine, &options, context, &error);
            attempts++;
            if (done || attempts > (unsigned)options.retries || !can_help(&error))
                break;
            sleep_about(pause < options.longest_pause ? pause : options.longest_pause);
            pause *= 2;
        }
    }
    if (options.report != NULL)
        fill_report(options.report, &error, attempts);
    else if (error.cause != CN_CAUSE_NONE && engine != NULL)
        cn_engine_report_unread(engine, &error);
    cn_error_clear(&error);
    return done;
}

typedef struct connection_unit {
    cn_connection_unit *unit;
    void               *context;
} connection_unit;

static bool attempt_connection(cn_engine *engine, const cn_transact_options *options, void *context,
                               cn_error *error)
{
    const connection_unit      *unit       = context;
    const cn_connection_options how        = {.size = sizeof how, .isolation = options->isolation};
    cn_connection              *connection = cn_connection_new(engine, &how, false);
    if (connection == NULL)
        return cn_error_no_memory(error);
    /* A unit is one transaction, whatever the engine's mode. */
    connection->autocommit = false;
    connection->read_only  = connection->read_only || options->read_only;
    bool done = cn_connection_take_link(connection) && unit->unit(connection, unit->context) &&
                cn_connection_commit(connection);
    if (!done) {
        cn_error_move(error, &connection->error);
        connection->error.read = true; /* the report has it */
    }
    cn_connection_close(connection);
    return done;
}

bool cn_transact_connection(cn_engine *engine, cn_connection_unit *unit, void *context,
                            const cn_transact_options *options)
{
    connection_unit what = {unit, context};
    return cn_transact_run(engine, options, attempt_connection, &what);
}
