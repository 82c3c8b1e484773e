/* Any bytes as text in SCSU: what is read is UTF-8, and has as many units as are told. */
#include "fuzz.h"

#include "base/utf8.h"
#include "fmp12/scsu.h"

static uint64_t units_of(struct span text)
{
    uint64_t units = 0;
    uint32_t code;

    while (text.size) {
        assert(utf8_next(&text, &code));
        units += code > 0xFFFF ? 2 : 1;
    }
    return units;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = fuzz_span(data, size);
    uint64_t most = size ? data[0] : 0;

    for (int part = 0; part < 2; part++) {
        struct scsu scsu = { .rest = bytes, .units_most = part ? most : UINT64_MAX };
        auto_str text = STR_MAX(MIB(1));
        struct err err = { 0 };

        if (!scsu_read(&scsu, part, &text, &err)) {
            assert(err.kind == ERR_DATA && *err.msg);
            continue;
        }
        assert(units_of(str_span(&text)) == scsu.units_count);
        assert(scsu.rest.size == 0 || scsu.units_count >= most);
    }
    return 0;
}
