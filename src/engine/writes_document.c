/* The writes about one document, from its claim to its end. */
#include "engine/writes_document.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/leases.h"
#include "registry/previous.h"

/* --- claims --------------------------------------------------------------------------------- */

void claim_batch_clear(struct claim_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        assignment_free(batch->assignments[i]);
    batch->count = 0;
}

static bool claims_take(struct ledger *ledger, struct claim_batch *batch, struct err *err)
{
    struct ledger_claim claims[CLAIMS_MAX];
    size_t count;

    claim_batch_clear(batch);
    if (!ledger_claim(ledger, time_now_us(), batch->new_first, batch->most, claims, &count, err))
        return false;
    for (; batch->count < count; batch->count++) {
        batch->assignments[batch->count] = mem_new(struct assignment);
        batch->assignments[batch->count]->claim = claims[batch->count];
    }
    return true;
}

static bool claims_work(const struct writer_context *to, void *args, struct err *err)
{
    struct claim_batch *batch = *(struct claim_batch **)args;

    if (!claims_take(to->ledger, batch, err))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        if (!assignment_fill(batch->assignments[i], &batch->rules, to->ledger, to->registry, err))
            return false;
    return batch->count > 0
           || (ledger_next_due(to->ledger, &batch->next_due_us, err)
               && ledger_held_elsewhere(to->ledger, &batch->held_elsewhere, err));
}

bool write_claims(struct writer *writer, struct claim_batch *batch, struct err *err)
{
    return writer_run(writer, claims_work, &batch, err);
}

void write_claims_post(struct writer *writer, struct claim_batch *batch, struct writer_then then)
{
    writer_post(writer, claims_work, &batch, sizeof batch, then);
}

/* --- intents -------------------------------------------------------------------------------- */

struct intent {
    const struct ledger_claim *claim;
    struct ledger_version *version;
};

static bool intent_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct intent *intent = args;

    return ledger_intend(to->ledger, intent->claim, intent->version, err);
}

bool write_intent(struct writer *writer, const struct ledger_claim *claim,
                  struct ledger_version *version, struct err *err)
{
    return writer_run(writer, intent_work, &(struct intent){ claim, version }, err);
}

struct writer_job *write_intent_begin(struct writer *writer, const struct ledger_claim *claim,
                                      struct ledger_version *version)
{
    struct intent intent = { claim, version };

    return writer_submit(writer, intent_work, &intent, sizeof intent);
}

struct withdrawal {
    const struct ledger_claim *claim;
    int64_t version;
};

static bool withdrawal_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct withdrawal *withdrawal = args;

    return ledger_withdraw(to->ledger, withdrawal->claim, withdrawal->version, err);
}

bool write_withdrawal(struct writer *writer, const struct ledger_claim *claim, int64_t version,
                      struct err *err)
{
    return writer_run(writer, withdrawal_work, &(struct withdrawal){ claim, version }, err);
}

/* --- refused bytes -------------------------------------------------------------------------- */

struct refused {
    const struct ledger_claim *claim;
    const char *class;
    const struct sha256 *sha256;
    uint64_t size_bytes;
    struct ledger_refused *known_r;
};

static bool refused_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct refused *refused = args;

    return ledger_refuse(to->ledger, refused->claim, refused->class, refused->sha256,
                         refused->size_bytes, refused->known_r, err);
}

bool write_refused(struct writer *writer, const struct ledger_claim *claim,
                   enum failure_kind failure, const struct sha256 *sha256, uint64_t size_bytes,
                   struct ledger_refused *known_r, struct err *err)
{
    struct refused refused = { claim, failure_class_of(failure)->name, sha256, size_bytes,
                               known_r };

    return writer_run(writer, refused_work, &refused, err);
}

/* --- stored and marked ---------------------------------------------------------------------- */

static bool previous_note(struct ledger *ledger, const struct ledger_claim *claim,
                          const struct ledger_attempt *previous, struct err *err)
{
    return !previous || ledger_evidence(ledger, claim, previous, err);
}

/* `print_r`: as registry_put_document(). A row that we took over is not ours alone. */
static bool row_put(struct ledger *ledger, struct registry *registry, const struct stored *s,
                    int64_t *print_r, struct err *err)
{
    struct registry_document document = row_document(s->row, time_now_us());

    document.doubt = *s->doubt ? s->doubt : NULL;
    document.doubt_about = s->claim->patient_id;
    document.writer = (struct registry_writer){ ledger_source_created_us(ledger), s->claim->epoch };
    document.print = s->row_print;
    return (!s->take_over
            || registry_take_over_previous(registry, &document.filemaker_id, &document.id, err))
           && registry_put_document(registry, &document, s->row_exists_r, print_r, err);
}

static bool stored_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct stored *s = *(const struct stored **)args;
    int64_t print;

    *s->ready_r = true;
    return ledger_store_document(to->ledger, s->claim, s->version, s->link, s->patient, err)
           && row_put(to->ledger, to->registry, s, &print, err)
           && ledger_store_version(to->ledger, s->claim, s->version, print, err)
           && (!s->had_failed || ledger_last_failure_forget(to->ledger, s->claim->document, err))
           && previous_note(to->ledger, s->claim, s->previous, err)
           && (!s->has_siblings
               || ledger_record_ready(to->ledger, s->claim, s->version->mod_id, s->ready_r, err));
}

