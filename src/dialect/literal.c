/*
 * Values as literals of a dialect, for statements that are shown to people; see cn_statement_text.
 * Called by the compiler.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "dialect/spelling.h"

static void hex(cn_buffer *sql, const cn_bytes *bytes)
{
    const unsigned char *data = bytes->data;
    for (size_t i = 0; i < bytes->size; i++)
        cn_buffer_format(sql, "%02X", (unsigned)data[i]);
}

static void bytes_literal(const cn_dialect *dialect, cn_buffer *sql, const cn_bytes *bytes)
{
    bool escape = dialect->backslash == CN_BACKSLASH_ESCAPED; /* PostgreSQL */
    cn_buffer_text(sql, escape ? "CAST(E'\\\\x" : "X'");
    hex(sql, bytes);
    cn_buffer_text(sql, escape ? "' AS BYTEA)" : "'");
}

/* A number that begins with a sign stands in parentheses: two signs in a row are a comment. */
static void signed_literal(cn_buffer *sql, const char *digits)
{
    cn_buffer_format(sql, *digits == '-' ? "(%s)" : "%s", digits);
}

static bool number_literal(cn_buffer *sql, const cn_value *value, cn_error *error)
{
    char digits[CN_NUMBER_SIZE];
    if (value->kind == CN_KIND_REAL && !isfinite(value->as.real))
        return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                            "infinity and NaN have no literal that every database reads");
    digits[cn_number_format(value, digits)] = '\0';
    signed_literal(sql, digits);
    return true;
}

/* A decimal's digits come from the program: nothing else may stand there. */
static bool decimal_literal(cn_buffer *sql, const char *digits, cn_error *error)
{
    if (!cn_number_is_decimal(digits, strlen(digits)))
        return cn_error_set(error, CN_CAUSE_CONVERSION, "\"%s\" is no decimal number", digits);
    signed_literal(sql, digits);
    return true;
}

static bool text_literal(const cn_dialect *dialect, cn_buffer *sql, const cn_value *value,
                         cn_error *error)
{
    size_t size = value->as.text.size == CN_TERMINATED ? strlen(value->as.text.data)
                                                       : value->as.text.size;
    if (memchr(value->as.text.data, '\0', size) != NULL)
        return cn_error_set(error, CN_CAUSE_UNSUPPORTED,
                            "a text with a NUL in it has no literal that every database reads");
    cn_dialect_literal(dialect, sql, value->as.text.data, size);
    return true;
}

/* Where there is no such type, a UUID is the text of its 32 digits. */
static void without_hyphens(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != '-')
            *to++ = *from;
    *to = '\0';
}

bool cn_dialect_value(const cn_dialect *dialect, cn_buffer *sql, const cn_value *value,
                      const cn_column *column, cn_error *error)
{
    char text[CN_TEMPORAL_SIZE];
    bool words = dialect->words->always[0] == 't'; /* true and false, not 1 and 0 */
    (void)column;
    switch (value->kind) {
    case CN_KIND_NULL:
        cn_buffer_text(sql, "NULL");
        return true;
    case CN_KIND_BOOLEAN:
        cn_buffer_text(sql, value->as.boolean ? (words ? "true" : "1") : (words ? "false" : "0"));
        return true;
    case CN_KIND_INTEGER:
    case CN_KIND_UNSIGNED:
    case CN_KIND_REAL:
        return number_literal(sql, value, error);
    case CN_KIND_DECIMAL:
        return decimal_literal(sql, value->as.text.data, error);
    case CN_KIND_TEXT:
    case CN_KIND_JSON:
        return text_literal(dialect, sql, value, error);
    case CN_KIND_BYTES:
        bytes_literal(dialect, sql, &value->as.bytes);
        return true;
    case CN_KIND_DATE:
        cn_date_format(value->as.date, text);
        break;
    case CN_KIND_TIME:
        cn_time_format(value->as.time, text);
        break;
    case CN_KIND_DATETIME:
        cn_datetime_format(value->as.datetime, text);
        break;
    case CN_KIND_TIMESTAMP: /* in UTC, as drivers send it; PostgreSQL is told so */
        if (dialect->words->numbered)
            cn_timestamp_format(value->as.timestamp, text);
        else
            cn_datetime_format((cn_datetime){value->as.timestamp.microseconds}, text);
        break;
    case CN_KIND_INTERVAL:
        cn_interval_format(value->as.interval, text);
        break;
    case CN_KIND_UUID:
        cn_uuid_format(value->as.uuid, text);
        if (!dialect->words->numbered)
            without_hyphens(text);
        break;
    default:
        return cn_error_set(error, CN_CAUSE_UNSUPPORTED, "a %s has no literal",
                            cn_kind_name((cn_kind)value->kind));
    }
    cn_dialect_literal(dialect, sql, text, strlen(text));
    return true;
}

bool cn_dialect_collation(const cn_dialect *dialect, cn_buffer *sql, const char *name,
                          cn_error *error)
{
    if (name == NULL || *name == '\0')
        return cn_error_set(error, CN_CAUSE_MISUSE, "cn_collate was given no collation");
    bool word = name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
    if (word)
        cn_buffer_text(sql, name);
    else
        cn_spell_quoted(sql, name, dialect->quote);
    return !sql->failed || cn_error_no_memory(error);
}
