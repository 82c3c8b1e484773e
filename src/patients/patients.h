/*
 * Imports FileMaker's patients into the application's table, where the application has none itself.
 *
 *   patients       the import: scan, collect, write; undo; doubts
 *   roster         the patients that FileMaker has, from a layout or a file (roster_csv)
 *   roster_tally   judges one patient: can it be a row, and what does its date of birth say
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "patients/roster.h"
#include "patients/roster_tally.h"
#include "registry/registry.h"

/* The request: what to import. */
struct patients_request {
    const char *csv;   /* a file with a line of column names; NULL: read the FileMaker layout */
    bool dates_as_set; /* read dates in the configured form, whatever the source shows        */
};

struct patients_result {
    int64_t read;                  /* patients that the source has                     */
    int64_t written;               /* rows made or renewed                             */
    int64_t made;                  /* rows made                                        */
    int64_t kept;                  /* rows that the application made itself: untouched */
    int64_t in_doubt;              /* whose identity is uncertain: untouched           */
    struct patients_tally refused; /* no usable id, or a name that cannot be one       */
    struct patients_dates dates;
    int64_t number; /* of the import, for patients_undo() */
};

/*
 * Checks that the layout of the patients shows each field that is named; reads no record.
 * Fails with ERR_USAGE (what is missing, and how to mend it), ERR_REMOTE, ERR_NET, ERR_CANCELED.
 */
must_check bool patients_check_layout(const struct patients_settings *settings,
                                      const struct cancel *cancel, struct err *err);

/*
 * Reads every patient three times: first to learn what the source's dates can mean, and whether all
 * of it can be read; then to collect them all, so that twins, namesakes and ids that were used
 * again are recognized; then to write those that the application does not have. A CSV is written
 * whole or not at all.
 * Fails with ERR_USAGE, ERR_DATA, ERR_REMOTE, ERR_NET, ERR_DATABASE, ERR_OS, ERR_CANCELED. What was
 * written of a layout before that stays: the next import goes on from there.
 */
must_check bool patients_import(const struct patients_settings *settings,
                                const struct patients_request *request, const struct cancel *cancel,
                                struct patients_result *result_r, struct err *err);

/* A patient as an import would write it. Texts are borrowed. */
struct patients_row {
    struct span filemaker_id, first_name, last_name, mrn;
    const char *dob; /* "1980-02-29"; "": none */
};

/* As patients_import(), but writes nothing and opens no database: passes the rows to `on_row`. */
must_check bool patients_dry_run(const struct patients_settings *settings,
                                 const struct patients_request *request,
                                 void (*on_row)(void *arg, const struct patients_row *row),
                                 void *arg, const struct cancel *cancel,
                                 struct patients_result *result_r, struct err *err);

/*
 * Takes an import back: its rows that nobody changed and nothing points to.
 *   import   its number; 0: the last
 *   dry      only counts
 * Fails with ERR_USAGE if there is no such import.
 */
must_check bool patients_undo(const struct patients_settings *settings, int64_t import, bool dry,
                              const struct cancel *cancel, struct registry_undo *undo_r,
                              struct err *err);

/*
 * Compares FileMaker's patients with the application's afresh, and passes every patient and every
 * document in doubt to `on_doubt`.
 */
must_check bool patients_review(const struct patients_settings *settings,
                                bool (*on_doubt)(void *arg, const struct registry_doubt *doubt,
                                                 struct err *err),
                                void *arg, const struct cancel *cancel, struct err *err);

/*
 * Settles the doubt about one patient, on whom FileMaker and the application agree by id alone.
 * Fails with ERR_USAGE if there is no such doubt, or no such patient.
 */
must_check bool patients_accept(const struct patients_settings *settings, const char *filemaker_id,
                                const char *who, const char *reason, const struct cancel *cancel,
                                struct err *err);
