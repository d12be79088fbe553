/*
 * What is wrong with a whole statement is an error before anything is sent, which names the part of
 * the statement and what to do.
 */
#include "statements_model.h"
#include "suite.h"

static void a_table_must_be_in_the_statement(void **state)
{
    (void)state;
    REFUSED(cn_select(Post, .where = cn_is(Author, id, ==, 1)), CN_CAUSE_MISUSE,
            "about Post, but its .where mentions Author: join Author");
    REFUSED(cn_select(Post, .columns = AUTHOR_ID), CN_CAUSE_MISUSE, "its .columns mentions Author");
    REFUSED(cn_select(Post, .order_by = CN_BY(cn_attr(Author, id))), CN_CAUSE_MISUSE,
            "its .order_by mentions Author");
    REFUSED(cn_select(Post, .columns = POST_ID, .group_by = CN_BY(cn_attr(Author, id))),
            CN_CAUSE_MISUSE, "its .group_by mentions Author");
    REFUSED(cn_select(Post, .columns = POST_ID, .having = cn_is(Author, id, ==, 1)),
            CN_CAUSE_MISUSE, "its .having mentions Author");
    REFUSED(cn_update(Post, .set = CN_SET(Post, title, cn_attr(Author, name)), .every_row = true),
            CN_CAUSE_MISUSE, "its .set mentions Author");
    REFUSED(cn_delete_from(Post, .where = cn_is(Author, id, ==, 1)), CN_CAUSE_MISUSE,
            "its .where mentions Author");
    REFUSED(cn_select(Post, .join = CN_JOINS(cn_join(Author, posts))), CN_CAUSE_MISUSE, "Post");
    REFUSED(cn_select(Post, .where = cn_is(Rival, id, ==, 1)), CN_CAUSE_MISUSE, "mentions Rival");
    REFUSED(cn_select(Post, .columns = CN_INTO(AuthorPost, author, cn_entity(Author))),
            CN_CAUSE_MISUSE, "mentions Author");
}

static void a_table_is_in_a_statement_but_once(void **state)
{
    (void)state;
    REFUSED(cn_select(Employee, .join = CN_JOINS(cn_join(Employee, manager))), CN_CAUSE_MISUSE,
            "uses Employee twice: give it a second name with CN_ALIAS(Employee, OtherEmployee)");
    REFUSED(cn_select(Post, .also = CN_MODELS(Post)), CN_CAUSE_MISUSE, "uses Post twice");
    REFUSED(
        cn_update(Post, .set = CN_SET(Post, views, 1), .also = CN_MODELS(Post), .every_row = true),
        CN_CAUSE_MISUSE, "uses Post twice");
    REFUSED(cn_select(Post, .join = CN_JOINS(cn_join_as(Post, author, Label))), CN_CAUSE_MISUSE,
            "Post.author leads to Author, of which Label is no alias");
    REFUSED(cn_update(Rival, .set = CN_SET(Rival, views, 1), .every_row = true), CN_CAUSE_MISUSE,
            "Rival is no table that can be written: it is an alias");
}

static void a_shape_needs_rows(void **state)
{
    (void)state;
    REFUSED(cn_select(Pair), CN_CAUSE_MISUSE, "Pair is a shape, not a table: say in .with");
    REFUSED(cn_select(Post, .also = CN_MODELS(Pair)), CN_CAUSE_MISUSE, "Pair is a shape");
    REFUSED(
        cn_update(Post, .set = CN_SET(Post, views, 1), .also = CN_MODELS(Pair), .every_row = true),
        CN_CAUSE_MISUSE, "Pair is a shape");
    REFUSED(cn_delete_from(Post, .also = CN_MODELS(Pair), .every_row = true), CN_CAUSE_MISUSE,
            "Pair is a shape");
    REFUSED(cn_insert(Pair, .values = CN_SET(Pair, id, 1)), CN_CAUSE_MISUSE, "it is a shape");
    REFUSED(cn_select(Pair, .with = CN_WITH(cn_cte(Pair, cn_select(Post, .columns = POST_ID)))),
            CN_CAUSE_MISUSE, "the query in the place of Pair fills Id");
    REFUSED(cn_select(Pair, .query = CN_QUERY(
                                cn_select(Post, .columns = CN_INTO(Pair, id, cn_attr(Post, id))))),
            CN_CAUSE_MISUSE, "in the place of Pair does not fill Pair.name");
    REFUSED(cn_select(Pair, .query = CN_QUERY(cn_text("SELECT 1, 'a'"))), CN_CAUSE_MISUSE,
            "a text .fields = CN_FIELDS(Pair, ...)");
    REFUSED(cn_select(Pair, .with = CN_WITH(cn_cte(Pair, (const cn_select_statement *)NULL))),
            CN_CAUSE_MISUSE, "there is no statement");
    const Pair rows[] = {{1, "a"}};
    REFUSED(cn_select(Pair, .with = CN_WITH(cn_cte(Pair, cn_values(Pair, rows, 1)),
                                            cn_cte(Pair, cn_values(Pair, rows, 1)))),
            CN_CAUSE_MISUSE, ".with has two queries in the place of Pair");
    REFUSED(cn_select(Pair, .query = CN_QUERY(cn_values(Pair, rows, 0))), CN_CAUSE_MISUSE,
            "cn_values of Pair has no rows");
}

