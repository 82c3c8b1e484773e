/*
 * What is told about a store before it is opened, what its handles share, and what was found out
 * about it.
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* --- traits --------------------------------------------------------------------------------- */

enum store_trait { STORE_UNKNOWN, STORE_YES, STORE_NO };

/* What a trial found out about a store; all unknown before one. */
struct store_traits {
    enum store_trait conditional;       /* a put refuses to replace                             */
    enum store_trait conditional_large; /* so does the end of a large one                       */
    enum store_trait checks_body;       /* a body that is not the one signed for is refused     */
    enum store_trait takes_sum;         /* an x-amz-checksum-sha256 is no reason to refuse      */
    enum store_trait checks_sum;        /* so is one that belies its x-amz-checksum-sha256      */
    enum store_trait tells_sum;         /* answers hold that checksum                           */
    enum store_trait checks_md5;        /* a body that belies its Content-MD5 is refused        */
    enum store_trait versioned;
    enum store_trait locked;        /* object lock is switched on                           */
    enum store_trait lists_v2;      /* ListObjectsV2                                        */
    enum store_trait lists_encoded; /* keys in listings are percent-encoded if asked for    */
    enum store_trait deletes;       /* what is made can be taken away again                 */
    enum store_trait unnamed;       /* of a folder: files can be made without a name        */
    enum store_trait links;         /* of a folder: a file can have a second name           */
};

/* Traits as one line of text, "conditional=yes conditional-large=no ...", and back. */
void store_traits_write(const struct store_traits *traits, struct str *to);
must_check bool store_traits_read(struct span text, struct store_traits *traits_r);

/* Where objects may be replaced after all, every key carries the hash of its bytes. */
bool store_needs_hash_keys(const struct store_traits *traits, bool large);

/* Where the server checks nothing of what it is sent, everything is read back. */
bool store_needs_reading_back(const struct store_traits *traits);

/* What was found, for people: appends sentences without a full stop, "; " between them. */
void store_traits_say(const struct store_traits *traits, struct str *to);

/* --- settings ------------------------------------------------------------------------------- */

enum store_addressing { STORE_ADDRESSING_AUTO, STORE_ADDRESSING_PATH, STORE_ADDRESSING_VIRTUAL };
enum store_encryption { STORE_AS_BUCKET, STORE_SSE_S3, STORE_SSE_KMS, STORE_SSE_DSSE };

struct store_access;

/* Texts may be NULL or "": not set. Of a folder only `url` and the last three texts matter. */
struct store_settings {
    const char *url;      /* "dir:PATH", "s3://BUCKET/PREFIX" */
    const char *endpoint; /* "https://HOST"; not set: AWS     */
    const char *region;
    enum store_addressing addressing;
    const char *access_key; /* not set: the usual places, see docs/s3.md */
    struct secret_source secret_key;
    const char *profile;
    const char *ca_file;
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
    struct store_access *access; /* NULL: one of its own */
    struct store_traits traits;
};

/*
 * Makes what the handles of one store share, and reads credentials from where they are. Call it
 * before threads start: the environment is read, and secrets are removed from it.
 *   settings   copied; its texts must outlive the access
 *   access_r   NULL for a folder; the caller frees with store_access_free() after the last handle
 * Fails with ERR_USAGE, ERR_OS.
 */
must_check bool store_access_new(const struct store_settings *settings, const struct cancel *cancel,
                                 struct store_access **access_r, struct err *err);
void store_access_free(struct store_access *access); /* NULL is allowed */

/*
 * The name of a store, as store_name() says it of an open one: traits are kept under it. The caller
 * frees. Fails with ERR_USAGE.
 */
must_check bool store_name_of(const struct store_settings *settings, char **name_r,
                              struct err *err);

/*
 * The prefix in a store's URL, in front of every key: "" or ending in "/". The caller frees.
 * Fails with ERR_USAGE.
 */
must_check bool store_prefix(const struct store_settings *settings, char **prefix_r,
                             struct err *err);
