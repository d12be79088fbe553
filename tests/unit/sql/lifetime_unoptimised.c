/* Floor 4: how long expressions live, without optimisation. See lifetime_cases.h. */
#ifdef __clang__
#pragma clang optimize off
#else
#pragma GCC optimize("O0")
#endif
#include "lifetime_cases.h"
#include "sql/node.h"

int main(void)
{
    const struct CMUnitTest tests[] = {LIFETIME_TESTS};
    return cmocka_run_group_tests_name("lifetime without optimisation", tests, NULL, NULL);
}
