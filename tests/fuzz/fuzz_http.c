/*
 * Any bytes as an answer of a server: what stands before the first 0xFF byte as its head, what
 * follows as a chunked body. What is read keeps its promises.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "http/chunks.h"
#include "http/head.h"

/* Every field lies where the head lay, and is ended. */
static void try_head(struct span bytes)
{
    auto_free char *copy = mem_copy(bytes.at, bytes.size);
    struct head head;
    size_t size;

    if (head_find(bytes, &size) != HEAD_COMPLETE)
        return;
    assert(size > 0 && size <= bytes.size && size <= HEAD_MAX);
    copy = mem_grow(copy, size);
    if (!head_read(copy, size, &head))
        return;
    assert(head.status >= 100 && head.status <= 999 && head.length >= -1);
    assert(head.fields == copy && head.fields_end <= copy + size);
    assert(head.fields == head.fields_end || head.fields_end[-1] == '\0');
    (void)head_field(&head, "Set-Cookie", 3);
}

static void try_chunks(struct span bytes)
{
    struct chunks chunks = { 0 };
    enum chunks_step step;

    while ((step = chunks_eat(&chunks, &bytes)) == CHUNKS_DATA && bytes.size) {
        size_t size = span_first(bytes, (size_t)chunks.remaining).size;

        assert(chunks.remaining <= INT64_MAX && size > 0);
        chunks.remaining -= size;
        bytes = span_from(bytes, size);
    }
    assert(step != CHUNKS_MORE || bytes.size == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span body = fuzz_span(data, size);
    struct span head = span_cut(&body, '\xFF');

    if (head.at)
        try_head(head);
    if (body.at)
        try_chunks(body);
    return 0;
}
