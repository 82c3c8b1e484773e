/*
 * One object: the headers it is made with, and afterwards the judgement of the server's word for
 * it. Private to store/s3/.
 */
#pragma once

#include "store/s3/inside.h"

/* The answer of HEAD about an object. */
struct s3_object_head {
    bool exists;
    uint64_t size_bytes;
    bool has_sum; /* the server's checksum of the whole */
    struct sha256 sum;
    char etag[128];      /* without quotes                          */
    char composite[128]; /* the checksum of a large object, "sum-N" */
};

must_check bool s3_object_head(struct s3_store *s3, const char *key, struct s3_object_head *head_r,
                               struct err *err);

/* As store_compare_unread(): by the server's own word, never by metadata that a client wrote. */
must_check bool s3_object_compare_unread(struct store *store, const struct store_object *expected,
                                         struct store_found *found_r, struct err *err);

/* As store_compare(). */
must_check bool s3_object_compare(struct s3_store *s3, const struct store_object *expected,
                                  struct store_found *found_r, struct err *err);

/* --- imprints (store.h) --------------------------------------------------------------------- */

/* Whether the SHA-256 that the server tells is proof: the server checked the bytes against it. */
bool s3_sums_are_proof(const struct s3_store *s3);

/* The ETag of an object, if that is the MD5 of its bytes; "" if checksums are proof. */
void s3_imprint_of(const struct store *store, struct span bytes,
                   char imprint_r[STORE_IMPRINT_SIZE]);

/*
 * Keeps an imprint if the server's word is the same.
 *   etag   with or without quotes, or NULL
 */
void s3_imprint_keep(const char *imprint, const char *etag, struct store_found *found_r);

/*
 * Reads an object back because the server checked nothing it was sent. Fails with ERR_DATA,
 * STORE_MISMATCH, if it is not the object that was put.
 */
must_check bool s3_object_read_back(struct store *store, const struct store_object *object,
                                    struct err *err);

/* --- headers of objects --------------------------------------------------------------------- */

/* The headers gathered for a request; `text` holds the values that were copied. */
struct s3_headers {
    struct sigv4_pair pairs[S3_REQUEST_PAIRS_MAX];
    size_t count;
    struct str text;
};

#define S3_HEADERS                                                                                 \
    {                                                                                              \
        .text = STR_MAX(6 * 1024)                                                                  \
    }
void s3_headers_clear(struct s3_headers *headers);
#define auto_s3_headers __attribute__((cleanup(s3_headers_clear))) struct s3_headers

/* Adds a header; `name` and `value` are borrowed. */
void s3_headers_add(struct s3_headers *headers, const char *name, struct span value);

/* Adds the headers that make an object: its type, metadata, and those that the settings ask for. */
must_check bool s3_headers_of_object(struct s3_headers *headers, const struct s3_store *s3,
                                     const struct store_object *object, struct err *err);

/*
 * Whether the server may be sent S3's own checksums. Some servers refuse every request that has
 * one, or asks for one (Backblaze B2: "Unsupported header").
 */
bool s3_takes_sums(const struct s3_store *s3);

/* Adds the checksum of a body, if the server takes one. */
void s3_headers_sum(struct s3_headers *headers, const struct s3_store *s3,
                    const struct sha256 *sha256);

/* Adds Content-MD5, if the server checks nothing else. */
void s3_headers_md5(struct s3_headers *headers, const struct s3_store *s3, struct span body);

/* Whether the server's checksum is this one, or it tells none. Fails with STORE_MISMATCH. */
must_check bool s3_sum_agrees(const struct s3_answer *answer, const struct sha256 *sha256,
                              struct err *err);

/*
 * Whether an object was made as asked: encrypted, and with the checksum, if told, of the bytes that
 * were sent. Fails with ERR_REMOTE, ERR_DATA (STORE_MISMATCH).
 */
must_check bool s3_made_as_asked(const struct s3_store *s3, const struct s3_answer *answer,
                                 const struct sha256 *sha256, struct err *err);
