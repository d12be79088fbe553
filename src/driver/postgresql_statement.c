/*
 * driver/postgresql_statement.c: prepared statements: preparing, executing, batches, cursors and
 * rows. Called by the engine through the driver's table. It must never know SQL but what a cursor
 * needs.
 *
 * A statement is prepared on the server under a name of its own, and described in the same round
 * trip, so that the types of its parameters and columns are known before it runs. A result is in
 * the client's memory as a whole, except where a bound on memory is asked for inside a transaction:
 * then a cursor reads it piece by piece.
 */
#include "driver/postgresql.h"

#include <stdio.h>
#include <string.h>

#include "base/insert_text.h"
#include "base/memory.h"
#include "base/number.h"

#define MOST_PARAMETERS 65535 /* the protocol counts them in 16 bits */

typedef struct statement {
    cn_prepared     head;
    cn_postgresql  *link;
    char           *sql;
    char            name[CN_POSTGRESQL_NAME_SIZE];
    unsigned        number;
    bool            known;  /* to the server, by its name */
    bool            stale;  /* prepare it again before it is used again */
    bool            untold; /* a parameter has a type only if its value says so */
    Oid            *types;  /* of the parameters */
    Oid            *narrow; /* the same before values were too large for them; NULL: not seen yet */
    uint8_t        *kinds;  /* of the values that told the types, or NULL */
    size_t          told;   /* how many they were */
    cn_column_info *columns;
    PGresult       *description; /* owns the columns' names */

    cn_postgresql_parameters parameters;
    cn_arena                 scratch; /* for cells of the current row */
    PGresult                *result;  /* the one that is being read, or NULL */
    int                      row;     /* in it; -1 before the first */
    int                      rows;
    uint64_t   plain_in; /* the transaction in which the table was found to be plain */
    PGresult **more;     /* those that follow, of a batch */
    size_t     more_count;
    size_t     more_capacity;
    size_t     more_at;

    char     cursor[CN_POSTGRESQL_NAME_SIZE]; /* "": there is none */
    char     fetch[CN_POSTGRESQL_NAME_SIZE + 32];
    int      chunk;
    uint64_t transaction; /* in which the cursor was opened */
    uint64_t rollbacks;
} statement;

/* ---- preparing ------------------------------------------------------------------------------ */

static void forget_description(statement *stmt)
{
    PQclear(stmt->description);
    cn_release(stmt->types);
    cn_release(stmt->columns);
    stmt->description       = NULL;
    stmt->types             = NULL;
    stmt->columns           = NULL;
    stmt->head.columns      = NULL;
    stmt->head.column_count = 0;
}

static bool take_description(statement *stmt, PGresult *description, cn_error *error)
{
    size_t parameters = (size_t)PQnparams(description);
    size_t columns    = (size_t)PQnfields(description);
    forget_description(stmt);
    stmt->description = description;
    stmt->types       = cn_allocate_zero(parameters, sizeof *stmt->types);
    stmt->columns     = cn_allocate_zero(columns, sizeof *stmt->columns);
    if (stmt->types == NULL || stmt->columns == NULL)
        return cn_error_no_memory(error);
    for (size_t i = 0; i < parameters; i++)
        stmt->types[i] = PQparamtype(description, (int)i);
    for (size_t i = 0; i < columns; i++) {
        stmt->columns[i].name = PQfname(description, (int)i);
        stmt->columns[i].kind = cn_postgresql_kind_of(PQftype(description, (int)i));
    }
    stmt->head.columns         = stmt->columns;
    stmt->head.column_count    = columns;
    stmt->head.parameter_count = parameters;
    return true;
}

/* The server may forget the statement: it is told with a later exchange. If there is no memory to
   remember that in, it forgets it when the connection ends. */
static void drop_name(statement *stmt)
{
    cn_postgresql *link = stmt->link;
    if (stmt->known && !link->lost &&
        cn_reserve(&link->dropped, &link->dropped_capacity, link->dropped_count + 1,
                   sizeof *link->dropped))
        link->dropped[link->dropped_count++] = stmt->number;
    stmt->known = false;
}

/* The highest number of a parameter, as far as that can be told without reading the SQL: a "$1" in
   a literal counts, too. */
static size_t parameters_in(const char *sql)
{
    size_t highest = 0;
    for (const char *at = sql; *at != '\0'; at++) {
        size_t number = 0;
        if (*at != '$')
            continue;
        for (const char *digit = at + 1; *digit >= '0' && *digit <= '9' && number < 65536; digit++)
            number = number * 10 + (size_t)(*digit - '0');
        highest = number > highest ? number : highest;
    }
    return highest;
}

