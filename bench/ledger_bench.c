/*
 * Measures what a ledger of any size costs: its rows are made directly, then the program's own
 * functions are timed on top of them. Prints a line of JSON: microseconds for one row or for the
 * whole step, and the peak memory so far.
 */
#include "base/cli.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/time.h"
#include "ledger/census.h"
#include "ledger/documents.h"
#include "ledger/read.h"

#include <sys/resource.h>
#include <unistd.h>

enum { PAGE = 200, GROUP = 64, SEEN = 20000, MOVED = 6400 };

struct bench_options {
    const char *url;
    int rows;
    bool make;
};

static const struct bench_options defaults = { .rows = 10000 };
static const struct opt options_table[] = {
    OPT_NEED(struct bench_options, url, "ledger", 'l', "URL", "the ledger, as in [ledger] url"),
    OPT_INT(struct bench_options, rows, "rows", 'n', "N", 1000, 100000000, "documents that it has"),
    OPT_FLAG(struct bench_options, make, "make", 0, "make them, and do nothing else"),
    OPT_END,
};

/* Half are done, half wait; in the order of their ids, which is the quickest to make. */
static const char make_sqlite[] =
    "insert into fmferry_document (source, identity, record_id, patient_id, type,"
    " storage, mod_id, state, changed_us)"
    " with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)"
    " select 1, printf('%%08x-0000-4000-8000-000000000000', i), i,"
    " printf('%%08x-1111-4000-8000-000000000000', i / 4), 'Referral', 'embedded', 1,"
    " case when i %% 2 then 'done' else 'waiting' end, 1 from n;"
    "insert into fmferry_tally values"
    " (1, 0, 'done', '', 'Referral', '', %d, 0), (1, 0, 'waiting', '', 'Referral', '', %d, 0)";

static const char make_postgres[] =
    "insert into fmferry_document (source, identity, record_id, filemaker_id, patient_id, type,"
    " storage, mod_id, state, changed_us)"
    " select 1, lpad(to_hex(i), 8, '0') || '-0000-4000-8000-000000000000', i,"
    " upper(lpad(to_hex(i), 8, '0')) || '-0000-4000-8000-000000000000',"
    " lpad(to_hex(i / 4), 8, '0') || '-1111-4000-8000-000000000000', 'Referral', 'embedded', 1,"
    " case when i %% 2 = 1 then 'done' else 'waiting' end, 1 from generate_series(1, %d) i;"
    "insert into fmferry_tally values"
    " (1, 0, 'done', '', 'Referral', '', %d, 0), (1, 0, 'waiting', '', 'Referral', '', %d, 0)";

static bool ledger_fill(struct ledger *ledger, int rows, struct err *err)
{
    bool is_sqlite = sql_kind_of(ledger_sql(ledger)) == SQL_SQLITE;
    auto_str script = STR_MAX(KIB(8));

    str_printf(&script, "begin;");
    if (is_sqlite)
        str_printf(&script, make_sqlite, rows, rows - rows / 2, rows / 2);
    else
        str_printf(&script, make_postgres, rows, rows - rows / 2, rows / 2);
    str_add_text(&script, ";commit");
    return sql_script(ledger_sql(ledger), str_text(&script), err);
}

/* --- what is timed -------------------------------------------------------------------------- */

/* When something began, by the wall and by this process's own work. */
struct moment {
    int64_t wall_us, cpu_us;
    long peak_kib;
};

static int64_t us_of(struct timeval time)
{
    return (int64_t)time.tv_sec * TIME_SECOND + time.tv_usec;
}

static struct moment moment_now(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (struct moment){ time_mono_us(), us_of(usage.ru_utime) + us_of(usage.ru_stime),
                            usage.ru_maxrss };
}

static void time_print(const char *what, struct moment begun, int count)
{
    struct moment now = moment_now();

    (void)printf("%s\"%s\": {\"wall_us\": %.2f, \"cpu_us\": %.2f, \"peak_kib\": %ld}",
                 strcmp(what, "resume") == 0 ? "{" : ", ", what,
                 (double)(now.wall_us - begun.wall_us) / count,
                 (double)(now.cpu_us - begun.cpu_us) / count, now.peak_kib);
}

static void claims_clear(struct ledger_claim *claims, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ledger_claim_clear(&claims[i]);
}

/* Measures the time from opening the ledger to the first claimed documents. */
static bool resume_measure(const struct bench_options *o, struct cancel *cancel,
                           struct ledger **ledger_r, struct err *err)
{
    struct ledger_process process = { "bench", "bench", getpid(), "bench", "run" };
    struct ledger_claim claims[GROUP];
    struct ledger_open_run *runs = NULL;
    struct ledger_tally *tallies = NULL;
    auto_change change = { 0 };
    size_t run_count, tally_count, count;
    struct moment begun = moment_now();
    int64_t run;

    if (!ledger_open(o->url, "bench", cancel, ledger_r, err)
        || !ledger_tallies(*ledger_r, &tallies, &tally_count, err)
        || !ledger_open_runs(*ledger_r, TIME_SECOND, &runs, &run_count, err)
        || !ledger_begin(*ledger_r, &change, err)
        || !ledger_run_begin(*ledger_r, &process, &run, err)
        || !ledger_make_waiting_due(*ledger_r, err)
        || !ledger_claim(*ledger_r, time_now_us(), false, GROUP, claims, &count, err))
        return false;
    claims_clear(claims, count);
    ledger_tallies_free(tallies, tally_count);
    free(runs);
    if (!ledger_run_release(*ledger_r, &run, err) || !ledger_commit(&change, err))
        return false;
    time_print("resume", begun, 1);
    return true;
}

