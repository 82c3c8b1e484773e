/* Goes through the documents, decides to whom each belongs, and has it moved if it must be. */
#include "run/relink.h"

#include "base/mem.h"
#include "engine/writes_relink.h"
#include "engine/writes_run.h"
#include "preflight/pinned.h"
#include "run/enter.h"
#include "run/relink_item.h"
#include "store/open.h"

struct relink {
    struct relinker linker;
    const struct relink_request *request;
    struct relink_result *result;
    struct run_entry entry;
};

/* --- to whom a document belongs ------------------------------------------------------------- */

/* A document keeps its patient unless exactly one other is named: a doubt never takes it away. */
static struct ledger_link_target target_by_id(const struct relink_candidate *candidate, bool again,
                                              struct relink_result *result)
{
    const struct ledger_claim *claim = &candidate->claim;
    enum registry_match match = candidate->match;

    if (claim->by_hand && !again)
        return (struct ledger_link_target){ .link = claim->link, .patient = claim->patient };
    if (candidate->is_doubted && match == REGISTRY_ONE_PATIENT)
        match = REGISTRY_REVIEW;
    result->orphaned += match == REGISTRY_NO_PATIENT && claim->link == LEDGER_LINKED;
    result->review += match == REGISTRY_REVIEW;
    result->waiting += match == REGISTRY_NO_PATIENT && claim->link != LEDGER_LINKED;
    if (match == REGISTRY_ONE_PATIENT)
        return (struct ledger_link_target){ LEDGER_LINKED, candidate->patient, NULL, NULL };
    if (claim->link == LEDGER_LINKED)
        return (struct ledger_link_target){ LEDGER_LINKED, claim->patient, NULL, NULL };
    return (struct ledger_link_target){ match == REGISTRY_REVIEW ? LEDGER_REVIEW : LEDGER_UNLINKED,
                                        NULL, NULL, NULL };
}

/* As by the patient's id from now on, in the name of whoever gives it back. */
static struct ledger_link_target target_given_back(const struct relink *l,
                                                   const struct relink_candidate *candidate)
{
    struct ledger_link_target target = target_by_id(candidate, true, l->result);

    if (!candidate->claim.by_hand)
        return target;
    target.who = l->request->who;
    target.reason = l->request->reason;
    target.by_id_again = true;
    return target;
}

static struct ledger_link_target target_of(const struct relink *l,
                                           const struct relink_candidate *candidate)
{
    const struct relink_request *request = l->request;

    if (request->by_id_again)
        return target_given_back(l, candidate);
    if (!request->by_hand)
        return target_by_id(candidate, false, l->result);
    return (struct ledger_link_target){ .link = request->patient ? LEDGER_LINKED : LEDGER_UNLINKED,
                                        .patient = request->patient,
                                        .who = request->who,
                                        .reason = request->reason };
}

static bool is_new_target(const struct ledger_link_target *target, const struct ledger_claim *claim)
{
    return target->link != claim->link || target->who != NULL
           || !patient_is_same(target->patient, claim->patient);
}

/* --- one document after the other ----------------------------------------------------------- */

static void outcome_count(struct relink_result *result, enum relink_outcome outcome)
{
    result->linked += outcome == RELINK_LINKED;
    result->unlinked += outcome == RELINK_UNLINKED;
    result->completed += outcome == RELINK_COMPLETED;
    result->failed += outcome == RELINK_FAILED;
}

static bool candidate_move(struct relink *l, const struct relink_candidate *candidate,
                           struct err *err)
{
    struct ledger_link_target target = target_of(l, candidate);
    struct relink_order order = { .claim = &candidate->claim,
                                  .target = &target,
                                  .row_id = candidate->row_id,
                                  .is_new = is_new_target(&target, &candidate->claim) };
    enum relink_outcome outcome;

