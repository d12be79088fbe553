/*
 * The SQLite driver's statements: preparing, binding, stepping, decoding, batches. The engine
 * calls them through the table in sqlite.c.
 *
 * A statement that changes rows runs to its end inside execute, and the rows that it returns
 * (RETURNING) are kept in an arena: so `affected` and the key are right at once, and the statement
 * holds no lock while they are read. Any other is stepped as its rows are asked for. SQLite's
 * statement is reset as soon as it is done, for the same reason.
 */
#include "driver/sqlite_link.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/convert.h"
#include "base/insert_text.h"
#include "base/memory.h"
#include "base/number.h"

typedef enum cursor {
    CURSOR_DONE,        /* no result, or read to its end */
    CURSOR_BEFORE_ROW,  /* execute has already stepped to the first row */
    CURSOR_ROW,         /* SQLite stands on a row */
    CURSOR_BEFORE_KEPT, /* the rows are kept; none is current */
    CURSOR_KEPT
} cursor;

typedef struct sqlite_prepared {
    cn_prepared     head;
    cn_sqlite_link *link;
    sqlite3_stmt   *statement;
    char           *script; /* several statements: then `statement` is NULL */
    size_t          script_size;
    cn_column_info *columns;      /* one block with their names */
    int             reprepared;   /* how often SQLite had compiled it anew when they were read */
    bool            changes_rows; /* INSERT, UPDATE, DELETE */
    bool            inserts;      /* INSERT, and without a WITH before it */
    bool            asks_for_key; /* calls last_insert_rowid() itself */
    char         *many_sql; /* the INSERT with MANY_ROWS rows of VALUES, or NULL if it cannot be */
    sqlite3_stmt *many;     /* compiled at the first batch that is worth it */
    cursor        cursor;
    /* Kept rows: one cell after the other. */
    cn_arena  kept;
    cn_value *cells;
    size_t    cell_capacity;
    size_t    cell_count;
    size_t    next_cell;
    cn_value *row;
} sqlite_prepared;

/* ---- preparing ------------------------------------------------------------------------------- */

/* Without it no column knows its table; a SQLite library may be compiled without it. */
#pragma weak sqlite3_column_table_name

static const char *table_of(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_table_name != NULL ? sqlite3_column_table_name(statement, column) : NULL;
}

static size_t text_room(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static const char *put_text(char **at, const char *text)
{
    if (text == NULL)
        return NULL;
    char *put = memcpy(*at, text, strlen(text) + 1);
    *at += strlen(text) + 1;
    return put;
}

/* Copies what SQLite says of the columns: its pointers die when it compiles the statement anew. */
static bool read_columns(sqlite_prepared *prepared, cn_error *error)
{
    sqlite3_stmt *statement     = prepared->statement;
    int           count         = sqlite3_column_count(statement);
    size_t        size          = (size_t)count * sizeof(cn_column_info);
    prepared->head.columns      = NULL;
    prepared->head.column_count = 0;
    cn_release(prepared->columns);
    prepared->columns    = NULL;
    prepared->reprepared = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0);
    prepared->head.described += prepared->head.described == UINT_MAX ? 2 : 1; /* never 0 */
    if (count == 0)
        return true;
    for (int i = 0; i < count; i++) {
        if (sqlite3_column_name(statement, i) == NULL)
            return cn_error_no_memory(error);
        size += text_room(sqlite3_column_name(statement, i)) + text_room(table_of(statement, i));
    }
    prepared->columns = cn_allocate(size);
    if (prepared->columns == NULL)
        return cn_error_no_memory(error);
    char *at = (char *)(prepared->columns + count);
    for (int i = 0; i < count; i++) {
        prepared->columns[i]       = (cn_column_info){.kind = CN_KIND_NULL};
        prepared->columns[i].name  = put_text(&at, sqlite3_column_name(statement, i));
        prepared->columns[i].table = put_text(&at, table_of(statement, i));
    }
    prepared->head.columns      = prepared->columns;
    prepared->head.column_count = (size_t)count;
    return true;
}

static inline bool columns_are_right(const sqlite_prepared *prepared)
{
    return prepared->statement == NULL ||
           prepared->reprepared ==
               sqlite3_stmt_status(prepared->statement, SQLITE_STMTSTATUS_REPREPARE, 0);
}

/* Rows in one VALUES, which are inserted in a third of the time that each alone takes. */
#define MANY_ROWS 100

