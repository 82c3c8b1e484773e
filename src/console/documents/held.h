/*
 * A document that is read wholly, and compared, before its first byte is given on: in memory, or in a
 * file without a name if it is larger. One document at a time; one thread.
 */
#pragma once

#include "console/documents/visible.h"

/* What is held in memory; what is larger lies in a file that nobody else can open. */
enum { HELD_MEMORY = 4 * 1024 * 1024 };

struct held;

/* `folder` is where the file is made, and borrowed. The caller frees. */
struct held *held_new(const char *folder);
void held_free(struct held *held); /* NULL is allowed */

enum held_outcome {
    HELD_GOOD,
    HELD_WRONG,  /* these are not the document's bytes: `kind_r` and `err` say why */
    HELD_FAILED, /* they could not be read now: `err` says why                     */
};

/*
 * Reads a document's bytes from the store; what was held before is dropped.
 *   kind_r   with HELD_WRONG: "object-missing", "object-size", "object-hash"
 */
enum held_outcome held_fill(struct held *held, struct console *console,
                            const struct visible *document, const char **kind_r, struct err *err);

/* Reads on in what is held; `got_r` 0: its end. Fails with ERR_OS. */
must_check bool held_read(struct held *held, char *to, size_t room, size_t *got_r, struct err *err);
