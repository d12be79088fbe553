/*
 * Parameters that stand in the text of a statement mean what they mean when they are bound: every
 * kind of value, and text that would be SQL if it were not quoted.
 */
#include <cinnabar/cinnabar.h>

#include "suite.h"

#include <string.h>

typedef struct Sample {
    int          id;
    const char  *text;
    int64_t      number;
    uint32_t     natural;
    double       real;
    bool         flag;
    cn_decimal   price;
    cn_bytes     bytes;
    cn_date      day;
    cn_time      clock;
    cn_datetime  local;
    cn_timestamp moment;
    cn_uuid      key;
} Sample;
CN_MODEL(Sample, "sample_inlined")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text, .type = CN_TEXT);
    CN_COLUMN(number);
    CN_COLUMN(natural);
    CN_COLUMN(real);
    CN_COLUMN(flag);
    CN_COLUMN(price, .type = CN_NUMERIC(12, 3));
    CN_COLUMN(bytes, .nullable = true);
    CN_COLUMN(day);
    CN_COLUMN(clock);
    CN_COLUMN(local);
    CN_COLUMN(moment);
    CN_COLUMN(key);
}
CN_METADATA(Base, &Sample_model);

static cn_engine     *engine;
static cn_connection *connection;

static int open_all(void **state)
{
    (void)state;
    engine = suite_engine();
    cn_drop_all(&Base, engine);
    assert_true(cn_create_all(&Base, engine));
    connection = cn_connect(engine);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    cn_close(connection);
    cn_drop_all(&Base, engine);
    cn_engine_dispose(engine);
    return 0;
}

static const char *dialect(void)
{
    static const char *const names[] = {
        [SUITE_SQLITE] = "sqlite", [SUITE_MYSQL] = "mariadb", [SUITE_POSTGRESQL] = "postgresql"};
    return names[suite_which()];
}

/* Executes the text of the statement alone; returns its only value, or the rows it changed. */
static int64_t inlined(const cn_statement *statement)
{
    char *why, *sql = cn_statement_text(statement, dialect(), true, &why);
    if (sql == NULL)
        fail_msg("%s", why);
    cn_result *result = cn_execute(connection, cn_text(sql));
    int64_t    value  = cn_next(result) ? cn_cell_at(result, int64_t, 0) : cn_row_count(result);
    cn_close(result);
    if (!cn_ok(connection))
        fail_msg("%s: %s", sql, cn_error_message(connection));
    cn_text_free(sql);
    return value;
}

static const char *const texts[] = {
    "",
    "it's",
    "''",
    "\\",
    "\\'",
    "\\' OR 1 = 1 --",
    "'; DROP TABLE sample_inlined; --",
    "a\nb\r\nc\td",
    "\"quoted\" `too` [and] $1 ? :name %s",
    "/* no comment */ -- nor this",
    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
    "$$dollar$$ E'x'",
    "\x01\x1a\x7f",
};

static Sample sample(int id, const char *text)
{
    static const unsigned char bytes[] = {0, 39, 92, 255, 13, 10, 34};
    bool                       even    = id % 2 == 0;
    Sample                     made    = {.id = id, .text = text, .flag = even};
    made.number                        = even ? INT64_MIN + 1 + id : INT64_MAX - id;
    made.natural                       = UINT32_MAX - (uint32_t)id;
    made.real                          = even ? -0.1 * id : 1e100 / (id + 1);
    made.price.digits                  = even ? "-12345678.125" : "0.001";
    made.bytes                         = (cn_bytes){bytes, sizeof bytes};
    made.day                           = cn_date_make(2026, 2, id);
    made.clock                         = cn_time_make(23, 59, id, 0);
    made.local                         = cn_datetime_make(1999, 12, 31, 23, 59, id, 123000);
    assert_true(cn_timestamp_parse("2001-02-03T04:05:06.25Z", &made.moment));
    memset(&made.key, 0xa0 + id, sizeof made.key);
    return made;
}

static void put_inlined(const Sample *s)
{
    assert_int_equal(
        inlined(CN_STATEMENT_(cn_insert(
            Sample, .values = CN_SET(Sample, id, s->id, text, s->text, number, s->number, natural,
                                     s->natural, real, s->real, flag, s->flag, price, s->price,
                                     bytes, s->bytes, day, s->day, clock, s->clock, local, s->local,
                                     moment, s->moment, key, s->key)))),
        1);
}

/* The condition that every member is what it was. */
static cn_condition equals(const Sample *s)
{
    static cn_condition all[13];
    all[0]  = cn_is(Sample, id, ==, s->id);
    all[1]  = cn_is(Sample, text, ==, s->text);
    all[2]  = cn_is(Sample, number, ==, s->number);
    all[3]  = cn_is(Sample, natural, ==, s->natural);
    all[4]  = cn_is(Sample, real, ==, s->real);
    all[5]  = cn_is(Sample, flag, ==, s->flag);
    all[6]  = cn_is(Sample, price, ==, s->price);
    all[7]  = cn_is(Sample, bytes, ==, s->bytes);
    all[8]  = cn_is(Sample, day, ==, s->day);
    all[9]  = cn_is(Sample, clock, ==, s->clock);
    all[10] = cn_is(Sample, local, ==, s->local);
    all[11] = cn_is(Sample, moment, ==, s->moment);
    all[12] = cn_is(Sample, key, ==, s->key);
    return cn_connect_(CN_NODE_AND, all, 13);
}

