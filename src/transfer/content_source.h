/*
 * Where a document's bytes come from: the folder of a backup, a container stream, a file that the container
 * only points to, or, where these fail for good, OData or a script of the solution.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "document/fields.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "source/source.h"

struct content_source;

enum content_method {
    CONTENT_METHOD_BACKUP, /* the file in the backup's folder, where FileMaker says its path */
    CONTENT_METHOD_DIRECT, /* what the container itself says: a stream, or a file it points to */
    CONTENT_METHOD_ODATA,
    CONTENT_METHOD_SCRIPT,
};
enum { CONTENT_METHODS = CONTENT_METHOD_SCRIPT + 1 };

/*
 * Whether a document's file lies in the backup's folder, as far as the configuration and the record
 * say. Then it comes from there, whatever the container shows (docs/decisions/0120-a-backup-folder.md).
 */
bool content_source_is_outside(const struct engine_settings *settings,
                               const struct source_facts *facts);

/* The method that is tried first. */
enum content_method content_source_first(const struct engine_settings *settings,
                                         const struct source_facts *facts);

/* Whether a method serves a document: it is configured, and the document has what it needs. */
bool content_source_has_method(const struct engine_settings *settings,
                               const struct source_facts *facts, enum content_method method);

/*
 * Hashes the settings that decide by which ways files are asked for: the server, the account,
 * every method, and how many tries there are. While the hash stays the same, a file that could not be had is asked for as before.
 */
void content_source_ways(const struct engine_settings *settings, char ways_r[LEDGER_WAYS_SIZE]);

/*
 * Opens the file that a document's facts point to.
 *   source_r   caller frees with content_source_free()
 */
must_check bool content_source_open(const struct engine *engine, struct source_reader *reader,
                                    const struct source_facts *facts, enum content_method method,
                                    struct content_source **source_r, struct failure *failure);
void content_source_free(struct content_source *source); /* NULL is allowed */

/* The announced size, or -1. */
int64_t content_source_length(const struct content_source *source);

/* The file's name, where the method tells it, as a Content-Disposition; or NULL. */
const char *content_source_disposition(const struct content_source *source);

/* As source_stream_is_proven(); false of everything that is no stream of the source. */
bool content_source_is_proven(const struct content_source *source, uint8_t md5_r[MD5_SIZE]);

/* Reads on; 0 bytes: complete. `before`: how many bytes came already, for the evidence. */
must_check bool content_source_read(struct content_source *source, void *bytes, size_t room,
                                    uint64_t before, size_t *size_r, struct failure *failure);
