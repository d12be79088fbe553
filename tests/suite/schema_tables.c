/*
 * Tables on real databases: constraints and indexes do what they say, comments and options arrive,
 * types of one database hold its values, and what creating makes dropping takes away.
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include <cinnabar/cinnabar.h>

/* The only cell of a query, as text. */
static void assert_text_is(cn_engine *engine, const char *sql, const char *expected)
{
    cn_connection *connection = cn_connect(engine);
    cn_result     *result     = cn_execute(connection, cn_text(sql));
    if (!cn_only(result))
        fail_msg("%s: %s", sql, cn_error_message(connection));
    assert_string_equal(cn_text_at(result, 0), expected);
    cn_close(connection);
}

/* ---- constraints ----------------------------------------------------------------------------- */

CN_TABLE(owner, "st_owner")
{
    CN_TABLE_COLUMN(region, CN_INTEGER);
    CN_TABLE_COLUMN(number, CN_INTEGER);
    CN_PRIMARY_KEY((number, region), .name = "pk_st_owner");
}

CN_TABLE(item, "st_item")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(region, CN_TYPE_OF_TABLE(owner, region), .nullable = true);
    CN_TABLE_COLUMN(owner, CN_TYPE_OF_TABLE(owner, number), .nullable = true);
    CN_TABLE_COLUMN(low, CN_INTEGER, .check = "low > 0", .check_name = "ck_low");
    CN_TABLE_COLUMN(high, CN_INTEGER);
    CN_TABLE_COLUMN(name, CN_STRING(40), .comment = "what it's called \\ or not");
    CN_CHECK("low < high", .name = "ck_order");
    CN_UNIQUE_WITH((low, high), .name = "uq_range");
    CN_FOREIGN_KEY((owner, region), "st_owner", (number, region), .name = "fk_st_owner",
                   .on_delete = "cascade");
    CN_INDEX((name, high desc), .name = "ix_st_name");
    CN_INDEX((name(10)), .name = "ix_st_prefix", .where = "low > 3");
    CN_TABLE_OPTIONS(.comment = "things, it's said", .mysql_engine = "InnoDB");
}
CN_METADATA(items, &item, &owner);

static void constraints_refuse_what_they_say(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&items);
    suite_run(engine, "INSERT INTO st_owner (region, number) VALUES (1, 2)");
    suite_run(engine, "INSERT INTO st_item (region, owner, low, high) VALUES (1, 2, 3, 4)");
    assert_fails(engine, "INSERT INTO st_item (low, high) VALUES (0, 4)", CN_CAUSE_CHECK);
    assert_fails(engine, "INSERT INTO st_item (low, high) VALUES (5, 4)", CN_CAUSE_CHECK);
    assert_fails(engine, "INSERT INTO st_item (low, high) VALUES (3, 4)", CN_CAUSE_UNIQUE);
    assert_fails(engine, "INSERT INTO st_item (region, owner, low, high) VALUES (2, 1, 7, 8)",
                 CN_CAUSE_FOREIGN_KEY);
    suite_run(engine, "DELETE FROM st_owner");
    assert_text_is(engine, "SELECT count(*) FROM st_item", "0");
    suite_end_with(engine, &items);
}

CN_TABLE(said, "st_said")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_CHECK("id > 0", .comment = "no name");
}
CN_METADATA(sayings, &said);

static void a_constraint_with_a_comment_has_a_name(void **state)
{
    (void)state;
    char problem[200];
    assert_null(cn_create_all_sql(&sayings, "postgresql", .problem = problem,
                                  .problem_size = sizeof problem));
    assert_string_equal(problem,
                        "said: the comment \"no name\" is that of a constraint without a .name");
}

static void comments_arrive(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&items);
    if (suite_which() == SUITE_MYSQL) {
        assert_text_is(engine,
                       "SELECT column_comment FROM information_schema.columns WHERE table_schema = "
                       "DATABASE() AND table_name = 'st_item' AND column_name = 'name'",
                       "what it's called \\ or not");
        assert_text_is(engine,
                       "SELECT table_comment FROM information_schema.tables WHERE table_schema = "
                       "DATABASE() AND table_name = 'st_item'",
                       "things, it's said");
    }
    if (suite_which() == SUITE_POSTGRESQL) {
        assert_text_is(engine, "SELECT obj_description('st_item'\\:\\:regclass)",
                       "things, it's said");
        assert_text_is(engine, "SELECT col_description('st_item'\\:\\:regclass, 6)",
                       "what it's called \\ or not");
    }
    suite_end_with(engine, &items);
}

