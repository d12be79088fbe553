/*
 * suite/driver.c: what every driver must do, asked of its table of functions directly: opening,
 * statements, results, batches, transactions and errors. Values are in driver_values.c.
 * SUITE_NOT_IN_MEMORY: some tests look from a second connection.
 */
#include "suite/driver_fixture.h"

/* ---- opening --------------------------------------------------------------------------------- */

static void an_open_link_says_what_it_is(void **state)
{
    fixture *f = *state;
    assert_ptr_equal(f->link->driver, f->driver);
    assert_int_not_equal(f->link->product, CN_PRODUCT_OTHER);
    assert_true(f->link->version > 10000);
    assert_string_not_equal(f->link->version_text, "");
    assert_string_not_equal(f->driver->library(), "");
    assert_int_equal(f->driver->size, sizeof(cn_driver));
    assert_int_equal(f->driver->state(f->link), CN_LINK_IDLE);
    assert_true(f->driver->ping(f->link, &f->error));
}

static void an_unknown_option_is_named(void **state)
{
    fixture           *f          = *state;
    cn_url_option      wrong      = {"no_such_option", "1"};
    cn_link_parameters parameters = f->parameters;
    parameters.options            = &wrong;
    parameters.option_count       = 1;
    assert_null(f->driver->open(&parameters, &f->error));
    assert_int_equal(failed(f), CN_CAUSE_URL);
    assert_non_null(strstr(f->message, "no_such_option"));
    assert_non_null(strstr(f->message, f->driver->options[0]));
}

static void a_read_only_link_refuses_to_write(void **state)
{
    fixture           *f          = *state;
    cn_link_parameters parameters = f->parameters;
    cn_execution       execution  = {0};
    make_items(f);
    add_item(f, 1);
    parameters.read_only  = true;
    cn_link     *link     = open_with(f, &parameters);
    int64_t      seen     = number_on(f, link, "SELECT count(*) FROM driver_item");
    cn_prepared *prepared = try_prepare(f, link, "DELETE FROM driver_item");
    bool good = prepared != NULL && f->driver->execute(prepared, NULL, 0, &execution, &f->error);
    if (prepared != NULL)
        release(f, prepared);
    f->driver->close(link);
    assert_int_equal(seen, 1);
    assert_false(good);
    assert_int_equal(failed(f), CN_CAUSE_READ_ONLY);
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 1);
}

/* ---- statements that are wrong --------------------------------------------------------------- */

static void wrong_sql_is_a_syntax_error(void **state)
{
    fixture *f = *state;
    assert_int_equal(cause_of(f, "SELEC 1", NULL, 0), CN_CAUSE_SYNTAX);
    assert_int_equal(cause_of(f, "SELECT (1", NULL, 0), CN_CAUSE_SYNTAX);
    assert_int_equal(number(f, "SELECT 1"), 1);
}

static void what_is_not_there_is_not_found(void **state)
{
    fixture *f = *state;
    make_items(f);
    assert_int_equal(cause_of(f, "SELECT 1 FROM driver_nowhere", NULL, 0), CN_CAUSE_NOT_FOUND);
    assert_non_null(strstr(f->message, "driver_nowhere"));
    assert_int_equal(cause_of(f, "SELECT colour FROM driver_item", NULL, 0), CN_CAUSE_NOT_FOUND);
    assert_non_null(strstr(f->message, "colour"));
    assert_int_equal(cause_of(f, "SELECT driver_fun(1)", NULL, 0), CN_CAUSE_NOT_FOUND);
}

static void a_table_that_is_there_exists(void **state)
{
    fixture   *f     = *state;
    const char sql[] = "CREATE TABLE driver_item (id INTEGER)";
    make_items(f);
    assert_false(f->driver->run(f->link, sql, strlen(sql), &f->error));
    assert_int_equal(failed(f), CN_CAUSE_EXISTS);
}

static void a_nul_byte_in_sql_is_refused(void **state)
{
    fixture   *f     = *state;
    const char sql[] = "SELECT 1\0 FROM nowhere";
    assert_null(f->driver->prepare(f->link, sql, sizeof sql - 1, &f->error));
    (void)failed(f);
    assert_false(f->driver->run(f->link, sql, sizeof sql - 1, &f->error));
    (void)failed(f);
    assert_int_equal(number(f, "SELECT 1"), 1);
}

