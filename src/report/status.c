/* Reads a status from the ledger, and counts the rows of the application. */
#include "report/status.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/peer_locks.h"
#include "ledger/undos.h"
#include "registry/look.h"
#include "report/sums.h"

/*
 * Counting the application's rows takes a moment per hundred thousand, and a status is asked for
 * often; so more than these are left to the report, which always counts.
 */
enum { ROWS_COUNTED_MAX = 50000 };

#define PACE_US (60 * TIME_SECOND)

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

static void taken_add(void *arg, const struct ledger_taken *taken)
{
    struct status *s = arg;

    s->taken = mem_grow(s->taken, (s->taken_count + 1) * sizeof *s->taken);
    s->taken[s->taken_count++] =
        (struct taken_row){ span_text(taken->who), taken->documents, taken->at_us };
}

static void tally_count(struct status *s, const struct ledger_tally *tally)
{
    struct type_row *row;

    s->states[tally->state] += tally->documents;
    if (tally->state == LEDGER_WAIVED && strcmp(tally->class, LEDGER_CLASS_UNDONE) == 0)
        s->undone += tally->documents;
    s->bytes_stored += tally->bytes;
    link_count(s, tally);
    if (tally->state == LEDGER_GONE)
        return;
    row = type_row(s, tally->type);
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

bool status_is_complete(const struct status *s)
{
    return s->census.at_us > 0
           && s->states[LEDGER_DONE] + s->states[LEDGER_WAIVED] == status_total(s);
}

/* --- pace ----------------------------------------------------------------------------------- */

/* Adds up what a run did in the last minute. */
static bool run_pace_add(struct ledger *ledger, int64_t run, struct status *s, struct err *err)
{
    int64_t since_us = s->at_us - PACE_US, settled = 0, from_us = 0;
    struct ledger_took took;

    if (!ledger_pace(ledger, run, since_us, &settled, &from_us, err)
        || !ledger_took(ledger, run, since_us, &took, err))
        return false;
    if (from_us > 0 && s->at_us > from_us)
        s->rate += (double)settled * 1e6 / (double)(s->at_us - from_us);
    s->took.documents += took.documents;
    s->took.total_us += took.total_us;
    return true;
}

/* Adds up the pace of all runs that are under way; a dead run has none. */
static bool pace_read(struct ledger *ledger, struct status *s, struct err *err)
{
    for (size_t i = 0; i < s->run_count; i++)
        if (status_run_moves(&s->runs[i]) && !run_pace_add(ledger, s->runs[i].run, s, err))
            return false;
    return true;
}

/* --- the application's rows ----------------------------------------------------------------- */

static bool status_rows_count(struct sql *sql, struct status *s, struct err *err)
{
    struct registry_rows rows;

    if (!registry_count(sql, s->settings.name, &rows, err))
        return false;
    s->rows.are_counted = true;
    s->rows.rows = rows.rows;
    s->rows.with_metadata = rows.with_fields;
    return true;
}

static bool rows_count_elsewhere(struct status *s, struct err *err)
{
    auto_sql *sql = NULL;

    return sql_open_reader(s->settings.registry_url, NULL, &sql, err)
           && status_rows_count(sql, s, err);
}

/*
 * If the application cannot be asked, the checklist says so; the rest of the status is read anyway.
 */
static void status_rows_read(struct ledger *ledger, struct status *s)
{
    struct err err = { 0 };
    bool good;

    if (!s->settings.registry_url || status_stored(s) > ROWS_COUNTED_MAX)
        return;
    if (sql_same_database(s->settings.registry_url, s->settings.ledger_url))
        good = status_rows_count(ledger_sql(ledger), s, &err);
    else
        good = rows_count_elsewhere(s, &err);
    if (!good)
        (void)snprintf(s->rows.why, sizeof s->rows.why, "%.*s", (int)sizeof s->rows.why - 1,
                       err.msg);
}

/* --- the gate ------------------------------------------------------------------------------- */

static bool gate_add(struct ledger *ledger, int64_t run, struct status *s, struct err *err)
{
    struct ledger_gate one;
    bool has;

    if (!ledger_gate_read(ledger, run, &one, &has, err))
        return false;
    if (!has)
        return true;
    s->gates++;
    s->gate.width += one.width;
    s->gate.sessions += one.sessions;
    s->gate.rests = s->gate.rests || one.rests;
    if (one.average_us > s->gate.average_us)
        s->gate.average_us = one.average_us;
    return true;
}

static bool gates_read(struct ledger *ledger, struct status *s, struct err *err)
{
    for (size_t i = 0; i < s->run_count; i++)
        if (status_run_moves(&s->runs[i]) && !gate_add(ledger, s->runs[i].run, s, err))
            return false;
    return true;
}

/* --- reading -------------------------------------------------------------------------------- */

bool status_read_within(struct ledger *ledger, const struct status_settings *settings,
                        struct status **status_r, struct err *err)
{
    auto_status *s = mem_new(struct status);

    s->settings = *settings;
    s->at_us = time_now_us();
    if (!ledger_tallies(ledger, &s->tallies, &s->tally_count, err)
        || !ledger_runs(ledger, &s->runs, &s->run_count, err)
        || (settings->ledger_url
            && !peer_locks_find_dead(ledger, settings->ledger_url, settings->lease_us, s->runs,
                                     s->run_count, err))
        || !ledger_census(ledger, &s->census, err)
        || !ledger_tries(ledger, &s->tries_failed, &s->in_doubt, err)
        || !ledger_kept_marks(ledger, &s->kept_marks, err)
        || !ledger_each_taken(ledger, taken_add, s, err)
        || !ledger_upload_counts(ledger, &s->uploads, err)
        || !ledger_witnessed(ledger, &s->witnessed, err)
        || !ledger_waits(ledger, s->waits, &s->wait_count, err)
        || !findings_read(ledger, &s->findings, err) || !pace_read(ledger, s, err)
        || !verified_read(ledger, s->runs, s->run_count, &s->verified, err)
        || !gates_read(ledger, s, err) || !rereading_read(ledger, &s->rereading, err)
        || !signed_read(ledger, s->runs, s->run_count, &s->signed_off, err))
        return false;
    for (size_t i = 0; i < s->tally_count; i++)
        tally_count(s, &s->tallies[i]);
    if (s->type_count)
        qsort(s->types, s->type_count, sizeof *s->types, by_total);
    status_rows_read(ledger,
                     s); /* the last: if it fails, PostgreSQL answers nothing more in this change */
    *status_r = take(s);
    return true;
}

bool status_read(struct ledger *ledger, const struct status_settings *settings,
                 struct status **status_r, struct err *err)
{
    auto_tx tx = { 0 };

    return sql_begin_reading(ledger_sql(ledger), &tx, err)
           && status_read_within(ledger, settings, status_r, err);
}

void status_free(struct status *status)
{
    if (!status)
        return;
    ledger_tallies_free(status->tallies, status->tally_count);
    free(status->runs);
    findings_clear(&status->findings);
    free(status->types);
    for (size_t i = 0; i < status->taken_count; i++)
        free(status->taken[i].who);
    free(status->taken);
    signed_clear(&status->signed_off);
    free(status);
}

void auto_status_cleanup(struct status **status)
{
    status_free(*status);
}
