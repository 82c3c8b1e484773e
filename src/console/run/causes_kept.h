/*
 * What failures have in common, kept for all who look: found once for each state of the ledger, not
 * at each look, because it reads all failures. Any thread.
 */
#pragma once

#include "base/err.h"
#include "ledger/ledger.h"
#include "report/causes.h"

struct causes_kept;

/* The caller frees, when nothing is lent any more. */
struct causes_kept *causes_kept_new(void);
void causes_kept_free(struct causes_kept *kept); /* NULL is allowed */

/* `auto_causes_lent lent = { 0 };` and causes_borrow(): given back when the scope is left. */
struct causes_lent {
    struct causes_kept *from;
    const struct failure_causes *causes;
};
void auto_causes_lent_cleanup(struct causes_lent *lent);
#define auto_causes_lent __attribute__((cleanup(auto_causes_lent_cleanup))) struct causes_lent

/*
 * Lends the causes of a class ("": of all), as of the caller's reading transaction, or a little older
 * where finding them takes long. Others wait meanwhile, so that two who come at once read once: lend nothing else until it is given back.
 * Fails with ERR_DATABASE, ERR_DATA.
 */
must_check bool causes_borrow(struct causes_kept *kept, struct ledger *ledger, const char *class,
                              struct causes_lent *lent_r, struct err *err);
