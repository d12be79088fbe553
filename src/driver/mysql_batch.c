/*
 * driver/mysql_batch.c: one statement for many rows: as arrays of parameters in few requests
 * where the server takes them (MariaDB), else row by row. Only the engine calls this, through the
 * driver's table.
 *
 * One request holds rows whose values travel under the same types, and is bounded in size, so that
 * it fits the server's max_allowed_packet. The client library asks for the rows of a request one
 * at a time, by a callback, so nothing is copied or transposed before.
 */
#include "driver/mysql.h"

#include <mysqld_error.h>

#include "base/memory.h"
#include "base/placeholder.h"

#define REQUEST_LIMIT ((size_t)512 * 1024) /* max_allowed_packet is at least 1 MB by default */
#define REQUEST_ROWS 65536U

typedef struct batch {
    cn_mysql_prepared *prepared;
    const cn_value    *values;
    size_t             rows;
    size_t             columns;
    int64_t           *keys;
    int64_t            affected;
    bool               computes; /* something, of a parameter */
    bool               keep;     /* the last rows, too: a commit follows */
} batch;

/* ---- arrays ---------------------------------------------------------------------------------- */

/* The client library is writing row `number` of the request. */
static my_bool next_row(void *data, MYSQL_BIND *binds, unsigned number)
{
    cn_mysql_prepared *prepared = data;
    size_t             columns  = prepared->head.parameter_count;
    const cn_value    *row      = prepared->batch + (size_t)number * columns;
    for (size_t i = 0; i < columns; i++) {
        /* NULL is said by the indicator; the column's type stays as it was announced */
        enum enum_field_types type        = binds[i].buffer_type;
        my_bool               is_unsigned = binds[i].is_unsigned;
        if (!cn_mysql_bind(&binds[i], &prepared->slots[i], &row[i], i, prepared->batch_error))
            return 1;
        binds[i].buffer_type = type;
        binds[i].is_unsigned = is_unsigned;
    }
    return 0;
}

/* Rows from `first` that can go in one request; binds get the types of their columns. */
static size_t measure_request(const batch *all, size_t first)
{
    MYSQL_BIND *binds = all->prepared->binds;
    size_t      bytes = 0;
    size_t      row   = first;
    for (size_t i = 0; i < all->columns; i++)
        binds[i].buffer_type = MYSQL_TYPE_NULL;
    for (; row < all->rows && row - first < REQUEST_ROWS; row++) {
        const cn_value *values = all->values + row * all->columns;
        for (size_t i = 0; i < all->columns; i++) {
            unsigned type      = cn_mysql_bind_type(&values[i]);
            unsigned announced = (unsigned)binds[i].buffer_type |
                                 (binds[i].is_unsigned ? 0x8000U : 0);
            bytes += cn_mysql_bind_size(&values[i]);
            if (type == MYSQL_TYPE_NULL || type == announced)
                continue;
            /* what is computed of a parameter has the type that its first row gives it */
            if (binds[i].buffer_type != MYSQL_TYPE_NULL || (all->computes && row != first))
                return row - first;
            binds[i].buffer_type = (enum enum_field_types)(type & 0x7fffU);
            binds[i].is_unsigned = (type & 0x8000U) != 0;
        }
        if (bytes > REQUEST_LIMIT && row > first)
            return row - first;
    }
    return row - first;
}

static bool send_request(batch *all, size_t first, size_t count, cn_error *error)
{
    cn_mysql_prepared *prepared = all->prepared;
    MYSQL_STMT        *stmt     = prepared->stmt;
    unsigned           size     = (unsigned)count;
    unsigned           none     = 0;
    cn_error           refused  = {0};
    for (size_t i = 0; i < all->columns; i++) {
        /* a column of nothing but NULLs needs a type, too */
        if (prepared->binds[i].buffer_type == MYSQL_TYPE_NULL)
            prepared->binds[i].buffer_type = MYSQL_TYPE_STRING;
    }
    prepared->batch       = all->values + first * all->columns;
    prepared->batch_error = &refused;
    mysql_stmt_attr_set(stmt, STMT_ATTR_CB_USER_DATA, prepared);
    mysql_stmt_attr_set(stmt, STMT_ATTR_CB_PARAM, (const void *)(uintptr_t)next_row);
    mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &size);
    bool sent = cn_mysql_send(prepared, true, error);
    mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &none);
    mysql_stmt_attr_set(stmt, STMT_ATTR_CB_PARAM, NULL);
    mysql_stmt_attr_set(stmt, STMT_ATTR_CB_USER_DATA, NULL);
    if (!sent && refused.cause != CN_CAUSE_NONE)
        cn_error_copy(error, &refused);
    cn_error_clear(&refused);
    return sent;
}

