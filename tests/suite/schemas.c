/*
 * Schemas that stand for those of the models, on real databases: one program, one model, and tables
 * in the schema of each tenant. On SQLite schemas are attached files.
 */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include <cinnabar/cinnabar.h>

typedef struct Kind {
    int         id;
    const char *name;
} Kind;

typedef struct Note {
    int         id;
    const char *text;
    int         kind_id;
    Kind       *kind;
} Note;

CN_MODEL(Kind, "lookup.sn_kind")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(20));
}

CN_MODEL(Note, "sn_note")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text, .type = CN_STRING(20), .index = true);
    CN_COLUMN(kind_id, .foreign_key = "lookup.sn_kind.id");
    CN_RELATIONSHIP(kind, Kind);
}
CN_METADATA(notes, &Kind_model, &Note_model);

/* Both models of a tenant in its one schema: a foreign key of SQLite stays in its file. */
#define TENANT(name) CN_SCHEMAS("", name, "lookup", name)

static bool is_sqlite(void)
{
    return suite_which() == SUITE_SQLITE;
}

static void run(cn_engine *engine, const char *sql)
{
    CN_CONNECT(connection, engine, .autocommit = true) {
        cn_execute(connection, cn_text(sql));
        ASSERT_OK(connection);
    }
}

/* One connection, which is what files are attached to. */
static cn_engine *engine_with_schemas(void)
{
    const char *const names[] = {"sn_one", "sn_two"};
    char              sql[100];
    cn_engine *engine = cn_create_engine(is_sqlite() ? suite_url() : suite_server_url("_ADMIN"),
                                         .pool_size= 1, .max_overflow = CN_NONE);
    for (int i = 0; i < 2; i++) {
        if (is_sqlite()) {
            snprintf(sql, sizeof sql, "ATTACH ':memory:' AS %s", names[i]);
            run(engine, sql);
        } else {
            cn_drop_schema(names[i], true, engine);
            cn_create_schema(names[i], engine);
        }
        ASSERT_OK(engine);
    }
    return engine;
}

static void end(cn_engine *engine)
{
    if (!is_sqlite()) {
        cn_drop_schema("sn_one", true, engine);
        cn_drop_schema("sn_two", true, engine);
        ASSERT_OK(engine);
    }
    cn_engine_dispose(engine);
}

static void create(cn_engine *engine, const cn_schema_map *schemas)
{
    if (!cn_create_with(&notes, engine, .schemas = schemas))
        fail_msg("%s", cn_error_message(engine));
}

static int count(cn_engine *engine, const char *sql)
{
    int found = -1;
    CN_CONNECT(connection, engine) {
        cn_result *result = cn_execute(connection, cn_text(sql));
        if (cn_only(result))
            found = cn_cell_at(result, int, 0);
        ASSERT_OK(connection);
    }
    return found;
}

static void tables_are_created_where_the_call_says(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_schemas();
    create(engine, TENANT("sn_one"));
    create(engine, TENANT("sn_one")); /* it looks for them there, too */
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_one.sn_note"), 0);
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_one.sn_kind"), 0);
    create(engine, TENANT("sn_two"));
    assert_true(cn_drop_with(&notes, engine, .schemas = TENANT("sn_one")));
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_two.sn_note"), 0);
    CN_CONNECT(connection, engine) {
        cn_execute(connection, cn_text("SELECT * FROM sn_one.sn_note"));
        assert_int_equal(cn_error_cause(connection), CN_CAUSE_NOT_FOUND);
    }
    end(engine);
}

/* One session: what a program does with a graph. */
static void work(cn_engine *engine, const cn_schema_map *schemas, const char *text)
{
    CN_SESSION(session, engine, .schemas = schemas) {
        Kind *kind = cn_new(Kind, .name = text);
        cn_add(session, kind);
        for (int i = 0; i < 3; i++)
            cn_add(session, cn_new(Note, .text = text, .kind = kind));
        cn_commit(session);
        ASSERT_OK(session);
    }
    CN_SESSION(session, engine, .schemas = schemas) {
        Note *const *all = cn_all(session, Note, .where = cn_is(Note, id, >, 0));
        ASSERT_OK(session);
        assert_string_equal(all[2]->text, text);
        assert_null(all[3]);
        assert_string_equal(cn_one(all[0], kind)->name, text);
        all[0]->text = "changed";
        cn_delete(session, all[2]);
        cn_commit(session);
        ASSERT_OK(session);
        Note *const *of_kind = cn_all(session, Note, .join = CN_JOINS(cn_join(Note, kind)),
                                      .where = cn_is(Kind, name, ==, text));
        ASSERT_OK(session);
        assert_non_null(of_kind[1]);
        assert_null(of_kind[2]);
    }
}

static void each_session_works_in_its_schema(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_schemas();
    create(engine, TENANT("sn_one"));
    create(engine, TENANT("sn_two"));
    /* By turns, on one connection: a statement of the one is never run for the other. */
    work(engine, TENANT("sn_one"), "first");
    work(engine, TENANT("sn_two"), "second");
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_one.sn_note"), 2);
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_one.sn_note WHERE text = 'first'"), 1);
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_two.sn_note WHERE text = 'second'"), 1);
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_two.sn_note WHERE text = 'first'"), 0);
    end(engine);
}

