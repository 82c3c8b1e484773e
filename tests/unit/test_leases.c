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
              && ledger_claim(place.movers[0].ledger, time_now_us(), false, 1, &claim, &count, &err)
              && count == 1 && ledger_commit(&change, &err));
    }
    CHECK(ledger_held_elsewhere(place.movers[0].ledger, &held, &err) && !held);
    CHECK(ledger_held_elsewhere(place.movers[1].ledger, &held, &err) && held);
    ledger_claim_clear(&claim);
}

/* --- fencing -------------------------------------------------------------------------------- */

static const struct ledger_sighting one_document = { .identity = { "one", 3 },
                                                     .container = { "", 0 },
                                                     .repetition = 1,
                                                     .record_id = 1,
                                                     .mod_id = 1,
                                                     .type = { "Letter", 6 },
                                                     .storage = "embedded" };

static void see(struct mover *mover)
{
    auto_change change = { 0 };
    struct err err = { 0 };
    enum ledger_seen seen;
    uint64_t elsewhere;

    CHECK(ledger_begin(mover->ledger, &change, &err)
          && ledger_see(mover->ledger, &one_document, &seen, &elsewhere, &err)
          && ledger_commit(&change, &err));
}

static struct ledger_claim claim(struct mover *mover)
{
    struct ledger_claim claim = { 0 };
    auto_change change = { 0 };
    struct err err = { 0 };
    size_t count = 0;

    CHECK(
        ledger_begin(mover->ledger, &change, &err)
        && ledger_claim(mover->ledger, time_now_us() + TIME_SECOND, false, 1, &claim, &count, &err)
        && ledger_commit(&change, &err));
    CHECK(count == 1);
    return claim;
}

static const struct ledger_attempt an_attempt = {
    "put", "store-away", &(const struct err){ .kind = ERR_NET, .msg = "away" }, -1, true
};

/* What the holder of a claim may do, and whoever only once held it may not. */
enum deed { INTEND, WITHDRAW, STORE, FINISH, RELEASE, FAIL, LOSE, DEEDS };

static bool act(struct ledger *ledger, const struct ledger_claim *claim, enum deed deed,
                struct err *err)
{
    struct ledger_version version = { .number = deed == INTEND ? 0 : 1,
                                      .key = (char[]){ "k" },
                                      .mime = (char[]){ "application/pdf" },
                                      .has_sha256 = true,
                                      .size_bytes = 3,
                                      .mod_id = 1 };
    const struct ledger_trait trait = { SPAN_NONE, SPAN_NONE, SPAN_NONE };

    switch (deed) {
    case INTEND:
        return ledger_intend(ledger, claim, &version, err);
    case WITHDRAW:
        return ledger_withdraw(ledger, claim, 1, err);
    case STORE:
        return ledger_store(ledger, claim, &version, LEDGER_UNLINKED, NULL, err);
    case FINISH:
        return ledger_finish(ledger, claim, 2, err);
    case RELEASE:
        return ledger_release(ledger, claim, &an_attempt, 1, false, err);
    case FAIL:
        return ledger_fail(ledger, claim, &an_attempt, &trait, err);
    case LOSE:
        return ledger_lose(ledger, claim, err);
    case DEEDS:
        break;
    }
    abort();
}

/* Does it and commits, if it is done. */
static bool act_for_good(struct mover *mover, const struct ledger_claim *claim, enum deed deed,
                         struct err *err)
{
    auto_change change = { 0 };

    *err = (struct err){ 0 };
    return ledger_begin(mover->ledger, &change, err) && act(mover->ledger, claim, deed, err)
           && ledger_commit(&change, err);
}

static void check_fenced(struct mover *mover, const struct ledger_claim *stale, enum deed deed)
{
    struct err err;

    CHECK_AT(deed, !act_for_good(mover, stale, deed, &err));
    CHECK_AT(deed, err.kind == ERR_DATABASE && err.code == LEDGER_NOT_OURS);
}

/* Brings a document, whose claim is `claim`, to where `deed` is allowed. */
static void come_to(struct mover *mover, struct ledger_claim *claim, enum deed deed)
{
    struct err err;

    if (deed != INTEND)
        CHECK_AT(deed, act_for_good(mover, claim, INTEND, &err));
    if (deed != FINISH)
        return;
    CHECK_AT(deed, act_for_good(mover, claim, STORE, &err));
    claim->state = LEDGER_STORED;
}

static void bury(struct mover *by, const struct mover *whom)
{
    auto_change change = { 0 };
    struct err err = { 0 };
    int64_t freed;

    CHECK(ledger_begin(by->ledger, &change, &err)
          && ledger_run_bury(by->ledger, whom->run, &freed, &err) && freed == 1
          && ledger_commit(&change, &err));
}

/*
 * A run gives a document back and claims it again: what it meant to do under the first claim must
 * not count under the second, though the run is the same. Only the epoch tells them apart.
 */
TEST(what_was_claimed_again_is_fenced_by_its_epoch)
{
    for (enum deed deed = 0; deed < DEEDS; deed++) {
        auto_place place = place_new();
        struct mover *mover = &place.movers[0];
        struct ledger_claim stale, fresh;
        struct err err;

        mover_begin(&place, mover, "run");
        see(mover);
        stale = claim(mover);
        CHECK_AT(deed, act_for_good(mover, &stale, RELEASE, &err));
        fresh = claim(mover);
        CHECK_AT(deed, fresh.epoch == stale.epoch + 1);
        come_to(mover, &fresh, deed);
        stale.state = fresh.state;
        check_fenced(mover, &stale, deed);
        CHECK_AT(deed, act_for_good(mover, &fresh, deed, &err));
        CHECK_STR(err.msg, "");
        ledger_claim_clear(&stale);
        ledger_claim_clear(&fresh);
    }
}

/*
 * A mover was stopped for so long that it was taken for dead, and its document went to another.
 * When it wakes, in the middle of whatever it did, it has no say any more; nor by guessing the
 * epoch.
 */
TEST(who_was_taken_for_dead_is_fenced)
{
    for (enum deed deed = 0; deed < DEEDS; deed++) {
        auto_place place = place_new();
        struct mover *sleeper = &place.movers[0], *heir = &place.movers[1];
        struct ledger_claim stale, fresh;
        struct err err;

        mover_begin(&place, sleeper, "run");
        mover_begin(&place, heir, "run");
        see(sleeper);
        stale = claim(sleeper);
        bury(heir, sleeper);
        check_fenced(sleeper, &stale, deed); /* nobody has it */
        fresh = claim(heir);
        come_to(heir, &fresh, deed);
        stale.state = fresh.state;
        check_fenced(sleeper, &stale, deed);
        stale.epoch = fresh.epoch;
        check_fenced(sleeper, &stale, deed);
        CHECK_AT(deed, act_for_good(heir, &fresh, deed, &err));
        CHECK_STR(err.msg, "");
        ledger_claim_clear(&stale);
        ledger_claim_clear(&fresh);
    }
}
