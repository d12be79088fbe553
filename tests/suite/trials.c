/*
 * Programs that go wrong under a naive design, each run for real: it works, is refused, or is
 * reported; never is something lost in silence.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"
#include "blog.h"

#include <stdio.h>
#include <time.h>

/* noop: a session that could not be opened must not make a function report success. */
static bool store(cn_engine *engine)
{
    CN_SESSION(session, engine) {
        cn_add(session, cn_new(Tag, .text = "x"));
        if (!cn_commit(session))
            return false;
    }
    return true;
}

static void noop_a_session_without_a_database_is_no_success(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine("sqlite:////there/is/no/such/directory/file.db");
    assert_false(store(engine));
    cn_engine_dispose(engine);
    assert_false(store(NULL));
    assert_true(store(blog));
}

/* brk: break and continue are those of one loop; a list is never NULL. */
static void brk_break_leaves_the_loop(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        int seen = 0;
        CN_EACH(Post, post, cn_all(session, Post, .order_by = CN_BY(cn_attr(Post, id)))) {
            if (post->views == 0)
                continue;
            if (++seen == 3)
                break;
        }
        assert_int_equal(seen, 3);
        CN_EACH(Post, post, NULL)
            fail_msg("%s", post->title);
        CN_EACH(Post, post, cn_many((Author *)NULL, posts))
            fail_msg("%s", post->title);
    }
}

/* leak: what a failed session was given dies with it. The sanitizer is the judge. */
static void leak_a_failed_session_frees_what_it_took(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        cn_execute(session, cn_text("this is no SQL"));
        Author *author = cn_new(Author, .name = "David");
        Post   *post   = cn_new(Post, .title = "x", .author = author);
        assert_false(cn_add(session, author));
        assert_false(cn_add(session, post));
        assert_false(cn_append(post, tags, cn_new(Tag, .text = "x")));
        assert_false(cn_set_one(post, author, cn_new(Author, .name = "Eve")));
        assert_int_equal(cn_session_stats(session).instances, 4);
    }
}

/* line: one buffer for all rows. cn_new copies; so does cn_add what was assigned before it. */
static void line_every_row_has_its_own_text(void **state)
{
    (void)state;
    char line[32];
    CN_SESSION(session, blog) {
        for (int i = 0; i < 4; i++) {
            snprintf(line, sizeof line, "line %d", i);
            cn_add(session, cn_new(Post, .title = line));
        }
        assert_true(cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(DISTINCT title) FROM post"), 4);
}

/* dead: text in a frame that is gone. cn_set is the right way; session_text.c shows the aid. */
static void __attribute__((noinline)) fill(Post *post)
{
    char title[64];
    snprintf(title, sizeof title, "alive");
    cn_set(post, title, title);
}

static void dead_text_of_a_function_that_returned_is_kept_by_set(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Post *post = cn_new(Post, .title = "x");
        fill(post);
        cn_add(session, post);
        assert_true(cn_flush(session));
        fill(post);
        assert_true(cn_commit(session));
        assert_string_equal(post->title, "alive");
    }
}

/* spin: a worker whose session has failed sees no job, and must hear of it. */
static char reported[400];

static void note(void *context, const cn_error *error)
{
    (void)context;
    snprintf(reported, sizeof reported, "%s", cn_error_get_message(error));
}

static void spin_an_idle_worker_is_told_of_its_error(void **state)
{
    (void)state;
    blog_fill();
    cn_engine *engine = cn_create_engine(suite_url(), .on_unread_error = note);
    CN_SESSION(session, engine) {
        for (int round = 1; round <= 10; round++) {
            Post *job = cn_first(session, Post, .where = cn_is(Post, views, ==, 0));
            if (round == 3)
                cn_execute(session, cn_text("SELECT nonsense FROM nowhere"));
            if (job == NULL)
                continue; /* "no job": says nothing of why */
            cn_commit(session);
        }
    }
    assert_true(strlen(reported) > 0);
    cn_engine_dispose(engine);
}

/* ident: who is this pointer? */
static Post in_bss;

static void ident_only_instances_are_instances(void **state)
{
    (void)state;
    Post        on_stack = {0};
    Post       *real     = cn_new(Post, .title = "x");
    Post        copy     = *real;
    void *const no[]     = {&on_stack,
                            &copy,
                            &in_bss,
                            NULL,
                            (char *)real + 8,
                            CN_UNLOADED,
                            (void *)(uintptr_t) "x",
                            (void *)(uintptr_t)state,
                            (void *)(uintptr_t)1};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        assert_int_equal(cn_state(no[i]), CN_INSTANCE_NONE);
        assert_null(cn_session_of(no[i]));
    }
    CN_SESSION(session, blog) {
        cn_add(session, real);
    }
    assert_int_equal(cn_state(real), CN_INSTANCE_NONE); /* its session is closed */
}

/* poison: what is not loaded is neither NULL nor readable; NULL means none. */
static void poison_unloaded_is_not_none(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Post *post = cn_first(session, Post);
        assert_non_null(post->author);
        assert_ptr_equal(post->author, CN_UNLOADED);
        assert_non_null(cn_one(post, author));
    }
}

/* quad: lazy loads do not search what is loaded. */
static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double time_of_gets(cn_session *session)
{
    double started = now();
    for (int i = 0; i < 1000; i++)
        cn_get(session, Tag, 1000000 + i);
    return now() - started;
}

static void quad_a_point_load_does_not_grow_with_the_session(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    static Post rows[COUNT];
    for (int i = 0; i < COUNT; i++)
        rows[i] = (Post){.title = "t", .views = i};
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Post, rows, COUNT), COUNT);
        double alone = time_of_gets(session);
        assert_int_equal(cn_list_count(cn_all(session, Post)), COUNT);
        double among = time_of_gets(session);
        blog_well(session);
        /* A search of 50 000 structs takes more than a point load; noise does not take ten. */
        assert_true(among < alone * 10);
    }
}

/* detect: a hundred thousand loaded, ten changed: ten updates. */
static void detect_only_what_changed_is_written(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static Post rows[COUNT];
    for (int i = 0; i < COUNT; i++)
        rows[i] = (Post){.title = "t", .views = i};
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Post, rows, COUNT), COUNT);
        Post *const *posts = cn_all(session, Post, .order_by = CN_BY(cn_attr(Post, id)));
        for (int i = 0; i < 10; i++)
            posts[i * 1999]->views = -1;
        blog_forget();
        assert_true(cn_commit(session));
        assert_in_range(blog_said("UPDATE post"), 1, 10);
    }
    assert_int_equal(blog_number("SELECT COUNT(*) FROM post WHERE views = -1"), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(noop_a_session_without_a_database_is_no_success),
        TEST(brk_break_leaves_the_loop),
        TEST(leak_a_failed_session_frees_what_it_took),
        TEST(line_every_row_has_its_own_text),
        TEST(dead_text_of_a_function_that_returned_is_kept_by_set),
        TEST(spin_an_idle_worker_is_told_of_its_error),
        TEST(ident_only_instances_are_instances),
        TEST(poison_unloaded_is_not_none),
        TEST(quad_a_point_load_does_not_grow_with_the_session),
        TEST(detect_only_what_changed_is_written),
    };
    return suite_main("trials", tests);
}
