/* Making the answer to a request, twisting it, and sending it. */
#include "sim/server/turn.h"

#include "sim/api/codes.h"
#include "sim/api/handle.h"
#include "sim/faults/scenario.h"
#include "sim/server/deliver.h"
#include "sim/server/swap.h"

#include "base/mem.h"
#include "base/time.h"

enum { SWAP_WAIT_US = 3 * TIME_SECOND };

/* --- requests delivered again --------------------------------------------------------------- */

struct replay {
    struct sim *sim;
    struct request request;
};

static void answer_none(struct sim *sim, struct request *request)
{
    struct answer answer;

    answer_init(&answer);
    handle_request(sim, request, &answer);
    answer_clear(&answer);
}

static int64_t replay_run(void *arg)
{
    struct replay *replay = arg;

    replay->request.number = sim_count(&replay->sim->requests, 1) + 1;
    answer_none(replay->sim, &replay->request);
    return 0;
}

static void replay_release(void *arg)
{
    struct replay *replay = arg;

    request_clear(&replay->request);
    free(replay);
}

static void replay_later(struct sim *sim, const struct request *request, int64_t wait_us)
{
    struct replay *replay = mem_new(struct replay);
    struct request *copy = &replay->request;
    size_t size;

    replay->sim = sim;
    request_init(copy, request->body.max);
    str_add_span(&copy->head_bytes, str_span(&request->head_bytes));
    str_add_span(&copy->body, str_span(&request->body));
    copy->is_tls = request->is_tls;
    if (http_head_read(str_span(&copy->head_bytes), &copy->head, &size) != HTTP_DONE)
        abort();
    request_route(copy);
    timers_add(sim->timers, wait_us, replay_run, replay_release, replay);
}

/* --- the answer ----------------------------------------------------------------------------- */

static void status_answer(struct answer *answer, const struct twist_status *status)
{
    answer_web(answer, status->status);
    if (!status->as_json)
        return;
    str_reset(&answer->body);
    str_add_text(&answer->body, "{\"error\":\"the server is not feeling well\"}");
    answer->media = "application/json";
}

static void down_answer(struct sim *sim, struct answer *answer)
{
    static const int statuses[] = { 502, 503, 520, 530 };

    answer_web(answer, statuses[switch_of(&sim->switches, SWITCH_RESTART_STATUS)]);
}

static void request_apply(struct sim *sim, struct request *request, struct answer *answer)
{
    handle_request(sim, request, answer);
    if (request->twist.twice)
        answer_none(sim, request);
    if (request->twist.replay_us)
        replay_later(sim, request, request->twist.replay_us);
}

static void answer_make(struct sim *sim, struct request *request, struct answer *answer)
{
    const struct twist *twist = &request->twist;

    if (sim_is_down(sim) && request->route.kind != REQUEST_STATUS) {
        down_answer(sim, answer);
    } else if (twist->status.status) {
        if (twist->status.applied)
            request_apply(sim, request, answer);
        status_answer(answer, &twist->status);
    } else if (twist->code) {
        answer_code(answer, (int)twist->code);
    } else if (twist->redirect) {
        answer_redirect(answer, twist->redirect);
    } else {
        request_apply(sim, request, answer);
    }
}

static bool is_stream(const struct request *request)
{
    return request->route.kind == REQUEST_STREAM1 || request->route.kind == REQUEST_STREAM2;
}

/* --- what stands between -------------------------------------------------------------------- */

enum { PAGE_MOST = 30, LONG_BYTES = 20 * 1000 * 1000 };

