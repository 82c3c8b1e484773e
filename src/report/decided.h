/* What a person's decision did, in a sentence. */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "ledger/decisions.h"

/*
 * Adds "12 documents wait again; 3 were already waiting".
 *   kind          "retry", "accept" or "waive"
 *   only_looked   it is what would be done
 */
void decided_words(const char *kind, const struct ledger_decided *decided, bool only_looked,
                   struct str *to);

/* Whether a run has to follow before anything comes of it. */
bool decided_wants_run(const char *kind);
