/*
 * The destination: the application's own tables of documents and patients ("Nexus"). Used as they
 * are where there is an application; made, as Django would make them, where there is none. None of
 * its tables is ever altered; what we need beside them stands in tables of our own.
 *
 * One handle belongs to one thread. Functions marked "in a change" want a transaction open on the
 * connection. All fail with ERR_DATABASE.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "sql/sql.h"

struct registry;

/*
 * Makes a registry of a connection, whose owner stays the caller; makes the tables that are
 * missing. registry_r   caller frees with registry_free() before the connection is closed Also
 * fails with ERR_USAGE if the tables are not what they should be, naming which.
 */
must_check bool registry_new(struct sql *sql, struct registry **registry_r, struct err *err);
/* As registry_new() for looking only: what is missing is not made. Fails with ERR_DATABASE. */
must_check bool registry_new_reader(struct sql *sql, struct registry **registry_r, struct err *err);
void registry_free(struct registry *registry); /* NULL is allowed */
void auto_registry_cleanup(struct registry **registry);
#define auto_registry __attribute__((cleanup(auto_registry_cleanup))) struct registry

/*
 * A document's row. Texts are cut to what the columns take, the metadata holds the whole; but a key
 * that is too long is refused as a constraint would be.
 */
struct registry_document {
    struct uuid id;
    const char *patient; /* the application's id of the patient; NULL: not linked   */
    const char *file_name, *original_name;
    uint64_t file_size; /* capped at 2^31 - 1, with the exact size in the metadata */
    const char *mime_type;
    const char *s3_bucket, *s3_key, *s3_url;
    const char *category, *uploaded_by;
    int64_t now_us;
    const char *document_date; /* "2026-11-23", or NULL                                  */
    bool has_filemaker_id;
    struct uuid filemaker_id;
    const char *metadata; /* JSON                                                   */
};

/* In a change: makes the row, or brings it up to date. */
must_check bool registry_put_document(struct registry *registry,
                                      const struct registry_document *document, struct err *err);

/* A patient to be known to the application. */
struct registry_patient {
    struct uuid id;
    const char *mrn, *first_name, *last_name;
    const char *dob;      /* "1980-02-29", or NULL           */
    const char *metadata; /* JSON with "filemaker_id" inside */
};

/* In a change: makes or renews a patient's row. `changed_r`: whether anything was written. */
must_check bool registry_put_patient(struct registry *registry,
                                     const struct registry_patient *patient, bool *changed_r,
                                     struct err *err);

/* In a change: reads the application's patients into the map that registry_match() looks into. */
must_check bool registry_map_patients(struct registry *registry, int64_t *count_r, struct err *err);

enum registry_match { REGISTRY_NO_PATIENT, REGISTRY_ONE_PATIENT, REGISTRY_SEVERAL };

/*
 * The patient with a FileMaker id, compared without regard to case.
 *   patient   room for UUID_TEXT_SIZE; filled with REGISTRY_ONE_PATIENT
 */
must_check bool registry_match(struct registry *registry, struct span filemaker_id,
                               enum registry_match *match_r, char *patient, struct err *err);

/* How many patients the application has. */
must_check bool registry_patients(struct registry *registry, int64_t *count_r, struct err *err);
