/* Steps that ask FileMaker Server. Nothing is written to it but by check_writing(). */
#include "cmd/checks.h"

#include "base/mem.h"
#include "base/time.h"
#include "census/find_count.h"
#include "census/walk_by_key.h"
#include "document/dates.h"
#include "patients/patients.h"
#include "preflight/mark_test.h"

#include <ctype.h>

enum { SESSIONS_TRIED_MAX = 25, PAGE_FAT = 4 * 1024 * 1024, REQUESTS_A_DOCUMENT = 5 };

#define PAGE_SLOW_US (20 * TIME_SECOND)
#define LONG_RUN_DAYS 7

/* --- reaching it ---------------------------------------------------------------------------- */

bool check_server(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (span_starts(span_of(c->engine->filemaker.url), "http://"))
        str_add_text(&tried->notes, "the address is http://: what crosses a network so is readable "
                                    "for everybody; use https://\n");
    checks_file_readable("[source] ca_file", c->engine->filemaker.ca_file, tried);
    return filemaker_new(&c->engine->filemaker, c->cancel, &c->filemaker, err)
           && preflight_server(c->engine, c->filemaker, tried, err);
}

bool check_login(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (!preflight_login(c->engine, c->filemaker, err))
        return false;
    str_printf(&tried->ok_text, "'%s' opens '%s'", c->engine->filemaker.account,
               c->engine->filemaker.database);
    return true;
}

/* One for each worker and one to count, as a run has them; ours is one already. */
static int sessions_wanted(const struct engine_settings *engine)
{
    int wanted = engine->workers + 1;

    return engine->sessions > 0 && engine->sessions < wanted ? engine->sessions : wanted;
}

static bool sessions_open(struct checks *c, struct filemaker **open, int wanted, int *count_r,
                          struct err *err)
{
    struct filemaker_settings settings = c->engine->filemaker;

    settings.fails_when_full = true;
    for (*count_r = 1; *count_r < wanted; ++*count_r) {
        if (!filemaker_new(&settings, c->cancel, &open[*count_r - 1], err))
            return false;
        if (!filemaker_log_in(open[*count_r - 1], err))
            return err->kind == ERR_REMOTE && filemaker_advice(err) == FILEMAKER_CROWDED;
    }
    return true;
}

bool check_sessions(struct checks *c, struct preflight_result *tried, struct err *err)
{
    struct filemaker *open[SESSIONS_TRIED_MAX] = { NULL };
    int wanted = sessions_wanted(c->engine), count = 1;
    int most = wanted < SESSIONS_TRIED_MAX ? wanted : SESSIONS_TRIED_MAX;
    bool good = sessions_open(c, open, most, &count, err);

    for (size_t i = 0; i < lengthof(open); i++)
        filemaker_free(open[i]);
    if (!good)
        return false;
    if (count < most)
        str_printf(
            &tried->notes,
            "the server had a place for %d of the %d sessions that a run uses (%s): it goes "
            "on with those it gets; set [source] sessions = %d, so that people keep theirs\n",
            count, wanted, err->msg, count > 1 ? count - 1 : 1);
    else
        str_printf(&tried->ok_text, "%d at a time%s", count,
                   most < wanted ? ", as far as tried" : "");
    return true;
}

/* --- the layout and its records ------------------------------------------------------------- */

bool check_layout(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (!preflight_layout(c->engine, c->filemaker, &c->layout, &c->containers, tried, err))
        return false;
    c->engine->fields.containers = &c->containers;
    return true;
}

static void page_say(const struct sample *s, struct preflight_result *tried)
{
    char took[TIME_TEXT_SIZE];
    double mib = (double)s->page_bytes / (1024 * 1024);

    (void)time_for_people(s->page_us, took);
    if (*s->page_gap)
        str_printf(&tried->notes, "%s\n", s->page_gap);
    if (s->page_is_cut)
        str_printf(&tried->notes,
                   "%ju records are as many as the server gives at a time, a page of more is too "
                   "much for it: use a layout of its own with the named fields alone\n",
                   (uintmax_t)s->page_records);
    if (s->page_us > PAGE_SLOW_US || s->page_bytes > PAGE_FAT)
        str_printf(&tried->notes,
                   "a page of %ju records took %s and has %.1f MiB: the layout is slow or fat; use "
                   "one of its own with the named fields alone, without portals and calculations\n",
                   (uintmax_t)s->page_records, took, mib);
    str_printf(&tried->ok_text, "; a page of %ju took %s and has %.1f MiB",
               (uintmax_t)s->page_records, took, mib);
}

