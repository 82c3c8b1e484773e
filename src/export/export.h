/*
 * Leaving again: everything that was moved, in forms that belong to nobody. Read from the
 * application's tables and the store; every byte is compared with its hash on the way.
 *
 * An export grows in a folder beside its place, named `DIR.partial`, and gets its name when it is
 * whole and flushed.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "sql/sql.h"
#include "store/store.h"

struct export_settings {
    const char *source_name;
    const char *type_field; /* of the source's layout: the document's own type stands in it */
    const char *registry_url;
    struct store_settings store;
    const char *folder;  /* must not be there yet */
    const char *program; /* name and version      */
};

struct export_result {
    uint64_t documents, patients, bytes;
};

/*
 * Writes a bag (RFC 8493): the documents under their keys, documents.ndjson and patients.ndjson
 * with what is known of them, and manifests of SHA-256. Fails with ERR_USAGE (something is in the
 * way), ERR_DATA (an object is not what its row says), ERR_DATABASE, ERR_OS, ERR_REMOTE, ERR_NET,
 * ERR_CANCELED.
 */
must_check bool export_bagit(const struct export_settings *settings, const struct cancel *cancel,
                             struct export_result *result_r, struct err *err);

/* Writes Patient.ndjson, DocumentReference.ndjson and Binary.ndjson (FHIR R4). As export_bagit().
 */
must_check bool export_fhir(const struct export_settings *settings, const struct cancel *cancel,
                            struct export_result *result_r, struct err *err);
