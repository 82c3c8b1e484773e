/*
 * From intent to record. The intent is committed before anything is put, so that no object is ever
 * without one; a key that is taken is looked at, never overwritten.
 */
#include "transfer/inside.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/writes.h"
#include "registry/previous.h"

/* --- intents -------------------------------------------------------------------------------- */

static bool intent_commit(struct transfer *t)
{
    struct err err = { 0 };

    FAILPOINT("put.chosen");
    if (!write_intent(t->engine->writer, t->claim, &t->version, &err))
        return failure_of_writer(&t->failure, "intend", &err);
    FAILPOINT("put.intended");
    return true;
}

/*
 * The record is read once more while the intent is written. Mostly it stayed as it was; else what
 * was meant is withdrawn, unless an earlier try meant it already and may have put it.
 */
static bool intent_commit_and_check(struct transfer *t)
{
    bool is_new = t->version.number == 0, unchanged;
    struct writer_job *intent;
    struct err err = { 0 };

    FAILPOINT("put.chosen");
    intent = write_intent_begin(t->engine->writer, t->claim, &t->version);
    unchanged = transfer_check_unchanged(t);
    if (!writer_wait(intent, &err))
        return failure_of_writer(&t->failure, "intend", &err);
    FAILPOINT("put.intended");
    if (!unchanged && is_new
        && !write_withdrawal(t->engine->writer, t->claim, t->version.number, &err))
        return failure_of_writer(&t->failure, "intend", &err);
    return unchanged;
}

static const char *patient_of(const struct assignment *assignment)
{
    return assignment->match == REGISTRY_ONE_PATIENT ? assignment->patient : NULL;
}

