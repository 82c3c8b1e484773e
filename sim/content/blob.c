/* Shared bytes and the count of their users. */
#include "sim/content/blob.h"

#include "base/mem.h"

struct blob *blob_new(struct span bytes)
{
    struct blob *blob = mem_grow(NULL, sizeof *blob + bytes.size);

    blob->users = 1;
    blob->size = bytes.size;
    if (bytes.size)
        memcpy(blob->bytes, bytes.at, bytes.size);
    return blob;
}

struct blob *blob_share(struct blob *blob)
{
    (void)__atomic_add_fetch(&blob->users, 1, __ATOMIC_RELAXED);
    return blob;
}

void blob_release(struct blob *blob)
{
    if (blob && __atomic_sub_fetch(&blob->users, 1, __ATOMIC_ACQ_REL) == 0)
        free(blob);
}