/* Whether the error may come from parameters whose types the statement alone does not tell. */
static bool needs_types(const statement *stmt, const cn_error *error)
{
    static const char *const states[] = {"42P18", "42725", "42804"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strcmp(error->sqlstate, states[i]) == 0)
            return parameters_in(stmt->sql) > 0;
    }
    return false;
}

/* The exchange that prepares and describes. With `guarded` an error harms only a savepoint. */
static bool send_prepare(statement *stmt, size_t count, const Oid *types, bool guarded,
                         cn_error *error)
{
    cn_postgresql *link       = stmt->link;
    PGresult      *results[4] = {NULL};
    stmt->number              = ++link->names;
    snprintf(stmt->name, sizeof stmt->name, "%s%u", link->prefix, stmt->number);
    if (!cn_postgresql_start(link, error) ||
        (guarded && !cn_postgresql_send(link, "SAVEPOINT cn_prepare", error)) ||
        !cn_postgresql_sent(link, PQsendPrepare(link->pg, stmt->name, stmt->sql, (int)count, types),
                            error) ||
        !cn_postgresql_sent(link, PQsendDescribePrepared(link->pg, stmt->name), error) ||
        (guarded && !cn_postgresql_send(link, "RELEASE SAVEPOINT cn_prepare", error)))
        return false;

    size_t first = guarded ? 1 : 0;
    bool   ok    = cn_postgresql_exchange(link, results, first + 2 + first, error);
    if (ok) {
        stmt->known        = true;
        stmt->stale        = false;
        ok                 = take_description(stmt, results[first + 1], error);
        results[first + 1] = NULL;
        if (!ok)
            drop_name(stmt);
    }
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        PQclear(results[i]);
    return ok;
}

/* Leaves the transaction as it was before send_prepare failed for want of types. */
static bool undo_prepare(cn_postgresql *link, bool guarded, bool in_transaction, cn_error *error)
{
    cn_error_clear(error);
    if (!guarded)
        return !in_transaction || cn_postgresql_restart(link, error);
    return cn_postgresql_run(link, "ROLLBACK TO SAVEPOINT cn_prepare", NULL, error) &&
           cn_postgresql_run(link, "RELEASE SAVEPOINT cn_prepare", NULL, error);
}

/* Prepares with the types that the server infers. If it cannot, that waits for the values. */
static bool prepare_inferred(statement *stmt, cn_error *error)
{
    cn_postgresql *link           = stmt->link;
    cn_link_state  state          = cn_postgresql_state(&link->head);
    bool           in_transaction = state != CN_LINK_IDLE;
    bool           guarded = state == CN_LINK_OPEN && !link->fresh && parameters_in(stmt->sql) > 0;
    if (send_prepare(stmt, 0, NULL, guarded, error))
        return true;
    if (link->lost || !needs_types(stmt, error) || state == CN_LINK_FAILED)
        return false;
    stmt->untold               = undo_prepare(link, guarded, in_transaction, error);
    stmt->head.parameter_count = parameters_in(stmt->sql);
    return stmt->untold;
}

/* Prepares with the types of the values' kinds. */
static bool prepare_told(statement *stmt, const cn_value *values, size_t count, bool arrays,
                         cn_error *error)
{
    Oid     *types = cn_allocate_zero(count, sizeof *types);
    uint8_t *kinds = cn_allocate_zero(count, 1);
    bool     ok    = types != NULL && kinds != NULL;
    if (!ok)
        (void)cn_error_no_memory(error);
    for (size_t i = 0; ok && i < count; i++) {
        bool null = values[i].kind == CN_KIND_NULL; /* tells nothing: what was told before holds */
        kinds[i]  = null && i < stmt->told ? stmt->kinds[i] : values[i].kind;
        types[i]  = arrays ? 0 : cn_postgresql_type_of(kinds[i]);
    }
    if (ok) {
        cn_release(stmt->kinds);
        stmt->kinds = kinds;
        stmt->told  = count;
    } else {
        cn_release(kinds);
    }
    ok = ok && send_prepare(stmt, count, types, false, error);
    cn_release(types);
    return ok;
}

/* Whether the values still have the kinds that told the types. NULL fits any. */
static bool kinds_differ(const statement *stmt, const cn_value *values, size_t count)
{
    if (stmt->told != count)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (values[i].kind != CN_KIND_NULL && values[i].kind != stmt->kinds[i])
            return true;
    }
    return false;
}

