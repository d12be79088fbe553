/*
 * cn_create_all and cn_drop_all: what is created is what the models say, what exists is left
 * alone, and an error leaves nothing behind.
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include <cinnabar/model.h>

typedef struct Author Author;
typedef struct Post   Post;

struct Author {
    int           id;
    const char   *name;
    const char   *email;
    CN_MANY(Post) posts;
};

struct Post {
    int64_t     id;
    const char *title;
    int         author_id;
    Author     *author;
};

CN_MODEL(Author, "ca_author")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(30));
    CN_COLUMN(email, .unique = true);
    CN_RELATIONSHIP(posts, Post);
}

CN_MODEL(Post, "ca_post")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(title, .type = CN_STRING(30), .not_null = true, .index = true);
    CN_COLUMN(author_id, .foreign_key = "ca_author.id", .on_delete = "CASCADE");
    CN_RELATIONSHIP(author, Author);
}

/* The list is not in the order of creation. */
CN_METADATA(blog, &Post_model, &Author_model);

static int64_t number(cn_engine *engine, const char *sql)
{
    cn_connection *connection = cn_connect(engine);
    cn_result     *result     = cn_execute(connection, cn_text(sql));
    int64_t        found      = cn_only(result) ? cn_cell_at(result, int64_t, 0) : -1;
    if (!cn_ok(connection))
        fail_msg("%s: %s", sql, cn_error_message(connection));
    cn_close(connection);
    return found;
}

/* Whether a table is there, asked by using it. */
static bool exists(cn_engine *engine, const char *table)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    cn_connection *connection = cn_connect(engine);
    cn_execute(connection, cn_text(sql));
    bool found = cn_ok(connection);
    if (!found)
        assert_int_equal(cn_error_cause(connection), CN_CAUSE_NOT_FOUND);
    cn_close(connection);
    return found;
}

/* ---- echo ------------------------------------------------------------------------------------ */

typedef struct heard {
    char   sql[8000];
    size_t queries; /* statements that are no data definition */
} heard;

static void hear(void *context, const cn_echo *echo)
{
    heard *into = context;
    if (strstr(echo->statement, "CREATE ") != NULL || strstr(echo->statement, "ALTER ") != NULL ||
        strstr(echo->statement, "DROP ") != NULL)
        strcat(into->sql, echo->statement);
    else if (strstr(echo->statement, "SELECT ") != NULL)
        into->queries++;
}

/* ---- the ordinary case ----------------------------------------------------------------------- */

static void tables_are_created_left_alone_and_dropped(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(&blog, engine));
    assert_false(exists(engine, "ca_author"));
    assert_fine(engine, cn_create_all(&blog, engine));
    suite_run(engine, "INSERT INTO ca_author (name) VALUES ('Ada')");
    suite_run(engine, "INSERT INTO ca_post (title, author_id) VALUES ('Notes', 1)");
    assert_fine(engine, cn_create_all(&blog, engine));
    assert_int_equal(number(engine, "SELECT id FROM ca_post"), 1);
    suite_run(engine, "DROP TABLE ca_post");
    assert_fine(engine, cn_create_all(&blog, engine)); /* what is missing alone */
    assert_int_equal(number(engine, "SELECT count(*) FROM ca_post"), 0);
    assert_int_equal(number(engine, "SELECT count(*) FROM ca_author"), 1);
    assert_fine(engine, cn_drop_all(&blog, engine));
    assert_false(exists(engine, "ca_author"));
    assert_false(exists(engine, "ca_post"));
    suite_end_with(engine, &blog);
}

