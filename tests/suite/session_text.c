/*
 * Text and bytes of members: cn_new, cn_add and cn_set copy, a plain assignment lends until the
 * next
 * flush, what was read lives to the end of the transaction in which it is replaced; and the aid
 * that
 * finds lent text that cannot be right.
 */
#define _POSIX_C_SOURCE 200809L
#include "suite.h"
#include "blog.h"

#include <stdio.h>
#include <stdlib.h>

static Author *one_author(cn_session *session, const char *name)
{
    Author *author = cn_new(Author, .name = name);
    cn_add(session, author);
    assert_true(cn_commit(session));
    blog_forget();
    return author;
}

static void new_and_set_copy(void **state)
{
    (void)state;
    char buffer[40] = "first";
    CN_SESSION(session, blog) {
        Author *author = cn_new(Author, .name = buffer);
        strcpy(buffer, "other");
        assert_string_equal(author->name, "first");
        cn_add(session, author);
        assert_true(cn_set(author, name, buffer));
        strcpy(buffer, "again");
        assert_string_equal(author->name, "other");
        assert_true(cn_commit(session));
        assert_string_equal(author->name, "other");
    }
    assert_string_equal(blog_text("SELECT name FROM author"), "other");
}

static void adding_copies_what_was_assigned_before(void **state)
{
    (void)state;
    char line[40];
    CN_SESSION(session, blog) {
        for (int i = 0; i < 3; i++) {
            snprintf(line, sizeof line, "line %d", i);
            Author *author = cn_new(Author);
            author->name   = line;
            cn_add(session, author);
        }
        assert_true(cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT COUNT(DISTINCT name) FROM author"), 3);
}

static void the_loop_over_lines_stores_each_line(void **state)
{
    (void)state;
    char  text[] = "one\ntwo\nthree\n", line[40];
    FILE *file   = fmemopen(text, sizeof text - 1, "r");
    CN_SESSION(session, blog) {
        while (fgets(line, sizeof line, file) != NULL) {
            line[strcspn(line, "\n")] = '\0';
            cn_add(session, cn_new(Author, .name = line));
        }
        assert_true(cn_commit(session));
    }
    fclose(file);
    assert_int_equal(
        blog_number("SELECT COUNT(*) FROM author WHERE name IN ('one', 'two', 'three')"), 3);
}

static void a_plain_assignment_lends_until_the_flush(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Author *author = one_author(session, "Ada");
        char   *lent   = strdup("Augusta");
        author->name   = lent;
        assert_true(cn_flush(session));
        assert_ptr_not_equal(author->name, lent); /* copied: the loan is over */
        memset(lent, 'x', strlen(lent));
        free(lent);
        assert_string_equal(author->name, "Augusta");
        assert_true(cn_commit(session));
        assert_string_equal(author->name, "Augusta");
    }
}

static void text_of_equal_content_is_no_change(void **state)
{
    (void)state;
    char same[] = "Ada";
    CN_SESSION(session, blog) {
        Author *author = one_author(session, "Ada");
        author->name   = same;
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 0);
        assert_ptr_not_equal(author->name, same);
        strcpy(same, "Eve");
        assert_string_equal(author->name, "Ada");
        assert_true(cn_set(author, name, "Ada"));
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 0);
        assert_string_equal(author->name, "Ada");
        cn_set(author, name, "Eve");
        author->name = "Ada"; /* over a copy that cn_set made, of what is stored */
        assert_true(cn_commit(session));
        assert_string_equal(author->name, "Ada");
        assert_int_equal(blog_statements(), 0);
    }
}

static void text_that_was_read_lives_to_the_end_of_the_transaction(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Author *author = one_author(session, "Ada");
        cn_set(author, name, "Augusta");
        assert_true(cn_flush(session));
        const char *read = author->name;
        cn_set(author, name, "Countess");
        assert_string_equal(read, "Augusta");
        assert_true(cn_flush(session));
        author->name = NULL;
        assert_true(cn_flush(session));
        assert_string_equal(read, "Augusta");
        assert_true(cn_commit(session));
        assert_null(author->name);
    }
}

static void rollback_leaves_text_that_can_be_read(void **state)
{
    (void)state;
    char buffer[] = "lent";
    CN_SESSION(session, blog) {
        Author     *author = one_author(session, "Ada");
        const char *before = author->name;
        cn_set(author, name, "set");
        assert_true(cn_flush(session));
        cn_set(author, name, "set again");
        author->name = buffer;
        assert_true(cn_rollback(session));
        assert_string_equal(author->name, "Ada");
        assert_ptr_equal(author->name, before);
        cn_set(author, name, "kept");
        assert_true(cn_commit(session));
        cn_set(author, name, "lost");
        assert_true(cn_flush(session));
        assert_true(cn_rollback(session));
        assert_string_equal(author->name, "kept");
        author->name = buffer; /* never flushed: the loan ends with the rollback */
        assert_true(cn_rollback(session));
        strcpy(buffer, "dead");
        assert_string_equal(author->name, "kept");
    }
}

