/*
 * driver/postgresql.c: the PostgreSQL driver's table, its transactions, the exchange with the
 * server and what the server's errors mean. Only the engine calls it, through the table. It must
 * never know SQL but what transactions need, nor wait without a limit of its own.
 */
#define _POSIX_C_SOURCE 200809L

#include "driver/postgresql.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"

/* ---- errors --------------------------------------------------------------------------------- */

/* The first that is a prefix of the SQLSTATE. */
static const cn_postgresql_cause causes[] = {
    {"23505", CN_CAUSE_UNIQUE, false, false},
    {"23P01", CN_CAUSE_UNIQUE, false, false}, /* an exclusion constraint */
    {"23503", CN_CAUSE_FOREIGN_KEY, false, false},
    {"23001", CN_CAUSE_FOREIGN_KEY, false, false}, /* ON DELETE RESTRICT */
    {"23502", CN_CAUSE_NOT_NULL, false, false},
    {"23514", CN_CAUSE_CHECK, false, false},
    {"44000", CN_CAUSE_CHECK, false, false}, /* a view's WITH CHECK OPTION */
    {"40001", CN_CAUSE_SERIALIZATION, true, true},
    {"40P01", CN_CAUSE_DEADLOCK, true, true},
    {"40", CN_CAUSE_SERIALIZATION, true, false},
    {"55P03", CN_CAUSE_BUSY, false, true},
    {"55006", CN_CAUSE_BUSY, false, false}, /* the object is in use */
    {"57014", CN_CAUSE_TIMEOUT, false, false},
    {"25006", CN_CAUSE_READ_ONLY, false, false},
    {"42601", CN_CAUSE_SYNTAX, false, false},
    {"42P01", CN_CAUSE_NOT_FOUND, false, false},
    {"42703", CN_CAUSE_NOT_FOUND, false, false},
    {"42883", CN_CAUSE_NOT_FOUND, false, false},
    {"42704", CN_CAUSE_NOT_FOUND, false, false},
    {"42P02", CN_CAUSE_PARAMETER, false, false},
    {"42P18", CN_CAUSE_PARAMETER, false, false},
    {"3F000", CN_CAUSE_NOT_FOUND, false, false}, /* a schema */
    {"3D000", CN_CAUSE_NO_DATABASE, false, false},
    {"42P03", CN_CAUSE_EXISTS, false, false},
    {"42P04", CN_CAUSE_EXISTS, false, false},
    {"42P05", CN_CAUSE_EXISTS, false, false},
    {"42P06", CN_CAUSE_EXISTS, false, false},
    {"42P07", CN_CAUSE_EXISTS, false, false},
    {"42701", CN_CAUSE_EXISTS, false, false},
    {"42710", CN_CAUSE_EXISTS, false, false},
    {"42723", CN_CAUSE_EXISTS, false, false},
    {"42501", CN_CAUSE_PERMISSION, false, false},
    {"42", CN_CAUSE_SYNTAX, false, false},
    {"22", CN_CAUSE_DATA, false, false},
    {"28", CN_CAUSE_AUTHENTICATION, false, false},
    {"0A", CN_CAUSE_UNSUPPORTED, false, false},
    {"54", CN_CAUSE_UNSUPPORTED, false, false}, /* the server's own limits */
    {"53300", CN_CAUSE_CONNECT, false, true},
    {"57P01", CN_CAUSE_LOST, false, true},
    {"57P02", CN_CAUSE_LOST, false, true},
    {"57P03", CN_CAUSE_LOST, false, true},
    {"57P04", CN_CAUSE_LOST, false, false},
    {"57P05", CN_CAUSE_LOST, false, true},
    {"08", CN_CAUSE_LOST, false, true},
    {"", CN_CAUSE_SERVER, false, false},
};

const cn_postgresql_cause *cn_postgresql_cause_of(const char *sqlstate)
{
    const cn_postgresql_cause *row = causes;
    while (strncmp(sqlstate, row->sqlstate, strlen(row->sqlstate)) != 0)
        row++;
    return row;
}

