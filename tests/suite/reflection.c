/*
 * What is created comes back: every table that models can describe is made, reflected, compared,
 * made again from what was reflected, and compared again, on real databases.
 */
#include "reflected.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* Without the schema. */
static size_t names_of(const cn_metadata *metadata, const char **names)
{
    size_t count = 0;
    for (; metadata->models[count] != NULL; count++) {
        const char *dot = strrchr(metadata->models[count]->table, '.');
        names[count]    = dot != NULL ? dot + 1 : metadata->models[count]->table;
    }
    names[count] = NULL;
    return count;
}

static void assert_round_trip(cn_engine *engine, const cn_metadata *metadata)
{
    const char              *names[20];
    size_t                   count   = names_of(metadata, names);
    const cn_reflect_options options = {.size      = sizeof options,
                                        .only      = metadata->sequences == NULL ? names : NULL,
                                        .no_linked = true};
    assert_fine(engine, cn_drop_all(metadata, engine));
    assert_fine(engine, cn_create_all(metadata, engine));
    cn_reflection *found = reflected(engine, &options);
    assert_true(cn_reflection_table_count(found) >= count);
    assert_equal(metadata, found);
    assert_equal(cn_reflection_metadata(found), found);

    assert_fine(engine, cn_drop_all(metadata, engine));
    assert_fine(engine, cn_create_all(cn_reflection_metadata(found), engine));
    cn_reflection *again = reflected(engine, &options);
    assert_equal(metadata, again);
    assert_equal(cn_reflection_metadata(found), again);
    assert_fine(engine, cn_drop_all(cn_reflection_metadata(found), engine));
    assert_fine(engine, cn_drop_all(metadata, engine)); /* its sequences and types, too */
    cn_reflection_free(again);
    cn_reflection_free(found);
}

#define ASSERT_ROUND_TRIP(metadata)                                                                \
    do {                                                                                           \
        cn_engine *engine = suite_engine();                                                        \
        assert_round_trip(engine, &(metadata));                                                    \
        cn_engine_dispose(engine);                                                                 \
    } while (0)

/* ---- types ----------------------------------------------------------------------------------- */

typedef struct Kinds {
    int          id;
    bool         flag;
    int8_t       tiny;
    uint8_t      utiny;
    int16_t      small;
    uint16_t     usmall;
    uint32_t     uint;
    int64_t      big;
    uint64_t     ubig;
    float        real;
    double       precise;
    const char  *name;
    const char  *text;
    cn_decimal   price;
    cn_date      day;
    cn_time      hour;
    cn_datetime  moment;
    cn_timestamp instant;
    cn_interval  span;
    cn_bytes     bytes;
    cn_uuid      uuid;
    cn_json      json;
    int          mood;
    CN_OPT(int)  maybe;
    const char  *key_text;
    const char  *long_name;
} Kinds;

CN_MODEL(Kinds, "rf_kinds")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(flag);
    CN_COLUMN(tiny);
    CN_COLUMN(utiny);
    CN_COLUMN(small);
    CN_COLUMN(usmall);
    CN_COLUMN(uint);
    CN_COLUMN(big);
    CN_COLUMN(ubig);
    CN_COLUMN(real);
    CN_COLUMN(precise);
    CN_COLUMN(name, .type = CN_STRING(30));
    CN_COLUMN(text);
    CN_COLUMN(price, .type = CN_NUMERIC(12, 2));
    CN_COLUMN(day);
    CN_COLUMN(hour);
    CN_COLUMN(moment);
    CN_COLUMN(instant);
    CN_COLUMN(span);
    CN_COLUMN(bytes);
    CN_COLUMN(uuid);
    CN_COLUMN(json);
    CN_COLUMN(mood, .type = CN_ENUM("sad", "it's so-so", "happy"));
    CN_COLUMN(maybe);
    CN_COLUMN(key_text, .unique = true);
    CN_COLUMN(long_name, .type = CN_STRING(20000));
}

