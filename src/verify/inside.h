/* The verifier's state and its steps. Private to verify/. */
#pragma once

#include "sql/sql.h"
#include "verify/facts.h"
#include "verify/findings.h"
#include "verify/groups.h"
#include "verify/judging.h"
#include "verify/sorter.h"
#include "verify/source.h"
#include "verify/verify.h"
#include "verify/verify_sql.h"

enum { ENTRY_MAX = SORTER_ENTRY_MAX, WORDS_SIZE = 400, ROW_TEXT_SIZE = UUID_TEXT_SIZE };

struct verifier {
    const struct verify_settings *settings;
    const struct cancel *cancel;
    struct verify_result *result;
    void (*tell)(void *arg, const struct verify_difference *difference);
    void *arg;

    struct sql *ledger, *registry;
    int64_t source_number; /* in the ledger */
    struct source *source; /* NULL without the source */
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
    int64_t ledger_step;             /* of the ledger's schema: no run may have upgraded it  */
    struct str chain_heads;          /* the certificate's lines about audit chains           */
};

/* --- gathering: gather.c, rows.c, chains.c ------------------------------------------------------------ */

must_check bool gather_ledger(struct verifier *v, struct err *err);
must_check bool gather_chains(struct verifier *v, struct err *err); /* of the ledger; proves them */
const struct sql_text *verify_versions(const struct verifier *v);   /* for the ledger's schema */
must_check bool gather_registry(struct verifier *v, struct err *err);
must_check bool gather_source(struct verifier *v, struct err *err);
must_check bool gather_store(struct verifier *v, struct err *err);

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
