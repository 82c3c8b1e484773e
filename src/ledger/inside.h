/* What the files of ledger/ share. Private. */
#pragma once

#include "ledger/ledger_sql.h"
#include "ledger/look.h"

enum { TALLY_PENDING_MAX = 256 };

/* A tally waiting to be written with the change that moved it. */
struct tally {
    enum ledger_state state;
    enum ledger_link link;
    char *class, *type;
    int64_t documents, bytes;
};

/* The end of the run's audit chain. */
struct ledger_chain {
    int64_t seq;
    struct sha256 hash;
};

/* A change whose commit may go unanswered. */
struct unanswered_commit {
    int64_t heartbeats; /* the run's, if it was committed; 0: none */
    struct ledger_chain chain;
};

struct ledger {
    struct sql *sql;
    struct unanswered_commit unanswered;
    int64_t source, run;
    int64_t source_created_us; /* when the source was added */
    bool in_change;
    struct ledger_chain chain, chain_before; /* as it will be, and as it was before this change */
    struct tally *tallies;
    size_t tally_count, tally_room;
};

/* A step from one state to another, as it goes into audit chain and tallies. */
struct transition {
    int64_t document, epoch;
    bool is_new; /* there was no state before */
    enum ledger_state before, after;
    const char *class_before, *class_after; /* "" unless failed */
    enum ledger_link link_before, link_after;
    int64_t size_before, size_after; /* counted while stored or done */
    const char *type, *type_before;  /* type_before NULL: the same */
    const char *evidence;
    bool tallies_only; /* counted only: the audit chain hears of it otherwise, or need not */
};

must_check bool ledger_transition(struct ledger *ledger, const struct transition *t,
                                  struct err *err);

/* An entry of the audit chain alone. `document` 0 for none. */
must_check bool ledger_audit(struct ledger *ledger, int64_t document, int64_t epoch,
                             const char *before, const char *after, const char *evidence,
                             struct err *err);

/* Says LEDGER_NOT_OURS; always false. */
bool ledger_not_ours(int64_t document, struct err *err);

/* After a statement that should have touched one row: LEDGER_NOT_OURS if it did not. */
must_check bool ledger_touched(const struct ledger *ledger, int64_t document, struct err *err);

/* A row of claim_pick, as it will be when it is taken. The caller clears it. */
struct ledger_claim ledger_claim_read(const struct sql_rows *rows);

/* In a change: LEDGER_NOT_OURS unless the claim still holds. */
must_check bool ledger_claim_still_ours(struct ledger *ledger, const struct ledger_claim *claim,
                                        struct err *err);

/* In a change: LEDGER_TAKEN_FOR_DEAD unless the present run is still open; it stays so. */
must_check bool ledger_run_still_open(struct ledger *ledger, struct err *err);

/* Tallies by a statement whose parameter is the source and whose columns are those of look_tallies.
 */
must_check bool ledger_tallies_by(struct ledger *ledger, const struct sql_text *text,
                                  struct ledger_tally **tallies_r, size_t *count_r,
                                  struct err *err);

char *ledger_column(const struct sql_rows *rows, int column); /* "" for null; caller frees */
char *ledger_column_or_null(const struct sql_rows *rows, int column);
void ledger_column_copy(const struct sql_rows *rows, int column, char *to,
                        size_t room); /* or cut */
enum ledger_state ledger_column_state(const struct sql_rows *rows, int column);
enum ledger_link ledger_column_link(const struct sql_rows *rows, int column);

/* False if the word is none. */
must_check bool ledger_link_read(struct span word, enum ledger_link *link_r);
