/* The duties of runs of one source to each other: heartbeats, and a fair share of its sessions. */
#include "ledger/census.h"
#include "ledger/documents.h"
#include "ledger/leases.h"
#include "ledger/runs.h"

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
          && ledger_sessions_share(mover->ledger, most, &share, &err));
    return share;
}

/* Does as a mover does: gives away surplus sessions, takes free ones. `used` are kept. */
static void share(struct mover *mover, int most, int used)
{
    struct ledger_share share = { 0 };
    auto_change change = { 0 };
    struct err err = { 0 };
    int more;

    CHECK(ledger_begin(mover->ledger, &change, &err)
          && ledger_sessions_share(mover->ledger, most, &share, &err));
    CHECK(share.current == mover->sessions);
    more = share.fair - share.current;
    if (more > 0)
        mover->sessions += more < share.spare ? more : share.spare;
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

            CHECK_AT((size_t)most, one.runs == MOVERS && one.current == 0 && one.spare == most);
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
    share(&place.movers[0], 6, 5); /* five are still in use */
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
    CHECK(look(&place.movers[0], 4).runs == 1);
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
              && ledger_run_release_dead(place.movers[1].ledger, place.movers[0].run, &freed, &err)
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
    struct ledger_census_entry sighting = { .identity = span_of("one"),
                                            .container = span_of(""),
                                            .repetition = 1,
                                            .record_id = 1,
                                            .mod_id = 1,
                                            .type = span_of("Letter"),
                                            .storage = "embedded" };
    struct ledger_claim claim = { 0 };
    struct err err = { 0 };
    enum ledger_upsert_result seen;
    uint64_t elsewhere;
    size_t count;
    bool held;

    mover_begin(&place, &place.movers[0], "run");
    mover_begin(&place, &place.movers[1], "run");
    {
        auto_change change = { 0 };

        CHECK(ledger_begin(place.movers[0].ledger, &change, &err)
              && ledger_census_upsert(place.movers[0].ledger, &sighting, &seen, &elsewhere, &err)
              && ledger_held_elsewhere(place.movers[1].ledger, &held, &err) && !held
              && ledger_claim(place.movers[0].ledger, time_now_us(), false, 1, &claim, &count, &err)
              && count == 1 && ledger_commit(&change, &err));
    }
    CHECK(ledger_held_elsewhere(place.movers[0].ledger, &held, &err) && !held);
    CHECK(ledger_held_elsewhere(place.movers[1].ledger, &held, &err) && held);
    ledger_claim_clear(&claim);
}

/* --- fencing -------------------------------------------------------------------------------- */

static const struct ledger_census_entry one_document = { .identity = { "one", 3 },
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
    enum ledger_upsert_result seen;
    uint64_t elsewhere;

    CHECK(ledger_begin(mover->ledger, &change, &err)
          && ledger_census_upsert(mover->ledger, &one_document, &seen, &elsewhere, &err)
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

/* The deeds that the holder of a claim may do, and that a former holder may not. */
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
        return ledger_mark_gone(ledger, claim, err);
    case DEEDS:
        break;
    }
    abort();
}

/* Does it and commits, if it may be done. */
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
          && ledger_run_release_dead(by->ledger, whom->run, &freed, &err) && freed == 1
          && ledger_commit(&change, &err));
}

/*
 * A run gives a document back and claims it again: an intent of the first claim must not count
 * under the second, though the run is the same. Only the epoch tells them apart.
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
 * When it wakes, whatever it was doing, none of its writes counts; not even if it guesses the
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

/* --- small promises ------------------------------------------------------------------------- */

static struct ledger_claim claimed(struct place *place, struct mover *mover)
{
    mover_begin(place, mover, "run");
    see(mover);
    return claim(mover);
}

static bool claim_some(struct mover *mover, struct err *err)
{
    struct ledger_claim claim = { 0 };
    auto_change change = { 0 };
    size_t count = 0;

    return ledger_begin(mover->ledger, &change, err)
           && ledger_claim(mover->ledger, time_now_us() + TIME_SECOND, false, 1, &claim, &count,
                           err);
}

TEST(who_was_taken_for_dead_claims_nothing)
{
    auto_place place = place_new();
    struct ledger_claim held = claimed(&place, &place.movers[0]);
    struct err err = { 0 };

    mover_begin(&place, &place.movers[1], "run");
    bury(&place.movers[1], &place.movers[0]);
    CHECK(!claim_some(&place.movers[0], &err));
    CHECK(err.kind == ERR_DATABASE && err.code == LEDGER_TAKEN_FOR_DEAD);
    ledger_claim_clear(&held);
}

