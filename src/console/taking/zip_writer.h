/*
 * A ZIP whose bytes are taken as they are made: entries are stored as they are, their names are UTF-8
 * and say so (bit 11), their sizes stand in front of them, and ZIP64 is used where it is needed alone.
 * One thread at a time.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct zip_writer;

/* The caller frees. Fails with ERR_OS. */
must_check bool zip_writer_new(struct zip_writer **writer_r, struct err *err);
void zip_writer_free(struct zip_writer *writer); /* NULL is allowed */

/* Begins an entry of exactly `size` bytes. `name` is UTF-8, with / between folders. */
must_check bool zip_writer_entry(struct zip_writer *writer, const char *name, int64_t size,
                                 int64_t at_us, struct err *err);

/* Adds bytes to the entry. All fail with ERR_OS. */
must_check bool zip_writer_add(struct zip_writer *writer, struct span bytes, struct err *err);

/* Ends the ZIP. */
must_check bool zip_writer_end(struct zip_writer *writer, struct err *err);

/* Takes what was made; 0: nothing is left to be taken. */
size_t zip_writer_take(struct zip_writer *writer, char *to, size_t room);