/* Writes down the INSERT with many rows, if its shape allows that. False: no memory. */
static bool write_many(sqlite_prepared *prepared, const char *sql, const char *end)
{
    cn_insert_text insert;
    if (!cn_insert_text_read(sql, (size_t)(end - sql), &insert) ||
        insert.count * MANY_ROWS >
            (size_t)sqlite3_limit(prepared->link->db, SQLITE_LIMIT_VARIABLE_NUMBER, -1))
        return true;
    size_t row         = insert.row_end - insert.row;
    prepared->many_sql = cn_allocate(insert.row + MANY_ROWS * (row + 1));
    if (prepared->many_sql == NULL)
        return false;
    char *at = prepared->many_sql;
    memcpy(at, sql, insert.row);
    at += insert.row;
    for (size_t i = 0; i < MANY_ROWS; i++) {
        memcpy(at, sql + insert.row, row);
        at += row;
        *at++ = ',';
    }
    at[-1] = '\0';
    return true;
}

static void classify(sqlite_prepared *prepared, const char *sql, const char *end)
{
    /* WITH: what else it may begin only reads, and that is asked, too. */
    static const char *const changing[]  = {"INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", NULL};
    static const char *const inserting[] = {"INSERT", "REPLACE", NULL};
    if (sqlite3_stmt_readonly(prepared->statement) != 0 ||
        !cn_sqlite_starts_with(sql, end, changing))
        return;
    prepared->changes_rows = true;
    prepared->inserts      = cn_sqlite_starts_with(sql, end, inserting);
    prepared->asks_for_key = cn_sqlite_mentions(sql, end, "last_insert_rowid");
}

/* Several statements in one text, where they are allowed: compiled one by one as they run. */
static bool prepare_script(sqlite_prepared *prepared, const char *sql, size_t size, cn_error *error)
{
    if (!prepared->link->multi_statements)
        return cn_error_several_statements(error);
    prepared->script      = cn_duplicate_sized(sql, size);
    prepared->script_size = size;
    return prepared->script != NULL || cn_error_no_memory(error);
}

static bool prepare_one(sqlite_prepared *prepared, const char *sql, size_t size, cn_error *error)
{
    const char *at = sql, *end = sql + size, *rest;
    if (!cn_sqlite_text_ok(sql, size, error) ||
        !cn_sqlite_compile(prepared->link, &at, end, SQLITE_PREPARE_PERSISTENT,
                           &prepared->statement, &rest, error))
        return false;
    if (prepared->statement == NULL)
        return cn_error_set(error, CN_CAUSE_SYNTAX, "the SQL text holds no statement");
    if (rest < end && cn_sqlite_more(prepared->link, rest, end)) {
        (void)sqlite3_finalize(prepared->statement);
        prepared->statement = NULL;
        return prepare_script(prepared, sql, size, error);
    }
    classify(prepared, at, rest);
    if (prepared->inserts && !write_many(prepared, at, rest))
        return cn_error_no_memory(error);
    prepared->head.parameter_count = (size_t)sqlite3_bind_parameter_count(prepared->statement);
    return read_columns(prepared, error);
}

cn_prepared *cn_sqlite_prepare(cn_link *opened, const char *sql, size_t size, cn_error *error)
{
    cn_sqlite_link  *link     = (cn_sqlite_link *)opened;
    sqlite_prepared *prepared = cn_allocate_zero(1, sizeof *prepared);
    if (prepared == NULL) {
        (void)cn_error_no_memory(error);
        return NULL;
    }
    cn_sqlite_enter(link);
    prepared->head.driver = link->head.driver;
    prepared->link        = link;
    if (prepare_one(prepared, sql, size, error))
        return &prepared->head;
    cn_sqlite_release(&prepared->head);
    return NULL;
}

/* The kept rows are given back, their memory is kept for the next time. */
void cn_sqlite_reset(cn_prepared *head)
{
    sqlite_prepared *prepared = (sqlite_prepared *)head;
    if (prepared->cursor == CURSOR_BEFORE_ROW || prepared->cursor == CURSOR_ROW)
        (void)sqlite3_reset(prepared->statement);
    if (prepared->kept.chunk != NULL)
        cn_arena_reset(&prepared->kept);
    prepared->head.buffered = false;
    prepared->cursor        = CURSOR_DONE;
    prepared->cell_count    = 0;
    prepared->next_cell     = 0;
}

