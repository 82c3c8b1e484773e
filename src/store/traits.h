/*
 * The traits of a store say what it can do, as a probe found out. They are kept as text in the
 * ledger and shown by `check`; every handle of the store is opened with them.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum store_trait { STORE_UNKNOWN, STORE_YES, STORE_NO };

/* The findings of a probe; all unknown before the first. */
struct store_traits {
    enum store_trait conditional;       /* a put refuses to replace                           */
    enum store_trait conditional_large; /* the end of a large object refuses to replace       */
    enum store_trait checks_body;       /* a body other than the signed one is refused        */
    enum store_trait takes_sum;         /* an x-amz-checksum-sha256 is accepted               */
    enum store_trait checks_sum;        /* a body unlike its x-amz-checksum-sha256 is refused */
    enum store_trait tells_sum;         /* answers hold that checksum                         */
    enum store_trait checks_md5;        /* a body unlike its Content-MD5 is refused           */
    enum store_trait versioned;
    enum store_trait locked;        /* object lock is switched on                        */
    enum store_trait lists_v2;      /* ListObjectsV2                                     */
    enum store_trait lists_encoded; /* keys in listings are percent-encoded if asked for */
    enum store_trait deletes;       /* objects that were made can be removed             */
    enum store_trait unnamed;       /* of a folder: files can be made without a name     */
    enum store_trait links;         /* of a folder: a file can have a second name        */
};

/* Traits as one line of text, "conditional=yes conditional-large=no ...", and back. */
void store_traits_write(const struct store_traits *traits, struct str *to);
must_check bool store_traits_read(struct span text, struct store_traits *traits_r);

/* Whether keys must carry the hash of their bytes, because a put may replace after all. */
bool store_needs_hash_keys(const struct store_traits *traits, bool large);

/* Whether everything must be read back, because the server does not check what it is sent. */
bool store_needs_reading_back(const struct store_traits *traits);

/* Appends the findings for people: sentences without a full stop, "; " between them. */
void store_traits_say(const struct store_traits *traits, struct str *to);
