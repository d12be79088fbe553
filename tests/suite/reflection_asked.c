/*
 * What is asked of a catalogue, and what is told of it: single tables, views, other schemas, the
 * number of queries, differences to what is declared, and what happens without memory.
 */
#include "reflected.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "unit/failing.h"

/* ---- what is asked for ----------------------------------------------------------------------- */

static void only_what_is_asked_for_and_what_it_refers_to_is_read(void **state)
{
    (void)state;
    cn_engine     *engine = suite_engine_with(&things);
    cn_reflection *found  = cn_reflect(engine, .only = CN_NAMES("rf_thing"));
    assert_int_equal(cn_reflection_table_count(found), 2);
    const cn_reflected_table *table = cn_reflection_find(found, NULL, "rf_thing");
    assert_non_null(table->foreign_keys[0]->target);
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
    suite_end_with(engine, &things);
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
    suite_end_with(engine, &things);
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
    adjusted       into   = {""};
    cn_engine     *engine = suite_engine_with(&things);
    cn_reflection *found  = cn_reflect(engine, .filter = is_owner, .on_column = change,
                                       .context = &into);
    assert_int_equal(cn_reflection_table_count(found), 1);
    assert_string_equal(into.text, "rf_owner.region rf_owner.number rf_owner.name ");
    char *sql = cn_create_all_sql(cn_reflection_metadata(found), "postgresql");
    assert_non_null(sql);
    assert_non_null(strstr(sql, "name VARCHAR(77)"));
    cn_text_free(sql);
    cn_reflection_free(found);
    suite_end_with(engine, &things);
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
    assert_int_equal(cn_error_cause(connection), CN_CAUSE_NOT_FOUND);
    assert_non_null(strstr(cn_error_message(connection), "there is no table \"rf_yours\""));
    cn_rollback(connection);
    assert_true(cn_ok(connection));
    cn_close(connection);
    suite_run(engine, "DROP TABLE IF EXISTS rf_mine");
    cn_engine_dispose(engine);
}

/* ---- statements ------------------------------------------------------------------------------ */

typedef struct Found {
    int         number;
    const char *name;
} Found;

/* Inserts, changes, reads and deletes by a model that is gone afterwards. */
static void use_reflected(cn_engine *engine, const char *table, const char *number,
                          const char *name)
{
    cn_reflection *found = cn_reflect(engine, .only = CN_NAMES(table), .no_linked = true);
    assert_fine(engine, found != NULL);
    const cn_model *model      = cn_reflection_model(found, NULL, table);
    cn_connection  *connection = cn_connect(engine);
    Found           row        = {0, NULL};
    cn_execute(connection,
               cn_insert_into(model, .values = CN_SET_NAMED(*model, number, 7, name, "seven")));
    cn_execute(connection, cn_update_table(model, .set = CN_SET_NAMED(*model, name, "sept"),
                                           .where = cn_cmp(cn_named(model, number), ==, 7)));
    cn_result *result = cn_execute(
        connection, cn_select_from(model, .where = cn_cmp(cn_named(model, name), ==, "sept"),
                                   .columns = CN_INTO(Found, number, cn_named(model, number), name,
                                                      cn_named(model, name))));
    assert_true(cn_fetch(result, Found, &row, number, name));
    assert_int_equal(row.number, 7);
    assert_string_equal(row.name, "sept");
    assert_false(cn_fetch(result, Found, &row, number, name));
    cn_execute(connection, cn_delete_table(model, .where = cn_cmp(cn_named(model, number), ==, 7)));
    if (!cn_commit(connection))
        fail_msg("%s", cn_error_message(connection));
    cn_close(connection);
    cn_reflection_free(found);
}

