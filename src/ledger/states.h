/*
 * The states of a document and of its link to a patient, and the words for them in the tables.
 * docs/ledger.md says what each state means.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum ledger_state {
    LEDGER_WAITING,
    LEDGER_CLAIMED,
    LEDGER_STORED,
    LEDGER_DONE,
    LEDGER_FAILED,
    LEDGER_WAIVED,
    LEDGER_GONE,
};
enum { LEDGER_STATES = LEDGER_GONE + 1 };

enum ledger_link { LEDGER_NO_LINK, LEDGER_LINKED, LEDGER_UNLINKED, LEDGER_REVIEW };

/* The word in the tables: "waiting"; "" for LEDGER_NO_LINK. */
const char *ledger_state_name(enum ledger_state state);
const char *ledger_link_name(enum ledger_link link);

/* False if there is no such word; nothing is set then. */
must_check bool ledger_state_read(struct span word, enum ledger_state *state_r);
must_check bool ledger_link_read(struct span word, enum ledger_link *link_r);
