/*
 * The growing text. Once an allocation has failed the buffer takes nothing more, so that what it
 * holds is never a text with a hole in it.
 */
#include "base/buffer.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

/* Room for `size` bytes more and a NUL. */
static bool make_room(cn_buffer *buffer, size_t size)
{
    if (buffer->failed)
        return false;
    if (size < buffer->capacity - buffer->size) /* equal would leave no room for the NUL */
        return true;
    if (size >= SIZE_MAX - buffer->size ||
        !cn_reserve(&buffer->text, &buffer->capacity, buffer->size + size + 1, 1)) {
        buffer->failed = true;
        return false;
    }
    return true;
}

void cn_buffer_add(cn_buffer *buffer, const char *text, size_t size)
{
    if (!make_room(buffer, size))
        return;
    if (size != 0)
        memcpy(buffer->text + buffer->size, text, size);
    buffer->size += size;
    buffer->text[buffer->size] = '\0';
}

void cn_buffer_text(cn_buffer *buffer, const char *text)
{
    cn_buffer_add(buffer, text, strlen(text));
}

void cn_buffer_char(cn_buffer *buffer, char c)
{
    if (!make_room(buffer, 1))
        return;
    buffer->text[buffer->size++] = c;
    buffer->text[buffer->size]   = '\0';
}

void cn_buffer_format(cn_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cn_buffer_format_v(buffer, format, arguments);
    va_end(arguments);
}

void cn_buffer_format_v(cn_buffer *buffer, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (size < 0) {
        buffer->failed = true;
    } else if (make_room(buffer, (size_t)size)) {
        (void)vsnprintf(buffer->text + buffer->size, (size_t)size + 1, format, arguments);
        buffer->size += (size_t)size;
    }
}

void cn_buffer_reset(cn_buffer *buffer)
{
    buffer->size   = 0;
    buffer->failed = false;
    if (buffer->text != NULL)
        buffer->text[0] = '\0';
}

char *cn_buffer_take(cn_buffer *buffer)
{
    char *text = buffer->text;
    if (buffer->failed || buffer->size == 0) {
        cn_release(text);
        text = NULL;
    }
    *buffer = (cn_buffer){0};
    return text;
}

void cn_buffer_free(cn_buffer *buffer)
{
    cn_release(buffer->text);
    *buffer = (cn_buffer){0};
}

void cn_buffer_quoted(cn_buffer *buffer, const char *text, size_t size, char quote, char escape)
{
    cn_buffer_char(buffer, quote);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == quote || text[i] == escape)
            cn_buffer_char(buffer, escape);
        cn_buffer_char(buffer, text[i]);
    }
    cn_buffer_char(buffer, quote);
}
