/* How a document is told of: its members for programs, and the version of what they say. */
#pragma once

#include "console/documents/visible.h"
#include "json/writer.h"

/* With quotes: "\"3-9a3f86d0c1e2b4a5\"". */
enum { DOCUMENT_TAG_SIZE = 48 };

/*
 * Writes the members of a document into an open object:
 *   { "row": uuid, "patient": text|null, "type", "date": "2024-03-01"|"", "name", "mime": text,
 *     "size": bytes, "sha256": hex64, "stored_at": RFC 3339, "file": path }
 */
void document_members(struct json_writer *w, const struct visible *document);

/*
 * The entity tag of what is told: the document's epoch in the ledger, which every change by a run
 * raises, and the beginning of a hash of the members, which every change by the application alters.
 * Returns `text`.
 */
const char *document_tag(const struct visible *document, char text[DOCUMENT_TAG_SIZE]);

/*
 * Whether the version that a program names in If-Match is the present one: else somebody has changed the document
 * since it was seen. Refuses with PROBLEM_NO_VERSION without the header, PROBLEM_STALE with another version.
 */
must_check bool document_is_expected(struct exchange *x, const struct visible *document);
