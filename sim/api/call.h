/* A call of the Data API, and what handlers check and read first. */
#pragma once

#include "sim/api/answer.h"
#include "sim/api/script.h"
#include "sim/sim.h"
#include "json/json.h"

/* A call, as a handler gets it. */
struct call {
    struct sim *sim;
    struct request *request;
    struct answer *answer;
    struct session *session;
    const struct layout *layout; /* if the path names one */
    struct table *table;         /* of that layout        */
};

/* Refuses a body that is no JSON object. */
void body_refuse(const struct sim *sim, struct answer *answer);

/* Whether as many bytes went out as --quota-mib allows. */
bool quota_is_used(const struct sim *sim);

/* The body as a JSON object; NULL if it is none, which has been answered then. The caller frees. */
struct json *call_body(struct call *call);

/* Reads parameters, which may name scripts only. False if the call has been refused. */
bool call_scripts(struct call *call, struct script_wishes *scripts);

/* The token of "Authorization: Bearer ...", or SPAN_NONE. */
struct span request_token(const struct request *request);

/* Whether it comes with an identity of Claris ID that is good; any but "expired" without a provider of our own. */
bool request_fmid(const struct sim *sim, const struct request *request);

/* Checks "Basic" credentials. Returns 0 or FileMaker's code (10, 212) with its text in `text_r`. */
int request_basic(const struct sim *sim, const struct request *request, const char **text_r);