static void what_is_inlined_is_what_is_bound(void **state)
{
    (void)state;
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        const Sample s = sample(i + 1, texts[i]);
        put_inlined(&s);
        const cn_select_statement *found = cn_select(
            Sample, .columns = CN_INTO(Sample, number, cn_count_all()), .where = equals(&s));
        cn_result *result = cn_execute(connection, found);
        assert_true(cn_next(result));
        if (cn_cell_at(result, int64_t, 0) != 1)
            fail_msg("bound: sample %d is not there", i);
        cn_close(result);
        if (inlined(CN_STATEMENT_(found)) != 1)
            fail_msg("inlined: sample %d is not there", i);
    }
    assert_int_equal(inlined(CN_STATEMENT_(
                         cn_select(Sample, .columns = CN_INTO(Sample, number, cn_count_all())))),
                     sizeof texts / sizeof *texts);
}

static void patterns_lists_and_arithmetic_are_inlined(void **state)
{
    (void)state;
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++) {
        const Sample s = sample(i + 1, texts[i]);
        put_inlined(&s);
    }
    const cn_items *count  = CN_INTO(Sample, number, cn_count_all());
    const int       ids[]  = {1, 2, -3};
    const char     *some[] = {"it's", "\\", "\\'", "no"};
    assert_int_equal(inlined(CN_STATEMENT_(cn_select(Sample, .columns = count,
                                                     .where = cn_contains(Sample, text, "\\'")))),
                     2);
    assert_int_equal(inlined(CN_STATEMENT_(cn_select(Sample, .columns = count,
                                                     .where = cn_contains(Sample, text, "%s")))),
                     1);
    assert_int_equal(inlined(CN_STATEMENT_(cn_select(Sample, .columns = count,
                                                     .where = cn_in_array(Sample, text, some, 4)))),
                     3);
    assert_int_equal(inlined(CN_STATEMENT_(cn_select(Sample, .columns = count,
                                                     .where = cn_in_array(Sample, id, ids, 3)))),
                     2);
    assert_int_equal(
        inlined(CN_STATEMENT_(cn_select(
            Sample, .columns = count, .where = cn_cmp(cn_minus(cn_attr(Sample, id), -1), ==, 3)))),
        1);
    assert_int_equal(
        inlined(CN_STATEMENT_(cn_select(
            Sample, .columns = CN_INTO(Sample, number, cn_minus(cn_literal(-5), -7)), .limit = 1))),
        2);
    assert_int_equal(inlined(CN_STATEMENT_(cn_text("SELECT count(*) FROM sample_inlined WHERE text "
                                                   "= :text AND id > :id",
                                                   .params = CN_PARAMS("text", "\\", "id", -1)))),
                     1);
}

static void what_has_no_literal_is_an_error(void **state)
{
    (void)state;
    char *why;
    char *sql = cn_statement_text(
        CN_STATEMENT_(cn_select(Sample, .where = cn_is(Sample, real, ==, 1e308 * 10))), dialect(),
        true, &why);
    assert_null(sql);
    assert_non_null(strstr(why, "infinity"));
    cn_text_free(why);
    const cn_param nul[] = {{"t", cn_value_text_sized("a\0b", 3)}, {NULL, cn_value_null()}};
    sql = cn_statement_text(CN_STATEMENT_(cn_select(Sample, .where = cn_sql("text = :t", nul))),
                            dialect(), true, &why);
    assert_null(sql);
    assert_non_null(strstr(why, "NUL"));
    cn_text_free(why);
}

static void what_comes_later_is_shown_by_its_name(void **state)
{
    (void)state;
    char *sql = cn_statement_text(
        cn_select(Sample, .columns = CN_INTO(Sample, id, cn_attr(Sample, id)),
                  .where = cn_and(cn_is(Sample, id, >, cn_later("least")),
                                  cn_cmp(cn_plus(cn_attr(Sample, id), cn_later("more")), <, 3))),
        "sqlite", true, NULL);
    assert_non_null(sql);
    assert_non_null(strstr(sql, "sample_inlined.id > :least AND sample_inlined.id + :more < 3"));
    cn_text_free(sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_inlined_is_what_is_bound, open_all, close_all),
        cmocka_unit_test(what_comes_later_is_shown_by_its_name),
        cmocka_unit_test_setup_teardown(patterns_lists_and_arithmetic_are_inlined, open_all,
                                        close_all),
        cmocka_unit_test_setup_teardown(what_has_no_literal_is_an_error, open_all, close_all),
    };
    return suite_main("inlined parameters", tests);
}