bool check_records(struct checks *c, struct preflight_result *tried, struct err *err)
{
    struct sample_request of = { c->engine, c->filemaker, c->ledger, c->registry, c->cancel };
    const struct sample *s = &c->sample;

    if (!sample_take(&of, &c->sample, err))
        return false;
    if (s->looked == 0) {
        str_printf(&tried->problems,
                   "layout '%s' shows no record to this account: does its table hold any, and may "
                   "the account's privilege set see them?\n",
                   c->engine->fields.layout);
        return true;
    }
    if (s->records == UINT64_MAX)
        str_printf(&tried->ok_text,
                   "%jd were looked at; the server does not say how many there are",
                   (intmax_t)s->looked);
    else
        str_printf(&tried->ok_text,
                   "%ju records, %ju of them visible to this account, %jd looked at",
                   (uintmax_t)(s->total == UINT64_MAX ? s->records : s->total),
                   (uintmax_t)s->records, (intmax_t)s->looked);
    page_say(s, tried);
    return true;
}

static bool census_key_try(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct source_fields *f = &c->engine->fields;
    char why[256];
    bool good;

    if (!*f->census_key)
        return true;
    if (!walk_key_prove(c->filemaker, f->layout, f->census_key, &good, why, sizeof why, err))
        return false;
    if (!good)
        str_printf(&tried->problems,
                   "'%s' ([source] census_key) is no key to read by: %s. Name a serial number that "
                   "each record has, or leave it empty\n",
                   f->census_key, why);
    return true;
}

bool check_ids(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (preflight_is_begun(c->engine, c->cancel))
        c->engine->accept_record_ids = "whoever began"; /* nothing can be chosen any more */
    return preflight_ids(c->engine, c->filemaker, &c->ids, tried, err)
           && census_key_try(c, tried, err);
}

bool check_filter(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct sample *s = &c->sample;

    if (!*c->engine->filter_text) {
        str_add_text(&tried->ok_text, "none: every record is a document");
        return true;
    }
    if (!preflight_filter(c->engine, c->filemaker, tried, err) || tried->problems.size)
        return tried->problems.size > 0;
    if (s->passed == 0 && (uint64_t)s->looked >= s->records)
        str_printf(&tried->problems,
                   "the filter '%.200s' ([source] filter) lets none of %jd records through\n",
                   c->engine->filter_text, (intmax_t)s->looked);
    else if (s->passed == 0)
        str_printf(&tried->notes,
                   "the filter lets none of the %jd records through that were looked "
                   "at\n",
                   (intmax_t)s->looked);
    else
        str_printf(&tried->ok_text, "lets %jd of %jd records through", (intmax_t)s->passed,
                   (intmax_t)s->looked);
    return true;
}

/* --- files ---------------------------------------------------------------------------------- */

static void count_say(struct str *to, int64_t count, const char *what)
{
    if (count > 0)
        str_printf(to, "%s%jd %s", to->size ? ", " : "", (intmax_t)count, what);
}

static void contents_say(const struct sample *s, struct preflight_result *tried)
{
    auto_str others = STR_MAX(KIB(1));

    count_say(&others, s->empty, "empty");
    count_say(&others, s->references, "only pointed to, in folders of reference_map");
    count_say(&others, s->unmapped,
              "only pointed to, and not mounted here ([source] reference_map)");
    count_say(&others, s->no_access, "that the account may not see");
    count_say(&others, s->unknown, "with a text that is no file");
    if (others.size)
        str_printf(&tried->notes, "of %jd documents looked at: %s\n", (intmax_t)s->documents,
                   str_text(&others));
}

