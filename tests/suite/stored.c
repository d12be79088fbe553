/*
 * Views and tables that queries make, on real databases.
 */
#include "suite.h"

#include <string.h>

#include <cinnabar/cinnabar.h>

typedef struct Fruit {
    int         id;
    const char *name;
    int         price;
} Fruit;

CN_MODEL(Fruit, "sd_fruit")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(40));
    CN_COLUMN(price);
}
CN_METADATA(fruits, &Fruit_model);

/* The view as a model: what is read from it are instances. */
typedef struct Cheap {
    int         id;
    const char *name;
} Cheap;

CN_MODEL(Cheap, "sd_cheap")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(40));
}

static void drop(cn_engine *engine, const char *sql)
{
    CN_CONNECT(connection, engine) {
        cn_execute(connection, cn_text(sql));
        cn_commit(connection);
        ASSERT_OK(connection);
    }
}

static cn_engine *engine_with_fruits(void)
{
    cn_engine *engine = suite_engine();
    drop(engine, "DROP VIEW IF EXISTS sd_cheap");
    drop(engine, "DROP TABLE IF EXISTS sd_copy");
    cn_drop_all(&fruits, engine);
    cn_create_all(&fruits, engine);
    ASSERT_OK(engine);
    CN_SESSION(session, engine) {
        cn_insert_rows(session, Fruit,
                       ((Fruit[]){{1, "fig", 3}, {2, "it's a \\ plum", 5}, {3, "kiwi", 9}}), 3);
        cn_commit(session);
        ASSERT_OK(session);
    }
    return engine;
}

static void end(cn_engine *engine)
{
    drop(engine, "DROP VIEW IF EXISTS sd_cheap");
    drop(engine, "DROP TABLE IF EXISTS sd_copy");
    cn_drop_all(&fruits, engine);
    ASSERT_OK(engine);
    cn_engine_dispose(engine);
}

/* How many rows the view has; the name of the last. */
static int cheap(cn_engine *engine, const char *last)
{
    int count = 0;
    CN_SESSION(session, engine) {
        Cheap *const *all = cn_all(session, Cheap, .order_by = CN_BY(cn_attr(Cheap, id)));
        ASSERT_OK(session);
        CN_EACH(Cheap, one, all) {
            count++;
            if (all[count] == NULL)
                assert_string_equal(one->name, last);
        }
    }
    return count;
}

static void a_view_of_a_query_is_read_by_a_model(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_fruits();
    assert_true(cn_create_view(
        "sd_cheap",
        cn_select(Fruit,
                  .columns = CN_INTO(Cheap, id, cn_attr(Fruit, id), name, cn_attr(Fruit, name)),
                  .where   = cn_is(Fruit, price, <, 6)),
        engine));
    assert_int_equal(cheap(engine, "it's a \\ plum"), 2);
    assert_false(cn_create_view("sd_cheap", cn_select(Fruit), engine));
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_EXISTS);
    /* A value of the program's stands in it, quoted. */
    assert_true(cn_drop_view("sd_cheap", engine));
    assert_true(cn_create_view(
        "sd_cheap", cn_select(Fruit, .where = cn_is(Fruit, name, ==, "it's a \\ plum")), engine));
    assert_int_equal(cheap(engine, "it's a \\ plum"), 1);
    assert_true(cn_drop_view("sd_cheap", engine, .if_exists = true));
    assert_true(cn_drop_view("sd_cheap", engine, .if_exists = true));
    assert_false(cn_drop_view("sd_cheap", engine));
    end(engine);
}

static void what_a_database_has_no_words_for_is_refused(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_fruits();
    assert_true(cn_create_view("sd_cheap", cn_select(Fruit), engine));
    bool replaced = cn_create_view("sd_cheap", cn_select(Fruit, .where = cn_is(Fruit, price, >, 4)),
                                   engine, .or_replace = true);
    assert_int_equal(replaced, suite_which() != SUITE_SQLITE);
    if (!replaced)
        assert_int_equal(cn_error_cause(engine), CN_CAUSE_UNSUPPORTED);
    assert_int_equal(cheap(engine, "kiwi"), replaced ? 2 : 3);
    bool unless_there = cn_create_view("sd_cheap", cn_select(Fruit), engine, .if_exists = true);
    assert_int_equal(unless_there, suite_which() != SUITE_POSTGRESQL);
    bool kept = cn_create_view("sd_kept", cn_select(Fruit), engine, .materialized = true);
    assert_int_equal(kept, suite_which() == SUITE_POSTGRESQL);
    if (kept)
        assert_true(cn_drop_view("sd_kept", engine, .materialized = true));
    else
        assert_non_null(strstr(cn_error_message(engine), "a materialized view has no form"));
    assert_false(cn_create_view("sd_kept", cn_select(Fruit), engine, .materialized = true,
                                .or_replace = true));
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_MISUSE);
    end(engine);
}

static void a_table_is_made_of_a_query(void **state)
{
    (void)state;
    cn_engine          *engine = engine_with_fruits();
    const cn_statement *dear = CN_STATEMENT_(cn_select(Fruit, .where = cn_is(Fruit, price, >, 4)));
    assert_true(cn_create_table_as("sd_copy", dear, engine));
    CN_CONNECT(connection, engine) {
        cn_result *result = cn_execute(connection,
                                       cn_text("SELECT count(*), max(name) FROM sd_copy"));
        assert_true(cn_only(result));
        assert_int_equal(cn_cell_at(result, int, 0), 2);
        assert_string_equal(cn_cell_at(result, const char *, 1), "kiwi");
    }
    assert_true(cn_create_table_as("sd_copy", dear, engine, .if_exists = true));
    assert_false(cn_create_table_as("sd_copy", dear, engine));
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_EXISTS);
    end(engine);
}

static void what_is_no_query_is_not_stored(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_fruits();
    assert_true(cn_create_view(
        "sd_cheap", cn_values(Fruit, ((Fruit[]){{.id = 7, .price = 1}, {.id = 8, .price = 2}}), 2),
        engine));
    CN_SESSION(session, engine) {
        cn_result *result = cn_execute(session, cn_text("SELECT id, price FROM sd_cheap"));
        assert_true(cn_next(result) && cn_next(result));
        assert_int_equal(cn_cell(result, int, "id"), 8);
    }
    assert_true(cn_drop_view("sd_cheap", engine));
    assert_false(cn_create_view("sd_cheap", cn_delete_from(Fruit, .every_row = true), engine));
    assert_non_null(strstr(cn_error_message(engine), "no query"));
    assert_false(cn_create_view(
        "sd_cheap", cn_select(Fruit, .where = cn_is(Fruit, price, <, cn_later("p"))), engine));
    assert_non_null(strstr(cn_error_message(engine), "'p' has no value"));
    assert_false(cn_create_view(NULL, cn_select(Fruit), engine));
    assert_false(cn_create_table_as("sd_copy", cn_select(Fruit), engine, .or_replace = true));
    end(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_of_a_query_is_read_by_a_model),
        cmocka_unit_test(what_a_database_has_no_words_for_is_refused),
        cmocka_unit_test(a_table_is_made_of_a_query),
        cmocka_unit_test(what_is_no_query_is_not_stored),
    };
    return suite_main("what queries store", tests);
}