static void single_tables_and_indexes_come_and_go(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(&items, engine));
    assert_fine(engine, cn_create_table(&owner, engine));
    assert_false(cn_create_table(&owner, engine));
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_EXISTS);
    assert_fine(engine,
                cn_create_with(&items, engine, .if_exists = true, .only = CN_MODEL_LIST(&owner)));
    assert_fine(engine, cn_create_with(&items, engine, .only = CN_MODEL_LIST(&item)));
    assert_fine(engine, cn_drop_index(&item, "ix_st_prefix", engine));
    assert_fine(engine, cn_create_index(&item, "ix_st_prefix", engine));
    assert_false(cn_create_index(&item, "ix_st_prefix", engine));
    assert_non_null(strstr(cn_error_message(engine), "while indexing the table \"st_item\""));
    assert_false(cn_drop_index(&item, "ix_of_nothing", engine));
    assert_string_equal(cn_error_message(engine), "item has no index called ix_of_nothing");
    assert_fine(engine, cn_drop_table(&item, engine));
    assert_fine(engine, cn_drop_with(&items, engine, .if_exists = true));
    assert_fails(engine, "SELECT * FROM st_owner", CN_CAUSE_NOT_FOUND);
    cn_engine_dispose(engine);
}

static void a_constraint_of_a_table_comes_and_goes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *broken;
        cn_cause    cause;
    } constraints[] = {
        {"uq_range", "INSERT INTO st_item (low, high) VALUES (3, 4)", CN_CAUSE_UNIQUE},
        {"ck_low", "INSERT INTO st_item (low, high) VALUES (-1, 4)", CN_CAUSE_CHECK},
        {"ck_order", "INSERT INTO st_item (low, high) VALUES (5, 4)", CN_CAUSE_CHECK},
        {"fk_st_owner", "INSERT INTO st_item (region, owner, low, high) VALUES (2, 1, 7, 8)",
         CN_CAUSE_FOREIGN_KEY}};
    cn_engine *engine = suite_engine_with(&items);
    suite_run(engine, "INSERT INTO st_item (low, high) VALUES (3, 4)");
    for (size_t i = 0; i < sizeof constraints / sizeof *constraints; i++) {
        const char *name = constraints[i].name;
        if (suite_which() == SUITE_SQLITE) {
            assert_false(cn_drop_constraint(&item, name, engine));
            assert_int_equal(cn_error_cause(engine), CN_CAUSE_UNSUPPORTED);
            assert_false(cn_add_constraint(&item, name, engine));
            assert_int_equal(cn_error_cause(engine), CN_CAUSE_UNSUPPORTED);
            continue;
        }
        assert_fails(engine, constraints[i].broken, constraints[i].cause);
        assert_fine(engine, cn_drop_constraint(&item, name, engine));
        suite_run(engine, constraints[i].broken);
        assert_false(cn_add_constraint(&item, name, engine));
        assert_non_null(strstr(cn_error_message(engine), "while changing the table \"st_item\""));
        suite_run(engine, "DELETE FROM st_item WHERE id > 1");
        assert_fine(engine, cn_add_constraint(&item, name, engine));
        assert_fails(engine, constraints[i].broken, constraints[i].cause);
    }
    assert_false(cn_add_constraint(&item, "uq_other", engine));
    assert_string_equal(cn_error_message(engine),
                        "item gives no unique, check or foreign key constraint the name uq_other");
    suite_end_with(engine, &items);
}

static void an_engine_can_leave_foreign_keys_out(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine(suite_url(), .no_foreign_keys = true);
    assert_fine(engine, cn_drop_all(&items, engine));
    assert_fine(engine, cn_create_all(&items, engine));
    suite_run(engine, "INSERT INTO st_item (region, owner, low, high) VALUES (2, 1, 7, 8)");
    assert_text_is(engine, "SELECT count(*) FROM st_item", "1");
    suite_end_with(engine, &items);
}

/* ---- statements of the program's own --------------------------------------------------------- */