/* What is executed: one set of values, or rows of them. */
typedef struct run_of {
    const cn_value *values;
    size_t          count;
    size_t          rows;
    bool            arrays; /* the rows go as one array for each parameter */
} run_of;

/* A whole number that the type of its parameter cannot hold is told as what holds it: it may be
   compared with such a column all the same, and what it does not fit into refuses it. Where the
   values fit again, so do the types: what a statement does must not hang on those before. */
static bool widen(statement *stmt, const run_of *run, cn_error *error)
{
    if (stmt->narrow == NULL) {
        stmt->narrow = cn_allocate_zero(run->count, sizeof *stmt->narrow);
        if (stmt->narrow == NULL)
            return cn_error_no_memory(error);
        memcpy(stmt->narrow, stmt->types, run->count * sizeof *stmt->narrow);
    }
    if (!cn_postgresql_widen(stmt->types, stmt->narrow, run->values, run->rows, run->count))
        return true;
    drop_name(stmt);
    return send_prepare(stmt, run->count, stmt->types, false, error);
}

/* Makes sure that the server knows the statement and that the values are as many as it takes. */
static bool make_ready(statement *stmt, const run_of *run, cn_error *error)
{
    size_t count = run->count;
    if (count > MOST_PARAMETERS)
        return cn_error_set(error, CN_CAUSE_LIMIT,
                            "%zu parameters are more than PostgreSQL takes in one statement "
                            "(%d): split it, or send a batch",
                            count, MOST_PARAMETERS);
    if (stmt->stale || (stmt->untold && stmt->known && kinds_differ(stmt, run->values, count)))
        drop_name(stmt);
    if (!stmt->known) {
        cn_release(stmt->narrow);
        stmt->narrow = NULL;
        if (!stmt->untold && !prepare_inferred(stmt, error))
            return false;
        if (stmt->untold && !prepare_told(stmt, run->values, count, run->arrays, error))
            return false;
    }
    if (count != stmt->head.parameter_count)
        return cn_error_set(error, CN_CAUSE_PARAMETER,
                            "the statement takes %zu parameter%s, and %zu value%s given",
                            stmt->head.parameter_count, stmt->head.parameter_count == 1 ? "" : "s",
                            count, count == 1 ? " was" : "s were");
    return run->arrays || widen(stmt, run, error);
}

cn_prepared *cn_postgresql_prepare(cn_link *link, const char *sql, size_t size, cn_error *error)
{
    statement *stmt = cn_allocate_zero(1, sizeof *stmt);
    if (stmt == NULL || (stmt->sql = cn_duplicate_sized(sql, size)) == NULL) {
        cn_release(stmt);
        (void)cn_error_no_memory(error);
        return NULL;
    }
    stmt->head.driver   = link->driver;
    stmt->head.buffered = true;
    stmt->link          = (cn_postgresql *)link;
    bool ok             = memchr(sql, '\0', size) == NULL;
    if (!ok)
        (void)cn_error_set(error, CN_CAUSE_SYNTAX, "the statement contains a NUL byte");
    ok = ok && !cn_postgresql_refuses(stmt->sql, error) && prepare_inferred(stmt, error);
    if (ok)
        return &stmt->head;
    cn_postgresql_release(&stmt->head);
    return NULL;
}

void cn_postgresql_release(cn_prepared *prepared)
{
    statement *stmt = (statement *)prepared;
    if (stmt == NULL)
        return;
    cn_postgresql_reset(prepared);
    drop_name(stmt);
    forget_description(stmt);
    cn_postgresql_parameters_free(&stmt->parameters);
    cn_arena_free(&stmt->scratch);
    cn_release(stmt->more);
    cn_release(stmt->kinds);
    cn_release(stmt->narrow);
    cn_release(stmt->sql);
    cn_release(stmt);
}

/* ---- results -------------------------------------------------------------------------------- */

static void close_cursor(statement *stmt)
{
    cn_postgresql *link = stmt->link;
    char           sql[CN_POSTGRESQL_NAME_SIZE + 8];
    cn_error       ignored = {0};
    /* A rollback to a savepoint may have closed it, and closing it twice would be an error. Then it
       ends with the transaction. */
    if (stmt->cursor[0] != '\0' && stmt->transaction == link->transaction &&
        stmt->rollbacks == link->rollbacks && cn_postgresql_state(&link->head) == CN_LINK_OPEN) {
        snprintf(sql, sizeof sql, "CLOSE %s", stmt->cursor);
        (void)cn_postgresql_run(link, sql, NULL, &ignored);
        cn_error_clear(&ignored);
    }
    stmt->cursor[0] = '\0';
}

