/*
 * What somebody is about to change of an upload, committed before it is done: where the application's tables
 * are in a database of their own, its commit comes first, and a console may die before the ledger's. Whoever
 * comes after it does the change again. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "ledger/uploads.h"

/* In a change: notes what this run is about to do. One for each document; the later one counts. */
must_check bool ledger_edit_intend(struct ledger *ledger, const struct ledger_upload_edit *edit,
                                   struct err *err);

/*
 * In a change: forgets it: it was done, or will not be.
 *   run   whose it is; 0: this one's
 */
must_check bool ledger_edit_forget(struct ledger *ledger, int64_t run, int64_t document,
                                   struct err *err);

/* What a run that is over left. `edit` borrows the texts. */
struct ledger_edit_left {
    int64_t run;
    struct ledger_upload_edit edit;
    char *type, *day, *day_before, *who, *reason;
};
void ledger_edit_left_clear(struct ledger_edit_left *left);
#define auto_edit_left __attribute__((cleanup(ledger_edit_left_clear))) struct ledger_edit_left

/*
 * Reads one of those.
 *   left_r   with is_r; the caller clears it
 * Also fails with ERR_DATA, if somebody altered the note.
 */
must_check bool ledger_edit_left_read(struct ledger *ledger, struct ledger_edit_left *left_r,
                                      bool *is_r, struct err *err);
