/* Downloads: two hops, a cookie between them, and many ways to refuse. */
#include "sim/api/handle_stream.h"

#include "sim/api/address.h"
#include "sim/api/codes.h"
#include "sim/api/handlers.h"
#include "sim/base/chance.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"

static const char cookie_name[] = "X-FMS-Session-Key";

/* --- who may -------------------------------------------------------------------------------- */

static unsigned stale_way(const struct sim *sim, const struct request *request)
{
    if (request->twist.stale != STALE_NOT)
        return request->twist.stale - STALE_401;
    return switch_of(&sim->switches, SWITCH_STREAM_STALE);
}

static void stale_answer(struct sim *sim, struct request *request, struct answer *answer)
{
    auto_free char *location = NULL;

    switch (stale_way(sim, request)) {
    case SWITCH_STREAM_STALE_401:
        answer_web(answer, 401);
        return;
    case SWITCH_STREAM_STALE_404:
        answer_web(answer, 404);
        return;
    case SWITCH_STREAM_STALE_400:
        answer_web(answer, 400);
        return;
    default:
        location = span_text(request->head.target);
        answer_redirect(answer, location);
    }
}

static bool address_means_something(const struct sim *sim, const struct address *address)
{
    return address->table < sim->solution->table_count
           && address->column < table_plan(sim->solution->tables[address->table])->column_count;
}

/* Whether this server made the address. */
static bool address_is_ours(const struct sim *sim, const struct request *request,
                            struct address *address)
{
    return address_read(sim->seed, request->route.file, address)
           && address_means_something(sim, address);
}

uint64_t stream_record_id(const struct sim *sim, const struct request *request)
{
    struct address address;

    if (!address_is_ours(sim, request, &address))
        return 0;
    return table_record_id(sim->solution->tables[address.table], address.ordinal);
}

/* The URL's session must live, unless logging out leaves its URLs alone. */
static bool address_is_fresh(struct sim *sim, const struct request *request,
                             const struct address *address)
{
    bool logout_counts = switch_is(&sim->switches, LOGOUT_KILLS_URLS, YES);
    bool keeps = switch_is(&sim->switches, STREAM_KEEPS_SESSION, YES);

    return request->twist.stale == STALE_NOT
           && (session_lives(sim->sessions, address->session, SPAN_NONE, keeps) || !logout_counts);
}

static uint64_t cookie_salt(const struct sim *sim, const struct request *request)
{
    if (switch_is(&sim->switches, STREAM_COOKIE, SESSION))
        return 0;
    return chance_of_text(sim->seed, request->route.file);
}

/* The value of our cookie, or of the header that may replace it. */
static struct span session_key(const struct request *request)
{
    struct span rest = http_header_value(&request->head, "Cookie");

    while (rest.at) {
        struct span value = span_trim(span_cut(&rest, ';'));
        struct span name = span_cut(&value, '=');

        if (span_is(name, cookie_name))
            return value;
    }
    return http_header_value(&request->head, cookie_name);
}

static bool key_is_good(const struct sim *sim, const struct request *request,
                        const struct address *address)
{
    char want[ADDRESS_COOKIE_SIZE];

    return span_is(session_key(request),
                   address_cookie(sim->seed, address->session, cookie_salt(sim, request), want));
}

/* --- the first hop -------------------------------------------------------------------------- */

static void first_hop(struct sim *sim, struct request *request, struct answer *answer,
                      const struct address *address)
{
    bool absolute = switch_is(&sim->switches, STREAM_LOCATION, ABSOLUTE);
    struct span host = request_host(request);
    auto_str location = STR_MAX(KIB(8));
    auto_str cookie = STR_MAX(KIB(1));
    char key[ADDRESS_COOKIE_SIZE];

    if (absolute)
        str_printf(&location, "%s://" SPAN_FORMAT, request->is_tls ? "https" : "http",
                   SPAN_ARGS(host));
    str_add_span(&location, request->head.path);
    str_printf(&location, "?" SPAN_FORMAT "&Redirect", SPAN_ARGS(request->head.query));
    str_printf(&cookie, "%s=%s; HttpOnly", cookie_name,
               address_cookie(sim->seed, address->session, cookie_salt(sim, request), key));
    answer_header(answer, "Set-Cookie", str_text(&cookie));
    answer_redirect(answer, str_text(&location));
}

static bool bearer_is_good(struct sim *sim, struct request *request, const struct address *address)
{
    struct span token = request_token(request);

    if (sim->options.otto_key && span_is(token, sim->options.otto_key))
        return false; /* a key is OttoFMS's alone: whoever sends it here gives it away */
    if (switch_is(&sim->switches, STREAM_AUTH, NONE))
        return true;
    return token.at && session_lives(sim->sessions, address->session, token, false);
}

/* --- the file ------------------------------------------------------------------------------- */

static const char error_page[] =
    "<!DOCTYPE html>\n<html><head><title>FileMaker Server</title></head>\n<body><h1>The requested "
    "file could not be loaded.</h1></body></html>\n";

static void disposition_set(const struct content *content, struct answer *answer)
{
    auto_str value = STR_MAX(KIB(2));

    str_add_text(&value, "attachment; filename*=UTF-8''");
    http_encode(span_of(content->name), &value);
    answer_header(answer, "Content-Disposition", str_text(&value));
}

/* "bytes=N-" or "bytes=N-M" within the file. */
static bool range_read(struct span text, uint64_t size, uint64_t *first_r, uint64_t *last_r)
{
    struct err err;
    struct span first;

    if (!span_starts(text, "bytes=") || !size)
        return false;
    text = span_from(text, 6);
    first = span_cut(&text, '-');
    *last_r = size - 1;
    return num_u64(first, 0, size - 1, first_r, &err)
           && (!text.size || num_u64(text, *first_r, size - 1, last_r, &err));
}

