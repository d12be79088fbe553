/*
 * See value.h. The functions are the program's: they may fail, and their words go into the error.
 */
#include "schema/value.h"

#include <string.h>

#include "base/ascii.h"
#include "base/temporal.h"
#include "base/number.h"

static const cn_client_value *client_value(const cn_column *column, bool update)
{
    return update ? &column->update_value : &column->insert_value;
}

bool cn_column_makes_value(const cn_column *column, bool update)
{
    const cn_client_value *made = client_value(column, update);
    return made->function != NULL || made->value.kind != CN_KIND_NULL;
}

bool cn_column_make_value(const cn_column *column, bool update, const void *row, cn_value *value,
                          cn_arena *memory, cn_error *error)
{
    const cn_client_value *made = client_value(column, update);
    if (made->function == NULL) {
        *value = made->value;
        return true;
    }
    *value = (cn_value){.kind = CN_KIND_NULL};
    return made->function(row, value, (cn_type_memory *)(void *)memory, made->context) ||
           cn_error_set(error, CN_CAUSE_CONVERSION, "%s: its %s made no value", column->field.name,
                        update ? ".update_function" : ".insert_function");
}

static bool no_label(const cn_column *column, const cn_value *value, size_t count, cn_error *error)
{
    char number[CN_NUMBER_SIZE];
    bool is_number = value->kind == CN_KIND_INTEGER || value->kind == CN_KIND_UNSIGNED ||
                     value->kind == CN_KIND_REAL;
    if (is_number)
        cn_number_format(value, number);
    return cn_error_set(error, CN_CAUSE_CONVERSION,
                        "%s: %s is none of the %zu values of the enumeration", column->field.name,
                        is_number ? number : cn_kind_name((cn_kind)value->kind), count);
}

/* The label of an enumeration's value. */
static bool bind_label(const cn_column *column, cn_value *value, cn_error *error)
{
    size_t count = 0;
    if (value->kind == CN_KIND_NULL || value->kind == CN_KIND_TEXT)
        return true;
    while (column->type.labels[count] != NULL)
        count++;
    int64_t index = value->kind == CN_KIND_BOOLEAN   ? value->as.boolean
                    : value->kind == CN_KIND_INTEGER ? value->as.integer
                                                     : -1;
    if (value->kind == CN_KIND_UNSIGNED && value->as.unsigned_integer < count)
        index = (int64_t)value->as.unsigned_integer;
    if (index < 0 || (uint64_t)index >= count)
        return no_label(column, value, count, error);
    *value = cn_value_text(column->type.labels[index]);
    return true;
}

/* A struct that was zeroed holds the zero date. */
static bool check_date(const cn_column *column, const cn_value *value, cn_error *error)
{
    char text[CN_TEMPORAL_SIZE];
    return value->kind != CN_KIND_DATE || cn_date_is_valid(value->as.date) ||
           cn_error_set(error, CN_CAUSE_CONVERSION,
                        "%s: there is no day %s: assign one, or let the member be a "
                        "CN_OPT(cn_date)",
                        column->field.name, cn_date_format(value->as.date, text));
}

bool cn_column_bind(const cn_column *column, cn_value *value, cn_arena *memory, cn_error *error)
{
    if (column->type.user == NULL && column->type.kind == CN_TYPE_ENUM)
        return bind_label(column, value, error);
    if (column->type.user == NULL)
        return check_date(column, value, error);
    return cn_user_convert(column->type.user, true, column->field.name, value, memory, error);
}

const char *cn_user_sql_place(const char *sql, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = strstr(sql, word); at != NULL; at = strstr(at + 1, word)) {
        if (!cn_ascii_is_word(at[size]) && (at == sql || at[-1] != ':'))
            return at;
    }
    return NULL;
}