static void what_is_sent_is_spelled_as_usual_after_one_look(void **state)
{
    (void)state;
    static const char *const keys[][3] = {
        [SUITE_SQLITE]     = {"INTEGER NOT NULL", "INTEGER NOT NULL", "TEXT"},
        [SUITE_MYSQL]      = {"INTEGER NOT NULL AUTO_INCREMENT", "BIGINT NOT NULL AUTO_INCREMENT",
                              "VARCHAR(255)"},
        [SUITE_POSTGRESQL] = {"SERIAL NOT NULL", "BIGSERIAL NOT NULL", "TEXT"},
    };
    char               expected[2000];
    static heard       sent;
    const char *const *key = keys[suite_which()];
    cn_engine *engine      = cn_create_engine(suite_url(), .on_echo = hear, .echo_context = &sent);
    assert_fine(engine, cn_drop_all(&blog, engine));
    memset(&sent, 0, sizeof sent);
    assert_fine(engine, cn_create_all(&blog, engine));
    snprintf(expected, sizeof expected,
             "\nCREATE TABLE ca_author (\n\tid %s, \n\tname VARCHAR(30), \n\temail %s, \n\t"
             "PRIMARY KEY (id), \n\tUNIQUE (email)\n)\n\n"
             "\nCREATE TABLE ca_post (\n\tid %s, \n\ttitle VARCHAR(30) NOT NULL, \n\t"
             "author_id INTEGER NOT NULL, \n\tPRIMARY KEY (id), \n\t"
             "FOREIGN KEY(author_id) REFERENCES ca_author (id) ON DELETE CASCADE\n)\n\n"
             "CREATE INDEX ix_ca_post_title ON ca_post (title)",
             key[0], key[2], key[1]);
    assert_string_equal(sent.sql, expected);
    assert_int_equal(sent.queries, 1);
    memset(&sent, 0, sizeof sent);
    assert_fine(engine, cn_drop_all(&blog, engine));
    assert_string_equal(sent.sql, "\nDROP TABLE ca_post\nDROP TABLE ca_author");
    assert_int_equal(sent.queries, 1);
    cn_engine_dispose(engine);
}

static void constraints_hold(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&blog);
    suite_run(engine, "INSERT INTO ca_author (name, email) VALUES ('Ada', 'ada@example')");
    suite_run(engine, "INSERT INTO ca_author (name, email) VALUES ('Bob', NULL)");
    suite_run(engine, "INSERT INTO ca_post (title, author_id) VALUES ('Notes', 1)");
    assert_fails(engine, "INSERT INTO ca_post (title, author_id) VALUES ('x', 77)",
                 CN_CAUSE_FOREIGN_KEY);
    assert_fails(engine, "INSERT INTO ca_author (name, email) VALUES ('x', 'ada@example')",
                 CN_CAUSE_UNIQUE);
    assert_fails(engine, "INSERT INTO ca_post (title, author_id) VALUES (NULL, 1)",
                 CN_CAUSE_NOT_NULL);
    suite_run(engine, "DELETE FROM ca_author WHERE id = 1");
    assert_int_equal(number(engine, "SELECT count(*) FROM ca_post"), 0); /* ON DELETE CASCADE */
    suite_end_with(engine, &blog);
}

/* ---- cycles ---------------------------------------------------------------------------------- */

CN_TABLE(hen, "ca_hen")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(egg_id, CN_INTEGER, .foreign_key = "ca_egg.id");
    CN_TABLE_COLUMN(mother_id, CN_INTEGER, .foreign_key = "ca_hen.id");
}
CN_TABLE(egg, "ca_egg")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(hen_id, CN_INTEGER, .foreign_key = "ca_hen.id");
}
CN_METADATA(farm, &hen, &egg);

static void a_cycle_of_foreign_keys_is_closed_and_opened_again(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&farm);
    suite_run(engine, "INSERT INTO ca_hen (id) VALUES (1)");
    suite_run(engine, "INSERT INTO ca_egg (id, hen_id) VALUES (1, 1)");
    suite_run(engine, "UPDATE ca_hen SET egg_id = 1, mother_id = 1");
    assert_fails(engine, "INSERT INTO ca_hen (id, egg_id) VALUES (2, 77)", CN_CAUSE_FOREIGN_KEY);
    assert_fails(engine, "INSERT INTO ca_egg (id, hen_id) VALUES (2, 77)", CN_CAUSE_FOREIGN_KEY);
    assert_fails(engine, "INSERT INTO ca_hen (id, mother_id) VALUES (2, 77)", CN_CAUSE_FOREIGN_KEY);
    assert_fine(engine, cn_drop_all(&farm, engine)); /* with its rows */
    assert_false(exists(engine, "ca_hen"));
    assert_false(exists(engine, "ca_egg"));
    cn_engine_dispose(engine);
}

