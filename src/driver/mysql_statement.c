/*
 * driver/mysql_statement.c: prepared statements: preparing, executing, stepping through rows. The
 * engine calls these through the driver's table, mysql_batch.c those that mysql.h names.
 *
 * Rows are read as they come, from the packet in which they came. They are taken off the wire
 * before their time only for a batch that needs several executions, and for a statement that the
 * server cannot prepare, which is run as text.
 */
#include "driver/mysql.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

/* ---- preparing ------------------------------------------------------------------------------- */

/* Rows are read from where the library's own struct says; a library that lays it out otherwise
   must not be used. */
static bool layout_is_known(const MYSQL_STMT *stmt, const MYSQL *mysql)
{
    MYSQL_STMT *own = (MYSQL_STMT *)(uintptr_t)stmt;
    return stmt->mysql == mysql && stmt->field_count == mysql_stmt_field_count(own) &&
           stmt->param_count == mysql_stmt_param_count(own) &&
           stmt->fields == mariadb_stmt_fetch_fields(own) &&
           (stmt->field_count == 0 || stmt->bind != NULL);
}

static bool prepare_on_server(cn_mysql_prepared *prepared, cn_error *error)
{
    cn_mysql_link *link = prepared->link;
    if (mysql_stmt_prepare(prepared->stmt, prepared->sql, (unsigned long)prepared->sql_size) != 0)
        return cn_mysql_fail_statement(link, prepared->stmt, error);
    if (!layout_is_known(prepared->stmt, &link->mysql))
        return cn_error_set(error, CN_CAUSE_DRIVER,
                            "the MariaDB Connector/C in use is not the one that the mysql driver "
                            "was built for (%s): build it again",
                            MARIADB_PACKAGE_VERSION);
    prepared->head.parameter_count = prepared->stmt->param_count;
    prepared->declared             = prepared->stmt->field_count != 0;
    return true;
}

/* Only in answer to a query that begins so does the client library hand out a local file. */
static bool loads_file(const cn_mysql_prepared *prepared)
{
    return prepared->link->local_infile && strncasecmp(prepared->sql, "load", 4) == 0;
}

/* What cannot be prepared is run as text. Several statements in one string are such a case. */
static bool must_be_text(const cn_mysql_link *link, const cn_error *error)
{
    return error->code == ER_UNSUPPORTED_PS ||
           (error->code == ER_PARSE_ERROR && link->multi_statements);
}

cn_prepared *cn_mysql_prepare(cn_link *head, const char *sql, size_t size, cn_error *error)
{
    cn_mysql_link     *link     = (cn_mysql_link *)head;
    cn_mysql_prepared *prepared = NULL;
    if (!cn_mysql_ready(link, error))
        return NULL;
    prepared = cn_allocate_zero(1, sizeof *prepared);
    if (prepared == NULL)
        goto no_memory;
    prepared->head.driver   = &cn_driver_mysql;
    prepared->head.affected = -1;
    prepared->link          = link;
    prepared->sql_size      = size;
    prepared->kept_end      = &prepared->kept_first;
    if ((prepared->sql = cn_duplicate_sized(sql, size)) == NULL)
        goto no_memory;
    if (loads_file(prepared))
        return &prepared->head;
    if ((prepared->stmt = mysql_stmt_init(&link->mysql)) == NULL)
        goto no_memory;
    if (!prepare_on_server(prepared, error)) {
        if (!must_be_text(link, error)) {
            cn_mysql_find_several(sql, size, error);
            cn_mysql_suspect_size(size, error);
            goto failed;
        }
        cn_error_clear(error);
        mysql_stmt_close(prepared->stmt);
        prepared->stmt = NULL;
    }
    return &prepared->head;
no_memory:
    cn_error_no_memory(error);
failed:
    cn_mysql_release(prepared != NULL ? &prepared->head : NULL);
    return NULL;
}

static void free_prepared(cn_mysql_prepared *prepared)
{
    if (prepared->stmt != NULL)
        mysql_stmt_close(prepared->stmt); /* sends nothing if the link was lost */
    cn_arena_free(&prepared->scratch);
    cn_arena_free(&prepared->kept);
    cn_arena_free(&prepared->names);
    cn_release(prepared->columns);
    cn_release(prepared->wires);
    cn_release(prepared->binds);
    cn_release(prepared->slots);
    cn_release(prepared->sql);
    cn_release(prepared);
}

