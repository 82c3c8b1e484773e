/* Copies an object to another key of the store, and proves that the copy is whole. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/ledger.h"
#include "store/store.h"

/* Two handles, because an object is read while another is written. */
struct relocation {
    struct store *from, *to;
    uint64_t record_id; /* both are noted on the object */
    const char *layout;
    /* Writes down the name of an upload before its first byte goes. */
    bool (*intend)(void *arg, const char *upload_id, struct err *err);
    void *arg;
    char imprint[STORE_IMPRINT_SIZE]; /* afterwards: the copy's */
};

enum relocated {
    RELOCATED,        /* the new key has exactly the version's bytes                      */
    RELOCATED_TAKEN,  /* something else lies under the new key; it was not touched        */
    RELOCATED_BROKEN, /* what lies under the old key is not what was stored; `err` says so */
};

/*
 * Copies.
 *   version   what lies under the old key: key, hash and size are known
 *   key       the new one
 * Fails with ERR_OS, ERR_REMOTE, ERR_NET, ERR_UNSURE, ERR_CANCELED, and as `intend` does.
 */
must_check bool relocate_object(struct relocation *relocation, const struct ledger_version *version,
                                const char *key, enum relocated *relocated_r, struct err *err);