void cn_sqlite_release(cn_prepared *head)
{
    sqlite_prepared *prepared = (sqlite_prepared *)head;
    if (prepared == NULL)
        return;
    (void)sqlite3_finalize(prepared->statement);
    (void)sqlite3_finalize(prepared->many);
    cn_arena_free(&prepared->kept);
    cn_release(prepared->many_sql);
    cn_release(prepared->script);
    cn_release(prepared->cells);
    cn_release(prepared->columns);
    cn_release(prepared);
}

/* ---- binding --------------------------------------------------------------------------------- */

/* Most of these end in one of the two. The text is the caller's until reset: nothing is copied. */
static bool bound(const sqlite_prepared *prepared, int code, cn_error *error)
{
    return code == SQLITE_OK || cn_sqlite_fail(prepared->link, code, CN_SQLITE_RUNNING, error);
}

static bool refuse(cn_error *error, int parameter, const char *why)
{
    return cn_error_set(error, CN_CAUSE_CONVERSION, "parameter %d: %s", parameter, why);
}

static bool bind_text(sqlite_prepared *prepared, int at, const cn_value *value, cn_error *error)
{
    const char *data = value->as.text.data;
    size_t      size = value->as.text.size;
    if (data != NULL && memchr(data, '\0', size) != NULL)
        return refuse(error, at,
                      "a text with a NUL byte, which SQLite would cut there; bytes may "
                      "hold one");
    return bound(
        prepared,
        sqlite3_bind_text64(prepared->statement, at, data, size, SQLITE_STATIC, SQLITE_UTF8),
        error);
}

static bool bind_bytes(sqlite_prepared *prepared, int at, const cn_value *value, cn_error *error)
{
    /* For SQLite a NULL pointer would be NULL, not no bytes. */
    const void *data = value->as.bytes.data != NULL ? value->as.bytes.data : "";
    return bound(
        prepared,
        sqlite3_bind_blob64(prepared->statement, at, data, value->as.bytes.size, SQLITE_STATIC),
        error);
}

static bool bind_unsigned(sqlite_prepared *prepared, int at, const cn_value *value, cn_error *error)
{
    uint64_t number = value->as.unsigned_integer;
    if (number > INT64_MAX)
        return refuse(error, at,
                      "an unsigned integer above 9223372036854775807, the largest that "
                      "SQLite holds exactly");
    return bound(prepared, sqlite3_bind_int64(prepared->statement, at, (int64_t)number), error);
}

static bool bind_real(sqlite_prepared *prepared, int at, const cn_value *value, cn_error *error)
{
    if (isnan(value->as.real))
        return refuse(error, at, "NaN, which SQLite would store as NULL");
    return bound(prepared, sqlite3_bind_double(prepared->statement, at, value->as.real), error);
}

/* The digits from the first that is not zero to the last that is not. */
static int significant_digits(const char *text, size_t size)
{
    int digits = 0, zeros = 0;
    for (size_t i = 0; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] < '0' || text[i] > '9' || (text[i] == '0' && digits == 0))
            continue;
        zeros = text[i] == '0' ? zeros + 1 : 0;
        digits++;
    }
    return digits - zeros;
}

/*
 * SQLite has no decimal type. A decimal goes in as the INTEGER that it is, else as a REAL if that
 * gives the same digits back, which every double does for 15. Not as text: outside of a column,
 * as in `price * 2 > ?`, every text is greater than every number, without an error.
 */
static bool bind_decimal(sqlite_prepared *prepared, int at, const cn_value *value, cn_error *error)
{
    const char *text = value->as.text.data;
    size_t      size = value->as.text.size;
    int64_t     integer;
    double      real;
    if (!cn_number_is_decimal(text, size))
        return refuse(error, at, "a decimal whose text is no decimal number");
    if (cn_number_parse_int(text, size, &integer))
        return bound(prepared, sqlite3_bind_int64(prepared->statement, at, integer), error);
    int digits = significant_digits(text, size);
    if (digits > DBL_DIG || !cn_number_parse_real(text, size, &real) || isinf(real) ||
        (digits > 0 && fabs(real) < DBL_MIN))
        return refuse(error, at,
                      "a decimal that SQLite cannot hold exactly: it has no decimal "
                      "type, and a REAL holds 15 significant digits; store it as text, "
                      "or as an integer of its smallest unit");
    return bound(prepared, sqlite3_bind_double(prepared->statement, at, real), error);
}

