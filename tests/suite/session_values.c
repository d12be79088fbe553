/*
 * Every type of member, through a model: what is stored comes back the same in another session,
 * NULL
 * where it may be, and a change of any of them is found.
 */
#include "suite.h"
#include "blog.h"

#include <float.h>

enum colour { RED, GREEN, BLUE };

typedef struct Every {
    int                 id;
    bool                flag;
    int8_t              tiny;
    uint8_t             utiny;
    int16_t             small;
    uint16_t            usmall;
    int32_t             plain;
    uint32_t            uplain;
    int64_t             big;
    uint64_t            ubig;
    float               real;
    double              precise;
    const char         *text;
    char                chars[12];
    cn_bytes            bytes;
    cn_decimal          decimal;
    cn_date             day;
    cn_time             hour;
    cn_datetime         wall;
    cn_timestamp        instant;
    cn_interval         span;
    cn_uuid             uuid;
    cn_json             json;
    enum colour         colour;
    CN_OPT(bool)        opt_flag;
    CN_OPT(int8_t)      opt_tiny;
    CN_OPT(int)         opt_plain;
    CN_OPT(int64_t)     opt_big;
    CN_OPT(double)      opt_precise;
    CN_OPT(cn_date)     opt_day;
    CN_OPT(cn_datetime) opt_wall;
    CN_OPT(cn_interval) opt_span;
    CN_OPT(cn_uuid)     opt_uuid;
} Every;

CN_MODEL(Every, "every_type")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(flag);
    CN_COLUMN(tiny);
    CN_COLUMN(utiny);
    CN_COLUMN(small);
    CN_COLUMN(usmall);
    CN_COLUMN(plain);
    CN_COLUMN(uplain);
    CN_COLUMN(big);
    CN_COLUMN(ubig);
    CN_COLUMN(real, .name = "real_number");
    CN_COLUMN(precise, .name = "precise_number");
    CN_COLUMN(text, .type = CN_STRING(50));
    CN_COLUMN(chars);
    CN_COLUMN(bytes);
    CN_COLUMN(decimal, .name = "exact_number", .type = CN_NUMERIC(12, 2));
    CN_COLUMN(day, .name = "some_day");
    CN_COLUMN(hour, .name = "some_hour");
    CN_COLUMN(wall);
    CN_COLUMN(instant);
    CN_COLUMN(span);
    CN_COLUMN(uuid, .name = "some_uuid");
    CN_COLUMN(json, .name = "document");
    CN_COLUMN(colour, .type = CN_ENUM("red", "green", "blue"));
    CN_COLUMN(opt_flag);
    CN_COLUMN(opt_tiny);
    CN_COLUMN(opt_plain);
    CN_COLUMN(opt_big);
    CN_COLUMN(opt_precise);
    CN_COLUMN(opt_day);
    CN_COLUMN(opt_wall);
    CN_COLUMN(opt_span);
    CN_COLUMN(opt_uuid);
}

CN_METADATA(Values, &Every_model);

static int open_values(void **state)
{
    (void)state;
    return blog_open_with(&Values);
}

static int close_values(void **state)
{
    (void)state;
    return blog_close_with(&Values);
}

static Every example(void)
{
    static const unsigned char bytes[] = {0, 1, 255, 0, 'x'};
    return (Every){
        .flag    = true,
        .tiny    = INT8_MIN,
        .utiny   = UINT8_MAX,
        .small   = INT16_MIN,
        .usmall  = UINT16_MAX,
        .plain   = INT32_MIN,
        .uplain  = UINT32_MAX,
        .big     = INT64_MIN,
        .ubig    = suite_which() == SUITE_SQLITE ? INT64_MAX : UINT64_MAX,
        .real    = 0.1f,
        .precise = 0.1,
        .text    = "Grüße, \U0001F600",
        .chars   = "in struct",
        .bytes   = {bytes, sizeof bytes},
        .decimal = {"-1234567.89"},
        .day     = cn_date_make(2024, 2, 29),
        .hour    = cn_time_make(23, 59, 59, 999999),
        .wall    = cn_datetime_make(1999, 12, 31, 23, 59, 59, 123456),
        .instant = {1700000000123456},
        .span    = {14, -3, 5000001},
        .uuid    = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}},
        .json    = {"{\"a\": [1, null]}"},
        .colour  = BLUE,
    };
}

