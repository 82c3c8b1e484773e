/* Checks a decision, and has it carried out. */
#include "console/run/deciding.h"

#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "console/inside.h"
#include "console/views/view_log.h"
#include "document/failure_class.h"
#include "run/decisions.h"

bool deciding_is_waiver(const struct deciding *d)
{
    return strcmp(d->kind, "waive") == 0;
}

static bool kind_is_allowed(struct exchange *x, const struct deciding *d)
{
    enum right right = deciding_is_waiver(d) ? RIGHT_WAIVE : RIGHT_RETRY;

    if (!deciding_is_waiver(d) && strcmp(d->kind, "retry") != 0)
        return refuse(x, PROBLEM_BAD_REQUEST, "the kind is neither 'retry' nor 'waive'");
    return may(x, right)
           || refuse(x, PROBLEM_NO_RIGHT, "the right '%s' is needed", right_name(right));
}

static bool choice_is_clear(struct exchange *x, const struct deciding *d)
{
    enum failure_kind ignored;

    if ((d->class != NULL) == (d->count > 0))
        return refuse(x, PROBLEM_BAD_REQUEST, "choose either documents or a class");
    return !d->class || failure_class_read(span_of(d->class), &ignored)
           || refuse(x, PROBLEM_BAD_REQUEST, "there is no class '%.40s'", d->class);
}

static bool decision_do(struct exchange *x, const struct deciding *d, bool only_looks,
                        struct ledger_decided *decided_r, struct err *err)
{
    const struct engine_settings *engine = x->console->engine;
    struct decision_name names[DECIDING_MOST] = { 0 };
    struct decision_request request = { .kind = d->kind,
                                        .choice = { .class = d->class },
                                        .names = d->class ? NULL : names,
                                        .name_count = d->count,
                                        .only_looks = only_looks,
                                        .expect = only_looks ? 0 : d->expect };

    for (size_t i = 0; i < d->count; i++)
        names[i].document = d->documents[i];
    if (deciding_is_waiver(d)) {
        request.who = x->who.name;
        request.reason = d->reason ? d->reason : "";
    }
    if (decision_carry_out(engine->ledger_url, engine->source_name, &request, x->console->cancel,
                           decided_r, err))
        return true;
    return err->kind == ERR_USAGE ? refuse(x, PROBLEM_NOT_THERE, "%s", err->msg) : false;
}

bool deciding_look(struct exchange *x, const struct deciding *d, struct ledger_decided *decided_r,
                   struct err *err)
{
    return kind_is_allowed(x, d) && choice_is_clear(x, d)
           && decision_do(x, d, true, decided_r, err);
}

static bool reason_is_given(struct exchange *x, const struct deciding *d)
{
    struct span reason = span_trim(span_of(d->reason ? d->reason : ""));

    return !deciding_is_waiver(d) || utf8_count(reason) >= REASON_LEAST
           || refuse(x, PROBLEM_BAD_REQUEST, "a waiver needs a reason of %d characters or more",
                     REASON_LEAST);
}

bool deciding_wants_proof(const struct exchange *x, const struct deciding *d, int64_t documents)
{
    int64_t since_us = clock_now_us(x->console->clock) - x->who.proved_us;

    return deciding_is_waiver(d) && documents > WAIVED_UNPROVED
           && since_us > PROOF_MINUTES * 60 * TIME_SECOND;
}

static bool number_is_given(struct exchange *x, const struct deciding *d)
{
    return d->expect > 0
           || refuse(x, PROBLEM_BAD_REQUEST, "say how many documents are expected to change");
}

/* The ledger has the decision with its name already; the view log says who it was here. */
static bool decision_note(struct exchange *x, const struct deciding *d, struct err *err)
{
    auto_free char *detail = mem_printf("%jd documents, %s", (intmax_t)d->expect,
                                        d->class ? d->class : "chosen one by one");

    return view_of(x,
                   (struct view_entry){ .what = deciding_is_waiver(d) ? VIEW_WAIVE : VIEW_RETRY,
                                        .document = d->count == 1 ? d->documents[0] : 0,
                                        .detail = detail },
                   err);
}

bool deciding_carry_out(struct exchange *x, const struct deciding *d,
                        struct ledger_decided *decided_r, struct err *err)
{
    if (!kind_is_allowed(x, d) || !choice_is_clear(x, d) || !reason_is_given(x, d)
        || !number_is_given(x, d))
        return false;
    if (deciding_wants_proof(x, d, d->expect))
        return refuse(x, PROBLEM_NOT_MET,
                      "more than %d documents are waived only within %d minutes after password and "
                      "code were given: see /prove",
                      WAIVED_UNPROVED, PROOF_MINUTES);
    if (!decision_do(x, d, false, decided_r, err))
        return false;
    if (decided_r->changed == d->expect)
        return decision_note(x, d, err);
    return refuse(x, PROBLEM_CHANGED,
                  "%jd documents would change, not the %jd that were expected; nothing was done",
                  (intmax_t)decided_r->changed, (intmax_t)d->expect);
}
