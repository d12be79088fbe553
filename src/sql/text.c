/*
 * Statements as text: to be read, for a connection, or for a dialect without one; and to be stored
 * in the database.
 */
#include "sql/text.h"

#include <string.h>

#include "base/memory.h"
#include "engine/handle.h"
#include "engine/statement_text.h"
#include "sql/compile.h"

/* Compiles into a text of its own; nothing is cached, nothing is sent. With `describing` values may
   be missing. */
static char *spell(cn_compiler *compiler, const cn_statement *statement, bool describing)
{
    const cn_compile_request request = {
        .statement = statement, .describing = describing, .key = "", .key_size = 0};
    cn_plan *plan = (cn_plan *)cn_compiled_new(sizeof *plan, request.key, 0, 0);
    char    *sql  = NULL;
    if (plan == NULL)
        cn_compiler_no_memory(compiler);
    else if (cn_compiler_spell(compiler, &request, plan) &&
             (sql = cn_duplicate(plan->head.sql)) == NULL)
        cn_compiler_no_memory(compiler);
    if (plan != NULL)
        cn_compiled_release(&plan->head);
    return sql;
}

/* A text that has its parameters with it is spelled like any statement; without them it stays as it
   is written. NULL: it is none. */
static const char *written(const cn_statement *statement)
{
    const cn_text_statement *text = (const void *)statement;
    return statement->kind == CN_STATEMENT_TEXT && text->params == NULL && text->sql != NULL
               ? text->sql
               : NULL;
}

static char *text_of(cn_connection *connection, const cn_statement *statement)
{
    cn_compiler compiler;
    char       *sql = NULL;
    if (statement == NULL) {
        cn_connection_fail(connection, CN_CAUSE_MISUSE, "there is no statement: it is NULL");
        return NULL;
    }
    if (written(statement) != NULL)
        return cn_duplicate(written(statement));
    if (cn_connection_is_failed(connection))
        return NULL;
    if (cn_compiler_begin(&compiler, connection, cn_connection_error_slot(connection)))
        sql = spell(&compiler, statement, true);
    cn_compiler_end(&compiler);
    if (sql == NULL)
        cn_connection_fail_filled(connection, NULL);
    return sql;
}

char *(cn_statement_sql)(cn_connection *connection, const cn_statement *statement)
{
    if (connection == NULL || !cn_connection_enter(connection))
        return NULL;
    char *sql = text_of(connection, statement);
    cn_connection_leave(connection);
    return sql;
}

static char *text_for(const cn_statement *statement, const char *dialect, bool inlined,
                      cn_error *error)
{
    const cn_link    *server = NULL;
    const cn_dialect *spoken = dialect == NULL ? NULL : cn_dialect_newest(dialect, &server);
    cn_compiler       compiler;
    if (statement == NULL) {
        cn_error_set(error, CN_CAUSE_MISUSE, "there is no statement: it is NULL");
        return NULL;
    }
    if (spoken == NULL) {
        cn_error_set(error, CN_CAUSE_MISUSE,
                     "there is no dialect \"%s\": sqlite, mysql, mariadb and postgresql are known",
                     dialect == NULL ? "" : dialect);
        return NULL;
    }
    if (written(statement) != NULL)
        return cn_duplicate(written(statement));
    cn_compiler_begin_for(&compiler, spoken, server, error);
    compiler.inlined = inlined;
    char *sql        = spell(&compiler, statement, true);
    cn_compiler_end(&compiler);
    return sql;
}

bool cn_sql_add_stored(cn_connection *connection, const cn_statement *query, cn_buffer *sql,
                       cn_error *error)
{
    cn_compiler compiler;
    char       *text = NULL;
    if (query == NULL ||
        (query->kind != CN_STATEMENT_SELECT && query->kind != CN_STATEMENT_TEXT &&
         query->kind != CN_STATEMENT_COMPOUND && query->kind != CN_STATEMENT_VALUES))
        return cn_error_set(error, CN_CAUSE_MISUSE, "what is to be stored is no query");
    if (cn_compiler_begin(&compiler, connection, error)) {
        compiler.inlined = compiler.stored = true;
        text                               = spell(&compiler, query, false);
    }
    cn_compiler_end(&compiler);
    if (text != NULL)
        cn_buffer_text(sql, text);
    cn_release(text);
    return text != NULL;
}

char *(cn_statement_text)(const cn_statement *statement, const char *dialect, bool inlined,
                          char **why)
{
    cn_error error = {0};
    char    *sql   = text_for(statement, dialect, inlined, &error);
    if (why != NULL)
        *why = sql == NULL ? cn_duplicate(cn_error_get_message(&error)) : NULL;
    cn_error_clear(&error);
    return sql;
}

void cn_text_free(char *text)
{
    cn_release(text);
}
