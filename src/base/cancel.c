/* A flag that can be polled. */
#include "base/cancel.h"

#include "base/mem.h"
#include "base/time.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct cancel {
    atomic_bool set;
    int fd;
};

struct cancel *cancel_new(void)
{
    struct cancel *cancel = mem_new(struct cancel);

    cancel->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cancel->fd < 0)
        abort();
    return cancel;
}

void cancel_free(struct cancel *cancel)
{
    if (!cancel)
        return;
    (void)close(cancel->fd);
    free(cancel);
}

void cancel_set(struct cancel *cancel)
{
    uint64_t one = 1;
    int before = errno; /* of the code that a signal handler interrupts */

    atomic_store(&cancel->set, true);
    if (write(cancel->fd, &one, sizeof one) < 0)
        errno = before; /* the counter is full: it has been set often enough */
}

bool cancel_is_set(const struct cancel *cancel)
{
    return atomic_load(&cancel->set);
}

int cancel_fd(const struct cancel *cancel)
{
    return cancel->fd;
}

bool cancel_sleep(const struct cancel *cancel, int64_t wait_us, struct err *err)
{
    int64_t until_us = time_mono_after_us(wait_us);
    struct pollfd fd = { .fd = cancel->fd, .events = POLLIN };
    int64_t left_us;

    while (!cancel_is_set(cancel) && (left_us = until_us - time_mono_us()) > 0) {
        struct timespec wait = { .tv_sec = left_us / TIME_SECOND,
                                 .tv_nsec = left_us % TIME_SECOND * 1000 };

        (void)ppoll(&fd, 1, &wait, NULL);
    }
    if (cancel_is_set(cancel))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    return true;
}