static void set_opts(Every *every)
{
    every->opt_flag    = cn_some(bool, false);
    every->opt_tiny    = cn_some(int8_t, 0);
    every->opt_plain   = cn_some(int, 0);
    every->opt_big     = cn_some(int64_t, INT64_MAX);
    every->opt_precise = cn_some(double, DBL_MAX);
    every->opt_day     = cn_some(cn_date, cn_date_make(1, 1, 1));
    every->opt_wall    = cn_some(cn_datetime, cn_datetime_make(2000, 1, 1, 0, 0, 0, 0));
    every->opt_span    = cn_some(cn_interval, ((cn_interval){0, 0, 0}));
    every->opt_uuid    = cn_some(cn_uuid, ((cn_uuid){{0}}));
}

static void assert_plain_equal(const Every *a, const Every *b)
{
    assert_int_equal(a->flag, b->flag);
    assert_int_equal(a->tiny, b->tiny);
    assert_int_equal(a->utiny, b->utiny);
    assert_int_equal(a->small, b->small);
    assert_int_equal(a->usmall, b->usmall);
    assert_int_equal(a->plain, b->plain);
    assert_int_equal(a->uplain, b->uplain);
    assert_true(a->big == b->big);
    assert_true(a->ubig == b->ubig);
    assert_memory_equal(&a->real, &b->real, sizeof a->real);
    assert_memory_equal(&a->precise, &b->precise, sizeof a->precise);
    assert_string_equal(a->text, b->text);
    assert_string_equal(a->chars, b->chars);
    assert_int_equal(a->bytes.size, b->bytes.size);
    assert_memory_equal(a->bytes.data, b->bytes.data, a->bytes.size);
    assert_string_equal(a->decimal.digits, b->decimal.digits);
    assert_memory_equal(&a->day, &b->day, sizeof a->day);
    assert_memory_equal(&a->hour, &b->hour, sizeof a->hour);
    assert_memory_equal(&a->wall, &b->wall, sizeof a->wall);
    assert_memory_equal(&a->instant, &b->instant, sizeof a->instant);
    assert_memory_equal(&a->span, &b->span, sizeof a->span);
    assert_memory_equal(&a->uuid, &b->uuid, sizeof a->uuid);
    assert_string_equal(a->json.text, b->json.text);
    assert_int_equal(a->colour, b->colour);
}

static void assert_opts_equal(const Every *a, const Every *b)
{
    assert_int_equal(a->opt_flag.set, b->opt_flag.set);
    assert_int_equal(a->opt_tiny.set, b->opt_tiny.set);
    assert_int_equal(a->opt_plain.set, b->opt_plain.set);
    assert_int_equal(a->opt_big.set, b->opt_big.set);
    assert_int_equal(a->opt_precise.set, b->opt_precise.set);
    assert_int_equal(a->opt_day.set, b->opt_day.set);
    assert_int_equal(a->opt_wall.set, b->opt_wall.set);
    assert_int_equal(a->opt_span.set, b->opt_span.set);
    assert_int_equal(a->opt_uuid.set, b->opt_uuid.set);
    if (!a->opt_flag.set)
        return;
    assert_int_equal(a->opt_flag.value, b->opt_flag.value);
    assert_int_equal(a->opt_tiny.value, b->opt_tiny.value);
    assert_int_equal(a->opt_plain.value, b->opt_plain.value);
    assert_true(a->opt_big.value == b->opt_big.value);
    assert_memory_equal(&a->opt_precise.value, &b->opt_precise.value, sizeof(double));
    assert_memory_equal(&a->opt_day.value, &b->opt_day.value, sizeof(cn_date));
    assert_memory_equal(&a->opt_wall.value, &b->opt_wall.value, sizeof(cn_datetime));
    assert_memory_equal(&a->opt_span.value, &b->opt_span.value, sizeof(cn_interval));
    assert_memory_equal(&a->opt_uuid.value, &b->opt_uuid.value, sizeof(cn_uuid));
}

/* Stores a struct by value, changes nothing, loads it, and adds a copy as an instance. */
static void round_trip(Every every)
{
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Every, &every, 1), 1);
        assert_true(cn_commit(session));
        Every *loaded = cn_get(session, Every, every.id);
        blog_well(session);
        assert_plain_equal(loaded, &every);
        assert_opts_equal(loaded, &every);
        Every *copy = cn_copy(loaded);
        copy->id    = 0;
        cn_add(session, copy);
        if (!cn_commit(session))
            fail_msg("%s", cn_error_message(session));
        int id = copy->id;
        assert_true(cn_refresh(session, copy));
        assert_plain_equal(copy, &every);
        blog_forget();
        assert_true(cn_commit(session)); /* what was read is not found changed */
        assert_int_equal(blog_statements(), 0);
        cn_session_reset(session);
        assert_opts_equal(cn_get(session, Every, id), &every);
    }
}

static void every_type_comes_back_as_it_went_in(void **state)
{
    (void)state;
    Every every = example();
    round_trip(every);
    set_opts(&every);
    every.id = 0;
    round_trip(every);
}

