/*
 * Fuzz target: named parameters in a text, by the rules of each database. The SQL is the text with
 * a placeholder in the place of each mark and nothing else changed; where the marks are does not
 * depend on what the names are; SQLite, if it can read the SQL, finds as many parameters as there
 * are marks. A list of a given length becomes so many placeholders. The first byte chooses the
 * rules.
 */
#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/statement_text.h"
#include "fuzz/fuzz.h"

static cn_text_compiled *compile(const cn_text_rules *rules, const char *text, size_t size,
                                 cn_error *error)
{
    return (cn_text_compiled *)(void *)cn_text_compile(rules, text, size, text, size,
                                                       cn_hash(text, size), error);
}

/* Whether the text has what is a parameter for SQLite and none for us: a:b, ::b, $a, @a, #a. */
static bool has_other_parameters(const char *text)
{
    for (; *text != '\0'; text++)
        if (strchr("$@#", *text) != NULL ||
            (text[1] == ':' && (isalnum((unsigned char)*text) || strchr("_:", *text) != NULL ||
                                (unsigned char)*text >= 0x80)))
            return true;
    return false;
}

static void ask_sqlite(const cn_text_compiled *made)
{
    static sqlite3 *database;
    sqlite3_stmt   *statement = NULL;
    const char     *rest      = NULL;
    if (database == NULL) {
        (void)sqlite3_open(":memory:", &database);
        (void)sqlite3_exec(database, "CREATE TABLE t (a, b, c)", NULL, NULL, NULL);
    }
    if (has_other_parameters(made->text))
        return;
    if (sqlite3_prepare_v2(database, made->head.sql, -1, &statement, &rest) == SQLITE_OK &&
        *rest == '\0' && statement != NULL)
        fuzz_require((size_t)sqlite3_bind_parameter_count(statement) == made->mark_count,
                     "%zu marks in: %s", made->mark_count, made->head.sql);
    (void)sqlite3_finalize(statement);
}

/* The text with `placeholder` ("?", "$", followed by the name's number, or the same byte over the
   whole mark) in the place of each mark. */
static char *replaced(const cn_text_compiled *made, char with)
{
    char  *sql = malloc(made->text_size + made->mark_count * 12 + 1);
    size_t to = 0, from = 0;
    if (sql == NULL)
        abort();
    for (size_t i = 0; i <= made->mark_count; i++) {
        size_t end = i < made->mark_count ? made->marks[i].from : made->text_size;
        memcpy(sql + to, made->text + from, end - from);
        to += end - from;
        if (i == made->mark_count)
            break;
        from = made->marks[i].to;
        if (with == '$') {
            to += (size_t)sprintf(sql + to, "$%u", made->marks[i].name + 1);
        } else if (with == '?') {
            sql[to++] = '?';
        } else {
            sql[to++] = ':';
            memset(sql + to, with, from - end - 1);
            to += from - end - 1;
        }
    }
    sql[to] = '\0';
    return sql;
}

static void check_marks(const cn_text_compiled *made)
{
    size_t before = 0;
    for (size_t i = 0; i < made->mark_count; i++) {
        const cn_text_mark *mark = &made->marks[i];
        const cn_text_name *name = &made->names[mark->name < made->name_count ? mark->name : 0];
        fuzz_require(mark->from >= before && mark->to > mark->from + 1 &&
                         mark->to <= made->text_size && made->text[mark->from] == ':' &&
                         mark->name < made->name_count,
                     "mark %zu of: %s", i, made->text);
        fuzz_require(name->size == mark->to - mark->from - 1 &&
                         memcmp(name->text, made->text + mark->from + 1, name->size) == 0,
                     "mark %zu of: %s", i, made->text);
        fuzz_require(mark->place != CN_TEXT_IN_ALONE ||
                         (mark->in_from <= mark->from && mark->in_to >= mark->to &&
                          mark->in_to <= made->text_size),
                     "mark %zu of: %s", i, made->text);
        before = mark->to;
    }
}

