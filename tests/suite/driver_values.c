/*
 * suite/driver_values.c: what every driver must do with values, asked of its table of functions
 * directly: each kind goes in and comes out the same, into a struct, too, or is refused.
 */
#include <math.h>

#include "suite/driver_fixture.h"

/* ---- values ---------------------------------------------------------------------------------- */

typedef struct row_of_all {
    bool         yes;
    int32_t      whole;
    int64_t      big;
    double       real;
    const char  *words;
    cn_bytes     bytes;
    cn_decimal   price;
    cn_date      day;
    cn_time      hour;
    cn_datetime  wall;
    cn_timestamp instant;
    cn_interval  span;
    cn_uuid      uuid;
    cn_json      document;
} row_of_all;

static const cn_decode plan_of_all[] = {
    STEP_(row_of_all, yes, 0),   STEP_(row_of_all, whole, 1),     STEP_(row_of_all, big, 2),
    STEP_(row_of_all, real, 3),  STEP_(row_of_all, words, 4),     STEP_(row_of_all, bytes, 5),
    STEP_(row_of_all, price, 6), STEP_(row_of_all, day, 7),       STEP_(row_of_all, hour, 8),
    STEP_(row_of_all, wall, 9),  STEP_(row_of_all, instant, 10),  STEP_(row_of_all, span, 11),
    STEP_(row_of_all, uuid, 12), STEP_(row_of_all, document, 13),
};

static void make_values(fixture *f)
{
    char columns[1024];
    (void)snprintf(columns, sizeof columns,
                   "id INTEGER NOT NULL PRIMARY KEY, yes %s, whole INTEGER, big BIGINT, real_ %s, "
                   "words %s, bytes %s, price NUMERIC(12, 2), day DATE, hour_ %s, wall %s, "
                   "instant %s, span %s, uuid_ %s, document JSON",
                   f->types->boolean, f->types->real, f->types->text, f->types->bytes,
                   f->types->time, f->types->datetime, f->types->timestamp, f->types->interval,
                   f->types->uuid);
    make_table(f, "driver_value", columns);
}

static const char insert_all[] = "INSERT INTO driver_value VALUES "
                                 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char select_all[] =
    "SELECT yes, whole, big, real_, words, bytes, price, day, hour_, wall, instant, span, uuid_, "
    "document FROM driver_value WHERE id = ?";

static void write_all(fixture *f, int id, const row_of_all *row)
{
    cn_value values[15] = {cn_value_int(id)};
    for (size_t i = 0; i < COUNT(plan_of_all); i++) {
        must(f, cn_convert_load(&plan_of_all[i], row, &values[i + 1], &f->error), "load");
        if (values[i + 1].kind == CN_KIND_TEXT || values[i + 1].kind == CN_KIND_DECIMAL ||
            values[i + 1].kind == CN_KIND_JSON)
            values[i + 1].as.text.size = strlen(values[i + 1].as.text.data);
    }
    assert_int_equal(change(f, insert_all, values, COUNT(values)), 1);
}

static void read_all(fixture *f, int id, row_of_all *row)
{
    cn_value     key      = cn_value_int(id);
    cn_prepared *prepared = prepare(f, select_all);
    execute(f, prepared, &key, 1);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    must(f, decode(f, prepared, plan_of_all, COUNT(plan_of_all), row), "decode");
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    release(f, prepared);
}

/* A database without a decimal type may give 12.5 for 12.50. */
static void assert_same_decimal(const char *is, const char *wanted)
{
    assert_non_null(is);
    size_t size = strlen(is);
    while (strchr(is, '.') != NULL && strlen(wanted) < size && is[size - 1] == '0')
        size--;
    if (is[size - 1] == '.')
        size--;
    if (size != strlen(wanted) || memcmp(is, wanted, size) != 0)
        fail_msg("the decimal is %s, not %s", is, wanted);
}

