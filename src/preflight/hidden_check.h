/*
 * What a layout hides of its table. The Data API shows what stands on the layout: a container that does not, or a
 * repetition that it does not draw, may hold documents that nobody would miss. OData's $metadata shows the whole table.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"
#include "document/containers.h"
#include "filemaker/metadata.h"

/*
 * The table occurrence that a layout shows: the named one, or else any that has all the layout's own fields, if all
 * that have them have the same containers.
 *   named   [source] odata_table; "" for none
 *   why_r   NULL is returned: why it is not known
 */
const struct metadata_table *hidden_table(const struct metadata *metadata,
                                          const struct filemaker_layout *layout, const char *named,
                                          const char **why_r);

/*
 * Compares a table with its layout.
 *   containers   those that the settings name
 *   notes        gets a line for each container and repetition that is not moved
 *   said         gets how many containers there are, and which lie outside the file
 */
void hidden_say(const struct metadata_table *table, const struct filemaker_layout *layout,
                const struct containers *containers, struct str *notes, struct str *said);
