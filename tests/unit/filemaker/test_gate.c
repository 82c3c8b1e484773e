/* The gate to FileMaker Server: how many requests pass, how fast, and which wait. */
#include "filemaker/gate.h"

#include "base/log.h"
#include "base/time.h"
#include "hand_clock.h"
#include "tap.h"

#include <pthread.h>
#include <stdatomic.h>

/* --- many threads, the real clock ----------------------------------------------------------- */

struct passer {
    struct gate *gate;
    struct cancel *cancel;
    atomic_int *inside, *most;
    size_t passed;
    pthread_t thread;
};

enum { PASSERS = 6, ROUNDS = 200 };

static void *pass(void *arg)
{
    struct passer *p = arg;
    struct err err = { 0 };

    for (; p->passed < ROUNDS && gate_enter(p->gate, p->cancel, &err); p->passed++) {
        int inside = atomic_fetch_add(p->inside, 1) + 1, most = atomic_load(p->most);

        while (inside > most && !atomic_compare_exchange_weak(p->most, &most, inside))
            continue;
        atomic_fetch_sub(p->inside, 1);
        gate_leave(p->gate, GATE_GOOD, 1000);
    }
    return NULL;
}

TEST(no_more_pass_at_once_than_may)
{
    static const int widths[] = { 1, 3, 0 };

    for (size_t i = 0; i < lengthof(widths); i++) {
        struct gate *gate = gate_new(&(struct gate_settings){ .most_at_once = widths[i] }, NULL);
        struct cancel *cancel = cancel_new();
        struct passer passers[PASSERS];
        atomic_int inside = 0, most = 0;

        for (size_t k = 0; k < PASSERS; k++) {
            passers[k] = (struct passer){ gate, cancel, &inside, &most, 0, 0 };
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

/* --- one thread, a clock of the test's own -------------------------------------------------- */

/* A gate, its clock, and what is seen and done while a thread waits at it. */
struct scene {
    struct hand_clock hand;
    struct cancel *cancel;
    struct gate *gate;
    int64_t begun_us;
    bool was_wanted; /* a session, while a thread waited for one */
    struct err err;
};

static void scene_begin(struct scene *scene, const struct gate_settings *settings)
{
    *scene = (struct scene){ .cancel = cancel_new() };
    hand_clock_set(&scene->hand, time_now_us(), scene->cancel);
    scene->hand.arg = scene;
    scene->begun_us = scene->hand.mono_us;
    scene->gate = gate_new(settings, &scene->hand.clock);
}

static void scene_end(struct scene *scene)
{
    gate_free(scene->gate);
    cancel_free(scene->cancel);
}

static int64_t scene_us(const struct scene *scene)
{
    return scene->hand.mono_us - scene->begun_us;
}

static bool request(struct scene *scene, enum gate_outcome outcome, int64_t took_us)
{
    if (!gate_enter(scene->gate, scene->cancel, &scene->err))
        return false;
    gate_leave(scene->gate, outcome, took_us);
    return true;
}

static bool session(struct scene *scene)
{
    return gate_session_take(scene->gate, scene->cancel, &scene->err);
}

/* Things that happen meanwhile: */

static void one_leaves(void *arg)
{
    gate_leave(((struct scene *)arg)->gate, GATE_GOOD, 1000);
}

static void all_stop(void *arg)
{
    struct scene *scene = arg;

    scene->was_wanted = gate_session_is_wanted(scene->gate);
    cancel_set(scene->cancel);
}

static void one_session_ends(void *arg)
{
    struct scene *scene = arg;

    scene->was_wanted = gate_session_is_wanted(scene->gate);
    gate_session_return(scene->gate, false);
}

static void two_are_allowed(void *arg)
{
    struct scene *scene = arg;

    scene->was_wanted = gate_session_is_wanted(scene->gate);
    CHECK(gate_sessions_limit(scene->gate, 2) == 1);
}

/* --- requests ------------------------------------------------------------------------------- */

TEST(trouble_and_slowness_thin_the_traffic)
{
    static const struct {
        int64_t budget_us;
        enum gate_outcome outcome;
        int64_t took_us;
        int width; /* after one such answer, out of eight */
    } cases[] = {
        { 0, GATE_TROUBLE, 1000, 4 },
        { 0, GATE_GOOD, 3600 * TIME_SECOND, 8 },
        { 1 * TIME_SECOND, GATE_GOOD, 3600 * TIME_SECOND, 7 },
        { 1 * TIME_SECOND, GATE_GOOD, 1000, 8 },
        { 1 * TIME_SECOND, GATE_STREAM, 3600 * TIME_SECOND, 8 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct gate_settings settings = { .most_at_once = 8,
                                          .latency_budget_us = cases[i].budget_us };
        struct scene scene;

        scene_begin(&scene, &settings);
        CHECK_AT(i, gate_width(scene.gate) == 8);
        CHECK_AT(i, request(&scene, cases[i].outcome, cases[i].took_us));
        CHECK_AT(i, gate_width(scene.gate) == cases[i].width);
        scene_end(&scene);
    }
}

/* One step down in a second, one up in ten without failures, and none beyond the settings. */
TEST(a_gate_narrows_at_once_and_widens_slowly)
{
    static const struct {
        int64_t later_us;
        enum gate_outcome outcome;
        int width;
    } steps[] = {
        { 0, GATE_TROUBLE, 4 },
        { 1 * TIME_SECOND - 1, GATE_TROUBLE, 4 },
        { 1, GATE_TROUBLE, 2 },
        { 10 * TIME_SECOND - 1, GATE_GOOD, 2 },
        { 1, GATE_GOOD, 3 },
        { 0, GATE_GOOD, 3 },
        { 9 * TIME_SECOND, GATE_TROUBLE, 1 },
        { 9 * TIME_SECOND, GATE_GOOD, 1 },
        { 1 * TIME_SECOND, GATE_STREAM, 1 },
        { 0, GATE_GOOD, 2 },
        { 60 * TIME_SECOND, GATE_GOOD, 3 },
        { 60 * TIME_SECOND, GATE_GOOD, 4 },
        { 60 * TIME_SECOND, GATE_GOOD, 5 },
        { 60 * TIME_SECOND, GATE_GOOD, 6 },
        { 60 * TIME_SECOND, GATE_GOOD, 7 },
        { 60 * TIME_SECOND, GATE_GOOD, 8 },
        { 60 * TIME_SECOND, GATE_GOOD, 8 },
    };
    struct scene scene;

    scene_begin(&scene, &(struct gate_settings){ .most_at_once = 8 });
    for (size_t i = 0; i < lengthof(steps); i++) {
        hand_clock_move(&scene.hand, steps[i].later_us);
        CHECK_AT(i, request(&scene, steps[i].outcome, 1000));
        CHECK_AT(i, gate_width(scene.gate) == steps[i].width);
    }
    scene_end(&scene);
}

TEST(a_gate_is_never_shut_by_trouble)
{
    static const int widths[] = { 1, 64 };

    for (size_t i = 0; i < lengthof(widths); i++) {
        struct scene scene;

        scene_begin(&scene, &(struct gate_settings){ .most_at_once = widths[i] });
        for (int k = 0; k < 10; k++) {
            CHECK_AT(i, request(&scene, GATE_TROUBLE, 1000) && gate_width(scene.gate) >= 1);
            hand_clock_move(&scene.hand, 1 * TIME_SECOND);
        }
        CHECK_AT(i, gate_width(scene.gate) == 1);
        scene_end(&scene);
    }
}

TEST(who_finds_no_place_waits_until_one_leaves)
{
    struct scene scene;

    scene_begin(&scene, &(struct gate_settings){ .most_at_once = 2 });
    scene.hand.meanwhile = one_leaves;
    CHECK(gate_enter(scene.gate, scene.cancel, &scene.err));
    CHECK(gate_enter(scene.gate, scene.cancel, &scene.err) && scene.hand.waits == 0);
    CHECK(gate_enter(scene.gate, scene.cancel, &scene.err) && scene.hand.waits == 1);
    scene_end(&scene);
}

/* The first request goes at once; a pause is not made up for. */
TEST(a_ceiling_spreads_requests)
{
    static const struct {
        double per_second;
        int requests;
        int64_t pause_us, takes_us;
    } cases[] = {
        { 200, 21, 0, 100 * TIME_MS },
        { 200, 21, 3600 * TIME_SECOND, 100 * TIME_MS },
        { 0.5, 4, 0, 6 * TIME_SECOND },
        { 0, 1000, 0, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct gate_settings settings = { .requests_per_second = cases[i].per_second };
        struct scene scene;

        scene_begin(&scene, &settings);
        if (cases[i].pause_us) {
            CHECK_AT(i, request(&scene, GATE_GOOD, 1000));
            hand_clock_move(&scene.hand, cases[i].pause_us);
        }
        for (int k = 0; k < cases[i].requests; k++)
            CHECK_AT(i, request(&scene, GATE_GOOD, 1000));
        CHECK_AT(i, scene_us(&scene) == cases[i].pause_us + cases[i].takes_us);
        scene_end(&scene);
    }
}

/* One second's bytes come at once, also after a pause; the rest at the ceiling, whatever the size of the reads. */
TEST(a_ceiling_spreads_bytes)
{
    static const struct {
        double mib_per_second;
        size_t reads, bytes; /* so many of that size */
        int64_t pause_us, takes_us;
    } cases[] = {
        { 2, 32, 1 << 16, 0, 0 },
        { 2, 64, 1 << 16, 0, TIME_SECOND },
        { 2, 1, 1 << 22, 0, TIME_SECOND },
        { 2, 64, 1 << 16, 3600 * TIME_SECOND, TIME_SECOND },
        { 0.5, 3, 1 << 20, 0, 5 * TIME_SECOND },
        { 0, 1000, 1 << 20, 0, 0 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct gate_settings settings = { .mib_per_second = cases[i].mib_per_second };
        struct scene scene;

        scene_begin(&scene, &settings);
        hand_clock_move(&scene.hand, cases[i].pause_us);
        for (size_t k = 0; k < cases[i].reads; k++)
            CHECK_AT(i, gate_bytes(scene.gate, cases[i].bytes, scene.cancel, &scene.err));
        CHECK_AT(i, scene_us(&scene) == cases[i].pause_us + cases[i].takes_us);
        scene_end(&scene);
    }
    CHECK(gate_bytes(NULL, 1, NULL, NULL));
}

TEST(whoever_waits_for_bytes_is_stopped_soon)
{
    struct scene scene;

    scene_begin(&scene, &(struct gate_settings){ .mib_per_second = 0.001 });
    scene.hand.meanwhile = all_stop;
    CHECK(!gate_bytes(scene.gate, 1 << 20, scene.cancel, &scene.err));
    CHECK(scene.err.kind == ERR_CANCELED && scene_us(&scene) <= 200 * TIME_MS);
    scene_end(&scene);
}

TEST(in_quiet_hours_nobody_passes)
{
    static const struct {
        const char *hours;
        int hour, minute;   /* when a request comes    */
        int passes_minutes; /* after that many minutes */
    } cases[] = {
        { "08:00-18:30", 7, 59, 0 },   { "08:00-18:30", 18, 0, 30 },
        { "08:00-18:30", 18, 29, 1 },  { "08:00-18:30", 18, 30, 0 },
        { "08:00-08:02", 8, 0, 2 },    { "22:00-06:00", 21, 59, 0 },
        { "22:00-00:10", 23, 50, 20 }, { "22:00-06:00", 5, 58, 2 },
        { "22:00-06:00", 6, 0, 0 },    { "", 12, 0, 0 },
    };
    struct err err = { 0 };

    log_setup(LOG_ERROR, false);
    CHECK(time_zone_set("UTC", &err));
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct time_civil comes = { 2026, 11, 23, cases[i].hour, cases[i].minute, 0 };
        struct gate_settings settings = { 0 };
        struct scene scene;

        CHECK_AT(i, quiet_read(cases[i].hours, &settings.quiet, &err));
        scene_begin(&scene, &settings);
        scene.hand.now_us = time_from_utc(comes);
        CHECK_AT(i, request(&scene, GATE_GOOD, 1000));
        CHECK_AT(i, scene_us(&scene) == cases[i].passes_minutes * 60 * TIME_SECOND);
        scene_end(&scene);
    }
}

TEST(who_waits_is_stopped_soon)
{
    static const struct {
        struct gate_settings settings;
        int inside;
    } cases[] = {
        { { .quiet = { { { 127, 0, 24 * 60 } }, 1 } }, 0 },
        { { .requests_per_second = 0.001 }, 1 },
        { { .most_at_once = 1 }, 1 },
    };

    log_setup(LOG_ERROR, false);
    for (size_t i = 0; i < lengthof(cases); i++) {
        struct scene scene;

        scene_begin(&scene, &cases[i].settings);
        scene.hand.meanwhile = all_stop;
        if (cases[i].inside)
            CHECK_AT(i, gate_enter(scene.gate, scene.cancel, &scene.err));
        CHECK_AT(i, !gate_enter(scene.gate, scene.cancel, &scene.err));
        CHECK_AT(i, scene.err.kind == ERR_CANCELED && scene_us(&scene) <= 200 * TIME_MS);
        scene_end(&scene);
    }
}

/* --- sessions ------------------------------------------------------------------------------- */

TEST(a_session_waits_for_a_place)
{
    for (size_t stop = 0; stop < 2; stop++) {
        struct scene scene;

        scene_begin(&scene, &(struct gate_settings){ .most_sessions = 2 });
        scene.hand.meanwhile = stop ? all_stop : one_session_ends;
        CHECK_AT(stop, session(&scene));
        CHECK_AT(stop, session(&scene) && gate_sessions(scene.gate) == 2);
        CHECK_AT(stop, scene.hand.waits == 0 && !gate_session_is_wanted(scene.gate));
        CHECK_AT(stop, session(&scene) == !stop);
        CHECK_AT(stop, scene.hand.waits == 1 && scene.was_wanted);
        CHECK_AT(stop, scene.err.kind == (stop ? ERR_CANCELED : ERR_NONE));
        CHECK_AT(stop, gate_sessions(scene.gate) == 2 && !gate_session_is_wanted(scene.gate));
        scene_end(&scene);
    }
}

/* Other movers need their part: surplus sessions are given back, and nobody gets more. */
TEST(sessions_are_limited_by_the_other_movers)
{
    struct scene scene;
    struct gate *gate;

    scene_begin(&scene, &(struct gate_settings){ .most_sessions = 4 });
    gate = scene.gate;
    scene.hand.meanwhile = two_are_allowed;
    CHECK(gate_sessions_limit(gate, 3) == 0);
    for (int i = 0; i < 3; i++)
        CHECK(session(&scene));
    CHECK(!gate_session_is_surplus(gate));
    CHECK(gate_sessions_limit(gate, 1) == 3 && gate_session_is_surplus(gate));
    gate_session_return(gate, false);
    CHECK(gate_session_is_surplus(gate));
    gate_session_return(gate, false);
    CHECK(!gate_session_is_surplus(gate) && scene.hand.waits == 0);
    CHECK(session(&scene) && gate_sessions(gate) == 2);
    CHECK(scene.hand.waits == 1 && scene.was_wanted);
    CHECK(gate_sessions_limit(NULL, 1) == 0 && !gate_session_is_surplus(NULL));
    scene_end(&scene);
}

/* The server had no place for a third session: two is the limit until a minute later. */
TEST(a_refused_session_lowers_the_number)
{
    static const struct {
        void (*meanwhile)(void *arg);
        int64_t takes_us;
        int sessions;
    } cases[] = {
        { one_session_ends, 200 * TIME_MS, 2 },
        { NULL, 60 * TIME_SECOND + 200 * TIME_MS, 3 },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct scene scene;

        scene_begin(&scene, &(struct gate_settings){ 0 });
        scene.hand.meanwhile = cases[i].meanwhile;
        for (int k = 0; k < 3; k++)
            CHECK_AT(i, session(&scene));
        gate_session_return(scene.gate, true);
        CHECK_AT(i, gate_sessions(scene.gate) == 2 && scene.hand.waits == 0);
        CHECK_AT(i, session(&scene) && scene_us(&scene) == cases[i].takes_us);
        CHECK_AT(i, gate_sessions(scene.gate) == cases[i].sessions);
        scene_end(&scene);
    }
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
