/* How a migration stands, computed from the ledger: for a terminal, and as JSON. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/look.h"

struct status;

struct status_settings {
    const char *name, *layout;
    double price_per_gb_month;
    const char *currency;
};

/*
 * Reads everything from the ledger, in one state of it.
 *   status_r   caller frees with status_free() (or auto_status)
 * Fails with ERR_DATABASE.
 */
must_check bool status_read(struct ledger *ledger, const struct status_settings *settings,
                            struct status **status_r, struct err *err);
void status_free(struct status *status); /* NULL is allowed */
void auto_status_cleanup(struct status **status);
#define auto_status __attribute__((cleanup(auto_status_cleanup))) struct status

/* The shape is in docs/json.md. */
void status_json(const struct status *status, struct str *to);

/* For people; `colour` for a terminal that has it. */
void status_text(const struct status *status, bool colour, struct str *to);

/* Whether every document is done, waived or gone, and the census is closed. */
bool status_is_complete(const struct status *status);
