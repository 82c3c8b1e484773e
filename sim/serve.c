/* The life of a connection. */
#include "sim/serve.h"

#include "sim/deliver.h"
#include "sim/handle.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/time.h"

enum { IDLE_SECONDS = 5, REQUESTS_MAX = 100, BODY_WAIT_S = 60, BODY_MAX = 64 << 20 };

/* --- reading a request
 * ---------------------------------------------------------------------------------- */

static bool head_read(struct wire *wire, struct request *request)
{
    struct err err;

    for (;;) {
        size_t size;

        switch (http_head_read(wire_bytes(wire), &request->head, &size)) {
        case HTTP_DONE:
            str_add_span(&request->head_bytes, span_first(wire_bytes(wire), size));
            wire_skip(wire, size);
            /* once more, from bytes that stay */
            return str_fits(&request->head_bytes, "the head", &err)
                   && http_head_read(str_span(&request->head_bytes), &request->head, &size)
                          == HTTP_DONE;
        case HTTP_BAD:
            (void)wire_write(wire, span_of("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                                           "Connection: close\r\n\r\n"));
            return false;
        case HTTP_MORE:
            if (!wire_fill(wire, (int64_t)IDLE_SECONDS * TIME_SECOND))
                return false;
        }
    }
}

/* Moves up to `size` bytes from the wire into the body. */
static bool body_take(struct wire *wire, struct request *request, uint64_t size)
{
    while (size > 0) {
        struct span part = span_first(wire_bytes(wire), size < SIZE_MAX ? (size_t)size : SIZE_MAX);

        if (!part.size && !wire_fill(wire, (int64_t)BODY_WAIT_S * TIME_SECOND))
            return false;
        str_add_span(&request->body, part);
        wire_skip(wire, part.size);
        size -= part.size;
    }
    return !request->body.cut;
}

static bool line_skip(struct wire *wire, struct span *line_r)
{
    for (;;) {
        struct span bytes = wire_bytes(wire);
        size_t end = span_find(bytes, "\n");

        if (end < bytes.size) {
            *line_r = span_trim(span_first(bytes, end));
            wire_skip(wire, end + 1);
            return true;
        }
        if (bytes.size > KIB(8) || !wire_fill(wire, (int64_t)BODY_WAIT_S * TIME_SECOND))
            return false;
    }
}

static bool chunks_take(struct wire *wire, struct request *request)
{
    struct span line;

    for (;;) {
        uint64_t chunk;
        size_t size;
        enum http_parse parse = http_chunk_read(wire_bytes(wire), &chunk, &size);

        if (parse == HTTP_BAD
            || (parse == HTTP_MORE && !wire_fill(wire, (int64_t)BODY_WAIT_S * TIME_SECOND)))
            return false;
        if (parse == HTTP_MORE)
            continue;
        wire_skip(wire, size);
        if (chunk == 0)
            break;
        if (!body_take(wire, request, chunk) || !line_skip(wire, &line))
            return false;
    }
    do {
        if (!line_skip(wire, &line)) /* trailers */
            return false;
    } while (line.size);
    return true;
}

static bool body_read(struct wire *wire, struct request *request)
{
    if (request->head.expects_continue
        && !wire_write(wire, span_of("HTTP/1.1 100 Continue\r\n\r\n")))
        return false;
    if (request->head.chunked)
        return chunks_take(wire, request);
    return body_take(wire, request, request->head.content_length);
}

/* --- answering
 * ---------------------------------------------------------------------------------------------- */

static uint64_t gzip_least(const struct sim *sim)
{
    switch (switch_of(&sim->switches, SWITCH_GZIP_LEAST)) {
    case GZIP_1024:
        return 1024;
    case GZIP_2000:
        return 2000;
    default:
        return 0;
    }
}

static bool is_stream(const struct request *request)
{
    return request->route.kind == REQUEST_STREAM1 || request->route.kind == REQUEST_STREAM2;
}

/* A file served, or refused, is an effect: the mover's quota and the checker's evidence. */
static void stream_journal(struct sim *sim, const struct request *request,
                           const struct answer *answer, uint64_t sent)
{
    const struct answer_about *about = &answer->about;

    if (answer->status == 302)
        return;
    journal_write(sim->journal, &(struct effect){ .name = "stream",
                                                  .record_id = about->record_id,
                                                  .field = about->field,
                                                  .repetition = about->repetition,
                                                  .status = answer->status,
                                                  .sha256 = about->sha256[0] ? about->sha256 : NULL,
                                                  .has_size = true,
                                                  .size = sent,
                                                  .session = about->session,
                                                  .request = request->number });
}

static bool answer_send(struct sim *sim, struct wire *wire, struct request *request,
                        struct answer *answer, unsigned left)
{
    bool off = switch_of(&sim->switches, SWITCH_KEEP_ALIVE) == KEEP_ALIVE_OFF;
    struct delivery delivery = { .request = request,
                                 .answer = answer,
                                 .left = off ? 0 : left,
                                 .idle_seconds = IDLE_SECONDS,
                                 .gzip_least = gzip_least(sim) };
    uint64_t sent;
    bool keep = deliver(wire, &delivery, &sent);

    (void)sim_count(&sim->bytes_out, sent);
    if (is_stream(request))
        stream_journal(sim, request, answer, sent);
    return keep;
}

static bool one_served(struct sim *sim, struct wire *wire, struct request *request, unsigned left)
{
    struct answer answer;
    bool keep;

    if (!head_read(wire, request) || !body_read(wire, request))
        return false;
    request->number = sim_count(&sim->requests, 1) + 1;
    request->is_tls = wire_is_tls(wire);
    request_route(request);
    (void)sim_count(&sim->counts[request->route.kind], 1);
    answer_init(&answer);
    handle(sim, request, &answer);
    keep = answer_send(sim, wire, request, &answer, left);
    answer_clear(&answer);
    return keep;
}

void serve(struct sim *sim, struct wire *wire)
{
    bool silent = switch_of(&sim->switches, SWITCH_KEEP_ALIVE) == KEEP_ALIVE_SILENT;
    bool keep = true;

    if (!wire_begin(wire))
        return;
    for (unsigned i = 1; keep && i <= REQUESTS_MAX && !cancel_is_set(sim->stop); i++) {
        struct request request;

        request_init(&request, BODY_MAX);
        keep = one_served(sim, wire, &request, silent ? 1 : REQUESTS_MAX - i);
        request_clear(&request);
    }
}
