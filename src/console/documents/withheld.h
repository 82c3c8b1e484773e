/*
 * A large file on its way out: it is hashed while it is sent, and its last bytes are held back until
 * all of it has been read and is known to be right. Who gets to the end has the right bytes; with
 * wrong ones nobody gets there. A range is cut out of a file that is read as a whole, for the same
 * reason. One thread at a time.
 */
#pragma once

#include "base/digest.h"
#include "base/err.h"
#include "console/server/range.h"

/* Held back of what is sent. */
enum { WITHHELD_BYTES = 64 * 1024 };

/* Codes of the error about wrong bytes. */
enum { WITHHELD_OTHER_SIZE = 1, WITHHELD_OTHER_HASH };

struct withheld;

struct withheld_task {
    uint64_t size;
    struct sha256 sha256;
    struct range range; /* within the file; what is sent of it */
    /* Reads the next bytes of the file; `got_r` 0: it has ended. */
    bool (*read)(void *arg, void *to, size_t room, size_t *got_r, struct err *err);
    void *arg;
};

/* The task is copied. The caller frees with withheld_free(). */
struct withheld *withheld_new(const struct withheld_task *task);
void withheld_free(struct withheld *withheld); /* NULL is allowed */

enum withheld_step {
    WITHHELD_MORE,   /* `got_r` bytes may be sent                     */
    WITHHELD_END,    /* all was sent, and all was right               */
    WITHHELD_WRONG,  /* it has another size or hash; `err` says which */
    WITHHELD_FAILED, /* it could not be read; `err` says why          */
};

/*
 * Gives the next bytes to be sent, and reads as far as that needs: to the file's end for the last.
 *   room    above 0
 *   got_r   above 0 with WITHHELD_MORE, else 0
 */
enum withheld_step withheld_read(struct withheld *withheld, char *to, size_t room, size_t *got_r,
                                 struct err *err);