static void statements_of_a_connection_go_to_its_schema(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_schemas();
    create(engine, TENANT("sn_two"));
    CN_CONNECT(connection, engine, .schemas = TENANT("sn_two")) {
        cn_execute(connection, cn_insert(Kind, .values = CN_SET(Kind, id, 1, name, "k")));
        cn_execute_many(connection,
                        cn_insert(Note, .values = CN_SET(Note, id, cn_later("id"), text,
                                                         cn_later("text"), kind_id, 1)),
                        CN_PARAMS("id", 1, "text", "a"), CN_PARAMS("id", 2, "text", "b"));
        cn_execute(connection, cn_update(Note, .set = CN_SET(Note, text, "c"),
                                         .where = cn_is(Note, id, ==, 2)));
        cn_execute(connection, cn_delete_from(Note, .where = cn_is(Note, id, ==, 1)));
        cn_commit(connection);
        ASSERT_OK(connection);
    }
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_two.sn_note WHERE text = 'c'"), 1);
    /* The same statement without the map asks where the model stands. */
    CN_CONNECT(connection, engine) {
        cn_execute(connection, cn_select(Kind));
        assert_false(cn_ok(connection));
    }
    end(engine);
}

typedef struct Recent {
    int         id;
    const char *text;
} Recent;

CN_SHAPE(Recent, "sn_note")
{
    CN_COLUMN(id);
    CN_COLUMN(text);
}

/* A shape stands in the statement: even one that is called as a table is. */
static void shapes_stand_in_no_schema(void **state)
{
    (void)state;
    cn_engine *engine = engine_with_schemas();
    create(engine, TENANT("sn_one"));
    CN_SESSION(session, engine, .schemas = TENANT("sn_one")) {
        Kind *kind = cn_new(Kind, .name = "k");
        cn_add(session, cn_new(Note, .text = "a", .kind = kind));
        cn_add(session, cn_new(Note, .text = "b", .kind = kind));
        cn_flush(session);
        Recent *const *recent = cn_all(
            session, Recent,
            .with = CN_WITH(
                cn_cte(Recent, cn_select(Note,
                                         .columns = CN_INTO(Recent, id, cn_attr(Note, id), text,
                                                            cn_attr(Note, text)),
                                         .where   = cn_is(Note, text, ==, "b")))));
        ASSERT_OK(session);
        assert_string_equal(recent[0]->text, "b");
        assert_null(recent[1]);
    }
    end(engine);
}

static void the_schemas_of_an_engine_are_those_of_all_that_say_none(void **state)
{
    (void)state;
    cn_engine    *by_hand = engine_with_schemas();
    cn_schema_map list[]  = {{"", "sn_two"}, {"lookup", "sn_two"}, {NULL, NULL}};
    char          name[]  = "sn_one";
    list[0].of_database = list[1].of_database = name;
    if (is_sqlite()) {
        cn_engine_dispose(by_hand); /* its files are its own */
        return;
    }
    cn_engine *engine = cn_create_engine(suite_server_url("_ADMIN"), .schemas = list);
    memset(name, 'x', sizeof name - 1); /* the list was copied */
    if (!cn_create_all(&notes, engine))
        fail_msg("%s", cn_error_message(engine));
    work(engine, NULL, "mine");
    create(engine, TENANT("sn_two"));
    work(engine, TENANT("sn_two"), "theirs");
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_one.sn_note WHERE text = 'mine'"), 1);
    assert_int_equal(count(engine, "SELECT count(*) FROM sn_two.sn_note WHERE text = 'theirs'"), 1);
    cn_engine_dispose(engine);
    end(by_hand);
}

static void a_name_of_a_schema_is_quoted_like_any_other(void **state)
{
    (void)state;
    char *sql = cn_metadata_create_sql(
        &notes, "postgresql",
        &(const cn_ddl_options){.size    = sizeof(cn_ddl_options),
                                .schemas = CN_SCHEMAS("lookup", "", "", "a\"; DROP")});
    assert_non_null(strstr(sql, "CREATE TABLE sn_kind ("));
    assert_non_null(strstr(sql, "CREATE TABLE \"a\"\"; DROP\".sn_note ("));
    assert_non_null(strstr(sql, "REFERENCES sn_kind (id)"));
    assert_non_null(strstr(sql, "ON \"a\"\"; DROP\".sn_note (text)"));
    cn_text_free(sql);
}

/* The file that was opened is that of the tables without a schema. */
static void a_foreign_key_of_sqlite_names_no_file(void **state)
{
    (void)state;
    char *text = cn_create_all_sql(&notes, "sqlite", .schemas = CN_SCHEMAS("lookup", "main"));
    assert_non_null(text);
    assert_non_null(strstr(text, "CREATE TABLE main.sn_kind ("));
    assert_non_null(strstr(text, "REFERENCES sn_kind (id)"));
    cn_text_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_created_where_the_call_says),
        cmocka_unit_test(each_session_works_in_its_schema),
        cmocka_unit_test(statements_of_a_connection_go_to_its_schema),
        cmocka_unit_test(shapes_stand_in_no_schema),
        cmocka_unit_test(the_schemas_of_an_engine_are_those_of_all_that_say_none),
        cmocka_unit_test(a_name_of_a_schema_is_quoted_like_any_other),
        cmocka_unit_test(a_foreign_key_of_sqlite_names_no_file),
    };
    return suite_main("schemas", tests);
}
