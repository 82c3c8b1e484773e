/*
 * One request as a browser sent it: its target, parameters, cookies and body, taken apart once and
 * checked: percent-encoding is whole, texts are UTF-8 without control characters, no name comes
 * twice. Texts are borrowed until request_free(). One thread at a time.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "console/server/spool.h"

enum request_method {
    REQUEST_GET,
    REQUEST_HEAD,
    REQUEST_POST,
    REQUEST_PATCH,
    REQUEST_DELETE,
    REQUEST_OTHER, /* no address takes it */
};

enum { REQUEST_FIELDS = 64, REQUEST_BODY_MAX = 64 * 1024, REQUEST_TARGET_MAX = 8 * 1024 };

/* The parts of a request as the listener has them. */
struct request_raw {
    const char *method;
    struct span target; /* "/patients?q=ito", still encoded */
    struct span body;
    bool body_is_cut;    /* it was longer than REQUEST_BODY_MAX */
    struct spool *files; /* instead of a body: a form with files, wholly received; or NULL */
    const char *address; /* the peer's: "192.0.2.7"; no port */
    /* Looks up a header by its name, whatever its case; SPAN_NONE: it is not there. */
    struct span (*header)(void *arg, const char *name);
    void *arg;
};

struct request;

/*
 * Takes a request apart.
 *   raw         all that it points to outlives the request
 *   request_r   caller frees with request_free()
 * Fails with ERR_DATA: what is wrong with it, for the one who sent it; REQUEST_TOO_LARGE is the
 * code where it is that.
 */
enum { REQUEST_TOO_LARGE = 413 };
must_check bool request_read(const struct request_raw *raw, struct request **request_r,
                             struct err *err);
void request_free(struct request *request); /* NULL is allowed */

enum request_method request_method_of(const struct request *request);
const char *request_address(const struct request *request);

/* The path, still encoded: what stands before the question mark. */
struct span request_path(const struct request *request);

/* The target as it came, for a link that leads back here. */
struct span request_target(const struct request *request);

/* A parameter behind the question mark; NULL: it is not there. */
const char *request_query(const struct request *request, const char *name);

/* The name of a parameter that is none of these (with blanks between); NULL: there is none. */
const char *request_query_stranger(const struct request *request, const char *names);

/* A field of a form (application/x-www-form-urlencoded); NULL: it is not there. */
const char *request_form(const struct request *request, const char *name);

/* The same; "" if it is not there. */
const char *request_form_text(const struct request *request, const char *name);

/* The values of a form's fields whose names begin alike: document.1, document.2, ... */
size_t request_form_list(const struct request *request, const char *prefix,
                         const char *values_r[REQUEST_FIELDS]);

/* A cookie's value; NULL: it is not there. */
const char *request_cookie(const struct request *request, const char *name);

/* A header's value; SPAN_NONE: it is not there. */
struct span request_header(const struct request *request, const char *name);

/* The body as it came. */
struct span request_body(const struct request *request);

/* The form with files that was received; NULL: none was. The fields in it are the form's. */
const struct spool *request_files(const struct request *request);

/* What is wrong with that form; its kind is ERR_NONE if nothing is. */
const struct err *request_files_fault(const struct request *request);

/* Whether the body is said to be JSON. */
bool request_is_json(const struct request *request);

/*
 * The part of the path that stands where the route's pattern has {name}; "" if it has none.
 * The router sets them.
 */
const char *request_param(const struct request *request, const char *name);

/* For the router: keeps a part of the path, decoded. Fails with ERR_DATA. */
must_check bool request_param_set(struct request *request, struct span name, struct span encoded,
                                  struct err *err);

/* Percent-encodes what is not unreserved (RFC 3986, 2.3). */
void request_encode(struct span text, struct str *to);
