/* An export's state, its rows and its files. Private to export/. */
#pragma once

#include "base/digest.h"
#include "base/uuid.h"
#include "export/export.h"
#include "export/patience.h"
#include "json/json.h"

enum { EXPORT_ROW_MAX = 300 * 1024 * 1024 };

/* What the folder was made from; in a bag it is a tag file. */
#define EXPORT_ORIGIN "fmferry-export.txt"

/* Where a kind of export has its files. */
struct export_kind {
    const char *name;               /* "bagit"                                            */
    const char *missing;            /* the list of damaged documents                      */
    const char *payload;            /* the folder whose files are kept; NULL: none        */
    const char *const *written_new; /* the files that every call writes anew; NULL at the end */
};

struct outlet;

struct export
{
    const struct export_settings *settings;
    const struct export_kind *kind;
    const struct cancel *cancel;
    struct export_result *result;
    struct sql *sql;
    struct store *store;
    struct patience store_patience, sql_patience;
    char *partial; /* the folder that grows */
    int folder_fd;
    unsigned kept_count;    /* folders of earlier calls   */
    struct str listed;      /* what the last call listed  */
    struct outlet *missing; /* NULL: nothing is, as yet   */
    bool is_looking;        /* damaged rows are neither told nor counted */
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

/*
 * Calls `each` for every document that fmferry made a row of; ends when it returns false. A row that
 * does not say where its bytes are, or what they were, is missing. Waits for a database that is
 * away.
 */
must_check bool export_each_document(struct export *export,
                                     bool (*each)(void *arg, const struct export_document *document,
                                                  struct err *err),
                                     void *arg, struct err *err);
/* Calls `each` for every patient of the application; ends when it returns false. */
must_check bool export_each_patient(struct export *export,
                                    bool (*each)(void *arg, const struct export_patient *patient,
                                                 struct err *err),
                                    void *arg, struct err *err);

/* --- bytes.c -------------------------------------------------------------------------------- */

/* The one who takes a document's bytes. */
struct export_sink {
    bool (*begin)(void *arg, struct err *err); /* forgets what it was given so far */
    bool (*receive)(void *arg, struct span bytes, struct err *err);
    void *arg;
};

/*
 * Reads a document's bytes and hands them on; begins again after a store was away.
 *   good_r   false: the document is damaged, which has been told and listed; the sink has begun anew
 * Fails as the sink, and as store_get() if the store refuses altogether or stays away.
 */
must_check bool export_bytes(struct export *export, const struct export_document *document,
                             const struct export_sink *sink, bool *good_r, struct err *err);

/* --- missing.c ------------------------------------------------------------------------------ */

/* Tells and lists a document that is damaged. */
must_check bool missing_add(struct export *export, const struct export_damage *damage,
                            struct err *err);

/* Whether something is missing that nobody has accepted. */
bool missing_is_open(const struct export *export);

/* --- folder.c ------------------------------------------------------------------------------- */

/*
 * Opens registry and store, and makes the folder, or takes up the one that an earlier call left.
 * Fails with ERR_USAGE if something is in the way.
 */
must_check bool export_begin(struct export *export, const struct export_kind *kind,
                             struct err *err);

/* Flushes everything, and gives the folder its name unless something is missing. */
must_check bool export_end(struct export *export, struct err *err);
void export_clear(struct export *export);
#define auto_export __attribute__((cleanup(export_clear))) struct export

/* The text of EXPORT_ORIGIN; the caller frees. */
char *export_origin_text(const struct export *export);

/* --- kept.c --------------------------------------------------------------------------------- */

/* Puts the payload of earlier calls aside, from where kept_take() fetches it. */
must_check bool kept_gather(struct export *export, struct err *err);

/*
 * Puts a document's file in its place, if an earlier call wrote it and it has the row's hash.
 *   path   in the export; nothing lies there
 */
must_check bool kept_take(struct export *export, const struct export_document *document,
                          const char *path, bool *taken_r, struct err *err);

/* Removes what no row asked for. */
must_check bool kept_remove(struct export *export, struct err *err);

/* --- outlet.c ------------------------------------------------------------------------------- */

/* A file of the export, which counts and hashes what is written. */

/* Makes a file, with the folders above it. `path` is relative to the export's folder. */
must_check bool outlet_open(struct export *export, const char *path, struct outlet **outlet_r,
                            struct err *err);

/*
 * Opens a file, which may be there, to go on behind its first bytes; the others are cut off. Its
 * hash is not known then.
 */
must_check bool outlet_open_at(struct export *export, const char *path, uint64_t bytes,
                               struct outlet **outlet_r, struct err *err);
must_check bool outlet_write(struct outlet *outlet, struct span bytes, struct err *err);

/* How many bytes were written. */
uint64_t outlet_size(const struct outlet *outlet);

/* Takes back all but the first bytes. Unless that is all, the file's hash is not known any more. */
must_check bool outlet_rewind(struct outlet *outlet, uint64_t bytes, struct err *err);

/* Ends a file. `sha256_r` may be NULL. */
must_check bool outlet_end(struct outlet *outlet, struct sha256 *sha256_r, uint64_t *bytes_r,
                           struct err *err);
void outlet_free(struct outlet *outlet); /* NULL is allowed */
void auto_outlet_cleanup(struct outlet **outlet);
#define auto_outlet __attribute__((cleanup(auto_outlet_cleanup))) struct outlet

/* Makes the folders above a path. */
must_check bool export_folders_make(const struct export *export, const char *path, struct err *err);

/* Renames, and replaces nothing. False with errno. */
bool export_rename(int from_fd, const char *from, int to_fd, const char *to);

/* Whether something lies under a path of the export. */
bool export_is_there(const struct export *export, const char *path);

/* Removes a file of the export; a missing one is fine. */
must_check bool export_file_remove(const struct export *export, const char *path, struct err *err);
