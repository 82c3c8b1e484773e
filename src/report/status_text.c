/*
 * The status for people at a terminal. Every line fits the terminal's width: sentences are folded,
 * bars shortened, the run table gives up columns. Without a width nothing is folded, so that the
 * output can be searched.
 */
#include "report/status.h"

#include "base/time.h"
#include "base/utf8.h"
#include "document/failure_class.h"
#include "report/inside.h"
#include "report/words.h"

enum {
    TYPES_SHOWN = 12,
    BAR_MAX = 40,
    BAR_MIN = 4,
    RUNS_SHOWN = 10,
    RUNS_WIDE = 98,
    RUNS_MEDIUM = 66,
    COLUMNS_MIN = 40,
    TYPE_COLUMNS = 32,
    FIGURE_AT = 62,
    FIGURE_LEAST = 28,
};

struct paint {
    struct str *to;
    bool colour;
    size_t columns; /* SIZE_MAX: no limit */
};

/* --- pieces --------------------------------------------------------------------------------- */

static void colour_set(const struct paint *p, const char *code)
{
    if (p->colour)
        str_printf(p->to, "\033[%sm", code);
}

static void heading_add(const struct paint *p, const char *text)
{
    str_add_char(p->to, '\n');
    colour_set(p, "1");
    str_add_text(p->to, text);
    colour_set(p, "0");
    str_add_char(p->to, '\n');
}

static void blanks_add(const struct paint *p, size_t count)
{
    while (count-- > 0)
        str_add_char(p->to, ' ');
}

/* A number at the right end of nine columns, as "   11,259". */
static void number_cell_add(const struct paint *p, int64_t n)
{
    auto_str digits = STR_MAX(64);

    words_number(&digits, n);
    blanks_add(p, digits.size < 9 ? 9 - digits.size : 0);
    str_add_span(p->to, str_span(&digits));
}

/*
 * A sentence behind what already stands on the line, folded at blanks.
 *   at       columns that are taken
 *   indent   of the lines that follow
 */
static void sentence_fold(const struct paint *p, size_t at, size_t indent, const char *text)
{
    auto_str clean = STR_MAX(KIB(16));
    struct span rest;
    bool first = true;

    words_clean(&clean, span_of(text));
    rest = str_span(&clean);
    if (p->columns < COLUMNS_MIN || indent + COLUMNS_MIN / 2 > p->columns)
        indent = 2;
    while (rest.size) {
        struct span word = span_cut(&rest, ' ');
        size_t columns = words_columns(word);

        if (!first && at + 1 + columns > p->columns) {
            str_add_char(p->to, '\n');
            blanks_add(p, indent);
            at = indent;
        } else if (!first) {
            str_add_char(p->to, ' ');
            at++;
        }
        str_add_span(p->to, word);
        at += columns;
        first = false;
    }
    str_add_char(p->to, '\n');
}

/* A text of somebody else's, cut or filled to a width. */
static void text_cell_add(const struct paint *p, const char *text, size_t columns)
{
    auto_str clean = STR_MAX(KIB(4));
    struct span rest;
    size_t at = 0;
    uint32_t code;

    words_clean(&clean, span_of(text));
    rest = str_span(&clean);
    while (rest.size && at < columns) {
        struct span before = rest;
        size_t wide;

        (void)utf8_next(&rest, &code);
        wide = words_columns(span_first(before, before.size - rest.size));
        if (at + wide > columns - (rest.size > 0)) {
            str_add_text(p->to, "…");
            at++;
            break;
        }
        utf8_add(p->to, code);
        at += wide;
    }
    blanks_add(p, columns - at);
}

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

/* Whatever there is one of is seen; the whole bar stands for all documents. */
static void bar_add(const struct paint *p, int64_t count, int64_t total, size_t width,
                    const char *code)
{
    int64_t full = total > 0 ? (count * (int64_t)width + total - 1) / total : 0;

    colour_set(p, code);
    for (int64_t i = 0; i < full; i++)
        str_add_text(p->to, "█");
    colour_set(p, "90");
    for (int64_t i = full; i < (int64_t)width; i++)
        str_add_text(p->to, "░");
    colour_set(p, "0");
}

static size_t bar_width(const struct paint *p)
{
    enum { BEFORE = 34 }; /* state, number, share, blanks */
    size_t room = p->columns > BEFORE ? p->columns - BEFORE : 0;

    return room > BAR_MAX ? BAR_MAX : room < BAR_MIN ? 0 : room;
}