CN_METADATA_WITH(
    with_view, CN_MODEL_LIST(&item, &owner),
    .texts = CN_DDL_TEXTS({CN_AFTER_CREATE, NULL, "CREATE VIEW st_view AS SELECT low FROM st_item"},
                          {CN_AFTER_CREATE, "oracle", "no words that anybody here knows"},
                          {CN_BEFORE_DROP, NULL, "DROP VIEW IF EXISTS st_view"}));

static void a_view_comes_and_goes_with_its_tables(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&with_view);
    suite_run(engine, "INSERT INTO st_item (low, high) VALUES (3, 4)");
    assert_text_is(engine, "SELECT low FROM st_view", "3");
    assert_false(cn_create_all(&with_view, engine));
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_EXISTS);
    suite_end_with(engine, &with_view);
}

/* ---- schemas --------------------------------------------------------------------------------- */

CN_TABLE(shelf, "st_schema.shelf")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(name, CN_STRING(9), .index = true);
}
CN_METADATA(shelves, &shelf);

static void a_schema_is_made_for_its_tables(void **state)
{
    (void)state;
    bool       has_none = suite_which() == SUITE_SQLITE;
    cn_engine *engine   = cn_create_engine(has_none ? suite_url() : suite_server_url("_ADMIN"));
    if (has_none) {
        assert_false(cn_create_schema("st_schema", engine));
        assert_int_equal(cn_error_cause(engine), CN_CAUSE_UNSUPPORTED);
    } else {
        assert_fine(engine, cn_create_schema("st_schema", engine));
        assert_fine(engine, cn_create_schema("st_schema", engine));
        assert_fine(engine, cn_create_all(&shelves, engine));
        suite_run(engine, "INSERT INTO st_schema.shelf (name) VALUES ('a')");
        assert_fine(engine, cn_create_all(&shelves, engine));
        assert_text_is(engine, "SELECT name FROM st_schema.shelf", "a");
        assert_fine(engine, cn_drop_schema("st_schema", true, engine));
        assert_fails(engine, "SELECT * FROM st_schema.shelf", CN_CAUSE_NOT_FOUND);
    }
    cn_engine_dispose(engine);
}

/* ---- types ----------------------------------------------------------------------------------- */

enum mood { SAD, GLAD };

typedef struct Diary {
    int          id;
    enum mood    mood;
    const char  *word;
    CN_OPT(int)  again;
    char         code[5];
    const char  *body;
    cn_bytes     digest;
    cn_json      data;
    cn_datetime  at;
    cn_timestamp when;
    double       ratio;
} Diary;

CN_MODEL(Diary, "st_diary")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(mood, .type = CN_ENUM_AS(CN_ENUM_NATIVE, "st_mood", "sad", "glad"));
    CN_COLUMN(word, .type = CN_ENUM_AS(CN_ENUM_NATIVE, "st_mood", "sad", "glad"));
    CN_COLUMN(again, .type = CN_ENUM_AS(CN_ENUM_CHECKED, NULL, "no", "yes"));
    CN_COLUMN(code, .type = CN_CHAR(4));
    CN_COLUMN(body, .type = CN_MEDIUMTEXT);
    CN_COLUMN(digest, .type = CN_VARBINARY(16));
    CN_COLUMN(data, .type = CN_JSONB);
    CN_COLUMN(at, .type = CN_DATETIME_DIGITS(3));
    CN_COLUMN(when, .type = CN_TIMESTAMP_DIGITS(6), .name = "when_it_was");
    CN_COLUMN(ratio, .type = CN_FLOAT(53));
}
CN_METADATA(diaries, &Diary_model);

static void types_with_more_words_hold_their_values(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&diaries);
    assert_fine(engine, cn_create_all(&diaries, engine));
    CN_SESSION(session, engine) {
        for (int i = 0; i < 3; i++)
            cn_add(session, cn_new(Diary, .mood = GLAD, .word = "sad", .again = cn_some(int, 1),
                                   .code = "abcd", .body = "text", .digest = {"\1\0\2", 3},
                                   .data = {"{\"a\": 1}"}, .at = {1500000}, .when = {1234567},
                                   .ratio = 0.1));
        cn_commit(session);
        ASSERT_OK(session);
    }
    CN_SESSION(session, engine) {
        Diary *one = cn_first(session, Diary, .where = cn_is(Diary, mood, ==, GLAD));
        ASSERT_OK(session);
        assert_non_null(one);
        assert_int_equal(one->mood, GLAD);
        assert_string_equal(one->word, "sad");
        assert_int_equal(one->again.value, 1);
        assert_string_equal(one->code, "abcd");
        assert_int_equal(one->digest.size, 3);
        assert_int_equal(one->at.microseconds, 1500000);
        assert_int_equal(one->when.microseconds, 1234567);
        assert_true(one->ratio == 0.1);
        one->mood = SAD;
        one->word = "glad";
        cn_commit(session);
        ASSERT_OK(session);
    }
    assert_fails(engine, "UPDATE st_diary SET again = 'ya'", CN_CAUSE_CHECK);
    suite_end_with(engine, &diaries);
}

