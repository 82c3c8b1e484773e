/* Finds out by trying what a folder's disk can do, as for a bucket. */
#include "store/folder/probe.h"

#include "base/num.h"
#include "store/folder/errors.h"
#include "store/folder/list.h"
#include "store/folder/marker.h"
#include "store/folder/method.h"
#include "store/folder/partial.h"

#include <signal.h>
#include <unistd.h>

/* --- left by earlier probes ----------------------------------------------------------------- */

/* Whether a name belongs to a probe whose process is gone: it was killed in the middle. */
static bool probe_is_abandoned(const char *name)
{
    struct err ignored;
    int64_t pid;

    return num_i64(span_of(name + strlen(STORE_PROBE)), 1, INT32_MAX, &pid, &ignored)
           && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static bool abandoned_probes_unlink(struct folder_store *dir, struct err *err)
{
    auto_list *list = NULL;
    struct store_entry entry;
    enum step step;

    if (!folder_list(&dir->store, dir->fd, STORE_PROBE, &list, err))
        return false;
    while ((step = store_list_next(list, &entry, err)) == STEP_ROW)
        if (probe_is_abandoned(entry.key) && unlinkat(dir->fd, entry.key, 0) < 0 && errno != ENOENT)
            return folder_failed(err, "removing '%s', which an earlier trial left", entry.key);
    return step == STEP_END;
}

/* --- the probe ------------------------------------------------------------------------------ */

bool folder_probe(struct store *store, struct store_traits *traits_r, struct err *err)
{
    struct folder_store *dir = folder_store_of(store);

    dir->method = FOLDER_UNKNOWN;
    if (!abandoned_probes_unlink(dir, err) || !folder_partial_clear(dir, err)
        || !folder_method_find(dir, err) || !folder_marker_make(dir, err))
        return false;
    *traits_r = (struct store_traits){
        .conditional = STORE_YES,
        .conditional_large = STORE_YES,
        .deletes = STORE_YES,
        .unnamed = dir->method == FOLDER_UNNAMED ? STORE_YES : STORE_NO,
        .links = dir->method == FOLDER_RENAMED ? STORE_NO : STORE_YES,
    };
    return true;
}