bool cn_postgresql_lose(cn_postgresql *link, cn_error *error, cn_cause cause, const char *why)
{
    link->lost  = true;
    link->begin = NULL;
    cn_error_set(error, cause, "%s", why);
    error->lost      = true;
    error->retryable = cause == CN_CAUSE_LOST || cause == CN_CAUSE_TIMEOUT;
    return false;
}

/* libpq ends its messages with a newline, and puts advice on further lines. */
static bool lose_by_libpq(cn_postgresql *link, cn_error *error, const char *message)
{
    char   why[400];
    size_t size = strcspn(message, "\n");
    snprintf(why, sizeof why, "the connection to the server was lost%s%.*s", size > 0 ? ": " : "",
             size < 300 ? (int)size : 300, message);
    return cn_postgresql_lose(link, error, CN_CAUSE_LOST, why);
}

/* Where the server's own sentence is not enough to find the fault. */
static void append_details(const PGresult *result, const char *sqlstate, cn_error *error)
{
    const char *detail   = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    const char *hint     = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    const char *function = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    if (position != NULL)
        cn_error_append(error, " (at character %s)", position);
    /* The detail of other constraints shows a whole row, secrets included. */
    if (detail != NULL && strcmp(sqlstate, "23502") != 0 && strcmp(sqlstate, "23514") != 0)
        cn_error_append(error, "; %s", detail);
    if (hint != NULL)
        cn_error_append(error, "; %s", hint);
    if (strcmp(sqlstate, "42601") == 0 && function != NULL &&
        strcmp(function, "exec_parse_message") == 0)
        cn_error_several_statements(error);
}

static bool server_error(cn_postgresql *link, const PGresult *result, cn_error *error)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *message  = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (sqlstate == NULL)
        return lose_by_libpq(link, error, PQresultErrorMessage(result));

    const cn_postgresql_cause *row   = cn_postgresql_cause_of(sqlstate);
    bool                       fatal = severity != NULL &&
                 (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0);
    if (fatal || row->cause == CN_CAUSE_LOST || PQstatus(link->pg) != CONNECTION_OK) {
        cn_postgresql_lose(link, error, CN_CAUSE_LOST, "the server ended the connection");
        cn_error_append(error, ": %s", message != NULL ? message : "no reason given");
        cn_error_server(error, sqlstate, 0);
        return false;
    }
    cn_error_set(error, row->cause, "%s", message != NULL ? message : "no message");
    append_details(result, sqlstate, error);
    cn_error_server(error, sqlstate, 0);
    error->ended     = row->ended;
    error->retryable = row->retryable;
    return false;
}

/* ---- waiting -------------------------------------------------------------------------------- */