static void text_of_nested_scopes_goes_back_step_by_step(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Author *author = one_author(session, "zero");
        cn_set(author, name, "one");
        cn_nested_begin(session);
        cn_set(author, name, "two");
        cn_nested_begin(session);
        cn_set(author, name, "three");
        assert_true(cn_flush(session));
        const char *three = author->name;
        cn_nested_rollback(session);
        assert_string_equal(author->name, "two");
        assert_string_equal(three, "three"); /* the transaction goes on */
        cn_nested_rollback(session);
        assert_string_equal(author->name, "one");
        assert_true(cn_flush(session));
        cn_rollback(session);
        assert_string_equal(author->name, "zero");
        blog_well(session);
    }
}

static void set_on_what_is_not_added_copies_and_frees(void **state)
{
    (void)state;
    char    buffer[] = "buffer";
    Author *author   = cn_new(Author, .name = "new");
    assert_true(cn_set(author, name, buffer));
    assert_true(cn_set(author, name, "second"));
    strcpy(buffer, "gone");
    assert_string_equal(author->name, "second");
    Author *copy = cn_copy(author);
    cn_free(author);
    assert_string_equal(copy->name, "second");
    CN_SESSION(session, blog) {
        cn_add(session, copy);
        assert_true(cn_flush(session));
        assert_true(cn_rollback(session));
        assert_string_equal(copy->name, "second");
        assert_true(cn_set(copy, name, "third"));
        assert_true(cn_commit(session));
        assert_true(cn_add(session, copy));
        assert_true(cn_commit(session));
        assert_string_equal(copy->name, "third");
    }
    assert_string_equal(blog_text("SELECT name FROM author"), "third");
}

static void text_in_the_struct_is_edited_in_place(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        Tag *tag = cn_new(Tag, .text = "sql");
        cn_add(session, tag);
        assert_true(cn_commit(session));
        tag->text[0]  = 'S';
        tag->text[10] = 'x'; /* behind the NUL: not a part of the text */
        blog_forget();
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 1);
        tag->text[12] = 'y';
        assert_true(cn_commit(session));
        assert_int_equal(blog_statements(), 1);
        strcpy(tag->text, "lost");
        cn_rollback(session);
        assert_string_equal(tag->text, "Sql");
    }
    assert_string_equal(blog_text("SELECT text FROM tag"), "Sql");
}

