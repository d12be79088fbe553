/*
 * Whole statements on the database of this run: the rows that they give, what they change, and what
 * a session makes of them.
 */
#include "statements_model.h"
#include "suite.h"

#include <string.h>

static cn_session *session;

/* The connection gives way to a session: SQLite in memory has but one. */
static void begin_session(void)
{
    cn_close(statements_connection);
    statements_connection = NULL;
    session               = cn_session(statements_engine);
}

static int close_session(void **state)
{
    cn_close(session);
    session = NULL;
    return statements_close(state);
}

static void assert_well(void)
{
    ASSERT_OK(session);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void joins_and_groups_give_their_rows(void **state)
{
    (void)state;
    assert_string_equal(
        ROWS(cn_select(Author,
                       .columns  = CN_INTO(Count, name, cn_attr(Author, name), count,
                                           cn_count(cn_attr(Post, id))),
                       .join     = CN_JOINS(cn_left_join(Author, posts)),
                       .group_by = CN_BY(cn_attr(Author, name)),
                       .order_by = CN_BY(cn_desc(cn_label(Count, count)), cn_label(Count, name)))),
        "Ann,3;Bob,1;Cid,0;");
    assert_string_equal(
        ROWS(cn_select(Post,
                       .columns  = CN_INTO(Pair, id, cn_attr(Post, id), name, cn_attr(Tag, text)),
                       .join     = CN_JOINS(cn_left_join(Post, tags)),
                       .order_by = CN_BY(cn_attr(Post, id), cn_attr(Tag, text)))),
        "1,x;1,y;2,NULL;3,y;4,NULL;");
    assert_string_equal(
        ROWS(cn_select(
            Employee,
            .columns  = CN_INTO(Pair, id, cn_attr(Employee, id), name, cn_attr(Manager, name)),
            .join     = CN_JOINS(cn_left_join_as(Employee, manager, Manager)),
            .order_by = CN_BY(cn_attr(Employee, id)))),
        "1,NULL;2,Boss;3,Eve;");
}

static void queries_inside_queries_give_their_rows(void **state)
{
    (void)state;
    const cn_select_statement *theirs = cn_select(
        Post, .columns = CN_INTO(Count, count, cn_count_all()),
        .where = cn_is(Post, author_id, ==, cn_attr(Author, id)));
    assert_string_equal(ROWS(cn_select(Author,
                                       .columns = CN_INTO(Count, name, cn_attr(Author, name), count,
                                                          cn_scalar_query(theirs)),
                                       .order_by = CN_BY(cn_attr(Author, id)))),
                        "Ann,3;Bob,1;Cid,0;");
    const cn_select_statement *best = cn_select(
        Post, .columns = CN_INTO(Id, id, cn_attr(Post, author_id)),
        .order_by = CN_BY(cn_desc(cn_attr(Post, views))), .limit = 2);
    assert_string_equal(
        ROWS(cn_select(Author, .columns = AUTHOR_ID, .where = cn_in_query(Author, id, best),
                       .order_by = CN_BY(cn_attr(Author, id)))),
        "1;2;");
    assert_string_equal(
        ROWS(cn_select(Author, .columns = AUTHOR_ID,
                       .where = cn_not(cn_exists(cn_select(
                           Post, .where = cn_is(Post, author_id, ==, cn_attr(Author, id))))))),
        "3;");
}

static void recursion_walks_a_tree(void **state)
{
    (void)state;
    begin_session();
    const cn_expr              id = cn_attr(Employee, id), name = cn_attr(Employee, name);
    const cn_select_statement *top = cn_select(
        Employee, .columns = CN_INTO(Branch, id, id, name, name, depth, 0),
        .where = cn_is_null(Employee, manager_id));
    const cn_select_statement *below = cn_select(
        Employee,
        .columns = CN_INTO(Branch, id, id, name, name, depth, cn_plus(cn_attr(Branch, depth), 1)),
        .join = CN_JOINS(cn_join_on(Branch, cn_is(Employee, manager_id, ==, cn_attr(Branch, id)))));
    Branch *const *rows = cn_all(session, Branch, .with = CN_WITH(cn_recursive(Branch, top, below)),
                                 .order_by = CN_BY(cn_desc(cn_attr(Branch, depth))));
    assert_well();
    assert_string_equal(rows[0]->name, "Fay");
    assert_int_equal(rows[0]->depth, 2);
    assert_string_equal(rows[2]->name, "Boss");
    assert_null(rows[3]);
    Branch *first = cn_first(session, Branch, .with = CN_WITH(cn_recursive(Branch, top, below)),
                             .where = cn_is(Branch, depth, ==, 1));
    assert_string_equal(first->name, "Eve");
}

/* A shape's columns need not be called as its members are. */
typedef struct Renamed {
    int         key;
    const char *label;
} Renamed;
CN_SHAPE(Renamed, "renamed")
{
    CN_COLUMN(key, .name = "the_key");
    CN_COLUMN(label, .name = "the label", .type = CN_STRING(30));
}

static void a_shape_may_call_its_columns_otherwise(void **state)
{
    (void)state;
    const cn_select_statement *posts = cn_select(
        Post, .columns = CN_INTO(Renamed, label, cn_attr(Post, title), key, cn_attr(Post, id)));
    const Renamed rows[] = {{7, "seven"}, {8, NULL}};
    assert_string_equal(ROWS(cn_select(Renamed, .with = CN_WITH(cn_cte(Renamed, posts)),
                                       .where = cn_is(Renamed, label, ==, "two"))),
                        "2,two;");
    assert_string_equal(
        ROWS(cn_select(Renamed, .query = CN_QUERY(posts), .where = cn_is(Renamed, key, ==, 3))),
        "3,three;");
    assert_string_equal(ROWS(cn_select(Renamed, .query = CN_QUERY(cn_values(Renamed, rows, 2)),
                                       .order_by = CN_BY(cn_attr(Renamed, key)))),
                        "7,seven;8,NULL;");
    begin_session();
    Renamed *const *read = cn_all(session, Renamed,
                                  .with     = CN_WITH(cn_cte(Renamed, cn_values(Renamed, rows, 2))),
                                  .order_by = CN_BY(cn_desc(cn_attr(Renamed, key))));
    assert_well();
    assert_null(read[0]->label);
    assert_string_equal(read[1]->label, "seven");
}

static void rows_of_values_are_one_query_among_others(void **state)
{
    (void)state;
    const Pair          rows[] = {{2, "two"}, {77, "new"}}, more[] = {{1, "one"}, {3, "three"}};
    const cn_statement *given = CN_STATEMENT_(cn_values(Pair, rows, 2)),
                       *other = CN_STATEMENT_(cn_values(Pair, more, 2)),
                       *posts = CN_STATEMENT_(
                           cn_select(Post,
                                     .columns = CN_INTO(Pair, id, cn_attr(Post, id), name,
                                                        cn_attr(Post, title)),
                                     .where   = cn_is(Post, id, <, 4)));
    const cn_statement *both = CN_STATEMENT_(cn_union(CN_QUERIES(given, posts)));
    assert_string_equal(
        ROWS(cn_union(CN_QUERIES(given, posts), .order_by = CN_BY(cn_desc(cn_label(Pair, id))))),
        "77,new;3,three;2,two;1,one;");
    assert_string_equal(
        ROWS(cn_except(CN_QUERIES(posts, given), .order_by = CN_BY(cn_label(Pair, id)))),
        "1,one;3,three;");
    assert_string_equal(ROWS(cn_except(CN_QUERIES(given, posts))), "77,new;");
    assert_string_equal(ROWS(cn_except(CN_QUERIES(posts, given, other))), "");
    assert_string_equal(
        ROWS(cn_select(Pair, .with = CN_WITH(cn_cte(Pair, both)), .where = cn_is(Pair, id, >, 2),
                       .order_by = CN_BY(cn_attr(Pair, id)))),
        "3,three;77,new;");
    assert_string_equal(
        ROWS(cn_select(Pair, .query = CN_QUERY(both), .where = cn_is(Pair, id, <, 3),
                       .order_by = CN_BY(cn_attr(Pair, id)))),
        "1,one;2,two;");
}

/* Neither NULL nor a day says itself what it is. */
static void rows_of_values_have_their_columns_types(void **state)
{
    (void)state;
    const Page all[] = {{.id = 5, .url = "/a", .seen = cn_some(cn_datetime, (cn_datetime){0})},
                        {.id = 6, .url = "/b"},
                        {.id = 7, .url = "/c"}};
    const cn_statement *given = CN_STATEMENT_(cn_values(Page, all + 1, 2)),
                       *other = CN_STATEMENT_(cn_values(Page, all, 3)),
                       *pages = CN_STATEMENT_(cn_select(Page, .where = cn_is(Page, id, >, 5)));
    const char *rows          = "6,/b,NULL,NULL;7,/c,NULL,NULL;";
    assert_string_equal(ROWS(cn_union_all(CN_QUERIES(given, pages))), rows);
    assert_string_equal(ROWS(cn_union_all(CN_QUERIES(pages, given))), rows);
    assert_string_equal(
        ROWS(cn_intersect(CN_QUERIES(other, given), .order_by = CN_BY(cn_label(Page, id)))), rows);
    assert_string_equal(
        ROWS(cn_intersect(CN_QUERIES(given, other), .order_by = CN_BY(cn_label(Page, id)))), rows);
    const cn_statement *both = CN_STATEMENT_(cn_union_all(CN_QUERIES(other, pages)));
    assert_string_equal(ROWS(cn_select(Page, .query = both, .where = cn_is(Page, id, >, 5),
                                       .order_by = CN_BY(cn_attr(Page, id)))),
                        rows);
}

static void text_takes_part_with_its_parameters(void **state)
{
    (void)state;
    begin_session();
    const char *sql = "SELECT title AS name, id FROM post WHERE views >= :least AND id IN :ids";
    for (int least = 0; least < 10; least += 7) {
        const int    ids[] = {1, 2, 3};
        Pair *const *rows  = cn_all(
             session, Pair,
             .with  = CN_WITH(cn_cte(
                  Pair, cn_text(sql, .params = CN_PARAMS("least", least, "ids", cn_list(ids, 3)),
                                .fields = CN_FIELDS(Pair, id, name)))),
             .where = cn_is(Pair, id, >, 1), .order_by = CN_BY(cn_attr(Pair, id)));
        assert_well();
        assert_int_equal(rows[0]->id, 2);
        assert_string_equal(rows[0]->name, "two");
        assert_int_equal(rows[1]->id, 3);
        assert_null(rows[2]);
    }
}

static void text_stands_where_a_query_may(void **state)
{
    (void)state;
    assert_string_equal(
        ROWS(cn_union_all(
            CN_QUERIES(
                cn_select(Tag, .columns = CN_INTO(Pair, name, cn_attr(Tag, text)),
                          .where = cn_is(Tag, text, ==, "x")),
                cn_text("SELECT title FROM post WHERE id = :id", .params = CN_PARAMS("id", 4))),
            .order_by = CN_BY(cn_label(Pair, name)))),
        "four;x;");
    assert_string_equal(
        ROWS(cn_select(Branch,
                       .with     = CN_WITH(cn_recursive(
                               Branch,
                               cn_text("SELECT 0 AS depth, id, name FROM employee WHERE id = 1",
                                       .fields = CN_FIELDS(Branch, id, name, depth)),
                               cn_text("SELECT branch.depth + 1, e.id, e.name FROM employee e JOIN "
                                           "branch ON e.manager_id = branch.id"))),
                       .order_by = CN_BY(cn_attr(Branch, depth)))),
        "1,Boss,0;2,Eve,1;3,Fay,2;");
}

/* ---- instances ------------------------------------------------------------------------------- */

static void a_row_points_to_the_instances_that_the_session_has(void **state)
{
    (void)state;
    begin_session();
    Author            *ann  = cn_get(session, Author, 1);
    AuthorPost *const *rows = cn_rows(
        session, AuthorPost,
        cn_select(Author,
                  .columns  = CN_INTO(AuthorPost, author, cn_entity(Author), post, cn_entity(Post)),
                  .join     = CN_JOINS(cn_left_join(Author, posts)),
                  .order_by = CN_BY(cn_attr(Author, id), cn_attr(Post, id))));
    assert_well();
    assert_ptr_equal(rows[0]->author, ann);
    assert_ptr_equal(rows[1]->author, ann);
    assert_ptr_equal(rows[0]->post, cn_get(session, Post, 1));
    assert_string_equal(rows[4]->author->name, "Cid");
    assert_null(rows[4]->post);
    assert_null(rows[5]);
}

static void an_alias_gives_instances_of_its_model(void **state)
{
    (void)state;
    begin_session();
    typedef struct Couple {
        Employee *employee, *manager;
    } Couple;
    Couple *const *rows = cn_rows(
        session, Couple,
        cn_select(
            Employee,
            .columns  = CN_INTO(Couple, employee, cn_entity(Employee), manager, cn_entity(Manager)),
            .join     = CN_JOINS(cn_left_join_as(Employee, manager, Manager)),
            .order_by = CN_BY(cn_attr(Employee, id))));
    assert_well();
    assert_null(rows[0]->manager);
    assert_ptr_equal(rows[1]->manager, rows[0]->employee);
    assert_ptr_equal(rows[2]->manager, rows[1]->employee);
    assert_ptr_equal(rows[0]->employee, cn_get(session, Employee, 1));
    Employee *const *managers = cn_all(session, Manager, .where = cn_is(Manager, id, ==, 2));
    assert_ptr_equal(managers[0], rows[1]->employee);
}

static void rows_of_several_queries_are_no_instances(void **state)
{
    (void)state;
    begin_session();
    Author *const *rows = cn_rows(
        session, Author,
        cn_union(CN_QUERIES(cn_select(Author, .where = cn_is(Author, id, ==, 1)),
                            cn_select(Author, .where = cn_is(Author, name, ==, "Ann")))));
    assert_well();
    assert_int_equal(cn_list_count(rows), 1);
    assert_string_equal(rows[0]->name, "Ann");
    assert_int_equal(cn_state(rows[0]), CN_INSTANCE_NONE);
    assert_int_equal(cn_session_stats(session).instances, 0);
}

static void what_is_pending_is_sent_before_it_is_read(void **state)
{
    (void)state;
    begin_session();
    Author *ann = cn_get(session, Author, 1);
    cn_set(ann, name, "Anna");
    Post *const *joined = cn_all(session, Post, .join = CN_JOINS(cn_join(Post, author)),
                                 .where = cn_is(Author, name, ==, "Anna"));
    assert_non_null(joined[0]);
    cn_set(ann, name, "Annette");
    Post *const *inside = cn_all(
        session, Post,
        .where = cn_in_query(
            Post, author_id,
            cn_select(Author, .columns = AUTHOR_ID, .where = cn_is(Author, name, ==, "Annette"))));
    assert_non_null(inside[0]);
    cn_set(ann, name, "Anne");
    Pair *const *with = cn_all(
        session, Pair,
        .with = CN_WITH(
            cn_cte(Pair, cn_select(Author, .columns = CN_INTO(Pair, id, cn_attr(Author, id), name,
                                                              cn_attr(Author, name))))),
        .where = cn_is(Pair, name, ==, "Anne"));
    assert_non_null(with[0]);
    cn_set(ann, name, "An");
    Id *const *text = cn_rows(session, Id,
                              cn_select(Post, .columns = POST_ID,
                                        .group_by = CN_BY(cn_attr(Post, id)),
                                        .having   = cn_sql("(SELECT name FROM author WHERE id = "
                                                             "1) = 'An'")));
    assert_non_null(text[0]);
    assert_well();
}

/* ---- changes --------------------------------------------------------------------------------- */

static void many_sets_of_parameters_change_many_rows(void **state)
{
    (void)state;
    cn_execute_many(statements_connection,
                    cn_update(Post, .set = CN_SET(Post, views, cn_later("views")),
                              .where = cn_is(Post, id, ==, cn_later("id"))),
                    CN_PARAMS("id", 1, "views", 100), CN_PARAMS("id", 2, "views", 200));
    cn_execute_many(
        statements_connection,
        cn_upsert(Page, .values = CN_SET(Page, url, cn_later("url"), hits, 1),
                  .conflict = CN_KEY(Page, url),
                  .update   = CN_SET(Page, hits, cn_plus(cn_attr(Page, hits), cn_later("more")))),
        CN_PARAMS("url", "/", "more", 5), CN_PARAMS("url", "/new", "more", 9),
        CN_PARAMS("url", "/", "more", 10));
    assert_string_equal(ROWS(cn_select(Post, .columns = CN_INTO(Count, count, cn_attr(Post, views)),
                                       .order_by = CN_BY(cn_attr(Post, id)), .limit = 2)),
                        "100;200;");
    assert_string_equal(
        ROWS(cn_select(
            Page, .columns = CN_INTO(Count, name, cn_attr(Page, url), count, cn_attr(Page, hits)),
            .order_by = CN_BY(cn_attr(Page, url)))),
        "/,19;/new,1;");
}

static void changes_reach_the_rows_that_other_tables_choose(void **state)
{
    (void)state;
    cn_result *result = cn_execute(
        statements_connection,
        cn_update(Post, .set = CN_SET(Post, title, cn_attr(Author, name)),
                  .also  = CN_MODELS(Author),
                  .where = cn_and(cn_is(Post, author_id, ==, cn_attr(Author, id)),
                                  cn_is(Author, active, ==, false))));
    assert_int_equal(cn_row_count(result), 1);
    result = cn_execute(
        statements_connection,
        cn_delete_from(Post, .also = CN_MODELS(Author),
                       .where = cn_and(cn_is(Post, author_id, ==, cn_attr(Author, id)),
                                       cn_is(Author, active, ==, true))));
    assert_int_equal(cn_row_count(result), 3);
    assert_string_equal(ROWS(cn_select(Post, .columns = CN_INTO(Pair, id, cn_attr(Post, id), name,
                                                                cn_attr(Post, title)))),
                        "3,Bob;");
    assert_true(cn_ok(statements_connection));
}

static void a_change_gives_back_what_it_made(void **state)
{
    (void)state;
    if (suite_which() == SUITE_MYSQL) /* MariaDB has INSERT ... RETURNING, not UPDATE's */
        REFUSED(cn_update(Post, .set = CN_SET(Post, views, 1), .where = cn_is(Post, id, ==, 1),
                          .returning = POST_ID),
                CN_CAUSE_UNSUPPORTED, "has no UPDATE ... RETURNING");
    else
        assert_string_equal(
            ROWS(cn_update(Post, .set = CN_SET(Post, views, cn_plus(cn_attr(Post, views), 1)),
                           .where     = cn_is(Post, id, ==, 1),
                           .returning = CN_INTO(Count, name, cn_attr(Post, title), count,
                                                cn_times(cn_attr(Post, views), 10)))),
            "one,40;");
    assert_string_equal(
        ROWS(cn_upsert(Page, .values = CN_SET(Page, url, "/", hits, 1),
                       .conflict  = CN_KEY(Page, url),
                       .update    = CN_SET(Page, hits, cn_plus(cn_attr(Page, hits), 1)),
                       .returning = CN_INTO(Count, count, cn_attr(Page, hits)))),
        "5;");
    assert_string_equal(
        ROWS(cn_delete_from(Post, .where = cn_is(Post, id, ==, 4),
                            .returning = CN_INTO(Pair, name, cn_attr(Post, title)))),
        "four;");
}

static void one_of_several_tables_in_returning(void **state)
{
    (void)state;
    const cn_update_statement *update = cn_update(
        Post, .set = CN_SET(Post, views, 1), .also = CN_MODELS(Author),
        .where     = cn_and(cn_is(Post, author_id, ==, cn_attr(Author, id)),
                            cn_is(Author, name, ==, "Bob")),
        .returning = CN_INTO(Pair, id, cn_attr(Author, id), name, cn_attr(Post, title)));
    if (suite_which() == SUITE_POSTGRESQL)
        assert_string_equal(ROWS(update), "2,three;");
    else
        REFUSED(update, CN_CAUSE_UNSUPPORTED, "RETURNING");
    const cn_delete_statement *deletion = cn_delete_from(
        Post, .also = CN_MODELS(Author),
        .where     = cn_and(cn_is(Post, author_id, ==, cn_attr(Author, id)),
                            cn_is(Author, name, ==, "Bob")),
        .returning = POST_ID);
    if (suite_which() == SUITE_MYSQL)
        REFUSED(deletion, CN_CAUSE_UNSUPPORTED, "DELETE ... USING ... RETURNING");
    else
        assert_string_equal(ROWS(deletion), "3;");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, statements_open, close_session)
    const struct CMUnitTest tests[] = {
        TEST(joins_and_groups_give_their_rows),
        TEST(queries_inside_queries_give_their_rows),
        TEST(recursion_walks_a_tree),
        TEST(a_shape_may_call_its_columns_otherwise),
        TEST(rows_of_values_are_one_query_among_others),
        TEST(rows_of_values_have_their_columns_types),
        TEST(text_takes_part_with_its_parameters),
        TEST(text_stands_where_a_query_may),
        TEST(a_row_points_to_the_instances_that_the_session_has),
        TEST(an_alias_gives_instances_of_its_model),
        TEST(rows_of_several_queries_are_no_instances),
        TEST(what_is_pending_is_sent_before_it_is_read),
        TEST(many_sets_of_parameters_change_many_rows),
        TEST(changes_reach_the_rows_that_other_tables_choose),
        TEST(a_change_gives_back_what_it_made),
        TEST(one_of_several_tables_in_returning),
    };
    return suite_main("whole statements", tests);
}
