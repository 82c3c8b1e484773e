/* The functions that each kind of store implements for store.h. Private to store/. */
#pragma once

#include "store/store.h"

struct store_kind {
    void (*close)(struct store *store);
    bool (*put)(struct store *store, const struct store_object *object, struct span bytes,
                enum store_outcome *outcome_r, struct store_found *found_r, struct err *err);
    bool (*large_begin)(struct store *store, const struct store_object *object,
                        struct store_large **large_r, struct err *err);
    void (*large_free)(struct store_large *large);
    const char *(*large_id)(const struct store_large *large);
    bool (*large_write)(struct store_large *large, struct span bytes, const struct sha256 *sum,
                        struct err *err);
    bool (*large_end)(struct store_large *large, const struct store_object *object,
                      enum store_outcome *outcome_r, struct store_found *found_r, struct err *err);
    bool (*large_abort)(struct store *store, const char *key, const char *upload_id,
                        struct err *err);
    bool (*probe)(struct store *store, struct store_traits *traits_r, struct err *err);
    bool (*probe_check)(struct store *store, bool *same_r, struct err *err);
    bool (*look)(struct store *store, const char *key, struct store_found *found_r,
                 struct err *err); /* by reading; NULL if it has `compare_unread` */
    bool (*compare_unread)(struct store *store, const struct store_object *expected,
                           struct store_found *found_r,
                           struct err *err); /* as store_compare_unread(), or NULL */
    void (*imprint_of)(const struct store *store, struct span bytes,
                       char imprint_r[STORE_IMPRINT_SIZE]); /* or NULL */
    bool (*remove)(struct store *store, const char *key, struct err *err);
    bool (*get)(struct store *store, const char *key, struct store_reader **reader_r,
                struct err *err);
    bool (*read)(struct store_reader *reader, void *bytes, size_t room, size_t *got_r,
                 struct err *err);
    void (*reader_close)(struct store_reader *reader);
    bool (*list)(struct store *store, const char *prefix, struct store_list **list_r,
                 struct err *err);
    enum step (*list_next)(struct store_list *list, struct store_entry *entry_r, struct err *err);
    void (*list_free)(struct store_list *list);
};

/* The parts that every kind has; a kind's own structs begin with them. */
struct store {
    const struct store_kind *kind;
    const struct cancel *cancel;
    const char *bucket, *name;
};

struct store_large {
    struct store *store;
};

struct store_reader {
    struct store *store;
    const char *key; /* owned by the kind */
    uint64_t size_bytes;
};

struct store_list {
    struct store *store;
};
