/* Cancelling wakes and stops everybody who waits. */
#include "base/cancel.h"

#include "base/time.h"
#include "tap.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

static const int64_t an_hour_us = INT64_C(3600) * TIME_SECOND;

static bool is_readable(const struct cancel *cancel)
{
    struct pollfd fd = { .fd = cancel_fd(cancel), .events = POLLIN };

    return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN);
}

TEST(once_set_it_stays_set)
{
    struct cancel *cancel = cancel_new();

    CHECK(!cancel_is_set(cancel) && !is_readable(cancel));
    for (size_t i = 0; i < 3; i++) {
        cancel_set(cancel);
        CHECK_AT(i, cancel_is_set(cancel) && is_readable(cancel) && is_readable(cancel));
    }
    cancel_free(cancel);
    cancel_free(NULL);
}

TEST(sleeping_takes_its_time_or_ends_at_once)
{
    static const struct {
        bool set;
        int64_t wait_us;
    } cases[] = {
        { false, 0 }, { false, -1 }, { false, INT64_MIN }, { false, 2000 },
        { true, 0 },  { true, -1 },  { true, 2000 },       { true, INT64_MAX },
    };

    for (size_t i = 0; i < lengthof(cases); i++) {
        struct cancel *cancel = cancel_new();
        struct err err = { 0 };
        int64_t before_us = time_mono_us();

        if (cases[i].set)
            cancel_set(cancel);
        CHECK_AT(i, cancel_sleep(cancel, cases[i].wait_us, &err) == !cases[i].set);
        CHECK_AT(i, err.kind == (cases[i].set ? ERR_CANCELED : ERR_NONE));
        CHECK_AT(i, cases[i].set || time_mono_us() - before_us >= cases[i].wait_us);
        cancel_free(cancel);
    }
}

struct sleeper {
    struct cancel *cancel;
    int64_t wait_us;
    bool slept;
    struct err err;
};

static void *sleep_long(void *arg)
{
    struct sleeper *sleeper = arg;

    sleeper->slept = cancel_sleep(sleeper->cancel, sleeper->wait_us, &sleeper->err);
    return NULL;
}

/* This would last an hour, or for ever, if the sleepers were not woken. */
TEST(every_sleeper_is_woken)
{
    struct sleeper sleepers[3] = { 0 };
    pthread_t threads[lengthof(sleepers)];
    struct cancel *cancel = cancel_new();

    for (size_t i = 0; i < lengthof(sleepers); i++) {
        sleepers[i].cancel = cancel;
        sleepers[i].wait_us = i ? an_hour_us : INT64_MAX;
        CHECK_AT(i, pthread_create(&threads[i], NULL, sleep_long, &sleepers[i]) == 0);
    }
    cancel_set(cancel);
    for (size_t i = 0; i < lengthof(sleepers); i++) {
        CHECK_AT(i, pthread_join(threads[i], NULL) == 0);
        CHECK_AT(i, !sleepers[i].slept && sleepers[i].err.kind == ERR_CANCELED);
    }
    cancel_free(cancel);
}

/* A signal handler interrupts code that is about to read errno. */
TEST(setting_leaves_errno_alone)
{
    struct cancel *cancel = cancel_new();
    uint64_t full = UINT64_MAX - 1;

    CHECK(write(cancel_fd(cancel), &full, sizeof full) == sizeof full);
    errno = ENOENT;
    cancel_set(cancel);
    CHECK(errno == ENOENT && cancel_is_set(cancel));
    cancel_free(cancel);
}
