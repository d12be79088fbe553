/*
 * The work by hand, with libpq: held statements, results as text (which is faster than binary for
 * int and varchar), COPY for inserts without keys, arrays with unnest and RETURNING for keys.
 */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/url.h>

#include "bench.h"

#define VARCHAR_OID 1043

typedef struct raw {
    PGconn     *pg;
    bench_arena buffer; /* what is sent */
} raw;

static void check(const raw *r, bool good)
{
    if (!good)
        bench_fail("PostgreSQL by hand", PQerrorMessage(r->pg));
}

static void finish(const raw *r, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    check(r, status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN);
    PQclear(result);
}

static void run(void *self, const char *sql)
{
    const raw *r = self;
    finish(r, PQexec(r->pg, sql));
}

static int64_t number(void *self, const char *sql)
{
    const raw *r      = self;
    PGresult  *result = PQexec(r->pg, sql);
    check(r, PQntuples(result) == 1);
    int64_t found = atoll(PQgetvalue(result, 0, 0));
    PQclear(result);
    return found;
}

static void connect_raw(raw *r, const char *url)
{
    cn_url     *parts  = cn_url_parse(url);
    const char *option = cn_url_option_get(parts, "host");
    const char *socket = option != NULL ? option : cn_url_host(parts);
    const char *port   = cn_url_option_get(parts, "port");
    char        number[8];
    snprintf(number, sizeof number, "%u", (unsigned)cn_url_port(parts));
    const char *names[]  = {"host", "port", "user", "password", "dbname", NULL};
    const char *values[] = {socket,
                            port != NULL ? port : number,
                            cn_url_user(parts),
                            cn_url_password(parts),
                            cn_url_database(parts),
                            NULL};
    r->pg                = PQconnectdbParams(names, values, 0);
    check(r, PQstatus(r->pg) == CONNECTION_OK);
    cn_url_free(parts);
}

static void *open_raw(const char *url)
{
    raw *r = calloc(1, sizeof *r);
    if (r == NULL)
        bench_fail("PostgreSQL by hand", "no memory");
    connect_raw(r, url);
    finish(r, PQprepare(r->pg, "point", "SELECT id, name, note FROM bench_item WHERE id = $1", 0,
                        NULL));
    finish(r, PQprepare(r->pg, "load", "SELECT id, name, note FROM bench_item", 0, NULL));
    finish(r, PQprepare(r->pg, "insert_for_keys",
                        "INSERT INTO bench_hand (name, note) SELECT * FROM "
                        "unnest($1::varchar[], $2::varchar[]) RETURNING id",
                        0, NULL));
    return r;
}

static void close_raw(void *self)
{
    raw *r = self;
    PQfinish(r->pg);
    free(r->buffer.memory);
    free(r);
}

/* A read needs no transaction of its own here. */
static void nothing(void *self)
{
    (void)self;
}

static const char *text_at(PGresult *result, int row, int column, bench_arena *arena)
{
    size_t size = (size_t)PQgetlength(result, row, column);
    if (size == 0 && PQgetisnull(result, row, column))
        return NULL;
    return bench_copy(arena, PQgetvalue(result, row, column), size);
}

static void read_row(PGresult *result, int at, BenchItem *row, bench_arena *arena)
{
    row->id   = atoi(PQgetvalue(result, at, 0));
    row->name = text_at(result, at, 1, arena);
    row->note = text_at(result, at, 2, arena);
}

static void point(void *self, int id, BenchItem *row, bench_arena *arena)
{
    const raw  *r         = self;
    uint32_t    key       = htonl((uint32_t)id);
    const char *values[]  = {(const char *)&key};
    int         lengths[] = {sizeof key};
    int         formats[] = {1};
    PGresult   *result    = PQexecPrepared(r->pg, "point", 1, values, lengths, formats, 0);
    check(r, PQntuples(result) == 1);
    read_row(result, 0, row, arena);
    PQclear(result);
}

