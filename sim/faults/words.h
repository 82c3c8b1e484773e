/*
 * The words of a scenario's line, taken one after the other. Readers fail with ERR_USAGE, naming
 * the word and what should stand there.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "sim/faults/people.h"
#include "sim/request/twist.h"

struct words {
    struct span rest; /* of the line */
};

/* The next word; empty at the end. */
struct span word_next(struct words *words);

/* Takes the next words if they are these, as in "reset at"; else takes nothing. */
bool words_are_next(struct words *words, const char *text);

/* Refuses a word: it is not `what`, or it is missing. Returns false. */
bool word_error(struct err *err, const char *what, struct span word);

/* No word is left. */
must_check bool words_end(struct words *words, struct err *err);

/* A whole number, and one with a sign. */
must_check bool words_number(struct words *words, uint64_t *n_r, struct err *err);
must_check bool words_signed(struct words *words, int64_t *n_r, struct err *err);

/* A time such as 250ms, 10s, 5m. False without taking a word if the next one is none. */
bool words_time_is_next(struct words *words, int64_t *us_r);
must_check bool words_time(struct words *words, int64_t *us_r, struct err *err);

/* 5% or 0.05, as 0.05. */
must_check bool words_chance(struct words *words, double *chance_r, struct err *err);

/* "N", "N..M", or "any N". */
must_check bool words_records(struct words *words, struct people_records *records_r,
                              struct err *err);

/* A place in a body: 1000 or 50%. */
must_check bool words_place(struct words *words, struct twist_place *place_r, struct err *err);

/* Kinds of requests with commas; a bit for each is set in `*kinds`. */
must_check bool words_kinds(struct words *words, uint64_t *kinds, struct err *err);

/* Any word. The caller frees. */
must_check bool words_text(struct words *words, char **text_r, struct err *err);
