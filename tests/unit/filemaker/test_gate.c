/* The gate to FileMaker Server: how many pass, how fast, and who waits. */
#include "filemaker/gate.h"

#include "base/log.h"
#include "base/time.h"
#include "sleeper.h"
#include "tap.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

TEST(quiet_hours_are_a_span_of_the_day)
{
    static const struct {
        const char *text;
        bool good;
        int from, until;
    } cases[] = {
        { "", true, 0, 0 },
        { "08:00-18:30", true, 480, 1110 },
        { " 8:00 - 18:30 ", true, 480, 1110 },
        { "22:00-06:00", true, 1320, 360 },
        { "00:00-24:00", true, 0, 1440 },
        { "08:00", false, 0, 0 },
        { "08:00-", false, 0, 0 },
        { "08-18", false, 0, 0 },
        { "25:00-26:00", false, 0, 0 },
        { "24:01-08:00", false, 0, 0 },
        { "08:60-09:00", false, 0, 0 },
        { "-1:00-08:00", false, 0, 0 },
        { "08:00-18:30-20:00", false, 0, 0 },
        { "morning", false, 0, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct gate_settings settings = { .quiet_from = 7, .quiet_until = 7 };
        struct err err = { 0 };

        CHECK_AT(i, gate_quiet_read(cases[i].text, &settings, &err) == cases[i].good);
        CHECK_AT(i, cases[i].good || err.kind == ERR_USAGE);
        if (cases[i].good)
            CHECK_AT(i, settings.quiet_from == cases[i].from
                            && settings.quiet_until == cases[i].until);
    }
}

struct passer {
    struct gate *gate;
    struct cancel *cancel;
    atomic_int *inside, *most;
    size_t rounds, passed;
    enum err_kind kind;
    pthread_t thread;
    atomic_int id;
};

static void *pass(void *arg)
{
    struct passer *p = arg;
    struct err err = { 0 };

    sleeper_begin(&p->id);
    for (; p->passed < p->rounds && gate_enter(p->gate, p->cancel, &err); p->passed++) {
        int inside = atomic_fetch_add(p->inside, 1) + 1, most = atomic_load(p->most);

        while (inside > most && !atomic_compare_exchange_weak(p->most, &most, inside))
            continue;
        atomic_fetch_sub(p->inside, 1);
        gate_leave(p->gate, GATE_GOOD, 1000);
    }
    p->kind = err.kind;
    return NULL;
}

TEST(no_more_pass_at_once_than_may)
{
    enum { PASSERS = 6, ROUNDS = 200 };
    static const int widths[] = { 1, 3, 0 };

    for (size_t i = 0; i < lengthof(widths); i++) {
        struct gate *gate = gate_new(&(struct gate_settings){ .most_at_once = widths[i] });
        struct cancel *cancel = cancel_new();
        struct passer passers[PASSERS];
        atomic_int inside = 0, most = 0;

        for (size_t k = 0; k < PASSERS; k++) {
            passers[k] = (struct passer){ gate, cancel, &inside, &most, ROUNDS, 0, ERR_NONE, 0 };
            CHECK_AT(i, pthread_create(&passers[k].thread, NULL, pass, &passers[k]) == 0);
        }
        for (size_t k = 0; k < PASSERS; k++)
            CHECK_AT(i, pthread_join(passers[k].thread, NULL) == 0 && passers[k].passed == ROUNDS);
        CHECK_AT(i, atomic_load(&most) >= 1 && (widths[i] == 0 || atomic_load(&most) <= widths[i]));
        gate_free(gate);
        cancel_free(cancel);
    }
    gate_free(NULL);
}

TEST(trouble_and_slowness_thin_the_traffic)
{
    static const struct {
        int64_t budget_us;
        enum gate_outcome outcome;
        int64_t took_us;
        int width; /* after one, out of eight */
    } cases[] = {
        { 0, GATE_TROUBLE, 1000, 4 },
        { 0, GATE_GOOD, 3600 * TIME_SECOND, 8 },
        { 1 * TIME_SECOND, GATE_GOOD, 3600 * TIME_SECOND, 7 },
        { 1 * TIME_SECOND, GATE_GOOD, 1000, 8 },
        { 1 * TIME_SECOND, GATE_STREAM, 3600 * TIME_SECOND, 8 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct gate *gate = gate_new(
            &(struct gate_settings){ .most_at_once = 8, .latency_budget_us = cases[i].budget_us });
        struct cancel *cancel = cancel_new();
        struct err err = { 0 };

        CHECK_AT(i, gate_width(gate) == 8 && gate_enter(gate, cancel, &err));
        gate_leave(gate, cases[i].outcome, cases[i].took_us);
        CHECK_AT(i, gate_width(gate) == cases[i].width);
        gate_free(gate);
        cancel_free(cancel);
    }
}

TEST(no_more_pass_than_there_may_be)
{
    struct gate *gate = gate_new(&(struct gate_settings){ .most_at_once = 2 });
    struct cancel *cancel = cancel_new();
    atomic_int inside = 0, most = 0;
    struct passer third = { gate, cancel, &inside, &most, 1, 0, ERR_NONE, 0, 0 };
    struct err err = { 0 };

    CHECK(gate_enter(gate, cancel, &err) && gate_enter(gate, cancel, &err));
    CHECK(pthread_create(&third.thread, NULL, pass, &third) == 0);
    sleeper_wait(&third.id);
    CHECK(atomic_load(&most) == 0);
    gate_leave(gate, GATE_GOOD, 1000);
    CHECK(pthread_join(third.thread, NULL) == 0 && third.passed == 1);
    gate_leave(gate, GATE_GOOD, 1000);
    gate_free(gate);
    cancel_free(cancel);
}

/* Never narrower than one, and one step at a time. */
TEST(a_gate_is_never_shut_by_trouble)
{
    struct gate *gate = gate_new(&(struct gate_settings){ .most_at_once = 1 });
    struct cancel *cancel = cancel_new();
    struct err err = { 0 };

    for (int i = 0; i < 3; i++) {
        CHECK(gate_enter(gate, cancel, &err));
        gate_leave(gate, GATE_TROUBLE, 1000);
        CHECK(gate_width(gate) == 1);
    }
    gate_free(gate);
    gate = gate_new(&(struct gate_settings){ .most_at_once = 64 });
    for (int i = 0; i < 6; i++) {
        CHECK(gate_enter(gate, cancel, &err));
        gate_leave(gate, GATE_TROUBLE, 1000);
    }
    CHECK(gate_width(gate) > 1); /* half, and again only a second later */
    gate_free(gate);
    cancel_free(cancel);
}

TEST(a_ceiling_spreads_requests)
{
    struct gate *gate = gate_new(&(struct gate_settings){ .requests_per_second = 200 });
    struct cancel *cancel = cancel_new();
    int64_t before_us = time_mono_us();
    struct err err = { 0 };

    for (int i = 0; i < 21; i++) {
        CHECK(gate_enter(gate, cancel, &err));
        gate_leave(gate, GATE_GOOD, 1000);
    }
    CHECK(time_mono_us() - before_us >= 95 * TIME_MS);
    gate_free(gate);
    cancel_free(cancel);
}

/* Around the clock but for an hour that is not now; and that hour alone. */
TEST(in_quiet_hours_nobody_passes)
{
    struct time_civil now = time_to_zone(time_now_us());
    int minute = now.hour * 60 + now.minute, day = 24 * 60;
    struct gate_settings quiet = { .quiet_from = (minute + day - 120) % day,
                                   .quiet_until = (minute + 120) % day };
    struct gate_settings busy = { .quiet_from = (minute + 120) % day,
                                  .quiet_until = (minute + 180) % day };
    struct gate *shut = gate_new(&quiet), *open = gate_new(&busy);
    struct cancel *cancel = cancel_new();
    atomic_int inside = 0, most = 0;
    struct passer passer = { shut, cancel, &inside, &most, 1, 0, ERR_NONE, 0, 0 };
    struct err err = { 0 };

    log_setup(LOG_ERROR, false);
    CHECK(gate_enter(open, cancel, &err));
    gate_leave(open, GATE_GOOD, 1000);
    CHECK(pthread_create(&passer.thread, NULL, pass, &passer) == 0);
    sleeper_wait(&passer.id);
    cancel_set(cancel);
    CHECK(pthread_join(passer.thread, NULL) == 0 && passer.passed == 0);
    CHECK(passer.kind == ERR_CANCELED);
    gate_free(shut);
    gate_free(open);
    cancel_free(cancel);
}

/* --- sessions ------------------------------------------------------------------------------- */

static void *take_session(void *arg)
{
    struct passer *p = arg;
    struct err err = { 0 };

    p->passed = gate_session_take(p->gate, p->cancel, &err);
    p->kind = err.kind;
    return NULL;
}

TEST(a_session_waits_for_a_place)
{
    for (size_t stop = 0; stop < 2; stop++) {
        struct gate *gate = gate_new(&(struct gate_settings){ .most_sessions = 2 });
        struct cancel *cancel = cancel_new();
        struct passer waiting = { .gate = gate, .cancel = cancel };
        struct err err = { 0 };

        CHECK_AT(stop, gate_session_take(gate, cancel, &err));
        CHECK_AT(stop, gate_session_take(gate, cancel, &err) && gate_sessions(gate) == 2);
        CHECK_AT(stop, !gate_session_is_wanted(gate));
        CHECK_AT(stop, pthread_create(&waiting.thread, NULL, take_session, &waiting) == 0);
        while (!gate_session_is_wanted(gate))
            (void)usleep(1000);
        if (stop)
            cancel_set(cancel);
        else
            gate_session_return(gate, false);
        CHECK_AT(stop, pthread_join(waiting.thread, NULL) == 0 && waiting.passed == !stop);
        CHECK_AT(stop, waiting.kind == (stop ? ERR_CANCELED : ERR_NONE));
        CHECK_AT(stop, gate_sessions(gate) == 2 && !gate_session_is_wanted(gate));
        gate_free(gate);
        cancel_free(cancel);
    }
}

/* Other movers need their part: what there is too much is given back, and nobody gets more. */
TEST(sessions_are_limited_by_the_other_movers)
{
    struct gate *gate = gate_new(&(struct gate_settings){ .most_sessions = 4 });
    struct cancel *cancel = cancel_new();
    struct passer waiting = { .gate = gate, .cancel = cancel };
    struct err err = { 0 };

    CHECK(gate_sessions_limit(gate, 3) == 0);
    for (int i = 0; i < 3; i++)
        CHECK(gate_session_take(gate, cancel, &err));
    CHECK(!gate_session_is_surplus(gate));
    CHECK(gate_sessions_limit(gate, 1) == 3 && gate_session_is_surplus(gate));
    gate_session_return(gate, false);
    CHECK(gate_session_is_surplus(gate));
    gate_session_return(gate, false);
    CHECK(!gate_session_is_surplus(gate));
    CHECK(pthread_create(&waiting.thread, NULL, take_session, &waiting) == 0);
    while (!gate_session_is_wanted(gate))
        (void)usleep(1000);
    CHECK(gate_sessions(gate) == 1);
    CHECK(gate_sessions_limit(gate, 2) == 1);
    CHECK(pthread_join(waiting.thread, NULL) == 0 && waiting.passed == 1);
    CHECK(gate_sessions_limit(NULL, 1) == 0 && !gate_session_is_surplus(NULL));
    gate_free(gate);
    cancel_free(cancel);
}

/* The server had no place for the third: two is what it can bear, for now. */
TEST(a_refused_session_lowers_the_number)
{
    struct gate *gate = gate_new(&(struct gate_settings){ 0 });
    struct cancel *cancel = cancel_new();
    struct passer waiting = { .gate = gate, .cancel = cancel };
    struct err err = { 0 };

    for (int i = 0; i < 3; i++)
        CHECK(gate_session_take(gate, cancel, &err));
    gate_session_return(gate, true);
    CHECK(gate_sessions(gate) == 2);
    CHECK(pthread_create(&waiting.thread, NULL, take_session, &waiting) == 0);
    while (!gate_session_is_wanted(gate))
        (void)usleep(1000);
    gate_session_return(gate, false);
    CHECK(pthread_join(waiting.thread, NULL) == 0 && waiting.passed && gate_sessions(gate) == 2);
    gate_free(gate);
    cancel_free(cancel);
}

TEST(without_a_gate_everybody_passes)
{
    struct cancel *cancel = cancel_new();
    struct err err = { 0 };

    cancel_set(cancel);
    CHECK(gate_enter(NULL, cancel, &err) && gate_session_take(NULL, cancel, &err));
    CHECK(!gate_session_is_wanted(NULL));
    gate_leave(NULL, GATE_TROUBLE, 1);
    gate_session_return(NULL, true);
    cancel_free(cancel);
}
