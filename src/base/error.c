/*
 * The error object: its filling by whoever fails, its reading by the program. It must never know
 * the handles that own errors.
 */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

const cn_error cn_error_of_nothing = {
    .cause = CN_CAUSE_MEMORY, .read = true, .brief = "out of memory"};
const cn_error cn_error_none = {.cause = CN_CAUSE_NONE, .read = true};

static const char *const cause_names[CN_CAUSE_COUNT] = {
    [CN_CAUSE_NONE]            = "none",
    [CN_CAUSE_MEMORY]          = "memory",
    [CN_CAUSE_MISUSE]          = "misuse",
    [CN_CAUSE_PARAMETER]       = "parameter",
    [CN_CAUSE_CONVERSION]      = "conversion",
    [CN_CAUSE_MODEL]           = "model",
    [CN_CAUSE_UNSUPPORTED]     = "unsupported",
    [CN_CAUSE_LIMIT]           = "limit",
    [CN_CAUSE_URL]             = "url",
    [CN_CAUSE_DRIVER]          = "driver",
    [CN_CAUSE_CONNECT]         = "connect",
    [CN_CAUSE_AUTHENTICATION]  = "authentication",
    [CN_CAUSE_TLS]             = "tls",
    [CN_CAUSE_NO_DATABASE]     = "no_database",
    [CN_CAUSE_LOST]            = "lost",
    [CN_CAUSE_UNKNOWN_OUTCOME] = "unknown_outcome",
    [CN_CAUSE_TIMEOUT]         = "timeout",
    [CN_CAUSE_POOL]            = "pool",
    [CN_CAUSE_SYNTAX]          = "syntax",
    [CN_CAUSE_NOT_FOUND]       = "not_found",
    [CN_CAUSE_EXISTS]          = "exists",
    [CN_CAUSE_PERMISSION]      = "permission",
    [CN_CAUSE_READ_ONLY]       = "read_only",
    [CN_CAUSE_DATA]            = "data",
    [CN_CAUSE_UNIQUE]          = "unique",
    [CN_CAUSE_FOREIGN_KEY]     = "foreign_key",
    [CN_CAUSE_NOT_NULL]        = "not_null",
    [CN_CAUSE_CHECK]           = "check",
    [CN_CAUSE_DEADLOCK]        = "deadlock",
    [CN_CAUSE_SERIALIZATION]   = "serialization",
    [CN_CAUSE_BUSY]            = "busy",
    [CN_CAUSE_STALE]           = "stale",
    [CN_CAUSE_ROWS]            = "rows",
    [CN_CAUSE_SERVER]          = "server",
};

const char *cn_cause_name(cn_cause cause)
{
    bool known = (unsigned)cause < (unsigned)CN_CAUSE_COUNT;
    return known ? cause_names[cause] : "unknown";
}

/* ---- filling --------------------------------------------------------------------------------- */

/* A cut text must still be UTF-8: drops the character that the cut went through. */
static void drop_broken_character(char *text)
{
    size_t size = strlen(text);
    size_t tail = 0; /* continuation bytes at the end */
    while (tail < size && tail < 3 && ((unsigned char)text[size - 1 - tail] & 0xc0) == 0x80)
        tail++;
    if (tail == size)
        return;
    unsigned char lead   = (unsigned char)text[size - 1 - tail];
    size_t        wanted = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if (wanted > tail)
        text[size - 1 - tail] = '\0';
}

static void format_brief(char *brief, size_t room, const char *format, va_list arguments)
    CN_FORMAT_(3, 0);
static void format_brief(char *brief, size_t room, const char *format, va_list arguments)
{
    brief[0] = '\0';
    int size = vsnprintf(brief, room, format, arguments);
    if (size >= 0 && (size_t)size >= room)
        drop_broken_character(brief);
}

bool cn_error_set(cn_error *error, cn_cause cause, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)cn_error_set_v(error, cause, format, arguments);
    va_end(arguments);
    return false;
}

bool cn_error_set_v(cn_error *error, cn_cause cause, const char *format, va_list arguments)
{
    if (error == NULL)
        return false;
    cn_error fresh = {.cause = cause}; /* the arguments may point into the old one */
    va_list  again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (size >= (int)sizeof fresh.brief)
        fresh.message = cn_allocate((size_t)size + 1);
    if (fresh.message != NULL)
        (void)vsnprintf(fresh.message, (size_t)size + 1, format, arguments);
    else
        format_brief(fresh.brief, sizeof fresh.brief, format, arguments);
    cn_error_clear(error);
    *error = fresh;
    return false;
}

