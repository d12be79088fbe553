/*
 * Who owns an instance, and what is none: cn_new, cn_add and its cascade, cn_free, cn_copy,
 * expunging; and every pointer that is refused because the directory does not know it.
 */
#include "suite.h"
#include "blog.h"

#include <stdlib.h>

typedef struct Broken {
    int     id;
    Author *author;
} Broken;

typedef struct Keyless {
    int value;
} Keyless;

typedef struct Crooked {
    int     id;
    int     author_id;
    Author *author;
} Crooked;

CN_MODEL(Broken, "broken")
{
    CN_COLUMN(id, .primary_key = true);
    CN_RELATIONSHIP(author, Author); /* no way to Author is known */
}

CN_MODEL(Keyless, "keyless")
{
    CN_COLUMN(value);
}

CN_MODEL(Crooked, "crooked")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(author_id);
    CN_RELATIONSHIP(author, Author, .primaryjoin = "foreign(Crooked.author_id) === Author.id");
}

/* ---- made, added ----------------------------------------------------------------------------- */

static void what_is_made_is_the_callers_until_it_is_added(void **state)
{
    (void)state;
    Author *author = cn_new(Author, .name = "Ada");
    assert_int_equal(cn_state(author), CN_INSTANCE_TRANSIENT);
    assert_null(cn_session_of(author));
    CN_SESSION(session, blog) {
        assert_true(cn_add(session, author));
        assert_int_equal(cn_state(author), CN_INSTANCE_PENDING);
        assert_ptr_equal(cn_session_of(author), session);
        assert_true(cn_flush(session));
        assert_int_equal(cn_state(author), CN_INSTANCE_PERSISTENT);
        assert_int_not_equal(author->id, 0);
        assert_true(cn_commit(session));
    }
    assert_int_equal(cn_state(author), CN_INSTANCE_NONE);
    cn_free(cn_new(Author, .name = "never added"));
}

static void members_that_are_not_named_are_zero(void **state)
{
    (void)state;
    Author *author = cn_new(Author);
    assert_int_equal(author->id, 0);
    assert_null(author->name);
    assert_null(author->posts);
    assert_false(author->age.set);
    cn_free(author);
}

static void keys_are_filled_in_in_the_order_of_adding(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Tag *tags[50];
        for (int i = 0; i < 50; i++)
            cn_add(session, tags[i] = cn_new(Tag, .text = "t"));
        assert_true(cn_commit(session));
        for (int i = 1; i < 50; i++)
            assert_true(tags[i]->id > tags[i - 1]->id);
    }
}

static void adding_cascades_along_relationships_in_order(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Author *author = cn_new(Author, .name = "Ada");
        Post   *first = cn_new(Post, .title = "one"), *second = cn_new(Post, .title = "two");
        Tag    *tag = cn_new(Tag, .text = "deep");
        cn_append(author, posts, first);
        cn_append(author, posts, second);
        cn_append(second, tags, tag);
        assert_true(cn_add(session, author));
        assert_int_equal(cn_state(tag), CN_INSTANCE_PENDING);
        assert_true(cn_commit(session));
        assert_true(first->id < second->id);
        assert_int_equal(second->author_id.value, author->id);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post_tag"), 1);
}

static void a_plain_pointer_cascades_too(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Post *post = cn_new(Post, .title = "x", .author = cn_new(Author, .name = "Ada"));
        assert_true(cn_add(session, post));
        assert_int_equal(cn_state(post->author), CN_INSTANCE_PENDING);
        Post *later = cn_new(Post, .title = "y");
        cn_add(session, later);
        later->author = cn_new(Author, .name = "Grace");
        assert_true(cn_commit(session));
        assert_int_equal(cn_state(later->author), CN_INSTANCE_PERSISTENT);
        assert_int_equal(later->author_id.value, later->author->id);
    }
}

static void adding_twice_does_nothing(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Tag *tag = cn_new(Tag, .text = "once");
        assert_true(cn_add(session, tag));
        assert_true(cn_add(session, tag));
        assert_true(cn_commit(session));
        assert_true(cn_add(session, tag));
        blog_forget();
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 0);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM tag"), 1);
}

static void add_all_refuses_a_null_and_takes_the_rest(void **state)
{
    (void)state;
    Tag *first = cn_new(Tag, .text = "a"), *last = cn_new(Tag, .text = "b");
    CN_SESSION(session, blog) {
        assert_false(cn_add_all(session, first, NULL, last));
        blog_error(session, CN_CAUSE_MISUSE, "cn_add", "not an instance");
        assert_ptr_equal(cn_session_of(last), session);
    }
}

