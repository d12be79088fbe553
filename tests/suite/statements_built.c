/*
 * Statements put together at run time: what is given to the builder is copied at once, and the same
 * structure is the same statement as one that is written in place.
 */
#include "statements_model.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static void assert_same_text(const cn_statement *built, const cn_statement *written)
{
    static const char *const dialects[] = {"sqlite", "mysql", "mariadb", "postgresql"};
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
        char *why = NULL, *why_not = NULL;
        char *one = cn_statement_text(built, dialects[i], true, &why);
        char *two = cn_statement_text(written, dialects[i], true, &why_not);
        assert_string_equal(one != NULL ? one : why, two != NULL ? two : why_not);
        cn_text_free(one);
        cn_text_free(two);
        cn_text_free(why);
        cn_text_free(why_not);
    }
}

/* Ends the builder; the statement was compiled when the written one ran. */
static void assert_same(cn_query *query, const cn_statement *written)
{
    assert_same_text(cn_built(query), written);
    char rows[4000];
    snprintf(rows, sizeof rows, "%s", statements_rows(written, NULL));
    cn_rollback(statements_connection);
    assert_string_equal(statements_rows(cn_built(query), NULL), rows);
    assert_true(statements_cached());
    cn_rollback(statements_connection);
    cn_query_free(query);
}
#define SAME(query, written) assert_same((query), CN_STATEMENT_(written))

static void a_select_built_is_the_one_written(void **state)
{
    (void)state;
    cn_query *query = cn_build(cn_select(Author));
    {
        char word[] = "%n%";
        cn_query_columns(query, CN_INTO(Count, name, cn_attr(Author, name)));
        cn_query_columns(query, CN_INTO(Count, count, cn_count(cn_attr(Post, id))));
        cn_query_join(query, CN_JOINS(cn_left_join(Author, posts)));
        cn_query_where(query, cn_like(Author, name, word));
        cn_query_where(query, cn_or(cn_is(Post, views, >, 1), cn_is_null(Post, id)));
        cn_query_group_by(query, cn_attr(Author, name));
        cn_query_having(query, cn_cmp(cn_count(cn_attr(Post, id)), >=, 1));
        cn_query_order_by(query, cn_desc(cn_label(Count, count)));
        cn_query_limit(query, 5, 0);
        memset(word, 'x', sizeof word - 1);
    }
    SAME(query, cn_select(Author,
                          .columns  = CN_INTO(Count, name, cn_attr(Author, name), count,
                                              cn_count(cn_attr(Post, id))),
                          .join     = CN_JOINS(cn_left_join(Author, posts)),
                          .where    = cn_and(cn_like(Author, name, "%n%"),
                                             cn_or(cn_is(Post, views, >, 1), cn_is_null(Post, id))),
                          .group_by = CN_BY(cn_attr(Author, name)),
                          .having   = cn_cmp(cn_count(cn_attr(Post, id)), >=, 1),
                          .order_by = CN_BY(cn_desc(cn_label(Count, count))), .limit = 5));
}

static cn_query *made_elsewhere(int least)
{
    const char *sql   = "SELECT id, title AS name FROM post WHERE views >= :least";
    const Id    ids[] = {{1}, {2}};

    const cn_select_statement *authors = cn_select(
        Author, .columns = CN_INTO(Branch, id, cn_attr(Author, id), name, cn_attr(Author, name),
                                   depth, cn_literal(least)));
    return cn_build(cn_select(
        Pair, .columns = CN_INTO(Pair, id, cn_attr(Pair, id), name, cn_attr(Branch, name)),
        .with = CN_WITH(cn_cte(Pair, cn_text(sql, .params = CN_PARAMS("least", least),
                                             .fields = CN_FIELDS(Pair, id, name))),
                        cn_cte(Id, cn_values(Id, ids, 2), .materialized = true)),
        .join = CN_JOINS(cn_join_query(Branch, authors, cn_is(Branch, id, ==, cn_attr(Pair, id)))),
        .order_by = CN_BY(cn_attr(Pair, id))));
}

