/*
 * Writes the status for people at a terminal. Every line fits the terminal's width: sentences are
 * folded, bars are shortened, the table of runs drops columns. Without a width nothing is folded,
 * so that the output can be searched.
 */
#include "report/status.h"

#include "base/time.h"
#include "document/failure_class.h"
#include "report/checklist.h"
#include "report/forecast.h"
#include "report/terminal.h"
#include "report/words.h"

enum {
    TYPES_SHOWN = 12,
    BAR_MAX = 40,
    BAR_MIN = 4,
    RUNS_SHOWN = 10,
    RUNS_WIDE = 104,
    RUNS_MEDIUM = 66,
    TYPE_COLUMNS = 32,
    FIGURE_AT = 62,
    FIGURE_LEAST = 28,
};

/* --- states --------------------------------------------------------------------------------- */

static const char *colour_of(enum ledger_state state)
{
    switch (state) {
    case LEDGER_DONE:
        return "32";
    case LEDGER_STORED:
        return "36";
    case LEDGER_FAILED:
        return "31";
    case LEDGER_WAITING:
    case LEDGER_CLAIMED:
        return "33";
    case LEDGER_WAIVED:
    case LEDGER_GONE:
        return "90";
    }
    abort();
}

static void bar_add(const struct terminal *t, int64_t count, int64_t total, size_t width,
                    const char *code)
{
    size_t full = terminal_cells(count, total, width);

    terminal_colour(t, code);
    for (size_t i = 0; i < full; i++)
        str_add_text(t->to, "█");
    terminal_colour(t, "90");
    for (size_t i = full; i < width; i++)
        str_add_text(t->to, "░");
    terminal_colour(t, "0");
}

static size_t bar_width(const struct terminal *t)
{
    enum { BEFORE = 34 }; /* state, number, share, blanks */
    size_t room = t->columns > BEFORE ? t->columns - BEFORE : 0;

    return room > BAR_MAX ? BAR_MAX : room < BAR_MIN ? 0 : room;
}

static void text_states(const struct terminal *t, const struct status *s)
{
    int64_t total = status_total(s), parts[LEDGER_STATES];
    struct share shares[LEDGER_STATES];

    memcpy(parts, s->states, sizeof parts);
    parts[LEDGER_GONE] = 0;
    words_shares(parts, LEDGER_STATES, shares);
    terminal_heading(t, "Documents");
    for (int i = 0; i < LEDGER_STATES; i++) {
        auto_str share = STR_MAX(64);

        if (s->states[i] == 0 && i != LEDGER_DONE && i != LEDGER_FAILED)
            continue;
        str_printf(t->to, "  %-8s", ledger_state_name((enum ledger_state)i));
        terminal_number(t, s->states[i]);
        words_share_add(&share, shares[i]);
        if (i == LEDGER_GONE) {
            str_add_text(t->to, "  counted apart\n");
            continue;
        }
        str_printf(t->to, "  %11s%s", str_text(&share), bar_width(t) ? "  " : "");
        bar_add(t, s->states[i], total, bar_width(t), colour_of((enum ledger_state)i));
        str_add_char(t->to, '\n');
    }
    str_add_text(t->to, "  total   ");
    terminal_number(t, total);
    str_add_char(t->to, '\n');
    if (s->undone > 0) {
        terminal_number(t, s->undone);
        str_add_text(t->to, "  undone: taken back by name; 'fmferry retry --class undone' has them "
                            "moved again\n");
    }
}

/* --- forecast ------------------------------------------------------------------------------- */

static void forecast_line(const struct terminal *t, int64_t count, const char *words)
{
    if (count == 0)
        return;
    terminal_number(t, count);
    str_add_text(t->to, "  ");
    terminal_sentence(t, 11, 11, words);
}

void status_when(const struct status *s, struct str *to)
{
    struct forecast f = forecast_of(s);
    const struct ledger_run *run = status_run_open(s);
    char left[TIME_TEXT_SIZE];

    if (!run) {
        str_add_text(to, f.coming ? "no run is under way: 'fmferry run' goes on"
                                  : "no run is under way, and nothing is left for one");
        return;
    }
    str_printf(to, "run %jd is under way, ", (intmax_t)run->run);
    if (s->rate > 0)
        str_printf(to, "%.1f documents a second", s->rate);
    else
        str_add_text(to, "with nothing settled in the last minute");
    if (f.eta_us) {
        str_printf(to, "; it ends in about %s, at ", time_for_people(f.eta_us - s->at_us, left));
        words_stamp(to, f.eta_us);
    } else if (!s->census.closed && f.coming) {
        str_add_text(to, "; the source is still being counted, so nobody can say when it ends");
    }
}

