/*
 * User types, on real databases: values that functions of the program's convert, and SQL that
 * stands around them.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cinnabar/cinnabar.h>

/* The instance, which is the session's now. */
static void *add(cn_session *session, void *instance)
{
    cn_add(session, instance);
    return instance;
}

/* ---- functions ------------------------------------------------------------------------------- */

/* "12.34" in the struct, 1234 in the database. */
static bool to_cents(const cn_user_type *type, cn_value *value, cn_type_memory *memory,
                     char *problem)
{
    int whole, cents;
    (void)type;
    (void)memory;
    if (value->kind == CN_KIND_INTEGER)
        return true; /* in a comparison it may be one already */
    if (sscanf(value->as.text.data, "%d.%2d", &whole, &cents) != 2) {
        strcpy(problem, "it is no amount");
        return false;
    }
    *value = cn_value_int(whole * 100 + cents);
    return true;
}

static bool from_cents(const cn_user_type *type, cn_value *value, cn_type_memory *memory,
                       char *problem)
{
    (void)type;
    (void)problem;
    char *text = cn_type_memory_take(memory, 24);
    if (text == NULL)
        return false;
    snprintf(text, 24, "%d.%02d", (int)(value->as.integer / 100), (int)(value->as.integer % 100));
    *value = cn_value_text(text);
    return true;
}

static const cn_user_type money = {.size   = sizeof money,
                                   .name   = "money",
                                   .stored = {.kind = CN_TYPE_BIGINT},
                                   .kind   = CN_KIND_INTEGER,
                                   .bind   = to_cents,
                                   .result = from_cents};

typedef struct Price {
    int         id;
    const char *amount;
} Price;

CN_MODEL(Price, "ut_price")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(amount, .type = CN_USER(&money));
}
CN_METADATA(prices, &Price_model);

static int counted(cn_session *session, cn_condition which)
{
    Price *const *all   = cn_all(session, Price, .where = which);
    int           count = 0;
    CN_EACH(Price, price, all)
        count++;
    ASSERT_OK(session);
    return count;
}

static void a_user_type_converts_on_the_way_in_and_out(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&prices);
    CN_SESSION(session, engine) {
        Price *one = add(session, cn_new(Price, .amount = "12.34"));
        cn_add(session, cn_new(Price, .amount = NULL));
        cn_commit(session);
        ASSERT_OK(session);
        assert_string_equal(one->amount, "12.34");
        one->amount = "0.05";
        cn_commit(session);
        ASSERT_OK(session);
        cn_result *stored = cn_execute(session, cn_text("SELECT sum(amount) FROM ut_price"));
        assert_true(cn_only(stored));
        assert_int_equal(cn_cell_at(stored, int64_t, 0), 5);
    }
    CN_SESSION(session, engine) {
        Price *found = cn_first(session, Price, .where = cn_is(Price, amount, ==, "0.05"));
        ASSERT_OK(session);
        assert_non_null(found);
        assert_string_equal(found->amount, "0.05");
        const char *wanted[] = {"7.00", "0.05"};
        assert_int_equal(counted(session, cn_in(Price, amount, "0.05", "7.00")), 1);
        assert_int_equal(counted(session, cn_in_array(Price, amount, wanted, 2)), 1);
        assert_int_equal(counted(session, cn_between(Price, amount, "0.04", "0.06")), 1);
        assert_int_equal(counted(session, cn_between(Price, amount, "0.06", "9.00")), 0);
        Price *none = cn_get(session, Price, 2);
        assert_null(none->amount);
        found->amount = "much";
        assert_false(cn_flush(session));
        assert_string_equal(cn_error_message(session),
                            "Price.amount: the user type money refuses a value: it is no amount");
        cn_rollback(session);
    }
    suite_end_with(engine, &prices);
}

typedef struct Cost {
    const char *sum, *dearer, *cheaper;
} Cost;

/* What is added is an amount, a factor is not. */
static void sums_are_of_the_type_and_factors_are_not(void **state)
{
    (void)state;
    cn_engine    *engine = suite_engine_with(&prices);
    const cn_expr amount = cn_attr(Price, amount);
    CN_SESSION(session, engine) {
        cn_insert_rows(session, Price, ((Price[]){{1, "1.50"}, {2, "2.25"}}), 2);
        Cost *const *cost = cn_rows(
            session, Cost,
            cn_select(Price, .columns = CN_INTO(Cost, sum, cn_sum(amount), dearer,
                                                cn_max(cn_plus(amount, "0.50")), cheaper,
                                                cn_min(cn_minus(amount, "0.50")))));
        ASSERT_OK(session);
        assert_string_equal(cost[0]->sum, "3.75");
        assert_string_equal(cost[0]->dearer, "2.75");
        assert_string_equal(cost[0]->cheaper, "1.00");
        assert_int_equal(counted(session, cn_cmp(cn_plus(amount, "0.50"), >, "2.00")), 1);
        assert_int_equal(counted(session, cn_cmp(cn_times(amount, 2), >, 400)), 1);
        assert_int_equal(counted(session, cn_cmp(cn_negative(amount), <, "-2.00")), 1);
        cn_execute(session, cn_update(Price, .set = CN_SET(Price, amount, cn_plus(amount, "0.05")),
                                      .where = cn_is(Price, id, ==, 1)));
        cn_execute(session, cn_update(Price, .set = CN_SET(Price, amount, cn_times(amount, 2)),
                                      .where = cn_is(Price, id, ==, 2)));
        ASSERT_OK(session);
        cn_refresh(session, cn_get(session, Price, 2));
        assert_string_equal(cn_get(session, Price, 1)->amount, "1.55");
        assert_string_equal(cn_get(session, Price, 2)->amount, "4.50");
        ASSERT_OK(session);
    }
    suite_end_with(engine, &prices);
}

