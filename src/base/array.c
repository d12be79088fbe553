/*
 * PostgreSQL's arrays as their text, "{1,NULL,\"a b\"}": from C arrays, and back into texts.
 */
#include <string.h>

#include <cinnabar/storage.h>

#include "base/ascii.h"
#include "base/buffer.h"
#include "base/convert.h"
#include "base/memory.h"
#include "base/number.h"

/* ---- writing --------------------------------------------------------------------------------- */

static void put_item(cn_buffer *text, const cn_value *value)
{
    char number[CN_NUMBER_SIZE];
    switch (value->kind) {
    case CN_KIND_BOOLEAN:
        cn_buffer_char(text, value->as.boolean ? 't' : 'f');
        return;
    case CN_KIND_INTEGER:
    case CN_KIND_UNSIGNED:
    case CN_KIND_REAL:
        cn_buffer_add(text, number, cn_number_format(value, number));
        return;
    case CN_KIND_TEXT:
        cn_buffer_quoted(text, value->as.text.data, strlen(value->as.text.data), '"', '\\');
        return;
    default:
        cn_buffer_text(text, "NULL");
    }
}

char *cn_array_make_(const void *items, size_t count, uint8_t storage)
{
    cn_buffer text = {0};
    cn_buffer_char(&text, '{');
    for (size_t i = 0; i < count; i++) {
        const cn_value value = cn_convert_element(items, i, storage);
        cn_buffer_text(&text, i != 0 ? "," : "");
        put_item(&text, &value);
    }
    cn_buffer_char(&text, '}');
    char *made = cn_buffer_take(&text);
    cn_buffer_free(&text);
    return made;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The end of an item that begins at `at`: its comma or the closing brace; NULL: there is none. */
static const char *end_of_item(const char *at)
{
    int depth = 0;
    for (bool quoted = false; *at != '\0'; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        else if (*at == '"')
            quoted = !quoted;
        else if (!quoted && depth == 0 && (*at == ',' || *at == '}'))
            return at;
        else if (!quoted)
            depth += (*at == '{') - (*at == '}');
    }
    return NULL;
}

/* Copies an item without its quotes; an inner array stays as it is. */
static char *copy_item(const char *at, const char *end, char *to)
{
    bool inner = *at == '{';
    for (; at < end; at++) {
        if (!inner && *at == '"')
            continue;
        if (!inner && *at == '\\' && at + 1 < end)
            at++;
        *to++ = *at;
    }
    *to++ = '\0';
    return to;
}

static bool is_null(const char *at, const char *end)
{
    return cn_ascii_same_sized(at, (size_t)(end - at), "null");
}

/* Counts the items, and with `items` fills them in; false: the text is no array. */
static bool scan(const char *at, char **items, char *to, size_t *count)
{
    *count = 0;
    if (*at != '{')
        return false;
    at++;
    if (*at == '}')
        return at[1] == '\0';
    for (;;) {
        const char *end = end_of_item(at);
        if (end == NULL || end == at)
            return false;
        if (items != NULL) {
            items[*count] = is_null(at, end) ? NULL : to;
            to            = copy_item(at, end, to);
        }
        ++*count;
        if (*end == '}')
            return end[1] == '\0';
        at = end + 1;
    }
}

char **cn_array_split(const char *text, size_t *count)
{
    size_t found = 0;
    if (count != NULL)
        *count = 0;
    if (text == NULL)
        return NULL;
    const char *begin = *text == '[' ? strchr(text, '=') : NULL; /* "[0:1]={...}" */
    text              = begin != NULL ? begin + 1 : text;
    if (!scan(text, NULL, NULL, &found))
        return NULL;
    /* Each item is no longer than it is in the text, and its NUL stands for the comma. */
    char **items = cn_allocate((found + 1) * sizeof *items + strlen(text) + 1);
    if (items == NULL)
        return NULL;
    (void)scan(text, items, (char *)(items + found + 1), &found);
    items[found] = NULL;
    if (count != NULL)
        *count = found;
    return items;
}

void cn_array_free(char **items)
{
    cn_release(items);
}
