/* `fmferry export bagit` and `fmferry export fhir` */
#include "cmd/commands.h"
#include "cmd/work.h"

#include "base/foreign.h"
#include "version.h"

#include "export/export.h"
#include "ledger/uploads.h"
#include "preflight/pinned.h"

struct export_options {
    const char *folder, *accept_damaged;
};

typedef bool export_writer(const struct export_settings *settings, const struct cancel *cancel,
                           struct export_result *result_r, struct err *err);

static void damage_say(void *arg, const struct export_damage *damage)
{
    (void)arg;
    print("%-18s document %s\n", "missing", damage->id);
    if (*damage->filemaker_id)
        print("  %-7s %s\n", "id", damage->filemaker_id);
    if (*damage->key)
        print("  %-7s %s\n", "key", damage->key);
    print("  %s\n", damage->why);
}

/* Says what is in the folder, and what to do about the rest. */
static int result_say(const struct export_options *o, const struct export_result *r)
{
    print("%ju documents (%.1f MB) and %ju patients are in %s%s\n", (uintmax_t)r->documents,
          (double)r->bytes / 1e6, (uintmax_t)r->patients, o->folder,
          r->is_complete ? "" : ".partial");
    if (r->kept)
        print("%ju of them are there from an earlier call, and were compared again\n",
              (uintmax_t)r->kept);
    if (r->accepted)
        print("%ju are missing, as %s accepts: missing.ndjson in it names them\n",
              (uintmax_t)r->accepted, o->accept_damaged);
    if (r->is_complete)
        return EXIT_DONE;
    print("the export is not complete: %ju documents could not be exported, and missing.ndjson in "
          "it names them.\nMend them ('fmferry verify --bytes' says what is wrong) and call this "
          "command again: it fetches only what is missing.\nOr call it again with "
          "--accept-damaged and your name, to end the export without them\n",
          (uintmax_t)(r->missing - r->accepted));
    return EXIT_LEFT;
}

/* The name goes into a file of lines. */
static bool name_check(const char *name, struct err *err)
{
    struct span text = span_of(name);

    for (size_t i = 0; i < text.size; i++)
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
            return err_set(err, ERR_USAGE, 0, "--accept-damaged takes a name in one line");
    return !name || span_trim(text).size
           || err_set(err, ERR_USAGE, 0, "--accept-damaged takes the name of who accepts it");
}

static int export_with(struct work *work, export_writer *write, struct err *err)
{
    const struct engine_settings *engine = &work->settings.engine;
    const struct export_options *o = work->options;
    auto_free char *uploads_name = ledger_uploads_name(engine->source_name);
    const struct export_settings settings = { .source_name = engine->source_name,
                                              .uploads_name = uploads_name,
                                              .type_field = engine->fields.type,
                                              .registry_url = engine->registry.url,
                                              .store = engine->store,
                                              .folder = o->folder,
                                              .program = "fmferry " VERSION,
                                              .accepted_by = o->accept_damaged,
                                              .tell = damage_say,
                                              .meter = work->meter };
    struct export_result result = { 0 };

    if (!name_check(o->accept_damaged, err) || !pinned_store_check(engine, work->cancel, err))
        return -1;
    if (write(&settings, work->cancel, &result, err))
        return result_say(o, &result);
    if (err->kind != ERR_USAGE)
        (void)err_ctx(err, "after %ju documents (the same command goes on from there)",
                      (uintmax_t)result.documents);
    return -1;
}

static int bagit_body(struct work *work, struct err *err)
{
    return export_with(work, export_bagit, err);
}

static int fhir_body(struct work *work, struct err *err)
{
    return export_with(work, export_fhir, err);
}

enum { EXPORT_NEEDS = WORK_SIGNALS | WORK_NEXUS | WORK_STORE | WORK_TRAITS | WORK_SHOWN };

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
              "the folder to write; it must not exist yet. What an earlier call left in\n"
              "DIR.partial is used"),
    OPT_TEXT(struct export_options, accept_damaged, "accept-damaged", 0, "NAME",
             "end the export without the documents that an earlier call listed as missing;\n"
             "NAME is who accepts that, and stands in the export"),
    OPT_END,
};

#define EXPORT_HELP                                                                                \
    "The bytes of every file are\n"                                                                \
    "compared with its hash on the way. The folder is called DIR.partial until it is\n"            \
    "complete: the same command goes on where it was interrupted. A document that\n"               \
    "cannot be exported is named, and the rest is exported; then the command exits with 3."

static const struct export_options export_defaults = { 0 };

const struct cmd cmd_export_bagit = {
    "export bagit",
    "Write all documents as a bag (RFC 8493)",
    "For archives: the files under their keys, the data of documents and patients as\n"
    "JSON lines, and SHA-256 manifests. " EXPORT_HELP,
    export_opts,
    &export_defaults,
    sizeof export_defaults,
    bagit_command,
    .heading = "Leave",
    .examples = {
        { "fmferry export bagit /mnt/archive/documents",
          "makes this folder, which is not there yet; goes on where it was interrupted" },
        { "fmferry export bagit --accept-damaged 'Dr. Wren' /mnt/archive/documents",
          "ends it without the documents that it listed as missing" },
    },
};

const struct cmd cmd_export_fhir = {
    "export fhir",
    "Write all documents as FHIR R4 (NDJSON)",
    "For another system: Patient, DocumentReference and Binary, with the files "
    "inside.\n" EXPORT_HELP,
    export_opts,
    &export_defaults,
    sizeof export_defaults,
    fhir_command,
    .examples = {
        { "fmferry export fhir /mnt/other-system/documents",
          "makes this folder, which is not there yet" },
    },
};
