/*
 * Sending an answer. A body has a known length and comes from memory or from a container; the plan
 * says how it is framed, where it is cut and what happens on the way. All faults of the wire happen
 * here, so that the rest of the simulator knows nothing of them.
 */
#include "sim/server/deliver.h"

#include "base/mem.h"
#include "base/time.h"

#include <zlib.h>

enum { BLOCK = 65536, ENDLESS_HEADERS = 4 << 20 };

enum body_framing { FRAMED_LENGTH, FRAMED_CHUNKS, FRAMED_BY_END, FRAMED_NOT };

struct delivery_plan {
    enum body_framing framing;
    enum twist_coding coding;                       /* of the body, or only claimed */
    uint64_t size;                                  /* of the body                         */
    uint64_t claimed;                               /* the value of Content-Length            */
    uint64_t to_send;                               /* how much of it is really sent      */
    uint64_t flip_at, reset_at, stall_at, alert_at; /* UINT64_MAX: never */
    bool keep;
};

static uint64_t place_in(struct twist_place place, uint64_t size)
{
    uint64_t at = place.percent ? size * place.n / 100 : place.n;

    if (!place.set)
        return UINT64_MAX;
    return at < size ? at : size ? size - 1 : 0;
}

/* --- headers -------------------------------------------------------------------------------- */

static void date_header(int64_t ahead_us, struct str *head)
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    int64_t now_us = time_now_us() + ahead_us;
    struct time_civil now = time_to_utc(now_us);

    str_printf(head, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
               days[now_us / TIME_SECOND / 86400 % 7], now.day, months[now.month - 1], now.year,
               now.hour, now.minute, now.second);
}

static void length_header(const struct delivery_plan *plan, struct str *head)
{
    if (plan->framing == FRAMED_LENGTH)
        str_printf(head, "Content-Length: %ju\r\n", (uintmax_t)plan->claimed);
}

static void connection_headers(const struct delivery *d, const struct delivery_plan *plan,
                               struct str *head)
{
    if (plan->keep)
        str_printf(head, "Keep-Alive: timeout=%u, max=%u\r\nConnection: Keep-Alive\r\n",
                   d->idle_seconds, d->requests_left + 1);
    else
        str_add_text(head, "Connection: close\r\n");
    if (plan->framing == FRAMED_CHUNKS)
        str_add_text(head, "Transfer-Encoding: chunked\r\n");
}

static void express_headers(const struct delivery *d, struct str *head)
{
    struct span host = request_host_name(d->request);

    str_printf(head,
               "X-Frame-Options: SAMEORIGIN\r\nX-XSS-Protection: 1; mode=block\r\n"
               "Access-Control-Allow-Origin: " SPAN_FORMAT "\r\n"
               "Access-Control-Allow-Headers: Content-Type, Authorization\r\n"
               "Access-Control-Allow-Credentials: true\r\nX-Content-Type-Options: nosniff\r\n",
               SPAN_ARGS(host));
}

static void media_header(const struct answer *answer, const char *usual, struct str *head)
{
    str_printf(head, "Content-Type: %s\r\n", answer->media ? answer->media : usual);
}

static void coding_header(const struct delivery_plan *plan, struct str *head)
{
    if (plan->coding != CODING_AS_ASKED)
        str_printf(head, "Content-Encoding: %s\r\n",
                   plan->coding == CODING_DEFLATE ? "deflate" : "gzip");
}

static void api_headers(const struct delivery *d, const struct delivery_plan *plan,
                        struct str *head)
{
    bool product = d->answer->style == ANSWER_PRODUCT;

    media_header(d->answer, "application/json; charset=utf-8", head);
    if (!product)
        str_add_text(head, "Cache-Control: no-cache\r\n");
    str_add_span(head, str_span(&d->answer->headers));
    length_header(plan, head);
    if (!product)
        str_printf(head, "ETag: %s\r\n", answer_etag(d->answer));
    str_add_text(head, "Vary: Accept-Encoding\r\n");
    coding_header(plan, head);
    express_headers(d, head);
}