static void the_type_of_an_enumeration_goes_with_its_tables(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(&diaries, engine));
    if (suite_which() == SUITE_POSTGRESQL) {
        assert_text_is(engine, "SELECT count(*) FROM pg_type WHERE typname = 'st_mood'", "0");
        assert_fine(engine, cn_create_all(&diaries, engine));
        assert_text_is(engine, "SELECT count(*) FROM pg_type WHERE typname = 'st_mood'", "1");
    }
    suite_end_with(engine, &diaries);
}

/* PostgreSQL's own types travel as their text. */
typedef struct Lists {
    int         id;
    const char *numbers;
    const char *names;
    const char *span;
    const char *words;
} Lists;

CN_MODEL(Lists, "st_lists")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(numbers, .type = CN_ARRAY(CN_INTEGER));
    CN_COLUMN(names, .type = CN_ARRAY(CN_STRING(20)), .not_null = true);
    CN_COLUMN(span, .type = CN_RAW("INT4RANGE"));
    CN_COLUMN(words, .type = CN_RAW("TSVECTOR"));
}
CN_METADATA(lists, &Lists_model);

static void arrays_and_ranges_are_values_of_postgresql(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    if (suite_which() != SUITE_POSTGRESQL) {
        assert_false(cn_create_all(&lists, engine));
        assert_int_equal(cn_error_cause(engine), CN_CAUSE_UNSUPPORTED);
        assert_non_null(strstr(cn_error_message(engine), "Lists.numbers: an array has no form on"));
        cn_engine_dispose(engine);
        return;
    }
    assert_fine(engine, cn_drop_all(&lists, engine));
    assert_fine(engine, cn_create_all(&lists, engine));
    CN_SESSION(session, engine) {
        for (int i = 0; i < 3; i++) /* one by one, and many at a time */
            cn_add(session, cn_new(Lists, .numbers = "{1,NULL,3}", .names = "{a,\"b, c\"}",
                                   .span = "[1,5)", .words = "'fat' 'rat'"));
        cn_flush(session);
        ASSERT_OK(session);
        Lists *alone = cn_new(Lists, .names = "{}");
        cn_add(session, alone);
        cn_commit(session);
        ASSERT_OK(session);
    }
    CN_SESSION(session, engine) {
        Lists *one = cn_get(session, Lists, 2);
        assert_string_equal(one->numbers, "{1,NULL,3}");
        assert_string_equal(one->names, "{a,\"b, c\"}");
        assert_string_equal(one->span, "[1,5)");
        one->numbers = "{7}";
        cn_commit(session);
        ASSERT_OK(session);
    }
    assert_text_is(engine, "SELECT numbers[1] + upper(span) FROM st_lists WHERE id = 2", "12");
    suite_end_with(engine, &lists);
}

/* A type that has no name here goes by its own, and its values as text. */
typedef struct Host {
    int         id;
    const char *address;
} Host;

CN_MODEL(Host, "st_host")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(
        address, .type = CN_STRING(45),
        .variants = CN_VARIANTS({"mariadb", CN_RAW("INET6")}, {"postgresql", CN_RAW("INET")}));
}
CN_METADATA(hosts, &Host_model);