static void assert_same_row(const row_of_all *is, const row_of_all *wanted)
{
    assert_int_equal(is->yes, wanted->yes);
    assert_int_equal(is->whole, wanted->whole);
    assert_true(is->big == wanted->big);
    assert_true(is->real == wanted->real);
    assert_string_equal(is->words, wanted->words);
    assert_int_equal(is->bytes.size, wanted->bytes.size);
    assert_non_null(is->bytes.data);
    assert_memory_equal(is->bytes.data, wanted->bytes.data, wanted->bytes.size);
    assert_same_decimal(is->price.digits, wanted->price.digits);
    assert_memory_equal(&is->day, &wanted->day, sizeof is->day);
    assert_true(is->hour.microseconds == wanted->hour.microseconds);
    assert_true(is->wall.microseconds == wanted->wall.microseconds);
    assert_true(is->instant.microseconds == wanted->instant.microseconds);
    assert_int_equal(is->span.months, wanted->span.months);
    assert_int_equal(is->span.days, wanted->span.days);
    assert_true(is->span.microseconds == wanted->span.microseconds);
    assert_memory_equal(&is->uuid, &wanted->uuid, sizeof is->uuid);
    assert_string_equal(is->document.text, wanted->document.text);
}

static void what_goes_in_comes_out_the_same(void **state)
{
    fixture   *f      = *state;
    row_of_all row    = {0};
    row_of_all rows[] = {
        {true,
         -42,
         INT64_MAX,
         0.1,
         "na\xc3\xafve \xf0\x9f\x90\x98 'quoted' \\ back",
         {"\0\xff'\\\n", 5},
         {"-1234.5"},
         {2026, 2, 28},
         cn_time_make(14, 5, 6, 7),
         cn_datetime_make(2026, 11, 23, 23, 59, 59, 999999),
         {INT64_C(1795432106000007)},
         {14, 3, INT64_C(3723500000)},
         {{0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90,
           0x12}},
         {"{\"a\": 1}"}},
        {false,
         INT32_MIN,
         INT64_MIN,
         -1.7976931348623157e308,
         "",
         {"", 0},
         {"9999999999.99"},
         {9999, 12, 31},
         cn_time_make(23, 59, 59, 999999),
         cn_datetime_make(9999, 12, 31, 23, 59, 59, 999999),
         {INT64_C(86400000000)},
         {0, -1, -1},
         {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
           0xff}},
         {"[\"\\u00e9\"]"}},
    };
    make_values(f);
    for (int i = 0; i < (int)COUNT(rows); i++) {
        write_all(f, i, &rows[i]);
        read_all(f, i, &row);
        if (i == 0 || f->link->product != CN_PRODUCT_MYSQL) /* which writes JSON in its own way */
            assert_same_row(&row, &rows[i]);
    }
}

typedef struct row_of_nulls {
    CN_OPT(bool)         yes;
    CN_OPT(int)          whole;
    CN_OPT(int64_t)      big;
    CN_OPT(double)       real;
    const char          *words;
    cn_bytes             bytes;
    cn_decimal           price;
    CN_OPT(cn_date)      day;
    CN_OPT(cn_time)      hour;
    CN_OPT(cn_datetime)  wall;
    CN_OPT(cn_timestamp) instant;
    CN_OPT(cn_interval)  span;
    CN_OPT(cn_uuid)      uuid;
    cn_json              document;
} row_of_nulls;

static const cn_decode plan_of_nulls[] = {
    STEP_(row_of_nulls, yes, 0),   STEP_(row_of_nulls, whole, 1),     STEP_(row_of_nulls, big, 2),
    STEP_(row_of_nulls, real, 3),  STEP_(row_of_nulls, words, 4),     STEP_(row_of_nulls, bytes, 5),
    STEP_(row_of_nulls, price, 6), STEP_(row_of_nulls, day, 7),       STEP_(row_of_nulls, hour, 8),
    STEP_(row_of_nulls, wall, 9),  STEP_(row_of_nulls, instant, 10),  STEP_(row_of_nulls, span, 11),
    STEP_(row_of_nulls, uuid, 12), STEP_(row_of_nulls, document, 13),
};

