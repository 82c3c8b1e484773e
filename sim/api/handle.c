/* Finding the handler of a request, and the checks of all database calls in their order. */
#include "sim/api/handle.h"

#include "sim/api/codes.h"
#include "sim/api/handlers.h"
#include "sim/api/otto.h"

#include "base/time.h"

typedef void call_handler(struct call *call);
typedef void open_handler(struct sim *sim, struct request *request, struct answer *answer);

struct kind_plan {
    open_handler *open; /* needs no token */
    call_handler *call;
    bool has_body; /* JSON */
};

static const struct kind_plan kind_plans[REQUEST_KINDS] = {
    [REQUEST_LOGIN] = { .open = handle_login, .has_body = true },
    [REQUEST_LOGOUT] = { .open = handle_logout },
    [REQUEST_VALIDATE] = { .open = handle_validate },
    [REQUEST_PRODUCT_INFO] = { .open = handle_product_info },
    [REQUEST_DATABASES] = { .open = handle_databases },
    [REQUEST_LAYOUTS] = { .call = handle_layouts },
    [REQUEST_LAYOUT] = { .call = handle_layout },
    [REQUEST_SCRIPTS] = { .call = handle_scripts },
    [REQUEST_LIST] = { .call = handle_list },
    [REQUEST_GET] = { .call = handle_get },
    [REQUEST_FIND] = { .call = handle_find, .has_body = true },
    [REQUEST_CREATE] = { .call = handle_create, .has_body = true },
    [REQUEST_DUPLICATE] = { .call = handle_duplicate, .has_body = true },
    [REQUEST_DELETE] = { .call = handle_delete },
    [REQUEST_UPLOAD] = { .call = handle_upload },
    [REQUEST_GLOBALS] = { .call = handle_globals, .has_body = true },
    [REQUEST_SCRIPT] = { .call = handle_script },
    [REQUEST_PATCH] = { .call = handle_patch, .has_body = true },
    [REQUEST_ODATA] = { .open = handle_odata },
    [REQUEST_CLARIS] = { .open = handle_claris },
    [REQUEST_STATUS] = { .open = handle_status },
    [REQUEST_STREAM1] = { .open = handle_stream },
    [REQUEST_STREAM2] = { .open = handle_stream },
};

/* --- what is wrong before anybody looks ----------------------------------------------------- */

static bool is_api(const struct request *request)
{
    return span_starts(request->head.path, "/fmi/data/")
           || span_starts(request->head.path, "/otto/fmi/data/");
}

static void no_such_path(struct sim *sim, struct request *request, struct answer *answer)
{
    bool html = switch_is(&sim->switches, BAD_PATH, HTML);

    if (request->route.wrong_verb)
        answer_code_text(answer, CODE_VERB_INVALID,
                         switch_is(&sim->switches, BAD_VERB, 405) ? 405 : 400,
                         code_text(CODE_VERB_INVALID));
    else if (is_api(request) && !html)
        answer_code(answer, CODE_URL_INVALID);
    else
        answer_web(answer, 404);
}

static bool version_is_known(struct span version)
{
    return !version.at || span_is(version, "v1") || span_is(version, "v2")
           || span_is(version, "vLatest");
}

/* Content-Type must be there; some servers refuse parameters in it. */
static bool body_type_refused(struct sim *sim, struct request *request, struct answer *answer)
{
    struct span type = http_header_value(&request->head, "Content-Type");
    struct span parameter = type;
    struct span bare = span_trim(span_cut(&parameter, ';'));

    if (!span_is_nocase(bare, "application/json")) {
        answer_code_text(answer, CODE_HEADER_MISSING, 415,
                         "Content-Type header must be application/json.");
        return true;
    }
    if (parameter.at && switch_is(&sim->switches, REQUEST_CHARSET, REFUSED)) {
        answer_code_text(answer, CODE_PARAMETER_INVALID, 400, "Content-Type header is invalid.");
        return true;
    }
    return false;
}

/* --- database calls ------------------------------------------------------------------------- */

static void call_layout(struct call *call, call_handler *handler)
{
    struct span name = call->request->route.layout;

    if (name.at) {
        call->layout = solution_layout(call->sim->solution, name);
        if (!call->layout) {
            answer_code(call->answer, CODE_LAYOUT_MISSING);
            return;
        }
        call->table = solution_table(call->sim->solution, call->layout->table);
    }
    handler(call);
}

static void no_session(struct sim *sim, struct request *request, struct answer *answer, bool busy)
{
    (void)sim;
    if (busy)
        answer_code_text(answer, 13, 500, "File or object is in use");
    else if (request->head.header_count && !http_header_value(&request->head, "Authorization").at)
        answer_code_text(answer, CODE_NO_AUTHORIZATION, 0, code_text(CODE_NO_AUTHORIZATION));
    else
        answer_code(answer, CODE_TOKEN_INVALID);
}

static void handle_call(struct sim *sim, struct request *request, struct answer *answer,
                        const struct kind_plan *plan)
{
    bool refuse = switch_is(&sim->switches, PER_TOKEN, REFUSE), busy = false;
    struct call call = { .sim = sim, .request = request, .answer = answer };
    char own[SESSION_TOKEN_SIZE];
    struct span token = SPAN_NONE;

    if (!request->route.is_otto)
        token = request_token(request);
    else if (otto_token(sim, request, own))
        token = span_of(own);
    call.session = session_take(sim->sessions, token, request->route.database, refuse, &busy);
    if (!call.session) {
        no_session(sim, request, answer, busy);
        return;
    }
    if (sim->options.latency_ms)
        (void)sim_pause(sim, (int64_t)sim->options.latency_ms * TIME_MS);
    if (request->params_broken)
        answer_code_text(answer, CODE_PARAMETER_INVALID, 400, "Query string is invalid.");
    else if (quota_is_used(sim))
        answer_code(answer, CODE_QUOTA);
    else
        call_layout(&call, plan->call);
    session_give(sim->sessions, call.session, true);
}

void handle_request(struct sim *sim, struct request *request, struct answer *answer)
{
    const struct kind_plan *plan = &kind_plans[request->route.kind];

    if (request->route.is_otto && !otto_lets_in(sim, request, answer))
        return;
    if (request->route.slash_hidden && is_api(request)
        && switch_is(&sim->switches, SLASH_IN_PATH, 404))
        answer_web(answer, 404);
    else if ((!plan->open && !plan->call) || !version_is_known(request->route.version))
        no_such_path(sim, request, answer);
    else if (plan->has_body && body_type_refused(sim, request, answer))
        return;
    else if (plan->open)
        plan->open(sim, request, answer);
    else
        handle_call(sim, request, answer, plan);
}
