/*
 * Hostile names and values: tables and columns called what would end a name, begin a comment or be
 * another statement, and texts that look like SQL. SUITE_NOT_IN_MEMORY (the canary is
 * another connection's). Each is made, filled, read, changed and dropped
 * on the real database, or refused with an ordinary error; nothing is ever taken for SQL.
 */
#include <cinnabar/cinnabar.h>

#include "suite.h"

#include <stdio.h>
#include <string.h>

/* What the table at hand is called, and its columns beside id. A model is resolved once: each
   attempt has one of its own. */
static struct {
    const char *columns[3];
    size_t      count;
} wanted;

static void declare(cn_mapping *mapping, void *self)
{
    (void)self;
    cn_map_table_column(mapping, "id", CN_INTEGER,
                        &(const cn_column_options){.size          = sizeof(cn_column_options),
                                                   .primary_key   = true,
                                                   .not_generated = true});
    for (size_t i = 0; i < wanted.count; i++)
        cn_map_table_column(mapping, wanted.columns[i], CN_STRING(100),
                            &(const cn_column_options){.size = sizeof(cn_column_options)});
}

/* Models live as long as the program. */
typedef struct made {
    cn_model        model;
    cn_model_state  state;
    const cn_model *list[2];
    cn_metadata     metadata;
} made;

static made *make(const char *table, size_t count, const char *const *names)
{
    static made   all[200];
    static size_t used;
    assert_in_range(used, 0, 199);
    made *to = &all[used++];
    memset(to, 0, sizeof *to);
    to->model = (cn_model){
        .name = "Hostile", .table = table, .struct_alignment = 1, .declare = declare};
    to->model.state     = &to->state;
    to->list[0]         = &to->model;
    to->metadata.models = to->list;
    wanted.count        = count;
    for (size_t i = 0; i < count; i++)
        wanted.columns[i] = names[i];
    return to;
}

typedef struct Row {
    int         id;
    const char *first;
} Row;

#define COLUMNS(model, name)                                                                       \
    CN_INTO(Row, id, cn_named((model), "id"), first, cn_named((model), (name)))

static void expect(cn_connection *connection, const cn_model *model, const char *column,
                   const char *value)
{
    cn_result *result = cn_execute(
        connection, cn_select_from(model, .columns = COLUMNS(model, column),
                                   .where    = cn_cmp(cn_named(model, column), ==, value),
                                   .order_by = CN_BY(cn_named(model, column))));
    if (!cn_next(result))
        fail_msg("%s: %s", column, cn_error_message(result));
    assert_int_equal(cn_get_int(result, "id"), 1);
    assert_string_equal(cn_get_text(result, "first"), value);
    assert_false(cn_next(result));
    cn_close(result);
}

/* Insert, select, update, delete. */
static void use(cn_engine *engine, const cn_model *model, const char *column)
{
    CN_CONNECT(connection, engine) {
        cn_execute(connection,
                   cn_insert_into(model, .values = CN_SET_NAMED(*model, "id", 1, column, "'; --")));
        if (!cn_ok(connection))
            fail_msg("%s: %s", column, cn_error_message(connection));
        expect(connection, model, column, "'; --");
        cn_execute(connection,
                   cn_update_table(model, .set = CN_SET_NAMED(*model, column, "\\'\" OR 1=1"),
                                   .where = cn_cmp(cn_named(model, column), ==, "'; --")));
        expect(connection, model, column, "\\'\" OR 1=1");
        cn_execute(connection,
                   cn_delete_table(model, .where = cn_cmp(cn_named(model, column), !=, "nothing")));
        cn_result *left = cn_execute(connection,
                                     cn_select_from(model, .columns = COLUMNS(model, column)));
        assert_false(cn_next(left));
        cn_close(left);
        assert_true(cn_commit(connection));
    }
}

/* False: it was refused, and an error says so. */
static bool works(const char *table, const char *column)
{
    cn_engine *engine  = suite_engine();
    made      *it      = make(table, 1, &column);
    bool       created = cn_drop_all(&it->metadata, engine) && cn_create_all(&it->metadata, engine);
    if (created) {
        use(engine, &it->model, column);
        if (!cn_drop_all(&it->metadata, engine))
            fail_msg("%s: %s", table, cn_error_message(engine));
    } else {
        assert_true(strlen(cn_error_message(engine)) > 10);
    }
    cn_engine_dispose(engine);
    return created;
}

