/* The name of a file in the Content-Disposition that it came with (RFC 6266). */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * Adds the file's name: that of `filename*` (RFC 8187, in UTF-8 or ISO-8859-1) if it can be read,
 * else that of `filename`. Adds nothing if there is neither.
 *   disposition   the header's value, or NULL
 *   to            gets the name as it was sent: not cleaned, perhaps with folders
 */
void disposition_name(const char *disposition, struct str *to);
