/* Which records are documents: the configuration's filter, read here on its own. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "filemaker/filemaker.h"

/* Whether a record meets every condition of "Type = Letter | Report, Archived !=". */
bool conditions_hold(const char *filter, const struct filemaker_record *record);
