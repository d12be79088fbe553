/*
 * Results: where the rows of a statement are while the program reads them. They come from the
 * driver as they are asked for; when the connection is needed for something else, the rest is read
 * into memory first. What is handed out of a row is copied into the result, so it survives that.
 *
 * A result goes from the connection's `results` to `retiring` when it has ended (the statement
 * that runs then may still have values from it), and with the next statement to `spare`.
 */
#include <string.h>

#include "base/memory.h"
#include "engine/handle.h"

/* ---- lists ----------------------------------------------------------------------------------- */

static void unlink_result(cn_connection *connection, cn_result *result)
{
    *(result->previous != NULL ? &result->previous->next : &connection->results) = result->next;
    if (result->next != NULL)
        result->next->previous = result->previous;
    result->next = result->previous = NULL;
}

/* Nothing but its memory stays. */
static void forget_rows(cn_result *result)
{
    result->slot         = NULL;
    result->at_row       = false;
    result->held         = false;
    result->columns      = NULL;
    result->column_count = 0;
    result->types        = NULL;
    result->type_count   = 0;
    result->first = result->last = result->row = NULL;
    result->plans                              = NULL;
    result->guess                              = 0;
    result->own_columns                        = false;
    result->names_checked = result->names_unique = false;
}

static void push_spare(cn_connection *connection, cn_result *result)
{
    cn_arena_reset(&result->arena);
    cn_arena_reset(&result->scratch);
    result->next      = connection->spare;
    connection->spare = result;
}

/* The driver's rows are read, or given up. */
static void detach(cn_result *result)
{
    cn_statement_slot *slot = result->slot;
    if (slot == NULL)
        return;
    result->slot = NULL;
    slot->reader = NULL;
    cn_connection_end(result->connection, slot);
}

static void finish(cn_result *result)
{
    result->state             = CN_RESULT_DONE;
    result->at_row            = false;
    result->connection->sweep = true;
}

static void end_result(cn_connection *connection, cn_result *result)
{
    detach(result);
    unlink_result(connection, result);
    forget_rows(result);
    result->state = CN_RESULT_ENDED;
}

void cn_connection_retire(cn_connection *connection)
{
    while (connection->retiring != NULL) {
        cn_result *result    = connection->retiring;
        connection->retiring = result->next;
        push_spare(connection, result);
    }
    if (!connection->sweep)
        return;
    connection->sweep = false;
    for (cn_result *at = connection->results, *next; at != NULL; at = next) {
        next = at->next;
        if (at->held) {
            connection->sweep = true;
        } else if (at->state == CN_RESULT_DONE) {
            end_result(connection, at);
            at->next             = connection->retiring;
            connection->retiring = at;
        }
    }
}

void cn_connection_disown_columns(cn_connection *connection)
{
    if (!connection->sweep)
        return; /* none is done */
    for (cn_result *at = connection->results; at != NULL; at = at->next) {
        if (at->state == CN_RESULT_DONE && !at->own_columns) {
            at->columns      = NULL;
            at->column_count = 0;
            at->types        = NULL;
            at->type_count   = 0;
        }
    }
}

void cn_connection_end_results(cn_connection *connection, int depth)
{
    if (connection->pooled != NULL && connection->pooled->forgotten)
        connection->live = NULL; /* it is the parent process that reads those rows */
    for (cn_result *at = connection->results, *next; at != NULL; at = next) {
        next = at->next;
        if (at->depth >= depth) {
            end_result(connection, at);
            push_spare(connection, at);
        }
    }
    if (connection->live != NULL && depth == 0)
        cn_connection_end(connection, connection->live); /* of an upper floor that reads no more */
}

void cn_connection_drop_live(cn_connection *connection)
{
    cn_statement_slot *slot = connection->live;
    if (slot == NULL)
        return;
    if (slot->reader != NULL) {
        finish(slot->reader);
        detach(slot->reader);
    } else {
        cn_connection_end(connection, slot);
    }
}

