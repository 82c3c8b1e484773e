/* Asks for one record by its id, for those who must know whether it lives. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "source/source.h"

/*
 * Asks for a record. An answer that refuses it, or is another record's, is asked for again a few
 * times: whether a record lives is not decided by one slip.
 *   lives_r    false: FileMaker says that there is none
 *   page_r     the record, if it lives; caller clears with filemaker_page_clear() (or auto_page)
 * Fails as source_record().
 */
must_check bool record_ask(struct source_reader *reader, const char *layout, uint64_t record_id,
                           const struct cancel *cancel, bool *lives_r,
                           struct filemaker_page *page_r, struct err *err);
