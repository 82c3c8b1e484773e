/*
 * One thread waits for signals; all others have them blocked. A terminal that closes may hang up
 * twice, by the kernel and by the shell, and means the same both times.
 */
#include "cmd/signals.h"

#include "base/log.h"
#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

struct signals {
    bool (*first)(void);
    struct cancel *cancel;
    atomic_int number; /* the first that came, or 0 */
    sigset_t set;
    pthread_t thread;
};

static void first_heard(struct signals *signals, int number)
{
    atomic_store(&signals->number, number);
    if (!signals->first || !signals->first()) {
        cancel_set(signals->cancel);
        return;
    }
    log_info("asked to stop: the documents in hand are finished first%s",
             number == SIGINT ? "; Ctrl-C once more leaves at once, and the next run finishes them"
                              : "");
}

static void next_heard(struct signals *signals, int number)
{
    if (number == SIGHUP)
        return;
    cancel_set(signals->cancel);
    log_info("asked to stop at once: the next run takes up the documents in hand");
}

/* Listens until signals_free() sends SIGUSR1. */
static void *listen_run(void *arg)
{
    struct signals *signals = arg;
    int number;

    log_context("signals", NULL);
    while (sigwait(&signals->set, &number) == 0 && number != SIGUSR1)
        if (signals_number(signals) == 0)
            first_heard(signals, number);
        else
            next_heard(signals, number);
    return NULL;
}

int signals_number(const struct signals *signals)
{
    return signals ? atomic_load(&signals->number) : 0;
}

struct signals *signals_listen(bool (*first)(void), struct cancel *cancel)
{
    struct signals *signals = mem_new(struct signals);

    signals->first = first;
    signals->cancel = cancel;
    (void)sigemptyset(&signals->set);
    (void)sigaddset(&signals->set, SIGINT);
    (void)sigaddset(&signals->set, SIGTERM);
    (void)sigaddset(&signals->set, SIGHUP);
    (void)sigaddset(&signals->set, SIGUSR1);
    if (pthread_sigmask(SIG_BLOCK, &signals->set, NULL) != 0
        || pthread_create(&signals->thread, NULL, listen_run, signals) != 0)
        abort();
    return signals;
}

void signals_free(struct signals *signals)
{
    if (!signals)
        return;
    (void)pthread_kill(signals->thread, SIGUSR1);
    (void)pthread_join(signals->thread, NULL);
    free(signals);
}
