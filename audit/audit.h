/*
 * fmferry-audit checks a certificate of completeness, years later and without fmferry. It needs the
 * certificate and libcrypto; to compare more, the store's folder and the database. Any of these may
 * have been made by somebody who means to deceive or to harm whoever checks them: nothing in them
 * is run, and no other program is started. The auditor shares no line with the program that wrote
 * the certificate. The form of a certificate is in docs/certificate.md.
 *
 * What cannot be read ends the program (audit_give_up()); what is not as certified is reported and
 * counted (audit_differ()), and the comparison goes on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXIT_PROVEN = 0, EXIT_UNABLE = 1, EXIT_WRONG_USE = 2, EXIT_DIFFERS = 3 };

enum { HASH_SIZE = 32, HEX_SIZE = 65, CELLS = 13, PATH_MAX_HASHES = 64 };

struct hash {
    uint8_t bytes[HASH_SIZE];
};

/* A piece of the certificate; nothing in it is ended by a zero. */
struct piece {
    const char *at;
    size_t size;
};

/* The cells of a line, in their order. */
enum audit_cell {
    CELL_RECORD,
    CELL_MOD_ID,
    CELL_IDENTITY,
    CELL_CONTAINER,
    CELL_REPETITION,
    CELL_STORAGE,
    CELL_SIZE,
    CELL_SHA256,
    CELL_KEY,
    CELL_ROW,
    CELL_STATE,
    CELL_REASON,
    CELL_COMPARED, /* how its object was compared; missing in older certificates */
};

struct audit_line {
    struct piece whole;
    struct piece cells[CELLS];
};

/* How the audit chain of a run ended when the certificate was made. */
struct audit_chain {
    int64_t run, entries;
    struct hash head;
};

/* Why something cannot be read, in words. */
struct problem {
    char words[512];
};

/* A certificate, or a proof of one line of it. Points into the bytes that were read. */
struct certificate {
    struct piece mapped; /* the file's, if it was opened */
    struct piece head;   /* with the line "public", without the signature: what was signed */
    struct piece source, made, store, state_counts;
    uint8_t public_key[32], signature[64];
    uint64_t leaves; /* as the head says */
    struct hash root;
    struct audit_chain *chains;
    size_t chain_count;
    struct piece *lines;
    size_t line_count;
    bool is_proof;  /* of one line: */
    uint64_t place; /* of that line among all */
    struct hash path[PATH_MAX_HASHES];
    size_t path_count;
};

/* --- certificate.c -------------------------------------------------------------------------- */

/*
 * Reads a certificate, or a proof of one line, from bytes or from a file. Checks nothing but the
 * form.
 *   certificate_r   the caller closes it with certificate_close(), also when this fails
 * Returns false, with the problem in words, if the form is wrong or the file cannot be read.
 */
bool certificate_read(struct piece bytes, struct certificate *certificate_r,
                      struct problem *problem);
bool certificate_open(const char *path, struct certificate *certificate_r, struct problem *problem);
void certificate_close(struct certificate *certificate);

/* Whether the certificate was signed by the key that it names. */
bool signature_is_good(const struct certificate *certificate);

/* Whether that key is the public key in a PEM file. */
bool key_is_that_of(const struct certificate *certificate, const char *public_pem_path);

/* Splits a line into its cells; cells that are missing are empty. */
void line_split(struct piece line, struct audit_line *line_r);
bool piece_is(struct piece piece, const char *text);
bool piece_is_nocase(struct piece piece, const char *text); /* ASCII letters only */
bool piece_equal(struct piece a, struct piece b);

/* A whole number in digits and nothing else; false if it is none, or does not fit. */
bool piece_number(struct piece piece, uint64_t *number_r);

/* Reads 64 hex digits; false if these are none. */
bool hash_read(struct piece hex, struct hash *hash_r);
const char *hash_hex(const struct hash *hash, char text[HEX_SIZE]);

/* --- tree.c -------------------------------------------------------------------------------- */

struct hash hash_of(const void *bytes, size_t size); /* SHA-256 */
struct hash leaf_hash(struct piece line);
struct hash tree_root(const struct hash *leaves, size_t count);

/*
 * Finds the hashes that lead from one leaf to the root.
 * Returns how many there are.
 */
size_t tree_path(const struct hash *leaves, size_t count, size_t place,
                 struct hash path_r[PATH_MAX_HASHES]);

/* The root that a leaf and its path lead to; the hash of nothing if they fit no tree of `count`. */
struct hash tree_root_by_path(struct hash leaf, uint64_t place, uint64_t count,
                              const struct hash *path, size_t path_count);

/* --- output.c ------------------------------------------------------------------------------ */

__attribute__((__format__(__printf__, 1, 2))) void audit_say(const char *format, ...);

/* Reports something that is not as the certificate says. `line` NULL: it is about no document. */
void audit_differ(const char *kind, const struct audit_line *line, const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));
uint64_t audit_difference_count(void); /* how many were reported */

/* Ends the program with EXIT_UNABLE. */
_Noreturn void audit_give_up(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

/* --- lines.c -------------------------------------------------------------------------------- */

/* Reports each line that is not what a line must be: because of it the certificate is refused. */
void lines_check(const struct certificate *certificate);

/* One cell of every line that has it, sorted by piece_compare(); the caller frees. */
struct piece *cells_sorted(const struct certificate *certificate, enum audit_cell cell,
                           size_t *count_r);
int piece_compare(const void *a, const void *b);

/* --- beneath.c ------------------------------------------------------------------------------ */

/*
 * Whether a key leads to a place beneath a folder: no empty or dot segment, no control character.
 */
bool audit_key_is_good(struct piece key);

/*
 * Opens for reading what lies under a key beneath an open folder, whatever it is, and follows no
 * link. Returns -1 with errno: EXDEV for a key that is not good, ELOOP where a link lies.
 */
int audit_beneath_open(int folder, struct piece key);

/* --- confine.c ------------------------------------------------------------------------------ */

/* Makes the kernel refuse every other program that this process might start. */
void programs_refuse(void);

/* --- comparing ------------------------------------------------------------------------------ */

/*
 * Each compares one line, or all lines if `only` is NULL.
 *   prefix   the beginning that the keys have and the folder's files lack; NULL: it is found out
 *   where    a file of SQLite, or a URL of PostgreSQL
 */
void audit_store_compare(const struct certificate *certificate, const struct audit_line *only,
                         const char *folder, const char *prefix);
void database_compare(const struct certificate *certificate, const struct audit_line *only,
                      const char *where);