/* ---- types ----------------------------------------------------------------------------------- */

typedef struct Everything {
    int64_t      id;
    bool         a_bool;
    int8_t       an_int8;
    uint8_t      a_uint8;
    int16_t      an_int16;
    uint16_t     a_uint16;
    int          an_int;
    uint32_t     a_uint32;
    int64_t      an_int64;
    uint64_t     a_uint64;
    float        a_float;
    double       a_double;
    const char  *a_string;
    const char  *a_text;
    char         some_chars[31];
    cn_bytes     some_bytes;
    cn_decimal   a_decimal;
    cn_date      a_date;
    cn_time      a_time;
    cn_datetime  a_datetime;
    cn_timestamp a_timestamp;
    cn_interval  an_interval;
    cn_uuid      a_uuid;
    cn_json      a_json;
    unsigned     a_colour;
    CN_OPT(int)  an_opt;
    int          a_default;
} Everything;

CN_MODEL(Everything, "ca_everything")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(a_bool);
    CN_COLUMN(an_int8);
    CN_COLUMN(a_uint8);
    CN_COLUMN(an_int16);
    CN_COLUMN(a_uint16);
    CN_COLUMN(an_int);
    CN_COLUMN(a_uint32);
    CN_COLUMN(an_int64);
    CN_COLUMN(a_uint64);
    CN_COLUMN(a_float);
    CN_COLUMN(a_double);
    CN_COLUMN(a_string, .type = CN_STRING(30));
    CN_COLUMN(a_text);
    CN_COLUMN(some_chars);
    CN_COLUMN(some_bytes);
    CN_COLUMN(a_decimal, .type = CN_NUMERIC(12, 2));
    CN_COLUMN(a_date);
    CN_COLUMN(a_time);
    CN_COLUMN(a_datetime);
    CN_COLUMN(a_timestamp);
    CN_COLUMN(an_interval);
    CN_COLUMN(a_uuid);
    CN_COLUMN(a_json);
    CN_COLUMN(a_colour, .type = CN_ENUM("red", "it's", "back\\slash"));
    CN_COLUMN(an_opt);
    CN_COLUMN(a_default, .server_default = "40 + 2");
}
CN_METADATA(all_types, &Everything_model);

/* What each database says of the columns, in order. */
static const char *const described[][27] = {
    [SUITE_SQLITE]     = {"INTEGER",  "BOOLEAN",        "SMALLINT",    "SMALLINT", "SMALLINT",
                          "INTEGER",  "INTEGER",        "BIGINT",      "BIGINT",   "BIGINT",
                          "FLOAT",    "DOUBLE",         "VARCHAR(30)", "TEXT",     "VARCHAR(30)",
                          "BLOB",     "NUMERIC(12, 2)", "DATE",        "TIME",     "DATETIME",
                          "DATETIME", "VARCHAR(64)",    "CHAR(32)",    "TEXT",     "VARCHAR(10)",
                          "INTEGER",  "INTEGER"},
    [SUITE_MYSQL]      = {"bigint",
                          "tinyint",
                          "tinyint",
                          "tinyint unsigned",
                          "smallint",
                          "smallint unsigned",
                          "int",
                          "int unsigned",
                          "bigint",
                          "bigint unsigned",
                          "float",
                          "double",
                          "varchar(30)",
                          "text",
                          "varchar(30)",
                          "longblob",
                          "decimal(12,2)",
                          "date",
                          "time(6)",
                          "datetime(6)",
                          "datetime(6)",
                          "varchar(64)",
                          "uuid",
                          "longtext",
                          "enum('red','it''s','back\\\\slash')",
                          "int",
                          "int"},
    [SUITE_POSTGRESQL] = {"bigint",
                          "boolean",
                          "smallint",
                          "smallint",
                          "smallint",
                          "integer",
                          "integer",
                          "bigint",
                          "bigint",
                          "numeric(20,0)",
                          "real",
                          "double precision",
                          "character varying(30)",
                          "text",
                          "character varying(30)",
                          "bytea",
                          "numeric(12,2)",
                          "date",
                          "time without time zone",
                          "timestamp without time zone",
                          "timestamp with time zone",
                          "interval",
                          "uuid",
                          "json",
                          "character varying(10)",
                          "integer",
                          "integer"},
};