static void plain_headers(const struct delivery *d, const struct delivery_plan *plan,
                          const char *media, struct str *head)
{
    str_add_span(head, str_span(&d->answer->headers));
    if (plan->size || d->answer->media)
        media_header(d->answer, media, head);
    length_header(plan, head);
    coding_header(plan, head);
}

static void headers_make(const struct delivery *d, const struct delivery_plan *plan,
                         struct str *head)
{
    str_printf(head, "HTTP/1.1 %d %s\r\n", d->answer->status, http_reason(d->answer->status));
    date_header(d->answer->ahead_us, head);
    str_printf(head, "Server: %s\r\n", d->web_server);
    switch (d->answer->style) {
    case ANSWER_API:
    case ANSWER_PRODUCT:
        api_headers(d, plan, head);
        break;
    case ANSWER_WEB:
        plain_headers(d, plan, "text/html; charset=iso-8859-1", head);
        break;
    case ANSWER_STREAM:
        plain_headers(d, plan, "application/octet-stream", head);
        break;
    case ANSWER_ODATA:
        str_printf(head, "OData-Version: %s\r\n", d->odata);
        plain_headers(d, plan, "application/json;charset=utf-8", head);
        break;
    case ANSWER_OWN:
        plain_headers(d, plan, "text/html; charset=utf-8", head);
        break;
    }
    connection_headers(d, plan, head);
    str_add_text(head, "\r\n");
}

/* --- gzip ----------------------------------------------------------------------------------- */

static void compress_body(struct span body, enum twist_coding coding, struct str *to)
{
    z_stream z = { 0 };
    uLong room;

    if (deflateInit2(&z, 6, Z_DEFLATED, coding == CODING_GZIP ? 15 + 16 : 15, 8, Z_DEFAULT_STRATEGY)
        != Z_OK)
        abort();
    room = deflateBound(&z, body.size);
    if (!str_reserve(to, room))
        abort();
    z.next_in = (Bytef *)(uintptr_t)body.at;
    z.avail_in = (uInt)body.size;
    z.next_out = (Bytef *)to->at;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    to->size = room - z.avail_out;
    (void)deflateEnd(&z);
}

/* --- sending -------------------------------------------------------------------------------- */

struct body_sending {
    struct wire *wire;
    const struct delivery *d;
    const struct delivery_plan *plan;
    struct span body_left; /* of a body in memory */
    bool is_packed;        /* the body is the stream, compressed */
    uint64_t at;           /* bytes of the body sent */
    struct str *head;      /* not sent yet; goes out with the first bytes */
};

/* Sends bytes, for a trickle a few at a time. */
static bool paced_write(struct body_sending *s, struct span bytes)
{
    uint64_t rate = s->d->request->twist.trickle;

    if (!rate)
        return wire_write(s->wire, bytes);
    while (bytes.size) {
        struct span piece = span_first(bytes, rate < 10 ? 1 : (size_t)(rate / 10));

        if (!wire_write(s->wire, piece)
            || !wire_pause(s->wire, (int64_t)(piece.size * TIME_SECOND / rate)))
            return false;
        bytes = span_from(bytes, piece.size);
    }
    return true;
}

static bool block_write(struct body_sending *s, struct span block)
{
    auto_str framed = STR_MAX(BLOCK * 3);

    str_add_span(&framed, str_span(s->head));
    str_reset(s->head);
    if (s->plan->framing != FRAMED_CHUNKS) {
        if (!framed.size)
            return paced_write(s, block);
        str_add_span(&framed, block);
    } else if (block.size) {
        str_printf(&framed, "%zx\r\n", block.size);
        str_add_span(&framed, block);
        str_add_text(&framed, "\r\n");
    }
    return paced_write(s, str_span(&framed));
}