static void text_states(const struct paint *p, const struct status *s)
{
    int64_t total = status_total(s);

    heading_add(p, "Documents");
    for (int i = 0; i < LEDGER_STATES; i++) {
        auto_str share = STR_MAX(64);

        if (s->states[i] == 0 && i != LEDGER_DONE && i != LEDGER_FAILED)
            continue;
        str_printf(p->to, "  %-8s", ledger_state_name((enum ledger_state)i));
        number_cell_add(p, s->states[i]);
        words_share(&share, s->states[i], total);
        if (i == LEDGER_GONE) {
            str_add_text(p->to, "  counted apart\n");
            continue;
        }
        str_printf(p->to, "  %11s%s", str_text(&share), bar_width(p) ? "  " : "");
        bar_add(p, s->states[i], total, bar_width(p), colour_of((enum ledger_state)i));
        str_add_char(p->to, '\n');
    }
    str_add_text(p->to, "  total   ");
    number_cell_add(p, total);
    str_add_char(p->to, '\n');
}

/* --- forecast ------------------------------------------------------------------------------- */

static void forecast_line(const struct paint *p, int64_t count, const char *words)
{
    if (count == 0)
        return;
    number_cell_add(p, count);
    str_add_text(p->to, "  ");
    sentence_fold(p, 11, 11, words);
}

static void eta_add(const struct status *s, const struct forecast *f, struct str *to)
{
    const struct ledger_run *run = status_run_open(s);
    char left[TIME_TEXT_SIZE];

    if (!run) {
        str_add_text(to, f->coming ? "no run is under way: 'fmferry run' goes on"
                                   : "no run is under way, and nothing is left for one");
        return;
    }
    str_printf(to, "run %jd is under way, ", (intmax_t)run->run);
    if (s->rate > 0)
        str_printf(to, "%.1f documents a second", s->rate);
    else
        str_add_text(to, "with nothing settled in the last minute");
    if (f->eta_us) {
        str_printf(to, "; it ends in about %s, at ", time_for_people(f->eta_us - s->at_us, left));
        words_stamp(to, f->eta_us);
        str_add_text(to, " UTC");
    } else if (!s->census.closed && f->coming) {
        str_add_text(to, "; the source is still being counted, so nobody can say when it ends");
    }
}

/* Why they are in doubt. */
static void text_waits(const struct paint *p, const struct status *s)
{
    enum failure_kind failure;

    for (size_t i = 0; i < s->wait_count; i++) {
        auto_str words = STR_MAX(KIB(1));

        if (!failure_class_read(span_of(s->waits[i].class), &failure))
            continue;
        str_printf(&words, "%s: %s", s->waits[i].class, failure_class_of(failure)->meaning);
        forecast_line(p, s->waits[i].documents, str_text(&words));
    }
}

static void text_forecast(const struct paint *p, const struct status *s)
{
    struct forecast f = forecast_of(s);
    auto_str when = STR_MAX(KIB(1));

    heading_add(p, "Forecast");
    forecast_line(p, f.arrived, "have arrived");
    forecast_line(p, f.coming, "are still to be moved: they wait, or are on their way");
    forecast_line(p, s->in_doubt, "of these are in doubt: they were tried, and did not arrive yet");
    text_waits(p, s);
    forecast_line(p, f.again, "will not, as things are; every run tries them again");
    forecast_line(p, f.never, "never will, until somebody does what stands below");
    forecast_line(p, f.given_up, "never will: given up by name");
    eta_add(s, &f, &when);
    str_add_text(p->to, "     when  ");
    sentence_fold(p, 11, 11, str_text(&when));
}

/* --- failures ------------------------------------------------------------------------------- */

static void text_failures(const struct paint *p, const struct status *s)
{
    size_t indent = p->columns < 72 ? 11 : 34;

    if (s->states[LEDGER_FAILED] == 0)
        return;
    heading_add(p, "Failures");
    for (size_t i = 0; i < s->findings.all.count; i++) {
        str_add_text(p->to, "  ");
        sentence_fold(p, 2, 4, s->findings.all.items[i].text);
    }
    str_add_char(p->to, '\n');
    for (int i = 0; i < FAILURES; i++) {
        const struct failure_class *policy = failure_class_of((enum failure_kind)i);
        int64_t count = status_class_count(s, (enum failure_kind)i);

        if (count == 0)
            continue;
        number_cell_add(p, count);
        str_printf(p->to, indent < 34 ? "  %s\n" : "  %-22s ", policy->name);
        blanks_add(p, indent < 34 ? indent : 0);
        sentence_fold(p, indent, indent, policy->meaning);
        blanks_add(p, indent);
        str_add_text(p->to, "→ ");
        sentence_fold(p, indent + 2, indent + 2, policy->advice);
    }
}

/* --- runs ----------------------------------------------------------------------------------- */

