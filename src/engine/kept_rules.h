/*
 * The rules of write back that a ledger has seen, as its notes about the source keep them: what an
 * earlier run wrote into a field is known as ours, though the rules are others now.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "document/writeback.h"
#include "ledger/ledger.h"

/* The oldest first; one without rules stands for a time in which nothing was written back. */
struct kept_rules {
    struct writeback *each;
    size_t count;
};

/*
 * Reads them.
 *   kept_r   empty before; the caller clears it, also after a failure
 * Fails with ERR_DATABASE, ERR_DATA (a note that nobody wrote).
 */
must_check bool kept_rules_read(struct ledger *ledger, struct kept_rules *kept_r, struct err *err);

void kept_rules_clear(struct kept_rules *kept);
#define auto_kept_rules __attribute__((cleanup(kept_rules_clear))) struct kept_rules

/* In a change: notes the present rules, if they are not those noted last. Fails likewise. */
must_check bool kept_rules_keep(struct ledger *ledger, const struct writeback *now,
                                struct err *err);
