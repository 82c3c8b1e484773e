/* Reading the requests of a connection, and serving one after the other. */
#include "sim/server/connection.h"

#include "sim/api/handle_stream.h"
#include "sim/faults/scenario.h"
#include "sim/server/turn.h"

#include "base/time.h"

enum { BODY_WAIT_S = 60, BODY_MAX = 64 << 20 };

/* --- reading a request ---------------------------------------------------------------------- */

static bool request_head_read(struct wire *wire, struct request *request)
{
    struct err err;

    for (;;) {
        size_t size;

        switch (http_head_read(wire_bytes(wire), &request->head, &size)) {
        case HTTP_DONE:
            str_add_span(&request->head_bytes, span_first(wire_bytes(wire), size));
            wire_skip(wire, size);
            /* read again, from bytes that stay */
            return str_fits(&request->head_bytes, "the head", &err)
                   && http_head_read(str_span(&request->head_bytes), &request->head, &size)
                          == HTTP_DONE;
        case HTTP_BAD:
            (void)wire_write(wire, span_of("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                                           "Connection: close\r\n\r\n"));
            return false;
        case HTTP_MORE:
            if (!wire_fill(wire, (int64_t)TURN_IDLE_SECONDS * TIME_SECOND))
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

static bool request_body_read(struct wire *wire, struct request *request)
{
    if (request->head.expects_continue
        && !wire_write(wire, span_of("HTTP/1.1 100 Continue\r\n\r\n")))
        return false;
    if (request->head.chunked)
        return chunks_take(wire, request);
    return body_take(wire, request, request->head.content_length);
}

/* --- serving -------------------------------------------------------------------------------- */

/* Breaks off in the middle of what the client sends. */
static void upload_reset(struct wire *wire, struct request *request)
{
    if (request->head.has_length)
        (void)body_take(wire, request, request->head.content_length / 2);
    wire_reset(wire);
}

static bool one_served(struct sim *sim, struct wire *wire, struct request *request, unsigned left)
{
    if (!request_head_read(wire, request))
        return false;
    request->number = sim_count(&sim->requests, 1) + 1;
    request->is_tls = wire_is_tls(wire);
    request_route(request);
    if (request->route.file.at)
        request->record_id = stream_record_id(sim, request);
    (void)sim_count(&sim->counts[request->route.kind], 1);
    scenario_meet(sim, request);
    if (request->twist.reset_upload) {
        upload_reset(wire, request);
        return false;
    }
    if (!request_body_read(wire, request))
        return false;
    if (request->twist.reset_before) {
        wire_reset(wire);
        return false;
    }
    return turn_run(sim, wire, request, left);
}

void connection_serve(struct sim *sim, struct wire *wire)
{
    bool silent = switch_is(&sim->switches, KEEP_ALIVE, SILENT);
    bool keep = true;

    if (!wire_begin(wire))
        return;
    for (unsigned i = 1; keep && i <= TURN_REQUESTS && !cancel_is_set(sim->stop); i++) {
        struct request request;

        request_init(&request, BODY_MAX);
        keep = one_served(sim, wire, &request, silent ? 1 : TURN_REQUESTS - i);
        request_clear(&request);
    }
}
