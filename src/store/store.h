/*
 * Where the documents go: a folder or an S3 bucket. Nothing is ever overwritten: a put makes an
 * object or says what is there already. Bytes below `STORE_SMALL_MAX` are put whole, with their
 * hash known; larger ones grow part by part and appear under their key only at the end.
 *
 * A store handle belongs to one thread. What the handles of one store share (credentials, the
 * clock, the region) is a `struct store_access`.
 *
 * What the kinds of error mean here: ERR_NET, and ERR_UNSURE of beginning a large object, the
 * store is away, or was for too long; ERR_REMOTE and ERR_USAGE, it refuses us altogether, and no
 * other document will do better; ERR_DATA, it refuses this object (code STORE_REFUSED), or what it
 * keeps or gives is not what was sent (STORE_MISMATCH).
 */
#pragma once

#include "base/base.h"
#include "base/cancel.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"
#include "store/settings.h"

enum {
    STORE_SMALL_MAX = 8 * 1024 * 1024,
    STORE_PART_MIN = 5 * 1024 * 1024, /* of a large object, but for its last */
    STORE_KEY_MAX = 900,
};

/* Codes of ERR_DATA. */
enum { STORE_REFUSED, STORE_MISMATCH };

struct store; /* opened by store/open.h */

void store_close(struct store *store); /* NULL is allowed */
void auto_store_cleanup(struct store **store);
#define auto_store __attribute__((cleanup(auto_store_cleanup))) struct store

/* The bucket's name as it stands in document rows; "" for a folder. */
const char *store_bucket(const struct store *store);

/* Where the store is, for people, and the name under which its traits are kept. */
const char *store_name(const struct store *store);

/* What is to be stored. Nothing in it may say who it is about: keys and metadata are not secret. */
struct store_object {
    const char
        *key; /* at most STORE_KEY_MAX bytes of A-Z a-z 0-9 . _ = / + ~ - ; no dot segments */
    const char *mime; /* "application/pdf" */
    uint64_t size_bytes;
    bool has_sha256; /* for store_large_begin(); elsewhere the hash is always known */
    struct sha256 sha256;
    uint64_t record_id;  /* where it is from, for its metadata; 0: not told */
    const char *layout;  /* NULL: not told                                  */
    const char *imprint; /* for comparing, as it was kept at the put; NULL or "": not known */
};

/*
 * How it is known which bytes lie under a key. Metadata that a client wrote is no proof of anything
 * (docs/decisions/0035-whose-word-counts.md).
 */
enum store_how {
    STORE_NOT_COMPARED, /* the server keeps nothing that says so                               */
    STORE_BY_ETAG,      /* its ETag is the MD5 that we made at the put                         */
    STORE_BY_SUM,       /* it tells the SHA-256, and refuses bytes that belie one              */
    STORE_BY_BYTES,     /* they were read                                                      */
};
enum { STORE_HOWS = 4 };

/* "not compared", "etag", "checksum", "bytes". */
const char *store_how_name(enum store_how how);

/*
 * What the server's own word for an object must be, as we computed it when we put the object:
 * "etag MD5", "etag MD5-PARTS" or "parts SHA256-PARTS". Only where the server's answer was the
 * same; "" where it was not, where it tells the SHA-256 of the whole, and for folders.
 */
enum { STORE_IMPRINT_SIZE = 96 };

enum store_outcome {
    STORE_MADE,  /* the object is there now, with exactly these bytes         */
    STORE_SAME,  /* it was there already, with exactly these bytes            */
    STORE_OTHER, /* something else lies under this key; nothing was written   */
};

/* What lies under a key. */
struct store_found {
    bool exists;
    bool is_folder; /* of a store that is one itself: no object, but in the way of one */
    uint64_t size_bytes;
    bool has_sha256;
    struct sha256 sha256;
    enum store_how how;
    bool contradicts; /* the server says something else than was expected: only bytes can tell */
    char imprint[STORE_IMPRINT_SIZE]; /* of what was put, or was found to be the same */
};

/* Whether what was found is what was to be put. */
bool store_is_same(const struct store_object *object, const struct store_found *found);

/*
 * Puts a whole object. After an answer was lost the store is asked what lies there before it is put
 * again.
 *   found_r   with STORE_OTHER: what lies there instead; else its imprint is to be kept
 * Fails with ERR_OS, ERR_REMOTE, ERR_NET (it may lie there all the same), ERR_DATA, ERR_CANCELED.
 */
must_check bool store_put(struct store *store, const struct store_object *object, struct span bytes,
                          enum store_outcome *outcome_r, struct store_found *found_r,
                          struct err *err);

/* A large object on its way. */
struct store_large;

/*
 * Begins a large object. `object` has key and mime; size and, mostly, hash are not known yet.
 *   large_r   caller frees with store_large_free() (or auto_large), which leaves nothing behind
 *             unless store_large_end() said STORE_MADE
 */
must_check bool store_large_begin(struct store *store, const struct store_object *object,
                                  struct store_large **large_r, struct err *err);
void store_large_free(struct store_large *large); /* NULL is allowed */
void auto_large_cleanup(struct store_large **large);
#define auto_large __attribute__((cleanup(auto_large_cleanup))) struct store_large

