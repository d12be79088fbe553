/*
 * What is created comes back: every table that models can describe is made, reflected, compared,
 * made again from what was reflected, and compared again, on real databases.
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include <cinnabar/cinnabar.h>

#include "unit/failing.h"

static void assert_fine(cn_engine *engine, bool done)
{
    if (!done || !cn_ok(engine))
        fail_msg("%s", cn_error_message(engine));
}

static cn_reflection *reflected(cn_engine *engine, const cn_reflect_options *options)
{
    cn_reflection *found = cn_engine_reflect(engine, options);
    if (found == NULL)
        fail_msg("%s", cn_error_message(engine));
    return found;
}

/* Each difference on a line. */
static void assert_equal(const cn_metadata *declared, const cn_reflection *found)
{
    /* those with sequences are compared with all that there is */
    cn_comparison *comparison = cn_compare(declared, found,
                                           .ignore_others = declared->sequences != NULL);
    char           all[4000]  = "";
    for (size_t i = 0; i < cn_comparison_count(comparison); i++) {
        strncat(all, cn_comparison_difference(comparison, i)->sentence,
                sizeof all - strlen(all) - 2);
        strcat(all, "\n");
    }
    if (!cn_comparison_equal(comparison))
        fail_msg("%s%s", all,
                 cn_comparison_problem(comparison) != NULL ? cn_comparison_problem(comparison)
                                                           : "");
    cn_comparison_free(comparison);
}

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
    CN_OPT(int) maybe;
    const char *key_text;
    const char *long_name;
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

CN_TABLE(owner, "rf_owner")
{
    CN_TABLE_COLUMN(region, CN_INTEGER);
    CN_TABLE_COLUMN(number, CN_INTEGER);
    CN_TABLE_COLUMN(name, CN_STRING(30), .comment = "it's the \\ name");
    CN_PRIMARY_KEY((number, region), .name = "pk_rf_owner");
}

