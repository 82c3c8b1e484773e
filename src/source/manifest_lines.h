/*
 * The text of a manifest: CSV in UTF-8, strictly as RFC 4180 has it. A first line with the names of
 * the columns, a line for each document, and "#end,COUNT" as the last, so that an export that was
 * cut short is seen. Nothing is guessed: each departure is refused, with its line and what to do.
 *
 * The columns of enum manifest_column must be there, in any order; all others are fields of the record,
 * by the names that they have in FileMaker.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"

enum manifest_column {
    MANIFEST_TABLE,
    MANIFEST_RECORD_ID,
    MANIFEST_MOD_ID,
    MANIFEST_FIELD,
    MANIFEST_REPETITION,
    MANIFEST_NAME,
    MANIFEST_SIZE,
    MANIFEST_MD5,
    MANIFEST_STORAGE,
    MANIFEST_PATH,
    MANIFEST_COLUMNS
};

enum { MANIFEST_REPETITIONS_MAX = 1000 };

/* One document; the texts are borrowed until the next line is read. */
struct manifest_line {
    size_t number;         /* of the line where it begins, from 1                              */
    size_t offset, length; /* where it lies in the text, in bytes, with its line end            */
    uint64_t record_id, mod_id, size_bytes;
    unsigned repetition; /* 1 .. MANIFEST_REPETITIONS_MAX                                     */
    uint8_t md5[MD5_SIZE];
    struct span table, field, name; /* `name` may be empty                                      */
    struct span path;               /* as beneath_is_good() allows                              */
    bool is_outside;                /* it stood behind "backup:", and lies in a backup's folder */
};

/* A reader of a text. */
struct manifest_lines;

/*
 * Reads the first line.
 *   text      the manifest, whole; it outlives the reader
 *   lines_r   caller frees with manifest_lines_free() (or auto_manifest_lines)
 * Fails with ERR_DATA.
 */
must_check bool manifest_lines_open(struct span text, struct manifest_lines **lines_r,
                                    struct err *err);
void manifest_lines_free(struct manifest_lines *lines); /* NULL is allowed */
void auto_manifest_lines_cleanup(struct manifest_lines **lines);
#define auto_manifest_lines                                                                        \
    __attribute__((cleanup(auto_manifest_lines_cleanup))) struct manifest_lines

/* Whether the text begins with a byte order mark. */
bool manifest_lines_has_mark(const struct manifest_lines *lines);

/*
 * Moves to the next document. STEP_END: the last line says as many as there were, and nothing stands
 * behind it. STEP_ERROR: ERR_DATA; nothing can be read after it.
 */
must_check enum step manifest_lines_next(struct manifest_lines *lines, struct manifest_line *line_r,
                                         struct err *err);

/*
 * Reads a line again, by where it lies; manifest_lines_next() cannot be used after it.
 *   number, offset, length   as in the line that was read before
 * Fails with ERR_DATA.
 */
must_check bool manifest_lines_again(struct manifest_lines *lines, size_t number, size_t offset,
                                     size_t length, struct manifest_line *line_r, struct err *err);

/* The columns by their number, from 0, and the present line's cells; borrowed. */
size_t manifest_lines_columns(const struct manifest_lines *lines);
const char *manifest_lines_column(const struct manifest_lines *lines, size_t column);
struct span manifest_lines_cell(const struct manifest_lines *lines, size_t column);

/* Whether a column is a field of the record, and not one of enum manifest_column. */
bool manifest_lines_is_field(const struct manifest_lines *lines, size_t column);
