/* The identity provider of FileMaker Cloud, which stands elsewhere in the world and here at the same address. */
#include "sim/api/handlers.h"

#include "base/mem.h"
#include "base/time.h"

static void refusal_answer(struct answer *answer, const struct identity_refusal *refusal)
{
    auto_free char *type = mem_printf("%s:", refusal->name);

    answer->status = 400;
    answer_header(answer, "x-amzn-ErrorType", type);
    identity_refusal_write(refusal, &answer->body);
}

/* What a scenario wants: "TooManyRequestsException:Rate_exceeded". */
static void refusal_read(struct span text, struct identity_refusal *refusal_r)
{
    struct span name = span_cut(&text, ':');

    (void)snprintf(refusal_r->name, sizeof refusal_r->name, SPAN_FORMAT, SPAN_ARGS(name));
    (void)snprintf(refusal_r->words, sizeof refusal_r->words, SPAN_FORMAT, SPAN_ARGS(text));
    for (char *c = refusal_r->words; *c; c++)
        if (*c == '_')
            *c = ' ';
}

void handle_claris(struct sim *sim, struct request *request, struct answer *answer)
{
    struct span target = http_header_value(&request->head, "X-Amz-Target");
    struct identity_refusal refusal = { .name = "" };

    if (!sim->identity) {
        answer_web(answer, 404);
        return;
    }
    answer->style = ANSWER_OWN;
    answer->ahead_us = sim->options.claris_ahead_s * TIME_SECOND;
    answer->media = "application/x-amz-json-1.1";
    if (request->twist.deny)
        refusal_read(span_of(request->twist.deny), &refusal);
    else
        identity_serve(sim->identity, span_from(target, strlen(REQUEST_CLARIS_TARGET)),
                       str_span(&request->body), &answer->body, &refusal);
    if (refusal.name[0])
        refusal_answer(answer, &refusal);
}
