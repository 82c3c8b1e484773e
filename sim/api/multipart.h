/* multipart/form-data, as far as an upload needs it. */
#pragma once

#include "base/base.h"
#include "base/str.h"

struct multipart_part {
    struct span name, file_name, media, bytes;
};

/*
 * Finds the part of that name.
 *   type   the value of Content-Type, which names the boundary
 * False if there is none, or the body is not multipart.
 */
bool multipart_find(struct span body, struct span type, const char *name,
                    struct multipart_part *part_r);