static void failures_say(const struct sample *s, struct preflight_result *tried)
{
    for (int i = 0; i < FAILURES; i++)
        if (s->failures[i].count > 0)
            str_printf(&tried->notes, "%jd of %jd files that were tried: %s (%s): %s\n",
                       (intmax_t)s->failures[i].count, (intmax_t)s->tried,
                       failure_class_of((enum failure_kind)i)->name,
                       failure_class_of((enum failure_kind)i)->meaning, s->failures[i].words);
}

static void idle_containers_say(const struct checks *c, struct preflight_result *tried)
{
    for (size_t i = 0; i < c->containers.count && i < lengthof(c->sample.by_container); i++)
        if (c->sample.by_container[i] == 0)
            str_printf(&tried->notes, "container '%s' is empty in all %jd documents looked at\n",
                       c->containers.items[i].name, (intmax_t)c->sample.documents);
}

/* One good file is enough. None, where there should be some, is to mend. */
bool check_file(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct sample *s = &c->sample;

    (void)err;
    contents_say(s, tried);
    failures_say(s, tried);
    if (c->containers.count > 1)
        idle_containers_say(c, tried);
    if (s->good > 0)
        str_printf(&tried->ok_text,
                   "%jd of %jd tried are whole; the first is stored %s; %jd bytes on "
                   "average",
                   (intmax_t)s->good, (intmax_t)s->tried, s->storage,
                   (intmax_t)(s->good_bytes / s->good));
    else if (s->tried > 0)
        str_printf(
            &tried->problems,
            "none of %jd files over the whole layout could be fetched: see the notes on why\n",
            (intmax_t)s->tried);
    else if (s->passed > 0 && s->no_access == s->documents)
        str_printf(
            &tried->problems,
            "the account sees none of %jd containers: give its privilege set access to '%s'\n",
            (intmax_t)s->documents, c->engine->fields.container_list);
    else
        str_printf(&c->skipped, "none of %jd documents looked at has a file to fetch",
                   (intmax_t)s->documents);
    return true;
}

bool check_places(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (!*c->engine->reference_map && !*c->engine->odata_table && !*c->engine->script) {
        str_add_text(&tried->ok_text, "none are named (reference_map, odata_table, script_name)");
        return true;
    }
    return preflight_places(c->engine, c->filemaker, tried, err);
}

/* --- the mark ------------------------------------------------------------------------------- */

/* Over the whole layout, by a find; the sample, where a find is refused. */
static bool unmarked_find(struct checks *c, uint64_t *record_r, struct err *err)
{
    auto_str query = STR_MAX(KIB(4));
    auto_page page = { 0 };

    *record_r = c->sample.unmarked_record;
    find_count_query(c->engine->fields.mark, "=", &query);
    if (!filemaker_find(c->filemaker, c->engine->fields.layout, str_text(&query), NULL, 1, 1, &page,
                        err))
        return err->kind == ERR_REMOTE && err->reason != 0;
    if (page.count > 0)
        *record_r = page.records[0].record_id;
    return true;
}

static void marks_say(const struct sample *s, struct preflight_result *tried)
{
    int64_t others = s->marked - s->marked_ours;

    if (s->marked_ours > 0)
        str_printf(&tried->ok_text, "; %jd of %jd records looked at carry a mark of ours",
                   (intmax_t)s->marked_ours, (intmax_t)s->looked);
    if (others > 0)
        str_printf(&tried->notes,
                   "%jd of %jd records looked at carry a mark that this ledger does not know: an "
                   "earlier importer was here, or another ledger. They are not moved; 'fmferry "
                   "reconcile' compares, and with --adopt takes over what is right\n",
                   (intmax_t)others, (intmax_t)s->looked);
    if (s->marked_malformed > 0)
        str_printf(&tried->notes, "%jd of these are no date with a time: is it the right field?\n",
                   (intmax_t)s->marked_malformed);
}

bool check_mark(struct checks *c, struct preflight_result *tried, struct err *err)
{
    char now[STAMP_TEXT_SIZE];

    (void)err;
    if (!*c->engine->fields.mark) {
        str_add_text(&tried->notes, "mark_field is empty: nothing is written to FileMaker, the "
                                    "ledger alone keeps track\n");
        return true;
    }
    str_printf(
        &tried->ok_text,
        "would now be '%s' in '%s'; writing it also changes the record's modification stamps",
        dates_stamp_text(time_now_us(), now), c->engine->fields.mark);
    marks_say(&c->sample, tried);
    return true;
}

