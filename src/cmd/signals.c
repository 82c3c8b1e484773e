/* One thread waits for signals; all others have them blocked. */
#include "cmd/signals.h"

#include "base/mem.h"

#include <pthread.h>
#include <signal.h>

struct signals {
    void (*first)(void);
    struct cancel *cancel;
    sigset_t set;
    pthread_t thread;
};

/* Listens until signals_free() sends SIGUSR1. */
static void *listen_run(void *arg)
{
    struct signals *signals = arg;
    int signal, heard = 0;

    while (sigwait(&signals->set, &signal) == 0 && signal != SIGUSR1) {
        if (heard++ == 0 && signals->first)
            signals->first();
        else
            cancel_set(signals->cancel);
    }
    return NULL;
}

struct signals *signals_listen(void (*first)(void), struct cancel *cancel)
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
    (void)signal(SIGPIPE, SIG_IGN);
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
