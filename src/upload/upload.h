/*
 * One uploaded file on its way: claimed in the ledger with what it is, put under a key of its own,
 * compared, and committed with its row. A console that dies on the way leaves what settle.h finishes.
 */
#pragma once

#include "base/digest.h"
#include "base/uuid.h"
#include "document/file_type.h"
#include "store/store.h"
#include "upload/uploads.h"

/* A file that was received. All borrowed. */
struct upload_file {
    int fd; /* its bytes, from the beginning */
    uint64_t size_bytes;
    struct sha256 sha256;
    struct detected_type type;
    const char *name; /* as upload_name_make() made it */
};

/* Where it is to go, in whose name. All borrowed. */
struct upload_order {
    const char *identity; /* a UUID: the same for the same upload, sent again */
    const char *patient;  /* the application's id */
    const char *type;
    const char *day; /* "2024-03-01", or "" */
    const char *who;
    bool anyway; /* also if the patient has these bytes already */
};

enum upload_outcome {
    UPLOAD_STORED,    /* it is there, perhaps by an earlier try        */
    UPLOAD_DUPLICATE, /* the patient has an upload with these bytes    */
    UPLOAD_UNDER_WAY, /* the same file is being put for this patient   */
    UPLOAD_OTHER,     /* the identity is that of another file          */
    UPLOAD_FAILED,    /* it did not arrive; the ledger has it as failed */
};

struct upload_result {
    enum upload_outcome outcome;
    struct uuid row;   /* of the document, unless it failed or is another file */
    bool is_repeated;  /* it was there before */
    const char *class; /* with UPLOAD_FAILED: its class of failure */
};

/*
 * Puts a file.
 *   store      of the caller's thread
 *   result_r   also filled with UPLOAD_FAILED, where this returns false: then `err` says why
 * Fails as store_put() and the writer.
 */
must_check bool upload_put(struct uploads *uploads, struct store *store,
                           const struct upload_file *file, const struct upload_order *order,
                           struct upload_result *result_r, struct err *err);
