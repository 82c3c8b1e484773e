/* Every figure of the report, gathered once, from one state of the ledger. */
#pragma once

#include "registry/look.h"
#include "report/certified.h"
#include "report/sums.h"
#include "report/tempo.h"
#include "report/waivers.h"

enum { PLACES = 80, YEARS_MAX = 400 };

/* Documents whose records stand near each other in the source. */
struct record_range {
    int64_t documents;
    int64_t failed[FAILURES];
};

struct year_rows {
    int year; /* 0: the date is malformed */
    int64_t rows;
};

struct source_note {
    char *name, *value;
};

struct figures {
    struct status *status;
    struct ledger_tally *counts; /* the tallies, counted anew from the documents */
    size_t count_count;
    struct ledger_size sizes[LEDGER_SIZES];
    int64_t first_record, last_record, records_per_place;
    struct record_range places[PLACES];
    struct tempo *tempo;
    struct certified certified;
    bool rows_are_known; /* false: the application's database cannot be read; `rows_why` says why */
    char rows_why[256];
    struct registry_rows rows;
    struct year_rows years[YEARS_MAX];
    size_t year_count;
    struct waiver_group *waiver_groups;
    size_t waiver_group_count;
    int64_t waived; /* documents with a name and a reason */
    struct source_note *notes;
    size_t note_count;
    char *database;
};

/*
 * Reads the figures, within a reading transaction of the caller's.
 *   figures_r   caller holds it as auto_figures
 * Fails with ERR_DATABASE.
 */
must_check bool figures_read(struct ledger *ledger, const struct status_settings *settings,
                             struct figures **figures_r, struct err *err);

/* Whether the application has fewer or more rows than there are stored documents. */
bool figures_rows_differ(const struct figures *figures);
void auto_figures_cleanup(struct figures **figures);
#define auto_figures __attribute__((cleanup(auto_figures_cleanup))) struct figures
