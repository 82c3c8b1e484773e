/* The grammar of entries, and the separators of an index. */
#include "fmp12/entry.h"

#include "base/digest.h"
#include "fmp12/index.h"
#include "tap.h"

#define BYTES(text)                                                                                \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }

static void entry_show(const struct fmp12_entry *entry, struct str *to)
{
    static const char *const kinds[] = { "value ", "push ", "close", "open" };

    str_add_text(to, to->size ? ", " : "");
    str_add_text(to, kinds[entry->kind]);
    str_add_text(to, entry->bound == FMP12_BOUND_FIRST ? "first" : "");
    str_add_text(to, entry->bound == FMP12_BOUND_LAST ? "last" : "");
    hex_add(to, entry->key.at, entry->key.size);
    if (entry->kind == FMP12_ENTRY_VALUE) {
        str_add_char(to, '=');
        hex_add(to, entry->value.at, entry->value.size);
    }
    str_add_text(to, entry->is_last ? "!" : "");
}

static enum step entries_show(struct span payload, bool is_index, struct str *to)
{
    struct fmp12_entry entry;
    struct err err = { 0 };
    enum step step;

    while ((step = fmp12_entry_next(&payload, is_index, &entry, &err)) == STEP_ROW)
        entry_show(&entry, to);
    CHECK((step == STEP_ERROR) == (err.kind == ERR_DATA));
    return step;
}

TEST(entries_are_read)
{
    static const struct {
        struct span bytes;
        bool is_index;
        const char *entries;
    } cases[] = {
        { BYTES(""), false, "" },
        { BYTES("\x80\x40"), false, "open, close" },
        { BYTES("\x00\x05\x00\x00"), false, "value 05=, value 00=" },
        { BYTES("\x20\xFE"), false, "push fe" },
        { BYTES("\x28\x80\x01\x80"), false, "push 8001, open" },
        { BYTES("\x30\xC0\x06\x08"), false, "push c00608" },
        { BYTES("\x38\x04"
                "FILE"),
          false, "push 46494c45" },
        { BYTES("\x01\x05\xAA\x02\x06\xAA\xBB"), false, "value 05=aa, value 06=aabb" },
        { BYTES("\x03\x05"
                "1234"),
          false, "value 05=31323334" },
        { BYTES("\x04\x05"
                "123456\x05\x06"
                "12345678"),
          false, "value 05=313233343536, value 06=3132333435363738" },
        { BYTES("\x06\x05\x03"
                "abc\x07\x06\x00\x03"
                "abc"),
          false, "value 05=616263, value 06=616263" },
        { BYTES("\x1E\x04"
                "FNAM\x01"
                "a"),
          false, "value 464e414d=61" },
        { BYTES("\x20\x02\xE0\x03\xC3\x04\x00\x00\x00\x96"), true,
          "push 02, push 03!, value 04=00000096!" },
        { BYTES("\x1B\x00\x01\x00\x00\x00\x02\xDB\x00\xFF\x00\x00\x00\x03"), true,
          "value first=00000002, value last=00000003!" },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str shown = STR_MAX(1000);

        CHECK_AT(i, entries_show(cases[i].bytes, cases[i].is_index, &shown) == STEP_END);
        CHECK_STR(str_text(&shown), cases[i].entries);
    }
}

TEST(what_is_no_entry_is_refused)
{
    static const struct {
        struct span bytes;
        bool is_index;
    } cases[] = {
        { BYTES("\x00"), false },     /* no key                    */
        { BYTES("\x08\x01"), false }, /* half a key                */
        { BYTES("\x18\x05"
                "abc"),
          false },                        /* a key beyond the payload  */
        { BYTES("\x18\x00\x01"), false }, /* an empty key in a leaf    */
        { BYTES("\x03\x05"
                "123"),
          false },                        /* half a value              */
        { BYTES("\x06\x05"), false },     /* no length                 */
        { BYTES("\x07\x05\x00"), false }, /* half a length             */
        { BYTES("\x06\x05\x04"
                "abc"),
          false }, /* a value beyond it         */
        { BYTES("\x23\x05"
                "1234"),
          false }, /* a push with a value       */
        { BYTES("\xC3\x05"
                "1234"),
          false }, /* a mark in a leaf          */
        { BYTES("\x41\x05"
                "1"),
          false }, /* half a mark               */
        { BYTES("\x43\x05"
                "1234"),
          true },                /* half a mark in an index   */
        { BYTES("\x40"), true }, /* a close in an index       */
        { BYTES("\x02\x05"
                "12"),
          true }, /* a child in two bytes      */
        { BYTES("\x1B\x00\x02"
                "1234"),
          true },                        /* a bound that is not known */
        { BYTES("\x38\x00\x01"), true }, /* a push of a bound         */
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_str shown = STR_MAX(1000);

        CHECK_AT(i, entries_show(cases[i].bytes, cases[i].is_index, &shown) == STEP_ERROR);
    }
}

/* [2].[3].[4], then still in [2]: the directory 3 was its own last entry, and 2 has a further one. */
TEST(an_index_leaves_its_directories)
{
    struct fmp12_index index;
    struct fmp12_separator separator;
    struct err err;

    fmp12_index_begin(&index,
                      (struct span)BYTES("\x20\x02\x20\x03\xC3\x04\x00\x00\x00\x07"
                                         "\xC3\x05\x00\x00\x00\x08\x03\x09\x00\x00\x00\x09"));
    CHECK(fmp12_index_next(&index, &separator, &err) == STEP_ROW && separator.child == 7
          && separator.path.depth == 3);
    CHECK(fmp12_index_next(&index, &separator, &err) == STEP_ROW && separator.child == 8
          && separator.path.depth == 2);
    CHECK(fmp12_index_next(&index, &separator, &err) == STEP_ROW && separator.child == 9
          && separator.path.depth == 1 && fmp12_key_is(fmp12_path_key(&separator.path, 0), 9));
    CHECK(fmp12_index_next(&index, &separator, &err) == STEP_END);
}

TEST(bounds_stand_before_and_behind_a_directory)
{
    struct fmp12_separator separator = { .bound = FMP12_BOUND_FIRST };
    struct fmp12_path inside = { 0 }, before = { 0 }, behind = { 0 };

    fmp12_path_push_number(&separator.path, 5);
    fmp12_path_push_number(&inside, 5);
    fmp12_path_push_number(&inside, 1);
    fmp12_path_push_number(&before, 4);
    fmp12_path_push_number(&behind, 6);
    CHECK(fmp12_is_before(&before, &separator) && !fmp12_is_before(&inside, &separator));
    separator.bound = FMP12_BOUND_LAST;
    CHECK(fmp12_is_before(&inside, &separator) && !fmp12_is_before(&behind, &separator));
    separator.bound = FMP12_BOUND_KEY;
    CHECK(fmp12_is_before(&before, &separator) && !fmp12_is_before(&inside, &separator));
}
