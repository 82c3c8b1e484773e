/* Any bytes as the payload of a leaf and of an index sector: what is read lies within them. */
#include "fuzz.h"

#include "fmp12/entry.h"
#include "fmp12/index.h"

static void check_within(struct span part, struct span whole)
{
    assert(part.size == 0 || (part.at >= whole.at && part.at + part.size <= whole.at + whole.size));
}

static void read_leaf(struct span payload)
{
    struct span rest = payload;
    struct fmp12_entry entry;
    struct err err = { 0 };
    enum step step;

    while ((step = fmp12_entry_next(&rest, false, &entry, &err)) == STEP_ROW) {
        check_within(entry.key, payload);
        check_within(entry.value, payload);
        assert(entry.bound == FMP12_BOUND_KEY && !entry.is_last);
    }
    assert(step == STEP_END ? rest.size == 0 : err.kind == ERR_DATA && *err.msg);
}

static void read_index(struct span payload)
{
    struct fmp12_index index;
    struct fmp12_separator separator;
    struct err err = { 0 };
    enum step step;

    fmp12_index_begin(&index, payload);
    while ((step = fmp12_index_next(&index, &separator, &err)) == STEP_ROW) {
        assert(separator.path.depth <= FMP12_DEPTH_MAX && index.path.depth <= separator.path.depth);
        assert(separator.bound != FMP12_BOUND_KEY || !fmp12_is_before(&separator.path, &separator));
    }
    assert(step == STEP_END ? index.rest.size == 0 : err.kind == ERR_DATA && *err.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_leaf(fuzz_span(data, size));
    read_index(fuzz_span(data, size));
    return 0;
}
