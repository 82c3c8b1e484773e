/*
 * TLS over a connected socket, by OpenSSL. All connections of a process that trust the same
 * certificates share them: their file is read once, and a session of one connection is resumed by
 * the next to that server, whichever thread it belongs to. A handshake without a session costs as
 * much CPU as three documents.
 *
 * At least TLS 1.2. The server's certificate must be valid, its name included, and nothing turns
 * that off (RFC 6125; RFC 8446). Each object belongs to one thread at a time.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "http/step.h"
#include "http/url.h"

struct tls;

/*
 * Prepares TLS over a socket, which stays the caller's and must outlive it.
 *   ca_file   PEM; NULL: the system's certificates
 *   server    the host that the certificate must name, and whose sessions may be resumed; copied
 *   tls_r     caller frees with tls_free()
 * Fails with ERR_USAGE: the certificates cannot be read.
 */
must_check bool tls_new(int fd, const char *ca_file, const struct url *server, struct tls **tls_r,
                        struct err *err);

/* Sends the end of TLS if the connection is still in order, and frees. NULL is allowed. */
void tls_free(struct tls *tls);

/*
 * Goes on with the handshake.
 *   to_send_r   with CONNECTION_AGAIN: whether it waits for room to send, not for bytes
 * CONNECTION_BROKEN: `err` is set, to ERR_NET with HTTP_NO_TRUST or HTTP_NO_CONNECTION.
 */
enum connection_step tls_handshake(struct tls *tls, bool *to_send_r, struct err *err);

/* Whether the handshake resumed a session. */
bool tls_is_resumed(const struct tls *tls);

/*
 * After CONNECTION_AGAIN the same bytes, in the same place, have to be sent again.
 *   bytes     at least one; TLS_SEND_MAX at most
 *   is_last   false: more follows at once, so these may be kept back until it does
 */
enum { TLS_SEND_MAX = 64 * 1024 };
enum connection_step tls_send(struct tls *tls, struct span bytes, bool is_last);
enum connection_step tls_receive(struct tls *tls, void *bytes, size_t room, size_t *size_r);

/* The reason why it broke, or "". */
const char *tls_said(const struct tls *tls);

/* Whether bytes came that were not received yet; the socket does not show them any more. */
bool tls_holds_bytes(const struct tls *tls);

/* Forgets certificates and sessions, after the last object is freed. */
void tls_teardown(void);
