/*
 * Transactions, nested scopes and errors of sessions: what rollback restores, the expected failure
 * and its fallback, and that after a failure every call does nothing but fail.
 */
#include "suite.h"
#include "blog.h"

#include <stdio.h>

static void well(cn_session *session, bool good)
{
    if (!good)
        fail_msg("%s", cn_error_message(session));
}

/* ---- rollback -------------------------------------------------------------------------------- */

static void rollback_restores_structs(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada   = cn_first(session, Author, .where = cn_is(Author, name, ==, "Ada"));
        Author *grace = cn_first(session, Author, .where = cn_is(Author, name, ==, "Grace"));
        Post   *post  = cn_many(ada, posts)[0];
        well(session, cn_commit(session));
        ada->name    = "flushed";
        post->author = grace;
        assert_true(cn_flush(session));
        ada->age.value = 99; /* not flushed */
        post->views    = 1000;
        assert_true(cn_rollback(session));
        assert_string_equal(ada->name, "Ada");
        assert_int_equal(ada->age.value, 30);
        assert_int_equal(post->views, 0);
        assert_ptr_equal(cn_one(post, author), ada);
        assert_int_equal(post->author_id.value, ada->id);
        assert_int_equal(cn_list_count(cn_many(ada, posts)), 3);
        assert_int_equal(cn_list_count(cn_many(grace, posts)), 3);
        blog_forget();
        well(session, cn_commit(session));
        assert_int_equal(blog_said("UPDATE"), 0);
    }
}

static void what_was_added_is_new_again_and_can_be_added_again(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Author *author = cn_new(Author, .name = "Ada");
        Post   *post   = cn_new(Post, .title = "x"),
             *plain    = cn_new(Post, .title = "y", .author = author);
        Tag *tag       = cn_new(Tag, .text = "t");
        cn_append(author, posts, post);
        cn_append(post, tags, tag);
        cn_add_all(session, author, plain);
        assert_true(cn_flush(session));
        assert_int_not_equal(author->id, 0);
        assert_true(cn_rollback(session));
        assert_int_equal(cn_state(author), CN_INSTANCE_TRANSIENT);
        assert_int_equal(cn_state(tag), CN_INSTANCE_TRANSIENT);
        assert_int_equal(author->id, 0); /* the key was never given */
        assert_false(post->author_id.set);
        assert_string_equal(author->name, "Ada");
        assert_ptr_equal(plain->author, author);
        well(session, cn_commit(session));
        assert_int_equal(blog_number("SELECT COUNT(*) FROM author"), 0);
        cn_add_all(session, author, plain);
        well(session, cn_commit(session));
        assert_int_equal(post->author_id.value, author->id);
        assert_int_equal(plain->author_id.value, author->id);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post p JOIN author a ON p.author_id = a.id"),
                     2);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post_tag"), 1);
}

static void a_failed_flush_changes_no_struct_once_it_is_rolled_back(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *grace   = cn_first(session, Author, .where = cn_is(Author, name, ==, "Grace"));
        Author *fresh   = cn_new(Author, .name = "Fresh");
        Author *double_ = cn_new(Author, .name = "Ada");
        cn_add_all(session, fresh, double_);
        grace->name = "Amazing";
        assert_false(cn_commit(session));
        blog_error(session, CN_CAUSE_UNIQUE, "", NULL);
        cn_rollback(session);
        assert_string_equal(grace->name, "Grace");
        assert_int_equal(fresh->id, 0);
        assert_int_equal(cn_state(fresh), CN_INSTANCE_TRANSIENT);
        cn_add(session, fresh);
        well(session, cn_commit(session));
        assert_int_not_equal(fresh->id, 0);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author"), 4);
}

static void closing_saves_nothing(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        cn_add(session, cn_new(Tag, .text = "x"));
        assert_true(cn_flush(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM tag"), 0);
}

static void a_connection_is_held_only_in_a_transaction(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        assert_false(cn_in_transaction(session));
        assert_int_equal(cn_engine_pool(blog).checked_out, 0);
        cn_all(session, Tag);
        assert_true(cn_in_transaction(session));
        assert_int_equal(cn_engine_pool(blog).checked_out, 1);
        well(session, cn_commit(session));
        assert_int_equal(cn_engine_pool(blog).checked_out, 0);
    }
}

/* ---- nested scopes --------------------------------------------------------------------------- */

static Author *find_or_make(cn_session *session, const char *name)
{
    Author *author = cn_new(Author, .name = name);
    cn_nested_begin(session);
    cn_add(session, author);
    if (!cn_nested_end(session)) {
        if (cn_nested_cause(session) != CN_CAUSE_UNIQUE)
            return NULL;
        author = cn_first(session, Author, .where = cn_is(Author, name, ==, name));
    }
    return author;
}

static void an_expected_duplicate_falls_back(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *before = cn_new(Author, .name = "before");
        cn_add(session, before);
        Author *ada = find_or_make(session, "Ada");
        assert_non_null(ada);
        assert_int_equal(ada->age.value, 30);
        assert_true(strlen(cn_nested_message(session)) > 0);
        assert_true(cn_ok(session));
        Author *fresh = find_or_make(session, "Fresh");
        assert_int_equal(cn_state(fresh), CN_INSTANCE_PERSISTENT);
        assert_int_equal(cn_nested_cause(session), CN_CAUSE_NONE);
        well(session, cn_commit(session));
        assert_int_equal(cn_state(before), CN_INSTANCE_PERSISTENT);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author"), 5);
}

static void an_inner_rollback_keeps_the_outer_scope(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = cn_first(session, Author, .where = cn_is(Author, name, ==, "Ada"));
        ada->name   = "outer";
        assert_true(cn_nested_begin(session));
        ada->name = "middle";
        Tag *tag  = cn_new(Tag, .text = "middle");
        cn_add(session, tag);
        assert_true(cn_nested_begin(session));
        ada->name = "inner";
        cn_delete(session, tag);
        assert_true(cn_flush(session));
        assert_int_equal(cn_state(tag), CN_INSTANCE_DELETED);
        assert_true(cn_nested_rollback(session));
        assert_string_equal(ada->name, "middle");
        assert_int_equal(cn_state(tag), CN_INSTANCE_PERSISTENT);
        assert_true(cn_nested_end(session));
        assert_string_equal(ada->name, "middle");
        assert_true(cn_nested_begin(session));
        cn_add(session, cn_new(Author, .name = "Grace"));
        assert_false(cn_nested_end(session));
        assert_true(cn_ok(session));
        assert_string_equal(ada->name, "middle");
        well(session, cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author WHERE name = 'middle'"), 1);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM tag"), 4);
}

