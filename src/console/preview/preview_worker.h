/* One process that draws one document. */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "console/preview/preview_page.h"

#include <sys/types.h>

struct preview_worker {
    pid_t pid;
    int socket;
    int room; /* lent for pictures and text; -1: it has no document yet */
    bool has_greeted;
    int landlock, seccomp; /* as it greeted: how far it is locked */
    struct sha256 sha256;  /* of its document */
    int64_t session;
    int64_t drawn_us; /* how long it has drawn in all  */
    int64_t last_us;  /* when it drew last, as time_mono_us() */
};

enum preview_said {
    SAID_PAGE,
    SAID_GOODBYE, /* it had waited long enough, and was gone before it was asked */
    SAID_NOTHING, /* it died, hung, or answered what cannot be; `err` says which */
    SAID_CANCELED,
};

/*
 * Starts one.
 *   program    the path of fmferry-preview
 *   worker_r   caller ends it with preview_worker_end()
 * Fails with ERR_OS.
 */
must_check bool preview_worker_start(const char *program, struct preview_worker **worker_r,
                                     struct err *err);
void preview_worker_end(struct preview_worker *worker); /* NULL is allowed */

/*
 * Waits until it is locked and ready; at once, if it was already.
 * Fails with ERR_OS: it ended, or does not say hello as this program expects it.
 */
must_check bool preview_worker_greet(struct preview_worker *worker, const struct cancel *cancel,
                                     struct err *err);

/* Has a page drawn of the document, which it gets with the first job. One thread at a time. */
enum preview_said preview_worker_ask(struct preview_worker *worker, const struct preview_job *job,
                                     const struct cancel *cancel, struct preview_page *page_r,
                                     struct err *err);