static void a_failed_session_owns_what_it_is_given(void **state)
{
    (void)state;
    Author *author = cn_new(Author, .name = "Ada");
    Post   *post   = cn_new(Post, .title = "x", .author = author);
    CN_SESSION(session, blog) {
        cn_execute(session, cn_text("SELECT nonsense FROM nowhere"));
        assert_false(cn_ok(session));
        assert_false(cn_add(session, post));
        assert_ptr_equal(cn_session_of(post), session);
        assert_ptr_equal(cn_session_of(author), session);
        assert_string_equal(post->title, "x");
    }
    assert_int_equal(cn_state(author), CN_INSTANCE_NONE);
}

static void no_session_takes_an_instance_and_ends_it(void **state)
{
    (void)state;
    Tag *tag = cn_new(Tag, .text = "x");
    assert_false(cn_add(NULL, tag));
    assert_int_equal(cn_state(tag), CN_INSTANCE_NONE);
}

/* ---- freeing --------------------------------------------------------------------------------- */

static void what_a_session_owns_is_not_freed(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Author *author = cn_new(Author, .name = "Ada");
        cn_add(session, author);
        cn_free(author);
        blog_error(session, CN_CAUSE_MISUSE, "cn_free", "Author");
        assert_string_equal(author->name, "Ada");
    }
}

static void freeing_null_or_what_is_no_instance_does_nothing(void **state)
{
    (void)state;
    Author on_stack = {.name = "x"};
    cn_free(NULL);
    cn_free(&on_stack);
    assert_string_equal(on_stack.name, "x");
}

static void a_copy_is_independent_and_outlives_its_session(void **state)
{
    (void)state;
    Author *mine = NULL;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = cn_first(session, Author, .order_by = CN_BY(cn_attr(Author, id)));
        mine           = cn_copy(author);
        assert_ptr_not_equal(mine->name, author->name);
    }
    assert_string_equal(mine->name, "Ada");
    assert_int_equal(mine->age.value, 30);
    assert_ptr_equal((const void *)mine->posts, CN_UNLOADED);
    assert_int_equal(cn_state(mine), CN_INSTANCE_TRANSIENT);
    cn_free(mine);
}

static void expunging_frees_and_keeps_the_row(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Post   *post   = cn_first(session, Post, .order_by = CN_BY(cn_attr(Post, id)));
        Author *author = cn_one(post, author);
        assert_true(cn_expunge(session, author));
        assert_int_equal(cn_state(author), CN_INSTANCE_NONE);
        assert_ptr_equal(post->author, CN_UNLOADED); /* no pointer to it is left */
        assert_string_equal(cn_one(post, author)->name, "Ada");
        assert_true(cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM author"), 3);
}

static void expunging_one_of_a_list_unloads_the_list(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *author = cn_first(session, Author, .order_by = CN_BY(cn_attr(Author, id)));
        Post   *post   = cn_many(author, posts)[1];
        cn_expunge(session, post);
        assert_ptr_equal((const void *)author->posts, CN_UNLOADED);
        assert_int_equal(cn_list_count(cn_many(author, posts)), 3);
        blog_well(session);
    }
}

static void expunging_all_gives_the_memory_back(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        CN_EACH(Post, post, cn_all(session, Post))
            cn_expunge(session, post);
        assert_int_equal(cn_session_stats(session).instances, 0);
        assert_int_equal(cn_list_count(cn_all(session, Post)), 9);
        blog_well(session);
    }
}

/* ---- what is no instance --------------------------------------------------------------------- */

static Author in_bss;

static void pointers_that_are_no_instances_are_told_apart(void **state)
{
    (void)state;
    Author  on_stack = {0};
    Author *real     = cn_new(Author, .name = "Ada");
    Author  copy     = *real;
    assert_int_equal(cn_state(&on_stack), CN_INSTANCE_NONE);
    assert_int_equal(cn_state(&copy), CN_INSTANCE_NONE);
    assert_int_equal(cn_state(&in_bss), CN_INSTANCE_NONE);
    assert_int_equal(cn_state("literal"), CN_INSTANCE_NONE);
    assert_int_equal(cn_state((char *)real + 8), CN_INSTANCE_NONE);
    assert_int_equal(cn_state((char *)real + 1), CN_INSTANCE_NONE);
    assert_int_equal(cn_state(real + 1), CN_INSTANCE_NONE);
    assert_int_equal(cn_state(NULL), CN_INSTANCE_NONE);
    assert_int_equal(cn_state(CN_UNLOADED), CN_INSTANCE_NONE);
    assert_int_equal(cn_state(real), CN_INSTANCE_TRANSIENT);
    cn_free(real);
    assert_int_equal(cn_state(real), CN_INSTANCE_NONE);
}

