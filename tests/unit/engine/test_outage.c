/* Who is away, since when, and when that is said. */
#include "engine/outage.h"

#include "base/log.h"
#include "base/screen.h"
#include "base/time.h"
#include "hand_clock.h"
#include "tap.h"

struct scene {
    struct hand_clock hand;
    struct outage outage;
    struct err why;
};

static void scene_set(struct scene *scene)
{
    *scene = (struct scene){ .why = { .kind = ERR_NET, .msg = "no route" } };
    hand_clock_set(&scene->hand, time_now_us(), NULL);
    scene->outage.who = "the store";
    scene->outage.clock = &scene->hand.clock;
}

/* A failure every five seconds, for so long. */
static void fail_for(struct scene *scene, int64_t us)
{
    for (int64_t at = 0; at <= us; at += 5 * TIME_SECOND) {
        outage_failed(&scene->outage, &scene->why);
        hand_clock_move(&scene->hand, 5 * TIME_SECOND);
    }
}

TEST(a_failure_among_good_answers_is_no_outage)
{
    struct scene scene;

    scene_set(&scene);
    for (int i = 0; i < 100; i++) {
        outage_failed(&scene.outage, &scene.why);
        hand_clock_move(&scene.hand, 1 * TIME_SECOND);
        outage_answered(&scene.outage);
        CHECK_AT((size_t)i, outage_lasts_us(&scene.outage) == 0);
    }
}

TEST(an_outage_lasts_from_its_first_failure)
{
    struct scene scene;

    scene_set(&scene);
    hand_clock_move(&scene.hand, 3600 * TIME_SECOND); /* quiet hours */
    outage_failed(&scene.outage, &scene.why);
    hand_clock_move(&scene.hand, 1 * TIME_SECOND);
    CHECK(outage_lasts_us(&scene.outage) == 0);
    CHECK(!outage_is_too_long(&scene.outage, &scene.why));
    hand_clock_move(&scene.hand, 9 * TIME_SECOND);
    outage_failed(&scene.outage, &scene.why);
    CHECK(outage_lasts_us(&scene.outage) == 10 * TIME_SECOND);
    outage_answered(&scene.outage);
    CHECK(outage_lasts_us(&scene.outage) == 0);
}

static void line_count(void *arg, bool before)
{
    *(int *)arg += before;
}

TEST(it_is_said_once_and_so_is_its_end)
{
    struct scene scene;
    int lines = 0;

    scene_set(&scene);
    screen_display(line_count, &lines);
    fail_for(&scene, 60 * TIME_SECOND);
    CHECK(lines == 1);
    outage_answered(&scene.outage);
    outage_answered(&scene.outage);
    CHECK(lines == 2);
    screen_display(NULL, NULL);
}

TEST(after_a_quarter_of_an_hour_it_is_too_long)
{
    struct scene scene;

    scene_set(&scene);
    fail_for(&scene, OUTAGE_MAX_US - 20 * TIME_SECOND);
    CHECK(!outage_is_too_long(&scene.outage, &scene.why));
    fail_for(&scene, 30 * TIME_SECOND);
    CHECK(outage_is_too_long(&scene.outage, &scene.why));
    CHECK(strstr(scene.why.msg, "the store is away for 15 min") == scene.why.msg);
    CHECK(strstr(scene.why.msg, "no route") != NULL);
}

TEST(a_good_answer_begins_the_count_anew)
{
    struct scene scene;

    scene_set(&scene);
    fail_for(&scene, OUTAGE_MAX_US - 20 * TIME_SECOND);
    outage_answered(&scene.outage);
    fail_for(&scene, OUTAGE_MAX_US - 20 * TIME_SECOND);
    CHECK(!outage_is_too_long(&scene.outage, &scene.why));
}