CN_TABLE(more_kinds, "rf_more_kinds")
{
    CN_TABLE_COLUMN(id, CN_BIGINT, .primary_key = true);
    CN_TABLE_COLUMN(tiny, CN_TINYINT);
    CN_TABLE_COLUMN(medium, CN_MEDIUMINT);
    CN_TABLE_COLUMN(wide, CN_TYPE(INTEGER, .is_unsigned = true));
    CN_TABLE_COLUMN(code, CN_CHAR(4));
    CN_TABLE_COLUMN(tiny_text, CN_TINYTEXT);
    CN_TABLE_COLUMN(medium_text, CN_MEDIUMTEXT);
    CN_TABLE_COLUMN(long_text, CN_LONGTEXT);
    CN_TABLE_COLUMN(fixed, CN_FIXED_BINARY(16));
    CN_TABLE_COLUMN(some_bytes, CN_VARBINARY(20));
    CN_TABLE_COLUMN(tiny_blob, CN_TINYBLOB);
    CN_TABLE_COLUMN(small_blob, CN_BLOB);
    CN_TABLE_COLUMN(medium_blob, CN_MEDIUMBLOB);
    CN_TABLE_COLUMN(approximate, CN_FLOAT(30));
    CN_TABLE_COLUMN(year, CN_YEAR);
    CN_TABLE_COLUMN(document, CN_JSONB);
    CN_TABLE_COLUMN(hour, CN_TIME_DIGITS(0));
    CN_TABLE_COLUMN(moment, CN_DATETIME_DIGITS(3));
    CN_TABLE_COLUMN(instant, CN_TIMESTAMP_DIGITS(2));
    CN_TABLE_COLUMN(plain, CN_ENUM_AS(CN_ENUM_PLAIN, NULL, "x", "yy"));
    CN_TABLE_COLUMN(checked, CN_ENUM_AS(CN_ENUM_CHECKED, NULL, "x", "yy"));
    CN_TABLE_COLUMN(alone, CN_ENUM_AS(CN_ENUM_CHECKED, NULL, "only"));
    CN_TABLE_COLUMN(native, CN_ENUM_AS(CN_ENUM_NATIVE, "rf_mood", "sad", "it's, \"so\" {so}"));
    CN_TABLE_COLUMN(varied, CN_TEXT,
                    .variants = CN_VARIANTS({"mysql", CN_MEDIUMTEXT}, {"postgresql", CN_JSONB},
                                            {"sqlite", CN_RAW("SOME WORDS(3, 4)")}));
}
CN_METADATA(all_kinds, &Kinds_model, &more_kinds);

static void types_of_every_kind_come_back(void **state)
{
    (void)state;
    ASSERT_ROUND_TRIP(all_kinds);
}

/* ---- constraints, indexes, defaults ---------------------------------------------------------- */

CN_METADATA_WITH(named_things, CN_MODEL_LIST(&thing, &owner),
                 .naming = {.ix = "ix_%(table_name)s_%(column_0N_name)s",
                            .uq = "uq_%(table_name)s_%(column_0_N_name)s",
                            .fk = "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                            .pk = "pk_%(table_name)s"});

static void constraints_indexes_and_defaults_come_back(void **state)
{
    (void)state;
    ASSERT_ROUND_TRIP(things);
}

static void names_by_convention_come_back(void **state)
{
    (void)state;
    ASSERT_ROUND_TRIP(named_things);
}

/* ---- what one database has alone ------------------------------------------------------------- */

CN_SEQUENCE(numbers, "rf_numbers", .start = 100, .increment = 5);
CN_SEQUENCE(lone, "rf_lone", .minimum = -9, .maximum = 99, .start = 3, .cycle = true);

CN_TABLE(counted, "rf_counted")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true, .identity = CN_IDENTITY_BY_DEFAULT);
    CN_TABLE_COLUMN(n, CN_BIGINT, .nullable = true);
}
CN_METADATA(identities, &counted);

