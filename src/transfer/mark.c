/*
 * The mark tells FileMaker's users that a document was moved. It is written once the document is
 * stored and recorded, guarded by the modification id, and read back: it counts only if it is
 * exactly ours and the record is otherwise as it was when its bytes were read. With it, in the same
 * request, fields are filled that people chose (transfer/filling). Until then the
 * document is stored, and no more: whoever comes after a crash reads the record and judges anew.
 */
#include "transfer/mark.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/writes_document.h"
#include "transfer/filling.h"
#include "transfer/reaction.h"
#include "transfer/record.h"
#include "transfer/steps.h"
#include "transfer/version.h"

enum { UNSURE_TRIES = 3 };

/* The state of our mark, by a fresh reading of the record. */
enum mark_state {
    MARK_THERE, /* exactly ours, on the record that we read; or one that stood and was taken over */
    MARK_ABSENT,   /* not written, and the record is as we read it     */
    MARK_STALE,    /* the record was edited                            */
    MARK_ANSWERED, /* it was written, and the record was edited in answer to it    */
};

/* `taken`: FileMaker said that it wrote it. */
static enum mark_state mark_state(const struct transfer *t, bool taken)
{
    bool is_ours = t->version.mark && dates_stamp_equal(t->facts.mark, span_of(t->version.mark));

    if (is_ours && t->record->mod_id == t->version.mod_id + (t->version.mark_stood ? 0 : 1))
        return MARK_THERE;
    if (t->record->mod_id == t->version.mod_id)
        return MARK_ABSENT;
    return (is_ours && !t->version.mark_stood) || taken ? MARK_ANSWERED : MARK_STALE;
}

static bool edited_fail(struct transfer *t)
{
    return failure_say(&t->failure, FAILURE_SOURCE_CHANGED, "mark",
                       "the record was edited before it could be marked (modId %ju, now %ju)",
                       (uintmax_t)t->version.mod_id, (uintmax_t)t->record->mod_id);
}

/*
 * Judges the mark by the record as it was just read.
 *   absent_r   it is not there, and may be written; then the result says nothing
 */
static bool mark_judge(struct transfer *t, bool taken, bool *absent_r)
{
    *absent_r = false;
    switch (mark_state(t, taken)) {
    case MARK_THERE:
        return t->version.mark_stood || filling_stands(t);
    case MARK_STALE:
        return edited_fail(t);
    case MARK_ANSWERED:
        return reaction_report_answer(t);
    case MARK_ABSENT:
        *absent_r = true;
        return true;
    }
    abort();
}

/* Asks for the mark to be written. The reading that follows decides what came of it. */
static bool mark_write(struct transfer *t, bool *taken_r)
{
    const struct source_fields *fields = &t->engine->settings->fields;
    auto_filling filling = { 0 };
    uint64_t mod_id;
    struct err err = { 0 };

    filling_make(t, &filling);
    const struct filemaker_write write = { fields->layout, t->claim->record_id, t->version.mod_id,
                                           filling.entries, filling.count };
    *taken_r = source_set(t->worker->reader, &write, &mod_id, &err);
    if (*taken_r)
        steps_marked(t);
    if (*taken_r || err.kind == ERR_UNSURE)
        return true;
    if (err.kind == ERR_REMOTE && err.reason == FILEMAKER_MOD_ID)
        return true;
    return failure_of_source(&t->failure, "mark", &err);
}

/*
 * A mark that FileMaker took is read back together with others, where finds can do that. Any other
 * answer is looked into at once.
 */
static bool is_read_back_later(const struct transfer *t, bool taken)
{
    return taken && t->mark_writes == 1 && batches_most(t->engine->batches) > 1
           && record_can_be_found(t) && mark_tells_of_edits(t);
}

static bool mark_write_until_sure(struct transfer *t)
{
    while (t->mark_writes++ < UNSURE_TRIES) {
        bool taken, absent, good;

        FAILPOINT("mark.begun");
        if (!mark_write(t, &taken))
            return false;
        FAILPOINT("mark.written");
        t->is_unconfirmed = is_read_back_later(t, taken);
        if (t->is_unconfirmed)
            return true;
        if (!record_read(t))
            return false;
        FAILPOINT("mark.read-back");
        good = mark_judge(t, taken, &absent);
        if (!absent)
            return good;
    }
    return failure_say(&t->failure, FAILURE_SOURCE_REJECTED, "mark",
                       "FileMaker took the mark %d times, and it is not there", UNSURE_TRIES);
}

/* What an earlier importer marked was filled by nobody. */
static bool mark_keep(struct transfer *t)
{
    return t->is_adopted || filling_stands(t);
}

bool mark_document(struct transfer *t)
{
    if (!t->version.mark)
        return true;
    if (version_keeps_mark(t))
        return mark_keep(t);
    return filling_is_free(t) && reaction_may_mark(t) && mark_write_until_sure(t);
}

bool mark_confirm(struct transfer *t)
{
    bool absent, good;

    FAILPOINT("mark.read-back");
    t->is_unconfirmed = false;
    good = mark_judge(t, true, &absent);
    return absent ? mark_write_until_sure(t) : good;
}

bool mark_tells_of_edits(const struct transfer *t)
{
    return t->version.mark && !version_keeps_mark(t) && !record_is_restless(t)
           && !t->engine->settings->fields.containers->each_is_document;
}

/* The version that is stored, as an earlier run left it. */
static bool version_recall(struct transfer *t)
{
    for (size_t i = 0; i < t->assignment->version_count; i++) {
        struct ledger_version *version = &t->assignment->versions[i];

        if (version->number != t->claim->version)
            continue;
        t->version = *version;
        *version = (struct ledger_version){ 0 };
        return true;
    }
    return failure_say(&t->failure, FAILURE_INTERNAL, "mark",
                       "the ledger says stored, but has no version %jd",
                       (intmax_t)t->claim->version);
}

/* Whether the record's other files allow it to be marked now. */
static bool record_is_ready(struct transfer *t)
{
    bool ready = true;
    struct err err = { 0 };

    if (t->engine->settings->fields.containers->each_is_document
        && !write_record_ready(t->engine->writer, t->claim, t->version.mod_id, &ready, &err))
        return failure_of_writer(&t->failure, "mark", &err);
    return ready || record_report_incomplete(t);
}

bool mark_resume(struct transfer *t)
{
    bool absent, good;

    FAILPOINT("mark.resumed");
    if (!version_recall(t) || !record_is_ready(t) || !record_read_ahead(t))
        return false;
    good = mark_judge(t, false, &absent);
    return absent ? mark_document(t) : good;
}
