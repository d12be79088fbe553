/* Floor 4 and 5: the versions of a database are told apart: what an older one lacks has another
   form, or is an error that names the construct, the database and its version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

#include "sql/compile.h"

typedef struct Item {
    int         id;
    const char *name;
    int         parent;
} Item;
CN_MODEL(Item, "item")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name, .type = CN_STRING(10));
    CN_COLUMN(parent);
}
CN_ALIAS(Item, Other);
typedef struct Named {
    int id;
} Named;
CN_SHAPE(Named, "named")
{
    CN_COLUMN(id);
}

#define ID CN_INTO(Named, id, cn_attr(Item, id))

/* The SQL for a server of that version, or the error, with a ! before it. */
static const char *for_server(cn_product product, unsigned version, const cn_statement *statement)
{
    static const char *const names[] = {[CN_PRODUCT_SQLITE]     = "sqlite",
                                        [CN_PRODUCT_MYSQL]      = "mysql",
                                        [CN_PRODUCT_MARIADB]    = "mysql",
                                        [CN_PRODUCT_POSTGRESQL] = "postgresql"};
    static char              text[4000];
    const cn_driver          driver  = {.name = names[product], .dialect = names[product]};
    cn_link                  link    = {.driver = &driver, .product = product};
    const cn_compile_request request = {.statement = statement, .describing = true, .key = ""};
    cn_error                 error   = {0};
    cn_compiler              compiler;
    cn_plan                 *plan = (cn_plan *)cn_compiled_new(sizeof *plan, "", 0, 0);
    link.version                  = version;
    memcpy(link.version_text, "9.9", sizeof "9.9");
    assert_non_null(plan);
    cn_compiler_begin_for(&compiler, cn_dialect_named(names[product]), &link, &error);
    if (cn_compiler_spell(&compiler, &request, plan))
        snprintf(text, sizeof text, "%s", plan->head.sql);
    else
        snprintf(text, sizeof text, "!%s", cn_error_get_message(&error));
    cn_compiler_end(&compiler);
    cn_compiled_release(&plan->head);
    cn_error_clear(&error);
    return text;
}

