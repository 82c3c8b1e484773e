/*
 * Writes the two pages that the owner of the practice reads and signs: without a word of ours that
 * needs to be explained, with every figure from the ledger, and every sentence true of this case.
 */
#include "report/parts.h"

#include "document/failure_class.h"
#include "report/checklist.h"
#include "report/forecast.h"
#include "report/html.h"
#include "report/words.h"

enum { WAIVER_GROUPS_SHOWN = 12 };

/* --- the verdict ---------------------------------------------------------------------------- */

struct front_verdict {
    const char *tone, *head;
    struct str words;
};

static void coming_verdict(struct front_verdict *v, const struct status *s,
                           const struct forecast *f)
{
    v->tone = "wait";
    v->head = "Not yet.";
    words_count(&v->words, f->arrived, "document has", "documents have");
    str_add_text(&v->words, " arrived so far; ");
    words_count(&v->words, f->coming, "is", "are");
    str_add_text(&v->words, status_run_open(s) ? " still on the way while this is written."
                                               : " waiting for the next run.");
}

static void missing_verdict(struct front_verdict *v, const struct status *s,
                            const struct forecast *f)
{
    v->tone = "bad";
    v->head = "Not all of them.";
    words_number_and(&v->words, f->arrived, " of ");
    words_number_and(&v->words, status_total(s), " documents have arrived. ");
    words_number_and(&v->words, s->states[LEDGER_FAILED], " did not, for the reasons below");
    if (f->given_up) {
        str_add_text(&v->words, "; ");
        words_count(&v->words, f->given_up, "was", "were");
        str_add_text(&v->words, " given up by name");
    }
    str_add_char(&v->words, '.');
}

static void done_verdict(struct front_verdict *v, const struct status *s, const struct forecast *f)
{
    v->tone = "good";
    v->head = f->given_up ? "Yes, but for those that were given up." : "Yes, every one of them.";
    words_number_and(&v->words, f->arrived, " of ");
    words_number_and(&v->words, status_total(s), " documents have arrived");
    if (f->given_up) {
        str_add_text(&v->words, "; ");
        words_count(&v->words, f->given_up, "was", "were");
        str_add_text(&v->words, " given up by a named person, for a reason");
    }
    str_add_char(&v->words, '.');
}

/* Differences that a separate reader found count, whatever the ledger says. */
static void differences_verdict(struct front_verdict *v, const struct verified *verified)
{
    int64_t n = verified->open > 0 ? verified->open : (int64_t)verified->differences;

    if (strcmp(v->tone, "good") == 0)
        v->head = "Not all of them are as they should be.";
    v->tone = "bad";
    str_add_text(&v->words, " A separate reader found ");
    words_count(&v->words, n, "difference", "differences");
    str_add_text(&v->words, n == 1 ? " that is not mended: “fmferry verify” names it."
                                   : " that are not mended: “fmferry verify” names them.");
}

static struct front_verdict verdict_of(const struct status *s)
{
    struct forecast f = forecast_of(s);
    struct front_verdict v = { .words = STR_MAX(KIB(4)) };

    if (s->census.at_us == 0) {
        v.tone = "wait";
        v.head = "Nobody can say yet.";
        str_add_text(&v.words, "The documents in FileMaker have not been counted to the end.");
    } else if (f.coming > 0) {
        coming_verdict(&v, s, &f);
    } else if (s->states[LEDGER_FAILED] > 0) {
        missing_verdict(&v, s, &f);
    } else {
        done_verdict(&v, s, &f);
    }
    if (verified_word(&s->verified) == VERIFIED_DIFFERS)
        differences_verdict(&v, &s->verified);
    return v;
}

/* From where to where: a sheet of paper must tell which migration it is about. */
static void parties_write(struct html_page *page, const struct status *s,
                          const struct report_parties *parties)
{
    bool is_apart = parties->ledger && strcmp(parties->ledger, parties->application) != 0;

    if (parties->server)
        page_fill(
            page, html_parties, PAGE_TEXT("file", parties->file),
            PAGE_TEXT("layout", s->settings.layout), PAGE_TEXT("server", parties->server),
            PAGE_TEXT("store", parties->store), PAGE_TEXT("application", parties->application),
            PAGE_WHEN("apart", is_apart, html_parties_apart), PAGE_TEXT("ledger", parties->ledger));
}

