/*
 * A model becomes a table: types and nullability from the C types, keys, and what every mistake
 * is called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schema/relationship.h"
#include "unit/failing.h"

#define TABLE_OF(model) table_of(&(model), __LINE__)

static const cn_table *table_of(const cn_model *model, int line)
{
    cn_error        error = {0};
    const cn_table *table = cn_table_of(model, &error);
    if (table == NULL)
        fail_msg("line %d: %s", line, cn_error_get_message(&error));
    return table;
}

static void assert_wrong(const cn_model *model, const char *message)
{
    for (int again = 0; again < 2; again++) { /* the same each time */
        cn_error error = {0};
        assert_null(cn_table_of(model, &error));
        assert_string_equal(cn_error_get_message(&error), message);
        assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_MODEL);
        cn_error_clear(&error);
    }
}

static const cn_column *column_of(const cn_table *table, const char *member)
{
    const cn_column *column = cn_table_member(table, member);
    if (column == NULL)
        fail_msg("no column for %s", member);
    return column;
}

/* ---- what follows from the C types ----------------------------------------------------------- */

typedef enum colour { RED, GREEN } colour;

typedef struct Everything {
    int             id;
    bool            a_bool;
    int8_t          an_int8;
    uint8_t         a_uint8;
    int16_t         an_int16;
    uint16_t        a_uint16;
    uint32_t        a_uint32;
    int64_t         an_int64;
    uint64_t        a_uint64;
    float           a_float;
    double          a_double;
    const char     *a_text;
    char            some_chars[31];
    cn_bytes        some_bytes;
    cn_decimal      a_decimal;
    cn_date         a_date;
    cn_time         a_time;
    cn_datetime     a_datetime;
    cn_timestamp    a_timestamp;
    cn_interval     an_interval;
    cn_uuid         a_uuid;
    cn_json         some_json;
    CN_OPT(int)     an_opt;
    CN_OPT(cn_date) an_opt_date;
    colour          a_colour;
    const char     *text_not_null;
    const char     *named;
    int             not_mapped;
} Everything;

CN_MODEL(Everything, "everything")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(a_bool);
    CN_COLUMN(an_int8);
    CN_COLUMN(a_uint8);
    CN_COLUMN(an_int16);
    CN_COLUMN(a_uint16);
    CN_COLUMN(a_uint32);
    CN_COLUMN(an_int64);
    CN_COLUMN(a_uint64);
    CN_COLUMN(a_float);
    CN_COLUMN(a_double);
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
    CN_COLUMN(some_json);
    CN_COLUMN(an_opt);
    CN_COLUMN(an_opt_date);
    CN_COLUMN(a_colour, .type = CN_ENUM("red", "green"));
    CN_COLUMN(text_not_null, .not_null = true, .unique = true);
    CN_COLUMN(named, .name = "other name", .type = CN_STRING(7), .index = true,
              .server_default = "'x'");
}

static void the_type_follows_from_the_member(void **state)
{
    (void)state;
    static const struct {
        const char  *member;
        cn_type_kind kind;
        bool         is_unsigned;
        bool         nullable;
        uint32_t     length;
    } expected[] = {
        {"id", CN_TYPE_INTEGER, false, false, 0},
        {"a_bool", CN_TYPE_BOOLEAN, false, false, 0},
        {"an_int8", CN_TYPE_TINYINT, false, false, 0},
        {"a_uint8", CN_TYPE_TINYINT, true, false, 0},
        {"an_int16", CN_TYPE_SMALLINT, false, false, 0},
        {"a_uint16", CN_TYPE_SMALLINT, true, false, 0},
        {"a_uint32", CN_TYPE_INTEGER, true, false, 0},
        {"an_int64", CN_TYPE_BIGINT, false, false, 0},
        {"a_uint64", CN_TYPE_BIGINT, true, false, 0},
        {"a_float", CN_TYPE_REAL, false, false, 0},
        {"a_double", CN_TYPE_DOUBLE, false, false, 0},
        {"a_text", CN_TYPE_TEXT, false, true, 0},
        {"some_chars", CN_TYPE_STRING, false, false, 30},
        {"some_bytes", CN_TYPE_BINARY, false, true, 0},
        {"a_decimal", CN_TYPE_NUMERIC, false, true, 0},
        {"a_date", CN_TYPE_DATE, false, false, 0},
        {"a_time", CN_TYPE_TIME, false, false, 0},
        {"a_datetime", CN_TYPE_DATETIME, false, false, 0},
        {"a_timestamp", CN_TYPE_TIMESTAMP, false, false, 0},
        {"an_interval", CN_TYPE_INTERVAL, false, false, 0},
        {"a_uuid", CN_TYPE_UUID, false, false, 0},
        {"some_json", CN_TYPE_JSON, false, true, 0},
        {"an_opt", CN_TYPE_INTEGER, false, true, 0},
        {"an_opt_date", CN_TYPE_DATE, false, true, 0},
        {"a_colour", CN_TYPE_ENUM, false, false, 0},
        {"text_not_null", CN_TYPE_TEXT, false, false, 0},
        {"named", CN_TYPE_STRING, false, true, 7},
    };
    const cn_table *table = TABLE_OF(Everything_model);
    assert_int_equal(table->column_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        assert_string_equal(column->member, expected[i].member);
        assert_int_equal(column->type.kind, expected[i].kind);
        assert_int_equal(column->type.is_unsigned, expected[i].is_unsigned);
        assert_int_equal(column->nullable, expected[i].nullable);
        assert_int_equal(column->type.length, expected[i].length);
        assert_int_equal(column->index, i);
        assert_ptr_equal(column->table, table);
    }
}

