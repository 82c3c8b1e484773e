/* The state that a bucket's handles share, on the test's own clock: expiry, server time, pace. */
#include "store/s3/access.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/time.h"
#include "folder.h"
#include "hand_clock.h"
#include "http/http.h"
#include "tap.h"

/* An access to a bucket whose credentials come from a file. */
struct scene {
    char *folder, *answer;
    struct cancel *cancel;
    struct hand_clock hand;
    struct store_access *access;
    struct err err;
};

static void scene_begin(struct scene *scene)
{
    struct store_settings settings = { .url = "s3://bucket", .profile = "test" };
    auto_free char *config = NULL, *text = NULL;

    *scene = (struct scene){ .folder = folder_new(), .cancel = cancel_new() };
    scene->answer = folder_path(scene->folder, "answer");
    config = folder_path(scene->folder, "config");
    text = mem_printf("[profile test]\nregion = eu-west-1\ncredential_process = cat '%s'\n",
                      scene->answer);
    CHECK(fs_write(config, span_of(text), 0600, &scene->err));
    (void)setenv("AWS_CONFIG_FILE", config, 1);
    http_setup();
    hand_clock_set(&scene->hand, time_now_us(), scene->cancel);
    scene->hand.arg = scene;
    settings.clock = &scene->hand.clock;
    CHECK(s3_access_new(&settings, scene->cancel, &scene->access, &scene->err));
}

static void scene_end(struct scene *scene)
{
    s3_access_free(scene->access);
    cancel_free(scene->cancel);
    free(scene->answer);
    folder_remove(scene->folder);
    http_teardown();
}

#define auto_scene __attribute__((cleanup(scene_end))) struct scene

/* --- credentials ---------------------------------------------------------------------------- */

static void answer_write(struct scene *scene, const char *key, const char *expires)
{
    auto_free char *text = mem_printf("{\"Version\":1,\"AccessKeyId\":\"%s\","
                                      "\"SecretAccessKey\":\"secret\",\"SessionToken\":\"token\","
                                      "\"Expiration\":\"%s\"}",
                                      key, expires);

    CHECK(fs_write(scene->answer, span_of(text), 0600, &scene->err));
}

/* The key that a request is signed with; NULL: none. */
static const char *key_at(struct scene *scene, int64_t now_us, struct s3_signer *signer)
{
    scene->hand.now_us = now_us;
    return s3_access_sign(scene->access, now_us, signer, &scene->err) ? signer->access_key : NULL;
}

/* New ones are fetched ten minutes before the end; without new ones, the old serve to the end. */
TEST(credentials_are_renewed_before_they_expire)
{
    struct time_civil three = { 2036, 1, 2, 3, 0, 0 };
    int64_t three_us = time_from_utc(three), four_us = three_us + 3600 * TIME_SECOND;
    int64_t early_us = 600 * TIME_SECOND;
    struct s3_signer signer = { 0 };
    auto_scene scene;

    scene_begin(&scene);
    answer_write(&scene, "AKTHREE", "2036-01-02T03:00:00Z");
    CHECK_STR(key_at(&scene, three_us - 3600 * TIME_SECOND, &signer), "AKTHREE");
    answer_write(&scene, "AKFOUR", "2036-01-02T04:00:00Z");
    CHECK_STR(key_at(&scene, three_us - early_us - 1, &signer), "AKTHREE");
    CHECK_STR(key_at(&scene, three_us - early_us, &signer), "AKFOUR");
    CHECK(fs_write(scene.answer, span_of("{}"), 0600, &scene.err));
    CHECK_STR(key_at(&scene, four_us - early_us, &signer), "AKFOUR");
    CHECK_STR(key_at(&scene, four_us - 1, &signer), "AKFOUR");
    CHECK(!key_at(&scene, four_us, &signer) && scene.err.kind == ERR_DATA);
    s3_signer_clear(&signer);
}

/* --- the server's time ---------------------------------------------------------------------- */

TEST(a_clock_is_believed_within_a_day)
{
    static const struct {
        int64_t off_us;
        bool learnt;
    } cases[] = {
        { 0, false },
        { 60 * TIME_SECOND - 1, false },
        { 60 * TIME_SECOND, true },
        { -60 * TIME_SECOND + 1, false },
        { -60 * TIME_SECOND, true },
        { 87300 * TIME_SECOND, true },
        { 87300 * TIME_SECOND + 1, false },
        { -87300 * TIME_SECOND, true },
        { -87300 * TIME_SECOND - 1, false },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        auto_scene scene;
        int64_t server_us;

        scene_begin(&scene);
        server_us = scene.hand.now_us + cases[i].off_us;
        CHECK_AT(i, s3_access_learn_time(scene.access, server_us) == cases[i].learnt);
        hand_clock_move(&scene.hand, 5 * TIME_SECOND);
        CHECK_AT(i, s3_access_now_us(scene.access)
                        == (cases[i].learnt ? server_us + 5 * TIME_SECOND : scene.hand.now_us));
    }
}

/* --- the pace ------------------------------------------------------------------------------- */

static bool enter(struct scene *scene)
{
    return s3_access_enter(scene->access, scene->cancel, &scene->err);
}

static void one_leaves(void *arg)
{
    s3_access_leave(((struct scene *)arg)->access, false);
}

static void all_stop(void *arg)
{
    cancel_set(((struct scene *)arg)->cancel);
}

/* Answers to requests under way count once: of eight, four may go, however many ask for less. */
TEST(the_pace_is_halved_once_a_second)
{
    auto_scene scene;

    scene_begin(&scene);
    for (int i = 0; i < 8; i++)
        CHECK(enter(&scene));
    for (int i = 0; i < 6; i++)
        s3_access_leave(scene.access, true);
    hand_clock_move(&scene.hand, 1 * TIME_SECOND - 1);
    s3_access_leave(scene.access, true);
    for (int i = 0; i < 3; i++)
        CHECK(enter(&scene));
    CHECK(scene.hand.waits == 0);
    scene.hand.meanwhile = one_leaves;
    CHECK(enter(&scene) && scene.hand.waits == 1);
    hand_clock_move(&scene.hand, 1);
    s3_access_leave(scene.access, true); /* a second has passed: two of the four */
    CHECK(enter(&scene) && scene.hand.waits == 3);
    scene.hand.meanwhile = all_stop;
    CHECK(!enter(&scene) && scene.err.kind == ERR_CANCELED && scene.hand.waits == 4);
}

TEST(the_pace_is_restored)
{
    auto_scene scene;

    scene_begin(&scene);
    CHECK(enter(&scene));
    s3_access_leave(scene.access, true); /* one at a time from now on */
    for (int i = 0; i < 5000; i++) {
        if (!enter(&scene))
            break;
        s3_access_leave(scene.access, false);
    }
    for (int i = 0; i < 1000; i++)
        CHECK(enter(&scene));
    CHECK(scene.hand.waits == 0);
}
