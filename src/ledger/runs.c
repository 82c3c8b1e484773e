/* A run is released in one change with its end, so that none of its documents stays claimed. */
#include "ledger/runs.h"

#include "base/mem.h"
#include "base/time.h"
#include "ledger/gates.h"
#include "ledger/inside.h"

bool ledger_run_begin(struct ledger *ledger, const struct ledger_process *process, int64_t *run_r,
                      struct err *err)
{
    auto_str evidence = STR_MAX(KIB(4));
    int64_t run;

    if (!sql_number(ledger->sql, &LEDGER_RUN_ADD,
                    sql_args(sql_i64(ledger->source), sql_text(process->machine),
                             sql_text(process->host), sql_i64(process->pid),
                             sql_text(process->version), sql_i64(time_now_us()),
                             sql_text(process->kind)),
                    0, &run, err))
        return false;
    ledger->run = run;
    ledger->chain = ledger->chain_before = (struct ledger_chain){ 0 };
    str_printf(&evidence, "%s %jd of fmferry %s on %s", process->kind, (intmax_t)run,
               process->version, process->host);
    if (!ledger_audit(ledger, 0, 0, "", "running", str_text(&evidence), err))
        return false;
    *run_r = run;
    return true;
}

bool ledger_run_note(struct ledger *ledger, const struct ledger_progress *progress,
                     const char *status, bool ended, struct err *err)
{
    if (ended && !ledger_audit(ledger, 0, 0, "running", status, "", err))
        return false;
    return sql_run(ledger->sql, &LEDGER_RUN_NOTE,
                   sql_args(sql_i64(ledger->run), sql_text(status),
                            ended ? sql_i64(time_now_us()) : sql_null(), sql_i64(progress->found),
                            sql_i64(progress->processed), sql_i64(progress->successful),
                            sql_i64(progress->failed), sql_i64(progress->waiting)),
                   err);
}

static bool held_by(struct ledger *ledger, int64_t run, struct ledger_row **held_r, size_t *count_r,
                    struct err *err)
{
    auto_rows *rows = NULL;
    struct ledger_row *held = NULL;
    size_t count = 0, room = 0;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_RUN_CLAIMS, sql_args(sql_i64(run)), &rows, err))
        return false;
    do {
        if (count == room) {
            room = room ? room * 2 : 64;
            held = mem_grow(held, room * sizeof *held);
        }
        step = ledger_row_next(rows, &held[count], err);
        count += step == STEP_ROW;
    } while (step == STEP_ROW);
    *held_r = held;
    *count_r = count;
    return step == STEP_END;
}

static bool held_free(struct ledger *ledger, const struct ledger_row *held, const char *evidence,
                      struct err *err)
{
    enum ledger_state after = held->state == LEDGER_CLAIMED ? LEDGER_WAITING : held->state;
    struct transition step = ledger_step(held, after, evidence);

    return sql_run(ledger->sql, &LEDGER_DOCUMENT_FREE,
                   sql_args(sql_i64(held->document), sql_text(ledger_state_name(after)),
                            sql_i64(time_now_us())),
                   err)
           && ledger_transition(ledger, &step, err);
}

static bool all_held_free(struct ledger *ledger, int64_t run, const char *evidence,
                          int64_t *freed_r, struct err *err)
{
    struct ledger_row *held = NULL;
    size_t count = 0, freed = 0;
    bool good = held_by(ledger, run, &held, &count, err);

    while (good && freed < count)
        good = held_free(ledger, &held[freed++], evidence, err);
    for (size_t i = 0; i < count; i++)
        ledger_row_clear(&held[i]);
    free(held);
    *freed_r = (int64_t)freed;
    return good;
}

bool ledger_run_release(struct ledger *ledger, int64_t *freed_r, struct err *err)
{
    return all_held_free(ledger, ledger->run, "the run ends", freed_r, err);
}

bool ledger_run_release_dead(struct ledger *ledger, int64_t run, int64_t *freed_r, struct err *err)
{
    char evidence[64];

    (void)snprintf(evidence, sizeof evidence, "run %jd died", (intmax_t)run);
    *freed_r = 0;
    if (!sql_run(ledger->sql, &LEDGER_RUN_BURY, sql_args(sql_i64(run), sql_i64(time_now_us())),
                 err))
        return false;
    return sql_changed(ledger->sql) == 0 /* another run released it, or it ended by itself */
           || (ledger_gate_forget(ledger, run, err)
               && all_held_free(ledger, run, evidence, freed_r, err));
}

static struct ledger_open_run open_run_read(const struct sql_rows *rows)
{
    struct ledger_open_run run = { .run = sql_get_i64(rows, 0),
                                   .is_late = sql_get_i64(rows, 3) != 0,
                                   .pid = sql_get_i64(rows, 4) };

    (void)snprintf(run.machine, sizeof run.machine, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 1)));
    (void)snprintf(run.host, sizeof run.host, SPAN_FORMAT, SPAN_ARGS(sql_get_text(rows, 2)));
    return run;
}

bool ledger_open_runs(struct ledger *ledger, int64_t lease_us, struct ledger_open_run **runs_r,
                      size_t *count_r, struct err *err)
{
    auto_rows *rows = NULL;
    auto_free struct ledger_open_run *runs = NULL;
    size_t count = 0;
    enum step step;

    if (!sql_query(ledger->sql, &LEDGER_RUNS_OPEN,
                   sql_args(sql_i64(ledger->source), sql_i64(ledger->run), sql_i64(lease_us)),
                   &rows, err))
        return false;
    while ((step = sql_next(rows, err)) == STEP_ROW) {
        runs = mem_grow(runs, (count + 1) * sizeof *runs);
        runs[count++] = open_run_read(rows);
    }
    if (step == STEP_ERROR)
        return false;
    *runs_r = take(runs);
    *count_r = count;
    return true;
}

bool ledger_make_waiting_due(struct ledger *ledger, struct err *err)
{
    return sql_run(ledger->sql, &LEDGER_DOCUMENTS_WAKE, sql_args(sql_i64(ledger->source)), err);
}
