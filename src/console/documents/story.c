/* Gathers the steps from several tables, and puts them in order. */
#include "console/documents/story.h"

#include "base/mem.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "console/readers.h"
#include "console/views/view_list.h"
#include "console/views/view_log.h"
#include "ledger/history.h"
#include "ledger/read.h"
#include "ledger/uploads.h"
#include "upload/uploads.h"

/* Entries that belong to a version lie close to when its bytes were read, or to the last change. */
#define BEFORE_US (2 * TIME_SECOND)
#define BEHIND_US (60 * TIME_SECOND)

void told_story_clear(struct told_story *story)
{
    for (size_t i = 0; i < story->count; i++) {
        free(story->steps[i].words);
        free(story->steps[i].who);
    }
    free(story->steps);
    *story = (struct told_story){ 0 };
}

/* Takes the step's texts. */
static void step_add(struct told_story *story, struct story_step step)
{
    if (story->count == story->room) {
        story->room = story->room ? 2 * story->room : 16;
        story->steps = mem_grow(story->steps, story->room * sizeof *story->steps);
    }
    story->steps[story->count++] = step;
}

/* --- versions --------------------------------------------------------------------------------- */

static void bytes_told(void *arg, const struct told_bytes *bytes)
{
    const struct told_story *story = arg;
    const char *lead = story->is_upload     ? "received"
                       : bytes->number == 1 ? "read from FileMaker"
                                            : "read from FileMaker again";

    step_add(arg, (struct story_step){
                      .at_us = bytes->at_us,
                      .what = "read",
                      .words = mem_printf("%s: %jd bytes, meant for the key " SPAN_FORMAT, lead,
                                          (intmax_t)bytes->size, SPAN_ARGS(bytes->key)) });
}

static void decision_told(void *arg, const struct told_decision *told)
{
    struct story_step step = { .at_us = told->at_us,
                               .run = told->run,
                               .what = told->is_waiver ? "waived" : "linked" };

    if (told->is_waiver)
        step.words = mem_printf("given up: " SPAN_FORMAT, SPAN_ARGS(told->reason));
    else if (!told->patient.at)
        step.words = mem_printf("taken from its patient: " SPAN_FORMAT, SPAN_ARGS(told->reason));
    else if (told->reason.size)
        step.words = mem_printf("given to patient " SPAN_FORMAT ": " SPAN_FORMAT,
                                SPAN_ARGS(told->patient), SPAN_ARGS(told->reason));
    else
        step.words = mem_printf("given to patient " SPAN_FORMAT " by the patient's id",
                                SPAN_ARGS(told->patient));
    step.who = told->who.size ? span_text(told->who) : NULL;
    step_add(arg, step);
}

static void try_told(void *arg, const struct ledger_try *try)
{
    step_add(arg, (struct story_step){
                      .at_us = try->at_us,
                      .run = try->run,
                      .what = "failed",
                      .words = mem_printf("a try failed at the step " SPAN_FORMAT ": " SPAN_FORMAT,
                                          SPAN_ARGS(try->step), SPAN_ARGS(try->class)) });
}

/* --- the audit chain -------------------------------------------------------------------------- */

/* What follows on the semicolons of "... modId 3; etag MD5; linked to ...", but what machines say. */
static void evidence_add(struct str *to, struct span evidence)
{
    (void)span_cut(&evidence, ';');
    while (evidence.at) {
        struct span part = span_trim(span_cut(&evidence, ';'));

        if (part.size && !span_starts(part, "etag ") && !span_starts(part, "parts ")) {
            str_add_text(to, "; ");
            str_add_span(to, part);
        }
    }
}

static bool was_told(const struct told_story *story, const struct told_entry *entry,
                     const char *what)
{
    for (size_t i = 0; i < story->count; i++)
        if (story->steps[i].at_us == entry->at_us && story->steps[i].run == entry->run
            && strcmp(story->steps[i].what, what) == 0)
            return true;
    return false;
}

static void entry_told(void *arg, const struct told_entry *entry)
{
    const struct told_story *story = arg;
    bool is_stored = span_is(entry->after, "stored") && entry->evidence.size > 0;
    const char *what = is_stored ? "stored" : "marked";
    auto_str words = STR_MAX(KIB(4));

    if ((!is_stored && (story->is_upload || !span_is(entry->after, "done")))
        || was_told(arg, entry, what))
        return;
    if (is_stored)
        str_add_text(&words,
                     "stored; its bytes were compared and the application's row was written");
    else
        str_add_text(&words, "done; the mark in FileMaker was read back");
    evidence_add(&words, entry->evidence);
    step_add(arg, (struct story_step){ .at_us = entry->at_us,
                                       .run = entry->run,
                                       .what = what,
                                       .words = mem_text(str_text(&words)) });
}

static bool moment_tell(struct ledger *ledger, int64_t document, int64_t at_us,
                        struct told_story *story, struct err *err)
{
    return ledger_told_entries(ledger, document, at_us - BEFORE_US, at_us + BEHIND_US, entry_told,
                               story, err);
}

/* The steps so far are those of versions. */
static bool entries_tell(struct ledger *ledger, int64_t document, struct told_story *story,
                         struct err *err)
{
    size_t versions = story->count;
    int64_t changed_us;

    for (size_t i = 0; i < versions; i++)
        if (!moment_tell(ledger, document, story->steps[i].at_us, story, err))
            return false;
    return ledger_told_change(ledger, document, &changed_us, err)
           && moment_tell(ledger, document, changed_us, story, err);
}

static bool sender_tell(struct ledger *ledger, int64_t document, struct told_story *story,
                        struct err *err)
{
    auto_sent sent = { 0 };

