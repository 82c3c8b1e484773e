/*
 * One document under way: what its steps hand to one another. A step returns true when the next
 * may follow; otherwise `trouble` says what happened. Private to move/.
 */
#pragma once

#include "base/base.h"
#include "document/row.h"
#include "engine/classify.h"
#include "transfer/adopt.h"
#include "transfer/download.h"
#include "transfer/transfer.h"

struct transfer {
    struct engine_worker *worker;
    struct engine *engine;
    struct assignment *assignment;
    struct ledger_claim *claim;
    struct filemaker_page page;            /* the record, freshly read         */
    const struct filemaker_record *record; /* inside it                        */
    struct source_facts facts;
    struct download download;
    struct ledger_version version; /* what is to be stored, or was     */
    struct failure failure;
    bool mark_is_foreign; /* an earlier importer's; only where it is to be taken over */
    bool is_adopted;      /* the earlier importer's object has exactly these bytes    */
    bool mark_stands;     /* ours stands there from before, and counts for this version too   */
    struct ledger_reaction reaction; /* how the source answered our mark; mark NULL: it did not */
    char previous_imprint
        [STORE_IMPRINT_SIZE]; /* of what an earlier importer left, if it is the same */
    struct adopt_finding
        previous_finding; /* what was found out about what it left                    */
};

/* A key for the cargo; `hash`: the version's, for any but the first. In put.c. */
must_check bool version_key_make(struct transfer *t, const struct sha256 *hash, char **key_r);

/*
 * Whether a container that does not give its file now has no further try in this run. In settle.c.
 */
bool outcome_is_last_try(const struct transfer *t);

/* Reads the record; notes that the source is alive. */
must_check bool transfer_read_record(struct transfer *t);

/* Reads the record again: did it stay as it was while its bytes came? */
must_check bool transfer_check_unchanged(struct transfer *t);

/* Puts the cargo where it belongs, with its intent committed before. In put.c. */
must_check bool upload_file(struct transfer *t);

/* Whether the mark that stands there is right: an earlier importer's, or ours. In put.c. */
bool mark_is_kept(const struct transfer *t);

/*
 * Once it is known which bytes the record has, and which version stands for them: may the mark that
 * stands there stay, or may it be written once more? In reaction.c.
 *   before   the version with these bytes, or NULL
 */
must_check bool reaction_weigh(struct transfer *t, const struct ledger_version *before);

/* Says that the source answered our mark: always false. In reaction.c. */
bool reaction_report_answer(struct transfer *t);

/* Tells the ledger of a mark that is about to be written; false: not yet. In reaction.c. */
must_check bool reaction_may_mark(struct transfer *t);

/* Whether the mark that stands there is what the source made of ours; says so, always false. In
 * reaction.c. */
bool reaction_altered_mark(const struct transfer *t);
bool reaction_report_altered(struct transfer *t);

/* Commits that the document is stored, and its row. In put.c. */
must_check bool transfer_commit(struct transfer *t);

/* Says that other files of the record are not stored yet; always false. In mark.c. */
bool mark_report_incomplete(struct transfer *t);

/* Writes the mark and reads it back; or finds out what an earlier try did. In mark.c. */
must_check bool mark_document(struct transfer *t);
must_check bool mark_resume(struct transfer *t);

/* Tells the desk what became of the document. False: the run must stop, `err` says why. In
 * settle.c. */
must_check bool outcome_of_success(struct transfer *t, struct err *err);
must_check bool outcome_of_failure(struct transfer *t, struct err *err);