static void names_of_any_characters_are_names(void **state)
{
    (void)state;
    static const char *const names[] = {"select",
                                        "order",
                                        "group",
                                        "table",
                                        "user",
                                        "A b",
                                        "MiXeD",
                                        "quote\"d",
                                        "quote'd",
                                        "back`tick",
                                        "back\\slash",
                                        "\\",
                                        "\"",
                                        "''",
                                        "``",
                                        "[x]",
                                        "]",
                                        "a--b",
                                        "/*",
                                        "*/",
                                        "x; DROP TABLE canary; --",
                                        "x\" (id); DROP TABLE canary; --",
                                        "x` (id); DROP TABLE canary; --",
                                        ":name",
                                        "?",
                                        "$1",
                                        "%s%n",
                                        "%",
                                        "1",
                                        "1a",
                                        "a b\nc",
                                        "tab\there",
                                        "\x01\x02",
                                        "\xc3\xa4\xe2\x82\xac",
                                        "null",
                                        "true",
                                        "rowid",
                                        "oid",
                                        "excluded",
                                        "new"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!works(names[i], names[i]))
            fail_msg("refused: %s", names[i]);
}

/* What is no text in UTF-8, is empty or too long is refused, or works: it is never another name. */
static void names_that_are_none_are_refused(void **state)
{
    (void)state;
    char long_name[400];
    memset(long_name, 'x', sizeof long_name);
    long_name[399] = '\0';
    assert_false(works("hostile", ""));
    assert_false(works("", "a"));
    if (suite_which() != SUITE_SQLITE)
        assert_false(works("hostile", long_name));
    static const char *const invalid[] = {"\xff",         "a\xc3",    "\xc0\xaf",
                                          "\xed\xa0\x80", "\x80; --", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        bool good = works("hostile", invalid[i]);
        if (suite_which() == SUITE_POSTGRESQL)
            assert_int_equal(good, i == 5);
    }
}

/* Two names that are the same when they are cut to 63 bytes: both, or an error. */
static void long_names_are_not_cut(void **state)
{
    (void)state;
    char first[65], second[65], fits[64];
    memset(first, 'a', sizeof first);
    first[64] = '\0';
    memcpy(second, first, sizeof second);
    second[63] = 'b';
    memcpy(fits, first, 63);
    fits[63]                  = '\0';
    const char *const both[]  = {first, second};
    cn_engine        *engine  = suite_engine();
    made             *it      = make("hostile", 2, both);
    bool              shorter = suite_which() == SUITE_POSTGRESQL;
    assert_int_equal(cn_create_all(&it->metadata, engine), !shorter);
    if (shorter) {
        assert_non_null(strstr(cn_error_message(engine), "too long"));
    } else {
        use(engine, &it->model, second);
        assert_true(cn_drop_all(&it->metadata, engine));
    }
    cn_engine_dispose(engine);
    assert_true(works(fits, fits));
    assert_int_equal(works(second, "a"), !shorter);
}

static const char *const values[] = {"'",
                                     "''",
                                     "\\",
                                     "\\'",
                                     "\\\\'",
                                     "'; DROP TABLE canary; --",
                                     "\"; DROP TABLE canary; --",
                                     "\\'; DROP TABLE canary; --",
                                     "' OR '1'='1",
                                     "') OR 1=1 /*",
                                     ":name",
                                     "?",
                                     "$1",
                                     "$$; DROP TABLE canary; $$",
                                     "E'\\''",
                                     "%",
                                     "_",
                                     "%' ESCAPE '/",
                                     "/",
                                     "NULL",
                                     "\xbf\x27 OR 1=1 --", /* a quote's first byte, in GBK */
                                     "line\nbreak\r\n",
                                     "\x1a\x08\x7f",
                                     "\xe2\x80\xae\xef\xbc\x87"};

static bool is_utf8(const char *text)
{
    return strchr(text, '\xbf') != text;
}

/* The ids that a statement of text finds: "3 7 ". */
static void find(cn_connection *connection, const cn_text_statement *statement, char *ids)
{
    cn_result *result = cn_execute(connection, statement);
    *ids              = '\0';
    while (cn_next(result))
        sprintf(ids + strlen(ids), "%d ", cn_get_int(result, "id"));
    if (!cn_ok(result))
        sprintf(ids, "%.300s", cn_error_message(result));
    cn_close(result);
}

