/* The names of documents in a ZIP, which every unpacker takes. */
#pragma once

#include "console/documents/visible.h"
#include "console/index/catalog.h"

/*
 * Writes "Ito, Kim 1980-02-29/0001 2024-03-01 Referral.pdf": no two are the same, for each has a number.
 *   person   whose it is, as the index has it; NULL: nobody's, or nobody whom it knows
 */
void zip_name_write(const struct visible *document, const struct catalog_person *person,
                    size_t number, struct str *to);
