/* What a console left that died between the intent of an upload, or of a correction of one, and its end. */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "engine/engine.h"

/*
 * Gives each such upload its outcome: it is stored if its object is there with the intended bytes, else
 * it has failed, and people are told. A correction is done, unless its document has changed since.
 *   settings   with the source of uploads
 *   left_r     whether some could not be settled, because the store is away
 * Fails as the writer and store_open().
 */
must_check bool settle_uploads(const struct engine_settings *settings, struct writer *writer,
                               struct cancel *cancel, bool *left_r, struct err *err);
