/*
 * What a model says of constraints, indexes, defaults and types becomes the table's description,
 * and what every mistake in it is called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schema/resolved.h"
#include "unit/failing.h"

static const cn_table *table_of(const cn_model *model)
{
    cn_error        error = {0};
    const cn_table *table = cn_table_of(model, &error);
    if (table == NULL)
        fail_msg("%s", cn_error_get_message(&error));
    return table;
}

/* ---- what becomes of it ---------------------------------------------------------------------- */

CN_SEQUENCE(numbers, "numbers", .start = 5);

typedef struct Everything {
    int         id;
    int         a;
    int         b;
    const char *text;
    int         sum;
} Everything;

CN_MODEL(Everything, "everything")
{
    CN_COLUMN(id, .primary_key = true, .identity = CN_IDENTITY_ALWAYS,
              .identity_numbers = {.start = 5});
    CN_COLUMN(a, .unique = true, .check = "a > 0", .foreign_key = "other.x", .match = "full",
              .foreign_key_name = "fk_a", .deferrable = CN_NO);
    CN_COLUMN(b, .index = true, .insert_value = cn_value_int(7));
    CN_COLUMN(text, .sequence = NULL, .comment = "words", .server_default = "'x'");
    CN_COLUMN(sum, .computed = "a + b");
    CN_CHECK("a < b", .name = "less");
    CN_INDEX((a desc nulls last, text(12), lower(text), b asc), .name = "ix", .unique = true,
             .include = CN_MEMBERS(sum));
    CN_FOREIGN_KEY((b, a), "s.pair", (x, y), .on_update = "no action");
    CN_UNIQUE_WITH((b, a), .name = "uq", .initially = "deferred");
    CN_TABLE_OPTIONS(.comment = "all of it");
}

