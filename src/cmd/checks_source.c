/* Steps about FileMaker Server: reaching it, its layout and records, its pace. */
#include "cmd/checks.h"

#include "base/time.h"
#include "census/walk_by_key.h"
#include "claris/claris.h"
#include "preflight/hidden_check.h"

enum {
    SESSIONS_TRIED_MAX = 25,
    PAGE_FAT = 4 * 1024 * 1024,
    DAYS_FEW = 30,
    REQUESTS_A_DOCUMENT = 5
};

#define PAGE_SLOW_US (20 * TIME_SECOND)
#define LONG_RUN_DAYS 7

/* --- reaching it ---------------------------------------------------------------------------- */

bool check_server(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (span_starts(span_of(c->engine->filemaker.url), "http://"))
        str_add_text(&tried->notes, "the address is http://: anybody on the network can read what "
                                    "crosses it; use https://\n");
    checks_file_readable("[source] ca_file", c->engine->filemaker.ca_file, tried);
    return source_new(&c->engine->filemaker, c->engine->file, c->cancel, &c->reader, err)
           && preflight_server(c->engine, c->reader, tried, err);
}

/* As long as Claris says that a sign-in lasts. */
static int64_t days_left(const struct claris *claris)
{
    int64_t gone_us = time_now_us() - claris_signed_in_us(claris);

    return CLARIS_DAYS - gone_us / (INT64_C(86400) * TIME_SECOND);
}

static void login_say(const struct filemaker_settings *filemaker, struct str *to)
{
    if (filemaker->login == FILEMAKER_BY_OTTO)
        str_printf(to, "OttoFMS's key opens '%s'", filemaker->database);
    else if (filemaker->login == FILEMAKER_BY_CLARIS)
        str_printf(to, "the Claris ID '%s' opens '%s'; signed in for %jd more days",
                   claris_account(filemaker->claris), filemaker->database,
                   (intmax_t)days_left(filemaker->claris));
    else
        str_printf(to, "'%s' opens '%s'", filemaker->account, filemaker->database);
}

bool check_login(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (source_is_file(c->reader)) {
        str_add_text(&tried->ok_text, "a file needs none");
        return true;
    }
    if (!preflight_login(c->engine, c->reader, err))
        return false;
    login_say(&c->engine->filemaker, &tried->ok_text);
    if (c->engine->filemaker.claris && days_left(c->engine->filemaker.claris) < DAYS_FEW)
        str_add_text(&tried->notes,
                     "the sign-in by Claris ID ends soon: give 'fmferry login' before\n");
    return true;
}

/* The sessions of a run: one for each worker and one to count. Ours is one of them. */
static int sessions_wanted(const struct engine_settings *engine)
{
    int wanted = engine->workers + 1;

    return engine->sessions > 0 && engine->sessions < wanted ? engine->sessions : wanted;
}

static bool sessions_open(struct checks *c, struct source_reader **open, int wanted, int *count_r,
                          struct err *err)
{
    struct filemaker_settings settings = c->engine->filemaker;

    settings.fails_when_full = true;
    for (*count_r = 1; *count_r < wanted; ++*count_r) {
        if (!source_new(&settings, c->engine->file, c->cancel, &open[*count_r - 1], err))
            return false;
        if (!source_log_in(open[*count_r - 1], err))
            return err->kind == ERR_REMOTE && filemaker_advice(err) == FILEMAKER_CROWDED;
    }
    return true;
}

bool check_sessions(struct checks *c, struct preflight_result *tried, struct err *err)
{
    struct source_reader *open[SESSIONS_TRIED_MAX] = { NULL };
    int wanted = sessions_wanted(c->engine), count = 1;
    int most = wanted < SESSIONS_TRIED_MAX ? wanted : SESSIONS_TRIED_MAX;
    bool good;

    if (!source_has_finds(c->reader)) {
        str_add_text(&tried->ok_text, "none are needed");
        return true;
    }
    good = sessions_open(c, open, most, &count, err);

    for (size_t i = 0; i < lengthof(open); i++)
        source_free(open[i]);
    if (!good)
        return false;
    if (count < most)
        str_printf(
            &tried->notes,
            "the server had room for %d of the %d sessions that a run uses (%s): a run goes on "
            "with those it gets; set [source] sessions = %d, so that people keep theirs\n",
            count, wanted, err->msg, count > 1 ? count - 1 : 1);
    else
        str_printf(&tried->ok_text, "%d at a time%s", count,
                   most < wanted ? ", no more were tried" : "");
    return true;
}

/* --- the layout and its records ------------------------------------------------------------- */

bool check_layout(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (!preflight_layout(c->engine, c->reader, &c->layout, &c->containers, tried, err))
        return false;
    c->engine->fields.containers = &c->containers;
    return true;
}

