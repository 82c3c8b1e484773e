/* A large object on its way to a bucket. Private to store/s3/. */
#pragma once

#include "store/s3/inside.h"

enum { S3_PARTS_XML_MAX = 4 * 1024 * 1024 };

struct s3_multipart {
    struct store_large large;
    char *key, *upload_id;
    unsigned parts;
    uint64_t size_bytes;
    struct str xml;   /* the list of parts for Complete             */
    struct str sums;  /* the parts' checksums, one after the other  */
    struct str md5s;  /* the parts' MD5s, if checksums are no proof */
    bool is_finished; /* there is nothing to abort                  */
};

static inline struct s3_multipart *s3_multipart_of(struct store_large *large)
{
    return (struct s3_multipart *)large;
}

static inline struct s3_client *s3_multipart_client(const struct s3_multipart *large)
{
    return &s3_store_of(large->large.store)->client;
}

/* As store_large_begin() and so on (store/store.h). */
must_check bool s3_multipart_begin(struct store *store, const struct store_object *object,
                                   struct store_large **large_r, struct err *err);
void s3_multipart_free(struct store_large *large);
const char *s3_multipart_id(const struct store_large *large);
must_check bool s3_multipart_write(struct store_large *large, struct span bytes,
                                   const struct sha256 *sum, struct err *err);
must_check bool s3_multipart_abort(struct store *store, const char *key, const char *upload_id,
                                   struct err *err);
