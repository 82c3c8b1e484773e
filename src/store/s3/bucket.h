/* A bucket as a store. */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "store/settings.h"

struct store;

/* As store_open(), store_name_of() and store_prefix() (store/open.h), of "s3://BUCKET/PREFIX". */
must_check bool s3_store_open(const struct store_settings *settings, const struct cancel *cancel,
                              struct store **store_r, struct err *err);
must_check bool s3_store_name(const struct store_settings *settings, char **name_r,
                              struct err *err);
must_check bool s3_store_prefix(const struct store_settings *settings, char **prefix_r,
                                struct err *err);