static int64_t next_due(struct mover *mover)
{
    int64_t due_us = -1;
    struct err err = { 0 };

    CHECK(ledger_next_due(mover->ledger, &due_us, &err));
    return due_us;
}

TEST(what_is_held_is_not_due)
{
    auto_place place = place_new();
    struct mover *mover = &place.movers[0];
    struct ledger_claim held;

    mover_begin(&place, mover, "run");
    see(mover);
    CHECK(next_due(mover) == 0);
    held = claim(mover);
    CHECK(next_due(mover) == INT64_MAX);
    ledger_claim_clear(&held);
}

TEST(a_run_may_count_again_though_its_first_count_did_not_end)
{
    auto_place place = place_new();
    int64_t numbers[3] = { 0 };
    struct err err = { 0 };

    mover_begin(&place, &place.movers[0], "run");
    mover_begin(&place, &place.movers[1], "run");
    for (size_t i = 0; i < lengthof(numbers); i++) {
        struct mover *mover = &place.movers[i == 2];
        auto_change change = { 0 };

        CHECK_AT(i, ledger_begin(mover->ledger, &change, &err)
                        && ledger_census_begin(mover->ledger, &numbers[i], &err)
                        && ledger_commit(&change, &err));
    }
    CHECK(numbers[0] > 0 && numbers[1] > numbers[0]);
    CHECK(numbers[2] == 0); /* another run is counting */
}

/* Commits an intent, and stores the version if `stores`. */
static void keep(struct mover *mover, const struct ledger_claim *claim,
                 struct ledger_version *version, bool stores)
{
    auto_change change = { 0 };
    struct err err = { 0 };

    CHECK(
        ledger_begin(mover->ledger, &change, &err)
        && ledger_intend(mover->ledger, claim, version, &err)
        && (!stores
            || ledger_store(mover->ledger, claim, version, LEDGER_UNLINKED, version->patient, &err))
        && ledger_commit(&change, &err));
    CHECK_STR(err.msg, "");
}

static void withdraw(struct mover *mover, const struct ledger_claim *claim, int64_t number)
{
    auto_change change = { 0 };
    struct err err = { 0 };

    CHECK(ledger_begin(mover->ledger, &change, &err)
          && ledger_withdraw(mover->ledger, claim, number, &err) && ledger_commit(&change, &err));
}

static struct ledger_version version_of(char *key, char *patient, char *mark)
{
    static char mime[] = "application/pdf";

    return (struct ledger_version){ .key = key,
                                    .mime = mime,
                                    .has_sha256 = true,
                                    .size_bytes = 3,
                                    .mod_id = 1,
                                    .patient = patient,
                                    .mark = mark };
}

/* The states of a document's versions: "i" intended, "s" stored, "l" leaving. */
static void check_versions(struct mover *mover, int64_t document, const char *want)
{
    struct ledger_version *versions = NULL;
    char states[16] = "";
    size_t count = 0;
    struct err err = { 0 };

    CHECK(ledger_versions(mover->ledger, document, &versions, &count, &err));
    for (size_t i = 0; i < count && i < sizeof states - 1; i++)
        states[i] = versions[i].leaving ? 'l' : versions[i].stored ? 's' : 'i';
    CHECK_STR(states, want);
    ledger_versions_free(versions, count);
}

TEST(only_what_was_never_put_is_withdrawn)
{
    auto_place place = place_new();
    struct mover *mover = &place.movers[0];
    struct ledger_claim held = claimed(&place, mover);
    struct ledger_version first = version_of((char[]){ "a" }, NULL, NULL),
                          second = version_of((char[]){ "b" }, NULL, NULL);

    keep(mover, &held, &first, false);
    keep(mover, &held, &second, false);
    check_versions(mover, held.document, "ii");
    withdraw(mover, &held, second.number);
    check_versions(mover, held.document, "i");
    keep(mover, &held, &first, true);
    held.state = LEDGER_STORED;
    withdraw(mover, &held, first.number);
    check_versions(mover, held.document, "s");
    ledger_claim_clear(&held);
}

/* A stored document whose mark is being written is also in hand. */
TEST(what_is_being_marked_is_not_due)
{
    auto_place place = place_new();
    struct mover *mover = &place.movers[0];
    struct ledger_claim held = claimed(&place, mover);
    struct ledger_version version = version_of((char[]){ "a" }, NULL, NULL);

    keep(mover, &held, &version, true);
    CHECK(next_due(mover) == INT64_MAX);
    ledger_claim_clear(&held);
}

