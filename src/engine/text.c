/*
 * Text statements: from :name and CN_PARAMS to values in the driver's order, once or for many
 * sets; and SQL in the driver's own words. A text that was run before costs one look-up and the
 * comparison of its names: no allocation, no lock.
 */
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "engine/handle.h"
#include "engine/pool.h"
#include "engine/statement_text.h"

#define VALUES_ON_STACK 32
#define MATRIX_VALUES 16384 /* of many sets are handed to the driver at a time */
#define MATRIX_ROWS 4096

/* ---- compiling, when a text is new ----------------------------------------------------------- */

typedef struct source {
    const char *sql;
    size_t      size;
    uint64_t    hash;
} source;

static cn_compiled *compile_text(cn_connection *connection, void *context, cn_error *error)
{
    const source *from = context;
    cn_compiled  *made = cn_text_compile(cn_text_rules_of_link(connection->pooled->link), from->sql,
                                         from->size, from->sql, from->size, from->hash, error);
    if (made == NULL || !((const cn_text_compiled *)(const void *)made)->blank)
        return made;
    cn_compiled_release(made);
    cn_error_set(error, CN_CAUSE_SYNTAX, "the text holds no statement");
    return NULL;
}

/* With a list in it, a text means nothing to the driver before the length of the list is known. */
static bool wants_list(cn_connection *connection, const cn_text_compiled *text, bool many)
{
    for (size_t i = 0; i < text->mark_count; i++) {
        if (text->marks[i].place == CN_TEXT_IN) {
            const char *name = text->names[text->marks[i].name].text;
            cn_connection_fail(connection, CN_CAUSE_PARAMETER,
                               many ? "parameter '%s' stands for a list, which a text that is "
                                      "executed with many sets takes none of: execute it once for "
                                      "each, or write IN (:%s) for one value"
                                    : "parameter '%s' stands after IN and is not a list: give it "
                                      "as cn_list(items, count), or write IN (:%s)",
                               name, name);
            return true;
        }
    }
    return false;
}

static bool prepare(cn_connection *connection, cn_statement_slot *slot, size_t values)
{
    if (!cn_connection_prepare(connection, slot))
        return false;
    const cn_driver *driver = slot->prepared->driver;
    if (driver->numbered_parameters || slot->prepared->parameter_count == values)
        return true;
    return cn_connection_fail(connection, CN_CAUSE_PARAMETER,
                              "the statement has placeholders for the database itself: it counts "
                              "%zu, and :names make %zu; only :name stands for a parameter",
                              slot->prepared->parameter_count, values);
}

/* ---- matching names -------------------------------------------------------------------------- */

static bool is_list(const cn_value *value)
{
    return value->kind == CN_KIND_LIST;
}

static bool unknown_name(cn_connection *connection, const cn_text_compiled *text, const char *name)
{
    cn_connection_fail(connection, CN_CAUSE_PARAMETER,
                       "the statement has no parameter '%s'; it has", name);
    for (size_t i = 0; i < text->name_count && i < 32; i++)
        cn_error_append(&connection->error, "%s :%s", i == 0 ? "" : ",", text->names[i].text);
    if (text->name_count == 0)
        cn_error_append(&connection->error, " none");
    return false;
}

static bool missing_names(cn_connection *connection, const cn_text_compiled *text,
                          const cn_param *const *given)
{
    const char *between = "";
    cn_connection_fail(connection, CN_CAUSE_PARAMETER, "no value was given for the parameter");
    for (size_t i = 0; i < text->name_count; i++) {
        if (given[i] == NULL) {
            cn_error_append(&connection->error, "%s :%s", between, text->names[i].text);
            between = ",";
        }
    }
    return false;
}