static void options_of_a_column_are_kept(void **state)
{
    (void)state;
    const cn_table  *table = TABLE_OF(Everything_model);
    const cn_column *named = cn_table_named(table, "other name");
    assert_string_equal(table->name, "everything");
    assert_null(table->schema);
    assert_non_null(named);
    assert_string_equal(named->member, "named");
    assert_string_equal(named->field.name, "Everything.named");
    assert_string_equal(named->server_default, "'x'");
    assert_true(named->indexed);
    assert_true(column_of(table, "text_not_null")->unique);
    assert_int_equal(column_of(table, "a_decimal")->type.precision, 12);
    assert_true(column_of(table, "a_timestamp")->field.utc);
    assert_false(column_of(table, "a_datetime")->field.utc);
}

static void the_labels_of_an_enumeration_outlive_the_declaration(void **state)
{
    (void)state;
    const cn_column *column = column_of(TABLE_OF(Everything_model), "a_colour");
    assert_string_equal(column->type.labels[RED], "red");
    assert_string_equal(column->type.labels[GREEN], "green");
    assert_null(column->type.labels[2]);
    assert_ptr_equal(column->field.labels, column->type.labels);
}

static void a_column_is_found_by_the_place_of_its_member(void **state)
{
    (void)state;
    const cn_table *table = TABLE_OF(Everything_model);
    for (size_t i = 0; i < table->column_count; i++) {
        const cn_column *column = &table->columns[i];
        assert_ptr_equal(cn_table_at(table, column->field.offset), column);
    }
    assert_null(cn_table_at(table, offsetof(Everything, not_mapped)));
    assert_null(cn_table_at(table, 1));
    assert_null(cn_table_named(table, "named"));
    assert_null(cn_table_member(table, "not_mapped"));
}

/* ---- keys ------------------------------------------------------------------------------------ */

typedef struct Wide {
    int64_t     id;
    const char *name;
} Wide;
CN_MODEL(Wide, "blog.wide")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name);
}

typedef struct Own {
    int id;
} Own;
CN_MODEL(Own, "own")
{
    CN_COLUMN(id, .primary_key = true, .not_generated = true);
}

typedef struct Child {
    int         id;
    const char *name;
} Child;
CN_MODEL(Child, "child")
{
    CN_COLUMN(id, .primary_key = true, .foreign_key = "blog.wide.id", .on_delete = "cascade");
    CN_COLUMN(name);
}

typedef struct Text_key {
    const char *code;
} Text_key;
CN_MODEL(Text_key, "text_key")
{
    CN_COLUMN(code, .primary_key = true);
}