static void queries_have_as_many_columns_as_they_need(void **state)
{
    (void)state;
    const cn_select_statement *two = cn_select(
        Post, .columns = CN_INTO(Pair, id, cn_attr(Post, id), name, cn_attr(Post, title)));
    const cn_select_statement *one = cn_select(Post, .columns = POST_ID);
    REFUSED(cn_select(Author, .where = cn_in_query(Author, id, two)), CN_CAUSE_MISUSE,
            "must have one column, not 2");
    REFUSED(cn_select(Author, .where = cn_in_query(Author, id, cn_select(Post))), CN_CAUSE_MISUSE,
            "must have one column, not 5");
    REFUSED(cn_select(Author, .where = cn_cmp(cn_scalar_query(two), ==, 1)), CN_CAUSE_MISUSE,
            "must have one column, not 2");
    REFUSED(cn_select(Post, .where = cn_expr_in_query(
                                cn_tuple(cn_attr(Post, id), cn_attr(Post, title)), one)),
            CN_CAUSE_MISUSE, "as many columns as that, not 1");
    REFUSED(cn_union(CN_QUERIES(one, two)), CN_CAUSE_MISUSE,
            "query 2 of a union has 2 columns, but the first has 1");
    REFUSED(cn_insert(Tag, .columns = CN_KEY(Tag, id, text), .query = CN_QUERY(one)),
            CN_CAUSE_MISUSE, "the insert into Tag has 2 columns, but its query 1");
    REFUSED(cn_select(Author,
                      .where = cn_in_query(Author, id, cn_delete_from(Post, .every_row = true))),
            CN_CAUSE_MISUSE, "a statement that writes is no value");
    REFUSED(cn_union(CN_QUERIES(cn_text("SELECT 1"), one)), CN_CAUSE_MISUSE,
            "the first query of a union");
}

static void limits_and_locks_mean_something(void **state)
{
    (void)state;
    REFUSED(cn_select(Post, .limit = -1), CN_CAUSE_PARAMETER, "Post: limit and offset cannot be");
    REFUSED(cn_select(Post, .limit = 1, .offset = -1), CN_CAUSE_PARAMETER, "cannot be negative");
    REFUSED(cn_select(Post, .with_ties = true, .order_by = CN_BY(cn_attr(Post, id))),
            CN_CAUSE_MISUSE, ".with_ties says how a .limit is meant");
    REFUSED(cn_select(Post, .limit = 1, .with_ties = true), CN_CAUSE_MISUSE,
            ".with_ties is about rows that are equal in .order_by");
    REFUSED(cn_select(Post, .nowait = true), CN_CAUSE_MISUSE, "say how a .lock is meant");
    REFUSED(cn_select(Post, .lock_of = CN_MODELS(Post)), CN_CAUSE_MISUSE,
            "say how a .lock is meant");
    REFUSED(cn_select(Post, .columns = POST_ID, .order_by = CN_BY(cn_label(Pair, name))),
            CN_CAUSE_MISUSE, "cn_label names \"name\", but no column");
    REFUSED(cn_update(Post, .set = CN_SET(Post, views, 1), .every_row = true, .limit = -2),
            CN_CAUSE_PARAMETER, "cannot be negative");
}