int64_t cn_postgresql_clock(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int cn_postgresql_poll(struct pollfd *waiting, unsigned count, int64_t deadline)
{
    for (;;) {
        int64_t left = -1;
        if (deadline != 0) {
            left = deadline - cn_postgresql_clock();
            left = left < 0 ? 0 : left < 3600000 ? left : 3600000;
        }
        int ready = poll(waiting, count, (int)left);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return ready;
        if (deadline != 0 && cn_postgresql_clock() >= deadline)
            return 0;
    }
}

/* Waits until the server has said something, sending meanwhile what is still to be sent. */
static bool wait_for_server(cn_postgresql *link, cn_error *error)
{
    int           pending = PQflush(link->pg);
    struct pollfd waiting = {.fd = PQsocket(link->pg), .events = POLLIN};
    unsigned      limit   = link->read_timeout_ms;
    if (pending > 0) {
        waiting.events |= POLLOUT;
        limit = link->write_timeout_ms;
    }
    int ready = cn_postgresql_poll(&waiting, 1, limit != 0 ? cn_postgresql_clock() + limit : 0);
    if (ready > 0 && (waiting.revents & ~POLLOUT) == 0)
        return true;
    if (ready > 0 && PQconsumeInput(link->pg) != 0)
        return true;
    if (ready != 0) /* what the server said before it went is still to be read */
        return lose_by_libpq(link, error, PQerrorMessage(link->pg));
    char why[160];
    snprintf(why, sizeof why,
             "the server did not %s within the %s time-out of %g s; the connection was given up",
             pending > 0 ? "take what was sent" : "answer", pending > 0 ? "write" : "read",
             limit / 1000.0);
    return cn_postgresql_lose(link, error, CN_CAUSE_TIMEOUT, why);
}

bool cn_postgresql_flush(cn_postgresql *link, cn_error *error)
{
    if (PQflush(link->pg) >= 0)
        return true;
    return lose_by_libpq(link, error, PQerrorMessage(link->pg));
}

/* NULL in *result is the end of one command. */
static bool next_result(cn_postgresql *link, PGresult **result, cn_error *error)
{
    while (PQisBusy(link->pg)) {
        if (wait_for_server(link, error))
            continue;
        if (error->cause == CN_CAUSE_TIMEOUT || PQisBusy(link->pg))
            return false;
        break; /* lost, but the server's last words have arrived */
    }
    *result = PQgetResult(link->pg);
    return true;
}

/* ---- the exchange --------------------------------------------------------------------------- */

bool cn_postgresql_sent(cn_postgresql *link, int sent, cn_error *error)
{
    return sent != 0 || lose_by_libpq(link, error, PQerrorMessage(link->pg));
}

bool cn_postgresql_send(cn_postgresql *link, const char *sql, cn_error *error)
{
    int sent = PQsendQueryParams(link->pg, sql, 0, NULL, NULL, NULL, NULL, 0);
    return cn_postgresql_sent(link, sent, error);
}

/* Only outside of transactions: there a failure (a pooler has forgotten it already) harms none. */
static bool send_dropped(cn_postgresql *link, cn_error *error)
{
    char sql[CN_POSTGRESQL_NAME_SIZE + 16];
    for (size_t i = 0; i < link->dropped_count; i++) {
        snprintf(sql, sizeof sql, "DEALLOCATE %s%u", link->prefix, link->dropped[i]);
        if (!cn_postgresql_send(link, sql, error) ||
            !cn_postgresql_sent(link, PQpipelineSync(link->pg), error))
            return false;
    }
    link->dropped_sent  = link->dropped_count;
    link->dropped_count = 0;
    return true;
}

bool cn_postgresql_start(cn_postgresql *link, cn_error *error)
{
    link->dropped_sent = 0;
    link->begin_sent   = false;
    if (link->lost)
        return cn_postgresql_lose(link, error, CN_CAUSE_LOST,
                                  "the connection to the server was lost before");
    if (link->dropped_count > 0 && PQtransactionStatus(link->pg) == PQTRANS_IDLE &&
        !send_dropped(link, error))
        return false;
    if (link->begin != NULL) {
        if (!cn_postgresql_send(link, link->begin, error))
            return false;
        link->begun      = link->begin;
        link->begin      = NULL;
        link->begin_sent = true;
    }
    return true;
}

cn_collected cn_postgresql_collect(cn_postgresql *link, PGresult **result, cn_error *error)
{
    cn_collected outcome = CN_COLLECTED;
    PGresult    *next    = NULL;
    *result              = NULL;
    for (;;) {
        if (!next_result(link, &next, error))
            return CN_COLLECT_LOST;
        if (next == NULL)
            return *result == NULL && outcome == CN_COLLECTED ? CN_COLLECT_FAILED : outcome;
        switch (PQresultStatus(next)) {
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
            PQclear(*result);
            *result = next;
            continue;
        case PGRES_PIPELINE_ABORTED:
            outcome = CN_COLLECT_FAILED;
            break;
        case PGRES_FATAL_ERROR:
            outcome = CN_COLLECT_FAILED;
            (void)server_error(link, next, error);
            break;
        default:
            (void)cn_postgresql_lose(link, error, CN_CAUSE_UNSUPPORTED,
                                     "the server began a COPY or another dialogue that this driver "
                                     "does not speak; the connection was given up");
            break;
        }
        PQclear(next);
        PQclear(*result);
        *result = NULL;
        if (link->lost)
            return CN_COLLECT_LOST;
    }
}

bool cn_postgresql_collect_end(cn_postgresql *link, cn_error *error)
{
    PGresult *result  = NULL;
    bool      end     = false;
    bool      ok      = true;
    int       nothing = 0; /* libpq has no more to give though the end has not come */
    while (!end) {
        if (link->lost || !next_result(link, &result, error))
            return false;
        if (result == NULL && (PQstatus(link->pg) != CONNECTION_OK || ++nothing > 2))
            return lose_by_libpq(link, error, PQerrorMessage(link->pg));
        end = result != NULL && PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        if (result != NULL && PQresultStatus(result) == PGRES_FATAL_ERROR)
            ok = server_error(link, result, error); /* of a constraint that was deferred */
        PQclear(result);
    }
    for (PGnotify *notice = PQnotifies(link->pg); notice != NULL; notice = PQnotifies(link->pg))
        PQfreemem(notice);
    return ok;
}

cn_collected cn_postgresql_collect_held(cn_postgresql *link, cn_error *error)
{
    PGresult *result  = NULL;
    cn_error  ignored = {0};
    for (; link->dropped_sent > 0; link->dropped_sent--) {
        (void)cn_postgresql_collect(link, &result, &ignored);
        PQclear(result);
        (void)cn_postgresql_collect_end(link, &ignored);
        if (link->lost) {
            cn_error_move(error, &ignored);
            return CN_COLLECT_LOST;
        }
        cn_error_clear(&ignored);
    }
    if (!link->begin_sent)
        return CN_COLLECTED;
    link->begin_sent   = false;
    cn_collected begun = cn_postgresql_collect(link, &result, error);
    PQclear(result);
    return begun;
}

bool cn_postgresql_exchange(cn_postgresql *link, PGresult **results, size_t count, cn_error *error)
{
    cn_collected worst = CN_COLLECT_LOST;
    if (cn_postgresql_sent(link, PQpipelineSync(link->pg), error))
        worst = cn_postgresql_collect_held(link, error);
    for (size_t i = 0; i < count; i++) {
        PGresult  *unused = NULL;
        PGresult **result = results != NULL ? &results[i] : &unused;
        *result           = NULL;
        if (worst == CN_COLLECT_LOST)
            continue;
        cn_collected one = cn_postgresql_collect(link, result, error);
        worst            = one > worst ? one : worst;
        PQclear(unused);
    }
    bool ok = worst != CN_COLLECT_LOST && cn_postgresql_collect_end(link, error) &&
              worst == CN_COLLECTED;
    for (size_t i = 0; !ok && results != NULL && i < count; i++) {
        PQclear(results[i]);
        results[i] = NULL;
    }
    return ok;
}

bool cn_postgresql_run(cn_postgresql *link, const char *sql, char tag[16], cn_error *error)
{
    PGresult *result = NULL;
    if (!cn_postgresql_start(link, error) || !cn_postgresql_send(link, sql, error) ||
        !cn_postgresql_exchange(link, &result, 1, error))
        return false;
    if (tag != NULL)
        snprintf(tag, 16, "%s", PQcmdStatus(result));
    PQclear(result);
    return true;
}

bool cn_postgresql_restart(cn_postgresql *link, cn_error *error)
{
    if (PQtransactionStatus(link->pg) != PQTRANS_IDLE && /* it is, if the BEGIN itself failed */
        !cn_postgresql_run(link, "ROLLBACK", NULL, error))
        return false;
    link->begin = link->begun;
    return true;
}

/* ---- transactions --------------------------------------------------------------------------- */

static const char *const begins[][2] = {
    [CN_ISOLATION_DEFAULT] = {"BEGIN", "BEGIN READ ONLY"},
    [CN_READ_UNCOMMITTED]  = {"BEGIN ISOLATION LEVEL READ UNCOMMITTED",
                              "BEGIN ISOLATION LEVEL READ UNCOMMITTED READ ONLY"},
    [CN_READ_COMMITTED]    = {"BEGIN ISOLATION LEVEL READ COMMITTED",
                              "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"},
    [CN_REPEATABLE_READ]   = {"BEGIN ISOLATION LEVEL REPEATABLE READ",
                              "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    [CN_SERIALIZABLE]      = {"BEGIN ISOLATION LEVEL SERIALIZABLE",
                              "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"},
};

cn_link_state cn_postgresql_state(cn_link *head)
{
    cn_postgresql *link = (cn_postgresql *)head;
    if (link->lost || PQstatus(link->pg) != CONNECTION_OK)
        return CN_LINK_LOST;
    if (link->begin != NULL)
        return CN_LINK_OPEN;
    switch (PQtransactionStatus(link->pg)) {
    case PQTRANS_IDLE:
        return CN_LINK_IDLE;
    case PQTRANS_INTRANS:
        return CN_LINK_OPEN;
    case PQTRANS_INERROR:
        return CN_LINK_FAILED;
    default:
        return CN_LINK_LOST;
    }
}

static bool begin(cn_link *head, cn_isolation isolation, bool read_only, cn_error *error)
{
    cn_postgresql *link = (cn_postgresql *)head;
    if ((size_t)isolation >= sizeof begins / sizeof *begins)
        return cn_error_set(error, CN_CAUSE_MISUSE, "there is no isolation level %d",
                            (int)isolation);
    switch (cn_postgresql_state(head)) {
    case CN_LINK_IDLE:
        break;
    case CN_LINK_LOST:
        return cn_postgresql_lose(link, error, CN_CAUSE_LOST,
                                  "the connection to the server was lost before");
    default:
        return cn_error_set(error, CN_CAUSE_MISUSE, "a transaction is open already");
    }
    link->begin = begins[isolation][read_only];
    link->fresh = true;
    link->transaction++;
    return true;
}

/* Whether there is nothing to commit or roll back: nothing was begun, or nothing sent. */
static bool nothing_open(cn_postgresql *link)
{
    bool held   = link->begin != NULL;
    link->begin = NULL;
    return !link->lost && (held || PQtransactionStatus(link->pg) == PQTRANS_IDLE);
}

/* Whether the server has gone while nothing was asked of it: then COMMIT need not be sent, and its
   outcome is known. */
static bool has_gone(cn_postgresql *link)
{
    for (int i = 0; i < 2; i++) { /* its last words come before its end */
        struct pollfd waiting = {.fd = PQsocket(link->pg), .events = POLLIN};
        if (poll(&waiting, 1, 0) <= 0)
            return false;
        if (PQconsumeInput(link->pg) == 0)
            return true;
    }
    return false;
}

static bool commit(cn_link *head, cn_error *error)
{
    cn_postgresql *link   = (cn_postgresql *)head;
    PGresult      *result = NULL;
    if (nothing_open(link))
        return true;
    if (!link->lost && has_gone(link))
        return lose_by_libpq(link, error, PQerrorMessage(link->pg));
    if (!cn_postgresql_start(link, error) || !cn_postgresql_send(link, "COMMIT", error))
        return false;
    bool ok = cn_postgresql_exchange(link, &result, 1, error);
    if (!ok && link->lost) {
        char sqlstate[6];
        memcpy(sqlstate, error->sqlstate, sizeof sqlstate);
        cn_postgresql_lose(link, error, CN_CAUSE_UNKNOWN_OUTCOME,
                           "the connection was lost during COMMIT: whether the transaction "
                           "happened is unknown; look before running it again");
        cn_error_server(error, sqlstate, 0);
    } else if (!ok) {
        error->ended = true;
    } else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        ok = cn_error_set(error, CN_CAUSE_SERVER,
                          "the server rolled the transaction back instead of committing it, "
                          "because a statement in it had failed");
        cn_error_server(error, "25P02", 0);
        error->ended = true;
    }
    PQclear(result);
    return ok;
}

