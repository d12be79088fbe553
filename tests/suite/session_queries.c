/*
 * The identity map and the fetching verbs: one row one struct, whatever its key; rows of text and
 * of
 * built statements as structs; one value; streams; rows inserted by value.
 */
#include "suite.h"
#include "blog.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Pair {
    int         left;
    char        right[24];
    const char *note;
} Pair;

typedef struct Word {
    const char *word;
    int         count;
} Word;

typedef struct Flake {
    int64_t id;
    int     value;
} Flake;

typedef struct Count {
    const char *name;
    int64_t     posts;
} Count;

CN_MODEL(Pair, "pair")
{
    CN_COLUMN(left, .name = "left_part", .primary_key = true);
    CN_COLUMN(right, .name = "right_part", .primary_key = true);
    CN_COLUMN(note, .type = CN_STRING(40));
}

CN_MODEL(Word, "word")
{
    CN_COLUMN(word, .primary_key = true, .type = CN_STRING(40));
    CN_COLUMN(count, .name = "times");
}

CN_MODEL(Flake, "flake")
{
    CN_COLUMN(id, .primary_key = true);
    CN_COLUMN(value);
}

CN_METADATA(Keys, &Pair_model, &Word_model, &Flake_model);

static int open_keys(void **state)
{
    (void)state;
    return blog_open_with(&Keys);
}

static int close_keys(void **state)
{
    (void)state;
    return blog_close_with(&Keys);
}

/* ---- identity -------------------------------------------------------------------------------- */

static void one_row_is_one_struct(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = cn_first(session, Author, .where = cn_is(Author, name, ==, "Ada"));
        assert_ptr_equal(cn_get(session, Author, ada->id), ada);
        assert_ptr_equal(cn_first(session, Author, .order_by = CN_BY(cn_attr(Author, id))), ada);
        assert_int_equal(cn_list_count(cn_many(ada, posts)), 3);
        CN_EACH(Post, post, cn_many(ada, posts))
            assert_ptr_equal(cn_one(post, author), ada);
        Author *const *rows = cn_rows(session, Author,
                                      cn_text("SELECT id, name, age FROM author WHERE name = :n",
                                              .params = CN_PARAMS("n", "Ada"),
                                              .entity = &Author_model));
        assert_ptr_equal(rows[0], ada);
        assert_null(rows[1]);
    }
}

static void get_is_answered_without_asking_the_database(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Author *ada = cn_first(session, Author, .where = cn_is(Author, name, ==, "Ada"));
        blog_forget();
        assert_ptr_equal(cn_get(session, Author, ada->id), ada);
        assert_int_equal(blog_statements(), 0);
        assert_null(cn_get(session, Author, 12345));
        assert_int_equal(blog_statements(), 1);
        blog_well(session);
        Author *late = cn_new(Author, .name = "late");
        cn_add(session, late);
        assert_true(cn_flush(session));
        blog_forget();
        assert_ptr_equal(cn_get(session, Author, late->id), late);
        assert_int_equal(blog_statements(), 0);
        assert_null(cn_get(session, Author, 1, 2));
        blog_error(session, CN_CAUSE_MISUSE, "Author", "1 column,");
    }
}

static void composite_and_textual_keys_are_told_apart(void **state)
{
    (void)state;
    CN_SESSION(session, blog) {
        cn_add_all(session, cn_new(Pair, .left = 1, .right = "a", .note = "1a"),
                   cn_new(Pair, .left = 1, .right = "b", .note = "1b"),
                   cn_new(Pair, .left = 2, .right = "a", .note = "2a"),
                   cn_new(Word, .word = "tea", .count = 3));
        assert_true(cn_commit(session));
        cn_session_reset(session);
        Pair *pair = cn_get(session, Pair, 1, "b");
        assert_string_equal(pair->note, "1b");
        assert_int_equal(cn_list_count(cn_all(session, Pair)), 3);
        assert_ptr_equal(cn_get(session, Pair, 1, "b"), pair);
        assert_null(cn_get(session, Pair, 2, "b"));
        Word *word  = cn_get(session, Word, "tea");
        word->count = 4;
        assert_ptr_equal(cn_first(session, Word), word);
        assert_true(cn_commit(session));
        assert_true(cn_delete(session, pair));
        assert_true(cn_commit(session));
    }
    assert_int_equal(blog_number("SELECT times FROM word WHERE word = 'tea'"), 4);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM pair WHERE left_part = 1"), 1);
}

