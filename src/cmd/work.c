/* Beginning and ending, the same for all. */
#include "cmd/work.h"

#include "cmd/signals.h"

#include "http/http.h"

#include <malloc.h>

/*
 * Threads share a few heaps: of two, each waited for the other. A large document's memory goes back
 * to the system, a small one's is used again.
 */
static void work_malloc_options(void)
{
    (void)mallopt(M_ARENA_MAX, 8);
    (void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}

static int work_with(const struct settings *settings, struct gate *gate, struct cancel *cancel,
                     const void *options, int (*body)(struct work *work, struct err *err),
                     struct err *err)
{
    struct work work = { .settings = settings,
                         .mover = settings_mover(settings),
                         .cancel = cancel,
                         .options = options };

    work.mover.filemaker.gate = gate;
    return body(&work, err);
}

int work_do(const struct cli_globals *globals, void (*first)(void), const void *options,
            int (*body)(struct work *work, struct err *err), struct err *err)
{
    struct cancel *cancel = cancel_new();
    struct signals *signals = signals_listen(first, cancel);
    auto_settings settings = { 0 };
    struct gate *gate = NULL;
    int code = -1;

    work_malloc_options();
    http_setup();
    if (settings_read(globals->config, &settings, err) && settings_password(&settings, err)
        && settings_credentials(&settings, cancel, err) && settings_gate(&settings, &gate, err))
        code = work_with(&settings, gate, cancel, options, body, err);
    gate_free(gate);
    http_teardown();
    signals_free(signals);
    cancel_free(cancel);
    return code;
}
