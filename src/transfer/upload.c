/*
 * From intent to object. The intent is committed before anything is put, so that no object is ever
 * without one; an object that already lies under the key is looked at, never overwritten.
 */
#include "transfer/upload.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/writes_document.h"
#include "transfer/adopt.h"
#include "transfer/mark.h"
#include "transfer/record.h"
#include "transfer/steps.h"
#include "transfer/tries.h"
#include "transfer/version.h"

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
 * Where the record is read once more, that goes on while the intent is written. Mostly it stayed as
 * it was; else the intent is withdrawn, unless an earlier try meant the same and may have put it.
 */
static bool intent_commit_and_check(struct transfer *t)
{
    bool is_new = t->version.number == 0, unchanged;
    struct writer_job *intent;
    struct err err = { 0 };

    if (mark_tells_of_edits(t))
        return intent_commit(t);
    FAILPOINT("put.chosen");
    intent = write_intent_begin(t->engine->writer, t->claim, &t->version);
    unchanged = record_check_unchanged(t);
    if (!writer_wait(intent, &err))
        return failure_of_writer(&t->failure, "intend", &err);
    FAILPOINT("put.intended");
    if (!unchanged && is_new
        && !write_withdrawal(t->engine->writer, t->claim, t->version.number, &err))
        return failure_of_writer(&t->failure, "intend", &err);
    return unchanged;
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

/*
 * The server must give this imprint from now on; none, where its answer was not about our object.
 */
static void imprint_keep(struct transfer *t, const struct store_found *found)
{
    free(t->version.imprint);
    t->version.imprint = *found->imprint ? mem_text(found->imprint) : NULL;
}

/*
 * An earlier try put these bytes there, and others came back: then no stranger's object is in the
 * way.
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

/* Remembers that the key is taken, and asks whether a person has accepted that. */
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
 * Another object lies under the documented key. If it is an earlier version of this document, put
 * by a try that never learnt of it, it stays, and this version gets a key of its own. The same
 * holds where an earlier importer made a folder of that name, and where a person accepted that a
 * stranger's object stays under the documented key.
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

/* An earlier try may have completed the upload of these very bytes and never learnt of it. */
static bool upload_was_begun(const struct transfer *t)
{
    const struct ledger_version *before = version_with(t->assignment, &t->version.sha256);

    return before && before->upload_id;
}

/* These bytes were stored by an earlier try, or nearly: are they there? */
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
 * The first of two readings, for the hash. One reading is enough if nothing was ever stored for
 * this document, by us or by an earlier importer, and its key does not need the hash.
 */
static bool hash_first(struct transfer *t, bool *is_stored_r)
{
    if (!download_drain(&t->download, NULL, &t->failure) || !record_check_unchanged(t)
        || !adopt_compare(t) || !version_choose(t) || !intent_commit(t)
        || !is_still_there(t, is_stored_r))
        return false;
    if (*is_stored_r)
        return true;
    download_clear(&t->download);
    return download_open(t->worker, t->claim, &t->facts, tries_is_last(t), &t->download,
                         &t->failure);
}

/* Uploads that earlier tries left unfinished must not be completed while this one goes on. */
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

/* The second reading must give the same bytes as the first. */
static bool large_check_hash(struct transfer *t)
{
    FAILPOINT("large.sent");
    if (t->version.has_sha256 && !sha256_equal(&t->version.sha256, &t->download.sha256))
        return failure_say(&t->failure, FAILURE_SOURCE_CHANGED, "fetch",
                           "two readings of the file gave different bytes");
    t->version.has_sha256 = true;
    t->version.sha256 = t->download.sha256;
    t->version.size_bytes = t->download.size_bytes;
    version_witness(t);
    return record_check_unchanged(t) && intent_commit(t);
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
    if (t->assignment->version_count > 0 || version_needs_hash_key(t, true) || adopt_concerns(t)) {
        if (!hash_first(t, &is_stored))
            return false;
    } else {
        if (!version_choose_unhashed(t))
            return false;
    }
    return is_stored
           || (large_begin(t, &large) && download_drain(&t->download, large, &t->failure)
               && large_check_hash(t) && large_end(t, large));
}

bool upload_file(struct transfer *t)
{
    bool is_small = t->download.is_complete;

    if (is_small)
        steps_fetched(t);
    if (!(is_small ? put_small(t) : put_large(t)))
        return false;
    outage_answered(&t->engine->store);
    if (!is_small)
        steps_fetched(t);
    steps_stored(t);
    return true;
}
