/* Floor 0: the arena. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "unit/failing.h"

static void what_is_taken_is_aligned_and_does_not_overlap(void **state)
{
    (void)state;
    cn_arena       arena = {0};
    unsigned char *pieces[2000];
    size_t         sizes[2000];
    for (size_t i = 0; i < 2000; i++) {
        size_t alignment = (size_t)1 << (i % 5);
        sizes[i]         = i % 37 == 0 ? 5000 + i : i % 61;
        pieces[i]        = cn_arena_take(&arena, sizes[i], alignment);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignment, 0);
        memset(pieces[i], (int)(i % 251), sizes[i]);
    }
    for (size_t i = 0; i < 2000; i++) {
        for (size_t j = 0; j < sizes[i]; j++)
            assert_int_equal(pieces[i][j], i % 251);
    }
    cn_arena_free(&arena);
}

static void what_is_made_new_is_zero_even_in_memory_that_was_used(void **state)
{
    (void)state;
    cn_arena arena = {0};
    memset(cn_arena_take(&arena, 600, 1), 0xff, 600);
    cn_arena_reset(&arena);
    const int64_t *numbers = CN_ARENA_ARRAY(&arena, int64_t, 70);
    assert_int_equal((uintptr_t)numbers % alignof(max_align_t), 0);
    for (size_t i = 0; i < 70; i++)
        assert_int_equal(numbers[i], 0);
    assert_int_equal(*CN_ARENA_NEW(&arena, int), 0);
    cn_arena_free(&arena);
}

static void texts_are_copied_with_their_nul(void **state)
{
    (void)state;
    cn_arena arena = {0};
    assert_null(cn_arena_text(&arena, NULL));
    assert_string_equal(cn_arena_text(&arena, "ada"), "ada");
    assert_string_equal(cn_arena_text_sized(&arena, "ada lovelace", 3), "ada");
    assert_string_equal(cn_arena_text_sized(&arena, "", 0), "");
    cn_arena_free(&arena);
}

static void going_back_to_a_mark_gives_the_same_memory_again(void **state)
{
    (void)state;
    cn_arena arena = {0};
    char    *kept  = cn_arena_text(&arena, "kept");
    for (size_t round = 0; round < 3; round++) {
        cn_arena_mark mark  = cn_arena_here(&arena);
        char         *first = cn_arena_take(&arena, 10, 1);
        for (size_t i = 0; i < 100; i++)
            assert_non_null(cn_arena_take(&arena, 3000, 1));
        cn_arena_back(&arena, mark);
        assert_ptr_equal(cn_arena_take(&arena, 10, 1), first);
        cn_arena_back(&arena, mark);
    }
    assert_string_equal(kept, "kept");
    cn_arena_free(&arena);
}

static void an_arena_marked_when_empty_is_empty_again(void **state)
{
    (void)state;
    failing_begin(0, false);
    cn_arena      arena = {0};
    cn_arena_mark mark  = cn_arena_here(&arena);
    for (size_t i = 0; i < 100; i++)
        assert_non_null(cn_arena_take(&arena, 1000, 8));
    assert_true(failing.alive > 1);
    cn_arena_back(&arena, mark);
    assert_int_equal(failing.alive, 1);
    cn_arena_free(&arena);
    assert_int_equal(failing.alive, 0);
    failing_end();
}

static void a_reset_arena_allocates_nothing_for_the_same_work(void **state)
{
    (void)state;
    failing_begin(0, false);
    cn_arena arena = {0};
    for (size_t i = 0; i < 100; i++)
        assert_non_null(cn_arena_take(&arena, 100, 8));
    cn_arena_reset(&arena);
    size_t before = failing.calls;
    for (size_t round = 0; round < 1000; round++) {
        for (size_t i = 0; i < 30; i++)
            assert_non_null(cn_arena_take(&arena, 100, 8));
        cn_arena_reset(&arena);
    }
    assert_int_equal(failing.calls, before);
    cn_arena_free(&arena);
    cn_arena_reset(&arena);
    assert_int_equal(failing.alive, 0);
    failing_end();
}

static void a_reset_does_not_keep_a_huge_chunk(void **state)
{
    (void)state;
    failing_begin(0, false);
    cn_arena arena = {0};
    assert_non_null(cn_arena_take(&arena, (size_t)4 << 20, 8));
    cn_arena_reset(&arena);
    assert_int_equal(failing.alive, 0);
    assert_non_null(cn_arena_text(&arena, "still of use"));
    cn_arena_free(&arena);
    failing_end();
}

static void sizes_that_overflow_and_memory_that_runs_out_give_null(void **state)
{
    (void)state;
    cn_arena arena = {0};
    assert_null(cn_arena_take(&arena, SIZE_MAX, 1));
    assert_null(cn_arena_zero(&arena, SIZE_MAX / 2, 4));
    assert_null(cn_arena_text_sized(&arena, "x", SIZE_MAX));
    failing_begin(2, true);
    char *text = cn_arena_text(&arena, "fits");
    assert_null(cn_arena_take(&arena, 100000, 8));
    assert_null(cn_arena_zero(&arena, 100000, 8));
    assert_string_equal(text, "fits");
    assert_string_equal(cn_arena_text(&arena, "still there is room"), "still there is room");
    cn_arena_free(&arena);
    assert_int_equal(failing.alive, 0);
    failing_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_is_aligned_and_does_not_overlap),
        cmocka_unit_test(what_is_made_new_is_zero_even_in_memory_that_was_used),
        cmocka_unit_test(texts_are_copied_with_their_nul),
        cmocka_unit_test(going_back_to_a_mark_gives_the_same_memory_again),
        cmocka_unit_test(an_arena_marked_when_empty_is_empty_again),
        cmocka_unit_test(a_reset_arena_allocates_nothing_for_the_same_work),
        cmocka_unit_test(a_reset_does_not_keep_a_huge_chunk),
        cmocka_unit_test(sizes_that_overflow_and_memory_that_runs_out_give_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