/* Other names of the same lengths have their marks in the same places. */
static void check_renamed(const cn_text_rules *rules, const cn_text_compiled *made)
{
    cn_error          error = {0};
    char             *text  = replaced(made, 'x');
    cn_text_compiled *again = compile(rules, text, made->text_size, &error);
    if (again != NULL)
        fuzz_require(again->mark_count == made->mark_count, "%s", text);
    if (again != NULL)
        cn_compiled_release(&again->head);
    cn_error_clear(&error);
    free(text);
}

static void check_lists(const cn_text_compiled *made, uint32_t length)
{
    uint32_t counts[64];
    cn_error error = {0};
    size_t   slots = 0, names = 0;
    if (made->name_count > 64)
        return;
    for (size_t i = 0; i < made->name_count; i++)
        counts[i] = CN_TEXT_SINGLE;
    for (size_t i = 0; i < made->mark_count; i++)
        if (made->marks[i].place != CN_TEXT_PLAIN)
            counts[made->marks[i].name] = length;
    for (size_t i = 0; i < made->mark_count; i++)
        slots += counts[made->marks[i].name] == CN_TEXT_SINGLE ? 1 : length;
    for (size_t i = 0; i < made->name_count; i++)
        names += counts[i] == CN_TEXT_SINGLE ? 1 : length;
    cn_compiled *list = cn_text_expand(made, counts, "k", 1, 7, &error);
    if (list == NULL) {
        fuzz_require(*cn_error_get_message(&error) != '\0', "%s", made->text);
    } else {
        fuzz_require(list->name_count == (made->rules->numbered ? names : slots), "%s becomes %s",
                     made->text, list->sql);
        fuzz_require(strlen(list->sql) == list->sql_size, "%s", list->sql);
        cn_compiled_release(list);
    }
    cn_error_clear(&error);
}

static void check(const cn_text_rules *rules, const char *text, size_t size)
{
    cn_error          error = {0};
    cn_text_compiled *made  = compile(rules, text, size, &error);
    if (made == NULL) {
        fuzz_require(*cn_error_get_message(&error) != '\0', "%s", text);
        cn_error_clear(&error);
        return;
    }
    bool escapes = strstr(text, "\\:") != NULL; /* \: became a colon, which was none before */
    check_marks(made);
    char *sql = replaced(made, rules->numbered ? '$' : '?');
    fuzz_require(made->head.sql_size == strlen(sql) && strcmp(made->head.sql, sql) == 0,
                 "%s is not %s", made->head.sql, sql);
    free(sql);
    fuzz_require(made->slot_count == (rules->numbered ? made->name_count : made->mark_count), "%s",
                 text);
    if (strcmp(rules->dialect, "sqlite") == 0 && !escapes)
        ask_sqlite(made);
    if (!escapes)
        check_renamed(rules, made);
    check_lists(made, 0);
    check_lists(made, 3);
    cn_compiled_release(&made->head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        cn_driver driver;
        cn_link   link;
    } ways[] = {
        {{.dialect = "sqlite"}, {.driver = NULL}},
        {{.dialect = "mysql"}, {.driver = NULL}},
        {{.dialect = "postgresql", .numbered_parameters = true}, {.driver = NULL}},
        {{.dialect = "other"}, {.driver = NULL}},
        {{.dialect = "mysql"}, {.quoted_names = true}},
        {{.dialect = "mysql"}, {.plain_backslashes = true}},
    };
    if (size == 0)
        return 0;
    char *text = fuzz_text(data + 1, size - 1);
    if (strlen(text) == size - 1) {
        size_t  way  = data[0] % (sizeof ways / sizeof *ways);
        cn_link link = ways[way].link;
        link.driver  = &ways[way].driver;
        check(cn_text_rules_of_link(&link), text, size - 1);
    }
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    return fuzz_replay("statement_text", argc, argv);
}
