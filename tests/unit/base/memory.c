/* Floor 0: memory and the installed allocator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "unit/failing.h"

static void the_version_of_the_library_is_that_of_the_header(void **state)
{
    (void)state;
    assert_string_equal(cn_version(), CN_VERSION);
    assert_int_equal(cn_version_number(), CN_VERSION_NUMBER);
}

static void an_allocator_without_a_function_is_refused(void **state)
{
    (void)state;
    failing_begin(0, false);
    const cn_allocator whole = *cn_current_allocator();
    failing_end();
    for (int missing = 0; missing < 5; missing++) {
        cn_allocator part = whole;
        if (missing == 0)
            part.allocate = NULL;
        if (missing == 1)
            part.reallocate = NULL;
        if (missing == 2)
            part.allocate_aligned = NULL;
        if (missing == 3)
            part.release = NULL;
        if (missing == 4)
            part.size = sizeof part - 1;
        assert_false(cn_set_allocator(&part));
        assert_ptr_not_equal(cn_current_allocator()->release, whole.release);
    }
}

static void every_block_comes_from_the_installed_allocator_and_goes_back_to_it(void **state)
{
    (void)state;
    failing_begin(0, false);
    void *a = cn_allocate(0);
    void *b = cn_allocate_zero(3, 5);
    void *c = cn_allocate_aligned(4096, 100);
    void *d = cn_reallocate(NULL, 0);
    char *e = cn_duplicate("five");
    assert_non_null(a);
    assert_non_null(d);
    assert_memory_equal(b, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
    assert_int_equal((uintptr_t)c % 4096, 0);
    assert_string_equal(e, "five");
    assert_int_equal(failing.alive, 5);
    d = cn_reallocate(d, 1000);
    assert_int_equal(failing.alive, 5);
    cn_release(a);
    cn_release(b);
    cn_release(c);
    cn_release(d);
    cn_release(e);
    cn_release(NULL);
    assert_int_equal(failing.alive, 0);
    failing_end();
}

static void the_standard_allocator_aligns_as_it_is_told(void **state)
{
    (void)state;
    for (size_t alignment = 16; alignment <= 65536; alignment *= 2) {
        char *block = cn_allocate_aligned(alignment, 100);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % alignment, 0);
        memset(block, 1, 100);
        cn_release(block);
    }
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    char   *items    = NULL;
    size_t  capacity = 0;
    int64_t many     = 0;
    assert_null(cn_allocate_zero(SIZE_MAX / 2, 3));
    assert_null(cn_allocate_aligned(64, SIZE_MAX - 3));
    assert_null(cn_duplicate_sized("x", SIZE_MAX));
    assert_null(cn_duplicate(NULL));
    assert_false(cn_reserve(&items, &capacity, SIZE_MAX / sizeof many + 1, sizeof many));
    assert_null(items);
    assert_int_equal(capacity, 0);
}

static void a_reserved_array_keeps_its_elements_and_grows_in_leaps(void **state)
{
    (void)state;
    int   *items    = NULL;
    size_t capacity = 0, count = 0, moves = 0;
    for (; count < 10000; count++) {
        size_t before = capacity;
        assert_true(cn_reserve(&items, &capacity, count + 1, sizeof *items));
        moves += capacity != before;
        items[count] = (int)count;
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i], i);
    assert_in_range(moves, 1, 20);
    cn_release(items);
}

static void a_reserve_that_fails_leaves_the_array_as_it_was(void **state)
{
    (void)state;
    failing_begin(2, true);
    int   *items    = NULL;
    size_t capacity = 0;
    assert_true(cn_reserve(&items, &capacity, 4, sizeof *items));
    items[3]      = 33;
    size_t before = capacity;
    assert_false(cn_reserve(&items, &capacity, 100, sizeof *items));
    assert_int_equal(capacity, before);
    assert_int_equal(items[3], 33);
    assert_null(cn_allocate(1));
    assert_null(cn_allocate_zero(1, 1));
    assert_null(cn_allocate_aligned(16, 16));
    assert_null(cn_duplicate("x"));
    cn_release(items);
    assert_int_equal(failing.alive, 0);
    failing_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_of_the_library_is_that_of_the_header),
        cmocka_unit_test(an_allocator_without_a_function_is_refused),
        cmocka_unit_test(every_block_comes_from_the_installed_allocator_and_goes_back_to_it),
        cmocka_unit_test(the_standard_allocator_aligns_as_it_is_told),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(a_reserved_array_keeps_its_elements_and_grows_in_leaps),
        cmocka_unit_test(a_reserve_that_fails_leaves_the_array_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