/* ---- names that statements make -------------------------------------------------------------- */

typedef struct Long {
    int id;
    int next;
} Long;
typedef Long Wide;

#define FIVE "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac" /* euros */

CN_MODEL(Long, "a_name_of_sixty_three_bytes_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
{
    CN_COLUMN(id, .primary_key = true, .not_generated = true);
    CN_COLUMN(next);
}
CN_MODEL(Wide, FIVE FIVE FIVE FIVE "\xe2\x82\xac")
{
    CN_COLUMN(id, .primary_key = true, .not_generated = true);
    CN_COLUMN(next);
}
CN_ALIAS(Long, LongNext);
CN_ALIAS(Long, LongLast);
CN_ALIAS(Wide, WideNext);
CN_ALIAS(Wide, WideLast);
CN_METADATA(longs, &Long_model, &Wide_model);

/* Three rows, of which each leads to the next: that after the next of the first is the third. */
#define THIRD_OF(T)                                                                                \
    do {                                                                                           \
        const cn_condition first = cn_is(T, id, ==, 1),                                            \
                           next  = cn_is(T##Next, id, ==, cn_attr(T, next)),                       \
                           last  = cn_is(T##Last, id, ==, cn_attr(T##Next, next));                 \
        for (int i = 1; i <= 3; i++)                                                               \
            cn_execute(connection, cn_insert(T, .values = CN_SET(T, id, i, next, i + 1)));         \
        cn_result *result = cn_execute(                                                            \
            connection,                                                                            \
            cn_select(T, .columns = CN_INTO(Row, id, cn_attr(T##Last, id)), .where = first,        \
                      .join = CN_JOINS(cn_join_on(T##Next, next), cn_join_on(T##Last, last))));    \
        if (!cn_only(result))                                                                      \
            fail_msg("%s", cn_error_message(connection));                                          \
        assert_int_equal(cn_get_int(result, "id"), 3);                                             \
    } while (0)

/* An alias is longer than its table's name: it is cut where there is no room, between letters. */
static void aliases_of_long_names_have_room(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&longs);
    CN_CONNECT(connection, engine) {
        THIRD_OF(Long);
        THIRD_OF(Wide);
        cn_commit(connection);
    }
    suite_end_with(engine, &longs);
}

typedef struct Clash {
    int id;
} Clash;
typedef Clash Taken;
CN_MODEL(Clash, "clash")
{
    CN_COLUMN(id, .primary_key = true);
}
CN_MODEL(Taken, "clash_1")
{
    CN_COLUMN(id, .primary_key = true);
}
CN_ALIAS(Clash, Twin);

/* That of a sub-query, too, in which the tables around it can be mentioned. */
static void an_alias_is_called_as_no_table_is(void **state)
{
    (void)state;
    const cn_select_statement *inner = cn_select(Twin,
                                                 .columns = CN_INTO(Row, id, cn_attr(Twin, id)),
                                                 .where = cn_is(Twin, id, ==, cn_attr(Taken, id)));
    char *sql = cn_statement_text(cn_select(Taken, .columns = CN_INTO(Row, id, cn_attr(Taken, id)),
                                            .where = cn_exists(inner)),
                                  "sqlite", false, NULL);
    assert_string_equal(sql, "SELECT clash_1.id \n"
                             "FROM clash_1 \n"
                             "WHERE EXISTS (SELECT clash_2.id \n"
                             "FROM clash AS clash_2 \n"
                             "WHERE clash_2.id = clash_1.id)");
    cn_text_free(sql);
}

/* As a value and, as the statement is shown to people, as a literal. */
static void is_found(cn_connection *connection, const cn_model *model, int id, const char *value)
{
    static const char *const   dialects[] = {"sqlite", "mariadb", "postgresql"};
    char                       expected[16], found[400];
    const cn_select_statement *select = cn_select_from(
        model, .columns = CN_INTO(Row, id, cn_named(model, "id")),
        .where = cn_and(cn_cmp(cn_named(model, "text"), ==, value),
                        cn_expr_contains(cn_named(model, "text"), value)));
    char      *sql = cn_statement_text(CN_STATEMENT_(select), dialects[suite_which()], true, NULL);
    cn_result *result = cn_execute(connection, select);
    if (!cn_next(result))
        fail_msg("%s: %s", value, cn_error_message(result));
    assert_int_equal(cn_get_int(result, "id"), id);
    assert_false(cn_next(result));
    cn_close(result);
    sprintf(expected, "%d ", id);
    find(connection, cn_text(sql), found);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: %s", sql, found);
    cn_text_free(sql);
}

static void texts_that_look_like_sql_are_texts(void **state)
{
    (void)state;
    static const char *const names[] = {"text"};
    cn_engine               *engine  = suite_engine();
    made                    *it      = make("hostile", 1, names);
    int                      count   = (int)(sizeof values / sizeof *values);
    assert_true(cn_drop_all(&it->metadata, engine) && cn_create_all(&it->metadata, engine));
    CN_CONNECT(connection, engine) {
        for (int i = 0; i < count; i++) {
            if (!is_utf8(values[i]))
                continue; /* refused by servers, see below */
            cn_execute(connection,
                       cn_insert_into(&it->model, .values = CN_SET_NAMED(it->model, "id", i, "text",
                                                                         values[i])));
            if (!cn_ok(connection))
                fail_msg("%s: %s", values[i], cn_error_message(connection));
        }
        for (int i = 0; i < count; i++)
            if (is_utf8(values[i]))
                is_found(connection, &it->model, i, values[i]);
        assert_true(cn_commit(connection));
    }
    assert_true(cn_drop_all(&it->metadata, engine));
    cn_engine_dispose(engine);
}

/* What is no UTF-8 is refused or found again as it is; a NUL in a text, too. */
static void bytes_that_are_no_text_do_not_become_another(void **state)
{
    (void)state;
    static const char *const names[] = {"text"};
    static const char *const odd[]   = {"\xbf\x27 OR 1=1 --", "\xff", "a\0b"};
    cn_engine               *engine  = suite_engine();
    made                    *it      = make("hostile", 1, names);
    assert_true(cn_drop_all(&it->metadata, engine) && cn_create_all(&it->metadata, engine));
    for (int i = 0; i < 3; i++) {
        size_t size = i == 2 ? 3 : strlen(odd[i]);
        CN_CONNECT(connection, engine) {
            cn_execute(connection,
                       cn_insert_into(
                           &it->model,
                           .values = CN_SET_NAMED(it->model, "id", i, "text",
                                                  cn_expr_of_(cn_value_text_sized(odd[i], size)))));
            if (cn_ok(connection)) {
                cn_result *result = cn_execute(
                    connection, cn_select_from(&it->model, .columns = COLUMNS(&it->model, "text"),
                                               .where = cn_cmp(cn_named(&it->model, "id"), ==, i)));
                assert_true(cn_next(result));
                cn_value found = cn_get_value(result, "first");
                assert_int_equal(found.as.text.size, size);
                assert_memory_equal(found.as.text.data, odd[i], size);
                cn_close(result);
                (void)cn_commit(connection);
            } else {
                assert_true(strlen(cn_error_message(connection)) > 10);
                cn_rollback(connection);
            }
        }
    }
    assert_true(cn_drop_all(&it->metadata, engine));
    cn_engine_dispose(engine);
}

/* The table that everything above would have dropped. */
static int plant(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS canary");
    suite_run(engine, "CREATE TABLE canary (id INTEGER)");
    suite_run(engine, "INSERT INTO canary (id) VALUES (7)");
    cn_engine_dispose(engine);
    return 0;
}

static int find_it_again(void **state)
{
    (void)state;
    int        found  = 0;
    cn_engine *engine = suite_engine();
    CN_CONNECT(connection, engine) {
        cn_result *result = cn_execute(connection, cn_text("SELECT id FROM canary"));
        found             = cn_next(result) ? cn_get_int(result, "id") : 0;
        cn_close(result);
    }
    suite_run(engine, "DROP TABLE canary");
    cn_engine_dispose(engine);
    return found == 7 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_of_any_characters_are_names, plant, find_it_again),
        cmocka_unit_test_setup_teardown(names_that_are_none_are_refused, plant, find_it_again),
        cmocka_unit_test(long_names_are_not_cut),
        cmocka_unit_test(aliases_of_long_names_have_room),
        cmocka_unit_test(an_alias_is_called_as_no_table_is),
        cmocka_unit_test_setup_teardown(texts_that_look_like_sql_are_texts, plant, find_it_again),
        cmocka_unit_test(bytes_that_are_no_text_do_not_become_another),
    };
    return suite_main("hostile names and values", tests);
}
