/* Bytes that may be text: whatever comes out is UTF-8 without a NUL, or a sentence. */
#include "base/text.h"

#include "base/foreign.h"
#include "base/utf8.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = fuzz_span(data, size);

    for (int told = TEXT_ASK; told <= TEXT_WINDOWS_1252; told++) {
        auto_str room = STR_MAX(MIB(8)), shown = STR_MAX(MIB(8));
        struct err err = { 0 };
        struct span text = SPAN_NONE;

        if (!text_decode(bytes, (enum text_coding)told, "encoding", &room, &text, &err)) {
            assert(err.kind == ERR_USAGE && err.msg[0]);
            continue;
        }
        assert(utf8_is_valid(text) && !(text.size && memchr(text.at, '\0', text.size)));
        foreign_add_first(&shown, text, 1000);
        assert(utf8_is_valid(str_span(&shown)));
        assert(text_trim(text).size <= text.size);
    }
    (void)text_strange(bytes);
    return 0;
}
