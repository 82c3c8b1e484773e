/* Computes each criterion from the sums, and words its figure. */
#include "report/checklist.h"

#include "document/failure_class.h"
#include "report/words.h"

/* Whether the source cannot give the file, whatever store and application do. */
static bool is_out_of_reach(enum failure_kind failure)
{
    switch (failure) {
    case FAILURE_CONTAINER_EMPTY:
    case FAILURE_CONTAINER_REFERENCE:
    case FAILURE_CONTAINER_NO_ACCESS:
    case FAILURE_CONTAINER_UNAVAILABLE:
    case FAILURE_CONTAINER_TRUNCATED:
    case FAILURE_CONTAINER_LONGER:
    case FAILURE_CONTAINER_NOT_A_FILE:
    case FAILURE_CONTAINER_ZERO:
    case FAILURE_CONTAINER_DIFFERS:
    case FAILURE_CONTAINER_UNPROVEN:
    case FAILURE_BACKUP_MISSING:
    case FAILURE_BACKUP_ENCRYPTED:
        return true;
    case FAILURE_SOURCE_LOCKED:
    case FAILURE_SOURCE_CHANGED:
    case FAILURE_SOURCE_REACTS:
    case FAILURE_SOURCE_REJECTED:
    case FAILURE_SOURCE_MARKED:
    case FAILURE_SOURCE_FILLED:
    case FAILURE_MARK_WAITS:
    case FAILURE_RECORD_INCOMPLETE:
    case FAILURE_SOURCE_AWAY:
    case FAILURE_STORE_REJECTED:
    case FAILURE_STORE_CONFLICT:
    case FAILURE_STORE_AWAY:
    case FAILURE_REGISTRY_REJECTED:
    case FAILURE_INTEGRITY:
    case FAILURE_UPLOAD_INTERRUPTED:
    case FAILURE_INTERNAL:
        return false;
    }
    abort();
}

/* Failed for a reason that lies in the source: its file cannot be had. */
static int64_t out_of_reach_count(const struct status *s)
{
    int64_t count = 0;

    for (int i = 0; i < FAILURES; i++)
        if (is_out_of_reach((enum failure_kind)i))
            count += status_class_count(s, (enum failure_kind)i);
    return count;
}

/* Moves the text into the figure. */
static void figure_set(struct checklist_item *c, struct str *text)
{
    (void)snprintf(c->figure, sizeof c->figure, "%s", str_text(text));
    str_reset(text);
}

static void exhausted_check(const struct status *s, struct checklist_item *c, struct str *text)
{
    const struct ledger_census *census = &s->census;

    c->what = "the source was read to its end";
    c->met = census->at_us > 0 && census->records == census->found
             && (census->independent_count < 0 || census->independent_count == census->records);
    if (census->at_us == 0) {
        str_add_text(text, "not yet: no census was closed");
    } else {
        words_number_and(text, census->records, " records seen, ");
        words_number_and(text, census->found, " found");
        if (census->independent_count >= 0) {
            str_add_text(text, ", ");
            words_number_and(text, census->independent_count, " by a second count");
        } else {
            str_add_text(text, "; the second count was silent");
        }
    }
    figure_set(c, text);
}

static void accessible_check(const struct status *s, struct checklist_item *c, struct str *text)
{
    int64_t out = out_of_reach_count(s), waived = s->states[LEDGER_WAIVED];
    int64_t within = status_total(s) - out - waived;

    c->what = "every document that can be had is stored";
    c->met = s->census.at_us > 0 && within > 0 && status_stored(s) == within;
    words_number_and(text, status_stored(s), " of ");
    words_number_and(text, within, "; ");
    words_number_and(text, out, " cannot be had");
    figure_set(c, text);
}

static void linked_check(const struct status *s, struct checklist_item *c, struct str *text)
{
    c->what = "every stored document is linked, or recorded as unlinked";
    c->met = status_stored(s) > 0 && s->linked + s->unlinked == status_stored(s);
    words_number_and(text, s->linked, " linked, ");
    words_number_and(text, s->unlinked, " unlinked, ");
    words_number_and(text, s->review, " to review");
    figure_set(c, text);
}

static void metadata_check(const struct status *s, struct checklist_item *c, struct str *text)
{
    c->what = "every stored document's fields are kept with it";
    if (*s->rows.why) {
        str_printf(text, "the application cannot be asked: %.100s", s->rows.why);
    } else if (!s->rows.are_counted) {
        /* Row, fields and state are one transaction: by the ledger there is no other case. */
        c->met = status_stored(s) > 0;
        words_number_and(text, status_stored(s),
                         " by the ledger; 'fmferry report' counts the rows");
    } else {
        c->met = status_stored(s) > 0 && s->rows.with_metadata == status_stored(s)
                 && s->rows.rows == status_stored(s);
        words_number_and(text, s->rows.with_metadata, " rows with all fields, ");
        words_number_and(text, status_stored(s), " stored");
    }
    figure_set(c, text);
}

static void marked_check(const struct status *s, struct checklist_item *c, struct str *text)
{
    c->what = "every stored document is marked in FileMaker";
    c->met = status_stored(s) > 0 && s->states[LEDGER_STORED] == 0;
    if (!s->settings.has_mark) {
        str_add_text(text, "no mark field is configured");
    } else {
        words_number_and(text, s->states[LEDGER_DONE], " marked, ");
        words_number_and(text, s->states[LEDGER_STORED], " not yet");
    }
    figure_set(c, text);
}

static void captured_check(const struct status *s, struct checklist_item *c, struct str *text)
{
    int64_t total = status_total(s);

    c->what = "all documents are captured, or given up by name";
    c->met = s->census.at_us > 0 && total > 0
             && status_stored(s) + s->states[LEDGER_WAIVED] == total;
    words_share(text, status_stored(s), total);
    str_add_text(text, " captured; ");
    words_number_and(text, status_stored(s), " stored and ");
    words_number_and(text, s->states[LEDGER_WAIVED], " waived of ");
    words_number_and(text, total, "");
    figure_set(c, text);
}

void checklist_of(const struct status *s, struct checklist_item criteria_r[CRITERIA])
{
    static void (*const rules[CRITERIA])(const struct status *, struct checklist_item *,
                                         struct str *) = {
        [CRITERION_EXHAUSTED] = exhausted_check, [CRITERION_ACCESSIBLE] = accessible_check,
        [CRITERION_LINKED] = linked_check,       [CRITERION_METADATA] = metadata_check,
        [CRITERION_MARKED] = marked_check,       [CRITERION_CAPTURED] = captured_check,
    };
    auto_str text = STR_MAX(512);

    for (int i = 0; i < CRITERIA; i++) {
        criteria_r[i] = (struct checklist_item){ 0 };
        rules[i](s, &criteria_r[i], &text);
    }
}