/* Why documents are in doubt. */
static void text_waits(const struct terminal *t, const struct status *s)
{
    enum failure_kind failure;

    for (size_t i = 0; i < s->wait_count; i++) {
        auto_str words = STR_MAX(KIB(1));

        if (!failure_class_read(span_of(s->waits[i].class), &failure))
            continue;
        str_printf(&words, "%s: %s", s->waits[i].class, failure_class_of(failure)->meaning);
        forecast_line(t, s->waits[i].documents, str_text(&words));
    }
}

static void text_forecast(const struct terminal *t, const struct status *s)
{
    struct forecast f = forecast_of(s);
    auto_str when = STR_MAX(KIB(1));

    terminal_heading(t, "Forecast");
    forecast_line(t, f.arrived, "have arrived");
    forecast_line(t, f.coming, "are still to be moved: they wait, or are on their way");
    forecast_line(t, s->in_doubt, "of these are in doubt: they were tried, and did not arrive yet");
    text_waits(t, s);
    forecast_line(t, f.again, "will not, as things are; every run tries them again");
    forecast_line(t, f.never, "never will, until somebody does what stands below");
    forecast_line(t, f.given_up, "never will: given up by name");
    status_when(s, &when);
    str_add_text(t->to, "     when  ");
    terminal_sentence(t, 11, 11, str_text(&when));
}

/* --- failures ------------------------------------------------------------------------------- */

static void text_failures(const struct terminal *t, const struct status *s)
{
    size_t indent = t->columns < 72 ? 11 : 34;

    if (s->states[LEDGER_FAILED] == 0)
        return;
    terminal_heading(t, "Failures");
    for (size_t i = 0; i < s->findings.all.count; i++) {
        str_add_text(t->to, "  ");
        terminal_sentence(t, 2, 4, s->findings.all.items[i].text);
    }
    str_add_char(t->to, '\n');
    for (int i = 0; i < FAILURES; i++) {
        const struct failure_class *class = failure_class_of((enum failure_kind)i);
        int64_t count = status_class_count(s, (enum failure_kind)i);

        if (count == 0)
            continue;
        terminal_number(t, count);
        str_printf(t->to, indent < 34 ? "  %s\n" : "  %-22s ", class->name);
        terminal_blanks(t, indent < 34 ? indent : 0);
        terminal_sentence(t, indent, indent, class->meaning);
        terminal_blanks(t, indent);
        str_add_text(t->to, "→ ");
        terminal_sentence(t, indent + 2, indent + 2, class->advice);
    }
}

/* --- runs ----------------------------------------------------------------------------------- */

static void runs_head(const struct terminal *t)
{
    if (t->columns >= RUNS_WIDE)
        str_printf(t->to, "  %4s  %-25s %10s %9s %9s %10s %7s %7s  %s\n", "run", "started", "took",
                   "found", "processed", "successful", "failed", "waiting", "ended");
    else if (t->columns >= RUNS_MEDIUM)
        str_printf(t->to, "  %4s  %-16s %9s %10s %7s  %s\n", "run", "started (local)", "processed",
                   "successful", "failed", "ended");
    else
        str_printf(t->to, "  %4s %10s %7s  %s\n", "run", "successful", "failed", "ended");
}

static void run_row(const struct terminal *t, const struct ledger_run *run, int64_t now_us)
{
    const struct ledger_progress *at = &run->progress;
    auto_str started = STR_MAX(64);
    char took[TIME_TEXT_SIZE];

    words_stamp(&started, run->started_us);
    (void)time_for_people((run->ended_us ? run->ended_us : now_us) - run->started_us, took);
    if (t->columns >= RUNS_WIDE)
        str_printf(t->to, "  %4jd  %-25s %10s %9jd %9jd %10jd %7jd %7jd  %s\n", (intmax_t)run->run,
                   str_text(&started), took, (intmax_t)at->found, (intmax_t)at->processed,
                   (intmax_t)at->successful, (intmax_t)at->failed, (intmax_t)at->waiting,
                   run->status);
    else if (t->columns >= RUNS_MEDIUM)
        str_printf(t->to, "  %4jd  %.16s %9jd %10jd %7jd  %s\n", (intmax_t)run->run,
                   str_text(&started), (intmax_t)at->processed, (intmax_t)at->successful,
                   (intmax_t)at->failed, run->status);
    else
        str_printf(t->to, "  %4jd %10jd %7jd  %s\n", (intmax_t)run->run, (intmax_t)at->successful,
                   (intmax_t)at->failed, run->status);
}