static const char *const description[] = {
    [SUITE_SQLITE]     = "SELECT name, type, \"notnull\" FROM pragma_table_info('ca_everything')",
    [SUITE_MYSQL]      = "SELECT column_name, column_type, is_nullable = 'NO' FROM "
                         "information_schema.columns WHERE table_schema = DATABASE() AND "
                         "table_name = 'ca_everything\' ORDER BY ordinal_position",
    [SUITE_POSTGRESQL] = "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM "
                         "pg_attribute WHERE attrelid = 'ca_everything'::regclass AND attnum > 0 "
                         "ORDER BY attnum",
};

/* MySQL before 8.0.19 and MariaDB show the width of an integer, which says nothing. */
static void drop_display_width(char *type)
{
    char *open = strstr(type, "int(");
    if (open == NULL)
        return;
    char *close = strchr(open, ')');
    memmove(open + 3, close + 1, strlen(close));
}

static void assert_described(const char *name, const char *type, const char *expected)
{
    char shown[100];
    snprintf(shown, sizeof shown, "%s", type);
    drop_display_width(shown);
    bool fits = strcmp(shown, expected) == 0;
    if (strcmp(expected, "uuid") == 0 && strcmp(shown, "char(32)") == 0)
        fits = true; /* MySQL, and MariaDB before 10.7 */
    if (strcmp(expected, "longtext") == 0 && strcmp(shown, "json") == 0)
        fits = true; /* MySQL */
    if (!fits)
        fail_msg("%s is %s, and not %s", name, shown, expected);
}

static void every_type_has_its_column(void **state)
{
    (void)state;
    static const char *const nullable[] = {"a_string",  "a_text", "some_bytes",
                                           "a_decimal", "a_json", "an_opt"};
    cn_engine               *engine     = suite_engine_with(&all_types);
    cn_connection           *connection = cn_connect(engine);
    cn_result               *result = cn_execute(connection, cn_text(description[suite_which()]));
    size_t                   count  = 0;
    while (cn_next(result)) {
        const char *name        = cn_text_at(result, 0);
        bool        can_be_null = false;
        for (size_t i = 0; i < sizeof nullable / sizeof *nullable; i++)
            can_be_null = can_be_null || strcmp(name, nullable[i]) == 0;
        assert_true(count < 27);
        assert_described(name, cn_text_at(result, 1), described[suite_which()][count++]);
        if (cn_cell_at(result, bool, 2) == can_be_null)
            fail_msg("%s: %s", name, can_be_null ? "is NOT NULL" : "can be NULL");
    }
    if (!cn_ok(connection))
        fail_msg("%s", cn_error_message(connection));
    assert_int_equal(count, 27);
    cn_close(connection);
    suite_end_with(engine, &all_types);
}

/* ---- enumerations, defaults, names ----------------------------------------------------------- */

typedef struct Car {
    int64_t     id;
    unsigned    colour;
    int         wheels;
    const char *note;
} Car;
CN_MODEL(Car, "ca_car")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(colour, .type = CN_ENUM("red", "it's", "back\\slash"));
    CN_COLUMN(wheels, .server_default = "2 + 2");
    CN_COLUMN(note, .server_default = "'it''s'");
}
CN_METADATA(garage, &Car_model);

static void enumerations_are_checked_and_defaults_are_filled_in(void **state)
{
    (void)state;
    cn_engine               *engine     = suite_engine_with(&garage);
    cn_connection           *connection = cn_connect(engine);
    static const char *const labels[]   = {"red", "it's", "back\\slash"};
    for (size_t i = 0; i < 3; i++)
        cn_execute(connection, cn_text("INSERT INTO ca_car (colour) VALUES (:colour)"),
                   CN_PARAMS("colour", labels[i]));
    if (!cn_commit(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);
    assert_int_equal(number(engine, "SELECT count(*) FROM ca_car WHERE wheels = 4 AND note = "
                                    "'it''s' AND id BETWEEN 1 AND 3"),
                     3);
    assert_fails(engine, "INSERT INTO ca_car (colour) VALUES ('blue')",
                 suite_which() == SUITE_MYSQL ? CN_CAUSE_DATA : CN_CAUSE_CHECK);
    suite_end_with(engine, &garage);
}

CN_TABLE(odd, "Order \"by\" `x`")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(select, CN_STRING(5), .index = true, .name = "select");
    CN_TABLE_COLUMN(mixed, CN_STRING(5), .name = "Mixed Case", .unique = true);
    CN_TABLE_COLUMN(kind, CN_ENUM("a"), .name = "group");
    CN_TABLE_COLUMN(parent, CN_INTEGER, .foreign_key = "Order \"by\" `x`.id");
}
CN_METADATA(odd_names, &odd);

