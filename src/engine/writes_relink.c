/* The arguments and bodies of a relink's writes. */
#include "engine/writes_relink.h"

#include "base/time.h"
#include "document/row.h"
#include "ledger/leases.h"

/* --- holding and letting go ----------------------------------------------------------------- */

struct relink_hold {
    const struct ledger_claim *claim;
    int64_t lease_us;
};

static bool relink_hold_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct relink_hold *hold = args;

    return ledger_run_lease(to->ledger, hold->lease_us, err)
           && ledger_link_hold(to->ledger, hold->claim, err);
}

bool write_relink_hold(struct writer *writer, const struct ledger_claim *claim, int64_t lease_us,
                       struct err *err)
{
    return writer_run(writer, relink_hold_work, &(struct relink_hold){ claim, lease_us }, err);
}

static bool relink_release_work(const struct writer_context *to, void *args, struct err *err)
{
    return ledger_link_release(to->ledger, *(const struct ledger_claim *const *)args, err);
}

bool write_relink_release(struct writer *writer, const struct ledger_claim *claim, struct err *err)
{
    return writer_run(writer, relink_release_work, &claim, err);
}

/* --- versions ------------------------------------------------------------------------------- */

struct relink_intent {
    const struct ledger_claim *claim;
    struct ledger_version *version;
    int64_t lease_us;
};

static bool relink_intent_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct relink_intent *intent = args;

    return ledger_run_lease(to->ledger, intent->lease_us, err)
           && ledger_intend(to->ledger, intent->claim, intent->version, err);
}

bool write_relink_intent(struct writer *writer, const struct ledger_claim *claim,
                         struct ledger_version *version, int64_t lease_us, struct err *err)
{
    return writer_run(writer, relink_intent_work,
                      &(struct relink_intent){ claim, version, lease_us }, err);
}

struct version_state {
    const struct ledger_claim *claim;
    int64_t version;
    enum ledger_version_state state;
};

static bool version_state_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct version_state *note = args;

    return ledger_link_note(to->ledger, note->claim, note->version, note->state, err);
}

bool write_version_state(struct writer *writer, const struct ledger_claim *claim, int64_t version,
                         enum ledger_version_state state, struct err *err)
{
    return writer_run(writer, version_state_work, &(struct version_state){ claim, version, state },
                      err);
}

/* --- the change of patient ------------------------------------------------------------------ */

struct relink_switch_args {
    const struct relink_switch *change;
    bool *row_exists_r;
};

static bool relink_switch_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct relink_switch_args *given = args;
    const struct relink_switch *change = given->change;
    struct registry_move move = {
        .id = change->row_id,
        .patient = change->target->patient,
        .bucket = change->bucket,
        .key = change->current->key,
        .now_us = time_now_us(),
        .writer = { ledger_source_created_us(to->ledger), change->claim->epoch },
        .print = change->row_print,
    };
    int64_t print;

    return ledger_link_switch(to->ledger, change->claim, change->target, change->current,
                              change->moves, change->move_count, err)
           && registry_move_document(to->registry, &move, given->row_exists_r, &print, err)
           && ledger_link_print(to->ledger, change->claim, change->moves, change->move_count, print,
                                err);
}

bool write_relink_switch(struct writer *writer, const struct relink_switch *change,
                         bool *row_exists_r, struct err *err)
{
    return writer_run(writer, relink_switch_work,
                      &(struct relink_switch_args){ change, row_exists_r }, err);
}

/* --- asked of the writer -------------------------------------------------------------------- */

struct relink_page {
    const struct ledger_link_selection *selection;
    const char *source_name;
    int64_t after;
    struct relink_candidate *candidates_r;
    size_t *count_r;
};

void relink_candidates_clear(struct relink_candidate *candidates, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ledger_claim_clear(&candidates[i].claim);
}

/* Half moved: an object is to be removed still, or was meant for somebody else. */
static bool is_half_moved(struct ledger *ledger, const struct ledger_claim *claim, bool *half_r,
                          struct err *err)
{
    struct ledger_version *versions;
    size_t count;

    *half_r = false;
    if (!ledger_versions(ledger, claim->document, &versions, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        *half_r |= versions[i].leaving || !patient_is_same(versions[i].patient, claim->patient);
    ledger_versions_free(versions, count);
    return true;
}

static bool candidate_read(const struct writer_context *to, const char *source_name,
                           struct relink_candidate *candidate, struct err *err)
{
    const struct ledger_claim *claim = &candidate->claim;

    candidate->row_id = row_id(source_name, claim->identity, claim->container, claim->repetition);
    return registry_match(to->registry, span_of(claim->patient_id), &candidate->match,
                          candidate->patient, err)
           && registry_is_doubted(to->registry, candidate->row_id, &candidate->is_doubted, err)
           && is_half_moved(to->ledger, claim, &candidate->is_half_moved, err);
}

static bool relink_page_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct relink_page *page = args;
    struct ledger_claim claims[RELINK_CANDIDATES_MAX];
    bool good;

    relink_candidates_clear(page->candidates_r, *page->count_r);
    good = ledger_links(to->ledger, page->selection, page->after, lengthof(claims), claims,
                        page->count_r, err);
    for (size_t i = 0; i < *page->count_r; i++)
        page->candidates_r[i] = (struct relink_candidate){ .claim = claims[i] };
    for (size_t i = 0; good && i < *page->count_r; i++)
        good = candidate_read(to, page->source_name, &page->candidates_r[i], err);
    return good;
}

bool ask_relink_candidates(struct writer *writer, const struct ledger_link_selection *selection,
                           const char *source_name, int64_t after,
                           struct relink_candidate *candidates_r, size_t *count_r, struct err *err)
{
    struct relink_page page = { selection, source_name, after, candidates_r, count_r };

    *count_r = 0;
    return writer_run(writer, relink_page_work, &page, err);
}

struct versions {
    int64_t document;
    struct ledger_version **versions_r;
    size_t *count_r;
};

static bool versions_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct versions *asked = args;

    ledger_versions_free(take(*asked->versions_r), *asked->count_r);
    *asked->count_r = 0;
    return ledger_versions(to->ledger, asked->document, asked->versions_r, asked->count_r, err);
}

bool ask_versions(struct writer *writer, int64_t document, struct ledger_version **versions_r,
                  size_t *count_r, struct err *err)
{
    *versions_r = NULL;
    *count_r = 0;
    return writer_run(writer, versions_work, &(struct versions){ document, versions_r, count_r },
                      err);
}

struct key_is_used {
    const char *key;
    bool *used_r;
};

static bool key_is_used_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct key_is_used *asked = args;

    return ledger_key_is_used(to->ledger, asked->key, asked->used_r, err);
}

bool ask_key_is_used(struct writer *writer, const char *key, bool *used_r, struct err *err)
{
    return writer_run(writer, key_is_used_work, &(struct key_is_used){ key, used_r }, err);
}