static bool block_read(struct body_sending *s, char *block, size_t most, size_t *got_r)
{
    struct err err;

    if (s->d->answer->stream && !s->is_packed)
        return content_read(s->d->answer->stream, block, most, got_r, &err);
    *got_r = s->body_left.size < most ? s->body_left.size : most;
    if (*got_r)
        memcpy(block, s->body_left.at, *got_r);
    s->body_left = span_from(s->body_left, *got_r);
    return true;
}

/* How many bytes can be sent before the next fault. */
static size_t until_next(const struct body_sending *s)
{
    uint64_t stops[] = { s->plan->to_send, s->plan->reset_at, s->plan->stall_at,
                         s->plan->alert_at };
    uint64_t most = s->at + BLOCK;

    for (size_t i = 0; i < lengthof(stops); i++)
        if (stops[i] > s->at && stops[i] < most)
            most = stops[i];
    return (size_t)(most - s->at);
}

/* Applies the faults at this byte. False if the connection is over. */
static bool faults_apply(struct body_sending *s)
{
    const struct twist *twist = &s->d->request->twist;

    if (s->at == s->plan->stall_at
        && (!block_write(s, SPAN_NONE) || !wire_pause(s->wire, twist->stall_at.time_us)))
        return false;
    if (s->at == s->plan->reset_at) {
        (void)block_write(s, SPAN_NONE);
        wire_reset(s->wire);
        return false;
    }
    if (s->at == s->plan->alert_at) {
        (void)block_write(s, SPAN_NONE);
        wire_alert(s->wire);
        return false;
    }
    return true;
}

static bool body_send(struct body_sending *s)
{
    auto_free char *block = mem_grow(NULL, BLOCK);
    size_t got;

    do {
        size_t most;

        if (!faults_apply(s))
            return false;
        most = until_next(s);
        if (most > s->plan->to_send - s->at)
            most = (size_t)(s->plan->to_send - s->at);
        if (!block_read(s, block, most, &got))
            return false;
        if (s->plan->flip_at >= s->at && s->plan->flip_at < s->at + got)
            block[s->plan->flip_at - s->at] ^= 0x10;
        if (!block_write(s, (struct span){ block, got }))
            return false;
        s->at += got;
    } while (got > 0 && s->at < s->plan->to_send);
    return true;
}

static bool tail_send(struct body_sending *s)
{
    const struct twist *twist = &s->d->request->twist;

    if (twist->longer) {
        auto_free char *more = mem_zero(twist->longer);

        return wire_write(s->wire, (struct span){ more, twist->longer });
    }
    if (s->plan->to_send < s->plan->claimed)
        return false;
    if (s->plan->framing != FRAMED_CHUNKS)
        return true;
    if (twist->bad_chunk)
        return wire_write(s->wire, span_of("zz\r\nnot a chunk\r\n")) && false;
    return wire_write(s->wire, span_of("0\r\n\r\n"));
}

/* Sends headers without end. False, for the connection is over then. */
static bool endless_headers(struct wire *wire, struct str *head)
{
    bool good;

    str_cut(head, head->size - 2);
    good = wire_write(wire, str_span(head));
    for (unsigned i = 0; good && i < ENDLESS_HEADERS / 64; i++) {
        char line[80];

        (void)snprintf(line, sizeof line, "X-Filler-%08u: %038u\r\n", i, i);
        good = wire_write(wire, span_of(line));
    }
    return false;
}

/* --- planning ------------------------------------------------------------------------------- */

static enum body_framing framing_of(const struct delivery *d, bool compressed)
{
    const struct twist *twist = &d->request->twist;

    if (twist->bad_chunk
        || (!d->request->head.is_old && (compressed || d->answer->style == ANSWER_PRODUCT)))
        return FRAMED_CHUNKS;
    if (d->answer->status == 304)
        return FRAMED_NOT;
    if (twist->no_length)
        return FRAMED_BY_END;
    if (!d->answer->no_length)
        return FRAMED_LENGTH;
    return d->request->head.is_old ? FRAMED_BY_END : FRAMED_CHUNKS;
}

