/* The newest certificate that 'fmferry verify' wrote, and whether it still says what is so. */
#pragma once

#include "base/digest.h"
#include "base/err.h"
#include "report/tempo.h"

struct certified {
    int64_t run; /* the verification that wrote it; 0: none ever did */
    int64_t at_us;
    char sha256[SHA256_HEX_SIZE]; /* of the certificate's file */
    bool covers_all;              /* nothing has become of any document since it was read */
};

/*
 * Reads it.
 *   tempo   of the same state of the ledger
 * Fails with ERR_DATABASE, and with ERR_DATA if the note is malformed.
 */
must_check bool certified_read(struct ledger *ledger, const struct tempo *tempo,
                               struct certified *certified_r, struct err *err);
