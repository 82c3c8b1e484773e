/* Reading the credentials, body and scripts of a call. */
#include "sim/api/call.h"

#include "sim/api/codes.h"

#include "base/digest.h"

/* --- authorization -------------------------------------------------------------------------- */

/* The text after "Bearer " or "Basic ", or SPAN_NONE. */
static struct span authorization_value(const struct request *request, const char *scheme)
{
    struct span value = http_header_value(&request->head, "Authorization");
    size_t size = strlen(scheme);

    if (!span_is_nocase(span_first(value, size), scheme) || value.size <= size
        || value.at[size] != ' ')
        return SPAN_NONE;
    return span_trim(span_from(value, size));
}

struct span request_token(const struct request *request)
{
    return authorization_value(request, "Bearer");
}

bool request_fmid(const struct sim *sim, const struct request *request)
{
    struct span token = authorization_value(request, "FMID");

    if (sim->identity)
        return identity_knows(sim->identity, token);
    return token.size > 0 && !span_is(token, "expired");
}

int request_basic(const struct sim *sim, const struct request *request, const char **text_r)
{
    auto_str plain = STR_MAX(KIB(4));
    struct span encoded = authorization_value(request, "Basic");
    struct err err;

    *text_r = code_text(CODE_NO_AUTHORIZATION);
    if (!http_header_value(&request->head, "Authorization").at)
        return CODE_NO_AUTHORIZATION;
    *text_r = "Authorization header 'Basic' invalid.";
    if (!encoded.at || !base64_read(encoded, &plain, &err)
        || span_find(str_span(&plain), ":") == plain.size)
        return CODE_LOGIN_WRONG;
    *text_r = code_text(CODE_LOGIN_WRONG);
    return span_is(str_span(&plain), sim->options.account) ? 0 : CODE_LOGIN_WRONG;
}

/* --- bodies --------------------------------------------------------------------------------- */

void body_refuse(const struct sim *sim, struct answer *answer)
{
    answer_code(answer, switch_is(&sim->switches, BAD_JSON, 1710) ? CODE_JSON_INVALID
                                                                  : CODE_PARAMETER_INVALID);
}

bool quota_is_used(const struct sim *sim)
{
    uint64_t quota = (uint64_t)sim->options.quota_mib << 20;

    return quota && sim_counted(&sim->bytes_out) >= quota;
}

struct json *call_body(struct call *call)
{
    struct json *json = NULL;
    struct err err;

    if (json_read(str_span(&call->request->body), &json, &err)
        && json_root(json)->kind == JSON_OBJECT)
        return json;
    json_free(json);
    body_refuse(call->sim, call->answer);
    return NULL;
}

/* --- parameters that are nothing but scripts ------------------------------------------------ */

bool call_scripts(struct call *call, struct script_wishes *scripts)
{
    const struct http_params *params = &call->request->params;
    int code;

    for (size_t i = 0; i < params->count; i++) {
        auto_str text = STR_MAX(KIB(1));

        if (script_wish_read(scripts, params->items[i].name, params->items[i].value))
            continue;
        str_printf(&text, "Unknown parameter(s): " SPAN_FORMAT,
                   SPAN_ARGS(span_first(params->items[i].name, 100)));
        answer_code_text(call->answer, CODE_PARAMETER_INVALID, 0, str_text(&text));
        return false;
    }
    code = script_wishes_check(call->sim->solution, scripts);
    if (code)
        answer_code(call->answer, code);
    return code == 0;
}