/* Before a version the SQL has `older`, from it on `newer`, which it did not have before. */
static void assert_since(cn_product product, unsigned version, const cn_statement *statement,
                         const char *older, const char *newer)
{
    const char *text = for_server(product, version - 1, statement);
    if (strstr(text, older) == NULL)
        fail_msg("before %u: '%s' has no '%s'", version, text, older);
    if (*text != '!' && strcmp(older, newer) != 0 && strstr(text, newer) != NULL)
        fail_msg("before %u: '%s' has '%s'", version, text, newer);
    text = for_server(product, version, statement);
    if (strstr(text, newer) == NULL)
        fail_msg("from %u: '%s' has no '%s'", version, text, newer);
}
#define SINCE(product, version, s, older, newer)                                                   \
    assert_since(CN_PRODUCT_##product, (version), CN_STATEMENT_(s), (older), (newer))
#define NEVER(product, s, words)                                                                   \
    assert_since(CN_PRODUCT_##product, 2000000, CN_STATEMENT_(s), (words), (words))

static void queries_in_with_and_lateral(void **state)
{
    (void)state;
    const cn_select_statement *items = cn_select(Item, .columns = ID);
    const cn_select_statement *with  = cn_select(Named, .with = CN_WITH(cn_cte(Named, items)));
    const cn_select_statement *once  = cn_select(
         Named, .with = CN_WITH(cn_cte(Named, items, .materialized = true)));
    const cn_update_statement *change = cn_update(Item, .with = CN_WITH(cn_cte(Named, items)),
                                                  .set   = CN_SET(Item, parent, 1),
                                                  .where = cn_in_query(Item, id, cn_select(Named)));
    const cn_select_statement *beside = cn_select(
        Item, .columns = ID, .join = CN_JOINS(cn_join_lateral(Named, items, cn_always())));
    SINCE(MYSQL, 80000, with, "!MySQL 9.9 has no WITH", "WITH named");
    SINCE(MARIADB, 100200, with, "!MariaDB 9.9 has no WITH", "WITH named");
    SINCE(MYSQL, 80000, change, "has no WITH before UPDATE and DELETE", "WITH named");
    NEVER(MARIADB, change, "!MariaDB 9.9 has no WITH before UPDATE and DELETE");
    SINCE(SQLITE, 33500, once, "named AS \n(", "named AS MATERIALIZED \n(");
    SINCE(POSTGRESQL, 120000, once, "named AS \n(", "named AS MATERIALIZED \n(");
    SINCE(MYSQL, 80014, beside, "!MySQL 9.9 has no LATERAL", "JOIN LATERAL (");
    NEVER(MARIADB, beside, "!MariaDB 9.9 has no LATERAL");
    NEVER(SQLITE, beside, "!SQLite 9.9 has no LATERAL");
}

static void compounds(void **state)
{
    (void)state;
    const cn_select_statement   *items = cn_select(Item, .columns = ID);
    const cn_select_statement   *first = cn_select(Item, .columns = ID, .limit = 1);
    const cn_compound_statement *inner = cn_union(CN_QUERIES(items, items));
    SINCE(MYSQL, 80031, cn_except(CN_QUERIES(items, items)), "!MySQL 9.9 has no INTERSECT and",
          " EXCEPT ");
    SINCE(MARIADB, 100300, cn_intersect(CN_QUERIES(items, items)),
          "!MariaDB 9.9 has no INTERSECT and", " INTERSECT ");
    SINCE(MARIADB, 100500, cn_except_all(CN_QUERIES(items, items)),
          "!MariaDB 9.9 has no INTERSECT ALL", " EXCEPT ALL ");
    SINCE(MYSQL, 80031, cn_union_all(CN_QUERIES(inner, items)), ") AS anon_1 UNION ALL",
          ") UNION ALL");
    SINCE(MARIADB, 100400, cn_union_all(CN_QUERIES(inner, items)), ") AS anon_1 UNION ALL",
          ") UNION ALL");
    SINCE(MYSQL, 80031, cn_intersect_all(CN_QUERIES(items, items)),
          "!MySQL 9.9 has no INTERSECT and", " INTERSECT ALL ");
    SINCE(MYSQL, 50700, cn_union(CN_QUERIES(first, items)), "LIMIT ?) UNION SELECT",
          "LIMIT ?) UNION SELECT");
    NEVER(SQLITE, cn_union(CN_QUERIES(first, items)), ") AS anon_1 UNION SELECT");
    const cn_select_statement *with = cn_select(Named, .with = CN_WITH(cn_cte(Named, items)));
    const cn_select_statement *lock = cn_select(Item, .columns = ID, .lock = CN_FOR_UPDATE);
    NEVER(MYSQL, cn_union_all(CN_QUERIES(items, with)), "UNION ALL (WITH named");
    NEVER(SQLITE, cn_union_all(CN_QUERIES(items, with)), "UNION ALL SELECT * FROM (WITH named");
    NEVER(MYSQL, cn_union_all(CN_QUERIES(items, lock)), "UNION ALL (SELECT item.id");
}

static void joins_and_limits(void **state)
{
    (void)state;
    const cn_select_statement *full = cn_select(
        Item, .columns = ID,
        .join = CN_JOINS(cn_full_join_on(Other, cn_is(Other, parent, ==, cn_attr(Item, id)))));
    const cn_select_statement *ties = cn_select(Item, .limit = 1, .with_ties = true,
                                                .order_by = CN_BY(cn_attr(Item, name)));
    SINCE(SQLITE, 33900, full, "!SQLite 9.9 has no FULL OUTER JOIN", "FULL OUTER JOIN");
    NEVER(MYSQL, full, "!MySQL 9.9 has no FULL OUTER JOIN");
    NEVER(MARIADB, full, "!MariaDB 9.9 has no FULL OUTER JOIN");
    SINCE(POSTGRESQL, 130000, ties, "!PostgreSQL 9.9 has no FETCH FIRST", "WITH TIES");
    SINCE(MARIADB, 100600, ties, "!MariaDB 9.9 has no FETCH FIRST", "WITH TIES");
    NEVER(MYSQL, ties, "!MySQL 9.9 has no FETCH FIRST ... WITH TIES");
}

static void locks(void **state)
{
    (void)state;
    const cn_select_statement *share  = cn_select(Item, .lock = CN_FOR_SHARE);
    const cn_select_statement *nowait = cn_select(Item, .lock = CN_FOR_UPDATE, .nowait = true);
    const cn_select_statement *skip   = cn_select(Item, .lock = CN_FOR_UPDATE, .skip_locked = true);
    const cn_select_statement *some   = cn_select(Item, .lock = CN_FOR_UPDATE,
                                                  .lock_of = CN_MODELS(Item));
    SINCE(MYSQL, 80001, share, "LOCK IN SHARE MODE", "FOR SHARE");
    NEVER(MARIADB, share, "LOCK IN SHARE MODE");
    SINCE(MYSQL, 80001, nowait, "!MySQL 9.9 has no NOWAIT", "FOR UPDATE NOWAIT");
    SINCE(MARIADB, 100300, nowait, "!MariaDB 9.9 has no NOWAIT", "FOR UPDATE NOWAIT");
    SINCE(MYSQL, 80001, skip, "!MySQL 9.9 has no SKIP LOCKED", "FOR UPDATE SKIP LOCKED");
    SINCE(MARIADB, 100600, skip, "!MariaDB 9.9 has no SKIP LOCKED", "FOR UPDATE SKIP LOCKED");
    SINCE(MYSQL, 80001, some, "!MySQL 9.9 has no FOR UPDATE OF", "FOR UPDATE OF item");
    NEVER(MARIADB, some, "!MariaDB 9.9 has no FOR UPDATE OF some tables");
}

static void changes(void **state)
{
    (void)state;
    const cn_insert_statement *insert   = cn_insert(Item, .values = CN_SET(Item, id, 1),
                                                    .returning = ID);
    const cn_condition         first    = cn_is(Item, id, ==, 1);
    const cn_update_statement *update   = cn_update(Item, .set = CN_SET(Item, parent, 1),
                                                    .where = first, .returning = ID);
    const cn_delete_statement *deletion = cn_delete_from(Item, .where = cn_is(Item, id, ==, 1),
                                                         .returning = ID);
    const cn_update_statement *from     = cn_update(
            Item, .set = CN_SET(Item, name, cn_attr(Other, name)), .also = CN_MODELS(Other),
            .where = cn_is(Item, parent, ==, cn_attr(Other, id)));
    const cn_insert_statement *upsert = cn_upsert(
        Item, .values = CN_SET(Item, id, 1, name, "x"),
        .update = CN_SET(Item, name, cn_proposed(Item, name)));
    SINCE(SQLITE, 33500, insert, "!SQLite 9.9 has no INSERT ... RETURNING", "RETURNING id");
    SINCE(MARIADB, 100500, insert, "!MariaDB 9.9 has no INSERT ... RETURNING", "RETURNING item.id");
    NEVER(MYSQL, insert, "!MySQL 9.9 has no INSERT ... RETURNING");
    SINCE(SQLITE, 33500, update, "!SQLite 9.9 has no UPDATE ... RETURNING", "RETURNING id");
    NEVER(MARIADB, update, "!MariaDB 9.9 has no UPDATE ... RETURNING");
    SINCE(SQLITE, 33500, deletion, "!SQLite 9.9 has no DELETE ... RETURNING", "RETURNING id");
    SINCE(MARIADB, 100000, deletion, "!MariaDB 9.9 has no DELETE ... RETURNING",
          "RETURNING item.id");
    NEVER(MYSQL, deletion, "!MySQL 9.9 has no DELETE ... RETURNING");
    SINCE(MYSQL, 80020, upsert, "name = VALUES(name)",
          "AS new ON DUPLICATE KEY UPDATE name = new.");
    NEVER(MARIADB, upsert, "ON DUPLICATE KEY UPDATE name = VALUES(name)");
    SINCE(SQLITE, 33300, from, "!SQLite 9.9 has no UPDATE ... FROM", "FROM item AS item_1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_in_with_and_lateral),
        cmocka_unit_test(compounds),
        cmocka_unit_test(joins_and_limits),
        cmocka_unit_test(locks),
        cmocka_unit_test(changes),
    };
    return cmocka_run_group_tests_name("versions of databases", tests, NULL, NULL);
}