/* ---- as keys --------------------------------------------------------------------------------- */

typedef struct Coin {
    const char *amount;
    const char *name;
} Coin;

typedef struct Purse {
    int         id;
    const char *amount;
    Coin       *coin;
} Purse;

CN_MODEL(Coin, "ut_coin")
{
    CN_COLUMN(amount, .type = CN_USER(&money), .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(20));
}

CN_MODEL(Purse, "ut_purse")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(amount, .type = CN_USER(&money), .foreign_key = "ut_coin.amount");
    CN_RELATIONSHIP(coin, Coin);
}
CN_METADATA(purses, &Coin_model, &Purse_model);

static void a_key_may_be_of_a_user_type(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&purses);
    CN_SESSION(session, engine) {
        Coin *half = add(session, cn_new(Coin, .amount = "0.50", .name = "half"));
        cn_add(session, cn_new(Purse, .coin = half));
        cn_commit(session);
        ASSERT_OK(session);
    }
    CN_SESSION(session, engine) {
        Purse *purse = cn_get(session, Purse, 1);
        ASSERT_OK(session);
        assert_string_equal(purse->amount, "0.50");
        Coin *coin = cn_one(purse, coin);
        ASSERT_OK(session);
        assert_string_equal(coin->name, "half");
        assert_ptr_equal(cn_get(session, Coin, "0.50"), coin);
        coin->name = "fifty";
        cn_commit(session);
        cn_refresh(session, coin);
        ASSERT_OK(session);
        assert_string_equal(coin->name, "fifty");
    }
    suite_end_with(engine, &purses);
}

/* ---- SQL around values ----------------------------------------------------------------------- */

/* Upper case in the database, lower case in the program. */
static const cn_user_type quiet = {.size              = sizeof quiet,
                                   .name              = "quiet",
                                   .stored            = {.kind = CN_TYPE_STRING, .length = 20},
                                   .bind_expression   = "upper(:value)",
                                   .column_expression = "lower(:column)"};

typedef struct Word {
    int         id;
    const char *text;
    const char *loud;
} Word;

CN_MODEL(Word, "ut_word")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text, .type = CN_USER(&quiet));
    CN_COLUMN(loud, .type = CN_STRING(20), .server_default = "'LOUD'");
}
CN_METADATA(words, &Word_model);

/* What stands in the database, in the order of the ids. */
static const char *stored(cn_session *session)
{
    static char all[200];
    cn_result  *rows = cn_execute(session, cn_text("SELECT text FROM ut_word ORDER BY id"));
    all[0]           = '\0';
    while (cn_next(rows)) {
        strcat(all, cn_cell_at(rows, const char *, 0));
        strcat(all, ";");
    }
    ASSERT_OK(session);
    return all;
}

static void sql_stands_around_what_is_written_and_read(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&words);
    CN_SESSION(session, engine) {
        Word *one = add(session, cn_new(Word, .text = "one"));
        cn_flush(session);
        assert_string_equal(stored(session), "ONE;");
        one->text = "uno";
        cn_add(session, cn_new(Word, .text = "two"));
        cn_add(session, cn_new(Word, .text = "three"));
        cn_commit(session);
        ASSERT_OK(session);
        assert_string_equal(stored(session), "UNO;TWO;THREE;");
        cn_execute(session, cn_insert(Word, .values = CN_SET(Word, text, "four")));
        cn_execute(session, cn_update(Word, .set = CN_SET(Word, text, "tre"),
                                      .where = cn_is(Word, text, ==, "three")));
        cn_commit(session);
        assert_string_equal(stored(session), "UNO;TWO;TRE;FOUR;");
    }
    CN_SESSION(session, engine) {
        Word *const *all = cn_all(session, Word, .where = cn_in(Word, text, "uno", "tre"),
                                  .order_by = CN_BY(cn_attr(Word, id)));
        ASSERT_OK(session);
        assert_string_equal(all[0]->text, "uno");
        assert_string_equal(all[0]->loud, "LOUD");
        assert_string_equal(all[1]->text, "tre");
        assert_null(all[2]);
        const Word *two = cn_get(session, Word, 2);
        ASSERT_OK(session);
        assert_string_equal(two->text, "two");
    }
    suite_end_with(engine, &words);
}

