/*
 * Reads OData's answers. An error is {"error":{"code":"-1020","message":"..."}}, with one of OData's own numbers or one
 * of FileMaker's as text; the message is not shown, as it may quote people's values.
 */
#include "filemaker/session.h"

#include "base/num.h"
#include "base/text.h"

#include <stdlib.h>

/* Numbers of OData that mean what one of FileMaker's does. */
static const struct {
    int odata, reason;
} meanings[] = {
    { -1020, FILEMAKER_LAYOUT_MISSING },
    { -1023, FILEMAKER_RECORD_MISSING },
    { 8309, FILEMAKER_FIELD_MISSING },
};

enum { FILEMAKER_CODE_MAX = 5499, INSUFFICIENT_PRIVILEGES = 9 };

static int reason_of(int64_t code)
{
    for (size_t i = 0; i < lengthof(meanings); i++)
        if (meanings[i].odata == code)
            return meanings[i].reason;
    return code > 0 && code <= FILEMAKER_CODE_MAX ? (int)code : 0;
}

void filemaker_odata_mean(struct err *err)
{
    if (err->kind != ERR_REMOTE || err->reason)
        return;
    if (err->code == HTTP_UNAUTHORIZED)
        err->reason = FILEMAKER_BAD_LOGIN;
    else if (err->code == HTTP_FORBIDDEN)
        err->reason = INSUFFICIENT_PRIVILEGES;
}

static bool remote_failed(int status, int reason, const char *words, struct err *err)
{
    (void)err_set(err, ERR_REMOTE, status, "%s", words);
    err->reason = reason;
    return false;
}

static bool stranger_spoke(const struct http_answer *from, struct err *err)
{
    int status = http_status(from);
    char words[200];

    (void)snprintf(
        words, sizeof words, "OData answered with HTTP status %d and no message%s", status,
        status == HTTP_NOT_FOUND ? ": it may be switched off (Admin Console, Connectors, OData)"
                                 : "");
    return remote_failed(status, 0, words, err);
}

static bool code_of(const struct json *json, int64_t *code_r)
{
    const struct json_value *error = json_get(json_root(json), "error");
    const struct json_value *code = error ? json_get(error, "code") : NULL;
    struct err ignored;

    return code && num_i64(code->text, INT32_MIN, INT32_MAX, code_r, &ignored);
}

static bool refusal_read(const struct json *json, const struct http_answer *from, struct err *err)
{
    char words[200];
    int64_t code = 0;
    int reason;

    if (!code_of(json, &code))
        return stranger_spoke(from, err);
    reason = reason_of(code);
    if (reason)
        (void)snprintf(words, sizeof words, "OData error %jd (%s)", (intmax_t)code,
                       filemaker_meaning(reason));
    else
        (void)snprintf(words, sizeof words, "OData error %jd", (intmax_t)code);
    return remote_failed(http_status(from), reason, words, err);
}

/* JSON that was cut may be whole the next time, as with the Data API. */
static bool json_is_bad(const struct http_answer *from, const struct err *why, struct err *err)
{
    char words[sizeof err->msg];

    if (http_status(from) >= 300)
        return stranger_spoke(from, err);
    (void)snprintf(words, sizeof words, "OData's answer cannot be read: %.400s", why->msg);
    if (why->code == JSON_CUT)
        return remote_failed(http_status(from), 0, words, err);
    return err_set(err, ERR_DATA, why->code == JSON_TOO_MUCH ? HTTP_TOO_LONG : FILEMAKER_BAD_ANSWER,
                   "%s", words);
}

bool filemaker_odata_read(struct filemaker_answer *answer, const struct http_answer *from,
                          bool is_json, struct err *err)
{
    struct span text = text_without_mark(str_span(&answer->text));
    bool is_good = http_status(from) == 200;
    struct err why = { 0 };

    if (is_good && !is_json)
        return true;
    if (!json_read(text, &answer->json, &why))
        return json_is_bad(from, &why, err);
    if (!is_good)
        return refusal_read(answer->json, from, err);
    answer->response = json_root(answer->json);
    return answer->response->kind == JSON_OBJECT
           || err_set(err, ERR_DATA, FILEMAKER_BAD_ANSWER, "OData's answer is no object");
}
