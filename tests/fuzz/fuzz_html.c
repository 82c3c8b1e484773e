/*
 * Any bytes as a page in HTML, and as a file of an old office: what is read fits into its room, is
 * UTF-8, and ends.
 */
#include "fuzz.h"

#include "base/utf8.h"
#include "html.h"
#include "old_office.h"

static char room[WIRE_ROOM];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct picture picture = { .room = room };
    struct span bytes = fuzz_span(data, size);
    enum wire_shape shape = html_read(bytes, &picture);

    assert(shape == WIRE_OK || shape == WIRE_DAMAGED || shape == WIRE_TOO_LARGE);
    assert(picture.text_size <= WIRE_TEXT_MAX && (shape == WIRE_OK || picture.text_size == 0));
    assert(utf8_is_valid((struct span){ room + WIRE_JPEG_MAX, picture.text_size }));
    assert(old_office_of(bytes) <= OLD_RICH);
    return 0;
}
