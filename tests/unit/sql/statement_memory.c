/* Floor 4: whichever allocation fails while a statement of any kind is copied, walked, written or
   executed, it fails with an ordinary error, and nothing leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

#include "sql/node.h"
#include "unit/failing.h"

typedef struct Leaf Leaf;
typedef struct Tree Tree;
struct Tree {
    int           id;
    const char   *name;
    CN_MANY(Leaf) leaves;
};
CN_MODEL_DECLARE(Leaf);
CN_MODEL(Tree, "tree_of_memory")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name);
    CN_RELATIONSHIP(leaves, Leaf, .primaryjoin = "foreign(Leaf.tree_id) == Tree.id",
                    .back_populates = "tree");
}
struct Leaf {
    int   id;
    int   tree_id;
    Tree *tree;
};
CN_MODEL(Leaf, "leaf_of_memory")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(tree_id);
    CN_RELATIONSHIP(tree, Tree, .primaryjoin = "foreign(Leaf.tree_id) == Tree.id",
                    .back_populates = "leaves");
}
CN_METADATA(Base, &Tree_model, &Leaf_model);
CN_ALIAS(Tree, Other);
typedef struct Pair {
    int         id;
    const char *name;
} Pair;
CN_SHAPE(Pair, "pair")
{
    CN_COLUMN(id);
    CN_COLUMN(name);
}
typedef struct Both {
    Tree *tree;
    Leaf *leaf;
} Both;

static void ignore_unread(void *context, const cn_error *error)
{
    (void)context;
    (void)error;
}

/* Shows the statement and a copy of it for every database; false: for want of memory. */
static bool show(const cn_statement *statement)
{
    static const char *const dialects[] = {"sqlite", "mysql", "mariadb", "postgresql"};
    cn_query                *query      = cn_build_(statement);
    bool                     good       = query != NULL;
    for (size_t i = 0; i < 8; i++) {
        char *why, *sql = cn_statement_text(i < 4 ? cn_built(query) : statement, dialects[i % 4],
                                            i % 2 == 0, &why);
        good = good && (sql != NULL || (why != NULL && strstr(why, " has no ") != NULL));
        cn_text_free(sql);
        cn_text_free(why);
    }
    cn_query_free(query);
    return good;
}

static bool select_much(void)
{
    const cn_items *pair = CN_INTO(Pair, id, cn_attr(Tree, id), name, cn_attr(Tree, name));
    const cn_select_statement *trees = cn_select(
        Tree, .columns = pair, .where = cn_contains(Tree, name, "%_"), .limit = 3);
    const Pair rows[] = {{1, "a"}, {2, "b"}};
    const int  ids[]  = {1, 2};
    return show(CN_STATEMENT_(cn_select(
               Tree, .columns = CN_INTO(Both, tree, cn_entity(Tree), leaf, cn_entity(Leaf)),
               .with = CN_WITH(
                   cn_cte(Pair, cn_text("SELECT :a AS id, name FROM x WHERE id IN :ids",
                                        .params = CN_PARAMS("a", "x", "ids", cn_list(ids, 2)),
                                        .fields = CN_FIELDS(Pair, id, name)))),
               .join  = CN_JOINS(cn_left_join(Tree, leaves),
                                 cn_join_on(Other, cn_is(Other, id, ==, cn_attr(Tree, id))),
                                 cn_join_on(Pair, cn_always())),
               .where = cn_in_query(
                   Tree, id,
                   cn_select(Tree, .columns = CN_INTO(Pair, id, cn_attr(Tree, id)), .limit = 2)),
               .group_by = CN_BY(cn_attr(Tree, id)), .having = cn_cmp(cn_count_all(), >, 1),
               .order_by = CN_BY(cn_desc(cn_attr(Tree, id))), .limit = 1, .offset = 2,
               .hints = CN_HINTS(cn_hint_prefix("mysql", "x"), cn_hint_table("sqlite", Tree, "y")),
               .lock = CN_FOR_UPDATE, .lock_of = CN_MODELS(Tree)))) &&
           show(CN_STATEMENT_(cn_union(
               CN_QUERIES(trees, cn_select(Pair, .query = CN_QUERY(cn_values(Pair, rows, 2)))),
               .order_by = CN_BY(cn_label(Pair, id)), .limit = 2))) &&
           show(
               CN_STATEMENT_(cn_select(Pair, .with = CN_WITH(cn_recursive(Pair, trees, trees))))) &&
           show(CN_STATEMENT_(cn_values(Pair, rows, 2)));
}

