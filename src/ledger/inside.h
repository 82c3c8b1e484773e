/* The ledger's handle, and the headers that the files of ledger/ share. Private. */
#pragma once

#include "base/digest.h"
#include "ledger/audit.h"
#include "ledger/ledger.h"
#include "ledger/ledger_sql.h"
#include "ledger/rows.h"

/* A tally to be written with the change that altered it. */
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

/* The step of the schema from which on keys are found by numbers; that brought findings, and so on. */
enum {
    LEDGER_STEP_OF_KEY_NUMBERS = 6,
    LEDGER_STEP_OF_FINDINGS = 7,
    LEDGER_STEP_OF_WITNESSES = 10,
    LEDGER_STEP_OF_PRINTS = 11,
};

/* A change whose commit may go unanswered. */
struct unanswered_commit {
    int64_t heartbeats; /* the run's count if it was committed; 0: none */
    struct ledger_chain chain;
};

struct ledger {
    struct sql *sql;
    struct unanswered_commit unanswered;
    int64_t source, run;
    int64_t step; /* of its schema: a reader may meet one that no run has brought up to date */
    int64_t source_created_us;               /* when the source was added                   */
    struct ledger_chain chain, chain_before; /* with this change, and before it             */
    bool expects_new;                        /* the document that the census saw last was new */
    struct tally *tallies;
    size_t tally_count, tally_room;
};

/* The number by which the versions of a key are found: made of its SHA-256. */
struct sql_value ledger_key_number(const char *key);