static void whole_statements_are_copied_at_once(void **state)
{
    (void)state;
    cn_query *query = made_elsewhere(3);
    char      overwritten[4000];
    memset(overwritten, 0x5a, sizeof overwritten); /* the block is gone, and used again */
    assert_true(overwritten[17] == 0x5a);
    const char *rows = statements_rows(cn_built(query), NULL);
    assert_string_equal(rows, "1,Ann;2,Bob;3,Cid;");
    char *sql = cn_statement_text(cn_built(query), "sqlite", true, NULL);
    assert_string_equal(sql, "WITH pair AS \n"
                             "(SELECT id, title AS name FROM post WHERE views >= 3), \n"
                             "ids(id) AS MATERIALIZED \n"
                             "(VALUES (1), (2))\n"
                             " SELECT pair.id, branch.name \n"
                             "FROM pair JOIN (SELECT author.id AS id, author.name AS name, 3 AS "
                             "depth \n"
                             "FROM author) AS branch ON branch.id = pair.id ORDER BY pair.id");
    cn_text_free(sql);
    cn_query_free(query);
}

static void an_insert_and_an_upsert_are_built(void **state)
{
    (void)state;
    cn_query *query = cn_build(cn_insert(Tag));
    cn_query_set(query, CN_SET(Tag, id, 50));
    cn_query_set(query, CN_SET(Tag, text, "fifty"));
    SAME(query, cn_insert(Tag, .values = CN_SET(Tag, id, 50, text, "fifty")));
    query = cn_build(cn_upsert(
        Page, .values = CN_SET(Page, url, "/"), .more = CN_SETS(CN_SET(Page, url, "/y", hits, 2)),
        .conflict = CN_KEY(Page, url), .update = CN_SET(Page, hits, cn_proposed(Page, hits))));
    cn_query_set(query, CN_SET(Page, hits, 8));
    SAME(query,
         cn_upsert(Page, .values = CN_SET(Page, url, "/", hits, 8),
                   .more = CN_SETS(CN_SET(Page, url, "/y", hits, 2)), .conflict = CN_KEY(Page, url),
                   .update = CN_SET(Page, hits, cn_proposed(Page, hits))));
    query = cn_build(cn_insert(
        Tag, .columns = CN_KEY(Tag, text),
        .query = CN_QUERY(cn_select(Post, .columns = CN_INTO(Pair, name, cn_attr(Post, title))))));
    SAME(query, cn_insert(Tag, .columns = CN_KEY(Tag, text),
                          .query = CN_QUERY(cn_select(
                              Post, .columns = CN_INTO(Pair, name, cn_attr(Post, title))))));
}

static void an_update_and_a_delete_are_built(void **state)
{
    (void)state;
    cn_query *query = cn_build(cn_update(Post, .also = CN_MODELS(Author)));
    cn_query_set(query, CN_SET(Post, title, cn_attr(Author, name)));
    cn_query_set(query, CN_SET(Post, views, 3));
    cn_query_where(query, cn_is(Post, author_id, ==, cn_attr(Author, id)));
    cn_query_where(query, cn_is(Author, active, ==, true));
    SAME(query, cn_update(Post, .set = CN_SET(Post, title, cn_attr(Author, name), views, 3),
                          .also  = CN_MODELS(Author),
                          .where = cn_and(cn_is(Post, author_id, ==, cn_attr(Author, id)),
                                          cn_is(Author, active, ==, true))));
    query = cn_build(cn_delete_from(Post));
    cn_query_where(query, cn_is(Post, id, ==, 4));
    cn_query_returning(query, POST_ID);
    SAME(query, cn_delete_from(Post, .where = cn_is(Post, id, ==, 4), .returning = POST_ID));
}

static void a_union_and_values_are_built(void **state)
{
    (void)state;
    const Pair rows[] = {{2, "b"}, {1, "a"}};
    cn_query  *query  = cn_build(cn_union(
          CN_QUERIES(cn_select(Author, .columns = AUTHOR_ID),
                     cn_select(Post, .columns = POST_ID, .where = cn_is(Post, views, >, 3)))));
    cn_query_order_by(query, cn_desc(cn_label(Id, id)));
    cn_query_limit(query, 2, 1);
    SAME(query, cn_union(CN_QUERIES(cn_select(Author, .columns = AUTHOR_ID),
                                    cn_select(Post, .columns = POST_ID,
                                              .where = cn_is(Post, views, >, 3))),
                         .order_by = CN_BY(cn_desc(cn_label(Id, id))), .limit = 2, .offset = 1));
    query = cn_build(cn_values(Pair, rows, 2));
    assert_same_text(cn_built(query), CN_STATEMENT_(cn_values(Pair, rows, 2)));
    cn_query_free(query);
}

