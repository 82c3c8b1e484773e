/* What OData says of the solution itself: its tables, and their fields as XML. */
#pragma once

#include "sim/api/odata_call.h"

/* Answers with the names of the tables. */
void odata_tables_answer(struct odata *o);
/* Answers with the XML of $metadata. */
void odata_metadata_answer(struct odata *o);