static void a_type_is_said_by_its_name_for_each_database(void **state)
{
    (void)state;
    static const char *const types[] = {
        [SUITE_SQLITE] = "SELECT type FROM pragma_table_info('st_host') WHERE name = 'address'",
        [SUITE_MYSQL]  = "SELECT data_type FROM information_schema.columns WHERE table_schema = "
                         "DATABASE() AND table_name = 'st_host' AND column_name = 'address'",
        [SUITE_POSTGRESQL] = "SELECT data_type FROM information_schema.columns WHERE table_name = "
                             "'st_host' AND column_name = 'address'"};
    static const char *const expected[] = {"VARCHAR(45)", "inet6", "inet"};
    cn_engine               *engine     = suite_engine_with(&hosts);
    assert_text_is(engine, types[suite_which()], expected[suite_which()]);
    CN_SESSION(session, engine) {
        cn_add(session, cn_new(Host, .address = "2001:db8::1"));
        cn_flush(session);
        cn_add(session, cn_new(Host, .address = "::1"));
        cn_commit(session);
        ASSERT_OK(session);
    }
    CN_SESSION(session, engine) {
        Host *first = cn_get(session, Host, 1), *last = cn_get(session, Host, 2);
        ASSERT_OK(session);
        assert_string_equal(first->address, "2001:db8::1");
        assert_string_equal(last->address, "::1");
        last->address = "::2";
        cn_commit(session);
        ASSERT_OK(session);
    }
    assert_text_is(engine, "SELECT count(*) FROM st_host WHERE address = '::2'", "1");
    CN_SESSION(session, engine) { /* many at a time, with keys and without */
        for (int i = 0; i < 3; i++)
            cn_add(session, cn_new(Host, .address = "::3"));
        cn_flush(session);
        Host rows[200];
        for (int i = 0; i < 200; i++)
            rows[i] = (Host){.id = 1000 + i, .address = "::3"};
        cn_insert_rows(session, Host, rows, 200);
        cn_commit(session);
        ASSERT_OK(session);
    }
    assert_text_is(engine, "SELECT count(*) FROM st_host WHERE address = '::3'", "203");
    if (suite_which() != SUITE_SQLITE)
        assert_fails(engine, "INSERT INTO st_host (address) VALUES ('nowhere')", CN_CAUSE_DATA);
    suite_end_with(engine, &hosts);
}

/* ---- SQLite's own ---------------------------------------------------------------------------- */

typedef struct Strict {
    const char *name;
    int         count;
    bool        done;
    cn_date     day;
    cn_uuid     uuid;
    double      ratio;
} Strict;

CN_MODEL(Strict, "st_strict")
{
    CN_COLUMN(name, .type = CN_STRING(20), .primary_key = true);
    CN_COLUMN(count);
    CN_COLUMN(done);
    CN_COLUMN(day);
    CN_COLUMN(uuid);
    CN_COLUMN(ratio);
    CN_TABLE_OPTIONS(.sqlite_strict = true, .sqlite_without_rowid = true);
}

CN_TABLE(never_again, "st_never_again")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true, .autoincrement = true);
}
CN_METADATA(special, &Strict_model, &never_again);

static void a_strict_table_holds_what_every_table_does(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&special);
    CN_SESSION(session, engine) {
        cn_add(session, cn_new(Strict, .name = "a", .count = 3, .done = true,
                               .day = cn_date_make(2026, 11, 23), .uuid = {{1, 2}}, .ratio = 2));
        cn_commit(session);
        ASSERT_OK(session);
    }
    CN_SESSION(session, engine) {
        Strict *one = cn_get(session, Strict, "a");
        assert_int_equal(one->count, 3);
        assert_true(one->done);
        assert_int_equal(one->day.day, 23);
        assert_int_equal(one->uuid.bytes[1], 2);
        assert_true(one->ratio == 2);
    }
    suite_end_with(engine, &special);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constraints_refuse_what_they_say),
        cmocka_unit_test(comments_arrive),
        cmocka_unit_test(a_constraint_with_a_comment_has_a_name),
        cmocka_unit_test(single_tables_and_indexes_come_and_go),
        cmocka_unit_test(a_constraint_of_a_table_comes_and_goes),
        cmocka_unit_test(an_engine_can_leave_foreign_keys_out),
        cmocka_unit_test(a_view_comes_and_goes_with_its_tables),
        cmocka_unit_test(a_schema_is_made_for_its_tables),
        cmocka_unit_test(types_with_more_words_hold_their_values),
        cmocka_unit_test(the_type_of_an_enumeration_goes_with_its_tables),
        cmocka_unit_test(arrays_and_ranges_are_values_of_postgresql),
        cmocka_unit_test(a_type_is_said_by_its_name_for_each_database),
        cmocka_unit_test(a_strict_table_holds_what_every_table_does),
    };
    return suite_main("tables", tests);
}
