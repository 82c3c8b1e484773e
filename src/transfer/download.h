/* The download of a document: its bytes on their way from the source to the store. */
#pragma once

#include "base/base.h"
#include "base/sha256_parts.h"
#include "engine/classify.h"
#include "engine/engine.h"
#include "ledger/claims.h"
#include "ledger/versions.h"
#include "transfer/content_source.h"

struct download {
    struct engine *engine;
    char *bytes; /* a small document, whole; or the first part of a large one */
    size_t used, room;
    bool is_complete;              /* nothing came after `bytes` */
    struct content_source *source; /* while more may come */
    struct sha256_parts *hashes;   /* of all that has come, and of what the buffer holds */
    struct md5_stream *md5; /* of all that has come, where FileMaker says the file's; or NULL */
    char *disposition;      /* what the server said about the name, or NULL */
    struct detected_type file_type;
    bool is_accepted;            /* a person said that these bytes are the document */
    bool needs_witness;          /* nothing but an MD5 tells whose they are */
    bool differs;                /* they have another MD5 than FileMaker says of the file */
    enum ledger_witness witness; /* an MD5 of FileMaker's by which they are proven */
    uint8_t witness_md5[MD5_SIZE];
    const struct ledger_claim *claim;
    uint8_t md5_said[MD5_SIZE]; /* by FileMaker, of the file */
    uint64_t size_bytes;        /* once everything has come */
    struct sha256 sha256;
};

/*
 * Opens a container and reads it, whole if it is no larger than STORE_SMALL_MAX, else its first
 * part. Refuses bytes that are no file, unless the same came before (document/error_page) or a
 * person accepted them; and those whose MD5 is not the one that FileMaker says of the file.
 *   claim     the document's
 *   facts     of the record as it was read in this worker's session
 *   last_try  where the direct method fails, the others are tried too; their words are added to
 *             those of the first failure
 *   download_r   cleared by the caller with download_clear() (or auto_download)
 */
must_check bool download_open(struct engine_worker *worker, const struct ledger_claim *claim,
                              const struct source_facts *facts, bool last_try,
                              struct download *download_r, struct failure *failure);
void download_clear(struct download *download);
#define auto_download __attribute__((cleanup(download_clear))) struct download

/*
 * Reads the rest of a large document, to the store if there is one; then size and hash are known.
 * Fails in the end where FileMaker says another MD5.
 *   to   may be NULL: only the hash is wanted
 */
must_check bool download_drain(struct download *download, struct store_large *to,
                               struct failure *failure);
