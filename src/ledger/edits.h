/*
 * What we write to records of the source, and how the source answers: told before each write, so
 * that neither a crash nor another run can make it more than LEDGER_EDITS_MAX in an hour.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/time.h"
#include "ledger/ledger.h"

/*
 * The mark of a record's first claim is not told, because that claim's own commit tells of it: so
 * one fewer is allowed of those that are.
 */
enum { LEDGER_EDITS_MAX = 6, LEDGER_EDITS_NOTED_MAX = LEDGER_EDITS_MAX - 1 };
#define LEDGER_EDITS_US (60 * 60 * TIME_SECOND)

/* How a record was found after its mark was written, if not as it should be. */
struct ledger_reaction {
    char *mark;          /* that stood there then; NULL: nothing is known               */
    bool is_ours;        /* exactly what we had written                                 */
    uint64_t mod_id;     /* the record's then                                           */
    int64_t mod_id_rise; /* by how much it was higher than what the mark was meant for  */
    int64_t in_a_row;    /* how often in a row it was so, this time included            */
    int64_t total;       /* how often it was not as it should be, in all                */
};

void ledger_reaction_clear(struct ledger_reaction *reaction);

/* What is known of a record's marks. */
struct ledger_edits {
    int64_t count;  /* told within the last hour                                    */
    int64_t due_us; /* when the next one may be written; 0: now                     */
    struct ledger_reaction reaction;
};

void ledger_edits_clear(struct ledger_edits *edits);

/*
 * Looks, and changes nothing.
 *   edits_r   caller clears with ledger_edits_clear()
 */
must_check bool ledger_edits_read(struct ledger *ledger, uint64_t record_id, int64_t now_us,
                                  struct ledger_edits *edits_r, struct err *err);

/*
 * In a change: tells of a mark that is about to be written, unless there were too many within the
 * last hour. However often it is tried with one modification id, it can come about only once.
 *   mod_id     that the record must have for it
 *   due_us_r   0: it may be written once the change is committed; else when it may be
 */
must_check bool ledger_edit_note(struct ledger *ledger, uint64_t record_id, uint64_t mod_id,
                                 int64_t now_us, int64_t *due_us_r, struct err *err);

/* In a change: notes what was found; `same` and `times` are counted here. */
must_check bool ledger_reaction_note(struct ledger *ledger, uint64_t record_id,
                                     const struct ledger_reaction *found, struct err *err);

/* In a change: notes that the mark that stands there counts, at this modification id. */
must_check bool ledger_reaction_keep(struct ledger *ledger, uint64_t record_id, const char *mark,
                                     uint64_t mod_id, struct err *err);

/* In a change: forgets what was found: the record was marked as it should be. */
must_check bool ledger_reaction_drop(struct ledger *ledger, uint64_t record_id, struct err *err);
