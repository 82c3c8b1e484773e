/* The containers of the source's layout, as the verifier itself reads the configuration. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "source/source.h"
#include "verify/verify.h"

/* A container. The names are of values in a record: "Scan(2)". */
struct container_place {
    char *field, *name; /* "Scan", and its value's */
    char *md5,
        *path; /* of FileMaker's own MD5 of the file, and of where it lies outside; or NULL */
    uint64_t repetition;
};

struct container_places {
    struct container_place *items;
    size_t count;
};

/*
 * Reads the layout, and the lists of the configuration against it.
 *   places   all zero before; the caller clears with container_places_clear(), also after a failure
 * Fails with ERR_USAGE where a named field is not there; and as source_layout().
 */
must_check bool container_places_read(const struct verify_settings *settings,
                                      struct source_reader *reader, struct container_places *places,
                                      struct err *err);
void container_places_clear(struct container_places *places);
