/*
 * What a flush finds and what it sends: changed columns only, nothing for nothing, batches; what a
 * query
 * flushes first; refreshing, expiring, merging; sessions that only read, and limits.
 */
#include "suite.h"
#include "blog.h"

#include <stdio.h>

static Author *first_author(cn_session *session)
{
    Author *author = cn_first(session, Author, .order_by = CN_BY(cn_attr(Author, id)));
    assert_non_null(author);
    blog_forget();
    return author;
}

/* ---- updates --------------------------------------------------------------------------------- */

static void only_changed_columns_are_updated(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        author->name   = "Augusta";
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 1);
        assert_int_equal(blog_said("UPDATE author"), 1);
        assert_int_equal(blog_said("name"), 1);
        assert_int_equal(blog_said("age"), 0);
        blog_forget();
        author->age = (CN_OPT(int)){0};
        assert_true(cn_commit(session));
        assert_int_equal(blog_said("age"), 1);
        assert_int_equal(blog_said("name"), 0);
    }
    assert_int_equal(
        blog_number("SELECT COUNT(*) FROM author WHERE name = 'Augusta' AND age IS NULL"), 1);
}

static void no_net_change_sends_nothing(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author            = first_author(session);
        author->age.value         = 99;
        author->age.value         = 30;
        author->notes             = 7; /* not mapped */
        ((char *)&author->age)[1] = 7; /* padding */
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 0);
        assert_int_equal(author->notes, 7);
        author->age.set   = false;
        author->age.value = 12; /* of no meaning while it is not set */
        assert_true(cn_commit(session));
        author->age.value = 13;
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 1);
    }
}

static void members_that_are_not_mapped_survive_rollback(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author    = first_author(session);
        author->notes     = 7;
        author->age.value = 1;
        assert_true(cn_flush(session));
        cn_rollback(session);
        assert_int_equal(author->notes, 7);
        assert_int_equal(author->age.value, 30);
    }
}

static void equal_changes_of_many_rows_go_in_one_batch(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        CN_EACH(Post, post, cn_all(session, Post))
            post->views += 10;
        blog_forget();
        assert_true(cn_commit(session));
        assert_in_range(blog_statements(), 1, 9);
    }
    assert_int_equal(blog_number("SELECT SUM(views) FROM post"), 99);
}

static void ten_thousand_new_objects_take_few_statements(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    static Post *posts[COUNT];
    CN_SESSION(session, blog) {
        Author *author = cn_new(Author, .name = "Ada");
        for (int i = 0; i < COUNT; i++)
            cn_add(session, posts[i] = cn_new(Post, .title = "t", .views = i, .author = author));
        assert_true(cn_commit(session));
        assert_in_range(cn_session_stats(session).statements, 2, 40);
        assert_int_equal(cn_session_stats(session).flushes, 1);
        for (int i = 1; i < COUNT; i++)
            assert_true(posts[i]->id > posts[i - 1]->id);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post p JOIN author a ON p.author_id = a.id"),
                     COUNT);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post a JOIN post b ON a.id = b.id + 1 "
                                 "WHERE a.views <> b.views + 1"),
                     0);
}

static void a_row_that_another_deleted_is_a_stale_update(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        assert_true(cn_commit(session));
        suite_run(blog, "DELETE FROM author");
        author->name = "Augusta";
        assert_false(cn_commit(session));
        blog_error(session, CN_CAUSE_STALE, "Author", NULL);
        cn_rollback(session);
        assert_string_equal(author->name, "Ada");
    }
}

static void an_update_makes_room_for_an_insert(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        cn_add(session, cn_new(Author, .name = "Ada"));
        author->name = "Augusta";
        assert_true(cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author"), 4);
}

static void a_key_can_be_changed(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        author->id     = 500;
        assert_true(cn_commit(session));
        assert_ptr_equal(cn_get(session, Author, 500), author);
        author->id = 600;
        assert_true(cn_flush(session));
        cn_rollback(session);
        assert_int_equal(author->id, 500);
        assert_ptr_equal(cn_get(session, Author, 500), author);
        assert_null(cn_get(session, Author, 600));
        blog_well(session);
    }
}

