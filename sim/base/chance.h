/*
 * Random numbers that are the same in every run: everything that the simulator makes up follows
 * from a seed and the place it is made for, never from the clock or the order of requests.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/* A random number for a place that two numbers name. */
uint64_t chance_of(uint64_t seed, uint64_t a, uint64_t b);

/* A random number for a place that a text names. */
uint64_t chance_of_text(uint64_t seed, struct span name);

/* A number from 0 to n - 1; n is at least 1. */
uint64_t chance_below(uint64_t chance, uint64_t n);

/* A number from 0 to 1, but never 1. */
double chance_unit(uint64_t chance);

/* A size from a log-normal distribution: half of them lie below `median`. */
uint64_t chance_size(uint64_t chance, double median, double sigma);

/* An index below `count`; each comes up as often as its weight says. */
size_t chance_weighted(uint64_t chance, const unsigned *weights, size_t count);

enum { CHANCE_UUID_SIZE = 37 };

/*
 * The id of the n-th thing of its kind, in upper case as FileMaker's Get(UUID) prints it. Each
 * number has its own id, so that the number can be computed from the id without a list.
 */
const char *chance_uuid(uint64_t seed, uint32_t number, char text[CHANCE_UUID_SIZE]);

/* Computes the number from an id in either case. False if this seed never made the id. */
bool chance_uuid_find(uint64_t seed, struct span text, uint32_t *number_r);

/* Reads an endless random file, beginning `offset` bytes into it. */
void chance_fill(uint64_t seed, uint64_t offset, void *bytes_r, size_t size_bytes);