static void null_comes_back_as_null(void **state)
{
    fixture     *f          = *state;
    cn_value     values[15] = {cn_value_int(1)};
    row_of_nulls row, zero;
    memset(&row, 0x55, sizeof row);
    memset(&zero, 0, sizeof zero);
    make_values(f);
    assert_int_equal(change(f, insert_all, values, COUNT(values)), 1);
    cn_prepared *prepared = prepare(f, select_all);
    execute(f, prepared, values, 1);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    must(f, decode(f, prepared, plan_of_nulls, COUNT(plan_of_nulls), &row), "decode");
    assert_false(row.yes.set || row.whole.set || row.big.set || row.real.set || row.day.set ||
                 row.hour.set || row.wall.set || row.instant.set || row.span.set || row.uuid.set);
    assert_null(row.words);
    assert_null(row.bytes.data);
    assert_null(row.price.digits);
    assert_null(row.document.text);
    for (size_t i = 0; i < COUNT(plan_of_nulls); i++) {
        cn_value value;
        must(f, f->driver->read(prepared, i, &value, &f->error), "read");
        assert_int_equal(value.kind, CN_KIND_NULL);
    }
    release(f, prepared);
}

static void a_set_opt_comes_back_set(void **state)
{
    fixture     *f       = *state;
    row_of_all   written = {.yes      = true,
                            .whole    = 7,
                            .big      = 8,
                            .real     = 2.5,
                            .words    = "w",
                            .bytes    = {"b", 1},
                            .price    = {"1"},
                            .day      = {2000, 2, 29},
                            .hour     = {1},
                            .wall     = {2},
                            .instant  = {INT64_C(86400000003)},
                            .span     = {1, 2, 3},
                            .uuid     = {{9}},
                            .document = {"{}"}};
    row_of_nulls row;
    cn_value     key = cn_value_int(1);
    make_values(f);
    write_all(f, 1, &written);
    cn_prepared *prepared = prepare(f, select_all);
    execute(f, prepared, &key, 1);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    must(f, decode(f, prepared, plan_of_nulls, COUNT(plan_of_nulls), &row), "decode");
    release(f, prepared);
    assert_true(row.yes.set && row.yes.value);
    assert_true(row.whole.set && row.whole.value == 7);
    assert_true(row.big.set && row.big.value == 8);
    assert_true(row.real.set && row.real.value == 2.5);
    assert_true(row.day.set && row.day.value.day == 29);
    assert_true(row.hour.set && row.hour.value.microseconds == 1);
    assert_true(row.wall.set && row.wall.value.microseconds == 2);
    assert_true(row.instant.set && row.instant.value.microseconds == INT64_C(86400000003));
    assert_true(row.span.set && row.span.value.days == 2);
    assert_true(row.uuid.set && row.uuid.value.bytes[0] == 9);
}

/* Executes `sql`, and decodes its one cell into a member of this storage: the cause of failure. */
static cn_cause cause_of_decoding(fixture *f, const char *sql, uint8_t storage, uint32_t size)
{
    char         member[64];
    cn_decode    plan     = {.size = size, .storage = storage, .name = "Thing.member"};
    cn_prepared *prepared = prepare(f, sql);
    memset(member, 0x55, sizeof member);
    execute(f, prepared, NULL, 0);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    bool good = decode(f, prepared, &plan, 1, member);
    release(f, prepared);
    if (good)
        fail_msg("%s fits into storage %d", sql, storage);
    for (uint32_t i = 0; i < size; i++)
        assert_int_equal(member[i], 0);
    cn_cause cause = failed(f);
    assert_non_null(strstr(f->message, "Thing.member"));
    return cause;
}

