/*
 * Reading the current row: a cell by name or position as any C type, or the whole row into a
 * struct. Whatever is handed out is copied into the result first, unless it stays there anyway.
 * result.c says where the rows are.
 */
#include <string.h>

#include "base/memory.h"
#include "engine/handle.h"

/* ---- columns by name ------------------------------------------------------------------------- */

static bool has_name(const cn_result *result, size_t column, const char *name)
{
    const char *column_name = result->columns[column].name;
    return column_name != NULL && strcmp(column_name, name) == 0;
}

static size_t find_from(const cn_result *result, size_t from, const char *name)
{
    while (from < result->column_count && !has_name(result, from, name))
        from++;
    return from;
}

static bool no_column(cn_result *result, const char *name)
{
    cn_connection *connection = result->connection;
    cn_connection_fail(connection, CN_CAUSE_NOT_FOUND, "the result has no column '%s'; it has",
                       name);
    for (size_t i = 0; i < result->column_count && i < 32; i++)
        cn_error_append(&connection->error, "%s %s", i == 0 ? "" : ",",
                        result->columns[i].name != NULL ? result->columns[i].name : "?");
    if (result->column_count == 0)
        cn_error_append(&connection->error, " none at all");
    return false;
}

/* The last name found is often this one, or the one before it. */
static bool find_column(cn_result *result, const char *name, size_t *column)
{
    size_t guess = result->guess;
    if (name == NULL)
        return cn_connection_fail(result->connection, CN_CAUSE_MISUSE, "a column's name is NULL");
    if (result->names_unique && guess < result->column_count && has_name(result, guess, name)) {
        *column       = guess;
        result->guess = guess + 1;
        return true;
    }
    size_t found = find_from(result, 0, name);
    if (found == result->column_count)
        return no_column(result, name);
    if (find_from(result, found + 1, name) < result->column_count)
        return cn_connection_fail(result->connection, CN_CAUSE_NOT_FOUND,
                                  "the result has more than one column '%s': give each a name of "
                                  "its own with AS, or read them by position",
                                  name);
    *column       = found;
    result->guess = found + 1 < result->column_count ? found + 1 : 0;
    return true;
}

/* Whether no name comes twice: then a guess that fits is right. */
static void check_names(cn_result *result)
{
    if (result->names_checked)
        return;
    result->names_checked = true;
    result->names_unique  = result->column_count <= 32;
    for (size_t i = 0; i < result->column_count && result->names_unique; i++) {
        const char *name     = result->columns[i].name;
        result->names_unique = name == NULL ||
                               find_from(result, i + 1, name) == result->column_count;
    }
}

/* ---- cells ----------------------------------------------------------------------------------- */

static bool at_row(cn_result *result)
{
    cn_connection *connection = result->connection;
    if (connection->failed_depth >= 0)
        return false;
    return result->at_row ||
           cn_connection_fail(connection, CN_CAUSE_MISUSE,
                              "the result is at no row: cn_next goes to the next one, and says "
                              "whether there is one");
}

static bool read_cell(cn_result *result, size_t column, cn_value *value)
{
    cn_connection *connection = result->connection;
    if (column >= result->column_count)
        return cn_connection_fail(connection, CN_CAUSE_NOT_FOUND,
                                  "the result has no column %zu: it has %zu, from 0", column,
                                  result->column_count);
    if (result->row != NULL) {
        *value = result->row->cells[column];
        return true;
    }
    const cn_driver *driver = result->slot->prepared->driver;
    return driver->read(result->slot->prepared, column, value, &connection->error) ||
           cn_connection_fail_filled(connection, result->slot);
}

/* Where a cell is: by name, or, without one, by position. */
typedef struct place {
    const char *name;
    size_t      column;
} place;

static bool find_cell(cn_result *result, place *at, cn_value *value)
{
    if (!at_row(result))
        return false;
    if (at->name != NULL) {
        check_names(result);
        if (!find_column(result, at->name, &at->column))
            return false;
    }
    if (!read_cell(result, at->column, value))
        return false;
    at->name = result->columns[at->column].name;
    return true;
}

void cn_result_type(const cn_result *result, cn_decode *step)
{
    if (step->column >= result->type_count)
        return;
    const cn_decode *type = &result->types[step->column];
    step->labels          = type->labels;
    step->user            = type->user;
    step->utc             = type->utc;
    step->precision       = type->precision;
    step->scale           = type->scale;
}

