/* Any bytes as Base64 and hex, and any bytes into them and back. */
#include "fuzz.h"

#include "base/digest.h"
#include "base/mem.h"

static void check_round_trip(struct span bytes)
{
    auto_str text = STR_MAX(MIB(16)), back = STR_MAX(MIB(16));
    auto_free char *same = mem_zero(bytes.size);
    struct err err = { 0 };

    base64_add(&text, bytes.at, bytes.size);
    assert(text.size == (bytes.size + 2) / 3 * 4);
    assert(base64_read(str_span(&text), &back, &err) && span_equal(str_span(&back), bytes));
    str_reset(&text);
    hex_add(&text, bytes.at, bytes.size);
    assert(hex_read(str_span(&text), same, bytes.size));
    assert(span_equal((struct span){ same, bytes.size }, bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    auto_str decoded = STR_MAX(MIB(16));
    struct err err = { 0 };

    str_add_text(&decoded, "before");
    if (!base64_read(text, &decoded, &err)) {
        assert(err.kind == ERR_DATA && *err.msg);
        assert(span_is(str_span(&decoded), "before"));
    }
    check_round_trip(text);
    check_round_trip(str_span(&decoded));
    return 0;
}