bool write_stored(struct writer *writer, const struct stored *stored, struct err *err)
{
    return writer_run(writer, stored_work, &stored, err);
}

struct record_ready {
    const struct ledger_claim *claim;
    uint64_t mod_id;
    bool *ready_r;
};

static bool record_ready_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct record_ready *a = args;

    return ledger_record_ready(to->ledger, a->claim, a->mod_id, a->ready_r, err);
}

bool write_record_ready(struct writer *writer, const struct ledger_claim *claim, uint64_t mod_id,
                        bool *ready_r, struct err *err)
{
    return writer_run(writer, record_ready_work, &(struct record_ready){ claim, mod_id, ready_r },
                      err);
}

struct announcement {
    uint64_t record_id, mod_id;
    int64_t *due_us_r;
};

static bool announcement_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct announcement *a = args;

    return ledger_edit_note(to->ledger, a->record_id, a->mod_id, time_now_us(), a->due_us_r, err);
}

bool write_announcement(struct writer *writer, uint64_t record_id, uint64_t mod_id,
                        int64_t *due_us_r, struct err *err)
{
    return writer_run(writer, announcement_work,
                      &(struct announcement){ record_id, mod_id, due_us_r }, err);
}

static bool marks_work(const struct writer_context *to, void *args, struct err *err)
{
    return assignment_read_marks(args, to->ledger, err);
}

bool ask_marks(struct writer *writer, struct assignment *assignment, struct err *err)
{
    return writer_run(writer, marks_work, assignment, err);
}

struct versions_ever {
    int64_t document;
    struct ledger_version **versions_r;
    size_t *count_r;
};

static bool versions_ever_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct versions_ever *v = args;

    return ledger_versions_ever(to->ledger, v->document, v->versions_r, v->count_r, err);
}

bool ask_versions_ever(struct writer *writer, int64_t document, struct ledger_version **versions_r,
                       size_t *count_r, struct err *err)
{
    return writer_run(writer, versions_ever_work,
                      &(struct versions_ever){ document, versions_r, count_r }, err);
}

/* --- outcomes ------------------------------------------------------------------------------- */

static bool siblings_finish(struct ledger *ledger, const struct done *d, struct err *err)
{
    free(take(*d->siblings_r));
    *d->sibling_count_r = 0;
    return !d->has_siblings
           || ledger_finish_siblings(ledger, d->claim, d->mod_id, d->siblings_r, d->sibling_count_r,
                                     err);
}

/* How the source answered earlier marks: this one is as it should be, or counts all the same. */
static bool reaction_settle(struct ledger *ledger, const struct done *d, struct err *err)
{
    if (d->kept_mark)
        return ledger_reaction_keep(ledger, d->claim->record_id, d->kept_mark, d->mod_id, err)
               && ledger_evidence(ledger, d->claim, d->kept, err);
    return !d->was_answered || ledger_reaction_drop(ledger, d->claim->record_id, err);
}

static bool done_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct done *done = args;

    return ledger_finish(to->ledger, done->claim, done->mod_id, err)
           && siblings_finish(to->ledger, done, err) && reaction_settle(to->ledger, done, err);
}

void write_done_post(struct writer *writer, const struct done *done, struct writer_then then)
{
    writer_post(writer, done_work, done, sizeof *done, then);
}

static bool released_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct released *r = args;
    enum ledger_upsert_result ignored;
    uint64_t elsewhere;

    return ledger_release(to->ledger, r->claim, r->attempt, r->due_us, r->fetch_again, err)
           && (!r->had_failed || ledger_last_failure_forget(to->ledger, r->claim->document, err))
           && (!r->reaction
               || ledger_reaction_note(to->ledger, r->claim->record_id, r->reaction, err))
           && (!r->entry || ledger_census_upsert(to->ledger, r->entry, &ignored, &elsewhere, err));
}

void write_released_post(struct writer *writer, const struct released *released,
                         struct writer_then then)
{
    writer_post(writer, released_work, released, sizeof *released, then);
}

static bool failed_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct failed *f = args;

    return previous_note(to->ledger, f->claim, f->previous, err)
           && ledger_fail(to->ledger, f->claim, f->attempt, f->trait, err)
           && ledger_last_failure_put(to->ledger, f->claim->document, f->attempt, f->mod_id,
                                      f->ways, err);
}

void write_failed_post(struct writer *writer, const struct failed *failed, struct writer_then then)
{
    writer_post(writer, failed_work, failed, sizeof *failed, then);
}

static bool gone_work(const struct writer_context *to, void *args, struct err *err)
{
    const struct ledger_claim *claim = *(struct ledger_claim **)args;

    return ledger_mark_gone(to->ledger, claim, err);
}

void write_gone_post(struct writer *writer, const struct ledger_claim *claim,
                     struct writer_then then)
{
    writer_post(writer, gone_work, &claim, sizeof claim, then);
}
