/*
 * The two pages that the owner of the practice reads: no word of ours that needs to be explained,
 * every figure from the ledger, every sentence true for the case at hand.
 */
#include "report/parts.h"

#include "document/failure_class.h"
#include "report/words.h"

enum { WAIVINGS_SHOWN = 12 };

/* --- the verdict ---------------------------------------------------------------------------- */

struct front_verdict {
    const char *tone, *head;
    struct str words;
};

static void counted_noun_add(struct str *to, int64_t n, const char *one, const char *many)
{
    words_number(to, n);
    str_printf(to, " %s", n == 1 ? one : many);
}

static void coming_verdict(struct front_verdict *v, const struct status *s,
                           const struct forecast *f)
{
    v->tone = "wait";
    v->head = "Not yet.";
    counted_noun_add(&v->words, f->arrived, "document has", "documents have");
    str_add_text(&v->words, " arrived so far; ");
    counted_noun_add(&v->words, f->coming, "is", "are");
    str_add_text(&v->words, status_run_open(s) ? " still on the way while this is written."
                                               : " waiting for the next run.");
}

static void missing_verdict(struct front_verdict *v, const struct status *s,
                            const struct forecast *f)
{
    v->tone = "bad";
    v->head = "Not all of them.";
    words_number(&v->words, f->arrived);
    str_add_text(&v->words, " of ");
    words_number(&v->words, status_total(s));
    str_add_text(&v->words, " documents have arrived. ");
    counted_noun_add(&v->words, s->states[LEDGER_FAILED], "did", "did");
    str_add_text(&v->words, " not, for the reasons below");
    if (f->given_up) {
        str_add_text(&v->words, "; ");
        counted_noun_add(&v->words, f->given_up, "was", "were");
        str_add_text(&v->words, " given up by name");
    }
    str_add_char(&v->words, '.');
}

static void done_verdict(struct front_verdict *v, const struct status *s, const struct forecast *f)
{
    v->tone = "good";
    v->head = f->given_up ? "Yes, but for those that were given up." : "Yes, every one of them.";
    words_number(&v->words, f->arrived);
    str_add_text(&v->words, " of ");
    words_number(&v->words, status_total(s));
    str_add_text(&v->words, " documents have arrived");
    if (f->given_up) {
        str_add_text(&v->words, "; ");
        counted_noun_add(&v->words, f->given_up, "was", "were");
        str_add_text(&v->words, " given up by a named person, for a reason");
    }
    str_add_char(&v->words, '.');
}