CN_TABLE(pairs, "pairs")
{
    CN_TABLE_COLUMN(left_id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(right_id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(note, CN_STRING(20));
    CN_TABLE_COLUMN(kind, CN_ENUM("a", "b"), .not_null = true);
    CN_UNIQUE(left_id, note);
}

CN_TABLE(keyless, "keyless")
{
    CN_TABLE_COLUMN(x, CN_INTEGER);
}

typedef struct Shape {
    const char *title;
    cn_decimal  sum;
} Shape;
CN_MODEL(Shape, NULL)
{
    CN_COLUMN(title);
    CN_COLUMN(sum);
}

static void a_single_integer_key_is_generated_unless_it_refers_or_is_the_programs(void **state)
{
    (void)state;
    assert_int_equal(TABLE_OF(Wide_model)->generated, 0);
    assert_true(TABLE_OF(Wide_model)->columns[0].generated);
    assert_int_equal(TABLE_OF(Own_model)->generated, CN_NO_COLUMN);
    assert_int_equal(TABLE_OF(Child_model)->generated, CN_NO_COLUMN);
    assert_int_equal(TABLE_OF(Text_key_model)->generated, CN_NO_COLUMN);
    assert_false(TABLE_OF(Text_key_model)->columns[0].nullable);
    assert_int_equal(TABLE_OF(pairs)->generated, CN_NO_COLUMN);
    assert_int_equal(TABLE_OF(pairs)->primary_key_count, 2);
    assert_int_equal(TABLE_OF(pairs)->primary_key[1], 1);
}

static void schema_and_foreign_key_are_taken_apart(void **state)
{
    (void)state;
    const cn_table  *wide = TABLE_OF(Wide_model);
    const cn_column *id   = &TABLE_OF(Child_model)->columns[0];
    assert_string_equal(wide->schema, "blog");
    assert_string_equal(wide->name, "wide");
    assert_string_equal(id->foreign_table, "blog.wide");
    assert_string_equal(id->foreign_column, "id");
    assert_string_equal(id->on_delete, "CASCADE");
    assert_null(id->on_update);
}

static void a_table_without_a_struct_has_columns_by_name(void **state)
{
    (void)state;
    const cn_table *table = TABLE_OF(pairs);
    assert_int_equal(table->column_count, 4);
    assert_true(column_of(table, "note")->nullable);
    assert_false(column_of(table, "kind")->nullable);
    assert_false(column_of(table, "left_id")->nullable);
    assert_string_equal(column_of(table, "note")->field.name, "pairs.note");
    assert_int_equal(table->unique_count, 1);
    assert_int_equal(table->uniques[0].count, 2);
    assert_int_equal(table->uniques[0].columns[1], 2);
    assert_null(cn_table_at(table, 0));
    assert_int_equal(TABLE_OF(keyless)->primary_key_count, 0);
}

static void a_shape_without_a_table_needs_neither_key_nor_digits(void **state)
{
    (void)state;
    const cn_table *table = TABLE_OF(Shape_model);
    assert_null(table->name);
    assert_int_equal(table->primary_key_count, 0);
}

static void a_model_is_resolved_once(void **state)
{
    (void)state;
    assert_ptr_equal(TABLE_OF(Wide_model), TABLE_OF(Wide_model));
    assert_ptr_equal(cn_table_known(&Wide_model), TABLE_OF(Wide_model));
}

/* ---- mistakes -------------------------------------------------------------------------------- */

typedef struct Thing {
    int           id;
    int           number;
    const char   *text;
    cn_decimal    price;
    char          one[1];
    struct Thing *other;
} Thing;

/* One model each: its body, and what is said of it. */
#define WRONG(model, table_name, message, ...)                                                     \
    typedef Thing model;                                                                           \
    CN_MODEL(model, table_name)                                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }                                                                                              \
    static void says_##model(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        assert_wrong(&model##_model, message);                                                     \
    }

WRONG(No_key, "thing",
      "No_key has no primary key: mark a member with CN_COLUMN(member, .primary_key = true)",
      CN_COLUMN(id);)
WRONG(Nothing, "thing", "Nothing maps no column", (void)cn_mapping_; (void)cn_self_;)
WRONG(Twice, "thing", "Twice.id is mapped twice", CN_COLUMN(id, .primary_key = true);
      CN_COLUMN(id, .name = "other");)
WRONG(Same_name, "thing", "Same_name.id and Same_name.number are both the column \"id\"",
      CN_COLUMN(id, .primary_key = true);
      CN_COLUMN(number, .name = "id");)
WRONG(Empty_name, "thing", "Empty_name.id: its column has an empty name",
      CN_COLUMN(id, .name = "");)
WRONG(No_digits, "thing",
      "No_digits.price: say how many digits the decimal has: .type = CN_NUMERIC(12, 2)",
      CN_COLUMN(id, .primary_key = true);
      CN_COLUMN(price);)
WRONG(Wrong_scale, "thing",
      "Wrong_scale.price: CN_NUMERIC(2, 3) has more digits behind the point than in all",
      CN_COLUMN(price, .type = CN_NUMERIC(2, 3));)
WRONG(Wrong_type, "thing", "Wrong_type.id: CN_STRING does not fit a member of type int",
      CN_COLUMN(id, .type = CN_STRING(3));)
