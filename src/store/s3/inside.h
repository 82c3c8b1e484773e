/* A bucket as a store: the struct that all its parts share. Private to store/s3/. */
#pragma once

#include "store/kind.h"
#include "store/s3/request.h"

struct s3_store {
    struct store store;
    struct s3_client client;
    struct store_access *own_access; /* NULL: the settings' is used */
    char *name;
};

static inline struct s3_store *s3_store_of(struct store *store)
{
    return (struct s3_store *)store;
}
