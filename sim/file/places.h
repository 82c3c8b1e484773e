/*
 * Which records of a table are alive, in the order of their creation. Numbers 0 .. size-1 stand for
 * records ever made; a position counts only the living. Every question takes a handful of steps
 * however many records there are, and a record costs one bit.
 */
#pragma once

#include "base/base.h"

struct places;

/* All of 0 .. size-1 alive. The caller frees. */
struct places *places_new(uint64_t size);
/* None of them alive. */
struct places *places_none(uint64_t size);
void places_free(struct places *places); /* NULL is allowed */

uint64_t places_size(const struct places *places);  /* ever made   */
uint64_t places_count(const struct places *places); /* alive       */
bool places_is_live(const struct places *places, uint64_t number);

/* Adds a living record. Returns its number. */
uint64_t places_add(struct places *places);

/* Ends or revives a record; does nothing if it is in that state. */
void places_set(struct places *places, uint64_t number, bool live);

/* How many of those before `number` are alive; `number` may be the size. */
uint64_t places_rank(const struct places *places, uint64_t number);

/* The number of the living record at a position, 0 being the first. `position` < count. */
uint64_t places_select(const struct places *places, uint64_t position);