static void a_member_that_cannot_hold_the_value_is_an_error_that_names_it(void **state)
{
    static const struct {
        const char *sql;
        uint8_t     storage;
        uint8_t     size;
    } cases[] = {
        {"SELECT whole FROM driver_value", CN_STORAGE_INT8, 1},
        {"SELECT whole FROM driver_value", CN_STORAGE_UINT8, 1},
        {"SELECT whole FROM driver_value", CN_STORAGE_INT16, 2},
        {"SELECT whole FROM driver_value", CN_STORAGE_UINT16, 2},
        {"SELECT whole FROM driver_value", CN_STORAGE_UINT32, 4},
        {"SELECT whole FROM driver_value", CN_STORAGE_UINT64, 8},
        {"SELECT whole FROM driver_value", CN_STORAGE_BOOL, 1},
        {"SELECT whole FROM driver_value", CN_STORAGE_DATE, sizeof(cn_date)},
        {"SELECT big FROM driver_value", CN_STORAGE_INT32, 4},
        {"SELECT big FROM driver_value", CN_STORAGE_DOUBLE, 8},
        {"SELECT real_ FROM driver_value", CN_STORAGE_INT32, 4},
        {"SELECT real_ FROM driver_value", CN_STORAGE_INT64, 8},
        {"SELECT words FROM driver_value", CN_STORAGE_INT32, 4},
        {"SELECT words FROM driver_value", CN_STORAGE_INT64, 8},
        {"SELECT words FROM driver_value", CN_STORAGE_BOOL, 1},
        {"SELECT words FROM driver_value", CN_STORAGE_DOUBLE, 8},
        {"SELECT words FROM driver_value", CN_STORAGE_DATETIME, 8},
        {"SELECT words FROM driver_value", CN_STORAGE_UUID, 16},
        {"SELECT words FROM driver_value", CN_STORAGE_CHARS, 7},
        {"SELECT bytes FROM driver_value", CN_STORAGE_INT32, 4},
        {"SELECT price FROM driver_value", CN_STORAGE_INT32, 4}, /* NULL, as all that follow */
        {"SELECT price FROM driver_value", CN_STORAGE_DOUBLE, 8},
        {"SELECT price FROM driver_value", CN_STORAGE_BOOL, 1},
        {"SELECT price FROM driver_value", CN_STORAGE_INT64, 8},
        {"SELECT price FROM driver_value", CN_STORAGE_DATE, sizeof(cn_date)},
        {"SELECT price FROM driver_value", CN_STORAGE_CHARS, 7},
    };
    fixture *f          = *state;
    cn_value values[15] = {cn_value_int(1)};
    values[2]           = cn_value_int(-70000);
    values[3]           = cn_value_int(INT64_MAX - 1);
    values[4]           = cn_value_real(1.5);
    values[5]           = text("letters");
    values[6]           = cn_value_bytes((cn_bytes){"\xff", 1});
    make_values(f);
    assert_int_equal(change(f, insert_all, values, COUNT(values)), 1);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(cause_of_decoding(f, cases[i].sql, cases[i].storage, cases[i].size),
                         CN_CAUSE_CONVERSION);
}

static void a_text_fits_into_an_array_with_its_nul(void **state)
{
    fixture  *f = *state;
    char      member[8];
    cn_decode plan = {.size = sizeof member, .storage = CN_STORAGE_CHARS, .name = "Thing.member"};
    cn_value  values[2] = {cn_value_int(1), text("letters")};
    make_items(f);
    (void)change(f, "INSERT INTO driver_item (code, note) VALUES (?, ?)", values, 2);
    cn_prepared *prepared = prepare(f, "SELECT note FROM driver_item");
    execute(f, prepared, NULL, 0);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    must(f, decode(f, prepared, &plan, 1, member), "decode");
    assert_string_equal(member, "letters");
    release(f, prepared);
}

