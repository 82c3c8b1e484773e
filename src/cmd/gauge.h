/* The lines in which every command shows how far it is: a bar with counts, figures, sentences. */
#pragma once

#include "base/base.h"
#include "base/time.h"
#include "report/terminal.h"

/* How fast something goes: the rate of the last ten seconds. */
struct gauge_pace {
    int64_t from_us, from_count;
    double per_second;
};

/* Notes how much is done at a time, on the clock of the one who asks. */
void gauge_pace_note(struct gauge_pace *pace, int64_t at_us, int64_t count);

/* The time left for so many more: "2 min 10 s"; "…" if nobody can say. */
const char *gauge_left(const struct gauge_pace *pace, int64_t more, char text[TIME_TEXT_SIZE]);

/* What a bar shows. */
struct gauge {
    int64_t good, bad, total;
    bool grows;       /* more may be found: the bar is not full, and there is no share */
    const char *unit; /* of what; NULL: it goes without saying                          */
};

/*
 * Adds "███░░ 12,300 of 40,000 records (30.8%)". The bar takes what the counts leave it; where that is too
 * little, there is none.
 */
void gauge_bar(const struct terminal *t, const struct gauge *gauge);

/* The counts alone, for the log: "12,300 of 40,000 (30.8%)". */
void gauge_counts(struct str *to, const struct gauge *gauge);

enum { GAUGE_FIGURES_MAX = 8, GAUGE_FIGURE_SIZE = 96 };

/* A row of figures, the most wanted first: as many as fit are shown. */
struct gauge_figures {
    char texts[GAUGE_FIGURES_MAX][GAUGE_FIGURE_SIZE];
    size_t count;
};

void gauge_figure(struct gauge_figures *figures, const char *format, ...) printf_like(2, 3);
void gauge_figures_add(const struct terminal *t, const struct gauge_figures *figures);

/* Says who is away for how long, and how long the work waits for it altogether. */
void gauge_outage(const struct terminal *t, const char *who, int64_t silent_us, int64_t most_us);

/* Adds a sentence after a red sign, cut where the terminal ends. */
void gauge_sentence(const struct terminal *t, const char *sign, const char *words);