static void runs_head(const struct paint *p)
{
    if (p->columns >= RUNS_WIDE)
        str_printf(p->to, "  %4s  %-19s %10s %9s %9s %10s %7s %7s  %s\n", "run", "started (UTC)",
                   "took", "found", "processed", "successful", "failed", "waiting", "ended");
    else if (p->columns >= RUNS_MEDIUM)
        str_printf(p->to, "  %4s  %-16s %9s %10s %7s  %s\n", "run", "started (UTC)", "processed",
                   "successful", "failed", "ended");
    else
        str_printf(p->to, "  %4s %10s %7s  %s\n", "run", "successful", "failed", "ended");
}

static void run_row(const struct paint *p, const struct ledger_run *run, int64_t now_us)
{
    const struct ledger_progress *at = &run->progress;
    auto_str started = STR_MAX(64);
    char took[TIME_TEXT_SIZE];

    words_stamp(&started, run->started_us);
    (void)time_for_people((run->ended_us ? run->ended_us : now_us) - run->started_us, took);
    if (p->columns >= RUNS_WIDE)
        str_printf(p->to, "  %4jd  %-19s %10s %9jd %9jd %10jd %7jd %7jd  %s\n", (intmax_t)run->run,
                   str_text(&started), took, (intmax_t)at->found, (intmax_t)at->processed,
                   (intmax_t)at->successful, (intmax_t)at->failed, (intmax_t)at->waiting,
                   run->status);
    else if (p->columns >= RUNS_MEDIUM)
        str_printf(p->to, "  %4jd  %.16s %9jd %10jd %7jd  %s\n", (intmax_t)run->run,
                   str_text(&started), (intmax_t)at->processed, (intmax_t)at->successful,
                   (intmax_t)at->failed, run->status);
    else
        str_printf(p->to, "  %4jd %10jd %7jd  %s\n", (intmax_t)run->run, (intmax_t)at->successful,
                   (intmax_t)at->failed, run->status);
}

/* Documents count once, however many runs tried them; tries are a figure of their own. */
static void text_together(const struct paint *p, const struct status *s)
{
    int64_t good = status_tries_good(s), tries = good + s->tries_failed;
    auto_str text = STR_MAX(KIB(1));

    words_number(&text, s->states[LEDGER_DONE]);
    str_add_text(&text, " of ");
    words_number(&text, status_total(s));
    str_add_text(&text, " documents succeeded (");
    words_share(&text, s->states[LEDGER_DONE], status_total(s));
    str_add_text(&text, "); counted apart, ");
    words_number(&text, good);
    str_add_text(&text, " of ");
    words_number(&text, tries);
    str_add_text(&text, tries == 1 ? " try (" : " tries (");
    words_share(&text, good, tries);
    str_add_char(&text, ')');
    str_add_text(p->to, "  in all: ");
    sentence_fold(p, 10, 10, str_text(&text));
}

static void text_runs(const struct paint *p, const struct status *s)
{
    size_t moved = 0, passed = 0;

    for (size_t i = 0; i < s->run_count; i++)
        moved += status_run_moved(&s->runs[i]);
    heading_add(p, "Runs");
    if (moved > RUNS_SHOWN)
        str_printf(p->to, "  the last %d of %zu:\n", RUNS_SHOWN, moved);
    if (moved)
        runs_head(p);
    for (size_t i = 0; i < s->run_count; i++)
        if (status_run_moved(&s->runs[i]) && ++passed + RUNS_SHOWN > moved)
            run_row(p, &s->runs[i], s->at_us);
    text_together(p, s);
}

/* --- the rest ------------------------------------------------------------------------------- */

static void type_row_text(const struct paint *p, const struct type_row *row)
{
    const char *type = *row->type ? row->type : "(none)";

    number_cell_add(p, row->total);
    str_add_text(p->to, "  ");
    if (p->columns < 72) {
        text_cell_add(p, type, p->columns > 31 ? p->columns - 31 : 9);
        str_printf(p->to, " %jd/%jd\n", (intmax_t)row->done, (intmax_t)row->failed);
        return;
    }
    text_cell_add(p, type, TYPE_COLUMNS);
    str_add_char(p->to, ' ');
    words_number(p->to, row->done);
    str_add_text(p->to, " done, ");
    words_number(p->to, row->failed);
    str_add_text(p->to, " failed\n");
}

static void text_types(const struct paint *p, const struct status *s)
{
    int64_t rest = 0;

    heading_add(p, p->columns < 72 ? "Types (done/failed)" : "Types");
    for (size_t i = 0; i < s->type_count; i++) {
        if (i < TYPES_SHOWN)
            type_row_text(p, &s->types[i]);
        else
            rest += s->types[i].total;
    }
    if (rest) {
        number_cell_add(p, rest);
        str_printf(p->to, "  of %zu other types\n", s->type_count - TYPES_SHOWN);
    }
}

