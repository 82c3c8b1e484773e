/*
 * How many records are read by one find: as many as are configured while that pays, half as many
 * where the server is not done with them in time, and one where finds are refused, slow or miss
 * records. Each reading tells here how it went. Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

enum { BATCH_MAX = 50 };

struct batches;

/*
 * Makes the count.
 *   most   1 .. BATCH_MAX; 1: each record is read by itself
 */
struct batches *batches_new(int most);
void batches_free(struct batches *batches); /* NULL is allowed */

/* How many records the next reading should ask for; 1 now and then, to learn what that takes. */
size_t batches_size(struct batches *batches);

/* How many it is at most from now on. */
size_t batches_most(struct batches *batches);

/*
 * Whether a find is a burden: it takes longer than its records by themselves.
 *   single_us   of one record by itself; 0: not known
 *   asked       records that the find asked for
 */
bool batches_is_slow(int64_t single_us, size_t asked, int64_t took_us);

/* Whether finds left out most of the records that they asked for, though they are there. */
bool batches_misses_most(uint64_t asked, uint64_t missed);

/* A record was read by itself. */
void batches_single(struct batches *batches, int64_t took_us);

/* A find of `asked` records was answered. */
void batches_found(struct batches *batches, size_t asked, int64_t took_us);

/* A find left out a record that is there: its index may be wrong, or the account's view. */
void batches_missed(struct batches *batches);

/* A find failed, though one of its records could be read by itself. */
void batches_failed(struct batches *batches, const struct err *why);