static bool rollback(cn_link *head, cn_error *error)
{
    cn_postgresql *link = (cn_postgresql *)head;
    return nothing_open(link) || cn_postgresql_run(link, "ROLLBACK", NULL, error);
}

/* PostgreSQL commits each statement by itself unless a BEGIN was sent, and only begin sends one. */
static bool autocommit(cn_link *head, bool on, cn_error *error)
{
    cn_postgresql *link = (cn_postgresql *)head;
    if (link->lost)
        return cn_postgresql_lose(link, error, CN_CAUSE_LOST,
                                  "the connection to the server was lost before");
    if (on)
        link->begin = NULL;
    return true;
}

/* ---- running and pinging -------------------------------------------------------------------- */

static const char *skip_blanks(const char *sql)
{
    for (;;) {
        sql += strspn(sql, " \t\r\n\f(");
        if (sql[0] == '-' && sql[1] == '-') {
            sql += strcspn(sql, "\n");
        } else if (sql[0] == '/' && sql[1] == '*') {
            const char *end = strstr(sql + 2, "*/");
            if (end == NULL)
                return sql;
            sql = end + 2;
        } else {
            return sql;
        }
    }
}

static bool same_word(const char *text, const char *word)
{
    size_t i = 0;
    for (; word[i] != '\0'; i++) {
        if ((text[i] | 0x20) != word[i])
            return false;
    }
    char after = (char)(text[i] | 0x20);
    return !(after >= 'a' && after <= 'z') && text[i] != '_' && !(text[i] >= '0' && text[i] <= '9');
}

