/*
 * The record of a document that is taken back: whose its mark is, and whether FileMaker has the file
 * still that the store has.
 */
#pragma once

#include "engine/engine.h"
#include "engine/writes_undo.h"
#include "run/undo_filled.h"

enum undo_mark {
    UNDO_MARK_NONE,  /* there are no marks, or the field is empty          */
    UNDO_MARK_OURS,  /* exactly what we wrote                              */
    UNDO_MARK_OTHER, /* somebody else's: it stood before us, or was altered */
};

/* How FileMaker has a record now. */
struct undo_record {
    const struct engine_settings *settings; /* given by the caller, as are the next two */
    struct source_reader *reader;
    const struct undo_candidate *candidate;
    const struct kept_rules *kept;

    struct filemaker_page page;
    struct source_facts facts;
    const struct filemaker_record *record; /* NULL: it is not there, or holds another document */
    enum undo_mark mark;
    struct undo_filled filled; /* with the mark, in other fields */
    bool was_emptied;          /* by us, and by that alone its modification id has changed */
    bool bytes_were_read, has_sha256;
    struct sha256 sha256; /* of its file as FileMaker gives it */
};

void undo_record_clear(struct undo_record *record);
#define auto_undo_record __attribute__((cleanup(undo_record_clear))) struct undo_record

/*
 * Reads the record. That it is not there is no failure.
 * Fails with ERR_REMOTE, ERR_NET, ERR_DATA, ERR_CANCELED.
 */
must_check bool undo_record_read(struct undo_record *record, struct err *err);

/*
 * Whether FileMaker has a version's bytes still: nothing but our mark has changed the record since they
 * were read from it, or its file is read again, and has them.
 * Fails with ERR_NET, ERR_CANCELED.
 */
must_check bool undo_record_has(struct undo_record *record, const struct ledger_version *version,
                                bool *has_r, struct err *err);

/*
 * Empties our mark, with what was filled together with it, on condition that the record is as it was read,
 * and reads it back.
 *   emptied_r   false: it was altered meanwhile, and is not ours any more
 * Afterwards the record is as it is now. Fails with ERR_REMOTE, ERR_NET, ERR_DATA, ERR_CANCELED.
 */
must_check bool undo_record_empty(struct undo_record *record, bool *emptied_r, struct err *err);
