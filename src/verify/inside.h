/* The verifier's state and its steps. Private to verify/. */
#pragma once

#include "sql/sql.h"
#include "verify/facts.h"
#include "verify/filled.h"
#include "verify/findings.h"
#include "verify/groups.h"
#include "verify/judging.h"
#include "verify/looked.h"
#include "verify/signoffs.h"
#include "verify/sorter.h"
#include "verify/source.h"
#include "verify/verify.h"
#include "verify/verify_sql.h"

enum { ENTRY_MAX = SORTER_ENTRY_MAX, WORDS_SIZE = 400, ROW_TEXT_SIZE = UUID_TEXT_SIZE };

/* How far the audit chain of a run had come when the earlier certificate was made. */
struct earlier_chain {
    int64_t run, entries;
    struct sha256 hash;
    bool is_met; /* the ledger has this run */
};

struct earlier {
    struct earlier_chain *chains;
    size_t chain_count;
};

struct verifier {
    const struct verify_settings *settings;
    const struct cancel *cancel;
    struct verify_result *result;
    void (*tell)(void *arg, const struct verify_difference *difference);
    void *arg;

    struct sql *ledger, *registry;
    int64_t source_number;  /* in the ledger */
    char *uploads;          /* the name of the source of uploads: documents without FileMaker */
    int64_t uploads_number; /* 0: there are none */
    struct source *source;  /* NULL without the source */
    struct store *store;
    uint64_t last_record_id; /* the highest that the ledger knows: a higher one may be new */

    struct sorter *documents;        /* by row id: ledger, rows and source                   */
    struct sorter *by_record_id;     /* the same, of records that go by their record id      */
    struct sorter *patients;         /* by the patient's id in FileMaker: patients, source   */
    struct sorter *keys;             /* by key: versions, objects, rows that are not ours    */
    struct sorter *stories;          /* by document: the ledger and its audit entries        */
    struct sorter *leaves;           /* by record: the certificate's; NULL: none is wanted   */
    struct sorter *hashes;           /* by hash: objects with wrong bytes, and their owners  */
    struct sorter *earlier_findings; /* by place: what earlier verifications found or closed */
    struct sorter *findings;         /* by place: what this one finds or closes              */
    struct sorter *looked;           /* by document: what this one says of it                */
    struct err looked_err;           /* the first that kept a word from `looked`             */
    int64_t ledger_step;             /* of the ledger's schema: no run may have upgraded it  */
    struct told_signoffs signoffs;   /* by the audit chains                                  */
    struct filled_rules *filled; /* which fields were filled with the mark, the present ones last */
    size_t filled_count;
    struct earlier earlier; /* the earlier certificate's chains                     */
    struct str chain_heads; /* the certificate's lines about audit chains           */
};

/* --- gathering: gather.c, rows.c, chains.c ------------------------------------------------------------ */

must_check bool gather_ledger(struct verifier *v, struct err *err);
must_check bool gather_chains(struct verifier *v, struct err *err); /* of the ledger; proves them */
struct uuid verify_row_id(const struct verifier *v, bool is_upload, struct span identity,
                          struct span container, uint64_t repetition);
const struct sql_text *verify_versions(const struct verifier *v); /* for the ledger's schema */
must_check bool gather_registry(struct verifier *v, struct err *err);
must_check bool gather_source(struct verifier *v, struct err *err);
must_check bool gather_store(struct verifier *v, struct err *err);

/* --- document_filled.c ---------------------------------------------------------------------- */

must_check bool filled_gather(struct verifier *v, struct err *err); /* the rules, of the ledger */
void filled_clear(struct verifier *v);
const struct filled_rules *filled_now(const struct verifier *v); /* those of the last run */

/* --- earlier.c ------------------------------------------------------------------------------ */

/*
 * Reads the earlier certificate; does nothing if there is none to compare with. Its lines go to the
 * documents. This is the verifier's own reader; the auditor's program (audit/) shares nothing with
 * it.
 * Fails with ERR_DATA if it is no certificate, is another source's, or was altered after it was
 * signed; with ERR_USAGE if it was signed by another key than ours; with ERR_OS.
 */
must_check bool earlier_gather(struct verifier *v, struct err *err);
void earlier_clear(struct earlier *earlier);

/* The run's chain as the certificate has it; NULL: it had none then. Notes that it was met. */
const struct earlier_chain *earlier_chain_meet(struct earlier *earlier, int64_t run);

/* Reports each run that the ledger does not have any more. */
void earlier_chains_judge(struct verifier *v);

/* --- judging -------------------------------------------------------------------------------- */

must_check bool judge_documents(struct verifier *v, struct err *err); /* documents.c */
must_check bool judge_objects(struct verifier *v, struct err *err);   /* objects.c   */
must_check bool judge_stories(struct verifier *v, struct err *err);   /* stories.c   */

/* --- certificate.c -------------------------------------------------------------------------- */

/*
 * Adds the certificate's line of a document of the source.
 *   ledger        NULL: the document is new
 *   row           NULL: it has none
 *   how           how its object's bytes were compared
 *   source_read   whether the source's bytes were read again, and agreed
 */
must_check bool certificate_add_leaf(struct verifier *v, const struct source_fact *source,
                                     const struct ledger_fact *ledger, const struct row_fact *row,
                                     enum store_how how, bool source_read, struct err *err);
must_check bool certificate_write(struct verifier *v, struct err *err);