static char *hexadecimal(cn_uuid uuid, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof uuid.bytes; i++) {
        text[2 * i]     = digits[uuid.bytes[i] >> 4];
        text[2 * i + 1] = digits[uuid.bytes[i] & 15];
    }
    text[2 * sizeof uuid.bytes] = '\0';
    return text;
}

/* What SQLite has no type for goes in as text, in one form only, so that it sorts and compares:
   a timestamp like a datetime, converted to UTC and without the zone. */
static bool bind_written(sqlite_prepared *prepared, int at, const cn_value *value, cn_error *error)
{
    char    text[CN_TEMPORAL_SIZE];
    cn_date date;
    switch ((cn_kind)value->kind) {
    case CN_KIND_DATE:
        if (!cn_date_parse(cn_date_format(value->as.date, text), &date))
            return refuse(error, at, "a date that is not in the calendar");
        break;
    case CN_KIND_TIME:
        (void)cn_time_format(value->as.time, text);
        break;
    case CN_KIND_DATETIME:
        (void)cn_datetime_format(value->as.datetime, text);
        break;
    case CN_KIND_TIMESTAMP:
        (void)cn_datetime_format((cn_datetime){value->as.timestamp.microseconds}, text);
        break;
    case CN_KIND_INTERVAL:
        (void)cn_interval_format(value->as.interval, text);
        break;
    case CN_KIND_UUID:
        (void)hexadecimal(value->as.uuid, text);
        break;
    default:
        return refuse(error, at, "a value that is not for SQLite");
    }
    return bound(prepared, sqlite3_bind_text(prepared->statement, at, text, -1, SQLITE_TRANSIENT),
                 error);
}

static bool bind_value(sqlite_prepared *prepared, int at, const cn_value *value, cn_error *error)
{
    sqlite3_stmt *statement = prepared->statement;
    switch ((cn_kind)value->kind) {
    case CN_KIND_NULL:
        return bound(prepared, sqlite3_bind_null(statement, at), error);
    case CN_KIND_BOOLEAN:
        return bound(prepared, sqlite3_bind_int(statement, at, value->as.boolean), error);
    case CN_KIND_INTEGER:
        return bound(prepared, sqlite3_bind_int64(statement, at, value->as.integer), error);
    case CN_KIND_TEXT:
    case CN_KIND_JSON:
        return bind_text(prepared, at, value, error);
    case CN_KIND_UNSIGNED:
        return bind_unsigned(prepared, at, value, error);
    case CN_KIND_REAL:
        return bind_real(prepared, at, value, error);
    case CN_KIND_BYTES:
        return bind_bytes(prepared, at, value, error);
    case CN_KIND_DECIMAL:
        return bind_decimal(prepared, at, value, error);
    default:
        return bind_written(prepared, at, value, error);
    }
}

static bool bind_values(sqlite_prepared *prepared, const cn_value *values, size_t count,
                        cn_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const cn_value *value = &values[i];
        if (value->kind == CN_KIND_INTEGER &&
            sqlite3_bind_int64(prepared->statement, (int)i + 1, value->as.integer) == SQLITE_OK)
            continue;
        if (!bind_value(prepared, (int)i + 1, value, error))
            return false;
    }
    return true;
}