bool cn_postgresql_refuses(const char *sql, cn_error *error)
{
    const char *at = skip_blanks(sql);
    if (!same_word(at, "copy"))
        return false;
    for (at += 4; *at != '\0'; at++) {
        if (strchr(" \t\r\n/)", at[-1]) != NULL &&
            (same_word(at, "stdin") || same_word(at, "stdout"))) {
            cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                         "COPY between the program and the server is not supported; insert many "
                         "rows with one execution of many sets of parameters");
            return true;
        }
    }
    return false;
}

/* Several statements in one string are libpq's simple protocol, which has no pipeline. */
static bool run_several(cn_postgresql *link, const char *sql, cn_error *error)
{
    if (!cn_postgresql_start(link, error) || !cn_postgresql_exchange(link, NULL, 0, error))
        return false;
    if (PQexitPipelineMode(link->pg) == 0)
        return lose_by_libpq(link, error, PQerrorMessage(link->pg));
    if (!cn_postgresql_sent(link, PQsendQuery(link->pg, sql), error))
        return false;
    PGresult *result = NULL;
    bool      ok     = true;
    for (;;) {
        if (!next_result(link, &result, error))
            return false;
        if (result == NULL)
            break;
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_FATAL_ERROR)
            ok = server_error(link, result, error);
        else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
            (void)cn_postgresql_lose(link, error, CN_CAUSE_UNSUPPORTED,
                                     "COPY between the program and the server is not supported; "
                                     "the connection was given up");
        PQclear(result);
        if (link->lost)
            return false;
    }
    if (PQenterPipelineMode(link->pg) == 0)
        return lose_by_libpq(link, error, PQerrorMessage(link->pg));
    return ok;
}

