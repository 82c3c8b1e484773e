/* Tells what a run would do; writes nothing anywhere, the ledger included. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "engine/engine.h"

struct dry_run_result {
    int64_t records;    /* of the source                              */
    int64_t documents;  /* that a run would look at, after the filter */
    int64_t files;      /* that can be streamed                       */
    int64_t references; /* that can be read where they are mounted    */
    int64_t empty, unmapped, no_access, unknown;
    int64_t marked;     /* that already carry a mark */
    int64_t without_id; /* whose id is of no use, for one of the next three reasons */
    int64_t empty_id, malformed_id, shared_id; /* none; no UUID; an earlier record has it */
    int64_t distinct_ids;
    int64_t records_by_number; /* records without an id of their own            */
    bool is_refused;           /* these are so many that a run would not start  */
    int64_t linked, unlinked, review;
    int64_t dates_either; /* day first or month first: the configuration is silent */
    int64_t dates_unlike; /* not in the form of [source] date_format               */
    bool closed;          /* the source was read to its end                        */
    bool has_patients;    /* the registry could be asked for patients              */
};

/* Reads the whole source, and counts each record once. Fails as a run would. */
must_check bool dry_run_all(const struct engine_settings *settings, struct cancel *cancel,
                            struct dry_run_result *result_r, struct err *err);
