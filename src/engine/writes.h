/*
 * All that the mover can write, each write as a function with its arguments: returned true, it is
 * committed. What stands below "asked of the writer" only reads, but the connection is the writer's.
 *
 *   write_x()         waits until it is committed; fails as writer_run() does
 *   write_x_begin()   goes on meanwhile: writer_wait() tells how it ended (engine/writer.h)
 *   write_x_post()    nobody waits: `then` is called once it is committed or has failed
 *
 * A group whose commit failed is done again, so the writer keeps each write as a value, its body
 * and its arguments, and results are set anew each time. What an argument points to stays as it is
 * until the write has ended. Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "document/failure_class.h"
#include "engine/writer.h"
#include "ledger/ledger.h"

/* --- one document (writes_document.c) ------------------------------------------------------- */

/* What is meant to be stored; gives `version` its number if it has none. */
must_check bool write_intent(struct writer *writer, const struct ledger_claim *claim,
                             struct ledger_version *version, struct err *err);
must_check struct writer_job *write_intent_begin(struct writer *writer,
                                                 const struct ledger_claim *claim,
                                                 struct ledger_version *version);

/* Forgets an intent. Only for whoever knows that nothing was put under it. */
must_check bool write_withdrawal(struct writer *writer, const struct ledger_claim *claim,
                                 int64_t version, struct err *err);

/*
 * Remembers bytes that came for a document and were not taken for its file, and says what was known
 * of them before.
 *   failure   why they are refused
 */
must_check bool write_refused(struct writer *writer, const struct ledger_claim *claim,
                              enum failure_kind failure, const struct sha256 *sha256,
                              uint64_t size_bytes, struct ledger_refused *known_r, struct err *err);
