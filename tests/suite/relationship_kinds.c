/*
 * Relationships of every kind, read and written through both sides: one-to-many, many-to-one,
 * many-to-many; what is unloaded, what is NULL; lists that never change under their reader.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"
#include "blog.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static Author *author_named(cn_session *session, const char *name)
{
    Author *author = cn_first(session, Author, .where = cn_is(Author, name, ==, name));
    assert_non_null(author);
    return author;
}

static int64_t posts_of(const char *name)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM post p JOIN author a ON p.author_id = a.id WHERE a.name = '%s'",
             name);
    return blog_number(sql);
}

static bool has(void *const *list, const void *element)
{
    for (; *list != NULL; list++)
        if (*list == element)
            return true;
    return false;
}
#define in_list(list, element) has((void *const *)(list), (element))

/* ---- reading --------------------------------------------------------------------------------- */

static void walking_loads_each_end_once(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = author_named(session, "Grace");
        blog_forget();
        int seen = 0;
        CN_EACH(Post, post, cn_many(author, posts)) {
            char title[20];
            snprintf(title, sizeof title, "Grace %d", ++seen);
            assert_string_equal(post->title, title);
            assert_ptr_equal(cn_one(post, author), author); /* known already */
        }
        assert_int_equal(seen, 3);
        assert_int_equal(blog_statements(), 1);
        cn_many(author, posts);
        assert_int_equal(blog_statements(), 1);
    }
}

static void what_is_not_loaded_says_so(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = author_named(session, "Ada");
        assert_ptr_equal((const void *)author->posts, CN_UNLOADED);
        Post *post = cn_many(author, posts)[0];
        assert_ptr_equal(post->author, CN_UNLOADED);
        assert_ptr_equal(cn_one(post, author), author);
        assert_ptr_equal(post->author, author);
    }
}

static void none_is_null_without_asking_the_database(void **state)
{
    (void)state;
    suite_run(blog, "INSERT INTO post (id, title, views) VALUES (1, 'alone', 0)");
    CN_SESSION(session, blog) {
        Post *post = cn_get(session, Post, 1);
        blog_forget();
        assert_null(cn_one(post, author));
        assert_null(post->author);
        assert_int_equal(blog_statements(), 0);
    }
}

static void following_what_is_not_loaded_faults(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Post *post = cn_first(session, Post);
        fflush(NULL);
        pid_t child = fork();
        assert_int_not_equal(child, -1);
        if (child == 0) {
            setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
            signal(SIGSEGV, SIG_DFL);
            signal(SIGBUS, SIG_DFL);
            close(STDERR_FILENO);
            const Author *volatile author = post->author;
            _exit(author->id == 1 ? 2 : 3);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        /* a sanitizer ends the program itself */
        assert_false(WIFEXITED(status) && (WEXITSTATUS(status) == 2 || WEXITSTATUS(status) == 3));
    }
}

static void a_new_row_knows_what_it_was_not_told_after_the_flush(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        int     ada  = author_named(session, "Ada")->id;
        Post   *post = cn_new(Post, .title = "by key", .author_id = cn_some(int, ada));
        Author *late = cn_new(Author, .id = 900, .name = "late");
        Post   *hers = cn_new(Post, .title = "hers", .author_id = cn_some(int, 900));
        cn_add_all(session, post, late, hers);
        assert_null(post->author); /* of a new struct NULL says nothing */
        assert_true(cn_flush(session));
        assert_ptr_equal(cn_one(post, author), author_named(session, "Ada"));
        assert_int_equal(cn_list_count(cn_many(late, posts)), 1);
        Post *nobodys = cn_new(Post, .title = "nobody's");
        cn_add(session, nobodys);
        assert_true(cn_flush(session));
        assert_null(nobodys->author); /* NULL is known */
        assert_ptr_equal((const void *)nobodys->tags, CN_UNLOADED);
        assert_int_equal(cn_list_count(cn_many(nobodys, tags)), 0);
    }
}

