/* Cells of CSV (RFC 4180). */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * Adds a comma and a text by others in quotes, on one line and without what is harmful
 * (base/foreign.h). One that a spreadsheet would take for a formula gets a blank in front.
 */
void cells_text(struct str *to, struct span text);
