/*
 * Fuzz target: statements built at random, as SQL for each database. There is SQL, or an error that
 * says why not. Every value has its placeholder; with the values inlined there is none, and no text
 * gets out of its literal. What is for SQLite, SQLite can read. A copy of the statement, as the
 * builder makes, has the same text.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fuzz/fuzz.h"
#include "fuzz/sql_make.h"
#include "sql/compile.h"

/* The end of a literal, a quoted name or a comment that begins here; `at` if none does. */
static const char *quoted_end(const char *sql, const char *at, bool mysql)
{
    bool escapes = *at == '\'' && (mysql || (at > sql && at[-1] == 'E'));
    if (*at != '\'' && *at != '"' && *at != '`')
        return at;
    for (char quote = *at++; *at != '\0'; at++) {
        if (escapes && *at == '\\' && at[1] != '\0')
            at++;
        else if (*at == quote && at[1] == quote)
            at++;
        else if (*at == quote)
            return at + 1;
    }
    fuzz_require(false, "a literal does not end: %s", sql);
    return at;
}

/* The number of placeholders: question marks, or the highest of $1, $2, ... */
static size_t placeholders(const char *sql, bool mysql)
{
    size_t count = 0;
    for (const char *at = sql; *at != '\0';) {
        const char *end = quoted_end(sql, at, mysql);
        fuzz_require(*at != SQL_MARK || end != at, "a text is no literal: %s", sql);
        fuzz_require(strncmp(at, "--", 2) != 0 && strncmp(at, "/*", 2) != 0, "a comment: %s", sql);
        if (*at == '?')
            count++;
        if (*at == '$')
            count = (size_t)strtoul(at + 1, NULL, 10) > count ? strtoul(at + 1, NULL, 10) : count;
        at = end == at ? at + 1 : end;
    }
    return count;
}

/* What SQLite says of a statement that it could read, but that makes no sense. */
static bool is_about_sense(const char *message, const char *sql)
{
    static const char *const words[] = {"misuse of",
                                        "wrong number of arguments",
                                        "no such function",
                                        "no such collation",
                                        "row value",
                                        "ambiguous",
                                        "sub-select returns",
                                        "argument",
                                        "too many levels",
                                        "parser stack",
                                        "too large",
                                        "do not have the same number",
                                        "aggregate",
                                        "ORDER BY term",
                                        "GROUP BY term",
                                        "recursive",
                                        "circular",
                                        "frame",
                                        "may not be used",
                                        "nth_value",
                                        "RANGE",
                                        "columns",
                                        "HAVING",
                                        "conflict",
                                        "IN(...) element",
                                        "window function",
                                        "ON clause references",
                                        "may only be",
                                        "unsupported",
                                        "DISTINCT",
                                        "FILTER",
                                        "term out of range"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(message, words[i]) != NULL)
            return true;
    /* The newest SQLite has ORDER BY in aggregates; none has LIMIT behind VALUES. */
    if ((strstr(message, "near \"ORDER\"") != NULL && sqlite3_libversion_number() < 3044000) ||
        (strstr(message, "near \"LIMIT\"") != NULL && strstr(sql, "VALUES (") != NULL) ||
        strstr(message, "no such column: number") != NULL) /* a label inside the columns */
        return true;
    /* MySQL lets the values of an INSERT mention the row's columns. */
    return strstr(message, "no such column") != NULL && strstr(sql, "INSERT INTO") != NULL;
}

static void ask_sqlite(const char *sql, size_t parameters)
{
    static sqlite3 *database;
    sqlite3_stmt   *statement = NULL;
    if (database == NULL) {
        (void)sqlite3_open(":memory:", &database);
        fuzz_require(sqlite3_exec(database, sql_schema, NULL, NULL, NULL) == SQLITE_OK, "%s",
                     sqlite3_errmsg(database));
    }
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        fuzz_require(is_about_sense(sqlite3_errmsg(database), sql), "%s: %s",
                     sqlite3_errmsg(database), sql);
    else
        fuzz_require((size_t)sqlite3_bind_parameter_count(statement) == parameters, "%zu: %s",
                     parameters, sql);
    (void)sqlite3_finalize(statement);
}

/* The SQL, and how many values are bound. NULL: an error says why. */
static char *spell(const cn_statement *statement, const char *dialect, bool inlined, size_t *slots)
{
    const cn_link           *server  = NULL;
    const cn_dialect        *spoken  = cn_dialect_newest(dialect, &server);
    cn_error                 error   = {0};
    const cn_compile_request request = {.statement = statement, .describing = true, .key = ""};
    cn_plan    *plan = (cn_plan *)(void *)cn_compiled_new(sizeof *plan, request.key, 0, 0);
    char       *sql  = NULL;
    cn_compiler compiler;
    cn_compiler_begin_for(&compiler, spoken, server, &error);
    compiler.inlined = inlined;
    if (cn_compiler_spell(&compiler, &request, plan)) {
        sql    = cn_duplicate(plan->head.sql);
        *slots = plan->slot_count;
        fuzz_require(strlen(sql) == plan->head.sql_size, "%s", sql);
    } else {
        fuzz_require(*cn_error_get_message(&error) != '\0', "no reason, for %s", dialect);
    }
    cn_compiler_end(&compiler);
    cn_compiled_release(&plan->head);
    cn_error_clear(&error);
    return sql;
}

static void check(const cn_statement *statement, const char *dialect, bool raw)
{
    bool   mysql = *dialect == 'm';
    size_t slots = 0, none;
    char  *sql   = spell(statement, dialect, false, &slots);
    if (sql != NULL && !raw) {
        fuzz_require(placeholders(sql, mysql) == slots, "%zu values: %s", slots, sql);
        if (*dialect == 's')
            ask_sqlite(sql, slots);
    }
    char *inlined = spell(statement, dialect, true, &none);
    fuzz_require(inlined == NULL || sql != NULL, "only with its values: %s", inlined);
    if (inlined != NULL && !raw) {
        fuzz_require(placeholders(inlined, mysql) == 0, "a placeholder is left: %s", inlined);
        if (*dialect == 's')
            ask_sqlite(inlined, 0);
    }
    cn_text_free(inlined);
    cn_text_free(sql);
}

static void check_copy(const cn_statement *statement)
{
    cn_query *query = cn_build_(statement);
    char     *why = NULL, *again_why = NULL;
    char     *sql   = cn_statement_text(statement, "postgresql", false, &why);
    char     *again = cn_statement_text(cn_built(query), "postgresql", false, &again_why);
    fuzz_require(sql == NULL ? again == NULL : again != NULL && strcmp(sql, again) == 0,
                 "%s%s\nbecame %s%s", sql == NULL ? "" : sql, why == NULL ? "" : why,
                 again == NULL ? "" : again, again_why == NULL ? "" : again_why);
    cn_text_free(sql);
    cn_text_free(again);
    cn_text_free(why);
    cn_text_free(again_why);
    cn_query_free(query);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const dialects[] = {"sqlite", "mysql", "mariadb", "postgresql"};
    sql_maker                maker      = {.input = {data, size}, .left = 60};
    const cn_statement      *statement  = sql_make(&maker);
    for (size_t i = 0; i < 4; i++)
        check(statement, dialects[i], maker.raw);
    check_copy(statement);
    cn_arena_free(&maker.arena);
    return 0;
}

int main(int argc, char **argv)
{
    return fuzz_replay("sql", argc, argv);
}