static void refuse_add(void *pointer)
{
    CN_SESSION(session, blog) {
        assert_false(cn_add(session, pointer));
        blog_error(session, CN_CAUSE_MISUSE, "cn_add", "not an instance");
    }
}

static void adding_what_is_no_instance_is_an_error(void **state)
{
    (void)state;
    Author  on_stack = {.name = "x"};
    Author *freed    = cn_new(Author, .name = "gone");
    Author *real     = cn_new(Author, .name = "Ada");
    cn_free(freed);
    refuse_add(&on_stack);
    refuse_add(&in_bss);
    refuse_add((void *)(uintptr_t) "literal");
    refuse_add((char *)real + 8);
    refuse_add(real + 1);
    refuse_add(NULL);
    cn_free(real);
}

static void a_member_that_points_to_no_instance_is_named(void **state)
{
    (void)state;
    Author on_stack = {.id = 1, .name = "x"};
    CN_SESSION(session, blog) {
        Post *post = cn_new(Post, .title = "x", .author = &on_stack);
        assert_false(cn_add(session, post));
        blog_error(session, CN_CAUSE_MISUSE, "Post.author", "not an instance");
        cn_rollback(session);
        cn_set_one(post, author, NULL);
        blog_well(session);
        assert_true(cn_add(session, post));
        assert_true(cn_flush(session));
        post->author = &on_stack;
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Post.author", "not an instance");
    }
}

static void calls_given_what_is_no_instance_name_the_member(void **state)
{
    (void)state;
    Author on_stack      = {0};
    Post   post_on_stack = {0};
    CN_SESSION(session, blog) {
        Post   *post   = cn_new(Post, .title = "x");
        Author *author = cn_new(Author, .name = "Ada");
        cn_add_all(session, post, author);
        assert_true(cn_flush(session));
        assert_false(cn_set_one(post, author, &on_stack));
        blog_error(session, CN_CAUSE_MISUSE, "Post.author", NULL);
        cn_rollback(session);
        cn_add_all(session, post, author);
        assert_false(cn_append(author, posts, &post_on_stack));
        blog_error(session, CN_CAUSE_MISUSE, "Author.posts", NULL);
        cn_rollback(session);
        cn_add_all(session, post, author);
        assert_false(cn_append(author, posts, NULL));
        blog_error(session, CN_CAUSE_MISUSE, "Author.posts", NULL);
    }
    assert_int_equal(cn_list_count(cn_many(&on_stack, posts)), 0);
    assert_null(cn_one(&post_on_stack, author));
    assert_false(cn_append(&on_stack, posts, &post_on_stack));
}

/* ---- another session's ----------------------------------------------------------------------- */

static void another_sessions_instance_is_refused_wherever_it_turns_up(void **state)
{
    (void)state;
    CN_SESSION(theirs, blog) {
        Author *author = cn_new(Author, .name = "Ada");
        Post   *post   = cn_new(Post, .title = "theirs");
        Tag    *tag    = cn_new(Tag, .text = "theirs");
        cn_add_all(theirs, author, post, tag);
        assert_true(cn_commit(theirs));
        CN_SESSION(session, blog) {
            Post   *mine = cn_new(Post, .title = "mine");
            Author *also = cn_new(Author, .name = "Grace");
            cn_add_all(session, mine, also);
            assert_true(cn_commit(session));
            assert_false(cn_add(session, author));
            blog_error(session, CN_CAUSE_MISUSE, "cn_add", "Author");
            cn_rollback(session);
            assert_false(cn_append(mine, tags, tag));
            blog_error(session, CN_CAUSE_MISUSE, "Post.tags", "Tag");
            cn_rollback(session);
            assert_false(cn_append(also, posts, post));
            blog_error(session, CN_CAUSE_MISUSE, "Author.posts", "Post");
            cn_rollback(session);
            assert_false(cn_set_one(mine, author, author));
            blog_error(session, CN_CAUSE_MISUSE, "Post.author", "Author");
            cn_rollback(session);
            mine->author = author;
            assert_false(cn_flush(session));
            blog_error(session, CN_CAUSE_MISUSE, "Post.author", "another session");
            cn_rollback(session);
            assert_ptr_not_equal(mine->author, author);
            assert_false(cn_delete(session, author));
            cn_rollback(session);
            assert_false(cn_expunge(session, author));
            cn_rollback(session);
            blog_well(theirs);
        }
    }
}