static bool bind_all(sqlite_prepared *prepared, const cn_value *values, size_t count,
                     cn_error *error)
{
    if (count != prepared->head.parameter_count)
        return cn_error_set(
            error, CN_CAUSE_PARAMETER, "the statement takes %zu parameter%s, and %zu value%s given",
            prepared->head.parameter_count, prepared->head.parameter_count == 1 ? "" : "s", count,
            count == 1 ? " was" : "s were");
    return bind_values(prepared, values, count, error);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The links are opened without a mutex, so a column's sqlite3_value may be read like any other. */
static bool read_value(sqlite3_value *from, cn_value *value, cn_error *error)
{
    memset(value, 0, sizeof *value);
    switch (sqlite3_value_type(from)) {
    case SQLITE_INTEGER:
        value->kind       = CN_KIND_INTEGER;
        value->as.integer = sqlite3_value_int64(from);
        return true;
    case SQLITE_FLOAT:
        value->kind    = CN_KIND_REAL;
        value->as.real = sqlite3_value_double(from);
        return true;
    case SQLITE_TEXT:
        value->kind         = CN_KIND_TEXT;
        value->as.text.data = (const char *)sqlite3_value_text(from);
        value->as.text.size = (size_t)sqlite3_value_bytes(from);
        return value->as.text.data != NULL || cn_error_no_memory(error);
    case SQLITE_BLOB:
        value->kind          = CN_KIND_BYTES;
        value->as.bytes.data = sqlite3_value_blob(from);
        value->as.bytes.size = (size_t)sqlite3_value_bytes(from);
        if (value->as.bytes.size == 0)
            value->as.bytes.data = "";
        return value->as.bytes.data != NULL || cn_error_no_memory(error);
    default:
        value->kind = CN_KIND_NULL;
        return true;
    }
}

static bool no_row(cn_error *error)
{
    return cn_error_set(error, CN_CAUSE_MISUSE, "there is no current row");
}

bool cn_sqlite_read(cn_prepared *head, size_t column, cn_value *value, cn_error *error)
{
    sqlite_prepared *prepared = (sqlite_prepared *)head;
    if (column >= prepared->head.column_count)
        return cn_error_set(error, CN_CAUSE_MISUSE, "there is no column %zu: the result has %zu",
                            column, prepared->head.column_count);
    if (prepared->cursor == CURSOR_ROW)
        return read_value(sqlite3_column_value(prepared->statement, (int)column), value, error);
    if (prepared->cursor != CURSOR_KEPT)
        return no_row(error);
    *value = prepared->row[column];
    return true;
}

/* The store_ functions do the common combinations, and only them; false leaves it to
   cn_convert_store, which does all of them and knows what to say of those that cannot be. */

#define STORE_IF_IT_FITS(T, fits)                                                                  \
    do {                                                                                           \
        if (!(fits))                                                                               \
            return false;                                                                          \
        *(T *)member = (T)number;                                                                  \
        return true;                                                                               \
    } while (0)

static inline bool store_integer(uint8_t storage, void *member, int64_t number)
{
    if (storage == CN_STORAGE_INT32)
        STORE_IF_IT_FITS(int32_t, number >= INT32_MIN && number <= INT32_MAX);
    switch (storage) {
    case CN_STORAGE_INT64:
        STORE_IF_IT_FITS(int64_t, true);
    case CN_STORAGE_BOOL:
        STORE_IF_IT_FITS(bool, number == 0 || number == 1);
    case CN_STORAGE_UINT32:
        STORE_IF_IT_FITS(uint32_t, number >= 0 && number <= UINT32_MAX);
    case CN_STORAGE_UINT64:
        STORE_IF_IT_FITS(uint64_t, number >= 0);
    case CN_STORAGE_INT16:
        STORE_IF_IT_FITS(int16_t, number >= INT16_MIN && number <= INT16_MAX);
    case CN_STORAGE_OPT + CN_STORAGE_INT32:
        if (number < INT32_MIN || number > INT32_MAX)
            return false;
        *(cn_opt_int *)member = (cn_opt_int){true, (int)number};
        return true;
    case CN_STORAGE_OPT + CN_STORAGE_INT64:
        *(cn_opt_int64_t *)member = (cn_opt_int64_t){true, number};
        return true;
    default:
        return false;
    }
}

static bool store_real(uint8_t storage, void *member, double number)
{
    if (storage == CN_STORAGE_DOUBLE)
        *(double *)member = number;
    else if (storage == CN_STORAGE_OPT + CN_STORAGE_DOUBLE)
        *(cn_opt_double *)member = (cn_opt_double){true, number};
    else
        return false;
    return true;
}

static bool store_null(uint8_t storage, void *member)
{
    if (storage == CN_STORAGE_TEXT)
        *(const char **)member = NULL;
    else if (storage == CN_STORAGE_OPT + CN_STORAGE_INT32)
        *(cn_opt_int *)member = (cn_opt_int){false, 0};
    else if (storage == CN_STORAGE_OPT + CN_STORAGE_INT64)
        *(cn_opt_int64_t *)member = (cn_opt_int64_t){false, 0};
    else
        return false;
    return true;
}

static inline bool store_text(uint8_t storage, void *member, sqlite3_value *from, cn_arena *text)
{
    const char *data = (const char *)sqlite3_value_text(from);
    size_t      size = (size_t)sqlite3_value_bytes(from);
    if (storage != CN_STORAGE_TEXT || data == NULL || memchr(data, '\0', size) != NULL)
        return false;
    if (text != NULL) {
        char *copy = cn_arena_take(text, size + 1, 1);
        if (copy == NULL)
            return false;
        data = memcpy(copy, data, size + 1); /* SQLite has put a NUL behind it */
    }
    *(const char **)member = data;
    return true;
}

static inline bool store(const cn_decode *step, void *member, sqlite3_value *from, cn_arena *text)
{
    int type = sqlite3_value_type(from);
    if (type == SQLITE_TEXT)
        return store_text(step->storage, member, from, text);
    if (type == SQLITE_INTEGER)
        return store_integer(step->storage, member, sqlite3_value_int64(from));
    switch (type) {
    case SQLITE_NULL:
        return store_null(step->storage, member);
    case SQLITE_FLOAT:
        return store_real(step->storage, member, sqlite3_value_double(from));
    default:
        return false;
    }
}

/* The current row, cell by cell: read, and converted. */
static bool decode_slowly(cn_prepared *head, const cn_decode *step, void *row, cn_arena *text,
                          cn_error *error)
{
    cn_value value;
    return cn_sqlite_read(head, step->column, &value, error) &&
           cn_convert_store(step, &value, row, text, error);
}

bool cn_sqlite_decode(cn_prepared *head, const cn_decode *plan, size_t count, void *row,
                      cn_arena *text, cn_error *error)
{
    sqlite_prepared *prepared  = (sqlite_prepared *)head;
    sqlite3_stmt    *statement = prepared->statement;
    bool             live      = prepared->cursor == CURSOR_ROW;
    for (const cn_decode *step = plan; step < plan + count; step++) {
        /* A member with labels holds the index of a text, not a number of its own. */
        if (live && step->labels == NULL && step->column < head->column_count &&
            store(step, (char *)row + step->offset,
                  sqlite3_column_value(statement, (int)step->column), text))
            continue;
        if (!decode_slowly(head, step, row, text, error))
            return false;
    }
    return true;
}

/* ---- running --------------------------------------------------------------------------------- */

/* Ends SQLite's run of the statement with its error. */
static bool fail_and_reset(sqlite_prepared *prepared, int code, cn_error *error)
{
    (void)cn_sqlite_fail(prepared->link, code, CN_SQLITE_RUNNING, error);
    (void)sqlite3_reset(prepared->statement);
    prepared->cursor = CURSOR_DONE;
    return false;
}

static bool keep_cell(sqlite_prepared *prepared, cn_value *cell, cn_error *error)
{
    if (cell->kind == CN_KIND_TEXT) {
        cell->as.text.data = cn_arena_text_sized(&prepared->kept, cell->as.text.data,
                                                 cell->as.text.size);
        return cell->as.text.data != NULL || cn_error_no_memory(error);
    }
    if (cell->kind == CN_KIND_BYTES) {
        void *copy = cn_arena_take(&prepared->kept, cell->as.bytes.size, 1);
        if (copy == NULL)
            return cn_error_no_memory(error);
        cell->as.bytes.data = memcpy(copy, cell->as.bytes.data, cell->as.bytes.size);
    }
    return true;
}

static bool keep_row(sqlite_prepared *prepared, cn_error *error)
{
    int    count  = sqlite3_column_count(prepared->statement);
    size_t needed = prepared->cell_count + (size_t)count;
    if (!cn_reserve(&prepared->cells, &prepared->cell_capacity, needed, sizeof(cn_value)))
        return cn_error_no_memory(error);
    for (int i = 0; i < count; i++) {
        cn_value *cell = &prepared->cells[prepared->cell_count + (size_t)i];
        if (!read_value(sqlite3_column_value(prepared->statement, i), cell, error) ||
            !keep_cell(prepared, cell, error))
            return false;
    }
    prepared->cell_count = needed;
    return true;
}

/* Runs the statement to its end with what is bound; rows that it returns are kept. */
static bool run_through(sqlite_prepared *prepared, cn_error *error)
{
    bool good = true;
    int  code = sqlite3_step(prepared->statement);
    while (good && code == SQLITE_ROW) {
        good = keep_row(prepared, error);
        if (good)
            code = sqlite3_step(prepared->statement);
    }
    if (good && code != SQLITE_DONE)
        good = cn_sqlite_fail(prepared->link, code, CN_SQLITE_RUNNING, error);
    (void)sqlite3_reset(prepared->statement);
    return good;
}

/*
 * An INSERT, UPDATE or DELETE, with the number of its rows and the key that it generated. SQLite
 * remembers the key of the last INSERT that had one, which need not be this: zero is put in its
 * place before. A statement that itself asks for that key must find it, and gets only what can
 * be known without the trick.
 */
static bool run_change(sqlite_prepared *prepared, cn_error *error)
{
    sqlite3      *db     = prepared->link->db;
    sqlite3_int64 before = sqlite3_last_insert_rowid(db);
    if (!prepared->asks_for_key)
        sqlite3_set_last_insert_rowid(db, 0);
    bool          good = run_through(prepared, error);
    sqlite3_int64 key  = sqlite3_last_insert_rowid(db);
    if (key == 0)
        sqlite3_set_last_insert_rowid(db, before);
    if (!good)
        return false;
    sqlite3_int64 changes = sqlite3_changes64(db);
    bool          known   = changes > 0 && (prepared->inserts || !prepared->asks_for_key);
    prepared->head.affected += changes;
    prepared->head.inserted_key = known ? key : 0;
    return true;
}

/* The next row of a plain INSERT: run_change without the doubt. */
static bool run_again(sqlite_prepared *prepared, cn_error *error)
{
    sqlite3 *db   = prepared->link->db;
    int      code = sqlite3_step(prepared->statement);
    bool     good = code == SQLITE_DONE ||
                cn_sqlite_fail(prepared->link, code, CN_SQLITE_RUNNING, error);
    (void)sqlite3_reset(prepared->statement);
    int64_t changes = good ? sqlite3_changes64(db) : 0;
    prepared->head.affected += changes;
    prepared->head.inserted_key = changes > 0 ? sqlite3_last_insert_rowid(db) : 0;
    return good;
}

static bool run_row(sqlite_prepared *prepared, cn_error *error)
{
    if (prepared->script != NULL)
        return cn_sqlite_run(&prepared->link->head, prepared->script, prepared->script_size, error);
    return prepared->changes_rows ? run_change(prepared, error) : run_through(prepared, error);
}

/* Hands the kept rows to the reader. */
static void show_kept(sqlite_prepared *prepared)
{
    prepared->head.buffered = prepared->head.column_count > 0;
    prepared->cursor        = prepared->head.buffered ? CURSOR_BEFORE_KEPT : CURSOR_DONE;
}

static inline bool start(sqlite_prepared *prepared, cn_error *error)
{
    if (prepared->cursor != CURSOR_DONE || prepared->head.buffered)
        cn_sqlite_reset(&prepared->head);
    cn_sqlite_enter(prepared->link);
    prepared->head.affected     = prepared->script != NULL ? -1 : 0;
    prepared->head.inserted_key = 0;
    return cn_sqlite_may_run(prepared->link, prepared->statement, error);
}

bool cn_sqlite_execute(cn_prepared *head, const cn_value *values, size_t count,
                       const cn_execution *execution, cn_error *error)
{
    sqlite_prepared *prepared = (sqlite_prepared *)head;
    (void)execution; /* a row at a time is what SQLite does best, and all it does */
    if (!start(prepared, error) || !bind_all(prepared, values, count, error))
        return false;
    if (prepared->changes_rows || prepared->script != NULL) {
        if (!run_row(prepared, error)) {
            cn_sqlite_reset(head);
            return false;
        }
    } else {
        int code = sqlite3_step(prepared->statement);
        if (code == SQLITE_ROW)
            prepared->cursor = CURSOR_BEFORE_ROW;
        else if (code == SQLITE_DONE)
            (void)sqlite3_reset(prepared->statement);
        else
            return fail_and_reset(prepared, code, error);
    }
    /* The first step compiles anew what a changed schema made obsolete. */
    if (!columns_are_right(prepared) && !read_columns(prepared, error)) {
        cn_sqlite_reset(head);
        return false;
    }
    if (prepared->changes_rows)
        show_kept(prepared);
    return true;
}

/* The statement with many rows takes the place of the other one, and gives it back. */
static void swap_statements(sqlite_prepared *prepared)
{
    sqlite3_stmt *other = prepared->statement;
    prepared->statement = prepared->many;
    prepared->many      = other;
}

/*
 * As many rows as fill whole statements: so many are *done. What fails has changed nothing, and row
 * by row it will be seen which row it was; false: it has ended the transaction.
 */
static bool run_many(sqlite_prepared *prepared, const cn_value *values, size_t rows, size_t columns,
                     size_t *done, cn_error *error)
{
    sqlite3 *db   = prepared->link->db;
    bool     good = true;
    if (prepared->many_sql == NULL || (prepared->many == NULL && rows < 2 * (size_t)MANY_ROWS) ||
        columns != prepared->head.parameter_count)
        return true;
    if (prepared->many == NULL &&
        sqlite3_prepare_v3(db, prepared->many_sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared->many,
                           NULL) != SQLITE_OK)
        return true;
    swap_statements(prepared);
    for (; good && rows - *done >= MANY_ROWS; *done += good ? MANY_ROWS : 0)
        good = bind_values(prepared, values + *done * columns, MANY_ROWS * columns, error) &&
               run_change(prepared, error);
    swap_statements(prepared);
    if (good || sqlite3_get_autocommit(db) != 0)
        return good;
    cn_error_clear(error);
    return true;
}

static bool run_rows(sqlite_prepared *prepared, const cn_value *values, size_t rows, size_t columns,
                     int64_t *keys, cn_error *error)
{
    size_t done = 0;
    if (keys == NULL && !run_many(prepared, values, rows, columns, &done, error))
        return false;
    for (size_t i = done; i < rows; i++) {
        /* Where one row of a plain INSERT had a key, each sets SQLite's last key anew. */
        bool again = i > done && prepared->many_sql != NULL && prepared->head.inserted_key != 0;
        if (!bind_all(prepared, values + i * columns, columns, error) ||
            !(again ? run_again(prepared, error) : run_row(prepared, error))) {
            error->row = i + 1;
            return false;
        }
        if (keys != NULL)
            keys[i] = prepared->head.inserted_key;
    }
    return true;
}

bool cn_sqlite_execute_many(cn_prepared *head, const cn_value *values, size_t rows, size_t columns,
                            const cn_execution *execution, cn_error *error)
{
    sqlite_prepared *prepared = (sqlite_prepared *)head;
    cn_sqlite_link  *link     = prepared->link;
    int64_t         *keys     = NULL;
    bool             alone, good;
    if (!start(prepared, error))
        return false;
    if (execution != NULL && execution->arrays)
        return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                            "SQLite has no statements that take arrays");
    if (execution != NULL && head->column_count == 0)
        keys = execution->keys;
    /* Outside of a transaction the batch is one of its own: all of it, or nothing. */
    alone = !link->was_open && rows > 1;
    if (alone && !cn_sqlite_run_held(link, CN_SQLITE_BEGIN, error))
        return false;
    good = run_rows(prepared, values, rows, columns, keys, error);
    if (good && alone)
        good = cn_sqlite_run_held(link, CN_SQLITE_COMMIT, error);
    if (!good && alone && sqlite3_get_autocommit(link->db) == 0)
        (void)cn_sqlite_run_held(link, CN_SQLITE_ROLLBACK, NULL);
    if (good && !columns_are_right(prepared))
        good = read_columns(prepared, error);
    if (good)
        show_kept(prepared);
    else
        cn_sqlite_reset(head);
    return good;
}