/* What a getter returns outlives the driver's row only in the result's own memory, which also takes
   what is made of a row that is in memory. */
static bool store(cn_result *result, place at, uint8_t storage, void *target)
{
    cn_connection *connection = result->connection;
    cn_value       value;
    cn_decode      step = {.size = (uint32_t)cn_storage_size(storage), .storage = storage};
    if (!find_cell(result, &at, &value))
        return false;
    step.column = (uint32_t)at.column;
    cn_result_type(result, &step);
    step.name = at.name != NULL ? at.name : "?";
    return cn_convert_store(&step, &value, target, &result->scratch, &connection->error) ||
           cn_connection_fail_filled(connection, NULL);
}

/* One guarded read; `target` is zeroed if it fails. */
static void *get(cn_result *result, place at, uint8_t storage, void *target)
{
    size_t size = cn_storage_size(storage);
    if (size == 0)
        return target;
    if (result == NULL || !cn_connection_enter(result->connection)) {
        memset(target, 0, size);
        return target;
    }
    cn_connection *connection = result->connection;
    if (!store(result, at, storage, target))
        memset(target, 0, size);
    cn_connection_leave(connection);
    return target;
}

static bool copy_value(cn_result *result, cn_value *value)
{
    if (result->row != NULL || cn_result_keep_value(&result->scratch, value))
        return true;
    cn_error_no_memory(&result->connection->error);
    return cn_connection_fail_filled(result->connection, NULL);
}

static cn_value get_value(cn_result *result, place at)
{
    cn_value value = cn_value_null();
    if (result == NULL || !cn_connection_enter(result->connection))
        return value;
    cn_connection *connection = result->connection;
    if (!find_cell(result, &at, &value) || !copy_value(result, &value))
        value = cn_value_null();
    cn_connection_leave(connection);
    return value;
}

static const char *read_text(cn_result *result, place at)
{
    cn_connection *connection = result->connection;
    cn_value       value      = cn_value_null(), text;
    if (!find_cell(result, &at, &value) || value.kind == CN_KIND_NULL)
        return NULL;
    const char *name = at.name != NULL ? at.name : "?";
    cn_decode   type = {.column = (uint32_t)at.column};
    cn_result_type(result, &type);
    if (type.user != NULL &&
        !cn_user_convert(type.user, false, name, &value, &result->scratch, &connection->error)) {
        cn_connection_fail_filled(connection, NULL);
        return NULL;
    }
    if (!cn_convert_value(&value, CN_KIND_TEXT, name, &text, &result->scratch,
                          &connection->error)) {
        cn_connection_fail_filled(connection, NULL);
        return NULL;
    }
    cn_value_measure(&text);
    if (memchr(text.as.text.data, '\0', text.as.text.size) != NULL) {
        cn_connection_fail(connection, CN_CAUSE_CONVERSION,
                           "column '%s' has a NUL byte in its text: read it with cn_get_value",
                           name);
        return NULL;
    }
    return copy_value(result, &text) ? text.as.text.data : NULL;
}

static const char *get_text(cn_result *result, place at)
{
    if (result == NULL || !cn_connection_enter(result->connection))
        return NULL;
    cn_connection *connection = result->connection;
    const char    *text       = read_text(result, at);
    cn_connection_leave(connection);
    return text;
}

/* ---- for programs ---------------------------------------------------------------------------- */

#define NAMED(n) ((place){.name = (n) != NULL ? (n) : ""})

#define DEFINE_GETTER(function, T, storage)                                                        \
    T function(cn_result *result, const char *name)                                                \
    {                                                                                              \
        T value = {0};                                                                             \
        return *(T *)get(result, NAMED(name), storage, &value);                                    \
    }

DEFINE_GETTER(cn_get_bool, bool, CN_STORAGE_BOOL)
DEFINE_GETTER(cn_get_int, int, CN_STORAGE_INT32)
DEFINE_GETTER(cn_get_int64, int64_t, CN_STORAGE_INT64)
DEFINE_GETTER(cn_get_uint64, uint64_t, CN_STORAGE_UINT64)
DEFINE_GETTER(cn_get_double, double, CN_STORAGE_DOUBLE)
DEFINE_GETTER(cn_get_bytes, cn_bytes, CN_STORAGE_BYTES)
DEFINE_GETTER(cn_get_decimal, cn_decimal, CN_STORAGE_DECIMAL)
DEFINE_GETTER(cn_get_date, cn_date, CN_STORAGE_DATE)
DEFINE_GETTER(cn_get_time, cn_time, CN_STORAGE_TIME)
DEFINE_GETTER(cn_get_datetime, cn_datetime, CN_STORAGE_DATETIME)
DEFINE_GETTER(cn_get_timestamp, cn_timestamp, CN_STORAGE_TIMESTAMP)
DEFINE_GETTER(cn_get_interval, cn_interval, CN_STORAGE_INTERVAL)
DEFINE_GETTER(cn_get_uuid, cn_uuid, CN_STORAGE_UUID)
DEFINE_GETTER(cn_get_json, cn_json, CN_STORAGE_JSON)

