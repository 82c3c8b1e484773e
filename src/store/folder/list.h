/* The objects of a folder store in the order of their keys. Private to store/folder/. */
#pragma once

#include "store/kind.h"

/* Lists below an open folder, which must outlive the list. */
must_check bool folder_list(struct store *store, int folder_fd, const char *prefix,
                            struct store_list **list_r, struct err *err);
enum step folder_list_next(struct store_list *list, struct store_entry *entry_r, struct err *err);
void folder_list_free(struct store_list *list);
