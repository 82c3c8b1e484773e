/*
 * The journal: a JSON line for every effect on the solution and for every file served. Each line is
 * appended in one write and before the answer goes out, so the journal is true whoever dies when.
 * Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct journal;

struct effect {
    const char *name;    /* login, logout, patch, create, delete, upload, stream, ... */
    uint64_t record_id;  /* 0: none */
    const char *field;   /* NULL: none */
    unsigned repetition; /* 0: none */
    struct span value;   /* what was written; SPAN_NONE: none */
    int status;          /* HTTP */
    int code;            /* FileMaker's error code */
    const char *sha256;  /* of the bytes uploaded or served; NULL: none */
    bool has_size, has_mod_id;
    uint64_t size;
    uint32_t mod_id;
    uint32_t session; /* its number; 0: none */
    uint64_t request; /* its number; 0: the simulator itself did it */
    const char *layout;
};

/*
 * Opens a journal; lines are appended to what the file holds. With `path` NULL nothing is written.
 * Fails with ERR_OS.
 */
must_check bool journal_open(const char *path, struct journal **journal_r, struct err *err);
void journal_close(struct journal *journal); /* NULL is allowed */

/* Whether the journal is written: hashing what is served costs time. */
bool journal_is_on(const struct journal *journal);

/* Appends a line for an effect. A write that fails is logged once. */
void journal_write(struct journal *journal, const struct effect *effect);

/* Appends the last lines for the status page, the newest first, each ended by a line feed. */
void journal_recent(struct journal *journal, struct str *to);
