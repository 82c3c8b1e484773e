/* What a Content-Disposition says: a file's name (RFC 6266), a form's field (RFC 7578). */
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

/*
 * Whether there is a parameter of this name, such as the `name` of a form's field; adds its value.
 *   to   gets it as it was sent
 */
bool disposition_has(const char *disposition, const char *parameter, struct str *to);