WRONG(Text_as_date, "thing",
      "Text_as_date.text: CN_DATE does not fit a member of type const char *",
      CN_COLUMN(text, .type = CN_DATE);)
WRONG(Unknown_type, "thing", "Unknown_type.id has an unknown type",
      CN_COLUMN(id, .type = {.kind = CN_TYPE_COUNT});)
WRONG(Short, "thing", "Short.one has no room for a text and its NUL", CN_COLUMN(one);)
WRONG(No_labels, "thing", "No_labels.id: CN_ENUM has no labels",
      CN_COLUMN(id, .type = {.kind = CN_TYPE_ENUM});)
WRONG(Same_label, "thing", "Same_label.id: CN_ENUM has the label \"a\" twice",
      CN_COLUMN(id, .type = CN_ENUM("a", "b", "a"));)
WRONG(Null_int, "thing",
      "Null_int.id cannot hold NULL: make the member a CN_OPT(...), or drop .nullable",
      CN_COLUMN(id, .nullable = true);)
WRONG(Null_key, "thing", "Null_key.text: .nullable contradicts .primary_key",
      CN_COLUMN(text, .primary_key = true, .nullable = true);)
WRONG(Null_not_null, "thing", "Null_not_null.text: .nullable contradicts .not_null",
      CN_COLUMN(text, .not_null = true, .nullable = true);)
WRONG(Bad_foreign, "thing",
      "Bad_foreign.id: .foreign_key = \"author\" must be \"table.column\" (the names in the "
      "database)",
      CN_COLUMN(id, .foreign_key = "author");)
WRONG(Bad_action, "thing",
      "Bad_action.id: .on_delete = \"explode\" is none of CASCADE, SET NULL, RESTRICT, NO ACTION, "
      "SET DEFAULT",
      CN_COLUMN(id, .foreign_key = "a.id", .on_delete = "explode");)
WRONG(Lone_action, "thing", "Lone_action.id: .on_update = \"CASCADE\" needs a .foreign_key",
      CN_COLUMN(id, .on_update = "CASCADE");)
WRONG(Bad_unique, "thing", "Bad_unique: CN_UNIQUE names nobody, which is not mapped",
      CN_COLUMN(id, .primary_key = true);
      CN_UNIQUE(id, nobody);)
WRONG(Unique_twice, "thing", "Unique_twice: CN_UNIQUE names id twice",
      CN_COLUMN(id, .primary_key = true);
      CN_UNIQUE(id, id);)
WRONG(Bad_table, "a.b.c", "Bad_table: \"a.b.c\" is no name of a table, nor schema.table",
      CN_COLUMN(id, .primary_key = true);)
WRONG(Empty_table, "", "Empty_table: \"\" is no name of a table, nor schema.table",
      CN_COLUMN(id, .primary_key = true);)
WRONG(Table_column, "thing",
      "Table_column.x: a struct has CN_COLUMNs; CN_TABLE_COLUMN is for CN_TABLE",
      CN_TABLE_COLUMN(x, CN_INTEGER);)
WRONG(No_size, "thing", "No_size.id: the size of its options is not set", (void)cn_self_;
      cn_map_column(cn_mapping_, &(const cn_field){"id", 0, 4, CN_STORAGE_INT32},
                    &(const cn_column_options){0});)
WRONG(Outside, "thing", "Outside.far lies outside of the struct", (void)cn_self_;
      cn_map_column(cn_mapping_, &(const cn_field){"far", sizeof(Thing), 4, CN_STORAGE_INT32},
                    NULL);)
WRONG(Bad_storage, "thing", "Bad_storage.id has a type that holds no SQL value", (void)cn_self_;
      cn_map_column(cn_mapping_, &(const cn_field){"id", 0, 2, CN_STORAGE_INT32}, NULL);)
WRONG(To_table, "thing",
      "To_table.other: the target of a relationship must be a model with a struct",
      CN_COLUMN(id, .primary_key = true);
      cn_map_relationship(cn_mapping_, "other", 0, false, &pairs, NULL);)
WRONG(Both, "thing", "Both.id is mapped twice", CN_COLUMN(id, .primary_key = true);
      cn_map_relationship(cn_mapping_, "id", 0, false, &Wide_model, NULL);)

CN_TABLE(untyped, "untyped")
{
    CN_TABLE_COLUMN(x, ((cn_type){0}));
}

CN_TABLE(with_member, "with_member")
{
    (void)cn_self_;
    cn_map_column(cn_mapping_, &(const cn_field){"id", 0, 4, CN_STORAGE_INT32}, NULL);
}