static void what_is_written_is_said_once_and_whole(void **state)
{
    (void)state;
    REFUSED(cn_update(Post, .every_row = true), CN_CAUSE_MISUSE, "the update of Post sets nothing");
    REFUSED(cn_update(Post, .set = CN_SET(Post, views, 1)), CN_CAUSE_MISUSE, ".every_row = true");
    REFUSED(cn_delete_from(Post, .where = cn_and(cn_when(false, cn_is(Post, id, ==, 1)))),
            CN_CAUSE_MISUSE, ".every_row = true");
    REFUSED(cn_update(Post, .set = CN_SET(Post, views, 1, views, 2), .every_row = true),
            CN_CAUSE_MISUSE, "set twice");
    REFUSED(cn_update(Post, .set = CN_SET(Tag, text, "x"), .every_row = true), CN_CAUSE_MISUSE,
            "about Post, but its CN_SET or CN_KEY is about Tag");
    REFUSED(cn_insert(Tag, .values = CN_SET(Tag, id, 1), .more = CN_SETS(CN_SET(Tag, text, "x"))),
            CN_CAUSE_MISUSE, "a row of .more does not have the members of .values");
    REFUSED(cn_insert_into(&post_tag, .values = CN_SET_NAMED(post_tag, "post_id", 1, "tag_id", 2),
                           .more = CN_SETS(CN_SET_NAMED(post_tag, "tag_id", 3, "post_id", 4))),
            CN_CAUSE_MISUSE, "a row of .more does not have the members of .values");
    REFUSED(cn_insert(Tag, .more = CN_SETS(CN_SET(Tag, text, "x"))), CN_CAUSE_MISUSE,
            "has .more rows, but no .values");
    REFUSED(cn_insert(Tag, .columns = CN_KEY(Tag, id), .more = CN_SETS(CN_SET(Tag, id, 1)),
                      .query = CN_QUERY(cn_select(Post, .columns = POST_ID))),
            CN_CAUSE_MISUSE, ".more are further rows beside .values, and there is a .query");
    REFUSED(cn_insert(Tag, .query = CN_QUERY(cn_select(Post, .columns = POST_ID))), CN_CAUSE_MISUSE,
            "takes .columns = CN_KEY(Tag, ...)");
    REFUSED(cn_insert(Tag, .values = CN_SET(Tag, id, 1), .columns = CN_KEY(Tag, id)),
            CN_CAUSE_MISUSE, ".columns are what a .query fills");
    REFUSED(cn_insert_into(&post_tag, .values = CN_SET_NAMED(post_tag, "nothing", 1)),
            CN_CAUSE_MODEL, "has no column \"nothing\"");
}

static void an_upsert_says_what_it_does(void **state)
{
    (void)state;
    REFUSED(cn_upsert(Page, .conflict = CN_KEY(Page, url)), CN_CAUSE_MISUSE,
            "cn_upsert has nothing to insert");
    REFUSED(cn_insert(Page, .values = CN_SET(Page, url, "/"), .conflict = CN_KEY(Page, url)),
            CN_CAUSE_MISUSE, "belong to cn_upsert");
    REFUSED(
        cn_upsert(Page, .values = CN_SET(Page, url, "/"), .update_where = cn_is(Page, hits, >, 1)),
        CN_CAUSE_MISUSE, ".update_where says when .update is made");
    REFUSED(cn_upsert(Page, .values = CN_SET(Page, url, "/"), .conflict = CN_KEY(Tag, id),
                      .update = CN_SET(Page, hits, 1)),
            CN_CAUSE_MISUSE, "about Tag");
    REFUSED(cn_insert(Page, .values = CN_SET(Page, url, cn_proposed(Page, url))), CN_CAUSE_MISUSE,
            "cn_proposed belongs to .update");
    REFUSED(cn_upsert(Page, .values = CN_SET(Page, url, "/"),
                      .update = CN_SET(Page, url, cn_attr(Author, name))),
            CN_CAUSE_MISUSE, "its .update mentions Author");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATEMENTS_TEST(a_table_must_be_in_the_statement),
        STATEMENTS_TEST(a_table_is_in_a_statement_but_once),
        STATEMENTS_TEST(a_shape_needs_rows),
        STATEMENTS_TEST(queries_have_as_many_columns_as_they_need),
        STATEMENTS_TEST(limits_and_locks_mean_something),
        STATEMENTS_TEST(what_is_written_is_said_once_and_whole),
        STATEMENTS_TEST(an_upsert_says_what_it_does),
    };
    return suite_main("wrong statements", tests);
}