static void several_statements_are_refused_unless_asked_for(void **state)
{
    fixture   *f     = *state;
    const char sql[] = "INSERT INTO driver_item (code) VALUES (1); "
                       "INSERT INTO driver_item (code) VALUES (2)";
    make_items(f);
    assert_int_equal(number(f, "SELECT 1;"), 1);
    /* The same words everywhere; and after a ';' whatever else is wrong is said as it is. */
    assert_int_equal(cause_of(f, sql, NULL, 0), CN_CAUSE_MISUSE);
    assert_non_null(strstr(f->message, "several statements: execute them one by one"));
    assert_false(f->driver->run(f->link, sql, strlen(sql), &f->error));
    assert_int_equal(failed(f), CN_CAUSE_MISUSE);
    assert_non_null(strstr(f->message, "several statements: execute them one by one"));
    assert_int_equal(cause_of(f, "SELEKT ';' ", NULL, 0), CN_CAUSE_SYNTAX);
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 0);

    cn_link_parameters parameters = f->parameters;
    parameters.multi_statements   = true;
    cn_link *link                 = open_with(f, &parameters);
    bool     good                 = f->driver->run(link, sql, strlen(sql), &f->error);
    f->driver->close(link);
    must(f, good, "run");
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 2);
}

static void the_number_of_values_must_be_right(void **state)
{
    fixture     *f         = *state;
    cn_value     values[]  = {cn_value_int(1), cn_value_int(2)};
    cn_execution execution = {0};
    make_items(f);
    cn_prepared *prepared = prepare(f, "SELECT id FROM driver_item WHERE code = ?");
    assert_int_equal(prepared->parameter_count, 1);
    assert_false(f->driver->execute(prepared, values, 2, &execution, &f->error));
    assert_int_equal(failed(f), CN_CAUSE_PARAMETER);
    assert_false(f->driver->execute(prepared, NULL, 0, &execution, &f->error));
    assert_int_equal(failed(f), CN_CAUSE_PARAMETER);
    execute(f, prepared, values, 1);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    release(f, prepared);
}

/* ---- results --------------------------------------------------------------------------------- */

static void a_result_ends_once_and_stays_ended(void **state)
{
    fixture *f = *state;
    cn_value value;
    make_items(f);
    add_item(f, 1);
    cn_value     code     = cn_value_int(1);
    cn_prepared *prepared = prepare(f, "SELECT code FROM driver_item WHERE code = ?");
    for (int i = 0; i < 2; i++) {
        execute(f, prepared, &code, 1);
        assert_int_equal(step(f, prepared), CN_STEP_ROW);
        assert_int_equal(step(f, prepared), CN_STEP_DONE);
        assert_int_equal(step(f, prepared), CN_STEP_DONE);
    }
    assert_false(f->driver->read(prepared, 0, &value, &f->error));
    (void)failed(f);
    f->driver->reset(prepared);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    release(f, prepared);
}

static void a_result_may_be_left_in_the_middle(void **state)
{
    fixture *f = *state;
    cn_value key, value;
    make_items(f);
    for (int i = 1; i <= 50; i++)
        add_item(f, i);
    cn_prepared *prepared = prepare(
        f, "SELECT code, note FROM driver_item WHERE code > ? ORDER BY code");
    for (int i = 0; i < 5; i++) {
        key = cn_value_int(i * 10);
        execute(f, prepared, &key, 1); /* replaces the result that is open */
        assert_int_equal(step(f, prepared), CN_STEP_ROW);
        must(f, f->driver->read(prepared, 0, &value, &f->error), "read");
        assert_int_equal(value.as.integer, i * 10 + 1);
    }
    f->driver->reset(prepared);
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 50);
    key = cn_value_int(48);
    execute(f, prepared, &key, 1);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    release(f, prepared);
}

static void columns_have_names_and_statements_without_rows_have_none(void **state)
{
    fixture *f = *state;
    cn_value value;
    make_items(f);
    add_item(f, 1);
    cn_prepared *prepared = prepare(f, "SELECT code AS number_of, note FROM driver_item");
    execute(f, prepared, NULL, 0);
    assert_int_equal(prepared->column_count, 2);
    assert_string_equal(prepared->columns[0].name, "number_of");
    assert_string_equal(prepared->columns[1].name, "note");
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    assert_false(f->driver->read(prepared, 2, &value, &f->error));
    (void)failed(f);
    release(f, prepared);
    prepared = prepare(f, "DELETE FROM driver_item");
    execute(f, prepared, NULL, 0);
    assert_int_equal(prepared->column_count, 0);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    release(f, prepared);
}

