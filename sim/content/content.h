/*
 * The content of a container field: how FileMaker stores it, what becomes of a download, and where
 * its bytes come from. Bytes are computed or read when they are asked for; only what a client
 * uploaded or a painter drew is kept in memory.
 */
#pragma once

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "sim/content/blob.h"
#include "sim/content/file_type.h"

/* How FileMaker stores the file, which decides what a record shows in its place. */
enum content_store {
    STORE_EMPTY,
    STORE_EMBEDDED,   /* inside the database file                          */
    STORE_SECURED,    /* external, encrypted                               */
    STORE_OPEN,       /* external, plain files                             */
    STORE_ADDITIONAL, /* embedded, in a database of an additional folder   */
    STORE_REFERENCE,  /* only a path was kept: text instead of a URL       */
    STORE_NO_ACCESS,  /* the account may not see it                        */
};

/* What becomes of a download. */
enum content_fate {
    FATE_GOOD,
    FATE_MISSING,    /* 404: the file is gone from external storage                     */
    FATE_TRUNCATED,  /* three quarters of it come, then the connection ends   */
    FATE_ERROR_PAGE, /* 200, and an HTML page                                           */
    FATE_ZERO,       /* 200, and no bytes                                               */
};

enum content_from { FROM_FILLER, FROM_PAINTER, FROM_FILE, FROM_BLOB };

/* Draws documents. The caller owns a share of the blob. Safe from any thread. */
struct painter {
    struct blob *(*paint)(const struct painter *painter, uint64_t subject);
};

enum { CONTENT_NAME_SIZE = 192 };

struct content {
    enum content_store store;
    enum content_fate fate;
    enum content_from from;
    enum file_type type;
    uint32_t version;             /* how often it was replaced                          */
    char name[CONTENT_NAME_SIZE]; /* the file's own name, which no URL tells            */
    uint64_t seed, size;          /* FROM_FILLER                                        */
    const struct painter *painter;
    uint64_t subject;  /* FROM_PAINTER                                       */
    const char *path;  /* FROM_FILE; borrowed                                */
    struct blob *blob; /* FROM_BLOB: its share                                 */
};

void content_clear(struct content *content);
#define auto_content __attribute__((cleanup(content_clear))) struct content

/* Copies a content; the copy has its own share of the bytes. */
struct content content_copy(const struct content *content);

/* Whether the container holds a file, readable or not. */
bool content_has_bytes(const struct content *content);

/*
 * The kind of a content in a word, as the truth file has it: "embedded", "empty", "missing",
 * "truncated", ...
 */
const char *content_kind(const struct content *content);

/* The part of a URL that names the storage: "RCFileProcessor" and others. */
const char *content_processor(const struct content *content);

/* The state that a container is put into, as if it had always been so. */
struct content_state {
    enum content_store store;
    enum content_fate fate;
    bool keep_store; /* only the fate changes */
};

/*
 * Reads the word of a state: "empty", "missing", "reference", ...; false if there is no such word.
 */
bool content_state_read(struct span word, struct content_state *state_r);

/* Appends the text that a record shows for a file stored by reference. */
void content_reference_text(const struct content *content, struct str *to);

/* Reads a content's true bytes, from front to back. One thread at a time. */
struct content_reader;

/* Fails with ERR_OS (the file cannot be read) and ERR_DATA (there are no bytes). */
must_check bool content_open(const struct content *content, struct content_reader **reader_r,
                             struct err *err);
void content_close(struct content_reader *reader); /* NULL is allowed */
void auto_content_reader_cleanup(struct content_reader **reader);
#define auto_content_reader                                                                        \
    __attribute__((cleanup(auto_content_reader_cleanup))) struct content_reader

uint64_t content_size(const struct content_reader *reader);

/* Continues at `offset`, which is at most the size. */
void content_seek(struct content_reader *reader, uint64_t offset);

/* Reads up to `size_bytes`; 0 at the end. Fails with ERR_OS. */
must_check bool content_read(struct content_reader *reader, void *bytes_r, size_t size_bytes,
                             size_t *got_r, struct err *err);

enum { CONTENT_MD5_SIZE = 33 };

/* Computes the MD5 of the true bytes, as FileMaker says it: upper-case hex. Fails likewise. */
must_check bool content_md5(const struct content *content, char hex_r[CONTENT_MD5_SIZE],
                            struct err *err);

/* Computes size and SHA-256 (hex) of the true bytes. Fails as content_open() and content_read(). */
must_check bool content_hash(const struct content *content, uint64_t *size_r, char hex_r[65],
                             struct err *err);
