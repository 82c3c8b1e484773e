/*
 * Our marks in the source's records, and the source's reactions. A mark is announced before it is
 * written, so that neither a crash nor another run can make it more than LEDGER_EDITS_MAX in an
 * hour. Threads, changes and failures as in ledger.h.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/time.h"
#include "ledger/ledger.h"

/*
 * The mark of a record's first claim is not announced, because that claim's own commit tells of it:
 * so one fewer is allowed of those that are.
 */
enum { LEDGER_EDITS_MAX = 6, LEDGER_EDITS_NOTED_MAX = LEDGER_EDITS_MAX - 1 };
#define LEDGER_EDITS_US (60 * 60 * TIME_SECOND)

/* The state of a record after its mark was written, if it was not as it should be. */
struct ledger_reaction {
    char *mark;          /* found in the record then; NULL: nothing is known            */
    bool is_ours;        /* the mark is exactly what we had written                     */
    uint64_t mod_id;     /* the record's then                                           */
    int64_t mod_id_rise; /* by how much it was above the one the mark was meant for     */
    int64_t in_a_row;    /* how often in a row it was so, this time included            */
    int64_t total;       /* how often it was not as it should be, in all                */
};

void ledger_reaction_clear(struct ledger_reaction *reaction);

/* The marks announced for a record, and the last reaction to one. */
struct ledger_edits {
    int64_t count;  /* marks announced within the last hour                         */
    int64_t due_us; /* when the next one may be written; 0: now                     */
    struct ledger_reaction reaction;
};

void ledger_edits_clear(struct ledger_edits *edits);

/*
 * Reads a record's marks and reaction, and changes nothing.
 *   edits_r   caller clears with ledger_edits_clear()
 */
must_check bool ledger_edits_read(struct ledger *ledger, uint64_t record_id, int64_t now_us,
                                  struct ledger_edits *edits_r, struct err *err);

/*
 * In a change: announces a mark, unless there were too many within the last hour. However often a
 * mark is tried with one modification id, it can be written only once.
 *   mod_id     the one that the record must have for it
 *   due_us_r   0: it may be written once the change is committed; else when it may be
 */
must_check bool ledger_edit_note(struct ledger *ledger, uint64_t record_id, uint64_t mod_id,
                                 int64_t now_us, int64_t *due_us_r, struct err *err);

/* In a change: notes a reaction; `in_a_row` and `total` are counted here. */
must_check bool ledger_reaction_note(struct ledger *ledger, uint64_t record_id,
                                     const struct ledger_reaction *found, struct err *err);

/* In a change: notes that the mark in the record counts, at this modification id. */
must_check bool ledger_reaction_keep(struct ledger *ledger, uint64_t record_id, const char *mark,
                                     uint64_t mod_id, struct err *err);

/* In a change: forgets the reaction: the record was marked as it should be. */
must_check bool ledger_reaction_drop(struct ledger *ledger, uint64_t record_id, struct err *err);