static void a_statement_survives_a_change_of_its_table(void **state)
{
    fixture *f = *state;
    make_items(f);
    add_item(f, 1);
    cn_prepared *prepared = prepare(f, "SELECT * FROM driver_item");
    execute(f, prepared, NULL, 0);
    assert_int_equal(prepared->column_count, 3);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    unsigned described = prepared->described;
    run(f, "ALTER TABLE driver_item ADD COLUMN colour INTEGER");
    execute(f, prepared, NULL, 0);
    assert_int_equal(prepared->column_count, 4);
    assert_string_equal(prepared->columns[3].name, "colour");
    assert_true(prepared->described == 0 || prepared->described != described);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    release(f, prepared);
}

static void affected_rows_are_those_matched(void **state)
{
    fixture *f = *state;
    make_items(f);
    add_item(f, 1);
    add_item(f, 2);
    assert_int_equal(change(f, "UPDATE driver_item SET code = code", NULL, 0), 2);
    assert_int_equal(change(f, "UPDATE driver_item SET note = 'x' WHERE code = 2", NULL, 0), 1);
    assert_int_equal(change(f, "DELETE FROM driver_item WHERE code = 3", NULL, 0), 0);
    assert_int_equal(change(f, "DELETE FROM driver_item", NULL, 0), 2);
}

/* ---- keys and batches ------------------------------------------------------------------------ */

/* PostgreSQL has no last key: it is asked for with RETURNING. */
static bool tells_keys(const fixture *f)
{
    return f->link->product != CN_PRODUCT_POSTGRESQL;
}

static void an_insert_tells_the_key_that_it_generated(void **state)
{
    fixture *f         = *state;
    cn_value values[2] = {cn_value_int(10), text("x")};
    make_items(f);
    cn_prepared *prepared = prepare(f, "INSERT INTO driver_item (code, note) VALUES (?, ?)");
    execute(f, prepared, values, 2);
    assert_int_equal(prepared->inserted_key, tells_keys(f) ? 1 : 0);
    values[0] = cn_value_int(11);
    execute(f, prepared, values, 2);
    assert_int_equal(prepared->inserted_key, tells_keys(f) ? 2 : 0);
    release(f, prepared);
    prepared = prepare(f, "UPDATE driver_item SET note = 'y'");
    execute(f, prepared, NULL, 0);
    assert_int_equal(prepared->inserted_key, 0);
    release(f, prepared);
}

enum { BATCH = 1000 };

static void make_batch(cn_value *values, int first)
{
    for (int i = 0; i < BATCH; i++) {
        values[2 * i]     = cn_value_int(first + i);
        values[2 * i + 1] = i % 3 == 0 ? cn_value_null() : text("note");
    }
}

static void a_batch_inserts_every_row(void **state)
{
    fixture     *f = *state;
    cn_value     values[2 * BATCH];
    cn_execution execution = {0};
    make_items(f);
    make_batch(values, 0);
    cn_prepared *prepared = prepare(f, "INSERT INTO driver_item (code, note) VALUES (?, ?)");
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    must(f, f->driver->execute_many(prepared, values, BATCH, 2, &execution, &f->error), "batch");
    assert_int_equal(prepared->affected, BATCH);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    must(f, f->driver->execute_many(prepared, values, 0, 2, &execution, &f->error), "empty batch");
    assert_int_equal(prepared->affected, 0);
    release(f, prepared);
    must(f, f->driver->commit(f->link, &f->error), "commit");
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), BATCH);
    assert_int_equal(number(f, "SELECT sum(code) FROM driver_item"), BATCH * (BATCH - 1) / 2);
    assert_int_equal(number(f, "SELECT count(note) FROM driver_item"), BATCH - (BATCH + 2) / 3);
}

