/* Sorting more than fits into memory, and reading it back in groups. */
#include "verify/sorter.h"

#include "base/num.h"
#include "tap.h"
#include "verify/groups.h"
#include "verify/pack.h"

static void auto_sorter_cleanup(struct sorter **sorter)
{
    sorter_free(*sorter);
}
#define auto_sorter __attribute__((cleanup(auto_sorter_cleanup))) struct sorter

enum { ENTRIES = 40000, SMALL = 64 * 1024, LARGE = 16 * 1024 * 1024 };

/* Numbers in no order, each once: by a step that has no divisor in common with their count. */
static uint64_t shuffled(uint64_t i)
{
    return i * 7919 % ENTRIES;
}

static struct sorter *filled(size_t memory_bytes, uint64_t per_group)
{
    struct sorter *sorter = sorter_new(memory_bytes);
    struct err err = { 0 };

    for (uint64_t i = 0; i < ENTRIES; i++) {
        auto_str entry = STR_MAX(KIB(1));

        pack_u64(&entry, shuffled(i) / per_group);
        pack_u64(&entry, shuffled(i));
        for (uint64_t n = shuffled(i) % 97; n > 0; n--)
            str_add_char(&entry, 'x');
        CHECK(sorter_add(sorter, str_span(&entry), &err));
    }
    CHECK(sorter_end(sorter, &err));
    CHECK_STR(err.msg, "");
    return sorter;
}

static void read_in_order(size_t memory_bytes)
{
    auto_sorter *sorter = filled(memory_bytes, 1);
    struct err err = { 0 };
    struct span entry;
    uint64_t next = 0;
    bool in_order = true;

    while (sorter_next(sorter, &entry, &err) == STEP_ROW) {
        size_t tail = entry.size - 2 * sizeof next;

        in_order = in_order && unpack_u64(&entry) == next && tail == next % 97;
        next++;
    }
    CHECK(in_order);
    CHECK(next == ENTRIES);
    CHECK(sorter_count(sorter) == ENTRIES);
}

TEST(what_fits_comes_back_in_order)
{
    read_in_order(LARGE);
}

TEST(what_does_not_fit_comes_back_in_order)
{
    read_in_order(SMALL);
}

/* The bytes that this process has written so far, as the system counts them. */
static uint64_t bytes_written(void)
{
    FILE *io = fopen("/proc/self/io", "re");
    char line[128];
    uint64_t count = 0;

    CHECK(io != NULL);
    while (io && fgets(line, sizeof line, io)) {
        struct span rest = span_trim(span_of(line)), name = span_cut(&rest, ':');
        struct err err = { 0 };

        if (span_is(name, "wchar"))
            CHECK(num_u64(span_trim(rest), 0, UINT64_MAX, &count, &err));
    }
    if (io)
        (void)fclose(io);
    return count;
}

/* Of eight times as many entries each is written once more, and not eight times as often. */
TEST(what_is_spilled_is_written_a_few_times)
{
    static const struct {
        uint64_t entries, times;
    } cases[] = { { 700, 2 }, { 5600, 3 }, { 44800, 4 } };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_sorter *sorter = sorter_new(SMALL);
        uint64_t before = bytes_written();
        char entry[KIB(1)] = { 0 };
        struct err err = { 0 };

        for (uint64_t n = 0; n < cases[i].entries; n++) {
            memcpy(entry, &n, sizeof n);
            CHECK_AT(i, sorter_add(sorter, (struct span){ entry, sizeof entry }, &err));
        }
        CHECK_AT(i, sorter_end(sorter, &err));
        CHECK_AT(i, bytes_written() - before > cases[i].entries * sizeof entry / 2);
        CHECK_AT(i, bytes_written() - before < cases[i].times * cases[i].entries * KIB(1));
    }
}