const char *cn_get_text(cn_result *result, const char *name)
{
    return get_text(result, NAMED(name));
}

const char *cn_text_at(cn_result *result, size_t column)
{
    return get_text(result, (place){.column = column});
}

cn_value cn_get_value(cn_result *result, const char *name)
{
    return get_value(result, NAMED(name));
}

cn_value cn_value_at(cn_result *result, size_t column)
{
    return get_value(result, (place){.column = column});
}

bool cn_get_is_null(cn_result *result, const char *name)
{
    return get_value(result, NAMED(name)).kind == CN_KIND_NULL;
}

void *cn_cell_into(cn_result *result, const char *name, uint8_t storage, void *target)
{
    return get(result, NAMED(name), storage, target);
}

void *cn_cell_into_at(cn_result *result, size_t column, uint8_t storage, void *target)
{
    return get(result, (place){.column = column}, storage, target);
}

/* ---- rows into structs ----------------------------------------------------------------------- */

bool cn_result_decode(cn_result *result, const cn_decode *plan, size_t count, void *row,
                      cn_arena *text)
{
    cn_connection *connection = result->connection;
    if (!at_row(result))
        return false;
    if (result->row == NULL)
        return cn_connection_decode(connection, result->slot, plan, count, row, text);
    for (size_t i = 0; i < count; i++) {
        if (!cn_convert_store(&plan[i], &result->row->cells[plan[i].column], row, text,
                              &connection->error))
            return cn_connection_fail_filled(connection, NULL);
    }
    return true;
}

/* The structs of CN_FIELDS live in the block that wrote them, so what they say is compared, not
   where they are. */
static bool same_fields(const cn_fields *a, const cn_fields *b)
{
    if (a->count != b->count || a->struct_size != b->struct_size)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const cn_field *x = &a->fields[i], *y = &b->fields[i];
        if (x->offset != y->offset || x->size != y->size || x->storage != y->storage ||
            (x->name != y->name && strcmp(x->name, y->name) != 0))
            return false;
    }
    return true;
}

static bool has_field(const cn_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (name != NULL && strcmp(fields->fields[i].name, name) == 0)
            return true;
    }
    return false;
}

static cn_decode step_of(const cn_field *field, size_t column)
{
    return (cn_decode){.column  = (uint32_t)column,
                       .offset  = field->offset,
                       .size    = field->size,
                       .storage = field->storage,
                       .name    = field->name};
}

/* Whether the members stand in the order of the columns: the usual case. */
static bool match_in_order(const cn_result *result, const cn_fields *fields, cn_decode *steps)
{
    if (fields->count != result->column_count)
        return false;
    for (size_t i = 0; i < fields->count; i++) {
        if (!has_name(result, i, fields->fields[i].name))
            return false;
        steps[i] = step_of(&fields->fields[i], i);
    }
    return true;
}

static bool match_fields(cn_result *result, const cn_fields *fields, cn_decode *steps)
{
    cn_connection *connection = result->connection;
    if (match_in_order(result, fields, steps))
        return true;
    for (size_t i = 0; i < fields->count; i++) {
        const cn_field *field  = &fields->fields[i];
        size_t          column = 0;
        if (find_from(result, 0, field->name) == result->column_count) {
            (void)no_column(result, field->name);
            cn_error_append(&connection->error, "; %s.%s is to be filled from it",
                            fields->struct_name, field->name);
            return false;
        }
        if (!find_column(result, field->name, &column))
            return false;
        steps[i] = step_of(field, column);
    }
    for (size_t i = 0; i < result->column_count; i++) {
        if (!has_field(fields, result->columns[i].name))
            return cn_connection_fail(connection, CN_CAUSE_NOT_FOUND,
                                      "the result has a column '%s' for which %s names no member",
                                      result->columns[i].name, fields->struct_name);
    }
    return true;
}

