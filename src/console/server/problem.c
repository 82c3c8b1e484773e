/* The kinds of problem, in one table. */
#include "console/server/problem.h"

#include "sql/sql.h"
#include "json/writer.h"

#include <assert.h>
#include <stdarg.h>

static const struct kind {
    int status;
    const char *name, *title, *mend;
} kinds[PROBLEM_TYPES] = {
    [PROBLEM_BAD_REQUEST] = { 400, "bad-request", "the request cannot be understood",
                              "mend what is named, then send it again" },
    [PROBLEM_NO_SESSION] = { 401, "no-session", "you are not logged in",
                             "log in, then do this again" },
    [PROBLEM_NO_RIGHT] = { 403, "no-right", "you have no right to this",
                           "ask an administrator for the role that has it" },
    [PROBLEM_NOT_THERE] = { 404, "not-there", "this is not there",
                            "go back to the list and choose anew" },
    [PROBLEM_WRONG_METHOD] = { 405, "wrong-method", "this address does not take that",
                               "use one of the methods in the header Allow" },
    [PROBLEM_WRONG_HOST] = { 421, "wrong-host", "this server has another name",
                             "use a name that stands in [console] names, or add this one there" },
    [PROBLEM_FOREIGN] = { 403, "foreign", "the request came from another page",
                          "load the page anew, then do it again there" },
    [PROBLEM_STALE] = { 412, "stale", "somebody was faster", "read it again, then decide" },
    [PROBLEM_NO_VERSION] = { 428, "no-version", "it is not said which version this changes",
                             "send the ETag that came with it, as If-Match" },
    [PROBLEM_CHANGED] = { 409, "changed", "it is not what was expected any more",
                          "look again, then decide; nothing was done" },
    [PROBLEM_KEY_USED] = { 422, "key-used", "this key was used for another request",
                           "make a new key for each request that is not the same" },
    [PROBLEM_UNDER_WAY] = { 409, "under-way", "the same request is under way",
                            "wait a moment, then send it again with the same key" },
    [PROBLEM_TOO_LARGE] = { 413, "too-large", "the request is too large", "send less at once" },
    [PROBLEM_KIND_REFUSED] = { 415, "kind-refused", "files of this kind are not taken",
                               "save it as a PDF or a picture, then upload that" },
    [PROBLEM_DUPLICATE] = { 409, "duplicate", "this file is there already",
                            "look at the document; if it is to be there twice, say 'anyway'" },
    [PROBLEM_RANGE] = { 416, "range", "the file has no such part",
                        "ask for bytes below the size in the header Content-Range" },
    [PROBLEM_TOO_MANY] = { 429, "too-many", "too many requests",
                           "wait as long as the header Retry-After says" },
    [PROBLEM_NOT_MET] = { 409, "not-met", "a condition is not met", "meet it, then do this again" },
    [PROBLEM_STORE_AWAY] = { 503, "store-away", "the store does not answer",
                             "try again in a minute; if it stays away, tell who runs it" },
    [PROBLEM_DATABASE_AWAY] = { 503, "database-away", "the database does not answer",
                                "try again in a minute; if it stays away, tell who runs it" },
    [PROBLEM_BUSY] = { 503, "busy", "all hands are full", "try again in a moment" },
    [PROBLEM_INTERNAL] = { 500, "internal", "something went wrong here",
                           "tell who runs this server the number of the request" },
};

bool problem_set(struct problem *problem, enum problem_type type, const char *format, ...)
{
    va_list args;

    problem->type = type;
    va_start(args, format);
    (void)vsnprintf(problem->detail, sizeof problem->detail, format, args);
    va_end(args);
    return false;
}

static enum problem_type type_of(const struct err *err)
{
    switch (err->kind) {
    case ERR_USAGE:
    case ERR_DATA:
        return PROBLEM_BAD_REQUEST;
    case ERR_DATABASE:
        return err->code == SQL_AWAY || err->code == SQL_COMMIT_LOST ? PROBLEM_DATABASE_AWAY
               : err->code == SQL_BUSY                               ? PROBLEM_BUSY
                                                                     : PROBLEM_INTERNAL;
    case ERR_NET:
    case ERR_UNSURE:
    case ERR_REMOTE:
        return PROBLEM_STORE_AWAY;
    case ERR_CANCELED:
        return PROBLEM_BUSY;
    case ERR_NONE:
    case ERR_OS:
        return PROBLEM_INTERNAL;
    }
    return PROBLEM_INTERNAL;
}

void problem_of_err(const struct err *err, struct problem *problem_r)
{
    *problem_r = (struct problem){ .type = type_of(err) };
    if (problem_r->type == PROBLEM_BAD_REQUEST)
        (void)problem_set(problem_r, PROBLEM_BAD_REQUEST, "%s", err->msg);
}

static int problem_status(enum problem_type type)
{
    return kinds[type].status;
}

const char *problem_name(enum problem_type type)
{
    return kinds[type].name;
}

const char *problem_title(enum problem_type type)
{
    return kinds[type].title;
}

const char *problem_mend(enum problem_type type)
{
    return kinds[type].mend;
}

void problem_head(const struct problem *problem, struct answer *answer)
{
    answer_restart(answer);
    answer->status = problem_status(problem->type);
    if (problem->wait_seconds)
        answer_header(answer, "Retry-After", "%u", problem->wait_seconds);
    if (problem->allow)
        answer_header(answer, "Allow", "%s", problem->allow);
    if (problem->type == PROBLEM_NO_SESSION)
        answer_header(answer, "WWW-Authenticate", "Bearer");
}

void problem_json(const struct problem *problem, const char *id, struct answer *answer)
{
    struct json_writer w = JSON_WRITER(&answer->body);
    const struct kind *kind = &kinds[problem->type];
    char text[96];

    problem_head(problem, answer);
    answer->type = "application/problem+json";
    json_open_object(&w);
    (void)snprintf(text, sizeof text, "urn:fmferry:problem:%s", kind->name);
    json_member_text(&w, "type", text);
    json_member_text(&w, "title", kind->title);
    json_member_i64(&w, "status", kind->status);
    if (*problem->detail)
        json_member_text(&w, "detail", problem->detail);
    json_member_text(&w, "mend", kind->mend);
    (void)snprintf(text, sizeof text, "urn:uuid:%s", id);
    json_member_text(&w, "instance", text);
    json_close_object(&w);
}