CN_TABLE(thing, "rf_thing")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(region, CN_INTEGER, .nullable = true);
    CN_TABLE_COLUMN(owner, CN_INTEGER, .nullable = true, .index = true);
    CN_TABLE_COLUMN(low, CN_INTEGER, .check = "low > 0", .check_name = "ck_rf_low");
    CN_TABLE_COLUMN(high, CN_INTEGER, .check = "high <> 13 AND (high < 100 OR high IN (200, 300))",
                    .not_null = true);
    CN_TABLE_COLUMN(name, CN_STRING(40), .comment = "what it's called \\ or not");
    CN_TABLE_COLUMN(code, CN_STRING(8), .unique = true, .index = true);
    CN_TABLE_COLUMN(word, CN_STRING(20), .server_default = "'it''s'");
    CN_TABLE_COLUMN(number, CN_INTEGER, .server_default = "-7", .not_null = true);
    CN_TABLE_COLUMN(price, CN_NUMERIC(8, 2), .server_default = "1.50");
    CN_TABLE_COLUMN(flag, CN_BOOLEAN, .server_default = "TRUE");
    CN_TABLE_COLUMN(stamp, CN_DATETIME, .server_default = "CURRENT_TIMESTAMP",
                    .variants = CN_VARIANTS({"mysql", CN_DATETIME_DIGITS(0)}));
    CN_TABLE_COLUMN(made, CN_STRING(20), .server_default = "lower('ABC')");
    CN_TABLE_COLUMN(area, CN_INTEGER, .computed = "low * high + 1", .persisted = CN_STORED);
    CN_TABLE_COLUMN(parent, CN_INTEGER, .foreign_key = "rf_thing.id", .on_delete = "SET NULL");
    CN_CHECK("low < high", .name = "ck_rf_order");
    CN_CHECK("name LIKE 'a%' OR name IS NULL OR low BETWEEN 2 AND 4", .name = "ck_rf_name");
    CN_CHECK("NOT (low = 77 AND high = 99)");
    CN_UNIQUE_WITH((low, high), .name = "uq_rf_range");
    CN_UNIQUE(region, name);
    CN_FOREIGN_KEY((owner, region), "rf_owner", (number, region), .name = "fk_rf_owner",
                   .on_delete = "cascade", .on_update = "cascade");
    CN_INDEX((name, high desc), .name = "ix_rf_name");
    CN_INDEX((word(5), number), .name = "ix_rf_prefix");
    CN_INDEX((number), .name = "ix_rf_part", .where = "number > 3 AND word IS NOT NULL");
    CN_TABLE_OPTIONS(.comment = "things, it's said", .mysql_engine = "InnoDB");
}
CN_METADATA(things, &thing, &owner);
CN_METADATA_WITH(named_things, CN_MODELS(&thing, &owner),
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
    CN_INDEX((lower(sorted), number desc nulls last), .name = "ix_rf_lower",
             .where = "number > 3", .include = CN_MEMBERS(zoned), .comment = "it's fast");
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
CN_METADATA_WITH(postgresql_only, CN_MODELS(&stepped, &deferring), .sequences = CN_SEQUENCES(&lone));

CN_TABLE(mysql_table, "rf_mysql")
{
    CN_TABLE_COLUMN(id, CN_TYPE(INTEGER, .is_unsigned = true), .primary_key = true);
    CN_TABLE_COLUMN(flags, CN_SET_OF("a", "it's", "c\\d"));
    CN_TABLE_COLUMN(bits, CN_BIT(8));
    CN_TABLE_COLUMN(filled, CN_TYPE(INTEGER, .is_unsigned = true, .zerofill = true));
    CN_TABLE_COLUMN(latin, CN_TYPE(STRING, .length = 8, .charset = "latin1",
                                   .collation = "latin1_bin"));
    CN_TABLE_COLUMN(words, CN_TEXT);
    CN_TABLE_COLUMN(noted, CN_TEXT, .server_default = "'none'");
    CN_TABLE_COLUMN(at, CN_DATETIME, .server_default = "CURRENT_TIMESTAMP(6)",
                    .server_on_update = "CURRENT_TIMESTAMP(6)");
    CN_TABLE_COLUMN(twice, CN_INTEGER, .computed = "id_source * 2", .persisted = CN_VIRTUAL);
    CN_TABLE_COLUMN(id_source, CN_INTEGER);
    CN_INDEX((words), .name = "ft_rf_words", .kind = "FULLTEXT");
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
CN_METADATA_WITH(mysql_only, CN_MODELS(&mysql_table, &parted), .sequences = CN_SEQUENCES(&lone));

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
    CN_TABLE_COLUMN(egg_id, CN_INTEGER, .foreign_key = "rf_egg.id", .foreign_key_name = "fk_rf_egg");
    CN_TABLE_COLUMN(mother, CN_INTEGER, .foreign_key = "rf_hen.id");
}
CN_TABLE(egg, "rf_egg")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(hen_id, CN_INTEGER, .foreign_key = "rf_hen.id", .foreign_key_name = "fk_rf_hen");
}
CN_METADATA(farm, &hen, &egg);

static void tables_that_refer_to_each_other_and_to_themselves_come_back(void **state)
{
    (void)state;
    ASSERT_ROUND_TRIP(farm);
}

/* ---- names ----------------------------------------------------------------------------------- */

#define LONG_NAME "a_name_of_sixty_three_bytes_that_another_differs_from_at_its_en"