void cn_mysql_release(cn_prepared *head)
{
    cn_mysql_prepared *prepared = (cn_mysql_prepared *)head;
    if (prepared == NULL)
        return;
    cn_mysql_link *link = prepared->link;
    cn_mysql_reset(head);
    /* Closing a statement would read away the rows of the one that is being read. */
    if (link->reading != NULL && prepared->stmt != NULL) {
        prepared->next = link->doomed;
        link->doomed   = prepared;
    } else {
        free_prepared(prepared);
    }
}

void cn_mysql_close_doomed(cn_mysql_link *link)
{
    while (link->doomed != NULL) {
        cn_mysql_prepared *prepared = link->doomed;
        link->doomed                = prepared->next;
        free_prepared(prepared);
    }
}

/* ---- executing ------------------------------------------------------------------------------- */

/*
 * Whether an execution that failed did nothing and can succeed once the statement is prepared
 * anew: the server has forgotten it, or its tables changed once too often; or their columns
 * changed under a statement that only reads, which is one whose columns were declared.
 */
static bool is_stale(const cn_mysql_prepared *prepared, unsigned code)
{
    return code == ER_UNKNOWN_STMT_HANDLER || code == ER_NEED_REPREPARE ||
           (code == CR_NEW_STMT_METADATA && prepared->declared);
}

/* The library keeps the columns' names from when it prepared: they may be others by now. */
static bool names_changed(const cn_mysql_prepared *prepared)
{
    const MYSQL_STMT *stmt  = prepared->stmt;
    const MYSQL      *mysql = &prepared->link->mysql;
    if (!prepared->declared || mysql->fields == NULL || mysql->field_count != stmt->field_count)
        return false;
    for (unsigned i = 0; i < stmt->field_count; i++) {
        if (strcmp(mysql->fields[i].name, stmt->fields[i].name) != 0)
            return true;
    }
    return false;
}

static bool send_once(cn_mysql_prepared *prepared, bool *again)
{
    MYSQL_STMT *stmt = prepared->stmt;
    bool        sent = (prepared->head.parameter_count == 0 ||
                 mysql_stmt_bind_param(stmt, prepared->binds) == 0) &&
                mysql_stmt_execute(stmt) == 0;
    *again = sent ? stmt->field_count != 0 && names_changed(prepared)
                  : is_stale(prepared, mysql_stmt_errno(stmt));
    return sent;
}

/* Further results: of a procedure, whose last one says how it ended. */
static bool finish(cn_mysql_prepared *prepared, cn_error *error)
{
    MYSQL_STMT *stmt        = prepared->stmt;
    prepared->link->reading = NULL;
    prepared->head.buffered = true;
    while (mysql_stmt_more_results(stmt)) {
        int next = mysql_stmt_next_result(stmt);
        if (next > 0)
            return error != NULL ? cn_mysql_fail_statement(prepared->link, stmt, error) : false;
        if (next < 0)
            break;
        mysql_stmt_free_result(stmt);
    }
    return true;
}

/* The columns of the open result; one that has none is complete. */
static bool open_result(cn_mysql_prepared *prepared, cn_error *error)
{
    MYSQL_STMT    *stmt = prepared->stmt;
    cn_mysql_link *link = prepared->link;
    prepared->row_count = 0;
    if (stmt->field_count != 0 && link->mysql.field_count != 0) {
        prepared->head.affected     = -1;
        prepared->head.inserted_key = 0;
        prepared->head.buffered     = false;
        link->reading               = prepared;
        if (cn_mysql_describe(prepared, stmt->fields, stmt->field_count, false, error))
            return true;
        cn_mysql_reset(&prepared->head);
        return false;
    }
    prepared->head.columns      = NULL;
    prepared->head.column_count = 0;
    prepared->head.affected     = (int64_t)mysql_stmt_affected_rows(stmt);
    prepared->head.inserted_key = (int64_t)mysql_stmt_insert_id(stmt);
    return finish(prepared, error);
}

/* The execution failed. Rows that do not fit their columns any more are still to come, then. */
static bool fail_execution(cn_mysql_prepared *prepared, cn_error *error)
{
    bool     stale   = mysql_stmt_errno(prepared->stmt) == CR_NEW_STMT_METADATA;
    cn_error ignored = {0};
    cn_mysql_fail_statement(prepared->link, prepared->stmt, error);
    if (stale) {
        mysql_stmt_free_result(prepared->stmt);
        prepare_on_server(prepared, &ignored);
        cn_error_clear(&ignored);
    }
    return false;
}

