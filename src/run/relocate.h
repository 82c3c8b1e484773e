/* Copies an object to another key of the store, and proves that the copy has the same bytes. */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "ledger/versions.h"
#include "store/store.h"

/* The means of copying: two handles, because an object is read while another is written. */
struct relocation {
    struct store *from, *to;
    uint64_t record_id; /* this and the layout are noted on the object */
    const char *layout;
    /* Notes the id of an upload before its first byte is sent. */
    bool (*intend)(void *arg, const char *upload_id, struct err *err);
    void *arg;
    char imprint[STORE_IMPRINT_SIZE]; /* result: the imprint of the copy */
};

enum relocated {
    RELOCATED,        /* exactly the version's bytes lie under the new key                */
    RELOCATED_TAKEN,  /* something else lies under the new key; it was not touched        */
    RELOCATED_BROKEN, /* other bytes lie under the old key than were stored; `err` says so */
};

/*
 * Copies an object.
 *   version   the old object; its key, hash and size are known
 *   key       the new key
 * Fails with ERR_OS, ERR_REMOTE, ERR_NET, ERR_UNSURE, ERR_CANCELED, and as `intend` does.
 */
must_check bool relocate_object(struct relocation *relocation, const struct ledger_version *version,
                                const char *key, enum relocated *relocated_r, struct err *err);
