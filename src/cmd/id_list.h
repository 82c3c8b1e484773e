/*
 * Lists of documents that a person hands over: FileMaker ids, one on each line, or the CSV that
 * `fmferry failures --csv` writes. The form is told, never guessed.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "run/decisions.h"

struct id_list {
    struct decision_name *names; /* each once, in the order of the list; never NULL */
    size_t count, repeated;      /* documents, and lines that named one again       */
};

/*
 * Reads a list.
 *   path     "-" is standard input
 *   is_csv   the first line is that of `failures --csv`; its first column, the record, counts. Else
 *            each line is an id; blank lines are none
 *   list_r   the caller clears with id_list_clear() (or auto_id_list)
 * Fails with ERR_OS, ERR_DATA (malformed CSV), ERR_USAGE (no id at all, or another form).
 */
must_check bool id_list_read(const char *path, bool is_csv, struct id_list *list_r,
                             struct err *err);
void id_list_clear(struct id_list *list);
#define auto_id_list __attribute__((cleanup(id_list_clear))) struct id_list
