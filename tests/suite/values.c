/*
 * Values: what goes in as a parameter comes out the same, as a cell and as the member of a struct,
 * each type at its ends, and NULL. What a member cannot hold is an error.
 */
#include "suite.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cn_engine     *engine;
static cn_connection *connection;

static int connect_to_it(void **state)
{
    (void)state;
    engine     = suite_engine();
    connection = cn_connect(engine);
    return 0;
}

static int disconnect(void **state)
{
    (void)state;
    cn_close(connection);
    cn_engine_dispose(engine);
    return 0;
}

/* The column type of a test, for SQLite, MySQL and PostgreSQL. */
typedef struct column_type {
    const char *names[3];
} column_type;

static void make_table(column_type type)
{
    char sql[200];
    cn_execute(connection, cn_text("DROP TABLE IF EXISTS one_value"));
    snprintf(sql, sizeof sql, "CREATE TABLE one_value (n INTEGER, v %s)",
             type.names[suite_which()]);
    cn_execute(connection, cn_text(sql));
    if (!cn_commit(connection))
        fail_msg("%s: %s", sql, cn_error_message(connection));
}

static void drop_table(void)
{
    if (!cn_ok(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_commit(connection);
    cn_execute(connection, cn_text("DROP TABLE one_value"));
    assert_true(cn_commit(connection));
}

/* Stores the value and returns the result that has it in its only row, at that row. */
static cn_result *store(cn_value value)
{
    static int n;
    n++;
    cn_execute(connection, cn_text("INSERT INTO one_value (n, v) VALUES (:n, :v)"),
               CN_PARAMS("n", n, "v", value));
    cn_result *result = cn_execute(connection, cn_text("SELECT v FROM one_value WHERE n = :n"),
                                   CN_PARAMS("n", n));
    if (!cn_next(result))
        fail_msg("%s", cn_error_message(connection));
    return result;
}

/* There and back for each value of a C type: as a cell, by position, and in a struct, with
   `equal`. */
#define ROUND_TRIPS(T, type, equal, ...)                                                           \
    do {                                                                                           \
        const T values[] = {__VA_ARGS__};                                                          \
        make_table(type);                                                                          \
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {                              \
            cn_result *result  = store(CN_VALUE(values[i]));                                       \
            T          by_name = cn_cell(result, T, "v");                                          \
            if (!cn_ok(connection))                                                                \
                fail_msg(#T " %zu: %s", i, cn_error_message(connection));                          \
            assert_true(equal(by_name, values[i]));                                                \
            T by_place = cn_cell_at(result, T, 0);                                                 \
            assert_true(equal(by_place, values[i]));                                               \
            assert_false(cn_next(result));                                                         \
            typedef struct {                                                                       \
                char before;                                                                       \
                T    v;                                                                            \
                char after;                                                                        \
            } Row;                                                                                 \
            Row row = {.before = 'b', .after = 'a'};                                               \
            result  = store(CN_VALUE(values[i]));                                                  \
            cn_close(result);                                                                      \
            result = cn_execute(connection,                                                        \
                                cn_text("SELECT v FROM one_value ORDER BY n DESC LIMIT 1"));       \
            if (!cn_fetch(result, Row, &row, v))                                                   \
                fail_msg(#T " %zu: %s", i, cn_error_message(connection));                          \
            assert_true(equal(row.v, values[i]));                                                  \
            assert_true(row.before == 'b' && row.after == 'a');                                    \
            assert_false(cn_fetch(result, Row, &row, v));                                          \
        }                                                                                          \
        drop_table();                                                                              \
    } while (0)

#define SAME(a, b) ((a) == (b))
#define SAME_TEXT(a, b) (strcmp((a), (b)) == 0)
#define SAME_MICROSECONDS(a, b) ((a).microseconds == (b).microseconds)
#define SAME_OPT(a, b) ((a).set == (b).set && (!(a).set || (a).value == (b).value))

static bool same_double(double a, double b)
{
    return a == b && signbit(a) == signbit(b);
}

static void integers_come_back_at_their_ends(void **state)
{
    (void)state;
#define BOOLEAN ((column_type){{"BOOLEAN", "BOOLEAN", "BOOLEAN"}})
#define SMALL ((column_type){{"SMALLINT", "SMALLINT", "SMALLINT"}})
#define BIG ((column_type){{"BIGINT", "BIGINT", "BIGINT"}})
    ROUND_TRIPS(bool, BOOLEAN, SAME, true, false);
    ROUND_TRIPS(int8_t, SMALL, SAME, INT8_MIN, -1, 0, INT8_MAX);
    ROUND_TRIPS(uint8_t, SMALL, SAME, 0, 1, UINT8_MAX);
    ROUND_TRIPS(int16_t, SMALL, SAME, INT16_MIN, 0, INT16_MAX);
    ROUND_TRIPS(uint16_t, BIG, SAME, 0, UINT16_MAX);
    ROUND_TRIPS(int, BIG, SAME, INT32_MIN, 0, INT32_MAX);
    ROUND_TRIPS(unsigned, BIG, SAME, 0, UINT32_MAX);
    ROUND_TRIPS(int64_t, BIG, SAME, INT64_MIN, INT64_MIN + 1, 0, INT64_MAX);
    ROUND_TRIPS(uint64_t, BIG, SAME, 0, INT64_MAX);
}

static void an_unsigned_beyond_the_database_is_refused_not_cut(void **state)
{
    (void)state;
#define UNSIGNED ((column_type){{"", "BIGINT UNSIGNED", ""}})
    if (suite_which() == SUITE_MYSQL) {
        ROUND_TRIPS(uint64_t, UNSIGNED, SAME, 0, UINT64_MAX);
        return;
    }
    make_table(BIG);
    cn_execute(connection, cn_text("INSERT INTO one_value (v) VALUES (:v)"),
               CN_PARAMS("v", UINT64_MAX));
    assert_false(cn_ok(connection));
    cn_rollback(connection);
    drop_table();
}

static void reals_come_back_to_the_last_bit(void **state)
{
    (void)state;
#define DOUBLES ((column_type){{"DOUBLE", "DOUBLE", "DOUBLE PRECISION"}})
    ROUND_TRIPS(double, DOUBLES, same_double, 0.0, 0.1, -1.0 / 3, DBL_MAX, -DBL_MAX, DBL_MIN,
                DBL_EPSILON, 1e22, 9007199254740993.0);
    ROUND_TRIPS(float, DOUBLES, SAME, 0.0f, 0.1f, FLT_MAX, -FLT_MAX, FLT_MIN, 16777217.0f);
}

static void texts_come_back_whole(void **state)
{
    (void)state;
#define TEXTS ((column_type){{"TEXT", "TEXT", "TEXT"}})
    typedef const char *text;
    ROUND_TRIPS(text, TEXTS, SAME_TEXT, "", " ", "it's", "a\\b\\", "%_?:x$1\"`[]--/*#",
                "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "line\nline\r\n\t", "NULL", "0");
    make_table((column_type){{"TEXT", "LONGTEXT", "TEXT"}});
    static char large[1000001];
    memset(large, 'x', sizeof large - 1);
    cn_result *result = store(CN_VALUE(large));
    assert_string_equal(cn_get_text(result, "v"), large);
    drop_table();
}

static void a_text_longer_than_its_member_is_an_error(void **state)
{
    (void)state;
    typedef struct {
        char v[5];
    } Row;
    Row row;
    make_table(TEXTS);
    cn_close(store(CN_VALUE("four")));
    cn_result *result = cn_execute(connection, cn_text("SELECT v FROM one_value"));
    assert_true(cn_fetch(result, Row, &row, v));
    assert_string_equal(row.v, "four");
    cn_execute(connection, cn_text("UPDATE one_value SET v = 'seven'"));
    result = cn_execute(connection, cn_text("SELECT v FROM one_value"));
    assert_false(cn_fetch(result, Row, &row, v));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
    assert_non_null(strstr(cn_error_message(connection), "char[5]"));
    assert_non_null(strstr(cn_error_message(connection), "5 bytes where 4 fit"));
    cn_rollback(connection);
    drop_table();
}

static bool same_bytes(cn_bytes a, cn_bytes b)
{
    return a.data != NULL && a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static void bytes_come_back_with_their_zeros(void **state)
{
    (void)state;
    static unsigned char all[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)i;
#define BYTES ((column_type){{"BLOB", "BLOB", "BYTEA"}})
    ROUND_TRIPS(cn_bytes, BYTES, same_bytes, {"", 0}, {"\0", 1}, {"a\0b", 3}, {all, sizeof all});
}

static bool same_decimal(cn_decimal a, cn_decimal b)
{
    return strcmp(a.digits, b.digits) == 0;
}

static void decimals_keep_every_digit(void **state)
{
    (void)state;
#define DECIMALS ((column_type){{"NUMERIC", "DECIMAL(38, 9)", "NUMERIC(38, 9)"}})
    if (suite_which() == SUITE_SQLITE) { /* which has none: what a double holds exactly */
        ROUND_TRIPS(cn_decimal, DECIMALS, same_decimal, {"0.1"}, {"-12345678.1234567"}, {"0"},
                    {"0.000001"}, {"9007199254740993"});
        return;
    }
    ROUND_TRIPS(cn_decimal, DECIMALS, same_decimal, {"0.100000000"},
                {"-12345678901234567890123456789.123456789"}, {"99999999999999999999.000000001"});
}

/* Others may have written what is no number of digits: a double reads it. */
static void not_a_number_of_others_reads_as_double_only(void)
{
    typedef struct {
        cn_decimal v;
    } Row;
    Row row;
    cn_execute(connection, cn_text("INSERT INTO one_value (n, v) VALUES (-1, 'NaN')"));
    assert_true(cn_commit(connection));
    cn_result *result = cn_execute(connection, cn_text("SELECT v FROM one_value WHERE n = -1"));
    assert_false(cn_fetch(result, Row, &row, v));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
    assert_ptr_equal(strstr(cn_error_message(connection), "v: "), cn_error_message(connection));
    assert_non_null(strstr(cn_error_message(connection), "NaN as cn_decimal"));
    cn_rollback(connection);
    result = cn_execute(connection, cn_text("SELECT v FROM one_value WHERE n = -1"));
    assert_true(cn_only(result));
    assert_true(isnan(cn_get_double(result, "v")));
    assert_true(cn_ok(connection));
}

static void a_decimal_without_digits_is_refused_before_it_is_sent(void **state)
{
    (void)state;
    static const char *const texts[] = {"NaN", "Infinity", "-Infinity", "inf", "", "twelve", "0x1"};
    make_table(suite_which() == SUITE_POSTGRESQL ? (column_type){{"", "", "NUMERIC"}} : DECIMALS);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cn_execute(connection, cn_text("INSERT INTO one_value (n, v) VALUES (0, :v)"),
                   CN_PARAMS("v", ((cn_decimal){texts[i]})));
        assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
        assert_int_equal(cn_error_sqlstate(connection)[0], '\0'); /* the server never saw it */
        cn_rollback(connection);
        cn_execute_many(connection, cn_text("INSERT INTO one_value (n, v) VALUES (:n, :v)"),
                        CN_PARAMS("n", 0, "v", ((cn_decimal){"1.5"})),
                        CN_PARAMS("n", 0, "v", ((cn_decimal){texts[i]})));
        assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
        cn_rollback(connection);
    }
    if (suite_which() == SUITE_POSTGRESQL) /* the others have none */
        not_a_number_of_others_reads_as_double_only();
    drop_table();
}

static void a_day_that_is_none_is_said_to_be_none(void **state)
{
    (void)state;
    make_table((column_type){{"DATE", "DATE", "DATE"}});
    cn_execute(connection, cn_text("INSERT INTO one_value (n, v) VALUES (0, :v)"),
               CN_PARAMS("v", ((cn_date){2026, 2, 30})));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
    assert_non_null(strstr(cn_error_message(connection),
                           suite_which() == SUITE_SQLITE ? "not in the calendar" : "no such day"));
    cn_rollback(connection);
    drop_table();
}

static bool same_date(cn_date a, cn_date b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

static void dates_and_times_keep_their_microseconds(void **state)
{
    (void)state;
#define DATES ((column_type){{"DATE", "DATE", "DATE"}})
#define TIMES ((column_type){{"TIME", "TIME(6)", "TIME"}})
#define DATETIMES ((column_type){{"DATETIME", "DATETIME(6)", "TIMESTAMP"}})
#define TIMESTAMPS ((column_type){{"TIMESTAMP", "TIMESTAMP(6) NULL", "TIMESTAMPTZ"}})
    ROUND_TRIPS(cn_date, DATES, same_date, {2026, 11, 23}, {1000, 1, 1}, {1969, 12, 31},
                {2024, 2, 29}, {9999, 12, 31});
    ROUND_TRIPS(cn_time, TIMES, SAME_MICROSECONDS, {0}, {1}, {INT64_C(86399999999)},
                {INT64_C(43200000000)});
    ROUND_TRIPS(cn_datetime, DATETIMES, SAME_MICROSECONDS, {0}, {-1}, {1}, {1234567890123456},
                {INT64_C(253402300799999999)}, {INT64_C(-30610224000000000)});
    ROUND_TRIPS(cn_timestamp, TIMESTAMPS, SAME_MICROSECONDS, {1000000}, {1234567890123456},
                {INT64_C(2147483646999999)});
}

static bool same_uuid(cn_uuid a, cn_uuid b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

static void uuids_and_documents_come_back(void **state)
{
    (void)state;
#define UUIDS ((column_type){{"CHAR(36)", "CHAR(36)", "UUID"}})
    ROUND_TRIPS(cn_uuid, UUIDS, same_uuid, {{0}},
                {{0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56, 0x42, 0x66, 0x14,
                  0x17, 0x40, 0xff}});
#define DOCUMENTS ((column_type){{"JSON", "JSON", "JSON"}})
    make_table(DOCUMENTS);
    cn_result *result = store(CN_VALUE(((cn_json){"{\"a\": [1, null, \"x\"]}"})));
    assert_string_equal(cn_get_json(result, "v").text, "{\"a\": [1, null, \"x\"]}");
    result = store(CN_VALUE(((cn_json){"null"}))); /* not NULL */
    assert_false(cn_get_is_null(result, "v"));
    assert_string_equal(cn_get_json(result, "v").text, "null");
    drop_table();
}

static void intervals_keep_their_three_parts(void **state)
{
    (void)state;
    cn_interval given = {.months = 14, .days = -3, .microseconds = 3600000001};
    make_table((column_type){{"TEXT", "VARCHAR(60)", "INTERVAL"}});
    cn_result  *result = store(CN_VALUE(given));
    cn_interval read   = cn_get_interval(result, "v");
    assert_int_equal(read.months, given.months);
    assert_int_equal(read.days, given.days);
    assert_true(read.microseconds == given.microseconds);
    drop_table();
}

/* ---- NULL ------------------------------------------------------------------------------------ */

static void null_goes_in_and_out_of_what_may_be_null(void **state)
{
    (void)state;
    ROUND_TRIPS(CN_OPT(int), BIG, SAME_OPT, {0}, {true, -7}, {true, 0});
    ROUND_TRIPS(CN_OPT(int64_t), BIG, SAME_OPT, {0}, {true, INT64_MAX});
    ROUND_TRIPS(CN_OPT(double), DOUBLES, SAME_OPT, {0}, {true, 0.5});
    ROUND_TRIPS(cn_opt_bool, BOOLEAN, SAME_OPT, {0}, {true, false}, {true, true});
    make_table(TEXTS);
    const char *none = NULL;
    assert_null(cn_get_text(store(CN_VALUE(none)), "v"));
    assert_true(cn_get_is_null(store(cn_value_null()), "v"));
    assert_null(cn_get_bytes(store(CN_VALUE(((cn_bytes){NULL, 0}))), "v").data);
    assert_int_equal(cn_get_value(store(CN_VALUE(NULL)), "v").kind, CN_KIND_NULL);
    drop_table();
}

static void null_in_a_plain_number_is_an_error(void **state)
{
    (void)state;
    make_table(BIG);
    cn_close(store(cn_value_null()));
    assert_true(cn_commit(connection));
    typedef struct {
        int v;
    } Row;
    Row        row    = {9};
    cn_result *result = cn_execute(connection, cn_text("SELECT v FROM one_value"));
    assert_false(cn_fetch(result, Row, &row, v));
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
    assert_non_null(strstr(cn_error_message(connection), "v"));
    cn_rollback(connection);
    result = cn_execute(connection, cn_text("SELECT v FROM one_value"));
    assert_true(cn_next(result));
    assert_true(cn_get_double(result, "v") == 0);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
    cn_rollback(connection);
    drop_table();
}

/* ---- what does not fit ----------------------------------------------------------------------- */

/* The type is called as C calls it. */
static void refuses_as(cn_value value, uint8_t storage, const char *word)
{
    int64_t    target[4] = {-1, -1, -1, -1};
    cn_result *result    = store(value);
    cn_cell_into(result, "v", storage, target);
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_CONVERSION);
    assert_int_equal(*(unsigned char *)target, 0); /* zeroed */
    if (strstr(cn_error_message(connection), word) == NULL)
        fail_msg("'%s' does not say '%s'", cn_error_message(connection), word);
    cn_rollback(connection);
}

static void refuses(cn_value value, uint8_t storage)
{
    refuses_as(value, storage, "cannot take the");
}

static void a_number_that_does_not_fit_is_an_error_not_another_number(void **state)
{
    (void)state;
    make_table(BIG);
    refuses(CN_VALUE(128), CN_STORAGE_INT8);
    refuses(CN_VALUE(-129), CN_STORAGE_INT8);
    refuses(CN_VALUE(-1), CN_STORAGE_UINT8);
    refuses(CN_VALUE(65536), CN_STORAGE_UINT16);
    refuses_as(CN_VALUE(INT64_C(2147483648)), CN_STORAGE_INT32, " as int: ");
    refuses_as(CN_VALUE(-1), CN_STORAGE_UINT32, " as unsigned: ");
    refuses(CN_VALUE(-1), CN_STORAGE_UINT64);
    refuses(CN_VALUE(2), CN_STORAGE_BOOL);
    refuses(CN_VALUE(INT64_MAX), CN_STORAGE_DOUBLE);
    drop_table();
    make_table(DOUBLES);
    refuses(CN_VALUE(0.5), CN_STORAGE_INT32);
    refuses(CN_VALUE(1e300), CN_STORAGE_INT64);
    drop_table();
    make_table(TEXTS);
    refuses(CN_VALUE("twelve"), CN_STORAGE_INT32);
    refuses(CN_VALUE("2026-13-01"), CN_STORAGE_DATE);
    drop_table();
}

static void any_type_reads_as_text(void **state)
{
    (void)state;
    make_table(BIG);
    assert_string_equal(cn_get_text(store(CN_VALUE(-12)), "v"), "-12");
    drop_table();
    make_table(DOUBLES);
    assert_string_equal(cn_get_text(store(CN_VALUE(0.1)), "v"), "0.1");
    drop_table();
    make_table(DATES);
    assert_string_equal(cn_get_text(store(CN_VALUE(cn_date_make(2026, 11, 23))), "v"),
                        "2026-11-23");
    drop_table();
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, connect_to_it, disconnect)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(integers_come_back_at_their_ends),
        TEST(an_unsigned_beyond_the_database_is_refused_not_cut),
        TEST(reals_come_back_to_the_last_bit),
        TEST(texts_come_back_whole),
        TEST(a_text_longer_than_its_member_is_an_error),
        TEST(bytes_come_back_with_their_zeros),
        TEST(decimals_keep_every_digit),
        TEST(a_decimal_without_digits_is_refused_before_it_is_sent),
        TEST(a_day_that_is_none_is_said_to_be_none),
        TEST(dates_and_times_keep_their_microseconds),
        TEST(uuids_and_documents_come_back),
        TEST(intervals_keep_their_three_parts),
        TEST(null_goes_in_and_out_of_what_may_be_null),
        TEST(null_in_a_plain_number_is_an_error),
        TEST(a_number_that_does_not_fit_is_an_error_not_another_number),
        TEST(any_type_reads_as_text),
    };
    return suite_main("values", tests);
}