void cn_connection_lift_results(cn_connection *connection, int depth)
{
    for (cn_result *at = connection->results; at != NULL; at = at->next) {
        if (at->depth > depth)
            at->depth = depth;
    }
}

static void free_result(cn_result *result)
{
    if (result == NULL)
        return;
    cn_arena_free(&result->arena);
    cn_arena_free(&result->scratch);
    cn_release(result);
}

static void free_list(cn_result *result)
{
    while (result != NULL) {
        cn_result *next = result->next;
        free_result(result);
        result = next;
    }
}

void cn_connection_free_results(cn_connection *connection)
{
    cn_connection_end_results(connection, 0);
    free_list(connection->retiring);
    free_list(connection->spare);
    free_result(connection->failed);
    connection->retiring = connection->spare = connection->failed = NULL;
}

/* ---- making ---------------------------------------------------------------------------------- */

static cn_result *new_result(cn_connection *connection)
{
    cn_result *result = connection->spare;
    if (result != NULL) {
        connection->spare = result->next;
    } else {
        result = cn_allocate_zero(1, sizeof *result);
        if (result == NULL) {
            cn_connection_fail_memory(connection);
            return NULL;
        }
        result->connection = connection;
    }
    result->depth    = connection->depth;
    result->previous = NULL;
    result->next     = connection->results;
    if (connection->results != NULL)
        connection->results->previous = result;
    connection->results = result;
    return result;
}

cn_result *cn_connection_result(cn_connection *connection, cn_statement_slot *slot)
{
    cn_result *result = new_result(connection);
    if (result == NULL)
        return NULL;
    const cn_prepared *prepared = slot->prepared;
    result->columns             = prepared->columns;
    result->column_count        = prepared->column_count;
    result->types               = slot->compiled->types;
    result->type_count          = slot->compiled->type_count;
    result->affected            = prepared->affected;
    result->inserted_key        = prepared->inserted_key;
    if (prepared->column_count == 0) {
        finish(result);
        return result;
    }
    result->state = CN_RESULT_READING;
    result->slot  = slot;
    slot->reader  = result;
    return result;
}

cn_result *cn_connection_result_empty(cn_connection *connection, int64_t affected,
                                      int64_t inserted_key)
{
    cn_result *result = new_result(connection);
    if (result == NULL)
        return NULL;
    result->affected     = affected;
    result->inserted_key = inserted_key;
    finish(result);
    return result;
}

cn_result *cn_connection_failed_result(cn_connection *connection)
{
    if (connection->failed == NULL) {
        connection->failed = cn_allocate_zero(1, sizeof *connection->failed);
        if (connection->failed == NULL)
            return NULL;
        connection->failed->connection = connection;
        connection->failed->state      = CN_RESULT_ENDED;
        connection->failed->affected   = -1;
    }
    return connection->failed;
}

cn_connection *cn_result_connection(cn_result *result)
{
    return result->connection;
}

/* ---- into memory ----------------------------------------------------------------------------- */

/* Deep: texts and bytes are copied and end with a NUL. */
bool cn_result_keep_value(cn_arena *arena, cn_value *value)
{
    if (value->kind == CN_KIND_TEXT || value->kind == CN_KIND_DECIMAL ||
        value->kind == CN_KIND_JSON) {
        cn_value_measure(value);
        value->as.text.data = cn_arena_text_sized(arena, value->as.text.data, value->as.text.size);
        return value->as.text.data != NULL;
    }
    if (value->kind == CN_KIND_BYTES) {
        char *copy = cn_arena_take(arena, value->as.bytes.size + 1, 1);
        if (copy == NULL)
            return false;
        if (value->as.bytes.size > 0)
            memcpy(copy, value->as.bytes.data, value->as.bytes.size);
        copy[value->as.bytes.size] = '\0';
        value->as.bytes.data       = copy;
    }
    return true;
}