static void text_too_long_for_its_struct_is_an_error(void **state)
{
    (void)state;
    suite_run(blog, "INSERT INTO tag (id, text) VALUES (1, 'nineteen characters')");
    CN_SESSION(session, blog) {
        assert_string_equal(cn_get(session, Tag, 1)->text, "nineteen characters");
    }
    suite_run(blog, "UPDATE tag SET text = 'c'");
    if (suite_which() != SUITE_SQLITE) /* the others refuse it themselves: VARCHAR(19) */
        return;
    suite_run(blog, "UPDATE tag SET text = 'more than nineteen characters'");
    CN_SESSION(session, blog) {
        assert_null(cn_get(session, Tag, 1));
        blog_error(session, CN_CAUSE_CONVERSION, "Tag.text", NULL);
    }
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* What the library holds: each block knows its size. Slabs, which are recycled, are not counted. */
static size_t held;
static void  *slabs[1000];

static void *count_reallocate(void *context, void *block, size_t size)
{
    (void)context;
    size_t *old = block == NULL ? NULL : (size_t *)block - 2;
    held -= old == NULL ? 0 : *old;
    size_t *made = realloc(old, size + 2 * sizeof *made);
    *made        = size;
    held += size;
    return made + 2;
}

static void *count_allocate(void *context, size_t size)
{
    return count_reallocate(context, NULL, size);
}

static void *count_aligned(void *context, size_t alignment, size_t size)
{
    (void)context;
    char *block = aligned_alloc(alignment, size);
    for (size_t i = 0; i < sizeof slabs / sizeof *slabs; i++)
        if (slabs[i] == NULL) {
            slabs[i] = block;
            return block;
        }
    free(block);
    return NULL;
}

static void count_release(void *context, void *block)
{
    (void)context;
    for (size_t i = 0; block != NULL && i < sizeof slabs / sizeof *slabs; i++)
        if (slabs[i] == block) {
            slabs[i] = NULL;
            free(block);
            return;
        }
    if (block == NULL)
        return;
    held -= ((size_t *)block)[-2];
    free((size_t *)block - 2);
}

static void a_member_flushed_100_000_times_takes_bounded_memory(void **state)
{
    (void)state;
    int rounds = suite_in_memory() ? 100000 : suite_which() == SUITE_SQLITE ? 300 : 3000;
    CN_SESSION(session, blog, .expire_on_commit = true) {
        Author *author = one_author(session, "Ada");
        size_t  before = 0;
        for (int i = 0; i < rounds; i++) {
            char name[60];
            snprintf(name, sizeof name, "Ada, for the %dth time, and not for the last", i);
            cn_set(author, name, name);
            assert_true(cn_commit(session));
            assert_non_null(cn_get(session, Author, author->id));
            before = i == rounds / 10 ? held : before;
        }
        assert_true(held < before + 10000);
    }
}

/* ---- lent text that cannot be right ---------------------------------------------------------- */

/* The address leaves the function, as it does by mistake in a program. */
static void __attribute__((noinline, no_sanitize("address"))) fill(Author *author)
{
    char name[64];
    snprintf(name, sizeof name, "dead");
    const char *volatile lent = name;
    author->name              = lent;
}

static void a_pointer_into_a_function_that_returned_is_found(void **state)
{
    (void)state;
    CN_SESSION(session, blog, .check_lent = true) {
        Author *author = one_author(session, "Ada");
        fill(author);
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Author.name", "returned");
        cn_rollback(session);
        assert_string_equal(author->name, "Ada");
    }
}

static void one_buffer_lent_by_two_members_is_found(void **state)
{
    (void)state;
    char buffer[40] = "shared";
    CN_SESSION(session, blog, .check_lent = true) {
        Author *first = one_author(session, "Ada"), *second = one_author(session, "Grace");
        first->name = second->name = buffer;
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Author.name", "one buffer");
        cn_rollback(session);
        Post *post = cn_new(Post, .title = "x");
        cn_add(session, post);
        assert_true(cn_flush(session));
        post->title = first->name = buffer;
        assert_false(cn_flush(session));
        blog_error(session, CN_CAUSE_MISUSE, "Author.name", "Post.title");
    }
}

/* The aid is asked for, or told to stay away, whatever the library was built as. */
static void a_session_that_wants_no_aid_gets_none(void **state)
{
    (void)state;
    char buffer[40] = "shared";
    CN_SESSION(session, blog, .check_lent = CN_NONE) {
        Post *first = cn_new(Post, .title = "x"), *second = cn_new(Post, .title = "y");
        cn_add_all(session, first, second);
        assert_true(cn_flush(session));
        first->title = second->title = buffer;
        assert_true(cn_commit(session));
        assert_string_equal(first->title, "shared");
        assert_string_equal(second->title, "shared");
    }
}

static void literals_and_live_buffers_may_be_lent(void **state)
{
    (void)state;
    char here[] = "live";
    CN_SESSION(session, blog, .check_lent = true) {
        Post *first = cn_new(Post, .title = "x"), *second = cn_new(Post, .title = "y");
        cn_add_all(session, first, second);
        assert_true(cn_flush(session));
        first->title = second->title = "the same literal";
        assert_true(cn_flush(session));
        first->title = here;
        assert_true(cn_commit(session));
        assert_string_equal(first->title, "live");
        assert_string_equal(second->title, "the same literal");
    }
}

int main(void)
{
    static const cn_allocator counting = {sizeof counting,  NULL,          count_allocate,
                                          count_reallocate, count_aligned, count_release};
    cn_set_allocator(&counting); /* for the whole program: a block ends where it began */
    const struct CMUnitTest tests[] = {
        TEST(new_and_set_copy),
        TEST(adding_copies_what_was_assigned_before),
        TEST(the_loop_over_lines_stores_each_line),
        TEST(a_plain_assignment_lends_until_the_flush),
        TEST(text_of_equal_content_is_no_change),
        TEST(text_that_was_read_lives_to_the_end_of_the_transaction),
        TEST(rollback_leaves_text_that_can_be_read),
        TEST(text_of_nested_scopes_goes_back_step_by_step),
        TEST(set_on_what_is_not_added_copies_and_frees),
        TEST(text_in_the_struct_is_edited_in_place),
        TEST(text_too_long_for_its_struct_is_an_error),
        TEST(a_member_flushed_100_000_times_takes_bounded_memory),
        TEST(a_pointer_into_a_function_that_returned_is_found),
        TEST(one_buffer_lent_by_two_members_is_found),
        TEST(a_session_that_wants_no_aid_gets_none),
        TEST(literals_and_live_buffers_may_be_lent),
    };
    return suite_main("text of members", tests);
}
