/*
 * What an earlier call left in Binary.ndjson. Its good lines stay where they are: those of a document
 * that the application still has, with its very bytes. The first line that is not good ends them;
 * it and all behind it are written anew.
 */
#pragma once

#include "export/inside.h"

/* The name of the file. */
#define FHIR_BINARIES "Binary.ndjson"

/* The documents whose lines stay. Begins as 0. */
struct fhir_kept {
    struct fhir_kept_line *lines; /* of every document of the application, by id */
    size_t count, room;
    uint64_t bytes; /* of the file, that stay */
};
void fhir_kept_clear(struct fhir_kept *kept);

/*
 * Reads the rows, and then the file, if there is one. Memory grows with the number of documents
 * then: 64 bytes for each.
 * Fails as export_each_document(), with ERR_OS and ERR_CANCELED.
 */
must_check bool fhir_kept_read(struct export *export, struct fhir_kept *kept_r, struct err *err);

/* Whether a document's line stays. */
bool fhir_kept_has(const struct fhir_kept *kept, const struct export_document *document);

/* Appends the beginning of a document's line, up to its bytes, and what stands behind them. */
void fhir_binary_head(struct str *to, const struct export_document *document);
#define FHIR_BINARY_TAIL "\"}\n"
