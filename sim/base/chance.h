/*
 * Numbers that look like chance and are always the same: everything the simulator makes up comes
 * from a seed and the place it is made for, never from the clock or the order of requests.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/* 64 bits for a place, named by two numbers. */
uint64_t chance_of(uint64_t seed, uint64_t a, uint64_t b);

/* The same for a place named by a text. */
uint64_t chance_of_text(uint64_t seed, struct span name);

/* 0 .. n-1; n at least 1. */
uint64_t chance_below(uint64_t chance, uint64_t n);

/* 0 .. 1, never 1. */
double chance_unit(uint64_t chance);

/* A size whose logarithm is normally distributed: half lie below `median`. */
uint64_t chance_size(uint64_t chance, double median, double sigma);

/* An index below `count`, each as often as its weight says. */
size_t chance_weighted(uint64_t chance, const unsigned *weights, size_t count);

enum { CHANCE_UUID_SIZE = 37 };

/*
 * The id of the n-th thing of its kind, upper case as FileMaker's Get(UUID) prints it. One to one,
 * so that an id can be led back to its number without a list.
 */
const char *chance_uuid(uint64_t seed, uint32_t number, char text[CHANCE_UUID_SIZE]);

/* Leads an id back; either case. False if this seed never made it. */
bool chance_uuid_find(uint64_t seed, struct span text, uint32_t *number_r);

/* Fills bytes of an endless random file, beginning `offset` bytes into it. */
void chance_fill(uint64_t seed, uint64_t offset, void *bytes_r, size_t size_bytes);
