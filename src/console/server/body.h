/* What a program sends along: one JSON object whose members are all known. */
#pragma once

#include "console/server/exchange.h"
#include "json/json.h"

/* Reads the body. Refuses what is not said to be JSON, and what is none. The caller frees. */
must_check bool body_read_json(struct exchange *x, struct json **json_r);

/* Refuses an object with a member that is none of these, which are said, or that comes twice. */
must_check bool body_names_are_known(struct exchange *x, const struct json_value *object,
                                     const char *const *names, size_t count);