/* By people's wish alone: one record is marked, and the mark is taken back. */
bool check_writing(struct checks *c, struct preflight_result *tried, struct err *err)
{
    uint64_t record = 0;
    char *said = NULL;

    if (c->write_test) {
        if (!mark_test_run(c->engine, c->filemaker, c->cancel, c->write_test, &said, err))
            return false;
        str_add_text(&tried->ok_text, said);
        free(said);
        return true;
    }
    if (!*c->engine->fields.mark) {
        str_add_text(&c->skipped, "mark_field is empty");
        return true;
    }
    if (!unmarked_find(c, &record, err))
        return false;
    if (record)
        str_printf(&c->skipped,
                   "it writes to FileMaker: 'fmferry check --write-test %ju' marks that "
                   "record, and takes the mark back",
                   (uintmax_t)record);
    else
        str_add_text(&c->skipped,
                     "every record of the layout is marked already, so there is none to "
                     "try it on");
    return true;
}

/* --- dates and times ------------------------------------------------------------------------ */

static void sample_dates_say(const struct checks *c, struct preflight_result *tried)
{
    const struct sample *s = &c->sample;
    const struct source_fields *f = &c->engine->fields;
    int64_t odd = s->dates_none + s->dates_unlike;

    if (s->dates_either > 0)
        str_printf(
            &tried->notes,
            "%jd of %jd dates in '%s' could be day first or month first, and stay out of the "
            "application until [source] date_format says which\n",
            (intmax_t)s->dates_either, (intmax_t)s->dates, f->date);
    if (odd > 0 && odd == s->dates)
        str_printf(&tried->problems,
                   "none of %jd dates in '%s' can be read, such as one of the form %s: correct "
                   "[source] date_format or date_field\n",
                   (intmax_t)s->dates, f->date, s->odd_date_form);
    else if (odd > 0)
        str_printf(&tried->notes,
                   "%jd of %jd dates in '%s' cannot be read, such as one of the form %s: they are "
                   "kept as texts\n",
                   (intmax_t)odd, (intmax_t)s->dates, f->date, s->odd_date_form);
}

bool check_times(struct checks *c, struct preflight_result *tried, struct err *err)
{
    char now[STAMP_TEXT_SIZE];
    const char *zone = c->settings->time_zone;

    (void)err;
    sample_dates_say(c, tried);
    str_printf(&tried->ok_text, "it is %s in %s", dates_stamp_text(time_now_us(), now),
               *zone ? zone : "this machine's time zone, which is taken for FileMaker's");
    if (c->sample.made_in_future > 0)
        str_printf(
            &tried->problems,
            "%jd of %jd records looked at were made later than tomorrow: this machine's clock "
            "or [source] time_zone is wrong\n",
            (intmax_t)c->sample.made_in_future, (intmax_t)c->sample.looked);
    return true;
}

static void hours_say(const struct checks *c, struct preflight_result *tried)
{
    struct gate_settings gate = { 0 };
    struct time_civil now = time_to_zone(time_now_us());
    int minute = now.hour * 60 + now.minute;
    struct err ignored;

    if (!gate_quiet_read(c->settings->quiet_hours, &gate, &ignored)
        || gate.quiet_from == gate.quiet_until)
        return;
    if (gate.quiet_from < gate.quiet_until ? minute >= gate.quiet_from && minute < gate.quiet_until
                                           : minute >= gate.quiet_from || minute < gate.quiet_until)
        str_printf(&tried->notes,
                   "it is within the quiet hours (%s): a run waits until they are "
                   "over\n",
                   c->settings->quiet_hours);
}

/* How long the ceiling alone makes it last. */
static void ceiling_say(const struct checks *c, struct preflight_result *tried)
{
    double most = c->settings->gate.requests_per_second;
    double days = most > 0 && c->sample.records != UINT64_MAX
                      ? (double)c->sample.records * REQUESTS_A_DOCUMENT / most / 86400
                      : 0;

    if (days > LONG_RUN_DAYS)
        str_printf(&tried->notes,
                   "at most %g requests a second ([source] requests_per_second): %ju records take "
                   "%.0f days at least\n",
                   most, (uintmax_t)c->sample.records, days);
}