/* ---- both sides ------------------------------------------------------------------------------ */

static void calls_keep_both_sides_equal_at_once(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = author_named(session, "Ada"), *grace = author_named(session, "Grace");
        Post   *post = cn_many(ada, posts)[0];
        cn_many(grace, posts);
        assert_true(cn_set_one(post, author, grace));
        assert_false(in_list(ada->posts, post));
        assert_true(in_list(grace->posts, post));
        assert_true(cn_append(ada, posts, post));
        assert_ptr_equal(post->author, ada);
        assert_false(in_list(grace->posts, post));
        assert_true(cn_remove(ada, posts, post));
        assert_null(post->author);
        assert_true(cn_commit(session));
        assert_false(post->author_id.set);
    }
    assert_int_equal(posts_of("Ada"), 2);
}

static void a_child_whose_owner_was_not_loaded_leaves_its_list_too(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = author_named(session, "Ada"), *grace = author_named(session, "Grace");
        Post   *post = cn_many(ada, posts)[2];
        assert_ptr_equal(post->author, CN_UNLOADED);
        assert_true(cn_append(grace, posts, post));
        assert_false(in_list(cn_many(ada, posts), post));
        assert_true(cn_commit(session));
        assert_int_equal(cn_list_count(cn_many(ada, posts)), 2);
        assert_int_equal(cn_list_count(cn_many(grace, posts)), 4);
    }
    assert_int_equal(posts_of("Grace"), 4);
}

static void a_plain_pointer_is_stored_like_a_call(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = author_named(session, "Ada"), *grace = author_named(session, "Grace");
        Post   *post = cn_many(ada, posts)[0];
        cn_many(grace, posts);
        post->author = grace; /* over CN_UNLOADED */
        assert_true(cn_flush(session));
        assert_int_equal(post->author_id.value, grace->id);
        assert_int_equal(cn_list_count(cn_many(ada, posts)), 2);
        assert_int_equal(cn_list_count(cn_many(grace, posts)), 4);
        post->author = NULL;
        assert_true(cn_commit(session));
        assert_false(post->author_id.set);
        assert_int_equal(cn_list_count(cn_many(grace, posts)), 3);
    }
    assert_int_equal(posts_of("Grace"), 3);
}

static void null_over_what_is_not_loaded_is_a_change(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Post *post = cn_first(session, Post, .order_by = CN_BY(cn_attr(Post, id)));
        assert_ptr_equal(post->author, CN_UNLOADED);
        post->author = NULL;
        assert_true(cn_commit(session));
    }
    assert_int_equal(posts_of("Ada"), 2);
}

static void a_foreign_key_changed_alone_wins_and_unloads_the_member(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = author_named(session, "Ada"), *grace = author_named(session, "Grace");
        Post   *post = cn_many(ada, posts)[0];
        assert_ptr_equal(cn_one(post, author), ada);
        post->author_id = cn_some(int, grace->id);
        assert_true(cn_flush(session));
        assert_ptr_equal(post->author, CN_UNLOADED);
        assert_ptr_equal(cn_one(post, author), grace);
        assert_true(cn_commit(session));
    }
    assert_int_equal(posts_of("Grace"), 4);
}

static void member_and_foreign_key_that_contradict_are_an_error(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = author_named(session, "Ada"), *grace = author_named(session, "Grace");
        Post   *post    = cn_many(ada, posts)[0];
        post->author    = grace;
        post->author_id = cn_some(int, 12345);
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Post.author ", "Post.author_id");
        cn_rollback(session);
        assert_int_equal(post->author_id.value, ada->id);
        post->author    = grace;
        post->author_id = cn_some(int, grace->id);
        assert_true(cn_commit(session));
        cn_add(session,
               cn_new(Post, .title = "x", .author = ada, .author_id = cn_some(int, grace->id)));
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Post.author ", "Post.author_id");
    }
}

