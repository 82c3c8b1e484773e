/* What runs of one source owe each other: signs of life, and a fair share of its sessions. */
#include "ledger/ledger.h"

#include "base/mem.h"
#include "base/time.h"
#include "folder.h"
#include "tap.h"

enum { MOVERS = 5 };

struct mover {
    struct ledger *ledger;
    int64_t run;
    int sessions;
};

struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct mover movers[MOVERS];
};

static void mover_begin(struct place *place, struct mover *mover, const char *kind)
{
    struct ledger_process process = { "machine", "host", 1, "1", kind };
    auto_change change = { 0 };
    struct err err = { 0 };

    CHECK(ledger_open(place->url, "source", place->cancel, &mover->ledger, &err)
          && ledger_begin(mover->ledger, &change, &err)
          && ledger_run_begin(mover->ledger, &process, &mover->run, &err)
          && ledger_commit(&change, &err));
    CHECK_STR(err.msg, "");
    mover->sessions = 0;
}

static void mover_end(struct mover *mover)
{
    struct ledger_progress nothing = { 0 };
    auto_change change = { 0 };
    struct err err = { 0 };

    CHECK(ledger_begin(mover->ledger, &change, &err)
          && ledger_run_note(mover->ledger, &nothing, "finished", true, &err)
          && ledger_commit(&change, &err));
    ledger_close(take(mover->ledger));
}

static struct place place_new(void)
{
    struct place place = { .folder = folder_new(), .cancel = cancel_new() };

    place.url = mem_printf("sqlite:%s/l.db", place.folder);
    return place;
}

static void place_end(struct place *place)
{
    for (size_t i = 0; i < MOVERS; i++)
        ledger_close(place->movers[i].ledger);
    cancel_free(place->cancel);
    free(place->url);
    folder_remove(place->folder);
}

#define auto_place __attribute__((cleanup(place_end))) struct place

static struct ledger_share look(struct mover *mover, int most)
{
    struct ledger_share share = { 0 };
    auto_change change = { 0 };
    struct err err = { 0 };

    CHECK(ledger_begin(mover->ledger, &change, &err)
          && ledger_sessions_look(mover->ledger, most, &share, &err));
    return share;
}

/* As a mover does it: gives away what is too much, takes what is open. `used` are not given away.
 */
static void share(struct mover *mover, int most, int used)
{
    struct ledger_share share = { 0 };
    auto_change change = { 0 };
    struct err err = { 0 };
    int more;

    CHECK(ledger_begin(mover->ledger, &change, &err)
          && ledger_sessions_look(mover->ledger, most, &share, &err));
    CHECK(share.now == mover->sessions);
    more = share.fair - share.now;
    if (more > 0)
        mover->sessions += more < share.open ? more : share.open;
    else
        mover->sessions = used > share.fair ? used : share.fair;
    CHECK(ledger_sessions_take(mover->ledger, mover->sessions, &err)
          && ledger_commit(&change, &err));
}

static int all_sessions(const struct place *place)
{
    int sum = 0;

    for (size_t i = 0; i < MOVERS; i++)
        sum += place->movers[i].ledger ? place->movers[i].sessions : 0;
    return sum;
}

TEST(shares_are_fair_and_make_the_whole)
{
    for (int most = MOVERS; most < 24; most++) {
        auto_place place = place_new();
        int sum = 0;

        for (size_t i = 0; i < MOVERS; i++)
            mover_begin(&place, &place.movers[i], "run");
        for (size_t i = 0; i < MOVERS; i++) {
            struct ledger_share one = look(&place.movers[i], most);

            CHECK_AT((size_t)most, one.movers == MOVERS && one.now == 0 && one.open == most);
            CHECK_AT((size_t)most, one.fair == most / MOVERS || one.fair == most / MOVERS + 1);
            sum += one.fair;
        }
        CHECK_AT((size_t)most, sum == most);
    }
}

