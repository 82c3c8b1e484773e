/* What was chosen in the form of a list of documents. */
#pragma once

#include "console/taking/selection.h"

/*
 * Reads the form: `which` is "chosen" (the rows document.N), "rest" (all of the list but these) or
 * "all"; the list is q, patient, type, from and to.
 *   selection_r   the caller clears it
 * Refuses and fails as selection_of_rows() and selection_of_list().
 */
must_check bool chosen_read(struct exchange *x, struct selection *selection_r, struct err *err);