void cn_postgresql_reset(cn_prepared *prepared)
{
    statement *stmt = (statement *)prepared;
    if (stmt->cursor[0] != '\0')
        close_cursor(stmt);
    PQclear(stmt->result);
    stmt->result = NULL;
    for (; stmt->more_at < stmt->more_count; stmt->more_at++)
        PQclear(stmt->more[stmt->more_at]);
    stmt->more_count = stmt->more_at = 0;
    stmt->row                        = -1;
    stmt->rows                       = 0;
    stmt->head.buffered              = true;
    cn_arena_reset(&stmt->scratch);
}

static void take_result(statement *stmt, PGresult *result)
{
    PQclear(stmt->result);
    stmt->result = result;
    stmt->row    = -1;
    stmt->rows   = result != NULL ? PQntuples(result) : 0;
}

static int64_t affected_by(PGresult *result)
{
    const char *text  = PQcmdTuples(result);
    int64_t     count = 0; /* a statement that counts nothing, like CREATE TABLE */
    (void)cn_number_parse_int(text, strlen(text), &count);
    return count;
}

/* ---- executing ------------------------------------------------------------------------------ */

/* Why a statement has to be prepared anew: a table changed, or a pooler gave us another server. */
static bool is_outdated(statement *stmt, const cn_error *error)
{
    bool gone    = strcmp(error->sqlstate, "26000") == 0;
    bool changed = strcmp(error->sqlstate, "0A000") == 0 && stmt->head.column_count > 0;
    if (gone)
        stmt->known = false;
    if (gone || changed)
        stmt->stale = true;
    return gone || changed;
}

static bool bind(statement *stmt, const run_of *run, cn_error *error)
{
    if (run->arrays)
        return cn_postgresql_bind_arrays(&stmt->parameters, stmt->types, run->values, run->rows,
                                         run->count, error);
    return cn_postgresql_bind(&stmt->parameters, stmt->types, run->values, run->count, error);
}

static bool send_execution(statement *stmt, size_t count, cn_error *error)
{
    const cn_postgresql_parameters *parameters = &stmt->parameters;
    PGconn                         *pg         = stmt->link->pg;
    int sent = PQsendQueryPrepared(pg, stmt->name, (int)count, parameters->values,
                                   parameters->lengths, parameters->formats, 0);
    return cn_postgresql_sent(stmt->link, sent, error);
}

static bool execute_once(statement *stmt, const run_of *run, cn_error *error)
{
    cn_postgresql *link   = stmt->link;
    PGresult      *result = NULL;
    if (!bind(stmt, run, error) || !cn_postgresql_start(link, error) ||
        !send_execution(stmt, run->count, error) ||
        !cn_postgresql_exchange(link, &result, 1, error))
        return false;
    link->fresh         = false;
    stmt->head.affected = affected_by(result);
    if (stmt->head.column_count > 0) {
        take_result(stmt, result);
    } else {
        link->rollbacks += strcmp(PQcmdStatus(result), "ROLLBACK") == 0;
        PQclear(result);
    }
    return true;
}

/* Runs, and if the server has to prepare the statement anew, does that where nothing is lost. */
static bool execute_ready(statement *stmt, const run_of                                   *run,
                          bool (*once)(statement *, const run_of *, cn_error *), cn_error *error)
{
    cn_postgresql *link  = stmt->link;
    bool           again = false;
    for (;;) {
        bool in_transaction = cn_postgresql_state(&link->head) != CN_LINK_IDLE;
        if (!make_ready(stmt, run, error))
            return false;
        if (once(stmt, run, error))
            return true;
        bool clean    = !in_transaction || link->fresh;
        bool outdated = error->cause != CN_CAUSE_LOST && is_outdated(stmt, error);
        if (again || !outdated || !clean) {
            link->fresh = false;
            return false;
        }
        again = true;
        cn_error_clear(error);
        if (in_transaction && !cn_postgresql_restart(link, error))
            return false;
    }
}

/* ---- cursors -------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

static bool is_word_at(const char *at, size_t size, const char *word)
{
    size_t i = 0;
    for (; i < size && word[i] != '\0'; i++) {
        if ((at[i] | 0x20) != word[i])
            return false;
    }
    return i == size && word[i] == '\0';
}

/* Whether DECLARE CURSOR takes the statement: a query that changes nothing. A word of those below
   in a name or a comment only costs the bound on memory. */
