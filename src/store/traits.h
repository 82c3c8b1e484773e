/*
 * What a store can do, as a probe found it out: kept as text in the ledger, shown by `check`. Every
 * handle of the store is opened with it.
 */
#pragma once

#include "base/base.h"
#include "base/str.h"

enum store_trait { STORE_UNKNOWN, STORE_YES, STORE_NO };

/* What a probe found out about a store; all unknown before the first. */
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
