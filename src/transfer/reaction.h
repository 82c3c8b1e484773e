/* What becomes of a mark where the source answers each with an edit of its own. */
#pragma once

#include "transfer/state.h"

/*
 * Once it is known which bytes the record has, and which version stands for them: may the mark that
 * stands there stay, or may it be written once more?
 *   before   the version with these bytes, or NULL
 */
must_check bool reaction_weigh(struct transfer *t, const struct ledger_version *before);

/* Announces a mark to the ledger before it is written; false: not yet. */
must_check bool reaction_may_mark(struct transfer *t);

/* Says that the source answered our mark: always false. */
bool reaction_report_answer(struct transfer *t);

/* Whether the mark that stands there is what the source made of ours; says so: always false. */
bool reaction_altered_mark(const struct transfer *t);
bool reaction_report_altered(struct transfer *t);