    l->result->examined++;
    meter_add(l->entry.settings->meter, 1, 0);
    if (cancel_is_set(l->entry.cancel))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    if (!order.is_new && !candidate->is_half_moved)
        return true;
    if (!relink_item_move(&l->linker, &order, &outcome, err))
        return false;
    outcome_count(l->result, outcome);
    l->result->given_back += target.by_id_again && outcome != RELINK_FAILED;
    return true;
}

/* Moves a page of documents, and `after` with it: the last document that was looked at. */
static bool page_move(struct relink *l, struct relink_candidate *candidates, size_t *count_r,
                      int64_t *after, struct err *err)
{
    bool good = ask_relink_candidates(l->linker.writer, &l->request->choice,
                                      l->entry.settings->source_name, *after, candidates, count_r,
                                      err);

    for (size_t i = 0; good && i < *count_r; i++) {
        good = candidate_move(l, &candidates[i], err);
        *after = candidates[i].claim.document;
    }
    relink_candidates_clear(candidates, *count_r);
    return good;
}

static bool relink_all(struct relink *l, struct err *err)
{
    auto_free struct relink_candidate *candidates =
        mem_zero(RELINK_CANDIDATES_MAX * sizeof *candidates);
    int64_t after = 0;
    size_t count;

    do {
        if (!page_move(l, candidates, &count, &after, err))
            return false;
    } while (count == RELINK_CANDIDATES_MAX);
    return true;
}

/* --- beginning and ending ------------------------------------------------------------------- */

static bool relink_open(struct relink *l, struct err *err)
{
    const struct engine_settings *s = l->entry.settings;

    return pinned_store_check(s, l->entry.cancel, err) && run_entry_open(&l->entry, err)
           && store_open(&s->store, l->entry.cancel, &l->linker.from, err)
           && store_open(&s->store, l->entry.cancel, &l->linker.to, err);
}

static bool patient_exists(struct relink *l, struct err *err)
{
    bool exists;

    if (!l->request->by_hand || !l->request->patient)
        return true;
    if (!registry_has_patient(l->entry.registry, l->request->patient, &exists, err))
        return false;
    return exists
           || err_set(err, ERR_USAGE, 0,
                      "the application has no patient with the id '%.64s': --patient wants the id "
                      "of the patient's row, not FileMaker's",
                      l->request->patient);
}

static struct ledger_progress relink_progress(const struct relink *l)
{
    return (struct ledger_progress){ .found = l->result->examined,
                                     .processed = l->linker.switched + l->result->failed,
                                     .successful = l->linker.switched,
                                     .failed = l->result->failed };
}

static bool relink_with_writer(struct relink *l, struct err *err)
{
    struct writer_context context = { l->entry.ledger, l->entry.registry, l->entry.cancel };
    struct run_end end = { .status = "finished" };
    struct err end_err = { 0 };
    bool good, ended;

    l->linker.writer = writer_new(&context, 1);
    meter_begin(l->entry.settings->meter, "looking at documents", "documents", METER_UNKNOWN);
    good = relink_all(l, err);
    meter_end(l->entry.settings->meter);
    if (!good)
        end.status = err->kind == ERR_CANCELED ? "interrupted" : "stopped";
    end.progress = relink_progress(l);
    ended = write_run_end(l->linker.writer, &end, &end_err);
    writer_free(l->linker.writer);
    if (good && !ended)
        *err = end_err;
    return good && ended;
}

bool relink_documents(const struct engine_settings *settings, const struct relink_request *request,
                      struct cancel *cancel, struct relink_result *result_r, struct err *err)
{
    struct relink relink = {
        .linker = { .settings = settings },
        .request = request,
        .result = result_r,
        .entry = { .settings = settings, .cancel = cancel, .command = "link" },
    };
    bool good;

    *result_r = (struct relink_result){ 0 };
    good = relink_open(&relink, err) && patient_exists(&relink, err)
           && run_entry_begin(&relink.entry, err) && relink_with_writer(&relink, err);
    store_close(relink.linker.to);
    store_close(relink.linker.from);
    run_entry_close(&relink.entry);
    return good;
}
