/*
 * One connection's bytes, plain or under TLS, and the ways a connection can end badly. Blocking;
 * one thread at a time. Every wait ends when the simulator stops.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/str.h"

#include <openssl/types.h>

struct wire;

/* Makes a connection; takes `fd`. `tls` is NULL for plain HTTP. The caller frees. */
struct wire *wire_new(int fd, SSL_CTX *tls, const struct cancel *stop);
void wire_free(struct wire *wire); /* NULL is allowed; closes */

int wire_fd(const struct wire *wire); /* borrowed, for shutdown() */
bool wire_is_tls(const struct wire *wire);

/* The TLS handshake; true at once without TLS. */
bool wire_begin(struct wire *wire);

/* The bytes that came and were not skipped yet. Valid until the next wire_fill(). */
struct span wire_bytes(const struct wire *wire);
void wire_skip(struct wire *wire, size_t size_bytes);

/* Waits for more bytes; false when none come in time, the peer is gone, or we stop. */
bool wire_fill(struct wire *wire, int64_t wait_us);

/* Sends everything; false if the peer is gone. */
bool wire_write(struct wire *wire, struct span bytes);

/* Waits while the connection stays open; false if we stop. */
bool wire_pause(struct wire *wire, int64_t wait_us);

/* Ends the connection with a reset instead of a goodbye. */
void wire_reset(struct wire *wire);

/* Sends a fatal TLS alert and closes; a plain connection is reset. */
void wire_alert(struct wire *wire);
