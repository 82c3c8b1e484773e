/* The arguments and bodies of the writes by which documents are taken back. */
#include "engine/writes_undo.h"

#include "base/mem.h"
#include "document/row.h"
#include "ledger/leases.h"

/* --- asked ------------------------------------------------------------------------------------ */

static void candidate_clear(struct undo_candidate *candidate)
{
    ledger_undo_clear(&candidate->undo);
    ledger_versions_free(candidate->versions, candidate->version_count);
    free(candidate->is_shared);
    for (size_t i = 0; i < candidate->mark_count; i++)
        free(candidate->marks[i]);
    free(candidate->marks);
    *candidate = (struct undo_candidate){ 0 };
}

void undo_candidates_clear(struct undo_candidate *candidates, size_t count)
{
    for (size_t i = 0; i < count; i++)
        candidate_clear(&candidates[i]);
}

const struct ledger_version *undo_candidate_current(const struct undo_candidate *candidate)
{
    for (size_t i = 0; i < candidate->version_count; i++)
        if (candidate->versions[i].number == candidate->undo.claim.version)
            return &candidate->versions[i];
    return NULL;
}

static bool shared_read(struct ledger *ledger, struct undo_candidate *candidate, struct err *err)
{
    candidate->is_shared = mem_zero((candidate->version_count + 1) * sizeof *candidate->is_shared);
    for (size_t i = 0; i < candidate->version_count; i++)
        if (!ledger_undo_key_is_shared(ledger, candidate->versions[i].key,
                                       candidate->undo.claim.document, &candidate->is_shared[i],
                                       err))
            return false;
    return true;
}

/* A document that was never stored has neither mark nor row of ours. */
static bool candidate_read(struct ledger *ledger, struct registry *registry,
                           const char *source_name, struct undo_candidate *candidate,
                           struct err *err)
{
    const struct ledger_claim *claim = &candidate->undo.claim;
    const struct ledger_version *current;

    candidate->left = REGISTRY_LEFT_GONE;
    candidate->row_id = row_id(source_name, claim->identity, claim->container, claim->repetition);
    if (!ledger_versions(ledger, claim->document, &candidate->versions, &candidate->version_count,
                         err)
        || !shared_read(ledger, candidate, err))
        return false;
    current = undo_candidate_current(candidate);
    return candidate->version_count == 0
           || (ledger_undo_marks(ledger, claim->record_id, &candidate->marks,
                                 &candidate->mark_count, err)
               && registry_left(registry, &candidate->row_id, current ? current->row_print : 0,
                                &candidate->left, err));
}

bool undo_candidates_read(struct ledger *ledger, struct registry *registry, const char *source_name,
                          int64_t after, struct undo_candidate *candidates_r, size_t *count_r,
                          struct err *err)
{
    struct ledger_undo undos[UNDO_CANDIDATES_MAX];
    bool good;

    undo_candidates_clear(candidates_r, *count_r);
    good = ledger_undos(ledger, after, lengthof(undos), undos, count_r, err);
    for (size_t i = 0; i < *count_r; i++)
        candidates_r[i] = (struct undo_candidate){ .undo = undos[i] };
    for (size_t i = 0; good && i < *count_r; i++)
        good = candidate_read(ledger, registry, source_name, &candidates_r[i], err);
    return good;
}

struct undo_page {
    const char *source_name;
    int64_t after;
    struct undo_candidate *candidates_r;
    size_t *count_r;
};

static bool undo_page_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct undo_page *page = args;

    return undo_candidates_read(to->ledger, to->registry, page->source_name, page->after,
                                page->candidates_r, page->count_r, err);
}

bool ask_undo_candidates(struct writer *writer, const char *source_name, int64_t after,
                         struct undo_candidate *candidates_r, size_t *count_r, struct err *err)
{
    struct undo_page page = { source_name, after, candidates_r, count_r };

    return writer_run(writer, undo_page_work, &page, err);
}

/* --- written ---------------------------------------------------------------------------------- */

struct undo_begin {
    struct ledger_undo *undo;
    const char *who, *reason;
    int64_t lease_us;
};

static bool undo_begin_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct undo_begin *begin = args;

    return ledger_run_lease(to->ledger, begin->lease_us, err)
           && ledger_undo_begin(to->ledger, begin->undo, begin->who, begin->reason, err);
}

bool write_undo_begin(struct writer *writer, struct undo_candidate *candidate, const char *who,
                      const char *reason, int64_t lease_us, struct err *err)
{
    struct undo_begin begin = { &candidate->undo, who, reason, lease_us };

    if (!writer_run(writer, undo_begin_work, &begin, err))
        return false;
    candidate->undo.claim.state = LEDGER_WAIVED;
    return candidate->is_held = true;
}

struct undo_row_args {
    const struct undo_row *row;
    enum registry_left *left_r;
};

static bool row_is_gone(enum registry_left left)
{
    return left == REGISTRY_LEFT_AS_IT_WAS || left == REGISTRY_LEFT_GONE;
}

static bool changes_note(struct ledger *ledger, const struct undo_row *row, bool is_gone,
                         struct err *err)
{
    for (size_t i = 0; i < row->change_count; i++) {
        const struct undo_change *change = &row->changes[i];

        if ((is_gone || !change->goes_with_row)
            && !ledger_link_note(ledger, &row->candidate->undo.claim, change->version,
                                 change->state, err))
            return false;
    }
    return true;
}

static bool undo_row_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct undo_row_args *given = args;
    const struct undo_row *row = given->row;
    const struct undo_candidate *candidate = row->candidate;
    const struct ledger_version *current = undo_candidate_current(candidate);
    int64_t print = row->goes && current ? current->row_print : 0;

    return ledger_undo_note(to->ledger, &candidate->undo.claim, row->mod_id, row->evidence, err)
           && registry_left_remove(to->registry, &candidate->row_id, print, given->left_r, err)
           && changes_note(to->ledger, row, row_is_gone(*given->left_r), err);
}

bool write_undo_row(struct writer *writer, const struct undo_row *row, enum registry_left *left_r,
                    struct err *err)
{
    return writer_run(writer, undo_row_work, &(struct undo_row_args){ row, left_r }, err);
}

static bool undo_end_work(const struct writer_context *to, void *args, struct err *err)
{
    return ledger_link_release(to->ledger, *(const struct ledger_claim *const *)args, err);
}

bool write_undo_end(struct writer *writer, const struct ledger_claim *claim, struct err *err)
{
    return writer_run(writer, undo_end_work, &claim, err);
}
