/*
 * The memory in which documents cross: a budget shared by all workers. A worker that finds it spent
 * waits. It takes one buffer per document, which never grows, so no worker waits for itself. Memory
 * that is given back is kept for the next document: fresh pages cost more than reading into them.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"

struct buffers;

/*
 * Takes no memory yet.
 *   budget_bytes   what is lent and kept together stays below it; whole pages, and at least as much
 *                  as the largest buffer that will be asked for
 */
struct buffers *buffers_new(size_t budget_bytes);
void buffers_free(struct buffers *buffers); /* NULL is allowed; every buffer was given back */

/*
 * Waits for memory.
 *   size_bytes   at least 1; whole pages of the budget are lent
 *   bytes_r      holds anything; given back with buffers_return()
 * Safe from any thread. Fails with ERR_CANCELED.
 */
must_check bool buffers_take(struct buffers *buffers, size_t size_bytes,
                             const struct cancel *cancel, char **bytes_r, struct err *err);
void buffers_return(struct buffers *buffers, char *bytes);