static void the_last_assignment_decides_who_owns(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = author_named(session, "Ada"), *grace = author_named(session, "Grace");
        Author *edsger = author_named(session, "Edsger");
        Post   *post   = cn_many(ada, posts)[0];
        cn_append(grace, posts, post);
        post->author = edsger;
        assert_true(cn_commit(session));
        assert_int_equal(post->author_id.value, edsger->id);
    }
    assert_int_equal(posts_of("Edsger"), 4);
}

/* ---- many-to-many ---------------------------------------------------------------------------- */

static void association_rows_come_and_go_with_the_list(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Post *post = cn_first(session, Post, .order_by = CN_BY(cn_attr(Post, id)));
        Tag  *tea  = cn_first(session, Tag, .where = cn_is(Tag, text, ==, "tea"));
        assert_int_equal(cn_list_count(cn_many(post, tags)), 2);
        Tag *first = cn_many(post, tags)[0];
        assert_true(cn_append(post, tags, tea));
        assert_true(cn_append(post, tags, tea)); /* twice is once */
        assert_true(cn_remove(post, tags, first));
        blog_forget();
        assert_true(cn_commit(session));
        assert_int_equal(blog_said("DELETE FROM post_tag"), 1);
        assert_int_equal(blog_said("INSERT INTO post_tag"), 1);
        assert_int_equal(blog_statements(), 2);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post_tag"), 18);
}

static void a_row_that_both_sides_append_is_stored_once(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Post *post = cn_new(Post, .title = "x");
        Tag  *tag  = cn_new(Tag, .text = "t");
        cn_append(post, tags, tag);
        cn_append(tag, posts, post);
        cn_add_all(session, post, tag);
        assert_true(cn_commit(session));
        assert_int_equal(blog_number("SELECT COUNT(*) FROM post_tag"), 1);
        Post *other = cn_new(Post, .title = "y");
        cn_add(session, other);
        assert_true(cn_commit(session));
        cn_expire(session, other);
        cn_expire(session, tag);
        cn_append(other, tags, tag); /* neither list is loaded */
        cn_append(tag, posts, other);
        assert_true(cn_commit(session));
        cn_expire(session, other);
        cn_expire(session, tag);
        assert_int_equal(blog_number("SELECT COUNT(*) FROM post_tag"), 2);
        /* of an old row, stored already: in the list once it is loaded */
        cn_append(post, tags, tag);
        assert_int_equal(cn_list_count(cn_many(post, tags)), 1);
        blog_well(session);
    }
}

static void what_one_side_appends_the_other_can_take_back(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Post *post = cn_first(session, Post, .order_by = CN_BY(cn_attr(Post, id)));
        Tag  *tea  = cn_first(session, Tag, .where = cn_is(Tag, text, ==, "tea"));
        cn_append(post, tags, tea);
        cn_remove(tea, posts, post);
        blog_forget();
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 0);
    }
}

static void changes_of_a_list_that_is_not_loaded_show_when_it_is(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada  = author_named(session, "Ada");
        Post   *post = cn_new(Post, .title = "new");
        Post   *gone = cn_first(session, Post, .where = cn_is(Post, title, ==, "Ada 1"));
        assert_true(cn_append(ada, posts, post));
        assert_true(cn_remove(ada, posts, gone));
        assert_ptr_equal((const void *)ada->posts, CN_UNLOADED);
        assert_int_equal(blog_said("FROM post WHERE author_id"), 0);
        assert_true(in_list(cn_many(ada, posts), post));
        assert_false(in_list(cn_many(ada, posts), gone));
        assert_int_equal(cn_list_count(ada->posts), 3);
        assert_true(cn_commit(session));
    }
    assert_int_equal(posts_of("Ada"), 3);
}

