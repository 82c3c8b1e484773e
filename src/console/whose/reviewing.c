/* The registry proposes, the ledger counts, the view log is told; then it may be shown. */
#include "console/whose/reviewing.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "console/documents/places.h"
#include "console/inside.h"
#include "console/readers.h"
#include "console/views/view_log.h"
#include "ledger/unlinked.h"
#include "patients/patients.h"
#include "registry/review.h"

enum { NAME_MAX_BYTES = 8 * 1024, CASES_OF_ONE = 200 };

static void side_clear(struct reviewing_side *side)
{
    free(side->patient);
    free(side->first_name);
    free(side->last_name);
    free(side->born);
}

static void case_clear(struct reviewing_case *one)
{
    free(one->filemaker_id);
    free(one->why);
    free(one->document);
    side_clear(&one->filemaker);
    for (size_t i = 0; i < one->candidate_count; i++)
        side_clear(&one->candidates[i]);
}

void reviewing_list_clear(struct reviewing_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        case_clear(&list->items[i]);
    free(list->items);
    free(list->next);
    *list = (struct reviewing_list){ 0 };
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A list on its way. */
struct case_taking {
    struct reviewing_list *list;
    size_t room;
    bool has_more;
};

static char *text_of(struct span text)
{
    return text.at ? span_text(text) : mem_text("");
}

static struct reviewing_side side_of(struct span patient, const struct registry_told *told)
{
    return (struct reviewing_side){ .is_there = told->is_there,
                                    .patient = patient.size ? span_text(patient) : NULL,
                                    .first_name = text_of(told->first_name),
                                    .last_name = text_of(told->last_name),
                                    .born = text_of(told->dob) };
}

static bool case_take(void *arg, const struct registry_case *found, struct err *err)
{
    struct case_taking *taking = arg;
    struct reviewing_case *one;

    (void)err;
    if (taking->list->count == taking->room) {
        taking->has_more = true;
        return true;
    }
    one = &taking->list->items[taking->list->count++];
    *one = (struct reviewing_case){ .filemaker_id = span_text(found->doubt.filemaker_id),
                                    .why = span_text(found->doubt.why),
                                    .document = text_of(found->doubt.document),
                                    .filemaker = side_of(SPAN_NONE, &found->filemaker) };
    if (found->application.is_there)
        one->candidates[one->candidate_count++] =
            side_of(found->doubt.patient, &found->application);
    one->may_be_the_one = found->application.is_there && found->doubt.document.size == 0;
    return true;
}

static void candidate_take(void *arg, struct span patient, const struct registry_told *told)
{
    struct reviewing_case *one = arg;

    if (one->candidate_count < REVIEWING_CANDIDATES)
        one->candidates[one->candidate_count++] = side_of(patient, told);
}

/* Whom the comparison matched with nobody may be one of several. */
static bool candidates_find(struct registry *registry, struct reviewing_list *list, struct err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        struct reviewing_case *one = &list->items[i];

        if (one->candidate_count == 0
            && !registry_review_candidates(registry, span_of(one->filemaker_id),
                                           REVIEWING_CANDIDATES, candidate_take, one, err))
            return false;
    }
    return true;
}

static bool documents_count(struct console *console, struct reviewing_list *list, struct err *err)
{
    auto_borrowed reader = { 0 };

    if (list->count > 0 && !reader_borrow(console->readers, &reader, err))
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (!ledger_unlinked_count(reader.ledger, span_of(list->items[i].filemaker_id),
                                   &list->items[i].documents, err))
            return false;
    return true;
}

/* --- noting ----------------------------------------------------------------------------------- */

/* Each of the application's patients that will be named, as if their list had been opened. */
static bool cases_note(struct exchange *x, const struct reviewing_list *list, struct err *err)
{
    auto_free struct view_entry *entries =
        mem_zero((list->count * REVIEWING_CANDIDATES + 1) * sizeof *entries);
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < list->items[i].candidate_count; k++)
            entries[count++] = (struct view_entry){ .what = VIEW_SEARCH,
                                                    .patient = list->items[i].candidates[k].patient,
                                                    .detail = "whose is it: in doubt" };
    if (count == 0)
        entries[count++] = (struct view_entry){ .what = VIEW_SEARCH,
                                                .detail = "whose is it: no patient is named" };
    for (size_t i = 0; i < count; i++) {
        entries[i].account = x->who.account;
        entries[i].token = x->who.token;
        entries[i].session = x->who.session;
        entries[i].address = request_address(x->request);
    }
    return view_note(x->console, entries, count, err);
}

