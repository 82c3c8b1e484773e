/* The rules of sessions. */
#include "sim/request/session.h"

#include "base/time.h"
#include "tap.h"

#include <pthread.h>
#include <unistd.h>

static struct sessions *some(unsigned max, int64_t idle_us)
{
    return sessions_new(&(struct session_rules){ .max = max, .idle_us = idle_us, .seed = 1 });
}

static bool login(struct sessions *sessions, char token[SESSION_TOKEN_SIZE])
{
    uint32_t serial;

    return session_login(sessions, span_of("Clinic"), "api", token, &serial);
}

/* Takes a session and gives it back; whether that was possible. */
static bool works(struct sessions *sessions, const char *token, const char *database)
{
    bool busy;
    struct session *session =
        session_take(sessions, span_of(token), span_of(database), false, &busy);

    session_give(sessions, session, true);
    return session != NULL;
}

TEST(a_token_works_for_its_database_as_it_was_spelled)
{
    struct sessions *sessions = some(10, TIME_SECOND);
    char token[SESSION_TOKEN_SIZE];

    CHECK(login(sessions, token));
    CHECK(strlen(token) == 52 && strspn(token, "0123456789abcdef") == 52);
    CHECK(works(sessions, token, "Clinic"));
    CHECK(!works(sessions, token, "clinic"));
    CHECK(!works(sessions, "nonsense", "Clinic"));
    sessions_free(sessions);
}

TEST(one_session_too_many_is_refused_until_one_ends)
{
    struct sessions *sessions = some(2, TIME_SECOND);
    char first[SESSION_TOKEN_SIZE], second[SESSION_TOKEN_SIZE], third[SESSION_TOKEN_SIZE];
    uint32_t serial;

    CHECK(login(sessions, first) && login(sessions, second) && !login(sessions, third));
    CHECK(session_logout(sessions, span_of(first), &serial) && serial == 1);
    CHECK(!session_logout(sessions, span_of(first), &serial));
    CHECK(!works(sessions, first, "Clinic"));
    CHECK(login(sessions, third));
    CHECK(strcmp(first, third) != 0);
    CHECK(sessions_count(sessions) == 2);
    CHECK(sessions_drop(sessions) == 2 && sessions_count(sessions) == 0);
    sessions_free(sessions);
}

/*
 * Uses one of two sessions in steps that are shorter than the idle time. False if the machine was
 * too slow for that: then nothing was tested.
 */
static bool idle_tried(int64_t idle_us)
{
    struct sessions *sessions = some(0, idle_us);
    char used[SESSION_TOKEN_SIZE], idle[SESSION_TOKEN_SIZE];
    bool in_time = true, kept = true;
    int64_t last_us = time_mono_us();

    CHECK(login(sessions, used) && login(sessions, idle));
    for (int i = 0; i < 5; i++) {
        (void)usleep((useconds_t)(idle_us * 5 / 12));
        kept = works(sessions, used, "Clinic") && kept;
        in_time = in_time && time_mono_us() - last_us < idle_us;
        last_us = time_mono_us();
    }
    if (in_time) {
        CHECK(kept && !works(sessions, idle, "Clinic"));
        CHECK(!session_lives(sessions, 1, span_of(idle), false));
    }
    sessions_free(sessions);
    return in_time;
}

TEST(an_idle_session_dies_and_use_keeps_it)
{
    int64_t idle_us = 60 * TIME_MS;

    while (!idle_tried(idle_us))
        idle_us *= 2;
}

struct queued {
    struct sessions *sessions;
    const char *token;
    int *running;
    bool alone;
};

static void *queue_run(void *arg)
{
    struct queued *queued = arg;
    bool busy;
    struct session *session =
        session_take(queued->sessions, span_of(queued->token), SPAN_NONE, false, &busy);

    queued->alone = __atomic_add_fetch(queued->running, 1, __ATOMIC_SEQ_CST) == 1;
    (void)usleep(2 * TIME_MS);
    (void)__atomic_sub_fetch(queued->running, 1, __ATOMIC_SEQ_CST);
    session_give(queued->sessions, session, true);
    return NULL;
}

TEST(requests_on_one_token_queue)
{
    struct sessions *sessions = some(1, TIME_SECOND);
    char token[SESSION_TOKEN_SIZE];
    struct queued queued[8];
    pthread_t threads[8];
    int running = 0;

    CHECK(login(sessions, token));
    for (size_t i = 0; i < lengthof(threads); i++) {
        queued[i] = (struct queued){ sessions, token, &running, false };
        CHECK(pthread_create(&threads[i], NULL, queue_run, &queued[i]) == 0);
    }
    for (size_t i = 0; i < lengthof(threads); i++) {
        (void)pthread_join(threads[i], NULL);
        CHECK_AT(i, queued[i].alone);
    }
    sessions_free(sessions);
}

TEST(a_busy_token_can_be_refused_instead)
{
    struct sessions *sessions = some(1, TIME_SECOND);
    char token[SESSION_TOKEN_SIZE];
    struct session *session;
    bool busy;

    CHECK(login(sessions, token));
    session = session_take(sessions, span_of(token), SPAN_NONE, true, &busy);
    CHECK(session && !busy);
    CHECK(!session_take(sessions, span_of(token), SPAN_NONE, true, &busy) && busy);
    session_global_set(session, span_of("T::g"), span_of("v"));
    CHECK(span_is(session_global(session, span_of("T::g")), "v"));
    CHECK(!session_global(session, span_of("T::h")).at);
    session_give(sessions, session, true);
    sessions_free(sessions);
}
