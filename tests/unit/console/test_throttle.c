/* So many in a window of time for each key; a flood of keys costs no memory and frees nobody for ever. */
#include "console/server/throttle.h"

#include "base/time.h"
#include "tap.h"

TEST(so_many_pass_in_a_window)
{
    struct throttle *throttle = throttle_new(3, 60 * TIME_SECOND);
    const int64_t begun = 7 * TIME_SECOND;

    for (size_t i = 0; i < 3; i++)
        CHECK_AT(i, throttle_take(throttle, "a", begun + (int64_t)i) == 0);
    CHECK(throttle_take(throttle, "a", begun + 20 * TIME_SECOND) == 41);
    CHECK(throttle_take(throttle, "b", begun + 20 * TIME_SECOND) == 0);
    CHECK(throttle_take(throttle, "a", begun + 59 * TIME_SECOND) == 2);
    CHECK(throttle_take(throttle, "a", begun + 60 * TIME_SECOND) == 0);
    throttle_free(throttle);
}

TEST(a_flood_of_other_keys_is_borne)
{
    struct throttle *throttle = throttle_new(2, 60 * TIME_SECOND);
    char key[32];
    int passed = 0;

    for (int i = 0; i < 100000; i++) {
        (void)snprintf(key, sizeof key, "address %d", i);
        passed += throttle_take(throttle, key, 1 + i) == 0;
    }
    CHECK(passed == 100000);
    throttle_free(throttle);
}