/* A document counts once, however many runs tried it; tries are counted apart. */
static void text_together(const struct terminal *t, const struct status *s)
{
    int64_t good = status_tries_good(s), tries = good + s->tries_failed;
    auto_str text = STR_MAX(KIB(1));

    words_number_and(&text, s->states[LEDGER_DONE], " of ");
    words_number_and(&text, status_total(s), " documents succeeded (");
    words_share(&text, s->states[LEDGER_DONE], status_total(s));
    str_add_text(&text, "); counted apart, ");
    words_number_and(&text, good, " of ");
    words_number_and(&text, tries, tries == 1 ? " try (" : " tries (");
    words_share(&text, good, tries);
    str_add_char(&text, ')');
    str_add_text(t->to, "  in all: ");
    terminal_sentence(t, 10, 10, str_text(&text));
}

static void text_runs(const struct terminal *t, const struct status *s)
{
    size_t moved = 0, passed = 0;

    for (size_t i = 0; i < s->run_count; i++)
        moved += status_run_moved(&s->runs[i]);
    terminal_heading(t, "Runs");
    if (moved > RUNS_SHOWN)
        str_printf(t->to, "  the last %d of %zu:\n", RUNS_SHOWN, moved);
    if (moved)
        runs_head(t);
    for (size_t i = 0; i < s->run_count; i++)
        if (status_run_moved(&s->runs[i]) && ++passed + RUNS_SHOWN > moved)
            run_row(t, &s->runs[i], s->at_us);
    text_together(t, s);
}

/* --- the rest ------------------------------------------------------------------------------- */

static void type_row_text(const struct terminal *t, const struct type_row *row)
{
    const char *type = *row->type ? row->type : "(none)";

    terminal_number(t, row->total);
    str_add_text(t->to, "  ");
    if (t->columns < 72) {
        terminal_cell(t, type, t->columns > 31 ? t->columns - 31 : 9);
        str_printf(t->to, " %jd/%jd\n", (intmax_t)row->done, (intmax_t)row->failed);
        return;
    }
    terminal_cell(t, type, TYPE_COLUMNS);
    str_add_char(t->to, ' ');
    words_number_and(t->to, row->done, " done, ");
    words_number_and(t->to, row->failed, " failed\n");
}

static void text_types(const struct terminal *t, const struct status *s)
{
    int64_t rest = 0;

    terminal_heading(t, t->columns < 72 ? "Types (done/failed)" : "Types");
    for (size_t i = 0; i < s->type_count; i++) {
        if (i < TYPES_SHOWN)
            type_row_text(t, &s->types[i]);
        else
            rest += s->types[i].total;
    }
    if (rest) {
        terminal_number(t, rest);
        str_printf(t->to, "  of %zu other types\n", s->type_count - TYPES_SHOWN);
    }
}

static void text_taken(const struct terminal *t, const struct status *s)
{
    for (size_t i = 0; i < s->taken_count; i++) {
        auto_str text = STR_MAX(KIB(1));

        words_taken(&text, s->taken[i].documents, s->taken[i].who, s->taken[i].at_us);
        terminal_number(t, s->taken[i].documents);
        str_add_text(t->to, "  ");
        terminal_sentence(t, 11, 11, str_text(&text));
    }
}

static void text_uploads(const struct terminal *t, const struct ledger_upload_counts *uploads)
{
    if (uploads->arrived) {
        terminal_number(t, uploads->arrived);
        str_add_text(t->to, "  more were uploaded in the console\n");
    }
    if (uploads->failed) {
        terminal_number(t, uploads->failed);
        str_add_text(t->to, "  uploads did not arrive: their senders can upload them again\n");
    }
}

static void text_sums(const struct terminal *t, const struct status *s)
{
    terminal_heading(t, "Sums");
    terminal_number(t, s->linked);
    str_add_text(t->to, "  linked to their patients\n");
    terminal_number(t, status_unknown_patients(s));
    str_add_text(t->to, "  patient not known yet\n");
    text_taken(t, s);
    if (s->review) {
        terminal_number(t, s->review);
        str_add_text(t->to, "  patient ambiguous\n");
    }
    text_uploads(t, &s->uploads);
    if (s->witnessed) {
        terminal_number(t, s->witnessed);
        str_add_text(t->to, "  are proven by FileMaker's own MD5\n");
    }
    if (s->kept_marks) {
        terminal_number(t, s->kept_marks);
        str_add_text(t->to, "  count as marked, though FileMaker answers the mark with an edit\n");
    }
    str_add_text(t->to, "  ");
    words_bytes(t->to, s->bytes_stored);
    if (status_cost(s) > 0 && status_cost(s) < 0.01)
        str_printf(t->to, " stored, < 0.01 %s a month\n", s->settings.currency);
    else
        str_printf(t->to, " stored, %.2f %s a month\n", status_cost(s), s->settings.currency);
}

