/* Floor 0: the growing text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "unit/failing.h"

static void what_is_written_stands_in_order_and_ends_with_a_nul(void **state)
{
    (void)state;
    cn_buffer buffer = {0};
    assert_string_equal(cn_buffer_get(&buffer), "");
    cn_buffer_text(&buffer, "SELECT ");
    cn_buffer_char(&buffer, '"');
    cn_buffer_add(&buffer, "identity", 2);
    cn_buffer_add(&buffer, NULL, 0);
    cn_buffer_format(&buffer, "\" LIMIT %d%s", 5, "");
    assert_string_equal(cn_buffer_get(&buffer), "SELECT \"id\" LIMIT 5");
    assert_int_equal(buffer.size, strlen(buffer.text));
    assert_false(buffer.failed);
    cn_buffer_free(&buffer);
    assert_null(buffer.text);
}

static void it_grows_to_any_size_one_character_at_a_time(void **state)
{
    (void)state;
    cn_buffer buffer = {0};
    for (size_t i = 0; i < 100000; i++) {
        cn_buffer_char(&buffer, (char)('a' + i % 26));
        assert_int_equal(buffer.text[buffer.size], '\0');
    }
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(buffer.text[i], 'a' + i % 26);
    cn_buffer_free(&buffer);
}

static void a_long_format_is_written_whole(void **state)
{
    (void)state;
    cn_buffer buffer = {0};
    cn_buffer_format(&buffer, "%0*d|", 9999, 7);
    cn_buffer_format(&buffer, "%0*d|", 5000, 8);
    assert_int_equal(buffer.size, 15001);
    assert_int_equal(buffer.text[9998], '7');
    assert_int_equal(buffer.text[14999], '8');
    cn_buffer_free(&buffer);
}

static void a_reset_keeps_the_memory_and_take_hands_it_over(void **state)
{
    (void)state;
    cn_buffer buffer = {0};
    assert_null(cn_buffer_take(&buffer));
    cn_buffer_text(&buffer, "first");
    const char *memory = buffer.text;
    cn_buffer_reset(&buffer);
    assert_string_equal(cn_buffer_get(&buffer), "");
    cn_buffer_text(&buffer, "then");
    assert_ptr_equal(buffer.text, memory);
    char *taken = cn_buffer_take(&buffer);
    assert_string_equal(taken, "then");
    assert_null(buffer.text);
    assert_int_equal(buffer.capacity, 0);
    cn_release(taken);
}

static void a_size_that_overflows_is_a_failure(void **state)
{
    (void)state;
    cn_buffer buffer = {0};
    cn_buffer_text(&buffer, "x");
    cn_buffer_add(&buffer, "y", SIZE_MAX - 1);
    assert_true(buffer.failed);
    assert_null(cn_buffer_take(&buffer));
}

static void after_a_failed_allocation_it_takes_nothing_more(void **state)
{
    (void)state;
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        failing_begin(n, false);
        cn_buffer buffer = {0};
        for (size_t i = 0; i < 20; i++) {
            cn_buffer_text(&buffer, "a text of some length");
            cn_buffer_char(&buffer, ',');
            cn_buffer_format(&buffer, "%zu", i);
        }
        assert_int_equal(buffer.failed, failing.failures != 0);
        char *text = cn_buffer_take(&buffer);
        assert_int_equal(text == NULL, failing.failures != 0);
        if (text != NULL)
            assert_int_equal(strlen(text), 20 * 22 + 30);
        cn_release(text);
        assert_int_equal(failing.alive, 0);
        failed = failing_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_stands_in_order_and_ends_with_a_nul),
        cmocka_unit_test(it_grows_to_any_size_one_character_at_a_time),
        cmocka_unit_test(a_long_format_is_written_whole),
        cmocka_unit_test(a_reset_keeps_the_memory_and_take_hands_it_over),
        cmocka_unit_test(a_size_that_overflows_is_a_failure),
        cmocka_unit_test(after_a_failed_allocation_it_takes_nothing_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
