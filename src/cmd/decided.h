/* What a person's decision did, in a sentence. */
#pragma once

#include "ledger/decisions.h"

/*
 * Prints "12 documents wait again; 3 were already waiting".
 *   kind          "retry", "accept" or "waive"
 *   only_looked   it is what would be done
 */
void decided_say(const char *kind, const struct ledger_decided *decided, bool only_looked);
