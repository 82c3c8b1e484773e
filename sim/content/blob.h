/* Bytes that several contents share. Safe from any thread. */
#pragma once

#include "base/base.h"
#include "base/str.h"

struct blob {
    unsigned users;
    size_t size;
    char bytes[];
};

/* Copies the bytes; the caller's is the first share. */
struct blob *blob_new(struct span bytes);
/* One share more. Returns the blob. */
struct blob *blob_share(struct blob *blob);
/* Gives a share back; the last one frees. NULL is allowed. */
void blob_release(struct blob *blob);