static void odd_names_are_read_as_they_are(void **state)
{
    (void)state;
    cn_engine               *engine  = suite_engine();
    static const char *const only[]  = {"rf select \"it's\" `odd`\n; --", NULL};
    const cn_reflect_options options = {.size = sizeof options, .only = only};
    static const char *const columns[] = {"primary \"key\"", "SELECT", "it's\n`quoted`", "check",
                                          LONG_NAME, "Order (by)"};
    static const char *const made[] = {
        [SUITE_SQLITE] =
            "CREATE TABLE \"rf select \"\"it's\"\" `odd`\n; --\" (\"primary \"\"key\"\"\" INTEGER "
            "PRIMARY KEY, \"SELECT\" INTEGER, [it's\n`quoted`] INTEGER UNIQUE, 'check' INTEGER "
            "CONSTRAINT \"constraint\" REFERENCES \"rf select \"\"it's\"\" `odd`\n; --\", " LONG_NAME
            " INTEGER /* , \"no column\" */, `Order (by)` VARCHAR(9) -- , nor this\n, CONSTRAINT "
            "\"a, (b\" CHECK (\"SELECT\" <> ')' || \"Order (by)\"))",
        [SUITE_MYSQL] =
            "CREATE TABLE `rf select \"it's\" ``odd``\n; --` (`primary \"key\"` INTEGER PRIMARY KEY "
            "AUTO_INCREMENT, `SELECT` INTEGER, `it's\n``quoted``` INTEGER UNIQUE, `check` INTEGER, "
            "`" LONG_NAME "` INTEGER, `Order (by)` VARCHAR(9), CONSTRAINT `a, (b` CHECK (`SELECT` "
            "<> concat(')', `Order (by)`)), CONSTRAINT `constraint` FOREIGN KEY (`check`) "
            "REFERENCES `rf select \"it's\" ``odd``\n; --` (`primary \"key\"`))",
        [SUITE_POSTGRESQL] =
            "CREATE TABLE \"rf select \"\"it's\"\" `odd`\n; --\" (\"primary \"\"key\"\"\" SERIAL "
            "PRIMARY KEY, \"SELECT\" INTEGER, \"it's\n`quoted`\" INTEGER UNIQUE, \"check\" "
            "INTEGER CONSTRAINT \"constraint\" REFERENCES \"rf select \"\"it's\"\" `odd`\n; --\", "
            "\"" LONG_NAME "\" INTEGER, \"Order (by)\" VARCHAR(9), CONSTRAINT \"a, (b\" CHECK "
            "(\"SELECT\"::text <> ')' || \"Order (by)\"))",
    };
    static const char *const dropped[] = {
        [SUITE_SQLITE]     = "DROP TABLE IF EXISTS \"rf select \"\"it's\"\" `odd`\n; --\"",
        [SUITE_MYSQL]      = "DROP TABLE IF EXISTS `rf select \"it's\" ``odd``\n; --`",
        [SUITE_POSTGRESQL] = "DROP TABLE IF EXISTS \"rf select \"\"it's\"\" `odd`\n; --\"",
    };
    cn_connection *connection = cn_connect(engine);
    cn_connection_execute_driver_sql(connection, dropped[suite_which()], NULL, 0);
    cn_connection_execute_driver_sql(connection, made[suite_which()], NULL, 0);
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

/* ---- what is asked for ----------------------------------------------------------------------- */

static void only_what_is_asked_for_and_what_it_refers_to_is_read(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(&things, engine));
    assert_fine(engine, cn_create_all(&things, engine));
    cn_reflection *found = cn_reflect(engine, .only = CN_NAMES("rf_thing"));
    assert_int_equal(cn_reflection_table_count(found), 2);
    const cn_reflected_table *table = cn_reflection_find(found, NULL, "rf_thing");
    assert_ptr_equal(table->foreign_keys[0]->target != NULL, true);
    cn_reflection_free(found);
    found = cn_reflect(engine, .only = CN_NAMES("rf_thing"), .no_linked = true);
    assert_int_equal(cn_reflection_table_count(found), 1);
    cn_reflection_free(found);
    found = cn_reflect(engine, .names_only = true, .only = CN_NAMES("rf_thing", "rf_owner"));
    assert_int_equal(cn_reflection_table_count(found), 2);
    assert_int_equal(cn_reflection_table(found, 0)->column_count, 0);
    assert_null(cn_reflection_table(found, 0)->model);
    cn_reflection_free(found);
    assert_null(cn_reflect(engine, .only = CN_NAMES("rf_thing", "rf_nothing")));
    assert_int_equal(cn_error_cause(engine), CN_CAUSE_NOT_FOUND);
    assert_non_null(strstr(cn_error_message(engine), "there is no table \"rf_nothing\""));
    assert_null(cn_reflect(engine, .schemas = CN_NAMES("rf_nowhere")));
    assert_non_null(strstr(cn_error_message(engine), "there is no schema \"rf_nowhere\""));
    assert_fine(engine, cn_drop_all(&things, engine));
    cn_engine_dispose(engine);
}

