/*
 * Names and text literals in a dialect's spelling. A name stays bare only if every database reads
 * it back as the same name: lower case, of the plain letters, and no reserved word. Called by the
 * compiler and the catalogue.
 */
#include <string.h>

#include "dialect/spelling.h"

static bool is_word(const char *name)
{
    bool begins = (*name >= 'a' && *name <= 'z') || *name == '_';
    return begins && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_$")] == '\0';
}

static bool is_reserved(const cn_dialect *dialect, const cn_link *server, const char *word)
{
    size_t low = 0, high = dialect->reserved_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int    order  = strcmp(word, dialect->reserved[middle]);
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return dialect->reserved_here != NULL && dialect->reserved_here(word, server);
}

static size_t count_units(const cn_dialect *dialect, const char *name)
{
    size_t count = 0;
    for (; *name != '\0'; name++)
        count += !dialect->limit_in_characters || ((unsigned char)*name & 0xc0) != 0x80;
    return count;
}

bool cn_dialect_identifier(const cn_dialect *dialect, const cn_link *server, cn_buffer *sql,
                           const char *name, cn_error *error)
{
    if (name == NULL || *name == '\0')
        return cn_error_set(error, CN_CAUSE_MODEL, "a table or column has an empty name");
    size_t units = count_units(dialect, name);
    if (units > dialect->identifier_limit)
        return cn_error_set(error, CN_CAUSE_MODEL,
                            "the name \"%s\" is too long for %s: it has %zu %s, and %zu are "
                            "allowed",
                            name, dialect->name, units,
                            dialect->limit_in_characters ? "characters" : "bytes",
                            dialect->identifier_limit);
    if (is_word(name) && !is_reserved(dialect, server, name))
        cn_buffer_text(sql, name);
    else
        cn_spell_quoted(sql, name, dialect->quote);
    return !sql->failed || cn_error_no_memory(error);
}

bool cn_dialect_table(const cn_dialect *dialect, const cn_link *server, cn_buffer *sql,
                      const char *schema, const cn_table *table, cn_error *error)
{
    if (table->name == NULL)
        return cn_error_set(error, CN_CAUSE_MODEL, "%s has no table", cn_table_title(table));
    if (schema != NULL) {
        if (!cn_dialect_identifier(dialect, server, sql, schema, error))
            return false;
        cn_buffer_char(sql, '.');
    }
    return cn_dialect_identifier(dialect, server, sql, table->name, error);
}

static void spell_hexadecimal(cn_buffer *sql, const char *text, size_t size)
{
    cn_buffer_text(sql, "x'");
    for (size_t i = 0; i < size; i++)
        cn_buffer_format(sql, "%02x", (unsigned)(unsigned char)text[i]);
    cn_buffer_char(sql, '\'');
}

/*
 * A backslash means itself in standard SQL; MySQL and an old PostgreSQL setting read it as an
 * escape. The forms used for such texts mean the same whatever the server is set to.
 */
void cn_dialect_literal(const cn_dialect *dialect, cn_buffer *sql, const char *text, size_t size)
{
    bool backslash = size != 0 && memchr(text, '\\', size) != NULL;
    if (!backslash || dialect->backslash == CN_BACKSLASH_PLAIN) {
        cn_buffer_quoted(sql, text, size, '\'', '\'');
    } else if (dialect->backslash == CN_BACKSLASH_HEX) {
        cn_buffer_text(sql, "_utf8mb4 ");
        spell_hexadecimal(sql, text, size);
    } else {
        cn_buffer_char(sql, 'E');
        cn_spell_escaped(sql, text, size);
    }
}

void cn_dialect_bare_literal(const cn_dialect *dialect, cn_buffer *sql, const char *text)
{
    if (dialect->backslash == CN_BACKSLASH_HEX && strchr(text, '\\') != NULL)
        spell_hexadecimal(sql, text, strlen(text));
    else
        cn_dialect_literal(dialect, sql, text, strlen(text));
}
