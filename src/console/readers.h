/*
 * Readers of the ledger, lent to the threads that answer: opened when one is first needed, kept for
 * the next. Each sees what is committed and holds nobody up.
 */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "console/server/lender.h"
#include "ledger/ledger.h"

struct readers;

/* `url` and `source` are as for ledger_open_reader(), and borrowed. The caller frees. */
struct readers *readers_new(const char *url, const char *source, const struct cancel *cancel);
void readers_free(struct readers *readers); /* NULL is allowed; none is lent any more */

/* `auto_borrowed reader = { 0 };` and reader_borrow(): given back when the scope is left. */
struct borrowed {
    struct loan loan;
    struct ledger *ledger;
};
void auto_borrowed_cleanup(struct borrowed *lent);
#define auto_borrowed __attribute__((cleanup(auto_borrowed_cleanup))) struct borrowed

/* Lends a reader. Fails as ledger_open_reader(). */
must_check bool reader_borrow(struct readers *readers, struct borrowed *lent, struct err *err);
