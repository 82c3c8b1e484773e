/* Puts a document's bytes into the store, its intent committed before. */
#pragma once

#include "transfer/state.h"

must_check bool upload_file(struct transfer *t);
