/*
 * Two guarded writes, and a look after each: an answer that was lost does not matter then. What
 * cannot be taken back stays remembered in the ledger.
 */
#include "preflight/mark_test.h"

#include "base/mem.h"
#include "base/time.h"
#include "document/dates.h"
#include "filemaker/errors.h"
#include "ledger/edits.h"

/* What a record says of its mark. */
struct marked {
    uint64_t mod_id;
    char *mark;
};

static void marked_clear(struct marked *marked)
{
    free(marked->mark);
}

#define auto_marked __attribute__((cleanup(marked_clear))) struct marked

/* Refusals with a cause that somebody can mend. */
static const char *cure_of(int reason)
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
        return "somebody edited it meanwhile: try again";
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
        return "the field's validation refuses a mark: use a plain timestamp field without any";
    default:
        return NULL;
    }
}

static bool refused(uint64_t record_id, const char *doing, struct err *err)
{
    const char *cure = err->kind == ERR_REMOTE ? cure_of(err->reason) : NULL;
    auto_free char *words = mem_text(err->msg);
    enum err_kind kind = err->kind;
    int code = err->code, reason = err->reason;

    (void)err_set(err, kind, code, "%s record %ju: %.300s%s%s", doing, (uintmax_t)record_id, words,
                  cure ? ". " : "", cure ? cure : "");
    err->reason = reason;
    return false;
}

static bool look(const struct engine_settings *settings, struct filemaker *filemaker,
                 uint64_t record_id, struct marked *marked_r, struct err *err)
{
    auto_page page = { 0 };
    struct span mark;

    if (!filemaker_record(filemaker, settings->fields.layout, record_id, &page, err))
        return refused(record_id, "reading", err);
    mark = filemaker_text(&page.records[0], settings->fields.mark);
    marked_r->mod_id = page.records[0].mod_id;
    marked_r->mark = mark.size ? span_text(mark) : mem_text("");
    return true;
}

/* A lost answer is no failure yet: the look that follows tells. */
static bool set(const struct engine_settings *settings, struct filemaker *filemaker,
                uint64_t record_id, uint64_t mod_id, const char *mark, struct err *err)
{
    uint64_t ignored;

    return filemaker_set(filemaker, settings->fields.layout, record_id, mod_id,
                         settings->fields.mark, span_of(mark), &ignored, err)
           || err->kind == ERR_UNSURE || refused(record_id, "writing the mark of", err);
}

static bool differs(const struct engine_settings *settings, uint64_t record_id,
                    const struct marked *now, const char *wanted, struct err *err)
{
    return err_set(
        err, ERR_DATA, 0,
        "'%s' of record %ju should be '%s' and is '%.64s' (modId %ju): somebody edited it "
        "meanwhile, or a calculation or script writes there; see to the field",
        settings->fields.mark, (uintmax_t)record_id, wanted, now->mark, (uintmax_t)now->mod_id);
}

/* --- remembering ---------------------------------------------------------------------------- */

/*
 * The mark stands in the ledger before it stands in the record: whatever ends this test, a run that
 * finds it knows whose it is.
 */
static bool remember(struct ledger *ledger, uint64_t record_id, const char *mark, struct err *err)
{
    auto_change change = { 0 };
    char name[64];

    (void)snprintf(name, sizeof name, "write-test %ju", (uintmax_t)record_id);
    return ledger_begin(ledger, &change, err) && ledger_note_write(ledger, name, mark, err)
           && ledger_commit(&change, err);
}

/* What became of the mark: a run must not take it for somebody else's either. */
static bool remember_altered(struct ledger *ledger, uint64_t record_id, uint64_t mod_id,
                             const struct marked *now, struct err *err)
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

struct test {
    const struct engine_settings *settings;
    struct filemaker *filemaker;
    struct ledger *ledger;
    uint64_t record_id;
    int64_t answers; /* edits of the source's own that followed ours */
};

/*
 * Writes, and looks what stands there.
 *   now_r    also where it is not what was written
 *   same_r   it is
 */
