/* Any bytes as UTF-8: code points encode to the bytes they came from, what is kept is valid. */
#include "fuzz.h"

#include "base/utf8.h"

/* Decodes and encodes again; every byte is used once. */
static bool check_codes(struct span text, size_t *count_r)
{
    bool valid = true;

    for (*count_r = 0; text.size; ++*count_r) {
        auto_str encoded = STR_MAX(8);
        struct span before = text;
        uint32_t code;
        bool good = utf8_next(&text, &code);
        struct span used = span_first(before, before.size - text.size);

        utf8_add(&encoded, code);
        valid &= good;
        if (good)
            assert(span_equal(used, str_span(&encoded)) && code <= 0x10FFFF);
        else
            assert(used.size == 1 && code == UTF8_REPLACEMENT && (uint8_t)used.at[0] >= 0x80);
    }
    return valid;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    auto_str kept = STR_MAX(MIB(16)), lower = STR_MAX(MIB(16)), again = STR_MAX(MIB(16));
    size_t count;
    bool valid = check_codes(text, &count);

    assert(valid == utf8_is_valid(text) && count == utf8_count(text));
    utf8_add_kept(&kept, text);
    assert(utf8_is_valid(str_span(&kept)) && utf8_count(str_span(&kept)) == count);
    assert(span_equal(str_span(&kept), text) == utf8_is_kept(text));
    assert(utf8_first(text, count).size == text.size);
    assert(utf8_count(utf8_first(text, count / 2)) == count / 2);
    utf8_add_lower(&lower, text);
    utf8_add_lower(&again, str_span(&lower));
    assert(utf8_is_valid(str_span(&lower)) && utf8_count(str_span(&lower)) == count);
    assert(span_equal(str_span(&lower), str_span(&again)));
    return 0;
}