static bool can_have_cursor(const char *sql)
{
    static const char *const first_words[] = {"select", "with", "values", "table"};
    static const char *const others[]      = {"insert", "update", "delete", "merge", "into"};
    bool                     first         = true;
    for (const char *at = sql; *at != '\0';) {
        size_t size = 0;
        while (is_letter(at[size]))
            size++;
        if (size == 0) {
            at++;
            continue;
        }
        bool query = !first;
        for (size_t i = 0; first && i < sizeof first_words / sizeof *first_words; i++)
            query = query || is_word_at(at, size, first_words[i]);
        if (!query)
            return false;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            if (is_word_at(at, size, others[i]))
                return false;
        }
        first = false;
        at += size;
    }
    return !first;
}

static bool open_cursor(statement *stmt, const run_of *run, cn_error *error)
{
    cn_postgresql            *link       = stmt->link;
    cn_postgresql_parameters *parameters = &stmt->parameters;
    PGresult                 *results[2] = {NULL, NULL};
    cn_buffer                 sql        = {0};
    char                      name[CN_POSTGRESQL_NAME_SIZE];
    snprintf(name, sizeof name, "%sc%u", link->prefix, ++link->names);
    snprintf(stmt->fetch, sizeof stmt->fetch, "FETCH FORWARD %d FROM %s", stmt->chunk, name);
    cn_buffer_format(&sql, "DECLARE %s NO SCROLL CURSOR FOR ", name);
    cn_buffer_text(&sql, stmt->sql);
    bool ok = !sql.failed || cn_error_no_memory(error);
    ok      = ok && bind(stmt, run, error) && cn_postgresql_start(link, error) &&
         cn_postgresql_sent(link,
                            PQsendQueryParams(link->pg, sql.text, (int)run->count, stmt->types,
                                              parameters->values, parameters->lengths,
                                              parameters->formats, 0),
                            error) &&
         cn_postgresql_send(link, stmt->fetch, error) &&
         cn_postgresql_exchange(link, results, 2, error);
    cn_buffer_free(&sql);
    if (!ok)
        return false;
    PQclear(results[0]);
    take_result(stmt, results[1]);
    link->fresh = false;
    memcpy(stmt->cursor, name, sizeof name);
    stmt->transaction   = link->transaction;
    stmt->rollbacks     = link->rollbacks;
    stmt->head.affected = -1;
    stmt->head.buffered = false;
    return true;
}

static bool fetch_more(statement *stmt, cn_error *error)
{
    cn_postgresql *link   = stmt->link;
    PGresult      *result = NULL;
    if (stmt->transaction != link->transaction || cn_postgresql_state(&link->head) == CN_LINK_IDLE)
        return cn_error_set(error, CN_CAUSE_MISUSE,
                            "the transaction in which these rows were being read has ended");
    if (!cn_postgresql_start(link, error) || !cn_postgresql_send(link, stmt->fetch, error) ||
        !cn_postgresql_exchange(link, &result, 1, error))
        return false;
    take_result(stmt, result);
    return true;
}

bool cn_postgresql_execute(cn_prepared *prepared, const cn_value *values, size_t count,
                           const cn_execution *execution, cn_error *error)
{
    statement *stmt  = (statement *)prepared;
    size_t     chunk = execution != NULL ? execution->chunk : 0;
    run_of     run   = {.values = values, .count = count, .rows = 1};
    cn_postgresql_reset(prepared);
    stmt->chunk      = chunk < INT32_MAX ? (int)chunk : INT32_MAX;
    bool with_cursor = chunk > 0 && can_have_cursor(stmt->sql) &&
                       cn_postgresql_state(&stmt->link->head) == CN_LINK_OPEN;
    return execute_ready(stmt, &run, with_cursor ? open_cursor : execute_once, error);
}

/* ---- batches -------------------------------------------------------------------------------- */

#define BATCH_ROWS 256 /* that are on their way before their results are asked for */

/* A batch that is being sent: results are read while rows are still being written. */
typedef struct row_batch {
    size_t sent;
    size_t read;   /* results */
    size_t failed; /* the first row that did; SIZE_MAX: none */
} row_batch;

static bool keep_result(statement *stmt, PGresult *result, cn_error *error)
{
    stmt->head.affected += affected_by(result);
    if (PQntuples(result) == 0) {
        PQclear(result);
        return true;
    }
    if (!cn_reserve(&stmt->more, &stmt->more_capacity, stmt->more_count + 1, sizeof *stmt->more)) {
        PQclear(result);
        return cn_error_no_memory(error);
    }
    stmt->more[stmt->more_count++] = result;
    return true;
}

