/*
 * What a verification says of single documents, for the ledger to remember: each difference that
 * names one, and which ones a run was moving, so that nothing can be said of them.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

struct verifier;

/* Keeps a difference; does nothing if `document` is 0. What fails is told by looked_is_whole(). */
void looked_differs(struct verifier *v, uint64_t document, const char *kind, const char *words);
void looked_moving(struct verifier *v, uint64_t document);

/* Whether every word was kept. Fails with ERR_OS. */
must_check bool looked_is_whole(const struct verifier *v, struct err *err);
