/* A folder as a store. */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "store/settings.h"

struct store;

/* As store_open() (store/open.h); `path` is what follows "dir:". */
must_check bool folder_store_open(const struct store_settings *settings, const char *path,
                                  const struct cancel *cancel, struct store **store_r,
                                  struct err *err);