static void tables_and_indexes_are_there_or_not(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(&things, engine));
    assert_false(cn_has_table(engine, NULL, "rf_thing"));
    assert_false(cn_has_index(engine, NULL, "rf_thing", "ix_rf_name"));
    assert_false(cn_has_table(engine, "rf_nowhere", "rf_thing"));
    assert_true(cn_ok(engine));
    assert_fine(engine, cn_create_all(&things, engine));
    assert_true(cn_has_table(engine, NULL, "rf_thing"));
    assert_true(cn_has_index(engine, NULL, "rf_thing", "ix_rf_name"));
    assert_true(cn_has_index(engine, NULL, "rf_thing", "uq_rf_range"));
    assert_false(cn_has_index(engine, NULL, "rf_thing", "ix_rf_none"));
    cn_connection *connection = cn_connect(engine);
    assert_true(cn_has_table(connection, NULL, "rf_owner"));
    assert_false(cn_has_table(connection, NULL, "rf_nobody"));
    assert_true(cn_ok(connection));
    cn_close(connection);
    assert_fine(engine, cn_drop_all(&things, engine));
    cn_engine_dispose(engine);
}

typedef struct adjusted {
    char text[200];
} adjusted;

static bool is_owner(void *context, const cn_reflected_table *table)
{
    (void)context;
    return strcmp(table->name, "rf_owner") == 0;
}

static void change(void *context, const cn_reflected_table *table, cn_reflected_column *column)
{
    adjusted *into = context;
    strcat(strcat(strcat(into->text, table->name), "."), column->name);
    strcat(into->text, " ");
    if (strcmp(column->name, "name") == 0)
        column->type = CN_STRING(77);
}

static void a_program_may_leave_tables_out_and_change_columns(void **state)
{
    (void)state;
    adjusted   into   = {""};
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(&things, engine));
    assert_fine(engine, cn_create_all(&things, engine));
    cn_reflection *found = cn_reflect(engine, .filter = is_owner, .on_column = change,
                                      .context = &into);
    assert_int_equal(cn_reflection_table_count(found), 1);
    assert_string_equal(into.text, "rf_owner.region rf_owner.number rf_owner.name ");
    char *sql = cn_create_all_sql(cn_reflection_metadata(found), "postgresql");
    assert_non_null(sql);
    assert_non_null(strstr(sql, "name VARCHAR(77)"));
    cn_text_free(sql);
    cn_reflection_free(found);
    assert_fine(engine, cn_drop_all(&things, engine));
    cn_engine_dispose(engine);
}

static void what_is_portable_can_be_made_anywhere(void **state)
{
    (void)state;
    static const char *const dialects[] = {"sqlite", "mysql", "postgresql"};
    cn_engine               *engine     = suite_engine();
    assert_fine(engine, cn_drop_all(&all_kinds, engine));
    assert_fine(engine, cn_create_all(&all_kinds, engine));
    cn_reflection *found = cn_reflect(engine, .only = CN_NAMES("rf_kinds", "rf_more_kinds"),
                                      .portable = true);
    for (size_t i = 0; i < 3; i++) {
        char  problem[300] = "";
        char *sql          = cn_create_all_sql(cn_reflection_metadata(found), dialects[i],
                                               .problem = problem, .problem_size = sizeof problem);
        if (sql == NULL)
            fail_msg("%s", problem);
        cn_text_free(sql);
    }
    cn_reflection_free(found);
    assert_fine(engine, cn_drop_all(&all_kinds, engine));
    cn_engine_dispose(engine);
}

/* ---- a connection sees its own transaction --------------------------------------------------- */

static void a_connection_sees_what_it_has_done(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS rf_mine");
    cn_connection *connection = cn_connect(engine);
    cn_execute(connection, cn_text("CREATE TABLE rf_mine (id INTEGER PRIMARY KEY)"));
    cn_reflection *found = cn_reflect(connection, .only = CN_NAMES("rf_mine"));
    if (found == NULL)
        fail_msg("%s", cn_error_message(connection));
    assert_int_equal(cn_reflection_table(found, 0)->column_count, 1);
    cn_reflection_free(found);
    assert_null(cn_reflect(connection, .only = CN_NAMES("rf_yours")));
    assert_false(cn_ok(connection));
    cn_rollback(connection);
    assert_true(cn_ok(connection));
    cn_close(connection);
    suite_run(engine, "DROP TABLE IF EXISTS rf_mine");
    cn_engine_dispose(engine);
}