static size_t load(void *self, BenchItem *rows, bench_arena *arena)
{
    const raw *r      = self;
    PGresult  *result = PQexecPrepared(r->pg, "load", 0, NULL, NULL, NULL, 0);
    int        count  = PQntuples(result);
    check(r, PQresultStatus(result) == PGRES_TUPLES_OK);
    for (int i = 0; i < count; i++)
        read_row(result, i, &rows[i], arena);
    PQclear(result);
    return (size_t)count;
}

/* ---- COPY ------------------------------------------------------------------------------------ */

static char *put_int(char *at, int number)
{
    char digits[12];
    int  count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0)
        *at++ = digits[--count];
    return at;
}

/* In the text form of COPY, what would be taken for its punctuation is escaped. */
static char *put_text(char *at, const char *text)
{
    if (text == NULL) {
        *at++ = '\\';
        *at++ = 'N';
        return at;
    }
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '\t' || *text == '\n' || *text == '\r') {
            *at++ = '\\';
            *at++ = *text == '\t' ? 't' : *text == '\n' ? 'n' : *text == '\r' ? 'r' : '\\';
        } else {
            *at++ = *text;
        }
    }
    return at;
}

static void insert(void *self, const BenchItem *rows, size_t count)
{
    raw *r         = self;
    r->buffer.used = 0;
    char *start = bench_take(&r->buffer, 64 * 1024), *at = start;
    finish(r, PQexec(r->pg, "COPY bench_hand (id, name, note) FROM STDIN"));
    for (size_t i = 0; i < count; i++) {
        at    = put_int(at, rows[i].id);
        *at++ = '\t';
        at    = put_text(at, rows[i].name);
        *at++ = '\t';
        at    = put_text(at, rows[i].note);
        *at++ = '\n';
        if (at - start > 60 * 1024 || i + 1 == count) {
            check(r, PQputCopyData(r->pg, start, (int)(at - start)) == 1);
            at = start;
        }
    }
    check(r, PQputCopyEnd(r->pg, NULL) == 1);
    finish(r, PQgetResult(r->pg));
    check(r, PQgetResult(r->pg) == NULL);
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static char *put_word(char *at, uint32_t word)
{
    word = htonl(word);
    memcpy(at, &word, sizeof word);
    return at + sizeof word;
}

/* One column in the binary form of an array. */
static char *put_array(char *at, const BenchItem *rows, size_t count, bool notes)
{
    at = put_word(at, 1); /* dimension */
    at = put_word(at, 1); /* there are NULLs */
    at = put_word(at, VARCHAR_OID);
    at = put_word(at, (uint32_t)count);
    at = put_word(at, 1); /* the first index */
    for (size_t i = 0; i < count; i++) {
        const char *text = notes ? rows[i].note : rows[i].name;
        size_t      size = text == NULL ? 0 : strlen(text);
        at               = put_word(at, text == NULL ? UINT32_MAX : (uint32_t)size);
        if (size != 0)
            memcpy(at, text, size);
        at += size;
    }
    return at;
}

static void insert_for_keys(void *self, BenchItem *rows, size_t count)
{
    raw *r                = self;
    r->buffer.used        = 0;
    char       *names     = bench_take(&r->buffer, 2 * count * 100);
    char       *notes     = put_array(names, rows, count, false);
    char       *end       = put_array(notes, rows, count, true);
    const char *values[]  = {names, notes};
    int         lengths[] = {(int)(notes - names), (int)(end - notes)};
    int         formats[] = {1, 1};
    PGresult   *result = PQexecPrepared(r->pg, "insert_for_keys", 2, values, lengths, formats, 0);
    check(r, PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == (int)count);
    for (size_t i = 0; i < count; i++)
        rows[i].id = atoi(PQgetvalue(result, (int)i, 0));
    PQclear(result);
}

const bench_raw bench_raw_postgresql = {
    .dialect         = "postgresql",
    .open            = open_raw,
    .close           = close_raw,
    .run             = run,
    .number          = number,
    .begin_points    = nothing,
    .point           = point,
    .end_points      = nothing,
    .load            = load,
    .insert          = insert,
    .insert_for_keys = insert_for_keys,
};
