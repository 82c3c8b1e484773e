/* Sessions end when they should, by a clock that the test moves. */
#include "console/people/session.h"

#include "base/mem.h"
#include "base/time.h"
#include "console/console_db.h"
#include "console/inside.h"
#include "folder.h"
#include "hand_clock.h"
#include "tap.h"

/* 1 December 2026, 13:00 UTC. */
#define NOON 1796130000000000
#define MINUTE (60 * TIME_SECOND)

enum { STAFF = 1, OPERATOR = 2, SHUT = 3 };

struct place {
    char *folder, *url;
    struct cancel *cancel;
    struct hand_clock hand;
    struct console_settings settings;
    struct console console;
};

static struct place *place_new(void)
{
    struct place *p = mem_new(struct place);
    auto_lent lent = { 0 };
    struct err err = { 0 };

    p->folder = folder_new();
    p->url = mem_printf("sqlite:%s/console.db", p->folder);
    p->cancel = cancel_new();
    hand_clock_set(&p->hand, NOON, p->cancel);
    p->settings = (struct console_settings){ .idle_us = 15 * MINUTE, .day_us = 600 * MINUTE };
    p->console.settings = &p->settings;
    p->console.clock = &p->hand.clock;
    if (!console_db_open(p->url, p->cancel, &p->console.db, &err)
        || !console_db_borrow(p->console.db, &lent, &err)
        || !sql_script(lent.sql,
                       "insert into fmferry_account (account, name, shown, roles, made_us, "
                       "disabled_us) values (1, 'kim', 'Kim', 'staff', 0, null), "
                       "(2, 'ito', 'Ito', 'operator', 0, null), (3, 'out', 'Out', 'staff', 0, 1)",
                       &err))
        abort();
    return p;
}

static void place_end(struct place **p)
{
    console_db_close((*p)->console.db);
    cancel_free((*p)->cancel);
    free((*p)->url);
    folder_remove((*p)->folder);
    free(*p);
}
#define auto_place __attribute__((cleanup(place_end))) struct place

static void begin(struct place *p, int64_t account, char key_r[SESSION_KEY_SIZE])
{
    struct session_start start = { account, "192.0.2.7", "a browser" };
    struct err err = { 0 };

    CHECK(session_begin(&p->console, &start, key_r, &err));
}

/* Whose a key is; 0: nobody's. */
static int64_t holder(struct place *p, const char *key, bool is_sign)
{
    struct identity who;
    struct err err = { 0 };

    CHECK(session_find(&p->console, key, is_sign, &who, &err));
    CHECK(who.account == 0 || (who.session && strlen(who.csrf) == CSRF_SIZE - 1));
    return who.account;
}

TEST(a_session_that_is_idle_ends)
{
    static const struct {
        int64_t account, minutes, wanted;
    } cases[] = {
        { STAFF, 14, STAFF },        { STAFF, 16, 0 },     { OPERATOR, 16, OPERATOR },
        { OPERATOR, 239, OPERATOR }, { OPERATOR, 241, 0 }, { SHUT, 1, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_place *p = place_new();
        char key[SESSION_KEY_SIZE];

        begin(p, cases[i].account, key);
        hand_clock_move(&p->hand, cases[i].minutes * MINUTE);
        CHECK_AT(i, holder(p, key, true) == cases[i].wanted);
        hand_clock_move(&p->hand, -cases[i].minutes * MINUTE);
        CHECK_AT(i, holder(p, key, true) == cases[i].wanted); /* what has ended stays so */
    }
}

TEST(a_sign_of_a_person_puts_the_end_off_and_a_stream_does_not)
{
    auto_place *p = place_new();
    char lively[SESSION_KEY_SIZE], watched[SESSION_KEY_SIZE];

    begin(p, STAFF, lively);
    begin(p, STAFF, watched);
    for (size_t i = 0; i < 3; i++) {
        hand_clock_move(&p->hand, 6 * MINUTE);
        CHECK_AT(i, holder(p, lively, true) == STAFF);
        CHECK_AT(i, holder(p, watched, false) == (i < 2 ? STAFF : 0));
    }
}

TEST(a_day_ends_every_session)
{
    auto_place *p = place_new();
    char key[SESSION_KEY_SIZE];

    begin(p, OPERATOR, key);
    for (size_t i = 1; i < 60; i++) {
        hand_clock_move(&p->hand, 10 * MINUTE);
        CHECK_AT(i, holder(p, key, true) == OPERATOR);
    }
    hand_clock_move(&p->hand, 11 * MINUTE);
    CHECK(holder(p, key, true) == 0);
}

TEST(an_account_has_three_sessions)
{
    auto_place *p = place_new();
    char keys[SESSIONS_PER_ACCOUNT + 1][SESSION_KEY_SIZE], other[SESSION_KEY_SIZE];

    begin(p, OPERATOR, other);
    for (size_t i = 0; i <= SESSIONS_PER_ACCOUNT; i++) {
        hand_clock_move(&p->hand, MINUTE);
        begin(p, STAFF, keys[i]);
    }
    for (size_t i = 0; i <= SESSIONS_PER_ACCOUNT; i++)
        CHECK_AT(i, holder(p, keys[i], true) == (i == 0 ? 0 : STAFF));
    CHECK(holder(p, other, true) == OPERATOR);
}

TEST(a_key_that_is_none_is_nobody_s)
{
    static const char zeros[] = "00000000000000000000000000000000"
                                "00000000000000000000000000000000";
    static const char *const keys[] = { "", "0", "zz", "00000000", zeros };
    auto_place *p = place_new();
    char key[SESSION_KEY_SIZE];

    begin(p, STAFF, key);
    for (size_t i = 0; i < lengthof(keys); i++)
        CHECK_AT(i, holder(p, keys[i], true) == 0);
    key[0] = key[0] == 'a' ? 'b' : 'a';
    CHECK(holder(p, key, true) == 0);
}

TEST(one_s_own_sessions_alone_are_ended)
{
    auto_place *p = place_new();
    char mine[SESSION_KEY_SIZE], yours[SESSION_KEY_SIZE];
    struct identity who;
    struct err err = { 0 };

    begin(p, STAFF, mine);
    begin(p, OPERATOR, yours);
    CHECK(session_find(&p->console, yours, true, &who, &err));
    CHECK(session_end_own(&p->console, who.session, STAFF, &err));
    CHECK(holder(p, yours, true) == OPERATOR);
    CHECK(session_end_own(&p->console, who.session, OPERATOR, &err));
    CHECK(holder(p, yours, true) == 0 && holder(p, mine, true) == STAFF);
    CHECK(session_end_all(&p->console, STAFF, 0, "test", &err));
    CHECK(holder(p, mine, true) == 0);
}