static void any_name_will_do(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine_with(&odd_names);
    assert_fine(engine, cn_create_all(&odd_names, engine)); /* found again */
    suite_run(engine, suite_which() == SUITE_MYSQL
                          ? "INSERT INTO `Order \"by\" ``x``` (`select`, `Mixed Case`, `group`) "
                            "VALUES ('1', '2', 'a')"
                          : "INSERT INTO \"Order \"\"by\"\" `x`\" (\"select\", \"Mixed Case\", "
                            "\"group\") VALUES ('1', '2', 'a')");
    suite_end_with(engine, &odd_names);
}

#define IN_SCHEMA(schema)                                                                          \
    CN_TABLE(parent_in_##schema, #schema ".ca_parent")                                             \
    {                                                                                              \
        CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);                                      \
        CN_TABLE_COLUMN(name, CN_STRING(5), .index = true);                                        \
    }                                                                                              \
    CN_TABLE(child_in_##schema, #schema ".ca_child")                                               \
    {                                                                                              \
        CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);                                      \
        CN_TABLE_COLUMN(parent_id, CN_INTEGER,                                                     \
                        .foreign_key = suite_which() == SUITE_SQLITE ? NULL                        \
                                                                     : #schema ".ca_parent.id");   \
    }                                                                                              \
    CN_METADATA(in_##schema, &child_in_##schema, &parent_in_##schema);
IN_SCHEMA(main)
IN_SCHEMA(cinnabar)
IN_SCHEMA(public)

static void a_schema_is_written_before_the_table(void **state)
{
    (void)state;
    static const cn_metadata *const schemas[] = {
        [SUITE_SQLITE] = &in_main, [SUITE_MYSQL] = &in_cinnabar, [SUITE_POSTGRESQL] = &in_public};
    const cn_metadata *metadata = schemas[suite_which()];
    cn_engine         *engine   = suite_engine_with(metadata);
    assert_fine(engine, cn_create_all(metadata, engine));
    assert_true(exists(engine, "ca_child"));
    assert_fine(engine, cn_drop_all(metadata, engine));
    assert_false(exists(engine, "ca_child"));
    cn_engine_dispose(engine);
}

/* ---- errors ---------------------------------------------------------------------------------- */

CN_TABLE(good, "ca_good")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(bad_id, CN_INTEGER, .foreign_key = "ca_bad.id", .index = true);
}
CN_TABLE(bad, "ca_bad")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(good_id, CN_INTEGER, .foreign_key = "ca_good.id");
    CN_TABLE_COLUMN(x, CN_INTEGER, .server_default = "1 2 3");
}
CN_METADATA(faulty, &good, &bad);

static void an_error_names_the_table_and_leaves_nothing_behind(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_false(cn_create_all(&faulty, engine));
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_SYNTAX);
    assert_non_null(
        strstr(cn_error_message(engine), "; while creating the table \"ca_bad\" of bad"));
    assert_non_null(strstr(cn_error_statement(engine), "CREATE TABLE ca_bad"));
    assert_false(exists(engine, "ca_good"));
    assert_false(exists(engine, "ca_bad"));
    cn_engine_dispose(engine);
}

CN_TABLE(nut, "ca_nut")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(bolt_id, CN_INTEGER, .foreign_key = "ca_bolt.id");
    CN_TABLE_COLUMN(bolt_name, CN_STRING(5), .foreign_key = "ca_bolt.id"); /* a text is no id */
}
CN_TABLE(bolt, "ca_bolt")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(nut_id, CN_INTEGER, .foreign_key = "ca_nut.id");
}
CN_METADATA(hardware, &nut, &bolt);

