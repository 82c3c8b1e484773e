/*
 * Entity tags (RFC 9110, 8.8.3): which version of a thing an answer has, and whether a request
 * names it. A tag is a text with its quotes: "\"sha256:9a3f...\"", "\"3-7\"". Ours are strong.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum etag_compare {
    ETAG_STRONG, /* for If-Match, If-Range: the same bytes; a weak tag is never that */
    ETAG_WEAK,   /* for If-None-Match: as good as the same */
};

/*
 * Whether a list of tags has this one, or is "*", which stands for any.
 *   list   the value of If-Match or If-None-Match, from anybody. Where it cannot be read, it ends.
 *   tag    ours
 */
bool etag_is_listed(struct span list, const char *tag, enum etag_compare how);

/*
 * Whether a range may be served: the header If-Range is not there, or has this tag. A date is not
 * taken: it says too little.
 */
bool etag_allows_range(struct span if_range, const char *tag);