/* Reads the results of a command outside of the pipeline. `copying` is set where the server waits
   for rows: the rest is to come. False: an error. */
static bool finish_simple(cn_postgresql *link, bool *copying, int64_t *rows, cn_error *error)
{
    PGresult *result = NULL;
    bool      ok     = true;
    for (*copying = false; !*copying;) {
        if (!next_result(link, &result, error))
            return false;
        if (result == NULL)
            return ok;
        *copying = PQresultStatus(result) == PGRES_COPY_IN;
        if (PQresultStatus(result) == PGRES_FATAL_ERROR)
            ok = server_error(link, result, error);
        else if (!*copying)
            *rows = strtoll(PQcmdTuples(result), NULL, 10);
        PQclear(result);
        if (link->lost)
            return false;
    }
    return ok;
}

#define COPY_PIECE 65536

bool cn_postgresql_copy(cn_postgresql *link, const char *sql, const cn_buffer *bytes, int64_t *rows,
                        cn_error *error)
{
    bool copying = false;
    if (PQexitPipelineMode(link->pg) == 0)
        return lose_by_libpq(link, error, PQerrorMessage(link->pg));
    bool ok = cn_postgresql_sent(link, PQsendQuery(link->pg, sql), error) &&
              finish_simple(link, &copying, rows, error);
    for (size_t at = 0; copying && at < bytes->size; at += COPY_PIECE) {
        size_t left = bytes->size - at;
        int    size = (int)(left < COPY_PIECE ? left : COPY_PIECE);
        if (PQputCopyData(link->pg, bytes->text + at, size) != 1 ||
            !cn_postgresql_flush(link, error))
            return lose_by_libpq(link, error, PQerrorMessage(link->pg));
    }
    if (copying && PQputCopyEnd(link->pg, NULL) != 1)
        return lose_by_libpq(link, error, PQerrorMessage(link->pg));
    if (copying)
        ok = finish_simple(link, &copying, rows, error);
    if (!link->lost && PQenterPipelineMode(link->pg) == 0)
        return lose_by_libpq(link, error, PQerrorMessage(link->pg));
    return ok && !link->lost;
}

