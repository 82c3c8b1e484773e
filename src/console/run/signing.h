/*
 * Signing, from a page or a program: the right, that the report was read, that what was seen is what
 * is so now, and a reason where something is not met. Whether it is really the one who is logged in
 * is asked before (login.h).
 */
#pragma once

#include "console/server/exchange.h"
#include "report/grounds.h"

/* What is to be signed. Texts are borrowed. */
struct signing {
    const char *digest; /* of the grounds as they were shown, in hexadecimal digits */
    const char *reason; /* "" where nothing is left open                            */
    bool has_read;
};

/* Reads on what grounds one would sign now. Fails with ERR_DATABASE. */
must_check bool signing_grounds(struct exchange *x, struct grounds *grounds_r, struct err *err);

/*
 * Refuses what signing_carry_out() would refuse now; to be asked before a code is used up. Fails with
 * ERR_DATABASE.
 */
must_check bool signing_may(struct exchange *x, const struct signing *signing, struct err *err);

/*
 * Signs, as a short run of the kind "sign", and notes it. Refuses without the right, without the
 * report having been read, with PROBLEM_STALE when the grounds are no longer those that were shown,
 * and without a reason where something is not met; then nothing was signed.
 *   number_r   the sign-off's
 * Fails with ERR_DATABASE, ERR_OS.
 */
must_check bool signing_carry_out(struct exchange *x, const struct signing *signing,
                                  int64_t *number_r, struct err *err);
