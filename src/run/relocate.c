/* The bytes read must have the version's hash before the copy may appear. */
#include "run/relocate.h"

#include "base/mem.h"
#include "base/sha256_parts.h"

static struct store_object relocated_object(const struct relocation *r,
                                            const struct ledger_version *version, const char *key)
{
    return (struct store_object){ .key = key,
                                  .mime = version->mime,
                                  .size_bytes = version->size_bytes,
                                  .has_sha256 = true,
                                  .sha256 = version->sha256,
                                  .record_id = r->record_id,
                                  .layout = r->layout };
}

static enum relocated relocated_broken(const struct ledger_version *version, const char *what,
                                       struct err *err)
{
    (void)err_set(err, ERR_DATA, 0,
                  "'%.200s' %s: nothing was moved; 'fmferry verify --bytes' tells more",
                  version->key, what);
    return RELOCATED_BROKEN;
}

static void relocated_as(struct relocation *r, enum store_outcome outcome,
                         const struct store_found *found, enum relocated *relocated_r)
{
    *relocated_r = outcome == STORE_OTHER ? RELOCATED_TAKEN : RELOCATED;
    if (outcome != STORE_OTHER)
        (void)snprintf(r->imprint, sizeof r->imprint, "%s", found->imprint);
}

/* --- small objects -------------------------------------------------------------------------- */

static bool read_whole(struct store_reader *reader, unsigned char *bytes, size_t size,
                       struct err *err)
{
    size_t used = 0, got = 1;

    while (used < size && got > 0) {
        if (!store_read(reader, bytes + used, size - used, &got, err))
            return false;
        used += got;
    }
    return used == size || err_set(err, ERR_DATA, 0, "the object is shorter than announced");
}

static bool small_copy(struct relocation *r, struct store_reader *reader,
                       const struct ledger_version *version, const char *key,
                       enum relocated *relocated_r, struct err *err)
{
    struct store_object object = relocated_object(r, version, key);
    struct store_found found = { 0 };
    enum store_outcome outcome;
    size_t size = (size_t)version->size_bytes;
    auto_free unsigned char *bytes = mem_zero(size ? size : 1);
    struct sha256 sha256;

    if (!read_whole(reader, bytes, size, err))
        return false;
    sha256 = sha256_of((struct span){ (const char *)bytes, size });
    if (!sha256_equal(&sha256, &version->sha256)) {
        *relocated_r = relocated_broken(version, "does not hold the bytes that were stored", err);
        return true;
    }
    if (!store_put(r->to, &object, (struct span){ (const char *)bytes, size }, &outcome, &found,
                   err))
        return false;
    relocated_as(r, outcome, &found, relocated_r);
    return true;
}

/* --- large objects -------------------------------------------------------------------------- */

/* Reads until a part is full or the object has ended. */
static bool part_fill(struct store_reader *reader, unsigned char *part, size_t *used_r,
                      struct err *err)
{
    size_t got = 1;

    *used_r = 0;
    while (got > 0 && *used_r < STORE_SMALL_MAX) {
        if (!store_read(reader, part + *used_r, STORE_SMALL_MAX - *used_r, &got, err))
            return false;
        *used_r += got;
    }
    return true;
}

static bool part_pass(struct store_large *large, struct span part, struct sha256_parts *hashes,
                      struct err *err)
{
    struct sha256 sum;

    sha256_parts_add(hashes, part);
    sum = sha256_parts_part_end(hashes);
    return store_large_write(large, part, &sum, err);
}

static bool large_write_object(struct store_reader *reader, struct store_large *large,
                               struct sha256 *sha256_r, struct err *err)
{
    auto_free unsigned char *part = mem_zero(STORE_SMALL_MAX);
    auto_sha256_parts *hashes = sha256_parts_new(true);
    size_t used;

    do {
        if (!part_fill(reader, part, &used, err))
            return false;
        if (used > 0 && !part_pass(large, (struct span){ (const char *)part, used }, hashes, err))
            return false;
    } while (used == STORE_SMALL_MAX);
    *sha256_r = sha256_parts_whole(hashes);
    return true;
}

static bool large_copy(struct relocation *r, struct store_reader *reader,
                       const struct ledger_version *version, const char *key,
                       enum relocated *relocated_r, struct err *err)
{
    struct store_object object = relocated_object(r, version, key);
    struct store_found found = { 0 };
    enum store_outcome outcome;
    auto_large *large = NULL;
    struct sha256 sha256;

    if (!store_large_begin(r->to, &object, &large, err)
        || (store_large_id(large) && !r->intend(r->arg, store_large_id(large), err))
        || !large_write_object(reader, large, &sha256, err))
        return false;
    if (!sha256_equal(&sha256, &version->sha256)) {
        *relocated_r = relocated_broken(version, "does not hold the bytes that were stored", err);
        return true;
    }
    if (!store_large_end(large, &object, &outcome, &found, err))
        return false;
    relocated_as(r, outcome, &found, relocated_r);
    return true;
}

bool relocate_object(struct relocation *relocation, const struct ledger_version *version,
                     const char *key, enum relocated *relocated_r, struct err *err)
{
    auto_reader *reader = NULL;

    if (!store_get(relocation->from, version->key, &reader, err))
        return false;
    if (!reader) {
        *relocated_r = relocated_broken(version, "is not in the store", err);
        return true;
    }
    if (store_reader_size(reader) != version->size_bytes) {
        *relocated_r = relocated_broken(version, "does not have the stored size", err);
        return true;
    }
    return version->size_bytes < STORE_SMALL_MAX
               ? small_copy(relocation, reader, version, key, relocated_r, err)
               : large_copy(relocation, reader, version, key, relocated_r, err);
}
