/* `fmferry export bagit` and `fmferry export fhir` */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "version.h"

#include "export/export.h"
#include "preflight/pinned.h"

struct export_options {
    const char *folder;
};

typedef bool export_writer(const struct export_settings *settings, const struct cancel *cancel,
                           struct export_result *result_r, struct err *err);

static int export_with(struct work *work, export_writer *write, struct err *err)
{
    const struct engine_settings *engine = &work->settings.engine;
    const struct export_options *o = work->options;
    const struct export_settings settings = { .source_name = engine->source_name,
                                              .type_field = engine->fields.type,
                                              .registry_url = engine->registry.url,
                                              .store = engine->store,
                                              .folder = o->folder,
                                              .program = "fmferry " VERSION };
    struct export_result result = { 0 };

    if (!pinned_store_check(engine, work->cancel, err)
        || !write(&settings, work->cancel, &result, err))
        return -1;
    print("%ju documents (%.1f MB) and %ju patients are in %s\n", (uintmax_t)result.documents,
          (double)result.bytes / 1e6, (uintmax_t)result.patients, o->folder);
    return EXIT_DONE;
}

static int bagit_body(struct work *work, struct err *err)
{
    return export_with(work, export_bagit, err);
}

static int fhir_body(struct work *work, struct err *err)
{
    return export_with(work, export_fhir, err);
}

enum { EXPORT_NEEDS = WORK_SIGNALS | WORK_NEXUS | WORK_STORE | WORK_TRAITS };

static int bagit_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return work_do(globals, EXPORT_NEEDS, arg, bagit_body, err);
}

static int fhir_command(const struct cli_globals *globals, const void *arg, struct err *err)
{
    return work_do(globals, EXPORT_NEEDS, arg, fhir_body, err);
}

static const struct opt export_opts[] = {
    OPT_PLACE(struct export_options, folder, "DIR", true,
              "the folder to write; it must not exist yet"),
    OPT_END,
};

static const struct export_options export_defaults = { 0 };

const struct cmd cmd_export_bagit = {
    "export bagit",
    "Write all documents as a bag (RFC 8493)",
    "For archives: the files under their keys, the data of documents and patients as\n"
    "JSON lines, and SHA-256 manifests. The bytes of every file are compared with its\n"
    "hash on the way. The folder is called DIR.partial until it is complete.",
    export_opts,
    &export_defaults,
    sizeof export_defaults,
    bagit_command,
    .heading = "Leave",
    .examples = {
        { "fmferry export bagit /mnt/archive/documents",
          "makes this folder, which is not there yet" },
    },
};

const struct cmd cmd_export_fhir = {
    "export fhir",
    "Write all documents as FHIR R4 (NDJSON)",
    "For another system: Patient, DocumentReference and Binary, with the files inside.\n"
    "The bytes of every file are compared with its hash on the\n"
    "way. The folder is called DIR.partial until it is complete.",
    export_opts,
    &export_defaults,
    sizeof export_defaults,
    fhir_command,
    .examples = {
        { "fmferry export fhir /mnt/other-system/documents",
          "makes this folder, which is not there yet" },
    },
};