bool cn_mysql_send(cn_mysql_prepared *prepared, bool bulk, cn_error *error)
{
    cn_mysql_link *link  = prepared->link;
    bool           again = false;
    /* An attempt to prepare anew may have failed before. */
    if (prepared->stmt->state < MYSQL_STMT_PREPARED && !prepare_on_server(prepared, error))
        return false;
    link->dirty = link->dirty || !link->autocommit || link->began;
    bool sent   = send_once(prepared, &again);
    if (again && !bulk) {
        if (!prepare_on_server(prepared, error))
            return false;
        if (prepared->head.parameter_count != prepared->stmt->param_count)
            return cn_error_set(error, CN_CAUSE_MISUSE, "the statement's parameters changed");
        sent = send_once(prepared, &again);
    }
    return sent ? open_result(prepared, error) : fail_execution(prepared, error);
}

bool cn_mysql_expect(cn_mysql_prepared *prepared, size_t count, cn_error *error)
{
    if (prepared->stmt == NULL && count != 0)
        return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                            "the server cannot prepare this statement, so it takes no parameters");
    if (prepared->stmt != NULL && count != prepared->head.parameter_count)
        return cn_error_set(
            error, CN_CAUSE_PARAMETER, "the statement takes %zu parameter%s, and %zu value%s given",
            prepared->head.parameter_count, prepared->head.parameter_count == 1 ? "" : "s", count,
            count == 1 ? " was" : "s were");
    return true;
}

/* ---- kept rows ------------------------------------------------------------------------------- */

static const unsigned char **new_row(cn_mysql_prepared *prepared)
{
    size_t                count = prepared->head.column_count;
    cn_mysql_row         *row   = CN_ARENA_NEW(&prepared->kept, cn_mysql_row);
    const unsigned char **cells = CN_ARENA_ARRAY(&prepared->kept, const unsigned char *, count);
    if (row == NULL || cells == NULL)
        return NULL;
    row->cells          = cells;
    *prepared->kept_end = row;
    prepared->kept_end  = &row->next;
    return cells;
}

static bool keep_row(cn_mysql_prepared *prepared)
{
    const unsigned char **cells = new_row(prepared);
    if (cells == NULL)
        return false;
    for (size_t i = 0; i < prepared->head.column_count; i++) {
        const unsigned char *at = cn_mysql_cell(prepared, i);
        if (at == NULL)
            continue;
        size_t         size = cn_mysql_cell_size((cn_mysql_wire)prepared->wires[i], at);
        unsigned char *copy = cn_arena_take(&prepared->kept, size, 1);
        if (copy == NULL)
            return false;
        memcpy(copy, at, size);
        cells[i] = copy;
    }
    return true;
}

static cn_step fetch(cn_mysql_prepared *prepared, cn_error *error);

bool cn_mysql_keep_rows(cn_mysql_prepared *prepared, cn_error *error)
{
    for (;;) {
        cn_step step = fetch(prepared, error);
        if (step == CN_STEP_DONE)
            return true;
        if (step == CN_STEP_ERROR)
            return false;
        if (!keep_row(prepared)) {
            cn_mysql_reset(&prepared->head);
            return cn_error_no_memory(error);
        }
    }
}

/* ---- statements as text ---------------------------------------------------------------------- */

/* A cell of a text result, in the form in which the binary protocol writes a text. */
static bool keep_text(cn_mysql_prepared *prepared, const char *text, size_t size,
                      const unsigned char **cell)
{
    unsigned char *copy = cn_arena_take(&prepared->kept, size + 9, 1);
    if (copy == NULL)
        return false;
    copy[0] = 254;
    for (size_t i = 0; i < 8; i++)
        copy[1 + i] = (unsigned char)((uint64_t)size >> (8 * i));
    memcpy(copy + 9, text, size);
    *cell = copy;
    return true;
}

static bool keep_text_result(cn_mysql_prepared *prepared, MYSQL_RES *result, cn_error *error)
{
    unsigned  count = mysql_num_fields(result);
    MYSQL_ROW row;
    if (!cn_mysql_describe(prepared, mysql_fetch_fields(result), count, true, error))
        return false;
    while ((row = mysql_fetch_row(result)) != NULL) {
        unsigned long        *sizes = mysql_fetch_lengths(result);
        const unsigned char **cells = new_row(prepared);
        if (cells == NULL)
            return cn_error_no_memory(error);
        for (unsigned i = 0; i < count; i++) {
            if (row[i] != NULL && !keep_text(prepared, row[i], sizes[i], &cells[i]))
                return cn_error_no_memory(error);
        }
    }
    return true;
}