static void title_write(struct html_page *page, const struct figures *f,
                        const struct report_parties *parties)
{
    const struct status *s = f->status;
    struct front_verdict verdict = verdict_of(s);
    bool is_named = parties->practice && *parties->practice;
    const char *rest = page_fill(
        page, html_title, PAGE_TEXT("practice", is_named ? parties->practice : s->settings.name),
        PAGE_MOMENT("at", s->at_us), PAGE_WHEN("counted", s->census.at_us > 0, html_title_counted),
        PAGE_MOMENT("counted_at", s->census.at_us), PAGE_ROWS("parties"));

    parties_write(page, s, parties);
    page_fill(page, rest, PAGE_TEXT("tone", verdict.tone), PAGE_TEXT("verdict", verdict.head),
              PAGE_SPAN("reason", str_span(&verdict.words)),
              PAGE_WHEN("rows_unknown", !f->rows_are_known, html_title_rows_unknown),
              PAGE_TEXT("rows_why", f->rows_why),
              PAGE_WHEN("rows_differ", figures_rows_differ(f), html_title_rows_differ),
              PAGE_COUNT("rows", f->rows.rows, "row", "rows"),
              PAGE_COUNT("stored", status_stored(s), "stored document", "stored documents"));
    str_clear(&verdict.words);
}

/* --- where they are ------------------------------------------------------------------------- */

struct part {
    const char *tone, *what, *means;
    int64_t count;
    bool is_shown; /* also if there are none */
};

enum { PARTS = 5 };

static void parts_of(const struct status *s, struct part parts_r[PARTS])
{
    struct forecast f = forecast_of(s);

    parts_r[0] = (struct part){ "good", "arrived",
                                "copied, compared byte for byte, recorded in the application",
                                f.arrived, true };
    parts_r[1] = (struct part){ "plain", "stored",
                                "copied and recorded; only FileMaker’s mark is still to come",
                                s->states[LEDGER_STORED], false };
    parts_r[2] = (struct part){ "wait", "to come", "waiting for their turn, or being moved now",
                                f.coming - s->states[LEDGER_STORED], false };
    parts_r[3] = (struct part){ "bad", "did not arrive",
                                "tried, and could not be moved; nothing was altered",
                                s->states[LEDGER_FAILED], true };
    parts_r[4] =
        (struct part){ "away", "given up", "a named person accepted the loss", f.given_up, true };
}

static void parts_bar(struct html_page *page, const struct part parts[PARTS], int64_t total)
{
    double x = 0;

    for (int i = 0; i < PARTS; i++) {
        double width = total > 0 ? (double)parts[i].count * 720 / (double)total : 0;

        if (width > 0 && width < 3)
            width = 3; /* so that a single document is seen */
        if (x + width > 720)
            width = 720 - x;
        if (width > 0)
            page_fill(page, html_where_bar, PAGE_TEXT("tone", parts[i].tone), PAGE_LENGTH("x", x),
                      PAGE_LENGTH("width", width));
        x += width;
    }
}

/* The parts are all there is, so their shares sum to 100 %. */
static void parts_share(const struct part parts[PARTS], struct share shares_r[PARTS])
{
    int64_t counts[PARTS];

    for (int i = 0; i < PARTS; i++)
        counts[i] = parts[i].count;
    words_shares(counts, PARTS, shares_r);
}

static void part_row(struct html_page *page, const struct part *part, struct share share,
                     bool is_marked)
{
    auto_str text = STR_MAX(64);

    words_share_add(&text, share);
    page_fill(page, html_where_row, PAGE_TEXT("tone", part->tone), PAGE_TEXT("what", part->what),
              PAGE_NUMBER("count", part->count), PAGE_SPAN("share", str_span(&text)),
              PAGE_TEXT("means", part->means), PAGE_WHEN("marked", is_marked, html_where_marked));
}

static void where_write(struct html_page *page, const struct status *s)
{
    struct part parts[PARTS];
    struct share shares[PARTS];
    int64_t total = status_total(s), gone = s->states[LEDGER_GONE];
    const char *rest = page_fill(page, html_where, PAGE_ROWS("bar"));

    parts_of(s, parts);
    parts_share(parts, shares);
    parts_bar(page, parts, total);
    rest = page_fill(page, rest, PAGE_ROWS("row"));
    for (int i = 0; i < PARTS; i++)
        if (parts[i].count > 0 || parts[i].is_shown)
            part_row(page, &parts[i], shares[i], i == 0 && s->settings.has_mark);
    page_fill(page, rest, PAGE_NUMBER("total", total), PAGE_WHEN("gone", gone > 0, html_where_gone),
              PAGE_NUMBER("gone_count", gone));
}