enum { MANY = 100000 };

static void a_hundred_thousand_rows_with_keys_in_steps_of_4096(void **state)
{
    (void)state;
    Flake *rows = calloc(MANY, sizeof *rows);
    assert_non_null(rows);
    for (int i = 0; i < MANY; i++)
        rows[i] = (Flake){.id = (int64_t)(i + 1) * 4096, .value = i};
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Flake, rows, MANY), MANY);
        assert_true(cn_commit(session));
        Flake *const *list = cn_all(session, Flake, .order_by = CN_BY(cn_attr(Flake, id)));
        assert_int_equal(cn_list_count(list), MANY);
        blog_forget();
        for (int i = 0; i < MANY; i++)
            assert_ptr_equal(cn_get(session, Flake, rows[i].id), list[i]);
        assert_int_equal(blog_statements(), 0);
        assert_ptr_equal(cn_all(session, Flake, .order_by = CN_BY(cn_attr(Flake, id)))[MANY - 1],
                         list[MANY - 1]);
        list[500]->value = -1;
        assert_true(cn_commit(session));
        assert_int_equal(cn_session_stats(session).instances, MANY);
    }
    free(rows);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM flake WHERE value = -1"), 1);
}

static void rows_that_are_known_and_rows_that_are_not_come_in_any_order(void **state)
{
    (void)state;
    enum { ROWS = 60 };
    Flake  rows[ROWS];
    Flake *known[ROWS] = {0};
    for (int i = 0; i < ROWS; i++)
        rows[i] = (Flake){.id = i + 1, .value = i};
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Flake, rows, ROWS), ROWS);
        for (int turn = 1; turn <= 3; turn++) { /* every sixth row, every third ... every row */
            CN_EACH(Flake, flake,
                    cn_rows(session, Flake,
                            cn_text("SELECT value, id FROM flake WHERE id % :step = 0 ORDER BY id",
                                    .params = CN_PARAMS("step", turn == 3 ? 1 : 6 / turn),
                                    .entity = &Flake_model))) {
                Flake **here = &known[flake->id - 1];
                assert_int_equal(flake->value, flake->id - 1);
                assert_true(*here == NULL || *here == flake);
                *here = flake;
            }
            blog_well(session);
        }
        for (int i = 0; i < ROWS; i++)
            assert_ptr_equal(cn_first(session, Flake, .where = cn_is(Flake, id, ==, i + 1)),
                             known[i]);
        cn_execute(session, cn_text("UPDATE flake SET value = value + 1000"));
        for (int i = 0; i < ROWS; i++)
            cn_expire(session, known[i]);
        int seen = 0;
        CN_EACH(Flake, flake, cn_all(session, Flake)) {
            assert_int_equal(flake->value, flake->id + 999);
            seen++;
        }
        assert_int_equal(seen, ROWS);
        assert_int_equal(cn_session_stats(session).instances, ROWS);
    }
}

/* A page of rows that are known already, read when a slab is full to the last slot. */
static void rows_that_are_known_may_fill_a_slab(void **state)
{
    (void)state;
    enum { ROWS = 6000 };
    Flake *rows = calloc(ROWS, sizeof *rows);
    for (int i = 0; i < ROWS; i++)
        rows[i] = (Flake){.id = i + 1, .value = i};
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Flake, rows, ROWS), ROWS);
        for (int part = 1; part <= ROWS; part += 97) {
            CN_EACH(Flake, flake,
                    cn_all(session, Flake, .limit = part, .order_by = CN_BY(cn_attr(Flake, id))))
                if (flake->value % 97 == 0 && flake->value == flake->id - 1)
                    flake->value += 1000000;
            assert_true(cn_flush(session));
        }
        assert_true(cn_commit(session));
    }
    free(rows);
    assert_int_equal(blog_number("SELECT COUNT(*) FROM flake WHERE value <> id - 1"), 62);
}

