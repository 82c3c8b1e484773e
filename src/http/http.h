/*
 * HTTP as the mover needs it: one exchange at a time per client, the answer's body pulled by the
 * reader, every wait bounded and cancelable. Redirects are answers like any other; no header is
 * ever sent anywhere but to the URL of its own request. HTTP/1.1 only: FileMaker's HTTP/2 breaks.
 *
 * The meaning of a failure is decided here. Before a request is on its way, it surely did nothing:
 * ERR_NET. After that it depends on the request: one that may be repeated fails with ERR_NET, any
 * other with ERR_UNSURE.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"
#include "http/route.h"

struct http;
struct http_answer;

/* Before anything else of this header; each setup wants a teardown. Any thread may call them. */
void http_setup(void);
void http_teardown(void);

struct http_settings {
    const char *ca_file;     /* PEM; NULL: the system's certificates. Verification is never off */
    struct http_route route; /* its texts and secrets must outlive the client */
    bool plain_allowed;      /* http:// too, for a laboratory                                   */
    int64_t connect_us;      /* time to connect, TLS included; 0: 15 s                          */
    int64_t keep_us;         /* how long an idle connection is reused; 0: 4 s                   */
    /* The fewest bytes that must come, or go, in a window of waiting; 0: 240 KiB in 4 minutes. */
    int64_t least_window_us;
    uint64_t least_bytes;
};

/* Statuses of answers that mean something of their own. */
enum { HTTP_NO_CONTENT = 204, HTTP_UNAUTHORIZED = 401, HTTP_FORBIDDEN = 403, HTTP_NOT_FOUND = 404 };

/* Why an exchange failed: the `code` of ERR_NET, ERR_UNSURE and, where noted, ERR_DATA. */
enum http_cause {
    HTTP_NO_CONNECTION = 1, /* name not found, refused, connect timed out                     */
    HTTP_NO_TRUST,          /* the certificate is not trusted                                 */
    HTTP_BROKEN,            /* the connection ended in the middle                             */
    HTTP_SHORT,             /* the body ended before its announced length                     */
    HTTP_STALLED,           /* nothing came for `idle_us`                                     */
    HTTP_TIMED_OUT,         /* not done after `total_us`                                      */
    HTTP_MALFORMED,         /* the answer is not HTTP, or its headers never end               */
    HTTP_TOO_SLOW,          /* the bytes moved below the least pace                           */
    HTTP_TOO_LONG,          /* of ERR_DATA: the body is beyond the cap                        */
    HTTP_CODED,             /* of ERR_DATA: compressed on the way, and cannot be decompressed */
    HTTP_UNSENT,            /* of ERR_DATA: URL or header cannot be sent as they are          */
};

/*
 * Makes a client, one per thread.
 *   settings   copied; its texts must outlive the client
 *   cancel     every wait listens to it; must outlive the client
 * Never NULL; the caller frees with http_free() after the last answer was closed.
 */
struct http *http_new(const struct http_settings *settings, const struct cancel *cancel);
void http_free(struct http *http); /* NULL is allowed */

/*
 * Listens to another `cancel` from now on, for requests that must be made even after we were asked
 * to stop. Not while an answer is open.
 */
void http_set_cancel(struct http *http, const struct cancel *cancel);

/* The kind of a body, which decides whether it is decompressed if it was compressed on the way. */
enum http_body {
    HTTP_BODY_TEXT,       /* JSON, XML: decompressed                                 */
    HTTP_BODY_FILE,       /* a file, which may be a .gz itself; see `name_ext`       */
    HTTP_BODY_AS_IT_CAME, /* an object; its Content-Encoding, if any, is its owner's */
};

enum { HTTP_NAME_EXT_SIZE = 16 }; /* of the longest extension that is told apart */

struct http_request {
    const char *method;
    const char *url;            /* absolute, percent-encoded; dot segments stay as they are */
    const char *const *headers; /* "Name: value", ended by NULL; NULL for none              */
    struct span body;           /* borrowed until the answer is closed                      */
    bool sends_body;            /* even if `body` is empty                                  */
    bool repeatable;            /* it does no harm if it arrives twice                      */
    int64_t idle_us, total_us;  /* 0: 60 s of silence, no total                             */
    int64_t grace_us;       /* once sent, its answer has so long to come after a request to stop */
    enum http_body body_is; /* of the answer                                                     */
    const char
        *name_ext; /* the extension of a file's name, without the dot; NULL: unknown; copied */
};

/*
 * Sends a request and waits for the answer's status and headers.
 *   answer_r   one at a time per client; caller closes with http_close() (or auto_answer)
 * Fails with ERR_NET, ERR_UNSURE, ERR_USAGE (http:// not allowed, CA file or client certificate
 * unreadable, a proxy that is no http:// one), ERR_DATA
 * (HTTP_UNSENT: the URL or a header has a character that would end its line), ERR_CANCELED.
 */
must_check bool http_open(struct http *http, const struct http_request *request,
                          struct http_answer **answer_r, struct err *err);

/*
 * Ends the exchange. Unread bytes are thrown away, with the connection unless the body is short.
 * NULL is allowed.
 */
void http_close(struct http_answer *answer);
void auto_answer_cleanup(struct http_answer **answer);
#define auto_answer __attribute__((cleanup(auto_answer_cleanup))) struct http_answer

/* The proxy by which the last answer came, "HOST:PORT", or nothing; until the next request. */
struct span http_proxy(const struct http *http);

int http_status(const struct http_answer *answer);

/* The first header of that name, or NULL; borrowed until http_close(). */
const char *http_header(const struct http_answer *answer, const char *name);

/* The `index`-th header of that name, from 0, for those that may come more than once; or NULL. */
const char *http_header_at(const struct http_answer *answer, const char *name, size_t index);

/* The wait that the server asks for, 5 minutes at most; 0: it asks for none, or gives a date. */
int64_t http_retry_after_us(const struct http_answer *answer);

/* The announced length of the body, or -1; also -1 where the body was compressed on the way. */
int64_t http_length(const struct http_answer *answer);

/*
 * Reads the next bytes of the body; waits for at least one.
 *   size_r   how many came; 0: the body is complete, and as long as announced
 * Every request says `Accept-Encoding: identity`. A body that comes in gzip or deflate all the same
 * is decompressed here (http/coding.h), unless it is HTTP_BODY_AS_IT_CAME.
 * Fails with ERR_NET or ERR_UNSURE (see above), ERR_DATA (more came than was announced;
 * HTTP_CODED), ERR_CANCELED.
 */
must_check bool http_read(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                          struct err *err);

/* Reads to the end. Also fails with ERR_DATA, HTTP_TOO_LONG, beyond the cap of `to`. */
must_check bool http_read_all(struct http_answer *answer, struct str *to, struct err *err);

/* The totals of all clients in this process so far. */
struct http_counts {
    uint64_t requests, connections;
    uint64_t resumed; /* connections whose TLS resumed an earlier session */
};
struct http_counts http_counts(void);
