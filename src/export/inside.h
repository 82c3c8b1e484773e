/* An export's state, its rows and its files. Private to export/. */
#pragma once

#include "base/digest.h"
#include "base/uuid.h"
#include "export/export.h"
#include "json/json.h"

enum { EXPORT_ROW_MAX = 300 * 1024 * 1024 };

struct export
{
    const struct export_settings *settings;
    const struct cancel *cancel;
    struct export_result *result;
    struct sql *sql;
    struct store *store;
    char *partial; /* the folder that grows */
    int folder_fd;
};

/* --- rows.c --------------------------------------------------------------------------------- */

/* A document of the application. Texts are borrowed for the call; absent ones are empty. */
struct export_document {
    char id[UUID_TEXT_SIZE], patient[UUID_TEXT_SIZE], filemaker_id[UUID_TEXT_SIZE];
    struct span file_name, mime_type, category, author, uploaded_at, date, type;
    char *key;
    bool is_active;
    uint64_t size_bytes;
    struct sha256 sha256;
    struct span metadata; /* JSON, as it stands in the row */
};

struct export_patient {
    char id[UUID_TEXT_SIZE];
    struct span mrn, first_name, last_name, dob, filemaker_id;
};

/* Calls `each` for every document that fmferry made a row of; ends when it returns false. */
must_check bool export_each_document(struct export *export,
                                     bool (*each)(void *arg, const struct export_document *document,
                                                  struct err *err),
                                     void *arg, struct err *err);
/* Calls `each` for every patient of the application; ends when it returns false. */
must_check bool export_each_patient(struct export *export,
                                    bool (*each)(void *arg, const struct export_patient *patient,
                                                 struct err *err),
                                    void *arg, struct err *err);

/*
 * Reads a document's bytes and hands them on.
 * Fails with ERR_DATA if the object is missing or its hash is not the row's, and as store_get().
 */
must_check bool export_bytes(struct export *export, const struct export_document *document,
                             bool (*take_bytes)(void *arg, struct span bytes, struct err *err),
                             void *arg, struct err *err);

/* --- folder.c ------------------------------------------------------------------------------- */

/*
 * Opens registry and store, and makes the folder. Fails with ERR_USAGE if something is in the way.
 */
must_check bool export_begin(struct export *export, struct err *err);

/* Flushes everything and gives the folder its name. */
must_check bool export_end(struct export *export, struct err *err);
void export_clear(struct export *export);
#define auto_export __attribute__((cleanup(export_clear))) struct export

/* A file of the export, which counts and hashes what is written. */
struct outlet;

/* Makes a file, with the folders above it. `path` is relative to the export's folder. */
must_check bool outlet_open(struct export *export, const char *path, struct outlet **outlet_r,
                            struct err *err);
must_check bool outlet_write(struct outlet *outlet, struct span bytes, struct err *err);

/* Ends a file. `sha256_r` may be NULL. */
must_check bool outlet_end(struct outlet *outlet, struct sha256 *sha256_r, uint64_t *bytes_r,
                           struct err *err);
void outlet_free(struct outlet *outlet); /* NULL is allowed */
void auto_outlet_cleanup(struct outlet **outlet);
#define auto_outlet __attribute__((cleanup(auto_outlet_cleanup))) struct outlet