CN_TABLE(stepped, "rf_stepped")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true, .identity = CN_IDENTITY_ALWAYS,
                    .identity_numbers = {.start = 7, .increment = 2, .cycle = true});
    CN_TABLE_COLUMN(number, CN_BIGINT, .sequence = &numbers);
    CN_TABLE_COLUMN(numbers, CN_ARRAY(CN_INTEGER));
    CN_TABLE_COLUMN(names, CN_ARRAY(CN_ARRAY(CN_STRING(9))));
    CN_TABLE_COLUMN(moods, CN_ARRAY(CN_ENUM_AS(CN_ENUM_NATIVE, "rf_mood2", "a", "b c")));
    CN_TABLE_COLUMN(range, CN_RAW("INT4RANGE"));
    CN_TABLE_COLUMN(zoned, CN_TYPE(TIME, .with_zone = true));
    CN_TABLE_COLUMN(bits, CN_BIT(5));
    CN_TABLE_COLUMN(sorted, CN_TYPE(STRING, .length = 9, .collation = "C"));
    CN_TABLE_COLUMN(mood, CN_ENUM_AS(CN_ENUM_NATIVE, "rf_mood2", "a", "b c"),
                    .server_default = "'a'");
    CN_UNIQUE_WITH((bits), .name = "uq_rf_bits", .deferrable = CN_YES, .initially = "DEFERRED",
                   .nulls_not_distinct = true);
    CN_INDEX((lower(sorted), number desc nulls last), .name = "ix_rf_lower", .where = "number > 3",
             .include = CN_MEMBERS(zoned), .comment = "it's fast");
    CN_INDEX((numbers), .name = "ix_rf_gin", .method = "gin");
    CN_INDEX((sorted), .name = "ix_rf_ops", .op_class = "text_pattern_ops", .unique = true,
             .with = "fillfactor = 50", .nulls_not_distinct = true);
    CN_TABLE_OPTIONS(.postgresql_with = "fillfactor = 70");
}
CN_TABLE(deferring, "rf_deferring")
{
    CN_TABLE_COLUMN(a, CN_INTEGER, .primary_key = true, .not_generated = true);
    CN_TABLE_COLUMN(b, CN_INTEGER);
    CN_FOREIGN_KEY((b), "rf_stepped", (id), .match = "full", .deferrable = CN_YES,
                   .initially = "deferred", .on_delete = "restrict", .name = "fk_rf_late");
    CN_FOREIGN_KEY((a), "rf_stepped", (id), .not_valid = true);
}
CN_METADATA_WITH(postgresql_only, CN_MODEL_LIST(&stepped, &deferring),
                 .sequences = CN_SEQUENCES(&lone));

CN_TABLE(mysql_table, "rf_mysql")
{
    CN_TABLE_COLUMN(id, CN_TYPE(INTEGER, .is_unsigned = true), .primary_key = true);
    CN_TABLE_COLUMN(flags, CN_SET_OF("a", "it's", "c\\d"));
    CN_TABLE_COLUMN(bits, CN_BIT(8));
    CN_TABLE_COLUMN(filled, CN_TYPE(INTEGER, .is_unsigned = true, .zerofill = true));
    CN_TABLE_COLUMN(latin,
                    CN_TYPE(STRING, .length = 8, .charset = "latin1", .collation = "latin1_bin"));
    CN_TABLE_COLUMN(words, CN_TEXT);
    CN_TABLE_COLUMN(noted, CN_TEXT, .server_default = "'none'");
    CN_TABLE_COLUMN(at, CN_DATETIME, .server_default = "CURRENT_TIMESTAMP(6)",
                    .server_on_update = "CURRENT_TIMESTAMP(6)");
    CN_TABLE_COLUMN(changed, CN_DATETIME_DIGITS(3), .server_default = "current_timestamp",
                    .server_on_update = "now()");
    CN_TABLE_COLUMN(twice, CN_INTEGER, .computed = "id_source * 2", .persisted = CN_VIRTUAL);
    CN_TABLE_COLUMN(id_source, CN_INTEGER);
    CN_INDEX((words), .name = "ft_rf_words", .kind = "FULLTEXT");
    CN_INDEX((noted(20)), .name = "ft_rf_noted", .kind = "FULLTEXT");
    CN_INDEX((latin), .unique = true, .name = "ix_rf_latin", .comment = "it's one");
    CN_TABLE_OPTIONS(.mysql_engine = "InnoDB", .mysql_charset = "utf8mb4",
                     .mysql_collate = "utf8mb4_bin", .mysql_row_format = "DYNAMIC",
                     .mysql_options = "STATS_PERSISTENT=1");
}
CN_TABLE(parted, "rf_parted")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true, .not_generated = true);
    CN_TABLE_OPTIONS(.mysql_partition_by = "RANGE (id) (PARTITION p0 VALUES LESS THAN (5), "
                                           "PARTITION p1 VALUES LESS THAN MAXVALUE)");
}
CN_METADATA_WITH(mysql_only, CN_MODEL_LIST(&mysql_table, &parted),
                 .sequences = CN_SEQUENCES(&lone));