bool cn_error_no_memory(cn_error *error)
{
    return cn_error_set(error, CN_CAUSE_MEMORY, "%s", cn_error_of_nothing.brief);
}

void cn_error_server(cn_error *error, const char *sqlstate, int code)
{
    if (error == NULL)
        return;
    memset(error->sqlstate, 0, sizeof error->sqlstate);
    for (size_t i = 0; sqlstate != NULL && sqlstate[i] != '\0' && i < 5; i++)
        error->sqlstate[i] = sqlstate[i];
    error->code = code;
}

static const char *message_of(const cn_error *error)
{
    return error->message != NULL ? error->message : error->brief;
}

bool cn_error_several_statements(cn_error *error)
{
    cn_error server = *error; /* its texts are not used */
    cn_error_set(error, CN_CAUSE_MISUSE,
                 "the text holds several statements: execute them one by one, or create the engine "
                 "with .multi_statements = true");
    cn_error_server(error, server.sqlstate, server.code);
    error->ended = server.ended;
    return false;
}

void cn_error_append(cn_error *error, const char *format, ...)
{
    if (error == NULL)
        return;
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int    added  = vsnprintf(NULL, 0, format, again);
    size_t before = strlen(message_of(error));
    va_end(again);

    char *longer = NULL;
    if (added >= 0 && (error->message != NULL || before + (size_t)added >= sizeof error->brief))
        longer = cn_allocate(before + (size_t)added + 1);
    if (longer != NULL) {
        memcpy(longer, message_of(error), before);
        (void)vsnprintf(longer + before, (size_t)added + 1, format, arguments);
        cn_release(error->message);
        error->message = longer;
    } else if (error->message == NULL) {
        format_brief(error->brief + before, sizeof error->brief - before, format, arguments);
    }
    va_end(arguments);
}

void cn_error_copy(cn_error *to, const cn_error *from)
{
    if (to == from)
        return;
    cn_error copy   = *from;
    copy.message    = cn_duplicate(from->message);
    copy.statement  = cn_duplicate(from->statement);
    copy.parameters = cn_duplicate(from->parameters);
    if (from->message != NULL && copy.message == NULL) {
        memcpy(copy.brief, from->message,
               sizeof copy.brief - 1); /* it is longer, or it were brief */
        copy.brief[sizeof copy.brief - 1] = '\0';
        drop_broken_character(copy.brief);
    }
    cn_error_clear(to);
    *to = copy;
}

void cn_error_move(cn_error *to, cn_error *from)
{
    if (to == from)
        return;
    cn_error_clear(to);
    *to   = *from;
    *from = (cn_error){0};
}

void cn_error_clear(cn_error *error)
{
    if (error == NULL)
        return;
    cn_release(error->message);
    cn_release(error->statement);
    cn_release(error->parameters);
    *error = (cn_error){0};
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Whoever reads an error has seen it. The two constants above are never written to. */
static const cn_error *look(const cn_error *error)
{
    if (error == NULL)
        return &cn_error_of_nothing;
    if (error->cause != CN_CAUSE_NONE && !error->read)
        ((cn_error *)(uintptr_t)error)->read = true;
    return error;
}

bool cn_error_is_none(const cn_error *error)
{
    return look(error)->cause == CN_CAUSE_NONE;
}

const char *cn_error_get_message(const cn_error *error)
{
    return message_of(look(error));
}

cn_cause cn_error_get_cause(const cn_error *error)
{
    return look(error)->cause;
}

const char *cn_error_get_sqlstate(const cn_error *error)
{
    return look(error)->sqlstate;
}

int cn_error_get_code(const cn_error *error)
{
    return look(error)->code;
}

const char *cn_error_get_statement(const cn_error *error)
{
    return look(error)->statement;
}

const char *cn_error_get_parameters(const cn_error *error)
{
    return look(error)->parameters;
}

bool cn_error_get_lost(const cn_error *error)
{
    return look(error)->lost;
}

bool cn_error_get_retryable(const cn_error *error)
{
    return look(error)->retryable;
}
