/*
 * A look at some records, spread over the whole layout, and at some of their files: read and
 * fetched as a run would, and nothing written.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "document/failure_class.h"
#include "engine/engine.h"
#include "registry/registry.h"

enum { SAMPLE_WORDS_SIZE = 200, SAMPLE_VALUE_SIZE = 96, SAMPLE_IDS = 8, SAMPLE_ID_SIZE = 64 };

/* A class of failure, with the words of the first one. */
struct sample_failure {
    int64_t count;
    char words[SAMPLE_WORDS_SIZE];
};

struct sample {
    uint64_t records; /* that the source says it has; UINT64_MAX: it is silent   */
    uint64_t total;   /* and that its table has                                  */
    int64_t call_us;  /* that a small call takes                                 */
    int64_t looked;   /* records looked at                                       */
    int64_t passed;   /* of these, the filter lets through                       */

    /* The largest page that came, of those that a run asks for. */
    uint64_t page_records, page_bytes;
    int64_t page_us;                  /* with what was too much before it                         */
    bool page_is_cut;                 /* a larger one was too much                                */
    char page_gap[SAMPLE_WORDS_SIZE]; /* of records that cannot be read at all, or "" */

    /* Documents of the records that passed, by what their containers say. */
    int64_t documents, files, references, unmapped, empty, no_access, unknown;
    int64_t by_container[16]; /* not empty, by the place of the container */

    /* Marks. */
    int64_t marked, marked_ours,
        marked_malformed;     /* of these, in the ledger; that are no stamp at all */
    uint64_t unmarked_record; /* one without a mark; 0: none was seen              */

    /* Patients and dates. */
    int64_t without_patient, patients, patients_known; /* different ids; in the application       */
    char patient_ids[SAMPLE_IDS][SAMPLE_ID_SIZE];      /* the first of them; not to be shown      */
    int64_t without_type, dates;                    /* given                                    */
    int64_t dates_none, dates_either, dates_unlike; /* no date; of two meanings; not as told     */
    char odd_date_form[SAMPLE_VALUE_SIZE];          /* of one, its digits as 9s                */
    int64_t made_in_future; /* records made later than now: the time zone cannot be right */

    /* Files that were fetched. */
    int64_t tried, good, good_bytes;
    char storage[16]; /* of the first good one */
    struct sample_failure failures[FAILURES];
};

struct sample_request {
    struct engine_settings *settings; /* with `containers` read      */
    struct filemaker *filemaker;
    struct ledger *ledger;     /* to know our marks; or NULL  */
    struct registry *registry; /* to know patients; or NULL   */
    struct cancel *cancel;
};

/*
 * Reads pages over the whole layout, one as large as a run's; then fetches files until enough are
 * good.
 * Files that cannot be fetched are no failure: they are counted.
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA (pages that cannot be read), ERR_OS, ERR_CANCELED.
 */
must_check bool sample_take(const struct sample_request *of, struct sample *sample_r,
                            struct err *err);
