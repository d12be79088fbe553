/* Floor 0: the error object, from both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/memory.h"
#include "unit/failing.h"

static const char *long_text(void)
{
    static char text[1000];
    memset(text, 'x', sizeof text - 1);
    return text;
}

static void zero_bytes_are_no_error(void **state)
{
    (void)state;
    cn_error error = {0};
    assert_true(cn_error_is_none(&error));
    assert_true(cn_error_is_none(&cn_error_none));
    assert_string_equal(cn_error_get_message(&error), "");
    assert_string_equal(cn_error_get_sqlstate(&error), "");
    assert_int_equal(cn_error_get_cause(&error), CN_CAUSE_NONE);
    assert_int_equal(cn_error_get_code(&error), 0);
    assert_null(cn_error_get_statement(&error));
    assert_null(cn_error_get_parameters(&error));
    assert_false(cn_error_get_lost(&error));
    assert_false(cn_error_get_retryable(&error));
}

static void an_error_that_is_null_is_out_of_memory(void **state)
{
    (void)state;
    assert_false(cn_error_is_none(NULL));
    assert_string_equal(cn_error_get_message(NULL), "out of memory");
    assert_int_equal(cn_error_get_cause(NULL), CN_CAUSE_MEMORY);
    assert_string_equal(cn_error_get_sqlstate(NULL), "");
    assert_null(cn_error_get_statement(NULL));
    cn_error_clear(NULL);
    cn_error_server(NULL, "23505", 1);
    cn_error_append(NULL, "x");
    assert_false(cn_error_set(NULL, CN_CAUSE_DATA, "x"));
}

static void a_set_error_says_what_it_was_given(void **state)
{
    (void)state;
    cn_error error = {0};
    assert_false(cn_error_set(&error, CN_CAUSE_UNIQUE, "there is a %s already, %d", "row", 7));
    cn_error_server(&error, "23505-and-more", 1062);
    error.statement  = cn_duplicate("INSERT");
    error.parameters = cn_duplicate("{}");
    error.lost = error.retryable = true;
    assert_false(cn_error_is_none(&error));
    assert_string_equal(cn_error_get_message(&error), "there is a row already, 7");
    assert_string_equal(cn_error_get_sqlstate(&error), "23505");
    assert_int_equal(cn_error_get_code(&error), 1062);
    assert_string_equal(cn_error_get_statement(&error), "INSERT");
    assert_string_equal(cn_error_get_parameters(&error), "{}");
    assert_true(cn_error_get_lost(&error));
    assert_true(cn_error_get_retryable(&error));
    cn_error_server(&error, NULL, 0);
    assert_string_equal(cn_error_get_sqlstate(&error), "");
    cn_error_set(&error, CN_CAUSE_DATA, "%s", "another");
    assert_null(error.statement);
    assert_false(error.lost);
    cn_error_clear(&error);
    assert_true(cn_error_is_none(&error));
}

static void only_looking_marks_an_error_as_read(void **state)
{
    (void)state;
    cn_error error = {0};
    cn_error_set(&error, CN_CAUSE_DATA, "x");
    cn_error_append(&error, "y");
    assert_false(error.read);
    (void)cn_error_get_message(&error);
    assert_true(error.read);
    cn_error_set(&error, CN_CAUSE_DATA, "z");
    assert_false(error.read);
    (void)cn_error_is_none(&error);
    assert_true(error.read);
    cn_error_clear(&error);
    assert_true(cn_error_is_none(&error));
    assert_false(error.read); /* there was nothing to read */
}

static void a_message_may_be_made_of_the_one_it_replaces(void **state)
{
    (void)state;
    cn_error error = {0};
    cn_error_set(&error, CN_CAUSE_DATA, "short");
    cn_error_set(&error, CN_CAUSE_DATA, "[%s]", error.brief);
    assert_string_equal(cn_error_get_message(&error), "[short]");
    cn_error_set(&error, CN_CAUSE_DATA, "%s", long_text());
    cn_error_set(&error, CN_CAUSE_DATA, "[%s]", error.message);
    assert_int_equal(strlen(cn_error_get_message(&error)), 1001);
    cn_error_clear(&error);
}

static void appending_keeps_what_was_said(void **state)
{
    (void)state;
    cn_error error = {0};
    cn_error_set(&error, CN_CAUSE_DATA, "one");
    cn_error_append(&error, "; %s", "two");
    assert_string_equal(cn_error_get_message(&error), "one; two");
    cn_error_append(&error, "; %s", long_text());
    cn_error_append(&error, "; %d", 3);
    assert_int_equal(strlen(cn_error_get_message(&error)), 8 + 2 + 999 + 3);
    assert_memory_equal(cn_error_get_message(&error), "one; two; xxx", 13);
    cn_error_clear(&error);
}