/* ---- what is flushed when -------------------------------------------------------------------- */

static void a_query_finds_what_was_assigned_in_what_it_reads(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        author->name   = "Augusta";
        assert_ptr_equal(cn_first(session, Author, .where = cn_is(Author, name, ==, "Augusta")),
                         author);
        cn_add(session, cn_new(Tag, .text = "new"));
        assert_int_equal(cn_list_count(cn_all(session, Tag)), 4);
        author->age.value = 77;
        int64_t age       = cn_scalar(session, int64_t, cn_text("SELECT MAX(age) FROM author"));
        assert_int_equal(age, 77); /* a text may read anything */
    }
}

static void a_query_of_one_model_searches_no_other(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        author->name   = "Augusta";
        cn_all(session, Tag);
        assert_int_equal(blog_said("UPDATE"), 0);
        cn_all(session, Author);
        assert_int_equal(blog_said("UPDATE"), 1);
    }
}

static void lazy_loads_flush_only_what_was_announced(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        author->name   = "Augusta";
        assert_int_equal(cn_list_count(cn_many(author, posts)), 3);
        assert_null(cn_get(session, Tag, 99));
        assert_int_equal(blog_said("UPDATE"), 0);
        cn_add(session, cn_new(Tag, .text = "x"));
        assert_null(cn_get(session, Tag, 98));
        assert_int_equal(blog_said("INSERT INTO tag"), 1);
    }
}

static void without_autoflush_nothing_is_sent_before_it_is_asked_for(void **state)
{
    (void)state;
    CN_SESSION(session, blog, .no_autoflush = true) {
        cn_add(session, cn_new(Tag, .text = "x"));
        assert_int_equal(cn_list_count(cn_all(session, Tag)), 0);
        assert_null(cn_get(session, Tag, 1));
        assert_int_equal(blog_said("INSERT"), 0);
        assert_true(cn_flush(session));
        assert_int_equal(cn_list_count(cn_all(session, Tag)), 1);
    }
}

/* ---- refresh, expire, merge ------------------------------------------------------------------ */

static void refreshing_reads_the_row_anew(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        cn_many(author, posts);
        assert_true(cn_commit(session));
        suite_run(blog, "UPDATE author SET name = 'Changed', age = 1 WHERE name = 'Ada'");
        assert_string_equal(author->name, "Ada");
        author->age.value = 55; /* not flushed: given up */
        assert_true(cn_refresh(session, author));
        assert_string_equal(author->name, "Changed");
        assert_int_equal(author->age.value, 1);
        assert_ptr_equal((const void *)author->posts, CN_UNLOADED);
        blog_forget();
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 0);
        suite_run(blog, "DELETE FROM author WHERE name = 'Changed'");
        assert_false(cn_refresh(session, author));
        blog_error(session, CN_CAUSE_STALE, "Author", NULL);
    }
}

static void what_was_expired_is_read_when_it_is_met(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        assert_true(cn_commit(session));
        suite_run(blog, "UPDATE author SET name = 'Changed' WHERE name = 'Ada'");
        assert_ptr_equal(cn_get(session, Author, author->id), author);
        assert_string_equal(author->name, "Ada");
        assert_true(cn_expire(session, author));
        assert_int_equal(blog_said("SELECT"), 0);
        assert_ptr_equal(cn_get(session, Author, author->id), author);
        assert_string_equal(author->name, "Changed");
        assert_int_equal(blog_said("SELECT"), 1);
    }
}

static void a_query_overwrites_nothing_that_is_loaded(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = first_author(session);
        assert_true(cn_commit(session));
        suite_run(blog, "UPDATE author SET name = 'Changed' WHERE name = 'Ada'");
        cn_all(session, Author);
        assert_string_equal(author->name, "Ada");
    }
}

