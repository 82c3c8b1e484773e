/* Goes through the documents; each is taken back by itself, and one that cannot be is left for later. */
#include "run/undo.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/writes_run.h"
#include "http/http.h"
#include "preflight/pinned.h"
#include "preflight/preflight.h"
#include "run/enter.h"
#include "run/undo_item.h"
#include "store/open.h"

/* Tries of one document, and how many that failed one after the other end the call. */
enum { ITEM_TRIES = 3, FAILED_MOST = 5 };
#define TRY_WAIT_US (1 * TIME_SECOND)

struct undo {
    struct undoer undoer;
    struct cancel *cancel;
    struct ledger *ledger;     /* only to look */
    struct registry *registry; /* only to look */
    int failed_in_a_row;
};

/* --- one document after the other ------------------------------------------------------------- */

/* Whether another try, or another document, may do better. Whoever is refused a right, is refused it. */
static bool is_of_one(const struct err *err)
{
    return err->kind == ERR_NET || err->kind == ERR_UNSURE || err->kind == ERR_DATA
           || (err->kind == ERR_REMOTE && err->code != HTTP_FORBIDDEN);
}

static bool is_elsewhere(const struct err *err)
{
    return err->kind == ERR_DATABASE && err->code == LEDGER_NOT_OURS;
}

/* Tries again what may do better, and waits longer each time. */
static bool item_try(struct undo *u, struct undo_candidate *candidate, struct err *err)
{
    for (int tries = 1;; tries++) {
        *err = (struct err){ 0 };
        if (undo_item(&u->undoer, candidate, err))
            return true;
        if (!is_of_one(err) || tries == ITEM_TRIES
            || !cancel_sleep(u->cancel, TRY_WAIT_US << tries, err))
            return false;
    }
}

/* A document that cannot be taken back now is left for another call; too many in a row end this one. */
static bool candidate_undo(struct undo *u, struct undo_candidate *candidate, struct err *err)
{
    if (cancel_is_set(u->cancel))
        return err_set(err, ERR_CANCELED, 0, "asked to stop");
    u->undoer.result->documents++;
    meter_add(u->undoer.settings->meter, 1, 0);
    if (item_try(u, candidate, err)) {
        u->failed_in_a_row = 0;
        return true;
    }
    if (!is_elsewhere(err) && (!is_of_one(err) || ++u->failed_in_a_row == FAILED_MOST))
        return false;
    u->undoer.result->failed++;
    log_error("not taken back: %s", err->msg);
    *err = (struct err){ 0 };
    return true;
}

static bool page_read(struct undo *u, int64_t after, struct undo_candidate *candidates,
                      size_t *count_r, struct err *err)
{
    const char *name = u->undoer.settings->source_name;

    if (u->undoer.writer)
        return ask_undo_candidates(u->undoer.writer, name, after, candidates, count_r, err);
    return undo_candidates_read(u->ledger, u->registry, name, after, candidates, count_r, err);
}

static bool page_undo(struct undo *u, struct undo_candidate *candidates, int64_t *after,
                      size_t *count_r, struct err *err)
{
    bool good;

    *count_r = 0;
    good = page_read(u, *after, candidates, count_r, err);
    for (size_t i = 0; good && i < *count_r; i++) {
        *after = candidates[i].undo.claim.document;
        good = candidate_undo(u, &candidates[i], err);
    }
    undo_candidates_clear(candidates, *count_r);
    return good;
}

static bool documents_undo(struct undo *u, struct err *err)
{
    auto_free struct undo_candidate *candidates =
        mem_zero(UNDO_CANDIDATES_MAX * sizeof *candidates);
    int64_t after = 0;
    size_t count;

    do {
        if (!page_undo(u, candidates, &after, &count, err))
            return false;
    } while (count == UNDO_CANDIDATES_MAX);
    return true;
}

/* --- beginning and ending --------------------------------------------------------------------- */

/* What both need: the keys of all rows, the count of documents, a way to FileMaker and to the store. */
static bool means_open(struct undo *u, struct ledger *ledger, struct registry *registry,
                       struct err *err)
{
    const struct engine_settings *s = u->undoer.settings;
    int64_t count;

    if (!ledger_undos_count(ledger, &count, err) || !undo_keys_read(registry, &u->undoer.keys, err)
        || !kept_rules_read(ledger, &u->undoer.kept, err)
        || !source_new(&s->filemaker, s->file, u->cancel, &u->undoer.reader, err)
        || !store_open(&s->store, u->cancel, &u->undoer.store, err))
        return false;
    meter_begin(s->meter,
                u->undoer.request->only_looks ? "looking at documents" : "taking documents back",
                "documents", count);
    return true;
}

static void means_close(struct undo *u)
{
    meter_end(u->undoer.settings->meter);
    store_close(u->undoer.store);
    source_free(u->undoer.reader);
    undo_keys_free(u->undoer.keys);
    kept_rules_clear(&u->undoer.kept);
}

static bool undo_look(struct undo *u, struct err *err)
{
    const struct engine_settings *s = u->undoer.settings;
    auto_ledger *ledger = NULL;
    auto_registry *registry = NULL;

    if (!ledger_open_reader(s->ledger_url, s->source_name, u->cancel, &ledger, err)
        || !pinned_check(ledger, s, err)
        || !registry_open_reader(&s->registry, u->cancel, &registry, err))
        return false;
    u->ledger = ledger;
    u->registry = registry;
    return means_open(u, ledger, registry, err) && documents_undo(u, err);
}

static struct ledger_progress undo_progress(const struct undo_result *r)
{
    return (struct ledger_progress){ .found = r->documents,
                                     .processed = r->undone + r->failed,
                                     .successful = r->undone,
                                     .failed = r->failed };
}

static bool undo_with_writer(struct undo *u, struct run_entry *entry, struct err *err)
{
    struct writer_context context = { entry->ledger, entry->registry, u->cancel };
    struct run_end end = { .status = "finished" };
    struct err end_err = { 0 };
    bool good, ended;

    u->undoer.writer = writer_new(&context, 1);
    good = documents_undo(u, err);
    if (!good)
        end.status = err->kind == ERR_CANCELED ? "interrupted" : "stopped";
    end.progress = undo_progress(u->undoer.result);
    ended = write_run_end(u->undoer.writer, &end, &end_err);
    writer_free(u->undoer.writer);
    if (good && !ended)
        *err = end_err;
    return good && ended;
}

static bool undo_do(struct undo *u, struct err *err)
{
    struct run_entry entry = { .settings = u->undoer.settings,
                               .cancel = u->cancel,
                               .command = "undo",
                               .is_alone = true,
                               .maps_nobody = true };
    bool good = run_entry_open(&entry, err) && pinned_check(entry.ledger, u->undoer.settings, err)
                && run_entry_begin(&entry, err) && means_open(u, entry.ledger, entry.registry, err)
                && undo_with_writer(u, &entry, err);

    means_close(u);
    run_entry_close(&entry);
    return good;
}

bool undo_all(const struct engine_settings *settings, const struct undo_request *request,
              struct cancel *cancel, struct undo_result *result_r, struct err *err)
{
    struct engine_settings learned = *settings;
    auto_containers containers = { 0 };
    struct undo undo = {
        .undoer = { .settings = &learned, .request = request, .result = result_r },
        .cancel = cancel,
    };
    bool good;

    *result_r = (struct undo_result){ 0 };
    if (!preflight_all(&learned, PROBE_NEVER, &containers, cancel, err))
        return false;
    if (!request->only_looks)
        return undo_do(&undo, err);
    good = undo_look(&undo, err);
    means_close(&undo);
    return good;
}
