/*
 * See insert_text.h. A reader by hand of one small grammar: each function takes what it is named
 * after, if it is there, and goes on behind it and the blanks that follow.
 */
#include "base/insert_text.h"

#include "base/ascii.h"

typedef struct reader {
    const char *sql;
    size_t      at;
    size_t      size;
    size_t      end; /* of what was taken last, without the blanks */
} reader;

static char here(const reader *r)
{
    return r->at < r->size ? r->sql[r->at] : '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool taken(reader *r)
{
    r->end = r->at;
    while (is_blank(here(r)))
        r->at++;
    return true;
}

static bool sign(reader *r, char wanted)
{
    if (here(r) != wanted)
        return false;
    r->at++;
    return taken(r);
}

/* A word of lower-case letters, in whatever case it stands there. */
static bool word(reader *r, const char *wanted)
{
    size_t at = r->at;
    for (; *wanted != '\0'; wanted++, at++) {
        if (at >= r->size || (r->sql[at] | 0x20) != *wanted)
            return false;
    }
    if (at < r->size && cn_ascii_is_word(r->sql[at]))
        return false;
    r->at = at;
    return taken(r);
}

/* "name", in which "" is a quote. */
static bool quoted_name(reader *r)
{
    char quote = here(r);
    if (quote != '"' && quote != '`')
        return false;
    for (size_t at = r->at + 1; at < r->size; at++) {
        if (r->sql[at] != quote)
            continue;
        if (at + 1 < r->size && r->sql[at + 1] == quote) {
            at++;
            continue;
        }
        r->at = at + 1;
        return taken(r);
    }
    return false;
}

static bool name(reader *r)
{
    if (quoted_name(r))
        return true;
    size_t start = r->at;
    while (cn_ascii_is_word(here(r)))
        r->at++;
    return r->at != start && taken(r);
}

static bool parameter(reader *r, size_t number)
{
    size_t read = 0;
    if (here(r) == '?') {
        r->at++;
        return !(here(r) >= '0' && here(r) <= '9') && taken(r);
    }
    if (here(r) != '$')
        return false;
    for (r->at++; here(r) >= '0' && here(r) <= '9' && read < 100000; r->at++)
        read = read * 10 + (size_t)(here(r) - '0');
    return read == number && taken(r);
}

bool cn_insert_text_read(const char *sql, size_t size, cn_insert_text *found)
{
    reader r       = {.sql = sql, .size = size};
    size_t columns = 0, parameters = 0;
    (void)taken(&r); /* the blanks at the start */
    if (!word(&r, "insert") || !word(&r, "into"))
        return false;
    found->table = r.at;
    do {
        if (!name(&r))
            return false;
        found->table_end = r.end;
    } while (sign(&r, '.'));
    found->columns = r.at;
    if (!sign(&r, '('))
        return false;
    do {
        if (!name(&r))
            return false;
        columns++;
    } while (sign(&r, ','));
    if (!sign(&r, ')'))
        return false;
    found->columns_end = r.end;
    if (!word(&r, "values"))
        return false;
    found->row = r.at;
    if (!sign(&r, '('))
        return false;
    do {
        if (!parameter(&r, ++parameters))
            return false;
    } while (sign(&r, ','));
    if (!sign(&r, ')'))
        return false;
    found->row_end = r.end;
    found->count   = columns;
    return r.at == size && columns == parameters;
}
