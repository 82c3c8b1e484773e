/* What pages with lists of patients and documents share. */
#pragma once

#include "console/index/catalog.h"
#include "console/pages/frame.h"

enum { LISTS_NAME_MAX = 4 * 1024 };

/* While the index is filled for the first time, says that not everything can be found. */
void lists_say_filling(struct frame *frame);

/*
 * Writes the link to the next page: the address with all that was asked for, and a cursor.
 *   names    of the parameters, ended by NULL
 *   cursor   "": there are no more
 */
void lists_link_next(struct frame *frame, const char *path, const char *const *names,
                     const char *cursor);

/* "Ito, Kim", or that there is no name. */
void lists_name(const struct catalog_person *person, struct str *to);