static bool list_complete(struct exchange *x, struct registry *registry,
                          struct reviewing_list *list, struct err *err)
{
    return candidates_find(registry, list, err) && documents_count(x->console, list, err)
           && cases_note(x, list, err);
}

/* --- pages of it ------------------------------------------------------------------------------ */

/* "DOCUMENT:ID": the place of the last one; who makes one up sees no more than who leafs. */
static bool place_read(struct exchange *x, char **id_r, char **document_r)
{
    const char *cursor = request_query(x->request, "cursor");
    struct span rest = span_of(cursor ? cursor : ":"), document = span_cut(&rest, ':');

    if (!rest.at)
        return refuse(x, PROBLEM_BAD_REQUEST, "cursor: it is of no page of this list");
    *document_r = text_of(document);
    *id_r = text_of(rest);
    return true;
}

bool reviewing_page(struct exchange *x, int64_t limit, struct reviewing_list *list_r,
                    struct err *err)
{
    struct case_taking taking = { .list = list_r, .room = (size_t)limit };
    auto_free char *id = NULL, *document = NULL;
    auto_loan loan = { 0 };
    struct registry *registry;
    struct registry_review_place behind;

    *list_r =
        (struct reviewing_list){ mem_zero(((size_t)limit + 1) * sizeof *list_r->items), 0, NULL };
    if (!place_read(x, &id, &document))
        return false;
    behind = (struct registry_review_place){ id, document };
    if (!places_registry(x->console->places, &loan, &registry, err)
        || !registry_review_page(registry, &behind, limit + 1, case_take, &taking, err))
        return false;
    if (taking.has_more)
        list_r->next = mem_printf("%s:%s", list_r->items[limit - 1].document,
                                  list_r->items[limit - 1].filemaker_id);
    return list_complete(x, registry, list_r, err);
}

bool reviewing_one(struct exchange *x, struct reviewing_list *list_r, struct err *err)
{
    struct case_taking taking = { .list = list_r, .room = CASES_OF_ONE };
    auto_loan loan = { 0 };
    struct registry *registry;

    *list_r =
        (struct reviewing_list){ mem_zero((CASES_OF_ONE + 1) * sizeof *list_r->items), 0, NULL };
    if (!places_registry(x->console->places, &loan, &registry, err)
        || !registry_review_one(registry, request_param(x->request, "id"), case_take, &taking, err))
        return false;
    if (list_r->count == 0)
        return refuse(x, PROBLEM_NOT_THERE, "nobody doubts who this patient is");
    return list_complete(x, registry, list_r, err);
}

/* --- a person's word -------------------------------------------------------------------------- */

static bool reason_is_given(struct exchange *x, const char *reason)
{
    return utf8_count(span_trim(span_of(reason ? reason : ""))) >= REVIEWING_REASON_LEAST
           || refuse(x, PROBLEM_BAD_REQUEST, "it needs a reason of %d characters or more",
                     REVIEWING_REASON_LEAST);
}

static bool accept_note(struct exchange *x, const char *reason, struct err *err)
{
    auto_free char *detail =
        mem_printf("FileMaker's %s: %s", request_param(x->request, "id"), reason);

    return view_of(x, (struct view_entry){ .what = VIEW_ACCEPT, .detail = detail }, err);
}

bool reviewing_accept(struct exchange *x, const char *reason, struct err *err)
{
    struct patients_settings settings = { .registry = &x->console->engine->registry };

    if (!reason_is_given(x, reason))
        return false;
    if (!patients_accept(&settings, request_param(x->request, "id"), x->who.name, reason,
                         x->console->cancel, err))
        return err->kind == ERR_USAGE ? refuse(x, PROBLEM_NOT_THERE,
                                               "nobody doubts who this patient is, or the "
                                               "application has not exactly one of this id")
                                      : false;
    return accept_note(x, reason, err);
}
