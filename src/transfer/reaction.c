/*
 * A source may answer our mark with an edit of its own, in the same commit or later: a script, a
 * calculation, a robot. If we wrote the mark again, it would answer again. So the ledger keeps how
 * the record was found, and no record is marked more often than LEDGER_EDITS_MAX times an hour.
 *
 * A mark that stands there counts, without being written once more, if the record was read anew
 * and has the very bytes that were stored for this mark, and either the source answered twice in
 * the same way and nothing happened since, or the hour allows no more.
 */
#include "transfer/reaction.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/writes_document.h"

enum { SAME_ENOUGH = 2, TIMES_MAX = 4 };

/* --- before a mark is written --------------------------------------------------------------- */

/* The claim itself announces the mark of a first claim: see LEDGER_EDITS_NOTED_MAX. */
static bool mark_is_announced(const struct transfer *t)
{
    return t->claim->epoch <= 1 && !t->engine->settings->fields.containers->each_is_document;
}

bool reaction_may_mark(struct transfer *t)
{
    int64_t due_us;
    char wait[TIME_TEXT_SIZE];
    struct err err = { 0 };

    if (mark_is_announced(t))
        return true;
    if (!write_announcement(t->engine->writer, t->claim->record_id, t->version.mod_id, &due_us,
                            &err))
        return failure_of_writer(&t->failure, "mark", &err);
    FAILPOINT("mark.told");
    if (due_us == 0)
        return true;
    (void)failure_say(&t->failure, FAILURE_MARK_WAITS, "mark",
                      "the record was marked %d times within an hour: it may be again in %s",
                      LEDGER_EDITS_MAX, time_for_people(due_us - time_now_us(), wait));
    t->failure.due_us = due_us;
    return false;
}

/* --- after it was written ------------------------------------------------------------------- */

static const char *reaction_words(const struct ledger_reaction *reaction, char *words, size_t room)
{
    if (reaction->is_ours)
        (void)snprintf(words, room, "modId rose by %jd instead of 1",
                       (intmax_t)reaction->mod_id_rise);
    else if (!*reaction->mark)
        (void)snprintf(words, room, "the mark field was emptied");
    else
        (void)snprintf(words, room, "the mark field says '%.64s' now", reaction->mark);
    return words;
}

static bool reaction_say(struct transfer *t, const struct ledger_reaction *reaction,
                         const char *then)
{
    char words[128];

    return failure_say(&t->failure, FAILURE_SOURCE_REACTS, "mark",
                       "the mark was written, and answered with another edit, by a script, a "
                       "calculation or somebody: %s%s",
                       reaction_words(reaction, words, sizeof words), then);
}

bool reaction_report_answer(struct transfer *t)
{
    bool is_ours = dates_stamp_equal(t->facts.mark, span_of(t->version.mark));
    auto_free char *there = span_text(t->facts.mark);

    t->reaction = (struct ledger_reaction){
        .mark = is_ours ? mem_text(t->version.mark) : mem_text(there ? there : ""),
        .is_ours = is_ours,
        .mod_id = t->record->mod_id,
        .mod_id_rise = (int64_t)(t->record->mod_id - t->version.mod_id),
    };
    (void)reaction_say(t, &t->reaction, "");
    if (!atomic_exchange(&t->engine->reaction_was_logged, true))
        log_warn("%s; a record is marked %d times an hour at most (docs/errors.md, source-reacts)",
                 t->failure.why.msg, LEDGER_EDITS_MAX);
    return false;
}

/* --- at the next try ------------------------------------------------------------------------ */

bool reaction_altered_mark(const struct transfer *t)
{
    const struct ledger_reaction *before = &t->assignment->edits.reaction;

    return before->mark && !before->is_ours
           && dates_stamp_equal(t->facts.mark, span_of(before->mark));
}

bool reaction_report_altered(struct transfer *t)
{
    return reaction_say(t, &t->assignment->edits.reaction, "; it was altered when we wrote it");
}

/* The same answer twice, and nothing happened since. */
static bool is_answer_known(const struct transfer *t)
{
    const struct ledger_reaction *before = &t->assignment->edits.reaction;

    return before->mark && before->is_ours && before->in_a_row >= SAME_ENOUGH
           && before->mod_id == t->record->mod_id
           && dates_stamp_equal(t->facts.mark, span_of(before->mark));
}

/* No more marks are allowed for now, and the last one stands there. */
static bool marks_are_spent(const struct transfer *t, const struct ledger_version *before)
{
    return t->assignment->edits.due_us > 0 && before->mark
           && dates_stamp_equal(t->facts.mark, span_of(before->mark));
}

bool reaction_weigh(struct transfer *t, const struct ledger_version *before)
{
    const struct ledger_reaction *reaction = &t->assignment->edits.reaction;
    bool is_stored = before && before->stored && before->number == t->claim->version;

    if (!*t->engine->settings->fields.mark || t->facts.mark.size == 0 || !is_stored)
        t->mark_stands = false;
    else
        t->mark_stands = is_answer_known(t) || marks_are_spent(t, before);
    if (t->mark_stands || reaction->total < TIMES_MAX)
        return true;
    return reaction_say(t, reaction,
                        is_stored ? ", each time otherwise" : ", and the file is another one");
}
