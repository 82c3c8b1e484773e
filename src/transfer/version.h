/* What is to be stored for a document: its key, its mark, and the version that it is. */
#pragma once

#include "transfer/state.h"

/*
 * Makes a key for the document at hand.
 *   hash    the version's, which becomes part of the key; NULL: the documented key
 *   key_r   caller frees
 */
must_check bool version_key_make(struct transfer *t, const struct sha256 *hash, char **key_r);

/* Whether the store may replace objects after all: then equal keys must mean equal bytes. */
bool version_needs_hash_key(const struct transfer *t, bool is_large);

/* The version with these bytes that lies with the assignment's patient; NULL: there is none. */
const struct ledger_version *version_with(const struct assignment *assignment,
                                          const struct sha256 *sha256);

/* Whether the mark that stands in the record is right as it is: an earlier importer's, or ours. */
bool version_keeps_mark(const struct transfer *t);

/* Keeps FileMaker's own MD5 with the version, if it proves the bytes that came. */
void version_witness(struct transfer *t);

/* Chooses what is to be stored, once the bytes and their hash are known. */
must_check bool version_choose(struct transfer *t);

/* The same before the bytes are known: under the documented key. */
must_check bool version_choose_unhashed(struct transfer *t);
