/* Certificates for tests of TLS, made when they are needed. */
#pragma once

#include "base/base.h"

struct certs;

/*
 * Makes an authority.
 *   folder     where the files are written
 *   name       of the files, and in the subject
 */
struct certs *certs_new(const char *folder, const char *name);
void certs_free(struct certs *certs); /* NULL is allowed; the files stay */
void auto_certs_cleanup(struct certs **certs);
#define auto_certs __attribute__((cleanup(auto_certs_cleanup))) struct certs

/* The authority's own certificate, as a client trusts it. */
const char *certs_ca_file(const struct certs *certs);

/*
 * Makes a server's certificate with its key, in one file. The caller frees its name.
 *   alt_name   "IP:127.0.0.1" or "DNS:localhost"; NULL: `name` in the subject is all there is
 *   days       how long it lasts from now; negative: it ended so long ago
 */
char *certs_make(const struct certs *certs, const char *name, const char *alt_name, int days);

/* A certificate that differs from those of certs_make(). */
struct certs_wish {
    const char *alt_name;
    int from_days;     /* from now on; it lasts a day; 0: a hundred days ago          */
    bool tells_issuer; /* it says where its authority's certificate is, as public ones do */
    bool is_alone;     /* nobody but itself vouches for it                            */
};
char *certs_make_as(const struct certs *certs, const char *name, struct certs_wish wish);
