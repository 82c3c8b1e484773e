/* One lock, and who is asked to step aside. */
#include "base/screen.h"

#include <pthread.h>

/* There is one terminal; see the rule on globals in CONTRIBUTING.md. */
static struct {
    void (*around)(void *arg, bool before);
    void *around_arg;
    pthread_mutex_t lock;
} screen = { .lock = PTHREAD_MUTEX_INITIALIZER };

void screen_display(void (*around)(void *arg, bool before), void *arg)
{
    screen_lock();
    screen.around = around;
    screen.around_arg = arg;
    screen_unlock();
}

bool screen_begin(void)
{
    screen_lock();
    if (screen.around)
        screen.around(screen.around_arg, true);
    return screen.around;
}

void screen_end(void)
{
    if (screen.around)
        screen.around(screen.around_arg, false);
    screen_unlock();
}

void screen_lock(void)
{
    (void)pthread_mutex_lock(&screen.lock);
}

void screen_unlock(void)
{
    (void)pthread_mutex_unlock(&screen.lock);
}
