/*
 * Echo: what is sent is shown as it was sent, with parameters that are cut and masked, and how it
 * went. To a function of the program, or to stderr.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct event {
    char   statement[200];
    char   parameters[2000];
    size_t sets;
    double seconds;
    bool   cached;
    bool   failed;
} event;

static event events[200];
static int   event_count;

static void keep_event(void *context, const cn_echo *echo)
{
    event *to = &events[event_count++];
    assert_ptr_equal(context, &event_count);
    snprintf(to->statement, sizeof to->statement, "%s", echo->statement);
    snprintf(to->parameters, sizeof to->parameters, "%s",
             echo->parameters != NULL ? echo->parameters : "");
    to->sets    = echo->parameter_sets;
    to->seconds = echo->seconds;
    to->cached  = echo->cached;
    to->failed  = echo->failed;
}

static cn_engine     *engine;
static cn_connection *connection;

static void open_echoing(cn_engine_options options)
{
    options.size         = sizeof options;
    options.on_echo      = keep_event;
    options.echo_context = &event_count;
    engine               = cn_engine_create(suite_url(), &options);
    connection           = cn_connect(engine);
    cn_execute(connection, cn_text("DROP TABLE IF EXISTS echoed"));
    cn_execute(connection, cn_text("CREATE TABLE echoed (id INTEGER UNIQUE, word TEXT)"));
    assert_true(cn_commit(connection));
    event_count = 0;
}

static void close_echoing(void)
{
    cn_rollback(connection);
    cn_execute(connection, cn_text("DROP TABLE echoed"));
    assert_true(cn_commit(connection));
    cn_close(connection);
    cn_engine_dispose(engine);
}

static void expect(int at, const char *statement, const char *parameters)
{
    if (at >= event_count)
        fail_msg("only %d events", event_count);
    assert_string_equal(events[at].statement, statement);
    assert_string_equal(events[at].parameters, parameters);
    assert_true(events[at].seconds >= 0 && events[at].seconds < 60);
}

/* The event of an insert of one word. */
static void expect_word(int at, const char *parameters)
{
    expect(at,
           suite_which() == SUITE_POSTGRESQL ? "INSERT INTO echoed (word) VALUES ($1)"
                                             : "INSERT INTO echoed (word) VALUES (?)",
           parameters);
}

static void transactions_and_statements_come_in_order(void **state)
{
    (void)state;
    open_echoing((cn_engine_options){0});
    bool        numbered = suite_which() == SUITE_POSTGRESQL;
    const char *insert   = numbered ? "INSERT INTO echoed VALUES ($1, $2)"
                                    : "INSERT INTO echoed VALUES (?, ?)";
    for (int i = 0; i < 2; i++)
        cn_execute(connection, cn_text("INSERT INTO echoed VALUES (:id, :word)"),
                   CN_PARAMS("id", i, "word", "it's"));
    cn_nested_begin(connection);
    cn_execute(connection, cn_text("INSERT INTO nowhere VALUES (1)"));
    cn_nested_end(connection);
    cn_commit(connection);
    cn_commit(connection); /* of nothing */
    cn_execute(connection, cn_text("SELECT 1"));
    cn_rollback(connection);
    expect(0, "BEGIN", "");
    expect(1, insert, "{id: 0, word: 'it''s'}");
    expect(2, insert, "{id: 1, word: 'it''s'}");
    assert_false(events[1].cached);
    assert_true(events[2].cached);
    expect(3, "SAVEPOINT cn_scope_1", "");
    expect(4, "INSERT INTO nowhere VALUES (1)", "");
    assert_true(events[4].failed);
    expect(5, "ROLLBACK TO SAVEPOINT cn_scope_1", "");
    expect(6, "RELEASE SAVEPOINT cn_scope_1", "");
    expect(7, "COMMIT", "");
    expect(8, "BEGIN", "");
    expect(9, "SELECT 1", "");
    expect(10, "ROLLBACK", "");
    assert_int_equal(event_count, 11);
    close_echoing();
}

static void a_connection_with_nothing_open_is_returned_in_silence(void **state)
{
    (void)state;
    open_echoing((cn_engine_options){0});
    cn_execute(connection, cn_text("SELECT 1"));
    cn_commit(connection);
    cn_close(connection);
    connection = cn_connect(engine, .autocommit = true);
    cn_execute(connection, cn_text("SELECT 2"));
    cn_close(connection);
    connection = cn_connect(engine);
    expect(0, "BEGIN", "");
    expect(1, "SELECT 1", "");
    expect(2, "COMMIT", "");
    expect(3, "SELECT 2", "");
    assert_int_equal(event_count, 4);
    close_echoing();
}

