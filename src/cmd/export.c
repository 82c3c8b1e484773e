/* `fmferry export bagit` and `fmferry export fhir` */
#include "cmd/commands.h"
#include "cmd/settings.h"
#include "cmd/signals.h"

#include "base/foreign.h"
#include "version.h"

#include "export/export.h"
#include "http/http.h"
#include "preflight/pinned.h"
#include "preflight/store_probe.h"

struct export_options {
    const char *folder;
};

typedef bool export_writer(const struct export_settings *settings, const struct cancel *cancel,
                           struct export_result *result_r, struct err *err);

static struct export_settings settings_export(const struct settings *s, const char *folder)
{
    return (struct export_settings){ .source_name = s->source_name,
                                     .type_field = s->type_field,
                                     .registry_url = s->registry_url,
                                     .store = settings_of_store(s),
                                     .folder = folder,
                                     .program = "fmferry " VERSION };
}

static int export_with(const struct cli_globals *globals, const void *arg, export_writer *write,
                       struct err *err)
{
    const struct export_options *o = arg;
    struct cancel *cancel = cancel_new();
    struct signals *signals = signals_listen(NULL, cancel);
    auto_settings settings = { 0 };
    struct export_settings wanted;
    struct export_result result = { 0 };
    bool good;

    http_setup();
    good = settings_read(globals->config, &settings, err)
           && settings_require_nexus(&settings, "export", err)
           && settings_credentials(&settings, cancel, err);
    if (good) {
        struct engine_settings mover = settings_mover(&settings);

        wanted = settings_export(&settings, o->folder);
        store_probe_known(&mover, cancel, &wanted.store.traits);
        good = pinned_store_check(&mover, cancel, err) && write(&wanted, cancel, &result, err);
    }
    http_teardown();
    signals_free(signals);
    cancel_free(cancel);
    if (!good)
        return -1;
    print("%ju documents (%.1f MB) and %ju patients are in %s\n", (uintmax_t)result.documents,
          (double)result.bytes / 1e6, (uintmax_t)result.patients, o->folder);
    return EXIT_DONE;
}

static int bagit_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return export_with(globals, arg, export_bagit, err);
}

static int fhir_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return export_with(globals, arg, export_fhir, err);
}

static const struct opt export_opts[] = {
    OPT_PLACE(struct export_options, folder, "DIR", true, "where to; must not be there yet"),
    OPT_END,
};

static const struct export_options export_defaults = { 0 };

const struct cmd cmd_export_bagit = {
    "export bagit",
    "Write all documents as a bag (RFC 8493)",
    "For archives: the files under their keys, what is known of each and of the\n"
    "patients as JSON lines, and manifests of SHA-256. Every byte is compared with its\n"
    "hash on the way. The folder is there when it is whole, as DIR.partial before.",
    export_opts,
    &export_defaults,
    sizeof export_defaults,
    bagit_command,
};

const struct cmd cmd_export_fhir = {
    "export fhir",
    "Write all documents as FHIR R4 (NDJSON)",
    "For another system: Patient, DocumentReference and Binary, the files inside.\n"
    "Every byte is compared with its hash on the way. The folder is there when it is\n"
    "whole, as DIR.partial before.",
    export_opts,
    &export_defaults,
    sizeof export_defaults,
    fhir_command,
};
