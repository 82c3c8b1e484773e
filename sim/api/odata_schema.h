/* What OData says of the solution itself: its tables, and their fields as XML. */
#pragma once

#include "sim/api/odata_call.h"

void odata_tables_answer(struct odata *o);
void odata_metadata_answer(struct odata *o);
