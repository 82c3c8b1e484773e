/* Hands calls on to the kind of store, and says which object failed. */
#include "store/store.h"

#include "base/mem.h"
#include "store/kind.h"

enum { READ_SIZE = 64 * 1024 };

void store_close(struct store *store)
{
    if (store)
        store->kind->close(store);
}

void auto_store_cleanup(struct store **store)
{
    store_close(*store);
}

const char *store_bucket(const struct store *store)
{
    return store->bucket;
}

const char *store_name(const struct store *store)
{
    return store->name;
}

static bool segment_is_good(struct span segment)
{
    return segment.size > 0 && segment.size <= 200 && !span_is(segment, ".")
           && !span_is(segment, "..");
}

bool store_key_is_good(const char *key)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._=/+~-";
    struct span rest = span_of(key);

    if (rest.size == 0 || rest.size > STORE_KEY_MAX || strspn(key, allowed) != rest.size
        || span_starts(rest, STORE_RESERVED))
        return false;
    while (rest.at)
        if (!segment_is_good(span_cut(&rest, '/')))
            return false;
    return true;
}

static bool key_checked(const char *key, struct err *err)
{
    return store_key_is_good(key)
           || err_set(err, ERR_DATA, 0, "the key '%.200s' breaks the rules for keys", key);
}

bool store_is_same(const struct store_object *object, const struct store_found *found)
{
    return found->exists && found->has_sha256 && found->size_bytes == object->size_bytes
           && sha256_equal(&found->sha256, &object->sha256);
}

bool store_put(struct store *store, const struct store_object *object, struct span bytes,
               enum store_outcome *outcome_r, struct store_found *found_r, struct err *err)
{
    return key_checked(object->key, err)
           && (store->kind->put(store, object, bytes, outcome_r, found_r, err)
               || err_ctx(err, "putting '%s'", object->key));
}

bool store_large_begin(struct store *store, const struct store_object *object,
                       struct store_large **large_r, struct err *err)
{
    return key_checked(object->key, err)
           && (store->kind->large_begin(store, object, large_r, err)
               || err_ctx(err, "putting '%s'", object->key));
}

void store_large_free(struct store_large *large)
{
    if (large)
        large->store->kind->large_free(large);
}

void auto_large_cleanup(struct store_large **large)
{
    store_large_free(*large);
}

const char *store_large_id(const struct store_large *large)
{
    return large->store->kind->large_id(large);
}

bool store_large_write(struct store_large *large, struct span bytes, const struct sha256 *sum,
                       struct err *err)
{
    return large->store->kind->large_write(large, bytes, sum, err);
}

bool store_large_end(struct store_large *large, const struct store_object *object,
                     enum store_outcome *outcome_r, struct store_found *found_r, struct err *err)
{
    return key_checked(object->key, err)
           && (large->store->kind->large_end(large, object, outcome_r, found_r, err)
               || err_ctx(err, "putting '%s'", object->key));
}

const char *store_how_name(enum store_how how)
{
    static const char *const names[STORE_HOWS] = { "not compared", "etag", "checksum", "bytes" };

    return names[how];
}

static bool look_by_reading(struct store *store, const char *key, struct store_found *found_r,
                            struct err *err)
{
    if (!store->kind->look(store, key, found_r, err))
        return false;
    if (found_r->has_sha256)
        found_r->how = STORE_BY_BYTES;
    return true;
}

bool store_compare_unread(struct store *store, const struct store_object *expected,
                          struct store_found *found_r, struct err *err)
{
    return key_checked(expected->key, err)
           && ((store->kind->compare_unread
                    ? store->kind->compare_unread(store, expected, found_r, err)
                    : look_by_reading(store, expected->key, found_r, err))
               || err_ctx(err, "looking at '%s'", expected->key));
}

bool store_compare(struct store *store, const struct store_object *expected,
                   struct store_found *found_r, struct err *err)
{
    return store_compare_unread(store, expected, found_r, err)
           && (!found_r->exists || found_r->is_folder || found_r->has_sha256
               || store_hash(store, expected->key, found_r, err));
}

