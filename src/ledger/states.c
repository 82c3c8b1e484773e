/* The words stand in the tables of every ledger: they never change. */
#include "ledger/states.h"

static const char *const state_names[LEDGER_STATES] = { "waiting", "claimed", "stored", "done",
                                                        "failed",  "waived",  "gone" };
static const char *const link_names[] = { "", "linked", "unlinked", "review" };

const char *ledger_state_name(enum ledger_state state)
{
    return state_names[state];
}

const char *ledger_link_name(enum ledger_link link)
{
    return link_names[link];
}

bool ledger_state_read(struct span word, enum ledger_state *state_r)
{
    for (size_t i = 0; i < lengthof(state_names); i++) {
        if (span_is(word, state_names[i])) {
            *state_r = (enum ledger_state)i;
            return true;
        }
    }
    return false;
}

bool ledger_link_read(struct span word, enum ledger_link *link_r)
{
    for (size_t i = 0; i < lengthof(link_names); i++) {
        if (span_is(word, link_names[i])) {
            *link_r = (enum ledger_link)i;
            return true;
        }
    }
    return false;
}
