/*
 * Takes a sample: reads some records, spread over the whole layout, and fetches some of their files,
 * as a run would. Writes nothing.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "document/failure_class.h"
#include "engine/engine.h"
#include "registry/registry.h"

enum { SAMPLE_WORDS_SIZE = 200, SAMPLE_VALUE_SIZE = 96, SAMPLE_IDS = 8, SAMPLE_ID_SIZE = 64 };

/* The failures of one class, with the words of the first. */
struct sample_failure {
    int64_t count;
    char words[SAMPLE_WORDS_SIZE];
};

struct sample {
    uint64_t records; /* records that the source says it has; UINT64_MAX: it does not say */
    uint64_t total;   /* records that its table has                                       */
    int64_t call_us;  /* how long a small call takes                                      */
    int64_t looked;   /* records that were read                                           */
    int64_t passed;   /* those of them that the filter lets through                       */

    /* A page as large as a run's. */
    uint64_t page_records, page_bytes;
    int64_t page_us;                  /* how long it took, larger ones that failed included */
    bool page_is_cut;                 /* a larger one was too much                          */
    char page_gap[SAMPLE_WORDS_SIZE]; /* words about records that cannot be read, or ""     */

    /* Documents of the records that passed, by what their containers say. */
    int64_t documents, files, references, unmapped, empty, no_access, unknown;
    int64_t outside;          /* of all these, those that come from the backup's folder */
    int64_t by_container[16]; /* documents that are not empty, by the place of the container */

    /* Marks. */
    int64_t marked, marked_ours; /* records with a mark; those whose mark the ledger knows */
    int64_t marked_malformed;    /* those whose mark is no timestamp                       */
    uint64_t unmarked_record;    /* one without a mark; 0: none was seen                   */

    /* Patients and dates. */
    int64_t without_patient;                        /* records without a patient's id            */
    int64_t patients, patients_known;               /* different ids; those in the application   */
    char patient_ids[SAMPLE_IDS][SAMPLE_ID_SIZE];   /* the first of them; not to be shown        */
    int64_t without_type, dates;                    /* records without a type; with a date       */
    int64_t dates_none, dates_either, dates_unlike; /* no date; two meanings; not as was told    */
    char odd_date_form[SAMPLE_VALUE_SIZE];          /* the form of one of these, digits as 9s    */
    int64_t made_in_future; /* records made later than now: the time zone cannot be right        */

    /* Files that were fetched. */
    int64_t tried, good, good_bytes;
    int64_t witnessed; /* good ones that FileMaker's own MD5 proves */
    char storage[16];  /* of the first good one */
    struct sample_failure failures[FAILURES];
};

struct sample_request {
    struct engine_settings *settings; /* with `containers` read      */
    struct source_reader *reader;
    struct ledger *ledger;     /* knows our marks; or NULL  */
    struct registry *registry; /* knows patients; or NULL   */
    struct cancel *cancel;
};

/*
 * Reads pages over the whole layout, one as large as a run's; then fetches a few files, and more if
 * none of these is good. Files that cannot be fetched are no failure: they are counted.
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA (pages that cannot be read), ERR_OS, ERR_CANCELED.
 */
must_check bool sample_take(const struct sample_request *of, struct sample *sample_r,
                            struct err *err);
