/*
 * A text that grows: SQL, messages, echo. Running out of memory is remembered (`failed`), so a
 * writer checks once, at the end. The text always ends with a NUL once anything was written.
 */
#ifndef CN_BASE_BUFFER_H
#define CN_BASE_BUFFER_H

#include <stdarg.h>

#include <cinnabar/base.h>

typedef struct cn_buffer {
    char  *text;
    size_t size; /* without the NUL */
    size_t capacity;
    bool   failed;
} cn_buffer; /* zero bytes are an empty buffer */

void  cn_buffer_add(cn_buffer *buffer, const char *text, size_t size);
void  cn_buffer_text(cn_buffer *buffer, const char *text);
void  cn_buffer_char(cn_buffer *buffer, char c);
void  cn_buffer_format(cn_buffer *buffer, const char *format, ...) CN_FORMAT_(2, 3);
void  cn_buffer_format_v(cn_buffer *buffer, const char *format, va_list arguments) CN_FORMAT_(2, 0);
void  cn_buffer_reset(cn_buffer *buffer); /* empties it, keeps the memory */
char *cn_buffer_take(
    cn_buffer *buffer); /* the text, now the caller's; NULL if it failed or is empty */
void cn_buffer_free(cn_buffer *buffer);

/* The text between two of `quote`, with `escape` before each of both that is inside. */
void cn_buffer_quoted(cn_buffer *buffer, const char *text, size_t size, char quote, char escape);

/* The text, "" when empty. */
static inline const char *cn_buffer_get(const cn_buffer *buffer)
{
    return buffer->text != NULL ? buffer->text : "";
}

#endif
