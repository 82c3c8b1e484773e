/* One row of OData, found by its key: whole, one field of it, or a container's bytes. */
#pragma once

#include "sim/api/odata_call.h"

/* Answers with the row that `o->key` names, or with the part of it that the path names. */
void odata_one_answer(struct odata *o);
