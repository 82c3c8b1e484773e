/* Sets of numbers. */
#include "base/idset.h"

#include "tap.h"

TEST(a_number_is_new_once)
{
    static const uint64_t ids[] = { 0,
                                    1,
                                    63,
                                    64,
                                    1023,
                                    1024,
                                    1025,
                                    2047,
                                    2048,
                                    1000,
                                    1 << 20,
                                    UINT64_C(1) << 53,
                                    UINT64_MAX - 1,
                                    UINT64_MAX };
    struct idset *set = idset_new();

    for (size_t i = 0; i < lengthof(ids); i++) {
        CHECK_AT(i, !idset_has(set, ids[i]) && idset_count(set) == i);
        CHECK_AT(i, idset_add(set, ids[i]) && !idset_add(set, ids[i]));
        CHECK_AT(i, idset_has(set, ids[i]) && idset_count(set) == i + 1);
    }
    CHECK(!idset_has(set, 2) && !idset_has(set, 65) && !idset_has(set, UINT64_MAX - 2));
    idset_clear(set);
    CHECK(idset_count(set) == 0);
    for (size_t i = 0; i < lengthof(ids); i++)
        CHECK_AT(i, !idset_has(set, ids[i]));
    CHECK(idset_add(set, 7) && idset_count(set) == 1);
    idset_free(set);
    idset_free(NULL);
}

/* Dense, one in a block, and blocks that are far apart: enough of each to grow several times. */
TEST(many_numbers_are_kept_apart)
{
    static const uint64_t steps[] = { 1, 3, 1024, 65536 + 1, UINT64_C(1) << 40 };
    enum { COUNT = 5000 };

    for (size_t i = 0; i < lengthof(steps); i++) {
        struct idset *set = idset_new();
        size_t added = 0, kept = 0, strange = 0;

        for (uint64_t n = 0; n < COUNT; n++)
            added += idset_add(set, n * steps[i]);
        for (uint64_t n = 0; n < COUNT; n++) {
            kept += idset_has(set, n * steps[i]);
            strange += steps[i] > 1 && idset_has(set, n * steps[i] + 1);
        }
        CHECK_AT(i, added == COUNT && kept == COUNT && strange == 0);
        CHECK_AT(i, idset_count(set) == COUNT && !idset_has(set, COUNT * steps[i]));
        idset_free(set);
    }
}

TEST(ids_stand_in_order)
{
    struct idset *set = idset_new();
    uint64_t id = 7, step = 1;

    for (size_t i = 0; i < 2000; i++) {
        (void)idset_add(set, id);
        step = (step * 48271) % 2147483647;
        id += 1 + step % 700;
    }
    for (uint64_t place = 1; place <= idset_count(set); place++) {
        uint64_t nth = idset_nth(set, place);

        CHECK_AT(place, idset_has(set, nth) && idset_rank(set, nth) == place);
        CHECK_AT(place, idset_rank(set, nth - 1) == place - 1);
    }
    CHECK(idset_rank(set, 0) == 0 && idset_rank(set, UINT64_MAX) == 2000);
    CHECK(idset_remove(set, 7) && !idset_remove(set, 7) && !idset_remove(set, 8));
    CHECK(idset_count(set) == 1999 && idset_rank(set, 7) == 0 && idset_nth(set, 1) > 7);
    idset_free(set);
}
