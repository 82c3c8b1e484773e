/* Patients from FileMaker into the application's table, where the application has none itself. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "filemaker/filemaker.h"
#include "registry/registry.h"

struct patients_settings {
    struct filemaker_settings filemaker;
    const char *layout, *key, *first_name, *last_name, *dob; /* names of fields or CSV columns */
    struct registry_settings registry;
};

struct patients_result {
    int64_t read;    /* patients that the source has                     */
    int64_t written; /* rows made or renewed                             */
    int64_t kept;    /* rows that the application made itself: untouched */
    int64_t refused; /* without a usable id                              */
    int64_t doubted; /* nobody can be sure who they are: untouched       */
};

/*
 * Reads every patient, twice: first to know them all, so that twins, namesakes and ids that were
 * used again are known for what they are; then to write those that the application does not have.
 *   csv   a file with a line of column names; NULL: read the FileMaker layout
 * Fails with ERR_USAGE, ERR_DATA, ERR_REMOTE, ERR_NET, ERR_DATABASE, ERR_OS, ERR_CANCELED. What was
 * written before stays: the next import goes on from there.
 */
must_check bool patients_import(const struct patients_settings *settings, const char *csv,
                                const struct cancel *cancel, struct patients_result *result_r,
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
