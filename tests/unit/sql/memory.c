/* Floor 4: whichever allocation fails, a built statement fails with an ordinary error, and nothing
   leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

#include "sql/node.h"
#include "unit/failing.h"

typedef struct Row {
    int         id;
    const char *name;
    int         mood;
} Row;
CN_MODEL(Row, "rows_of_memory")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name);
    CN_COLUMN(mood, .type = CN_ENUM("calm", "merry"));
}
CN_METADATA(Base, &Row_model);

/* The text of a statement for every dialect: no text and no reason only for want of memory. */
static bool show_it_all(void)
{
    static const char *const dialects[] = {"sqlite", "mysql", "mariadb", "postgresql"};
    cn_query                *query      = cn_build(cn_select(Row));
    bool                     good       = query != NULL;
    cn_query_where(query, cn_or(cn_contains(Row, name, "_%"), cn_is(Row, mood, ==, 1)));
    cn_query_order_by(query, cn_call("coalesce", cn_attr(Row, name), cn_literal("x")));
    for (int i = 0; query != NULL && i < 8; i++) {
        char *why = NULL;
        char *sql = cn_statement_text(cn_built(query), dialects[i / 2], i % 2 != 0, &why);
        good      = good && sql != NULL;
        cn_text_free(sql);
        cn_text_free(why);
    }
    cn_query_free(query);
    return good;
}

static void each_allocation_of_a_text_may_fail(void **state)
{
    (void)state;
    bool failed = true;
    assert_true(show_it_all()); /* resolves the model */
    for (size_t n = 1; failed; n++) {
        failing_begin(n, n % 2 == 0);
        bool done = show_it_all();
        failed    = failing_end();
        assert_int_equal(failing.alive, 0);
        if (!failed)
            assert_true(done);
    }
    assert_true(failing.calls > 60);
}

static void ignore_unread(void *context, const cn_error *error)
{
    (void)context;
    (void)error;
}

static bool build_and_keep(cn_connection *connection)
{
    static int   ids[40];
    cn_condition kept  = cn_keep(connection,
                                 cn_and(cn_contains(Row, name, "_%"),
                                        cn_or(cn_is(Row, mood, ==, 1), cn_is(Row, id, ==, 1))));
    cn_query    *query = cn_build(cn_select(
           Row, .columns = CN_INTO(Row, id, cn_plus(cn_attr(Row, id), 1), name, cn_attr(Row, name)),
           .params = CN_PARAMS("least", 0)));
    for (int i = 0; i < 40; i++)
        ids[i] = i;
    cn_query_where(query, kept);
    cn_query_where(query, cn_in_array(Row, id, ids, 40));
    cn_query_where(query, cn_sql("id > :n OR id > :m", CN_PARAMS("m", 0, "n", "0")));
    cn_query_where(query, cn_is(Row, id, >, cn_later("least")));
    cn_query_order_by(query, cn_call("coalesce", cn_attr(Row, name), cn_literal("x")));
    cn_result *result = cn_execute(connection, cn_built(query));
    bool       good   = cn_next(result) && cn_get_int(result, "id") == 2 && !cn_next(result);
    char      *sql    = cn_statement_sql(connection, CN_STATEMENT_(cn_built(query)));
    good              = good && sql != NULL;
    cn_text_free(sql);
    cn_query_free(query);
    return good;
}

static bool use_it_all(cn_engine *engine)
{
    bool done = false;
    CN_CONNECT(connection, engine) {
        cn_execute(
            connection,
            cn_text("CREATE TABLE rows_of_memory (id INTEGER PRIMARY KEY, name TEXT, mood TEXT)"));
        cn_execute_many(connection,
                        cn_insert(Row, .values = CN_SET(Row, id, cn_later("id"), name,
                                                        cn_later("name"), mood, 1)),
                        CN_PARAMS("id", 1, "name", "a_%b"), CN_PARAMS("id", 2, "name", "ab"));
        cn_execute(connection,
                   cn_update(Row, .set = CN_SET(Row, mood, 0), .where = cn_is(Row, id, ==, 2)));
        done = build_and_keep(connection) && cn_commit(connection);
        if (!done && connection != NULL && cn_ok(connection))
            fail_msg("it neither worked nor failed");
    }
    return done;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    bool failed = true;
    /* A model is resolved once, with whatever allocator there is then. */
    cn_engine *first = cn_create_engine("sqlite://");
    assert_true(cn_create_all(&Base, first));
    cn_engine_dispose(first);
    for (size_t n = 1; failed; n++) {
        failing_begin(n, n % 2 == 0);
        cn_engine *engine = cn_create_engine("sqlite://", .on_unread_error = ignore_unread);
        bool       done   = engine != NULL && cn_ok(engine) && use_it_all(engine);
        cn_engine_dispose(engine);
        failed = failing_end();
        assert_int_equal(failing.alive, 0);
        if (!failed)
            assert_true(done);
    }
    assert_true(failing.calls > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation_may_fail),
                                       cmocka_unit_test(each_allocation_of_a_text_may_fail)};
    return cmocka_run_group_tests_name("memory of built statements", tests, NULL, NULL);
}
