/* The settings that a store is opened with. */
#pragma once

#include "base/base.h"
#include "base/secret.h"
#include "http/route.h"
#include "store/traits.h"

enum store_addressing { STORE_ADDRESSING_AUTO, STORE_ADDRESSING_PATH, STORE_ADDRESSING_VIRTUAL };
enum store_encryption { STORE_AS_BUCKET, STORE_SSE_S3, STORE_SSE_KMS, STORE_SSE_DSSE };

struct clock;
struct store_access;

/* Texts may be NULL or "": not set. For a folder only `url` and the last three texts matter. */
struct store_settings {
    const char *url;      /* "dir:PATH", "s3://BUCKET/PREFIX" */
    const char *endpoint; /* "https://HOST"; not set: AWS     */
    const char *region;
    enum store_addressing addressing;
    const char *access_key; /* not set: the usual places, see docs/s3.md */
    struct secret_source secret_key;
    const char *profile;
    const char *ca_file;
    struct http_route route;
    enum store_encryption encryption;
    const char *kms_key;
    const char *storage_class;
    const char *object_lock;     /* "governance:DAYS", "compliance:DAYS", "legal-hold" */
    const char *expected_owner;  /* an account's number                                */
    const char *tags;            /* "key=value, key=value"                             */
    const char *file_mode;       /* of a folder, as for chmod: "0640"; not set: 0600   */
    const char *folder_mode;     /* not set: those who may read the files may enter    */
    const char *group;           /* a name or a number; not set: the process's own     */
    int64_t silence_us;          /* how long a server may say nothing; 0: 60 s         */
    struct store_access *access; /* NULL: one of its own                               */
    const struct clock *clock;   /* of an access; must outlive it; NULL: the real one  */
    struct store_traits traits;
};
