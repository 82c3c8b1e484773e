/*
 * Counts durations in classes that grow by a quarter, so that a median is known to within an eighth
 * of itself.
 */
#include "report/tempo.h"

#include "base/mem.h"
#include "base/time.h"

enum { CLASSES = 72, ROOM_FIRST = 256, BINS_LEAST = 12 };

/* When a document was claimed. */
struct claimed_document {
    int64_t document, at_us; /* document 0: free */
};

struct tempo_walk {
    struct tempo *tempo;
    struct tempo_run *run;            /* whose chain is read */
    int64_t (*durations)[CLASSES];    /* per bin */
    struct claimed_document *claimed; /* open addressing; room is a power of two */
    size_t room, held;
    int64_t started_us; /* of the present run */
    int64_t base_us, length_us;
};

/* --- claimed documents ---------------------------------------------------------------------- */

static size_t claimed_place(const struct tempo_walk *w, int64_t document)
{
    size_t at = (size_t)((uint64_t)document * UINT64_C(0x9E3779B97F4A7C15)) & (w->room - 1);

    while (w->claimed[at].document && w->claimed[at].document != document)
        at = (at + 1) & (w->room - 1);
    return at;
}

static void claimed_resize(struct tempo_walk *w, size_t room)
{
    struct claimed_document *old = w->claimed;
    size_t old_room = w->room;

    w->claimed = mem_zero(room * sizeof *w->claimed);
    w->room = room;
    for (size_t i = 0; i < old_room; i++)
        if (old[i].document)
            w->claimed[claimed_place(w, old[i].document)] = old[i];
    free(old);
}

static void claimed_put(struct tempo_walk *w, int64_t document, int64_t at_us)
{
    size_t at;

    if ((w->held + 1) * 2 > w->room)
        claimed_resize(w, w->room ? w->room * 2 : ROOM_FIRST);
    at = claimed_place(w, document);
    w->held += w->claimed[at].document == 0;
    w->claimed[at] = (struct claimed_document){ document, at_us };
}

/* Takes out a document and closes its gap. Returns when it was claimed; 0: it was not there. */
static int64_t claimed_take(struct tempo_walk *w, int64_t document)
{
    size_t at, next;
    int64_t at_us;

    if (w->held == 0)
        return 0;
    at = claimed_place(w, document);
    if (w->claimed[at].document == 0)
        return 0;
    at_us = w->claimed[at].at_us;
    w->claimed[at].document = 0;
    w->held--;
    for (next = (at + 1) & (w->room - 1); w->claimed[next].document;
         next = (next + 1) & (w->room - 1)) {
        struct claimed_document moved = w->claimed[next];

        w->claimed[next].document = 0;
        w->claimed[claimed_place(w, moved.document)] = moved;
    }
    return at_us;
}

/* --- durations ------------------------------------------------------------------------------ */

/* The upper end of a class. */
static int64_t class_end_us(int class)
{
    double end = 1000;

    for (int i = 0; i < class; i++)
        end *= 1.25;
    return (int64_t)end;
}

static int class_of(int64_t duration_us)
{
    double end = 1000;
    int class = 0;

    while (class < CLASSES - 1 && (double)duration_us >= end) {
        end *= 1.25;
        class ++;
    }
    return class;
}

/* The duration below which `share` per cent of them lie. */
static int64_t percentile_us(const int64_t durations[CLASSES], int64_t share)
{
    int64_t all = 0, seen = 0;

    for (int c = 0; c < CLASSES; c++)
        all += durations[c];
    if (all == 0)
        return 0;
    for (int c = 0; c < CLASSES; c++) {
        seen += durations[c];
        if (seen * 100 >= all * share)
            return class_end_us(c);
    }
    return class_end_us(CLASSES - 1);
}

static void percentiles_set(const struct tempo_walk *w)
{
    struct tempo *tempo = w->tempo;
    int64_t all[CLASSES] = { 0 };

    for (int b = 0; b < TEMPO_BINS; b++) {
        tempo->bins[b].median_us = percentile_us(w->durations[b], 50);
        tempo->bins[b].p95_us = percentile_us(w->durations[b], 95);
        for (int c = 0; c < CLASSES; c++)
            all[c] += w->durations[b][c];
    }
    tempo->median_us = percentile_us(all, 50);
    tempo->p95_us = percentile_us(all, 95);
}

/* --- the walk ------------------------------------------------------------------------------- */

static int bin_of(const struct tempo_walk *w, int64_t at_us)
{
    int64_t within = at_us - w->started_us;
    int64_t bin;

    within = within < 0 ? 0 : within > w->length_us ? w->length_us : within;
    if (w->tempo->total_us == 0)
        return 0;
    bin = (int64_t)((double)(w->base_us + within) * (double)w->tempo->bin_count
                    / (double)w->tempo->total_us);
    return bin < (int64_t)w->tempo->bin_count ? (int)bin : (int)w->tempo->bin_count - 1;
}