/* Inside a query the column is what it is, or it would be compared with what is not stored. */
static void sql_stands_around_the_columns_of_the_outermost_query_only(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&words);
    CN_SESSION(session, engine) {
        cn_insert_rows(session, Word, ((Word[]){{.text = "one"}, {.text = "two"}}), 2);
        ASSERT_OK(session);
        const cn_statement *inner = CN_STATEMENT_(
            cn_select(Word, .columns = CN_INTO(Word, text, cn_attr(Word, text)),
                      .where = cn_is(Word, text, ==, "two")));
        Word *const *same = cn_all(session, Word, .where = cn_in_query(Word, text, inner));
        ASSERT_OK(session);
        assert_string_equal(same[0]->text, "two");
        assert_null(same[1]);
        Word *const *both = cn_rows(
            session, Word,
            cn_union(CN_QUERIES(inner, cn_select(Word, .columns = CN_INTO(Word, text,
                                                                          cn_attr(Word, text)))),
                     .order_by = CN_BY(cn_label(Word, text))));
        ASSERT_OK(session);
        assert_string_equal(both[0]->text, "one");
        assert_string_equal(both[1]->text, "two");
        assert_null(both[2]);
        cn_execute(session, cn_insert(Word, .columns = CN_KEY(Word, text), .query = inner));
        ASSERT_OK(session);
        assert_string_equal(stored(session), "ONE;TWO;TWO;");
        cn_rollback(session);
    }
    char *text = cn_statement_text(
        CN_STATEMENT_(cn_select(Word, .where = cn_is(Word, text, ==, "two"))), "sqlite", true,
        NULL);
    assert_string_equal(text, "SELECT ut_word.id, lower(ut_word.text) AS text, ut_word.loud \n"
                              "FROM ut_word \nWHERE ut_word.text = upper('two')");
    cn_text_free(text);
    suite_end_with(engine, &words);
}

/* A batch of rows goes the same way as one. */
static void sql_stands_around_each_value_of_many_rows(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&words);
    CN_SESSION(session, engine) {
        Word *first = NULL, *last = NULL;
        for (int i = 0; i < 600; i++) {
            last  = add(session, cn_new(Word, .text = i == 599 ? "last" : "many"));
            first = i == 0 ? last : first;
        }
        cn_flush(session);
        ASSERT_OK(session);
        assert_int_equal(last->id, first->id + 599);
        cn_insert_rows(session, Word, ((Word[600]){[0] = {.id = 5000, .text = "row"}}), 1);
        static Word rows[600];
        for (int i = 0; i < 600; i++)
            rows[i] = (Word){.id = 6000 + i, .text = "row", .loud = ""};
        cn_insert_rows(session, Word, rows, 600);
        ASSERT_OK(session);
        cn_result *counts = cn_execute(
            session, cn_text("SELECT count(*) FROM ut_word WHERE text IN ('MANY', 'ROW', 'LAST') "
                             "AND text = upper(text)"));
        assert_true(cn_only(counts));
        assert_int_equal(cn_cell_at(counts, int64_t, 0), 1201);
        cn_rollback(session);
    }
    suite_end_with(engine, &words);
}

static const cn_user_type twice = {.size            = sizeof twice,
                                   .name            = "twice",
                                   .stored          = {.kind = CN_TYPE_STRING, .length = 20},
                                   .bind_expression = "concat(:value, :value)"};
typedef struct Echo {
    int         id;
    const char *text;
} Echo;
CN_MODEL(Echo, "ut_echo")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text, .type = CN_USER(&twice));
}
CN_METADATA(echoes, &Echo_model);

static void the_sql_around_a_value_holds_it_once(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_false(cn_create_all(&echoes, engine));
    assert_non_null(strstr(cn_error_message(engine),
                           "Echo.text: :value must stand once in \"concat(:value, :value)\""));
    cn_engine_dispose(engine);
}

static const cn_user_type unsized = {.name = "unsized", .stored = {.kind = CN_TYPE_INTEGER}};
typedef struct Unsized {
    int id;
} Unsized;
CN_MODEL(Unsized, "ut_unsized")
{
    CN_COLUMN(id, .primary_key = true, .type = CN_USER(&unsized));
}
CN_METADATA(unsized_ones, &Unsized_model);

static void a_user_type_says_its_size(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_false(cn_create_all(&unsized_ones, engine));
    assert_non_null(strstr(cn_error_message(engine),
                           "id: the user type unsized says no .size: give it its sizeof"));
    cn_engine_dispose(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_user_type_converts_on_the_way_in_and_out),
        cmocka_unit_test(sums_are_of_the_type_and_factors_are_not),
        cmocka_unit_test(a_key_may_be_of_a_user_type),
        cmocka_unit_test(sql_stands_around_what_is_written_and_read),
        cmocka_unit_test(sql_stands_around_the_columns_of_the_outermost_query_only),
        cmocka_unit_test(sql_stands_around_each_value_of_many_rows),
        cmocka_unit_test(the_sql_around_a_value_holds_it_once),
        cmocka_unit_test(a_user_type_says_its_size),
    };
    return suite_main("user types", tests);
}
