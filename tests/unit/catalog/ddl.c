/*
 * CREATE TABLE and what goes with it, as text, in each dialect; and that creating and dropping
 * survive any allocation that fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/engine.h>

#include "catalog/ddl.h"
#include "schema/relationship.h"
#include "unit/failing.h"

enum { SQLITE, MYSQL, POSTGRESQL, DIALECTS };
static const char *const dialects[DIALECTS] = {"sqlite", "mysql", "postgresql"};

typedef struct Thing {
    uint64_t    id;
    const char *code;
    const char *note;
    cn_bytes    digest;
    unsigned    kind;
    int         owner_id;
    int         size;
    bool        done;
} Thing;

CN_MODEL(Thing, "shop.thing")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(code, .unique = true, .index = true);
    CN_COLUMN(note, .server_default = "'none'");
    CN_COLUMN(digest, .not_null = true);
    CN_COLUMN(kind, .type = CN_ENUM("a", "it's"), .name = "Kind");
    CN_COLUMN(owner_id, .foreign_key = "shop.owner.id", .on_delete = "set null",
              .on_update = "cascade", .index = true);
    CN_COLUMN(size, .server_default = "1 + 1");
    CN_COLUMN(done, .server_default = "false");
    CN_UNIQUE(digest, size);
}

CN_TABLE(link, "link")
{
    CN_TABLE_COLUMN(left_id, CN_INTEGER, .primary_key = true, .index = true);
    CN_TABLE_COLUMN(right_id, CN_INTEGER, .primary_key = true);
}

CN_TABLE(keyless, "keyless")
{
    CN_TABLE_COLUMN(x, CN_TIMESTAMP, .server_default = "CURRENT_TIMESTAMP");
}

#define LONG "a_name_that_is_so_long_that_nothing_can_be_put_before_or_behind"
CN_TABLE(long_names, LONG)
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(other, CN_INTEGER, .foreign_key = "link.left_id", .index = true);
    CN_TABLE_COLUMN(second, CN_INTEGER, .index = true);
}

static const cn_table *table_of(const cn_model *model)
{
    cn_error        error = {0};
    const cn_table *table = cn_table_of(model, &error);
    if (table == NULL)
        fail_msg("%s", cn_error_get_message(&error));
    return table;
}

static const cn_column *column_of(const cn_model *model, const char *member)
{
    return cn_table_member(table_of(model), member);
}

static cn_ddl ddl_over(const char *dialect, cn_buffer *sql, cn_error *error)
{
    return (cn_ddl){.dialect = cn_dialect_named(dialect), .sql = sql, .error = error};
}

static const cn_index *index_of(const cn_model *model, const char *member)
{
    const cn_table *table = table_of(model);
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].parts[0].column == column_of(model, member)->index)
            return &table->indexes[i];
    }
    fail_msg("%s has no index", member);
    return NULL;
}

static const cn_foreign_key *key_of(const cn_model *model, const char *member)
{
    const cn_table *table = table_of(model);
    for (size_t i = 0; i < table->foreign_key_count; i++) {
        if (table->foreign_keys[i].columns[0] == column_of(model, member)->index)
            return &table->foreign_keys[i];
    }
    fail_msg("%s has no foreign key", member);
    return NULL;
}

/* Runs `call` over a fresh `ddl` and compares what it wrote. */
#define ASSERT_DDL(which, call, expected)                                                          \
    do {                                                                                           \
        cn_buffer    sql   = {0};                                                                  \
        cn_error     error = {0};                                                                  \
        const cn_ddl ddl   = ddl_over(dialects[which], &sql, &error);                              \
        assert_true(call);                                                                         \
        assert_string_equal(cn_buffer_get(&sql), expected);                                        \
        cn_buffer_free(&sql);                                                                      \
    } while (0)