void store_imprint_of(const struct store *store, struct span bytes,
                      char imprint_r[STORE_IMPRINT_SIZE])
{
    *imprint_r = '\0';
    if (store->kind->imprint_of)
        store->kind->imprint_of(store, bytes, imprint_r);
}

bool store_look(struct store *store, const char *key, struct store_found *found_r, struct err *err)
{
    const struct store_object nothing_known = { .key = key };

    return store_compare(store, &nothing_known, found_r, err);
}

bool store_remove(struct store *store, const char *key, struct err *err)
{
    return key_checked(key, err)
           && (store->kind->remove(store, key, err) || err_ctx(err, "removing '%s'", key));
}

bool store_get(struct store *store, const char *key, struct store_reader **reader_r,
               struct err *err)
{
    return key_checked(key, err)
           && (store->kind->get(store, key, reader_r, err) || err_ctx(err, "reading '%s'", key));
}

static void store_reader_close(struct store_reader *reader)
{
    if (reader)
        reader->store->kind->reader_close(reader);
}

void auto_reader_cleanup(struct store_reader **reader)
{
    store_reader_close(*reader);
}

uint64_t store_reader_size(const struct store_reader *reader)
{
    return reader->size_bytes;
}

bool store_read(struct store_reader *reader, void *bytes, size_t room, size_t *got_r,
                struct err *err)
{
    return reader->store->kind->read(reader, bytes, room, got_r, err)
           || err_ctx(err, "reading '%s'", reader->key);
}

bool store_list(struct store *store, const char *prefix, struct store_list **list_r,
                struct err *err)
{
    auto_free char *below = mem_printf("%sx", prefix); /* a key that it could begin */

    return key_checked(below, err)
           && (store->kind->list(store, prefix, list_r, err)
               || err_ctx(err, "listing '%s'", prefix));
}

enum step store_list_next(struct store_list *list, struct store_entry *entry_r, struct err *err)
{
    enum step step = list->store->kind->list_next(list, entry_r, err);

    if (step == STEP_ERROR)
        (void)err_ctx(err, "listing '%s'", list->store->name);
    return step;
}

static void store_list_free(struct store_list *list)
{
    if (list)
        list->store->kind->list_free(list);
}

void auto_list_cleanup(struct store_list **list)
{
    store_list_free(*list);
}

bool store_large_abort(struct store *store, const char *key, const char *upload_id, struct err *err)
{
    return key_checked(key, err)
           && (store->kind->large_abort(store, key, upload_id, err)
               || err_ctx(err, "ending the unfinished upload of '%s'", key));
}

static bool hash_rest(struct store_reader *reader, struct store_found *found_r, struct err *err)
{
    auto_sha256_stream *hash = sha256_stream_new();
    auto_free char *part = mem_zero(READ_SIZE);
    struct store_found found = { .exists = true, .has_sha256 = true, .how = STORE_BY_BYTES };
    size_t got;

    do {
        if (!store_read(reader, part, READ_SIZE, &got, err))
            return false;
        sha256_stream_add(hash, (struct span){ part, got });
        found.size_bytes += got;
    } while (got > 0);
    found.sha256 = sha256_stream_end(hash);
    *found_r = found;
    return true;
}

bool store_hash(struct store *store, const char *key, struct store_found *found_r, struct err *err)
{
    auto_reader *reader = NULL;

    if (!store_get(store, key, &reader, err))
        return false;
    if (reader)
        return hash_rest(reader, found_r, err);
    *found_r = (struct store_found){ .exists = false };
    return true;
}

bool store_probe(struct store *store, struct store_traits *traits_r, struct err *err)
{
    return store->kind->probe(store, traits_r, err) || err_ctx(err, "the store '%s'", store->name);
}

bool store_probe_check(struct store *store, bool *same_r, struct err *err)
{
    return store->kind->probe_check(store, same_r, err)
           || err_ctx(err, "the store '%s'", store->name);
}