    if (!ledger_sent_read(ledger, document, &sent, err))
        return false;
    step_add(story, (struct story_step){ .at_us = sent.at_us,
                                         .what = "uploaded",
                                         .words = mem_printf("uploaded by %s", sent.who) });
    return true;
}

/* "edited by Ann; type Letter, was Scan: reason" stands behind the version, and behind its imprint if it has one. */
static struct span edit_words(struct span evidence)
{
    struct span part;

    (void)span_cut(&evidence, ';');
    evidence = span_trim(evidence);
    part = evidence;
    if (span_starts(evidence, "etag ") || span_starts(evidence, "parts ")) {
        (void)span_cut(&part, ';');
        part = span_trim(part);
    }
    return span_starts(part, "edited by ") ? part : SPAN_NONE;
}

static void edit_told(void *arg, const struct told_entry *entry)
{
    struct span words = edit_words(entry->evidence);

    if (words.at)
        step_add(arg, (struct story_step){ .at_us = entry->at_us,
                                           .run = entry->run,
                                           .what = "edited",
                                           .words = span_text(words) });
}

/* An upload that arrived at once and was never touched again has the epoch 1: no chain is read for it. */
static bool edits_tell(struct ledger *ledger, const struct visible *document,
                       struct told_story *story, struct err *err)
{
    return document->epoch <= 1
           || ledger_told_edits(ledger, document->document, edit_told, story, err);
}

static bool verified_tell(struct ledger *ledger, const struct visible *document,
                          struct told_story *story, struct err *err)
{
    auto_verified last = { 0 };

    if (!ledger_verified_last(ledger, &last, err))
        return false;
    if (last.run && last.at_us > document->stored_us)
        step_add(story, (struct story_step){
                            .at_us = last.at_us,
                            .run = last.run,
                            .what = "verified",
                            .words = mem_text("verified; nothing is known to be wrong with it") });
    return true;
}

static bool source_tell(struct ledger *ledger, const struct visible *document,
                        struct told_story *story, struct err *err)
{
    int64_t number = document->document;
    auto_tx tx = { 0 };

    return sql_begin_reading(ledger_sql(ledger), &tx, err)
           && ledger_told_bytes(ledger, number, bytes_told, story, err)
           && entries_tell(ledger, number, story, err)
           && ledger_told_decisions(ledger, number, decision_told, story, err)
           && ledger_each_try(ledger, number, try_told, story, err)
           && (!story->is_upload
               || (sender_tell(ledger, number, story, err)
                   && edits_tell(ledger, document, story, err)));
}

/* Readers that are lent read the source that was moved; of an upload, another one is opened. */
static bool upload_tell(struct exchange *x, const struct visible *document,
                        struct told_story *story, struct err *err)
{
    auto_ledger *ledger = NULL;

    return ledger_open_reader(x->console->engine->ledger_url, uploads_source(x->console->uploads),
                              x->console->cancel, &ledger, err)
           && source_tell(ledger, document, story, err);
}

static bool ledger_tell(struct exchange *x, const struct visible *document,
                        struct told_story *story, struct err *err)
{
    auto_borrowed reader = { 0 };

    story->is_upload = document->is_upload;
    if (document->is_upload && !upload_tell(x, document, story, err))
        return false;
    return reader_borrow(x->console->readers, &reader, err)
           && (document->is_upload || source_tell(reader.ledger, document, story, err))
           && verified_tell(reader.ledger, document, story, err);
}

/* --- looks ------------------------------------------------------------------------------------ */

static bool look_told(void *arg, const struct view_seen *seen)
{
    const struct view_columns *c = &seen->columns;
    bool is_ok = span_is(c->outcome, "ok");

    step_add(arg,
             (struct story_step){ .at_us = c->at_us,
                                  .what = "seen",
                                  .words = mem_printf(SPAN_FORMAT "%s" SPAN_FORMAT,
                                                      SPAN_ARGS(c->what), is_ok ? "" : ", ",
                                                      SPAN_ARGS(is_ok ? SPAN_NONE : c->outcome)),
                                  .who = span_text(seen->who) });
    return true;
}

static bool looks_tell(struct exchange *x, const struct visible *document, struct told_story *story,
                       struct err *err)
{
    char row[UUID_TEXT_SIZE];
    struct view_choice choice = { .row = uuid_text(&document->row, row), .limit = STORY_LOOKS };
    auto_free char *detail = mem_printf("row=%s", row);
    auto_lent lent = { 0 };

    return view_of(x, (struct view_entry){ .what = VIEW_VIEWS_READ, .detail = detail }, err)
           && console_db_borrow(x->console->db, &lent, err)
           && view_list_each(lent.sql, &choice, look_told, story, err);
}

/* --- in order --------------------------------------------------------------------------------- */

/* Of two steps of one moment, that comes first which a document does first. */
static int step_rank(const struct story_step *step)
{
    static const char *const order[] = { "uploaded", "read",   "failed", "stored",   "linked",
                                         "marked",   "edited", "waived", "verified", "seen" };
    int rank = 0;

    while (rank < (int)lengthof(order) && strcmp(step->what, order[rank]) != 0)
        rank++;
    return rank;
}

static int step_compare(const void *a, const void *b)
{
    const struct story_step *one = a, *other = b;

    if (one->at_us != other->at_us)
        return one->at_us < other->at_us ? -1 : 1;
    return step_rank(one) - step_rank(other);
}

bool story_tell(struct exchange *x, const struct visible *document, struct told_story *story_r,
                struct err *err)
{
    if (!ledger_tell(x, document, story_r, err)
        || (may(x, RIGHT_VIEWS) && !looks_tell(x, document, story_r, err)))
        return false;
    qsort(story_r->steps, story_r->count, sizeof *story_r->steps, step_compare);
    return true;
}