static void an_enumeration_is_stored_as_the_index_of_its_label(void **state)
{
    static const char *const labels[] = {"draft", "published", NULL};
    fixture                 *f        = *state;
    int                      member   = -1;
    cn_decode                plan     = {
                           .size    = sizeof member,
                           .storage = CN_STORAGE_INT32,
                           .name    = "Post.state",
                           .labels  = labels,
    };
    cn_value values[2] = {cn_value_int(1), text("published")};
    make_items(f);
    (void)change(f, "INSERT INTO driver_item (code, note) VALUES (?, ?)", values, 2);
    cn_prepared *prepared = prepare(f, "SELECT note FROM driver_item");
    execute(f, prepared, NULL, 0);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    must(f, decode(f, prepared, &plan, 1, &member), "decode");
    assert_int_equal(member, 1);
    release(f, prepared);
    (void)change(f, "UPDATE driver_item SET note = 'gone'", NULL, 0);
    prepared = prepare(f, "SELECT note FROM driver_item");
    execute(f, prepared, NULL, 0);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    assert_false(decode(f, prepared, &plan, 1, &member));
    release(f, prepared);
    (void)failed(f);
    assert_non_null(strstr(f->message, "Post.state"));
    prepared = prepare(f, "SELECT code FROM driver_item"); /* 1 is an index, and no label */
    execute(f, prepared, NULL, 0);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    assert_false(decode(f, prepared, &plan, 1, &member));
    release(f, prepared);
    (void)failed(f);
}

/* Writes one value into the column of driver_value and reads it back: false if it was refused. */
static bool round_trip(fixture *f, const char *column, cn_value value, cn_prepared **reading,
                       cn_value *back)
{
    char         sql[128];
    cn_value     values[2] = {cn_value_int(1), value};
    cn_execution execution = {0};
    make_values(f);
    (void)snprintf(sql, sizeof sql, "INSERT INTO driver_value (id, %s) VALUES (?, ?)", column);
    cn_prepared *prepared = prepare(f, sql);
    bool         good     = f->driver->execute(prepared, values, 2, &execution, &f->error);
    release(f, prepared);
    if (!good)
        return false;
    (void)snprintf(sql, sizeof sql, "SELECT %s FROM driver_value", column);
    *reading = prepare(f, sql);
    execute(f, *reading, NULL, 0);
    assert_int_equal(step(f, *reading), CN_STEP_ROW);
    must(f, f->driver->read(*reading, 0, back, &f->error), sql);
    return true;
}

static bool is_refusal(cn_cause cause)
{
    return cause == CN_CAUSE_CONVERSION || cause == CN_CAUSE_DATA;
}

static void a_nul_byte_in_text_is_refused_or_comes_back(void **state)
{
    fixture     *f = *state;
    cn_prepared *prepared;
    cn_value     back;
    if (round_trip(f, "words", cn_value_text_sized("a\0b", 3), &prepared, &back)) {
        assert_int_equal(back.as.text.size, 3);
        assert_memory_equal(back.as.text.data, "a\0b", 3);
        release(f, prepared);
    } else {
        assert_true(is_refusal(failed(f)));
    }
}

static void numbers_at_the_edge_are_refused_or_come_back(void **state)
{
    fixture     *f       = *state;
    const double reals[] = {NAN, INFINITY, -INFINITY};
    cn_prepared *prepared;
    cn_value     back;
    for (size_t i = 0; i < COUNT(reals); i++) {
        if (round_trip(f, "real_", cn_value_real(reals[i]), &prepared, &back)) {
            assert_int_equal(back.kind, CN_KIND_REAL);
            assert_true(isnan(reals[i]) ? isnan(back.as.real) : back.as.real == reals[i]);
            release(f, prepared);
        } else {
            assert_true(is_refusal(failed(f)));
        }
    }
    assert_false(round_trip(f, "big", cn_value_uint(UINT64_MAX), &prepared, &back));
    assert_true(is_refusal(failed(f)));
    assert_true(round_trip(f, "big", cn_value_uint(INT64_MAX), &prepared, &back));
    assert_true(back.kind == CN_KIND_INTEGER && back.as.integer == INT64_MAX);
    release(f, prepared);
}

