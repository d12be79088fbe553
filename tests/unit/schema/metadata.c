/*
 * The order in which the tables of a metadata are created.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schema/table.h"
#include "unit/failing.h"

/* A table `name` with an `id` and, if `target` is given, a column that refers to it. */
#define TABLE(name, ...)                                                                           \
    CN_TABLE(name, #name)                                                                          \
    {                                                                                              \
        CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);                                      \
        __VA_ARGS__                                                                                \
    }
#define REFERS(column, target)                                                                     \
    CN_TABLE_COLUMN(column, CN_INTEGER, .foreign_key = target, .nullable = true);

TABLE(z, )
TABLE(a, )
TABLE(m, REFERS(z_id, "z.id"))
TABLE(n, REFERS(m_id, "m.id") REFERS(a_id, "a.id"))
TABLE(own, REFERS(parent_id, "own.id"))
TABLE(hen, REFERS(egg_id, "egg.id"))
TABLE(egg, REFERS(hen_id, "hen.id"))
TABLE(nest, REFERS(egg_id, "egg.id"))
TABLE(abroad, REFERS(there_id, "elsewhere.id"))
TABLE(wrong, REFERS(a_id, "a.key"))

static void assert_order(const cn_metadata *metadata, const char *expected)
{
    const cn_table *order[20];
    size_t          count      = 0;
    cn_error        error      = {0};
    char            names[200] = "";
    if (!cn_metadata_sort(metadata, order, &count, &error))
        fail_msg("%s", cn_error_get_message(&error));
    for (size_t i = 0; i < count; i++)
        strcat(strcat(names, i != 0 ? " " : ""), order[i]->name);
    assert_string_equal(names, expected);
}

static void assert_refused(const cn_metadata *metadata, const char *message)
{
    const cn_table *order[20];
    size_t          count = 0;
    cn_error        error = {0};
    assert_false(cn_metadata_sort(metadata, order, &count, &error));
    assert_string_equal(cn_error_get_message(&error), message);
    cn_error_clear(&error);
}

static void tables_stand_in_the_order_of_the_list_layer_by_layer(void **state)
{
    (void)state;
    CN_METADATA(listed, &z, &a, &m);
    assert_order(&listed, "z a m");
    CN_METADATA(turned, &n, &m, &a, &z);
    assert_order(&turned, "a z m n");
}

static void a_table_that_refers_to_itself_or_to_a_stranger_waits_for_nobody(void **state)
{
    (void)state;
    CN_METADATA(listed, &own, &abroad, &a);
    assert_order(&listed, "own abroad a");
}

static void a_cycle_is_broken_at_its_own_first_table(void **state)
{
    (void)state;
    CN_METADATA(listed, &nest, &hen, &egg, &a);
    assert_order(&listed, "a hen egg nest");
}

static void a_metadata_without_tables_has_an_order(void **state)
{
    (void)state;
    static const cn_model *const none[] = {NULL};
    const cn_metadata            empty  = {.models = none};
    assert_order(&empty, "");
}

typedef struct Post {
    int id;
} Post;
CN_MODEL(Post, "post")
{
    CN_COLUMN(id, .primary_key = true);
}
typedef struct Article {
    int id;
} Article;
CN_MODEL(Article, "post")
{
    CN_COLUMN(id, .primary_key = true);
}
typedef struct Keyless {
    int id;
} Keyless;
CN_MODEL(Keyless, "keyless")
{
    CN_COLUMN(id);
}
CN_MODEL_DECLARE(Shape);
typedef struct Shape {
    int id;
} Shape;
CN_MODEL(Shape, NULL)
{
    CN_COLUMN(id);
}

static void what_cannot_stand_together_is_named(void **state)
{
    (void)state;
    CN_METADATA(two_on_one, &Post_model, &Article_model);
    assert_refused(&two_on_one, "Post and Article are both mapped to the table \"post\"");
    CN_METADATA(twice, &Post_model, &a, &Post_model);
    assert_refused(&twice, "the metadata lists Post twice");
    static cn_model_state namesake_state;
    cn_model              namesake  = Post_model;
    namesake.table                  = "other";
    namesake.state                  = &namesake_state;
    const cn_model *const both[]    = {&Post_model, &namesake, NULL};
    const cn_metadata     namesakes = {.models = both};
    assert_refused(&namesakes, "the metadata lists two models called Post: \"post\" and \"other\"");
    CN_METADATA(column, &wrong, &a);
    assert_refused(&column, "wrong.a_id: .foreign_key = \"a.key\": a has no column \"key\"");
    CN_METADATA(shape, &Shape_model);
    assert_refused(&shape, "Shape has no table: it cannot stand in a metadata");
    CN_METADATA(unresolved, &Keyless_model);
    assert_refused(&unresolved, "Keyless has no primary key: mark a member with CN_COLUMN(member, "
                                ".primary_key = true)");
}

static void want_of_memory_is_an_error(void **state)
{
    (void)state;
    CN_METADATA(listed, &n, &m, &a, &z, &hen, &egg);
    const cn_table *order[20];
    size_t          count  = 0;
    bool            failed = true;
    for (size_t i = 1; failed; i++) {
        cn_error error = {0};
        failing_begin(i, false);
        bool done = cn_metadata_sort(&listed, order, &count, &error);
        failed    = failing_end();
        assert_int_equal(done, !failed);
        assert_int_equal(cn_error_get_cause(&error), failed ? CN_CAUSE_MEMORY : CN_CAUSE_NONE);
        cn_error_clear(&error);
        assert_true(i < 1000);
    }
    assert_int_equal(count, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_stand_in_the_order_of_the_list_layer_by_layer),
        cmocka_unit_test(a_table_that_refers_to_itself_or_to_a_stranger_waits_for_nobody),
        cmocka_unit_test(a_cycle_is_broken_at_its_own_first_table),
        cmocka_unit_test(a_metadata_without_tables_has_an_order),
        cmocka_unit_test(what_cannot_stand_together_is_named),
        cmocka_unit_test(want_of_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("metadata", tests, NULL, NULL);
}