static void pointers_may_be_null(void **state)
{
    (void)state;
    Every every = example();
    CN_SESSION(session, blog) {
        every.text           = NULL;
        every.bytes          = (cn_bytes){0};
        every.decimal.digits = NULL;
        every.json.text      = NULL;
        assert_int_equal(cn_insert_rows(session, Every, &every, 1), 1);
        Every *loaded = cn_get(session, Every, every.id);
        blog_well(session);
        assert_null(loaded->text);
        assert_null(loaded->bytes.data);
        assert_null(loaded->decimal.digits);
        assert_null(loaded->json.text);
        assert_true(cn_commit(session));
    }
}

static void a_decimal_that_is_none_names_its_member(void **state)
{
    (void)state;
    static const char *const texts[] = {"NaN", "-Infinity", "twelve", "", "1,5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        CN_SESSION(session, blog) {
            Every every          = example();
            every.decimal.digits = texts[i];
            assert_int_equal(cn_insert_rows(session, Every, &every, 1), -1);
            blog_error(session, CN_CAUSE_CONVERSION, "Every.decimal", "no decimal number");
        }
    }
}

static void bytes_and_empty_bytes_are_told_apart_and_copied(void **state)
{
    (void)state;
    Every every = example();
    CN_SESSION(session, blog) {
        every.bytes = (cn_bytes){"", 0};
        assert_int_equal(cn_insert_rows(session, Every, &every, 1), 1);
        Every *loaded = cn_get(session, Every, every.id);
        blog_well(session);
        assert_non_null(loaded->bytes.data);
        assert_int_equal(loaded->bytes.size, 0);
        char buffer[4] = {0, 1, 2, 0};
        assert_true(cn_set(loaded, bytes, ((cn_bytes){buffer, 4})));
        buffer[1] = 9;
        assert_true(cn_commit(session));
        assert_true(cn_refresh(session, loaded));
        assert_int_equal(loaded->bytes.size, 4);
        assert_int_equal(((const char *)loaded->bytes.data)[1], 1);
    }
}

static void each_change_is_one_column(void **state)
{
    (void)state;
    Every every = example();
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Every, &every, 1), 1);
        Every *it  = cn_get(session, Every, every.id);
        it->colour = GREEN;
        assert_true(cn_flush(session));
        assert_int_equal(blog_said("SET colour"), 1);
        it->day.day = 28;
        assert_true(cn_flush(session));
        assert_int_equal(blog_said("SET some_day"), 1);
        it->uuid.bytes[15] = 0;
        assert_true(cn_flush(session));
        assert_int_equal(blog_said("SET some_uuid"), 1);
        it->json.text = "[]";
        assert_true(cn_flush(session));
        assert_int_equal(blog_said("SET document"), 1);
        it->real = 0.5f;
        assert_true(cn_flush(session));
        assert_int_equal(blog_said("SET real_number"), 1);
        assert_int_equal(blog_said("UPDATE"), 5);
        assert_true(cn_commit(session));
    }
    assert_string_equal(blog_text("SELECT colour FROM every_type"), "green");
}

static void an_enumeration_without_a_label_is_refused(void **state)
{
    (void)state;
    Every every = example();
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Every, &every, 1), 1);
        assert_true(cn_commit(session));
        Every *it  = cn_get(session, Every, every.id);
        it->colour = (enum colour)7;
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_CONVERSION, "Every.colour", NULL);
        cn_rollback(session);
        assert_int_equal(it->colour, BLUE);
    }
}

static void a_day_that_nobody_assigned_names_its_member(void **state)
{
    (void)state;
    Every every = example();
    every.day   = (cn_date){0};
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Every, &every, 1), -1);
        blog_error(session, CN_CAUSE_CONVERSION, "Every.day: there is no day 0000-00-00",
                   "CN_OPT(cn_date)");
        cn_rollback(session);
        cn_add(session, cn_new(Every, .text = "zeros", .decimal = {"1"}, .json = {"1"}));
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_CONVERSION, "Every.day: there is no day 0000-00-00", NULL);
    }
}

int main(void)
{
#define VALUES(name) cmocka_unit_test_setup_teardown(name, open_values, close_values)
    const struct CMUnitTest tests[] = {
        VALUES(every_type_comes_back_as_it_went_in),
        VALUES(pointers_may_be_null),
        VALUES(a_decimal_that_is_none_names_its_member),
        VALUES(bytes_and_empty_bytes_are_told_apart_and_copied),
        VALUES(each_change_is_one_column),
        VALUES(an_enumeration_without_a_label_is_refused),
        VALUES(a_day_that_nobody_assigned_names_its_member),
    };
    return suite_main("values of models", tests);
}