CN_TABLE(rowless, "rf_rowless")
{
    CN_TABLE_COLUMN(a, CN_INTEGER, .primary_key = true, .not_generated = true);
    CN_TABLE_COLUMN(b, CN_TYPE(STRING, .length = 9, .collation = "NOCASE"), .primary_key = true);
    CN_TABLE_COLUMN(c, CN_INTEGER, .foreign_key = "rf_counting.id", .deferrable = CN_YES,
                    .initially = "DEFERRED", .foreign_key_name = "fk_rf_c");
    CN_UNIQUE_WITH((c), .name = "uq_rf_c", .on_conflict = "REPLACE");
    CN_INDEX((lower(b) desc, c), .name = "ix_rf_lower", .unique = true, .where = "c > 3");
    CN_TABLE_OPTIONS(.sqlite_without_rowid = true, .sqlite_strict = true);
}
CN_TABLE(counting, "rf_counting")
{
    CN_TABLE_COLUMN(id, CN_BIGINT, .primary_key = true, .autoincrement = true);
    CN_TABLE_COLUMN(n, CN_NUMERIC(5, 2));
    CN_TABLE_COLUMN(twice, CN_INTEGER, .computed = "n * 2", .persisted = CN_VIRTUAL);
    CN_TABLE_COLUMN(thrice, CN_INTEGER, .computed = "n * (3 + n)");
}
CN_METADATA(sqlite_only, &rowless, &counting);

static void what_one_database_has_alone_comes_back(void **state)
{
    (void)state;
    if (suite_which() == SUITE_POSTGRESQL)
        ASSERT_ROUND_TRIP(postgresql_only);
    if (suite_which() == SUITE_MYSQL)
        ASSERT_ROUND_TRIP(mysql_only);
    if (suite_which() == SUITE_SQLITE)
        ASSERT_ROUND_TRIP(sqlite_only);
    ASSERT_ROUND_TRIP(identities);
}

/* ---- cycles ---------------------------------------------------------------------------------- */

CN_TABLE(hen, "rf_hen")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(egg_id, CN_INTEGER, .foreign_key = "rf_egg.id",
                    .foreign_key_name = "fk_rf_egg");
    CN_TABLE_COLUMN(mother, CN_INTEGER, .foreign_key = "rf_hen.id");
}
CN_TABLE(egg, "rf_egg")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(hen_id, CN_INTEGER, .foreign_key = "rf_hen.id", .foreign_key_name = "fk_rf_hen",
                    .on_delete = "RESTRICT", .on_update = "NO ACTION");
}
CN_METADATA(farm, &hen, &egg);

static void tables_that_refer_to_each_other_and_to_themselves_come_back(void **state)
{
    (void)state;
    ASSERT_ROUND_TRIP(farm);
}

/* ---- names ----------------------------------------------------------------------------------- */

#define LONG_NAME "a_name_of_sixty_three_bytes_that_another_differs_from_at_its_en"

#define QUOTED "\"rf select \"\"it's\"\" `odd`\n; --\""
#define TICKED "`rf select \"it's\" ``odd``\n; --`"

