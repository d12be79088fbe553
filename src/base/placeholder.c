/*
 * See placeholder.h.
 */
#include "base/placeholder.h"

#include <string.h>

#include "base/ascii.h"

#define DEPTH 64

typedef struct reader {
    const char *start, *at, *end;
    uint64_t    lists; /* which open parentheses hold a list of values, the innermost lowest */
    unsigned    depth;
} reader;

/* The last character before the place that is no blank; NULL: there is none. */
static const char *before(const reader *r)
{
    const char *at = r->at;
    while (at > r->start && cn_ascii_is_blank(at[-1]))
        at--;
    return at > r->start ? at - 1 : NULL;
}

static bool ends_with(const reader *r, const char *last, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(last + 1 - r->start) < size)
        return false;
    const char *first = last + 1 - size;
    return cn_ascii_after(first, word) == last + 1 &&
           (first == r->start || !cn_ascii_is_word(first[-1]));
}

/* A row of VALUES, another one, the list of an IN: not the arguments of a function. */
static bool open(reader *r)
{
    const char *last = before(r);
    bool        list = last != NULL &&
                (*last == ',' || ends_with(r, last, "VALUES") || ends_with(r, last, "IN"));
    r->lists = r->lists << 1 | (list && (r->depth == 0 || (r->lists & 1) != 0));
    return ++r->depth < DEPTH;
}

static bool is_alone(const reader *r)
{
    static const char *const words[] = {"WHERE", "AND", "RETURNING", "ON", NULL};
    const char              *last = before(r), *next = r->at + 1;
    if (last == NULL || (r->depth != 0 && (r->lists & 1) == 0) || strchr("(,=", *last) == NULL)
        return false;
    while (next < r->end && cn_ascii_is_blank(*next))
        next++;
    if (next == r->end || *next == ',' || *next == ')')
        return true;
    for (const char *const *word = words; *word != NULL; word++) {
        const char *rest = cn_ascii_after(next, *word);
        if (rest != NULL && !cn_ascii_is_word(*rest))
            return true;
    }
    return false;
}

bool cn_placeholders_alone(const char *sql, size_t size)
{
    reader r = {.start = sql, .at = sql, .end = sql + size};
    for (; r.at < r.end; r.at++) {
        if (strchr("'\"#;", *r.at) != NULL || (r.at[0] == '-' && r.at[1] == '-') ||
            (r.at[0] == '/' && r.at[1] == '*'))
            return false;
        if (*r.at == '`') {
            r.at = memchr(r.at + 1, '`', (size_t)(r.end - r.at - 1));
            if (r.at == NULL)
                return false;
        } else if (*r.at == '(') {
            if (!open(&r))
                return false;
        } else if (*r.at == ')') {
            r.lists >>= 1;
            r.depth -= r.depth != 0;
        } else if (*r.at == '?' && !is_alone(&r)) {
            return false;
        }
    }
    return true;
}
