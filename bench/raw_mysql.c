/*
 * The work by hand, with MariaDB Connector/C: held statements, results read as they come into
 * bound buffers, inserts as one array of parameters, RETURNING for keys.
 */
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/url.h>

#include "bench.h"

/* Where the columns of the present row arrive. */
typedef struct row_buffer {
    int           id;
    char          name[41];
    char          note[81];
    unsigned long name_size, note_size;
    my_bool       note_is_null;
} row_buffer;

typedef struct raw {
    MYSQL       mysql;
    MYSQL_STMT *point, *load, *insert, *insert_for_keys;
    int         point_id;
    row_buffer  row;
    /* one array for each column */
    int           *ids;
    char         **names, **notes;
    unsigned long *name_sizes, *note_sizes;
    char          *note_indicators;
} raw;

static void check(raw *r, bool good)
{
    if (!good)
        bench_fail("MariaDB by hand", mysql_error(&r->mysql));
}

static void check_statement(MYSQL_STMT *statement, bool good)
{
    if (!good)
        bench_fail("MariaDB by hand", mysql_stmt_error(statement));
}

static void bind_text_result(MYSQL_BIND *bind, char *buffer, size_t room, unsigned long *size,
                             my_bool *is_null)
{
    bind->buffer_type   = MYSQL_TYPE_STRING;
    bind->buffer        = buffer;
    bind->buffer_length = (unsigned long)room;
    bind->length        = size;
    bind->is_null       = is_null;
}

static void bind_row(raw *r, MYSQL_STMT *statement)
{
    MYSQL_BIND columns[3] = {{.buffer_type = MYSQL_TYPE_LONG, .buffer = &r->row.id}};
    bind_text_result(&columns[1], r->row.name, sizeof r->row.name, &r->row.name_size, NULL);
    bind_text_result(&columns[2], r->row.note, sizeof r->row.note, &r->row.note_size,
                     &r->row.note_is_null);
    check_statement(statement, mysql_stmt_bind_result(statement, columns) == 0);
}

static MYSQL_STMT *prepare(raw *r, const char *sql)
{
    MYSQL_STMT *made = mysql_stmt_init(&r->mysql);
    check(r, made != NULL);
    check_statement(made, mysql_stmt_prepare(made, sql, strlen(sql)) == 0);
    return made;
}

static void run(void *self, const char *sql)
{
    raw *r = self;
    check(r, mysql_query(&r->mysql, sql) == 0);
}

static int64_t number(void *self, const char *sql)
{
    raw *r = self;
    run(self, sql);
    MYSQL_RES *result = mysql_store_result(&r->mysql);
    check(r, result != NULL);
    int64_t found = atoll(mysql_fetch_row(result)[0]);
    mysql_free_result(result);
    run(self, "COMMIT");
    return found;
}

static void connect_raw(raw *r, const char *url)
{
    cn_url     *parts  = cn_url_parse(url);
    const char *socket = cn_url_option_get(parts, "unix_socket");
    mysql_init(&r->mysql);
    check(r, mysql_real_connect(&r->mysql, cn_url_host(parts), cn_url_user(parts),
                                cn_url_password(parts), cn_url_database(parts), cn_url_port(parts),
                                socket, 0) != NULL);
    cn_url_free(parts);
    mysql_set_character_set(&r->mysql, "utf8mb4");
    run(r, "SET autocommit = 0");
}

static void *open_raw(const char *url)
{
    raw *r = calloc(1, sizeof *r);
    if (r == NULL)
        bench_fail("MariaDB by hand", "no memory");
    connect_raw(r, url);
    r->ids             = calloc(BENCH_ROWS, sizeof *r->ids);
    r->names           = calloc(BENCH_ROWS, sizeof *r->names);
    r->notes           = calloc(BENCH_ROWS, sizeof *r->notes);
    r->name_sizes      = calloc(BENCH_ROWS, sizeof *r->name_sizes);
    r->note_sizes      = calloc(BENCH_ROWS, sizeof *r->note_sizes);
    r->note_indicators = calloc(BENCH_ROWS, 1);
    r->point           = prepare(r, "SELECT id, name, note FROM bench_item WHERE id = ?");
    r->load            = prepare(r, "SELECT id, name, note FROM bench_item");
    r->insert          = prepare(r, "INSERT INTO bench_hand (id, name, note) VALUES (?, ?, ?)");
    r->insert_for_keys = prepare(r,
                                 "INSERT INTO bench_hand (name, note) VALUES (?, ?) RETURNING id");
    MYSQL_BIND key     = {.buffer_type = MYSQL_TYPE_LONG, .buffer = &r->point_id};
    check_statement(r->point, mysql_stmt_bind_param(r->point, &key) == 0);
    bind_row(r, r->point);
    bind_row(r, r->load);
    return r;
}