static bool same_patient(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool has_bytes(const struct ledger_version *version, const struct sha256 *sha256)
{
    return version->has_sha256 && sha256_equal(&version->sha256, sha256);
}

static const struct ledger_version *version_with(const struct assignment *assignment,
                                                 const struct sha256 *sha256)
{
    for (size_t i = 0; i < assignment->version_count; i++) {
        const struct ledger_version *version = &assignment->versions[i];

        if (!version->leaving && has_bytes(version, sha256)
            && same_patient(version->patient, patient_of(assignment)))
            return version;
    }
    return NULL;
}

/*
 * Whether other bytes were stored there. Where they are leaving they may still be there; if they
 * are these very bytes, they are welcome: the document has come back to its first patient.
 */
static bool key_was_used(const struct assignment *assignment, const char *key,
                         const struct sha256 *sha256)
{
    for (size_t i = 0; i < assignment->version_count; i++) {
        const struct ledger_version *version = &assignment->versions[i];

        if (version->stored && strcmp(version->key, key) == 0
            && !(version->leaving && has_bytes(version, sha256)))
            return true;
    }
    return false;
}

bool version_key_make(struct transfer *t, const struct sha256 *hash, char **key_r)
{
    const struct assignment *a = t->assignment;
    struct key_facts facts = { .patient_id = patient_of(a),
                               .type = t->facts.type,
                               .filemaker_id = t->facts.filemaker_id,
                               .record_id = t->claim->record_id,
                               .container = t->claim->container,
                               .repetition = t->claim->repetition,
                               .ext = t->download.file_type.ext,
                               .version = hash };
    auto_str key = STR_MAX(STORE_KEY_MAX);
    struct err err = { 0 };

    if (!key_make(&t->engine->settings->keys, &facts, &key, &err)) {
        (void)failure_set(&t->failure, FAILURE_STORE_REJECTED, "intend", &err);
        t->failure.run_wide = err.kind == ERR_USAGE;
        return false;
    }
    *key_r = str_take(&key);
    return true;
}

/*
 * An earlier importer's mark that is right stays as it is: while its row is not ours yet we
 * recorded nothing for this document, and so never marked it. So does our own, where the source
 * answers each mark with an edit: see reaction_weigh().
 */
bool mark_is_kept(const struct transfer *t)
{
    return t->mark_stands || (t->is_adopted && t->facts.mark.size > 0);
}

static bool mark_was_meant(const struct transfer *t, const char *mark)
{
    for (size_t i = 0; i < t->assignment->mark_count; i++)
        if (dates_stamp_equal(span_of(mark), span_of(t->assignment->marks[i])))
            return true;
    return dates_stamp_equal(span_of(mark), t->facts.mark);
}

/*
 * The time of now, or the last second before it that no mark of this record ever said: else one
 * that stands there from before could pass for the one that is to be written. Never a later one:
 * a mark that lies in the future is a lie.
 */
static char *mark_make(const struct transfer *t)
{
    char mark[STAMP_TEXT_SIZE];
    int64_t at_us = time_now_us();

    while (mark_was_meant(t, dates_stamp_text(at_us, mark)))
        at_us -= TIME_SECOND;
    return mem_text(mark);
}

/* What is to be stored, but for key and hash. */
static void version_begin(struct transfer *t)
{
    const char *patient = patient_of(t->assignment);

    ledger_version_clear(&t->version);
    t->version.patient = patient ? mem_text(patient) : NULL;
    t->version.mime = mem_text(t->download.file_type.mime);
    t->version.mod_id = t->record->mod_id;
    if (!*t->engine->settings->fields.mark)
        return;
    t->version.mark_stood = mark_is_kept(t);
    t->version.mark = t->version.mark_stood ? span_text(t->facts.mark) : mark_make(t);
}

/* Where the store may replace objects after all, equal keys must mean equal bytes. */
static bool needs_hash_key(const struct transfer *t, bool is_large)
{
    return store_needs_hash_keys(&t->engine->settings->store.traits, is_large);
}

/*
 * The key for bytes whose hash is known: where an earlier importer has them; that of an earlier
 * version with the same bytes, if it lies with the same patient; else the documented one; else,
 * where another version lies there or could come to lie, one of their own.
 */
static bool version_choose(struct transfer *t)
{
    const struct ledger_version *before = version_with(t->assignment, &t->download.sha256);
    auto_free char *documented = NULL;

    if (!reaction_weigh(t, before))
        return false;
    version_begin(t);
    t->version.has_sha256 = true;
    t->version.sha256 = t->download.sha256;
    t->version.size_bytes = t->download.size_bytes;
    if (t->is_adopted) {
        t->version.number = before ? before->number : 0;
        t->version.key = mem_text(t->assignment->previous_key);
        t->version.imprint = *t->previous_imprint ? mem_text(t->previous_imprint) : NULL;
        return true;
    }
    if (before) {
        t->version.number = before->number;
        t->version.stored = before->stored;
        t->version.key = mem_text(before->key);
        t->version.imprint = before->imprint ? mem_text(before->imprint) : NULL;
        return true;
    }
    if (needs_hash_key(t, t->version.size_bytes >= STORE_SMALL_MAX))
        return version_key_make(t, &t->version.sha256, &t->version.key);
    if (!version_key_make(t, NULL, &documented))
        return false;
    if (key_was_used(t->assignment, documented, &t->version.sha256))
        return version_key_make(t, &t->version.sha256, &t->version.key);
    t->version.key = take(documented);
    return true;
}

/* --- putting -------------------------------------------------------------------------------- */

static struct store_object object_of(const struct transfer *t)
{
    return (struct store_object){ .key = t->version.key,
                                  .mime = t->version.mime,
                                  .size_bytes = t->version.size_bytes,
                                  .has_sha256 = t->version.has_sha256,
                                  .sha256 = t->version.sha256,
                                  .record_id = t->claim->record_id,
                                  .layout = t->engine->settings->fields.layout,
                                  .imprint = t->version.imprint };
}

/* What the server must say of it from now on; nothing, where its answer was not what we made. */
static void imprint_keep(struct transfer *t, const struct store_found *found)
{
    free(t->version.imprint);
    t->version.imprint = *found->imprint ? mem_text(found->imprint) : NULL;
}

/* An earlier try put these bytes there, and others came back: no stranger's object is in the way.
 */
static bool upload_was_spoiled(const struct transfer *t)
{
    const char *usual = t->assignment->usual_class;

    return usual && strcmp(usual, failure_class_of(FAILURE_INTEGRITY)->name) == 0;
}

static bool conflict_fail(struct transfer *t, const struct store_found *found)
{
    char ours[SHA256_HEX_SIZE], theirs[SHA256_HEX_SIZE];
    enum failure_kind failure = upload_was_spoiled(t) ? FAILURE_INTEGRITY : FAILURE_STORE_CONFLICT;

    return failure_say(&t->failure, failure, "put",
                       "'%.200s' holds %ju bytes with sha256 %s; this document has %ju bytes with "
                       "sha256 %s",
                       t->version.key, (uintmax_t)found->size_bytes,
                       found->has_sha256 ? sha256_hex(&found->sha256, theirs) : "unknown",
                       (uintmax_t)t->version.size_bytes, sha256_hex(&t->version.sha256, ours));
}

/* Remembers that a key is taken, and asks whether a person has accepted it. */
static bool conflict_note(struct transfer *t, bool *accepted_r)
{
    struct ledger_refused seen;
    struct err err = { 0 };

    if (!write_refused(t->engine->writer, t->claim, FAILURE_STORE_CONFLICT, &t->version.sha256,
                       t->version.size_bytes, &seen, &err))
        return failure_of_writer(&t->failure, "put", &err);
    *accepted_r = seen.accepted;
    return true;
}

/*
 * Something else lies under the documented key. An earlier version of this document that was put
 * by a try which never learnt so keeps it; this one gets a key of its own. So it does where an
 * earlier importer made a folder of that name, and where a person accepted that another's object
 * stays under the documented key.
 */
static bool give_way(struct transfer *t, const struct store_found *found)
{
    bool is_earlier = found->has_sha256 && version_with(t->assignment, &found->sha256);
    bool accepted;

    if (!is_earlier && !(t->engine->settings->adopt && found->is_folder)) {
        if (upload_was_spoiled(t))
            return conflict_fail(t, found);
        if (!conflict_note(t, &accepted))
            return false;
        if (!accepted)
            return conflict_fail(t, found);
    }
    FAILPOINT("put.gives-way");
    free(take(t->version.key));
    return version_key_make(t, &t->version.sha256, &t->version.key) && intent_commit(t);
}

/* An earlier try may have ended the upload of these very bytes and never learnt of it. */
static bool upload_was_begun(const struct transfer *t)
{
    const struct ledger_version *before = version_with(t->assignment, &t->version.sha256);

    return before && before->upload_id;
}

/* These bytes were stored, or nearly, at an earlier time: are they there? */
static bool is_still_there(struct transfer *t, bool *there_r)
{
    struct store_object object = object_of(t);
    struct store_found found = { 0 };
    struct err err = { 0 };

    *there_r = t->is_adopted;
    if ((!t->version.stored && !upload_was_begun(t)) || t->is_adopted)
        return true;
    if (!store_compare(t->worker->store, &object, &found, &err))
        return failure_of_store(&t->failure, &err);
    *there_r = store_is_same(&object, &found);
    return true;
}

static bool put_bytes(struct transfer *t, enum store_outcome *outcome_r,
                      struct store_found *found_r)
{
    struct store_object object = object_of(t);
    struct span bytes = { t->download.bytes, t->download.used };
    struct err err = { 0 };

    if (!store_put(t->worker->store, &object, bytes, outcome_r, found_r, &err))
        return failure_of_store(&t->failure, &err);
    if (*outcome_r != STORE_OTHER)
        imprint_keep(t, found_r);
    return true;
}

static bool put_small(struct transfer *t)
{
    enum store_outcome outcome;
    struct store_found found = { 0 };
    bool there;

    if (!adopt_compare(t) || !version_choose(t) || !intent_commit_and_check(t)
        || !is_still_there(t, &there))
        return false;
    if (there)
        return true;
    if (!put_bytes(t, &outcome, &found))
        return false;
    if (outcome != STORE_OTHER)
        return true;
    return give_way(t, &found) && put_bytes(t, &outcome, &found)
           && (outcome != STORE_OTHER || conflict_fail(t, &found));
}

/* --- large documents ------------------------------------------------------------------------ */

/*
 * Bytes are read once if nothing was ever stored for this document, by us or by an earlier
 * importer, and its key does not need their hash; else twice, hash first.
 */
static bool hash_first(struct transfer *t, bool *is_stored_r)
{
    if (!download_drain(&t->download, NULL, &t->failure) || !transfer_check_unchanged(t)
        || !adopt_compare(t) || !version_choose(t) || !intent_commit(t)
        || !is_still_there(t, is_stored_r))
        return false;
    if (*is_stored_r)
        return true;
    download_clear(&t->download);
    return download_open(t->worker, t->claim, &t->facts, outcome_is_last_try(t), &t->download,
                         &t->failure);
}

/* What earlier tries began and did not end: it must not end by itself while this one goes on. */
static bool abort_unfinished(struct transfer *t)
{
    FAILPOINT("large.begun");
    struct err err = { 0 };

    for (size_t i = 0; i < t->assignment->version_count; i++) {
        const struct ledger_version *before = &t->assignment->versions[i];

        if (before->upload_id && !before->stored
            && !store_large_abort(t->worker->store, before->key, before->upload_id, &err))
            return failure_of_store(&t->failure, &err);
    }
    return true;
}

static bool large_begin(struct transfer *t, struct store_large **large_r)
{
    struct store_object object = object_of(t);
    struct err err = { 0 };

    if (!store_large_begin(t->worker->store, &object, large_r, &err))
        return failure_of_store(&t->failure, &err);
    if (!store_large_id(*large_r))
        return true;
    t->version.upload_id = mem_text(store_large_id(*large_r));
    return intent_commit(t);
}

/* The second reading must give what the first one did. */
static bool large_check_hash(struct transfer *t)
{
    FAILPOINT("large.sent");
    if (t->version.has_sha256 && !sha256_equal(&t->version.sha256, &t->download.sha256))
        return failure_say(&t->failure, FAILURE_SOURCE_CHANGED, "fetch",
                           "two readings of the file gave different bytes");
    t->version.has_sha256 = true;
    t->version.sha256 = t->download.sha256;
    t->version.size_bytes = t->download.size_bytes;
    return transfer_check_unchanged(t) && intent_commit(t);
}

static bool large_end(struct transfer *t, struct store_large *large)
{
    struct store_object object = object_of(t);
    struct store_found found = { 0 };
    enum store_outcome outcome;
    struct err err = { 0 };

    if (!store_large_end(large, &object, &outcome, &found, &err))
        return failure_of_store(&t->failure, &err);
    if (outcome == STORE_OTHER)
        return conflict_fail(t, &found);
    imprint_keep(t, &found);
    return true;
}

static bool put_large(struct transfer *t)
{
    auto_large *large = NULL;
    bool is_stored = false;

    if (!abort_unfinished(t))
        return false;
    if (t->assignment->version_count > 0 || needs_hash_key(t, true) || adopt_concerns(t)) {
        if (!hash_first(t, &is_stored))
            return false;
    } else {
        version_begin(t);
        if (!version_key_make(t, NULL, &t->version.key))
            return false;
    }
    return is_stored
           || (large_begin(t, &large) && download_drain(&t->download, large, &t->failure)
               && large_check_hash(t) && large_end(t, large));
}

bool upload_file(struct transfer *t)
{
    if (!(t->download.is_complete ? put_small(t) : put_large(t)))
        return false;
    atomic_store(&t->engine->store_alive_us, time_mono_us());
    return true;
}

/* --- recording ------------------------------------------------------------------------------ */

struct commit_job {
    const struct ledger_claim *claim;
    const struct ledger_version *version;
    const struct document_row *row;
    enum ledger_link link;
    const char *patient;
    const char *doubt; /* "" if there is none */
    bool has_siblings;
    bool take_over; /* an earlier importer's row becomes ours */
    const struct adopt_finding *previous_finding;
    bool ready;      /* out: nothing is missing but the mark              */
    bool row_exists; /* out: false if people have deleted the document's row */
};

static bool commit_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct commit_job *job = arg;
    struct registry_document document = row_document(job->row, time_now_us());

    document.doubt = *job->doubt ? job->doubt : NULL;
    document.doubt_about = job->claim->patient_id;
    document.writer =
        (struct registry_writer){ ledger_source_created_us(hands->ledger), job->claim->epoch };
    job->ready = true;
    return ledger_store(hands->ledger, job->claim, job->version, job->link, job->patient, err)
           && adopt_note(hands->ledger, job->claim, job->previous_finding, err)
           && (!job->take_over
               || registry_take_over_previous(hands->registry, &document.filemaker_id, &document.id,
                                              err))
           && registry_put_document(hands->registry, &document, &job->row_exists, err)
           && (!job->has_siblings
               || ledger_record_ready(hands->ledger, job->claim, job->version->mod_id, &job->ready,
                                      err));
}

