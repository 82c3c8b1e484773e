/* Read once, because the application need have no index on its keys; hashes of them are kept. */
#include "run/undo_keys.h"

#include "base/digest.h"
#include "base/idset.h"
#include "base/mem.h"

struct undo_keys {
    struct idset *once, *twice;
};

static uint64_t key_hash(struct span key)
{
    struct sha256 hash = sha256_of(key);

    return (uint64_t)sha256_number(&hash);
}

static void key_count(void *arg, struct span key)
{
    struct undo_keys *keys = arg;
    uint64_t hash = key_hash(key);

    if (key.size > 0 && !idset_add(keys->once, hash))
        (void)idset_add(keys->twice, hash);
}

void undo_keys_free(struct undo_keys *keys)
{
    if (!keys)
        return;
    idset_free(keys->once);
    idset_free(keys->twice);
    free(keys);
}

bool undo_keys_read(struct registry *registry, struct undo_keys **keys_r, struct err *err)
{
    struct undo_keys *keys = mem_new(struct undo_keys);

    keys->once = idset_new();
    keys->twice = idset_new();
    *keys_r = keys;
    return registry_left_keys(registry, key_count, keys, err);
}

bool undo_keys_has_more(const struct undo_keys *keys, const char *key, size_t own)
{
    return idset_has(own ? keys->twice : keys->once, key_hash(span_of(key)));
}