/* ---- views ----------------------------------------------------------------------------------- */

static void views_are_read_when_asked_for(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    suite_run(engine, "DROP VIEW IF EXISTS rf_view");
    assert_fine(engine, cn_drop_all(&things, engine));
    assert_fine(engine, cn_create_all(&things, engine));
    suite_run(engine, "CREATE VIEW rf_view AS SELECT id, name FROM rf_thing WHERE low > 3");
    cn_reflection *found = cn_reflect(engine);
    assert_null(cn_reflection_find(found, NULL, "rf_view"));
    cn_reflection_free(found);
    found                          = cn_reflect(engine, .views = true);
    const cn_reflected_table *view = cn_reflection_find(found, NULL, "rf_view");
    assert_non_null(view);
    assert_int_equal(view->kind, CN_REFLECTED_VIEW);
    assert_int_equal(view->column_count, 2);
    assert_string_equal(view->columns[1]->name, "name");
    assert_non_null(strstr(view->definition, "rf_thing"));
    assert_non_null(view->model);
    const cn_metadata *metadata = cn_reflection_metadata(found);
    for (size_t i = 0; metadata->models[i] != NULL; i++)
        assert_ptr_not_equal(metadata->models[i], view->model);
    cn_reflection_free(found);
    suite_run(engine, "DROP VIEW rf_view");
    assert_fine(engine, cn_drop_all(&things, engine));
    cn_engine_dispose(engine);
}

static void a_view_without_its_table_harms_no_other(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    if (suite_which() == SUITE_POSTGRESQL) { /* it keeps no such view */
        cn_engine_dispose(engine);
        return;
    }
    suite_run(engine, "DROP VIEW IF EXISTS rf_broken");
    suite_run(engine, "DROP VIEW IF EXISTS rf_whole");
    suite_run(engine, "DROP TABLE IF EXISTS rf_gone");
    suite_run(engine, "CREATE TABLE rf_gone (id INTEGER)");
    suite_run(engine, "CREATE VIEW rf_broken AS SELECT id FROM rf_gone");
    suite_run(engine, "CREATE VIEW rf_whole AS SELECT 1 AS one");
    suite_run(engine, "DROP TABLE rf_gone");
    cn_reflection *found = cn_reflect(engine, .views = true);
    assert_fine(engine, found != NULL);
    const cn_reflected_table *view = cn_reflection_find(found, NULL, "rf_broken");
    assert_non_null(view);
    assert_int_equal(cn_reflection_find(found, NULL, "rf_whole")->column_count, 1);
    if (suite_which() == SUITE_SQLITE) {
        assert_int_equal(view->column_count, 0);
        assert_non_null(strstr(view->problem, "rf_gone"));
        assert_null(view->model);
    }
    cn_reflection_free(found);
    suite_run(engine, "DROP VIEW rf_broken");
    suite_run(engine, "DROP VIEW rf_whole");
    cn_engine_dispose(engine);
}

/* ---- schemas --------------------------------------------------------------------------------- */

CN_TABLE(there, "rf_other.rf_there")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(up, CN_INTEGER, .foreign_key = "rf_other.rf_there.id");
    CN_TABLE_COLUMN(name, CN_STRING(9), .unique = true, .index = true);
}
CN_TABLE(here, "rf_here")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(there_id, CN_INTEGER, .foreign_key = "rf_other.rf_there.id");
}
CN_METADATA(elsewhere, &there);
CN_METADATA(both_places, &there, &here);