static void expiring_on_commit_reloads_but_keeps_what_was_assigned(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog, .expire_on_commit = true) {
        Author *author = first_author(session);
        assert_true(cn_commit(session));
        suite_run(blog, "UPDATE author SET age = 1, name = 'Changed' WHERE name = 'Ada'");
        author->name = "Mine";
        assert_int_equal(cn_list_count(cn_many(author, posts)), 3);
        assert_int_equal(author->age.value, 1);
        assert_string_equal(author->name, "Mine");
        assert_true(cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author WHERE name = 'Mine' AND age = 1"), 1);
}

static void merging_writes_over_the_row_of_the_same_key(void **state)
{
    (void)state;
    blog_fill();
    Author *mine = NULL;
    CN_SESSION(session, blog) {
        mine = cn_copy(first_author(session));
    }
    cn_set(mine, name, "Augusta");
    CN_SESSION(session, blog) {
        Author *merged = cn_merge(session, mine);
        assert_ptr_not_equal(merged, mine);
        assert_ptr_equal(cn_get(session, Author, mine->id), merged);
        assert_string_equal(merged->name, "Augusta");
        assert_ptr_equal(cn_merge(session, merged), merged);
        assert_true(cn_commit(session));
    }
    assert_int_equal(cn_state(mine), CN_INSTANCE_TRANSIENT);
    cn_free(mine);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author WHERE name = 'Augusta'"), 1);
}

static void merging_what_is_no_row_adds_one(void **state)
{
    (void)state;
    Author *author = cn_new(Author, .name = "Ada");
    Post   *post   = cn_new(Post, .title = "x");
    cn_append(author, posts, post);
    CN_SESSION(session, blog) {
        Author *merged = cn_merge(session, author);
        assert_non_null(merged);
        assert_int_equal(cn_state(merged), CN_INSTANCE_PENDING);
        assert_true(cn_commit(session));
        assert_int_equal(cn_list_count(cn_many(merged, posts)), 1);
        assert_ptr_equal(cn_one(cn_many(merged, posts)[0], author), merged);
    }
    assert_int_equal(author->id, 0);
    cn_free(post);
    cn_free(author);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post p JOIN author a ON p.author_id = a.id"),
                     1);
}

static void merging_a_list_makes_the_row_have_that_list(void **state)
{
    (void)state;
    blog_fill();
    Author *author   = NULL;
    Post   *posts[2] = {NULL, NULL};
    CN_SESSION(session, blog) {
        Author *theirs = first_author(session);
        author         = cn_copy(theirs);
        for (int i = 0; i < 2; i++)
            cn_append(author, posts, posts[i] = cn_copy(cn_many(theirs, posts)[i]));
    }
    CN_SESSION(session, blog) {
        Author *merged = cn_merge(session, author);
        blog_well(session);
        assert_int_equal(cn_list_count(cn_many(merged, posts)), 2);
        assert_int_equal(cn_many(merged, posts)[1]->id, posts[1]->id);
        assert_true(cn_commit(session));
    }
    cn_free(posts[0]);
    cn_free(posts[1]);
    cn_free(author);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post WHERE author_id IS NULL"), 1);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post"), 9);
}

/* ---- sessions with limits -------------------------------------------------------------------- */