/* As the census does: a page in a change. `spread`: new ids lie anywhere among the old ones. */
static bool census_page(struct ledger *ledger, int first, bool is_new, int rows, struct err *err)
{
    auto_change change = { 0 };

    if (!ledger_begin(ledger, &change, err))
        return false;
    for (int i = first; i < first + PAGE; i++) {
        uint32_t place = (uint32_t)i * 2654435761u % (uint32_t)rows + 1;
        uint64_t record_id = is_new ? (uint64_t)rows + (uint64_t)i + 1 : place;
        char identity[40];
        struct ledger_census_entry sighting = { .container = { "", 0 },
                                                .repetition = 1,
                                                .record_id = record_id,
                                                .mod_id = 1,
                                                .type = span_of("Referral"),
                                                .storage = "embedded" };
        enum ledger_upsert_result seen;
        uint64_t elsewhere;

        (void)snprintf(identity, sizeof identity, "%08x-0000-4000-8000-%012x", place,
                       is_new ? i + 1 : 0);
        sighting.identity = sighting.filemaker_id = span_of(identity);
        sighting.patient_id = span_of("00000001-1111-4000-8000-000000000000");
        if (!ledger_census_upsert(ledger, &sighting, &seen, &elsewhere, err))
            return false;
    }
    return ledger_commit(&change, err);
}

static bool census_measure(struct ledger *ledger, bool is_new, int rows, struct err *err)
{
    struct moment begun = moment_now();

    for (int i = 0; i < SEEN; i += PAGE)
        if (!census_page(ledger, i, is_new, rows, err))
            return false;
    time_print(is_new ? "census_new" : "census_known", begun, SEEN);
    return true;
}

typedef bool step_of(struct ledger *ledger, struct ledger_claim *claim,
                     struct ledger_version *version, struct err *err);

static bool step_intend(struct ledger *ledger, struct ledger_claim *claim,
                        struct ledger_version *version, struct err *err)
{
    *version = (struct ledger_version){ .key = mem_printf("bench/%s.pdf", claim->identity),
                                        .has_sha256 = true,
                                        .size_bytes = 51200,
                                        .mime = mem_text("application/pdf"),
                                        .mod_id = claim->mod_id };
    return ledger_intend(ledger, claim, version, err);
}

static bool step_store(struct ledger *ledger, struct ledger_claim *claim,
                       struct ledger_version *version, struct err *err)
{
    return ledger_store(ledger, claim, version, LEDGER_UNLINKED, NULL, err);
}

static bool step_finish(struct ledger *ledger, struct ledger_claim *claim,
                        struct ledger_version *version, struct err *err)
{
    claim->state = LEDGER_STORED;
    claim->link = LEDGER_UNLINKED;
    claim->version = version->number;
    claim->size = (int64_t)version->size_bytes;
    return ledger_finish(ledger, claim, claim->mod_id + 1, err);
}

/* Moves a group of documents: four changes, each for all of them. */
static bool group_move(struct ledger *ledger, struct err *err)
{
    static step_of *const steps[] = { step_intend, step_store, step_finish };
    struct ledger_claim claims[GROUP];
    struct ledger_version versions[GROUP] = { 0 };
    size_t count = 0;

    for (size_t k = 0; k <= lengthof(steps); k++) {
        auto_change change = { 0 };

        if (!ledger_begin(ledger, &change, err)
            || (k == 0 && !ledger_claim(ledger, time_now_us(), false, GROUP, claims, &count, err)))
            return false;
        for (size_t i = 0; k > 0 && i < count; i++)
            if (!steps[k - 1](ledger, &claims[i], &versions[i], err))
                return false;
        if (!ledger_commit(&change, err))
            return false;
    }
    claims_clear(claims, count);
    for (size_t i = 0; i < count; i++)
        ledger_version_clear(&versions[i]);
    return count > 0
           || err_set(err, ERR_DATA, 0, "the ledger has no document that waits for its move");
}

static bool moves_measure(struct ledger *ledger, int rows, struct err *err)
{
    struct moment begun = moment_now();
    int count = rows / 4 < MOVED ? rows / 4 / GROUP * GROUP : MOVED;

    for (int i = 0; i < count; i += GROUP)
        if (!group_move(ledger, err))
            return false;
    time_print("move", begun, count);
    return true;
}

static bool ledger_measure(const struct bench_options *o, struct cancel *cancel,
                           struct ledger **ledger_r, struct err *err)
{
    if (!resume_measure(o, cancel, ledger_r, err) || !census_measure(*ledger_r, false, o->rows, err)
        || !census_measure(*ledger_r, true, o->rows, err)
        || !moves_measure(*ledger_r, o->rows, err))
        return false;
    (void)printf("}\n");
    return true;
}

static int bench_run(const struct cli_globals *globals, const void *options, struct err *err)
{
    const struct bench_options *o = options;
    struct cancel *cancel = cancel_new();
    struct ledger *ledger = NULL;
    bool good;

    (void)globals;
    if (o->make)
        good = ledger_open(o->url, "bench", cancel, &ledger, err)
               && ledger_fill(ledger, o->rows, err);
    else
        good = ledger_measure(o, cancel, &ledger, err);
    ledger_close(ledger);
    cancel_free(cancel);
    return good ? EXIT_DONE : -1;
}

static const struct cmd command = {
    "", "Times a ledger of any size.", NULL, options_table, &defaults, sizeof defaults, bench_run,
};

int main(int argc, char **argv)
{
    static const struct cmd *const commands[] = { &command, NULL };
    static const struct program program = { .name = "ledger_bench",
                                            .version = "0.1.0",
                                            .summary = "Times a ledger of any size.",
                                            .cmds = commands };

    return cli_main(&program, argc, argv);
}
