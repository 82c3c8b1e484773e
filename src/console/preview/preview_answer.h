/* What a worker answered: foreign bytes, since the document may have taken the worker over. */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "console/preview/preview_page.h"
#include "preview/wire.h"

/*
 * Reads the message, without what it says to be in the lent room.
 *   width   as was asked for
 * Fails with ERR_DATA: a size, number or shape that cannot be.
 */
must_check bool preview_answer_read(struct span message, int width, struct wire_answer *answer_r,
                                    struct err *err);

/*
 * Makes a page of it.
 *   jpeg, text   the parts of the room, copied before: of the sizes in `answer`
 *   page_r       caller clears with preview_page_clear()
 * Fails with ERR_DATA: what should be a JPEG of this size is none.
 */
must_check bool preview_answer_page(const struct wire_answer *answer, struct span jpeg,
                                    struct span text, struct preview_page *page_r, struct err *err);
