/*
 * What a form with files sent, kept until it is answered: fields in memory, each file in one without
 * a name beside the console's state, which only this process can read and which ends with it. The
 * SHA-256 of each is made on the way. One thread at a time.
 */
#pragma once

#include "base/digest.h"
#include "console/server/multipart.h"

enum { SPOOL_FILES = 25, SPOOL_FIELDS = 48, SPOOL_FIELDS_MAX = 64 * 1024, SPOOL_TOO_LARGE = 413 };

/* A file that came. */
struct spooled {
    char *name; /* as it was sent; perhaps "" */
    int fd;
    uint64_t size_bytes;
    struct sha256 sha256;
};

struct spool_field {
    char *name;
    struct str value; /* UTF-8, or nothing is taken */
};

struct spool;

/*
 * Begins to take a form.
 *   folder     of the console's state
 *   type       its Content-Type
 *   file_max   bytes of one file
 * Never NULL: what is wrong, spool_end() says. The caller frees.
 */
struct spool *spool_new(const char *folder, struct span type, uint64_t file_max);
void spool_free(struct spool *spool); /* NULL is allowed */

/* Takes the next bytes; what follows a failure is passed over. */
void spool_add(struct spool *spool, struct span bytes);

/*
 * The form is whole: nothing more is added.
 * Fails with ERR_DATA (SPOOL_TOO_LARGE is the code where it is that), ERR_OS.
 */
must_check bool spool_end(struct spool *spool, struct err *err);

/*
 * Tells of a form what makes it the same one if it is sent again: its fields but for the session's own,
 * and the names and hashes of its files. At most SPOOL_TOLD_MAX bytes.
 */
enum { SPOOL_TOLD_MAX = 2 * SPOOL_FIELDS_MAX + SPOOL_FILES * 8 * 1024 };
void spool_tell(const struct spool *spool, struct str *to);

size_t spool_field_count(const struct spool *spool);
const struct spool_field *spool_field(const struct spool *spool, size_t i);
size_t spool_file_count(const struct spool *spool);
const struct spooled *spool_file(const struct spool *spool, size_t i);