/* The parameters in the order of the names, whatever order they were given in. */
static bool sort_params(cn_connection *connection, const cn_text_compiled *text,
                        const cn_param *params, const cn_param **given)
{
    size_t next = 0, found = 0;
    for (; params != NULL && params->name != NULL; params++) {
        size_t tried = 0;
        while (tried < text->name_count && strcmp(text->names[next].text, params->name) != 0) {
            next = next + 1 < text->name_count ? next + 1 : 0;
            tried++;
        }
        if (tried == text->name_count)
            return unknown_name(connection, text, params->name);
        if (given[next] != NULL)
            return cn_connection_fail(connection, CN_CAUSE_PARAMETER,
                                      "the parameter '%s' is given twice", params->name);
        given[next] = params;
        found++;
        next = next + 1 < text->name_count ? next + 1 : 0;
    }
    return found == text->name_count || missing_names(connection, text, given);
}

/* Whether they come in the order of the names, each once: the usual case. */
static bool is_in_order(const cn_text_compiled *text, const cn_param *params)
{
    if (params == NULL)
        return text->name_count == 0;
    for (size_t i = 0; i < text->name_count; i++) {
        if (params[i].name == NULL || strcmp(params[i].name, text->names[i].text) != 0)
            return false;
    }
    return params[text->name_count].name == NULL;
}

static bool refuse_pointer(cn_connection *connection, const char *name)
{
    return cn_connection_fail(connection, CN_CAUSE_PARAMETER,
                              "the parameter '%s' is a void pointer, which has no type: NULL is "
                              "the only one that is a value",
                              name);
}

/* ---- values in the driver's order ------------------------------------------------------------ */

/* The array for `count` values that the connection keeps. */
static cn_value *value_room(cn_connection *connection, size_t count)
{
    if (cn_reserve(&connection->values, &connection->value_capacity, count, sizeof(cn_value)))
        return connection->values;
    (void)cn_connection_fail_memory(connection);
    return NULL;
}

/* One set into `values`, in order. `lists` is set if there is a list among them. */
static bool fill_in_order(cn_connection *connection, const cn_text_compiled *text,
                          const cn_param *params, cn_value *values, bool *lists)
{
    for (size_t i = 0; i < text->slot_count; i++) {
        const cn_param *param = &params[text->slots[i]];
        values[i]             = param->value;
        cn_value_measure(&values[i]);
        if (is_list(&param->value)) {
            *lists = true;
            if (param->value.element == CN_STORAGE_NONE)
                return refuse_pointer(connection, param->name);
        }
    }
    return true;
}

/* The same when the program has another order than the text, or something is wrong. */
static bool fill_sorted(cn_connection *connection, const cn_text_compiled *text,
                        const cn_param *params, cn_value *values, bool *lists)
{
    const cn_param  *on_stack[VALUES_ON_STACK] = {0};
    const cn_param **given                     = on_stack;
    bool             done                      = false;
    if (text->name_count > VALUES_ON_STACK) {
        given = cn_allocate_zero(text->name_count, sizeof(const cn_param *));
        if (given == NULL)
            return cn_connection_fail_memory(connection);
    }
    if (!sort_params(connection, text, params, given))
        goto done;
    for (size_t i = 0; i < text->slot_count; i++) {
        const cn_param *param = given[text->slots[i]];
        if (!fill_in_order(connection,
                           &(const cn_text_compiled){.slot_count = 1, .slots = &(uint32_t){0}},
                           param, &values[i], lists))
            goto done;
    }
    done = true;
done:
    if (given != on_stack)
        cn_release(given);
    return done;
}

static bool fill(cn_connection *connection, const cn_text_compiled *text, const cn_param *params,
                 cn_value *values, bool *lists)
{
    return is_in_order(text, params) ? fill_in_order(connection, text, params, values, lists)
                                     : fill_sorted(connection, text, params, values, lists);
}

