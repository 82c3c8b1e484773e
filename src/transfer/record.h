/* Reading the record of the document at hand. */
#pragma once

#include "transfer/state.h"

/* Reads the record and its facts; notes that the source is alive. */
must_check bool record_read(struct transfer *t);

/* Reads the record again: did it stay as it was while its bytes came? */
must_check bool record_check_unchanged(struct transfer *t);

/* Says that other files of the record are not stored yet: always false. */
bool record_report_incomplete(struct transfer *t);