static void flow_count(struct tempo_walk *w, struct tempo_bin *bin, struct span word, int64_t by)
{
    enum ledger_state state;

    if (!ledger_state_read(word, &state))
        return;
    w->tempo->flows[state] += by;
    bin->done += state == LEDGER_DONE ? by : 0;
    bin->failed += state == LEDGER_FAILED ? by : 0;
}

static void entry_walk(void *arg, const struct ledger_entry *e)
{
    struct tempo_walk *w = arg;
    int b = bin_of(w, e->at_us);
    struct tempo_bin *bin = &w->tempo->bins[b];
    bool is_done = span_is(e->after, "done");
    int64_t claimed_us;

    w->tempo->entries++;
    w->run->entries++;
    if (e->document == 0)
        return;
    w->run->about_documents++;
    flow_count(w, bin, e->before, -1);
    flow_count(w, bin, e->after, 1);
    if (span_is(e->after, "claimed")) {
        claimed_put(w, e->document, e->at_us);
        return;
    }
    if (is_done || span_is(e->after, "failed")) {
        bin->settled++;
        w->tempo->settled++;
    }
    if (span_is(e->after, "stored"))
        return; /* still claimed: the mark is to come */
    claimed_us = claimed_take(w, e->document);
    if (is_done && claimed_us > 0)
        w->durations[b][class_of(e->at_us - claimed_us)]++;
}

/* A run ends with its last entry: a dead one is closed much later. */
static bool run_length_read(struct ledger *ledger, const struct ledger_run *run, int64_t now_us,
                            int64_t *length_us_r, struct err *err)
{
    int64_t end_us;

    *length_us_r = 0;
    if (strcmp(run->kind, "run") != 0)
        return true;
    if (!ledger_last_entry(ledger, run->run, &end_us, err))
        return false;
    if (run->ended_us == 0 && end_us + 60 * TIME_SECOND > now_us)
        end_us = now_us;
    *length_us_r = end_us > run->started_us ? end_us - run->started_us : 0;
    return true;
}

static size_t bins_for(int64_t total_us)
{
    int64_t seconds = total_us / TIME_SECOND;

    return seconds < BINS_LEAST ? BINS_LEAST : seconds < TEMPO_BINS ? (size_t)seconds : TEMPO_BINS;
}

static bool lengths_read(struct ledger *ledger, struct tempo_walk *w, const struct ledger_run *runs,
                         size_t count, int64_t now_us, struct err *err)
{
    struct tempo *tempo = w->tempo;

    tempo->runs = mem_zero((count + 1) * sizeof *tempo->runs);
    for (size_t i = 0; i < count; i++) {
        struct tempo_run *run = &tempo->runs[tempo->run_count++];

        run->run = runs[i].run;
        run->at_us = tempo->total_us;
        if (!run_length_read(ledger, &runs[i], now_us, &run->length_us, err))
            return false;
        tempo->total_us += run->length_us;
    }
    tempo->bin_count = bins_for(tempo->total_us);
    return true;
}

static bool chains_walk(struct ledger *ledger, struct tempo_walk *w, const struct ledger_run *runs,
                        struct err *err)
{
    for (size_t i = 0; i < w->tempo->run_count; i++) {
        struct tempo_run *run = &w->tempo->runs[i];

        w->run = run;
        w->started_us = runs[i].started_us;
        w->base_us = run->at_us;
        w->length_us = run->length_us;
        if (!ledger_each_entry(ledger, run->run, entry_walk, w, err))
            return false;
        if (w->held)
            memset(w->claimed, 0, w->room * sizeof *w->claimed);
        w->held = 0;
    }
    return true;
}

void tempo_free(struct tempo *tempo)
{
    if (!tempo)
        return;
    free(tempo->runs);
    free(tempo);
}

static void auto_tempo_cleanup(struct tempo **tempo)
{
    tempo_free(*tempo);
}
#define auto_tempo __attribute__((cleanup(auto_tempo_cleanup))) struct tempo

bool tempo_read(struct ledger *ledger, const struct ledger_run *runs, size_t run_count,
                int64_t now_us, struct tempo **tempo_r, struct err *err)
{
    auto_tempo *tempo = mem_new(struct tempo);
    struct tempo_walk w = { .tempo = tempo,
                            .durations = mem_zero(TEMPO_BINS * sizeof *w.durations) };
    bool good = lengths_read(ledger, &w, runs, run_count, now_us, err)
                && chains_walk(ledger, &w, runs, err);

    if (good) {
        percentiles_set(&w);
        *tempo_r = take(tempo);
    }
    free(w.durations);
    free(w.claimed);
    return good;
}
