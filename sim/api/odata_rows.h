/* Many rows of OData: those that a query asks for, or how many they are. */
#pragma once

#include "sim/api/odata_call.h"

/* A page of rows, with a next link where more follow. */
void odata_rows_answer(struct odata *o);

/* The number alone, as text. */
void odata_count_answer(struct odata *o);