static void range_apply(struct sim *sim, struct request *request, struct answer *answer)
{
    struct span text = http_header_value(&request->head, "Range");
    uint64_t size = answer->stream_size, first, last;
    auto_str range = STR_MAX(128);

    if (!switch_is(&sim->switches, STREAM_RANGES, HONOURED) || !text.at
        || !range_read(text, size, &first, &last))
        return;
    str_printf(&range, "bytes %ju-%ju/%ju", (uintmax_t)first, (uintmax_t)last, (uintmax_t)size);
    answer_header(answer, "Content-Range", str_text(&range));
    content_seek(answer->stream, first);
    answer->status = 206;
    answer->stream_size = last - first + 1;
}

static void file_answer(struct sim *sim, struct request *request, struct answer *answer,
                        const struct content *content)
{
    struct err err;

    if (!content_open(content, &answer->stream, &err)) {
        answer_web(answer, 404);
        return;
    }
    answer->style = ANSWER_STREAM;
    answer->media = request->twist.media ? request->twist.media : file_type_media(content->type);
    answer->stream_size = content_size(answer->stream);
    answer->no_length = switch_is(&sim->switches, STREAM_LENGTH, ABSENT);
    if (content->fate
        == FATE_TRUNCATED) /* its whole length is announced, so that a client can see it */
        request->twist.cut = (struct twist_place){ .set = true, .percent = true, .n = 75 };
    if (content->fate == FATE_ZERO)
        answer->stream_size = 0;
    if (switch_is(&sim->switches, STREAM_DISPOSITION, PRESENT) && content->name[0])
        disposition_set(content, answer);
    range_apply(sim, request, answer);
    if (journal_is_on(sim->journal)) {
        uint64_t size;

        if (!content_hash(content, &size, answer->about.sha256, &err))
            answer->about.sha256[0] = '\0';
    }
}

static void content_answer(struct sim *sim, struct request *request, struct answer *answer,
                           const struct content *content)
{
    if (!content_has_bytes(content) || content->fate == FATE_MISSING) {
        answer_web(answer, 404);
    } else if (content->fate == FATE_ERROR_PAGE) {
        answer->style = ANSWER_WEB;
        str_add_text(&answer->body, error_page);
    } else {
        file_answer(sim, request, answer, content);
    }
}

static void about_set(struct sim *sim, const struct address *address, struct answer *answer)
{
    const struct table *table = sim->solution->tables[address->table];

    answer->about = (struct answer_about){
        .record_id = table_record_id(table, address->ordinal),
        .field = table_plan(table)->columns[address->column].name,
        .repetition = address->repetition,
        .session = address->session,
    };
}

/* Reads the content at an address; false if the record is gone or the container was replaced. */
static bool content_find(struct sim *sim, const struct address *address, struct content *content_r)
{
    bool new_is_fine = switch_is(&sim->switches, STREAM_REPLACED, NEW);
    const struct table *table = sim->solution->tables[address->table];
    bool there;

    solution_read_lock(sim->solution);
    there = table_is_live(table, address->ordinal);
    if (there)
        table_content(table, address->ordinal, address->column, address->repetition, content_r);
    solution_unlock(sim->solution);
    return there && (new_is_fine || (uint16_t)content_r->version == address->version);
}

/* --- both ----------------------------------------------------------------------------------- */

static bool is_direct(const struct sim *sim)
{
    return switch_is(&sim->switches, AUTHENTICATED_STREAM, 2);
}

static void hop_answer(struct sim *sim, struct request *request, struct answer *answer,
                       const struct address *address)
{
    bool first = request->route.kind == REQUEST_STREAM1;
    bool early = switch_is(&sim->switches, STREAM_MISSING_AT, HOP1);
    auto_content content = { 0 };

    if (!content_find(sim, address, &content))
        stale_answer(sim, request, answer);
    else if (switch_is(&sim->switches, QUOTA_STREAMS, COUNTED) && quota_is_used(sim))
        answer_code(answer, CODE_QUOTA);
    else if (first && early && content.fate == FATE_MISSING)
        answer_web(answer, 404);
    else if (first && !bearer_is_good(sim, request, address))
        answer_web(answer, 401);
    else if (first && !is_direct(sim))
        first_hop(sim, request, answer, address);
    else if (!first && !is_direct(sim) && !key_is_good(sim, request, address))
        answer_web(answer, 401);
    else
        content_answer(sim, request, answer, &content);
}

static struct session *queue_for(struct sim *sim, const struct request *request)
{
    bool busy;

    if (!switch_is(&sim->switches, STREAM_QUEUE, SESSION))
        return NULL;
    return session_take(sim->sessions, request_token(request), SPAN_NONE, false, &busy);
}

void handle_stream(struct sim *sim, struct request *request, struct answer *answer)
{
    bool head = span_is(request->head.method, "HEAD");
    struct address address;
    struct session *session;
    bool ours;

    if (!span_is(request->head.method, "GET")
        && !(head && switch_is(&sim->switches, STREAM_HEAD, ALLOWED))) {
        answer_web(answer, 405);
        return;
    }
    session = queue_for(sim, request);
    if (sim->options.latency_ms)
        (void)sim_pause(sim, (int64_t)sim->options.latency_ms * TIME_MS);
    answer->head_only = head;
    ours = address_is_ours(sim, request, &address);
    if (ours)
        about_set(sim, &address, answer);
    if (ours && address_is_fresh(sim, request, &address))
        hop_answer(sim, request, answer, &address);
    else
        stale_answer(sim, request, answer);
    session_give(sim->sessions, session, false);
}