/* Reads results until at most `left` are still to come. False if the connection is lost. */
static bool read_results(statement *stmt, row_batch *batch, size_t left, cn_error *error)
{
    while (batch->sent - batch->read > left) {
        PGresult *result = NULL;
        if (cn_postgresql_collect(stmt->link, &result, error) == CN_COLLECT_LOST)
            return false;
        bool kept = result != NULL && keep_result(stmt, result, error);
        if (!kept && batch->read < batch->failed)
            batch->failed = batch->read;
        batch->read++;
    }
    return true;
}

/* False if the connection is lost; a row that failed is in the batch. */
static bool send_rows(statement *stmt, const run_of *run, row_batch *batch, cn_error *error)
{
    cn_postgresql *link = stmt->link;
    while (batch->sent < run->rows && batch->failed == SIZE_MAX) {
        const cn_value *row = run->values + batch->sent * run->count;
        if (!cn_postgresql_bind(&stmt->parameters, stmt->types, row, run->count, error)) {
            batch->failed = batch->sent;
            break;
        }
        if (!send_execution(stmt, run->count, error))
            return false;
        batch->sent++;
        if (batch->sent % BATCH_ROWS == 0 &&
            (!cn_postgresql_sent(link, PQsendFlushRequest(link->pg), error) ||
             !cn_postgresql_flush(link, error) ||
             cn_postgresql_collect_held(link, error) == CN_COLLECT_LOST ||
             !read_results(stmt, batch, BATCH_ROWS, error)))
            return false;
    }
    return true;
}

/* Outside a transaction the end of the exchange commits, so all must have gone well before it is
   sent. Inside, the caller rolls back, and the end can be sent at once. */
static bool end_batch(statement *stmt, row_batch *batch, bool in_transaction, cn_error *error)
{
    cn_postgresql *link    = stmt->link;
    PGresult      *undone  = NULL;
    cn_error       ignored = {0};
    bool           undo    = false;
    int            sent = in_transaction ? PQpipelineSync(link->pg) : PQsendFlushRequest(link->pg);
    bool           ok   = cn_postgresql_sent(link, sent, error) &&
              cn_postgresql_collect_held(link, error) != CN_COLLECT_LOST &&
              read_results(stmt, batch, 0, error);
    if (ok && !in_transaction) {
        undo = batch->failed != SIZE_MAX;
        ok   = (!undo || cn_postgresql_send(link, "ROLLBACK", error)) &&
             cn_postgresql_sent(link, PQpipelineSync(link->pg), error);
    }
    if (ok && undo)
        (void)cn_postgresql_collect(link, &undone, &ignored);
    PQclear(undone);
    cn_error_clear(&ignored);
    return ok && cn_postgresql_collect_end(link, error) && batch->failed == SIZE_MAX;
}

static bool execute_rows(statement *stmt, const run_of *run, cn_error *error)
{
    cn_postgresql *link           = stmt->link;
    row_batch      batch          = {.failed = SIZE_MAX};
    bool           in_transaction = cn_postgresql_state(&link->head) != CN_LINK_IDLE;
    stmt->head.affected           = 0;
    bool ok = cn_postgresql_start(link, error) && send_rows(stmt, run, &batch, error) &&
              end_batch(stmt, &batch, in_transaction, error);
    if (ok) {
        link->fresh = false;
        return true;
    }
    if (!link->lost && batch.failed != SIZE_MAX)
        error->row = batch.failed + 1;
    for (; stmt->more_count > 0; stmt->more_count--)
        PQclear(stmt->more[stmt->more_count - 1]);
    return false;
}

/* ---- COPY ----------------------------------------------------------------------------------- */

#define COPY_ROWS 100 /* from so many on, the round trip to the catalogue pays */

static void add_literal(cn_buffer *sql, const char *text, size_t size)
{
    cn_buffer_text(sql, "'");
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\'')
            cn_buffer_char(sql, '\'');
        cn_buffer_char(sql, text[i]);
    }
    cn_buffer_text(sql, "'");
}

/*
 * Whether COPY does to the table what INSERT does. It does not where a rule, a policy, a view or
 * a key that is always generated stands between. Once rows are in, the table is locked against
 * such a change until the transaction ends.
 */
