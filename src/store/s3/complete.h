/* Ends a large object, as store_large_end() (store/store.h). Private to store/s3/. */
#pragma once

#include "store/s3/inside.h"

must_check bool s3_multipart_end(struct store_large *large, const struct store_object *object,
                                 enum store_outcome *outcome_r, struct store_found *found_r,
                                 struct err *err);
