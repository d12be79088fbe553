/*
 * Values that are sent in another form than the program gave them. Called when a statement is
 * executed, and when one is shown with its values in it.
 */
#include <stdlib.h>

#include "base/buffer.h"
#include "schema/value.h"
#include "sql/compile.h"

/* The next step of a path that the walk has made: ."key" with escapes, or [3]. Returns where the
   path goes on. */
static const char *next_step(const char *path, cn_buffer *step, bool *is_index)
{
    *is_index = *path == '[';
    char end  = *is_index ? ']' : '"';
    path += *is_index ? 1 : 2;
    for (; *path != end; path++) {
        if (!*is_index && *path == '\\')
            path++;
        cn_buffer_char(step, *path);
    }
    return path + 1;
}

/* '{"key","3"}': quotes and backslashes inside are escaped again. */
static void add_element(cn_buffer *array, const cn_buffer *step)
{
    cn_buffer_text(array, array->size == 1 ? "" : ",");
    cn_buffer_quoted(array, cn_buffer_get(step), step->size, '"', '\\');
}

static bool json(cn_conversion_kind kind, cn_value *value, cn_arena *arena, cn_error *error)
{
    cn_buffer   array = {0}, step = {0};
    bool        is_index = false;
    const char *path     = value->as.text.data + 1;
    cn_buffer_char(&array, '{');
    while (*path != '\0') {
        cn_buffer_reset(&step);
        path = next_step(path, &step, &is_index);
        if (kind == CN_CONVERT_JSON_PATH)
            add_element(&array, &step);
    }
    cn_buffer_char(&array, '}');
    const cn_buffer *made = kind == CN_CONVERT_JSON_PATH ? &array : &step;
    const char      *text = NULL;
    if (!made->failed)
        text = cn_arena_text_sized(arena, cn_buffer_get(made), made->size);
    if (text != NULL) {
        *value = cn_value_text(text);
        if (kind == CN_CONVERT_JSON_STEP && is_index)
            *value = cn_value_int(strtoll(text, NULL, 10));
        cn_value_measure(value);
    }
    cn_buffer_free(&array);
    cn_buffer_free(&step);
    return text != NULL || cn_error_no_memory(error);
}

static bool plain(const cn_value *value, cn_error *error)
{
    for (const char *at = value->as.text.data; *at != '\0'; at++) {
        if (at[0] == '\\' && at[1] == '"')
            return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                                "SQLite finds no key of a JSON document that has a quote in it: %s",
                                value->as.text.data);
        at += at[0] == '\\';
    }
    return true;
}

/* What a column makes of a value: a label, or whatever its own type does. */
static bool column(const cn_column *of, cn_value *value, cn_arena *arena, cn_error *error)
{
    bool done = cn_column_bind(of, value, arena, error);
    if (done)
        cn_value_measure(value);
    return done;
}

bool cn_conversion_apply(const cn_conversion *conversion, cn_value *value, cn_arena *arena,
                         cn_error *error)
{
    switch (conversion->kind) {
    case CN_CONVERT_LABEL:
        return column(conversion->column, value, arena, error);
    case CN_CONVERT_JSON_PLAIN:
        return plain(value, error);
    default:
        return json(conversion->kind, value, arena, error);
    }
}