/* A criterion with its figure: in a column beside it, or below it if there is no room. */
static void checklist_point_add(const struct terminal *t, const char *code, const char *mark,
                                const char *what, const char *figure)
{
    size_t at = 4 + words_columns(span_of(what));
    bool beside = FIGURE_AT + FIGURE_LEAST <= t->columns;

    str_add_text(t->to, "  ");
    terminal_colour(t, code);
    str_add_text(t->to, mark);
    terminal_colour(t, "0");
    str_add_char(t->to, ' ');
    if (beside) {
        str_add_text(t->to, what);
        terminal_blanks(t, FIGURE_AT - at);
    } else {
        terminal_sentence(t, 4, 4, what);
        terminal_blanks(t, 6);
    }
    terminal_sentence(t, beside ? FIGURE_AT : 6, beside ? FIGURE_AT : 6, figure);
}

/* Whether a separate reader agrees; "not yet" is no alarm. */
static void text_verified(const struct terminal *t, const struct verified *v)
{
    static const char *const codes[] = { "33", "32", "33", "31", "33" };
    static const char *const marks[] = { "–", "✔", "–", "✘", "–" };
    auto_str figure = STR_MAX(KIB(1));

    verified_figure(v, &figure);
    checklist_point_add(t, codes[verified_word(v)], marks[verified_word(v)], verified_label(v),
                        str_text(&figure));
}

/* Only where it was begun: nobody has to. */
static void text_rotation(const struct terminal *t, const struct rereading *r)
{
    auto_str figure = STR_MAX(KIB(1));

    if (r->parts == 0)
        return;
    rereading_figure(r, &figure);
    checklist_point_add(t, r->since_us ? "32" : "33", r->since_us ? "✔" : "–", "read again in turn",
                        str_text(&figure));
}

/* Only where somebody signed: nobody has to. */
static void text_signed(const struct terminal *t, const struct signed_off *s)
{
    auto_str figure = STR_MAX(KIB(1));

    if (s->number == 0)
        return;
    signed_figure(s, &figure);
    checklist_point_add(t, s->is_outdated ? "33" : "32", s->is_outdated ? "–" : "✔", "signed",
                        str_text(&figure));
}

static void text_checklist(const struct terminal *t, const struct status *s)
{
    struct checklist_item criteria[CRITERIA];

    checklist_of(s, criteria);
    terminal_heading(t, "Is it complete?");
    for (int i = 0; i < CRITERIA; i++)
        checklist_point_add(t, criteria[i].met ? "32" : "31", criteria[i].met ? "✔" : "✘",
                            criteria[i].what, criteria[i].figure);
    text_verified(t, &s->verified);
    text_rotation(t, &s->rereading);
    text_signed(t, &s->signed_off);
}

static void text_census(const struct terminal *t, const struct status *s)
{
    auto_str text = STR_MAX(KIB(1));

    str_add_text(t->to, "Source ");
    terminal_sentence(t, 7, 7, s->settings.name);
    if (s->census.at_us) {
        str_add_text(&text, "Census closed ");
        words_stamp(&text, s->census.at_us);
        str_add_text(&text, ": ");
        words_number_and(&text, s->census.records, " records");
        if (s->census.begun && !s->census.closed)
            str_add_text(&text, "; the source is being counted again");
    } else {
        str_add_text(&text, "Census not closed yet");
    }
    terminal_sentence(t, 0, 2, str_text(&text));
}

static struct terminal terminal_of(struct status_form form, struct str *to)
{
    return (struct terminal){ to, form.colour, form.columns > 0 ? (size_t)form.columns : SIZE_MAX };
}

void status_sentence(const char *text, struct status_form form, struct str *to)
{
    struct terminal t = terminal_of(form, to);

    terminal_sentence(&t, 0, 2, text);
}

void status_text(const struct status *s, struct status_form form, struct str *to)
{
    struct terminal t = terminal_of(form, to);

    text_census(&t, s);
    text_states(&t, s);
    text_forecast(&t, s);
    text_runs(&t, s);
    text_failures(&t, s);
    text_checklist(&t, s);
    text_sums(&t, s);
    text_types(&t, s);
}

void status_line(const struct status *s, struct str *to)
{
    struct forecast f = forecast_of(s);
    char left[TIME_TEXT_SIZE];

    words_stamp(to, s->at_us);
    str_printf(to, "  %jd of %jd done, %jd failed, %jd to come, %.1f/s, left: %s",
               (intmax_t)f.arrived, (intmax_t)status_total(s), (intmax_t)s->states[LEDGER_FAILED],
               (intmax_t)f.coming, s->rate,
               f.eta_us ? time_for_people(f.eta_us - s->at_us, left) : "…");
    if (!status_run_open(s))
        str_add_text(to, ", no run under way");
    str_add_char(to, '\n');
}
