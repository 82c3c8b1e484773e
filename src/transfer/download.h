/* A document's bytes on their way from the source to the store. */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "engine/classify.h"
#include "transfer/content_source.h"
#include "transfer/transfer.h"

struct cargo {
    struct mover *mover;
    char *bytes; /* a small document, whole; or the first part of a large one */
    size_t used, room;
    bool is_whole;         /* nothing came after `bytes` */
    struct intake *intake; /* while more may come */
    char *disposition;     /* what the server said about the name, or NULL */
    struct content content;
    bool is_accepted;    /* a person said that these bytes are the document */
    uint64_t size_bytes; /* once everything has come */
    struct sha256 sha256;
};

/*
 * Opens a container and reads it, whole if it is no larger than STORE_SMALL_MAX, else its first
 * part; refuses what is no file, unless it came before in the same form (document/error_page) or a person
 * accepted it.
 *   claim     the document's
 *   facts     of the record as it was read in this worker's session
 *   last_try  where the direct way fails, the others are tried too; what they say is added to the
 *             words of the first trouble
 *   cargo_r   cleared by the caller with cargo_clear() (or auto_cargo)
 */
must_check bool cargo_open(struct worker *worker, const struct ledger_claim *claim,
                           const struct source_facts *facts, bool last_try, struct cargo *cargo_r,
                           struct trouble *trouble);
void cargo_clear(struct cargo *cargo);
#define auto_cargo __attribute__((cleanup(cargo_clear))) struct cargo

/*
 * Reads the rest of a large document, to the store if there is one; then size and hash are known.
 *   to   may be NULL: only the hash is wanted
 */
must_check bool cargo_drain(struct cargo *cargo, struct store_large *to, struct trouble *trouble);
