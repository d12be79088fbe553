/* Floor 0: the hash and the hash map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "unit/failing.h"

enum { MANY = 5000 };

static char keys[MANY][16];

static int make_keys(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++)
        (void)snprintf(keys[i], sizeof keys[i], "key %d", i);
    return 0;
}

static uint64_t hash_of(int i)
{
    return cn_hash(keys[i], strlen(keys[i]));
}

static uint64_t the_same_for_all(int i)
{
    (void)i;
    return 7;
}

/* Few hashes, and all of them at the end of the table, so that probing wraps around. */
static uint64_t at_the_end(int i)
{
    return UINT64_MAX - (uint64_t)(i % 3);
}

static void *value_of(int i)
{
    return keys[i] + 1;
}

static void fill_empty_and_fill_again(uint64_t (*hash)(int), int count)
{
    cn_map map = {0};
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < count; i++)
            assert_true(cn_map_put(&map, hash(i), keys[i], strlen(keys[i]), value_of(i)));
        assert_int_equal(map.count, count);
        for (int i = 0; i < count; i++)
            assert_ptr_equal(cn_map_get(&map, hash(i), keys[i], strlen(keys[i])), value_of(i));
        for (int i = 0; i < count; i += 2)
            assert_ptr_equal(cn_map_remove(&map, hash(i), keys[i], strlen(keys[i])), value_of(i));
        for (int i = 0; i < count; i++)
            assert_ptr_equal(cn_map_get(&map, hash(i), keys[i], strlen(keys[i])),
                             i % 2 != 0 ? value_of(i) : NULL);
        assert_int_equal(map.count, count / 2);
        assert_null(cn_map_remove(&map, hash(0), keys[0], strlen(keys[0])));
    }
    cn_map_free(&map);
    assert_null(map.entries);
}

static void a_map_holds_what_was_put_and_not_removed(void **state)
{
    (void)state;
    fill_empty_and_fill_again(hash_of, MANY);
}

static void keys_with_one_hash_are_told_apart(void **state)
{
    (void)state;
    fill_empty_and_fill_again(the_same_for_all, 600);
    fill_empty_and_fill_again(at_the_end, 600);
}

static void an_empty_map_and_an_empty_key_work(void **state)
{
    (void)state;
    cn_map map   = {0};
    int    value = 0;
    assert_null(cn_map_get(&map, 1, "x", 1));
    assert_null(cn_map_remove(&map, 1, "x", 1));
    assert_true(cn_map_put(&map, 1, NULL, 0, &value));
    assert_ptr_equal(cn_map_get(&map, 1, "", 0), &value);
    assert_null(cn_map_get(&map, 1, "x", 1));
    assert_ptr_equal(cn_map_remove(&map, 1, NULL, 0), &value);
    cn_map_free(&map);
}

static void putting_a_key_again_replaces_value_and_key(void **state)
{
    (void)state;
    cn_map map     = {0};
    char   first[] = "key", second[] = "key";
    int    a = 0, b = 0;
    assert_true(cn_map_put(&map, 1, first, 3, &a));
    assert_true(cn_map_put(&map, 1, second, 3, &b));
    first[0] = 'x'; /* the map no longer looks at it */
    assert_int_equal(map.count, 1);
    assert_ptr_equal(cn_map_get(&map, 1, "key", 3), &b);
    cn_map_free(&map);
}

static void removing_and_putting_for_ever_does_not_grow_the_map(void **state)
{
    (void)state;
    cn_map map = {0};
    for (int i = 0; i < 100000; i++) {
        int key = i % MANY, old = (i + MANY - 5) % MANY;
        assert_true(cn_map_put(&map, hash_of(key), keys[key], strlen(keys[key]), value_of(key)));
        if (i >= 5)
            assert_non_null(cn_map_remove(&map, hash_of(old), keys[old], strlen(keys[old])));
    }
    assert_int_equal(map.count, 5);
    assert_in_range(map.capacity, 8, 32);
    cn_map_free(&map);
}