static void a_session_that_only_reads_refuses_changes(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog, .read_only = true) {
        Author *author = first_author(session);
        assert_string_equal(author->name, "Ada");
        assert_int_equal(cn_list_count(cn_many(author, posts)), 3);
        assert_false(cn_set(author, name, "x"));
        blog_error(session, CN_CAUSE_READ_ONLY, "read_only", NULL);
        cn_rollback(session);
        assert_false(cn_add(session, cn_new(Tag, .text = "x")));
        blog_error(session, CN_CAUSE_READ_ONLY, "read_only", NULL);
        cn_rollback(session);
        assert_false(cn_append(author, posts, cn_new(Post, .title = "x")));
        blog_error(session, CN_CAUSE_READ_ONLY, "Author.posts", NULL);
        cn_rollback(session);
        assert_false(cn_delete(session, author));
        blog_error(session, CN_CAUSE_READ_ONLY, "cn_delete", NULL);
        cn_rollback(session);
        Tag row = {.text = "x"};
        assert_int_equal(cn_insert_rows(session, Tag, &row, 1), -1);
        blog_error(session, CN_CAUSE_READ_ONLY, "cn_insert_rows", NULL);
        cn_rollback(session);
        author->name = "assigned"; /* nobody looks */
        assert_true(cn_commit(session));
        assert_true(cn_refresh(session, author));
        assert_string_equal(author->name, "Ada");
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author WHERE name = 'Ada'"), 1);
}

static void a_limit_of_statements_finds_a_loop_of_loads(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog, .statement_limit = 5) {
        size_t authors = 0;
        CN_EACH(Post, post, cn_all(session, Post)) {
            cn_many(post, tags);
            authors++;
        }
        assert_int_equal(authors, 9);
        blog_error(session, CN_CAUSE_LIMIT, "statement_limit", NULL);
    }
}

static void a_limit_of_instances_is_kept(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog, .instance_limit = 5) {
        assert_int_equal(cn_list_count(cn_all(session, Post)), 0);
        blog_error(session, CN_CAUSE_LIMIT, "instance_limit", NULL);
        cn_rollback(session);
        for (int i = 0; i < 6 && cn_ok(session); i++)
            cn_add(session, cn_new(Tag, .text = "x"));
        blog_error(session, CN_CAUSE_LIMIT, "instance_limit", NULL);
    }
}

static void statistics_count_what_happened(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = cn_first(session, Author, .order_by = CN_BY(cn_attr(Author, id)));
        cn_many(author, posts);
        cn_many(author, posts);
        cn_session_statistics s = cn_session_stats(session);
        assert_int_equal(s.statements, 2);
        assert_int_equal(s.lazy_loads, 1);
        assert_int_equal(s.rows, 4);
        assert_int_equal(s.instances, 4);
        assert_int_equal(s.flushes, 0);
        assert_true(cn_commit(session));
        assert_int_equal(cn_session_stats(session).flushes, 0);
        author->age.value++;
        assert_true(cn_commit(session));
        assert_int_equal(cn_session_stats(session).flushes, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_changed_columns_are_updated),
        TEST(no_net_change_sends_nothing),
        TEST(members_that_are_not_mapped_survive_rollback),
        TEST(equal_changes_of_many_rows_go_in_one_batch),
        TEST(ten_thousand_new_objects_take_few_statements),
        TEST(a_row_that_another_deleted_is_a_stale_update),
        TEST(an_update_makes_room_for_an_insert),
        TEST(a_key_can_be_changed),
        TEST(a_query_finds_what_was_assigned_in_what_it_reads),
        TEST(a_query_of_one_model_searches_no_other),
        TEST(lazy_loads_flush_only_what_was_announced),
        TEST(without_autoflush_nothing_is_sent_before_it_is_asked_for),
        TEST(refreshing_reads_the_row_anew),
        TEST(what_was_expired_is_read_when_it_is_met),
        TEST(a_query_overwrites_nothing_that_is_loaded),
        TEST(expiring_on_commit_reloads_but_keeps_what_was_assigned),
        TEST(merging_writes_over_the_row_of_the_same_key),
        TEST(merging_what_is_no_row_adds_one),
        TEST(merging_a_list_makes_the_row_have_that_list),
        TEST(a_session_that_only_reads_refuses_changes),
        TEST(a_limit_of_statements_finds_a_loop_of_loads),
        TEST(a_limit_of_instances_is_kept),
        TEST(statistics_count_what_happened),
    };
    return suite_main("changes", tests);
}