/* The same bytes with another patient: the object with the first patient is to go. */
TEST(what_lies_with_the_first_patient_is_leaving)
{
    auto_place place = place_new();
    struct mover *mover = &place.movers[0];
    struct ledger_claim held = claimed(&place, mover), again;
    struct ledger_version first = version_of((char[]){ "a" }, (char[]){ "anna" }, NULL),
                          second = version_of((char[]){ "b" }, (char[]){ "bert" }, NULL);
    struct err err;

    keep(mover, &held, &first, true);
    held.state = LEDGER_STORED;
    {
        auto_change change = { 0 };

        err = (struct err){ 0 };
        CHECK(ledger_begin(mover->ledger, &change, &err)
              && ledger_release(mover->ledger, &held, &an_attempt, 1, true, &err)
              && ledger_commit(&change, &err));
    }
    again = claim(mover);
    keep(mover, &again, &second, true);
    check_versions(mover, again.document, "ls");
    ledger_claim_clear(&held);
    ledger_claim_clear(&again);
}

/* An earlier mark of ours, which may stand in the record, must not pass for somebody else's. */
TEST(a_mark_that_gave_way_to_another_is_remembered)
{
    auto_place place = place_new();
    struct mover *mover = &place.movers[0];
    struct ledger_claim held = claimed(&place, mover);
    struct ledger_version version = version_of((char[]){ "a" }, NULL, (char[]){ "01/02/2024" });
    char **marks = NULL;
    size_t count = 0;
    struct err err = { 0 };

    keep(mover, &held, &version, false);
    version.mark = (char[]){ "03/04/2025" };
    keep(mover, &held, &version, false);
    CHECK(ledger_marks(mover->ledger, 1, &marks, &count, &err) && count == 2);
    for (size_t i = 0; i < count; i++) {
        CHECK_AT(i, strcmp(marks[i], "01/02/2024") == 0 || strcmp(marks[i], "03/04/2025") == 0);
        free(marks[i]);
    }
    free(marks);
    ledger_claim_clear(&held);
}

TEST(the_usual_class_is_the_most_frequent_one)
{
    static const char *const classes[] = { "store-away", "store-away", "container-zero" };
    auto_place place = place_new();
    struct mover *mover = &place.movers[0];
    struct ledger_claim held = claimed(&place, mover);
    struct err why = { .kind = ERR_NET, .msg = "away" }, err = { 0 };
    auto_free char *usual = NULL;

    for (size_t i = 0; i < lengthof(classes); i++) {
        struct ledger_attempt attempt = { "put", classes[i], &why, -1, true };
        auto_change change = { 0 };

        CHECK_AT(i, ledger_begin(mover->ledger, &change, &err)
                        && ledger_release(mover->ledger, &held, &attempt, 1, false, &err)
                        && ledger_commit(&change, &err));
        ledger_claim_clear(&held);
        held = claim(mover);
    }
    CHECK(ledger_usual_class(mover->ledger, held.document, 3, &usual, &err));
    CHECK_STR(usual, "store-away");
    ledger_claim_clear(&held);
}

enum { MANY = 4100 }; /* more than two pages of reading */

static bool is_odd(void *arg, uint64_t record_id)
{
    (void)arg;
    return record_id % 2 == 1;
}

TEST(the_absent_are_found_on_every_page)
{
    auto_place place = place_new();
    struct mover *mover = &place.movers[0];
    auto_free uint64_t *absent = mem_zero(MANY * sizeof *absent);
    auto_change change = { 0 };
    struct err err = { 0 };
    size_t count = 0;

    mover_begin(&place, mover, "run");
    CHECK(ledger_begin(mover->ledger, &change, &err));
    for (uint64_t record = 1; record <= MANY; record++) {
        struct ledger_census_entry one = one_document;
        char identity[24];
        enum ledger_upsert_result seen;
        uint64_t elsewhere;

        (void)snprintf(identity, sizeof identity, "id-%ju", (uintmax_t)record);
        one.identity = span_of(identity);
        one.record_id = record;
        CHECK(ledger_census_upsert(mover->ledger, &one, &seen, &elsewhere, &err));
    }
    CHECK(ledger_commit(&change, &err));
    CHECK(ledger_absent_records(mover->ledger, is_odd, NULL, absent, MANY, &count, &err));
    CHECK(count == MANY / 2);
    for (size_t i = 0; i < count; i++)
        CHECK_AT(i, absent[i] == 2 * (i + 1));
}