static void a_put_that_fails_leaves_the_map_as_it_was(void **state)
{
    (void)state;
    failing_begin(3, true);
    cn_map map   = {0};
    int    count = 0;
    while (cn_map_put(&map, hash_of(count), keys[count], strlen(keys[count]), value_of(count)))
        count++;
    assert_int_equal(map.count, count);
    for (int i = 0; i < count; i++)
        assert_ptr_equal(cn_map_get(&map, hash_of(i), keys[i], strlen(keys[i])), value_of(i));
    assert_null(cn_map_get(&map, hash_of(count), keys[count], strlen(keys[count])));
    cn_map_free(&map);
    assert_int_equal(failing.alive, 0);
    failing_end();
}

/* Hashes are compared through a set, by the map itself. */
static void assert_all_differ(const uint64_t *hashes, size_t count)
{
    cn_map map = {0};
    for (size_t i = 0; i < count; i++) {
        assert_null(cn_map_get(&map, hashes[i], &hashes[i], sizeof hashes[i]));
        assert_true(cn_map_put(&map, hashes[i], &hashes[i], sizeof hashes[i], &map));
    }
    cn_map_free(&map);
}

static void keys_that_differ_in_size_or_in_one_bit_have_other_hashes(void **state)
{
    (void)state;
    static uint64_t hashes[1 + 200 + 200 * 8];
    unsigned char   key[200] = {0};
    size_t          count    = 0;
    for (size_t size = 0; size <= sizeof key; size++)
        hashes[count++] = cn_hash(key, size);
    for (size_t bit = 0; bit < sizeof key * 8; bit++) {
        key[bit / 8] ^= (unsigned char)(1u << bit % 8);
        hashes[count++] = cn_hash(key, sizeof key);
        key[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    assert_all_differ(hashes, count);
}

static void one_bit_of_a_key_changes_about_half_of_the_hash(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 70; size++) {
        unsigned char key[70];
        for (size_t i = 0; i < size; i++)
            key[i] = (unsigned char)(i * 37 + size);
        uint64_t before  = cn_hash(key, size);
        unsigned changed = 0;
        for (size_t bit = 0; bit < size * 8; bit++) {
            key[bit / 8] ^= (unsigned char)(1u << bit % 8);
            for (uint64_t all = before ^ cn_hash(key, size); all != 0; all &= all - 1)
                changed++;
            key[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        assert_in_range(changed / (size * 8), 25, 39);
    }
}

static void a_hash_does_not_depend_on_where_the_key_stands(void **state)
{
    (void)state;
    char text[80];
    for (size_t at = 0; at < 8; at++) {
        memcpy(text + at, "where a key stands is no part of what it says", 45);
        for (size_t size = 0; size <= 45; size++)
            assert_true(cn_hash(text + at, size) ==
                        cn_hash("where a key stands is no part of what it says", size));
    }
}

static void mixing_depends_on_both_words_and_their_order(void **state)
{
    (void)state;
    static uint64_t hashes[100 * 100];
    size_t          count = 0;
    for (uint64_t a = 0; a < 100; a++) {
        for (uint64_t b = 0; b < 100; b++)
            hashes[count++] = cn_hash_mix(cn_hash_mix(1, a), b);
    }
    assert_all_differ(hashes, count);
}

static void small_numbers_spread_over_a_small_table(void **state)
{
    (void)state;
    unsigned filled[256] = {0};
    for (uint64_t i = 0; i < 256 * 16; i++)
        filled[cn_hash(&i, sizeof i) % 256]++;
    for (size_t i = 0; i < 256; i++)
        assert_in_range(filled[i], 1, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_holds_what_was_put_and_not_removed),
        cmocka_unit_test(keys_with_one_hash_are_told_apart),
        cmocka_unit_test(an_empty_map_and_an_empty_key_work),
        cmocka_unit_test(putting_a_key_again_replaces_value_and_key),
        cmocka_unit_test(removing_and_putting_for_ever_does_not_grow_the_map),
        cmocka_unit_test(a_put_that_fails_leaves_the_map_as_it_was),
        cmocka_unit_test(keys_that_differ_in_size_or_in_one_bit_have_other_hashes),
        cmocka_unit_test(one_bit_of_a_key_changes_about_half_of_the_hash),
        cmocka_unit_test(a_hash_does_not_depend_on_where_the_key_stands),
        cmocka_unit_test(mixing_depends_on_both_words_and_their_order),
        cmocka_unit_test(small_numbers_spread_over_a_small_table),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
