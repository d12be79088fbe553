/*
 * What the SQLite driver wants to know of a statement's text, and SQLite does not tell: the word it
 * begins with, and whether another one occurs. Called when a statement is prepared.
 */
#include <string.h>

#include "driver/sqlite_link.h"

/* Behind the comment that starts at `at`, or `at` if none does. */
static const char *skip_comment(const char *at, const char *end)
{
    const char *start = at;
    if (end - at < 2 || (memcmp(at, "--", 2) != 0 && memcmp(at, "/*", 2) != 0))
        return at;
    for (at += 2; at < end; at++) {
        if (*start == '-' && *at == '\n')
            return at + 1;
        if (*start == '/' && *at == '/' && at[-1] == '*' && at > start + 2)
            return at + 1;
    }
    return end;
}

static const char *first_word(const char *at, const char *end)
{
    const char *before;
    do {
        before = at;
        at     = skip_comment(at, end);
        while (at < end && strchr(" \t\r\n\f", *at) != NULL)
            at++;
    } while (at != before);
    return at;
}

bool cn_sqlite_starts_with(const char *at, const char *end, const char *const *words)
{
    at = first_word(at, end);
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t size = strlen(words[i]);
        if ((size_t)(end - at) >= size && sqlite3_strnicmp(at, words[i], (int)size) == 0)
            return true;
    }
    return false;
}

bool cn_sqlite_mentions(const char *at, const char *end, const char *word)
{
    size_t size = strlen(word);
    for (; (size_t)(end - at) >= size; at++)
        if (sqlite3_strnicmp(at, word, (int)size) == 0)
            return true;
    return false;
}
