/*
 * The independent count: how many records the source has, asked by another route than the one by
 * which they are read.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "source/source.h"

/*
 * Counts by two finds: records with something in the key field, and records with nothing in it.
 *   count_r   the sum; -1 if this source cannot be asked so (then `why_r` says why)
 * Fails with ERR_NET, ERR_REMOTE (not about the finds themselves), ERR_CANCELED.
 */
must_check bool find_count_all(struct source_reader *reader, const char *layout,
                               const char *key_field, int64_t *count_r, char *why_r, size_t room,
                               struct err *err);

/*
 * How many records match a criterion in one field.
 *   count_r     UINT64_MAX if the server gives no counts
 *   refused_r   the server refuses such a find (the field cannot be searched, or the account may
 *               not): `err` has its words
 * Fails as find_count_all().
 */
must_check bool find_count_matching(struct source_reader *reader, const char *layout,
                                    const char *field, const char *criterion, uint64_t *count_r,
                                    bool *refused_r, struct err *err);

/* The query of one criterion in one field, as source_find() takes it. */
void find_count_query(const char *field, const char *criterion, struct str *query_r);

/* The order by one field, from its least on, as source_find() takes it. */
void find_count_order(const char *field, struct str *order_r);