/* ---- rows as structs ------------------------------------------------------------------------- */

static void text_fills_structs_by_name(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Count *const *counts = cn_rows(session, Count,
                                       cn_text("SELECT a.name AS name, COUNT(*) AS posts FROM "
                                               "author a JOIN post p ON p.author_id = a.id "
                                               "GROUP BY a.name ORDER BY a.name",
                                               .fields = CN_FIELDS(Count, name, posts)));
        assert_int_equal(cn_list_count(counts), 3);
        assert_string_equal(counts[0]->name, "Ada");
        assert_int_equal(counts[2]->posts, 3);
        assert_true(cn_commit(session));
        assert_string_equal(counts[1]->name, "Edsger"); /* until the session is reset or closed */
    }
}

static void a_struct_that_does_not_match_is_an_error_naming_both(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        cn_rows(session, Count,
                cn_text("SELECT name FROM author", .fields = CN_FIELDS(Count, name, posts)));
        blog_error(session, cn_error_cause(session), "posts", NULL);
        assert_false(cn_ok(session));
        cn_rollback(session);
        cn_rows(session, Count,
                cn_text("SELECT id, name, age FROM author", .entity = &Author_model));
        blog_error(session, CN_CAUSE_MISUSE, "Author", "Count");
        cn_rollback(session);
        cn_rows(session, Count, cn_select(Author));
        blog_error(session, CN_CAUSE_MISUSE, "Author", "Count");
        cn_rollback(session);
        cn_rows(session, Count, cn_text("SELECT name FROM author"));
        blog_error(session, CN_CAUSE_MISUSE, ".fields", NULL);
        cn_rollback(session);
        assert_int_equal(cn_list_count(cn_rows(session, Count, (const cn_statement *)NULL)), 0);
        blog_error(session, CN_CAUSE_MISUSE, "the statement is NULL", NULL);
    }
}

static void built_statements_fill_structs(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        Count *const *rows = cn_rows(
            session, Count,
            cn_select(
                Author,
                .columns  = CN_INTO(Count, name, cn_attr(Author, name), posts, cn_attr(Author, id)),
                .order_by = CN_BY(cn_attr(Author, name))));
        assert_int_equal(cn_list_count(rows), 3);
        assert_string_equal(rows[2]->name, "Grace");
        Author *const *authors = cn_rows(session, Author, cn_select(Author, .limit = 2));
        assert_int_equal(cn_list_count(authors), 2);
        assert_int_equal(cn_state(authors[0]), CN_INSTANCE_PERSISTENT);
        blog_well(session);
    }
}

static void one_value_is_read_as_a_c_type(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        int64_t     count = cn_scalar(session, int64_t, cn_text("SELECT COUNT(*) FROM post"));
        const char *name  = cn_scalar(session, const char *,
                                      cn_text("SELECT name FROM author ORDER BY id"));
        int         none  = cn_scalar(session, int, cn_text("SELECT id FROM author WHERE id < 0"));
        CN_OPT(int) age   = cn_scalar(session, CN_OPT(int),
                                      cn_text("SELECT MAX(age) FROM author WHERE id < 0"));
        assert_int_equal(count, 9);
        assert_string_equal(name, "Ada");
        assert_int_equal(none, 0);
        assert_false(age.set);
        blog_well(session);
        int wrong = cn_scalar(session, int, cn_text("SELECT name FROM author"));
        assert_int_equal(wrong, 0);
        assert_int_equal(cn_error_cause(session), CN_CAUSE_CONVERSION);
    }
}

/* ---- streams --------------------------------------------------------------------------------- */

static void a_stream_reads_rows_that_are_no_instances(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        int seen = 0;
        CN_STREAM(Post, post, session, .order_by = CN_BY(cn_attr(Post, id))) {
            assert_int_equal(cn_state(post), CN_INSTANCE_NONE);
            assert_ptr_equal(post->author, CN_UNLOADED);
            assert_int_equal(post->views, seen++ % 3);
        }
        assert_int_equal(seen, 9);
        assert_int_equal(cn_session_stats(session).instances, 0);
        blog_well(session);
    }
}