/* One connection, to which the other database stays attached. */
static cn_engine *engine_with_other(void)
{
    cn_engine *engine = cn_create_engine(
        suite_which() == SUITE_MYSQL ? suite_server_url("_ADMIN") : suite_url(), .pool_size = 1,
        .max_overflow = CN_NONE);
    if (suite_which() != SUITE_SQLITE) {
        assert_fine(engine, cn_create_schema("rf_other", engine));
        return engine;
    }
    cn_connection *connection = cn_connect(engine, .autocommit = true);
    cn_execute(connection, cn_text("ATTACH ':memory:' AS rf_other"));
    if (!cn_ok(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);
    return engine;
}

static bool lists(const char *const *names, const char *name)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

static void tables_of_other_schemas_are_called_by_them(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_other();
    if (suite_which() != SUITE_SQLITE)
        assert_fine(engine, cn_drop_all(&both_places, engine));
    assert_fine(engine, cn_drop_all(&elsewhere, engine));
    assert_fine(engine, cn_create_all(&elsewhere, engine));
    cn_reflection *found = cn_reflect(engine, .schemas = CN_NAMES("rf_other"));
    assert_fine(engine, found != NULL);
    assert_true(lists(cn_reflection_schemas(found), "rf_other"));
    assert_true(lists(cn_reflection_schemas(found), cn_reflection_default_schema(found)));
    assert_int_equal(cn_reflection_table_count(found), 1);
    const cn_reflected_table *table = cn_reflection_find(found, "rf_other", "rf_there");
    assert_string_equal(table->model->table, "rf_other.rf_there");
    assert_ptr_equal(table->foreign_keys[0]->target, table);
    assert_equal(&elsewhere, found);
    assert_true(cn_has_table(engine, "rf_other", "rf_there"));
    assert_false(cn_has_table(engine, NULL, "rf_there"));
    assert_fine(engine, cn_drop_all(cn_reflection_metadata(found), engine));
    assert_false(cn_has_table(engine, "rf_other", "rf_there"));
    assert_fine(engine, cn_create_all(cn_reflection_metadata(found), engine));
    cn_reflection *again = cn_reflect(engine, .schemas = CN_NAMES("rf_other"));
    assert_equal(&elsewhere, again);
    cn_reflection_free(again);
    cn_reflection_free(found);
    assert_fine(engine, cn_drop_all(&elsewhere, engine));
    if (suite_which() != SUITE_SQLITE)
        assert_fine(engine, cn_drop_schema("rf_other", true, engine));
    cn_engine_dispose(engine);
}

static void foreign_keys_lead_into_other_schemas(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_other();
    if (suite_which() != SUITE_SQLITE) { /* its foreign keys stay in their file */
        assert_fine(engine, cn_drop_all(&both_places, engine));
        assert_fine(engine, cn_create_all(&both_places, engine));
        cn_reflection *found = cn_reflect(engine, .only = CN_NAMES("rf_here"));
        assert_fine(engine, found != NULL);
        assert_int_equal(cn_reflection_table_count(found), 2);
        assert_equal(&both_places, found);
        cn_reflection_free(found);
        found = cn_reflect(engine, .all_schemas = true);
        assert_non_null(cn_reflection_find(found, "rf_other", "rf_there"));
        assert_non_null(cn_reflection_find(found, NULL, "rf_here"));
        cn_reflection_free(found);
        assert_fine(engine, cn_drop_all(&both_places, engine));
        assert_fine(engine, cn_drop_schema("rf_other", true, engine));
    }
    cn_engine_dispose(engine);
}

/* ---- how much is asked ----------------------------------------------------------------------- */

static size_t queries;

static void count_queries(void *context, const cn_echo *echo)
{
    (void)context;
    queries += strncmp(echo->statement, "SELECT", 6) == 0;
}

static size_t queries_for(cn_engine *engine, int tables)
{
    char           sql[300], names[70][20];
    const char    *only[71];
    cn_connection *connection = cn_connect(engine);
    for (int i = 0; i < tables; i++) {
        snprintf(names[i], sizeof names[i], "rf_many_%d", i);
        only[i] = names[i];
        snprintf(sql, sizeof sql,
                 "CREATE TABLE rf_many_%d (id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0), m "
                 "INTEGER UNIQUE REFERENCES rf_many_%d (id))",
                 i, i / 2);
        cn_execute(connection, cn_text(sql));
        snprintf(sql, sizeof sql, "CREATE INDEX rf_many_ix_%d ON rf_many_%d (n)", i, i);
        cn_execute(connection, cn_text(sql));
    }
    only[tables] = NULL;
    if (!cn_commit(connection))
        fail_msg("%s", cn_error_message(connection));
    queries              = 0;
    cn_reflection *found = cn_reflect(connection, .only = only);
    if (found == NULL)
        fail_msg("%s", cn_error_message(connection));
    size_t asked = queries;
    assert_int_equal(cn_reflection_table_count(found), tables);
    cn_rollback(connection);
    cn_close(connection);
    assert_fine(engine, cn_drop_all(cn_reflection_metadata(found), engine));
    cn_reflection_free(found);
    return asked;
}

static void as_many_queries_are_sent_for_many_tables_as_for_few(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine(suite_url(), .echo = true, .on_echo = count_queries);
    (void)queries_for(engine, 1); /* the connection's own first questions */
    size_t few        = queries_for(engine, 3);
    size_t     many   = queries_for(engine, 60);
    assert_true(few > 0);
    assert_int_equal(few, many);
    cn_engine_dispose(engine);
}

/* ---- differences ----------------------------------------------------------------------------- */

CN_TABLE(before, "rf_changed")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(title, CN_STRING(30));
    CN_TABLE_COLUMN(body, CN_STRING(20), .server_default = "'x'");
    CN_TABLE_COLUMN(gone, CN_INTEGER);
    CN_TABLE_COLUMN(n, CN_INTEGER);
    CN_TABLE_COLUMN(m, CN_INTEGER);
    CN_CHECK("n > 1", .name = "ck_rf_n");
    CN_CHECK("n < 100", .name = "ck_rf_old");
    CN_UNIQUE_WITH((n, m), .name = "uq_rf_nm");
    CN_INDEX((n), .name = "ix_rf_n");
    CN_INDEX((m), .name = "ix_rf_m");
    CN_FOREIGN_KEY((m), "rf_changed", (id), .name = "fk_rf_m", .on_delete = "CASCADE");
}
CN_TABLE(after, "rf_changed")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(title, CN_STRING(20), .not_null = true);
    CN_TABLE_COLUMN(body, CN_STRING(20), .server_default = "'y'");
    CN_TABLE_COLUMN(fresh, CN_INTEGER);
    CN_TABLE_COLUMN(n, CN_INTEGER);
    CN_TABLE_COLUMN(m, CN_INTEGER);
    CN_CHECK("n > 2", .name = "ck_rf_n");
    CN_CHECK("m < 100", .name = "ck_rf_new");
    CN_UNIQUE_WITH((m, n), .name = "uq_rf_mn");
    CN_INDEX((m, n), .name = "ix_rf_n");
    CN_INDEX((fresh), .name = "ix_rf_fresh");
    CN_FOREIGN_KEY((m), "rf_changed", (id), .name = "fk_rf_m", .on_delete = "SET NULL");
}
CN_TABLE(added, "rf_added")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
}
CN_TABLE(removed, "rf_removed")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
}
CN_METADATA(old_base, &before, &removed);
CN_METADATA(new_base, &after, &added);

