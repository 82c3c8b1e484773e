/* Patients from FileMaker into the application's table, where the application has none itself. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/text.h"
#include "document/dates.h"
#include "filemaker/filemaker.h"
#include "registry/registry.h"

struct patients_settings {
    struct filemaker_settings filemaker;
    const char *layout, *key, *first_name, *last_name, *dob, *mrn; /* of fields or CSV columns */
    enum dates_form csv_dates;  /* how dates stand in a CSV; DATE_ASK: nobody has told */
    enum dates_form text_dates; /* and in text fields of the layout                    */
    enum text_coding encoding;  /* of a CSV                                            */
    struct registry_settings registry;
};

/* What is asked for. */
struct patients_request {
    const char *csv;   /* a file with a line of column names; NULL: read the FileMaker layout */
    bool dates_as_set; /* hold to the form of dates that was told, whatever the source shows  */
};

/* How many patients something is to be said of, and where the first of them were told. */
struct patients_tally {
    int64_t count;
    char places[128]; /* "line 3, line 17, ..." */
};

/* Dates of birth that no row got; their texts are kept in the rows' metadata. */
struct patients_dates {
    struct patients_tally either;      /* day first or month first                               */
    struct patients_tally short_years; /* a year of fewer than four digits                       */
    struct patients_tally unreadable;  /* no date                                                */
    struct patients_tally other_form;  /* not in the form that was told                          */

    /* What the source shows, whatever was told. */
    struct patients_tally day_first, month_first; /* dates that can be nothing else */
    bool is_contradictory; /* it shows dates that cannot be meant as was told, or both kinds */
    bool form_is_set;      /* somebody has told how dates stand                              */
};

struct patients_result {
    int64_t read;                  /* patients that the source has                     */
    int64_t written;               /* rows made or renewed                             */
    int64_t made;                  /* those made                                       */
    int64_t kept;                  /* rows that the application made itself: untouched */
    int64_t in_doubt;              /* nobody can be sure who they are: untouched       */
    struct patients_tally refused; /* without a usable id, or with what is no name */
    struct patients_dates dates;
    int64_t number; /* of the import: patients_undo() */
};

/*
 * Whether the layout of the patients shows what is named; nothing is read of it.
 * Fails with ERR_USAGE (what is not so, and how to mend it), ERR_REMOTE, ERR_NET, ERR_CANCELED.
 */
must_check bool patients_check_layout(const struct patients_settings *settings,
                                      const struct cancel *cancel, struct err *err);

/*
 * Reads every patient, three times: first to learn what the source's dates can mean and that all of
 * it can be read; then to know them all, so that twins, namesakes and ids that were used again are
 * known for what they are; then to write those that the application does not have. A CSV is written
 * whole or not at all.
 * Fails with ERR_USAGE, ERR_DATA, ERR_REMOTE, ERR_NET, ERR_DATABASE, ERR_OS, ERR_CANCELED. What was
 * written of a layout before stays: the next import goes on from there.
 */
must_check bool patients_import(const struct patients_settings *settings,
                                const struct patients_request *order, const struct cancel *cancel,
                                struct patients_result *result_r, struct err *err);

/* A patient as an import would write it. Texts are borrowed. */
struct patients_row {
    struct span filemaker_id, first_name, last_name, mrn;
    const char *dob; /* "1980-02-29"; "": none */
};

/* As patients_import(), but writes nothing and opens no database: tells the rows instead. */
must_check bool patients_dry_run(const struct patients_settings *settings,
                                 const struct patients_request *order,
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
 * Compares the two rosters afresh, and tells every patient, and every document, of whom or which
 * nobody can be sure.
 */
must_check bool patients_review(const struct patients_settings *settings,
                                bool (*on_doubt)(void *arg, const struct registry_doubt *doubt,
                                                 struct err *err),
                                void *arg, const struct cancel *cancel, struct err *err);

/*
 * Settles the doubt about one patient, whom FileMaker and the application agree upon by id alone.
 * Fails with ERR_USAGE if there is no such doubt, or nobody to choose.
 */
must_check bool patients_accept(const struct patients_settings *settings, const char *filemaker_id,
                                const char *who, const char *reason, const struct cancel *cancel,
                                struct err *err);
