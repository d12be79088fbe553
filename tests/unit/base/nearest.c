/* Floor 0: the known word that a mistyped one is nearest to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/nearest.h"

static const char *nearest_to(const char *given)
{
    static const char *const words[] = {"timeout", "time", "ssl_mode", "ssl_ca", "postgresql"};
    cn_nearest               nearest = {.given = given};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        cn_nearest_try(&nearest, words[i]);
    return nearest.word;
}

static void a_slip_of_the_keys_finds_its_word(void **state)
{
    (void)state;
    assert_string_equal(nearest_to("timeuot"), "timeout");  /* swapped */
    assert_string_equal(nearest_to("timout"), "timeout");   /* missing */
    assert_string_equal(nearest_to("timeoutt"), "timeout"); /* too many */
    assert_string_equal(nearest_to("timeour"), "timeout");  /* wrong */
    assert_string_equal(nearest_to("TimeOut"), "timeout");
    assert_string_equal(nearest_to("tme"), "time");
    assert_string_equal(nearest_to("sslmode"), "ssl_mode");
    assert_string_equal(nearest_to("postgres"), "postgresql");
}

static void another_word_finds_none(void **state)
{
    char long_one[200] = "";
    (void)state;
    assert_null(nearest_to("oracle"));
    assert_null(nearest_to("pool_size"));
    assert_null(nearest_to(""));
    assert_null(nearest_to("x"));
    memset(long_one, 't', sizeof long_one - 1);
    assert_null(nearest_to(long_one));
    cn_nearest nearest = {.given = "time"};
    cn_nearest_try(&nearest, long_one);
    assert_null(nearest.word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_keys_finds_its_word),
        cmocka_unit_test(another_word_finds_none),
    };
    return cmocka_run_group_tests_name("nearest words", tests, NULL, NULL);
}
