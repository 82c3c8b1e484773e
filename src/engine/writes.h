/*
 * All that the mover can write, each write as a function with its arguments. They stand in
 *
 *   writes_document.h   one document, from its claim to its outcome
 *   writes_census.h     a census: what it begins, sees and closes
 *   writes_run.h        a run as a whole, and its peers
 *   writes_relink.h     documents that go to another patient
 *   writes_undo.h       documents that are taken back
 *   writes_upload.h     documents that the console takes
 *
 *   write_x()         returns true once it is committed; fails as writer_run() does
 *   write_x_begin()   goes on meanwhile: writer_wait() tells how it ended (engine/writer.h)
 *   write_x_post()    nobody waits: `then` is called once it is committed or has failed
 *   ask_x()           only reads, but the connection is the writer's
 *
 * A group whose commit failed is done again, so the writer keeps each write as a value, its body
 * and its arguments, and results are set anew each time. What an argument points to stays as it is
 * until the write has ended. Safe from any thread.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "engine/writer.h"
