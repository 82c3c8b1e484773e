/*
 * Which processes use a ledger in SQLite. Each holds a lock on a file beside it, which the system
 * takes away when the process is no more, however it ended.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"

/*
 * Locks a ledger for this process alone.
 *   url     of the ledger; other kinds than SQLite need no lock of ours
 *   fd_r    closing it unlocks; -1 if there was nothing to lock
 * Fails with ERR_USAGE if another process works on it, and with ERR_OS.
 */
must_check bool ledger_lock(const char *url, int *fd_r, struct err *err);
