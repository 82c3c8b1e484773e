/* Making and ending tokens for whoever asks, from a page or a program: noted before it is done. */
#pragma once

#include "console/people/token.h"

/* Makes a token. Fails as token_make() and view_of(). */
must_check bool token_do_make(struct exchange *x, const struct token_wish *wish,
                              struct token_made *made_r, struct err *err);

/* Ends the one that the path's {token} names. Refuses one that is not good. Fails with ERR_DATABASE. */
must_check bool token_do_end(struct exchange *x, struct err *err);
