/*
 * PostgreSQL's arrays as text: from C arrays and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cinnabar/cinnabar.h>

#include "unit/failing.h"

static void assert_made(char *text, const char *expected)
{
    assert_string_equal(text, expected);
    cn_text_free(text);
}

static void an_array_is_written_so_that_the_server_reads_it_back(void **state)
{
    (void)state;
    const int         numbers[] = {1, -2, 3};
    const bool        flags[]   = {true, false};
    const double      reals[]   = {0.1, 2};
    const uint64_t    large[]   = {UINT64_MAX};
    const char *const texts[]   = {"plain", "it's", "a,b {c}", "q\"q", "b\\s", "", "NULL", NULL};
    assert_made(cn_array_make(numbers, 3), "{1,-2,3}");
    assert_made(cn_array_make(numbers, 0), "{}");
    assert_made(cn_array_make(flags, 2), "{t,f}");
    assert_made(cn_array_make(reals, 2), "{0.1,2}");
    assert_made(cn_array_make(large, 1), "{18446744073709551615}");
    assert_made(cn_array_make(texts, 8),
                "{\"plain\",\"it's\",\"a,b {c}\",\"q\\\"q\",\"b\\\\s\",\"\",\"NULL\",NULL}");
}

static void assert_split(const char *text, size_t count, const char *const *expected)
{
    size_t found;
    char **items = cn_array_split(text, &found);
    assert_non_null(items);
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        if (expected[i] == NULL)
            assert_null(items[i]);
        else
            assert_string_equal(items[i], expected[i]);
    }
    assert_null(items[count]);
    cn_array_free(items);
}

static void what_was_written_is_read_back(void **state)
{
    (void)state;
    const char *const texts[] = {"plain", "it's", "a,b {c}", "q\"q", "b\\s", "", "NULL", NULL};
    char             *text    = cn_array_make(texts, 8);
    assert_split(text, 8, texts);
    cn_text_free(text);
    assert_split("{}", 0, NULL);
    assert_split("{1,null,3}", 3, (const char *const[]){"1", NULL, "3"});
    assert_split("[0:1]={a,b}", 2, (const char *const[]){"a", "b"});
    assert_split("{{1,\"}\"},{3,4}}", 2, (const char *const[]){"{1,\"}\"}", "{3,4}"});
}

static void what_is_no_array_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "1", "{", "{1", "{1}x", "{,}", "{1,}", "{\"}", "{{1}"};
    size_t                   count   = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_null(cn_array_split(wrong[i], &count));
    assert_null(cn_array_split(NULL, NULL));
    assert_int_equal(count, 0);
    cn_array_free(NULL);
}

static void want_of_memory_gives_nothing(void **state)
{
    (void)state;
    const int numbers[] = {1, 2};
    failing_begin(1, true);
    assert_null(cn_array_make(numbers, 2));
    assert_null(cn_array_split("{1}", NULL));
    assert_true(failing_end());
    assert_int_equal(failing.alive, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_is_written_so_that_the_server_reads_it_back),
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(what_is_no_array_is_refused),
        cmocka_unit_test(want_of_memory_gives_nothing),
    };
    return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}
