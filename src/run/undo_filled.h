/*
 * Fields of a record that were filled with its mark, and what of them is ours still: what the rules of any
 * time say for a version of the document and a mark that we wrote (docs/decisions/0123-write-back.md).
 */
#pragma once

#include "engine/kept_rules.h"
#include "engine/writes_undo.h"
#include "filemaker/filemaker.h"

struct undo_filled {
    const char **ours; /* names of fields that hold what we wrote; borrowed from the rules */
    size_t ours_count;
    size_t others; /* fields that hold something else */
};

void undo_filled_clear(struct undo_filled *filled);

/* Judges all fields that any rule ever named. `filled_r` is empty before; the caller clears it. */
void undo_filled_judge(const struct kept_rules *kept, const struct undo_candidate *candidate,
                       const struct filemaker_record *record, struct undo_filled *filled_r);
