/*
 * One document under way: what its steps hand to one another. A step returns true when the next may
 * follow; otherwise `failure` says what happened. The steps, from the first to the last:
 *
 *   record    reads the record, together with those of the next documents (records)
 *   download  fetches its bytes (content_source: from where)
 *   adopt     compares them with what an earlier importer left
 *   version   chooses key and version
 *   upload    commits the intent and puts the bytes
 *   commit    commits that they are stored, and the row
 *   mark      marks the record (reaction: where the source answers marks with edits); the marks of
 *             several documents are read back together
 *   outcome   tells the ledger what became of the document (tries: when it is tried again)
 *
 * transfer.c calls them. Only the worker's thread touches a transfer.
 */
#pragma once

#include "base/base.h"
#include "engine/assignment.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "engine/ready.h"
#include "transfer/download.h"
#include "transfer/records.h"

/* What was found out about an earlier importer's work on a document. */
struct adopt_finding {
    const char *class; /* NULL: nothing was left for it */
    struct err why;    /* the words                     */
};

/* A worker's transfers: what is shared between one and the next. */
struct transfers {
    struct engine_worker *worker;
    struct ready_ahead
        asked[BATCH_MAX]; /* for which documents the last find asked, in which epochs */
    size_t asked_count;
    struct records *ahead;                   /* its answer, or NULL                   */
    int64_t ahead_us;                        /* when it came, monotonic               */
    uint64_t ahead_login;                    /* in which session, source_logins()  */
    struct err find_failure;                 /* of the last find, until it is judged */
    struct transfer *unconfirmed[BATCH_MAX]; /* marked, and the marks are not read back yet */
    size_t unconfirmed_count;
    int64_t unconfirmed_since_us; /* monotonic */
};

struct transfer {
    struct transfers *transfers;
    struct engine_worker *worker;
    struct engine *engine;
    struct assignment *assignment;         /* ours                             */
    struct ledger_claim *claim;            /* the assignment's                 */
    struct records *records;               /* of which one is ours; or NULL    */
    const struct filemaker_record *record; /* inside them                      */
    bool is_read_ahead;                    /* by a find, some time ago         */
    struct source_facts facts;             /* the record's, about the document */
    struct download download;
    struct ledger_version version; /* what is to be stored, or was */
    struct failure failure;
    bool mark_is_foreign; /* an earlier importer's; only where it is to be taken over       */
    bool is_adopted;      /* the earlier importer's object has exactly these bytes          */
    bool mark_stands;     /* ours stands there from before, and counts for this version too */
    bool is_unconfirmed;  /* FileMaker took the mark, and it is to be read back */
    int64_t step_us;      /* when the last step ended, monotonic          */
    int mark_writes;      /* how often it was written in this try              */
    struct ledger_reaction reaction; /* how the source answered our mark; mark NULL: it did not */
    char previous_imprint[STORE_IMPRINT_SIZE]; /* of an earlier importer's object, if adopted   */
    struct adopt_finding previous_finding;
};
