/* From a request to its answer. */
#include "console/handler.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "console/inside.h"
#include "console/pages/frame.h"
#include "console/people/gate.h"
#include "console/server/repeating.h"
#include "console/views/view_log.h"

/*
 * What a page may do. The report brings its style along; in a sandbox it is no page of ours. What
 * others made is inert, even where a browser shows it.
 */
static const char *answer_policy(const struct answer *answer)
{
    if (answer->type_kept)
        return "sandbox; default-src 'none'; frame-ancestors 'none'";
    if (answer->is_report)
        return "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; "
               "base-uri 'none'; frame-ancestors 'none'";
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
           "connect-src 'self'; form-action 'self'; base-uri 'none'; "
           "frame-ancestors 'none'; require-trusted-types-for 'script'";
}

/* What every answer says to a browser: nothing but our own pages, nothing kept, nothing framed. */
static void answer_guard(struct answer *answer)
{
    answer_header(answer, "Strict-Transport-Security", "max-age=31536000");
    answer_header(answer, "Content-Security-Policy", "%s", answer_policy(answer));
    answer_header(answer, "X-Content-Type-Options", "nosniff");
    answer_header(answer, "Referrer-Policy", "no-referrer");
    answer_header(answer, "Cross-Origin-Opener-Policy", "same-origin");
    answer_header(answer, "Cross-Origin-Resource-Policy", "same-origin");
    answer_header(answer, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
    answer_header(answer, "Cache-Control", "%s",
                  answer->may_be_kept ? "public, max-age=31536000, immutable" : "no-store");
}

/* Who is not logged in does not learn which addresses there are. */
static const struct route nowhere = { .right = RIGHT_ANY };

/* Programs do, whose tokens never have that right: they mistype, too. */
static bool may_learn(struct exchange *x, struct err *err)
{
    return gate_pass(x, &nowhere, err)
           || (x->is_refused && x->problem.type == PROBLEM_NO_RIGHT && x->who.token);
}

static bool nowhere_refuse(struct exchange *x, const char *allow)
{
    if (!*allow)
        return refuse(x, PROBLEM_NOT_THERE, "%s", "");
    answer_header(&x->answer, "Allow", "%s", allow);
    return refuse(x, PROBLEM_WRONG_METHOD, "it takes %s", allow);
}

/* A misspelt filter would otherwise choose everything. */
static bool query_is_known(struct exchange *x, const struct route *route)
{
    const char *stranger = route->query ? request_query_stranger(x->request, route->query) : NULL;

    return !stranger
           || refuse(x, PROBLEM_BAD_REQUEST, "'%.40s' is no parameter here; %s%s", stranger,
                     *route->query ? "these are: " : "there are none", route->query);
}

static bool route_answer(struct exchange *x, const struct route *route, struct err *err)
{
    struct repeating repeating;
    bool done;

    if (!route->may_repeat)
        return route->answer(x, err);
    if (!repeating_begin(x, &repeating, err))
        return false;
    done = repeating.is_answered || route->answer(x, err);
    repeating_end(x, &repeating, done && !x->is_passing);
    return done;
}

static bool request_dispatch(struct exchange *x, const struct route *table,
                             const struct route **route_r, struct err *err)
{
    char allow[ALLOW_SIZE];

    if (!route_find(x->request, table, route_r, allow, err))
        return false;
    if (!*route_r)
        return may_learn(x, err) && nowhere_refuse(x, allow);
    return gate_pass(x, *route_r, err) && query_is_known(x, *route_r)
           && route_answer(x, *route_r, err);
}

/* A person who is not logged in gets the page where to do that, and then comes back here. */
static bool to_login(struct exchange *x)
{
    enum request_method method = request_method_of(x->request);
    auto_str to = STR_MAX(2 * REQUEST_TARGET_MAX);

    if (x->is_api || x->problem.type != PROBLEM_NO_SESSION
        || (method != REQUEST_GET && method != REQUEST_HEAD))
        return false;
    str_add_text(&to, "/login?to=");
    request_encode(request_target(x->request), &to);
    answer_go_to(&x->answer, str_text(&to));
    return true;
}

static void refusal_show(struct exchange *x)
{
    struct err err;

    if (to_login(x))
        return;
    if (x->is_api)
        problem_json(&x->problem, x->id, &x->answer);
    else if (!frame_problem(x, &err))
        answer_restart(&x->answer);
}

/* Who of those whom we know tried what, without the right to it. */
static bool refusal_note(struct exchange *x, struct err *err)
{
    auto_free char *tried = NULL;

    if (x->problem.type != PROBLEM_NO_RIGHT || (!x->who.account && !x->who.token))
        return true;
    tried = mem_printf("%s " SPAN_FORMAT, method_name(request_method_of(x->request)),
                       SPAN_ARGS(request_path(x->request)));
    return view_of(
        x, (struct view_entry){ .what = VIEW_REFUSED, .outcome = "refused", .detail = tried }, err);
}

static void failure_show(struct exchange *x, const struct err *err)
{
    problem_of_err(err, &x->problem);
    if (x->problem.type != PROBLEM_BAD_REQUEST)
        log_error("request %s: %s", x->id, err->msg);
    refusal_show(x);
}

static void request_note(const struct exchange *x, const struct route *route, int64_t begun_us)
{
    log_debug("request %s: %s %s: %d %s, %jd ms", x->id, method_name(request_method_of(x->request)),
              route ? route->path : "no such address", x->answer.status,
              x->is_refused ? problem_name(x->problem.type) : "answered",
              (intmax_t)((time_mono_us() - begun_us) / TIME_MS));
}

static void request_answer(struct exchange *x, const struct route *table, struct err *err)
{
    const struct route *route = NULL;
    int64_t begun_us = time_mono_us();

    if (!request_dispatch(x, table, &route, err)) {
        if (x->is_refused && refusal_note(x, err))
            refusal_show(x);
        else
            failure_show(x, err);
    }
    request_note(x, route, begun_us);
}

void handle(struct console *console, const struct route *table, const struct request_raw *raw,
            struct answer *answer_r)
{
    struct exchange x = { .console = console, .answer = answer_start() };
    struct uuid id = uuid_v4();
    struct err err = { 0 };

    (void)uuid_text(&id, x.id);
    x.is_api = span_starts(raw->target, "/api/") || span_starts(raw->target, "/nexus/");
    if (request_read(raw, &x.request, &err)) {
        request_answer(&x, table, &err);
    } else {
        (void)refuse(&x, err.code == REQUEST_TOO_LARGE ? PROBLEM_TOO_LARGE : PROBLEM_BAD_REQUEST,
                     "%s", err.msg);
        problem_json(&x.problem, x.id, &x.answer);
    }
    answer_header(&x.answer, "X-Request-Id", "%s", x.id);
    answer_guard(&x.answer);
    request_free(x.request);
    *answer_r = x.answer;
}

/* Whether the one who sends may send files here; what fails is told once all of it has come. */
static bool may_send_files(struct exchange *x, const struct route *table)
{
    const struct route *route = NULL;
    char allow[ALLOW_SIZE];
    struct err err;

    return route_find(x->request, table, &route, allow, &err) && route && route->takes_files
           && gate_lets_send(x, route, &err);
}

enum arriving arriving_of(struct console *console, const struct route *table,
                          const struct request_raw *raw, struct spool **spool_r)
{
    struct exchange x = { .console = console, .answer = answer_start() };
    struct span type = raw->header(raw->arg, "Content-Type");
    enum arriving arriving = ARRIVING_DROPPED;
    struct err err;

    if (!multipart_is_type(type))
        return ARRIVING_WHOLE;
    if (request_read(raw, &x.request, &err) && may_send_files(&x, table)) {
        *spool_r =
            spool_new(console->settings->state, type, (uint64_t)console->settings->upload_bytes);
        arriving = ARRIVING_FILES;
    }
    request_free(x.request);
    answer_clear(&x.answer);
    return arriving;
}