static bool is_plain_table(statement *stmt, const cn_insert_text *insert, bool *plain,
                           cn_error *error)
{
    cn_buffer sql    = {0};
    PGresult *result = NULL;
    bool      open   = cn_postgresql_state(&stmt->link->head) == CN_LINK_OPEN;
    *plain           = open && stmt->plain_in == stmt->link->transaction;
    if (*plain)
        return true;
    cn_buffer_text(&sql, "SELECT 1 FROM pg_catalog.pg_class c WHERE c.oid = "
                         "pg_catalog.to_regclass(");
    add_literal(&sql, stmt->sql + insert->table, insert->table_end - insert->table);
    cn_buffer_text(&sql, ") AND c.relkind IN ('r', 'p') AND NOT c.relhasrules AND NOT "
                         "c.relrowsecurity AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a "
                         "WHERE a.attrelid = c.oid AND a.attidentity = 'a')");
    bool ok = !sql.failed || cn_error_no_memory(error);
    ok      = ok && cn_postgresql_start(stmt->link, error) &&
         cn_postgresql_send(stmt->link, sql.text, error) &&
         cn_postgresql_exchange(stmt->link, &result, 1, error);
    cn_buffer_free(&sql);
    *plain = ok && PQntuples(result) == 1;
    if (*plain && open)
        stmt->plain_in = stmt->link->transaction;
    PQclear(result);
    return ok;
}

/* Inserts the rows by COPY if that comes to the same: then *done is set. */
static bool copy_rows(statement *stmt, const run_of *run, bool *done, cn_error *error)
{
    cn_insert_text insert;
    cn_buffer      sql   = {0};
    cn_buffer     *bytes = &stmt->parameters.bytes;
    bool           ok    = true;
    *done                = false;
    if (run->rows < COPY_ROWS || stmt->link->head.product != CN_PRODUCT_POSTGRESQL ||
        stmt->untold || stmt->head.column_count != 0 ||
        !cn_insert_text_read(stmt->sql, strlen(stmt->sql), &insert) || insert.count != run->count)
        return true;
    cn_buffer_reset(bytes);
    if (!cn_postgresql_write_rows(bytes, stmt->narrow, run->values, run->rows, run->count))
        return true; /* row by row it will be seen why */
    ok = is_plain_table(stmt, &insert, done, error);
    if (*done) {
        cn_buffer_text(&sql, "COPY ");
        cn_buffer_add(&sql, stmt->sql + insert.table, insert.table_end - insert.table);
        cn_buffer_text(&sql, " ");
        cn_buffer_add(&sql, stmt->sql + insert.columns, insert.columns_end - insert.columns);
        cn_buffer_text(&sql, " FROM STDIN (FORMAT binary)");
        ok = (!sql.failed || cn_error_no_memory(error)) &&
             cn_postgresql_copy(stmt->link, sql.text, bytes, &stmt->head.affected, error);
    }
    stmt->link->fresh = false;
    cn_buffer_free(&sql);
    return ok;
}

static bool execute_batch(statement *stmt, const run_of *run, cn_error *error)
{
    bool done;
    return copy_rows(stmt, run, &done, error) && (done || execute_rows(stmt, run, error));
}

bool cn_postgresql_execute_many(cn_prepared *prepared, const cn_value *values, size_t rows,
                                size_t columns, const cn_execution *execution, cn_error *error)
{
    statement *stmt   = (statement *)prepared;
    bool       arrays = execution != NULL && execution->arrays;
    run_of     run    = {.values = values, .count = columns, .rows = rows, .arrays = arrays};
    cn_postgresql_reset(prepared);
    stmt->head.affected = 0;
    for (size_t i = 0; execution != NULL && execution->keys != NULL && i < rows; i++)
        execution->keys[i] = 0; /* PostgreSQL tells keys by RETURNING only */
    if (rows == 0)
        return true;
    return execute_ready(stmt, &run, arrays ? execute_once : execute_batch, error);
}

/* ---- rows ----------------------------------------------------------------------------------- */

cn_step cn_postgresql_step(cn_prepared *prepared, cn_error *error)
{
    statement *stmt = (statement *)prepared;
    if (stmt->scratch.chunk != NULL)
        cn_arena_reset(&stmt->scratch);
    while (stmt->row + 1 >= stmt->rows) {
        if (stmt->more_at < stmt->more_count) {
            take_result(stmt, stmt->more[stmt->more_at++]);
        } else if (stmt->cursor[0] == '\0' || stmt->rows < stmt->chunk) {
            stmt->row = stmt->rows; /* there is no current row any more */
            return CN_STEP_DONE;
        } else if (!fetch_more(stmt, error)) {
            return CN_STEP_ERROR;
        }
    }
    stmt->row++;
    return CN_STEP_ROW;
}