static void close_raw(void *self)
{
    raw *r = self;
    mysql_stmt_close(r->point);
    mysql_stmt_close(r->load);
    mysql_stmt_close(r->insert);
    mysql_stmt_close(r->insert_for_keys);
    mysql_close(&r->mysql);
    free(r->ids);
    free(r->names);
    free(r->notes);
    free(r->name_sizes);
    free(r->note_sizes);
    free(r->note_indicators);
    free(r);
}

static void begin(void *self)
{
    (void)self; /* the server begins by itself */
}

static void commit(void *self)
{
    raw *r = self;
    check(r, mysql_commit(&r->mysql) == 0);
}

static void read_row(const raw *r, BenchItem *row, bench_arena *arena)
{
    row->id   = r->row.id;
    row->name = bench_copy(arena, r->row.name, r->row.name_size);
    row->note = r->row.note_is_null ? NULL : bench_copy(arena, r->row.note, r->row.note_size);
}

static void point(void *self, int id, BenchItem *row, bench_arena *arena)
{
    raw *r      = self;
    r->point_id = id;
    check_statement(r->point, mysql_stmt_execute(r->point) == 0);
    check_statement(r->point, mysql_stmt_fetch(r->point) == 0);
    read_row(r, row, arena);
    mysql_stmt_free_result(r->point);
}

static size_t load(void *self, BenchItem *rows, bench_arena *arena)
{
    raw   *r     = self;
    size_t count = 0;
    check_statement(r->load, mysql_stmt_execute(r->load) == 0);
    while (mysql_stmt_fetch(r->load) == 0)
        read_row(r, &rows[count++], arena);
    mysql_stmt_free_result(r->load);
    commit(self);
    return count;
}

/* The columns name and note, as arrays. */
static void bind_texts(raw *r, const BenchItem *rows, size_t count, MYSQL_BIND *binds)
{
    for (size_t i = 0; i < count; i++) {
        const BenchItem *row  = &rows[i];
        r->names[i]           = (char *)(uintptr_t)row->name;
        r->name_sizes[i]      = strlen(row->name);
        r->notes[i]           = (char *)(uintptr_t)row->note;
        r->note_sizes[i]      = row->note == NULL ? 0 : strlen(row->note);
        r->note_indicators[i] = row->note == NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
    }
    binds[0] = (MYSQL_BIND){
        .buffer_type = MYSQL_TYPE_STRING, .buffer = r->names, .length = r->name_sizes};
    binds[1] = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
                            .buffer      = r->notes,
                            .length      = r->note_sizes,
                            .u.indicator = r->note_indicators};
}

static void execute(MYSQL_STMT *statement, MYSQL_BIND *binds, size_t count)
{
    unsigned rows = (unsigned)count;
    mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &rows);
    check_statement(statement, mysql_stmt_bind_param(statement, binds) == 0);
    check_statement(statement, mysql_stmt_execute(statement) == 0);
}

static void insert(void *self, const BenchItem *rows, size_t count)
{
    raw       *r        = self;
    MYSQL_BIND binds[3] = {{.buffer_type = MYSQL_TYPE_LONG, .buffer = r->ids}};
    for (size_t i = 0; i < count; i++)
        r->ids[i] = rows[i].id;
    bind_texts(r, rows, count, &binds[1]);
    execute(r->insert, binds, count);
    commit(self);
}

static void insert_for_keys(void *self, BenchItem *rows, size_t count)
{
    raw       *r        = self;
    MYSQL_BIND binds[2] = {{0}};
    int        id       = 0;
    MYSQL_BIND key      = {.buffer_type = MYSQL_TYPE_LONG, .buffer = &id};
    bind_texts(r, rows, count, binds);
    execute(r->insert_for_keys, binds, count);
    check_statement(r->insert_for_keys, mysql_stmt_bind_result(r->insert_for_keys, &key) == 0);
    for (size_t i = 0; i < count; i++) {
        check_statement(r->insert_for_keys, mysql_stmt_fetch(r->insert_for_keys) == 0);
        rows[i].id = id;
    }
    mysql_stmt_free_result(r->insert_for_keys);
    commit(self);
}

const bench_raw bench_raw_mysql = {
    .dialect         = "mysql",
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