static void taken_row_write(struct html_page *page, const struct taken_row *taken)
{
    auto_str words = STR_MAX(KIB(1));

    words_taken(&words, taken->documents, taken->who, taken->at_us);
    page_fill(page, html_patients_taken, PAGE_NUMBER("count", taken->documents),
              PAGE_TEXT("words", str_text(&words)));
}

static void patients_write(struct html_page *page, const struct status *s)
{
    int64_t unknown = status_unknown_patients(s);
    const char *rest =
        page_fill(page, html_patients, PAGE_NUMBER("linked", s->linked),
                  PAGE_WHEN("unlinked_one", unknown == 1, html_patients_unlinked_one),
                  PAGE_WHEN("unlinked_many", unknown > 1, html_patients_unlinked_many),
                  PAGE_NUMBER("unlinked", unknown),
                  PAGE_WHEN("ambiguous", s->review > 0, html_patients_ambiguous),
                  PAGE_NUMBER("review", s->review),
                  PAGE_WHEN("witnessed", s->witnessed > 0, html_patients_witnessed),
                  PAGE_NUMBER("with_md5", s->witnessed), PAGE_ROWS("taken"));

    for (size_t i = 0; i < s->taken_count; i++)
        taken_row_write(page, &s->taken[i]);
    page_add(page, rest);
}

/* --- what did not arrive -------------------------------------------------------------------- */

static void cause_row(struct html_page *page, const struct failure_class *class, int64_t count)
{
    page_fill(page, html_missing_cause, PAGE_NUMBER("count", count),
              PAGE_TEXT("meaning", class->meaning), PAGE_TEXT("advice", class->advice),
              PAGE_WHEN("again", class->is_retried_later, html_missing_again));
}

/* The findings, the causes, and what will become of these documents as things are. */
static void failed_write(struct html_page *page, const struct status *s)
{
    struct forecast f = forecast_of(s);
    enum failure_kind causes[FAILURES];
    size_t count = status_causes(s, causes);
    const char *rest = page_fill(page, html_missing_something, PAGE_ROWS("finding"));

    for (size_t i = 0; i < s->findings.all.count; i++)
        page_fill(page, html_missing_finding, PAGE_TEXT("text", s->findings.all.items[i].text));
    rest = page_fill(page, rest, PAGE_ROWS("cause"));
    for (size_t i = 0; i < count; i++)
        cause_row(page, failure_class_of(causes[i]), status_class_count(s, causes[i]));
    page_fill(page, rest, PAGE_WHEN("retried", f.again > 0, html_missing_retried),
              PAGE_NUMBER("retried_count", f.again),
              PAGE_WHEN("also", f.again > 0 && f.never > 0, html_missing_also),
              PAGE_WHEN("never", f.never > 0, html_missing_never),
              PAGE_NUMBER("never_count", f.never));
}

static void missing_write(struct html_page *page, const struct status *s)
{
    bool none = s->states[LEDGER_FAILED] == 0;
    const char *rest = page_fill(page, html_missing,
                                 PAGE_WHEN("nothing", none, html_missing_nothing),
                                 PAGE_ROWS("something"));

    if (!none)
        failed_write(page, s);
    page_add(page, rest);
}

/* --- the second page ------------------------------------------------------------------------ */

static void waiver_groups_write(struct html_page *page, const struct figures *f)
{
    const char *rest = page_fill(page, html_accepted_something, PAGE_ROWS("group"));
    int64_t more = (int64_t)f->waiver_group_count - WAIVER_GROUPS_SHOWN;

    for (size_t i = 0; i < f->waiver_group_count && i < WAIVER_GROUPS_SHOWN; i++)
        page_fill(page, html_accepted_group, PAGE_TEXT("who", f->waiver_groups[i].who),
                  PAGE_NUMBER("count", f->waiver_groups[i].count),
                  PAGE_TEXT("reason", f->waiver_groups[i].reason),
                  PAGE_STAMP("at", f->waiver_groups[i].last_us));
    page_fill(page, rest, PAGE_WHEN("more", more > 0, html_accepted_more),
              PAGE_COUNT("others", more, "other decision", "other decisions"));
}