static enum ledger_link link_of(enum registry_match match)
{
    switch (match) {
    case REGISTRY_ONE_PATIENT:
        return LEDGER_LINKED;
    case REGISTRY_NO_PATIENT:
        return LEDGER_UNLINKED;
    case REGISTRY_REVIEW:
        return LEDGER_REVIEW;
    }
    abort();
}

static struct document_row *transfer_row(const struct transfer *t, const char *patient)
{
    const struct engine_settings *settings = t->engine->settings;

    return row_make(&(struct row_parts){ .source_name = settings->source_name,
                                         .identity = t->claim->identity,
                                         .container = t->claim->container,
                                         .repetition = t->claim->repetition,
                                         .record = t->record,
                                         .fields = &settings->fields,
                                         .facts = &t->facts,
                                         .disposition = t->download.disposition,
                                         .mime = t->version.mime,
                                         .ext = t->download.file_type.ext,
                                         .ext_is_named = t->download.file_type.ext_is_named,
                                         .is_accepted = t->download.is_accepted,
                                         .size_bytes = t->version.size_bytes,
                                         .sha256 = &t->version.sha256,
                                         .bucket = store_bucket(t->worker->store),
                                         .key = t->version.key,
                                         .patient = patient });
}

/* For the run's last words: whose date is only in the metadata. */
static void date_doubt_count(struct transfer *t)
{
    enum date_doubt doubt = row_date_doubt(&t->engine->settings->fields, t->record);

    if (doubt == DATE_DOUBT_EITHER)
        atomic_fetch_add(&t->engine->dates_either, 1);
    else if (doubt == DATE_DOUBT_UNLIKE)
        atomic_fetch_add(&t->engine->dates_unlike, 1);
}

bool transfer_commit(struct transfer *t)
{
    enum ledger_link link = link_of(t->assignment->match);
    const char *patient = link == LEDGER_LINKED ? t->assignment->patient : NULL;
    auto_row *row = transfer_row(t, patient);
    struct commit_job job = { .claim = t->claim,
                              .version = &t->version,
                              .row = row,
                              .link = link,
                              .patient = patient,
                              .doubt = t->assignment->doubt,
                              .take_over = t->assignment->previous_key != NULL,
                              .previous_finding = &t->previous_finding,
                              .has_siblings =
                                  t->engine->settings->fields.containers->each_is_document };
    struct err err = { 0 };

    if (!writer_run(t->engine->writer, commit_work, &job, &err))
        return failure_of_writer(&t->failure, "record", &err);
    if (!job.row_exists)
        log_warn("its row was deleted in the application, and is not made again");
    date_doubt_count(t);
    t->claim->state = LEDGER_STORED;
    t->claim->link = link;
    t->claim->version = t->version.number;
    t->claim->size = (int64_t)t->version.size_bytes;
    return job.ready || mark_report_incomplete(t);
}
