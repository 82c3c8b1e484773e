/* URLs: splits them into their parts, and writes the parts safely. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct url {
    char *scheme; /* "https" or "http"                                        */
    char *host;   /* as written, an IPv6 address in brackets                  */
    char *port;   /* digits; the scheme's own if none was written             */
    char *path;   /* as written, percent-escapes kept; "/" at least           */
    char *query;  /* without the "?"; NULL if there is none                   */
};

/*
 * Splits an absolute http or https URL. User names, passwords and fragments are refused.
 *   url_r   caller clears with url_clear() (or auto_url)
 * Fails with ERR_DATA; the message does not repeat the URL, which may be a secret.
 */
must_check bool url_read(const char *text, struct url *url_r, struct err *err);
void url_clear(struct url *url);
#define auto_url __attribute__((cleanup(url_clear))) struct url

/* "https://host" or "https://host:8443": the port only if it is not the scheme's own. */
void url_add_origin(struct str *to, const struct url *url);

/* Whether two URLs lead to the same scheme, host and port. */
bool url_same_origin(const struct url *a, const struct url *b);

/* Whether a URL leads to this machine, by name or number: "localhost", 127.x, ::1. */
bool url_is_loopback(const struct url *url);

/* Percent-encodes everything but A-Z a-z 0-9 - . _ ~ and the bytes in `keep` (RFC 3986, 2.3). */
void url_add_encoded(struct str *to, struct span text, const char *keep);
