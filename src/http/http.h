/*
 * HTTP as the mover needs it: one exchange at a time per client, the answer's body pulled by the
 * reader, every wait bounded and cancelable. Redirects are answers like any other; no header is
 * ever sent anywhere but to the URL of its own request. HTTP/1.1 only: FileMaker's HTTP/2 breaks.
 *
 * What a failure means is decided here. Before the request was on its way it surely did nothing:
 * ERR_NET. Afterwards it depends on the request: one that may be repeated failed with ERR_NET, any
 * other with ERR_UNSURE.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/str.h"

struct http;
struct http_answer;

/* Call once, before threads start, and once at the end. */
void http_setup(void);
void http_teardown(void);

struct http_settings {
    const char *ca_file; /* PEM; NULL: the system's certificates. Verification is never off */
    const char *proxy;   /* NULL: none; the environment is not asked                        */
    bool plain_allowed;  /* http:// too, for a laboratory                                   */
    int64_t connect_us;  /* time to connect, TLS included; 0: 15 s                          */
    int64_t keep_us;     /* how long an idle connection is reused; 0: 4 s                   */
    /* The least that must come, or go, in a window of waiting; 0: 240 KiB in 4 minutes. */
    int64_t least_window_us;
    uint64_t least_bytes;
};

/* What kept an exchange from ending: `code` of ERR_NET, ERR_UNSURE and, where said, ERR_DATA. */
enum http_cause {
    HTTP_NO_CONNECTION = 1, /* name not found, refused, connect timed out       */
    HTTP_NO_TRUST,          /* the certificate does not stand up                 */
    HTTP_BROKEN,            /* the connection ended in the middle                */
    HTTP_SHORT,             /* the body ended before its announced length        */
    HTTP_STALLED,           /* nothing came for `idle_us`                        */
    HTTP_TIMED_OUT,         /* not done after `total_us`                         */
    HTTP_MALFORMED,         /* what came is not HTTP, or its headers never end   */
    HTTP_TOO_SLOW,          /* less came or went than the least pace             */
    HTTP_TOO_LONG,          /* of ERR_DATA: the body is beyond the cap           */
    HTTP_CODED,             /* of ERR_DATA: compressed on the way, and cannot be taken apart */
    HTTP_UNSENT,            /* of ERR_DATA: URL or header cannot be sent as they are */
};

/*
 * One per thread.
 *   settings   copied; its texts must outlive the client
 *   cancel     every wait listens to it; must outlive the client
 * Never NULL; the caller frees with http_free() after the last answer was closed.
 */
struct http *http_new(const struct http_settings *settings, const struct cancel *cancel);
void http_free(struct http *http); /* NULL is allowed */

/*
 * Listens to another `cancel` from now on: for what must be said even when we were asked to stop.
 * Not while an answer is open.
 */
void http_set_cancel(struct http *http, const struct cancel *cancel);

/* What a body is, as far as it matters to what may have been done to it on the way. */
enum http_body {
    HTTP_BODY_TEXT,       /* JSON, XML: taken apart if it was compressed                          */
    HTTP_BODY_FILE,       /* somebody's file, which may be a .gz itself; see `name_ext`           */
    HTTP_BODY_AS_IT_CAME, /* an object whose Content-Encoding is its owner's word, if there is one
                           */
};

struct http_request {
    const char *method;
    const char *url;            /* absolute, percent-encoded; dot segments stay as they are */
    const char *const *headers; /* "Name: value", ended by NULL; NULL for none              */
    struct span body;           /* borrowed until the answer is closed                      */
    bool sends_body;            /* even if `body` is empty                                  */
    bool repeatable;            /* arriving twice does no harm                              */
    int64_t idle_us, total_us;  /* 0: 60 s of silence, no total                             */
    int64_t grace_us;       /* once sent, its answer is waited for so long though asked to stop   */
    enum http_body body_is; /* of the answer                                             */
    const char *name_ext;   /* of a file: as its name says, without the dot; NULL: unknown */
};

/*
 * Sends a request and waits for the answer's status and headers.
 *   answer_r   one at a time per client; caller closes with http_close() (or auto_answer)
 * Fails with ERR_NET, ERR_UNSURE, ERR_USAGE (http:// not allowed, CA file unreadable), ERR_DATA
 * (HTTP_UNSENT: URL or a header with what would end its line), ERR_CANCELED.
 */
must_check bool http_open(struct http *http, const struct http_request *request,
                          struct http_answer **answer_r, struct err *err);

/* Lets the exchange go. Unread bytes are thrown away with the connection. NULL is allowed. */
void http_close(struct http_answer *answer);
void auto_answer_cleanup(struct http_answer **answer);
#define auto_answer __attribute__((cleanup(auto_answer_cleanup))) struct http_answer

int http_status(const struct http_answer *answer);

/* The first header of that name, or NULL; borrowed until http_close(). */
const char *http_header(const struct http_answer *answer, const char *name);

/* The header of that name at a place, from 0, for those that may come more than once; or NULL. */
const char *http_header_at(const struct http_answer *answer, const char *name, size_t index);

/* How long the server asks us to wait, 5 minutes at most; 0: it does not say, or by a date. */
int64_t http_retry_after_us(const struct http_answer *answer);

/* The announced length of the body, or -1; -1 too where the body was compressed on the way. */
int64_t http_length(const struct http_answer *answer);

/*
 * Reads the next bytes of the body; waits for at least one.
 *   size_r   how many came; 0: the body is complete, and as long as announced
 * Every request says `Accept-Encoding: identity`; gzip and deflate that come all the same are taken
 * apart here (http/coding.h), unless the body is HTTP_BODY_AS_IT_CAME.
 * Fails with ERR_NET or ERR_UNSURE (see above), ERR_DATA (more came than was announced;
 * HTTP_CODED), ERR_CANCELED.
 */
must_check bool http_read(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                          struct err *err);

/* Reads to the end; the cap of `to` bounds it. Also fails with ERR_DATA, HTTP_TOO_LONG, beyond it.
 */
must_check bool http_read_all(struct http_answer *answer, struct str *to, struct err *err);

/* What clients of one process have done so far, all together. */
struct http_counts {
    uint64_t requests, connections;
    uint64_t resumed; /* connections whose TLS took up a session of an earlier one */
};
struct http_counts http_counts(void);