static void the_texts_in_values_are_copied(void **state)
{
    (void)state;
    char      name[] = "once";
    cn_query *query  = cn_build(cn_values(Pair, ((const Pair[]){{7, name}}), 1));
    memset(name, 'x', sizeof name - 1);
    assert_string_equal(statements_rows(cn_built(query), NULL), "7,once;");
    cn_query_free(query);
}

static void a_text_is_copied(void **state)
{
    (void)state;
    char      sql[] = "SELECT title FROM post WHERE id = :id";
    cn_query *query = cn_build(cn_text(sql, .params = CN_PARAMS("id", 2)));
    memset(sql, 'x', sizeof sql - 1);
    assert_string_equal(statements_rows(cn_built(query), NULL), "two;");
    cn_query_where(query, cn_is(Post, id, ==, 1));
    REFUSED(cn_built(query), CN_CAUSE_MISUSE,
            "cn_query_where: the statement is a text, which has none");
    cn_query_free(query);
}

static void a_clause_that_is_not_there_is_refused_when_it_is_executed(void **state)
{
    (void)state;
    cn_query *query = cn_build(cn_insert(Tag));
    cn_query_where(query, cn_is(Tag, id, ==, 1));
    REFUSED(cn_built(query), CN_CAUSE_MISUSE,
            "cn_query_where: the statement is an INSERT, which has none");
    cn_query_free(query);
    query = cn_build(cn_select(Tag));
    cn_query_set(query, CN_SET(Tag, text, "x"));
    REFUSED(cn_built(query), CN_CAUSE_MISUSE,
            "cn_query_set: the statement is a SELECT, which has none");
    cn_query *other = cn_build(cn_select(Post, .where = cn_exists(cn_built(query))));
    cn_query *third = cn_build(cn_select(Post));
    cn_query_where(third, cn_not(cn_exists(cn_built(query))));
    cn_query_free(query);
    REFUSED(cn_built(other), CN_CAUSE_MISUSE, "cn_query_set: the statement is a SELECT");
    REFUSED(cn_built(third), CN_CAUSE_MISUSE, "cn_query_set: the statement is a SELECT");
    cn_query_free(other);
    cn_query_free(third);
    query = cn_build(cn_text("SELECT 1"));
    cn_query_returning(query, CN_INTO(Id, id, cn_attr(Tag, id)));
    REFUSED(cn_built(query), CN_CAUSE_MISUSE, "cn_query_returning: the statement is a text");
    cn_query_free(query);
    query = cn_build(cn_update(Tag, .set = CN_SET(Tag, text, "x")));
    REFUSED(cn_built(query), CN_CAUSE_MISUSE, ".every_row");
    cn_query_free(query);
    query = cn_build(cn_select(Tag));
    cn_query_columns(query, CN_INTO(Id, id, cn_attr(Tag, id)));
    cn_query_columns(query, CN_INTO(Pair, name, cn_attr(Tag, text)));
    REFUSED(cn_built(query), CN_CAUSE_MISUSE, "two structs");
    cn_query_free(query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATEMENTS_TEST(a_select_built_is_the_one_written),
        STATEMENTS_TEST(whole_statements_are_copied_at_once),
        STATEMENTS_TEST(an_insert_and_an_upsert_are_built),
        STATEMENTS_TEST(an_update_and_a_delete_are_built),
        STATEMENTS_TEST(a_union_and_values_are_built),
        STATEMENTS_TEST(the_texts_in_values_are_copied),
        STATEMENTS_TEST(a_text_is_copied),
        STATEMENTS_TEST(a_clause_that_is_not_there_is_refused_when_it_is_executed),
    };
    return suite_main("statements built at run time", tests);
}
