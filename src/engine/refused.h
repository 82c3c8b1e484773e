/*
 * What came for a document and was not taken for its file. It is remembered by its hash, so that a
 * second reading, other records, and a person can speak for or against it.
 */
#pragma once

#include "base/base.h"
#include "base/digest.h"
#include "base/err.h"
#include "engine/engine.h"

/*
 * Remembers bytes that are refused, and says what was known of them before.
 *   failure   why they are refused
 * Fails as writer_run(). Any worker's thread.
 */
must_check bool refused_note(struct engine *mover, const struct ledger_claim *claim,
                             enum failure_kind failure, const struct sha256 *sha256,
                             uint64_t size_bytes, struct ledger_refused *seen_r, struct err *err);
