/*
 * What was sent, as lines on stderr or calls of the program's function, and the parameters that
 * errors show. Called by connections; sends nothing.
 */
#include "engine/echo.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/convert.h"
#include "base/number.h"
#include "engine/engine.h"

#define TEXT_SHOWN 300 /* a longer text is cut in the middle */
#define BYTES_SHOWN 32
#define SETS_FIRST 8
#define SETS_LAST 2
#define VALUES_SHOWN 100

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_secret(const char *name)
{
    static const char *const words[] = {"password", "passwd", "secret", "token"};
    for (size_t i = 0; name != NULL && i < sizeof words / sizeof *words; i++) {
        if (cn_ascii_find(name, words[i]) != NULL)
            return true;
    }
    return false;
}

static void put_escaped(cn_buffer *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\'')
            cn_buffer_text(out, "''");
        else if (c == '\n')
            cn_buffer_text(out, "\\n");
        else if (c < 0x20 || c == 0x7f)
            cn_buffer_format(out, "\\x%02x", c);
        else
            cn_buffer_char(out, (char)c);
    }
}

/* To the start of the character that this byte is part of. */
static size_t character_start(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void put_text(cn_buffer *out, const char *text, size_t size)
{
    if (size == CN_TERMINATED)
        size = strlen(text);
    cn_buffer_char(out, '\'');
    if (size <= TEXT_SHOWN) {
        put_escaped(out, text, size);
    } else {
        size_t head = character_start(text, TEXT_SHOWN / 2);
        size_t tail = character_start(text, size - TEXT_SHOWN / 2);
        put_escaped(out, text, head);
        cn_buffer_format(out, " ... (%zu bytes cut) ... ", tail - head);
        put_escaped(out, text + tail, size - tail);
    }
    cn_buffer_char(out, '\'');
}

static void put_bytes(cn_buffer *out, cn_bytes bytes)
{
    const unsigned char *data = bytes.data;
    cn_buffer_text(out, "x'");
    for (size_t i = 0; i < bytes.size && i < BYTES_SHOWN; i++)
        cn_buffer_format(out, "%02x", data[i]);
    cn_buffer_char(out, '\'');
    if (bytes.size > BYTES_SHOWN)
        cn_buffer_format(out, " ... (%zu bytes)", bytes.size);
}

static void put_value(cn_buffer *out, const cn_value *value);

static void put_list(cn_buffer *out, const cn_value *list)
{
    cn_buffer_char(out, '[');
    for (size_t i = 0; i < list->as.list.count && i < VALUES_SHOWN; i++) {
        cn_value element = cn_convert_element(list->as.list.items, i, list->element);
        if (i > 0)
            cn_buffer_text(out, ", ");
        put_value(out, &element);
    }
    if (list->as.list.count > VALUES_SHOWN)
        cn_buffer_format(out, ", ... (%zu values)", list->as.list.count);
    cn_buffer_char(out, ']');
}

static void put_number(cn_buffer *out, const cn_value *value)
{
    char text[CN_NUMBER_SIZE];
    cn_buffer_add(out, text, cn_number_format(value, text));
}

static void put_value(cn_buffer *out, const cn_value *value)
{
    char text[CN_TEMPORAL_SIZE];
    switch (value->kind) {
    case CN_KIND_NULL:
        cn_buffer_text(out, "NULL");
        break;
    case CN_KIND_BOOLEAN:
        cn_buffer_text(out, value->as.boolean ? "true" : "false");
        break;
    case CN_KIND_INTEGER:
    case CN_KIND_UNSIGNED:
    case CN_KIND_REAL:
        put_number(out, value);
        break;
    case CN_KIND_TEXT:
    case CN_KIND_DECIMAL:
    case CN_KIND_JSON:
        put_text(out, value->as.text.data, value->as.text.size);
        break;
    case CN_KIND_BYTES:
        put_bytes(out, value->as.bytes);
        break;
    case CN_KIND_DATE:
        cn_buffer_text(out, cn_date_format(value->as.date, text));
        break;
    case CN_KIND_TIME:
        cn_buffer_text(out, cn_time_format(value->as.time, text));
        break;
    case CN_KIND_DATETIME:
        cn_buffer_text(out, cn_datetime_format(value->as.datetime, text));
        break;
    case CN_KIND_TIMESTAMP:
        cn_buffer_text(out, cn_timestamp_format(value->as.timestamp, text));
        break;
    case CN_KIND_INTERVAL:
        cn_buffer_text(out, cn_interval_format(value->as.interval, text));
        break;
    case CN_KIND_UUID:
        cn_buffer_text(out, cn_uuid_format(value->as.uuid, text));
        break;
    case CN_KIND_LIST:
        put_list(out, value);
        break;
    default:
        cn_buffer_text(out, "?");
    }
}

/* ---- sets of values -------------------------------------------------------------------------- */

static void put_set(cn_buffer *out, const char *const *names, const cn_value *values, size_t count)
{
    const char *before = NULL;
    cn_buffer_char(out, names != NULL ? '{' : '(');
    for (size_t i = 0; i < count; i++) {
        if (count > VALUES_SHOWN && i == VALUES_SHOWN / 2) {
            cn_buffer_format(out, " ... %zu values ... ", count - VALUES_SHOWN);
            i = count - VALUES_SHOWN / 2;
        } else if (i > 0) {
            cn_buffer_text(out, ", ");
        }
        /* The values of a list, or of a name that comes twice in a row, need its name once. */
        const char *name = names != NULL ? names[i] : NULL;
        if (name != NULL && name != before)
            cn_buffer_format(out, "%s: ", name);
        before = name;
        if (is_secret(name))
            cn_buffer_text(out, "***");
        else
            put_value(out, &values[i]);
    }
    cn_buffer_char(out, names != NULL ? '}' : ')');
}

void cn_echo_parameters(cn_buffer *out, const cn_compiled *compiled, const cn_value *values,
                        size_t rows, size_t columns)
{
    const char *const *names = NULL;
    if (compiled != NULL && compiled->names != NULL && compiled->name_count >= columns)
        names = compiled->names;
    if (rows == 1) {
        put_set(out, names, values, columns);
        return;
    }
    cn_buffer_char(out, '[');
    for (size_t row = 0; row < rows; row++) {
        if (row > 0)
            cn_buffer_text(out, ", ");
        if (rows > SETS_FIRST + SETS_LAST && row == SETS_FIRST) {
            cn_buffer_format(out, " ... %d of %zu sets shown ... ", SETS_FIRST + SETS_LAST, rows);
            row = rows - SETS_LAST;
        }
        put_set(out, names, values + row * columns, columns);
    }
    cn_buffer_char(out, ']');
}

/* ---- the event ------------------------------------------------------------------------------- */

static void print(const cn_engine_options *options, const cn_echo_event *event, const cn_echo *echo)
{
    const char *name = options->logging_name;
    char        head[80];
    cn_buffer   lines = {0};
    (void)snprintf(head, sizeof head, "cinnabar%s%.60s%s ", name != NULL ? " [" : "",
                   name != NULL ? name : "", name != NULL ? "]" : "");
    cn_buffer_format(&lines, "%s%s%s\n%s[", head, echo->statement, echo->failed ? " (failed)" : "",
                     head);
    if (event->reused)
        cn_buffer_format(&lines, "cached since %.1fs ago, ",
                         (double)(event->started - event->compiled->born) / 1e9);
    cn_buffer_format(&lines, "%.5fs]", echo->seconds);
    if (echo->parameters != NULL)
        cn_buffer_format(&lines, " %s", echo->parameters);
    cn_buffer_char(&lines, '\n');
    if (!lines.failed)
        (void)fwrite(lines.text, 1, lines.size, stderr);
    cn_buffer_free(&lines);
}

void cn_echo_send(const cn_engine_options *options, const cn_echo_event *event)
{
    cn_buffer parameters = {0};
    cn_echo   echo       = {
                .logging_name   = options->logging_name,
                .statement      = event->sql,
                .parameter_sets = event->rows,
                .seconds        = (double)(cn_now() - event->started) / 1e9,
                .cached         = event->reused,
                .failed         = event->failed,
    };
    if (event->columns > 0 && event->rows > 0) {
        if (options->hide_parameters)
            cn_buffer_text(&parameters, "(parameters hidden)");
        else
            cn_echo_parameters(&parameters, event->compiled, event->values, event->rows,
                               event->columns);
        echo.parameters = cn_buffer_get(&parameters);
    }
    if (options->on_echo != NULL)
        options->on_echo(options->echo_context, &echo);
    else
        print(options, event, &echo);
    cn_buffer_free(&parameters);
}