static void a_copy_is_deep_and_a_move_leaves_nothing(void **state)
{
    (void)state;
    cn_error error = {0}, copy = {0}, moved = {0};
    cn_error_set(&error, CN_CAUSE_DEADLOCK, "%s", long_text());
    error.statement = cn_duplicate("UPDATE");
    error.retryable = true;
    cn_error_set(&copy, CN_CAUSE_DATA, "old %s", long_text());
    cn_error_copy(&copy, &error);
    cn_error_copy(&copy, &copy);
    assert_ptr_not_equal(copy.message, error.message);
    cn_error_move(&moved, &error);
    cn_error_move(&moved, &moved);
    assert_true(cn_error_is_none(&error));
    assert_string_equal(cn_error_get_message(&copy), long_text());
    assert_string_equal(cn_error_get_message(&moved), long_text());
    assert_string_equal(cn_error_get_statement(&copy), "UPDATE");
    assert_true(cn_error_get_retryable(&copy));
    cn_error_clear(&copy);
    cn_error_clear(&moved);
}

static void without_memory_the_message_is_cut_and_the_cause_stays(void **state)
{
    (void)state;
    cn_error error = {0}, copy = {0};
    cn_error_set(&error, CN_CAUSE_FOREIGN_KEY, "%s", long_text());
    failing_begin(1, true);
    cn_error_copy(&copy, &error);
    assert_int_equal(strlen(cn_error_get_message(&copy)), sizeof copy.brief - 1);
    assert_int_equal(cn_error_get_cause(&copy), CN_CAUSE_FOREIGN_KEY);
    cn_error_set(&copy, CN_CAUSE_UNIQUE, "%s", long_text());
    assert_int_equal(strlen(cn_error_get_message(&copy)), sizeof copy.brief - 1);
    cn_error_set(&copy, CN_CAUSE_UNIQUE, "%s", "kept");
    cn_error_append(&copy, "%s", long_text());
    assert_memory_equal(cn_error_get_message(&copy), "keptxxx", 7);
    assert_int_equal(strlen(cn_error_get_message(&copy)), sizeof copy.brief - 1);
    assert_false(cn_error_no_memory(&copy));
    assert_string_equal(cn_error_get_message(&copy), "out of memory");
    assert_int_equal(failing.alive, 0);
    failing_end();
    cn_error_clear(&error);
}

static void a_cut_message_ends_with_a_whole_character(void **state)
{
    (void)state;
    static const char *const characters[] = {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x90\x8d"};
    for (size_t i = 0; i < 3; i++) {
        for (int shift = 0; shift < 4; shift++) {
            char   text[400] = {0};
            size_t size      = strlen(characters[i]);
            memset(text, 'x', (size_t)shift);
            for (size_t at = (size_t)shift; at + size < 300; at += size)
                memcpy(text + at, characters[i], size);
            failing_begin(1, true);
            cn_error error = {0};
            cn_error_set(&error, CN_CAUSE_DATA, "%s", text);
            size_t length = strlen(cn_error_get_message(&error));
            assert_in_range(length, sizeof error.brief - 4, sizeof error.brief - 1);
            assert_int_equal((length - (size_t)shift) % size, 0);
            failing_end();
        }
    }
}

static void every_cause_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < CN_CAUSE_COUNT; i++) {
        assert_non_null(cn_cause_name((cn_cause)i));
        assert_string_not_equal(cn_cause_name((cn_cause)i), "unknown");
        for (int j = 0; j < i; j++)
            assert_string_not_equal(cn_cause_name((cn_cause)i), cn_cause_name((cn_cause)j));
    }
    assert_string_equal(cn_cause_name(CN_CAUSE_UNIQUE), "unique");
    assert_string_equal(cn_cause_name(CN_CAUSE_COUNT), "unknown");
    assert_string_equal(cn_cause_name((cn_cause)-1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_bytes_are_no_error),
        cmocka_unit_test(an_error_that_is_null_is_out_of_memory),
        cmocka_unit_test(a_set_error_says_what_it_was_given),
        cmocka_unit_test(only_looking_marks_an_error_as_read),
        cmocka_unit_test(a_message_may_be_made_of_the_one_it_replaces),
        cmocka_unit_test(appending_keeps_what_was_said),
        cmocka_unit_test(a_copy_is_deep_and_a_move_leaves_nothing),
        cmocka_unit_test(without_memory_the_message_is_cut_and_the_cause_stays),
        cmocka_unit_test(a_cut_message_ends_with_a_whole_character),
        cmocka_unit_test(every_cause_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
