/*
 * The sums that must balance. Each figure of the report is reached in two ways: from the tallies
 * that the program keeps as it works, and from the documents, counted one by one; states also from
 * the audit chains. A report whose sums do not balance is not written.
 */
#pragma once

#include "report/figures.h"

struct balance_sum {
    char what[96];
    int64_t here, there; /* the same figure in two ways                      */
    char how[96];        /* "the tallies; the documents, counted one by one" */
};

enum { SUMS_MAX = 32 };

struct balance {
    struct balance_sum sums[SUMS_MAX];
    size_t count;
};

/* Every sum, also one that does not balance. */
struct balance balance_of(const struct figures *figures);

/* Fails with ERR_DATA, which names the first sum that does not balance, with both figures. */
must_check bool balance_check(const struct balance *balance, struct err *err);
