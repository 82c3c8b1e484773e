/* The writes about one document, from its claim to its outcome. */
#pragma once

#include "document/failure_class.h"
#include "document/row.h"
#include "engine/assignment.h"
#include "engine/writes.h"
#include "ledger/documents.h"
#include "ledger/refused.h"
#include "ledger/siblings.h"

enum { CLAIMS_MAX = 64 };

/* Documents that are claimed together. */
struct claim_batch {
    size_t most; /* asked for: at most CLAIMS_MAX */
    bool new_first;
    struct assignment_rules rules;
    struct assignment *assignments[CLAIMS_MAX]; /* the caller's */
    size_t count;
    int64_t next_due_us; /* with none: when the next is due, INT64_MAX if none is */
    bool held_elsewhere; /* with none: peers hold documents */
};

void claim_batch_clear(struct claim_batch *batch);

/* Claims documents that are due, and reads what belongs to each. Fills `batch`. */
must_check bool write_claims(struct writer *writer, struct claim_batch *batch, struct err *err);
void write_claims_post(struct writer *writer, struct claim_batch *batch, struct writer_then then);

/* Notes what is meant to be stored; gives `version` its number if it has none. */
must_check bool write_intent(struct writer *writer, const struct ledger_claim *claim,
                             struct ledger_version *version, struct err *err);
must_check struct writer_job *write_intent_begin(struct writer *writer,
                                                 const struct ledger_claim *claim,
                                                 struct ledger_version *version);

/* Forgets an intent. Only for whoever knows that nothing was put under it. */
must_check bool write_withdrawal(struct writer *writer, const struct ledger_claim *claim,
                                 int64_t version, struct err *err);

/*
 * Remembers bytes that came for a document and were not taken for its file, and says what was known
 * of them before.
 *   failure   why they are refused
 */
must_check bool write_refused(struct writer *writer, const struct ledger_claim *claim,
                              enum failure_kind failure, const struct sha256 *sha256,
                              uint64_t size_bytes, struct ledger_refused *known_r, struct err *err);

/* A document that is stored. */
struct stored {
    const struct ledger_claim *claim;
    const struct ledger_version *version;
    const struct document_row *row;
    enum ledger_link link;
    const char *patient;                   /* the application's id, or NULL            */
    const char *doubt;                     /* "", or what speaks against this patient  */
    const struct ledger_attempt *previous; /* evidence of an earlier importer's work, or NULL */
    bool take_over;    /* an earlier importer's row becomes ours                               */
    bool has_siblings; /* the record may hold other documents                                  */
    bool had_failed;   /* in an earlier run, which is forgotten                                */
    int64_t
        row_print; /* of the row as we wrote it last; 0: it is new, or not ours alone             */
    bool *ready_r; /* whether nothing is missing but the mark: see write_record_ready()    */
    bool *row_exists_r; /* false: people have deleted the document's row, which is not made again */
};

/* Notes that a document is stored, and puts its row into the application. */
must_check bool write_stored(struct writer *writer, const struct stored *stored, struct err *err);

/*
 * Whether the record may be marked, as far as its other documents go. Those that were stored from
 * an older state of the record, or done without this one, are put back to waiting.
 */
must_check bool write_record_ready(struct writer *writer, const struct ledger_claim *claim,
                                   uint64_t mod_id, bool *ready_r, struct err *err);

/*
 * Announces a mark that is about to be written, unless there were too many within the last hour.
 *   mod_id     that the record must have for it
 *   due_us_r   0: it may be written now; else when it may be
 */
must_check bool write_announcement(struct writer *writer, uint64_t record_id, uint64_t mod_id,
                                   int64_t *due_us_r, struct err *err);

/* A document that is done: stored, recorded, and marked. */
struct done {
    const struct ledger_claim *claim;
    uint64_t mod_id;       /* the record's after our mark                                  */
    bool has_siblings;     /* the record's other documents are done with it                */
    bool was_answered;     /* forgets how the source answered earlier marks                */
    const char *kept_mark; /* counts, though it was not written this time; NULL: it was    */
    const struct ledger_attempt *kept; /* evidence of that                                   */
    struct ledger_done **siblings_r;   /* the others that are done; caller frees             */
    size_t *sibling_count_r;
};

void write_done_post(struct writer *writer, const struct done *done, struct writer_then then);

/* A document that is let go of until later. */
struct released {
    const struct ledger_claim *claim;
    const struct ledger_attempt *attempt;
    int64_t due_us;
    bool fetch_again; /* even if it is stored */
    bool had_failed;  /* in an earlier run, otherwise than now: that is forgotten */
    const struct ledger_reaction *reaction; /* how the source answered the mark; NULL: it did not */
    const struct ledger_census_entry
        *entry; /* the record as it is now; NULL: not read            */
};

void write_released_post(struct writer *writer, const struct released *released,
                         struct writer_then then);

/* A document that failed. */
struct failed {
    const struct ledger_claim *claim;
    const struct ledger_attempt *attempt;
    const struct ledger_trait *trait;
    const struct ledger_attempt *previous; /* evidence of an earlier importer's work, or NULL */
    uint64_t mod_id;                       /* the record's                                     */
    const char *ways;                      /* a hash of the settings: see last_failures.h      */
};

void write_failed_post(struct writer *writer, const struct failed *failed, struct writer_then then);

/* A document whose record is gone. */
void write_gone_post(struct writer *writer, const struct ledger_claim *claim,
                     struct writer_then then);

/* Reads the marks of an assignment's record anew. */
must_check bool ask_marks(struct writer *writer, struct assignment *assignment, struct err *err);

/* Reads every version that a document ever had, as ledger_versions_ever(). */
must_check bool ask_versions_ever(struct writer *writer, int64_t document,
                                  struct ledger_version **versions_r, size_t *count_r,
                                  struct err *err);