static void a_batch_tells_the_key_of_each_row(void **state)
{
    fixture     *f = *state;
    cn_value     values[2 * BATCH];
    int64_t      keys[BATCH] = {0};
    cn_execution execution   = {.keys = keys};
    make_items(f);
    make_batch(values, 5000);
    cn_prepared *prepared = prepare(f, "INSERT INTO driver_item (code, note) VALUES (?, ?)");
    must(f, f->driver->execute_many(prepared, values, BATCH, 2, &execution, &f->error), "batch");
    release(f, prepared);
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), BATCH);
    prepared = prepare(f, "SELECT code FROM driver_item WHERE id = ?");
    for (int i = 0; i < BATCH && tells_keys(f); i += 37) {
        cn_value key = cn_value_int(keys[i]), code;
        execute(f, prepared, &key, 1);
        assert_int_equal(step(f, prepared), CN_STEP_ROW);
        must(f, f->driver->read(prepared, 0, &code, &f->error), "read");
        assert_int_equal(code.as.integer, 5000 + i);
    }
    release(f, prepared);
}

static void a_batch_returns_the_rows_of_all_in_order(void **state)
{
    typedef struct returned {
        int64_t     id;
        int         code;
        const char *note;
    } returned;
    static const cn_decode plan[] = {STEP_(returned, id, 0), STEP_(returned, code, 1),
                                     STEP_(returned, note, 2)};
    fixture               *f      = *state;
    cn_value               values[2 * BATCH];
    cn_execution           execution = {0};
    returned               row;
    make_items(f);
    if (!f->link->insert_returning) {
        assert_int_equal(
            cause_of(f, "INSERT INTO driver_item (code) VALUES (1) RETURNING code", NULL, 0),
            CN_CAUSE_SYNTAX);
        return;
    }
    make_batch(values, 0);
    cn_prepared *prepared = prepare(
        f, "INSERT INTO driver_item (code, note) VALUES (?, ?) RETURNING id, code, note");
    for (int round = 0; round < 2; round++) {
        must(f, f->driver->execute_many(prepared, values, BATCH, 2, &execution, &f->error),
             "batch");
        assert_int_equal(prepared->column_count, 3);
        assert_string_equal(prepared->columns[1].name, "code");
        for (int i = 0; i < BATCH; i++) {
            assert_int_equal(step(f, prepared), CN_STEP_ROW);
            must(f, decode(f, prepared, plan, COUNT(plan), &row), "decode");
            assert_int_equal(row.code, round * BATCH + i);
            assert_true(row.id > 0);
            if (i % 3 == 0)
                assert_null(row.note);
            else
                assert_string_equal(row.note, "note");
        }
        assert_int_equal(step(f, prepared), CN_STEP_DONE);
        assert_int_equal(prepared->affected, BATCH);
        make_batch(values, BATCH);
    }
    release(f, prepared);
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 2 * BATCH);
}

static void one_insert_returns_its_row(void **state)
{
    fixture *f         = *state;
    cn_value values[2] = {cn_value_int(77), text("x")}, back;
    make_items(f);
    if (!f->link->insert_returning) {
        assert_int_equal(
            cause_of(f, "INSERT INTO driver_item (code) VALUES (1) RETURNING code", NULL, 0),
            CN_CAUSE_SYNTAX);
        return;
    }
    cn_prepared *prepared = prepare(
        f, "INSERT INTO driver_item (code, note) VALUES (?, ?) RETURNING code, note");
    execute(f, prepared, values, 2);
    assert_int_equal(step(f, prepared), CN_STEP_ROW);
    must(f, f->driver->read(prepared, 1, &back, &f->error), "read");
    assert_memory_equal(back.as.text.data, "x", 1);
    assert_int_equal(step(f, prepared), CN_STEP_DONE);
    assert_int_equal(prepared->affected, 1);
    release(f, prepared);
}

static void a_batch_that_fails_leaves_nothing(void **state)
{
    fixture     *f = *state;
    cn_value     values[2 * BATCH];
    cn_execution execution = {0};
    make_items(f);
    make_batch(values, 0);
    values[2 * 900] = cn_value_int(1); /* the second row has it, too */
    for (int in_transaction = 0; in_transaction < 2; in_transaction++) {
        cn_prepared *prepared = prepare(f, "INSERT INTO driver_item (code, note) VALUES (?, ?)");
        if (in_transaction)
            must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
        assert_false(f->driver->execute_many(prepared, values, BATCH, 2, &execution, &f->error));
        assert_int_equal(failed(f), CN_CAUSE_UNIQUE);
        if (in_transaction)
            must(f, f->driver->rollback(f->link, &f->error), "rollback");
        release(f, prepared);
        assert_int_equal(f->driver->state(f->link), CN_LINK_IDLE);
        assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 0);
    }
}