cn_step cn_sqlite_step(cn_prepared *head, cn_error *error)
{
    sqlite_prepared *prepared = (sqlite_prepared *)head;
    int              code;
    switch (prepared->cursor) {
    case CURSOR_ROW:
        code = sqlite3_step(prepared->statement);
        if (code == SQLITE_ROW)
            return CN_STEP_ROW;
        if (code == SQLITE_DONE)
            break;
        (void)fail_and_reset(prepared, code, error);
        return CN_STEP_ERROR;
    case CURSOR_BEFORE_ROW:
        prepared->cursor = CURSOR_ROW;
        return CN_STEP_ROW;
    case CURSOR_BEFORE_KEPT:
    case CURSOR_KEPT:
        if (prepared->next_cell >= prepared->cell_count) {
            prepared->cursor = CURSOR_BEFORE_KEPT;
            return CN_STEP_DONE;
        }
        prepared->row = &prepared->cells[prepared->next_cell];
        prepared->next_cell += head->column_count;
        prepared->cursor = CURSOR_KEPT;
        return CN_STEP_ROW;
    default:
        return CN_STEP_DONE;
    }
    (void)sqlite3_reset(prepared->statement); /* gives back its lock */
    prepared->cursor = CURSOR_DONE;
    return CN_STEP_DONE;
}