/* ---- what could not be made ------------------------------------------------------------------ */

static void a_broken_model_fails_when_its_instance_is_added(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Broken *broken = cn_new(Broken, .id = 1);
        assert_non_null(broken);
        assert_false(cn_add(session, broken));
        blog_error(session, CN_CAUSE_MODEL, "Broken.author", NULL);
        cn_rollback(session);
        Crooked *crooked = cn_new(Crooked, .id = 1);
        assert_false(cn_add(session, crooked));
        blog_error(session, CN_CAUSE_MODEL, "Crooked.author", NULL);
        cn_rollback(session);
        assert_false(cn_add(session, cn_new(Keyless, .value = 1)));
        blog_error(session, CN_CAUSE_MODEL, "Keyless", "primary key");
        cn_rollback(session);
        assert_null(cn_first(session, Broken));
        blog_error(session, CN_CAUSE_MODEL, "Broken.author", NULL);
        cn_rollback(session);
        assert_null(cn_get(session, Keyless, 1));
        blog_error(session, CN_CAUSE_MODEL, "Keyless", NULL);
    }
}

static void copies_and_sets_of_nothing_are_harmless(void **state)
{
    (void)state;
    assert_null(cn_copy((Author *)NULL));
    assert_false(cn_set((Author *)NULL, name, "x"));
    assert_false(cn_set_one((Post *)NULL, author, NULL));
    assert_int_equal(cn_list_count(cn_many((Author *)NULL, posts)), 0);
    assert_null(cn_one((Post *)NULL, author));
    assert_false(cn_flush(NULL));
    assert_false(cn_delete(NULL, NULL));
    assert_null(cn_get((cn_session *)NULL, Author, 1));
    assert_int_equal(cn_list_count(cn_all((cn_session *)NULL, Author)), 0);
    assert_int_equal(cn_session_stats(NULL).instances, 0);
    cn_session_reset(NULL);
    cn_session_close(NULL);
}

static void resetting_ends_every_instance_and_keeps_the_session(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        for (int job = 0; job < 3; job++) {
            Author *author = cn_first(session, Author, .order_by = CN_BY(cn_attr(Author, id)));
            assert_int_equal(cn_list_count(cn_many(author, posts)), 3);
            author->name = "not committed";
            cn_session_reset(session);
            assert_int_equal(cn_state(author), CN_INSTANCE_NONE);
            assert_int_equal(cn_session_stats(session).instances, 0);
            assert_int_equal(cn_session_stats(session).statements, 0);
            assert_false(cn_in_transaction(session));
        }
        cn_condition kept = cn_keep(
            session, cn_and(cn_is(Author, name, ==, "Ada"), cn_is(Author, id, >, 0)));
        cn_session_reset(session);
        assert_non_null(cn_first(session, Author, .where = kept));
        blog_well(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_made_is_the_callers_until_it_is_added),
        TEST(members_that_are_not_named_are_zero),
        TEST(keys_are_filled_in_in_the_order_of_adding),
        TEST(adding_cascades_along_relationships_in_order),
        TEST(a_plain_pointer_cascades_too),
        TEST(adding_twice_does_nothing),
        TEST(add_all_refuses_a_null_and_takes_the_rest),
        TEST(a_failed_session_owns_what_it_is_given),
        TEST(no_session_takes_an_instance_and_ends_it),
        TEST(what_a_session_owns_is_not_freed),
        TEST(freeing_null_or_what_is_no_instance_does_nothing),
        TEST(a_copy_is_independent_and_outlives_its_session),
        TEST(expunging_frees_and_keeps_the_row),
        TEST(expunging_one_of_a_list_unloads_the_list),
        TEST(expunging_all_gives_the_memory_back),
        TEST(pointers_that_are_no_instances_are_told_apart),
        TEST(adding_what_is_no_instance_is_an_error),
        TEST(a_member_that_points_to_no_instance_is_named),
        TEST(calls_given_what_is_no_instance_name_the_member),
        TEST(another_sessions_instance_is_refused_wherever_it_turns_up),
        TEST(a_broken_model_fails_when_its_instance_is_added),
        TEST(copies_and_sets_of_nothing_are_harmless),
        TEST(resetting_ends_every_instance_and_keeps_the_session),
    };
    return suite_main("instances", tests);
}
