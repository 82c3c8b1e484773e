/* The words of office documents: DOCX, XLSX, and OpenDocument's texts and tables. By libarchive and expat. */
#pragma once

#include "picture.h"

bool office_is_known(struct span bytes); /* it begins as a ZIP does */

/*
 * Puts the words into the room, a paragraph or a row of a table in a line; headers and footnotes as
 * they come. A ZIP that is no office document has none: WIRE_NO_PICTURE. What unpacks to more than
 * 64 MiB of XML is WIRE_TOO_LARGE, and what declares a document type WIRE_DAMAGED.
 */
enum wire_shape office_read(struct span bytes, struct picture *picture);