static void rolling_all_back_after_inner_scopes_that_ended_well(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = cn_first(session, Author, .where = cn_is(Author, name, ==, "Ada"));
        for (int i = 0; i < 5; i++) {
            char name[20];
            snprintf(name, sizeof name, "name %d", i);
            cn_nested_begin(session);
            cn_set(ada, name, name);
            assert_true(cn_nested_end(session));
        }
        assert_string_equal(ada->name, "name 4");
        cn_rollback(session);
        assert_string_equal(ada->name, "Ada");
    }
}

static void what_was_assigned_before_a_scope_belongs_outside(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada    = cn_first(session, Author, .where = cn_is(Author, name, ==, "Ada"));
        ada->age.value = 50;
        cn_nested_begin(session);
        ada->age.value = 60; /* not flushed when the scope ends */
        cn_nested_rollback(session);
        assert_int_equal(ada->age.value, 50);
        well(session, cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author WHERE age = 50"), 1);
}

static void committing_with_a_scope_open_is_an_error(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        cn_nested_begin(session);
        cn_add(session, cn_new(Tag, .text = "x"));
        assert_false(cn_commit(session));
        assert_int_equal(cn_error_cause(session), CN_CAUSE_MISUSE);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM tag"), 0);
}

static void ending_a_scope_that_is_not_open_is_an_error(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        assert_false(cn_nested_end(session));
        blog_error(session, CN_CAUSE_MISUSE, "nested", NULL);
        cn_rollback(session);
        blog_well(session);
    }
}

/* ---- errors ---------------------------------------------------------------------------------- */

static void after_a_failure_every_call_fails_and_sends_nothing(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada  = cn_first(session, Author, .where = cn_is(Author, name, ==, "Ada"));
        Post   *post = cn_first(session, Post);
        cn_execute(session, cn_text("SELECT nonsense FROM nowhere"));
        assert_false(cn_ok(session));
        blog_forget();
        assert_null(cn_get(session, Author, 2));
        assert_null(cn_first(session, Author));
        assert_int_equal(cn_list_count(cn_all(session, Author)), 0);
        assert_int_equal(cn_list_count(cn_many(ada, posts)), 0);
        assert_null(cn_one(post, author));
        assert_false(cn_set(ada, name, "x"));
        assert_false(cn_append(ada, posts, cn_new(Post, .title = "x")));
        assert_false(cn_delete(session, ada));
        assert_false(cn_flush(session));
        assert_false(cn_refresh(session, ada));
        assert_null(cn_merge(session, post));
        int64_t n = cn_scalar(session, int64_t, cn_text("SELECT 1"));
        assert_int_equal(n, 0);
        size_t rows = 0;
        CN_STREAM(Post, row, session)
            rows += row != NULL;
        assert_int_equal(rows, 0);
        assert_false(cn_commit(session));
        assert_int_equal(blog_statements(), 0);
        assert_true(cn_rollback(session));
        assert_true(cn_ok(session));
        assert_int_equal(cn_list_count(cn_many(ada, posts)), 3);
        well(session, cn_commit(session));
    }
}

static char unread[400];

static void note(void *context, const cn_error *error)
{
    (void)context;
    snprintf(unread, sizeof unread, "%s", cn_error_get_message(error));
}

static void an_error_that_nobody_read_is_reported(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine(suite_url(), .on_unread_error = note);
    CN_SESSION(session, engine) {
        cn_add(session, &(Tag){0});
    }
    assert_non_null(strstr(unread, "cn_add"));
    *unread = '\0';
    CN_SESSION(session, engine) {
        cn_add(session, &(Tag){0});
        assert_false(cn_ok(session));
    }
    assert_string_equal(unread, "");
    cn_engine_dispose(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rollback_restores_structs),
        TEST(what_was_added_is_new_again_and_can_be_added_again),
        TEST(a_failed_flush_changes_no_struct_once_it_is_rolled_back),
        TEST(closing_saves_nothing),
        TEST(a_connection_is_held_only_in_a_transaction),
        TEST(an_expected_duplicate_falls_back),
        TEST(an_inner_rollback_keeps_the_outer_scope),
        TEST(rolling_all_back_after_inner_scopes_that_ended_well),
        TEST(what_was_assigned_before_a_scope_belongs_outside),
        TEST(committing_with_a_scope_open_is_an_error),
        TEST(ending_a_scope_that_is_not_open_is_an_error),
        TEST(after_a_failure_every_call_fails_and_sends_nothing),
        TEST(an_error_that_nobody_read_is_reported),
    };
    return suite_main("scopes", tests);
}
