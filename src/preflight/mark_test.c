/*
 * Tries the mark, and the fields that are filled with it.
 *
 * Two guarded writes, each followed by a look at the record, so that a lost answer does not matter.
 * A mark that cannot be taken back stays noted in the ledger.
 */
#include "preflight/mark_test.h"

#include "base/mem.h"
#include "base/time.h"
#include "document/dates.h"
#include "filemaker/errors.h"
#include "ledger/edits.h"

/* A record's mark, as it was read, and what stands in the fields that are filled with it. */
struct mark_found {
    uint64_t mod_id;
    char *mark;
    const char *filled;    /* the first field that is not empty; NULL: all are */
    const char *not_tried; /* the first that does not hold the test's text; NULL: all do */
};

static void mark_found_clear(struct mark_found *marked)
{
    free(marked->mark);
}

#define auto_mark_found __attribute__((cleanup(mark_found_clear))) struct mark_found

/* Refusals whose cause somebody can mend. */
static const char *refusal_remedy(int reason)
{
    switch (reason) {
    case 9:
    case 200:
    case 201:
    case 202:
        return "let the account's privilege set edit records of this table and write this field";
    case FILEMAKER_RECORD_MISSING:
        return "there is no such record on the layout: name one that there is";
    case FILEMAKER_FIELD_MISSING:
        return "put the field on the layout";
    case FILEMAKER_IN_USE:
        return "somebody has the record open: name another one, or try again";
    case FILEMAKER_MOD_ID:
        return "somebody edited the record meanwhile: try again";
    case 500:
    case 501:
    case 502:
    case 503:
    case 504:
    case 505:
    case 506:
    case 507:
    case 509:
    case 511:
        return "the field's validation refuses a mark: use a plain timestamp field without "
               "validation";
    default:
        return NULL;
    }
}

static bool mark_refusal_explain(uint64_t record_id, const char *doing, struct err *err)
{
    const char *cure = err->kind == ERR_REMOTE ? refusal_remedy(err->reason) : NULL;
    auto_free char *words = mem_text(err->msg);
    enum err_kind kind = err->kind;
    int code = err->code, reason = err->reason;

    (void)err_set(err, kind, code, "%s record %ju: %.300s%s%s", doing, (uintmax_t)record_id, words,
                  cure ? ". " : "", cure ? cure : "");
    err->reason = reason;
    return false;
}

static bool mark_found_read(const struct engine_settings *settings, struct source_reader *reader,
                            uint64_t record_id, struct mark_found *marked_r, struct err *err)
{
    auto_page page = { 0 };
    const struct writeback *rules = &settings->writeback;
    struct span mark;

    if (!source_record(reader, settings->fields.layout, record_id, &page, err))
        return mark_refusal_explain(record_id, "reading", err);
    mark = filemaker_text(&page.records[0], settings->fields.mark);
    marked_r->mod_id = page.records[0].mod_id;
    marked_r->mark = mark.size ? span_text(mark) : mem_text("");
    for (size_t i = rules->count; i-- > 0;) {
        const char *field = rules->rules[i].field;
        struct span value = filemaker_text(&page.records[0], field);

        marked_r->filled = value.size ? field : marked_r->filled;
        marked_r->not_tried = span_is(value, WRITEBACK_TEST) ? marked_r->not_tried : field;
    }
    return true;
}

/* A lost answer is no failure yet: the look that follows decides. */
static bool mark_set(const struct engine_settings *settings, struct source_reader *reader,
                     uint64_t record_id, uint64_t mod_id, const char *mark, struct err *err)
{
    const struct writeback *rules = &settings->writeback;
    struct filemaker_entry entries[1 + WRITEBACK_FIELDS_MAX] = { { settings->fields.mark,
                                                                   span_of(mark) } };
    const struct filemaker_write write = { settings->fields.layout, record_id, mod_id, entries,
                                           1 + rules->count };
    uint64_t ignored;

    for (size_t i = 0; i < rules->count; i++)
        entries[1 + i] =
            (struct filemaker_entry){ rules->rules[i].field, span_of(*mark ? WRITEBACK_TEST : "") };

    return source_set(reader, &write, &ignored, err) || err->kind == ERR_UNSURE
           || mark_refusal_explain(record_id, "writing the mark of", err);
}

