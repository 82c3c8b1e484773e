/* Sums over the tallies. Nothing here counts attempts, and nothing is extrapolated. */
#include "report/status.h"

#include "base/mem.h"
#include "base/time.h"
#include "move/policy.h"
#include "report/findings.h"
#include "json/writer.h"

enum { TYPES_SHOWN = 12, BAR_WIDTH = 32, RUNS_SHOWN = 10 };

struct type_row {
    const char *type; /* borrowed from the tallies */
    int64_t total, done, failed;
};

struct status {
    struct status_settings settings;
    struct ledger_tally *tallies;
    size_t tally_count;
    struct ledger_run *runs;
    size_t run_count;
    struct ledger_census census;
    struct findings findings;
    int64_t states[LEDGER_STATES];
    int64_t linked, unlinked, review, bytes_stored;
    struct type_row *types;
    size_t type_count;
};

/* --- sums ----------------------------------------------------------------------------------- */

static struct type_row *type_row(struct status *s, const char *type)
{
    for (size_t i = 0; i < s->type_count; i++)
        if (strcmp(s->types[i].type, type) == 0)
            return &s->types[i];
    s->types = mem_grow(s->types, (s->type_count + 1) * sizeof *s->types);
    s->types[s->type_count] = (struct type_row){ .type = type };
    return &s->types[s->type_count++];
}

static void link_count(struct status *s, const struct ledger_tally *tally)
{
    switch (tally->link) {
    case LEDGER_NO_LINK:
        return;
    case LEDGER_LINKED:
        s->linked += tally->documents;
        return;
    case LEDGER_UNLINKED:
        s->unlinked += tally->documents;
        return;
    case LEDGER_REVIEW:
        s->review += tally->documents;
        return;
    }
}

static void tally_count(struct status *s, const struct ledger_tally *tally)
{
    struct type_row *row = type_row(s, tally->type);

    s->states[tally->state] += tally->documents;
    s->bytes_stored += tally->bytes;
    link_count(s, tally);
    if (tally->state == LEDGER_GONE)
        return;
    row->total += tally->documents;
    row->done += tally->state == LEDGER_DONE ? tally->documents : 0;
    row->failed += tally->state == LEDGER_FAILED ? tally->documents : 0;
}

static int by_total(const void *a, const void *b)
{
    const struct type_row *left = a, *right = b;

    if (left->total != right->total)
        return left->total < right->total ? 1 : -1;
    return strcmp(left->type, right->type);
}

bool status_read(struct ledger *ledger, const struct status_settings *settings,
                 struct status **status_r, struct err *err)
{
    auto_status *s = mem_new(struct status);
    auto_tx tx = { 0 };

    s->settings = *settings;
    if (!sql_begin_reading(ledger_sql(ledger), &tx, err)
        || !ledger_tallies(ledger, &s->tallies, &s->tally_count, err)
        || !ledger_runs(ledger, &s->runs, &s->run_count, err)
        || !ledger_census(ledger, &s->census, err) || !findings_read(ledger, &s->findings, err))
        return false;
    for (size_t i = 0; i < s->tally_count; i++)
        tally_count(s, &s->tallies[i]);
    if (s->type_count)
        qsort(s->types, s->type_count, sizeof *s->types, by_total);
    *status_r = take(s);
    return true;
}

void status_free(struct status *status)
{
    if (!status)
        return;
    ledger_tallies_free(status->tallies, status->tally_count);
    free(status->runs);
    findings_clear(&status->findings);
    free(status->types);
    free(status);
}

void auto_status_cleanup(struct status **status)
{
    status_free(*status);
}

/* Documents that the source has; those that are gone are counted apart. */
static int64_t total_of(const struct status *s)
{
    int64_t total = 0;

    for (int i = 0; i < LEDGER_STATES; i++)
        total += i == LEDGER_GONE ? 0 : s->states[i];
    return total;
}

static bool class_may_recover(const char *class)
{
    enum failure failure;

    return failure_read(span_of(class), &failure) && policy_of(failure)->again;
}

/* Failed for a reason that does not pass by itself. */
static int64_t never_of(const struct status *s)
{
    int64_t never = 0;

    for (size_t i = 0; i < s->tally_count; i++)
        if (s->tallies[i].state == LEDGER_FAILED && !class_may_recover(s->tallies[i].class))
            never += s->tallies[i].documents;
    return never;
}

static int64_t settled_of(const struct status *s)
{
    return s->states[LEDGER_DONE] + s->states[LEDGER_WAIVED];
}

bool status_is_complete(const struct status *s)
{
    return s->census.at_us > 0 && settled_of(s) == total_of(s);
}

