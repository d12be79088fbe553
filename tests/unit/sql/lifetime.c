/* Floor 4: how long expressions live, with the build's optimisation. See lifetime_cases.h. */
#include "lifetime_cases.h"
#include "sql/node.h"

int main(void)
{
    const struct CMUnitTest tests[] = {LIFETIME_TESTS};
    return cmocka_run_group_tests_name("lifetime", tests, NULL, NULL);
}