static void a_mebibyte_of_text_and_of_bytes_comes_back(void **state)
{
    const size_t size  = 1 << 20;
    fixture     *f     = *state;
    char        *large = malloc(size);
    cn_prepared *prepared;
    cn_value     back;
    assert_non_null(large);
    for (size_t i = 0; i < size; i++)
        large[i] = (char)('a' + i % 23);
    must(f, round_trip(f, "words", cn_value_text_sized(large, size), &prepared, &back), "text");
    assert_int_equal(back.kind, CN_KIND_TEXT);
    assert_int_equal(back.as.text.size, size);
    assert_memory_equal(back.as.text.data, large, size);
    release(f, prepared);
    for (size_t i = 0; i < size; i++)
        large[i] = (char)(i % 251);
    must(f, round_trip(f, "bytes", cn_value_bytes((cn_bytes){large, size}), &prepared, &back),
         "bytes");
    assert_int_equal(back.kind, CN_KIND_BYTES);
    assert_int_equal(back.as.bytes.size, size);
    assert_memory_equal(back.as.bytes.data, large, size);
    release(f, prepared);
    free(large);
}

static void a_row_may_have_a_hundred_columns(void **state)
{
    enum { COLUMNS = 100 };
    fixture  *f             = *state;
    char      columns[4096] = "", insert[4096] = "INSERT INTO driver_value VALUES (";
    int       numbers[COLUMNS];
    cn_value  values[COLUMNS];
    cn_decode plan[COLUMNS];
    for (uint32_t i = 0; i < COLUMNS; i++) {
        (void)snprintf(columns + strlen(columns), sizeof columns - strlen(columns),
                       "%scolumn_%u INTEGER", i > 0 ? ", " : "", i);
        (void)snprintf(insert + strlen(insert), sizeof insert - strlen(insert), "%s?%s",
                       i > 0 ? ", " : "", i == COLUMNS - 1 ? ")" : "");
        values[i] = cn_value_int((int)i * 7);
        plan[i]   = (cn_decode){.column  = i,
                                .offset  = (uint32_t)(i * sizeof(int)),
                                .size    = sizeof(int),
                                .storage = CN_STORAGE_INT32,
                                .name    = "number"};
    }
    make_table(f, "driver_value", columns);
    assert_int_equal(change(f, insert, values, COLUMNS), 1);
    cn_prepared *prepared = prepare(f, "SELECT * FROM driver_value");
    execute(f, prepared, NULL, 0);
    assert_int_equal(prepared->column_count, COLUMNS);
    assert_string_equal(prepared->columns[0].name, "column_0");
    assert_string_equal(prepared->columns[COLUMNS - 1].name, "column_99");
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    must(f, decode(f, prepared, plan, COLUMNS, numbers), "decode");
    for (int i = 0; i < COLUMNS; i++)
        assert_int_equal(numbers[i], i * 7);
    release(f, prepared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_goes_in_comes_out_the_same),
        TEST(null_comes_back_as_null),
        TEST(a_set_opt_comes_back_set),
        TEST(a_member_that_cannot_hold_the_value_is_an_error_that_names_it),
        TEST(a_text_fits_into_an_array_with_its_nul),
        TEST(an_enumeration_is_stored_as_the_index_of_its_label),
        TEST(a_nul_byte_in_text_is_refused_or_comes_back),
        TEST(numbers_at_the_edge_are_refused_or_come_back),
        TEST(a_mebibyte_of_text_and_of_bytes_comes_back),
        TEST(a_row_may_have_a_hundred_columns),
    };
    return cmocka_run_group_tests_name("driver values", tests, NULL, NULL) == 0 ? EXIT_SUCCESS
                                                                                : EXIT_FAILURE;
}