/* Each takes the place of the one before; what was compiled for that is not used again. */
static void a_reflected_table_stands_in_statements(void **state)
{
    (void)state;
    cn_engine *engine = suite_engine();
    suite_run(engine, "DROP TABLE IF EXISTS rf_used_1");
    suite_run(engine, "DROP TABLE IF EXISTS rf_used_2");
    suite_run(engine, "CREATE TABLE rf_used_1 (a INTEGER PRIMARY KEY, b VARCHAR(20))");
    suite_run(engine, "CREATE TABLE rf_used_2 (c VARCHAR(20), d INTEGER PRIMARY KEY)");
    for (int i = 0; i < 3; i++) {
        use_reflected(engine, "rf_used_1", "a", "b");
        use_reflected(engine, "rf_used_2", "d", "c");
    }
    suite_run(engine, "DROP TABLE rf_used_1");
    suite_run(engine, "DROP TABLE rf_used_2");
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
    suite_end_with(engine, &things);
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
    cn_engine *engine = cn_create_engine(suite_which() == SUITE_MYSQL ? suite_server_url("_ADMIN")
                                                                      : suite_url(),
                                         .pool_size= 1, .max_overflow = CN_NONE);
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
    size_t few  = queries_for(engine, 3);
    size_t many = queries_for(engine, 60);
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

typedef struct told {
    cn_difference_kind kind;
    cn_change          change;
    const char        *table, *name, *aspect;
    const char        *beginning; /* of the sentence */
} told;

static bool same_word(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void assert_tells(const cn_comparison *comparison, const told *wanted)
{
    for (size_t i = 0; i < cn_comparison_count(comparison); i++) {
        const cn_difference *difference = cn_comparison_difference(comparison, i);
        if (strncmp(difference->sentence, wanted->beginning, strlen(wanted->beginning)) != 0)
            continue;
        assert_int_equal(difference->kind, wanted->kind);
        assert_int_equal(difference->change, wanted->change);
        if (!same_word(difference->table, wanted->table) ||
            !same_word(difference->name, wanted->name) ||
            !same_word(difference->aspect, wanted->aspect))
            fail_msg("%s: of %s %s: %s", difference->sentence, difference->table, difference->name,
                     difference->aspect);
        return;
    }
    for (size_t i = 0; i < cn_comparison_count(comparison); i++)
        print_message("%s\n", cn_comparison_difference(comparison, i)->sentence);
    fail_msg("nothing tells: %s", wanted->beginning);
}

static void each_difference_is_told(void **state)
{
    (void)state;
#define CHANGED(kind, change, name, aspect, text)                                                  \
    {                                                                                              \
        CN_DIFFERENCE_##kind, CN_CHANGE_##change, "rf_changed", name, aspect, "rf_changed: " text  \
    }
    static const told all[] = {
        {CN_DIFFERENCE_TABLE, CN_CHANGE_ADD, "rf_added", "rf_added", NULL,
         "there is no table rf_added"},
        {CN_DIFFERENCE_TABLE, CN_CHANGE_REMOVE, "rf_removed", "rf_removed", NULL,
         "the table rf_removed is not declared"},
        CHANGED(COLUMN, ALTER, "title", "type", "column title: the type is "),
        CHANGED(COLUMN, ALTER, "title", "nullability",
                "column title: the nullability is NULL, declared NOT NULL"),
        CHANGED(COLUMN, ALTER, "body", "default", "column body: the default is 'x', declared 'y'"),
        CHANGED(COLUMN, ADD, "fresh", NULL, "there is no column fresh"),
        CHANGED(COLUMN, REMOVE, "gone", NULL, "the column gone "),
        CHANGED(CHECK, ALTER, "ck_rf_n", "condition",
                "check constraint ck_rf_n: the condition is "),
        CHANGED(CHECK, ADD, "ck_rf_new", NULL, "there is no check constraint ck_rf_new m < 100"),
        CHANGED(CHECK, REMOVE, "ck_rf_old", NULL, "the check constraint ck_rf_old "),
        CHANGED(UNIQUE, ADD, "uq_rf_mn", NULL, "there is no unique constraint uq_rf_mn (m, n)"),
        CHANGED(UNIQUE, REMOVE, "uq_rf_nm", NULL,
                "the unique constraint uq_rf_nm (n, m) is not declared"),
        CHANGED(INDEX, ALTER, "ix_rf_n", "list of columns",
                "index ix_rf_n: the list of columns is (n), declared (m, n)"),
        CHANGED(INDEX, ADD, "ix_rf_fresh", NULL, "there is no index ix_rf_fresh (fresh)"),
        CHANGED(INDEX, REMOVE, "ix_rf_m", NULL, "the index ix_rf_m (m) is not declared"),
        CHANGED(FOREIGN_KEY, ALTER, "fk_rf_m", "action ON DELETE",
                "foreign key fk_rf_m: the action ON DELETE is CASCADE, declared SET NULL"),
    };
    const size_t   count      = sizeof all / sizeof *all;
    cn_engine     *engine     = suite_engine_with(&old_base);
    cn_reflection *found      = cn_reflect(engine, .only = CN_NAMES("rf_changed", "rf_removed"));
    cn_comparison *comparison = cn_compare(&new_base, found);
    assert_false(cn_comparison_equal(comparison));
    assert_null(cn_comparison_problem(comparison));
    for (size_t i = 0; i < count; i++)
        assert_tells(comparison, &all[i]);
    assert_int_equal(cn_comparison_count(comparison), count);
    cn_comparison_free(comparison);

    comparison = cn_compare(&new_base, found, .ignore_others = true);
    assert_int_equal(cn_comparison_count(comparison), count - 1);
    cn_comparison_free(comparison);
    cn_reflection_free(found);
    suite_end_with(engine, &old_base);
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
    cn_engine *engine = suite_engine_with(&things);
    assert_true(take_and_compare(engine));
    bool failed = true;
    for (size_t n = 1; failed; n += n < 400 ? 1 : 37) {
        failing_begin(n, n % 2 == 0);
        bool done = take_and_compare(engine);
        failed    = failing_end();
        assert_true(done || failed);
    }
    assert_true(take_and_compare(engine));
    suite_end_with(engine, &things);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_asked_for_and_what_it_refers_to_is_read),
        cmocka_unit_test(tables_and_indexes_are_there_or_not),
        cmocka_unit_test(a_program_may_leave_tables_out_and_change_columns),
        cmocka_unit_test(a_connection_sees_what_it_has_done),
        cmocka_unit_test(a_reflected_table_stands_in_statements),
        cmocka_unit_test(views_are_read_when_asked_for),
        cmocka_unit_test(a_view_without_its_table_harms_no_other),
        cmocka_unit_test(tables_of_other_schemas_are_called_by_them),
        cmocka_unit_test(foreign_keys_lead_into_other_schemas),
        cmocka_unit_test(as_many_queries_are_sent_for_many_tables_as_for_few),
        cmocka_unit_test(each_difference_is_told),
        cmocka_unit_test(running_out_of_memory_is_an_error_and_leaks_nothing),
    };
    return suite_main("what is asked of a catalogue", tests);
}
