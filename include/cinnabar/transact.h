/*
 * cinnabar/transact.h: a unit of work that runs again, as a whole, when the database says that
 * this can help: a deadlock, a serialization failure, a lost server before anything was committed.
 *
 *     static bool transfer(cn_connection *connection, void *context)
 *     {
 *         const Transfer *t = context;
 *         cn_execute(connection, cn_text("UPDATE account SET ..."), CN_PARAMS("id", t->from));
 *         cn_execute(connection, cn_text("UPDATE account SET ..."), CN_PARAMS("id", t->to));
 *         return cn_ok(connection);
 *     }
 *     cn_report report;
 *     if (!cn_transact(engine, transfer, &context, .retries = 5, .report = &report))
 *         fprintf(stderr, "%s\n", report.message);
 *
 * The function is given a fresh connection (or session) in which nothing is open. If it returns
 * true and nothing failed, the unit is committed; otherwise it is rolled back. If the error says
 * that retrying can help, it is called again after a pause that doubles each time, with jitter, on
 * a new transaction: so it must not leave anything behind outside the database. A commit of unknown
 * outcome is never retried.
 */
#ifndef CINNABAR_TRANSACT_H
#define CINNABAR_TRANSACT_H

#include <cinnabar/connection.h>

CN_BEGIN_DECLARATIONS

/* What became of a unit, in a struct of the caller's that needs no freeing. */
typedef struct cn_report {
    cn_cause cause; /* CN_CAUSE_NONE: committed, or the function returned false without an error */
    char     sqlstate[6];
    int      code;
    bool     lost;
    bool     retryable;
    unsigned attempts;
    char     message[512]; /* cut if it is longer */
} cn_report;

typedef struct cn_transact_options {
    size_t       size;
    int          retries;       /* [3] after the first attempt; CN_NONE: none */
    double       pause;         /* [0.02] seconds before the first retry */
    double       longest_pause; /* [1.0] */
    cn_isolation isolation;
    bool         read_only;
    cn_report   *report; /* filled in any case */
} cn_transact_options;

typedef bool cn_connection_unit(cn_connection *connection, void *context);
typedef bool cn_session_unit(cn_session *session, void *context);

/* True if the unit was committed. An error that no report takes is reported as unread. */
CN_API bool cn_transact_connection(cn_engine *engine, cn_connection_unit *unit, void *context,
                                   const cn_transact_options *options);
CN_API bool cn_transact_session(cn_engine *engine, cn_session_unit *unit, void *context,
                                const cn_transact_options *options);

CN_END_DECLARATIONS

#ifndef __cplusplus

/* The unit takes a cn_connection * or a cn_session *. */
#define cn_transact(...) CN_TRANSACT_(__VA_ARGS__, .size = sizeof(cn_transact_options))
#define CN_TRANSACT_(engine, unit, context, ...)                                                   \
    _Generic((unit),                                                                               \
        bool (*)(cn_connection *, void *): cn_transact_connection,                                 \
        bool (*)(cn_session *, void *): cn_transact_session)(                \
                                  (engine), (unit), (context),                                     \
                                  &(const cn_transact_options){__VA_ARGS__})

#endif
#endif
