/*
 * The function behind SQLite's operator REGEXP, which SQLite leaves to whoever opens the database:
 * POSIX extended regular expressions of the C library, which may match anywhere in the text.
 * Registered by sqlite.c on every link; never called otherwise.
 *
 * A pattern is compiled once a statement: SQLite keeps it beside the argument while that is the
 * same. Characters are those of UTF-8, whatever the program's locale, which is not touched.
 */
#define _POSIX_C_SOURCE 200809L

#include <locale.h>
#include <regex.h>
#include <string.h>

#include "driver/sqlite_link.h"

/* A pattern that was compiled, in SQLite's memory. */
static void release_pattern(void *pattern)
{
    regfree(pattern);
    sqlite3_free(pattern);
}

static void refuse(sqlite3_context *context, const char *pattern, const char *why)
{
    char *message = sqlite3_mprintf("the regular expression \"%.200s\" is none: %s", pattern, why);
    if (message == NULL)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_error(context, message, -1);
    sqlite3_free(message);
}

/* NULL: the function's result is an error. */
static regex_t *compile(sqlite3_context *context, sqlite3_value *argument)
{
    const char *text = (const char *)sqlite3_value_text(argument);
    regex_t    *made = text == NULL ? NULL : sqlite3_malloc64(sizeof *made);
    if (made == NULL) {
        sqlite3_result_error_nomem(context);
        return NULL;
    }
    if (strlen(text) != (size_t)sqlite3_value_bytes(argument)) {
        refuse(context, text, "it has a NUL");
        sqlite3_free(made);
        return NULL;
    }
    int code = regcomp(made, text, REG_EXTENDED | REG_NOSUB);
    if (code == 0)
        return made;
    char why[100];
    (void)regerror(code, made, why, sizeof why);
    sqlite3_free(made);
    if (code == REG_ESPACE)
        sqlite3_result_error_nomem(context);
    else
        refuse(context, text, why);
    return NULL;
}

/* A text may have a NUL inside, which ends it for the standard's regexec. */
static int match(const regex_t *pattern, sqlite3_value *argument)
{
    const char *text = (const char *)sqlite3_value_text(argument);
    regmatch_t  whole[1];
    int         flags = 0;
    if (text == NULL)
        return REG_ESPACE;
    whole[0].rm_so = 0;
    whole[0].rm_eo = sqlite3_value_bytes(argument);
#ifdef REG_STARTEND
    flags = REG_STARTEND;
#endif
    return regexec(pattern, text, 1, whole, flags);
}

/* `text REGEXP pattern` is regexp(pattern, text). */
static void regexp(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL ||
        sqlite3_value_type(arguments[1]) == SQLITE_NULL)
        return; /* NULL */
    locale_t utf8    = (locale_t)sqlite3_user_data(context);
    locale_t before  = utf8 == (locale_t)0 ? (locale_t)0 : uselocale(utf8);
    regex_t *pattern = sqlite3_get_auxdata(context, 0);
    regex_t *made    = pattern == NULL ? compile(context, arguments[0]) : NULL;
    if (pattern != NULL || made != NULL) {
        int code = match(pattern != NULL ? pattern : made, arguments[1]);
        if (code == REG_ESPACE)
            sqlite3_result_error_nomem(context);
        else
            sqlite3_result_int(context, code == 0);
    }
    if (made != NULL) /* at the end, because SQLite may release it at once */
        sqlite3_set_auxdata(context, 0, made, release_pattern);
    if (before != (locale_t)0)
        (void)uselocale(before);
}

static void release_locale(void *utf8)
{
    if (utf8 != NULL)
        freelocale((locale_t)utf8);
}

int cn_sqlite_add_regexp(sqlite3 *db)
{
    /* Without such a locale characters are bytes. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return sqlite3_create_function_v2(db, "regexp", 2,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                      (void *)utf8, regexp, NULL, NULL, release_locale);
}
