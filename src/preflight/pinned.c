/* Compares settings with the notes of earlier runs. */
#include "preflight/pinned.h"

#include "base/log.h"
#include "base/mem.h"
#include "document/failure_class.h"
#include "document/filter.h"
#include "ledger/decisions.h"
#include "ledger/versions.h"
#include "store/open.h"

#include <limits.h>
#include <unistd.h>

#define CONTAINERS "containers"
#define STORE "store"

/* --- lists of containers -------------------------------------------------------------------- */

struct pinned_containers {
    bool each;
    struct span names;
};

static struct pinned_containers pinned_containers_of(struct span text)
{
    struct span mode = span_cut(&text, ':');

    return (struct pinned_containers){ span_is(mode, "each"), text };
}

/* "Scan" and "Scan(1)" are one name: a field may have been given more repetitions meanwhile. */
static struct span name_next(struct span *rest)
{
    struct span name = span_trim(span_cut(rest, ','));

    return span_ends(name, "(1)") ? span_first(name, name.size - 3) : name;
}

static bool has_name(struct span names, struct span name)
{
    while (names.at)
        if (span_equal(name_next(&names), name))
            return true;
    return false;
}

static bool has_all_names(struct span names, struct span wanted)
{
    while (wanted.at)
        if (!has_name(names, name_next(&wanted)))
            return false;
    return true;
}

static bool begins_with(struct span names, struct span wanted)
{
    while (wanted.at)
        if (!names.at || !span_equal(name_next(&names), name_next(&wanted)))
            return false;
    return true;
}

static bool is_single_name(struct span names)
{
    (void)name_next(&names);
    return !names.at;
}

bool pinned_containers_fit(struct span before, struct span now)
{
    struct pinned_containers old = pinned_containers_of(before), new = pinned_containers_of(now);
    struct span old_names = old.names, new_names = new.names;

    if (old.each != new.each && !is_single_name(old.names))
        return false; /* of one container both mean the same */
    if (!new.each)
        return begins_with(new.names, old.names);
    return span_equal(name_next(&new_names), name_next(&old_names))
           && has_all_names(new.names, old.names);
}

/* --- notes ---------------------------------------------------------------------------------- */

static bool setting_changed(const char *what, const char *before, const char *now, const char *so,
                            struct err *err)
{
    return err_set(err, ERR_USAGE, 0,
                   "[source] %s was '%.120s' when this ledger was begun, and is '%.120s' now: %s",
                   what, before, now, so);
}

static bool note_is_kept(struct ledger *ledger, const char *name, const char *now, bool keep,
                         struct err *err)
{
    return !keep || ledger_note_write(ledger, name, now, err);
}

/* Compares a name that may not change. `so`: what would happen if it did, and how to mend it. */
static bool name_keep(struct ledger *ledger, const char *name, const char *now, const char *so,
                      bool keep, bool accept, struct err *err)
{
    auto_free char *before = NULL;

    if (!ledger_note_read(ledger, name, &before, err))
        return false;
    if (before && strcmp(before, now) == 0)
        return true;
    if (before && !accept)
        return setting_changed(name, before, now, so, err);
    return note_is_kept(ledger, name, now, keep, err);
}

/* Wakes records whose containers were all empty: they may have a file in one that was added. */
static bool empty_wake(struct ledger *ledger, struct err *err)
{
    return ledger_retry_class(ledger, failure_class_of(FAILURE_CONTAINER_EMPTY)->name, err);
}

static bool containers_keep(struct ledger *ledger, const struct containers *containers, bool keep,
                            struct err *err)
{
    auto_free char *now = containers_text(containers), *before = NULL;

    if (!ledger_note_read(ledger, CONTAINERS, &before, err))
        return false;
    if (before && strcmp(before, now) == 0)
        return true;
    if (before && !pinned_containers_fit(span_of(before), span_of(now)))
        return setting_changed("container_field (with containers)", before, now,
                               "moved files would be missed or moved twice. Set it back; names may "
                               "only be added, after the others",
                               err);
    if (before && keep)
        log_info("containers were added: now '%s', before '%s'", now, before);
    return note_is_kept(ledger, CONTAINERS, now, keep, err)
           && (!before || !keep || empty_wake(ledger, err));
}

/* --- the store ------------------------------------------------------------------------------ */

