/* Any bytes as a UUID: what is read prints as what was written, in lower case. */
#include "fuzz.h"

#include "base/uuid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_span(data, size);
    char printed[UUID_TEXT_SIZE];
    struct uuid uuid;

    if (uuid_read(text, &uuid)) {
        assert(size == 36 && span_is_nocase(text, uuid_text(&uuid, printed)));
        assert(uuid_read_loose(text, &uuid));
    } else if (uuid_read_loose(text, &uuid)) {
        assert(size == 32 && span_is_nocase(text, uuid_digits(&uuid, printed)));
    }
    uuid = uuid_v5(&(struct uuid){ { 0 } }, text);
    assert(uuid_read(span_of(uuid_text(&uuid, printed)), &uuid));
    return 0;
}