static void what_the_table_says_comes_before_what_its_columns_say(void **state)
{
    (void)state;
    static const uint8_t kinds[] = {CN_CONSTRAINT_CHECK,  CN_CONSTRAINT_FOREIGN_KEY,
                                    CN_CONSTRAINT_UNIQUE, CN_CONSTRAINT_CHECK,
                                    CN_CONSTRAINT_UNIQUE, CN_CONSTRAINT_FOREIGN_KEY};
    const cn_table      *table   = table_of(&Everything_model);
    assert_int_equal(table->constraint_count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(table->constraints[i].kind, kinds[i]);
    assert_string_equal(table->checks[0].name, "less");
    assert_int_equal(table->checks[0].column, CN_NO_COLUMN);
    assert_int_equal(table->checks[1].column, 1);
    assert_string_equal(table->uniques[0].initially, "DEFERRED");
    assert_int_equal(table->uniques[0].columns[0], 2);
    assert_int_equal(table->uniques[1].count, 1);
    const cn_foreign_key *pair = &table->foreign_keys[0], *single = &table->foreign_keys[1];
    assert_int_equal(pair->count, 2);
    assert_string_equal(pair->foreign_table, "s.pair");
    assert_string_equal(pair->foreign_columns[1], "y");
    assert_string_equal(pair->on_update, "NO ACTION");
    assert_false(pair->of_column);
    assert_true(single->of_column);
    assert_string_equal(single->name, "fk_a");
    assert_string_equal(single->match, "FULL");
    assert_int_equal(single->deferrable, CN_NO);
    assert_string_equal(table->options.comment, "all of it");
}

static void the_parts_of_an_index_are_members_or_expressions(void **state)
{
    (void)state;
    const cn_index *index = &table_of(&Everything_model)->indexes[0];
    assert_int_equal(table_of(&Everything_model)->index_count, 2);
    assert_int_equal(index->part_count, 4);
    assert_int_equal(index->parts[0].column, 1);
    assert_true(index->parts[0].descending);
    assert_string_equal(index->parts[0].nulls, "LAST");
    assert_int_equal(index->parts[1].column, 3);
    assert_int_equal(index->parts[1].length, 12);
    assert_int_equal(index->parts[2].column, CN_NO_COLUMN);
    assert_string_equal(index->parts[2].expression, "lower(text)");
    assert_int_equal(index->parts[3].column, 2);
    assert_false(index->parts[3].descending);
    assert_int_equal(index->include_count, 1);
    assert_int_equal(index->include[0], 4);
    assert_true(index->unique);
    assert_true(table_of(&Everything_model)->indexes[1].of_column);
}

static void columns_know_who_makes_their_values(void **state)
{
    (void)state;
    const cn_table *table = table_of(&Everything_model);
    assert_true(table->has_defaults);
    assert_int_equal(table->generated, 0);
    assert_true(table->columns[0].never_written);
    assert_int_equal(table->columns[0].numbers.start, 5);
    assert_int_equal(table->columns[2].insert_value.value.as.integer, 7);
    assert_false(table->columns[2].made_by_server);
    assert_true(table->columns[3].made_by_server);
    assert_false(table->columns[3].never_written);
    assert_true(table->columns[4].never_written);
}

CN_TABLE(ordered, "ordered")
{
    CN_TABLE_COLUMN(a, CN_INTEGER);
    CN_TABLE_COLUMN(b, CN_TYPE_OF(Everything, text));
    CN_TABLE_COLUMN(c, CN_TYPE_OF_TABLE(ordered, a), .nullable = true);
    CN_PRIMARY_KEY((c, a), .name = "pk");
}

static void a_key_that_may_be_null_is_an_error(void **state)
{
    (void)state;
    cn_error error = {0};
    assert_null(cn_table_of(&ordered, &error));
    assert_string_equal(cn_error_get_message(&error),
                        "ordered.c: .nullable contradicts CN_PRIMARY_KEY");
    cn_error_clear(&error);
}

CN_TABLE(typed, "typed")
{
    CN_TABLE_COLUMN(b, CN_TYPE_OF(Everything, text));
    CN_TABLE_COLUMN(a, CN_TYPE_OF(Everything, a));
    CN_TABLE_COLUMN(c, CN_TYPE_OF_TABLE(typed, a));
    CN_PRIMARY_KEY((c, a));
}

static void a_type_is_taken_from_the_column_that_is_referred_to(void **state)
{
    (void)state;
    const cn_table *table = table_of(&typed);
    assert_int_equal(table->columns[0].type.kind, CN_TYPE_TEXT);
    assert_int_equal(table->columns[2].type.kind, CN_TYPE_INTEGER);
    assert_int_equal(table->primary_key[0], 2);
    assert_int_equal(table->primary_key[1], 1);
    assert_false(table->columns[1].nullable);
    assert_true(table->columns[0].nullable);
}

/* ---- mistakes -------------------------------------------------------------------------------- */

typedef struct Thing {
    int         id;
    int         number;
    const char *text;
} Thing;

#define WRONG(model, message, ...)                                                                 \
    typedef Thing model;                                                                           \
    CN_MODEL(model, "thing")                                                                       \
    {                                                                                              \
        CN_COLUMN(id, .primary_key = true);                                                        \
        CN_COLUMN(text);                                                                           \
        __VA_ARGS__                                                                                \
    }                                                                                              \
    static void says_##model(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        cn_error error = {0};                                                                      \
        assert_null(cn_table_of(&model##_model, &error));                                          \
        assert_string_equal(cn_error_get_message(&error), message);                                \
        assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_MODEL);                              \
        cn_error_clear(&error);                                                                    \
    }

WRONG(Index_typo, "Index_typo: CN_INDEX names titel, which is not mapped", CN_INDEX((titel));)
WRONG(Index_typo_desc, "Index_typo_desc: CN_INDEX names titel, which is not mapped",
      CN_INDEX((titel desc));)
WRONG(Include_typo, "Include_typo: the .include of CN_INDEX names titel, which is not mapped",
      CN_INDEX((text), .include = CN_MEMBERS(titel));)
WRONG(Nameless, "Nameless: CN_INDEX has an empty name", CN_INDEX((text), .name = "");)
WRONG(No_check, "No_check: CN_CHECK has no condition", CN_CHECK("");)
WRONG(Null_check, "Null_check: CN_CHECK has no condition", CN_CHECK(NULL);)
WRONG(Column_check, "Column_check.number: .check has no condition", CN_COLUMN(number, .check = "");)
WRONG(Two_keys, "Two_keys has two CN_PRIMARY_KEYs", CN_PRIMARY_KEY((id)); CN_PRIMARY_KEY((id));)
WRONG(Other_key, "Other_key.id is a primary key, but CN_PRIMARY_KEY does not name it",
      CN_PRIMARY_KEY((text));)
WRONG(Key_typo, "Key_typo: CN_PRIMARY_KEY names ID, which is not mapped", CN_PRIMARY_KEY((ID));)
WRONG(Key_twice, "Key_twice: CN_PRIMARY_KEY names id twice", CN_PRIMARY_KEY((id, id));)
WRONG(Uneven, "Uneven: CN_FOREIGN_KEY to \"other\" has 2 members, but 1 columns",
      CN_FOREIGN_KEY((id, text), "other", (x));)
WRONG(Nowhere, "Nowhere: CN_FOREIGN_KEY names no table", CN_FOREIGN_KEY((id), "", (x));)
WRONG(Bad_match, "Bad_match: .match = \"some\" is none of FULL, PARTIAL, SIMPLE",
      CN_FOREIGN_KEY((id), "other", (x), .match = "some");)
WRONG(Bad_initially, "Bad_initially: .initially = \"later\" is none of DEFERRED, IMMEDIATE",
      CN_UNIQUE_WITH((id), .initially = "later");)
WRONG(Bad_conflict,
      "Bad_conflict: .on_conflict = \"shrug\" is none of ROLLBACK, ABORT, FAIL, IGNORE, REPLACE",
      CN_UNIQUE_WITH((id), .on_conflict = "shrug");)
WRONG(Lone_match, "Lone_match.number: .match = \"FULL\" needs a .foreign_key",
      CN_COLUMN(number, .match = "FULL");)
WRONG(Lone_alter, "Lone_alter.number: .use_alter needs a .foreign_key",
      CN_COLUMN(number, .use_alter = true);)
WRONG(Lone_deferrable, "Lone_deferrable.number: .deferrable needs a .foreign_key",
      CN_COLUMN(number, .deferrable = CN_YES);)
WRONG(Options_twice, "Options_twice has two CN_TABLE_OPTIONS",
      CN_TABLE_OPTIONS(.sqlite_strict = true);
      CN_TABLE_OPTIONS(.sqlite_strict = true);)
WRONG(Computed_default, "Computed_default.number: .computed contradicts .server_default",
      CN_COLUMN(number, .computed = "1", .server_default = "2");)
WRONG(Computed_value, "Computed_value.number: .computed contradicts a value of the program",
      CN_COLUMN(number, .computed = "1", .insert_value = cn_value_int(2));)
WRONG(Computed_nothing, "Computed_nothing.number: .computed has no expression",
      CN_COLUMN(number, .computed = "");)
WRONG(Two_values, "Two_values.number: .identity contradicts .sequence",
      CN_COLUMN(number, .identity = CN_IDENTITY_ALWAYS, .sequence = &numbers);)
WRONG(Real_identity, "Real_identity.number: .identity needs an integer",
      CN_COLUMN(number, .type = CN_NUMERIC(5, 0), .identity = CN_IDENTITY_ALWAYS);)
WRONG(Auto_number, "Auto_number.number: .autoincrement is for a single integer key",
      CN_COLUMN(number, .autoincrement = true);)
WRONG(Nameless_enum, "Nameless_enum.number: CN_ENUM_NATIVE needs a name for its type",
      CN_COLUMN(number, .type = CN_ENUM_AS(CN_ENUM_NATIVE, NULL, "a"));)
WRONG(Short_char, "Short_char.number: CN_CHAR does not fit a member of type int",
      CN_COLUMN(number, .type = CN_CHAR(3));)
WRONG(Empty_raw, "Empty_raw.number: CN_RAW has no words", CN_COLUMN(number, .type = CN_RAW(""));)
WRONG(Bad_variant, "Bad_variant.number: CN_CHAR needs a length",
      CN_COLUMN(number, .variants = CN_VARIANTS({"mysql", CN_CHAR(0)}));)
WRONG(No_column, "No_column.number: CN_TYPE_OF: Everything has no column nobody",
      CN_COLUMN(number, .type = CN_TYPE_OF(Everything, nobody));)
WRONG(Early, "Early.number: CN_TYPE_OF asks Early for later, which is not declared before",
      CN_COLUMN(number, .type = CN_TYPE_OF(Early, later));)

CN_TABLE_DECLARE(hen);
CN_TABLE(egg, "egg")
{
    CN_TABLE_COLUMN(hen_id, CN_TYPE_OF_TABLE(hen, egg_id));
}
CN_TABLE(hen, "hen")
{
    CN_TABLE_COLUMN(egg_id, CN_TYPE_OF_TABLE(egg, hen_id));
}

static void types_that_are_taken_from_each_other_are_an_error(void **state)
{
    (void)state;
    cn_error error = {0};
    assert_null(cn_table_of(&egg, &error));
    assert_string_equal(cn_error_get_message(&error), "hen.egg_id: CN_TYPE_OF asks egg for "
                                                      "hen_id, which is not declared before");
    cn_error_clear(&error);
}

static void want_of_memory_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        cn_model_state fresh = {0};
        cn_model       again = Everything_model;
        cn_error       error = {0};
        again.state          = &fresh;
        failing_begin(n, false);
        const cn_table *table = cn_table_of(&again, &error);
        bool            done  = table != NULL;
        if (done) { /* the arena holds the table itself */
            cn_arena arena = ((cn_resolved *)fresh.table)->arena;
            cn_arena_free(&arena);
        }
        cn_error_clear(&error);
        failed = failing_end();
        assert_int_equal(done, !failed);
        assert_int_equal(failing.alive, 0);
        assert_true(n < 500);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_table_says_comes_before_what_its_columns_say),
        cmocka_unit_test(the_parts_of_an_index_are_members_or_expressions),
        cmocka_unit_test(columns_know_who_makes_their_values),
        cmocka_unit_test(a_key_that_may_be_null_is_an_error),
        cmocka_unit_test(a_type_is_taken_from_the_column_that_is_referred_to),
        cmocka_unit_test(types_that_are_taken_from_each_other_are_an_error),
        cmocka_unit_test(want_of_memory_is_an_error_and_leaves_nothing),
        cmocka_unit_test(says_Index_typo),
        cmocka_unit_test(says_Index_typo_desc),
        cmocka_unit_test(says_Include_typo),
        cmocka_unit_test(says_Nameless),
        cmocka_unit_test(says_No_check),
        cmocka_unit_test(says_Null_check),
        cmocka_unit_test(says_Column_check),
        cmocka_unit_test(says_Two_keys),
        cmocka_unit_test(says_Other_key),
        cmocka_unit_test(says_Key_typo),
        cmocka_unit_test(says_Key_twice),
        cmocka_unit_test(says_Uneven),
        cmocka_unit_test(says_Nowhere),
        cmocka_unit_test(says_Bad_match),
        cmocka_unit_test(says_Bad_initially),
        cmocka_unit_test(says_Bad_conflict),
        cmocka_unit_test(says_Lone_match),
        cmocka_unit_test(says_Lone_alter),
        cmocka_unit_test(says_Lone_deferrable),
        cmocka_unit_test(says_Options_twice),
        cmocka_unit_test(says_Computed_default),
        cmocka_unit_test(says_Computed_value),
        cmocka_unit_test(says_Computed_nothing),
        cmocka_unit_test(says_Two_values),
        cmocka_unit_test(says_Real_identity),
        cmocka_unit_test(says_Auto_number),
        cmocka_unit_test(says_Nameless_enum),
        cmocka_unit_test(says_Short_char),
        cmocka_unit_test(says_Empty_raw),
        cmocka_unit_test(says_Bad_variant),
        cmocka_unit_test(says_No_column),
        cmocka_unit_test(says_Early),
    };
    return cmocka_run_group_tests_name("constraints", tests, NULL, NULL);
}
