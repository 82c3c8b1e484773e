/* How many records one find reads, by how the last ones went. */
#include "engine/batches.h"

#include "base/time.h"
#include "filemaker/errors.h"
#include "tap.h"

enum { MOST = 16, SINGLE_US = 20 * TIME_MS, GOOD_US = 30 * TIME_MS };

static const struct err too_much = { .kind = ERR_REMOTE, .code = 504, .msg = "not done in time" };
static const struct err refused = {
    .kind = ERR_REMOTE, .code = 500, .reason = 9, .msg = "refused"
};
static const struct err passing = { .kind = ERR_REMOTE, .code = 500, .reason = 802, .msg = "802" };

/* Finds of `most` records, after the readings of one record that they are compared with. */
static struct batches *batches_measured(int most)
{
    struct batches *batches = batches_new(most);

    for (int i = 0; i < 8 && batches_size(batches) == 1; i++)
        batches_single(batches, SINGLE_US);
    return batches;
}

TEST(a_few_records_are_read_singly_first)
{
    struct batches *batches = batches_new(MOST);

    CHECK(batches_size(batches) == 1);
    CHECK(batches_size(batches) == 1);
    CHECK(batches_size(batches) == MOST);
    CHECK(batches_most(batches) == MOST);
    batches_free(batches);
}

TEST(one_stays_one)
{
    struct batches *batches = batches_new(1);

    for (int i = 0; i < 100; i++) {
        CHECK_AT((size_t)i, batches_size(batches) == 1);
        batches_single(batches, SINGLE_US);
    }
    batches_free(batches);
}

TEST(too_much_halves_it)
{
    struct batches *batches = batches_measured(MOST);

    for (size_t most = MOST / 2; most >= 1; most /= 2) {
        batches_failed(batches, &too_much);
        CHECK_AT(most, batches_most(batches) == most);
    }
    batches_failed(batches, &too_much);
    CHECK(batches_most(batches) == 1);
    batches_free(batches);
}

/* Good readings until there are more at once; 0: so many were not enough. */
static int readings_until(struct batches *batches, size_t most)
{
    for (int i = 1; i <= 10000; i++) {
        size_t size = batches_size(batches);

        if (size == 1)
            batches_single(batches, SINGLE_US);
        else
            batches_found(batches, size, GOOD_US);
        if (batches_most(batches) >= most)
            return i;
    }
    return 0;
}

TEST(it_grows_again_and_each_failure_makes_that_later)
{
    struct batches *batches = batches_measured(MOST);
    int first, second;

    batches_failed(batches, &too_much);
    batches_failed(batches, &too_much);
    first = readings_until(batches, MOST);
    CHECK(first > 0);
    batches_failed(batches, &too_much);
    batches_failed(batches, &too_much);
    second = readings_until(batches, MOST);
    CHECK(second >= 3 * first);
    batches_free(batches);
}

TEST(from_one_it_grows_as_well)
{
    struct batches *batches = batches_measured(2);

    batches_failed(batches, &too_much);
    CHECK(batches_most(batches) == 1);
    CHECK(readings_until(batches, 2) > 0);
    batches_free(batches);
}

TEST(a_refused_find_ends_finds)
{
    struct batches *batches = batches_measured(MOST);

    batches_failed(batches, &refused);
    CHECK(batches_most(batches) == 1);
    CHECK(readings_until(batches, 2) == 0);
    batches_free(batches);
}

TEST(failures_that_pass_end_them_when_they_come_in_a_row)
{
    struct batches *batches = batches_measured(MOST);

    for (int i = 0; i < 20; i++) {
        batches_failed(batches, &passing);
        batches_failed(batches, &passing);
        batches_found(batches, MOST, GOOD_US);
    }
    CHECK(batches_most(batches) == MOST);
    for (int i = 0; i < 3; i++)
        batches_failed(batches, &passing);
    CHECK(batches_most(batches) == 1);
    batches_free(batches);
}

TEST(a_lost_session_and_a_stop_say_nothing_about_finds)
{
    static const struct err lost = { .kind = ERR_REMOTE, .code = 401, .reason = 952 };
    static const struct err stopped = { .kind = ERR_CANCELED };
    struct batches *batches = batches_measured(MOST);

    for (int i = 0; i < 20; i++) {
        batches_failed(batches, &lost);
        batches_failed(batches, &stopped);
    }
    CHECK(batches_most(batches) == MOST);
    batches_free(batches);
}

TEST(slow_finds_end_them_unless_single_records_are_as_slow)
{
    static const struct {
        int64_t single_us, find_us;
        size_t most;
    } cases[] = {
        { 20 * TIME_MS, 2 * TIME_SECOND, 1 },     /* no index: FileMaker looks at each record */
        { 20 * TIME_MS, 300 * TIME_MS, MOST },    /* 16 times 20 ms would be more             */
        { 1 * TIME_MS, 200 * TIME_MS, MOST },     /* dear, but nobody's burden                */
        { 200 * TIME_MS, 2 * TIME_SECOND, MOST }, /* the whole server is slow                 */
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct batches *batches = batches_new(MOST);

        for (int round = 0; round < 30; round++) {
            size_t size = batches_size(batches);

            if (size == 1)
                batches_single(batches, cases[i].single_us);
            else
                batches_found(batches, size, cases[i].find_us);
        }
        CHECK_AT(i, batches_most(batches) == cases[i].most);
        batches_free(batches);
    }
}

TEST(finds_that_miss_most_records_end)
{
    struct batches *few = batches_measured(MOST), *most = batches_measured(MOST);

    for (int i = 0; i < 10; i++) {
        batches_found(few, MOST, GOOD_US);
        batches_found(most, MOST, GOOD_US);
        batches_missed(few);
        for (int missed = 0; missed < 12; missed++)
            batches_missed(most);
    }
    CHECK(batches_most(few) == MOST);
    CHECK(batches_most(most) == 1);
    batches_free(few);
    batches_free(most);
}
