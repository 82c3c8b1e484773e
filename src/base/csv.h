/*
 * Reads CSV (RFC 4180): commas or another separator, quotes, line ends inside quotes. A byte order
 * mark is skipped. A carriage return alone, as FileMaker writes it, ends a line too. A first line
 * "sep=;" names the separator.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

struct csv;

/* Reads a text, which must outlive the reader. The caller frees with csv_free(). */
struct csv *csv_new(struct span text);
void csv_free(struct csv *csv); /* NULL is allowed */
void auto_csv_cleanup(struct csv **csv);
#define auto_csv __attribute__((cleanup(auto_csv_cleanup))) struct csv

/* Whether the text itself names its separator. */
bool csv_names_separator(const struct csv *csv);

/* Sets another separator than the comma, before the first line is read. */
void csv_separate(struct csv *csv, char separator);

/*
 * Moves to the next line. STEP_ERROR: ERR_DATA with the line's number (a quote that never closes,
 * or is followed by text, more than 1,024 cells, more than 1 MiB); nothing can be read after it.
 */
must_check enum step csv_next(struct csv *csv, struct err *err);

/* How many bytes of the text are not read yet: the next line begins there. */
size_t csv_left(const struct csv *csv);

/* The present line's number, from 1, and its cells; borrowed until csv_next(). */
size_t csv_line(const struct csv *csv);
size_t csv_count(const struct csv *csv);
struct span csv_cell(const struct csv *csv, size_t index); /* SPAN_NONE beyond the last */
