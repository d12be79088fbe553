/*
 * Models that are made at run time: they resolve like declared ones, and end without a trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "schema/made.h"
#include "schema/relationship.h"
#include "unit/failing.h"

/* A table with one column. */
static const cn_model *make(const char *name)
{
    cn_arena *arena = NULL;
    cn_table *table = cn_model_make(name, name, &arena);
    if (table == NULL)
        return NULL;
    table->columns = CN_ARENA_NEW(arena, cn_column);
    if (table->columns == NULL) {
        cn_model_unmake(table->model);
        return NULL;
    }
    table->name         = table->model->table;
    table->column_count = 1;
    table->columns[0]   = (cn_column){.table = table, .name = "id", .member = "id"};
    return table->model;
}

static void a_made_model_resolves_to_the_table_it_was_made_with(void **state)
{
    (void)state;
    cn_error        error = {0};
    const cn_model *model = make("made");
    const cn_table *table = cn_table_of(model, &error);
    assert_non_null(table);
    assert_ptr_equal(table->model, model);
    assert_string_equal(model->name, "made");
    assert_int_equal(model->struct_size, 0);
    assert_non_null(cn_table_named(table, "id"));
    assert_int_equal(cn_relationships_of(table, &error)->count, 0);
    cn_model_unmake(model);
    cn_model_unmake(NULL);
}

/* What was compiled for one is never taken for another that came to stand in its place. */
static void no_two_made_models_have_the_same_number(void **state)
{
    (void)state;
    uint64_t last = 0;
    for (int i = 0; i < 100; i++) {
        const cn_model *model = make("made");
        assert_true(model->state->serial > last);
        last = model->state->serial;
        cn_model_unmake(model);
    }
}

static void no_memory_is_no_model(void **state)
{
    (void)state;
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        failing_begin(n, false);
        const cn_model *model = make("a name that is longer than the arena's first piece");
        cn_model_unmake(model);
        failed = failing_end();
        assert_int_equal(model == NULL, failed);
        assert_int_equal(failing.alive, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_made_model_resolves_to_the_table_it_was_made_with),
        cmocka_unit_test(no_two_made_models_have_the_same_number),
        cmocka_unit_test(no_memory_is_no_model),
    };
    return cmocka_run_group_tests_name("made models", tests, NULL, NULL);
}