static void plan_faults(const struct twist *twist, uint64_t stop, struct delivery_plan *plan)
{
    plan->flip_at = place_in(twist->flip, plan->size);
    plan->reset_at = place_in(twist->reset_at, plan->size);
    plan->stall_at = place_in(twist->stall_at.at, plan->size);
    plan->alert_at = place_in(twist->alert_at, plan->size);
    if (stop && stop < plan->size)
        plan->to_send = stop;
    if (twist->cut.set)
        plan->to_send = place_in(twist->cut, plan->size);
    if (twist->cut_fitting.set)
        plan->claimed = plan->to_send = place_in(twist->cut_fitting, plan->size);
    if (plan->to_send < plan->claimed || twist->longer || twist->bad_chunk)
        plan->keep = false;
}

static struct delivery_plan plan_make(const struct delivery *d, struct span body,
                                      enum twist_coding coding)
{
    bool compressed = coding == CODING_GZIP || coding == CODING_DEFLATE;
    bool is_stream = d->answer->stream && !compressed;
    struct delivery_plan plan = { .coding = coding };

    plan.framing = framing_of(d, compressed && d->answer->style == ANSWER_API);
    plan.size = is_stream ? d->answer->stream_size : body.size;
    plan.claimed = plan.to_send = plan.size;
    plan.keep = d->request->head.keep_alive && d->requests_left > 0
                && plan.framing != FRAMED_BY_END;
    plan_faults(&d->request->twist, is_stream ? d->answer->stream_stop : 0, &plan);
    return plan;
}

static bool wants_gzip(const struct delivery *d)
{
    const struct answer *answer = d->answer;

    return answer->style == ANSWER_API && !answer->stream && d->gzip_least
           && answer->body.size >= d->gzip_least
           && http_header_lists(&d->request->head, "Accept-Encoding", "gzip");
}

static enum twist_coding coding_of(const struct delivery *d)
{
    enum twist_coding coding = d->request->twist.coding;

    if (coding == CODING_AS_ASKED && wants_gzip(d))
        return CODING_GZIP;
    if (d->answer->status != 200 || d->answer->head_only
        || (!d->answer->stream && d->answer->body.size == 0))
        return CODING_AS_ASKED;
    return coding;
}

/* Reads the whole body into memory, as a proxy that compresses does. */
static bool body_gather(const struct delivery *d, struct str *to)
{
    struct body_sending s = { .d = d, .body_left = str_span(&d->answer->body) };
    auto_free char *block = mem_grow(NULL, BLOCK);
    uint64_t most = d->answer->stream ? d->answer->stream_size : d->answer->body.size;
    size_t got = 1;

    while (to->size < most && got > 0) {
        uint64_t left = most - to->size;

        if (!block_read(&s, block, left < BLOCK ? (size_t)left : BLOCK, &got))
            return false;
        str_add(to, block, got);
    }
    return true;
}

bool deliver_answer(struct wire *wire, const struct delivery *d, uint64_t *sent_r)
{
    auto_str head = STR_MAX(KIB(64)), packed = STR_MAX(SIZE_MAX), whole = STR_MAX(SIZE_MAX);
    enum twist_coding coding = coding_of(d);
    struct body_sending s = {
        .wire = wire, .d = d, .head = &head, .body_left = str_span(&d->answer->body)
    };
    struct delivery_plan plan;
    bool good;

    *sent_r = 0;
    if (coding == CODING_GZIP || coding == CODING_DEFLATE) {
        if (!body_gather(d, &whole))
            return false;
        compress_body(str_span(&whole), coding, &packed);
        s.body_left = str_span(&packed);
        s.is_packed = true;
    }
    plan = plan_make(d, s.body_left, coding);
    s.plan = &plan;
    headers_make(d, &plan, &head);
    if (d->request->twist.endless_headers)
        return endless_headers(wire, &head);
    if (d->answer->head_only)
        return wire_write(wire, str_span(&head)) && plan.keep;
    good = body_send(&s) && tail_send(&s);
    *sent_r = s.at;
    return good && plan.keep;
}