/* Adds the twists that switches ask for in every answer. */
static void twist_by_switches(struct sim *sim, struct request *request)
{
    static const enum twist_coding codings[] = { CODING_AS_ASKED, CODING_GZIP, CODING_DEFLATE,
                                                 CODING_LABEL };
    struct twist *twist = &request->twist;
    enum switch_id id = is_stream(request) ? SWITCH_STREAM_CODING : SWITCH_JSON_CODING;

    if (request->route.kind == REQUEST_STATUS)
        return;
    if (twist->coding == CODING_AS_ASKED)
        twist->coding = codings[switch_of(&sim->switches, id)];
    twist->bom |= switch_is(&sim->switches, JSON_MARK, YES);
    if (request_limit(request) <= PAGE_MOST)
        return;
    switch (switch_of(&sim->switches, SWITCH_PAGE_MOST)) {
    case SWITCH_PAGE_MOST_504:
        twist->status.status = 504;
        break;
    case SWITCH_PAGE_MOST_408:
        twist->status.status = 408;
        break;
    case SWITCH_PAGE_MOST_LONG:
        twist->pad = LONG_BYTES;
        break;
    default:
        break;
    }
}

static void json_dress(struct answer *answer, const struct twist *twist)
{
    if (twist->bom) {
        auto_free char *text = span_text(str_span(&answer->body));
        size_t size = answer->body.size;

        str_reset(&answer->body);
        str_add_text(&answer->body, "\xEF\xBB\xBF");
        str_add(&answer->body, text, size);
    }
    while (answer->body.size < twist->pad)
        str_add_text(&answer->body,
                     "                                                                ");
}

/* Spoils an answer that has been made. */
static void answer_spoil(struct answer *answer, const struct twist *twist)
{
    if (answer->style == ANSWER_API || answer->style == ANSWER_PRODUCT)
        json_dress(answer, twist);
    if (twist->html) {
        answer_web(answer, 200);
    } else if (twist->empty) {
        content_close(answer->stream);
        answer->stream = NULL;
        str_reset(&answer->body);
    }
}

/* --- sending -------------------------------------------------------------------------------- */

static uint64_t gzip_least(const struct sim *sim)
{
    switch (switch_of(&sim->switches, SWITCH_GZIP_LEAST)) {
    case SWITCH_GZIP_LEAST_1024:
        return 1024;
    case SWITCH_GZIP_LEAST_2000:
        return 2000;
    default:
        return 0;
    }
}

/* Writes a file that was served or refused to the journal. */
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

/* Answers 304 if the client has this body already, as Express does. */
static void etag_check(const struct sim *sim, const struct request *request, struct answer *answer)
{
    struct span have = http_header_value(&request->head, "If-None-Match");

    if (have.at && answer->style == ANSWER_API && answer->status == 200
        && span_is(request->head.method, "GET") && switch_is(&sim->switches, ETAG_304, YES)
        && span_is(have, answer_etag(answer)))
        answer_not_modified(answer);
}

static bool answer_send(struct sim *sim, struct wire *wire, struct request *request,
                        struct answer *answer, unsigned left)
{
    bool off = switch_is(&sim->switches, KEEP_ALIVE, OFF);
    struct delivery delivery = { .request = request,
                                 .answer = answer,
                                 .requests_left = off ? 0 : left,
                                 .idle_seconds = TURN_IDLE_SECONDS,
                                 .web_server = sim_generation(sim)->web_server,
                                 .odata = sim_generation(sim)->odata,
                                 .gzip_least = gzip_least(sim) };
    uint64_t sent = 0;
    bool keep;

    if (request->twist.stall_us && !wire_pause(wire, request->twist.stall_us))
        return false;
    etag_check(sim, request, answer);
    keep = deliver_answer(wire, &delivery, &sent);
    (void)sim_count(&sim->bytes_out, sent);
    if (is_stream(request) || answer->about.record_id)
        stream_journal(sim, request, answer, sent);
    return keep;
}

bool turn_run(struct sim *sim, struct wire *wire, struct request *request, unsigned left)
{
    const struct twist *twist = &request->twist;
    struct answer answer;
    bool keep = false;

    if (twist->delay_us && !wire_pause(wire, twist->delay_us))
        return false;
    twist_by_switches(sim, request);
    answer_init(&answer);
    answer_make(sim, request, &answer);
    scenario_after(sim, request);
    if (twist->swap)
        swaps_meet(sim->swaps, &answer, SWAP_WAIT_US);
    answer_spoil(&answer, twist);
    if (twist->reset_after)
        wire_reset(wire);
    else
        keep = answer_send(sim, wire, request, &answer, left);
    answer_clear(&answer);
    return keep;
}
