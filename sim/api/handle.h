/*
 * The handlers: each answers one kind of request. They run on the thread of the connection, with
 * nothing locked; the answer begins as an empty 200.
 */
#pragma once

#include "sim/api/answer.h"
#include "sim/sim.h"
#include "json/json.h"

/* Finds the handler; checks authorization, takes the session's turn, and calls it. */
void handle_request(struct sim *sim, struct request *request, struct answer *answer);

/* What a handler of a database call gets. */
struct call {
    struct sim *sim;
    struct request *request;
    struct answer *answer;
    struct session *session;
    const struct layout *layout; /* if the path names one */
    struct table *table;         /* of that layout        */
};

/* The body as a JSON object; NULL if it is none, which has then been answered. Caller frees. */
struct json *call_body(struct call *call);

/* sim/api/handle_session.c */
void handle_login(struct sim *sim, struct request *request, struct answer *answer);
void handle_logout(struct sim *sim, struct request *request, struct answer *answer);
void handle_validate(struct sim *sim, struct request *request, struct answer *answer);
void handle_product_info(struct sim *sim, struct request *request, struct answer *answer);
void handle_databases(struct sim *sim, struct request *request, struct answer *answer);

/* sim/api/handle_layout.c */
void handle_layouts(struct call *call);
void handle_layout(struct call *call);
void handle_scripts(struct call *call);

/* sim/api/handle_read.c */
void handle_list(struct call *call);
void handle_get(struct call *call);
void handle_find(struct call *call);

/* sim/api/handle_write.c */
void handle_create(struct call *call);
void handle_patch(struct call *call);
void handle_duplicate(struct call *call);
void handle_delete(struct call *call);

/* sim/api/handle_upload.c */
void handle_upload(struct call *call);
void handle_globals(struct call *call);
void handle_script(struct call *call);

/* Reads parameters that may be nothing but scripts; false if that has been refused. */
struct script_wishes;
bool call_scripts(struct call *call, struct script_wishes *scripts);

/* sim/api/handle_odata.c */
void handle_odata(struct sim *sim, struct request *request, struct answer *answer);

/* sim/api/handle_status.c */
void handle_status(struct sim *sim, struct request *request, struct answer *answer);

/* sim/api/handle_stream.c */
void handle_stream(struct sim *sim, struct request *request, struct answer *answer);
/* The record whose container a streaming URL means; 0 if it is none of ours. */
uint64_t stream_record_id(const struct sim *sim, const struct request *request);

/* The token of "Authorization: Bearer ...", or SPAN_NONE. */
struct span request_token(const struct request *request);

/* Whether "Basic" credentials are right. 0, or FileMaker's code (10, 212); `text_r` its words. */
int request_basic(const struct sim *sim, const struct request *request, const char **text_r);
