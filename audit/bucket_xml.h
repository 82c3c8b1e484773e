/* Reads one page of a bucket's list (ListObjectsV2, with encoding-type=url). */
#pragma once

#include "audit.h"

/*
 * Reads a page.
 *   each      called for each key, decoded, in the order of the page; borrowed for the call
 *   token_r   names the next page, NULL: this is the last; the caller frees
 * Returns false if this is not the XML that S3 promises; keys may have been told by then.
 */
bool bucket_page_read(struct piece bytes, void (*each)(void *arg, struct piece key), void *arg,
                      char **token_r);