/*
 * The name under which the server keeps what was sent so far, to be recorded before the first byte
 * goes; NULL if there is no such thing here.
 */
const char *store_large_id(const struct store_large *large);

/* Sends the next bytes: at least STORE_PART_MIN of them, unless they are the last. */
must_check bool store_large_write(struct store_large *large, struct span bytes, struct err *err);

/* Makes the object appear, now that size and hash are known. As store_put(). */
must_check bool store_large_end(struct store_large *large, const struct store_object *object,
                                enum store_outcome *outcome_r, struct store_found *found_r,
                                struct err *err);

/*
 * Takes away what was sent of a large object that nobody will end, until the server knows nothing
 * of it: so no late end can make it appear.
 *   upload_id   as store_large_id() told it
 */
must_check bool store_large_abort(struct store *store, const char *key, const char *upload_id,
                                  struct err *err);

/*
 * Looks at what lies under a key, reading it if there is no other way to its hash.
 * A key that is not there is no failure. Fails with ERR_OS, ERR_REMOTE, ERR_NET, ERR_CANCELED.
 */
must_check bool store_look(struct store *store, const char *key, struct store_found *found_r,
                           struct err *err);

/*
 * As store_look(), for whoever knows what should lie there: that may spare the reading.
 *   expected   key, size and hash; its imprint if there is one
 */
must_check bool store_compare(struct store *store, const struct store_object *expected,
                              struct store_found *found_r, struct err *err);

/*
 * As store_compare(), but of a server no bytes are read: then `found_r` may have no hash, and
 * `contradicts` says whether the server's word speaks against what is expected.
 */
must_check bool store_compare_unread(struct store *store, const struct store_object *expected,
                                     struct store_found *found_r, struct err *err);

/*
 * What the imprint of an object with these bytes is if it was put whole, for
 * store_compare() with objects that somebody else put. "" where there is none.
 */
void store_imprint_of(const struct store *store, struct span bytes,
                      char imprint_r[STORE_IMPRINT_SIZE]);

/* Removes an object; a missing one is fine. Only for documents that have moved elsewhere. */
must_check bool store_remove(struct store *store, const char *key, struct err *err);

/* --- reading -------------------------------------------------------------------------------- */

struct store_reader;

/*
 * Opens an object for reading; one at a time per store, and nothing else meanwhile.
 *   reader_r   NULL if there is no such object; caller holds it as auto_reader
 * Fails as store_look().
 */
must_check bool store_get(struct store *store, const char *key, struct store_reader **reader_r,
                          struct err *err);
void auto_reader_cleanup(struct store_reader **reader);
#define auto_reader __attribute__((cleanup(auto_reader_cleanup))) struct store_reader

/* How long the object is, by what was announced. */
uint64_t store_reader_size(const struct store_reader *reader);

/* `got_r` 0: the object has ended, and is as long as was announced. */
must_check bool store_read(struct store_reader *reader, void *bytes, size_t room, size_t *got_r,
                           struct err *err);

/* Reads a whole object for its size and hash, whatever the store says about them. */
must_check bool store_hash(struct store *store, const char *key, struct store_found *found_r,
                           struct err *err);

/* --- listing -------------------------------------------------------------------------------- */

struct store_list;

struct store_entry {
    const char *key; /* borrowed until the next call */
    uint64_t size_bytes;
};

/*
 * Lists the objects whose keys begin with `prefix`, in the order of their keys' bytes, in memory
 * that does not grow with their number (for a folder: but for that in one folder). Of a folder,
 * what is no plain file is no object and not listed.
 *   prefix   "" for all; copied
 *   list_r   caller holds it as auto_list and ends it before the store is closed;
 *            in between the store may do other things
 */
must_check bool store_list(struct store *store, const char *prefix, struct store_list **list_r,
                           struct err *err);
must_check enum step store_list_next(struct store_list *list, struct store_entry *entry_r,
                                     struct err *err);
void auto_list_cleanup(struct store_list **list);
#define auto_list __attribute__((cleanup(auto_list_cleanup))) struct store_list

/* --- probing -------------------------------------------------------------------------------- */

/*
 * Finds out by trying what the store really does, and takes away what it made, as far as it may.
 * Fails with ERR_OS, ERR_DATA (what came back is not what was put, or a file was replaced),
 * ERR_REMOTE, ERR_USAGE, ERR_NET.
 */
must_check bool store_probe(struct store *store, struct store_traits *traits_r, struct err *err);

/*
 * The names of a probe's objects begin so, behind the store's prefix; the process's number follows,
 * or 12 hex digits and perhaps "-2" and so on.
 */
#define STORE_PROBE "fmferry-probe-"

/*
 * Whether the store is there and still as the handle's traits say, as far as can be seen without
 * writing.
 *   same_r   false: it should be probed again
 */
must_check bool store_probe_check(struct store *store, bool *same_r, struct err *err);

/* What fmferry keeps in a folder for itself begins like this; no key does. */
#define STORE_RESERVED ".fmferry"

/* Whether a key keeps the rules above. */
bool store_key_is_good(const char *key);
