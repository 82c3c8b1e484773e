/*
 * fmferry-audit checks a certificate of completeness, years later and without fmferry: it needs the
 * certificate, libcrypto, and for whatever else is to be compared with it the store's folder and
 * the database. All of them may have been made by somebody who means to deceive or to harm whoever
 * checks them: nothing in them is run, and no other program is. It shares no line with the program
 * that wrote them. The form of the certificate is in docs/certificate.md.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
    CELL_COMPARED, /* how its object was compared; of certificates since then */
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

/* Points into the bytes that were read. */
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
    bool is_proof; /* of one line: */
    uint64_t place;
    struct hash path[PATH_MAX_HASHES];
    size_t path_count;
};

/* --- certificate.c -------------------------------------------------------------------------- */

/*
 * Reads the bytes of a certificate, or of a proof of one line. Nothing is checked but their form.
 *   certificate_r   to be closed, also when this fails
 */
bool certificate_read(struct piece bytes, struct certificate *certificate_r,
                      struct problem *problem);
bool certificate_open(const char *path, struct certificate *certificate_r, struct problem *problem);
void certificate_close(struct certificate *certificate);

/* Whether the signature is that of the key in the certificate, and the key that of the file. */
bool signature_is_good(const struct certificate *certificate);
bool key_is_that_of(const struct certificate *certificate, const char *public_pem_path);

void line_split(struct piece line, struct audit_line *line_r);
bool piece_is(struct piece piece, const char *text);
bool piece_is_nocase(struct piece piece, const char *text);
bool piece_equal(struct piece a, struct piece b);

/* A whole number in digits and nothing else; false if it is none, or does not fit. */
bool piece_number(struct piece piece, uint64_t *number_r);
bool hash_read(struct piece hex, struct hash *hash_r);
const char *hash_hex(const struct hash *hash, char text[HEX_SIZE]);

/* --- tree.c -------------------------------------------------------------------------------- */

struct hash hash_of(const void *bytes, size_t size);
struct hash leaf_hash(struct piece line);
struct hash tree_root(const struct hash *leaves, size_t count);

/* What must be known besides a leaf to come to the root. Returns how many hashes. */
size_t tree_path(const struct hash *leaves, size_t count, size_t place,
                 struct hash path_r[PATH_MAX_HASHES]);
struct hash tree_root_by_path(struct hash leaf, uint64_t place, uint64_t count,
                              const struct hash *path, size_t path_count);

/* --- what is found ------------------------------------------------------------------------- */

/* Says something that is not as the certificate says. `line` NULL: it is about no document. */
void audit_differ(const char *kind, const struct audit_line *line, const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));

/* Ends the program with 1. */
_Noreturn void audit_give_up(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

__attribute__((__format__(__printf__, 1, 2))) void audit_say(const char *format, ...);

/* --- lines.c -------------------------------------------------------------------------------- */

/* Says which lines are not what a line must be; the certificate is refused because of them. */
void lines_check(const struct certificate *certificate);

/* One cell of every line that has it, sorted; the caller frees. */
struct piece *cells_sorted(const struct certificate *certificate, enum audit_cell cell,
                           size_t *count_r);
int piece_compare(const void *a, const void *b);

/* --- beneath.c ------------------------------------------------------------------------------ */

/* Whether a key names a place beneath a folder: no empty or dot segments, no control characters. */
bool audit_key_is_good(struct piece key);

/*
 * Opens for reading what lies under a key, whatever it is, beneath an open folder and through no
 * link. -1 with errno: EXDEV for a key that is not good, ELOOP where a link lies.
 */
int audit_beneath_open(int folder, struct piece key);

/* --- confine.c ------------------------------------------------------------------------------ */

/* From now on this process can start no other program. */
void programs_refuse(void);

/* --- comparing ------------------------------------------------------------------------------ */

/*
 * Each compares the line given, or all if `only` is NULL.
 *   prefix   what the keys begin with and the folder's files do not; NULL: it is found out
 */
void audit_store_compare(const struct certificate *certificate, const struct audit_line *only,
                         const char *folder, const char *prefix);
void database_compare(const struct certificate *certificate, const struct audit_line *only,
                      const char *where);
