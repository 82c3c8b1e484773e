/* Adds up tallies and runs. */
#include "report/sums.h"

int64_t status_total(const struct status *s)
{
    int64_t total = 0;

    for (int i = 0; i < LEDGER_STATES; i++)
        total += i == LEDGER_GONE ? 0 : s->states[i];
    return total;
}

int64_t status_stored(const struct status *s)
{
    return s->states[LEDGER_STORED] + s->states[LEDGER_DONE];
}

int64_t status_class_count(const struct status *s, enum failure_kind failure)
{
    const char *class = failure_class_of(failure)->name;
    int64_t count = 0;

    for (size_t i = 0; i < s->tally_count; i++)
        if (s->tallies[i].state == LEDGER_FAILED && strcmp(s->tallies[i].class, class) == 0)
            count += s->tallies[i].documents;
    return count;
}

size_t status_causes(const struct status *s, enum failure_kind causes_r[FAILURES])
{
    size_t count = 0;

    for (int i = 0; i < FAILURES; i++) {
        size_t at = count;

        if (status_class_count(s, (enum failure_kind)i) == 0)
            continue;
        while (at > 0
               && status_class_count(s, causes_r[at - 1])
                      < status_class_count(s, (enum failure_kind)i)) {
            causes_r[at] = causes_r[at - 1];
            at--;
        }
        causes_r[at] = (enum failure_kind)i;
        count++;
    }
    return count;
}

int64_t status_unknown_patients(const struct status *s)
{
    int64_t unknown = s->unlinked;

    for (size_t i = 0; i < s->taken_count; i++)
        unknown -= s->taken[i].documents;
    return unknown;
}

double status_cost(const struct status *s)
{
    return (double)s->bytes_stored / 1e9 * s->settings.price_per_gb_month;
}

bool status_run_moved(const struct ledger_run *run)
{
    return strcmp(run->kind, "run") == 0;
}

bool status_run_moves(const struct ledger_run *run)
{
    return status_run_moved(run) && run->ended_us == 0 && !run->is_dead;
}

const struct ledger_run *status_run_open(const struct status *s)
{
    for (size_t i = s->run_count; i > 0; i--)
        if (status_run_moves(&s->runs[i - 1]))
            return &s->runs[i - 1];
    return NULL;
}

int64_t status_tries_good(const struct status *s)
{
    int64_t tries = 0;

    for (size_t i = 0; i < s->run_count; i++)
        if (status_run_moved(&s->runs[i]))
            tries += s->runs[i].progress.successful;
    /* A run notes its figures now and then, and a dead run never noted its last ones. */
    return tries > s->states[LEDGER_DONE] ? tries : s->states[LEDGER_DONE];
}
