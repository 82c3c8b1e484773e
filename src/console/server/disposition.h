/*
 * The header by which a browser saves a document under its own name (RFC 6266, with RFC 8187 for
 * names beyond ASCII). Documents are always attached, never shown by the browser itself.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

/* A longer name is cut, its extension kept. */
enum { ATTACHED_NAME_MAX = 100 };

/*
 * Adds a name that every file system takes: as the second one of attachment_write(), not encoded.
 *   name   from anybody; "" is taken for "document"
 */
void attachment_name(struct span name, struct str *to);

/*
 * Writes the header's value: attachment; filename="R_f_r_.pdf"; filename*=UTF-8''R%C3%A9f%C3%A9r.pdf
 *   name   from anybody: perhaps with folders, quotes, line ends, in no encoding at all; "" is taken
 *          for "document"
 *   to     the caller's; ASCII without control characters is added, 1,400 bytes at most
 * In the first name everything but A-Z a-z 0-9 . _ - and blank is "_". The second is there only
 * where the first one says less. In both, what separates folders, steers a terminal, turns the
 * direction of writing or is forbidden by some file system is "_", and neither begins with a dot,
 * ends in a dot or a blank, or is the name of a device.
 */
void attachment_write(struct span name, struct str *to);