static void text_sums(const struct paint *p, const struct status *s)
{
    heading_add(p, "Sums");
    number_cell_add(p, s->linked);
    str_add_text(p->to, "  linked to their patients\n");
    number_cell_add(p, s->unlinked);
    str_add_text(p->to, "  patient not known yet\n");
    if (s->review) {
        number_cell_add(p, s->review);
        str_add_text(p->to, "  patient ambiguous\n");
    }
    if (s->kept_marks) {
        number_cell_add(p, s->kept_marks);
        str_add_text(p->to, "  count as marked, though FileMaker answers the mark with an edit\n");
    }
    str_add_text(p->to, "  ");
    words_bytes(p->to, s->bytes_stored);
    if (status_cost(s) > 0 && status_cost(s) < 0.01)
        str_printf(p->to, " stored, < 0.01 %s a month\n", s->settings.currency);
    else
        str_printf(p->to, " stored, %.2f %s a month\n", status_cost(s), s->settings.currency);
}

/* What must be so, and what is so: in a column beside it, or below if there is no room for one. */
static void checklist_point_add(const struct paint *p, const char *code, const char *mark,
                                const char *what, const char *figure)
{
    size_t at = 4 + words_columns(span_of(what));
    bool beside = FIGURE_AT + FIGURE_LEAST <= p->columns;

    str_add_text(p->to, "  ");
    colour_set(p, code);
    str_add_text(p->to, mark);
    colour_set(p, "0");
    str_add_char(p->to, ' ');
    if (beside) {
        str_add_text(p->to, what);
        blanks_add(p, FIGURE_AT - at);
    } else {
        sentence_fold(p, 4, 4, what);
        blanks_add(p, 6);
    }
    sentence_fold(p, beside ? FIGURE_AT : 6, beside ? FIGURE_AT : 6, figure);
}

/* Whether somebody else came to the same; no harm is meant by "not yet". */
static void text_verified(const struct paint *p, const struct verified *v)
{
    static const char *const codes[] = { "33", "32", "33", "31", "33" };
    static const char *const marks[] = { "–", "✔", "–", "✘", "–" };
    auto_str figure = STR_MAX(KIB(1));

    verified_figure(v, &figure);
    checklist_point_add(p, codes[verified_word(v)], marks[verified_word(v)], verified_label(v),
                        str_text(&figure));
}

static void text_checklist(const struct paint *p, const struct status *s)
{
    struct checklist_item criteria[CRITERIA];

    checklist_of(s, criteria);
    heading_add(p, "Is it complete?");
    for (int i = 0; i < CRITERIA; i++)
        checklist_point_add(p, criteria[i].met ? "32" : "31", criteria[i].met ? "✔" : "✘",
                            criteria[i].what, criteria[i].figure);
    text_verified(p, &s->verified);
}

static void text_census(const struct paint *p, const struct status *s)
{
    auto_str text = STR_MAX(KIB(1));

    str_add_text(p->to, "Source ");
    sentence_fold(p, 7, 7, s->settings.name);
    if (s->census.at_us) {
        str_add_text(&text, "Census closed ");
        words_stamp(&text, s->census.at_us);
        str_add_text(&text, " UTC: ");
        words_number(&text, s->census.records);
        str_add_text(&text, " records");
        if (s->census.begun && !s->census.closed)
            str_add_text(&text, "; the source is being counted again");
    } else {
        str_add_text(&text, "Census not closed yet");
    }
    sentence_fold(p, 0, 2, str_text(&text));
}

static struct paint paint_of(struct status_form form, struct str *to)
{
    return (struct paint){ to, form.colour, form.columns > 0 ? (size_t)form.columns : SIZE_MAX };
}

void status_sentence(const char *text, struct status_form form, struct str *to)
{
    struct paint p = paint_of(form, to);

    sentence_fold(&p, 0, 2, text);
}

void status_text(const struct status *s, struct status_form form, struct str *to)
{
    struct paint p = paint_of(form, to);

    text_census(&p, s);
    text_states(&p, s);
    text_forecast(&p, s);
    text_runs(&p, s);
    text_failures(&p, s);
    text_checklist(&p, s);
    text_sums(&p, s);
    text_types(&p, s);
}

void status_line(const struct status *s, struct str *to)
{
    struct forecast f = forecast_of(s);
    char left[TIME_TEXT_SIZE];

    words_stamp(to, s->at_us);
    str_printf(to, " UTC  %jd of %jd done, %jd failed, %jd to come, %.1f/s, left: %s",
               (intmax_t)f.arrived, (intmax_t)status_total(s), (intmax_t)s->states[LEDGER_FAILED],
               (intmax_t)f.coming, s->rate,
               f.eta_us ? time_for_people(f.eta_us - s->at_us, left) : "…");
    if (!status_run_open(s))
        str_add_text(to, ", no run under way");
    str_add_char(to, '\n');
}
