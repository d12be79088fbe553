/*
 * The work by hand, with libsqlite3: held statements, no mutex, every piece of work in one
 * transaction; inserts without keys as multi-row VALUES, with keys row by row, since RETURNING is
 * slower than sqlite3_last_insert_rowid.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define CHUNK 250 /* rows in one VALUES */

typedef struct raw {
    sqlite3      *db;
    sqlite3_stmt *begin, *commit, *point, *load, *insert_chunk, *insert_for_key;
} raw;

static void check(const raw *r, bool good)
{
    if (!good)
        bench_fail("SQLite by hand", sqlite3_errmsg(r->db));
}

static sqlite3_stmt *prepare(const raw *r, const char *sql)
{
    sqlite3_stmt *made = NULL;
    check(r,
          sqlite3_prepare_v3(r->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL) == SQLITE_OK);
    return made;
}

static void run_held(const raw *r, sqlite3_stmt *statement)
{
    check(r, sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_reset(statement);
}

static void run(void *self, const char *sql)
{
    const raw *r = self;
    check(r, sqlite3_exec(r->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static int64_t number(void *self, const char *sql)
{
    const raw    *r         = self;
    sqlite3_stmt *statement = prepare(r, sql);
    check(r, sqlite3_step(statement) == SQLITE_ROW);
    int64_t found = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return found;
}

static char *chunk_sql(void)
{
    static const char head[] = "INSERT INTO bench_hand (id, name, note) VALUES ";
    char             *sql    = malloc(sizeof head + CHUNK * sizeof "(?, ?, ?),");
    if (sql == NULL)
        bench_fail("SQLite by hand", "no memory");
    size_t size = sizeof head - 1;
    memcpy(sql, head, sizeof head);
    for (size_t i = 0; i < CHUNK; i++) {
        const char *tuple = i == 0 ? "(?, ?, ?)" : ",(?, ?, ?)";
        memcpy(sql + size, tuple, strlen(tuple) + 1);
        size += strlen(tuple);
    }
    return sql;
}

/* A database of its own, for one in memory belongs to one connection: in memory, or a file beside
   that of the URL. */
static void open_own(raw *r, const char *url)
{
    static const char before[] = "sqlite:///";
    char              path[1024];
    if (strncmp(url, before, sizeof before - 1) != 0)
        snprintf(path, sizeof path, ":memory:");
    else if (snprintf(path, sizeof path, "%s-by-hand", url + sizeof before - 1) >= (int)sizeof path)
        bench_fail("SQLite by hand", "the path is too long");
    if (sqlite3_open_v2(path, &r->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        bench_fail("SQLite by hand", "cannot open a database");
}

static void make_tables(raw *r)
{
    run(r, "DROP TABLE IF EXISTS bench_item");
    run(r, "DROP TABLE IF EXISTS bench_hand");
    run(r, "CREATE TABLE bench_item (id INTEGER NOT NULL, name VARCHAR(40) NOT NULL, "
           "note VARCHAR(80), PRIMARY KEY (id))");
    run(r, "CREATE TABLE bench_hand (id INTEGER NOT NULL, name VARCHAR(40) NOT NULL, "
           "note VARCHAR(80), PRIMARY KEY (id))");
}

static void *open_raw(const char *url)
{
    raw *r = calloc(1, sizeof *r);
    if (r == NULL)
        bench_fail("SQLite by hand", "no memory");
    open_own(r, url);
    make_tables(r);
    char *sql         = chunk_sql();
    r->begin          = prepare(r, "BEGIN");
    r->commit         = prepare(r, "COMMIT");
    r->point          = prepare(r, "SELECT id, name, note FROM bench_item WHERE id = ?");
    r->load           = prepare(r, "SELECT id, name, note FROM bench_item");
    r->insert_chunk   = prepare(r, sql);
    r->insert_for_key = prepare(r, "INSERT INTO bench_hand (name, note) VALUES (?, ?)");
    free(sql);
    return r;
}

static void close_raw(void *self)
{
    raw *r = self;
    sqlite3_finalize(r->begin);
    sqlite3_finalize(r->commit);
    sqlite3_finalize(r->point);
    sqlite3_finalize(r->load);
    sqlite3_finalize(r->insert_chunk);
    sqlite3_finalize(r->insert_for_key);
    sqlite3_close(r->db);
    free(r);
}

static void begin(void *self)
{
    const raw *r = self;
    run_held(r, r->begin);
}

static void commit(void *self)
{
    const raw *r = self;
    run_held(r, r->commit);
}

static const char *text_at(sqlite3_stmt *statement, int column, bench_arena *arena)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text == NULL ? NULL
                        : bench_copy(arena, text, (size_t)sqlite3_column_bytes(statement, column));
}

static void read_row(sqlite3_stmt *statement, BenchItem *row, bench_arena *arena)
{
    row->id   = sqlite3_column_int(statement, 0);
    row->name = text_at(statement, 1, arena);
    row->note = text_at(statement, 2, arena);
}

static void point(void *self, int id, BenchItem *row, bench_arena *arena)
{
    const raw *r = self;
    sqlite3_bind_int(r->point, 1, id);
    check(r, sqlite3_step(r->point) == SQLITE_ROW);
    read_row(r->point, row, arena);
    sqlite3_reset(r->point);
}

static size_t load(void *self, BenchItem *rows, bench_arena *arena)
{
    const raw *r     = self;
    size_t     count = 0;
    int        code;
    begin(self);
    while ((code = sqlite3_step(r->load)) == SQLITE_ROW)
        read_row(r->load, &rows[count++], arena);
    check(r, code == SQLITE_DONE);
    sqlite3_reset(r->load);
    commit(self);
    return count;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    if (text == NULL)
        sqlite3_bind_null(statement, at);
    else
        sqlite3_bind_text(statement, at, text, (int)strlen(text), SQLITE_STATIC);
}

static void insert(void *self, const BenchItem *rows, size_t count)
{
    const raw *r = self;
    if (count % CHUNK != 0)
        bench_fail("SQLite by hand", "the rows are no multiple of the chunk");
    begin(self);
    for (const BenchItem *row = rows; row < rows + count;) {
        for (int at = 1; at <= 3 * CHUNK; at += 3, row++) {
            sqlite3_bind_int(r->insert_chunk, at, row->id);
            bind_text(r->insert_chunk, at + 1, row->name);
            bind_text(r->insert_chunk, at + 2, row->note);
        }
        run_held(r, r->insert_chunk);
    }
    commit(self);
}

static void insert_for_keys(void *self, BenchItem *rows, size_t count)
{
    const raw *r = self;
    begin(self);
    for (size_t i = 0; i < count; i++) {
        bind_text(r->insert_for_key, 1, rows[i].name);
        bind_text(r->insert_for_key, 2, rows[i].note);
        run_held(r, r->insert_for_key);
        rows[i].id = (int)sqlite3_last_insert_rowid(r->db);
    }
    commit(self);
}

const bench_raw bench_raw_sqlite = {
    .dialect         = "sqlite",
    .open            = open_raw,
    .close           = close_raw,
    .run             = run,
    .number          = number,
    .begin_points    = begin,
    .point           = point,
    .end_points      = commit,
    .load            = load,
    .insert          = insert,
    .insert_for_keys = insert_for_keys,
};
