/*
 * What a patient has already, by its bytes: documents that were moved, uploads, and what was taken away. Read
 * once for a form. What the index does not have yet, some moments, is not in it: of uploads the ledger
 * itself knows better.
 */
#pragma once

#include "console/documents/visible.h"
#include "console/server/exchange.h"

struct same_list {
    struct visible_list *pages;
    size_t count;
};
void same_list_clear(struct same_list *list);
#define auto_same_list __attribute__((cleanup(same_list_clear))) struct same_list

/*
 * Reads all that the patient has.
 *   list_r   the caller clears it
 * Fails with ERR_DATABASE.
 */
must_check bool same_read(struct exchange *x, const char *patient, struct same_list *list_r,
                          struct err *err);

/* The document with these bytes, one that is not away first; NULL: there is none. Borrowed. */
const struct visible *same_find(const struct same_list *list, const struct sha256 *sha256);
