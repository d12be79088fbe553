/*
 * suite/expressions_texts.c: see expressions_texts.h.
 */
#include "expressions_texts.h"

#include <stdio.h>
#include <string.h>

/* Between the words of the statement around it; the text itself if it is something else. */
static char *inner(char *text)
{
    static const char *const before[] = {"\nWHERE ", " GROUP BY ", " ORDER BY "};
    static const char        after[]  = " AS v \nFROM item";
    char                    *end      = strstr(text, after);
    for (size_t i = 0; i < 3; i++) {
        char *found = end == NULL ? NULL : strstr(end, before[i]);
        if (found != NULL)
            return found + strlen(before[i]);
    }
    if (end == NULL || strncmp(text, "SELECT ", 7) != 0)
        return text;
    for (char *later = end; later != NULL; later = strstr(later + 1, after))
        end = later; /* the query's own, not that of one inside */
    *end = '\0';
    return text + 7;
}

/* ? becomes $1, $2, ... */
static void renumber(const char *from, char *to, size_t size)
{
    unsigned number = 0;
    size_t   at     = 0;
    for (; *from != '\0' && at + 12 < size; from++) {
        if (*from == '?')
            at += (size_t)snprintf(to + at, size - at, "$%u", ++number);
        else
            to[at++] = *from;
    }
    to[at] = '\0';
}

void texts_are(const cn_statement *statement, const char *sqlite, const char *mysql,
               const char *mariadb, const char *postgresql, int line)
{
    static const char *const names[]    = {"sqlite", "mysql", "mariadb", "postgresql"};
    const char *const        expected[] = {sqlite, mysql, mariadb, postgresql};
    for (int i = 0; i < 4; i++) {
        char  wanted[2000], found[2000], *why = NULL;
        char *text = cn_statement_text(statement, names[i], false, &why);
        if (text != NULL)
            snprintf(found, sizeof found, "%s", inner(text));
        else
            snprintf(found, sizeof found, "!%s", why);
        if (i == 3)
            renumber(expected[i], wanted, sizeof wanted);
        else
            snprintf(wanted, sizeof wanted, "%s", expected[i]);
        if (strcmp(found, wanted) != 0)
            fail_msg("line %d, %s: %s\n        and not %s", line, names[i], found, wanted);
        cn_text_free(text);
        cn_text_free(why);
    }
}
