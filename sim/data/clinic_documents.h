/* The fields of the clinic's documents. */
#pragma once

#include "sim/data/clinic.h"

extern const struct column clinic_document_columns[DOC_COLUMNS];

/* The date of a document, which the data set may overrule. */
void clinic_document_date(const struct clinic *clinic, uint64_t ordinal, struct str *to);
