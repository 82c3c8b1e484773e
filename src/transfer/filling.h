/*
 * What is written back with the mark: the fields that [writeback] names (document/writeback.h). A
 * field that holds what this migration did not write is somebody else's, like a mark that is not
 * ours: it is neither overwritten nor passed over in silence.
 */
#pragma once

#include "transfer/state.h"

/* One write to the record: the mark, and what the fields are to hold. Borrows from the transfer. */
struct filling {
    struct filemaker_entry entries[1 + WRITEBACK_FIELDS_MAX];
    struct str values[WRITEBACK_FIELDS_MAX];
    size_t count; /* of entries */
};

/* Fills it from the version; the caller clears with filling_clear() (or auto_filling). */
void filling_make(const struct transfer *t, struct filling *filling_r);
void filling_clear(struct filling *filling);
#define auto_filling __attribute__((cleanup(filling_clear))) struct filling

/* Whether each field is empty, or holds what this migration wrote there for the document. */
must_check bool filling_is_free(struct transfer *t);

/* Whether each field holds what the version and the present rules say, or those of before. */
must_check bool filling_stands(struct transfer *t);
