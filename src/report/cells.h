/* Cells of CSV (RFC 4180). */
#pragma once

#include "base/base.h"
#include "base/str.h"

/*
 * Adds a comma and a foreign text in quotes, on one line and without harmful characters
 * (base/foreign.h). A text that a spreadsheet would take for a formula begins with a blank.
 */
void cells_text(struct str *to, struct span text);