static void removing_what_is_not_in_a_list_that_is_not_loaded_does_nothing(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada    = author_named(session, "Ada");
        Post   *graces = cn_first(session, Post, .where = cn_is(Post, title, ==, "Grace 1"));
        assert_true(cn_remove(ada, posts, graces));
        assert_true(cn_commit(session));
    }
    assert_int_equal(posts_of("Grace"), 3);
}

/* ---- lists ----------------------------------------------------------------------------------- */

static void a_list_does_not_change_under_its_reader(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada  = author_named(session, "Ada");
        size_t  seen = 0;
        CN_EACH(Post, post, cn_many(ada, posts)) {
            cn_remove(ada, posts, post);
            seen++;
        }
        assert_int_equal(seen, 3);
        assert_int_equal(cn_list_count(cn_many(ada, posts)), 0);
        CN_EACH(Post, post, cn_many(author_named(session, "Grace"), posts)) {
            cn_append(cn_one(post, author), posts, cn_new(Post, .title = "more"));
            seen++;
        }
        assert_int_equal(seen, 6);
        CN_EACH(Tag, tag, cn_all(session, Tag)) {
            strcpy(tag->text, "x");
            assert_true(cn_commit(session));
            seen++;
        }
        assert_int_equal(seen, 9);
        assert_true(cn_commit(session));
    }
    assert_int_equal(posts_of("Grace"), 6);
    assert_int_equal(posts_of("Ada"), 0);
}

static void a_list_that_was_assigned_is_refused(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada    = author_named(session, "Ada");
        Post   *mine[] = {NULL};
        cn_many(ada, posts);
        ada->posts = mine;
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Author.posts", "cn_append");
        cn_rollback(session);
        assert_int_equal(cn_list_count(cn_many(ada, posts)), 3);
        cn_add(session, cn_new(Author, .name = "x", .posts = mine));
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Author.posts", "cn_append");
        cn_rollback(session);
        assert_false(cn_set(ada, posts, mine));
        blog_error(session, CN_CAUSE_MISUSE, "Author.posts", NULL);
    }
}

static void ten_thousand_children_are_appended_and_loaded(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Author *ada = cn_new(Author, .name = "Ada");
        cn_add(session, ada);
        for (int i = 0; i < 10000; i++)
            cn_append(ada, posts, cn_new(Post, .title = "t", .views = i));
        assert_true(cn_commit(session));
        assert_in_range(cn_session_stats(session).statements, 2, 40);
    }
    CN_SESSION(session, blog) {
        int i = 0;
        CN_EACH(Post, post, cn_many(author_named(session, "Ada"), posts))
            assert_int_equal(post->views, i++);
        assert_int_equal(i, 10000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(walking_loads_each_end_once),
        TEST(what_is_not_loaded_says_so),
        TEST(none_is_null_without_asking_the_database),
        TEST(following_what_is_not_loaded_faults),
        TEST(a_new_row_knows_what_it_was_not_told_after_the_flush),
        TEST(calls_keep_both_sides_equal_at_once),
        TEST(a_child_whose_owner_was_not_loaded_leaves_its_list_too),
        TEST(a_plain_pointer_is_stored_like_a_call),
        TEST(null_over_what_is_not_loaded_is_a_change),
        TEST(a_foreign_key_changed_alone_wins_and_unloads_the_member),
        TEST(member_and_foreign_key_that_contradict_are_an_error),
        TEST(the_last_assignment_decides_who_owns),
        TEST(association_rows_come_and_go_with_the_list),
        TEST(a_row_that_both_sides_append_is_stored_once),
        TEST(what_one_side_appends_the_other_can_take_back),
        TEST(changes_of_a_list_that_is_not_loaded_show_when_it_is),
        TEST(removing_what_is_not_in_a_list_that_is_not_loaded_does_nothing),
        TEST(a_list_does_not_change_under_its_reader),
        TEST(a_list_that_was_assigned_is_refused),
        TEST(ten_thousand_children_are_appended_and_loaded),
    };
    return suite_main("relationships", tests);
}
