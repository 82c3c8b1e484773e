/* Who gave up documents, and why: decisions by one person for one reason are told together. */
#pragma once

#include "base/err.h"
#include "ledger/ledger.h"

/* Documents that one person gave up for one reason. */
struct waiver_group {
    char *who, *reason;
    int64_t count, first_us, last_us;
};

/* In the order of the first decision. The caller frees with waivers_free(). Fails with ERR_DATABASE. */
must_check bool waivers_read(struct ledger *ledger, struct waiver_group **groups_r, size_t *count_r,
                             struct err *err);
void waivers_free(struct waiver_group *groups, size_t count);