/* The first result that has rows is the statement's; those of further statements are dropped. */
static bool execute_text(cn_mysql_prepared *prepared, cn_error *error)
{
    cn_mysql_link *link         = prepared->link;
    MYSQL         *mysql        = &link->mysql;
    bool           kept         = true;
    int            next         = 0;
    prepared->head.columns      = NULL;
    prepared->head.column_count = 0;
    prepared->head.buffered     = true;
    link->dirty                 = link->dirty || !link->autocommit || link->began;
    if (mysql_real_query(mysql, prepared->sql, (unsigned long)prepared->sql_size) != 0)
        return cn_mysql_fail(link, error);
    while (next == 0) {
        MYSQL_RES *result = mysql_store_result(mysql);
        if (result == NULL && mysql_field_count(mysql) != 0)
            return cn_mysql_fail(link, error);
        if (result == NULL) {
            prepared->head.affected     = (int64_t)mysql_affected_rows(mysql);
            prepared->head.inserted_key = (int64_t)mysql_insert_id(mysql);
        } else if (prepared->head.column_count == 0 && kept) {
            /* the names in the columns outlive the result */
            kept = keep_text_result(prepared, result, error);
        }
        mysql_free_result(result);
        next = mysql_next_result(mysql);
    }
    return next > 0 ? cn_mysql_fail(link, error) : kept;
}

/* How much text and bytes are among the values. */
static size_t size_of(const cn_value *values, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t kind = values[i].kind;
        if (kind == CN_KIND_TEXT || kind == CN_KIND_JSON)
            size += values[i].as.text.size;
        else if (kind == CN_KIND_BYTES)
            size += values[i].as.bytes.size;
    }
    return size;
}

bool cn_mysql_execute(cn_prepared *head, const cn_value *values, size_t count,
                      const cn_execution *execution, cn_error *error)
{
    cn_mysql_prepared *prepared = (cn_mysql_prepared *)head;
    (void)execution;
    cn_mysql_reset(head);
    if (!cn_mysql_ready(prepared->link, error) || !cn_mysql_expect(prepared, count, error))
        return false;
    if (prepared->stmt == NULL)
        return execute_text(prepared, error);
    if (!cn_mysql_bind_room(prepared, count, error))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!cn_mysql_bind(&prepared->binds[i], &prepared->slots[i], &values[i], i, error))
            return false;
    }
    if (cn_mysql_send(prepared, false, error))
        return true;
    cn_mysql_suspect_size(size_of(values, count), error);
    return false;
}

/* ---- stepping -------------------------------------------------------------------------------- */

/* The next row off the wire. */
static cn_step fetch(cn_mysql_prepared *prepared, cn_error *error)
{
    if (prepared->link->reading != prepared)
        return CN_STEP_DONE;
    cn_mysql_mark_time(prepared->link);
    int outcome = mysql_stmt_fetch(prepared->stmt);
    if (outcome == 0) {
        prepared->row_count++;
        return CN_STEP_ROW;
    }
    if (outcome == MYSQL_NO_DATA) {
        if (!prepared->declared)
            prepared->head.affected = prepared->row_count;
        return finish(prepared, error) ? CN_STEP_DONE : CN_STEP_ERROR;
    }
    prepared->link->reading = NULL;
    cn_mysql_fail_statement(prepared->link, prepared->stmt, error);
    return CN_STEP_ERROR;
}

cn_step cn_mysql_step(cn_prepared *head, cn_error *error)
{
    cn_mysql_prepared *prepared = (cn_mysql_prepared *)head;
    if (prepared->scratched) {
        cn_arena_reset(&prepared->scratch);
        prepared->scratched = false;
    }
    prepared->cells = NULL;
    if (prepared->kept_first != NULL) {
        prepared->cells      = prepared->kept_first->cells;
        prepared->kept_first = prepared->kept_first->next;
        prepared->has_row    = true;
        return CN_STEP_ROW;
    }
    cn_step step      = fetch(prepared, error);
    prepared->has_row = step == CN_STEP_ROW;
    return step;
}

/*
 * Ends the result. The rows that nobody read still have to come over the wire; nothing shorter
 * exists in the protocol but to close the connection.
 */
void cn_mysql_reset(cn_prepared *head)
{
    cn_mysql_prepared *prepared = (cn_mysql_prepared *)head;
    cn_mysql_link     *link     = prepared->link;
    if (link->reading == prepared) {
        mysql_stmt_free_result(prepared->stmt);
        finish(prepared, NULL);
        if (link->mysql.net.pvio == NULL)
            cn_mysql_lose(link);
    }
    prepared->has_row       = false;
    prepared->cells         = NULL;
    prepared->head.buffered = false;
    prepared->kept_first    = NULL;
    prepared->kept_end      = &prepared->kept_first;
    cn_arena_reset(&prepared->kept);
    cn_arena_reset(&prepared->scratch);
    prepared->scratched = false;
}