/* ---- constraints ----------------------------------------------------------------------------- */

static void each_constraint_has_its_cause(void **state)
{
    fixture *f         = *state;
    cn_value values[2] = {cn_value_int(1), cn_value_null()};
    char     columns[256];
    make_items(f);
    make_table(f, "driver_parent", "id INTEGER NOT NULL PRIMARY KEY");
    (void)snprintf(columns, sizeof columns,
                   "id %s, parent INTEGER NOT NULL, size_ INTEGER CHECK (size_ > 0), "
                   "FOREIGN KEY (parent) REFERENCES driver_parent (id)",
                   f->types->key);
    make_table(f, "driver_child", columns);
    run(f, "INSERT INTO driver_parent (id) VALUES (1)");
    add_item(f, 1);
    assert_int_equal(cause_of(f, "INSERT INTO driver_item (code, note) VALUES (?, ?)", values, 2),
                     CN_CAUSE_UNIQUE);
    assert_int_equal(cause_of(f, "INSERT INTO driver_parent (id) VALUES (?)", values, 1),
                     CN_CAUSE_UNIQUE);
    assert_int_equal(cause_of(f, "INSERT INTO driver_child (parent) VALUES (2)", NULL, 0),
                     CN_CAUSE_FOREIGN_KEY);
    assert_int_equal(
        cause_of(f, "INSERT INTO driver_child (size_, parent) VALUES (?, ?)", values, 2),
        CN_CAUSE_NOT_NULL);
    assert_int_equal(
        cause_of(f, "INSERT INTO driver_child (parent, size_) VALUES (1, -1)", NULL, 0),
        CN_CAUSE_CHECK);
    run(f, "INSERT INTO driver_child (parent, size_) VALUES (1, 1)");
    assert_int_equal(cause_of(f, "DELETE FROM driver_parent", NULL, 0), CN_CAUSE_FOREIGN_KEY);
    assert_int_equal(number(f, "SELECT count(*) FROM driver_child"), 1);
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void rollback_undoes_and_commit_keeps(void **state)
{
    fixture *f = *state;
    make_items(f);
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    add_item(f, 1);
    assert_int_equal(f->driver->state(f->link), CN_LINK_OPEN);
    must(f, f->driver->rollback(f->link, &f->error), "rollback");
    assert_int_equal(f->driver->state(f->link), CN_LINK_IDLE);
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 0);
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    add_item(f, 2);
    must(f, f->driver->commit(f->link, &f->error), "commit");
    assert_int_equal(f->driver->state(f->link), CN_LINK_IDLE);
    must(f, f->driver->rollback(f->link, &f->error), "rollback of nothing");
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 1);
}

static void others_see_what_is_committed_and_nothing_else(void **state)
{
    fixture *f      = *state;
    cn_link *second = second_link(f);
    make_items(f);
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    add_item(f, 1);
    assert_int_equal(number_on(f, second, "SELECT count(*) FROM driver_item"), 0);
    must(f, f->driver->commit(f->link, &f->error), "commit");
    assert_int_equal(number_on(f, second, "SELECT count(*) FROM driver_item"), 1);
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    add_item(f, 2);
    must(f, f->driver->rollback(f->link, &f->error), "rollback");
    assert_int_equal(number_on(f, second, "SELECT count(*) FROM driver_item"), 1);
}