#define MADE_SQLITE                                                                                \
    "CREATE TABLE " QUOTED " (\"primary \"\"key\"\"\" INTEGER PRIMARY KEY, \"SELECT\" INTEGER, "   \
    "[it's\n`quoted`] INTEGER UNIQUE, 'check' INTEGER CONSTRAINT \"constraint\" "                  \
    "REFERENCES " QUOTED ", " LONG_NAME " INTEGER /* , \"no column\" */, "                         \
    "`Order (by)` VARCHAR(9) -- , nor this\n, CONSTRAINT \"a, (b\" "                               \
    "CHECK (\"SELECT\" <> ')' || \"Order (by)\"))"
#define MADE_MYSQL                                                                                 \
    "CREATE TABLE " TICKED " (`primary \"key\"` INTEGER PRIMARY KEY AUTO_INCREMENT, "              \
    "`SELECT` INTEGER, `it's\n``quoted``` INTEGER UNIQUE, `check` INTEGER, `" LONG_NAME            \
    "` INTEGER, `Order (by)` VARCHAR(9), CONSTRAINT `a, (b` CHECK (`SELECT` <> "                   \
    "concat(')', `Order (by)`)), CONSTRAINT `constraint` FOREIGN KEY (`check`) "                   \
    "REFERENCES " TICKED " (`primary \"key\"`))"
#define MADE_POSTGRESQL                                                                            \
    "CREATE TABLE " QUOTED " (\"primary \"\"key\"\"\" SERIAL PRIMARY KEY, \"SELECT\" INTEGER, "    \
    "\"it's\n`quoted`\" INTEGER UNIQUE, \"check\" INTEGER CONSTRAINT \"constraint\" "              \
    "REFERENCES " QUOTED ", \"" LONG_NAME "\" INTEGER, \"Order (by)\" VARCHAR(9), "                \
    "CONSTRAINT \"a, (b\" CHECK (\"SELECT\"::text <> ')' || \"Order (by)\"))"

