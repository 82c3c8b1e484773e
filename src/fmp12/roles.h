/* What the streams of an object are for, by their four-letter codes. */
#pragma once

#include "fmp12/object.h"

/* Whether FileMaker's MD5 covers a stream of this code. */
bool fmp12_code_is_hashed(const char *code);

/* Sets the role of each stream; returns what that makes the object: everything but FMP12_BROKEN. */
enum fmp12_state fmp12_roles_give(struct fmp12_object *object);

/* The stream that is the document; NULL: there is none, or not exactly one. */
const struct fmp12_stream *fmp12_document_of(const struct fmp12_object *object);

/*
 * Of the streams of an ambiguous object that may each be the document, the nth in the order of its list.
 *   nth   from 1
 * NULL: the object is not ambiguous, or has fewer.
 */
const struct fmp12_stream *fmp12_candidate_of(const struct fmp12_object *object, unsigned nth);

/* "proven", "ambiguous", "reference", "broken" */
const char *fmp12_state_name(enum fmp12_state state);
