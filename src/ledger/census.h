/*
 * The census's writes: documents that the source has, for the first time or again, and records
 * that it no longer has. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "base/digest.h"
#include "ledger/ledger.h"

/* A document as the census reads it. Texts are borrowed for the call. */
struct ledger_census_entry {
    struct span identity;  /* lower case; "rec:17" where the id is of no use */
    struct span container; /* "" for the record's own document               */
    int repetition;
    uint64_t record_id, mod_id;
    int64_t asked_us;         /* when the source was asked; 0: just now */
    struct span filemaker_id; /* as spelled; SPAN_NONE: none            */
    struct span patient_id;   /* lower case                             */
    struct span type;
    const char *storage; /* "embedded", "empty", "reference", ... */
};

enum ledger_upsert_result {
    LEDGER_UPSERT_NEW,      /* added: it is waiting                                   */
    LEDGER_UPSERT_SAME,     /* known, and not to be moved again                       */
    LEDGER_UPSERT_CHANGED,  /* edited since it was stored: it is waiting again        */
    LEDGER_UPSERT_ELSEWHERE /* another record has this identity: nothing was written  */
};

/*
 * In a change: adds a document, or notes that its record was edited.
 *   elsewhere_r   with LEDGER_UPSERT_ELSEWHERE: the record that has this identity
 */
must_check bool ledger_census_upsert(struct ledger *ledger, const struct ledger_census_entry *entry,
                                     enum ledger_upsert_result *result_r, uint64_t *elsewhere_r,
                                     struct err *err);

/*
 * In a change: moves a document to another record, because the FileMaker file was rebuilt. Nothing
 * that was stored is lost; the record is read again.
 */
must_check bool ledger_readdress(struct ledger *ledger, const struct ledger_census_entry *entry,
                                 struct err *err);

/* In a change: writes one page of the census to the audit chain. `hash` covers the identities. */
must_check bool ledger_audit_page(struct ledger *ledger, size_t count, size_t new_count,
                                  const struct sha256 *hash, struct err *err);

/*
 * Finds the ledger's records that the census did not see.
 *   was_seen   asked for each record
 *   absent_r   the records that were not seen; room for `room`
 *   count_r    how many they are; `room`: there may be more
 */
must_check bool ledger_absent_records(struct ledger *ledger,
                                      bool (*was_seen)(void *arg, uint64_t record_id), void *arg,
                                      uint64_t *absent_r, size_t room, size_t *count_r,
                                      struct err *err);

/* In a change: marks a record's documents as gone, but for those that a run holds. */
must_check bool ledger_mark_record_gone(struct ledger *ledger, uint64_t record_id, struct err *err);

/*
 * In a change: begins a census of the source, unless another run is taking one.
 *   number_r   0: another run is taking one
 */
must_check bool ledger_census_begin(struct ledger *ledger, int64_t *number_r, struct err *err);

/*
 * In a change: closes a census: its counts agree.
 *   independent_count   -1: there was none
 */
must_check bool ledger_census_close(struct ledger *ledger, int64_t number, int64_t records,
                                    int64_t found, int64_t independent_count, struct err *err);

/* In a change: ends a census that could not be closed. */
must_check bool ledger_census_end(struct ledger *ledger, int64_t number, struct err *err);

/*
 * Whether any run closed a census that had begun at `begun_us` or later, or was closed at
 * `closed_us` or later.
 */
must_check bool ledger_census_since(struct ledger *ledger, int64_t begun_us, int64_t closed_us,
                                    bool *was_r, struct err *err);
