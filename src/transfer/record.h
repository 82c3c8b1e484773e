/* Reading the record of the document at hand, alone or together with others. */
#pragma once

#include "transfer/state.h"

/* Reads the record and its facts; notes that the source is alive. */
must_check bool record_read(struct transfer *t);

/*
 * The same for the first reading of a document: together with those that the worker takes next, by
 * one find, or from what an earlier find brought for it. Such a record is a few minutes old at most,
 * and of this session.
 */
must_check bool record_read_ahead(struct transfer *t);

/* Reads the record again: did it stay as it was while its bytes came? */
must_check bool record_check_unchanged(struct transfer *t);

/* The records of the unconfirmed documents by one find; NULL if it failed. For one user. */
struct records *record_read_unconfirmed(struct transfers *all);

/* Takes the record from the records, if it is among them; else reads it by itself. */
must_check bool record_take_or_read(struct transfer *t, struct records *records);

/*
 * Whether earlier tries met an edit. Such a record is read by itself, and once more before its file
 * is put: it may be edited for ever, and finds may lag behind.
 */
bool record_is_restless(const struct transfer *t);

/* Whether a find can look for the record. */
bool record_can_be_found(const struct transfer *t);

/* Forgets what was read ahead. */
void record_forget_ahead(struct transfers *all);

/* Says that other files of the record are not stored yet: always false. */
bool record_report_incomplete(struct transfer *t);
