/*
 * On what grounds somebody takes the migration for complete: the six criteria, the newest
 * verification, what is given up, what is known to be wrong. What is shown is what is signed: a
 * digest tells whether it has changed in between. All figures are those of the status.
 */
#pragma once

#include "base/digest.h"
#include "report/checklist.h"
#include "report/waivers.h"
#include "json/writer.h"

enum { GROUNDS = CRITERIA + 2 };

/* One of them: a criterion, the verification, or that nothing is known to be wrong. */
struct ground {
    const char *what;
    bool met;
    char figure[512];
};

struct grounds {
    struct status *status;
    struct ground items[GROUNDS];
    size_t exceptions; /* of them are not met */
    struct waiver_group *waivers;
    size_t waiver_count;
    struct sha256 digest; /* of all that is here, and of the statement */
};

/*
 * Reads them, from one state of the ledger: within a transaction of the caller's.
 *   grounds_r   the caller clears it
 * Fails as status_read().
 */
must_check bool grounds_read(struct ledger *ledger, const struct status_settings *settings,
                             struct grounds *grounds_r, struct err *err);
void grounds_clear(struct grounds *grounds);
#define auto_grounds __attribute__((cleanup(grounds_clear))) struct grounds

/* Adds what is signed, in one sentence. */
void grounds_statement(const struct grounds *grounds, struct str *to);

/* Writes what is not met, as the ledger keeps it: [{"name","figure"}]. */
void grounds_exceptions(const struct grounds *grounds, struct json_writer *w);