static void assert_tells(const cn_comparison *comparison, const char *beginning)
{
    for (size_t i = 0; i < cn_comparison_count(comparison); i++) {
        const cn_difference *difference = cn_comparison_difference(comparison, i);
        if (strncmp(difference->sentence, beginning, strlen(beginning)) == 0)
            return;
    }
    for (size_t i = 0; i < cn_comparison_count(comparison); i++)
        print_message("%s\n", cn_comparison_difference(comparison, i)->sentence);
    fail_msg("nothing tells: %s", beginning);
}

static void each_difference_is_told(void **state)
{
    (void)state;
    static const char *const sentences[] = {
        "there is no table rf_added",
        "the table rf_removed is not declared",
        "rf_changed: column title: the type is ",
        "rf_changed: column title: the nullability is NULL, declared NOT NULL",
        "rf_changed: column body: the default is 'x', declared 'y'",
        "rf_changed: there is no column fresh",
        "rf_changed: the column gone ",
        "rf_changed: check constraint ck_rf_n: the condition is ",
        "rf_changed: there is no check constraint ck_rf_new m < 100",
        "rf_changed: the check constraint ck_rf_old ",
        "rf_changed: there is no unique constraint uq_rf_mn (m, n)",
        "rf_changed: the unique constraint uq_rf_nm (n, m) is not declared",
        "rf_changed: index ix_rf_n: the list of columns is (n), declared (m, n)",
        "rf_changed: there is no index ix_rf_fresh (fresh)",
        "rf_changed: the index ix_rf_m (m) is not declared",
        "rf_changed: foreign key fk_rf_m: the action ON DELETE is CASCADE, declared SET NULL",
    };
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(&old_base, engine));
    assert_fine(engine, cn_create_all(&old_base, engine));
    cn_reflection *found      = cn_reflect(engine, .only = CN_NAMES("rf_changed", "rf_removed"));
    cn_comparison *comparison = cn_compare(&new_base, found);
    assert_false(cn_comparison_equal(comparison));
    assert_null(cn_comparison_problem(comparison));
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        assert_tells(comparison, sentences[i]);
    assert_int_equal(cn_comparison_count(comparison), sizeof sentences / sizeof *sentences);
    const cn_difference *first = cn_comparison_difference(comparison, 0);
    assert_true(first->kind == CN_DIFFERENCE_COLUMN || first->kind == CN_DIFFERENCE_TABLE);
    cn_comparison_free(comparison);

    comparison = cn_compare(&new_base, found, .ignore_others = true);
    assert_int_equal(cn_comparison_count(comparison), sizeof sentences / sizeof *sentences - 1);
    cn_comparison_free(comparison);
    cn_reflection_free(found);
    assert_fine(engine, cn_drop_all(&old_base, engine));
    cn_engine_dispose(engine);
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* Everything works or fails as a whole, whichever allocation it is that fails. */
static bool take_and_compare(cn_engine *engine)
{
    cn_reflection *found      = cn_reflect(engine, .only = CN_NAMES("rf_thing"));
    cn_comparison *comparison = found != NULL ? cn_compare(&things, found) : NULL;
    bool           done       = comparison != NULL;
    if (found == NULL)
        assert_int_equal(cn_error_cause(engine), CN_CAUSE_MEMORY);
    for (size_t i = 0; i < cn_comparison_count(comparison); i++)
        print_message("%s\n", cn_comparison_difference(comparison, i)->sentence);
    if (done)
        assert_true(cn_comparison_equal(comparison));
    cn_comparison_free(comparison);
    cn_reflection_free(found);
    return done;
}