static int64_t class_count(const struct status *s, const char *class)
{
    int64_t count = 0;

    for (size_t i = 0; i < s->tally_count; i++)
        if (s->tallies[i].state == LEDGER_FAILED && strcmp(s->tallies[i].class, class) == 0)
            count += s->tallies[i].documents;
    return count;
}

static double cost_of(const struct status *s)
{
    return (double)s->bytes_stored / 1e9 * s->settings.price_per_gb_month;
}

/* --- the checklist -------------------------------------------------------------------------- */

struct criterion {
    const char *what;
    bool met;
    char figure[96];
};

enum { CRITERIA = 4 };

/* What "done" means, each computed with the figure beside it. */
static void criteria_of(const struct status *s, struct criterion c[CRITERIA])
{
    int64_t total = total_of(s), stored = s->states[LEDGER_STORED] + s->states[LEDGER_DONE];

    c[0] = (struct criterion){ .what = "the source was read to its end",
                               .met = s->census.at_us > 0 && s->census.records == s->census.found };
    (void)snprintf(c[0].figure, sizeof c[0].figure, "%jd records seen, %jd found",
                   (intmax_t)s->census.records, (intmax_t)s->census.found);
    c[1] = (struct criterion){ .what = "every document is stored, or waived by name",
                               .met = total > 0 && stored + s->states[LEDGER_WAIVED] == total };
    (void)snprintf(c[1].figure, sizeof c[1].figure, "%jd stored and %jd waived of %jd",
                   (intmax_t)stored, (intmax_t)s->states[LEDGER_WAIVED], (intmax_t)total);
    c[2] = (struct criterion){ .what = "every stored document is linked, or recorded as unlinked",
                               .met = stored > 0 && s->review == 0 };
    (void)snprintf(c[2].figure, sizeof c[2].figure, "%jd linked, %jd unlinked, %jd to review",
                   (intmax_t)s->linked, (intmax_t)s->unlinked, (intmax_t)s->review);
    c[3] = (struct criterion){ .what = "every stored document is marked in FileMaker",
                               .met = stored > 0 && s->states[LEDGER_STORED] == 0 };
    (void)snprintf(c[3].figure, sizeof c[3].figure, "%jd marked, %jd not yet",
                   (intmax_t)s->states[LEDGER_DONE], (intmax_t)s->states[LEDGER_STORED]);
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void write_time(struct json_writer *w, const char *name, int64_t at_us)
{
    char text[TIME_TEXT_SIZE];

    json_name(w, name);
    json_write_text(w, at_us ? time_rfc3339(at_us, text) : NULL);
}

static void write_source(struct json_writer *w, const struct status *s)
{
    json_name(w, "source");
    json_open_object(w);
    json_member_text(w, "name", s->settings.name);
    json_member_text(w, "layout", s->settings.layout);
    json_member_i64(w, "total", total_of(s));
    json_member_i64(w, "gone", s->states[LEDGER_GONE]);
    json_member_flag(w, "census_complete", s->census.closed);
    write_time(w, "census_at", s->census.at_us);
    json_name(w, "witnesses");
    json_open_array(w);
    json_write_i64(w, s->census.records);
    json_write_i64(w, s->census.witness);
    json_close_array(w);
    json_close_object(w);
}

static void write_states(struct json_writer *w, const struct status *s)
{
    json_name(w, "states");
    json_open_object(w);
    for (int i = 0; i < LEDGER_STATES; i++)
        if (i != LEDGER_GONE)
            json_member_i64(w, ledger_state_name((enum ledger_state)i), s->states[i]);
    json_close_object(w);
}

static void write_findings(struct json_writer *w, const char *name, const struct finding_list *list)
{
    json_name(w, name);
    json_open_array(w);
    for (size_t i = 0; i < list->count; i++) {
        json_open_object(w);
        json_member_text(w, "text", list->items[i].text);
        json_member_i64(w, "count", list->items[i].count);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_failures(struct json_writer *w, const struct status *s)
{
    json_name(w, "failures");
    json_open_array(w);
    for (int i = 0; i < FAILURES; i++) {
        const char *class = policy_of((enum failure)i)->name;
        int64_t count = class_count(s, class);

        if (count == 0)
            continue;
        json_open_object(w);
        json_member_text(w, "class", class);
        json_member_i64(w, "count", count);
        write_findings(w, "clusters", &s->findings.by_class[i]);
        json_close_object(w);
    }
    json_close_array(w);
    write_findings(w, "findings", &s->findings.all);
}

/* Other runs did what a person told them: they stand in the audit chain, not in this list. */
static bool moved_documents(const struct ledger_run *run)
{
    return strcmp(run->kind, "run") == 0;
}

static void write_runs(struct json_writer *w, const struct status *s)
{
    json_name(w, "runs");
    json_open_array(w);
    for (size_t i = 0; i < s->run_count; i++) {
        const struct ledger_run *run = &s->runs[i];

        if (!moved_documents(run))
            continue;
        json_open_object(w);
        json_member_i64(w, "run", run->run);
        write_time(w, "started", run->started_us);
        write_time(w, "ended", run->ended_us);
        json_member_i64(w, "found", run->progress.found);
        json_member_i64(w, "processed", run->progress.processed);
        json_member_i64(w, "successful", run->progress.successful);
        json_member_i64(w, "failed", run->progress.failed);
        json_member_i64(w, "waiting", run->progress.waiting);
        json_member_text(w, "status", run->status);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_types(struct json_writer *w, const struct status *s)
{
    json_name(w, "types");
    json_open_array(w);
    for (size_t i = 0; i < s->type_count; i++) {
        json_open_object(w);
        json_member_text(w, "type", s->types[i].type);
        json_member_i64(w, "total", s->types[i].total);
        json_member_i64(w, "done", s->types[i].done);
        json_member_i64(w, "failed", s->types[i].failed);
        json_close_object(w);
    }
    json_close_array(w);
}

static void write_money_and_forecast(struct json_writer *w, const struct status *s)
{
    int64_t never = never_of(s);
    auto_str amount = STR_MAX(64);

    str_printf(&amount, "%.4f", cost_of(s));
    json_name(w, "cost_per_month");
    json_open_object(w);
    json_name(w, "amount");
    json_write_raw(w, str_span(&amount));
    json_member_text(w, "currency", s->settings.currency);
    json_close_object(w);
    json_name(w, "forecast");
    json_open_object(w);
    json_member_i64(w, "will_be_done", total_of(s) - never - s->states[LEDGER_WAIVED]);
    json_member_i64(w, "never", never);
    json_name(w, "eta");
    json_write_null(w);
    json_close_object(w);
}

static void write_checklist(struct json_writer *w, const struct status *s)
{
    struct criterion criteria[CRITERIA];

    criteria_of(s, criteria);
    json_name(w, "checklist");
    json_open_array(w);
    for (int i = 0; i < CRITERIA; i++) {
        json_open_object(w);
        json_member_text(w, "criterion", criteria[i].what);
        json_member_flag(w, "met", criteria[i].met);
        json_member_text(w, "figure", criteria[i].figure);
        json_close_object(w);
    }
    json_close_array(w);
}

void status_json(const struct status *s, struct str *to)
{
    struct json_writer w = JSON_WRITER(to);

    json_open_object(&w);
    write_source(&w, s);
    write_states(&w, s);
    write_failures(&w, s);
    write_runs(&w, s);
    write_types(&w, s);
    json_name(&w, "links");
    json_open_object(&w);
    json_member_i64(&w, "linked", s->linked);
    json_member_i64(&w, "unlinked", s->unlinked);
    json_member_i64(&w, "review", s->review);
    json_close_object(&w);
    json_name(&w, "bytes");
    json_open_object(&w);
    json_name(&w, "source");
    json_write_null(&w);
    json_member_i64(&w, "known", s->bytes_stored);
    json_member_i64(&w, "stored", s->bytes_stored);
    json_close_object(&w);
    write_money_and_forecast(&w, s);
    write_checklist(&w, s);
    json_close_object(&w);
    str_add_char(to, '\n');
}

/* --- text ----------------------------------------------------------------------------------- */

struct paint {
    struct str *to;
    bool colour;
};

static void heading(const struct paint *p, const char *text)
{
    str_printf(p->to, p->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

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

static void bar(const struct paint *p, int64_t count, int64_t total, const char *colour)
{
    int64_t width = total > 0 ? (count * BAR_WIDTH + total - 1) / total : 0;

    if (p->colour)
        str_printf(p->to, "\033[%sm", colour);
    for (int64_t i = 0; i < width; i++)
        str_add_text(p->to, "█");
    if (p->colour)
        str_add_text(p->to, "\033[0m");
}

static void text_states(const struct paint *p, const struct status *s)
{
    int64_t total = total_of(s);

    heading(p, "Documents");
    for (int i = 0; i < LEDGER_STATES; i++) {
        if (s->states[i] == 0 && i != LEDGER_DONE && i != LEDGER_FAILED)
            continue;
        str_printf(p->to, "  %-8s %9jd  ", ledger_state_name((enum ledger_state)i),
                   (intmax_t)s->states[i]);
        bar(p, s->states[i], total, colour_of((enum ledger_state)i));
        str_add_char(p->to, '\n');
    }
    str_printf(p->to, "  %-8s %9jd\n", "total", (intmax_t)total);
}

static void text_failures(const struct paint *p, const struct status *s)
{
    if (s->states[LEDGER_FAILED] == 0)
        return;
    heading(p, "Failures");
    for (size_t i = 0; i < s->findings.all.count; i++)
        str_printf(p->to, "  %s\n", s->findings.all.items[i].text);
    str_add_char(p->to, '\n');
    for (int i = 0; i < FAILURES; i++) {
        const struct policy *policy = policy_of((enum failure)i);
        int64_t count = class_count(s, policy->name);

        if (count == 0)
            continue;
        str_printf(p->to, "  %7jd  %-22s %s\n", (intmax_t)count, policy->name, policy->meaning);
        str_printf(p->to, "           %-22s → %s\n", "", policy->mend);
    }
}

static void text_runs(const struct paint *p, const struct status *s)
{
    size_t first = s->run_count > RUNS_SHOWN ? s->run_count - RUNS_SHOWN : 0;

    heading(p, "Runs");
    str_printf(p->to, "  %4s  %-20s %10s %9s %9s %10s %7s %8s  %s\n", "run", "started (UTC)",
               "took", "found", "processed", "successful", "failed", "waiting", "ended");
    for (size_t i = first; i < s->run_count; i++) {
        const struct ledger_run *run = &s->runs[i];
        char started[TIME_TEXT_SIZE], took[TIME_TEXT_SIZE] = "…";

        if (!moved_documents(run))
            continue;
        (void)time_rfc3339(run->started_us, started);
        if (run->ended_us)
            (void)time_for_people(run->ended_us - run->started_us, took);
        str_printf(p->to, "  %4jd  %.10s %.8s  %10s %9jd %9jd %10jd %7jd %8jd  %s\n",
                   (intmax_t)run->run, started, started + 11, took, (intmax_t)run->progress.found,
                   (intmax_t)run->progress.processed, (intmax_t)run->progress.successful,
                   (intmax_t)run->progress.failed, (intmax_t)run->progress.waiting, run->status);
    }
}

static void text_types(const struct paint *p, const struct status *s)
{
    int64_t rest = 0;

    heading(p, "Types");
    for (size_t i = 0; i < s->type_count; i++) {
        const struct type_row *row = &s->types[i];

        if (i >= TYPES_SHOWN) {
            rest += row->total;
            continue;
        }
        str_printf(p->to, "  %9jd  %-32s %jd done, %jd failed\n", (intmax_t)row->total,
                   *row->type ? row->type : "(none)", (intmax_t)row->done, (intmax_t)row->failed);
    }
    if (rest)
        str_printf(p->to, "  %9jd  of %zu other types\n", (intmax_t)rest,
                   s->type_count - TYPES_SHOWN);
}

static void text_sums(const struct paint *p, const struct status *s)
{
    heading(p, "Sums");
    str_printf(p->to, "  linked to their patients   %9jd\n", (intmax_t)s->linked);
    str_printf(p->to, "  patient not known yet      %9jd\n", (intmax_t)s->unlinked);
    if (s->review)
        str_printf(p->to, "  patient ambiguous          %9jd\n", (intmax_t)s->review);
    str_printf(p->to, "  stored                     %9.1f MB, %.2f %s a month\n",
               (double)s->bytes_stored / 1e6, cost_of(s), s->settings.currency);
}

static void text_checklist(const struct paint *p, const struct status *s)
{
    struct criterion criteria[CRITERIA];

    criteria_of(s, criteria);
    heading(p, "Is it complete?");
    for (int i = 0; i < CRITERIA; i++) {
        const char *sign = criteria[i].met ? "✔" : "✘";

        if (p->colour)
            str_printf(p->to, "  \033[%dm%s\033[0m", criteria[i].met ? 32 : 31, sign);
        else
            str_printf(p->to, "  %s", sign);
        str_printf(p->to, " %-58s %s\n", criteria[i].what, criteria[i].figure);
    }
}

void status_text(const struct status *s, bool colour, struct str *to)
{
    struct paint p = { to, colour };
    char at[TIME_TEXT_SIZE];

    str_printf(to, "Source %s\n", s->settings.name);
    if (s->census.at_us)
        str_printf(to, "Census closed %.16sZ: %jd records\n", time_rfc3339(s->census.at_us, at),
                   (intmax_t)s->census.records);
    else
        str_add_text(to, "Census not closed yet\n");
    text_states(&p, s);
    text_failures(&p, s);
    text_sums(&p, s);
    text_types(&p, s);
    text_runs(&p, s);
    text_checklist(&p, s);
}