bool check_pace(struct checks *c, struct preflight_result *tried, struct err *err)
{
    int64_t budget_ms = c->settings->gate.latency_budget_us / TIME_MS,
            call_ms = c->sample.call_us / TIME_MS;

    (void)err;
    hours_say(c, tried);
    ceiling_say(c, tried);
    if (budget_ms > 0 && call_ms > budget_ms)
        str_printf(&tried->notes,
                   "a call takes %jd ms, and latency_budget_ms is %jd: a run makes few at a time\n",
                   (intmax_t)call_ms, (intmax_t)budget_ms);
    str_printf(&tried->ok_text, "a call takes %jd ms", (intmax_t)call_ms);
    return true;
}

/* --- the layout of the patients ------------------------------------------------------------- */

/* Signs mean something in finds. */
static bool id_is_plain(const char *id)
{
    for (; *id; id++)
        if (!isalnum((unsigned char)*id) && *id != '-')
            return false;
    return true;
}

/* How many of some patients of documents the layout of the patients has. */
static bool patients_known_count(struct checks *c, const struct patients_settings *patients,
                                 int *asked_r, int *met_r, struct err *err)
{
    *asked_r = *met_r = 0;
    for (int i = 0; i < SAMPLE_IDS && i < c->sample.patients; i++) {
        auto_free char *criterion = mem_printf("==%s", c->sample.patient_ids[i]);
        uint64_t count = 0;
        bool refused = false;

        if (!*c->sample.patient_ids[i] || !id_is_plain(c->sample.patient_ids[i]))
            continue;
        if (!find_count_matching(c->filemaker, patients->layout, patients->key, criterion, &count,
                                 &refused, err))
            return false;
        *asked_r += !refused;
        *met_r += !refused && count > 0;
    }
    return true;
}

/* Who leaves the names as they are, and has patients from elsewhere, does not use this layout. */
static bool roster_is_used(const struct checks *c)
{
    static const char *const names[] = { "layout",    "key_field", "first_name",
                                         "last_name", "dob",       "mrn" };

    for (size_t i = 0; i < lengthof(names); i++)
        if (conf_line(c->settings->conf, "patients", names[i]) > 0)
            return true;
    return c->patients == 0;
}

static void not_used_say(const struct checks *c, struct preflight_result *tried, const char *why)
{
    str_printf(&tried->notes,
               "'fmferry patients import' could not be used: %s. The application has %jd patients "
               "already, so it may not be needed\n",
               why, (intmax_t)c->patients);
}

static bool roster_count(struct checks *c, const struct patients_settings *patients,
                         struct preflight_result *tried, struct err *err)
{
    auto_page page = { 0 };
    int asked, met;

    if (!filemaker_records(c->filemaker, patients->layout, 1, 1, &page, err)
        || !patients_known_count(c, patients, &asked, &met, err))
        return false;
    if (page.count == 0)
        str_printf(&tried->notes, "layout '%s' shows no patient to this account\n",
                   patients->layout);
    else if (page.found != UINT64_MAX)
        str_printf(&tried->ok_text, "%s: %ju patients", patients->layout, (uintmax_t)page.found);
    if (asked > 2 && met == 0)
        str_printf(
            &tried->problems,
            "of %d patients of documents ('%s', [source] patient_field) layout '%s' has none "
            "in '%s' ([patients] key_field): correct the one or the other\n",
            asked, c->engine->fields.patient, patients->layout, patients->key);
    else if (met < asked)
        str_printf(
            &tried->notes,
            "of %d patients of documents, layout '%s' does not have %d: their documents stay "
            "unlinked\n",
            asked, patients->layout, asked - met);
    return true;
}

bool check_roster(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct patients_settings *patients = &c->settings->patients;

    if (patients_check_layout(patients, c->cancel, err))
        return roster_count(c, patients, tried, err);
    if (roster_is_used(c) || err->kind == ERR_CANCELED)
        return false;
    not_used_say(c, tried, err->msg);
    return true;
}