static void closing_rolls_back(void **state)
{
    fixture *f      = *state;
    cn_link *second = second_link(f);
    make_items(f);
    must(f, f->driver->begin(second, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    run_on(f, second, "INSERT INTO driver_item (code) VALUES (1)");
    f->driver->close(second);
    f->second = NULL;
    add_item(f, 1); /* which waits for the other's lock, where the server takes its time */
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 1);
}

static void autocommit_commits_each_statement(void **state)
{
    fixture *f      = *state;
    cn_link *second = second_link(f);
    make_items(f);
    add_item(f, 1);
    assert_int_equal(f->driver->state(f->link), CN_LINK_IDLE);
    assert_int_equal(number_on(f, second, "SELECT count(*) FROM driver_item"), 1);
}

static void savepoints_nest(void **state)
{
    fixture *f = *state;
    make_items(f);
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    add_item(f, 1);
    run(f, "SAVEPOINT a");
    add_item(f, 2);
    run(f, "SAVEPOINT b");
    add_item(f, 3);
    run(f, "ROLLBACK TO SAVEPOINT b");
    run(f, "RELEASE SAVEPOINT a");
    must(f, f->driver->commit(f->link, &f->error), "commit");
    assert_int_equal(number(f, "SELECT sum(code) FROM driver_item"), 3);
}

static void a_savepoint_heals_a_failed_statement(void **state)
{
    fixture *f = *state;
    make_items(f);
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    add_item(f, 1);
    run(f, "SAVEPOINT a");
    assert_int_equal(cause_of(f, "INSERT INTO driver_item (code) VALUES (1)", NULL, 0),
                     CN_CAUSE_UNIQUE);
    assert_int_not_equal(f->driver->state(f->link), CN_LINK_IDLE);
    run(f, "ROLLBACK TO SAVEPOINT a");
    assert_int_equal(f->driver->state(f->link), CN_LINK_OPEN);
    add_item(f, 2);
    must(f, f->driver->commit(f->link, &f->error), "commit");
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 2);
}

static void a_read_only_transaction_refuses_to_write(void **state)
{
    fixture *f = *state;
    make_items(f);
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, true, &f->error), "begin");
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 0);
    assert_int_equal(cause_of(f, "INSERT INTO driver_item (code) VALUES (1)", NULL, 0),
                     CN_CAUSE_READ_ONLY);
    must(f, f->driver->rollback(f->link, &f->error), "rollback");
    add_item(f, 1);
    must(f, f->driver->begin(f->link, CN_ISOLATION_DEFAULT, false, &f->error), "begin");
    add_item(f, 2);
    must(f, f->driver->commit(f->link, &f->error), "commit");
    assert_int_equal(number(f, "SELECT count(*) FROM driver_item"), 2);
}

static void an_isolation_level_is_granted_or_refused(void **state)
{
    fixture *f = *state;
    make_items(f);
    for (int level = CN_ISOLATION_DEFAULT; level <= CN_SERIALIZABLE; level++) {
        if (!f->driver->begin(f->link, (cn_isolation)level, false, &f->error)) {
            assert_int_equal(failed(f), CN_CAUSE_UNSUPPORTED);
            assert_int_equal(f->driver->state(f->link), CN_LINK_IDLE);
            assert_true(level != CN_ISOLATION_DEFAULT && level != CN_SERIALIZABLE);
            continue;
        }
        (void)number(f, "SELECT count(*) FROM driver_item");
        add_item(f, level);
        must(f, f->driver->commit(f->link, &f->error), "commit");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_open_link_says_what_it_is),
        TEST(an_unknown_option_is_named),
        TEST(a_read_only_link_refuses_to_write),
        TEST(wrong_sql_is_a_syntax_error),
        TEST(what_is_not_there_is_not_found),
        TEST(a_table_that_is_there_exists),
        TEST(a_nul_byte_in_sql_is_refused),
        TEST(several_statements_are_refused_unless_asked_for),
        TEST(the_number_of_values_must_be_right),
        TEST(a_result_ends_once_and_stays_ended),
        TEST(a_result_may_be_left_in_the_middle),
        TEST(columns_have_names_and_statements_without_rows_have_none),
        TEST(a_statement_survives_a_change_of_its_table),
        TEST(affected_rows_are_those_matched),
        TEST(an_insert_tells_the_key_that_it_generated),
        TEST(a_batch_inserts_every_row),
        TEST(a_batch_tells_the_key_of_each_row),
        TEST(a_batch_returns_the_rows_of_all_in_order),
        TEST(one_insert_returns_its_row),
        TEST(a_batch_that_fails_leaves_nothing),
        TEST(each_constraint_has_its_cause),
        TEST(rollback_undoes_and_commit_keeps),
        TEST(others_see_what_is_committed_and_nothing_else),
        TEST(closing_rolls_back),
        TEST(autocommit_commits_each_statement),
        TEST(savepoints_nest),
        TEST(a_savepoint_heals_a_failed_statement),
        TEST(a_read_only_transaction_refuses_to_write),
        TEST(an_isolation_level_is_granted_or_refused),
    };
    return cmocka_run_group_tests_name("driver", tests, NULL, NULL) == 0 ? EXIT_SUCCESS
                                                                         : EXIT_FAILURE;
}
