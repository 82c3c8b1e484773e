/* The engine's link does the work; what people may ask of it is decided here. */
#include "console/whose/giving.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "console/documents/places.h"
#include "console/inside.h"
#include "console/views/view_log.h"
#include "console/whose/tasks.h"
#include "registry/rows.h"

bool giving_is_allowed(struct exchange *x)
{
    return x->console->settings->link
           || refuse(x, PROBLEM_NOT_MET,
                     "this console moves no documents: set [console] link = yes, or use 'fmferry "
                     "link'");
}

static bool reason_is_given(struct exchange *x, const char *reason)
{
    return utf8_count(span_trim(span_of(reason ? reason : ""))) >= GIVING_REASON_LEAST
           || refuse(x, PROBLEM_BAD_REQUEST, "it needs a reason of %d characters or more",
                     GIVING_REASON_LEAST);
}

static bool patient_is_another(struct exchange *x, const struct giving *g)
{
    struct span now = g->document->patient ? span_of(g->document->patient) : SPAN_NONE;

    if (!registry_same_patient(g->patient ? span_of(g->patient) : SPAN_NONE, now))
        return true;
    return refuse(x, PROBLEM_BAD_REQUEST,
                  g->patient ? "the document is with this patient already"
                             : "the document is with no patient already");
}

static bool patient_exists(struct exchange *x, const char *patient, struct err *err)
{
    struct err why = { 0 };
    auto_loan loan = { 0 };
    struct registry *registry;
    bool has = false;

    if (!patient)
        return true;
    if (!places_registry(x->console->places, &loan, &registry, err))
        return false;
    if (!registry_has_patient(registry, patient, &has, &why) && why.kind != ERR_USAGE) {
        *err = why;
        return false;
    }
    return has || refuse(x, PROBLEM_BAD_REQUEST, "the application has no such patient");
}

/* Before it begins: who wanted what. The end has an entry of its own. */
static bool wish_note(struct exchange *x, const struct giving *g, const char *row, struct err *err)
{
    auto_free char *detail = mem_printf("from %s to %s: %s",
                                        g->document->patient ? g->document->patient : "nobody",
                                        g->patient ? g->patient : "nobody", g->reason);

    return view_of(x,
                   (struct view_entry){ .what = VIEW_LINK,
                                        .outcome = "asked",
                                        .row = row,
                                        .patient = g->patient,
                                        .document = g->document->document,
                                        .detail = detail },
                   err);
}

bool giving_order(struct exchange *x, const struct giving *g, char task_r[UUID_TEXT_SIZE],
                  struct err *err)
{
    char row[UUID_TEXT_SIZE];
    struct task_order order = { .document = g->document->document,
                                .row = uuid_text(&g->document->row, row),
                                .patient = g->patient,
                                .reason = g->reason };

    return giving_is_allowed(x) && reason_is_given(x, g->reason) && patient_is_another(x, g)
           && patient_exists(x, g->patient, err) && wish_note(x, g, row, err)
           && tasks_give(x, &order, task_r);
}

bool giving_order_all(struct exchange *x, char task_r[UUID_TEXT_SIZE], struct err *err)
{
    task_r[0] = '\0';
    if (!x->console->settings->link)
        return true;
    return view_of(x,
                   (struct view_entry){ .what = VIEW_LINK,
                                        .outcome = "asked",
                                        .detail = "all whose patient is known by now" },
                   err)
           && tasks_give(x, &(struct task_order){ 0 }, task_r);
}
