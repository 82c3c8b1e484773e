/*
 * The documents that may be shown to people, as the ledger has them now: those of its source, and those
 * that were uploaded. A document is shown by its
 * present version, if that is stored, has a SHA-256, and no finding is open about the document.
 * Threads and failures as in read.h.
 */
#pragma once

#include "base/digest.h"
#include "ledger/ledger.h"

enum { LEDGER_SHOWN_MOST = 200 };

/* A document and its present version. Texts are borrowed for the call. */
struct ledger_shown {
    int64_t document, epoch, record_id, size, stored_us;
    int repetition;
    struct span identity, container, key, mime;
    struct span patient; /* the application's id; SPAN_NONE: not linked */
    struct span type;
    struct sha256 sha256;
    bool is_upload; /* of the source of uploads */
};

typedef void ledger_show(void *arg, const struct ledger_shown *shown);

/*
 * Calls `each` for the documents that may be shown, in any order.
 *   keys    of their present versions; texts of any kind
 *   count   at most LEDGER_SHOWN_MOST
 * Also fails with ERR_USAGE: the ledger is older than this program, and no run has brought it up to date.
 */
must_check bool ledger_shown_by_keys(struct ledger *ledger, const char *const *keys, size_t count,
                                     ledger_show *each, void *arg, struct err *err);

/* As ledger_shown_by_keys(), by the documents' numbers. */
must_check bool ledger_shown_by_numbers(struct ledger *ledger, const int64_t *documents,
                                        size_t count, ledger_show *each, void *arg,
                                        struct err *err);

/*
 * As ledger_shown_by_numbers(), for the first `limit` documents behind one.
 *   last_r   the number of the last document that was looked at, shown or not; `after` if there is
 *            none left
 */
must_check bool ledger_shown_after(struct ledger *ledger, int64_t after, int64_t limit,
                                   ledger_show *each, void *arg, int64_t *last_r, struct err *err);