static void accepted_write(struct html_page *page, const struct figures *f)
{
    bool none = f->waiver_group_count == 0;
    const char *rest = page_fill(page, html_accepted,
                                 PAGE_WHEN("nothing", none, html_accepted_nothing),
                                 PAGE_ROWS("something"));

    if (!none)
        waiver_groups_write(page, f);
    page_add(page, rest);
}

static void complete_row(struct html_page *page, const char *class, const char *met,
                         const char *what, const char *figure)
{
    page_fill(page, html_complete_row, PAGE_TEXT("class", class), PAGE_TEXT("met", met),
              PAGE_TEXT("what", what), PAGE_TEXT("figure", figure));
}

/* The row below the checklist, which itself follows from the ledger alone. */
static void verified_row(struct html_page *page, const struct verified *v)
{
    static const char *const classes[] = { "mark", "mark good", "mark", "mark bad", "mark" };
    static const char *const marks[] = { "– not yet", "✔ yes", "– not since", "✘ no", "– in part" };
    auto_str figure = STR_MAX(KIB(1));

    verified_figure(v, &figure);
    complete_row(page, classes[verified_word(v)], marks[verified_word(v)], verified_label(v),
                 str_text(&figure));
}

static void signed_row(struct html_page *page, const struct signed_off *s)
{
    auto_str figure = STR_MAX(KIB(1));

    if (s->number == 0)
        return;
    signed_figure(s, &figure);
    complete_row(page, s->is_outdated ? "mark" : "mark good",
                 s->is_outdated ? "– not since" : "✔ yes", "signed in the console",
                 str_text(&figure));
}

static void complete_write(struct html_page *page, const struct status *s)
{
    struct checklist_item criteria[CRITERIA];
    const char *rest = page_fill(page, html_complete, PAGE_ROWS("row"));

    checklist_of(s, criteria);
    for (int i = 0; i < CRITERIA; i++)
        complete_row(page, criteria[i].met ? "mark good" : "mark bad",
                     criteria[i].met ? "✔ yes" : "✘ no", criteria[i].what, criteria[i].figure);
    verified_row(page, &s->verified);
    signed_row(page, &s->signed_off);
    page_add(page, rest);
}

/* "about 1.20", "less than 0.01" */
static void cost_add(struct str *to, double cost)
{
    if (cost > 0 && cost < 0.01)
        str_add_text(to, "less than 0.01");
    else
        str_printf(to, "about %.2f", cost);
}

/* Only where it was begun. */
static void turn_write(struct html_page *page, const struct rereading *r)
{
    auto_str figure = STR_MAX(KIB(1));

    if (r->parts == 0)
        return;
    rereading_figure(r, &figure);
    page_fill(page, html_reliance_turn, PAGE_SPAN("figure", str_span(&figure)));
}

static void reliance_write(struct html_page *page, const struct figures *f, const struct balance *b)
{
    const struct status *s = f->status;
    auto_str verified = STR_MAX(KIB(1)), price = STR_MAX(64), cost = STR_MAX(64);
    const char *rest;

    verified_sentence(&s->verified, &verified);
    str_printf(&price, "%.4g", s->settings.price_per_gb_month);
    cost_add(&cost, status_cost(s));
    rest = page_fill(
        page, html_reliance, PAGE_COUNT("sums", (int64_t)b->count, "sum", "sums"),
        PAGE_WHEN("marked", s->settings.has_mark, html_reliance_marked),
        PAGE_NUMBER("entries", f->tempo->entries), PAGE_SPAN("verified", str_span(&verified)),
        PAGE_WHEN("outdated", s->verified.is_outdated, html_reliance_outdated), PAGE_ROWS("turn"));
    turn_write(page, &s->rereading);
    page_fill(page, rest, PAGE_BYTES("stored", s->bytes_stored),
              PAGE_SPAN("price", str_span(&price)), PAGE_SPAN("cost", str_span(&cost)),
              PAGE_TEXT("currency", s->settings.currency));
}

/* --- the pages ------------------------------------------------------------------------------ */

void front_write(struct html_page *page, const struct figures *f, const struct balance *b,
                 const struct report_parties *parties)
{
    const char *rest = page_fill(page, html_sheet, PAGE_ROWS("parts"));

    title_write(page, f, parties);
    where_write(page, f->status);
    patients_write(page, f->status);
    missing_write(page, f->status);
    page_add(page, rest);
    rest = page_fill(page, html_sheet, PAGE_ROWS("parts"));
    accepted_write(page, f);
    complete_write(page, f->status);
    reliance_write(page, f, b);
    signing_write(page, f);
    page_add(page, rest);
}