/* The driver's current row. NULL in failure. */
static cn_kept_row *keep_row(cn_result *result, cn_statement_slot *slot)
{
    cn_connection *connection = result->connection;
    cn_arena      *arena      = &result->arena;
    size_t         count      = result->column_count;
    if (count > (SIZE_MAX - sizeof(cn_kept_row)) / sizeof(cn_value)) {
        cn_connection_fail_memory(connection);
        return NULL;
    }
    cn_kept_row *row = cn_arena_zero(arena, 1, sizeof *row + count * sizeof *row->cells);
    if (row == NULL) {
        cn_connection_fail_memory(connection);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!slot->prepared->driver->read(slot->prepared, i, &row->cells[i],
                                          cn_connection_error_slot(connection))) {
            cn_connection_fail_filled(connection, slot);
            return NULL;
        }
        if (!cn_result_keep_value(arena, &row->cells[i])) {
            cn_connection_fail_memory(connection);
            return NULL;
        }
    }
    return row;
}

static bool keep_columns(cn_result *result)
{
    cn_column_info *copies = CN_ARENA_ARRAY(&result->arena, cn_column_info,
                                            result->column_count + 1);
    bool            done   = copies != NULL;
    for (size_t i = 0; done && i < result->column_count; i++) {
        const cn_column_info *from = &result->columns[i];
        copies[i].name             = cn_arena_text(&result->arena, from->name);
        copies[i].table            = cn_arena_text(&result->arena, from->table);
        copies[i].kind             = from->kind;
        done                       = (copies[i].name != NULL || from->name == NULL) &&
               (copies[i].table != NULL || from->table == NULL);
    }
    cn_decode *types = CN_ARENA_ARRAY(&result->arena, cn_decode, result->type_count + 1);
    if (!done || types == NULL)
        return cn_connection_fail_memory(result->connection);
    for (size_t i = 0; i < result->type_count; i++)
        types[i] = result->types[i];
    result->types       = types;
    result->columns     = copies;
    result->own_columns = true;
    return true;
}

static void append_row(cn_result *result, cn_kept_row *row)
{
    *(result->last != NULL ? &result->last->next : &result->first) = row;
    result->last                                                   = row;
}

/* All rows that the driver still has, behind those that are in memory. */
static bool keep_rest(cn_result *result, cn_statement_slot *slot)
{
    cn_connection *connection = result->connection;
    for (;;) {
        cn_step step = cn_connection_step(connection, slot);
        if (step != CN_STEP_ROW)
            return step == CN_STEP_DONE;
        cn_kept_row *row = keep_row(result, slot);
        if (row == NULL)
            return false;
        append_row(result, row);
    }
}

/* Memory was short or the link was lost: what is left of the rows is not readable. */
static bool settle_failed(cn_result *result)
{
    detach(result);
    finish(result);
    return false;
}

static bool settle(cn_result *result)
{
    cn_statement_slot *slot = result->slot;
    if (result->at_row && result->row == NULL) {
        result->row = keep_row(result, slot);
        if (result->row == NULL)
            return settle_failed(result);
    }
    if (!keep_columns(result) || !keep_rest(result, slot))
        return settle_failed(result);
    result->affected     = slot->prepared->affected;
    result->inserted_key = slot->prepared->inserted_key;
    detach(result);
    return true;
}

bool cn_connection_settle_live(cn_connection *connection)
{
    cn_statement_slot *slot = connection->live;
    if (connection->failed_depth >= 0)
        return false;
    if (slot->reader != NULL)
        return settle(slot->reader);
    return cn_connection_fail(connection, CN_CAUSE_MISUSE,
                              "a statement was run while the rows of another were being read");
}

bool cn_result_take(cn_result **result, cn_connection *connection, cn_statement_slot *slot)
{
    const cn_prepared *prepared = slot->prepared;
    cn_result         *first    = *result;
    if (first == NULL) {
        *result = cn_connection_result(connection, slot);
        return *result != NULL;
    }
    first->affected     = first->affected < 0 || prepared->affected < 0
                              ? -1
                              : first->affected + prepared->affected;
    first->inserted_key = prepared->inserted_key;
    if (prepared->column_count == 0)
        return true;
    bool done = keep_rest(first, slot);
    cn_connection_end(connection, slot);
    return done;
}

