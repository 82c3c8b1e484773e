/* What the benches of the console's index share. Programs of one thread. */
#pragma once

#include "base/err.h"

/* Says why, and ends the program with 1. */
_Noreturn void bench_fail(const struct err *err);

/* SplitMix64: the same numbers from the same seed, each from 0 to 2^64 - 1. */
uint64_t random_next(uint64_t *seed);

/* One of 0 .. end - 1. */
int64_t random_below(uint64_t *seed, int64_t end);

enum { DAY_TEXT_SIZE = 40 };

/* A day of one of `years` years from `first` on: "2005-02-28". */
void day_any(uint64_t *seed, int first, int years, char text[DAY_TEXT_SIZE]);

/*
 * A line: name, median and the 99th of a hundred in milliseconds, and rows.
 *   took_us   `count` times in microseconds; they are sorted
 */
void times_tell(const char *name, int64_t *took_us, size_t count, int64_t rows);

/* How large the index in a folder is, in MiB. */
void index_size_tell(const char *folder);
