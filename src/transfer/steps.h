/* The steps of a document, as `-v` logs them: docs/json.md lists them in their order. */
#pragma once

#include "transfer/state.h"

/* The file's bytes are known: all of them have come. */
void steps_fetched(struct transfer *t);
/* Its object lies in the store and was compared. */
void steps_stored(struct transfer *t);
/* Ledger and row are committed. */
void steps_recorded(struct transfer *t);
/* FileMaker took the mark. */
void steps_marked(struct transfer *t);
/* The mark was read back; nothing where none is written, or where one that stood counts. */
void steps_confirmed(struct transfer *t);
