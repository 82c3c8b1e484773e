/* Any bytes as the stream FNAM: three texts in UTF-8, or an error. */
#include "fuzz.h"

#include "base/utf8.h"
#include "fmp12/fnam.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fmp12_name name = { .name = "as it was" };
    struct err err = { 0 };

    if (!fmp12_name_read(fuzz_span(data, size), &name, &err)) {
        assert(err.kind == ERR_DATA && *err.msg && strcmp(name.name, "as it was") == 0);
        return 0;
    }
    assert(utf8_is_valid(span_of(name.kind)) && utf8_is_valid(span_of(name.folder)));
    assert(utf8_is_valid(span_of(name.name)));
    return 0;
}