static bool set_and_look(struct test *t, uint64_t mod_id, const char *mark, struct marked *now_r,
                         bool *same_r, struct err *err)
{
    if (!set(t->settings, t->filemaker, t->record_id, mod_id, mark, err)
        || !look(t->settings, t->filemaker, t->record_id, now_r, err))
        return false;
    *same_r = *mark ? dates_stamp_equal(span_of(now_r->mark), span_of(mark)) : !*now_r->mark;
    if (*same_r && now_r->mod_id != mod_id)
        t->answers += (int64_t)(now_r->mod_id - mod_id) - 1;
    *same_r = *same_r && now_r->mod_id != mod_id;
    return true;
}

static bool stays(const struct test *t, const char *mark, struct err *err)
{
    return err_ctx(
        err,
        "the mark was written, and taking it back ('%s' may still stand in record %ju; a "
        "run knows it as ours)",
        mark, (uintmax_t)t->record_id);
}

/* Empties the mark that stands there, unless somebody edits the record meanwhile. */
static bool take_back(struct test *t, uint64_t mod_id, const char *mark, uint64_t *mod_id_r,
                      struct err *err)
{
    auto_marked now = { 0 };
    bool empty;

    if (!set_and_look(t, mod_id, "", &now, &empty, err)
        || (!empty && !differs(t->settings, t->record_id, &now, "", err)))
        return stays(t, mark, err);
    *mod_id_r = now.mod_id;
    return remember(t->ledger, t->record_id, "", err);
}

static bool mark_and_take_back(struct test *t, uint64_t before, const char *mark, uint64_t *after_r,
                               struct err *err)
{
    auto_marked now = { 0 };
    struct err ignored;
    bool same;

    if (!set_and_look(t, before, mark, &now, &same, err))
        return false;
    if (same)
        return take_back(t, now.mod_id, mark, after_r, err);
    if (now.mod_id != before)
        (void)!remember_altered(t->ledger, t->record_id, before, &now, &ignored);
    return differs(t->settings, t->record_id, &now, mark, err);
}

static bool may_try(const struct engine_settings *settings, uint64_t record_id,
                    const struct marked *before, struct err *err)
{
    if (!*before->mark)
        return true;
    return err_set(err, ERR_USAGE, 0,
                   "record %ju is marked already ('%.64s'): name one whose '%s' is empty",
                   (uintmax_t)record_id, before->mark, settings->fields.mark);
}

static char *told(const struct test *t, const char *mark, uint64_t before, uint64_t after)
{
    if (t->answers <= 0)
        return mem_printf(
            "record %ju was marked '%s' and emptied again; its modId went from %ju to "
            "%ju",
            (uintmax_t)t->record_id, mark, (uintmax_t)before, (uintmax_t)after);
    return mem_printf(
        "record %ju was marked '%s' and emptied again, and FileMaker answered with %jd "
        "edits of its own (modId went from %ju to %ju, not to %ju): a script, a "
        "calculation or a robot. A run marks each record once more then, and counts "
        "the mark if the same happens (docs/errors.md, source-reacts)",
        (uintmax_t)t->record_id, mark, (intmax_t)t->answers, (uintmax_t)before, (uintmax_t)after,
        (uintmax_t)before + 2);
}

bool write_test(const struct engine_settings *settings, struct filemaker *filemaker,
                struct cancel *cancel, uint64_t record_id, char **said_r, struct err *err)
{
    char text[STAMP_TEXT_SIZE];
    const char *mark = dates_stamp_text(time_now_us(), text);
    struct test test = { .settings = settings, .filemaker = filemaker, .record_id = record_id };
    auto_marked before = { 0 };
    auto_ledger *ledger = NULL;
    uint64_t after;

    if (!*settings->fields.mark)
        return err_set(err, ERR_USAGE, 0, "mark_field is empty: there is nothing to try");
    if (!look(settings, filemaker, record_id, &before, err)
        || !may_try(settings, record_id, &before, err)
        || !ledger_open(settings->ledger_url, settings->source_name, cancel, &ledger, err)
        || !remember(ledger, record_id, mark, err))
        return false;
    test.ledger = ledger;
    if (!mark_and_take_back(&test, before.mod_id, mark, &after, err))
        return false;
    *said_r = told(&test, mark, before.mod_id, after);
    return true;
}
