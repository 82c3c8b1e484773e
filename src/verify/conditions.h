/* Decides which records are documents: verify's own reading of the configuration's filter. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "filemaker/filemaker.h"

/* Whether a record meets every condition of "Type = Letter | Report, Archived !=". */
bool conditions_hold(const char *filter, const struct filemaker_record *record);