static void odd_names_are_read_as_they_are(void **state)
{
    (void)state;
    cn_engine               *engine    = suite_engine();
    static const char *const only[]    = {"rf select \"it's\" `odd`\n; --", NULL};
    const cn_reflect_options options   = {.size = sizeof options, .only = only};
    static const char *const columns[] = {"primary \"key\"", "SELECT",  "it's\n`quoted`",
                                          "check",           LONG_NAME, "Order (by)"};
    const char              *made      = suite_which() == SUITE_SQLITE  ? MADE_SQLITE
                                         : suite_which() == SUITE_MYSQL ? MADE_MYSQL
                                                                        : MADE_POSTGRESQL;
    const char              *dropped   = "DROP TABLE IF EXISTS " QUOTED;
    if (suite_which() == SUITE_MYSQL)
        dropped = "DROP TABLE IF EXISTS " TICKED;
    cn_connection *connection = cn_connect(engine);
    cn_connection_execute_driver_sql(connection, dropped, NULL, 0);
    cn_connection_execute_driver_sql(connection, made, NULL, 0);
    if (!cn_commit(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);

    cn_reflection            *found = reflected(engine, &options);
    const cn_reflected_table *table = cn_reflection_find(found, NULL, only[0]);
    assert_non_null(table);
    assert_int_equal(table->column_count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(table->columns[i]->name, columns[i]);
    assert_true(table->columns[0]->autoincrement);
    assert_int_equal(table->unique_count, 1);
    assert_string_equal(table->uniques[0]->columns[0], "it's\n`quoted`");
    assert_int_equal(table->foreign_key_count, 1);
    assert_string_equal(table->foreign_keys[0]->name, "constraint");
    assert_string_equal(table->foreign_keys[0]->columns[0], "check");
    assert_string_equal(table->foreign_keys[0]->foreign_columns[0], "primary \"key\"");
    assert_ptr_equal(table->foreign_keys[0]->target, table);
    assert_int_equal(table->check_count, 1);
    assert_string_equal(table->checks[0]->name, "a, (b");
    assert_true(cn_has_table(engine, NULL, only[0]));

    assert_fine(engine, cn_drop_all(cn_reflection_metadata(found), engine));
    assert_false(cn_has_table(engine, NULL, only[0]));
    assert_fine(engine, cn_create_all(cn_reflection_metadata(found), engine));
    cn_reflection *again = reflected(engine, &options);
    assert_equal(cn_reflection_metadata(found), again);
    assert_fine(engine, cn_drop_all(cn_reflection_metadata(found), engine));
    cn_reflection_free(again);
    cn_reflection_free(found);
    cn_engine_dispose(engine);
}

static void a_dot_in_a_name_is_no_schema(void **state)
{
    (void)state;
    cn_engine  *engine = suite_engine();
    const char *made   = suite_which() == SUITE_MYSQL
                             ? "CREATE TABLE `rf.dot` (id INTEGER PRIMARY KEY, up INTEGER, "
                               "CONSTRAINT `fk.dot` FOREIGN KEY (up) REFERENCES `rf.dot` (id))"
                             : "CREATE TABLE \"rf.dot\" (id INTEGER PRIMARY KEY, up INTEGER, "
                               "CONSTRAINT \"fk.dot\" FOREIGN KEY (up) REFERENCES \"rf.dot\" (id))";
    suite_run(engine, suite_which() == SUITE_MYSQL ? "DROP TABLE IF EXISTS `rf.dot`"
                                                   : "DROP TABLE IF EXISTS \"rf.dot\"");
    suite_run(engine, made);
    cn_reflection *found = cn_reflect(engine, .only = CN_NAMES("rf.dot"));
    assert_fine(engine, found != NULL);
    assert_string_equal(cn_reflection_table(found, 0)->name, "rf.dot");
    assert_null(cn_reflection_table(found, 0)->schema);
    assert_fine(engine, cn_drop_all(cn_reflection_metadata(found), engine));
    assert_false(cn_has_table(engine, NULL, "rf.dot"));
    assert_fine(engine, cn_create_all(cn_reflection_metadata(found), engine));
    cn_reflection *again = cn_reflect(engine, .only = CN_NAMES("rf.dot"));
    assert_equal(cn_reflection_metadata(found), again);
    assert_string_equal(cn_reflection_table(again, 0)->foreign_keys[0]->name, "fk.dot");
    assert_fine(engine, cn_drop_all(cn_reflection_metadata(found), engine));
    cn_reflection_free(again);
    cn_reflection_free(found);
    cn_engine_dispose(engine);
}

static void what_is_added_alone_has_its_comment(void **state)
{
    (void)state;
    cn_engine               *engine  = suite_engine_with(&things);
    const cn_reflect_options options = {.size = sizeof options,
                                        .only = CN_NAMES("rf_thing", "rf_owner")};
    static const char *const names[] = {"uq_rf_range", "ck_rf_order", "fk_rf_owner"};
    size_t count = suite_which() == SUITE_SQLITE ? 0 : sizeof names / sizeof *names;
    for (size_t i = 0; i < count; i++) {
        assert_fine(engine, cn_drop_constraint(&thing, names[i], engine));
        assert_fine(engine, cn_add_constraint(&thing, names[i], engine));
    }
    assert_fine(engine, cn_drop_index(&thing, "ix_rf_name", engine));
    assert_fine(engine, cn_create_index(&thing, "ix_rf_name", engine));
    cn_reflection *again = reflected(engine, &options);
    assert_equal(&things, again);
    cn_reflection_free(again);
    suite_end_with(engine, &things);
}

/* ---- elsewhere ------------------------------------------------------------------------------- */

static void what_is_portable_can_be_made_anywhere(void **state)
{
    (void)state;
    static const char *const dialects[] = {"sqlite", "mysql", "postgresql"};
    static const char *const of_one[] = {"SOME WORDS", "MEDIUM",  "TINYTEXT",    "LONGTEXT", "YEAR",
                                         " BINARY(",   "ENGINE=", "CREATE TYPE", "JSONB"};
    cn_engine               *engine   = suite_engine();
    cn_engine               *other    = cn_create_engine("sqlite://");
    assert_fine(engine, cn_drop_all(&all_kinds, engine));
    assert_fine(engine, cn_create_all(&all_kinds, engine));
    cn_reflection *found = cn_reflect(engine, .only = CN_NAMES("rf_kinds", "rf_more_kinds"),
                                      .portable = true);
    assert_fine(other, cn_create_all(cn_reflection_metadata(found), other));
    assert_true(cn_has_table(other, NULL, "rf_more_kinds"));
    cn_engine_dispose(other);
    for (size_t i = 0; i < 3; i++) {
        char  problem[300] = "";
        char *sql          = cn_create_all_sql(cn_reflection_metadata(found), dialects[i],
                                               .problem = problem, .problem_size = sizeof problem);
        if (sql == NULL)
            fail_msg("%s", problem);
        for (size_t j = 0; j < sizeof of_one / sizeof *of_one; j++)
            if (strstr(sql, of_one[j]) != NULL)
                fail_msg("%s: '%s' in %s", dialects[i], of_one[j], sql);
        cn_text_free(sql);
    }
    cn_reflection_free(found);
    suite_end_with(engine, &all_kinds);
}

/* Conditions, defaults and expressions in the words of their database work in another. */
static void what_is_portable_means_the_same_elsewhere(void **state)
{
    (void)state;
    static const char *const refused[] = {"(2, 13)", "(2, 150)", "(0, 5)", "(5, 2)", "(77, 99)"};
    cn_engine               *engine    = suite_engine();
    cn_engine               *other     = cn_create_engine("sqlite://");
    assert_fine(engine, cn_drop_all(&things, engine));
    assert_fine(engine, cn_create_all(&things, engine));
    cn_reflection *found = cn_reflect(engine, .only = CN_NAMES("rf_thing"), .portable = true);
    assert_fine(engine, found != NULL);
    assert_fine(other, cn_create_all(cn_reflection_metadata(found), other));
    CN_CONNECT(connection, other) {
        cn_execute(connection, cn_text("INSERT INTO rf_thing (low, high) VALUES (2, 200)"));
        cn_result *result = cn_execute(
            connection, cn_text("SELECT word, number, price, made, area, stamp FROM rf_thing"));
        ASSERT_OK(connection);
        assert_true(cn_only(result));
        assert_string_equal(cn_cell_at(result, const char *, 0), "it's");
        assert_int_equal(cn_cell_at(result, int, 1), -7);
        assert_true(cn_cell_at(result, double, 2) == 1.5);
        assert_string_equal(cn_cell_at(result, const char *, 3), "abc");
        assert_int_equal(cn_cell_at(result, int, 4), 401);
        assert_non_null(strstr(cn_cell_at(result, const char *, 5), "20"));
        cn_commit(connection);
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
            char sql[80];
            snprintf(sql, sizeof sql, "INSERT INTO rf_thing (low, high) VALUES %s", refused[i]);
            cn_execute(connection, cn_text(sql));
            assert_int_equal(cn_error_cause(connection), CN_CAUSE_CHECK);
            cn_rollback(connection);
        }
    }
    cn_reflection_free(found);
    cn_engine_dispose(other);
    suite_end_with(engine, &things);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_of_every_kind_come_back),
        cmocka_unit_test(constraints_indexes_and_defaults_come_back),
        cmocka_unit_test(names_by_convention_come_back),
        cmocka_unit_test(what_one_database_has_alone_comes_back),
        cmocka_unit_test(tables_that_refer_to_each_other_and_to_themselves_come_back),
        cmocka_unit_test(odd_names_are_read_as_they_are),
        cmocka_unit_test(a_dot_in_a_name_is_no_schema),
        cmocka_unit_test(what_is_added_alone_has_its_comment),
        cmocka_unit_test(what_is_portable_can_be_made_anywhere),
        cmocka_unit_test(what_is_portable_means_the_same_elsewhere),
    };
    return suite_main("reflection", tests);
}