static bool run(cn_link *head, const char *sql, size_t size, cn_error *error)
{
    cn_postgresql *link    = (cn_postgresql *)head;
    char           tag[16] = "";
    if (memchr(sql, '\0', size) != NULL)
        return cn_error_set(error, CN_CAUSE_SYNTAX, "the statement contains a NUL byte");
    char *copy = cn_duplicate_sized(sql, size);
    if (copy == NULL)
        return cn_error_no_memory(error);
    bool ok = false;
    if (cn_postgresql_refuses(copy, error))
        goto done;
    ok          = link->multi_statements ? run_several(link, copy, error)
                                         : cn_postgresql_run(link, copy, tag, error);
    link->fresh = false;
    if (link->multi_statements || strcmp(tag, "ROLLBACK") == 0)
        link->rollbacks++;
done:
    cn_release(copy);
    return ok;
}

/* The end of an exchange alone: the server answers that it is ready. */
static bool ping(cn_link *head, cn_error *error)
{
    cn_postgresql *link = (cn_postgresql *)head;
    link->dropped_sent  = 0;
    link->begin_sent    = false;
    if (link->lost)
        return cn_postgresql_lose(link, error, CN_CAUSE_LOST,
                                  "the connection to the server was lost before");
    return cn_postgresql_exchange(link, NULL, 0, error);
}

static void use_allocator(const cn_allocator *allocator)
{
    (void)cn_set_allocator(allocator);
}

/* ---- the table ------------------------------------------------------------------------------ */

static void close_link(cn_link *head)
{
    cn_postgresql *link = (cn_postgresql *)head;
    PQfinish(link->pg); /* never waits: the connection is non-blocking */
    cn_release(link->dropped);
    cn_release(link);
}

static const char *library(void)
{
    static _Thread_local char text[32]; /* a constant that only libpq knows */
    snprintf(text, sizeof text, "libpq %d.%d", PQlibVersion() / 10000, PQlibVersion() % 10000);
    return text;
}

const cn_driver cn_driver_postgresql = {
    .size                = sizeof(cn_driver),
    .name                = "postgresql",
    .dialect             = "postgresql",
    .numbered_parameters = true,
    .options             = cn_postgresql_options,
    .library             = library,
    .open                = cn_postgresql_open,
    .close               = close_link,
    .ping                = ping,
    .state               = cn_postgresql_state,
    .begin               = begin,
    .commit              = commit,
    .rollback            = rollback,
    .autocommit          = autocommit,
    .run                 = run,
    .prepare             = cn_postgresql_prepare,
    .release             = cn_postgresql_release,
    .execute             = cn_postgresql_execute,
    .execute_many        = cn_postgresql_execute_many,
    .step                = cn_postgresql_step,
    .read                = cn_postgresql_cell,
    .decode              = cn_postgresql_decode,
    .reset               = cn_postgresql_reset,
    .use_allocator       = use_allocator,
};