/* The cell's text; NULL for SQL's NULL. */
static inline const char *cell_text(const statement *stmt, size_t column, size_t *size)
{
    *size = (size_t)PQgetlength(stmt->result, stmt->row, (int)column);
    if (*size == 0 && PQgetisnull(stmt->result, stmt->row, (int)column))
        return NULL;
    return PQgetvalue(stmt->result, stmt->row, (int)column);
}

static bool check_cell(const statement *stmt, size_t column, cn_error *error)
{
    if (stmt->result == NULL || stmt->row < 0 || stmt->row >= stmt->rows)
        return cn_error_set(error, CN_CAUSE_MISUSE, "there is no current row to read");
    return column < stmt->head.column_count ||
           cn_error_set(error, CN_CAUSE_MISUSE,
                        "the result has %zu columns, and column %zu of it "
                        "was read",
                        stmt->head.column_count, column + 1);
}

bool cn_postgresql_cell(cn_prepared *prepared, size_t column, cn_value *value, cn_error *error)
{
    statement *stmt = (statement *)prepared;
    size_t     size;
    if (!check_cell(stmt, column, error))
        return false;
    const char *text = cell_text(stmt, column, &size);
    if (text != NULL)
        return cn_postgresql_read(&stmt->columns[column], text, size, &stmt->scratch, value, error);
    *value = cn_value_null();
    return true;
}

/* Digits with a sign, at most 18 of them: what needs no check for overflow. */
static inline bool short_integer(const char *text, size_t size, int64_t *number)
{
    size_t  at  = text[0] == '-';
    int64_t sum = 0;
    if (size > 18 || at == size)
        return false;
    for (; at < size; at++) {
        unsigned digit = (unsigned)text[at] - '0';
        if (digit > 9)
            return false;
        sum = sum * 10 + (int64_t)digit;
    }
    *number = text[0] == '-' ? -sum : sum;
    return true;
}

static inline bool store_integer(uint8_t storage, int64_t number, void *member)
{
    int32_t narrow = (int32_t)number;
    if (storage == CN_STORAGE_INT64) {
        memcpy(member, &number, sizeof number);
        return true;
    }
    if (storage != CN_STORAGE_INT32 || narrow != number)
        return false;
    memcpy(member, &narrow, sizeof narrow);
    return true;
}

/* The common cases. False: cn_convert_store does it, or says why not. */
static inline bool store_fast(const cn_decode *step, cn_kind kind, const char *text, size_t size,
                              char *row, cn_arena *arena)
{
    uint8_t storage = step->storage & (uint8_t)~CN_STORAGE_OPT;
    char   *member  = row + step->offset;
    char   *value   = storage == step->storage ? member
                                               : member + cn_storage_value_offset(step->storage);
    int64_t number;
    double  real;
    bool    ok = false;
    if (kind == CN_KIND_INTEGER) {
        ok = short_integer(text, size, &number) && store_integer(storage, number, value);
    } else if (kind == CN_KIND_TEXT) {
        if (storage != CN_STORAGE_TEXT)
            return false;
        if (arena != NULL && (text = cn_arena_text_sized(arena, text, size)) == NULL)
            return false;
        memcpy(value, &text, sizeof text);
        return true;
    } else if (kind == CN_KIND_BOOLEAN && storage == CN_STORAGE_BOOL) {
        memcpy(value, &(bool){text[0] == 't'}, sizeof(bool));
        ok = true;
    } else if (kind == CN_KIND_REAL && storage == CN_STORAGE_DOUBLE) {
        ok = cn_number_parse_real(text, size, &real);
        if (ok)
            memcpy(value, &real, sizeof real);
    }
    if (ok && storage != step->storage)
        memcpy(member, &(bool){true}, sizeof(bool));
    return ok;
}

bool cn_postgresql_decode(cn_prepared *prepared, const cn_decode *plan, size_t count, void *row,
                          cn_arena *text, cn_error *error)
{
    statement *stmt = (statement *)prepared;
    cn_value   value;
    for (size_t i = 0; i < count; i++) {
        const cn_decode *step = &plan[i];
        size_t           size;
        if (!check_cell(stmt, step->column, error))
            return false;
        const cn_column_info *column = &stmt->columns[step->column];
        const char           *cell   = cell_text(stmt, step->column, &size);
        if (cell != NULL && step->labels == NULL &&
            store_fast(step, column->kind, cell, size, row, text))
            continue;
        if (cell == NULL)
            value = cn_value_null();
        else if (!cn_postgresql_read(column, cell, size, &stmt->scratch, &value, error))
            return false;
        if (!cn_convert_store(step, &value, row, text, error))
            return false;
    }
    return true;
}
