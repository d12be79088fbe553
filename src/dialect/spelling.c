/*
 * The parts of a column's definition that two or three databases spell alike. Called by the
 * dialects only.
 */
#include "dialect/spelling.h"

#include <string.h>

cn_type_kind cn_spell_signed(const cn_type *type)
{
    static const cn_type_kind wider[] = {
        [CN_TYPE_TINYINT]  = CN_TYPE_SMALLINT,
        [CN_TYPE_SMALLINT] = CN_TYPE_INTEGER,
        [CN_TYPE_INTEGER]  = CN_TYPE_BIGINT,
        [CN_TYPE_BIGINT]   = CN_TYPE_BIGINT,
    };
    bool is_integer = type->kind >= CN_TYPE_TINYINT && type->kind <= CN_TYPE_BIGINT;
    return is_integer && type->is_unsigned ? wider[type->kind] : (cn_type_kind)type->kind;
}

void cn_spell_sized(cn_buffer *sql, const char *name, uint32_t length)
{
    cn_buffer_text(sql, name);
    if (length != 0)
        cn_buffer_format(sql, "(%u)", (unsigned)length);
}

void cn_spell_numeric(cn_buffer *sql, const char *name, const cn_type *type)
{
    cn_buffer_text(sql, name);
    if (type->precision != 0)
        cn_buffer_format(sql, "(%u, %u)", type->precision, type->scale);
}

static uint32_t count_characters(const char *text)
{
    uint32_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

uint32_t cn_spell_longest(const cn_type *type)
{
    uint32_t longest = 1;
    for (size_t i = 0; type->labels[i] != NULL; i++) {
        uint32_t size = count_characters(type->labels[i]);
        longest       = size > longest ? size : longest;
    }
    return longest;
}

/* ---- defaults -------------------------------------------------------------------------------- */

static bool is_quoted_literal(const char *text)
{
    if (*text != '\'')
        return false;
    for (text++; *text != '\0'; text++) {
        if (*text != '\'')
            continue;
        if (text[1] != '\'')
            return text[1] == '\0';
        text++;
    }
    return false;
}

static bool is_number(const char *text)
{
    text += *text == '-' || *text == '+';
    return *text >= '0' && *text <= '9' && text[strspn(text, "0123456789.eE")] == '\0';
}

static bool begins_with(const char *text, const char *upper)
{
    for (; *upper != '\0'; text++, upper++) {
        char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
        if (c != *upper)
            return false;
    }
    return true;
}

/* What stands behind DEFAULT as it is, on every database. */
static bool is_plain(const char *text)
{
    static const char *const words[] = {"NULL", "TRUE", "FALSE"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (begins_with(text, words[i]) && text[strlen(words[i])] == '\0')
            return true;
    }
    return *text == '(' || is_quoted_literal(text) || is_number(text) ||
           begins_with(text, "CURRENT_"); /* CURRENT_TIMESTAMP(6), ... ON UPDATE ... */
}

void cn_spell_default(cn_buffer *sql, const cn_column *column, bool always)
{
    const char *text = column->server_default;
    if (text == NULL)
        return;
    bool bare = *text == '(' || (is_plain(text) && !always);
    cn_buffer_text(sql, bare ? " DEFAULT " : " DEFAULT (");
    cn_buffer_text(sql, text);
    if (!bare)
        cn_buffer_char(sql, ')');
}

/* ---- enumerations ---------------------------------------------------------------------------- */

void cn_spell_check(const cn_dialect *dialect, cn_buffer *sql, const cn_column *column,
                    const cn_link *server)
{
    if (column->type.kind != CN_TYPE_ENUM)
        return;
    cn_error unused = {0}; /* whoever writes the column has written its name before */
    cn_buffer_text(sql, " CHECK (");
    if (!cn_dialect_identifier(dialect, server, sql, column->name, &unused))
        cn_error_clear(&unused);
    cn_buffer_text(sql, " IN (");
    for (size_t i = 0; column->type.labels[i] != NULL; i++) {
        const char *label = column->type.labels[i];
        cn_buffer_text(sql, i != 0 ? ", " : "");
        cn_dialect_literal(dialect, sql, label, strlen(label));
    }
    cn_buffer_text(sql, "))");
}

void cn_spell_quoted(cn_buffer *sql, const char *text, size_t size, char quote)
{
    cn_buffer_char(sql, quote);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == quote)
            cn_buffer_char(sql, quote);
        cn_buffer_char(sql, text[i]);
    }
    cn_buffer_char(sql, quote);
}
