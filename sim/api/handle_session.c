/* Login, logout, and the calls that need no session. */
#include "sim/api/handlers.h"

#include "sim/api/codes.h"

#include "base/mem.h"
#include "base/time.h"
#include "json/json.h"

/* --- login ---------------------------------------------------------------------------------- */

static bool body_is_json(struct sim *sim, struct request *request, struct answer *answer)
{
    auto_json *json = NULL;
    struct err err;

    if (span_trim(str_span(&request->body)).size == 0
        || (json_read(str_span(&request->body), &json, &err)
            && json_root(json)->kind == JSON_OBJECT))
        return true;
    body_refuse(sim, answer);
    return false;
}

/* Whether the login is that of FileMaker Cloud or OAuth; any identity is accepted. */
static bool is_federated(const struct request *request)
{
    struct span value = http_header_value(&request->head, "Authorization");

    return span_starts(value, "FMID ")
           || (http_header_value(&request->head, "X-FM-Data-OAuth-Request-Id").size
               && http_header_value(&request->head, "X-FM-Data-OAuth-Identifier").size);
}

static bool federated_is_good(const struct sim *sim, const struct request *request)
{
    struct span value = http_header_value(&request->head, "Authorization");

    return !span_starts(value, "FMID ") || request_fmid(sim, request);
}

static void capacity_answer(struct sim *sim, struct answer *answer)
{
    int code = switch_is(&sim->switches, CAPACITY_CODE, 812) ? CODE_CAPACITY : CODE_SESSIONS;
    bool usual = switch_is(&sim->switches, CAPACITY_STATUS, 500);

    answer_code_text(answer, code, usual ? 500 : 503, code_text(code));
}

static void login_answer(struct sim *sim, struct request *request, struct answer *answer,
                         const char *token, uint32_t serial)
{
    bool federated = is_federated(request);
    struct json_writer w;

    answer_header(answer, "X-FM-Data-Access-Token", token);
    answer_begin(answer, &w);
    if (!federated)
        json_member_text(&w, "token", token);
    answer_end(answer, &w);
    journal_write(sim->journal, &(struct effect){ .name = "login",
                                                  .status = 200,
                                                  .session = serial,
                                                  .request = request->number });
}

static void login_try(struct sim *sim, struct request *request, struct answer *answer)
{
    struct span name = span_of(sim->options.account);
    auto_free char *account = span_text(span_cut(&name, ':'));
    char token[SESSION_TOKEN_SIZE];
    uint32_t serial;

    if (__atomic_fetch_add(&sim->logins, 1, __ATOMIC_RELAXED) == 0
        && switch_is(&sim->switches, FIRST_LOGIN_212, ON)) {
        answer_code_text(answer, CODE_LOGIN_WRONG, 401, code_text(CODE_LOGIN_WRONG));
        return;
    }
    if (session_login(sim->sessions, request->route.database, account, token, &serial))
        login_answer(sim, request, answer, token, serial);
    else
        capacity_answer(sim, answer);
}

void handle_login(struct sim *sim, struct request *request, struct answer *answer)
{
    bool federated = is_federated(request);
    const char *text;
    int code = federated ? 0 : request_basic(sim, request, &text);

    if (federated && !federated_is_good(sim, request)) {
        if (switch_is(&sim->switches, CLOUD_401, HTML))
            answer_web(answer, 401);
        else
            answer_code(answer, CODE_LOGIN_WRONG);
    } else if (code) {
        answer_code_text(answer, code, 401, text);
    } else if (!span_is_nocase(request->route.database, sim->solution->database)) {
        answer_code_text(answer, CODE_UNABLE_TO_OPEN,
                         switch_is(&sim->switches, UNKNOWN_DATABASE_STATUS, 500) ? 500 : 404,
                         code_text(CODE_UNABLE_TO_OPEN));
    } else if (body_is_json(sim, request, answer)) {
        login_try(sim, request, answer);
    }
}

/* --- logout, validate ----------------------------------------------------------------------- */

void handle_logout(struct sim *sim, struct request *request, struct answer *answer)
{
    uint32_t serial;

    if (!session_logout(sim->sessions, request->route.token, &serial)) {
        answer_code(answer, CODE_TOKEN_INVALID);
        return;
    }
    answer_empty(answer);
    journal_write(sim->journal, &(struct effect){ .name = "logout",
                                                  .status = 200,
                                                  .session = serial,
                                                  .request = request->number });
}

void handle_validate(struct sim *sim, struct request *request, struct answer *answer)
{
    bool keeps = switch_is(&sim->switches, VALIDATE_KEEPS_SESSION, YES), busy;
    struct span token = request_token(request);
    struct session *session;
    struct json_writer w;

    if (!token.at) {
        answer_code_text(answer, CODE_NO_AUTHORIZATION,
                         switch_is(&sim->switches, VALIDATE_NO_TOKEN, 401) ? 401 : 400,
                         "Request validation failed: Parameter (Authorization) is required");
        return;
    }
    session = session_take(sim->sessions, token, SPAN_NONE, false, &busy);
    if (!session) {
        answer_code(answer, CODE_TOKEN_INVALID);
        return;
    }
    session_give(sim->sessions, session, keeps);
    answer_begin(answer, &w);
    if (switch_is(&sim->switches, VALIDATE_ANSWER, IN_USE))
        json_member_flag(&w, "isSessionInUse", true);
    answer_end(answer, &w);
}

/* --- product and databases ------------------------------------------------------------------ */

void handle_product_info(struct sim *sim, struct request *request, struct answer *answer)
{
    bool version = switch_is(&sim->switches, PRODUCT_VERSION, PRESENT);
    struct json_writer w;

    (void)request;
    answer_begin(answer, &w);
    json_name(&w, "productInfo");
    json_open_object(&w);
    json_member_text(&w, "name", "FileMaker Data API Engine");
    if (version) {
        json_member_text(&w, "buildDate", "05/20/2024");
        json_member_text(&w, "version",
                         sim->options.generation ? sim->options.generation->version : "21.0.1.62");
    }
    json_member_text(&w, "dateFormat", "MM/dd/yyyy");
    json_member_text(&w, "timeFormat", "HH:mm:ss");
    json_member_text(&w, "timeStampFormat", "MM/dd/yyyy HH:mm:ss");
    json_close_object(&w);
    answer_end(answer, &w);
    answer->style = ANSWER_PRODUCT;
}

void handle_databases(struct sim *sim, struct request *request, struct answer *answer)
{
    struct json_writer w;
    const char *text;
    int code = 0;

    if (http_header_value(&request->head, "Authorization").at && !is_federated(request))
        code = request_basic(sim, request, &text);
    if (code) {
        answer_code_text(answer, code, 401, text);
        return;
    }
    answer_begin(answer, &w);
    json_name(&w, "databases");
    json_open_array(&w);
    json_open_object(&w);
    json_member_text(&w, "name", sim->solution->database);
    json_close_object(&w);
    json_close_array(&w);
    answer_end(answer, &w);
}