static bool mark_differs(const struct engine_settings *settings, uint64_t record_id,
                         const struct mark_found *now, const char *wanted, struct err *err)
{
    const char *field = *wanted ? now->not_tried : now->filled;

    if (field && (*wanted ? dates_stamp_equal(span_of(now->mark), span_of(wanted)) : !*now->mark))
        return err_set(err, ERR_DATA, 0,
                       "'%.64s' of record %ju ([writeback]) does not hold what was written, though "
                       "the mark does: a calculation or script writes there; check the field",
                       field, (uintmax_t)record_id);
    return err_set(err, ERR_DATA, 0,
                   "'%s' of record %ju should be '%s' and is '%.64s' (modId %ju): somebody edited "
                   "it meanwhile, or a calculation or script writes there; check the field",
                   settings->fields.mark, (uintmax_t)record_id, wanted, now->mark,
                   (uintmax_t)now->mod_id);
}

/* --- remembering ---------------------------------------------------------------------------- */

/*
 * Notes the mark in the ledger before it is written to the record: whatever ends this test, a run
 * that finds the mark knows whose it is.
 */
static bool mark_remember(struct ledger *ledger, uint64_t record_id, const char *mark,
                          struct err *err)
{
    auto_change change = { 0 };
    char name[64];

    (void)snprintf(name, sizeof name, "write-test %ju", (uintmax_t)record_id);
    return ledger_begin(ledger, &change, err) && ledger_note_write(ledger, name, mark, err)
           && ledger_commit(&change, err);
}

/* Notes what became of the mark, so that no run takes the answer for somebody else's mark. */
static bool mark_remember_altered(struct ledger *ledger, uint64_t record_id, uint64_t mod_id,
                                  const struct mark_found *now, struct err *err)
{
    const struct ledger_reaction reaction = { .mark = now->mark,
                                              .mod_id = now->mod_id,
                                              .mod_id_rise = (int64_t)(now->mod_id - mod_id) };
    auto_change change = { 0 };

    return ledger_begin(ledger, &change, err)
           && ledger_reaction_note(ledger, record_id, &reaction, err)
           && ledger_commit(&change, err);
}

/* --- the test ------------------------------------------------------------------------------- */

struct mark_test {
    const struct engine_settings *settings;
    struct source_reader *reader;
    struct ledger *ledger;
    uint64_t record_id;
    int64_t reaction_edits; /* edits of the source's own that followed ours */
};

/*
 * Writes a mark, and reads what stands in the record then.
 *   now_r    what stands there, also where it is not what was written
 *   same_r   whether it is
 */
static bool mark_set_and_read(struct mark_test *t, uint64_t mod_id, const char *mark,
                              struct mark_found *now_r, bool *same_r, struct err *err)
{
    if (!mark_set(t->settings, t->reader, t->record_id, mod_id, mark, err)
        || !mark_found_read(t->settings, t->reader, t->record_id, now_r, err))
        return false;
    *same_r = *mark ? dates_stamp_equal(span_of(now_r->mark), span_of(mark)) && !now_r->not_tried
                    : !*now_r->mark && !now_r->filled;
    if (*same_r && now_r->mod_id != mod_id)
        t->reaction_edits += (int64_t)(now_r->mod_id - mod_id) - 1;
    *same_r = *same_r && now_r->mod_id != mod_id;
    return true;
}

