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
