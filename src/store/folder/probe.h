/* Finds out what a folder's disk can do, for store_probe(). Private to store/folder/. */
#pragma once

#include "store/folder/inside.h"

must_check bool folder_probe(struct store *store, struct store_traits *traits_r, struct err *err);