/* OData is not needed for a migration: where it is off, the layout's own word has to do. */
static bool schema_unread(struct checks *c, const struct err *why)
{
    if (why->kind == ERR_CANCELED)
        return false;
    str_printf(&c->skipped,
               "OData, which shows whole tables, does not answer (%s): look yourself whether the "
               "table has containers or repetitions that the layout does not show",
               why->msg);
    return true;
}

bool check_hidden(struct checks *c, struct preflight_result *tried, struct err *err)
{
    auto_metadata metadata = { 0 };
    const struct metadata_table *table;
    const char *why = NULL;

    if (!source_has_finds(c->reader)) {
        str_add_text(&tried->ok_text, "there is no layout between");
        return true;
    }
    if (!source_schema(c->reader, &metadata, err))
        return schema_unread(c, err);
    table = hidden_table(&metadata, &c->layout, c->engine->odata_table, &why);
    if (table)
        hidden_say(table, &c->layout, &c->containers, &tried->notes, &tried->ok_text);
    else
        str_add_text(&c->skipped, why);
    if (table && *metadata.version)
        str_printf(&tried->ok_text, "; the server's version is %s", metadata.version);
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
                   "the server gives at most %ju records at a time, and a larger page is too much "
                   "for it: use a separate layout with the named fields alone\n",
                   (uintmax_t)s->page_records);
    if (s->page_us > PAGE_SLOW_US || s->page_bytes > PAGE_FAT)
        str_printf(
            &tried->notes,
            "a page of %ju records took %s and has %.1f MiB: the layout is slow or large; use a "
            "separate one with the named fields alone, without portals and calculations\n",
            (uintmax_t)s->page_records, took, mib);
    str_printf(&tried->ok_text, "; a page of %ju took %s and has %.1f MiB",
               (uintmax_t)s->page_records, took, mib);
}

bool check_records(struct checks *c, struct preflight_result *tried, struct err *err)
{
    struct sample_request of = { c->engine, c->reader, c->ledger, c->registry, c->cancel };
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
        str_printf(&tried->ok_text, "%jd looked at; the server does not say how many there are",
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
    if (!walk_key_prove(c->reader, f->layout, f->census_key, &good, why, sizeof why, err))
        return false;
    if (!good)
        str_printf(&tried->problems,
                   "'%s' ([source] census_key) is not a key to read by: %s. Name a serial number "
                   "that each record has, or leave it empty\n",
                   f->census_key, why);
    return true;
}

bool check_ids(struct checks *c, struct preflight_result *tried, struct err *err)
{
    if (preflight_is_begun(c->engine, c->cancel))
        c->engine->accept_record_ids = "whoever began"; /* too late to choose */
    return preflight_ids(c->engine, c->reader, &c->ids, tried, err)
           && census_key_try(c, tried, err);
}

bool check_filter(struct checks *c, struct preflight_result *tried, struct err *err)
{
    const struct sample *s = &c->sample;

    if (!*c->engine->filter_text) {
        str_add_text(&tried->ok_text, "none: every record is a document");
        return true;
    }
    if (!preflight_filter(c->engine, c->reader, tried, err) || tried->problems.size)
        return tried->problems.size > 0;
    if (s->passed == 0 && (uint64_t)s->looked >= s->records)
        str_printf(&tried->problems,
                   "the filter '%.200s' ([source] filter) lets none of %jd records through\n",
                   c->engine->filter_text, (intmax_t)s->looked);
    else if (s->passed == 0)
        str_printf(&tried->notes, "of the %jd records looked at, the filter lets none through\n",
                   (intmax_t)s->looked);
    else
        str_printf(&tried->ok_text, "lets %jd of %jd records through", (intmax_t)s->passed,
                   (intmax_t)s->looked);
    return true;
}

/* --- pace ----------------------------------------------------------------------------------- */

static void hours_say(const struct checks *c, struct preflight_result *tried)
{
    if (quiet_at(&c->settings->gate.quiet, time_now_us(), NULL))
        str_printf(&tried->notes,
                   "it is now within the quiet hours (%s): a run waits until they are over\n",
                   c->settings->quiet_hours);
}

/* Notes how long the ceiling alone makes a run last. */
static void ceiling_say(const struct checks *c, struct preflight_result *tried)
{
    double most = c->settings->gate.requests_per_second;
    double days = most > 0 && c->sample.records != UINT64_MAX
                      ? (double)c->sample.records * REQUESTS_A_DOCUMENT / most / 86400
                      : 0;

    if (days > LONG_RUN_DAYS)
        str_printf(&tried->notes,
                   "at most %g requests a second ([source] requests_per_second): %ju records take "
                   "at least %.0f days\n",
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
        str_printf(
            &tried->notes,
            "a call takes %jd ms, and latency_budget_ms is %jd: a run makes few calls at a time\n",
            (intmax_t)call_ms, (intmax_t)budget_ms);
    str_printf(&tried->ok_text, "a call takes %jd ms", (intmax_t)call_ms);
    return true;
}