static const cn_decode *make_plan(cn_result *result, const cn_fields *fields)
{
    cn_connection       *connection = result->connection;
    cn_arena            *arena      = &result->arena;
    cn_result_plan_kept *plan       = CN_ARENA_NEW(arena, cn_result_plan_kept);
    cn_decode           *steps      = CN_ARENA_ARRAY(arena, cn_decode, fields->count + 1);
    cn_field            *copies     = CN_ARENA_ARRAY(arena, cn_field, fields->count + 1);
    if (plan == NULL || steps == NULL || copies == NULL) {
        cn_connection_fail_memory(connection);
        return NULL;
    }
    if (!match_fields(result, fields, steps))
        return NULL;
    for (size_t i = 0; i < fields->count; i++)
        cn_result_type(result, &steps[i]);
    memcpy(copies, fields->fields, fields->count * sizeof *copies);
    plan->fields        = *fields;
    plan->fields.fields = copies;
    plan->steps         = steps;
    plan->next          = result->plans;
    result->plans       = plan;
    return steps;
}

const cn_decode *cn_result_plan(cn_result *result, const cn_fields *fields)
{
    if (result->connection->failed_depth >= 0)
        return NULL;
    for (const cn_result_plan_kept *plan = result->plans; plan != NULL; plan = plan->next) {
        if (same_fields(&plan->fields, fields))
            return plan->steps;
    }
    return make_plan(result, fields);
}

/* Names are short, and every row asks: a call would cost more than the comparison. */
static inline bool same_name(const char *one, const char *other)
{
    for (; *one == *other; one++, other++)
        if (*one == '\0')
            return true;
    return false;
}

/* The plan that the statement has kept, if it is for these fields. */
static const cn_decode *kept_plan(const cn_result *result, const cn_fields *fields)
{
    const cn_row_plan *plan = result->slot == NULL ? NULL : result->slot->plan;
    if (plan == NULL || plan->described != result->slot->prepared->described ||
        plan->count != fields->count)
        return NULL;
    for (size_t i = 0; i < plan->count; i++) {
        const cn_field  *field = &fields->fields[i];
        const cn_decode *step  = &plan->steps[i];
        if (step->offset != field->offset || step->size != field->size ||
            step->storage != field->storage || !same_name(step->name, field->name))
            return NULL;
    }
    return plan->steps;
}

/* Keeps it for the next executions; without memory they make it again. The names are copied: the
   program may have unloaded what they stand in by then. */
static void keep_plan(cn_statement_slot *slot, const cn_fields *fields, const cn_decode *steps)
{
    if (slot->prepared->described == 0 ||
        (slot->plan != NULL && slot->plan->described == slot->prepared->described))
        return;
    size_t size = sizeof *slot->plan + fields->count * sizeof *steps;
    for (size_t i = 0; i < fields->count; i++)
        size += strlen(fields->fields[i].name) + 1;
    cn_row_plan *plan = cn_allocate(size);
    if (plan == NULL)
        return;
    plan->described = slot->prepared->described;
    plan->count     = fields->count;
    char *name      = (char *)(plan->steps + fields->count);
    for (size_t i = 0; i < fields->count; i++) {
        size_t length       = strlen(fields->fields[i].name) + 1;
        plan->steps[i]      = steps[i];
        plan->steps[i].name = memcpy(name, fields->fields[i].name, length);
        name += length;
    }
    cn_release(slot->plan);
    slot->plan = plan;
}

static const cn_decode *plan_of(cn_result *result, const cn_fields *fields)
{
    const cn_decode *steps = kept_plan(result, fields);
    if (steps != NULL)
        return steps;
    steps = cn_result_plan(result, fields);
    if (steps != NULL && result->slot != NULL)
        keep_plan(result->slot, fields, steps);
    return steps;
}

static bool fetch(cn_result *result, const cn_fields *fields, void *row)
{
    if (result->state == CN_RESULT_ENDED)
        return false;
    const cn_decode *plan = plan_of(result, fields);
    if (plan == NULL || cn_result_step(result) != CN_STEP_ROW)
        return false;
    return cn_result_decode(result, plan, fields->count, row, &result->scratch);
}

bool cn_fetch_row(cn_result *result, const cn_fields *fields, void *row)
{
    if (result == NULL || !cn_connection_enter(result->connection))
        return false;
    cn_connection *connection = result->connection;
    bool           done       = fetch(result, fields, row);
    cn_connection_leave(connection);
    return done;
}