/* Rows may come long after this call, and the program's texts be gone by then. */
bool cn_connection_lend(cn_connection *connection, cn_value *values, size_t count)
{
    if (!cn_connection_settle(connection))
        return false;
    if (connection->lent.chunk != NULL)
        cn_arena_reset(&connection->lent);
    for (size_t i = 0; i < count; i++) {
        if (!cn_result_keep_value(&connection->lent, &values[i]))
            return cn_connection_fail_memory(connection);
    }
    return true;
}

static bool run_text(cn_connection *connection, cn_statement_slot *slot, cn_value *values,
                     size_t count, const cn_execution *execution)
{
    if (slot->prepared->column_count > 0 && cn_values_point(values, count) &&
        !cn_connection_lend(connection, values, count))
        return false;
    return cn_connection_run(connection, slot, values, count, execution);
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* A text whose lists have the lengths that its key says: 1, the lengths, the text. */
typedef struct expansion {
    const cn_text_compiled *base;
    const uint32_t         *counts;
    cn_buffer               key;
    uint64_t                hash;
} expansion;

static cn_compiled *compile_expansion(cn_connection *connection, void *context, cn_error *error)
{
    const expansion *from = context;
    (void)connection;
    return cn_text_expand(from->base, from->counts, from->key.text, from->key.size, from->hash,
                          error);
}

/* How long each list is, and all values together. */
static bool count_lists(cn_connection *connection, const cn_text_compiled *text,
                        const cn_value *values, uint32_t *counts, size_t *total)
{
    *total = 0;
    for (size_t i = 0; i < text->slot_count; i++) {
        size_t count = is_list(&values[i]) ? values[i].as.list.count : 1;
        if (count > CN_TEXT_NAMES_MOST)
            return cn_connection_fail(connection, CN_CAUSE_LIMIT,
                                      "the list '%s' has %zu values: a statement takes %d at most",
                                      text->names[text->slots[i]].text, count, CN_TEXT_NAMES_MOST);
        counts[text->slots[i]] = is_list(&values[i]) ? (uint32_t)count : CN_TEXT_SINGLE;
        *total += count;
    }
    return true;
}

/* The values one by one; `values` are in the way, so they are read from a copy. */
static bool spread(cn_connection *connection, const cn_value *values, size_t count, size_t total)
{
    cn_value *to = value_room(connection, total + 1);
    for (size_t i = 0; to != NULL && i < count; i++) {
        const cn_value *value = &values[i];
        if (!is_list(value)) {
            *to++ = *value;
            continue;
        }
        for (size_t k = 0; k < value->as.list.count; k++) {
            *to = cn_convert_element(value->as.list.items, k, value->element);
            cn_value_measure(to++);
        }
    }
    return to != NULL;
}

static cn_statement_slot *run_expansion(cn_connection *connection, expansion *what,
                                        const cn_value *values, const cn_execution *execution)
{
    const cn_text_compiled *base   = what->base;
    size_t                  total  = 0;
    uint32_t               *counts = cn_allocate_zero(base->name_count, sizeof *counts);
    cn_statement_slot      *slot   = NULL;
    what->counts                   = counts;
    if (counts == NULL || !count_lists(connection, base, values, counts, &total))
        goto done;
    cn_buffer_char(&what->key, 1);
    cn_buffer_add(&what->key, (const char *)counts, base->name_count * sizeof *counts);
    cn_buffer_add(&what->key, base->head.key, base->head.key_size);
    if (what->key.failed)
        goto done;
    what->hash = cn_hash_mix(cn_hash(what->key.text, what->key.size), base->head.hash);
    slot       = cn_connection_find(connection, what->hash, what->key.text, what->key.size,
                                    compile_expansion, what);
    if (slot != NULL && slot->prepared == NULL && !prepare(connection, slot, total))
        slot = NULL;
    if (slot != NULL && (!spread(connection, values, base->slot_count, total) ||
                         !run_text(connection, slot, connection->values, total, execution)))
        slot = NULL;
done:
    if (slot == NULL)
        (void)cn_connection_fail_memory(connection); /* or what failed before */
    cn_release(counts);
    return slot;
}

static cn_result *execute_expanded(cn_connection *connection, const cn_text_compiled *base,
                                   const cn_value *values, const cn_execution *execution)
{
    /* Its slot may be released when that of the expansion is made. */
    cn_compiled *kept   = (cn_compiled *)(void *)(uintptr_t)(const void *)base;
    expansion    what   = {.base = base};
    cn_value    *copies = cn_allocate_zero(base->slot_count, sizeof *copies);
    cn_compiled_retain(kept);
    cn_statement_slot *slot = NULL;
    if (copies == NULL) {
        (void)cn_connection_fail_memory(connection);
    } else {
        memcpy(copies, values, base->slot_count * sizeof *copies);
        slot = run_expansion(connection, &what, copies, execution);
    }
    cn_buffer_free(&what.key);
    cn_release(copies);
    cn_compiled_release(kept);
    return slot != NULL ? cn_connection_result(connection, slot)
                        : cn_connection_failed_result(connection);
}

/* ---- once ------------------------------------------------------------------------------------ */

static bool may_be_sql(cn_connection *connection, const char *sql)
{
    if (sql != NULL && (unsigned char)sql[0] >= '\t')
        return true;
    if (connection->ready || cn_connection_make_ready(connection))
        cn_connection_fail(connection, CN_CAUSE_SYNTAX, "the text of the statement is %s",
                           sql == NULL      ? "NULL"
                           : sql[0] == '\0' ? "empty"
                                            : "not SQL");
    return false;
}

/* The slot of the text. NULL in failure. */
static cn_statement_slot *find_text(cn_connection *connection, const char *sql)
{
    if (!may_be_sql(connection, sql) ||
        (!connection->ready && !cn_connection_make_ready(connection)))
        return NULL;
    source             from = {.sql = sql, .size = strlen(sql)};
    cn_statement_slot *slot = cn_connection_again(connection, sql, from.size);
    if (slot != NULL)
        return slot;
    from.hash = cn_hash(sql, from.size) ^ cn_text_rules_salt(connection->pooled->link);
    return cn_connection_find(connection, from.hash, sql, from.size, compile_text, &from);
}

/* A program that was compiled with a shorter struct has nothing behind its size. */
static size_t chunk_of(const cn_text_statement *statement)
{
    return statement->head.size >= offsetof(cn_text_statement, chunk) + sizeof(size_t)
               ? statement->chunk
               : 0;
}

/* What is wrong was found before the statement was sent. */
static cn_result *refused(cn_connection *connection, const char *sql)
{
    cn_connection_blame(connection, sql, strlen(sql));
    return cn_connection_failed_result(connection);
}

cn_result *cn_connection_execute_text(cn_connection *connection, const cn_text_statement *statement,
                                      const cn_param *params)
{
    cn_value           on_stack[VALUES_ON_STACK];
    cn_value          *values = on_stack;
    bool               lists  = false;
    cn_statement_slot *slot   = find_text(connection, statement->sql);
    if (slot == NULL)
        return cn_connection_failed_result(connection);
    const cn_text_compiled *text = (const cn_text_compiled *)(const void *)slot->compiled;
    if (text->slot_count > VALUES_ON_STACK)
        values = value_room(connection, text->slot_count);
    if (values == NULL ||
        !fill(connection, text, params != NULL ? params : statement->params, values, &lists))
        return refused(connection, statement->sql);

    cn_execution        execution = {.chunk = chunk_of(statement)};
    const cn_execution *how       = execution.chunk != 0 ? &execution : NULL;
    if (lists)
        return execute_expanded(connection, text, values, how);
    if (slot->prepared == NULL &&
        (wants_list(connection, text, false) || !prepare(connection, slot, text->slot_count)))
        return refused(connection, statement->sql);
    if (!run_text(connection, slot, values, text->slot_count, how))
        return cn_connection_failed_result(connection);
    if (text->changes_schema)
        cn_connection_forget_statements(connection, slot);
    return cn_connection_result(connection, slot);
}

/* ---- for many sets --------------------------------------------------------------------------- */

typedef struct batch {
    cn_statement_slot      *slot;
    const cn_text_compiled *text;
    const cn_param *const  *sets; /* those that are left */
    size_t                  rows; /* in one matrix */
    size_t                  done; /* rows before it */
    cn_execution            execution;
    cn_result              *result;
} batch;

/* Fills the matrix from the sets that are left; 0 rows if something is wrong with one. */
static size_t fill_matrix(cn_connection *connection, batch *b)
{
    const cn_text_compiled *text = b->text;
    size_t                  row  = 0;
    for (; row < b->rows && *b->sets != NULL; row++, b->sets++) {
        bool      lists  = false;
        cn_value *values = connection->values + row * text->slot_count;
        if (fill(connection, text, *b->sets, values, &lists) && !lists)
            continue;
        if (lists)
            cn_connection_fail(connection, CN_CAUSE_PARAMETER,
                               "a list cannot be a parameter of cn_execute_many: run the "
                               "statement once for each set");
        cn_error_append(&connection->error, " (row %zu of the batch)", b->done + row + 1);
        return 0;
    }
    return row;
}

/* What a server says of its rows it says of those that it was sent together. */
static void tell_part(cn_connection *connection, const batch *b, size_t rows)
{
    cn_error *error = &connection->error;
    if (error->row == 0 && !error->lost && (b->done > 0 || *b->sets != NULL))
        cn_error_append(error, " (in rows %zu to %zu of the batch)", b->done + 1, b->done + rows);
}

static bool run_matrix(cn_connection *connection, batch *b, size_t rows)
{
    connection->rows_before = b->done;
    bool good               = cn_connection_run_many(connection, b->slot, connection->values, rows,
                                                     b->text->slot_count, &b->execution);
    connection->rows_before = 0;
    if (!good) {
        tell_part(connection, b, rows);
        return false;
    }
    b->done += rows;
    return cn_result_take(&b->result, connection, b->slot);
}

size_t cn_matrix_rows(size_t columns, const cn_param *const *sets)
{
    size_t most  = columns > MATRIX_VALUES / MATRIX_ROWS ? MATRIX_VALUES / columns : MATRIX_ROWS;
    size_t count = 0;
    while ((count == 0 || count < most) && sets[count] != NULL)
        count++;
    return count;
}

static cn_result *run_batch(cn_connection *connection, batch *b)
{
    size_t columns = b->text->slot_count;
    b->rows        = cn_matrix_rows(columns, b->sets);
    if (value_room(connection, b->rows * columns + 1) == NULL)
        return cn_connection_failed_result(connection);
    do {
        size_t rows = fill_matrix(connection, b);
        if (rows == 0 || !run_matrix(connection, b, rows))
            return cn_connection_failed_result(connection);
        b->result->held = true;
    } while (*b->sets != NULL);
    b->result->held = false;
    return b->result;
}

bool cn_connection_batch_begin(cn_connection *connection, bool *own)
{
    *own = connection->autocommit && !connection->begun;
    if (!*own)
        return true;
    if (!cn_connection_make_ready(connection))
        return false;
    return cn_connection_begin_now(connection, connection->isolation, connection->read_only);
}

cn_result *cn_connection_batch_end(cn_connection *connection, cn_result *result)
{
    if (connection->failed_depth < 0 && cn_connection_commit_inside(connection))
        return result;
    cn_error error = {0};
    cn_error_move(&error, &connection->error);
    (void)cn_connection_rollback_inside(connection);
    cn_error_move(&connection->error, &error);
    cn_connection_fail_filled(connection, NULL);
    return cn_connection_failed_result(connection);
}

cn_result *cn_connection_execute_text_many(cn_connection           *connection,
                                           const cn_text_statement *statement,
                                           const cn_param *const   *sets)
{
    bool own = false;
    if (sets == NULL || *sets == NULL) {
        if (connection->failed_depth >= 0)
            return cn_connection_failed_result(connection);
        return cn_connection_result_empty(connection, 0, 0);
    }
    batch b = {.sets = sets, .execution = {.chunk = chunk_of(statement)}};
    if (!cn_connection_batch_begin(connection, &own))
        return cn_connection_failed_result(connection);
    cn_result *result = NULL;
    b.slot            = find_text(connection, statement->sql);
    if (b.slot != NULL) {
        b.text = (const cn_text_compiled *)(const void *)b.slot->compiled;
        if (b.slot->prepared != NULL || (!wants_list(connection, b.text, true) &&
                                         prepare(connection, b.slot, b.text->slot_count)))
            result = run_batch(connection, &b);
    }
    if (own)
        return cn_connection_batch_end(connection, result);
    return result != NULL ? result : cn_connection_failed_result(connection);
}

/* ---- in the driver's own words --------------------------------------------------------------- */

/* Its key is 1, 0, the SQL: no expansion's, which goes on with zeros. */
#define RAW_KEY_HEAD 2

static cn_compiled *compile_raw(cn_connection *connection, void *context, cn_error *error)
{
    const source *key = context;
    (void)connection;
    cn_compiled *made = cn_compiled_new(sizeof *made, key->sql, key->size, key->hash);
    if (made != NULL) {
        made->sql_size = key->size - RAW_KEY_HEAD;
        made->sql      = cn_arena_text_sized(&made->arena, key->sql + RAW_KEY_HEAD, made->sql_size);
    }
    if (made == NULL || made->sql == NULL) {
        cn_compiled_release(made);
        cn_error_no_memory(error);
        return NULL;
    }
    return made;
}

static cn_statement_slot *find_raw(cn_connection *connection, const char *sql)
{
    cn_buffer          buffer = {0};
    cn_statement_slot *slot   = NULL;
    if (!may_be_sql(connection, sql))
        return NULL;
    cn_buffer_add(&buffer, "\1", RAW_KEY_HEAD); /* with the NUL that ends it */
    cn_buffer_text(&buffer, sql);
    if (buffer.failed) {
        (void)cn_connection_fail_memory(connection);
    } else {
        source key = {.sql = buffer.text, .size = buffer.size};
        key.hash   = cn_hash(key.sql, key.size);
        slot       = cn_connection_find(connection, key.hash, key.sql, key.size, compile_raw, &key);
    }
    cn_buffer_free(&buffer);
    return slot;
}

static cn_result *execute_raw(cn_connection *connection, const char *sql, const cn_value *values,
                              size_t count)
{
    cn_statement_slot *slot = find_raw(connection, sql);
    if (slot == NULL || (slot->prepared == NULL && !cn_connection_prepare(connection, slot)))
        return cn_connection_failed_result(connection);
    cn_value *copies = value_room(connection, count + 1);
    if (copies == NULL)
        return cn_connection_failed_result(connection);
    for (size_t i = 0; i < count; i++) {
        copies[i] = values[i];
        cn_value_measure(&copies[i]);
        if (is_list(&values[i])) {
            cn_connection_fail(connection, CN_CAUSE_PARAMETER,
                               "value %zu of cn_connection_execute_driver_sql is a list", i + 1);
            return cn_connection_failed_result(connection);
        }
    }
    if (!run_text(connection, slot, copies, count, NULL))
        return cn_connection_failed_result(connection);
    return cn_connection_result(connection, slot);
}

cn_result *cn_connection_execute_driver_sql(cn_connection *connection, const char *sql,
                                            const cn_value *values, size_t count)
{
    if (connection == NULL || !cn_connection_enter(connection))
        return NULL;
    cn_result *result = execute_raw(connection, sql, values, count);
    cn_connection_leave(connection);
    return result;
}