static void running_out_of_memory_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    assert_fine(engine, cn_drop_all(&things, engine));
    assert_fine(engine, cn_create_all(&things, engine));
    assert_true(take_and_compare(engine));
    bool failed = true;
    for (size_t n = 1; failed; n += n < 400 ? 1 : 37) {
        failing_begin(n, n % 2 == 0);
        bool done = take_and_compare(engine);
        failed    = failing_end();
        assert_true(done || failed);
    }
    assert_true(take_and_compare(engine));
    assert_fine(engine, cn_drop_all(&things, engine));
    cn_engine_dispose(engine);
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
        cmocka_unit_test(only_what_is_asked_for_and_what_it_refers_to_is_read),
        cmocka_unit_test(tables_and_indexes_are_there_or_not),
        cmocka_unit_test(a_program_may_leave_tables_out_and_change_columns),
        cmocka_unit_test(what_is_portable_can_be_made_anywhere),
        cmocka_unit_test(a_connection_sees_what_it_has_done),
        cmocka_unit_test(views_are_read_when_asked_for),
        cmocka_unit_test(a_view_without_its_table_harms_no_other),
        cmocka_unit_test(tables_of_other_schemas_are_called_by_them),
        cmocka_unit_test(foreign_keys_lead_into_other_schemas),
        cmocka_unit_test(as_many_queries_are_sent_for_many_tables_as_for_few),
        cmocka_unit_test(each_difference_is_told),
        cmocka_unit_test(running_out_of_memory_is_an_error_and_leaks_nothing),
    };
    return suite_main("reflection", tests);
}