static void an_error_in_closing_a_cycle_takes_all_of_it_away(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    if (suite_which() == SUITE_SQLITE) { /* which does not compare the types */
        assert_fine(engine, cn_create_all(&hardware, engine));
        assert_fine(engine, cn_drop_all(&hardware, engine));
    } else {
        assert_false(cn_create_all(&hardware, engine));
        assert_non_null(strstr(cn_error_statement(engine), "ALTER TABLE ca_nut ADD CONSTRAINT "
                                                           "fk_ca_nut_bolt_name"));
    }
    assert_false(exists(engine, "ca_nut"));
    assert_false(exists(engine, "ca_bolt"));
    cn_engine_dispose(engine);
}

CN_SEQUENCE(tool_numbers, "ca_tool_numbers");
CN_TABLE(tool, "ca_tool")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true, .sequence = &tool_numbers);
    CN_TABLE_COLUMN(x, CN_INTEGER, .server_default = "1 2 3");
}
CN_METADATA(tools, &tool);

static void an_error_takes_sequences_away_as_well(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    for (int i = 0; i < 2; i++) {
        assert_false(cn_create_all(&tools, engine));
        assert_int_equal(cn_error_cause(engine), CN_CAUSE_SYNTAX);
        if (suite_which() != SUITE_SQLITE) { /* which has none */
            suite_run(engine, "CREATE SEQUENCE ca_tool_numbers");
            suite_run(engine, "DROP SEQUENCE ca_tool_numbers");
        }
    }
    cn_engine_dispose(engine);
}

typedef struct Keyless {
    int id;
} Keyless;
CN_MODEL(Keyless, "ca_keyless")
{
    CN_COLUMN(id);
}
CN_METADATA(keyless, &Author_model, &Keyless_model);

static void a_faulty_model_is_an_error_before_anything_is_sent(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_false(cn_create_all(&keyless, engine));
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_MODEL);
    assert_string_equal(cn_error_message(engine),
                        "Keyless has no primary key: mark a member with CN_COLUMN(member, "
                        ".primary_key = true)");
    assert_false(exists(engine, "ca_author"));
    assert_false(cn_create_all(&keyless, NULL));
    assert_false(cn_drop_all(NULL, engine));
    assert_string_equal(cn_error_message(engine), "no metadata was given");
    cn_engine_dispose(engine);
}

static void a_table_that_others_need_is_not_dropped(void **state)
{
    (void)state;
    CN_METADATA(author_alone, &Author_model);
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_create_all(&blog, engine));
    suite_run(engine, "INSERT INTO ca_author (id, name) VALUES (7, 'Ada')");
    if (suite_which() != SUITE_SQLITE) { /* which deletes the rows that refer, as ON DELETE says */
        assert_false(cn_drop_all(&author_alone, engine));
        assert_non_null(
            strstr(cn_error_message(engine), "; while dropping the table \"ca_author\" of Author"));
    }
    assert_int_equal(number(engine, "SELECT count(*) FROM ca_author"), 1);
    cn_drop_all(&blog, engine);
    assert_false(exists(engine, "ca_author"));
    cn_engine_dispose(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_created_left_alone_and_dropped),
        cmocka_unit_test(what_is_sent_is_spelled_as_usual_after_one_look),
        cmocka_unit_test(constraints_hold),
        cmocka_unit_test(a_cycle_of_foreign_keys_is_closed_and_opened_again),
        cmocka_unit_test(every_type_has_its_column),
        cmocka_unit_test(enumerations_are_checked_and_defaults_are_filled_in),
        cmocka_unit_test(any_name_will_do),
        cmocka_unit_test(a_schema_is_written_before_the_table),
        cmocka_unit_test(an_error_names_the_table_and_leaves_nothing_behind),
        cmocka_unit_test(an_error_in_closing_a_cycle_takes_all_of_it_away),
        cmocka_unit_test(an_error_takes_sequences_away_as_well),
        cmocka_unit_test(a_faulty_model_is_an_error_before_anything_is_sent),
        cmocka_unit_test(a_table_that_others_need_is_not_dropped),
    };
    return suite_main("create_all", tests);
}