static void a_table_is_spelled_in_the_words_of_its_database(void **state)
{
    (void)state;
    static const char *const expected[DIALECTS] = {
        "\nCREATE TABLE shop.thing (\n"
        "\tid INTEGER NOT NULL, \n"
        "\tcode TEXT, \n"
        "\tnote TEXT DEFAULT 'none', \n"
        "\tdigest BLOB NOT NULL, \n"
        "\t\"Kind\" VARCHAR(4) NOT NULL CHECK (\"Kind\" IN ('a', 'it''s')), \n"
        "\towner_id INTEGER NOT NULL, \n"
        "\tsize INTEGER DEFAULT (1 + 1) NOT NULL, \n"
        "\tdone BOOLEAN DEFAULT false NOT NULL, \n"
        "\tPRIMARY KEY (id), \n"
        "\tUNIQUE (digest, size), \n"
        "\tFOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE SET NULL ON UPDATE CASCADE\n"
        ")\n\n",
        "\nCREATE TABLE shop.thing (\n"
        "\tid BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, \n"
        "\tcode VARCHAR(255), \n"
        "\tnote TEXT DEFAULT ('none'), \n"
        "\tdigest VARBINARY(255) NOT NULL, \n"
        "\t`Kind` ENUM('a','it''s') NOT NULL, \n"
        "\towner_id INTEGER NOT NULL, \n"
        "\tsize INTEGER NOT NULL DEFAULT (1 + 1), \n"
        "\tdone BOOL NOT NULL DEFAULT false, \n"
        "\tPRIMARY KEY (id), \n"
        "\tUNIQUE (digest, size), \n"
        "\tFOREIGN KEY(owner_id) REFERENCES shop.owner (id) ON DELETE SET NULL ON UPDATE CASCADE\n"
        ")\n\n",
        "\nCREATE TABLE shop.thing (\n"
        "\tid BIGSERIAL NOT NULL, \n"
        "\tcode TEXT, \n"
        "\tnote TEXT DEFAULT 'none', \n"
        "\tdigest BYTEA NOT NULL, \n"
        "\t\"Kind\" VARCHAR(4) NOT NULL CHECK (\"Kind\" IN ('a', 'it''s')), \n"
        "\towner_id INTEGER NOT NULL, \n"
        "\tsize INTEGER DEFAULT (1 + 1) NOT NULL, \n"
        "\tdone BOOLEAN DEFAULT false NOT NULL, \n"
        "\tPRIMARY KEY (id), \n"
        "\tUNIQUE (digest, size), \n"
        "\tFOREIGN KEY(owner_id) REFERENCES shop.owner (id) ON DELETE SET NULL ON UPDATE CASCADE\n"
        ")\n\n",
    };
    for (int which = 0; which < DIALECTS; which++)
        ASSERT_DDL(which, cn_ddl_create_table(&ddl, table_of(&Thing_model), NULL, NULL),
                   expected[which]);
}

static bool every(const cn_foreign_key *key, void *context)
{
    (void)key;
    return *(bool *)context;
}

static void a_table_without_a_struct_may_have_several_keys_or_none(void **state)
{
    (void)state;
    bool yes = true, no = false;
    ASSERT_DDL(POSTGRESQL, cn_ddl_create_table(&ddl, table_of(&link), NULL, NULL),
               "\nCREATE TABLE link (\n\tleft_id INTEGER NOT NULL, \n\tright_id INTEGER NOT NULL, "
               "\n\tPRIMARY KEY (left_id, right_id)\n)\n\n");
    ASSERT_DDL(MYSQL, cn_ddl_create_table(&ddl, table_of(&keyless), NULL, NULL),
               "\nCREATE TABLE keyless (\n\tx DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6)\n)\n\n");
    ASSERT_DDL(SQLITE, cn_ddl_create_table(&ddl, table_of(&long_names), every, &yes),
               "\nCREATE TABLE " LONG " (\n\tid INTEGER NOT NULL, \n\tother INTEGER, \n\tsecond "
               "INTEGER, \n\tPRIMARY KEY (id)\n)\n\n");
    ASSERT_DDL(SQLITE, cn_ddl_create_table(&ddl, table_of(&long_names), every, &no),
               "\nCREATE TABLE " LONG " (\n\tid INTEGER NOT NULL, \n\tother INTEGER, \n\tsecond "
               "INTEGER, \n\tPRIMARY KEY (id), \n\tFOREIGN KEY(other) REFERENCES link "
               "(left_id)\n)\n\n");
}

static void indexes_and_constraints_have_generated_names(void **state)
{
    (void)state;
    const cn_foreign_key *owner = key_of(&Thing_model, "owner_id");
    ASSERT_DDL(SQLITE, cn_ddl_create_index(&ddl, index_of(&Thing_model, "code")),
               "CREATE UNIQUE INDEX shop.ix_shop_thing_code ON thing (code)");
    ASSERT_DDL(POSTGRESQL, cn_ddl_create_index(&ddl, index_of(&Thing_model, "owner_id")),
               "CREATE INDEX ix_shop_thing_owner_id ON shop.thing (owner_id)");
    ASSERT_DDL(MYSQL, cn_ddl_add_foreign_key(&ddl, owner),
               "ALTER TABLE shop.thing ADD CONSTRAINT fk_shop_thing_owner_id FOREIGN KEY(owner_id) "
               "REFERENCES shop.owner (id) ON DELETE SET NULL ON UPDATE CASCADE");
    ASSERT_DDL(MYSQL, cn_ddl_drop_foreign_key(&ddl, owner, NULL),
               "ALTER TABLE shop.thing DROP FOREIGN KEY fk_shop_thing_owner_id");
    ASSERT_DDL(POSTGRESQL, cn_ddl_drop_foreign_key(&ddl, owner, "Some name"),
               "ALTER TABLE shop.thing DROP CONSTRAINT \"Some name\"");
    ASSERT_DDL(POSTGRESQL, cn_ddl_drop_table(&ddl, table_of(&Thing_model)),
               "\nDROP TABLE shop.thing");
    assert_int_equal(table_of(&link)->index_count, 1); /* of half of the key */
}

