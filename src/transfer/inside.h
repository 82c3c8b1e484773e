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

struct journey {
    struct engine_worker *worker;
    struct mover *mover;
    struct assignment *assignment;
    struct ledger_claim *claim;
    struct filemaker_page page;            /* the record, freshly read         */
    const struct filemaker_record *record; /* inside it                        */
    struct source_facts facts;
    struct download cargo;
    struct ledger_version version; /* what is to be stored, or was     */
    struct trouble trouble;
    bool mark_is_foreign; /* an earlier importer's; only where it is to be taken over */
    bool is_adopted;      /* the earlier importer's object has exactly these bytes    */
    bool mark_stands;     /* ours stands there from before, and counts for this version too   */
    struct ledger_reaction reaction; /* how the source answered our mark; mark NULL: it did not */
    char left_imprint[STORE_IMPRINT_SIZE]; /* of what an earlier importer left, if it is the same */
    struct adopt_finding left; /* what was found out about what it left                    */
};

/* A key for the cargo; `hash`: the version's, for any but the first. In put.c. */
must_check bool journey_key(struct journey *j, const struct sha256 *hash, char **key_r);

/*
 * Whether a container that does not give its file now has no further try in this run. In settle.c.
 */
bool journey_is_last_try(const struct journey *j);

/* Reads the record; notes that the source is alive. */
must_check bool journey_read(struct journey *j);

/* Reads the record again: did it stay as it was while its bytes came? */
must_check bool journey_unchanged(struct journey *j);

/* Puts the cargo where it belongs, with its intent committed before. In put.c. */
must_check bool journey_put(struct journey *j);

/* Whether the mark that stands there is right: an earlier importer's, or ours. In put.c. */
bool journey_keeps_mark(const struct journey *j);

/*
 * Once it is known which bytes the record has, and which version stands for them: may the mark that
 * stands there stay, or may it be written once more? In reaction.c.
 *   before   the version with these bytes, or NULL
 */
must_check bool journey_weigh_reaction(struct journey *j, const struct ledger_version *before);

/* Says that the source answered our mark: always false. In reaction.c. */
bool journey_answered(struct journey *j);

/* Tells the ledger of a mark that is about to be written; false: not yet. In reaction.c. */
must_check bool journey_may_mark(struct journey *j);

/* Whether the mark that stands there is what the source made of ours; says so, always false. In
 * reaction.c. */
bool journey_left_altered(const struct journey *j);
bool journey_altered(struct journey *j);

/* Commits that the document is stored, and its row. In put.c. */
must_check bool journey_record(struct journey *j);

/* Says that other files of the record are not stored yet; always false. In mark.c. */
bool journey_incomplete(struct journey *j);

/* Writes the mark and reads it back; or finds out what an earlier try did. In mark.c. */
must_check bool journey_mark(struct journey *j);
must_check bool journey_resume_mark(struct journey *j);

/* Tells the desk what became of the document. False: the run must stop, `err` says why. In
 * settle.c. */
must_check bool journey_settle_good(struct journey *j, struct err *err);
must_check bool journey_settle_bad(struct journey *j, struct err *err);
