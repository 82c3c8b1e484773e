/*
 * A manifest and its files, opened: "manifest:PATH". Each line has its file and each file its line, or
 * it does not open; no document stands there twice. What is opened is not changed any more, and is
 * shared by all threads.
 */
#pragma once

#include "source/looks.h"
#include "source/manifest_lines.h"

/* What is added to a container's name for the fields that say the MD5 and the path of its file. */
#define MANIFEST_MD5_OF " md5"
#define MANIFEST_PATH_OF " path"

/* A document. */
struct manifest_entry {
    char *path;
    size_t number, offset, length; /* of its line */
    uint64_t record_id, mod_id, size_bytes;
    bool is_outside;     /* its path is one in the folder of a backup ([source] backup) */
    size_t table, field; /* which of its manifest's tables, which of that table's fields */
    unsigned repetition;
    uint8_t md5[MD5_SIZE];
};

/* A container field of a table, and the highest repetition that has a document. */
struct manifest_field {
    char *name;
    unsigned repetitions;
};

struct manifest_table {
    char *name;
    struct manifest_field *fields;
    size_t field_count;
    size_t *records; /* the first entry of each record, by ascending number */
    size_t record_count;
};

struct manifest {
    int folder_fd;
    char *name; /* of the manifest in its folder */
    struct str text;
    struct sha256 sha256; /* of the text */
    int64_t written_us;   /* when it was written last, as the disk has it; wall clock */
    bool has_mark;        /* it begins with a byte order mark */
    struct manifest_table *tables;
    size_t table_count;
    struct manifest_entry *entries; /* by table, record, field and repetition */
    size_t *by_path;                /* the entries' numbers, by path          */
    size_t count, outside_count;
    uint64_t size_bytes; /* of all documents together, as the manifest says */
};

/*
 * Opens a manifest and looks at each of its files.
 *   manifest_r   caller closes with manifest_close(), after its readers
 * Fails with ERR_USAGE, ERR_DATA, ERR_OS.
 */
must_check bool manifest_open(const char *path, struct manifest **manifest_r, struct err *err);
void manifest_close(struct manifest *manifest); /* NULL is allowed */

/* As source_file_looks(). */
void manifest_looks(const struct manifest *manifest, struct source_looks *looks_r);

/*
 * Counts a table's records in the manifest as it is now, from its first line on, and the files of its
 * folder. Fails with ERR_DATA if either has changed since it was opened; ERR_OS.
 */
must_check bool manifest_recount(const struct manifest *manifest, const char *table,
                                 uint64_t *records_r, struct err *err);