static bool mark_stays(const struct mark_test *t, const char *mark, struct err *err)
{
    return err_ctx(err,
                   "the mark was written; taking it back ('%s' may still stand in record %ju; a "
                   "run knows it as ours)",
                   mark, (uintmax_t)t->record_id);
}

/* Empties the mark that stands there, unless somebody edits the record meanwhile. */
static bool mark_take_back(struct mark_test *t, uint64_t mod_id, const char *mark,
                           uint64_t *mod_id_r, struct err *err)
{
    auto_mark_found now = { 0 };
    bool empty;

    if (!mark_set_and_read(t, mod_id, "", &now, &empty, err)
        || (!empty && !mark_differs(t->settings, t->record_id, &now, "", err)))
        return mark_stays(t, mark, err);
    *mod_id_r = now.mod_id;
    return mark_remember(t->ledger, t->record_id, "", err);
}

static bool mark_and_take_back(struct mark_test *t, uint64_t before, const char *mark,
                               uint64_t *after_r, struct err *err)
{
    auto_mark_found now = { 0 };
    struct err ignored;
    bool same;

    if (!mark_set_and_read(t, before, mark, &now, &same, err))
        return false;
    if (same)
        return mark_take_back(t, now.mod_id, mark, after_r, err);
    if (now.mod_id != before)
        (void)!mark_remember_altered(t->ledger, t->record_id, before, &now, &ignored);
    return mark_differs(t->settings, t->record_id, &now, mark, err);
}

static bool may_try(const struct engine_settings *settings, uint64_t record_id,
                    const struct mark_found *before, struct err *err)
{
    if (!*before->mark && before->filled)
        return err_set(err, ERR_USAGE, 0,
                       "'%.64s' of record %ju ([writeback]) is filled: name a record where it is "
                       "empty",
                       before->filled, (uintmax_t)record_id);
    if (!*before->mark)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "record %ju is already marked ('%.64s'): name one whose '%s' is empty",
                   (uintmax_t)record_id, before->mark, settings->fields.mark);
}

static char *test_summary(const struct mark_test *t, const char *mark, uint64_t before,
                          uint64_t after)
{
    if (t->reaction_edits <= 0)
        return mem_printf(
            "record %ju was marked '%s' and emptied again; its modId went from %ju to "
            "%ju",
            (uintmax_t)t->record_id, mark, (uintmax_t)before, (uintmax_t)after);
    return mem_printf(
        "record %ju was marked '%s' and emptied again, and FileMaker answered with %jd "
        "edits of its own (modId went from %ju to %ju, not to %ju): a script, a "
        "calculation or a robot. A run marks each record once more then, and counts "
        "the mark if the same happens (docs/errors.md, source-reacts)",
        (uintmax_t)t->record_id, mark, (intmax_t)t->reaction_edits, (uintmax_t)before,
        (uintmax_t)after, (uintmax_t)before + 2);
}

bool mark_test_run(const struct engine_settings *settings, struct source_reader *reader,
                   struct cancel *cancel, uint64_t record_id, char **said_r, struct err *err)
{
    char text[STAMP_TEXT_SIZE];
    const char *mark = dates_stamp_text(time_now_us(), text);
    struct mark_test test = { .settings = settings, .reader = reader, .record_id = record_id };
    auto_mark_found before = { 0 };
    auto_ledger *ledger = NULL;
    uint64_t after;

    if (!*settings->fields.mark)
        return err_set(err, ERR_USAGE, 0, "mark_field is empty: there is no mark to try");
    if (!mark_found_read(settings, reader, record_id, &before, err)
        || !may_try(settings, record_id, &before, err)
        || !ledger_open(settings->ledger_url, settings->source_name, cancel, &ledger, err)
        || !mark_remember(ledger, record_id, mark, err))
        return false;
    test.ledger = ledger;
    if (!mark_and_take_back(&test, before.mod_id, mark, &after, err))
        return false;
    *said_r = test_summary(&test, mark, before.mod_id, after);
    return true;
}