static void a_generated_name_that_is_too_long_is_cut_and_stays_different(void **state)
{
    (void)state;
    ASSERT_DDL(
        POSTGRESQL, cn_ddl_create_index(&ddl, index_of(&long_names, "other")),
        "CREATE INDEX ix_a_name_that_is_so_long_that_nothing_can_be_put_befo_460b9c7c ON " LONG
        " (other)");
    ASSERT_DDL(
        POSTGRESQL, cn_ddl_create_index(&ddl, index_of(&long_names, "second")),
        "CREATE INDEX ix_a_name_that_is_so_long_that_nothing_can_be_put_befo_b8a99f2a ON " LONG
        " (second)");
    ASSERT_DDL(SQLITE, cn_ddl_create_index(&ddl, index_of(&long_names, "other")),
               "CREATE INDEX ix_" LONG "_other ON " LONG " (other)");
}

static void a_name_that_is_too_long_is_an_error(void **state)
{
    (void)state;
    static cn_model_state too_long_state;
    cn_model              too_long = link;
    too_long.table                 = LONG "_indeed";
    too_long.state                 = &too_long_state;
    cn_buffer    sql               = {0};
    cn_error     error             = {0};
    const cn_ddl ddl               = ddl_over("postgresql", &sql, &error);
    assert_false(cn_ddl_create_table(&ddl, table_of(&too_long), NULL, NULL));
    assert_string_equal(cn_error_get_message(&error),
                        "the name \"" LONG "_indeed\" is too long for postgresql: it has 70 bytes, "
                        "and 63 are allowed");
    cn_error_clear(&error);
    cn_buffer_free(&sql);
}

/* ---- memory ---------------------------------------------------------------------------------- */

CN_TABLE(hen, "hen")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(egg_id, CN_INTEGER, .foreign_key = "egg.id", .index = true);
}
CN_TABLE(egg, "egg")
{
    CN_TABLE_COLUMN(id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(hen_id, CN_INTEGER, .foreign_key = "hen.id");
    CN_TABLE_COLUMN(kind, CN_ENUM("brown", "white"), .unique = true);
}
CN_METADATA(farm, &hen, &egg, &link);

/* Each text with each dialect: the database itself is not needed to see that nothing is lost. */
static void want_of_memory_in_a_text_is_an_error(void **state)
{
    (void)state;
    const cn_table *thing = table_of(&Thing_model);
    for (int which = 0; which < DIALECTS; which++) {
        bool failed = true;
        for (size_t n = 1; failed; n++) {
            cn_buffer    sql   = {0};
            cn_error     error = {0};
            const cn_ddl ddl   = ddl_over(dialects[which], &sql, &error);
            failing_begin(n, false);
            bool done = cn_ddl_create_table(&ddl, thing, NULL, NULL) &&
                        cn_ddl_create_index(&ddl, &thing->indexes[0]) &&
                        cn_ddl_add_foreign_key(&ddl, &thing->foreign_keys[0]);
            ddl.dialect->definition->existing(&sql, &thing, 1, NULL);
            done = done && !sql.failed;
            cn_error_clear(&error);
            cn_buffer_free(&sql);
            failed = failing_end();
            assert_int_equal(done, !failed);
            assert_int_equal(failing.alive, 0);
            assert_true(n < 1000);
        }
    }
}

static void want_of_memory_in_creating_and_dropping_is_the_engines_error(void **state)
{
    (void)state;
    cn_error ignored = {0}; /* what is resolved stays: it is not counted below */
    assert_non_null(cn_relationships_of(table_of(&hen), &ignored));
    assert_non_null(cn_relationships_of(table_of(&egg), &ignored));
    assert_non_null(cn_relationships_of(table_of(&link), &ignored));
    for (int for_good = 0; for_good < 2; for_good++) {
        bool failed = true;
        for (size_t n = 1; failed; n++) {
            failing_begin(n, for_good != 0);
            cn_engine *engine = cn_create_engine("sqlite://");
            bool       done   = cn_create_all(&farm, engine) && cn_create_all(&farm, engine) &&
                        cn_drop_all(&farm, engine);
            bool fine = cn_ok(engine);
            if (engine != NULL && !fine)
                assert_int_equal(cn_error_cause(engine), CN_CAUSE_MEMORY);
            cn_engine_dispose(engine);
            failed = failing_end();
            if (!done || !fine)
                assert_true(failed);
            assert_int_equal(failing.alive, 0);
            assert_true(n < 5000);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_spelled_in_the_words_of_its_database),
        cmocka_unit_test(a_table_without_a_struct_may_have_several_keys_or_none),
        cmocka_unit_test(indexes_and_constraints_have_generated_names),
        cmocka_unit_test(a_generated_name_that_is_too_long_is_cut_and_stays_different),
        cmocka_unit_test(a_name_that_is_too_long_is_an_error),
        cmocka_unit_test(want_of_memory_in_a_text_is_an_error),
        cmocka_unit_test(want_of_memory_in_creating_and_dropping_is_the_engines_error),
    };
    return cmocka_run_group_tests_name("ddl", tests, NULL, NULL);
}
