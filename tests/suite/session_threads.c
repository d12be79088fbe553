/*
 * Threads: each with sessions of its own, making instances of the same models at once; and one
 * model
 * used by two engines. SUITE_NOT_IN_MEMORY: several connections.
 */
#include "suite.h"
#include "blog.h"

#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 20, EACH = 25 };

static void *work(void *context)
{
    int *number = context, failed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        Tag  *unused = cn_new(Tag, .text = "freed");
        Post *posts[EACH];
        for (int i = 0; i < EACH; i++) {
            char title[40];
            snprintf(title, sizeof title, "thread %d", *number);
            posts[i] = cn_new(Post, .title = title, .views = i);
        }
        cn_free(unused);
        CN_SESSION(session, blog) {
            for (int i = 0; i < EACH; i++)
                cn_add(session, posts[i]);
            if (!cn_commit(session))
                failed++;
            for (int i = 0; i < EACH && cn_ok(session); i++)
                failed += cn_get(session, Post, posts[i]->id) != posts[i];
        }
    }
    *number = failed;
    return NULL;
}

static void threads_make_and_store_instances_of_one_model(void **state)
{
    (void)state;
    if (suite_which() == SUITE_SQLITE) /* one writer at a time: they wait for each other */
        suite_run(blog, "SELECT 1");
    pthread_t threads[THREADS];
    int       numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(numbers[i], 0);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post"), THREADS * ROUNDS * EACH);
    assert_int_equal(blog_number("SELECT COUNT(DISTINCT title) FROM post"), THREADS);
}

static void *hand_over(void *context)
{
    Author *author = cn_new(Author, .name = "made elsewhere");
    cn_append(author, posts, cn_new(Post, .title = "x"));
    *(Author **)context = author;
    return NULL;
}

static void an_instance_may_be_made_by_one_thread_and_added_by_another(void **state)
{
    (void)state;
    Author   *author = NULL;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, hand_over, &author), 0);
    pthread_join(thread, NULL);
    CN_SESSION(session, blog) {
        assert_true(cn_add(session, author));
        assert_true(cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post"), 1);
}

static void one_model_serves_two_engines_at_once(void **state)
{
    (void)state;
    cn_engine            *memory   = cn_create_engine("sqlite://");
    const cn_model *const models[] = {&Author_model, &Post_model, &Tag_model, &post_tag, NULL};
    const cn_metadata     base     = {.models = models};
    assert_true(cn_create_all(&base, memory));
    blog_fill();
    CN_SESSION(here, blog) {
        CN_SESSION(there, memory) {
            CN_EACH(Author, author, cn_all(here, Author)) {
                Author *copy = cn_copy(author);
                assert_non_null(cn_merge(there, copy));
                cn_free(copy);
                assert_false(cn_add(there, author));
                assert_true(strstr(cn_error_message(there), "another session") != NULL);
                assert_true(cn_rollback(there));
                copy = cn_copy(author);
                assert_non_null(cn_merge(there, copy));
                cn_free(copy);
                assert_true(cn_commit(there));
            }
            assert_int_equal(cn_list_count(cn_all(there, Author)), 3);
            assert_int_equal(cn_list_count(cn_many(cn_all(there, Author)[0], posts)), 0);
            blog_well(there);
        }
        assert_int_equal(cn_list_count(cn_many(cn_all(here, Author)[0], posts)), 3);
        blog_well(here);
    }
    cn_engine_dispose(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(threads_make_and_store_instances_of_one_model),
        TEST(an_instance_may_be_made_by_one_thread_and_added_by_another),
        TEST(one_model_serves_two_engines_at_once),
    };
    return suite_main("threads", tests);
}
