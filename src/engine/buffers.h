/*
 * The memory in which documents cross: a budget shared by all workers. A worker that finds it spent
 * waits. It takes one buffer per document, which never grows, so no worker waits for itself.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"

struct buffers;

/* `budget_bytes`: at least as much as the largest buffer that will be asked for. */
struct buffers *buffers_new(size_t budget_bytes);
void buffers_free(struct buffers *buffers); /* NULL is allowed; every buffer was given back */

/*
 * Waits for memory. `bytes_r` is given back with buffers_return(). Safe from any thread.
 * Fails with ERR_CANCELED.
 */
must_check bool buffers_take(struct buffers *buffers, size_t size_bytes,
                             const struct cancel *cancel, char **bytes_r, struct err *err);
void buffers_return(struct buffers *buffers, char *bytes, size_t size_bytes);
