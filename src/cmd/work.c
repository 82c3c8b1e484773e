/* Prepares what a command needs, in one order for all commands. */
#include "cmd/work.h"

#include "cmd/meter_shown.h"
#include "cmd/signals.h"

#include "http/http.h"
#include "preflight/store_probe.h"
#include "run/run.h"
#include "source/local.h"

#include <malloc.h>

/*
 * Threads share a few heaps: with only two, they waited for each other. What is large goes back to
 * the system; the memory of documents is kept by engine/buffers.
 */
static void work_malloc_options(void)
{
    (void)mallopt(M_ARENA_MAX, 8);
    (void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    (void)mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
}

static bool nexus_check(const struct registry_settings *registry, struct err *err)
{
    return (!registry->is_other_application
            && strcmp(registry->documents_table, "documents_document") == 0
            && strcmp(registry->patients_table, "patients_patient") == 0)
           || err_set(err, ERR_USAGE, 0,
                      "this command reads Nexus's tables by name and cannot read another "
                      "application's ([registry] application, documents_table, patients_table)");
}

/* Opens the file that the source is, if it is one. */
static bool source_file_need(struct settings *s, struct err *err)
{
    if (!source_url_is_file(s->engine.filemaker.url))
        return true;
    if (!source_file_open(s->engine.filemaker.url, &s->engine.file, err))
        return false;
    s->patients.file = s->engine.file;
    return true;
}

/* Opens the folder of a backup, if one is named. */
static bool backup_need(struct settings *s, struct err *err)
{
    if (*s->engine.backup_path)
        return backup_open(s->engine.backup_path, &s->engine.backup, err);
    return !s->engine.file || !source_file_is_outside(s->engine.file)
           || err_set(err, ERR_USAGE, 0,
                      "the manifest leads into the folder of a backup: name it with [source] "
                      "backup");
}

static bool needs_meet(struct work *work, unsigned needs, struct err *err)
{
    struct engine_settings *engine = &work->settings.engine;

    if ((needs & WORK_NEXUS) && !nexus_check(&engine->registry, err))
        return false;
    if ((needs & WORK_SOURCE)
        && (!settings_password(&work->settings, err) || !source_file_need(&work->settings, err)
            || !backup_need(&work->settings, err)))
        return false;
    if ((needs & WORK_SIGN_IN) && !settings_sign_in(&work->settings, err))
        return false;
    if ((needs & WORK_STORE) && !settings_credentials(&work->settings, work->cancel, err))
        return false;
    if ((needs & WORK_NOTIFY) && !settings_notify(&work->settings, err))
        return false;
    if (needs & WORK_TRAITS)
        store_probe_known(engine, work->cancel, &engine->store.traits);
    if (needs & WORK_GATE)
        engine->filemaker.gate = gate_new(&work->settings.gate, NULL);
    return !(needs & WORK_LEDGER)
           || ledger_open_reader(engine->ledger_url, engine->source_name, work->cancel,
                                 &work->ledger, err);
}

static void work_clear(struct work *work)
{
    meter_free(work->meter);
    ledger_close(work->ledger);
    gate_free(work->settings.engine.filemaker.gate);
    source_file_close(work->settings.engine.file);
    backup_close(work->settings.engine.backup);
    settings_clear(&work->settings);
}

static int body_do(struct work *work, unsigned needs,
                   int (*body)(struct work *work, struct err *err), struct err *err)
{
    struct meter_shown *shown = NULL;
    int code;

    work->meter = work->settings.engine.meter = work->settings.patients.meter = meter_new();
    if (needs & WORK_SHOWN)
        shown = meter_shown_new(work->meter);
    code = body(work, err);
    meter_shown_free(shown);
    return code;
}

int work_do(const struct cli_globals *globals, unsigned needs, const void *options,
            int (*body)(struct work *work, struct err *err), struct err *err)
{
    bool needs_http = needs & (WORK_SOURCE | WORK_STORE | WORK_NOTIFY | WORK_SIGN_IN);
    struct work work = { .cancel = cancel_new(), .options = options };
    struct signals *signals = NULL;
    int code = -1;

    if (needs & WORK_SIGNALS)
        signals = signals_listen(needs & WORK_FINISHES ? run_finish : NULL, work.cancel);
    work_malloc_options();
    if (needs_http)
        http_setup();
    if (settings_read(globals->config, &work.settings, err) && needs_meet(&work, needs, err))
        code = body_do(&work, needs, body, err);
    if (code < 0 && err->kind == ERR_CANCELED)
        err->code = signals_number(signals);
    else if (code == EXIT_CANCELED && signals_number(signals))
        code = EXIT_SIGNAL + signals_number(signals);
    work_clear(&work);
    if (needs_http)
        http_teardown();
    signals_free(signals);
    cancel_free(work.cancel);
    return code;
}
