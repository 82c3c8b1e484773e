/* Any bytes as a cursor: what is read is spelled as we spell it, and the rest is refused. */
#include "fuzz.h"

#include "base/mem.h"
#include "console/server/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cursor_key key = { { 0 } };
    struct span bytes = fuzz_span(data, size);
    auto_free char *text = span_text(bytes);
    struct cursor cursor = { { 1, 1, 1 } };
    char again[CURSOR_TEXT_SIZE];
    struct err err = { 0 };

    if (!cursor_read(&key, span_of("fuzz"), text, &cursor, &err))
        assert(err.kind == ERR_DATA && cursor.at[0] == 1);
    else if (*text)
        assert(strcmp(cursor_text(&key, span_of("fuzz"), &cursor, again), text) == 0);
    cursor_text(&key, bytes, &cursor, again);
    assert(cursor_read(&key, bytes, again, &cursor, &err));
    return 0;
}
