/*
 * Any bytes as what a worker answers: the message first, then what stands in the lent room. What is
 * taken over is within its bounds: a JPEG of the size that it says, and UTF-8.
 */
#include "fuzz.h"

#include "base/utf8.h"
#include "console/preview/preview_answer.h"

enum { WIDTH = 1200 };

static void page_check(const struct preview_page *page)
{
    assert(page->shape <= PREVIEW_NO_PICTURE && page->pages >= 0);
    assert(page->width <= WIDTH && page->height <= WIRE_HEIGHT_MAX);
    assert((page->jpeg.size > 0) == (page->shape == PREVIEW_OK && page->width > 0));
    assert(page->jpeg.size == 0 || span_starts(str_span(&page->jpeg), "\xFF\xD8\xFF"));
    assert(utf8_is_valid(str_span(&page->text)) && !page->text.cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = fuzz_span(data, size);
    struct span message = span_first(bytes, sizeof(struct wire_answer));
    struct span room = span_from(bytes, sizeof(struct wire_answer));
    struct wire_answer answer;
    struct err err = { 0 };

    for (int width = 0; width <= WIDTH; width += WIDTH) {
        auto_preview_page page = { 0 };

        if (!preview_answer_read(message, width, &answer, &err)) {
            assert(err.kind == ERR_DATA);
            continue;
        }
        /* as preview_worker.c reads the room: of these sizes, or not at all */
        if (answer.jpeg_size <= room.size && answer.text_size <= room.size - answer.jpeg_size
            && preview_answer_page(&answer, span_first(room, answer.jpeg_size),
                                   span_first(span_from(room, answer.jpeg_size), answer.text_size),
                                   &page, &err))
            page_check(&page);
    }
    return 0;
}