/* ---- stepping -------------------------------------------------------------------------------- */

static cn_step step_memory(cn_result *result)
{
    cn_kept_row *row = result->first;
    if (row == NULL) {
        finish(result);
        return CN_STEP_DONE;
    }
    result->first = row->next;
    if (result->first == NULL)
        result->last = NULL;
    result->row    = row;
    result->at_row = true;
    return CN_STEP_ROW;
}

cn_step cn_result_step(cn_result *result)
{
    cn_connection *connection = result->connection;
    if (connection->failed_depth >= 0)
        return CN_STEP_ERROR;
    if (result->state != CN_RESULT_READING)
        return CN_STEP_DONE;
    if (result->scratch.chunk != NULL)
        cn_arena_reset(&result->scratch);
    result->row             = NULL;
    result->at_row          = false;
    cn_statement_slot *slot = result->slot;
    if (slot == NULL)
        return step_memory(result);
    cn_step step = cn_connection_step(connection, slot);
    if (step == CN_STEP_ROW) {
        result->at_row = true;
    } else if (step == CN_STEP_DONE) {
        result->affected = slot->prepared->affected;
        detach(result);
        finish(result);
    }
    return step;
}

/* The row stays, wherever it is, while the next one is asked for. */
static bool hold_row(cn_result *result)
{
    if (result->row == NULL)
        result->row = keep_row(result, result->slot);
    return result->row != NULL;
}

/* At the only row, or at none. */
static bool take_only(cn_result *result, bool *found)
{
    cn_step step = cn_result_step(result);
    *found       = step == CN_STEP_ROW;
    if (!*found)
        return step == CN_STEP_DONE;
    if (!hold_row(result))
        return false;
    cn_kept_row *row = result->row;
    if (result->slot != NULL && !keep_columns(result))
        return false;
    step = cn_result_step(result);
    if (step == CN_STEP_ROW)
        return cn_connection_fail(result->connection, CN_CAUSE_ROWS,
                                  "the statement returned more than one row");
    if (step == CN_STEP_ERROR)
        return false;
    result->row    = row; /* it stays readable, although the result is done */
    result->at_row = true;
    return true;
}

/* ---- for programs ---------------------------------------------------------------------------- */

const cn_error *cn_result_error(cn_result *result)
{
    return cn_connection_error(result != NULL ? result->connection : NULL);
}

bool cn_next(cn_result *result)
{
    if (result == NULL || !cn_connection_enter(result->connection))
        return false;
    cn_connection *connection = result->connection;
    bool           row        = cn_result_step(result) == CN_STEP_ROW;
    cn_connection_leave(connection);
    return row;
}

static bool only(cn_result *result, bool wanted)
{
    bool found = false;
    if (result == NULL || !cn_connection_enter(result->connection))
        return false;
    cn_connection *connection = result->connection;
    bool           done       = take_only(result, &found);
    if (done && !found && wanted)
        cn_connection_fail(connection, CN_CAUSE_ROWS, "the statement returned no row");
    cn_connection_leave(connection);
    return done && found;
}

bool cn_only(cn_result *result)
{
    return only(result, true);
}

bool cn_only_or_none(cn_result *result)
{
    return only(result, false);
}

void cn_result_close(cn_result *result)
{
    if (result == NULL || result->state == CN_RESULT_ENDED)
        return;
    cn_connection *connection = result->connection;
    if (!cn_connection_enter(connection))
        return;
    end_result(connection, result);
    push_spare(connection, result);
    cn_connection_leave(connection);
}

size_t cn_column_count(cn_result *result)
{
    return result != NULL ? result->column_count : 0;
}

const char *cn_column_name(cn_result *result, size_t column)
{
    return result != NULL && column < result->column_count ? result->columns[column].name : NULL;
}

int64_t cn_row_count(cn_result *result)
{
    return result != NULL ? result->affected : -1;
}

int64_t cn_inserted_key(cn_result *result)
{
    return result != NULL ? result->inserted_key : 0;
}