static void a_table_without_a_struct_says_what_is_wrong(void **state)
{
    (void)state;
    assert_wrong(&untyped, "untyped.x needs a type");
    assert_wrong(&with_member,
                 "with_member.id: a table without a struct has CN_TABLE_COLUMNs only");
}

static void no_model_is_a_misuse(void **state)
{
    (void)state;
    cn_error error = {0};
    assert_null(cn_table_of(NULL, &error));
    assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_MISUSE);
    cn_error_clear(&error);
}

/* A newer program's options are longer, an older one's shorter. */
static void declare_old_and_new(cn_mapping *mapping, void *self)
{
    (void)self;
    struct {
        cn_column_options known;
        int               future;
    } newer                 = {.known = {.size = sizeof newer, .primary_key = true}, .future = 7};
    cn_column_options older = {
        .size = offsetof(cn_column_options, index), .index = true, .unique = true};
    cn_map_column(mapping, &(const cn_field){"id", 0, 4, CN_STORAGE_INT32}, &newer.known);
    cn_map_column(mapping, &(const cn_field){"number", 4, 4, CN_STORAGE_INT32}, &older);
}

static void options_of_another_version_are_read_as_far_as_both_know_them(void **state)
{
    (void)state;
    static cn_model_state versions_state;
    const cn_model        versions = {
               "Versions",      "versions", sizeof(Thing), 8,    declare_old_and_new,
               &versions_state, NULL,       NULL,          false};
    const cn_table *table = TABLE_OF(versions);
    assert_true(table->columns[0].primary_key);
    assert_true(table->columns[1].unique);
    assert_false(table->columns[1].indexed);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void want_of_memory_is_an_error_that_is_not_remembered(void **state)
{
    (void)state;
    static cn_model_state fresh_state;
    cn_model              fresh = Everything_model;
    fresh.state                 = &fresh_state;
    const cn_table *table       = NULL;
    for (size_t n = 1; table == NULL; n++) {
        cn_error error = {0};
        failing_begin(n, false);
        table       = cn_table_of(&fresh, &error);
        bool failed = failing_end();
        assert_int_equal(table == NULL, failed);
        assert_int_equal(cn_error_get_cause(&error), failed ? CN_CAUSE_MEMORY : CN_CAUSE_NONE);
        cn_error_clear(&error);
        assert_true(n < 1000);
        if (failed)
            assert_int_equal(failing.alive, 0);
    }
    assert_int_equal(table->column_count, 27);
}

#define SAYS(model) cmocka_unit_test(says_##model)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_type_follows_from_the_member),
        cmocka_unit_test(options_of_a_column_are_kept),
        cmocka_unit_test(the_labels_of_an_enumeration_outlive_the_declaration),
        cmocka_unit_test(a_column_is_found_by_the_place_of_its_member),
        cmocka_unit_test(a_single_integer_key_is_generated_unless_it_refers_or_is_the_programs),
        cmocka_unit_test(schema_and_foreign_key_are_taken_apart),
        cmocka_unit_test(a_table_without_a_struct_has_columns_by_name),
        cmocka_unit_test(a_shape_without_a_table_needs_neither_key_nor_digits),
        cmocka_unit_test(a_model_is_resolved_once),
        SAYS(No_key),
        SAYS(Nothing),
        SAYS(Twice),
        SAYS(Same_name),
        SAYS(Empty_name),
        SAYS(No_digits),
        SAYS(Wrong_scale),
        SAYS(Wrong_type),
        SAYS(Text_as_date),
        SAYS(Unknown_type),
        SAYS(Short),
        SAYS(No_labels),
        SAYS(Same_label),
        SAYS(Null_int),
        SAYS(Null_key),
        SAYS(Null_not_null),
        SAYS(Bad_foreign),
        SAYS(Bad_action),
        SAYS(Lone_action),
        SAYS(Bad_unique),
        SAYS(Unique_twice),
        SAYS(Bad_table),
        SAYS(Empty_table),
        SAYS(Table_column),
        SAYS(No_size),
        SAYS(Outside),
        SAYS(Bad_storage),
        SAYS(To_table),
        SAYS(Both),
        cmocka_unit_test(a_table_without_a_struct_says_what_is_wrong),
        cmocka_unit_test(no_model_is_a_misuse),
        cmocka_unit_test(options_of_another_version_are_read_as_far_as_both_know_them),
        cmocka_unit_test(want_of_memory_is_an_error_that_is_not_remembered),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
