/*
 * The store that the documents go to: a folder or an S3 bucket. Nothing is ever overwritten: a put
 * makes an object or says what is there already. Bytes below `STORE_SMALL_MAX` are put whole, with
 * their hash known; larger ones grow part by part and appear under their key only at the end.
 *
 * A store handle belongs to one thread. The handles of one store share a `struct store_access`
 * (credentials, the clock, the region).
 *
 * The kinds of error mean here:
 *   ERR_NET                 the store is away, or was for too long; ERR_UNSURE of beginning a large
 *                           object means the same
 *   ERR_REMOTE, ERR_USAGE   the store refuses us altogether: no other document will do better; code
 *                           403: our credentials are refused; 507: it is full
 *   ERR_DATA                the store refuses this object (code STORE_REFUSED), or has or gives
 *                           other bytes than were sent (STORE_MISMATCH)
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
    STORE_PART_MIN = 5 * 1024 * 1024, /* of a large object; the last may be smaller */
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

/* The store's place, for people; its traits are kept under this name. */
const char *store_name(const struct store *store);

/* An object to store. Nothing in it may say whom it is about: keys and metadata are not secret. */
struct store_object {
    const char
        *key; /* at most STORE_KEY_MAX bytes of A-Z a-z 0-9 . _ = / + ~ - ; no dot segments */
    const char *mime; /* "application/pdf" */
    uint64_t size_bytes;
    bool has_sha256; /* for store_large_begin(); elsewhere the hash is always known */
    struct sha256 sha256;
    uint64_t record_id;  /* the record it is from, for its metadata; 0: not told            */
    const char *layout;  /* the record's; NULL: not told                                    */
    const char *imprint; /* for comparing, as it was kept at the put; NULL or "": not known */
};

/*
 * How it is known which bytes lie under a key. Metadata that a client wrote proves nothing
 * (docs/decisions/0035-whose-word-counts.md).
 */
enum store_how {
    STORE_NOT_COMPARED, /* it is not known                                                   */
    STORE_BY_ETAG,      /* the server's ETag is the MD5 that we made at the put              */
    STORE_BY_SUM,       /* the server tells the SHA-256, and refuses bytes that do not match */
    STORE_BY_BYTES,     /* the bytes were read                                               */
};
enum { STORE_HOWS = 4 };

/* "not compared", "etag", "checksum", "bytes". */
const char *store_how_name(enum store_how how);

/*
 * An imprint is the server's own word for an object, as we computed it when we put the object:
 * "etag MD5", "etag MD5-PARTS" or "parts SHA256-PARTS". It is kept only if the server's answer was
 * the same; it is "" otherwise, if the server tells the SHA-256 of the whole, and for folders.
 */
enum { STORE_IMPRINT_SIZE = 96 };

enum store_outcome {
    STORE_MADE,  /* the object is there now, with exactly these bytes       */
    STORE_SAME,  /* it was there already, with exactly these bytes          */
    STORE_OTHER, /* something else lies under this key; nothing was written */
};

/* The object found under a key. */
struct store_found {
    bool exists;
    bool is_folder; /* in a folder store: no plain file, but in the way of one */
    uint64_t size_bytes;
    bool has_sha256;
    struct sha256 sha256;
    enum store_how how;
    bool contradicts; /* the server's word is not what was expected: only the bytes can tell */
    char imprint[STORE_IMPRINT_SIZE]; /* of an object that was put, or found to be the same */
};

/* Whether the object found is the one to be put. */
bool store_is_same(const struct store_object *object, const struct store_found *found);

/*
 * Puts a whole object. If an answer was lost, the store is asked what lies there before the object
 * is put again.
 *   found_r   with STORE_OTHER: the object that lies there instead; else its imprint is to be kept
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
 * The server's name for the unfinished upload, to be recorded before the first byte is sent; NULL
 * if the store has none.
 */
const char *store_large_id(const struct store_large *large);

/*
 * Sends the next bytes: at least STORE_PART_MIN of them, unless they are the last.
 *   sum   their SHA-256, if it is known, else NULL
 */
must_check bool store_large_write(struct store_large *large, struct span bytes,
                                  const struct sha256 *sum, struct err *err);

/* Makes the object appear, now that size and hash are known. As store_put(). */
must_check bool store_large_end(struct store_large *large, const struct store_object *object,
                                enum store_outcome *outcome_r, struct store_found *found_r,
                                struct err *err);

/*
 * Removes the unfinished upload of a large object that nobody will end, until the server knows
 * nothing of it: so no late end can make the object appear.
 *   upload_id   from store_large_id()
 */
must_check bool store_large_abort(struct store *store, const char *key, const char *upload_id,
                                  struct err *err);

/*
 * Looks at the object under a key, reading it if there is no other way to its hash. A missing
 * object is no failure. Fails with ERR_OS, ERR_REMOTE, ERR_NET, ERR_CANCELED.
 */
must_check bool store_look(struct store *store, const char *key, struct store_found *found_r,
                           struct err *err);

/*
 * As store_look(), if it is known what should lie there: that may spare the reading.
 *   expected   key, size and hash; its imprint if there is one
 */
must_check bool store_compare(struct store *store, const struct store_object *expected,
                              struct store_found *found_r, struct err *err);

/*
 * As store_compare(), but no bytes are read from a server: then `found_r` may have no hash, and
 * `contradicts` says whether the server's word speaks against the expected object.
 */
must_check bool store_compare_unread(struct store *store, const struct store_object *expected,
                                     struct store_found *found_r, struct err *err);

/*
 * The imprint of an object with these bytes that was put whole, for store_compare() with objects
 * that somebody else put; "" if it has none.
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

/* The announced size of the object. */
uint64_t store_reader_size(const struct store_reader *reader);

/* Reads the next bytes. `got_r` 0: the object has ended, and has the announced size. */
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
 * Lists the objects whose keys begin with `prefix`, in the order of their keys' bytes. The memory
 * does not grow with their number, only with that in one folder. In a folder, only plain files are
 * objects and listed.
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
 * Finds out by trying what the store really does, and removes the objects it made, if it may.
 * Fails with ERR_OS, ERR_DATA (other bytes came back than were put, or a file was replaced),
 * ERR_REMOTE, ERR_USAGE, ERR_NET.
 */
must_check bool store_probe(struct store *store, struct store_traits *traits_r, struct err *err);

/*
 * The keys of a probe's objects begin like this, after the store's prefix; the thread's number
 * follows, or 12 hex digits and perhaps "-2" and so on.
 */
#define STORE_PROBE "fmferry-probe-"

/*
 * Whether the store is there and still as the handle's traits say, as far as can be seen without
 * writing.
 *   same_r   false: it should be probed again
 */
must_check bool store_probe_check(struct store *store, bool *same_r, struct err *err);

/* The names of fmferry's own files in a folder begin like this; no key does. */
#define STORE_RESERVED ".fmferry"

/* Whether a key keeps the rules above. */
bool store_key_is_good(const char *key);