/* A folder's place in the file system, however its path is written; it need not exist yet. */
static char *folder_place(const char *path)
{
    auto_free char *real = realpath(path, NULL), *here = NULL;
    auto_str whole = STR_MAX(PATH_MAX);

    if (real)
        return take(real);
    if (*path != '/')
        here = getcwd(NULL, 0);
    str_printf(&whole, "%s%s%s", here ? here : "", here ? "/" : "", path);
    while (whole.size > 1 && whole.at[whole.size - 1] == '/')
        str_cut(&whole, whole.size - 1);
    return str_take(&whole);
}

static bool store_place(const struct store_settings *store, char **place_r, struct err *err)
{
    auto_free char *name = NULL;

    if (!store_name_of(store, &name, err))
        return false;
    *place_r = span_starts(span_of(store->url), "dir:") ? folder_place(name) : take(name);
    return true;
}

static bool store_changed(const char *before, const char *now, struct err *err)
{
    return err_set(
        err, ERR_USAGE, 0,
        "[store] url was '%.160s' when this ledger was begun, and is '%.160s' now: the moved "
        "documents lie in the old one. Set it back; or, if all of them were copied to the new one, "
        "or only its name is new: fmferry run --accept-store, then fmferry verify --bytes",
        before, now);
}

static bool store_keep(struct ledger *ledger, const struct engine_settings *s, bool keep,
                       struct err *err)
{
    auto_free char *before = NULL, *now = NULL;
    bool is_used;

    if (!store_place(&s->store, &now, err) || !ledger_note_read(ledger, STORE, &before, err))
        return false;
    if (before && strcmp(before, now) == 0)
        return true;
    if (!ledger_has_versions(ledger, &is_used, err))
        return false;
    if (before && is_used && !s->accept_store)
        return store_changed(before, now, err);
    if (before && is_used && keep)
        log_warn("the store is '%s' from now on; before, it was '%s'", now, before);
    return note_is_kept(ledger, STORE, now, keep, err);
}

bool pinned_store_check(const struct engine_settings *settings, const struct cancel *cancel,
                        struct err *err)
{
    auto_ledger *ledger = NULL;
    struct err why = { 0 };

    if (!ledger_open_reader(settings->ledger_url, settings->source_name, cancel, &ledger, &why)) {
        if (why.code != SQL_NEWER)
            return true; /* whoever opens it next says so */
        *err = why;
        return false;
    }
    return store_keep(ledger, settings, false, err);
}

/* --- the source's own name ------------------------------------------------------------------- */

/* Refuses a new name for a source that the ledger knows: its records would be moved twice. */
static bool name_is_new(struct ledger *ledger, const struct engine_settings *s, struct err *err)
{
    auto_free char *begun = NULL, *twin = NULL, *containers = NULL;

    if (!ledger_note_read(ledger, "database", &begun, err))
        return false;
    if (begun || s->accept_rebuilt || filter_field(s->filter, 0))
        return true;
    containers = containers_text(s->fields.containers);
    if (!ledger_twin_source(ledger, s->filemaker.database, s->fields.layout, containers, &twin,
                            err))
        return false;
    return !twin
           || err_set(err, ERR_USAGE, 0,
                      "[source] name: this ledger knows the records of layout '%.100s' as source "
                      "'%.100s', and now they are called '%.100s': each would be moved, or "
                      "refused, a second time. Set name = %.100s. If they are two sources: fmferry "
                      "run --accept-rebuilt",
                      s->fields.layout, twin, s->source_name, twin);
}

/* --- all of it ------------------------------------------------------------------------------ */

static bool all_keep(struct ledger *ledger, const struct engine_settings *s, bool keep,
                     struct err *err)
{
    static const char *const other_records =
        "its records may be different ones. Set it back; or, if they are the same records under "
        "another name: fmferry run --accept-rebuilt";
    static const char *const other_ids = "every document would be moved a second time. Set it back";

    return name_is_new(ledger, s, err)
           && name_keep(ledger, "database", s->filemaker.database, other_records, keep,
                        s->accept_rebuilt, err)
           && name_keep(ledger, "layout", s->fields.layout, other_records, keep, s->accept_rebuilt,
                        err)
           && name_keep(ledger, "key_field", s->fields.key, other_ids, keep, false, err)
           && containers_keep(ledger, s->fields.containers, keep, err)
           && store_keep(ledger, s, keep, err);
}

bool pinned_keep(struct ledger *ledger, const struct engine_settings *settings, struct err *err)
{
    return all_keep(ledger, settings, true, err);
}

bool pinned_check(struct ledger *ledger, const struct engine_settings *settings, struct err *err)
{
    return all_keep(ledger, settings, false, err);
}