TEST(no_more_sessions_than_there_may_be_are_ever_held)
{
    enum { MOST = 7 };
    auto_place place = place_new();
    unsigned seed = 20261123;

    for (size_t round = 0; round < 400; round++) {
        size_t i;
        struct mover *mover;

        seed = seed * 1103515245u + 12345u;
        i = (seed >> 16) % MOVERS;
        mover = &place.movers[i];
        if (!mover->ledger)
            mover_begin(&place, mover, "run");
        else if ((seed >> 8) % 11 == 0)
            mover_end(mover);
        else
            share(mover, MOST, (int)((seed >> 20) % (unsigned)(mover->sessions + 1)));
        CHECK_AT(round, all_sessions(&place) <= MOST);
    }
}

TEST(a_newcomer_gets_what_the_others_give_up)
{
    auto_place place = place_new();

    mover_begin(&place, &place.movers[0], "run");
    share(&place.movers[0], 6, 0);
    CHECK(place.movers[0].sessions == 6);
    mover_begin(&place, &place.movers[1], "run");
    share(&place.movers[1], 6, 0);
    CHECK(place.movers[1].sessions == 0);
    share(&place.movers[0], 6, 5); /* five are in use still */
    share(&place.movers[1], 6, 0);
    CHECK(place.movers[0].sessions == 5 && place.movers[1].sessions == 1);
    share(&place.movers[0], 6, 2);
    share(&place.movers[1], 6, 0);
    CHECK(place.movers[0].sessions == 3 && place.movers[1].sessions == 3);
    mover_end(&place.movers[1]);
    share(&place.movers[0], 6, 3);
    CHECK(place.movers[0].sessions == 6);
}

TEST(who_opens_no_sessions_has_no_share)
{
    auto_place place = place_new();

    mover_begin(&place, &place.movers[0], "run");
    mover_begin(&place, &place.movers[1], "waive");
    CHECK(look(&place.movers[0], 4).movers == 1);
}

TEST(a_run_that_was_buried_learns_it)
{
    auto_place place = place_new();
    struct err err = { 0 };
    int64_t freed;

    mover_begin(&place, &place.movers[0], "run");
    mover_begin(&place, &place.movers[1], "run");
    {
        auto_change change = { 0 };

        CHECK(ledger_begin(place.movers[0].ledger, &change, &err)
              && ledger_run_lease(place.movers[0].ledger, TIME_SECOND, &err)
              && ledger_commit(&change, &err));
    }
    {
        auto_change change = { 0 };

        CHECK(ledger_begin(place.movers[1].ledger, &change, &err)
              && ledger_run_bury(place.movers[1].ledger, place.movers[0].run, &freed, &err)
              && ledger_commit(&change, &err));
    }
    {
        auto_change change = { 0 };

        CHECK(ledger_begin(place.movers[0].ledger, &change, &err)
              && !ledger_run_lease(place.movers[0].ledger, TIME_SECOND, &err));
        CHECK(err.kind == ERR_DATABASE && err.code == LEDGER_TAKEN_FOR_DEAD);
    }
}

TEST(what_others_hold_is_seen)
{
    auto_place place = place_new();
    struct ledger_sighting sighting = { .identity = span_of("one"),
                                        .container = span_of(""),
                                        .repetition = 1,
                                        .record_id = 1,
                                        .mod_id = 1,
                                        .type = span_of("Letter"),
                                        .storage = "embedded" };
    struct ledger_claim claim = { 0 };
    struct err err = { 0 };
    enum ledger_seen seen;
    uint64_t elsewhere;
    size_t count;
    bool held;

    mover_begin(&place, &place.movers[0], "run");
    mover_begin(&place, &place.movers[1], "run");
    {
        auto_change change = { 0 };

        CHECK(ledger_begin(place.movers[0].ledger, &change, &err)
              && ledger_see(place.movers[0].ledger, &sighting, &seen, &elsewhere, &err)
              && ledger_held_elsewhere(place.movers[1].ledger, &held, &err) && !held
              && ledger_claim(place.movers[0].ledger, time_now_us(), 1, &claim, &count, &err)
              && count == 1 && ledger_commit(&change, &err));
    }
    CHECK(ledger_held_elsewhere(place.movers[0].ledger, &held, &err) && !held);
    CHECK(ledger_held_elsewhere(place.movers[1].ledger, &held, &err) && held);
    ledger_claim_clear(&claim);
}
