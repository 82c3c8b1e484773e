/*
 * Where the documents are: lends readers of the application's tables, and handles of the store.
 * Any thread.
 */
#pragma once

#include "base/cancel.h"
#include "base/err.h"
#include "console/server/lender.h"
#include "engine/engine.h"

struct places;

/*
 * Opens nothing yet.
 *   settings   borrowed for as long as the places live; the store's have the access that its handles
 *              share
 * The caller frees.
 */
struct places *places_new(const struct engine_settings *settings, const struct cancel *cancel);
void places_free(struct places *places); /* NULL is allowed; nothing is lent any more */

/*
 * Lends a reader of the application's tables.
 *   loan   `auto_loan loan = { 0 };` of the caller, who has the registry until that scope is left
 * Fails as registry_open_reader().
 */
must_check bool places_registry(struct places *places, struct loan *loan,
                                struct registry **registry_r, struct err *err);

/* As places_registry(), a handle of the store. Fails as store_open(). */
must_check bool places_store(struct places *places, struct loan *loan, struct store **store_r,
                             struct err *err);
