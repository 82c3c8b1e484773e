/* Makes objects in a folder, by the method that works there. Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

/* As store_put() and so on (store/store.h). */
must_check bool folder_put(struct store *store, const struct store_object *object,
                           struct span bytes, enum store_outcome *outcome_r,
                           struct store_found *found_r, struct err *err);
must_check bool folder_large_begin(struct store *store, const struct store_object *object,
                                   struct store_large **large_r, struct err *err);
void folder_large_free(struct store_large *large);
must_check bool folder_large_write(struct store_large *large, struct span bytes,
                                   const struct sha256 *sum, struct err *err);
must_check bool folder_large_end(struct store_large *large, const struct store_object *object,
                                 enum store_outcome *outcome_r, struct store_found *found_r,
                                 struct err *err);