/* ---- the end of one execution ---------------------------------------------------------------- */

/* `last`: what follows the rows of this execution is read as it comes. */
static bool collect(batch *all, bool last, cn_error *error)
{
    cn_mysql_prepared *prepared = all->prepared;
    if (prepared->link->reading == prepared) {
        if (last && !all->keep)
            return true;
        if (!cn_mysql_keep_rows(prepared, error))
            return false;
    }
    if (prepared->head.affected > 0)
        all->affected += prepared->head.affected;
    return true;
}

static bool run_arrays(batch *all, size_t *done, cn_error *error)
{
    while (*done < all->rows) {
        size_t count = measure_request(all, *done);
        if (!send_request(all, *done, count, error)) {
            bool refuses = *done == 0 && error->code == ER_UNSUPPORTED_PS;
            if (!refuses)
                return false;
            cn_error_clear(error);
            all->prepared->rows_only_loop = true;
            return true;
        }
        *done += count;
        if (!collect(all, *done == all->rows, error))
            return false;
    }
    return true;
}

static bool run_rows(batch *all, size_t first, cn_error *error)
{
    cn_mysql_prepared *prepared = all->prepared;
    for (size_t row = first; row < all->rows; row++) {
        for (size_t i = 0; i < all->columns; i++) {
            if (!cn_mysql_bind(&prepared->binds[i], &prepared->slots[i],
                               &all->values[row * all->columns + i], i, error))
                return false;
        }
        if (!cn_mysql_send(prepared, false, error))
            return false;
        if (all->keys != NULL)
            all->keys[row] = prepared->head.inserted_key;
        if (!collect(all, row + 1 == all->rows, error))
            return false;
    }
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool run_all(batch *all, cn_error *error)
{
    cn_mysql_prepared *prepared = all->prepared;
    size_t             done     = 0;
    /* The keys of an array cannot be told from its first one: other sessions insert in between,
       and the nodes of a cluster count in steps. */
    if (prepared->link->bulk && all->columns != 0 && all->rows > 1 && all->keys == NULL &&
        !prepared->rows_only_loop && !run_arrays(all, &done, error))
        return false;
    if (!run_rows(all, done, error))
        return false;
    if (prepared->link->reading == prepared)
        prepared->row_count = all->affected; /* and those that are still to come */
    else
        prepared->head.affected = all->affected;
    prepared->head.inserted_key = 0;
    return true;
}

bool cn_mysql_execute_many(cn_prepared *head, const cn_value *values, size_t rows, size_t columns,
                           const cn_execution *execution, cn_error *error)
{
    cn_mysql_prepared *prepared = (cn_mysql_prepared *)head;
    cn_mysql_link     *link     = prepared->link;
    batch              all      = {.prepared = prepared,
                                   .values   = values,
                                   .rows     = rows,
                                   .columns  = columns,
                                   .keys     = execution->keys};
    all.computes                = !cn_placeholders_alone(prepared->sql, prepared->sql_size);
    cn_mysql_reset(head);
    head->affected = 0;
    if (!cn_mysql_ready(link, error) || !cn_mysql_expect(prepared, columns, error))
        return false;
    if (prepared->stmt == NULL)
        return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                            "the server cannot prepare this statement, so it runs once only");
    if (rows == 0)
        return true;
    if (!cn_mysql_bind_room(prepared, columns, error))
        return false;
    /* In autocommit mode the rows are still all or nothing. */
    bool own = link->autocommit && cn_driver_mysql.state(&link->head) == CN_LINK_IDLE;
    if (!own)
        return run_all(&all, error);
    all.keep = true;
    if (!cn_driver_mysql.begin(&link->head, CN_ISOLATION_DEFAULT, false, error))
        return false;
    if (run_all(&all, error))
        return cn_driver_mysql.commit(&link->head, error);
    cn_error ignored = {0};
    cn_mysql_reset(head);
    if (!link->lost)
        cn_driver_mysql.rollback(&link->head, &ignored);
    cn_error_clear(&ignored);
    return false;
}
