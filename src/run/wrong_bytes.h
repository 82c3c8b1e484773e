/* Says in the ledger that a document's bytes were not its own when somebody wanted them. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"

/* Texts are borrowed. */
struct wrong_bytes {
    int64_t document;  /* its number in the ledger                                      */
    const char *kind;  /* "object-missing", "object-size" or "object-hash", as in verify */
    const char *words; /* one sentence                                                  */
};

/*
 * Notes it as a run of the kind "serve", committed on return: the document is shown to nobody from
 * now on, until a verification has read its bytes again and they agree. A run may be under way
 * meanwhile. Does nothing if there is no such document. Any thread.
 * Fails with ERR_DATABASE, ERR_OS.
 */
must_check bool wrong_bytes_tell(const char *ledger_url, const char *source_name,
                                 const struct wrong_bytes *wrong, struct cancel *cancel,
                                 struct err *err);
