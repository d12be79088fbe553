/*
 * Sessions without memory: whichever allocation fails, what was being done either works or fails
 * with
 * an error; nothing crashes, nothing leaks, and after rollback the session can go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

#include "orm/slab.h"

#include "unit/failing.h"

typedef struct Author Author;
typedef struct Post   Post;
typedef struct Tag    Tag;

struct Author {
    int           id;
    const char   *name;
    CN_MANY(Post) posts;
};

struct Post {
    int          id;
    const char  *title;
    CN_OPT(int)  author_id;
    Author      *author;
    CN_MANY(Tag) tags;
};

struct Tag {
    int           id;
    const char   *text;
    CN_MANY(Post) posts;
};

CN_TABLE(post_tag, "post_tag")
{
    CN_TABLE_COLUMN(post_id, CN_INTEGER, .primary_key = true);
    CN_TABLE_COLUMN(tag_id, CN_INTEGER, .primary_key = true);
}

CN_MODEL(Author, "author")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(name);
    CN_RELATIONSHIP(posts, Post, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "author", .cascade = CN_CASCADE_ALL);
}

CN_MODEL(Post, "post")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(title);
    CN_COLUMN(author_id);
    CN_RELATIONSHIP(author, Author, .primaryjoin = "foreign(Post.author_id) == Author.id",
                    .back_populates = "posts");
    CN_RELATIONSHIP(
        tags, Tag, .secondary = &post_tag, .primaryjoin = "foreign(post_tag.post_id) == Post.id",
        .secondaryjoin = "foreign(post_tag.tag_id) == Tag.id", .back_populates = "posts");
}

CN_MODEL(Tag, "tag")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(text);
    CN_RELATIONSHIP(
        posts, Post, .secondary = &post_tag, .primaryjoin = "foreign(post_tag.tag_id) == Tag.id",
        .secondaryjoin = "foreign(post_tag.post_id) == Post.id", .back_populates = "tags");
}

CN_METADATA(Base, &Author_model, &Post_model, &Tag_model, &post_tag);

/* A graph is handed over, by cascade too. */
static bool store(cn_session *session)
{
    Author *author = cn_new(Author, .name = "Ada");
    Post   *post   = cn_new(Post, .title = "one", .author = author);
    Post   *other  = cn_new(Post, .title = "two");
    cn_add(session, author);
    cn_add(session, post);
    cn_append(author, posts, other);
    cn_append(other, tags, cn_new(Tag, .text = "c"));
    cn_set(other, title, "three");
    cn_add(session, other);
    return cn_commit(session);
}

static bool change(cn_session *session)
{
    Author *author = cn_first(session, Author);
    Post   *gone   = NULL;
    CN_EACH(Post, post, cn_many(author, posts)) {
        cn_set(post, title, "changed");
        CN_EACH(Tag, tag, cn_many(post, tags))
            cn_remove(post, tags, tag);
        gone = post;
    }
    cn_nested_begin(session);
    if (gone != NULL)
        cn_delete(session, gone);
    cn_nested_end(session);
    Author *copy = cn_copy(author);
    if (copy != NULL)
        cn_merge(session, copy);
    cn_free(copy);
    size_t titles = 0;
    CN_STREAM(Post, post, session)
        titles += post->title != NULL;
    return cn_flush(session) && titles != 0;
}

static void attempt(cn_engine *engine)
{
    cn_session *session = cn_session_open(engine, NULL);
    if (session == NULL)
        return;
    bool done = store(session) && change(session);
    assert_true(done || !cn_ok(session)); /* nothing fails in silence */
    cn_rollback(session);
    cn_session_close(session);
}

static void every_allocation_in_turn(bool for_good)
{
    bool   failed      = true;
    size_t allocations = 0;
    for (size_t n = 1; failed && n < 5000; n += for_good ? 7 : 1) {
        failing_begin(0, false);
        cn_engine *engine = cn_create_engine("sqlite://");
        assert_true(cn_create_all(&Base, engine));
        failing.calls    = 0;
        failing.fail_at  = n;
        failing.for_good = for_good;
        attempt(engine);
        failing.fail_at = 0;
        failed          = failing.failures != 0;
        allocations     = n;
        cn_engine_dispose(engine);
        (void)failing_end();
    }
    assert_false(failed);
    print_message("%zu allocations\n", allocations);
}

static void a_session_survives_each_allocation_that_fails(void **state)
{
    (void)state;
    every_allocation_in_turn(false);
}

static void a_session_survives_when_memory_is_gone_for_good(void **state)
{
    (void)state;
    every_allocation_in_turn(true);
}

/* Slots of instances that were made and taken over are given back: the nursery ends where it
   began. */
static void what_a_session_took_without_memory_ends_with_it(void **state)
{
    (void)state;
    cn_engine *engine = cn_create_engine("sqlite://");
    assert_true(cn_create_all(&Base, engine));
    for (size_t n = 1; n < 60; n++) {
        Author *author = cn_new(Author, .name = "Ada");
        Post   *post   = cn_new(Post, .title = "x", .author = author);
        Tag    *tag    = cn_new(Tag, .text = "x");
        cn_append(post, tags, tag);
        cn_session *session = cn_session_open(engine, NULL);
        failing_begin(n, true);
        cn_add(session, post);
        (void)failing_end();
        assert_ptr_equal(cn_session_of(post), session);
        assert_ptr_equal(cn_session_of(author), session);
        assert_ptr_equal(cn_session_of(tag), session);
        if (!cn_ok(session)) { /* and can be added once there is memory again */
            cn_rollback(session);
            assert_true(cn_add(session, post));
        }
        assert_true(cn_flush(session));
        cn_session_close(session);
        assert_int_equal(cn_state(post), CN_INSTANCE_NONE);
        assert_int_equal(cn_state(author), CN_INSTANCE_NONE);
        assert_int_equal(cn_state(tag), CN_INSTANCE_NONE);
    }
    cn_engine_dispose(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_survives_each_allocation_that_fails),
        cmocka_unit_test(a_session_survives_when_memory_is_gone_for_good),
        cmocka_unit_test(what_a_session_took_without_memory_ends_with_it),
    };
    return cmocka_run_group_tests_name("sessions without memory", tests, NULL, NULL);
}