/* Whatever the ledger says: somebody read afresh, and it was otherwise. */
static void differences_verdict(struct front_verdict *v, const struct verified *verified)
{
    int64_t n = verified->open > 0 ? verified->open : (int64_t)verified->differences;

    if (strcmp(v->tone, "good") == 0)
        v->head = "Not all of them are as they should be.";
    v->tone = "bad";
    str_add_text(&v->words, " A separate reader found ");
    counted_noun_add(&v->words, n, "difference", "differences");
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

/* Rows that are not there although the documents are: somebody deleted them, or worse. */
static void rows_warn(struct html_page *page, const struct figures *f)
{
    int64_t stored = status_stored(f->status);

    if (f->rows_are_known && f->rows.rows == stored)
        return;
    if (!f->rows_are_known) {
        page_add(page,
                 "<p class=\"alert\"><strong>The application’s rows could not be counted</strong>, "
                 "so this report does not say whether its rows are there: ");
        page_text(page, f->rows_why);
        page_add(page, ".</p>\n");
        return;
    }
    if (status_run_open(f->status) && f->rows.rows > stored)
        return; /* rows are committed a moment before the ledger where the databases are two */
    page_add(page, "<p class=\"alert\"><strong>The application has ");
    page_count(page, f->rows.rows, "row", "rows");
    page_add(page, " for ");
    page_count(page, stored, "stored document", "stored documents");
    page_add(page, ".</strong> Rows were deleted or added there by others: "
                   "<code>fmferry verify</code> names each of them.</p>\n");
}

/* --- where they are ------------------------------------------------------------------------- */

struct part {
    const char *tone, *what, *means;
    int64_t count;
};

enum { PARTS = 5 };

static void parts_of(const struct status *s, struct part parts_r[PARTS])
{
    struct forecast f = forecast_of(s);

    parts_r[0] = (struct part){ "good", "arrived",
                                "copied, compared byte for byte, recorded in the application",
                                f.arrived };
    parts_r[1] = (struct part){ "plain", "stored",
                                "copied and recorded; only FileMaker’s mark is still to come",
                                s->states[LEDGER_STORED] };
    parts_r[2] = (struct part){ "wait", "to come", "waiting for their turn, or being moved now",
                                f.coming - s->states[LEDGER_STORED] };
    parts_r[3] = (struct part){ "bad", "did not arrive",
                                "tried, and could not be moved; nothing was altered",
                                s->states[LEDGER_FAILED] };
    parts_r[4] =
        (struct part){ "away", "given up", "a named person accepted the loss", f.given_up };
}

static void parts_bar(struct html_page *page, const struct part parts[PARTS], int64_t total)
{
    double x = 0;

    page_add(page, "<svg class=\"bar\" viewBox=\"0 0 720 24\" preserveAspectRatio=\"none\" "
                   "role=\"img\" aria-label=\"Where the documents are; the table has the "
                   "figures\">");
    for (int i = 0; i < PARTS; i++) {
        double width = total > 0 ? (double)parts[i].count * 720 / (double)total : 0;

        if (width > 0 && width < 3)
            width = 3; /* a single one is seen */
        if (x + width > 720)
            width = 720 - x;
        if (width > 0)
            page_printf(page,
                        "<rect class=\"%s\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"24\"/>",
                        parts[i].tone, x, width);
        x += width;
    }
    page_add(page, "</svg>\n");
}

static void whereabouts_write(struct html_page *page, const struct status *s)
{
    struct part parts[PARTS];
    int64_t total = status_total(s);

    parts_of(s, parts);
    page_add(page, "<h2>Where they are</h2>\n");
    parts_bar(page, parts, total);
    page_add(page, "<table><thead><tr><th scope=\"col\">Documents</th><th scope=\"col\" "
                   "class=\"n\">Number</th><th scope=\"col\" class=\"n\">Share</th>"
                   "<th scope=\"col\">That means</th></tr></thead><tbody>\n");
    for (int i = 0; i < PARTS; i++) {
        if (parts[i].count == 0 && (i == 1 || i == 2))
            continue;
        page_printf(page,
                    "<tr><th scope=\"row\"><span class=\"swatch %s\"></span>%s</th>"
                    "<td class=\"n\">",
                    parts[i].tone, parts[i].what);
        page_number(page, parts[i].count);
        page_add(page, "</td><td class=\"n\">");
        page_share(page, parts[i].count, total);
        page_printf(page, "</td><td>%s%s</td></tr>\n", parts[i].means,
                    i == 0 && s->settings.has_mark ? ", marked in FileMaker" : "");
    }
    page_add(page, "</tbody><tfoot><tr><th scope=\"row\">all documents in FileMaker</th>"
                   "<td class=\"n\">");
    page_number(page, total);
    page_add(page, "</td><td></td><td>");
    if (s->states[LEDGER_GONE]) {
        page_add(page, "<span class=\"soft\">and, counted apart, ");
        page_number(page, s->states[LEDGER_GONE]);
        page_add(page, " deleted in FileMaker meanwhile</span>");
    }
    page_add(page, "</td></tr></tfoot></table>\n");
}

static void patients_write(struct html_page *page, const struct status *s)
{
    page_add(page, "<p>Of the documents that are in the new store, <strong>");
    page_number(page, s->linked);
    page_add(page, "</strong> are linked to their patients.");
    if (s->unlinked == 1) {
        page_add(page, " The patient of <strong>one</strong> is not in the application yet; this "
                       "document is kept apart, under <em>unlinked</em>, until the patient is.");
    } else if (s->unlinked) {
        page_add(page, " The patients of <strong>");
        page_number(page, s->unlinked);
        page_add(page, "</strong> are not in the application yet; these documents are kept apart, "
                       "under <em>unlinked</em>, until their patients are.");
    }
    if (s->review) {
        page_add(page, " For <strong>");
        page_number(page, s->review);
        page_add(page, "</strong> the application knows several patients with the same number; a "
                       "person has to decide.");
    }
    page_add(page, "</p>\n");
}

/* --- what did not arrive -------------------------------------------------------------------- */

static void cause_row(struct html_page *page, const struct failure_class *policy, int64_t count)
{
    page_add(page, "<tr><td class=\"n\">");
    page_number(page, count);
    page_add(page, "</td><td>");
    page_text(page, policy->meaning);
    page_add(page, "</td><td>");
    page_text(page, policy->advice);
    if (policy->is_retried_later)
        page_add(page, "<br><span class=\"soft\">each run tries these again</span>");
    page_add(page, "</td></tr>\n");
}

static void causes_table(struct html_page *page, const struct status *s)
{
    bool told[FAILURES] = { false };

    page_add(page, "<table><thead><tr><th scope=\"col\" class=\"n\">Documents</th><th "
                   "scope=\"col\">Why</th><th scope=\"col\">What can be done</th></tr></thead>"
                   "<tbody>\n");
    for (;;) {
        int most = -1;

        for (int i = 0; i < FAILURES; i++)
            if (!told[i] && status_class_count(s, (enum failure_kind)i) > 0
                && (most < 0
                    || status_class_count(s, (enum failure_kind)i)
                           > status_class_count(s, (enum failure_kind)most)))
                most = i;
        if (most < 0)
            break;
        told[most] = true;
        cause_row(page, failure_class_of((enum failure_kind)most),
                  status_class_count(s, (enum failure_kind)most));
    }
    page_add(page, "</tbody></table>\n");
}

/* What will become of those that did not arrive, as things are. */
static void outlook_write(struct html_page *page, const struct status *s)
{
    struct forecast f = forecast_of(s);

    page_add(page, "<p><strong>What will become of them:</strong> ");
    if (f.again) {
        page_add(page, "each further run tries ");
        page_number(page, f.again);
        page_add(page, " of them again, and they will arrive only if their cause has passed by "
                       "then");
    }
    if (f.never) {
        page_add(page, f.again ? "; " : "");
        page_number(page, f.never);
        page_add(page, " never will, however often it is tried, until somebody does what stands "
                       "above");
    }
    page_add(page, ".</p>\n");
}

static void missing_write(struct html_page *page, const struct status *s)
{
    page_add(page, "<h2>What did not arrive, and why</h2>\n");
    if (s->states[LEDGER_FAILED] == 0) {
        page_add(page, "<p>There is nothing that did not arrive.</p>\n");
        return;
    }
    page_add(page, "<ul class=\"plainly\">\n");
    for (size_t i = 0; i < s->findings.all.count; i++) {
        page_add(page, "<li>");
        page_text(page, s->findings.all.items[i].text);
        page_add(page, ".</li>\n");
    }
    page_add(page, "</ul>\n");
    causes_table(page, s);
    outlook_write(page, s);
    page_add(page, "<p>Every single one is listed <a href=\"#failures\">at the end</a>, with what "
                   "was tried and what was answered.</p>\n");
}

/* --- the second page ------------------------------------------------------------------------ */

static void waiver_group_row(struct html_page *page, const struct waiver_group *w)
{
    page_add(page, "<tr><th scope=\"row\">");
    page_text(page, w->who);
    page_add(page, "</th><td class=\"n\">");
    page_number(page, w->count);
    page_add(page, "</td><td>");
    page_text(page, w->reason);
    page_add(page, "</td><td class=\"nowrap\">");
    page_stamp(page, w->last_us);
    page_add(page, "</td></tr>\n");
}

static void accepted_write(struct html_page *page, const struct figures *f)
{
    page_add(page, "<h2>What was accepted, and by whom</h2>\n");
    if (f->waiver_group_count == 0) {
        page_add(page, "<p>Nobody has given up any document.</p>\n");
        return;
    }
    page_add(page, "<table><thead><tr><th scope=\"col\">Who</th><th scope=\"col\" class=\"n\">"
                   "Documents</th><th scope=\"col\">Reason</th><th scope=\"col\">When (UTC)</th>"
                   "</tr></thead><tbody>\n");
    for (size_t i = 0; i < f->waiver_group_count && i < WAIVINGS_SHOWN; i++)
        waiver_group_row(page, &f->waiver_groups[i]);
    page_add(page, "</tbody></table>\n");
    if (f->waiver_group_count > WAIVINGS_SHOWN) {
        page_add(page, "<p>and ");
        page_count(page, (int64_t)f->waiver_group_count - WAIVINGS_SHOWN, "other decision",
                   "other decisions");
        page_add(page, ", <a href=\"#waivers\">listed at the end</a>.</p>\n");
    }
}

/* Below what follows from the ledger: whether somebody else came to the same. */
static void verified_row(struct html_page *page, const struct verified *v)
{
    static const char *const marks[] = { "\">– not yet", " good\">✔ yes", "\">– not since",
                                         " bad\">✘ no", "\">– in part" };
    auto_str figure = STR_MAX(KIB(1));

    verified_figure(v, &figure);
    page_printf(page, "<tr><td class=\"mark%s</td><th scope=\"row\">", marks[verified_word(v)]);
    page_add(page, verified_label(v));
    page_add(page, "</th><td>");
    page_text(page, str_text(&figure));
    page_add(page, "</td></tr>\n");
}

static void complete_write(struct html_page *page, const struct status *s)
{
    struct checklist_item criteria[CRITERIA];

    checklist_of(s, criteria);
    page_add(page,
             "<h2>Is it complete?</h2>\n<table><thead><tr><th scope=\"col\">Met</th><th "
             "scope=\"col\">What must be so</th><th scope=\"col\">What is so</th></tr></thead>"
             "<tbody>\n");
    for (int i = 0; i < CRITERIA; i++) {
        page_printf(page, "<tr><td class=\"mark %s\">%s</td><th scope=\"row\">",
                    criteria[i].met ? "good" : "bad", criteria[i].met ? "✔ yes" : "✘ no");
        page_text(page, criteria[i].what);
        page_add(page, "</th><td>");
        page_text(page, criteria[i].figure);
        page_add(page, "</td></tr>\n");
    }
    verified_row(page, &s->verified);
    page_add(page, "</tbody></table>\n");
}

/* What the separate reader found the last time. */
static void verification_write(struct html_page *page, const struct verified *v)
{
    auto_str words = STR_MAX(KIB(1));

    verified_sentence(v, &words);
    page_add(page, "<strong>");
    page_text(page, str_text(&words));
    page_add(page, "</strong>");
    if (v->is_outdated)
        page_add(page, " A run has moved documents since: it should be done again.");
}

static void checked_write(struct html_page *page, const struct figures *f, const struct balance *b)
{
    page_add(page, "<h2>How far this can be relied on</h2>\n<ul class=\"plainly\">\n<li>Before the "
                   "first line was written, ");
    page_count(page, (int64_t)b->count, "sum", "sums");
    page_add(page,
             " were added up in two ways, from different tables, and were equal. If one had "
             "not been, there would be no report. <a href=\"#sums\">They are listed.</a></li>\n"
             "<li>A document counts as arrived only after its bytes were compared in the "
             "store, its row was committed in the application");
    page_add(page,
             f->status->settings.has_mark ? ", and its mark was read back from FileMaker" : "");
    page_add(page, ". Each step stands in a chain of ");
    page_number(page, f->tempo->entries);
    page_add(page, " entries that cannot be altered without breaking it.</li>\n<li>Documents are "
                   "counted, never attempts: one that was tried five times is one document.</li>\n"
                   "<li>This report rests on the migration’s own book and on the application’s "
                   "database. It does not open the store or FileMaker again; <code>fmferry "
                   "verify</code> does that, by another way. ");
    verification_write(page, &f->status->verified);
    page_add(page, "</li>\n</ul>\n");
}

static void costs_write(struct html_page *page, const struct status *s)
{
    double cost = status_cost(s);

    page_add(page, "<p>The store holds ");
    page_bytes(page, s->bytes_stored);
    page_printf(page, "; at %.4g ", s->settings.price_per_gb_month);
    page_text(page, s->settings.currency);
    page_add(page, " for a gigabyte and month that is <strong>");
    if (cost > 0 && cost < 0.01)
        page_add(page, "less than 0.01 ");
    else
        page_printf(page, "about %.2f ", cost);
    page_text(page, s->settings.currency);
    page_add(page, " a month</strong>.</p>\n");
}

static void signature_write(struct html_page *page)
{
    page_add(page, "<div class=\"together\">\n<h2>Signature</h2>\n<p>I have read these two pages. "
                   "I know which documents did "
                   "not arrive, and I accept the losses that are named above.</p>\n"
                   "<div class=\"sign\"><p>Name</p><p>Place and date</p><p>Signature</p>"
                   "<p>For the practice</p></div>\n</div>\n");
}

/* --- the pages ------------------------------------------------------------------------------ */

static void title_write(struct html_page *page, const struct status *s)
{
    page_add(page, "<h1>Did every document arrive?</h1>\n<p class=\"about\">");
    page_text(page, s->settings.name);
    page_add(page, " · as it stood on ");
    page_moment(page, s->at_us);
    if (s->census.at_us) {
        page_add(page, " · documents in FileMaker last counted on ");
        page_moment(page, s->census.at_us);
    }
    page_add(page, "</p>\n");
}

void front_write(struct html_page *page, const struct figures *f, const struct balance *b)
{
    const struct status *s = f->status;
    struct front_verdict verdict = verdict_of(s);

    page_add(page, "<section class=\"sheet\">\n");
    title_write(page, s);
    page_printf(page, "<p class=\"verdict %s\"><strong>", verdict.tone);
    page_text(page, verdict.head);
    page_add(page, "</strong> ");
    page_text(page, str_text(&verdict.words));
    page_add(page, "</p>\n");
    str_clear(&verdict.words);
    rows_warn(page, f);
    whereabouts_write(page, s);
    patients_write(page, s);
    missing_write(page, s);
    page_add(page, "</section>\n<section class=\"sheet\">\n");
    accepted_write(page, f);
    complete_write(page, s);
    checked_write(page, f, b);
    costs_write(page, s);
    signature_write(page);
    page_add(page, "</section>\n");
}
