/* Lists a bucket, as store_list() (store/store.h). Private to store/s3/. */
#pragma once

#include "store/s3/inside.h"

must_check bool s3_list(struct store *store, const char *prefix, struct store_list **list_r,
                        struct err *err);
enum step s3_list_next(struct store_list *list, struct store_entry *entry_r, struct err *err);
void s3_list_free(struct store_list *list);
