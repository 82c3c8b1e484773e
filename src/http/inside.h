/* The shared inside of the client: http.c, exchange.c, request.c and body.c. */
#pragma once

#include "base/mem.h"
#include "base/time.h"
#include "http/chunks.h"
#include "http/coding.h"
#include "http/connection.h"
#include "http/head.h"
#include "http/http.h"
#include "http/pace.h"

enum { HTTP_BUFFER_SIZE = HEAD_MAX + 16 * 1024 };

/* How the end of a body is found. */
enum http_framing { FRAMING_NONE, FRAMING_LENGTH, FRAMING_CHUNKS, FRAMING_CLOSE };

struct http_answer {
    struct http *http;
    struct http_request request;
    char name_ext[HTTP_NAME_EXT_SIZE]; /* the request's, which is asked for when the body is read */
    struct head head;
    enum http_framing framing;
    struct chunks chunks;
    uint64_t remaining;     /* of a body whose length is known                  */
    struct decoder *coding; /* of a body that was compressed on the way; or NULL */
    struct pace pace;
    bool sent, ended, given_up, excess;
    bool moves; /* the answer has begun, or we are sending */
    bool coding_is_seen, coding_is_good;
    int64_t quiet_since_us, started_us;
    int64_t cancel_seen_us; /* when a request to stop was first seen; 0: not yet */
};

struct http {
    struct http_settings settings;
    const struct cancel *cancel;
    struct connection *connection;
    int64_t idle_since_us;
    struct str request;        /* the one that is being sent */
    struct http_answer answer; /* one at a time              */
    bool busy;
    /* Bytes that came, but were not read yet: bytes[read .. used). The head is before them. */
    size_t head_size, read, used;
    char bytes[HTTP_BUFFER_SIZE];
};

/* --- exchange.c ----------------------------------------------------------------------------- */

/* Fails with ERR_NET or ERR_UNSURE, whichever it is for this request. Returns false. */
bool http_exchange_failed(const struct http_answer *answer, enum http_cause cause, const char *said,
                          struct err *err);

/* As http_exchange_failed(): the connection ended. `where` follows these words in the message. */
bool http_exchange_broken(const struct http_answer *answer, const char *where, struct err *err);

/*
 * Asked before each step. False: we were asked to stop, or the other side has taken too long: in
 * silence, by its pace, or in all.
 */
must_check bool http_may_go_on(struct http_answer *answer, struct err *err);

/*
 * Sends all bytes.
 *   is_last     nothing follows these bytes
 *   refused_r   set if the server answers, or ends the connection, before everything was sent
 */
must_check bool http_send_all(struct http_answer *answer, struct span bytes, bool is_last,
                              bool *refused_r, struct err *err);

/* Receives at least one byte; none if the other side closed the connection in good order. */
must_check bool http_receive(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                             struct err *err);

/* Receives bytes into http->bytes, after the unread ones. */
must_check bool http_fill(struct http_answer *answer, size_t *size_r, struct err *err);

/* The body has been read. The connection may serve again if nothing of it is left over. */
void http_body_finish(struct http_answer *answer);

static inline struct span http_unread(const struct http *http)
{
    return (struct span){ http->bytes + http->read, http->used - http->read };
}

/* --- request.c ------------------------------------------------------------------------------ */

/* Writes all that goes before the body into http->request. Fails with ERR_DATA. */
must_check bool http_request_write(struct http_answer *answer, struct err *err);

/* Whether URL and headers may go out as they are. Fails with ERR_DATA. */
must_check bool http_request_is_clean(const struct http_request *request, struct err *err);

/* --- body.c --------------------------------------------------------------------------------- */

/* Reads the next bytes as they came, without decompressing them; otherwise as http_read(). */
must_check bool http_read_wire(struct http_answer *answer, void *bytes, size_t room, size_t *size_r,
                               struct err *err);
