/* The console's own certificate, made at its first start where none is given. EC P-256. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

enum { CERTIFICATE_DAYS = 397, CERTIFICATE_RENEW_DAYS = 30 };

/* A certificate and its key in PEM; cleared with certificate_clear(). */
struct certificate {
    struct str pem, key;
    char print[96]; /* its SHA-256, "AB:CD:...", as browsers show it */
    int64_t ends_us;
    bool is_new; /* it was made just now */
};

/*
 * Reads console-tls.crt and console-tls.key of a folder; makes them if they are missing, or end
 * within 30 days.
 *   names   of the server, with blanks or commas between; addresses too
 * Fails with ERR_OS, ERR_USAGE (a file there is not what it should be, a key open to others).
 */
must_check bool certificate_own(const char *folder, const char *names, int64_t now_us,
                                struct certificate *certificate, struct err *err);

/* Reads one that is given. Fails as certificate_own(). */
must_check bool certificate_given(const char *certificate_path, const char *key_path,
                                  int64_t now_us, struct certificate *certificate, struct err *err);
void certificate_clear(struct certificate *certificate);
