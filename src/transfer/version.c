/* Which key a document gets, and which of its versions has these bytes. */
#include "transfer/version.h"

#include "base/mem.h"
#include "base/time.h"
#include "document/key.h"
#include "transfer/reaction.h"

static const char *patient_of(const struct assignment *assignment)
{
    return assignment->match == REGISTRY_ONE_PATIENT ? assignment->patient : NULL;
}

static bool has_bytes(const struct ledger_version *version, const struct sha256 *sha256)
{
    return version->has_sha256 && sha256_equal(&version->sha256, sha256);
}

const struct ledger_version *version_with(const struct assignment *assignment,
                                          const struct sha256 *sha256)
{
    for (size_t i = 0; i < assignment->version_count; i++) {
        const struct ledger_version *version = &assignment->versions[i];

        if (!version->leaving && has_bytes(version, sha256)
            && patient_is_same(version->patient, patient_of(assignment)))
            return version;
    }
    return NULL;
}

/*
 * Whether other bytes were stored under the key. A version that is leaving may still lie there; if
 * it has these very bytes, it is welcome: the document has come back to its first patient.
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
 * An earlier importer's mark that is right stays as it is: while its row is not ours yet, we have
 * recorded nothing for this document, and so never marked it. Our own mark stays, too, where the
 * source answers each mark with an edit: see reaction_weigh().
 */
bool version_keeps_mark(const struct transfer *t)
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
 * The present second, or the last one before it that no mark of this record ever named: else a mark
 * from before could pass for the one that is to be written. Never a later second: a mark in the
 * future is a lie.
 */
static char *mark_make(const struct transfer *t)
{
    char mark[STAMP_TEXT_SIZE];
    int64_t at_us = time_now_us();

    while (mark_was_meant(t, dates_stamp_text(at_us, mark)))
        at_us -= TIME_SECOND;
    return mem_text(mark);
}

/* Everything but key and hash. */
static void version_begin(struct transfer *t)
{
    const char *patient = patient_of(t->assignment);

    ledger_version_clear(&t->version);
    t->version.patient = patient ? mem_text(patient) : NULL;
    t->version.mime = mem_text(t->download.file_type.mime);
    t->version.mod_id = t->record->mod_id;
    if (!*t->engine->settings->fields.mark)
        return;
    t->version.mark_stood = version_keeps_mark(t);
    t->version.mark = t->version.mark_stood ? span_text(t->facts.mark) : mark_make(t);
}

void version_witness(struct transfer *t)
{
    t->version.witness = t->download.witness;
    memcpy(t->version.md5, t->download.witness_md5, MD5_SIZE);
}

bool version_needs_hash_key(const struct transfer *t, bool is_large)
{
    return store_needs_hash_keys(&t->engine->settings->store.traits, is_large);
}

/*
 * The key is the one where an earlier importer has these bytes; else that of an earlier version
 * with the same bytes and the same patient; else the documented key; else, where another version
 * lies there or could come to lie, a key with the hash in it.
 */
bool version_choose(struct transfer *t)
{
    const struct ledger_version *before = version_with(t->assignment, &t->download.sha256);
    auto_free char *documented = NULL;

    if (!reaction_weigh(t, before))
        return false;
    version_begin(t);
    t->version.has_sha256 = true;
    t->version.sha256 = t->download.sha256;
    t->version.size_bytes = t->download.size_bytes;
    version_witness(t);
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
    if (version_needs_hash_key(t, t->version.size_bytes >= STORE_SMALL_MAX))
        return version_key_make(t, &t->version.sha256, &t->version.key);
    if (!version_key_make(t, NULL, &documented))
        return false;
    if (key_was_used(t->assignment, documented, &t->version.sha256))
        return version_key_make(t, &t->version.sha256, &t->version.key);
    t->version.key = take(documented);
    return true;
}

bool version_choose_unhashed(struct transfer *t)
{
    version_begin(t);
    return version_key_make(t, NULL, &t->version.key);
}
