/* The words of an HTML page, by libxml2. Nothing that it names is fetched, and no script is run. */
#pragma once

#include "picture.h"

/* What stands between the tags, a line for each block; scripts and styles are left out. */
enum wire_shape html_read(struct span bytes, struct picture *picture);
