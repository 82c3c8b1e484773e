/*
 * Exports everything that was moved, in open formats, so that the clinic can leave again. Documents
 * and patients are read from the application's tables, bytes from the store; every byte is compared
 * with its row's hash on the way. Nothing is written but the export.
 *
 * An export grows in a folder beside its place, named `DIR.partial`, and gets its name when it is
 * complete and flushed. One thread.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "sql/sql.h"
#include "store/store.h"

struct export_settings {
    const char *source_name;
    const char *type_field; /* the field of the source's layout that holds a document's type */
    const char *registry_url;
    struct store_settings store;
    const char *folder;  /* must not be there yet */
    const char *program; /* name and version      */
};

struct export_result {
    uint64_t documents, patients, bytes;
};

/*
 * Writes a bag (RFC 8493): the documents under their keys; what is known of them and of the
 * patients in documents.ndjson and patients.ndjson; and manifests of SHA-256.
 *   result_r   filled also on failure, with what was written until then
 * Fails with ERR_USAGE (something is in the way), ERR_DATA (an object is not what its row says),
 * ERR_DATABASE, ERR_OS, ERR_REMOTE, ERR_NET, ERR_CANCELED.
 */
must_check bool export_bagit(const struct export_settings *settings, const struct cancel *cancel,
                             struct export_result *result_r, struct err *err);

/* Writes Patient.ndjson, DocumentReference.ndjson and Binary.ndjson (FHIR R4). As export_bagit().
 */
must_check bool export_fhir(const struct export_settings *settings, const struct cancel *cancel,
                            struct export_result *result_r, struct err *err);
