/* Starts the libraries while files can still be opened, then locks. */
#include "start.h"

#include "image.h"

#include <fontconfig/fontconfig.h>
#include <locale.h>
#include <malloc.h>
#include <unistd.h>

/* Each arena of malloc() would take address space that the limit counts. */
static void memory_arrange(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
}

static const char *const readable[] = {
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/fontconfig",
    "/etc/fonts",
    "/var/cache/fontconfig",
    "/usr/share/poppler",
    NULL,
};

static const struct lock_plan plan = { .readable = readable, .seconds = 20 };

bool preview_start(struct lock_state *state_r)
{
    (void)close_range(WIRE_FD + 1, ~0U, 0);
    memory_arrange();
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    return image_start() && FcInit() && lock_down(&plan, state_r);
}
