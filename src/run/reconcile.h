/*
 * Compares the four books (the marks in FileMaker, the ledger, the objects, the application's rows)
 * record by record, and names every combination that should not be. A document that must be moved
 * again is put back to waiting; one whose mark was left unsure is settled by a look at it. Only the
 * ledger is written.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "engine/engine.h"

/* A difference between the books. All borrowed. */
struct difference {
    uint64_t record_id;   /* 0: it belongs to no record                    */
    const char *identity; /* of the document, or ""                        */
    const char *name;     /* "object-missing"; docs/protocol.md lists them */
    const char *words;    /* the difference in words                       */
    const char *remedy;   /* what is done about it, or NULL                */
};

struct reconcile_listener {
    void (*on_difference)(void *arg, const struct difference *difference);
    void *arg;
};

struct reconcile_result {
    int64_t records, documents; /* that were compared                              */
    int64_t held;               /* left alone: a run has them                      */
    int64_t differences;
    int64_t put_back; /* now waiting: the next run moves them again      */
    int64_t settled;  /* now done: their mark was there                  */
    bool is_complete; /* the source was read to its end                  */
};

/*
 * Compares everything.
 *   listener   gets each difference: first of records, in the source's order; then of objects that
 *              belong to nothing, then of rows
 * Fails with ERR_USAGE (no ledger yet), ERR_DATABASE, ERR_REMOTE, ERR_NET, ERR_OS, ERR_CANCELED.
 */
must_check bool reconcile_all(const struct engine_settings *settings, struct cancel *cancel,
                              const struct reconcile_listener *listener,
                              struct reconcile_result *result_r, struct err *err);
