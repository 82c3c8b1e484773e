/*
 * The mark tells FileMaker's users that a document is out. It is written once the document is
 * stored and recorded, guarded by the modification id, and read back: it counts only if it is
 * exactly ours and the record is otherwise as it was when its bytes were read.
 */
#include "transfer/inside.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"

enum { UNSURE_TRIES = 3 };

/* Where our mark stands, by a fresh look at the record. */
enum mark_state {
    MARK_THERE, /* exactly ours, on the record that we read; or what stood there, and was taken over
                 */
    MARK_ABSENT,   /* not written, and the record is as we read it     */
    MARK_STALE,    /* the record was edited                            */
    MARK_ANSWERED, /* it was written, and the record is otherwise than it left it */
};

/* `taken`: FileMaker said that it wrote it. */
static enum mark_state mark_state(const struct journey *j, bool taken)
{
    bool is_ours = j->version.mark && stamp_equal(j->facts.mark, span_of(j->version.mark));

    if (is_ours && j->record->mod_id == j->version.mod_id + (j->version.mark_stood ? 0 : 1))
        return MARK_THERE;
    if (j->record->mod_id == j->version.mod_id)
        return MARK_ABSENT;
    return (is_ours && !j->version.mark_stood) || taken ? MARK_ANSWERED : MARK_STALE;
}

static bool edited(struct journey *j)
{
    return trouble_say(&j->trouble, FAILURE_SOURCE_CHANGED, "mark",
                       "the record was edited before it could be marked (modId %ju, now %ju)",
                       (uintmax_t)j->version.mod_id, (uintmax_t)j->record->mod_id);
}

/* Asks for the mark to be written. What came of it is decided by the look that follows. */
static bool mark_write(struct journey *j, bool *taken_r)
{
    const struct source_fields *fields = &j->mover->settings->fields;
    uint64_t mod_id;
    struct err err = { 0 };

    *taken_r = filemaker_set(j->worker->filemaker, fields->layout, j->claim->record_id,
                             j->version.mod_id, fields->mark, span_of(j->version.mark), &mod_id,
                             &err);
    if (*taken_r || err.kind == ERR_UNSURE)
        return true;
    if (err.kind == ERR_REMOTE && err.reason == FILEMAKER_MOD_ID)
        return true;
    return trouble_of_source(&j->trouble, "mark", &err);
}

static bool mark_write_until_sure(struct journey *j)
{
    if (!journey_may_mark(j))
        return false;
    for (int tries = UNSURE_TRIES; tries > 0; tries--) {
        bool taken;

        FAILPOINT("mark.begun");
        if (!mark_write(j, &taken))
            return false;
        FAILPOINT("mark.written");
        if (!journey_read(j))
            return false;
        FAILPOINT("mark.read-back");
        switch (mark_state(j, taken)) {
        case MARK_THERE:
            return true;
        case MARK_STALE:
            return edited(j);
        case MARK_ANSWERED:
            return journey_answered(j);
        case MARK_ABSENT:
            break;
        }
    }
    return trouble_say(&j->trouble, FAILURE_SOURCE_REJECTED, "mark",
                       "FileMaker took the mark %d times, and it is not there", UNSURE_TRIES);
}

bool journey_mark(struct journey *j)
{
    return !j->version.mark || journey_keeps_mark(j) || mark_write_until_sure(j);
}

/* The version that is stored, as an earlier run left it. */
static bool version_recall(struct journey *j)
{
    for (size_t i = 0; i < j->assignment->version_count; i++) {
        struct ledger_version *version = &j->assignment->versions[i];

        if (version->number != j->claim->version)
            continue;
        j->version = *version;
        *version = (struct ledger_version){ 0 };
        return true;
    }
    return trouble_say(&j->trouble, FAILURE_INTERNAL, "mark",
                       "the ledger says stored, but has no version %jd",
                       (intmax_t)j->claim->version);
}

bool journey_incomplete(struct journey *j)
{
    return trouble_say(&j->trouble, FAILURE_RECORD_INCOMPLETE, "mark",
                       "other files of the record are not stored yet");
}

struct ready_job {
    const struct ledger_claim *claim;
    uint64_t mod_id;
    bool ready;
};

static bool ready_work(const struct writer_context *hands, void *arg, struct err *err)
{
    struct ready_job *job = arg;

    return ledger_record_ready(hands->ledger, job->claim, job->mod_id, &job->ready, err);
}

/* Whether the record may be marked now, as far as its other files go. */
static bool record_is_ready(struct journey *j)
{
    struct ready_job job = { j->claim, j->version.mod_id, true };
    struct err err = { 0 };

    if (j->mover->settings->fields.containers->each_is_document
        && !writer_run(j->mover->desk, ready_work, &job, &err))
        return trouble_of_desk(&j->trouble, "mark", &err);
    return job.ready || journey_incomplete(j);
}

bool journey_resume_mark(struct journey *j)
{
    FAILPOINT("mark.resumed");
    if (!version_recall(j) || !record_is_ready(j) || !journey_read(j))
        return false;
    switch (mark_state(j, false)) {
    case MARK_THERE:
        return true;
    case MARK_STALE:
        return edited(j);
    case MARK_ANSWERED:
        return journey_answered(j);
    case MARK_ABSENT:
        return journey_mark(j);
    }
    abort();
}
