/* Style, script and icon of the pages, compiled in. Their address has their hash, so they may be kept. */
#pragma once

#include "console/server/exchange.h"

enum { ASSET_PATH_SIZE = 64 };

/* Call once, before there are threads. */
void assets_setup(void);

const char *assets_style_path(void); /* "/assets/4f5c.../style.css" */
const char *assets_script_path(void);
const char *assets_icon_path(void);

/* The route of /assets/{hash}/{name}. */
must_check bool assets_answer(struct exchange *x, struct err *err);
