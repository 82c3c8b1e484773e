/* Any bytes as Range, as a list of entity tags, and as a file's name. */
#include "fuzz.h"

#include "base/mem.h"
#include "console/server/disposition.h"
#include "console/server/etag.h"
#include "console/server/range.h"
#include "document/disposition.h"

static void range_try(struct span header, uint64_t size)
{
    struct range range;
    enum range_kind kind = range_read(header, size, &range);

    assert(range.first <= size && range.size <= size - range.first);
    assert(kind == RANGE_PART ? range.size > 0 : range.first == 0 && range.size == size);
}

/* A tag in a list is found wherever it stands, and in no list that does not have its bytes. */
static void etag_try(struct span list)
{
    bool strong = etag_is_listed(list, "\"1\"", ETAG_STRONG);
    bool weak = etag_is_listed(list, "\"1\"", ETAG_WEAK);

    assert(!strong || weak);
    assert(!weak || span_find(list, "\"1\"") < list.size || span_is(span_trim(list), "*"));
    assert(!etag_allows_range(list, "\"1\"") || !list.at || strong);
}

static void name_try(struct span name)
{
    auto_str header = STR_MAX(1400), back = STR_MAX(1400);

    attachment_write(name, &header);
    assert(!header.cut && span_starts(str_span(&header), "attachment; filename=\""));
    for (size_t i = 0; i < header.size; i++)
        assert(header.at[i] >= ' ' && header.at[i] < 0x7f);
    disposition_name(header.at, &back);
    assert(back.size > 0 && *back.at != '.' && !memchr(back.at, '/', back.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = fuzz_span(data, size);

    range_try(bytes, 0);
    range_try(bytes, 1);
    range_try(bytes, 10000);
    range_try(bytes, UINT64_MAX);
    etag_try(bytes);
    name_try(bytes);
    return 0;
}
