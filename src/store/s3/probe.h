/* Finds out what a server can do: store_probe() and store_probe_check(). Private to store/s3/. */
#pragma once

#include "store/s3/inside.h"

must_check bool s3_probe(struct store *store, struct store_traits *traits_r, struct err *err);
must_check bool s3_probe_check(struct store *store, bool *same_r, struct err *err);
