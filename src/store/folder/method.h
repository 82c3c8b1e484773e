/* Finds the method of naming that works on a folder's disk. Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

/* Finds the method that works here, unless it is known. */
must_check bool folder_method_find(struct folder_store *dir, struct err *err);
