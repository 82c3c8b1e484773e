/*
 * Exports everything that was moved, in open formats, so that the clinic can leave again. Documents
 * and patients are read from the application's tables, bytes from the store; every byte is compared
 * with its row's hash on the way. Nothing is written but the export.
 *
 * An export grows in a folder beside its place, named `DIR.partial`, and gets its name when it is
 * complete and flushed. A call that finds such a folder goes on from there: a document whose bytes
 * lie in it, and have the row's hash, is not fetched again; all else is written anew.
 *
 * A store or database that is away is waited for. A document that cannot be exported is damaged: it
 * is told, listed in `missing.ndjson`, and the export goes on, but stays `DIR.partial` unless a
 * person accepts what an earlier call listed (docs/decisions/0088-exports-that-go-on.md). One
 * thread.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/meter.h"
#include "sql/sql.h"
#include "store/store.h"

/* A document that is not in the export. Everything is borrowed for the call. */
struct export_damage {
    const char *id;                 /* of its row, as the database gives it     */
    const char *filemaker_id, *key; /* as the row has them, or "" */
    const char *why;                /* one sentence               */
};

struct export_settings {
    const char *source_name;
    const char *uploads_name; /* of the source of what was uploaded, ledger_uploads_name() */
    const char *type_field;   /* the field of the source's layout that holds a document's type */
    const char *registry_url;
    struct store_settings store;
    const char *folder;      /* must not be there yet; `folder`.partial may be             */
    const char *program;     /* name and version                                           */
    const char *accepted_by; /* who accepts that what was listed is missing; NULL: nobody  */
    void (*tell)(void *arg, const struct export_damage *damage);
    void *arg;
    struct meter *meter; /* counts documents; or NULL */
};

struct export_result {
    uint64_t documents, patients, bytes; /* in the export                                */
    uint64_t kept;                       /* ... of them from an earlier call             */
    uint64_t missing;                    /* damaged documents                            */
    uint64_t accepted;                   /* ... of them accepted                         */
    bool is_complete; /* the folder has its name: nothing is missing but what was accepted */
};

/*
 * Writes a bag (RFC 8493): the documents under their keys; what is known of them and of the
 * patients in documents.ndjson and patients.ndjson; and manifests of SHA-256.
 *   result_r   filled also on failure, with what was written until then
 * Fails with ERR_USAGE (something is in the way; the partial export is another's), ERR_DATABASE,
 * ERR_OS, ERR_REMOTE, ERR_NET, ERR_CANCELED. The next call goes on from there.
 */
must_check bool export_bagit(const struct export_settings *settings, const struct cancel *cancel,
                             struct export_result *result_r, struct err *err);

/* Writes Patient.ndjson, DocumentReference.ndjson and Binary.ndjson (FHIR R4). As export_bagit().
 */
must_check bool export_fhir(const struct export_settings *settings, const struct cancel *cancel,
                            struct export_result *result_r, struct err *err);