/* Also when the last spilled piece has a single entry. */
TEST(of_any_number_all_come_back)
{
    enum { MOST = 150 };

    for (uint64_t count = 1; count <= MOST; count++) {
        auto_sorter *sorter = sorter_new(SMALL);
        char entry[KIB(1)] = { 0 };
        struct err err = { 0 };
        struct span got;
        uint64_t came = 0;

        for (uint64_t n = 0; n < count; n++) {
            memcpy(entry, &n, sizeof n);
            CHECK_AT(n, sorter_add(sorter, (struct span){ entry, sizeof entry }, &err));
        }
        CHECK_AT(count, sorter_end(sorter, &err));
        while (sorter_next(sorter, &got, &err) == STEP_ROW)
            came++;
        CHECK_AT(count, came == count);
    }
}

TEST(what_is_the_front_of_another_comes_first)
{
    static const char *const given[] = { "ab", "a", "abc", "a", "b" };
    static const char *const wanted[] = { "a", "a", "ab", "abc", "b" };
    auto_sorter *sorter = sorter_new(SMALL);
    struct err err = { 0 };
    struct span got;

    for (size_t i = 0; i < lengthof(given); i++)
        CHECK_AT(i, sorter_add(sorter, span_of(given[i]), &err));
    CHECK(sorter_end(sorter, &err));
    for (size_t i = 0; i < lengthof(wanted); i++)
        CHECK_AT(i, sorter_next(sorter, &got, &err) == STEP_ROW && span_is(got, wanted[i]));
}

TEST(nothing_comes_back_as_nothing)
{
    auto_sorter *sorter = sorter_new(SMALL);
    struct err err = { 0 };
    struct span entry;

    CHECK(sorter_end(sorter, &err));
    CHECK(sorter_next(sorter, &entry, &err) == STEP_END);
}

TEST(groups_hold_what_shares_its_front)
{
    auto_sorter *sorter = filled(SMALL, 5);
    auto_group group = GROUP_OF(sorter, sizeof(uint64_t));
    struct err err = { 0 };
    uint64_t next = 0;
    bool good = true;

    while (fact_group_next(&group, &err) == STEP_ROW) {
        good = good && unpack_u64(&group.key) == next / 5 && group.count == 5 && !group.left_out;
        for (size_t i = 0; i < group.count; i++)
            good = good && unpack_u64(&group.entries[i]) == next++;
    }
    CHECK(good);
    CHECK(next == ENTRIES);
}

TEST(of_a_huge_group_the_first_are_kept)
{
    auto_sorter *sorter = filled(SMALL, ENTRIES);
    auto_group group = GROUP_OF(sorter, sizeof(uint64_t));
    struct err err = { 0 };

    CHECK(fact_group_next(&group, &err) == STEP_ROW);
    CHECK(group.count == GROUP_MAX);
    CHECK(group.left_out == ENTRIES - GROUP_MAX);
    CHECK(unpack_u64(&group.entries[GROUP_MAX - 1]) == GROUP_MAX - 1);
    CHECK(fact_group_next(&group, &err) == STEP_END);
}

TEST(names_that_begin_alike_are_different_groups)
{
    static const char *const names[] = { "ab", "a", "abc", "a" };
    auto_sorter *sorter = sorter_new(SMALL);
    auto_group group = GROUP_OF(sorter, 0);
    struct err err = { 0 };
    static const size_t counts[] = { 2, 1, 1 };

    for (size_t i = 0; i < lengthof(names); i++) {
        auto_str entry = STR_MAX(KIB(1));

        pack_name(&entry, span_of(names[i]));
        pack_u8(&entry, (uint8_t)i);
        CHECK(sorter_add(sorter, str_span(&entry), &err));
    }
    CHECK(sorter_end(sorter, &err));
    for (size_t i = 0; i < lengthof(counts); i++) {
        CHECK_AT(i, fact_group_next(&group, &err) == STEP_ROW);
        CHECK_AT(i, group.count == counts[i]);
    }
    CHECK(fact_group_next(&group, &err) == STEP_END);
}