static void a_stream_can_be_left_and_interrupted(void **state)
{
    (void)state;
    blog_fill();
    CN_SESSION(session, blog) {
        int seen = 0;
        CN_STREAM(Post, post, session, .order_by = CN_BY(cn_attr(Post, id))) {
            if (++seen == 4)
                break;
        }
        assert_int_equal(seen, 4);
        CN_STREAM(Post, post, session, .order_by = CN_BY(cn_attr(Post, id))) {
            char wanted[40];
            /* another statement inside */
            Author *author = cn_get(session, Author, post->author_id.value);
            snprintf(wanted, sizeof wanted, "%s %d", author->name, post->views + 1);
            assert_string_equal(post->title, wanted);
            CN_STREAM(Tag, tag, session)
                seen += tag != NULL;
        }
        assert_int_equal(seen, 4 + 27);
        assert_true(cn_commit(session));
    }
}

static void a_stream_of_a_hundred_thousand_rows_keeps_none(void **state)
{
    (void)state;
    Flake *rows = calloc(MANY, sizeof *rows);
    for (int i = 0; i < MANY; i++)
        rows[i] = (Flake){.id = i + 1, .value = 1};
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Flake, rows, MANY), MANY);
        int64_t sum = 0;
        CN_STREAM(Flake, flake, session)
            sum += flake->value;
        assert_int_equal(sum, MANY);
        assert_int_equal(cn_session_stats(session).instances, 0);
    }
    free(rows);
}

/* ---- rows by value --------------------------------------------------------------------------- */

static void rows_are_inserted_by_value_and_get_their_keys(void **state)
{
    (void)state;
    Author rows[2500];
    char   names[2500][20];
    for (int i = 0; i < 2500; i++) {
        snprintf(names[i], sizeof names[i], "author %d", i);
        rows[i] = (Author){.name = names[i], .age = cn_some(int, i)};
    }
    CN_SESSION(session, blog) {
        assert_int_equal(cn_insert_rows(session, Author, rows, 2500), 2500);
        assert_int_equal(cn_session_stats(session).instances, 0);
        assert_true(cn_commit(session));
        for (int i = 1; i < 2500; i++)
            assert_true(rows[i].id > rows[i - 1].id);
        assert_string_equal(cn_get(session, Author, rows[1234].id)->name, "author 1234");
        assert_int_equal(cn_insert_rows(session, Author, rows, 0), 0);
        Author given[3] = {{.name = "x"}, {.id = 90000, .name = "y"}, {.name = "z"}};
        assert_int_equal(cn_insert_rows(session, Author, given, 3), 3);
        assert_int_equal(given[1].id, 90000);
        assert_int_not_equal(given[0].id, 0);
        assert_int_not_equal(given[2].id, 0);
        assert_int_equal(cn_insert_rows(session, Author, rows, 1), -1); /* the key is taken */
        blog_error(session, CN_CAUSE_UNIQUE, "", NULL);
    }
}

int main(void)
{
#define KEYS(name) cmocka_unit_test_setup_teardown(name, open_keys, close_keys)
    const struct CMUnitTest tests[] = {
        TEST(one_row_is_one_struct),
        TEST(get_is_answered_without_asking_the_database),
        KEYS(composite_and_textual_keys_are_told_apart),
        KEYS(a_hundred_thousand_rows_with_keys_in_steps_of_4096),
        KEYS(rows_that_are_known_and_rows_that_are_not_come_in_any_order),
        KEYS(rows_that_are_known_may_fill_a_slab),
        TEST(text_fills_structs_by_name),
        TEST(a_struct_that_does_not_match_is_an_error_naming_both),
        TEST(built_statements_fill_structs),
        TEST(one_value_is_read_as_a_c_type),
        TEST(a_stream_reads_rows_that_are_no_instances),
        TEST(a_stream_can_be_left_and_interrupted),
        KEYS(a_stream_of_a_hundred_thousand_rows_keeps_none),
        TEST(rows_are_inserted_by_value_and_get_their_keys),
    };
    return suite_main("queries", tests);
}