static bool change_much(void)
{
    const cn_select_statement *trees = cn_select(
        Tree, .columns = CN_INTO(Pair, id, cn_attr(Tree, id), name, cn_attr(Tree, name)));
    const cn_items *id = CN_INTO(Pair, id, cn_attr(Tree, id));
    return show(CN_STATEMENT_(cn_upsert(
               Tree, .values = CN_SET(Tree, id, 1, name, "x"),
               .more = CN_SETS(CN_SET(Tree, id, 2, name, cn_null)), .conflict = CN_KEY(Tree, id),
               .update       = CN_SET(Tree, name, cn_concat(cn_proposed(Tree, name), "y")),
               .update_where = cn_is(Tree, id, >, 0), .returning = id))) &&
           show(CN_STATEMENT_(cn_insert(Tree, .columns = CN_KEY(Tree, id, name),
                                        .with  = CN_WITH(cn_cte(Pair, trees)),
                                        .query = CN_QUERY(cn_select(Pair))))) &&
           show(CN_STATEMENT_(cn_update(
               Tree, .set = CN_SET(Tree, name, cn_attr(Other, name)), .also = CN_MODELS(Other),
               .where = cn_is(Tree, id, ==, cn_attr(Other, id)), .returning = id))) &&
           show(CN_STATEMENT_(cn_update(Tree, .set = CN_SET(Tree, name, "x"), .every_row = true,
                                        .order_by = CN_BY(cn_attr(Tree, id)), .limit = 1))) &&
           show(CN_STATEMENT_(cn_delete_from(
               Tree, .with = CN_WITH(cn_cte(Pair, trees)), .also = CN_MODELS(Leaf, Pair),
               .where = cn_is(Leaf, tree_id, ==, cn_attr(Tree, id)), .returning = id)));
}

/* Statements in a session, whose rows point to instances. */
static bool execute_much(void)
{
    const cn_select_statement *pairs = cn_select(
        Tree, .columns = CN_INTO(Pair, id, cn_attr(Tree, id), name, cn_attr(Tree, name)));
    bool       done   = false;
    cn_engine *engine = cn_create_engine("sqlite://", .on_unread_error = ignore_unread);
    if (engine != NULL && cn_ok(engine) && cn_create_all(&Base, engine)) {
        CN_SESSION(session, engine) {
            cn_execute(session, cn_insert(Tree, .values = CN_SET(Tree, id, 1, name, "x"),
                                          .more = CN_SETS(CN_SET(Tree, id, 2, name, "y"))));
            cn_execute(session, cn_insert(Leaf, .values = CN_SET(Leaf, id, 1, tree_id, 2)));
            Both *const *rows = cn_rows(
                session, Both,
                cn_select(Tree,
                          .columns  = CN_INTO(Both, tree, cn_entity(Tree), leaf, cn_entity(Leaf)),
                          .join     = CN_JOINS(cn_left_join(Tree, leaves)),
                          .order_by = CN_BY(cn_attr(Tree, id))));
            Pair *const *with = cn_all(session, Pair, .with = CN_WITH(cn_cte(Pair, pairs)),
                                       .where = cn_is(Pair, name, ==, "y"));
            done = cn_ok(session) && rows[1] != NULL && rows[1]->leaf != NULL && with[0] != NULL;
        }
    }
    cn_engine_dispose(engine);
    return done;
}

static void each_allocation_may_fail(bool (*use)(void))
{
    bool failed = true;
    assert_true(use()); /* a model is resolved once, with whatever allocator there is then */
    for (size_t n = 1; failed; n++) {
        failing_begin(n, n % 2 == 0);
        bool done = use();
        failed    = failing_end();
        assert_int_equal(failing.alive, 0);
        if (!failed)
            assert_true(done);
    }
    assert_true(failing.calls > 60);
}

static void selects_may_want_memory(void **state)
{
    (void)state;
    each_allocation_may_fail(select_much);
}

static void changes_may_want_memory(void **state)
{
    (void)state;
    each_allocation_may_fail(change_much);
}

static void execution_may_want_memory(void **state)
{
    (void)state;
    each_allocation_may_fail(execute_much);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selects_may_want_memory),
        cmocka_unit_test(changes_may_want_memory),
        cmocka_unit_test(execution_may_want_memory),
    };
    return cmocka_run_group_tests_name("memory of whole statements", tests, NULL, NULL);
}