static void what_is_long_is_cut(void **state)
{
    (void)state;
    static char long_text[1001];
    memset(long_text, 'x', sizeof long_text - 1);
    open_echoing((cn_engine_options){0});
    cn_execute(connection, cn_text("INSERT INTO echoed (word) VALUES (:word)"),
               CN_PARAMS("word", long_text));
    assert_true(cn_ok(connection));
    assert_true(strlen(events[1].parameters) < 400);
    assert_non_null(strstr(events[1].parameters, "700 bytes cut"));

    const cn_param *sets[31];
    cn_param        params[30][2];
    for (int i = 0; i < 30; i++) {
        params[i][0] = (cn_param){"id", CN_VALUE(i)};
        params[i][1] = (cn_param){.name = NULL};
        sets[i]      = params[i];
    }
    sets[30] = NULL;
    cn_connection_execute_many(
        connection, CN_STATEMENT_(cn_text("INSERT INTO echoed (id) VALUES (:id)")), sets);
    assert_int_equal(events[2].sets, 30);
    assert_non_null(strstr(events[2].parameters, "{id: 7},  ... 10 of 30 sets shown ... {id: 28}"));
    close_echoing();
}

static void secrets_are_masked(void **state)
{
    (void)state;
    open_echoing((cn_engine_options){0});
    cn_execute(connection, cn_text("INSERT INTO echoed (word) VALUES (:new_Password)"),
               CN_PARAMS("new_Password", "hunter2"));
    cn_execute(connection, cn_text("INSERT INTO echoed (word) VALUES (:api_token)"),
               CN_PARAMS("api_token", "hunter2"));
    cn_execute(connection, cn_text("INSERT INTO echoed (word) VALUES (:the_secret_word)"),
               CN_PARAMS("the_secret_word", "hunter2"));
    expect_word(1, "{new_Password: ***}");
    expect_word(2, "{api_token: ***}");
    expect_word(3, "{the_secret_word: ***}");
    for (int i = 0; i < event_count; i++)
        assert_null(strstr(events[i].parameters, "hunter2"));
    close_echoing();
}

static void hidden_parameters_are_hidden_in_errors_too(void **state)
{
    (void)state;
    open_echoing((cn_engine_options){.hide_parameters = true});
    cn_execute(connection, cn_text("INSERT INTO echoed (word) VALUES (:word)"),
               CN_PARAMS("word", "hunter2"));
    expect_word(1, "(parameters hidden)");
    for (int i = 0; i < 2; i++)
        cn_execute(connection, cn_text("INSERT INTO echoed (id, word) VALUES (1, :word)"),
                   CN_PARAMS("word", "hunter2"));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_UNIQUE);
    assert_string_equal(cn_error_parameters(connection), "(parameters hidden)");
    assert_null(strstr(cn_error_message(connection), "hunter2"));
    close_echoing();
}

static void only_as_many_statements_are_kept_as_asked_for(void **state)
{
    (void)state;
    open_echoing((cn_engine_options){.statement_cache = 1, .prepared_statements = 1});
    for (int i = 0; i < 2; i++)
        cn_execute(connection, cn_text("DELETE FROM echoed"));
    cn_execute(connection, cn_text("DELETE FROM echoed WHERE id = 1"));
    cn_execute(connection, cn_text("DELETE FROM echoed"));
    assert_true(events[2].cached);
    assert_false(events[3].cached);
    assert_false(events[4].cached);
    close_echoing();
}

static void control_characters_cannot_forge_a_line(void **state)
{
    (void)state;
    open_echoing((cn_engine_options){0});
    cn_execute(connection, cn_text("INSERT INTO echoed (word) VALUES (:word)"),
               CN_PARAMS("word", "a\ncinnabar COMMIT\x1b[2J"));
    expect_word(1, "{word: 'a\\ncinnabar COMMIT\\x1b[2J'}");
    close_echoing();
}

static void without_a_function_it_goes_to_stderr(void **state)
{
    (void)state;
    char  text[2000] = "";
    FILE *file       = tmpfile();
    int   kept       = dup(STDERR_FILENO);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    cn_engine *loud = cn_create_engine(suite_url(), .echo = true, .logging_name = "shop");
    CN_CONNECT(on, loud) {
        cn_execute(on, cn_text("SELECT :n"), CN_PARAMS("n", "x"));
    }
    cn_engine_dispose(loud);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(text, "cinnabar [shop] BEGIN\n"));
    assert_non_null(strstr(text, "cinnabar [shop] SELECT "));
    assert_non_null(strstr(text, "s] {n: 'x'}\n"));
    assert_non_null(strstr(text, "cinnabar [shop] ROLLBACK\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transactions_and_statements_come_in_order),
        cmocka_unit_test(a_connection_with_nothing_open_is_returned_in_silence),
        cmocka_unit_test(what_is_long_is_cut),
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(hidden_parameters_are_hidden_in_errors_too),
        cmocka_unit_test(only_as_many_statements_are_kept_as_asked_for),
        cmocka_unit_test(control_characters_cannot_forge_a_line),
        cmocka_unit_test(without_a_function_it_goes_to_stderr),
    };
    return suite_main("echo", tests);
}
