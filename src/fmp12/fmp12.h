/*
 * FileMaker's files (.fmp12 and .fp7), read without FileMaker: no server, no account, no password.
 * Whether everything is there is proven before anything is read from it (fmp12/tree.c); the bytes of
 * a document are proven by the MD5 that FileMaker stored with them (fmp12/objects.h). The texts beside
 * them cannot be proven. What is not understood is refused or reported, never guessed.
 *
 * How the format is built, and what is known of it, stands in docs/fmp12.md.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/err.h"
#include "fmp12/cause.h"

struct fmp12_file;
struct fmp12_sectors;

/* What the file says of itself, and what the proof has counted. */
struct fmp12_facts {
    char version[32]; /* of the FileMaker that wrote it last, "21.1"; "" if it does not say */
    uint64_t size_bytes;
    int64_t written_us;   /* when, as the disk has it; wall clock */
    struct sha256 sha256; /* of all that it holds */
    uint64_t leaves, entries;
};

/*
 * Opens a file and proves that its tree is whole: reads all of it. The caller declares it auto_fmp12.
 * Fails with ERR_USAGE and ERR_DATA, `code` an enum fmp12_cause and what helps in the message; ERR_OS.
 */
must_check bool fmp12_open(const char *path, struct fmp12_file **file_r, struct err *err);
void auto_fmp12_cleanup(struct fmp12_file **file);
#define auto_fmp12 __attribute__((cleanup(auto_fmp12_cleanup))) struct fmp12_file

const struct fmp12_facts *fmp12_facts(const struct fmp12_file *file);

/* Its sectors; borrowed. */
const struct fmp12_sectors *fmp12_file_sectors(const struct fmp12_file *file);

/*
 * Fails with ERR_DATA if somebody wrote to the file since it was opened: what was read is worth
 * nothing then. To be asked at the end.
 */
must_check bool fmp12_unchanged(const struct fmp12_file *file, struct err *err);
