/*
 * A page as a source writes that has no answer of FileMaker's to show: its records' fields become
 * the JSON text that a server would have sent, so that whoever reads pages reads them alike.
 *
 *     struct source_page draft;
 *
 *     source_page_begin(&draft, page, count, asked_us);
 *     for (...) {
 *         source_page_record(&draft, record_id, mod_id);
 *         ... one JSON object is written to draft.fields ...
 *     }
 *     return source_page_end(&draft, err);
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "filemaker/filemaker.h"
#include "json/writer.h"

/* Used by one thread, between source_page_begin() and source_page_end(). */
struct source_page {
    struct filemaker_page *page;
    struct json_writer fields; /* into page->text */
    int64_t asked_us;          /* wall clock: when its records were asked for, all at once */
};

/*
 * Begins a page.
 *   page       zeroed; the caller clears it, however far the draft came
 *   most       records, at most
 *   asked_us   when the source was asked
 */
void source_page_begin(struct source_page *draft, struct filemaker_page *page, size_t most,
                       int64_t asked_us);

/* Adds a record; its fields must follow as one object. */
void source_page_record(struct source_page *draft, uint64_t record_id, uint64_t mod_id);

/* Reads the text that was written; fails with HTTP_TOO_LONG: fewer records at once may do. */
must_check bool source_page_end(struct source_page *draft, struct err *err);
